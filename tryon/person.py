"""A photo to a `Person`: pose, silhouette, hands, parts, view, and what the visitor should know.

Notable here:
- a coarse mask becomes a matte at the photo's own resolution by a fast guided filter
  (He and Sun, 2015), inside the person's box only.
- the parts are found on a small canvas around the person by `parts_of`; their scores, not their
  labels, are enlarged, so that borders stay smooth.
- `regions` answers questions about a finished `Person`; its functions are passed on from here.
"""

import logging
from dataclasses import replace

import cv2
import numpy as np

from tryon.anatomy import SIDES, body_unit
from tryon.errors import Note, TryOnError
from tryon.parts import parts_of
from tryon.pose import Body, PoseFinder, box_of, working_copy
from tryon.regions import (
    arm_mask,
    arm_over_torso,
    edit_region,
    in_front,
    is_part,
    leg_mask,
    skin_colour,
    torso_coordinates,
)
from tryon.types import Part, Person, Photo, Pose

__all__ = ["BodyAnalyser", "arm_mask", "edit_region", "in_front", "leg_mask", "skin_colour"]

log = logging.getLogger(__name__)

PARTS_SIDE = 384  # longest side of the canvas the parts are found on, pixels


class BodyAnalyser:
    """Finds the person in a photo. One analyser may serve many threads.

    analyser = BodyAnalyser.load()
    person = analyser(photo)
    """

    def __init__(self, finder: PoseFinder) -> None:
        self._finder = finder

    @classmethod
    def load(cls, device: str = "cpu") -> "BodyAnalyser":
        """Read the models in weights/. They run on the CPU whatever the device is.

        Raises TryOnError("weights_missing") or ("weights_damaged").
        """
        return cls(PoseFinder.load())

    def __call__(self, photo: Photo, which: int = 0) -> Person:
        """Find the people in a photo and describe the one chosen.

        which: 0 = the largest and most central, 1 = the next, and so on (too high = the last).
        Raises TryOnError("no_person").
        """
        small, scale = working_copy(photo.pixels)
        found = self._finder.people(small)
        if not found:
            raise TryOnError("no_person")
        index = min(max(which, 0), len(found) - 1)
        subject = found[index]
        others = [body.box for k, body in enumerate(found) if k != index]
        hands = self._finder.hands(small, subject)
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
            box=box_of(silhouette),
            others=(np.array(others, np.float32).reshape(-1, 4) + 0.5) / scale - 0.5,
            view=view,
            confidence=subject.confidence,
        )
        notes = _notes(person, index)
        log.debug("person: view %s, confidence %.2f, notes %s", view, person.confidence, notes)
        return replace(person, notes=notes)


def _to_photo(points: np.ndarray, scale: float) -> np.ndarray:
    """Points (..., 3) of a scaled copy in the photo's frame."""
    moved = points.copy()
    moved[..., :2] = (points[..., :2] + 0.5) / scale - 0.5
    return moved


def _view(body: Body) -> str:
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
    x0, y0, x1, y1 = box_of(coarse)
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
    x0, y0, x1, y1 = box_of(silhouette)
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

DARK = 45  # lightness (0..255) three quarters of the person are below: edges are uncertain
SMALL = 60  # body unit in pixels (a figure of about 270) below which details are coarse
DOUBTFUL = 0.45  # confidence
COVERED = 0.03  # share of the torso below which a thing held before it is not worth a remark


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
        notes.append(Note("cropped", {"where": {"en": "lower torso", "zh": "躯干下部"}}))
    down, across = torso_coordinates(person)
    torso = (down > 0.05) & (down < 0.95) & (np.abs(across) < 0.4) & person.silhouette
    arms = sum((arm_over_torso(person, side) & torso).sum() for side in SIDES)
    hands = (is_part(person.parts, Part.LEFT_HAND, Part.RIGHT_HAND) & torso).sum()
    if arms + hands > COVERED * torso.sum():
        notes.append(Note("arms_over_torso"))
    if (is_part(person.parts, Part.ACCESSORY) & torso).sum() > COVERED * torso.sum():
        notes.append(Note("held_object"))
    lightness = cv2.cvtColor(person.photo.pixels, cv2.COLOR_RGB2GRAY)[person.silhouette]
    if np.percentile(lightness, 75) < DARK:
        notes.append(Note("too_dark"))
    if body_unit(person.landmarks) < SMALL:
        notes.append(Note("small_person", {"pixels": round(float(person.box[3] - person.box[1]))}))
    if person.confidence < DOUBTFUL:
        notes.append(Note("low_confidence"))
    return tuple(notes)
