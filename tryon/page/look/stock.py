"""What the house lends: sample people and the garments of the gallery, and their thumbnails.

Notable here:
- an `Item` is a card on the page. The pictures behind the cards stay where they are; a visitor
  names one by its identifier, never by a path.
- thumbnails are served by `routes` under short addresses, so no path of this machine appears in
  the page. Those of people are made when first asked for and kept in memory.
"""

import json
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tryon.core.image import read_photo
from tryon.core.places import ASSETS

if TYPE_CHECKING:
    from tryon.garment.gallery import Gallery

PORTRAIT_HEIGHT_PX = 256  # shown at most 100 CSS pixels high, on screens of any density
WEBP_QUALITY = 82
KEEP_SECONDS = 86400  # how long a browser may keep a thumbnail


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


def routes(items: Sequence[Item]) -> list[Route]:
    """Addresses of the thumbnails: /stock/people/ID and /stock/garments/ID."""
    known = {item.address: item for item in items}

    def picture(request: Request) -> Response:
        item = known.get("stock/{shelf}/{identifier}".format_map(request.path_params))
        if item is None:
            return Response("Not found", status_code=404)
        headers = {"Cache-Control": f"public, max-age={KEEP_SECONDS}"}
        if item.thumbnail is None:
            return Response(_portrait(item.path), media_type="image/webp", headers=headers)
        body, kind = item.thumbnail.read_bytes(), mimetypes.guess_type(item.thumbnail.name)[0]
        return Response(body, media_type=kind, headers=headers)

    return [Route("/stock/{shelf}/{identifier}", picture)]


@lru_cache(maxsize=256)
def _portrait(path: Path) -> bytes:
    """A small WebP of a photo."""
    photo = read_photo(path)
    size = (max(1, round(photo.width * PORTRAIT_HEIGHT_PX / photo.height)), PORTRAIT_HEIGHT_PX)
    small = cv2.resize(photo.pixels[..., ::-1], size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, WEBP_QUALITY])
    return data.tobytes()
