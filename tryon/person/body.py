"""Pose landmarks -> the body: the one table of joints and proportions, and shapes made of them.

Notable here:
- every table of joints and every proportion of a body stands here, for all rooms. Where one place
  of the body has two numbers they are two things (a bare arm, an arm in its sleeve, an arm as the
  networks see it drawn), and their names say which.
- lengths are in shoulder widths: the distance between the shoulder joints as seen from the front.
  So the same numbers fit a selfie and a full figure. `body_unit` measures it in pixels.
- functions take (33, 3) landmarks in whatever frame the caller works in (photo or canvas).
- ANSUR II is the US Army's anthropometric survey of 2012; its numbers are taken between the medians
  of women and men.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.arrays import Mask, Scalars
from tryon.core.types import POSE_LANDMARKS, Part, Pose

# --- joints, in the numbering of BlazePose (Bazarevsky et al., 2020) ----------------------------

SIDES = ("left", "right")  # the wearer's own

# Chains from the body outwards.
ARMS = {
    "left": (Pose.LEFT_SHOULDER, Pose.LEFT_ELBOW, Pose.LEFT_WRIST),
    "right": (Pose.RIGHT_SHOULDER, Pose.RIGHT_ELBOW, Pose.RIGHT_WRIST),
}
LEGS = {
    "left": (Pose.LEFT_HIP, Pose.LEFT_KNEE, Pose.LEFT_ANKLE),
    "right": (Pose.RIGHT_HIP, Pose.RIGHT_KNEE, Pose.RIGHT_ANKLE),
}
FINGERS = {
    "left": (Pose.LEFT_INDEX, Pose.LEFT_PINKY, Pose.LEFT_THUMB),
    "right": (Pose.RIGHT_INDEX, Pose.RIGHT_PINKY, Pose.RIGHT_THUMB),
}
FEET = {
    "left": (Pose.LEFT_ANKLE, Pose.LEFT_HEEL, Pose.LEFT_FOOT),
    "right": (Pose.RIGHT_ANKLE, Pose.RIGHT_HEEL, Pose.RIGHT_FOOT),
}
ARMS_TO_FINGERS = {side: (*ARMS[side], FINGERS[side][0]) for side in SIDES}  # the index finger's
LEGS_TO_TOES = {side: (*LEGS[side], FEET[side][2]) for side in SIDES}
# Wrist, thumb, index and little finger.
HAND_POINTS = {side: (ARMS[side][2], FINGERS[side][2], *FINGERS[side][:2]) for side in SIDES}
TORSO = (Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER, Pose.RIGHT_HIP, Pose.LEFT_HIP)  # once around

# The labels of a side's bare skin.
BARE_ARM = {"left": Part.LEFT_ARM, "right": Part.RIGHT_ARM}
BARE_LEG = {"left": Part.LEFT_LEG, "right": Part.RIGHT_LEG}
HAND = {"left": Part.LEFT_HAND, "right": Part.RIGHT_HAND}

# What each landmark, and each label of `Part`, is in a mirror; other labels stay what they are.
MIRRORED_POSE = np.arange(POSE_LANDMARKS)
MIRRORED_POSE[[1, 2, 3, 4, 5, 6]] = 4, 5, 6, 1, 2, 3  # eyes: inner corner, middle, outer corner
for _left in range(7, POSE_LANDMARKS, 2):  # from the ears on left and right take turns
    MIRRORED_POSE[[_left, _left + 1]] = _left + 1, _left
MIRRORED_PARTS = np.arange(256).astype(np.uint8)
for _pair in (BARE_ARM, BARE_LEG, HAND):
    MIRRORED_PARTS[list(_pair.values())] = list(_pair.values())[::-1]

SEEN = 0.5  # a landmark below this visibility is a guess of the pose model
UNKNOWN = 0.15  # below this it is not even that
HIPS_SEEN = 0.3  # likewise, where only the length of the torso hangs on them

# --- proportions, in shoulder widths ------------------------------------------------------------

# Lengths of a usual standing adult, where the photo does not show the joints.
SHOULDERS_METRES = 0.36  # one shoulder width
TORSO_PER_SHOULDERS = 1.4  # shoulder joints to hip joints
TORSO_LENGTH = 1.45  # the same, as the tailor's measures take it
HIP_HALF = 0.27  # half the distance between the hip joints
ARM_LENGTHS = (0.82, 0.74)  # upper arm, forearm
LEG_LENGTHS = (1.20, 1.20)  # thigh, shin
FACE_PER_SHOULDERS = 0.26  # eyes to mouth
LEAST_SHOULDERS = 0.35  # of the torso's length: in a side view the shoulders nearly coincide

# From the joints to the body's surface, where a garment hangs; near ANSUR II.
TIP_OUT = 0.13  # acromion beyond the joint, along the shoulder line
TIP_UP = 0.11  # and above it
NECK_HALF = 0.21  # half the neck's width at its base
NECK_UP = 0.29  # side of the neck's base above the joints
ARMPIT_DOWN = 0.34  # below the joint
ARMPIT_IN = 0.02  # and inwards
TRAPEZIUS_SAG = 0.03  # how far the shoulder line sags below a straight one
# Half the torso's width by height (0 = shoulder joints, 1 = hip joints).
TORSO_HALF = {0.0: 0.50, 0.25: 0.46, 0.5: 0.44, 0.7: 0.42, 1.0: 0.52, 1.25: 0.54}
SIDE_TO_FRONT = 0.65  # width of a torso seen from the side, over that seen from the front
CROTCH_AT = 1.16  # by the same height
# Half widths of limbs that taper evenly from end to end.
UPPER_ARM_HALF, WRIST_HALF = 0.155, 0.085
THIGH_HALF, ANKLE_HALF = 0.27, 0.11

# Half widths of bare limbs, seen from the front, and where along the limb they hold (0 = shoulder
# or hip, 1 = elbow or knee, 2 = wrist or ankle), from ANSUR II's circumferences: what is painted
# where a garment came off.
BARE_ARM_HALF = {
    **{0.0: 0.155, 0.4: 0.137, 0.8: 0.116, 1.0: 0.112},
    **{1.3: 0.119, 1.7: 0.092, 2.0: 0.078},
}
BARE_LEG_HALF = {
    **{0.0: 0.26, 0.3: 0.24, 0.7: 0.19, 0.95: 0.155},
    **{1.1: 0.148, 1.4: 0.166, 1.75: 0.11, 2.0: 0.09},
}
BARE_NECK_HALF = {0.0: 0.165, 1.0: 0.17, 1.5: 0.19, 2.0: 0.22}  # 0 = jaw, 2 = collar bones
# From the neck down to the shoulder's outer end: distance from the middle, height over the joints.
TRAPEZIUS = ((0.16, 0.36), (0.18, 0.27), (0.23, 0.20), (0.32, 0.155), (0.45, 0.12), (0.62, 0.07))
BARE_ARMPIT_DOWN = 0.36  # below the joint
BARE_TORSO_HALF = {
    0.0: 0.50,
    0.6: 0.42,
    1.0: 0.50,
}  # by height, 0 = shoulder joints, 1 = hip joints

# Radii of limbs drawn as capsules, at shoulder, elbow, wrist and at hip, knee, ankle. By eye.
SLEEVED_ARM = (0.25, 0.20, 0.16)  # an arm with its sleeve
CLOTHED_LEG = (0.36, 0.28, 0.24)  # a leg with its trouser leg
CLOSE_LEG = (0.36, 0.26, 0.20)  # the same, tighter below: what lies beyond is not taken for a leg
ARM_PLACE = (0.20, 0.15, 0.12)  # a bare arm with some room for the pose's slips
LEG_PLACE = (0.33, 0.24, 0.16)  # a bare leg, likewise
HAND_PLACE = 0.17  # a hand, likewise, around `hand_line`
FOOT_PLACE = (0.13, 0.12, 0.12)  # a foot, likewise: ankle, heel, toes

# Radii of the capsules that parser and fusion network were trained to see: they change with them.
DRAWN_HEAD, DRAWN_TORSO, DRAWN_ARM, DRAWN_LEG = 0.36, 0.12, 0.13, 0.2


def body_unit(landmarks: np.ndarray) -> float:
    """The shoulder width as seen from the front, in pixels of the landmarks' frame.

    Turned to the side the shoulders say too little, so the torso's length has a say as well;
    less so where the hips are not seen, for then they are guesses.
    """
    shoulders = distance(landmarks, Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER)
    torso = float(np.linalg.norm(middle_of_hips(landmarks) - middle_of_shoulders(landmarks)))
    from_torso = torso / TORSO_PER_SHOULDERS
    if landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 2].max() < HIPS_SEEN:
        from_torso = min(from_torso, 1.5 * shoulders)
    return max(shoulders, from_torso, 4.0)


def seen_shoulders(points: np.ndarray) -> float:
    """The shoulder width as it is seen, but no less than a body that long has from the side.

    points: (33, 2 or 3) landmarks. The parser was trained with this and not with `body_unit`.
    """
    shoulders = points[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], :2]
    hips = points[[Pose.LEFT_HIP, Pose.RIGHT_HIP], :2]
    width = float(np.linalg.norm(shoulders[0] - shoulders[1]))
    return max(width, LEAST_SHOULDERS * float(np.linalg.norm(shoulders.mean(0) - hips.mean(0))), 1)


def distance(landmarks: np.ndarray, first: Pose, second: Pose) -> float:
    """Pixels between two landmarks."""
    return float(np.linalg.norm(landmarks[first, :2] - landmarks[second, :2]))


def middle_of_shoulders(landmarks: np.ndarray) -> np.ndarray:
    """(2,) x, y."""
    return landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], :2].mean(0)


def middle_of_hips(landmarks: np.ndarray) -> np.ndarray:
    """(2,) x, y."""
    return landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], :2].mean(0)


@dataclass(frozen=True)
class Face:
    """The face as an ellipse: centre (2,), half axes in pixels, unit vector `down` to the chin."""

    centre: np.ndarray
    half_width: float
    half_height: float
    down: np.ndarray
    eyes: np.ndarray
    mouth: np.ndarray

    @property
    def chin(self) -> np.ndarray:
        """(2,) lowest point of the face."""
        return self.centre + self.half_height * self.down

    def offset(self, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Two (h, w) float32 maps, across and down, in half axes: 0, 0 at the centre."""
        ys, xs = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        dx, dy = xs - self.centre[0], ys - self.centre[1]
        across = (dx * self.down[1] - dy * self.down[0]) / self.half_width
        down = (dx * self.down[0] + dy * self.down[1]) / self.half_height
        return across, down

    def radius(self, shape: tuple[int, int]) -> np.ndarray:
        """(h, w) float32, 0 at the centre, 1 on the ellipse."""
        across, down = self.offset(shape)
        return np.hypot(across, down)


def face_of(landmarks: np.ndarray) -> Face:
    """The face's ellipse, from brow to chin and ear to ear (also where it is turned away)."""
    eyes = landmarks[[Pose.LEFT_EYE, Pose.RIGHT_EYE], :2].mean(0)
    mouth = landmarks[[Pose.MOUTH_LEFT, Pose.MOUTH_RIGHT], :2].mean(0)
    ears = landmarks[[Pose.LEFT_EAR, Pose.RIGHT_EAR], :2]
    unit = body_unit(landmarks)
    down = mouth - eyes
    length = float(np.linalg.norm(down))
    if length < 0.3 * FACE_PER_SHOULDERS * unit:  # seen from behind or above: no reliable axis
        down = middle_of_shoulders(landmarks) - ears.mean(0)
        length = FACE_PER_SHOULDERS * unit
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    length = float(
        np.clip(length, 0.5 * FACE_PER_SHOULDERS * unit, 2.2 * FACE_PER_SHOULDERS * unit)
    )
    # Proportions of a face whose eyes and mouth are 1 apart: brow -0.75, chin +1.8 from the eyes.
    half_height = 1.3 * length
    half_width = float(
        np.clip(0.5 * np.linalg.norm(ears[0] - ears[1]), 0.85 * length, 1.1 * length)
    )
    # Turned to the side, the ears' middle lies behind the features' middle: the face is between.
    across = float(np.dot(ears.mean(0) - eyes, [down[1], -down[0]]))
    centre = eyes + 0.52 * length * down + 0.5 * across * np.array([down[1], -down[0]])
    return Face(centre, half_width, half_height, down, eyes, mouth)


def hand_line(landmarks: np.ndarray, side: str) -> np.ndarray:
    """(2, 2): the wrist and the fingertips, guessed from the pose alone."""
    wrist = landmarks[ARMS[side][2], :2]
    knuckles = landmarks[list(FINGERS[side][:2]), :2].mean(0)
    return np.stack([wrist, wrist + 1.75 * (knuckles - wrist)])


def capsule_distance(
    shape: tuple[int, int], points: np.ndarray, radii: Sequence[float] | np.ndarray
) -> tuple[Scalars, Scalars]:
    """How far each pixel is from a chain of points, and where along it.

    points: (n, 2) x, y; radii: n radii, interpolated between the points.
    Returns two (h, w) float32: distance in radii (<= 1 is inside), and the position along the
    chain, 0 at the first point, 1 at the second, and so on.
    """
    ys, xs = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    best = np.full(shape, np.inf, np.float32)
    along = np.zeros(shape, np.float32)
    for k in range(len(points) - 1):
        (ax, ay), (bx, by) = points[k], points[k + 1]
        dx, dy = bx - ax, by - ay
        t = ((xs - ax) * dx + (ys - ay) * dy) / max(dx * dx + dy * dy, 1e-6)
        np.clip(t, 0, 1, out=t)
        radius = radii[k] + (radii[k + 1] - radii[k]) * t
        here = np.hypot(xs - ax - t * dx, ys - ay - t * dy) / np.maximum(radius, 1e-3)
        nearer = here < best
        best[nearer] = here[nearer]
        along[nearer] = (t + k)[nearer]
    return best, along


def capsule_mask(
    shape: tuple[int, int], points: np.ndarray, radii: Sequence[float] | np.ndarray
) -> Mask:
    """The same capsule drawn: quick at any size."""
    mask = np.zeros(shape, np.uint8)
    shift = 4  # fractional bits of the coordinates OpenCV draws with
    scale = 1 << shift
    points = np.clip(np.asarray(points, np.float64), -20000, 20000)
    for k, (point, radius) in enumerate(zip(points, radii, strict=True)):
        centre = tuple(int(v) for v in np.round(point * scale))
        cv2.circle(mask, centre, max(1, round(radius * scale)), 1, -1, cv2.LINE_8, shift)
        if k + 1 < len(points):
            step = points[k + 1] - point
            normal = np.array([-step[1], step[0]]) / max(float(np.linalg.norm(step)), 1e-6)
            corners = np.array(
                [
                    point + normal * radius,
                    points[k + 1] + normal * radii[k + 1],
                    points[k + 1] - normal * radii[k + 1],
                    point - normal * radius,
                ]
            )
            corners = np.round(corners * scale).astype(np.int32)
            cv2.fillConvexPoly(mask, corners, 1, cv2.LINE_8, shift)
    return mask.astype(bool)
