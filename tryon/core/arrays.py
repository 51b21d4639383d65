"""Names for the arrays that go from step to step: what they hold, their shape and their frame.

numpy's types say what an array's elements are, not its shape; the shape is said here once and
checked where a value is made (`core/types.py`).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8, RGB, 0..255."""

Alpha: TypeAlias = NDArray[np.uint8]
"""(H, W) uint8: how much of a pixel is covered, 255 = all of it."""

Mask: TypeAlias = NDArray[np.bool_]
"""(H, W) bool."""

Labels: TypeAlias = NDArray[np.uint8]
"""(H, W) uint8: one value of `Part` or `Limb` a pixel."""

Points: TypeAlias = NDArray[np.float32]
"""(N, 3) float32: x, y in pixels of the frame, confidence 0..1; (N, 2) where all are certain."""

Places: TypeAlias = NDArray[np.float32]
"""(N, 3) float32: x, y, z in metres."""

Boxes: TypeAlias = NDArray[np.float32]
"""(N, 4) float32: x0, y0, x1, y1 in pixels of the frame; (4,) for a single one."""

Flow: TypeAlias = NDArray[np.float32]
"""(H, W, 2) float32: for each pixel the x, y it comes from, in pixels of the picture it is taken
from; NaN where it comes from nowhere."""

Scalars: TypeAlias = NDArray[np.float32]
"""(H, W) float32: one number a pixel; the range is said where it is used."""

Colours: TypeAlias = NDArray[np.float32]
"""(H, W, 3) float32: RGB 0..255 that is still being worked on, or CIELAB."""
