"""Pieces of HTML: shelves of garments and people, chips, notes, the facts about a result.

Notable here:
- every function takes values and returns a string; whatever a visitor or a file may have written
  goes through `escape`.
- shelves are groups of native radio buttons, so arrow keys, focus and screen readers work by
  themselves; `SCRIPT` only reports the choice.
- what is fixed is there in both languages; functions with a `language` say it in that one.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from html import escape

import cv2
import numpy as np

from tryon.core.errors import Note
from tryon.core.types import Garment, Photo, Prompt, Result
from tryon.core.vocabulary import name
from tryon.page.look.stock import Item
from tryon.page.look.texts import TEXTS, both, say
from tryon.report.stages import PARTS

# From here on a result is called good. Below, remarks say what to look at; `low_confidence` is
# the pipeline's own remark for what it doubts.
GOOD_CONFIDENCE = 0.6

# --- the frame of the page -----------------------------------------------------------------
CATEGORIES = ("tops", "bottoms", "dresses", "outerwear")
AUDIENCES = ("women", "men")
# Runs once for each piece of HTML. A choice is reported as event data {id}; a filter only shows and
# hides cards, without asking the server.
SCRIPT = """
element.addEventListener("change", (event) => {
  const input = event.target;
  if (input.dataset.filter !== undefined) {
    const wanted = [...element.querySelectorAll("input[data-filter]:checked")]
      .filter((filter) => filter.value !== "all");
    for (const card of element.querySelectorAll(".card"))
      card.hidden = !wanted.every(
        ({ name, value }) => [value, "unisex"].includes(card.dataset[name])
      );
    element.querySelector(".cards").scrollLeft = 0;
  } else if (input.type === "radio") {
    trigger("select", { id: input.value });
  }
});
element.addEventListener("click", (event) => {
  // The other language is another page: photo and results would be gone without a word.
  const link = event.target.closest("[data-ask] a");
  if (link && document.querySelector("#photo img")) {
    const [english, chinese] = JSON.parse(link.parentElement.dataset.ask);
    const here = document.documentElement.lang.startsWith("zh") ? chinese : english;
    if (!confirm(here)) event.preventDefault();
  }
  const button = event.target.closest("button");
  if (button?.dataset.act) trigger("select", { id: button.dataset.act });
  const saving = button?.parentElement.dataset;
  if (button?.dataset.copy !== undefined) {
    const picture = fetch(saving.picture).then((answer) => answer.blob());
    navigator.clipboard.write([new ClipboardItem({ "image/png": picture })])
      .then(() => { button.innerText = button.dataset.copy; });
  }
  if (button?.dataset.share !== undefined) {
    fetch(saving.file).then((answer) => answer.blob()).then((blob) => {
      const name = decodeURIComponent(saving.file.split("/").pop());
      const files = [new File([blob], name, { type: blob.type })];
      return navigator.share({ files });
    }).catch(() => {}); // closed without sharing
  }
  if (button?.dataset.say !== undefined) trigger("select", { id: button.innerText });
  if (button?.dataset.show) {
    document.getElementById(button.dataset.show).scrollIntoView({ behavior: "smooth" });
  }
});
"""
# Runs in the browser when a garment of one's own takes the place of one from the wardrobe.
UNCHECK_WARDROBE = """
() => {
  for (const input of document.querySelectorAll("#wardrobe input[name=garment]"))
    input.checked = false;
}
"""
# Runs in the browser when there is something to save: only some of them can share files.
CAN_SHARE = """
() => {
  const file = new File([""], "a.jpg", { type: "image/jpeg" });
  const show = () => {
    for (const button of document.querySelectorAll("[data-share]"))
      button.hidden = !navigator.canShare?.({ files: [file] });
  };
  for (const wait of [0, 300, 1500]) setTimeout(show, wait); // the first one is still being drawn
}
"""
# Runs in the browser when the page is open: ?garment=top-breton&prompt=in+red picks and fills in.
DEEP_LINK = """
() => {
  const asked = new URLSearchParams(location.search);
  const [garment, prompt] = [asked.get("garment"), asked.get("prompt")];
  const follow = () => {
    const words = document.querySelector("#words textarea");
    if (!words || !document.querySelector("#wardrobe .card")) {
      setTimeout(follow, 100); // the page is still being built
      return;
    }
    if (prompt) {
      words.value = prompt.slice(0, 500);
      words.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const card = [...document.querySelectorAll("#wardrobe input[name=garment]")]
      .find((input) => input.value === garment);
    if (!card) return;
    setTimeout(() => card.click(), 500); // when the words are there
    card.closest(".cards").scrollTop = card.closest(".card").offsetTop - 80;
  };
  if (garment || prompt) follow();
}
"""
# Runs in the browser when what is worn has changed: the wardrobe marks the garment chosen for it.
MARK_CHOSEN = """
() => {
  const chosen = document.querySelector("#worn [data-chosen]")?.dataset.chosen;
  if (chosen === undefined) return;
  for (const input of document.querySelectorAll("#wardrobe input[name=garment]"))
    input.checked = input.value === chosen;
}
"""
# Runs in the browser when there is a result: it may be further down, or above in a column that
# scrolls by itself. Nothing moves where its upper half is seen already.
SHOW_RESULT = """
() => setTimeout(() => { // when pictures are in place
  const mirror = document.getElementById("mirror-section");
  const { top, height } = mirror.getBoundingClientRect();
  if (top < 0 || top + Math.min(height, innerHeight) / 2 > innerHeight)
    mirror.scrollIntoView({ behavior: "smooth" });
}, 300)
"""
MIRROR_DRAWING = """
<svg viewBox="0 0 120 150" width="120" height="150" fill="none" stroke="currentColor"
 stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
<path d="M24 146V52a36 36 0 0 1 72 0v94"/><path d="M14 146h92"/>
<path d="M34 136V54a26 26 0 0 1 52 0v82z" opacity=".45"/>
<path d="M60 62c0-5 6-4 6-9a6 6 0 0 0-12 0"/>
<path d="M60 62 40 76a3 3 0 0 0 2 5h36a3 3 0 0 0 2-5z"/>
</svg>
"""


def _text(key: str) -> str:
    return both(*TEXTS[key])


def header() -> str:
    """The name, what it is, and the other language."""
    return (
        '<header class="top"><div><h1>Tryon</h1>'
        f'<p class="quiet">{_text("tagline")}</p></div>'
        f'<nav data-ask="{escape(json.dumps(TEXTS["leaving"], ensure_ascii=False))}">'
        '<a href="?lang=en" lang="en">English</a>'
        '<a href="?lang=zh" lang="zh-CN">中文</a></nav></header>'
    )


def heading(number: int, key: str) -> str:
    """The heading of a numbered step."""
    mark = f'<span class="number" aria-hidden="true">{number}</span>'
    return f'<h2 class="step">{mark}{_text(key)}</h2>'


def tip(key: str) -> str:
    """A quiet line of advice."""
    return f'<p class="quiet">{_text(key)}</p>'


def privacy() -> str:
    """The privacy note at the foot of the page."""
    return (
        f'<aside class="privacy"><b>{_text("privacy_title")}</b><p>{_text("privacy")}</p></aside>'
    )


# --- shelves -------------------------------------------------------------------------------


def show_message(place: str) -> str:
    """Runs in the browser when something was said: it may be out of sight.

    place: the id of the element it was said in.
    """
    return f"""
() => setTimeout(() => document.querySelector("#{place} :is(.message, .hint)")
  ?.scrollIntoView({{ block: "nearest", behavior: "smooth" }}), 100)
"""


def people_shelf(people: Iterable[Item]) -> str:
    """Small portraits to borrow."""
    cards = "".join(_card(person, "sample", 90, 120) for person in people)
    return f'<p class="shelf-title" id="samples-title">{_text("samples")}</p>' + _radios(
        "people", "samples-title", cards
    )


def wardrobe_shelf(garments: Sequence[Item]) -> str:
    """The shop window: garments as cards, above them what to show of them."""
    cards = "".join(_card(garment, "garment", 240, 320) for garment in garments)
    return (
        '<div class="filter-rows">'
        + _filters("category", CATEGORIES, {garment.category for garment in garments})
        + _filters("audience", AUDIENCES, {garment.audience for garment in garments})
        + f'</div><span class="unseen" id="wardrobe-title">{_text("wardrobe")}</span>'
        + _radios("wardrobe", "wardrobe-title", cards)
    )


def _filters(filter_: str, values: Sequence[str], used: set[str]) -> str:
    """Buttons to show a part of the garments; none where there is nothing to choose."""
    present = [value for value in values if value in used]
    if len(present) < 2:
        return ""
    buttons = "".join(
        f'<label class="filter"><input type="radio" name="{filter_}" data-filter '
        f'value="{value}" autocomplete="off"{" checked" if value == "all" else ""}>'
        f"<span>{_text(f'{filter_}_{value}')}</span></label>"
        for value in ("all", *present)
    )
    return (
        f'<div class="filters" role="radiogroup" aria-labelledby="{filter_}-title">'
        f'<span class="unseen" id="{filter_}-title">{_text(filter_)}</span>{buttons}</div>'
    )


def _radios(shelf: str, title: str, cards: str) -> str:
    return (
        f'<div class="shelf {shelf}"><div class="cards" role="radiogroup" '
        f'aria-labelledby="{title}">{cards}</div></div>'
    )


def _card(item: Item, group: str, width: int, height: int) -> str:
    return (
        f'<label class="card" data-category="{item.category}" data-audience="{item.audience}">'
        f'<input type="radio" name="{group}" value="{escape(item.identifier)}" autocomplete="off">'
        f'<img src="{item.address}" alt="" loading="lazy" width="{width}" height="{height}">'
        f'<span class="name">{_unbroken(both(item.name["en"], item.name["zh"]))}</span></label>'
    )


def _unbroken(text: str) -> str:
    """HTML in which no line ends inside a "T-shirt"."""
    return text.replace("T-shirt", '<span class="whole">T-shirt</span>')


def people_picker(photo: Photo, boxes: Sequence[np.ndarray], chosen: int, language: str) -> str:
    """Who of several people is to be dressed: a cropped portrait each, numbered from the left.

    boxes: (4,) x0, y0, x1, y1 in photo pixels, in the order of the analysis. chosen: an index.
    """
    from_left = sorted(range(len(boxes)), key=lambda index: float(boxes[index][[0, 2]].sum()))
    cards = "".join(
        '<label class="card person"><input type="radio" name="which" '
        f'value="{index}" autocomplete="off"{" checked" if index == chosen else ""}>'
        f'<img src="{_crop(photo, boxes[index])}" alt="" width="90" height="120">'
        f'<span class="name">{say("which_one", language, number=number)}</span></label>'
        for number, index in enumerate(from_left, 1)
    )
    title = f'<p class="shelf-title" id="which-title">{say("which", language)}</p>'
    return title + _radios("people", "which-title", cards)


def _crop(photo: Photo, box: np.ndarray) -> str:
    """The person in a box as a small JPEG, in a data URI."""
    x0, y0, x1, y1 = np.clip(box, 0, [photo.width, photo.height] * 2).astype(int)
    crop = photo.pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    scale = 180 / crop.shape[0]
    size = (max(1, round(crop.shape[1] * scale)), 180)
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode()


# --- words ---------------------------------------------------------------------------------


def example_prompts() -> str:
    """Buttons that fill the words in."""
    buttons = "".join(
        f'<button type="button" class="chip" data-say>{_text(key)}</button>'
        for key in TEXTS
        if key.startswith("example_")
    )

    return (
        f'<span class="unseen" id="examples-title">{_text("words_examples")}</span>'
        f'<div class="chips" role="group" aria-labelledby="examples-title">{buttons}</div>'
    )


def understood(prompt: Prompt, language: str) -> str:
    """Chips: what was understood of the words, what was ruled out, what was ignored."""
    chips = [
        _chip(say(f"attribute_{attribute}", language), name(attribute, value, language))
        for attribute, value in prompt.attributes.items()
    ]
    for attribute, values in prompt.excluded.items():
        for value in values:
            excluded = say("excluded", language, value=name(attribute, value, language))
            chips.append(_chip(say(f"attribute_{attribute}", language), excluded))
    chips += [
        f'<span class="chip ignored"><i>{say("ignored", language)}</i><s>{escape(word)}</s></span>'
        for word in prompt.ignored
    ]
    return f'<div class="chips">{"".join(chips)}</div>' if chips else ""


def _chip(attribute: str, value: str) -> str:
    return f'<span class="chip"><i>{escape(attribute)}</i>{escape(value)}</span>'


# --- the garment -----------------------------------------------------------------------------


def about_nothing() -> str:
    """The "ask" panel while no garment is chosen."""
    return f'<p class="quiet">{_text("about_none")}</p>'


def about(garment: Garment, language: str) -> str:
    """The answer of the "ask" panel: a garment's attributes in words, and how sure they are."""
    rows = "".join(
        f"<tr><th scope=row>{say(f'attribute_{attribute}', language)}</th>"
        f"<td>{escape(name(attribute, value, language))}</td>"
        f"<td>{_sureness(garment.attribute_scores[attribute])}</td></tr>"
        for attribute, value in garment.attributes.items()
    )
    worn_as = say(f"kind_{garment.kind}", language)
    return (
        f'<p class="headline">{escape(sentence(garment, language))}</p>'
        f'<table class="facts"><tr><th scope=row>{say("kind", language)}</th><td>{worn_as}</td>'
        f"<td></td></tr>{rows}</table>"
    )


def _sureness(score: float) -> str:
    """How sure an attribute is; nothing to say where it is known, as for the gallery."""
    return "" if score >= 1 else f'{_bar(score)}<span class="percent">{round(100 * score)} %</span>'


def sentence(garment: Garment, language: str) -> str:
    """A garment in a few words: "light blue striped cotton shirt, long sleeves, collar"."""
    said = {
        attribute: name(attribute, value, language)
        for attribute, value in garment.attributes.items()
        if (attribute, value) != ("pattern", "plain") and value != "regular"
    }
    noun = said.pop("type", say(f"kind_{garment.kind}", language).lower())
    before = [
        said.pop(attribute)
        for attribute in ("fit", "shade", "colour", "pattern", "fabric")
        if attribute in said
    ]
    if language == "zh":
        return "，".join(["".join([*before, noun]), *said.values()])
    sleeve = said.pop("sleeve", "")
    after = ([sleeve if sleeve == "sleeveless" else f"{sleeve} sleeves"] if sleeve else []) + [
        f"{value} {attribute}" if attribute in ("neckline", "length") else value
        for attribute, value in said.items()
    ]
    text = ", ".join([" ".join([*before, noun]), *after])
    return text[:1].upper() + text[1:]


# --- the result ------------------------------------------------------------------------------


def verdict(result: Result, caption: str, language: str) -> str:
    """What was tried on, and how sure the picture is."""
    level = confidence_level(result)
    return (
        f'<p class="headline" role="status">{escape(caption)}</p><p class="confidence {level}">'
        f"<b>{say('confidence', language)}</b>{_bar(result.confidence)}"
        f'<span class="percent">{round(100 * result.confidence)} %</span>'
        f'<span class="quiet">{say(f"confidence_{level}", language)}</span></p>'
    )


def good_to_know(result: Result, language: str) -> str:
    """What the visitor should know about a result, and what it took."""
    height, width = result.photo.size
    facts = (
        say("made_in", language, seconds=f"{result.seconds.get('total', 0):.1f}"),
        say("size", language, width=width, height=height),
        say("untouched", language, percent=int(100 * (1 - result.region.mean()))),
    )
    return (
        notes(result.remarks, language)
        + '<p class="facts-line">'
        + "".join(f"<span>{fact}</span>" for fact in facts)
        + '</p><button type="button" class="chip back" data-show="garment-section">'
        + f"↑ {say('more_garments', language)}</button>"
    )


def confidence_level(result: Result) -> str:
    """ "high", "fair" or "low", in agreement with the pipeline's own doubts."""
    if any(note.code == "low_confidence" for note in result.remarks):
        return "low"
    return "high" if result.confidence >= GOOD_CONFIDENCE else "fair"


def notes(remarks: Sequence[Note], language: str) -> str:
    """Remarks as a list, "" if there are none."""
    items = "".join(f"<li>{escape(note.text(language))}</li>" for note in remarks)
    return f'<ul class="notes">{items}</ul>' if items else ""


def message(text: str) -> str:
    """A friendly word about something that could not be done."""
    return f'<p class="message" role="alert">{escape(text)}</p>'


def rejected(text: str, example: Item | None, language: str) -> str:
    """What is wrong with a photo, and one that would do."""
    if example is None:
        return message(text)
    return (
        f'{message(text)}<figure class="such"><img src="{example.address}" alt="" width="90" '
        f'height="120"><figcaption>{say("photo_like_this", language)}</figcaption></figure>'
    )


def hint(text: str) -> str:
    """What to do next."""
    return f'<p class="hint" role="status">{escape(text)}</p>'


def busy(text: str) -> str:
    """Something is being worked on."""
    return f'<p class="busy" role="status"><span class="dot"></span>{escape(text)}</p>'


def ready(text: str, remarks: Sequence[Note], language: str) -> str:
    """A photo was understood; and what might be better about it."""
    return f'<p class="ready">{text}</p>' + notes(remarks, language)


def _bar(share: float) -> str:
    percent = round(100 * min(max(share, 0.0), 1.0))
    return f'<span class="bar" aria-hidden="true"><span style="width:{percent}%"></span></span>'


def empty_mirror() -> str:
    """What the mirror shows before the first try-on: somebody before and after one."""
    pictures = "".join(
        f'<img src="stock/example/{side}" alt="" width="687" height="1024" '
        "onload=\"this.closest('.example').hidden = false\">"
        for side in ("before", "after")
    )
    return (
        f'<div class="empty"><figure class="example" hidden>{pictures}'
        f"<figcaption>{_text('example')}</figcaption></figure>"
        f'{MIRROR_DRAWING}<p class="headline">{_text("mirror_empty")}</p>'
        f'<p class="quiet">{_text("mirror_hint")}</p></div>'
    )


# --- how it was made -------------------------------------------------------------------------


def steps(result: Result, language: str) -> str:
    """How long each step took, as bars, and what the words changed."""
    total = max(result.seconds.get("total", 0.0), 1e-6)
    rows = "".join(
        f"<tr><th scope=row>{_named('took', step, language)}</th><td>{_bar(value / total)}</td>"
        f'<td class="percent">{value:.2f} s</td></tr>'
        for step, value in result.seconds.items()
    )
    return (
        f'<table class="facts"><caption>{say("steps", language)}</caption>{rows}</table>'
        + understood(result.prompt, language)
    )


def legend(parts: np.ndarray, language: str) -> str:
    """The colours of the parts map. parts: (H, W) uint8, labels of `Part`."""
    column = 2 if language == "zh" else 1
    items = "".join(
        f'<li><span class="swatch" style="background:rgb{PARTS[part][0]}"></span>'
        f"{PARTS[part][column]}</li>"
        for part in sorted(set(np.unique(parts[::4, ::4]).tolist()) & set(PARTS))
    )
    return f'<p class="shelf-title">{say("legend", language)}</p><ul class="legend">{items}</ul>'


def stage_name(stage: str, language: str) -> str:
    """The caption of a picture of "how it was made"."""
    return _named("stage", stage, language)


def _named(prefix: str, key: str, language: str) -> str:
    return say(f"{prefix}_{key}", language) if f"{prefix}_{key}" in TEXTS else escape(key)


# --- the prompt lab ----------------------------------------------------------------------------


def lab_intro() -> str:
    """What the lab is for."""
    return f'<h2 class="step">{_text("tab_lab")}</h2><p class="quiet">{_text("lab_intro")}</p>'


def lab_table(rows: Sequence[tuple[str, Prompt | None, str]], language: str) -> str:
    """Each description with its parse. rows: (text, what was understood, remark or error)."""
    body = "".join(
        f"<tr><td>{number}</td><th scope=row>{escape(text)}</th>"
        f"<td>{understood(prompt, language) if prompt else ''}</td><td>{escape(remark)}</td></tr>"
        for number, (text, prompt, remark) in enumerate(rows, 1)
    )
    return (
        f'<table class="facts lab"><caption>{say("lab_table", language)}</caption>'
        "<thead><tr><th>#</th>"
        f"<th>{say('lab_prompt', language)}</th><th>{say('understood', language)}</th>"
        f"<th>{say('notes', language)}</th></tr></thead><tbody>{body}</tbody></table>"
    )
