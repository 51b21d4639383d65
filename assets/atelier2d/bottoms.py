"""Trousers, shorts and skirts: their cuts.

Notable here: measures are half widths of a front view in cm, from the middle line; the origin is
the middle of the waist. Landmarks are corners of the outline, as for tops.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from cloth import Drape, fan_of_waves, fanned, fullness_at
from curves import FREE, PINNED, RIM, SIDE, Edge, Outline


@dataclass(frozen=True)
class TrouserCut:
    """Two legs, slightly parted."""

    waist_half: float = 16.0
    waist_dip: float = 1.6
    hip_half: float = 19.8
    hip_y: float = 20.0
    crotch_y: float = 27.5
    knee_y: float = 56.0
    knee_cm: float = 18.0  # width of the leg there
    hem_y: float = 102.0
    hem_cm: float = 17.0
    stance: float = 12.6  # middle of each hem from the middle line
    hem_hold: str = FREE
    depth: float = 0.75
    ease: float = 14.0
    grow_width: float = 0.03
    grow_length: float = 0.02
    spread: float = 3.0  # degrees the legs are cut further apart
    knee_stack: float = 0.0  # extra length around the knee
    hem_stack: float = 0.0  # extra length above the hem
    firm_waist: float = 4.0
    firm_hem: float = 2.0
    drape: dict = field(default_factory=dict)

    def _middle(self, y):
        """x of the middle of the left leg at a height."""
        return np.interp(y, [self.crotch_y, self.hem_y], [self.hip_half * 0.50, self.stance])

    @property
    def hem_outer(self) -> np.ndarray:
        return np.array([self.stance + self.hem_cm / 2, self.hem_y - 0.4])

    @property
    def hem_inner(self) -> np.ndarray:
        return np.array([self.stance - self.hem_cm / 2, self.hem_y])

    @cached_property
    def outline(self) -> Outline:
        long = self.hem_y - self.crotch_y > 40
        waist = [
            (0, self.waist_dip),
            (self.waist_half * 0.55, self.waist_dip * 0.72),
            (self.waist_half, 0),
        ]
        side = [
            (self.waist_half, 0),
            ((self.waist_half + self.hip_half) / 2 + 0.9, self.hip_y * 0.45),
            (self.hip_half, self.hip_y),
        ]
        inner = [(0.0, self.crotch_y), (0.75, self.crotch_y + 1.6)]
        if long:
            for y, share in ((self.crotch_y + 12, 0.45), (self.knee_y, 1.0)):
                width = np.interp(share, [0, 1], [self.hip_half * 0.98, self.knee_cm])
                side.append((self._middle(y) + width / 2, y))
            inner.append((self._middle(self.knee_y) - self.knee_cm / 2, self.knee_y))
        side.append(tuple(self.hem_outer))
        inner.append(tuple(self.hem_inner))
        middle = (self.hem_outer + self.hem_inner) / 2 + (0, 0.5)
        return Outline.mirrored(
            [
                Edge("waist", np.array(waist), PINNED),
                Edge("side", np.array(side), SIDE),
                Edge("hem", np.array([self.hem_outer, middle, self.hem_inner]), self.hem_hold),
                Edge("inner", np.array(inner[::-1]), SIDE),
            ]
        )

    def hanging(self) -> Drape:
        return Drape(
            self._depth,
            self._ease,
            self._rest,
            self._grow,
            firm=self._firm,
            **{"bend": 6e-4, "gravity": 0.03, "wrinkle": 0.022, **self.drape},
        )

    def _firm(self, points):
        y = points[:, 1]
        return 0.85 * ((y < self.firm_waist) | (y > self.hem_y - self.firm_hem))

    def _leg(self, points):
        return np.clip((points[:, 1] - self.crotch_y + 8) / 16, 0, 1)

    def _depth(self, points):
        leg = self._leg(points)
        return 0.36 * (1 - leg) + self.depth * leg

    def _ease(self, points):
        y = points[:, 1]
        return 0.5 + self.ease * np.clip((y - 8) / 30, 0.02, 1)

    def _rest(self, points):
        leg = self._leg(points) * np.clip(np.abs(points[:, 0]) / 3, 0, 1)
        angle = -np.deg2rad(self.spread) * leg
        side = np.where(points[:, :1] < 0, -1.0, 1.0) * [1, 0] + [0, 1]
        pivot = np.array([self.hip_half * 0.55, self.crotch_y - 8])
        x, y = (points * side - pivot).T
        c, s = np.cos(angle), np.sin(angle)
        return (np.column_stack([c * x - s * y, s * x + c * y]) + pivot) * side

    def _grow(self, points):
        y = points[:, 1]
        width = self.grow_width * np.clip((y - 4) / 20, 0, 1)
        knee = np.exp(-(((y - self.knee_y) / 9) ** 2))
        hem = np.exp(-(((y - self.hem_y) / 14) ** 2))
        length = (
            self.grow_length * np.clip(y / 10, 0, 1) + self.knee_stack * knee + self.hem_stack * hem
        )
        return np.column_stack([width, length])

    def landmarks(self) -> dict[str, np.ndarray]:
        left = {
            "waist": np.array([self.waist_half, 0.0]),
            "hip": np.array([self.hip_half, self.hip_y]),
            "hem": self.hem_outer,
            "hem_inner": self.hem_inner,
        }
        found = {"crotch": np.array([0.0, self.crotch_y])}
        for name, point in left.items():
            found[f"{name}_left"] = point
            found[f"{name}_right"] = point * (-1, 1)
        return found


@dataclass(frozen=True)
class SkirtCut:
    """One tube from the waist down."""

    waist_half: float = 15.0
    waist_dip: float = 1.4
    hip_half: float = 19.5
    hip_y: float = 18.0
    hem_half: float = 21.0
    hem_y: float = 58.0
    hem_dip: float = 1.2
    depth: float = 0.36
    ease: float = 14.0
    grow_width: float = 0.02
    grow_length: float = 0.01
    fullness: float = 0.0  # share by which the hem is wider than it looks
    folds: int = 7
    firm_waist: float = 3.5
    firm_hem: float = 2.0
    drape: dict = field(default_factory=dict)

    @cached_property
    def outline(self) -> Outline:
        waist = [
            (0, self.waist_dip),
            (self.waist_half * 0.55, self.waist_dip * 0.72),
            (self.waist_half, 0),
        ]
        side = [
            (self.waist_half, 0),
            (
                (self.waist_half + self.hip_half) / 2
                + (0.9 if self.hip_half < self.hem_half + 3 else 0.3),
                self.hip_y * 0.47,
            ),
            (self.hip_half, self.hip_y),
        ]
        if self.hem_y - self.hip_y > 15:
            middle_y = (self.hip_y + self.hem_y) / 2
            side.append(((self.hip_half + self.hem_half) / 2, middle_y))
        side.append((self.hem_half, self.hem_y))
        hem = [
            (self.hem_half, self.hem_y),
            (self.hem_half * 0.55, self.hem_y + self.hem_dip * 0.82),
            (0, self.hem_y + self.hem_dip),
        ]
        return Outline.mirrored(
            [
                Edge("waist", np.array(waist), PINNED),
                Edge("side", np.array(side), RIM if self.fullness > 0.15 else SIDE),
                Edge("hem", np.array(hem), FREE),
            ]
        )

    def hanging(self) -> Drape:
        return Drape(
            lambda p: np.full(len(p), self.depth),
            self._ease,
            grow=self._grow,
            grain=lambda p: fanned(p, self.outline["side_left"]),
            firm=lambda p: (
                0.85 * ((p[:, 1] < self.firm_waist) | (p[:, 1] > self.hem_y - self.firm_hem))
            ),
            waves=self._waves if self.fullness else None,
            **{"bend": 6e-4, "gravity": 0.10 if self.fullness else 0.03, **self.drape},
        )

    def _waves(self, points):
        side = self.outline["side_left"]
        return fan_of_waves(points, side, self.fullness, 2.0, self.folds, 7)

    def _ease(self, points):
        y = points[:, 1]
        side = self.outline["side_left"]
        half = np.interp(y, side[:, 1], side[:, 0])
        hips = self.hip_half + 0.6 * np.maximum(half - self.hip_half, 0) - 0.6
        hips = np.minimum(half, hips)
        return 0.5 + self.ease * np.clip((y - 3) / 25, 0.02, 1) + self.depth * (half**2 - hips**2)

    def _grow(self, points):
        down = np.clip((points[:, 1] - 2) / (self.hem_y - 2), 0, 1)
        width = self.grow_width * np.clip(
            points[:, 1] / 12, 0, 1
        ) + self.fullness * down * fullness_at(points, self.outline["side_left"])
        return np.column_stack([width, np.full(len(points), self.grow_length)])

    def landmarks(self) -> dict[str, np.ndarray]:
        left = {
            "waist": np.array([self.waist_half, 0.0]),
            "hip": np.array([self.hip_half, self.hip_y]),
            "hem": np.array([self.hem_half, self.hem_y]),
        }
        found = {"hem_centre": np.array([0.0, self.hem_y + self.hem_dip])}
        for name, point in left.items():
            found[f"{name}_left"] = point
            found[f"{name}_right"] = point * (-1, 1)
        return found
