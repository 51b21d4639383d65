"""Pixels of cloth + colours -> dyed pixels: the folds and the print are kept.

Notable here:
- a new colour follows the old lightness: how much darker or lighter than usual a pixel of the cloth
  is shows where it lies in a fold, and so much darker or lighter is the new colour there. The depth
  of folds is rescaled by how deep folds usually look on cloth that light (white cloth has soft
  shadows, black cloth hardly any, mid tones the deepest), so black to white and back works.
- a shadow multiplies a colour in linear light. In CIELAB that is (L + 16), a and b growing
  together, so hue and saturation stay true from the darkest fold to the brightest ridge.
- buttons, prints and stripes of another colour are not dyed. Where they meet the ground, the mix in
  each pixel is found and only the ground's part of it is dyed, so no fringe of the old colour is
  left.
- colours are CIELAB (D65), L 0..100; arrays of pictures are float32.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from tryon.core.arrays import Mask, Pixels, Scalars
from tryon.core.masks import SOLID
from tryon.core.vocabulary import COLOUR_RGB

# (lightness (n,), rows (n,), columns (n,)) -> (n, 3) uint8, the dyed colours there.
DyeAt = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

# Colours by name. What a shade does to lightness and chroma: light and pastel go towards white
# cloth, dark towards half the lightness (less so for light colours: dark yellow is mustard, not
# olive), bright towards the lightness at which screens have the purest colours.
LIGHT_AT, LIGHT_PULL, LIGHT_CHROMA, LIGHT_LEAST = 88.0, 0.66, 0.62, 23.0
PASTEL_AT, PASTEL_PULL, PASTEL_CHROMA, PASTEL_LIMITS = 87.0, 0.86, 0.48, (14.0, 28.0)
DARK_KEEP, DARK_KEEP_LIGHT, DARK_CHROMA = 0.5, 0.26, 0.8
BRIGHT_AT, BRIGHT_PULL, BRIGHT_CHROMA = 56.0, 0.45, 1.45
NEUTRAL = 6.0  # chroma below which a colour counts as grey, and shades do not colour it
# CIELAB's lines of equal hue bend in the blues: made lighter, blue would turn lilac (Abney effect;
# Moroney, 2003). Degrees: where blue is, how wide, how far back towards sky blue.
BLUE_HUE, BLUE_WIDTH, BLUE_TURN = 285.0, 32.0, 20.0
# Lighter brown looks like salmon; what people call light brown is camel. Degrees, then the chroma
# up to which a colour of that hue is a brown and no orange.
BROWN_HUE, BROWN_WIDTH, BROWN_TURN, BROWN_MOST = 58.0, 16.0, 14.0, 35.0
# Darker yellow looks olive (the Bezold-Bruecke shift); what people call dark yellow is mustard:
# turned towards orange, and darkened less. Degrees, then a share of the lightness, then the chroma
# from which a colour of that hue is a yellow and no khaki or sand.
YELLOW_HUE, YELLOW_WIDTH, YELLOW_TURN = 92.0, 25.0, 8.0
YELLOW_KEEP = 0.1
YELLOW_LEAST = 45.0

# Ground and print are parted in a small picture. "Small px" below are pixels of it.
SMALL = 384  # px, its longer side
NO_GROUND = 0.22  # of the garment: no colour prevails, so everything is dyed
SURE = 0.03  # weight below (above 1 - it) is print (ground)
RIM = 3  # small px along the outline, where a cut-out may hold some background
RIM_LIGHTER, RIM_DARKER = 4.0, 14.0  # L: how far the rim may differ from what lies inside it
# Faint stripes as fine as pixels cannot be parted from their ground: this much of the garment is
# border between both, this much was taken for ground, and their colours are this near (Delta E).
TOO_FINE, NEARLY_ALL, FAINT = 0.5, 0.9, 42.0
FINE_SIGMA = 0.012  # of the picture's height: wider than faint fine stripes, narrower than folds
FINE_MOST = 6.0  # L, standard deviation they may have: a dye deepens them as if they were folds

# The usual colour.
LIGHTNESS_WEIGHT = 0.45  # of a difference in lightness beside one in a or b: folds change it
MODE_RADIUS = 16.0  # weighted Lab: colours so near to the densest one are the same

# Whether a colour is the ground's.
HUE_SAME, HUE_OTHER = 8.0, 15.0  # Delta E across the hue: surely ground, surely not
RICH = 70.0  # chroma at which twice as much is allowed across the hue
CHROMA_ROOM = 0.4  # of the ground's chroma: how much paler or richer it may be besides
CHROMA_ROOM_GLARE = 1.2  # the same, for an overexposed colour: its shadows show how rich it is
OVEREXPOSED = 245.0  # sRGB of the brightest channel of a colour that is not white
LIGHT_SLACK, LIGHT_SOFT = 12.0, 10.0  # L: beyond the depth of folds; from ground to not
TIGHT = 0.45  # times as far as folds: how far light may go inside a print

# Whether a spot of another colour is print.
SHARP = 13.0  # weighted Delta E over two small px, along a spot's border: a print's
SHARP_LIGHTNESS = 0.55  # weight of a step in lightness there: creases are steep
OTHER_HUE = 20.0  # Delta E across the hue: not the ground however soft the border
CREASE = 5  # small px: thinner dark lines are creases and seams
LEAST_SPOT = 5  # small px
MOSTLY = 0.7  # of a spot in the rim: it is background

# Lettering of the cloth's own hue, only lighter or darker, looks like folds. It is looked for where
# a print is known to be: small marks with sharp borders, several together.
TONE = 6.0  # L by which a mark differs from the cloth around it
AROUND = 41  # small px, odd: the cloth around is the median of so many
WIDE = 7  # small px: more is no stroke of a letter
LEAST_MARK, MOST_MARK = 4, 0.3  # small px; of the garment's longer side
PRINTED = (0.1, 0.72, 0.22, 0.78)  # of the garment's height and width: where prints are
# Of its tone, the step over two small px at its border; of the border, where that is so: a crease
# is steep on one side only. A mark's tone is even, a fold's is not.
TONE_EDGE, TONE_ROUND, TONE_EVEN = 0.7, 0.85, 0.3
TOGETHER, MARKS = 11, 4  # small px between marks of one print, and how many it has
# Letters are of one height (natural logarithm) and one ink (of its tone), most of them at least.
ALIKE_HEIGHT, ALIKE_TONE, ALIKE = 0.6, 0.25, 0.7
IN_PART, TONE_PART = 0.12, 0.5  # of a mark: known to be print; of its border: steep
FAINT_MARK, CLEAR_MARK = 0.35, 0.75  # of a mark's tone: cloth below, print above
INK_RADIUS = 0.006  # of the picture's height: from so far around a border's ink is taken

# Pixels where ground and print meet.
MATTE_RADIUS = 9  # px around a print's edge, per 1000 of the picture's height
PURITY = 8  # exponent: how much more the purest print counts than its mixes with the ground
STEP_IN_LIGHT = 15.0  # L between print and ground: from here on lightness alone shows their mix
OFF_THE_LINE = 14.0  # Delta E in a, b beside the line from print to ground: a third colour
LEAST_THERE = 1e-2  # weight: with less around there is no mean

# Folds. How far the shadows (5th percentile) and the lights (95th) of plain cloth lie below and
# above its usual lightness, by that lightness: measured on some 650 pictures of plain garments.
_LIGHTNESS = (0.0, 8.0, 16.0, 24.0, 38.0, 52.0, 70.0, 82.0, 94.0, 100.0)
_SHADOWS = (2.0, 3.6, 7.2, 9.0, 13.0, 15.5, 16.5, 16.0, 11.0, 9.0)
_LIGHTS = (4.0, 4.6, 6.4, 6.6, 6.6, 7.0, 6.8, 6.0, 2.6, 1.5)
STEPS = 1024  # entries of a tone table, over L 0..100
FLOOR, CEILING = 1.5, 99.0  # L: nothing gets darker or lighter
KNEE = 0.5  # of the room to floor or ceiling is used as it is, the rest is bent into what is left
AMPLIFIED = 1.6  # folds deepened by more than this would show the camera's noise too
LEAST_COVER = 0.004  # of a pixel: less paint does not show

# Shading carried on under a print, in a small picture of its own.
FILL_SIZE = 256  # px, its longer side
FILL_SIGMAS = (2.5, 6.0, 14.0, 32.0)  # px of it: the smallest that finds enough ground is used
COARSE = 2  # from this one on they are wider than the patches of a camouflage
ENOUGH = 0.12  # of the neighbourhood is ground


def to_lab(rgb: np.ndarray) -> np.ndarray:
    """(..., 3) sRGB 0..255 -> float32 CIELAB, the same shape."""
    flat = np.ascontiguousarray(rgb, np.float32).reshape(1, -1, 3) / 255.0
    return cv2.cvtColor(flat, cv2.COLOR_RGB2Lab).reshape(np.shape(rgb))


def to_rgb(lab: np.ndarray) -> np.ndarray:
    """The inverse of `to_lab`, float32 0..255, clipped to sRGB."""
    flat = np.ascontiguousarray(lab, np.float32).reshape(1, -1, 3)
    return np.clip(cv2.cvtColor(flat, cv2.COLOR_Lab2RGB), 0, 1).reshape(np.shape(lab)) * 255.0


def colour_named(colour: str, shade: str = "") -> np.ndarray:
    """(3,) Lab of a colour of the vocabulary ("multicolour" has none: KeyError) in a shade."""
    return shaded(to_lab(np.array(COLOUR_RGB[colour], np.float32)), shade)


def _without_lilac(a: float, b: float) -> tuple[float, float]:
    """The a, b of a colour about to be made lighter, blues turned so that they stay blue."""
    hue = np.degrees(np.arctan2(b, a)) % 360
    share = max(0.0, 1 - abs(hue - BLUE_HUE) / BLUE_WIDTH)
    turned = np.radians(hue - BLUE_TURN * share)
    chroma = np.hypot(a, b)
    return float(chroma * np.cos(turned)), float(chroma * np.sin(turned))


def _without_salmon(a: float, b: float) -> tuple[float, float]:
    """The a, b of a colour about to be made lighter, browns turned towards yellow."""
    hue, chroma = np.degrees(np.arctan2(b, a)) % 360, np.hypot(a, b)
    share = max(0.0, 1 - abs(hue - BROWN_HUE) / BROWN_WIDTH) * (chroma <= BROWN_MOST)
    turned = np.radians(hue + BROWN_TURN * share)
    return float(chroma * np.cos(turned)), float(chroma * np.sin(turned))


def _without_olive(a: float, b: float) -> tuple[float, float, float]:
    """The a, b of a colour about to be made darker, yellows turned towards orange, and 0..1: how
    much of a yellow it is."""
    hue, chroma = np.degrees(np.arctan2(b, a)) % 360, np.hypot(a, b)
    share = max(0.0, 1 - abs(hue - YELLOW_HUE) / YELLOW_WIDTH) * (chroma >= YELLOW_LEAST)
    turned = np.radians(hue - YELLOW_TURN * share)
    return float(chroma * np.cos(turned)), float(chroma * np.sin(turned)), float(share)


def shaded(lab: np.ndarray, shade: str) -> np.ndarray:
    """A Lab colour made "light", "pastel", "dark" or "bright" ("" leaves it), inside sRGB."""
    light, a, b = (float(v) for v in lab)
    chroma = float(np.hypot(a, b))
    wanted = chroma
    if shade == "light":
        light += max(LIGHT_AT - light, 0.0) * LIGHT_PULL
        wanted = max(wanted * LIGHT_CHROMA, min(wanted, LIGHT_LEAST))
    elif shade == "pastel":
        light += max(PASTEL_AT - light, 0.0) * PASTEL_PULL
        wanted = float(np.clip(chroma * PASTEL_CHROMA, *PASTEL_LIMITS))
    elif shade == "dark":
        a, b, yellow = _without_olive(a, b)
        light *= DARK_KEEP + DARK_KEEP_LIGHT * light / 100.0 + YELLOW_KEEP * yellow
        wanted *= DARK_CHROMA
    elif shade == "bright":
        light += (BRIGHT_AT - light) * BRIGHT_PULL if light < BRIGHT_AT else 0.0
        wanted *= BRIGHT_CHROMA
    if chroma < NEUTRAL:
        wanted = chroma
    if shade in ("light", "pastel"):
        a, b = _without_salmon(*_without_lilac(a, b))
    factor = wanted / max(chroma, 1e-6)
    while factor > 0.1:
        made = np.array([light, a * factor, b * factor], np.float32)
        back = to_lab(to_rgb(made))
        if float(np.abs(back - made).max()) < 1.0:
            return made
        factor *= 0.96
    return np.array([light, 0, 0], np.float32)


# --- the ground --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Ground:
    """The cloth a garment is made of, apart from what is printed or sewn on it.

    lab: (3,) float32, its usual colour. lightness: L of every pixel.
    weight: 0..1, how much of a pixel is ground.
    share: part of the garment that is ground, 0..1.
    mixed: the pixels where ground and print meet, None where nothing but ground was found.
    """

    lab: np.ndarray
    lightness: Scalars
    weight: Scalars
    share: float
    mixed: "Mixed | None" = None


@dataclass(frozen=True, eq=False)
class Mixed:
    """Pixels where ground and print meet, and what each looks like there.

    rows, columns: (n,). ground: (n, 3) float32 Lab. print_: (n, 3) float32 sRGB 0..255.
    """

    rows: np.ndarray
    columns: np.ndarray
    ground: np.ndarray
    print_: np.ndarray


def all_but(ground: Ground, bare: Mask) -> Ground:
    """The ground of cloth that is known to be plain: all but what is bare of cloth."""
    near = cv2.dilate(bare.astype(np.uint8), _square(2 * RIM + 5)) > 0
    weight = np.where(near, ground.weight, np.float32(1))
    mixed = ground.mixed
    if mixed is not None:
        kept = near[mixed.rows, mixed.columns]
        mixed = Mixed(mixed.rows[kept], mixed.columns[kept], mixed.ground[kept], mixed.print_[kept])
    return replace(ground, weight=weight, share=1.0, mixed=mixed)


def find_ground(pixels: Pixels, inside: Mask, everything: bool = False) -> Ground:
    """The ground of a garment.

    inside: True on the garment. everything: take all of it for ground.

    Ground and print are parted in a small picture; along the borders, and in detail too fine to be
    seen small, pixels are then judged one by one.
    """
    scale = min(1.0, SMALL / max(inside.shape))
    size = (max(1, round(inside.shape[1] * scale)), max(1, round(inside.shape[0] * scale)))
    small = to_lab(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    cover = cv2.resize(inside.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    core = cv2.erode((cover > SOLID).astype(np.uint8), _square(3)) > 0
    if not core.any():
        core = cover > 0
    lab = cv2.cvtColor(pixels.astype(np.float32) * (1 / 255.0), cv2.COLOR_RGB2Lab)
    lightness = _without_rim(np.ascontiguousarray(lab[..., 0]), small[..., 0], core)
    ones = np.ones(inside.shape, np.float32)

    centre = usual_colour(small, core)
    pieces = _pieces(small, core, centre)
    share = float(pieces[core].mean())
    if everything or share < NO_GROUND:
        return Ground(np.median(small[core], axis=0), lightness, ones, share)
    pure = core & (pieces > 1 - SURE)
    if not pure.any():  # nothing but borders between ground and print
        return Ground(np.median(small[core], axis=0), lightness, ones, share)
    centre = np.median(small[pure], axis=0)
    if pieces[core].min() > 1 - SURE:
        return Ground(centre, lightness, ones, share)
    weight: np.ndarray = cv2.resize(
        _beyond(pieces, core), inside.shape[::-1], interpolation=cv2.INTER_LINEAR
    )
    unsure = (weight > SURE) & (weight < 1 - SURE) & inside
    rows, columns = np.nonzero(unsure)
    if len(rows) == 0:
        return Ground(centre, lightness, weight, share)
    parts, near, other = _unmix(pixels, weight, lab[rows, columns], centre, rows, columns)
    too_fine = len(rows) > TOO_FINE * inside.sum() and share > NEARLY_ALL
    if too_fine and float(np.median(_length(near - other))) < FAINT:
        return Ground(np.median(small[core], axis=0), _quieter(lightness, inside), ones, share)
    weight[rows, columns] = parts
    return Ground(centre, lightness, weight, share, Mixed(rows, columns, near, to_rgb(other)))


def _quieter(lightness: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Lightness with detail as fine as stripes made fainter."""
    there = inside.astype(np.float32)
    sigma = max(FINE_SIGMA * len(lightness), 1.0)
    around: np.ndarray = cv2.GaussianBlur(lightness * there, (0, 0), sigma)
    around /= np.maximum(cv2.GaussianBlur(there, (0, 0), sigma), 1e-3)
    detail = lightness - around
    kept = min(1.0, FINE_MOST / max(float(detail[inside].std()), 1e-3))
    return np.where(inside, around + kept * detail, lightness)


def with_lettering(ground: Ground, pixels: Pixels, inside: Mask) -> Ground:
    """The ground of printed cloth, prints of the cloth's own hue left out of it, too."""
    scale = min(1.0, SMALL / max(inside.shape))
    size = (max(1, round(inside.shape[1] * scale)), max(1, round(inside.shape[0] * scale)))
    light = cv2.resize(ground.lightness, size, interpolation=cv2.INTER_AREA)
    cover = cv2.resize(inside.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    core = cv2.erode((cover > SOLID).astype(np.uint8), _square(2 * RIM + 1)) > 0
    known = 1 - cv2.resize(ground.weight, size, interpolation=cv2.INTER_AREA)
    cloth = core & (known < 0.1)
    if not cloth.any():
        return ground
    usual = float(np.median(light[cloth]))
    around = cv2.medianBlur(np.where(core, light, usual).round().astype(np.uint8), AROUND)
    around = cv2.GaussianBlur(around.astype(np.float32), (0, 0), AROUND / 6)
    # near a wide print the median is that of the print
    wide = cv2.morphologyEx((known > 0.5).astype(np.uint8), cv2.MORPH_OPEN, _square(WIDE))
    core &= cv2.dilate(wide, _square(AROUND)) == 0
    if not core.any():
        return ground
    marks, tone = _marks(light - around, light, core, known)
    if not marks.any():
        return ground
    full = inside.shape[::-1]
    region = cv2.resize(cv2.dilate(marks.astype(np.uint8), _square(5)), full, interpolation=0) > 0
    region &= inside
    box = tuple(slice(p.min(), p.max() + 1) for p in np.nonzero(region))
    region = region[box]
    below = cv2.resize(around, full, interpolation=cv2.INTER_LINEAR)[box]
    depth = cv2.resize(cv2.dilate(tone, _square(7)), full, interpolation=cv2.INTER_LINEAR)[box]
    share = np.abs(ground.lightness[box] - below) / np.maximum(depth, TONE)
    ink = np.clip((share - FAINT_MARK) / (CLEAR_MARK - FAINT_MARK), 0, 1) * region
    weight = ground.weight.copy()
    weight[box] = np.where(region, np.minimum(1 - ink, weight[box]), weight[box])

    radius = 2 * max(1, round(INK_RADIUS * len(inside))) + 1
    other, there = _average(
        pixels[box].astype(np.float32), (ink > 0.9).astype(np.float32), (radius, radius)
    )
    rows, columns = np.nonzero((ink > SURE) & (ink < 1 - SURE) & (there > 0))
    plain = np.empty((len(rows), 3), np.float32)
    plain[:] = ground.lab
    plain[:, 0] = below[rows, columns]
    at = (rows + box[0].start, columns + box[1].start)
    mixed = Mixed(*at, plain, other[rows, columns])
    if ground.mixed is not None:
        old = ground.mixed
        own = ~np.isin(
            old.rows * full[0] + old.columns, at[0] * full[0] + at[1], assume_unique=True
        )
        mixed = Mixed(
            np.concatenate([old.rows[own], mixed.rows]),
            np.concatenate([old.columns[own], mixed.columns]),
            np.concatenate([old.ground[own], mixed.ground]),
            np.concatenate([old.print_[own], mixed.print_]),
        )
    return replace(ground, weight=weight, share=float(weight[inside].mean()), mixed=mixed)


def _marks(
    detail: np.ndarray, light: np.ndarray, core: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) bool marks of a print and (h, w) float32 their tone, L, in a small picture.

    known: (h, w) float32, how much of a pixel was found to be print before. A mark that is known in
    part is one; others have to look like letters.
    """
    steep = np.zeros_like(light)
    steep[:, 1:-1] = np.abs(light[:, 2:] - light[:, :-2])
    steep[1:-1] = np.maximum(steep[1:-1], np.abs(light[2:] - light[:-2]))
    steep = cv2.dilate(steep, _square(3))
    marks, tone = np.zeros(core.shape, bool), np.zeros(core.shape, np.float32)
    rows, columns = (np.flatnonzero(core.any(axis=axis)) for axis in (1, 0))
    longest = MOST_MARK * max(np.ptp(rows), np.ptp(columns))
    chest = np.zeros_like(core)
    top, left = rows[0], columns[0]
    chest[
        top + round(PRINTED[0] * np.ptp(rows)) : top + round(PRINTED[1] * np.ptp(rows)),
        left + round(PRINTED[2] * np.ptp(columns)) : left + round(PRINTED[3] * np.ptp(columns)),
    ] = True
    for side in (1, -1):
        spots = ((detail * side > TONE) & core & chest).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
        sizes = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
        depth = np.abs(detail)
        mean = np.bincount(labels.ravel(), weights=depth.ravel(), minlength=count) / sizes
        square = np.bincount(labels.ravel(), weights=(depth**2).ravel(), minlength=count) / sizes
        edge = (spots > 0) & (cv2.erode(spots, _square(3)) == 0)
        step = steep[edge] > TONE_EDGE * mean[labels[edge]]
        sharp: np.ndarray = np.bincount(labels[edge], weights=step, minlength=count)
        sharp = sharp / np.maximum(np.bincount(labels[edge], minlength=count), 1)
        even = np.sqrt(np.maximum(square - mean**2, 0)) < TONE_EVEN * mean
        small = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) < longest
        known_part = np.bincount(labels.ravel(), weights=known.ravel(), minlength=count) / sizes
        sure = (known_part > IN_PART) & (sharp > TONE_PART) & small
        good = (sharp > TONE_ROUND) & even & small & (sizes >= LEAST_MARK) & ~sure
        good[0] = False
        near = cv2.dilate(good[labels].astype(np.uint8), _square(TOGETHER))
        _, groups = cv2.connectedComponents(near, connectivity=8)
        first = np.zeros(count, np.int64)
        first[labels[spots > 0]] = groups[spots > 0]
        for group in np.unique(first[good]):
            own = np.flatnonzero(good & (first == group))
            high, deep = stats[own, cv2.CC_STAT_HEIGHT], mean[own]
            alike = np.abs(np.log(high / np.median(high))) < ALIKE_HEIGHT
            alike &= np.abs(deep / np.median(deep) - 1) < ALIKE_TONE
            if alike.sum() < MARKS or alike.mean() < ALIKE:
                good[own] = False
        good |= sure
        good[0] = False
        strength = np.zeros(count)
        np.maximum.at(strength, labels[spots > 0], np.abs(detail[spots > 0]))
        marks |= good[labels]
        tone = np.maximum(tone, np.where(good, strength, 0)[labels].astype(np.float32))
    return marks, tone


def usual_colour(lab: np.ndarray, core: np.ndarray) -> np.ndarray:
    """(3,) Lab that most of the cloth has: the densest place of the colours, by mean shift
    (Comaniciu and Meer 2002) from the fullest bins; then the median around it."""
    colours = lab[core]
    colours = colours[:: max(1, len(colours) // 8000)]
    points = colours * np.array([LIGHTNESS_WEIGHT, 1, 1], np.float32)
    bins = np.round(points / 6.0).astype(np.int64) @ np.array([1, 1000, 1000000])
    _, inverse, counts = np.unique(bins, return_inverse=True, return_counts=True)
    best, most = points.mean(0), 0
    for fullest in counts.argsort()[::-1][:4]:
        centre = points[inverse == fullest].mean(0)
        for _ in range(4):
            near = ((points - centre) ** 2).sum(1) < MODE_RADIUS**2
            centre = points[near].mean(0)
        if near.sum() > most:
            best, most = centre, int(near.sum())
    near = ((points - best) ** 2).sum(1) < MODE_RADIUS**2
    return np.median(colours[near], axis=0).astype(np.float32)


def _membership(lab: np.ndarray, centre: np.ndarray, room: float = 1.0) -> np.ndarray:
    """(...) float32: 1 where a (..., 3) colour is the ground's, in whatever light, 0 where not.

    room: how far the light may change a colour, 1 = as far as it does in folds.
    """
    light = lab[..., 0]
    chroma = float(np.hypot(centre[1], centre[2]))
    along = centre[1:] / max(chroma, 1e-6)
    expected = (light + 16.0) * (chroma / (centre[0] + 16.0))
    in_hue = lab[..., 1] * along[0] + lab[..., 2] * along[1]
    off_hue = np.abs(lab[..., 2] * along[0] - lab[..., 1] * along[1])
    richer = CHROMA_ROOM_GLARE if _overexposed(centre) else CHROMA_ROOM
    too_rich, too_pale = in_hue - expected * (1 + richer), expected * (1 - CHROMA_ROOM) - in_hue
    off = np.hypot(off_hue / _hue_room(centre), np.maximum(np.maximum(too_rich, too_pale), 0))
    colour = (HUE_OTHER - off) * (1 / (HUE_OTHER - HUE_SAME))
    deep, high = fold_depth(centre[0]), sheen(centre[0])
    below = light - (centre[0] - room * (2 * deep + LIGHT_SLACK + LIGHT_SOFT))
    above = (centre[0] + room * (2 * high + LIGHT_SLACK + LIGHT_SOFT)) - light
    below, above = below * (1 / LIGHT_SOFT), above * (1 / LIGHT_SOFT)
    return np.clip(np.minimum(np.minimum(below, above), colour), 0, 1).astype(np.float32)


def _pieces(lab: np.ndarray, core: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """(h, w) float32: 1 on ground, 0 on print, in between where each pixel has to be looked at.

    Spots without the usual colour are judged by their borders: lamps, folds and fading change a
    colour gradually, prints and buttons begin sharply.
    """
    soft = cv2.GaussianBlur(lab, (0, 0), 0.7)
    alone = _membership(soft, centre)
    # a thin line that only is darker is a crease or a seam
    flat = np.concatenate([np.full_like(lab[..., :1], centre[0]), soft[..., 1:]], axis=-1)
    same_hue = _membership(flat, centre)
    closed = cv2.morphologyEx(alone, cv2.MORPH_CLOSE, _square(CREASE))
    darker = soft[..., 0] < centre[0]
    alone = np.where(darker, np.maximum(alone, np.minimum(closed, same_hue)), alone)

    steps = lab * np.array([SHARP_LIGHTNESS, 1, 1], np.float32)
    sharp: np.ndarray = np.zeros(core.shape, np.float32)
    sharp[:, 1:-1] = _length(steps[:, 2:] - steps[:, :-2])
    sharp[1:-1] = np.maximum(sharp[1:-1], _length(steps[2:] - steps[:-2]))
    sharp[~core] = 0
    sharp = cv2.dilate(sharp, _square(3))

    spots = ((alone < 0.5) & core).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
    grown = cv2.dilate(spots, _square(3)) > 0
    ring = grown & core & (cv2.erode(spots, _square(3)) == 0)
    # a ring pixel outside its spot takes the spot's label
    spread = cv2.dilate(labels.astype(np.float32), _square(3)).astype(np.int32)
    border: np.ndarray = np.bincount(spread[ring], weights=sharp[ring], minlength=count)
    border = border / np.maximum(np.bincount(spread[ring], minlength=count), 1)
    off: np.ndarray = np.bincount(
        labels.ravel(), weights=_off_hue(soft, centre).ravel(), minlength=count
    )
    sizes = stats[:, cv2.CC_STAT_AREA]
    off = off / np.maximum(sizes, 1)
    rim = core & (cv2.erode(core.astype(np.uint8), _square(2 * RIM + 1)) == 0)
    in_rim = np.bincount(labels.ravel(), weights=rim.ravel(), minlength=count)
    is_print = ((border > SHARP) | (off > OTHER_HUE)) & (sizes >= LEAST_SPOT)
    is_print &= in_rim < MOSTLY * sizes  # the edge shows some of the background
    is_print[0] = False
    pieces = np.where(is_print[labels], 0, 1).astype(np.float32)
    look = (ring & is_print[spread]) | ((sharp > 2 * SHARP) & core)
    look = (cv2.dilate(look.astype(np.uint8), _square(3)) > 0) & core
    pieces[look] = np.where(pieces[look] > 0.5, 1 - 2 * SURE, 2 * SURE)
    return pieces


def _length(vectors: np.ndarray) -> np.ndarray:
    """(..., 3) -> (...): Euclidean length."""
    return np.sqrt(np.einsum("...k,...k->...", vectors, vectors))


def _square(side: int) -> np.ndarray:
    return np.ones((side, side), np.uint8)


def _off_hue(lab: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Delta E across the hue of the centre, less for rich colours; see `_membership`."""
    chroma = float(np.hypot(centre[1], centre[2]))
    along = centre[1:] / max(chroma, 1e-6)
    across = np.abs(lab[..., 2] * along[0] - lab[..., 1] * along[1])
    neutral = np.hypot(lab[..., 1], lab[..., 2])
    return neutral if chroma < NEUTRAL else across / _hue_room(centre)


def _hue_room(centre: np.ndarray) -> float:
    """How much more than usual is allowed across the hue: cameras bend that of rich colours in
    shadow and glare."""
    chroma = float(np.hypot(centre[1], centre[2]))
    return (1 + chroma / RICH) * (1.5 if _overexposed(centre) else 1.0)


def _overexposed(centre: np.ndarray) -> bool:
    chroma = float(np.hypot(centre[1], centre[2]))
    return chroma > 3 * NEUTRAL and float(to_rgb(centre).max()) > OVEREXPOSED


def _beyond(pieces: np.ndarray, core: np.ndarray) -> np.ndarray:
    """The pieces, carried on beyond the core: a garment's edge becomes what lies just inside it,
    for its own pixels are mixed with the background."""
    weight = core.astype(np.float32)
    size = (7, 7)
    total = cv2.boxFilter(pieces * weight, -1, size)
    there = cv2.boxFilter(weight, -1, size)
    outside = np.where(there > 1e-6, np.round(total / np.maximum(there, 1e-6)), 1.0)
    return np.where(core, pieces, outside).astype(np.float32)


def _without_rim(lightness: np.ndarray, small: np.ndarray, core: np.ndarray) -> np.ndarray:
    """Lightness with the rim, which may hold some background, held near that of the inside."""
    inner = cv2.erode(core.astype(np.uint8), _square(2 * RIM + 1)).astype(np.float32)
    if inner.sum() < 0.3 * core.sum():
        return lightness
    size = (4 * RIM + 3,) * 2
    there = cv2.boxFilter(inner, -1, size)
    mean = cv2.boxFilter(small * inner, -1, size) / np.maximum(there, 1e-3)
    shape = lightness.shape[::-1]
    # 1 where nothing is to be held
    free: np.ndarray = np.where(there > LEAST_THERE, inner, 1.0).astype(np.float32)
    free = cv2.resize(free, shape, interpolation=cv2.INTER_LINEAR)
    rows, columns = np.nonzero(free < 0.5)
    within = cv2.resize(mean, shape, interpolation=cv2.INTER_LINEAR)[rows, columns]
    held = np.clip(lightness[rows, columns], within - RIM_DARKER, within + RIM_LIGHTER)
    lightness[rows, columns] = held
    return lightness


def _unmix(
    pixels: np.ndarray,
    weight: np.ndarray,
    colours: np.ndarray,
    centre: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How much of each unsure pixel is ground, and what ground and print look like there.

    A pixel is taken for a mix of the purest ground and the purest print around it. Lightness says
    how much of each, for that is what a camera's file keeps sharp; colour is smeared over a few
    pixels (chroma subsampling), so the colours of both are taken from around.
    colours: (n, 3) Lab of the pixels. Returns (n,), and (n, 3) Lab each.
    """
    label = weight[rows, columns] >= 0.5
    # inside a print, black is no shadow
    alone = np.where(label, _membership(colours, centre), _membership(colours, centre, room=TIGHT))
    judged = weight.copy()
    judged[rows, columns] = alone
    half = (max(1, pixels.shape[1] // 2), max(1, pixels.shape[0] // 2))
    lab = to_lab(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA))
    small = cv2.resize(judged, half, interpolation=cv2.INTER_AREA)
    radius = max(2, round(MATTE_RADIUS * half[1] / 1000))
    size = (2 * radius + 1, 2 * radius + 1)
    near, ground_there = _average(lab, np.maximum(small - 0.9, 0) * 10, size)
    near = np.where((ground_there > 0)[..., None], near, centre)
    # print counts the more the less it looks like the ground: mixes hardly do
    away = (_length(lab - near) * 0.02) ** PURITY
    other, print_there = _average(lab, (1 - small) * away, size)
    at = (np.minimum(rows // 2, half[1] - 1), np.minimum(columns // 2, half[0] - 1))
    near, other = near[at], other[at]

    across = near - other
    rest = colours - other
    by_light = rest[:, 0] / np.where(np.abs(across[:, 0]) < 1, 1, across[:, 0])
    by_colour = (rest * across).sum(-1) / np.maximum((across**2).sum(-1), 1.0)
    part = np.where(np.abs(across[:, 0]) > STEP_IN_LIGHT, by_light, by_colour)
    hue = across[:, 1:] / np.maximum(np.hypot(across[:, 1], across[:, 2]), 1e-6)[:, None]
    off = np.abs(rest[:, 1] * hue[:, 1] - rest[:, 2] * hue[:, 0])
    apart = (print_there[at] > 0) & (_length(across) > STEP_IN_LIGHT)
    mix = apart & (off < OFF_THE_LINE)
    parts = np.where(mix, np.clip(part, 0, 1), np.where(apart, alone, label))
    # no mix: the pixel is one or the other, as it is
    near = np.where(mix[:, None], near, colours)
    other = np.where(mix[:, None], other, colours)
    return parts.astype(np.float32), near, other


def _average(
    rgb: np.ndarray, weight: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The mean colour around each pixel of those with weight, and how much weight is there."""
    there = cv2.boxFilter(weight, -1, size, normalize=False)
    total = cv2.boxFilter(rgb * weight[..., None], -1, size, normalize=False)
    there = np.where(there < LEAST_THERE, 0, there)
    return total / np.maximum(there, LEAST_THERE)[..., None], there


# --- folds -------------------------------------------------------------------------------------


def fold_depth(lightness: float) -> float:
    """L by which the folds of cloth of this lightness usually are darker."""
    return float(np.interp(lightness, _LIGHTNESS, _SHADOWS))


def sheen(lightness: float) -> float:
    """L by which the ridges of cloth of this lightness usually are lighter."""
    return float(np.interp(lightness, _LIGHTNESS, _LIGHTS))


def tone_table(ground: float, target: np.ndarray, contrast: float = 1.0) -> np.ndarray:
    """(STEPS, 3) uint8 sRGB: the dyed colour for each lightness of a pixel of the ground.

    ground: L of the undyed cloth. target: (3,) Lab. contrast: of the folds, 1 = as usual.
    """
    light = np.linspace(0, 100, STEPS, dtype=np.float32)
    offset = light - ground
    down = fold_depth(target[0]) / fold_depth(ground)
    up = sheen(target[0]) / sheen(ground)
    moved = offset * np.where(offset < 0, down, up) * contrast
    made = target[0] + _bend(moved, target[0] - FLOOR, CEILING - target[0])
    scale = (made + 16.0) / (target[0] + 16.0)
    lab = np.stack([made, target[1] * scale, target[2] * scale], axis=-1)
    return np.round(to_rgb(lab)).astype(np.uint8)


def _bend(offset: np.ndarray, below: float, above: float) -> np.ndarray:
    """Offsets softly limited to [-below, above]: straight up to the knee, then levelling off."""
    room = np.where(offset < 0, max(below, 1e-3), max(above, 1e-3))
    knee = room * KNEE
    excess = np.maximum(np.abs(offset) - knee, 0)
    rest = room - knee
    return np.sign(offset) * (
        np.minimum(np.abs(offset), knee) + rest * (1 - np.exp(-excess / rest))
    )


def calm(ground: Ground, target_light: float) -> np.ndarray:
    """(h, w) float32: the ground's lightness, smoothed where the dye will deepen folds, and the
    camera's noise with them."""
    gain = max(
        fold_depth(target_light) / fold_depth(ground.lab[0]),
        sheen(target_light) / sheen(ground.lab[0]),
    )
    if gain < AMPLIFIED:
        return ground.lightness
    sigma = 0.9 * min(gain / AMPLIFIED, 2.0) * ground.lightness.shape[0] / 1000
    return cv2.GaussianBlur(ground.lightness, (0, 0), max(sigma, 0.3))


def look_up(table: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """(..., 3) uint8: the table's colour for each lightness (...)."""
    index = (lightness * ((STEPS - 1) / 100.0) + 0.5).astype(np.int16)
    return np.take(table, np.clip(index, 0, STEPS - 1, out=index), axis=0)


def overlay(
    base: np.ndarray,
    cover: np.ndarray,
    tables: Sequence[np.ndarray],
    lights: Sequence[np.ndarray],
) -> np.ndarray:
    """Lay paints over dyed cloth, one after the other.

    base: (..., 3) uint8. cover: (..., n) float32 0..1, how much of a pixel each paint covers.
    tables: n tone tables. lights: n arrays (...) of lightness. Returns (..., 3) uint8.
    """
    result = base.reshape(-1, 3).copy()
    cover = cover.reshape(len(result), len(tables))  # -1 is not allowed where there is nothing
    for index, (table, light) in enumerate(zip(tables, lights, strict=True)):
        there = np.flatnonzero(cover[:, index] > LEAST_COVER)
        part = cover[there, index][:, None]
        paint = look_up(table, light.reshape(-1)[there]).astype(np.float32)
        below = result[there]
        result[there] = (below + part * (paint - below) + 0.5).astype(np.uint8)
    return result.reshape(base.shape)


def fill_shading(
    lightness: Scalars, weight: Scalars, everywhere: bool = False, coarse: bool = False
) -> Scalars:
    """Lightness of the ground, carried on smoothly under what is not ground.

    Folds finer than a print are lost below it. everywhere: the smooth lightness for the ground,
    too. coarse: only the widest folds.
    """
    scale = min(1.0, FILL_SIZE / max(weight.shape))
    size = (max(1, round(weight.shape[1] * scale)), max(1, round(weight.shape[0] * scale)))
    # edges of a print are half print: count only what is surely ground
    sure = np.clip((weight - 0.9) * 10, 0, 1)
    small_weight = cv2.resize(sure, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(lightness * sure, size, interpolation=cv2.INTER_AREA)
    usual = float((lightness * sure).sum() / max(float(sure.sum()), 1.0))
    filled = np.full(small.shape, usual, np.float32)
    for sigma in reversed(FILL_SIGMAS[COARSE if coarse else 0 :]):
        there = cv2.GaussianBlur(small_weight, (0, 0), sigma)
        mean = cv2.GaussianBlur(small, (0, 0), sigma) / np.maximum(there, 1e-4)
        trust = np.clip(there / ENOUGH, 0, 1)
        filled += trust * (mean - filled)
    carried: np.ndarray = cv2.resize(filled, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return carried if everywhere else carried + sure * (lightness - carried)


def settle(pixels: Pixels, ground: Ground, dyed: Pixels, dye_at: DyeAt) -> Pixels:
    """Put dyed ground and undyed print together.

    pixels, dyed: before and after. dye_at: the dyed colours of ground of a lightness at a pixel.
    """
    if ground.mixed is None:
        if ground.weight.min() > 0.5:
            return dyed
        return np.where((ground.weight > 0.5)[..., None], dyed, pixels)
    result = np.where((ground.weight > 0.5)[..., None], dyed, pixels)
    mixed = ground.mixed
    at = (mixed.rows, mixed.columns)
    part = ground.weight[at][:, None]
    cloth = dye_at(mixed.ground[:, 0], *at).astype(np.float32)
    result[at] = np.round(part * cloth + (1 - part) * mixed.print_).astype(np.uint8)
    return result
