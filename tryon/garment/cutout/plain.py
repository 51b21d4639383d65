"""Picture -> small mask of the garment on a plain background: a studio, a sheet of paper.

Notable here:
- the background is a smooth surface fitted to the border's colours; whatever the flood from the
  border does not reach is garment.
- white on white shows only as a thin broken outline, so the flood runs twice, with the outline's
  gaps open and closed.
"""

import cv2
import numpy as np

from tryon.core.arrays import Mask, Pixels
from tryon.core.masks import cut_gaps, lab_of, largest, small_copy

PLAIN_SIZE = 512  # px, longer side of the copy that is cut
PROBE_SIZE = 128  # px: the border is looked at on a copy this small first

# The background.
BORDER_WIDTH = 0.025  # of the longer side
PLAIN_BORDER = 0.85  # of the border must look like one smooth background
PLAIN_NOISE = 0.7  # Delta E: a studio's background is smoother than any floor or wall

# What stands out from it. An edge rings in a JPEG: beside a step in colour there are faint ones.
LIGHT_STEP, CHROMA_STEP = 1.4, 2.5  # Delta E: the least that is no longer background
LIGHT_RINGING, CHROMA_RINGING = 0.06, 0.3  # of the nearby step: JPEG smears an edge this much
RINGING_REACH = 0.03  # of the longer side: how far (one to two JPEG blocks of a small picture)
STRONG = 12.0  # L: beside such a step ringing hides white stripes
PALE_DEPTH = 0.6  # of the ringing's reach: what is thicker is cloth

# The flood from the border.
LEAK, WIDE_LEAK = 0.012, 0.045  # of the longer side: gaps in an edge this wide are closed
TORN = 0.8  # wholeness: below it the wider closing is tried, too
GAP_SLENDER = 12.0  # area over squared half width: a gap between sleeve and body is longer still

# Gaps that the flood does not reach.
HOLE_CONTRAST = 2.5  # Delta E of the garment: below it a white patch may be the garment's own
NECK_CONTRAST = 10.0  # Delta E: below it a patch near the neck may be a lit part of the front

MOST_CONFIDENT = 0.98


def plain_mask(pixels: Pixels) -> tuple[Mask, float] | None:
    """The mask on a small copy and a confidence for a garment on a plain background, None if the
    background is not plain."""
    for size in (PROBE_SIZE, PLAIN_SIZE):
        lab = lab_of(small_copy(pixels, size))
        background, noise, follows = _background_model(lab, _border(lab.shape))
        if follows < PLAIN_BORDER or noise > PLAIN_NOISE:
            return None
    offset = lab - background
    distance = np.sqrt((offset**2).sum(axis=-1))
    light = np.abs(offset[..., 0])
    differs = _stands_out(
        np.hypot(offset[..., 1], offset[..., 2]), CHROMA_STEP, CHROMA_RINGING, noise
    )
    slightly = differs | (light > max(LIGHT_STEP, 4.0 * noise))
    differs |= _stands_out(light, LIGHT_STEP, LIGHT_RINGING, noise)
    flooded = _flood_background(differs, distance)
    if flooded.any() and float(np.median(light[flooded])) > STRONG:
        flooded |= _pale_pieces(flooded, _flood_background(slightly, distance))
    mask = _open_gaps(flooded, differs, distance)
    if _wholeness(mask) < TORN:
        # the flood leaked through an overexposed edge: close wider gaps in it
        wider = _open_gaps(_flood_background(differs, distance, WIDE_LEAK), differs, distance)
        mask = max(mask, wider, key=_wholeness)
    if not 0.01 < mask.mean() < 0.97:
        return None
    contrast = float(np.median(distance[mask]))
    return mask, float(np.clip(0.6 + contrast / 40, 0, MOST_CONFIDENT))


def _border(shape: tuple[int, ...]) -> np.ndarray:
    ring = np.ones(shape[:2], bool)
    width = max(2, round(BORDER_WIDTH * max(shape[:2])))
    ring[width:-width, width:-width] = False
    return ring


def _background_model(lab: np.ndarray, ring: np.ndarray) -> tuple[np.ndarray, float, float]:
    """A smooth background fitted to the border: (H, W, 3) Lab, its noise in Delta E, and the
    part of the border that follows it."""
    height, width = lab.shape[:2]
    y, x = np.mgrid[:height, :width]
    x = (2 * x / max(width - 1, 1) - 1).astype(np.float32)
    y = (2 * y / max(height - 1, 1) - 1).astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    samples, colours = terms[ring], lab[ring]
    keep = np.linalg.norm(colours - np.median(colours, axis=0), axis=1) < 25
    if keep.mean() < 0.5:
        return np.broadcast_to(np.median(colours, axis=0), lab.shape), 99.0, 0.0
    weights = None
    for _ in range(4):
        weights, *_ = np.linalg.lstsq(samples[keep], colours[keep], rcond=None)
        off = np.linalg.norm(colours - samples @ weights, axis=1)
        noise = float(np.median(off[keep]))
        keep = off < max(3.0 * noise, 2.0)
        if keep.mean() < 0.4:
            break
    return terms @ weights, noise, float((off < max(4 * noise, 4.0)).mean())


def _stands_out(offset: np.ndarray, step: float, ringing: float, noise: float) -> np.ndarray:
    """(h, w) bool where a difference to the background is more than noise and JPEG ringing."""
    reach = max(3, round(RINGING_REACH * max(offset.shape)))
    level = cv2.dilate(cv2.blur(offset, (3, 3)), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return offset > np.maximum(max(step, 4.0 * noise), ringing * level)


def _pale_pieces(strict: np.ndarray, loose: np.ndarray) -> np.ndarray:
    """(h, w) bool, white stripes and yokes of a dark garment: what only the loose mask has, where
    it is thicker than the ringing along an edge."""
    missing = (loose & ~strict).astype(np.uint8)
    depth = cv2.distanceTransform(missing, cv2.DIST_L2, 3)
    thick = depth > PALE_DEPTH * max(3, round(RINGING_REACH * max(strict.shape)))
    count, labels = cv2.connectedComponents(missing, connectivity=4)
    kept = np.zeros(count, bool)
    kept[np.unique(labels[thick])] = True
    kept[0] = False
    return kept[labels]


def _wholeness(mask: np.ndarray) -> float:
    """0..1, how alike both sides of a mask are and how much of its height it fills."""
    if not mask.any():
        return 0.0
    x, y, w, h = cv2.boundingRect(mask.astype(np.uint8))
    box = mask[y : y + h, x : x + w]
    alike = float((box & box[:, ::-1]).sum() / (box | box[:, ::-1]).sum())
    return alike * min(1.0, 0.5 + h / mask.shape[0])


def _flood_background(differs: np.ndarray, distance: np.ndarray, leak: float = LEAK) -> np.ndarray:
    """(h, w) bool garment: what the background, flooded from the border, does not reach.

    Where the garment is as white as the background, only its thin outline differs, with gaps.
    The flood is run twice, against the outline as it is and with its gaps closed: what only the
    first one reaches is a true gap (between sleeve and body) where it is as empty as the background
    and narrow or slender; otherwise the flood has leaked into the garment there.
    """
    radius = max(2, round(leak * max(differs.shape)))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    barrier = cv2.medianBlur(differs.astype(np.uint8), 3)
    padded = cv2.copyMakeBorder(
        barrier, radius + 1, radius + 1, radius + 1, radius + 1, cv2.BORDER_CONSTANT, value=0
    )
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disk)
    inner = slice(radius + 1, -radius - 1)
    tight = ~_outside(closed)[inner, inner]
    loose = ~_outside(padded)[inner, inner]
    lost = (tight & ~loose).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lost, connectivity=4)
    depth = cv2.distanceTransform(lost, cv2.DIST_L2, 3)
    mask = loose.copy()
    empty_limit = _empty_limit(float(np.median(distance[tight])) if tight.any() else 0.0)
    for piece in range(1, count):
        x, y, w, h, area = stats[piece]
        box = (slice(y, y + h), slice(x, x + w))
        pixels = labels[box] == piece
        empty = float(np.median(distance[box][pixels])) < empty_limit
        deepest = float(depth[box][pixels].max())
        if not empty or (deepest > 1.3 * radius and area < GAP_SLENDER * deepest**2):
            mask[box] |= pixels
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return largest(opened.astype(bool))


def _outside(barrier: np.ndarray) -> np.ndarray:
    """(h, w) bool, what can be reached from the border without crossing a barrier."""
    labels = cv2.connectedComponents((barrier == 0).astype(np.uint8), connectivity=4)[1]
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    reached = np.zeros(int(labels.max()) + 1, bool)
    reached[edge] = True
    reached[0] = False
    return reached[labels]


def _open_gaps(mask: np.ndarray, differs: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """A mask without the patches of background it encloses (between a sleeve and the body)."""
    if not mask.any():
        return mask
    contrast = float(np.median(distance[mask]))
    if contrast < HOLE_CONTRAST:
        return mask
    empty = mask & ~differs
    if contrast < NECK_CONTRAST:
        _, y, _, h = cv2.boundingRect(mask.astype(np.uint8))
        empty[: y + h // 4] = False
    return cut_gaps(mask, empty, distance, _empty_limit(contrast))


def _empty_limit(contrast: float) -> float:
    """Delta E from the background up to which a patch beside a garment is still empty: JPEG
    ringing grows with the garment's contrast."""
    return min(1.6 + 0.025 * contrast, 0.25 * contrast)
