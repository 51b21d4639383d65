"""Studio: sheets and loose pieces in front of the camera, lit, photographed, cut out.

Notable here:
- the picture is worked out at SUPERSAMPLE times its size, then averaged with its coverage, so
  that alpha is clean and no background colour can shine through at the edge.
- `Picture.pixels` goes on under the transparent part with the colours of the nearest edge: a
  resampled or compressed cut-out shows no fringe.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from cloth import Sheet
from curves import Frame, fill
from light import develop, illuminate, normals, rasterise, sky, smooth_height, visibility
from scipy import ndimage
from surface import Surface

SUPERSAMPLE = 2
MARGIN_CM = 2.2
SKY = sky()


@dataclass
class Picture:
    """pixels: (H, W, 4) uint8 RGBA, not premultiplied. frame: pattern cm <-> its pixels."""

    pixels: np.ndarray
    frame: Frame


class Scene:
    """A height field that pieces are laid into, the one nearest to the camera stays."""

    def __init__(self, extent: np.ndarray, scale: float) -> None:
        """extent: (N, 2) points in cm that must be in the picture; scale: its pixels per cm."""
        self.small = Frame.around(extent, MARGIN_CM, scale)
        small = self.small
        self.frame = Frame(
            small.left,
            small.top,
            scale * SUPERSAMPLE,
            small.width * SUPERSAMPLE,
            small.height * SUPERSAMPLE,
        )
        shape = (self.frame.height, self.frame.width)
        self.base = np.full(shape, -np.inf, np.float32)
        self.relief = np.zeros(shape, np.float32)
        self.dye = np.zeros((*shape, 3), np.float32)
        self.sheen = np.zeros(shape, np.float32)
        self.gloss = np.zeros(shape, np.float32)
        self.shine = 24.0
        self.fuzz = 0.0

    def hang(self, sheet: Sheet, surface: Surface, lift_cm: float = 0.0) -> np.ndarray:
        """Put a draped sheet with its painted surface into the scene; returns its pixels."""
        height, rest = rasterise(sheet, self.frame)
        height = smooth_height(height, 0.11 * self.frame.scale) + lift_cm
        place = surface.frame.to_pixels(rest.reshape(-1, 2)).astype(np.float32)
        x, y = (place[:, k].reshape(height.shape) for k in (0, 1))
        mine = height > self.base
        self._write(mine, height, surface, x, y)
        return mine

    def box(self, polygon: np.ndarray, margin_cm: float = 0.3):
        """The slices of the scene around a polygon, and their frame."""
        frame = self.frame
        low = np.floor(frame.to_pixels(polygon.min(0) - margin_cm)).astype(int)
        high = np.ceil(frame.to_pixels(polygon.max(0) + margin_cm)).astype(int) + 1
        low, high = np.maximum(low, 0), np.minimum(high, [frame.width, frame.height])
        left, top = np.array([frame.left, frame.top]) + low / frame.scale
        part = Frame(float(left), float(top), frame.scale, *(int(n) for n in high - low))
        return (slice(low[1], high[1]), slice(low[0], high[0])), part

    def lay(self, polygon, box, frame: Frame, height: np.ndarray, surface: Surface, behind=False):
        """Lay a stiff piece at a height (h, w) over a box of the scene; its surface lies in the
        picture plane. With behind=True it fills only what is still empty."""
        inside = fill(polygon, frame, 2) >= 0.5
        base = self.base[box]
        mine = inside & (~np.isfinite(base) if behind else height > base)
        x, y = frame.grid()
        place = surface.frame.to_pixels(np.stack([x, y], -1).reshape(-1, 2)).astype(np.float32)
        x, y = (place[:, k].reshape(x.shape) for k in (0, 1))
        self._write(mine, height.astype(np.float32), surface, x, y, box)
        return mine

    def ground(self, sigma_cm: float = 1.0) -> np.ndarray:
        """(H, W) the height of what lies there, carried on smoothly beyond its edge."""
        known = np.isfinite(self.base)
        nearest = ndimage.distance_transform_edt(
            ~known, return_distances=False, return_indices=True
        )
        return cv2.GaussianBlur(self.base[tuple(nearest)], (0, 0), sigma_cm * self.frame.scale)

    def _write(self, mine, height, surface: Surface, x, y, box=(slice(None), slice(None))) -> None:
        self.base[box][mine] = height[mine]
        for layer, source in (
            (self.relief, surface.bump),
            (self.dye, surface.dye),
            (self.sheen, surface.sheen),
            (self.gloss, surface.gloss),
        ):
            found = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            layer[box][mine] = found[mine]
        self.shine, self.fuzz = surface.shine, max(self.fuzz, surface.fuzz)

    def photograph(self, exposure: float = 1.0) -> Picture:
        """Light the scene and develop it."""
        known = np.isfinite(self.base)
        height = np.where(known, self.base + self.relief, -np.inf)
        scale = self.frame.scale
        normal = normals(height, scale)
        soft = smooth_height(height, SUPERSAMPLE * 0.5)
        size = (self.small.width, self.small.height)
        coarse = cv2.resize(np.where(known, soft, -30.0), size, interpolation=cv2.INTER_AREA)
        directions, strength = SKY
        seen = visibility(coarse, self.small.scale, directions)
        diffuse, glossy = illuminate(normal, seen, directions, strength, self.shine)

        # light bounces on between folds of bright cloth, so its shadows are shallower
        albedo = self.dye.mean(-1)
        dark = np.clip(1 - diffuse, 0, 1)
        diffuse = diffuse + 0.35 * albedo * dark * diffuse
        facing = normal[..., 2]
        graze = np.clip(1 - facing, 0, 1) ** 2.5
        light = self.dye * (diffuse * exposure)[..., None]
        light += (self.sheen * graze * diffuse * 0.35)[..., None] * (0.4 * self.dye + 0.25)
        light += (self.gloss * glossy)[..., None] * (0.5 + 0.5 * self.dye)

        coverage = self._coverage(known)
        picture = _average(develop(light), np.where(known, coverage, 0), self.small)
        return Picture(picture, self.small)

    def _coverage(self, known: np.ndarray) -> np.ndarray:
        """(H, W) 0..1, with the hairs of a woolly cloth at its edge."""
        coverage = cv2.GaussianBlur(known.astype(np.float32), (0, 0), 0.7)
        if self.fuzz:
            generator = np.random.default_rng(3)
            hair = cv2.GaussianBlur(
                generator.standard_normal(known.shape).astype(np.float32), (0, 0), 1.1
            )
            hair /= hair.std()
            depth = cv2.distanceTransform(known.astype(np.uint8), cv2.DIST_L2, 3)
            reach = self.fuzz * self.frame.scale * 1.5
            edge = np.clip(1 - depth / (2 * reach), 0, 1)
            coverage = np.clip(coverage - edge * np.clip(0.5 + 0.45 * hair, 0, 1), 0, 1)
        return np.clip(coverage * 2 - 1, 0, 1)


def _average(colour: np.ndarray, coverage: np.ndarray, small: Frame) -> np.ndarray:
    """Down to the picture's size, colours weighted by coverage and carried on outside it."""
    size = (small.width, small.height)
    coverage = coverage.astype(np.float32)
    weight = cv2.resize(coverage, size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(
        (colour * coverage[..., None]).astype(np.float32), size, interpolation=cv2.INTER_AREA
    )
    alpha = np.round(weight * 255).astype(np.uint8)
    alpha = _largest(alpha)
    colour = total / np.maximum(weight, 1e-4)[..., None]
    solid = alpha > 24
    distance, nearest = ndimage.distance_transform_edt(~solid, return_indices=True)
    carried = colour[tuple(nearest)]
    soft = cv2.GaussianBlur(carried, (0, 0), 6)
    far = np.clip((distance - 6) / 10, 0, 1)[..., None]
    colour = np.where(solid[..., None], colour, carried * (1 - far) + soft * far)
    rgb = np.round(np.clip(colour, 0, 1) * 255).astype(np.uint8)
    return np.dstack([rgb, alpha])


def _largest(alpha: np.ndarray) -> np.ndarray:
    """Without specks: only parts connected to the largest one."""
    count, label, stats, _ = cv2.connectedComponentsWithStats((alpha > 0).astype(np.uint8))
    if count <= 2:
        return alpha
    keep = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return np.where(label == keep, alpha, 0).astype(np.uint8)
