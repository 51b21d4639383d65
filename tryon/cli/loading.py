"""The fitting room with its models, loaded when a command needs it and not before."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tryon.pipeline import TryOn


def load_tryon(engine: str = "builtin") -> "TryOn":
    """The fitting room, models loaded. engine: who paints, see `tryon weights list`."""
    from tryon.pipeline import TryOn

    return TryOn.load(engine=engine)
