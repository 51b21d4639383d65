"""Cut-out garment -> attributes: colour, shade, pattern, sleeve, length, type.

Notable here:
- nothing is learnt: each value is measured, and its score says how clear the measurement is.
  What cannot be measured (fabric, most necklines) is left out, not guessed.
- colours are compared in CIELAB, and lightness counts less than hue, because folds and lamps change
  lightness first.
"""

from itertools import pairwise

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Labels, Mask, Pixels, Points
from tryon.core.masks import SOLID, lab_of
from tryon.core.types import Kind, Limb, Outline
from tryon.core.vocabulary import COLOUR_RGB

Measured = dict[str, tuple[str, float]]  # attribute -> (value, score)

# Colour. Distances are weighted Delta E: lightness counts less than hue.
SAMPLES = 4096  # pixels looked at
SAMPLE_SIZE = 512  # px, longer side: in smaller copies the colours of fine patterns mix to grey
CORE_MARGIN = 9  # px of that: what is nearer to the edge may be background
LIGHTNESS_WEIGHT = 0.6  # beside 1 for a and b
DOMINANT = 0.5  # of the garment must share a colour, else it is multicolour
SAME_COLOUR = 18.0
CLEAR_MARGIN = 12.0  # between the best and the second name for a sure answer
FILLED = 0.83  # of the garment: a colour with so much of it is its name, whatever the rest
GREYISH = 12.0  # chroma
LIGHT_SPREAD, HUE_SPREAD = 16.0, 3.5  # mean distances from the mean: folds spread light alone

# Names of colours.
CHROMA_WEIGHT = 0.35  # cloth is duller than its colour's name
NEUTRAL = 5.0  # chroma below which a colour has no hue
TINTED = 10.0  # chroma from which a colour of middle lightness is no grey
TINT_PENALTY = 14.0  # Delta E

# The piece of cloth that patterns are looked for in.
CLOTH_SIZE = 256  # px, its longer side
CLOSER_SIZE = 512  # px of it where the pattern is too fine for that
COLLAR_PART = 0.16  # of a top's length: collar, label and yoke are there, not pattern
LEAST_CLOTH = 200  # pixels: in fewer no pattern is seen

# Edges on it.
FOLDS = 0.08  # of its longer side: what changes more slowly is light and folds, not pattern
EDGE = 14.0  # Delta E over two px: stronger than a fold's edge
MOSTLY_EDGES = 0.4  # of the cloth: a pattern with so many edges is as fine as the pixels
ONE_COLOUR = 0.95  # of the cloth: with so much of it the edges are those of creases
CELLS = 6  # the cloth is divided into so many cells a side

# Patterns by their edges.
BUSY_CHECK = 0.1  # of the cloth: fewer crossing edges are seams and pockets
FOREIGN, FOREIGN_PART = 22.0, 0.12  # Delta E from the ground, and how much of a print is so
MOTIF = 0.18  # of the cloth's width and a third of it high: smaller marks are logos and buttons

# Dots. One seen aslant is an ellipse. It fills pi / 4 of the narrowest box around it, of which a
# square fills all, and all of the ellipse with its second moments, which petals and blots do not.
BOX, ELLIPSE = (0.7, 0.805), 0.965
ROUND = 0.778  # of the circle around it: a dot of few pixels, a small square fills 0.64 to 0.77
ONE_SIZE = 0.8  # of the spots' area: in spots from half to twice the usual size
LEAST_SPOTS = 12
LEAST_SPOT = 5  # pixels of the cloth
FINER = 2  # times: how much the cloth is enlarged, for what is five pixels wide has no shape

# Sleeves.
ON_MANNEQUIN = 0.55  # chest as seen on a body, by chest lying flat
ARMHOLE = 0.6  # confidence of an armpit that is the bottom of a hollow, not a guess
ARMHOLES_SEEN = 0.9  # score of "sleeveless" with one on either side
SHORT_SLEEVE, LONG_SLEEVE = 0.52, 0.8  # by the length of a top
DRESS_SLEEVE = 1.15  # length of a top by its chest lying flat: stands in for a dress's own

# Lengths.
CROPPED_TOP, LONG_TOP = 0.85, 1.9  # shoulder to hem, by the chest lying flat
SHORT_DRESS, LONG_DRESS = 1.9, 3.0  # the same
SHORTS_LENGTH = 1.45  # waist to hem, by the hips' width
SHORT_SKIRT, LONG_SKIRT = 1.05, 1.9  # the same


def appearance_of(
    pixels: Pixels,
    alpha: Alpha,
    limbs: Labels,
    landmarks: Points,
    kind: Kind,
    *,
    studio: bool = False,
) -> Measured:
    """Attributes of a garment and the probability of each, from its pixels and its outline.

    studio: it is worn by a mannequin or a person, so it looks narrower than lying flat.
    """
    colours = _sample(pixels, alpha)
    found: Measured = {"colour": colour_of(colours)}
    shade = shade_of(colours)
    if shade is not None and found["colour"][0] != "multicolour":
        found["shade"] = shade
    cloth = _cloth(pixels, alpha, limbs, landmarks, kind)
    if _too_fine(*cloth):
        cloth = _cloth(pixels, alpha, limbs, landmarks, kind, CLOSER_SIZE)
    pattern = pattern_of(*cloth)
    if pattern is None:
        closer = pattern_of(*_cloth(pixels, alpha, limbs, landmarks, kind, CLOSER_SIZE))
        pattern = closer if closer is not None and closer[0] != "graphic" else None
    if pattern is None and _dominant(colours)[1] > ONE_COLOUR:
        pattern = ("plain", 0.5)  # creases have edges, too
    if pattern is not None:
        found["pattern"] = pattern
    if kind == Kind.LOWER:
        return found | _lower_cut(landmarks)
    return found | _upper_cut(landmarks, kind, ON_MANNEQUIN if studio else 1.0)


def _sample(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(n, 3) float32 Lab of pixels well inside the garment."""
    scale = min(1.0, SAMPLE_SIZE / max(alpha.shape))
    size = (max(1, round(alpha.shape[1] * scale)), max(1, round(alpha.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) >= SOLID
    core = cv2.erode(inside.astype(np.uint8), np.ones((CORE_MARGIN, CORE_MARGIN), np.uint8)) > 0
    chosen = small[core if core.sum() > 50 else inside]
    if len(chosen) == 0:
        chosen = small.reshape(-1, 3)
    chosen = chosen[:: max(1, len(chosen) // SAMPLES)]
    return cv2.cvtColor((chosen[None] / 255.0).astype(np.float32), cv2.COLOR_RGB2Lab)[0]


def _weighted(lab: np.ndarray) -> np.ndarray:
    return lab * np.array([LIGHTNESS_WEIGHT, 1.0, 1.0], np.float32)


def _anchors() -> np.ndarray:
    rgb = np.array(list(COLOUR_RGB.values()), np.float32)[None] / 255.0
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab)[0]


def colour_of(lab: np.ndarray) -> tuple[str, float]:
    """The name of the dominant colour of (n, 3) Lab samples, and a score."""
    centre, share = _dominant(lab)
    if share < DOMINANT:
        return "multicolour", float(np.clip(0.5 + (DOMINANT - share), 0, 0.95))
    if share < FILLED and np.hypot(*centre[1:]) < GREYISH and _varied(lab):
        return "multicolour", 0.6  # nobody calls a print by the grey between its colours
    away = _name_distances(centre)
    order = away.argsort()
    margin = float(away[order[1]] - away[order[0]])
    return list(COLOUR_RGB)[order[0]], float(np.clip(0.5 + 0.45 * margin / CLEAR_MARGIN, 0.5, 0.95))


def _varied(lab: np.ndarray) -> bool:
    """True where both lightness and hue differ all over a cloth, as in prints and plaids."""
    hues = lab[:, 1:]
    away = np.linalg.norm(hues - hues.mean(axis=0), axis=1)
    return float(lab[:, 0].std()) > LIGHT_SPREAD and float(away.mean()) > HUE_SPREAD


def _name_distances(colour: np.ndarray) -> np.ndarray:
    """(n,) how far a (3,) Lab colour is from each colour name: by lightness, chroma and hue, each
    with its own weight, because folds, lamps and washing change the first two."""
    anchors = _anchors()
    chroma, own = np.hypot(anchors[:, 1], anchors[:, 2]), float(np.hypot(colour[1], colour[2]))
    offset = anchors - colour
    by_chroma = chroma - own
    by_hue = np.maximum((offset[:, 1:] ** 2).sum(axis=1) - by_chroma**2, 0)
    away = np.sqrt(
        (LIGHTNESS_WEIGHT * offset[:, 0]) ** 2 + (CHROMA_WEIGHT * by_chroma) ** 2 + by_hue
    )
    if own < NEUTRAL:
        away[chroma > NEUTRAL] += TINT_PENALTY
    if own > TINTED and 22 < colour[0] < 85:
        away[chroma < TINTED / 2] += TINT_PENALTY
    return away


def _dominant(lab: np.ndarray) -> tuple[np.ndarray, float]:
    """The (3,) Lab colour most samples are near (mean shift from the densest bin), its share."""
    points = _weighted(lab)
    bins = np.round(points / 8.0).astype(np.int32)
    _, inverse, counts = np.unique(bins, axis=0, return_inverse=True, return_counts=True)
    centre = points[inverse.ravel() == counts.argmax()].mean(axis=0)
    for _ in range(5):
        near = np.linalg.norm(points - centre, axis=1) < SAME_COLOUR
        centre = points[near].mean(axis=0)
    return centre / np.array([LIGHTNESS_WEIGHT, 1, 1], np.float32), float(near.mean())


def shade_of(lab: np.ndarray) -> tuple[str, float] | None:
    """light, dark, bright or pastel where the dominant colour clearly is, else None."""
    (light, a, b), _ = _dominant(lab)
    chroma = float(np.hypot(a, b))
    if light > 72 and 8 < chroma < 32:
        return "pastel", 0.7
    if light > 74:
        return "light", 0.8
    if light < 30:
        return "dark", 0.85
    if chroma > 55 and light > 35:
        return "bright", 0.75
    return None


# --- pattern -------------------------------------------------------------------------------


def _cloth(
    pixels: np.ndarray,
    alpha: np.ndarray,
    limbs: np.ndarray,
    landmarks: np.ndarray,
    kind: Kind,
    longest: int = CLOTH_SIZE,
) -> tuple[np.ndarray, np.ndarray]:
    """(h, w, 3) uint8 and (h, w) bool: the body of a top, the legs of trousers, upright."""
    body = (alpha >= SOLID) & ((limbs == Limb.BODY) | (kind == Kind.LOWER))
    top, bottom = (
        landmarks[[Outline[f"{m}_LEFT"], Outline[f"{m}_RIGHT"]], :2].mean(axis=0)
        for m in ("WAIST" if kind == Kind.LOWER else "ARMPIT", "HEM")
    )
    x, y, w, h = cv2.boundingRect(body.astype(np.uint8))
    if w < 8 or h < 8:
        return pixels[:1, :1], np.zeros((1, 1), bool)
    scale = min(1.0, longest / max(w, h))
    size = (max(8, round(w * scale)), max(8, round(h * scale)))
    box = (slice(y, y + h), slice(x, x + w))
    small = cv2.resize(pixels[box], size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(body[box].astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > SOLID
    lean = np.degrees(np.arctan2(*(bottom - top))) if np.hypot(*(bottom - top)) > 1 else 0.0
    if abs(lean) > 4:
        turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), -float(lean), 1.0)
        small = cv2.warpAffine(small, turn, size, borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.warpAffine(mask.astype(np.uint8), turn, size) > 0
    rim = max(1, round(0.03 * max(size)))
    mask = cv2.erode(mask.astype(np.uint8), np.ones((2 * rim + 1,) * 2), borderValue=0) > 0
    if kind != Kind.LOWER:
        mask[: round(COLLAR_PART * len(mask))] = False
    return small, mask


def pattern_of(pixels: Pixels, mask: Mask) -> tuple[str, float] | None:
    """The pattern on a piece of cloth, None where no name fits."""
    if mask.sum() < LEAST_CLOTH:
        return None
    lab = lab_of(pixels)
    flat, across, down, edges = _relief(lab, mask)
    busy = float(edges.sum() / mask.sum())
    if busy < 0.012:
        return "plain", float(np.clip(0.92 - 12 * busy, 0.75, 0.92))
    covered = _coverage(edges, mask)
    if covered < 0.62:
        foreign = np.linalg.norm(lab - _dominant(lab[mask])[0], axis=-1) > FOREIGN
        if _has_motif(edges, mask, foreign):
            return "graphic", 0.65
        return ("plain", 0.6) if covered < 0.34 else None  # None: a lace yoke, two materials
    one_way, other_way = _directions(across, down, edges)
    if one_way > 0.62 and other_way < 0.2:
        return "striped", 0.85
    if _is_dotted(flat, mask):
        return "dotted", 0.7
    if one_way + other_way > 0.58 and other_way > 0.2 and busy > BUSY_CHECK:
        return "checked", 0.75
    return None


def _relief(
    lab: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of (h, w, 3) Lab: without light and folds, its steps across and down, (h, w) bool edges."""
    inside = mask.astype(np.float32)
    sigma = FOLDS * max(mask.shape)
    weight = np.maximum(cv2.GaussianBlur(inside, (0, 0), sigma), 1e-3)[..., None]
    flat = lab - cv2.GaussianBlur(lab * inside[..., None], (0, 0), sigma) / weight
    across = np.stack([cv2.Sobel(flat[..., c], cv2.CV_32F, 1, 0, scale=0.25) for c in range(3)], -1)
    down = np.stack([cv2.Sobel(flat[..., c], cv2.CV_32F, 0, 1, scale=0.25) for c in range(3)], -1)
    strength = np.sqrt((across**2 + down**2).sum(-1)) * inside
    return flat, across, down, strength > EDGE


def _too_fine(pixels: np.ndarray, mask: np.ndarray) -> bool:
    """True where edges run into each other, so that squares, dots and stripes have no shape."""
    if mask.sum() < LEAST_CLOTH:
        return False
    lab = lab_of(pixels)
    edges = _relief(lab, mask)[-1]
    return bool(edges.sum() > MOSTLY_EDGES * mask.sum())


def _has_motif(edges: np.ndarray, mask: np.ndarray, foreign: np.ndarray) -> bool:
    """True where edges gather in one wide place with other colours in it: a print, not a lapel,
    a seam or a button. foreign: (h, w) bool, colours that are not the ground's."""
    near = max(3, round(0.04 * max(mask.shape)))
    joined = cv2.dilate(edges.astype(np.uint8), np.ones((near, near), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    left, _, width, height = cv2.boundingRect(mask.astype(np.uint8))
    for x, y, w, h, area in stats[1:]:
        inner = x > left + 0.08 * width and x + w < left + 0.92 * width
        if not inner or w < MOTIF * width or h < MOTIF / 3 * height or area < 0.3 * w * h:
            continue
        if foreign[y : y + h, x : x + w].mean() > FOREIGN_PART:
            return True
    return False


def _coverage(edges: np.ndarray, mask: np.ndarray) -> float:
    """0..1, the part of the cloth's cells with edges in them."""
    rows = np.linspace(0, mask.shape[0], CELLS + 1).astype(int)
    columns = np.linspace(0, mask.shape[1], CELLS + 1).astype(int)
    used = full = 0
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            area = int(mask[top:bottom, left:right].sum())
            if area > 0.5 * (bottom - top) * (right - left):
                used += 1
                full += edges[top:bottom, left:right].sum() > 0.03 * area
    return full / max(used, 1)


def _directions(across: np.ndarray, down: np.ndarray, edges: np.ndarray) -> tuple[float, float]:
    """The parts of the edges that run in the commonest direction (within 15 degrees), and at a
    right angle to it."""
    strongest = np.abs(across) + np.abs(down)
    channel = strongest.argmax(axis=-1)[..., None]
    x = np.take_along_axis(across, channel, -1)[..., 0][edges]
    y = np.take_along_axis(down, channel, -1)[..., 0][edges]
    angle = (np.degrees(np.arctan2(y, x)) % 180 / 5).astype(int) % 36
    share = np.bincount(angle, np.hypot(x, y), minlength=36).astype(np.float64)
    share /= max(share.sum(), 1e-6)
    near = np.zeros_like(share)
    for step in range(-3, 4):
        near = near + np.roll(share, step)
    best = int(near.argmax())
    return float(near[best]), float(near[(best + 18) % 36])


def _is_dotted(flat: np.ndarray, mask: np.ndarray) -> bool:
    """True for many round spots of one size on a ground, seen from the front or aslant."""
    values = flat[mask]
    axis = np.linalg.svd(values - values.mean(0), full_matrices=False)[2][0]
    level = cv2.resize(flat @ axis, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_CUBIC)
    mask = cv2.resize(mask.astype(np.uint8), level.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    low, high = np.percentile(level[mask], [2, 98])
    grey = np.clip((level - low) / max(high - low, 1e-3) * 255, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(grey[mask][None], 0, 255, cv2.THRESH_OTSU)
    for spots in ((grey > threshold) & mask, (grey <= threshold) & mask):
        if spots.sum() > 0.42 * mask.sum():
            continue
        contours, _ = cv2.findContours(
            spots.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        # pixels of a spot: those inside the polygon through its border's middles, and the border
        areas = np.array([cv2.contourArea(c) + len(c) / 2 + 1 for c in contours])
        large = [
            c for c, area in zip(contours, areas, strict=True) if area >= LEAST_SPOT * FINER**2
        ]
        if len(large) < LEAST_SPOTS:
            continue
        areas = areas[areas >= LEAST_SPOT * FINER**2]
        sizes = np.abs(np.log(areas / np.median(areas))) < np.log(2)
        filled = [_filled(c, area) for c, area in zip(large, areas, strict=True)]
        circle, box, ellipse = np.median(filled, axis=0)
        alike = areas[sizes].sum() > ONE_SIZE * areas.sum()
        if alike and (circle > ROUND or (BOX[0] < box < BOX[1] and ellipse > ELLIPSE)):
            return True
    return False


def _filled(contour: np.ndarray, area: float) -> tuple[float, float, float]:
    """How much a spot fills of the circle around it, of its narrowest box, and of the ellipse with
    its second moments."""
    circle = np.pi * (cv2.minEnclosingCircle(contour)[1] + 0.5) ** 2
    wide, high = cv2.minAreaRect(contour)[1]
    moments = cv2.moments(contour)
    spread = moments["mu20"] * moments["mu02"] - moments["mu11"] ** 2
    inertia = moments["m00"] ** 2 / (4 * np.pi * np.sqrt(max(spread, 1e-6)))
    return area / circle, area / ((wide + 1) * (high + 1)), inertia


# --- cut -----------------------------------------------------------------------------------


def _upper_cut(landmarks: np.ndarray, kind: Kind, narrow: float) -> Measured:
    """Sleeve, length and type of a top or dress. narrow: its chest by the chest lying flat."""
    points = landmarks[:, :2]

    def between(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.hypot(*(a - b)))

    def at(name: str) -> np.ndarray:
        return points[Outline[name]]

    chest = max(between(at("ARMPIT_LEFT"), at("ARMPIT_RIGHT")), 1.0) / narrow
    reaches = []
    for side in ("LEFT", "RIGHT"):
        if landmarks[Outline[f"ELBOW_{side}"], 2] <= 0:
            continue
        root = (at(f"SHOULDER_{side}") + at(f"ARMPIT_{side}")) / 2
        end = (at(f"CUFF_OUTER_{side}") + at(f"CUFF_INNER_{side}")) / 2
        bent = between(root, at(f"ELBOW_{side}")) + between(at(f"ELBOW_{side}"), end)
        reaches.append(max(between(at(f"SHOULDER_{side}"), at(f"CUFF_OUTER_{side}")), bent))
    shoulders = (at("SHOULDER_LEFT") + at("SHOULDER_RIGHT")) / 2
    hem = (at("HEM_LEFT") + at("HEM_RIGHT")) / 2
    length = between(shoulders, hem) / chest
    # a long sleeve is about as long as a top, lying flat or on a body; a dress has only its chest
    reach = max(reaches, default=0.0) / chest / (length if kind == Kind.UPPER else DRESS_SLEEVE)
    if not reaches:
        seen = min(landmarks[[Outline.ARMPIT_LEFT, Outline.ARMPIT_RIGHT], 2]) >= ARMHOLE
        sleeve = ("sleeveless", ARMHOLES_SEEN if seen else 0.8)
    elif reach < SHORT_SLEEVE:
        sleeve = ("short", 0.9 if reach < 0.85 * SHORT_SLEEVE else 0.6)
    elif reach < LONG_SLEEVE:
        sleeve = ("three-quarter", 0.6)
    else:
        sleeve = ("long", 0.9 if reach > 1.1 * LONG_SLEEVE else 0.6)
    if kind == Kind.DRESS:
        word = "short" if length < SHORT_DRESS else "long" if length > LONG_DRESS else "regular"
        return {"type": ("dress", 0.85), "sleeve": sleeve, "length": (word, 0.5)}
    word = "cropped" if length < CROPPED_TOP else "long" if length > LONG_TOP else "regular"
    names = {"sleeveless": "tank-top", "short": "t-shirt"}
    return {
        "type": (names.get(sleeve[0], "top"), 0.5),
        "sleeve": sleeve,
        "length": (word, 0.7 if word == "regular" else 0.6),
    }


def _lower_cut(landmarks: np.ndarray) -> Measured:
    """Type and length of trousers, shorts or a skirt."""
    points = landmarks[:, :2]
    waist, hem = (
        (points[Outline[f"{m}_LEFT"]] + points[Outline[f"{m}_RIGHT"]]) / 2 for m in ("WAIST", "HEM")
    )
    width = float(np.hypot(*(points[Outline.HIP_LEFT] - points[Outline.HIP_RIGHT])))
    length = float(np.hypot(*(hem - waist))) / max(width, 1.0)
    if landmarks[Outline.CROTCH, 2] > 0:
        sure = 0.9 if abs(length / SHORTS_LENGTH - 1) > 0.15 else 0.6
        return {"type": ("shorts" if length < SHORTS_LENGTH else "trousers", sure)}
    word = "short" if length < SHORT_SKIRT else "long" if length > LONG_SKIRT else "regular"
    return {"type": ("skirt", 0.8), "length": (word, 0.6)}
