"""Pixels and landmarks -> a person's parts, by colour: no training, every person their own model.

Notable here:
- each part has a place (a soft map from the landmarks) and a palette (a colour histogram learnt
  from seeds in this very picture: cheeks for skin, the crown for hair, the chest for the top, the
  thighs for the bottom). Place times palette, normalised over the parts, is smoothed along the
  picture's edges by a guided filter and the best part wins (cost-volume filtering: Hosni et al.,
  2013).
- `parts_of` is the whole interface: whatever replaces it needs the same arguments.
"""

import cv2
import numpy as np

from tryon.core.arrays import Mask, Pixels, Points, Scalars
from tryon.core.types import Part
from tryon.person.body import (
    ARM_PLACE,
    ARMS,
    BARE_ARM,
    BARE_LEG,
    FEET,
    FOOT_PLACE,
    HAND,
    HAND_PLACE,
    LEG_PLACE,
    LEGS,
    SIDES,
    Face,
    body_unit,
    capsule_distance,
    face_of,
    hand_line,
    middle_of_hips,
    middle_of_shoulders,
)

# The parts found here, the wide and the narrow; outerwear is left to a trained parser.
WIDE = (
    Part.HAIR,
    Part.FACE,
    Part.NECK,
    Part.UPPER,
    Part.DRESS,
    Part.TROUSERS,
    Part.SKIRT,
    Part.LEFT_LEG,
    Part.RIGHT_LEG,
    Part.SHOES,
)
NARROW = (Part.LEFT_ARM, Part.RIGHT_ARM, Part.LEFT_HAND, Part.RIGHT_HAND, Part.ACCESSORY)
FOUND = WIDE + NARROW
WIDE_SMOOTHING, NARROW_SMOOTHING = 0.025, 0.01  # radius of the guided filter, in canvas heights

# Added to every probability of either answer, so that neither rules anything out.
TRAINED_DOUBT, OWN_DOUBT = 0.01, 0.1

# Colours.
BINS = 16  # of each Lab channel
CHROMA_RANGE = 48  # a and b further from grey than this share the outermost bin
SHADE_WEIGHT, SHINE_WEIGHT = 0.5, 0.8  # skin darker than the face is likelier than lighter
FREE_DISTANCE = 2.5  # squared deviations within which all colours are equally skin

# Hair and clothes.
NARROWEST_LOCK = 0.045  # body units
LONG_TOP = 1.25  # torso position of a hem below which it is a coat or a dress
HIDDEN_SEAM = 0.98  # torso position where a top usually ends
KNEE_LENGTH = 0.75  # along the leg; shorter, it is rather a top and shorts of one colour
SAME_COLOUR = 9.0  # Lab difference below which top and bottom may be one piece
FAINT_SEAM = 3.0  # Lab difference below which no seam is seen at all
HELD_REACH = 1.1  # how far from the middle of the fingers, in palm lengths


def parts_of(
    pixels: Pixels,
    landmarks: Points,
    silhouette: Mask,
    hands: Points,
    view: str = "front",
) -> np.ndarray:
    """Label every pixel of a person.

    pixels: (h, w, 3) uint8 RGB, a working canvas (about 384 pixels on the long side).
    landmarks: (33, 3) float32, x, y on that canvas, visibility.
    silhouette: (h, w) bool. hands: (n, 21, 3) float32, x, y on the canvas, confidence.
    view: "front", "side" or "back".
    Returns (h, w, 17) float32, the probability of each `Part`; BACKGROUND is 0 inside the
    silhouette and 1 outside.
    """
    shape = silhouette.shape
    body = _Canvas(pixels, landmarks, silhouette, hands, view)
    evidence = {part: np.zeros(shape, np.float32) for part in FOUND}
    _head(body, evidence)
    _arms(body, evidence)
    _garments(body, evidence)
    _rest(body, evidence)

    volume = np.stack([evidence[part] for part in FOUND], axis=-1)  # (h, w, parts)
    volume /= volume.sum(-1, keepdims=True) + 1e-6
    volume[~silhouette] = 0
    scores = np.zeros((*shape, len(Part)), np.float32)
    for parts, smoothing in ((WIDE, WIDE_SMOOTHING), (NARROW, NARROW_SMOOTHING)):
        radius = max(2, round(smoothing * max(shape)))
        smooth = cv2.ximgproc.createGuidedFilter(pixels, radius, (0.04 * 255) ** 2)
        for start in range(0, len(parts), 4):  # OpenCV filters up to four channels at a time
            channels = [FOUND.index(part) for part in parts[start : start + 4]]
            block = smooth.filter(np.ascontiguousarray(volume[:, :, channels]))
            scores[:, :, [int(FOUND[c]) for c in channels]] = block.reshape(*shape, -1)
    np.clip(scores, 0, 1, out=scores)
    scores /= scores.sum(-1, keepdims=True) + 1e-6
    scores[~silhouette] = 0
    scores[:, :, Part.BACKGROUND] = ~silhouette
    return scores


def agreed(trained: np.ndarray, own: np.ndarray, weight: float = 0.75) -> np.ndarray:
    """Two answers to `parts_of` made one, as a weighted geometric mean.

    trained: (h, w, 17) float32 of a trained parser, own: of `parts_of`; weight: the trained one's.
    `parts_of` knows no outerwear and guesses between skirt and trousers, so what it says of tops
    counts for outerwear and half for dresses, and what it says of one lower garment for both.
    Returns (h, w, 17) float32.
    """
    own = own.copy()
    own[:, :, Part.OUTERWEAR] = own[:, :, Part.UPPER]
    own[:, :, Part.DRESS] = np.maximum(own[:, :, Part.DRESS], 0.5 * own[:, :, Part.UPPER])
    lower = own[:, :, [Part.TROUSERS, Part.SKIRT]].max(-1)
    own[:, :, Part.TROUSERS] = own[:, :, Part.SKIRT] = lower
    outside = trained[:, :, Part.BACKGROUND] > 0.5
    scores = np.exp(
        weight * np.log(trained + TRAINED_DOUBT) + (1 - weight) * np.log(own + OWN_DOUBT)
    )
    scores[:, :, Part.BACKGROUND] = 0
    scores /= scores.sum(-1, keepdims=True)
    scores[outside] = 0
    scores[:, :, Part.BACKGROUND] = outside
    return scores


class _Canvas:
    """The working picture with what every step below needs of it."""

    # Found by the steps one after the other:
    sleeve_end: dict[str, float]  # side -> where its bare skin begins along the arm
    hem: float  # where the lower garment ends along the legs
    waist: float  # where the top ends along the torso
    top: Scalars  # how well each colour suits the top, the lower garment
    bottom: Scalars
    leg_position: Scalars  # along the nearer leg: 0 = hip, 1 = knee, 2 = ankle

    def __init__(
        self, pixels: Pixels, landmarks: Points, silhouette: Mask, hands: Points, view: str
    ) -> None:
        self.shape = silhouette.shape
        self.points = landmarks[:, :2].astype(np.float32)
        self.landmarks = landmarks
        self.silhouette = silhouette
        self.hands = hands
        self.view = view
        self.unit = body_unit(landmarks)
        self.face: Face = face_of(landmarks)
        self.face_radius = self.face.radius(self.shape)
        self.ys, self.xs = np.mgrid[: self.shape[0], : self.shape[1]].astype(np.float32)
        self.lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
        self.bins = _colour_bins(self.lab)
        # side -> (distance in radii, position along the limb)
        self.arm, self.leg = (
            {
                side: capsule_distance(
                    self.shape, self.points[list(chains[side])], np.array(place) * self.unit
                )
                for side in SIDES
            }
            for chains, place in ((ARMS, ARM_PLACE), (LEGS, LEG_PLACE))
        )
        self.hand = {side: _hand_place(self, side) for side in SIDES}
        # The torso's own coordinates: 0 at the shoulders, 1 at the hips; sideways in units.
        top, bottom = middle_of_shoulders(landmarks), middle_of_hips(landmarks)
        axis = bottom - top
        length = max(float(np.linalg.norm(axis)), 0.5 * self.unit)
        axis = axis / max(float(np.linalg.norm(axis)), 1e-6)
        dx, dy = self.xs - top[0], self.ys - top[1]
        self.down = (dx * axis[0] + dy * axis[1]) / length
        self.across = (dx * axis[1] - dy * axis[0]) / self.unit
        self.skin = self._skin()

    def _skin(self) -> np.ndarray:
        """(h, w) 0..1: is it skin? Colours like the face's, spread along the limbs."""
        likeness = _skin_likeness(self)
        skin = likeness / (likeness + 0.2)
        # Whatever the chest wears is not skin where it is more like the chest than like the face.
        chest = self.silhouette & (skin < 0.4) & (self.face_radius > 1.2)
        chest &= (self.down > 0.12) & (self.down < 0.6) & (np.abs(self.across) < 0.4)
        rival = np.full(self.shape, 0.12, np.float32)
        palette = self.likelihood(chest) if chest.mean() > 0.004 else None
        if palette is not None:
            rival += 0.2 * np.minimum(palette, 4) * (self.face_radius > 1.0)
        skin = likeness / (likeness + rival)
        # Arms are lit otherwise than the face: learn from what is surely theirs. Not for the
        # legs, where brown trousers would teach themselves.
        arms = np.minimum(self.arm["left"][0], self.arm["right"][0])
        sure = self.silhouette & ((arms < 0.8) | (self.face_radius < 0.8)) & (skin > 0.7)
        palette = self.likelihood(sure)
        if palette is not None:
            palette = 0.2 * np.minimum(palette, 4) * ((self.down < 1.1) | (arms < 1.2))
            likeness = np.maximum(likeness, palette)
            skin = likeness / (likeness + rival)
        return skin

    def likelihood(self, seeds: np.ndarray) -> np.ndarray | None:
        """(h, w) how likely each pixel's colour is among the seeds', 1 = as in uniform colour.

        None where there are too few seeds to tell.
        """
        return _likelihood(self.bins, seeds)


# --- colour -----------------------------------------------------------------------------------


def _colour_bins(lab: np.ndarray) -> np.ndarray:
    """(h, w) int32 index of each pixel's Lab bin."""
    lightness = lab[:, :, 0].astype(np.int32) * BINS // 256
    chroma = (lab[:, :, 1:].astype(np.int32) - 128 + CHROMA_RANGE) * BINS // (2 * CHROMA_RANGE)
    chroma = np.clip(chroma, 0, BINS - 1)
    return (lightness * BINS + chroma[:, :, 0]) * BINS + chroma[:, :, 1]


def _likelihood(bins: np.ndarray, seeds: np.ndarray) -> np.ndarray | None:
    if np.count_nonzero(seeds) < 12:
        return None
    counts = np.bincount(bins[seeds], minlength=BINS**3).astype(np.float32)
    cube = counts.reshape(BINS, BINS, BINS)
    for axis, rounds in ((0, 2), (1, 1), (2, 1)):  # lightness varies more than hue, over folds
        for _ in range(rounds):
            before = np.concatenate([cube.take([0], axis), cube.take(range(BINS - 1), axis)], axis)
            after = np.concatenate([cube.take(range(1, BINS), axis), cube.take([-1], axis)], axis)
            cube = 0.5 * cube + 0.25 * (before + after)
    cube *= BINS**2 / cube.sum()  # colours of pictures fill about a sixteenth of the cube
    return cube.ravel()[bins]


def _skin_likeness(body: _Canvas) -> np.ndarray:
    """(h, w) 0..1: how like this person's skin a colour is, 1 = just like it.

    A Gaussian learnt from the middle of the face, and from hands where they were found. Shade
    darkens skin but keeps its hue: a and b divided by the lightness stay, as they all scale
    alike when the light does. Without a face (from behind) broad figures for all skin stand in.
    """
    features = _shade_invariant(body.lab)
    mean, spread = np.array([5.2, 0.08, 0.12]), np.array([0.3, 0.022, 0.03])
    inside = (body.face_radius < 0.75) & body.silhouette
    if body.view != "back" and np.count_nonzero(inside) >= 20:
        samples = features[inside]
        # Eyes, lips, beard and glasses are outliers of the face's own middle.
        for _ in range(2):
            centre = np.median(samples, axis=0)
            off = np.abs(samples - centre)
            off /= np.maximum(np.median(off, 0), [0.05, 0.006, 0.006])
            kept = samples[(off < 3).all(1)]
            samples = kept if len(kept) >= 12 else samples
        mean = samples.mean(0)
        spread = np.clip(samples.std(0), [0.16, 0.013, 0.018], [0.3, 0.024, 0.03])
    off = (features - mean) / spread
    off[:, :, 0] *= np.where(off[:, :, 0] < 0, SHADE_WEIGHT, SHINE_WEIGHT)
    squared = (off**2).sum(-1)
    # Heavy tails: lit or shaded skin may be far from the face's, and is still likelier skin than
    # not where nothing else claims the colour.
    return (1 + np.maximum(squared - FREE_DISTANCE, 0) / 4) ** -2


def _shade_invariant(lab: np.ndarray) -> np.ndarray:
    """(h, w, 3) float32: log lightness, and a and b as shares of the lightness.

    L* + 16, a* and b* all grow by the cube root of the light (CIE 1976), so the shares do not.
    """
    lightness = lab[:, :, 0].astype(np.float32) + 16 * 2.55
    return np.dstack(
        [np.log(lightness), (lab[:, :, 1:].astype(np.float32) - 128) / lightness[..., None]]
    )


def _soft(value: np.ndarray, edge: float | np.ndarray, width: float) -> np.ndarray:
    """1 well below `edge`, 0 well above it, a ramp of `width` between."""
    return np.clip((edge - value) / width + 0.5, 0, 1)


# --- the head ---------------------------------------------------------------------------------


def _head(body: _Canvas, evidence: dict[Part, np.ndarray]) -> None:
    radius, skin = body.face_radius, body.skin
    across, down = body.face.offset(body.shape)  # in half axes of the face
    seen = 0.0 if body.view == "back" else 1.0
    core = seen * _soft(radius, 0.85, 0.2)
    # The forehead reaches above the ellipse; only skin tells how far.
    rim = seen * _soft(np.hypot(across, np.where(down < 0, down / 1.35, down)), 1.12, 0.25)
    evidence[Part.FACE] += core * (0.4 + skin) + rim * skin

    # Hair: its colour is learnt around the face, down to the mouth, where it is not skin.
    ring = body.silhouette & (np.hypot(across / 1.6, (down + 0.25) / 1.5) < 1)
    ring &= (radius > 1.0) | (seen == 0)
    crown = ring & (down < 0.5) & ((skin < 0.5) | (seen == 0))
    likelihood = body.likelihood(crown)
    matching = np.zeros(body.shape, np.float32)
    if likelihood is not None:
        matching = np.minimum(likelihood, 4)
        width = 2.0 if body.view == "front" else 3.0  # in profile the face is the head's edge
        around = _soft(np.hypot(across / width, (down + 0.4) / 1.9), 1.0, 0.25)
        around *= _soft(down, 0.75, 0.5)
        hair = 0.1 * around + (1.2 * around + 0.8 * _hanging(body, matching)) * matching
        hair *= 1 - 0.97 * np.maximum(core, _soft(radius, 1.0, 0.2) * skin * seen)
        # Between the jaws what looks like skin is skin; beside them fair hair looks like it too.
        hair *= 1 - 0.8 * skin * (down > -0.8) * _soft(np.abs(across), 0.9, 0.4)
        # Strands below the chin narrower than this are creases of a hood or a collar.
        width = max(1, round(NARROWEST_LOCK * body.unit))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        locks = cv2.morphologyEx(hair, cv2.MORPH_OPEN, kernel)
        evidence[Part.HAIR] += np.where(down > 0.9, np.minimum(hair, 1.3 * locks), hair)
        _keep_connected(evidence[Part.HAIR], ring)

    # Neck and bare chest: skin below the chin, between the arms; a neck is no wider than the jaw.
    wide = np.where(body.down < -0.02, 0.3, 0.42)
    neck = (down > 0.75) * _soft(body.down, 0.42, 0.2) * _soft(np.abs(body.across), wide, 0.2)
    collar = (down > 0.8) * _soft(body.down, -0.05, 0.1) * _soft(np.abs(body.across), 0.25, 0.1)
    beside = (
        np.clip((np.abs(across) - 0.55) / 0.3, 0, 1) * matching / 4
    )  # fair hair looks like skin
    evidence[Part.NECK] += (1.3 * skin * neck * (1 - 0.8 * beside) + 0.1 * collar) * (1 - core)


def _hanging(body: _Canvas, matching: np.ndarray) -> np.ndarray:
    """(h, w) 0..1: where long hair may hang, beside the neck and over the chest.

    Only on a side where hair is seen beside the jaw: short hair does not reappear on a jacket.
    """
    across, down = body.face.offset(body.shape)
    place = _soft(np.abs(across), 2.4, 0.8) * _soft(down, 4.0, 3.0) * (down > -0.5)
    for side in (across < 0, across >= 0):
        jaw = side & body.silhouette & (np.abs(across) > 0.9) & (np.abs(across) < 1.7)
        jaw &= (down > 0.3) & (down < 1.0)
        share = (matching[jaw] > 0.8).mean() if jaw.any() else 0.0
        place[side] *= np.clip((share - 0.15) / 0.25, 0.05, 1)
    return place


def _keep_connected(evidence: np.ndarray, root: np.ndarray) -> None:
    """Damp, in place, what is not connected with the root: hair grows on heads."""
    likely = (evidence > 0.3).astype(np.uint8)
    count, labels = cv2.connectedComponents(likely)
    if count > 1:
        touched = np.zeros(count, bool)
        touched[np.unique(labels[root])] = True
        touched[0] = True
        evidence[~touched[labels]] *= 0.1


# --- the arms ---------------------------------------------------------------------------------


def _hand_place(body: _Canvas, side: str) -> np.ndarray:
    """(h, w) 0..1: where this hand may be, from hand landmarks, else from the pose."""
    wrist = body.points[ARMS[side][2]]
    best, best_distance = None, 0.6 * body.unit
    for hand in body.hands:
        away = float(np.linalg.norm(hand[0, :2] - wrist))
        if away < best_distance:
            best, best_distance = hand, away
    line = hand_line(body.landmarks, side)
    if best is None:
        # The pose's own knuckles are rough: a wide capsule, and colour decides.
        reach, _ = capsule_distance(body.shape, line, np.full(2, HAND_PLACE * body.unit))
        return _soft(reach, 1.0, 0.4)
    mask: np.ndarray = np.zeros(body.shape, np.uint8)
    size = float(np.linalg.norm(best[0, :2] - best[9, :2]))
    thick = max(1, round(0.28 * size))
    points = np.round(best[:, :2]).astype(np.int32)
    cv2.fillConvexPoly(mask, cv2.convexHull(points[[0, 1, 5, 9, 13, 17]]), 255)
    for finger in range(5):
        chain = points[[0, *range(1 + 4 * finger, 5 + 4 * finger)]]
        cv2.polylines(mask, [chain.reshape(-1, 1, 2)], False, 255, thick)
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=max(1, round(0.1 * size)))
    return cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), max(0.8, 0.06 * size))


def _bare_from(body: _Canvas, side: str) -> float:
    """Where skin begins along an arm: 0 = bare from the shoulder, 1 = elbow, 2 = all covered.

    The split of the profile of skin along the arm that explains it best.
    """
    chain = body.points[list(ARMS[side])]
    steps = np.linspace(0.08, 1.96, 40)
    position = np.where(
        steps[:, None] < 1,
        chain[0] + (chain[1] - chain[0]) * steps[:, None],
        chain[1] + (chain[2] - chain[1]) * (steps[:, None] - 1),
    )
    tangent = np.where(steps[:, None] < 1, chain[1] - chain[0], chain[2] - chain[1])
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-6
    profile = np.zeros(len(steps))
    seen = np.zeros(len(steps))
    height, width = body.shape
    for offset in np.linspace(-0.07, 0.07, 5) * body.unit:
        at = np.round(position + offset * normal).astype(int)
        inside = (at[:, 0] >= 0) & (at[:, 1] >= 0) & (at[:, 0] < width) & (at[:, 1] < height)
        at = np.clip(at, 0, [width - 1, height - 1])
        inside &= body.silhouette[at[:, 1], at[:, 0]]
        profile += inside * body.skin[at[:, 1], at[:, 0]]
        seen += inside
    if np.count_nonzero(seen) < 5:
        return 2.0
    return _split(profile, seen, steps, otherwise=2.0)


def _split(skin: np.ndarray, seen: np.ndarray, steps: np.ndarray, otherwise: float) -> float:
    """The step where cloth ends and skin begins, the one that explains a limb's profile best.

    skin: summed skin probability at each step, seen: how many pixels that was. `otherwise` is
    returned where all is cloth, 0 where all is skin.
    """
    chance = np.clip(skin / np.maximum(seen, 1), 0.05, 0.95)
    bare = np.where(seen > 0, np.log(chance), 0)
    cloth = np.where(seen > 0, np.log(1 - chance), 0)
    # score[k]: every step before k is cloth, k and every later one skin
    score = np.concatenate([[0], np.cumsum(cloth)])
    score += np.concatenate([np.cumsum(bare[::-1])[::-1], [0]])
    k = int(np.argmax(score))
    if k >= len(steps) - 1:
        return otherwise
    return float(steps[k]) if k > 0 else 0.0


def _arms(body: _Canvas, evidence: dict[Part, np.ndarray]) -> None:
    body.sleeve_end = {side: _bare_from(body, side) for side in SIDES}
    for side in SIDES:
        arm, hand = BARE_ARM[side], HAND[side]
        reach, along = body.arm[side]
        inside = _soft(reach, 1.05, 0.5)
        bare = np.clip((along - body.sleeve_end[side]) / 0.12 + 0.7, 0.03, 1)
        place = inside * bare
        evidence[arm] += place * (1.3 * body.skin + 0.06)
        # Past the wrist it is hand; the pose's wrist lies a little inside the arm.
        past = np.clip((along - 1.93) / 0.08, 0, 1)
        evidence[arm] *= 1 - 0.8 * past * body.hand[side]
        evidence[hand] += 1.6 * body.hand[side] * (body.skin + 0.08) * (0.25 + 0.75 * past)


# --- the clothes ------------------------------------------------------------------------------


def _garments(body: _Canvas, evidence: dict[Part, np.ndarray]) -> None:
    cloth = body.silhouette & (body.skin < 0.5) & (body.face_radius > 1.15)
    for side in SIDES:
        cloth &= body.hand[side] < 0.3
    for hand in body.hands:  # nor what it holds
        palm = float(np.linalg.norm(hand[0, :2] - hand[9, :2]))
        cloth &= np.hypot(body.xs - hand[9, 0], body.ys - hand[9, 1]) > 0.9 * palm
    cloth &= evidence[Part.HAIR] < 0.6
    end, skirt = _lower_end(body, cloth)
    body.hem = end
    waist, contrast = _waist(body, cloth)
    bare_below = end < 1.7
    if waist > LONG_TOP and bare_below and not skirt:
        waist = HIDDEN_SEAM  # legs apart and bare: shorts, whose folds were taken for a seam
    body.waist = waist

    sleeves = np.zeros_like(cloth)
    thighs = np.zeros_like(cloth)
    for side in SIDES:
        reach, along = body.arm[side]
        sleeves |= cloth & (reach < 0.8) & (along < body.sleeve_end[side] - 0.1) & (along > 0.1)
        reach, along = body.leg[side]
        thighs |= cloth & (reach < 0.8) & (body.down > max(waist, 1.0) + 0.08) & (along < end - 0.1)
    chest = cloth & (body.down > 0.12) & (body.down < waist - 0.1) & (np.abs(body.across) < 0.42)
    top = body.top = _covered(body, chest | sleeves)
    bottom = body.bottom = _covered(body, thighs & (body.leg_position < 1.6))

    not_skin = 1 - 0.9 * body.skin
    # Far from the body only the garment's own colours count: a coat's skirts, but not a bag.
    far = np.minimum(
        np.abs(body.across) / 0.42, np.minimum(body.leg["left"][0], body.leg["right"][0])
    )
    far = np.clip(far - 1.2, 0, 1)
    above = _soft(body.down, waist, 0.1) * _soft(np.abs(body.across), 1.1, 0.5)
    sleeve_zone = np.zeros(body.shape, np.float32)
    for side in SIDES:
        reach, along = body.arm[side]
        wide = _soft(reach, 1.7, 0.6) * np.clip((body.sleeve_end[side] - along) / 0.1 + 0.6, 0, 1)
        wide *= (along > 0) | (reach < 1)  # a shoulder seen from the side does not reach the hair
        sleeve_zone = np.maximum(sleeve_zone, wide * (along < 1.97))
    # Collars reach up to the mouth in front; beside the head only hair does.
    _, from_face = body.face.offset(body.shape)
    above *= np.clip((from_face - 0.4) / 0.4, 0, 1)
    above *= np.clip((body.down + 0.15 + 0.3 * _soft(np.abs(body.across), 0.35, 0.2)) / 0.1, 0, 1)
    torso = above * (top - 0.8 * far * np.minimum(top, 0.15))
    outside_face = np.clip((body.face_radius - 0.95) / 0.2, 0, 1)
    upper = np.maximum(torso, sleeve_zone * top) * not_skin * outside_face
    upper += 0.04 * above * (1 - far)

    below = (1 - _soft(body.down, waist, 0.1)) * _soft(body.leg_position, end, 0.12)
    lower = below * (bottom - 0.8 * far * np.minimum(bottom, 0.15)) * not_skin
    if contrast < SAME_COLOUR and skirt and end > KNEE_LENGTH:
        evidence[Part.DRESS] += np.maximum(upper, lower)  # one piece from shoulders to hem
    elif waist > LONG_TOP and bare_below:
        evidence[Part.DRESS] += upper
        evidence[Part.SKIRT] += 0.5 * lower
    else:
        evidence[Part.UPPER] += upper
        evidence[Part.SKIRT if skirt else Part.TROUSERS] += lower


def _covered(body: _Canvas, seeds: np.ndarray) -> np.ndarray:
    """(h, w) how well each colour suits a garment with these seeds; never 0, prints surprise."""
    palette = body.likelihood(seeds)
    if palette is None:
        return np.full(body.shape, 0.6, np.float32)
    return np.minimum(palette, 4) + 0.15


def _waist(body: _Canvas, cloth: np.ndarray) -> tuple[float, float]:
    """Where the top ends, as torso position (1 = hips), and how its colour differs from below.

    The row where the mean colours of a window above and a window below differ most, weighed by
    how usual it is for a top to end there: at the waist, or for coats and dresses at the thighs.
    """
    step, window = 0.03, 8
    rows = np.arange(0.15, 2.4, step)
    legs = np.minimum(body.leg["left"][0], body.leg["right"][0])
    column = cloth & np.where(body.down < 1, np.abs(body.across) < 0.34, legs < 0.8)
    column &= (body.down < 1) | (body.leg_position < body.hem - 0.04)
    index = np.floor((body.down - rows[0]) / step).astype(int)
    used = column & (index >= 0) & (index < len(rows))
    count = np.bincount(index[used], minlength=len(rows)).astype(np.float64)
    colour = np.stack(
        [np.bincount(index[used], body.lab[:, :, c][used], minlength=len(rows)) for c in range(3)],
        axis=1,
    )
    total = np.concatenate([[0], np.cumsum(count)])
    summed = np.concatenate([np.zeros((1, 3)), np.cumsum(colour, 0)])
    usual, best, best_score, contrast = 0.92, 0.92, 0.0, 0.0
    for k in range(window, len(rows) - 2):
        stop = min(k + window, len(rows))
        above, below = total[k] - total[k - window], total[stop] - total[k]
        if min(above, below) < 0.15 * max(above, below, 20):
            continue
        difference = (summed[k] - summed[k - window]) / above - (summed[stop] - summed[k]) / below
        difference = float(np.linalg.norm(difference * [0.6, 1, 1]))
        prior = np.exp(-(((rows[k] - usual) / 0.24) ** 2)) + 0.4 * np.exp(
            -(((rows[k] - 1.5) / 0.35) ** 2)
        )
        if difference * prior > best_score:
            best, best_score, contrast = float(rows[k]), difference * prior, difference
    return (best, contrast) if contrast >= FAINT_SEAM else (HIDDEN_SEAM, contrast)


def _lower_end(body: _Canvas, cloth: np.ndarray) -> tuple[float, bool]:
    """Where the lower garment ends along the legs (0 hip, 1 knee, 2 ankle); is it a skirt?"""
    left, right = body.leg["left"], body.leg["right"]
    reach = np.minimum(left[0], right[0])
    body.leg_position = np.where(left[0] < right[0], left[1], right[1])
    steps = np.linspace(0.1, 1.9, 37)
    used = body.silhouette & (reach < 0.6) & (body.down > 1.0)
    for side in SIDES:
        used &= body.hand[side] < 0.3
    index = np.digitize(body.leg_position, steps) - 1
    used &= (index >= 0) & (index < len(steps) - 1)
    end = 2.2
    if used.sum() > 30:
        total = np.bincount(index[used], body.skin[used], minlength=len(steps))
        count = np.bincount(index[used], minlength=len(steps))
        end = _split(total, count, steps, otherwise=2.2)
    # A skirt fills the gap between the legs just above its end.
    ends = [_leg_point(body, side, end - 0.1) for side in SIDES]
    skirt = False
    if 0.35 < end < 1.95 and np.linalg.norm(ends[0] - ends[1]) > 0.3 * body.unit:
        x, y = 0.5 * (ends[0] + ends[1])
        disc = np.hypot(body.xs - x, body.ys - y) < 0.06 * body.unit
        if disc.any():
            skirt = float((cloth & disc).sum() / disc.sum()) > 0.75
    return end, skirt


def _leg_point(body: _Canvas, side: str, along: float) -> np.ndarray:
    hip, knee, ankle = body.points[list(LEGS[side])]
    if along < 1:
        return hip + (knee - hip) * max(along, 0)
    return knee + (ankle - knee) * min(along - 1, 1)


# --- legs, shoes, the rest --------------------------------------------------------------------


def _rest(body: _Canvas, evidence: dict[Part, np.ndarray]) -> None:
    for side, other in (SIDES, SIDES[::-1]):
        leg = BARE_LEG[side]
        reach, _ = body.leg[side]
        mine = _soft(reach - body.leg[other][0], 0.0, 0.1)
        place = _soft(reach, 1.3, 0.5) * mine * (body.down > 0.95)
        place *= np.clip((body.leg_position - body.hem) / 0.12 + 0.6, 0, 1)
        place *= 1 - 0.9 * np.maximum(body.hand["left"], body.hand["right"])
        evidence[leg] += place * (1.2 * body.skin + 0.05)
        foot = body.points[list(FEET[side])]
        radii = np.array(FOOT_PLACE) * body.unit
        near, _ = capsule_distance(body.shape, foot[[0, 1, 2, 0]], radii[[0, 1, 2, 0]])
        below = body.ys > foot[0, 1] - 0.05 * body.unit
        shoe = _soft(near, 1.6, 0.8) * np.clip(1.05 - body.skin, 0, 1) * below
        evidence[Part.SHOES] += 1.5 * shoe
        evidence[leg] += 0.8 * _soft(near, 1.4, 0.6) * body.skin
    # Whatever lies off the body and is nobody's colour: bags and other things carried.
    off = np.minimum.reduce([reach for reach, _ in (*body.arm.values(), *body.leg.values())])
    off = np.minimum(off, np.where(body.down < 1.1, np.abs(body.across) / 0.42, 9))
    off *= np.clip((body.face.offset(body.shape)[1] - 1) / 0.5, 0, 1)  # above the chin it is hair
    evidence[Part.ACCESSORY] += 0.02 + 0.25 * np.clip(off - 1.5, 0, 1)
    # What a hand holds: between and beyond its fingers, neither skin nor cloth in colour.
    for hand in body.hands:
        size = float(np.linalg.norm(hand[0, :2] - hand[9, :2]))
        x, y = hand[[5, 8, 9, 12, 17, 20], :2].mean(0)
        near = _soft(np.hypot(body.xs - x, body.ys - y), HELD_REACH * size, 0.4 * size)
        worn = np.where(body.down < body.waist, body.top, body.bottom)
        strange = np.clip(1 - worn / 0.6, 0, 1) * (1 - body.skin)
        evidence[Part.ACCESSORY] += 1.2 * near * strange
