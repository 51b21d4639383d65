"""A card that is lent call by call (Hugging Face's "ZeroGPU"): engine -> the same engine on it.

Notable here:
- the card is there inside the marked function alone, which runs in a process forked for it. So an
  engine is loaded on the processor before, and moved to the card inside.
- only arrays and plain values cross over; progress and a stop cannot, so a stop is heard before and
  after the card is held.
- a Space that shows nobody a card must still have a marked function, or it does not start.
"""

import importlib
import os
from collections.abc import Callable
from typing import Any, Protocol

from tryon.core.arrays import Mask
from tryon.core.errors import Note
from tryon.core.types import Garment, Person, Photo, Prompt
from tryon.engines.engine import About, Engine, Progress, Step, Stop, StoppedError, ignore, never

SECONDS = {"fashn": 20, "klein": 40}  # that the card is asked for: moving there and painting
OTHERWISE = 60


class Movable(Engine, Protocol):
    """An engine that can be loaded in one place and go to another."""

    device: str

    def load(self) -> None: ...

    def move(self, device: str) -> None: ...


class Lent:
    """engine: loaded on the processor. mark: `spaces.GPU(duration=…)`. card: the device inside."""

    device = "lent"

    def __init__(
        self,
        engine: Movable,
        mark: Callable[[Callable[..., Photo]], Callable[..., Photo]],
        card: str = "cuda",
    ) -> None:
        self.about: About = engine.about
        self._engine = engine
        self._card = card
        self._paint = mark(self._on_card)

    def ready(self) -> Note | None:
        return self._engine.ready()

    def __call__(
        self,
        person: Person,
        garment: Garment,
        prompt: Prompt,
        region: Mask,
        *,
        seed: int,
        steps: int,
        progress: Progress = ignore,
        stop: Stop = never,
    ) -> Photo:
        progress(Step("loading"))
        self._engine.load()
        if stop():
            raise StoppedError
        photo = self._paint(person, garment, prompt, region, seed, steps)
        if stop():
            raise StoppedError
        progress(Step("painting", steps, steps))
        return photo

    def _on_card(
        self, person: Person, garment: Garment, prompt: Prompt, region: Mask, seed: int, steps: int
    ) -> Photo:
        self._engine.move(self._card)
        return self._engine(person, garment, prompt, region, seed=seed, steps=steps,
                            progress=ignore, stop=never)  # fmt: skip


def on_zero_gpu() -> bool:
    """Whether this is such a Space."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def join_zero_gpu() -> None:
    """Let such a Space start, also where our own way is all that is used.

    Our own try-on takes about as long as being lent the card would, so it stays on the processor
    there, and no visitor's quota is used.
    """
    if on_zero_gpu():
        _spaces().GPU(lent_card)


def lent_card() -> str:
    """The name of the card."""
    return str(importlib.import_module("torch").cuda.get_device_name())


def lent_engine(name: str) -> Lent | None:
    """The engine of that name on a card that is lent; None for our own way and for those that can
    not be moved."""
    from tryon.engines import registry

    engine: Any = registry.load(name, "cpu")
    if engine is None or not hasattr(engine, "move"):
        return None
    engine.on_processor = True  # where it is loaded, not where it paints
    return Lent(engine, _spaces().GPU(duration=SECONDS.get(name, OTHERWISE)))


def _spaces() -> Any:
    return importlib.import_module("spaces")
