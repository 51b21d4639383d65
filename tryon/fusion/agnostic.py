"""The person without clues to the old garment: what the fusion network may see of the body.

Notable here:
- everything certain stays as it is: head, hair, hands, bare arms beyond a cut, what is worn below.
- what is hidden has the shape of the body, not of the old garment: a trunk and arms drawn from
  pose, and around the old cloth a border that is widened and smoothed until sleeves, hem and
  neckline cannot be read off it. How far it goes is a `Cut`: random in training, and in use as
  little as old and new garment need.
- beside the pixels go planes that say where the body is: pose capsules and kept parts, at half
  the size, for they have no fine detail.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.arrays import Labels, Mask, Points, Scalars
from tryon.core.types import Part, Pose
from tryon.person.body import (
    ARMS,
    BARE_ARM,
    DRAWN_ARM,
    DRAWN_LEG,
    LEGS,
    SIDES,
    TORSO,
    body_unit,
    capsule_mask,
    face_of,
    hand_line,
    middle_of_hips,
    middle_of_shoulders,
)
from tryon.person.regions import HANDS, HEAD

OLD_GARMENT = (Part.UPPER, Part.OUTERWEAR, Part.DRESS)
LOWER = (Part.TROUSERS, Part.SKIRT)
BELOW = (*LOWER, Part.LEFT_LEG, Part.RIGHT_LEG)
SKIN = (Part.NECK, *BARE_ARM.values(), *HANDS, Part.LEFT_LEG, Part.RIGHT_LEG)

# What is hidden.
LEAST_ROOM = 0.05  # shoulder widths around the old cloth, whatever the cut
BEYOND_SLEEVE = 0.04  # of the arm: its shadow and the parser's slips
ARM_SAMPLES = 25  # points along an arm at which it is asked whether it is bare
SHOULDER_OUT, HIP_OUT = 0.08, 0.2  # shoulder widths beyond the joints
LEAST_LENGTH = 0.8  # torso lengths: the hem of a crop top stays unknown, too
SMOOTH = 0.12  # shoulder widths: what rounds off the corners of sleeves and hem

# What is drawn of the body beside the pixels.
PLANES = 11  # of `body_planes`
PLANE_STRIDE = 2  # pixels of the studio for one of a plane
END_UNKNOWN = 96  # of 255: skin beside which the cut leaves open where the garment ends

_FAR = 20_000  # pixels: farther away OpenCV's drawing overflows


@dataclass(frozen=True)
class Cut:
    """How much of the person is hidden.

    room: around trunk, arms and old garment, in shoulder widths. arms: left and right, the arm is
    hidden at least so far, 0 = shoulder, 1 = wrist, and in any case as far as the old sleeve.
    neck: 0 = hidden up to the collar bones, 1 = up to the chin. hem: how far below the old hem
    the lower body is hidden, in torso lengths.
    For a garment that ends where the old one does (see `hem`, `edges`) what is beyond stays all
    the same: lower: what is worn below; sleeves: left and right, the bare arm from the old
    sleeve's end on; neckline: the neck.
    """

    room: float = 0.08
    arms: tuple[float, float] = (0.2, 0.2)
    neck: float = 0.5
    hem: float = 0.1
    lower: bool = False
    sleeves: tuple[bool, bool] = (False, False)
    neckline: bool = False


def kept(parts: Labels, landmarks: Points, cut: Cut) -> Mask:
    """Where the photo may be seen. landmarks: (33, 3) in the frame of the parts."""
    unit = body_unit(landmarks)
    old = _is(parts, *OLD_GARMENT)
    sleeves = [
        max(0.0 if follows else at_least, sleeve_end(parts, landmarks, side))
        for side, at_least, follows in zip(SIDES, cut.arms, cut.sleeves, strict=True)
    ]
    hidden = _trunk(old, landmarks, unit, cut)
    for side, end in zip(SIDES, sleeves, strict=True):
        points = along_arm(landmarks, side, np.linspace(0, min(end + BEYOND_SLEEVE, 1.0), 7))
        hidden |= capsule_mask(parts.shape, points, np.full(7, (DRAWN_ARM + cut.room) * unit))
    hidden |= _around(old, (LEAST_ROOM + cut.room) * unit, unit)
    neck = _is(parts, Part.NECK)
    hidden |= neck & (_neck_position(parts.shape, landmarks) > 1 - cut.neck)

    below = BELOW if cut.lower else ()
    throat = (Part.NECK,) if cut.neckline else ()
    certain = _is(parts, *HEAD, *HANDS, *below, *throat)
    for side, end in zip(SIDES, sleeves, strict=True):
        rows, columns = np.nonzero(parts == BARE_ARM[side])
        if len(rows):
            beyond = arm_position(landmarks, side, np.column_stack([columns, rows])) > end
            certain[rows[beyond], columns[beyond]] = True
    # The outermost pixels of what is certain hold some of the old garment's colour.
    certain = cv2.erode(certain.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return ~hidden | certain


def sleeve_end(parts: Labels, landmarks: Points, side: str) -> float:
    """How far the worn sleeve reaches along an arm: 0 = shoulder, 1 = wrist or no bare arm seen."""
    share = np.linspace(0, 1, ARM_SAMPLES)
    points = np.round(along_arm(landmarks, side, share)).astype(int)
    height, width = parts.shape
    inside = (points >= 0).all(1) & (points[:, 0] < width) & (points[:, 1] < height)
    labels = np.full(ARM_SAMPLES, int(Part.BACKGROUND))
    labels[inside] = parts[points[inside, 1], points[inside, 0]]
    bare = np.isin(labels, (BARE_ARM[side], *HANDS))
    # Two samples in a row: a single one may be a slip of the parser.
    runs = bare[:-1] & bare[1:]
    return float(share[runs.argmax()]) if runs.any() else 1.0


def body_planes(
    parts: Labels, landmarks: Points, keep: Mask, shown: Mask, cut: Cut
) -> NDArray[np.uint8]:
    """Where the body is, drawn for the network: (11, H/2, W/2) uint8, 0 to 255.

    Head, torso, left upper arm, left forearm, right upper arm, right forearm, legs; kept head,
    kept skin, kept lower garment; beyond the photo. Skin of an arm or a neck is `END_UNKNOWN`
    where the cut leaves open where the garment ends: it may go on over that skin.
    """
    height, width = (side // PLANE_STRIDE for side in parts.shape)
    planes = np.zeros((PLANES, height, width), np.uint8)
    small = landmarks.copy()
    small[:, :2] = (small[:, :2] + 0.5) / PLANE_STRIDE - 0.5
    unit = body_unit(small)
    face = face_of(small)
    planes[0] = capsule_mask((height, width), np.stack([face.centre]), (face.half_height,))
    corners = small[list(TORSO), :2]
    cv2.fillConvexPoly(planes[1], _drawable(cv2.convexHull(corners.astype(np.float32))), 1)
    for number, side in enumerate(SIDES):
        joints = small[list(ARMS[side]), :2]
        radius = np.full(2, DRAWN_ARM * unit)
        planes[2 + 2 * number] = capsule_mask((height, width), joints[:2], radius)
        hand = hand_line(small, side)
        reach = np.stack([joints[1], joints[2], (hand[0] + hand[1]) / 2])
        planes[3 + 2 * number] = capsule_mask((height, width), reach, np.full(3, radius[0]))
        leg = small[list(LEGS[side]), :2]
        planes[6] |= capsule_mask((height, width), leg, np.full(3, DRAWN_LEG * unit))
    half = np.s_[::PLANE_STRIDE, ::PLANE_STRIDE]
    certain = parts[half] * keep[half]
    for plane, labels in zip(planes[7:10], (HEAD, SKIN, LOWER), strict=True):
        plane[:] = _is(certain, *labels)
    planes[10] = ~shown[half]
    planes *= 255
    skin, ends = (*BARE_ARM.values(), Part.NECK), (*cut.sleeves, cut.neckline)
    unknown = [part for part, known in zip(skin, ends, strict=True) if not known]
    planes[8][_is(certain, *unknown)] = END_UNKNOWN
    return planes


def _trunk(old: Mask, landmarks: Points, unit: float, cut: Cut) -> Mask:
    """Chest and belly, down to a level line below the old hem."""
    shoulders, hips = middle_of_shoulders(landmarks), middle_of_hips(landmarks)
    torso = max(float(np.linalg.norm(hips - shoulders)), 1.0)
    marks = landmarks[:, :2]
    left_hip, right_hip = marks[Pose.LEFT_HIP], marks[Pose.RIGHT_HIP]
    hem = old_hem(old, landmarks) + cut.hem * torso
    outward = marks[Pose.LEFT_SHOULDER] - marks[Pose.RIGHT_SHOULDER]
    outward = outward / max(float(np.linalg.norm(outward)), 1e-6) * unit
    sideways = np.array([HIP_OUT * unit * (1 if left_hip[0] >= right_hip[0] else -1), 0])
    polygon = np.array(
        [
            marks[Pose.LEFT_SHOULDER] + SHOULDER_OUT * outward,
            marks[Pose.RIGHT_SHOULDER] - SHOULDER_OUT * outward,
            right_hip - sideways,
            (right_hip[0] - sideways[0], hem),
            (left_hip[0] + sideways[0], hem),
            left_hip + sideways,
        ]
    )
    mask = np.zeros(old.shape, np.uint8)
    hull = _drawable(cv2.convexHull(polygon.astype(np.float32)))
    cv2.fillConvexPoly(mask, hull, 1)
    cv2.polylines(mask, [hull], True, 1, max(1, round(2 * cut.room * unit)))
    mask[max(round(float(hem)), 0) :] = 0
    # A hem wider than the trunk is hidden down to the same line.
    start = int(np.clip(hips[1] - 0.2 * torso, 0, old.shape[0]))
    stop = int(np.clip(hem, start, old.shape[0]))
    wide = cv2.dilate(old.view(np.uint8), np.ones((1, 2 * round(cut.room * unit) + 1), np.uint8))
    mask[start:stop] |= np.maximum.accumulate(wide[start:stop], axis=0)
    return mask > 0


def old_hem(old: Mask, landmarks: Points) -> float:
    """The row where the old garment ends between the hips; no higher than a usual
    crop top's."""
    shoulders, hips = middle_of_shoulders(landmarks), middle_of_hips(landmarks)
    torso = max(float(np.linalg.norm(hips - shoulders)), 1.0)
    between = np.add(np.sort(landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 0]), (0, 1))
    columns = np.clip(between, 0, old.shape[1]).astype(int)
    rows = np.flatnonzero(old[:, columns[0] : columns[1]].any(1))
    return float(max(rows[-1] if len(rows) else 0, shoulders[1] + LEAST_LENGTH * torso))


def _around(old: Mask, radius: float, unit: float) -> Mask:
    """The old garment widened by a radius, its corners smoothed away."""
    side = 2 * max(round(radius), 1) + 1
    wide = cv2.dilate(
        old.view(np.uint8) * 255, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    )
    size = 2 * max(round(SMOOTH * unit), 1) + 1
    return (cv2.blur(wide, (size, size)) > 80) | (wide > 0)


def _neck_position(shape: tuple[int, ...], landmarks: Points) -> Scalars:
    """0 at the chin, 1 at the collar bones, more below."""
    chin, collar = face_of(landmarks).chin, middle_of_shoulders(landmarks)
    down = collar - chin
    length = max(float(down @ down), 1.0)
    x = np.arange(shape[1], dtype=np.float32)[None, :] - chin[0]
    y = np.arange(shape[0], dtype=np.float32)[:, None] - chin[1]
    return (x * down[0] + y * down[1]) / length


def along_arm(landmarks: Points, side: str, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) points of an arm, 0 = shoulder, 0.5 = elbow, 1 = wrist."""
    joints = landmarks[list(ARMS[side]), :2]
    return np.column_stack([np.interp(share, (0, 0.5, 1), joints[:, c]) for c in (0, 1)])


def arm_position(landmarks: Points, side: str, pixels: np.ndarray) -> NDArray[np.float64]:
    """(n,): where along an arm (n, 2) pixels lie, 0 = shoulder, 0.5 = elbow, 1 = wrist."""
    joints = landmarks[list(ARMS[side]), :2].astype(np.float64)
    distances, shares = [], []
    for a, b in ((joints[0], joints[1]), (joints[1], joints[2])):
        step = b - a
        t = np.clip((pixels - a) @ step / max(float(step @ step), 1e-6), 0, 1)
        distances.append(np.linalg.norm(pixels - (a + t[:, None] * step), axis=1))
        shares.append(t / 2)
    lower = distances[1] < distances[0]
    return np.where(lower, 0.5 + shares[1], shares[0])


def _is(parts: Labels, *labels: Part) -> Mask:
    """One of these labels."""
    table = np.zeros(256, np.uint8)
    table[list(labels)] = 1
    return cv2.LUT(parts, table).view(np.bool_)


def _drawable(points: np.ndarray) -> np.ndarray:
    return np.clip(np.round(points), -_FAR, _FAR).astype(np.int32)
