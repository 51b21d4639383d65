"""Clean text -> Reading: what a sentence says about a garment, by rules.

Notable here:
- `read` is one way to understand a cleaned text; `prompt.understand` takes any function that
  returns a `Reading`, for instance one with a trained network (`wording.py`).
- first the text is cut into pieces with the lexicon: in English by words, which may be plurals or
  have one typing error; in Chinese the longest phrase from each character on. Both may be mixed.
- then a few small passes look at a piece's neighbours: what "long" is said of, what is negated,
  what is changed into what, which colour is the cloth and which the stripes, and which words
  speak of another thing (a scarf, the buttons).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from tryon.core.types import Kind
from tryon.core.vocabulary import ATTRIBUTES, OUTERWEAR_TYPES, TYPE_KIND
from tryon.words.lexicon import (
    CHINESE,
    ENGLISH,
    ENGLISH_CORRECT,
    ENGLISH_TARGETS,
    Meaning,
)

# Cutting into pieces.
LONGEST_PHRASE = 5  # English words
LONGEST_CHINESE = max(map(len, CHINESE))  # characters
SHORTEST_STEM = 3  # letters: what may be put in the plural
SHORTEST_TYPO = 5  # letters: shorter words are too often one letter from another word
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_GAP = re.compile(r"[ \t\-]*")
_TOKEN = re.compile(r"\d+/\d+|w/o?(?![a-z])|[a-z]+(?:'[a-z]+)*|\d+(?:[.,]\d+)*[a-z]*|[&+/]")
_HARD_BREAK = frozenset('.,;!?()[]{}<>|\n"。，；！？（）【】《》…~—–·•')
_SIZE = re.compile(r"(?:[2-6]|x{0,4})x?[sl]|m")
_AFTER_SIZE = re.compile(r"\bsize\W*$")

# Verbs in two parts, and what is to stay as it is.
_VERBS = frozenset({"take", "taking", "cut", "cutting", "chop", "rip", "tear", "leave"})
_PARTICLES = frozenset({"off", "out", "away"})
_TOUCH = frozenset({"touch", "affect", "modify", "alter", "edit"})
_KEPT = ("pattern", "colour", "fabric")  # "keep the sleeves short" asks for short ones
_DEFINITE = frozenset({"the", "its", "that", "this", "those", "these", "my"})

# What long, big, wide … are said of.
_SCALES = {  # role -> what it says of a length or a sleeve, or of the fit
    "long": ("length", "long"),
    "short": ("length", "short"),
    "big": ("fit", "loose"),
    "small": ("fit", "slim"),
    "wide": ("fit", "loose"),
    "narrow": ("fit", "slim"),
    "medium": ("fit", "regular"),
    "high": ("neckline", "turtleneck"),
    "low": ("neckline", "scoop"),
}
_PATTERN_SCALES = frozenset(
    {"big", "small", "wide", "narrow", "medium", "thick", "thin"}
    | {"vertical", "horizontal", "diagonal"}
)

# Changed into, not, too.
OPPOSITE = {  # what "too …" and "less …" ask for
    ("length", "long"): "short",
    ("length", "short"): "long",
    ("sleeve", "long"): "short",
    ("sleeve", "short"): "long",
    ("fit", "slim"): "loose",
    ("fit", "loose"): "slim",
    ("shade", "light"): "dark",
    ("shade", "dark"): "light",
}
_THIS_ONE = frozenset({"one", "这件", "那件", "这条", "那条", "这款", "那款"})
_GOES_ON = {  # after a ruled out modifier the same phrase may go on with …
    "colour": {"pattern", "colour", "fabric", "type"},
    "shade": {"colour", "type"},
    "fit": {"type"},
    "length": {"type"},
    "fabric": {"type"},
    "sleeve": {"type"},
    "neckline": {"type"},
    "pattern": {"type", "pattern"},
}
_WHOLE = ("design", "designs")  # "I don't like the design" speaks of more than a pattern
_OF_ADJECTIVES = ("not ", "isn", "aren", "不是", "不太", "不要太", "别太", "不那么", "没那么")
_REACH = 4  # words that are not known, at most, between "not" and what it rules out
_COMPLAINS = frozenset({"is", "it's", "its", "are", "was", "were", "looks", "feels", "seems"})

# Other garments.
_DETERMINERS = frozenset(
    "a,an,the,my,this,that,some,any,i,want,one,一件,一条,一个,件,条,个".split(",")  # noqa: SIM905
)
_OR = frozenset({"or", "或", "或者", "或是", "还是", "/"})

# Gathering.
MANY = 3  # colours in a row are "multicolour"
_COMPARATIVE = re.compile(r"(?:long|short|loos|tight|dark|light|bright|small|bigg)er\b")
_NAMED_BY_LENGTH = {"mini": "skirt", "minis": "skirt", "maxi": "dress"}


class Reading(NamedTuple):
    """What a reader made of a text; the fields are those of `Prompt`.

    others: things it names that are no garment of ours. second: a further garment type, or "".
    """

    attributes: dict[str, str]
    excluded: dict[str, tuple[str, ...]]
    words: tuple[tuple[str, str], ...]
    others: tuple[str, ...] = ()
    second: str = ""


@dataclass
class Piece:
    """A word or phrase: where it stands, how it was written, what the lexicon says.

    role: "value" or a role of the lexicon ("not", "subject", …), "hard" for punctuation, "other"
    for what is not known. subject: the attribute a "subject" names. meaning: of a "value".
    used: the attribute it served. negated: it is ruled out. dropped: it is said of something else,
    or only names what is to be changed.
    """

    start: int
    end: int
    written: str
    role: str
    subject: str = ""
    meaning: Meaning = ()
    used: str = ""
    negated: bool = False
    dropped: bool = False
    chinese: bool = False

    @property
    def attribute(self) -> str:
        return self.meaning[0][0].lstrip("!") if self.role == "value" else ""

    def says(self, attribute: str) -> str | None:
        """The value this piece gives to an attribute (not one it rules out)."""
        return next((value.rstrip("?") for key, value in self.meaning if key == attribute), None)


@dataclass
class _Unit:
    """A piece that names a colour, and the colour with the shade said of it."""

    piece: Piece
    colour: str
    shade: str


def read(clean: str, written: str) -> Reading:
    """Read a text. `clean` is lower case and simplified, `written` the same length as typed."""
    return parse(clean, written)[0]


def parse(clean: str, written: str) -> tuple[Reading, list[Piece]]:
    """As `read`, and the piece that stands behind each of its words."""
    pieces = list(cut(clean, written))
    _resolve_split_verbs(pieces)
    _resolve_keeps(pieces)
    _resolve_scales(pieces)
    _resolve_changes(pieces)
    _resolve_negation(pieces)
    _resolve_excess(pieces)
    others, second = _resolve_other_garments(pieces)
    attributes, excluded = _gather(pieces)
    reported = [
        piece
        for piece in pieces
        if piece.used or piece.role in ("other", "value", "elsewhere", "detail")
    ]
    words = tuple((piece.written, piece.used) for piece in reported)
    return Reading(attributes, excluded, words, others, second), reported


# --- cutting into pieces -----------------------------------------------------------------------


def cut(clean: str, written: str) -> Iterator[Piece]:
    """The pieces of a text in reading order. Unknown Chinese characters in a row are one piece."""
    position = 0
    unknown = -1  # where a run of unknown Chinese characters began
    while position < len(clean):
        piece = _chinese_piece(clean, written, position) or (
            None if _CHINESE.match(clean[position]) else _english_piece(clean, written, position)
        )
        strange = piece is None and _CHINESE.match(clean[position])
        if unknown >= 0 and not strange:
            yield Piece(unknown, position, written[unknown:position], "other", chinese=True)
            unknown = -1
        if piece is not None:
            yield piece
            position = piece.end
            continue
        if strange and unknown < 0:
            unknown = position
        position += 1
    if unknown >= 0:
        yield Piece(unknown, position, written[unknown:position], "other", chinese=True)


def _piece(start: int, end: int, written: str, meaning: Meaning, chinese: bool) -> Piece:
    key, value = meaning[0]
    if key.startswith("@"):
        role = "other" if key == "@guard" else key[1:]
        return Piece(start, end, written[start:end], role, subject=value, chinese=chinese)
    return Piece(start, end, written[start:end], "value", meaning=meaning, chinese=chinese)


def _chinese_piece(clean: str, written: str, start: int) -> Piece | None:
    """The longest phrase of the Chinese lexicon that starts here. Phrases with Latin letters
    ("v领", "polo") count only in Chinese surroundings and never inside a Latin word."""

    def latin(index: int) -> bool:
        return 0 <= index < len(clean) and clean[index].isascii() and clean[index].isalnum()

    if latin(start) and latin(start - 1):
        return None
    after_chinese = start > 0 and _CHINESE.match(clean[start - 1]) is not None
    for end in range(min(len(clean), start + LONGEST_CHINESE), start, -1):
        phrase = clean[start:end]
        meaning = CHINESE.get(phrase)
        if meaning is None or (latin(end - 1) and latin(end)):
            continue
        if not after_chinese and phrase.isascii():
            continue
        return _piece(start, end, written, meaning, chinese=True)
    if clean[start] == "t" and after_chinese and not latin(start + 1):  # 白T, 纯色T
        return _piece(start, start + 1, written, CHINESE["t恤"], chinese=True)
    return None


def _english_piece(clean: str, written: str, start: int) -> Piece | None:
    """The longest phrase of the English lexicon that starts here, or the bare word."""
    first = _TOKEN.match(clean, start)
    if first is None:
        if clean[start] in _HARD_BREAK:
            return Piece(start, start + 1, written[start], "hard")
        return None
    if (size := _size(clean, written, first.start(), first.end())) is not None:
        return size
    tokens = [first]
    while len(tokens) < LONGEST_PHRASE:
        gap = _GAP.match(clean, tokens[-1].end())
        assert gap is not None  # it may be empty
        following = _TOKEN.match(clean, gap.end())
        if following is None:
            break
        tokens.append(following)
    spelt = [_correct(token[0]) for token in tokens]
    for count in range(len(tokens), 0, -1):
        if count > 1 and spelt[count - 1] == "s":
            continue  # "size S" is no plural
        meaning = _look_up("".join(spelt[:count]), steering=False) or _look_up(
            " ".join(spelt[:count]), steering=True
        )
        if meaning is not None:
            return _piece(start, tokens[count - 1].end(), written, meaning, chinese=False)
    return Piece(start, first.end(), written[start : first.end()], "other")


def _size(clean: str, written: str, start: int, end: int) -> Piece | None:
    """A size such as XL, as a piece. A single letter is one as a capital, or after "size"."""
    word, as_typed = clean[start:end], written[start:end]
    if not _SIZE.fullmatch(word):
        return None
    if len(word) == 1 and not as_typed.isupper() and not _AFTER_SIZE.search(clean, 0, start):
        return None
    fit = "regular" if word in ("m", "l") else ("slim" if word.endswith("s") else "loose")
    return Piece(start, end, as_typed, "value", meaning=(("fit", fit),))


def _look_up(key: str, steering: bool) -> Meaning | None:
    """The meaning of a phrase, in the singular or the plural: one that names a value (the key
    has its words run together) or one that steers (words parted by single spaces)."""
    for ending in ("", "'s", "s", "es"):
        stem = key[: len(key) - len(ending)]
        if not key.endswith(ending) or (ending and len(stem) < SHORTEST_STEM):
            continue
        meaning = ENGLISH.get(stem)
        if meaning is not None and (meaning[0][0][0] == "@") == steering:
            return meaning
    return None


@lru_cache(maxsize=4096)
def _correct(word: str) -> str:
    """The word of the lexicon that a misspelt word means, or the word itself.

    One letter missing, too many, wrong or swapped with the next one; the first letter is taken
    to be right unless it was swapped (so "weather" is not leather, nor "beach" peach).
    """
    if len(word) < SHORTEST_TYPO or not word.isalpha():
        return word
    if any(
        word.endswith(ending) and word[: len(word) - len(ending)] in ENGLISH_CORRECT
        for ending in ("", "s", "es")
    ):
        return word
    if word in ENGLISH:
        return word
    found = {
        candidate
        for shape in _without_one_letter(word)
        for candidate in _TYPO_INDEX.get(shape, ())
        if _one_slip(word, candidate)
    }
    if not found and word.endswith("s"):  # a misspelt word in the plural: "slevees"
        single = _correct(word[:-1])
        return word if single == word[:-1] else single + "s"
    if not found:
        return word
    # swapped letters are the commonest slip; then prefer what keeps the last letter
    return min(
        found,
        key=lambda other: (
            sorted(other) != sorted(word),
            other[-1] != word[-1],
            -len(other),
            other,
        ),
    )


def _without_one_letter(word: str) -> set[str]:
    return {word} | {word[:index] + word[index + 1 :] for index in range(len(word))}


def _one_slip(typed: str, meant: str) -> bool:
    """True if `typed` is `meant` with one slip (the restricted Damerau-Levenshtein distance 1)."""
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    rest, aim = typed[start:], meant[start:]
    swapped = len(rest) > 1 and rest[1::-1] + rest[2:] == aim
    if start == 0 and not swapped:
        return False
    return swapped or rest[1:] == aim[1:] or rest[1:] == aim or rest == aim[1:]


def _typo_index() -> dict[str, tuple[str, ...]]:
    """Every lexicon word under each of its spellings with a letter left out (Garbe's SymSpell)."""
    index: dict[str, list[str]] = {}
    for word in sorted(ENGLISH_TARGETS):
        if len(word) >= SHORTEST_TYPO - 1:
            for shape in _without_one_letter(word):
                index.setdefault(shape, []).append(word)
    return {shape: tuple(words) for shape, words in index.items()}


_TYPO_INDEX = _typo_index()


# --- verbs in two parts ------------------------------------------------------------------------


def _resolve_split_verbs(pieces: list[Piece]) -> None:
    """ "Take the sleeves off", "leave the stripes out": the verb's first part says not."""
    for index, piece in enumerate(pieces):
        if piece.chinese or piece.written.lower() not in _VERBS:
            continue
        named = False
        for after in pieces[index + 1 :]:
            if after.written.lower() in _PARTICLES and named:
                piece.role, piece.meaning, after.role = "not", (), "stop"
                break
            if after.role not in ("stop", "value", "subject", "join"):
                break
            named |= after.role != "stop"


def _resolve_keeps(pieces: list[Piece]) -> None:
    """ "Keep the print", "don't change the stripes", 图案不变 speak of what is there and ask for
    nothing. "Don't remove …" is a double negation."""
    for index, piece in enumerate(pieces):
        if piece.role == "unchanged":
            _keep(pieces[index - 1 :: -1] if index else [])
            piece.role = "stop"
        elif piece.role == "keep":
            article = piece.chinese or piece.written.lower() == "same"
            after = pieces[index + 1 :]
            if article or (after and after[0].written.lower() in _DEFINITE):
                _keep(after)
            piece.role = "stop"
        elif piece.role == "not" and index + 1 < len(pieces):
            verb = pieces[index + 1]
            if verb.role in ("alter", "not", "replace") or verb.written.lower() in _TOUCH:
                _keep(pieces[index + 2 :])
                piece.role = verb.role = "stop"


def _keep(pieces: list[Piece]) -> None:
    """Make the next values of a phrase small words."""
    for piece, after in zip(pieces, [*pieces[1:], None], strict=False):
        if after is not None and after.says("type"):
            return  # "the same floral dress" names the garment
        if piece.role == "value" and piece.attribute in _KEPT:
            piece.role, piece.meaning = "stop", ()
        elif piece.role not in ("stop", "subject", "join"):
            return


# --- what long, big, wide … are said of --------------------------------------------------------


def _resolve_scales(pieces: list[Piece]) -> None:
    """Turn "long", "small", 短 … into values of the noun they belong to."""
    for index, piece in enumerate(pieces):
        if piece.written == "点" and index and pieces[index - 1].says("colour"):  # 白点: dots
            piece.role, piece.meaning = "value", (("pattern", "dotted"),)
        if piece.role not in _SCALES and piece.role not in _PATTERN_SCALES:
            continue
        role, piece.role = piece.role, "other"
        if role in _PATTERN_SCALES and _describes_pattern(pieces, index):
            piece.role, piece.subject, piece.used = "scale", role, "pattern"
            continue
        if role not in _SCALES or (piece.chinese and not _has_cue(pieces, index)):
            continue
        if _describes_another(pieces, index) or _endears(pieces, index):
            continue
        subject = _subject_of(pieces, index)
        attribute, value = _SCALES[role]
        if attribute == "length" and subject is not None and _about(subject) == "sleeve":
            attribute = "sleeve"
        if attribute == "neckline" and (subject is None or _about(subject) != "neckline"):
            continue
        if role == "medium" and index + 1 < len(pieces) and pieces[index + 1].says("colour"):
            continue  # "medium blue" is no size
        piece.role, piece.meaning = "value", ((attribute, value),)
        if subject is not None and subject.role == "subject":
            subject.used = attribute


def _about(piece: Piece) -> str:
    return piece.subject if piece.role == "subject" else piece.attribute


def _describes_pattern(pieces: list[Piece], index: int) -> bool:
    """True if the scale at `index` is said of stripes, dots, a print: "big red polka dots"."""
    direction = pieces[index].written.lower() in ("vertical", "horizontal", "diagonal")
    for piece in pieces[index + 1 :]:
        if piece.says("pattern"):
            noun = piece.chinese or piece.written.lower().endswith(("s", "print", "logo", "check"))
            return noun or direction or pieces[index].role == "other"
        if piece.role in _PATTERN_SCALES or piece.role in ("subject", "scale"):
            continue
        if not (piece.says("colour") or piece.says("shade")):
            break
    before = next((p for p in reversed(pieces[:index]) if p.role not in ("stop", "bit")), None)
    return direction and before is not None and before.says("pattern") is not None


def _describes_another(pieces: list[Piece], index: int) -> bool:
    """True if the scale is said of something that is no garment of ours: "a tiny pink bow"."""
    for piece in pieces[index + 1 :]:
        if piece.role in ("elsewhere", "detail"):
            return True
        if piece.role != "other" and piece.attribute not in ("colour", "shade", "fabric"):
            return False
    return False


def _endears(pieces: list[Piece], index: int) -> bool:
    """True for a "little" that speaks of no size: "a little black dress", "this little skirt"."""
    return pieces[index].written.lower() == "little" and index + 1 < len(pieces)


def _has_cue(pieces: list[Piece], index: int) -> bool:
    """True if a single Chinese character like 长 stands as a wish: 长一点, 再长, 长的, 太长."""
    before = pieces[index - 1] if index else None
    after = pieces[index + 1] if index + 1 < len(pieces) else None
    if before is not None and before.role in ("bit", "too", "not", "want", "subject", "target"):
        return True
    return after is not None and (after.role == "bit" or after.written in ("的", "款", "了", "点"))


def _subject_of(pieces: list[Piece], index: int) -> Piece | None:
    """The noun a scale belongs to: the next one in its phrase, else the last one before it."""
    ahead = pieces[index + 1 :]
    if pieces[index].chinese:  # 短一点的袖子, but 袖子短一点
        joined = next((p for p in ahead if p.role != "bit"), None)
        ahead = ahead if joined is not None and joined.written == "的" else []
    for piece in ahead:
        if piece.role == "subject" or piece.says("type"):
            return piece
        if piece.role in ("hard", "break", "join", "target"):
            break
    for piece in reversed(pieces[:index]):
        if piece.role == "hard":
            break
        if piece.says("type") or piece.says("sleeve"):
            return piece
        if piece.role == "subject" and piece.subject != "colour":
            return piece
    return None


# --- changed into, not, too --------------------------------------------------------------------


def _resolve_changes(pieces: list[Piece]) -> None:
    """Drop what is to be changed: "from black to white", "turn this blue dress red", 把…换成…"""
    for index, piece in enumerate(pieces):
        if piece.role == "target":
            _drop_source(pieces, index)
        elif piece.role == "paint":
            _drop_painted(pieces, index)


def _drop_source(pieces: list[Piece], target: int) -> None:
    start = target
    while start and pieces[start - 1].role != "hard":
        start -= 1
    source = pieces[start:target]
    roles = {piece.role for piece in source}
    word = pieces[target]
    if not word.chinese:
        swapped = word.written.lower() in ("with", "for")
        needed = {"replace"} if swapped else {"alter", "replace", "source", "paint"}
        if not roles & needed:
            if swapped:
                word.role = "break"
            return
    wanted: set[str] = set()
    for piece in pieces[target + 1 :]:
        if piece.role == "hard":
            break
        wanted.update(key for key, _ in piece.meaning)
    # "replace the stripes": the stripes are not wanted. "from black", "this blue dress" only say
    # which garment is meant
    named = any(_about(p) == "type" or p.written.lower() in _THIS_ONE for p in source)
    unwanted = "source" not in roles and not named
    for piece in source:
        if piece.role == "value" and piece.attribute in wanted:
            if unwanted:
                piece.negated = True
            else:
                piece.dropped = True


def _drop_painted(pieces: list[Piece], verb: int) -> None:
    """In "make the blue dress red" the second colour counts, the first only names the dress."""
    earlier: dict[str, Piece] = {}
    noun_since: dict[str, bool] = {}
    for piece in pieces[verb + 1 :]:
        if piece.role in ("hard", "break", "target"):
            break
        for attribute in ("colour", "pattern", "sleeve", "length", "shade"):
            if not piece.says(attribute):
                continue
            if attribute in earlier and noun_since[attribute]:
                earlier[attribute].dropped = True
            earlier[attribute], noun_since[attribute] = piece, attribute == "sleeve"
        if piece.says("type"):
            noun_since = dict.fromkeys(noun_since, True)


def _resolve_negation(pieces: list[Piece]) -> None:
    """Mark what is ruled out: "not red", "no stripes or dots", "without sleeves", 不要条纹."""
    for index, piece in enumerate(pieces):
        if piece.role == "not" and (before := _negated_before(pieces, index)) is not None:
            before.negated, piece.used = True, before.attribute
        elif piece.role in ("not", "less"):
            _negate_from(pieces, index)
        elif any(key.startswith("!") for key, _ in piece.meaning):
            piece.used = piece.attribute


def _negated_before(pieces: list[Piece], index: int) -> Piece | None:
    """What a Chinese "not" at the end of its clause rules out, which stands before it: 条纹不要."""
    after = pieces[index + 1] if index + 1 < len(pieces) else None
    if not pieces[index].chinese or (after is not None and after.role != "hard"):
        return None
    before = next((p for p in reversed(pieces[:index]) if p.role != "stop"), None)
    return before if before is not None and before.role == "value" else None


def _negate_from(pieces: list[Piece], index: int) -> None:
    word = pieces[index]
    last = None
    unknown = 0
    position = index + 1
    while position < len(pieces):
        piece = pieces[position]
        if piece.role == "value":
            attribute = piece.attribute
            if last is not None and attribute not in _GOES_ON.get(last, ()):
                joined = pieces[position - 1].role == "join" and attribute == last
                if not joined:
                    return
            if attribute == "type" and last is not None:
                return  # "not a red shirt" is a shirt all the same
            if word.role == "less" and (opposite := OPPOSITE.get((attribute, piece.meaning[0][1]))):
                piece.meaning = ((attribute, opposite),)
            else:
                piece.negated = True
            word.used = word.used or attribute
            last = attribute
        elif piece.role == "subject" and piece.subject == "sleeve" and last is None:
            piece.role, piece.meaning = "value", (("sleeve", "sleeveless"),)
            word.used = "sleeve"
            return
        elif piece.subject == "pattern" and piece.written.lower() not in _WHOLE and last is None:
            piece.role, piece.meaning = "value", (("pattern", "plain"),)
            word.used = "pattern"
            return
        elif piece.role == "elsewhere" and last is None:
            piece.negated = True
            return
        elif piece.role in ("hard", "break", "want", "shift", "not", "target"):
            return
        elif piece.role == "join":
            following = pieces[position + 1] if position + 1 < len(pieces) else None
            if last is not None and (following is None or following.attribute != last):
                return
        elif last is not None and piece.role not in ("scale",):
            return
        elif piece.role == "other":
            unknown += 1
            if unknown > _REACH or word.written.lower().startswith(_OF_ADJECTIVES):
                return
        position += 1


def _resolve_excess(pieces: list[Piece]) -> None:
    """ "Too long" asks for shorter; "not too long" has been read as a negation before."""
    for index, piece in enumerate(pieces):
        if piece.role != "too":
            continue
        following = next((p for p in pieces[index + 1 :] if p.role not in ("stop", "bit")), None)
        if following is None or following.negated or not following.meaning:
            continue
        if _is_wished_for(pieces[:index]):
            continue
        opposite = OPPOSITE.get(following.meaning[0])
        if opposite:
            piece.used = following.attribute
            following.meaning = ((following.attribute, opposite),)


def _is_wished_for(before: list[Piece]) -> bool:
    """True for "a sweatshirt two sizes too big"; "it is two sizes too big" is a complaint."""
    words = [piece.written.lower() for piece in before]
    return words[-1:] == ["sizes"] and not _COMPLAINS & set(words)


# --- other garments ----------------------------------------------------------------------------


def _resolve_other_garments(pieces: list[Piece]) -> tuple[tuple[str, ...], str]:
    """Drop what is said of scarves, buttons and further garments.

    Returns the things that are no garment of ours, and the type of a further garment ("").
    """
    others = []
    for index, piece in enumerate(pieces):
        if piece.role in ("elsewhere", "detail"):
            after = pieces[index + 1] if index + 1 < len(pieces) else None
            if after is not None and _says_what_like(after) and after.start - piece.end <= 1:
                piece.role = "other"  # "a sequin dress": only says what the dress is like
                continue
            _drop_modifiers(pieces, index)
            if piece.role == "elsewhere" and not piece.negated:
                others.append(piece.written)
                _drop_predicate(pieces, index)
    _join_types(pieces)
    second = ""
    first: Piece | None = None
    named = ""  # the type of the first
    apart = shifted = False
    for index, piece in enumerate(pieces):
        apart = apart or piece.role in ("hard", "join", "break", "target")
        shifted = shifted or piece.role == "shift"
        kind = piece.says("type")
        if kind is None or piece.negated or piece.dropped:
            continue
        if first is None or shifted:
            first, named, apart, shifted = piece, kind, False, False
        elif apart and kind != named and _another_garment(named, kind):
            alternative = any(p.written.lower() in _OR for p in pieces[:index])
            if not alternative:
                _drop_modifiers(pieces, index)
                second = second or kind.split("|")[0]
            piece.dropped = True
        else:  # the same garment once more, in other words
            if named == "top":
                general, special, named = first, piece, kind
            else:
                general, special = piece, first
            _make_type(general, named)
            first = special
    return tuple(others), second


def _make_type(piece: Piece, kind: str) -> None:
    """Take the type from what a piece means; where nothing is left, it means the type given."""
    piece.used = "type"
    rest = tuple(pair for pair in piece.meaning if pair[0] != "type")
    piece.meaning = rest or (("type", kind),)


def _says_what_like(piece: Piece) -> bool:
    """True for what the name of another thing may describe: a garment, a "tie-neck", a "cape
    sleeve"."""
    about = piece.subject if piece.role == "subject" else ""
    return piece.says("type") is not None or about in ("neckline", "sleeve")


def _another_garment(first: str, second: str) -> bool:
    first, second = first.split("|")[0], second.split("|")[0]
    apart = TYPE_KIND[first] != TYPE_KIND[second]
    return apart or (first in OUTERWEAR_TYPES) != (second in OUTERWEAR_TYPES)


def _join_types(pieces: list[Piece]) -> None:
    """Of two types side by side the last is the noun ("shirt jacket"), unless the first says more
    ("polo top", 大衣外套)."""
    named = [p for p in pieces if p.written not in ("式", "款", "型")]  # 衬衫式连衣裙
    for before, after in pairwise(named):
        first, last = before.says("type"), after.says("type")
        if not first or not last or before.negated or after.negated:
            continue
        first_kind = TYPE_KIND[first.split("|")[0]]
        weaker = (last == "top" and first_kind == Kind.UPPER) or (
            last == "jacket" and first in OUTERWEAR_TYPES
        )
        if weaker:
            _make_type(after, first)
        else:
            _make_type(before, last)


def _drop_modifiers(pieces: list[Piece], noun: int) -> None:
    """Drop the words right before a noun that is not the garment: "a [red wool] scarf"."""
    nearest = None
    position = noun - 1
    while position >= 0:
        piece = pieces[position]
        if piece.role == "value" and not piece.says("type"):
            if pieces[noun].role != "detail" or piece.attribute in ("colour", "shade", "fabric"):
                piece.dropped = True
            nearest = piece
        elif piece.role == "join":
            before = pieces[position - 1] if position else None
            if nearest is None or before is None or before.role != "value":
                return
            if before.attribute != nearest.attribute:
                return
        elif piece.role == "other" and nearest is None:
            pass  # "a white woolly-looking cap"
        elif piece.role not in ("stop", "scale") or piece.written.lower() in _DETERMINERS:
            return
        position -= 1


def _drop_predicate(pieces: list[Piece], noun: int) -> None:
    """Drop what is said after a thing that is no garment of ours, where none of ours is named:
    "a scarf in red", 帽子要红色的."""
    if any(piece.says("type") for piece in pieces):
        return
    for piece in pieces[noun + 1 :]:
        if piece.role in ("hard", "join", "shift", "target", "subject"):
            return
        piece.dropped = piece.dropped or piece.role == "value"


# --- gathering ---------------------------------------------------------------------------------


def _gather(pieces: list[Piece]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """(attributes, excluded). The first thing said of an attribute counts, unless the sentence
    corrects itself ("no wait, blue")."""
    found: dict[str, str] = {}
    ruled_out: dict[str, list[str]] = {}
    shifts = [index for index, piece in enumerate(pieces) if piece.role == "shift"]
    start_of_last = shifts[-1] if shifts else 0
    # said after a correction first: it overrides what was said before
    order = pieces[start_of_last:] + pieces[:start_of_last] if shifts else pieces

    _read_minis(pieces)
    colour_pieces = _read_colours(order, found)
    without_print = False
    for piece in order:
        if piece.role != "value":
            continue
        if piece.negated:
            for attribute, value in piece.meaning:
                if attribute == "pattern" and value.endswith("?"):
                    without_print = True  # "remove the print", whatever it shows
                if not attribute.startswith(("!", "@")):
                    ruled_out.setdefault(attribute, []).append(value.split("|")[0].rstrip("?"))
            piece.used = piece.attribute
            continue
        if piece.dropped:
            piece.used = ""
            continue
        piece.used = piece.used or piece.attribute
        for attribute, value in piece.meaning:
            if attribute.startswith("@"):
                continue
            if attribute.startswith("!"):
                ruled_out.setdefault(attribute[1:], []).append(value)
            elif _COMPARATIVE.match(piece.written.lower()) and not piece.chinese:
                found[attribute] = value  # "like the short-sleeved one, with longer sleeves"
            elif attribute == "pattern" and found.get("pattern", "?").endswith("?"):
                found["pattern"] = value  # "printed with flowers": the flowers say more
            elif id(piece) not in colour_pieces or attribute not in ("colour", "shade"):
                found.setdefault(attribute, value)

    if "pattern" in found:
        found["pattern"] = found["pattern"].rstrip("?")
    elif without_print:
        found["pattern"] = "plain"
    if "|" in found.get("type", ""):  # 裙子 is a skirt, with sleeves a dress
        skirt, dress = found["type"].split("|")
        found["type"] = dress if "sleeve" in found or "neckline" in found else skirt
    if TYPE_KIND.get(found.get("type", ""), None) == Kind.UPPER:
        if found.get("length") == "short":
            found["length"] = "cropped"
        lengths = ruled_out.get("length", [])
        ruled_out["length"] = ["cropped" if value == "short" else value for value in lengths]

    attributes = {key: found[key] for key in ATTRIBUTES if key in found}
    excluded = {
        key: values
        for key in ATTRIBUTES
        if (
            values := tuple(
                value
                for value in dict.fromkeys(ruled_out.get(key, ()))
                if attributes.get(key) != value
            )
        )
    }
    return attributes, excluded


def _read_minis(pieces: list[Piece]) -> None:
    """A "denim mini" is a skirt, a "floral maxi" a dress, where no garment is named."""
    if any(piece.says("type") for piece in pieces):
        return
    for before, piece in pairwise(pieces):
        kind = _NAMED_BY_LENGTH.get(piece.written.lower())
        if kind and not piece.negated and before.attribute in ("colour", "fabric", "pattern"):
            piece.meaning = (("type", kind), *piece.meaning)


def _read_colours(pieces: list[Piece], found: dict[str, str]) -> set[int]:
    """Put the main colour and its shade into `found`; returns ids of the pieces looked at.

    Main is the ground's colour: not that of stripes or dots on it, if both are named.
    """
    units: list[_Unit] = []
    bound: set[int] = set()
    live = [p for p in pieces if not (p.negated or p.dropped)]
    for index, piece in enumerate(live):
        colour = piece.says("colour")
        if colour:
            shade = _adjacent_shade(live, index, bound)
            if shade is not None:
                bound.add(id(shade))
            units.append(_Unit(piece, colour, (shade or piece).says("shade") or ""))
            bound.add(id(piece))
    if not units:
        return bound
    order = {id(piece): index for index, piece in enumerate(live)}
    ground = [unit for unit in units if _is_ground(live, order[id(unit.piece)])]
    cloth = [unit for unit in units if not _is_accent(live, order[id(unit.piece)])]
    main = (ground or cloth or units)[0]
    if _in_many_colours(live, units):
        found["colour"] = "multicolour"
        return bound
    found["colour"] = main.colour
    if main.shade:
        found["shade"] = main.shade
    return bound


def _in_many_colours(pieces: list[Piece], units: list[_Unit]) -> bool:
    """True for "a red, blue and yellow dress"; "red, blue or yellow" is a choice, and of a pattern
    the first is the ground's."""
    if len({unit.colour for unit in units}) < MANY:
        return False
    if any(piece.says("pattern") not in (None, "plain") for piece in pieces):
        return False
    first, last = (pieces.index(units[place].piece) for place in (0, -1))
    between = pieces[first : last + 1]
    chosen = any(p.written.lower() in _OR for p in between)
    return not chosen and all(
        p.role in ("join", "stop") or p.attribute in ("colour", "shade") or p.written in ",，、"
        for p in between
    )


def _adjacent_shade(pieces: list[Piece], index: int, bound: set[int]) -> Piece | None:
    """The shade word said of the colour at `index`: right before it, or right after."""
    for step, skip in ((-1, ("stop", "subject", "bit")), (1, ("bit", "subject"))):
        position = index + step
        while 0 <= position < len(pieces) and pieces[position].role in skip:
            position += step
        if not 0 <= position < len(pieces):
            continue
        piece = pieces[position]
        if piece.role != "value" or piece.attribute != "shade" or id(piece) in bound:
            continue
        if step > 0 and position + 1 < len(pieces) and pieces[position + 1].says("colour"):
            continue  # "white, light blue": belongs to the next colour
        return piece
    return None


def _is_ground(pieces: list[Piece], index: int) -> bool:
    """True if the colour is said to be the ground's: "white dots on a red ground", "red on white"
    of stripes."""
    drawn = any(piece.says("pattern") not in (None, "plain") for piece in pieces)
    if index + 1 < len(pieces) and pieces[index + 1].role == "ground":
        return drawn or pieces[index].chinese
    before = [p for p in pieces[:index] if p.role != "stop" and p.attribute != "shade"]
    upon = len(before) > 1 and before[-1].written.lower() in ("on", "against")
    return upon and drawn and before[-2].says("colour") is not None


def _is_accent(pieces: list[Piece], index: int) -> bool:
    """True if the colour is that of stripes, dots or a print: "blue stripes on a white shirt"."""
    position = index + 1
    while position < len(pieces) and (
        pieces[position].role in ("join", "scale", "accent")
        or pieces[position].says("colour")
        or pieces[position].attribute == "shade"
    ):
        position += 1
    if position >= len(pieces) or not pieces[position].says("pattern"):
        return False
    noun = pieces[position]
    if not noun.chinese:
        return noun.written.lower().endswith(("s", "print", "logo"))
    for piece in pieces[position + 1 :]:  # 红条纹白衬衫: the shirt's own colour comes after
        if piece.says("colour"):
            return True
        if piece.says("type") or piece.role == "hard":
            break
    return False
