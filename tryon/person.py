"""A photo to a `Person`: pose, silhouette, hands, parts, view, and what the visitor should know.

Notable here:
- pose, coarse masks and hands come from MediaPipe's landmarkers (BlazePose: Bazarevsky et al.,
  2020; MediaPipe Hands: Zhang et al., 2020), run on a copy of at most 1024 pixels.
- a coarse mask becomes a matte at the photo's own resolution by a fast guided filter
  (He and Sun, 2015), inside the person's box only.
- what looks like a pose but is not a body (a shirt on a floor, a dog) is refused: the mask must
  agree with the landmarks, and a face or a body's proportions must be there.
"""

import atexit
import contextlib
import itertools
import logging
import os
import sys
import threading
import weakref
from dataclasses import dataclass, replace

import cv2
import numpy as np

from tryon.anatomy import ARMS, LEGS, SIDES, body_unit, distance, hand_line, middle_of_shoulders
from tryon.errors import Note, TryOnError
from tryon.parts import parts_of
from tryon.regions import arm_mask, edit_region, in_front, leg_mask, skin_colour
from tryon.types import HAND_LANDMARKS, Part, Person, Photo, Pose
from tryon.weights import path_of

__all__ = ["BodyAnalyser", "arm_mask", "edit_region", "in_front", "leg_mask", "skin_colour"]

log = logging.getLogger(__name__)

POSE_BUNDLE = "pose_landmarker.task"
HAND_BUNDLE = "hand_landmarker.task"

POSE_SIDE = 1024  # longest side of the copy the pose is read from, pixels
PARTS_SIDE = 384  # longest side of the canvas the parts are found on, pixels
MAX_PEOPLE = 3
POSE_CONFIDENCE = 0.4  # MediaPipe's own thresholds
HAND_CONFIDENCE = 0.3


class BodyAnalyser:
    """Finds the person in a photo. One analyser serves many threads, one at a time.

    analyser = BodyAnalyser.load()
    person = analyser(photo)
    """

    def __init__(self, pose_landmarker, hand_landmarker) -> None:
        self._pose = pose_landmarker
        self._hand = hand_landmarker
        self._lock = threading.Lock()  # a landmarker is not safe to call from two threads

    @classmethod
    def load(cls, device: str = "cpu") -> "BodyAnalyser":
        """Read the bundles in weights/. MediaPipe runs on the CPU whatever the device is.

        Raises TryOnError("weights_missing") or ("weights_damaged").
        """
        paths = [path_of(POSE_BUNDLE), path_of(HAND_BUNDLE)]
        # Imported here, not above: it takes most of a second, which only users of a body pay.
        from mediapipe.tasks.python import BaseOptions, vision

        pose_options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=paths[0].read_bytes()),
            num_poses=MAX_PEOPLE,
            min_pose_detection_confidence=POSE_CONFIDENCE,
            min_pose_presence_confidence=POSE_CONFIDENCE,
            output_segmentation_masks=True,
        )
        hand_options = vision.HandLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=paths[1].read_bytes()),
            num_hands=1,
            min_hand_detection_confidence=HAND_CONFIDENCE,
            min_hand_presence_confidence=HAND_CONFIDENCE,
        )
        landmarkers = []
        with _quiet_stderr():
            for path, create in (
                (paths[0], lambda: vision.PoseLandmarker.create_from_options(pose_options)),
                (paths[1], lambda: vision.HandLandmarker.create_from_options(hand_options)),
            ):
                try:
                    landmarkers.append(create())
                except (RuntimeError, ValueError) as error:
                    raise TryOnError("weights_damaged", name=path.name, why=str(error)) from error
                # At exit the system takes the memory back; their own clean-up comes too late.
                atexit.register(_forget, weakref.ref(landmarkers[-1]))
            analyser = cls(*landmarkers)
            # First runs allocate, and write their remarks to stderr.
            analyser._pose.detect(_mediapipe_image(np.full((256, 256, 3), 127, np.uint8)))
            analyser._hand.detect(_mediapipe_image(_drawn_hand()))
        return analyser

    def __call__(self, photo: Photo, which: int = 0) -> Person:
        """Find the people in a photo and describe the one chosen.

        which: 0 = the largest and most central, 1 = the next, and so on (too high = the last).
        Raises TryOnError("no_person").
        """
        small, scale = _working_copy(photo.pixels, POSE_SIDE)
        found = self._people(small)
        if not found:
            raise TryOnError("no_person")
        index = min(max(which, 0), len(found) - 1)
        subject = found[index]
        others = [body.box for k, body in enumerate(found) if k != index]
        hands = self._hands(small, subject)
        view = _view(subject)

        matte = _matte(photo.pixels, subject.mask, body_unit(subject.landmarks) / scale)
        silhouette = matte >= 128
        if not silhouette.any():
            raise TryOnError("no_person")
        landmarks = _to_photo(subject.landmarks, scale)
        hands = _to_photo(hands, scale)
        parts = _parts(photo.pixels, landmarks, silhouette, hands, view)
        person = Person(
            photo=photo,
            landmarks=landmarks,
            world=subject.world,
            silhouette=silhouette,
            matte=matte,
            parts=parts,
            hands=hands,
            box=_box_of(silhouette),
            others=(np.array(others, np.float32).reshape(-1, 4) + 0.5) / scale - 0.5,
            view=view,
            confidence=subject.confidence,
        )
        notes = _notes(person, index)
        log.debug("person: view %s, confidence %.2f, notes %s", view, person.confidence, notes)
        return replace(person, notes=notes)

    # --- finding people -------------------------------------------------------------------

    def _people(self, small: np.ndarray) -> list["_Body"]:
        """The bodies in a working copy, the most likely subject first."""
        found = [body for body in self._poses(small) if _plausible(body)]
        if not found:
            # Small figures and tight crops: more pixels, and a border for the body to go on in.
            margin = round(0.25 * max(small.shape[:2]))
            padded = cv2.copyMakeBorder(small, *[margin] * 4, cv2.BORDER_REFLECT_101)
            # A mirrored border would show the person twice; blurred it shows nobody.
            blurred = cv2.blur(padded, (margin | 1, margin | 1))
            blurred[margin:-margin, margin:-margin] = small
            again, enlarged = _working_copy(blurred, POSE_SIDE, enlarge=2.0)
            bodies = [body.back(enlarged, margin, small.shape[:2]) for body in self._poses(again)]
            found = [body for body in bodies if _plausible(body)]
        centre = np.array([small.shape[1], small.shape[0]]) / 2

        def importance(body: _Body) -> float:
            middle = (body.box[:2] + body.box[2:]) / 2
            away = float(np.linalg.norm((middle - centre) / centre))
            return body.area * (1 - 0.35 * min(away, 1.5))

        return sorted(found, key=importance, reverse=True)

    def _poses(self, pixels: np.ndarray) -> list["_Body"]:
        """Every pose MediaPipe finds, in the frame of the pixels given."""
        height, width = pixels.shape[:2]
        with self._lock:
            result = self._pose.detect(_mediapipe_image(pixels))
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
            bodies.append(_Body(_sane(landmarks, (height, width)), depth, mask))
        return bodies

    def _hands(self, small: np.ndarray, body: "_Body") -> np.ndarray:
        """(n, 21, 3) float32 hands in the working copy's frame, looked for around the wrists."""
        unit = body_unit(body.landmarks)
        hands = []
        for side in SIDES:
            wrist = body.landmarks[ARMS[side][2]]
            reach = hand_line(body.landmarks, side)
            centre = reach.mean(0)
            if not _inside(centre, small.shape, margin=0.1 * unit) or wrist[2] < HAND_VISIBLE:
                continue
            half = max(HAND_WINDOW * unit, 16.0)
            corner = np.round(centre - half).astype(int)
            size = round(2 * half)
            window = _window(small, corner, size)
            side_pixels = HAND_PIXELS
            zoom = side_pixels / size
            window = cv2.resize(window, (side_pixels, side_pixels), interpolation=cv2.INTER_LINEAR)
            with self._lock:
                result = self._hand.detect(_mediapipe_image(window))
            for points, handedness in zip(result.hand_landmarks, result.handedness, strict=True):
                found = np.array([(p.x, p.y, 0) for p in points], np.float32)
                found[:, :2] = found[:, :2] * side_pixels / zoom - 0.5 + corner
                found[:, 2] = handedness[0].score
                if np.linalg.norm(found[0, :2] - wrist[:2]) < HAND_STRAY * unit:
                    hands.append(found)
        if len(hands) == 2 and np.linalg.norm(hands[0][0, :2] - hands[1][0, :2]) < 0.08 * unit:
            hands.pop()  # one hand seen in both windows
        return np.array(hands, np.float32).reshape(-1, HAND_LANDMARKS, 3)


HAND_VISIBLE = 0.3  # visibility of a wrist below which no hand is looked for
HAND_WINDOW = 0.55  # half side of the window around a hand, in body units
HAND_PIXELS = 256  # side of the picture given to the hand landmarker
HAND_STRAY = 0.45  # how far, in body units, a hand's wrist may lie from the pose's wrist


@dataclass(frozen=True, eq=False)
class _Body:
    """One body in some frame: landmarks (33, 3), world (33, 3), mask (h, w) float32 0..1."""

    landmarks: np.ndarray
    world: np.ndarray
    mask: np.ndarray

    @property
    def area(self) -> float:
        return float((self.mask > 0.5).mean())

    @property
    def box(self) -> np.ndarray:
        """(4,) float32 x0, y0, x1, y1 of the mask."""
        return _box_of(self.mask > 0.5)

    @property
    def confidence(self) -> float:
        """0..1: how well the body is seen and agrees with its own silhouette."""
        seen = np.clip(self.landmarks[CORE, 2], 0, 1).mean()
        return float(np.clip(seen * _agreement(self), 0, 1))

    def back(self, scale: float, margin: int, shape: tuple[int, int]) -> "_Body":
        """The same body in the frame that was padded by a margin and then scaled."""
        landmarks = self.landmarks.copy()
        landmarks[:, :2] = (landmarks[:, :2] + 0.5) / scale - 0.5 - margin
        size = (shape[1] + 2 * margin, shape[0] + 2 * margin)
        mask = cv2.resize(self.mask, size, interpolation=cv2.INTER_AREA)
        return _Body(landmarks, self.world, mask[margin:-margin, margin:-margin].copy())


CORE = [Pose.NOSE, Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER, Pose.LEFT_HIP, Pose.RIGHT_HIP]


def _plausible(body: _Body) -> bool:
    """False for what only resembles a body: its mask is tiny or away from its own landmarks."""
    return body.area > SMALLEST_AREA and _agreement(body) > 0.5


SMALLEST_AREA = 0.004  # of the photo


def _agreement(body: _Body) -> float:
    """0..1: the share of the landmarks inside the photo that lie on the body's own mask."""
    height, width = body.mask.shape
    at = np.round(body.landmarks[:, :2]).astype(int)
    inside = (at >= 0).all(1) & (at[:, 0] < width) & (at[:, 1] < height)
    inside &= body.landmarks[:, 2] > 0.5
    if inside.sum() < 4:
        return 0.0
    return float((body.mask[at[inside, 1], at[inside, 0]] > 0.3).mean())


def _sane(landmarks: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Landmarks with impossible guesses outside the photo pulled back to human proportions."""
    landmarks = landmarks.copy()
    unit = max(distance(landmarks, Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER), 4.0)
    top = middle_of_shoulders(landmarks)
    for hip in (Pose.LEFT_HIP, Pose.RIGHT_HIP):
        _rein(landmarks, hip, top, LONGEST_TORSO * unit, shape)
    for chains, longest in ((ARMS, LONGEST_ARM_BONE), (LEGS, LONGEST_LEG_BONE)):
        for chain in chains.values():
            for start, end in itertools.pairwise(chain):
                _rein(landmarks, end, landmarks[start, :2], longest * unit, shape)
    return landmarks


LONGEST_TORSO = 2.0  # shoulder widths
LONGEST_ARM_BONE = 1.3
LONGEST_LEG_BONE = 1.7


def _rein(landmarks, index, start, longest, shape) -> None:
    """Shorten, in place, the way from start to a landmark that lies outside the photo."""
    if _inside(landmarks[index, :2], shape):
        return
    landmarks[index, 2] = min(landmarks[index, 2], 0.1)
    step = landmarks[index, :2] - start
    length = float(np.linalg.norm(step))
    # Seen from the side the shoulders are no measure: leave it be.
    if length > longest and landmarks[Pose.NOSE, 2] > 0.5:
        landmarks[index, :2] = start + step * (longest / length)


def _inside(point: np.ndarray, shape: tuple[int, ...], margin: float = 0.0) -> bool:
    return bool(
        -margin <= point[0] <= shape[1] - 1 + margin
        and -margin <= point[1] <= shape[0] - 1 + margin
    )


def _view(body: _Body) -> str:
    """front, side or back, from the shoulders' order and turn and from the face."""
    left, right = body.world[Pose.LEFT_SHOULDER], body.world[Pose.RIGHT_SHOULDER]
    turn = abs(np.degrees(np.arctan2(left[2] - right[2], abs(left[0] - right[0]))))
    crossed = body.landmarks[Pose.LEFT_SHOULDER, 0] < body.landmarks[Pose.RIGHT_SHOULDER, 0]
    if turn > SIDE_TURN:
        return "side"
    return "back" if crossed else "front"


SIDE_TURN = 58.0  # degrees the shoulders are turned out of the picture's plane

# --- silhouette and parts -----------------------------------------------------------------


def _matte(pixels: np.ndarray, mask: np.ndarray, unit: float) -> np.ndarray:
    """(H, W) uint8: a coarse mask (h, w) float32 drawn to the edges of the photo."""
    height, width = pixels.shape[:2]
    coarse = _one_piece(mask > 0.5)
    mask = np.where(coarse, np.maximum(mask, 0.02), np.minimum(mask, 0.02 + 0 * mask))
    matte = np.zeros((height, width), np.uint8)
    x0, y0, x1, y1 = _box_of(coarse)
    across, down = width / mask.shape[1], height / mask.shape[0]
    radius = max(4, round(MATTE_REACH * unit))
    box = (
        slice(max(0, int(y0 * down) - 3 * radius), int((y1 + 1) * down) + 3 * radius + 1),
        slice(max(0, int(x0 * across) - 3 * radius), int((x1 + 1) * across) + 3 * radius + 1),
    )
    large = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)[box]
    refined = cv2.ximgproc.guidedFilter(pixels[box], large, radius, (0.02 * 255) ** 2, scale=0.5)
    sharp = np.clip((refined - 0.5) * 1.4 + 0.5, 0, 1)
    matte[box] = (sharp * 255 + 0.5).astype(np.uint8)
    kept = _one_piece(matte >= 128)
    matte[~cv2.dilate(kept.view(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)] = 0
    matte[kept & (matte < 128)] = 255
    return matte


MATTE_REACH = 0.04  # body units over which the matte may follow the photo's edges


def _one_piece(mask: np.ndarray) -> np.ndarray:
    """(h, w) bool: the mask's large pieces, small holes closed."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 1:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA]
    large = areas >= 0.03 * areas[1:].max()
    large[0] = False
    kept = large[labels]
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8))
    holes = stats[:, cv2.CC_STAT_AREA] < 0.002 * kept.sum()
    holes[0] = False
    return kept | holes[labels]


def _parts(pixels, landmarks, silhouette, hands, view) -> np.ndarray:
    """(H, W) uint8 labels: the parts are found on a small canvas around the person."""
    height, width = silhouette.shape
    x0, y0, x1, y1 = _box_of(silhouette)
    x0, y0 = max(0, int(x0) - 4), max(0, int(y0) - 4)
    x1, y1 = min(width, int(x1) + 5), min(height, int(y1) + 5)
    box = (slice(y0, y1), slice(x0, x1))
    scale = PARTS_SIDE / max(y1 - y0, x1 - x0)
    size = (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas = cv2.resize(pixels[box], size, interpolation=how)
    inside = cv2.resize(silhouette[box].astype(np.uint8) * 255, size, interpolation=how) >= 128

    def to_canvas(points: np.ndarray) -> np.ndarray:
        moved = points.copy()
        moved[..., 0] = (points[..., 0] - x0 + 0.5) * scale - 0.5
        moved[..., 1] = (points[..., 1] - y0 + 0.5) * scale - 0.5
        return moved

    scores = parts_of(canvas, to_canvas(landmarks), inside, to_canvas(hands), view)
    parts = np.zeros((height, width), np.uint8)
    parts[box] = _labels_at(scores, (y1 - y0, x1 - x0), silhouette[box])
    return parts


def _labels_at(scores: np.ndarray, shape: tuple[int, int], inside: np.ndarray) -> np.ndarray:
    """(H, W) uint8 of (h, w, 17) scores: each score is enlarged, then the best one wins."""
    best = np.zeros(shape, np.uint8)
    labels = np.zeros(shape, np.uint8)
    for part in Part:
        if part == Part.BACKGROUND or not scores[:, :, part].any():
            continue
        small = (scores[:, :, part] * 254).astype(np.uint8)
        # Just outside the silhouette nothing is known: spread what is known, so edges keep it.
        small = cv2.dilate(small, np.ones((3, 3), np.uint8))
        score = cv2.resize(small, shape[::-1], interpolation=cv2.INTER_LINEAR)
        better = score > best
        labels[better] = part
        np.maximum(best, score, out=best)
    lost = inside & (labels == 0)
    if lost.any():
        _, nearest = cv2.distanceTransformWithLabels(
            (labels == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
        )
        table = np.zeros(int(nearest.max()) + 1, np.uint8)
        table[nearest[labels != 0]] = labels[labels != 0]
        labels[lost] = table[nearest[lost]]
    labels[~inside] = 0
    return labels


# --- what the visitor should know ---------------------------------------------------------

DARK = 45  # median lightness (0..255) of the person below which edges are uncertain
SMALL = 300  # pixels of a person's height below which details are coarse
DOUBTFUL = 0.45  # confidence


def _notes(person: Person, which: int) -> tuple[Note, ...]:
    notes = []
    if len(person.others):
        chosen = (
            {"en": "largest one", "zh": "最大的一位"}
            if which == 0
            else {"en": f"number {which + 1}", "zh": f"第{which + 1}位"}
        )
        notes.append(Note("several_people", {"count": len(person.others) + 1, "which": chosen}))
    if person.view != "front":
        notes.append(Note(f"{person.view}_view"))
    if not person.visible(Pose.LEFT_HIP, 0.0) and not person.visible(Pose.RIGHT_HIP, 0.0):
        notes.append(Note("cropped", {"where": {"en": "torso", "zh": "躯干"}}))
    lightness = cv2.cvtColor(person.photo.pixels, cv2.COLOR_RGB2GRAY)[person.silhouette]
    if np.percentile(lightness, 75) < DARK:
        notes.append(Note("too_dark"))
    height = round(float(person.box[3] - person.box[1]) + 1)
    if height < SMALL:
        notes.append(Note("small_person", {"pixels": height}))
    if person.confidence < DOUBTFUL:
        notes.append(Note("low_confidence"))
    return tuple(notes)


# --- pictures and files -------------------------------------------------------------------


def _mediapipe_image(pixels: np.ndarray):
    import mediapipe

    return mediapipe.Image(
        image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(pixels)
    )


def _working_copy(pixels: np.ndarray, side: int, enlarge: float = 1.0) -> tuple[np.ndarray, float]:
    """A copy whose longest side is at most `side`, enlarged at most `enlarge` times; its scale."""
    height, width = pixels.shape[:2]
    scale = min(enlarge, side / max(height, width))
    if scale == 1.0:
        return pixels, 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(pixels, size, interpolation=how), scale


def _window(pixels: np.ndarray, corner: np.ndarray, size: int) -> np.ndarray:
    """A square cut out of a picture; outside the picture its border goes on."""
    columns = np.clip(np.arange(corner[0], corner[0] + size), 0, pixels.shape[1] - 1)
    rows = np.clip(np.arange(corner[1], corner[1] + size), 0, pixels.shape[0] - 1)
    return pixels[rows[:, None], columns[None, :]]


def _to_photo(points: np.ndarray, scale: float) -> np.ndarray:
    """Points (..., 3) of a scaled copy in the photo's frame."""
    moved = points.copy()
    moved[..., :2] = (points[..., :2] + 0.5) / scale - 0.5
    return moved


def _box_of(mask: np.ndarray) -> np.ndarray:
    """(4,) float32 x0, y0, x1, y1 of the True pixels, all 0 where there are none."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return np.zeros(4, np.float32)
    return np.array([columns[0], rows[0], columns[-1], rows[-1]], np.float32)


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


def _forget(reference: weakref.ref) -> None:
    """Keep a landmarker from closing itself when half of the interpreter is gone already."""
    landmarker = reference()
    if landmarker is not None:
        landmarker._handle = None


@contextlib.contextmanager
def _quiet_stderr():
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
