"""The outline of a garment: upright axis, kind, landmarks and limbs, all from its mask.

Notable here:
- everything is geometry on a small upright copy of the mask (`WORK` px): the axis of mirror
  symmetry says which way is up, then each side of the contour is read from the neck (or waist)
  down to the hem in its own frame, u = away from the axis, v = down. Both sides run through the
  same code, so a mirrored garment gives mirrored landmarks.
- a sleeve is a lobe of the contour: the armpit is where the way round the lobe is longest against
  the straight cut across its root (the short-cut rule of Singh, Seyranian and Hoffman, 1999).
- a sleeve that touches the body leaves a hole in the mask; it is slit open before the contour is
  followed, so that the armpit is seen. What the mask cannot show gets a proportion of the
  garment instead and a low confidence.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from tryon.types import Kind, Limb, Outline

WORK = 256  # px, longer side of the garment in the working frame
MARGIN = 24  # px of background around it there
STEP = 1.5  # px between contour points
SURE, LIKELY, GUESSED = 0.95, 0.7, 0.35  # confidence: seen, seen but faint, from proportions


@dataclass(frozen=True, eq=False)
class Shape:
    """A garment's mask in the working frame: upright, small, its axis vertical.

    mask: (h, w) bool. opened: the same, holes slit open to the outside. axis: x of the axis of symmetry. symmetry: 0..1, overlap with its mirror
    image. matrix: (2, 3) float64, garment frame -> working frame. angle: degrees the garment was
    turned by (positive = clockwise in the picture).
    contour: (n, 2) float64, x, y, clockwise in the picture from the top end of the axis.
    bottom: index of the contour point at the bottom end of the axis.
    """

    mask: np.ndarray
    opened: np.ndarray
    axis: float
    symmetry: float
    matrix: np.ndarray
    angle: float
    contour: np.ndarray
    bottom: int

    def to_garment(self, points: np.ndarray) -> np.ndarray:
        """(n, 2) points of the working frame -> garment frame."""
        inverse = cv2.invertAffineTransform(self.matrix)
        return points @ inverse[:, :2].T + inverse[:, 2]

    def side(self, right: bool) -> np.ndarray:
        """(n, 2) the contour of one side of the picture, u outward from the axis, v down,
        from the top end of the axis to its bottom end."""
        if right:
            path, sign = self.contour[: self.bottom + 1], 1.0
        else:
            path, sign = np.vstack([self.contour[self.bottom :], self.contour[:1]])[::-1], -1.0
        return np.column_stack([sign * (path[:, 0] - self.axis), path[:, 1]])


def shape_of(mask: np.ndarray) -> Shape:
    """The upright working copy of a mask ((H, W) bool, not empty) in the garment frame."""
    x0, y0, width, height = cv2.boundingRect(mask.astype(np.uint8))
    scale = WORK / max(width, height)
    crop = mask[y0 : y0 + height, x0 : x0 + width].astype(np.uint8) * 255
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(crop, size, interpolation=method)
    to_small = np.array(
        [[scale, 0, -x0 * scale + (scale - 1) / 2], [0, scale, -y0 * scale + (scale - 1) / 2]]
    )
    angle = _upright_angle(small)
    turned, turn = _turn(small, angle, MARGIN)
    matrix = np.vstack([turn, [0, 0, 1]]) @ np.vstack([to_small, [0, 0, 1]])
    body = _main_piece(turned >= 128)
    symmetry, axis = _mirror_overlap(body.astype(np.float32))
    opened = _open_holes(body, axis)
    contour = _contour(opened)
    top = _axis_end(contour, axis, upper=True)
    contour = np.roll(contour, -top, axis=0)
    bottom = _axis_end(contour, axis, upper=False)
    return Shape(body, opened, axis, symmetry, matrix[:2], angle, contour, bottom)


ANGLE_LIMIT, ANGLE_COARSE, ANGLE_FINE = 36, 4, 1  # degrees
ANGLE_SIZE = 96  # px: the search for the axis runs on a copy this large
ANGLE_PRIOR = 0.012  # overlap given up for every 10 degrees squared: upright pictures are common


def _upright_angle(small: np.ndarray) -> float:
    """Degrees to turn a mask ((h, w) uint8) counter-clockwise so that it is most symmetric."""
    tiny = cv2.resize(small, None, fx=ANGLE_SIZE / WORK, fy=ANGLE_SIZE / WORK)

    def score(angle: float) -> float:
        turned, _ = _turn(tiny, angle, 2)
        return _mirror_overlap(turned / 255.0)[0] - ANGLE_PRIOR * (angle / 10) ** 2

    coarse = range(-ANGLE_LIMIT, ANGLE_LIMIT + 1, ANGLE_COARSE)
    best = max(coarse, key=score)
    fine = np.arange(best - ANGLE_COARSE + 1, best + ANGLE_COARSE, ANGLE_FINE)
    return float(max(fine, key=score))


def _turn(mask: np.ndarray, angle: float, margin: int) -> tuple[np.ndarray, np.ndarray]:
    """A mask turned counter-clockwise into a frame that holds all of it, and the (2, 3) map."""
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    new_width = int(np.ceil(width * cos + height * sin)) + 2 * margin
    new_height = int(np.ceil(width * sin + height * cos)) + 2 * margin
    matrix[:, 2] += [(new_width - width) / 2, (new_height - height) / 2]
    return cv2.warpAffine(mask, matrix, (new_width, new_height)), matrix


def _mirror_overlap(mask: np.ndarray) -> tuple[float, float]:
    """Best intersection over union of a mask with its mirror image, and the x of that axis."""
    height, width = mask.shape
    size = 2 * width
    rows = np.fft.rfft(mask, size, axis=1)
    overlap = np.fft.irfft((rows * rows).sum(axis=0), size)  # at x + x' = k
    best = int(overlap[: 2 * width - 1].argmax())
    inside = float(overlap[best])
    return inside / max(2 * float(mask.sum()) - inside, 1e-6), best / 2


def _main_piece(mask: np.ndarray) -> np.ndarray:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 2:
        return mask
    return labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())


HOLE_AREA = 0.0015  # of the garment's area: smaller holes are closed, larger ones slit open
SLIT_SLOPES = np.tan(np.radians([0, -10, 10, -20, 20, -30, 30]))


def _open_holes(mask: np.ndarray, axis: float) -> np.ndarray:
    """The mask with small holes closed, and large ones slit open downwards to the background.

    Between a sleeve and the body, or between two legs, the background shows as a hole when the
    cuff touches the body or the hems touch; the slit brings it to the outer contour.
    """
    mask = mask.copy()
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (~mask).astype(np.uint8), connectivity=4
    )
    area = int(mask.sum())
    outside = labels[0, 0]
    for hole in range(1, count):
        if hole == outside:
            continue
        pixels = labels == hole
        if stats[hole, cv2.CC_STAT_AREA] < HOLE_AREA * area:
            mask[pixels] = True
            continue
        slit = _slit(labels == outside, pixels)
        if slit is None:
            mask[pixels] = True
        else:
            canvas = mask.astype(np.uint8)
            cv2.line(canvas, slit[0], slit[1], 0, 2)
            mask = canvas.astype(bool)
    return _main_piece(mask)


def _slit(outside: np.ndarray, hole: np.ndarray) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Two ends (x, y) of the shortest way down from a hole to the outside, None if it is far."""
    rows, columns = np.nonzero(hole)
    lowest = rows.max()
    limit = max(2.5 * (lowest - rows.min()), 20)
    x = int(np.median(columns[rows >= lowest - 2]))
    best = None
    for slope in SLIT_SLOPES:
        down = np.arange(1, outside.shape[0] - lowest)
        across = np.round(x + slope * down).astype(int)
        inside = (across >= 0) & (across < outside.shape[1])
        hits = np.nonzero(outside[lowest + down[inside], across[inside]])[0]
        if len(hits) and (best is None or hits[0] < best[0]):
            best = (hits[0], (int(across[hits[0]]), int(lowest + down[hits[0]])))
    if best is None or best[0] > limit:
        return None
    return (x, int(lowest)), best[1]


def _contour(mask: np.ndarray) -> np.ndarray:
    """(n, 2) the outer contour, clockwise in the picture, every `STEP` px, lightly smoothed."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(contours, key=len)[:, 0].astype(np.float64)
    if cv2.contourArea(points.astype(np.float32), oriented=True) < 0:
        points = points[::-1]
    closed = np.vstack([points, points[:1]])
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    count = max(16, int(length[-1] / STEP))
    at = np.linspace(0, length[-1], count, endpoint=False)
    even = np.column_stack([np.interp(at, length, closed[:, i]) for i in range(2)])
    return _smooth(even, 1.5)


def _smooth(points: np.ndarray, sigma: float) -> np.ndarray:
    """A closed curve ((n, 2), evenly spaced) smoothed by a Gaussian of sigma points."""
    reach = int(3 * sigma) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    padded = np.vstack([points[-reach:], points, points[:reach]])
    return np.column_stack([np.convolve(padded[:, i], kernel, "valid") for i in range(2)])


def _axis_end(contour: np.ndarray, axis: float, upper: bool) -> int:
    """Index of the highest (or lowest) contour point on the axis."""
    near = np.nonzero(np.abs(contour[:, 0] - axis) <= 1.5 * STEP)[0]
    if len(near) == 0:
        near = np.arange(len(contour))
    rows = contour[near, 1]
    return int(near[rows.argmin() if upper else rows.argmax()])


# --- landmarks -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a garment in its own frame: u outward from the axis, v down, working px.

    path: (n, 2) contour from the top end of the axis to its bottom end, every `STEP` px.
    edge: (h,) for each row v, how far the garment reaches outward from the axis without a gap.
    mask: (h, w) bool with u = column. turn: (n,) degrees the path turns, negative in a notch.
    """

    path: np.ndarray
    edge: np.ndarray
    mask: np.ndarray
    turn: np.ndarray

    @property
    def top(self) -> float:
        return float(self.path[:, 1].min())

    @property
    def bottom(self) -> float:
        return float(self.path[:, 1].max())

    def inside(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """True where points of the side frame lie on the garment."""
        column = np.clip(np.round(u).astype(int), 0, self.mask.shape[1] - 1)
        row = np.clip(np.round(v).astype(int), 0, self.mask.shape[0] - 1)
        return self.mask[row, column]


TURN_REACH = 6  # points to either side when the turning of the contour is measured


def _side(shape: Shape, right: bool) -> Side:
    path = shape.side(right)
    height, width = shape.mask.shape
    columns = np.arange(width)
    source = np.round(shape.axis + (columns if right else -columns)).astype(int)
    valid = (source >= 0) & (source < width)
    mask = np.zeros_like(shape.mask)
    mask[:, valid] = shape.opened[:, source[valid]]
    run = mask.copy()
    run[:, 0] |= run[:, :3].any(axis=1)
    edge = np.where(run[:, 0], np.argmin(np.column_stack([run, np.zeros(height, bool)]), 1), 0)
    return Side(path, edge.astype(np.float64), mask, _turning(path, TURN_REACH))


def _turning(path: np.ndarray, reach: int) -> np.ndarray:
    padded = np.vstack([path[:1].repeat(reach, 0), path, path[-1:].repeat(reach, 0)])
    before = path - padded[: -2 * reach]
    after = padded[2 * reach :] - path
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    dot = (before * after).sum(axis=1)
    return np.degrees(np.arctan2(cross, dot))


LEFT_RIGHT = {True: "LEFT", False: "RIGHT"}  # picture right is the wearer's left


def upper_landmarks(shape: Shape, grey: np.ndarray | None = None) -> tuple[Shape, np.ndarray]:
    """The shape with its sleeves parted, and (23, 3) landmarks of a top or a dress in the garment
    frame.

    grey: (h, w) uint8, the picture in the working frame: shows where a sleeve that lies against
    the body ends and the body begins.
    """
    shape, guessed = _part_sleeves(shape, grey)
    points: dict[str, tuple[float, float, float]] = {}
    for right, name in LEFT_RIGHT.items():
        side = _side(shape, right)
        sign = 1.0 if right else -1.0
        for key, (u, v, confidence) in _upper_side(side).items():
            if right in guessed and key == "ARMPIT":
                confidence = min(confidence, GUESSED)
            points[f"{key}_{name}"] = (shape.axis + sign * u, v, confidence)
    top, bottom = shape.contour[0], shape.contour[shape.bottom]
    points["COLLAR_CENTRE"] = (*top, LIKELY)
    points["HEM_CENTRE"] = (*bottom, SURE)
    return shape, _collect(shape, points)


def _collect(shape: Shape, points: dict[str, tuple[float, float, float]]) -> np.ndarray:
    landmarks = np.zeros((len(Outline), 3), np.float32)
    for key, (x, y, confidence) in points.items():
        landmarks[Outline[key], :2] = shape.to_garment(np.array([[x, y]]))[0]
        landmarks[Outline[key], 2] = confidence
    return landmarks


DEEPEST_ARMHOLE = 1.9  # of half the chest: a notch farther below the shoulder is no armpit
USUAL_ARMHOLE = 1.0  # of half the chest: where the armpit is put instead
MERGE_NOTCH = 28.0  # degrees: between the cuff of a sleeve that touches the body and the hem
STEEP = 50.0  # degrees below level: a shoulder ends where the outline goes down more steeply


def _part_sleeves(shape: Shape, grey: np.ndarray | None) -> tuple[Shape, set[bool]]:
    """The shape with sleeves that lie against the body slit apart from it, and the sides (right in
    the picture or not) where that was done."""
    opened = shape.opened.astype(np.uint8)
    sides = {right: _side(shape, right) for right in LEFT_RIGHT}
    seams = {right: _touching_seam(side) for right, side in sides.items()}
    parted = set()
    for right, side in sides.items():
        ends = seams[right]
        if ends is None and seams[not right] is not None and shape.symmetry > ALIKE:
            ends = _mirrored_seam(side, sides[not right], seams[not right])
        if ends is None:
            continue
        half = _half_width(side)
        sign = 1.0 if right else -1.0
        foot, armpit = (np.array([shape.axis + sign * u, v]) for u, v in ends)
        seam = _follow_edge(grey, foot, armpit, 0.3 * half)
        start = seam[0] + 4 * (seam[0] - seam[1]) / max(np.hypot(*(seam[0] - seam[1])), 1e-6)
        line = np.round(np.vstack([start, seam])).astype(np.int32)
        cv2.polylines(opened, [line[:, None]], False, 0, 2)
        parted.add(right)
    if not parted:
        return shape, parted
    opened = _main_piece(opened > 0)
    contour = _contour(opened)
    contour = np.roll(contour, -_axis_end(contour, shape.axis, upper=True), axis=0)
    bottom = _axis_end(contour, shape.axis, upper=False)
    return replace(shape, opened=opened, contour=contour, bottom=bottom), parted


ALIKE = 0.8  # symmetry from which one side may be guessed from the other
NEAR_FOOT = 12  # px: how far the outline may be from where the other side's seam starts


def _touching_seam(side: Side) -> tuple[np.ndarray, np.ndarray] | None:
    """(foot, armpit) in the side frame of the seam between a sleeve and the body it touches."""
    half = _half_width(side)
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
    if _sleeve_root(side, _half_width(side)) is not None:
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
    root = _sleeve_root(side, half)
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


def _half_width(side: Side) -> float:
    """Half the body's usual width between chest and hem."""
    span = side.bottom - side.top
    rows = slice(int(side.top + 0.45 * span), int(side.top + 0.9 * span))
    return max(float(np.median(side.edge[rows])), 0.1 * span)


def _upper_side(side: Side) -> dict[str, tuple[float, float, float]]:
    """Landmarks of one side of a top or dress, in the side frame with confidences."""
    half = _half_width(side)
    found: dict[str, tuple[float, float, float]] = {}
    root = _sleeve_root(side, half)
    if root is not None:
        shoulder, armpit, sure = root
        cuffs = _lobe_end(side.path[shoulder : armpit + 1])
        outer, inner, middle = cuffs
        collar, collar_sure = _collar(side, shoulder)
        found["CUFF_OUTER"] = (*outer, sure)
        found["CUFF_INNER"] = (*inner, sure)
        found["ELBOW"] = (*middle, sure)
        found["ARMPIT"] = (*side.path[armpit], sure)
        found["SHOULDER"] = (*side.path[shoulder], sure)
    else:
        shoulder, armpit, sure = _armhole(side, half)
        collar, collar_sure = _collar(side, shoulder)
        found["SHOULDER"] = (*side.path[shoulder], SURE)
        found["ARMPIT"] = (*side.path[armpit], sure)
        # without a sleeve the cuff is the armhole itself
        found["CUFF_OUTER"] = (*side.path[shoulder], sure)
        found["CUFF_INNER"] = (*side.path[armpit], sure)
    found["COLLAR"] = (*side.path[collar], collar_sure)
    hem = armpit + _corner(side.path[armpit:], np.array([0.75, 1.0]))
    found["HEM"] = (*side.path[hem], SURE)
    found["WAIST"] = _waist(side, side.path[armpit], side.path[hem])
    return found


CHORD_LIMITS = (0.3, 1.9)  # of half the body's width: how wide a sleeve's root may be
ARMPIT_LOWEST = 0.68  # of the height: armpits lie above
LOBE_OUT = 0.15  # of half the body's width: how far beyond the armpit a sleeve reaches at least
LOBE_RATIO = 1.75  # way round against cut across: above it is a sleeve
CAP_RATIO, CAP_NOTCH = 1.3, 22.0  # a short lobe counts as a sleeve where the notch turns this far


def _sleeve_root(side: Side, half: float) -> tuple[int, int, float] | None:
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
    # the farthest reach outward between the two: a strap's loose end reaches no farther
    far = np.maximum.accumulate(path[::-1, 0])[::-1]
    keep = far[i] > path[j, 0] + LOBE_OUT * half
    i, j, chord = i[keep], j[keep], chord[keep]
    if len(i) == 0:
        return None
    ratio = (j - i) * STEP / chord
    notch = np.clip(-side.turn[j], 0, 60) / 60
    best = int((np.log(ratio) + 0.6 * notch).argmax())
    armpit = _sharpest_notch(side, int(j[best]), 6)
    if ratio[best] < CAP_RATIO or (ratio[best] < LOBE_RATIO and -side.turn[armpit] < CAP_NOTCH):
        return None
    shoulder = _above_armpit(side, armpit, half)
    if shoulder is None or shoulder >= armpit - 6:
        return None
    return shoulder, armpit, SURE if ratio[best] > LOBE_RATIO else LIKELY


def _sharpest_notch(side: Side, index: int, reach: int) -> int:
    start = max(0, index - reach)
    return start + int(side.turn[start : index + reach + 1].argmin())


ARMHOLE_LEAN = 0.06  # inward per downward: an armhole seam leans in towards the neck


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
    # a hanging sleeve bends where the shoulder ends: the seam lies between that and the line up
    end = min(armpit, shoulder + int(BEND_REACH * half / STEP))
    bend = shoulder + int(side.turn[shoulder : end + 1].argmax())
    if side.turn[bend] > BEND_TURN:
        shoulder = (shoulder + bend) // 2
    return shoulder


BEND_REACH = 0.45  # of half the body's width: how far out the bend of a shoulder may lie
BEND_TURN = 18.0  # degrees


def _armhole(side: Side, half: float) -> tuple[int, int, float]:
    """Path indices of shoulder tip and armhole bottom, and a confidence, of a sleeveless side."""
    span = side.bottom - side.top
    upper = np.nonzero(side.path[:, 1] < side.top + 0.4 * span)[0]
    upper = upper[: int(np.argmax(np.diff(upper, append=10**6) > 1)) + 1]
    shoulder = int(upper[_corner(side.path[upper], np.array([0.45, -1.0]))])
    low = side.top + ARMPIT_LOWEST * span
    below = np.nonzero(side.path[:, 1] > low)[0]
    end = int(below[below > shoulder][0]) if (below > shoulder).any() else len(side.path) - 1
    part = side.path[shoulder : end + 1]
    along = part[-1] - part[0]
    along /= max(np.hypot(*along), 1e-6)
    outward = (part[:, 0] - part[0, 0]) * along[1] - (part[:, 1] - part[0, 1]) * along[0]
    if outward.max() > 0.06 * half:
        return shoulder, shoulder + int(outward.argmax()), LIKELY
    drop = side.path[shoulder, 1] + 0.9 * max(side.path[shoulder, 0], 0.5 * half)
    return shoulder, shoulder + int(np.abs(part[:, 1] - drop).argmin()), GUESSED


def _corner(path: np.ndarray, direction: np.ndarray) -> int:
    """Index of the point of a path that lies farthest in a direction."""
    return int((path @ direction).argmax())


COLLAR_NOTCH = 0.07  # of the way neck to shoulder: a deeper notch is the foot of a collar or hood


def _collar(side: Side, shoulder: int) -> tuple[int, float]:
    """Path index of the side of the neck, and a confidence."""
    part = side.path[: shoulder + 1]
    if len(part) < 5:
        return 0, GUESSED
    along = part[-1] - part[0]
    length = max(float(np.hypot(*along)), 1e-6)
    along = along / length
    above = (part[:, 0] - part[0, 0]) * along[1] - (part[:, 1] - part[0, 1]) * along[0]
    crest = int(above.argmax())
    valley = crest + int(above[crest:].argmin())
    if above[valley] < -COLLAR_NOTCH * length:
        return _sharpest_notch(side, valley, 4), LIKELY
    # a shallow neckline: the corner is flat, so lean towards where necks usually end
    prior = 0.03 * length * np.abs(part[:, 0] / max(part[-1, 0], 1e-6) - 0.45)
    best = int((above - prior).argmax())
    return best, SURE if above[best] > 0.08 * length else LIKELY


LONG_LOBE = 1.3  # length over width: above it a lobe is long, its end narrow
CORNER_REACH = 0.13  # of a short lobe's outline: over how far its corners turn
INNER_TURN = 50.0  # degrees granted to the inner root: cap sleeves end right in the armpit


def _lobe_end(lobe: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outer and inner corner of the end of a lobe and the middle of it half way along.

    lobe: (n, 2) path from its outer root (shoulder, hip) round its end to its inner root.
    """
    width = np.hypot(*(lobe[-1] - lobe[0]))
    if (len(lobe) * STEP - width) / 2 > LONG_LOBE * width:
        outer, inner = _long_end(lobe)
    else:
        outer, inner = _short_end(lobe)
    across = lobe[outer // 2]
    opposite = lobe[inner:]
    nearest = opposite[int(np.hypot(*(opposite - across).T).argmin())]
    return lobe[outer], lobe[inner], (across + nearest) / 2


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
    turn = np.clip(_turning(lobe, reach), 0, None)
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


def _waist(side: Side, armpit: np.ndarray, hem: np.ndarray) -> tuple[float, float, float]:
    """The narrowest point between armpit and hem, where there is one."""
    length = hem[1] - armpit[1]
    rows = np.arange(int(armpit[1] + 0.2 * length), int(armpit[1] + 0.8 * length) + 1)
    rows = rows[(rows >= 0) & (rows < len(side.edge))]
    if len(rows) < 3:
        middle = (armpit + hem) / 2
        return float(middle[0]), float(middle[1]), GUESSED
    line = np.interp(rows, [armpit[1], hem[1]], [armpit[0], hem[0]])
    hollow = line - side.edge[rows]
    best = int(hollow.argmax())
    if hollow[best] > 0.03 * armpit[0]:
        return float(side.edge[rows[best]]) - 0.5, float(rows[best]), SURE
    best = int(np.abs(rows - (armpit[1] + 0.5 * length)).argmin())
    return float(side.edge[rows[best]]) - 0.5, float(rows[best]), GUESSED


def lower_landmarks(shape: Shape, crotch: int | None) -> np.ndarray:
    """(23, 3) landmarks of trousers or shorts (crotch: its contour index) or a skirt (None)."""
    points: dict[str, tuple[float, float, float]] = {}
    if crotch is not None:
        shape = replace(shape, bottom=crotch)
        points["CROTCH"] = (*shape.contour[crotch], SURE)
    else:
        points["HEM_CENTRE"] = (*shape.contour[shape.bottom], SURE)
    for right, name in LEFT_RIGHT.items():
        sign = 1.0 if right else -1.0
        side = _side(shape, right)
        found = _skirt_side(side) if crotch is None else _leg_side(side)
        for key, (u, v, confidence) in found.items():
            points[f"{key}_{name}"] = (shape.axis + sign * u, v, confidence)
    return _collect(shape, points)


WAIST_CORNER = np.array([0.5, -1.0])  # the waistband's end lies farthest in this direction


def _leg_side(side: Side) -> dict[str, tuple[float, float, float]]:
    """Landmarks of one half of trousers or shorts, in the side frame with confidences."""
    path = side.path
    crotch = path[-1]
    outer = np.nonzero(path[:, 1] <= crotch[1])[0]
    outer = outer[: int(np.argmax(np.diff(outer, append=10**6) > 1)) + 1]  # before the hem
    waist = int(outer[_corner(path[outer], WAIST_CORNER)])
    root = int(outer[-1])
    seat = path[waist : root + 1]
    low = seat[:, 1] >= (path[waist, 1] + crotch[1]) / 2
    hip = waist + (int(np.nonzero(low)[0][seat[low, 0].argmax()]) if low.any() else 0)
    hem, inner, _ = _lobe_end(path[root:])
    return {
        "WAIST": (*path[waist], SURE),
        "HIP": (*path[hip], LIKELY),
        "HEM": (*hem, SURE),
        "HEM_INNER": (*inner, SURE),
    }


HIP_DROP = 0.55  # of the flat waist's width: how far the hips are below a skirt's waistband


def _skirt_side(side: Side) -> dict[str, tuple[float, float, float]]:
    """Landmarks of one half of a skirt, in the side frame with confidences."""
    path = side.path
    middle = (side.top + side.bottom) / 2
    upper = np.nonzero(path[:, 1] < middle)[0]
    waist = int(upper[_corner(path[upper], WAIST_CORNER)])
    hem = waist + _corner(path[waist:], np.array([0.75, 1.0]))
    length = path[hem, 1] - path[waist, 1]
    drop = path[waist, 1] + min(HIP_DROP * 2 * path[waist, 0], 0.5 * length)
    hip = waist + int(np.abs(path[waist : hem + 1, 1] - drop).argmin())
    return {
        "WAIST": (*path[waist], SURE),
        "HIP": (*path[hip], LIKELY),
        "HEM": (*path[hem], SURE),
    }


def find_crotch(shape: Shape) -> tuple[int, float] | None:
    """The contour index of the notch between two legs, and its depth by the garment's height.

    The depth of a notch is how far the outline goes down on both sides of it.
    """
    x, y = shape.contour.T
    before = np.maximum.accumulate(y)
    after = np.maximum.accumulate(y[::-1])[::-1]
    depth = np.minimum(before, after) - y
    width, height = np.ptp(x), np.ptp(y)
    central = np.abs(x - shape.axis) < CROTCH_REACH * width
    depth[~central] = 0
    best = int(depth.argmax())
    if depth[best] <= 0:
        return None
    return best, float(depth[best] / height)


CROTCH_REACH = 0.22  # of the width: how far from the axis the crotch may lie


# --- limbs ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Trace:
    """What the outline says. kind: the `Kind`; kind_score 0..1; landmarks (23, 3) float32 and
    limbs (H, W) uint8 in the garment frame; angle: degrees it was turned."""

    kind: Kind
    kind_score: float
    landmarks: np.ndarray
    limbs: np.ndarray
    angle: float


def trace(mask: np.ndarray, kind: Kind | None = None, pixels: np.ndarray | None = None) -> Trace:
    """Kind, landmarks and limbs of a garment from its mask ((H, W) bool).

    pixels: (H, W, 3) uint8, the picture, for what the outline alone does not show.
    """
    shape = shape_of(mask)
    guess, score = guess_kind(shape)
    kind = kind or guess
    if kind == Kind.LOWER:
        crotch = find_crotch(shape)
        legs = crotch is not None and crotch[1] > LEG_NOTCH
        landmarks = lower_landmarks(shape, crotch[0] if legs else None)
    else:
        shape, landmarks = upper_landmarks(shape, _grey(shape, pixels))
    limbs = limb_map(mask, shape, landmarks, kind)
    return Trace(kind, score, landmarks, limbs, shape.angle)


def _grey(shape: Shape, pixels: np.ndarray | None) -> np.ndarray | None:
    """The picture in the working frame, grey."""
    if pixels is None:
        return None
    scale = float(np.hypot(*shape.matrix[:, 0]))
    matrix = shape.matrix.copy()
    if scale < 0.6:  # shrink by areas first, so that fine patterns do not alias
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        fx, fy = small.shape[1] / pixels.shape[1], small.shape[0] / pixels.shape[0]
        matrix[:, 2] += matrix[:, :2] @ [0.5 / fx - 0.5, 0.5 / fy - 0.5]
        matrix[:, 0] /= fx
        matrix[:, 1] /= fy
        pixels = small
    size = (shape.mask.shape[1], shape.mask.shape[0])
    turned = cv2.warpAffine(pixels, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return cv2.cvtColor(turned, cv2.COLOR_RGB2GRAY)


LEG_NOTCH = 0.1  # of the height: a deeper notch in the middle of the hem parts two legs
DRESS_LENGTH = 2.1  # height over chest width: longer than any top


def guess_kind(shape: Shape) -> tuple[Kind, float]:
    """The kind a shape looks like and a probability."""
    crotch = find_crotch(shape)
    if crotch is not None and crotch[1] > LEG_NOTCH:
        return Kind.LOWER, 0.9
    return Kind.UPPER, 0.6


def limb_map(mask: np.ndarray, shape: Shape, landmarks: np.ndarray, kind: Kind) -> np.ndarray:
    """(H, W) uint8 labels of `Limb`, one for every pixel of a mask in the garment frame."""
    working = landmarks[:, :2] @ shape.matrix[:, :2].T + shape.matrix[:, 2]
    known = landmarks[:, 2] > 0
    coarse = np.full(shape.mask.shape, int(Limb.BODY), np.uint8)
    for right, name in LEFT_RIGHT.items():
        limb = Limb[name]
        if kind == Kind.LOWER:
            piece = _leg(shape, working, known, right)
        else:
            piece = _sleeve(shape, working, known, name)
        if piece is not None:
            coarse[piece] = limb
    return _enlarge(coarse, shape, mask)


def _sleeve(shape: Shape, points: np.ndarray, known: np.ndarray, name: str) -> np.ndarray | None:
    """(h, w) bool, the side of the shoulder-armpit cut where the cuff lies."""
    if not known[Outline[f"ELBOW_{name}"]]:
        return None
    shoulder, armpit = points[Outline[f"SHOULDER_{name}"]], points[Outline[f"ARMPIT_{name}"]]
    cuff = (points[Outline[f"CUFF_OUTER_{name}"]] + points[Outline[f"CUFF_INNER_{name}"]]) / 2
    along = (armpit - shoulder) / max(np.hypot(*(armpit - shoulder)), 1e-6)
    canvas = shape.opened.astype(np.uint8)
    ends = np.round([shoulder - 6 * along, armpit + 5 * along]).astype(int)
    cv2.line(canvas, tuple(ends[0].tolist()), tuple(ends[1].tolist()), 0, 2)
    count, labels = cv2.connectedComponents(canvas, connectivity=4)
    if count < 3:
        return None
    elbow = points[Outline[f"ELBOW_{name}"]]
    for spot in (elbow, cuff, (elbow + cuff) / 2):
        x, y = np.round(spot).astype(int)
        if 0 <= y < labels.shape[0] and 0 <= x < labels.shape[1] and labels[y, x]:
            piece = labels == labels[y, x]
            break
    else:
        return None
    return piece if piece.sum() < 0.5 * shape.opened.sum() else None


def _leg(shape: Shape, points: np.ndarray, known: np.ndarray, right: bool) -> np.ndarray | None:
    """(h, w) bool, the half plane below the crotch, on one side of the line between the legs."""
    if not known[Outline.CROTCH]:
        return None
    crotch = points[Outline.CROTCH]
    hem = (points[Outline.HEM_INNER_LEFT] + points[Outline.HEM_INNER_RIGHT]) / 2
    y, x = np.mgrid[: shape.mask.shape[0], : shape.mask.shape[1]]
    down = max(hem[1] - crotch[1], 1.0)
    centre = crotch[0] + (hem[0] - crotch[0]) * np.clip((y - crotch[1]) / down, 0, 1)
    return (y > crotch[1]) & ((x > centre) if right else (x <= centre))


SEAM_BLUR = 1.2  # working px: smooths the staircase of a seam before it is enlarged


def _enlarge(coarse: np.ndarray, shape: Shape, mask: np.ndarray) -> np.ndarray:
    """A label map of the working frame on the pixels of a mask in the garment frame."""
    # what was slit or lies just outside the small mask takes its nearest label
    labelled = (shape.opened | (coarse != Limb.BODY)).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        1 - labelled, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    lookup = np.zeros(int(nearest.max()) + 1, np.uint8)
    lookup[nearest[labelled > 0]] = coarse[labelled > 0]
    spread = lookup[nearest]
    limbs = np.where(mask, np.uint8(Limb.BODY), np.uint8(Limb.NONE))
    for limb in (Limb.LEFT, Limb.RIGHT):
        if not (spread == limb).any():
            continue
        soft = cv2.GaussianBlur((spread == limb).astype(np.float32), (0, 0), SEAM_BLUR)
        large = cv2.warpAffine(
            soft,
            shape.matrix,
            (mask.shape[1], mask.shape[0]),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        limbs[mask & (large > 0.5)] = limb
    return limbs
