"""Garment + Prompt -> another Garment: recoloured, patterned, shortened, at full resolution.

Notable here:
- only what the words say changes. What cannot be shown (a higher neckline, another kind of garment)
  is left as it is, and a note says so.
- cutting comes first (`tailor.py`, `graft.py`, `neckcut.py`), then the colour of the ground and
  what is laid on it (`dye.py`, `pattern.py`). Folds and shading stay; buttons and prints stay
  unless the words speak of the pattern.
- how wide and how long it is to hang is passed on (`Garment.hang`) to the step that lays it on.
- the same garment, words and seed give the same pixels.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from tryon.core.arrays import Alpha, Mask, Pixels
from tryon.core.errors import Note
from tryon.core.types import Garment, Hang, Kind, Photo, Prompt
from tryon.core.vocabulary import ATTRIBUTES, COLOUR_RGB, TYPE_KIND, name
from tryon.design import dye, pattern
from tryon.design.graft import lengthen_sleeves
from tryon.design.neckcut import cut_neckline
from tryon.design.tailor import shorten, shorten_sleeves
from tryon.design.type_cost import type_cost
from tryon.garment import passes
from tryon.words.prompt import PatternDetails, asked_hang, pattern_details

if TYPE_CHECKING:
    from tryon.garment.gallery import Gallery

# Cutting.
SLEEVES = ATTRIBUTES["sleeve"]  # from none to long
LENGTHS = {"cropped": 0, "short": 0, "regular": 1, "long": 2}

# Painting.
MARGIN = 12  # px around the garment that are dyed too: soft edges are sampled there
CLEAR_PRINT = 0.90  # of the garment is ground: more print than that is a pattern of its own
SAME_COLOUR = 8.0  # Delta E (CIE76): nearer, a garment has the colour asked for already
DENIM_RGB = (62, 84, 126)  # what "blue" means on denim
OF_DENIM = ("blue", "navy", "black")  # cloth of other colours is dyed when it becomes denim
# Fabrics that can be hinted at, and the contrast of their folds: leather and silk shine.
FABRICS = {"denim": 1.0, "knit": 1.0, "leather": 1.45, "silk": 1.3, "velvet": 1.35}
ANIMAL_GROUND = {"zebra": "white", "tiger": "orange"}

# Wording of the notes.
NOUNS = {"sleeve": "sleeves", "neckline": "neckline", "length": "length", "fit": "fit"}


def design(
    garment: Garment, prompt: Prompt, seed: int = 0, gallery: "Gallery | None" = None
) -> Garment:
    """The garment as the words want it; attributes that were changed are updated.

    gallery: its templates lend their sleeves where longer ones are asked for.
    Its notes say what was understood but cannot be shown. A prompt that asks for nothing: the
    garment itself.
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
        have = shown.attributes.get(attribute)
        if have is None or attribute in asked:
            continue
        if have in prompt.excluded.get(attribute, ()):
            shown.missing.append(("!" + attribute, have))
    if "fit" in asked:
        shown.attributes["fit"] = asked["fit"]
    notes = (*garment.notes, *shown.notes)
    if shown.missing:
        notes = (*notes, Note("words_not_shown", {"words": in_words(shown.missing)}))
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
    """What was asked last counts; what was not asked now stays."""
    return Hang(
        before.width if asked.width is None else asked.width,
        before.length if asked.length is None else asked.length,
    )


def in_words(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Attribute-value pairs as a list in both languages; "!attribute" is one ruled out."""
    english, chinese = [], []
    for attribute, value in pairs:
        plain = attribute.lstrip("!")
        english.append(("not " if plain != attribute else "") + _as_said(plain, value))
        chinese.append(("不要" if plain != attribute else "") + name(plain, value, "zh"))
    return {"en": ", ".join(english), "zh": "、".join(chinese)}


def _as_said(attribute: str, value: str) -> str:
    """A value with its noun where it says nothing alone: "long sleeves"."""
    if value.endswith(("less", "ed", "neck", "shoulder")):
        return value
    return f"{value} {NOUNS[attribute]}" if attribute in NOUNS else value


@dataclass
class _Shown:
    """What the garment is by now, and what was asked for but could not be shown."""

    attributes: dict[str, str]
    missing: list[tuple[str, str]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


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
    templates.sort(key=lambda item: type_cost(kind, item.attributes["type"]) if kind else 0.0)
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


def _window(alpha: Alpha) -> tuple[slice, slice]:
    """Rows and columns of a picture that hold the garment and a margin."""
    rows = np.nonzero(alpha.any(axis=1))[0]
    columns = np.nonzero(alpha.any(axis=0))[0]
    height, width = alpha.shape
    return (
        slice(max(rows[0] - MARGIN, 0), min(rows[-1] + MARGIN + 1, height)),
        slice(max(columns[0] - MARGIN, 0), min(columns[-1] + MARGIN + 1, width)),
    )


def _without_print(ground: dye.Ground, inside: Mask, of_cloth: bool) -> dye.Ground:
    """The ground as if it had no print: its shading carried on under what was printed on it.

    of_cloth: the cloth is patterned all over, so that only wide folds differ from its pattern.
    """
    weight = ground.weight * inside
    for room in (1.2, 0.7):  # stripes that are only lighter or darker look like folds at first
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
    pixels: Pixels,
    ground: dye.Ground,
    wish: _Wish,
    bare: bool,
    seed: int,
    sewn: passes.Cloth | None = None,
) -> Pixels:
    """The window's pixels, repainted.

    bare: prints were taken off the ground. sewn: where each pixel lies on its piece of cloth, None
    if that is not known.
    """
    target = _target(ground, wish)
    many = wish.colour is not None and wish.colour[0] == "multicolour"
    cover: np.ndarray | None = None
    paints: tuple[np.ndarray, ...] = ()
    cloth: np.ndarray | None = None
    density = pattern.pixels_per_cm(garment)
    if sewn is not None and garment.panels is not None and (wish.pattern or not many):
        cloth, density = sewn.cloth, passes.density(garment.panels)
    elif wish.pattern or wish.fabric in pattern.WEAVES or many:
        relief = ground.lightness - ground.lab[0]
        cloth = pattern.cloth_coordinates(garment, window, relief)
    if wish.pattern:
        assert cloth is not None
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
        assert cloth is not None
        cover, paints = pattern.tie_dye(cloth, seed)

    dyes_ground = bare or bool(wish.fabric) or not np.allclose(target, ground.lab)
    if wish.fabric in pattern.WEAVES:
        assert cloth is not None
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
