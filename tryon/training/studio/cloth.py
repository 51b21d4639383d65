"""Random numbers -> what cloth looks like: colours, a tile of its pattern, a print, folds.

Notable here:
- a tile repeats and is measured in centimetres of cloth; a print lies on the front once.
- colours are drawn as clothes have them: a third black, white, grey or navy, the rest of any hue,
  seldom garish.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

TILE = 160  # pixels, as it is drawn
PER_CM = 5.0  # pixels of a finished tile: about as fine as a photo shows it
DECAL = 96  # pixels
PATTERNS = ("plain", "stripes", "checks", "dots", "flowers", "patches", "denim", "knit", "rows")
SHARES = (0.42, 0.14, 0.10, 0.06, 0.08, 0.06, 0.06, 0.05, 0.03)


@dataclass(frozen=True, eq=False)
class Cloth:
    """colour, trim: (3,) float 0..1 RGB. tile: (n, n, 3) uint8. size: cm of cloth that a tile
    covers. turn: radians. decal: (96, 96, 4) uint8 or None; box: its x, y, half width and half
    height on the mean body. sheen: 0..1. folds: how deep, how fine. trims: cm at neck, sleeves and
    hem in the trim's colour, and how much of it."""

    colour: np.ndarray
    trim: np.ndarray
    tile: Pixels
    size: float
    turn: float
    decal: Pixels | None
    box: tuple[float, float, float, float]
    sheen: float
    folds: tuple[float, float]
    trims: tuple[float, float, float, float]
    name: str


def colour(rng: np.random.Generator) -> np.ndarray:
    """(3,) RGB 0..1, as clothes have them."""
    if rng.random() < 0.36:
        greys = ((0.06, 0.07, 0.08), (0.94, 0.94, 0.93), (0.5, 0.5, 0.52), (0.1, 0.13, 0.25))
        found = np.array(greys[rng.integers(4)]) + rng.normal(0, 0.025, 3)
    else:
        hue, saturation = rng.random(), rng.beta(1.6, 1.8)
        value = rng.uniform(0.18, 0.97)
        hsv = np.array([[[hue * 360, saturation, value]]], np.float32)
        found = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].astype(float)
    return np.clip(found, 0.03, 0.97)


def drawn(
    rng: np.random.Generator, top: bool = True, denim: bool = False, plain: bool = False
) -> Cloth:
    """A cloth. top: may bear a print. denim: jeans. plain: no pattern."""
    name = "denim" if denim else str(rng.choice(PATTERNS, p=SHARES))
    name = "plain" if plain else name
    ground = colour(rng)
    if name == "denim":
        shade = rng.uniform(0.12, 0.75)
        ground = np.clip(np.array([0.55, 0.72, 1.0]) * shade + rng.normal(0, 0.02, 3), 0.03, 0.95)
    paints = [colour(rng) for _ in range(3)]
    if np.abs(paints[0] - ground).max() < 0.2:
        paints[0] = np.clip(ground + (0.45 if ground.mean() < 0.5 else -0.45), 0.03, 0.97)
    size = float(rng.uniform(9, 30))
    side = int(np.clip(size * PER_CM, 24, TILE))
    drawn_large = _tile(name, ground, paints, rng)
    tile = cv2.resize(drawn_large, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8)
    decal, box = None, (0.0, 900.0, 1.0, 1.0)
    if top and not plain and name in ("plain", "stripes", "knit") and rng.random() < 0.45:
        decal = _print(ground, rng)
        if rng.random() < 0.25:
            half = rng.uniform(2, 4)
            box = (rng.choice([-1, 1]) * 8.5, -41.0, half, half)
        else:
            half = rng.uniform(6, 13)
            box = (rng.normal(0, 0.7), rng.uniform(-42, -26), half, half * rng.uniform(0.6, 1.25))
    contrast = rng.random() < 0.15
    trims = (
        rng.uniform(1.2, 2.5) if rng.random() < 0.6 else 0.0,
        rng.uniform(1.5, 5) if rng.random() < 0.5 else 0.0,
        rng.uniform(2, 6) if rng.random() < 0.5 else 0.0,
        1.0 if contrast else rng.uniform(0, 0.12),
    )
    return Cloth(
        colour=ground,
        trim=paints[0] if contrast else np.clip(ground * 0.8, 0, 1),
        tile=tile,
        size=size,
        turn=0.0 if rng.random() < 0.85 else float(rng.uniform(0, 3.14)),
        decal=decal,
        box=tuple(float(one) for one in box),  # type: ignore[arg-type]
        sheen=float(rng.choice([0.0, 0.05, 0.15, 0.35], p=[0.5, 0.25, 0.17, 0.08])),
        folds=(float(rng.uniform(0.15, 0.9)), float(rng.uniform(0.006, 0.014))),
        trims=trims,
        name=name,
    )


def _tile(name: str, ground: np.ndarray, paints: list[np.ndarray], rng) -> Pixels:
    picture = np.empty((TILE, TILE, 3), np.float32)
    picture[:] = ground
    y, x = np.mgrid[:TILE, :TILE].astype(np.float32)
    if name == "stripes":
        count = int(rng.integers(2, 9))
        width = rng.uniform(0.15, 0.6)
        across = x if rng.random() < 0.3 else y
        _mix(picture, paints[0], ((across / TILE * count) % 1 < width) * 1.0)
        if rng.random() < 0.4:
            _mix(picture, paints[1], (np.abs((across / TILE * count) % 1 - 0.8) < 0.05) * 1.0)
    elif name == "checks":
        count = int(rng.integers(2, 7))
        width = rng.uniform(0.25, 0.5)
        a, b = ((one / TILE * count) % 1 < width for one in (x, y))
        _mix(picture, paints[0], 0.5 * a + 0.5 * b)
        if rng.random() < 0.5:
            line = (np.abs((x / TILE * count) % 1 - 0.75) < 0.03) | (
                np.abs((y / TILE * count) % 1 - 0.75) < 0.03
            )
            _mix(picture, paints[1], line * 0.8)
    elif name == "dots":
        count = int(rng.integers(2, 7))
        size = rng.uniform(0.12, 0.3)
        u, v = x / TILE * count, y / TILE * count
        shifted = (u + 0.5 * (np.floor(v) % 2)) if count % 2 == 0 else u
        _mix(picture, paints[0], (np.hypot(shifted % 1 - 0.5, v % 1 - 0.5) < size) * 1.0)
    elif name == "flowers":
        for _ in range(int(rng.integers(8, 30))):
            _flower(picture, paints, rng)
    elif name == "patches":
        for paint in paints[: int(rng.integers(1, 4))]:
            noise = _noise(rng, TILE, rng.uniform(4, 13))
            _mix(picture, paint, (noise > np.quantile(noise, rng.uniform(0.5, 0.8))) * 1.0)
    elif name == "denim":
        twill = ((x + y) / 3 % 1)[..., None] * 0.08
        faded = (_noise(rng, TILE, 25)[..., None]) * 0.015
        picture += twill - 0.04 + faded
    elif name == "knit":
        count = int(rng.integers(10, 22))
        rib = 0.5 + 0.5 * np.cos(x / TILE * count * 2 * np.pi)
        stitch = 0.5 + 0.5 * np.cos(y / TILE * count * 2 * np.pi + np.pi * (rib > 0.5))
        picture *= (0.82 + 0.18 * rib * (0.6 + 0.4 * stitch))[..., None]
    elif name == "rows":
        count = int(rng.integers(2, 5))
        u, v = (x / TILE * count * 2) % 1, y / TILE * count
        zigzag = np.abs(u - 0.5) * 2
        _mix(picture, paints[0], (np.abs(v % 1 - 0.3 - 0.3 * zigzag) < 0.1) * 1.0)
        _mix(picture, paints[1], (np.abs(v % 1 - 0.9) < 0.05) * 1.0)
    picture += rng.normal(0, 0.012, (TILE, TILE, 1))
    return (np.clip(picture, 0, 1) * 255).astype(np.uint8)


def _mix(picture: np.ndarray, paint: np.ndarray, share: np.ndarray) -> None:
    picture += share[..., None].astype(np.float32) * (paint.astype(np.float32) - picture)


def _flower(picture: np.ndarray, paints: list[np.ndarray], rng) -> None:
    size = rng.uniform(5, 16)
    at = rng.uniform(0, TILE, 2)
    petals, turn = int(rng.integers(4, 8)), rng.uniform(0, 6)
    reach = np.arange(-int(size) - 1, int(size) + 2)
    rows, columns = (reach + int(at[1])) % TILE, (reach + int(at[0])) % TILE
    dy, dx = np.meshgrid(reach, reach, indexing="ij")
    window = np.ix_(rows, columns)
    piece = picture[window]
    r = np.hypot(dx, dy)
    edge = size * (0.65 + 0.35 * np.cos(petals * np.arctan2(dy, dx) + turn))
    _mix(piece, paints[int(rng.integers(3))], (r < edge) * 1.0)
    _mix(piece, paints[int(rng.integers(3))], (r < 0.25 * size) * 1.0)
    picture[window] = piece


def _print(ground: np.ndarray, rng) -> Pixels:
    """Letters, a badge, or blots, on nothing."""
    decal = np.zeros((DECAL, DECAL, 4), np.uint8)
    paint = [int(v * 255) for v in colour(rng)]
    if abs(np.mean(paint) / 255 - ground.mean()) < 0.2:
        paint = [240, 240, 235] if ground.mean() < 0.5 else [25, 25, 30]
    full = (*paint, 255)
    kind = rng.integers(4)
    if kind <= 1:
        letters = "ABCDEHKLMNOPRSTUVXYZ0123456789"
        for row in range(int(rng.integers(1, 4))):
            text = "".join(rng.choice(list(letters), int(rng.integers(3, 8))))
            scale = DECAL / 30 / len(text) * rng.uniform(1.0, 1.25)
            thick = int(rng.integers(1, 5))
            at = (int(rng.integers(2, 7)), 30 + 26 * row)
            cv2.putText(decal, text, at, int(rng.integers(0, 5)), scale, full, thick, cv2.LINE_AA)
    elif kind == 2:
        centre = (DECAL // 2, DECAL // 2)
        cv2.circle(decal, centre, int(rng.integers(25, 45)), full, -1, cv2.LINE_AA)
        other = tuple(int(v * 255) for v in colour(rng))
        cv2.circle(decal, centre, int(rng.integers(10, 25)), (*other, 255), -1, cv2.LINE_AA)
        corners = rng.integers(10, DECAL - 10, (3, 2)).astype(np.int32)
        cv2.fillPoly(decal, [corners], (*paint[::-1], 255), cv2.LINE_AA)
    else:
        for _ in range(int(rng.integers(2, 6))):
            noise = cv2.resize(_noise(rng, 64, 9.0), (DECAL, DECAL))
            y, x = np.mgrid[:DECAL, :DECAL] / DECAL - 0.5
            on = (noise > rng.uniform(0.2, 1.2)) & (np.hypot(x, y) < 0.48)
            decal[on] = (*(int(v * 255) for v in colour(rng)), 255)
    return decal


def _noise(rng, size: int, grain: float) -> np.ndarray:
    """(size, size) float32 that closes at its edges, mean 0, deviation 1."""
    white = np.fft.rfft2(rng.normal(0, 1, (size, size)))
    fx, fy = np.fft.rfftfreq(size), np.fft.fftfreq(size)[:, None]
    passed = np.exp(-((fx**2 + fy**2) * (grain**2) * 2))
    found = np.fft.irfft2(white * passed, (size, size))
    return (found / found.std()).astype(np.float32)


@cache
def folds() -> Pixels:
    """(512, 512, 3) uint8 tile: slopes of folds across and along the cloth, 128 = flat; hair."""
    rng = np.random.default_rng(11)
    size = 512

    def stretched(x_grain: float, y_grain: float) -> np.ndarray:
        white = np.fft.rfft2(rng.normal(0, 1, (size, size)))
        fx, fy = np.fft.rfftfreq(size), np.fft.fftfreq(size)[:, None]
        passed = np.exp(-2 * ((fx * x_grain) ** 2 + (fy * y_grain) ** 2))
        found = np.fft.irfft2(white * passed, (size, size))
        return found / found.std()

    long = np.abs(stretched(13, 55)) + 0.6 * np.abs(stretched(36, 18)) + 0.25 * stretched(8, 12)
    across = np.roll(long, -2, 1) - np.roll(long, 2, 1)
    along = np.roll(long, -2, 0) - np.roll(long, 2, 0)
    hair = stretched(1.2, 60)
    spread = float(np.hypot(across.std(), along.std()))
    channels = [np.tanh(across / (2.5 * spread)), np.tanh(along / (2.5 * spread)), hair / 2.5]
    return np.dstack([np.clip(128 + 127 * one, 0, 255) for one in channels]).astype(np.uint8)
