"""Arguments that several commands take: what they are called and which values they may have."""

from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeAlias

import typer

LEAST_SIDE = 128  # pixels: smaller photos are not accepted


class Size(NamedTuple):
    """A size of photos: as it was written ("768x1024"), and as (height, width) in pixels."""

    name: str
    pixels: tuple[int, int]


def positive(value: str | int) -> int:
    """A whole number above 0. ValueError for anything else."""
    text = str(value)  # a default comes as a number
    if not text.isdigit() or int(text) < 1:
        raise ValueError(f"{text!r} is not a whole number above 0")
    return int(text)


def size(text: str) -> Size:
    """The size "768x1024" (width first). ValueError for anything else."""
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and min(int(width), int(height)) >= LEAST_SIDE):
        raise ValueError(f"{text!r} is not a size such as 768x1024")
    return Size(text, (int(height), int(width)))


Language: TypeAlias = Literal["en", "zh"]

AskedLanguage = Annotated[Language, typer.Option("--lang", help="Language of the answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
GarmentKind = Annotated[
    Literal["upper", "lower", "dress"] | None,
    typer.Option("--kind", help="Kind of garment; found out if left out."),
]
Cache = Annotated[
    Path | None,
    typer.Option("--cache", metavar="DIR", help="Folder that keeps the analysis of bodies."),
]
