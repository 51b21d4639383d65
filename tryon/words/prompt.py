"""Text -> Prompt: what a visitor's sentence, English or Chinese, says about a garment.

Notable here:
- `understand` never fails on a text: pasted web pages, emoji, control characters and ten
  thousand letters give a `Prompt` with a note saying what was done.
- the text is cleaned here; a `Reader` reads it, by default the rules of `grammar.py`.
- words are reported as they were typed, each with the attribute it served, so that a page can
  colour them; words that changed nothing are listed as ignored, except small ones ("the", 的).
"""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from tryon.core.errors import Note, TryOnError
from tryon.core.types import Hang, Prompt
from tryon.core.vocabulary import NAMES_ZH
from tryon.words import grammar
from tryon.words.grammar import Reading
from tryon.words.lexicon import CHINESE, SIMPLIFY

Reader = Callable[[str, str], Reading]  # (clean text, the same text as typed) -> Reading

LONGEST_TEXT = 500  # characters read; a description of a garment is far shorter

# Cleaning.
_MARKUP = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|</?[a-zA-Z][^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});")
_READABLE = re.compile(r"[a-z0-9\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LATIN_OR_DIGIT = re.compile(r"[a-z0-9]")
_APOSTROPHES = frozenset("\u2019\u2018\u02bc\uff07`\u00b4")

# Which language it is.
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z]+")
_SIZE_LETTERS = 3  # "XXL" is as much Chinese as English
_LATIN_IN_CHINESE = frozenset(word for phrase in CHINESE for word in _LATIN.findall(phrase))

# How a pattern looks.
_DIRECTIONS = ("vertical", "horizontal", "diagonal")
_SIZES = {
    **dict.fromkeys(("big", "wide", "thick"), "large"),
    **dict.fromkeys(("small", "narrow", "thin"), "small"),
}

# How a garment hangs, in steps as of `Hang`.
_STEPS = {"fit": {"slim": -1.0, "regular": 0.0, "loose": 1.0}} | {
    "length": {"cropped": -1.0, "short": -1.0, "regular": 0.0, "long": 1.0}
}
_SIZE_STEPS = {"xs": -1.4, "s": -0.8, "m": 0.0, "l": 0.5, "xl": 1.0}
_SIZE_STEP = 0.5  # of each further X
_SIZE = re.compile(r"(x+|\dx)(l|s)")
_FAR = re.compile(r"oversize|baggy|very|super|extra|特大|超大|加大|特别|非常|超")
_FAR_STEPS = 1.5  # times as far
_A_BIT = re.compile(
    r"\b(?:a (?:bit|little|touch|tad)|slightly|somewhat|bit)\b|一点|一些|稍|略|点儿"
)
_A_BIT_STEPS = 0.6  # times as far


def understand(text: str, reader: Reader = grammar.read) -> Prompt:
    """What a text says about a garment. Pure and fast (well under 10 ms).

    Raises TryOnError("bad_argument") if `text` is not a string; never because of what it says.
    """
    if not isinstance(text, str):
        raise TryOnError("bad_argument", what="The prompt must be a text.")
    notes = []
    if len(text) > LONGEST_TEXT:
        notes.append(Note("text_shortened", {"count": LONGEST_TEXT}))
    kept = _without_markup(text[: 4 * LONGEST_TEXT])[:LONGEST_TEXT]
    cleaned, typed = clean(kept)
    if not _READABLE.search(cleaned):
        if text.strip():
            notes.append(Note("no_words"))
        return Prompt(text=text[:LONGEST_TEXT], notes=tuple(notes))

    reading = reader(cleaned, typed)
    ignored = tuple(dict.fromkeys(word for word, used in reading.words if not used))
    if reading.others:
        notes.append(Note("unsupported_garment", {"words": ", ".join(reading.others)}))
    if reading.second:
        kept_type = reading.attributes["type"]
        notes.append(Note("one_garment", {"kept": _in_both("type", kept_type)}))
    plain = tuple(word for word in ignored if word not in reading.others)
    numbers = tuple(word for word in plain if _NUMBER.fullmatch(word))
    plain = tuple(word for word in plain if word not in numbers)
    if numbers:
        notes.append(Note("numbers_ignored", {"words": ", ".join(numbers)}))
    if plain:
        notes.append(Note("words_ignored", {"words": ", ".join(plain)}))
    if not (notes or reading.attributes or reading.excluded):
        notes.append(Note("nothing_said"))
    return Prompt(
        text=text[:LONGEST_TEXT],
        attributes=reading.attributes,
        ignored=ignored,
        excluded=reading.excluded,
        words=reading.words,
        language=_language(cleaned),
        notes=tuple(notes),
    )


def _in_both(attribute: str, value: str) -> dict[str, str]:
    return {"en": value, "zh": NAMES_ZH[attribute][value]}


# --- cleaning ----------------------------------------------------------------------------------


def _without_markup(text: str) -> str:
    """Tags, comments and scripts blanked out, entities (`&amp;`) turned into their character."""
    text = _MARKUP.sub(" ", text)
    return _ENTITY.sub(lambda entity: html.unescape(entity[0])[:1], text)


def clean(text: str) -> tuple[str, str]:
    """(clean, typed), of equal length: the text to read, and the same characters as typed.

    Clean is lower case, without accents, half-width, in simplified characters, without emoji and
    control characters. Spaces between Latin and Chinese ("V 领") are left out of both.
    """
    read: list[str] = []
    typed: list[str] = []
    for character in text:
        letters = _plain(character)
        if len(letters) == 1:
            read.append(letters)
            typed.append(" " if character.isspace() else character)
        else:  # nothing, or a ligature: what was typed has no character for each
            read.extend(letters or " ")
            typed.extend(letters or " ")
    kept = [
        index
        for index, letter in enumerate(read)
        if letter != " " or not _between_scripts(read, index)
    ]
    return "".join(read[index] for index in kept), "".join(typed[index] for index in kept)


def _between_scripts(letters: list[str], index: int) -> bool:
    """True if the neighbours are one Chinese and one Latin character or digit."""
    if not 0 < index < len(letters) - 1:
        return False
    around = letters[index - 1] + letters[index + 1]
    return bool(_CHINESE.search(around) and _LATIN_OR_DIGIT.search(around))


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    """What a character is read as: "" for what is to be skipped."""
    if character == "\n":
        return character
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if category[0] == "C" or category in ("So", "Sk", "Mn"):  # control, emoji, stray accents
        return ""
    decomposed = unicodedata.normalize("NFKD", character)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return letters.lower().translate(SIMPLIFY)


def _language(clean: str) -> str:
    """ "en", "zh" or "mixed". A T恤, a V领 or a size XL does not make a Chinese text mixed."""
    if not _CHINESE.search(clean):
        return "en"
    english = any(
        len(word) > _SIZE_LETTERS and word not in _LATIN_IN_CHINESE
        for word in _LATIN.findall(clean)
    )
    return "mixed" if english else "zh"


# --- what a prompt says about its pattern ------------------------------------------------------


@dataclass(frozen=True)
class PatternDetails:
    """How a pattern should look, as far as the words say.

    direction: "vertical", "horizontal", "diagonal" or "". scale: "small", "large" or "".
    motif: of an animal print, "zebra", "tiger", "snake"; "gingham" of checks; or "".
    colour: (colour, shade or "") of the stripes, dots, … on the cloth, or None.
    """

    direction: str = ""
    scale: str = ""
    motif: str = ""
    colour: tuple[str, str] | None = None


def pattern_details(prompt: Prompt) -> PatternDetails:
    """Direction, size and second colour of a pattern: "thin vertical light blue stripes".

    Read from the prompt's words, so that a `Reader` need not report it.
    """
    direction = scale = motif = shade = ""
    colour = None
    main = (prompt.attributes.get("colour", ""), prompt.attributes.get("shade", ""))
    for word, used in prompt.words:
        role, meaning = _meaning_of(word)
        if used == "pattern":
            direction = direction or meaning.get("@direction", "")
            direction = direction or (role if role in _DIRECTIONS else "")
            scale = scale or _SIZES.get(role, "") or meaning.get("@scale", "")
            motif = motif or meaning.get("@motif", "")
        elif used == "shade":
            shade = meaning.get("shade", "")
        elif used == "colour":
            named = (meaning.get("colour", ""), shade or meaning.get("shade", ""))
            ruled_out = prompt.excluded.get("colour", ())
            other = named != main and named != (main[0], "")  # "blue and light blue"
            if other and named[0] not in ("", *ruled_out) and colour is None:
                colour = named
            shade = ""
    return PatternDetails(direction, scale, motif, colour)


# --- what a prompt says about how wide and long the garment hangs --------------------------------


def asked_hang(prompt: Prompt) -> Hang:
    """How wide and how long the words ask a garment to hang: "XXL", "a bit longer".

    Read from the prompt's words, so that a `Reader` need not report it.
    """
    text, _ = clean(prompt.text)
    steps = {}
    for attribute, table in _STEPS.items():
        step = table.get(prompt.attributes.get(attribute, ""))
        if step:
            words = " ".join(clean(word)[0] for word, used in prompt.words if used == attribute)
            if _A_BIT.search(text):
                step *= _A_BIT_STEPS
            elif _FAR.search(words):
                step *= _FAR_STEPS
        steps[attribute] = step
    if steps["fit"] is not None:
        for word, used in prompt.words:
            size = _size_steps(clean(word)[0]) if used == "fit" else None
            # "not XXL" asks for something else than the size that it names.
            if size is not None and size * steps["fit"] >= 0:
                steps["fit"] = size
    return Hang(steps["fit"], steps["length"])


def _size_steps(word: str) -> float | None:
    """Steps of a size's letters ("l", "xxl", "3xl"), None for other words."""
    size = _SIZE.fullmatch(word)
    if size is None:
        return _SIZE_STEPS.get(word)
    much, letter = size.groups()
    count = int(much[0]) if much[0].isdigit() else len(much)
    further = _SIZE_STEP * (min(count, 4) - 1)
    return _SIZE_STEPS["x" + letter] + (further if letter == "l" else -further)


def _meaning_of(word: str) -> tuple[str, dict[str, str]]:
    """What the lexicon says of a reported word: its role and its meaning."""
    piece = next(grammar.cut(*clean(word)), None)
    return (piece.role, dict(piece.meaning)) if piece is not None else ("", {})
