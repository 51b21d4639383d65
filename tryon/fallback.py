"""A `TryOn` on the graphics card that goes on with the CPU when memory is full.

Notable here:
- everything between the steps is numpy, so what the card has analysed the processor can use; the
  result then says so.
- the second `TryOn` is loaded when it is first needed, and kept.
"""

import dataclasses
import gc
import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from tryon.core.errors import Note
from tryon.core.types import Garment, Person, Prompt, Result
from tryon.engines.builtin import Previews
from tryon.engines.card import is_out_of_memory
from tryon.garment.gallery import Gallery
from tryon.outfit import dress
from tryon.pipeline import TryOn, resolve_device

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


def load(device: str | None = None, engine: str = "builtin") -> "TryOn | WithFallback":
    """`TryOn.load`, on a graphics card with the processor behind it. Raises what that raises."""
    device = resolve_device(device)
    first = TryOn.load(device, engine=engine)
    return first if device == "cpu" else WithFallback(first, lambda: TryOn.load("cpu"))


class WithFallback:
    """Looks like its first `TryOn`; a call for which the card is too small goes to the second.

    device: of the first, as the server's health check reports it.
    """

    device = "cuda"

    def __init__(self, first: TryOn, load_second: Callable[[], TryOn]) -> None:
        self._first = first
        self._load_second = load_second
        self._second: TryOn | None = None
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._first, name)

    @property
    def gallery(self) -> Gallery:
        return self._first.gallery

    def __call__(self, *arguments: Any, **options: Any) -> Result:
        """As `TryOn`; if the processor did it, a remark of the result says so."""
        try:
            return self._first(*arguments, **options)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        result = self._processor()(*arguments, **options)
        return dataclasses.replace(result, remarks=(*result.remarks, Note("gpu_full")))

    def outfit(self, *arguments: Any, **options: Any) -> Result:
        """As `TryOn.outfit`; each garment goes where there is memory for it."""
        result = dress(Previews(self), *arguments, **options)
        return self._first.refine(result, seed=int(options.get("seed", 0)))

    def analyse(self, *arguments: Any, **options: Any) -> Person:
        return self._either(lambda tryon: tryon.analyse(*arguments, **options))

    def describe(self, *arguments: Any, **options: Any) -> Garment:
        return self._either(lambda tryon: tryon.describe(*arguments, **options))

    def understand(self, text: str) -> Prompt:
        return self._first.understand(text)

    def _either(self, ask: Callable[[TryOn], Answer]) -> Answer:
        """The first one's answer, or the second's where the card is too small for it."""
        try:
            return ask(self._first)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        return ask(self._processor())

    def _processor(self) -> TryOn:
        """The `TryOn` on the processor. The failed call's tensors are freed first."""
        log.warning("the graphics card has no memory left; the processor takes over")
        gc.collect()
        with self._lock:
            if self._second is None:
                self._second = self._load_second()
            return self._second
