"""Several garments on one person -> Result: put on one by one, each over the last.

Notable here:
- the body is found once. After a garment is put on, the parts of the dressed person follow from
  what was just drawn (`after`), so no network looks at the picture again and each further garment
  costs no more than itself.
- the order is that of the layers, whatever the order they were asked for: top or dress, trousers or
  skirt, jacket or coat. The top comes before the trousers, because a shorter one than the old bares
  a strip that the new waistband then fills; trousers go beneath what hangs over the waist anyway.
- tucked in or over is decided by the words, else by the kinds: light tops go into a skirt.
- pixels outside the joined region are those of the photo that was given first.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Protocol

import cv2
import numpy as np

from tryon.core.arrays import Boxes, Labels, Mask, Pixels, Scalars
from tryon.core.errors import Note, TryOnError
from tryon.core.image import PhotoSource
from tryon.core.masks import COVERED, nearest_in
from tryon.core.types import (
    Composite,
    Garment,
    Kind,
    Outline,
    Part,
    Person,
    Photo,
    Prompt,
    Result,
)
from tryon.core.vocabulary import OUTERWEAR_TYPES, TYPE_KIND
from tryon.design.choose import names_another
from tryon.person.body import (
    ARMS,
    BARE_ARM,
    BARE_LEG,
    CLOTHED_LEG,
    LEGS,
    SIDES,
    SLEEVED_ARM,
    body_unit,
    capsule_mask,
)
from tryon.person.regions import arm_mask, is_part, skin_colour, torso_coordinates
from tryon.steps import timed

MOST_PIECES = 4


class Place(IntEnum):
    """Where on the body a garment goes; lower numbers are put on first."""

    TOP = 0
    DRESS = 1
    BOTTOM = 2
    OVER = 3


# Whoever wears a garment at the one place wears none at the others.
INSTEAD_OF = {
    Place.TOP: (Place.TOP, Place.DRESS),
    Place.DRESS: (Place.TOP, Place.DRESS, Place.BOTTOM),
    Place.BOTTOM: (Place.BOTTOM, Place.DRESS),
    Place.OVER: (Place.OVER,),
}

# Tucked in by kind: these tops into such a bottom.
TUCKED_TOPS = frozenset({"t-shirt", "shirt", "blouse", "polo", "tank-top", "top"})
TUCKED_INTO = frozenset({"skirt"})
# Along the torso, 0 = shoulders, 1 = hips: below this a tucked top may be hidden.
TUCKED_FROM = 0.55

# What was painted where the old garment is gone, told from its place and colour on a small copy.
REPLACED = {
    Kind.UPPER: (Part.UPPER, Part.OUTERWEAR, Part.DRESS),
    Kind.LOWER: (Part.TROUSERS, Part.SKIRT, Part.DRESS),
    Kind.DRESS: (Part.UPPER, Part.OUTERWEAR, Part.DRESS, Part.TROUSERS, Part.SKIRT),
}
BESIDE = frozenset((Part.BACKGROUND, Part.HAIR, Part.TROUSERS, Part.SKIRT, Part.UPPER, Part.DRESS))
SMALL = 512  # longest side, pixels
SKIN_DISTANCE = 24.0  # CIELAB: painted skin is no farther from the person's own
NECK_TO = 0.6  # along the torso: skin above it is neck or chest

# --- what is asked for ---------------------------------------------------------------------------

_JOINER = re.compile(
    r"(\s*(?:[,;+&\n]|\b(?:and|with|plus|over|under|on top of|underneath|beneath)\b"
    r"|[，、；和与配搭加]|搭配|外面|里面|外搭|内搭|下面|上面)\s*)",
    re.IGNORECASE,
)
_UNTUCKED = re.compile(
    r"\b(?:un-?tucked|not tucked(?: in(?:to)?)?|do(?:n't| not) tuck(?: \w+){0,3}? in(?:to)?"
    r"|worn (?:over|outside)(?: the waist)?)\b"
    r"|不(?:要)?(?:塞|掖|扎|束)(?:进去?|起来)?|放(?:在)?外面",
    re.IGNORECASE,
)
_TUCKED = re.compile(
    r"\btuck(?:ed|ing)?\b(?:(?: (?:it|them|the \w+|\w+))? in(?:to)?\b)?"
    r"|(?:塞|掖|扎|束)(?:进去?|起来|在)?",
    re.IGNORECASE,
)


class Fitting(Protocol):
    """What is asked of a `TryOn`: put one garment on, and understand."""

    def __call__(
        self,
        person: Any,
        garment: Any = None,
        prompt: str = "",
        /,
        *,
        kind: str | None = None,
        seed: int = 0,
        which: int = 0,
    ) -> Result: ...

    def analyse(self, person: Any, which: int = 0, /) -> Person: ...

    def describe(self, garment: Any, /) -> Garment: ...

    def understand(self, text: str, /) -> Prompt: ...


@dataclass(frozen=True, eq=False)
class Piece:
    """One garment asked for: itself, or words alone, or both. type: of the vocabulary, or ""."""

    garment: Garment | None
    words: str
    place: Place
    type: str = ""


def dress(
    fitting: Fitting,
    person: PhotoSource | Person,
    garments: Sequence[PhotoSource | Garment],
    prompt: str = "",
    *,
    seed: int = 0,
    which: int = 0,
) -> Result:
    """Put several garments on a person.

    The words may speak of each garment ("the shirt in white, black jeans"), ask for further ones,
    and say "tucked in" or "untucked". Raises TryOnError: `empty_request`, `too_many_pieces`, and
    what `TryOn` raises.
    """
    if isinstance(garments, str | bytes) or not isinstance(garments, Sequence):
        raise TryOnError("bad_argument", what="The garments of an outfit must be a list.")
    seconds: dict[str, float] = {}
    text, tucked = tuck_of(prompt if isinstance(prompt, str) else "")
    if not garments and not text.strip():
        raise TryOnError("empty_request")
    if len(garments) > MOST_PIECES:
        raise TryOnError("too_many_pieces", most=MOST_PIECES)
    with timed(seconds, "person"):
        wearer = fitting.analyse(person, which)
    with timed(seconds, "garment"):
        described = [fitting.describe(garment) for garment in garments]
    pieces = pieces_of(fitting.understand, described, text)
    if len(pieces) > MOST_PIECES:
        raise TryOnError("too_many_pieces", most=MOST_PIECES)
    pieces, notes = one_a_place(pieces)
    return put_on(fitting, wearer, in_order(pieces), tucked, notes, seconds, seed)


def wear(
    fitting: Fitting,
    person: PhotoSource | Person,
    garments: Sequence[PhotoSource | Garment],
    prompt: str = "",
    *,
    kind: str | None = None,
    seed: int = 0,
    which: int = 0,
) -> Result:
    """One garment or several, however they were asked for: `dress` where garments or words are more
    than one, else the plain try-on. kind: of a single garment. Raises TryOnError."""
    if len(garments) > 1 or (kind is None and is_outfit(fitting.understand, prompt)):
        if kind is not None:
            raise TryOnError("bad_argument", what="The kind can be given for one garment only.")
        return dress(fitting, person, garments, prompt, seed=seed, which=which)
    garment = garments[0] if garments else None
    return fitting(person, garment, prompt, kind=kind, seed=seed, which=which)


def is_outfit(understand: Callable[[str], Prompt], text: str) -> bool:
    """Whether words speak of garments for several places: "red t-shirt and blue jeans"."""
    return len(phrases_of(understand, tuck_of(text)[0])) > 1


def tuck_of(text: str) -> tuple[str, bool | None]:
    """The text without what it says of tucking in; True, False, or None if it says nothing."""
    if _UNTUCKED.search(text):
        return _UNTUCKED.sub(" ", text), False
    if _TUCKED.search(text):
        return _TUCKED.sub(" , ", text), True
    return text, None


def phrases_of(understand: Callable[[str], Prompt], text: str) -> list[str]:
    """The text cut where it begins to speak of a garment for another place: "a white shirt with
    blue stripes" stays whole, "red t-shirt and blue jeans" are two."""
    phrases: list[str] = []
    now, place, joiner = "", None, ""
    for number, chunk in enumerate(_JOINER.split(text)):
        if number % 2:
            joiner = chunk
            continue
        named = understand(chunk).attributes.get("type") if chunk.strip() else None
        another = None if named is None else place_of_type(named)
        if another is not None and place is not None and another is not place:
            phrases.append(now)
            now, place = chunk, another
            continue
        now = now + joiner + chunk if now.strip() else chunk
        place = another if place is None else place
    plain = (phrase.strip(" ,;，；、") for phrase in (*phrases, now))
    return [phrase for phrase in plain if phrase]


def pieces_of(
    understand: Callable[[str], Prompt], garments: Sequence[Garment], text: str
) -> list[Piece]:
    """The garments with the words that speak of each; words that name another one are a further
    piece, words that name none speak of the last."""
    words = [""] * len(garments)
    more: list[Piece] = []
    for phrase in phrases_of(understand, text):
        prompt = understand(phrase)
        named = prompt.attributes.get("type")
        fits = [
            index
            for index, garment in enumerate(garments)
            if not words[index] and not names_another(prompt, garment)
        ]
        if named is None and garments:
            words[-1] = f"{words[-1]}, {phrase}" if words[-1] else phrase
        elif fits:
            words[fits[0]] = phrase
        else:
            more.append(Piece(None, phrase, place_of_type(named or "top"), named or ""))
    given = [
        Piece(garment, said, place_of(garment), garment.attributes.get("type", ""))
        for garment, said in zip(garments, words, strict=True)
    ]
    return [*given, *more]


def place_of(garment: Garment) -> Place:
    """Where a garment goes."""
    type_ = garment.attributes.get("type", "")
    if garment.kind is Kind.UPPER:
        return Place.OVER if type_ in OUTERWEAR_TYPES else Place.TOP
    return Place.BOTTOM if garment.kind is Kind.LOWER else Place.DRESS


def place_of_type(type_: str) -> Place:
    """Where garments of a type go."""
    if type_ in OUTERWEAR_TYPES:
        return Place.OVER
    places = {Kind.UPPER: Place.TOP, Kind.LOWER: Place.BOTTOM, Kind.DRESS: Place.DRESS}
    return places[TYPE_KIND.get(type_, Kind.UPPER)]


def one_a_place(pieces: Sequence[Piece]) -> tuple[list[Piece], tuple[Note, ...]]:
    """Of several pieces for one place the last; and a remark if one had to go."""
    kept: list[Piece] = []
    gone = False
    for piece in pieces:
        others = INSTEAD_OF[piece.place]
        gone |= any(other.place in others for other in kept)
        kept = [other for other in kept if other.place not in others] + [piece]
    return kept, (Note("one_a_place"),) if gone else ()


def in_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Innermost first."""
    return sorted(pieces, key=lambda piece: piece.place)


def is_tucked(top: Garment, bottom: str, said: bool | None) -> bool:
    """Whether a top goes into a bottom of that type. said: what the words say, None for nothing."""
    if said is not None:
        return said
    cropped = top.attributes.get("length") == "cropped"
    loose = top.attributes.get("fit") == "loose" or top.hang.width == 1
    light = top.attributes.get("type") in TUCKED_TOPS
    return light and bottom in TUCKED_INTO and not cropped and not loose


# --- putting on ----------------------------------------------------------------------------------


def put_on(
    fitting: Fitting,
    first: Person,
    pieces: Sequence[Piece],
    tucked: bool | None = None,
    notes: tuple[Note, ...] = (),
    seconds: dict[str, float] | None = None,
    seed: int = 0,
    worn: Sequence[Result] = (),
) -> Result:
    """Put pieces on, in their order. One alone is what `TryOn` makes of it.

    worn: results of earlier pieces of the same outfit, which need not be made again; the pieces
    come after them. seconds: taken so far.
    """
    seconds = dict(seconds or {})
    results = list(worn)
    wearer = after(results[-1]) if results else first
    for piece in pieces:
        top = next((r.garment for r in results if place_of(r.garment) is Place.TOP), None)
        if piece.place is Place.BOTTOM and top is not None and is_tucked(top, piece.type, tucked):
            result = _put_on_over(fitting, wearer, piece, seed)
        else:
            result = fitting(wearer, piece.garment, piece.words, seed=seed)
        results.append(result)
        with timed(seconds, "layers"):
            wearer = after(result)
    for result in results[len(worn) :]:
        for step, value in result.seconds.items():
            seconds[step] = seconds.get(step, 0.0) + value
    seconds["total"] = sum(value for step, value in seconds.items() if step != "total")
    return results[0] if len(results) == 1 and not notes else joined(first, results, notes, seconds)


def joined(
    first: Person,
    results: Sequence[Result],
    notes: tuple[Note, ...],
    seconds: dict[str, float],
) -> Result:
    """The pieces' results as one. garment, draft and prompt are those of the last piece put on."""
    last = results[-1]
    region = np.logical_or.reduce([result.region for result in results])
    # A tucked top changed pixels that the bottom gave back: those count as changed all the same.
    coverage = np.maximum.reduce([result.composite.coverage for result in results])
    remarks: list[Note] = []
    for note in (*notes, *(note for result in results for note in result.remarks)):
        if note not in remarks:
            remarks.append(note)
    return Result(
        photo=last.photo,
        region=region,
        confidence=min(result.confidence for result in results),
        remarks=tuple(remarks),
        seconds=seconds,
        person=first,
        garment=last.garment,
        prompt=last.prompt,
        draft=last.draft,
        composite=Composite(last.photo, region, last.composite.body, coverage),
        pieces=tuple(results),
    )


def _put_on_over(fitting: Fitting, wearer: Person, piece: Piece, seed: int) -> Result:
    """A bottom over the top that is tucked into it.

    The top's lower part counts as the old bottom, so that the new one takes its place; what of the
    top lies above the new waistband is then given back.
    """
    down, _ = torso_coordinates(wearer)
    low = is_part(wearer.parts, Part.UPPER) & (down > TUCKED_FROM)
    for side in SIDES:
        low &= ~arm_mask(wearer, side)
    parts = np.where(low, np.uint8(Part.TROUSERS), wearer.parts)
    result = fitting(replace(wearer, parts=parts), piece.garment, piece.words, seed=seed)
    return _above_waistband_given_back(result, wearer, low, down)


def _above_waistband_given_back(result: Result, wearer: Person, low: Mask, down: Scalars) -> Result:
    """The result with the top as it was above the bottom's waistband."""
    composite, draft = result.composite, result.draft
    covered = composite.coverage >= COVERED
    if not covered.any():
        return result
    marks = draft.landmarks[[Outline.WAIST_LEFT, Outline.WAIST_RIGHT]]
    if (marks[:, 2] > 0).all():
        x, y = marks[:, :2].mean(0)
        row = int(np.clip(round(float(y)), 0, down.shape[0] - 1))
        column = int(np.clip(round(float(x)), 0, down.shape[1] - 1))
        waist = float(down[row, column])
    else:
        waist = float(np.quantile(down[covered], 0.01))
    beneath = np.maximum.accumulate(covered, axis=0)  # at or below the waistband in its column
    back = low & ~beneath & ((down < waist) | _near(covered))
    pixels = np.where(back[..., None], wearer.photo.pixels, composite.photo.pixels)
    region = composite.region & ~back
    parts = np.where(back, np.uint8(Part.UPPER), result.person.parts)
    photo = Photo(pixels)
    return replace(
        result,
        photo=photo,
        region=region,
        person=replace(result.person, parts=parts),
        composite=replace(composite, photo=photo, region=region),
    )


def _near(covered: Mask) -> Mask:
    """Columns in which the garment begins near its own highest point: the waistband's, not those
    beside it where it begins at the hips."""
    rows = np.argmax(covered, axis=0)
    used = covered.any(axis=0)
    top = np.quantile(rows[used], 0.1)
    reach = 0.08 * max(float(np.ptp(rows[used])), 1.0) + 0.02 * covered.shape[0]
    return np.broadcast_to(used & (rows <= top + reach), covered.shape)


# --- the dressed person --------------------------------------------------------------------------


def after(result: Result) -> Person:
    """The person as they are after a try-on: the new picture, and which part is where in it.

    Pose, hands and face are those of before. What the garment covers is the garment; where the old
    one is gone and nothing lies, the painted pixels are skin, cloth or wall by their place and
    colour. No model runs.
    """
    person, composite = result.person, result.composite
    original, painted = person.photo.pixels, composite.photo.pixels
    covered = composite.coverage >= COVERED
    label = _label_of(result.garment)
    replaced = REPLACED[result.garment.kind]
    old = is_part(person.parts, *replaced)
    bared = old & ~covered & composite.region & (composite.body != original).any(-1)
    parts = person.parts.copy()
    parts[covered] = label
    if bared.any():
        parts[bared] = _painted_parts(person, painted, parts, bared, replaced)[bared]
    gone = bared & (parts == Part.BACKGROUND)
    silhouette = (person.silhouette | covered) & ~gone
    matte = np.maximum(person.matte, composite.coverage)
    matte = np.where(gone, np.uint8(0), matte)
    return replace(
        person,
        photo=composite.photo,
        parts=parts,
        silhouette=silhouette,
        matte=matte,
        box=_box_of(silhouette),
        notes=(),
    )


def _box_of(mask: Mask) -> Boxes:
    """x0, y0, x1, y1 of the True pixels."""
    x, y, w, h = cv2.boundingRect(mask.view(np.uint8))
    return np.array([x, y, x + max(w, 1) - 1, y + max(h, 1) - 1], np.float32)


def _label_of(garment: Garment) -> Part:
    place = place_of(garment)
    if place is Place.BOTTOM:
        return Part.SKIRT if garment.attributes.get("type") == "skirt" else Part.TROUSERS
    return {Place.TOP: Part.UPPER, Place.OVER: Part.OUTERWEAR, Place.DRESS: Part.DRESS}[place]


def _painted_parts(
    person: Person, painted: Pixels, parts: Labels, bared: Mask, replaced: Sequence[Part]
) -> Labels:
    """Labels for the pixels where the old garment is gone, found on a small copy."""
    height, width = bared.shape
    scale = min(1.0, SMALL / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(painted, size, interpolation=cv2.INTER_AREA)
    here = cv2.resize(bared.view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    known = cv2.resize(parts, size, interpolation=cv2.INTER_NEAREST)
    marks = (person.landmarks[:, :2] + 0.5) * (size[0] / width, size[1] / height) - 0.5
    unit = body_unit(person.landmarks) * scale

    # Not skin: the nearest of what can lie there, wall, hair, or the other half's clothes.
    sources = ~here & is_part(known, *BESIDE.difference(replaced))
    found = np.array(known, np.uint8)
    if sources.any():
        nearest, _ = nearest_in(sources, 5)
        found[here] = known.ravel()[nearest[here]]
    tone = skin_colour(person)
    if tone is not None:
        lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
        own = cv2.cvtColor(tone.reshape(1, 1, 3), cv2.COLOR_RGB2LAB)[0, 0].astype(np.float32)
        away = np.linalg.norm((lab - own) * (100 / 255, 1, 1), axis=-1)
        skin = here & (away < SKIN_DISTANCE)
        rows, _ = torso_coordinates(person, max(1, round(1 / scale)))
        down = cv2.resize(rows, size, interpolation=cv2.INTER_NEAREST)
        found[skin & (down < NECK_TO)] = Part.NECK
        for limbs, radii, labels in (
            (LEGS, CLOTHED_LEG, BARE_LEG),
            (ARMS, SLEEVED_ARM, BARE_ARM),
        ):
            for side in SIDES:
                chain = list(limbs[side])
                if not (person.landmarks[chain, 2] > 0).all():
                    continue
                near = capsule_mask(here.shape, marks[chain], np.array(radii) * unit)
                found[skin & near] = labels[side]
    whole = cv2.resize(found, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(whole, np.uint8)
