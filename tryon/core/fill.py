"""Filling holes in a picture: smooth continuation, copied texture, and the photo's own grain.

Notable here:
- `spread` carries colours from where they are known into a hole through an image pyramid
  (pull-push: Gortler et al., The Lumigraph, 1996): a few milliseconds, whatever the hole's size.
- `continue_texture` fills a hole with pixels copied from elsewhere in the same photo, each patch
  by one shift (shift maps: Pritch et al., 2009; He and Sun, Statistics of patch offsets, 2012),
  so grass stays grass and a studio wall keeps its grain; the copy is then brought to the colours
  around the hole by a membrane of the difference (Pérez et al., Poisson image editing, 2003).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.arrays import Colours, Mask, Pixels, Scalars

# Weight below which a pyramid level is filled from the coarser one, as a fraction of full.
KNOWN_ENOUGH = 0.02

# Shifts are judged on a copy of at most this many pixels on its longer side; the few that win
# most of the hole there are judged again on a finer one.
SHIFT_LONG = 112
FINE_LONG = 192
SHIFT_STEP = 5  # pixels of the coarse copy between the shifts tried
SHIFT_REACH = (10, 5)  # steps to each side, x and y
SHIFT_WINDOW = 9  # pixels of the coarse copy over which two places are compared
SHIFTS_KEPT = 8
UNSERVED = 0.03  # share of a hole that may stay smooth before shifts further away are tried
# Costs are squared differences of 8-bit colours; a far copy must be better than a near one.
COST_PER_STEP = 12.0
COST_UNKNOWN = 1e5  # copying what is not known
COST_BLIND = 400.0  # no evidence at all that the two places look alike
PLAIN = 2.0  # levels: a studio wall, with nothing to copy but its grain
SEAM = 1.5  # pixels of the finer copy over which one shift goes over into the next
ROUND_RADIUS = 3  # pixels: structuring elements are round up to here
BLUR_SIGMA = 2.5  # pixels; a wider Gaussian is reduced to about this width
# A photo's grain.
GRAIN_SIDE = 768  # pixels of the middle of a large picture that are looked at
GRAIN_BLOCK = 8  # pixels a side: grain is read in blocks, and the calmest count
GRAIN_BLOCKS = 30  # fewer say nothing
GRAIN_LIMIT = 2.5  # 8-bit levels; more than that is texture, not grain
GRAIN_TILE = 512  # pixels of grain that are drawn, then repeated


def spread(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Continue values smoothly from where weight > 0 to everywhere else.

    values: (h, w, c) float32. weight: (h, w) float32 >= 0, how much each value counts.
    Returns (h, w, c) float32: close to values where weight is 1. All zeros if no weight is given.
    """
    h, w = weight.shape
    if max(h, w) <= 2:
        total = float(weight.sum())
        mean = (values * weight[..., None]).sum((0, 1)) / max(total, 1e-6)
        return np.broadcast_to(mean, values.shape).astype(np.float32)
    packed = np.dstack([values * weight[..., None], weight])
    coarse = cv2.resize(packed, ((w + 1) // 2, (h + 1) // 2), interpolation=cv2.INTER_AREA)
    coarse_weight = coarse[..., -1]
    colours = coarse[..., :-1] / np.maximum(coarse_weight, 1e-6)[..., None]
    # Half known cells count as known: a hole must not eat into its surroundings level by level.
    coarse_weight = np.minimum(coarse_weight * 2, 1)
    coarse_weight[coarse_weight < KNOWN_ENOUGH] = 0
    below = spread(colours, coarse_weight)
    rough = cv2.resize(below, (w, h), interpolation=cv2.INTER_LINEAR)
    if rough.ndim == 2:
        rough = rough[..., None]
    share = np.minimum(weight, 1)[..., None]
    return values * share + rough * (1 - share)


def continue_texture(picture: Pixels, known: Mask, hole: Mask, small: float = 1.0) -> Colours:
    """Fill a hole with texture from the known part of the same picture.

    known: what may be copied. small: scale at which shifts and smooth parts are worked out, 0..1.
    Returns what is filled inside the hole and undefined elsewhere. Where nothing is known it is
    grey.
    """
    h, w = hole.shape
    filled = np.zeros((h, w, 3), np.float32)
    if not hole.any():
        return filled
    if not known.any():
        filled[:] = 127
        return filled
    size = (max(round(w * small), 1), max(round(h * small), 1))
    tiny = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    seen = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    sure: np.ndarray = (seen > 0.99).astype(np.float32)
    if not sure.any():
        sure = seen
    smooth = spread(tiny, sure)
    box = cv2.boundingRect(hole.view(np.uint8))
    x0, y0, bw, bh = box
    inside = (slice(y0, y0 + bh), slice(x0, x0 + bw))
    plain = enlarge(smooth, (w, h), box, cv2.INTER_LINEAR)
    if _roughness(tiny, sure) < PLAIN:
        filled[inside] = plain + Grain.of(picture).sheet((bh, bw))[..., None]
        return filled

    empty_small = cv2.resize(hole.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    empty = cv2.dilate(empty_small, quick_disc(3)) > 0
    shifts, shares = choose_shifts(tiny, sure > 0.5, empty)
    copied, total = np.zeros_like(tiny), np.full(size[::-1], 1e-6, np.float32)
    for shift, share in zip(shifts, shares, strict=True):
        _add_shifted(copied, total, tiny, sure, share, shift, (0, 0))
    copied /= total[..., None]
    # What the copy is off by, where both it and the truth are known, is carried over the hole.
    witness = sure * (total > 0.5)
    off = spread((smooth - copied) * witness[..., None], witness)

    texture, total = np.zeros((bh, bw, 3), np.float32), np.zeros((bh, bw), np.float32)
    known_float = known.astype(np.float32)
    for shift, share in zip(shifts, shares, strict=True):
        share = enlarge(share, (w, h), box, cv2.INTER_LINEAR)
        _add_shifted(texture, total, picture, known_float, share, np.round(shift / small), (x0, y0))
    texture /= np.maximum(total, 1e-3)[..., None]
    texture += enlarge(off, (w, h), box, cv2.INTER_LINEAR)
    trust = np.clip(2 * total, 0, 1)[..., None]
    filled[inside] = plain + trust * (texture - plain)
    return filled


def _roughness(picture: np.ndarray, known: np.ndarray) -> float:
    """Standard deviation of a picture's finer structure where it is known, 8-bit levels."""
    grey = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    detail = grey - masked_blur(grey, known, 4.0)
    return float(np.sqrt((detail * detail * known).sum() / max(float(known.sum()), 1.0)))


def _add_shifted(
    total: np.ndarray,
    weight: np.ndarray,
    picture: np.ndarray,
    known: np.ndarray,
    share: np.ndarray,
    shift: np.ndarray,
    corner: tuple[int, int],
) -> None:
    """Add share times the picture's pixels `shift` (x, y) away to total, and the share to weight.

    total (h, w, 3), weight and share (h, w) are the part of the picture that begins at corner x, y.
    What lies outside the picture or is not known is not added.
    """
    x, y, w, h = cv2.boundingRect((share > 0.01).view(np.uint8))
    dx, dy = int(shift[0]) + corner[0], int(shift[1]) + corner[1]
    x0, y0 = max(x, -dx), max(y, -dy)
    x1, y1 = min(x + w, picture.shape[1] - dx), min(y + h, picture.shape[0] - dy)
    if x1 <= x0 or y1 <= y0:
        return
    here = (slice(y0, y1), slice(x0, x1))
    there = (slice(y0 + dy, y1 + dy), slice(x0 + dx, x1 + dx))
    part = share[here] * known[there]
    total[here] += part[..., None] * picture[there]
    weight[here] += part


def choose_shifts(
    picture: np.ndarray, known: np.ndarray, hole: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each pixel the shift to a place that looks like its surroundings.

    picture: (h, w, 3) float32. known, hole: (h, w) bool.
    Returns shifts (n, 2) float32, whole pixels x, y, and shares (n, h, w) float32: how much of each
    pixel is to come from each shift; all 0 where no known place was found.
    """
    h, w = known.shape
    steps_x, steps_y = SHIFT_REACH
    scale = min(1.0, SHIFT_LONG / max(h, w))
    candidates = [
        (step_x * SHIFT_STEP, step_y * SHIFT_STEP)
        for step_y in range(-steps_y, steps_y + 1)
        for step_x in range(-steps_x, steps_x + 1)
        if (step_x, step_y) != (0, 0)
    ]
    costs, empty = _shift_costs(picture, known, hole, scale, np.array(candidates), SHIFT_WINDOW)
    unserved = empty & (costs.min(0) >= COST_UNKNOWN)
    if np.count_nonzero(unserved) > UNSERVED * np.count_nonzero(empty):  # a very large hole
        far = [
            (3 * dx, 3 * dy)
            for dx, dy in candidates
            if max(abs(dx) / steps_x, abs(dy) / steps_y) > SHIFT_STEP / 3
        ]
        candidates = candidates + far
        more, empty = _shift_costs(picture, known, hole, scale, np.array(far), SHIFT_WINDOW)
        costs = np.concatenate([costs, more])
    wins = np.bincount(costs.argmin(0)[empty], minlength=len(candidates))
    kept = np.argsort(-wins, kind="stable")[:SHIFTS_KEPT]
    kept = np.array(candidates)[kept]

    fine = min(1.0, FINE_LONG / max(h, w))
    kept = np.round(kept * (fine / scale)).astype(int)
    window = round(SHIFT_WINDOW * fine / scale) | 1
    costs, empty = _shift_costs(picture, known, hole, fine, kept, window)
    label = costs.argmin(0)
    # One shift a neighbourhood: single pixels that chose otherwise only make seams. Each place
    # takes the shift most of its neighbours took, among those whose source is known there.
    votes = np.stack(
        [
            cv2.boxFilter((label == k).astype(np.float32), -1, (window, window))
            for k in range(len(kept))
        ]
    )
    votes[costs >= COST_UNKNOWN] = -1
    label = votes.argmax(0)
    shares = [
        cv2.GaussianBlur(((label == k) & (votes[k] >= 0)).astype(np.float32), (0, 0), SEAM)
        for k in range(len(kept))
    ]
    usable = [share * (cost < COST_UNKNOWN) for share, cost in zip(shares, costs, strict=True)]
    return (
        np.round(kept / fine).astype(np.float32),
        np.stack([cv2.resize(u, (w, h), interpolation=cv2.INTER_LINEAR) for u in usable]),
    )


def _shift_costs(
    picture: np.ndarray,
    known: np.ndarray,
    hole: np.ndarray,
    scale: float,
    shifts: np.ndarray,
    window: int,
) -> tuple[np.ndarray, np.ndarray]:
    """What copying by each shift costs at each pixel of a copy reduced by `scale`.

    shifts: (n, 2) int, x, y in pixels of that copy. Returns costs (n, h, w) float32, `COST_UNKNOWN`
    and more where the source is not known, and the reduced hole (h, w) bool.
    """
    size = (max(round(known.shape[1] * scale), 1), max(round(known.shape[0] * scale), 1))
    planes = cv2.split(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    sure = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    empty = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    # A source must be known with its neighbours, for copies are made at a finer scale.
    source = cv2.erode(sure.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    weight = sure.astype(np.float32)
    costs = np.full((len(shifts), size[1], size[0]), 2 * COST_UNKNOWN, np.float32)
    for cost_map, (dx, dy) in zip(costs, shifts.tolist(), strict=True):
        if abs(dx) >= size[0] or abs(dy) >= size[1]:
            continue
        there, here = _overlap(size, dx, dy)
        usable = source[there]
        if not (usable & empty[here]).any():
            continue
        both = weight[here] * weight[there]
        squared = np.zeros_like(both)
        for plane in planes:
            difference = plane[here] - plane[there]
            squared += difference * difference
        squared *= both
        mass = cv2.boxFilter(both, -1, (window, window))
        cost: np.ndarray = cv2.boxFilter(squared, -1, (window, window))
        cost = (cost + 0.02 * COST_BLIND) / (mass + 0.02)
        cost += COST_PER_STEP / SHIFT_STEP * (abs(dx) + abs(dy)) * min(1.0, SHIFT_LONG / max(size))
        cost[~usable] += COST_UNKNOWN
        cost_map[here] = cost
    return costs, empty


def _overlap(
    size: tuple[int, int], dx: int, dy: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Index pairs (shifted, original) of the part of a picture that stays inside when shifted."""
    w, h = size
    here = (slice(max(0, -dy), min(h, h - dy)), slice(max(0, -dx), min(w, w - dx)))
    there = (slice(max(0, dy), min(h, h + dy)), slice(max(0, dx), min(w, w + dx)))
    return there, here


def enlarge(picture: np.ndarray, size: tuple[int, int], box: Sequence[int], how: int) -> np.ndarray:
    """The part `box` (x, y, width, height) of a picture enlarged to `size` (width, height)."""
    x0, y0, bw, bh = box
    sx, sy = picture.shape[1] / size[0], picture.shape[0] / size[1]
    matrix = np.array([[sx, 0, (x0 + 0.5) * sx - 0.5], [0, sy, (y0 + 0.5) * sy - 0.5]])
    planes = [picture] if picture.ndim == 2 else cv2.split(picture)
    out = [
        cv2.warpAffine(
            plane,
            matrix,
            (bw, bh),
            flags=how | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for plane in planes
    ]
    return out[0] if picture.ndim == 2 else np.dstack(out)


def quick_disc(radius: int) -> np.ndarray:
    """A round structuring element; a square one where it is large, which is many times quicker."""
    shape = cv2.MORPH_ELLIPSE if radius <= ROUND_RADIUS else cv2.MORPH_RECT
    return cv2.getStructuringElement(shape, (2 * radius + 1,) * 2)


def grow(mask: Mask, radius: int) -> Mask:
    """A mask widened by radius pixels."""
    return cv2.dilate(mask.view(np.uint8), quick_disc(radius)) > 0


def shrink(mask: Mask, radius: int) -> Mask:
    """A mask without its rim of radius pixels; the picture's border is no rim."""
    return cv2.erode(mask.view(np.uint8), quick_disc(radius), borderValue=1) > 0


def blur(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian mean of a (h, w) or (h, w, c) float32 picture; wide ones on a reduced copy."""
    sigma = max(sigma, 0.6)
    reduce = int(sigma // BLUR_SIGMA)
    h, w = picture.shape[:2]
    if reduce < 2 or min(h, w) < 4 * reduce:
        return cv2.GaussianBlur(picture, (0, 0), sigma)
    small = cv2.resize(picture, (w // reduce, h // reduce), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / reduce)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)


def masked_blur(picture: np.ndarray, weight: np.ndarray, sigma: float) -> np.ndarray:
    """`blur` over what has weight only; weight: (h, w) float32."""
    total = np.maximum(blur(weight, sigma), 1e-3)
    if picture.ndim == 3:
        weight, total = weight[..., None], total[..., None]
    return blur(picture * weight, sigma) / total


@dataclass(frozen=True)
class Grain:
    """A photo's noise: standard deviations in 8-bit levels of the finest detail and of detail
    twice as coarse (compressed or enlarged photos have little of the first)."""

    fine: float
    coarse: float

    @classmethod
    def of(cls, picture: np.ndarray) -> "Grain":
        """The noise of a (h, w, 3) uint8 picture: that of its calmest places, for pores, leaves and
        cloth are no noise."""
        picture = _middle(picture)
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        h, w = grey.shape
        rows, columns = h // GRAIN_BLOCK, w // GRAIN_BLOCK
        if rows * columns < GRAIN_BLOCKS:
            return cls(0.0, 0.0)
        size = (columns, rows)
        fine, coarse = _details(grey[: rows * GRAIN_BLOCK, : columns * GRAIN_BLOCK])
        light = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        shown = (light > 30) & (light < 225)  # black and white clip their noise
        if np.count_nonzero(shown) < GRAIN_BLOCKS:
            return cls(0.0, 0.0)
        levels = []
        for detail in (fine, coarse):
            power = cv2.resize(detail * detail, size, interpolation=cv2.INTER_AREA)
            levels.append(min(float(np.sqrt(np.quantile(power[shown], 0.03))), GRAIN_LIMIT))
        return cls(*levels)

    def sheet(self, size: tuple[int, int], seed: int = 0) -> Scalars:
        """Grain around 0, 8-bit levels; the same size and seed give the same grain."""
        generator = np.random.default_rng(seed)
        h, w = size
        tile = generator.standard_normal((min(h, GRAIN_TILE), min(w, GRAIN_TILE)), np.float32)
        fine, coarse = _details(tile)
        fine *= self.fine / max(float(fine.std()), 1e-6)
        coarse *= self.coarse / max(float(coarse.std()), 1e-6)
        grain = fine + coarse
        return np.tile(grain, (-(-h // grain.shape[0]), -(-w // grain.shape[1])))[:h, :w]


def sharpness(picture: np.ndarray) -> float:
    """How much of a (h, w, 3) uint8 picture's structure is in its finest detail.

    About 0.4 for a picture enlarged four times, 0.9 and more for one that is sharp to the pixel.
    """
    grey = cv2.cvtColor(_middle(picture), cv2.COLOR_RGB2GRAY)
    fine, coarse = (np.quantile(np.abs(detail), 0.98) for detail in _details(grey))
    return float(fine / max(coarse, 1e-3)) if coarse > 1 else 1.0


def _middle(picture: np.ndarray) -> np.ndarray:
    """The middle of a large picture, which tells as much as the whole."""
    top, left = (max(0, (side - GRAIN_SIDE) // 2) for side in picture.shape[:2])
    return picture[top : top + GRAIN_SIDE, left : left + GRAIN_SIDE]


def _details(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The finest detail of a picture, and that twice as coarse, (h, w) float32 each."""
    grey = grey.astype(np.float32)
    once = cv2.GaussianBlur(grey, (0, 0), 1.0)
    return grey - once, once - cv2.GaussianBlur(grey, (0, 0), 2.0)
