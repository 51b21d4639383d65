"""Smooth maps of the plane and how to draw through them: thin-plate splines, limb curves, meshes.

Notable here:
- maps run *forward*, garment -> person, and are drawn as a mesh of triangles. A forward map of a
  connected mesh cannot tear, and where cloth folds over itself the later triangle simply wins.
- the mesh is rasterised by writing triangle numbers into a picture and applying each triangle's
  inverse affine map to all pixels at once: exact, and a few milliseconds.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.arrays import Flow, Mask
from tryon.core.masks import nearest_in

# Sub-pixel bits of the triangle rasteriser.
RASTER_SHIFT = 4


@dataclass(frozen=True, eq=False)
class ThinPlateSpline:
    """The smoothest map that takes `source` points to `target` points (Bookstein, 1989).

    source, target: (n, 2) float, n >= 3, not all on a line. stiffness >= 0: 0 passes exactly
    through the targets, larger values give them up for smoothness (relative to the squared size of
    the source).
    """

    source: np.ndarray
    target: np.ndarray
    stiffness: float = 0.0
    # the weights of the solution, and the source points and frame they are meant for
    _solution: NDArray[np.float64] = field(init=False, repr=False)
    _unit: NDArray[np.float64] = field(init=False, repr=False)
    _frame: tuple[NDArray[np.float64], float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        source = np.asarray(self.source, np.float64)
        target = np.asarray(self.target, np.float64)
        if source.shape != target.shape or source.ndim != 2 or source.shape[1] != 2:
            raise ValueError(
                f"ThinPlateSpline: expected two (n, 2) arrays, got {source.shape}, {target.shape}"
            )
        centre, spread = source.mean(axis=0), max(float(source.std()), 1e-6)
        unit = (source - centre) / spread
        n = len(unit)
        system = np.zeros((n + 3, n + 3))
        system[:n, :n] = _radial(unit, unit) + self.stiffness * np.eye(n)
        system[:n, n] = system[n, :n] = 1
        system[:n, n + 1 :] = unit
        system[n + 1 :, :n] = unit.T
        right = np.vstack([target, np.zeros((3, 2))])
        solution = np.linalg.lstsq(system, right, rcond=None)[0]
        object.__setattr__(self, "_solution", solution)
        object.__setattr__(self, "_unit", unit)
        object.__setattr__(self, "_frame", (centre, spread))

    def __call__(self, points: np.ndarray) -> NDArray[np.float64]:
        """(m, 2) points of the source plane -> (m, 2) points of the target plane."""
        centre, spread = self._frame
        p = (np.asarray(points, np.float64) - centre) / spread
        n = len(self._unit)
        affine = np.column_stack([np.ones(len(p)), p])
        return _radial(p, self._unit) @ self._solution[:n] + affine @ self._solution[n:]


def _radial(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """r^2 log r between every point of a and of b."""
    squared = ((a[:, None] - b[None]) ** 2).sum(-1)
    return 0.5 * squared * np.log(np.maximum(squared, 1e-12))


@dataclass(frozen=True, eq=False)
class Curve:
    """A smooth curve through a few points, measured along its length: the middle of a limb.

    points: (n, 2) float, n >= 2, in order. Corners are rounded, as an elbow's are.
    samples, tangents: (m, 2) points along it, evenly spaced, and unit vectors there. length: of
    the whole curve.
    """

    points: np.ndarray
    rounding: float = 0.45  # of the shorter neighbouring side, how much of a corner is cut
    samples: NDArray[np.float64] = field(init=False, repr=False)
    tangents: NDArray[np.float64] = field(init=False, repr=False)
    length: float = field(init=False, repr=False)

    STEPS = 24  # samples per side; a limb is a few hundred pixels, so 24 is below a pixel's error

    def __post_init__(self) -> None:
        points = np.asarray(self.points, np.float64)
        if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
            raise ValueError(f"Curve.points: expected (n >= 2, 2), got {points.shape}")
        path = [points[0]]
        for before, corner, after in zip(points[:-2], points[1:-1], points[2:], strict=True):
            # A corner becomes a quadratic Bezier arc between its two neighbours.
            start = corner + (before - corner) * self.rounding
            end = corner + (after - corner) * self.rounding
            t = np.linspace(0, 1, self.STEPS)[:, None]
            path.extend((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
        path.append(points[-1])
        polyline = np.array(path)
        steps = np.linalg.norm(np.diff(polyline, axis=0), axis=1)
        lengths = np.concatenate([[0.0], np.cumsum(steps)])
        total = max(lengths[-1], 1e-6)
        even = np.linspace(0, total, self.STEPS * (len(points) - 1) + 1)
        samples = np.column_stack([np.interp(even, lengths, polyline[:, k]) for k in (0, 1)])
        tangents = np.gradient(samples, axis=0)
        tangents /= np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-9)
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "tangents", tangents)
        object.__setattr__(self, "length", float(total))

    def at(self, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions and unit tangents at lengths `along` (m,), straight on beyond both ends."""
        even = np.linspace(0, self.length, len(self.samples))
        inside = np.clip(along, 0, self.length)
        position = np.column_stack([np.interp(inside, even, self.samples[:, k]) for k in (0, 1)])
        tangent = np.column_stack([np.interp(inside, even, self.tangents[:, k]) for k in (0, 1)])
        tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
        return position + (along - inside)[:, None] * tangent, tangent

    def coordinates(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(m, 2) points -> (length along the curve, signed distance to it), each (m,).

        The sign is positive on the side that lies clockwise of the direction of travel as seen in
        a picture (y down): the right hand of someone walking along it.
        """
        points = np.asarray(points, np.float64)
        nearest = ((points[:, None] - self.samples[None]) ** 2).sum(-1).argmin(1)
        delta = points - self.samples[nearest]
        tangent = self.tangents[nearest]
        step = self.length / (len(self.samples) - 1)
        along = nearest * step + (delta * tangent).sum(1)
        across = tangent[:, 0] * delta[:, 1] - tangent[:, 1] * delta[:, 0]
        return along, across

    def place(self, along: np.ndarray, across: np.ndarray) -> np.ndarray:
        """The inverse of `coordinates`: (m, 2) points."""
        position, tangent = self.at(along)
        normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
        return position + across[:, None] * normal


def smoothstep(x: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, smooth between."""
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)


def grid_over(mask: Mask, spacing: float, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """A triangle mesh that covers a mask and a margin around it.

    spacing, margin: pixels.
    Returns vertices (n, 2) float64 x, y and triangles (m, 3) int32, the margin's first and the
    innermost last, so that a fold never lays empty margin over cloth. Empty mask: n = m = 0.
    """
    ys, xs = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    if len(ys) == 0:
        return np.zeros((0, 2)), np.zeros((0, 3), np.int32)
    x0, x1 = xs[0] - margin, xs[-1] + margin
    y0, y1 = ys[0] - margin, ys[-1] + margin
    columns = max(int(np.ceil((x1 - x0) / spacing)), 1)
    rows = max(int(np.ceil((y1 - y0) / spacing)), 1)
    gx, gy = np.meshgrid(np.linspace(x0, x1, columns + 1), np.linspace(y0, y1, rows + 1))
    vertices = np.column_stack([gx.ravel(), gy.ravel()])

    # A cell is kept when the mask, grown by the margin, touches it.
    cell = np.zeros((rows, columns), bool)
    inside_y, inside_x = np.nonzero(mask)
    cell[
        np.clip((inside_y - y0) * rows / (y1 - y0), 0, rows - 1).astype(int),
        np.clip((inside_x - x0) * columns / (x1 - x0), 0, columns - 1).astype(int),
    ] = True
    depth = cv2.distanceTransform(np.pad(cell, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    reach = int(np.ceil(margin / spacing))
    cell = cv2.dilate(cell.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0
    row, column = np.nonzero(cell)
    corner = row * (columns + 1) + column
    right, below = corner + 1, corner + columns + 1
    triangles = np.concatenate(
        [
            np.column_stack([corner, right, below]),
            np.column_stack([right, below + 1, below]),
        ]
    )
    order = np.argsort(np.tile(depth[row, column], 2), kind="stable")
    return vertices, triangles[order].astype(np.int32)


def draw_mesh(
    source: np.ndarray, target: np.ndarray, triangles: np.ndarray, size: tuple[int, int]
) -> tuple[Flow, Mask]:
    """Draw a mesh and return, for each pixel, which source point lies there.

    source, target: (n, 2) vertices before and after the map. triangles: (m, 3) indices, later ones
    lie on top, but those that the map has turned over lie below all others: where cloth is folded,
    its outside is seen. size: (h, w) of the drawing.
    Returns the flow, the source x, y of each pixel, and where the mesh covers the drawing.
    Beyond the mesh the flow continues the nearest triangle's map, so it is smooth and finite.
    """
    h, w = size
    numbers = np.full((h, w), -1, np.int32)
    corners = target[triangles]  # m, 3, 2
    edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = edge1[:, 0] * edge2[:, 1] - edge1[:, 1] * edge2[:, 0]
    low, high = corners.min(axis=1), corners.max(axis=1)
    inside = (high[:, 0] >= 0) & (high[:, 1] >= 0) & (low[:, 0] <= w - 1) & (low[:, 1] <= h - 1)
    drawn = np.nonzero(inside & (np.abs(area) > 1e-6))[0]
    before = source[triangles[drawn]]
    side1, side2 = before[:, 1] - before[:, 0], before[:, 2] - before[:, 0]
    upright = (side1[:, 0] * side2[:, 1] - side1[:, 1] * side2[:, 0]) * area[drawn] > 0
    drawn = drawn[np.argsort(upright, kind="stable")]
    if len(drawn) == 0:
        return np.zeros((h, w, 2), np.float32), np.zeros((h, w), bool)
    fixed = np.round(corners * (1 << RASTER_SHIFT)).astype(np.int32)
    for number in drawn:
        cv2.fillConvexPoly(numbers, fixed[number], int(number), shift=RASTER_SHIFT)
    covered = numbers >= 0
    if not covered.any():
        return np.zeros((h, w, 2), np.float32), covered

    # Each triangle's affine map from the drawing back to the source.
    original = source[triangles]
    basis = np.stack([edge1[drawn], edge2[drawn]], axis=-1)  # k, 2, 2
    image = np.stack(
        [original[drawn, 1] - original[drawn, 0], original[drawn, 2] - original[drawn, 0]], axis=-1
    )
    linear = image @ np.linalg.inv(basis)
    offset = original[drawn, 0] - (linear @ corners[drawn, 0][..., None])[..., 0]
    affine = np.zeros((len(triangles), 6), np.float32)
    affine[drawn] = np.concatenate([linear.reshape(-1, 4), offset], axis=1)

    if not covered.all():
        nearest, _ = nearest_in(covered, 3)
        numbers = numbers.ravel()[nearest]
    a = affine[numbers]  # h, w, 6
    x = np.arange(w, dtype=np.float32)[None, :]
    y = np.arange(h, dtype=np.float32)[:, None]
    flow = np.stack(
        [a[..., 0] * x + a[..., 1] * y + a[..., 4], a[..., 2] * x + a[..., 3] * y + a[..., 5]],
        axis=-1,
    )
    return flow, covered
