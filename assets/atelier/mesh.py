"""Meshes: a pattern's outline filled with triangles, and sheets of cloth in space.

Notable here: the points along an outline's edge depend on that edge and the spacing alone, so two
panels that share a seam have the same points on it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from curves import Frame, Outline, fill, resample
from scipy import ndimage
from scipy.spatial import Delaunay


@dataclass
class Sheet:
    """A draped sheet: rest (N, 2) in the pattern plane, position (N, 3), triangles (M, 3)."""

    rest: np.ndarray
    position: np.ndarray
    triangles: np.ndarray

    def locate(self, points) -> np.ndarray:
        """(K, 3) where points of the pattern plane went: the nearest vertices, weighted."""
        points = np.atleast_2d(np.asarray(points, float))
        found = []
        for point in points:
            distance = np.linalg.norm(self.rest - point, axis=1)
            near = np.argsort(distance)[:4]
            weight = 1 / (distance[near] + 1e-3) ** 2
            shift = (self.position[near, :2] - self.rest[near]) * weight[:, None]
            height = (self.position[near, 2] * weight).sum() / weight.sum()
            found.append([*(point + shift.sum(0) / weight.sum()), height])
        return np.array(found)


@dataclass
class Panel:
    """rest (N, 2), triangles (M, 3), and the points of each edge by its name."""

    rest: np.ndarray
    triangles: np.ndarray
    edges: dict[str, np.ndarray]


def triangulate(outline: Outline, spacing: float, generator) -> Panel:
    """Points on the outline and inside it at this spacing (cm), and their Delaunay triangles."""
    border, starts = [], []
    for edge in outline.edges:
        points = resample(edge.points, spacing)
        starts.append(sum(map(len, border)))
        border.append(points[:-1])
    total = sum(map(len, border))
    edges = {
        edge.name: np.append(np.arange(start, start + len(points)), (start + len(points)) % total)
        for edge, start, points in zip(outline.edges, starts, border, strict=True)
    }
    border = np.vstack(border)

    polygon = outline.polygon()
    low, high = polygon.min(0), polygon.max(0)
    across = np.arange(low[0] - spacing, high[0] + spacing, spacing)
    down = np.arange(low[1] - spacing, high[1] + spacing, spacing * np.sqrt(3) / 2)
    grid = np.stack(np.meshgrid(across, down), -1)
    grid[1::2, :, 0] += spacing / 2
    grid = grid.reshape(-1, 2) + generator.uniform(-0.18, 0.18, (grid.size // 2, 2)) * spacing
    frame = Frame.around(polygon, 2.0, 12.0)
    inside = fill(polygon, frame, 1) >= 0.5
    depth = ndimage.distance_transform_edt(inside) / frame.scale
    pixels = np.round(frame.to_pixels(grid)).astype(int)
    pixels = np.clip(pixels, 0, [frame.width - 1, frame.height - 1])
    grid = grid[depth[pixels[:, 1], pixels[:, 0]] > 0.55 * spacing]

    rest = np.vstack([border, grid])
    triangles = Delaunay(rest).simplices
    triangles = triangles[~_outside(triangles, rest, border)]
    used = np.zeros(len(rest), bool)
    used[triangles] = True
    if not used[: len(border)].all():
        raise ValueError("a point of the outline has no triangle: the spacing is too wide")
    renumber = np.cumsum(used) - 1
    a, b, c = (rest[triangles[:, k]] for k in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    triangles[turn > 0] = triangles[turn > 0][:, ::-1]  # their fronts face the camera
    return Panel(rest[used], renumber[triangles], edges)


def edges_of(triangles: np.ndarray) -> np.ndarray:
    """(E, 2) the edges of triangles, each once."""
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    return np.unique(np.sort(sides, axis=1), axis=0)


def _outside(triangles, rest, border) -> np.ndarray:
    """(M,) bool: triangles of border points only that lie outside the outline."""
    count = len(border)
    candidates = np.flatnonzero((triangles < count).all(1))
    found = np.zeros(len(triangles), bool)
    shape = border.astype(np.float32).reshape(-1, 1, 2)
    x, y = border.T
    turn = np.sign((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())  # sense of the outline
    for number in candidates:
        a, b, c = (int(corner) for corner in np.sort(triangles[number]))
        if sorted(((b - a) % count, (c - b) % count, (a - c) % count))[:2] == [1, 1]:
            # three in a row: the order along the outline tells on which side the triangle is
            if (c - b) % count != 1:
                a, b, c = c, a, b
            if (b - a) % count != 1:
                a, b, c = b, c, a
            p, q = border[b] - border[a], border[c] - border[b]
            found[number] = (p[0] * q[1] - p[1] * q[0]) * turn <= 1e-6
        else:
            p, q = border[b] - border[a], border[c] - border[a]
            longest = max(p @ p, q @ q, (q - p) @ (q - p))
            sliver = abs(p[0] * q[1] - p[1] * q[0]) < 0.15 * longest
            centre = rest[[a, b, c]].mean(0).astype(np.float32)
            found[number] = sliver or cv2.pointPolygonTest(shape, centre.tolist(), False) < 0
    return found


def subdivide(sheet: Sheet) -> Sheet:
    """One step of Loop's subdivision (1987): four triangles for each, on a smooth surface."""
    triangles, count = sheet.triangles, len(sheet.rest)
    both = np.hstack([sheet.rest, sheet.position])
    corners = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    opposite = np.concatenate([triangles[:, 2], triangles[:, 0], triangles[:, 1]])
    edges, which = np.unique(np.sort(corners, axis=1), axis=0, return_inverse=True)
    which = which.ravel()
    uses = np.bincount(which, minlength=len(edges))
    border = uses == 1

    middle = both[edges].sum(1)
    facing = np.zeros_like(middle)
    np.add.at(facing, which, both[opposite])
    odd = np.where(border[:, None], middle / 2, middle * 3 / 8 + facing / 8)

    neighbours = np.zeros_like(both)
    degree = np.zeros(count)
    border_sum = np.zeros_like(both)
    on_border = np.zeros(count, bool)
    for a, b in ((0, 1), (1, 0)):
        np.add.at(neighbours, edges[:, a], both[edges[:, b]])
        np.add.at(degree, edges[:, a], 1)
        np.add.at(border_sum, edges[border, a], both[edges[border, b]])
        on_border[edges[border, a]] = True
    beta = np.where(degree == 3, 3 / 16, 3 / (8 * np.maximum(degree, 1)))[:, None]
    inner = both * (1 - degree[:, None] * beta) + neighbours * beta
    even = np.where(on_border[:, None], both * 3 / 4 + border_sum / 8, inner)

    ab, bc, ca = (which[k * len(triangles) : (k + 1) * len(triangles)] + count for k in range(3))
    a, b, c = triangles.T
    finer = np.concatenate(
        [np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
    )
    points = np.vstack([even, odd])
    return Sheet(points[:, :2], points[:, 2:], finer)
