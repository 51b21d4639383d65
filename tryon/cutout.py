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
    plain = _plain_mask(_shrink(photo.pixels, PLAIN_SIZE))
    if plain is not None:
        mask, confidence = plain
        source = "plain"
    else:
        found = _scene_mask(_shrink(photo.pixels, SCENE_SIZE))
        if found is None:
            return None
        mask, confidence = found
        source = "scene"
    if not mask.any():
        return None
    alpha = refine_alpha(photo.pixels, mask)
    return Cutout(alpha, bleed(photo.pixels, alpha), confidence, source)


def has_alpha(photo: Photo) -> bool:
    """True where a picture's transparency already cuts something out."""
    return _given_alpha(photo) is not None


OPAQUE_PART = 0.985  # a picture this opaque has no useful alpha


def _given_alpha(photo: Photo) -> np.ndarray | None:
    if photo.alpha is None:
        return None
    opaque = float((photo.alpha >= 128).mean())
    return photo.alpha if 0.005 < opaque < OPAQUE_PART else None


def _shrink(pixels: np.ndarray, longest: int) -> np.ndarray:
    scale = longest / max(pixels.shape[:2])
    if scale >= 1.0:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _lab(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32 CIELAB, L 0..100."""
    return cv2.cvtColor(pixels.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)


# --- plain backgrounds ---------------------------------------------------------------------

PLAIN_SIZE = 512  # px
PLAIN_BORDER = 0.85  # of the border must look like one smooth background
PLAIN_NOISE = 0.7  # Delta E: a studio's background is smoother than any floor or wall
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
    if follows < PLAIN_BORDER or noise > PLAIN_NOISE:
        return None
    offset = lab - background
    distance = np.sqrt((offset**2).sum(axis=-1))
    differs = _stands_out(np.abs(offset[..., 0]), LIGHT_STEP, LIGHT_RINGING, noise)
    differs |= _stands_out(
        np.hypot(offset[..., 1], offset[..., 2]), CHROMA_STEP, CHROMA_RINGING, noise
    )
    mask = _open_gaps(_flood_background(differs, distance), differs, distance)
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


GAP_SLENDER = 12.0  # area over squared half width: a gap between sleeve and body is longer still
LEAK = 0.012  # of the longer side: gaps in an edge up to this wide are closed


def _flood_background(differs: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """(h, w) bool garment: what the background, flooded from the border, does not reach.

    Where the garment is as white as the background, only its thin outline differs, with gaps.
    The flood is run twice, against the outline as it is and with its gaps closed: what only the
    first one reaches is a true gap (sleeve to body) where it is as empty as the background and
    narrow or slender, a leak else.
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
    return _largest(opened.astype(bool))


HOLE_CONTRAST = 2.5  # Delta E of the garment: below it a white patch may be the garment's own
HOLE_AREA = 0.002  # of the garment's area


def _open_gaps(mask: np.ndarray, differs: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """A mask without the patches of background it encloses (between a sleeve and the body)."""
    if not mask.any():
        return mask
    contrast = float(np.median(distance[mask]))
    if contrast < HOLE_CONTRAST:
        return mask
    return _cut_gaps(mask, mask & ~differs, distance, _empty_limit(contrast))


def _cut_gaps(
    mask: np.ndarray, empty: np.ndarray, distance: np.ndarray, limit: float
) -> np.ndarray:
    """A mask without those patches of `empty` that lie where gaps are and are at most `limit`
    from the background's colour by their median."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        empty.astype(np.uint8), connectivity=4
    )
    frame = cv2.boundingRect(mask.astype(np.uint8))
    narrowest = max(2, round(LEAK * max(mask.shape))) / 2
    depth = cv2.distanceTransform(empty.astype(np.uint8), cv2.DIST_L2, 3)
    area = int(mask.sum())
    mask = mask.copy()
    for piece in range(1, count):
        x, y, w, h, size = stats[piece]
        box = (slice(y, y + h), slice(x, x + w))
        pixels = labels[box] == piece
        if size < HOLE_AREA * area or depth[box][pixels].max() < narrowest:
            continue
        if not _where_gaps_are(stats[piece, :4], frame):
            continue
        if float(np.median(distance[box][pixels])) < limit:
            mask[box] &= ~pixels
    return mask


def _where_gaps_are(hole: np.ndarray, frame: tuple[int, int, int, int]) -> bool:
    """True for a hole (box x, y, width, height) beside the body, between legs or in the neck, not
    for one where a print sits."""
    x, y, w, h = frame
    across = (hole[0] + hole[2] / 2 - x) / w
    top, tall = (hole[1] - y) / h, hole[3] / h
    beside = abs(across - 0.5) > 0.2 and tall > 0.1
    between_legs = abs(across - 0.5) < 0.2 and top > 0.15 and tall > 0.2
    in_the_neck = top + tall < 0.25
    return bool(beside or between_legs or in_the_neck)


def _empty_limit(contrast: float) -> float:
    """Delta E from the background up to which a patch beside a garment is still empty: JPEG
    ringing grows with the garment's contrast."""
    return min(1.6 + 0.025 * contrast, 0.25 * contrast)


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

SCENE_SIZE = 256  # px, of the final cut
SEARCH_SIZE = 160  # px, of the several first attempts
RING_WIDTH = 0.03  # of the picture: taken for background


def _scene_mask(small: np.ndarray) -> tuple[np.ndarray, float] | None:
    """(h, w) bool and a confidence for a garment on a floor, a bed or a wall.

    Several attempts are made on a small copy, the most garment-like one is cut again at the size
    given. small: (h, w, 3) uint8.
    """
    search = _shrink(small, SEARCH_SIZE)
    lab = _lab(search)
    attempts = [
        tidy
        for start in _starts(lab)
        if (tidy := _tidy(_grab(search, start, SEARCH_ROUNDS), lab)) is not None
    ]
    scores = [garment_score(mask, lab) for mask in attempts]
    if max(scores, default=0.0) < POOR:
        filling = _tidy(_grab(search, _filling_start(lab), SEARCH_ROUNDS), lab)
        if filling is not None and filling.mean() > LEAST_FILLING:
            attempts.append(filling)
            scores.append(garment_score(filling, lab))
    if not attempts:
        return None
    best = int(np.argmax(scores))
    size = (small.shape[1], small.shape[0])
    mask = cv2.resize(attempts[best].astype(np.uint8), size, interpolation=cv2.INTER_LINEAR) > 0
    band = max(3, round(BAND * max(size)))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * band + 1, 2 * band + 1))
    marks = np.where(mask, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks[cv2.erode(mask.astype(np.uint8), disk) > 0] = cv2.GC_FGD
    marks[cv2.dilate(mask.astype(np.uint8), disk) == 0] = cv2.GC_BGD
    fine_lab = _lab(small)
    fine = _tidy(_grab(small, marks, 1), fine_lab)
    if fine is None:
        return None
    fine = _largest(_open_scene_gaps(fine, fine_lab))
    agreement = max(
        (_overlap(attempts[best], other) for i, other in enumerate(attempts) if i != best),
        default=0.5,
    )
    quality = garment_score(fine, fine_lab)
    if quality < LEAST_QUALITY:
        return None
    return fine, float(np.clip(0.15 + 0.55 * quality + 0.3 * agreement, 0, 0.95))


SEARCH_ROUNDS = 3
BAND = 0.025  # of the longer side: how far the fine cut may move the coarse one


def _starts(lab: np.ndarray) -> list[np.ndarray]:
    """GrabCut marks to start from: the whole inside of the frame; what differs most from the
    border's colours; an ellipse in the middle."""
    height, width = lab.shape[:2]
    ring = np.ones((height, width), bool)
    rim = max(2, round(RING_WIDTH * max(height, width)))
    ring[rim:-rim, rim:-rim] = False
    away = _distance_to_colours(lab, lab[ring])
    level = np.clip(cv2.GaussianBlur(away, (0, 0), 1.0) * 4, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(level[~ring][None], 0, 1, cv2.THRESH_OTSU)
    y, x = np.mgrid[:height, :width]
    ellipse = ((2 * x / width - 1) / 0.7) ** 2 + ((2 * y / height - 1) / 0.8) ** 2 < 1
    starts = []
    for likely in (~ring, (level > threshold) & ~ring, ellipse):
        if not 0.02 < likely.mean() < 0.98:
            continue
        marks = np.where(likely, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
        marks[ring] = cv2.GC_BGD
        starts.append(marks)
    return starts


LEAST_QUALITY = 0.08  # score: below it nothing stands out from the rest of the picture
POOR = 0.25  # score: below it the garment may run out of the picture
LEAST_FILLING = 0.09  # of the picture: less is hardly more than the middle that was given
CORE, MIDDLE = 0.22, 0.5  # radii of the picture's middle, by half its size
RUNS_OUT = 9.0  # Delta E: border pixels this near to the middle's colours may be garment


def _filling_start(lab: np.ndarray) -> np.ndarray:
    """GrabCut marks for a garment that fills the picture: its middle is garment, and only those
    parts of the border are background whose colour does not occur in the middle."""
    height, width = lab.shape[:2]
    y, x = np.mgrid[:height, :width]
    radius = np.hypot(2 * x / width - 1, 2 * y / height - 1)
    ring = np.ones((height, width), bool)
    rim = max(2, round(RING_WIDTH * max(height, width)))
    ring[rim:-rim, rim:-rim] = False
    foreign = cv2.blur(_distance_to_colours(lab, lab[radius < MIDDLE]), (5, 5)) > RUNS_OUT
    marks = np.full((height, width), cv2.GC_PR_FGD, np.uint8)
    marks[foreign & (radius > MIDDLE)] = cv2.GC_PR_BGD
    marks[ring & foreign] = cv2.GC_BGD
    marks[radius < CORE] = cv2.GC_FGD
    return marks


BORDER_COLOURS = 5


def _distance_to_colours(lab: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """(h, w) float32, Delta E from the nearest of a few colours that sum samples up."""
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    cv2.setRNGSeed(1)
    samples = np.ascontiguousarray(samples.reshape(-1, 3), np.float32)
    _, labels, centres = cv2.kmeans(
        samples, min(BORDER_COLOURS, len(samples)), None, criteria, 1, cv2.KMEANS_PP_CENTERS
    )
    counts = np.bincount(labels.ravel(), minlength=len(centres))
    centres = centres[counts > 0.05 * len(samples)]
    return np.min([np.linalg.norm(lab - centre, axis=-1) for centre in centres], axis=0)


def _grab(pixels: np.ndarray, marks: np.ndarray, rounds: int) -> np.ndarray:
    """(h, w) bool, GrabCut from marks. The random start of its colour models is fixed."""
    image = cv2.cvtColor(pixels, cv2.COLOR_RGB2Lab)
    marks = marks.copy()
    inside = (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)
    if inside.sum() < 16 or (~inside).sum() < 16:
        return inside
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(image, marks, None, *models, rounds, cv2.GC_INIT_WITH_MASK)
    return (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)


THIN = 0.012  # of the longer side: half the width of lines that are dropped (tiles, hooks, cords)
STRAP_COLOUR = 14.0  # Delta E: a thin piece this near to the garment's colours stays (a strap)
STRAP_AREA = 0.05  # of the garment


def _tidy(mask: np.ndarray, lab: np.ndarray) -> np.ndarray | None:
    """The largest piece of a mask without thin lines in foreign colours, small holes closed."""
    radius = max(1, round(THIN * max(mask.shape)))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    solid = _largest(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disk) > 0)
    if solid.mean() < 0.015:
        return None
    thin = (mask & ~solid).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(thin)
    near = cv2.dilate(solid.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    height, width = mask.shape
    rim = round(RING_WIDTH * max(mask.shape)) + 2
    away = None
    for piece in range(1, count):
        x, y, w, h, area = stats[piece]
        if area > STRAP_AREA * solid.sum() or x <= rim or y <= rim:
            continue
        if x + w >= width - rim or y + h >= height - rim:
            continue
        pixels = labels == piece
        if not (pixels & near).any():
            continue
        if area > 4 * radius * radius:
            if away is None:
                away = _distance_to_colours(lab, lab[solid])
            if float(np.median(away[pixels])) > STRAP_COLOUR:
                continue
        solid = solid | pixels
    return _close_holes(_largest(solid))


SMALL_HOLE = 0.004  # of the garment's area


def _close_holes(mask: np.ndarray) -> np.ndarray:
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    sizes = stats[:, cv2.CC_STAT_AREA]
    small = sizes < SMALL_HOLE * mask.sum()
    small[0] = False
    return mask | small[labels]


GAP_COLOUR = 14.0  # Delta E: a patch in a gap is this near to a colour of the background
GAP_NEARER = 0.6  # and by this factor nearer to it than to any colour of the garment
NEAR_BACKGROUND = 0.1  # of the longer side: background this near the garment is compared with


def _open_scene_gaps(mask: np.ndarray, lab: np.ndarray) -> np.ndarray:
    """A mask without narrow gaps beside the body and between the legs, which GrabCut closes
    because it prefers short outlines."""
    reach = round(NEAR_BACKGROUND * max(mask.shape))
    around = cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0
    around &= cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    inside = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if around.sum() < 50 or inside.sum() < 50:
        return mask
    smooth = cv2.blur(lab, (3, 3))
    to_background = _distance_to_colours(smooth, lab[around])
    to_garment = _distance_to_colours(smooth, lab[inside])
    empty = mask & (to_background < GAP_NEARER * to_garment) & (to_background < GAP_COLOUR)
    return _cut_gaps(mask, empty, to_background, GAP_COLOUR)


def garment_score(mask: np.ndarray, lab: np.ndarray) -> float:
    """0..1, how much a mask looks like a whole garment: a smooth outline, a step in colour all
    along it, off the picture's border, alike on both sides."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(contours, key=len)[:, 0]
    if len(outline) < 24:
        return 0.0
    step = _edge_step(outline.astype(np.float32), lab)
    hull = cv2.convexHull(outline)
    area = float(mask.sum())
    solidity = area / max(cv2.contourArea(hull), 1.0)
    rough = cv2.arcLength(outline[:, None], True) / max(cv2.arcLength(hull, True), 1.0)
    smooth = float(np.clip(1.9 - 0.7 * rough, 0, 1))
    height, width = mask.shape
    edge = RING_WIDTH * max(mask.shape) + 2
    on_border = (
        (outline[:, 0] < edge)
        | (outline[:, 1] < edge)
        | (outline[:, 0] > width - 1 - edge)
        | (outline[:, 1] > height - 1 - edge)
    )
    free = 1.0 - min(1.0, 1.5 * float(on_border.mean()))
    part = area / mask.size
    sized = float(np.clip(part / 0.08, 0, 1) * np.clip((0.92 - part) / 0.2, 0, 1))
    x, y, w, h = cv2.boundingRect(outline)
    box = mask[y : y + h, x : x + w]
    alike = _overlap(box, box[:, ::-1])
    return float(
        step**0.8 * smooth**0.5 * free * sized * (0.5 + 0.5 * alike) * min(1, 0.4 + solidity)
    )


def _edge_step(outline: np.ndarray, lab: np.ndarray) -> float:
    """0..1, the colour step across an outline ((n, 2), x, y), averaged along it."""
    ahead = np.roll(outline, -3, axis=0) - np.roll(outline, 3, axis=0)
    normal = np.column_stack([ahead[:, 1], -ahead[:, 0]])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    blurred = cv2.blur(lab, (3, 3))
    sides = [
        cv2.remap(
            blurred,
            outline[:, None, :1] + offset * normal[:, None, :1],
            outline[:, None, 1:] + offset * normal[:, None, 1:],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )[:, 0]
        for offset in (-2.5, 2.5)
    ]
    return float(np.clip(np.linalg.norm(sides[0] - sides[1], axis=1) / FULL_STEP, 0, 1).mean())


FULL_STEP = 22.0  # Delta E across an edge that leaves no doubt


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / max((a | b).sum(), 1))


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


BLEED_LEVELS = 9  # pyramid levels at most: large holes are filled, too
BLEED_REACH = 32  # px beyond the edge
EDGE_RIM = 0.002  # of the longer side: how far inside the edge the background may shine through
SOLID = 250  # alpha from here on is garment through and through


def bleed(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8: the picture inside the garment, its colours continued over and beyond
    its edge (push-pull on a pyramid), so that sampling there never picks up the background."""
    rim = max(2, round(EDGE_RIM * max(alpha.shape)))
    solid = cv2.erode((alpha >= SOLID).astype(np.uint8), np.ones((2 * rim + 1,) * 2, np.uint8))
    if not solid.any():
        solid = (alpha >= 128).astype(np.uint8)
    x, y, w, h = cv2.boundingRect((alpha > 0).astype(np.uint8))
    reach = BLEED_REACH
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
