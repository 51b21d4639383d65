"""What happens on a click in the fitting room: photo, garment, words, try-on, history.

Notable here:
- handlers are generators that yield {widget: value}, so the answer appears before the slower
  "how it was made" pictures; whatever goes wrong ends as a sentence beside the widget it belongs
  to, and what the visitor had already chosen stays.
- what a visit remembers (`Subject`, `Choice`, the history) is in `gr.State`, one per browser tab,
  and is forgotten after ten minutes. A photo is analysed once, however many garments are tried.
- vision is done by the `TryOn` given; nothing here knows how.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from tryon.core.errors import TryOnError
from tryon.core.image import read_photo
from tryon.core.types import Garment, Person, Photo, Result
from tryon.page.api import LONGEST_PROMPT, friendly
from tryon.page.ask import explained, without_pixels
from tryon.page.look import fragments
from tryon.page.look.language import language_of
from tryon.page.look.stock import Item
from tryon.page.look.texts import say
from tryon.page.serving.files import Tray
from tryon.report.stages import draw_stages

log = logging.getLogger(__name__)

HISTORY_LENGTH = 12
BYTES_PER_PIXEL = 6  # of an analysed photo: three colours, silhouette, matte, parts
# What browsers can show; anything else a visitor sends is shown as a PNG we make of it.
SHOWN_BY_BROWSERS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp"})

Update = dict[Any, Any]


@dataclass(frozen=True, eq=False)
class Subject:
    """The photo of this visit: the file the widget shows, and the person in it (None if the photo
    could not be used), `which` of the people it is, and a preview for "before"."""

    path: str
    person: Person | None = None
    which: int = 0
    preview: str = ""


@dataclass(frozen=True, eq=False)
class Choice:
    """The garment of this visit: from the gallery (identifier) or the visitor's own (path)."""

    garment: Garment
    name: dict[str, str]
    path: str = ""


class Room:
    """The handlers, bound to a `TryOn`, what there is to choose from, and the page's widgets.

    widgets: the page's components by name, see `app.py`.
    """

    def __init__(
        self,
        tryon: Any,
        gallery: Any,
        people: Sequence[Item],
        widgets: SimpleNamespace,
        tray: Tray,
    ) -> None:
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

    def on_photo(
        self,
        path: str | None,
        subject: Subject | None,
        choice: Choice | None,
        words: str,
        history: list[dict],
        request: gr.Request,
    ) -> Iterator[Update]:
        """The photo changed: by upload, webcam, paste, a sample, or because it was removed."""
        w, language = self.widgets, language_of(request)
        if path is None:
            if subject is None:  # taken away by ourselves, with a message that should stay
                yield {w.subject: None}
            else:
                yield {w.subject: None, w.photo_message: "", w.who: ""}
            return
        if subject is not None and subject.path == path:
            yield {w.subject: subject}
            return
        yield {w.photo_message: fragments.busy(say("looking", language))}
        try:
            photo = read_photo(path)
        except TryOnError as error:
            # This file cannot even be shown; go back to the photo that was there before.
            yield {
                w.photo: subject.path if subject else None,
                w.photo_message: fragments.message(error.text(language)),
            }
            return
        shown = path
        if Path(path).suffix.lower() not in SHOWN_BY_BROWSERS:
            shown = self.tray.png(photo.pixels, "photo")
        yield from self._analyse(photo, shown, 0, choice, words, history, language)

    def on_pick(self, event: gr.EventData) -> str:
        """A card in a piece of our HTML was picked: its name."""
        return _chosen(event)

    def on_which(
        self,
        picked: str,
        subject: Subject | None,
        choice: Choice | None,
        words: str,
        history: list[dict],
        request: gr.Request,
    ) -> Iterator[Update]:
        """Another of several people was chosen."""
        language = language_of(request)
        which = _whole_number(picked)
        if subject is None or subject.person is None or which is None:
            yield {self.widgets.subject: subject}
            return
        photo = subject.person.photo
        yield from self._analyse(photo, subject.path, which, choice, words, history, language)

    def _analyse(
        self,
        photo: Photo,
        path: str,
        which: int,
        choice: Choice | None,
        words: str,
        history: list[dict],
        language: str,
    ) -> Iterator[Update]:
        """Find the person; if a garment waits already, put it on."""
        w = self.widgets
        try:
            subject = self._look(photo, path, which)
        except Exception as error:
            yield {
                w.subject: Subject(path),
                w.photo: path,
                w.photo_message: fragments.message(friendly(error, language)),
                w.who: "",
            }
            return
        ready = fragments.ready(say("photo_ready", language), subject.person.notes, language)
        yield {
            w.subject: subject,
            w.photo: path,
            w.lab_photo: path,
            w.photo_message: ready,
            w.who: self._who(subject.person, which, language),
        }
        if choice is not None:
            yield from self._dress(subject, choice, words, history, language)

    def _look(self, photo: Photo, path: str, which: int = 0) -> Subject:
        """Analyse a photo. Raises TryOnError."""
        person = self.tryon.analyse(photo, which)
        self._remembers("person", photo)
        return Subject(path, person, which, self.tray.preview(photo.pixels, "before"))

    def _remembers(self, what: str, photo: Photo) -> None:
        """Tell how much memory this visit takes, so that all of them together can be bounded."""
        if self.tray.visits is not None:
            self.tray.visits.remembers(what, BYTES_PER_PIXEL * photo.width * photo.height)

    def _who(self, person: Person, which: int, language: str) -> str:
        """The person picker, "" if there is nobody to choose."""
        if not len(person.others):
            return ""
        boxes = list(person.others)
        boxes.insert(which, person.box)
        return fragments.people_picker(person.photo, boxes, which, language)

    # --- the garment ---------------------------------------------------------------------------

    def on_garment(
        self,
        picked: str,
        photo: str | None,
        subject: Subject | None,
        words: str,
        history: list[dict],
        request: gr.Request,
    ) -> Iterator[Update]:
        """A garment was picked in the wardrobe: it takes the place of the visitor's own."""
        w, language = self.widgets, language_of(request)
        item = next((item for item in self.gallery.items if item.identifier == picked), None)
        if item is None:
            yield {w.result_message: ""}
            return
        choice = Choice(self.gallery.garment(item), item.name)
        yield {
            w.choice: choice,
            w.own: None,
            w.own_message: "",
            w.about: fragments.about(choice.garment, language),
        }
        yield from self._dress_if_ready(photo, subject, choice, words, history, language)

    def on_own(
        self,
        path: str | None,
        kind: str,
        photo: str | None,
        subject: Subject | None,
        choice: Choice | None,
        words: str,
        history: list[dict],
        request: gr.Request,
    ) -> Iterator[Update]:
        """The visitor's own picture of a garment changed, or what it is to be worn as."""
        w, language = self.widgets, language_of(request)
        if path is None:
            if choice is not None and choice.path:
                yield {w.choice: None, w.own_message: "", w.about: fragments.about_nothing()}
            else:
                yield {w.choice: choice}
            return
        try:
            garment = self.tryon.describe(path, None if kind == "auto" else kind)
        except Exception as error:
            yield {
                w.choice: None,
                w.own_message: fragments.message(friendly(error, language)),
                w.about: fragments.about_nothing(),
            }
            return
        own = {language: say("own_garment", language) for language in ("en", "zh")}
        choice = Choice(garment, own, path)
        self._remembers("garment", garment.photo)
        yield {
            w.choice: choice,
            w.own_message: fragments.notes(garment.notes, language),
            w.about: fragments.about(garment, language),
        }
        yield from self._dress_if_ready(photo, subject, choice, words, history, language)

    # --- the words -----------------------------------------------------------------------------

    def on_example(self, event: gr.EventData) -> str:
        """An example was picked: it becomes the words."""
        return _chosen(event)[:LONGEST_PROMPT]

    def on_words(self, words: str, request: gr.Request) -> str:
        """Show what is understood while the visitor types."""
        try:
            return fragments.understood(self.tryon.understand(words or ""), language_of(request))
        except Exception as error:
            friendly(error, "en")
            return ""

    # --- the try-on ------------------------------------------------------------------------------

    def on_try(
        self,
        photo: str | None,
        subject: Subject | None,
        choice: Choice | None,
        words: str,
        history: list[dict],
        request: gr.Request,
    ) -> Iterator[Update]:
        """The big button, or Enter in the words."""
        language = language_of(request)
        yield from self._dress_if_ready(photo, subject, choice, words, history, language)

    def _dress_if_ready(
        self,
        path: str | None,
        subject: Subject | None,
        choice: Choice | None,
        words: str,
        history: list[dict],
        language: str,
    ) -> Iterator[Update]:
        """A try-on, or a word about the photo that is missing. path: what its widget shows."""
        w = self.widgets
        if path is None or (subject is not None and subject.person is None):
            yield {w.result_message: fragments.hint(say("photo_needed", language))}
            return
        if subject is None:  # the visit was forgotten while its tab stayed open
            if not Path(path).is_file():
                yield {w.photo: None, w.result_message: fragments.hint(say("photo_gone", language))}
                return
            try:
                subject = self._look(read_photo(path), path)
            except Exception as error:
                yield {w.result_message: fragments.message(friendly(error, language))}
                return
            yield {w.subject: subject}
        yield from self._dress(subject, choice, words, history, language)

    def _dress(
        self,
        subject: Subject,
        choice: Choice | None,
        words: str,
        history: list[dict],
        language: str,
    ) -> Iterator[Update]:
        """One try-on: the picture first, then how it was made."""
        w = self.widgets
        yield {w.result_message: fragments.busy(say("fitting", language))}
        try:
            result = self.tryon(subject.person, choice.garment if choice else None, words or "")
        except Exception as error:
            yield {w.result_message: fragments.message(friendly(error, language))}
            return
        entry = self._entry(subject, choice, result, words, language)
        history = [old for old in history if _still_there(old)]
        history = [entry, *history][:HISTORY_LENGTH]
        yield {
            **self._show(entry),
            w.history: history,
            w.history_gallery: [(old["after"], old["caption"]) for old in history],
            w.history_box: gr.Column(visible=len(history) > 1),
        }
        yield self._how(result, language)

    def _entry(
        self, subject: Subject, choice: Choice | None, result: Result, words: str, language: str
    ) -> dict[str, Any]:
        """What the history keeps of a try-on: files and ready-made HTML, no pictures."""
        caption = choice.name[language] if choice else (words or "").strip()
        if choice and (words or "").strip():
            caption = f"{caption} · {words.strip()}"
        return {
            "before": subject.preview,
            "after": self.tray.preview(result.photo.pixels, "after"),
            "png": self.tray.png(result.photo.pixels),
            "caption": caption[:80],
            "verdict": fragments.verdict(result, caption[:80], language),
            "notes": explained(result.prompt, language) + fragments.good_to_know(result, language),
            "worn": without_pixels(result.garment),
        }

    def _show(self, entry: dict[str, Any]) -> Update:
        w = self.widgets
        return {
            w.stage: gr.Column(visible=True),
            w.empty: gr.Column(visible=False),
            w.before: entry["before"],
            w.after: entry["after"],
            w.slider: (entry["before"], entry["after"]),
            w.verdict: entry["verdict"],
            w.notes: entry["notes"],
            w.worn: entry["worn"],
            w.details: gr.Column(visible=True),
            w.download: gr.DownloadButton(value=entry["png"], interactive=True),
            w.result_message: "",
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
            w.how_gallery: stages,
            w.how_steps: fragments.legend(result.person.parts, language)
            + fragments.steps(result, language),
        }

    def on_history(self, event: gr.SelectData, history: list[dict], request: gr.Request) -> Update:
        """An earlier result of this visit is shown again."""
        w = self.widgets
        index = event.index
        if not isinstance(index, int) or not 0 <= index < len(history):
            return {w.result_message: ""}
        if not _still_there(history[index]):
            gone = fragments.hint(say("photo_gone", language_of(request)))
            return {w.result_message: gone}
        return self._show(history[index])


def _still_there(entry: dict[str, str]) -> bool:
    return all(Path(entry[key]).is_file() for key in ("before", "after", "png"))


def _chosen(event: gr.EventData) -> str:
    """What was chosen in a piece of our HTML, "" for nothing."""
    data = event._data
    return str(data.get("id", "")) if isinstance(data, dict) else ""


def _whole_number(text: str) -> int | None:
    """The number a card stands for, None if it is none."""
    return int(text) if text.isdecimal() and len(text) < 4 else None
