"""Under the result: what each word did, and a box for questions about the garment.

Notable here:
- every word says in letters what it did ("colour", "ignored"), the tint only helps the eye.
- a question is answered from the attributes of the garment that was tried on, which a visit keeps
  without its picture.
"""

from dataclasses import replace
from html import escape
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np

from tryon.core.types import Garment, Outline, Photo, Prompt
from tryon.page.api import friendly
from tryon.page.look.language import language_of
from tryon.page.look.texts import say, t
from tryon.page.look.widgets import html
from tryon.words.ask import LONGEST_QUESTION, ask, describe

Update = dict[Any, Any]


def explained(prompt: Prompt, language: str) -> str:
    """The words as they were written, each that could matter with what it did; "" for none."""
    if not prompt.words:
        return ""
    pieces, position = [], 0
    for word, used in prompt.words:
        found = prompt.text.find(word, position)
        if found >= 0:
            pieces.append(escape(prompt.text[position:found]))
            position = found + len(word)
        does = say(f"attribute_{used}", language) if used else say("ignored", language)
        pieces.append(
            f'<span class="word {"used " + used if used else "unused"}">{escape(word)}'
            f"<small>{escape(does)}</small></span>"
        )
    pieces.append(escape(prompt.text[position:]))
    return (
        f'<div class="explained"><p class="shelf-title">{say("words_did", language)}</p>'
        f"<p>{''.join(pieces)}</p></div>"
    )


def without_pixels(garment: Garment) -> Garment:
    """What is known of a garment, without its picture: small enough to keep for a visit."""
    return replace(
        garment,
        photo=Photo(np.zeros((1, 1, 3), np.uint8)),
        alpha=np.zeros((1, 1), np.uint8),
        limbs=np.zeros((1, 1), np.uint8),
        landmarks=np.zeros((len(Outline), 3), np.float32),
    )


class Asker:
    """The handler of the question box, bound to the page's widgets."""

    def __init__(self, widgets: SimpleNamespace) -> None:
        self.widgets = widgets

    def on_ask(self, question: str, worn: Garment | None, request: gr.Request) -> str:
        """The answer as HTML. worn: the garment of the result that is shown."""
        language = language_of(request)
        if worn is None:
            return _said(say("ask_nothing", language))
        try:
            if not (question or "").strip():
                return _said(describe(worn, language))
            return _said(ask(worn, question).text)
        except Exception as error:
            return _said(friendly(error, language))


def lay_out_ask(w: SimpleNamespace) -> None:
    """The question box and the place of its answer."""
    with gr.Row(elem_id="ask-row"):
        w.question = gr.Textbox(
            label=t("ask"),
            placeholder=t("ask_hint"),
            lines=1,
            max_lines=2,
            max_length=LONGEST_QUESTION,
            elem_id="question",
        )
        w.ask = gr.Button(t("ask_button"), scale=0, min_width=90, elem_id="ask")
    w.answer = html("", elem_id="answer")


def wire_ask(w: SimpleNamespace, asker: Asker) -> None:
    """Enter or the button asks; another result takes the answer away."""
    options = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
    gr.on([w.question.submit, w.ask.click], asker.on_ask, [w.question, w.worn], w.answer, **options)
    w.verdict.change(lambda: "", None, w.answer, **options)


def _said(text: str) -> str:
    return f'<p class="answer" role="status">{escape(text)}</p>'
