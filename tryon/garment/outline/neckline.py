"""Garment -> Neckline: the front edge of the neck of a garment that nobody wears.

Notable here:
- in shop pictures and flat lays the inside of the back shows through the neck hole, and it is part
  of the garment's outline. On a wearer the neck is there instead, so it has to be cut away.
- the front edge is the arc with the strongest change of colour across it, alike all along it and
  rather to a darker inside: stripes change both ways, a label only in the middle. Its ends are
  looked for along the garment's upper edge: on wide necks the outline's own corners are the back's.
  On the gallery's 100 necks, whose insides are known, read as uploads, the inside is found with a
  mean IoU of 0.86 (0.69 before, with fixed ends).
"""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Points
from tryon.core.masks import COVERED
from tryon.core.types import Garment, Kind, Outline

# The search. An arc ends so many half widths between the collar's landmarks from the middle, is so
# many of its own widths deep, and has a shape: its exponent (1 = V, 2 = round, 3 = squarish scoop).
ENDS_AT = (1.0, 1.2, 1.45, 1.8, 2.15)
DEPTHS = np.linspace(0.06, 0.95, 46)
SHAPES = (1.05, 1.3, 2.0, 3.0)
DEPTH_LIMITS, SHAPE_LIMITS = (0.05, 1.2), (1.0, 4.0)
REFINED = (0.10, 0.05)  # around the best of these, arcs are tried again with steps so small
ARC_POINTS = 41

# The picture it runs on. All pixels below are of this size.
SEARCH_WIDTH = 100  # px, the collar's width there
ABOVE, BELOW, ACROSS = 0.35, 1.25, 2.8  # widths of the collar: what is searched around it
NARROWEST_COLLAR = 8  # px of the garment's picture: in a narrower one nothing can be seen
BORDER = 11  # px to keep away from the garment's own outline
LEAST_INSIDE = 0.45  # of an arc keeps away from it
ASIDE = 3  # px to either side of an arc at which colours are compared
SMOOTH = 1.2  # px, standard deviation
ENDS = 0.12  # of an arc on each side is left out: seams and straps meet there

# How clear an edge is. Colour changes are in CIELAB.
LIGHTNESS_COUNTS = 2.55  # times as much as hue
MOST_CHANGE = 60.0  # more counts no more
# What an arc has to have beyond three quarters of all arcs: in stripes and flowers each has much.
LEAST_CHANGE = 2.0
# An inside darker than the front by this much (L of 0..100) or more counts so much more.
DARKER, DARKER_COUNTS = 4.0, 0.6
# Deeper arcs must show more, for below a usual neckline lie prints (depths in widths of the
# collar); and so must wider and lopsided ones.
USUAL_DEPTH, DEPTH_FADE = 0.50, 2.0
WIDE_COST, LOPSIDED_COST = 0.3, 0.5

# Where nothing is seen.
CREW_DEPTH = 0.30  # widths of the collar: how deep a plain round neckline is
HOLE_AT = 0.12  # widths of the collar below it: without cloth there nothing is cut
# Widths of the collar: a neck hole this deep has been cut out already. The back's own edge dips
# less (65 of 80 shop pictures: 0.03 to 0.17; cut boat necks: 0.21 and more).
EMPTY_DEPTH = 0.18

# Collars that stand up around the neck and are meant to be seen.
STANDING = ("turtleneck", "hooded")
# Such a collar is a tube: as wide a little below its top as farther down, and solid, before the
# shoulders begin. Depths and widths in widths of the collar: turtlenecks of the gallery have 1.15
# and 1.20, all other tops, straps aside, at least 1.35 at the second depth.
TUBE_AT, SHOULDERS_AT = (0.12, 0.24, 0.35), 0.9
TUBE_WIDEST, TUBE_GROWS, SHOULDERS_LEAST = 1.28, 1.08, 1.9
TUBE_SOLID = 0.97  # of its width is garment


@dataclass(frozen=True, eq=False)
class Neckline:
    """The front edge in garment pixels. curve: (n, 2) from the left collar point to the right.
    centre: (2,) its lowest point. change: colour change across it, CIELAB units (0 = guessed)."""

    curve: np.ndarray
    centre: np.ndarray
    change: float


def front_neckline(garment: Garment) -> Neckline | None:
    """Find where the front begins below the visible inside of the back.

    None where there is nothing to cut: lower garments, worn ones, the gallery's (which have no
    visible inside), standing collars, garments without collar landmarks, and those whose neck hole
    is already empty.
    """
    if garment.kind is Kind.LOWER or garment.worn or garment.identifier:
        return None
    if garment.attributes.get("neckline") in STANDING:
        return None
    return edge_below(garment)


def _collar_axes(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors of the collar's own frame: along to the left, down into the garment."""
    along = (left - right) / np.linalg.norm(left - right)
    down = np.array([-along[1], along[0]])
    return along, down if down[1] > 0 else -down


def stands_up(alpha: Alpha, landmarks: Points) -> bool:
    """Whether a garment's alpha and its outline landmarks show a turtleneck."""
    ends = landmarks[[Outline.COLLAR_LEFT, Outline.COLLAR_RIGHT]].astype(np.float64)
    if not (ends[:, 2] > 0).all():
        return False
    left, right = ends[:, :2]
    width = float(np.linalg.norm(left - right))
    if width < NARROWEST_COLLAR:
        return False
    along, down = _collar_axes(left, right)
    t = np.linspace(-1.6, 1.6, 321)
    depths = np.array([*TUBE_AT, SHOULDERS_AT])
    places = (left + right) / 2 + width * (depths[:, None, None] * down + t[:, None] * along)
    on = cv2.remap(alpha, places.astype(np.float32), None, cv2.INTER_LINEAR) >= COVERED
    if not on.any(1).all():
        return False
    first, last = on.argmax(1), on.shape[1] - 1 - on[:, ::-1].argmax(1)
    widths = (last - first) * (t[1] - t[0])
    solid = [row[a : b + 1].mean() for row, a, b in zip(on, first, last, strict=True)]
    tube = widths[:-1]
    return bool(
        min(solid[:-1]) >= TUBE_SOLID
        and tube.max() <= TUBE_WIDEST
        and tube[-1] <= TUBE_GROWS * tube[0]
        and widths[-1] >= SHOULDERS_LEAST
    )


def edge_below(garment: Garment) -> Neckline | None:
    """The front's edge as `front_neckline` finds it, whatever the garment is."""
    left, right = garment.point(Outline.COLLAR_LEFT), garment.point(Outline.COLLAR_RIGHT)
    if left is None or right is None:
        return None
    left, right = left.astype(np.float64), right.astype(np.float64)
    width = float(np.linalg.norm(left - right))
    if width < NARROWEST_COLLAR:
        return None
    middle = (left + right) / 2
    if _already_empty(garment, middle, width):
        return None
    along, down = _collar_axes(left, right)

    # The region around the neck, brought to a fixed size.
    scale = SEARCH_WIDTH / width
    h, w = round((ABOVE + BELOW) * SEARCH_WIDTH), round(ACROSS * SEARCH_WIDTH)
    x, y = np.meshgrid(np.arange(w) - w / 2, np.arange(h) - ABOVE * SEARCH_WIDTH)
    places = (middle + (x[..., None] * along + y[..., None] * down) / scale).astype(np.float32)
    sigma = max(0.5 / scale, 0.1)
    source: np.ndarray = garment.photo.pixels
    if scale < 1:
        source = cv2.GaussianBlur(source, (0, 0), sigma)
    pixels = cv2.remap(source, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.remap(garment.alpha, places, None, cv2.INTER_LINEAR) >= COVERED

    arcs = _Arcs(pixels, inside)
    arc, change = arcs.clearest()
    if arc is None:
        row = round((ABOVE + HOLE_AT) * SEARCH_WIDTH)
        if not inside[row, w // 2 - 10 : w // 2 + 10].any():
            return None
        arc = (1.0, 1.0, CREW_DEPTH, 2.0)
    points = arcs.points(np.array([arc]), np.linspace(1, -1, ARC_POINTS))[0]
    lowest = arcs.points(np.array([arc]), np.zeros(1))[0, 0]
    curve, centre = (
        middle + ((place - (w / 2, ABOVE * SEARCH_WIDTH)) / scale) @ np.array([along, down])
        for place in (points, lowest)
    )
    return Neckline(curve, centre, change)


class _Arcs:
    """Arcs across a neck brought to `SEARCH_WIDTH`, and how clear an edge each follows.

    An arc is (left end, right end, depth, shape), see `ENDS_AT`, `DEPTHS` and `SHAPES`."""

    def __init__(self, pixels: np.ndarray, inside: np.ndarray) -> None:
        """pixels: (h, w, 3) uint8 RGB. inside: (h, w) bool, the garment."""
        self.height, self.width = inside.shape
        # The garment's own border is an edge too, a stronger one: stay clear of it.
        self.clear = cv2.erode(inside.astype(np.uint8), np.ones((BORDER, BORDER), np.uint8)) > 0
        self.top = np.where(inside.any(0), inside.argmax(0), self.height - 1).astype(np.float64)
        lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        # The inside is the same cloth in its own shadow: lightness shows more than hue.
        counts = np.array([LIGHTNESS_COUNTS, 1, 1], np.float32)
        self.colours = cv2.GaussianBlur(np.multiply(lab, counts), (0, 0), SMOOTH)

    def clearest(self) -> tuple[tuple[float, float, float, float] | None, float]:
        """The arc that stands out most, None if none does; and the colour change across it."""
        tried = np.array([(m, m, d, s) for m, d, s in product(ENDS_AT, DEPTHS, SHAPES)])
        scores, changes = self._scores(tried)
        if not np.isfinite(scores).any():
            return None, 0.0
        usual = float(np.quantile(scores[np.isfinite(scores)], 0.75))

        def best_of(arcs: np.ndarray, scores: np.ndarray) -> tuple[float, int]:
            clear = np.where(np.isfinite(scores), (scores - usual) * _likely(arcs), -np.inf)
            return float(clear.max()), int(clear.argmax())

        best, at = best_of(tried, scores)
        arc, change = tried[at], changes[at]
        for step in REFINED:
            wider = np.exp(np.arange(-2, 3) * step)
            deeper, rounder = np.arange(-2, 3) * step / 2, np.exp(np.arange(-1, 2) * 2 * step)
            tried = np.array(
                [
                    (arc[0] * a, arc[1] * b, arc[2] + d, arc[3] * s)
                    for a, b, d, s in product(wider, wider, deeper, rounder)
                ]
            )
            tried[:, 2] = np.clip(tried[:, 2], *DEPTH_LIMITS)
            tried[:, 3] = np.clip(tried[:, 3], *SHAPE_LIMITS)
            scores, changes = self._scores(tried)
            found, at = best_of(tried, scores)
            if found > best:
                best, arc, change = found, tried[at], changes[at]
        if best < LEAST_CHANGE:
            return None, 0.0
        return tuple(arc), float(change)

    def points(self, arcs: np.ndarray, t: np.ndarray) -> np.ndarray:
        """(n, 4) arcs -> (n, len(t), 2) x, y in pixels; t: 1 = left end, -1 = right end."""
        ends = self.width / 2 + np.column_stack([arcs[:, 0], -arcs[:, 1]]) * SEARCH_WIDTH / 2
        heights = self.top[np.clip(np.round(ends), 0, self.width - 1).astype(int)]
        x, y = (
            ((one[:, :1] + one[:, 1:]) + t * (one[:, :1] - one[:, 1:])) / 2
            for one in (ends, heights)
        )
        deep = arcs[:, 2:3] * arcs[:, :2].mean(1, keepdims=True) * SEARCH_WIDTH
        return np.dstack([x, y + deep * (1 - np.abs(t) ** arcs[:, 3:4])])

    def _scores(self, arcs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n,) how clear an edge each arc follows, -inf where too little of it lies on the
        garment; and (n,) the median colour change across it."""
        t = np.linspace(1 - ENDS, -1 + ENDS, ARC_POINTS)
        points = self.points(arcs, t)
        step = np.gradient(points, axis=1)
        step /= np.maximum(np.linalg.norm(step, axis=2, keepdims=True), 1e-6)
        downwards = np.dstack([step[..., 1], -step[..., 0]])
        lower, upper = (self._read(points + sign * ASIDE * downwards) for sign in (1, -1))
        both = lower[1] & upper[1]
        count = np.maximum(both.sum(1), 1)
        apart = (lower[0] - upper[0]) * both[..., None]
        change = np.linalg.norm(apart, axis=2)
        capped = np.where(both, np.minimum(change, MOST_CHANGE), np.nan)
        share = both.mean(1)
        scores = np.full(len(arcs), -np.inf)
        enough = share >= LEAST_INSIDE
        if not enough.any():
            return scores, np.zeros(len(arcs))
        ordered = np.sort(capped, axis=1)  # NaN last
        row = np.arange(len(arcs))
        weakest, median = (ordered[row, ((count - 1) * q).astype(int)] for q in (0.25, 0.5))
        alike = np.linalg.norm(apart.sum(1), axis=1) / np.maximum(change.sum(1), 1e-3)
        lighter = apart[..., 0].sum(1) / count / LIGHTNESS_COUNTS
        darker = np.clip(lighter / DARKER, -1, 1)
        value = share * (np.nansum(capped, 1) / count + weakest) / 2
        value *= alike * (1 + DARKER_COUNTS * darker)
        scores[enough] = value[enough]
        return scores, np.nan_to_num(median)

    def _read(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, k, 2) points -> their colours (n, k, 3) and whether they lie well on the garment."""
        x, y = np.round(points).astype(int).transpose(2, 0, 1)
        on = (x >= 0) & (y >= 0) & (x < self.width) & (y < self.height)
        x, y = np.clip(x, 0, self.width - 1), np.clip(y, 0, self.height - 1)
        return self.colours[y, x], on & self.clear[y, x]


def _likely(arcs: np.ndarray) -> np.ndarray:
    """(n,) 0..1: less for arcs that are deeper, wider and more lopsided than most necklines."""
    wide = arcs[:, :2].mean(1)
    deeper = np.maximum(arcs[:, 2] * wide - USUAL_DEPTH, 0)
    lopsided = np.abs(np.log(arcs[:, 0] / arcs[:, 1]))
    cost = deeper / DEPTH_FADE + WIDE_COST * np.abs(np.log(wide)) + LOPSIDED_COST * lopsided
    return np.exp(-cost)


def _already_empty(garment: Garment, middle: np.ndarray, width: float) -> bool:
    """Whether the cut-out has no cloth between the collar's two sides (`width` pixels apart) and
    its lowest point."""
    centre = garment.point(Outline.COLLAR_CENTRE)
    if centre is None:
        return False
    path = middle + np.linspace(0.15, 0.75, 9)[:, None] * (centre - middle)
    h, w = garment.alpha.shape
    x, y = np.clip(np.round(path).astype(int), 0, (w - 1, h - 1)).T
    deep = np.linalg.norm(centre - middle) > EMPTY_DEPTH * width
    return bool(deep and (garment.alpha[y, x] < COVERED).all())
