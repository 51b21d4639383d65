"""Result -> pictures of how it was made: pose, parts, region, cut-out, warp, body, result.

Notable here:
- everything is drawn at the size it will be looked at, so that lines and letters have the same
  weight on a selfie and on a 25-megapixel photo.
- left is warm and right is cool in the skeleton, as the wearer's own left and right.
- the warp is shown by lines of equal garment coordinates: a straight grid on the garment picture,
  bent as the garment is bent.
"""

from collections.abc import Iterable
from itertools import pairwise
from types import MappingProxyType

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tryon.core.arrays import Pixels
from tryon.core.frame import Fit
from tryon.core.masks import COVERED
from tryon.core.types import Garment, Outline, Part, Person, Pose, Result
from tryon.person.body import ARMS, LEGS_TO_TOES, SIDES

LONG_SIDE = 1024  # pixels, of each picture; smaller photos stay as they are

# Part -> its colour (RGB) and its names (English, Chinese).
PARTS: MappingProxyType[Part, tuple[tuple[int, int, int], str, str]] = MappingProxyType(
    {
        Part.HAIR: ((92, 64, 130), "hair", "头发"),
        Part.FACE: ((246, 190, 152), "face", "脸"),
        Part.NECK: ((226, 142, 116), "neck", "颈部"),
        Part.UPPER: ((58, 126, 214), "top", "上衣"),
        Part.OUTERWEAR: ((38, 70, 148), "outerwear", "外套"),
        Part.DRESS: ((214, 72, 132), "dress", "连衣裙"),
        Part.TROUSERS: ((44, 158, 120), "trousers", "裤子"),
        Part.SKIRT: ((150, 190, 62), "skirt", "半身裙"),
        Part.LEFT_ARM: ((240, 150, 60), "left arm", "左臂"),
        Part.RIGHT_ARM: ((70, 190, 204), "right arm", "右臂"),
        Part.LEFT_LEG: ((214, 112, 40), "left leg", "左腿"),
        Part.RIGHT_LEG: ((40, 146, 168), "right leg", "右腿"),
        Part.SHOES: ((122, 86, 62), "shoes", "鞋"),
        Part.ACCESSORY: ((236, 204, 66), "accessory", "配饰"),
        Part.LEFT_HAND: ((255, 190, 90), "left hand", "左手"),
        Part.RIGHT_HAND: ((120, 222, 226), "right hand", "右手"),
    }
)

_WARM, _COOL, _MIDDLE = (255, 138, 61), (56, 176, 222), (250, 250, 250)
_FINGER, _OTHERS = (255, 225, 150), (170, 170, 170)  # hands; boxes of other people
_ACCENT = (255, 92, 122)  # outlines
_INK, _PAPER = (34, 36, 42), (250, 249, 246)
_BONES = (
    (Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER, _MIDDLE),
    (Pose.LEFT_HIP, Pose.RIGHT_HIP, _MIDDLE),
    (Pose.LEFT_SHOULDER, Pose.LEFT_HIP, _WARM),
    (Pose.RIGHT_SHOULDER, Pose.RIGHT_HIP, _COOL),
    *(
        (start, end, colour)
        for chains in (ARMS, LEGS_TO_TOES)
        for side, colour in zip(SIDES, (_WARM, _COOL), strict=True)
        for start, end in pairwise(chains[side])
    ),
)
_FACE = (Pose.NOSE, Pose.LEFT_EYE, Pose.RIGHT_EYE, Pose.LEFT_EAR, Pose.RIGHT_EAR)
_FINGERS = tuple(
    (0 if joint == 0 else base + joint - 1, base + joint)
    for base in (1, 5, 9, 13, 17)
    for joint in range(4)
)
_SEEN = 0.3  # visibility under which a landmark is a guess and is not drawn
_GRID_CELLS = 14  # grid lines over the long side of the garment
_CHECK = 16  # pixels, side of a square of the checkerboard behind a cut-out
_SUBPIXEL = 4  # bits cv2 draws with behind the point


def draw_stages(
    result: Result, *, long_side: int = LONG_SIDE, legend: bool = True
) -> dict[str, Pixels]:
    """Stage -> picture, in the order of the flow.

    pose, parts, region, warp, body, result show the person photo's frame; cutout the garment's.
    long_side: pixels, the largest height or width. legend: name the parts' colours under the
    picture of parts, in English (`PARTS` has the names for a legend of one's own).
    """
    person = result.person
    fit = _shown_at(person.photo.size, long_side)
    view = fit.image(person.photo.pixels)
    parts = _parts(view, fit.labels(person.parts))
    return {
        "pose": _pose(view, person, fit),
        "parts": _with_legend(parts, np.unique(person.parts)) if legend else parts,
        "region": _region(view, fit.mask(result.region)),
        "cutout": _cutout(result.garment, long_side),
        "warp": _warp(result, fit),
        "body": _body(result, fit),
        "result": fit.image(result.photo.pixels),
    }


def _shown_at(size: tuple[int, int], long_side: int) -> Fit:
    scale = min(1.0, long_side / max(size))
    height, width = (max(1, round(side * scale)) for side in size)
    return Fit.inside(size, (height, width))


# --- pose --------------------------------------------------------------------------------------


def _pose(view: np.ndarray, person: Person, fit: Fit) -> np.ndarray:
    picture = _dimmed(view, 0.62)
    unit = max(view.shape[:2]) / 400  # pixels: lines grow with the picture
    seen = person.landmarks[:, 2]
    points = fit.points(person.landmarks)
    for x0, y0, x1, y1 in fit.box(person.others):
        _line(picture, ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)), _OTHERS, unit)
    for start, end, colour in _BONES:
        if min(seen[start], seen[end]) > _SEEN:
            _line(picture, points[[start, end], :2], _INK, 3.4 * unit)
            _line(picture, points[[start, end], :2], colour, 2.2 * unit)
    for hand in person.hands:
        joints = fit.points(hand)
        for near, far in _FINGERS:
            _line(picture, joints[[near, far], :2], _FINGER, 0.8 * unit)
    drawn = {joint: colour for bone in _BONES for joint in bone[:2] for colour in (bone[2],)}
    drawn.update(dict.fromkeys(_FACE, _MIDDLE))
    for joint, colour in drawn.items():
        if seen[joint] > _SEEN:
            radius = (1.4 if joint in _FACE else 3) * unit
            _dot(picture, points[joint], radius, _INK)
            _dot(picture, points[joint], 0.68 * radius, colour)
    return picture


# --- parts -------------------------------------------------------------------------------------


def _parts(view: np.ndarray, labels: np.ndarray) -> np.ndarray:
    colours = np.zeros((256, 3), np.uint8)
    for part, (colour, *_) in PARTS.items():
        colours[part] = colour
    grey = _grey(view)
    painted = cv2.addWeighted(colours[labels], 0.68, grey, 0.32, 0)
    picture = np.where((labels > 0)[..., None], painted, _dimmed(grey, 0.55))
    unit = max(1, round(max(view.shape[:2]) / 700))
    edge = cv2.morphologyEx(labels, cv2.MORPH_GRADIENT, np.ones((unit + 1, unit + 1), np.uint8)) > 0
    picture[edge] = 255
    return picture


def _with_legend(picture: np.ndarray, labels: Iterable[int]) -> np.ndarray:
    """The picture with a strip under it: a swatch and a name for every part that is there."""
    height, width = picture.shape[:2]
    size = max(12, round(max(height, width) / 52))
    font = ImageFont.load_default(size)
    places, x, y = [], size, round(0.7 * size)
    for part in (Part(label) for label in labels if Part(label) in PARTS):
        name = PARTS[part][1]
        wide = round(1.5 * size + font.getlength(name) + 1.4 * size)
        if x + wide > width and x > size:
            x, y = size, y + round(1.6 * size)
        places.append((x, y, PARTS[part][0], name))
        x += wide
    strip = Image.new("RGB", (width, y + 2 * size), _PAPER)
    draw = ImageDraw.Draw(strip)
    for x, y, colour, name in places:
        draw.rounded_rectangle((x, y, x + size, y + size), size // 4, fill=colour)
        draw.text((x + 1.5 * size, y + size / 2), name, _INK, font, anchor="lm")
    return np.vstack([picture, np.asarray(strip)])


# --- region ------------------------------------------------------------------------------------


def _region(view: np.ndarray, region: np.ndarray) -> np.ndarray:
    """The photo, pale outside the region, where nothing may change."""
    picture = np.where(region[..., None], view, _pale(view))
    _outline(picture, region, max(view.shape[:2]) / 560)
    return picture


# --- garment -----------------------------------------------------------------------------------


def _cutout(garment: Garment, long_side: int) -> np.ndarray:
    fit = _shown_at(garment.photo.size, long_side)
    view, alpha = fit.image(garment.photo.pixels), fit.image(garment.alpha)
    picture = _over(_checkerboard(alpha.shape), view, alpha)
    unit = max(alpha.shape) / 400
    _outline(picture, alpha >= COVERED, 0.7 * unit)
    for point, (x, y, confidence) in enumerate(fit.points(garment.landmarks)):
        if confidence > 0:
            name = Outline(point).name
            colour = _WARM if "LEFT" in name else _COOL if "RIGHT" in name else _MIDDLE
            _dot(picture, (x, y), 3 * unit, _INK)
            _dot(picture, (x, y), 2.1 * unit, colour)
    return picture


def _warp(result: Result, fit: Fit) -> np.ndarray:
    coverage = fit.image(result.composite.coverage)
    shown = fit.image(result.photo.pixels)
    picture = _over(_pale(fit.image(result.person.photo.pixels)), shown, coverage)
    lines = _grid_lines(result)
    draft = result.draft.fit
    # The canvas onto the view: out of the canvas into the photo, and on into the view.
    scale = fit.scale / draft.scale
    across = Fit(
        scale, fit.x - draft.x * scale, fit.y - draft.y * scale, lines.shape, fit.canvas_size
    )
    strength = across.image(lines)[..., None] * (coverage[..., None] / np.float32(255))
    bright = shown.mean(2, keepdims=True) > 140
    ink = np.where(bright, np.uint8(20), np.uint8(255))
    picture = np.rint(picture + (ink - picture.astype(np.float32)) * strength)
    return picture.astype(np.uint8)


def _grid_lines(result: Result) -> np.ndarray:
    """(h, w) float32 on the canvas, 0..1: lines of equal garment x and of equal garment y."""
    garment = result.garment
    cell = max(1.0, np.ptp(np.argwhere(garment.mask), axis=0).max(initial=1)) / _GRID_CELLS
    lines = np.zeros(result.draft.reach.shape, np.float32)
    for layer in result.draft.layers:
        drawn = np.zeros_like(lines)
        for axis in (0, 1):
            phase = layer.flow[..., axis] / np.float32(cell)
            slope = np.hypot(*np.gradient(phase))
            distance = np.abs(phase - np.rint(phase)) / np.maximum(slope, 1e-4)  # canvas pixels
            drawn = np.maximum(drawn, np.clip(1.1 - distance, 0, 1))
        x, y = layer.flow[..., 0], layer.flow[..., 1]
        alpha = cv2.remap(garment.alpha, x, y, cv2.INTER_LINEAR, borderValue=0)
        shows = layer.weight * (alpha / np.float32(255))
        lines = lines * (1 - shows) + np.nan_to_num(drawn) * shows
    return 0.55 * lines


# --- body --------------------------------------------------------------------------------------


def _body(result: Result, fit: Fit) -> np.ndarray:
    """The person without the old garment. Under the new one nothing was painted, and the old one
    is there still: a checkerboard says that nothing is known there."""
    hidden = fit.image(result.composite.coverage)
    return _over(fit.image(result.composite.body), _checkerboard(hidden.shape), hidden)


# --- drawing -----------------------------------------------------------------------------------


def _checkerboard(size: tuple[int, int]) -> np.ndarray:
    y, x = np.ogrid[: size[0], : size[1]]
    field = ((y // _CHECK + x // _CHECK) % 2).astype(np.uint8)
    return np.repeat((244 - 14 * field)[..., None], 3, axis=2)


def _over(back: np.ndarray, front: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    opacity = alpha[..., None].astype(np.float32) / 255
    return np.rint(back + (front.astype(np.float32) - back) * opacity).astype(np.uint8)


def _grey(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def _pale(picture: np.ndarray) -> np.ndarray:
    return cv2.convertScaleAbs(_grey(picture), alpha=0.4, beta=0.6 * 255)


def _dimmed(picture: np.ndarray, light: float) -> np.ndarray:
    return cv2.convertScaleAbs(picture, alpha=light)


def _outline(picture: np.ndarray, mask: np.ndarray, thickness: float) -> None:
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, _ACCENT, max(1, round(thickness)), cv2.LINE_AA)


def _line(
    picture: np.ndarray,
    points: np.ndarray | Iterable[tuple[float, float]],
    colour: tuple[int, int, int],
    thickness: float,
) -> None:
    fixed = _fixed(np.asarray(points, np.float32))[:, None]
    width = max(1, round(thickness))
    cv2.polylines(picture, [fixed], False, colour, width, cv2.LINE_AA, _SUBPIXEL)


def _dot(
    picture: np.ndarray,
    point: np.ndarray | tuple[float, float],
    radius: float,
    colour: tuple[int, int, int],
) -> None:
    x, y = _fixed(np.asarray(point, np.float32)[:2])
    size = max(1, round(radius * 2**_SUBPIXEL))
    cv2.circle(picture, (int(x), int(y)), size, colour, cv2.FILLED, cv2.LINE_AA, _SUBPIXEL)


def _fixed(points: np.ndarray) -> np.ndarray:
    """cv2's fixed point coordinates, none so far outside that they would overflow."""
    return np.rint(points.clip(-20_000, 20_000) * 2**_SUBPIXEL).astype(np.int32)
