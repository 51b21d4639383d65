"""The body below the new garment: the photo, without what sticks out of the old one.

Notable here:
- real pixels stay wherever they are certain. Painted are only those of the old garment, and only
  where the new one leaves them open: bare arms below a shorter sleeve, neck and chest in a wider
  neckline, legs below a hem, the waistband below a shorter top, and the background beside them.
- a limb's shape comes from its joints, from what of it is bare already, and from the old sleeve:
  a limb fills a tight sleeve and lies inside a loose one.
- skin takes this person's own colours, hand to arm, neck to shoulder. Where painted skin meets
  real skin the difference is carried over smoothly (a membrane), so that no seam shows.
- shapes and shades are worked out on a small copy; edges are signed distances, which stay crisp
  when enlarged, and background and cloth are copied at the photo's own resolution.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.arrays import Alpha, Colours, Mask, Pixels, Scalars
from tryon.core.fill import (
    Grain,
    blur,
    continue_texture,
    enlarge,
    grow,
    masked_blur,
    quick_disc,
    shrink,
    spread,
)
from tryon.core.types import Kind, Part, Person, Pose
from tryon.core.warp import smoothstep
from tryon.person.body import (
    ARMS,
    BARE_ARM,
    BARE_ARM_HALF,
    BARE_ARMPIT_DOWN,
    BARE_LEG,
    BARE_LEG_HALF,
    BARE_NECK_HALF,
    BARE_TORSO_HALF,
    CLOSE_LEG,
    HAND,
    LEGS,
    SHOULDERS_METRES,
    SIDES,
    SLEEVED_ARM,
    TORSO_PER_SHOULDERS,
    TRAPEZIUS,
    body_unit,
    capsule_mask,
)
from tryon.person.regions import edit_region, is_part

# Left and right.
ARM_SKIN = tuple((BARE_ARM[side], HAND[side]) for side in SIDES)
LEG_SKIN = tuple((BARE_LEG[side],) for side in SIDES)
SKIN = (
    Part.NECK,
    Part.LEFT_ARM,
    Part.RIGHT_ARM,
    Part.LEFT_HAND,
    Part.RIGHT_HAND,
    Part.LEFT_LEG,
    Part.RIGHT_LEG,
)
# Skin on which the old garment's shadow may be retouched, a few pixels wide; never a hand.
RETOUCHED = (Part.NECK, Part.LEFT_ARM, Part.RIGHT_ARM, Part.LEFT_LEG, Part.RIGHT_LEG)
REPLACED = {
    Kind.UPPER: (Part.UPPER, Part.OUTERWEAR, Part.DRESS),
    Kind.LOWER: (Part.TROUSERS, Part.SKIRT, Part.DRESS),
    Kind.DRESS: (Part.UPPER, Part.OUTERWEAR, Part.DRESS, Part.TROUSERS, Part.SKIRT),
}
NEVER = (Part.FACE, Part.HAIR, Part.LEFT_HAND, Part.RIGHT_HAND)

# What is looked at, and on which copy.
WORK_LONG = 320  # longest side of the small copy, pixels
OPAQUE = 250  # from this alpha on nothing shows through
HALF_OPAQUE = 128
FRINGE = 0.02  # shoulder widths around the old garment in which its colours may linger
SHIFT = 4  # sub-pixel bits of polygons
FAR = -99.0  # small pixels: a signed distance for nowhere near
# Small pixels that skin may reach beyond the small silhouette: the soft one at full size cuts it.
SOFT_EDGE = 0.7
SKIN_SEEN = 0.01  # square shoulder widths of painted skin that are worth a remark

# What was labelled as the old garment and is not, and the other way round.
HEAD_FROM = -0.28  # height above the shoulders, in torso lengths: no garment but a hood is higher
CUFF_PIXELS = 20  # of the small copy: fewer tell no colour
ALIKE = 12.0  # CIELAB difference below which two dark cloths are one to the eye
MIDDLE = 0.15  # shoulder widths to each side of the spine, where a jacket stands open
ABOVE_HALF = 0.42  # shoulder widths from the middle: what of a top an open jacket shows up there

# The body's shape.
WAISTBAND = 0.80  # where lower garments end, by height, 0 = shoulders, 1 = hips
LIMB_SAMPLES = 17  # points along a limb
ROUNDING = np.array([0.1, 0.2, 0.4, 0.2, 0.1])  # weights of neighbours: joints are round
TIGHT = 0.96  # a limb's share of the width of the sleeve around it, where that is tight
# A phone sees about as wide as it is away. Shoulders that fill more than this share of the
# picture's shorter side are an arm's length from it.
SELFIE_FILLING = 0.30
NEARNESS_LIMITS = (0.9, 2.0)  # times as large as the shoulders

# What of the body is seen beside the new garment.
SHOULDER_FROM = 0.36  # shoulder widths from the middle: farther out a sleeved shoulder is closed
SLEEVED_FROM = 0.3  # a sleeve covers an arm from here on upwards (0 = shoulder, 1 = elbow)
# Along an arm (0 = shoulder, 1 = elbow): off-shoulder tops leave the first bare, of which they
# cover less than this share; there is skin down to the second.
BARE_FROM, BARE_SHARE, BARE_TO = 0.1, 0.3, 0.2
CROSSING_FROM = 0.5  # half way down the upper arm: nearer to the shoulder no arm passes in front
HEM_BAND = 0.25  # shoulder widths above a hem's middle in which its corners lie
HIP_BAND = 0.2  # shoulder widths below a lower garment's seen top: there its width is read
BEARD = 0.16  # shoulder widths to each side of the neck's middle

# The skin's colour and shade.
TONES_LONG = 320  # longest side of the copy skin colours are read from, pixels
NO_SKIN = np.array([200, 160, 135], np.float32)  # where a photo shows no skin at all
LIMBS_APART = 55  # 8-bit levels: skin of one person in one light differs by less
SKIN_HUE = 17.0  # CIELAB a, b: skin in shade and in light differ by less
SKIN_PIXELS = 30  # of the small copy: fewer tell no colour
EDGE_SHADE = 0.20  # a limb gets darker towards its sides, as a cylinder does in soft light
UNDER_CHIN_SHADE = 0.16  # how much darker
BONE_LIGHT, BONE_SHADE = 0.10, 0.14  # of the line drawn; blurring leaves about a third
SIDE_LIGHT = 0.10  # the most that one side of a limb is lighter than its middle
MOTTLE = 0.008  # standard deviation of the skin's brightness
MEMBRANE_REACH = 0.45  # shoulder widths over which real skin's colour is carried over


@dataclass(frozen=True, eq=False)
class Underlay:
    """The body layer inside a box of the photo.

    changed: where the pixels may differ from the photo. arms: left and right, 0..1: bared arms that
    pass in front of the new garment. solid: 0..1, person rather than background. real_skin: skin
    that the photo shows. skin_painted: whether a visible amount of skin was invented. kept: what of
    the old garment is worn on.
    """

    pixels: Pixels
    changed: Mask
    arms: tuple[Scalars, Scalars]
    solid: Scalars
    real_skin: Mask
    skin_painted: bool
    kept: frozenset[Part]


def underlay(
    person: Person,
    kind: Kind,
    cover: Alpha,
    box: tuple[int, int, int, int],
    region: Mask | None = None,
    crossing: Mask | None = None,
    front: Scalars | None = None,
    inner_stays: bool = False,
    seed: int = 0,
) -> Underlay:
    """Paint away what the new garment leaves open of the old one.

    cover: 255 where the new garment hides the body, inside the box only. box: x0, y0, x1, y1 in the
    photo. region: of the whole photo, `edit_region` if it is known already. crossing: where an arm
    in its old sleeve passes in front of the new garment. front: 0..1, what is in front of the old
    garment as well, with soft edges: hair, hands. inner_stays: the new garment is worn open over
    the old one. Pixels away from the old garment are those of the photo.
    """
    region = edit_region(person, kind) if region is None else region
    scene = _BodyScene(person, Kind(kind), cover, box, region, inner_stays)
    photo, hole = scene.photo, scene.hole
    size = hole.shape[1], hole.shape[0]
    shapes = _shapes(scene)
    passing = []
    for distance in _arms_in_front(scene, shapes, crossing):
        if distance is None:
            passing.append(np.zeros(hole.shape, np.float32))
            continue
        shapes.skin = np.maximum(shapes.skin, distance)
        whole = enlarge(distance, size, (0, 0, *size), cv2.INTER_LINEAR)
        passing.append(np.clip(whole / scene.scale + 0.5, 0, 1))
        hole = hole | (scene.old & (passing[-1] > 0))
        scene.hole_small = scene.hole_small | (scene.old_small & (distance > -1))
    arms = passing[0], passing[1]
    solid = (scene.parts != Part.BACKGROUND).astype(np.float32)
    if not hole.any():
        return Underlay(photo, hole, arms, solid, scene.real_skin, False, scene.kept)

    feather = 3 * scene.fringe
    x, y, w, h = cv2.boundingRect(hole.view(np.uint8))
    x0, y0 = max(x - feather, 0), max(y - feather, 0)
    part_box = (x0, y0, min(x + w + feather, size[0]) - x0, min(y + h + feather, size[1]) - y0)
    x, y, w, h = part_box
    part = (slice(y, y + h), slice(x, x + w))
    inner = hole[part]
    # The old garment's halo on the background, and its hem's shadow on the skin, fade out a little
    # further away.
    away = cv2.distanceTransform((~inner).view(np.uint8), cv2.DIST_L2, 3)
    share = np.clip(1.5 * (1 - (away - 1) / feather), 0, 1)
    real_skin = is_part(scene.parts[part], *RETOUCHED)
    on_skin = ~inner & real_skin
    share *= inner | on_skin | (scene.parts[part] == Part.BACKGROUND)
    share[real_skin] *= _beside_bared(scene.bared[part], feather)[real_skin]

    def alpha(distance: Scalars) -> Scalars:
        whole = enlarge(distance, size, part_box, cv2.INTER_LINEAR)
        with np.errstate(over="ignore"):  # where nothing lies the distance has no end
            return np.clip(whole / scene.scale + 0.5, 0, 1)

    def textured(source: Mask, where: Mask) -> Colours:
        opening = np.zeros_like(hole)
        opening[part] = where
        return continue_texture(photo, source, opening, scene.scale)[part]

    skin_alpha, cloth_alpha = alpha(shapes.skin), alpha(shapes.cloth)
    skin_alpha = np.minimum(skin_alpha, scene.body[part])
    # Labels end a little beside the person's soft edge, so on the background that alone decides.
    cloth_alpha[~inner] = 0
    skin_alpha[on_skin] = 1
    painted = np.zeros((h, w, 3), np.float32)
    behind = (share > 0) & (np.maximum(skin_alpha, cloth_alpha) < 1)
    hair_source = scene.parts == Part.HAIR
    hair = behind & _beside_hair(scene, shapes, hair_source)[part]
    if hair.any():
        painted[hair] = textured(shrink(hair_source, scene.fringe), hair)[hair]
    behind &= ~hair
    if behind.any():
        painted[behind] = textured(scene.background, behind)[behind]
    cloth_seen = (cloth_alpha > 0) & (skin_alpha < 1)
    if cloth_seen.any():
        cloth = textured(scene.cloth_source, cloth_seen)
        painted += cloth_alpha[..., None] * (cloth - painted)
    skin_seen = skin_alpha > 0
    if skin_seen.any():
        skin = enlarge(_skin_colours(scene, shapes), size, part_box, cv2.INTER_LINEAR)
        skin += Grain.of(photo).sheet((h, w), seed)[..., None]
        painted += skin_alpha[..., None] * (skin - painted)

    pixels = photo.copy()
    if front is not None:
        share = share * (1 - front[part])
    mixed = photo[part] + share[..., None] * (painted - photo[part])
    touched = share > 0
    pixels[part][touched] = np.clip(mixed[touched] + 0.5, 0, 255).astype(np.uint8)
    changed = hole.copy()
    changed[part] |= touched
    solid[part][inner] = np.maximum(skin_alpha, cloth_alpha)[inner]
    visible = np.count_nonzero(skin_seen) > SKIN_SEEN * (scene.unit / scene.scale) ** 2
    return Underlay(pixels, changed, arms, solid, scene.real_skin, visible, scene.kept)


def _beside_bared(bared: Mask, feather: int) -> Scalars:
    """0..1: how near to what is bared. There the old garment's shadow
    on the skin goes; where the new garment goes on just where the old one ended, it stays."""
    away = cv2.distanceTransform((~bared).view(np.uint8), cv2.DIST_L2, 3)
    return smoothstep(2 - away / feather)


class _BodyScene:
    """The crop of the photo under work, at full size and as a small copy.

    Full size: photo, parts, old (the old garment with its fringe), hole (what must be painted),
    bared (what of it was cloth), background and cloth_source (what may be copied), real_skin.
    Small copies end in `_small`.
    scale: small pixels per photo pixel. unit: shoulder width in small pixels. marks: (33, 2)
    landmarks in small pixels.
    """

    def __init__(
        self,
        person: Person,
        kind: Kind,
        cover: Alpha,
        box: tuple[int, int, int, int],
        region: Mask,
        inner_stays: bool,
    ) -> None:
        x0, y0, x1, y1 = box
        crop = (slice(y0, y1), slice(x0, x1))
        self.person, self.kind = person, kind
        self.photo = person.photo.pixels[crop]
        self.parts = person.parts[crop]
        h, w = self.parts.shape
        self.scale = min(1.0, WORK_LONG / max(h, w))
        self.small_size = (max(round(w * self.scale), 1), max(round(h * self.scale), 1))
        factor = np.array(self.small_size) / (w, h)
        self.marks = (person.landmarks[:, :2] - (x0, y0) + 0.5) * factor - 0.5
        self.unit = body_unit(person.landmarks) * self.scale
        self.photo_small = cv2.resize(
            self.photo, self.small_size, interpolation=cv2.INTER_AREA
        ).astype(np.float32)
        self.covered_small = cv2.resize(cover, self.small_size, interpolation=cv2.INTER_AREA)
        self.parts_small = self.parts[
            np.clip(((np.arange(self.small_size[1]) + 0.5) / factor[1]).astype(int), 0, h - 1)
        ][:, np.clip(((np.arange(self.small_size[0]) + 0.5) / factor[0]).astype(int), 0, w - 1)]

        self.fringe = fringe = max(1, round(FRINGE * self.unit / self.scale))
        region = region[crop]
        core = region & is_part(self.parts, *REPLACED[kind])
        if kind == Kind.DRESS:  # trousers worn under a dress stay: the region then only grazes them
            trousers = self.parts == Part.TROUSERS
            if np.count_nonzero(region & trousers) < 0.5 * np.count_nonzero(trousers):
                core &= ~trousers
        stays = self._stays(core, inner_stays)
        self.kept = frozenset(Part(label) for label in np.unique(self.parts[stays]))
        core &= ~stays & ~self.enlarge(self._beside_head())
        core &= ~self._bare_already(core)
        if kind != Kind.LOWER:
            core |= self._sleeve_ends(core)
        grown = grow(core, fringe)
        untouched = is_part(self.parts, *NEVER)
        self.old = grown & (region | core) & ~untouched & ~stays
        self.hole = self.old & (cover < OPAQUE)
        self.bared = grow(shrink(core & (cover < HALF_OPAQUE), fringe), fringe)
        self.core_small = self.reduce(core) > 100
        self.old_small = self.reduce(self.old) > 0
        self.hole_small = self.reduce(self.hole) > 0

        matte = person.matte[crop]
        self.person_small = (
            cv2.resize(matte, self.small_size, interpolation=cv2.INTER_AREA) > 127
        ) | (self.reduce(self.parts != Part.BACKGROUND) > 200)
        # (h, w) float32 0..1: skin ends where the person does, as softly.
        sure = shrink(self.parts != Part.BACKGROUND, 2 * fringe)
        self.body = np.maximum(matte.astype(np.float32) / 255, sure)
        outside = (self.parts == Part.BACKGROUND) & (matte < 8)
        margin = shrink(outside, 2 * fringe)
        self.background = margin & ~self.old
        lower = is_part(self.parts, Part.TROUSERS, Part.SKIRT)
        upper = is_part(self.parts, Part.UPPER, Part.OUTERWEAR)
        source = (upper if kind == Kind.LOWER else lower) & ~self.old
        self.cloth_source = shrink(source, fringe)
        skin = is_part(self.parts, *SKIN, Part.FACE) & ~self.old
        self.real_skin = shrink(skin, fringe)

    def reduce(self, mask: Mask) -> Alpha:
        """A full-size mask as the small copy's shares, 0..255."""
        shares = mask.view(np.uint8) * np.uint8(255)
        small = cv2.resize(shares, self.small_size, interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    def enlarge(self, mask: Mask) -> Mask:
        """A small mask at full size, its steps smoothed."""
        size = self.parts.shape[::-1]
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)
        return cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR) > 0.4

    def _beside_head(self) -> Mask:
        """Of the small copy: as high as the head and away from the neck. No garment but
        a hood reaches there; what was taken for one is a strand of hair."""
        w = self.small_size[0]
        middle = self.on_torso(-0.3, 0)[0]
        return (self.heights() < HEAD_FROM) & (np.abs(np.arange(w) - middle) > 0.4 * self.unit)

    @cached_property
    def lab_small(self) -> Colours:
        """CIELAB of the small copy, lightness 0..100."""
        lab = cv2.cvtColor(self.photo_small / np.float32(255), cv2.COLOR_RGB2LAB)
        return np.asarray(lab, np.float32)

    def _bare_already(self, core: Mask) -> Mask:
        """Limbs that were taken for cloth, but have the face's colour and not that of
        the cloth around. Skin that the photo shows is never painted over.

        Puts their labels right on the small copy.
        """
        none = np.zeros(core.shape, bool)
        core_small = self.reduce(core) > 200
        face = shrink(self.parts_small == Part.FACE, 1)
        if min(np.count_nonzero(face), np.count_nonzero(core_small)) < 10 * SKIN_PIXELS:
            return none
        places: dict[Part, Mask] = {}
        for chains, room, skins, kinds in (
            (ARMS, SLEEVED_ARM, ARM_SKIN, (Kind.UPPER, Kind.DRESS)),
            (LEGS, CLOSE_LEG, LEG_SKIN, (Kind.LOWER, Kind.DRESS)),
        ):
            for chain, skin_parts in zip(chains.values(), skins, strict=True):
                if self.kind in kinds:
                    radii = self.unit * np.array(room) * self.nearness(chain)
                    joints = self.marks[list(chain)]
                    places[skin_parts[0]] = capsule_mask(core_small.shape, joints[1:], radii[1:])
        limbs = np.any(list(places.values()), axis=0)
        skin = np.median(self.lab_small[face], axis=0)
        trunk = core_small & ~limbs
        if np.count_nonzero(trunk) < SKIN_PIXELS:
            trunk = core_small
        cloth = np.median(self.lab_small[trunk], axis=0)
        hue_of_skin, hue_of_cloth = (
            np.hypot(self.lab_small[..., 1] - lab[1], self.lab_small[..., 2] - lab[2])
            for lab in (skin, cloth)
        )
        if np.hypot(*(skin - cloth)[1:]) < SKIN_HUE:
            return none  # beige cloth: colour cannot tell
        alike = core_small & (hue_of_skin < 0.5 * hue_of_cloth) & (hue_of_skin < 0.8 * SKIN_HUE)
        alike = cv2.morphologyEx(alike.view(np.uint8), cv2.MORPH_OPEN, quick_disc(2))
        _, pieces = cv2.connectedComponents(alike)
        on_limbs = np.bincount(pieces[limbs], minlength=pieces.max() + 1)
        large = on_limbs > 0.4 * np.bincount(pieces.ravel(), minlength=len(on_limbs))
        large &= np.bincount(pieces.ravel()) > 0.03 * self.unit**2
        large[0] = False
        if not large.any():
            return none
        found = cv2.morphologyEx(large[pieces].view(np.uint8), cv2.MORPH_CLOSE, quick_disc(4)) > 0
        for label, place in places.items():
            self.parts_small[found & place] = label
        return self.enlarge(grow(found, 2))

    def _sleeve_ends(self, core: Mask) -> Mask:
        """Cuffs that lie over the lower garment and were taken for it."""
        lower = is_part(self.parts_small, Part.TROUSERS, Part.SKIRT)
        core_small = self.reduce(core) > 200
        found = np.zeros(lower.shape, bool)
        lab = self.lab_small
        for chain in ARMS.values():
            joints = self.marks[list(chain)]
            radii = self.unit * np.array(SLEEVED_ARM)
            arm = capsule_mask(lower.shape, joints, radii)
            sleeve, doubtful, plain = core_small & arm, lower & arm, lower & ~arm
            if min(np.count_nonzero(m) for m in (sleeve, doubtful, plain)) < CUFF_PIXELS:
                continue
            sleeve_lab, lower_lab = (np.median(lab[m], axis=0) for m in (sleeve, plain))
            if np.linalg.norm(sleeve_lab - lower_lab) > ALIKE:
                to_sleeve, to_lower = (
                    np.linalg.norm(lab - colour, axis=-1) for colour in (sleeve_lab, lower_lab)
                )
                found |= doubtful & (to_sleeve < 0.7 * to_lower)
            else:  # black on black: only the arm's own place tells
                found |= doubtful & capsule_mask(doubtful.shape, joints, 0.6 * radii)
        if not found.any():
            return np.zeros(core.shape, bool)
        clean = cv2.morphologyEx(found.view(np.uint8), cv2.MORPH_OPEN, quick_disc(1))
        return self.enlarge(cv2.dilate(clean, quick_disc(2)) > 0) & is_part(
            self.parts, Part.TROUSERS, Part.SKIRT
        )

    def _stays(self, core: Mask, inner_stays: bool) -> Mask:
        """What of the old garment is worn on with the new one."""
        stays = np.zeros_like(core)
        if self.kind == Kind.UPPER:
            # Below a top's hem a dress goes on as a skirt.
            dress = core & (self.parts == Part.DRESS)
            columns = self.covered_small > 128
            if dress.any() and columns.any():
                bottoms = columns.shape[0] - 1 - columns[::-1].argmax(0)[columns.any(0)]
                hem = float(np.median(bottoms)) / self.scale
                stays |= dress & (np.arange(len(core))[:, None] > hem)
        if inner_stays:
            # Below an open jacket the top stays, as far as the torso goes.
            torso = np.zeros(self.small_size[::-1], np.uint8)
            cv2.fillPoly(torso, [_fixed(self.torso())], 1, shift=SHIFT)
            # What lies higher than the armholes, up to the top's own collar, belongs to it, too.
            across = np.abs(np.arange(self.small_size[0]) - self.on_torso(0, 0)[0])
            above = (self.heights() < 0.15) & (across < ABOVE_HALF * self.unit)
            cover, top = self.covered_small > 128, self.reduce(core) > 100
            above &= cover | _between(above & top & ~cover, cover, across < MIDDLE * self.unit)
            torso |= above.view(np.uint8)
            whole = cv2.resize(torso, core.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
            stays |= core & (self.parts == Part.UPPER) & whole
        return stays

    def on_torso(self, height: float, out: float) -> np.ndarray:
        """(2,) small pixels. height: 0 = shoulder joints, 1 = hips; out: shoulder widths to the
        wearer's left."""
        shoulders = self.marks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER]]
        hips = self.marks[[Pose.LEFT_HIP, Pose.RIGHT_HIP]]
        top, bottom = shoulders.mean(0), hips.mean(0)
        down = bottom - top
        across = np.array([down[1], -down[0]]) / max(np.linalg.norm(down), 1e-6)
        # High up the shoulders' own slope leads, lower down the spine.
        share = np.clip(1 - 2 * abs(height), 0, 1)
        slope = shoulders[0] - shoulders[1]
        across = (1 - share) * across + share * slope / max(np.linalg.norm(slope), 1e-6)
        across /= max(np.linalg.norm(across), 1e-6)
        return top + height * down + out * self.width * across

    def heights(self) -> Scalars:
        """Of the small copy: 0 at the shoulder joints, 1 at the hips."""
        w, h = self.small_size
        top = self.on_torso(0, 0)
        axis = self.on_torso(1, 0) - top
        axis = axis / max(float(axis @ axis), 1e-6)
        rows = (np.arange(h) - top[1]) * axis[1]
        columns = (np.arange(w) - top[0]) * axis[0]
        return (rows[:, None] + columns[None]).astype(np.float32)

    def nearness(self, chain: tuple[Pose, Pose, Pose]) -> tuple[float, float, float]:
        """How much larger than the shoulders the camera sees each joint: in a selfie the hand that
        holds the camera is much nearer to it."""
        world = self.person.world
        filling = self.unit / self.scale / min(self.person.photo.size)
        if filling < SELFIE_FILLING:  # from further away, or through a longer lens, all is alike
            return (1.0, 1.0, 1.0)
        distance = SHOULDERS_METRES / filling
        level = world[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], 2].mean()
        ahead = level - world[list(chain), 2]
        first, second, third = (
            float(np.clip(distance / max(distance - z, 0.2), *NEARNESS_LIMITS)) for z in ahead
        )
        return first, second, third

    @property
    def width(self) -> float:
        """The torso's width as it is turned: the shoulder width as seen, small pixels."""
        seen = np.linalg.norm(self.marks[Pose.LEFT_SHOULDER] - self.marks[Pose.RIGHT_SHOULDER])
        return float(np.clip(seen, 0.6 * self.unit, self.unit))

    def torso(self) -> np.ndarray:
        """(n, 2) polygon from the shoulders to the hips, without arms, small pixels."""
        heights = (0.1, 0.3, 0.6, 0.8, 1.0, 1.15)
        half = [
            np.interp(h, list(BARE_TORSO_HALF), list(BARE_TORSO_HALF.values())) for h in heights
        ]
        left = [self.on_torso(h, w) for h, w in zip(heights, half, strict=True)]
        right = [self.on_torso(h, -w) for h, w in zip(heights, half, strict=True)]
        return np.array(left + right[::-1])


def _between(open_: Mask, cover: Mask, middle: np.ndarray) -> Mask:
    """What of a top is seen between a jacket's fronts, not outside of its collar.

    open_: the top where the jacket does not hide it. cover: the jacket.
    middle: (w,) bool, columns by the spine."""
    before = np.maximum.accumulate(cover, axis=1)
    after = np.maximum.accumulate(cover[:, ::-1], axis=1)[:, ::-1]
    framed = open_ & ((before & after) | ~cover.any(axis=1, keepdims=True))
    _, pieces = cv2.connectedComponents(framed.astype(np.uint8))
    return framed & np.isin(pieces, np.unique(pieces[framed & middle[None]]))


def _fixed(points: np.ndarray) -> NDArray[np.int32]:
    """Points as OpenCV's drawing takes them, with `SHIFT` bits of fraction."""
    return np.round(points * (1 << SHIFT)).astype(np.int32)


@dataclass
class _Limb:
    """A bare limb, or the neck, on the small copy.

    inside: signed distance to its edge, pixels, positive inside. along: 0 at shoulder, hip or jaw,
    2 at wrist, ankle or collarbone. across: -1..1 from edge to edge. skin: its labels.
    """

    inside: Scalars
    along: Scalars
    across: Scalars
    length: float
    skin: tuple[Part, ...]

    @property
    def is_arm(self) -> bool:
        return self.skin in ARM_SKIN


@dataclass
class _Shapes:
    """Signed distances in small pixels, positive inside. skin: all that would be bare; trunk: chest
    and belly; cloth: the other garment, continued. limbs: neck, arms, legs."""

    skin: Scalars
    trunk: Scalars
    cloth: Scalars
    limbs: list[_Limb]


def _shapes(scene: _BodyScene) -> _Shapes:
    """Which surface would lie where if the old garment were gone."""
    w, h = scene.small_size
    limbs, trunk = [], np.full((h, w), FAR, np.float32)
    if scene.kind != Kind.LOWER:
        limbs.append(_neck(scene))
        limbs += [
            _limb(scene, scene.marks[list(chain)], BARE_ARM_HALF, skin, scene.nearness(chain))
            for chain, skin in zip(ARMS.values(), ARM_SKIN, strict=True)
        ]
        trunk = _trunk(scene)
    # Below a dress, trousers that stay are there in place of the legs.
    if scene.kind == Kind.LOWER or (scene.kind == Kind.DRESS and not scene.cloth_source.any()):
        limbs += [
            _limb(scene, scene.marks[list(chain)], BARE_LEG_HALF, skin)
            for chain, skin in zip(LEGS.values(), LEG_SKIN, strict=True)
        ]
    # Nothing of the body lies outside the silhouette.
    silhouette = cv2.GaussianBlur(_signed(scene.person_small), (0, 0), 1.0) + SOFT_EDGE
    for limb in limbs:
        limb.inside = np.minimum(limb.inside, silhouette)
    trunk = np.minimum(trunk, silhouette)
    skin = np.max([_not_sleeved(scene, shape, limbs) for shape in [trunk, *limbs]], axis=0)
    cloth = np.minimum(_cloth(scene), silhouette)
    return _Shapes(skin, trunk, cloth, limbs)


def _not_sleeved(scene: _BodyScene, shape: Scalars | _Limb, limbs: list[_Limb]) -> Scalars:
    """A signed distance without what cannot be seen of it: beside a sleeve there is no arm, and
    above sleeved shoulders no skin."""
    arms = [limb for limb in limbs if limb.is_arm]
    if isinstance(shape, _Limb):
        if not shape.is_arm:
            return shape.inside
        sleeved = shape.along < _sleeved_to(scene, shape)
        if _shoulder_bare(scene, shape):
            sleeved &= shape.along > BARE_TO
        return np.where(sleeved, FAR, shape.inside)
    if not arms:
        return shape
    w, h = scene.small_size
    out = (np.mgrid[:h, :w][::-1].T - scene.on_torso(0, 0)).swapaxes(0, 1)
    across = scene.on_torso(0, 1) - scene.on_torso(0, 0)
    out = out @ (across / max(float(across @ across), 1e-6))
    shown = shape.copy()
    for arm, sign in zip(arms, (1, -1), strict=True):
        if _sleeved_to(scene, arm) > 0 and not _shoulder_bare(scene, arm):
            shown[(sign * out > SHOULDER_FROM) & (scene.heights() < 0.15)] = FAR
    return shown


def _shoulder_bare(scene: _BodyScene, arm: _Limb) -> bool:
    """Whether the new garment leaves the shoulder's joint open, whatever it does further down."""
    joint = (np.abs(arm.across) < 0.5) & (arm.inside > 0) & (arm.along < BARE_FROM)
    return bool(joint.any() and (scene.covered_small[joint] > 128).mean() < BARE_SHARE)


def _sleeved_to(scene: _BodyScene, arm: _Limb) -> float:
    """How far down an arm (0 = shoulder, 2 = wrist) the new garment's sleeve goes; 0: none."""
    middle = (np.abs(arm.across) < 0.5) & (arm.inside > 0)
    steps = np.arange(0.1, 2.1, 0.1)
    place = np.digitize(arm.along[middle], steps)
    covered = scene.covered_small[middle] > 128
    total = np.bincount(place, minlength=len(steps) + 1)
    share = np.bincount(place, covered, minlength=len(steps) + 1) / np.maximum(total, 1)
    open_ = np.nonzero((total > 0) & (share < 0.7) & (np.arange(len(total)) >= 2))[0]
    known = np.nonzero(total)[0]
    if len(known) == 0:
        return 0.0
    last = int(open_[0]) - 1 if len(open_) else int(known[-1])
    return float(last * 0.1) if last * 0.1 >= SLEEVED_FROM else 0.0


def _arms_in_front(
    scene: _BodyScene, shapes: _Shapes, crossing: Mask | None
) -> list[Scalars | None]:
    """Signed distances of the left and right arm, as far as they pass in front of the garment."""
    found: list[Scalars | None] = [None, None]
    if crossing is None or not crossing.any():
        return found
    passes = scene.reduce(crossing) > 127
    for limb in shapes.limbs:
        if not limb.is_arm:
            continue
        there = passes & (limb.inside > 0) & (limb.along > CROSSING_FROM)
        if np.count_nonzero(there) < 0.02 * scene.unit**2:
            continue
        first = float(np.quantile(limb.along[there], 0.05))
        start = (limb.along - first) * limb.length / 2
        found[ARM_SKIN.index(limb.skin)] = np.minimum(limb.inside, start)
    return found


def _neck(scene: _BodyScene) -> _Limb:
    """The neck, from the jaw to the collarbones."""
    mouth = scene.marks[[Pose.MOUTH_LEFT, Pose.MOUTH_RIGHT]].mean(0)
    nose, base = scene.marks[Pose.NOSE], scene.on_torso(0.0, 0)
    # Below the mouth and a little behind it: a head that looks aside turns on its neck.
    ears = scene.marks[[Pose.LEFT_EAR, Pose.RIGHT_EAR]].mean(0)
    jaw = mouth + 0.5 * (ears - nose) * (1, 0)
    return _limb(scene, np.array([jaw, (jaw + base) / 2, base]), BARE_NECK_HALF, (Part.NECK,))


def _limb(
    scene: _BodyScene,
    joints: np.ndarray,
    half_widths: dict[float, float],
    skin: tuple[Part, ...],
    nearness: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> _Limb:
    """The shape of one bare limb. joints: (3, 2), small pixels. nearness: how much larger the
    camera sees each joint than the shoulders."""
    w, h = scene.small_size
    # The corner at the elbow or knee is rounded a little, as a joint is.
    t = np.linspace(0, 2, LIMB_SAMPLES)
    path = np.column_stack([np.interp(t, [0, 1, 2], joints[:, k]) for k in (0, 1)])
    padded = np.pad(path, ((2, 2), (0, 0)), mode="reflect", reflect_type="odd")
    path = np.column_stack([np.convolve(padded[:, k], ROUNDING, "valid") for k in (0, 1)])
    # A little beyond the wrist, so that no gap opens between arm and hand.
    beyond = path[-1] + (path[-1] - path[-2]) * np.array([[1.0], [2.0]])
    path, t = np.vstack([path, beyond]), np.append(t, [2.1, 2.2])
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    tangent = np.gradient(path, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-6)
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
    usual = np.interp(t, list(half_widths), list(half_widths.values())) * scene.unit
    usual *= np.interp(t, [0, 1, 2], nearness)
    centre, half = _fitted(scene, path, normal, usual, skin)

    near = scene.old_small | is_part(scene.parts_small, *skin)
    near = grow(near, 2)  # edges are interpolated later
    ys, xs = np.nonzero(near)
    points = np.column_stack([xs, ys]).astype(np.float32)
    close = _within(points, path, 2.5 * float(half.max()) + 3)
    xs, ys, points = xs[close], ys[close], points[close]
    inside = np.full((h, w), FAR, np.float32)
    along, across = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    if len(ys):
        place, off = _along_path(points, path)
        index = np.arange(len(t))
        c, r = np.interp(place, index, centre), np.interp(place, index, half)
        along[ys, xs] = np.interp(place, index, t)
        across[ys, xs] = np.clip((off - c) / r, -1, 1)
        inside[ys, xs] = r - np.abs(off - c)
        # The ends are round.
        for end, sign in ((0, -1), (-1, 1)):
            ahead = sign * ((points - path[end]) @ tangent[end])
            over = (ahead > 0) & (place <= 0 if end == 0 else place >= len(path) - 1)
            sideways = (points - path[end]) @ normal[end] - centre[end]
            rounded = half[end] - np.hypot(sideways, ahead)
            inside[ys[over], xs[over]] = rounded[over]
            across[ys[over], xs[over]] = np.clip(sideways[over] / half[end], -1, 1)
    return _Limb(inside, along, across, float(steps.sum()), skin)


def _within(points: np.ndarray, path: np.ndarray, distance: float) -> np.ndarray:
    """(n,) bool: inside the path's bounding box, widened."""
    low, high = path.min(0) - distance, path.max(0) + distance
    return ((points >= low) & (points <= high)).all(1)


def _along_path(points: np.ndarray, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) points -> place on the path (sample number, fractional) and signed distance."""
    best = np.full(len(points), np.inf, np.float32)
    place, off = np.zeros(len(points), np.float32), np.zeros(len(points), np.float32)
    for k, (start, end) in enumerate(pairwise(path)):
        step = (end - start).astype(np.float32)
        length = max(float(np.hypot(*step)), 1e-3)
        step /= length
        delta = points - start.astype(np.float32)
        forward = delta @ step
        sideways = step[0] * delta[:, 1] - step[1] * delta[:, 0]
        clipped = np.clip(forward, 0, length)
        squared = sideways**2 + (forward - clipped) ** 2
        closer = squared < best
        best[closer] = squared[closer]
        place[closer] = k + clipped[closer] / length
        off[closer] = np.copysign(np.sqrt(squared[closer]), sideways[closer])
    return place, off


def _fitted(
    scene: _BodyScene,
    path: np.ndarray,
    normal: np.ndarray,
    usual: np.ndarray,
    skin: tuple[Part, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """Shift off the path and half width at each sample, from what the photo shows.

    Where the limb is bare its width is measured; a tight sleeve is filled; in a loose one the
    limb has its usual width, scaled as the measured parts are.
    """
    reach = 2.2
    steps = np.linspace(-reach, reach, 67)
    rays = path[:, None] + normal[:, None] * (steps[None, :, None] * usual[:, None, None])
    columns, rows = np.round(rays[..., 0]).astype(int), np.round(rays[..., 1]).astype(int)
    w, h = scene.small_size
    seen = (columns >= 0) & (rows >= 0) & (columns < w) & (rows < h)
    columns, rows = columns.clip(0, w - 1), rows.clip(0, h - 1)
    # Hands are no measure of an arm's width.
    bare = (scene.parts_small == skin[0])[rows, columns] & seen
    # Hair hides where a sleeve ends, so it counts as sleeve.
    filled = is_part(scene.parts_small, *skin, Part.HAIR) | scene.core_small
    filled = filled[rows, columns] & seen

    bare_width, bare_centre = _run(bare, steps)
    ratio = bare_width / 2
    measured = (ratio > 0.6) & (ratio < 1.7)
    samples = np.arange(len(path))
    build, beside = np.ones(len(path)), np.zeros(len(path))
    if measured.sum() >= 2:
        build = np.interp(samples, samples[measured], ratio[measured])
        beside = np.interp(samples, samples[measured], bare_centre[measured]).clip(-0.6, 0.6)
    build = np.clip(build, 0.8, 1.35)
    half = build.copy()
    centre = beside.copy()
    sleeve_width, sleeve_centre = _run(filled, steps)
    for k in samples:
        if measured[k]:
            half[k], centre[k] = ratio[k], bare_centre[k]
        elif 0.5 < sleeve_width[k] < 2 * half[k] / TIGHT:
            half[k] = min(TIGHT * sleeve_width[k] / 2, 1.15 * half[k])
            centre[k] = sleeve_centre[k]
        elif sleeve_width[k] > 0.5:
            low, high = (sleeve_centre[k] + sign * sleeve_width[k] / 2 for sign in (-1, 1))
            centre[k] = np.clip(beside[k], low + half[k], high - half[k])
    smooth = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9
    half = np.convolve(np.pad(half, 2, mode="edge"), smooth, "valid")
    centre = np.convolve(np.pad(centre, 2, mode="edge"), smooth, "valid")
    return centre * usual, np.maximum(half * usual, 0.7)


def _run(mask: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Width and middle of the run of True that holds the middle of each row, in units of steps.

    mask: (n, m) bool. Width 0 where the middle is False (to within two steps).
    """
    n, m = mask.shape
    middle = m // 2
    spacing = steps[1] - steps[0]
    widths, centres = np.zeros(n), np.zeros(n)
    for k, row in enumerate(mask):
        start = next((middle + d for d in (0, 1, -1, 2, -2) if row[middle + d]), None)
        if start is None:
            continue
        right = start + (~row[start:]).argmax() if not row[start:].all() else m
        left = start - (~row[start::-1]).argmax() if not row[: start + 1].all() else -1
        widths[k] = (right - left - 1) * spacing
        centres[k] = (steps[min(right - 1, m - 1)] + steps[max(left + 1, 0)]) / 2
    return widths, centres


def _trunk(scene: _BodyScene) -> Scalars:
    """Signed distance of chest and shoulders, and of the belly below the new hem."""
    w, h = scene.small_size
    up = scene.on_torso(-1.0, 0) - scene.on_torso(0.0, 0)
    up *= scene.unit / max(np.linalg.norm(up), 1e-6)
    left: list[np.ndarray] = []
    right: list[np.ndarray] = []
    for sign, points in ((1, left), (-1, right)):
        points += [scene.on_torso(0, sign * out) + up * height for out, height in TRAPEZIUS]
        points.append(scene.on_torso(0.12, sign * 0.56))
        points.append(scene.on_torso(BARE_ARMPIT_DOWN / TORSO_PER_SHOULDERS, sign * 0.44))
        points.append(scene.on_torso(0.55, sign * 0.2))
    canvas = np.zeros((h, w), np.uint8)
    cv2.fillPoly(canvas, [_fixed(np.array(left + right[::-1]))], 1, shift=SHIFT)
    belly = np.zeros((h, w), np.uint8)
    cv2.fillPoly(belly, [_fixed(scene.torso())], 1, shift=SHIFT)
    below = np.maximum.accumulate(scene.covered_small > 128, axis=0)
    below &= ~_beside_front(scene)
    if scene.cloth_source.any():
        below &= scene.heights() < WAISTBAND
    canvas |= belly & below.astype(np.uint8)
    return _signed(canvas > 0)


def _beside_front(scene: _BodyScene) -> Mask:
    """Beside the new garment, in rows where its front closes over the spine. Neither
    belly nor waistband is seen there, however slim it is; below a rounded hem they are."""
    w, h = scene.small_size
    covered = scene.covered_small > 128
    top, down = scene.on_torso(0, 0), scene.on_torso(1, 0) - scene.on_torso(0, 0)
    spine = top + np.linspace(0.2, 1.5, 2 * h)[:, None] * down
    x, y = np.round(spine).T.astype(int)
    seen = (x >= 0) & (y >= 0) & (x < w) & (y < h)
    closed = np.zeros(h, bool)
    closed[y[seen]] = covered[y[seen], x[seen]]
    if not closed.any():
        return np.zeros((h, w), bool)
    hem = int(np.flatnonzero(closed)[-1])
    above_hem = np.maximum.accumulate(covered[::-1], axis=0)[::-1]
    aside = ~covered[max(hem - round(HEM_BAND * scene.unit), 0) : hem + 1].any(0)
    return closed[:, None] & (above_hem | aside)


def _cloth(scene: _BodyScene) -> Scalars:
    """Signed distance of the other garment, continued into the hole.

    A lower garment goes up to the waist below a shorter top, a top goes down to the waistband of
    a lower one.
    """
    w, h = scene.small_size
    source = scene.reduce(scene.cloth_source) > 127
    canvas = np.zeros((h, w), np.uint8)
    rows = np.flatnonzero(source.any(1))
    if not len(rows):
        return np.full((h, w), FAR, np.float32)
    # Its own width where it ends is its width further on; the body only narrows it at the waist.
    towards = -1 if scene.kind == Kind.LOWER else 1
    level = rows[-1] if scene.kind == Kind.LOWER else rows[0]
    first, last = sorted((level, level + towards * round(0.35 * scene.unit)))
    edges = np.flatnonzero(source[max(first, 0) : last + 1].any(0))
    heights = np.linspace(0.5, 1.05, 7) if towards < 0 else np.linspace(WAISTBAND, 1.25, 7)
    half = np.interp(heights, list(BARE_TORSO_HALF), list(BARE_TORSO_HALF.values()))
    left = np.array([scene.on_torso(at, out) for at, out in zip(heights, half, strict=True)])
    right = np.array([scene.on_torso(at, -out) for at, out in zip(heights, half, strict=True)])
    if scene.kind == Kind.UPPER:
        band = source[rows[0] : rows[0] + max(round(HIP_BAND * scene.unit), 1)]
        left, right = _as_wide(left, right, band, rows[0])
    outline = np.vstack([left, right[::-1]])
    if len(edges) > 2:
        outline[:, 0] = np.clip(outline[:, 0], edges[0] - 0.5, edges[-1] + 0.5)
    cv2.fillPoly(canvas, [_fixed(outline)], 1, shift=SHIFT)
    if scene.kind == Kind.UPPER:
        canvas[_beside_front(scene)] = 0
    return _signed(canvas > 0)


def _as_wide(
    left: np.ndarray, right: np.ndarray, band: Mask, level: int
) -> tuple[np.ndarray, np.ndarray]:
    """Both sides of a lower garment, (n, 2) points from its waistband down, no narrower at a row
    (level) than it is seen there. band: its rows from that one on."""
    seen = np.flatnonzero(band.any(0))
    towards = np.sign(left[0, 0] - right[0, 0])  # of the left side; seen from behind, to the left
    sides = []
    for points, outward in ((left, towards), (right, -towards)):
        edge = seen[-1] + 0.5 if outward > 0 else seen[0] - 0.5
        top, at = points[0, 1], np.interp(level, points[:, 1], points[:, 0])
        lacking = max(outward * (edge - at), 0.0)
        share = np.clip((points[:, 1] - top) / max(level - top, 1.0), 0, 1)
        sides.append(np.column_stack([points[:, 0] + outward * lacking * share, points[:, 1]]))
    return sides[0], sides[1]


def _beside_hair(scene: _BodyScene, shapes: _Shapes, hair: Mask) -> Mask:
    """At full size: beside the neck and nearer to hair than to background. What a high
    collar hid there is more hair."""
    neck = next((limb for limb in shapes.limbs if limb.skin == (Part.NECK,)), None)
    hair_small = scene.reduce(hair) > 200
    if neck is None or not hair_small.any():
        return np.zeros(hair.shape, bool)
    # A beard is no hair that hangs beside the neck.
    columns = np.abs(np.arange(scene.small_size[0]) - scene.on_torso(-0.2, 0)[0])
    hair_small &= columns[None] > BEARD * scene.unit
    collar = (neck.inside > -0.15 * scene.unit) & (scene.heights() < 0) & scene.hole_small
    to_hair = cv2.distanceTransform((~hair_small).view(np.uint8), cv2.DIST_L2, 3)
    open_small = scene.reduce(scene.background) > 200
    to_open = cv2.distanceTransform((~open_small).view(np.uint8), cv2.DIST_L2, 3)
    # Short hair ends above; only where hair hangs at least as low can there be more of it.
    hanging = np.maximum.accumulate(hair_small[::-1], axis=0)[::-1].view(np.uint8)
    reach = 2 * round(0.15 * scene.unit) + 1
    collar &= cv2.dilate(hanging, np.ones((1, reach), np.uint8)) > 0
    return scene.enlarge(collar & (to_hair < to_open) & (to_hair < 0.2 * scene.unit))


def _signed(mask: Mask) -> Scalars:
    """Distance to a mask's edge in pixels, positive inside, negative outside."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.where(mask, inside - 0.5, 0.5 - outside).astype(np.float32)


def _skin_colours(scene: _BodyScene, shapes: _Shapes) -> Colours:
    """RGB of bare skin, wherever it may have to be painted."""
    tones = _Tones(scene)
    light = _light(scene)
    # Neck and chest: darker below the chin.
    height = scene.heights()
    chin = np.clip((-0.02 - height) / 0.25, 0, 1)
    field = tones.trunk[None, None] * _shade((1 - UNDER_CHIN_SHADE * chin**2) * _bones(scene))
    field = field.astype(np.float32)
    trunk = np.clip(shapes.trunk + 0.5, 0, 1)
    painted_over = trunk > 0
    for limb in shapes.limbs:
        near, far = tones.limb(limb)
        share = np.clip(limb.along / 2, 0, 1)[..., None]
        colour = near * (1 - share) + far * share
        shade = 1 - EDGE_SHADE * np.abs(limb.across) ** 2.5
        shade *= 1 + _side_light(scene, limb) * limb.across
        colour = colour * _shade(shade)
        # At the shoulder the arm goes over into the chest, as the neck does at the collarbones.
        apart: np.ndarray | float = 1.0
        if limb.is_arm:
            apart = np.clip((limb.along - 0.15) / 0.5, 0, 1)
        elif limb.skin == (Part.NECK,):
            apart = np.clip((1.7 - limb.along) / 0.9, 0, 1)
        weight = np.where(painted_over, apart, 1.0) * (limb.inside > -1.5)
        field += weight[..., None] * (colour - field)
    near_hole = grow(scene.hole_small, max(1, round(1.5 * FRINGE * scene.unit)))
    real = is_part(scene.parts_small, *SKIN) & ~near_hole & tones.likely
    real = shrink(real, 1)
    away = np.full(real.shape, 1e3, np.float32)
    if real.any():
        away = np.asarray(cv2.distanceTransform((~real).view(np.uint8), cv2.DIST_L2, 3), np.float32)
    # Beside real skin its own light is the better witness than the old garment's.
    light = 1 + (light - 1) * (1 - np.exp(-away / (0.2 * scene.unit)))
    field *= _shade(light * _mottle(scene))
    if real.any():
        # What the model is off by on real skin is carried over to the painted skin beside it.
        off = np.clip(scene.photo_small - field, -45, 45) * real[..., None]
        fade = np.exp(-away / max(MEMBRANE_REACH * scene.unit, 1))[..., None]
        field += spread(off, real.astype(np.float32)) * fade
    # Nothing outside the skin bleeds in when the copy is enlarged.
    skin = (shapes.skin > -1) | is_part(scene.parts_small, *RETOUCHED)
    return spread(field, skin.astype(np.float32))


def _shade(light: np.ndarray) -> Colours:
    """(h, w, 3): a shade of skin keeps more red than blue, for light gets through it."""
    return np.dstack([light**0.85, light, light**1.08]).astype(np.float32)


def _light(scene: _BodyScene) -> Scalars:
    """Around 1: light and shadow that lay on the old garment, at the scale of limbs.

    Only where it is plain and bright enough to tell shadow from pattern.
    """
    weight = scene.core_small.astype(np.float32)
    none = np.ones_like(weight)
    if weight.sum() < 50:
        return none
    grey = cv2.cvtColor(scene.photo_small.astype(np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)
    near = masked_blur(grey, weight, 0.06 * scene.unit)
    wide = masked_blur(grey, weight, 0.5 * scene.unit)
    inside = weight > 0
    contrast = float(np.std((grey - near)[inside])) / max(float(grey[inside].mean()), 1)
    bright = float(np.median(grey[inside]))
    trust = np.clip((0.15 - contrast) / 0.10, 0, 1) * np.clip((bright - 25) / 60, 0, 1)
    ratio = np.clip(near / np.maximum(wide, 1), 0.8, 1.15)
    light = none + 0.6 * float(trust) * (ratio - 1)
    # Fades out beyond the old garment.
    return np.where(inside, light, 1).astype(np.float32)


def _bones(scene: _BodyScene) -> Scalars:
    """Around 1: the collarbones' soft ridge and the hollow between them."""
    w, h = scene.small_size
    light = np.zeros((h, w), np.float32)
    inner, outer = (-0.01, 0.07), (-0.09, 0.42)  # height and distance from the middle
    for sign in (-1, 1):
        start, end = (scene.on_torso(height, sign * out) for height, out in (inner, outer))
        down = scene.on_torso(0.02, 0) - scene.on_torso(0, 0)
        for shift, strength in ((0.0, BONE_LIGHT), (1.0, -BONE_SHADE)):
            points = np.array([start + shift * down, end + shift * down])
            drawn = np.zeros((h, w), np.float32)
            width = max(1, round(0.03 * scene.unit))
            first, last = _fixed(points).tolist()
            cv2.line(drawn, first, last, 1.0, width, shift=SHIFT)
            light += strength * blur(drawn, 0.035 * scene.unit)
    return np.asarray(1 + light, np.float32)


def _side_light(scene: _BodyScene, limb: _Limb) -> float:
    """How much brighter the light makes one side of a limb than its middle, from the sleeve or leg
    that lay on it."""
    grey = scene.photo_small.mean(-1)
    inside = scene.core_small & (limb.inside > 0)
    sides = [inside & (limb.across * sign > 0.25) & (limb.across * sign < 0.8) for sign in (-1, 1)]
    if min(np.count_nonzero(side) for side in sides) < SKIN_PIXELS:
        return 0.0
    dark, bright = (float(np.median(grey[side])) + 12 for side in sides)  # 12: black noise is none
    return float(np.clip(0.5 * np.log(bright / dark), -SIDE_LIGHT, SIDE_LIGHT))


def _mottle(scene: _BodyScene) -> Scalars:
    """Around 1: skin is never quite even."""
    w, h = scene.small_size
    noise = np.random.default_rng(7).standard_normal((h, w), np.float32)
    coarse = blur(noise, 0.05 * scene.unit)
    return np.asarray(1 + MOTTLE * coarse / max(float(coarse.std()), 1e-6), np.float32)


class _Tones:
    """This person's skin: medians of what the photo shows of it, float RGB.

    The whole person is asked, for the face may lie outside the crop under work.
    likely: of the small copy, coloured like the skin that is surest, the face's.
    """

    def __init__(self, scene: _BodyScene) -> None:
        person = scene.person
        height, width = person.photo.size
        x0, y0 = (int(max(edge, 0)) for edge in person.box[:2])
        x1, y1 = int(min(person.box[2] + 1, width)), int(min(person.box[3] + 1, height))
        step = max(1, max(x1 - x0, y1 - y0) // TONES_LONG)
        self._colours = person.photo.pixels[y0:y1:step, x0:x1:step].astype(np.float32)
        self._labels = np.ascontiguousarray(person.parts[y0:y1:step, x0:x1:step])
        self._likely = np.ones(self._labels.shape, bool)
        self.likely = np.ones(scene.parts_small.shape, bool)
        for parts in ((Part.FACE,), (Part.NECK,), (Part.LEFT_ARM, Part.RIGHT_ARM)):
            surest = self._median(parts)
            if surest is not None:
                self._likely = _like(self._colours, surest)
                self.likely = _like(scene.photo_small, surest)
                break
        face = self._median((Part.FACE,))
        neck = self._median((Part.NECK,))
        arms = self._median((Part.LEFT_ARM, Part.RIGHT_ARM))
        hands = self._median((Part.LEFT_HAND, Part.RIGHT_HAND))
        if face is not None and arms is not None and np.abs(arms - face).max() > LIMBS_APART:
            arms = None  # rather a sleeve or a trunk in its shade
        self.anywhere = next((t for t in (arms, face, neck, hands) if t is not None), NO_SKIN)
        self.face = self.anywhere if face is None else face
        self.trunk = self.face * 0.96 if neck is None else (neck + self.face) / 2

    def limb(self, limb: _Limb) -> tuple[np.ndarray, np.ndarray]:
        """Colours at the body's end and at the far end of a limb."""
        if limb.skin == (Part.NECK,):
            return self.trunk, self.trunk
        if limb.is_arm:
            arm, hand = (self._median((part,)) for part in limb.skin)
            if arm is not None and np.abs(arm - self.face).max() > LIMBS_APART:
                arm = None
            near = self.trunk if arm is None else arm
            far = next(t for t in (arm, hand, self.trunk) if t is not None)
            return near, far
        leg = self._median(limb.skin)
        if leg is None:
            leg = self._median((Part.LEFT_LEG, Part.RIGHT_LEG))
        # Brown shoes and tan trousers look like skin; legs are about as light as arms.
        if leg is None or np.abs(leg - self.anywhere).max() > LIMBS_APART:
            leg = self.anywhere
        return leg, leg

    def _median(self, parts: tuple[Part, ...]) -> np.ndarray | None:
        """The middle of the brighter half of a part's skin; None where too little is seen."""
        skin = is_part(self._labels, *parts) & self._likely
        inner = shrink(skin, 2)
        if np.count_nonzero(inner) >= SKIN_PIXELS:
            skin = inner
        pixels = self._colours[skin]
        if len(pixels) < SKIN_PIXELS:
            return None
        grey = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
        low, high = np.quantile(grey, [0.35, 0.9])
        return np.median(pixels[(grey >= low) & (grey <= high)], axis=0)


def _like(picture: Colours, tone: np.ndarray) -> Mask:
    """A picture's pixels that may be skin of this tone in some light."""
    lab = cv2.cvtColor(picture / np.float32(255), cv2.COLOR_RGB2LAB)
    one = np.array([[tone / 255]], np.float32)
    light, a, b = cv2.cvtColor(one, cv2.COLOR_RGB2LAB)[0, 0]
    hue_apart = np.hypot(lab[..., 1] - a, lab[..., 2] - b)
    return (hue_apart < SKIN_HUE) & (lab[..., 0] > 0.45 * light) & (lab[..., 0] < light + 30)
