"""A pattern's name + cloth -> paint on it: stripes, checks, dots, flowers, camouflage, animals.

Notable here:
- cloth has coordinates of its own, in centimetres: across and along the torso, and across and
  along each sleeve or leg. So stripes run around a sleeve however it hangs, and a dot is as large
  on a small picture as on a large one. Folds push the coordinates aside, as they push cloth.
- a pattern is a tile that repeats: a stack of masks, one for each colour of paint on the ground.
  Paints are dyed like the ground itself (`dye.py`), so a fold goes through stripe and ground alike.
- a pattern is the same for the same seed; flowers, patches and spots lie elsewhere for another.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.arrays import Flow, Scalars
from tryon.core.types import Garment, Kind, Limb, Outline
from tryon.core.warp import Curve
from tryon.design.dye import colour_named, shaded

# The size of a garment lying flat, for want of anything better known.
CHEST = 50.0  # cm from armpit to armpit
SEAT = 48.0  # cm across the hips

# Coordinates of the cloth.
GRID = 12  # px between the points for which sleeves' coordinates are worked out
RELIEF_BLUR = 0.45  # cm: finer shading is weave, not folds
PUSH = 0.035  # cm of shift for a slope of 1 L per cm
MOST_PUSH = 0.8  # cm

# Looking a pattern up. Where cloth turns away from the viewer, more than one of a tile's pixels lie
# under one of the picture's: from how many on the tile is averaged, over how many.
FORESHORTENED = ((1.7, 3), (3.4, 5))
SEAM = 16.0  # such tile pixels: more is a jump from one piece to the next
PRESS_GRID = 4  # px between the points where that is looked at
REMAPPED = 1024  # pixels to a line of those looked up: cv2 takes no lines longer than 32767

# Tiles.
PATTERNS = frozenset({"striped", "checked", "dotted", "floral", "camouflage", "animal"})
OVERSAMPLING = 3  # tiles are drawn larger and averaged, for smooth edges
SCALES = {"small": 0.45, "": 1.0, "large": 2.2}
SEED_SCALES = (0.7, 1.5)  # how much larger or smaller seeds other than 0 make it
DARK_GROUND = 55.0  # L below which white shows better than navy

STRIPE_PERIOD = 3.4  # cm
STRIPE_WIDTH = 0.4  # of the period
THIN = 0.6  # scale below which stripes are lines: farther apart for their width
THIN_WIDTH, THIN_PERIOD = 0.24, 1.5  # of the period; of the scaled period

CHECK_PERIOD = 5.4  # cm
CHECK_CHROMA, CHECK_LIGHT = 25.0, 36.0  # chroma and L from which a ground keeps to its own hue
CHECK_VEIL = 0.5  # how much of the paint shows where threads of one direction only have it

DOT_SPACING = 5.0  # cm between rows and columns of dots, every other one shifted
DOT_RADIUS = 0.26  # of the spacing

FLOWER_TILE = 15.0  # cm
FLOWER_COUNT = 15  # to a tile
FLOWER_RADIUS = (0.75, 1.5)  # cm

CAMOUFLAGE_TILE = 36.0  # cm
CAMOUFLAGE_GRAIN = 2.0  # cm, size of the patches

LEOPARD_TILE = 20.0  # cm
LEOPARD_COUNT = 34  # rosettes to a tile
LEOPARD_RADIUS = (0.9, 1.5)  # cm

ZEBRA_TILE = 22.0  # cm
ZEBRA_PERIOD = 3.1  # cm

# Many colours.
TIE_DYE = (("pink", "bright"), ("yellow", "bright"), ("teal", "light"), ("blue", "bright"))

# Weaves.
WEAVES = frozenset({"denim", "knit"})
TWILL = 0.30  # cm between the ridges of denim, as far as a picture shows them
STITCH = (0.62, 0.5)  # cm, width and height of a knitted stitch


def pixels_per_cm(garment: Garment) -> float:
    """How many pixels of the garment's picture are a centimetre of cloth."""
    if garment.kind == Kind.LOWER:
        ends, width = (Outline.HIP_LEFT, Outline.HIP_RIGHT), SEAT
    else:
        ends, width = (Outline.ARMPIT_LEFT, Outline.ARMPIT_RIGHT), CHEST
    left, right = (garment.point(end) for end in ends)
    if left is not None and right is not None and (apart := float(np.hypot(*(left - right)))) > 8:
        return apart / width
    columns = np.nonzero(garment.mask.any(axis=0))[0]
    return max(float(np.ptp(columns)) if len(columns) else garment.photo.width, 8.0) / width


def cloth_coordinates(
    garment: Garment, window: tuple[slice, slice], relief: Scalars | None = None
) -> Flow:
    """(h, w, 2) float32: centimetres across and along the cloth at each pixel of a window.

    relief: how far each pixel is lighter or darker than cloth lying flat, in L; it pushes the
        coordinates aside.
    """
    scale = 1.0 / pixels_per_cm(garment)
    top, left = window[0].start, window[1].start
    height, width = window[0].stop - top, window[1].stop - left
    x = np.arange(left, left + width, dtype=np.float32)
    y = np.arange(top, top + height, dtype=np.float32)
    origin, axis = _torso_axis(garment)
    across = (x[None] - origin[0]) * axis[1] - (y[:, None] - origin[1]) * axis[0]
    along = (x[None] - origin[0]) * axis[0] + (y[:, None] - origin[1]) * axis[1]
    cloth = np.dstack([across, along]).astype(np.float32)
    for limb, curve in limb_curves(garment):
        region = (garment.limbs[window] == limb) | (limb == Limb.NONE)
        if garment.kind == Kind.LOWER:  # a leg's piece of cloth goes up to the waist
            side = across > 0 if limb == Limb.LEFT else across <= 0
            region = side & (garment.limbs[window] != Limb.NONE)
        if not region.any():
            continue
        rows, columns = np.nonzero(region)
        box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
        part = along_curve(curve, box, top, left)
        # beyond the limb's edge too, where soft edges are sampled
        wide = cv2.dilate(region[box].astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        free = wide & (region[box] | (garment.limbs[window][box] == Limb.NONE))
        cloth[box][free] = part[free]
    if relief is not None:
        cloth += _pushed(relief, scale)
    return cloth * np.float32(scale)


def _torso_axis(garment: Garment) -> tuple[np.ndarray, np.ndarray]:
    """A point on the middle line of the torso and the unit vector down it, in pixels."""
    ends = []
    for pairs in (
        ((Outline.SHOULDER_LEFT, Outline.SHOULDER_RIGHT), (Outline.WAIST_LEFT, Outline.WAIST_RIGHT))
        if garment.kind != Kind.LOWER
        else ((Outline.WAIST_LEFT, Outline.WAIST_RIGHT),),
        ((Outline.HEM_LEFT, Outline.HEM_RIGHT),),
    ):
        for a, b in pairs:
            middle = middle_of(garment, a, b)
            if middle is not None:
                ends.append(middle)
                break
    if len(ends) < 2 or np.hypot(*(ends[1] - ends[0])) < 8:
        rows, columns = np.nonzero(garment.mask)
        x = float(columns.mean()) if len(columns) else garment.photo.width / 2
        return np.array([x, rows.min() if len(rows) else 0.0]), np.array([0.0, 1.0])
    down = ends[1] - ends[0]
    return ends[0].astype(np.float64), (down / np.hypot(*down)).astype(np.float64)


def middle_of(garment: Garment, a: Outline, b: Outline) -> np.ndarray | None:
    """(2,) float32: the point between two landmarks, None where one of them is not there."""
    first, second = garment.point(a), garment.point(b)
    return None if first is None or second is None else (first + second) / 2


def limb_curves(garment: Garment) -> list[tuple[Limb, Curve]]:
    """The middle line of each sleeve or leg, from the torso outwards."""
    curves = []
    for limb, side in ((Limb.LEFT, "LEFT"), (Limb.RIGHT, "RIGHT")):
        if garment.kind == Kind.LOWER:
            crotch = garment.point(Outline.CROTCH)
            waist = garment.point(Outline[f"WAIST_{side}"])
            other = garment.point(Outline["WAIST_RIGHT" if side == "LEFT" else "WAIST_LEFT"])
            hem = middle_of(garment, Outline[f"HEM_{side}"], Outline[f"HEM_INNER_{side}"])
            if crotch is None or waist is None or other is None or hem is None:
                continue
            points = [waist * 0.75 + other * 0.25, hem]
        else:
            root = middle_of(garment, Outline[f"SHOULDER_{side}"], Outline[f"ARMPIT_{side}"])
            elbow = garment.point(Outline[f"ELBOW_{side}"])
            cuff = middle_of(garment, Outline[f"CUFF_OUTER_{side}"], Outline[f"CUFF_INNER_{side}"])
            if root is None or cuff is None:
                continue
            points = [root, cuff] if elbow is None else [root, elbow, cuff]
        if np.hypot(*(points[-1] - points[0])) > 8:
            curves.append((limb, Curve(np.array(points))))
    return curves


def along_curve(curve: Curve, box: tuple[slice, slice], top: float, left: float) -> np.ndarray:
    """(h, w, 2) float32 pixels across and along a curve, for a box of the window."""
    height, width = box[0].stop - box[0].start, box[1].stop - box[1].start
    rows = np.linspace(0, height - 1, max(2, height // GRID))
    columns = np.linspace(0, width - 1, max(2, width // GRID))
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    along, across = curve.coordinates(grid + np.array([left + box[1].start, top + box[0].start]))
    coarse = np.stack([across, along], axis=-1).reshape(len(rows), len(columns), 2)
    # the coarse grid's corners are pixel centres, which cv2.resize does not assume
    at_x = np.linspace(0, len(columns) - 1, width, dtype=np.float32)[None].repeat(height, 0)
    at_y = np.linspace(0, len(rows) - 1, height, dtype=np.float32)[:, None].repeat(width, 1)
    return cv2.remap(coarse.astype(np.float32), at_x, at_y, cv2.INTER_LINEAR)


def _pushed(relief: np.ndarray, scale: float) -> np.ndarray:
    """(h, w, 2) float32 pixels by which folds shift the cloth: down their slopes."""
    shrink = 4
    size = (relief.shape[1] // shrink + 1, relief.shape[0] // shrink + 1)
    small = cv2.resize(relief, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(RELIEF_BLUR / scale / shrink, 0.6))
    slope_x = np.gradient(small, axis=1) / shrink / scale  # L per cm
    slope_y = np.gradient(small, axis=0) / shrink / scale
    shift = np.clip(np.dstack([slope_x, slope_y]) * PUSH, -MOST_PUSH, MOST_PUSH) / scale
    return cv2.resize(shift.astype(np.float32), relief.shape[::-1], interpolation=cv2.INTER_LINEAR)


# --- tiles -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Pattern:
    """A repeating pattern.

    tile: (h, w, n) uint8, how much each of n paints covers, 255 = fully, painted in order.
    size: (width, height) of the tile in cm. paints: n Lab colours (3,).
    """

    tile: np.ndarray
    size: tuple[float, float]
    paints: tuple[np.ndarray, ...]

    def cover(self, cloth: Flow, draped: bool = False) -> np.ndarray:
        """(h, w, n) float32 0..1: the paints at cloth coordinates in cm.

        draped: the cloth turns away from the viewer in places, so that its pattern is pressed.
        """
        height, width = self.tile.shape[:2]
        at_x = np.mod(cloth[..., 0] * (width / self.size[0]), width)
        at_y = np.mod(cloth[..., 1] * (height / self.size[1]), height)
        padded = cv2.copyMakeBorder(self.tile, 0, 1, 0, 1, cv2.BORDER_WRAP)
        found = cv2.remap(padded, at_x, at_y, cv2.INTER_LINEAR).reshape(*cloth.shape[:2], -1)
        if draped:
            self._average_pressed(found, cloth, at_x, at_y)
        return found.astype(np.float32) * (1 / 255.0)

    def _average_pressed(
        self, found: np.ndarray, cloth: np.ndarray, at_x: np.ndarray, at_y: np.ndarray
    ) -> None:
        """Change what was found in the tile to an average where the pattern is pressed."""
        pressed = self._pressed(cloth)
        for least, blur in FORESHORTENED:
            places = np.flatnonzero((pressed > least) & (pressed < SEAM))
            if len(places) == 0:
                break
            wide = cv2.copyMakeBorder(self.tile, blur, blur, blur, blur, cv2.BORDER_WRAP)
            soft = cv2.blur(wide, (blur, blur))[blur:-blur, blur:-blur]
            soft = cv2.copyMakeBorder(soft, 0, 1, 0, 1, cv2.BORDER_WRAP)
            lines = np.resize(places, (-(-len(places) // REMAPPED), REMAPPED))
            taken = cv2.remap(soft, at_x.ravel()[lines], at_y.ravel()[lines], cv2.INTER_LINEAR)
            found.reshape(-1, found.shape[2])[lines.ravel()] = taken.reshape(-1, found.shape[2])

    def _pressed(self, cloth: np.ndarray) -> np.ndarray:
        """(h, w) float32: how many of the tile's pixels lie under one of the picture's."""
        scale = np.array(self.tile.shape[1::-1], np.float32) / np.array(self.size, np.float32)
        small = cloth[::PRESS_GRID, ::PRESS_GRID] * scale
        if min(small.shape[:2]) < 2:
            return np.ones(cloth.shape[:2], np.float32)
        down, across = np.gradient(small, axis=(0, 1))
        most = np.maximum(np.abs(down).max(-1), np.abs(across).max(-1)) / PRESS_GRID
        return cv2.resize(most, cloth.shape[1::-1], interpolation=cv2.INTER_NEAREST)


def make(
    name: str,
    ground: np.ndarray,
    accents: tuple[np.ndarray, ...] = (),
    *,
    direction: str = "",
    scale: str = "",
    motif: str = "",
    density: float = 12.0,
    seed: int = 0,
) -> Pattern:
    """A pattern of the vocabulary on cloth of a colour.

    name: "striped", "checked", "dotted", "floral", "camouflage" or "animal"; others: KeyError.
    ground: (3,) Lab. accents: Lab colours that were asked for. density: pixels per cm wanted.
    """
    draw: Callable[[_Order], _Drawn] = {
        "striped": _stripes,
        "checked": _checks,
        "dotted": _dots,
        "floral": _flowers,
        "camouflage": _camouflage,
        "animal": _zebra if motif in ("zebra", "tiger") else _leopard,
    }[name]
    random = np.random.default_rng(seed)
    factor = SCALES[scale]
    if seed and not scale:
        factor *= random.uniform(*SEED_SCALES)
    masks, size, paints = draw(_Order(ground, accents, factor, direction, density, random))
    tile = np.ascontiguousarray(np.dstack(masks))
    return Pattern(tile, size, tuple(np.asarray(paint, np.float32) for paint in paints))


@dataclass(frozen=True, eq=False)
class _Order:
    """What a pattern is to be like: the arguments of `make`. random: numbers of its seed."""

    ground: np.ndarray
    accents: tuple[np.ndarray, ...]
    scale: float
    direction: str
    density: float
    random: np.random.Generator


# Masks of one tile for one paint each, the tile's size (width, height) in cm, Lab of the paints.
_Drawn = tuple[list[np.ndarray], tuple[float, float], tuple[np.ndarray, ...]]


def contrast_to(ground: np.ndarray) -> np.ndarray:
    """The Lab colour of stripes or dots on a ground, if none was asked for."""
    return colour_named("white" if ground[0] < DARK_GROUND else "navy")


def _canvas(width: float, height: float, density: float) -> tuple[np.ndarray, float]:
    """An empty mask for a tile of so many cm, oversampled, and its pixels per cm."""
    fine = max(density, 2.0) * OVERSAMPLING
    return np.zeros((max(8, round(height * fine)), max(8, round(width * fine))), np.uint8), fine


def _shrunk(mask: np.ndarray) -> np.ndarray:
    size = (max(2, mask.shape[1] // OVERSAMPLING), max(2, mask.shape[0] // OVERSAMPLING))
    return cv2.resize(mask, size, interpolation=cv2.INTER_AREA)


def _stripes(order: _Order) -> _Drawn:
    accent = order.accents[0] if order.accents else contrast_to(order.ground)
    colours = order.accents if len(order.accents) > 1 else (accent,)
    thin = order.scale < THIN
    period = STRIPE_PERIOD * order.scale * (THIN_PERIOD if thin else 1.0)
    share = THIN_WIDTH if thin else STRIPE_WIDTH
    slanted = order.direction == "diagonal"
    width, height = (period * 2**0.5,) * 2 if slanted else (period, period * len(colours))
    masks = []
    for index in range(len(colours)):
        mask, fine = _canvas(width, height, order.density)
        y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
        if slanted:
            place = np.mod(x / mask.shape[1] + y / mask.shape[0], 1.0)
        else:
            place = np.mod(y / fine / period - index, len(colours))
        mask[np.abs(place - 0.5) < share / 2] = 255
        masks.append(_shrunk(mask))
    if order.direction == "vertical":
        masks = [np.ascontiguousarray(mask.T) for mask in masks]
        width, height = height, width
    return masks, (width, height), colours


def _checks(order: _Order) -> _Drawn:
    """Gingham: stripes both ways, half as strong where they do not cross; a thin second line."""
    paint = order.accents[0] if order.accents else contrast_to(order.ground)
    line = (
        order.accents[1]
        if len(order.accents) > 1
        else shaded(paint, "light" if paint[0] < 40 else "dark")
    )
    rich = (
        np.hypot(order.ground[1], order.ground[2]) > CHECK_CHROMA and order.ground[0] > CHECK_LIGHT
    )
    if rich and not order.accents:  # a red check is red and dark, with a thin white line
        paint, line = shaded(order.ground, "dark"), colour_named("white")
    period = CHECK_PERIOD * order.scale
    mask, _ = _canvas(period, period, order.density)
    place = (np.arange(len(mask)) + 0.5) / len(mask)
    band = (np.abs(place - 0.5) < 0.25).astype(np.float32)
    bands = (band[:, None] + band[None]) / 2
    check = np.where(bands > 0.75, 1.0, bands * 2 * CHECK_VEIL) * 255
    thin = (np.abs(place - 0.04) < 0.022).astype(np.float32)
    lines = np.maximum(thin[:, None], thin[None]) * 255 * CHECK_VEIL
    masks = [_shrunk(check.astype(np.uint8)), _shrunk(lines.astype(np.uint8))]
    return masks, (period, period), (paint, line)


def _dots(order: _Order) -> _Drawn:
    paint = order.accents[0] if order.accents else contrast_to(order.ground)
    side = DOT_SPACING * order.scale
    mask, _ = _canvas(side, side, order.density)
    size = len(mask)
    y, x = np.mgrid[:size, :size] / size
    for centre in (0.25, 0.75):
        away = np.hypot(np.abs(x - centre), np.abs(y - centre))
        mask[away < DOT_RADIUS / 2**0.5] = 255
    return [_shrunk(mask)], (side, side), (paint,)


def _flowers(order: _Order) -> _Drawn:
    """Blossoms of five petals in two colours, with leaves, strewn evenly."""
    side = FLOWER_TILE * order.scale
    dark = order.ground[0] < DARK_GROUND
    if order.accents:
        petals = (
            order.accents[0],
            order.accents[1] if len(order.accents) > 1 else shaded(order.accents[0], "pastel"),
        )
    elif dark:
        petals = (colour_named("pink"), colour_named("cream"))
    else:
        petals = (colour_named("red", "bright"), colour_named("pink", "bright"))
    leaf = colour_named("green", "light" if dark else "")
    heart = colour_named("yellow")
    layers = [
        _canvas(side, side, order.density)[0] for _ in range(4)
    ]  # leaves, petals, petals, hearts
    fine = len(layers[0]) / side
    for index, spot in enumerate(_strewn(FLOWER_COUNT, order.random)):
        radius = order.random.uniform(*FLOWER_RADIUS) * order.scale * fine
        turn = order.random.uniform(0, 2 * np.pi)
        centre = spot * len(layers[0])
        for step in (0.5, 2.6):
            direction_ = np.array([np.cos(turn + step), np.sin(turn + step)])
            at = centre + direction_ * radius * 1.35
            _blot(layers[0], at, (radius * 0.75, radius * 0.3), turn + step)
        which = layers[1 + index % 2]
        for layer in layers[:3]:  # what lies below is cleared under a blossom
            if layer is not which:
                _blot(layer, centre, (radius * 0.9, radius * 0.9), 0.0, value=0)
        for petal in range(5):
            angle = turn + petal * 2 * np.pi / 5
            at = centre + radius * 0.55 * np.array([np.cos(angle), np.sin(angle)])
            _blot(which, at, (radius * 0.48, radius * 0.36), angle)
        _blot(layers[3], centre, (radius * 0.24, radius * 0.24), 0.0)
    return [_shrunk(layer) for layer in layers], (side, side), (leaf, *petals, heart)


def _strewn(count: int, random: np.random.Generator) -> np.ndarray:
    """(count, 2) places in a repeating unit square, evenly strewn (Mitchell's best candidate)."""
    places = [random.uniform(0, 1, 2)]
    while len(places) < count:
        candidates = random.uniform(0, 1, (12, 2))
        apart = np.abs(candidates[:, None] - np.array(places)[None])
        apart = np.minimum(apart, 1 - apart)
        places.append(candidates[(apart**2).sum(-1).min(1).argmax()])
    return np.array(places)


def _blot(
    mask: np.ndarray,
    centre: Sequence[float] | np.ndarray,
    axes: tuple[float, float],
    angle: float,
    value: int = 255,
) -> None:
    """Draw an ellipse, continued on the other side where it leaves the tile."""
    height, width = mask.shape
    x, y = float(centre[0]), float(centre[1])
    reach = max(axes)
    radii = (max(1, round(float(axes[0]))), max(1, round(float(axes[1]))))
    degrees = float(np.degrees(angle))
    for at_x in (x - width, x, x + width):
        if not -reach < at_x < width + reach:
            continue
        for at_y in (y - height, y, y + height):
            if -reach < at_y < height + reach:
                middle = (round(at_x), round(at_y))
                cv2.ellipse(mask, middle, radii, degrees, 0, 360, value, -1)


def _camouflage(order: _Order) -> _Drawn:
    """Patches in three further tones: levels of smooth noise, stretched sideways."""
    side = CAMOUFLAGE_TILE * order.scale
    light, a, b = order.ground
    paints = order.accents or (
        np.array([max(light - 20, 12), a * 0.8, b * 0.8]),
        np.array([min(light + 16, 90), a * 0.55, b * 0.8 + 6]),
        np.array([max(light - 34, 7), a * 0.2 + 2, b * 0.3 + 3]),
    )
    shares = (0.34, 0.26, 0.14)
    masks = []
    for share in shares[: len(paints)]:
        noise = _noise(
            side, CAMOUFLAGE_GRAIN * order.scale, order.density / 2, order.random, stretch=1.7
        )
        level = np.quantile(noise[::4, ::4], 1 - share)
        # an edge as soft as a pixel
        steep = 255 / max(float(np.abs(np.diff(noise, axis=1)).mean()) * 2, 1e-6)
        masks.append(np.clip((noise - level) * steep + 128, 0, 255).astype(np.uint8))
    return masks, (side, side), tuple(paints[: len(masks)])


def _noise(
    side: float, grain: float, density: float, random: np.random.Generator, stretch: float = 1.0
) -> np.ndarray:
    """(n, n) float32 smooth noise that repeats; grain and side in cm."""
    size = int(np.clip(round(side * density), 64, 420))
    sigma = grain / side * size / 2
    white = random.standard_normal((size, size)).astype(np.float32)
    margin = min(size - 1, int(4 * sigma * stretch) + 1)
    wide = cv2.copyMakeBorder(white, margin, margin, margin, margin, cv2.BORDER_WRAP)
    soft = cv2.GaussianBlur(wide, (0, 0), sigmaX=sigma * stretch, sigmaY=sigma)
    soft = soft[margin:-margin, margin:-margin]
    return soft / max(float(soft.std()), 1e-9)


def _leopard(order: _Order) -> _Drawn:
    """Rosettes: a darker heart with a broken dark rim; small spots between."""
    side = LEOPARD_TILE * order.scale
    rim = order.accents[0] if order.accents else colour_named("brown", "dark")
    if not order.accents and order.ground[0] < 30:
        rim = colour_named("brown", "light")
    light, a, b = order.ground
    heart = np.array([light * 0.74 if light > 30 else light + 14, a + 4, b + 8])
    hearts, _ = _canvas(side, side, order.density)
    rims = hearts.copy()
    fine = len(hearts) / side
    for spot in _strewn(LEOPARD_COUNT, order.random):
        centre = spot * len(hearts)
        radius = order.random.uniform(*LEOPARD_RADIUS) * order.scale * fine
        turn = order.random.uniform(0, 2 * np.pi)
        squash = order.random.uniform(0.7, 0.95)
        _blot(hearts, centre, (radius * 0.8, radius * 0.8 * squash), turn)
        pieces = order.random.integers(2, 5)
        for piece in range(pieces):
            angle = turn + (piece + order.random.uniform(-0.15, 0.15)) * 2 * np.pi / pieces
            for step in (-0.36, -0.12, 0.12, 0.36):
                place = angle + step * 2 * np.pi / pieces
                at_x = centre[0] + radius * math.cos(place)
                at_y = centre[1] + radius * squash * math.sin(place)
                thick = radius * order.random.uniform(0.22, 0.36)
                _blot(rims, (at_x, at_y), (thick, thick * 0.8), angle)
    for spot in order.random.uniform(0, 1, (LEOPARD_COUNT // 2, 2)):
        radius = order.random.uniform(0.12, 0.28) * order.scale * fine
        _blot(rims, spot * len(rims), (radius, radius * 0.7), order.random.uniform(0, 3))
    return [_shrunk(hearts), _shrunk(rims)], (side, side), (heart, rim)


def _zebra(order: _Order) -> _Drawn:
    """Wavering bands that fork: stripes bent by smooth noise."""
    side = ZEBRA_TILE * order.scale
    paint = (
        order.accents[0]
        if order.accents
        else colour_named("black" if order.ground[0] > 35 else "white")
    )
    bend = _noise(side, 5.0 * order.scale, order.density / 1.5, order.random)
    fork = _noise(side, 2.2 * order.scale, order.density / 1.5, order.random)
    size = len(bend)
    y = np.arange(size)[:, None] / size
    count = round(side / (ZEBRA_PERIOD * order.scale))
    wave = np.sin(2 * np.pi * count * y + bend * 2.2) + 0.55 * fork
    steep = 255 / max(float(np.abs(np.diff(wave, axis=0)).mean()), 1e-6)
    mask = np.clip((wave - 0.1) * steep + 128, 0, 255).astype(np.uint8)
    return [mask], (side, side), (paint,)


# --- many colours ------------------------------------------------------------------------------


def tie_dye(cloth: Flow, seed: int = 0) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Coverage (h, w, n) float32 and the n paints of a spiral of soft colours, with pale gaps."""
    random = np.random.default_rng(seed)
    height, width = cloth.shape[:2]
    small = cv2.resize(cloth, (max(2, width // 4), max(2, height // 4)))
    across, along = small[..., 0] - random.uniform(-4, 4), small[..., 1] - random.uniform(18, 28)
    noise = _noise(40.0, 6.0, 4.0, random)
    size = len(noise)
    at = np.mod(small * (size / 40.0), size).astype(np.float32)
    wrapped = cv2.copyMakeBorder(noise, 0, 1, 0, 1, cv2.BORDER_WRAP)
    rough = cv2.remap(wrapped, at[..., 0], at[..., 1], cv2.INTER_LINEAR)
    turn = np.arctan2(along, across) / (2 * np.pi) * 2 + np.hypot(across, along) / 16 + rough * 0.11
    place = np.mod(turn, 1.0) * len(TIE_DYE)
    cover = []
    for index in range(len(TIE_DYE)):
        away = np.abs(np.mod(place - index + len(TIE_DYE) / 2, len(TIE_DYE)) - len(TIE_DYE) / 2)
        cover.append(np.clip(1.25 - 1.3 * away, 0, 1) * (0.86 + 0.1 * np.clip(rough, -1, 1)))
    soft = cv2.resize(np.dstack(cover).astype(np.float32), (width, height))
    return soft, tuple(colour_named(*name) for name in TIE_DYE)


# --- weaves ------------------------------------------------------------------------------------


def weave(fabric: str, cloth: Flow, density: float, seed: int = 0) -> np.ndarray:
    """(h, w) float32 L to add to the lightness: the ridges of denim, the stitches of knitwear."""
    across, along = cloth[..., 0], cloth[..., 1]
    if fabric == "denim":
        period = max(TWILL, 3.2 / density)
        ridge = np.sin((across + along * 0.9) * (2 * np.pi / period))
        noise = _noise(24.0, 0.35, density, np.random.default_rng(seed), stretch=0.4)
        size = len(noise)
        at_x = np.mod(across * (size / 24.0), size).astype(np.int16)
        at_y = np.mod(along * (size / 24.0), size).astype(np.int16)
        return (1.5 * ridge + 2.0 * noise[at_y % size, at_x % size]).astype(np.float32)
    width, height = (max(value, 6 / density) for value in STITCH)
    place = np.abs(np.mod(across * (1 / width), 1.0) - 0.5) * 2  # 0 in a stitch's middle
    rows = np.mod(along * (1 / height) - place * 0.75, 1.0)
    stitch = np.sin(np.pi * rows) * (0.45 + 0.55 * np.sin(np.pi * np.clip(place, 0.02, 0.98)))
    return ((stitch - 0.45) * 7.0).astype(np.float32)
