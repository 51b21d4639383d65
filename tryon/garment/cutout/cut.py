"""Cutting a garment out of its picture: which pixels are garment, and clean colours for them.

Notable here:
- a picture with real transparency is taken at its word; a plain background (`cut_plain`) and any
  other (`cut_scene`) are cut on small copies, then edges and colours are found at the picture's
  own resolution (`matting`).
- on any but a plain background a network's view of it (`reader`) has a say, too.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.types import Photo
from tryon.garment.cutout.matting import bleed, refine_alpha
from tryon.garment.cutout.plain import plain_mask
from tryon.garment.cutout.scene import scene_mask, settled

SEEN_ALONE = 0.85  # agreement from which a network is believed where colours show nothing
SURE, SURE_NOT = 200, 55  # of 255: what the network is certain of
OPAQUE_PART = 0.985  # a picture this opaque has no useful alpha


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


def cut_out(photo: Photo, seen: np.ndarray | None = None) -> Cutout | None:
    """The garment in a picture, None if nothing stands out from the background.

    seen: (H, W) uint8, the probability of garment times 255 as a network sees it; None = colours
    alone decide.
    """
    given = _given_alpha(photo)
    if given is not None:
        return Cutout(given, bleed(photo.pixels, given), 1.0, "alpha")
    plain = plain_mask(photo.pixels)
    if plain is not None:
        mask, confidence = plain
        source = "plain"
    else:
        found = scene_mask(photo.pixels)
        if seen is not None:
            found = _both(photo.pixels, found, seen)
        if found is None:
            return None
        mask, confidence = found
        source = "scene"
    if not mask.any():
        return None
    alpha = refine_alpha(photo.pixels, mask)
    return Cutout(alpha, bleed(photo.pixels, alpha), confidence, source)


def _both(
    pixels: np.ndarray, found: tuple[np.ndarray, float] | None, seen: np.ndarray
) -> tuple[np.ndarray, float] | None:
    """Mask and confidence from a cut by colour (None = nothing stands out) and a network's view."""
    mask = settled(pixels, None if found is None else found[0], seen)
    view = cv2.resize(seen, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_AREA)
    union = mask | (view > 127)
    if not union.any():
        return found
    # what is in between counts against it, as does what the two do not share
    sure = np.where(mask, view > SURE, view < SURE_NOT)
    agreement = float((mask & (view > 127)).sum() / union.sum())
    agreement *= float(sure[union].mean()) ** 0.5
    if found is None:
        return (mask, 0.8 * agreement) if agreement > SEEN_ALONE else None
    return mask, float(np.clip(0.5 * found[1] + 0.5 * agreement, 0, 0.97))


def has_alpha(photo: Photo) -> bool:
    """True where a picture's transparency already cuts something out."""
    return _given_alpha(photo) is not None


def _given_alpha(photo: Photo) -> np.ndarray | None:
    if photo.alpha is None:
        return None
    opaque = float((photo.alpha >= 128).mean())
    return photo.alpha if 0.005 < opaque < OPAQUE_PART else None
