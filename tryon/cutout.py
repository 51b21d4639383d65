"""Cutting a garment out of its picture: which pixels are garment, and clean colours for them.

Notable here:
- a picture with real transparency is taken at its word; on a plain background (a studio, a sheet
  of paper) the background is flooded from the border, with care for white on white; on anything
  else GrabCut (Rother, Kolmogorov and Blake, 2004) runs on a small copy.
- edges are found at the picture's own resolution afterwards (guided filter, He, Sun and Tang,
  2010) and colours are bled outwards over the edge, so that no floor shines through.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.types import Photo


@dataclass(frozen=True, eq=False)
class Cutout:
    """A garment's pixels.

    alpha: (H, W) uint8, 255 = garment. pixels: (H, W, 3) uint8, the picture with the garment's
    own colours continued beyond its edge. confidence: 0..1. source: "alpha", "plain" or "scene".
    """

    alpha: np.ndarray
    pixels: np.ndarray
    confidence: float
    source: str


def cut_out(photo: Photo) -> Cutout | None:
    """The garment in a picture, None if nothing stands out from the background."""
    given = _given_alpha(photo)
    if given is not None:
        return Cutout(given, bleed(photo.pixels, given), 1.0, "alpha")
    small, scale = _shrink(photo.pixels, PLAIN_SIZE)
    plain = _plain_mask(small)
    if plain is not None:
        mask, confidence = plain
        source = "plain"
    else:
        small, scale = _shrink(photo.pixels, SCENE_SIZE)
        found = _scene_mask(small)
        if found is None:
            return None
        mask, confidence = found
        source = "scene"
    if not mask.any():
        return None
    alpha = refine_alpha(photo.pixels, mask)
    return Cutout(alpha, bleed(photo.pixels, alpha), confidence, source)


OPAQUE_PART = 0.985  # a picture this opaque has no useful alpha


def _given_alpha(photo: Photo) -> np.ndarray | None:
    if photo.alpha is None:
        return None
    opaque = float((photo.alpha >= 128).mean())
    return photo.alpha if 0.005 < opaque < OPAQUE_PART else None


def _shrink(pixels: np.ndarray, longest: int) -> tuple[np.ndarray, float]:
    scale = min(1.0, longest / max(pixels.shape[:2]))
    if scale == 1.0:
        return pixels, scale
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), scale


def _lab(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32 CIELAB, L 0..100."""
    return cv2.cvtColor(pixels.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)


# --- plain backgrounds ---------------------------------------------------------------------

PLAIN_SIZE = 512  # px
PLAIN_BORDER = 0.8  # of the border must look like one smooth background
BORDER_WIDTH = 0.025  # of the longer side


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


def _plain_mask(small: np.ndarray) -> tuple[np.ndarray, float] | None:
    """(h, w) bool and a confidence for a garment on a plain background, None if it is not one."""
    lab = _lab(small)
    ring = _border(lab.shape)
    background, noise, follows = _background_model(lab, ring)
    if follows < PLAIN_BORDER or noise > 3.0:
        return None
    offset = lab - background
    distance = np.sqrt((offset**2).sum(axis=-1))
    differs = _stands_out(np.abs(offset[..., 0]), LIGHT_STEP, LIGHT_RINGING, noise)
    differs |= _stands_out(
        np.hypot(offset[..., 1], offset[..., 2]), CHROMA_STEP, CHROMA_RINGING, noise
    )
    mask = _open_gaps(_flood_background(differs), differs, distance)
    if not 0.01 < mask.mean() < 0.97:
        return None
    contrast = float(np.median(distance[mask]))
    return mask, float(np.clip(0.6 + contrast / 40, 0, 0.98))


LIGHT_STEP, CHROMA_STEP = 1.4, 2.5  # Delta E: the least that is no longer background
LIGHT_RINGING, CHROMA_RINGING = 0.06, 0.3  # of the nearby step: JPEG smears an edge this much
RINGING_REACH = 0.03  # of the longer side: how far (one to two JPEG blocks of a small picture)


def _stands_out(offset: np.ndarray, step: float, ringing: float, noise: float) -> np.ndarray:
    """(h, w) bool where a difference to the background is more than noise and JPEG ringing."""
    reach = max(3, round(RINGING_REACH * max(offset.shape)))
    level = cv2.dilate(cv2.blur(offset, (3, 3)), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return offset > np.maximum(max(step, 4.0 * noise), ringing * level)


LEAK = 0.012  # of the longer side: gaps in an edge up to this wide are closed


def _flood_background(differs: np.ndarray) -> np.ndarray:
    """(h, w) bool garment: what the background, flooded from the border, does not reach.

    Where the garment is as white as the background, only its thin outline differs, with gaps.
    The flood is run twice, against the outline as it is and with its gaps closed: what only the
    first one reaches is a leak where it is wide and a true narrow gap (sleeve to body) else.
    """
    radius = max(2, round(LEAK * max(differs.shape)))
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
    for piece in range(1, count):
        x, y, w, h, _ = stats[piece]
        box = (slice(y, y + h), slice(x, x + w))
        pixels = labels[box] == piece
        if depth[box][pixels].max() > 1.3 * radius:
            mask[box] |= pixels
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return _largest(opened.astype(bool))


HOLE_CONTRAST = 8.0  # Delta E of the garment: below it a white patch may be the garment's own
HOLE_AREA = 0.002  # of the garment's area


def _open_gaps(mask: np.ndarray, differs: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """A mask without the patches of background it encloses (between a sleeve and the body)."""
    if float(np.median(distance[mask])) < HOLE_CONTRAST if mask.any() else True:
        return mask
    radius = max(2, round(LEAK * max(mask.shape)))
    empty = (mask & ~differs).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(empty, connectivity=4)
    depth = cv2.distanceTransform(empty, cv2.DIST_L2, 3)
    mask = mask.copy()
    area = int(mask.sum())
    for piece in range(1, count):
        x, y, w, h, size = stats[piece]
        box = (slice(y, y + h), slice(x, x + w))
        pixels = labels[box] == piece
        if size < HOLE_AREA * area or depth[box][pixels].max() < radius:
            continue
        if float(np.median(distance[box][pixels])) < LIGHT_STEP / 2:
            mask[box] &= ~pixels
    return mask


def _outside(barrier: np.ndarray) -> np.ndarray:
    """(h, w) bool, what can be reached from the border without crossing a barrier."""
    labels = cv2.connectedComponents((barrier == 0).astype(np.uint8), connectivity=4)[1]
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    reached = np.zeros(int(labels.max()) + 1, bool)
    reached[edge] = True
    reached[0] = False
    return reached[labels]


def _largest(mask: np.ndarray) -> np.ndarray:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 2:
        return mask
    return labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())


# --- any other background ------------------------------------------------------------------

SCENE_SIZE = 256  # px


def _scene_mask(small: np.ndarray) -> tuple[np.ndarray, float] | None:
    """(h, w) bool and a confidence for a garment on a floor, a bed or a wall."""
    height, width = small.shape[:2]
    marks = np.full((height, width), cv2.GC_BGD, np.uint8)
    inset_x, inset_y = round(0.04 * width), round(0.04 * height)
    marks[inset_y : height - inset_y, inset_x : width - inset_x] = cv2.GC_PR_FGD
    cv2.grabCut(
        np.ascontiguousarray(small[..., ::-1]),
        marks,
        None,
        np.zeros((1, 65)),
        np.zeros((1, 65)),
        3,
        cv2.GC_INIT_WITH_MASK,
    )
    mask = (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)
    if mask.mean() < 0.02:
        return None
    mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return _largest(mask.astype(bool)), 0.5


# --- edges and colours at full resolution --------------------------------------------------

EDGE_RADIUS = 0.006  # of the longer side: how far the small mask's edge may be off
EDGE_SMOOTHNESS = 1e-4  # the guided filter's epsilon, colours 0..1


def refine_alpha(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(H, W) uint8 alpha at the picture's resolution from a mask of any size."""
    height, width = pixels.shape[:2]
    soft = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    x, y, w, h = cv2.boundingRect((soft > 0.01).astype(np.uint8))
    radius = max(2, round(EDGE_RADIUS * max(height, width)))
    x0, y0 = max(0, x - 4 * radius), max(0, y - 4 * radius)
    x1, y1 = min(width, x + w + 4 * radius), min(height, y + h + 4 * radius)
    box = (slice(y0, y1), slice(x0, x1))
    guide = cv2.cvtColor(pixels[box], cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    filtered = _guided(guide, soft[box], radius, EDGE_SMOOTHNESS)
    sharp = np.clip((filtered - 0.5) * 2.2 + 0.5, 0, 1)
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


BLEED_LEVELS = 6  # pyramid levels: colours reach about 2 ** 6 px beyond the edge
SOLID = 250  # alpha from here on is garment through and through


def bleed(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8: the picture inside the garment, its colours continued over and beyond
    its edge (push-pull on a pyramid), so that sampling there never picks up the background."""
    solid = cv2.erode((alpha >= SOLID).astype(np.uint8), np.ones((3, 3), np.uint8))
    if not solid.any():
        solid = (alpha >= 128).astype(np.uint8)
    x, y, w, h = cv2.boundingRect((alpha > 0).astype(np.uint8))
    reach = 2**BLEED_LEVELS // 2
    y0, y1 = max(0, y - reach), min(alpha.shape[0], y + h + reach)
    x0, x1 = max(0, x - reach), min(alpha.shape[1], x + w + reach)
    box = (slice(y0, y1), slice(x0, x1))
    weight = solid[box].astype(np.float32)
    levels = [(pixels[box].astype(np.float32) * weight[..., None], weight)]
    for _ in range(BLEED_LEVELS):
        colour, weight = levels[-1]
        if min(weight.shape) < 4:
            break
        levels.append((cv2.pyrDown(colour), cv2.pyrDown(weight)))
    colour, weight = levels[-1]
    fill = colour / np.maximum(weight, 1e-4)[..., None]
    for colour, weight in reversed(levels[:-1]):
        size = (weight.shape[1], weight.shape[0])
        fill = cv2.resize(fill, size, interpolation=cv2.INTER_LINEAR)
        sure = np.clip(weight * 2, 0, 1)[..., None]
        fill = sure * colour / np.maximum(weight, 1e-4)[..., None] + (1 - sure) * fill
    clean = pixels.copy()
    clean[box] = np.where(
        solid[box][..., None] > 0, pixels[box], np.clip(np.round(fill), 0, 255).astype(np.uint8)
    )
    return clean
