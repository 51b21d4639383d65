"""Pairs of a person and the garment picture of what they wear, made ready for training once.

Notable here:
- what the product sees is what training sees: our parser's parts, the pose model's landmarks and
  silhouette, the geometric draft of exactly this garment on this body.
- one interface for three layouts: VITON shards, VITON-HD, DressCode (its tops); and for the street
  photos of Clothing Co-Parsing, whose garments are made flat (`undress`): men, coats, streets.
- pairs that teach wrong things are dropped by measurement, and the list of them is kept.
- a pair is about 20 kB: JPEG and PNG bytes and a few small arrays, in files of `SHARD` pairs.
  The command can be stopped and started again; finished files are not made anew.
"""

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.core.arrays import Alpha, Labels, Mask, Pixels, Points
from tryon.core.errors import TryOnError
from tryon.core.frame import Fit
from tryon.core.types import Garment, Kind, Part, Person, Photo, Pose
from tryon.core.vocabulary import ATTRIBUTES
from tryon.fusion.geometry.draft import geometric_draft
from tryon.fusion.studio import (
    CANVAS,
    StudioGarment,
    garment_fit,
    lay_out,
    person_fit,
    plain_start,
    start_flow,
)
from tryon.garment.appearance import appearance_of
from tryon.garment.cutout.cut import cut_out
from tryon.garment.outline.landmarks import trace
from tryon.person.body import SHOULDERS_METRES, body_unit, middle_of_hips
from tryon.person.parser import Parser
from tryon.person.pose import box_of
from tryon.training.data.labels import ccp_parts, viton_parts
from tryon.training.data.people import VALIDATION_CCP, VALIDATION_VITON, read_poses
from tryon.training.data.pictures import decode_rgb, decode_stored, read_rgb, read_stored
from tryon.training.data.undress import figure, flat_picture

# How a pair is stored.
SHARD = 256  # pairs in one file
WORN, DOUBT = 255, 128  # values of a worn mask; 0 = not the garment
OLD_GARMENT = (Part.UPPER, Part.OUTERWEAR, Part.DRESS)
HEADS = tuple(ATTRIBUTES)  # the order of a pair's attributes
UNKNOWN = 255  # attribute not measured
QUALITY = 95  # of JPEG, for what is not stored as it came
# Stored as bytes of any length; all but the last are encoded pictures.
FILES = ("person", "matte", "parts", "worn", "garment", "alpha", "other_start")
GARMENT_LONGEST = 384  # pixels

# What of a photo is kept, and which pairs are dropped.
FLAT_MARGIN = 12  # pixels around a flat garment
FRAME_MARGIN = 0.15  # of the studio frame, to each side: training shifts and shrinks it
LEAST_SIDE = 64  # pixels of the photo
LEAST_WORN = 0.04  # of the photo
MASK_AREA = (0.08, 0.75)  # of the garment picture
# CIELAB units between the middle colours of garment and worn garment: 99 of 100 VITON pairs are
# nearer than 18, those beyond 27 are other garments or slips of a mask.
MOST_APART = 27.0


@dataclass(frozen=True)
class Source:
    """Where a pair lies. mask, parse: None where the data set has none. street: a photo with labels
    drawn by hand (as `parse`) and no picture of the garment; cloth is the photo itself."""

    identifier: str
    person: Path
    cloth: Path
    mask: Path | None = None
    parse: Path | None = None
    street: bool = False

    @property
    def held_out(self) -> bool:
        """True for pairs that are never trained on: one in 29. Street photos that are not trained
        on are left out at once (see `find_pairs`)."""
        name = self.identifier
        return (
            not self.street
            and (int(name) if name.isdigit() else zlib.crc32(name.encode())) % VALIDATION_VITON == 0
        )


Work: TypeAlias = tuple[Source, Source | None, np.ndarray | None, Path]
"""What `_prepared` takes but for the parser."""


def find_pairs(data: Path) -> list[Source]:
    """All pairs of tops below DATA, in a fixed order that mixes them.

    VITON: viton-*/{person,cloth}/ID.jpg, {cloth_mask,parse}/ID.png. VITON-HD:
    train/{image,cloth}/ID.jpg, cloth-mask/ID.jpg. DressCode: upper_body/images/ID_0.jpg (person)
    and ID_1.jpg. Clothing Co-Parsing: ccp/photo/ID.jpg, label/ID.png, labels.json, without those
    that the parser is judged on. FileNotFoundError if there are none.
    """
    pairs = []
    for person in data.glob("viton-*/person/*.jpg"):
        folder, name = person.parent.parent, person.stem
        mask = folder / "cloth_mask" / f"{name}.png"
        pairs.append(
            Source(name, person, folder / "cloth" / person.name, mask, folder / "parse" / mask.name)
        )
    for person in data.glob("**/train/image/*.jpg"):
        folder = person.parent.parent
        mask = folder / "cloth-mask" / person.name
        pairs.append(Source(f"hd-{person.stem}", person, folder / "cloth" / person.name, mask))
    for person in data.glob("**/upper_body/images/*_0.jpg"):
        cloth = person.with_name(person.name.replace("_0.jpg", "_1.jpg"))
        pairs.append(Source(f"dc-{person.stem[:-2]}", person, cloth))
    for number, person in enumerate(sorted(data.glob("ccp/photo/*.jpg"))):
        label = person.parent.parent / "label" / f"{person.stem}.png"
        if number % VALIDATION_CCP != VALIDATION_CCP - 1 and label.is_file():
            pairs.append(Source(f"ccp-{person.stem}", person, person, parse=label, street=True))
    pairs = [pair for pair in pairs if pair.cloth.is_file()]
    if not pairs:
        raise FileNotFoundError(f"no pairs of a known layout in {data}")
    return sorted(pairs, key=lambda pair: pair.identifier[::-1])


def prepare_pairs(
    data: Path, cache: Path, out: Path, limit: int | None = None, workers: int = 1
) -> None:
    """Write CACHE/pairs/NNNN.npz (see `pack`) and OUT/dropped.json (id -> why).

    Needs CACHE/viton/pose.npz and silhouettes as `prepare.prepare` writes them. limit: only so
    many pairs, a tenth of them held out. workers: processes.
    """
    folder = cache / "pairs"
    folder.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    index = out / "dropped.json"
    dropped: dict[str, str] = json.loads(index.read_text()) if index.is_file() else {}
    shards = sorted(folder.glob("[0-9]*.npz"))
    known = set(dropped)
    for shard in shards:
        with np.load(shard) as stored:
            known.update(stored["ids"].tolist())
    wanted = find_pairs(data)
    if limit is not None:
        held_out = [pair for pair in wanted if pair.held_out][: limit // 10]
        rest = [pair for pair in wanted if not pair.held_out]
        wanted = [*held_out, *rest[: limit - len(held_out)]]
    poses = {False: read_poses(cache / "viton")}
    if any(pair.street for pair in wanted):
        poses[True] = read_poses(cache / "ccp")
    others = _next_of([pair for pair in wanted if pair.held_out])
    work = [
        (
            pair,
            others.get(pair.identifier),
            poses[pair.street].get(pair.person.stem if pair.street else pair.identifier),
            cache / ("ccp" if pair.street else "viton") / "silhouette",
        )
        for pair in wanted
        if pair.identifier not in known
    ]
    print(f"pairs: {len(known)} known, {len(work)} to do", flush=True)
    waiting: list[dict[str, np.ndarray]] = []
    number = int(shards[-1].stem) + 1 if shards else 0
    for (pair, *_), result in zip(work, _results(work, workers), strict=True):
        if isinstance(result, str):
            dropped[pair.identifier] = result
        else:
            waiting.append(result)
        if len(waiting) == SHARD:
            _write(folder / f"{number:04d}.npz", waiting, index, dropped)
            number, waiting = number + 1, []
    _write(folder / f"{number:04d}.npz", waiting, index, dropped)
    print(f"pairs: dropped {dict(Counter(dropped.values()))}", flush=True)


def renew_starts(data: Path, cache: Path) -> None:
    """Draft every pair in CACHE/pairs anew, in place: its geometric start, and that of the garment
    it is to try on. For after the draft has changed; parts, masks and landmarks stay."""
    sources = {source.identifier: source for source in find_pairs(data)}
    for shard in sorted((cache / "pairs").glob("[0-9]*.npz")):
        with np.load(shard) as stored:
            pairs = [_renewed(pair, sources) for pair in unpack_pairs(stored)]
        _store(shard, pairs)


def _renewed(pair: dict[str, np.ndarray], sources: dict[str, Source]) -> dict[str, np.ndarray]:
    """The pair with new starts; the old ones where a garment is not in `sources`."""
    matte, parts = decode_stored(pair["matte"]), decode_stored(pair["parts"])
    photo = decode_rgb(pair["person"])
    person = _person(photo, pair["landmarks"], matte, parts)
    scale, x, y = (float(value) for value in pair["fit"])
    fit = Fit(scale, x, y, photo.shape[:2], CANVAS)
    renewed = dict(pair)
    for name, own in (("start", str(pair["ids"])), ("other_start", str(pair["other"]))):
        garment = garment_of(sources[own]) if own in sources else None
        start = None if garment is None else _drafted(person, garment, fit)
        if start is not None:
            start = start.astype(np.float16)
            renewed[name] = start if name == "start" else np.frombuffer(start.tobytes(), np.uint8)
    return renewed


def _next_of(pairs: list[Source]) -> dict[str, Source]:
    """Each pair's id -> the pair after it."""
    return {one.identifier: after for one, after in zip(pairs, pairs[1:] + pairs[:1], strict=True)}


def _write(
    path: Path, pairs: list[dict[str, np.ndarray]], index: Path, dropped: dict[str, str]
) -> None:
    index.write_text(json.dumps(dropped, indent=0, sort_keys=True))
    if pairs:
        _store(path, pairs)


def _store(path: Path, pairs: list[dict[str, np.ndarray]]) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, **pack(pairs))  # type: ignore[arg-type]  # none is called allow_pickle
    part.replace(path)
    print(f"pairs: {path.name} written, {len(pairs)} pairs", flush=True)


def pack(pairs: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Pairs as arrays: uint8 files one after the other with their ends, all else stacked."""
    arrays: dict[str, np.ndarray] = {}
    for name, first in pairs[0].items():
        values = [pair[name] for pair in pairs]
        if name in FILES:
            arrays[name] = np.concatenate(values)
            arrays[f"{name}_ends"] = np.cumsum([len(value) for value in values])
        else:
            arrays[name] = np.stack(values) if isinstance(first, np.ndarray) else np.array(values)
    return arrays


def unpack_pairs(arrays: dict[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """The inverse of `pack`."""
    arrays = {name: arrays[name] for name in arrays}
    for i in range(len(arrays["ids"])):
        pair = {}
        for name, values in arrays.items():
            if name in FILES:
                ends = arrays[f"{name}_ends"]
                pair[name] = values[ends[i - 1] if i else 0 : ends[i]]
            elif not name.endswith("_ends"):
                pair[name] = values[i]
        yield pair


def _results(work: list[Work], workers: int) -> Iterator[dict[str, np.ndarray] | str]:
    if workers <= 1:
        parser = Parser.load()
        yield from (_prepared(*one, parser) for one in work)
        return
    with ProcessPoolExecutor(workers, initializer=_start_worker) as pool:
        yield from pool.map(_work, work, chunksize=4)


def _start_worker() -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    _parsers.append(Parser.load())


_parsers: list[Parser] = []  # of a worker process


def _work(one: Work) -> dict[str, np.ndarray] | str:
    return _prepared(*one, _parsers[0])


def _prepared(
    pair: Source,
    other: Source | None,
    landmarks: np.ndarray | None,
    silhouettes: Path,
    parser: Parser,
) -> dict[str, np.ndarray] | str:
    """The pair as stored, or why it is dropped. other: whose garment the person is to try on."""
    if landmarks is None:
        return "no pose"
    if pair.street:
        return _self_made(pair, landmarks, silhouettes, parser)
    photo_bytes = np.fromfile(pair.person, np.uint8)
    photo = decode_rgb(photo_bytes)
    matte = read_stored(silhouettes / f"{pair.identifier}.png", cv2.IMREAD_GRAYSCALE)
    if photo.shape[0] > CANVAS[0]:
        scale = CANVAS[0] / photo.shape[0]
        small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        photo = np.asarray(small, np.uint8)
        silhouette = cv2.resize(matte, photo.shape[1::-1], interpolation=cv2.INTER_AREA)
        matte = np.asarray(silhouette, np.uint8)
        landmarks = landmarks * np.array([scale, scale, 1], np.float32)
        photo_bytes = _jpeg(photo)
    person = person_of(photo, landmarks, matte, parser)
    parse = None
    if pair.parse is not None and pair.parse.is_file():
        parse = viton_parts(read_stored(pair.parse))
    garment = garment_of(pair)
    theirs = None if other is None else garment_of(other)
    return _as_stored(pair, photo_bytes, person, parse, garment, other, theirs)


def _as_stored(
    pair: Source,
    photo_bytes: np.ndarray,
    person: Person,
    parse: np.ndarray | None,
    garment: Garment | None,
    other: Source | None = None,
    theirs: Garment | None = None,
) -> dict[str, np.ndarray] | str:
    """The pair as stored, or why it is dropped. photo_bytes: the photo, encoded. parse: (H, W)
    `Part`s as the data set has them. theirs: the garment of `other`."""
    photo, landmarks, matte = person.photo.pixels, person.landmarks, person.matte
    if landmarks[Pose.LEFT_SHOULDER, 0] < landmarks[Pose.RIGHT_SHOULDER, 0]:
        return "back view"
    worn = worn_mask(person.parts, parse)
    if (worn == WORN).mean() < LEAST_WORN:
        return "little worn"
    if garment is None:
        return "bad mask"
    laid = lay_out(garment)
    if colour_apart(photo, worn == WORN, laid) > MOST_APART:
        return "another colour"
    fit = person_fit(landmarks, person.photo.size)
    start = _drafted(person, garment, fit)
    other_start = None if theirs is None else _drafted(person, theirs, fit)
    marks = np.column_stack([laid.landmarks[:, :2], garment.landmarks[:, 2]])
    values = [garment.attributes.get(name) for name in HEADS]
    return {
        "ids": np.array(pair.identifier),
        "held_out": np.array(pair.held_out),
        "person": photo_bytes,
        "matte": _png(matte & 0xF0 | matte >> 4),  # 16 levels pack better
        "parts": _png(person.parts),
        "worn": _png(worn),
        "garment": _jpeg(laid.pixels),
        "alpha": _png(laid.alpha & 0xF0 | laid.alpha >> 4),
        "landmarks": person.landmarks,
        "fit": np.array([fit.scale, fit.x, fit.y], np.float32),
        "start": (plain_start() if start is None else start).astype(np.float16),
        "drafted": np.array(start is not None),
        "other": np.array("" if other is None or other_start is None else other.identifier),
        "other_start": np.zeros(0, np.uint8)
        if other_start is None
        else np.frombuffer(other_start.astype(np.float16).tobytes(), np.uint8),
        "marks": marks.astype(np.float32),
        "attributes": np.array(
            [
                ATTRIBUTES[name].index(value) if value is not None else UNKNOWN
                for name, value in zip(HEADS, values, strict=True)
            ],
            np.uint8,
        ),
    }


def _self_made(
    pair: Source, landmarks: np.ndarray, silhouettes: Path, parser: Parser
) -> dict[str, np.ndarray] | str:
    """A street photo's top or coat, made flat, and the part of the photo that the studio frame
    shows; or why it is dropped."""
    assert pair.parse is not None  # a street photo's labels
    photo = read_rgb(pair.person)
    matte = read_stored(silhouettes / f"{pair.person.stem}.png", cv2.IMREAD_GRAYSCALE)
    names = json.loads((pair.parse.parent.parent / "labels.json").read_text())
    labels = ccp_parts(read_stored(pair.parse), names, landmarks)
    flat = flat_picture(_person(photo, landmarks, matte, labels), labels, Kind.UPPER, figure())
    if flat is None or flat.alpha is None:
        return "no flat picture"
    x, y, width, height = cv2.boundingRect((flat.alpha > 127).astype(np.uint8))
    around = (
        slice(max(y - FLAT_MARGIN, 0), y + height + FLAT_MARGIN),
        slice(max(x - FLAT_MARGIN, 0), x + width + FLAT_MARGIN),
    )
    garment = cut_garment(flat.pixels[around], flat.alpha[around])
    fit = person_fit(landmarks, photo.shape[:2])
    margin = np.array(CANVAS[::-1]) * FRAME_MARGIN
    corners = fit.unpoints(np.array([-margin, np.array(CANVAS[::-1]) + margin], np.float32))
    (x0, y0), (x1, y1) = np.clip(np.round(corners).astype(int), 0, photo.shape[1::-1])
    if min(x1 - x0, y1 - y0) < LEAST_SIDE:
        return "out of the frame"
    scale = min(1.0, fit.scale)
    size = round((x1 - x0) * scale), round((y1 - y0) * scale)
    landmarks = landmarks.copy()
    landmarks[:, :2] = (landmarks[:, :2] - (x0, y0) + 0.5) * scale - 0.5
    photo, matte = (
        np.asarray(cv2.resize(one[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA), np.uint8)
        for one in (photo, matte)
    )
    labels = cv2.resize(labels[y0:y1, x0:x1], size, interpolation=cv2.INTER_NEAREST)
    photo_bytes = _jpeg(photo)
    person = person_of(decode_rgb(photo_bytes), landmarks, matte, parser)
    return _as_stored(pair, photo_bytes, person, labels, garment)


def _drafted(person: Person, garment: Garment, fit: Fit) -> np.ndarray | None:
    """The geometric start of a garment on a person, None where there can be no draft."""
    try:
        draft = geometric_draft(person, garment)
    except TryOnError:
        return None
    return start_flow(draft, fit, garment_fit(garment.mask), garment.alpha)


def person_of(photo: Pixels, landmarks: Points, matte: Alpha, parser: Parser) -> Person:
    """A `Person` from what is stored beside the data. Depth is not, so limbs count as seen."""
    silhouette = matte >= 128
    no_hands = np.zeros((0, 21, 3), np.float32)
    # Half as long in bfloat16 on a CPU, and 999 of 1,000 labels stay.
    with torch.autocast("cpu", torch.bfloat16):
        scores = parser.parts_of(photo, landmarks, silhouette, no_hands)
    return _person(photo, landmarks, matte, scores.argmax(-1).astype(np.uint8))


def _person(photo: Pixels, landmarks: Points, matte: Alpha, parts: Labels) -> Person:
    silhouette = matte >= 128
    world = np.zeros((len(landmarks), 3), np.float32)
    world[:, :2] = (landmarks[:, :2] - middle_of_hips(landmarks)) / body_unit(landmarks)
    return Person(
        photo=Photo(photo),
        landmarks=landmarks.astype(np.float32),
        world=world * np.float32(SHOULDERS_METRES),
        silhouette=silhouette,
        matte=matte,
        parts=parts,
        hands=np.zeros((0, 21, 3), np.float32),
        box=box_of(silhouette),
        others=np.zeros((0, 4), np.float32),
    )


def worn_mask(parts: Labels, parse: Labels | None) -> NDArray[np.uint8]:
    """(H, W): 255 = the worn garment, 0 = not, 128 = in doubt.

    parts: what our parser says; parse: what the data set's parse says, or None. Where the two
    disagree nothing is learned, nor at an edge that only one of them drew.
    """
    ours = np.isin(parts, OLD_GARMENT)
    if parse is None:
        edge = cv2.morphologyEx(ours.view(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        return np.where(edge > 0, DOUBT, np.where(ours, WORN, 0)).astype(np.uint8)
    theirs = np.isin(parse, OLD_GARMENT)
    return np.where(ours == theirs, np.where(ours, WORN, 0), DOUBT).astype(np.uint8)


def garment_of(pair: Source) -> Garment | None:
    """The garment cut out by the data set's mask, or our own cut-out; None for a bad mask."""
    pixels = read_rgb(pair.cloth)
    if pair.mask is not None and pair.mask.is_file():
        mask = (read_stored(pair.mask, cv2.IMREAD_GRAYSCALE) > 0).astype(np.uint8) * 255
        alpha = np.asarray(cv2.GaussianBlur(mask, (3, 3), 0), np.uint8)
    else:
        cutout = cut_out(Photo(pixels))
        if cutout is None:
            return None
        alpha = cutout.alpha
    return cut_garment(pixels, alpha)


def cut_garment(pixels: Pixels, alpha: Alpha) -> Garment | None:
    """The `Garment`, a top, of a picture and its alpha; None for a bad one."""
    scale = GARMENT_LONGEST / max(pixels.shape[:2])
    if scale < 1:
        pixels, alpha = (
            np.asarray(
                cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
            )
            for one in (pixels, alpha)
        )
    mask = alpha >= 128
    if not MASK_AREA[0] < mask.mean() < MASK_AREA[1]:
        return None
    traced = trace(mask, Kind.UPPER, pixels, studio=True)
    measured = appearance_of(pixels, alpha, traced.limbs, traced.landmarks, Kind.UPPER, studio=True)
    return Garment(
        photo=Photo(pixels),
        alpha=alpha,
        limbs=traced.limbs,
        landmarks=traced.landmarks,
        kind=Kind.UPPER,
        attributes={name: value for name, (value, _) in measured.items()},
        attribute_scores={name: score for name, (_, score) in measured.items()},
    )


def colour_apart(photo: Pixels, worn: Mask, garment: StudioGarment) -> float:
    """CIELAB distance between the middle colours of worn garment and garment picture; lightness
    counts half, for light does that."""
    middles = []
    for pixels, mask in ((photo, worn), (garment.pixels, garment.alpha >= 200)):
        colours = pixels[mask].astype(np.float32)[None] / 255
        middles.append(np.median(cv2.cvtColor(colours, cv2.COLOR_RGB2LAB)[0], axis=0))
    apart = (middles[0] - middles[1]) * np.array([0.5, 1, 1], np.float32)
    return float(np.linalg.norm(apart))


def _jpeg(pixels: np.ndarray) -> np.ndarray:
    quality = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    return cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), quality)[1].ravel()


def _png(values: np.ndarray) -> np.ndarray:
    return cv2.imencode(".png", values, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].ravel()
