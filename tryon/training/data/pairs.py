"""Training samples for the fusion network: prepared pairs, disturbed as strangers' photos are.

Notable here:
- everything is held in memory as uint8 arrays; a sample is a few OpenCV calls and a pure function
  of (seed, index): a resumed run sees what it would have seen.
- a photo is resampled once: studio frame, augmentation and canvas size are one affine map.
- augmentation covers what the studio frame makes of strangers: wrong scale, shifts, cut-off hips
  or heads, light and colour casts, blur, JPEG, slips of parser and pose, leaking backgrounds.
- garment and worn garment are recoloured together, so colours are learned evenly.
- the geometric start is disturbed as well, and now and then replaced by a plain one: the network
  must not trust it blindly.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from tryon.core.frame import Fit
from tryon.core.types import Outline, Part
from tryon.core.warp import ThinPlateSpline
from tryon.fusion.agnostic import Cut, body_planes, kept
from tryon.fusion.studio import CANVAS, GREY, START, WHITE, plain_start, word_vector
from tryon.person.body import (
    MIRRORED_PARTS,
    MIRRORED_POSE,
    TORSO,
    body_unit,
    middle_of_hips,
    middle_of_shoulders,
)
from tryon.training.data.captions import as_worn, known_of, some_words
from tryon.training.data.garments import MIRROR_OUTLINE
from tryon.training.data.pictures import decode_rgb, decode_stored
from tryon.training.prepare.pairs import DOUBT, OLD_GARMENT, UNKNOWN, WORN, unpack_pairs

# Values of the arrays.
HIDDEN = 127  # where the network may not look; 0 after normalisation
BENEATH = 64  # value of a worn mask: something else is seen, but the garment may lie beneath
SURE_WORN, SURE_NOT = 190, 20  # of a worn mask after resampling, 0..255; between is doubt
NEVER_OVER = (Part.HAIR, Part.FACE, Part.NECK, Part.LEFT_HAND, Part.RIGHT_HAND, Part.ACCESSORY)
START_STRIDE = CANVAS[0] // START[0]  # pixels for a cell of the start flow
EDGE = cv2.BORDER_REPLICATE

# How much a pair is disturbed.
RECOLOURED = 0.35  # of the samples with a garment picture
# Shares of the samples whose garment ends at the old hem, the old neckline, both old sleeves' ends;
# of those whose two sleeves differ in that.
FOLLOWING, ONE_SLEEVE = 0.6, 0.15
START_NOISE, START_SHIFT = 0.025, 0.02  # normalised: of each part of the flow, of all of it
MOST_DISCS = 8  # hidden beside what is hidden anyway, so that its border says nothing
CERTAIN = (
    *(Part.HAIR, Part.FACE, Part.LEFT_HAND, Part.RIGHT_HAND),
    *(Part.LEFT_ARM, Part.RIGHT_ARM),
)

# A start for somebody else's garment.
TRUNK_MARKS = [
    Outline[f"{name}_{side}"]
    for name in ("COLLAR", "SHOULDER", "ARMPIT", "WAIST", "HEM")
    for side in ("LEFT", "RIGHT")
]
LEAST_MARKS = 6  # known of both garments
TRUNK_STIFFNESS = 0.05  # of the thin plate spline


@dataclass(frozen=True, eq=False)
class Pair:
    """A prepared pair. pixels (H, W, 3), matte, parts, worn (H, W) uint8 in the photo's frame;
    landmarks (33, 3) float32; fit: photo -> studio frame. garment (256, 192, 3), alpha (256, 192)
    uint8 and marks (23, 3) float32 on the garment canvas. start (32, 24, 2) float32 in the studio
    frame. attributes: indices into the values of `HEADS`, 255 = not measured. other: id of the pair
    whose garment `other_start` is for, "" = none. known: what words may say about it."""

    identifier: str
    pixels: np.ndarray
    matte: np.ndarray
    parts: np.ndarray
    worn: np.ndarray
    landmarks: np.ndarray
    fit: Fit
    garment: np.ndarray
    alpha: np.ndarray
    marks: np.ndarray
    start: np.ndarray
    attributes: np.ndarray
    other: str = ""
    other_start: np.ndarray | None = None
    known: Mapping[str, str] = field(default_factory=dict)


def read_pairs(cache: Path, held_out: bool, limit: int | None = None) -> list[Pair]:
    """The pairs that `prepare_pairs` wrote to CACHE/pairs. FileNotFoundError if there are none."""
    shards = sorted((cache / "pairs").glob("[0-9]*.npz"))
    if not shards:
        raise FileNotFoundError(f"no prepared pairs in {cache / 'pairs'}: run prepare-pairs")
    pairs: list[Pair] = []
    for shard in shards:
        with np.load(shard) as stored:
            for pair in unpack_pairs(stored):
                if bool(pair["held_out"]) == held_out:
                    pairs.append(_decoded(pair))
                if limit is not None and len(pairs) == limit:
                    return pairs
    return pairs


def _decoded(pair: dict[str, np.ndarray]) -> Pair:
    pixels, garment = (decode_rgb(pair[name]) for name in ("person", "garment"))
    matte, parts, worn, alpha = (
        decode_stored(pair[name]) for name in ("matte", "parts", "worn", "alpha")
    )
    scale, x, y = (float(value) for value in pair["fit"])
    worn_words = as_worn(worn == WORN, pair["landmarks"])
    return Pair(
        identifier=str(pair["ids"]),
        pixels=pixels,
        matte=matte,
        parts=parts,
        worn=worn,
        landmarks=pair["landmarks"],
        fit=Fit(scale, x, y, pixels.shape[:2], CANVAS),
        garment=garment,
        alpha=alpha,
        marks=pair["marks"],
        start=pair["start"].astype(np.float32),
        attributes=pair["attributes"],
        other=str(pair["other"]),
        other_start=np.frombuffer(pair["other_start"].tobytes(), np.float16)
        .reshape(*START, 2)
        .astype(np.float32)
        if len(pair["other_start"])
        else None,
        known=known_of(pair["attributes"], worn_words),
    )


class Pairs:
    """Training samples for the fusion network."""

    def __init__(
        self, pairs: list[Pair], seed: int = 0, workers: int = 1, pictureless: float = 0.0
    ) -> None:
        """workers: threads that make samples; more than one pays beside a GPU. pictureless: share
        of the samples whose garment is given in words alone."""
        self.pairs = pairs
        self.seed = seed
        self.pictureless = pictureless
        self._map: Callable = map
        if workers > 1:
            self._map = ThreadPoolExecutor(workers, "pairs").map

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Samples first .. first + count - 1 on canvases of `size`, stacked; see `sample`."""
        samples = list(self._map(lambda i: self.sample(i, size), range(first, first + count)))
        return {name: np.stack([one[name] for one in samples]) for name in samples[0]}

    def sample(self, index: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Sample number `index`, always the same for the same seed; see `drawn`."""
        rng = np.random.default_rng((self.seed, index))
        pair = self.pairs[rng.integers(len(self.pairs))]
        how = Disturbance.random(rng)
        return drawn(pair, pair, size, replace(how, pictured=rng.random() >= self.pictureless))


@dataclass(frozen=True, eq=False)
class Disturbance:
    """What is done to a pair. `Disturbance()` is the pair as it is.

    person, garment: (2, 3) maps on their canvases of 256 x 192. mirrored: both. cut: what of the
    person is hidden. rng: for everything else, or None. pictured: the garment's picture is given,
    not only words.
    """

    person: np.ndarray
    garment: np.ndarray
    mirrored: bool = False
    cut: Cut = field(default_factory=Cut)
    rng: np.random.Generator | None = None
    pictured: bool = True

    @classmethod
    def none(cls, cut: Cut | None = None) -> "Disturbance":
        same = np.eye(2, 3)
        return cls(same, same, cut=cut or Cut())

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Disturbance":
        zoom = np.exp(rng.normal(0, 0.10))
        shift = rng.normal(0, 5, 2)
        if rng.random() < 0.15:
            zoom = np.exp(rng.uniform(np.log(0.6), np.log(1.4)))
        if rng.random() < 0.10:
            shift = rng.uniform(-25, 25, 2)
        person = _about_middle(zoom, np.clip(rng.normal(0, 3), -12, 12), shift)
        garment = np.eye(2, 3)
        if rng.random() < 0.5:
            garment = _about_middle(rng.uniform(0.85, 1.04), rng.normal(0, 3), rng.normal(0, 2, 2))
        arms = rng.uniform(0.05, 1.0, 2)
        arms[rng.random(2) < 0.3] = 1.0
        room = rng.uniform(0.02, 0.14) if rng.random() < 0.75 else rng.uniform(0.14, 0.3)
        # Either the garment is to end where what is worn below begins, or where hiding ends must
        # not say where it does: then mostly all below the waist is hidden.
        follows = bool(rng.random() < FOLLOWING)
        if follows:
            hem = rng.uniform(0.0, 0.2)
        else:
            hem = rng.uniform(0.5, 0.9) if rng.random() < 0.8 else rng.uniform(0.0, 0.5)
        cut = Cut(
            room=room,
            arms=(float(arms[0]), float(arms[1])),
            neck=rng.uniform(0.2, 1.0),
            hem=hem,
            lower=follows,
            sleeves=_both_or_one(rng),
            neckline=bool(rng.random() < FOLLOWING),
        )
        return cls(person, garment, bool(rng.random() < 0.5), cut, rng)


def drawn(
    wearer: Pair, worn: Pair, size: tuple[int, int], how: Disturbance
) -> dict[str, np.ndarray]:
    """A wearer's photo and a garment (another pair's for unpaired try-ons) as network inputs and
    targets on canvases of `size` (height, width), a multiple of 32 each.

    seen (H, W, 3): the person, 127 where hidden. keep (H, W): 255 = seen.
    planes (11, H/2, W/2): see `body_planes`. garment (H, W, 3), alpha (H, W). All uint8.
    start (H/8, W/8, 2) float32: the flow to start from, normalised.
    person (H, W, 3): what is to come out. worn (H, W): 255 = the worn garment, 64 = something
    else, but the garment may lie beneath (hair, hands, crossed arms, neck), 128 = unknown, 0 = not.
    marks (23, 3) float32: the garment's outline landmarks, normalised, and confidence.
    attributes (len(HEADS),) int64, -1 = unknown.
    text (WORDS,) float32: what is said, see `studio.word_vector`.
    """
    rng = how.rng
    scale = np.diag([size[0] / CANVAS[0]] * 2)
    to_size = np.column_stack([scale, np.diag(scale) / 2 - 0.5])
    studio = _then(how.person, to_size)
    if how.mirrored:
        studio = _then(studio, np.array([[-1, 0, size[1] - 1], [0, 1, 0]], float))
    matrix = _then(wearer.fit.matrix, studio)
    pixels = wearer.pixels
    if rng is not None and rng.random() < 0.5:
        pixels = _other_camera(pixels, rng)
    garment = worn.garment
    recoloured = False
    if rng is not None and wearer is worn and rng.random() < RECOLOURED and how.pictured:
        recoloured, recolour = True, _recolouring(rng)
        soft = cv2.GaussianBlur((wearer.worn == WORN).astype(np.uint8) * 255, (3, 3), 0)
        pixels = _recoloured(pixels, soft, recolour)
        garment = _recoloured(garment, worn.alpha, recolour)

    shape = size[1], size[0]
    pixels = cv2.warpAffine(pixels, matrix, shape, borderMode=EDGE)
    matte = cv2.warpAffine(wearer.matte, matrix, shape)
    shown = cv2.warpAffine(np.full(wearer.parts.shape, 255, np.uint8), matrix, shape) > 127
    parts = np.asarray(
        cv2.warpAffine(wearer.parts, matrix, shape, flags=cv2.INTER_NEAREST), np.uint8
    )
    target = cv2.warpAffine(wearer.worn, matrix, shape)  # edges become values between: in doubt
    marks = wearer.landmarks.copy()
    marks[:, :2] = marks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    if how.mirrored:
        marks, parts = marks[MIRRORED_POSE], MIRRORED_PARTS[parts]
    if rng is not None:
        shown = _cut_photo(shown, marks, rng)
        matte[~shown], parts[~shown] = 0, Part.BACKGROUND
    alpha = matte[..., None].astype(np.float32) / 255
    person = (GREY + alpha * (pixels.astype(np.float32) - GREY) + 0.5).astype(np.uint8)

    found, joints, behind = parts, marks, person
    if rng is not None:
        found, joints = _slips(parts, marks, rng)
        behind = _leaked(person, matte, shown, rng)
    keep = kept(found, joints, how.cut)
    if rng is not None:
        keep = _nibbled(keep, found, joints, rng)
    seen = np.where(keep[..., None], behind, np.uint8(HIDDEN))
    worn_mask = np.where(target > SURE_WORN, WORN, np.where(target < SURE_NOT, 0, DOUBT))
    worn_mask[(worn_mask == 0) & _in_front(parts, marks)] = BENEATH
    worn_mask[~shown] = DOUBT

    garment_map = _then(how.garment, to_size)
    if how.mirrored:
        garment_map = _then(garment_map, np.array([[-1, 0, size[1] - 1], [0, 1, 0]], float))
    cloth = cv2.warpAffine(garment, garment_map, shape, borderValue=(WHITE,) * 3)
    sample = {
        "seen": seen,
        "keep": keep.astype(np.uint8) * 255,
        "planes": body_planes(found, joints, keep, shown, how.cut),
        "garment": cloth,
        "alpha": cv2.warpAffine(worn.alpha, garment_map, shape),
        "start": _start(wearer, worn, studio, garment_map, size, rng),
        "person": person,
        "worn": worn_mask.astype(np.uint8),
        "marks": _marks(worn.marks, garment_map, size, how.mirrored),
        "attributes": np.where(worn.attributes == UNKNOWN, -1, worn.attributes.astype(np.int64)),
        "text": some_words(worn.known, rng, recoloured),
    }
    return sample if how.pictured else _in_words(sample, worn)


def _both_or_one(rng: np.random.Generator) -> tuple[bool, bool]:
    """Whether the left and the right sleeve end where the old ones do."""
    left = bool(rng.random() < FOLLOWING)
    return left, left != bool(rng.random() < ONE_SLEEVE)


def _in_words(sample: dict[str, np.ndarray], worn: Pair) -> dict[str, np.ndarray]:
    """A sample without its garment picture: all that is known is said, nothing is laid out."""
    height, width = sample["start"].shape[:2]
    matrix = np.diag([width / START[1], height / START[0]])
    plain = cv2.warpAffine(
        plain_start(),
        np.column_stack([matrix, np.diag(matrix) / 2 - 0.5]),
        (width, height),
        borderMode=EDGE,
    )
    marks = sample["marks"].copy()
    marks[:, 2] = 0
    return sample | {
        "garment": np.full_like(sample["garment"], WHITE),
        "alpha": np.zeros_like(sample["alpha"]),
        "start": plain.astype(np.float32),
        "marks": marks,
        "attributes": np.full_like(sample["attributes"], -1),
        "text": word_vector(worn.known),
    }


def _other_camera(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light, white balance, small size, noise and JPEG, as far as a garment keeps its colour."""
    height, width = pixels.shape[:2]
    if rng.random() < 0.25:
        shrink = rng.uniform(0.5, 0.9)
        small = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        pixels = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.7:
        ramp = np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, 0.12))
        ramp = (ramp - 0.5) * np.exp(rng.normal(0, 0.08)) + 0.5 + rng.normal(0, 0.03)
        table = ramp * np.exp(rng.normal(0, 0.035, 3)) * 255
        pixels = cv2.LUT(pixels, np.clip(table, 0, 255).astype(np.uint8)[None])
    if rng.random() < 0.15:
        noise = rng.normal(0, rng.uniform(2, 7), (height, width, 1))
        pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        quality = int(rng.integers(40, 90))
        encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        pixels = decode_stored(np.asarray(encoded, np.uint8), cv2.IMREAD_COLOR)
    return pixels


def _in_front(parts: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """(H, W) bool: what is seen here lies, or may lie, over the garment: hair, hands, the neck (a
    flat collar's back would lie there), bare arms before the trunk."""
    front = np.isin(parts, NEVER_OVER)
    corners = marks[list(TORSO), :2]
    trunk = np.zeros(parts.shape, np.uint8)
    hull = cv2.convexHull(np.clip(corners, -20000, 20000).astype(np.float32))
    cv2.fillConvexPoly(trunk, np.round(hull).astype(np.int32), 1)
    return front | (np.isin(parts, (Part.LEFT_ARM, Part.RIGHT_ARM)) & (trunk > 0))


def _about_middle(zoom: float, degrees: float, shift: np.ndarray) -> np.ndarray:
    """(2, 3): scaled and turned about the canvas's middle, then shifted."""
    middle = (CANVAS[1] - 1) / 2, (CANVAS[0] - 1) / 2
    matrix = cv2.getRotationMatrix2D(middle, float(degrees), float(zoom))
    matrix[:, 2] += shift
    return matrix


def _then(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(2, 3) map: the first, and then the second."""
    linear = second[:, :2] @ first[:, :2]
    return np.column_stack([linear, second[:, :2] @ first[:, 2] + second[:, 2]])


def _recolouring(rng: np.random.Generator) -> np.ndarray:
    """(3, 4): colours turned around the grey axis, with other saturation and brightness."""
    angle, keep = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.3)
    axis = np.full((3, 3), 1 / 3)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    turn = keep * (np.cos(angle) * (np.eye(3) - axis) + np.sin(angle) * cross) + axis
    return np.column_stack([rng.uniform(0.7, 1.15) * turn, rng.uniform(-10, 25, 3)])


def _recoloured(pixels: np.ndarray, weight: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 with other colours where (H, W) uint8 weight says."""
    dyed = cv2.transform(pixels, colours)
    share = weight[..., None].astype(np.uint16)
    return ((dyed * share + pixels * (255 - share)) // 255).astype(np.uint8)


def _cut_photo(shown: np.ndarray, marks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What is still shown when the photo ends early: above the hips, below the chin, at a side."""
    shown = shown.copy()
    shoulders, hips = middle_of_shoulders(marks), middle_of_hips(marks)
    torso = max(float(hips[1] - shoulders[1]), 1.0)
    chance = rng.random()
    if chance < 0.15:
        row = shoulders[1] + rng.uniform(0.45, 1.2) * torso
        shown[max(round(float(row)), 0) :] = False
    elif chance < 0.19:
        row = shoulders[1] - rng.uniform(0.02, 0.5) * torso
        shown[: max(round(float(row)), 0)] = False
    elif chance < 0.23:
        width = shown.shape[1]
        edge = max(round(float(rng.uniform(0.05, 0.3) * width)), 1)
        shown[:, :edge] &= rng.random() < 0.5
        shown[:, -edge:] &= rng.random() < 0.5
    return shown


def _slips(
    parts: np.ndarray, marks: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Parts and landmarks with the small errors they have in use."""
    marks = marks.copy()
    unit = body_unit(marks)
    marks[:, :2] += rng.normal(0, 0.015 * unit, (len(marks), 2))
    if rng.random() < 0.15:
        parts = np.roll(parts, tuple(rng.integers(-2, 3, 2)), (0, 1))
    if rng.random() < 0.15:  # a border between garment and something else drawn too far out or in
        old = np.isin(parts, OLD_GARMENT).astype(np.uint8)
        grown = cv2.dilate(old, np.ones((3, 3), np.uint8)) > 0
        values, counts = np.unique(parts[old > 0], return_counts=True)
        if len(values):
            parts = np.where(grown & (parts != Part.BACKGROUND), values[counts.argmax()], parts)
    return parts, marks


def _nibbled(
    keep: np.ndarray, parts: np.ndarray, marks: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Discs hidden along the border of what is hidden, which would else follow the old outline at
    an even distance. Heads, hands and bare arms stay."""
    border = cv2.morphologyEx(keep.view(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    certain = np.isin(parts, CERTAIN)
    rows, columns = np.nonzero((border > 0) & ~certain)
    if not len(rows):
        return keep
    unit = body_unit(marks)
    discs = np.zeros(keep.shape, np.uint8)
    for at in rng.integers(0, len(rows), rng.integers(0, MOST_DISCS + 1)):
        radius = max(round(float(rng.uniform(0.05, 0.22)) * unit), 1)
        cv2.circle(discs, (int(columns[at]), int(rows[at])), radius, 1, -1)
    return keep & ((discs == 0) | certain)


def _leaked(
    person: np.ndarray, matte: np.ndarray, shown: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """The person with a strip of some background around it, as a loose silhouette leaves."""
    if rng.random() > 0.25:
        return person
    side = 2 * int(rng.integers(1, 5)) + 1
    wide = cv2.dilate(matte, np.ones((side, side), np.uint8))
    colours = rng.integers(0, 256, (4, 3, 3)).astype(np.uint8)
    behind = cv2.resize(colours, person.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    share = (wide.astype(np.float32) - matte)[..., None] / 255 * shown[..., None]
    return (person + share * (behind.astype(np.float32) - person)).astype(np.uint8)


def _start(
    wearer: Pair,
    worn: Pair,
    studio: np.ndarray,
    garment: np.ndarray,
    size: tuple[int, int],
    rng: np.random.Generator | None,
) -> np.ndarray:
    """(H/8, W/8, 2) float32: the start flow on the disturbed canvases.

    studio: (2, 3) studio frame -> canvas. garment: (2, 3) garment canvas -> disturbed one.
    """
    flow = worn.start if wearer is worn else _other_start(wearer, worn)
    if rng is not None and rng.random() < 0.1:
        flow = plain_start()
    height, width = size[0] // START_STRIDE, size[1] // START_STRIDE
    step = np.diag([START_STRIDE] * 2)
    cells = np.column_stack([step, np.diag(step) / 2 - 0.5])  # cell -> canvas pixel
    back = cv2.invertAffineTransform(studio)
    to_cells = cv2.invertAffineTransform(cells)
    matrix = _then(_then(cells, back), to_cells)
    sampled = cv2.warpAffine(
        flow,
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=EDGE,
    )
    # normalised -> pixels of the garment canvas -> of the disturbed one -> normalised
    half = np.array([CANVAS[1] / 2, CANVAS[0] / 2])
    points = (sampled + 1) * half - 0.5
    points = points @ garment[:, :2].T + garment[:, 2]
    sampled = (points + 0.5) * 2 / np.array(size[::-1]) - 1
    if rng is not None:
        coarse = rng.normal(0, START_NOISE, (4, 3, 2)) + rng.normal(0, START_SHIFT, 2)
        sampled += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return sampled.astype(np.float32)


def _other_start(wearer: Pair, worn: Pair) -> np.ndarray:
    """(32, 24, 2) float32: a start for somebody else's garment, through the wearer's own one.

    What lies where one garment's collar, armpits or hem is takes the other's; sleeves go on from
    there. The product drafts every garment on every body instead; where that was prepared it is
    taken.
    """
    if wearer.other_start is not None and wearer.other == worn.identifier:
        return wearer.other_start
    known = (wearer.marks[TRUNK_MARKS, 2] > 0) & (worn.marks[TRUNK_MARKS, 2] > 0)
    if known.sum() < LEAST_MARKS:
        return plain_start()
    ours, theirs = (one.marks[TRUNK_MARKS][known, :2] for one in (wearer, worn))
    half = np.array([CANVAS[1] / 2, CANVAS[0] / 2])
    points = ((wearer.start.astype(np.float64) + 1) * half - 0.5).reshape(-1, 2)
    moved = ThinPlateSpline(ours, theirs, TRUNK_STIFFNESS)(points).reshape(*START, 2)
    return np.clip((moved + 0.5) / half - 1, -2, 2).astype(np.float32)


def _marks(
    marks: np.ndarray, garment: np.ndarray, size: tuple[int, int], mirrored: bool
) -> np.ndarray:
    moved = marks[MIRROR_OUTLINE].copy() if mirrored else marks.copy()
    points = moved[:, :2] @ garment[:, :2].T + garment[:, 2]
    moved[:, :2] = (points + 0.5) * 2 / np.array(size[::-1]) - 1
    return moved.astype(np.float32)
