"""Small helpers for masks: pieces of them, what lies nearest to them, gaps beside a body."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.arrays import Mask, Pixels, Scalars

# Alpha 0..255: from here on a pixel counts as covered; from here on nothing shines through it.
COVERED, SOLID = 128, 250

NARROWEST = 0.012  # of the longer side: gaps are at least this wide
HOLE_AREA = 0.002  # of the garment's area


def small_copy(pixels: np.ndarray, longest: int) -> np.ndarray:
    """A picture or mask made smaller (never larger) until its longer side is `longest` px."""
    scale = longest / max(pixels.shape[:2])
    if scale >= 1.0:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def lab_of(pixels: Pixels) -> np.ndarray:
    """(H, W, 3) float32 CIELAB, L 0..100."""
    return cv2.cvtColor(pixels.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)


def largest(mask: Mask) -> Mask:
    """The largest piece of a mask."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 2:
        return mask
    return labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())


def nearest_in(known: Mask, kernel: int = 5) -> tuple[NDArray[np.int64], np.ndarray]:
    """For each pixel the flat index (h, w) of the nearest one in a mask that is not empty, and the
    distance to it in pixels, float32; kernel: 3 is faster, 5 more exact."""
    distance, label = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, kernel, labelType=cv2.DIST_LABEL_PIXEL
    )
    place = np.zeros(int(label.max()) + 1, np.int64)
    place[label[known]] = np.flatnonzero(known)
    return place[label], distance


def cut_gaps(mask: Mask, empty: Mask, distance: Scalars, limit: float) -> Mask:
    """A mask without the gaps that the background shows through.

    empty: where the background may be seen. distance: of each pixel from the background's colour.
    A patch of `empty` is cut out if it lies where gaps are and its median distance is below
    `limit`."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        empty.astype(np.uint8), connectivity=4
    )
    frame = cv2.boundingRect(mask.astype(np.uint8))
    narrowest = max(2, round(NARROWEST * max(mask.shape))) / 2
    depth = cv2.distanceTransform(empty.astype(np.uint8), cv2.DIST_L2, 3)
    area = int(mask.sum())
    mask = mask.copy()
    for piece in range(1, count):
        x, y, w, h, size = stats[piece]
        box = (slice(y, y + h), slice(x, x + w))
        pixels = labels[box] == piece
        if size < HOLE_AREA * area or depth[box][pixels].max() < narrowest:
            continue
        if not where_gaps_are(stats[piece, :4], frame):
            continue
        if float(np.median(distance[box][pixels])) < limit:
            mask[box] &= ~pixels
    return mask


def where_gaps_are(hole: np.ndarray, frame: Sequence[int]) -> bool:
    """True for a hole beside the body, between legs or in the neck, not for one where a print sits.

    hole, frame: the hole's and the whole mask's box, x, y, width, height."""
    x, y, w, h = frame
    across = (hole[0] + hole[2] / 2 - x) / w
    top, tall = (hole[1] - y) / h, hole[3] / h
    beside = abs(across - 0.5) > 0.2 and tall > 0.1
    between_legs = abs(across - 0.5) < 0.2 and top > 0.15 and tall > 0.2
    in_the_neck = top + tall < 0.25
    return bool(beside or between_legs or in_the_neck)


def disc(radius: float) -> np.ndarray:
    """A round structuring element, (2 r + 1, 2 r + 1) uint8; a radius of one pixel at least."""
    size = 2 * max(round(radius), 1) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
