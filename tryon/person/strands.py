"""Hair over a garment: which pixels are hair, strand by strand.

Notable here:
- a parser draws hair as a smooth shape. Where long hair lies over a light top that shape takes in a
  rim of the top, which would stay behind as a halo when the top is changed.
- near that border both colours are known from a little further in, hair on the one side, cloth on
  the other; how far a pixel's colour lies between them is its share of hair (compositing equation,
  Porter and Duff 1984, solved along the line between two known colours).
- where hair and cloth look alike, or the cloth has stripes or a print in the colour of the hair,
  nobody can say which is which, and nothing is changed.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.arrays import Labels
from tryon.core.fill import grow, masked_blur, spread
from tryon.core.masks import nearest_in
from tryon.core.types import Part, Person
from tryon.person.body import body_unit
from tryon.person.regions import TOPS, is_part

CLOTHES = (*TOPS, Part.DRESS)
BAND = 0.09  # body units to either side of the border between hair and cloth
WORK_LONG = 256  # longest side of the copy on which both colours are continued, pixels
APART = 40.0  # 8-bit levels between both colours, from which they can be told apart
SHADOW = 0.12  # what looks like so little hair is its shadow on the cloth
MOSTLY = 0.8  # share of hair from which a pixel is called hair
# Of the band's half width: how far inside of its border a colour is sure, and the standard
# deviation of what is near.
INSIDE, NEARBY = 0.5, 1.5
BEYOND = 1.2  # where no strand lies on the cloth
# Of the way from the cloth's colour to the hair's: what is farther is a pattern, and no fold; how
# much of plain cloth may be; and how much of the band must lie on plain cloth.
VARIES, MOST_OFF, MOSTLY_PLAIN = 0.5, 0.12, 0.5
SURE = 0.95  # of a small pixel


@dataclass(frozen=True, eq=False)
class Strands:
    """Inside a box of the photo. share: (h, w) float32 0..1, of hair; band: (h, w) bool, where that
    is known; hair, cloth: (h, w, 3) float32, the colours of both nearby."""

    box: tuple[slice, slice]
    share: np.ndarray
    band: np.ndarray
    hair: np.ndarray
    cloth: np.ndarray


def strands(person: Person) -> Strands | None:
    """How much of each pixel near the border between hair and clothes is hair; None without such a
    border."""
    radius = max(round(BAND * body_unit(person.landmarks)), 2)
    hair, cloth = person.parts == Part.HAIR, is_part(person.parts, *CLOTHES)
    border = grow(hair, 1) & cloth
    x, y, w, h = cv2.boundingRect(border.view(np.uint8))
    if w == 0:
        return None
    margin = 3 * radius
    box = (slice(max(y - margin, 0), y + h + margin), slice(max(x - margin, 0), x + w + margin))
    hair, cloth, border = hair[box], cloth[box], border[box]
    away = cv2.distanceTransform((~border).view(np.uint8), cv2.DIST_L2, 3)
    band = (away <= radius) & (hair | cloth)
    photo = person.photo.pixels[box]
    scale = min(1.0, WORK_LONG / max(hair.shape))
    size = (max(round(hair.shape[1] * scale), 1), max(round(hair.shape[0] * scale), 1))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.float32)

    def reduced(mask: np.ndarray) -> np.ndarray:
        return cv2.resize(mask.view(np.uint8) * np.float32(1), size, interpolation=cv2.INTER_AREA)

    def enlarged(values: np.ndarray) -> np.ndarray:
        return cv2.resize(values, hair.shape[::-1], interpolation=cv2.INTER_LINEAR)

    sure = [reduced(side & (away > INSIDE * radius)) for side in (hair, cloth)]
    if not all(one.any() for one in sure):
        return None
    known = [np.where(one < SURE, 0, one) for one in sure]
    colours = [spread(small, one) for one in known]
    beyond = reduced(cloth & (away > BEYOND * radius))
    plain = _plain(small, colours[0], known[1], beyond, NEARBY * radius * scale)
    if not plain[reduced(band) > 0.5].mean() > MOSTLY_PLAIN:
        return None
    band &= enlarged(plain.astype(np.float32)) > 0.5
    hair_colour, cloth_colour = (enlarged(one) for one in colours)
    line = hair_colour[band] - cloth_colour[band]
    length = np.maximum((line**2).sum(-1), 1.0)
    along = ((photo[band] - cloth_colour[band]) * line).sum(-1) / length
    share = np.zeros(hair.shape, np.float32)
    share[band] = np.clip((along - SHADOW) / (1 - SHADOW), 0, 1)
    band[band] = length > APART**2
    return Strands(box, share, band, hair_colour, cloth_colour)


def _plain(
    photo: np.ndarray, hair: np.ndarray, cloth: np.ndarray, beyond: np.ndarray, sigma: float
) -> np.ndarray:
    """(h, w) bool: where next to nothing of the cloth nearby is nearer to the hair's colour.

    photo, hair: (h, w, 3) float32, the picture and the hair's colour. cloth, beyond: (h, w)
    float32, how much of a pixel is surely cloth, and cloth without strands. sigma: pixels."""
    even = masked_blur(photo, cloth, sigma)
    line = hair - even
    off = ((photo - even) * line).sum(-1) > VARIES * np.maximum((line**2).sum(-1), 1.0)
    return masked_blur(off.astype(np.float32), beyond, sigma) < MOST_OFF


def stranded(person: Person) -> Labels:
    """The person's parts, with the border between hair and clothes drawn strand by
    strand."""
    found = strands(person)
    if found is None:
        return person.parts
    parts = person.parts.copy()
    inner = parts[found.box]
    nearest, _ = nearest_in(is_part(inner, *CLOTHES), 3)
    cloth = np.where(inner == Part.HAIR, inner.ravel()[nearest], inner)
    hair = found.share > MOSTLY
    inner[found.band] = np.where(hair, np.uint8(Part.HAIR), cloth)[found.band]
    return parts
