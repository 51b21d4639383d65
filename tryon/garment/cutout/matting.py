"""Small mask -> a garment's edge at full resolution: soft alpha, clean colours over and beyond it.

Notable here:
- the edge follows the picture (guided filter, He, Sun and Tang, 2010).
- colours are carried on outwards over the edge (push-pull on a pyramid), so that no floor shines
  through.
"""

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Mask, Pixels
from tryon.core.masks import COVERED, SOLID

# The edge.
EDGE_RADIUS = 0.006  # of the longer side: how far the small mask's edge may be off
EDGE_SMOOTHNESS = 1e-4  # the guided filter's epsilon, colours 0..1
EDGE_STEEPNESS = 2.2  # by which the filtered edge, a wide slope, is made narrower

# Colours beyond the edge.
EDGE_RIM = 0.002  # of the longer side: how far inside the edge the background may shine through
BLEED_REACH = 32  # px beyond the edge
BLEED_SIZE = 384  # px, longer side of the copy on which colours are continued
BLEED_LEVELS = 9  # pyramid levels at most: large holes are filled, too


def refine_alpha(pixels: Pixels, mask: Mask) -> Alpha:
    """Alpha at the picture's resolution from a mask of any size."""
    height, width = pixels.shape[:2]
    soft = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    x, y, w, h = cv2.boundingRect((soft > 0.01).astype(np.uint8))
    radius = max(2, round(EDGE_RADIUS * max(height, width)))
    x0, y0 = max(0, x - 4 * radius), max(0, y - 4 * radius)
    x1, y1 = min(width, x + w + 4 * radius), min(height, y + h + 4 * radius)
    box = (slice(y0, y1), slice(x0, x1))
    guide = cv2.cvtColor(pixels[box], cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    filtered = _guided(guide, soft[box], radius, EDGE_SMOOTHNESS)
    sharp = np.clip((filtered - 0.5) * EDGE_STEEPNESS + 0.5, 0, 1)
    # far from the edge the mask is sure
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (4 * radius + 1, 4 * radius + 1))
    hard = (soft[box] > 0.5).astype(np.uint8)
    sharp[cv2.erode(hard, kernel, borderValue=1) > 0] = 1
    sharp[cv2.dilate(hard, kernel) == 0] = 0
    alpha = np.zeros((height, width), np.uint8)
    alpha[box] = np.round(sharp * 255).astype(np.uint8)
    return alpha


def _guided(guide: np.ndarray, source: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """Grey guided filter (He et al., 2010): source smoothed, but not across edges of guide."""
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.blur(values, size, borderType=cv2.BORDER_REFLECT)

    mean_guide, mean_source = mean(guide), mean(source)
    slope = (mean(guide * source) - mean_guide * mean_source) / (
        mean(guide * guide) - mean_guide**2 + epsilon
    )
    return mean(slope) * guide + mean(mean_source - slope * mean_guide)


def bleed(pixels: Pixels, alpha: Alpha) -> Pixels:
    """The picture inside the garment, its colours continued over and beyond its edge (push-pull on
    a pyramid), so that sampling there never picks up the background."""
    rim = max(2, round(EDGE_RIM * max(alpha.shape)))
    solid = cv2.erode((alpha >= SOLID).astype(np.uint8), np.ones((2 * rim + 1,) * 2, np.uint8))
    if not solid.any():
        solid = (alpha >= COVERED).astype(np.uint8)
    x, y, w, h = cv2.boundingRect((alpha > 0).astype(np.uint8))
    reach = BLEED_REACH
    y0, y1 = max(0, y - reach), min(alpha.shape[0], y + h + reach)
    x0, x1 = max(0, x - reach), min(alpha.shape[1], x + w + reach)
    box = (slice(y0, y1), slice(x0, x1))
    size = (x1 - x0, y1 - y0)
    scale = min(1.0, BLEED_SIZE / max(size))  # what is filled in is smooth: a small copy will do
    small = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    inside = cv2.bitwise_and(pixels[box], pixels[box], mask=solid[box])
    weight: np.ndarray = cv2.resize(
        solid[box].astype(np.float32), small, interpolation=cv2.INTER_AREA
    )
    colour: np.ndarray = cv2.resize(inside, small, interpolation=cv2.INTER_AREA).astype(np.float32)
    levels = [(colour, weight)]
    for _ in range(BLEED_LEVELS):
        colour, weight = levels[-1]
        if min(weight.shape) < 4:
            break
        levels.append((cv2.pyrDown(colour), cv2.pyrDown(weight)))
    colour, weight = levels[-1]
    fill: np.ndarray = colour / np.maximum(weight, 1e-4)[..., None]
    for colour, weight in reversed(levels[:-1]):
        level = (weight.shape[1], weight.shape[0])
        fill = cv2.resize(fill, level, interpolation=cv2.INTER_LINEAR)
        sure = np.clip(weight * 2, 0, 1)[..., None]
        fill = sure * colour / np.maximum(weight, 1e-4)[..., None] + (1 - sure) * fill
    clean = pixels.copy()
    fill = cv2.resize(np.clip(np.round(fill), 0, 255).astype(np.uint8), size)
    cv2.copyTo(fill, 1 - solid[box], clean[box])
    return clean
