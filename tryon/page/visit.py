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

from tryon.core.types import Garment, Person, Result
from tryon.page.look.language import language_of
from tryon.page.serving.gradio_internals import Block

Update = dict[Block, Any]  # widget -> its new value, or a widget with the properties that change


@dataclass(frozen=True, eq=False)
class Layer:
    """A piece that is worn: what was asked for (garment None = by words alone), and the result."""

    garment: Garment | None
    words: str
    seed: int
    tucked: bool | None
    result: Result


@dataclass(frozen=True, eq=False)
class Subject:
    """The photo of this visit: the file the widget shows, and the person in it (None if the photo
    could not be used), `which` of the people it is, a preview for "before", and what was put on
    last, innermost first."""

    path: str
    person: Person | None = None
    which: int = 0
    preview: str = ""
    layers: tuple[Layer, ...] = ()


@dataclass(frozen=True, eq=False)
class Choice:
    """A garment of this visit: from the gallery (no path) or the visitor's own.

    name: what it is called, by language.
    """

    garment: Garment
    name: Mapping[str, str]
    path: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for the same garment, as long as it is kept."""
        return self.garment.identifier, self.path, id(self.garment)


@dataclass(frozen=True)
class Asked:
    """What a try-on was asked for; equal if it would be the same picture."""

    photo: str
    which: int
    garments: tuple[object, ...]
    words: str
    seed: int
    language: str

    @classmethod
    def of(cls, visit: "Visit", subject: Subject) -> "Asked":
        """What a visit asks for at this moment."""
        choices = (*visit.kept, *((visit.choice,) if visit.choice else ()))
        garments = tuple(choice.key for choice in choices)
        words = " ".join(visit.words.split())
        return cls(subject.path, subject.which, garments, words, visit.seed, visit.language)


@dataclass(frozen=True, eq=False)
class Entry:
    """What the history keeps of a try-on: files and ready-made HTML, and the garments.

    before, after, small, png, jpeg: paths. worn: the garment, for questions about it, without its
    picture. asked: what this is the answer to. wearing: all pieces as they are worn, innermost
    first. choice, kept, words: as they were in the visit. how: (path, caption) of how it was made;
    steps: the same in figures.
    """

    before: str
    after: str
    small: str
    png: str
    jpeg: str
    caption: str
    verdict: str
    notes: str
    worn: Garment
    asked: Asked
    wearing: tuple[Choice, ...]
    choice: Choice | None
    kept: tuple[Choice, ...]
    words: str
    how: tuple[tuple[str, str], ...] = ()
    steps: str = ""


@dataclass(frozen=True, eq=False)
class Visit:
    """A visit at the moment of a click.

    photo: the path of what the photo widget shows. choice: the garment chosen last. kept: those
    worn already, for the next to go with. seed: of the patterns that words ask for. session: of the
    browser's tab.
    """

    photo: str | None
    subject: Subject | None
    choice: Choice | None
    words: str
    history: list[Entry]
    language: str  # "en" or "zh"
    kept: tuple[Choice, ...] = ()
    seed: int = 0
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
        kept: tuple[Choice, ...] | None,
        seed: int | None,
        *more: Any,
    ) -> Iterator[Update]:
        language = language_of(request)
        session = str(getattr(request, "session_hash", None) or "")
        worn = tuple(kept or ())
        visit = Visit(
            photo, subject, choice, words or "", history, language, worn, seed or 0, session
        )
        yield from handler(visit, *more)

    answer.__name__ = handler.__name__  # the name of the request in the log and in /metrics
    return answer
