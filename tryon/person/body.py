"""Body geometry from pose landmarks: a length unit, limbs as capsules, the face as an ellipse.

Notable here:
- everything is measured in the body's own unit (the shoulder width as seen from the front), so
  the same constants fit a selfie and a full figure.
- functions take (33, 3) landmarks in whatever frame the caller works in (photo or canvas).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.types import Pose

SIDES = ("left", "right")

# Joint chains, from the body outwards.
ARMS = {
    "left": (Pose.LEFT_SHOULDER, Pose.LEFT_ELBOW, Pose.LEFT_WRIST),
    "right": (Pose.RIGHT_SHOULDER, Pose.RIGHT_ELBOW, Pose.RIGHT_WRIST),
}
FINGERS = {
    "left": (Pose.LEFT_INDEX, Pose.LEFT_PINKY, Pose.LEFT_THUMB),
    "right": (Pose.RIGHT_INDEX, Pose.RIGHT_PINKY, Pose.RIGHT_THUMB),
}
LEGS = {
    "left": (Pose.LEFT_HIP, Pose.LEFT_KNEE, Pose.LEFT_ANKLE),
    "right": (Pose.RIGHT_HIP, Pose.RIGHT_KNEE, Pose.RIGHT_ANKLE),
}
FEET = {
    "left": (Pose.LEFT_ANKLE, Pose.LEFT_HEEL, Pose.LEFT_FOOT),
    "right": (Pose.RIGHT_ANKLE, Pose.RIGHT_HEEL, Pose.RIGHT_FOOT),
}

TORSO_PER_SHOULDERS = 1.4  # shoulder joints to hip joints, in shoulder widths, of most adults
FACE_PER_SHOULDERS = 0.26  # eyes to mouth, in shoulder widths
HIPS_SEEN = 0.3  # visibility


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
    shape: tuple[int, int], points: np.ndarray, radii: tuple[float, ...] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
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
    shape: tuple[int, int], points: np.ndarray, radii: tuple[float, ...] | np.ndarray
) -> np.ndarray:
    """(h, w) bool, the same capsule drawn: quick at any size."""
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
            corners = [
                point + normal * radius,
                points[k + 1] + normal * radii[k + 1],
                points[k + 1] - normal * radii[k + 1],
                point - normal * radius,
            ]
            corners = np.round(np.array(corners) * scale).astype(np.int32)
            cv2.fillConvexPoly(mask, corners, 1, cv2.LINE_8, shift)
    return mask.astype(bool)
