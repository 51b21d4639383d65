"""Person + Garment + Dressed -> the finished picture, at the photo's own resolution.

Notable here:
- what was hidden from the network is not what is replaced: pixels change where the old garment lay
  and where the new one lies; all else the photo shows is real and stays to the byte.
- borders come from the layout, enlarged and sharpened; colours are averaged within each part
  before they are enlarged, so that a soft painting has crisp edges.
- the garment is its own picture's pixels through the enlarged flow, times the network's light.
- ten parts at a photo's full size are much memory: only the box around what may change is worked
  on, and the parts are kept once.
"""

import cv2
import numpy as np

from tryon.core.errors import Note
from tryon.core.fill import Grain, continue_texture, masked_blur, spread
from tryon.core.types import Composite, Garment, Part, Person, Photo
from tryon.fusion.dressing import Dressed
from tryon.fusion.hiding import HANDS, Layout, layout_of, wider
from tryon.garment.cutout.matting import bleed

SKIN = (Layout.LEFT_ARM, Layout.RIGHT_ARM, Layout.NECK)
PAINTED = (*SKIN, Layout.INSIDE, Layout.LOWER, Layout.LEGS, Layout.HEAD, Layout.OTHER)
UNTOUCHED = (Part.FACE, Part.HAIR, *HANDS)
MOST_SURE = 6.0  # logits: more is as sure
LEAST_SLOPE = 0.15  # logits per studio pixel
FAR = 4.0  # studio pixels from a border, where nothing of the other part shows
SOFTEN = 0.8  # studio pixels of blur before, against the enlarged cells' corners
BORDER = 1.6  # pixels of the photo over which one part goes over into the other
FRINGE = 2.0  # studio pixels around the old garment that carry its colour
CUFF = 1.6  # studio pixels of a hand beside an old sleeve that may be the sleeve's end
FEATHER = 0.6  # studio pixels over which photo and painting meet
FIELD = 0.8  # studio pixels over which painted colours are averaged
SURE = 0.5  # probability from which a painted pixel counts for a part
LIGHT_BLUR = 2.0  # studio pixels: finer light is the painter's noise
LIGHT_LIMITS = (0.72, 1.2)
BACKGROUND_MATTE = 0.08  # below it a pixel is background alone
FILL_LONG = 320  # longest side of the copy on which the background is worked out
MARGIN = 12.0  # studio pixels around all that may change
SKIN_NOTED = 60.0  # studio pixels of painted skin: less is not worth a word
HUE_PIXELS = 40  # studio pixels of bare skin: fewer say nothing of its colour
NEAR, LITTLE = 9.0, 0.05  # studio pixels from what is seen; share of it from which on it counts
LIGHTNESS_KEPT = 0.6  # of the difference between painted and seen skin's lightness


def compose_dressed(person: Person, garment: Garment, dressed: Dressed) -> Composite:
    """Put the dressed person's picture together.

    Returns a `Composite` the size of the person's photo. The same input gives the same bytes.
    """
    crop, scale = _crop(person, dressed), dressed.fit.scale
    photo = person.photo.pixels[crop]
    parts = person.parts[crop]
    matte = person.matte[crop].astype(np.float32) / 255
    at = _studio_points(dressed, crop)
    hidden = _inside(at, dressed.fit.canvas_size) * _read(~dressed.keep, at, cv2.INTER_LINEAR)

    under = _enlarged_layout(dressed, at, scale)
    worn = under[Layout.GARMENT] * hidden
    untouched = np.isin(parts, UNTOUCHED)
    shown = layout_of(person.parts, person.landmarks)[crop]
    old = np.isin(shown, (Layout.GARMENT, Layout.INSIDE))
    cuffs = np.isin(parts, HANDS) & wider(old, CUFF / scale)
    untouched &= ~cuffs
    front = cv2.GaussianBlur(untouched.astype(np.float32), (0, 0), max(0.5, 0.35 / scale))
    worn = worn * (1 - front)

    under[Layout.GARMENT] = 0
    under[Layout.BACKGROUND] += 1e-3
    under /= under.sum(0)
    # The body lies inside its old outline: around it there is background alone.
    outside = (shown == Layout.BACKGROUND) & ~cuffs
    under[:, outside] = 0
    under[Layout.BACKGROUND, outside] = 1
    # Whatever else the photo shows is real, and stays where the new garment does not cover it.
    replaced = cuffs | (wider(old, FRINGE / scale) & ~untouched & (hidden > 0.5))
    blend = cv2.GaussianBlur(replaced.astype(np.float32), (0, 0), max(0.5, FEATHER / scale))
    blend = np.where(replaced, np.maximum(blend, 0.5), blend) * ~untouched
    blend = np.clip(2 * blend - 0.5, 0, 1)

    picture = photo.astype(np.float32)
    if (replaced & (worn < 0.99)).any():
        painted = _painted(person, dressed, crop, at, under, matte, photo)
        picture += blend[..., None] * (painted - picture)
    body = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    cloth = _cloth(garment, dressed, at, scale)
    picture += worn[..., None] * (cloth - picture)

    changes = (blend > 0) | (worn > 1 / 255)
    result, region = person.photo.pixels.copy(), np.zeros(person.photo.size, bool)
    finished = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    result[crop] = np.where(changes[..., None], finished, photo)
    region[crop] = changes
    layer, coverage = person.photo.pixels.copy(), np.zeros(person.photo.size, np.uint8)
    layer[crop] = body
    coverage[crop] = np.round(worn * 255).astype(np.uint8)
    skin = under[list(SKIN)].sum(0) * (1 - worn)
    notes = (Note("skin_estimated"),) if (skin * blend).sum() > SKIN_NOTED / scale**2 else ()
    return Composite(Photo(result), region, layer, coverage, notes)


def _crop(person: Person, dressed: Dressed) -> tuple[slice, slice]:
    """The part of the photo in which something was hidden, with some room around it."""
    height, width = person.photo.size
    x, y, w, h = cv2.boundingRect((~dressed.keep).view(np.uint8))
    box = np.array([x - MARGIN, y - MARGIN, x + w + MARGIN, y + h + MARGIN])
    rows, columns = dressed.fit.canvas_size
    if not w:  # nothing
        box = np.array([0, 0, columns, rows], float)
    inside = np.clip(box, 0, (columns, rows, columns, rows))
    x0, y0, x1, y1 = dressed.fit.unbox(inside)
    left, top = max(int(np.floor(x0)), 0), max(int(np.floor(y0)), 0)
    right, bottom = min(int(np.ceil(x1)), width), min(int(np.ceil(y1)), height)
    return slice(top, bottom), slice(left, right)


def _studio_points(dressed: Dressed, crop: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) float32 x and y in the studio frame of the crop's pixels."""
    fit = dressed.fit
    x = (np.arange(crop[1].start, crop[1].stop) + 0.5) * fit.scale - 0.5 + fit.x
    y = (np.arange(crop[0].start, crop[0].stop) + 0.5) * fit.scale - 0.5 + fit.y
    shape = (len(y), len(x))
    return (
        np.ascontiguousarray(np.broadcast_to(x.astype(np.float32), shape)),
        np.ascontiguousarray(np.broadcast_to(y.astype(np.float32)[:, None], shape)),
    )


def _inside(at: tuple[np.ndarray, np.ndarray], size: tuple[int, int]) -> np.ndarray:
    """(h, w) float32: 1 within the studio frame of this size, falling to 0 at its edge."""
    x, y = at
    edge = np.minimum(np.minimum(x, size[1] - 1 - x), np.minimum(y, size[0] - 1 - y))
    return np.clip(edge / 2 + 1, 0, 1)


def _read(
    values: np.ndarray, at: tuple[np.ndarray, np.ndarray], how: int = cv2.INTER_CUBIC
) -> np.ndarray:
    """Studio values (up to 4 channels) at the photo's pixels, float32."""
    return cv2.remap(values.astype(np.float32), at[0], at[1], how, borderMode=cv2.BORDER_REPLICATE)


def _enlarged_layout(
    dressed: Dressed, at: tuple[np.ndarray, np.ndarray], scale: float
) -> np.ndarray:
    """(10, h, w) float32: how much of each of the photo's pixels each part covers, sum 1.

    Between two parts runs the line where both are as probable; how far a pixel lies from it, not
    how sure the network is, says how much of either it shows. So borders are as narrow as the
    photo's own, also where the network wavers by a pixel or two.
    """
    logits = np.log(np.clip(dressed.layout, 1e-6, 1))
    order = np.sort(logits, 0)
    best, second = order[-1], order[-2]
    layout = np.zeros((len(logits), *at[0].shape), np.float32)
    for label, logit in enumerate(logits):
        margin = np.clip(logit - np.where(logit == best, second, best), -MOST_SURE, MOST_SURE)
        if margin.max() < -1:
            continue
        margin = cv2.GaussianBlur(margin, (0, 0), SOFTEN)
        slope = np.hypot(cv2.Scharr(margin, cv2.CV_32F, 1, 0), cv2.Scharr(margin, cv2.CV_32F, 0, 1))
        away = np.clip(margin / np.maximum(slope / 32, LEAST_SLOPE), -FAR, FAR)
        layout[label] = np.clip(0.5 + _read(away, at) / (scale * BORDER), 0, 1)
    layout += 1e-6
    layout /= layout.sum(0)
    return layout


def _painted(
    person: Person,
    dressed: Dressed,
    crop: tuple[slice, slice],
    at: tuple[np.ndarray, np.ndarray],
    under: np.ndarray,
    matte: np.ndarray,
    photo: np.ndarray,
) -> np.ndarray:
    """(h, w, 3) float32: the body without the garment, and what lies behind it."""
    colours = _true_to_seen(person, dressed)
    grain = Grain.of(photo).sheet(photo.shape[:2])[..., None]
    painted = under[Layout.BACKGROUND][..., None] * _background(person, crop, under, matte, photo)
    for part in PAINTED:
        weight = under[part]
        if weight.max() < 0.02:
            continue
        share = np.clip((dressed.layout[part] - SURE) / (1 - SURE), 0, 1).astype(np.float32)
        near = masked_blur(colours, share, FIELD)
        far = spread(colours, share) if share.max() > 0 else colours
        sure = np.clip(4 * cv2.GaussianBlur(share, (0, 0), FIELD), 0, 1)[..., None]
        field = sure * near + (1 - sure) * cv2.GaussianBlur(far, (0, 0), FIELD)
        painted += weight[..., None] * (_read(field, at) + grain)
    return painted


def _true_to_seen(person: Person, dressed: Dressed) -> np.ndarray:
    """The painted colours, (256, 192, 3) float32, moved to those that the photo shows of the same:
    painted skin to bare skin (or to the face's hue), trousers to trousers. First all alike, then
    near what is seen to that, so that an arm goes on as it begins."""
    shown = dressed.fit.labels(layout_of(person.parts, person.landmarks))
    parts = dressed.fit.labels(person.parts)
    pixels = _lab(dressed.fit.image(person.photo.pixels))
    lab = _lab(dressed.body)
    kernel = np.ones((3, 3), np.uint8)
    for group in ((*SKIN, Layout.LEGS), (Layout.LOWER,)):
        share = dressed.layout[list(group)].sum(0) * ~dressed.keep
        painted = share > 0.8
        seen = cv2.erode(np.isin(shown, group).astype(np.uint8), kernel) > 0
        near = seen
        if seen.sum() < HUE_PIXELS and Layout.LOWER not in group:
            seen = cv2.erode((parts == Part.FACE).astype(np.uint8), kernel) > 0
        if min(seen.sum(), painted.sum()) < HUE_PIXELS:
            continue
        shift = np.median(pixels[seen], 0) - np.median(lab[painted], 0)
        if near is not seen:
            shift[0] *= LIGHTNESS_KEPT
        lab += shift * share[..., None]
        if near is seen:
            weight = near.astype(np.float32)
            there = masked_blur(pixels, weight, NEAR)
            here = masked_blur(lab, painted.astype(np.float32), NEAR)
            trust = cv2.GaussianBlur(weight, (0, 0), NEAR)
            lab += (share * trust / (trust + LITTLE))[..., None] * (there - here)
    return np.clip(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB) * 255, 0, 255)


def _lab(pixels: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def _background(
    person: Person,
    crop: tuple[slice, slice],
    under: np.ndarray,
    matte: np.ndarray,
    photo: np.ndarray,
) -> np.ndarray:
    """(h, w, 3) float32: the photo's background, continued behind the person where the new
    clothes uncover it."""
    hole = (under[Layout.BACKGROUND] > 0.01) & (matte > BACKGROUND_MATTE)
    if not hole.any():
        return photo.astype(np.float32)
    hole = wider(hole, 2)
    known = ~wider(matte > BACKGROUND_MATTE, 3)
    small = min(1.0, FILL_LONG / max(photo.shape[:2]))
    filled = continue_texture(photo, known, hole, small)
    return np.where(hole[..., None], filled, photo)


def _cloth(
    garment: Garment, dressed: Dressed, at: tuple[np.ndarray, np.ndarray], scale: float
) -> np.ndarray:
    """(h, w, 3) float32: the garment's own pixels where they are worn, lit."""
    flow = [_read(dressed.flow[..., axis], at) for axis in (0, 1)]
    pixels: np.ndarray = bleed(garment.photo.pixels, garment.alpha)
    step = np.hypot(*np.gradient(flow[0])[::-1])
    finer = float(np.median(step))
    if finer > 1.3:  # the picture is finer than the photo: average before sampling
        pixels = cv2.GaussianBlur(pixels, (0, 0), 0.4 * finer)
    cloth = cv2.remap(pixels, flow[0], flow[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    worn = dressed.layout[Layout.GARMENT].astype(np.float32)
    light = masked_blur(dressed.light, worn, LIGHT_BLUR)
    if (worn > SURE).any():  # folds and shade; how bright the garment is says its own picture
        light = light / np.median(light[worn > SURE])
    return cloth * np.clip(_read(light, at), *LIGHT_LIMITS)[..., None]
