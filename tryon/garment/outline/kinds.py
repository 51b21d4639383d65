"""Shape -> Kind: whether an outline is that of a top, of trousers or a skirt, or of a dress.

Notable here:
- a small decision tree over proportions of the upright outline. Its thresholds and the
  probabilities at its leaves were read off 760 phone photos of garments (CC0). On 321 further
  ones it names the right kind for about four in five, so a note says when it was unsure.
"""

import cv2
import numpy as np

from tryon.core.types import Kind
from tryon.garment.outline.shape import LEFT_RIGHT, Shape, Side, find_crotch, side_of

STUDIO_DRESS = 2.4  # shoulder to hem by chest width: tops on mannequins are shorter
FLARED = 1.42  # hem by chest width: wider than tops are
LEG_NOTCH = 0.1  # of the height: a deeper notch in the middle of the hem parts two legs
UPPER_PART = 0.45  # of the height: where armholes are


def guess_kind(
    shape: Shape, length: float, waist: float, hem: float, studio: bool = False
) -> tuple[Kind, float]:
    """The kind a shape looks like and a probability.

    length, waist, hem: shoulder-to-hem length, waist and hem width by chest width, if it is read
        as a top.
    studio: it was photographed on a mannequin, as shops do, so it is narrower than lying flat.
    """
    sides = [side_of(shape, right) for right in LEFT_RIGHT]
    rows = np.nonzero(shape.mask.any(axis=1))[0]
    top, height = int(rows[0]), int(rows[-1] - rows[0] + 1)
    columns = np.nonzero(shape.mask.any(axis=0))[0]
    widths = shape.mask.sum(axis=1)
    widest = float(widths.max())

    def row(share: float) -> int:
        return int(top + share * height)

    def across(share: float) -> float:
        """Width of the cloth at a height, by the greatest width."""
        return float(widths[row(share)]) / widest

    # the narrowest middle piece, by height: next to nothing between legs, half in a long dress
    slim = min(sum(float(s.edge[row(q)]) for s in sides) for q in (0.25, 0.35, 0.45, 0.55, 0.65))
    slim /= height
    hollow_above = min(_hollow(side, lower=False) for side in sides)
    hollow_below = min(_hollow(side, lower=True) for side in sides)
    if slim < 0.25:
        if across(0.15) < 0.6:
            return Kind.UPPER, 0.85
        apart = _gap_below_crotch(shape) > 0.03 * (columns[-1] - columns[0] + 1)
        return Kind.LOWER, 0.95 if apart else 0.65
    if slim < 0.53 and hem > FLARED and length > (STUDIO_DRESS if studio else 1.6):
        return Kind.DRESS, 0.85
    if slim < 0.53 and studio and length < STUDIO_DRESS and across(0.15) < 0.97:
        return Kind.UPPER, 0.85 if length < 0.9 * STUDIO_DRESS else 0.6
    if slim < 0.53:
        if across(0.04) < 0.22:
            return Kind.UPPER, 0.95 if length < 2.07 else 0.55
        if hollow_above < 0.036:
            return (Kind.LOWER, 0.7) if across(0.95) < 0.58 else (Kind.DRESS, 0.5)
        neck = (shape.contour[0, 1] - top) / height
        return (Kind.UPPER, 0.6) if neck < 0.007 else (Kind.DRESS, 0.85)
    if hollow_below < 0.025:
        if hollow_above < 0.045:
            return Kind.LOWER, 0.85
        wide = np.log(height / (columns[-1] - columns[0] + 1)) < -0.27
        return (Kind.LOWER, 0.9) if wide else (Kind.UPPER, 0.8)
    if slim < 0.84:
        return (Kind.LOWER, 0.8) if waist < 0.72 else (Kind.UPPER, 0.85)
    if hollow_below >= 0.12:
        return Kind.UPPER, 0.9
    return (Kind.LOWER, 0.8) if across(0.3) < 0.86 else (Kind.UPPER, 0.7)


def _hollow(side: Side, lower: bool) -> float:
    """The deepest hollow of one side against its convex hull, by the garment's height."""
    span = side.bottom - side.top
    ends = np.array([[0.0, side.top], [0.0, side.bottom]])
    hull = cv2.convexHull(np.vstack([side.path, ends]).astype(np.float32))
    low = side.path[:, 1] >= side.top + UPPER_PART * span
    points = side.path[low if lower else ~low]
    depths = [cv2.pointPolygonTest(hull, (float(u), float(v)), True) for u, v in points]
    return max(depths, default=0.0) / span


def _gap_below_crotch(shape: Shape) -> float:
    """Width in px of the gap a quarter of the way down from the crotch, 0 without a crotch."""
    found = find_crotch(shape)
    if found is None or found[1] < 0.03:
        return 0.0
    index, depth = found
    x, y = shape.contour[index]
    rows = np.nonzero(shape.mask.any(axis=1))[0]
    height = rows[-1] - rows[0] + 1
    line = shape.opened[min(int(y + max(3.0, 0.25 * depth * height)), rows[-1])]
    column = int(x)
    left = np.nonzero(line[: column + 1])[0]
    right = np.nonzero(line[column:])[0]
    if len(left) == 0 or len(right) == 0:
        return 0.0
    return float(column + right[0] - left[-1])
