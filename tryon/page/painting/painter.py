"""Our own picture first, then an engine's in its place: progress, stop, another try, history.

Notable here:
- only where whoever runs the page chose an engine; a visitor may switch it off. The lab and the
  other endpoints stay with our own way; for programs there is `/paint`.
- the try-on itself is over when painting begins: it waits for its card in a line of its own, so
  nobody's preview waits for somebody else's painting.
- a new try-on, or the end of the visit, ends the painting of the one before; what it would still
  have said is dropped.
"""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakValueDictionary

import gradio as gr

from tryon.core.errors import TryOnError
from tryon.core.types import Garment, Kind, Person, Photo, Result
from tryon.engines.engine import About, Progress, Step, Stop
from tryon.page.api import readable_errors, report
from tryon.page.look import fragments
from tryon.page.look.language import language_of
from tryon.page.look.texts import say
from tryon.page.look.widgets import picture_file
from tryon.page.painting.box import Pace, PaintBox, Painting, about_seconds, progress_bar
from tryon.page.serving.faults import log_fault
from tryon.page.serving.files import Tray
from tryon.page.serving.gradio_internals import Block
from tryon.page.trials import check_words
from tryon.page.tryon_like import TryOnLike
from tryon.page.visit import Asked, Choice, Subject, Update, Visit, of_visit

if TYPE_CHECKING:
    from tryon.page.dressing import Dressing

AT_ONCE = 8  # visitors whose paintings are waited for; each holds a thread of the server
TELL_EVERY = 0.4  # seconds between two looks at how far it is


class Paints(TryOnLike, Protocol):
    """A fitting room with an engine."""

    def __call__(
        self,
        person: str | Photo | Person,
        garment: str | Photo | Garment | None = None,
        prompt: str = "",
        /,
        *,
        kind: str | Kind | None = None,
        seed: int = 0,
        which: int = 0,
        preview: bool = False,
    ) -> Result: ...

    def refine(
        self, result: Result, *, seed: int = 0, progress: Progress = ..., stop: Stop = ...
    ) -> Result: ...


class Painter:
    """The handlers, bound to a `TryOn` with an engine and the box of widgets.

    about: the engine as it is known before it is loaded; "auto" may turn out to be our own way.
    """

    def __init__(self, tryon: Paints, about: About, box: PaintBox, tray: Tray) -> None:
        self.tray = tray
        self.tryon = tryon
        self.about = about
        self.box = box
        self._latest: WeakValueDictionary[str, Painting] = WeakValueDictionary()

    def leave(self, session: str) -> None:
        """A new try-on begins: the one before need not be painted any more. session: of the tab."""
        if (old := self._latest.pop(session, None)) is not None:
            old.gone.set()

    def wish(
        self,
        visit: Visit,
        subject: Subject,
        result: Result,
        asked: Asked,
        wearing: Sequence[Choice],
    ) -> Update:
        """A try-on was shown: it may be painted now."""
        self.leave(visit.session)
        painting = Painting(visit, subject, result, asked, wearing)
        self._latest[visit.session] = painting
        return {
            self.box.memory: painting,
            self.box.status: "",
            self.box.stop: gr.Button(visible=False),
            self.box.again: gr.Button(visible=False),
        }

    def on_paint(
        self, dressing: "Dressing", visit: Visit, wanted: bool, painting: Painting | None
    ) -> Iterator[Update]:
        """After each try-on: paint it, if it is new and the visitor wants that."""
        if not wanted or painting is None or painting.tries:
            yield {self.box.memory: painting}
            return
        yield from self._paint(dressing, visit, painting)

    def on_again(
        self, dressing: "Dressing", visit: Visit, painting: Painting | None
    ) -> Iterator[Update]:
        """Another try: the same once more, with another seed."""
        if painting is None or painting.busy:
            yield {self.box.memory: painting}
            return
        yield from self._paint(dressing, visit, painting)

    def on_stop(self, painting: Painting | None) -> None:
        """The stop button. What it leads to is said where the painting is waited for."""
        if painting is not None:
            painting.stopped.set()

    def on_history(self, painting: Painting | None) -> Any:
        """An earlier result is shown: what was said of the last one goes, unless it goes on."""
        return gr.skip() if painting is not None and painting.busy else ""

    def paint(
        self,
        person: str | None,
        garment: str | None = None,
        prompt: str = "",
        kind: str = "auto",
        seed: float = 0,
        request: gr.Request | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """Put a garment on the person in a photo, and let the engine of this page paint it.

        Args:
            person: a photo of a person (JPEG, PNG, WebP, HEIC or AVIF; up to 25 megapixels).
            garment: a picture of a garment, or nothing if the prompt names one.
            prompt: words about the garment, English or Chinese, or nothing.
            kind: upper, lower, dress, or auto to find out.
            seed: a whole number; another one gives another picture.

        Returns:
            The picture as a lossless PNG of the same size, and a report, whose "engine" says who
            painted it: "builtin" and a note where the engine could not.
        """
        with readable_errors(language_of(request)):
            if person is None:
                raise TryOnError("no_person")
            wanted = None if kind in (None, "", "auto") else kind
            result = self.tryon(
                person, garment, check_words(prompt or ""), kind=wanted, preview=True
            )
            result = self.tryon.refine(result, seed=int(seed or 0))
            told = report(result, language_of(request)) | {"engine": result.engine}
            return self.tray.png(result.photo.pixels), told

    def _paint(self, dressing: "Dressing", visit: Visit, painting: Painting) -> Iterator[Update]:
        box, language = self.box, visit.language
        seed = painting.tries
        painting.tries, painting.busy = seed + 1, True
        painting.stopped.clear()
        told: queue.SimpleQueue[Step | Result | Exception] = queue.SimpleQueue()

        def work() -> None:
            try:
                told.put(
                    self.tryon.refine(
                        painting.result, seed=seed, progress=told.put, stop=painting.over
                    )
                )
            except Exception as error:
                told.put(error)

        thread = threading.Thread(target=work, name="paint", daemon=True)
        pace = Pace()
        thread.start()
        yield {
            box.status: fragments.busy(say("paint_begin", language, engine=self.about.title)),
            box.stop: gr.Button(visible=True, interactive=True),
            box.again: gr.Button(visible=False),
        }
        try:
            done: Result | Exception | None = None
            while done is None and not painting.gone.is_set():
                latest = _newest(told)
                if isinstance(latest, Step):
                    if painting.stopped.is_set():
                        status = fragments.busy(say("paint_stopping", language))
                        yield {box.status: status, box.stop: gr.Button(interactive=False)}
                    else:
                        yield {box.status: self._said(latest, language, pace.seconds(latest))}
                elif latest is not None:
                    done = latest
                else:  # nothing new; but only between two answers Gradio can tell who has left
                    yield {box.memory: painting}
            painting.busy = False
            if done is not None and not painting.gone.is_set():
                yield self._finished(dressing, visit, painting, done)
        except GeneratorExit:  # the visitor has left
            painting.gone.set()
            raise
        finally:
            painting.busy = False

    def _finished(
        self, dressing: "Dressing", visit: Visit, painting: Painting, done: Result | Exception
    ) -> Update:
        """The engine's picture in the place of ours, or why there is none."""
        box, language = self.box, visit.language
        ends: Update = {
            box.stop: gr.Button(visible=False),
            box.again: gr.Button(visible=True),
            box.memory: painting,
        }
        if isinstance(done, Exception):
            log_fault(done)
            failed = say("paint_failed", language, engine=self.about.title)
            return ends | {box.status: fragments.hint(failed)}
        if done.engine == "builtin":
            reasons = done.remarks[len(painting.result.remarks) :]
            text = " ".join(note.text(language) for note in reasons)
            return ends | {box.status: fragments.hint(text) if text else ""}
        seconds = f"{done.seconds.get('engine', 0):.1f}"
        status = say("paint_done", language, engine=self.about.title, seconds=seconds)
        number = f" {painting.tries}" if painting.tries > 1 else ""
        maker = f" · {self.about.title}{number}"
        shown = dressing.painted(visit, painting, done, maker)
        return ends | shown | {box.status: fragments.hint(status)}

    def _said(self, step: Step, language: str, seconds: float | None) -> str:
        """How far it is, as HTML. seconds: that it will take still, if that is known."""
        engine = self.about.title
        if step.what == "waiting":
            text = say("paint_waiting", language, engine=engine, ahead=step.done)
            return fragments.busy(text + about_seconds(seconds, language))
        if step.what == "loading" or not step.total:
            return fragments.busy(say("paint_loading", language, engine=engine))
        text = say("paint_step", language, engine=engine, done=step.done, total=step.total)
        return progress_bar(text + about_seconds(seconds, language), step.done / step.total)


def wire_painting(
    painter: Painter,
    dressing: "Dressing",
    visit: list[Block],
    tried: list[Any],
    result: list[Block],
) -> None:
    """tried: the events after which there may be a new try-on; the painting follows each.

    visit: the widgets whose values make a `Visit`. result: those that a new picture changes.
    """
    box = painter.box
    painting: dict[str, Any] = {
        "concurrency_id": "painting", "concurrency_limit": AT_ONCE, "trigger_mode": "multiple",
        "api_visibility": "private", "show_progress": "minimal", "show_progress_on": [box.status],
    }  # fmt: skip
    quiet: dict[str, Any] = {
        "queue": False, "api_visibility": "private", "show_progress": "hidden",
    }  # fmt: skip

    def on_paint(visit: Visit, wanted: bool, kept: Painting | None) -> Iterator[Update]:
        yield from painter.on_paint(dressing, visit, wanted, kept)

    def on_again(visit: Visit, kept: Painting | None) -> Iterator[Update]:
        yield from painter.on_again(dressing, visit, kept)

    for event in tried:
        event.then(of_visit(on_paint), [*visit, box.switch, box.memory], result, **painting)
    again = painting | {"trigger_mode": "once"}
    box.again.click(of_visit(on_again), [*visit, box.memory], result, **again)
    box.stop.click(painter.on_stop, box.memory, None, **quiet)
    # What is said of the last painting is not of an earlier picture.
    dressing.widgets.details.history.select(painter.on_history, box.memory, box.status, **quiet)


def add_paint_endpoint(painter: Painter) -> None:
    """`/paint` for programs: widgets that are never shown, as in `api.py`."""
    with gr.Column(visible=False):
        person, garment = picture_file(label="person"), picture_file(label="garment")
        prompt = gr.Textbox("", label="prompt")
        kind = gr.Textbox("auto", label="kind: auto, upper, lower or dress")
        seed = gr.Number(0, label="seed", precision=0)
        picture, answer = gr.Image(label="result", format="png"), gr.JSON(label="report")
    gr.Button(visible=False).click(
        painter.paint, [person, garment, prompt, kind, seed], [picture, answer],
        api_name="paint", concurrency_id="painting", concurrency_limit=AT_ONCE,
    )  # fmt: skip


def _newest(told: "queue.SimpleQueue[Any]") -> Any:
    """The last thing that was said within TELL_EVERY seconds, but never past a result."""
    end = time.monotonic() + TELL_EVERY
    latest = None
    while (left := end - time.monotonic()) > 0:
        try:
            latest = told.get(timeout=left)
        except queue.Empty:
            break
        if not isinstance(latest, Step):
            break
    return latest
