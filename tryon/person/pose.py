"""The people in a picture as landmarks and coarse masks, and the hands of one of them.

Notable here:
- everything MediaPipe is in this file: BlazePose (Bazarevsky et al., 2020), MediaPipe Hands
  (Zhang et al., 2020), BlazeFace (Bazarevsky et al., 2019) and the selfie segmenter, from the
  bundles in weights/, on the CPU.
- BlazePose sees bodies in shirts on floors, too: of 650 pictures of garments it took 94 for
  people. A body is believed if there is a head on it, or failing that (seen from behind, a phone
  before the face) if its proportions are human and the selfie segmenter sees a person as well;
  4 of the 650 still are.
"""

import atexit
import contextlib
import itertools
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.core.arrays import Boxes, Mask, Pixels, Places, Points, Scalars
from tryon.core.errors import TryOnError
from tryon.core.types import HAND_LANDMARKS, Pose
from tryon.core.weights import path_of
from tryon.person.body import (
    ARMS,
    LEGS,
    SIDES,
    body_unit,
    distance,
    face_of,
    hand_line,
    middle_of_shoulders,
)

POSE_BUNDLE = "pose_landmarker.task"
HAND_BUNDLE = "hand_landmarker.task"
FACE_MODEL = "face_detector.tflite"
SELFIE_MODEL = "selfie_segmenter.tflite"

MAX_PEOPLE = 3
POSE_CONFIDENCE, HAND_CONFIDENCE, FACE_CONFIDENCE = 0.4, 0.3, 0.1  # MediaPipe's own thresholds

PICTURE_SIDE = 1024  # longest side of a picture the pose is read from, pixels
SECOND_LOOK = 2.0  # how much a picture may be enlarged where nobody was found in it
BORDER = 0.25  # width of the border then added, as a share of its longest side
CORE = [Pose.NOSE, Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER, Pose.LEFT_HIP, Pose.RIGHT_HIP]
HAND_VISIBLE = 0.3  # visibility of a wrist below which no hand is looked for
HAND_WINDOW = 0.55  # half side of the window around a hand, in body units
HAND_PIXELS = 256  # side of the picture given to the hand landmarker
HAND_STRAY = 0.45  # how far, in body units, a hand's wrist may lie from the pose's wrist
HEAD_WINDOW = 2.2  # half side of the window around a face, in halves of its height
HEAD_PIXELS = 192  # side of the picture given to the face detector
# What tells people from garments; measured on 650 pictures of garments and 270 of people.
SMALLEST_AREA = 0.004  # of the picture
LEAST_AGREEMENT = 0.5  # share of the landmarks seen that lie on the body's own mask
SURE_HEAD, LIKELY_HEAD, POSSIBLE_HEAD = 0.8, 0.7, 0.3  # BlazeFace's score
SAME_PERSON = 0.6  # overlap of two masks from which they are one person's
# Shoulder widths: farther from the joint before it a landmark outside the picture cannot lie.
LONGEST_TORSO, LONGEST_ARM_BONE, LONGEST_LEG_BONE = 2.0, 1.3, 1.7
GUESSED = 0.1  # the highest visibility of a landmark outside the picture


@dataclass(frozen=True, eq=False)
class Body:
    """One body in a picture, in that picture's frame.

    landmarks, world: as of a `Person`. mask: (h, w) float32 0..1, how
    surely a pixel is of that body. head: 0..1, how sure it is that there is a head.
    """

    landmarks: Points
    world: Places
    mask: np.ndarray
    head: float = 0.0

    @property
    def area(self) -> float:
        """The share of the picture it covers."""
        return float((self.mask > 0.5).mean())

    @property
    def box(self) -> Boxes:
        """Of the mask."""
        return box_of(self.mask > 0.5)

    @property
    def confidence(self) -> float:
        """0..1: how well the body is seen and agrees with its own mask."""
        seen = np.clip(self.landmarks[CORE, 2], 0, 1).mean()
        return float(np.clip(seen * self.agreement, 0, 1))

    @property
    def agreement(self) -> float:
        """0..1: the share of the landmarks seen in the picture that lie on the body's mask."""
        height, width = self.mask.shape
        at = np.round(self.landmarks[:, :2]).astype(int)
        inside = (at >= 0).all(1) & (at[:, 0] < width) & (at[:, 1] < height)
        inside &= self.landmarks[:, 2] > 0.5
        if inside.sum() < 4:
            return 0.0
        return float((self.mask[at[inside, 1], at[inside, 0]] > 0.3).mean())


class PoseFinder:
    """MediaPipe's models behind plain arrays. Safe to share between threads, one at a time."""

    def __init__(
        self, pose_landmarker: Any, hand_landmarker: Any, face_detector: Any, segmenter: Any
    ) -> None:  # MediaPipe's own classes, which have no types
        self._pose = pose_landmarker
        self._hand = hand_landmarker
        self._face = face_detector
        self._segmenter = segmenter
        self._lock = threading.Lock()  # MediaPipe's models are not safe to call from two threads

    @classmethod
    def load(cls) -> "PoseFinder":
        """The models in weights/: one finder for the whole process, read at the first call.

        One, and never let go, because a MediaPipe model closes itself on a thread of its own: if
        Python's cycle collector finds model and thread together, the thread ends first and the
        model waits for it for ever (seen with mediapipe 1.2.2).

        Raises TryOnError("weights_missing") or ("weights_damaged").
        """
        paths = [path_of(name) for name in (POSE_BUNDLE, HAND_BUNDLE, FACE_MODEL, SELFIE_MODEL)]
        key = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
        with _loading:
            if key not in _finders:
                _finders[key] = cls(*_models(paths))
            return _finders[key]

    def people(self, picture: Pixels) -> list[Body]:
        """The people in a picture, the largest and most central first.

        picture: at most about `PICTURE_SIDE` pixels wide and high.
        """
        found = self._believed(picture, self._poses(picture))
        if not found:
            # Small figures and tight crops: more pixels, and a border for the body to go on in.
            margin = round(BORDER * max(picture.shape[:2]))
            padded = cv2.copyMakeBorder(
                picture, margin, margin, margin, margin, cv2.BORDER_REFLECT_101
            )
            # A mirrored border would show the person twice; blurred it shows nobody.
            blurred = cv2.blur(padded, (margin | 1, margin | 1))
            blurred[margin:-margin, margin:-margin] = picture
            again, scale = working_copy(blurred, PICTURE_SIDE, enlarge=SECOND_LOOK)
            bodies = [_unpadded(b, scale, margin, picture.shape) for b in self._poses(again)]
            found = self._believed(picture, bodies)
        centre = np.array([picture.shape[1], picture.shape[0]]) / 2

        def importance(body: Body) -> float:
            middle = (body.box[:2] + body.box[2:]) / 2
            away = float(np.linalg.norm((middle - centre) / centre))
            return body.area * (1 - 0.35 * min(away, 1.5))

        return sorted(found, key=importance, reverse=True)

    def hands(self, picture: Pixels, body: Body) -> Points:
        """(n, 21, 3), up to two hands, looked for around the wrists."""
        unit = body_unit(body.landmarks)
        hands = []
        for side in SIDES:
            wrist = body.landmarks[ARMS[side][2]]
            centre = hand_line(body.landmarks, side).mean(0)
            if not is_inside(centre, picture.shape, 0.1 * unit) or wrist[2] < HAND_VISIBLE:
                continue
            half = max(HAND_WINDOW * unit, 16.0)
            window, corner = window_of(picture, centre, half)
            size = window.shape[0]
            window = cv2.resize(window, (HAND_PIXELS, HAND_PIXELS))
            with self._lock:
                result = self._hand.detect(_mediapipe_image(window))
            for points, handedness in zip(result.hand_landmarks, result.handedness, strict=True):
                found = np.array([(p.x, p.y, handedness[0].score) for p in points], np.float32)
                found[:, :2] = found[:, :2] * size - 0.5 + corner
                if np.linalg.norm(found[0, :2] - wrist[:2]) < HAND_STRAY * unit:
                    hands.append(found)
        if len(hands) == 2 and np.linalg.norm(hands[0][0, :2] - hands[1][0, :2]) < 0.08 * unit:
            hands.pop()  # one hand seen in both windows
        return np.array(hands, np.float32).reshape(-1, HAND_LANDMARKS, 3)

    def _poses(self, picture: np.ndarray) -> list[Body]:
        """Every pose MediaPipe finds, believed or not."""
        height, width = picture.shape[:2]
        with self._lock:
            result = self._pose.detect(_mediapipe_image(picture))
            # A mask's memory dies with its result: copy at once.
            masks = [mask.numpy_view().squeeze().copy() for mask in result.segmentation_masks or ()]
        bodies = []
        for points, world, mask in zip(
            result.pose_landmarks, result.pose_world_landmarks, masks, strict=True
        ):
            landmarks = np.array(
                [(p.x * width - 0.5, p.y * height - 0.5, p.visibility) for p in points], np.float32
            )
            depth = np.array([(p.x, p.y, p.z) for p in world], np.float32)
            bodies.append(Body(_sane(landmarks, (height, width)), depth, mask))
        return bodies

    def _believed(self, picture: np.ndarray, bodies: list[Body]) -> list[Body]:
        """The bodies that are people, with how sure their heads are."""
        believed = []
        segmented = None
        for body in bodies:
            if body.area < SMALLEST_AREA or body.agreement < LEAST_AGREEMENT:
                continue
            head = self._head(picture, body)
            if head < SURE_HEAD and not (head > LIKELY_HEAD and _human(body, loose=True)):
                if segmented is None:
                    segmented = self._segmented(picture)
                if not _headless_person(body, head, segmented):
                    continue
            believed.append(Body(body.landmarks, body.world, body.mask, head))
        return _distinct(believed)

    def _head(self, picture: np.ndarray, body: Body) -> float:
        """0..1: BlazeFace's score where the pose has its face. Backs of heads score 0.3 to 0.9."""
        face = face_of(body.landmarks)
        window, _ = window_of(picture, face.centre, HEAD_WINDOW * max(face.half_height, 6.0))
        window = cv2.resize(window, (HEAD_PIXELS, HEAD_PIXELS), interpolation=cv2.INTER_AREA)
        with self._lock:
            result = self._face.detect(_mediapipe_image(window))
        return max((found.categories[0].score for found in result.detections), default=0.0)

    def _segmented(self, picture: Pixels) -> Scalars:
        """0..1: where the selfie segmenter sees people."""
        with self._lock:
            result = self._segmenter.segment(_mediapipe_image(picture))
            return result.confidence_masks[0].numpy_view().squeeze().copy()


_finders: dict[tuple[tuple[Path, int, int], ...], PoseFinder] = {}  # by path, time, size of files
_loading = threading.Lock()


def _models(paths: list[Path]) -> list[Any]:
    """Pose landmarker, hand landmarker, face detector and segmenter, each run once."""
    buffers = [path.read_bytes() for path in paths]
    # Imported here, not above: it takes most of a second, which only users of a body pay.
    from mediapipe.tasks.python import BaseOptions, vision

    bases = [BaseOptions(model_asset_buffer=buffer) for buffer in buffers]
    creators = (
        lambda: vision.PoseLandmarker.create_from_options(
            vision.PoseLandmarkerOptions(
                base_options=bases[0],
                num_poses=MAX_PEOPLE,
                min_pose_detection_confidence=POSE_CONFIDENCE,
                min_pose_presence_confidence=POSE_CONFIDENCE,
                output_segmentation_masks=True,
            )
        ),
        lambda: vision.HandLandmarker.create_from_options(
            vision.HandLandmarkerOptions(
                base_options=bases[1],
                num_hands=1,
                min_hand_detection_confidence=HAND_CONFIDENCE,
                min_hand_presence_confidence=HAND_CONFIDENCE,
            )
        ),
        lambda: vision.FaceDetector.create_from_options(
            vision.FaceDetectorOptions(
                base_options=bases[2], min_detection_confidence=FACE_CONFIDENCE
            )
        ),
        lambda: vision.ImageSegmenter.create_from_options(
            vision.ImageSegmenterOptions(
                base_options=bases[3],
                output_confidence_masks=True,
                output_category_mask=False,
            )
        ),
    )
    models: list[Any] = []
    with _quiet_stderr():
        for path, create in zip(paths, creators, strict=True):
            try:
                models.append(create())
            except (RuntimeError, ValueError) as error:
                for model in models:  # now, and not whenever the traceback goes: see `load`
                    model.close()
                raise TryOnError("weights_damaged", name=path.name, why=str(error)) from error
        # First runs allocate, and write their remarks to stderr.
        blank = _mediapipe_image(np.full((256, 256, 3), 127, np.uint8))
        models[0].detect(blank)
        models[1].detect(_mediapipe_image(_drawn_hand()))
        models[2].detect(blank)
        models[3].segment(blank)
    for model in models:
        # At exit the system takes the memory back; their own clean-up comes too late.
        atexit.register(_forget, model)
    return models


def _distinct(bodies: list[Body]) -> list[Body]:
    """Without second poses of the same person: the surer head stays."""
    kept: list[Body] = []
    for body in sorted(bodies, key=lambda body: body.head, reverse=True):
        if all(_overlap(body.mask > 0.5, other.mask > 0.5) < SAME_PERSON for other in kept):
            kept.append(body)
    return kept


def _overlap(one: Mask, other: Mask) -> float:
    """The share of the smaller mask that lies in the other."""
    smaller = min(int(np.count_nonzero(one)), int(np.count_nonzero(other)))
    return int(np.count_nonzero(one & other)) / max(1, smaller)


def _human(body: Body, loose: bool) -> bool:
    """True if the head has a human size and distance from the shoulders, in body units."""
    face = face_of(body.landmarks)
    unit = body_unit(body.landmarks)
    length = float(np.linalg.norm(face.eyes - face.mouth)) / unit
    rise = body.landmarks[Pose.NOSE, :2] - middle_of_shoulders(body.landmarks)
    rise = float(np.linalg.norm(rise)) / unit
    if loose:
        return 0.09 < length < 0.5 and 0.3 < rise < 1.1
    return 0.1 < length < 0.3 and 0.42 < rise < 0.8


def _headless_person(body: Body, head: float, segmented: Scalars) -> bool:
    """True if a body without a sure face is a person all the same: the segmenter sees one too."""
    own = body.mask > 0.5
    if segmented[own].mean() < 0.93 or body.agreement < 0.8:
        return False
    nose = body.landmarks[Pose.NOSE, :2]
    if not is_inside(nose, body.mask.shape):  # the photo ends below the head
        limbs = [Pose.LEFT_ELBOW, Pose.RIGHT_ELBOW, Pose.LEFT_WRIST, Pose.RIGHT_WRIST]
        return bool((body.landmarks[limbs, 2] > 0.8).sum() >= 2)
    around = face_of(body.landmarks).radius(own.shape) < 1.2
    legs = [Pose.LEFT_KNEE, Pose.RIGHT_KNEE, Pose.LEFT_ANKLE, Pose.RIGHT_ANKLE]
    return bool(
        (head > POSSIBLE_HEAD or body.landmarks[legs, 2].mean() > 0.8)
        and _human(body, loose=False)
        and around.any()
        and segmented[around].mean() > 0.75
    )


def _unpadded(body: Body, scale: float, margin: int, shape: tuple[int, ...]) -> Body:
    """A body of a picture that was padded by a margin and then scaled, in the picture's frame."""
    landmarks = body.landmarks.copy()
    landmarks[:, :2] = (landmarks[:, :2] + 0.5) / scale - 0.5 - margin
    size = (shape[1] + 2 * margin, shape[0] + 2 * margin)
    mask = cv2.resize(body.mask, size, interpolation=cv2.INTER_AREA)
    mask = np.ascontiguousarray(mask[margin:-margin, margin:-margin])
    return Body(landmarks, body.world, mask)


# --- landmarks outside the picture --------------------------------------------------------


def _sane(landmarks: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Landmarks with impossible guesses outside the picture pulled back to human proportions."""
    landmarks = landmarks.copy()
    unit = max(distance(landmarks, Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER), 4.0)
    for hip in (Pose.LEFT_HIP, Pose.RIGHT_HIP):
        _rein(landmarks, hip, middle_of_shoulders(landmarks), LONGEST_TORSO * unit, shape)
    for chains, longest in ((ARMS, LONGEST_ARM_BONE), (LEGS, LONGEST_LEG_BONE)):
        for chain in chains.values():
            for start, end in itertools.pairwise(chain):
                _rein(landmarks, end, landmarks[start, :2], longest * unit, shape)
    return landmarks


def _rein(
    landmarks: Points, index: Pose, start: np.ndarray, longest: float, shape: tuple[int, int]
) -> None:
    """Shorten, in place, the way from start to a landmark that lies outside the picture."""
    if is_inside(landmarks[index, :2], shape):
        return
    landmarks[index, 2] = min(landmarks[index, 2], GUESSED)
    step = landmarks[index, :2] - start
    length = float(np.linalg.norm(step))
    # Seen from the side the shoulders are no measure: leave it be.
    if length > longest and landmarks[Pose.NOSE, 2] > 0.5:
        landmarks[index, :2] = start + step * (longest / length)


# --- pictures -----------------------------------------------------------------------------


def working_copy(
    picture: np.ndarray, side: int = PICTURE_SIDE, enlarge: float = 1.0
) -> tuple[np.ndarray, float]:
    """A copy whose longest side is at most `side`, enlarged at most `enlarge` times; its scale."""
    height, width = picture.shape[:2]
    scale = min(enlarge, side / max(height, width))
    if scale == 1.0:
        return picture, 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, size, interpolation=how), scale


def window_of(
    picture: np.ndarray, centre: np.ndarray, half: float
) -> tuple[np.ndarray, np.ndarray]:
    """A square cut out of a picture, and its corner x, y; outside, the picture's border goes on."""
    corner = np.round(np.asarray(centre) - half).astype(int)
    size = max(1, round(2 * half))
    columns = np.clip(np.arange(corner[0], corner[0] + size), 0, picture.shape[1] - 1)
    rows = np.clip(np.arange(corner[1], corner[1] + size), 0, picture.shape[0] - 1)
    return picture[rows[:, None], columns[None, :]], corner


def is_inside(point: np.ndarray, shape: tuple[int, ...], margin: float = 0.0) -> bool:
    """True if x, y lies in a picture of that shape, or within a margin around it."""
    x, y = point
    return bool(-margin <= x <= shape[1] - 1 + margin and -margin <= y <= shape[0] - 1 + margin)


def box_of(mask: Mask) -> Boxes:
    """The box of the True pixels, all 0 where there are none."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return np.zeros(4, np.float32)
    return np.array([columns[0], rows[0], columns[-1], rows[-1]], np.float32)


# --- MediaPipe's manners ------------------------------------------------------------------


def _mediapipe_image(picture: np.ndarray) -> Any:
    import mediapipe

    return mediapipe.Image(
        image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture)
    )


def _drawn_hand() -> np.ndarray:
    """(256, 256, 3) uint8: an open hand, simple but enough for the landmarker to run through."""
    picture = np.full((256, 256, 3), 225, np.uint8)
    skin = (224, 172, 140)
    cv2.ellipse(picture, (128, 160), (38, 42), 0, 0, 360, skin, -1)
    cv2.line(picture, (128, 190), (128, 256), skin, 50)
    fingers = (((100, 140), (84, 70)), ((118, 130), (112, 50)), ((136, 130), (140, 48)))
    thumb_and_little = (((155, 140), (168, 66)), ((100, 175), (52, 130)))
    for knuckle, tip in (*fingers, *thumb_and_little):
        cv2.line(picture, knuckle, tip, skin, 17)
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


def _forget(model: Any) -> None:
    """Keep a model from closing itself when half of the interpreter is gone already."""
    model._handle = None


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send this process's stderr to nowhere for a moment.

    MediaPipe's native code writes to file descriptor 2 before any log level it would obey is
    read; real failures still come back as exceptions.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
