"""Cutting a garment out of its picture: which pixels are garment, and clean colours for them.

Notable here:
- a picture with real transparency is taken at its word; a plain background (`cut_plain`) and any
  other (`cut_scene`) are cut on small copies, then edges and colours are found at the picture's
  own resolution (`matting`).
"""

from dataclasses import dataclass

import numpy as np

from tryon.cut_plain import plain_mask
from tryon.cut_scene import scene_mask
from tryon.matting import bleed, refine_alpha
from tryon.types import Photo


@dataclass(frozen=True, eq=False)
class Cutout:
    """A garment's pixels.

    alpha: (H, W) uint8, 255 = garment. pixels: (H, W, 3) uint8, the picture with the garment's
    own colours continued beyond its edge. confidence: 0..1. source: "alpha", "plain" or "scene".
    """

    alpha: np.ndarray
    pixels: np.ndarray
    confidence: float
    source: str


def cut_out(photo: Photo) -> Cutout | None:
    """The garment in a picture, None if nothing stands out from the background."""
    given = _given_alpha(photo)
    if given is not None:
        return Cutout(given, bleed(photo.pixels, given), 1.0, "alpha")
    plain = plain_mask(photo.pixels)
    if plain is not None:
        mask, confidence = plain
        source = "plain"
    else:
        found = scene_mask(photo.pixels)
        if found is None:
            return None
        mask, confidence = found
        source = "scene"
    if not mask.any():
        return None
    alpha = refine_alpha(photo.pixels, mask)
    return Cutout(alpha, bleed(photo.pixels, alpha), confidence, source)


def has_alpha(photo: Photo) -> bool:
    """True where a picture's transparency already cuts something out."""
    return _given_alpha(photo) is not None


OPAQUE_PART = 0.985  # a picture this opaque has no useful alpha


def _given_alpha(photo: Photo) -> np.ndarray | None:
    if photo.alpha is None:
        return None
    opaque = float((photo.alpha >= 128).mean())
    return photo.alpha if 0.005 < opaque < OPAQUE_PART else None
