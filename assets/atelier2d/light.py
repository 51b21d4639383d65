# ruff: noqa: RUF005 (an array plus a tuple is a sum here)
"""Light: from sheets to a picture. Rasterising, a soft studio light, cloth-like reflection.

Notable here:
- the scene is a height field seen straight from the front, so the whole sky of a photo studio
  can be sampled: for each of many directions the cloth is asked whether it shades itself there.
  Folds, collars and pockets get their soft shadows from that, not from a painted one.
- colours are linear light until `develop` makes sRGB of them.
"""

import cv2
import numpy as np
from cloth import Sheet, subdivide
from curves import Frame
from numba import njit

# (direction towards the light x, y, z), angular spread, strength: a big soft box above on the
# left, a fill from the right, a low reflector, and the white room.
LIGHTS = (
    ((-0.62, -0.66, 0.62), 0.36, 1.00),
    ((0.85, -0.15, 0.60), 0.45, 0.22),
    ((0.0, 0.75, 0.75), 0.50, 0.10),
)
ROOM = 0.16
DIRECTIONS = 56


def rasterise(sheet: Sheet, frame: Frame, refine: int = 2):
    """Draw a sheet on a frame: height (H, W) float32 in cm (-inf outside), and where each pixel
    lies on the cloth, rest (H, W, 2) float32 in pattern cm."""
    for _ in range(refine):
        sheet = subdivide(sheet)
    height = np.full((frame.height, frame.width), -np.inf, np.float32)
    rest = np.zeros((frame.height, frame.width, 2), np.float32)
    pixels = frame.to_pixels(sheet.position[:, :2])
    _draw(pixels, sheet.position[:, 2], sheet.rest, sheet.triangles, height, rest)
    return height, rest


def smooth_height(height: np.ndarray, sigma: float) -> np.ndarray:
    """Blur a height field inside its own outline (pixels of -inf stay so)."""
    known = np.isfinite(height)
    weight = cv2.GaussianBlur(known.astype(np.float32), (0, 0), sigma)
    total = cv2.GaussianBlur(np.where(known, height, 0).astype(np.float32), (0, 0), sigma)
    return np.where(known, total / np.maximum(weight, 1e-6), -np.inf).astype(np.float32)


def normals(height: np.ndarray, scale: float) -> np.ndarray:
    """(H, W, 3) float32 unit normals, x right, y down, z to the camera; scale: pixels per cm."""
    known = np.isfinite(height)
    filled = np.where(known, height, 0).astype(np.float32)
    kernel = np.array([[1, -1]], np.float32)
    slopes = []
    for axis in (1, 0):
        k = kernel if axis == 1 else kernel.T
        anchor = (0, 0)
        forward = -cv2.filter2D(filled, cv2.CV_32F, k, anchor=anchor)
        both = known & np.roll(known, -1, axis)
        forward = np.where(both, forward, 0)
        count = both.astype(np.float32)
        backward, before = np.roll(forward, 1, axis), np.roll(count, 1, axis)
        slopes.append((forward + backward) / np.maximum(count + before, 1) * scale)
    normal = np.dstack([-slopes[0], -slopes[1], np.ones_like(slopes[0])])
    return normal / np.linalg.norm(normal, axis=2, keepdims=True)


def sky(count: int = DIRECTIONS):
    """Directions (N, 3) over the half sphere towards the camera and the light (N,) from each,
    scaled so that a flat cloth facing the camera receives 1."""
    number = np.arange(count) + 0.5
    z = 1 - number / count * 0.97
    angle = np.pi * (1 + 5**0.5) * number
    radius = np.sqrt(1 - z**2)
    directions = np.stack([radius * np.cos(angle), radius * np.sin(angle), z], 1)
    strength = np.full(count, ROOM)
    for towards, spread, power in LIGHTS:
        axis = np.array(towards) / np.linalg.norm(towards)
        away = np.arccos(np.clip(directions @ axis, -1, 1))
        strength += power * np.exp(-0.5 * (away / spread) ** 2) / spread**2 * 0.42
    strength /= (strength * directions[:, 2]).sum()
    return directions.astype(np.float32), strength.astype(np.float32)


def visibility(height: np.ndarray, scale: float, directions: np.ndarray, reach_cm: float = 9.0):
    """For each direction, (H, W) uint8 of how much light from there arrives (255 = all)."""
    floor = -30.0
    solid = np.where(np.isfinite(height), height, floor).astype(np.float32)
    shape = solid.shape[::-1]
    steps_cm = np.geomspace(0.12, reach_cm, 20)
    seen = []
    for x, y, z in directions:
        flat = np.hypot(x, y)
        if flat < 0.05:
            seen.append(np.full(solid.shape, 255, np.uint8))
            continue
        blocked = np.full(solid.shape, -1e3, np.float32)
        for step in steps_cm:
            dx, dy = x / flat * step * scale, y / flat * step * scale
            move = np.float32([[1, 0, dx], [0, 1, dy]])
            there = cv2.warpAffine(
                solid,
                move,
                shape,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=floor,
            )
            # how far the cloth there stands above the ray, per cm: soft by distance
            np.maximum(blocked, (there - solid - step * z / flat) / step, out=blocked)
        softness = 0.22 / flat
        light = np.clip(255 * (0.62 - blocked / softness), 0, 255).astype(np.uint8)
        seen.append(cv2.GaussianBlur(light, (0, 0), 0.10 * scale))
    return seen


def illuminate(normal: np.ndarray, seen, directions, strength, gloss: float = 24.0):
    """Diffuse and glossy light (H, W) float32 each, from normals and visibilities (any size)."""
    size = normal.shape[1::-1]
    diffuse = np.zeros(normal.shape[:2], np.float32)
    glossy = np.zeros(normal.shape[:2], np.float32)
    for direction, power, visible in zip(directions, strength, seen, strict=True):
        visible = cv2.resize(visible, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
        visible *= power / 255
        facing = np.maximum(normal @ direction, 0)
        diffuse += facing * visible
        half = direction + (0, 0, 1)
        half /= np.linalg.norm(half)
        glossy += np.maximum(normal @ half.astype(np.float32), 0) ** gloss * visible
    return diffuse, glossy


def develop(linear: np.ndarray) -> np.ndarray:
    """Linear light (H, W, 3) -> sRGB 0..1, highlights rolled off softly above 0.8."""
    rolled = np.where(linear > 0.8, 0.8 + 0.2 * np.tanh((linear - 0.8) / 0.2), linear)
    rolled = np.clip(rolled, 0, 1)
    return np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)


def linear(colour) -> np.ndarray:
    """sRGB 0..255 -> linear light 0..1."""
    value = np.asarray(colour, np.float32) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


@njit(cache=True, fastmath=True)
def _draw(pixels, depth, rest, triangles, height, out):
    """Fill triangles into height and out, the nearest to the camera wins."""
    rows, columns = height.shape
    for n in range(len(triangles)):
        a, b, c = triangles[n]
        ax, ay = pixels[a]
        bx, by = pixels[b]
        cx, cy = pixels[c]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            continue
        x0 = max(int(np.ceil(min(ax, bx, cx))), 0)
        x1 = min(int(np.floor(max(ax, bx, cx))), columns - 1)
        y0 = max(int(np.ceil(min(ay, by, cy))), 0)
        y1 = min(int(np.floor(max(ay, by, cy))), rows - 1)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                u = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
                v = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
                w = 1 - u - v
                if u < -1e-4 or v < -1e-4 or w < -1e-4:
                    continue
                z = w * depth[a] + u * depth[b] + v * depth[c]
                if z > height[y, x]:
                    height[y, x] = z
                    for k in range(2):
                        out[y, x, k] = w * rest[a, k] + u * rest[b, k] + v * rest[c, k]
