"""A body, posed -> what is seen of the person beside garments: skin, face, hair, shoes.

Notable here:
- the face has eyes, brows and lips, no more: the dressing network keeps heads as they are, and
  takes nothing from them but the tone of the skin.
- hair is the scalp pushed outwards and, where it is long, a curtain that falls behind the shoulders
  and in front of them.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tryon.fusion.hiding import Layout
from tryon.training.studio.bodies import (
    EYE,
    FOOT_L,
    FOOT_R,
    HEAD,
    Array,
    Body,
    Posed,
    mesh,
    normals_of,
)
from tryon.training.studio.places import places
from tryon.training.studio.sewing import Sewn, grid_faces, sewn

SKINS = np.array(
    [
        (0.95, 0.80, 0.72),
        (0.91, 0.73, 0.62),
        (0.84, 0.65, 0.52),
        (0.74, 0.54, 0.41),
        (0.60, 0.41, 0.30),
        (0.45, 0.30, 0.22),
        (0.31, 0.20, 0.15),
    ]
)
HAIRS = np.array(
    [
        (0.05, 0.04, 0.04),
        (0.16, 0.10, 0.07),
        (0.30, 0.18, 0.11),
        (0.48, 0.32, 0.18),
        (0.75, 0.60, 0.38),
        (0.52, 0.22, 0.12),
        (0.62, 0.61, 0.60),
    ]
)
LIMIT = 0.5


class Looks(NamedTuple):
    """skin, hair, lips, shoes: (3,) RGB 0..1. volume: cm of hair. length: cm that it falls below
    the eyes, 0 = short. open: degrees from the front where long hair begins. boots: y of the mean
    body where shoes end."""

    skin: np.ndarray
    hair: np.ndarray
    lips: np.ndarray
    shoes: np.ndarray
    volume: float
    length: float
    open: float
    boots: float


def looks(woman: bool, rng: np.random.Generator) -> Looks:
    """What somebody looks like."""
    at = rng.uniform(0, len(SKINS) - 1)
    low = int(at)
    high = min(low + 1, len(SKINS) - 1)
    skin = SKINS[low] + (at - low) * (SKINS[high] - SKINS[low]) + rng.normal(0, 0.012, 3)
    hair = HAIRS[rng.integers(len(HAIRS))] if at < 3 else HAIRS[rng.integers(3)]
    long = rng.random() < (0.72 if woman else 0.07)
    return Looks(
        skin=np.clip(skin, 0.08, 0.98),
        hair=np.clip(hair * rng.uniform(0.8, 1.2), 0.02, 0.95),
        lips=np.clip(skin * (1.0, 0.72, 0.72), 0, 1),
        shoes=np.clip(rng.choice([0.05, 0.2, 0.5, 0.9]) + rng.normal(0, 0.05, 3), 0.02, 0.97),
        volume=float(rng.uniform(1.0, 3.0) if long or rng.random() < 0.8 else 0.25),
        length=float(rng.uniform(9, 44)) if long else 0.0,
        open=float(rng.uniform(58, 110)),
        boots=float(rng.uniform(60, 88) if rng.random() < 0.12 else rng.uniform(90, 94)),
    )


@cache
def part_labels() -> NDArray[np.uint8]:
    """(N,) `Layout` of bare skin at each point."""
    shared, where = mesh(), places()
    label = np.full(len(shared.part), int(Layout.NECK), np.uint8)
    label[where.above_jaw] = Layout.HEAD
    label[where.leg > LIMIT] = Layout.LEGS
    arm = where.limb[:, 0] > 0
    label[arm & where.left] = Layout.LEFT_ARM
    label[arm & ~where.left] = Layout.RIGHT_ARM
    return label


def tints(look: Looks) -> Array:
    """(N, 3) colours of the skin, the eyes and the lips."""
    shared, where = mesh(), places()
    found = np.tile(look.skin, (len(shared.part), 1))
    at, eye = where.canon, shared.heads[shared.bones["eye.L"]]
    x, y, z = np.abs(at[:, 0]), at[:, 1] - eye[1], at[:, 2]
    front = (z > 9) & (shared.part == HEAD)
    found[front & (x < 2.5) & (np.abs(y - 7.0 - 0.12 * x) < 0.85)] = look.lips
    brow = front & (x > 1.2) & (x < 4.9) & (np.abs(y + 2.3 - 0.12 * (x - 3)) < 0.45)
    found[brow] = 0.4 * look.skin + 0.6 * look.hair
    eyes = shared.part == EYE
    found[eyes] = (0.93, 0.92, 0.9)
    found[eyes & (np.hypot(x - eye[0], y) < 0.65)] = (0.15, 0.1, 0.08)
    return found.astype(np.float32)


@cache
def _hairline() -> Array:
    """(N,) cm above (positive) the line where hair begins."""
    shared, where = mesh(), places()
    y, z = where.canon[:, 1], where.canon[:, 2]
    eye = float(shared.heads[shared.bones["eye.L"]][1])
    line = eye + np.interp(z, (-4, 0, 4.5, 6.0, 9.0, 13.0), (9.0, 5.5, 2.0, -2.0, -5.0, -6.5))
    found = line - y
    return np.where(shared.part == HEAD, found, -9.0).astype(np.float32)


@cache
def _scalp() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    line = _hairline()
    faces = mesh().faces
    faces = faces[(line[faces] > -2.5).all(1)]
    which, faces = np.unique(faces, return_inverse=True)
    return which, faces.reshape(-1, 3)


def hair(body: Body, posed: Posed, look: Looks, clothed: np.ndarray) -> list[Sewn]:
    """Scalp and, where it is long, curtain. clothed: (n, 3) points of what is worn, posed, in front
    of and behind which hair falls."""
    which, faces = _scalp()
    line = _hairline()[which]
    normal = body.normals[which]
    grown = np.clip(line / 2.5, 0, 1) ** 0.6
    out = body.points[which] + normal * (0.15 + look.volume * grown)[:, None]
    points = posed.moved(out.astype(np.float32), which)
    limb = np.zeros((len(which), 3), np.float32)
    limb[:, 0] = line
    limb[:, 2] = places().limb[which, 2]
    normals = posed.turned(normal, which)
    canon = places().canon[which]
    pieces = [Sewn(points, normals, canon, limb, faces, True)]
    if look.length > 0:
        pieces.append(_curtain(body, posed, look, clothed))
    return pieces


def _curtain(body: Body, posed: Posed, look: Looks, clothed: np.ndarray) -> Sewn:
    shared = mesh()
    down, around = 16, 36
    bones = shared.bones
    head, chest = bones["head"], bones["spine01"]
    eyes = body.heads[[bones["eye.L"], bones["eye.R"]]].mean(0).astype(np.float64)
    skull = body.points[shared.part == HEAD]
    level = skull[np.abs(skull[:, 1] - eyes[1]) < 1.5]
    half = float(np.ptp(level[:, 0])) / 2 * 0.93 + look.volume * 0.8
    back, front = float(level[:, 2].min()) - look.volume, float(eyes[2]) - 3.0
    angle = np.deg2rad(np.linspace(look.open, 360 - look.open, around))  # 0 = in front
    t = np.linspace(0, 1, down)[:, None]
    y = eyes[1] - 1.0 + t * look.length
    middle, deep = (front + back) / 2, (front - back) / 2
    narrow = 1 - 0.10 * np.sin(np.pi * np.clip(t * look.length / 14, 0, 1))
    tip = 1 - 0.25 * t**3
    x = half * narrow * tip * np.sin(angle)
    z = middle + deep * narrow * np.cos(angle)
    points = np.stack([x, np.broadcast_to(y, x.shape), z], -1).reshape(-1, 3)

    by_head = (points - body.heads[head]) @ posed.turns[head].T + posed.heads[head]
    by_chest = (points - body.heads[chest]) @ posed.turns[chest].T + posed.heads[chest]
    share = np.clip((t * look.length - 4) / 14, 0, 1) * np.ones_like(x)
    share = share.reshape(-1, 1)
    placed = (1 - share) * by_head + share * by_chest

    turn = posed.turns[chest].astype(np.float64)
    origin = posed.heads[chest]
    own = (placed - origin) @ turn
    cloth = (clothed - origin) @ turn
    cloth = cloth[(np.abs(cloth[:, 0]) < 24) & (cloth[:, 1] > -13) & (cloth[:, 1] < 40)]
    forward = np.tile(np.cos(angle) > 0.05, down)
    lower = np.clip((own[:, 1] + 15) / 6, 0, 1)  # beside the face it hangs freely
    own[:, 2] += lower * (_in_front(own, cloth, forward) - own[:, 2])
    placed = own @ turn.T + origin
    faces = _open_grid(down, around)
    normals = normals_of(placed, faces)
    outward = placed - (0.5 * (posed.heads[head] + posed.heads[chest]))
    if (normals * outward).sum() < 0:
        faces, normals = faces[:, ::-1], -normals
    limb = np.zeros_like(placed)
    limb[:, 0] = 1.0
    limb[:, 2] = np.tile(angle * 15.5, down)
    canon = np.stack(
        [half * np.tile(np.sin(angle), down), points[:, 1], half * np.tile(np.cos(angle), down)], 1
    )
    return sewn(placed, normals, canon, limb, faces)


def _in_front(hair_: np.ndarray, cloth: np.ndarray, forward: np.ndarray) -> np.ndarray:
    """(n,) z of hair, moved before or behind the cloth of its column."""
    cell, half, high = 2.5, 12, 30
    front = np.full((high, 2 * half), -99.0)
    back = np.full((high, 2 * half), 99.0)

    def cells(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        row = np.clip(((points[:, 1] + 26) / cell).astype(int), 0, high - 1)
        column = np.clip((points[:, 0] / cell + half).astype(int), 0, 2 * half - 1)
        return row, column

    np.maximum.at(front, cells(cloth), cloth[:, 2])
    np.minimum.at(back, cells(cloth), cloth[:, 2])
    for _ in range(1):  # neighbours too, so that a lock lies over an edge
        padded = np.pad(front, 1, constant_values=-99.0)
        front = np.maximum(front, np.maximum(padded[1:-1, :-2], padded[1:-1, 2:]))
        front = np.maximum(front, np.maximum(padded[:-2, 1:-1], padded[2:, 1:-1]) - 0.5)
        padded = np.pad(back, 1, constant_values=99.0)
        back = np.minimum(back, np.minimum(padded[1:-1, :-2], padded[1:-1, 2:]))
    row, column = cells(hair_)
    ahead, behind = front[row, column] + 1.7, back[row, column] - 1.0
    z = hair_[:, 2]
    return np.where(forward, np.maximum(z, ahead), np.minimum(z, behind))


def _open_grid(down: int, around: int) -> NDArray[np.int64]:
    faces = grid_faces(down, around)
    columns = faces % around
    return faces[(columns.max(1) - columns.min(1)) < 2]


@cache
def _feet() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    shared, where = mesh(), places()
    on = np.isin(shared.part, (FOOT_L, FOOT_R)) | ((where.leg > 0.9) & (where.canon[:, 1] > 58))
    faces = shared.faces[on[shared.faces].all(1)]
    which, faces = np.unique(faces, return_inverse=True)
    return which, faces.reshape(-1, 3)


def shoes(body: Body, posed: Posed) -> Sewn:
    """Both shoes, as high as boots; how high they are is the cut's matter."""
    which, faces = _feet()
    normal = body.normals[which]
    points = posed.moved((body.points[which] + 0.8 * normal).astype(np.float32), which)
    normals = posed.turned(normal, which)
    where = places()
    return Sewn(points, normals, where.canon[which], where.limb[which], faces, False)
