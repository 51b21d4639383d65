"""A person's parts -> the same, with a skirt that was taken for part of the top named a skirt.

Notable here:
- a parser that sees a long plain shape may call a blouse and the skirt below it one top or one
  dress. Taken off together they leave bare legs, which is the worst a try-on can do.
- two plain colours that meet in one level line near the waist are two garments, or may be treated
  so: of a dress in two colours the skirt then stays when a top is tried on.
"""

import cv2
import numpy as np

from tryon.core.types import Part
from tryon.person.body import middle_of_hips, middle_of_shoulders

# Heights: 0 = shoulder joints, 1 = hip joints.
ABOVE, BELOW_FROM = (0.15, 0.55), 1.08  # where only a top is, and where only a skirt
WAIST = (0.55, 1.3)  # where the line between them may be
ENDS_FROM = 1.4  # skirts reach at least so far down
LEAST = 0.02  # of the torso's length squared: less cloth in either place decides nothing
# Both colours are this far apart in CIELAB, and this many times farther than each of them varies.
APART, PLAIN = 22.0, 2.5
PURE = 0.8  # of the cloth on either side of the line has that side's colour


def split_at_waist(scores: np.ndarray, pixels: np.ndarray, landmarks: np.ndarray) -> None:
    """Give a skirt that was taken for a part of the top or dress its own label, in place.

    scores: (h, w, 17) float32, of each `Part`. pixels: (h, w, 3) uint8 RGB. landmarks: (33, 3), in
    their frame.
    """
    best = scores.argmax(-1)
    cloth = (best == Part.UPPER) | (best == Part.DRESS)
    top, hips = middle_of_shoulders(landmarks)[1], middle_of_hips(landmarks)[1]
    torso = float(hips - top)
    if torso < 8:
        return
    heights = (np.arange(len(pixels)) - top) / torso
    above = cloth & ((heights > ABOVE[0]) & (heights < ABOVE[1]))[:, None]
    below = cloth & (heights > BELOW_FROM)[:, None]
    if min(np.count_nonzero(above), np.count_nonzero(below)) < LEAST * torso**2:
        return
    end = np.flatnonzero(below.any(1))[-1]
    if heights[end] < ENDS_FROM and end < len(pixels) - 3:
        return  # a top in two colours
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    colours = [np.median(lab[zone], axis=0) for zone in (above, below)]
    varies = [
        float(np.median(np.linalg.norm(lab[zone] - colour, axis=1)))
        for zone, colour in zip((above, below), colours, strict=True)
    ]
    if np.linalg.norm(colours[0] - colours[1]) < max(APART, PLAIN * max(varies)):
        return
    to_top, to_skirt = (np.linalg.norm(lab - colour, axis=-1) for colour in colours)
    lower = cloth & (to_skirt < to_top)
    waist = _line(lower, cloth, heights)
    if waist is None:
        return
    beyond = (heights >= waist)[:, None] & cloth
    both = scores[..., Part.UPPER] + scores[..., Part.DRESS]
    scores[..., Part.SKIRT][beyond] += both[beyond]
    scores[..., Part.UPPER] = np.where(beyond, 0, both)
    scores[..., Part.DRESS] = 0


def _line(lower: np.ndarray, cloth: np.ndarray, heights: np.ndarray) -> float | None:
    """The height at which the cloth's colour changes, None if not in one level line.

    lower, cloth: (h, w) bool, what has the colour of the skirt, of all."""
    count, total = lower.sum(1).astype(float), cloth.sum(1).astype(float)
    # Pixels on the wrong side if the line lay just above each row.
    wrong = np.append(0, np.cumsum(count)) + np.append(0, np.cumsum((total - count)[::-1]))[::-1]
    rows = np.flatnonzero((heights > WAIST[0]) & (heights < WAIST[1]))
    if not len(rows):
        return None
    row = rows[wrong[rows].argmin()]
    top, skirt = total[:row].sum(), total[row:].sum()
    if min(top, skirt) == 0:
        return None
    pure = min(1 - count[:row].sum() / top, count[row:].sum() / skirt)
    return float(heights[row]) if pure >= PURE else None
