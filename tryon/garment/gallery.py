"""Words or an id -> Garment: the garments that come with the program, ready cut out.

Notable here:
- nothing is analysed: alpha is the file's own, landmarks and attributes are exact and come from the
  index `assets/gallery.json`, so a gallery garment is ready in a few tens of milliseconds.
- the pictures show the garment as in a shop, with the inside of its back behind the neck or waist
  opening. The index has the outline of that inside, and `garment` leaves it out: on a wearer the
  body is there.
"""

import json
import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from PIL import Image

from tryon.core.arrays import Alpha, Labels, Mask, Pixels, Points
from tryon.core.errors import TryOnError
from tryon.core.masks import COVERED, SOLID, nearest_in
from tryon.core.places import ASSETS
from tryon.core.types import Garment, Kind, Limb, Outline, Panels, Photo
from tryon.core.vocabulary import ATTRIBUTES, OUTERWEAR_TYPES, TYPE_KIND
from tryon.garment.outline.limbs import limb_map
from tryon.garment.outline.shape import shape_of
from tryon.garment.passes import read_passes

log = logging.getLogger(__name__)

INDEX = "gallery.json"
CATEGORIES = ("tops", "outerwear", "bottoms", "dresses")
KEPT = 8  # garments kept ready; one takes about 10 MB

# Which item is nearest to what is asked for. The type counts first, then these, in this order.
RANKED = ("sleeve", "length", "neckline", "colour", "pattern", "shade", "fabric", "fit")
ORDERED = {  # attributes whose values lie in a row, so that one can be farther off than another
    "sleeve": {value: place for place, value in enumerate(ATTRIBUTES["sleeve"])},
    "length": {"cropped": 0, "short": 0, "regular": 1, "long": 2},
}
DYED = ("colour", "pattern", "shade")  # what a template can be given by words
OTHER_TYPE, OTHER_CATEGORY, OTHER_KIND = 1, 2, 3  # how far off another type is

# Cleaning up a picture.
CROTCH_DEEP = 0.14  # of the picture's height: below this the legs' gap is left as it is
CROTCH_POINTED = 1.4  # exponent: how slowly the gap opens
SUBPIXELS = 4  # bits of cv2.fillPoly's fixed point coordinates
CRUMBS_PX = 5  # px: what is narrower than this beside a removed part goes with it
CARRIED_PX = 12  # px: how far colours go on under the transparent part

# Numbers of the sewn pieces that are limbs of their own.
PANEL_LIMB = MappingProxyType({1: Limb.BODY, 3: Limb.LEFT, 4: Limb.RIGHT})


@dataclass(frozen=True, eq=False)
class Item:
    """One garment of the index.

    path, thumbnail: its pictures. name: {"en", "zh"}. category: one of `CATEGORIES`.
    audience: "women", "men" or "unisex". attributes: values of the vocabulary.
    template: plain and light, made to be dyed by words.
    landmarks: 23, indexed by `Outline`, in picture pixels; confidence 1 or 0.
    inside: (n, 2) float32 outlines, picture pixels, of what is seen of the garment's inside.
    passes: the picture of its cloth coordinates and panels (`passes.py`), None without one.
    cloth: sRGB 0..255 of the dye in the picture, None where it is not known.
    """

    identifier: str
    path: Path
    thumbnail: Path
    size: tuple[int, int]  # height, width
    kind: Kind
    category: str
    audience: str
    name: MappingProxyType[str, str]
    attributes: MappingProxyType[str, str]
    template: bool
    landmarks: Points
    inside: tuple[Points, ...]
    source: str
    licence: str
    passes: Path | None = None
    cloth: tuple[int, int, int] | None = None


class Gallery:
    """The garments of an index. Safe to share between threads.

    >>> gallery = Gallery.load()
    >>> garment = gallery.garment(gallery.find({"type": "hoodie", "colour": "green"}))
    """

    def __init__(self, items: tuple[Item, ...]) -> None:
        self.items = items
        self._ready: OrderedDict[str, Garment] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path = ASSETS) -> "Gallery":
        """Read the index of a folder; a folder without one is an empty gallery.

        Raises ValueError for an index with values that are not in the vocabulary.
        """
        index = Path(folder) / INDEX
        if not index.is_file():
            log.warning("no %s: the gallery is empty", index)
            return cls(())
        lines = json.loads(index.read_text(encoding="utf-8"))
        return cls(tuple(_item(line, index.parent) for line in lines))

    def find(self, attributes: dict[str, str]) -> Item:
        """The item that comes nearest to the attributes asked for.

        The type counts first, then sleeve, length, neckline, colour, pattern and the rest. Of
        equals a template comes first where something has to be dyed, a showpiece otherwise.
        Raises TryOnError("no_match") if the gallery is empty, ValueError for unknown attributes.
        """
        for attribute, value in attributes.items():
            if value not in ATTRIBUTES.get(attribute, ()):
                raise ValueError(f"not in the vocabulary: {attribute}={value!r}")
        if not self.items:
            raise TryOnError("no_match")
        return min(self.items, key=lambda item: _distance(item, attributes))

    def garment(self, item: Item) -> Garment:
        """The garment itself, cut out, with limbs and landmarks; the last few are kept."""
        with self._lock:
            if item.identifier in self._ready:
                self._ready.move_to_end(item.identifier)
                return self._ready[item.identifier]
        made = _garment(item)
        with self._lock:
            self._ready[item.identifier] = made
            while len(self._ready) > KEPT:
                self._ready.popitem(last=False)
        return made


# --- the index ---------------------------------------------------------------------------------


def _item(line: dict[str, Any], folder: Path) -> Item:
    """One line of the index, checked against the vocabulary."""
    for attribute, value in line["attributes"].items():
        if value not in ATTRIBUTES.get(attribute, ()):
            raise ValueError(f"{line['id']}: not in the vocabulary: {attribute}={value!r}")
    if line["category"] not in CATEGORIES:
        raise ValueError(f"{line['id']}: expected one of {CATEGORIES}, got {line['category']!r}")
    landmarks = np.zeros((len(Outline), 3), np.float32)
    for name, (x, y) in line["landmarks"].items():
        landmarks[Outline[name.upper()]] = x, y, 1
    landmarks.flags.writeable = False
    width, height = line["size"]
    return Item(
        identifier=line["id"],
        path=folder / line["file"],
        thumbnail=folder / line["thumbnail"],
        size=(height, width),
        kind=Kind(line["kind"]),
        category=line["category"],
        audience=line["audience"],
        name=MappingProxyType(line["name"]),
        attributes=MappingProxyType(line["attributes"]),
        template=line["template"],
        landmarks=landmarks,
        inside=tuple(np.array(outline, np.float32) for outline in line["inside"]),
        source=line["source"],
        licence=line["licence"],
        passes=folder / line["passes"] if line.get("passes") else None,
        cloth=_colour(line),
    )


def _colour(line: dict[str, Any]) -> tuple[int, int, int] | None:
    """The dye of an index line, None without one. Raises ValueError for what is no colour."""
    dye = line.get("cloth")
    if dye is None:
        return None
    if len(dye) != 3 or not all(isinstance(part, int) and 0 <= part <= 255 for part in dye):
        raise ValueError(f"{line['id']}: cloth: expected three of 0..255, got {dye!r}")
    red, green, blue = dye
    return red, green, blue


# --- finding -----------------------------------------------------------------------------------


def _distance(item: Item, asked: dict[str, str]) -> tuple[int, ...]:
    """How far an item is from what is asked for, the most important difference first."""
    have = item.attributes
    misses = [_type_distance(item, asked.get("type"))]
    for attribute in RANKED:
        want = asked.get(attribute)
        if want is None:
            misses.append(0)
        elif attribute in ORDERED:
            places = ORDERED[attribute]
            own = places.get(have.get(attribute, ""), max(places.values()) + 1)
            misses.append(abs(own - places[want]))
        else:
            misses.append(int(have.get(attribute) != want))
    to_dye = any(
        attribute in asked and have.get(attribute) != asked[attribute] for attribute in DYED
    )
    return (*misses, int(item.template != to_dye))


def _type_distance(item: Item, want: str | None) -> int:
    have = item.attributes["type"]
    if want is None or have == want:
        return 0
    if TYPE_KIND[want] != item.kind:
        return OTHER_KIND
    same_category = (want in OUTERWEAR_TYPES) == (item.category == "outerwear")
    return OTHER_TYPE if same_category else OTHER_CATEGORY


# --- the garment -------------------------------------------------------------------------------


def _garment(item: Item) -> Garment:
    """Read an item's picture and put it together with what the index says about it."""
    with Image.open(item.path) as image:
        pixels = np.array(image.convert("RGBA"))
    colours, alpha = np.ascontiguousarray(pixels[..., :3]), pixels[..., 3]
    if item.inside:
        colours, alpha = _without_inside(colours, alpha, item.inside)
    if item.landmarks[Outline.CROTCH, 2]:
        colours, alpha = _narrow_crotch(colours, alpha, item.landmarks[Outline.CROTCH, :2])
    mask = alpha >= COVERED
    panels = None if item.passes is None else read_passes(item.passes, item.size)
    if panels is None:
        limbs = limb_map(mask, shape_of(mask), item.landmarks, item.kind)
    else:
        limbs = _sewn_limbs(mask, panels, item)
    return Garment(
        photo=Photo(colours, alpha),
        alpha=alpha,
        limbs=limbs,
        landmarks=item.landmarks,
        kind=item.kind,
        attributes=dict(item.attributes),
        attribute_scores=dict.fromkeys(item.attributes, 1.0),
        identifier=item.identifier,
        panels=panels,
    )


def _narrow_crotch(colours: Pixels, alpha: Alpha, crotch: Points) -> tuple[Pixels, Alpha]:
    """Colours and alpha with the round arch below the crotch made a point, filled with the cloth
    beside it: in the arch a wearer's skin would show."""
    colours, alpha = colours.copy(), alpha.copy()
    deep = max(round(CROTCH_DEEP * len(alpha)), 1)
    top = max(round(float(crotch[1])) - deep // 6, 0)
    for row in range(top, min(top + deep, len(alpha))):
        cloth = np.flatnonzero(alpha[row] >= SOLID)
        left, right = cloth[cloth < crotch[0]], cloth[cloth >= crotch[0]]
        if len(left) == 0 or len(right) == 0 or right[0] - left[-1] < 3:
            continue
        a, b = int(left[-1]), int(right[0])
        half = (b - a) / 2 * ((row - top) / deep) ** CROTCH_POINTED
        middle = (a + b) / 2
        for start, stop, source in (
            (a + 1, round(middle - half), a),
            (round(middle + half), b, b),
        ):
            if stop > start:
                colours[row, start:stop] = colours[row, source]
                alpha[row, start:stop] = 255
    return colours, alpha


def _sewn_limbs(mask: Mask, panels: Panels, item: Item) -> Labels:
    """Labels of `Limb`, from the pieces the garment was sewn from: exact even where a sleeve hangs
    behind the body's cloth. Collars, pockets, buttons belong to the piece they lie on."""
    table = np.zeros(256, np.uint8)
    for number, limb in PANEL_LIMB.items():
        table[number] = limb
    known = table[panels.panel]
    if not known.any():
        return np.where(mask, np.uint8(Limb.BODY), np.uint8(Limb.NONE))
    nearest, _ = nearest_in(known > 0)
    limbs: np.ndarray = cv2.resize(
        known.ravel()[nearest], mask.shape[::-1], interpolation=cv2.INTER_NEAREST
    )
    if item.kind != Kind.LOWER:
        for name in ("LEFT", "RIGHT"):
            _cut_armhole(limbs, item.landmarks, name)
    return np.where(mask, limbs, np.uint8(Limb.NONE))


def _cut_armhole(limbs: Labels, landmarks: Points, name: str) -> None:
    """Make sleeve and body meet on the straight line from shoulder to armpit, in place: a seam that
    bulges outwards there would lie beside the shoulder of a wearer whose arms hang."""
    if not landmarks[Outline[f"ELBOW_{name}"], 2]:
        return
    shoulder, armpit = (landmarks[Outline[f"{part}_{name}"], :2] for part in ("SHOULDER", "ARMPIT"))
    rows = slice(0, max(round(float(armpit[1])), 0))
    y, x = np.mgrid[rows, : limbs.shape[1]].astype(np.float32)
    along = np.where(y < shoulder[1], shoulder[1], y) - shoulder[1]
    line = shoulder[0] + (armpit - shoulder)[0] * along / max((armpit - shoulder)[1], 1.0)
    outer = (x > line) if name == "LEFT" else (x < line)
    part = limbs[rows]
    own = (part == Limb.BODY) | (part == Limb[name])
    half = (x > limbs.shape[1] / 2) == (name == "LEFT")
    part[own & half] = np.where(outer, Limb[name], Limb.BODY)[own & half].astype(np.uint8)


def _without_inside(
    colours: Pixels, alpha: Alpha, outlines: tuple[Points, ...]
) -> tuple[Pixels, Alpha]:
    """Colours and alpha without the parts in the outlines; the colours of the edge go on under the
    hole, so that no lining shines through when it is resampled."""
    hole = np.zeros(alpha.shape, np.uint8)
    for outline in outlines:
        points = np.round(outline * 2**SUBPIXELS).astype(np.int32)
        cv2.fillPoly(hole, [points], 255, cv2.LINE_AA, SUBPIXELS)
    left = np.minimum(alpha, 255 - hole)
    crumbs = np.ones((CRUMBS_PX, CRUMBS_PX), np.uint8)
    solid = cv2.morphologyEx((left >= COVERED).astype(np.uint8), cv2.MORPH_OPEN, crumbs)
    near_hole = cv2.dilate(hole, np.ones((2 * CRUMBS_PX + 1,) * 2, np.uint8)) > 0
    reach = cv2.dilate(solid, crumbs) > 0
    left = np.where(near_hole & ~reach, 0, left).astype(np.uint8)

    keep = left >= SOLID
    around = cv2.dilate(hole, np.ones((2 * CARRIED_PX + 1,) * 2, np.uint8)) > 0
    nearest, distance = nearest_in(keep)
    carry = around & ~keep & (distance <= CARRIED_PX)
    colours = np.where(carry[..., None], colours.reshape(-1, 3)[nearest], colours)
    return colours, left
