"""Garment -> Garment with another neckline: a round neck cut to a V, a scoop or a boat neck.

Notable here:
- cloth can be cut off a picture, not added: necklines that lie higher or stand up, and garments
  with a collar, a hood or buttons up to the neck are left to the caller.
- the new edge encloses the old one, and is bound with a band in the colour of the old band: ribs
  across it on what is knitted, a narrow binding on what is woven, a mitre at the point of a V.
- the collar's landmarks move with the edge, so that the warp leaves the neck as far open.
"""

from dataclasses import replace

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Pixels
from tryon.core.masks import COVERED, SOLID
from tryon.core.types import Garment, Kind, Limb, Outline, Photo
from tryon.core.warp import Curve
from tryon.design.pattern import along_curve, pixels_per_cm
from tryon.garment.outline.neckline import front_neckline

# What can be cut, and into what. Of each new neckline: its depth in widths of the chest, and how
# deep it may get to enclose the old one; how far it reaches out beyond the old one on each side in
# cm, and how far it may; the exponent of its arc (1 = straight lines that meet in a point, large =
# a U).
CUTS = {
    "v": ((0.33, 0.42), (1.2, 5.0), 1.12),
    "scoop": ((0.29, 0.38), (1.5, 4.0), 2.6),
    "boat": ((0.10, 0.15), (4.0, 6.0), 2.2),
}
DEEPER = {"v": 4.0, "scoop": 3.5, "boat": 0.0}  # cm, at least, than the old one
OPEN_NECKS = ("crew", "scoop", "boat", "v", "")  # those with nothing sewn on that stands in the way
KNITTED = ("t-shirt", "top", "tank-top", "sweater", "sweatshirt")
CUT_TYPES = (*KNITTED, "dress", "blouse", "")

# The old edge.
EDGE_POINTS = 41  # at which it is looked for
EDGE_REACH = 3.0  # half widths of the neck below the collar points, at most

# The new edge.
INSIDE = 0.9  # cm from the old one, at least
LEAST_STRAP = 3.0  # cm of shoulder that stay beside the neck
POINTS = 161  # of an edge
TRIES = 12  # widths tried, from the usual one to the widest
ABOVE = 6.0  # cm above the collar that are cut away: the inside of the back, a label
SUBPIXELS = 4  # bits of cv2.fillPoly's fixed point coordinates

# The band along it.
BANDS = {"sweater": 2.4, "sweatshirt": 2.2}  # cm, its width
RIB_BAND, BINDING = 1.8, 0.8  # cm on other knitted and on woven cloth
LOOK = (0.25, 1.3)  # cm below the old edge: there the old band's colour is looked at
RIB, RIB_DEPTH = 0.32, 0.07  # cm from rib to rib; of the brightness
ROUNDED = 0.16  # of the brightness by which a band's edges are darker than its middle
SEAM, SEAM_DEPTH = 0.14, 0.22  # cm, of the brightness
SHADOW, SHADOW_DEPTH = 0.9, 0.10  # cm below the band, of the brightness
FOLDS_KEPT = 0.6  # of the folds' shading shows on the band
SMOOTH = 0.8  # cm, standard deviation: finer shading is no fold
KINK = 0.2  # of a step between two points: edges that turn more in one are pointed
ENDS = 4.0  # cm that an edge goes straight on beyond its ends


def cut_neckline(garment: Garment, neckline: str) -> Garment | None:
    """The garment with its neck cut to "v", "scoop" or "boat", None if that cannot be done."""
    have = garment.attributes.get("neckline", "")
    if neckline not in CUTS or have not in OPEN_NECKS or garment.worn:
        return None
    if garment.kind == Kind.LOWER or garment.attributes.get("type", "") not in CUT_TYPES:
        return None
    frame = _frame(garment)
    if frame is None:
        return None
    curve, centre = _new_edge(frame, neckline)
    if curve is None:
        return None
    return _cut(garment, frame, curve, centre)


class _Frame:
    """The neck's own frame: along from the right collar point to the left one, down the front.

    middle: (2,) between the collar points. half: half the width of the neck, depth: how deep it
    is now, chest: the garment's, density: pixels per cm; all in pixels. room: how far the collar
    points may move outwards. edge: (n, 2) the old front edge, picture pixels.
    """

    def __init__(self, left: np.ndarray, right: np.ndarray) -> None:
        self.middle = (left + right) / 2
        self.along = (left - right) / max(float(np.hypot(*(left - right))), 1e-6)
        self.down = np.array([-self.along[1], self.along[0]])
        self.half = float(np.hypot(*(left - right))) / 2
        self.edge = np.zeros((0, 2))
        self.depth = self.chest = self.density = self.room = 0.0

    def place(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """(n, 2) picture pixels of points u along and v down."""
        return self.middle + u[..., None] * self.along + v[..., None] * self.down


def _frame(garment: Garment) -> _Frame | None:
    names = ("COLLAR_LEFT", "COLLAR_RIGHT", "COLLAR_CENTRE", "SHOULDER_LEFT", "SHOULDER_RIGHT")
    places = [garment.point(Outline[name]) for name in (*names, "ARMPIT_LEFT", "ARMPIT_RIGHT")]
    points = [place.astype(np.float64) for place in places if place is not None]
    if len(points) < len(places):
        return None
    left, right, _, *shoulders, armpit, other = points
    if left[0] - right[0] < 8:
        return None
    frame = _Frame(left, right)
    found = front_neckline(garment)
    frame.edge = _seen_edge(frame, garment.alpha) if found is None else found.curve
    if len(frame.edge) == 0:
        return None
    frame.depth = float(((frame.edge - frame.middle) @ frame.down).max())
    frame.density = pixels_per_cm(garment)
    frame.chest = float(np.hypot(*(armpit - other)))
    reach = min(float(np.hypot(*(s - c))) for s, c in zip(shoulders, (left, right), strict=True))
    frame.room = max(reach - LEAST_STRAP * frame.density, 0.0)
    return frame


def _seen_edge(frame: _Frame, alpha: Alpha) -> np.ndarray:
    """(n, 2) the upper edge of the front where the neck is cut out of the picture."""
    reach = np.arange(0, EDGE_REACH * frame.half)
    found = []
    for u in np.linspace(0.94, -0.94, EDGE_POINTS) * frame.half:
        first = _first_cloth(frame.place(np.full(len(reach), u), reach), alpha)
        if first is not None:
            found.append(first)
    return np.array(found).reshape(-1, 2)


def _new_edge(frame: _Frame, neckline: str) -> tuple[np.ndarray | None, np.ndarray]:
    """(n, 2) picture pixels of the new front edge from left to right, and its lowest point."""
    (usual, most), outs, exponent = CUTS[neckline]
    across = np.abs((frame.edge - frame.middle) @ frame.along)
    below = (frame.edge - frame.middle) @ frame.down + INSIDE * frame.density
    least = max(usual * frame.chest, frame.depth + DEEPER[neckline] * frame.density)
    for out in np.linspace(*outs, TRIES) * frame.density:
        wide = frame.half + min(out, frame.room)
        # as deep as it has to be to run below the old edge everywhere
        share = 1 - np.minimum(across / wide, 1) ** exponent
        deep = max(least, float((below / np.maximum(share, 1e-3)).max()))
        if deep <= most * frame.chest:
            t = np.linspace(1, -1, POINTS)
            curve = frame.place(t * wide, deep * (1 - np.abs(t) ** exponent))
            return curve, frame.place(np.zeros(1), np.array([deep]))[0]
    return None, frame.middle


def _cut(garment: Garment, frame: _Frame, curve: np.ndarray, centre: np.ndarray) -> Garment:
    density = frame.density
    up = frame.down * -ABOVE * density
    hole = np.zeros(garment.alpha.shape, np.uint8)
    outline = np.vstack([curve, curve[-1] + up, curve[0] + up])
    points = np.round(outline * 2**SUBPIXELS).astype(np.int32)
    cv2.fillPoly(hole, [points], 255, cv2.LINE_AA, SUBPIXELS)

    kind = garment.attributes.get("type", "")
    width = BANDS.get(kind, RIB_BAND) if kind in KNITTED else BINDING
    colour = _band_colour(garment, frame)
    pixels = garment.photo.pixels.copy()
    alpha = np.minimum(garment.alpha, 255 - hole)
    plain = garment.attributes.get("pattern", "plain") in ("plain", "graphic")
    folds = FOLDS_KEPT if plain else FOLDS_KEPT / 4  # stripes would pass for folds
    _bind(pixels, alpha, curve, colour, width, density, folds, ribbed=kind in KNITTED)
    limbs = garment.limbs.copy()
    limbs[alpha < COVERED] = Limb.NONE
    landmarks = garment.landmarks.copy()
    landmarks[Outline.COLLAR_LEFT, :2] = _on_cloth(curve[0], frame, alpha)
    landmarks[Outline.COLLAR_RIGHT, :2] = _on_cloth(curve[-1], frame, alpha)
    landmarks[Outline.COLLAR_CENTRE, :2] = centre
    return replace(
        garment,
        photo=Photo(pixels, garment.photo.alpha),
        alpha=alpha,
        limbs=limbs,
        landmarks=landmarks,
    )


def _on_cloth(point: np.ndarray, frame: _Frame, alpha: Alpha) -> np.ndarray:
    """The place nearest to a point, up or down, where the garment's upper edge is."""
    reach = np.arange(-5.0, 5.0, 0.05) * frame.density
    outward = np.sign((point - frame.middle) @ frame.along) * frame.along * 1.5
    path = point + outward + reach[:, None] * frame.down
    height, width = alpha.shape
    columns = np.clip(np.round(path[:, 0]).astype(int), 0, width - 1)
    rows = np.clip(np.round(path[:, 1]).astype(int), 0, height - 1)
    there = alpha[rows, columns] >= COVERED
    return path[int(there.argmax())] - outward if there.any() else point


def _band_colour(garment: Garment, frame: _Frame) -> np.ndarray:
    """(3,) sRGB of the band around the old neck: that of the cloth where there is no band."""
    near, far = (value * frame.density for value in LOOK)
    steps = np.linspace(near, far, 12)
    quarter = len(frame.edge) // 4
    places = frame.edge[quarter : len(frame.edge) - quarter]
    places = (places[:, None] + steps[:, None] * frame.down).reshape(-1, 2)
    height, width = garment.alpha.shape
    columns, rows = np.clip(np.round(places).astype(int), 0, (width - 1, height - 1)).T
    inside = garment.alpha[rows, columns] >= SOLID
    seen = garment.photo.pixels[rows[inside], columns[inside]]
    if len(seen) == 0:
        seen = garment.photo.pixels[garment.mask]
    return np.median(seen.astype(np.float32), axis=0)


def _first_cloth(path: np.ndarray, alpha: Alpha) -> np.ndarray | None:
    """The first point of a path ((n, 2)) that lies on the garment, None if none does."""
    height, width = alpha.shape
    columns, rows = np.clip(np.round(path).astype(int), 0, (width - 1, height - 1)).T
    there = alpha[rows, columns] >= SOLID
    return path[int(there.argmax())] if there.any() else None


def _bind(
    pixels: Pixels,
    alpha: Alpha,
    curve: np.ndarray,
    colour: np.ndarray,
    width: float,
    density: float,
    folds_kept: float,
    ribbed: bool,
) -> None:
    """Sew a band of `width` cm along an edge into `pixels` (changed)."""
    margin = int((width + SHADOW + 1) * density) + 4
    low, high = curve.min(0) - margin, curve.max(0) + margin
    box = (
        slice(max(int(low[1]), 0), min(int(high[1]) + 1, alpha.shape[0])),
        slice(max(int(low[0]), 0), min(int(high[0]) + 1, alpha.shape[1])),
    )
    away, along = _beside(curve, box, density)
    near = (away > -2 / density) & (away < width + SHADOW) & (alpha[box] > 0)
    rows, columns = np.nonzero(near)
    if len(rows) == 0:
        return
    cm, along = np.maximum(away[rows, columns], 0), along[rows, columns]

    cloth = pixels[box].astype(np.float32)
    light = cv2.GaussianBlur(cloth.mean(axis=2), (0, 0), max(SMOOTH * density, 1.0))
    folds = light[rows, columns] / max(float(np.median(light[rows, columns])), 1.0)
    shade = 1 + folds_kept * (np.clip(folds, 0.7, 1.3) - 1)
    middle = np.clip(cm / width, 0, 1) * 2 - 1
    shade = shade * (1 - ROUNDED * np.abs(middle) ** 3)
    if ribbed:
        rib = max(RIB, 3.0 / density)
        shade = shade * (1 + RIB_DEPTH * (np.cos(along * (2 * np.pi / rib)) - 0.3))
    if _pointed(curve):  # the mitre of a V
        shade = shade * (1 - SEAM_DEPTH * np.clip(1 - along / max(SEAM, 1 / density), 0, 1))
    wide = max(SEAM, 1.2 / density)
    seam = 1 - SEAM_DEPTH * np.clip(1 - np.abs(cm - width) / wide, 0, 1)
    below = 1 - SHADOW_DEPTH * np.clip(1 - (cm - width) / SHADOW, 0, 1) * (cm > width)
    band = np.clip((width - cm) * density + 0.5, 0, 1)[:, None]
    made = cloth[rows, columns]
    made = made + band * (colour * shade[:, None] - made)
    made = made * (seam * below)[:, None]
    pixels[box][rows, columns] = np.clip(np.round(made), 0, 255).astype(np.uint8)


def _pointed(curve: np.ndarray) -> bool:
    """Whether an edge has a point in its middle, as a V has."""
    middle = len(curve) // 2
    steps = np.diff(curve[middle - 1 : middle + 2], axis=0)
    return bool(np.hypot(*(steps[1] - steps[0])) > KINK * np.hypot(*steps[0]))


def _beside(
    curve: np.ndarray, box: tuple[slice, slice], density: float
) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) cm from the edge into the cloth, negative in the neck, and cm along it from its middle
    for each pixel of a box. The two sides of a V meet in a mitre."""
    middle = len(curve) // 2
    sides = [curve[middle::-1], curve[middle:]] if _pointed(curve) else [curve]
    away, along = [], []
    for side in sides:
        points = side[:: max(1, len(side) // 8)]
        if (points[-1] != side[-1]).any():
            points = np.vstack([points, side[-1]])
        ends = [points[0] - points[1], points[-1] - points[-2]]
        ends = [end / np.hypot(*end) * ENDS * density for end in ends]
        points = np.vstack([points[0] + ends[0], points, points[-1] + ends[1]])
        line = Curve(points, rounding=0.5)
        inside = points[len(points) // 2] + (0, density)
        sign = np.sign(line.coordinates(inside[None])[1][0])
        across, place = np.moveaxis(along_curve(line, box, 0, 0), -1, 0)
        away.append(across * sign / density)
        start = line.length / 2 if len(sides) == 1 else ENDS * density
        along.append(np.abs(place - start) / density)
    if len(sides) == 1:
        return away[0], along[0]
    return np.maximum(*away), np.where(away[0] > away[1], along[0], along[1])
