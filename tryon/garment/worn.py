"""Person -> Worn: a garment taken off the person who wears it.

Notable here:
- the body analysis says which pixels are cloth, the pose where the limbs are: `worn_landmarks.py`
  reads the outline landmarks along them.
- where a hand, an arm, hair or a bag lies over the garment, the garment is continued under it:
  with its own pixels from the other side of the trunk where those are seen, else smoothly.
- everything is measured on a small copy of the label map. "The unit" is the wearer's shoulder
  width there.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Labels, Pixels, Points
from tryon.core.errors import Note
from tryon.core.fill import masked_blur
from tryon.core.masks import COVERED, SOLID, disc, nearest_in
from tryon.core.types import Garment, Kind, Limb, Outline, Part, Person, Photo
from tryon.garment.cutout.matting import bleed, refine_alpha
from tryon.garment.worn_landmarks import Wearer, read_landmarks

# Which parts of a person are a garment of a kind; the second where there is none of the first.
WORN_PARTS = {
    Kind.UPPER: ((Part.UPPER, Part.OUTERWEAR), (Part.DRESS,)),
    Kind.LOWER: ((Part.TROUSERS, Part.SKIRT), (Part.DRESS,)),
    Kind.DRESS: ((Part.DRESS,), (Part.UPPER, Part.OUTERWEAR, Part.SKIRT)),
}

# The mask, on the small copy.
WORK = 384  # px, its longer side
LEAST_AREA = 0.004  # of the picture: fewer pixels are no garment
LEAST_PIECE = 0.12  # of the largest piece: smaller ones are dropped
SMALL_HOLE = 0.01  # of the garment's area: smaller holes are closed
TOUCHING = 0.05  # of a border's length: a garment that touches more of it is cropped

# What lies over it.
COVERS = (Part.LEFT_ARM, Part.RIGHT_ARM, Part.LEFT_HAND, Part.RIGHT_HAND, Part.HAIR, Part.ACCESSORY)
COVER_REACH = 0.3  # of the unit: a cover this wide between cloth on both sides is bridged

# Its pixels, at the photo's resolution.
SPIKE = 0.03  # of the unit, radius: narrower tips of the labels are dropped
TAINTED = 0.06  # of the unit, radius: so near to what lies over it, cloth may have its colour
DETAIL = 0.12  # of the unit, standard deviation: folds and stripes are finer than this


@dataclass(frozen=True, eq=False)
class Worn:
    """A garment taken off a person, in the frame of the person's photo.

    alpha: 255 = garment. pixels: the photo, covered parts of the garment filled in. landmarks: 23,
    indexed by `Outline`. limbs: labels of `Limb`. hidden: 0..1, the part of it that was covered.
    cropped: True where the photo ends before the garment does.
    """

    kind: Kind
    alpha: Alpha
    pixels: Pixels
    landmarks: Points
    limbs: Labels
    hidden: float
    cropped: bool

    def garment(
        self,
        attributes: dict[str, str] | None = None,
        attribute_scores: dict[str, float] | None = None,
        confidence: float = 1.0,
        notes: tuple[Note, ...] = (),
    ) -> Garment:
        """Ready to be put on somebody; the arguments are fields of the `Garment`."""
        return Garment(
            photo=Photo(self.pixels),
            alpha=self.alpha,
            limbs=self.limbs,
            landmarks=self.landmarks,
            kind=self.kind,
            attributes=attributes or {},
            attribute_scores=attribute_scores or {},
            worn=True,
            confidence=confidence,
            notes=notes,
        )


def take_off(person: Person, kind: Kind | None) -> Worn | None:
    """The garment of a kind (None: the most prominent one) that a person wears, or None."""
    kind = kind or _most_prominent(person.parts)
    if kind is None:
        return None
    scale = min(1.0, WORK / max(person.photo.size))
    size = (round(person.photo.width * scale), round(person.photo.height * scale))
    parts = cv2.resize(person.parts, size, interpolation=cv2.INTER_NEAREST)
    seen, chosen = _cloth(parts, kind)
    if seen.sum() < LEAST_AREA * seen.size:
        return None
    body = Wearer.of(person, scale)
    mask = _solid(seen | _covered(seen, parts, body, kind))
    under = mask & ~seen  # what lies over it, and holes that no garment has
    read = read_landmarks(mask, seen, body, kind)
    if read is None:
        return None
    marks, limbs = read
    alpha, pixels = _pixels(person, chosen, under, mask, body)
    landmarks = np.zeros((len(Outline), 3), np.float32)
    for mark, (point, confidence) in marks.items():
        landmarks[mark, :2] = (point + 0.5) / scale - 0.5
        landmarks[mark, 2] = confidence
    full: np.ndarray = cv2.resize(limbs, person.photo.size[::-1], interpolation=cv2.INTER_NEAREST)
    nearest, _ = nearest_in(full != Limb.NONE)
    full = full.ravel()[nearest]  # the fine outline may lie beyond the small map's
    full[alpha < COVERED] = Limb.NONE
    hidden = float(under.sum() / max(mask.sum(), 1))
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    cropped = any(float(edge.mean()) > TOUCHING for edge in edges)
    return Worn(kind, alpha, pixels, landmarks, full, hidden, cropped)


def _most_prominent(parts: np.ndarray) -> Kind | None:
    """The kind to take when none was asked for: a dress where it is most of the clothes, else
    the top, else what is worn below."""
    count = np.bincount(parts.ravel(), minlength=len(Part))
    dress = count[Part.DRESS]
    upper = count[Part.UPPER] + count[Part.OUTERWEAR]
    lower = count[Part.TROUSERS] + count[Part.SKIRT]
    least = LEAST_AREA * parts.size
    if dress > max(upper, lower, least):
        return Kind.DRESS
    if upper > max(least, 0.15 * lower):
        return Kind.UPPER
    return Kind.LOWER if lower > least else None


def _cloth(parts: np.ndarray, kind: Kind) -> tuple[np.ndarray, tuple[Part, ...]]:
    """(h, w) bool pixels of the garment that are seen, and the parts they are."""
    first, second = WORN_PARTS[kind]
    mask = np.isin(parts, first)
    if mask.sum() < LEAST_AREA * parts.size:
        return np.isin(parts, second), second
    return mask, first


def _solid(mask: np.ndarray) -> np.ndarray:
    """The largest piece of a mask and every other piece of some size, small holes closed."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keep = areas >= LEAST_PIECE * areas.max(initial=0)
    keep[0] = False
    mask = keep[labels]
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < SMALL_HOLE * mask.sum()
    small[0] = False
    return mask | small[labels]


def _covered(seen: np.ndarray, parts: np.ndarray, body: Wearer, kind: Kind) -> np.ndarray:
    """(h, w) bool, where something lies over the garment: it goes on underneath."""
    covers = np.isin(parts, COVERS)
    radius = max(2, round(COVER_REACH * body.unit))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    # Long hair hides shoulders, too: there cloth begins at the shoulder line.
    shoulders = np.zeros_like(seen)
    if kind != Kind.LOWER and seen.any():
        shoulders = body.shoulder_lines(seen.shape) & (parts == Part.HAIR)
    cloth = (seen | shoulders).astype(np.uint8)
    padded = cv2.copyMakeBorder(cloth, radius, radius, radius, radius, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disk)[radius:-radius, radius:-radius] > 0
    where = covers & (closed | shoulders)
    if kind != Kind.LOWER:
        below = np.zeros_like(seen)
        if kind == Kind.DRESS:
            y, x = np.mgrid[: seen.shape[0], : seen.shape[1]]
            offset = np.stack([x, y], -1) - body.hips
            below = offset @ body.down > 0
        where &= body.trunk(seen.shape) | below
    return where & ~seen


# --- pixels --------------------------------------------------------------------------------


def _pixels(
    person: Person, chosen: tuple[Part, ...], under: np.ndarray, mask: np.ndarray, body: Wearer
) -> tuple[np.ndarray, np.ndarray]:
    """Alpha and pixels at the photo's resolution, with covered parts filled in."""
    photo = person.photo
    size = (photo.width, photo.height)
    seen = np.isin(person.parts, chosen)
    keep = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    grown = cv2.dilate(keep, np.ones((5, 5), np.uint8)) > 0
    scale = photo.width / mask.shape[1]
    # Spikes and threads are slips of the labels.
    sound = cv2.morphologyEx(
        (seen & grown).astype(np.uint8), cv2.MORPH_OPEN, disc(SPIKE * body.unit * scale)
    )
    visible = refine_alpha(photo.pixels, sound > 0)
    pixels = bleed(photo.pixels, visible)
    # Where the small map is bridged or had a hole, there is cloth.
    hidden = (cv2.erode(keep, np.ones((5, 5), np.uint8)) > 0) & (visible < COVERED)
    hidden |= (cv2.resize(under.astype(np.float32), size) > 0.5) & (visible < COVERED)
    alpha = np.maximum(visible, np.where(hidden, 255, 0).astype(np.uint8))
    # Beside what lies over it, cloth has some of that colour.
    sure: np.ndarray = cv2.erode(
        (visible >= SOLID).astype(np.uint8), disc(TAINTED * body.unit * scale)
    )
    if hidden.any() and sure.any():
        filled = _with_details(bleed(photo.pixels, sure * 255), sure, body, scale)
        tainted = cv2.dilate(hidden.astype(np.uint8), disc(TAINTED * body.unit * scale)) > sure
        pixels[tainted] = filled[tainted]
    return alpha, pixels


def _with_details(pixels: np.ndarray, sure: np.ndarray, body: Wearer, scale: float) -> np.ndarray:
    """(H, W, 3) uint8: the smooth colours that fill what was hidden, with stripes and folds added:
    those of the other side, mirrored about the trunk's middle. sure: (H, W) uint8, 1 = really seen;
    scale: photo pixels to one of the small frame."""
    height, width = sure.shape
    middle = (body.middle + 0.5) * scale - 0.5
    # A reflection about the line through the middle along `down`.
    turn = 2 * np.outer(body.down, body.down) - np.eye(2)
    mirror = np.column_stack([turn, middle - turn @ middle])
    weight = sure.astype(np.float32)
    coarse = masked_blur(pixels.astype(np.float32), weight, DETAIL * body.unit * scale)
    detail = (pixels - coarse) * weight[..., None]
    detail, share = (cv2.warpAffine(one, mirror, (width, height)) for one in (detail, weight))
    filled = pixels + detail * ((sure == 0) & (share > 0.99))[..., None]
    return np.clip(filled + 0.5, 0, 255).astype(np.uint8)
