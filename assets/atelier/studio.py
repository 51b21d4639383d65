"""Studio: meshes in front of the camera, lit, photographed by Cycles, cut out.

Notable here:
- the camera is orthographic and looks along z, so a picture's pixel is a place in centimetres and
  everything known about the cloth (`Layers`) can be drawn pixel for pixel beside the photograph.
- the light is a photo studio's: a large soft box on the upper left, a fill on the right, a rim
  from above and a white room. Dark cloth gets less of the room and more of the soft box, from
  farther to the side, as photographers do to keep its folds. Colours stay linear light until
  `develop` makes sRGB of them.
- `Picture.pixels` goes on under the transparent part with the colours of the nearest edge: a
  resampled or compressed cut-out shows no fringe.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")

import bpy
import cv2
import numpy as np
from curves import Frame
from light import develop, rasterise
from mesh import Sheet, subdivide
from scipy import ndimage
from surface import Surface

MARGIN_CM = 2.0
SMOOTHER = 2  # steps of subdivision before a sheet is photographed
LINING_CM = 0.2  # below lace
THICKNESS_CM = 0.12  # of cloth, seen at its edges
SAMPLES = 9
UNIT = 0.01  # metres per cm
FRONT, INSIDE, COLLAR, TRIM = 1, 2, 5, 7  # pieces as `Layers.piece` numbers them


@dataclass
class Layers:
    """What is seen at each pixel of the frame: depth (H, W) cm towards the camera, -inf outside;
    s, t (H, W) fabric coordinates in cm; piece (H, W) uint8, 0 = none; inner (H, W) bool: the
    side of the cloth that lies on the body."""

    depth: np.ndarray
    s: np.ndarray
    t: np.ndarray
    piece: np.ndarray
    inner: np.ndarray


@dataclass
class Picture:
    """pixels: (H, W, 4) uint8 RGBA, not premultiplied. frame: pattern cm <-> its pixels."""

    pixels: np.ndarray
    frame: Frame
    layers: Layers


class Scene:
    """What stands in front of the camera: sheets and loose pieces, each with its surface."""

    def __init__(self, extent: np.ndarray, scale: float) -> None:
        """extent: (N, 2) points in cm that must be in the picture; scale: its pixels per cm."""
        self.frame = Frame.around(extent, MARGIN_CM, scale)
        shape = (self.frame.height, self.frame.width)
        self.layers = Layers(
            np.full(shape, -np.inf, np.float32),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.uint8),
            np.zeros(shape, bool),
        )
        self.things = []  # (points (N, 3) cm, faces, places (N, 2) 0..1 on the texture, surface)
        self.fuzz = 0.0
        self.darkness = 0.0  # 0..1 of the front's cloth

    @property
    def base(self) -> np.ndarray:
        return self.layers.depth

    def hang(self, sheet: Sheet, surface: Surface, piece=FRONT, folds=None) -> None:
        """Put a draped sheet, front or (INSIDE) back, with its painted surface into the scene.
        folds: pattern points (N, 2) -> (N,) cm that the cloth stands out there."""
        for _ in range(SMOOTHER if folds is None else SMOOTHER + 1):
            sheet = subdivide(sheet)
        if folds is not None:
            out = _normals(sheet) * folds(sheet.rest)[:, None]
            sheet = Sheet(sheet.rest, sheet.position + out, sheet.triangles)
        height, rest = rasterise(sheet, self.frame)
        facing = _facing(sheet, self.frame)
        place = surface.frame.to_pixels(rest.reshape(-1, 2)).astype(np.float32)
        x, y = (place[:, k].reshape(height.shape) for k in (0, 1))
        inner = facing < 0
        panel = (
            FRONT if surface.panel is None else cv2.remap(surface.panel, x, y, cv2.INTER_NEAREST)
        )
        numbers = np.where(inner, INSIDE, panel)
        self._write(height > self.base, height, surface, x, y, numbers, inner)
        size = np.array([surface.frame.width, surface.frame.height])
        places = (surface.frame.to_pixels(sheet.rest) + 0.5) / size
        self.things.append((sheet.position, sheet.triangles, places, surface, True))
        if surface.holes is not None:  # the lining that shows through lace
            under = sheet.position - LINING_CM * _normals(sheet)
            self.things.append((under, sheet.triangles, places, surface.lining(), False))
        self.fuzz = max(self.fuzz, surface.fuzz)
        self.darkness = max(self.darkness, _darkness(surface)) if piece == FRONT else self.darkness

    def lay(self, x, y, where, height, surface: Surface, piece=TRIM, inner=False) -> None:
        """Lay a loose piece: a grid of pattern points (h, w) that come to lie at picture places
        where (h * w, 2) and at a height (h, w); its surface is cut out along `surface.cut`."""
        points = np.column_stack([where, np.asarray(height, float).ravel()])
        plane = np.stack([x.ravel(), y.ravel()], 1)
        rows, columns = x.shape
        number = np.arange(rows * columns).reshape(rows, columns)
        a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
        faces = np.stack([a.ravel(), d.ravel(), c.ravel(), b.ravel()], 1)
        place = surface.frame.to_pixels(plane).astype(np.float32)
        share = cv2.remap(surface.cut, *place.T.reshape(2, rows, columns), cv2.INTER_LINEAR)
        wanted = cv2.dilate((share > 0.01).astype(np.uint8), np.ones((3, 3), np.uint8)).ravel() > 0
        faces = faces[wanted[faces].any(1)]
        used, faces = np.unique(faces, return_inverse=True)
        faces = faces.reshape(-1, 4)
        points, plane = points[used], plane[used]
        triangles = np.vstack([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])
        depth, rest = rasterise(Sheet(plane, points, triangles), self.frame)
        pixels = surface.frame.to_pixels(rest.reshape(-1, 2)).astype(np.float32)
        px, py = (pixels[:, k].reshape(depth.shape) for k in (0, 1))
        inside = cv2.remap(surface.cut, px, py, cv2.INTER_LINEAR) >= 0.5
        mine = inside & (depth > self.base)
        self._write(mine, depth, surface, px, py, piece, inner)
        size = np.array([surface.frame.width, surface.frame.height])
        places = (surface.frame.to_pixels(plane) + 0.5) / size
        self.things.append((points, faces, places, surface, False))

    def sample(self, image: np.ndarray, where: np.ndarray) -> np.ndarray:
        """(N,) values of an image of the scene at places in cm, the nearest pixel."""
        x, y = np.round(self.frame.to_pixels(where)).astype(int).T
        rows = np.clip(y, 0, self.frame.height - 1)
        return image[rows, np.clip(x, 0, self.frame.width - 1)]

    def ground(self, sigma_cm: float = 0.8) -> np.ndarray:
        """(H, W) the height of what lies there, carried on smoothly beyond its edge."""
        known = np.isfinite(self.base)
        nearest = ndimage.distance_transform_edt(
            ~known, return_distances=False, return_indices=True
        )
        return cv2.GaussianBlur(self.base[tuple(nearest)], (0, 0), sigma_cm * self.frame.scale)

    def _write(self, mine, height, surface: Surface, x, y, piece, inner) -> None:
        layers = self.layers
        layers.depth[mine] = height[mine]
        for layer, source in ((layers.s, surface.s), (layers.t, surface.t)):
            found = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            layer[mine] = found[mine]
        layers.piece[mine] = np.broadcast_to(piece, mine.shape)[mine]
        layers.inner[mine] = np.broadcast_to(inner, mine.shape)[mine]

    def photograph(self, exposure: float = 1.0, samples: int = SAMPLES) -> Picture:
        """Light the scene, photograph it with Cycles, and develop it."""
        bpy.ops.wm.read_factory_settings(use_empty=True)
        for number, thing in enumerate(self.things):
            _thing(f"piece {number}", *thing)
        _studio(self.frame, self.darkness)
        light = _render(self.frame, samples)
        alpha = light[..., 3]
        colour = light[..., :3] / np.maximum(alpha, 1e-4)[..., None]
        if self.fuzz:
            alpha = _fuzzy(alpha, self.fuzz * self.frame.scale)
        return Picture(_cut_out(develop(colour * exposure), alpha), self.frame, self.layers)


# --- meshes -------------------------------------------------------------------------------------


def _facing(sheet: Sheet, frame: Frame) -> np.ndarray:
    """(H, W) > 0 where the front of the sheet's triangles faces the camera."""
    a, b, c = (sheet.position[sheet.triangles[:, k]] for k in range(3))
    turn = -np.cross((b - a)[:, :2], (c - a)[:, :2])
    points = np.zeros(len(sheet.rest))
    for k in range(3):
        np.add.at(points, sheet.triangles[:, k], turn)
    copy = Sheet(np.column_stack([points, points]), sheet.position, sheet.triangles)
    return rasterise(copy, frame)[1][..., 0]


def _normals(sheet: Sheet) -> np.ndarray:
    """(N, 3) unit vectors out of the cloth, away from the body."""
    a, b, c = (sheet.position[sheet.triangles[:, k]] for k in range(3))
    turn = -np.cross(b - a, c - a)
    total = np.zeros_like(sheet.position)
    for k in range(3):
        np.add.at(total, sheet.triangles[:, k], turn)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)


BLACK, DARK = 0.02, 0.10  # linear light that a cloth gives back: all and nothing of `_darkness`


def _darkness(surface: Surface) -> float:
    """1 for black cloth, 0 for cloth that needs no help to show its folds."""
    given = float(np.median(surface.dye.reshape(-1, 3).mean(1)))
    return float(np.clip((DARK - given) / (DARK - BLACK), 0, 1))


def _thing(name: str, points, faces, places, surface: Surface, thick: bool) -> None:
    mesh = bpy.data.meshes.new(name)
    metres = np.column_stack([points[:, 0], -points[:, 2], -points[:, 1]]) * UNIT
    corners = faces.shape[1]
    mesh.vertices.add(len(metres))
    mesh.vertices.foreach_set("co", metres.astype(np.float32).ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.astype(np.int32).ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, corners, dtype=np.int32))
    mesh.update(calc_edges=True)
    layer = mesh.uv_layers.new(name="place")
    uv = places[faces.ravel()].copy()
    uv[:, 1] = 1 - uv[:, 1]
    layer.data.foreach_set("uv", uv.astype(np.float32).ravel())
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    thing.data.materials.append(_material(name, surface))
    if thick:
        solid = thing.modifiers.new("thickness", "SOLIDIFY")
        solid.thickness = THICKNESS_CM * UNIT
        solid.offset = -1


def _image(name: str, *channels: np.ndarray):
    """A float image of up to four channels, (H, W) or (H, W, 3) arrays, first row on top."""
    stack = np.dstack(channels).astype(np.float32)
    pixels = np.ones((*stack.shape[:2], 4), np.float32)
    pixels[..., : stack.shape[2]] = stack
    image = bpy.data.images.new(
        name, stack.shape[1], stack.shape[0], float_buffer=True, is_data=True, alpha=True
    )
    image.alpha_mode = "CHANNEL_PACKED"
    image.pixels.foreach_set(np.ascontiguousarray(pixels[::-1]).ravel())
    return image


def _material(name: str, surface: Surface):
    """Cloth: the surface's dye, relief, sheen and gloss."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]

    def texture(image):
        node = nodes.new("ShaderNodeTexImage")
        node.image = image
        node.interpolation = "Linear"
        node.extension = "EXTEND"
        return node

    there = surface.cut if surface.cut is not None else surface.holes
    cut = there if there is not None else np.ones_like(surface.bump)
    dye = texture(_image(f"{name} dye", np.clip(surface.dye, 0, 1), cut))
    links.new(dye.outputs["Color"], shader.inputs["Base Color"])
    if there is not None:
        links.new(dye.outputs["Alpha"], shader.inputs["Alpha"])
    sheen = surface.sheen * (1 + (DARK_SHEEN - 1) * _darkness(surface))
    relief = texture(_image(f"{name} relief", surface.bump, sheen, surface.gloss))
    parts = nodes.new("ShaderNodeSeparateColor")
    links.new(relief.outputs["Color"], parts.inputs["Color"])
    bump = nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value = 1.0
    bump.inputs["Distance"].default_value = UNIT
    links.new(parts.outputs["Red"], bump.inputs["Height"])
    links.new(bump.outputs["Normal"], shader.inputs["Normal"])
    links.new(parts.outputs["Green"], shader.inputs["Sheen Weight"])
    shader.inputs["Sheen Roughness"].default_value = 0.5
    rough = nodes.new("ShaderNodeMapRange")
    rough.inputs["From Max"].default_value = 0.6
    rough.inputs["To Min"].default_value = 0.92
    rough.inputs["To Max"].default_value = 0.28
    links.new(parts.outputs["Blue"], rough.inputs["Value"])
    links.new(rough.outputs["Result"], shader.inputs["Roughness"])
    specular = nodes.new("ShaderNodeMapRange")
    specular.inputs["From Max"].default_value = 0.4
    specular.inputs["To Min"].default_value = 0.12
    specular.inputs["To Max"].default_value = 0.6
    links.new(parts.outputs["Blue"], specular.inputs["Value"])
    links.new(specular.outputs["Result"], shader.inputs["Specular IOR Level"])
    return material


# --- light and camera ---------------------------------------------------------------------------

# name: place (x right, y down, z to the camera, cm from the garment's middle), size in cm, watts
LIGHTS = {
    "key": ((-170, -150, 210), 170, 72.0),
    "fill": ((230, 20, 170), 200, 16.0),
    "top": ((20, -260, 30), 150, 16.0),
}
ROOM = 0.32
DISTANCE_CM = 400
# Of black cloth: the share of the room that is left, how much stronger the soft box shines, and
# how far it moves to the side (cm).
DARK_ROOM, DARK_KEY, DARK_SIDE = 0.45, 2.6, (-90, 30, -40)
DARK_SHEEN = 2.4  # times as much light from the fibres of black cloth


def _studio(frame: Frame, darkness: float = 0.0) -> None:
    scene = bpy.context.scene
    middle = np.array([frame.left + frame.width / frame.scale / 2, 0.0])
    middle[1] = frame.top + frame.height / frame.scale / 2
    reach = max(frame.width, frame.height) / frame.scale / 75  # tall garments need more room
    for name, (place, size, power) in LIGHTS.items():
        if name == "key":
            place = np.array(place) + darkness * np.array(DARK_SIDE)
            power *= 1 + darkness * (DARK_KEY - 1)
        data = bpy.data.lights.new(name, "AREA")
        data.size = size * UNIT * reach
        data.energy = power * reach**2
        thing = bpy.data.objects.new(name, data)
        x, y, z = np.array(place) * reach
        thing.location = np.array([middle[0] + x, -z, -(middle[1] + y)]) * UNIT
        target = np.array([middle[0], 0, -middle[1]]) * UNIT
        thing.rotation_euler = _towards(np.array(thing.location), target)
        scene.collection.objects.link(thing)
    world = bpy.data.worlds.new("room")
    world.use_nodes = True
    room = ROOM * (1 - darkness * (1 - DARK_ROOM))
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = room
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (1, 1, 1, 1)
    scene.world = world
    data = bpy.data.cameras.new("camera")
    data.type = "ORTHO"
    data.ortho_scale = max(frame.width, frame.height) / frame.scale * UNIT
    data.clip_end = 100
    camera = bpy.data.objects.new("camera", data)
    camera.location = np.array([middle[0], -DISTANCE_CM, -middle[1]]) * UNIT
    camera.rotation_euler = (np.pi / 2, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera


def _towards(place: np.ndarray, target: np.ndarray):
    from mathutils import Vector

    return Vector(target - place).to_track_quat("-Z", "Y").to_euler()


def _render(frame: Frame, samples: int) -> np.ndarray:
    """(H, W, 4) float32 premultiplied linear light."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.02
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    scene.cycles.denoising_prefilter = "FAST"
    scene.cycles.denoising_quality = "HIGH"
    scene.cycles.max_bounces = 4
    scene.cycles.diffuse_bounces = 3
    scene.cycles.transparent_max_bounces = 8
    scene.cycles.filter_width = 1.2
    scene.render.film_transparent = True
    scene.render.resolution_x, scene.render.resolution_y = frame.width, frame.height
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.image_settings.color_depth = "32"
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "light.exr")
        bpy.ops.render.render(write_still=True)
        found = cv2.imread(scene.render.filepath, cv2.IMREAD_UNCHANGED)
    return found[..., [2, 1, 0, 3]]


# --- cutting out --------------------------------------------------------------------------------


def _fuzzy(alpha: np.ndarray, reach_px: float) -> np.ndarray:
    """The hairs of a woolly cloth at its edge."""
    generator = np.random.default_rng(3)
    hair = cv2.GaussianBlur(generator.standard_normal(alpha.shape).astype(np.float32), (0, 0), 0.8)
    hair /= hair.std()
    depth = cv2.distanceTransform((alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    edge = np.clip(1 - depth / (3 * reach_px), 0, 1)
    return np.clip(alpha - edge * np.clip(0.5 + 0.45 * hair, 0, 1), 0, 1)


def _cut_out(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(H, W, 4) uint8; the colours of the edge go on outside it."""
    opaque = _largest(np.round(alpha * 255).astype(np.uint8))
    solid = opaque > 200
    distance, nearest = ndimage.distance_transform_edt(~solid, return_indices=True)
    carried = colour[tuple(nearest)].astype(np.float32)
    soft = cv2.GaussianBlur(carried, (0, 0), 6)
    far = np.clip((distance - 6) / 10, 0, 1)[..., None]
    colour = np.where(solid[..., None], colour, carried * (1 - far) + soft * far)
    rgb = np.round(np.clip(colour, 0, 1) * 255).astype(np.uint8)
    return np.dstack([rgb, opaque])


def _largest(alpha: np.ndarray) -> np.ndarray:
    """Without specks: only parts connected to the largest one."""
    count, label, stats, _ = cv2.connectedComponentsWithStats((alpha > 0).astype(np.uint8))
    if count <= 2:
        return alpha
    keep = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return np.where(label == keep, alpha, 0).astype(np.uint8)
