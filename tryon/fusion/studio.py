"""The studio frame: any photo and any garment as the fusion network was trained to see them.

Notable here:
- the network learns on VITON: women in a studio, thigh-up, 192 wide and 256 high. A similarity
  transform (a `Fit`) puts a stranger's shoulders and hips where VITON's are, and the background
  becomes a plain grey by the silhouette. What the photo does not show is grey too, and said so.
- the scale comes from the torso; where the hips are out of the photo the pose model only guesses
  them, and the shoulders (or, of somebody turned, the face) say how large the person is.
- garments are laid out as shops do: upright, as large as the canvas allows, on white.
- flow here is normalised: x and y in -1..1 from the garment canvas's left (top) edge to its right
  (bottom) edge, as `grid_sample(align_corners=False)` takes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.arrays import Alpha, Flow, Labels, Mask, Pixels, Points, Scalars
from tryon.core.frame import Fit
from tryon.core.types import Draft, Garment, Kind, Layer, Part, Person, Pose
from tryon.core.vocabulary import ATTRIBUTES
from tryon.person.body import middle_of_hips, middle_of_shoulders

# The frames.
CANVAS = (256, 192)  # height, width in pixels, of person and garment alike
SHOULDERS_AT = (95.0, 84.0)  # x, y of the middle between the shoulder joints: VITON's medians
TORSO = 119.0  # pixels from there to the middle between the hip joints
GREY = 240  # of the background


class Frame(NamedTuple):
    """What a person is scaled and moved to. shoulders_at: x, y of the middle between the shoulder
    joints, in studio pixels; torso: pixels from there to the middle between the hip joints."""

    shoulders_at: tuple[float, float]
    torso: float


FRAMES: dict[Kind, Frame] = {
    Kind.UPPER: Frame(SHOULDERS_AT, TORSO),  # head to thighs
    Kind.LOWER: Frame((95.0, -32.0), 100.0),  # waist to feet
    Kind.DRESS: Frame((95.0, 50.0), 68.0),  # head to feet
}
WHITE = 255  # behind garments
# Room around a garment, pixels left and right, above and below: VITON's medians.
GARMENT_MARGIN = (6, 14)

# How large a person is in a photo.
# Medians of 6,821 VITON people, in torso lengths: between the shoulder joints, eyes to mouth.
SHOULDERS_PER_TORSO = 0.661
FACE_PER_TORSO = 0.140
FACE_TRUST = 0.8  # held near the camera a face looks larger: 1.3 times in 8 of 10 selfies
SEEN = 0.5  # visibility from which on a landmark is believed
TORSO_LIMITS = (0.72, 1.35)  # of what shoulders and face say: people sit and lean
LEAST_TORSO = 8.0  # pixels

# How far from it a frame goes to hold both arms.
HAND = 0.35  # of the forearm's length, from the wrist to the finger tips
ROOM = 5.0  # studio pixels around them
SLEEVES = (Part.UPPER, Part.OUTERWEAR, Part.LEFT_ARM, Part.RIGHT_ARM)
SMALLEST, ASIDE = 0.85, (10.0, 12.0)  # times as large; studio pixels, x and y

# The flow that the network starts from.
START = (32, 24)  # its height, width
# Where no geometric draft can be had, a flow for a standing person and a usual top: garment canvas
# pixels = PLAIN_SCALE * (studio pixel - SHOULDERS_AT) + PLAIN_AT, x and y.
PLAIN_SCALE = (1.15, 1.35)
PLAIN_AT = (95.5, 52.0)
PLAIN: dict[Kind, tuple[tuple[float, float], tuple[float, float]]] = {
    Kind.UPPER: (PLAIN_SCALE, PLAIN_AT),
    Kind.LOWER: ((1.05, 0.75), (95.5, 25.0)),
    Kind.DRESS: ((1.45, 1.33), (95.5, 48.0)),
}
FARTHEST = 2.0  # normalised: beyond this the start says no more than "outside"
FALL_OFF = 2.0  # studio pixels over which one piece's map goes over into the next one's
LEAST_ISLAND = 0.3  # of a piece's largest part: what is smaller is a fold of its map


@dataclass(frozen=True, eq=False)
class StudioPerson:
    """A person in the studio frame.

    fit: photo frame <-> studio frame. pixels, matte, parts, shown: 256 x 192. pixels: grey around
    the person. matte: 255 = person. landmarks: (33, 3), in studio pixels. shown: True where the
    photo reaches.
    """

    fit: Fit
    pixels: Pixels
    matte: Alpha
    parts: Labels
    landmarks: Points
    shown: Mask


@dataclass(frozen=True, eq=False)
class StudioGarment:
    """A garment as shops show it, 256 x 192. fit: garment frame <-> its canvas. pixels: on white.
    landmarks: (23, 3) in canvas pixels."""

    fit: Fit
    pixels: Pixels
    alpha: Alpha
    landmarks: Points


def enter(person: Person, fit: Fit | None = None, kind: Kind = Kind.UPPER) -> StudioPerson:
    """Bring a person into the studio frame of a kind of garment; fit: another than `person_fit`."""
    fit = fit or person_fit(person.landmarks, person.photo.size, kind)
    matte = fit.image(person.matte)
    alpha = matte[..., None].astype(np.float32) / 255
    pixels = GREY + alpha * (fit.image(person.photo.pixels, border=GREY).astype(np.float32) - GREY)
    return StudioPerson(
        fit=fit,
        pixels=np.clip(pixels + 0.5, 0, 255).astype(np.uint8),
        matte=matte,
        parts=fit.labels(person.parts),
        landmarks=fit.points(person.landmarks),
        shown=fit.mask(np.ones(person.photo.size, bool)),
    )


def person_fit(landmarks: Points, size: tuple[int, int], kind: Kind = Kind.UPPER) -> Fit:
    """Where a photo of this size (height, width) with these (33, 3) landmarks lies in the studio:
    scaled so that torso and shoulders are as the kind's frame has them."""
    frame = FRAMES[kind]
    scale = frame.torso / torso_length(landmarks, size)
    middle = (middle_of_shoulders(landmarks).astype(np.float64) + 0.5) * scale - 0.5
    x, y = np.array(frame.shoulders_at) - middle
    return Fit(scale, float(x), float(y), size, CANVAS)


def arms_fit(person: Person) -> Fit:
    """As `person_fit`, but a little smaller and aside where that brings both arms to the finger
    tips, and the old sleeves, into the frame: no more than the network has seen in training."""
    landmarks, (height, width) = person.landmarks, person.photo.size
    usual = person_fit(landmarks, person.photo.size)
    wrists = landmarks[[Pose.LEFT_WRIST, Pose.RIGHT_WRIST]]
    elbows = landmarks[[Pose.LEFT_ELBOW, Pose.RIGHT_ELBOW]]
    tips = wrists[:, :2] + HAND * (wrists[:, :2] - elbows[:, :2])
    seen = (wrists[:, 2] >= SEEN) & (elbows[:, 2] >= SEEN)
    ends = np.vstack([tips[seen], elbows[elbows[:, 2] >= SEEN, :2]])
    sleeves = np.flatnonzero((np.isin(person.parts, SLEEVES)).any(0))
    if len(sleeves) and len(ends):
        # Only how far out they reach: coats hang lower than any frame.
        sides = np.column_stack([sleeves[[0, -1]], np.full(2, ends[:, 1].mean())])
        ends = np.vstack([ends, sides])
    if not len(ends):
        return usual
    ends = np.clip(ends, 0, (width - 1, height - 1))
    away = usual.points(ends.astype(np.float32)).astype(np.float64) - SHOULDERS_AT
    shift = np.zeros(2)
    smaller = 1.0
    for smaller in np.linspace(1, SMALLEST, 7):
        there = smaller * away + SHOULDERS_AT
        low = ROOM - there.min(0)
        high = np.array(CANVAS[::-1]) - 1 - ROOM - there.max(0)
        shift = np.clip(np.clip(0, low, np.maximum(low, high)), np.negative(ASIDE), ASIDE)
        if (shift >= low - 0.5).all() and (shift <= high + 0.5).all():
            break
    x, y = (np.array([usual.x, usual.y]) - SHOULDERS_AT) * smaller + SHOULDERS_AT + shift
    offset = 0.5 * (1 - smaller)  # of pixel centres from corners
    scale = float(usual.scale * smaller)
    return Fit(scale, float(x - offset), float(y - offset), person.photo.size, CANVAS)


def torso_length(landmarks: Points, size: tuple[int, int]) -> float:
    """Pixels from shoulders to hips, from what the photo shows best."""
    height, width = size
    torso = float(np.linalg.norm(middle_of_hips(landmarks) - middle_of_shoulders(landmarks)))
    across = landmarks[Pose.LEFT_SHOULDER, :2] - landmarks[Pose.RIGHT_SHOULDER, :2]
    usual = max(float(np.linalg.norm(across)) / SHOULDERS_PER_TORSO, LEAST_TORSO)
    eyes = landmarks[[Pose.LEFT_EYE, Pose.RIGHT_EYE]]
    mouth = landmarks[[Pose.MOUTH_LEFT, Pose.MOUTH_RIGHT]]
    if min(eyes[:, 2].min(), mouth[:, 2].min()) >= SEEN:
        # Turned to the side the shoulders come near each other; then the face is the better guess.
        face = float(np.linalg.norm((eyes - mouth).mean(0)[:2]))
        usual = max(usual, FACE_TRUST * face / FACE_PER_TORSO)
    x, y, seen = landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP]].T
    inside = (seen >= SEEN) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    if not inside.any():
        return usual
    return float(np.clip(torso, TORSO_LIMITS[0] * usual, TORSO_LIMITS[1] * usual))


def lay_out(garment: Garment) -> StudioGarment:
    """Bring a garment onto its canvas. ValueError for an empty mask."""
    fit = garment_fit(garment.mask)
    alpha = fit.image(garment.alpha)
    weight = alpha[..., None].astype(np.float32) / 255
    cloth = fit.image(garment.photo.pixels, border=WHITE).astype(np.float32)
    pixels = WHITE + weight * (cloth - WHITE)
    return StudioGarment(
        fit=fit,
        pixels=np.clip(pixels + 0.5, 0, 255).astype(np.uint8),
        alpha=alpha,
        landmarks=fit.points(garment.landmarks),
    )


def garment_fit(mask: Mask) -> Fit:
    """Where a garment picture with this mask lies on the garment canvas: the mask's box as large as
    fits inside the margins, in the middle."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    if not width:
        raise ValueError("garment_fit: the mask is empty")
    room = CANVAS[0] - 2 * GARMENT_MARGIN[1], CANVAS[1] - 2 * GARMENT_MARGIN[0]
    scale = min(room[0] / height, room[1] / width)
    left = CANVAS[1] / 2 - (x + width / 2) * scale
    top = CANVAS[0] / 2 - (y + height / 2) * scale
    return Fit(scale, left, top, mask.shape, CANVAS)


def word_vector(attributes: Mapping[str, str]) -> NDArray[np.float32]:
    """What words say about a garment (attribute -> value) as the network takes it: a number for
    each value of the vocabulary, in its order, 1 = said. Nothing said: all 0."""
    return np.array(
        [attributes.get(name) == value for name, values in ATTRIBUTES.items() for value in values],
        np.float32,
    )


def plain_start(kind: Kind = Kind.UPPER) -> Flow:
    """(32, 24, 2) normalised flow: a garment hung straight from the shoulders or hips."""
    scale, at = PLAIN[kind]
    flow = (start_points() - FRAMES[kind].shoulders_at) * scale + at
    return normalised(flow).astype(np.float32)


def start_points() -> NDArray[np.float64]:
    """(32, 24, 2): the studio pixels at the middle of the start flow's cells."""
    step = CANVAS[0] / START[0]
    y, x = np.mgrid[: START[0], : START[1]].astype(np.float64)
    return np.dstack([x + 0.5, y + 0.5]) * step - 0.5


def start_flow(draft: Draft, person: Fit, garment: Fit, alpha: Alpha) -> Flow:
    """The geometric draft as the flow the network starts from: studio frame -> garment canvas.

    person: photo frame -> studio frame. garment: garment frame -> its canvas. alpha: of the
    garment: a piece is only where its own cloth is seen.
    Returns (32, 24, 2), normalised. Where no piece of the garment lies, the nearest piece's map
    goes on, beyond the photo too.
    """
    at = draft.fit.points(person.unpoints(start_points().reshape(-1, 2)))
    at = at.reshape(*START, 2).astype(np.float32)
    # The nearest piece wins: a sleeve's map means nothing on the trunk.
    away = np.stack([_distance(_cloth(layer, alpha)) for layer in draft.layers])
    near = np.exp((away.min(0) - away) * (person.scale / draft.fit.scale / FALL_OFF))
    total, flow = np.zeros(START, np.float32), np.zeros((*START, 2), np.float32)
    beyond = at - np.clip(at, 0, np.array(draft.reach.shape[::-1], np.float32) - 1)
    for layer, weight in zip(draft.layers, near, strict=True):
        weight = _sampled(weight, at)
        goes_on = beyond * _slope(layer)
        shifts = [_sampled(layer.flow[..., c], at) + goes_on[..., c] for c in (0, 1)]
        flow += weight[..., None] * np.dstack(shifts)
        total += weight
    flow /= total[..., None]
    moved = garment.points(flow.reshape(-1, 2)).reshape(*START, 2)
    return np.clip(normalised(moved), -FARTHEST, FARTHEST).astype(np.float32)


def _cloth(layer: Layer, alpha: Alpha) -> Scalars:
    """0..1: how much cloth of a piece is seen. A piece's weight alone goes on over
    the picture's background."""
    seen = cv2.remap(alpha, layer.flow, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return layer.weight * np.asarray(seen.astype(np.float32) / 255, np.float32)


def _distance(cloth: Scalars) -> Scalars:
    """Pixels to a piece. Where a sleeve's map folds back over the trunk it leaves
    islands; those are no piece."""
    count, islands, stats, _ = cv2.connectedComponentsWithStats((cloth > 0.5).astype(np.uint8))
    if count < 2:
        return np.full(cloth.shape, np.hypot(*cloth.shape), np.float32)
    areas = stats[:, cv2.CC_STAT_AREA]
    pieces = areas >= LEAST_ISLAND * areas[1:].max()
    pieces[0] = False
    return cv2.distanceTransform((~pieces[islands]).astype(np.uint8), cv2.DIST_L2, 3)


def _slope(layer: Layer) -> NDArray[np.float32]:
    """(2,) garment pixels per canvas pixel, right and down, in the middle of a piece."""
    inside = layer.weight > 0.5
    across, down = inside[:, 1:] & inside[:, :-1], inside[1:] & inside[:-1]
    if not (across.any() and down.any()):
        return np.zeros(2, np.float32)
    return np.array(
        [
            np.median(np.diff(layer.flow[..., 0], axis=1)[across]),
            np.median(np.diff(layer.flow[..., 1], axis=0)[down]),
        ],
        np.float32,
    )


def _sampled(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(h, w) values at (..., 2) points, averaged over about a cell; edges repeated."""
    smooth = cv2.blur(values, (5, 5), borderType=cv2.BORDER_REPLICATE)
    limit = np.array(values.shape[::-1], np.float32) - 1
    inside = np.clip(at, 0, limit)
    return cv2.remap(smooth, inside, None, cv2.INTER_LINEAR)


def normalised(points: np.ndarray) -> np.ndarray:
    """(..., 2) garment canvas pixels -> -1..1, as `grid_sample(align_corners=False)` takes them."""
    return (points + 0.5) * 2 / np.array(CANVAS[::-1]) - 1


def in_pixels(flow: np.ndarray) -> np.ndarray:
    """The inverse of `normalised`."""
    return (flow + 1) * np.array(CANVAS[::-1]) / 2 - 0.5
