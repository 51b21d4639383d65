"""What the house lends: sample people and the garments of the gallery, and their thumbnails.

Notable here:
- an `Item` is a card on the page. The pictures behind the cards stay where they are; a visitor
  names one by its identifier, never by a path.
- thumbnails are served by `routes` under short addresses, so no path of this machine appears in
  the page. Those of people are made when first asked for and kept in memory.
"""

import json
import mimetypes
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tryon.core.arrays import Pixels
from tryon.core.image import read_photo
from tryon.core.places import ASSETS

if TYPE_CHECKING:
    from tryon.garment.gallery import Gallery

PORTRAIT_HEIGHT_PX = 256  # shown at most 100 CSS pixels high, on screens of any density
WEBP_QUALITY = 82
KEEP_SECONDS = 86400  # how long a browser may keep a thumbnail
HEADERS = {"Cache-Control": f"public, max-age={KEEP_SECONDS}"}
EXAMPLE = "p007-park", "top-breton"  # who wears what, before a visitor has chosen anything
EXAMPLE_HEIGHT_PX = 720


@dataclass(frozen=True)
class Item:
    """A card: its name in both languages, its picture, the shelf it is on.

    thumbnail: a small picture to serve as it is; None to make one of the picture.
    category, audience: of a garment, as in `tryon.garment.gallery`.
    """

    identifier: str
    name: Mapping[str, str]
    path: Path
    shelf: str  # "people" or "garments"
    thumbnail: Path | None = None
    category: str = ""
    audience: str = ""

    @property
    def address(self) -> str:
        """Where the browser finds its thumbnail, relative to the page."""
        return f"stock/{self.shelf}/{self.identifier}"


def sample_people(index: Path = ASSETS / "people.json") -> tuple[Item, ...]:
    """The people to borrow, in the order of their index; none if there is no index."""
    if not index.is_file():
        return ()
    return tuple(
        Item(entry["id"], entry["name"], index.parent / entry["file"], "people")
        for entry in json.loads(index.read_text(encoding="utf-8"))
    )


def wardrobe(gallery: "Gallery") -> tuple[Item, ...]:
    """A gallery's garments as cards; plain ones, made to be dyed, last."""
    return tuple(
        Item(
            item.identifier,
            item.name,
            item.path,
            "garments",
            item.thumbnail,
            item.category,
            item.audience,
        )
        for item in sorted(gallery.items, key=lambda item: item.template)
    )


def routes(items: Sequence[Item], example: "Example | None" = None) -> list[Route]:
    """Addresses of the thumbnails: /stock/people/ID, /stock/garments/ID, /stock/example/SIDE."""
    known = {item.address: item for item in items}

    def picture(request: Request) -> Response:
        if example is not None and request.path_params["shelf"] == "example":
            picture = example.side(request.path_params["identifier"])
            if picture is None:
                return Response("Not found", status_code=404)
            return Response(picture, media_type="image/webp", headers=HEADERS)
        item = known.get("stock/{shelf}/{identifier}".format_map(request.path_params))
        if item is None:
            return Response("Not found", status_code=404)
        headers = HEADERS
        if item.thumbnail is None:
            return Response(_portrait(item.path), media_type="image/webp", headers=headers)
        body, kind = item.thumbnail.read_bytes(), mimetypes.guess_type(item.thumbnail.name)[0]
        return Response(body, media_type=kind, headers=headers)

    return [Route("/stock/{shelf}/{identifier}", picture)]


class Example:
    """One of the sample people before and after a try-on, made when first asked for.

    tryon: anything that is called as a `TryOn` is and has a gallery.
    """

    def __init__(self, tryon: Any, people: Sequence[Item]) -> None:
        self._tryon = tryon
        self._people = people
        self._lock = threading.Lock()
        self._sides: dict[str, bytes] = {}

    def side(self, side: str) -> bytes | None:
        """ "before" or "after" as a WebP; None if there is no such picture."""
        if side not in ("before", "after") or not self._people:
            return None
        with self._lock:
            if not self._sides:
                self._sides = self._made()
        return self._sides.get(side)

    def _made(self) -> dict[str, bytes]:
        person = next((one for one in self._people if EXAMPLE[0] in one.path.name), self._people[0])
        items = self._tryon.gallery.items
        garment = next((item for item in items if item.identifier == EXAMPLE[1]), items[0])
        photo = read_photo(person.path)
        result = self._tryon(photo, self._tryon.gallery.garment(garment), "")
        return {"before": _webp(photo.pixels), "after": _webp(result.photo.pixels)}


def _webp(pixels: Pixels) -> bytes:
    size = (round(pixels.shape[1] * EXAMPLE_HEIGHT_PX / pixels.shape[0]), EXAMPLE_HEIGHT_PX)
    small = cv2.resize(pixels[..., ::-1], size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, WEBP_QUALITY])
    return data.tobytes()


@lru_cache(maxsize=256)
def _portrait(path: Path) -> bytes:
    """A small WebP of a photo."""
    photo = read_photo(path)
    size = (max(1, round(photo.width * PORTRAIT_HEIGHT_PX / photo.height)), PORTRAIT_HEIGHT_PX)
    small = cv2.resize(photo.pixels[..., ::-1], size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, WEBP_QUALITY])
    return data.tobytes()
