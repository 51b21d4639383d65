"""What the page asks of whatever puts garments on people: a `TryOn`, one that is being loaded, …"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from tryon.core.types import Garment, Kind, Person, Photo, Prompt, Result

if TYPE_CHECKING:
    from tryon.garment.gallery import Gallery


class TryOnLike(Protocol):
    """A `tryon.TryOn`, as far as the page uses it. A picture may be given as the path of its file.

    All but `gallery` raise TryOnError.
    """

    @property
    def gallery(self) -> "Gallery": ...

    def __call__(
        self,
        person: str | Photo | Person,
        garment: str | Photo | Garment | None = None,
        prompt: str = "",
        /,
        *,
        kind: str | Kind | None = None,
        seed: int = 0,
        which: int = 0,
    ) -> Result: ...

    def outfit(
        self,
        person: str | Photo | Person,
        garments: Sequence[str | Photo | Garment],
        prompt: str = "",
        /,
        *,
        seed: int = 0,
    ) -> Result: ...

    def analyse(self, person: str | Photo | Person, which: int = 0, /) -> Person: ...

    def describe(
        self, garment: str | Photo | Garment, kind: str | Kind | None = None, /
    ) -> Garment: ...

    def understand(self, text: str, /) -> Prompt: ...
