"""Our own way as an engine: the garment's own pixels, laid on the body; no card, no download."""

from collections.abc import Callable
from typing import Any

from tryon.core.arrays import Mask
from tryon.core.errors import Note
from tryon.core.types import Garment, Person, Photo, Prompt, Result
from tryon.engines.engine import BUILTIN, Progress, Step, Stop, StoppedError, ignore, never


class Builtin:
    """dress: a garment, already designed as the words asked, on a person -> the finished photo."""

    about = BUILTIN

    def __init__(self, dress: Callable[[Person, Garment], Photo]) -> None:
        self._dress = dress

    def ready(self) -> Note | None:
        return None

    def __call__(
        self,
        person: Person,
        garment: Garment,
        prompt: Prompt,
        region: Mask,
        *,
        seed: int = 0,
        steps: int = 1,
        progress: Progress = ignore,
        stop: Stop = never,
    ) -> Photo:
        if stop():
            raise StoppedError
        photo = self._dress(person, garment)
        progress(Step("painting", 1, 1))
        return photo


class Previews:
    """A `TryOn` with an engine, as one without: our own picture, at once."""

    def __init__(self, tryon: Any) -> None:
        self._tryon = tryon

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tryon, name)

    def __call__(self, *arguments: Any, **options: Any) -> Result:
        result: Result = self._tryon(*arguments, **options, preview=True)
        return result
