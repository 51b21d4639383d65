"""Trousers, shorts and skirts: their flat sewing patterns.

Notable here: measures are half widths of the garment laid flat in cm, from the middle line; the
origin is the middle of the waist. Landmarks are corners of the outline, as for tops.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from curves import Edge, Outline, mirror, smooth
from drape import QUARTER, Cloth, fluted, tube
from scipy.spatial import cKDTree

WAIST_Y = {"women": 41.0, "men": 46.0}  # where on a form the waistband sits
FLARE = 0.5  # share of a skirt's extra width that makes it stand away from the legs
# height and distance from the middle of a leg's axis at hip and ankle (bones of the form), cm
LEG = {"women": ((56.7, 140.8), (10.7, 12.6)), "men": ((60.8, 149.8), (12.1, 16.3))}
LEGS_APART_CM = 1.2  # at least, from the middle
PIN_CM = 2.5  # of the waistband are held


@dataclass(frozen=True)
class TrouserCut:
    """Two legs, slightly parted."""

    waist_half: float = 19.5
    waist_dip: float = 1.0
    hip_half: float = 26.0
    hip_y: float = 19.0
    crotch_y: float = 28.0
    knee_y: float = 58.0
    knee_cm: float = 22.0  # width of the leg there
    hem_y: float = 102.0
    hem_cm: float = 20.0
    stance: float = 14.5  # middle of each hem from the middle line
    firm_waist: float = 4.0
    firm_hem: float = 2.0
    form: str = "men"
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
                Edge("waist", np.array(waist)),
                Edge("side", np.array(side)),
                Edge("hem", np.array([self.hem_outer, middle, self.hem_inner])),
                Edge("inner", np.array(inner[::-1])),
            ]
        )

    sewn = frozenset({"side", "inner"})

    @property
    def back_outline(self) -> Outline:
        """The back: its waist stands higher in the middle than at the sides."""
        return _raised_waist(self.outline, self.waist_half)

    def cloth(self) -> Cloth:
        """How it hangs."""
        return Cloth(
            firm=self._firm,
            pin=_pinned,
            tube=self._tube,
            press=self._press,
            friction=1.0,
            lift=WAIST_Y[self.form.split("-")[0]],
            **self.drape,
        )

    def _firm(self, points):
        y = points[:, 1]
        return 0.85 * ((y < self.firm_waist) | (y > self.hem_y - self.firm_hem))

    def _tube(self, points, seed):
        """Around the hips above the crotch, around each leg below it."""
        x, y = points.T
        side, inner = self.outline["side_left"], self.outline["inner_left"][::-1]
        outer = np.interp(y, side[:, 1], side[:, 0])
        inmost = np.interp(y, inner[:, 1], inner[:, 0])
        seat_x, seat_z = tube(x / outer, outer)
        middle, half = (outer + inmost) / 2, (outer - inmost) / 2
        leg_x, leg_z = tube((np.abs(x) - middle) / half, half)
        body = self.form.split("-")[0]
        axis = np.interp(y + WAIST_Y[body], *LEG[body])
        axis = np.maximum(axis, half / QUARTER + LEGS_APART_CM)  # wide legs do not cross
        leg_x = (leg_x + axis) * np.sign(x)
        leg = np.clip((y - self.crotch_y + 6) / 14, 0, 1)
        depth = seat_z + (leg_z * 1.15 - seat_z) * leg
        near = np.abs(y - self.crotch_y) < 9  # here the form tells the depth
        weight = np.where(near, 0.97, 1.0)
        return np.column_stack([seat_x + (leg_x - seat_x) * leg, depth, weight])

    def _press(self, points):
        """Beside the seams of the legs."""
        mirrored = np.abs(points) * [1, 0] + points * [0, 1]
        seams = np.vstack([self.outline["side_left"], self.outline["inner_left"]])
        near = cKDTree(seams).query(mirrored)[0]
        return np.clip(1 - near / 5, 0, 1) * (points[:, 1] > PIN_CM + 1)

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

    waist_half: float = 18.4
    waist_dip: float = 1.0
    hip_half: float = 25.0
    hip_y: float = 18.0
    hem_half: float = 27.0
    hem_y: float = 58.0
    hem_dip: float = 1.2
    firm_waist: float = 3.5
    firm_hem: float = 2.0
    form: str = "women"
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
                Edge("waist", np.array(waist)),
                Edge("side", np.array(side)),
                Edge("hem", np.array(hem)),
            ]
        )

    sewn = frozenset({"side"})

    @property
    def back_outline(self) -> Outline:
        """The back: its waist stands higher in the middle than at the sides."""
        return _raised_waist(self.outline, self.waist_half)

    def cloth(self) -> Cloth:
        """How it hangs."""
        return Cloth(
            firm=self._firm,
            pin=_pinned,
            tube=self._tube,
            lift=WAIST_Y[self.form.split("-")[0]],
            **self.drape,
        )

    def _firm(self, points):
        return 0.85 * (points[:, 1] < self.firm_waist)

    def _tube(self, points, seed):
        """A tube that flares a little; the rest of its width lies in flutes."""
        x, y = points.T
        side = self.outline["side_left"]
        flat = np.interp(y, side[:, 1], side[:, 0])
        calm = self.hip_half + FLARE * np.maximum(flat - self.hip_half, 0)
        return np.column_stack([*fluted(x / flat, flat, np.minimum(calm, flat), seed), 0 * x + 1])

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


BACK_RISE_CM = 1.6


def _raised_waist(outline: Outline, half: float) -> Outline:
    top = smooth([(0, -BACK_RISE_CM), (half * 0.55, -BACK_RISE_CM * 0.72), (half, 0)])
    points = {"waist_left": top, "waist_right": mirror(top)[::-1]}
    return Outline(tuple(Edge(e.name, points.get(e.name, e.points)) for e in outline.edges))


def _pinned(points) -> np.ndarray:
    """1 at the waistband, falling off below it."""
    return np.clip(PIN_CM + 1.0 - points[:, 1], 0, 1)
