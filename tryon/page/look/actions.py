"""What to do with a result -> HTML: what is worn, another try, colours, save, copy, share.

Notable here:
- "closer", "longer" and their like are words: a button writes them into the box, so that what was
  done is there to read and to change; pressed again it takes them out.
- saving, copying and sharing happen in the browser, with a file that holds pixels and nothing else.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape

from tryon.core.types import Prompt
from tryon.core.vocabulary import name
from tryon.page.look.texts import LANGUAGES, say

# Buttons that write words: name -> the words, English and Chinese. Of a group one holds at a time.
ADJUSTMENTS: tuple[dict[str, tuple[str, str]], ...] = (
    {"closer": ("slim fit", "修身"), "looser": ("loose fit", "宽松")},
    {"shorter": ("shorter", "短一点"), "longer": ("longer", "长一点")},
    {"tucked": ("tucked in", "塞进去"), "over": ("untucked", "不要塞进去")},
)
TUCKING = 2  # the group that needs a top and a bottom
COLOURS = ("black", "white", "navy", "red", "green", "beige")


def adjusted(words: str, what: str, language: str) -> str:
    """The words with an adjustment put in, its opposite taken out; taken out where it was there.

    Raises KeyError for another adjustment.
    """
    group = next((group for group in ADJUSTMENTS if what in group), None)
    if group is None:
        raise KeyError(what)
    column = LANGUAGES.index(language)
    left, wanted = words, group[what][column]
    # The longest first: "untucked" holds no "tucked in", but 不要塞进去 holds 塞进去.
    for phrase in sorted((one for pair in group.values() for one in pair), key=len, reverse=True):
        left = re.sub(rf"[\s,，]*(?<![a-z]){re.escape(phrase)}(?![a-z])", "", left, flags=re.I)
    left = left.strip(" ,，")
    if _holds(words, wanted, group):
        return left
    comma = "，" if language == "zh" else ", "
    return f"{left}{comma}{wanted}" if left else wanted


def _holds(words: str, wanted: str, group: dict[str, tuple[str, str]]) -> bool:
    longer = [one for pair in group.values() for one in pair if wanted in one and one != wanted]
    for phrase in longer:
        words = words.replace(phrase, "")
    return wanted.lower() in words.lower()


def in_colour(prompt: Prompt, colour: str, language: str) -> str:
    """The words of a prompt with another colour."""
    kept = [word for word, used in prompt.words if used not in ("", "colour", "shade")]
    word = name("colour", colour, language)
    if language == "zh":
        return word + "".join(kept)
    return " ".join([word, *kept]) if kept else f"in {word}"


def worn(names: Sequence[str], chosen: str, language: str, kept: bool = False) -> str:
    """What is worn, a chip for each piece with a button that takes it off, and the button that
    keeps it all on for the next. names: innermost first. chosen: the wardrobe's garment to mark.
    kept: that button was pressed."""
    chips = "".join(
        f'<li class="chip worn">{escape(piece)}<button type="button" data-act="off:{number}" '
        f'aria-label="{escape(say("take_off", language, name=piece))}">×</button></li>'
        for number, piece in enumerate(names)
    )
    if not chips:
        return f'<span data-chosen="{escape(chosen)}"></span>'
    go_on = (
        f'<p class="hint" role="status">{say("kept_on", language)}</p>'
        if kept
        else '<button type="button" class="chip keep" data-act="keep" data-show="garment-section">'
        f"＋ {say('keep_on', language)}</button>"
    )
    return (
        f'<div class="wearing" data-chosen="{escape(chosen)}"><span class="shelf-title" '
        f'id="wearing-title">{say("wearing", language)}</span><ul class="chips" '
        f'aria-labelledby="wearing-title">{chips}</ul>{go_on}</div>'
    )


def tries(words: str, pieces: int, language: str) -> str:
    """Buttons for another try. words: those of the result; what they hold is pressed. pieces: how
    many are worn."""
    column = LANGUAGES.index(language)
    buttons = "".join(
        _button(
            f"say:{what}",
            say(f"try_{what}", language),
            f' aria-pressed="{str(_holds(words, phrases[column], group)).lower()}"',
        )
        for number, group in enumerate(ADJUSTMENTS)
        if number != TUCKING or pieces > 1
        for what, phrases in group.items()
    )
    if words.strip():
        buttons += _button("again", say("try_again", language))
    many = _button("colours", say("try_colours", language))
    many += _button("others", say("try_others", language))
    return (
        f'<div class="tries"><span class="shelf-title" id="tries-title">{say("tries", language)}'
        f'</span><div class="chips" role="group" aria-labelledby="tries-title">{buttons}{many}'
        "</div></div>"
    )


def save(png: str, jpeg: str, language: str) -> str:
    """Links and buttons to take the picture along. png, jpeg: paths of its files."""
    links = "".join(
        f'<a class="chip" href="{escape(_address(path))}" download>{kind}</a>'
        for kind, path in (("PNG", png), ("JPEG", jpeg))
    )
    return (
        f'<div class="saving"><span class="shelf-title">{say("save", language)}</span>'
        f'<div class="chips" data-file="{escape(_address(jpeg))}" '
        f'data-picture="{escape(_address(png))}">{links}'
        f'<button type="button" class="chip" data-copy="{escape(say("copied", language))}">'
        f"{say('copy', language)}</button>"
        f'<button type="button" class="chip" data-share hidden>{say("share", language)}</button>'
        "</div></div>"
    )


def file_stem(names: Iterable[str]) -> str:
    """A name for the file of a result: "tryon-red-tee-blue-jeans"."""
    words = re.sub(r"[^a-z0-9]+", "-", " ".join(names).lower()).strip("-")
    return f"tryon-{words}"[:60].rstrip("-")


def _button(act: str, label: str, more: str = "") -> str:
    return f'<button type="button" class="chip" data-act="{act}"{more}>{label}</button>'


def _address(path: str) -> str:
    """Where the browser finds a file of the visit, relative to the page."""
    return f"gradio_api/file={path}"
