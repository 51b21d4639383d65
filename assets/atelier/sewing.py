# ruff: noqa: RUF005 (an array plus a tuple is a sum here)
"""Sewing: collars, plackets, pockets, cuffs, waistbands, hoods, zips, pleats.

Notable here:
- a `Tailor` owns one garment from cloth to picture. Before `hang` it works on the flat surface
  (whatever it adds there follows the folds), after it lays stiff pieces such as collars on top.
- `inside` collects the outlines of what is seen of the garment's inside (the back of a neck
  opening, of a waistband): the part that a wearer's body hides.
"""

import hashlib
import os
import pickle
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from curves import Frame, fill, mirror, offset, smooth
from drape import Draped, Form, drape
from fabric import Pattern, Weave, lettering, plain
from light import linear
from scipy import ndimage
from scipy.spatial import cKDTree
from studio import COLLAR, FRONT, INSIDE, MARGIN_CM, TRIM, Picture, Scene
from surface import Surface
from tops import TopCut

COLLAR_ROLL_CM = 0.9  # how far a collar stands off where it folds over
GRID_PER_CM = 9.0  # of the mesh of a loose piece
HEIGHT_PX = 1056  # of a picture
FINEST = 26.0
# Draped cloth is kept here from one run to the next (it depends on the cut alone).
DRAPED = Path(os.environ.get("ATELIER_CACHE", Path.home() / ".cache" / "tryon-atelier"))


class Tailor:
    """Makes one garment. cut: TopCut, TrouserCut or SkirtCut; above_cm: what stands up above it.

    folds: (N, 2) pattern points -> (N,) cm that the hung cloth stands out there (pressed pleats).
    flat: garments lie on a floor instead of hanging on a form.
    """

    flat = False

    def __init__(
        self,
        cut,
        weave: Weave,
        pattern: Pattern,
        seed: int = 1,
        above_cm: float = 0.0,
    ) -> None:
        self.cut, self.weave, self.pattern, self.seed = cut, weave, pattern, seed
        self.outline = cut.outline
        self.sewn_on: list[tuple] = []
        self.folds: Callable[[np.ndarray], np.ndarray] | None = None
        polygon = self.outline.polygon()
        tall = np.ptp(polygon[:, 1]) + above_cm + 2 * MARGIN_CM
        self.above_cm = above_cm
        self.detail = min(2 * HEIGHT_PX / tall, FINEST)  # pixels per cm of painted cloth
        self.surface = Surface(Frame.around(polygon, 1.0, self.detail), seed)
        self.back = Surface(self.surface.frame, seed)
        self.draped: Draped | None = None
        for surface in (self.surface, self.back):
            self._lay_grain(surface)
            surface.cover(weave, pattern)

    # --- on the flat cloth --------------------------------------------------------------------

    def _lay_grain(self, surface: Surface) -> None:
        """Fabric coordinates: along the cloth, turned on sleeves and legs."""
        cut = self.cut
        x, y = surface.frame.grid()
        points = np.stack([x.ravel(), y.ravel()], 1).astype(float)
        if isinstance(cut, TopCut) and cut.sleeve_cm:
            weight = cut.sleeve_weight(points, 0.3).reshape(x.shape)
            for side in (-1, 1):
                mine = weight * (x * side > 0)
                axis = ((cut.shoulder + cut.armpit) / 2 + cut.arm * 2) * (side, 1)
                surface.turn_grain(mine, axis, -np.deg2rad(cut.arm_angle) * side)
            surface.panel = np.where(weight > 0.5, np.where(x > 0, 3, 4), FRONT).astype(np.uint8)
        elif self.two_legs:
            surface.panel = np.where(y > cut.crotch_y, np.where(x > 0, 3, 4), FRONT).astype(
                np.uint8
            )

    def both(self, points):
        """A curve through points on the wearer's left, and its mirror image."""
        curve = smooth(points)
        return curve, mirror(curve)

    def seam(self, points, stitch_at=None, colour=None, double=0.0, depth=0.05, pucker=0.6):
        """A seam through points, on both sides; stitch_at: cm from it for topstitching (towards
        the middle of the front for positive values on vertical seams)."""
        for number, curve in enumerate(self.both(points)):
            along = self.surface.along(curve, 2.0)
            along.groove(depth)
            along.pucker(0, 0.6, pucker, self.seed + number)
            if stitch_at is not None:
                side = 1 if number == 0 else -1
                along.stitches(stitch_at * side, colour)
                if double:
                    along.stitches((stitch_at + double) * side, colour)

    def sew_top(self, stitch: bool = False, colour=None, shoulder: bool = True) -> None:
        """Shoulder seams and armholes."""
        cut = self.cut
        if cut.sleeve_cm:
            self.seam(cut.armhole, 0.5 if stitch else None, colour)
        if shoulder:
            line = [(cut.neck_half + 0.4, 1.5), (cut.shoulder_half - 1.0, cut.shoulder_drop + 1.2)]
            self.seam(line, 0.4 if stitch else None, colour, depth=0.03, pucker=0.4)

    @property
    def neck(self) -> np.ndarray:
        """The front neckline from the wearer's right to the left, clockwise in the picture."""
        return np.vstack([self.outline["neck_right"], self.outline["neck_left"][1:]])

    @property
    def hem(self) -> np.ndarray:
        return np.vstack([self.outline["hem_left"], self.outline["hem_right"][1:]])

    def edges(self, name: str):
        """Both edges of this name."""
        return self.outline[f"{name}_left"], self.outline[f"{name}_right"]

    def hems(self, names=("cuff", "hem"), width_cm=2.2, rows=2, colour=None, thick_cm=0.05) -> None:
        """Turned and stitched edges."""
        for name in names:
            curves = [self.hem] if name == "hem" and not self.two_legs else self.edges(name)
            for number, curve in enumerate(curves):
                for surface in (self.surface, self.back):
                    along = surface.along(curve, width_cm + 2.5)
                    along.hem(width_cm, 1, rows, thick_cm, colour, self.seed + number)

    @property
    def two_legs(self) -> bool:
        return any(edge.name == "inner_left" for edge in self.outline.edges)

    def rib_edges(self, names, width_cm, period_cm=0.26, depth_cm=0.035, pattern=None) -> None:
        """Rib-knit bands along edges (cuffs, hem)."""
        for name in names:
            for curve in [self.hem] if name == "hem" else self.edges(name):
                for surface in (self.surface, self.back):
                    along = surface.along(curve, width_cm + 2)
                    if pattern is not None:
                        surface.cover(self.weave, pattern, along.band(-1, width_cm))
                    along.rib(-0.4, width_cm, period_cm, depth_cm, 0.08)
                    along.groove(0.09, 0.10, width_cm + 0.03)
                    along.pucker(width_cm + 0.5, 0.9, 1.6, self.seed)

    def crew_collar(
        self,
        width_cm: float = 1.9,
        pattern=None,
        stitch: bool = True,
        period_cm: float = 0.22,
        weave=None,
    ) -> None:
        """A ribbed band around the neckline, front."""
        along = self.surface.along(self.neck, width_cm + 2)
        if pattern is not None or weave is not None:
            band = along.band(-1, width_cm)
            self.surface.cover(weave or self.weave, pattern or self.pattern, band)
        along.rib(-0.2, width_cm, period_cm, 0.03, 0.07)
        along.groove(0.07, 0.08, width_cm + 0.05)
        if stitch:
            along.stitches(width_cm + 0.38)

    def bound_edge(self, curve, width_cm: float = 0.9, pattern=None) -> None:
        """A narrow binding along an edge (vests, blouses)."""
        along = self.surface.along(curve, width_cm + 2)
        if pattern is not None:
            self.surface.cover(self.weave, pattern, along.band(-1, width_cm))
        bump = self.surface.bump[along.rows, along.columns]
        middle = (along.d - width_cm / 2) / (width_cm / 2)
        bump += (0.06 * np.sqrt(np.clip(1 - middle**2, 0, 1))).astype(np.float32)
        along.groove(0.05, 0.06, width_cm + 0.03)
        along.stitches(width_cm - 0.15)
        along.pucker(width_cm + 0.3, 0.5, 0.7, self.seed)

    def placket(self, top, bottom, width_cm=3.2, colour=None, box=False, thick=0.09, middle=0.0):
        """The strip down the front that the buttons are on, from y = top to bottom."""
        half = width_cm / 2
        shape = np.array([(-half, top), (half, top), (half, bottom), (-half, bottom)]) + (middle, 0)
        self.surface.patch(shape, thick, 0.05)
        for x, side in ((-half, -1), (half, 1)):
            line = smooth([(x + middle, top), (x + middle, bottom)])
            along = self.surface.along(line, 1.5)
            along.stitches(side * 0.45, colour)
            along.pucker(0, 0.5, 0.8, self.seed + side)
        if box:
            for y in (bottom - 0.3, bottom - 2.4):
                line = smooth([(middle - half + 0.3, y), (middle + half - 0.3, y)])
                self.surface.along(line, 0.6).stitches(0, colour)

    def buttons(
        self,
        places,
        radius_cm=0.55,
        colour=(236, 233, 226),
        metal=False,
        hole=True,
        thread=None,
        upright=True,
    ) -> None:
        """Buttons at points of the pattern plane, with their buttonholes; sewn on when hung."""
        for place in places:
            if hole:
                colour_ = thread if thread is not None else (200, 200, 200)
                self.surface.buttonhole(place, radius_cm * 2.5, colour_, upright)
            self.sewn_on.append((np.asarray(place, float), radius_cm, colour, metal))

    def pocket(self, polygon, stitch=0.3, colour=None, double=0.0, thick=0.10) -> None:
        """A patch pocket or a flap."""
        polygon = np.asarray(polygon, float)
        self.surface.patch(polygon, thick, 0.06)
        closed = np.vstack([polygon, polygon[:1]])
        x, y = closed.T
        clockwise = np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) > 0
        for a, b in pairwise(closed):
            along = self.surface.along(smooth([a, b]), 1.2)
            side = 1 if clockwise else -1
            along.stitches(side * stitch, colour)
            if double:
                along.stitches(side * (stitch + double), colour)
        outline = self.surface.along(smooth_closed(closed), 1.5)
        outline.groove(0.06, 0.05)
        outline.pucker(0, 0.5, 0.8, self.seed)

    def welt(self, start, end, width_cm: float = 1.4) -> None:
        """A slit pocket with a narrow lip, from start to end."""
        start, end = np.asarray(start, float), np.asarray(end, float)
        across = np.array([-(end - start)[1], (end - start)[0]])
        across *= width_cm / np.linalg.norm(across)
        self.surface.patch(np.array([start, end, end + across, start + across]), 0.10, 0.06)
        self.surface.along(smooth([start, end]), 1.0).groove(0.10, 0.08)

    def zip(self, top: float, bottom: float, colour=(60, 60, 64), tape=None, width_cm=0.62):
        """A zip down the middle of the front, with its puller."""
        surface = self.surface
        x, y = surface.frame.grid()
        inside = (y > top) & (y < bottom)
        tape_mask = np.clip((1.15 - np.abs(x)) * surface.frame.scale + 0.5, 0, 1) * inside
        surface.bump -= (0.10 * np.exp(-((np.abs(x) / 1.0) ** 4)) * inside).astype(np.float32)
        if tape is not None:
            surface.paint(tape, tape_mask.astype(np.float32))
        teeth = np.clip((width_cm / 2 - np.abs(x)) * surface.frame.scale + 0.5, 0, 1) * inside
        phase = np.sin(2 * np.pi * y / 0.28 + np.pi * (x > 0))
        surface.paint(colour, teeth.astype(np.float32))
        surface.dye *= (1 + (0.45 * phase * teeth))[..., None].astype(np.float32)
        surface.bump += (teeth * (0.06 + 0.04 * phase)).astype(np.float32)
        surface.gloss += (0.5 * teeth).astype(np.float32)
        for side in (-1, 1):
            line = smooth([(side * 1.2, top), (side * 1.2, bottom)])
            along = surface.along(line, 1.2)
            along.groove(0.06, 0.06)
            along.stitches(-side * 0.5)
            along.pucker(0, 0.6, 1.0, self.seed + side)
        puller = np.array(
            [(-0.32, top + 0.8), (0.32, top + 0.8), (0.24, top + 4.0), (-0.24, top + 4.0)]
        )
        mask = surface.patch(puller, 0.22, 0.06)
        surface.paint(colour, mask)
        surface.gloss += 0.5 * mask

    def print(
        self, mask: np.ndarray, centre, width_cm: float, colour, strength: float = 0.94
    ) -> None:
        """Print a (h, w) 0..1 mask in one ink, centred on a point of the pattern plane."""
        frame = self.surface.frame
        width = round(width_cm * frame.scale)
        height = round(width * mask.shape[0] / mask.shape[1])
        ink = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
        left, top = np.round(frame.to_pixels(centre) - (width / 2, height / 2)).astype(int)
        full = np.zeros(self.surface.bump.shape, np.float32)
        full[top : top + height, left : left + width] = ink
        generator = np.random.default_rng(self.seed)
        grain = ndimage.gaussian_filter(generator.standard_normal((height, width)), 1.0)
        full[top : top + height, left : left + width] *= np.clip(1 - 0.5 * np.abs(grain), 0, 1)
        self.surface.paint(colour, full, strength)
        self.surface.bump += 0.004 * full

    # --- hung up ------------------------------------------------------------------------------

    def hang(self) -> None:
        """Let it drape and put it in front of the camera."""
        self.draped = _draped(self.cut, self.seed, Tailor.flat)
        front, back = self.draped.front, self.draped.back
        top = min(front.position[:, 1].min(), back.position[:, 1].min()) - self.above_cm
        extent = np.vstack([front.position[:, :2], back.position[:, :2], [[0, top]]])
        tall = np.ptp(extent[:, 1]) + 2 * MARGIN_CM
        self.scene = Scene(extent, HEIGHT_PX / tall)
        self.scene.hang(front, self.surface, FRONT, self.folds)
        self.ground = self.scene.ground()  # without the back, which is seen through the neck
        self.scene.hang(back, self.back, INSIDE, self.folds)
        self.fit = _Fit(self.cut, self.draped)
        for place, radius_cm, colour, metal in self.sewn_on:
            self._sew_on(front.locate(place)[0, :2], radius_cm, colour, metal)

    def piece(
        self,
        polygon,
        lift_cm=0.3,
        weave=None,
        pattern=None,
        turn=0.0,
        bevel_cm=0.25,
        behind_cm=None,
        finish=None,
        shape=None,
        edge_dark=0.35,
        placed=None,
        number=TRIM,
        inner=False,
    ):
        """Lay a stiff piece of cloth, outlined in the picture plane.

        lift_cm: its height above what lies there. behind_cm: instead, a height
        over the sides of the neck. turn: degrees its grain is turned. finish(surface):
        stitches and so on. shape(x, y): extra height in cm.
        """
        polygon = np.asarray(polygon, float)
        fit = self.fit if not placed else (lambda points: points)
        surface = Surface(Frame.around(polygon, 0.6, self.detail), self.seed)
        if turn:
            surface.turn_grain(np.ones_like(surface.bump), polygon.mean(0), np.deg2rad(turn))
        surface.cover(weave or self.weave, pattern or self.pattern)
        if finish is not None:
            finish(surface)
        surface.cut = surface.region(polygon)
        if edge_dark and behind_cm is None:
            near = ndimage.distance_transform_edt(surface.cut >= 0.5) / surface.frame.scale
            surface.dye *= (1 - edge_dark * np.exp(-((near / 0.06) ** 2)))[..., None].astype(
                np.float32
            )
        frame = Frame.around(polygon, 0.4, GRID_PER_CM)
        x, y = frame.grid()
        where = fit(np.stack([x.ravel(), y.ravel()], 1))
        ground = self.scene.sample(self.ground, where).reshape(x.shape)
        extra = shape(x, y, ground) if shape is not None else 0.0
        if behind_cm is not None:
            height = np.broadcast_to(behind_cm + self.fit.depth + extra, x.shape)
        else:
            depth = ndimage.distance_transform_edt(fill(polygon, frame, 2) >= 0.5) / frame.scale
            height = ground + lift_cm * (1 - np.exp(-depth / bevel_cm)) + extra
            base = self.scene.sample(self.scene.base, where).reshape(x.shape)
            height = np.where(np.isfinite(base), np.maximum(height, base + 0.03), height)
        self.scene.lay(x, y, where, height, surface, number, inner)

    def inside_back(self, back, band_cm=1.9, weave=None, pattern=None, rib=True) -> None:
        """What stands up behind the neck and is seen from inside (a collar's stand): between its
        upper edge (from the wearer's right to the left) and the back's own neckline."""
        back = smooth(back)
        low = self.fit.back_neck
        polygon = np.vstack([back, low[::-1] + (0, 0.8)])

        def finish(surface):
            along = surface.along(back, band_cm + 2)
            if rib:
                along.rib(-0.2, band_cm, 0.22, 0.03, 0.05)
            along.groove(0.06, 0.08, band_cm + 0.05)

        self.piece(
            polygon,
            weave=weave,
            pattern=pattern,
            finish=finish,
            behind_cm=0.0,
            shape=lambda x, y, _: self.fit.behind(x) + 0.25 - self.fit.depth,
            number=COLLAR,
            inner=True,
        )

    def neck_tape(self, band_cm=1.9, label=True, rib=True, weave=None, pattern=None) -> None:
        """The inside of the back's neckline: its band and the label. Before `hang`."""
        line = self.cut.back_outline
        line = np.vstack([line["neck_right"], line["neck_left"][1:]])
        along = self.back.along(line, band_cm + 2)
        if pattern is not None or weave is not None:
            band = along.band(-1, band_cm)
            self.back.cover(weave or self.weave, pattern or self.pattern, band)
        if rib:
            along.rib(-0.2, band_cm, 0.22, 0.03, 0.05)
        along.groove(0.06, 0.08, band_cm + 0.05)
        if label:
            _label(self.back, np.array([0.0, self.cut.back_drop + band_cm - 0.1]))

    def waist_tape(self, label: bool = True) -> None:
        """The inside of the back's waistband, with the label. Before `hang`."""
        line = self.cut.back_outline
        line = np.vstack([line["waist_right"], line["waist_left"][1:]])
        along = self.back.along(line, 6)
        along.stitches(0.4)
        along.groove(0.08, 0.08, 3.8)
        if label:
            _label(self.back, np.array([0.0, line[:, 1].min() + 0.7]), 3.2, 1.8)

    def shirt_collar(
        self,
        point=(6.4, 13.0),
        rise=3.2,
        spread=0.5,
        stitch=0.55,
        colour=None,
        weave=None,
        pattern=None,
        button=None,
        meet=None,
        band=True,
        lift=0.42,
    ):
        """Two collar leaves that fold over at the neck; point: tip of the left one, meet: where
        the leaves meet in front."""
        cut = self.cut
        half = cut.neck_half
        drop = cut.neck_drop
        meet = np.array(meet if meet is not None else (spread, drop - 2.6))
        top = np.array([half - 0.5, -rise])
        fold = smooth([meet, (half * 0.42, drop * 0.40), (half * 0.80, -0.2 * rise), top])
        back = smooth(
            [
                mirror([top])[0],
                (-half * 0.5, -rise - 0.75),
                (0, -rise - 1.0),
                (half * 0.5, -rise - 0.75),
                top,
            ]
        )
        outer = np.vstack(
            [
                smooth([top, (half + 0.75, -rise * 0.55), (half + 1.9, 0.9), (half + 1.7, 3.2)]),
                smooth([(half + 1.7, 3.2), np.array(point)]),
                smooth([np.array(point), (point + meet) / 2 + (-0.2, -0.35), meet + (0.1, 1.1)]),
            ]
        )
        # behind the neck: stand and fold, seen from inside
        self.inside_back(back, 3.0, weave, pattern, rib=False)
        if band:
            stand = np.vstack(
                [
                    smooth(
                        [(-half * 0.5, drop * 0.62), (0, drop - 2.3), (half * 0.5, drop * 0.62)]
                    ),
                    smooth(
                        [
                            (half * 0.5, drop * 0.62 + 2.4),
                            (0, drop + 0.4),
                            (-half * 0.5, drop * 0.62 + 2.4),
                        ]
                    ),
                ]
            )
            self.piece(stand, 0.18, weave, pattern)
        leaf = np.vstack([fold, outer])
        for side in (-1, 1):
            polygon = leaf * (side, 1)
            edge = outer * (side, 1)
            fold_line = cKDTree(fold * (side, 1))

            def rolled(x, y, ground, fold_line=fold_line):
                away = fold_line.query(np.stack([x.ravel(), y.ravel()], 1))[0].reshape(x.shape)
                return COLLAR_ROLL_CM * np.exp(-((away / 2.4) ** 2))

            def finish(surface, edge=edge, side=side):
                along = surface.along(edge, 1.5)
                along.stitches(side * stitch, colour)
                along.pucker(side * 0.2, 0.4, 0.5, 5)

            self.piece(polygon, lift, weave, pattern, turn=side * -28, finish=finish, shape=rolled)
        if button is not None:
            place = np.array([0.0, drop - 0.95])
            self.sew_on(place, 0.5, button)

    def stand_collar(
        self, height=4.2, rib=True, pattern=None, weave=None, period=0.26, open_=False
    ):
        """A short upright band around the neck (bomber jackets, turtlenecks with more height)."""
        cut = self.cut
        half, drop = cut.neck_half, cut.neck_drop
        lean = min(height * 0.10, 0.9)
        top_front = smooth(
            [
                (-half + lean, -height),
                (-half * 0.55, drop * 0.55 - height * 0.95),
                (0, drop * 0.80 - height),
                (half * 0.55, drop * 0.55 - height * 0.95),
                (half - lean, -height),
            ]
        )
        top_back = smooth([(-half + lean, -height), (0, -height - 1.3), (half - lean, -height)])
        low = self.neck
        # its foot runs down on the shoulders: no gap there, however far the neckline opens
        foot = smooth([(half - lean, -height), (half + 0.4, -0.4 * height), (half + 2.4, 1.7)])
        below = offset(low, 0.5)
        below = below[np.abs(below[:, 0]) < half - 0.4]
        body = np.vstack([top_front, foot, below[::-1], mirror(foot)[::-1]])
        width = half + 2.5

        def tube(x, y, ground):
            deep = self.fit.neck_deep
            round_ = np.sqrt(np.clip(1 - (x / width) ** 2, 0, 1))
            return self.fit.depth + deep * round_ + 0.4 - ground

        def finish(surface):
            x, _ = surface.frame.grid()
            if rib:
                angle = np.arcsin(np.clip(x / width, -1, 1)) * width
                wave = np.cos(2 * np.pi * angle / period)
                surface.bump += (0.04 * wave).astype(np.float32)
                surface.dye *= (1 + 0.07 * wave)[..., None].astype(np.float32)
            along = surface.along(low, 1.5)
            along.groove(0.10, 0.12)
            if not rib:
                surface.along(top_front, 1.5).stitches(0.6)

        self.piece(body, 0.15, weave, pattern, finish=finish, shape=tube, bevel_cm=0.15)
        self.inside_back(top_back, 1.0, weave, pattern, rib=rib)

    def turtleneck(self, height: float = 7.5, period: float = 0.30) -> None:
        """A rolled collar: a ribbed tube folded over on itself."""
        cut = self.cut
        half = cut.neck_half
        wide = half + 0.8
        top_front = smooth(
            [
                (-half + 0.4, -height),
                (-half * 0.5, -height + 1.3),
                (0, -height + 1.8),
                (half * 0.5, -height + 1.3),
                (half - 0.4, -height),
            ]
        )
        top_back = smooth([(-half + 0.4, -height), (0, -height - 1.2), (half - 0.4, -height)])
        fold = smooth([(wide, 0.3), (wide * 0.7, 3.0), (0, 4.9), (-wide * 0.7, 3.0), (-wide, 0.3)])
        side = smooth([(half - 0.4, -height), (half + 0.55, -height * 0.6), (wide, 0.3)])
        roll = np.vstack([top_front, side, fold, mirror(side)[::-1]])

        def ribs(width, bulge):
            def finish(surface):
                x, _ = surface.frame.grid()
                angle = np.arcsin(np.clip(x / (width + 0.3), -1, 1)) * width
                wave = np.cos(2 * np.pi * angle / period)
                surface.bump += (bulge * wave).astype(np.float32)
                surface.dye *= (1 + 0.08 * wave)[..., None].astype(np.float32)

            return finish

        def tube(radius, base):
            return lambda x, y, ground: (
                self.fit.depth
                + base
                + self.fit.neck_deep * np.sqrt(np.clip(1 - (x / radius) ** 2, 0, 1))
                - ground
            )

        low = np.vstack([fold[::-1] - (0, 2.0), self.neck[::-1] + (0, 0.1)])
        self.piece(
            low, 0.1, finish=ribs(half + 0.4, 0.04), shape=tube(half + 0.5, 0.2), bevel_cm=0.15
        )
        self.piece(roll, 0.35, finish=ribs(wide, 0.05), shape=tube(wide + 0.3, 0.8), bevel_cm=0.3)
        self.inside_back(top_back, 0.6, rib=False)

    def hood(self, colour_cord=(235, 235, 232), cord_cm: float = 19.0, inner=None) -> None:
        """A hood lying back around the neck, with its opening, eyelets and cords."""
        cut = self.cut
        drop = cut.neck_drop
        inner_edge = smooth(
            [
                (0.2, drop + 1.6),
                (3.4, drop - 1.6),
                (6.3, 2.2),
                (7.6, -3.2),
                (6.6, -7.0),
                (3.6, -9.0),
                (0, -9.6),
            ]
        )
        outer_edge = smooth(
            [
                (0, -12.2),
                (5.2, -11.6),
                (9.6, -8.4),
                (12.0, -3.0),
                (11.6, 1.6),
                (9.0, 6.2),
                (5.0, drop + 2.2),
                (-0.6, drop + 4.6),
            ]
        )
        ring = np.vstack([inner_edge, outer_edge])
        opening = np.vstack([inner_edge, mirror(inner_edge)[::-1]])
        inside = inner or self.pattern
        self.piece(
            opening,
            pattern=inside,
            behind_cm=-4.0,
            finish=_hood_seam,
            shape=lambda x, y, _: -4 * np.sqrt(np.clip(1 - (x / 9) ** 2, 0, 1)),
            number=COLLAR,
            inner=True,
        )
        generator = np.random.default_rng(self.seed + 9)
        for side in (-1, 1):  # the wearer's left overlaps the right
            polygon = ring * (side, 1)
            inner_line, outer_line = inner_edge * (side, 1), outer_edge * (side, 1)
            shape = _roll(inner_line, outer_line, 2.1, generator)

            def finish(surface, inner_line=inner_line, side=side):
                along = surface.along(inner_line, 4.0)
                along.stitches(-2.3 * side)
                along.groove(0.05, 0.1, -2.45 * side)
                along.pucker(-2.3 * side, 0.7, 1.3, 3)

            self.piece(
                polygon,
                0.25 + 0.12 * (side > 0),
                turn=side * 20,
                finish=finish,
                shape=shape,
                bevel_cm=0.5,
                edge_dark=0.15,
            )
        for side in (-1, 1):
            eyelet = np.array([side * 3.2, drop + 0.9])
            sway = side * generator.uniform(0.4, 1.3)
            length = cord_cm + side * 0.8
            path = smooth(
                [
                    eyelet,
                    eyelet + (sway * 0.2, length * 0.3),
                    eyelet + (sway, length * 0.7),
                    eyelet + (sway * 0.8, length),
                ]
            )
            self.cord(path, 0.27, colour_cord)
            self.sew_on(eyelet, 0.42, (150, 150, 152), metal=True)

    def cord(self, path, radius_cm, colour) -> None:
        """A round cord along a path, twisted, ending in a knotted tip."""
        polygon = np.vstack([offset(path, radius_cm), offset(path, -radius_cm)[::-1]])

        def finish(surface):
            along = surface.along(path, 0.8)
            twist = np.cos(2 * np.pi * (along.s + along.d * 0.8) / 0.36)
            part = surface.bump[along.rows, along.columns]
            part += (0.03 * twist).astype(np.float32)
            surface.dye[along.rows, along.columns] *= (1 + 0.08 * twist)[..., None].astype(
                np.float32
            )
            tip = (along.s > along.length - 1.5) & (np.abs(along.d) < 1)
            surface.dye[along.rows, along.columns] *= np.where(tip, 0.72, 1)[..., None].astype(
                np.float32
            )

        self.piece(
            polygon,
            2 * radius_cm,
            pattern=plain(colour),
            finish=finish,
            bevel_cm=0.16,
            edge_dark=0.3,
        )

    def sew_on(self, centre, radius_cm, colour, metal=False) -> None:
        """A button laid on top of finished pieces, at a point of the pattern plane."""
        self._sew_on(self.fit(np.asarray(centre, float)[None])[0], radius_cm, colour, metal)

    def _sew_on(self, centre, radius_cm, colour, metal=False) -> None:
        """A button at a point of the picture plane."""
        turn = np.linspace(0, 2 * np.pi, 40)
        disc = np.stack([np.cos(turn), np.sin(turn)], 1) * radius_cm + centre

        def finish(surface):
            surface.dye[:] = linear(colour)
            surface.button(centre, radius_cm, colour, metal=metal)

        x, y = self.scene.frame.to_pixels(centre)
        row, column = round(float(y)), round(float(x))
        level = float(self.scene.base[row - 3 : row + 4, column - 3 : column + 4].max())
        self.piece(
            disc,
            0.12,
            finish=finish,
            bevel_cm=0.05,
            edge_dark=0.4,
            shape=lambda x, y, ground: np.maximum(level + 0.05 - ground, 0),
            placed=True,
        )

    def lapels(
        self,
        close_y: float,
        notch=True,
        width=12.0,
        stitch=None,
        weave=None,
        pattern=None,
        lining=None,
        close_x=0.6,
        rise=2.8,
        lift=0.5,
    ) -> None:
        """Collar and lapels of a tailored jacket that closes at y = close_y."""
        cut = self.cut
        half = cut.neck_half
        top = np.array([half - 0.4, -rise])
        close = np.array([close_x, close_y])
        roll = smooth([close, (half * 0.42, close_y * 0.55), (half * 0.86, close_y * 0.16), top])
        back = smooth([mirror([top])[0], (0, -rise - 1.0), top])
        self.inside_back(back, 2.8, None, lining or self.pattern, rib=False)
        notch_in = np.array([width * 0.70, 9.4])
        collar_tip = np.array([width * 0.90, 7.0])
        peak = np.array([width, 11.0])
        neck_side = np.array([half + 2.1, 0.6])
        gorge = roll[np.argmin(np.abs(roll[:, 1] - 6.2))]
        lapel = np.vstack(
            [
                roll[roll[:, 1] >= gorge[1]],
                smooth([gorge, notch_in]),
                smooth([notch_in, peak]),
                smooth(
                    [
                        peak,
                        (width * 0.82, close_y * 0.52),
                        (width * 0.40, close_y * 0.84),
                        close + (0, 0.3),
                    ]
                ),
            ]
        )
        collar = np.vstack(
            [
                roll[roll[:, 1] <= gorge[1] + 0.2],
                smooth([top, (half + 1.0, -rise * 0.5), neck_side, collar_tip]),
                smooth([collar_tip, notch_in]),
                smooth([notch_in, gorge]),
            ]
        )
        for side in (-1, 1):
            for shape_, turn in ((lapel, -14), (collar, -40)):
                polygon = shape_ * (side, 1)

                def finish(surface, polygon=polygon, side=side):
                    if stitch:
                        surface.along(np.vstack([polygon, polygon[:1]]), 1.2).stitches(
                            side * stitch
                        )

                extra = 0.10 * (side > 0) + 0.10 * (shape_ is collar)
                self.piece(
                    polygon,
                    lift + extra,
                    weave,
                    pattern,
                    turn=side * turn,
                    finish=finish,
                    bevel_cm=0.32,
                )

    def photograph(self, exposure: float = 1.0, samples: int | None = None) -> Picture:
        return self.scene.photograph(exposure, **({"samples": samples} if samples else {}))

    def landmarks(self, picture: Picture) -> dict[str, list[float]]:
        """Outline name in lower case -> [x, y] in picture pixels, where the cloth came to rest."""
        found = {}
        beyond = getattr(self.cut, "beyond", ())
        for name, point in self.cut.landmarks().items():
            where = self.draped.front.locate(point)[0, :2]
            if name.rsplit("_", 1)[0] in beyond:
                middle = self.cut.neckline()[0]
                where = point + self.draped.front.locate(middle)[0, :2] - middle
            x, y = picture.frame.to_pixels(where)
            found[name] = [round(float(x), 1), max(round(float(y), 1), 0.0)]  # bare: may be above
        return found

    def openings(self, picture: Picture) -> list[list[list[float]]]:
        """Polygons in picture pixels of what is seen of the garment's inside."""
        inner = (picture.layers.inner & (picture.pixels[..., 3] > 0)).astype(np.uint8)
        inner = cv2.morphologyEx(inner, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        contours, _ = cv2.findContours(inner, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        shapes = []
        for contour in contours:
            if cv2.contourArea(contour) < LEAST_OPENING_PX:
                continue
            outline = cv2.approxPolyDP(contour, 0.8, True)[:, 0]
            shapes.append([[round(float(x), 1), round(float(y), 1)] for x, y in outline])
        return shapes


LEAST_OPENING_PX = 60  # area of a polygon worth keeping


class _Fit:
    """From the pattern plane to the picture plane, for pieces laid on after the garment hangs.

    depth: cm, where the sides of the neck lie towards the camera. neck_deep: cm from there to the
    front of the neckline. back_neck: (N, 2) the back's neckline, as if in the pattern plane.
    """

    def __init__(self, cut, draped: Draped) -> None:
        front, back = draped.front, draped.back
        if not isinstance(cut, TopCut):
            middle = front.locate([(0.0, cut.waist_dip), (0.0, 12.0)])
            self._y = np.array([cut.waist_dip, 12.0]), middle[:, 1]
            sides = front.locate([(-cut.waist_half, 0.0), (cut.waist_half, 0.0)])
            self._x = np.array([0.0]), np.array([np.ptp(sides[:, 0]) / 2 / cut.waist_half])
            self._shift = sides[:, 0].mean()
            self.depth = float(sides[:, 2].mean())
            return
        half = cut.neck_half
        side = front.locate([(-half, 0.0), (half, 0.0)])
        chest_y = max(cut.armpit_y, cut.neck_drop + 4) + 6
        middle = front.locate([(0.0, cut.neck_drop), (0.0, chest_y)])
        wide = cut.chest_half * 0.5
        chest = front.locate([(-wide, chest_y), (wide, chest_y)])
        self._y = (
            np.array([0.0, cut.neck_drop, chest_y]),
            np.array([side[:, 1].mean(), *middle[:, 1]]),
        )
        ratios = [np.ptp(side[:, 0]) / 2 / half, np.ptp(chest[:, 0]) / 2 / wide]
        self._x = np.array([0.0, chest_y]), np.array(ratios)
        self._shift = (side[:, 0].mean() + middle[:, 0].mean()) / 2
        self.depth = float(side[:, 2].mean())
        self.neck_deep = float(max(middle[0, 2] - self.depth, 2.0))
        line = cut.back_outline
        line = np.vstack([line["neck_right"], line["neck_left"][1:]])
        rim = back.locate(line[:: max(len(line) // 40, 1)])
        order = np.argsort(rim[:, 0])
        self._rim = rim[order]
        self.back_neck = np.column_stack(
            [(self._rim[:, 0] - self._shift) / ratios[0], self._rim[:, 1] - side[:, 1].mean()]
        )

    def __call__(self, points) -> np.ndarray:
        x, y = np.asarray(points, float).T
        known, found = self._y
        low, high = known[0], known[-1]
        there = np.interp(y, known, found)
        there += np.minimum(y - low, 0) + np.maximum(y - high, 0)
        return np.column_stack([x * np.interp(y, *self._x) + self._shift, there])

    def behind(self, x) -> np.ndarray:
        """Depth in cm of the back's neckline at pattern x."""
        return np.interp(x * self._x[1][0] + self._shift, self._rim[:, 0], self._rim[:, 2])


def _draped(cut, seed: int, flat: bool = False) -> Draped:
    """The garment at rest, from the cache if this very cut was draped before."""
    folder = Path(__file__).parent
    code = b"".join(
        (folder / file).read_bytes()
        for file in ("drape.py", "mesh.py", "tops.py", "bottoms.py", f"forms/{cut.form}.npz")
    )
    name = hashlib.sha256(repr((cut, seed, flat)).encode() + code).hexdigest()[:24]
    path = DRAPED / f"{name}.pickle"
    if path.is_file():
        return pickle.loads(path.read_bytes())
    form = Form.load(cut.form)
    found = drape(cut.outline, cut.back_outline, cut.sewn, form, cut.cloth(), seed, flat)
    DRAPED.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(pickle.dumps(found))
    part.replace(path)  # another run may be hanging the same garment
    return found


def smooth_closed(points) -> np.ndarray:
    """Dense points along straight lines through the points."""
    points = np.asarray(points, float)
    return np.vstack([smooth([a, b])[:-1] for a, b in pairwise(points)])


def _label(surface: Surface, top, width=4.2, height=2.2) -> None:
    """A woven label with the name of the house."""
    x0, y0 = top[0] - width / 2, top[1]
    polygon = np.array([(x0, y0), (x0 + width, y0), (x0 + width, y0 + height), (x0, y0 + height)])
    mask = surface.patch(polygon, 0.05, 0.05)
    surface.paint((238, 236, 230), mask, 0.95)
    ink = lettering("TRYON", 60)
    pixels = round(width * 0.62 * surface.frame.scale)
    ink = cv2.resize(
        ink, (pixels, round(pixels * ink.shape[0] / ink.shape[1])), interpolation=cv2.INTER_AREA
    )
    centre = surface.frame.to_pixels((top[0], y0 + height * 0.5))
    left, upper = np.round(centre - np.array(ink.shape[::-1]) / 2).astype(int)
    full = np.zeros(surface.bump.shape, np.float32)
    region = full[upper : upper + ink.shape[0], left : left + ink.shape[1]]
    region += ink[: region.shape[0], : region.shape[1]]
    surface.paint((50, 50, 54), full)


def _hood_seam(surface: Surface) -> None:
    line = smooth([(0, -12), (0, 14)])
    along = surface.along(line, 1.5)
    along.groove(0.08, 0.08)
    along.stitches(0.6)
    along.stitches(-0.6)


def _roll(inner, outer, height_cm, generator):
    """Height of a soft roll of cloth between two edges, with a few folds across it."""
    places = generator.uniform(0.15, 0.9, 5)
    strengths = generator.uniform(0.15, 0.45, 5)
    inner_tree, outer_tree = cKDTree(inner), cKDTree(outer)

    def height(x, y, _):
        points = np.stack([x.ravel(), y.ravel()], 1)
        to_inner, place = inner_tree.query(points)
        to_outer, _ = outer_tree.query(points)
        share = to_inner / np.maximum(to_inner + to_outer, 1e-6)
        profile = np.sqrt(np.clip(1 - (2 * share - 0.85) ** 2 / 1.35, 0, 1))
        along = place / len(inner)
        folds = sum(
            strength * np.exp(-(((along - where + 0.12 * share) / 0.030) ** 2))
            for where, strength in zip(places, strengths, strict=True)
        )
        return (height_cm * profile - 0.9 * folds * profile).reshape(x.shape)

    return height
