"""What this page uses of Gradio's inside: each name, the public way looked for, why it does not do.

Notable here:
- `INTERNALS` is the whole list. The rest of the page takes these names from here, or overrides the
  methods that are listed; a test compares each with the pinned Gradio, so that a new version of
  Gradio that changes one of them is noticed before a visitor does.
- the addresses that Gradio answers are listed in `guard.py` (`_OPEN`), the text of its queue in
  `look/waiting.py`; both are held by tests that look at a running page.
"""

from abc import ABCMeta
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio import processing_utils
from gradio.blocks import Block
from gradio.data_classes import ImageData
from gradio.exceptions import ComponentProcessingError, InvalidPathError
from gradio.utils import get_upload_folder

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction

__all__ = [
    "Block", "ComponentProcessingError", "ImageData", "InvalidPathError",
    "get_upload_folder",
]  # fmt: skip


@dataclass(frozen=True)
class Internal:
    """One name of Gradio's inside.

    where: "module:name.name"; or, for what only an object has, "page:name" of a
        `gr.Blocks`, "function:name" of one of its endpoints, "theme:name" of a theme.
    why: the public way that was looked for, and why it does not do.
    signature: the parameters that are relied on, in their order; None for what is not called.
    """

    where: str
    why: str
    signature: tuple[str, ...] | None = None


INTERNALS = (
    # --- every request passes through here ---
    Internal(
        "gradio.blocks:Blocks.process_api",
        "A wrapper around each handler would not see what fails before and after it, in Gradio's "
        "own reading of the request; there is no public hook around a whole request.",
        ("self", "block_fn", "inputs", "state", "request", "iterator", "session_hash", "event_id"),
    ),
    Internal(
        "page:fns",
        "`/config` lists the endpoints for browsers, without the widgets that a request is held "
        "against before Gradio reads it.",
    ),
    Internal("function:inputs", "See `fns`."),
    Internal("function:fn", "See `fns`."),
    Internal("function:api_name", "See `fns`."),
    Internal("function:api_visibility", "See `fns`."),
    Internal("page:get_api_info", "`/gradio_api/info` is the same, in a request to ourselves.", ()),
    Internal(
        "page:mcp_server",
        "`launch(mcp_server=…)` or the environment switches it on; nothing public says that it is.",
    ),
    Internal("gradio.blocks:Block.stateful", "Nothing public says it of any widget."),
    Internal("gradio.blocks:Block.skip_api", "`/gradio_api/info` silently leaves these out."),
    # --- the queue ---
    Internal("page:_queue.max_size", "`queue(max_size=…)` sets it; /health has to show it."),
    Internal("page:_queue.__len__", "`/queue/status` says it, in a request to ourselves.", ()),
    Internal(
        "page:_queue.get_active_worker_count",
        "A server that stops waits for who is being served; nothing public counts them.",
        (),
    ),
    Internal(
        "page:_queue.pending_event_ids_session",
        "Answers that nobody fetches are kept, up to 2,000 of them; ours go with the visit.",
    ),
    Internal("page:_queue.pending_messages_per_session", "As above."),
    # --- what is kept of a visit ---
    Internal(
        "page:state_holder.session_data",
        "`gr.State(time_to_live=…)` forgets by age, and a closed tab after an hour; we promise "
        "half a minute.",
    ),
    Internal("page:state_holder.time_last_used", "As above."),
    Internal(
        "page:upload_file_set",
        "`delete_cache=(every, age)` goes by age alone, and forgets files of widgets that a "
        "handler has changed; ours go with the visit.",
    ),
    Internal("page:temp_file_sets", "As above."),
    Internal(
        "gradio.processing_utils:hash_seed",
        "Addresses of files are made from their content and this seed, which comes with the "
        "package and is the same everywhere: who has the same photo could compute its address.",
    ),
    Internal(
        "gradio.utils:get_upload_folder",
        "The environment variable GRADIO_TEMP_DIR is public, but not what counts without it.",
        (),
    ),
    # --- widgets ---
    Internal(
        "gradio.blocks:Block.async_move_resource_to_block_cache",
        "Gradio fetches a picture whose path is a web address; no option forbids that.",
        ("self", "url_or_file_path"),
    ),
    Internal(
        "gradio.components.file:File._process_single_file",
        '`type="filepath"` makes an empty file beside each one sent, which nobody deletes.',
        ("self", "f"),
    ),
    Internal(
        "gradio.components.upload_button:UploadButton._process_single_file",
        "As for `File`.",
        ("self", "f"),
    ),
    Internal(
        "gradio.component_meta:ComponentMeta.__new__",
        "It writes a .pyi file beside the source of each new component; no option forbids that.",
        ("cls", "name", "bases", "attrs"),
    ),
    Internal(
        "gradio.templates:TextArea.is_template",
        "Without it the browser looks for a widget with the name of our subclass.",
    ),
    Internal("gradio.data_classes:ImageData", "`gradio` itself has `FileData`, but not this."),
    Internal(
        "gradio.blocks:Block", "The type of the keys that handlers return; it has no other name."
    ),
    Internal(
        "gradio.events:EventData.__init__",
        "`event.id` fails with a TypeError for data that is no object, as a browser may send it.",
        ("self", "target", "_data"),
    ),
    Internal(
        "theme:custom_css",
        "The option `css` is public, but its selectors are rewritten on the way to the browser.",
    ),
    # --- errors ---
    Internal(
        "gradio.exceptions:InvalidPathError",
        "Raised for a path that is not allowed; it is no `gr.Error`, and has no public name.",
    ),
    Internal(
        "gradio.exceptions:ComponentProcessingError",
        "Raised for a value that a widget cannot take; otherwise as above.",
    ),
)


# --- files ---------------------------------------------------------------------------------------


def set_hash_seed(seed: bytes) -> None:
    """From now on the addresses of files are made from their content and this."""
    processing_utils.hash_seed = seed


def share_files(page: gr.Blocks, written: set[str]) -> None:
    """Let Gradio add the files that it is sent to this set, and delete from it."""
    page.upload_file_set = written
    page.temp_file_sets = [written]


# --- the queue and what is remembered ------------------------------------------------------------


def waiting(page: gr.Blocks) -> int:
    """Requests in the queue."""
    return len(page._queue)


def most_waiting(page: gr.Blocks) -> int | None:
    """Requests that may be in the queue; None without a limit."""
    return page._queue.max_size


def served_now(page: gr.Blocks) -> int:
    """Requests that are being worked on."""
    return page._queue.get_active_worker_count()


def forget(page: gr.Blocks, visit: str) -> None:
    """Drop what Gradio remembers of a visit: values of `gr.State`, answers nobody has fetched."""
    holder, queue = getattr(page, "state_holder", None), page._queue
    if holder is not None:
        holder.session_data.pop(visit, None)
        holder.time_last_used.pop(visit, None)
    if queue.pending_event_ids_session.get(visit):
        return  # somebody waits for an answer still
    queue.pending_messages_per_session.pop(visit, None)
    queue.pending_event_ids_session.pop(visit, None)


# --- events --------------------------------------------------------------------------------------


def sent_with(event: gr.EventData) -> Any:
    """What the browser sent with an event: any JSON."""
    return event._data


def event_name(function: "BlockFunction") -> str:
    """What a request asks for: the endpoint's or the handler's name."""
    name = function.api_name or getattr(function.fn, "__name__", None)
    return str(name or "event")


# --- widgets -------------------------------------------------------------------------------------


class WithoutStub(type(gr.Image)):  # type: ignore[misc]  # mypy does not follow computed bases
    """The metaclass for a component of our own, which writes no file beside its source."""

    def __new__(mcs, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
        return ABCMeta.__new__(mcs, name, bases, members)
