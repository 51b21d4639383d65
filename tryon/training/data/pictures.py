"""Picture files and stored bytes -> arrays, as the data sets and the prepared data keep them.

OpenCV gives None for what it cannot read; here that is an error that names the file.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.arrays import Pixels


def read_rgb(path: Path) -> Pixels:
    """A photo's pixels. FileNotFoundError if there is none that can be read."""
    return _rgb(read_stored(path, cv2.IMREAD_COLOR))


def read_stored(path: Path, how: int = cv2.IMREAD_UNCHANGED) -> NDArray[np.uint8]:
    """A picture as it is stored: labels and masks (H, W), colours (H, W, 3 or 4) as BGR.

    how: one of OpenCV's IMREAD_... FileNotFoundError if there is none that can be read.
    """
    picture = cv2.imread(str(path), how)
    if picture is None:
        raise FileNotFoundError(f"{path} is not there, or is no picture")
    return np.asarray(picture, np.uint8)


def decode_rgb(data: NDArray[np.uint8]) -> Pixels:
    """The pixels of an encoded photo. ValueError if it is none."""
    return _rgb(decode_stored(data, cv2.IMREAD_COLOR))


def decode_stored(data: NDArray[np.uint8], how: int = cv2.IMREAD_UNCHANGED) -> NDArray[np.uint8]:
    """As `read_stored`, of encoded bytes. ValueError if they are no picture."""
    picture = cv2.imdecode(data, how)
    if picture is None:
        raise ValueError("these bytes are no picture")
    return np.asarray(picture, np.uint8)


def _rgb(bgr: NDArray[np.uint8]) -> Pixels:
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
