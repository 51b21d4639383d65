"""Garment + long-sleeved template -> Garment with its sleeves, in the garment's own cloth.

Notable here:
- body, print and buttons keep their pixels. Only the sleeves are new, from the shoulder seam on,
  where sleeves are sewn on anyway.
- a template's sleeves bring folds and shading; the cloth is the garment's own: its colour on plain
  cloth, and on patterned cloth a piece of its body, laid along the sleeve as cloth is cut.
- the picture grows where the sleeves need room; outline landmarks and limbs come with them.
"""

from dataclasses import replace

import cv2
import numpy as np

from tryon.core.arrays import Points
from tryon.core.masks import COVERED
from tryon.core.types import Garment, Kind, Limb, Outline, Photo
from tryon.design import dye
from tryon.design.pattern import along_curve, limb_curves, middle_of, pixels_per_cm

SIDES = ((Limb.LEFT, "LEFT"), (Limb.RIGHT, "RIGHT"))
BROUGHT = ("ELBOW", "CUFF_OUTER", "CUFF_INNER")  # landmarks that come with a sleeve

# Whether sleeves can be sewn on, and where.
OWN_SLEEVES = ("short", "three-quarter")  # garments with an armhole that takes a sleeve
STRETCH = (0.6, 1.7)  # of a template's armhole: beyond, it is another kind of garment
ROOM = 12  # px around the new sleeves
UNDERLAP = 14  # px that a sleeve goes on under the body, so that no gap shows

# The cloth of plain garments: its colour, with the template's folds.
PLAIN = 0.6  # of the garment is one colour: its sleeves are too
USUAL = 90.0  # L that a new sleeve's cloth is given at first, before it is dyed
DARK = 45.0  # L: below it the template's grain would show
GRAIN = 0.0014  # of the picture's height, standard deviation: the grain is smoothed by this

# The cloth of patterned garments: a piece of the body.
HALVED = 24.0  # L by which cloth is darker when half as much light comes from it
BESIDE = 0.23  # of the chest beside the middle: there are no buttons, and often no print
BELOW, ABOVE = 0.08, 0.1  # of the chest: it is cut from below the armpits to above the hem

SEAM_SHADE, SEAM_WIDTH = 0.2, 0.16  # of the brightness, cm: the armhole's seam


def lengthen_sleeves(garment: Garment, template: Garment) -> Garment | None:
    """The garment with the template's long sleeves in its own cloth, None if that cannot be done.

    garment: short-sleeved, not worn. template: plain and light, long-sleeved, of the same kind.
    """
    if garment.kind == Kind.LOWER or garment.kind != template.kind or garment.worn:
        return None
    if garment.attributes.get("sleeve") not in OWN_SLEEVES:
        return None
    ways: dict[Limb, np.ndarray] = {}
    for limb, side in SIDES:
        way = _way(template, garment, side)
        if way is None:
            return None
        ways[limb] = way
    garment, shift = _with_room(garment, template, ways)
    ways = {
        limb: way + np.array([[0, 0, shift[0]], [0, 0, shift[1]]]) for limb, way in ways.items()
    }

    body = garment.limbs == Limb.BODY
    work = replace(
        garment,
        photo=Photo(garment.photo.pixels.copy()),
        alpha=np.where(_own_sleeves(garment), 0, garment.alpha),
        limbs=np.where(body, np.uint8(Limb.BODY), np.uint8(Limb.NONE)),
        landmarks=_brought(garment, template, ways),
        panels=None,
    )
    pixels, alpha, limbs = (values.copy() for values in (work.photo.pixels, work.alpha, work.limbs))
    ground = _plain_ground(garment)
    curves = dict(limb_curves(work))
    for limb, _ in SIDES:
        sleeve = _sleeve(template, limb, ways[limb], garment.photo.size)
        if sleeve is None or limb not in curves:
            return None
        box, cover, folds = sleeve
        if ground is None:
            ratio = np.exp2((folds - USUAL) / HALVED)[..., None]
            cloth = _body_cloth(garment, along_curve(curves[limb], box, 0, 0), limb) * ratio
        else:
            table = dye.tone_table(USUAL, ground)
            if ground[0] < DARK:  # dark cloth has deep sheen: the template's grain would show
                folds = cv2.GaussianBlur(folds, (0, 0), GRAIN * len(body))
            cloth = dye.look_up(table, np.clip(folds, 0, 100)).astype(np.float32)
        own = body[box]
        cloth *= _seam(own, pixels_per_cm(garment))[..., None]
        share = cv2.GaussianBlur(own.astype(np.float32), (0, 0), 0.8)
        share[garment.alpha[box] < 255] = 0  # there some of the background is in it
        mixed = cloth + share[..., None] * (pixels[box] - cloth)
        there = (cover > 0) & ~own
        pixels[box][there] = np.clip(np.round(mixed[there]), 0, 255).astype(np.uint8)
        alpha[box] = np.where(own, alpha[box], np.maximum(alpha[box], cover))
        limbs[box][there & (cover >= COVERED)] = limb
    limbs[alpha < COVERED] = Limb.NONE
    said = {**garment.attributes, "sleeve": "long"}
    return replace(work, photo=Photo(pixels), alpha=alpha, limbs=limbs, attributes=said)


def _brought(garment: Garment, template: Garment, ways: dict[Limb, np.ndarray]) -> Points:
    """The garment's outline landmarks with the template's elbows and cuffs."""
    landmarks = garment.landmarks.copy()
    for limb, side in SIDES:
        for name in BROUGHT:
            x, y, sure = template.landmarks[Outline[f"{name}_{side}"]]
            landmarks[Outline[f"{name}_{side}"]] = (*(ways[limb] @ (x, y, 1)), sure)
    return landmarks


def _sleeve(
    template: Garment, limb: Limb, way: np.ndarray, size: tuple[int, int]
) -> tuple[tuple[slice, slice], np.ndarray, np.ndarray] | None:
    """A template's sleeve where it will be: (box, alpha (h, w) uint8, L (h, w) float32 of cloth
    whose usual L is `USUAL`). It is a little longer where the body will lie over it."""
    rows, columns = np.nonzero(template.limbs == limb)
    if len(rows) == 0:
        return None
    source = tuple(
        slice(max(places.min() - ROOM, 0), places.max() + ROOM + 1) for places in (rows, columns)
    )
    left, top = source[1].start, source[0].start
    corners = [(x, y, 1) for x in (left, source[1].stop) for y in (top, source[0].stop)]
    reached = np.array(corners) @ way.T
    low = np.maximum(np.floor(reached.min(0)).astype(int), 0)
    high = np.minimum(np.ceil(reached.max(0)).astype(int) + 1, size[::-1])
    box = (slice(low[1], high[1]), slice(low[0], high[0]))
    matrix = way.copy()
    matrix[:, 2] += way[:, :2] @ (left, top) - low
    extent = (int(high[0] - low[0]), int(high[1] - low[1]))

    def moved(values: np.ndarray, border: int = cv2.BORDER_CONSTANT) -> np.ndarray:
        return cv2.warpAffine(np.ascontiguousarray(values), matrix, extent, borderMode=border)

    own = template.limbs[source] == limb
    under = cv2.dilate(own.astype(np.uint8), np.ones((2 * UNDERLAP + 1,) * 2, np.uint8))
    cover = moved(template.alpha[source] * under)
    light = dye.to_lab(template.photo.pixels[source])[..., 0]
    light += USUAL - float(np.median(light[own]))
    return box, cover, moved(light, cv2.BORDER_REPLICATE)


def _way(template: Garment, garment: Garment, side: str) -> np.ndarray | None:
    """(2, 3) from the template's picture to the garment's: armhole on armhole, lengths in cm."""
    ends = []
    for one in (template, garment):
        shoulder, armpit = (one.point(Outline[f"{m}_{side}"]) for m in ("SHOULDER", "ARMPIT"))
        if shoulder is None or armpit is None:
            return None
        ends.append((shoulder.astype(np.float64), armpit.astype(np.float64)))
    (start, end), (to, to_end) = ends
    hole, to_hole = end - start, to_end - to
    length, to_length = (max(float(np.hypot(*v)), 1e-6) for v in (hole, to_hole))
    scale = pixels_per_cm(garment) / pixels_per_cm(template)
    if not STRETCH[0] < to_length / length / scale < STRETCH[1]:
        return None
    down, to_down = hole / length, to_hole / to_length
    frame = np.column_stack([(down[1], -down[0]), down])
    to_frame = np.column_stack([(to_down[1], -to_down[0]), to_down])
    turn = to_frame @ np.diag([scale, to_length / length]) @ frame.T
    return np.column_stack([turn, to - turn @ start])


def _with_room(
    garment: Garment, template: Garment, ways: dict[Limb, np.ndarray]
) -> tuple[Garment, tuple[int, int]]:
    """The garment on a picture with room for the new sleeves, and how far (x, y) it moved."""
    corners = []
    for limb, way in ways.items():
        rows, columns = np.nonzero(template.limbs == limb)
        if len(rows):
            box = [
                (x, y, 1) for x in (columns.min(), columns.max()) for y in (rows.min(), rows.max())
            ]
            corners.append(np.array(box) @ way.T)
    height, width = garment.photo.size
    low = np.vstack([*corners, [[0, 0]]]).min(0)
    high = np.vstack([*corners, [[width - 1, height - 1]]]).max(0)
    left, top = (max(0, int(np.ceil(-value)) + ROOM * (value < 0)) for value in low)
    right = max(0, int(np.ceil(high[0] - width + 1)) + ROOM) if high[0] > width - 1 else 0
    bottom = max(0, int(np.ceil(high[1] - height + 1)) + ROOM) if high[1] > height - 1 else 0
    if not (left or top or right or bottom):
        return garment, (0, 0)

    def wider(values: np.ndarray, fill: int) -> np.ndarray:
        return cv2.copyMakeBorder(
            values, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(fill,) * 3
        )

    landmarks = garment.landmarks.copy()
    landmarks[:, :2] += (left, top)
    return (
        replace(
            garment,
            photo=Photo(wider(garment.photo.pixels, 255)),
            alpha=wider(garment.alpha, 0),
            limbs=wider(garment.limbs, 0),
            landmarks=landmarks,
            panels=None,
        ),
        (left, top),
    )


def _own_sleeves(garment: Garment) -> np.ndarray:
    """(H, W) bool: the old sleeves with their soft edges."""
    sleeves = np.isin(garment.limbs, [limb for limb, _ in SIDES])
    wide = cv2.dilate(sleeves.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    near_body = cv2.dilate((garment.limbs == Limb.BODY).astype(np.uint8), np.ones((3, 3), np.uint8))
    return sleeves | (wide & (garment.limbs == Limb.NONE) & (near_body == 0))


def _plain_ground(garment: Garment) -> np.ndarray | None:
    """(3,) Lab of cloth that has one colour but for a print; None if it is patterned all over."""
    if garment.attributes.get("pattern", "") not in ("plain", "graphic", ""):
        return None
    ground = dye.find_ground(garment.photo.pixels, garment.mask)
    return ground.lab if ground.share > PLAIN else None


def _body_cloth(garment: Garment, places: np.ndarray, limb: Limb) -> np.ndarray:
    """(h, w, 3) float32 sRGB: the body's cloth at (h, w, 2) pixels across and along a sleeve.

    Where the body ends, the cloth goes back up from its hem.
    """
    left, right = (garment.point(Outline[f"ARMPIT_{side}"]) for _, side in SIDES)
    assert left is not None  # `_way` was found with both
    assert right is not None
    end = "WAIST" if garment.kind == Kind.DRESS else "HEM"  # a dress may have a belt or a seam
    hem = middle_of(garment, Outline[f"{end}_LEFT"], Outline[f"{end}_RIGHT"])
    chest = float(np.hypot(*(left - right)))
    middle = (left + right) / 2
    low = middle + np.array([0, chest]) if hem is None else hem
    length = max(float(np.hypot(*(low - middle))) - (BELOW + ABOVE) * chest, 0.2 * chest)
    down = (low - middle) / max(float(np.hypot(*(low - middle))), 1e-6)
    aside = np.array([down[1], -down[0]]) * (1 if limb == Limb.LEFT else -1)
    start = middle + aside * BESIDE * chest + down * BELOW * chest
    across = np.clip(places[..., 0], -0.8 * BESIDE * chest, 0.8 * BESIDE * chest)
    along = np.mod(places[..., 1], 2 * length)
    along = np.where(along > length, 2 * length - along, along)
    at = start + across[..., None] * np.abs(aside) + along[..., None] * down
    source = cv2.remap(
        garment.photo.pixels, at.astype(np.float32), None, cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return source.astype(np.float32)


def _seam(body: np.ndarray, density: float) -> np.ndarray:
    """(h, w) float32 around 1: a line of shade where the sleeve meets the body."""
    away = cv2.distanceTransform((~body).astype(np.uint8), cv2.DIST_L2, 3)
    wide = max(SEAM_WIDTH * density, 1.5)
    return (1 - SEAM_SHADE * np.clip(1 - away / wide, 0, 1)).astype(np.float32)
