"""Person + engine's picture -> the finished photo: where an engine may paint, and what stays.

Notable here:
- an engine needs more room than our own way, which knows where it lays each pixel: sleeves may get
  longer or shorter, a dress may hide trousers, cloth may stand off the body. So arms, legs, bare
  chest and some room around them may change; face, hair, hands, feet, what is held or worn beside
  clothes, and other people may not.
- the edge is soft on the inside of the region only, so every pixel outside is the photo's own.
- engines shift colours a little, everywhere alike. How much is measured on pixels beside the
  region, which they were to leave alone, and taken back.
"""

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Colours, Mask, Pixels, Scalars
from tryon.core.types import Kind, Part, Person, Photo
from tryon.person.body import BARE_LEG, FEET, SIDES, body_unit, capsule_mask
from tryon.person.regions import (
    BARE_ARMS,
    HANDS,
    HEAD,
    TOPS,
    arm_mask,
    edit_region,
    is_part,
    leg_mask,
    soft_edges,
)

ROOM = 0.12  # shoulder widths around the body that cloth may stand off it
FOOT = 0.13  # shoulder widths around the line from heel to toes
SOFT = 0.02  # shoulder widths over which the engine's picture fades in
NEVER = (*HEAD, *HANDS)  # never painted by anybody
BESIDE = 0.25  # shoulder widths around the region, in which the shift of colours is measured
LEAST_BESIDE = 200  # pixels: fewer tell no shift
MOST_SHIFT = 12.0  # 8-bit levels: more is no shift of tone but another picture


def engine_region(person: Person, kind: Kind, own: Mask) -> Mask:
    """Photo frame: where an engine may paint a garment of that kind.

    own: what our own picture changed; all of it may change again.
    """
    kind = Kind(kind)
    unit = body_unit(person.landmarks)
    body = own | edit_region(person, kind)
    if kind != Kind.LOWER:
        body |= is_part(person.parts, Part.NECK)
        for side in SIDES:
            body |= arm_mask(person, side)
    if kind != Kind.UPPER:
        for side in SIDES:
            body |= leg_mask(person, side)
    beside = cv2.distanceTransform((~body).astype(np.uint8), cv2.DIST_L2, 3) <= ROOM * unit
    beside &= ~(_near_others(person) & ~person.silhouette)
    return (body | beside) & ~_kept(person, kind, own)


def paste(person: Person, kind: Kind, own: Mask, region: Mask, painted: Photo) -> Photo:
    """The photo with an engine's picture inside the region, and what is in front in front of it.

    painted: of the photo's size. Raises ValueError if it is not.
    """
    original = person.photo.pixels
    if painted.size != person.photo.size:
        raise ValueError(f"paste: expected a picture of {person.photo.size}, got {painted.size}")
    share = _share(person, _kept(person, Kind(kind), own), region)[..., None]
    colour = _toned(painted.pixels, original, region, body_unit(person.landmarks))
    mixed = share * colour + (1 - share) * original
    finished = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return Photo(np.where(region[..., None] & (share > 0), finished, original))


def _kept(person: Person, kind: Kind, own: Mask) -> Mask:
    """What stays in front of a garment of that kind, whatever an engine paints."""
    parts = person.parts
    kept = is_part(parts, Part.ACCESSORY, Part.SHOES) | _bare_feet(person)
    if kind == Kind.LOWER:
        kept |= is_part(parts, *TOPS, *BARE_ARMS)
    kept &= ~own
    return kept | is_part(parts, *NEVER)


def _bare_feet(person: Person) -> Mask:
    """Feet without shoes: of the legs' skin, what lies around heel and toes."""
    radius = FOOT * body_unit(person.landmarks)
    feet = np.zeros(person.parts.shape, bool)
    for side in SIDES:
        line = person.landmarks[list(FEET[side][1:]), :2]
        feet |= capsule_mask(person.photo.size, line, np.array([radius, radius]))
    return feet & is_part(person.parts, *BARE_LEG.values())


def _near_others(person: Person) -> Mask:
    """The boxes of other people in the photo."""
    height, width = person.photo.size
    near = np.zeros((height, width), bool)
    for box in person.others:
        x0, y0, x1, y1 = np.clip(np.round(box), 0, [width, height, width, height]).astype(int)
        near[y0:y1, x0:x1] = True
    return near


def _share(person: Person, kept: Mask, region: Mask) -> Scalars:
    """(H, W) 0..1: how much of the engine's picture shows."""
    # Fading in towards what stays in front would let the old garment show along hair and hands.
    inside = cv2.distanceTransform((region | kept).astype(np.uint8), cv2.DIST_L2, 3)
    soft = max(1.0, SOFT * body_unit(person.landmarks))
    front: Alpha = soft_edges(person, kept)
    share = np.clip(inside / soft, 0, 1) * (1 - front.astype(np.float32) / 255)
    return np.where(region, share, 0).astype(np.float32)


def _toned(painted: Pixels, original: Pixels, region: Mask, unit: float) -> Colours:
    """The engine's picture without the shift of its colours, as seen beside the region."""
    away = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, 3)
    beside = (away > 0) & (away <= BESIDE * unit)
    colour = painted.astype(np.float32)
    if np.count_nonzero(beside) < LEAST_BESIDE:
        return colour
    apart = original[beside].astype(np.float32) - colour[beside]
    shift = np.median(apart, axis=0)
    scatter = np.median(np.abs(apart - shift))
    if scatter > MOST_SHIFT or np.abs(shift).max() > MOST_SHIFT:
        return colour
    return colour + shift
