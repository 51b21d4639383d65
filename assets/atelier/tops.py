"""Tops and dresses: one flat sewing pattern with many measures, and how it is sewn together.

Notable here:
- `TopCut` holds the measures of a garment laid flat, in cm; vests, shirts, coats and dresses
  differ in numbers. Landmarks are corners of its outline, so they are known exactly.
- arms are drawn raised as far as those of the body forms before they are lowered.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from curves import Edge, Outline, mirror, smooth
from drape import Cloth, fluted
from scipy.spatial import cKDTree

FLARE = 0.5  # share of a skirt's extra width that makes it stand away from the legs
HIPS_HALF = 25.0  # a quarter of the form's hips
SEAM_CM, OUTER_CM = 1.6, 14  # cloth beside neck and shoulder seams is stiff, so far down a sleeve
SHORT_ARMS = 0.74  # how far the arms are lowered: short sleeves should stand off the body
RIB_PULL = 0.2  # share by which a rib draws the cloth together
CUFF_PRESS = 0.22  # 0..1; more would draw the cuff to a string
ELASTIC_PULL = 0.08  # the same, of the elastic that holds up an off-shoulder edge


@dataclass(frozen=True)
class TopCut:
    """Measures of the flat pattern in cm (half widths from the middle line) and degrees.

    skirt: for dresses, (half width, y) points that continue the side from the waist down.
    form: the body form it hangs on.
    """

    neck_half: float = 8.4
    neck_drop: float = 8.8
    neck: str = "crew"  # crew | v | scoop | boat | square | off-shoulder
    bare_cm: float = 6.0  # off-shoulder: from the shoulder down the arm to the upper edge
    back_drop: float = 1.8
    shoulder_half: float = 23.0
    shoulder_drop: float = 4.6
    chest_half: float = 27.0
    armpit_y: float = 24.5
    waist_half: float = 26.0
    waist_y: float = 44.0
    hem_half: float = 26.5
    hem_y: float = 71.0
    hem_dip: float = 0.8
    cutaway: bool = False
    skirt: tuple[tuple[float, float], ...] = ()
    sleeve_cm: float = 21.0  # 0 = sleeveless
    arm_angle: float = 66.0  # from vertical, as the form's arms are raised
    cuff_cm: float = 18.5
    sleeve_full: float = 0.3  # how far the sleeve's inner edge swings out half way
    cuff_rib: bool = False  # drawn in by a rib
    hem_rib: bool = False
    firm_cuff: float = 2.5  # cm of stiff cloth at the cuffs, the hem, and down the front
    firm_hem: float = 2.5
    firm_front: float = 0.0
    form: str = "men"
    drape: dict = field(default_factory=dict)

    @property
    def shoulder(self) -> np.ndarray:
        return np.array([self.shoulder_half, self.shoulder_drop])

    @property
    def bare(self) -> bool:
        """Shoulders without cloth: the upper edge goes around the arms."""
        return self.neck == "off-shoulder"

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

    def neckline(self, drop: float | None = None, shape: str | None = None) -> np.ndarray:
        """Points from the middle of the front to the (left) neck point."""
        half = self.neck_half
        drop = self.neck_drop if drop is None else drop
        neck = self.neck if shape is None else shape
        if neck == "off-shoulder":
            end = self.shoulder + self.arm * self.bare_cm
            share = np.linspace(0, 1, 6)
            return np.column_stack([end[0] * share, drop + (end[1] - drop) * share**2.2])
        if neck == "v":
            return np.array(
                [
                    (0, drop),
                    (half * 0.36, drop * 0.66),
                    (half * 0.76, drop * 0.27),
                    (half * 0.96, drop * 0.06),
                    (half, 0),
                ]
            )
        if neck == "boat":
            return np.array(
                [(0, drop), (half * 0.5, drop * 0.86), (half * 0.85, drop * 0.40), (half, 0)]
            )
        if neck == "square":
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
        power = 0.88 if neck == "scoop" else 0.92
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
        half = [Edge("neck", neck)]
        if not self.bare:
            half.append(Edge("shoulder", shoulder_line))
        if self.sleeve_cm:
            arm, out = self.arm, -self.across_arm
            bulge = 1.15 if self.sleeve_cm < 30 else 0.8
            start, end = neck[-1] if self.bare else self.shoulder, self.cuff_outer
            near = min(np.linalg.norm(end - start) / 20, 1.0) if self.bare else 1.0
            outer = [
                start,
                start + (arm * 3.2 + out * bulge * 0.75) * near,
                start + (arm * 8 + out * bulge) * near,
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
                ),
                Edge("sleeve_inner", np.array(inner)),
            ]
        else:
            half.append(Edge("armhole", self.armhole))
        half += [Edge("side", self.side), Edge("hem", self.hem)]
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

    @cached_property
    def back_outline(self) -> Outline:
        """The back: the same, with a shallow neckline and an even hem."""
        neck = smooth(self.neckline(self.back_drop, "crew" if self.neck == "v" else self.neck))
        edges = []
        for edge in self.outline.edges:
            points = edge.points
            if edge.name.startswith("neck"):
                points = neck if edge.name == "neck_left" else mirror(neck)[::-1]
            elif edge.name.startswith("hem") and self.cutaway:
                points = smooth([(self.hem_half, self.hem_y), (0, self.hem_y)])
                points = points if edge.name == "hem_left" else mirror(points)[::-1]
            edges.append(Edge(edge.name, points))
        return Outline(tuple(edges))

    sewn = frozenset({"shoulder", "sleeve_outer", "sleeve_inner", "side"})

    def cloth(self) -> Cloth:
        """How it hangs."""
        return Cloth(
            firm=self._firm,
            shrink=self._shrink,
            press=self._press,
            arms=(SHORT_ARMS if self.sleeve_cm < 30 else 1.0) if self.sleeve_cm else 0.0,
            tube=self._tube if self.skirt else None,
            **self.drape,
        )

    def _tube(self, points, seed):
        """The skirt of a dress starts as a tube around the legs."""
        x, y = points.T
        side = smooth(self.side)
        flat = np.interp(y, side[:, 1], side[:, 0])
        calm = np.minimum(HIPS_HALF + FLARE * np.maximum(flat - HIPS_HALF, 0), flat)
        below = np.clip((y - self.armpit_y) / (self.waist_y - self.armpit_y), 0, 1)
        weight = below * (1 - self.sleeve_weight(points, 0.4))
        return np.column_stack([*fluted(x / flat, flat, calm, seed), weight])

    def _press(self, points):
        """Beside the seams of shoulders, sleeves' tops and sides, at ribbed cuffs; the neckline
        keeps its shape."""
        mirrored = np.abs(points) * [1, 0] + points * [0, 1]
        line = [] if self.bare else [self.outline["shoulder_left"]]
        if self.sleeve_cm:
            line.append(self.outline["sleeve_outer_left"])
        near = cKDTree(np.vstack(line)).query(mirrored)[0]
        neck = cKDTree(smooth(self.neckline())).query(mirrored)[0]
        side = cKDTree(smooth(self.side)).query(mirrored)[0]
        flank = (
            0.7 * np.clip(1 - side / 5, 0, 1) * np.clip((points[:, 1] - self.armpit_y) / 6, 0, 1)
        )
        corner = np.linalg.norm(mirrored - (self.neck_half, 0), axis=1)  # would stand up
        corner = 0.35 * np.clip(2 - corner / 1.5, 0, 1) * (not self.bare)
        shoulder = np.clip(1.2 - near / 6, 0, 1) * np.clip(neck / 4, 0, 1)
        cuff = np.zeros(len(points))
        if self.sleeve_cm and self.cuff_rib:  # what a rib draws together buckles
            along = (mirrored - self.shoulder) @ self.arm
            cuff = CUFF_PRESS * _near(self.sleeve_cm - along, self.firm_cuff + 1)
            cuff *= self.sleeve_weight(points, 0.4)
        return np.max([shoulder, flank, corner, cuff], axis=0)

    def _shrink(self, points):
        """Ribs draw the cloth together."""
        x, y = np.abs(points[:, 0]), points[:, 1]
        sleeve = self.sleeve_weight(points, 0.4)
        shrink = np.zeros(len(points))
        if self.hem_rib:
            hem = self.hem_y + self.hem_dip * (1 - (x / self.hem_half) ** 2) - y
            shrink = RIB_PULL * _near(hem, self.firm_hem - 1) * (1 - sleeve)
        if self.sleeve_cm and self.cuff_rib:
            along = (np.column_stack([x, y]) - self.shoulder) @ self.arm
            cuff = RIB_PULL * _near(self.sleeve_cm - along, self.firm_cuff - 1) * sleeve
            shrink = np.maximum(shrink, cuff)
        if self.bare:
            mirrored = np.column_stack([x, y])
            edge = cKDTree(smooth(self.neckline())).query(mirrored)[0]
            shrink = np.maximum(shrink, ELASTIC_PULL * _near(edge, 1.0))
        return shrink

    def _firm(self, points):
        x, y = np.abs(points[:, 0]), points[:, 1]
        sleeve = self.sleeve_weight(points)
        hem = self.hem_y + self.hem_dip * (1 - (x / self.hem_half) ** 2) - y
        firm = _near(hem, self.firm_hem) * (1 - sleeve)
        firm = np.maximum(firm, _near(x, self.firm_front) * (1 - sleeve))
        if self.sleeve_cm:
            along = (np.column_stack([x, y]) - self.shoulder) @ self.arm
            firm = np.maximum(firm, _near(self.sleeve_cm - along, self.firm_cuff) * sleeve)
        seams = [smooth(self.neckline())]
        if not self.bare:
            seams.append(self.outline["shoulder_left"])
        seams.append(
            self.outline["sleeve_outer_left"][: 8 * OUTER_CM]
            if self.sleeve_cm
            else self.outline["armhole_left"]
        )
        to_seam = cKDTree(np.vstack(seams)).query(np.column_stack([x, y]))[0]
        firm = np.maximum(firm, _near(to_seam, SEAM_CM))
        return 0.85 * firm

    def landmarks(self) -> dict[str, np.ndarray]:
        """Outline name in lower case -> point in the pattern plane."""
        waist = self.side
        dense = smooth(waist)
        above = dense[dense[:, 1] < self.hem_y - 1]
        narrow = above[np.argmin(np.where(above[:, 1] > self.armpit_y + 8, above[:, 0], np.inf))]
        if abs(narrow[1] - self.waist_y) > 10:
            narrow = dense[np.argmin(np.abs(dense[:, 1] - self.waist_y))]
        # without cloth on the shoulders these two are points of the wearer's: `beyond`
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

    @property
    def beyond(self) -> tuple[str, ...]:
        """Landmarks that lie off the cloth, where the wearer's neck and shoulders are."""
        return ("collar", "shoulder") if self.bare else ()


def _near(distance: np.ndarray, width: float) -> np.ndarray:
    """1 nearer than width (cm), falling to 0 over the next 2 cm; 0 if width is 0."""
    return np.clip((width - distance) / 2 + 1, 0, 1) if width else np.zeros_like(distance)
