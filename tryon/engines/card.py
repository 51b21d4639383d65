"""The graphics card: whether there is one, how much memory it has, and whose turn it is.

Notable here:
- one job a card, first come first served: two diffusion models at once need twice the memory and
  neither is done sooner.
- who waits is told how many are ahead, and how long that took on average so far; before the first
  job is done nothing is promised.
"""

import gc
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from tryon.engines.engine import Progress, Step, Stop, StoppedError, ignore, never

GIGABYTE = 1e9
LOOK_EVERY = 0.1  # seconds between two looks at `stop` while waiting
RECENT = 8  # jobs of which the average is taken


class Turnstile:
    """Lets one job through at a time, in the order they came; the same thread may nest turns."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()  # the first one is being worked on
        self._owner: int | None = None
        self._since = 0.0
        self._took: deque[float] = deque(maxlen=RECENT)

    @contextmanager
    def turn(self, progress: Progress = ignore, stop: Stop = never) -> Iterator[None]:
        """Wait for the turn, then hold it. Raises StoppedError if `stop` is True before it comes.

        progress: told "waiting" whenever the number of those ahead changes.
        """
        me = threading.get_ident()
        if self._owner == me:
            yield
            return
        self._wait(me, progress, stop)
        try:
            yield
        finally:
            with self._changed:
                self._took.append(time.monotonic() - self._since)
                self._owner = None
                self._line.popleft()
                self._changed.notify_all()

    @property
    def waiting(self) -> int:
        """How many wait, without the one whose turn it is."""
        return max(0, len(self._line) - 1)

    def seconds(self, ahead: int) -> float | None:
        """How long it will be until `ahead` jobs are done; None before any was."""
        took = tuple(self._took)
        if not took or not ahead:
            return None
        each = sum(took) / len(took)
        running = time.monotonic() - self._since if self._owner is not None else 0.0
        return max(0.0, each - running) + each * (ahead - 1)

    def _wait(self, me: int, progress: Progress, stop: Stop) -> None:
        ticket, told = object(), 0
        with self._changed:
            self._line.append(ticket)
        try:
            while True:
                with self._changed:
                    ahead = self._line.index(ticket)
                    if not ahead:
                        self._owner, self._since = me, time.monotonic()
                        return
                    if ahead == told:
                        self._changed.wait(LOOK_EVERY)
                # Outside the lock: what watches may itself be slow.
                if stop():
                    raise StoppedError
                if ahead != told:
                    told = ahead
                    progress(Step("waiting", ahead, seconds=self.seconds(ahead)))
        except BaseException:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()
            raise


_turnstiles: dict[str, Turnstile] = {}
_making = threading.Lock()


def turnstile(device: str) -> Turnstile:
    """That of a device ("cpu", "cuda", "cuda:1"); "cuda" is "cuda:0"."""
    name = "cuda:0" if device == "cuda" else device
    with _making:
        return _turnstiles.setdefault(name, Turnstile())


def card_memory() -> float:
    """GB of the first graphics card, 0 if there is none."""
    import torch

    if not torch.cuda.is_available():
        return 0.0
    return torch.cuda.get_device_properties(0).total_memory / GIGABYTE


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the graphics card ran out of memory (the processor's own is a MemoryError)."""
    return type(error).__name__ == "OutOfMemoryError" or "CUDA out of memory" in str(error)


def free_unused() -> None:
    """Give the card's memory that no tensor uses back to it."""
    gc.collect()
    torch = sys.modules.get("torch")  # who has not loaded it holds no memory of the card
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
