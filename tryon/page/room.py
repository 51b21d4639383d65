"""What happens on a click in the fitting room: photo, garment, words.

Notable here:
- handlers are generators that yield {widget: value}; whatever goes wrong ends as a sentence beside
  the widget it belongs to, and what the visitor had already chosen stays.
- a photo is analysed once, however many garments are tried on it (`visit.Subject`).
- vision is done by the `TryOn` given; nothing here knows how.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from tryon.core.errors import TryOnError
from tryon.core.image import read_photo
from tryon.core.types import Person, Photo
from tryon.page.dressing import BYTES_PER_PIXEL, Dressing, chosen
from tryon.page.layout import Widgets
from tryon.page.look import fragments
from tryon.page.look.language import language_of
from tryon.page.look.stock import Item
from tryon.page.look.texts import say
from tryon.page.painting.painter import Painter
from tryon.page.serving.faults import friendly
from tryon.page.serving.files import Tray
from tryon.page.trials import LONGEST_PROMPT
from tryon.page.tryon_like import TryOnLike
from tryon.page.visit import Choice, Subject, Update, Visit

if TYPE_CHECKING:
    from tryon.garment.gallery import Gallery

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
        self.tryon = tryon
        self.gallery = gallery
        self.people = people
        self.widgets = widgets
        self.tray = tray
        self.dressing = Dressing(tryon, widgets, tray, painter)

    # --- the photo ---------------------------------------------------------------------------

    def on_borrow(self, event: gr.EventData) -> str | None:
        """A sample person was picked: their picture becomes the photo."""
        person = next((one for one in self.people if one.identifier == chosen(event)), None)
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

    def on_lab(self, subject: Subject | None, offered: str) -> Update:
        """The lab was opened: it starts with the photo of the fitting room, where that is new.

        A handler of its own, with one answer: where an event answers several times, Gradio's script
        in the browser turns a picture of an earlier answer into one without path.
        """
        w = self.widgets
        if subject is None or subject.person is None or subject.path == offered:
            return {w.memory.offered: offered}
        return {w.lab.photo: subject.path, w.memory.offered: subject.path}

    def on_pick(self, event: gr.EventData) -> str:
        """A card was picked: its name."""
        return chosen(event)

    def on_which(self, visit: Visit, picked: str) -> Iterator[Update]:
        """Another of several people was chosen."""
        subject, which = visit.subject, _whole_number(picked)
        if subject is None or subject.person is None or which is None:
            yield {self.widgets.memory.subject: subject}
            return
        yield from self._analyse(visit, subject.person.photo, subject.path, which)

    def _analyse(self, visit: Visit, photo: Photo, path: str, which: int = 0) -> Iterator[Update]:
        """Find the person. path: of the photo as shown."""
        w, language = self.widgets, visit.language
        try:
            person, subject = self.dressing.look(photo, path, which)
        except Exception as error:
            yield {
                w.memory.subject: Subject(path),
                w.photo.picture: path,
                w.photo.message: fragments.rejected(
                    friendly(error, language), self.people[0] if self.people else None, language
                ),
                w.photo.who: "",
            }
            return
        yield {
            w.memory.subject: subject,
            w.photo.picture: path,
            w.photo.message: fragments.ready(say("photo_ready", language), person.notes, language),
            w.photo.who: self._who(person, which, language),
            w.mirror.message: "",
        }

    def on_looked(self, visit: Visit) -> Iterator[Update]:
        """After a photo was looked at: if a garment waits already, it is put on.

        An event of its own: the picture that an answer sets is set in the last answer of its event
        (see `on_lab`).
        """
        ready = visit.subject is not None and visit.subject.person is not None
        if ready and (visit.choice is not None or visit.kept):
            yield from self.dressing.dress_if_ready(visit)
        else:
            yield {self.widgets.memory.subject: visit.subject}

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
        yield from self.dressing.dress_if_ready(replace(visit, choice=choice))

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
        size = BYTES_PER_PIXEL * garment.photo.width * garment.photo.height
        self.dressing.remembers("garment", size)
        yield {
            w.memory.choice: choice,
            w.garment.message: fragments.notes(garment.notes, language),
            w.garment.about: fragments.about(garment, language),
        }
        yield from self.dressing.dress_if_ready(replace(visit, choice=choice))

    # --- the words -----------------------------------------------------------------------------

    def on_example(self, event: gr.EventData) -> str:
        """An example was picked: it becomes the words."""
        return chosen(event)[:LONGEST_PROMPT]

    def on_words(self, words: str, request: gr.Request) -> str:
        """Show what is understood while the visitor types."""
        try:
            return fragments.understood(self.tryon.understand(words or ""), language_of(request))
        except Exception as error:
            friendly(error, "en")  # counted and logged; words half typed are no mistake to show
            return ""


def _whole_number(text: str) -> int | None:
    """The number a card stands for, None if it is none."""
    return int(text) if text.isdecimal() and len(text) < 4 else None
