"""Mask -> Shape: a small upright working copy, and each side of it in a frame of its own.

Notable here:
- the axis of mirror symmetry says which way is up.
- a sleeve that touches the body, or two hems that touch, leave a hole in the mask; it is slit open
  downwards before the contour is followed, so that the notch at its top is seen.
- each side of the contour is read from the top down with u = away from the axis and v = down.
  Both sides run through the same code: a mirrored garment gives mirrored landmarks.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from tryon.core.arrays import Mask, Pixels
from tryon.core.masks import COVERED, largest

LEFT_RIGHT = {True: "LEFT", False: "RIGHT"}  # picture right is the wearer's left

# The working frame.
WORK = 256  # px, longer side of the garment in it
MARGIN = 24  # px of background around it there

# Which way is up.
ANGLE_LIMIT, ANGLE_COARSE, ANGLE_FINE = 36, 4, 1  # degrees: how far, in which steps
ANGLE_SIZE = 96  # px, longer side of the copy on which the axis is looked for
ANGLE_PRIOR = 0.012  # overlap given up for every 10 degrees squared: upright pictures are common

# Holes.
HOLE_AREA = 0.0015  # of the garment's area: smaller holes are closed, larger ones slit open
SLIT_SLOPES = np.tan(np.radians([0, -10, 10, -20, 20, -30, 30]))  # px sideways for one down

# The contour.
STEP = 1.5  # px between its points
SMOOTH = 1.5  # points, standard deviation: the staircase of pixels is smoothed by this
TURN_REACH = 6  # points to either side over which its turning is measured

# The crotch.
HIGHEST_CROTCH = 0.2  # of the height: the crotch lies below, a dip of the waistband above
CROTCH_REACH = 0.22  # of the width: how far from the axis the crotch may lie


@dataclass(frozen=True, eq=False)
class Shape:
    """A garment's mask in the working frame: upright, small, its axis vertical.

    opened: the mask, its holes slit open to the outside. axis: x of the axis of symmetry.
    symmetry: 0..1, overlap with its mirror image. matrix: (2, 3) float64, garment frame -> working
    frame. angle: degrees the picture was turned by, counter-clockwise.
    contour: (n, 2) float64, x, y, clockwise in the picture from the top end of the axis.
    bottom: index of the contour point at the bottom end of the axis.
    """

    mask: Mask
    opened: Mask
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


def shape_of(mask: Mask) -> Shape:
    """The upright working copy of a mask in the garment frame that is not empty."""
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
    body = largest(turned >= COVERED)
    symmetry, axis = _mirror_overlap(body.astype(np.float32))
    opened = _open_holes(body, axis)
    return reshaped(
        Shape(body, opened, axis, symmetry, matrix[:2], angle, np.zeros((0, 2)), 0), opened
    )


def reshaped(shape: Shape, opened: Mask) -> Shape:
    """The same shape with more of its mask slit open: its contour is followed anew."""
    opened = largest(opened)
    contour = _contour(opened)
    contour = np.roll(contour, -_axis_end(contour, shape.axis, upper=True), axis=0)
    bottom = _axis_end(contour, shape.axis, upper=False)
    return replace(shape, opened=opened, contour=contour, bottom=bottom)


def _upright_angle(small: np.ndarray) -> float:
    """Degrees to turn a mask ((h, w) uint8) counter-clockwise so that it is most symmetric."""
    tiny = cv2.resize(small, None, fx=ANGLE_SIZE / WORK, fy=ANGLE_SIZE / WORK)

    def score(angle: float | np.signedinteger) -> float:
        turned, _ = _turn(tiny, float(angle), 2)
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
    width = mask.shape[1]
    size = 2 * width
    rows = np.fft.rfft(mask, size, axis=1)
    overlap = np.fft.irfft((rows * rows).sum(axis=0), size)  # at x + x' = k
    best = int(overlap[: 2 * width - 1].argmax())
    inside = float(overlap[best])
    return inside / max(2 * float(mask.sum()) - inside, 1e-6), best / 2


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
    return largest(mask)


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
    return _smooth(even, SMOOTH)


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


# --- one side -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a garment in its own frame: u outward from the axis, v down, working px.

    path: (n, 2) contour from the top end of the axis to its bottom end, every `STEP` px.
    edge: (h,) for each row v, how far the garment reaches outward from the axis without a gap.
    mask: u is its column. turn: (n,) degrees the path turns, negative in a notch.
    """

    path: np.ndarray
    edge: np.ndarray
    mask: Mask
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


def side_of(shape: Shape, right: bool) -> Side:
    """One side of a shape: the picture's right one, or its left one."""
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
    return Side(path, edge.astype(np.float64), mask, turning(path, TURN_REACH))


def turning(path: np.ndarray, reach: int) -> np.ndarray:
    """(n,) degrees a path ((n, 2) points) turns at each point, measured `reach` points to either
    side; negative in a notch."""
    padded = np.vstack([path[:1].repeat(reach, 0), path, path[-1:].repeat(reach, 0)])
    before = path - padded[: -2 * reach]
    after = padded[2 * reach :] - path
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    dot = (before * after).sum(axis=1)
    return np.degrees(np.arctan2(cross, dot))


def half_width(side: Side) -> float:
    """Half the body's usual width between chest and hem."""
    span = side.bottom - side.top
    rows = slice(int(side.top + 0.45 * span), int(side.top + 0.9 * span))
    return max(float(np.median(side.edge[rows])), 0.1 * span)


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
    depth[~central | (y < y.min() + HIGHEST_CROTCH * height)] = 0
    best = int(depth.argmax())
    if depth[best] <= 0:
        return None
    return best, float(depth[best] / height)


def grey_of(shape: Shape, pixels: Pixels | None) -> np.ndarray | None:
    """(h, w) uint8: the picture in the working frame, grey. None without one."""
    if pixels is None:
        return None
    source: np.ndarray = pixels
    scale = float(np.hypot(*shape.matrix[:, 0]))
    matrix = shape.matrix.copy()
    if scale < 0.6:  # shrink by areas first, so that fine patterns do not alias
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        fx, fy = small.shape[1] / pixels.shape[1], small.shape[0] / pixels.shape[0]
        matrix[:, 2] += matrix[:, :2] @ [0.5 / fx - 0.5, 0.5 / fy - 0.5]
        matrix[:, 0] /= fx
        matrix[:, 1] /= fy
        source = small
    size = (shape.mask.shape[1], shape.mask.shape[0])
    turned = cv2.warpAffine(source, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return cv2.cvtColor(turned, cv2.COLOR_RGB2GRAY)
