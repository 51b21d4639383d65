"""The engines there are: a name -> the engine, and which one "auto" is.

Notable here:
- an engine's module is imported when it is chosen; a table of them needs none.
- `register` adds one of your own, see docs/engines.md.
"""

import os
from collections.abc import Callable
from importlib import import_module

from tryon.core.errors import TryOnError
from tryon.engines.card import card_memory
from tryon.engines.engine import BUILTIN, FASHN, KLEIN, About, Engine

Maker = Callable[[str], Engine]
"""device, "cpu" or "cuda" -> the engine; quick, loads nothing."""

AUTO = "auto"
BEST = "fashn"  # what "auto" takes where it can
MAY_FETCH = "TRYON_FETCH"  # environment variable: 1 = weights may be downloaded


def _fashn(device: str) -> Engine:
    return import_module("tryon.engines.fashn").Fashn(device)


def _klein(device: str) -> Engine:
    return import_module("tryon.engines.klein").Klein(device)


_makers: dict[str, tuple[About, Maker | None]] = {
    "builtin": (BUILTIN, None),
    "fashn": (FASHN, _fashn),
    "klein": (KLEIN, _klein),
}


def register(about: About, make: Maker) -> None:
    """Add an engine of your own under `about.name`. ValueError if the name is taken."""
    if about.name in _makers or about.name == AUTO:
        raise ValueError(f"there is an engine {about.name!r} already")
    _makers[about.name] = (about, make)


def engines() -> tuple[About, ...]:
    """All there are, ours first."""
    return tuple(about for about, _ in _makers.values())


def about(name: str, device: str | None = None) -> About:
    """What is known of the engine of that name; of "auto", of that which it is here.

    device: "cpu", "cuda" or None for what there is. Raises TryOnError("bad_argument").
    """
    if name == AUTO:
        name = best(device or ("cuda" if card_memory() else "cpu"))
    if name not in _makers:
        what = f'There is no engine "{name}"; use {", ".join(_makers)} or {AUTO}.'
        raise TryOnError("bad_argument", what=what)
    return _makers[name][0]


def load(name: str, device: str) -> Engine | None:
    """The engine of that name; None for our own way. Nothing heavy is loaded.

    device: "cpu" or "cuda". Raises TryOnError("bad_argument") for another name.
    """
    make = _makers[about(name, device).name][1]
    return None if make is None else make(device)


def best(device: str) -> str:
    """What "auto" is: FASHN on a card that is large enough, if its weights are there or may be
    fetched; else ours."""
    if device == "cpu" or card_memory() < _makers[BEST][0].memory:
        return BUILTIN.name
    make = _makers[BEST][1]
    reason = None if make is None else make(device).ready()
    if reason is None or (reason.code == "engine_weights_missing" and may_fetch()):
        return BEST
    return BUILTIN.name


def may_fetch() -> bool:
    """Whether whoever runs this allowed downloads. Visitors cannot."""
    return os.environ.get(MAY_FETCH, "").lower() in ("1", "true", "yes")
