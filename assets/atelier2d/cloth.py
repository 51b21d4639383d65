"""Cloth: the front of a garment as a sheet of triangles that hangs on a body until it is at rest.

Notable here:
- the folds in the gallery are not painted, they are found: the sheet is cut a little larger than
  the body it hangs on, and extended position-based dynamics (Macklin, Müller, Chentanez: XPBD,
  2016) lets gravity, the body and the cloth's own length settle where the extra cloth goes.
- only the front half is simulated. The silhouette slides in the mirror plane z = 0, as if the
  back were the front's mirror image.
- the body is never modelled: it is the outline, inflated (a Poisson equation whose square root
  is round, so a sleeve becomes a tube and a torso a flat ellipse) and made slightly smaller.

Space: x right, y down, z towards the camera, centimetres.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from curves import FREE, PINNED, RIM, SIDE, Frame, Outline, fill, resample
from numba import njit
from scipy import ndimage, sparse
from scipy.sparse.linalg import spsolve
from scipy.spatial import Delaunay

BODY_CELLS_PER_CM = 4.0
GRAVITY_CM_S2 = 981.0
STRONGEST = (RIM, PINNED, SIDE, FREE)  # what holds a corner where two edges meet
STEP_S = 1 / 120


@dataclass(frozen=True)
class Drape:
    """How a sheet hangs. All callables take (N, 2) pattern points and return one row a point.

    depth: (N,) squared ratio of depth to half width: 1 = round tube, 0.25 = flat ellipse.
    ease: (N,) how far the body stays below the inflated outline, in cm^2 of its squared depth.
    rest: (N, 2) where the points lie in the cut cloth, e.g. with the arms raised.
    grow: (N, 2) how much wider and longer the cloth is than the body, e.g. (0.05, 0.02).
    grain: (N, 2) unit vectors, which way is "along": down the front, down a sleeve.
    waves: (N,) height in cm added at the start: where a wide skirt begins to fold.
    wrinkle: share by which the cloth's lengths vary at random, in patches of patch_cm.
    bend: compliance against bending, larger is softer. stretch: compliance against stretching.
    firm: (N,) 0..1, 1 where the cloth is doubled or stiffened (cuffs, hems, plackets).
    """

    depth: Callable[[np.ndarray], np.ndarray]
    ease: Callable[[np.ndarray], np.ndarray]
    rest: Callable[[np.ndarray], np.ndarray] = lambda points: points
    grow: Callable[[np.ndarray], np.ndarray] = lambda points: np.zeros_like(points)
    grain: Callable[[np.ndarray], np.ndarray] = lambda points: np.tile([0.0, 1.0], (len(points), 1))
    firm: Callable[[np.ndarray], np.ndarray] = lambda points: np.zeros(len(points))
    waves: Callable[[np.ndarray], np.ndarray] | None = None
    wrinkle: float = 0.02
    patch_cm: float = 5.0
    bend: float = 3e-4
    stretch: float = 1e-7
    gravity: float = 1.0
    steps: int = 260
    spacing_cm: float = 0.6


def fanned(points: np.ndarray, side: np.ndarray) -> np.ndarray:
    """(N, 2) grain of a flared skirt: straight down in the middle, along the side at the side.

    side: (M, 2) dense points of the (left) side, from top to bottom.
    """
    x, y = points.T
    half = np.interp(y, side[:, 1], side[:, 0])
    slope = np.interp(
        y, side[:, 1], np.gradient(side[:, 0], side[:, 1] + 1e-6 * np.arange(len(side)))
    )
    grain = np.column_stack([np.clip(slope, -2, 2) * x / np.maximum(half, 1e-6), np.ones(len(x))])
    return grain / np.linalg.norm(grain, axis=1, keepdims=True)


FOLDS_END = 3.0  # the outer third of a skirt's half folds less and less, so its side lies calm


def fullness_at(points, side: np.ndarray) -> np.ndarray:
    """(N,) share of a skirt's extra width that is cut at a point: less towards the sides."""
    half = np.interp(points[:, 1], side[:, 1], side[:, 0])
    return np.clip((1 - np.abs(points[:, 0]) / np.maximum(half, 1e-6)) * FOLDS_END, 0, 1)


def fan_of_waves(points, side, fullness: float, top: float, count: int, seed: int) -> np.ndarray:
    """(N,) heights of folds that fan out from the waist and take up the extra width.

    A sine of wave number k and height a is longer than its base by about (a * k / 2) ** 2.
    """
    generator = np.random.default_rng(seed)
    x, y = points.T
    half = np.interp(y, side[:, 1], side[:, 0])
    down = np.clip((y - top) / (side[-1, 1] - top), 0, 1)
    across = np.clip(x / np.maximum(half, 1e-6), -1, 1)
    steps = generator.uniform(0.6, 1.4, 2 * count)
    knots = np.concatenate([[0], np.cumsum(steps)]) / steps.sum() * 2 - 1
    phase = np.interp(across, knots, np.arange(2 * count + 1) * np.pi) + 0.5 * np.pi
    number = np.pi * count / np.maximum(half, 1e-6)
    height = 2 * np.sqrt(fullness * down) / number
    strength = np.interp(across, knots, generator.uniform(0.7, 1.15, 2 * count + 1))
    return height * strength * np.sin(phase) * np.clip((1 - np.abs(across)) * FOLDS_END, 0, 1)


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


def drape(outline: Outline, how: Drape, seed: int) -> Sheet:
    """Hang the sheet inside the outline on the inflated body; the same seed, the same folds."""
    generator = np.random.default_rng(seed)
    frame = Frame.around(outline.polygon(), 4.0, BODY_CELLS_PER_CM)
    inflated = _inflate(outline, how, frame)
    body = inflated - how.ease(_points(frame)).reshape(inflated.shape)
    field = _smooth_noise(frame, how.patch_cm, generator)

    sheet = None
    for spacing in (how.spacing_cm * 2.2, how.spacing_cm):
        rest, triangles, hold, border = _triangulate(outline, spacing, generator)
        height = np.sqrt(np.maximum(_sample(inflated, frame, rest), 0))
        height[(hold == SIDE) | (hold == RIM)] = 0
        flat = np.column_stack([rest, height])
        fast = (hold == PINNED) | (hold == RIM)
        if sheet is None:
            start = flat + [0, 0, 0.02] * generator.standard_normal((len(flat), 3))
            if how.waves is not None:
                start[:, 2] += np.where((hold == SIDE) | fast, 0, how.waves(rest))
        else:  # the coarse folds are where the fine ones begin
            start = _transfer(sheet, rest)
            start[hold == SIDE, 2] = 0
            start[fast] = flat[fast]
        edges, bends = _links(triangles, border)
        cut = np.column_stack([how.rest(rest), height])
        firm = how.firm(rest[bends].mean(1))
        position = _settle(
            start,
            (~fast).astype(float),
            hold == SIDE,
            edges,
            _lengths(cut, rest, edges, how, field, frame),
            np.full(len(edges), how.stretch),
            bends,
            _lengths(cut, rest, bends, how, field, frame),
            how.bend / spacing**2 * (1 - firm) ** 2 + 1e-7,
            body,
            np.stack(np.gradient(body, 1 / frame.scale)),
            (frame.left, frame.top, frame.scale),
            GRAVITY_CM_S2 * how.gravity,
            how.steps,
        )
        sheet = Sheet(rest, position, triangles)
    return sheet


def arc_across(outline: Outline, how: Drape, frame: Frame, origin, angle: float) -> np.ndarray:
    """(H, W) how far along the cloth each pixel lies from an axis, minus how far it looks, cm.

    The axis runs through origin, turned by angle (radians) from straight down; across it the
    inflated surface is longer than its picture, most of all towards the silhouette.
    """
    coarse = Frame.around(outline.polygon(), 6.0, BODY_CELLS_PER_CM)
    height = np.sqrt(np.maximum(_inflate(outline, how, coarse), 0)).astype(np.float32)
    centre = coarse.to_pixels(origin)
    reach = max(height.shape)
    size = 2 * reach + 1
    turn = cv2.getRotationMatrix2D(tuple(map(float, centre)), np.rad2deg(angle), 1.0)
    turn[:, 2] += reach - centre
    upright = cv2.warpAffine(height, turn, (size, size))
    slope = np.clip(np.gradient(upright, axis=1) * coarse.scale, -3, 3)
    longer = (np.sqrt(1 + slope**2) - 1) / coarse.scale
    longer[upright < 0.05] = 0
    total = np.cumsum(longer, axis=1)
    total -= total[:, reach : reach + 1]
    back = cv2.warpAffine(
        total.astype(np.float32),
        turn,
        height.shape[::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    x, y = frame.grid()
    place = coarse.to_pixels(np.stack([x.ravel(), y.ravel()], 1)).astype(np.float32)
    return cv2.remap(
        back, place[:, 0].reshape(x.shape), place[:, 1].reshape(x.shape), cv2.INTER_LINEAR
    )


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


def _inflate(outline: Outline, how: Drape, frame: Frame) -> np.ndarray:
    """(H, W) squared depth of the inflated outline; falls below 0 outside.

    Solves laplace(h) = -2 * depth inside; h = 0 on silhouette edges, no flux through the rest.
    """
    inside = fill(outline.polygon(), frame) >= 0.5
    shut = np.zeros(inside.shape, np.uint8)  # cells across which the solution must vanish
    for edge in outline.edges:
        if edge.hold in (SIDE, RIM):
            points = np.round(frame.to_pixels(edge.points) * 16).astype(np.int32)
            cv2.polylines(shut, [points], False, 1, 2, cv2.LINE_8, 4)
    index = np.full(inside.shape, -1)
    index[inside] = np.arange(inside.sum())
    depth = how.depth(_points(frame)).reshape(inside.shape)
    diagonal = np.zeros(inside.sum())
    rows, columns = [], []
    for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
        there = np.roll(index, -step, axis)
        closed = np.roll(shut, -step, axis) | shut
        own = index[inside]
        other = there[inside]
        linked = other >= 0
        rows.append(own[linked])
        columns.append(other[linked])
        diagonal += linked | (closed[inside] > 0)
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    matrix = sparse.coo_matrix((-np.ones(len(rows)), (rows, columns)), (len(diagonal),) * 2)
    matrix = (matrix + sparse.diags(diagonal + 1e-9)).tocsc()
    solution = spsolve(matrix, 2 * depth[inside] / frame.scale**2)
    height = np.zeros(inside.shape)
    height[inside] = solution
    # beyond an open edge the body goes on as it was, beyond the silhouette it ends
    outside_cm, nearest = ndimage.distance_transform_edt(~inside, return_indices=True)
    extended = ndimage.gaussian_filter(height[tuple(nearest)], 1.0)
    to_side = ndimage.distance_transform_edt(shut == 0)
    falling = np.maximum(outside_cm - np.maximum(to_side - outside_cm, 0) * 3, 0) / frame.scale
    return np.where(inside, np.where(to_side < 3, height, extended), extended - 8 * falling)


def _triangulate(outline: Outline, spacing: float, generator):
    """Points on the outline and inside it at this spacing, and their Delaunay triangles.

    Returns rest (N, 2), triangles (M, 3), hold (N,) of SIDE, PINNED, FREE or "" inside.
    """
    border, hold = [], []
    for edge in outline.edges:
        points = resample(edge.points, spacing)
        border.append(points[:-1])
        hold += [edge.hold] * (len(points) - 1)
    holds = [edge.hold for edge in outline.edges]
    start = 0
    for number, points in enumerate(border):
        hold[start] = min(holds[number - 1], holds[number], key=STRONGEST.index)
        start += len(points)
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
    renumber = np.cumsum(used) - 1
    hold = np.array(hold + [""] * len(grid))
    return rest[used], renumber[triangles], hold[used], int(used[: len(border)].sum())


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


def _links(triangles: np.ndarray, border: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges (E, 2) of the triangles, and (B, 2) the pairs of points that face a shared edge or
    are next but one along the border (the first points of the sheet, in order)."""
    corners = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    opposite = np.concatenate([triangles[:, 2], triangles[:, 0], triangles[:, 1]])
    order = np.lexsort(np.sort(corners, axis=1).T)
    sides, facing = np.sort(corners, axis=1)[order], opposite[order]
    twin = (sides[1:] == sides[:-1]).all(1)
    edges = sides[np.concatenate([[True], ~twin])]
    along = np.arange(border)
    bends = np.concatenate(
        [
            np.stack([facing[:-1][twin], facing[1:][twin]], axis=1),
            *(np.stack([along, (along + step) % border], axis=1) for step in (2, 3)),
        ]
    )
    generator = np.random.default_rng(0)  # a random order spreads corrections evenly
    return generator.permutation(edges), generator.permutation(bends)


def _lengths(cut, rest, links, how: Drape, field: np.ndarray, frame: Frame) -> np.ndarray:
    """(L,) length of each link in the cut cloth."""
    a, b = links.T
    along = cut[a] - cut[b]
    flat = rest[a] - rest[b]
    middle = (rest[a] + rest[b]) / 2
    straight = (flat * how.grain(middle)).sum(1) ** 2 / np.maximum((flat**2).sum(1), 1e-9)
    share = np.column_stack([1 - straight, straight])
    noise = how.wrinkle * _sample(field, frame, middle) * (1 - how.firm(middle))
    grow = 1 + (how.grow(middle) * share).sum(1) + noise
    return np.linalg.norm(along, axis=1) * grow


def _points(frame: Frame) -> np.ndarray:
    """(H * W, 2) centres of a frame's pixels in cm."""
    x, y = frame.grid()
    return np.stack([x.ravel(), y.ravel()], 1).astype(float)


def _sample(image: np.ndarray, frame: Frame, points: np.ndarray) -> np.ndarray:
    """(N,) bilinear values of a (H, W) field at pattern points."""
    pixels = frame.to_pixels(points)
    return ndimage.map_coordinates(image, pixels[:, ::-1].T, order=1, mode="nearest")


def _smooth_noise(frame: Frame, patch_cm: float, generator) -> np.ndarray:
    """(H, W) noise of unit variance that varies over patch_cm, two octaves."""
    total = np.zeros((frame.height, frame.width))
    for size, weight in ((patch_cm, 1.0), (patch_cm / 2.2, 0.6)):
        noise = ndimage.gaussian_filter(
            generator.standard_normal(total.shape), size / 2 * frame.scale, mode="wrap"
        )
        total += weight * noise / noise.std()
    return total / total.std()


def _transfer(sheet: Sheet, rest: np.ndarray) -> np.ndarray:
    """(N, 3) positions of new rest points on an already draped sheet."""
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

    shift = sheet.position - np.column_stack([sheet.rest, np.zeros(len(sheet.rest))])
    moved = LinearNDInterpolator(sheet.rest, shift)(rest)
    lost = np.isnan(moved[:, 0])
    moved[lost] = NearestNDInterpolator(sheet.rest, shift)(rest[lost])
    return moved + np.column_stack([rest, np.zeros(len(rest))])


@njit(cache=True, fastmath=True)
def _settle(
    position,
    weight,
    mirror,
    edges,
    edge_length,
    edge_compliance,
    bends,
    bend_length,
    bend_compliance,
    body,
    slope,
    grid,
    gravity,
    steps,
):
    """Run the sheet until it rests; returns (N, 3) positions."""
    iterations = 10
    x = position.copy()
    velocity = np.zeros_like(x)
    for step in range(steps):
        damping = 0.985 if step < steps * 0.6 else 0.93
        before = x.copy()
        for i in range(len(x)):
            if weight[i] > 0:
                velocity[i, 1] += gravity * STEP_S
                for k in range(3):
                    velocity[i, k] *= damping
                    x[i, k] += min(max(velocity[i, k] * STEP_S, -0.2), 0.2)
        for _ in range(iterations):
            _pull(x, weight, edges, edge_length, edge_compliance)
            _pull(x, weight, bends, bend_length, bend_compliance)
            _push_out(x, before, weight, mirror, body, slope, grid)
        for i in range(len(x)):
            for k in range(3):
                velocity[i, k] = (x[i, k] - before[i, k]) / STEP_S
    return x


@njit(cache=True, fastmath=True)
def _pull(x, weight, links, length, compliance):
    """One pass of distance constraints, in place."""
    for n in range(len(links)):
        soft = compliance[n] / (STEP_S * STEP_S)
        a, b = links[n, 0], links[n, 1]
        total = weight[a] + weight[b]
        if total == 0:
            continue
        dx = x[a, 0] - x[b, 0]
        dy = x[a, 1] - x[b, 1]
        dz = x[a, 2] - x[b, 2]
        now = np.sqrt(dx * dx + dy * dy + dz * dz) + 1e-9
        step = (now - length[n]) / (now * (total + soft))
        dx, dy, dz = dx * step, dy * step, dz * step
        x[a, 0] -= weight[a] * dx
        x[a, 1] -= weight[a] * dy
        x[a, 2] -= weight[a] * dz
        x[b, 0] += weight[b] * dx
        x[b, 1] += weight[b] * dy
        x[b, 2] += weight[b] * dz


@njit(cache=True, fastmath=True)
def _push_out(x, before, weight, mirror, body, slope, grid):
    """Move points out of the body and onto the mirror plane, with friction, in place."""
    friction = 0.25
    left, top, scale = grid
    height, width = body.shape
    for i in range(len(x)):
        if weight[i] == 0:
            continue
        if mirror[i] or x[i, 2] < 0:
            x[i, 2] = 0.0
        u = (x[i, 0] - left) * scale - 0.5
        v = (x[i, 1] - top) * scale - 0.5
        column = min(max(int(u), 0), width - 2)
        row = min(max(int(v), 0), height - 2)
        u = min(max(u - column, 0.0), 1.0)
        v = min(max(v - row, 0.0), 1.0)
        w00, w01, w10, w11 = (1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v
        inside = (
            w00 * body[row, column]
            + w01 * body[row, column + 1]
            + w10 * body[row + 1, column]
            + w11 * body[row + 1, column + 1]
        ) - x[i, 2] ** 2
        if inside <= 0:
            continue
        gx = -(
            w00 * slope[1, row, column]
            + w11 * slope[1, row + 1, column + 1]
            + w01 * slope[1, row, column + 1]
            + w10 * slope[1, row + 1, column]
        )
        gy = -(
            w00 * slope[0, row, column]
            + w11 * slope[0, row + 1, column + 1]
            + w01 * slope[0, row, column + 1]
            + w10 * slope[0, row + 1, column]
        )
        gz = 0.0 if mirror[i] else 2 * x[i, 2] + 0.5
        size = gx * gx + gy * gy + gz * gz + 1e-6
        push = min(inside / size, 0.3 / np.sqrt(size))
        x[i, 0] += push * gx
        x[i, 1] += push * gy
        x[i, 2] += push * gz
        for k in range(3):
            x[i, k] += friction * (before[i, k] - x[i, k]) * (1.0 if k < 2 else 0.0)
