"""Tryon: a virtual fitting room. See yourself in a garment, in about a second, on your own CPU.

>>> from tryon import TryOn, read_photo, TryOnError
>>> tryon = TryOn.load()
>>> result = tryon("me.jpg", "jacket.png")
"""

from typing import TYPE_CHECKING, Any

from tryon.core.errors import TryOnError

if TYPE_CHECKING:
    from tryon.core.image import read_photo
    from tryon.core.types import Result
    from tryon.pipeline import TryOn

__version__ = "0.1.0"
__all__ = ["Result", "TryOn", "TryOnError", "__version__", "read_photo"]

# Loaded when first asked for: `import tryon` and `python -m tryon --help` stay instant.
_HOMES = {"TryOn": "tryon.pipeline", "read_photo": "tryon.core.image", "Result": "tryon.core.types"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tryon' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
