"""Words alone -> Garment: the nearest one of the gallery, designed by the words.

Notable here:
- each garment of the gallery has a cost. What the words ask for and a design cannot change costs
  most; 1 is about the cost of what can be changed, but would look better unchanged.
- garments that cost about the same take turns with the seed.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tryon.core.errors import Note, TryOnError
from tryon.core.types import Garment, Kind, Prompt
from tryon.core.vocabulary import ATTRIBUTES, COLOUR_RGB, TYPE_KIND
from tryon.design import dye, pattern
from tryon.design.designer import FABRICS, LENGTHS, SLEEVES, design, in_words
from tryon.design.graft import OWN_SLEEVES
from tryon.design.neckcut import CUT_TYPES, CUTS, OPEN_NECKS
from tryon.design.type_cost import NO_SUCH_TYPE, type_cost
from tryon.words.prompt import PatternDetails, pattern_details

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tryon.garment.gallery import Gallery, Item

# The type, where the words do not name it.
USUAL_TYPE = {Kind.UPPER: "t-shirt", Kind.LOWER: "trousers", Kind.DRESS: "dress"}
TYPE_BY = {  # what a top is called by its neckline or its cloth
    "neckline": {"turtleneck": "sweater", "hooded": "hoodie", "collar": "shirt"},
    "fabric": {"knit": "sweater", "wool": "sweater", "leather": "jacket", "suede": "jacket"}
    | {"denim": "jacket", "lace": "blouse", "silk": "blouse"},
}

SURE_TYPE = 0.6  # probability of a picture's type from which words may name another garment

AS_NEAR = 0.25  # cost: garments this close to the cheapest take turns with the seed

# Costs of a garment's cut. Cloth can be cut off, but not added.
UNKNOWN = 2.0  # it is not known how long it is, or what neckline it has
TO_BE_CUT = 1.0  # sleeves or hem are longer than asked for
SLEEVES_TOO_SHORT, SEWN_ON = 8.0, 3.5  # the second where a template lends longer sleeves
TOO_SHORT = 4.0
NO_SLEEVES = 2.0  # a top has none, though nothing was said of sleeves: most have some
OTHER_NECKLINE, NECK_TO_BE_CUT = 4.0, 2.5
UNUSUAL_NECKLINES = ("scoop", "boat", "turtleneck", "off-shoulder")  # not worn unless asked for
UNUSUAL_NECKLINE = 0.3
FITS = ATTRIBUTES["fit"]  # from slim to loose
OTHER_FIT = 2.2  # a step: trousers of another fit have another shape; a third of it for the others

# Costs of its cloth.
OTHER_FABRIC, HINTED_FABRIC = 3.0, 1.5  # the second for those that a design can hint at
DYED = ("colour", "shade", "pattern")
DYED_COLOUR = 0.6  # it has to be dyed; and so much more by how far apart the colours are
DYED_PATTERN = 1.0  # it is patterned and has to be dyed: stripes may drown in the dye
TEMPLATE = 0.5  # a template that is not dyed, or another garment that is
HIDES_FOLDS = 20.0  # L: cloth darker than this hides its folds

# Costs of what was ruled out.
RULED_OUT_TYPE, RULED_OUT = 50.0, 6.0


def choose(prompt: Prompt, gallery: "Gallery", kind: Kind | None = None, seed: int = 0) -> Garment:
    """The garment of the gallery nearest to the words, designed by them.

    kind: of garment, where the words do not say. seed: of the design; where several garments are
    about as near, it also says which. The garment's notes say what was chosen.
    Raises TryOnError("no_match") if the words say nothing about a garment.
    """
    if prompt.empty or not gallery.items:
        raise TryOnError("no_match")
    wanted = dict(prompt.attributes)
    notes = []
    if "type" not in wanted:
        usual = _usual_type(wanted, kind or Kind.UPPER)
        wanted = {"type": usual, **wanted}
        notes.append(Note("type_assumed", {"kept": in_words([("type", usual)])}))
    if wanted["type"] == "jeans" and "shade" in wanted:
        wanted.setdefault("colour", "blue")  # "light wash" is a blue
    item = nearest(gallery.items, replace(prompt, attributes=wanted), seed)
    notes.append(Note("from_gallery", {"name": dict(item.name)}))
    another = type_cost(wanted["type"], item.attributes.get("type", "")) >= NO_SUCH_TYPE
    if another and TYPE_KIND[wanted["type"]] == item.kind:  # for another kind `design` says it
        notes.append(Note("words_not_shown", {"words": in_words([("type", wanted["type"])])}))
    made = design(gallery.garment(item), replace(prompt, attributes=wanted), seed, gallery)
    return replace(made, notes=(*notes, *made.notes))


def names_another(prompt: Prompt, garment: Garment) -> bool:
    """Whether words name a garment that this one cannot be made into: "a red dress" beside jeans.

    Of the gallery's garments the type is known; of a picture only whether it is for another part of
    the body, and only where that is sure: what the words call a sweater may be this sweatshirt.
    """
    wanted, have = prompt.attributes.get("type"), garment.attributes.get("type", "")
    if wanted is None:
        return False
    if garment.identifier:
        return type_cost(wanted, have) > NO_SUCH_TYPE
    sure = garment.attribute_scores.get("type", 0.0) >= SURE_TYPE
    return sure and have in TYPE_KIND and TYPE_KIND[wanted] != garment.kind


def _usual_type(wanted: dict[str, str], kind: Kind) -> str:
    if kind == Kind.UPPER:
        for attribute, types in TYPE_BY.items():
            if wanted.get(attribute) in types:
                return types[wanted[attribute]]
    return USUAL_TYPE[kind]


def nearest(items: "Sequence[Item]", prompt: Prompt, seed: int = 0) -> "Item":
    """The item that costs least; see above."""
    sewn_on = {
        item.kind for item in items if item.template and item.attributes.get("sleeve") == "long"
    }
    costs = np.array([_cost(item, prompt, item.kind in sewn_on) for item in items])
    best = np.flatnonzero(costs <= costs.min() + AS_NEAR)
    best = best[costs[best].argsort(kind="stable")]
    return items[int(best[seed % len(best)])]


def _cost(item: "Item", prompt: Prompt, sewn_on: bool) -> float:
    """How far an item is from the words. sewn_on: a template lends longer sleeves."""
    wanted, have = prompt.attributes, item.attributes
    cost = type_cost(wanted["type"], have.get("type", ""))
    if sleeve := wanted.get("sleeve"):
        own = have.get("sleeve")
        reach = SLEEVES.index(own) - SLEEVES.index(sleeve) if own else 0
        longer = SEWN_ON if sewn_on and own in OWN_SLEEVES else SLEEVES_TOO_SHORT
        cost += UNKNOWN if own is None else longer if reach < 0 else TO_BE_CUT * (reach > 0)
    elif have.get("sleeve") == "sleeveless" and wanted["type"] in ("top", "t-shirt"):
        cost += NO_SLEEVES
    if length := wanted.get("length"):
        own = have.get("length")
        reach = LENGTHS[own] - LENGTHS[length] if own else 0
        cost += UNKNOWN if own is None else TOO_SHORT if reach < 0 else TO_BE_CUT * (reach > 0)
    if neckline := wanted.get("neckline"):
        cut = neckline in CUTS and have.get("neckline") in OPEN_NECKS and have["type"] in CUT_TYPES
        other = NECK_TO_BE_CUT if cut else OTHER_NECKLINE
        cost += {neckline: 0.0, None: UNKNOWN}.get(have.get("neckline"), other)
    elif have.get("neckline") in UNUSUAL_NECKLINES:
        cost += UNUSUAL_NECKLINE
    if (fabric := wanted.get("fabric")) and have.get("fabric") != fabric:
        cost += HINTED_FABRIC if fabric in FABRICS else OTHER_FABRIC
    if (fit := wanted.get("fit")) and have.get("fit") != fit:
        steps = abs(FITS.index(fit) - FITS.index(have.get("fit", "regular")))
        cost += steps * (OTHER_FIT if item.kind == Kind.LOWER else OTHER_FIT / 3)
    drawn = pattern_details(prompt) != PatternDetails()
    cost += _pattern_cost(wanted.get("pattern"), have.get("pattern", "plain"), drawn)
    colour = wanted.get("colour")
    if colour and have.get("colour") != colour:
        cost += DYED_COLOUR + _dye_cost(colour, have.get("colour"))
        if wanted.get("pattern") == have.get("pattern") and have.get("pattern") in pattern.PATTERNS:
            cost += DYED_PATTERN
    dyed = any(key in wanted and have.get(key) != wanted[key] for key in DYED)
    cost += TEMPLATE * (item.template != dyed)
    for attribute, values in prompt.excluded.items():
        if have.get(attribute) in values and attribute not in wanted:
            cost += RULED_OUT_TYPE if attribute == "type" else RULED_OUT
    return cost


def _pattern_cost(wanted: str | None, have: str, drawn: bool) -> float:
    """The cost of a garment's pattern beside the one wanted. drawn: the words say how the pattern
    looks, so it has to be laid anew."""
    if wanted is None:
        return 0.0 if have == "plain" else 3.0
    if wanted == have:
        return 2.5 if drawn and wanted in pattern.PATTERNS else 0.0
    return 0.5 if have == "plain" and wanted in pattern.PATTERNS else 5.0


def _dye_cost(colour: str, other: str | None) -> float:
    """0..1: cloth about as light as a colour takes it best; black cloth hides its folds."""
    if other is None or colour not in COLOUR_RGB or other not in COLOUR_RGB:
        return 0.3
    to, base = (float(dye.colour_named(name_)[0]) for name_ in (colour, other))
    hidden = 0.4 if base < HIDES_FOLDS and to > 2 * HIDES_FOLDS else 0.0
    return 0.6 * abs(to - base) / 100.0 + hidden
