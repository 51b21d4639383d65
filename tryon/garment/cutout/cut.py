"""Photo -> Cutout: which pixels are garment, and clean colours for them.

Notable here:
- a picture with real transparency is believed; a plain background (`plain`) and any other
  (`scene`) are cut on small copies, then edges and colours are found at the picture's own
  resolution (`matting`).
- on a background that is not plain, what a network sees (`garment/reader.py`) counts, too.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.arrays import Alpha, Mask, Pixels
from tryon.core.masks import COVERED
from tryon.core.types import Photo
from tryon.garment.cutout.matting import bleed, refine_alpha
from tryon.garment.cutout.plain import plain_mask
from tryon.garment.cutout.scene import SEEN, SEEN_SURELY, scene_mask, settled

# Transparency: of the picture, the part that is opaque. Less is an empty picture, more is none.
OPAQUE_PART = (0.005, 0.985)

# Colour and network weighed against each other.
SEEN_HARDLY = 55  # of 255: below this the network is sure that it is no garment
SEEN_ALONE = 0.85  # agreement, 0..1, from which a network is believed where colours show nothing
ALONE_TRUST = 0.8  # of that agreement: the confidence then
MOST_CONFIDENT = 0.97  # nothing cut out of a scene is surer than that


@dataclass(frozen=True, eq=False)
class Cutout:
    """A garment's pixels.

    alpha: 255 = garment. pixels: the picture with the garment's own colours continued beyond its
    edge. confidence: 0..1. source: "alpha", "plain" or "scene".
    """

    alpha: Alpha
    pixels: Pixels
    confidence: float
    source: str


def cut_out(photo: Photo, seen: Alpha | None = None) -> Cutout | None:
    """The garment in a picture, None if nothing stands out from the background.

    seen: the probability of garment times 255 as a network sees it; None = colours alone decide.
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
    pixels: Pixels, found: tuple[Mask, float] | None, seen: Alpha
) -> tuple[Mask, float] | None:
    """Mask and confidence from a cut by colour (None = nothing stands out) and what a network has
    seen."""
    mask = settled(pixels, None if found is None else found[0], seen)
    view = cv2.resize(seen, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_AREA)
    union = mask | (view >= SEEN)
    if not union.any():
        return found
    # Pixels the network is unsure of lower the agreement, and so do those only one of the two has.
    sure = np.where(mask, view > SEEN_SURELY, view < SEEN_HARDLY)
    agreement = float((mask & (view >= SEEN)).sum() / union.sum())
    agreement *= float(sure[union].mean()) ** 0.5
    if found is None:
        return (mask, ALONE_TRUST * agreement) if agreement > SEEN_ALONE else None
    return mask, float(np.clip(0.5 * found[1] + 0.5 * agreement, 0, MOST_CONFIDENT))


def has_alpha(photo: Photo) -> bool:
    """True where a picture's transparency already cuts something out."""
    return _given_alpha(photo) is not None


def _given_alpha(photo: Photo) -> Alpha | None:
    if photo.alpha is None:
        return None
    opaque = float((photo.alpha >= COVERED).mean())
    return photo.alpha if OPAQUE_PART[0] < opaque < OPAQUE_PART[1] else None
