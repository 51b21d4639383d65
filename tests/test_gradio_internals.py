"""The pinned Gradio still has what the page uses of its inside, and the page uses no more of it."""

import ast
import importlib
import inspect
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from tryon.page.look.widgets import FileButton, Files, PictureFile
from tryon.page.serving.gradio_internals import INTERNALS, Internal
from tryon.page.serving.server import FittingRoom

PAGE = Path(__file__).resolve().parent.parent / "tryon" / "page"
LIST = "gradio_internals.py"
PUBLIC = ("from gradio.themes",)  # as Gradio's guide on themes has it


@cache
def page() -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as demo:
        box = gr.Textbox()
        gr.Button().click(lambda text: text, box, box, api_name="echo")
    return demo.queue(max_size=3)


OBJECTS = {
    "page": page,
    "function": lambda: next(iter(page().fns.values())),
    "theme": gr.themes.Base,
}


def changed(internal: Internal) -> str:
    """What is another than the page relies on, in a sentence; "" if nothing is."""
    root, _, names = internal.where.partition(":")
    pinned = f"Gradio {gr.__version__}"
    advice = f"Look where {LIST} and its users need it, then change the list. ({internal.why})"
    found: Any
    try:
        found = OBJECTS[root]() if root in OBJECTS else importlib.import_module(root)
        for name in names.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError):
        return f"{pinned} has no {internal.where} any more. {advice}"
    if internal.signature is None:
        return ""
    parameters = tuple(inspect.signature(found).parameters)
    if parameters[: len(internal.signature)] != internal.signature:
        expected, is_now = (", ".join(names) for names in (internal.signature, parameters))
        return (
            f"{pinned} calls {internal.where} with ({is_now}); "
            f"the page relies on ({expected}). {advice}"
        )
    return ""


@pytest.mark.parametrize("internal", INTERNALS, ids=[one.where for one in INTERNALS])
def test_the_pinned_gradio_has_it(internal):
    assert not (sentence := changed(internal)), sentence


def test_a_change_is_said_in_a_sentence():
    gone = changed(Internal("gradio.blocks:Blocks.process_everything", "There is none."))
    assert "has no gradio.blocks:Blocks.process_everything any more" in gone
    other = changed(Internal("page:_queue.get_active_worker_count", "There is none.", ("who",)))
    assert "with ()" in other
    assert "relies on (who)" in other


def test_what_only_a_page_that_was_opened_would_show():
    """Queues and visits are held in dicts, of which entries are taken."""
    queue = page()._queue
    assert isinstance(queue.pending_event_ids_session, dict)
    assert callable(queue.pending_messages_per_session.pop)


def test_each_says_why():
    assert all(internal.why for internal in INTERNALS)
    assert len({internal.where for internal in INTERNALS}) == len(INTERNALS)


# --- nothing else of Gradio's inside is used -----------------------------------------------------

FILES = [
    *(path for path in PAGE.rglob("*.py") if path.name != LIST),
    PAGE.parent.parent / "app.py",
]


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def used(node: ast.AST) -> list[str]:
    """Modules of Gradio's that are imported, and private names of others that are touched."""
    if is_type_checking(node):
        return []
    found = []
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gradio":
        found = [f"from {node.module} import {alias.name}" for alias in node.names]
    elif isinstance(node, ast.Import):
        found = [f"import {a.name}" for a in node.names if a.name.startswith("gradio.")]
    elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        owner = ast.unparse(node.value)
        ours = owner in ("self", "cls", "mcs", "super()") or node.attr.startswith("__")
        found = [] if ours else [f"{owner}.{node.attr}"]
    return found + [name for child in ast.iter_child_nodes(node) for name in used(child)]


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_the_rest_of_the_page_takes_it_from_the_list(path):
    names = used(ast.parse(path.read_text("utf-8")))
    wrong = [name for name in names if not name.startswith(PUBLIC)]
    assert not wrong, f"{path.name} reaches into Gradio: {wrong}. Put it into {LIST}, and say why."


def is_ours(name: str, value: Any) -> bool:
    """Whether a class's member was written here, not by Gradio's metaclass."""
    here = getattr(value, "__module__", "").startswith("tryon.") or name == "is_template"
    return here and not name.startswith("__")


def test_methods_of_gradio_that_are_overridden_are_listed():
    """Those that Gradio calls itself, so that a new name would silently not be called any more."""
    listed = {internal.where.rpartition(".")[2] for internal in INTERNALS}
    public = {"launch", "preprocess"}
    for ours in (FileButton, Files, PictureFile, FittingRoom):
        parent = ours.__mro__[1]
        own = {name for name, value in vars(ours).items() if is_ours(name, value)}
        overridden = {name for name in own if hasattr(parent, name)}
        assert overridden - public <= listed, ours
