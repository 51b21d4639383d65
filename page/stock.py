"""What the house lends: sample people and the garments of the gallery, and their thumbnails.

Notable here:
- an `Item` is a card on the page. The pictures behind the cards stay where they are; a visitor
  names one by its identifier, never by a path.
- thumbnails are made when first asked for, kept in memory, and served by `routes` under short
  addresses, so no path of this machine appears in the page.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tryon.image import read_photo
from tryon.types import Kind
from tryon.vocabulary import OUTERWEAR_TYPES

ASSETS = Path(__file__).resolve().parent.parent / "assets"
THUMBNAIL_HEIGHT_PX = 360  # cards are at most 180 CSS pixels high, on a screen of density 2
WEBP_QUALITY = 82
KEEP_SECONDS = 86400  # how long a browser may keep a thumbnail

GROUPS = ("tops", "bottoms", "dresses", "outerwear")


@dataclass(frozen=True)
class Item:
    """A card: what it is called in both languages, its group, its picture."""

    identifier: str
    name: dict[str, str]
    path: Path
    shelf: str  # "people" or "garments"
    group: str = ""  # one of GROUPS for a garment

    @property
    def thumbnail(self) -> str:
        """The address of its thumbnail, relative to the page."""
        return f"stock/{self.shelf}/{self.identifier}.webp"


def sample_people(index: Path = ASSETS / "people.json") -> tuple[Item, ...]:
    """The people to borrow, in the order of their index; none if there is no index."""
    if not index.is_file():
        return ()
    return tuple(
        Item(entry["id"], entry["name"], index.parent / entry["file"], "people")
        for entry in json.loads(index.read_text(encoding="utf-8"))
    )


def wardrobe(gallery) -> tuple[Item, ...]:
    """The garments of a `tryon.gallery.Gallery` as cards."""
    return tuple(
        Item(
            item.identifier, item.name, item.path, "garments", group_of(item.kind, item.attributes)
        )
        for item in gallery.items
    )


def group_of(kind: Kind, attributes: dict[str, str]) -> str:
    """The rail of the shop a garment hangs on."""
    if attributes.get("type") in OUTERWEAR_TYPES:
        return "outerwear"
    return {Kind.UPPER: "tops", Kind.LOWER: "bottoms", Kind.DRESS: "dresses"}[kind]


def routes(items: Sequence[Item]) -> list[Route]:
    """Addresses of the thumbnails: /stock/people/ID.webp and /stock/garments/ID.webp."""
    known = {(item.shelf, item.identifier): item.path for item in items}

    def picture(request: Request) -> Response:
        path = known.get((request.path_params["shelf"], request.path_params["identifier"]))
        if path is None:
            return Response("Not found", status_code=404)
        headers = {"Cache-Control": f"public, max-age={KEEP_SECONDS}"}
        return Response(_thumbnail(path), media_type="image/webp", headers=headers)

    return [Route("/stock/{shelf}/{identifier}.webp", picture)]


@lru_cache(maxsize=1024)
def _thumbnail(path: Path) -> bytes:
    """A small WebP of a picture; a garment's transparency is kept."""
    photo = read_photo(path)
    channels = [photo.pixels[..., channel] for channel in (2, 1, 0)]
    if photo.alpha is not None:
        channels.append(photo.alpha)
    scale = THUMBNAIL_HEIGHT_PX / photo.height
    size = (max(1, round(photo.width * scale)), THUMBNAIL_HEIGHT_PX)
    small = cv2.resize(np.dstack(channels), size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, WEBP_QUALITY])
    return data.tobytes()
