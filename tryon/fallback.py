"""A `TryOn` on the graphics card that goes on with the processor when the card's memory is full.

Notable here: everything between the steps is numpy, so what the card has begun the processor can
finish; the result then says so. The second `TryOn` is loaded when it is first needed, and kept.
"""

import dataclasses
import gc
import logging
import threading
from collections.abc import Callable
from typing import Any

from tryon.core.errors import Note
from tryon.core.types import Result
from tryon.pipeline import TryOn, resolve_device

log = logging.getLogger(__name__)


def load(device: str | None = None) -> Any:
    """`TryOn.load`, on a graphics card with the processor behind it. Raises what that raises."""
    device = resolve_device(device)
    first = TryOn.load(device)
    return first if device == "cpu" else WithFallback(first, lambda: TryOn.load("cpu"))


class WithFallback:
    """Looks like its first `TryOn`; a call for which the card is too small goes to the second.

    device: of the first, for who asks how the server is.
    """

    device = "cuda"

    def __init__(self, first: Any, load_second: Callable[[], Any]) -> None:
        self._first = first
        self._load_second = load_second
        self._second: Any = None
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._first, name)

    def __call__(self, *arguments: Any, **options: Any) -> Result:
        """As `TryOn`; the result's remarks say so if the processor did it."""
        try:
            return self._first(*arguments, **options)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        result = self._processor()(*arguments, **options)
        return dataclasses.replace(result, remarks=(*result.remarks, Note("gpu_full")))

    def analyse(self, *arguments: Any, **options: Any) -> Any:
        return self._either("analyse", arguments, options)

    def describe(self, *arguments: Any, **options: Any) -> Any:
        return self._either("describe", arguments, options)

    def _either(self, method: str, arguments: tuple, options: dict[str, Any]) -> Any:
        try:
            return getattr(self._first, method)(*arguments, **options)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        return getattr(self._processor(), method)(*arguments, **options)

    def _processor(self) -> Any:
        """The `TryOn` on the processor. The failed call's tensors are freed first."""
        log.warning("the graphics card has no memory left; the processor takes over")
        gc.collect()
        with self._lock:
            if self._second is None:
                self._second = self._load_second()
            return self._second


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the graphics card ran out of memory (the processor's own is a MemoryError)."""
    return type(error).__name__ == "OutOfMemoryError" or "CUDA out of memory" in str(error)
