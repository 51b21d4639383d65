"""Widgets of our own: files that arrive as they were sent, and HTML that reports choices.

Notable here:
- Gradio rebuilds a component from its class whenever its value is set from a handler, so what must
  hold for every visit has to be in the class, not in the instance.
"""

import re
from pathlib import Path
from typing import Any

import gradio as gr

from tryon.core.errors import TryOnError
from tryon.page.look.fragments import SCRIPT
from tryon.page.serving.gradio_internals import ImageData, WithoutStub

# "http:", "file:", …, but not the drive letter of a Windows path
_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]+:", re.IGNORECASE)


class PictureFile(gr.Image, metaclass=WithoutStub):
    """A picture widget whose value is the path of the file as it was sent.

    Gradio would open it with Pillow first, to turn and convert it: pixels would change, and a bad
    file would fail with Pillow's words. `tryon.read_photo` does all of that better. Gradio would
    also fetch a picture whose "path" is a web address; this page calls nobody.
    """

    is_template = True  # the browser shows it as its base class, an image

    def preprocess(self, payload: ImageData | None) -> str | None:
        return payload.path if payload else None

    async def async_move_resource_to_block_cache(self, path: str | Path | None) -> str | None:
        if _ADDRESS.match(str(path)):
            raise gr.Error(f"{TryOnError('unreadable_image')} (unreadable_image)")
        return await super().async_move_resource_to_block_cache(path)


class Files(gr.File, metaclass=WithoutStub):
    """A box for files, whose value is their paths.

    Gradio would make an empty file beside each, which nobody deletes. What is in the files is
    looked at by whoever opens them.
    """

    is_template = True

    def _process_single_file(self, f: gr.FileData) -> Any:
        return f.path


class FileButton(gr.UploadButton, metaclass=WithoutStub):
    """A button that asks for a file; as `Files` otherwise."""

    is_template = True

    def _process_single_file(self, f: gr.FileData) -> Any:
        return f.path


def picture_file(**options: Any) -> PictureFile:
    """A `PictureFile` to upload, photograph or paste into."""
    return PictureFile(
        type="filepath",
        image_mode=None,
        sources=["upload", "webcam", "clipboard"],
        buttons=[],
        **options,
    )


def html(value: str, **options: Any) -> gr.HTML:
    """HTML in the page's own style; choices made in it are reported as `select`."""
    return gr.HTML(value, js_on_load=SCRIPT, apply_default_css=False, **options)
