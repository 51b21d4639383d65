"""Self-made pairs: the garments of a street photo as flat pictures, for the same person again.

Notable here:
- where nobody took a picture of the garment alone (trousers, skirts, dresses, coats on the street)
  one is made: the garment is cut out along the labels that people drew, dressed on a drawn body
  that stands with arms and legs apart, and lifted off it onto white.
- its way there and back again goes through two different poses, so the pair tests (or teaches) the
  whole of dressing; that its light and folds are the photo's own makes it easier than a real one.
- what hair, hands or bags cover is filled in as for any garment worn by somebody.
"""

from dataclasses import replace

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Labels, Mask, Points
from tryon.core.errors import TryOnError
from tryon.core.frame import Fit
from tryon.core.masks import disc
from tryon.core.types import POSE_LANDMARKS, Kind, Part, Person, Photo, Pose
from tryon.fusion.geometry.covering import cloth_of
from tryon.fusion.geometry.draft import LOWER_HANG, geometric_draft
from tryon.garment.worn import WORN_PARTS, take_off
from tryon.person.body import (
    ANKLE_HALF,
    ARM_LENGTHS,
    HIP_HALF,
    LEG_LENGTHS,
    SHOULDERS_METRES,
    THIGH_HALF,
    TORSO_HALF,
    TORSO_LENGTH,
    UPPER_ARM_HALF,
    WRIST_HALF,
    capsule_mask,
)

# The drawn body.
SPAN = 220.0  # pixels between the drawn body's shoulder joints
FIGURE = (1240, 1000)  # height and width of its picture
MIDDLE, SHOULDERS = (FIGURE[1] - 1) / 2, 230.0  # where its shoulders are
ARMS_OUT, LEGS_OUT = 40.0, 9.0  # degrees from hanging straight down

# Which garments are made flat.
WHITE = 255  # behind them
MOST_HIDDEN = 0.25  # of a garment, by hair, hands, bags
LEAST_AREA = 0.02  # of the photo
MOST_OVER = 0.2  # of a dress: tops, coats and skirts worn over it
LEAST_WHOLE = 0.9  # of the garment in one piece: else a coat or a bag lies over it
LEAST_EVEN = 0.72  # overlap of the flat garment and its mirror image: less is half a garment
THREAD = 0.03  # of the flat picture: thinner strips are slips of the cut


def figure() -> Person:
    """A drawn adult of usual proportions that faces the camera, arms and legs apart, in a picture
    of `FIGURE`; its trunk counts as a top, its legs as trousers."""
    marks = np.zeros((POSE_LANDMARKS, 3), np.float32)
    marks[:, 2] = 1
    head = {"EYE": (0.09, -0.78), "EAR": (0.2, -0.74)}
    marks[:, :2] = MIDDLE, SHOULDERS - 0.68 * SPAN  # the nose, and what of the face is not named
    for side, sign in (("LEFT", 1), ("RIGHT", -1)):

        def put(name: str, x: float, y: float, side: str = side, sign: int = sign) -> None:
            marks[Pose[f"{side}_{name}"], :2] = MIDDLE + sign * x * SPAN, SHOULDERS + y * SPAN

        for name, at in head.items():
            put(name, *at)
        for names, root, lengths, degrees in (
            (("SHOULDER", "ELBOW", "WRIST"), (0.5, 0.0), ARM_LENGTHS, ARMS_OUT),
            (("HIP", "KNEE", "ANKLE"), (HIP_HALF, TORSO_LENGTH), LEG_LENGTHS, LEGS_OUT),
        ):
            far = np.concatenate([[0], np.cumsum(lengths)])
            turned = np.array([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))])
            for name, length in zip(names, far, strict=True):
                put(name, *(root + length * turned))
            ends = ("INDEX", "PINKY", "THUMB") if names[2] == "WRIST" else ("HEEL", "FOOT")
            for name in ends:
                put(name, *(root + (far[-1] + 0.15) * turned))
        marks[Pose[f"MOUTH_{side}"], :2] = MIDDLE + sign * 0.06 * SPAN, SHOULDERS - 0.52 * SPAN
    world = np.zeros((POSE_LANDMARKS, 3), np.float32)
    world[:, :2] = (
        (marks[:, :2] - (MIDDLE, SHOULDERS + TORSO_LENGTH * SPAN)) * SHOULDERS_METRES / SPAN
    )
    parts = _drawn_parts(marks)
    silhouette = parts > 0
    ys, xs = np.nonzero(silhouette)
    return Person(
        photo=Photo(np.full((*FIGURE, 3), WHITE, np.uint8)),
        landmarks=marks,
        world=world,
        silhouette=silhouette,
        matte=silhouette.astype(np.uint8) * 255,
        parts=parts,
        hands=np.zeros((0, 21, 3), np.float32),
        box=np.array([xs.min(), ys.min(), xs.max(), ys.max()], np.float32),
        others=np.zeros((0, 4), np.float32),
    )


def _drawn_parts(marks: Points) -> Labels:
    """The parts of a body around its landmarks."""
    parts = np.zeros(FIGURE, np.uint8)
    at = marks[:, :2]
    for side in ("LEFT", "RIGHT"):
        leg = at[[Pose[f"{side}_{name}"] for name in ("HIP", "KNEE", "ANKLE")]]
        radii = np.array([THIGH_HALF, (THIGH_HALF + ANKLE_HALF) / 2, ANKLE_HALF])
        parts[capsule_mask(FIGURE, leg, radii * SPAN)] = Part.TROUSERS
        arm = at[[Pose[f"{side}_{name}"] for name in ("SHOULDER", "ELBOW", "WRIST")]]
        radii = np.array([UPPER_ARM_HALF, (UPPER_ARM_HALF + WRIST_HALF) / 2, WRIST_HALF])
        parts[capsule_mask(FIGURE, arm, radii * SPAN)] = Part[f"{side}_ARM"]
    heights = np.array(list(TORSO_HALF))
    half = np.array(list(TORSO_HALF.values())) * SPAN
    rows = SHOULDERS + heights * TORSO_LENGTH * SPAN
    trunk = np.concatenate(
        [np.column_stack([MIDDLE + half, rows]), np.column_stack([MIDDLE - half, rows])[::-1]]
    )
    cv2.fillPoly(parts, [np.round(trunk).astype(np.int32)], int(Part.UPPER))
    neck = np.array([(MIDDLE, SHOULDERS - 0.45 * SPAN), (MIDDLE, SHOULDERS - 0.1 * SPAN)])
    parts[capsule_mask(FIGURE, neck, np.array([0.19, 0.21]) * SPAN)] = Part.NECK
    face = (round(MIDDLE), round(SHOULDERS - 0.7 * SPAN)), (round(0.24 * SPAN), round(0.33 * SPAN))
    cv2.ellipse(parts, *face, 0, 0, 360, int(Part.FACE), -1)
    return parts


def flat_picture(person: Person, labels: Labels, kind: Kind, body: Person) -> Photo | None:
    """The garment of a kind that a person wears as if it had been laid out and photographed: RGB
    on white, with its alpha.

    person: analysed. labels: the photo's parts drawn by hand, which count here instead of
    `person.parts`. body: what `figure` draws. None where no such garment is worn, or
    not enough of it can be seen.
    """
    own, others = (np.isin(labels, parts).mean() for parts in WORN_PARTS[kind])
    if own < LEAST_AREA or (kind is Kind.DRESS and others > MOST_OVER * own):
        return None
    worn = take_off(replace(person, parts=labels), kind)
    if worn is None or worn.hidden > MOST_HIDDEN:
        return None
    garment = worn.garment()
    try:
        draft = geometric_draft(body, garment)
    except TryOnError:
        return None
    height, width = draft.fit.canvas_size
    drawn, cover = np.full((height, width, 3), WHITE, np.float32), np.zeros((height, width))
    for layer in draft.layers:
        share = cloth_of(layer, garment)
        colours = cv2.remap(garment.photo.pixels, layer.flow, None, cv2.INTER_LINEAR)
        drawn += share[..., None] * (colours - drawn)
        cover = np.maximum(cover, share)
    alpha = _one_piece((cover * 255 + 0.5).astype(np.uint8))
    if alpha is None or _evenness(alpha > 127, draft.fit) < LEAST_EVEN:
        return None
    pixels = (drawn + 0.5).astype(np.uint8)
    if kind is not Kind.UPPER:
        # What hung around a body lies flat at half of its girth.
        size = round(pixels.shape[1] * LOWER_HANG), pixels.shape[0]
        pixels = np.asarray(cv2.resize(pixels, size), np.uint8)
        alpha = np.asarray(cv2.resize(alpha, size), np.uint8)
    return Photo(pixels, alpha)


def _one_piece(alpha: Alpha) -> Alpha | None:
    """The same without threads and specks, None where it falls apart."""
    solid = (alpha > 127).astype(np.uint8)
    thick = cv2.morphologyEx(solid, cv2.MORPH_OPEN, disc(THREAD * max(alpha.shape) / 2))
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA]
    if len(areas) < 2:
        return None
    largest = 1 + int(areas[1:].argmax())
    if areas[largest] < LEAST_WHOLE * solid.sum():
        return None
    near = cv2.dilate((pieces == largest).astype(np.uint8), np.ones((5, 5), np.uint8))
    return alpha * np.asarray(near, np.uint8)


def _evenness(mask: Mask, fit: Fit) -> float:
    """Overlap, 0..1, of a mask and its mirror image about the drawn body's middle."""
    height, width = mask.shape
    middle = float(fit.points(np.array([[MIDDLE, 0.0]]))[0, 0])
    turn = np.array([[-1, 0, 2 * middle], [0, 1, 0]])
    other = cv2.warpAffine(mask.astype(np.uint8), turn, (width, height)) > 0
    return float((mask & other).sum() / max((mask | other).sum(), 1))
