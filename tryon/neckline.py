"""The front neckline of a garment that nobody wears.

Notable here:
- in shop pictures and flat lays the inside of the back shows through the neck hole, and it is part
  of the garment's outline. On a wearer the neck is there instead, so it has to be cut away.
- the front edge is found as the arc between the collar's two sides with the strongest change of
  colour across it: one parameter for the depth, one for the shape (round to V).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.types import Garment, Kind, Outline

# Depths tried, in widths of the collar; shapes tried: exponent of the arc (1 = V, 2 = round,
# 3 = squarish scoop).
DEPTHS = np.linspace(0.06, 0.95, 46)
SHAPES = (1.15, 2.0, 3.0)
# Colour change (CIELAB units) on both sides of the arc beyond that of three quarters of all arcs,
# below which nothing is believed: in stripes and flowers every arc has much of it.
LEAST_CHANGE = 3.5
# Deeper arcs must show more: below a usual neckline lie prints. Widths of the collar.
USUAL_DEPTH, DEPTH_FADE = 0.50, 0.30
# Share of the arc, on each side, left out: seams and straps meet there.
ENDS = 0.12
# Width of the collar in pixels when it is searched.
SEARCH_WIDTH = 120
# Pixels (at that width) to keep away from the outline, and the share of the arc that must do so.
BORDER = 11
LEAST_INSIDE = 0.45
# How deep a plain round neckline is when it cannot be seen, in widths of the collar.
CREW_DEPTH = 0.30

# A neck hole this deep, in widths of the collar, has been cut out already; the back's own edge dips
# less (65 of 80 shop pictures: 0.03 to 0.17; cut boat necks: 0.21 and more).
EMPTY_DEPTH = 0.18

# Collars that stand up around the neck and are meant to be seen.
STANDING = ("turtleneck", "hooded")


@dataclass(frozen=True, eq=False)
class Neckline:
    """The front edge in garment pixels. curve: (n, 2) from the left collar point to the right.
    centre: (2,) its lowest point. change: colour change across it, CIELAB units (0 = guessed)."""

    curve: np.ndarray
    centre: np.ndarray
    change: float


def front_neckline(garment: Garment) -> Neckline | None:
    """Find where the front begins below the visible inside of the back.

    None where there is nothing to cut: lower garments, worn ones, the gallery's (whose inside the
    gallery left out), standing collars, garments without collar landmarks, and those whose neck
    hole is already empty.
    """
    if garment.kind is Kind.LOWER or garment.worn or garment.identifier:
        return None
    if garment.attributes.get("neckline") in STANDING:
        return None
    return edge_below(garment)


def edge_below(garment: Garment) -> Neckline | None:
    """The front's edge as `front_neckline` finds it, whatever the garment is."""
    left, right = garment.point(Outline.COLLAR_LEFT), garment.point(Outline.COLLAR_RIGHT)
    if left is None or right is None:
        return None
    left, right = left.astype(np.float64), right.astype(np.float64)
    width = float(np.linalg.norm(left - right))
    if width < 8:
        return None
    if _already_empty(garment, (left + right) / 2, width):
        return None
    # Unit vectors of the collar's own frame: along to the left, down into the garment.
    along = (left - right) / width
    down = np.array([-along[1], along[0]])
    down = down if down[1] > 0 else -down
    middle = (left + right) / 2

    # The region around the neck, brought to a fixed size.
    scale = SEARCH_WIDTH / width
    h, w = round(1.3 * SEARCH_WIDTH), round(1.2 * SEARCH_WIDTH)
    x, y = np.meshgrid(np.arange(w) - w / 2, np.arange(h) - 0.15 * SEARCH_WIDTH)
    places = (middle + (x[..., None] * along + y[..., None] * down) / scale).astype(np.float32)
    sigma = max(0.5 / scale, 0.1)
    source = (
        cv2.GaussianBlur(garment.photo.pixels, (0, 0), sigma)
        if scale < 1
        else (garment.photo.pixels)
    )
    pixels = cv2.remap(source, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.remap(garment.alpha, places, None, cv2.INTER_LINEAR) >= 128
    # The garment's own border is an edge too, a stronger one: stay clear of it.
    clear = cv2.erode(inside.astype(np.uint8), np.ones((BORDER, BORDER), np.uint8)) > 0
    colours = cv2.GaussianBlur(
        cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32), (0, 0), 1.2
    )

    t = np.linspace(-1 + ENDS, 1 - ENDS, 49)
    arcs: list[tuple[float, float, float, float]] = []
    for shape in SHAPES:
        for depth in DEPTHS:
            arc_y = depth * (1 - np.abs(t) ** shape) * SEARCH_WIDTH
            cx = np.clip(t * SEARCH_WIDTH / 2 + w / 2, 3, w - 4)
            cy = arc_y + 0.15 * SEARCH_WIDTH
            # Normal of the arc, pointing down.
            slope = np.gradient(cy, cx)
            length = np.sqrt(1 + slope**2)
            nx, ny = -slope / length, 1 / length
            lower = _read(colours, clear, cx + 3 * nx, cy + 3 * ny)
            upper = _read(colours, clear, cx - 3 * nx, cy - 3 * ny)
            change = np.linalg.norm(lower[0] - upper[0], axis=1)
            change = np.minimum(change, 30.0)  # one bright label must not decide
            both = lower[1] & upper[1]
            if both.mean() < LEAST_INSIDE:
                continue
            score = float(both.mean() * (change[both].mean() + np.quantile(change[both], 0.25)) / 2)
            arcs.append((score, depth, shape, float(np.median(change[both]))))
    best = _clearest(arcs)
    hole = inside[int(0.15 * SEARCH_WIDTH + 0.12 * SEARCH_WIDTH), w // 2 - 10 : w // 2 + 10]
    if best is None or best[0] < LEAST_CHANGE:
        if not hole.any():
            return None
        best = (0.0, CREW_DEPTH, 2.0, 0.0)
    _, depth, shape, change = best
    t = np.linspace(1, -1, 41)
    arc = depth * (1 - np.abs(t) ** shape) * width
    curve = middle + t[:, None] * width / 2 * along + arc[:, None] * down
    return Neckline(curve, middle + depth * width * down, change)


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
    return bool(deep and (garment.alpha[y, x] < 128).all())


def _clearest(
    arcs: list[tuple[float, float, float, float]],
) -> tuple[float, float, float, float] | None:
    """The arc that stands out most: (how much, depth, shape, change), None of none.

    arcs: (score, depth, shape, change)."""
    if not arcs:
        return None
    table = np.array(arcs)
    deeper = np.maximum(table[:, 1] - USUAL_DEPTH, 0)
    clear = (table[:, 0] - np.quantile(table[:, 0], 0.75)) * np.exp(-deeper / DEPTH_FADE)
    at = int(clear.argmax())
    return (float(clear[at]), *map(float, table[at, 1:]))


def _read(
    colours: np.ndarray, inside: np.ndarray, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Colours (n, 3) at points and whether they lie on the garment (n,)."""
    h, w = inside.shape
    xi, yi = np.round(x).astype(int), np.round(y).astype(int)
    on = (xi >= 0) & (yi >= 0) & (xi < w) & (yi < h)
    xi, yi = np.clip(xi, 0, w - 1), np.clip(yi, 0, h - 1)
    return colours[yi, xi], on & inside[yi, xi]
