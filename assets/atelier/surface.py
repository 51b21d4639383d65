"""Surface: a cloth laid flat, ready to be dyed, sewn and finished.

Notable here:
- everything is painted in the pattern plane, before the cloth hangs: dye, relief in cm, sheen.
  The folds of the draped sheet then carry stitches, ribs and prints along with them.
- sewing is measured: `along(curve)` gives every pixel its distance from a seam and its place
  along it, and stitches, ribs, hems and grooves are functions of the two.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from curves import Frame, arc_lengths, fill
from fabric import Pattern, Weave, sample
from light import linear
from scipy import ndimage
from scipy.spatial import cKDTree

LINING_TINT = np.array([0.88, 0.79, 0.72], np.float32)  # skin-coloured below white
PUCKER_CM = 0.035  # how high the cloth stands up along a tight seam


@dataclass
class Surface:
    """Layers over a frame of the pattern plane, each (H, W) float32 unless said otherwise.

    dye: (H, W, 3) linear light. bump: relief in cm. s, t: fabric coordinates in cm.
    """

    frame: Frame
    seed: int = 0
    dye: np.ndarray = field(init=False)
    bump: np.ndarray = field(init=False)
    sheen: np.ndarray = field(init=False)
    gloss: np.ndarray = field(init=False)
    s: np.ndarray = field(init=False)
    t: np.ndarray = field(init=False)
    shine: float = 24.0
    fuzz: float = 0.0
    panel: np.ndarray | None = None  # (H, W) uint8: which sewn piece a pixel is of
    cut: np.ndarray | None = None  # (H, W) 0..1: what is left of a loose piece's cloth
    holes: np.ndarray | None = None  # (H, W) 0..1: thread, 0 in the holes of lace

    def __post_init__(self) -> None:
        self.s, self.t = self.frame.grid()
        shape = self.s.shape
        self.dye = np.full((*shape, 3), 0.5, np.float32)
        self.bump = np.zeros(shape, np.float32)
        self.sheen = np.zeros(shape, np.float32)
        self.gloss = np.zeros(shape, np.float32)

    def turn_grain(self, weight: np.ndarray, pivot, angle: float) -> None:
        """Turn the fabric coordinates where weight is 1 (a sleeve) by an angle around a pivot."""
        x, y = self.frame.grid()
        x, y = x - pivot[0], y - pivot[1]
        c, s = np.cos(angle), np.sin(angle)
        self.s = np.where(weight > 0.5, c * x + s * y + pivot[0], self.s).astype(np.float32)
        self.t = np.where(weight > 0.5, -s * x + c * y + pivot[1], self.t).astype(np.float32)

    def cover(self, weave: Weave, pattern: Pattern, where: np.ndarray | None = None) -> None:
        """Lay a fabric over everything, or where the mask (0..1) says."""
        share = np.ones(self.bump.shape, np.float32) if where is None else where
        rows, columns = _box(share)
        share = share[rows, columns]
        s, t = self.s[rows, columns], self.t[rows, columns]
        tone = sample(weave.tone, s, t)
        dye = pattern(s, t) * tone[..., None]
        for layer, value in (
            (self.dye, dye),
            (self.bump, sample(weave.bump, s, t)),
            (self.sheen, np.float32(weave.sheen)),
            (self.gloss, np.float32(weave.gloss)),
        ):
            part = layer[rows, columns]
            part += (value - part) * (share[..., None] if layer.ndim == 3 else share)
        self.shine, self.fuzz = weave.shine, max(self.fuzz, weave.fuzz)
        if weave.thread is not None:
            self.holes = np.ones(self.bump.shape, np.float32) if self.holes is None else self.holes
            part = self.holes[rows, columns]
            part += (sample(weave.thread, s, t) - part) * share

    def lining(self) -> "Surface":
        """The plain cloth below lace: of its colour, a little darker and warmer."""
        below = Surface(self.frame, self.seed)
        below.dye[:] = np.median(self.dye.reshape(-1, 3), axis=0) * LINING_TINT
        return below

    def along(self, curve: np.ndarray, reach_cm: float) -> "Along":
        """Every pixel within reach of a curve: distance to it and place along it."""
        return Along(self, curve, reach_cm)

    def region(self, polygon) -> np.ndarray:
        """(H, W) 0..1 coverage of a polygon."""
        return fill(polygon, self.frame, 2)

    def patch(self, polygon, thick_cm: float = 0.10, bevel_cm: float = 0.12) -> np.ndarray:
        """Lay a second layer of the same cloth on (a pocket, a yoke); returns its coverage."""
        inside = self.region(polygon)
        rows, columns = _box(inside, round(2 * bevel_cm * self.frame.scale) + 4)
        part = inside[rows, columns]
        depth = ndimage.distance_transform_edt(part > 0.5) / self.frame.scale
        self.bump[rows, columns] += thick_cm * (1 - np.exp(-depth / bevel_cm)).astype(np.float32)
        edge = np.exp(-(((depth - 0.02) / 0.05) ** 2)) * (part > 0.5)
        self.dye[rows, columns] *= (1 - 0.25 * edge[..., None]).astype(np.float32)
        return inside

    def paint(self, colour, mask: np.ndarray, strength: float = 1.0) -> None:
        """Dye over what is there, sRGB 0..255, where the mask says."""
        rows, columns = _box(mask)
        share = (mask[rows, columns] * strength)[..., None]
        part = self.dye[rows, columns]
        part += (linear(colour) - part) * share

    def button(self, centre, radius_cm: float, colour, holes: int = 4, metal: bool = False) -> None:
        """A button sewn on at a point of the pattern plane."""
        x, y = self.frame.grid()
        rows, columns = _around(self.frame, centre, radius_cm * 2.2)
        dx, dy = x[rows, columns] - centre[0], y[rows, columns] - centre[1]
        r = np.hypot(dx, dy) / radius_cm
        disc = np.clip((1 - r) * radius_cm * self.frame.scale + 0.5, 0, 1)
        rim = np.exp(-(((r - 0.84) / 0.10) ** 2))
        profile = 0.16 + 0.05 * rim - 0.04 * np.exp(-((r / 0.5) ** 2))
        if metal:
            profile = (
                0.16 + 0.10 * np.sqrt(np.clip(1 - r**2, 0, 1)) - 0.03 * (np.abs(r - 0.7) < 0.05)
            )
        shade = np.ones_like(r)
        if not metal:
            for k in range(holes):
                angle = np.pi / 4 + k * 2 * np.pi / holes
                hx, hy = 0.27 * np.cos(angle), 0.27 * np.sin(angle)
                hole = np.exp(-(((dx / radius_cm - hx) ** 2 + (dy / radius_cm - hy) ** 2) / 0.011))
                profile -= 0.06 * hole
                shade *= 1 - 0.75 * hole
            thread = np.exp(
                -((dx - dy) ** 2 + (np.maximum(np.abs(dx + dy) - 0.38 * radius_cm, 0)) ** 2)
                / (0.11 * radius_cm) ** 2
            )
            shade *= 1 - 0.3 * thread
        shadow = np.exp(-((np.maximum(r - 1, 0) / 0.22) ** 2)) * 0.30 * (1 - disc)
        dye = self.dye[rows, columns]
        dye *= (1 - shadow)[..., None].astype(np.float32)
        dye += (linear(colour) * shade[..., None] - dye) * disc[..., None]
        self.bump[rows, columns] += (profile * disc).astype(np.float32)
        part = self.gloss[rows, columns]
        part += ((0.5 if metal else 0.22) - part) * disc
        self.sheen[rows, columns] *= 1 - disc

    def buttonhole(self, centre, length_cm: float, colour, upright: bool = True) -> None:
        """A worked buttonhole: two close rows of thread."""
        x, y = self.frame.grid()
        rows, columns = _around(self.frame, centre, length_cm)
        dx, dy = x[rows, columns] - centre[0], y[rows, columns] - centre[1]
        if not upright:
            dx, dy = dy, dx
        long = np.maximum(np.abs(dy) - length_cm / 2, 0)
        away = np.hypot(dx, long)
        ring = np.exp(-(((away - 0.09) / 0.07) ** 2))
        slit = np.exp(-((away / 0.05) ** 2))
        dye = self.dye[rows, columns]
        dye += (linear(colour) - dye) * (0.7 * ring)[..., None]
        dye *= (1 - 0.6 * slit)[..., None].astype(np.float32)
        self.bump[rows, columns] += (0.035 * ring - 0.04 * slit).astype(np.float32)


class Along:
    """Pixels near a curve. s: cm along it, d: signed distance in cm (positive to the right of
    its direction, as seen in the picture), both over the box `rows`, `columns`."""

    def __init__(self, surface: Surface, curve: np.ndarray, reach_cm: float) -> None:
        self.surface = surface
        self.reach = reach_cm
        frame = surface.frame
        pixels = frame.to_pixels(curve)
        reach = reach_cm * frame.scale
        low = np.maximum(np.floor(pixels.min(0) - reach).astype(int), 0)
        high = np.ceil(pixels.max(0) + reach).astype(int) + 1
        high = np.minimum(high, [frame.width, frame.height])
        self.rows, self.columns = slice(low[1], high[1]), slice(low[0], high[0])
        x, y = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
        near = np.zeros((max(high[1] - low[1], 1), max(high[0] - low[0], 1)), np.uint8)
        path = np.round((pixels - low) * 8).astype(np.int32)
        cv2.polylines(near, [path], False, 1, int(2 * reach) + 3, cv2.LINE_8, 3)
        where = near > 0
        points = np.stack([x[where], y[where]], 1)
        fine = np.linspace(0, len(curve) - 1, max(len(curve) * 3, 2))
        dense = np.stack([np.interp(fine, np.arange(len(curve)), pixels[:, k]) for k in (0, 1)], 1)
        distance, which = cKDTree(dense).query(points)
        tangent = np.gradient(dense, axis=0)
        tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
        offset = points - dense[which]
        side = tangent[which, 0] * offset[:, 1] - tangent[which, 1] * offset[:, 0]
        along = arc_lengths(dense)[which] + (tangent[which] * offset).sum(1)
        self.length = arc_lengths(curve)[-1]
        self.s = np.zeros(near.shape, np.float32)
        self.d = np.full(near.shape, 1e3, np.float32)
        self.s[where] = along / frame.scale
        self.d[where] = np.copysign(distance, side) / frame.scale

    def stitches(self, at_cm: float, colour=None, length_cm=0.32, gap_cm=0.10, width_cm=0.05):
        """A row of topstitching at a distance from the curve; None = thread like the cloth."""
        away = (self.d - at_cm) / width_cm
        period = length_cm + gap_cm
        place = np.abs(np.mod(self.s, period) - length_cm / 2) - length_cm / 2
        dash = np.exp(-np.clip(away**2, 0, 50)) / (1 + np.exp(np.clip(place / 0.02, -30, 30)))
        ends = (self.s > 0.02) & (self.s < self.length - 0.02)
        dash = (dash * ends).astype(np.float32)
        groove = np.exp(-np.clip(((self.d - at_cm) / (width_cm * 2.6)) ** 2, 0, 50)) * ends
        bump = self.surface.bump[self.rows, self.columns]
        bump += (0.035 * dash - 0.030 * groove).astype(np.float32)
        dye = self.surface.dye[self.rows, self.columns]
        dye *= (1 - 0.20 * groove[..., None]).astype(np.float32)
        thread = linear(colour) if colour is not None else dye * 1.12
        dye += (thread - dye) * (0.85 * dash)[..., None]

    def groove(self, depth_cm: float = 0.05, width_cm: float = 0.07, at_cm: float = 0.0) -> None:
        """The line where two pieces are joined: a narrow ditch, a little darker."""
        ditch = np.exp(-np.clip(((self.d - at_cm) / width_cm) ** 2, 0, 50)).astype(np.float32)
        self.surface.bump[self.rows, self.columns] -= depth_cm * ditch
        self.surface.dye[self.rows, self.columns] *= 1 - 0.22 * ditch[..., None]

    def pucker(self, at_cm: float = 0.0, width_cm: float = 0.7, strength: float = 1.0, seed=0):
        """Small uneven waves across a seam, as thread pulls the cloth together."""
        generator = np.random.default_rng(seed)
        count = max(int(self.length / 0.06), 8)
        wave = ndimage.gaussian_filter1d(generator.standard_normal(count), 4.0, mode="nearest")
        wave += 0.6 * ndimage.gaussian_filter1d(generator.standard_normal(count), 11.0) * 1.6
        wave /= max(wave.std(), 1e-6)
        value = np.interp(self.s, np.linspace(0, self.length, count), wave)
        near = np.exp(-np.clip(((self.d - at_cm) / width_cm) ** 2, 0, 50))
        relief = strength * PUCKER_CM * value * near
        self.surface.bump[self.rows, self.columns] += relief.astype(np.float32)

    def hem(self, width_cm: float, side: int, rows: int = 1, thick_cm=0.05, colour=None, seed=0):
        """The edge turned under and stitched; side: +1 if the cloth lies at positive d."""
        d = self.d * side
        inner = np.clip((width_cm - d) / 0.12, 0, 1) * (d > -1)
        bump = self.surface.bump[self.rows, self.columns]
        bump += (thick_cm * inner - 0.06 * np.exp(-np.clip(d / 0.10, 0, 50))).astype(np.float32)
        self.pucker(side * width_cm * 0.75, 0.55 * width_cm, 0.7, seed)
        for row in range(rows):
            self.stitches(side * (width_cm - 0.12 - 0.42 * row), colour)

    def band(self, start_cm: float, end_cm: float) -> np.ndarray:
        """(H, W) 0..1 mask of the strip between two distances, over the whole surface."""
        mask = np.zeros(self.surface.bump.shape, np.float32)
        scale = self.surface.frame.scale
        strip = np.clip((self.d - start_cm) * scale + 0.5, 0, 1)
        strip *= np.clip((end_cm - self.d) * scale + 0.5, 0, 1)
        mask[self.rows, self.columns] = strip
        return mask

    def rib(self, start_cm: float, end_cm: float, period_cm=0.22, depth_cm=0.03, thick_cm=0.05):
        """Rib knit between two distances, its columns across the curve (a collar, a cuff)."""
        strip = self.band(start_cm, end_cm)[self.rows, self.columns]
        periods = max(round(self.length / period_cm), 1)
        wave = np.cos(2 * np.pi * self.s * periods / self.length)
        stitch = np.cos(2 * np.pi * self.d / 0.16) * 0.15
        middle, half = (start_cm + end_cm) / 2, (end_cm - start_cm) / 2
        round_ = np.sqrt(np.clip(1 - ((self.d - middle) / half) ** 2, 0, 1)) ** 0.6
        relief = depth_cm * (wave + stitch) * 0.5 + thick_cm * round_
        bump = self.surface.bump[self.rows, self.columns]
        bump += (strip * (relief - bump * 0.7)).astype(np.float32)
        tone = 1 + strip * (0.07 * wave)
        self.surface.dye[self.rows, self.columns] *= tone[..., None].astype(np.float32)

    def fade(self, at_cm: float, width_cm: float, share: float, colour=None, rough=0.5):
        """Worn lighter along the curve, as denim wears at its edges."""
        generator = np.random.default_rng(int(self.length * 1000) % 2**31)
        noise = ndimage.gaussian_filter(generator.standard_normal(self.d.shape), 5)
        noise /= noise.std()
        near = np.exp(-np.clip(((self.d - at_cm) / width_cm) ** 2, 0, 50)) * (1 + rough * noise)
        dye = self.surface.dye[self.rows, self.columns]
        target = linear(colour) if colour is not None else np.minimum(dye * 2.2 + 0.03, 0.9)
        dye += (target - dye) * np.clip(share * near, 0, 1)[..., None].astype(np.float32)


def _box(mask: np.ndarray, margin: int = 0):
    """Slices of the rows and columns where a mask is above 0."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return slice(0, 0), slice(0, 0)
    return (
        slice(max(rows[0] - margin, 0), rows[-1] + 1 + margin),
        slice(max(columns[0] - margin, 0), columns[-1] + 1 + margin),
    )


def _around(frame: Frame, centre, reach_cm: float):
    """Slices of the pixels within reach of a point."""
    low = np.floor(frame.to_pixels(np.asarray(centre) - reach_cm)).astype(int)
    high = np.ceil(frame.to_pixels(np.asarray(centre) + reach_cm)).astype(int) + 1
    low, high = np.maximum(low, 0), np.minimum(high, [frame.width, frame.height])
    return slice(low[1], high[1]), slice(low[0], high[0])
