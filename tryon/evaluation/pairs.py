"""How near paired try-ons come to the photos: SSIM, L1 and an untouched outside, on VITON.

Notable here:
- paired means: the garment picture of what the person wears is put on that same person, so the
  photo itself is the right answer.
- VITON's photos are small (192 x 256); they are enlarged before they go in, as a visitor's photo
  would be larger, and the result is shrunk to be scored at 192 x 256 against the photo as it is.
  Enlarging and shrinking alone cost 0.0015 of SSIM, which the reported figure bears.
- the validation split, ids with id % 29 == 0, is never trained on.
"""

import io
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from tryon.core.arrays import Pixels
from tryon.core.errors import TryOnError
from tryon.core.types import Photo, Result
from tryon.evaluation.similarity import ssim

ENLARGE = 3  # times, before a photo goes in
SPLITS: dict[str, Callable[[int], bool]] = {
    "validation": lambda identifier: identifier % 29 == 0,
    "train": lambda identifier: identifier % 29 != 0,
    "all": lambda identifier: True,
}
_WORST = 5  # pairs named in the report, for looking at


@dataclass(frozen=True)
class Report:
    """Figures over a split.

    pairs: how many there were. scored: how many gave a result. ssim, l1: means over these, at
    192 x 256; l1 is of 0..1. untouched: share of results whose every pixel outside the region is
    the photo's. seconds: median of one try-on. failures: error code -> count.
    worst: (id, ssim) of the lowest, worst first.
    """

    split: str
    pairs: int
    scored: int
    ssim: float
    l1: float
    untouched: float
    seconds: float
    failures: dict[str, int]
    worst: tuple[tuple[str, float], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, rounded to what is meant; an average over nothing is None."""
        plain = asdict(self)
        for name in ("ssim", "l1", "untouched", "seconds"):
            plain[name] = None if np.isnan(plain[name]) else round(plain[name], 4)
        plain["worst"] = [[identifier, round(score, 4)] for identifier, score in self.worst]
        return plain


def evaluate(
    tryon: Callable[..., Result],
    data: str | Path,
    split: str = "validation",
    limit: int | None = None,
    progress: Callable[[int, float], None] = lambda done, ssim: None,
) -> Report:
    """Try the worn garment on again for every pair of a split and score the results.

    tryon: what `TryOn.load` returns. data: a folder that holds VITON shards, packed (.tar) or
    unpacked, or one shard. limit: only the first pairs. progress(done, mean ssim) after each.
    Raises TryOnError("bad_argument") if there are no pairs or there is no such split.
    """
    scores: dict[str, float] = {}
    differences: list[float] = []
    seconds: list[float] = []
    failures: Counter[str] = Counter()
    untouched = pairs = 0
    for identifier, person, garment in read_pairs(data, split, limit):
        pairs += 1
        photo = Photo(enlarged(person))
        started = time.perf_counter()
        try:
            result = tryon(photo, Photo(enlarged(garment)), kind="upper")
        except TryOnError as error:
            failures[error.code] += 1
            continue
        seconds.append(time.perf_counter() - started)
        outside = ~result.region
        untouched += np.array_equal(result.photo.pixels[outside], photo.pixels[outside])
        size = person.shape[1], person.shape[0]
        small = cv2.resize(result.photo.pixels, size, interpolation=cv2.INTER_AREA)
        shrunk = np.asarray(small, np.uint8)
        scores[identifier] = ssim(shrunk, person)
        differences.append(np.abs(shrunk.astype(np.float32) - person).mean() / 255)
        progress(pairs, float(np.mean(list(scores.values()))))
    if not pairs:
        raise TryOnError("bad_argument", what=f"There are no {split} pairs in {Path(data).name}.")
    scored = len(scores)
    return Report(
        split=split,
        pairs=pairs,
        scored=scored,
        ssim=float(np.mean(list(scores.values()))) if scored else np.nan,
        l1=float(np.mean(differences)) if scored else np.nan,
        untouched=untouched / scored if scored else np.nan,
        seconds=float(np.median(seconds)) if scored else np.nan,
        failures=dict(failures.most_common()),
        worst=tuple(sorted(scores.items(), key=lambda item: item[1])[:_WORST]),
    )


def read_pairs(
    data: str | Path, split: str = "validation", limit: int | None = None
) -> Iterator[tuple[str, Pixels, Pixels]]:
    """(id, person, garment) of a split, shard by shard, in the order of ids.

    Raises TryOnError("bad_argument") for an unknown split or a folder that is not there.
    """
    if split not in SPLITS:
        raise TryOnError(
            "bad_argument", what=f'There is no split "{split}"; use {", ".join(SPLITS)}.'
        )
    left = limit
    for shard in _shards(Path(data)):
        reader = _read_tar if shard.is_file() else _read_folder
        for pair in reader(shard, SPLITS[split]):
            if left is not None:
                if left <= 0:
                    return
                left -= 1
            yield pair


def _shards(data: Path) -> list[Path]:
    """The shards in a folder, packed or unpacked (unpacked wins if both are there)."""
    if data.is_file() or (data / "person").is_dir():
        return [data]
    if not data.is_dir():
        raise TryOnError("bad_argument", what=f"There is no folder {data.name}.")
    folders = {path.name: path for path in data.iterdir() if (path / "person").is_dir()}
    packed = {path.stem: path for path in data.glob("*viton*.tar")}
    return [path for _, path in sorted({**packed, **folders}.items())]


def _read_folder(
    shard: Path, wanted: Callable[[int], bool]
) -> Iterator[tuple[str, Pixels, Pixels]]:
    for person in sorted((shard / "person").glob("*.jpg")):
        garment = shard / "cloth" / person.name
        if person.stem.isdigit() and wanted(int(person.stem)) and garment.is_file():
            yield person.stem, decoded(person.read_bytes()), decoded(garment.read_bytes())


def _read_tar(shard: Path, wanted: Callable[[int], bool]) -> Iterator[tuple[str, Pixels, Pixels]]:
    try:
        with tarfile.open(shard, "r:") as archive:
            members = {member.name.removeprefix("./"): member for member in archive.getmembers()}
            for name in sorted(members):
                folder, _, file = name.rpartition("/")
                garment = members.get(f"{folder.removesuffix('person')}cloth/{file}")
                stem = file.removesuffix(".jpg")
                if not folder.endswith("person") or garment is None or not stem.isdigit():
                    continue
                if wanted(int(stem)):
                    yield (
                        stem,
                        decoded(_bytes(archive, members[name])),
                        decoded(_bytes(archive, garment)),
                    )
    except tarfile.TarError:
        raise TryOnError("bad_argument", what=f"{shard.name} is not a VITON shard.") from None


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(member)
    assert opened is not None  # a file, not a folder
    return opened.read()


def decoded(data: bytes) -> Pixels:
    return np.array(Image.open(io.BytesIO(data)).convert("RGB"))


def enlarged(picture: Pixels) -> Pixels:
    """`ENLARGE` times as large."""
    large = cv2.resize(picture, None, fx=ENLARGE, fy=ENLARGE, interpolation=cv2.INTER_LANCZOS4)
    return np.asarray(large, np.uint8)
