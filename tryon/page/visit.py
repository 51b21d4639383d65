"""What is known of a visit while it lasts: the photo, the garment, the words, earlier results.

Notable here:
- all of it lies in `gr.State`, one for each browser tab, and is forgotten after ten minutes.
- Gradio passes values by their position. `of_visit` is the one place that knows the positions and
  makes a `Visit` of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tryon.core.types import Garment, Person
from tryon.page.look.language import language_of
from tryon.page.serving.gradio_internals import Block

Update = dict[Block, Any]  # widget -> its new value, or a widget with the properties that change


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
    """The garment of this visit: from the gallery (no path) or the visitor's own.

    name: what it is called, by language.
    """

    garment: Garment
    name: Mapping[str, str]
    path: str = ""


@dataclass(frozen=True, eq=False)
class Entry:
    """What the history keeps of a try-on: files and ready-made HTML, no pictures in memory.

    before, after, png: paths. worn: the garment, for questions about it, without its picture.
    """

    before: str
    after: str
    png: str
    caption: str
    verdict: str
    notes: str
    worn: Garment


@dataclass(frozen=True, eq=False)
class Visit:
    """A visit at the moment of a click.

    photo: the path of what the photo widget shows. session: of the browser's tab.
    """

    photo: str | None
    subject: Subject | None
    choice: Choice | None
    words: str
    history: list[Entry]
    language: str  # "en" or "zh"
    session: str = ""


def of_visit(handler: Callable[..., Iterator[Update]]) -> Callable[..., Iterator[Update]]:
    """A handler that takes a `Visit`, as Gradio calls it.

    Its inputs are the values of `Widgets.visit`, in that order, then those the handler takes
    besides.
    """

    def answer(
        request: gr.Request,
        photo: str | None,
        subject: Subject | None,
        choice: Choice | None,
        words: str | None,
        history: list[Entry],
        *more: Any,
    ) -> Iterator[Update]:
        session = str(getattr(request, "session_hash", None) or "")
        language = language_of(request)
        visit = Visit(photo, subject, choice, words or "", history, language, session)
        yield from handler(visit, *more)

    answer.__name__ = handler.__name__  # the name of the request in the log and in /metrics
    return answer
