"""Light: rasterising sheets, and the way from linear light to sRGB and back."""

import numpy as np
from curves import Frame
from mesh import Sheet
from numba import njit


def rasterise(sheet: Sheet, frame: Frame):
    """Draw a sheet on a frame: height (H, W) float32 in cm (-inf outside), and where each pixel
    lies on the cloth, rest (H, W, 2) float32 in pattern cm."""
    height = np.full((frame.height, frame.width), -np.inf, np.float32)
    rest = np.zeros((frame.height, frame.width, 2), np.float32)
    pixels = frame.to_pixels(sheet.position[:, :2])
    _draw(pixels, sheet.position[:, 2], sheet.rest, sheet.triangles, height, rest)
    return height, rest


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
