"""Person + Garment + Draft -> the finished picture, at the photo's own resolution.

Notable here:
- two layers: the body without the old garment (`underlay`), and over it the new garment's own
  pixels, sampled once from its picture through the whole warp.
- the garment takes from the scene what a picture of it cannot know: folds and shadows that lay on
  the old garment (as far as that was plain enough to show them), a trace of the light's colour
  and strength, contact shadows, softness and grain. Each is limited, so its colours stay its own.
  Where it gets folds, those of its own picture, how it happened to lie there, are smoothed.
- everything happens inside the box of what changes; every pixel outside `region` is the photo's.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.compose.underlay import REPLACED, Underlay, underlay
from tryon.core.arrays import Alpha, Colours, Mask, Pixels, Scalars
from tryon.core.errors import Note
from tryon.core.fill import Grain, blur, enlarge, grow, masked_blur, sharpness, shrink, spread
from tryon.core.types import (
    Composite,
    Draft,
    Garment,
    Kind,
    Layer,
    Limb,
    Outline,
    Part,
    Person,
    Photo,
)
from tryon.core.vocabulary import OUTERWEAR_TYPES
from tryon.core.warp import smoothstep
from tryon.fusion.agnostic import along_arm, arm_position
from tryon.fusion.geometry.covering import ALONG, close_sides, cover_arms, sleeves_along_arms
from tryon.fusion.geometry.silhouette import follow_silhouette
from tryon.person.body import SIDES, body_unit, capsule_mask, middle_of_hips, middle_of_shoulders
from tryon.person.regions import edit_region, in_front, is_part
from tryon.person.strands import strands

Box: TypeAlias = tuple[int, int, int, int]
"""x0, y0, x1, y1 in the photo, as in a slice."""

UNTOUCHED = (Part.FACE, Part.HAIR, Part.LEFT_HAND, Part.RIGHT_HAND)

# Room around what changes, in shoulder widths: where background is looked at and copied from.
BOX_MARGIN = 0.45

# The garment's own pixels.
# A garment picture more than this much finer than the photo is averaged before it is sampled;
# one coarser than the photo is enlarged with a sharper kernel.
FINER_THAN_PHOTO = 1.3
# Colours at the cut-out's edge are a mix with what lay behind it: below this alpha they are
# replaced by those further in.
MIXED_ALPHA = 250
MIXED_SIZE = 0.003  # of the garment picture's longer side: how far in the mix may reach

# What lies in front of the garment.
SURELY_IN_FRONT = 0.8  # of 1: no soft edge of hair or hands
FRONT_EDGE = 0.05  # shoulder widths: the soft edge of what `in_front` says
CUFF_SOFT = 0.03  # of the arm's length, over which a bared arm begins below its sleeve
HIGHLIGHT = 1.5  # of the hair's colour nearby: the most that a strand may shine
VEIL_LONG = 256  # longest side of the copy on which the old garment's colours are continued
VEIL_TEXTURE = 10.0, 40.0  # 8-bit levels: limits of what counts as the old garment's own texture

# The crease along which a sleeve lies beside the trunk.
CREASE = 0.30  # how much darker it is
CREASE_SIZE = 0.022  # shoulder widths
CREASE_FROM = 0.45, 1.0  # where it begins and is whole, 0 = shoulder, 1 = armpit

# The old garment's folds on the new one.
FOLDED = ((Part.UPPER,), (Part.OUTERWEAR,), (Part.DRESS,))
# The dark between two legs is no fold of a skirt, a skirt's long folds are none of trousers.
LEGGED, HANGING = (Part.TROUSERS,), (Part.SKIRT,)
FOLDS_LONG = 320  # longest side of the copy folds are read from, pixels
FOLDS_LEAST = 200  # pixels of that copy a garment must cover
FOLD_SIZE = 0.011, 0.28  # shoulder widths: finer is texture, coarser is the garment's own tone
FOLDS_KEPT = 1.0  # share of a fold that is believed where nothing speaks against it
FOLDS = (0.6, 1.25)  # limits of what the old garment's folds may do to the new one's brightness
SUPPORT = 0.05  # share of plain cloth around a pixel, below which its fold fades
SHINY = (120, 220)  # brightness of cloth, 8-bit levels, from dark to light
SHINES = (1.25, 1.08)  # the most that folds may lighten such cloth
# Shoulder widths: what is finer in the garment's picture is knit, seams and pockets, and stays.
OWN_FOLDS = 0.015

# What is no fold: prints, whose edges are sharp, unless they lie where arms throw shadows.
PRINT_EDGE = 0.22  # change of the logarithm of brightness from pixel to pixel: folds are softer
PRINT_REACH = 0.04  # shoulder widths around such an edge
PRINT_LEAST = 5  # pixels of edge: less is noise
ARM_SHADE = 0.30  # shoulder widths from an arm's line
MIDDLE = 0.36  # shoulder widths beside the spine: the chest, on which prints are

# The scene's light on the garment.
CAST_KEPT = 0.30  # how much of the scene's colour cast the garment takes on, in log units
CAST_LIMIT = 0.06  # log units
EXPOSURE_KEPT = 0.35  # exponent of the scene's brightness
EXPOSURE_LIMITS = (0.80, 1.06)  # times the garment's brightness

# Shadows of arms on the garment and of the garment on the body.
BARE_LIMBS = (Part.LEFT_ARM, Part.RIGHT_ARM, Part.LEFT_HAND, Part.RIGHT_HAND)
SHADOW_LONG = 384  # longest side of the copy on which wide shadows are made, pixels
ARM_SHADOW, CONTACT_SHADOW = 0.16, 0.24  # how much darker
ARM_SHADOW_SIZE, CONTACT_SIZE = 0.05, 0.018  # shoulder widths
SHADOW_SEEN = 0.008  # weaker ones change no pixel by more than two levels

# Sharpness.
SHARP = 0.9  # `sharpness` from which on a photo is as sharp as its pixels
SOFTER = 1.6  # pixels of blur for a photo without any sharpness; found by blurring sharp ones

KEPT_WORDS = {
    Part.UPPER: ("top", "上衣"),
    Part.OUTERWEAR: ("jacket", "外套"),
    Part.DRESS: ("dress", "连衣裙"),
    Part.TROUSERS: ("trousers", "裤子"),
    Part.SKIRT: ("skirt", "裙子"),
}


def compose(person: Person, garment: Garment, draft: Draft, kind: Kind) -> Composite:
    """Put the drafted garment on the person.

    Returns a `Composite` the size of the person's photo; pixels outside its region are the
    photo's own, and so are face, hair and hands. The same input gives the same bytes.
    """
    kind = Kind(kind)
    draft = follow_silhouette(draft, person, garment)
    draft = close_sides(cover_arms(draft, person, garment), person, garment)
    original = person.photo.pixels
    old = edit_region(person, kind)
    box = _work_box(person, draft, old)
    if box is None:
        nothing = np.zeros(person.photo.size, np.uint8)
        return Composite(person.photo, nothing > 0, original, nothing)
    crop = (slice(box[1], box[3]), slice(box[0], box[2]))
    scene = _Scene(person, kind, crop, legged=kind is Kind.LOWER and len(draft.layers) > 1)

    sheets = _sheets(garment, draft, box)
    fronts: dict[Limb, Scalars] = {}
    for sheet in sheets:
        ahead_of = in_front(person, sheet.limb, kind)[crop].astype(np.float32)
        fronts[sheet.limb] = np.asarray(ahead_of / 255, np.float32)
    hair = None if kind is Kind.LOWER else _Hair.over(scene, crop)
    if hair is not None:  # laid over everything at the end, strand by strand
        for front in fronts.values():
            front[hair.band] = 0
    crossings = {limb: _crossing(scene, front) for limb, front in fronts.items()}
    crossing = np.zeros(scene.size, bool)
    ahead = np.zeros(scene.size, np.float32)
    for limb, front in fronts.items():
        fronts[limb] = _without_veil(scene, np.where(crossings[limb], 0, front))
        crossing |= crossings[limb]
        ahead = np.maximum(ahead, np.where(scene.near_head, fronts[limb], 0))
    covered = _covered(scene, sheets)
    inner_stays = garment.attributes.get("type") in OUTERWEAR_TYPES
    body = underlay(person, kind, covered, box, old, crossing, ahead, inner_stays)
    arms = _beyond_sleeves(body.arms, draft, person, garment, box)
    for limb, front in fronts.items():
        fronts[limb] = _bared(front, limb, crossings[limb], arms)
    pixels = body.pixels.astype(np.float32)
    colour, alpha = _stack(sheets, fronts, scene.size)
    if kind != Kind.LOWER:
        colour *= 1 - _creases(scene, sheets, draft, box)[..., None]
    # The ridges of a padded jacket are no folds.
    colour = _lit(scene, colour, alpha, body, smoothed=not inner_stays)
    shadow = _contact_shadow(scene, alpha, body)
    pixels *= 1 - shadow[..., None]
    pixels += alpha[..., None] * (colour - pixels)
    if hair is not None:
        pixels = hair.laid_over(pixels)

    changes = body.changed | (alpha > 0) | (shadow > SHADOW_SEEN)
    changes &= ~scene.untouched
    result, region = original.copy(), np.zeros(person.photo.size, bool)
    region[crop] = changes
    finished = np.clip(pixels + 0.5, 0, 255).astype(np.uint8)
    result[crop] = np.where(changes[..., None], finished, original[crop])
    layer, coverage = original.copy(), np.zeros(person.photo.size, np.uint8)
    layer[crop] = body.pixels
    coverage[crop] = np.round(alpha * 255).astype(np.uint8)
    return Composite(Photo(result), region, layer, coverage, _notes(body))


@dataclass(frozen=True, eq=False)
class _Sheet:
    """A piece of the garment at photo resolution, inside its own part of the box.

    part: slices of the box. alpha: 0..1."""

    limb: Limb
    part: tuple[slice, slice]
    colour: Pixels
    alpha: Scalars


class _Scene:
    """The photo's crop and what is asked of it more than once. legged: the garment has legs."""

    def __init__(self, person: Person, kind: Kind, crop: tuple[slice, slice], legged: bool) -> None:
        self.person, self.kind, self.legged, self.crop = person, kind, legged, crop
        self.photo = person.photo.pixels[crop]
        self.parts = person.parts[crop]
        self.size = self.parts.shape
        self.unit = body_unit(person.landmarks)
        self.old = is_part(self.parts, *REPLACED[kind])
        self.untouched = is_part(self.parts, *UNTOUCHED)
        self.near_head = grow(self.untouched, max(1, round(FRONT_EDGE * self.unit)))
        self.grain = Grain.of(self.photo)

    @cached_property
    def beside_arms(self) -> Mask:
        """Of the small copy in which folds are read, see `_beside_arms`."""
        return _beside_arms(self, _fold_copy(self)[0])


@dataclass(frozen=True, eq=False)
class _Hair:
    """Hair that lay over the old garment, to be laid over the new one.

    band: where, inside the crop; n pixels. colour: (n, 3), what the hair adds to what lies behind.
    clear: (n, 1) 0..1, how much of that shows.
    """

    band: Mask
    colour: NDArray[np.float32]
    clear: NDArray[np.float32]

    @classmethod
    def over(cls, scene: _Scene, crop: tuple[slice, slice]) -> "_Hair | None":
        found = strands(scene.person)
        if found is None:
            return None
        old = np.zeros(scene.person.photo.size, bool)
        old[crop] = scene.old
        at = found.band & old[found.box]
        band = np.zeros_like(old)
        band[found.box] = at
        share = found.share[at][:, None]
        photo = scene.person.photo.pixels[found.box][at]
        # The photo, less what lay behind; no lighter than hair may be.
        most = share * HIGHLIGHT * found.hair[at]
        colour = np.clip(photo - (1 - share) * found.cloth[at], 0, most)
        return cls(band[crop], colour, 1 - share)

    def laid_over(self, pixels: Colours) -> Colours:
        """The picture with the hair over it."""
        pixels[self.band] = self.colour + self.clear * pixels[self.band]
        return pixels


def _work_box(person: Person, draft: Draft, old: Mask) -> Box | None:
    """The box of everything that may change, with room around it; None if nothing does."""
    height, width = person.photo.size
    corners = []
    if old.any():
        x, y, w, h = cv2.boundingRect(old.view(np.uint8))
        corners.append((x, y, x + w, y + h))
    for layer in draft.layers:
        box = _layer_box(layer, draft)
        if box is not None:
            corners.append(box)
    if not corners:
        return None
    margin = BOX_MARGIN * body_unit(person.landmarks)
    x0, y0 = np.min(corners, axis=0)[:2] - margin
    x1, y1 = np.max(corners, axis=0)[2:] + margin
    return max(int(x0), 0), max(int(y0), 0), min(int(x1) + 1, width), min(int(y1) + 1, height)


def _layer_box(layer: Layer, draft: Draft) -> Box | None:
    """The part of the photo a layer may touch, None if none."""
    height, width = draft.fit.photo_size
    x, y, w, h = cv2.boundingRect((layer.weight > 0).view(np.uint8))
    if w == 0:
        return None
    x0, y0, x1, y1 = draft.fit.unbox(np.array([x - 1, y - 1, x + w + 1, y + h + 1]))
    x0, y0 = max(int(np.floor(x0)), 0), max(int(np.floor(y0)), 0)
    x1, y1 = min(int(np.ceil(x1)), width), min(int(np.ceil(y1)), height)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


# --- the garment's own pixels ------------------------------------------------------------------


def _sheets(garment: Garment, draft: Draft, box: Box) -> list[_Sheet]:
    """Every layer of the draft sampled from the garment's picture, in painter's order."""
    textures: dict[float, tuple[NDArray[np.uint8], tuple[float, float]]] = {}
    sheets = []
    for layer in draft.layers:
        part = _layer_box(layer, draft)
        if part is None:
            continue
        flow = draft.fit.unflow(layer.flow, part)
        weight = draft.fit.unimage(layer.weight, 0, part)
        # A piece's edge is as sharp in the photo as it was on the canvas.
        steep = float(np.clip(1 / draft.fit.scale, 1, 4))
        weight = np.clip((weight - 0.5) * steep + 0.5, 0, 1)
        density = _density(layer) * draft.fit.scale
        reduce = 1.0 if density < FINER_THAN_PHOTO else 2.0 ** (-round(2 * np.log2(density)) / 2)
        if reduce not in textures:
            textures[reduce] = _texture(garment, reduce)
        texture, (scale_x, scale_y) = textures[reduce]
        maps = np.dstack(
            [(flow[..., 0] + 0.5) * scale_x - 0.5, (flow[..., 1] + 0.5) * scale_y - 0.5]
        ).astype(np.float32)
        kernel = cv2.INTER_LANCZOS4 if density < 1 else cv2.INTER_CUBIC
        sampled = cv2.remap(texture, maps, None, kernel, borderMode=cv2.BORDER_CONSTANT)
        alpha = np.asarray(sampled[..., 3].astype(np.float32) * (weight / 255), np.float32)
        colour = np.asarray(sampled[..., :3], np.uint8)
        inside = (
            slice(part[1] - box[1], part[3] - box[1]),
            slice(part[0] - box[0], part[2] - box[0]),
        )
        sheets.append(_Sheet(layer.limb, inside, colour, alpha))
    return sheets


def _density(layer: Layer) -> float:
    """Garment pixels per canvas pixel: the median over what the layer shows."""
    shown = layer.weight[:-1, :-1] > 0.5
    if not shown.any():
        return 1.0
    across = (layer.flow[:-1, 1:] - layer.flow[:-1, :-1])[shown]
    down = (layer.flow[1:, :-1] - layer.flow[:-1, :-1])[shown]
    area = np.abs(across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0])
    return float(np.sqrt(np.median(area)))


def _texture(garment: Garment, reduce: float) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """The garment as (h, w, 4) uint8 RGB and alpha, reduced, its colours continued past its edge.

    Also the scale that was reached, x and y.
    """
    pixels, alpha = garment.photo.pixels, garment.alpha
    height, width = alpha.shape
    size = (max(round(width * reduce), 1), max(round(height * reduce), 1))
    if size != (width, height):
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.uint8)
    pure = alpha >= MIXED_ALPHA
    inner = shrink(pure, max(1, round(MIXED_SIZE * max(size))))
    if inner.any():
        pure = inner
    texture = np.dstack([pixels, alpha])
    edge = grow(alpha > 0, 4) & ~pure
    if pure.any() and edge.any():
        continued = spread(pixels.astype(np.float32), pure.astype(np.float32))
        texture[..., :3][edge] = np.clip(continued[edge] + 0.5, 0, 255).astype(np.uint8)
    return texture, (size[0] / width, size[1] / height)


def _covered(scene: _Scene, sheets: list[_Sheet]) -> Alpha:
    """How much of the body the garment hides where nothing is in front of it."""
    clear = np.ones(scene.size, np.float32)
    for sheet in sheets:
        clear[sheet.part] *= 1 - sheet.alpha
    return np.round((1 - clear) * 255).astype(np.uint8)


def _crossing(scene: _Scene, front: Scalars) -> Mask:
    """Where old cloth stays in front, which is an arm in its old sleeve."""
    # At the edges of hair, face and hands the old cloth is only a part of a soft edge.
    crossing = (front > SURELY_IN_FRONT) & scene.old & ~scene.near_head
    if not crossing.any():
        return crossing
    wider = max(1, round(2.5 * FRONT_EDGE * scene.unit))
    return grow(crossing, wider) & scene.old & ~scene.near_head


def _beyond_sleeves(
    arms: tuple[Scalars, Scalars], draft: Draft, person: Person, garment: Garment, box: Box
) -> tuple[Scalars, Scalars]:
    """Both arms of the body below, 0..1, only where the new sleeves leave them bare: above that
    they are in cloth, and a bare arm in front of the trunk would be a hole in it."""
    if not any(arm.any() for arm in arms):
        return arms
    bare = []
    for arm, side, covered in zip(
        arms, SIDES, sleeves_along_arms(draft, person, garment), strict=True
    ):
        rows, columns = np.nonzero(arm)
        if covered.any() and len(rows):
            at = np.column_stack([columns + box[0], rows + box[1]])
            arm = arm.copy()
            arm[rows, columns] *= smoothstep(
                (arm_position(person.landmarks, side, at) - ALONG[covered][-1]) / CUFF_SOFT
            )
        bare.append(arm)
    return bare[0], bare[1]


def _bared(front: Scalars, limb: Limb, crossing: Mask, arms: tuple[Scalars, Scalars]) -> Scalars:
    """0..1: what stays in front of a piece, old sleeves narrowed to the arms."""
    if not crossing.any():
        return front
    left, right = arms
    if limb is Limb.BODY:
        return np.maximum(front, np.maximum(left, right))
    other = right if limb is Limb.LEFT else left
    return np.maximum(front, np.where(crossing, other, 0))


def _without_veil(scene: _Scene, front: Scalars) -> Scalars:
    """Take the old garment out of the soft edges of what is in front.

    front: 0..1. A soft mask of hair or fingers reaches a little too far; where a
    pixel in its band has just the colour of the old garment there, nothing is in front.
    """
    band = (front > 0.01) & (front < 0.99) & scene.old
    if not band.any():
        return front
    x, y, w, h = cv2.boundingRect(band.view(np.uint8))
    inside = (slice(y, y + h), slice(x, x + w))
    scale = min(1.0, VEIL_LONG / max(h, w))
    size = (max(round(w * scale), 1), max(round(h * scale), 1))
    photo = scene.photo[inside]
    cloth = (scene.old[inside] & (front[inside] < 0.01)).astype(np.float32)
    weight = cv2.resize(cloth, size, interpolation=cv2.INTER_AREA)
    weight[weight < 0.9] = 0
    if not weight.any():
        return front
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    behind = enlarge(spread(small, weight), (w, h), (0, 0, w, h), cv2.INTER_LINEAR)
    away = np.abs(photo - behind).max(-1)
    # Cloth has texture of its own: measured where it is seen for sure.
    texture = float(np.quantile(away[cloth > 0], 0.8)) if cloth.any() else 0.0
    limit = float(np.clip(texture, *VEIL_TEXTURE))
    clear = smoothstep((away - limit) / limit)
    front = front.copy()
    front[inside] = np.where(band[inside], front[inside] * clear, front[inside])
    return front


def _stack(
    sheets: list[_Sheet], fronts: dict[Limb, Scalars], size: tuple[int, int]
) -> tuple[Colours, Scalars]:
    """Lay the pieces over each other: colour, not premultiplied, and alpha 0..1."""
    colour = np.zeros((*size, 3), np.float32)
    alpha = np.zeros(size, np.float32)
    for sheet in sheets:
        share = sheet.alpha * (1 - fronts[sheet.limb][sheet.part])
        colour[sheet.part] += share[..., None] * (sheet.colour - colour[sheet.part])
        alpha[sheet.part] += share * (1 - alpha[sheet.part])
    # The sums were laid over black; take the black out again.
    colour /= np.maximum(alpha, 1e-3)[..., None]
    return np.minimum(colour, 255), alpha


def _creases(scene: _Scene, sheets: list[_Sheet], draft: Draft, box: Box) -> Scalars:
    """0..1: the shade between a hanging sleeve and the trunk, from the armpit on."""
    h, w = scene.size
    scale = min(1.0, SHADOW_LONG / max(h, w))
    size = (max(round(w * scale), 1), max(round(h * scale), 1))

    def small(limb: Limb) -> np.ndarray:
        whole = np.zeros(scene.size, np.float32)
        for sheet in sheets:
            if sheet.limb == limb:
                whole[sheet.part] = np.maximum(whole[sheet.part], sheet.alpha)
        return cv2.resize(whole, size, interpolation=cv2.INTER_AREA)

    trunk, shade = small(Limb.BODY), np.zeros(size[::-1], np.float32)
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32) / np.float32(scale)
    for limb, name in ((Limb.LEFT, "LEFT"), (Limb.RIGHT, "RIGHT")):
        start, pit = (draft.landmarks[Outline[f"{part}_{name}"]] for part in ("SHOULDER", "ARMPIT"))
        line = pit[:2] - start[:2]
        if min(start[2], pit[2]) <= 0 or not line.any():
            continue
        sleeve = small(limb)
        seen = trunk * (1 - sleeve)
        blurred = CREASE_SIZE * scene.unit * scale
        # Where both are near: at their common edge a quarter.
        both = 4 * blur(sleeve, blurred) * blur(seen, blurred)
        line = line / float(line @ line)
        down = (x + box[0] - start[0]) * line[0] + (y + box[1] - start[1]) * line[1]
        ramp = smoothstep((down - CREASE_FROM[0]) / (CREASE_FROM[1] - CREASE_FROM[0]))
        shade = np.maximum(shade, CREASE * ramp * np.minimum(both, 1))
    return enlarge(shade, (w, h), (0, 0, w, h), cv2.INTER_LINEAR)


# --- light ---------------------------------------------------------------------------------------


def _lit(
    scene: _Scene, colour: Colours, alpha: Scalars, body: Underlay, smoothed: bool
) -> np.ndarray:
    """(h, w, 3): the garment's colours in the light of the scene. smoothed: where the old garment's
    folds are seen, those in the new one's picture go."""
    folds, trust = _folds(scene)
    if smoothed and trust.any():
        folds = folds / _own_folds(scene, colour, alpha) ** trust
    # Dark cloth shines; on light one the same would be a burnt-out patch.
    shine = np.interp(colour.mean(-1), SHINY, SHINES).astype(np.float32)
    colour = colour * np.minimum(folds, shine)[..., None]
    colour *= _ambient(scene)
    under = _arm_shadow(scene, alpha, body)
    colour *= 1 - under[..., None]
    colour = _as_sharp(scene, colour)
    colour += scene.grain.sheet(scene.size, seed=1)[..., None]
    return np.clip(colour, 0, 255)


def _fold_copy(scene: _Scene) -> tuple[tuple[int, int], float]:
    """Width and height of the small copy in which folds are read, and its shoulder width."""
    h, w = scene.size
    scale = min(1.0, FOLDS_LONG / max(h, w))
    return (max(round(w * scale), 1), max(round(h * scale), 1)), scene.unit * scale


def _own_folds(scene: _Scene, colour: Colours, alpha: Scalars) -> Scalars:
    """Around 1: the folds that lay in the garment's own picture."""
    h, w = scene.size
    size, unit = _fold_copy(scene)
    cloth = cv2.resize((alpha > 0.99).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    cloth = shrink(cloth, 1)
    if np.count_nonzero(cloth) < FOLDS_LEAST:
        return np.ones((h, w), np.float32)
    shown = np.clip(colour, 0, 255).astype(np.uint8)
    small = cv2.resize(shown, size, interpolation=cv2.INTER_AREA)
    folds, _ = _folds_of(np.asarray(small, np.uint8), cloth, unit, scene.beside_arms, OWN_FOLDS)
    return enlarge(folds, (w, h), (0, 0, w, h), cv2.INTER_LINEAR)


def _folds(scene: _Scene) -> tuple[np.ndarray, np.ndarray]:
    """(h, w), around 1: folds and shadows of the old garment, 1 where there was none; and 0..1: how
    far they are believed."""
    h, w = scene.size
    size, unit = _fold_copy(scene)
    old = cv2.resize(scene.old.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    old = shrink(old, 1)
    small = np.asarray(cv2.resize(scene.photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    parts = cv2.resize(scene.parts, size, interpolation=cv2.INTER_NEAREST)
    folds = np.ones(size[::-1], np.float32)
    trust = np.zeros(size[::-1], np.float32)
    # Each garment by itself: where a white top meets dark shorts is no fold.
    for labels in (*FOLDED, LEGGED if scene.legged else HANGING):
        one = old & np.isin(parts, labels)
        if np.count_nonzero(one) >= FOLDS_LEAST:
            found, sure = _folds_of(small, one, unit, scene.beside_arms)
            folds *= found
            trust = np.maximum(trust, sure)
    folds, trust = (enlarge(one, (w, h), (0, 0, w, h), cv2.INTER_LINEAR) for one in (folds, trust))
    return folds, trust


def _folds_of(
    small: Pixels,
    cloth: Mask,
    unit: float,
    beside: Mask,
    finest: float = FOLD_SIZE[0],
) -> tuple[Scalars, NDArray[np.floating]]:
    """Around 1: the folds of one garment, read from a small picture of it; and 0..1: how far they
    are believed. beside: where arms throw shadows, see `_beside_arms`. finest: shoulder widths."""
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    weight = cloth.astype(np.float32)
    near = masked_blur(grey, weight, FOLD_SIZE[0] * unit)
    wide = masked_blur(grey, weight, FOLD_SIZE[1] * unit)
    ratio = near / np.maximum(wide, 1)
    # A print is not a fold: what differs too much, in brightness or colour, tells nothing.
    drift = np.hypot(
        *(lab[..., k] - masked_blur(lab[..., k], weight, FOLD_SIZE[1] * unit) for k in (1, 2))
    )
    plain = weight * (np.abs(np.log(np.maximum(ratio, 1e-2))) < 0.30) * (drift < 14)
    plain *= ~_printed(grey, cloth & ~beside, cloth, unit)
    covered = masked_blur(plain, weight, FOLD_SIZE[1] * unit)
    near = masked_blur(grey, plain, FOLD_SIZE[0] * unit)
    wide = masked_blur(grey, plain, FOLD_SIZE[1] * unit)
    inside = plain > 0
    if not inside.any():
        return np.ones(cloth.shape, np.float32), np.zeros(cloth.shape, np.float32)
    contrast = float(np.std(((grey - near) / np.maximum(wide, 20))[inside]))
    bright = float(np.median(grey[inside]))
    trust = FOLDS_KEPT * (
        np.clip((0.16 - contrast) / 0.10, 0, 1)
        * np.clip((bright - 12) / 40, 0, 1)
        * np.clip((covered - 0.5) / 0.35, 0, 1)
    )
    # Where nothing plain is near, as inside a print, there is no fold either.
    seen = blur(plain, finest * unit)
    near = (blur(grey * plain, finest * unit) + SUPPORT * wide) / (seen + SUPPORT)
    ratio = np.clip(near / np.maximum(wide, 1), *FOLDS)
    folds = np.where(weight > 0, 1 + trust * (ratio - 1), 1).astype(np.float32)
    # No edge of this garment may show on another one.
    soft = blur(weight, 0.03 * unit)
    fade = np.clip(2 * soft - 1, 0, 1)
    return 1 + fade * (folds - 1), fade * trust


def _printed(grey: Scalars, where: Mask, cloth: Mask, unit: float) -> Mask:
    """Letters and drawings on a garment, and around them: their edges are sharp, those of folds are
    soft. grey: a small picture, 0..255. where: where on the cloth they may be."""
    tone = np.log(cv2.GaussianBlur(grey, (0, 0), 0.6) + 8)
    steep = np.hypot(*(cv2.Sobel(tone, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1))))
    # The garment's own outline is no print.
    edges = (steep > PRINT_EDGE) & shrink(cloth, 3) & where
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(edges.astype(np.uint8))
    large = stats[:, cv2.CC_STAT_AREA] >= PRINT_LEAST
    large[0] = False
    return grow(large[pieces], max(round(PRINT_REACH * unit), 1))


def _beside_arms(scene: _Scene, size: tuple[int, int]) -> Mask:
    """Of a small copy, size its width and height: along the arms and beside them, but
    not on the middle of the chest. There arms throw shadows as sharp as prints are."""
    scale = size[0] / scene.size[1]
    marks = scene.person.landmarks.copy()
    marks[:, :2] = (marks[:, :2] - (scene.crop[1].start or 0, scene.crop[0].start or 0)) * scale
    unit = scene.unit * scale
    beside = np.zeros(size[::-1], bool)
    for side in SIDES:
        line = along_arm(marks, side, np.linspace(0.05, 1, 9))
        beside |= capsule_mask(beside.shape, line, np.full(len(line), ARM_SHADE * unit))
    top, down = middle_of_shoulders(marks), middle_of_hips(marks) - middle_of_shoulders(marks)
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    y, x = np.mgrid[: size[1], : size[0]]
    return beside & (np.abs((x - top[0]) * down[1] - (y - top[1]) * down[0]) > MIDDLE * unit)


def _ambient(scene: _Scene) -> NDArray[np.float32]:
    """(3,): a trace of the scene's light, its strength and colour (shades of grey:
    Finlayson and Trezzi, 2004)."""
    step = max(1, max(scene.person.photo.size) // 256)
    small = scene.person.photo.pixels[::step, ::step].reshape(-1, 3).astype(np.float32) / 255
    linear = small**2.2
    light = (linear**6).mean(0) ** (1 / 6)
    light = np.maximum(light, 1e-3)
    cast = np.clip(CAST_KEPT * np.log(light / light.mean()), -CAST_LIMIT, CAST_LIMIT)
    # A picture without anything bright is a dark scene.
    strength = float(np.clip((light.mean() / 0.75) ** EXPOSURE_KEPT, *EXPOSURE_LIMITS))
    return (np.exp(cast / 2.2) * strength ** (1 / 2.2)).astype(np.float32)


def _arm_shadow(scene: _Scene, alpha: Scalars, body: Underlay) -> Scalars:
    """0..1: the shade that arms and hands in front throw on the garment."""
    h, w = scene.size
    scale = min(1.0, SHADOW_LONG / max(h, w))
    size = (max(round(w * scale), 1), max(round(h * scale), 1))
    bare = is_part(scene.parts, *BARE_LIMBS).astype(np.float32)
    limbs, left, right, cloth = (
        cv2.resize(layer, size, interpolation=cv2.INTER_AREA) for layer in (bare, *body.arms, alpha)
    )
    caster = np.maximum(limbs, np.maximum(left, right)) * (1 - cloth)
    shadow = _soft_shadow(caster, ARM_SHADOW_SIZE * scene.unit * scale, ARM_SHADOW)
    return enlarge(shadow, (w, h), (0, 0, w, h), cv2.INTER_LINEAR)


def _contact_shadow(scene: _Scene, alpha: Scalars, body: Underlay) -> Scalars:
    """0..1: the thin shade of the garment's edge on the body below it."""
    shadow = _soft_shadow(alpha, CONTACT_SIZE * scene.unit, CONTACT_SHADOW)
    shadow *= body.solid
    shadow[scene.untouched] = 0
    return np.where(shadow > SHADOW_SEEN, shadow, 0)


def _soft_shadow(caster: np.ndarray, size: float, strength: float) -> np.ndarray:
    """(h, w): a blurred copy of the caster, a little lower."""
    shift = np.array([[1, 0, 0], [0, 1, size * 0.6]], np.float32)
    lowered = cv2.warpAffine(caster, shift, caster.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return strength * blur(lowered, size)


def _as_sharp(scene: _Scene, colour: np.ndarray) -> np.ndarray:
    """Soften the garment to the photo's own sharpness: a crisp print on a blurred person is glued
    on."""
    sigma = SOFTER * min(SHARP - sharpness(scene.photo), SHARP / 2)
    if sigma < 0.3:
        return colour
    return cv2.GaussianBlur(colour, (0, 0), sigma)


def _notes(body: Underlay) -> tuple[Note, ...]:
    notes = []
    if body.skin_painted:
        notes.append(Note("skin_estimated"))
    if body.kept:
        notes.append(
            Note(
                "kept_underneath",
                {
                    "what": {
                        "en": ", ".join(KEPT_WORDS[part][0] for part in sorted(body.kept)),
                        "zh": "、".join(KEPT_WORDS[part][1] for part in sorted(body.kept)),
                    }
                },
            )
        )
    return tuple(notes)
