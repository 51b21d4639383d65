"""What an engine is: Person + Garment + Prompt + region -> a picture, with progress and a stop.

Notable here:
- an engine only paints. What it may be shown, where its picture is used, what lies in front and
  what is said when it fails is the same for all of them, see `refine.py`.
- nothing here, and no module of this room, imports a model's package before an engine is chosen
  and used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tryon.core.arrays import Mask
from tryon.core.errors import Note
from tryon.core.types import Garment, Kind, Person, Photo, Prompt


@dataclass(frozen=True)
class About:
    """What is to be known of an engine before it is chosen.

    name: as in `TryOn.load(engine=name)`. title: as visitors read it. licence: of code and weights.
    memory: GB of a graphics card that it needs, 0 = none. download: GB of weights.
    steps: how many it takes if nobody says. kinds: of garments. reads_words: whether what the words
    say reaches it besides the garment's picture.
    """

    name: str
    title: str
    licence: str
    memory: float = 0.0
    download: float = 0.0
    steps: int = 1
    kinds: tuple[Kind, ...] = tuple(Kind)
    reads_words: bool = False


BUILTIN = About("builtin", "Tryon", "Apache-2.0; its networks CC BY-NC-SA 4.0")
FASHN = About("fashn", "FASHN VTON 1.5", "Apache-2.0", memory=6, download=2.3, steps=30)
KLEIN = About(
    "klein", "FLUX.2 klein", "Apache-2.0", memory=13, download=16, steps=4, reads_words=True
)


@dataclass(frozen=True)
class Step:
    """How far an engine has come.

    what: "waiting" (for others on the same card; `done` = how many are ahead), "loading" or
    "painting" (`done` of `total` steps). seconds: how long this will take still, None = not known.
    """

    what: str
    done: int = 0
    total: int = 0
    seconds: float | None = None


Progress: TypeAlias = Callable[[Step], None]
Stop: TypeAlias = Callable[[], bool]
"""Asked before each step; True = stop now."""


class StoppedError(Exception):
    """Raised by an engine that was asked to stop."""


class Engine(Protocol):
    """Something that paints a garment on a person.

    It need not be safe to call from several threads: `refine` lets one job on a card at a time.
    """

    about: About

    def ready(self) -> Note | None:
        """None if it can be used now, else the sentence that says why not. Quick; loads nothing."""

    def __call__(
        self,
        person: Person,
        garment: Garment,
        prompt: Prompt,
        region: Mask,
        *,
        seed: int,
        steps: int,
        progress: Progress,
        stop: Stop,
    ) -> Photo:
        """The photo with the garment on, of the photo's size; only its pixels in `region` are used.

        region: of the photo, True where the picture may change. seed: any whole number; the same
            one gives the same picture on the same machine. steps: 1 or more.
        Raises StoppedError soon after `stop()` is True, TryOnError for a fault it has a sentence
        for; any other exception is "it failed".
        """


def ignore(step: Step) -> None:
    """Progress that nobody watches."""


def never() -> bool:
    """A stop that nobody presses."""
    return False
