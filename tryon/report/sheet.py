"""Folder of people + folder of garments -> contact sheet: each person in each, on one picture.

Notable here:
- for looking at many results at once: people are rows, garments columns, what fails says why.
- a person is analysed once a row and a garment once a sheet.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tryon.core.errors import TryOnError
from tryon.core.frame import Fit
from tryon.core.image import read_photo
from tryon.core.types import Photo, Result

if TYPE_CHECKING:
    from tryon.pipeline import TryOn

Answer = TypeVar("Answer")

_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".avif", ".bmp", ".gif")

# The sheet, in pixels.
HEIGHT = 360  # of a tile
_SMALLEST = 32  # of a tile
_GAP = 6  # between tiles
_ASPECT = 3 / 4  # width of a tile by its height
_LONGEST = 30_000  # JPEG ends at 65,535, and memory before

# Words on it.
_INK, _PAPER, _FAINT, _RED = (34, 36, 42), (250, 249, 246), (236, 233, 226), (150, 40, 50)
_LONGEST_CAPTION = 28  # letters


def contact_sheet(
    tryon: "TryOn",
    people: Path,
    garments: Path,
    height: int = HEIGHT,
    limit: int | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> tuple[Photo, list[dict[str, str | float]]]:
    """The sheet, and for each try-on its person, garment, seconds, confidence or error code.

    tryon: what `TryOn.load` returns. people, garments: folders (or single pictures). height:
    pixels of a tile. limit: at most so many people and so many garments.
    Raises TryOnError("bad_argument") for a folder without pictures, or a sheet beyond all bounds.
    """
    wearers, clothes = list_pictures(people)[:limit], list_pictures(garments)[:limit]
    width = round(height * _ASPECT)
    rows, columns = len(wearers) + 1, len(clothes) + 1
    size = rows * (height + _GAP) + _GAP, columns * (width + _GAP) + _GAP
    if max(size) > _LONGEST or min(height, width) < _SMALLEST:
        raise TryOnError(
            "bad_argument",
            what=f"A sheet of {size[1]} x {size[0]} pixels cannot be made; use other limits.",
        )
    sheet = np.full((*size, 3), _PAPER, np.uint8)

    def put(row: int, column: int, tile: np.ndarray) -> None:
        y, x = _GAP + row * (height + _GAP), _GAP + column * (width + _GAP)
        sheet[y : y + height, x : x + width] = tile

    cloth = {path: _try(tryon.describe, path) for path in clothes}
    for column, path in enumerate(clothes, start=1):
        put(0, column, _tile(_try(read_photo, path), (height, width), _shown(path)))
    log = []
    for row, wearer in enumerate(wearers, start=1):
        put(row, 0, _tile(_try(read_photo, wearer), (height, width), _shown(wearer)))
        person = _try(tryon.analyse, wearer)
        for column, path in enumerate(clothes, start=1):
            garment = cloth[path]
            answer: Result | TryOnError
            if isinstance(person, TryOnError):
                answer = person
            elif isinstance(garment, TryOnError):
                answer = garment
            else:
                answer = _try(tryon, person, garment)
            entry: dict[str, str | float] = {"person": wearer.name, "garment": path.name}
            if isinstance(answer, TryOnError):
                entry["error"] = answer.code
                put(row, column, _tile(answer, (height, width)))
            else:
                entry["seconds"] = round(answer.seconds.get("total", 0.0), 3)
                entry["confidence"] = round(answer.confidence, 3)
                caption = f"{answer.confidence:.2f}"
                put(row, column, _tile(answer.photo, (height, width), caption))
            log.append(entry)
            progress(f"{wearer.name} + {path.name}: {entry.get('error', 'done')}")
    return Photo(sheet), log


def list_pictures(folder: Path) -> list[Path]:
    """The pictures of a folder by name, or the one picture given.

    Raises TryOnError("bad_argument") if there are none.
    """
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise TryOnError("bad_argument", what=f"There is no folder {folder.name}.")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES)
    if not found:
        raise TryOnError("bad_argument", what=f"There are no pictures in {folder.name}.")
    return found


def _try(function: Callable[..., Answer], *arguments: object) -> Answer | TryOnError:
    """What the function answers, or the TryOnError it raises."""
    try:
        return function(*arguments)
    except TryOnError as error:
        return error


def _shown(path: Path) -> str:
    """A file's name as a caption."""
    if len(path.stem) <= _LONGEST_CAPTION:
        return path.stem
    return path.stem[: _LONGEST_CAPTION - 1] + "…"


def _tile(content: Photo | TryOnError, size: tuple[int, int], caption: str = "") -> np.ndarray:
    if isinstance(content, TryOnError):
        return _words(content, size)
    # Over the whole tile where the shape is nearly the tile's; else with margins.
    fit = Fit.inside(content.size, size)
    tile = fit.image(content.pixels, border=_FAINT)
    return _captioned(tile, caption) if caption else tile


def _captioned(tile: np.ndarray, caption: str) -> np.ndarray:
    image = Image.fromarray(tile)
    draw = ImageDraw.Draw(image, "RGBA")
    font = ImageFont.load_default(_letters(tile.shape[0]))
    x0, y0, x1, y1 = draw.textbbox((0, 0), caption, font, anchor="lt")
    pad = 4
    bottom = tile.shape[0] - (y1 - y0) - 2 * pad
    draw.rectangle((0, bottom, x1 - x0 + 2 * pad, tile.shape[0]), fill=(255, 255, 255, 200))
    draw.text((pad, bottom + pad), caption, _INK, font, anchor="lt")
    return np.asarray(image)


def _words(error: TryOnError, size: tuple[int, int]) -> np.ndarray:
    height, width = size
    image = Image.new("RGB", (width, height), _FAINT)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(_letters(height) + 1)
    margin = round(width * 0.08)
    lines = _wrapped(error.message.split(), lambda text: font.getlength(text), width - 2 * margin)
    text = "\n".join([*lines, "", error.code])
    draw.multiline_text((margin, height / 2), text, _RED, font, anchor="lm", spacing=5)
    return np.asarray(image)


def _letters(height: int) -> int:
    """The size of letters on a tile of a height, both in pixels."""
    return max(10, round(height / 30))


def _wrapped(words: Sequence[str], length: Callable[[str], float], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and length(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
