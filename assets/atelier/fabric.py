"""Fabrics and patterns: what a cloth looks like from near and from afar.

Notable here:
- a *weave* is a tile of cloth, TILE_CM square, that joins itself on all sides: `tone` multiplies
  the dye, `bump` is relief in cm. It is sampled in fabric coordinates, so the thread follows each
  sleeve and each fold.
- a *pattern* is a function of fabric coordinates (s across, t along the grain, cm) and gives the
  dye, in linear light. Patterns are ours: drawn here, no picture is read.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from light import linear
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

TILE_CM = 32.0
TILE_PX = 1024  # 32 pixels per cm
PX_PER_CM = TILE_PX / TILE_CM


@dataclass(frozen=True)
class Weave:
    """A fabric. tone, bump: (TILE_PX, TILE_PX) float32. sheen: light from grazing fibres, 0..1.
    gloss: strength of highlights; shine: their sharpness (exponent). fuzz: cm of soft edge.
    thread: (TILE_PX, TILE_PX) 0..1 for cloth with holes, 0 in them."""

    tone: np.ndarray
    bump: np.ndarray
    sheen: float = 0.15
    gloss: float = 0.0
    shine: float = 24.0
    fuzz: float = 0.0
    thread: np.ndarray | None = None


def sample(tile: np.ndarray, s: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Values of a tile at fabric coordinates in cm, any shape (H, W)."""
    x = np.mod(s * PX_PER_CM, TILE_PX).astype(np.float32)
    y = np.mod(t * PX_PER_CM, TILE_PX).astype(np.float32)
    padded = np.pad(tile, ((0, 1), (0, 1), *((0, 0),) * (tile.ndim - 2)), mode="wrap")
    return cv2.remap(padded, x, y, cv2.INTER_LINEAR)


# --- weaves -------------------------------------------------------------------------------------


def jersey(seed: int = 0, melange: float = 0.0) -> Weave:
    """T-shirt knit; melange mixes light and dark fibres into short cross streaks."""
    generator = np.random.default_rng(seed)
    columns = _wave(1 / 0.10, 0)
    tone = 1 + 0.018 * _noise(generator, 1.0, 1.6) + 0.012 * _noise(generator, 12, 12)
    tone += 0.012 * columns
    if melange:
        streaks = _noise(generator, 9, 1.3) + 0.8 * _noise(generator, 4, 0.8)
        streaks += 0.7 * _noise(generator, 18, 2.5)
        tone += melange * np.tanh(streaks * 0.7)
    bump = 0.0022 * columns + 0.0030 * _noise(generator, 1.2, 2.0) + 0.004 * _noise(generator, 6, 6)
    return _weave(tone, bump, sheen=0.18)


def fleece(seed: int = 0, melange: float = 0.05) -> Weave:
    """Sweatshirt cloth: heavier, matt, with a little pilling."""
    generator = np.random.default_rng(seed)
    tone = 1 + 0.02 * _noise(generator, 1.2, 1.6) + 0.02 * _noise(generator, 9, 9)
    tone += melange * np.tanh(_noise(generator, 5, 1.2) + 0.6 * _noise(generator, 12, 2.2))
    bump = 0.006 * _noise(generator, 2.0, 2.0) + 0.007 * _noise(generator, 5, 5)
    return _weave(tone, bump, sheen=0.25, fuzz=0.015)


def poplin(seed: int = 0, slub: float = 0.01) -> Weave:
    """Shirt cotton or, with more slub, linen: threads across and along, crisp."""
    generator = np.random.default_rng(seed)
    tone = 1 + slub * (_noise(generator, 24, 0.8) + _noise(generator, 0.8, 24))
    tone += 0.012 * _noise(generator, 0.9, 0.9)
    bump = 0.0025 * (_noise(generator, 12, 0.8) + _noise(generator, 0.8, 12)) * (1 + 30 * slub)
    bump += 0.0015 * _wave(1 / 0.07, 0) * _wave(0, 1 / 0.07) + 0.004 * _noise(generator, 14, 14)
    return _weave(tone, bump, sheen=0.12, gloss=0.02)


def oxford(seed: int = 0) -> Weave:
    """Basket weave of coloured and white threads."""
    generator = np.random.default_rng(seed)
    checker = _wave(1 / 0.11, 0) * _wave(0, 1 / 0.11)
    tone = 1 + 0.10 * checker * (1 + 0.4 * _noise(generator, 2, 2))
    tone += 0.03 * (_noise(generator, 16, 0.9) + _noise(generator, 0.9, 16))
    return _weave(tone, 0.003 * checker + 0.003 * _noise(generator, 2, 2), sheen=0.12)


def denim(seed: int = 0, contrast: float = 1.0) -> Weave:
    """Twill: slanting ribs of blue warp over white weft, with uneven, streaky yarn."""
    generator = np.random.default_rng(seed)
    ribs = _wave(1 / 0.125, 1 / 0.19)
    streaks = 0.5 * _noise(generator, 0.8, 30) + 0.5 * _noise(generator, 1.4, 9)
    flecks = np.maximum(_noise(generator, 1.1, 1.5) - 1.0, 0)
    tone = 1 + contrast * (0.12 * ribs + 0.07 * streaks + 0.10 * flecks)
    tone += contrast * 0.05 * _noise(generator, 30, 40)
    bump = 0.005 * ribs + 0.003 * _noise(generator, 1.2, 1.8)
    return _weave(tone, bump, sheen=0.10)


def twill(seed: int = 0) -> Weave:
    """Chino and suit cloth: fine slanting ribs, smooth."""
    generator = np.random.default_rng(seed)
    ribs = _wave(1 / 0.10, 1 / 0.10)
    tone = 1 + 0.022 * ribs + 0.018 * _noise(generator, 0.9, 6) + 0.01 * _noise(generator, 1, 1)
    bump = 0.0025 * ribs + 0.002 * _noise(generator, 1, 2) + 0.003 * _noise(generator, 12, 12)
    return _weave(tone, bump, sheen=0.16, gloss=0.02)


def wool(seed: int = 0, melange: float = 0.06) -> Weave:
    """Felted coat cloth: soft, speckled, light at the edge."""
    generator = np.random.default_rng(seed)
    hairs = _noise(generator, 3.0, 1.0) + _noise(generator, 1.0, 3.0)
    tone = 1 + melange * np.tanh(hairs * 0.7) + 0.03 * _noise(generator, 6, 6)
    bump = 0.006 * _noise(generator, 2.2, 2.2) + 0.004 * hairs
    return _weave(tone, bump, sheen=0.35, fuzz=0.03)


def knit(seed: int = 0, stitch_cm: float = 0.42, depth: float = 0.035) -> Weave:
    """Stocking stitch: columns of small Vs."""
    generator = np.random.default_rng(seed)
    count = round(TILE_CM / stitch_cm)
    period = TILE_PX / count
    y, x = np.mgrid[0:TILE_PX, 0:TILE_PX].astype(np.float32)
    across = x / period
    side = across % 1 - 0.5  # -0.5..0.5 inside a column
    rows = TILE_PX / round(TILE_CM / (stitch_cm * 0.78))
    along = (y / rows + 1.1 * np.abs(side)) % 1 - 0.5  # slanting legs
    leg = np.exp(-(((np.abs(side) - 0.24) / 0.17) ** 2)) * np.exp(-((along / 0.36) ** 2))
    yarn = 1 + 0.25 * _noise(generator, 5, 5)
    bump = depth * leg * yarn
    tone = 0.80 + 0.28 * leg + 0.03 * _noise(generator, 1.2, 2) + 0.02 * _noise(generator, 20, 20)
    return _weave(tone / tone.mean(), bump + 0.004 * _noise(generator, 1.4, 1.4), 0.3, fuzz=0.03)


def fine_knit(seed: int = 0, melange: float = 0.0) -> Weave:
    """Merino: columns so fine that they read as a soft grain."""
    base = knit(seed, 0.17, 0.010)
    generator = np.random.default_rng(seed + 1)
    tone = 1 + (base.tone - 1) * 0.5
    tone += melange * np.tanh(_noise(generator, 6, 1.5) + _noise(generator, 2, 2))
    return _weave(tone, base.bump, sheen=0.28, fuzz=0.015)


def rib_knit(seed: int = 0, period_cm: float = 0.55, depth: float = 0.05) -> Weave:
    """Columns of knit, up and down."""
    generator = np.random.default_rng(seed)
    wave = _wave(1 / period_cm, 0)
    ridge = np.sqrt(np.clip(wave * 0.5 + 0.5, 0, 1))
    stitch = _wave(0, 1 / 0.22) * ridge
    tone = 0.86 + 0.18 * ridge + 0.025 * stitch + 0.02 * _noise(generator, 2, 2)
    bump = depth * ridge + 0.006 * stitch + 0.003 * _noise(generator, 1.5, 1.5)
    return _weave(tone / tone.mean(), bump, sheen=0.3, fuzz=0.02)


def satin(seed: int = 0) -> Weave:
    """Silk or viscose: smooth, with broad highlights."""
    generator = np.random.default_rng(seed)
    tone = 1 + 0.008 * _noise(generator, 0.8, 8) + 0.006 * _noise(generator, 1, 1)
    bump = 0.0008 * _noise(generator, 0.8, 10) + 0.006 * _noise(generator, 24, 24)
    return _weave(tone, bump, sheen=0.10, gloss=0.36, shine=20)


def leather(seed: int = 0) -> Weave:
    """Grained leather: cells of a Voronoi net, with highlights."""
    generator = np.random.default_rng(seed)
    points = generator.uniform(0, TILE_PX, (26000, 2))
    grid = np.ones((TILE_PX, TILE_PX), np.uint8)
    grid[points[:, 1].astype(int), points[:, 0].astype(int)] = 0
    distance = ndimage.distance_transform_edt(np.pad(grid, 16, mode="wrap"))[16:-16, 16:-16]
    cells = np.tanh(distance / 3.0)
    bump = -0.011 * cells + 0.012 * _noise(generator, 20, 20) + 0.004 * _noise(generator, 6, 6)
    tone = 1 + 0.05 * (0.5 - cells) + 0.05 * _noise(generator, 24, 24)
    return _weave(tone, bump, sheen=0.04, gloss=0.44, shine=30)


def velvet(seed: int = 0) -> Weave:
    """Cord: fine raised wales with a pile that is bright at the edge."""
    generator = np.random.default_rng(seed)
    wale = _wave(1 / 0.28, 0)
    tone = 1 + 0.10 * wale + 0.03 * _noise(generator, 1.2, 3) + 0.03 * _noise(generator, 12, 18)
    bump = 0.020 * np.sqrt(wale * 0.5 + 0.5) + 0.003 * _noise(generator, 1.2, 2)
    return _weave(tone, bump, sheen=0.45, fuzz=0.01)


def suede(seed: int = 0) -> Weave:
    """Napped leather: matt, with cloudy patches where the nap was brushed the other way."""
    generator = np.random.default_rng(seed)
    tone = 1 + 0.05 * np.tanh(_noise(generator, 26, 34)) + 0.025 * _noise(generator, 7, 10)
    tone += 0.02 * _noise(generator, 1.0, 1.0)
    bump = 0.003 * _noise(generator, 1.2, 1.2) + 0.008 * _noise(generator, 16, 16)
    return _weave(tone, bump, sheen=0.40)


def lace(seed: int = 0, size_cm: float = 4.6) -> Weave:
    """Lace: a net of holes through which a lining shows, with raised flowers of dense thread."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:TILE_PX, 0:TILE_PX].astype(np.float32) / TILE_PX * TILE_CM
    across, down = TILE_CM / round(TILE_CM / 0.46), TILE_CM / (2 * round(TILE_CM / 0.80))
    row = np.round(y / down)
    dx = x - np.mod(row, 2) * across / 2
    hole = np.hypot(dx - np.round(dx / across) * across, y - row * down)
    net = _step((hole - 0.165) / 0.02)
    count = round(TILE_CM / size_cm / 2) * 2
    pitch = TILE_CM / count
    row = np.round(y / pitch)
    fx = x - np.mod(row, 2) * pitch / 2
    fx -= np.round(fx / pitch) * pitch
    fy = y - row * pitch
    radius, angle = np.hypot(fx, fy), np.arctan2(fy, fx) + 0.6 * np.mod(row, 2)
    petals = pitch * (0.31 + 0.13 * np.cos(6 * angle))
    flower = _step((petals - radius) / 0.03)
    outline = np.exp(-(((radius - petals) / 0.05) ** 2)) + np.exp(-(((radius - 0.3) / 0.06) ** 2))
    veins = 0.5 + 0.5 * np.cos(36 * angle)
    solid = np.maximum(net, flower)
    pierced = flower * _step((0.055 * pitch - np.abs(radius - petals * 0.62)) / 0.02)
    pierced *= _step((np.cos(6 * angle) - 0.25) * 8)  # a slit in every petal
    solid = solid * (1 - pierced)
    tone = 0.94 + 0.06 * solid + 0.02 * _noise(generator, 1, 1)
    bump = 0.02 * net + 0.03 * flower + 0.03 * outline + 0.006 * veins * flower
    return replace(_weave(tone, bump, sheen=0.15), thread=solid.astype(np.float32))


# --- patterns -----------------------------------------------------------------------------------

Pattern = Callable[[np.ndarray, np.ndarray], np.ndarray]  # s, t (H, W) cm -> (H, W, 3) linear


def plain(colour) -> Pattern:
    """One sRGB colour, 0..255."""
    dye = linear(colour)
    return lambda s, t: np.broadcast_to(dye, (*s.shape, 3)).astype(np.float32)


def stripes(ground, stripe, period_cm: float, width_cm: float, start_cm=0.0, upright=False):
    """Stripes across (or upright) the grain."""
    a, b = linear(ground), linear(stripe)

    def dye(s, t):
        along = (s if upright else t) - start_cm
        return _mix(a, b, _band(along, period_cm, width_cm))

    return dye


def checks(ground, colour, period_cm: float, width_cm: float) -> Pattern:
    """Gingham: threads of one colour both ways, twice as strong where they cross."""
    a, b = linear(ground), linear(colour)

    def dye(s, t):
        strength = 0.5 * (_band(s, period_cm, width_cm) + _band(t, period_cm, width_cm))
        return _mix(a, b, strength)

    return dye


def tartan(ground, bands: list) -> Pattern:
    """Woven bands both ways: (colour, period, width, offset, strength) each."""

    def dye(s, t):
        colour = np.broadcast_to(linear(ground), (*s.shape, 3)).copy()
        for tint, period, width, shift, strength in bands:
            for along in (s, t):
                share = strength * _band(along - shift, period, width)
                colour += (linear(tint) - colour) * share[..., None]
        return colour.astype(np.float32)

    return dye


def dots(ground, dot, spacing_cm: float, radius_cm: float) -> Pattern:
    """Polka dots in staggered rows."""
    a, b = linear(ground), linear(dot)

    def dye(s, t):
        row = np.round(t / (spacing_cm * 0.866))
        shift = np.mod(row, 2) * spacing_cm / 2
        dy = t - row * spacing_cm * 0.866
        dx = s - shift
        dx -= np.round(dx / spacing_cm) * spacing_cm
        return _mix(a, b, _step((radius_cm - np.hypot(dx, dy)) / 0.03))

    return dye


def camouflage(colours, size_cm: float = 5.0, seed: int = 0) -> Pattern:
    """Woodland patches: noise, cut at levels, one colour over the other."""
    generator = np.random.default_rng(seed)
    sigma = size_cm * PX_PER_CM / 4
    tile = np.broadcast_to(linear(colours[0]), (TILE_PX, TILE_PX, 3)).copy()
    for colour, level in zip(colours[1:], (0.15, 0.65, 1.05), strict=False):
        field = _noise(generator, sigma * 1.3, sigma * 0.7) + 0.35 * _noise(generator, 14, 7)
        tile += (linear(colour) - tile) * _step((field - level) * 16)[..., None]
    return lambda s, t: sample(tile.astype(np.float32), s, t)


def leopard(ground, centre, ring, seed: int = 0) -> Pattern:
    """Rosettes: broken dark rings around a darker centre."""
    generator = np.random.default_rng(seed)
    grid = np.ones((TILE_PX, TILE_PX), np.uint8)
    placed: list[np.ndarray] = []
    for point in generator.uniform(0, TILE_PX, (4000, 2)):
        if all(_wrapped(point, other) > 74 for other in placed):
            placed.append(point)
            grid[int(point[1]), int(point[0])] = 0
    distance = ndimage.distance_transform_edt(np.pad(grid, 128, mode="wrap"))[128:-128, 128:-128]
    wobble = 7 * _noise(generator, 9, 9) + 4 * _noise(generator, 4, 4)
    radius = distance + wobble
    broken = _noise(generator, 12, 12) > -0.75
    inside = _step((19 - radius) / 2)
    band = _step((9 - np.abs(radius - 23)) / 2) * _step((broken - 0.5) * 4)
    tile = _mix(linear(ground), linear(centre), inside)
    tile += (linear(ring) - tile) * band[..., None]
    return lambda s, t: sample(tile.astype(np.float32), s, t)


def floral(ground, petals, leaf, heart, seed: int = 0, flowers: int = 150, size_cm: float = 1.5):
    """Scattered five-petalled flowers with leaves, drawn one by one."""
    generator = np.random.default_rng(seed)
    scale = 2
    tile = Image.new("RGB", (TILE_PX * scale, TILE_PX * scale), tuple(ground))
    pen = ImageDraw.Draw(tile)
    placed: list[np.ndarray] = []
    for point in generator.uniform(0, TILE_PX, (6000, 2)):
        gap = size_cm * PX_PER_CM * 1.35
        if len(placed) < flowers and all(_wrapped(point, other) > gap for other in placed):
            placed.append(point)
    for point in placed:
        size = size_cm * PX_PER_CM * scale * generator.uniform(0.32, 0.56)
        turn = generator.uniform(0, 2 * np.pi)
        colour = petals[generator.integers(len(petals))]
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                centre = (point + np.array([dx, dy]) * TILE_PX) * scale
                _flower(pen, centre, size, turn, colour, leaf, heart)
    array = linear(np.asarray(tile.resize((TILE_PX, TILE_PX), Image.Resampling.BOX)))
    return lambda s, t: sample(array, s, t)


def _flower(pen, centre, size, turn, colour, leaf, heart) -> None:
    def blob(angle, distance, long, wide, fill):
        across = np.linspace(0, 2 * np.pi, 24)
        petal = np.stack([distance + long * np.cos(across), wide * np.sin(across)], 1)
        petal[:, 1] *= 1 - 0.25 * np.cos(across)
        c, s = np.cos(angle), np.sin(angle)
        points = petal @ np.array([[c, s], [-s, c]]) + centre
        pen.polygon([tuple(p) for p in points], fill=tuple(int(v) for v in fill))

    colour, leaf = np.array(colour), np.array(leaf)
    for k in (0.4, 2.6):
        blob(turn + k, size * 1.15, size * 0.75, size * 0.26, leaf)
        blob(turn + k, size * 1.15, size * 0.65, size * 0.05, leaf * 0.75)
    for k in range(5):
        angle = turn + k * 2 * np.pi / 5
        blob(angle, size * 0.50, size * 0.48, size * 0.36, colour * 0.88)
        blob(angle, size * 0.55, size * 0.40, size * 0.28, colour)
    blob(0, 0, size * 0.2, size * 0.2, heart)


def zebra(ground, stripe, period_cm: float = 4.2, seed: int = 0) -> Pattern:
    """Wandering stripes that fork and taper."""
    generator = np.random.default_rng(seed)
    y = np.mgrid[0:TILE_PX, 0:TILE_PX][0].astype(np.float32) / TILE_PX
    turns = np.round(TILE_CM / period_cm)
    bend = 1.9 * _noise(generator, 100, 80) + 0.55 * _noise(generator, 30, 20)
    wave = np.sin(2 * np.pi * y * turns + bend) + 0.22 * _noise(generator, 60, 20)
    tile = _mix(linear(ground), linear(stripe), _step(wave * 9))
    return lambda s, t: sample(tile, s, t)


def rainbow(colours, band_cm: float, upright=False) -> Pattern:
    """Stripes of several colours, one beside the other, over and over."""
    dyes = np.array([linear(colour) for colour in colours], np.float32)

    def dye(s, t):
        return dyes[np.floor((s if upright else t) / band_cm).astype(int) % len(dyes)]

    return dye


def peaks(size: int = 700) -> np.ndarray:
    """(size, size) float32 0..1 mask of a print: three mountains with snow, a moon, water."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    mask = np.zeros((size, size), np.float32)
    for top_x, top_y, slope in ((0.24, 0.44, 1.5), (0.76, 0.38, 1.6), (0.50, 0.20, 1.5)):
        away = np.abs(x - top_x)
        rock = y - top_y - slope * away
        cap = 0.15 + 0.035 * np.abs(away * 30 % 2 - 1)
        hatch = ((x + 0.6 * y) * 34 % 1 < 0.42) & (x - top_x > 0.10 * (y - top_y) - 0.01)
        inside = np.where((y - top_y < cap) | hatch | (rock < 0.016), 1.0, 0.0)
        mask = np.where((rock > -0.016) & (y < 0.78), np.where(rock > 0, inside, 0), mask)
    moon = _step((0.075 - np.hypot(x - 0.82, y - 0.14)) * size)
    mask = np.maximum(mask, moon * _step((np.hypot(x - 0.85, y - 0.12) - 0.062) * size))
    for row in range(3):
        line = np.abs(y - 0.83 - 0.04 * row) < 0.007
        mask = np.maximum(mask, line & (np.abs(x - 0.5) < 0.44 - 0.1 * row))
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)


def lettering(text: str, size_px: int, font: str = "DejaVuSans-Bold.ttf") -> np.ndarray:
    """(h, w) float32 0..1 mask of a line of text."""
    face = ImageFont.truetype(font, size_px)
    left, top, right, bottom = face.getbbox(text)
    picture = Image.new("L", (right - left + 8, bottom - top + 8))
    ImageDraw.Draw(picture).text((4 - left, 4 - top), text, 255, face)
    return np.asarray(picture, np.float32) / 255


# --- helpers ------------------------------------------------------------------------------------


def _weave(tone, bump, sheen, gloss=0.0, shine=24.0, fuzz=0.0) -> Weave:
    tone = np.asarray(tone / tone.mean(), np.float32)
    return Weave(tone, np.asarray(bump - bump.mean(), np.float32), sheen, gloss, shine, fuzz)


def _noise(generator, across: float, along: float) -> np.ndarray:
    """(TILE_PX, TILE_PX) unit-variance noise, correlated over these many pixels, seamless."""
    white = generator.standard_normal((TILE_PX, TILE_PX)).astype(np.float32)
    smooth = ndimage.gaussian_filter(white, (along, across), mode="wrap")
    return smooth / smooth.std()


def _wave(across_per_cm: float, along_per_cm: float) -> np.ndarray:
    """A sine over the tile with whole periods: cycles per cm each way."""
    y, x = np.mgrid[0:TILE_PX, 0:TILE_PX].astype(np.float32) / TILE_PX
    cycles = np.round(np.array([across_per_cm, along_per_cm]) * TILE_CM)
    return np.sin(2 * np.pi * (x * cycles[0] + y * cycles[1])).astype(np.float32)


def _band(along: np.ndarray, period: float, width: float, soft: float = 0.02) -> np.ndarray:
    """1 inside stripes of this width, 0 between, edges softened by cm."""
    away = np.abs(along - np.round(along / period) * period)
    return _step((width / 2 - away) / soft)


def _step(value: np.ndarray) -> np.ndarray:
    return np.clip(value * 0.5 + 0.5, 0, 1).astype(np.float32)


def _mix(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    return (a + (b - a) * share[..., None]).astype(np.float32)


def _wrapped(a: np.ndarray, b: np.ndarray) -> float:
    gap = np.abs(a - b)
    return float(np.hypot(*np.minimum(gap, TILE_PX - gap)))
