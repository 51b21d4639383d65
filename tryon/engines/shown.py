"""What an engine is shown: the person cut out of the photo at its size, the garment on white.

Notable here:
- a person who is small in the photo is shown large: engines have a few hundred pixels a side, and
  all of them should be of use. `View` is a `Fit`, so what was cut out goes back where it was.
- of a garment, only the cut-out is shown, on white, also of one that somebody else wore: the
  engines take it for a picture from a shop, and nobody else's face or background gets in.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from tryon.core.arrays import Mask, Pixels
from tryon.core.frame import Fit
from tryon.core.types import Garment, Person, Photo

ROOM = 0.06  # of the box's longer side: what is shown around the person
LARGEST = 3.0  # times that a small person is enlarged at most
GROUND = 255  # white, behind the garment
GARMENT_ROOM = 0.05  # of its longer side: white around the garment
LEAST_SIDE = 64  # pixels: smaller pictures are refused by diffusers


@dataclass(frozen=True)
class View:
    """The part of a photo that an engine sees, at the size it sees it."""

    fit: Fit

    @classmethod
    def around(
        cls, person: Person, region: Mask, most: tuple[int, int], multiple: int = 1
    ) -> "View":
        """The person and everything that may change.

        most: height and width in pixels that the view fits into. multiple: of which both its sides
        are; where the photo ends before the view does, its edge is repeated.
        """
        x0, y0, x1, y1 = _box(person, region)
        scale = min(most[0] / (y1 - y0), most[1] / (x1 - x0), LARGEST)
        size = (
            _multiple((y1 - y0) * scale, multiple, most[0]),
            _multiple((x1 - x0) * scale, multiple, most[1]),
        )
        return cls(Fit.crop(person.photo.size, (x0, y0, x1, y1), size))

    def picture(self, photo: Photo) -> Image.Image:
        """The photo as the engine sees it, RGB."""
        return Image.fromarray(self.fit.image(photo.pixels, border=None))

    def mask(self, region: Mask) -> Image.Image:
        """A mask as the engine sees it, white where it is True."""
        return Image.fromarray(self.fit.mask(region).astype(np.uint8) * 255)

    def back(self, picture: Image.Image, photo: Photo) -> Photo:
        """The engine's picture, of whatever size it made it, laid over the photo."""
        height, width = self.fit.canvas_size
        pixels = np.asarray(picture.convert("RGB"))
        if pixels.shape[:2] != (height, width):
            enlarging = pixels.shape[0] < height
            how = cv2.INTER_LANCZOS4 if enlarging else cv2.INTER_AREA
            pixels = cv2.resize(pixels, (width, height), interpolation=how)
        painted = self.fit.unimage(np.ascontiguousarray(pixels), border=None)
        seen = self.fit.unimage(np.full((height, width), 255, np.uint8)) > 127
        return Photo(np.where(seen[..., None], painted, photo.pixels))


def garment_picture(garment: Garment, most: tuple[int, int]) -> Image.Image:
    """The cut-out garment on white, RGB, fitting into `most` (height, width) pixels."""
    x, y, w, h = cv2.boundingRect((garment.alpha > 0).astype(np.uint8))
    if not w:
        x, y, (h, w) = 0, 0, garment.photo.size
    share = garment.alpha[y : y + h, x : x + w, None].astype(np.float32) / 255
    cut = garment.photo.pixels[y : y + h, x : x + w]
    pixels = (share * cut + (1 - share) * GROUND + 0.5).astype(np.uint8)
    room = round(GARMENT_ROOM * max(w, h))
    white = (GROUND, GROUND, GROUND)
    pixels = cv2.copyMakeBorder(
        pixels, room, room, room, room, cv2.BORDER_CONSTANT, value=white
    ).astype(np.uint8)
    return Image.fromarray(_sized(pixels, most))


def _sized(pixels: Pixels, most: tuple[int, int]) -> Pixels:
    """Made to fit into `most`; made larger only if a side is shorter than LEAST_SIDE."""
    height, width = pixels.shape[:2]
    scale = min(most[0] / height, most[1] / width, 1.0)
    scale = max(scale, LEAST_SIDE / min(height, width))
    if scale == 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(pixels, size, interpolation=how).astype(np.uint8)


def _box(person: Person, region: Mask) -> tuple[int, int, int, int]:
    """Edges of the person and the region with room around them, inside the photo."""
    height, width = person.photo.size
    x0, y0, x1, y1 = (float(edge) for edge in person.box)
    if region.any():
        x, y, w, h = cv2.boundingRect(region.astype(np.uint8))
        x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x + w), max(y1, y + h)
    room = ROOM * max(x1 - x0, y1 - y0)
    left, right = max(0, math.floor(x0 - room)), min(width, math.ceil(x1 + room))
    top, bottom = max(0, math.floor(y0 - room)), min(height, math.ceil(y1 + room))
    if right - left < 2 or bottom - top < 2:  # a box that is not in the photo
        return 0, 0, width, height
    return left, top, right, bottom


def _multiple(side: float, multiple: int, most: int) -> int:
    """The nearest multiple of it, at most `most`; at least LEAST_SIDE unless `multiple` is 1."""
    least = LEAST_SIDE if multiple > 1 else 1
    highest = max(most // multiple * multiple, multiple)
    return min(max(round(side / multiple) * multiple, least), highest)
