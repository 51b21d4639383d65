"""Pictures and tables on their way to the browser: previews, lossless PNG, the lab's zip.

Notable here:
- files go straight into Gradio's temporary folder, each into a folder of its own with a random
  name: nobody can guess another visitor's address. When they go is said in `privacy.py`.
- what is written is pixels only: no camera data, no place, no date.
"""

import csv
import io
import re
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.core.arrays import Pixels
from tryon.core.image import encode_photo
from tryon.core.types import Photo
from tryon.page.serving.gradio_internals import get_upload_folder
from tryon.page.serving.privacy import Visits

PREVIEW_SIDE_PX = 1600
PREVIEW_JPEG_QUALITY = 93


class Tray:
    """Where files are put for the browser.

    written: their paths, for Gradio to delete when they are old and when the page is closed.
        (Of itself it forgets the files of widgets that a handler has changed.)
    visits: learns of each file as well, so that it goes with its visit; None outside a server.
    """

    def __init__(self) -> None:
        self.written: set[str] = Written()
        self.visits: Visits | None = None

    def png(self, pixels: Pixels, name: str = "tryon") -> str:
        """The path of a lossless PNG."""
        return self._put(name, ".png", encode_photo(Photo(pixels)))

    def jpeg(self, pixels: Pixels, name: str = "tryon") -> str:
        """The path of a JPEG of the same size, small enough to be sent on."""
        return self._put(name, ".jpg", encode_photo(Photo(pixels), "JPEG"))

    def preview(self, pixels: Pixels, name: str, side: int = PREVIEW_SIDE_PX) -> str:
        """The path of a JPEG for looking at, its longer side at most that many pixels."""
        scale = side / max(pixels.shape[:2])
        if scale < 1:
            small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            pixels = np.asarray(small, np.uint8)
        options = [
            cv2.IMWRITE_JPEG_QUALITY, PREVIEW_JPEG_QUALITY,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
        ]  # fmt: skip
        _, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
        return self._put(name, ".jpg", data.tobytes())

    def copy(self, source: Path) -> str:
        """The path of a copy of one of our own pictures, where Gradio may serve it."""
        return self._put(source.stem, source.suffix, source.read_bytes())

    def zip(self, pictures: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
        """The path of a zip with the pictures and `prompts.csv`.

        pictures: paths. rows: the lines of the table, at least one, all with the same keys.
        """
        table = io.StringIO()
        writer = csv.DictWriter(table, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
        path = self._new_path("tryon-prompts", ".zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:  # PNGs do not shrink
            for picture in pictures:
                archive.write(picture, Path(picture).name)
            # The mark in front tells spreadsheets that the text is UTF-8, so Chinese survives.
            archive.writestr("prompts.csv", "\ufeff" + table.getvalue())
        return str(path)

    def clear(self) -> None:
        """Delete everything at once, as when the program ends."""
        for path in map(Path, self.written):
            path.unlink(missing_ok=True)
            with suppress(OSError):  # not empty, or somebody else's
                path.parent.rmdir()
        self.written.clear()

    def _put(self, name: str, suffix: str, data: bytes) -> str:
        path = self._new_path(name, suffix)
        path.write_bytes(data)
        return str(path)

    def _new_path(self, name: str, suffix: str) -> Path:
        folder = Path(get_upload_folder()) / secrets.token_hex(20)
        folder.mkdir(parents=True)
        path = folder / f"{name}{suffix}"
        self.written.add(str(path))
        if self.visits is not None:
            self.visits.claim(str(path))
        return path


class Written(set[str]):
    """A set that may grow while it is walked through, as Gradio's cleaning does."""

    def __iter__(self) -> Iterator[str]:
        return iter(frozenset(self))


def file_name(number: int, text: str) -> str:
    """A file name from a description: "03-navy-striped-top"."""
    words = re.sub(r"[^\w]+", "-", text.lower()).strip("-")[:48]
    return f"{number:02d}-{words or 'picture'}"


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made plain."""
    dangerous = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return "'" + value if dangerous else value
