"""What happens on a click in the fitting room: photo, garment, words, try-on, history.

Notable here:
- handlers are generators that yield {widget: value}, so the answer appears before the slower
  "how it was made" pictures; whatever goes wrong ends as a sentence beside the widget it belongs
  to, and what the visitor had already chosen stays.
- a photo is analysed once, however many garments are tried on it (`visit.Subject`).
- vision is done by the `TryOn` given; nothing here knows how.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from tryon.core.errors import TryOnError
from tryon.core.image import read_photo
from tryon.core.types import Person, Photo, Result
from tryon.page.ask import explained, without_pixels
from tryon.page.layout import Widgets
from tryon.page.look import fragments
from tryon.page.look.language import language_of
from tryon.page.look.stock import Item
from tryon.page.look.texts import say
from tryon.page.painting import BYTES_PER_PIXEL as PAINTED_BYTES
from tryon.page.painting import Painter
from tryon.page.serving.faults import friendly
from tryon.page.serving.files import Tray
from tryon.page.serving.gradio_internals import sent_with
from tryon.page.trials import LONGEST_PROMPT
from tryon.page.tryon_like import TryOnLike
from tryon.page.visit import Choice, Entry, Subject, Update, Visit
from tryon.report.stages import draw_stages

if TYPE_CHECKING:
    from tryon.garment.gallery import Gallery

log = logging.getLogger(__name__)

HISTORY_LENGTH = 12
LONGEST_CAPTION = 80  # characters
BYTES_PER_PIXEL = 6  # of an analysed photo: three colours, silhouette, matte, parts
# What browsers can show; anything else a visitor sends is shown as a PNG we make of it.
SHOWN_BY_BROWSERS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp"})


class Room:
    """The handlers, bound to a `TryOn`, what there is to choose from, and the page's widgets."""

    def __init__(
        self,
        tryon: TryOnLike,
        gallery: "Gallery",
        people: Sequence[Item],
        widgets: Widgets,
        tray: Tray,
        painter: Painter | None = None,
    ) -> None:
        """painter: lets an engine paint each try-on again; None where there is no engine."""
        self.painter = painter
        self.tryon = tryon
        self.gallery = gallery
        self.people = people
        self.widgets = widgets
        self.tray = tray

    # --- the photo ---------------------------------------------------------------------------

    def on_borrow(self, event: gr.EventData) -> str | None:
        """A sample person was picked: their picture becomes the photo."""
        person = next((one for one in self.people if one.identifier == _chosen(event)), None)
        return self.tray.copy(person.path) if person else None

    def on_photo(self, visit: Visit) -> Iterator[Update]:
        """The photo changed: by upload, webcam, paste, a sample, or because it was removed."""
        w, path, subject = self.widgets, visit.photo, visit.subject
        if path is None:
            if subject is None:  # taken away by ourselves, with a message that should stay
                yield {w.memory.subject: None}
            else:
                yield {w.memory.subject: None, w.photo.message: "", w.photo.who: ""}
            return
        if subject is not None and subject.path == path:
            yield {w.memory.subject: subject}
            return
        yield {w.photo.message: fragments.busy(say("looking", visit.language))}
        try:
            photo = read_photo(path)
        except TryOnError as error:
            # This file cannot even be shown; go back to the photo that was there before.
            yield {
                w.photo.picture: subject.path if subject else None,
                w.photo.message: fragments.message(error.text(visit.language)),
            }
            return
        shown = path
        if Path(path).suffix.lower() not in SHOWN_BY_BROWSERS:
            shown = self.tray.png(photo.pixels, "photo")
        yield from self._analyse(visit, photo, shown)

    def on_pick(self, event: gr.EventData) -> str:
        """A card was picked: its name."""
        return _chosen(event)

    def on_which(self, visit: Visit, picked: str) -> Iterator[Update]:
        """Another of several people was chosen."""
        subject, which = visit.subject, _whole_number(picked)
        if subject is None or subject.person is None or which is None:
            yield {self.widgets.memory.subject: subject}
            return
        yield from self._analyse(visit, subject.person.photo, subject.path, which)

    def _analyse(self, visit: Visit, photo: Photo, path: str, which: int = 0) -> Iterator[Update]:
        """Find the person; if a garment waits already, put it on. path: of the photo as shown."""
        w, language = self.widgets, visit.language
        try:
            person, subject = self._look(photo, path, which)
        except Exception as error:
            yield {
                w.memory.subject: Subject(path),
                w.photo.picture: path,
                w.photo.message: fragments.message(friendly(error, language)),
                w.photo.who: "",
            }
            return
        yield {
            w.memory.subject: subject,
            w.photo.picture: path,
            w.lab.photo: path,
            w.photo.message: fragments.ready(say("photo_ready", language), person.notes, language),
            w.photo.who: self._who(person, which, language),
        }
        if visit.choice is not None:
            yield from self._dress(visit, person, subject)

    def _look(self, photo: Photo, path: str, which: int = 0) -> tuple[Person, Subject]:
        """Analyse a photo. Raises TryOnError."""
        person = self.tryon.analyse(photo, which)
        self._remembers("person", photo)
        return person, Subject(path, person, which, self.tray.preview(photo.pixels, "before"))

    def _remembers(self, what: str, photo: Photo, each: int = BYTES_PER_PIXEL) -> None:
        """Say how much memory this visit takes, so that all of them together can be bounded.

        each: bytes a pixel."""
        if self.tray.visits is not None:
            self.tray.visits.remembers(what, each * photo.width * photo.height)

    def _who(self, person: Person, which: int, language: str) -> str:
        """The person picker, "" if there is nobody to choose."""
        if not len(person.others):
            return ""
        boxes = list(person.others)
        boxes.insert(which, person.box)
        return fragments.people_picker(person.photo, boxes, which, language)

    # --- the garment ---------------------------------------------------------------------------

    def on_garment(self, visit: Visit, picked: str) -> Iterator[Update]:
        """A garment was picked in the wardrobe: it takes the place of the visitor's own."""
        w = self.widgets
        item = next((item for item in self.gallery.items if item.identifier == picked), None)
        if item is None:
            yield {w.mirror.message: ""}
            return
        choice = Choice(self.gallery.garment(item), item.name)
        yield {
            w.memory.choice: choice,
            w.garment.own: None,
            w.garment.message: "",
            w.garment.about: fragments.about(choice.garment, visit.language),
        }
        yield from self._dress_if_ready(replace(visit, choice=choice))

    def on_own(self, visit: Visit, path: str | None, kind: str) -> Iterator[Update]:
        """The visitor's own picture of a garment changed, or what it is to be worn as."""
        w, language = self.widgets, visit.language
        if path is None:
            if visit.choice is not None and visit.choice.path:
                yield {
                    w.memory.choice: None,
                    w.garment.message: "",
                    w.garment.about: fragments.about_nothing(),
                }
            else:
                yield {w.memory.choice: visit.choice}
            return
        try:
            garment = self.tryon.describe(path, None if kind == "auto" else kind)
        except Exception as error:
            yield {
                w.memory.choice: None,
                w.garment.message: fragments.message(friendly(error, language)),
                w.garment.about: fragments.about_nothing(),
            }
            return
        own = {language: say("own_garment", language) for language in ("en", "zh")}
        choice = Choice(garment, own, path)
        self._remembers("garment", garment.photo)
        yield {
            w.memory.choice: choice,
            w.garment.message: fragments.notes(garment.notes, language),
            w.garment.about: fragments.about(garment, language),
        }
        yield from self._dress_if_ready(replace(visit, choice=choice))

    # --- the words -----------------------------------------------------------------------------

    def on_example(self, event: gr.EventData) -> str:
        """An example was picked: it becomes the words."""
        return _chosen(event)[:LONGEST_PROMPT]

    def on_words(self, words: str, request: gr.Request) -> str:
        """Show what is understood while the visitor types."""
        try:
            return fragments.understood(self.tryon.understand(words or ""), language_of(request))
        except Exception as error:
            friendly(error, "en")  # counted and logged; words half typed are no mistake to show
            return ""

    # --- the try-on ------------------------------------------------------------------------------

    def on_try(self, visit: Visit) -> Iterator[Update]:
        """The big button, or Enter in the words."""
        yield from self._dress_if_ready(visit)

    def _dress_if_ready(self, visit: Visit) -> Iterator[Update]:
        """A try-on, or a sentence that says that the photo is missing."""
        w, path, subject, language = self.widgets, visit.photo, visit.subject, visit.language
        if path is None or (subject is not None and subject.person is None):
            yield {w.mirror.message: fragments.hint(say("photo_needed", language))}
            return
        if subject is not None and subject.person is not None:
            yield from self._dress(visit, subject.person, subject)
            return
        # The visit was forgotten while its tab stayed open.
        if not Path(path).is_file():
            gone = fragments.hint(say("photo_gone", language))
            yield {w.photo.picture: None, w.mirror.message: gone}
            return
        try:
            person, subject = self._look(read_photo(path), path)
        except Exception as error:
            yield {w.mirror.message: fragments.message(friendly(error, language))}
            return
        yield {w.memory.subject: subject}
        yield from self._dress(visit, person, subject)

    def _dress(self, visit: Visit, person: Person, subject: Subject) -> Iterator[Update]:
        """One try-on: the picture first, then how it was made. subject: the photo of the person."""
        w, language = self.widgets, visit.language
        yield {w.mirror.message: fragments.busy(say("fitting", language))}
        if self.painter is not None:
            self.painter.leave(visit.session)
        garment = visit.choice.garment if visit.choice else None
        try:
            result = self.tryon(person, garment, visit.words)
        except Exception as error:
            yield {w.mirror.message: fragments.message(friendly(error, language))}
            return
        shown = self.with_history(visit, self.entry_of(visit, subject, result))
        if self.painter is not None:
            self._remembers("painting", result.photo, PAINTED_BYTES)
            shown |= self.painter.wish(visit, subject, result)
        yield shown
        yield self._how(result, language)

    def with_history(self, visit: Visit, entry: Entry) -> Update:
        """A new result shown, and put in front of the earlier ones."""
        w = self.widgets
        history = [entry, *filter(_still_there, visit.history)][:HISTORY_LENGTH]
        return {
            **self._show(entry),
            w.memory.history: history,
            w.details.history: [(old.after, old.caption) for old in history],
            w.details.history_box: gr.Column(visible=len(history) > 1),
        }

    def entry_of(self, visit: Visit, subject: Subject, result: Result, maker: str = "") -> Entry:
        """What the history keeps of a try-on. maker: what its caption says of who painted it."""
        language, words = visit.language, visit.words.strip()
        named = [visit.choice.name[language]] if visit.choice else []
        caption = " · ".join([*named, *([words] if words else [])])[:LONGEST_CAPTION] + maker
        return Entry(
            before=subject.preview,
            after=self.tray.preview(result.photo.pixels, "after"),
            png=self.tray.png(result.photo.pixels),
            caption=caption,
            verdict=fragments.verdict(result, caption, language),
            notes=explained(result.prompt, language) + fragments.good_to_know(result, language),
            worn=without_pixels(result.garment),
        )

    def _show(self, entry: Entry) -> Update:
        w = self.widgets
        return {
            w.mirror.stage: gr.Column(visible=True),
            w.mirror.empty: gr.Column(visible=False),
            w.mirror.before: entry.before,
            w.mirror.after: entry.after,
            w.mirror.slider: (entry.before, entry.after),
            w.mirror.verdict: entry.verdict,
            w.mirror.notes: entry.notes,
            w.memory.worn: entry.worn,
            w.details.box: gr.Column(visible=True),
            w.mirror.download: gr.DownloadButton(value=entry.png, interactive=True),
            w.mirror.message: "",
        }

    def _how(self, result: Result, language: str) -> Update:
        """The pictures and times of "how it was made"; a failure here costs nobody the result."""
        w = self.widgets
        try:
            stages = [
                (self.tray.preview(picture, name), fragments.stage_name(name, language))
                for name, picture in draw_stages(result, legend=False).items()
            ]
        except Exception:
            log.exception("drawing the stages failed")
            stages = []
        return {
            w.details.how: stages,
            w.details.steps: fragments.legend(result.person.parts, language)
            + fragments.steps(result, language),
        }

    def on_history(self, event: gr.SelectData, history: list[Entry], request: gr.Request) -> Update:
        """An earlier result of this visit is shown again."""
        w, index = self.widgets, event.index
        if not isinstance(index, int) or not 0 <= index < len(history):
            return {w.mirror.message: ""}
        if not _still_there(history[index]):
            gone = fragments.hint(say("photo_gone", language_of(request)))
            return {w.mirror.message: gone}
        return self._show(history[index])


def _still_there(entry: Entry) -> bool:
    return all(Path(path).is_file() for path in (entry.before, entry.after, entry.png))


def _chosen(event: gr.EventData) -> str:
    """What was chosen in a piece of our HTML, "" for nothing."""
    data = sent_with(event)
    return str(data.get("id", "")) if isinstance(data, dict) else ""


def _whole_number(text: str) -> int | None:
    """The number a card stands for, None if it is none."""
    return int(text) if text.isdecimal() and len(text) < 4 else None
