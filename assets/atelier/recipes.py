# ruff: noqa: RUF005 (an array plus a tuple is a sum here)
"""Recipes: how each kind of garment is made, from its cut to its last stitch.

Notable here: every function returns a `Tailor` whose garment hangs finished in front of the
camera. They take a fabric and a dye, so one recipe makes a plain template and a patterned
showpiece. Measures are cm.
"""

from dataclasses import replace

import cv2
import fabric
import numpy as np
from bottoms import SkirtCut, TrouserCut
from curves import smooth
from fabric import Pattern, Weave, lettering
from sewing import Tailor
from tops import TopCut

MEN = TopCut()
WOMEN = TopCut(
    form="women",
    neck_half=8.2,
    neck_drop=10.0,
    shoulder_half=19.5,
    shoulder_drop=4.2,
    chest_half=23.5,
    armpit_y=21.5,
    waist_half=21.0,
    waist_y=39.0,
    hem_half=23.5,
    hem_y=61.0,
    sleeve_cm=15.0,
    cuff_cm=14.6,
)
UNISEX = replace(
    MEN, shoulder_half=24.0, chest_half=28.5, armpit_y=25.5, waist_half=28.0, hem_half=28.0
)

# How cloths hang: stiffness against bending and weight.
SOFT = {"bend": 0.08, "mass": 0.10}
LIGHT = {"bend": 0.2}
MEDIUM = {"bend": 0.5, "mass": 0.14}
HEAVY = {"bend": 1.6, "mass": 0.18}
GRIPPING = {"bend": 0.35, "friction": 30.0, "frames": 50}  # held up by elastic, on bare skin
STIFF = {"bend": 5.0, "mass": 0.2, "tension": 40.0}


def long_sleeves(cut: TopCut, length=57.0, cuff=11.0, full=0.5, **more) -> TopCut:
    """The same cut with long sleeves."""
    return replace(cut, sleeve_cm=length, cuff_cm=cuff, sleeve_full=full, **more)


def sleeveless(cut: TopCut, shoulder=None, **more) -> TopCut:
    """The same cut with open armholes."""
    half = shoulder or cut.shoulder_half - 4.0
    drop = cut.shoulder_drop * half / cut.shoulder_half * 0.85
    return replace(cut, sleeve_cm=0.0, shoulder_half=half, shoulder_drop=drop, **more)


# --- tops ---------------------------------------------------------------------------------------


def tee(
    weave: Weave,
    dye: Pattern,
    cut: TopCut = MEN,
    collar: Pattern | None = None,
    seed=1,
    print_=None,
    cuff_pattern: Pattern | None = None,
    band=1.9,
) -> Tailor:
    """T-shirt, long or short sleeves; print_(tailor) adds a picture."""
    tailor = Tailor(cut, weave, dye, seed)
    tailor.sew_top()
    tailor.hems(("cuff", "hem"), 2.2, 2)
    if cuff_pattern is not None:
        for edge in tailor.edges("cuff"):
            band_ = tailor.surface.along(edge, 4).band(-1, 2.2)
            tailor.surface.cover(weave, cuff_pattern, band_)
    if print_ is not None:
        print_(tailor)
    tailor.crew_collar(band, collar)
    tailor.neck_tape(band, pattern=collar)
    tailor.hang()
    return tailor


def vest(weave: Weave, dye: Pattern, cut: TopCut, seed=1, band=1.0, trim=None) -> Tailor:
    """Tank top: bound neck and armholes."""
    tailor = Tailor(cut, weave, dye, seed)
    tailor.seam(
        [(cut.neck_half + 0.3, 0.9), (cut.shoulder_half - 0.3, cut.shoulder_drop + 0.6)], depth=0.03
    )
    tailor.hems(("hem",), 2.0, 2)
    tailor.bound_edge(tailor.neck, band, trim)
    for edge in tailor.edges("armhole"):
        tailor.bound_edge(edge, band, trim)
    tailor.neck_tape(band, label=True, rib=False)
    tailor.hang()
    return tailor


def bardot(weave: Weave, dye: Pattern, cut: TopCut, seed=1) -> Tailor:
    """Off-shoulder top: an elastic edge around chest and arms, gathered below it."""
    tailor = Tailor(cut, weave, dye, seed, above_cm=BARE_CM)
    tailor.sew_top(shoulder=False)
    _elastic_edge(tailor)
    tailor.hems(("cuff", "hem"), 1.6, 1)
    tailor.hang()
    return tailor


BARE_CM = 10.5  # of the picture above an off-shoulder edge: neck and shoulders are landmarks there


def _elastic_edge(tailor: Tailor) -> None:
    """The upper edge of an off-shoulder garment: a casing that an elastic gathers."""
    line = tailor.cut.back_outline
    behind = np.vstack([line["neck_right"], line["neck_left"][1:]])
    for surface, curve in ((tailor.surface, tailor.neck), (tailor.back, behind)):
        along = surface.along(curve, 7)
        along.hem(1.8, 1, 1, 0.06, None, tailor.seed)
        along.groove(0.05, 0.08, 1.85)
        along.pucker(0.9, 0.8, 1.6, tailor.seed + 1)
        along.pucker(3.2, 1.8, 3.0, tailor.seed + 1)


def polo(
    weave: Weave, dye: Pattern, cut: TopCut, seed=1, trim=None, button=(240, 238, 232)
) -> Tailor:
    """Polo shirt: knitted collar, three buttons, ribbed cuffs."""
    cut = replace(cut, neck_half=7.6, neck_drop=8.6)
    tailor = Tailor(cut, weave, dye, seed, above_cm=5)
    tailor.sew_top(stitch=True)
    tailor.placket(7.0, 23.5, 3.4, box=True)
    tailor.buttons([(0, 13.4), (0, 19.2)], 0.55, button, thread=button)
    tailor.rib_edges(("cuff",), 2.6, 0.20, 0.02, trim)
    tailor.hems(("hem",), 2.2, 2)
    tailor.hang()
    tailor.shirt_collar(
        (5.8, 11.6),
        2.9,
        0.9,
        stitch=0.35,
        pattern=trim,
        button=button,
        weave=fabric.rib_knit(4, 0.20, 0.012),
        lift=0.45,
    )
    return tailor


def shirt(
    weave: Weave,
    dye: Pattern,
    cut: TopCut,
    seed=1,
    button=(240, 238, 232),
    thread=None,
    pockets=1,
    collar=(5.7, 11.4),
    tail=True,
    collar_dye=None,
) -> Tailor:
    """Shirt: collar, placket, cuffs, pocket, rounded tail."""
    long = cut.sleeve_cm > 30
    cut = replace(
        cut,
        neck_half=7.4,
        neck_drop=8.2,
        hem_dip=4.0 if tail else 1.2,
        firm_front=1.6,
        firm_cuff=6.0 if long else 2.5,
        drape=LIGHT,
    )
    tailor = Tailor(cut, weave, dye, seed, above_cm=5)
    tailor.sew_top(stitch=True, colour=thread)
    bottom = cut.hem_y + cut.hem_dip + 1
    tailor.placket(7, bottom, 3.2, thread)
    count = int((cut.hem_y - 16) / 8.8) + 1
    tailor.buttons([(0, 13.2 + 8.8 * k) for k in range(count)], 0.52, button)
    x = cut.chest_half * 0.28
    y = cut.armpit_y - 1
    shape = np.array([(0, 0), (9.6, 0), (9.6, 9.2), (4.8, 11), (0, 9.2)])
    for number in range(pockets):
        sides = 1 if number == 0 else -1
        points = (shape + (x, y)) * (sides, 1)
        tailor.pocket(points[::sides], 0.25, thread)
    if long:
        for number, edge in enumerate(tailor.edges("cuff")):
            along = tailor.surface.along(edge, 9)
            tailor.surface.bump += 0.10 * along.band(-1, 6)
            along.groove(0.07, 0.08, 6.05)
            along.stitches(5.6, thread)
            along.stitches(0.5, thread)
            along.pucker(6.9, 1.3, 2.0, seed + number)
            arm, across = cut.arm, cut.across_arm
            side = (1, 1) if number == 0 else (-1, 1)
            tailor.buttons(
                [(cut.cuff_outer - arm * 3.0 + across * 1.6) * side], 0.48, button, hole=False
            )
    else:
        tailor.hems(("cuff",), 2.6, 1, thread)
    tailor.hems(("hem",), 1.0, 1, thread)
    tailor.hang()
    tailor.shirt_collar(collar, button=button, colour=thread, pattern=collar_dye)
    return tailor


def blouse(weave: Weave, dye: Pattern, cut: TopCut, seed=1, button=(240, 238, 232)) -> Tailor:
    """Blouse: soft cloth, V opening with a narrow facing, hidden placket, gathered cuffs."""
    cut = replace(
        cut,
        neck="v",
        neck_half=7.8,
        neck_drop=15.0,
        drape=SOFT,
    )
    tailor = Tailor(cut, weave, dye, seed, above_cm=3)
    tailor.sew_top()
    tailor.bound_edge(tailor.neck, 1.1)
    line = smooth([(0, cut.neck_drop), (0, cut.hem_y + 3)])
    along = tailor.surface.along(line, 1.5)
    along.groove(0.09, 0.08)
    along.stitches(1.0)
    along.pucker(0.4, 0.8, 0.8, seed)
    tailor.buttons([(-0.5, cut.neck_drop + 2 + 9 * k) for k in range(5)], 0.42, button)
    if cut.sleeve_cm > 30:
        for number, edge in enumerate(tailor.edges("cuff")):
            along = tailor.surface.along(edge, 9)
            tailor.surface.bump += 0.08 * along.band(-1, 4)
            along.groove(0.08, 0.08, 4.05)
            along.pucker(5.4, 1.9, 4.0, seed + number)
            along.stitches(0.4)
    else:
        tailor.hems(("cuff",), 1.6, 1)
    tailor.hems(("hem",), 1.2, 1)
    tailor.neck_tape(1.1, rib=False)
    tailor.hang()
    return tailor


def sweater(
    weave: Weave,
    dye: Pattern,
    cut: TopCut,
    seed=1,
    collar="crew",
    rib_cm=6.0,
    cables=False,
    trim: Pattern | None = None,
) -> Tailor:
    """Sweater: ribbed collar, cuffs and hem; cables: twisted columns on the front."""
    cut = replace(
        cut,
        cuff_rib=True,
        hem_rib=True,
        firm_cuff=rib_cm,
        firm_hem=rib_cm,
        drape=HEAVY,
    )
    if collar == "turtleneck":
        cut = replace(cut, neck_half=7.4, neck_drop=5.4)
    tailor = Tailor(cut, weave, dye, seed, above_cm=10 if collar == "turtleneck" else 0)
    if cables:
        _cables(tailor, cut)
    tailor.sew_top()
    tailor.rib_edges(("cuff", "hem"), rib_cm, 0.34, 0.05, trim)
    if collar == "turtleneck":
        tailor.hang()
        tailor.turtleneck()
        return tailor
    tailor.crew_collar(2.6, trim, stitch=False, period_cm=0.34)
    tailor.neck_tape(2.6, pattern=trim)
    tailor.hang()
    return tailor


def _cables(tailor: Tailor, cut: TopCut) -> None:
    """Raise cables, ladders and moss stitch on body and sleeves."""
    surface = tailor.surface
    x, y = surface.frame.grid()
    points = np.stack([x.ravel(), y.ravel()], 1).astype(float)
    sleeve = cut.sleeve_weight(points, 0.3).reshape(x.shape) > 0.5
    middle = np.where(
        x > 0, cut.shoulder_half + cut.cuff_cm * 0.36, -cut.shoulder_half - cut.cuff_cm * 0.36
    )
    axis = np.where(sleeve, surface.s - middle + np.sign(x) * 2.2, surface.s)
    along = surface.t
    relief = np.zeros_like(x)
    shade = np.ones_like(x)
    places = [
        (0.0, 2.6, 7.0),
        (9.0, 1.8, 5.6),
        (-9.0, 1.8, 5.6),
        (16.2, 1.1, 4.0),
        (-16.2, 1.1, 4.0),
    ]
    for centre, half, pitch in places:
        local = axis - centre
        turn = 2 * np.pi * along / pitch
        for phase in (0, 2 * np.pi / 3, 4 * np.pi / 3):
            strand = half * 0.62 * np.sin(turn + phase)
            above = 0.5 + 0.5 * np.cos(turn + phase)
            width = half * 0.44
            profile = np.sqrt(np.clip(1 - ((local - strand) / width) ** 2, 0, 1))
            relief = np.maximum(relief, profile * (0.14 + 0.20 * above))
        inside = np.abs(local) < half * 1.25
        ditch = np.exp(-(((np.abs(local) - half * 1.25) / 0.16) ** 2))
        relief -= 0.12 * ditch
        shade *= 1 - 0.10 * ditch - 0.06 * (inside & (relief < 0.05))
    away = np.min([np.abs(axis - centre) - half * 1.25 for centre, half, _ in places], axis=0)
    moss = np.sin(2 * np.pi * axis / 0.8) * np.sin(2 * np.pi * along / 0.8)
    relief += np.where(away > 0.3, 0.035 * moss, 0)
    surface.bump += relief.astype(np.float32)
    surface.dye *= shade[..., None].astype(np.float32)


def sweatshirt(weave: Weave, dye: Pattern, cut: TopCut, seed=1, print_=None) -> Tailor:
    """Sweatshirt: heavy cloth, rib, a stitched V under the collar."""
    cut = replace(
        cut,
        cuff_rib=True,
        hem_rib=True,
        firm_cuff=6.0,
        firm_hem=6.0,
        drape=HEAVY,
    )
    tailor = Tailor(cut, weave, dye, seed)
    tailor.sew_top(stitch=True)
    for side in (-1, 1):
        drop = cut.neck_drop
        line = smooth([(side * 3.2, drop + 1.7), (0, drop + 6.4)])
        along = tailor.surface.along(line, 1.0)
        along.groove(0.04, 0.06)
        along.stitches(0.3 * side)
    if print_ is not None:
        print_(tailor)
    tailor.rib_edges(("cuff", "hem"), 6.0, 0.28, 0.04)
    tailor.crew_collar(2.2)
    tailor.neck_tape(2.2)
    tailor.hang()
    return tailor


def hoodie(
    weave: Weave,
    dye: Pattern,
    cut: TopCut,
    seed=1,
    cord=(236, 235, 230),
    print_=None,
    inner=None,
    zip_=None,
) -> Tailor:
    """Hoodie: hood, cords, kangaroo pocket, rib; zip_: colour of a zip down its front."""
    cut = replace(
        cut,
        neck_half=8.4,
        neck_drop=8.8,
        cuff_rib=True,
        hem_rib=True,
        firm_cuff=6.0,
        firm_hem=6.0,
        drape=HEAVY,
    )
    tailor = Tailor(cut, weave, dye, seed, above_cm=13)
    tailor.sew_top(stitch=True)
    y = cut.hem_y - 6 - 19
    tailor.pocket(
        [(-10, y), (10, y), (16, y + 11), (16, y + 19.5), (-16, y + 19.5), (-16, y + 11)],
        stitch=0.35,
        double=0.5,
        thick=0.22,
    )
    if print_ is not None:
        print_(tailor)
    tailor.rib_edges(("cuff", "hem"), 6.0, 0.28, 0.04)
    if zip_ is not None:
        tailor.zip(cut.neck_drop + 3.4, cut.hem_y + 2, zip_)
    tailor.hang()
    tailor.hood(cord, inner=inner)
    return tailor


# --- outerwear ----------------------------------------------------------------------------------


def cardigan(weave: Weave, dye: Pattern, cut: TopCut, seed=1, button=(110, 80, 54)) -> Tailor:
    """Cardigan: V neck with a ribbed band that runs down the front, five buttons."""
    cut = replace(
        cut,
        neck="v",
        neck_half=7.8,
        neck_drop=29.0,
        cuff_rib=True,
        hem_rib=True,
        firm_cuff=6.0,
        firm_hem=6.0,
        firm_front=2.0,
        drape=HEAVY,
    )
    tailor = Tailor(cut, weave, dye, seed, above_cm=2)
    tailor.sew_top()
    tailor.rib_edges(("cuff", "hem"), 6.0, 0.34, 0.05)
    band = 3.2
    along = tailor.surface.along(tailor.neck, band + 2)
    along.rib(-0.2, band, 0.34, 0.04, 0.10)
    along.groove(0.10, 0.10, band)
    half = band / 2
    strip = np.array(
        [(-half, cut.neck_drop - 1), (half, cut.neck_drop - 1), (half, 90), (-half, 90)]
    )
    down = tailor.surface.along(smooth([(0, cut.neck_drop - 1), (0, cut.hem_y + 2)]), 3)
    tailor.surface.patch(strip, 0.12, 0.10)
    down.rib(-half, half, 0.34, 0.04, 0.08)
    for side in (-half, half):
        down.groove(0.10, 0.10, side)
    step = (cut.hem_y - 3 - cut.neck_drop - 2.4) / 4
    tailor.buttons([(0, cut.neck_drop + 2.4 + step * k) for k in range(5)], 0.95, button)
    tailor.neck_tape(band)
    tailor.hang()
    return tailor


def denim_jacket(
    weave: Weave,
    dye: Pattern,
    cut: TopCut,
    seed=1,
    thread=(196, 140, 74),
    metal=(176, 150, 120),
    worn=0.12,
) -> Tailor:
    """Trucker jacket: yoke, chest pockets with flaps, V seams, waistband, metal buttons."""
    cut = replace(
        cut,
        neck_half=7.8,
        neck_drop=6.2,
        hem_dip=0.6,
        firm_front=3.0,
        firm_cuff=6.0,
        firm_hem=5.0,
        drape=STIFF,
    )
    tailor = Tailor(cut, weave, dye, seed, above_cm=5)
    surface = tailor.surface
    tailor.sew_top(stitch=True, colour=thread)
    yoke = cut.armpit_y - 5.0
    pocket_top, low = yoke + 0.6, cut.hem_y - 5
    inner, outer = 5.2, 14.2
    for side in (-1, 1):
        along = surface.along(
            smooth([(side * 1.9, yoke), (side * (cut.chest_half + 2), yoke - 1.6)]), 2
        )
        along.groove(0.06)
        along.stitches(-0.35 * side, thread)
        along.stitches(-0.75 * side, thread)
        along.fade(0, 0.35, worn)
        along.pucker(0, 0.8, 1.2, seed)
        for x0, x1 in ((inner + 0.6, 3.6), (outer - 0.6, 9.6)):
            along = surface.along(smooth([(side * x0, pocket_top + 6), (side * x1, low)]), 2)
            along.groove(0.06)
            along.stitches(0.35, thread)
            along.stitches(-0.35, thread)
            along.fade(0, 0.4, worn)
            along.pucker(0, 0.8, 1.0, seed + 1)
        flap = np.array(
            [
                (inner, pocket_top),
                (outer, pocket_top - 0.7),
                (outer, pocket_top + 4.2),
                ((inner + outer) / 2, pocket_top + 6.2),
                (inner, pocket_top + 4.6),
            ]
        )
        tailor.pocket((flap * (side, 1))[::side], 0.3, thread, 0.35, 0.16)
        tailor.buttons(
            [((inner + outer) / 2 * side, pocket_top + 4.5)], 0.72, metal, metal=True, hole=False
        )
    tailor.placket(7, low, 5.0, thread)
    tailor.buttons(
        [(0, y) for y in np.linspace(12.2, low - 5, 5)] + [(0, low + 2.3)],
        0.8,
        metal,
        metal=True,
        hole=False,
    )
    along = surface.along(tailor.hem, 9)
    surface.bump += 0.12 * along.band(-1, 5)
    for at in (5.5, 4.5, 0.5):
        along.stitches(at, thread)
    along.groove(0.08, 0.08, 5.0)
    along.fade(0.2, 0.5, worn * 1.2)
    along.fade(5.2, 0.5, worn)
    along.pucker(6, 1.0, 1.6, seed)
    for edge in tailor.edges("cuff"):
        along = surface.along(edge, 9)
        surface.bump += 0.10 * along.band(-1, 5)
        for at in (5.4, 4.6, 0.5):
            along.stitches(at, thread)
        along.groove(0.08, 0.08, 5.0)
        along.fade(0.2, 0.5, worn * 1.2)
    tailor.hang()
    tailor.shirt_collar((7.6, 10.4), 3.4, 2.4, 0.5, thread, meet=(1.7, 5.2), band=False, lift=0.55)
    return tailor


def zip_jacket(
    weave: Weave,
    dye: Pattern,
    cut: TopCut,
    seed=1,
    rib: Pattern | None = None,
    rib_weave: Weave | None = None,
    metal=(90, 90, 94),
) -> Tailor:
    """Bomber jacket: ribbed stand collar, cuffs and hem, zip, slanted pockets."""
    cut = replace(
        cut,
        neck_half=8.0,
        neck_drop=8.4,
        cuff_rib=True,
        hem_rib=True,
        firm_cuff=5.5,
        firm_hem=6.0,
        firm_front=1.5,
        drape=HEAVY,
    )
    tailor = Tailor(cut, weave, dye, seed, above_cm=7)
    tailor.sew_top(stitch=True)
    for side in (-1, 1):
        start, end = np.array([side * 13.0, 40.0]), np.array([side * 9.0, 53.0])
        pair = (start, end) if side > 0 else (end, start)
        tailor.welt(*pair, 1.6)
    rib_weave = rib_weave or weave
    rib = rib or dye
    for name in ("cuff", "hem"):
        for edge in [tailor.hem] if name == "hem" else tailor.edges(name):
            tailor.surface.cover(rib_weave, rib, tailor.surface.along(edge, 8).band(-1, 6.0))
    tailor.rib_edges(("cuff", "hem"), 6.0, 0.34, 0.05)
    tailor.zip(cut.neck_drop, cut.hem_y + 2, metal)
    tailor.hang()
    tailor.stand_collar(4.6, weave=rib_weave, pattern=rib, period=0.34)
    return tailor


def blazer(
    weave: Weave,
    dye: Pattern,
    cut: TopCut,
    seed=1,
    button=(40, 38, 38),
    close=39.0,
    lining: Pattern | None = None,
    width=11.6,
) -> Tailor:
    """Single-breasted blazer: notch lapels, two buttons, flap pockets, rounded fronts."""
    cut = replace(
        cut,
        neck="v",
        neck_half=7.8,
        neck_drop=close,
        hem_dip=0.0,
        cutaway=True,
        firm_cuff=3.0,
        firm_front=8.0,
        drape=STIFF,
    )
    tailor = Tailor(cut, weave, dye, seed, above_cm=5)
    surface = tailor.surface
    tailor.sew_top()
    front = smooth([(0, close - 1), (0, cut.hem_y)])
    along = surface.along(front, 2)
    along.groove(0.14, 0.08, -0.9)
    surface.bump += 0.10 * along.band(-0.9, 30)
    pocket_y = close + 10.5
    for side in (-1, 1):
        flap = np.array(
            [
                (6.2, pocket_y + 0.5),
                (cut.waist_half - 1.2, pocket_y - 0.4),
                (cut.waist_half - 1.0, pocket_y + 4.6),
                (6.2, pocket_y + 5.4),
            ]
        )
        tailor.pocket((flap * (side, 1))[::side], 0.2, None, 0.0, 0.14)
        dart = smooth([(side * 9.4, cut.armpit_y + 5), (side * 9.0, pocket_y)])
        along = surface.along(dart, 1.2)
        along.groove(0.04, 0.06)
        along.pucker(0, 0.8, 0.6, seed)
    tailor.welt((15.0, 19.6), (6.6, 20.8), 2.2)
    tailor.buttons([(0, close + 0.8), (0, close + 10.6)], 1.05, button, hole=False)
    for side, edge in zip((1, -1), tailor.edges("cuff"), strict=True):
        surface.along(edge, 3).hem(1.0, 1, 0, 0.04)
        base = cut.cuff_outer - cut.arm * 3.2 + cut.across_arm * 1.5
        tailor.buttons(
            [(base - cut.arm * 1.9 * k) * (side, 1) for k in range(3)], 0.6, button, hole=False
        )
    along = surface.along(tailor.hem, 3)
    along.hem(1.2, 1, 0, 0.05)
    tailor.hang()
    tailor.lapels(close, width=width, lining=lining, stitch=0.22)
    return tailor


def coat(
    weave: Weave,
    dye: Pattern,
    cut: TopCut,
    seed=1,
    button=(60, 46, 36),
    close=34.0,
    lining: Pattern | None = None,
    double=True,
) -> Tailor:
    """Overcoat to the knee with wide lapels."""
    cut = replace(
        cut,
        neck="v",
        neck_half=8.0,
        neck_drop=close,
        hem_y=104.0,
        hem_dip=0.8,
        skirt=((cut.waist_half + 1.2, 62.0), (cut.hem_half + 1.6, 84.0)),
        hem_half=cut.hem_half + 2.6,
        firm_cuff=3.0,
        firm_front=8.0,
        drape=STIFF,
    )
    tailor = Tailor(cut, weave, dye, seed, above_cm=5)
    surface = tailor.surface
    tailor.sew_top(stitch=True)
    shift = 7.0 if double else 1.6
    along = surface.along(smooth([(0, close - 2), (0, cut.hem_y + 2)]), 12)
    surface.bump += 0.12 * along.band(-shift, 40) * (surface.frame.grid()[1] > close - 1)
    along.groove(0.16, 0.09, -shift)
    along.stitches(-shift + 0.8)
    for side in (-1, 1):
        flap = np.array([(8.6, 58.0), (17.6, 56.6), (17.9, 61.6), (8.8, 63.2)])
        tailor.pocket((flap * (side, 1))[::side], 0.5, None, 0.0, 0.20)
    places = [
        (side * shift * 0.62, close + 1.2 + 13 * k)
        for k in range(3)
        for side in ((-1, 1) if double else (0,))
    ]
    tailor.buttons(places, 1.35, button, hole=False)
    for edge in tailor.edges("cuff"):
        surface.along(edge, 3).hem(1.2, 1, 0, 0.05)
    surface.along(tailor.hem, 3).hem(1.4, 1, 0, 0.06)
    tailor.hang()
    tailor.lapels(close, width=13.4, lining=lining, stitch=0.5, lift=0.75)
    return tailor


# --- dresses ------------------------------------------------------------------------------------


def dress(
    weave: Weave,
    dye: Pattern,
    length="regular",
    sleeve="sleeveless",
    shape="flare",
    neck="crew",
    seed=1,
    belt: Pattern | None = None,
    buttons=None,
    cut: TopCut | None = None,
    drape=None,
    collar=False,
    wrap: Pattern | None = None,
) -> Tailor:
    """Dress: fitted to the waist, then flared, straight (shift) or slim (sheath). wrap: its right
    front lies over the left one and is tied with a sash of this pattern."""
    hem_y = {"short": 84.0, "regular": 100.0, "long": 136.0}[length]
    base = cut or WOMEN
    waist_y = 39.0
    waist = base.waist_half - 2.4
    if shape == "flare":
        hem_half = {"short": 50.0, "regular": 58.0, "long": 66.0}[length]
        middle = waist_y + (hem_y - waist_y) * 0.55
        skirt = (
            (waist + (hem_half - waist) * 0.25, waist_y + (hem_y - waist_y) * 0.22),
            (waist + (hem_half - waist) * 0.58, middle),
        )
    elif shape == "shift":
        waist, hem_half = 23.0, 27.5 if length != "long" else 29.0
        skirt = ((25.2, 58.0), (26.4, 74.0))
    else:
        waist, hem_half = waist + 0.4, 22.6 if length != "long" else 26.0
        skirt = ((25.2, 58.0), (24.6, 74.0))
    flared = shape == "flare"
    base = replace(
        base,
        hem_y=hem_y,
        waist_y=waist_y,
        skirt=skirt,
        hem_dip=0.0 if flared else 0.8,
        waist_half=waist,
        hem_half=hem_half,
        neck=neck,
        neck_drop={"v": 16.0, "scoop": 13.5, "square": 12.0, "boat": 5.0}.get(neck, 9.0),
        neck_half={"boat": 11.5, "square": 10.5, "scoop": 9.6}.get(neck, 8.4),
        firm_hem=1.5,
        drape=drape or {**LIGHT, "frames": 70},
    )
    if sleeve == "sleeveless":
        base = sleeveless(base, 16.0)
    elif sleeve == "long":
        base = long_sleeves(base, 52.0, 10.0, firm_cuff=3.0)
    if collar:
        base = replace(base, neck="crew", neck_half=7.4, neck_drop=8.4)
    tailor = Tailor(base, weave, dye, seed, above_cm=5 if collar else 1)
    surface = tailor.surface
    if sleeve == "sleeveless":
        line = [(base.neck_half + 0.3, 0.9), (base.shoulder_half - 0.3, base.shoulder_drop + 0.6)]
        tailor.seam(line, depth=0.03)
        for edge in tailor.edges("armhole"):
            surface.along(edge, 2.5).hem(0.8, 1, 1, 0.03)
    else:
        tailor.sew_top()
        tailor.hems(("cuff",), 1.8, 1)
    if wrap is not None:
        _wrap(tailor)
        belt = wrap
    if shape == "flare" or belt is not None:
        half = base.waist_half + 4
        line = smooth([(half, waist_y - 0.5), (0, waist_y + 0.6), (-half, waist_y - 0.5)])
        along = surface.along(line, 4)
        if belt is not None:
            band = along.band(-1.7, 1.7)
            surface.cover(weave, belt, band)
            surface.bump += 0.16 * band
            along.stitches(1.4)
            along.stitches(-1.4)
            along.groove(0.08, 0.08, 1.75)
            along.groove(0.08, 0.08, -1.75)
        else:
            along.groove(0.07, 0.08)
        along.pucker(-0.9 - (1.7 if belt is not None else 0), 1.3, 2.2, seed)
    if shape != "shift" and buttons is None and wrap is None:
        for side in (-1, 1):  # bust darts
            line = smooth([(side * 8.6, base.armpit_y + 4), (side * 7.4, waist_y - 1.5)])
            along = surface.along(line, 1.2)
            along.groove(0.03, 0.06)
            along.pucker(0, 0.7, 0.5, seed)
    if buttons is not None:
        tailor.placket(7 if collar else base.neck_drop - 1, hem_y + 3, 3.0)
        tailor.buttons([(0, y) for y in np.arange(14, hem_y - 8, 9.2)], 0.55, buttons)
    tailor.hems(("hem",), 2.4, 1)
    if not collar:
        surface.along(tailor.neck, 2.5).hem(0.9, 1, 1, 0.03)
    tailor.neck_tape(1.0, rib=False)
    tailor.hang()
    if wrap is not None:
        _sash(tailor, wrap)
    if collar:
        tailor.shirt_collar((5.6, 11.2), 3.0, button=buttons)
    return tailor


def _wrap(tailor: Tailor) -> None:
    """The wearer's right front laid over the left one, from the neck to the hem."""
    cut, surface = tailor.cut, tailor.surface
    waist = np.array([cut.waist_half * 0.86, cut.waist_y])
    low = np.array([cut.hem_half * 0.30, cut.hem_y + 3])
    beyond = -cut.hem_half - 20
    bodice = smooth([(0.0, cut.neck_drop), (waist[0] * 0.46, cut.neck_drop * 0.52 + 19), waist])
    skirt = smooth([waist, (waist[0] * 0.9, (waist[1] + low[1]) / 2), low])
    for edge in (bodice, skirt):
        corners = [(beyond, edge[-1, 1]), (beyond, edge[0, 1])]
        surface.patch(np.vstack([edge, corners]), 0.22, 0.10)
        along = surface.along(edge, 2)
        along.groove(0.12, 0.09)
        along.stitches(0.8)
        along.pucker(0.4, 0.7, 0.9, tailor.seed)


def _sash(tailor: Tailor, pattern: Pattern) -> None:
    """The knot of a wrap dress at the wearer's left, with its two ends."""
    cut = tailor.cut
    knot = np.array([cut.waist_half * 0.62, cut.waist_y + 0.2])
    for sway, length in ((3.4, 25.0), (-0.6, 29.0)):
        path = smooth(
            [knot, knot + (sway * 0.5, length * 0.4), knot + (sway, length * 0.8)]
            + [knot + (sway * 0.9, length)]
        )
        width = np.interp(np.linspace(0, 1, len(path)), [0, 0.25, 1], [0.7, 1.5, 1.9])[:, None]
        side = np.gradient(path, axis=0)
        side = np.column_stack([-side[:, 1], side[:, 0]]) / np.linalg.norm(side, axis=1)[:, None]
        band = np.vstack([path + side * width, (path - side * width)[::-1]])
        tailor.piece(band, 0.3, pattern=pattern, bevel_cm=0.5)
    turn = np.linspace(0, 2 * np.pi, 40)
    round_ = np.column_stack([1.7 * np.cos(turn), 2.1 * np.sin(turn)]) + knot
    tailor.piece(round_, 1.1, pattern=pattern, bevel_cm=0.9, turn=35)


# --- bottoms ------------------------------------------------------------------------------------


def _waistband(
    tailor: Tailor, width=3.8, loops=True, colour=None, button=None, metal=False
) -> None:
    """Waistband, belt loops and button."""
    surface = tailor.surface
    waist = np.vstack([tailor.outline["waist_right"], tailor.outline["waist_left"][1:]])
    along = surface.along(waist, width + 2)
    surface.bump += 0.10 * along.band(-1, width)
    along.groove(0.08, 0.08, width + 0.05)
    along.stitches(0.35, colour)
    along.stitches(width - 0.35, colour)
    along.pucker(width + 0.6, 0.8, 0.9, tailor.seed)
    dip, half = tailor.cut.waist_dip, tailor.cut.waist_half
    if loops:
        for x in (-0.78 * half, -0.36 * half, 0.36 * half, 0.78 * half):
            y = dip * (1 - (x / half) ** 2)
            loop = np.array(
                [
                    (x - 0.55, y - 0.1),
                    (x + 0.55, y - 0.1),
                    (x + 0.55, y + width + 0.7),
                    (x - 0.55, y + width + 0.7),
                ]
            )
            tailor.pocket(loop, 0.25, colour, thick=0.22)
    if button is not None:
        tailor.buttons([(0.0, dip + width / 2)], 0.85, button, metal=metal, hole=False)


def _fly(tailor: Tailor, start: float, colour=None, double=True) -> None:
    """The fly: middle seam and its curved stitching."""
    cut, surface = tailor.cut, tailor.surface
    along = surface.along(smooth([(0, start), (0, cut.crotch_y)]), 2.5)
    along.groove(0.12, 0.08)
    along.pucker(0, 0.9, 1.2, tailor.seed)
    low = cut.crotch_y - 8
    line = smooth([(3.4, start + 0.2), (3.4, low - 3), (2.6, low), (0.2, low + 2.0)])
    for at in (0, 0.55) if double else (0,):
        surface.along(line, 1.5).stitches(at, colour)


def trousers(
    weave: Weave,
    dye: Pattern,
    cut: TrouserCut,
    seed=1,
    crease=True,
    button=(70, 62, 52),
    thread=None,
) -> Tailor:
    """Chinos and suit trousers: slant pockets, fly, pressed crease."""
    tailor = Tailor(cut, weave, dye, seed, above_cm=3)
    surface = tailor.surface
    _fly(tailor, cut.waist_dip + 3.8, thread, double=False)
    half = cut.waist_half
    tailor.seam(
        [
            (half * 0.62, 4.6),
            (half * 0.86 + 1.4, cut.hip_y * 0.92),
            (cut.hip_half + 1.0, cut.hip_y * 1.02),
        ],
        0.5,
        thread,
        pucker=0.8,
    )
    if crease:
        x0 = cut.hip_half * 0.52
        line = [
            (x0, cut.hip_y - 4),
            (cut._middle(cut.knee_y), cut.knee_y),
            (cut.stance, cut.hem_y - 0.5),
        ]
        for curve in tailor.both(line):
            along = surface.along(curve, 3)
            ridge = np.exp(-np.abs(along.d) / 0.7)
            surface.bump[along.rows, along.columns] += (0.16 * ridge).astype(np.float32)
    tailor.hems(("hem",), 2.6 if crease else 2.0, 0 if crease else 1, thread)
    _waistband(tailor, 3.6, True, thread, button)
    tailor.waist_tape()
    tailor.hang()
    return tailor


def jeans(
    weave: Weave,
    dye: Pattern,
    cut: TrouserCut,
    seed=1,
    thread=(200, 142, 70),
    worn=0.30,
    metal=(176, 140, 100),
    frayed=False,
) -> Tailor:
    """Five-pocket jeans with worn thighs, whiskers and orange thread."""
    tailor = Tailor(cut, weave, dye, seed, above_cm=3)
    surface = tailor.surface
    _wear(tailor, worn)
    _fly(tailor, cut.waist_dip + 3.8, thread)
    half = cut.waist_half
    curve = [
        (half * 0.50, 4.9),
        (half * 0.58, 9.5),
        (half * 0.80, 12.4),
        (cut.hip_half + 1.5, 12.6),
    ]
    for number, line in enumerate(tailor.both(curve)):
        side = 1 if number == 0 else -1
        along = surface.along(line, 2)
        along.groove(0.08, 0.07)
        along.stitches(side * 0.35, thread)
        along.stitches(side * 0.85, thread)
        along.fade(side * 0.1, 0.35, worn)
        along.pucker(0, 0.8, 1.2, seed + number)
        for place in ((curve[0][0] + 0.5, 5.9), (cut.hip_half - 1.6, 12.0)):
            tailor.buttons([np.array(place) * (side, 1)], 0.34, metal, metal=True, hole=False)
    coin = np.array(
        [(-half * 0.86, 8.0), (-half * 0.62, 8.0), (-half * 0.66, 12.2), (-half * 0.90, 12.2)]
    )
    tailor.pocket(coin, 0.3, thread, thick=0.05)
    for number, name in enumerate(("side_left", "side_right")):
        along = surface.along(tailor.outline[name], 2.5)
        along.pucker(1.0, 0.8, 1.2, seed + number)
        along.fade(0.9, 0.5, worn * 0.6)
    for name in ("inner_left", "inner_right"):
        along = surface.along(tailor.outline[name], 2.0)
        along.stitches(0.7, thread)
        along.fade(0.6, 0.5, worn * 0.6)
    if frayed:
        for edge in tailor.edges("hem"):
            along = surface.along(edge, 3)
            along.fade(0.0, 0.8, 0.85, (236, 236, 232), 0.8)
    else:
        for edge in tailor.edges("hem"):
            along = surface.along(edge, 4)
            along.hem(1.6, 1, 1, 0.10, thread, seed)
            along.fade(0.15, 0.35, worn * 1.5)
            along.fade(1.6, 0.4, worn)
    _waistband(tailor, 3.8, True, thread, metal, True)
    waist = np.vstack([tailor.outline["waist_right"], tailor.outline["waist_left"][1:]])
    surface.along(waist, 3).fade(0.1, 0.3, worn)
    tailor.waist_tape()
    tailor.hang()
    return tailor


def _wear(tailor: Tailor, share: float) -> None:
    """Thighs and knees faded, whiskers from the crotch outwards, darker sides."""
    cut, surface = tailor.cut, tailor.surface
    x, y = surface.frame.grid()
    generator = np.random.default_rng(tailor.seed)
    long = cut.hem_y > 70
    light = np.zeros_like(x)
    for side in (-1, 1):
        middle = side * np.interp(
            y, [10, cut.crotch_y, cut.hem_y], [9.0, cut.hip_half * 0.52, cut.stance]
        )
        core = np.exp(-(((x - middle) / 5.2) ** 2))
        thigh = np.exp(-(((y - cut.crotch_y - 11) / 14) ** 2))
        knee = 0.8 * np.exp(-(((y - cut.knee_y - 2) / 10) ** 2)) if long else 0.0
        light += core * (thigh + knee + 0.12)
        for k in range(5):
            root = np.array([side * generator.uniform(1.5, 4.0), cut.crotch_y - 5 + 2.6 * k - 4])
            tip = root + (
                side * generator.uniform(7, 10.5),
                generator.uniform(-3.5, -0.5) + 1.0 * k,
            )
            along = surface.along(smooth([root, (root + tip) / 2 + (0, -0.6), tip]), 2.0)
            fade_in = np.clip(along.s / 2.5, 0, 1) * np.clip((along.length - along.s) / 3, 0, 1)
            ridge = np.exp(-((along.d / 0.42) ** 2)) * fade_in
            light[along.rows, along.columns] += 0.55 * ridge.astype(np.float32)
    streaks = generator.standard_normal(x.shape).astype(np.float32)
    streaks = cv2.GaussianBlur(streaks, (0, 0), sigmaX=1.0, sigmaY=0.5 * surface.frame.scale)
    light *= 1 + 0.18 * streaks / streaks.std()
    share_map = np.clip(share * light, 0, 0.75)[..., None].astype(np.float32)
    target = np.minimum(surface.dye * 2.6 + 0.06, 0.9)
    surface.dye += (target - surface.dye) * share_map


def leggings(weave: Weave, dye: Pattern, cut: TrouserCut, seed=1) -> Tailor:
    """Leggings: tight, a wide waistband, flat seams."""
    tailor = Tailor(cut, weave, dye, seed, above_cm=2)
    surface = tailor.surface
    waist = np.vstack([tailor.outline["waist_right"], tailor.outline["waist_left"][1:]])
    along = surface.along(waist, 12)
    along.groove(0.06, 0.08, 8.5)
    along.stitches(8.1)
    along.stitches(8.9)
    surface.along(smooth([(0, cut.waist_dip + 8.5), (0, cut.crotch_y)]), 1.5).groove(0.04, 0.06)
    curve = [
        (cut.hip_half * 0.80, 12),
        (cut.hip_half * 0.78, 34),
        (cut.stance + cut.hem_cm * 0.28, cut.hem_y),
    ]
    tailor.seam(curve, 0.3, None, 0.0, 0.03, 0.3)
    tailor.hems(("hem",), 2.0, 2)
    tailor.waist_tape()
    tailor.hang()
    return tailor


def drawstring_shorts(
    weave: Weave, dye: Pattern, cut: TrouserCut, seed=1, cord=(238, 238, 234)
) -> Tailor:
    """Sweat or swim shorts with an elastic waist and cords."""
    tailor = Tailor(cut, weave, dye, seed, above_cm=3)
    surface = tailor.surface
    waist = np.vstack([tailor.outline["waist_right"], tailor.outline["waist_left"][1:]])
    along = surface.along(waist, 9)
    surface.bump += 0.10 * along.band(-1, 4)
    along.pucker(2.0, 1.6, 4.5, seed)
    for at in (0.5, 2.0, 3.6):
        along.stitches(at)
    along.groove(0.08, 0.08, 4.0)
    along.pucker(5.2, 1.8, 3.5, seed)
    half = cut.waist_half
    tailor.seam(
        [(half * 0.70, 5.0), (half * 0.98, 12.5), (cut.hip_half + 0.8, 19.5)], 0.4, None, 0.0, 0.08
    )
    surface.along(smooth([(0, cut.waist_dip + 4), (0, cut.crotch_y)]), 2).groove(0.07, 0.08)
    tailor.hems(("hem",), 2.4, 2)
    tailor.waist_tape()
    tailor.hang()
    for side in (-1, 1):
        start = np.array([side * 0.9, cut.waist_dip + 2.2])
        path = smooth(
            [
                start,
                start + (side * 1.2, 3.5),
                start + (side * 1.5, 8.0),
                start + (side * 2.2, 11.5),
            ]
        )
        tailor.cord(path, 0.28, cord)
        tailor.sew_on(start, 0.36, (150, 150, 152), metal=True)
    return tailor


def skirt(
    weave: Weave,
    dye: Pattern,
    cut: SkirtCut,
    seed=1,
    band=True,
    button=None,
    seams=True,
) -> Tailor:
    """Skirt: waistband, darts, hem."""
    tailor = Tailor(cut, weave, dye, seed, above_cm=3)
    if band:
        _waistband(tailor, 3.4, False, None, button)
    if seams:
        half = cut.waist_half
        tailor.seam([(half * 0.52, 4.6), (half * 0.60, 14.0)], None, None, 0.0, 0.05, 0.5)
    tailor.hems(("hem",), 2.0, 1)
    tailor.waist_tape()
    tailor.hang()
    return tailor


def denim_skirt(
    weave: Weave,
    dye: Pattern,
    cut: SkirtCut,
    seed=1,
    thread=(200, 142, 70),
    metal=(176, 140, 100),
) -> Tailor:
    """Mini skirt of denim: buttons down the front, pockets."""
    tailor = Tailor(cut, weave, dye, seed, above_cm=3)
    surface = tailor.surface
    half = cut.waist_half
    curve = [
        (half * 0.52, 4.9),
        (half * 0.60, 9.0),
        (half * 0.84, 11.6),
        (cut.hip_half + 1.5, 11.6),
    ]
    for number, line in enumerate(tailor.both(curve)):
        side = 1 if number == 0 else -1
        along = surface.along(line, 2)
        along.groove(0.08, 0.07)
        along.stitches(side * 0.35, thread)
        along.stitches(side * 0.85, thread)
        along.fade(side * 0.1, 0.35, 0.3)
        along.pucker(0, 0.8, 1.2, seed + number)
    tailor.placket(cut.waist_dip + 3.5, cut.hem_y + 2, 4.6, thread)
    along = surface.along(tailor.hem, 4)
    along.hem(2.0, 1, 2, 0.10, thread, seed)
    along.fade(0.15, 0.35, 0.4)
    _waistband(tailor, 3.8, True, thread, metal, True)
    tailor.buttons(
        [(0, y) for y in np.arange(cut.waist_dip + 9, cut.hem_y - 3, 6.0)],
        0.8,
        metal,
        metal=True,
        hole=False,
    )
    tailor.waist_tape()
    tailor.hang()
    return tailor


def pleated_skirt(weave: Weave, dye: Pattern, cut: SkirtCut, seed=1, pleats=15, deep=1.1) -> Tailor:
    """Knife pleats from the waistband to the hem: each overlaps the next by a step of cloth."""
    tailor = Tailor(cut, weave, dye, seed, above_cm=3)
    surface = tailor.surface
    side = tailor.outline["side_left"]

    def phase_of(x, y):
        half = np.interp(y, side[:, 1], side[:, 0])
        return (np.arcsin(np.clip(x / half, -1, 1)) / np.pi + 0.5) * pleats

    def folds(points):
        x, y = points.T
        turn = phase_of(x, y) % 1
        # a pleat rises slowly to its fold and falls steeply back to where the next one begins
        rise = np.where(turn < 0.84, turn / 0.84, (1 - turn) / 0.16)
        side_on = np.clip((np.abs(phase_of(x, y) / pleats - 0.5) - 0.40) / 0.08, 0, 1)
        return deep * rise * np.clip((y - 3.6) / (0.45 * cut.hem_y), 0.05, 1) * (1 - side_on)

    tailor.folds = folds
    x, y = surface.frame.grid()
    phase = phase_of(x, y)
    down = np.clip((y - 3.6) / 6, 0, 1)
    fold = np.exp(-((((phase % 1) - 0.92) / 0.07) ** 2)) * down
    for layer in (surface, tailor.back):
        layer.s = (phase % 1 * 4.0 + np.floor(phase) * 5.3).astype(np.float32)
        layer.cover(weave, dye)
    surface.dye *= (1 - 0.22 * fold)[..., None].astype(np.float32)
    tailor.hems(("hem",), 1.6, 1)
    _waistband(tailor, 3.4, False)
    tailor.waist_tape()
    tailor.hang()
    return tailor


# --- prints -------------------------------------------------------------------------------------


def sun_print(ink=(232, 120, 60), ink_low=(238, 180, 90), text=(240, 236, 226)):
    """A sun over waves with the name underneath."""

    def draw(tailor: Tailor) -> None:
        size = 900
        y, x = np.mgrid[0:size, 0:size] / size - 0.5
        radius = np.hypot(x, y + 0.06)
        disc = np.clip((0.36 - radius) * size, 0, 1)
        stripes = np.clip(
            (np.abs((y + 0.06) * 14 % 1 - 0.5) - np.clip((y + 0.02) * 1.15, 0, 0.46)) * 60, 0, 1
        )
        disc *= np.where(y + 0.02 > 0.02, stripes, 1)
        centre = np.array([0.0, 29.0])
        tailor.print(disc, centre, 26, ink)
        low = disc * np.clip((y + 0.02) * 4, 0, 1)
        tailor.print(low, centre, 26, ink_low, 0.8)
        waves = np.zeros_like(x)
        for k in range(3):
            line = 0.26 + 0.06 * k + 0.022 * np.sin(x * 26 + k * 1.4)
            waves = np.maximum(
                waves,
                np.clip((0.011 - np.abs(y - line)) * size, 0, 1) * (np.abs(x) < 0.42 - 0.08 * k),
            )
        tailor.print(waves, centre, 26, text)
        tailor.print(lettering("T R Y O N", 160), (0, 42.5), 17, text)

    return draw


def text_print(text: str, ink, width=24.0, y=27.0, font="DejaVuSans-Bold.ttf"):
    """One line of letters across the chest."""

    def draw(tailor: Tailor) -> None:
        tailor.print(lettering(text, 220, font), (0, y), width, ink)

    return draw
