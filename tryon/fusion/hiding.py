"""The person without what is to be taken off: what the dressing network may see of the body.

Notable here:
- one rule, in training and in use alike, that knows nothing of the new garment nor of a draft: the
  old upper garment, the neck and both arms are hidden whole and with room around them. So what is
  left betrays neither sleeve length, neckline nor hem, and the network must decide them from the
  garment's picture and the words.
- what is certain stays: head and hair, hands, the lower garment. In training a random band of the
  lower garment below the hem is hidden at times, since a longer top must be able to cover it.
- hiding is wide, replacing is not: what the finished picture keeps is decided from the layout.
- for trousers and skirts the legs take the arms' part and the other garment is the top; for dresses
  all of both is hidden. In training the hidden area is widened at times to where another skirt
  might have been, so that its outline does not tell how wide the garment is.
"""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.arrays import Labels, Mask, Points
from tryon.core.masks import disc
from tryon.core.types import Kind, Part, Pose
from tryon.person import body
from tryon.person.body import capsule_mask

# studio pixels: of somebody turned aside the shoulders are nearer than they are wide
CANVAS_UNIT = 40.0
# Radii in shoulder widths, of the limbs as they are drawn for the network.
UPPER_ARM, FOREARM, NECK, HAND = 0.10, 0.08, 0.08, 0.11
HAND_FROM, HAND_TO = 0.12, 0.40  # of the forearm's length, beyond the wrist
# Room, in studio pixels and shoulder widths: drawn at random in training, the middle in use.
ROOM_CLOTH, ROOM_ARM, ROOM_LIMB = (4.0, 12.0), (2.0, 7.0), (0.15, 0.22)
# In training the outline of what is hidden must not betray the body either, or a puffed sleeve is
# taken for a thick arm: of every limb, and of the trunk, this share is hidden far wider.
WIDE_SHARE, WIDE_LIMB, WIDE_TRUNK = 0.35, (0.15, 0.55), (0.0, 0.35)
USED_LIMB, USED_TRUNK = 0.22, 0.05  # in use: as wide as most sleeves
BAND_SHARE, BAND = 0.35, (2.0, 45.0)  # of the training samples; studio pixels below the hem
HEM_ROWS = 98  # percentile of the rows with cloth: a hanging thread is no hem
PRINT = 0.05  # of the torso: half the size of what may be the print of trousers
HANDS = tuple(body.HAND.values())
WAIST = 0.2  # of the torso above the hip joints
FARTHEST = 20_000  # pixels: what OpenCV can draw to
SEEN = 0.05  # confidence from which a landmark counts
PLANES = 11
PLANE_STRIDE = 2


class Layout(IntEnum):
    """What a pixel of the dressed person shows. `GARMENT` is the one that is put on."""

    BACKGROUND = 0
    GARMENT = 1
    INSIDE = 2  # of the garment's back, behind the neck
    LEFT_ARM = 3  # bare, hand included
    RIGHT_ARM = 4
    NECK = 5  # and bare chest
    LOWER = 6  # trousers, skirts, shoes
    LEGS = 7
    HEAD = 8  # face, hair, hats
    OTHER = 9  # another garment or a thing that stays


_LAYOUT_OF: dict[Part, Layout] = {
    Part.BACKGROUND: Layout.BACKGROUND,
    Part.HAIR: Layout.HEAD,
    Part.FACE: Layout.HEAD,
    Part.NECK: Layout.NECK,
    Part.UPPER: Layout.GARMENT,
    Part.OUTERWEAR: Layout.GARMENT,
    Part.DRESS: Layout.GARMENT,
    Part.TROUSERS: Layout.LOWER,
    Part.SKIRT: Layout.LOWER,
    Part.SHOES: Layout.LOWER,
    Part.LEFT_ARM: Layout.LEFT_ARM,
    Part.LEFT_HAND: Layout.LEFT_ARM,
    Part.RIGHT_ARM: Layout.RIGHT_ARM,
    Part.RIGHT_HAND: Layout.RIGHT_ARM,
    Part.LEFT_LEG: Layout.LEGS,
    Part.RIGHT_LEG: Layout.LEGS,
    Part.ACCESSORY: Layout.OTHER,
}
LAYOUT_OF = np.zeros(256, np.uint8)
"""`Part` -> `Layout` of a person who wears a top, coat or dress that is the garment asked about.
See `layout_of`, which looks at where it lies, too."""
LAYOUT_OF[[int(part) for part in _LAYOUT_OF]] = [int(one) for one in _LAYOUT_OF.values()]
_BELOW: dict[Part, Layout] = {
    Part.UPPER: Layout.OTHER,
    Part.OUTERWEAR: Layout.OTHER,
    Part.TROUSERS: Layout.GARMENT,
    Part.SKIRT: Layout.GARMENT,
}
_WHOLE: dict[Part, Layout] = {Part.TROUSERS: Layout.GARMENT, Part.SKIRT: Layout.GARMENT}
LAYOUTS_OF: dict[Kind, NDArray[np.uint8]] = {Kind.UPPER: LAYOUT_OF}
"""`LAYOUT_OF` for each kind of garment that is asked about. A dress takes the place of both."""
for _kind, _changes in ((Kind.LOWER, _BELOW), (Kind.DRESS, _WHOLE)):
    LAYOUTS_OF[_kind] = LAYOUT_OF.copy()
    LAYOUTS_OF[_kind][[int(part) for part in _changes]] = [int(one) for one in _changes.values()]
_OTHER_GARMENT = {
    Kind.UPPER: (Layout.LOWER, Layout.LEGS),
    Kind.LOWER: (Layout.LOWER, Layout.OTHER, Layout.NECK),
    Kind.DRESS: (Layout.LOWER,),
}
ARMS = {Layout.LEFT_ARM: body.ARMS["left"], Layout.RIGHT_ARM: body.ARMS["right"]}
LEGS = tuple(body.LEGS[side] for side in ("left", "right"))
THIGH, SHIN, LEG_ROOM = 0.17, 0.11, 1.35  # shoulder widths; a leg's room in those of an arm
SKIRT_SHARE, SKIRT_WIDTH, SKIRT_LENGTH = 0.5, (0.3, 1.1), (0.4, 2.6)  # of shoulder widths


@dataclass(frozen=True, eq=False)
class Hidden:
    """keep: (H, W) bool, True where the person may be seen. planes: (11, H/2, W/2) uint8 0..255:
    left upper arm, left forearm, right upper arm, right forearm, torso, neck, left hand, right
    hand as drawn from the landmarks; kept head, kept hands, kept lower garment. For a lower garment
    thighs and shins take the arms' planes, the kept top that of the lower garment, and all of the
    kept arms that of the hands; for a dress legs and arms share theirs, and shoes are what is
    kept."""

    keep: Mask
    planes: NDArray[np.uint8]


def layout_of(parts: Labels, landmarks: Points, kind: Kind = Kind.UPPER) -> Labels:
    """(H, W) uint8 `Part` and (33, 3) landmarks in the same pixels -> (H, W) uint8 `Layout` of the
    person as photographed, where GARMENT is what a garment of this kind takes the place of.

    Glasses and hats belong to the head, a thing between sleeve and hand is a cuff, bags below the
    hips belong to what stays there. Of a dress, over which a top is put on, the skirt stays.
    """
    layout = LAYOUTS_OF[kind][parts]
    rows = np.arange(parts.shape[0])[:, None]
    y = landmarks[:, 1]
    mouth = y[[Pose.MOUTH_LEFT, Pose.MOUTH_RIGHT]].mean()
    things = parts == Part.ACCESSORY
    layout[things & (rows < mouth)] = Layout.HEAD
    hips = y[[Pose.LEFT_HIP, Pose.RIGHT_HIP]].mean()
    if kind == Kind.UPPER:
        shoulders = y[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER]].mean()
        waist = hips - WAIST * (hips - shoulders)
        layout[(parts == Part.DRESS) & (rows > waist)] = Layout.LOWER
        sleeves = np.isin(parts, (Part.UPPER, Part.OUTERWEAR))
        cuffs = _touching(things, sleeves, np.isin(parts, HANDS))
        layout[cuffs] = Layout.GARMENT
        layout[things & ~cuffs & (rows > hips)] = Layout.LOWER
        # What is read as a thing inside trousers is their print.
        kernel = disc(max(1.0, PRINT * abs(hips - shoulders)))
        lower = (layout == Layout.LOWER).astype(np.uint8)
        layout[things & (cv2.morphologyEx(lower, cv2.MORPH_CLOSE, kernel) > 0)] = Layout.LOWER
    return layout


def _touching(mask: Mask, first: Mask, second: Mask) -> Mask:
    """(H, W) bool: the pieces of the mask that lie beside both others."""
    count, pieces = cv2.connectedComponents(mask.astype(np.uint8))
    beside = [set(np.unique(pieces[wider(one, 2)])) for one in (first, second)]
    both = (beside[0] & beside[1]) - {0}
    return np.isin(pieces, list(both)) if count > 1 and both else np.zeros_like(mask)


def hide(
    layout: Labels,
    landmarks: Points,
    rng: np.random.Generator | None = None,
    kind: Kind = Kind.UPPER,
) -> Hidden:
    """layout: (H, W) uint8 `Layout` of the person as photographed. landmarks: (33, 3) float32 in
    the same pixels; those with confidence under 0.05 are not used. rng: for training; None = in
    use, the middle of what training draws and `USED_LIMB`. kind: of the garment that is put on."""
    size = layout.shape
    at = landmarks[:, :2].astype(np.float64)
    seen = landmarks[:, 2] >= SEEN
    unit = max(CANVAS_UNIT, float(np.linalg.norm(at[Pose.LEFT_SHOULDER] - at[Pose.RIGHT_SHOULDER])))
    limbs = _limbs(size, at, seen, unit, kind)
    arms = np.isin(layout, list(ARMS))
    head = layout == Layout.HEAD

    cloth = np.isin(layout, (Layout.GARMENT, Layout.INSIDE))
    if kind == Kind.UPPER:
        cloth |= layout == Layout.OTHER
    bare = (layout == Layout.NECK) & (kind != Kind.LOWER)
    hidden = wider(cloth | bare, _drawn(ROOM_CLOTH, rng))
    if kind != Kind.LOWER:
        hidden |= wider(arms, _drawn(ROOM_ARM, rng))
        room = _drawn(ROOM_LIMB, rng) * unit
        hidden |= _around(size, at, seen, list(ARMS.values()), room)
        hidden |= limbs[4] > 0
    if kind != Kind.UPPER:
        hidden |= wider(layout == Layout.LEGS, _drawn(ROOM_ARM, rng))
        room = LEG_ROOM * _drawn(ROOM_LIMB, rng) * unit
        hidden |= _around(size, at, seen, list(LEGS), room)
        if rng is not None and rng.random() < SKIRT_SHARE:
            hidden |= _some_skirt(size, at, seen, unit, rng)
    hidden |= _other_outline(size, at, seen, unit, kind, rng)

    hands = arms
    if kind != Kind.LOWER:
        hands = ((limbs[6] > 0) | (limbs[7] > 0)) & arms
        hands = cv2.morphologyEx(hands.astype(np.uint8), cv2.MORPH_OPEN, disc(1)) > 0
    other = np.isin(layout, _OTHER_GARMENT[kind])
    if rng is not None and cloth.any() and rng.random() < BAND_SHARE:
        rows = np.arange(size[0])[:, None]
        with_cloth = np.flatnonzero(cloth.any(1))
        if kind == Kind.LOWER:  # a higher waist must be able to cover the top
            free = rows < np.percentile(with_cloth, 100 - HEM_ROWS) - rng.uniform(*BAND)
        else:
            free = rows > np.percentile(with_cloth, HEM_ROWS) + rng.uniform(*BAND)
        hidden |= other & ~free
        other = other & free
    certain = cv2.erode((head | hands | other).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    keep = ~hidden | certain

    half = np.s_[::PLANE_STRIDE, ::PLANE_STRIDE]
    planes = np.empty((PLANES, *keep[half].shape), np.uint8)
    planes[:8] = limbs[:, ::PLANE_STRIDE, ::PLANE_STRIDE]
    for plane, part in zip(planes[8:], (head, hands, other), strict=True):
        plane[:] = (part & keep)[half] * np.uint8(255)
    return Hidden(keep, planes)


def _other_outline(
    size: tuple[int, int],
    at: np.ndarray,
    seen: np.ndarray,
    unit: float,
    kind: Kind,
    rng: np.random.Generator | None,
) -> Mask:
    """(H, W) bool: as another, wider garment would cover the same body."""
    hidden = np.zeros(size, bool)
    limbs = [] if kind == Kind.LOWER else list(ARMS.values())
    limbs += [] if kind == Kind.UPPER else list(LEGS)
    for joints in limbs:
        for a, b in pairwise(joints):
            if seen[a] and seen[b] and (rng is None or rng.random() < WIDE_SHARE):
                radii = np.full(2, USED_LIMB) if rng is None else rng.uniform(*WIDE_LIMB, 2)
                hidden |= capsule_mask(size, at[[a, b]], radii * unit)
    corners = at[list(body.TORSO)]
    wide = kind != Kind.LOWER and (rng is None or rng.random() < WIDE_SHARE)
    if wide and seen[list(body.TORSO)].all():
        away = np.sign(corners - corners.mean(0)) * (1, 0.5)
        room = USED_TRUNK if rng is None else rng.uniform(*WIDE_TRUNK, (4, 1))
        hidden |= _polygon(size, np.trunc(corners + away * room * unit))
    return hidden


def _around(
    size: tuple[int, int],
    at: np.ndarray,
    seen: np.ndarray,
    limbs: list[tuple[Pose, Pose, Pose]],
    room: float,
) -> Mask:
    """(H, W) bool: within a radius of limbs."""
    found = np.zeros(size, bool)
    for joints in limbs:
        for a, b in pairwise(joints):
            if seen[a] and seen[b]:
                found |= capsule_mask(size, at[[a, b]], (room, room))
    return found


def _some_skirt(
    size: tuple[int, int], at: np.ndarray, seen: np.ndarray, unit: float, rng: np.random.Generator
) -> Mask:
    """(H, W) bool: where a skirt of any width and length would hang."""
    hips = [Pose.LEFT_HIP, Pose.RIGHT_HIP]
    if not seen[hips].all():
        return np.zeros(size, bool)
    x, y = at[hips].mean(0)
    top, hem = rng.uniform(*SKIRT_WIDTH, 2) * unit
    below = y + rng.uniform(*SKIRT_LENGTH) * unit
    waist = y - 0.35 * unit
    corners = [(x - top / 2, waist), (x + top / 2, waist), (x + hem, below), (x - hem, below)]
    return _polygon(size, np.round(corners))


def _polygon(size: tuple[int, int], corners: np.ndarray) -> Mask:
    """(H, W) bool: a convex polygon with corners at whole pixels."""
    mask = np.zeros(size, np.uint8)
    cv2.fillConvexPoly(mask, np.clip(corners, -FARTHEST, FARTHEST).astype(np.int32), 1)
    return mask > 0


def _limbs(
    size: tuple[int, int], at: np.ndarray, seen: np.ndarray, unit: float, kind: Kind
) -> np.ndarray:
    """(8, H, W) uint8 0..255, see `Hidden.planes`."""
    planes = np.zeros((8, *size), np.uint8)
    if kind != Kind.UPPER:
        for number, (hip, knee, ankle) in enumerate(LEGS):
            for plane, a, b, radius in ((0, hip, knee, THIGH), (1, knee, ankle, SHIN)):
                if seen[a] and seen[b]:
                    planes[2 * number + plane] = _capsule(size, at[[a, b]], radius * unit)
    for number, (shoulder, elbow, wrist) in enumerate(ARMS.values()):
        if seen[shoulder] and seen[elbow] and kind != Kind.LOWER:
            planes[2 * number] |= _capsule(size, at[[shoulder, elbow]], UPPER_ARM * unit)
        if seen[elbow] and seen[wrist]:
            if kind != Kind.LOWER:
                planes[2 * number + 1] |= _capsule(size, at[[elbow, wrist]], FOREARM * unit)
            along = at[wrist] - at[elbow]
            ends = at[wrist] + np.outer((HAND_FROM, HAND_TO), along)
            planes[6 + number] = _capsule(size, ends, HAND * unit)
    shoulders = [Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER]
    if seen[list(body.TORSO)].all():
        planes[4] = _polygon(size, np.round(at[list(body.TORSO)])) * np.uint8(255)
    if seen[[Pose.NOSE, *shoulders]].all():
        throat = at[shoulders].mean(0)
        planes[5] = _capsule(size, np.stack([at[Pose.NOSE], throat]), NECK * unit)
    return planes


def wider(mask: Mask, radius: float) -> Mask:
    """(H, W) bool: the mask and all within a radius of it, a pixel at least."""
    return cv2.dilate(mask.view(np.uint8), disc(radius)) > 0


def _capsule(size: tuple[int, int], ends: np.ndarray, radius: float) -> NDArray[np.uint8]:
    """(H, W) uint8, 0 or 255: a thick line from one point to the other."""
    return capsule_mask(size, ends, (radius, radius)) * np.uint8(255)


def _drawn(limits: tuple[float, float], rng: np.random.Generator | None) -> float:
    return sum(limits) / 2 if rng is None else float(rng.uniform(*limits))
