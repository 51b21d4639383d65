"""File of a template -> Panels -> Cloth: where each pixel lies on its piece of cloth.

Notable here:
- a template is sewn and draped as cloth before it is drawn. So it is known how many centimetres
  across and along its piece of cloth each point of the picture lies. A pattern laid by that follows
  every fold, goes foreshortened round the side, and breaks at the seams as sewn cloth does.
- the file, a render pass beside the picture, is a 16-bit PNG of half the picture's size, rounded
  up. Its channels R, G, B are s, t, panel: s and t are round((cm + 512) * 32), 0 = no cloth; panel
  is the number of the piece, 0 = none.
- between the file's pixels coordinates are interpolated within a piece only. Where pieces meet or
  a fold hides some cloth, the nearest pixel's are taken: a mean of both would be neither.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tryon.core.arrays import Flow, Labels, Mask
from tryon.core.masks import nearest_in
from tryon.core.types import Panels

# The file.
OFFSET, LEVELS = 512.0, 32.0  # cm that are added, so that none is below zero; levels to a cm
STEP = 2.0  # of the picture's pixels to a pixel of the passes

# Looking up.
SPARE = 2  # pixels of the passes around a window
JUMP = 1.2  # cm between neighbours: more is a fold that hides some cloth


def read_passes(path: Path, size: tuple[int, int]) -> Panels:
    """The passes of a picture of a size (height, width).

    Raises ValueError for a file that is not as described above.
    """
    found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    half = (-(-size[0] // 2), -(-size[1] // 2))
    if found is None or found.dtype != np.uint16 or found.shape != (*half, 3):
        have = "nothing readable" if found is None else f"{found.dtype} {found.shape}"
        raise ValueError(f"{path}: expected a 16-bit picture {(*half, 3)}, got {have}")
    panel = found[..., 0]  # cv2 reads B, G, R
    if panel.max() > 255:
        raise ValueError(f"{path}: expected panels 0..255, got {panel.max()}")
    there = (panel > 0) & (found[..., 2] > 0) & (found[..., 1] > 0)
    cloth = found[..., :0:-1].astype(np.float32) / LEVELS - OFFSET
    return Panels(
        np.where(there[..., None], cloth, np.float32(0)),
        np.where(there, panel, 0).astype(np.uint8),
        STEP,
    )


@dataclass(frozen=True, eq=False)
class Cloth:
    """Passes at each pixel of a window of the picture.

    cloth: (h, w, 2), cm across and along. panel: the number of the piece. Both are carried on a
    little beyond the cloth's edge. bare: no cloth though the garment is all around: buttons,
    buckles, zips.
    """

    cloth: Flow
    panel: Labels
    bare: Mask


def cloth_at(panels: Panels, window: tuple[slice, slice]) -> Cloth:
    """The cloth at each pixel of a window (slices with numbers) of the picture."""
    step = panels.step
    rows, columns = (
        slice(max(int(part.start / step) - SPARE, 0), int(part.stop / step) + SPARE + 1)
        for part in window
    )
    panel = np.ascontiguousarray(panels.panel[rows, columns])
    cloth = panels.cloth[rows, columns]
    bare = cv2.morphologyEx(_enclosed(panel == 0), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    panel, cloth = _carried_on(panel, cloth)
    broken = _broken(panel, cloth)

    size = (window[1].stop - window[1].start, window[0].stop - window[0].start)
    first = [
        (part.start + 0.5) / step - 0.5 - crop.start
        for part, crop in zip(window[::-1], (columns, rows), strict=True)
    ]
    place = np.array([[1 / step, 0, first[0]], [0, 1 / step, first[1]]], np.float32)
    corner = place - np.array([[0, 0, 0.5], [0, 0, 0.5]], np.float32)  # of the four around

    def sampled(values: np.ndarray, method: int, matrix: np.ndarray = place) -> np.ndarray:
        flags = method | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(values, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)

    smooth = sampled(cloth, cv2.INTER_LINEAR)
    rough = sampled(broken.astype(np.uint8), cv2.INTER_NEAREST, corner) > 0
    smooth[rough] = sampled(cloth, cv2.INTER_NEAREST)[rough]
    return Cloth(
        smooth,
        sampled(panel, cv2.INTER_NEAREST),
        sampled(bare.astype(np.uint8), cv2.INTER_NEAREST) > 0,
    )


def density(panels: Panels) -> float:
    """How many pixels of the picture are a centimetre of cloth, where it faces the viewer."""
    largest = int(np.bincount(panels.panel.ravel(), minlength=2)[1:].argmax()) + 1
    own = panels.panel == largest
    pairs = own[:, 1:] & own[:, :-1]
    if not pairs.any():
        return 1.0
    apart = np.hypot(*np.moveaxis(np.diff(panels.cloth, axis=1)[pairs], -1, 0))
    return float(panels.step / max(float(np.median(apart)), 1e-3))


def _enclosed(empty: np.ndarray) -> np.ndarray:
    """(h, w) uint8, 1 where it is empty, but not joined to the border of the picture."""
    around = cv2.copyMakeBorder(empty.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, labels = cv2.connectedComponents(around, connectivity=8)
    return ((labels[1:-1, 1:-1] != labels[0, 0]) & empty).astype(np.uint8)


def _carried_on(panel: np.ndarray, cloth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Panel and cloth; empty pixels take those of the nearest cloth."""
    there = panel > 0
    if there.all() or not there.any():
        return panel, np.ascontiguousarray(cloth)
    nearest, _ = nearest_in(there, 3)
    return panel.ravel()[nearest], cloth.reshape(-1, 2)[nearest]


def _broken(panel: np.ndarray, cloth: np.ndarray) -> np.ndarray:
    """(h, w) bool, True where a pixel, its right, its lower and its diagonal neighbour are not all
    of one stretch of cloth."""
    square = np.ones((2, 2), np.uint8)
    anchor = (0, 0)
    split = cv2.dilate(panel, square, anchor=anchor) != cv2.erode(panel, square, anchor=anchor)
    wide = cv2.dilate(cloth, square, anchor=anchor) - cv2.erode(cloth, square, anchor=anchor)
    return split | (wide > JUMP).any(axis=-1)
