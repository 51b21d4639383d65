"""Under the result: what each word did, and a box for questions about the garment.

Notable here:
- every word says in letters what it did ("colour", "ignored"), the tint only helps the eye.
- a question is answered from the attributes of the garment that was tried on, which a visit keeps
  without its picture.
"""

from dataclasses import dataclass, replace
from html import escape
from typing import Any

import gradio as gr
import numpy as np

from tryon.core.types import Garment, Outline, Photo, Prompt
from tryon.page.look.language import language_of
from tryon.page.look.texts import say, t
from tryon.page.look.widgets import html
from tryon.page.serving.faults import friendly
from tryon.words.ask import LONGEST_QUESTION, ask, describe


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


def on_ask(question: str, worn: Garment | None, request: gr.Request) -> str:
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


@dataclass(frozen=True, eq=False)
class AskBox:
    """The question box and the place of its answer."""

    question: gr.Textbox
    button: gr.Button
    answer: gr.HTML


def lay_out_ask() -> AskBox:
    with gr.Row(elem_id="ask-row"):
        question = gr.Textbox(
            label=t("ask"),
            placeholder=t("ask_hint"),
            lines=1,
            max_lines=2,
            max_length=LONGEST_QUESTION,
            elem_id="question",
        )
        button = gr.Button(t("ask_button"), scale=0, min_width=90, elem_id="ask")
    return AskBox(question, button, html("", elem_id="answer"))


def wire_ask(box: AskBox, worn: gr.State, verdict: gr.HTML) -> None:
    """Enter or the button asks; another result, so another verdict, takes the answer away."""
    options: dict[str, Any] = {
        "queue": False, "api_visibility": "private", "show_progress": "hidden",
    }  # fmt: skip
    gr.on([box.question.submit, box.button.click], on_ask, [box.question, worn], box.answer,
          **options)  # fmt: skip
    verdict.change(lambda: "", None, box.answer, **options)


def _said(text: str) -> str:
    return f'<p class="answer" role="status">{escape(text)}</p>'
