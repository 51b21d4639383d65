"""A number -> a training pair: somebody in a garment, and the picture of that garment.

Notable here:
- a pair is a pure function of (seed, number): the same number is the same pair to the byte.
- the garment's picture shows another body's garment of the same cut, on an invisible form or lying,
  in another light, with other folds: only cloth and cut are the same.
- the flow is exact: every point of cloth knows where it lies on the garment's picture. `traced`
  says where that point can be seen there.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from tryon.core.types import Kind, Pose
from tryon.fusion.hiding import Layout
from tryon.fusion.studio import CANVAS, FRAMES, GREY, WHITE
from tryon.training.data.dressed import Pair
from tryon.training.studio import cloth as cloths
from tryon.training.studio import garments, people
from tryon.training.studio.bodies import Body, Posed, landmarks, made, mesh, pose, someone
from tryon.training.studio.cloth import Cloth
from tryon.training.studio.garments import HIGH_HIP, Cut
from tryon.training.studio.people import Looks
from tryon.training.studio.places import places
from tryon.training.studio.render import Camera, Picture, Renderer, Surface
from tryon.training.studio.sewing import Sewn, sew
from tryon.training.studio.stances import LaidOut, laid_out, stance

KINDS = (Kind.UPPER, Kind.LOWER, Kind.DRESS)
SHARES = (0.7, 0.18, 0.12)  # most visitors try tops on
NOTHING = -999.0  # place of what is not on the garment's picture
VISIBLE = 2.5  # cm: deeper than this below the picture's surface a point is hidden there
DISTANCES = (220.0, 520.0)  # cm from the camera
CUT_OFF = 0.15  # of the photos end where the frame does
OTHER_FORM = 0.7  # of the garments' pictures are not on the mean body
LEAST_WORN = 500  # pixels of garment: with fewer a pair is drawn anew


@dataclass(frozen=True, eq=False)
class Worn:
    """A garment on a body. under: cm of room below it. label: of its outside."""

    cut: Cut
    cloth: Cloth
    label: Layout
    under: float = 0.0
    hidden: tuple[float, float] | None = None  # y from, to: covered by another garment


class Studio:
    """Makes pairs. FileNotFoundError where there is no OpenGL; see `render.MISSING`."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.renderer = Renderer(cloths.folds(), places().neck_y)

    def pair(self, number: int, kind: Kind | None = None, unlit: bool = False) -> Pair:
        """Pair number so and so. kind: of its garment, None = any. unlit: bare colours, without
        light and folds, for proving the flow."""
        for again in range(8):
            rng = np.random.default_rng((self.seed, number, again))
            chosen = KINDS[int(rng.choice(3, p=SHARES))]
            pair = self._pair(f"studio-{number}", kind or chosen, rng, unlit)
            if int((pair.layout == Layout.GARMENT).sum()) >= LEAST_WORN and pair.mask.any():
                return pair
        raise AssertionError("eight garments in a row that nobody sees")

    def _pair(self, name: str, kind: Kind, rng: np.random.Generator, unlit: bool) -> Pair:
        outfit = _outfit(kind, rng)
        main = next(worn for worn in outfit if worn.label == Layout.GARMENT)
        body = someone(rng)
        posed = pose(body, stance(rng))
        look = people.looks(body.woman, rng)

        lying = laid_out(rng)
        if rng.random() < OTHER_FORM:
            form = someone(rng)
        else:
            form = made(np.zeros(mesh().components.shape[0]), body.woman)
        form_posed = pose(form, lying.stance)
        shown = [_flattened(piece, lying) for piece in sew(main.cut, form, form_posed, lying.flat)]
        camera = _shown_whole(shown, main.cut, rng)
        places_there = [camera.project(piece.points) for piece in shown]

        light = _light(rng)
        surfaces = [
            _cloth_surface(piece, main, laid, light, rng_of_folds(rng), on_form=True)
            for piece, laid in zip(shown, places_there, strict=True)
        ]
        there = self.renderer.draw(surfaces, camera, unlit)

        dressed = self._dressed(outfit, main, places_there, body, posed, look, rng)
        at = _frame(kind, body, posed, rng)
        here = self.renderer.draw(dressed, at, unlit)
        return _as_pair(name, kind, here, there, at.project(landmarks(body, posed)), rng)

    def _dressed(
        self,
        outfit: list[Worn],
        main: Worn,
        laid: list[np.ndarray],
        body: Body,
        posed: Posed,
        look: Looks,
        rng: np.random.Generator,
    ) -> list[Surface]:
        light = _light(rng)
        surfaces = [_skin(body, posed, look, outfit, light)]
        clothed = [posed.moved(body.points[::3], np.arange(0, len(body.points), 3))]
        for worn in outfit:
            pieces = sew(worn.cut, body, posed, 0.0, worn.under)
            for number, piece in enumerate(pieces):
                there = laid[number] if worn is main else None
                surfaces.append(_cloth_surface(piece, worn, there, light, rng_of_folds(rng)))
                if worn.cut.kind != Kind.LOWER:
                    clothed.append(piece.points[::2])
        for piece in people.hair(body, posed, look, np.concatenate(clothed)):
            surfaces.append(_plain(piece, 3, look.hair, Layout.HEAD, light, sheen=0.06))
        shod = people.shoes(body, posed)
        top = look.boots
        uniforms = {"extent": (top, 400.0, -0.3, 400.0), "neck": garments.NO_NECK}
        if not any(worn.cut.hem > top for worn in outfit) or look.boots > 89:
            tile = np.full((4, 4, 3), look.shoes * 255, np.uint8)
            plain = _plain(shod, 1, look.shoes, Layout.LOWER, light, sheen=0.1, more=uniforms)
            plain.textures["tile"] = tile
            surfaces.append(plain)
        return surfaces


def rng_of_folds(rng: np.random.Generator) -> np.ndarray:
    """(2,) shift of the folds: drawn for each piece, so that no two fold alike."""
    return rng.random(2)


# --- what is worn --------------------------------------------------------------------------------


def _outfit(kind: Kind, rng: np.random.Generator) -> list[Worn]:
    """The garment and what is worn with it."""
    main = garments.drawn(kind, rng)
    worn: list[Worn] = []
    denim = main.name == "jeans" or (main.name in ("jacket", "shorts") and rng.random() < 0.3)
    formal = main.name in ("blazer", "coat", "jacket", "shirt", "cardigan", "slip dress")
    bare = formal or kind == Kind.LOWER or main.strap > 0
    own = cloths.drawn(rng, top=not bare, denim=denim, plain=formal and rng.random() < 0.5)
    if kind == Kind.DRESS:
        return [Worn(main, own, Layout.GARMENT)]
    if kind == Kind.UPPER:
        open_front = sum(main.front) > 0
        lower = garments.drawn(Kind.LOWER, rng)
        if lower.skirt:
            lower = _narrow(lower)
        plain = cloths.drawn(rng, top=False, denim=lower.name == "jeans", plain=rng.random() < 0.7)
        tucked = not open_front and main.hem < 16 and rng.random() < 0.22
        if tucked:
            top = min(lower.top, -16.0)
            lower = _changed(lower, top=top)
            under = 1.2 + 0.5 * main.ease
            worn.append(Worn(lower, plain, Layout.LOWER, under))
            worn.append(Worn(main, own, Layout.GARMENT, 0.0, hidden=(top + 1.0, 400.0)))
        else:
            under = 0.9 + lower.ease + (0.6 if lower.skirt else 0.0)
            hem = main.hem
            if open_front:
                name = str(rng.choice(["t-shirt", "tank", "longsleeve"]))
                inner = garments.drawn(Kind.UPPER, rng, name)
                hem = float(np.clip(main.hem - 3, -8, rng.uniform(0, 12)))
                inner = _changed(inner, hem=hem, ease=0.4, hang=0.1)
                inner_cloth = cloths.drawn(rng, plain=rng.random() < 0.8)
            worn.append(Worn(lower, plain, Layout.LOWER, 0.0, (-400.0, hem - 2.0)))
            if open_front:
                worn.append(Worn(inner, inner_cloth, Layout.OTHER, under))
                under += 0.8
            worn.append(Worn(main, own, Layout.GARMENT, under))
        return worn
    shirt = garments.drawn(Kind.UPPER, rng)
    if shirt.hem > 20 or sum(shirt.front) > 0:
        shirt = garments.drawn(
            Kind.UPPER, rng, str(rng.choice(["t-shirt", "longsleeve", "tank", "crop"]))
        )
    over = cloths.drawn(rng, plain=rng.random() < 0.6)
    if rng.random() < 0.5 and shirt.hem > main.top:  # tucked in
        under = 1.2 + 0.5 * shirt.ease
        worn.append(Worn(shirt, over, Layout.OTHER, 0.0, hidden=(main.top + 1.0, 400.0)))
        worn.append(Worn(main, own, Layout.GARMENT, under))
    else:
        worn.append(Worn(main, own, Layout.GARMENT, 0.0, hidden=(-400.0, shirt.hem - 2.0)))
        worn.append(Worn(shirt, over, Layout.OTHER, 0.9 + main.ease + (0.6 if main.skirt else 0.0)))
    return worn


def _changed(cut: Cut, **values: Any) -> Cut:
    import dataclasses

    return dataclasses.replace(cut, **values)


def _narrow(cut: Cut) -> Cut:
    """A skirt below a top: not so wide that it comes through."""
    return _changed(cut, ease=min(cut.ease, 0.8))


# --- surfaces ------------------------------------------------------------------------------------


def _points(piece: Sewn, laid: np.ndarray | None, tint: np.ndarray) -> np.ndarray:
    count = len(piece.points)
    there = np.full((count, 3), NOTHING, np.float32) if laid is None else laid
    colours = np.broadcast_to(tint.astype(np.float32), (count, 3))
    parts = (piece.points, piece.normals, there, piece.canon, piece.limb, colours)
    return np.concatenate([np.asarray(one, np.float32) for one in parts], 1)


def _plain(
    piece: Sewn,
    kind: int,
    tint: np.ndarray,
    label: Layout,
    light: dict[str, Any],
    sheen: float = 0.0,
    more: dict[str, Any] | None = None,
) -> Surface:
    uniforms = light | {"look": (sheen, light["look"][1], 0.0)} | (more or {})
    points = _points(piece, None, tint)
    return Surface(points, piece.faces.astype(np.int32), kind, int(label), uniforms)


def _cloth_surface(
    piece: Sewn,
    worn: Worn,
    laid: np.ndarray | None,
    light: dict[str, Any],
    shift: np.ndarray,
    on_form: bool = False,
) -> Surface:
    cut, cloth = worn.cut, worn.cloth
    per_cm = 1 / cloth.size
    bottom = min(cut.hem, HIGH_HIP - 1) if cut.skirt and not piece.own else cut.hem
    uniforms = light | {
        "neck": garments.NO_NECK if piece.trim else cut.neck,
        "extent": (cut.top, bottom if not piece.own else cut.hem, cut.sleeve, cut.hem),
        "front": (*((0.0, 0.0) if piece.trim else cut.front), cut.strap_y, cut.strap),
        "tile_scale": (per_cm, per_cm, np.cos(cloth.turn), np.sin(cloth.turn)),
        "decal_box": cloth.box,
        "trim_colour": tuple(cloth.trim),
        "trim": (*cloth.trims[:2], cloth.trims[2], cloth.trims[3]),
        "details": (0.0,) * 4 if piece.trim else (cut.placket, cut.buttons, 0.0, cut.lapel),
        "below": (0.0, -999.0, 0.0, 0.0)
        if piece.trim
        else (cut.waistband, 8.0 if cut.fly else -999.0, cut.pockets, cut.patches),
        "fold": (cloth.folds[0], float(shift[0]), float(shift[1]), cloth.folds[1]),
        "look": (cloth.sheen, light["look"][1], 0.0),
    }
    if worn.hidden is not None and not on_form:
        uniforms["hide_lower"] = (*worn.hidden, 1.0, 0.0)
    textures = {"tile": cloth.tile}
    if cloth.decal is not None:
        textures["decal"] = cloth.decal
    kind = 2 if piece.own else 1
    inside = Layout.INSIDE if worn.label == Layout.GARMENT else worn.label
    return Surface(
        _points(piece, laid, cloth.colour),
        piece.faces.astype(np.int32),
        kind,
        int(worn.label),
        uniforms,
        textures,
        int(inside),
    )


def _skin(
    body: Body, posed: Posed, look: Looks, outfit: list[Worn], light: dict[str, Any]
) -> Surface:
    shared, where = mesh(), places()
    points = posed.moved(body.points)
    count = len(points)
    labels = np.full((count, 3), NOTHING, np.float32)
    labels[:, 0] = people.part_labels()
    normals = posed.turned(body.normals)
    parts = (points, normals, labels, where.canon, where.limb, people.tints(look))
    uniforms = light | {"look": (0.05, light["look"][1], 0.0)}
    lower = [worn.cut for worn in outfit if worn.cut.kind == Kind.LOWER]
    if lower:
        uniforms["hide_lower"] = (lower[0].top + 1.0, lower[0].hem - 2.0, 1.0, 0.0)
    tops = [worn.cut for worn in outfit if worn.cut.kind != Kind.LOWER]
    if tops:
        # of two tops the inner one, which is closed
        cut = tops[0]
        strapped = cut.strap > 0
        bottom = cut.hem - 2.0
        if lower and cut.kind == Kind.UPPER:
            bottom = min(bottom, lower[0].top) if bottom > lower[0].top else bottom
        width, front, back, power = cut.neck
        neck = (width + 0.8, front + 1.0, back + 1.0, power)
        if width == 0:
            neck = (0.0, front + 1.5, back, power)
        top = cut.strap_y + 1.0 if strapped else cut.top + 1.0
        uniforms["hide_upper"] = (top, bottom, cut.sleeve - 0.03, 1.0)
        uniforms["hide_neck"] = garments.NO_NECK if cut.neck[0] > 50 else neck
        open_ = tuple(one + 1.0 for one in cut.front) if sum(cut.front) > 0 else (0.0, 0.0)
        uniforms["hide_front"] = (*open_, 0.0, 0.0)
    faces = shared.faces.astype(np.int32)
    stacked = np.concatenate([np.asarray(one, np.float32) for one in parts], 1)
    return Surface(stacked, faces, 0, int(Layout.NECK), uniforms)


def _light(rng: np.random.Generator) -> dict[str, Any]:
    towards = np.array([rng.normal(0, 0.45), rng.uniform(-0.9, -0.15), rng.uniform(0.6, 1.0)])
    towards /= np.linalg.norm(towards)
    warm = rng.normal(0, 0.03)
    gain = rng.uniform(0.95, 1.12)
    return {
        "light": tuple(towards),
        "ambient_light": (gain * (1 + warm), gain, gain * (1 - warm)),
        "look": (0.0, rng.uniform(0.35, 0.75), 0.0),
    }


# --- cameras -------------------------------------------------------------------------------------


def _flattened(piece: Sewn, lying: LaidOut) -> Sewn:
    """The piece as it lies: pressed flat, wider, turned in the picture's plane."""
    press = np.array([1 + 0.22 * lying.flat, 1.0, 1 - 0.72 * lying.flat], np.float32)
    angle = np.deg2rad(lying.turn)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    ).astype(np.float32)
    points = (piece.points * press) @ turn.T
    normals = (piece.normals / press) @ turn.T
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    return piece._replace(points=points.astype(np.float32), normals=normals.astype(np.float32))


def _shown_whole(pieces: list[Sewn], cut: Cut, rng: np.random.Generator) -> Camera:
    """The camera that shows all of a laid out garment."""
    kept = np.concatenate([piece.points[_visible(piece, cut)] for piece in pieces])
    low, high = kept[:, :2].min(0), kept[:, :2].max(0)
    height, width = CANVAS
    room = rng.uniform(0.86, 0.97)
    scale = room * min(width / (high[0] - low[0]), height / (high[1] - low[1]))
    middle = (low + high) / 2
    x, y = width / 2 - middle[0] * scale, height / 2 - middle[1] * scale
    return Camera(float(scale), float(x), float(y), float(rng.uniform(300, 900)))


def _visible(piece: Sewn, cut: Cut) -> np.ndarray:
    """(n,) bool: about what the cut leaves of a piece."""
    if piece.own:
        return np.ones(len(piece.points), bool)
    along = piece.limb[:, 0]
    on = (along < cut.sleeve) & (piece.canon[:, 1] > cut.top)
    on &= (piece.canon[:, 1] < cut.hem) | (along > 0)
    neck = (np.abs(piece.canon[:, 0]) < cut.neck[0]) & (piece.canon[:, 1] < places().neck_y)
    return on & ~neck


def _frame(kind: Kind, body: Body, posed: Posed, rng: np.random.Generator) -> Camera:
    """The camera that brings the person into the frame of a kind, about."""
    at = landmarks(body, posed)
    shoulders = at[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER]].mean(0)
    hips = at[[Pose.LEFT_HIP, Pose.RIGHT_HIP]].mean(0)
    frame = FRAMES[kind]
    distance = float(rng.uniform(*DISTANCES))
    scale = frame.torso / float(np.linalg.norm((hips - shoulders)[:2])) * float(rng.normal(1, 0.03))
    factor = scale * distance / (distance - shoulders[2])
    x = frame.shoulders_at[0] + 0.5 - shoulders[0] * factor + rng.normal(0, 3)
    y = frame.shoulders_at[1] + 0.5 - shoulders[1] * factor + rng.normal(0, 3)
    return Camera(float(scale), float(x), float(y), distance)


def _as_pair(
    name: str,
    kind: Kind,
    here: Picture,
    there: Picture,
    points: np.ndarray,
    rng: np.random.Generator,
) -> Pair:
    """Both pictures -> the pair."""
    layout = np.where(here.label == 255, int(Layout.BACKGROUND), here.label).astype(np.uint8)
    worn = np.isin(layout, (Layout.GARMENT, Layout.INSIDE)) & here.exact
    flow = here.laid[..., :2]
    depth = cv2.remap(
        np.where(there.exact, there.laid[..., 2], np.float32(99)),
        np.ascontiguousarray(flow),
        None,
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=99,
    )
    traced = worn & (np.abs(depth - here.laid[..., 2]) < VISIBLE)
    mask = there.alpha
    weight = mask[..., None].astype(np.float32) / 255
    colours = there.colours.astype(np.float32)
    garment = np.clip(colours + (1 - weight) * (WHITE - GREY) + 0.5, 0, 255).astype(np.uint8)
    found = points.copy()
    found[:, 2] = 1
    if rng.random() < CUT_OFF:  # a photo that shows no more than this frame
        height, width = CANVAS
        found[:, 2] = ((points[:, :2] >= 0) & (points[:, :2] < (width, height))).all(1)
    return Pair(
        name,
        here.colours,
        garment,
        mask,
        layout,
        found.astype(np.float32),
        kind=kind,
        flow=np.where(traced[..., None], flow, 0).astype(np.float32),
        traced=traced.astype(np.uint8) * np.uint8(255),
    )
