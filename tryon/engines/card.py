"""The graphics card: its memory, whose turn it is, what the engines that need one have in common.

Notable here:
- one job a card, first come first served: two diffusion models at once need twice the memory and
  neither is done sooner.
- who waits is told how many are ahead, and how long that took on average so far; before the first
  job is done nothing is promised.
"""

import gc
import importlib.util
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from tryon.core.errors import Note, TryOnError
from tryon.engines import store
from tryon.engines.engine import About, Progress, Step, Stop, StoppedError, ignore, never

log = logging.getLogger(__name__)

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


class OnCard:
    """What engines of a published package have in common; each adds `__call__`, `_own`,
    `_maker` and `_made`.

    On the processor a picture takes many minutes, so without a card it is not `ready`, unless
    `on_processor` says that this is meant.
    """

    about: ClassVar[About]
    packages: ClassVar[tuple[str, ...]]
    """What must be installed, by the names under which it is imported."""

    def __init__(
        self, device: str = "cuda", weights: Path | None = None, on_processor: bool = False
    ) -> None:
        """device: "cuda" or "cpu". weights: its folder; None = where `tryon weights fetch` puts
        it."""
        self.device = device
        self._weights = weights
        self.on_processor = on_processor
        self._pipeline: Any = None

    def ready(self) -> Note | None:
        """As `Engine.ready`."""
        title = {"engine": self.about.title}
        too_small = self.device == "cpu" or card_memory() < self.about.memory
        if too_small and not self.on_processor:
            return Note("engine_no_card", {**title, "memory": f"{self.about.memory:g}"})
        for package in self.packages:
            if importlib.util.find_spec(package) is None:
                return Note("engine_not_installed", {**title, "package": package})
        if self._pipeline is None and self._paths() is None:
            return Note("engine_weights_missing", {**title, "name": self.about.name})
        return None

    def load(self) -> None:
        """Load it now, if it is not. Raises TryOnError with a sentence."""
        if self._pipeline is not None:
            return
        title = {"engine": self.about.title}
        paths = self._paths()
        if paths is None:
            raise TryOnError("engine_weights_missing", **title, name=self.about.name)
        maker = self._maker()
        try:
            with store.as_folder(paths) as folder:
                self._pipeline = self._made(maker, folder)
        except Exception as error:  # whatever safetensors, torch and the package call it
            if is_out_of_memory(error):
                raise
            why = str(error).strip().split("\n")[0][:120] or type(error).__name__
            log.warning("%s cannot be loaded", self.about.title, exc_info=error)
            raise TryOnError(
                "engine_weights_damaged", **title, name=self.about.name, why=why
            ) from error

    def not_installed(self, package: str) -> TryOnError:
        """The error that says so."""
        return TryOnError("engine_not_installed", engine=self.about.title, package=package)

    def _paths(self) -> dict[str, Path] | None:
        """Place -> file of the weights; None if they are not all there."""
        return store.found(self.about.name) if self._weights is None else self._own(self._weights)

    def _own(self, folder: Path) -> dict[str, Path] | None:
        """The same of a folder that was named."""
        raise NotImplementedError

    def _maker(self) -> Any:
        """What makes the pipeline: the package is imported. Raises `not_installed`."""
        raise NotImplementedError

    def _made(self, maker: Any, folder: Path) -> Any:
        """The pipeline with its weights, on its device; any exception is "damaged"."""
        raise NotImplementedError
