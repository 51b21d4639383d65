"""The files in weights/: finding them, and saying plainly when one is missing or damaged."""

from pathlib import Path

from tryon.errors import TryOnError

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"


def path_of(name: str) -> Path:
    """The path of weights/NAME.

    Raises TryOnError("weights_missing") naming the file and the command that restores it.
    """
    path = WEIGHTS / name
    if not path.is_file():
        raise TryOnError("weights_missing", name=name)
    return path
