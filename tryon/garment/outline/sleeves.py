"""Shape -> sleeves: where they leave the body, how they end; those that lie against it are parted.

Notable here:
- a sleeve is a lobe of the contour: the armpit is where the way round the lobe is longest, compared
  with the straight cut across its root (the short-cut rule of Singh, Seyranian and Hoffman, 1999).
- a sleeve that lies against the body shows only a notch between cuff and hem; from there the mask
  is slit along the strongest edge of the picture up to where armpits usually are.
"""

import cv2
import numpy as np

from tryon.garment.outline.shape import (
    LEFT_RIGHT,
    STEP,
    Shape,
    Side,
    half_width,
    reshaped,
    side_of,
    turning,
)

SEEN, FAINT = 0.95, 0.7  # confidence in a sleeve's root: a long lobe, a short one

# Where a sleeve leaves the body: a lobe of the outline between shoulder and armpit.
CHORD_LIMITS = (0.3, 1.9)  # of half the body's width: how wide a sleeve's root may be
ARMPIT_LOWEST = 0.68  # of the height: armpits lie above
LOBE_OUT = 0.15  # of half the body's width: how far beyond the armpit a sleeve reaches at least
LOBE_RATIO = 1.75  # way round against cut across: above it is a sleeve
CAP_RATIO, CAP_NOTCH = 1.3, 22.0  # a short lobe is a sleeve too if its notch turns so many degrees
ARMHOLE_LEAN = 0.06  # inward per downward: an armhole seam leans in towards the neck
BEND_REACH = 0.45  # of half the body's width: how far out the bend of a shoulder may lie
BEND_TURN = 18.0  # degrees: less is no bend

# Sleeves that lie against the body.
DEEPEST_ARMHOLE = 1.9  # of half the chest: a notch farther below the shoulder is no armpit
USUAL_ARMHOLE = 1.0  # of half the chest: where the armpit is put instead
MERGE_NOTCH = 28.0  # degrees: between the cuff of a sleeve that touches the body and the hem
STEEP = 50.0  # degrees below level: a shoulder ends where the outline goes down more steeply
ALIKE = 0.8  # symmetry from which one side may be guessed from the other
NEAR_FOOT = 12  # px: how far the outline may be from where the other side's seam starts
SLIT_REACH = 0.3  # of half the body's width: how far from the straight line the seam may run

# How a sleeve or leg ends.
LONG_LOBE = 1.3  # length over width: above it a lobe is long, its end narrow
CORNER_REACH = 0.13  # of a short lobe's outline: over how far its corners turn
INNER_TURN = 50.0  # degrees granted to the inner root: cap sleeves end right in the armpit


def part_sleeves(shape: Shape, grey: np.ndarray | None) -> tuple[Shape, set[bool]]:
    """The shape with sleeves that lie against the body slit apart from it, and the sides (right in
    the picture or not) where that was done."""
    opened = shape.opened.astype(np.uint8)
    sides = {right: side_of(shape, right) for right in LEFT_RIGHT}
    seams = {right: _touching_seam(side) for right, side in sides.items()}
    parted = set()
    for right, side in sides.items():
        ends, others = seams[right], seams[not right]
        if ends is None and others is not None and shape.symmetry > ALIKE:
            ends = _mirrored_seam(side, sides[not right], others)
        if ends is None:
            continue
        half = half_width(side)
        sign = 1.0 if right else -1.0
        foot, armpit = (np.array([shape.axis + sign * u, v]) for u, v in ends)
        slit_along_edge(opened, grey, foot, armpit, SLIT_REACH * half)
        parted.add(right)
    if not parted:
        return shape, parted
    return reshaped(shape, opened > 0), parted


def _touching_seam(side: Side) -> tuple[np.ndarray, np.ndarray] | None:
    """(foot, armpit) in the side frame of the seam between a sleeve and the body it touches."""
    half = half_width(side)
    foot = _merge_foot(side, half)
    if foot is None:
        return None
    shoulder = _shoulder_bend(side)
    chest = min(0.5 * (side.path[shoulder, 0] + side.path[foot, 0]), side.path[foot, 0])
    armpit = np.array([chest, side.path[shoulder, 1] + USUAL_ARMHOLE * chest])
    return None if armpit[1] > side.path[foot, 1] - 5 else (side.path[foot], armpit)


def _mirrored_seam(
    side: Side, other: Side, seam: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray] | None:
    """The other side's seam for a side without a visible sleeve, if it is as wide as the other."""
    if sleeve_root(side, half_width(side)) is not None:
        return None
    if side.path[:, 0].max() < 0.88 * other.path[:, 0].max():
        return None
    away = np.hypot(*(side.path - seam[0]).T)
    away[side.path[:, 1] < seam[1][1]] = np.inf
    nearest = int(away.argmin())
    return (side.path[nearest], seam[1]) if away[nearest] < NEAR_FOOT else None


def _merge_foot(side: Side, half: float) -> int | None:
    """Path index where the boundary between a touching sleeve and the body starts from below,
    None where there is no such sleeve."""
    path = side.path
    root = sleeve_root(side, half)
    if root is not None:
        shoulder, armpit, _ = root
        too_deep = path[armpit, 1] - path[shoulder, 1] > DEEPEST_ARMHOLE * path[armpit, 0]
        return armpit if too_deep else None
    span = side.bottom - side.top
    far = np.maximum.accumulate(path[:, 0])
    candidates = (
        (path[:, 1] > side.top + 0.4 * span)
        & (path[:, 0] > 0.5 * half)
        & (far > path[:, 0] + LOBE_OUT * half)
        & (np.arange(len(path)) > np.argmax(path[:, 0]))
    )
    turn = np.where(candidates, side.turn, 0)
    foot = int(turn.argmin())
    return foot if turn[foot] < -MERGE_NOTCH else None


def _shoulder_bend(side: Side) -> int:
    """Path index where the outline turns from the shoulder's slope down the sleeve."""
    ahead = side.path[8:] - side.path[:-8]
    steep = np.degrees(np.arctan2(ahead[:, 1], ahead[:, 0])) > STEEP
    crest = int(side.path[: len(side.path) // 3, 1].argmin())
    run = np.convolve(steep[crest:], np.ones(15) / 15, "valid") > 0.8
    return crest + (int(run.argmax()) + 4 if run.any() else len(side.path) // 6)


def slit_along_edge(
    opened: np.ndarray, grey: np.ndarray | None, foot: np.ndarray, end: np.ndarray, reach: float
) -> None:
    """Cut a mask ((h, w) uint8, changed) open from a notch of its outline (foot) to near end,
    along the strongest edge of the picture, at most `reach` px from the straight line."""
    seam = _follow_edge(grey, foot, end, reach)
    start = seam[0] + 4 * (seam[0] - seam[1]) / max(np.hypot(*(seam[0] - seam[1])), 1e-6)
    line = np.round(np.vstack([start, seam])).astype(np.int32)
    cv2.polylines(opened, [line[:, None]], False, 0, 2)


def _follow_edge(
    grey: np.ndarray | None, start: np.ndarray, end: np.ndarray, reach: float
) -> np.ndarray:
    """(n, 2) a line from start to near end along the strongest edge, at most `reach` px from the
    straight line (dynamic programming over a strip of the picture around it)."""
    length = float(np.hypot(*(end - start)))
    count, wide = max(3, int(length)), max(2, int(reach))
    along = (end - start) / max(length, 1e-6)
    across = np.array([-along[1], along[0]])
    steps = np.linspace(0, length, count)
    if grey is None:
        return start + steps[:: max(1, count // 8), None] * along
    offsets = np.arange(-wide, wide + 1)
    grid = (start + steps[:, None, None] * along + offsets[None, :, None] * across).astype(
        np.float32
    )
    strip = cv2.remap(
        grey.astype(np.float32), grid, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    edge = np.abs(cv2.Sobel(cv2.GaussianBlur(strip, (3, 9), 0), cv2.CV_32F, 1, 0))
    edge = np.clip(edge / (np.percentile(edge, 92) + 1e-3), 0, 1)
    cost = 1 - edge + 0.5 * (offsets / wide) ** 2
    total, back = cost.copy(), np.zeros(cost.shape, np.int64)
    total[0] = cost[0] + 3.0 * np.abs(offsets) / wide
    for row in range(1, count):
        left = np.concatenate([[np.inf], total[row - 1, :-1]]) + 0.2
        right = np.concatenate([total[row - 1, 1:], [np.inf]]) + 0.2
        choices = np.stack([left, total[row - 1], right])
        best = choices.argmin(axis=0)
        total[row] += choices[best, np.arange(len(offsets))]
        back[row] = best - 1
    column = int(total[-1].argmin())
    columns = [column]
    for row in range(count - 1, 0, -1):
        column += back[row, column]
        columns.append(column)
    path = grid[np.arange(count), np.array(columns[::-1])].astype(np.float64)
    return np.vstack([start, path[3::4]])


def sleeve_root(side: Side, half: float) -> tuple[int, int, float] | None:
    """Path indices of shoulder and armpit and a confidence, None for a sleeveless side."""
    path = side.path
    span = side.bottom - side.top
    low = side.top + ARMPIT_LOWEST * span
    armpits = np.nonzero((path[:, 1] < low) & (path[:, 0] > 0.35 * half))[0]
    if len(armpits) < 4:
        return None
    index_i, index_j = np.meshgrid(armpits, armpits, indexing="ij")
    keep = (index_j - index_i > 6) & (path[index_j, 1] > path[index_i, 1])
    i, j = index_i[keep], index_j[keep]
    chord = np.hypot(*(path[j] - path[i]).T)
    keep = (chord > CHORD_LIMITS[0] * half) & (chord < CHORD_LIMITS[1] * half)
    i, j, chord = i[keep], j[keep], chord[keep]
    if len(i) == 0:
        return None
    keep = np.ones(len(i), bool)
    for part in (0.2, 0.5, 0.8):
        between = path[i] + part * (path[j] - path[i])
        keep &= side.inside(between[:, 0], between[:, 1])
    i, j, chord = i[keep], j[keep], chord[keep]
    # how far outward the outline goes from here on: a strap's does not pass its own lower end
    far = np.maximum.accumulate(path[::-1, 0])[::-1]
    keep = far[i] > path[j, 0] + LOBE_OUT * half
    i, j, chord = i[keep], j[keep], chord[keep]
    if len(i) == 0:
        return None
    ratio = (j - i) * STEP / chord
    notch = np.clip(-side.turn[j], 0, 60) / 60
    best = int((np.log(ratio) + 0.6 * notch).argmax())
    armpit = sharpest_notch(side, int(j[best]), 6)
    if ratio[best] < CAP_RATIO or (ratio[best] < LOBE_RATIO and -side.turn[armpit] < CAP_NOTCH):
        return None
    shoulder = _above_armpit(side, armpit, half)
    if shoulder is None or shoulder >= armpit - 6:
        return None
    return shoulder, armpit, SEEN if ratio[best] > LOBE_RATIO else FAINT


def sharpest_notch(side: Side, index: int, reach: int) -> int:
    """Path index, at most `reach` points from the one given, where the outline turns in most."""
    start = max(0, index - reach)
    return start + int(side.turn[start : index + reach + 1].argmin())


def _above_armpit(side: Side, armpit: int, half: float) -> int | None:
    """Path index of the shoulder: where a line up from the armpit leaves the garment."""
    u, v = side.path[armpit]
    steps = np.arange(3, int(v - side.top) + 4)
    us, vs = u - ARMHOLE_LEAN * steps, v - steps
    inside = side.inside(us, vs)
    if not inside[:3].any():
        return None
    leaves = int(np.argmin(inside[2:])) + 2 if not inside[2:].all() else len(steps) - 1
    target = np.array([us[leaves], vs[leaves]])
    shoulder = int(np.hypot(*(side.path[:armpit] - target).T).argmin())
    # A hanging sleeve bends where the shoulder ends: the seam lies half way from there to the line.
    end = min(armpit, shoulder + int(BEND_REACH * half / STEP))
    bend = shoulder + int(side.turn[shoulder : end + 1].argmax())
    if side.turn[bend] > BEND_TURN:
        shoulder = (shoulder + bend) // 2
    return shoulder


def lobe_end(lobe: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outer and inner corner of the end of a lobe and the middle of it half way along.

    lobe: (n, 2) path from its outer root (shoulder, hip) round its end to its inner root.
    """
    width = np.hypot(*(lobe[-1] - lobe[0]))
    if (len(lobe) * STEP - width) / 2 > LONG_LOBE * width:
        outer, inner = _long_end(lobe)
    else:
        outer, inner = _short_end(lobe)
    middle = (lobe[outer // 2] + lobe[(inner + len(lobe) - 1) // 2]) / 2
    return lobe[outer], lobe[inner], middle


def _long_end(lobe: np.ndarray) -> tuple[int, int]:
    """Indices of the end's corners: the largest quadrangle in the outer part of the lobe, where
    even a bent sleeve is straight."""
    tip = len(lobe) // 2
    start = int(0.62 * tip)
    end = tip + int(np.hypot(*(lobe[tip:] - lobe[start]).T).argmin())
    if end - start <= 8:
        return _largest_quadrangle(lobe, 0, len(lobe) - 1)
    return _largest_quadrangle(lobe, start, end)


def _short_end(lobe: np.ndarray) -> tuple[int, int]:
    """Indices of the end's corners: the two sharpest corners, the inner one maybe the armpit."""
    count = len(lobe)
    reach = max(2, round(CORNER_REACH * count))
    turn = np.clip(turning(lobe, reach), 0, None)
    turn[:reach] *= np.linspace(0, 1, reach)
    turn[-1] = INNER_TURN
    i, j = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    value = turn[i] + turn[j]
    value[(j - i < max(3, 0.16 * count)) | (i < 0.25 * count)] = -1
    best = np.unravel_index(int(value.argmax()), value.shape)
    return int(best[0]), int(best[1])


def _largest_quadrangle(path: np.ndarray, start: int, end: int) -> tuple[int, int]:
    """Indices i < j that make the quadrangle (start, i, j, end) of a path largest."""
    indices = np.arange(start, end + 1)
    if len(indices) > 160:
        indices = indices[:: len(indices) // 120 + 1]
    points = path[indices]
    p, q = path[start], path[end]
    i, j = np.meshgrid(np.arange(len(indices)), np.arange(len(indices)), indexing="ij")
    diagonal_a = points[j] - p  # start -> j
    diagonal_b = q - points[i]  # i -> end
    area = 0.5 * (diagonal_a[..., 0] * diagonal_b[..., 1] - diagonal_a[..., 1] * diagonal_b[..., 0])
    area[i >= j] = -np.inf
    best = np.unravel_index(int(area.argmax()), area.shape)
    return int(indices[best[0]]), int(indices[best[1]])
