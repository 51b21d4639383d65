"""Surfaces and a camera -> colours and labels of every pixel, by OpenGL without a window.

Notable here:
- one pass draws the colour and, in a second target of floats, where on the garment's picture the
  same point of cloth lies, how deep it lies there, and the label. So flow and layout are exact.
- garments have no cut edges in their meshes: sleeve ends, necklines, hems and openings are
  functions of a point's place on the mean body, asked in the fragment shader. One mesh gives every
  length and neckline with smooth edges.
- the body is cut away where cloth covers it, so it can never stick out of it.
- rendered at twice the size and averaged in a second pass; labels by majority. EGL
  with Mesa's llvmpipe will do; a graphics card is used where EGL finds one.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tryon.fusion.studio import CANVAS, GREY

Array = NDArray[np.float32]

OVER = 2  # rendered larger, each way
NEAR, FAR = 30.0, 3000.0  # centimetres from the camera
# floats of a point: position, normal, place on the garment's picture, place on the mean body,
# place on its limb, colour
POINT = ("3f 3f 3f 3f 3f 3f", "at", "normal", "laid", "canon", "limb", "tint")
FLOATS = 18
SAME_PLACE = 2.5  # pixels of the garment's picture: samples of a pixel farther apart are an edge
MISSING = (
    "rendering needs OpenGL through EGL: apt install libegl1 libegl-mesa0 libgl1-mesa-dri, "
    "pip install moderngl"
)

VERTEX = """
#version 330
uniform vec4 view;    // pixels per cm at the origin, centre x, centre y (pixels), distance (cm)
uniform vec2 size;    // pixels
in vec3 at, normal, laid, canon, limb, tint;
out vec3 n, place, c, l, paint;
flat out float own_label;
void main() {
    own_label = laid.x;
    float depth = view.w - at.z;
    vec2 pixel = view.yz + at.xy * view.x * view.w / depth;
    vec2 ndc = pixel / size * 2.0 - 1.0;
    float near = NEAR, far = FAR;
    float z = (far + near) / (far - near) - 2.0 * far * near / ((far - near) * depth);
    gl_Position = vec4(ndc * depth, z * depth, depth);   // y down: rows come out top first
    n = normal; place = laid; c = canon; l = limb; paint = tint;
}
""".replace("NEAR", f"{NEAR:.1f}").replace("FAR", f"{FAR:.1f}")

FRAGMENT = """
// --- where the garment is -------------------------------------------------------------------
uniform float label, inside_label;
uniform vec4 neck;          // half width, depth in front, depth behind (cm), power of the curve
uniform vec4 extent;        // top, bottom of this piece (y of the mean body), sleeve end, hem
uniform vec4 front;         // half opening at the top and at the bottom, straps' end, half width
uniform vec4 hide_upper;    // what covers this surface: top, bottom, sleeve end, on
uniform vec4 hide_lower;    // y from, to, on
uniform vec4 hide_neck;
uniform vec4 hide_front;
// --- what it looks like ---------------------------------------------------------------------
uniform sampler2D tile, decal, folds;
uniform vec4 tile_scale;    // per cm across and along; turn (cos, sin)
uniform vec4 decal_box;     // x, y, half width, half height on the mean body
uniform vec3 trim_colour, light, ambient_light;
uniform vec4 trim;          // widths at neck, sleeves, hem (cm), how much of its colour
uniform vec4 details;       // placket half width, buttons' distance, collar width, lapel
uniform vec4 below;         // waistband (cm), fly's end (y), pockets' slant, patch pockets (cm)
uniform vec4 fold;          // amplitude, shift x, shift y, fineness
uniform vec3 look;          // sheen, ambient, unlit
in vec3 n, place, c, l, paint;
flat in float own_label;    // of skin
layout(location = 0) out vec4 colour;
layout(location = 1) out vec4 mark;

const float STRAPS_AT = 9.35, ARM = 55.0;

float above_neckline(vec3 p, vec4 shape) {  // cm, > 0: cut away
    if (shape.x <= 0.0) return shape.y - p.y;  // a turtleneck: cut above a height
    float depth = mix(shape.z, shape.y, smoothstep(-3.0, 4.0, p.z));
    float across = abs(p.x) / shape.x;
    float t = clamp(1.0 - pow(across, shape.w), 0.0, 1.0);
    float y = NECK_Y + depth * (shape.w < 1.3 ? t : pow(t, 1.0 / shape.w));
    return across > 1.0 ? -10.0 : y - p.y;
}

float opening(vec3 p, vec4 f) {  // > 0: the front is open here
    float t = clamp((p.y - NECK_Y) / 60.0, 0.0, 1.0);
    return p.z < 0.0 || f.x + f.y <= 0.0 ? -10.0 : mix(f.x, f.y, t) - abs(p.x);
}

void main() {
    float sheen = look.x, occlusion = 1.0, marked = label;
    if (hide_lower.z > 0.5 && c.y > hide_lower.x && c.y < hide_lower.y && l.x < 0.0
        && opening(c, hide_front) < 0.0) discard;
    vec3 nn = normalize(n);
#if PIECE == 0
    vec3 base = paint;
    marked = own_label;
    bool within = c.y > hide_upper.x && (l.x > 0.0 || c.y < hide_upper.y) && l.x < hide_upper.z;
    if (hide_upper.w > 0.5 && within && above_neckline(c, hide_neck) < 0.0
        && opening(c, hide_front) < 0.0) discard;
#endif
#if PIECE == 3
    if (l.x < 0.0) discard;
    vec3 base = paint * (0.75 + 0.5 * texture(folds, vec2(l.z * 0.1, c.y * 0.012)).b);
#endif
#if PIECE == 1 || PIECE == 2
    float hem = extent.w - c.y, ending = (extent.z - l.x) * ARM;     // cm to the ends
    bool sleeve = l.x > 0.02;
    float neck_room = 99.0, gap = -10.0;
    float line = 0.0;
#if PIECE == 1
    if (c.y < extent.x || l.x > extent.z || (c.y > extent.y && l.x < 0.0)) discard;
#endif
#ifdef NECK
    neck_room = -above_neckline(c, neck);
    bool strapped = front.w > 0.0 && c.y < front.z;   // straps instead of shoulders
    if (strapped ? abs(abs(c.x) - STRAPS_AT) > front.w : neck_room < 0.0) discard;
    if (!sleeve && neck.x > 0.0) line = 1.0 - abs(neck_room - max(trim.x, 1.0)) * 4.0;
    line = max(line, 1.0 - abs(l.x - 0.02) * 60.0);     // armhole seam
#endif
#ifdef OPENS
    gap = opening(c, front);
    if (gap > 0.0) discard;
#endif
    vec2 uv = sleeve ? vec2(l.y, l.x * ARM) : vec2(l.z, c.y);
    vec2 turned = vec2(tile_scale.z * uv.x - tile_scale.w * uv.y,
                       tile_scale.w * uv.x + tile_scale.z * uv.y);
    vec3 base = texture(tile, turned * tile_scale.xy).rgb;
#ifdef DECAL
    vec2 d = (c.xy - decal_box.xy) / decal_box.zw;
    vec4 print = texture(decal, clamp(d * 0.5 + 0.5, 0.0, 1.0));
    bool printed = !sleeve && c.z > -2.0 && max(abs(d.x), abs(d.y)) < 1.0;
    base = mix(base, print.rgb, printed ? print.a : 0.0);
#endif
    bool edge = (neck_room < trim.x && !sleeve && neck.x > 0.0)
        || (sleeve ? ending < trim.y : hem < trim.z);
    base = mix(base, trim_colour, edge ? trim.w : 0.0);
    line = max(line, 1.0 - abs(sleeve ? ending - max(trim.y, 2.0) : hem - max(trim.z, 2.0)) * 3.0);
#ifdef DETAILS
    if (details.x > 0.0 && c.z > 0.0 && !sleeve) {
        line = max(line, 1.0 - abs(abs(c.x) - details.x) * 5.0);
        float row = abs(fract((c.y - NECK_Y) / details.y) - 0.5) * details.y;
        base = mix(base, trim_colour, length(vec2(c.x, row)) < 0.75 ? 0.85 : 0.0);
    }
    if (details.z > 0.0 && !sleeve && neck.x > 0.0) {      // a collar turned down
        float point = c.z > 0.0 ? 0.75 + 0.5 * smoothstep(0.0, 6.0, 9.0 - abs(c.x)) : 0.8;
        point *= details.z;
        if (neck_room < point) nn = normalize(nn + vec3(0.0, -0.35, 0.1));
        line = max(line, 1.3 - abs(neck_room - point) * 3.0);
    }
    float down = c.y - extent.x;
    if (below.x > 0.0) line = max(line, 1.0 - abs(down - below.x) * 3.0);
    if (c.z > 0.0 && !sleeve) {
        float hip = down - below.x;
        if (c.y < below.y && hip > 0.0) line = max(line, 1.0 - abs(c.x - 0.4) * 4.0);   // a fly
        if (below.z > 0.0 && hip > 0.0 && hip < 13.0)     // slanted pockets at the sides
            line = max(line, 1.0 - abs(abs(c.x) - 9.5 - hip * below.z / 13.0) * 3.0);
        if (below.w > 0.0) {                              // pockets sewn on, to put hands in
            vec2 q = abs(vec2(abs(c.x) - 8.5, c.y - extent.w + 2.2 + 0.6 * below.w))
                - vec2(0.5, 0.6) * below.w;
            line = max(line, 1.0 - abs(max(q.x, q.y)) * 3.0);
        }
    }
    if (details.w > 0.0 && !sleeve && c.z > 0.0) {         // lapels
        float t = clamp((c.y - NECK_Y) / 34.0, 0.0, 1.0);
        float width = details.w * (1.0 - t) * smoothstep(0.0, 0.12, t + 0.08);
        float inward = min(-gap, neck_room);
        if (inward < width) nn = normalize(nn + vec3(c.x > 0.0 ? 0.3 : -0.3, -0.1, 0.2));
        line = max(line, 1.4 - abs(inward - width) * 2.5);
    }
#endif
    occlusion -= 0.28 * clamp(line, 0.0, 1.0);
    vec2 slope = texture(folds, uv * fold.w + fold.yz).rg - 0.5;
    slope += 0.5 * (texture(folds, uv.yx * fold.w * 1.7 - fold.yz).gr - 0.5);
    nn = normalize(nn + vec3(slope * fold.x, 0.0));
    if (!gl_FrontFacing) {
        nn = -nn;
        marked = inside_label;
        occlusion *= 0.58;
    }
#endif
    float wrapped = max(dot(nn, light) * 0.6 + 0.4, 0.0);
    vec3 lit = base * (ambient_light * look.y + (1.0 - look.y) * 1.55 * wrapped) * occlusion;
    float mirror = max(2.0 * dot(nn, light) * nn.z - light.z, 0.0);
    mirror *= mirror; mirror *= mirror;
    lit += sheen * mirror * mirror;
    lit *= 0.86 + 0.14 * clamp(nn.z, 0.0, 1.0);
    colour = vec4(clamp(look.z > 0.5 ? base : lit, 0.0, 1.0), 1.0);
    mark = vec4(place, marked + 1.0);
}
"""


SCREEN = """
#version 330
in vec2 corner;
void main() { gl_Position = vec4(corner, 0.0, 1.0); }
"""

AVERAGE = """
#version 330
uniform sampler2D colours, marks;
layout(location = 0) out vec4 colour;
layout(location = 1) out vec4 mark;     // label + 1, negative where a pixel shows several places
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy) * 2;
    vec4 a = texelFetch(marks, at, 0), b = texelFetch(marks, at + ivec2(1, 0), 0);
    vec4 c = texelFetch(marks, at + ivec2(0, 1), 0), d = texelFetch(marks, at + ivec2(1, 1), 0);
    colour = 0.25 * (texelFetch(colours, at, 0) + texelFetch(colours, at + ivec2(1, 0), 0)
        + texelFetch(colours, at + ivec2(0, 1), 0) + texelFetch(colours, at + ivec2(1, 1), 0));
    float label = a.w;
    if (a.w != b.w && a.w != c.w && a.w != d.w) {
        if (b.w == c.w || b.w == d.w) label = b.w; else if (c.w == d.w) label = c.w;
    }
    if (label < 0.5) {      // of two equals what is drawn
        if (a.w > 0.5 && (a.w == b.w || a.w == c.w || a.w == d.w)) label = a.w;
        else if (b.w > 0.5 && (b.w == c.w || b.w == d.w)) label = b.w;
        else if (c.w > 0.5 && c.w == d.w) label = c.w;
    }
    vec2 spread = max(max(a.xy, b.xy), max(c.xy, d.xy)) - min(min(a.xy, b.xy), min(c.xy, d.xy));
    bool same = a.w == b.w && c.w == d.w && a.w == c.w && max(spread.x, spread.y) < SAME_PLACE;
    mark = vec4(0.25 * (a.xyz + b.xyz + c.xyz + d.xyz), same ? label : -label - 0.25);
}
"""


class Camera(NamedTuple):
    """scale: pixels per centimetre at the origin's depth. x, y: pixels where the origin lies, from
    the left and the top edge. distance: centimetres."""

    scale: float
    x: float
    y: float
    distance: float

    def project(self, points: np.ndarray) -> np.ndarray:
        """(n, 3) in space -> (n, 3): x, y in pixels (centres at whole numbers), z as given."""
        factor = self.scale * self.distance / (self.distance - points[:, 2:])
        flat = np.array([self.x, self.y]) + points[:, :2] * factor - 0.5
        return np.concatenate([flat, points[:, 2:]], 1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Surface:
    """Something to draw. points: (n, 18) float32, see `POINT`. faces: (F, 3). piece: 0 skin, 1 and
    2 cloth, 3 hair. uniforms: of the fragment shader. textures: name -> (h, w, c) uint8."""

    points: Array
    faces: NDArray[np.int32]
    piece: int
    label: int
    uniforms: dict[str, Any] = field(default_factory=dict)
    textures: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    inside_label: int | None = None


class Picture(NamedTuple):
    """colours: (256, 192, 3) uint8. label: (256, 192) uint8, 255 = nothing drawn. laid:
    (256, 192, 3) float32: x, y in pixels of the garment's picture and z in cm there. exact:
    (256, 192) bool: all of the pixel shows the same piece of the same surface. alpha: (256, 192)
    uint8, how much of the pixel is drawn on."""

    colours: NDArray[np.uint8]
    label: NDArray[np.uint8]
    laid: Array
    exact: NDArray[np.bool_]
    alpha: NDArray[np.uint8]


DEFAULTS: dict[str, Any] = {
    "neck": (8.0, 7.0, 2.0, 2.0),
    "extent": (-200.0, 200.0, 9.0, 200.0),
    "front": (0.0, 0.0, 0.0, 0.0),
    "hide_upper": (0.0, 0.0, 0.0, 0.0),
    "hide_lower": (0.0, 0.0, 0.0, 0.0),
    "hide_neck": (8.0, 7.0, 2.0, 2.0),
    "hide_front": (0.0, 0.0, 0.0, 0.0),
    "tile_scale": (0.05, 0.05, 1.0, 0.0),
    "decal_box": (0.0, 900.0, 1.0, 1.0),
    "trim_colour": (0.0, 0.0, 0.0),
    "trim": (0.0, 0.0, 0.0, 0.0),
    "details": (0.0, 1.0, 0.0, 0.0),
    "below": (0.0, -999.0, 0.0, 0.0),
    "fold": (0.0, 0.0, 0.0, 0.02),
    "look": (0.0, 0.55, 0.0),
    "light": (0.3, -0.5, 0.8),
    "ambient_light": (1.0, 1.0, 1.0),
}


class Renderer:
    """An OpenGL context with its shader and targets. FileNotFoundError with `MISSING` where there
    is no EGL. Belongs to the thread that made it. Not for a process that loads TensorFlow: both
    bring LLVM, and the two do not get on; see `samples.Workshop`."""

    def __init__(self, folds: NDArray[np.uint8], neck_y: float) -> None:
        """folds: (h, w, 3) uint8 tile: slopes of folds across and along, hair. neck_y: where the
        neck meets the shoulder."""
        try:
            import moderngl

            options: Any = {"standalone": True, "backend": "egl"}
            self.context = moderngl.create_context(**options)
        except Exception as error:
            raise FileNotFoundError(MISSING) from error
        self.moderngl = moderngl
        height, width = (side * OVER for side in CANVAS)
        self.size = width, height
        self.neck_y = neck_y
        self.programs: dict[tuple[str, ...], Any] = {}
        colour = self.context.texture(self.size, 4)
        marks = self.context.texture(self.size, 4, dtype="f4")
        depth = self.context.depth_renderbuffer(self.size)
        self.target = self.context.framebuffer([colour, marks], depth)
        self.colours, self.marks = colour, marks
        small = CANVAS[::-1]
        self.averaged = self.context.framebuffer(
            [self.context.texture(small, 4), self.context.texture(small, 4, dtype="f4")]
        )
        source = AVERAGE.replace("SAME_PLACE", f"{SAME_PLACE:.2f}")
        self.averaging = self.context.program(vertex_shader=SCREEN, fragment_shader=source)
        corners = np.array([-1, -1, 1, -1, -1, 1, 1, 1], np.float32)
        buffer = self.context.buffer(corners.tobytes())
        self.screen = self.context.vertex_array(self.averaging, [(buffer, "2f", "corner")])
        self.folds = self._texture(folds)
        self.blank = self._texture(np.zeros((2, 2, 4), np.uint8))

    def _texture(self, pixels: NDArray[np.uint8]) -> Any:
        texture = self.context.texture(
            pixels.shape[1::-1],
            pixels.shape[2],
            np.ascontiguousarray(pixels).tobytes(),
            alignment=1,
        )
        texture.filter = self.moderngl.LINEAR, self.moderngl.LINEAR
        return texture

    def _program(self, surface: Surface) -> Any:
        """The shader with what this surface needs and no more: what is switched off by a number
        costs as much as what is on."""
        given = DEFAULTS | surface.uniforms
        wanted = [f"PIECE {surface.piece}"]
        if surface.piece == 1 and given["neck"][1] > -300:
            wanted.append("NECK")
        if sum(given["front"][:2]) > 0:
            wanted.append("OPENS")
        if "decal" in surface.textures:
            wanted.append("DECAL")
        if any(given["details"][i] > 0 for i in (0, 2, 3)) or any(
            one > 0 for one in given["below"]
        ):
            wanted.append("DETAILS")
        key = tuple(wanted)
        if key not in self.programs:
            head = ["#version 330", f"const float NECK_Y = {self.neck_y:.3f};"]
            head += [f"#define {one}" for one in wanted]
            source = chr(10).join(head) + FRAGMENT
            self.programs[key] = self.context.program(vertex_shader=VERTEX, fragment_shader=source)
        return self.programs[key]

    def draw(self, surfaces: list[Surface], camera: Camera, unlit: bool = False) -> Picture:
        """What the camera sees, on grey."""
        with self.context:  # another renderer's may be the current one
            return self._drawn(surfaces, camera, unlit)

    def _drawn(self, surfaces: list[Surface], camera: Camera, unlit: bool) -> Picture:
        gl = self.context
        self.target.use()
        gl.enable(self.moderngl.DEPTH_TEST)
        self.target.clear(GREY / 255, GREY / 255, GREY / 255, 0.0)
        view = (camera.scale * OVER, camera.x * OVER, camera.y * OVER, camera.distance)
        made = []
        for surface in reversed(surfaces):  # what is outside first: the rest is not shaded then
            (gl.enable if surface.piece == 0 else gl.disable)(self.moderngl.CULL_FACE)
            program = self._program(surface)
            values = DEFAULTS | surface.uniforms | {"view": view, "size": self.size}
            values |= {"label": float(surface.label)}
            inside = surface.label if surface.inside_label is None else surface.inside_label
            values["inside_label"] = float(inside)
            if unlit:
                values["look"] = (0.0, 1.0, 1.0)
            for name, value in values.items():
                if name in program:
                    program[name] = value
            for unit, name in enumerate(("tile", "decal", "folds")):
                if name == "folds":
                    texture = self.folds
                elif name in surface.textures:
                    texture = self._texture(surface.textures[name])
                    made.append(texture)
                else:
                    texture = self.blank
                texture.use(unit)
                if name in program:
                    program[name] = unit
            points = gl.buffer(np.ascontiguousarray(surface.points, np.float32).tobytes())
            faces = gl.buffer(np.ascontiguousarray(surface.faces, np.int32).tobytes())
            names = [name for name in POINT[1:] if name in program]
            layout = " ".join("3f" if name in program else "3x4" for name in POINT[1:])
            array = gl.vertex_array(program, [(points, layout, *names)], faces)
            array.render()
            made += [array, points, faces]
        self.averaged.use()
        gl.disable(self.moderngl.DEPTH_TEST | self.moderngl.CULL_FACE)
        self.colours.use(0)
        self.marks.use(1)
        self.averaging["colours"], self.averaging["marks"] = 0, 1
        self.screen.render(self.moderngl.TRIANGLE_STRIP)
        read = self.averaged.read
        colours = np.frombuffer(read(components=4, attachment=0), np.uint8)
        marks = np.frombuffer(read(components=4, attachment=1, dtype="f4"), np.float32)
        for thing in made:
            thing.release()
        colours, marks = colours.reshape(*CANVAS, 4), marks.reshape(*CANVAS, 4)
        exact = marks[..., 3] > 0.5
        label = np.abs(marks[..., 3]).astype(np.int16) - 1  # nothing was drawn: -1, so 255
        return Picture(
            np.ascontiguousarray(colours[..., :3]),
            label.astype(np.uint8),
            marks[..., :3],
            exact,
            np.ascontiguousarray(colours[..., 3]),
        )
