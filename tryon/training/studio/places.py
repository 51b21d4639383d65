"""Every point of the body -> its place on the mean body: on the trunk, along an arm, along a leg.

Notable here:
- garments are described in these places ("sleeve to 0.3 of the arm, hem at 14 cm below the
  pelvis"), so a description fits every body, and the same point of cloth is known on each.
- the armhole is a slanted plane beside the shoulder; sleeves begin there.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tryon.training.studio.bodies import EYE, FORWARD, HEAD, Array, mesh

NECK_SIDE = 7.0  # cm from the middle: where the neck meets the shoulder
ARM = 55.0  # cm, of the mean body: unit of the places along it
NOT_ON_ARM = -0.5
JAW, JAW_SLANT = 12.3, 0.42  # cm below the eyes, less for each cm behind them
ACROSS_LEGS = 1.4
SLEEVE_RADIUS, TRUNK_RADIUS = 5.0, 15.5  # cm: how far around is far around
LEAST_ARM = 0.12  # how much a point follows an arm, for it to have a place along one
BELOW_HOLE = -38.0  # y from which on the trunk is far from the armhole
HOLE_X, HOLE_Y, HOLE_SLANT = 16.8, -46.0, 0.12  # the armhole: a plane, cm of the mean body
ARM_BONES = ("upperarm", "lowerarm", "wrist", "finger", "metacarpal")
LEG_BONES = ("upperleg", "lowerleg", "foot", "toe")


class Places(NamedTuple):
    """Of the N points of the mesh. canon: (N, 3) on the mean body. limb: (N, 3): along the arm
    (0 = armhole, 1 = wrist; below 0 on the trunk), cm around it, cm around the trunk. arm: (N,)
    0..1, how much a point follows an arm. leg: (N,) the same of legs. left: (N,) bool. neck_y: y
    where the neck meets the shoulder. above_jaw: (N,) bool, of head, not neck."""

    canon: Array
    limb: Array
    arm: Array
    leg: Array
    left: NDArray[np.bool_]
    neck_y: float
    above_jaw: NDArray[np.bool_]


@cache
def places() -> Places:
    """The places of all points."""
    shared = mesh()
    points = shared.mean.astype(np.float64)
    arm = _follows(ARM_BONES)
    leg = _follows(LEG_BONES)
    left = points[:, 0] > 0
    # beside the armhole the trunk's places lead up to it, so that armholes are cut smoothly
    beside = np.abs(points[:, 0]) - HOLE_X + HOLE_SLANT * (points[:, 1] - HOLE_Y)
    beside = beside / ARM - 0.02 * np.maximum(points[:, 1] - BELOW_HOLE, 0)
    along = np.clip(beside, NOT_ON_ARM, -0.001)
    across = np.zeros((len(points), 2))
    across[:, 1] = around_trunk(points, legs=True)
    for letter, side in (("L", left), ("R", ~left)):
        on = side & (arm > LEAST_ARM)
        found = arm_coordinates(points[on], arm_joints(shared.heads, letter), letter)
        x, y = np.abs(points[on, 0]), points[on, 1]
        from_hole = x - HOLE_X + HOLE_SLANT * (y - HOLE_Y)
        beyond = np.clip(from_hole / 10, 0, 1)
        along[on] = (1 - beyond) * from_hole / ARM + beyond * np.maximum(found.along, 0.1)
        across[on, 0] = np.arctan2(-found.up, found.front) * SLEEVE_RADIUS
    low = np.abs(np.abs(points[:, 0]) - NECK_SIDE) < 0.8
    low &= (shared.part == 0) & (points[:, 1] < -40)
    eye = shared.heads[shared.bones["eye.L"]]
    jaw = eye[1] + JAW - JAW_SLANT * (eye[2] - points[:, 2])
    return Places(
        canon=points.astype(np.float32),
        limb=np.concatenate([along[:, None], across], 1).astype(np.float32),
        arm=arm.astype(np.float32),
        leg=leg.astype(np.float32),
        left=left,
        neck_y=float(points[low, 1].min()),
        above_jaw=np.isin(shared.part, (HEAD, EYE)) & (points[:, 1] < jaw),
    )


def around_trunk(canon: np.ndarray, legs: bool = False) -> np.ndarray:
    """(n,) cm of cloth around the trunk, 0 in front; jumps behind, where nobody sees it. Around
    legs it goes straight across."""
    trunk = np.arctan2(canon[:, 0], canon[:, 2]) * TRUNK_RADIUS
    leg = np.clip(canon[:, 1] / 14, 0, 1) if legs else 0.0
    return trunk + leg * (ACROSS_LEGS * canon[:, 0] - trunk)


def _follows(stems: tuple[str, ...]) -> np.ndarray:
    shared = mesh()
    ids = [number for bone, number in shared.bones.items() if bone.startswith(stems)]
    return shared.weights[:, ids].sum(1)


def arm_joints(heads: np.ndarray, letter: str) -> np.ndarray:
    """(3, 3): shoulder, elbow, wrist."""
    bones = mesh().bones
    names = ("upperarm01", "lowerarm01", "wrist")
    return np.stack([heads[bones[f"{one}.{letter}"]] for one in names]).astype(np.float64)


def leg_joints(heads: np.ndarray, letter: str) -> np.ndarray:
    """(3, 3): hip, knee, ankle."""
    bones = mesh().bones
    names = ("upperleg01", "lowerleg01", "foot")
    return np.stack([heads[bones[f"{one}.{letter}"]] for one in names]).astype(np.float64)


class OnLimb(NamedTuple):
    """along: (n,) in units of the limb's length. front, up: (n,) cm across it. away: (n, 3) from
    its middle line. axis: (n, 3) unit, along it."""

    along: np.ndarray
    front: np.ndarray
    up: np.ndarray
    away: np.ndarray
    axis: np.ndarray


def arm_coordinates(points: np.ndarray, joints: np.ndarray, letter: str) -> OnLimb:
    """Where (n, 3) points lie on a limb with these (3, 3) joints."""
    start, middle, end = joints
    upper, lower = middle - start, end - middle
    first, second = np.linalg.norm(upper), np.linalg.norm(lower)
    upper, lower = upper / first, lower / second
    # the middle line bends gradually, so that cloth does not jump at the elbow
    turn = (points - middle) @ ((upper + lower) / 2) / (0.35 * first)
    share = np.clip(turn * 0.5 + 0.5, 0, 1)[:, None]
    share = share * share * (3 - 2 * share)
    axis = (1 - share) * upper + share * lower
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    before, after = (points - start) @ upper, (points - middle) @ lower
    along = (1 - share[:, 0]) * before + share[:, 0] * (first + after)
    foot = (1 - share) * (start + before[:, None] * upper)
    foot += share * (middle + after[:, None] * lower)
    away = points - foot
    front = FORWARD - axis * axis[:, 2:]
    front /= np.linalg.norm(front, axis=1, keepdims=True)
    up = np.cross(axis, front) * (-1.0 if letter == "L" else 1.0)
    return OnLimb(along / (first + second), (away * front).sum(1), (away * up).sum(1), away, axis)
