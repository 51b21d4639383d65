"""Figures on the validation split, for the training log and for `python -m tryon evaluate`."""

import json
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tryon.core.errors import TryOnError
from tryon.core.image import read_photo
from tryon.core.types import Garment, Part, Photo
from tryon.core.vocabulary import TYPE_KIND
from tryon.garment.reader import GarmentReader
from tryon.person.parser import Parser
from tryon.training.data.garments import (
    CC0_LABELS,
    CHECKED,
    Piece,
    paste,
    read_ccp_garments,
    read_gallery_garments,
    read_phone_garments,
    read_viton_garments,
)
from tryon.training.data.labels import IGNORE, trusted
from tryon.training.data.people import (
    Labelled,
    disturb_photo,
    read_ccp,
    read_fashionista,
    read_hair,
    read_viton,
)
from tryon.training.prepare.photos import PERSON_SETS, cut_garments, prepare

CLASSES = 15
# what a class is drawn as, indexed by `Part`; IGNORE is black
PART_COLOURS = np.zeros((256, 3), np.uint8)
PART_COLOURS[:17] = [
    (30, 30, 30),
    (120, 70, 20),
    (255, 200, 160),
    (255, 140, 120),
    (60, 160, 255),
    (40, 60, 200),
    (200, 60, 200),
    (60, 200, 60),
    (200, 220, 40),
    (255, 60, 60),
    (60, 255, 255),
    (255, 150, 0),
    (0, 160, 120),
    (140, 140, 140),
    (255, 255, 255),
    (160, 30, 30),
    (30, 160, 160),
]


def evaluate_parser(
    data: Path, cache: Path | None = None, parser: Parser | None = None
) -> dict[str, float]:
    """IoU of every class on held-out CCP ("ccp ...") and Fashionista ("fashionista ..."), of hair
    on photos of hair ("hair"; alone "where a body is found"; "face seen from near": share of
    inner faces' pixels there that are found to be face), each where the data set is there, and
    of every class on VITON as given ("viton ...") and without its doubtful pixels ("viton trusted
    ..."); "milliseconds": median of a photo.

    data: folder of the data sets, unpacked. cache: what `prepare` wrote (default DATA/cache); what
    is missing there is computed for the validation photos.
    """
    parser = parser or Parser.load()
    cache = cache or data / "cache"
    if not all((cache / name / "pose.npz").is_file() for name in PERSON_SETS):
        prepare(data, cache, validation_only=True)
    figures: dict[str, float] = {}
    ccp = read_ccp(data, cache, validation=True)
    figures |= _named("ccp", part_ious([one.parts for one in ccp], _predict(parser, ccp)))
    fashionista = read_fashionista(data, cache, validation=True)
    if fashionista:
        figures |= _named("fashionista", parser_scores(parser, fashionista))
    hair = read_hair(data, cache, validation=True)
    if hair:
        figures["hair"] = hair_iou(parser, hair)
        posed = [one for one in hair if one.posed]
        figures["hair where a body is found"] = hair_iou(parser, posed)
        figures["face seen from near"] = face_found(parser, posed)
    viton = read_viton(data, cache, validation=True)
    predicted = _predict(parser, viton)
    given = [one.parts for one in viton]
    sure = [trusted(one.parts, one.silhouette) for one in viton]
    figures |= _named("viton", part_ious(given, predicted))
    figures |= _named("viton trusted", part_ious(sure, predicted))
    figures["milliseconds"] = _milliseconds(
        parser, [(one.pixels, one.landmarks, one.silhouette) for one in ccp[:TIMED]]
    )
    return figures


TIMED = 20  # pictures


def _milliseconds(network: Callable[..., object], calls: list[tuple[np.ndarray, ...]]) -> float:
    """The median time of a call, after a first one that is not counted."""
    network(*calls[0])
    spent = []
    for arguments in calls:
        started = time.perf_counter()
        network(*arguments)
        spent.append(1000 * (time.perf_counter() - started))
    return round(float(np.median(spent)), 1)


def parser_scores(parser: Parser, people: list[Labelled]) -> dict[str, float]:
    """IoU of each class over all pixels of all people, and their mean ("mean")."""
    return part_ious([one.parts for one in people], _predict(parser, people))


def hair_iou(parser: Parser, people: list[Labelled]) -> float:
    """IoU of hair over all pixels of all photos, of whose labels it matters only what is hair."""
    both = either = 0
    for one, found in zip(people, _predict(parser, people), strict=True):
        true, seen = one.parts == Part.HAIR, found == Part.HAIR
        both += int((true & seen).sum())
        either += int((true | seen).sum())
    return round(both / max(either, 1), 4)


def face_found(parser: Parser, people: list[Labelled]) -> float:
    """Share of the pixels between ears, nose and mouth (see `labels.hair_parts`) that come out as
    face."""
    found = face = 0
    for one, parts in zip(people, _predict(parser, people), strict=True):
        inner = one.parts == Part.FACE
        face += int(inner.sum())
        found += int((inner & (parts == Part.FACE)).sum())
    return round(found / max(face, 1), 4)


def part_ious(true: list[np.ndarray], predicted: list[np.ndarray]) -> dict[str, float]:
    """IoU of each class over all pixels of all label maps; `IGNORE` is left out."""
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    for parts, found in zip(true, predicted, strict=True):
        known = parts != IGNORE
        pairs = parts[known].astype(np.int64) * CLASSES + found[known]
        confusion += np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)
    return {name: round(value, 4) for name, value in ious(confusion).items()}


def _predict(parser: Parser, people: list[Labelled]) -> list[np.ndarray]:
    return [parser(one.pixels, one.landmarks, one.silhouette) for one in people]


def _named(prefix: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{prefix} {name}": value for name, value in figures.items()}


def ious(confusion: np.ndarray) -> dict[str, float]:
    """(classes, classes) counts, rows true and columns predicted -> IoU by lower-case part name.

    Classes that are neither there nor predicted are left out of "mean" and of the result.
    """
    hit = np.diag(confusion).astype(np.float64)
    union = confusion.sum(0) + confusion.sum(1) - hit
    scores = {
        Part(label).name.lower(): float(hit[label] / union[label])
        for label in range(len(hit))
        if union[label] > 0
    }
    return {"mean": float(np.mean(list(scores.values()))) if scores else 0.0, **scores}


def evaluate_garment(
    data: Path, cache: Path | None = None, reader: GarmentReader | None = None
) -> dict[str, float]:
    """Mask IoU of held-out VITON garments on unseen textures ("mask"), and on held-out phone
    photos how often kind, type and sleeve are among the values the folder allows, and the neckline
    among those seen by eye.

    data, cache: as for `evaluate_parser`.
    """
    reader = reader or GarmentReader.load()
    cache = cache or data / "cache"
    if not (cache / "cc0" / "confidence.json").is_file():
        cut_garments(data, cache, validation_only=True)
    phone, corners = read_phone_garments(data, cache, validation=True)
    streets = read_ccp_garments(data, validation=True)[2]
    textures = [*corners, *streets]
    flat = read_viton_garments(data, cache, validation=True)
    return {
        "mask": mask_scores(reader, flat, textures),
        **garment_scores(reader, phone),
        "landmarks viton": landmark_scores(reader, flat, textures),
        "landmarks gallery": landmark_scores(
            reader, read_gallery_garments(validation=True), textures
        ),
        "milliseconds": _milliseconds(reader, [(piece.pixels,) for piece in phone[:TIMED]]),
    }


def evaluate_describe(analyser: Callable[[Photo], Garment], data: Path) -> dict[str, float]:
    """What the whole product says of held-out phone photos: the share of right answers.

    "kind", "type": by the photo's folder. "sleeve", "colour", "pattern": by eye, see checked.json
    (several values where two people could name it differently). A refused photo counts as wrong;
    their number is "refused", that of the photos "photos".
    """
    asked = ("kind", "type", "sleeve", "colour", "pattern")
    right: dict[str, list[bool]] = {attribute: [] for attribute in asked}
    refused = 0
    checked = json.loads(CHECKED.read_text())
    for name, seen in checked.items():
        types = CC0_LABELS[name.split("/")[0]]["type"]
        allowed = {"kind": (str(TYPE_KIND[types[0]]),), "type": types, **seen}
        try:
            garment = analyser(read_photo(data / "garments-cc0" / f"{name}.jpg"))
            said = {**garment.attributes, "kind": str(garment.kind)}
        except TryOnError:
            refused += 1
            said = {}
        for attribute, values in right.items():
            if attribute in allowed:
                values.append(said.get(attribute) in allowed[attribute])
    figures = {name: round(float(np.mean(v)), 4) for name, v in right.items() if v}
    return {**figures, "refused": refused, "photos": len(checked)}


@contextmanager
def unpacked(data: Path) -> Iterator[Path]:
    """DATA itself if its tars are unpacked in it, else a temporary folder where they are."""
    tars = [path for path in sorted(data.glob("*.tar")) if not (data / path.stem).is_dir()]
    if not tars:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="tryon-data-") as folder:
        for path in data.iterdir():
            if path.is_dir():
                (Path(folder) / path.name).symlink_to(path.resolve())
        for tar in tars:
            with tarfile.open(tar) as archive:
                archive.extractall(Path(folder) / tar.stem, filter="data")
        yield Path(folder)


MASK_CANVAS = (512, 384)  # pixels, height and width of the pasted validation pictures


def mask_scores(reader: GarmentReader, flat: list[Piece], textures: list[np.ndarray]) -> float:
    """Mean IoU of the masks of garments pasted on textures, the same ones every time."""
    scores = []
    for number, piece in enumerate(flat):
        rng = np.random.default_rng((9, number))
        pixels, alpha, _ = paste(piece, textures, MASK_CANVAS, rng)
        pixels = disturb_photo(pixels, rng)
        true, found = alpha > 127, reader(pixels).mask > 127
        scores.append((true & found).sum() / max((true | found).sum(), 1))
    return round(float(np.mean(scores)), 4)


NEAR = 0.05  # of the garment's diagonal: a landmark this near to the true one is right


def landmark_scores(
    reader: GarmentReader, pieces: list[Piece], textures: list[np.ndarray]
) -> float:
    """The share of known landmarks found within `NEAR`, on the pictures of `mask_scores`."""
    right: list[np.ndarray] = []
    for number, piece in enumerate(pieces):
        if piece.landmarks is None:
            continue
        rng = np.random.default_rng((9, number))
        pixels, alpha, landmarks = paste(piece, textures, MASK_CANVAS, rng)
        assert landmarks is not None  # the piece has them
        pixels = disturb_photo(pixels, rng)
        rows, columns = np.nonzero(alpha > 127)
        if not len(rows):
            continue
        diagonal = np.hypot(np.ptp(rows), np.ptp(columns))
        found = reader(pixels).landmarks
        off = np.linalg.norm(found[:, :2] - landmarks[:, :2], axis=1) / diagonal
        right.append(off[landmarks[:, 2] > 0] < NEAR)
    return round(float(np.concatenate(right).mean()), 4) if right else 0.0


def garment_scores(reader: GarmentReader, pieces: list[Piece]) -> dict[str, float]:
    """The share of pictures whose best kind, type, sleeve, neckline is allowed by the label, where
    the label says anything; and "mask agrees": mean IoU with the confident first guesses."""
    asked = ("kind", "type", "sleeve", "neckline")
    right: dict[str, list[bool]] = {attribute: [] for attribute in asked}
    agreement = []
    for piece in pieces:
        reading = reader(piece.pixels)
        for name, values in right.items():
            if name in piece.allowed:
                values.append(reading.best(name)[0] in piece.allowed[name])
        if piece.mask is not None:
            true, found = piece.mask > 127, reading.mask > 127
            agreement.append((true & found).sum() / max((true | found).sum(), 1))
    figures = {name: round(float(np.mean(v)), 4) for name, v in right.items() if v}
    if agreement:
        figures["mask agrees"] = round(float(np.mean(agreement)), 4)
    return figures
