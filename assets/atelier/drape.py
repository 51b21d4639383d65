"""Drape: sewn panels hung on a body form by Blender's cloth simulation.

Notable here:
- a garment is two panels, front and back, of the same flat sewing pattern (only their necklines
  differ). Panels are triangulated inside their outline, so no edge is ragged, and sewn by sharing
  the points of a seam: nothing can tear or be joined where it should be open.
- the panels start flat before and behind the form, whose arms are raised as the pattern is drawn,
  and close enough that nothing has to be pulled together; then the arms are lowered, which is
  where the folds under the arm come from.
- at rest the cloth is as long as where it starts: the pattern, eased over the form as darts and
  steam would, then drawn together at ribs and made a little uneven (`Cloth.shrink`).

Space: x right in the picture, y down, z towards the camera, centimetres; Blender gets metres.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import bpy
import numpy as np
from curves import Outline
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from mesh import Panel, Sheet, edges_of, triangulate

log = logging.getLogger(__name__)

FORMS = Path(__file__).resolve().parent / "forms"
CLEARANCE_CM = 0.9  # between the form and the cloth at the start
UNIT = 0.01  # metres per cm
ARMS_FRAMES = (3, 30)  # the arms are lowered between these


@dataclass(frozen=True)
class Form:
    """A body form. raised, lowered: (N, 3) cm, arms as patterns are drawn and as photographed;
    faces: (M, 3)."""

    raised: np.ndarray
    lowered: np.ndarray
    faces: np.ndarray

    @classmethod
    def load(cls, name: str) -> "Form":
        with np.load(FORMS / f"{name}.npz") as data:
            return cls(
                data["raised"].astype(float),
                data["lowered"].astype(float),
                data["faces"].astype(int),
            )


@dataclass(frozen=True)
class Cloth:
    """How a cloth behaves. Functions take (N, 2) points of the pattern.

    mass: kg a point. tension, shear, bend, damping, air: as Blender's cloth has them.
    uneven: share by which lengths vary at random over patch_cm, as cloth that was worn and washed.
    firm(points) (N,) 0..1: where it is doubled or stiffened.
    shrink(points) (N,): share by which it is drawn together, e.g. by a rib.
    press(points) (N,) 0..1: where the finished garment is pressed smooth (along seams).
    pin(points) (N,) 0..1: how much a point is held where it starts (waistbands).
    tube(points, seed) (N, 3): for what hangs in tubes, x and depth (cm, to the front) at which
    each point starts, and 0..1 how much of this is done (0 leaves the point in the flat pattern,
    between the form and its neighbours).
    lift: cm down the form where a waistband sits.
    arms: how far the form's arms, raised at the start, are lowered; 0 = lowered from the start.
    """

    mass: float = 0.12
    tension: float = 30.0
    shear: float = 8.0
    bend: float = 0.25
    damping: float = 4.0
    air: float = 2.0
    uneven: float = 0.012
    patch_cm: float = 8.0
    friction: float = 8.0
    firm: Callable[[np.ndarray], np.ndarray] | None = None
    shrink: Callable[[np.ndarray], np.ndarray] | None = None
    press: Callable[[np.ndarray], np.ndarray] | None = None
    pin: Callable[[np.ndarray], np.ndarray] | None = None
    tube: Callable[[np.ndarray, int], np.ndarray] | None = None
    lift: float = 0.0
    frames: int = 56
    arms: float = 1.0
    quality: int = 6


@dataclass(frozen=True)
class Draped:
    """Front and back as they came to rest."""

    front: Sheet
    back: Sheet


ROUND, QUARTER = 0.74, 1.375  # of a waist: depth to width; quarter of its length to half width


def tube(share: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x and depth of points on an ellipse as long around as the cloth is wide.

    share: -1..1 from side to side. half: half the cloth's flat width, cm.
    """
    angle = np.clip(share, -1, 1) * np.pi / 2
    wide = half / QUARTER
    return wide * np.sin(angle), wide * ROUND * np.cos(angle)


def fluted(share, half, calm, seed: int, count: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """The same, for cloth wider than what it hangs around: what is more than calm (cm, half
    width) goes into flutes, count of them before and behind."""
    generator = np.random.default_rng(seed)
    knots = np.concatenate([[0], np.cumsum(generator.uniform(0.65, 1.35, 2 * count))])
    knots = knots / knots[-1] * 2 - 1
    phase = np.interp(np.clip(share, -1, 1), knots, np.arange(2 * count + 1) * np.pi)
    strength = np.interp(share, knots, generator.uniform(0.75, 1.2, 2 * count + 1))
    excess = np.maximum(half / np.maximum(calm, 1e-6) - 1, 0)
    # a sine of amplitude a and n waves around a circle of radius r is longer by (a n / r)^2 / 4
    radius = calm / QUARTER * (1 + ROUND) / 2
    wave = 2 * radius * np.sqrt(excess) / (2 * count) * strength * np.sin(phase)
    angle = np.clip(share, -1, 1) * np.pi / 2
    wide = calm / QUARTER
    return (wide + wave) * np.sin(angle), (wide * ROUND + wave) * np.cos(angle)


def drape(
    front: Outline,
    back: Outline,
    sewn: Iterable[str],
    form: Form,
    cloth: Cloth,
    seed: int = 1,
    flat: bool = False,
) -> Draped:
    """Sew front and back along the edges named (without _left, _right) and hang them, or lay
    them flat on a floor that the camera looks down on.

    The same seed hangs the same folds.
    """
    begin = time.perf_counter()
    sewn = {name for name in sewn if any(edge.name == f"{name}_left" for edge in front.edges)}
    if not cloth.arms:
        form = replace(form, raised=form.lowered)
    generator = np.random.default_rng(seed)
    panels = _panels((front, back), _spacing(front), generator)
    rest, triangles, first = _join(panels, sewn)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    lift = cloth.lift or _lift(front, sewn, form)
    seam = _seam(triangles, len(panels[0].triangles))
    if flat:
        cloth = replace(cloth, pin=None, press=None, **FLAT)
        start = _spread(rest, triangles, first, seam, generator)
        _floor()
    else:
        start = _start(rest, triangles, first, seam, form, lift, cloth, seed)
        _body(form, cloth.friction, cloth.arms)
    piece = _cloth(rest, start, triangles, first, seam, cloth, generator)
    position = _freed(rest, _simulate(piece, cloth), triangles)
    if flat:
        position[:, 2] += _layers(first, seam, triangles)
    if cloth.press is not None:
        position = _pressed(position, triangles, cloth.press(rest))
    log.info(
        "draped %d points in %.0f s, stretched %.3f",
        len(rest),
        time.perf_counter() - begin,
        _stretch(rest, position, triangles),
    )
    count = len(panels[0].triangles)
    return Draped(
        *(_sheet(rest, position, mine) for mine in (triangles[:count], triangles[count:]))
    )


def _sheet(rest, position, triangles) -> Sheet:
    used, faces = np.unique(triangles, return_inverse=True)
    return Sheet(rest[used], position[used], faces.reshape(-1, 3))


def _panels(outlines, spacing: float, generator) -> list[Panel]:
    """Front and back filled with triangles; closer ones where a corner is too narrow for these."""
    for _ in range(CLOSER_TRIES):
        try:
            return [triangulate(outline, spacing, generator) for outline in outlines]
        except ValueError:
            spacing *= CLOSER
    return [triangulate(outline, spacing, generator) for outline in outlines]


CLOSER, CLOSER_TRIES = 0.85, 4
POINTS = 4600  # of a garment, about; more fold finer and take longer
FINEST_CM, COARSEST_CM = 1.1, 1.8


def _spacing(front: Outline) -> float:
    """Distance between points in cm, so that a garment of two such panels has about POINTS."""
    x, y = front.polygon().T
    area = abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2
    return float(np.clip(np.sqrt(2 * area / (0.866 * POINTS)), FINEST_CM, COARSEST_CM))


def _join(panels, sewn: set[str]):
    """One mesh: rest (N, 2), triangles (M, 3; the front's first), first (N,) bool: on the front.

    Points of the back on a sewn edge are those of the front.
    """
    front, back = panels
    share = {}
    for name, where in front.edges.items():
        if name.rsplit("_", 1)[0] in sewn:
            other = back.edges[name]
            if len(other) != len(where):
                raise ValueError(f"the edges {name} have {len(where)} and {len(other)} points")
            share.update(zip(other.tolist(), where.tolist(), strict=True))
    count = len(front.rest)
    number = np.empty(len(back.rest), int)
    fresh = [k for k in range(len(back.rest)) if k not in share]
    number[fresh] = count + np.arange(len(fresh))
    for k, target in share.items():
        number[k] = target
    rest = np.vstack([front.rest, back.rest[fresh]])
    triangles = np.vstack([front.triangles, number[back.triangles][:, ::-1]])
    return rest, triangles, np.arange(len(rest)) < count


def _seam(triangles, front: int) -> np.ndarray:
    """(N,) bool: points that belong to the front and to the back."""
    seam = np.zeros(triangles.max() + 1, bool)
    seam[np.intersect1d(triangles[:front], triangles[front:])] = True
    return seam


def _tree(points: np.ndarray, faces: np.ndarray) -> BVHTree:
    return BVHTree.FromPolygons([Vector(p) for p in points], faces.tolist())


def _lift(front: Outline, sewn: set[str], form: Form) -> float:
    """How far down (cm) the pattern is moved so that its shoulders lie on those of the form."""
    names = [name for name in ("shoulder", "sleeve_outer") if name in sewn]
    if not names:
        return 0.0
    line = np.vstack([front[f"{name}_left"] for name in names])
    tree = _tree(form.raised, form.faces)
    gaps = []
    for x, y in line[::4]:
        hit = tree.ray_cast(Vector((x, -60.0, 0.0)), Vector((0, 1, 0)))[0]
        found = [hit.y] if hit is not None else []
        for z in (-3.0, 3.0, -5.0):
            more = tree.ray_cast(Vector((x, -60.0, z)), Vector((0, 1, 0)))[0]
            if more is not None:
                found.append(more.y)
        if found:
            gaps.append(min(found) - y)
    return float(min(gaps)) - 0.7 if gaps else 0.0


SMOOTH = 10
RELAX = 400  # rounds in which the skin at the start comes to rest


def _start(rest, triangles, first, seam, form, lift, cloth: Cloth, seed: int) -> np.ndarray:
    """(N, 3) the panels before and behind the form, stretched over it like a skin."""
    tree = _tree(form.raised, form.faces)
    place = rest + np.array([0.0, lift])
    depth = np.zeros(len(rest))
    ring, weight = np.zeros(len(rest)), np.zeros(len(rest))
    if cloth.tube is not None:
        x, ring, weight = cloth.tube(rest, seed).T
        place[:, 0] += weight * (x - place[:, 0])
    low = np.full(len(rest), -np.inf)
    high = np.full(len(rest), np.inf)
    axis = np.zeros(len(rest))
    for number, (x, y) in enumerate(place):
        near = tree.ray_cast(Vector((x, y, 80.0)), Vector((0, 0, -1)))[0]
        far = tree.ray_cast(Vector((x, y, -80.0)), Vector((0, 0, 1)))[0]
        if near is None or far is None:
            axis[number] = np.nan
            continue
        axis[number] = (near.z + far.z) / 2
        if first[number]:
            low[number] = near.z + CLEARANCE_CM
        else:
            high[number] = far.z - CLEARANCE_CM
    edges = edges_of(triangles)
    known = ~np.isnan(axis)
    depth[known] = np.where(first[known], low[known], high[known])
    a, b = edges.T
    degree = np.bincount(a, minlength=len(rest)) + np.bincount(b, minlength=len(rest))
    low[seam], high[seam] = -np.inf, np.inf
    depth[~known] = 0.0
    held = weight > 0.98
    tubes = np.nanmedian(axis) + ring * np.where(first, 1, -1)
    depth = np.where(held, np.clip(tubes, low, high), depth)
    for _ in range(RELAX):
        total = np.bincount(a, depth[b], len(rest)) + np.bincount(b, depth[a], len(rest))
        relaxed = np.clip(total / np.maximum(degree, 1), low, high)
        depth = np.where(held, depth, relaxed)
    for _ in range(SMOOTH):  # grazing rays leave steps at the sides
        total = np.bincount(a, depth[b], len(rest)) + np.bincount(b, depth[a], len(rest))
        depth = total / np.maximum(degree, 1)
    depth += np.where(seam, 0, np.where(first, 0.15, -0.15))
    return np.column_stack([place, depth])


FLAT = {"uneven": 0.013, "patch_cm": 17.0, "frames": 44}  # smoothed by hand
LAYER_CM, CREASE_CM = 0.9, 0.4  # front above back; how high creases stand at the start


def _spread(rest, triangles, first, seam, generator) -> np.ndarray:
    """(N, 3) the front lying on the back, both a little creased, above the floor."""
    count, wave_cm = 60, 16.0
    direction = generator.normal(size=(count, 2))
    direction *= (2 * np.pi / wave_cm / np.linalg.norm(direction, axis=1))[:, None]
    phase = generator.uniform(0, 2 * np.pi, count)
    crease = CREASE_CM * np.cos(rest @ direction.T + phase).sum(1) / np.sqrt(count / 2)
    return np.column_stack([rest, crease + LAYER_CM * _layers(first, seam, triangles)])


def _layers(first, seam, triangles) -> np.ndarray:
    """(N,) about 1 on the front, -1 on the back, 0 at the seams that join them. Nothing else keeps
    the cloth from sinking into itself."""
    side = np.where(seam, 0.0, np.where(first, 1.0, -1.0))
    a, b = edges_of(triangles).T
    degree = np.bincount(a, minlength=len(side)) + np.bincount(b, minlength=len(side))
    for _ in range(SMOOTH):
        total = np.bincount(a, side[b], len(side)) + np.bincount(b, side[a], len(side))
        side = total / np.maximum(degree, 1)
    return side


def _floor() -> None:
    """A floor behind the garment, and weight that pulls towards it, away from the camera."""
    half, depth = 150.0, -1.6
    corners = np.array([(-half, -half, depth), (half, -half, depth), (half, half, depth)])
    corners = np.vstack([corners, [(-half, half, depth)]])
    floor = _object("floor", corners, np.array([[3, 2, 1, 0]]))
    floor.modifiers.new("Collision", "COLLISION")
    floor.collision.thickness_outer = 0.004
    floor.collision.cloth_friction = 20.0
    bpy.context.scene.gravity = (0.0, 9.81, 0.0)


def _to_blender(points: np.ndarray) -> np.ndarray:
    """cm, y down, z to the camera -> metres, z up, camera at negative y."""
    return np.column_stack([points[:, 0], -points[:, 2], -points[:, 1]]) * UNIT


def _from_blender(points: np.ndarray) -> np.ndarray:
    return np.column_stack([points[:, 0], -points[:, 2], -points[:, 1]]) / UNIT


def _object(name: str, points: np.ndarray, faces: np.ndarray):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(_to_blender(points).tolist(), [], faces.tolist())
    mesh.update()
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def _key(thing, name: str, points: np.ndarray):
    key = thing.shape_key_add(name=name, from_mix=False)
    key.data.foreach_set("co", _to_blender(points).astype(np.float32).ravel())
    return key


def _body(form: Form, friction: float, arms: float):
    """The form as a collision object whose arms go down."""
    thing = _object("form", form.raised, form.faces)
    _key(thing, "Basis", form.raised)
    key = _key(thing, "lowered", form.lowered)
    for frame, value in zip(ARMS_FRAMES, (0.0, arms), strict=True):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    thing.modifiers.new("Collision", "COLLISION")
    thing.collision.thickness_outer = 0.004
    thing.collision.thickness_inner = 0.03
    thing.collision.cloth_friction = friction
    thing.collision.damping = 0.2
    return thing


FIRM = 12  # how much stiffer doubled cloth bends
SEAM_BEND = 0.005


def _cloth(rest, start, triangles, first, seam, cloth: Cloth, generator):
    thing = _object("garment", start, triangles)
    modifier = thing.modifiers.new("Cloth", "CLOTH")
    settings = modifier.settings
    settings.quality = cloth.quality
    settings.mass = cloth.mass
    settings.tension_stiffness = settings.compression_stiffness = cloth.tension
    settings.shear_stiffness = cloth.shear
    settings.bending_model = "ANGULAR"
    settings.tension_damping = settings.compression_damping = cloth.damping
    settings.shear_damping = cloth.damping
    settings.bending_damping = 0.5
    settings.air_damping = cloth.air
    shrink = _uneven(rest, cloth, generator)
    low, high = float(shrink.min()) - 1e-3, float(shrink.max()) + 1e-3
    settings.shrink_min, settings.shrink_max = low, high
    settings.vertex_group_shrink = _group(thing, "shrink", (shrink - low) / (high - low))
    # A flat pattern is folded at its seams; unbent there, they would be stiff flanges.
    firm = cloth.firm(rest) if cloth.firm is not None else np.zeros(len(rest))
    hardest = max(cloth.bend * FIRM, 4.0)
    bend = np.where(seam, 0.0, (cloth.bend + (hardest - cloth.bend) * firm) / hardest)
    settings.bending_stiffness, settings.bending_stiffness_max = SEAM_BEND, hardest
    settings.vertex_group_bending = _group(thing, "bend", bend)
    settings.vertex_group_structural_stiffness = _group(thing, "firm", firm)
    settings.tension_stiffness_max = settings.compression_stiffness_max = cloth.tension * 2
    if cloth.pin is not None:
        settings.vertex_group_mass = _group(thing, "pin", cloth.pin(rest))
        settings.pin_stiffness = 20
    collision = modifier.collision_settings
    collision.distance_min = 0.004
    collision.collision_quality = 3
    collision.friction = cloth.friction
    modifier.point_cache.frame_start = 1
    modifier.point_cache.frame_end = cloth.frames
    return thing


def _group(thing, name: str, weights: np.ndarray) -> str:
    group = thing.vertex_groups.new(name=name)
    for number in np.flatnonzero(weights > 0):
        group.add([int(number)], float(weights[number]), "REPLACE")
    return name


def _uneven(rest, cloth: Cloth, generator) -> np.ndarray:
    """(N,) share by which cloth is shorter around each point; smooth noise, and ribs."""
    count = 160
    direction = generator.normal(size=(count, 2))
    direction *= (2 * np.pi / cloth.patch_cm / np.linalg.norm(direction, axis=1))[:, None]
    phase = generator.uniform(0, 2 * np.pi, count)
    waves = np.cos(rest @ direction.T + phase).sum(1) / np.sqrt(count / 2)
    shrink = cloth.uneven * np.clip(waves, -2, 2)
    return shrink + cloth.shrink(rest) if cloth.shrink is not None else shrink


def _simulate(piece, cloth: Cloth) -> np.ndarray:
    """Run the frames; returns (N, 3) in cm."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, cloth.frames
    scene.render.fps = 24
    for frame in range(1, cloth.frames + 1):
        scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    mesh = piece.evaluated_get(graph).to_mesh()
    found = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", found)
    found = found.reshape(-1, 3).astype(float)
    if not np.isfinite(found).all():
        raise RuntimeError("the simulation broke: points at infinity")
    return _from_blender(found)


CAUGHT = 1.6  # times its length in the pattern: an edge whose point was caught between two limbs


def _freed(rest, position, triangles) -> np.ndarray:
    """Points that were caught and pulled out into a spike go back between their neighbours."""
    edges = edges_of(triangles)
    a, b = edges.T
    cut = np.maximum(np.linalg.norm(rest[a] - rest[b], axis=1), 0.2)
    for _ in range(30):
        long = np.linalg.norm(position[a] - position[b], axis=1) > CAUGHT * cut
        if not long.any():
            break
        caught = np.zeros(len(rest), bool)
        caught[edges[long].ravel()] = True
        total = np.zeros_like(position)
        np.add.at(total, a, position[b])
        np.add.at(total, b, position[a])
        degree = np.bincount(edges.ravel(), minlength=len(rest))[:, None]
        position = np.where(caught[:, None], total / degree, position)
    return position


PRESSES = 36  # rounds of smoothing; lumps of up to about 5 cm go


def _pressed(position, triangles, weight) -> np.ndarray:
    """Smoothed where the weight is 1; border points only along the border."""
    edges = edges_of(triangles)
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    _, uses = np.unique(np.sort(sides, axis=1), axis=0, return_counts=True)
    border = np.zeros(len(position), bool)
    border[edges[uses == 1].ravel()] = True
    along = (border[edges[:, 0]] == border[edges[:, 1]]) | ~border[edges[:, 0]]
    back = (border[edges[:, 0]] == border[edges[:, 1]]) | ~border[edges[:, 1]]
    inner = border[edges].all(1) & (uses != 1)  # a chord between two border points
    along, back = along & ~inner, back & ~inner
    degree = np.bincount(edges[along, 0], minlength=len(position))
    degree = degree + np.bincount(edges[back, 1], minlength=len(position))
    share = 0.5 * weight[:, None]
    for _ in range(PRESSES):
        total = np.zeros_like(position)
        np.add.at(total, edges[along, 0], position[edges[along, 1]])
        np.add.at(total, edges[back, 1], position[edges[back, 0]])
        mean = total / np.maximum(degree, 1)[:, None]
        position = position + share * (mean - position)
    return position


def _stretch(rest, position, triangles) -> float:
    """Mean share by which edges are longer than in the pattern."""
    edges = edges_of(triangles)
    now = np.linalg.norm(position[edges[:, 0]] - position[edges[:, 1]], axis=1)
    cut = np.linalg.norm(rest[edges[:, 0]] - rest[edges[:, 1]], axis=1)
    return float((now / np.maximum(cut, 1e-6)).mean() - 1)
