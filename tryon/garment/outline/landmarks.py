"""Mask -> Trace: kind, outline landmarks and limbs of a garment, from its outline.

Notable here:
- everything is geometry on the small upright copy of the mask that `shape` makes, one side at a
  time; `sleeves` finds the armpits.
- the picture itself is looked at only where a sleeve or leg touches its neighbour.
- what the mask cannot show is put where it usually is, with a low confidence.
"""

from dataclasses import dataclass, replace

import numpy as np

from tryon.core.arrays import Labels, Mask, Pixels, Points
from tryon.core.types import Kind, Outline
from tryon.garment.outline.kinds import LEG_NOTCH, guess_kind
from tryon.garment.outline.limbs import limb_map, lone_limb
from tryon.garment.outline.shape import (
    LEFT_RIGHT,
    Shape,
    Side,
    find_crotch,
    grey_of,
    half_width,
    reshaped,
    shape_of,
    side_of,
)
from tryon.garment.outline.sleeves import (
    ALIKE,
    ARMPIT_LOWEST,
    lobe_end,
    part_sleeves,
    sharpest_notch,
    sleeve_root,
    slit_along_edge,
)

SURE, LIKELY, GUESSED = 0.95, 0.7, 0.35  # confidence: seen, seen but faint, from proportions

# The garment as a whole.
OUTLINE_TRUST = 0.5  # exponent: how much the outline's guess of the kind counts beside the prior
# Symmetry: tops turned to the side have at most 0.79; tops seen from the front on which only one
# sleeve was found have 0.96 and more.
EVEN = 0.9

# Shoulder and armhole of a side without a sleeve, in half widths of the garment: how far the
# shoulder's tip lies below the neck at most, how deep a broad shoulder's armhole usually is below
# the tip, how far an armhole's bottom stands out.
TIP, ARMHOLE_DEEP, STANDS_OUT = 0.55, 0.66, 0.06

# The neck.
COLLAR_NOTCH = 0.07  # of the way neck to shoulder: a deeper notch is the foot of a collar or hood
COLLAR_ALIKE = 0.4  # of the other side's distance from the axis: nearer is no collar point

# A hem seen as one: whether two legs lie side by side there.
SLIGHT_NOTCH = 0.03  # of the height: two hems side by side leave at least this much
FLARE = 1.12  # hem by seat width: legs side by side are narrower than that, long skirts are not
TROUSER_SHAPE = 1.5  # height over width: skirts with a notched hem are rarely this slender
RISE = 0.3  # of trousers' length: waistband to crotch

# Corners: each is the point of a side that lies farthest in a direction (outward, down).
TOP_HEM_CORNER = np.array([0.75, 1.0])
SHOULDER_CORNER = np.array([0.45, -1.0])
WAIST_CORNER = np.array([0.5, -1.0])  # the end of the waistband
SKIRT_CORNER = np.array([1.5, 1.0])  # a skirt's hem is round
ABOVE_HEM = 0.8  # of the way from the waist to the crotch: certainly not yet the hem
HIP_DROP = 0.55  # of the flat waist's width: how far the hips are below a skirt's waistband


@dataclass(frozen=True, eq=False)
class Trace:
    """What the outline says. kind_score: 0..1, probability of the kind. landmarks: 23, indexed by
    `Outline`, and limbs, labels of `Limb`, in the garment frame. angle: degrees it was turned."""

    kind: Kind
    kind_score: float
    landmarks: Points
    limbs: Labels
    angle: float


def trace(
    mask: Mask,
    kind: Kind | None = None,
    pixels: Pixels | None = None,
    studio: bool = False,
    prior: dict[str, float] | None = None,
    sleeveless: bool = False,
) -> Trace:
    """Kind, landmarks and limbs of a garment from its mask.

    pixels: the picture, for what the outline alone does not show.
    studio: the picture is a shop's, where garments hang on mannequins (see `guess_kind`).
    prior: probability of each kind, as the network sees it; weighed with that of the outline.
    sleeveless: it is known to have no sleeves: what stands out are straps, frills or a flared hem.
    """
    shape = shape_of(mask)
    score = 1.0
    parted = None
    if kind != Kind.LOWER:
        parted = upper_landmarks(shape, grey_of(shape, pixels), sleeveless)
    if kind is None:
        assert parted is not None
        kind, score = guess_kind(shape, *_proportions(parted[1]), studio)
        if prior is not None:
            kind, score = _weighed(kind, score, prior)
    if kind == Kind.LOWER:
        shape, guessed = _part_legs(shape, grey_of(shape, pixels))
        crotch = find_crotch(shape)
        between_legs = crotch[0] if crotch is not None and crotch[1] > LEG_NOTCH else None
        landmarks = lower_landmarks(shape, between_legs)
        if guessed:
            landmarks[Outline.CROTCH, 2] = min(landmarks[Outline.CROTCH, 2], GUESSED)
    else:
        assert parted is not None
        shape, landmarks = parted
    limbs = limb_map(mask, shape, landmarks, kind)
    lone = kind != Kind.LOWER and not sleeveless and lone_limb(limbs) is not None
    if lone and shape.symmetry >= EVEN:
        # Seen from the front, a garment has two sleeves or none: what stands out is not one.
        return replace(trace(mask, kind, pixels, studio, sleeveless=True), kind_score=score)
    return Trace(kind, score, landmarks, limbs, shape.angle)


def _weighed(kind: Kind, score: float, prior: dict[str, float]) -> tuple[Kind, float]:
    """The most probable kind from the outline's guess and from `prior`, and its probability."""
    other = (1 - score) / (len(Kind) - 1)
    both = {k: prior[k] * (score if k == kind else other) ** OUTLINE_TRUST for k in Kind}
    best = max(both, key=both.__getitem__)
    return best, both[best] / max(sum(both.values()), 1e-6)


def _proportions(landmarks: np.ndarray) -> tuple[float, float, float]:
    """A top's length from shoulders to hem, its waist and its hem width, by its chest width."""
    points = landmarks[:, :2]

    def pair(name: str) -> tuple[np.ndarray, float]:
        left, right = points[Outline[f"{name}_LEFT"]], points[Outline[f"{name}_RIGHT"]]
        return (left + right) / 2, float(np.hypot(*(left - right)))

    (shoulders, _), (_, chest), (_, waist), (hem, wide) = map(
        pair, ("SHOULDER", "ARMPIT", "WAIST", "HEM")
    )
    chest = max(chest, 1e-3)
    return float(np.hypot(*(hem - shoulders))) / chest, waist / chest, wide / chest


def upper_landmarks(
    shape: Shape, grey: np.ndarray | None = None, sleeveless: bool = False
) -> tuple[Shape, Points]:
    """The shape with its sleeves parted, and (23, 3) landmarks of a top or a dress in the garment
    frame.

    grey: (h, w) uint8, the picture in the working frame: shows where a sleeve that lies against
    the body ends and the body begins. sleeveless: there are no sleeves to be found.
    """
    shape, guessed = (shape, set()) if sleeveless else part_sleeves(shape, grey)
    points: dict[str, tuple[float, float, float]] = {}
    sides = {right: side_of(shape, right) for right in LEFT_RIGHT}
    found = {right: _upper_side(side, sleeveless) for right, side in sides.items()}
    if shape.symmetry > ALIKE:
        _even_collar(sides, found)
    for right, name in LEFT_RIGHT.items():
        sign = 1.0 if right else -1.0
        for key, (u, v, confidence) in found[right].items():
            if right in guessed and key == "ARMPIT":
                confidence = min(confidence, GUESSED)
            points[f"{key}_{name}"] = (shape.axis + sign * u, v, confidence)
    top, bottom = shape.contour[0], shape.contour[shape.bottom]
    points["COLLAR_CENTRE"] = (*top, LIKELY)
    points["HEM_CENTRE"] = (*bottom, SURE)
    return shape, _collect(shape, points)


def _collect(shape: Shape, points: dict[str, tuple[float, float, float]]) -> np.ndarray:
    landmarks = np.zeros((len(Outline), 3), np.float32)
    for key, (x, y, confidence) in points.items():
        landmarks[Outline[key], :2] = shape.to_garment(np.array([[x, y]]))[0]
        landmarks[Outline[key], 2] = confidence
    return landmarks


def _upper_side(side: Side, sleeveless: bool) -> dict[str, tuple[float, float, float]]:
    """Landmarks of one side of a top or dress, in the side frame with confidences."""
    half = half_width(side)
    found: dict[str, tuple[float, float, float]] = {}
    root = None if sleeveless else sleeve_root(side, half)
    if root is not None:
        shoulder, armpit, sure = root
        outer, inner, middle = lobe_end(side.path[shoulder : armpit + 1])
        collar, collar_sure = _collar(side, shoulder)
        found["CUFF_OUTER"] = (*outer, sure)
        found["CUFF_INNER"] = (*inner, sure)
        found["ELBOW"] = (*middle, sure)
        found["ARMPIT"] = (*side.path[armpit], sure)
        found["SHOULDER"] = (*side.path[shoulder], sure)
    else:
        shoulder, armpit, sure = _armhole(side, half)
        collar, collar_sure = _collar(side, shoulder)
        found["SHOULDER"] = (*side.path[shoulder], SURE)
        found["ARMPIT"] = (*side.path[armpit], sure)
        # without a sleeve the cuff is the armhole itself
        found["CUFF_OUTER"] = (*side.path[shoulder], sure)
        found["CUFF_INNER"] = (*side.path[armpit], sure)
    found["COLLAR"] = (*side.path[collar], collar_sure)
    hem = armpit + _corner(side.path[armpit:], TOP_HEM_CORNER)
    found["HEM"] = (*side.path[hem], SURE)
    found["WAIST"] = _waist(side, side.path[armpit], side.path[hem])
    return found


def _armhole(side: Side, half: float) -> tuple[int, int, float]:
    """Path indices of shoulder tip and armhole bottom, and a confidence, of a sleeveless side."""
    span = side.bottom - side.top
    upper = np.nonzero(side.path[:, 1] < side.top + 0.4 * span)[0]
    upper = upper[: int(np.argmax(np.diff(upper, append=10**6) > 1)) + 1]
    shoulder = int(upper[_corner(side.path[upper], SHOULDER_CORNER)])
    low = side.top + ARMPIT_LOWEST * span
    below = np.nonzero(side.path[:, 1] > low)[0]
    end = int(below[below > shoulder][0]) if (below > shoulder).any() else len(side.path) - 1
    bulge = _bulge(side.path[shoulder : end + 1])
    if bulge is not None and side.path[shoulder + bulge, 1] - side.path[shoulder, 1] < TIP * half:
        # A corner so near below the neck is the shoulder's tip; a broad shoulder's armhole goes
        # straight down from there.
        shoulder += bulge
        bulge = _bulge(side.path[shoulder : end + 1])
        deep = 0.0 if bulge is None else side.path[shoulder + bulge, 1] - side.path[shoulder, 1]
        drop = side.path[shoulder, 1] + ARMHOLE_DEEP * half
        bulge = bulge if deep > TIP * half else None
    else:
        drop = side.path[shoulder, 1] + 0.9 * max(side.path[shoulder, 0], 0.5 * half)
    if bulge is not None:
        return shoulder, shoulder + bulge, LIKELY
    part = side.path[shoulder : end + 1]
    return shoulder, shoulder + int(np.abs(part[:, 1] - drop).argmin()), GUESSED


def _bulge(part: np.ndarray) -> int | None:
    """Index of the point of a side's path that stands out farthest from the straight line between
    its ends; None where none does."""
    along = part[-1] - part[0]
    along /= max(np.hypot(*along), 1e-6)
    outward = (part[:, 0] - part[0, 0]) * along[1] - (part[:, 1] - part[0, 1]) * along[0]
    return int(outward.argmax()) if outward.max() > STANDS_OUT * part[:, 0].max() else None


def _corner(path: np.ndarray, direction: np.ndarray) -> int:
    """Index of the point of a path that lies farthest in a direction."""
    return int((path @ direction).argmax())


def _collar(side: Side, shoulder: int) -> tuple[int, float]:
    """Path index of the side of the neck, and a confidence."""
    part = side.path[: shoulder + 1]
    if len(part) < 5:
        return 0, GUESSED
    along = part[-1] - part[0]
    length = max(float(np.hypot(*along)), 1e-6)
    along = along / length
    above = (part[:, 0] - part[0, 0]) * along[1] - (part[:, 1] - part[0, 1]) * along[0]
    crest = int(above.argmax())
    valley = crest + int(above[crest:].argmin())
    if above[valley] < -COLLAR_NOTCH * length:
        return sharpest_notch(side, valley, 4), LIKELY
    # a shallow neckline: the corner is flat, so lean towards where necks usually end
    prior = 0.03 * length * np.abs(part[:, 0] / max(part[-1, 0], 1e-6) - 0.45)
    best = int((above - prior).argmax())
    return best, SURE if above[best] > 0.08 * length else LIKELY


def _even_collar(
    sides: dict[bool, Side], found: dict[bool, dict[str, tuple[float, float, float]]]
) -> None:
    """Put an even garment's collar point on the other side, too, where instead of a corner the
    middle of a flat neckline was found. Changes `found`."""
    outer = max(found, key=lambda right: found[right]["COLLAR"][0])
    u, v, _ = found[outer]["COLLAR"]
    if found[not outer]["COLLAR"][0] >= COLLAR_ALIKE * u:
        return
    path = sides[not outer].path
    upper = path[path[:, 1] <= found[not outer]["ARMPIT"][1]]
    if len(upper):
        nearest = upper[int(np.hypot(*(upper - (u, v)).T).argmin())]
        found[not outer]["COLLAR"] = (*nearest, GUESSED)


def _waist(side: Side, armpit: np.ndarray, hem: np.ndarray) -> tuple[float, float, float]:
    """The narrowest point between armpit and hem, where there is one."""
    length = hem[1] - armpit[1]
    rows = np.arange(int(armpit[1] + 0.2 * length), int(armpit[1] + 0.8 * length) + 1)
    rows = rows[(rows >= 0) & (rows < len(side.edge))]
    if len(rows) < 3:
        middle = (armpit + hem) / 2
        return float(middle[0]), float(middle[1]), GUESSED
    line = np.interp(rows, [armpit[1], hem[1]], [armpit[0], hem[0]])
    hollow = line - side.edge[rows]
    best = int(hollow.argmax())
    if hollow[best] > 0.03 * armpit[0]:
        return float(side.edge[rows[best]]) - 0.5, float(rows[best]), SURE
    best = int(np.abs(rows - (armpit[1] + 0.5 * length)).argmin())
    return float(side.edge[rows[best]]) - 0.5, float(rows[best]), GUESSED


def lower_landmarks(shape: Shape, crotch: int | None) -> Points:
    """(23, 3) landmarks of trousers or shorts (crotch: its contour index) or a skirt (None)."""
    points: dict[str, tuple[float, float, float]] = {}
    if crotch is not None:
        shape = replace(shape, bottom=crotch)
        points["CROTCH"] = (*shape.contour[crotch], SURE)
    else:
        points["HEM_CENTRE"] = (*shape.contour[shape.bottom], SURE)
    for right, name in LEFT_RIGHT.items():
        sign = 1.0 if right else -1.0
        side = side_of(shape, right)
        found = _skirt_side(side) if crotch is None else _leg_side(side)
        for key, (u, v, confidence) in found.items():
            points[f"{key}_{name}"] = (shape.axis + sign * u, v, confidence)
    return _collect(shape, points)


def _part_legs(shape: Shape, grey: np.ndarray | None) -> tuple[Shape, bool]:
    """The shape with legs that lie against each other slit apart up to where the crotch usually
    is, and whether that was done."""
    found = find_crotch(shape)
    x, y = shape.contour.T
    top, height = y.min(), np.ptp(y)
    widths = shape.mask.sum(axis=1)
    seat = widths[int(top + 0.2 * height) : int(top + 0.4 * height) + 1].max()
    hem = widths[int(top + 0.85 * height) : int(top + 0.95 * height) + 1].max()
    slender = height > TROUSER_SHAPE * np.ptp(x) and hem < FLARE * seat
    if found is None or not SLIGHT_NOTCH < found[1] <= LEG_NOTCH or not slender:
        return shape, False
    opened = shape.opened.astype(np.uint8)
    end = np.array([shape.axis, top + RISE * height])
    slit_along_edge(opened, grey, shape.contour[found[0]], end, 0.12 * float(np.ptp(x)))
    return reshaped(shape, opened > 0), True


def _leg_side(side: Side) -> dict[str, tuple[float, float, float]]:
    """Landmarks of one half of trousers or shorts, in the side frame with confidences."""
    path = side.path
    crotch = path[-1]
    # The legs of shorts may end above the crotch on the outside, so the hem is looked for from
    # somewhat higher up.
    above = side.top + ABOVE_HEM * (crotch[1] - side.top)
    outer = np.nonzero(path[:, 1] <= above)[0]
    outer = outer[: int(np.argmax(np.diff(outer, append=10**6) > 1)) + 1]  # before the hem
    waist = int(outer[_corner(path[outer], WAIST_CORNER)])
    root = int(outer[-1])
    seat = path[waist : root + 1]
    low = seat[:, 1] >= (path[waist, 1] + crotch[1]) / 2
    hip = waist + (int(np.nonzero(low)[0][seat[low, 0].argmax()]) if low.any() else 0)
    hem, inner, _ = lobe_end(path[root:])
    return {
        "WAIST": (*path[waist], SURE),
        "HIP": (*path[hip], LIKELY),
        "HEM": (*hem, SURE),
        "HEM_INNER": (*inner, SURE),
    }


def _skirt_side(side: Side) -> dict[str, tuple[float, float, float]]:
    """Landmarks of one half of a skirt, in the side frame with confidences."""
    path = side.path
    middle = (side.top + side.bottom) / 2
    upper = np.nonzero(path[:, 1] < middle)[0]
    waist = int(upper[_corner(path[upper], WAIST_CORNER)])
    hem = waist + _corner(path[waist:], SKIRT_CORNER)
    length = path[hem, 1] - path[waist, 1]
    drop = path[waist, 1] + min(HIP_DROP * 2 * path[waist, 0], 0.5 * length)
    hip = waist + int(np.abs(path[waist : hem + 1, 1] - drop).argmin())
    return {
        "WAIST": (*path[waist], SURE),
        "HIP": (*path[hip], LIKELY),
        "HEM": (*path[hem], SURE),
    }
