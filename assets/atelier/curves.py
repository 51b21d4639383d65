"""Outlines: named smooth curves that close to a garment's silhouette, in centimetres.

Notable here:
- the *pattern plane* is where everything is drawn: centimetres, x to the right of the picture
  (the wearer's left), y down, the origin between the two neck points of the shoulder line.
- a garment's half (x >= 0) is drawn once and mirrored, so left and right landmarks agree exactly.
- a curve runs through its points (centripetal Catmull-Rom), so a landmark on it is on the cloth.
"""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Edge:
    """One stretch of the outline: its name and the (N, 2) points it runs through."""

    name: str
    points: np.ndarray


def smooth(points, samples_per_cm: float = 8.0) -> np.ndarray:
    """(N, 2) points -> (M, 2) dense points of a centripetal Catmull-Rom curve through them."""
    points = np.asarray(points, float)
    if len(points) == 2:
        count = max(int(np.linalg.norm(points[1] - points[0]) * samples_per_cm), 2)
        return np.linspace(points[0], points[1], count)
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        t0 = 0.0
        t1 = t0 + max(np.linalg.norm(p1 - p0), 1e-6) ** 0.5
        t2 = t1 + max(np.linalg.norm(p2 - p1), 1e-6) ** 0.5
        t3 = t2 + max(np.linalg.norm(p3 - p2), 1e-6) ** 0.5
        count = max(int(np.linalg.norm(p2 - p1) * samples_per_cm), 2)
        t = np.linspace(t1, t2, count, endpoint=False)[:, None]
        a1 = (t1 - t) / (t1 - t0) * p0 + (t - t0) / (t1 - t0) * p1
        a2 = (t2 - t) / (t2 - t1) * p1 + (t - t1) / (t2 - t1) * p2
        a3 = (t3 - t) / (t3 - t2) * p2 + (t - t2) / (t3 - t2) * p3
        b1 = (t2 - t) / (t2 - t0) * a1 + (t - t0) / (t2 - t0) * a2
        b2 = (t3 - t) / (t3 - t1) * a2 + (t - t1) / (t3 - t1) * a3
        pieces.append((t2 - t) / (t2 - t1) * b1 + (t - t1) / (t2 - t1) * b2)
    pieces.append(points[-1:])
    return np.vstack(pieces)


def mirror(points) -> np.ndarray:
    """The same curve on the other half, x -> -x."""
    return np.asarray(points, float) * (-1.0, 1.0)


def arc_lengths(curve: np.ndarray) -> np.ndarray:
    """(N,) length along the curve from its start to each point."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])


def resample(curve: np.ndarray, spacing: float) -> np.ndarray:
    """Points at about this spacing along a dense curve, both ends kept."""
    length = arc_lengths(curve)
    count = max(round(length[-1] / spacing), 1) + 1
    at = np.linspace(0, length[-1], count)
    return np.stack([np.interp(at, length, curve[:, axis]) for axis in (0, 1)], axis=1)


def offset(curve: np.ndarray, distance: float) -> np.ndarray:
    """The curve moved sideways, to the right of its direction (picture axes) for distance > 0."""
    tangent = np.gradient(curve, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    return curve + distance * np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)


@dataclass(frozen=True)
class Outline:
    """A closed outline made of edges in order; the next begins where the last one ends."""

    edges: tuple[Edge, ...]

    @classmethod
    def mirrored(cls, half: list[Edge]) -> "Outline":
        """From the edges of the half with x >= 0, in order from the top centre to the bottom
        centre (both ends on x = 0); names get "_left" (picture right) and "_right"."""
        left = [Edge(f"{edge.name}_left", smooth(edge.points)) for edge in half]
        right = [
            Edge(f"{edge.name}_right", mirror(smooth(edge.points))[::-1]) for edge in reversed(half)
        ]
        return cls(tuple(left + right))

    def __getitem__(self, name: str) -> np.ndarray:
        """(N, 2) dense points of the edge."""
        for edge in self.edges:
            if edge.name == name:
                return edge.points
        raise KeyError(f"no edge {name!r}; there are {[edge.name for edge in self.edges]}")

    def polygon(self) -> np.ndarray:
        """(N, 2) all points in order, without doubles where edges meet."""
        return np.vstack([edge.points[:-1] for edge in self.edges])


def fill(polygon, frame: "Frame", supersample: int = 4) -> np.ndarray:
    """(H, W) float32 0..1 coverage of a polygon (pattern plane, cm) on a frame's pixels."""
    shift = 8
    big = (frame.height * supersample, frame.width * supersample)
    points = (frame.to_pixels(polygon) + 0.5) * supersample - 0.5
    mask = np.zeros(big, np.uint8)
    cv2.fillPoly(mask, [np.round(points * 2**shift).astype(np.int32)], 255, cv2.LINE_8, shift)
    small = cv2.resize(mask, (frame.width, frame.height), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


@dataclass(frozen=True)
class Frame:
    """Pixels laid over a rectangle of the pattern plane.

    left, top: cm of the outer corner; scale: pixels per cm; width, height: pixels.
    """

    left: float
    top: float
    scale: float
    width: int
    height: int

    @classmethod
    def around(cls, points: np.ndarray, margin_cm: float, scale: float) -> "Frame":
        """The frame that holds all points with a margin."""
        low, high = points.min(0) - margin_cm, points.max(0) + margin_cm
        width, height = np.ceil((high - low) * scale).astype(int)
        return cls(float(low[0]), float(low[1]), scale, int(width), int(height))

    def to_pixels(self, points) -> np.ndarray:
        """Pattern plane cm -> pixel coordinates (pixel centres are whole numbers)."""
        return (np.asarray(points, float) - (self.left, self.top)) * self.scale - 0.5

    def to_cm(self, pixels) -> np.ndarray:
        """Pixel coordinates -> pattern plane cm."""
        return (np.asarray(pixels, float) + 0.5) / self.scale + (self.left, self.top)

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        """(H, W) float32 x and y in cm of every pixel centre."""
        x = (np.arange(self.width, dtype=np.float32) + 0.5) / self.scale + self.left
        y = (np.arange(self.height, dtype=np.float32) + 0.5) / self.scale + self.top
        return np.meshgrid(x, y)
