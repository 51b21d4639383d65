"""Garment + words -> another garment: recoloured, patterned, shortened, at full resolution.

Notable here:
- only what the words say changes. What they say and a picture cannot show (a higher neckline,
  another kind of garment) is left as it is and told in a note.
- cutting comes first (`tailor.py`), then the colour of the ground and what is laid on it
  (`dye.py`, `pattern.py`). Folds and shading stay; buttons and prints stay unless the words speak
  of the pattern.
- how wide and long the words want it to hang is passed on (`Garment.hang`): the draft obeys it.
- the same garment, words and seed give the same pixels.
"""

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tryon.core.errors import Note, TryOnError
from tryon.core.types import Garment, Hang, Kind, Photo, Prompt
from tryon.core.vocabulary import ATTRIBUTES, COLOUR_RGB, OUTERWEAR_TYPES, TYPE_KIND, name
from tryon.design import dye, pattern
from tryon.design.graft import OWN_SLEEVES, lengthen_sleeves
from tryon.design.neckcut import CUT_TYPES, CUTS, OPEN_NECKS, cut_neckline
from tryon.design.tailor import shorten, shorten_sleeves
from tryon.garment import passes
from tryon.words.prompt import PatternDetails, asked_hang, pattern_details

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tryon.garment.gallery import Gallery, Item

log = logging.getLogger(__name__)
NOUNS = {"sleeve": "sleeves", "neckline": "neckline", "length": "length", "fit": "fit"}
SLEEVES = ATTRIBUTES["sleeve"]  # from none to long
LENGTHS = {"cropped": 0, "short": 0, "regular": 1, "long": 2}
FITS = ATTRIBUTES["fit"]  # from slim to loose
MARGIN = 12  # pixels around the garment that are dyed too: soft edges are sampled there
CLEAR_PRINT = 0.90  # of the garment is ground: more print than that is a pattern of its own
OF_DENIM = ("blue", "navy", "black")  # cloth of other colours is dyed when it becomes denim
# Fabrics that can be hinted at, and the contrast of their folds: leather and silk shine.
FABRICS = {"denim": 1.0, "knit": 1.0, "leather": 1.45, "silk": 1.3, "velvet": 1.35}
SAME_COLOUR = 8.0  # Delta E (CIE76)
DENIM_RGB = (62, 84, 126)
ANIMAL_GROUND = {"zebra": "white", "tiger": "orange"}
USUAL_TYPE = {Kind.UPPER: "t-shirt", Kind.LOWER: "trousers", Kind.DRESS: "dress"}
# What a top is taken for by its neckline or its cloth, where the words do not name it.
TYPE_BY = {
    "neckline": {"turtleneck": "sweater", "hooded": "hoodie", "collar": "shirt"},
    "fabric": {"knit": "sweater", "wool": "sweater", "leather": "jacket", "suede": "jacket"}
    | {"denim": "jacket", "lace": "blouse", "silk": "blouse"},
}
AS_NEAR = 0.25  # cost: garments this close take turns with the seed
NO_SUCH_TYPE = 5.0
HIDES_FOLDS = 20.0  # L
DYED = ("colour", "shade", "pattern")
ANY_TOP = 1.0  # cost: a hoodie is a top too, but who wants one says so
OTHER_FIT = 2.2  # cost of a step: trousers of another fit have another shape, tops hang otherwise
SEWN_ON = 3.5  # cost of longer sleeves, if templates lend some; else they cannot be had
CUT = 2.5  # cost of a neckline that can be cut: less than that of one that cannot
NO_SLEEVES = 2.0  # cost of a top without any, if none is asked for: most have some
DYED_PATTERN = 1.0  # cost of a patterned garment in another colour: stripes may drown in the dye
TEMPLATE = 0.5  # cost of a template that is not dyed, or of another garment that is
UNUSUAL_NECKLINES = ("scoop", "boat", "turtleneck", "off-shoulder")  # not worn unless asked for
# Types that pass for one another, and what can be cut into what.
FAMILIES = (
    {"t-shirt", "top", "polo", "tank-top"},
    {"shirt", "blouse", "polo"},
    {"sweater", "sweatshirt", "hoodie", "cardigan", "top"},
    {"jacket", "blazer", "coat", "cardigan"},
    {"trousers", "jeans", "leggings"},
)
CUT_FROM = {"shorts": {"trousers", "jeans"}, "tank-top": {"t-shirt", "top"}, "t-shirt": {"top"}}


def design(
    garment: Garment, prompt: Prompt, seed: int = 0, gallery: "Gallery | None" = None
) -> Garment:
    """The garment as the words want it; attributes that were changed are updated.

    gallery: its templates lend their sleeves where longer ones are asked for.
    Its notes tell what was understood but cannot be shown. Nothing said: the garment itself.
    """
    if prompt.empty:
        return garment
    asked = prompt.attributes
    shown = _Shown(dict(garment.attributes))
    made = _cut(garment, asked, shown, gallery)
    made = _repaint(made, prompt, shown, seed)
    for attribute in ("type", "neckline", "fabric"):
        value = asked.get(attribute)
        if value is not None and shown.attributes.get(attribute) != value:
            if attribute == "type" and TYPE_KIND[value] == garment.kind:
                continue  # a T-shirt called a top: what it is called changes nothing
            shown.missing.append((attribute, value))
    for attribute in ("type", "colour", "sleeve", "neckline", "length", "fabric"):
        value = shown.attributes.get(attribute)
        if value in prompt.excluded.get(attribute, ()) and attribute not in asked:
            shown.missing.append(("!" + attribute, value))
    if "fit" in asked:
        shown.attributes["fit"] = asked["fit"]
    notes = (*garment.notes, *shown.notes)
    if shown.missing:
        notes = (*notes, Note("words_not_shown", {"words": _in_words(shown.missing)}))
    scores = {
        key: garment.attribute_scores[key] if garment.attributes.get(key) == value else 1.0
        for key, value in shown.attributes.items()
    }
    return replace(
        made,
        attributes=shown.attributes,
        attribute_scores=scores,
        notes=notes,
        hang=_hang(garment.hang, asked_hang(prompt)),
    )


def _hang(before: Hang, asked: Hang) -> Hang:
    """What was asked last counts."""
    return Hang(
        before.width if asked.width is None else asked.width,
        before.length if asked.length is None else asked.length,
    )


def _in_words(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Attribute-value pairs as a list in both languages; "!attribute" is one ruled out."""
    english, chinese = [], []
    for attribute, value in pairs:
        plain = attribute.lstrip("!")
        english.append(("not " if plain != attribute else "") + _as_said(plain, value))
        chinese.append(("不要" if plain != attribute else "") + name(plain, value, "zh"))
    return {"en": ", ".join(english), "zh": "、".join(chinese)}


def _as_said(attribute: str, value: str) -> str:
    """ "long" alone says nothing: "long sleeves"."""
    if value.endswith(("less", "ed", "neck", "shoulder")):
        return value
    return f"{value} {NOUNS[attribute]}" if attribute in NOUNS else value


class _Shown:
    """What the garment is by now, and what was asked for and could not be shown."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.missing: list[tuple[str, str]] = []
        self.notes: list[Note] = []


# --- cutting -----------------------------------------------------------------------------------


def _cut(
    garment: Garment, asked: dict[str, str], shown: _Shown, gallery: "Gallery | None"
) -> Garment:
    sleeve, length = asked.get("sleeve"), asked.get("length")
    if asked.get("type") == "shorts" and garment.kind == Kind.LOWER and length is None:
        length = "short"
    if sleeve is not None and shown.attributes.get("sleeve") != sleeve:
        other = shorten_sleeves(garment, sleeve) if sleeve != "long" else None
        if other is None and gallery is not None:
            other = _with_longer_sleeves(garment, sleeve, gallery)
            if other is not None:
                shown.notes.append(Note("sleeves_added"))
        if other is None:
            shown.missing.append(("sleeve", sleeve))
        else:
            garment = other
            shown.attributes["sleeve"] = sleeve
    if length is not None and LENGTHS.get(shown.attributes.get("length", "")) != LENGTHS[length]:
        shorter = shorten(garment, length)
        if shorter is not None:
            garment = shorter
            shown.attributes["length"] = length
            if asked.get("type") == "shorts":
                shown.attributes["type"] = "shorts"
        elif length == "long" and garment.kind != Kind.LOWER:
            shown.attributes["length"] = length  # the draft lets it hang lower
        elif "length" in asked:
            shown.missing.append(("length", length))
    neckline = asked.get("neckline")
    if neckline is not None and shown.attributes.get("neckline") != neckline:
        cut = cut_neckline(garment, neckline)
        if cut is not None:
            garment = cut
            shown.attributes["neckline"] = neckline
    return garment


def _with_longer_sleeves(garment: Garment, sleeve: str, gallery: "Gallery") -> Garment | None:
    """The garment with the sleeves of the long-sleeved template nearest to it, cut to length."""
    kind = garment.attributes.get("type", "")
    reach = SLEEVES.index(garment.attributes.get("sleeve", "long"))
    if SLEEVES.index(sleeve) <= reach:
        return None
    templates = [
        item
        for item in gallery.items
        if item.template and item.kind == garment.kind and item.attributes.get("sleeve") == "long"
    ]
    templates.sort(key=lambda item: _type_cost(kind, item.attributes["type"]) if kind else 0.0)
    if not templates:
        return None
    made = lengthen_sleeves(garment, gallery.garment(templates[0]))
    if made is None or sleeve == "long":
        return made
    return shorten_sleeves(made, sleeve)


# --- colour and pattern ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wish:
    """What is to be painted. colour: (name, shade) or None. pattern: of the vocabulary or "".
    denim: the cloth is denim or is to become it, so that blue means indigo."""

    colour: tuple[str, str] | None
    shade: str
    pattern: str
    fabric: str
    plain: bool
    denim: bool
    details: PatternDetails

    @property
    def nothing(self) -> bool:
        return not (self.colour or self.shade or self.pattern or self.fabric or self.plain)


def _wish(prompt: Prompt, shown: _Shown) -> _Wish:
    asked = prompt.attributes
    now = shown.attributes.get("pattern", "")
    colour, shade = asked.get("colour"), asked.get("shade", "")
    wanted = asked.get("pattern", "")
    ruled_out = prompt.excluded.get("pattern", ())
    plain = wanted == "plain" or "graphic" in ruled_out or (now != "" and now in ruled_out)
    details = pattern_details(prompt)
    another = wanted != now or details != PatternDetails()  # "vertical stripes" on a striped top
    fabric = asked.get("fabric", "")
    denim = "denim" in (fabric, shown.attributes.get("fabric"))
    denim |= "jeans" in (asked.get("type"), shown.attributes.get("type"))
    if fabric == "denim" and shown.attributes.get("type") == "jeans":
        fabric = ""  # it is so already
    if fabric == "denim" and colour is None and shown.attributes.get("colour") not in OF_DENIM:
        colour = "blue"
    return _Wish(
        colour=(colour, shade) if colour else None,
        shade=shade,
        pattern=wanted if wanted in pattern.PATTERNS and another else "",
        fabric=fabric if fabric in FABRICS and shown.attributes.get("fabric") != fabric else "",
        plain=plain,
        denim=denim,
        details=details,
    )


def _repaint(garment: Garment, prompt: Prompt, shown: _Shown, seed: int) -> Garment:
    wish = _wish(prompt, shown)
    wanted = prompt.attributes.get("pattern")
    if wanted == "graphic" and shown.attributes.get("pattern") != "graphic":
        shown.missing.append(("pattern", "graphic"))
    ruled_out = prompt.excluded.get("pattern", ())
    if (wish.nothing and not ruled_out) or not garment.mask.any():
        return garment
    window = _window(garment.alpha)
    pixels = np.ascontiguousarray(garment.photo.pixels[window])
    inside = garment.alpha[window] > 0
    ground = dye.find_ground(pixels, inside)
    sewn = None if garment.panels is None else passes.cloth_at(garment.panels, window)
    if sewn is not None and shown.attributes.get("pattern") == "plain":
        ground = dye.all_but(ground, sewn.bare)
    if shown.attributes.get("pattern") == "graphic":
        ground = dye.with_lettering(ground, pixels, inside)
    busy = ground.share < CLEAR_PRINT
    patterned = shown.attributes.get("pattern", "")
    unwanted = bool(ruled_out) and busy and patterned in ("", *ruled_out)
    if wish.nothing and not unwanted:
        return garment
    if _has_colour(ground, wish, shown):
        wish = replace(wish, colour=None)
    everything = wish.colour is not None and ground.share < dye.NO_GROUND
    of_cloth = patterned in pattern.PATTERNS
    bare = wish.plain or unwanted or (wish.pattern != "" and (busy or of_cloth))
    if bare:
        ground = _without_print(ground, inside, of_cloth)
        shown.attributes["pattern"] = "plain"
    painted = _paint(garment, window, pixels, ground, wish, bare, seed, sewn)
    _update(shown, wish, everything)
    whole = garment.photo.pixels.copy()
    whole[window] = painted
    return replace(garment, photo=Photo(whole, garment.photo.alpha))


def _has_colour(ground: dye.Ground, wish: _Wish, shown: _Shown) -> bool:
    """True if the garment has the colour asked for already, by name and by measure."""
    if wish.colour is None or wish.shade or wish.colour[0] not in COLOUR_RGB:
        return False
    away = float(np.linalg.norm(ground.lab - dye.colour_named(wish.colour[0])))
    return shown.attributes.get("colour") == wish.colour[0] and away < SAME_COLOUR


def _window(alpha: np.ndarray) -> tuple[slice, slice]:
    rows = np.nonzero(alpha.any(axis=1))[0]
    columns = np.nonzero(alpha.any(axis=0))[0]
    height, width = alpha.shape
    return (
        slice(max(rows[0] - MARGIN, 0), min(rows[-1] + MARGIN + 1, height)),
        slice(max(columns[0] - MARGIN, 0), min(columns[-1] + MARGIN + 1, width)),
    )


def _without_print(ground: dye.Ground, inside: np.ndarray, of_cloth: bool) -> dye.Ground:
    """The ground as if it had no print: its shading carried on under what was printed on it.

    of_cloth: the cloth is patterned all over, so that only wide folds can be told from pattern.
    """
    weight = ground.weight * inside
    for room in (1.2, 0.7):  # stripes that differ only in lightness pass for folds at first
        smooth = dye.fill_shading(ground.lightness, weight, everywhere=True)
        away = np.abs(ground.lightness - smooth) / (room * dye.fold_depth(ground.lab[0]) + 5.0)
        weight = np.minimum(weight, np.clip(4 - 3 * away, 0, 1))
    lightness = dye.fill_shading(ground.lightness, weight, of_cloth, coarse=of_cloth)
    return replace(
        ground, lightness=lightness, weight=np.ones_like(ground.weight), share=1.0, mixed=None
    )


def _paint(
    garment: Garment,
    window: tuple[slice, slice],
    pixels: np.ndarray,
    ground: dye.Ground,
    wish: _Wish,
    bare: bool,
    seed: int,
    sewn: passes.Cloth | None = None,
) -> np.ndarray:
    """(h, w, 3) uint8: the window's pixels, repainted. bare: prints were taken off the ground.
    sewn: where each pixel lies on its piece of cloth, None = not known."""
    target = _target(ground, wish)
    many = wish.colour is not None and wish.colour[0] == "multicolour"
    cover, paints = None, ()
    cloth, density = None, pattern.pixels_per_cm(garment)
    if sewn is not None and (wish.pattern or not many):
        cloth, density = sewn.cloth, passes.density(garment.panels)
    elif wish.pattern or wish.fabric in pattern.WEAVES or many:
        relief = ground.lightness - ground.lab[0]
        cloth = pattern.cloth_coordinates(garment, window, relief)
    if wish.pattern:
        laid = pattern.make(
            wish.pattern,
            target,
            _accents(wish, many),
            direction=wish.details.direction,
            scale=wish.details.scale,
            motif=wish.details.motif,
            density=density,
            seed=seed,
        )
        cover, paints = laid.cover(cloth, draped=sewn is not None), laid.paints
    elif many:
        cover, paints = pattern.tie_dye(cloth, seed)

    dyes_ground = bare or bool(wish.fabric) or not np.allclose(target, ground.lab)
    if wish.fabric in pattern.WEAVES:
        woven = ground.lightness + pattern.weave(wish.fabric, cloth, density, seed)
        ground = replace(ground, lightness=woven)
    contrast = FABRICS.get(wish.fabric, 1.0)
    tables = [dye.tone_table(ground.lab[0], colour, contrast) for colour in (target, *paints)]
    lights = [dye.calm(ground, colour[0]) for colour in (target, *paints)]
    dyed = dye.look_up(tables[0], lights[0]) if dyes_ground else pixels
    if cover is not None:
        dyed = dye.overlay(dyed, cover, tables[1:], lights[1:])

    def dye_at(lightness: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Dyed colours of ground of these lightnesses at these pixels."""
        made = dye.look_up(tables[0], lightness)
        if cover is None:
            return made
        return dye.overlay(made, cover[rows, columns], tables[1:], [lightness] * len(paints))

    return dye.settle(pixels, ground, dyed, dye_at)


def _target(ground: dye.Ground, wish: _Wish) -> np.ndarray:
    """(3,) Lab: the colour the ground is to have."""
    if wish.colour is not None:
        colour, shade = wish.colour
        if wish.denim and colour == "blue":
            return dye.shaded(dye.to_lab(np.array(DENIM_RGB, np.float32)), shade)
        return dye.colour_named("cream" if colour == "multicolour" else colour, shade)
    usual = _usual_ground(wish)
    if usual:
        return dye.colour_named(usual, wish.shade)
    return dye.shaded(ground.lab, wish.shade) if wish.shade else ground.lab


def _usual_ground(wish: _Wish) -> str:
    """The colour of the ground that a pattern brings with it, if none was asked for."""
    if wish.pattern == "camouflage":
        return "khaki"
    if wish.pattern == "animal":
        return ANIMAL_GROUND.get(wish.details.motif, "beige")
    return ""


def _accents(wish: _Wish, many: bool) -> tuple[np.ndarray, ...]:
    if many:
        return tuple(dye.colour_named(*colour) for colour in pattern.TIE_DYE)
    if wish.details.colour is None or wish.details.colour[0] == "multicolour":
        white = wish.details.motif == "gingham" and wish.colour not in (None, ("white", ""))
        return (dye.colour_named("white"),) if white else ()
    return (dye.colour_named(*wish.details.colour),)


def _update(shown: _Shown, wish: _Wish, everything: bool) -> None:
    attributes = shown.attributes
    painted = wish.colour[0] if wish.colour is not None else _usual_ground(wish)
    if painted:
        attributes["colour"] = painted
        attributes.pop("shade", None)
        if everything:
            attributes["pattern"] = "plain"
    if wish.shade:
        attributes["shade"] = wish.shade
    if wish.pattern:
        attributes["pattern"] = wish.pattern
    if wish.fabric:
        attributes["fabric"] = wish.fabric


# --- from words alone --------------------------------------------------------------------------


def choose(prompt: Prompt, gallery: "Gallery", kind: Kind | None = None, seed: int = 0) -> Garment:
    """The garment of the gallery nearest to the words, designed by them.

    kind: of garment, where the words do not say. seed: of the design; where several garments are
    as near, it also says which. The garment's notes name what was chosen.
    Raises TryOnError("no_match") if the words say nothing about a garment.
    """
    if prompt.empty or not gallery.items:
        raise TryOnError("no_match")
    wanted = dict(prompt.attributes)
    notes = []
    if "type" not in wanted:
        usual = _usual_type(wanted, kind or Kind.UPPER)
        wanted = {"type": usual, **wanted}
        notes.append(Note("type_assumed", {"kept": _in_words([("type", usual)])}))
    if wanted["type"] == "jeans" and "shade" in wanted:
        wanted.setdefault("colour", "blue")  # "light wash" is a blue
    item = nearest(gallery.items, replace(prompt, attributes=wanted), seed)
    notes.append(Note("from_gallery", {"name": dict(item.name)}))
    another = _type_cost(wanted["type"], item.attributes.get("type", "")) >= NO_SUCH_TYPE
    if another and TYPE_KIND[wanted["type"]] == item.kind:  # of another kind: `design` tells
        notes.append(Note("words_not_shown", {"words": _in_words([("type", wanted["type"])])}))
    made = design(gallery.garment(item), replace(prompt, attributes=wanted), seed, gallery)
    return replace(made, notes=(*notes, *made.notes))


def _usual_type(wanted: dict[str, str], kind: Kind) -> str:
    if kind == Kind.UPPER:
        for attribute, types in TYPE_BY.items():
            if wanted.get(attribute) in types:
                return types[wanted[attribute]]
    return USUAL_TYPE[kind]


def nearest(items: "Sequence[Item]", prompt: Prompt, seed: int = 0) -> "Item":
    """The item from which the words are reached best: what a design cannot change weighs most."""
    sewn_on = {
        item.kind for item in items if item.template and item.attributes.get("sleeve") == "long"
    }
    costs = np.array([_cost(item, prompt, item.kind in sewn_on) for item in items])
    best = np.flatnonzero(costs <= costs.min() + AS_NEAR)
    best = best[costs[best].argsort(kind="stable")]
    return items[int(best[seed % len(best)])]


def _type_cost(wanted: str, have: str) -> float:
    if wanted == have:
        return 0.0
    if have not in TYPE_KIND or TYPE_KIND[wanted] != TYPE_KIND[have]:
        return 100.0
    if wanted == "top" and have not in OUTERWEAR_TYPES:
        return ANY_TOP
    if have in CUT_FROM.get(wanted, ()):
        return 2.0
    return NO_SUCH_TYPE if any({wanted, have} <= family for family in FAMILIES) else 20.0


def _cost(item: "Item", prompt: Prompt, sewn_on: bool) -> float:
    """How far an item is from the words, in units of "can be changed, but is better as it is".
    sewn_on: short sleeves can be made longer."""
    wanted, have = prompt.attributes, item.attributes
    cost = _type_cost(wanted["type"], have.get("type", ""))
    if sleeve := wanted.get("sleeve"):
        own = have.get("sleeve")
        reach = SLEEVES.index(own) - SLEEVES.index(sleeve) if own else 0
        longer = SEWN_ON if sewn_on and own in OWN_SLEEVES else 8.0
        cost += 2.0 if own is None else longer if reach < 0 else 1.0 * (reach > 0)
    elif have.get("sleeve") == "sleeveless" and wanted["type"] in ("top", "t-shirt"):
        cost += NO_SLEEVES
    if length := wanted.get("length"):
        own = have.get("length")
        reach = LENGTHS[own] - LENGTHS[length] if own else 0
        cost += 2.0 if own is None else 4.0 if reach < 0 else 1.0 * (reach > 0)
    if neckline := wanted.get("neckline"):
        cut = neckline in CUTS and have.get("neckline") in OPEN_NECKS and have["type"] in CUT_TYPES
        cost += {neckline: 0.0, None: 2.0}.get(have.get("neckline"), CUT if cut else 4.0)
    elif have.get("neckline") in UNUSUAL_NECKLINES:
        cost += 0.3
    if (fabric := wanted.get("fabric")) and have.get("fabric") != fabric:
        cost += 1.5 if fabric in FABRICS else 3.0
    if (fit := wanted.get("fit")) and have.get("fit") != fit:
        steps = abs(FITS.index(fit) - FITS.index(have.get("fit", "regular")))
        cost += steps * (OTHER_FIT if item.kind == Kind.LOWER else OTHER_FIT / 3)
    drawn = pattern_details(prompt) != PatternDetails()
    cost += _pattern_cost(wanted.get("pattern"), have.get("pattern", "plain"), drawn)
    colour = wanted.get("colour")
    if colour and have.get("colour") != colour:
        cost += 0.6 + _dye_cost(colour, have.get("colour"))
        if wanted.get("pattern") == have.get("pattern") and have.get("pattern") in pattern.PATTERNS:
            cost += DYED_PATTERN
    dyed = any(key in wanted and have.get(key) != wanted[key] for key in DYED)
    cost += TEMPLATE * (item.template != dyed)
    for attribute, values in prompt.excluded.items():
        if have.get(attribute) in values and attribute not in wanted:
            cost += 50.0 if attribute == "type" else 6.0
    return cost


def _pattern_cost(wanted: str | None, have: str, drawn: bool) -> float:
    """drawn: the words say how the pattern looks, so it has to be laid anew."""
    if wanted is None:
        return 0.0 if have == "plain" else 3.0
    if wanted == have:
        return 2.5 if drawn and wanted in pattern.PATTERNS else 0.0
    return 0.5 if have == "plain" and wanted in pattern.PATTERNS else 5.0


def _dye_cost(colour: str, other: str | None) -> float:
    """0..1: cloth of a like lightness takes a colour best; black cloth hides its folds."""
    if colour not in COLOUR_RGB or other not in COLOUR_RGB:
        return 0.3
    to, base = (float(dye.colour_named(name_)[0]) for name_ in (colour, other))
    hidden = 0.4 if base < HIDES_FOLDS and to > 2 * HIDES_FOLDS else 0.0
    return 0.6 * abs(to - base) / 100.0 + hidden
