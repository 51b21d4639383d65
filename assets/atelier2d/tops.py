# ruff: noqa: RUF005 (an array plus a tuple is a sum here)
"""Tops and dresses: one cut with many measures, and how it is sewn together.

Notable here:
- `TopCut` holds the measures of a front view in cm; vests, shirts, coats and dresses differ in
  numbers. Landmarks are corners of its outline, so they are known exactly.
- arms hang away from the body (`arm_angle`), but the cloth is cut with the arms raised further:
  that is where the folds under the arm come from.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from cloth import Drape, fan_of_waves, fanned, fullness_at
from curves import FREE, PINNED, RIM, SIDE, Edge, Outline, smooth


@dataclass(frozen=True)
class TopCut:
    """Measures in cm (half widths from the middle line) and degrees.

    skirt: for dresses, (half width, y) points that continue the side from the waist down.
    """

    neck_half: float = 8.4
    neck_drop: float = 8.8
    neck: str = "crew"  # crew | v | scoop | boat | square
    back_drop: float = 1.6
    shoulder_half: float = 20.0
    shoulder_drop: float = 4.4
    chest_half: float = 20.0
    armpit_y: float = 22.5
    waist_half: float = 19.4
    waist_y: float = 44.0
    hem_half: float = 20.8
    hem_y: float = 69.0
    hem_dip: float = 1.2
    cutaway: bool = False
    skirt: tuple[tuple[float, float], ...] = ()
    hips: float = 19.0
    sleeve_cm: float = 20.0  # 0 = sleeveless
    arm_angle: float = 42.0  # from vertical
    cuff_cm: float = 14.2
    sleeve_full: float = 0.25  # how far the sleeve's inner edge swings out half way
    cuff_hold: str = FREE
    hem_hold: str = FREE
    raise_angle: float = 12.0
    sleeve_stack: float = 0.0  # how much longer the sleeve is cut than the arm
    torso_depth: float = 0.30
    sleeve_depth: float = 0.75
    bust: float = 0.0  # 0..1, how far the chest stands out
    ease: float = 20.0
    grow_width: float = 0.035
    grow_length: float = 0.015
    fullness: float = 0.0  # extra width of the skirt at its hem
    folds: int = 7
    firm_cuff: float = 2.5  # cm of stiff cloth at the cuffs, the hem, and down the front
    firm_hem: float = 2.5
    firm_front: float = 0.0
    drape: dict = field(default_factory=dict)

    @property
    def shoulder(self) -> np.ndarray:
        return np.array([self.shoulder_half, self.shoulder_drop])

    @property
    def armpit(self) -> np.ndarray:
        return np.array([self.chest_half, self.armpit_y])

    @property
    def arm(self) -> np.ndarray:
        """Unit vector down the (wearer's left) sleeve."""
        angle = np.deg2rad(self.arm_angle)
        return np.array([np.sin(angle), np.cos(angle)])

    @property
    def across_arm(self) -> np.ndarray:
        """Unit vector across the sleeve, from its outer to its inner edge."""
        return np.array([-self.arm[1], self.arm[0]])

    @property
    def cuff_outer(self) -> np.ndarray:
        return self.shoulder + self.arm * self.sleeve_cm

    @property
    def cuff_inner(self) -> np.ndarray:
        return self.cuff_outer + self.across_arm * self.cuff_cm

    def neckline(self, drop: float | None = None) -> np.ndarray:
        """Points from the middle of the front to the (left) neck point."""
        half = self.neck_half
        drop = self.neck_drop if drop is None else drop
        if self.neck == "v":
            return np.array(
                [
                    (0, drop),
                    (half * 0.30, drop * 0.66),
                    (half * 0.68, drop * 0.27),
                    (half * 0.92, drop * 0.06),
                    (half, 0),
                ]
            )
        if self.neck == "boat":
            return np.array(
                [(0, drop), (half * 0.5, drop * 0.86), (half * 0.85, drop * 0.40), (half, 0)]
            )
        if self.neck == "square":
            return np.array(
                [
                    (0, drop),
                    (half * 0.80, drop),
                    (half * 0.86, drop * 0.93),
                    (half * 0.93, drop * 0.45),
                    (half, 0),
                ]
            )
        angle = np.linspace(0, np.pi / 2, 7)
        power = 0.88 if self.neck == "scoop" else 0.92
        return np.stack([half * np.sin(angle) ** power, drop * np.cos(angle) ** 0.95], 1)

    @cached_property
    def side(self) -> np.ndarray:
        """Points from the armpit to the end of the hem."""
        points = [self.armpit, (self.waist_half, self.waist_y)]
        points += self.skirt or [
            ((self.waist_half + self.hem_half) / 2 + 0.2, (self.waist_y + self.hem_y) / 2)
        ]
        return np.array([*points, (self.hem_half, self.hem_y)])

    @cached_property
    def hem(self) -> np.ndarray:
        if self.cutaway:  # the rounded fronts of a tailored jacket
            y = self.hem_y
            return np.array(
                [
                    (self.hem_half, y),
                    (10.0, y + 1.4),
                    (5.6, y + 1.0),
                    (2.9, y - 1.2),
                    (1.2, y - 5.0),
                    (0.35, y - 9.5),
                    (0.0, y - 12.0),
                ]
            )
        return np.array(
            [
                (self.hem_half, self.hem_y),
                (self.hem_half * 0.55, self.hem_y + self.hem_dip * 0.82),
                (0, self.hem_y + self.hem_dip),
            ]
        )

    @cached_property
    def armhole(self) -> np.ndarray:
        """Points of the seam between body and sleeve, from shoulder to armpit."""
        top, low = self.shoulder, self.armpit
        return np.array(
            [
                top,
                top * (0.3, 0.7) + low * (0.7, 0.3) - (1.9, 0.0),
                top * (0.2, 0.35) + low * (0.8, 0.65) - (1.9, 0.0),
                low,
            ]
        )

    @cached_property
    def outline(self) -> Outline:
        shoulder_line = [
            (self.neck_half, 0),
            ((self.neck_half + self.shoulder_half) / 2, self.shoulder_drop * 0.42),
            tuple(self.shoulder),
        ]
        neck = np.asarray(self.neckline())
        half = [Edge("neck", neck, PINNED), Edge("shoulder", shoulder_line, RIM)]
        if self.sleeve_cm:
            arm, out = self.arm, -self.across_arm
            bulge = 1.15 if self.sleeve_cm < 30 else 0.8
            start, end = self.shoulder, self.cuff_outer
            outer = [
                start,
                start + arm * 3.2 + out * bulge * 0.75,
                start + arm * 8 + out * bulge,
                start + (end - start) * 0.62 + out * bulge * 0.7,
                end,
            ]
            inner_start, inner_end = self.cuff_inner, self.armpit
            middle = (inner_start + inner_end) / 2 - out * self.sleeve_full
            inner = [inner_start, middle, inner_end]
            half += [
                Edge("sleeve_outer", np.array(outer)),
                Edge(
                    "cuff",
                    np.array([end, (end + inner_start) / 2 + arm * 0.35, inner_start]),
                    self.cuff_hold,
                ),
                Edge("sleeve_inner", np.array(inner)),
            ]
        else:
            half.append(Edge("armhole", self.armhole, RIM))
        hold = RIM if self.fullness > 0.15 else SIDE
        half += [Edge("side", self.side, hold), Edge("hem", self.hem, self.hem_hold)]
        return Outline.mirrored(half)

    def sleeve_weight(self, points: np.ndarray, soft: float = 4.0) -> np.ndarray:
        """(N,) 0 on the body, 1 on a sleeve, smooth across the armhole."""
        if not self.sleeve_cm:
            return np.zeros(len(points))
        x, y = np.abs(points[:, 0]), points[:, 1]
        top, low = self.shoulder, self.armpit
        down = (self.side[1] - low) / np.linalg.norm(self.side[1] - low)
        along = (self.cuff_inner - low) / np.linalg.norm(self.cuff_inner - low)
        gap = low + (down + along) / (down + along)[1] * 60
        line = np.interp(
            y,
            [top[1] - 9, top[1], (top[1] + low[1]) / 2, low[1], gap[1]],
            [top[0] - 3, top[0] - 0.6, low[0] - 1.4, low[0] - 0.2, gap[0]],
        )
        width = np.interp(y, [0, low[1] - 4, low[1] + 3], [soft, soft * 0.75, 0.4])
        share = np.clip((x - line) / width * 0.5 + 0.5, 0, 1)
        share *= y < self.cuff_inner[1] + 1.5  # further down it is a wide skirt
        return share**2 * (3 - 2 * share)

    def hanging(self) -> Drape:
        """How it hangs on the body."""
        return Drape(
            self._depth,
            self._ease,
            self._rest,
            self._grow,
            self._grain,
            self._firm,
            waves=self._waves if self.fullness else None,
            **{"bend": 6e-4, "gravity": 0.08 if self.fullness else 0.03, **self.drape},
        )

    def _depth(self, points):
        sleeve = self.sleeve_weight(points)
        y = points[:, 1]
        chest = np.exp(-(((y - self.armpit_y) / 9) ** 2))
        torso = self.torso_depth * (1 + 0.55 * self.bust * chest)
        return torso * (1 - sleeve) + self.sleeve_depth * sleeve

    def _ease(self, points):
        sleeve = self.sleeve_weight(points)
        x, y = np.abs(points[:, 0]), points[:, 1]
        torso = 1 + self.ease * np.clip((y - 4) / 24, 0, 1) ** 1.3
        if self.skirt:  # below the waist the body is the hips and legs, not the skirt
            torso = np.where(y > self.waist_y, _below(self, y), torso)
        bust = np.exp(-(((y - self.armpit_y - 1) / 6) ** 2) - ((x - 9) / 6) ** 2)
        torso -= 10 * self.bust * bust
        along = (points * np.sign(points[:, :1] + 1e-9) ** [1, 0] - self.shoulder) @ self.arm
        arm = 3 + self.ease * 0.45 * np.clip(along / 14, 0, 1)
        return np.maximum(torso, 0.5) * (1 - sleeve) + arm * sleeve

    def _rest(self, points):
        weight = self.sleeve_weight(points, 7.0)
        angle = -np.deg2rad(self.raise_angle) * weight
        side = np.where(points[:, :1] < 0, -1.0, 1.0) * [1, 0] + [0, 1]
        pivot = self.shoulder + (-1.5, 2.5)
        local = points * side - pivot
        c, s = np.cos(angle), np.sin(angle)
        turned = np.column_stack(
            [c * local[:, 0] - s * local[:, 1], s * local[:, 0] + c * local[:, 1]]
        )
        return (turned + pivot) * side

    def _waves(self, points):
        return fan_of_waves(points, smooth(self.side), self.fullness, self.waist_y, self.folds, 7)

    def _grow(self, points):
        sleeve = self.sleeve_weight(points)
        y = points[:, 1]
        below = np.clip((y - self.armpit_y + 6) / 18, 0, 1)
        skirt = np.clip((y - self.waist_y) / max(self.hem_y - self.waist_y, 1), 0, 1)
        width = self.grow_width * (0.25 + 0.75 * below)
        if self.fullness:
            width = width + self.fullness * skirt * fullness_at(points, smooth(self.side))
        length = np.full(len(points), self.grow_length)
        length = length * (1 - sleeve) + self.sleeve_stack * sleeve
        return np.column_stack([width, length])

    def _grain(self, points):
        sleeve = self.sleeve_weight(points)[:, None]
        arm = self.arm * np.where(points[:, :1] < 0, -1.0, 1.0) ** [1, 0]
        grain = fanned(points, smooth(self.side)) * (1 - sleeve) + arm * sleeve
        return grain / np.linalg.norm(grain, axis=1, keepdims=True)

    def _firm(self, points):
        x, y = np.abs(points[:, 0]), points[:, 1]
        sleeve = self.sleeve_weight(points)
        hem = self.hem_y + self.hem_dip * (1 - (x / self.hem_half) ** 2) - y
        firm = _near(hem, self.firm_hem) * (1 - sleeve)
        firm = np.maximum(firm, _near(x, self.firm_front) * (1 - sleeve))
        if self.sleeve_cm:
            along = (np.column_stack([x, y]) - self.shoulder) @ self.arm
            firm = np.maximum(firm, _near(self.sleeve_cm - along, self.firm_cuff) * sleeve)
        return 0.85 * firm

    def landmarks(self) -> dict[str, np.ndarray]:
        """Outline name in lower case -> point in the pattern plane."""
        waist = self.side
        dense = smooth(waist)
        above = dense[dense[:, 1] < self.hem_y - 1]
        narrow = above[np.argmin(np.where(above[:, 1] > self.armpit_y + 8, above[:, 0], np.inf))]
        if abs(narrow[1] - self.waist_y) > 10:
            narrow = dense[np.argmin(np.abs(dense[:, 1] - self.waist_y))]
        left = {
            "collar": np.array([self.neck_half, 0.0]),
            "shoulder": self.shoulder,
            "armpit": self.armpit,
            "waist": narrow,
            "hem": np.array([self.hem_half, self.hem_y]),
        }
        if self.sleeve_cm:
            outer = smooth(self.outline["sleeve_outer_left"])
            inner = smooth(self.outline["sleeve_inner_left"])
            left |= {
                "elbow": (outer[len(outer) // 2] + inner[len(inner) // 2]) / 2,
                "cuff_outer": self.cuff_outer,
                "cuff_inner": self.cuff_inner,
            }
        found = {
            "collar_centre": np.array([0.0, self.neckline()[0][1]]),
            "hem_centre": self.hem[-1],
        }
        for name, point in left.items():
            found[f"{name}_left"] = point
            found[f"{name}_right"] = point * (-1, 1)
        return found


def _near(distance: np.ndarray, width: float) -> np.ndarray:
    """1 nearer than width (cm), falling to 0 over the next 2 cm; 0 if width is 0."""
    return np.clip((width - distance) / 2 + 1, 0, 1) if width else np.zeros_like(distance)


def _below(cut: TopCut, y: np.ndarray) -> np.ndarray:
    """Ease under the skirt of a dress: its own width against that of the hips."""
    side = smooth(cut.side)
    half = np.interp(y, side[:, 1], side[:, 0])
    at_waist = 1 + cut.ease * np.clip((cut.waist_y - 4) / 24, 0, 1) ** 1.3
    hips = np.minimum(half, cut.hips + 0.6 * np.maximum(half - cut.hips, 0) - 0.7)
    return at_waist + cut.torso_depth * (half**2 - hips**2)
