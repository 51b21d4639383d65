"""A body's shape and a pose -> its points in space, its bones and its landmarks.

Notable here:
- the bodies come from `assets/studio/bodies.npz` (CC0, see `make_bodies.py` there): all share one
  mesh, so whatever is said of a point of the mean body holds for that point of every body.
- arms and legs are posed by where the wrist and the ankle go (two-bone inverse kinematics), so one
  pose fits short and long arms; spine, neck and head by angles.
- points follow their bones by linear blend skinning (Magnenat-Thalmann et al., 1988).

Space: centimetres, x right in the picture (the wearer's left), y down, z towards the camera; the
origin is the pelvis.
"""

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tryon.core.places import ASSETS
from tryon.core.types import Pose

Array = NDArray[np.float32]

FILE = ASSETS / "studio" / "bodies.npz"
HEAD, HAND_L, HAND_R, FOOT_L, FOOT_R, EYE = 1, 2, 3, 4, 5, 6  # of `Mesh.part`
FARTHEST = 2.2  # standard deviations from the mean body
STRAIGHT = 0.998  # of an arm's length: farther a wrist is not reached
SIDES_OF = {"L": 1.0, "R": -1.0}
FORWARD = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False)
class Mesh:
    """What all bodies share. mean: (N, 3) points of the mean body; faces: (F, 3); parents: (B,);
    weights: (N, B) float32, rows sum to 1; part: (N,), 0 = body."""

    mean: Array
    heads: Array
    components: Array
    coefficients: Array
    woman: NDArray[np.bool_]
    faces: NDArray[np.int64]
    parents: NDArray[np.int64]
    bones: dict[str, int]
    weights: Array
    part: NDArray[np.uint8]


@cache
def mesh() -> Mesh:
    """The stored bodies. FileNotFoundError where the file is missing."""
    with np.load(FILE) as stored:
        part = stored["part"]
        count, bones = len(part), [str(name) for name in stored["bones"]]
        weights = np.zeros((count, len(bones)), np.float32)
        rows = np.arange(count)[:, None]
        weights[rows, stored["weight_bones"]] = stored["weights"]
        weights /= weights.sum(1, keepdims=True)
        return Mesh(
            mean=stored["mean"][:count],
            heads=stored["mean"][count:],
            components=stored["components"].astype(np.float32),
            coefficients=stored["coefficients"],
            woman=stored["woman"],
            faces=stored["faces"].astype(np.int64)[:, ::-1].copy(),  # outward in this space
            parents=stored["parents"].astype(np.int64),
            bones={name: number for number, name in enumerate(bones)},
            weights=weights,
            part=part,
        )


@dataclass(frozen=True, eq=False)
class Body:
    """points: (N, 3) at rest. heads: (B, 3) where its bones begin. woman: bool."""

    points: Array
    heads: Array
    woman: bool

    @cached_property
    def normals(self) -> Array:
        """(N, 3) unit, outward."""
        return normals_of(self.points, mesh().faces)


def normals_of(points: np.ndarray, faces: np.ndarray) -> Array:
    """(n, 3) unit normals of points, by the (F, 3) faces around them."""
    a, b, c = (points[faces[:, k]].T for k in range(3))
    x, y, z = b - a
    u, v, w = c - a
    flat = faces.ravel()
    total = np.stack(
        [
            np.bincount(flat, np.repeat(one, 3), len(points))
            for one in (y * w - z * v, z * u - x * w, x * v - y * u)
        ],
        1,
    )
    size = np.sqrt(np.einsum("ni,ni->n", total, total))
    return (total / np.maximum(size, 1e-9)[:, None]).astype(np.float32)


def made(coefficients: np.ndarray, woman: bool) -> Body:
    """The body with these (K,) coefficients of the main ways in which bodies differ."""
    shared = mesh()
    moved = np.tensordot(coefficients.astype(np.float32), shared.components, 1)
    count = len(shared.part)
    return Body(shared.mean + moved[:count], shared.heads + moved[count:], woman)


def someone(rng: np.random.Generator) -> Body:
    """A body between two of the stored ones, of the same sex."""
    shared = mesh()
    one = int(rng.integers(len(shared.woman)))
    alike = np.flatnonzero(shared.woman == shared.woman[one])
    share = rng.uniform(0, 0.5)
    other = shared.coefficients[rng.choice(alike)]
    mixed = (1 - share) * shared.coefficients[one] + share * other
    return made(np.clip(mixed, -FARTHEST, FARTHEST), bool(shared.woman[one]))


@dataclass(frozen=True)
class Stance:
    """How somebody stands. Angles in degrees; x, y, z as the space.

    turns: bone -> angles about x, y, z. arms, legs: side -> where the wrist (ankle) goes and where
    the elbow (knee) points, both relative to the shoulder joint (hip joint), in units of the
    limb's length. yaw, roll: of the whole body. palms: side -> turn of the forearm. curl: of the
    fingers.
    """

    name: str
    turns: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    arms: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    legs: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    palms: dict[str, float] = field(default_factory=dict)
    curl: float = 12.0
    yaw: float = 0.0
    roll: float = 0.0


class Posed(NamedTuple):
    """blend: (N, 3, 4) each point's own map from rest to pose. heads: (B, 3) posed. turns:
    (B, 3, 3) of the bones."""

    blend: Array
    heads: Array
    turns: Array

    def moved(self, points: Array, which: NDArray[np.int64] | slice = slice(None)) -> Array:
        """(n, 3) points at rest that belong to the mesh's points `which`, posed."""
        blend = self.blend[which]
        return np.einsum("nij,nj->ni", blend[..., :3], points) + blend[..., 3]

    def turned(self, normals: Array, which: NDArray[np.int64] | slice = slice(None)) -> Array:
        """(n, 3) directions at rest, posed."""
        return np.einsum("nij,nj->ni", self.blend[which, :, :3], normals)


def pose(body: Body, stance: Stance) -> Posed:
    """The body in a stance."""
    shared = mesh()
    bones, count = shared.bones, len(shared.parents)
    rest = body.heads.astype(np.float64)
    turns = np.empty((count, 3, 3))
    heads = np.empty((count, 3))
    fixed: dict[int, np.ndarray] = {}  # turns that inverse kinematics asks for
    whole = _euler(0, stance.yaw, stance.roll)
    bent = {
        letter: _about(_finger_hinge(rest, bones, letter), stance.curl * side)
        for letter, side in SIDES_OF.items()
    }
    for bone, number in bones.items():
        parent = int(shared.parents[number])
        if parent < 0:
            turns[number] = whole @ _euler(*stance.turns.get(bone, (0, 0, 0)))
            heads[number] = rest[number]
            continue
        heads[number] = turns[parent] @ (rest[number] - rest[parent]) + heads[parent]
        stem, _, letter = bone.partition(".")
        if stem in ("upperarm01", "upperleg01"):
            _reach(stance, bones, rest, turns, heads, number, fixed)
        if number in fixed:
            turns[number] = fixed[number]
        else:
            turns[number] = turns[parent]
        if bone in stance.turns:
            turns[number] = turns[number] @ _euler(*stance.turns[bone])
        if stem.startswith("finger") and not stem.startswith("finger1"):
            turns[number] = turns[parent] @ bent[letter]
    maps = np.concatenate([turns, (heads - np.einsum("bij,bj->bi", turns, rest))[..., None]], 2)
    blend = shared.weights @ maps.reshape(count, 12).astype(np.float32)
    return Posed(blend.reshape(-1, 3, 4), heads.astype(np.float32), turns.astype(np.float32))


def _finger_hinge(rest: np.ndarray, bones: dict[str, int], letter: str) -> np.ndarray:
    across = rest[bones[f"finger5-1.{letter}"]] - rest[bones[f"finger2-1.{letter}"]]
    return across / np.linalg.norm(across)


def _reach(
    stance: Stance,
    bones: dict[str, int],
    rest: np.ndarray,
    turns: np.ndarray,
    heads: np.ndarray,
    first: int,
    fixed: dict[int, np.ndarray],
) -> None:
    """Asks for the turns of a limb so that its end comes to where the stance wants it."""
    name = next(bone for bone, number in bones.items() if number == first)
    stem, letter = name.split(".")
    side = "left" if letter == "L" else "right"
    arm = stem == "upperarm01"
    wanted = (stance.arms if arm else stance.legs).get(side)
    if wanted is None:
        return
    chain = (
        ("upperarm01", "upperarm02", "lowerarm01", "lowerarm02", "wrist")
        if arm
        else ("upperleg01", "upperleg02", "lowerleg01", "lowerleg02", "foot")
    )
    ids = [bones[f"{one}.{letter}"] for one in chain]
    start, middle, end = rest[ids[0]], rest[ids[2]], rest[ids[4]]
    a, b = float(np.linalg.norm(middle - start)), float(np.linalg.norm(end - middle))
    # Relative to the trunk, which leans and turns.
    trunk = turns[bones["spine01"]] if arm else turns[bones["root"]]
    target = trunk @ np.asarray(wanted[0], float) * (a + b)
    pole = trunk @ np.asarray(wanted[1], float)
    far = float(np.linalg.norm(target))
    reach = float(np.clip(far, abs(a - b) * 1.02 + 1e-3, STRAIGHT * (a + b)))
    along = target / max(np.linalg.norm(target), 1e-6)
    aside = pole - along * (pole @ along)
    aside /= max(np.linalg.norm(aside), 1e-6)
    cosine = np.clip((a * a + reach * reach - b * b) / (2 * a * reach), -1, 1)
    joint = along * (a * cosine) + aside * (a * np.sqrt(1 - cosine * cosine))
    rest_pole = (middle - (start + end) / 2) if arm else FORWARD
    up = _frame(joint, aside) @ _frame(middle - start, rest_pole).T
    down = _frame(along * reach - joint, aside) @ _frame(end - middle, rest_pole).T
    fixed[ids[0]] = fixed[ids[1]] = up
    fixed[ids[2]] = down
    twist = _about((along * reach - joint) / b, stance.palms.get(side, 0.0)) if arm else np.eye(3)
    half = (
        _about((along * reach - joint) / b, stance.palms.get(side, 0.0) / 2) if arm else np.eye(3)
    )
    fixed[ids[3]] = half @ down
    fixed[ids[4]] = twist @ down
    if not arm:  # feet stay flat, turned as the leg is
        flat = _frame(np.array([0.0, 1.0, 0.0]), aside) @ _frame(np.array([0.0, 1.0, 0]), FORWARD).T
        fixed[ids[4]] = flat


def _frame(along: np.ndarray, pole: np.ndarray) -> np.ndarray:
    """(3, 3) orthonormal columns: along, what of the pole is across it, and their product."""
    one = along / np.linalg.norm(along)
    two = pole - one * (pole @ one)
    two = two / max(np.linalg.norm(two), 1e-9)
    return np.stack([one, two, np.cross(one, two)], 1)


def _about(axis: np.ndarray, degrees: float) -> np.ndarray:
    """(3, 3) turn about a unit axis (Rodrigues)."""
    angle = np.deg2rad(degrees)
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def _euler(x: float, y: float, z: float) -> np.ndarray:
    axes = np.eye(3)
    return _about(axes[1], y) @ _about(axes[2], z) @ _about(axes[0], x)


# --- landmarks -----------------------------------------------------------------------------------

_JOINTS = {
    Pose.LEFT_SHOULDER: "upperarm01.L",
    Pose.LEFT_ELBOW: "lowerarm01.L",
    Pose.LEFT_WRIST: "wrist.L",
    Pose.LEFT_PINKY: "finger5-2.L",
    Pose.LEFT_INDEX: "finger2-2.L",
    Pose.LEFT_THUMB: "finger1-2.L",
    Pose.LEFT_HIP: "upperleg01.L",
    Pose.LEFT_KNEE: "lowerleg01.L",
    Pose.LEFT_ANKLE: "foot.L",
    Pose.LEFT_FOOT: "toe2-1.L",
}
HIPS_IN = 0.86  # the pose model's hips are nearer each other than the joints


@cache
def _surface_landmarks() -> dict[int, int]:
    """Landmarks that are points of the mesh: of the face and the heels."""
    shared = mesh()
    points, eyes = shared.mean, shared.heads[shared.bones["eye.L"]]
    head = np.flatnonzero(shared.part == HEAD)

    def nearest(x: float, y: float, z: float) -> int:
        away = np.abs(points[head] - np.array([x, y, z])) @ np.array([1.0, 1.0, 0.25])
        return int(head[away.argmin()])

    x, y, z = eyes
    # the pose model's 1, 3, 4, 6 are the corners of the eyes
    found: dict[int, int] = {
        Pose.NOSE: int(head[points[head][:, 2].argmax()]),
        1: nearest(x - 1.5, y, z),
        Pose.LEFT_EYE: nearest(x, y, z + 1),
        3: nearest(x + 1.6, y, z),
        4: nearest(-x + 1.5, y, z),
        Pose.RIGHT_EYE: nearest(-x, y, z + 1),
        6: nearest(-x - 1.6, y, z),
        Pose.MOUTH_LEFT: nearest(2.3, y + 7.2, z),
        Pose.MOUTH_RIGHT: nearest(-2.3, y + 7.2, z),
        Pose.LEFT_EAR: int(head[points[head][:, 0].argmax()]),
        Pose.RIGHT_EAR: int(head[points[head][:, 0].argmin()]),
    }
    heels: tuple[tuple[int, int], ...] = ((Pose.LEFT_HEEL, FOOT_L), (Pose.RIGHT_HEEL, FOOT_R))
    for heel, part in heels:
        foot = np.flatnonzero(shared.part == part)
        found[heel] = int(foot[(points[foot][:, 2] - points[foot][:, 1]).argmin()])
    return found


def landmarks(body: Body, posed: Posed) -> Array:
    """(33, 3): the pose model's landmarks in space."""
    shared, found = mesh(), np.zeros((33, 3), np.float32)
    for number, bone in _JOINTS.items():
        found[number] = posed.heads[shared.bones[bone]]
        found[number + 1] = posed.heads[shared.bones[bone.replace(".L", ".R")]]
    hips = found[[Pose.LEFT_HIP, Pose.RIGHT_HIP]]
    found[[Pose.LEFT_HIP, Pose.RIGHT_HIP]] = hips.mean(0) + HIPS_IN * (hips - hips.mean(0))
    for place, point in _surface_landmarks().items():
        found[place] = posed.moved(body.points[point : point + 1], np.array([point]))[0]
    return found
