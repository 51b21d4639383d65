"""Filling holes in a picture: smooth continuation, copied texture, and the photo's own grain.

Notable here:
- `spread` carries colours from where they are known into a hole through an image pyramid
  (pull-push: Gortler et al., The Lumigraph, 1996): a few milliseconds, whatever the hole's size.
- `continue_texture` fills a hole with pixels copied from elsewhere in the same photo, each patch
  by one shift (shift maps: Pritch et al., 2009; He and Sun, Statistics of patch offsets, 2012),
  so grass stays grass and a studio wall keeps its grain; the copy is then brought to the colours
  around the hole by a membrane of the difference (Pérez et al., Poisson image editing, 2003).
"""

from dataclasses import dataclass

import cv2
import numpy as np

# Weight below which a pyramid level is filled from the coarser one, as a fraction of full.
KNOWN_ENOUGH = 0.02

# Shifts are judged on a copy of at most this many pixels on its longer side; the few that win
# most of the hole there are judged again on a finer one.
SHIFT_LONG = 112
FINE_LONG = 224
SHIFT_STEP = 5  # pixels of the coarse copy between the shifts tried
SHIFT_REACH = (10, 5)  # steps to each side, x and y
SHIFT_WINDOW = 9  # pixels of the coarse copy over which two places are compared
SHIFTS_KEPT = 8
# Costs are squared differences of 8-bit colours; a far copy must be better than a near one.
COST_PER_STEP = 12.0
COST_UNKNOWN = 1e5  # copying what is not known
COST_BLIND = 400.0  # no evidence at all that the two places look alike


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


def continue_texture(
    picture: np.ndarray, known: np.ndarray, hole: np.ndarray, small: float = 1.0
) -> np.ndarray:
    """Fill a hole with texture from the known part of the same picture.

    picture: (h, w, 3) uint8. known: (h, w) bool, what may be copied. hole: (h, w) bool.
    small: scale at which shifts and smooth parts are worked out, 0..1.
    Returns (h, w, 3) float32: filled inside the hole, undefined elsewhere. Where nothing is known
    it is grey.
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
    share = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    sure = (share > 0.99).astype(np.float32)
    if not sure.any():
        sure = share
    smooth = spread(tiny, sure)
    box = cv2.boundingRect(hole.view(np.uint8))
    x0, y0, bw, bh = box
    inside = (slice(y0, y0 + bh), slice(x0, x0 + bw))
    plain = enlarge(smooth, (w, h), box, cv2.INTER_LINEAR)

    empty = cv2.resize(hole.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    empty = cv2.dilate(empty, disc(3)) > 0
    shifts, good = choose_shifts(tiny, sure > 0.5, empty)
    copied = shifted(tiny, shifts)
    # What the copy is off by, where both it and the truth are known, is carried over the hole.
    off = spread(smooth - copied, np.where(good, sure, 0).astype(np.float32))

    far = np.round(enlarge(shifts, (w, h), box, cv2.INTER_NEAREST) / np.float32(small))
    texture = shifted(picture, far, (x0, y0)).astype(np.float32)
    texture += enlarge(off, (w, h), box, cv2.INTER_LINEAR)
    trust = enlarge(good.astype(np.float32), (w, h), box, cv2.INTER_LINEAR)
    trust *= shifted(known.view(np.uint8), far, (x0, y0))
    filled[inside] = plain + trust[..., None] * (texture - plain)
    return filled


def shifted(
    picture: np.ndarray, shifts: np.ndarray, corner: tuple[int, int] = (0, 0)
) -> np.ndarray:
    """The pixel `shifts` (h, w, 2; whole pixels x, y) away from each one; edges are repeated.

    corner: where the shifts' own top left pixel lies in the picture.
    """
    h, w = shifts.shape[:2]
    columns = np.arange(corner[0], corner[0] + w, dtype=np.float32)
    rows = np.arange(corner[1], corner[1] + h, dtype=np.float32)
    return cv2.remap(
        picture,
        shifts[..., 0] + columns[None, :],
        shifts[..., 1] + rows[:, None],
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REPLICATE,
    )


def choose_shifts(
    picture: np.ndarray, known: np.ndarray, hole: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each pixel the shift to a place that looks like its surroundings.

    picture: (h, w, 3) float32. known, hole: (h, w) bool.
    Returns shifts (h, w, 2) float32, whole pixels x, y, and good (h, w) bool: a known place was
    found. Outside the hole the choice continues the nearest one.
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
    good = np.take_along_axis(costs, label[None], 0)[0] < COST_UNKNOWN
    shifts = np.round(kept[label] / fine).astype(np.float32)
    return (
        cv2.resize(shifts, (w, h), interpolation=cv2.INTER_NEAREST),
        cv2.resize(good.astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0,
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
        cost = cv2.boxFilter(squared, -1, (window, window))
        cost = (cost + 0.02 * COST_BLIND) / (mass + 0.02)
        cost += COST_PER_STEP / SHIFT_STEP * (abs(dx) + abs(dy)) * min(1.0, SHIFT_LONG / max(size))
        cost[~usable] += COST_UNKNOWN
        cost_map[here] = cost
    return costs, empty


def _overlap(size: tuple[int, int], dx: int, dy: int):
    """Index pairs (shifted, original) of the part of a picture that stays inside when shifted."""
    w, h = size
    here = (slice(max(0, -dy), min(h, h - dy)), slice(max(0, -dx), min(w, w - dx)))
    there = (slice(max(0, dy), min(h, h + dy)), slice(max(0, dx), min(w, w + dx)))
    return there, here


def enlarge(
    picture: np.ndarray, size: tuple[int, int], box: tuple[int, int, int, int], how: int
) -> np.ndarray:
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


def disc(radius: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)


def blur(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian mean of a (h, w) float32 picture; wide ones are made on a reduced copy."""
    sigma = max(sigma, 0.6)
    reduce = int(sigma // BLUR_SIGMA)
    h, w = picture.shape
    if reduce < 2 or min(h, w) < 4 * reduce:
        return cv2.GaussianBlur(picture, (0, 0), sigma)
    small = cv2.resize(picture, (w // reduce, h // reduce), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / reduce)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)


BLUR_SIGMA = 2.5  # pixels; a wider Gaussian is reduced to about this width


def masked_blur(picture: np.ndarray, weight: np.ndarray, sigma: float) -> np.ndarray:
    """`blur` over what has weight only."""
    return blur(picture * weight, sigma) / np.maximum(blur(weight, sigma), 1e-3)


@dataclass(frozen=True)
class Grain:
    """A photo's noise: standard deviations in 8-bit levels of the finest detail and of detail
    twice as coarse (compressed or enlarged photos have little of the first)."""

    fine: float
    coarse: float

    @classmethod
    def of(cls, picture: np.ndarray, smooth: np.ndarray) -> "Grain":
        """Measure it. picture: (h, w, 3) uint8. smooth: (h, w) bool, where nothing but skin or wall
        is seen. Where that is too little: no grain."""
        if np.count_nonzero(smooth) < GRAIN_PIXELS:
            return cls(0.0, 0.0)
        x, y, w, h = cv2.boundingRect(smooth.view(np.uint8))
        inside = (slice(y, y + h), slice(x, x + w))
        smooth = smooth[inside]
        grey = cv2.cvtColor(picture[inside], cv2.COLOR_RGB2GRAY).astype(np.float32)
        blurred = cv2.GaussianBlur(grey, (0, 0), 1.0)
        coarse = blurred - cv2.GaussianBlur(grey, (0, 0), 2.0)
        # Pores, hairs and edges are no grain: its level is that of the calmest places.
        weight = smooth.astype(np.float32)
        full = cv2.boxFilter(weight, -1, (GRAIN_BLOCK, GRAIN_BLOCK)) > 0.95
        if not full.any():
            return cls(0.0, 0.0)
        deviations = []
        for detail in (grey - blurred, coarse):
            power = cv2.boxFilter(detail * detail, -1, (GRAIN_BLOCK, GRAIN_BLOCK))
            deviations.append(float(np.sqrt(np.quantile(power[full], 0.2))))
        return cls(*(min(deviation, GRAIN_LIMIT) for deviation in deviations))

    def sheet(self, size: tuple[int, int], seed: int = 0) -> np.ndarray:
        """(h, w) float32 of grain around 0; the same size and seed give the same grain."""
        generator = np.random.default_rng(seed)
        h, w = size
        tile = generator.standard_normal((min(h, GRAIN_TILE), min(w, GRAIN_TILE)), np.float32)
        blurred = cv2.GaussianBlur(tile, (0, 0), 1.0)
        fine = tile - blurred
        coarse = blurred - cv2.GaussianBlur(tile, (0, 0), 2.0)
        fine *= self.fine / max(float(fine.std()), 1e-6)
        coarse *= self.coarse / max(float(coarse.std()), 1e-6)
        grain = fine + coarse
        return np.tile(grain, (-(-h // grain.shape[0]), -(-w // grain.shape[1])))[:h, :w]


GRAIN_PIXELS = 400
GRAIN_BLOCK = 9
GRAIN_LIMIT = 4.0  # levels; more than that is texture, not grain
GRAIN_TILE = 512  # pixels
