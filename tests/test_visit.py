"""A `Visit` is made of the values that Gradio passes by position, in one place."""

import inspect
from types import SimpleNamespace

import gradio as gr
import pytest

from tryon.page.layout import lay_out
from tryon.page.visit import Subject, of_visit

CHINESE = SimpleNamespace(request=True, query_params={"lang": "zh"}, headers={})


def on_something(visit, *more):
    """A handler that shows what it was given."""
    yield visit, more


def test_values_find_their_places():
    subject = Subject("me.jpg")
    answer = of_visit(on_something)
    assert inspect.isgeneratorfunction(answer)  # or Gradio would not wait for more than one answer
    assert answer.__name__ == "on_something"  # as it is counted and logged
    ((visit, more),) = answer(CHINESE, "me.jpg", subject, None, "red", [], None, 3, "red-tee")
    assert (visit.photo, visit.subject, visit.choice) == ("me.jpg", subject, None)
    assert (visit.words, visit.history, visit.language) == ("red", [], "zh")
    assert (visit.kept, visit.seed) == ((), 3)
    assert more == ("red-tee",)


@pytest.mark.parametrize(("sent", "words"), [(None, ""), ("", ""), ("red", "red")])
def test_no_words_are_empty_words(sent, words):
    ((visit, _),) = of_visit(on_something)(None, None, None, None, sent, [], None, None)
    assert (visit.words, visit.language) == (words, "en")


def test_the_widgets_are_in_the_order_of_the_values():
    with gr.Blocks(analytics_enabled=False):
        w = lay_out((), (), forgotten_after=600)
    taken = list(inspect.signature(of_visit(on_something)).parameters)
    assert taken == [
        "request", "photo", "subject", "choice", "words", "history", "kept", "seed", "more",
    ]  # fmt: skip
    assert [type(widget).__name__ for widget in w.visit] == [
        "PictureFile", "State", "State", "Textbox", "State", "State", "State",
    ]  # fmt: skip
    assert w.visit == [
        w.photo.picture, w.memory.subject, w.memory.choice, w.words.text, w.memory.history,
        w.memory.kept, w.memory.seed,
    ]  # fmt: skip
