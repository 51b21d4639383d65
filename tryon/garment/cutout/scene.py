"""Picture -> small mask of the garment on any background: floors, beds, walls, hangers.

Notable here:
- GrabCut (Rother, Kolmogorov and Blake, 2004) runs from several starts on a small copy; the result
  that looks most like a garment (`garment_score`) is cut again at a larger size.
- a floor of the garment's colour misleads colours, and what it has never seen a network; where the
  two differ, GrabCut decides with the colours of what both agree on (`settled`).
"""

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Mask, Pixels
from tryon.core.masks import cut_gaps, lab_of, largest, small_copy, where_gaps_are

SCENE_SIZE = 256  # px, longer side: of the final cut
SEARCH_SIZE = 160  # px, longer side: of the several first attempts
RING_WIDTH = 0.03  # of the longer side: the picture's border, taken for background

# The first attempts, and which of them is believed. Scores are those of `garment_score`, 0..1.
SEARCH_ROUNDS = 2  # of GrabCut
AGREED = 0.93  # overlap of two attempts that makes a third needless
POOR = 0.25  # score: below it the garment may run out of the picture
LEAST_QUALITY = 0.08  # score: below it nothing stands out from the rest of the picture
FULL_STEP = 22.0  # Delta E across an edge that leaves no doubt

# A start for garments that fill the picture.
CORE, MIDDLE = 0.22, 0.5  # radii of the picture's middle, by half its size
RUNS_OUT = 9.0  # Delta E: border pixels this near to the middle's colours may be garment
LEAST_FILLING = 0.09  # of the picture: less is hardly more than the middle that was given

# The final cut.
BAND = 0.025  # of the longer side: how far it may move the coarse one

# Colours, summed up.
BORDER_COLOURS = 5  # that stand for a set of pixels
COLOUR_SAMPLES = 1500  # pixels they are found from
RARE = 0.05  # of the pixels: a colour of fewer is left out

# What a network has seen, made one with the cut by colour.
SEEN, SEEN_SURELY = 128, 200  # of 255: rather garment than not; garment without doubt
SETTLE_ROUNDS = 2  # of GrabCut
CERTAIN = 0.5  # overlap of the two below which one of them is wrong altogether
KEPT_INSIDE = 0.012  # of the longer side: this deep inside what both have is garment for sure

# Thin pieces and holes.
THIN = 0.012  # of the longer side: half the width of lines that are dropped (tiles, hooks, cords)
STRAP_COLOUR = 14.0  # Delta E: a thin piece this near to the garment's colours stays (a strap)
STRAP_AREA = 0.05  # of the garment's area
SMALL_HOLE = 0.004  # of the garment's area

# Gaps beside the body and between the legs.
NEAR_BACKGROUND = 0.1  # of the longer side: background this near the garment is compared with
GAP_COLOUR = 14.0  # Delta E: a patch in a gap is this near to a colour of the background
GAP_NEARER = 0.6  # and by this factor nearer to it than to any colour of the garment


def scene_mask(pixels: Pixels) -> tuple[Mask, float] | None:
    """(h, w) bool on a small copy and a confidence for a garment on a floor, a bed or a wall,
    None if nothing stands out."""
    small = small_copy(pixels, SCENE_SIZE)
    search = small_copy(small, SEARCH_SIZE)
    lab = lab_of(search)
    attempts: list[np.ndarray] = []
    scores: list[float] = []
    for start in _starts(lab):
        if len(attempts) > 1 and _overlap(*attempts) > AGREED and max(scores) > POOR:
            break  # two different starts ended alike
        attempt = _tidy(_grab(search, start, SEARCH_ROUNDS), lab)
        if attempt is not None:
            attempts.append(attempt)
            scores.append(garment_score(attempt, lab))
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
    fine_lab = lab_of(small)
    fine = _tidy(_cut_again(small, mask), fine_lab)
    if fine is None:
        return None
    fine = largest(_open_scene_gaps(fine, fine_lab))
    agreement = max(
        (_overlap(attempts[best], other) for i, other in enumerate(attempts) if i != best),
        default=0.5,
    )
    quality = garment_score(fine, fine_lab)
    if quality < LEAST_QUALITY:
        return None
    return fine, float(np.clip(0.15 + 0.55 * quality + 0.3 * agreement, 0, 0.95))


def settled(pixels: Pixels, cut: Mask | None, seen: Alpha) -> Mask:
    """(h, w) bool on a small copy: a cut by colour and what a network has seen, made one.

    cut: of `scene_mask`, None where nothing stood out. seen: the probability of garment times 255.
    """
    small = small_copy(pixels, SCENE_SIZE)
    size = (small.shape[1], small.shape[0])
    likely = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
    found = likely >= SEEN
    if not found.any():
        return cut if cut is not None else found
    if cut is None or not cut.any():
        mask = _cut_again(small, found)
        return largest(mask) if mask.any() else largest(found)
    disk = np.ones((2 * max(1, round(KEPT_INSIDE * max(size))) + 1,) * 2, np.uint8)
    marks = np.where(found, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    if _overlap(cut, found) > CERTAIN:
        marks[cv2.erode((cut & found).astype(np.uint8), disk) > 0] = cv2.GC_FGD
    else:  # the network knows garments, colours only show that something stands out
        marks[cv2.erode((likely > SEEN_SURELY).astype(np.uint8), disk) > 0] = cv2.GC_FGD
    marks[cv2.dilate((cut | found).astype(np.uint8), disk) == 0] = cv2.GC_BGD
    mask = _grab(small, marks, SETTLE_ROUNDS)
    tidy = _tidy(mask, lab_of(small)) if mask.any() else None
    return cut if tidy is None else tidy


def _cut_again(small: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(h, w) bool, a mask cut once more near its edge."""
    band = max(3, round(BAND * max(mask.shape)))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * band + 1, 2 * band + 1))
    marks = np.where(mask, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks[cv2.erode(mask.astype(np.uint8), disk) > 0] = cv2.GC_FGD
    marks[cv2.dilate(mask.astype(np.uint8), disk) == 0] = cv2.GC_BGD
    x, y, w, h = cv2.boundingRect(mask.astype(np.uint8))
    box = (
        slice(max(0, y - 4 * band), y + h + 4 * band),
        slice(max(0, x - 4 * band), x + w + 4 * band),
    )
    again = np.zeros_like(mask)
    again[box] = _grab(np.ascontiguousarray(small[box]), marks[box], 1)
    return again


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


def _distance_to_colours(lab: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """(h, w) float32, Delta E from the nearest of a few colours that stand for the samples."""
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    cv2.setRNGSeed(1)
    samples = samples.reshape(-1, 3)
    samples = np.ascontiguousarray(samples[:: len(samples) // COLOUR_SAMPLES + 1], np.float32)
    _, labels, centres = cv2.kmeans(
        samples, min(BORDER_COLOURS, len(samples)), None, criteria, 1, cv2.KMEANS_PP_CENTERS
    )
    counts = np.bincount(labels.ravel(), minlength=len(centres))
    centres = centres[counts > RARE * len(samples)]
    return np.min([np.linalg.norm(lab - centre, axis=-1) for centre in centres], axis=0)


def _grab(pixels: np.ndarray, marks: np.ndarray, rounds: int) -> np.ndarray:
    """(h, w) bool, GrabCut from marks. The random start of its colour models is fixed."""
    image = cv2.cvtColor(pixels, cv2.COLOR_RGB2Lab)
    marks = marks.copy()
    inside = (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)
    if inside.sum() < 16 or (~inside).sum() < 16:
        return inside
    cv2.setRNGSeed(1)
    garment, background = np.zeros((1, 65)), np.zeros((1, 65))
    no_box = (0, 0, 0, 0)  # not looked at: the marks say where to begin
    cv2.grabCut(image, marks, no_box, background, garment, rounds, cv2.GC_INIT_WITH_MASK)
    return (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)


def _tidy(mask: np.ndarray, lab: np.ndarray) -> np.ndarray | None:
    """The largest piece of a mask without thin lines in foreign colours, small holes closed; None
    if next to nothing is left."""
    radius = max(1, round(THIN * max(mask.shape)))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    solid = largest(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disk) > 0)
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
    return _close_holes(largest(solid))


def _close_holes(mask: np.ndarray) -> np.ndarray:
    """A mask without small holes, and without any where no gap can be (in a print)."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    frame = cv2.boundingRect(mask.astype(np.uint8))
    outside = set(np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])))
    area = int(mask.sum())
    close = [
        index not in outside
        and index != 0
        and (
            stats[index, cv2.CC_STAT_AREA] < SMALL_HOLE * area
            or not where_gaps_are(stats[index, :4], frame)
        )
        for index in range(len(stats))
    ]
    return mask | np.array(close)[labels]


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
    return cut_gaps(mask, empty, to_background, GAP_COLOUR)


def garment_score(mask: Mask, lab: np.ndarray) -> float:
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


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / max((a | b).sum(), 1))
