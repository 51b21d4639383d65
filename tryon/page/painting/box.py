"""What the page shows and keeps of a painting: switch, progress, buttons, time that is left."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import gradio as gr

from tryon.core.types import Result
from tryon.engines.engine import Step
from tryon.page.look.texts import say, t
from tryon.page.look.widgets import html
from tryon.page.visit import Asked, Choice, Subject, Visit


@dataclass(eq=False)
class Painting:
    """What a visit keeps of a try-on that may be painted.

    visit: when it was tried on, so that the caption says what was asked for then. result: our own
    picture. asked, wearing: as the history keeps them. tries: how many were begun. stopped: by the
    visitor. gone: nobody wants it any more. busy: it is being painted.
    """

    visit: Visit
    subject: Subject
    result: Result
    asked: Asked
    wearing: Sequence[Choice]
    tries: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    busy: bool = False

    def over(self) -> bool:
        return self.stopped.is_set() or self.gone.is_set()


@dataclass(frozen=True, eq=False)
class PaintBox:
    """The widgets. memory: the `Painting` of the visit. switch: whether the visitor wants it."""

    memory: gr.State
    switch: gr.Checkbox
    status: gr.HTML
    stop: gr.Button
    again: gr.Button


def lay_out_painting(forgotten_after: float) -> PaintBox:
    """Below the result. The switch is made here, too; whoever lays out the page renders it where it
    is seen before there is a result."""
    memory = gr.State(None, time_to_live=forgotten_after)
    switch = gr.Checkbox(True, label=t("paint_switch"), elem_id="paint-switch", render=False)
    with gr.Column(elem_id="paint"):
        status = html("", elem_id="paint-status")
        with gr.Row(elem_id="paint-row"):
            stop = gr.Button(t("paint_stop"), visible=False, scale=0, elem_id="paint-stop")
            again = gr.Button(t("paint_again"), visible=False, scale=0, elem_id="paint-again")
    return PaintBox(memory, switch, status, stop, again)


class Pace:
    """How long the rest takes, from the steps that were made; a step is as long as the next one."""

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None

    def seconds(self, step: Step) -> float | None:
        """None where it is not known: before the second step."""
        if step.what != "painting":
            return step.seconds
        now = time.monotonic()
        if self._first is None or step.done <= self._first[0]:
            self._first = step.done, now
            return None
        done, since = self._first
        return (now - since) / (step.done - done) * (step.total - step.done)


def about_seconds(seconds: float | None, language: str) -> str:
    """ ", about 12 s", or nothing where it is not known or over in a moment."""
    if seconds is None or seconds < 1:
        return ""
    return say("paint_about", language, seconds=round(seconds))


def progress_bar(text: str, share: float) -> str:
    """What is being done, with a bar. share: 0..1 of it is done."""
    percent = round(100 * share)
    return (
        f'<p class="busy" role="status"><span class="dot"></span>{escape(text)}</p>'
        f'<span class="bar wide" aria-hidden="true"><span style="width:{percent}%"></span></span>'
    )
