"""Cut + body + pose -> the garment's surfaces in space, point by point the same on every body.

Notable here:
- from the shoulders to the high hip, and around each leg of trousers, cloth is a shell: the body's
  own surface at rest, pushed outwards, made to fall straight below the bust, widened around arms
  and legs. It follows the pose by the body's own weights; wide sleeves sag after posing.
- what hangs around both legs (skirts, dresses, long tops, coats) is a tube: rings in the pose
  itself, each the convex hull of what is within, wider towards the hem, with ripples. So walking
  legs push a skirt out, and it never goes between them.
- a shell's and a tube's points keep their place on the mean body, which is where the picture of the
  garment has them too: that is why flow is exact.

Cloth stretched over the convex hull of what it hangs on is the limit of a taut skirt; nothing here
is simulated.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tryon.core.types import Kind
from tryon.training.studio.bodies import (
    HAND_L,
    HAND_R,
    Array,
    Body,
    Posed,
    mesh,
    normals_of,
)
from tryon.training.studio.garments import ARMPIT, HIGH_HIP, Cut
from tryon.training.studio.places import (
    NOT_ON_ARM,
    arm_coordinates,
    arm_joints,
    around_trunk,
    leg_joints,
    places,
)

ANGLES, HEIGHTS = 48, 44  # of the map of the trunk's radii
TOP, BOTTOM = -66.0, 22.0  # its limits, y of the body
AROUND, DOWN = 72, 26  # points of a tube
OVERLAP = 6.0  # cm that a tube reaches into the shell above it
RAMP = 9.0  # cm below a shell over which a tube goes over into its own width
THICK = 0.5  # cm between skin and the tightest cloth
SMALLEST = 0.3  # cm


class Sewn(NamedTuple):
    """A piece of a garment. points, normals: (n, 3) posed. canon, limb: (n, 3) places on the mean
    body. faces: (F, 3). own: True for cloth that is not the body's shell."""

    points: Array
    normals: Array
    canon: Array
    limb: Array
    faces: NDArray[np.int64]
    own: bool
    trim: bool = False


def sewn(
    points: np.ndarray,
    normals: np.ndarray,
    canon: np.ndarray,
    limb: np.ndarray,
    faces: NDArray[np.int64],
    own: bool = True,
) -> Sewn:
    """A piece of these arrays."""
    four = [np.asarray(one, np.float32) for one in (points, normals, canon, limb)]
    return Sewn(four[0], four[1], four[2], four[3], faces, own)


class Shell(NamedTuple):
    """which: (n,) points of the mesh. faces: (F, 3) of them. corners: for adding normals up."""

    which: NDArray[np.int64]
    faces: NDArray[np.int64]


@cache
def shell(part: str) -> Shell:
    """The part of the mesh that cloth of a part ("upper", "lower", "whole") is made from."""
    shared, where = mesh(), places()
    y = where.canon[:, 1]
    hand = np.isin(shared.part, (HAND_L, HAND_R)) & (where.limb[:, 0] > 1.06)
    trunk = (y > -70) & ~hand
    limits = {
        "upper": trunk & ((y < 30) | (where.arm > 0.5)),
        "lower": (y > -32) & (where.arm < 0.4),
    }
    on = limits[part] & ~where.above_jaw
    if part == "lower":
        on &= y < 98
    faces = shared.faces[on[shared.faces].all(1)]
    which, faces = np.unique(faces, return_inverse=True)
    return Shell(which, faces.reshape(-1, 3))


def sew(cut: Cut, body: Body, posed: Posed, flat: float = 0.0, under: float = 0.0) -> list[Sewn]:
    """The garment on a body. flat: 0 = worn, 1 = lying, where nothing sags. under: cm of room for
    what is worn below it."""
    pieces = []
    radii = _trunk_of(body)
    if cut.leg is not None:
        pieces.append(_shell_piece(cut, body, posed, "lower", radii, flat, under))
    elif cut.kind != Kind.LOWER:
        pieces.append(_shell_piece(cut, body, posed, "upper", radii, flat, under))
    if cut.skirt:
        pieces.append(_tube(cut, body, posed, pieces[0] if pieces else None, under, flat))
    if cut.hood:
        pieces.append(_hood(body, posed)._replace(trim=True))
    if cut.collar > 0:
        pieces.append(_collar(cut, body, posed)._replace(trim=True))
    return pieces


# --- shells --------------------------------------------------------------------------------------


class Trunk(NamedTuple):
    """A body's trunk at rest as radii around its middle line. middle: (HEIGHTS,) z of the line;
    radius: (HEIGHTS, ANGLES) cm."""

    middle: Array
    radius: Array


def _rows(y: np.ndarray) -> np.ndarray:
    return np.clip((y - TOP) / (BOTTOM - TOP) * (HEIGHTS - 1), 0, HEIGHTS - 1.001)


def _trunk_of(body: Body) -> Trunk:
    """`_trunk`, found once a body."""
    kept = body.__dict__.get("_trunk")
    if kept is None:
        kept = body.__dict__["_trunk"] = _trunk(body)
    return kept


def _trunk(body: Body) -> Trunk:
    shared, where = mesh(), places()
    on = (where.arm < 0.35) & (shared.part == 0) & (body.points[:, 1] < BOTTOM)
    points = body.points[on]
    row = np.round(_rows(points[:, 1])).astype(int)
    count = np.bincount(row, minlength=HEIGHTS)
    low = np.full(HEIGHTS, 99.0)
    high = np.full(HEIGHTS, -99.0)
    np.minimum.at(low, row, points[:, 2])
    np.maximum.at(high, row, points[:, 2])
    known = count > 2
    middle = np.interp(np.arange(HEIGHTS), np.flatnonzero(known), ((low + high) / 2)[known])
    middle = _smooth(middle[:, None], 4, 0)[:, 0]
    x, z = points[:, 0], points[:, 2] - middle[row]
    angle = np.round(np.arctan2(x, z) / (2 * np.pi) * ANGLES).astype(int) % ANGLES
    radius = np.zeros((HEIGHTS, ANGLES))
    np.maximum.at(radius, (row, angle), np.hypot(x, z))
    return Trunk(middle.astype(np.float32), _filled(radius).astype(np.float32))


def _filled(radius: np.ndarray) -> np.ndarray:
    """Zeros are unknown: taken from what is known near them."""
    known = (radius > 0).astype(float)
    value, weight = radius * known, known
    for _ in range(3):
        value, weight = _smooth(value, 1, 1), _smooth(weight, 1, 1)
        near = value / np.maximum(weight, 1e-6)
        radius = np.where(radius > 0, radius, np.where(weight > 1e-3, near, 0))
    return radius


def _smooth(values: np.ndarray, down: int, around: int) -> np.ndarray:
    """Binomially smoothed so many times along the rows, and around the columns, which close."""
    for _ in range(down):
        padded = np.concatenate([values[:1], values, values[-1:]])
        values = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    for _ in range(around):
        values = (np.roll(values, 1, 1) + 2 * values + np.roll(values, -1, 1)) / 4
    return values


def _looked_up(table: np.ndarray, row: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """(HEIGHTS, ANGLES) table between its rows and columns."""
    i, j = row.astype(int), np.floor(angle).astype(int)
    u, v = row - i, angle - j
    j, k = j % ANGLES, (j + 1) % ANGLES
    i1 = np.minimum(i + 1, HEIGHTS - 1)
    upper = table[i, j] * (1 - v) + table[i, k] * v
    return upper * (1 - u) + (table[i1, j] * (1 - v) + table[i1, k] * v) * u


def _shell_piece(
    cut: Cut, body: Body, posed: Posed, part: str, trunk: Trunk, flat: float, under: float
) -> Sewn:
    which, faces = shell(part)
    where = places()
    rest = body.points[which].astype(np.float64)
    canon, limb = where.canon[which], where.limb[which]
    normal = body.normals[which]
    pushed = rest + normal * (THICK + under + _shoulder_ease(cut, canon))[:, None]

    # the trunk: as wide as the widest above it, where it hangs
    row = _rows(rest[:, 1])
    middle = np.interp(row, np.arange(HEIGHTS), trunk.middle)
    x, z = rest[:, 0], rest[:, 2] - middle
    r = np.hypot(x, z)
    angle = (np.arctan2(x, z) / (2 * np.pi) * ANGLES) % ANGLES
    wanted = _looked_up(_hung(trunk.radius, cut.hang), row, angle) + THICK + under + cut.ease
    radial = np.maximum(r + THICK + under + 0.6 * cut.ease, wanted)
    below = np.clip((canon[:, 1] - (ARMPIT - 8)) / 10, 0, 1)
    share = below * np.clip(1 - where.arm[which] / 0.5, 0, 1)
    if part == "lower":
        share *= np.clip((16 - canon[:, 1]) / 14, 0, 1)
    factor = radial / np.maximum(r, SMALLEST)
    round_trunk = np.stack([x * factor, rest[:, 1], z * factor + middle], 1)
    pushed = pushed + share[:, None] * (round_trunk - pushed)

    sag = np.zeros(len(which))
    axis = np.zeros((len(which), 3))
    if part == "lower" and cut.leg is not None:
        _widen_legs(cut, body, which, rest, pushed, sag, under)
    elif cut.sleeve > 0:
        _widen_sleeves(cut, body, which, rest, pushed, sag, axis, under)
    points = posed.moved(pushed.astype(np.float32), which).astype(np.float64)
    if sag.any() and flat < 1:
        along = posed.turned(axis.astype(np.float32), which)
        down = np.array([0.0, 1.0, 0.0]) - along * along[:, 1:2]
        points += (1 - flat) * (0.75 * sag)[:, None] * down
    normals = normals_of(points, faces)
    return sewn(points, normals, canon, limb, faces, own=False)


def _shoulder_ease(cut: Cut, canon: np.ndarray) -> np.ndarray:
    """cm of room at a place above the armpits: less near the neck."""
    away = np.clip((np.abs(canon[:, 0]) - 6) / 10, 0, 1)
    return 0.15 * cut.ease + 0.3 * cut.ease * away


def _hung(radius: np.ndarray, hang: float) -> np.ndarray:
    """Radii of cloth that falls from the widest place above."""
    first = int(_rows(np.array(ARMPIT)))
    falling = radius.copy()
    falling[first:] = np.maximum.accumulate(radius[first:], 0)
    falling = _smooth(falling, 1, 2)
    return radius + hang * (np.maximum(falling, radius) - radius)


def _widen_sleeves(
    cut: Cut,
    body: Body,
    which: np.ndarray,
    rest: np.ndarray,
    pushed: np.ndarray,
    sag: np.ndarray,
    axis: np.ndarray,
    under: float,
) -> None:
    """In place: cloth around the arms, wider than they are by what the cut asks."""
    where = places()
    begin, end = cut.sleeve_ease
    for letter, side in (("L", where.left), ("R", ~where.left)):
        on = side[which] & (where.limb[which, 0] > -0.1)
        found = arm_coordinates(rest[on], arm_joints(body.heads, letter), letter)
        r = np.linalg.norm(found.away, axis=1)
        t = np.clip(where.limb[which[on], 0] / max(cut.sleeve, 0.1), 0, 1.05)
        room = begin + (end - begin) * t + cut.puff * np.exp(-(((t - 0.78) / 0.2) ** 2))
        long = cut.sleeve > 0.55
        arm = 6.2 - (2.6 if long else 0.9) * t if cut.leg is None else r
        wide = np.maximum(r + THICK + under, 0.5 * r + 0.5 * arm + THICK + under + room)
        if long and cut.puff > 0.4:  # gathered into a cuff
            gathered = np.clip((t - 0.93) / 0.05, 0, 1)
            wide = wide + gathered * (r + THICK + under + 0.3 - wide)
        place = where.limb[which[on], 0]
        # over the shoulder cloth lies on the arm: what is wider hangs below it
        upward = np.clip(found.up / np.maximum(r, SMALLEST), 0, 1) * np.clip(1.3 - 3 * place, 0, 1)
        snug = r + THICK + under + 0.2 * begin
        wide = wide + upward * np.minimum(snug - wide, 0)
        ease_in = np.clip((place + 0.06) / 0.22, 0, 1)
        ease_in = (ease_in * ease_in * (3 - 2 * ease_in))[:, None]
        moved = rest[on] + found.away * (wide / np.maximum(r, SMALLEST) - 1)[:, None]
        pushed[on] += ease_in * (moved - pushed[on])
        sag[on] = np.maximum(wide - r - THICK - under, 0) * ease_in[:, 0]
        axis[on] = found.axis


def _widen_legs(
    cut: Cut,
    body: Body,
    which: np.ndarray,
    rest: np.ndarray,
    pushed: np.ndarray,
    sag: np.ndarray,
    under: float,
) -> None:
    """In place: cloth around each leg."""
    assert cut.leg is not None
    where = places()
    thigh, knee, hem = cut.leg
    for letter, side in (("L", where.left), ("R", ~where.left)):
        y = where.canon[which, 1]
        on = side[which] & (y > 0)
        found = arm_coordinates(rest[on], leg_joints(body.heads, letter), letter)
        r = np.linalg.norm(found.away, axis=1)
        room = np.interp(y[on], (8.0, 48.0, max(cut.hem, 60.0)), (thigh, knee, hem))
        leg = np.interp(y[on], (8.0, 30.0, 48.0, 60.0, 93.0), (9.5, 8.6, 6.4, 6.2, 4.6))
        loose = np.clip(room / 3, 0, 1)
        wide = np.maximum(r + THICK + under, (1 - loose) * r + loose * leg + room + THICK + under)
        ease_in = np.clip((y[on] - 6) / 14, 0, 1)
        ease_in = (ease_in * ease_in * (3 - 2 * ease_in))[:, None]
        moved = rest[on] + found.away * (wide / np.maximum(r, SMALLEST) - 1)[:, None]
        pushed[on] += ease_in * (moved - pushed[on])


# --- tubes ---------------------------------------------------------------------------------------


def _tube(
    cut: Cut, body: Body, posed: Posed, above: Sewn | None, under: float, flat: float
) -> Sewn:
    """Cloth around both legs, from the high hip (or the garment's top) to the hem."""
    shared, where = mesh(), places()
    root = posed.turns[shared.bones["root"]].astype(np.float64)
    origin = posed.heads[shared.bones["root"]].astype(np.float64)
    start = cut.top if cut.kind == Kind.LOWER else HIGH_HIP - OVERLAP
    canon_y = np.linspace(start, cut.hem, DOWN)
    heights = _own_heights(body, canon_y)

    on = (where.arm < 0.3) & (where.canon[:, 1] > start - 4) & (shared.part == 0)
    inside = (posed.moved(body.points[on], np.flatnonzero(on)) - origin) @ root
    room = THICK + under + cut.ease
    radius, middle = _hulls(inside, heights)
    radius = radius + room
    if above is not None:
        joined = int((canon_y < HIGH_HIP).sum()) + 1  # rings within the shell
        near = (above.canon[:, 1] > start - 4) & (above.canon[:, 1] < HIGH_HIP + 9)
        near &= above.limb[:, 0] < -0.1
        around = (above.points[near] - origin) @ root
        joint, _ = _hulls(around, heights[:joined], middle[:joined], OVERLAP / 2)
        radius[:joined] = joint - np.linspace(0.9, 0.1, joined)[:, None]
    fall = heights - heights[0]
    wider = radius[0] + cut.flare * fall[:, None] * np.clip(fall / 8, 0, 1)[:, None]
    straight = np.maximum(radius, wider)
    if cut.flare > 0.02:  # falls from the widest place
        straight = np.maximum(straight, 0.93 * np.maximum.accumulate(straight, 0))
    smooth = np.maximum(_smooth(straight, 3, 2), radius - 0.3)
    if above is not None:  # goes over from the shell's width into its own
        k = np.clip(
            (np.arange(DOWN)[:, None] - joined + 1) * (heights[1] - heights[0]) / RAMP, 0, 1
        )
        tight = np.maximum(radius[joined - 1], radius - cut.ease)
        smooth = tight + k * k * (3 - 2 * k) * np.maximum(smooth - tight, 0)
        smooth[:joined] = radius[:joined]
    angle = np.arange(AROUND) / AROUND * 2 * np.pi  # 0 = in front
    count, deep = cut.ripples
    wave = np.cos(count * angle + 1.3 * np.sin(2 * angle) + 0.7 * count)
    grown = np.clip(fall / max(fall[-1], 1.0), 0, 1)[:, None]
    smooth = smooth + (1 - 0.6 * flat) * deep * grown * (wave + 0.4)[None]

    x = smooth * np.sin(angle)
    z = smooth * np.cos(angle) + middle[:, None]
    y = np.broadcast_to(heights[:, None], x.shape)
    points = np.stack([x, y, z], -1).reshape(-1, 3) @ root.T + origin
    own = np.broadcast_to(_hip_radii(), (DOWN, AROUND))
    places_of = [
        own * np.sin(angle),
        np.broadcast_to(canon_y[:, None], own.shape),
        own * np.cos(angle),
    ]
    canon = np.stack(places_of, -1).reshape(-1, 3)
    faces = grid_faces(DOWN, AROUND)
    limb = _no_limb(canon)
    normals = normals_of(points, faces)
    outward = (normals * (points - origin)).sum() > 0
    if not outward:
        faces = faces[:, ::-1]
        normals = -normals
    return sewn(points, normals, canon, limb, faces)


def _no_limb(canon: np.ndarray) -> np.ndarray:
    """(n, 3) `Places.limb` of cloth on no arm."""
    limb = np.zeros_like(canon)
    limb[:, 0] = NOT_ON_ARM
    limb[:, 2] = around_trunk(canon)
    return limb


@cache
def _hip_radii() -> np.ndarray:
    """(AROUND,) radii of the mean body where tubes begin: cloth is measured by them."""
    shared = mesh()
    trunk = _trunk(Body(shared.mean, shared.heads, False))
    row = trunk.radius[int(_rows(np.array(HIGH_HIP)))]
    angle = np.arange(AROUND) / AROUND
    return np.interp(angle, np.arange(ANGLES + 1) / ANGLES, np.append(row, row[0]))


@cache
def grid_faces(down: int, around: int) -> NDArray[np.int64]:
    """(F, 3) of a grid that closes around."""
    i, j = np.mgrid[: down - 1, :around]
    k = (j + 1) % around
    a, b, c, d = i * around + j, i * around + k, (i + 1) * around + j, (i + 1) * around + k
    return np.concatenate([np.stack([a, c, b], -1), np.stack([b, c, d], -1)]).reshape(-1, 3)


def _own_heights(body: Body, canon_y: np.ndarray) -> np.ndarray:
    """y of the mean body -> y of this body's, from pelvis to ankle."""
    shared = mesh()
    ids = [shared.bones[one] for one in ("spine03", "root", "lowerleg01.L", "foot.L")]
    mean, own = shared.heads[ids, 1], body.heads[ids, 1]
    inside = np.interp(canon_y, mean, own)
    low = np.minimum(canon_y - mean[0], 0) + np.maximum(canon_y - mean[-1], 0)
    return inside + low


def _hulls(
    points: np.ndarray,
    heights: np.ndarray,
    middle: np.ndarray | None = None,
    reach: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """(k, AROUND) radii of the convex hull of the points near each height, and (k,) z of its
    middle. reach: how near, in cm."""
    step = (heights[-1] - heights[0]) / max(len(heights) - 1, 1)
    reach = reach if reach is not None else max(step, 2.0)
    angle = np.arange(AROUND) / AROUND * 2 * np.pi
    towards = np.stack([np.sin(angle), np.cos(angle)])  # 2, A
    flat = points[:, [0, 2]] @ towards  # n, A: how far each point lies in each direction
    support = np.full((len(heights), AROUND), -99.0)
    for k, height in enumerate(heights):
        near = np.abs(points[:, 1] - height) < reach
        if near.any():
            support[k] = flat[near].max(0)
    for k in range(1, len(heights)):  # below the feet: as above
        if support[k, 0] < -90:
            support[k] = support[k - 1]
    half = AROUND // 2
    if middle is None:
        middle = (support[:, 0] - support[:, half]) / 2
        middle = _smooth(middle[:, None], 3, 0)[:, 0]
    support = support - middle[:, None] * np.cos(angle)
    apart = angle[:, None] - angle[None]
    facing = np.cos(apart)
    inverse = np.where(facing > 0.25, 1 / np.maximum(facing, 0.25), np.inf)
    radius = np.min(np.maximum(support, SMALLEST)[:, None, :] * inverse[None], 2)
    return radius, middle


# --- hoods ---------------------------------------------------------------------------------------


def _hood(body: Body, posed: Posed) -> Sewn:
    """A hood that hangs down: a thick roll around the back of the neck."""
    shared, where = mesh(), places()
    bone = shared.bones["spine01"]
    turn = posed.turns[bone].astype(np.float64)
    rest = body.heads[bone].astype(np.float64)
    neck = body.points[(np.abs(where.canon[:, 1] + 60) < 1.5) & (where.arm < 0.1)]
    middle = neck.mean(0).astype(np.float64)
    wide = float(np.ptp(neck[:, 0])) / 2
    around, tube = 40, 14
    a = np.linspace(-0.97 * np.pi, 0.97 * np.pi, around)[:, None]  # 0 = behind
    b = np.arange(tube)[None] / tube * 2 * np.pi
    thick = 3.6 * (0.35 + 0.65 * np.cos(a / 2) ** 1.0)
    ring = wide + 1.5 + 0.4 * thick
    x = (ring + thick * np.cos(b)) * np.sin(a)
    z = -(ring * 0.95 + thick * np.cos(b)) * np.cos(a) + 0.5
    y = 1.2 + 5.0 * (1 - np.cos(a / 2)) * 1.3 + thick * 0.9 * np.sin(b) - 1.0
    points = np.stack([x, y, z], -1).reshape(-1, 3) + middle
    points = (points - rest) @ turn.T + posed.heads[bone]
    faces = grid_faces(around, tube)
    normals = normals_of(points, faces)
    canon = np.stack(
        [
            9.0 * np.sin(a) * np.ones((1, tube)),
            -58.0 + 2.5 * np.sin(b) * np.ones((around, 1)),
            -9.0 * np.cos(a) - 12.0 + 0 * b,
        ],
        -1,
    ).reshape(-1, 3)
    limb = _no_limb(canon)
    centre = (points.reshape(around, tube, 3).mean(1, keepdims=True)).repeat(tube, 1).reshape(-1, 3)
    if (normals * (points - centre)).sum() < 0:
        faces, normals = faces[:, ::-1], -normals
    return sewn(points, normals, canon, limb, faces)


# --- collars -------------------------------------------------------------------------------------


def _collar(cut: Cut, body: Body, posed: Posed) -> Sewn:
    """A collar turned down around the neck, open in front, with points."""
    shared, where = mesh(), places()
    bone = shared.bones["spine01"]
    neck_on = (np.abs(where.canon[:, 1] - where.neck_y + 1.0) < 1.2) & (where.arm < 0.1)
    neck = body.points[neck_on].astype(np.float64)
    middle = neck.mean(0)
    wide, deep = float(np.ptp(neck[:, 0])) / 2, float(np.ptp(neck[:, 2])) / 2
    around, down = 44, 8
    a = np.linspace(-np.pi + 0.16, np.pi - 0.16, around)[:, None]  # 0 = behind
    t = np.linspace(0, 1, down)[None]
    front = np.clip((np.abs(a) - 1.9) / 1.0, 0, 1) ** 2  # 1 at the points
    length = cut.collar * (0.75 + 0.55 * front)
    out = 0.5 + length * t * (0.95 - 0.50 * front)
    lean = (0.3 + 0.45 * cut.neck[1]) * (0.5 - 0.5 * np.cos(a))  # lower in front
    y = lean - 2.2 * (1 - t) ** 1.5 + length * t * (0.24 + 0.62 * front) - 0.3
    x = (wide + out) * np.sin(a) * (1 + 0.10 * front * t)
    z = -(deep + out * (1 + 0.25 * front)) * np.cos(a)
    points = np.stack([x, y, z], -1).reshape(-1, 3) + middle
    points = (points - body.heads[bone]) @ posed.turns[bone].T.astype(np.float64)
    points = points + posed.heads[bone]
    faces = grid_faces(around, down)
    columns = faces % down
    faces = faces[columns.max(1) - columns.min(1) < 2]
    normals = normals_of(points, faces)
    canon = np.stack(
        [
            (9 + 0 * t) * np.sin(a),
            where.neck_y + 1.5 + cut.collar * t * np.ones_like(a),
            -9 * np.cos(a) * np.ones_like(t),
        ],
        -1,
    ).reshape(-1, 3)
    outward = points - (middle - body.heads[bone]) @ posed.turns[bone].T - posed.heads[bone]
    if (normals * outward).sum() < 0:
        faces, normals = faces[:, ::-1], -normals
    limb = _no_limb(canon)
    return sewn(points, normals, canon, limb, faces)
