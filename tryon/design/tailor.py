"""Garment -> shorter Garment: sleeves, hems of tops, dresses and skirts, trousers to shorts.

Notable here:
- cloth can be cut off a picture, not added: what asks for more length is left to the caller.
- a cut follows the sleeve or leg, square to its middle line, or the shape of the old hem. Its edge
  is smooth to a fraction of a pixel, and a hem is sewn along it: a rolled edge and a seam.
- outline landmarks and limbs move with the cut, so that the warp follows the new shape.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Labels, Pixels, Points
from tryon.core.masks import COVERED
from tryon.core.types import Garment, Kind, Limb, Outline, Photo
from tryon.core.warp import Curve
from tryon.design.pattern import along_curve, limb_curves, pixels_per_cm

# How long. Sleeves: length of the outer edge from the shoulder, in widths of the chest; and as a
# share of a long sleeve, if it is one.
SLEEVE_REACH = {"sleeveless": 0.0, "short": 0.42, "three-quarter": 0.88}
OF_LONG = {"sleeveless": 0.0, "short": 0.3, "three-quarter": 0.79}
LEAST_INNER = 3.5  # cm a sleeve keeps below the armpit, a leg below the crotch
# Hems: distance from the shoulders in widths of the chest (tops, dresses), from the waist in
# widths of the hips (skirts, trousers).
TOP_LENGTH = {"cropped": 0.88, "short": 0.88, "regular": 1.4}
DRESS_LENGTH = {"cropped": 1.7, "short": 1.7, "regular": 2.4}
SKIRT_LENGTH = {"cropped": 0.85, "short": 0.85, "regular": 1.3}
TROUSERS_LENGTH = {"short": 1.05, "cropped": 1.65}
LEAST_LEFT = 0.6  # of a top's, dress's or skirt's length: narrow cuts are long for their width

# Whether it is worth it.
WORTH_CUTTING = 0.08  # of the length: a smaller difference is left alone
WORTH_CUTTING_SLEEVE = 0.14  # of the chest
NEAR_ENOUGH = 0.15  # of length or chest: this much shorter than asked for still passes for it

# The cut.
BULGE = 0.07  # of a sleeve's width: how far a hem bows outwards, as the edge of a tube does
SOFT_EDGE = 4  # px around the mask that may hold the soft edge
LEAST_PIECE = 0.03  # of the garment: smaller loose pieces are left-overs of a cut
LEAST_EDGE = 60  # alpha of a pixel beside a cut that belongs to the new edge

# The armhole of a garment without sleeves.
INSET = 0.28  # of the way from shoulder to collar: where the armhole of a tank top starts
HOLLOW = 0.14  # of the armhole's length, how far it curves into the body
SEAM_ON = 0.3  # of the armhole's length, how far below the arm the side is trimmed

# The hem sewn along a cut.
HEM = 2.2  # cm from the edge to the seam
SEAM = 0.18  # cm, its width
ROLL = 0.45  # cm over which the edge turns away from the light
ROLL_SHADE, SEAM_SHADE = 0.24, 0.13  # of the brightness
DARK_CLOTH = 40.0  # sRGB mean below which seams show by a lighter line
DARK_LIFT = 16.0  # sRGB by which that line is lighter


@dataclass
class _Work:
    """A garment's arrays while they are being cut."""

    pixels: Pixels
    alpha: Alpha
    limbs: Labels
    landmarks: Points
    density: float  # pixels per cm

    def point(self, name: str) -> np.ndarray | None:
        """(2,) x, y of a landmark, None if it is not there."""
        x, y, confidence = self.landmarks[Outline[name]]
        return np.array([x, y], np.float64) if confidence > 0 else None

    def known(self, name: str) -> np.ndarray:
        """The same for a landmark that was found to be there before."""
        point = self.point(name)
        assert point is not None, name
        return point


def shorten_sleeves(garment: Garment, sleeve: str) -> Garment | None:
    """The garment with its sleeves cut to "sleeveless", "short" or "three-quarter".

    The same garment if they are so already. None if that cannot be done: they are shorter than
    that, or where they are is not known.
    """
    chest = _between(garment, Outline.ARMPIT_LEFT, Outline.ARMPIT_RIGHT)
    if garment.kind == Kind.LOWER or chest is None:
        return None
    if garment.attributes.get("sleeve") == sleeve:
        return garment
    work = _start(garment)
    done = fits = False
    for limb, curve in limb_curves(garment):
        side = limb.name
        shoulder, armpit = work.known(f"SHOULDER_{side}"), work.known(f"ARMPIT_{side}")
        if sleeve == "sleeveless":
            _cut_armhole(work, limb, shoulder, armpit)
            done = True
            continue
        start, inner = curve.coordinates(np.array([shoulder, armpit]))[0]
        reach = SLEEVE_REACH[sleeve] * chest
        if garment.attributes.get("sleeve") == "long":
            reach = max(reach, OF_LONG[sleeve] * (curve.length - start))
        end = max(start + reach, inner + LEAST_INNER * work.density)
        if curve.length - end < WORTH_CUTTING_SLEEVE * chest:
            fits |= curve.length - end > -NEAR_ENOUGH * chest
            continue
        _cut_limb(work, limb, curve, end, ("CUFF_OUTER_", "CUFF_INNER_"))
        middle = curve.place(np.array([end / 2]), np.zeros(1))[0]
        work.landmarks[Outline[f"ELBOW_{side}"], :2] = middle
        done = True
    if not done:
        return garment if fits else None
    made = _finish(garment, work)
    if "sleeve" not in garment.attributes:
        return made
    return replace(made, attributes={**garment.attributes, "sleeve": sleeve})


def shorten(garment: Garment, length: str) -> Garment | None:
    """The garment with its hem moved up to "cropped", "short" or "regular" length.

    The same garment if it is so already. None if that cannot be done: it is shorter than that, or
    where it ends is not known.
    """
    work = _start(garment)
    if garment.kind == Kind.LOWER:
        width = _between(garment, Outline.HIP_LEFT, Outline.HIP_RIGHT)
        top, legs = ("WAIST_LEFT", "WAIST_RIGHT"), garment.point(Outline.CROTCH) is not None
        table = TROUSERS_LENGTH if legs else SKIRT_LENGTH
    else:
        width = _between(garment, Outline.ARMPIT_LEFT, Outline.ARMPIT_RIGHT)
        top, legs = ("SHOULDER_LEFT", "SHOULDER_RIGHT"), False
        table = DRESS_LENGTH if garment.kind == Kind.DRESS else TOP_LENGTH
    if width is None or length not in table:
        return None
    target = table[length] * width
    excess = _cut_legs(work, garment, target) if legs else _cut_hem(work, top, target)
    if excess is None or excess < -NEAR_ENOUGH:
        return None
    return _finish(garment, work) if excess >= WORTH_CUTTING else garment


def _between(garment: Garment, a: Outline, b: Outline) -> float | None:
    first, second = garment.point(a), garment.point(b)
    if first is None or second is None:
        return None
    return max(float(np.hypot(*(first - second))), 1.0)


def _start(garment: Garment) -> _Work:
    return _Work(
        garment.photo.pixels.copy(),
        garment.alpha.copy(),
        garment.limbs.copy(),
        garment.landmarks.copy(),
        pixels_per_cm(garment),
    )


def _finish(garment: Garment, work: _Work) -> Garment:
    mask = (work.alpha >= COVERED).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count > 2:
        sizes = stats[1:, cv2.CC_STAT_AREA]
        crumbs = np.isin(labels, 1 + np.nonzero(sizes < LEAST_PIECE * sizes.sum())[0])
        around = cv2.dilate(crumbs.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        work.alpha[around & (labels == 0)] = 0
        work.alpha[crumbs] = 0
    work.limbs[work.alpha < COVERED] = Limb.NONE
    return replace(
        garment,
        photo=Photo(work.pixels, garment.photo.alpha),
        alpha=work.alpha,
        limbs=work.limbs,
        landmarks=work.landmarks,
    )


# --- sleeves and legs --------------------------------------------------------------------------


def _limb_box(work: _Work, limb: Limb) -> tuple[slice, slice] | None:
    rows, columns = np.nonzero(work.limbs == limb)
    if len(rows) == 0:
        return None
    height, width = work.limbs.shape
    return (
        slice(max(rows.min() - SOFT_EDGE, 0), min(rows.max() + SOFT_EDGE + 1, height)),
        slice(max(columns.min() - SOFT_EDGE, 0), min(columns.max() + SOFT_EDGE + 1, width)),
    )


def _region(limbs: np.ndarray, limb: Limb) -> np.ndarray:
    """A limb's pixels with the soft edge around them."""
    own = (limbs == limb).astype(np.uint8)
    wide = cv2.dilate(own, np.ones((2 * SOFT_EDGE + 1,) * 2, np.uint8)) > 0
    return (own > 0) | (wide & (limbs == Limb.NONE))


def _cut_limb(work: _Work, limb: Limb, curve: Curve, end: float, names: tuple[str, str]) -> None:
    """Cut a sleeve or leg square to its curve, `end` pixels along it. names: the landmarks at its
    end, without the side."""
    box = _limb_box(work, limb)
    if box is None:
        return
    side = limb.name
    region = _region(work.limbs[box], limb)
    across, along = np.moveaxis(along_curve(curve, box, 0, 0), -1, 0)
    near = region & (np.abs(along - end) < 2 * work.density)
    half = max(float(np.abs(across[near]).max()) if near.any() else 1.0, 1.0)
    left = end - along + BULGE * 2 * half * (1 - np.square(np.clip(across / half, -1, 1)))
    _trim(work, box, region, left)

    old = [work.known(name + side) for name in names]
    at_edge = region & (np.abs(left) < 1.5) & (work.alpha[box] > LEAST_EDGE)
    if not at_edge.any():
        at_edge = region & (np.abs(left) < 4)
    if not at_edge.any():
        return
    signs = [np.sign(curve.coordinates(point[None])[1][0]) for point in old]
    rows, columns = np.nonzero(at_edge)
    places = across[at_edge]
    for name, sign in zip(names, signs, strict=True):
        best = (places * sign).argmax()
        work.landmarks[Outline[name + side], :2] = (
            columns[best] + box[1].start,
            rows[best] + box[0].start,
        )


def _cut_legs(work: _Work, garment: Garment, target: float) -> float | None:
    """Cut both legs `target` pixels below the waist; see `_cut_hem`."""
    most = None
    for limb, curve in limb_curves(garment):
        excess = (curve.length - target) / max(curve.length, 1.0)
        most = excess if most is None else max(most, excess)
        if excess < WORTH_CUTTING:
            continue
        crotch = curve.coordinates(work.known("CROTCH")[None])[0][0]
        end = max(target, crotch + LEAST_INNER * work.density)
        _cut_limb(work, limb, curve, end, ("HEM_", "HEM_INNER_"))
    return most


# --- the armhole -------------------------------------------------------------------------------


def _cut_armhole(work: _Work, limb: Limb, shoulder: np.ndarray, armpit: np.ndarray) -> None:
    side = limb.name
    collar = work.point(f"COLLAR_{side}")
    start = shoulder + (INSET * (collar - shoulder) if collar is not None else 0)
    chord = armpit - start
    length = float(np.hypot(*chord))
    centre = work.point(f"ARMPIT_{'RIGHT' if side == 'LEFT' else 'LEFT'}")
    inward = np.array([-chord[1], chord[0]]) / max(length, 1e-6)
    if centre is not None and np.dot(centre - armpit, inward) < 0:
        inward = -inward
    middle = start + chord * 0.62 + inward * HOLLOW * length
    # The cut goes on down the side to the body's edge: no corner of the sleeve, no ledge is left.
    waist = work.point(f"WAIST_{side}")
    seam = (waist - armpit) if waist is not None else np.array([0.0, length])
    below = armpit + seam * min(SEAM_ON * length / max(float(np.hypot(*seam)), 1.0), 1.0)
    below = _edge_of_body(work, below + inward * 0.25 * length, -inward, 0.5 * length, below)
    pit = armpit + inward * 0.04 * length
    curve = Curve(np.array([start, middle, pit, below]), rounding=0.5)
    towards_body = np.sign(curve.coordinates((middle + inward * 5)[None])[1][0])

    height, width = work.limbs.shape
    reach = round(0.35 * length)
    rows, columns = np.nonzero(work.limbs == limb)
    corners = np.array([start, armpit])
    low, high = corners.min(0), corners.max(0)
    if len(rows):
        low = np.minimum(low, (columns.min(), rows.min()))
        high = np.maximum(high, (columns.max(), rows.max()))
    box = (
        slice(max(int(low[1]) - reach, 0), min(int(high[1]) + reach, height)),
        slice(max(int(low[0]) - reach, 0), min(int(high[0]) + reach, width)),
    )
    limbs = work.limbs[box]
    region = _region(limbs, limb)
    across, along = np.moveaxis(along_curve(curve, box, 0, 0), -1, 0)
    inside = across * towards_body
    beside = (along > -0.25 * length) & (along < curve.length)
    kept = region & beside & (inside > -1) & (inside < 0.4 * length)
    outer = _region(limbs, Limb.BODY) & ~region & beside & (inside < 1) & (inside > -0.5 * length)
    gone = region & ~kept
    limbs[kept & (inside > 0)] = Limb.BODY
    edge = kept | outer
    left = np.where(gone, -10.0, np.where(edge, inside, 10.0)).astype(np.float32)
    # Where the sleeve hung beside the body, the cut is the limb's border, which has steps.
    smooth = cv2.GaussianBlur(np.clip(left, -2, 2), (0, 0), 1.0)
    left = np.where(edge, left, smooth)
    _trim(work, box, np.ones(left.shape, bool), left, hem=edge)
    for name in ("ELBOW_", "CUFF_OUTER_", "CUFF_INNER_"):
        work.landmarks[Outline[name + side], 2] = 0
    work.landmarks[Outline[f"SHOULDER_{side}"], :2] = start


def _edge_of_body(
    work: _Work, inner: np.ndarray, outward: np.ndarray, reach: float, default: np.ndarray
) -> np.ndarray:
    """Where a ray from a point inside the body leaves it; default if that is nowhere near."""
    places = inner + np.arange(0, reach)[:, None] * outward
    columns, rows = np.round(places).astype(int).T
    height, width = work.limbs.shape
    seen = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    body = np.zeros(len(places), bool)
    body[seen] = work.limbs[rows[seen], columns[seen]] == Limb.BODY
    if not body[0] or body.all():
        return default
    return places[int(body.argmin()) - 1]


# --- the hem -----------------------------------------------------------------------------------


def _cut_hem(work: _Work, top: tuple[str, str], target: float) -> float | None:
    """Cut the body parallel to its old hem, `target` pixels below the line through `top`.

    Returns the part of the length that was too much, or None if the ends are not known. Nothing is
    cut if it is not worth it.
    """
    names = (*top, "HEM_LEFT", "HEM_RIGHT")
    if any(work.point(name) is None for name in names):
        return None
    ends = [work.known(name) for name in names]
    middle, hem = (ends[0] + ends[1]) / 2, (ends[2] + ends[3]) / 2
    length = float(np.hypot(*(hem - middle)))
    target = max(target, LEAST_LEFT * length)
    excess = (length - target) / max(length, 1.0)
    if excess < WORTH_CUTTING:
        return excess
    up = (length - target) * abs(float(hem[1] - middle[1])) / max(length, 1.0)
    body = work.limbs == Limb.BODY
    columns = np.nonzero(body.any(axis=0))[0]
    first, last = columns.min(), columns.max() + 1
    bottom = body.shape[0] - 1 - body[::-1, first:last].argmax(axis=0).astype(np.float32)
    bottom = _smooth_profile(bottom, hem[1], reach=0.12 * length)
    box = (slice(0, body.shape[0]), slice(first, last))
    rows = np.arange(body.shape[0], dtype=np.float32)[:, None]
    left = (bottom - up)[None] - rows
    region = _region(work.limbs, Limb.BODY)[box]
    _trim(work, box, region, left)

    at_edge = region & (np.abs(left) < 1.0) & (work.alpha[box] > LEAST_EDGE)
    edge_rows, edge_columns = np.nonzero(at_edge)
    if len(edge_rows):
        order = edge_columns.argsort()
        for name, index in (("HEM_RIGHT", order[0]), ("HEM_LEFT", order[-1])):
            work.landmarks[Outline[name], :2] = (edge_columns[index] + first, edge_rows[index])
        centre = order[len(order) // 2]
        work.landmarks[Outline.HEM_CENTRE, :2] = (edge_columns[centre] + first, edge_rows[centre])
    for side in ("LEFT", "RIGHT"):
        waist, armpit = work.point(f"WAIST_{side}"), work.point(f"ARMPIT_{side}")
        end = work.known(f"HEM_{side}")
        if waist is not None and armpit is not None and waist[1] > end[1] - 2:
            work.landmarks[Outline[f"WAIST_{side}"], :2] = armpit * 0.35 + end * 0.65
    return excess


def _smooth_profile(bottom: np.ndarray, hem: float, reach: float) -> np.ndarray:
    """The lower edge of a hem by column. Columns that end far from the hem (at a side seam) take
    their neighbours' edge, and small notches are smoothed."""
    good = np.abs(bottom - hem) < reach
    if good.sum() < 8:
        return np.full_like(bottom, hem)
    places = np.arange(len(bottom))
    profile = np.interp(places, places[good], bottom[good]).astype(np.float32)
    sigma = max(len(bottom) / 40, 2.0)
    return cv2.GaussianBlur(profile[None], (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)[0]


# --- cloth edges -------------------------------------------------------------------------------


def _trim(
    work: _Work,
    box: tuple[slice, slice],
    region: np.ndarray,
    left: np.ndarray,
    hem: np.ndarray | None = None,
) -> None:
    """Remove what lies beyond a cut and sew a hem along it.

    left: (h, w) float32, how many pixels of cloth are left before the cut, negative beyond.
    region: where it applies; hem: where a hem is sewn, None = all of it.
    """
    keep = np.clip(left + 0.5, 0, 1)
    alpha = work.alpha[box]
    work.alpha[box] = np.where(region, np.round(alpha * keep), alpha).astype(np.uint8)
    work.limbs[box][region & (left < 0)] = Limb.NONE
    near = region & (left > -3) & (left < HEM * 1.3 * work.density)
    if hem is not None:
        near &= hem
    rows, columns = np.nonzero(near)
    if len(rows) == 0:
        return
    away = np.maximum(left[rows, columns], 0) / work.density  # cm
    shade = 1 - ROLL_SHADE * np.square(np.clip(1 - away / ROLL, 0, 1))
    wide = max(SEAM, 0.9 / work.density)
    seam = np.clip(1 - np.abs(away - HEM) / wide, 0, 1)
    ridge = np.clip(1 - np.abs(away - HEM + 1.6 * wide) / wide, 0, 1)
    at = (rows + box[0].start, columns + box[1].start)
    cloth = work.pixels[at].astype(np.float32)
    dark = cloth.mean(axis=1) < DARK_CLOTH
    shade = shade - SEAM_SHADE * seam + 0.5 * SEAM_SHADE * ridge
    lift = np.where(dark, DARK_LIFT * ridge, 0.0)
    sewn = cloth * shade[:, None] + lift[:, None]
    work.pixels[at] = np.clip(np.round(sewn), 0, 255).astype(np.uint8)
