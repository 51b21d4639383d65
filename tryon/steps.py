"""Steps of a request -> their seconds; a listener is told when one begins.

Notable here:
- who listens is known by the context (`contextvars`), so no step hands a callback on to the next,
  and two visitors who are served at once do not hear of each other.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def told(listener: Listener) -> Iterator[None]:
    """While this is open, `listener` gets the name of each step that begins in this context."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    """Add the seconds that a step takes to `seconds[step]`, and tell that it begins."""
    listener = _listener.get()
    if listener is not None:
        listener(step)
    started = time.perf_counter()
    yield
    seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - started
