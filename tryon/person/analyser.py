"""A photo to a `Person`: pose, silhouette, hands, parts, view, and what the visitor should know.

Notable here:
- a coarse mask becomes a matte at the photo's own resolution by a fast guided filter
  (He and Sun, 2015), inside the person's box only.
- the parts are found on a small canvas around the person by `parts_of`; their scores, not their
  labels, are enlarged, so that borders stay smooth.
- `regions` answers questions about a finished `Person`; its functions are passed on from here.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Labels, Mask, Pixels, Points
from tryon.core.errors import Note, TryOnError
from tryon.core.masks import nearest_in
from tryon.core.types import Part, Person, Photo, Pose
from tryon.person.body import SIDES, body_unit
from tryon.person.parser import Parser
from tryon.person.parts import agreed, parts_of
from tryon.person.pose import Body, PoseFinder, box_of, is_inside, working_copy
from tryon.person.regions import (
    arm_mask,
    clothed_legs,
    crossing_sleeve,
    edit_region,
    in_front,
    is_part,
    leg_mask,
    skin_colour,
    torso_coordinates,
)
from tryon.person.strands import stranded
from tryon.person.twotone import split_at_waist

__all__ = ["BodyAnalyser", "arm_mask", "edit_region", "in_front", "leg_mask", "skin_colour"]

log = logging.getLogger(__name__)

# What finds the parts on a small canvas: arguments and answer as `parts.parts_of`.
PartsFinder = Callable[[Pixels, Points, Mask, Points, str], np.ndarray]

PARTS_SIDE = 384  # longest side of the canvas the parts are found on, pixels
SIDE_TURN = 58.0  # degrees the shoulders are turned out of the picture's plane

# The silhouette.
MATTE_REACH = 0.04  # body units within which the matte may follow the photo's edges
MATTE_SMOOTHNESS = (0.02 * 255) ** 2  # variance of colour taken for an edge
MATTE_STEEPER = 2.0  # times as steep as the guided filter leaves it an edge is drawn
LARGEST_HOLE = 0.002  # of the silhouette; smaller ones are closed
SPECK = 0.005  # of the largest island; smaller ones go
ISLANDS_SIDE = 512  # longest side of the copy on which islands are looked for, pixels

# When the visitor is told something.
DARK = 45  # lightness (0..255) three quarters of the person are below: edges are uncertain
SMALL = 60  # body unit in pixels (a figure of about 270) below which details are coarse
DOUBTFUL = 0.45  # confidence
RIVAL = 0.4  # of the subject's height; smaller people are passers-by
RANKS = (
    {"en": "largest one", "zh": "最大的一位"},
    {"en": "second largest one", "zh": "第二大的一位"},
    {"en": "third largest one", "zh": "第三大的一位"},
)
NOTE_ROWS = 400  # rows looked at for the remarks on a large photo
COVERED = 0.03  # share of the torso below which a thing held before it is not worth a remark


class BodyAnalyser:
    """Finds the person in a photo. One analyser may serve many threads.

    analyser = BodyAnalyser.load()
    person = analyser(photo)
    """

    def __init__(self, finder: PoseFinder, parts_of: PartsFinder = parts_of) -> None:
        self._finder = finder
        self._parts_of = parts_of

    @classmethod
    def load(cls, device: str = "cpu") -> "BodyAnalyser":
        """Read the models in weights/. Pose runs on the CPU whatever the device is.

        Raises TryOnError("weights_missing") or ("weights_damaged").
        """
        finder = PoseFinder.load()
        trained = Parser.load(device).parts_of

        def both(
            pixels: Pixels, landmarks: Points, silhouette: Mask, hands: Points, view: str
        ) -> np.ndarray:
            """Trained and untrained together: each mends the other's slips."""
            canvas = (pixels, landmarks, silhouette, hands, view)
            return agreed(trained(*canvas), parts_of(*canvas))

        return cls(finder, both)

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

        matte = _matte(photo.pixels, subject)
        silhouette = matte >= 128
        if not silhouette.any():
            raise TryOnError("no_person")
        landmarks = _to_photo(subject.landmarks, scale)
        hands = _to_photo(hands, scale)
        parts = _parts(self._parts_of, photo.pixels, landmarks, silhouette, hands, view)
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
        person = replace(person, parts=clothed_legs(person))
        person = replace(person, parts=stranded(person))
        notes = _notes(person, index)
        log.debug("person: view %s, confidence %.2f, notes %s", view, person.confidence, notes)
        return replace(person, notes=notes)


def _to_photo(points: Points, scale: float) -> Points:
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


# --- silhouette and parts -----------------------------------------------------------------


def _matte(pixels: Pixels, body: Body) -> Alpha:
    """A body's coarse mask drawn to the edges of the photo.

    Only a band around the coarse outline is in question: within it a guided filter decides,
    inside of it is person, outside of it is not.
    """
    height, width = pixels.shape[:2]
    coarse = _cleaned(body.mask > 0.5, body.landmarks)
    matte = np.zeros((height, width), np.uint8)
    if not coarse.any():
        return matte
    reach = max(2, round(MATTE_REACH * body_unit(body.landmarks)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    outer = cv2.dilate(coarse.view(np.uint8), kernel)
    inner = cv2.erode(coarse.view(np.uint8), kernel, borderType=cv2.BORDER_REPLICATE)
    mask = np.where(inner > 0, 1, body.mask) * outer

    # Coarse frame -> photo frame, in the box alone.
    across, down = width / mask.shape[1], height / mask.shape[0]
    x0, y0, x1, y1 = box_of(outer > 0)
    columns = slice(int(x0 * across), min(width, int(np.ceil((x1 + 1) * across))))
    rows = slice(int(y0 * down), min(height, int(np.ceil((y1 + 1) * down))))
    shape = (columns.stop - columns.start, rows.stop - rows.start)
    move = np.array(
        [
            [1 / across, 0, (columns.start + 0.5) / across - 0.5],
            [0, 1 / down, (rows.start + 0.5) / down - 0.5],
        ]
    )
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    large = cv2.warpAffine(mask, move, shape, flags=how, borderMode=cv2.BORDER_REPLICATE)
    band = cv2.warpAffine(outer, move, shape, flags=how, borderMode=cv2.BORDER_REPLICATE)
    radius = max(4, round(reach * across))
    guide = pixels[rows, columns]
    refined = cv2.ximgproc.guidedFilter(guide, large, radius, MATTE_SMOOTHNESS, scale=0.5)
    # The filter leaves a veil on both sides of an edge; a steeper ramp lifts it.
    soft = np.clip((refined - 0.5) * MATTE_STEEPER + 0.5, 0, 1) * (band > 0)
    matte[rows, columns] = _without_islands((soft * 255 + 0.5).astype(np.uint8))
    return matte


def _cleaned(mask: Mask, landmarks: Points) -> Mask:
    """The mask's largest piece and those with landmarks on them, holes closed."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 1:
        return mask
    kept = np.zeros(count, bool)
    kept[1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))] = True
    seen = [point for point in landmarks if is_inside(point[:2], mask.shape) and point[2] > 0.5]
    for x, y, _ in seen:
        kept[labels[round(float(y)), round(float(x))]] = True
    kept[0] = False
    mask = kept[labels]
    # Gaps between arm and body are no holes; specks are.
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8))
    holes = stats[:, cv2.CC_STAT_AREA] < LARGEST_HOLE * np.count_nonzero(mask)
    holes[0] = False
    return mask | holes[labels]


def _without_islands(matte: Alpha) -> Alpha:
    """The matte without specks that touch no larger piece, looked for on a small copy."""
    height, width = matte.shape
    scale = min(1.0, ISLANDS_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = (cv2.resize(matte, size, interpolation=cv2.INTER_AREA) >= 64).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(small, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    specks = (areas > 0) & (areas < SPECK * areas.max())
    if not specks.any():
        return matte
    gone = cv2.dilate(specks[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    gone[(labels > 0) & ~specks[labels]] = 0
    gone = cv2.resize(gone, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.where(gone > 0, 0, matte).astype(np.uint8)


def _parts(
    find: PartsFinder,
    pixels: Pixels,
    landmarks: Points,
    silhouette: Mask,
    hands: Points,
    view: str,
) -> Labels:
    """The labels of `Part`: the parts are found on a small canvas around the person."""
    height, width = silhouette.shape
    x0, y0, x1, y1 = box_of(silhouette)
    x0, y0 = max(0, int(x0) - 4), max(0, int(y0) - 4)
    x1, y1 = min(width, int(x1) + 5), min(height, int(y1) + 5)
    box = (slice(y0, y1), slice(x0, x1))
    scale = PARTS_SIDE / max(y1 - y0, x1 - x0)
    size = (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas = cv2.resize(pixels[box], size, interpolation=how).astype(np.uint8, copy=False)
    inside = cv2.resize(silhouette[box].astype(np.uint8) * 255, size, interpolation=how) >= 128

    def to_canvas(points: Points) -> Points:
        moved = points.copy()
        moved[..., 0] = (points[..., 0] - x0 + 0.5) * scale - 0.5
        moved[..., 1] = (points[..., 1] - y0 + 0.5) * scale - 0.5
        return moved

    marks = to_canvas(landmarks)
    scores = find(canvas, marks, inside, to_canvas(hands), view)
    split_at_waist(scores, canvas, marks)
    parts = np.zeros((height, width), np.uint8)
    parts[box] = _labels_at(scores, (y1 - y0, x1 - x0), silhouette[box])
    return parts


def _labels_at(scores: np.ndarray, shape: tuple[int, int], inside: Mask) -> Labels:
    """Labels of this size from (h, w, 17) scores: each is enlarged, then the best one wins."""
    best = np.zeros(shape, np.uint8)
    labels = np.zeros(shape, np.uint8)
    for part in Part:
        if part == Part.BACKGROUND or not scores[:, :, part].any():
            continue
        small: np.ndarray = (scores[:, :, part] * 254).astype(np.uint8)
        # Just outside the silhouette nothing is known: spread what is known, so edges keep it.
        small = cv2.dilate(small, np.ones((3, 3), np.uint8))
        score = cv2.resize(small, shape[::-1], interpolation=cv2.INTER_LINEAR)
        better = score > best
        labels[better] = part
        np.maximum(best, score, out=best)
    lost = inside & (labels == 0)
    if lost.any():
        nearest, _ = nearest_in(labels != 0, 3)
        labels[lost] = labels.ravel()[nearest[lost]]
    labels[~inside] = 0
    return labels


# --- what the visitor should know ---------------------------------------------------------


def _notes(person: Person, which: int) -> tuple[Note, ...]:
    notes = []
    height = person.box[3] - person.box[1]
    rivals = sum(other[3] - other[1] > RIVAL * height for other in person.others)
    if rivals:
        chosen = RANKS[min(which, len(RANKS) - 1)]
        notes.append(Note("several_people", {"count": int(rivals) + 1, "which": chosen}))
    if person.view != "front":
        notes.append(Note(f"{person.view}_view"))
    if not person.visible(Pose.LEFT_HIP, 0.0) and not person.visible(Pose.RIGHT_HIP, 0.0):
        notes.append(Note("cropped", {"where": {"en": "lower torso", "zh": "躯干下部"}}))
    step = max(1, person.photo.height // NOTE_ROWS)
    parts = person.parts[::step, ::step]
    down, across = torso_coordinates(person, step)
    torso = (down > 0.1) & (down < 0.95) & (np.abs(across) < 0.38) & (parts > 0)
    arms = is_part(parts, Part.LEFT_ARM, Part.RIGHT_ARM, Part.LEFT_HAND, Part.RIGHT_HAND) & torso
    sleeves = any(crossing_sleeve(person, side) for side in SIDES)
    if sleeves or arms.sum() > COVERED * torso.sum():
        notes.append(Note("arms_over_torso"))
    if (is_part(parts, Part.ACCESSORY) & torso).sum() > COVERED * torso.sum():
        notes.append(Note("held_object"))
    lightness = cv2.cvtColor(person.photo.pixels[::step, ::step], cv2.COLOR_RGB2GRAY)[parts > 0]
    if np.percentile(lightness, 75) < DARK:
        notes.append(Note("too_dark"))
    if body_unit(person.landmarks) < SMALL:
        notes.append(Note("small_person", {"pixels": round(float(height))}))
    if person.confidence < DOUBTFUL:
        notes.append(Note("low_confidence"))
    return tuple(notes)
