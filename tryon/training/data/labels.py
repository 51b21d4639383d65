"""Labels of the data sets -> the product's `Part`s.

Notable here:
- Clothing Co-Parsing has one class for all skin. It is split by pose: a skin pixel goes to the
  body part whose bones are nearest, in units of that part's thickness; the chin divides face
  and neck.
- its "suit" is nearly always the jacket alone, seldom jacket and trousers; its "vest" is worn
  over something, its "bodysuit" is a jumpsuit.
- Fashionista has the same classes, drawn on superpixels: edges are blocky, so in training the
  pixels beside an edge are left out.
- the photos of hair say of each pixel only whether it is hair; the rest is `NOT_HAIR`.
- VITON's parses (LIP classes) are a model's output: translated, and what they contradict
  themselves in (specks of dress on a top, holes at the throat) is marked `IGNORE`.
"""

from itertools import pairwise

import cv2
import numpy as np

from tryon.core.types import Part, Pose
from tryon.person.body import (
    ARMS_TO_FINGERS,
    BARE_ARM,
    BARE_LEG,
    LEGS_TO_TOES,
    SIDES,
    seen_shoulders,
)

IGNORE = 255  # a pixel whose label nobody should learn from
NOT_HAIR = 254  # anything but hair, nobody says what
SKIN, TIGHTS, SUIT = 100, 101, 102  # intermediate labels: to be split by pose

_CCP_NAMES: dict[int, str] = {
    Part.BACKGROUND: "null",
    Part.HAIR: "hair",
    SKIN: "skin",
    TIGHTS: "stockings tights",
    SUIT: "suit",
    Part.UPPER: "blouse bra hoodie intimate jumper shirt sweater sweatshirt swimwear t-shirt top",
    Part.OUTERWEAR: "blazer cape cardigan coat jacket vest",
    Part.DRESS: "bodysuit dress romper",
    Part.TROUSERS: "jeans leggings pants shorts panties",
    Part.SKIRT: "skirt",
    Part.SHOES: "boots clogs flats heels loafers pumps sandals shoes sneakers socks wedges",
    Part.ACCESSORY: "accessories bag belt bracelet earrings glasses gloves hat necklace purse "
    "ring scarf sunglasses tie wallet watch",
}
CCP_PARTS = {name: part for part, names in _CCP_NAMES.items() for name in names.split()}

# LIP's 20 classes in their order, then 20 = neck and chest
VITON_PARTS = np.array(
    [
        Part.BACKGROUND,
        Part.ACCESSORY,
        Part.HAIR,
        Part.ACCESSORY,
        Part.ACCESSORY,
        Part.UPPER,
        Part.DRESS,
        Part.OUTERWEAR,
        Part.SHOES,
        Part.TROUSERS,
        Part.DRESS,
        Part.ACCESSORY,
        Part.SKIRT,
        Part.FACE,
        Part.LEFT_ARM,
        Part.RIGHT_ARM,
        Part.LEFT_LEG,
        Part.RIGHT_LEG,
        Part.SHOES,
        Part.SHOES,
        Part.NECK,
    ],
    np.uint8,
)

# How thick each body part is, in shoulder widths: subtracted from the distance to its bones.
FACE_RADIUS, NECK_RADIUS, ARM_RADIUS, LEG_RADIUS = 0.30, 0.12, 0.10, 0.16
CHIN = 0.58  # from the mouth down, in distances between eyes and mouth (facial thirds)
NECK_SIDE = 0.3  # how far the chest reaches towards each shoulder, 1 = the shoulder
THIGH_START = 0.15  # where along the thigh the leg begins; above it lies the belly


def ccp_parts(label: np.ndarray, names: list[str], landmarks: np.ndarray) -> np.ndarray:
    """(H, W) CCP classes and (33, 3) landmarks -> (H, W) uint8 `Part`s."""
    table = np.array([CCP_PARTS[name] for name in names], np.uint8)
    parts = table[label]
    for part, allowed in ((SKIN, _SKIN_PARTS), (TIGHTS, (Part.LEFT_LEG, Part.RIGHT_LEG))):
        rows, columns = np.nonzero(parts == part)
        if len(rows):
            pixels = np.stack([columns, rows], 1).astype(np.float32)
            parts[rows, columns] = _nearest_part(pixels, landmarks[:, :2], allowed)
    _split_suit(parts, landmarks)
    return parts


def without_edges(parts: np.ndarray, radius: int) -> np.ndarray:
    """(H, W) uint8 `Part`s with every pixel `IGNORE` that has another part within `radius` pixels
    (in a square)."""
    window = np.ones((2 * radius + 1,) * 2, np.uint8)
    edge = cv2.dilate(parts, window) != cv2.erode(parts, window)
    return np.where(edge, np.uint8(IGNORE), parts)


def hair_parts(hair: np.ndarray, landmarks: np.ndarray | None = None) -> np.ndarray:
    """(H, W) mask, 0 = not hair -> (H, W) uint8: `Part.HAIR` and `NOT_HAIR`.

    landmarks: (33, 3) of a body that was found. What lies between its ears, nose and mouth, if
    they are seen, is `Part.FACE`: where nothing says so, close-up faces drift to other parts. Eyes
    are left out: glasses are `Part.ACCESSORY`.
    """
    parts = np.where(hair > 0, np.uint8(Part.HAIR), np.uint8(NOT_HAIR))
    if landmarks is not None and landmarks[list(_INNER_FACE), 2].min() > SURE_FACE:
        inner = np.zeros_like(parts)
        corners = np.round(landmarks[list(_INNER_FACE), :2]).astype(np.int32)
        cv2.fillConvexPoly(inner, cv2.convexHull(corners), 1)
        parts[(inner > 0) & (parts == NOT_HAIR)] = Part.FACE
    return parts


SURE_FACE = 0.9  # visibility of ears, nose and mouth from which what lies between them is face
_INNER_FACE = (Pose.LEFT_EAR, Pose.RIGHT_EAR, Pose.NOSE, Pose.MOUTH_LEFT, Pose.MOUTH_RIGHT)


def viton_parts(parse: np.ndarray) -> np.ndarray:
    """(H, W) LIP classes of VITON -> (H, W) uint8 `Part`s, nothing mended."""
    return VITON_PARTS[parse]


def trusted(parts: np.ndarray, silhouette: np.ndarray) -> np.ndarray:
    """VITON `Part`s with the doubtful pixels set to `IGNORE`.

    parts: (H, W) uint8. silhouette: (H, W) uint8 from body analysis, 255 = person.
    Doubtful are background well inside the silhouette, and garments of a body half that are
    small beside another garment of the same half (specks of a wrong class).
    """
    parts = parts.copy()
    inside = cv2.erode((silhouette > SURE_PERSON).astype(np.uint8), np.ones((5, 5), np.uint8))
    parts[(parts == Part.BACKGROUND) & (inside > 0)] = IGNORE
    counts = np.bincount(parts.ravel(), minlength=256)
    for half in (_UPPER_HALF, _LOWER_HALF):
        total = sum(counts[part] for part in half)
        for part in half:
            if counts[part] < LEAST_SHARE * total:
                parts[parts == part] = IGNORE
    return parts


SURE_PERSON = 230  # of 255, silhouette value
LEAST_SHARE = 0.25  # of all garment pixels of a body half
_UPPER_HALF = (Part.UPPER, Part.OUTERWEAR, Part.DRESS)
_LOWER_HALF = (Part.TROUSERS, Part.SKIRT)


SUIT_TROUSERS = 0.2  # below the hips, in torso lengths: where a suit's trousers begin


def _split_suit(parts: np.ndarray, landmarks: np.ndarray) -> None:
    """Suits to jackets, and to trousers below the hips if they reach below the knees; in place."""
    rows, columns = np.nonzero(parts == SUIT)
    if not len(rows):
        return
    parts[rows, columns] = Part.OUTERWEAR
    shoulder, hip, knee = (
        landmarks[[Pose[f"LEFT_{name}"], Pose[f"RIGHT_{name}"]], 1].mean()
        for name in ("SHOULDER", "HIP", "KNEE")
    )
    if np.percentile(rows, 95) > knee:
        below = rows > hip + SUIT_TROUSERS * (hip - shoulder)
        parts[rows[below], columns[below]] = Part.TROUSERS


_SKIN_PARTS = (
    Part.FACE,
    Part.NECK,
    Part.LEFT_ARM,
    Part.RIGHT_ARM,
    Part.LEFT_LEG,
    Part.RIGHT_LEG,
)


def _nearest_part(pixels: np.ndarray, points: np.ndarray, allowed: tuple[Part, ...]) -> np.ndarray:
    unit = seen_shoulders(points)
    eyes = points[[Pose.LEFT_EYE, Pose.RIGHT_EYE]].mean(0)
    mouth = points[[Pose.MOUTH_LEFT, Pose.MOUTH_RIGHT]].mean(0)
    shoulders = points[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER]]
    hips = points[[Pose.LEFT_HIP, Pose.RIGHT_HIP]]
    throat, belly = shoulders.mean(0), hips.mean(0)
    chin = mouth + CHIN * (mouth - eyes)
    bones = {
        Part.FACE: ([(eyes, mouth), (points[Pose.LEFT_EAR], points[Pose.RIGHT_EAR])], FACE_RADIUS),
        Part.NECK: (
            [
                (chin, throat),
                (throat, belly),
                (throat, throat + NECK_SIDE * (shoulders[0] - throat)),
                (throat, throat + NECK_SIDE * (shoulders[1] - throat)),
            ],
            NECK_RADIUS,
        ),
    }
    for side in SIDES:
        arm = [(points[a], points[b]) for a, b in pairwise(ARMS_TO_FINGERS[side])]
        bones[BARE_ARM[side]] = (arm, ARM_RADIUS)
        leg = [(points[a], points[b]) for a, b in pairwise(LEGS_TO_TOES[side])]
        hip, knee = leg[0]
        leg[0] = (hip + THIGH_START * (knee - hip), knee)
        bones[BARE_LEG[side]] = (leg, LEG_RADIUS)

    distances = np.empty((len(allowed), len(pixels)), np.float32)
    for row, part in enumerate(allowed):
        segments, radius = bones[part]
        nearest = np.min([_distance(pixels, a, b) for a, b in segments], axis=0)
        distances[row] = nearest / unit - radius
    if Part.FACE in allowed:
        down = (chin - eyes) / max(float(np.linalg.norm(chin - eyes)), 1e-3)
        below = (pixels - chin) @ down > 0
        distances[allowed.index(Part.FACE), below] = np.inf
        above = (pixels - mouth) @ down < 0
        near_head = distances[allowed.index(Part.FACE)] < FACE_RADIUS
        distances[allowed.index(Part.NECK), above & near_head] = np.inf
    return np.array(allowed, np.uint8)[distances.argmin(0)]


def _distance(pixels: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N,) distance of the pixels to the segment from a to b."""
    along = b - a
    t = np.clip((pixels - a) @ along / max(float(along @ along), 1e-6), 0, 1)
    return np.linalg.norm(pixels - (a + t[:, None] * along), axis=1)
