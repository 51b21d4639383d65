"""The try-on itself, and what is done with results: wear it and go on, take a piece off, look back.

Notable here:
- handlers are generators that yield {widget: value}; the try-on works in a thread of its own, so
  that the page can say which step it is at (`tryon/steps.py`).
- the same request twice is one result: pressed again, it is only shown again.
- what is worn already is not put on again (`visit.Layer`): of an outfit only the new piece is.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import gradio as gr
import numpy as np

from tryon.core.arrays import Pixels
from tryon.core.image import read_photo
from tryon.core.types import Garment, Person, Photo, Result
from tryon.core.vocabulary import name
from tryon.outfit import (
    Piece,
    in_order,
    one_a_place,
    pieces_of,
    place_of,
    place_of_type,
    put_on,
    tuck_of,
)
from tryon.page.ask import explained, without_pixels
from tryon.page.layout import Widgets
from tryon.page.look import actions, fragments
from tryon.page.look.language import language_of
from tryon.page.look.texts import LANGUAGES, TEXTS, say
from tryon.page.painting.box import Painting
from tryon.page.painting.painter import Painter
from tryon.page.serving.faults import friendly
from tryon.page.serving.files import Tray
from tryon.page.serving.gradio_internals import sent_with
from tryon.page.tryon_like import TryOnLike
from tryon.page.visit import Asked, Choice, Entry, Layer, Subject, Update, Visit
from tryon.report.stages import draw_stages
from tryon.steps import told

log = logging.getLogger(__name__)

HISTORY_LENGTH = 12
LONGEST_CAPTION = 80  # characters
SMALL_SIDE = 480  # pixels: longest side of a picture of the history
SMALL_SHAPE = 4 / 3  # height by width
MANY = 6  # garments that are tried on in one press
LARGE = 8_000_000  # pixels of a photo, from which a try-on takes several seconds

# Memory. A photo: three colours, silhouette, matte, parts. A layer: pictures before and after,
# region, coverage, the person. A garment of some 1000 x 750 pixels: three colours, alpha, limbs.
BYTES_PER_PIXEL, BYTES_PER_LAYER_PIXEL, BYTES_PER_GARMENT = 6, 24, 4_000_000
BYTES_PER_PAINTED_PIXEL = 20  # of a result that an engine may paint again
LARGEST_LAYER = 4_000_000  # pixels of a photo; layers of a larger one are made anew


class Dressing:
    """The handlers, bound to a `TryOn` and the page's widgets."""

    def __init__(
        self, tryon: TryOnLike, widgets: Widgets, tray: Tray, painter: Painter | None = None
    ) -> None:
        """painter: lets an engine paint each try-on again; None where there is no engine."""
        self.painter = painter
        self.tryon = tryon
        self.widgets = widgets
        self.tray = tray

    def look(self, photo: Photo, path: str, which: int = 0) -> tuple[Person, Subject]:
        """Analyse a photo. Raises TryOnError."""
        person = self.tryon.analyse(photo, which)
        self.remembers("person", BYTES_PER_PIXEL * photo.width * photo.height)
        return person, Subject(path, person, which, self.tray.preview(photo.pixels, "before"))

    def remembers(self, what: str, size: int) -> None:
        """Say how much memory this visit takes, so that all of them together can be bounded."""
        if self.tray.visits is not None:
            self.tray.visits.remembers(what, size)

    # --- the try-on ------------------------------------------------------------------------------

    def on_try(self, visit: Visit) -> Iterator[Update]:
        """The big button, or Enter in the words."""
        yield from self.dress_if_ready(visit)

    def dress_if_ready(self, visit: Visit) -> Iterator[Update]:
        """A try-on, or a sentence that says that the photo is missing."""
        w, path, subject, language = self.widgets, visit.photo, visit.subject, visit.language
        if path is None or (subject is not None and subject.person is None):
            key = "garment_waits" if visit.choice and path is None else "photo_needed"
            yield {w.mirror.message: fragments.hint(say(key, language))}
            return
        if subject is not None and subject.person is not None:
            yield from self.dress(visit, subject.person, subject)
            return
        # The visit was forgotten while its tab stayed open.
        if not Path(path).is_file():
            gone = fragments.hint(say("photo_gone", language))
            yield {w.photo.picture: None, w.mirror.message: gone}
            return
        try:
            person, subject = self.look(read_photo(path), path)
        except Exception as error:
            yield {w.mirror.message: fragments.message(friendly(error, language))}
            return
        yield {w.memory.subject: subject}
        yield from self.dress(visit, person, subject)

    def dress(self, visit: Visit, person: Person, subject: Subject) -> Iterator[Update]:
        """One try-on: the picture first, then how it was made. subject: the photo of the person."""
        w, language = self.widgets, visit.language
        asked = Asked.of(visit, subject)
        again = next((old for old in visit.history if old.asked == asked), None)
        if again is not None and _still_there(again):
            yield self._show(again, language)
            return
        large = say("large_photo", language) if _pixels(person.photo) >= LARGE else ""
        yield {w.mirror.message: fragments.busy(say("fitting", language) + large)}
        if self.painter is not None:
            self.painter.leave(visit.session)
        outcome: list[tuple[Result, list[tuple[Choice, Layer]]]] = []
        try:
            for step in _steps_of(lambda: outcome.append(self._put_on(visit, person, subject))):
                if f"doing_{step}" in TEXTS:
                    doing = say(f"doing_{step}", language) + large
                    yield {w.mirror.message: fragments.busy(doing)}
        except Exception as error:
            yield {w.mirror.message: fragments.message(friendly(error, language))}
            return
        result, worn = outcome[0]
        wearing = [choice for choice, _ in worn]
        entry = self._entry(visit, subject, asked, result, wearing)
        earlier = [old for old in visit.history if _still_there(old)][: HISTORY_LENGTH - 1]
        painted: Update = {}
        if self.painter is not None:
            pixels = _pixels(result.photo) * max(1, len(result.pieces))
            self.remembers("painting", BYTES_PER_PAINTED_PIXEL * pixels)
            painted = self.painter.wish(visit, subject, result, asked, wearing)
        yield {
            **self._show(entry, language),
            **self._history([entry, *earlier]),
            w.memory.subject: self._with_layers(subject, [layer for _, layer in worn]),
            **painted,
        }
        # Drawn while the visitor looks at the picture.
        entry = replace(entry, **self._how(result, language))
        yield {
            w.memory.shown: entry,
            **self._history([entry, *earlier]),
            w.details.how: list(entry.how),
            w.details.steps: entry.steps,
        }

    def painted(self, visit: Visit, painting: Painting, result: Result, maker: str) -> Update:
        """An engine's picture, shown in the place of ours, which stays in the history.

        visit: as it is now. maker: what the caption says of who painted it."""
        entry = self._entry(
            painting.visit, painting.subject, painting.asked, result, painting.wearing
        )
        caption, language = entry.caption + maker, visit.language
        verdict = fragments.verdict(result, caption, language)
        entry = replace(entry, caption=caption, verdict=verdict)
        earlier = [old for old in visit.history if _still_there(old)][: HISTORY_LENGTH - 1]
        own = next((old for old in earlier if old.asked == painting.asked), None)
        if own is not None:  # how it was made is how ours was
            entry = replace(entry, how=own.how, steps=own.steps)
        return {**self._show(entry, language), **self._history([entry, *earlier])}

    def _put_on(
        self, visit: Visit, person: Person, subject: Subject
    ) -> tuple[Result, list[tuple[Choice, Layer]]]:
        """What is asked for, put on; and what is worn then, innermost first. Raises TryOnError."""
        text, tucked = tuck_of(visit.words)
        choices = [*visit.kept, *([visit.choice] if visit.choice else [])]
        pieces = pieces_of(self.tryon.understand, [choice.garment for choice in choices], text)
        pieces, notes = one_a_place(pieces)
        if len(pieces) < 2 and len(choices) < 2:
            garment = choices[0].garment if choices else None
            result = self.tryon(person, garment, visit.words, seed=visit.seed)
            choice = choices[0] if choices and not _named_another(result) else None
            layer = Layer(garment, visit.words, visit.seed, None, result)
            return result, [(_worn(result.garment, choice), layer)]
        # What is worn already and has to go for another one goes as expected: nothing to say.
        notes = () if visit.kept else notes
        pieces = in_order(pieces)
        on = _already_on(subject.layers, pieces, tucked, visit.seed)
        result = put_on(
            self.tryon, person, pieces[len(on) :], tucked, notes,
            seed=visit.seed, worn=[layer.result for layer in on],
        )  # fmt: skip
        worn = []
        for piece, made in zip(pieces, result.pieces or (result,), strict=True):
            choice = next((one for one in choices if one.garment is piece.garment), None)
            layer = Layer(piece.garment, piece.words, visit.seed, tucked, made)
            worn.append((_worn(made.garment, choice), layer))
        return result, worn

    def _with_layers(self, subject: Subject, layers: Sequence[Layer]) -> Subject:
        """The subject with what is worn, where there is memory for it."""
        pixels = _pixels(layers[0].result.photo)
        if pixels > LARGEST_LAYER:
            return replace(subject, layers=())
        self.remembers("layers", len(layers) * BYTES_PER_LAYER_PIXEL * pixels)
        return replace(subject, layers=tuple(layers))

    # --- what is shown and kept of a result ------------------------------------------------------

    def _entry(
        self,
        visit: Visit,
        subject: Subject,
        asked: Asked,
        result: Result,
        wearing: Sequence[Choice],
    ) -> Entry:
        """What the history keeps of a try-on."""
        language, words = visit.language, visit.words.strip()
        another = _named_another(result)
        named = " + ".join(choice.name[language] for choice in wearing)
        chosen = not another and bool(visit.choice or visit.kept)
        caption = " · ".join(filter(None, (named if chosen else "", words)))[:LONGEST_CAPTION]
        stem = actions.file_stem(choice.name["en"] for choice in wearing)
        read = "".join(explained(one.prompt, language) for one in result.pieces or (result,))
        return Entry(
            before=subject.preview,
            after=self.tray.preview(result.photo.pixels, "after"),
            small=self.tray.preview(_around(result), "small", SMALL_SIDE),
            png=self.tray.png(result.photo.pixels, stem),
            jpeg=self.tray.jpeg(result.photo.pixels, stem),
            caption=caption or named[:LONGEST_CAPTION],
            verdict=fragments.verdict(result, caption or named, language),
            notes=read + fragments.good_to_know(result, language),
            worn=without_pixels(result.garment),
            asked=asked,
            wearing=tuple(wearing),
            choice=None if another else visit.choice,
            kept=visit.kept,
            words=visit.words,
        )

    def _show(self, entry: Entry, language: str) -> Update:
        """A result, new or from the history, whole: with its garments, its words and its making."""
        w = self.widgets
        return {
            w.mirror.stage: gr.Column(visible=True),
            w.mirror.empty: gr.Column(visible=False),
            w.mirror.before: entry.before,
            w.mirror.after: entry.after,
            w.mirror.slider: (entry.before, entry.after),
            w.mirror.verdict: entry.verdict,
            w.mirror.notes: entry.notes,
            w.mirror.worn: self._chips(entry, language),
            w.memory.worn: entry.worn,
            w.memory.shown: entry,
            w.memory.choice: entry.choice,
            w.memory.kept: entry.kept,
            w.details.box: gr.Column(visible=True),
            w.details.how: list(entry.how),
            w.details.steps: entry.steps,
            w.mirror.save: actions.save(entry.png, entry.jpeg, language),
            w.mirror.message: "",
        }

    def _chips(self, entry: Entry, language: str) -> str:
        names = _names(entry.wearing, language)
        return actions.worn(names, _mark(entry), language) + actions.tries(
            entry.words, len(names), language
        )

    def _history(self, history: list[Entry]) -> Update:
        w = self.widgets
        garments = {id(one.garment) for old in history for one in old.wearing}
        self.remembers("history", BYTES_PER_GARMENT * len(garments))
        return {
            w.memory.history: history,
            w.details.history: [(old.small, old.caption) for old in history],
            w.details.history_box: gr.Column(visible=len(history) > 1),
        }

    def _how(self, result: Result, language: str) -> Mapping[str, Any]:
        """The pictures and times of "how it was made", of an outfit those of each piece; a failure
        here costs nobody the result."""
        stages = []
        try:
            for piece in result.pieces or (result,):
                what = f"{_type_of(piece.garment, language)}: " if result.pieces else ""
                for stage, picture in draw_stages(piece, legend=False).items():
                    named = what + fragments.stage_name(stage, language)
                    stages.append((self.tray.preview(picture, stage), named))
        except Exception:
            log.exception("drawing the stages failed")
        steps = fragments.legend(result.person.parts, language) + fragments.steps(result, language)
        return {"how": tuple(stages), "steps": steps}

    # --- what is done with a result --------------------------------------------------------------

    def on_worn(self, visit: Visit, shown: Entry | None, picked: str) -> Iterator[Update]:
        """A button below the result: "keep" goes on wearing it, "off:1" takes off the second;
        "say:longer", "again", "colours" and "others" are other tries."""
        w, language = self.widgets, visit.language
        act, _, number = picked.partition(":")
        if shown is None:
            yield {w.mirror.message: ""}
            return
        if act == "keep":
            names = _names(shown.wearing, language)
            yield {
                w.memory.kept: shown.wearing,
                w.memory.choice: None,
                w.garment.own: None,
                w.words.text: "",
                w.mirror.worn: actions.worn(names, "", language, kept=True),
            }
            return
        if act in ("say", "again", "colours", "others"):
            yield from self._other_tries(visit, shown, act, number)
            return
        index = int(number) if number.isdecimal() and len(number) < 3 else -1
        if act != "off" or not 0 <= index < len(shown.wearing):
            yield {w.mirror.message: ""}
            return
        left = (*shown.wearing[:index], *shown.wearing[index + 1 :])
        yield {w.memory.choice: None, w.memory.kept: left, w.garment.own: None, w.words.text: ""}
        if left:
            yield from self.dress_if_ready(replace(visit, choice=None, kept=left, words=""))
            return
        yield {
            w.memory.shown: None,
            w.memory.worn: None,
            w.mirror.worn: actions.worn((), "", language),
            w.mirror.stage: gr.Column(visible=False),
            w.mirror.empty: gr.Column(visible=True),
        }

    def _other_tries(self, visit: Visit, shown: Entry, act: str, what: str) -> Iterator[Update]:
        """The result as it was asked for, with one thing changed."""
        w, language = self.widgets, visit.language
        visit = replace(visit, choice=shown.choice, kept=shown.kept, words=shown.words)
        if act == "say" and any(what in group for group in actions.ADJUSTMENTS):
            words = actions.adjusted(visit.words, what, language)
            yield {w.words.text: words}
            if words or visit.choice or visit.kept:
                yield from self.dress_if_ready(replace(visit, words=words))
        elif act == "again":
            yield {w.memory.seed: visit.seed + 1}
            yield from self.dress_if_ready(replace(visit, seed=visit.seed + 1))
        elif act == "colours":
            prompt = self.tryon.understand(visit.words)
            several = [actions.in_colour(prompt, one, language) for one in actions.COLOURS]
            yield from self._many([replace(visit, words=one) for one in several])
        elif act == "others":
            choices = self._alike(shown)
            yield from self._many([replace(visit, choice=one) for one in choices])
            if not choices:
                yield {w.mirror.message: fragments.hint(say("none_alike", language))}
        else:
            yield {w.mirror.message: ""}

    def _many(self, visits: Sequence[Visit]) -> Iterator[Update]:
        """One try-on after the other; all of them are in the history then."""
        w, history, subject = self.widgets, None, None
        if not visits:
            yield {w.mirror.message: ""}
            return
        for visit in visits:
            visit = replace(
                visit,
                history=visit.history if history is None else history,
                subject=subject or visit.subject,
            )
            for update in self.dress_if_ready(visit):
                history = update.get(w.memory.history, history)
                subject = update.get(w.memory.subject, subject)
                yield update
        if history:
            done = fragments.hint(say("many_done", visits[-1].language))
            yield {w.mirror.message: done, w.words.text: visits[-1].words}

    def _alike(self, shown: Entry) -> list[Choice]:
        """Other garments of the wardrobe for the same place, those of the same type first."""
        worn = shown.choice.garment if shown.choice else shown.wearing[-1].garment
        items = [item for item in self.tryon.gallery.items if not item.template]
        alike = [
            item
            for item in items
            if item.identifier != worn.identifier
            and place_of_type(item.attributes.get("type", "")) is place_of(worn)
        ]
        same = worn.attributes.get("type")
        alike.sort(key=lambda item: item.attributes.get("type") != same)
        return [Choice(self.tryon.gallery.garment(one), one.name) for one in alike[:MANY]]

    def on_history(self, event: gr.SelectData, history: list[Entry], request: gr.Request) -> Update:
        """An earlier result of this visit is shown again, as it was asked for."""
        w, index, language = self.widgets, event.index, language_of(request)
        if not isinstance(index, int) or not 0 <= index < len(history):
            return {w.mirror.message: ""}
        entry = history[index]
        if not _still_there(entry):
            return {w.mirror.message: fragments.hint(say("photo_gone", language))}
        return {**self._show(entry, language), w.words.text: entry.words}


def _steps_of(work: Callable[[], None]) -> Iterator[str]:
    """The names of the steps of some work as they begin. Raises what the work raises."""
    said: SimpleQueue[str | Exception | None] = SimpleQueue()

    def run() -> None:
        try:
            with told(said.put):
                work()
            said.put(None)
        except Exception as error:
            said.put(error)

    Thread(target=copy_context().run, args=(run,), name="try-on", daemon=True).start()
    while (news := said.get()) is not None:
        if isinstance(news, Exception):
            raise news
        yield news


def _already_on(
    layers: Sequence[Layer], pieces: Sequence[Piece], tucked: bool | None, seed: int
) -> list[Layer]:
    """The layers that the pieces, innermost first, begin with."""
    on: list[Layer] = []
    for layer, piece in zip(layers, pieces, strict=False):
        made = piece.garment is layer.result.garment and not piece.words
        same = piece.garment is layer.garment and piece.words == layer.words and seed == layer.seed
        if not (made or same) or (on and tucked != layer.tucked):
            break
        on.append(layer)
    return on if len(on) < len(pieces) else on[:-1]


def _worn(garment: Garment, choice: Choice | None) -> Choice:
    """A garment as it is worn, under the name it was chosen by, or else what it is."""
    if choice is not None:
        return replace(choice, garment=garment)
    return Choice(garment, {language: _type_of(garment, language) for language in LANGUAGES})


def _type_of(garment: Garment, language: str) -> str:
    type_ = garment.attributes.get("type")
    if type_ is None:
        return say(f"kind_{garment.kind}", language)
    word = name("type", type_, language)
    return word[:1].upper() + word[1:]


def _named_another(result: Result) -> bool:
    """Whether the words named another garment than the one chosen."""
    return any(note.code == "another_named" for note in result.remarks)


def _names(wearing: Sequence[Choice], language: str) -> tuple[str, ...]:
    return tuple(choice.name[language] for choice in wearing)


def _mark(entry: Entry) -> str:
    """The garment of the wardrobe that was chosen for a result, "" for none."""
    choice = entry.choice
    return choice.garment.identifier if choice is not None and not choice.path else ""


def _pixels(photo: Photo) -> int:
    return photo.width * photo.height


def _still_there(entry: Entry) -> bool:
    return all(Path(path).is_file() for path in (entry.before, entry.after, entry.png, entry.jpeg))


def _around(result: Result) -> Pixels:
    """The picture around the person who was dressed, as upright as the history's cards."""
    photo = result.photo
    x0, y0, x1, y1 = (float(side) for side in result.person.box)
    height = max(y1 - y0, (x1 - x0) * SMALL_SHAPE)
    width = height / SMALL_SHAPE
    left = int(np.clip((x0 + x1 - width) / 2, 0, max(photo.width - width, 0)))
    top = int(np.clip((y0 + y1 - height) / 2, 0, max(photo.height - height, 0)))
    return photo.pixels[top : top + round(height), left : left + round(width)]


def chosen(event: gr.EventData) -> str:
    """What was chosen in a piece of our HTML, "" for nothing."""
    data = sent_with(event)
    return str(data.get("id", "")) if isinstance(data, dict) else ""
