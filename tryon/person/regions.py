"""Questions about a `Person` that dressing asks: what has to go, what stays in front, which limb.

Notable here:
- everything comes from the person's labels, landmarks and depth; no model runs here.
- soft masks follow the photo's own edges by a guided filter (He and Sun, 2015): a jagged or
  haloed edge along hair or fingers is the first thing a customer sees.
"""

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Labels, Mask, Scalars
from tryon.core.types import Kind, Limb, Part, Person, Pose
from tryon.person.body import (
    ARMS,
    BARE_ARM,
    BARE_LEG,
    CLOTHED_LEG,
    HAND,
    LEGS,
    SIDES,
    SLEEVED_ARM,
    body_unit,
    capsule_mask,
    middle_of_hips,
    middle_of_shoulders,
)

HEAD = (Part.HAIR, Part.FACE)
HANDS = tuple(HAND.values())
BARE_ARMS = tuple(BARE_ARM.values())
TOPS = (Part.UPPER, Part.OUTERWEAR)
BOTTOMS = (Part.TROUSERS, Part.SKIRT)

GROW = 0.03  # body units an edit region is widened by, so that no fringe of the old stays
EDGE = 0.05  # body units within which a soft edge may follow the photo
STEEPER = 2.2  # times as steep as the guided filter leaves it an edge is drawn

# Heights along the torso: 0 = shoulder joints, 1 = hip joints.
LONG_TOP = 1.2  # tops rarely reach further down
LONG_TOP_LEAST = 0.04  # of the silhouette: less cloth below that is no long top
DRESS_TOP_TO = 1.05  # what of a dress goes with a new top
DRESS_SKIRT_FROM = 0.75  # and with a new lower garment
CALVES = 0.3  # body units below the knees: trousers that reach farther are long ones

SHOULDER_CAP = 0.2  # body units around the shoulder joint: they lie under a new armhole
HALF_TORSO = 0.42  # body units to each side of its middle
BESIDE_BARE = 0.2  # body units to each side of an arm's line where its bare skin is looked for
CROSSING_ARM = 0.9  # of the sleeved arm's radius
LEAST_SKIN = 50  # pixels: fewer tell no colour


def clothed_legs(person: Person) -> Labels:
    """The person's parts, with the legs' cloth named as such.

    Where a top reaches far down the legs (a long coat, a poncho, black shorts taken for part of a
    black shirt), what lies on the legs counts as TROUSERS: nobody knows what is below it, and taken
    off with the top it would leave a hole.
    """
    parts = person.parts
    tops = is_part(parts, *TOPS)
    low = tops & (torso_coordinates(person)[0] > LONG_TOP)
    if np.count_nonzero(low) < LONG_TOP_LEAST * np.count_nonzero(person.silhouette):
        return parts
    legs = low & (leg_mask(person, "left") | leg_mask(person, "right"))
    return np.where(legs, np.uint8(Part.TROUSERS), parts)


def edit_region(person: Person, kind: Kind) -> Mask:
    """Photo frame: where the old garment of that kind is, slightly widened.

    Never hair, face or hands. Of a dress, `upper` takes what is above the hips and `lower` what
    is below the waist; a new dress replaces tops, dresses, skirts and shorts, but leaves trousers.
    """
    kind = Kind(kind)
    parts = person.parts
    region = np.zeros(parts.shape, bool)
    if kind == Kind.UPPER:
        region |= is_part(parts, *TOPS)
        region |= is_part(parts, Part.DRESS) & (torso_coordinates(person)[0] < DRESS_TOP_TO)
    elif kind == Kind.LOWER:
        region |= is_part(parts, *BOTTOMS)
        region |= is_part(parts, Part.DRESS) & (torso_coordinates(person)[0] > DRESS_SKIRT_FROM)
    else:
        region |= is_part(parts, *TOPS, Part.DRESS, Part.SKIRT)
        trousers = is_part(parts, Part.TROUSERS)
        if not _reaches_calves(person, trousers):
            region |= trousers
    x, y, w, h = cv2.boundingRect(region.view(np.uint8))
    if not w:
        return region
    grow = max(1, round(GROW * body_unit(person.landmarks)))
    box = (slice(max(0, y - grow), y + h + grow), slice(max(0, x - grow), x + w + grow))
    away = cv2.distanceTransform((~region[box]).view(np.uint8), cv2.DIST_L2, 3)
    region[box] = away <= grow
    return region & ~is_part(parts, *HEAD, *HANDS)


def in_front(person: Person, limb: Limb, kind: Kind) -> Alpha:
    """Photo frame: 255 where something must stay in front of a piece of garment.

    limb: the piece, kind: the kind of the new garment. In front of the BODY of a top or dress:
    hair, face, hands, whatever is held, and arms that pass over the torso; in front of a sleeve:
    hair, face, hands and the other arm where it is nearer to the camera; in front of trousers
    and skirts: hands, arms, shoes and the top that hangs over the waist.
    """
    kind, limb = Kind(kind), Limb(limb)
    parts = person.parts
    if kind == Kind.LOWER:
        kept = is_part(parts, *HANDS, *BARE_ARMS, *TOPS, Part.SHOES, Part.ACCESSORY, *HEAD)
        kept |= is_part(parts, Part.DRESS) & (torso_coordinates(person)[0] < DRESS_SKIRT_FROM)
    else:
        kept = is_part(parts, *HEAD, *HANDS, Part.ACCESSORY)
        if limb in (Limb.LEFT, Limb.RIGHT):
            other = "right" if limb == Limb.LEFT else "left"
            if _nearer(person, other):
                kept |= _arm_over_torso(person, other)
        else:
            for side in SIDES:
                kept |= _arm_over_torso(person, side)
        if kind == Kind.DRESS:
            kept |= is_part(parts, Part.SHOES)
    return soft_edges(person, kept)


def arm_mask(person: Person, side: str) -> Mask:
    """An arm, bare or in its sleeve, without the hand. side: "left" or "right"."""
    unit = body_unit(person.landmarks)
    chain = person.landmarks[list(ARMS[side]), :2]
    mask = capsule_mask(person.parts.shape, chain, np.array(SLEEVED_ARM) * unit)
    mask &= person.silhouette
    mask |= _bare_arm(person, side)
    return mask & ~is_part(person.parts, *HEAD, *HANDS)


def _bare_arm(person: Person, side: str) -> Mask:
    """An arm's skin, without the hand."""
    return person.parts == BARE_ARM[side]


def leg_mask(person: Person, side: str) -> Mask:
    """A leg, bare or clothed, without the shoe. side: "left" or "right"."""
    unit = body_unit(person.landmarks)
    chain = person.landmarks[list(LEGS[side]), :2]
    mask = capsule_mask(person.parts.shape, chain, np.array(CLOTHED_LEG) * unit)
    mask &= person.silhouette
    mask |= person.parts == BARE_LEG[side]
    return mask & ~is_part(person.parts, *HANDS, *BARE_ARMS, Part.SHOES, *HEAD)


def skin_colour(person: Person) -> np.ndarray | None:
    """(3,) uint8 RGB, the median of the skin of arms and neck, else of the face.

    None where no skin is seen.
    """
    for parts in ((*BARE_ARMS, Part.NECK), (Part.FACE,), HANDS):
        skin = is_part(person.parts, *parts)
        if np.count_nonzero(skin) >= LEAST_SKIN:
            return np.median(person.photo.pixels[skin], axis=0).astype(np.uint8)
    return None


def is_part(parts: np.ndarray, *wanted: Part) -> Mask:
    """Where the label is one of those wanted."""
    table = np.zeros(256, bool)
    table[[int(part) for part in wanted]] = True
    return table[parts]


def torso_coordinates(person: Person, step: int = 1) -> tuple[Scalars, Scalars]:
    """Two maps: along the torso (0 shoulders, 1 hips), and sideways in body units.

    (H, W), or of every step-th row and column.
    """
    top, bottom = middle_of_shoulders(person.landmarks), middle_of_hips(person.landmarks)
    length = max(float(np.linalg.norm(bottom - top)), 1e-6)
    axis = ((bottom - top) / length).astype(np.float32)
    height, width = person.parts.shape
    y = (np.arange(0, height, step, dtype=np.float32) - top[1])[:, None]
    x = (np.arange(0, width, step, dtype=np.float32) - top[0])[None, :]
    across = np.float32(1 / body_unit(person.landmarks))
    down = np.float32(1 / length)
    return x * (axis[0] * down) + y * (axis[1] * down), x * (axis[1] * across) - y * (
        axis[0] * across
    )


def soft_edges(person: Person, mask: Mask) -> Alpha:
    """A mask with its edges drawn to the photo's own within `EDGE`."""
    soft = np.zeros(mask.shape, np.uint8)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return soft
    radius = max(3, round(EDGE * body_unit(person.landmarks)))
    box = (
        slice(max(0, rows[0] - 2 * radius), rows[-1] + 2 * radius + 1),
        slice(max(0, columns[0] - 2 * radius), columns[-1] + 2 * radius + 1),
    )
    refined = cv2.ximgproc.guidedFilter(
        person.photo.pixels[box],
        mask[box].astype(np.float32),
        radius,
        (0.02 * 255) ** 2,
        scale=0.5 if radius >= 4 else 1.0,
    )
    # The filter leaves a veil on both sides of an edge; a steeper ramp lifts it.
    soft[box] = np.clip((refined - 0.5) * (STEEPER * 255) + 127.5, 0, 255).astype(np.uint8)
    return soft


def _arm_over_torso(person: Person, side: str) -> Mask:
    """The part of an arm that a torso garment must not cover."""
    unit = body_unit(person.landmarks)
    shoulder = person.landmarks[ARMS[side][:1], :2]
    bare = _bare_arm(person, side)
    # The shoulder's cap belongs under the new armhole.
    bare &= ~capsule_mask(bare.shape, shoulder, [SHOULDER_CAP * unit])
    crossing = crossing_sleeve(person, side)
    if crossing is None:
        return bare
    sleeve = capsule_mask(bare.shape, *crossing)
    return bare | (sleeve & person.silhouette & is_part(person.parts, *TOPS, Part.DRESS))


def crossing_sleeve(person: Person, side: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Where a clothed arm passes in front of the torso: points (n, 2) along it, and radii (n,).

    None where it does not, or is bare. A sleeve has the chest's colour: what counts is whether the
    arm's axis runs over the torso, and its depth.
    """
    if not _nearer(person, side):
        return None
    unit = body_unit(person.landmarks)
    chain = person.landmarks[list(ARMS[side]), :2].astype(np.float64)
    top, bottom = middle_of_shoulders(person.landmarks), middle_of_hips(person.landmarks)
    length = max(float(np.linalg.norm(bottom - top)), 1e-6)
    axis = (bottom - top) / length
    steps = np.linspace(0.5, 2.0, 16)
    along = np.where(
        steps[:, None] < 1,
        chain[0] + (chain[1] - chain[0]) * steps[:, None],
        chain[1] + (chain[2] - chain[1]) * (steps[:, None] - 1),
    )
    across = np.abs((along - top) @ np.array([axis[1], -axis[0]])) / unit
    down = (along - top) @ axis / length
    height, width = person.parts.shape
    at = np.clip(np.round(along).astype(int), 0, [width - 1, height - 1])
    clothed = is_part(person.parts[at[:, 1], at[:, 0]], *TOPS, Part.DRESS)
    over = np.flatnonzero(clothed & (across < HALF_TORSO) & (down > 0) & (down < 1.2))
    if len(over) < 2:
        return None
    # Beside bare skin of that arm the cloth is the trunk's: the axis runs a little beside the arm.
    bare = _bare_arm(person, side)
    reach = max(round(BESIDE_BARE * unit), 1)
    beside = [bare[y, max(x - reach, 0) : x + reach + 1].any() for x, y in at[over]]
    if np.mean(beside) > 0.5:
        return None
    run = slice(over[0], over[-1] + 1)
    return along[run], np.interp(steps[run], [0, 1, 2], SLEEVED_ARM) * (CROSSING_ARM * unit)


def _nearer(person: Person, side: str) -> bool:
    """True where an arm's wrist is nearer to the camera than the torso."""
    torso = person.world[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER, Pose.LEFT_HIP, Pose.RIGHT_HIP]]
    wrist = person.world[ARMS[side][2]]
    return bool(wrist[2] < torso[:, 2].mean())


def _reaches_calves(person: Person, trousers: Mask) -> bool:
    """True where trousers go well below the knees."""
    rows = np.flatnonzero(trousers.any(1))
    if not len(rows):
        return False
    knees = person.landmarks[[Pose.LEFT_KNEE, Pose.RIGHT_KNEE], 1].mean()
    return bool(rows[-1] > knees + CALVES * body_unit(person.landmarks))
