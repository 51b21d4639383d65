"""Fit: photo frame <-> canvas frame, one uniform scale and a shift.

Notable here:
- `Fit` is a value: one uniform scale and a shift. What goes from the photo to the canvas is a
  named method, what comes back is the same method of the inverse, so the two cannot disagree.
- pixels are resampled at most once per direction: averaged over areas when shrinking, cubic
  (uint8) or linear (float, which must not overshoot) when enlarging.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.arrays import Boxes, Flow, Labels, Mask, Points

_ALIGNED = 1 / 256  # canvas pixels of shift that no picture of 8 bits shows
_LONGEST_SEARCH = 64  # pixels of the photo


@dataclass(frozen=True)
class Fit:
    """Photo frame <-> canvas frame: a uniform scale and a shift.

    In both frames (0, 0) is the centre of the top left pixel, so for points
    canvas = (photo + 0.5) * scale - 0.5 + (x, y). Boxes (x0, y0, x1, y1) are edges, as in a slice:
    the whole photo is (0, 0, W, H), and canvas = photo * scale + (x, y).

    scale: canvas pixels per photo pixel. x, y: shift in canvas pixels.
    photo_size, canvas_size: (height, width) in pixels.

    points, box, image, mask, labels and flow go from the photo to the canvas; unpoints, unbox,
    unimage and unflow come back (the rest through `inverse`). Those of pixels accept `box`, ints
    (x0, y0, x1, y1) in the frame they go to, to make only that part of the other picture.
    """

    scale: float
    x: float
    y: float
    photo_size: tuple[int, int]
    canvas_size: tuple[int, int]

    def __post_init__(self) -> None:
        if not (np.isfinite([self.scale, self.x, self.y]).all() and self.scale > 0):
            raise ValueError(f"Fit: no such scale and shift: {self.scale}, {self.x}, {self.y}")
        for name in ("photo_size", "canvas_size"):
            size = tuple(int(side) for side in getattr(self, name))
            if len(size) != 2 or min(size) < 1:
                raise ValueError(f"Fit.{name}: expected (height, width), got {size}")
            object.__setattr__(self, name, size)

    @classmethod
    def inside(cls, photo_size: tuple[int, int], canvas_size: tuple[int, int]) -> "Fit":
        """The whole photo as large as fits into the canvas, in its middle (letterbox)."""
        height, width = photo_size
        return cls.crop(photo_size, (0, 0, width, height), canvas_size)

    @classmethod
    def crop(
        cls,
        photo_size: tuple[int, int],
        box: Sequence[float] | np.ndarray,
        canvas_size: tuple[int, int],
    ) -> "Fit":
        """The box as large as fits into the canvas, in its middle to the nearest canvas pixel.

        box: x0, y0, x1, y1, edges in the photo; it may be fractional and exceed the photo. Where
        its aspect is not the canvas's, the canvas shows more of the photo on two sides.
        """
        x0, y0, x1, y1 = (float(edge) for edge in box)
        if not (x1 > x0 and y1 > y0):
            raise ValueError(f"Fit.crop: expected x0 < x1 and y0 < y1, got {box}")
        height, width = canvas_size
        scale = min(width / (x1 - x0), height / (y1 - y0))
        # Whole pixels of shift: then shrinking is pure area averaging, without a second blur.
        x = round((width - (x0 + x1) * scale) / 2)
        y = round((height - (y0 + y1) * scale) / 2)
        return cls(scale, x, y, photo_size, canvas_size)

    @property
    def inverse(self) -> "Fit":
        """The same relation with photo and canvas exchanged."""
        return Fit(
            1 / self.scale,
            -self.x / self.scale,
            -self.y / self.scale,
            self.canvas_size,
            self.photo_size,
        )

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(2, 3), the affine map of points from the photo to the canvas."""
        centre = 0.5 * self.scale - 0.5
        return np.array([[self.scale, 0, centre + self.x], [0, self.scale, centre + self.y]])

    def points(self, points: np.ndarray) -> Points:
        """(..., 2 or more) points of the photo -> canvas, float32; further columns pass through."""
        points = np.asarray(points)
        moved = points.astype(np.float32)
        shift = np.array([self.x, self.y])
        moved[..., :2] = (points[..., :2].astype(np.float64) + 0.5) * self.scale - 0.5 + shift
        return moved

    def box(self, box: np.ndarray) -> Boxes:
        """(..., 4) edges x0, y0, x1, y1 in the photo -> canvas, float32."""
        shift = np.array([self.x, self.y, self.x, self.y])
        return (np.asarray(box, np.float64) * self.scale + shift).astype(np.float32)

    def image(
        self,
        image: np.ndarray,
        border: float | tuple[float, ...] | None = 0,
        box: tuple[int, int, int, int] | None = None,
    ) -> np.ndarray:
        """(H, W) or (H, W, C) uint8 or float32 of the photo -> canvas, the same dtype.

        border: the value where the photo does not reach; None repeats its edge instead.
        """
        self._check_photo(image)
        if image.dtype not in (np.uint8, np.float32):
            raise TypeError(f"Fit.image: expected uint8 or float32, got {image.dtype}")
        window = self._window(box)
        pixels = window._resample(image)
        if border is not None:
            window._fill_outside(pixels, border)
        return pixels

    def mask(self, mask: Mask, box: tuple[int, int, int, int] | None = None) -> Mask:
        """Photo -> canvas: True where at least half of a pixel is; False beyond the photo."""
        if mask.dtype != np.bool_:
            raise TypeError(f"Fit.mask: expected bool, got {mask.dtype}")
        self._check_photo(mask)
        window = self._window(box)
        # As float: linear between pixels, where cubic would draw ripples along the edge.
        soft = window._resample(mask.astype(np.float32))
        window._fill_outside(soft, 0)
        return soft > 0.5 - 1e-4  # a half is in, whichever way it was rounded

    def labels(
        self,
        labels: Labels,
        border: int = 0,
        box: tuple[int, int, int, int] | None = None,
    ) -> Labels:
        """Photo -> canvas: each pixel takes the label at its centre."""
        self._check_photo(labels)
        window = self._window(box)
        height, width = window.canvas_size
        rows = np.floor((np.arange(height) + 0.5 - window.y) / window.scale).astype(int)
        columns = np.floor((np.arange(width) + 0.5 - window.x) / window.scale).astype(int)
        taken = labels.take(rows, axis=0, mode="clip").take(columns, axis=1, mode="clip")
        window._fill_outside(taken, border)
        return taken

    def flow(self, flow: Flow, box: tuple[int, int, int, int] | None = None) -> Flow:
        """A map of absolute coordinates, laid out in the photo -> on the canvas.

        The coordinates stay what they are (they live in a third frame, the garment's); only where
        they are stored changes. Beyond the photo the edge is repeated. Values must be finite.
        """
        return self.image(flow, None, box)

    def unpoints(self, points: np.ndarray) -> Points:
        """`points` from the canvas to the photo."""
        return self.inverse.points(points)

    def unbox(self, box: np.ndarray) -> Boxes:
        """`box` from the canvas to the photo."""
        return self.inverse.box(box)

    def unimage(
        self,
        image: np.ndarray,
        border: float | tuple[float, ...] | None = 0,
        box: tuple[int, int, int, int] | None = None,
    ) -> np.ndarray:
        """`image` from the canvas to the photo, or to the part of the photo inside box."""
        return self.inverse.image(image, border, box)

    def unflow(self, flow: Flow, box: tuple[int, int, int, int] | None = None) -> Flow:
        """`flow` from the canvas to the photo, or to the part of the photo inside box."""
        return self.inverse.flow(flow, box)

    def _check_photo(self, array: np.ndarray) -> None:
        if array.shape[:2] != self.photo_size:
            raise ValueError(f"Fit: expected size {self.photo_size}, got {array.shape[:2]}")

    def _window(self, box: tuple[int, int, int, int] | None) -> "Fit":
        """The same relation to a part of the canvas."""
        if box is None:
            return self
        x0, y0, x1, y1 = (int(edge) for edge in box)
        height, width = self.canvas_size
        if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
            raise ValueError(f"Fit: expected a box inside {width} x {height}, got {tuple(box)}")
        return replace(self, x=self.x - x0, y=self.y - y0, canvas_size=(y1 - y0, x1 - x0))

    def _resample(self, image: np.ndarray) -> np.ndarray:
        """The canvas's pixels, with the photo's edge repeated beyond it."""
        left, shift_x, whole_x = self._start(self.x, self.photo_size[1])
        top, shift_y, whole_y = self._start(self.y, self.photo_size[0])
        scale = self.scale
        if scale >= 1 and not (whole_x and whole_y):
            centre = 0.5 * scale - 0.5
            matrix = np.array([[scale, 0, centre + self.x], [0, scale, centre + self.y]])
            return _by_channel(_warp, image, matrix, self.canvas_size)
        # cv2.resize averages areas and is fast, but knows no shift: resize what is needed of the
        # photo, then move that; by whole pixels wherever possible.
        height, width = self.canvas_size
        right = int(np.clip((width - self.x) / scale + 2 / scale + 2, left + 1, image.shape[1]))
        bottom = int(np.clip((height - self.y) / scale + 2 / scale + 2, top + 1, image.shape[0]))
        resized = _by_channel(_resize, image[top:bottom, left:right], scale)
        if whole_x and whole_y:
            return _shifted(resized, round(shift_x), round(shift_y), self.canvas_size)
        matrix = np.array([[1, 0, shift_x], [0, 1, shift_y]])
        return _by_channel(_warp, resized, matrix, self.canvas_size)

    def _start(self, shift: float, length: int) -> tuple[int, float, bool]:
        """Where on one axis to cut the photo before resizing it.

        Returns the first pixel of the photo to take, the canvas coordinate of its edge, and whether
        that is a whole number, which is looked for among the pixels just outside the canvas.
        """
        margin = 0 if self.scale < 1 else 2  # enlarging looks at neighbours
        first = int(np.floor(-shift / self.scale + 1e-6)) - margin
        candidates = np.arange(np.clip(first, 0, length - 1), -1, -1)[:_LONGEST_SEARCH]
        edges = candidates * self.scale + shift
        whole = np.abs(edges - np.rint(edges)) < _ALIGNED
        # Without a whole one the shift needs neighbours as well.
        chosen = int(whole.argmax()) if whole.any() else int(np.ceil(1 / self.scale)) + 1
        chosen = min(chosen, len(candidates) - 1)
        return int(candidates[chosen]), float(edges[chosen]), bool(whole.any())

    def _fill_outside(self, pixels: np.ndarray, value: float | tuple[float, ...]) -> None:
        """Write value where a canvas pixel's centre lies outside the photo."""
        height, width = self.photo_size
        x0, x1 = np.ceil(np.array([self.x, self.x + width * self.scale]) - 0.5).astype(int)
        y0, y1 = np.ceil(np.array([self.y, self.y + height * self.scale]) - 0.5).astype(int)
        pixels[: max(y0, 0)] = value
        pixels[max(y1, 0) :] = value
        pixels[:, : max(x0, 0)] = value
        pixels[:, max(x1, 0) :] = value


def _by_channel(
    function: Callable[..., np.ndarray], image: np.ndarray, *arguments: object
) -> np.ndarray:
    """Apply a cv2 function. OpenCV is exact on 1, 3 and 4 channels, not on 2 (1/32 pixel)."""
    if image.ndim == 2 or image.shape[2] in (1, 3, 4):
        result = function(image, *arguments)
        return result if result.ndim == image.ndim else result[..., None]
    planes = [
        function(np.ascontiguousarray(image[..., channel]), *arguments)
        for channel in range(image.shape[2])
    ]
    return np.dstack(planes)


def _resize(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1:
        return image
    enlarging = cv2.INTER_CUBIC if image.dtype == np.uint8 else cv2.INTER_LINEAR
    if round(min(image.shape[:2]) * scale) < 1:  # thinner than one pixel
        height, width = image.shape[:2]
        size = max(1, round(width * scale)), max(1, round(height * scale))
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(
        image,
        (0, 0),  # lets fx and fy be exact, where a given size would stretch to whole pixels
        fx=scale,
        fy=scale,
        interpolation=cv2.INTER_AREA if scale < 1 else enlarging,
    )


def _warp(image: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    cubic = image.dtype == np.uint8 and matrix[0, 0] > 1
    return cv2.warpAffine(
        image,
        matrix,
        (size[1], size[0]),
        flags=cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _shifted(image: np.ndarray, x: int, y: int, size: tuple[int, int]) -> np.ndarray:
    """The picture moved by whole pixels onto another size, its edge repeated beyond it."""
    rows = np.arange(size[0]) - y
    columns = np.arange(size[1]) - x
    height, width = image.shape[:2]
    inside = rows[0] >= 0 and rows[-1] < height and columns[0] >= 0 and columns[-1] < width
    if inside:
        return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
    return image.take(rows, axis=0, mode="clip").take(columns, axis=1, mode="clip")
