"""Person + Garment -> Draft: where every piece of the garment goes on the wearer.

Notable here:
- the geometric draft. The garment's outline landmarks say where its collar, shoulders, armpits,
  sides and hem are; `measures.measures_of` says where those belong on this body. A thin-plate
  spline carries the torso over, and each sleeve or leg follows the curve of its own limb.
- near the armhole (or the crotch) a limb's map is blended into the torso's, so that both pieces
  agree where they meet and nothing tears.
- lengths follow the garment, not the body: a sleeve that ends half way down the upper arm in the
  shop's picture ends there on the wearer, measured in true limb length, also on bent arms.
- widths follow the garment too, but never less than the body, and flat-laid width is tempered:
  cloth that lies flat is wider than cloth around a body.
"""

from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from tryon.core.errors import TryOnError
from tryon.core.frame import Fit
from tryon.core.masks import nearest_in
from tryon.core.types import Draft, Garment, Kind, Layer, Limb, Outline, Part, Person
from tryon.core.vocabulary import OUTERWEAR_TYPES
from tryon.core.warp import Curve, ThinPlateSpline, draw_mesh, grid_over, smoothstep
from tryon.fusion.geometry.hem import asked_hem, old_leg_end, worn_hem, worn_leg_end
from tryon.fusion.geometry.hood import Hood, behind_neck, hood_targets, neck_in_front, standing_hood
from tryon.garment.outline.limbs import lone_limb
from tryon.garment.outline.neckline import Neckline, front_neckline
from tryon.person.body import (
    ANKLE_HALF,
    CROTCH_AT,
    NECK_HALF,
    THIGH_HALF,
    TIP_OUT,
    TIP_UP,
    UPPER_ARM_HALF,
    WRIST_HALF,
)
from tryon.person.measures import (
    Measures,
    arm_edges,
    measures_of,
    shoulder_rises,
    torso_edges,
)
from tryon.person.regions import BARE_ARMS

# Working size: the wearer's box is brought to at most this many pixels, height and width.
CANVAS_LONG = 512
# The garment's masks are read at this size; positions stay in garment pixels.
GARMENT_LONG = 384
# Mesh spacing, as a fraction of the garment's longer side.
MESH_SPACING = 1 / 40

# Width of the garment over the width of the body below it: `1 + EASE_KEPT * (ratio - 1)`, limited.
# Half of a flat-laid garment's circumference is seen flat, about a third of it when worn.
EASE_KEPT = 0.42
EASE_LIMITS = {"slim": (1.0, 1.10), "regular": (1.03, 1.22), "loose": (1.10, 1.50)}
EASE_SHIFT = {"slim": -0.06, "regular": 0.0, "loose": 0.10}
# Where words ask for it, each step of `Hang.width` makes the trunk, sleeves and legs wider by these
# shares, a top's hem lower and short sleeves longer. Slim ones go down to about the usual body, but
# not farther inside of the worn clothes than these shares of their width at these heights:
# what is worn below shows the hips.
WIDER = 0.20
SLEEVE_WIDER = 0.20
SLEEVE_LONGER = 0.10  # spans
LOWER_HEM = 0.07  # torso lengths
SLIM_TRUNK = 0.96
SLIM_AT = (0.60, 0.95)
SLIM_WITHIN = (0.86, 0.98)
# The same for each step of `Hang.length`, of a dress's, coat's, skirt's or shorts' length.
LENGTHENED = 0.14

# How far a flat garment's length reaches when worn, and where tops end by their length's word
# (0 = shoulder joints, 1 = hip joints), and how much that counts.
HANG = 0.70
USUAL_SHARE = 0.75
USUAL_HEM = {"cropped": 0.72, "regular": 1.02, "long": 1.20}

# Coats are not tucked in or pushed up: they hang as long as they are.
LONG_TYPES = ("coat",)
HANG_LONG = 0.95

# Knitwear stretches to about this much of its width; nothing is drawn wider.
STRETCH_LIMIT = 1.5

# Types that cover the whole leg, unless clearly cropped.
FULL_LENGTH = ("trousers", "jeans", "leggings")

# Sleeve ends, as a fraction of the arm from the shoulder's tip to the wrist, by the word for it.
SLEEVE_REACH = {"short": (0.12, 0.48), "three-quarter": (0.30, 0.86), "long": (0.93, 1.01)}
# Measured on 30 shop pictures: long sleeves reach 0.95 to 1.4, three-quarter ones 0.56 to 0.91, and
# of the latter that are called long none surely. Worn, they end at so much of that.
LONG_FROM, LONG_SURE = 0.93, 0.9
THREE_QUARTER_HANG = 0.92
THREE_QUARTER_LEAST = 0.62  # where the word is sure: below the elbow
LEG_REACH = {"shorts": (0.15, 0.62), "cropped": (0.60, 0.92), "full": (0.95, 1.01)}
# How far a draft is believed, by the wearer's view, and what each unit of distortion takes off. The
# distortion's rank correlation with the overlap of drawn and worn garment is -0.3 on VITON pairs.
VIEW_CONFIDENCE = {"front": 1.0, "side": 0.6, "back": 0.5}
DISTORTION_COST = 0.3
# Gives up about a hundredth of the garment's size for smoothness where landmarks disagree.
STIFFNESS = 2e-3
# Over this many seam lengths a limb's own map takes over from the torso's.
BLEND = 0.1
# Both pieces are drawn this far across the seam (in seam lengths), so no gap can open.
OVERLAP = 0.12
# Rows of control points along a limb, 0 = its seam, 1 = its end; an elbow needs a few around it,
# the rounded top between two legs some close to the crotch.
LIMB_ROWS = 8
SLEEVE_AT = np.linspace(0, 1, LIMB_ROWS)
LEG_AT = np.concatenate([[0, 0.03, 0.07], SLEEVE_AT[1:]])
# Points between both ends of a seam that stay where the torso has them.
SEAM_POINTS = 3
# Beside the straight line, in widths of the limb, where its edge is looked for.
EDGE_REACH = 0.6
SEWN_ON = 0.97  # along the shoulder line: the shoulders of garments that show only one sleeve
# Armpits of sleeves lie at most this far from the spine, in spans: farther out is the arm.
ARMPIT_MOST = 0.49
# How deep an armpit lies below the shoulder's tip, in spans.
ARMHOLE = (0.36, 0.50)
# Of how far out a neckline lies beyond the neck's side when flat, so much is kept when worn: some
# lie against the neck, round ones are drawn together by its slope, wide ones stay wide.
COLLAR_KEPT = {"collar": 0.2, "hooded": 0.2, "turtleneck": 0.2, "crew": 0.65, "v": 0.65}
AT_NECK = NECK_HALF / (0.5 + TIP_OUT)
# What has such a collar when no word tells its neckline.
COLLARED = ("shirt", "polo", "blazer", *OUTERWEAR_TYPES)
COLLAR_OFF = 0.08  # widths of the neckline between both, from which its end is taken
# Where on the shoulder line its height is read off the photo (1 = the outer end), how far from the
# usual one it is believed, in spans, and how much of that reaches the neck.
RISE_AT = (0.55, 0.7, 0.85, 0.97)
RISE_LIMIT = 0.09
RISE_AT_NECK = 0.5
# Farther than this off the straight line, of its length, a shoulder's edge is a hood's or collar's.
EDGE_OFF = 0.2
# How deep a front neckline lies below the collar's sides when worn, of its depth laid flat: on 58
# pairs of VITON it lay higher than flat by 0.085 shoulder widths in the median, deep ones by more.
NECK_DEPTH = 0.65
# A sleeve is sewn on about above the armpit. Shoulder points nearer to the middle than this share
# of the armpits' half width are taken for a mistake, and looked for on the outline at the second.
SHOULDER_LEAST = 0.84
SHOULDER_USUAL = 0.93
FLOOR = 0.99  # of the way down to the ankles: no skirt or dress is longer
# How far a top's length is squeezed or stretched at most; the second where a length was asked for.
LENGTH_LIMITS = ((0.5, 1.3), (0.35, 1.6))
ARM_STEPS = 40  # points along an arm at which it is looked at
ARM_NEAR = 0.06  # torso lengths up and down within which an arm is beside
# Between the collar and the armpit: how far down a garment turned away shows its farther shoulder.
FARTHER_SHOULDER = 0.35
UPRIGHT = np.array([0.0, 1.0]), np.array([1.0, 0.0])  # down, to the wearer's left
# A sleeve lies this far over the trunk beside it, spans.
TRUNK_OVERLAP = 0.03
# and is not narrower on its inner side than this share of the bare arm.
INNER_TIGHT = 0.55
SEEN_LEAST = 3  # rows
SEEN_FLARE = 0.04  # half widths of an arm beyond the line through all rows
# The shoulder's tip lies this far above the middle of the arm's root, spans.
TIP_TO_ROOT = 0.12
# Worn sleeves are narrower than flat ones, and neither tighter than the arm nor far wider.
SLEEVE_KEPT = 0.68
SLEEVE_LIMITS = (1.03, 1.27)
# An arm's edge in the photo is believed between these shares of a usual arm's half width; a sleeve
# lies this far beyond it, in spans; its inner edge never nearer to the arm's middle than the third.
SEEN_ARM = (0.8, 1.9)
SLEEVE_LOOSE = (0.004, 0.035)
INNER_LEAST = 0.8
# Sleeves reach less far on an arm than flat against the shoulders' width: measured on VITON pairs.
SLEEVE_HANG = 0.72
# Which side of a limb's curve (walking outwards) is its outer edge: left limb, right limb.
OUTER = (-1.0, 1.0)
# Hips of trousers lie between waistband and crotch: at most this share of the way, usually there.
HIP_LOWEST = 0.95
LEGS_FROM = 0.93
HIP_USUAL = 0.65
# Flat trousers and skirts show half of their girth, worn ones about a third: against the width
# they hang longer than in the picture, by this much.
LOWER_HANG = 1.18
# Shares of the leg from the crotch on in which thighs touch, at first surely; and how much wider
# than a leg cloth may be for it.
THIGHS_TOUCH = (0.1, 0.5)
THIGH_STRETCH = 1.35
THIGHS_OVER = 0.05  # spans by which one leg's cloth lies over the other's there
NARROWEST_LEG = 0.4  # of the other leg's hem
# Trouser legs are neither tighter than the leg nor far wider.
LEG_LIMITS = (1.02, 1.8)
# Seam lengths past the seam up to which what belongs to the torso is shown with a sleeve.
SEAM_EDGE = 0.02


def geometric_draft(person: Person, garment: Garment) -> Draft:
    """Lay a garment on a wearer by landmarks alone.

    Raises TryOnError("not_in_view") when the photo does not show the part of the body the garment
    is for, TryOnError("no_garment") when the garment's outline cannot be used.
    """
    body = measures_of(person)
    require_in_view(person, body, garment.kind)
    hood = standing_hood(garment)
    neckline = None if hood is not None else front_neckline(garment)
    fit = working_frame(person, body, garment.kind)
    if garment.kind is Kind.LOWER:
        targets, limbs = lower_targets(person, body, garment)
    else:
        targets, limbs = upper_targets(person, body, garment, neckline, hood)
    trunk = targets.spline()

    layers, reach = [], np.zeros(fit.canvas_size, bool)
    scale = GARMENT_LONG / max(garment.photo.size)
    small = (
        max(round(garment.photo.width * scale), 1),
        max(round(garment.photo.height * scale), 1),
    )
    labels = cv2.resize(garment.limbs, small, interpolation=cv2.INTER_NEAREST)
    shares = piece_shares(garment.limbs, small)
    opening = neck_opening(neckline, small, scale)
    behind = None if hood is None else behind_neck(hood, small, scale).astype(np.float32)
    neck = None if hood is None else hidden_by_neck(person, body, fit)
    landmarks = np.zeros((len(Outline), 3), np.float32)

    for piece in painters_order(body, garment.kind):
        limb = limbs.get(piece)
        shows = piece if limb is None or limb.lent is None else limb.lent
        mask = labels == shows
        if not mask.any():
            continue
        shown = piece_weight(shares, shows, limb, garment.kind, scale)
        extent = max(np.ptp(np.nonzero(mask)[0]), np.ptp(np.nonzero(mask)[1])) + 1
        spacing = max(extent * MESH_SPACING, 2.0)
        grown = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        vertices, triangles = grid_over(grown | ((shown > 0) & (labels > 0)), spacing, spacing)
        source = (vertices + 0.5) / scale - 0.5  # garment frame
        placed = trunk(source) if limb is None else limb.place(source, trunk)
        flow, covered = draw_mesh(source, fit.points(placed), triangles, fit.canvas_size)
        small_flow = ((flow + 0.5) * scale - 0.5).astype(np.float32)
        weight = cv2.remap(shown * ~opening, small_flow, None, cv2.INTER_LINEAR)
        weight *= covered
        if behind is not None:
            weight *= 1 - neck * cv2.remap(behind, small_flow, None, cv2.INTER_LINEAR)
        layers.append(Layer(flow.astype(np.float32), np.clip(weight, 0, 1), piece))
        inside = cv2.remap((labels > 0).astype(np.float32), small_flow, None, cv2.INTER_LINEAR)
        reach |= (weight > 0.5) & (inside > 0.5)

    if not reach.any():
        raise TryOnError("no_garment")
    for mark in Outline:
        point = garment.point(mark)
        if point is None:
            continue
        limb = next((m for m in limbs.values() if mark in m.marks), None)
        at = trunk(point[None]) if limb is None else limb.place(point[None], trunk)
        landmarks[mark] = (*at[0], garment.landmarks[mark, 2])
    confidence = VIEW_CONFIDENCE[person.view] * (1 - DISTORTION_COST * distortion(layers))
    confidence = float(np.clip(confidence, 0.1, 1.0))
    return Draft(fit, tuple(layers), reach, landmarks, confidence)


def distortion(layers: list[Layer]) -> float:
    """How much the cloth is pulled out of shape: the logarithm of the ratio between its strongest
    and its weakest stretch, 90th percentile over the drawn cloth. 0 = a similarity."""
    ratios = []
    for layer in layers:
        shown = layer.weight[:-1, :-1] > 0.5
        step_x = np.diff(layer.flow, axis=1)[:-1][shown]
        step_y = np.diff(layer.flow, axis=0)[:, :-1][shown]
        if len(step_x) == 0:
            continue
        # Singular values of [a b] from its squared norm and its determinant.
        norm = (step_x**2).sum(1) + (step_y**2).sum(1)
        area = np.abs(step_x[:, 0] * step_y[:, 1] - step_x[:, 1] * step_y[:, 0])
        root = np.sqrt(np.maximum(norm**2 - 4 * area**2, 0))
        ratios.append(np.log(np.maximum(norm + root, 1e-9) / np.maximum(norm - root, 1e-6)) / 2)
    return float(np.quantile(np.concatenate(ratios), 0.9)) if ratios else 0.0


@dataclass(frozen=True, eq=False)
class Targets:
    """Pairs of points that the torso's map has to join: garment frame -> photo frame."""

    source: list[np.ndarray]
    target: list[np.ndarray]

    def add(self, source: np.ndarray | None, target: np.ndarray) -> None:
        if source is not None:
            self.source.append(np.asarray(source, np.float64))
            self.target.append(np.asarray(target, np.float64))

    def spline(self) -> ThinPlateSpline:
        if len(self.source) < 4:
            raise TryOnError("no_garment")
        return ThinPlateSpline(np.array(self.source), np.array(self.target), STIFFNESS)


@dataclass(frozen=True, eq=False)
class LimbMap:
    """How a sleeve or leg goes onto its arm or leg.

    spline: garment frame -> photo frame along the limb. seam: (2, 2) garment points where it is
    sewn on: (shoulder, armpit) or (outer edge, crotch). outward: (2,) unit vector from the seam
    towards the limb's end. marks: the outline landmarks that lie on it. lent: the other limb whose
    cloth it shows, mirrored, because its own is not in the picture.
    """

    spline: ThinPlateSpline
    seam: np.ndarray
    outward: np.ndarray
    marks: tuple[Outline, ...]
    lent: Limb | None = None

    @property
    def seam_length(self) -> float:
        return max(float(np.linalg.norm(self.seam[1] - self.seam[0])), 1e-6)

    def beyond(self, points: np.ndarray) -> np.ndarray:
        """(n, 2) garment points -> how far past the seam, in seam lengths (negative: torso)."""
        return (points - self.seam[0]) @ self.outward / self.seam_length

    def beside(self, points: np.ndarray) -> np.ndarray:
        """(n, 2) garment points -> where along the seam, 0 at its first end, 1 at its second."""
        line = (self.seam[1] - self.seam[0]) / self.seam_length
        return (points - self.seam[0]) @ line / self.seam_length

    def place(self, points: np.ndarray, trunk: ThinPlateSpline) -> np.ndarray:
        """(n, 2) garment points -> (n, 2) photo points."""
        if self.lent is not None:
            return self.spline(points)
        blend = smoothstep(self.beyond(points) / BLEND)[:, None]
        return (1 - blend) * trunk(points) + blend * self.spline(points)


def limb_map(
    trunk: ThinPlateSpline,
    edges: np.ndarray,
    limb: Curve,
    starts: tuple[float, float],
    stop: float,
    halves: np.ndarray,
    outer_sign: float,
    marks: tuple[Outline, ...],
    sewn_to: np.ndarray | None = None,
    lent: Limb | None = None,
    share: np.ndarray = SLEEVE_AT,
) -> LimbMap:
    """A sleeve or leg as a ruled surface between its outer and its inner edge.

    edges: (2, n, 2) garment points, outer and inner, at the shares `share` (n,) of its length.
    limb: the wearer's, photo frame. starts: where along it the outer and the inner edge begin;
    stop: where both end; halves: (2, n), how far the outer and the inner edge lie from it; all in
    photo pixels. outer_sign: on which side of the curve the outer edge lies. sewn_to: (2, 2) photo
    pixels, where the seam's ends go, if not where the torso has them. lent: see `LimbMap`.
    """
    ends = trunk(edges[:, 0]) if sewn_to is None else sewn_to
    source, target = list(edges), []
    for edge, sign in ((0, outer_sign), (1, -outer_sign)):
        along = starts[edge] + share * (stop - starts[edge])
        target.append(limb.place(along, sign * halves[edge]))
        target[-1][0] = ends[edge]  # sewn to the torso
    between = np.linspace(0, 1, SEAM_POINTS + 2)[1:-1, None]
    source.append(edges[0, 0] + between * (edges[1, 0] - edges[0, 0]))
    target.append(trunk(source[-1]) if sewn_to is None else ends[0] + between * (ends[1] - ends[0]))
    middle = np.s_[1:]
    source.append((edges[0, middle] + edges[1, middle]) / 2)
    target.append((target[0][middle] + target[1][middle]) / 2)
    spline = ThinPlateSpline(np.concatenate(source), np.concatenate(target), STIFFNESS)
    seam = edges[:, 0]
    outward = perpendicular_towards(seam[1] - seam[0], (edges[:, -1] - seam).mean(0))
    return LimbMap(spline, seam, outward, marks, lent)


def limb_edges(
    limbs: np.ndarray, limb: Limb, seam: np.ndarray, end: np.ndarray, at: np.ndarray = SLEEVE_AT
) -> np.ndarray:
    """(2, n, 2) garment points: a limb's outer and inner edge at the shares `at` (n,) of the way
    from its seam to its end.

    limbs: (H, W) uint8 of `Limb`. seam, end: (2, 2) garment points, outer and inner. Between them
    the edges are those of the limb's own pixels, found at right angles to the straight line; that
    line itself where there are none.
    """
    share = at[:, None]
    edges = np.stack([seam[k] + share * (end[k] - seam[k]) for k in (0, 1)])
    widths = np.linalg.norm(edges[0] - edges[1], axis=1)
    reach = EDGE_REACH * float(widths[1:].mean())
    t = np.arange(-reach, reach, 0.5)
    h, w = limbs.shape
    for edge in (0, 1):
        line = end[edge] - seam[edge]
        outwards = seam[edge] - seam[1 - edge] + end[edge] - end[1 - edge]
        towards = perpendicular_towards(line, outwards)
        for row in range(1, len(at) - 1):
            x, y = np.round(edges[edge, row] + t[:, None] * towards).astype(int).T
            within = (x >= 0) & (y >= 0) & (x < w) & (y < h)
            on = np.zeros(len(t), bool)
            on[within] = limbs[y[within], x[within]] == limb
            if on.any():
                edges[edge, row] += t[np.nonzero(on)[0][-1]] * towards
    return edges


def require_in_view(person: Person, body: Measures, kind: Kind) -> None:
    """TryOnError("not_in_view") when there is nothing in the photo to put the garment on."""
    h, w = person.photo.size
    if kind is Kind.LOWER:
        below = body.hips[:, 1].mean() + 0.35 * body.span
        knees = np.array([leg.points[1] for leg in body.legs])
        knees_out = (knees[:, 1] >= h) | (knees[:, 0] < 0) | (knees[:, 0] >= w)
        if not body.hips_seen or below > h or (knees_out.all() and not body.standing):
            raise TryOnError(
                "not_in_view",
                where={"en": "hips and legs", "zh": "臀部和腿部"},
                until={"en": "the knees or the feet", "zh": "膝盖或脚"},
            )
        return
    inside = (
        (body.shoulders >= -0.3 * body.span).all(axis=1)
        & (body.shoulders[:, 0] < w + 0.3 * body.span)
        & (body.shoulders[:, 1] < h - 0.1 * body.span)
    )
    if not inside.any():
        raise TryOnError(
            "not_in_view",
            where={"en": "shoulders", "zh": "肩部"},
            until={"en": "the hips", "zh": "臀部"},
        )


def working_frame(person: Person, body: Measures, kind: Kind) -> Fit:
    """The canvas: the part of the photo this kind of garment can touch, at most CANVAS_LONG."""
    margin = 0.7 * body.span
    points = [body.hips, *(leg.points for leg in body.legs)]
    if kind is not Kind.LOWER:
        points = [body.shoulders, body.hips, *(arm.points for arm in body.arms)]
        points.append(body.on_torso(1.7, 0)[None])
    if kind is Kind.DRESS:
        points.extend(leg.points for leg in body.legs)
    every = np.concatenate(points)
    low, high = every.min(axis=0) - margin, every.max(axis=0) + margin
    h, w = person.photo.size
    x0, y0 = max(low[0], -0.5), max(low[1], -0.5)
    x1, y1 = min(high[0], w - 0.5), min(high[1], h - 0.5)
    scale = min(CANVAS_LONG / max(x1 - x0, y1 - y0, 1.0), 1.0)
    size = (max(round((y1 - y0) * scale), 8), max(round((x1 - x0) * scale), 8))
    return Fit.crop(person.photo.size, (x0, y0, x1, y1), size)


def upper_targets(
    person: Person,
    body: Measures,
    garment: Garment,
    neckline: Neckline | None,
    hood: Hood | None = None,
) -> tuple[Targets, dict[Limb, LimbMap]]:
    """Where the landmarks of a top, coat or dress go on this body."""
    mark = garment.point
    need = (Outline.SHOULDER_LEFT, Outline.SHOULDER_RIGHT, Outline.ARMPIT_LEFT)
    need += (Outline.ARMPIT_RIGHT, Outline.HEM_LEFT, Outline.HEM_RIGHT)
    if any(mark(m) is None for m in need):
        raise TryOnError("no_garment")
    shoulders = np.array([mark(Outline.SHOULDER_LEFT), mark(Outline.SHOULDER_RIGHT)], np.float64)
    armpits = np.array([mark(Outline.ARMPIT_LEFT), mark(Outline.ARMPIT_RIGHT)], np.float64)
    hems = np.array([mark(Outline.HEM_LEFT), mark(Outline.HEM_RIGHT)], np.float64)
    axis = Axis.of(shoulders, hems)
    sleeved = sleeve_of(garment) != "sleeveless"
    nearer = one_sleeve(garment) if sleeved else None
    if nearer is not None:
        axis, shoulders, armpits = turned_marks(garment, nearer, shoulders, armpits, hems)
    elif sleeved:
        shoulders = sound_shoulders(garment, axis, shoulders, armpits)

    tips = (1 + 2 * TIP_OUT) * body.span
    from_shoulders = tips / max(axis.width(shoulders), 1.0)
    from_chest = 2 * 0.50 * 1.10 * body.span / max(axis.width(armpits), 1.0)
    share = 0.55 if sleeved else 0.15
    scale = from_shoulders**share * from_chest ** (1 - share)

    targets = Targets([], [])
    # Shoulder line: each point keeps its share of the way from the middle to the shoulder's tip.
    collar_targets = []
    neck = 0.0  # of a garment turned away the neck is beside the axis
    collars = [mark(one) for one in (Outline.COLLAR_LEFT, Outline.COLLAR_RIGHT)]
    if nearer is not None and all(one is not None for one in collars):
        neck = float(np.mean([axis.across(one) for one in collars]))
    rises = [shoulder_rise(person, body, side) for side in (0, 1)]
    for side, (collar, shoulder) in enumerate(
        (
            (Outline.COLLAR_LEFT, Outline.SHOULDER_LEFT),
            (Outline.COLLAR_RIGHT, Outline.SHOULDER_RIGHT),
        )
    ):
        for which, limits in ((collar, (0.33, 0.92)), (shoulder, (0.45, 1.02))):
            point = shoulders[side] if which == shoulder else collar_point(garment, side, neckline)
            if point is None or (which == collar and hood is not None):
                continue
            out = abs(axis.across(point) - neck) * scale / (tips / 2)
            if nearer is not None and which == shoulder:
                out = SEWN_ON
            if which == collar:
                out = AT_NECK + collar_kept(garment) * (out - AT_NECK)
            out = float(np.clip(out, *limits))
            at = shoulder_at(body, side, out, rises[side])
            targets.add(point, at)
            if which == collar:
                collar_targets.append((point, at, out))
        if len(collar_targets) > side:  # and half way between both
            point, _, high = collar_targets[side]
            targets.add(
                shoulder_edge(garment, axis, point, shoulders[side]),
                shoulder_at(body, side, (high + out) / 2, rises[side]),
            )
    if hood is not None:
        on_shoulder = [partial(shoulder_at, body, side, rise=rises[side]) for side in (0, 1)]
        around = hood_targets(hood, body, on_shoulder, scale, facing_shift(body))
        for point, at in zip(*around, strict=True):
            targets.add(point, at)
    down = body.down
    centre = mark(Outline.COLLAR_CENTRE) if neckline is None else neckline.centre
    if centre is not None and len(collar_targets) == 2:
        deep = axis.down(centre) - np.mean([axis.down(p) for p, *_ in collar_targets])
        middle = np.mean([at for _, at, _ in collar_targets], axis=0)
        deep *= scale if neckline is None else scale * NECK_DEPTH
        targets.add(centre, middle + deep * down + facing_shift(body))

    # Sides: heights hang from the armhole, widths follow the garment but clear the body.
    armhole = axis.down(armpits.mean(0)) - axis.down(shoulders.mean(0))
    depth = np.clip(armhole * scale, *(k * body.span for k in ARMHOLE))
    armpit_height = (depth - TIP_UP * body.span) / body.torso
    sides = profile(garment, axis, armpits, hems)
    across = sides[:, 1:] * (1, -1)
    if nearer is not None:
        across = trunk_edges(garment, axis, sides[:, 0])
        sides[:, 1] = (across[:, 0] - across[:, 1]) / 2
    stretch = body_length_factor(person, garment, axis, armpits, hems, scale, armpit_height, body)
    heights = armpit_height + (sides[:, 0] - sides[0, 0]) * scale * stretch / body.torso
    widths = clearances(person, body, heights, garment, sides[:, 1] * scale)
    if sleeved:
        widths[0] = np.minimum(widths[0], ARMPIT_MOST * body.span * body.narrowing)
    for row, height in enumerate(heights):
        for side, sign in enumerate((1, -1)):
            source = axis.point(sides[row, 0], across[row, side])
            targets.add(source, body.on_torso(height, sign * widths[row, side]))
        middle = axis.point(sides[row, 0], across[row].mean())
        shift = facing_shift(body) if height < 1.3 else np.zeros(2)
        offset = (widths[row, 0] - widths[row, 1]) / 2
        targets.add(middle, body.on_torso(height, offset) + shift)

    limbs: dict[Limb, LimbMap] = {}
    if sleeved:
        trunk = targets.spline()
        for side, limb in enumerate((Limb.LEFT, Limb.RIGHT)):
            trunk_side = (heights, widths[:, side])
            shown = side if nearer is None else nearer
            sleeve = sleeve_map(
                person, body, garment, side, shown, scale, shoulders[shown], trunk, trunk_side
            )
            if sleeve is not None:
                limbs[limb] = sleeve
    return targets, limbs


def collar_point(garment: Garment, side: int, neckline: Neckline | None) -> np.ndarray | None:
    """(2,) garment pixels: where the front's neckline ends at the shoulder. Of wide necks the
    outline's landmark is the back's corner, farther in."""
    mark = garment.point((Outline.COLLAR_LEFT, Outline.COLLAR_RIGHT)[side])
    if mark is None or neckline is None:
        return mark
    end = neckline.curve[(0, -1)[side]]
    wide = np.linalg.norm(neckline.curve[0] - neckline.curve[-1])
    return end if np.linalg.norm(end - mark) > COLLAR_OFF * wide else mark


def collar_kept(garment: Garment) -> float:
    """0..1: of how far beyond the neck's side a garment's collar lies flat, what is kept worn."""
    neckline = garment.attributes.get("neckline")
    if neckline is None and garment.attributes.get("type") in COLLARED:
        neckline = "collar"
    return COLLAR_KEPT.get(neckline, 1.0)


def shoulder_at(
    body: Measures, side: int, share: float, rise: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """(2,) photo pixels: on the shoulder line, as high as the photo shows it (`shoulder_rise`)."""
    return body.shoulder_line(side, share) + np.interp(share, *rise) * body.up


def shoulder_edge(
    garment: Garment, axis: "Axis", collar: np.ndarray, shoulder: np.ndarray
) -> np.ndarray | None:
    """(2,) garment pixels: on the garment's upper edge, half way from collar to shoulder; None
    where it is far off the straight line."""
    middle, length = (collar + shoulder) / 2, float(np.linalg.norm(shoulder - collar))
    off = np.arange(-EDGE_OFF, EDGE_OFF, 0.01) * length
    x, y = np.round(middle + off[:, None] * axis.downward).astype(int).T
    h, w = garment.alpha.shape
    if length < 1 or (x < 0).any() or (y < 0).any() or (x >= w).any() or (y >= h).any():
        return None
    on = garment.alpha[y, x] >= 128
    if on[0] or not on.any():
        return None
    return middle + off[int(on.argmax())] * axis.downward


def shoulder_rise(person: Person, body: Measures, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of a shoulder line, and how many pixels higher than usual it lies there."""
    shares = np.array(RISE_AT)
    rises = shoulder_rises(person, body, side, shares)
    seen = np.isfinite(rises)
    if not seen.any():
        return np.array([0.0, 1.0]), np.zeros(2)
    limit = RISE_LIMIT * body.span
    rises = np.clip(np.interp(shares, shares[seen], rises[seen]), -limit, limit)
    return np.array([0.3, *shares]), np.array([RISE_AT_NECK * rises[0], *rises])


def sound_shoulders(
    garment: Garment, axis: "Axis", shoulders: np.ndarray, armpits: np.ndarray
) -> np.ndarray:
    """(2, 2) garment points: the shoulders, moved out where they lie too near the collar."""
    half = axis.width(armpits) / 2
    centre = (axis.across(armpits[0]) + axis.across(armpits[1])) / 2
    sound = shoulders.copy()
    h, w = garment.alpha.shape
    for side, sign in enumerate((1, -1)):
        if sign * (axis.across(shoulders[side]) - centre) >= SHOULDER_LEAST * half:
            continue
        across = centre + sign * SHOULDER_USUAL * half
        down = np.arange(-1.5 * half, axis.down(armpits[side]), max(half / 100, 0.5))
        path = axis.origin + down[:, None] * axis.downward + across * axis.leftward
        x, y = np.round(path).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < w) & (y < h)
        on = np.zeros(len(path), bool)
        on[inside] = garment.alpha[y[inside], x[inside]] >= 128
        if on.any():
            sound[side] = path[on.argmax()]
    return sound


@dataclass(frozen=True, eq=False)
class Axis:
    """The garment's own upright: an origin between the shoulders (or waist ends), unit vectors
    `downward` and `leftward` (towards the wearer's left)."""

    origin: np.ndarray
    downward: np.ndarray
    leftward: np.ndarray

    @classmethod
    def of(cls, top: np.ndarray, bottom: np.ndarray) -> "Axis":
        """top, bottom: (2, 2) garment points [left, right]."""
        downward = bottom.mean(0) - top.mean(0)
        downward = downward / max(np.linalg.norm(downward), 1e-6)
        return cls(top.mean(0), downward, np.array([downward[1], -downward[0]]))

    def down(self, point: np.ndarray) -> float:
        return float((point - self.origin) @ self.downward)

    def across(self, point: np.ndarray) -> float:
        return float((point - self.origin) @ self.leftward)

    def width(self, pair: np.ndarray) -> float:
        return abs(self.across(pair[0]) - self.across(pair[1]))

    def point(self, down: float, across: float) -> np.ndarray:
        return self.origin + down * self.downward + across * self.leftward


def sleeve_of(garment: Garment) -> str:
    """The sleeve word: as described, else read off the outline."""
    if "sleeve" in garment.attributes:
        return garment.attributes["sleeve"]
    if not np.isin(garment.limbs, (Limb.LEFT, Limb.RIGHT)).any():
        return "sleeveless"
    return ""


def profile(garment: Garment, axis: Axis, armpits: np.ndarray, hems: np.ndarray) -> np.ndarray:
    """The garment's side line below the armpits: (n, 2) rows of (down, half width), top first."""
    rows = [(axis.down(armpits.mean(0)), axis.width(armpits) / 2)]
    waist = [garment.point(m) for m in (Outline.WAIST_LEFT, Outline.WAIST_RIGHT)]
    if all(w is not None for w in waist):
        waist = np.array(waist, np.float64)
        rows.append((axis.down(waist.mean(0)), axis.width(waist) / 2))
    rows.append((axis.down(hems.mean(0)), axis.width(hems) / 2))
    rows = np.array(sorted(rows))
    even = np.linspace(rows[0, 0], rows[-1, 0], 5)
    return np.column_stack([even, np.interp(even, rows[:, 0], rows[:, 1])])


def body_length_factor(
    person: Person,
    garment: Garment,
    axis: Axis,
    armpits: np.ndarray,
    hems: np.ndarray,
    scale: float,
    armpit_height: float,
    body: Measures,
) -> float:
    """How much longer than flat-laid, at the same width, a garment hangs on this body.

    Worn tops end nearer to the hips than their pictures say: measured on 123 pairs of VITON, the
    hem is at 0.99 (20th to 80th percentile 0.86 to 1.08), almost whatever the picture's length.
    Near the old top's hem they end where that does (see `hem`).
    """
    length = (axis.down(hems.mean(0)) - axis.down(armpits.mean(0))) * scale
    if garment.kind is Kind.DRESS:
        most = body.legs[0].length + body.torso * (1 - armpit_height)
        return min(lengthened(garment), FLOOR * most / max(length, 1e-3))
    if garment.attributes.get("type") in LONG_TYPES:
        return HANG_LONG * lengthened(garment)
    asked = garment.hang.length
    hem = armpit_height + HANG * length / body.torso

    def natural(word: str) -> float:
        return hem + USUAL_SHARE * (USUAL_HEM.get(word, USUAL_HEM["regular"]) - hem)

    own = garment.attributes.get("length", "regular")
    if own == "cropped" and one_sleeve(garment) is not None:
        own = "regular"  # a trunk seen from the side looks wide, not long
    word = "regular" if asked else own  # where it would end if nothing had been said
    wanted = natural(word)
    if garment.attributes.get("type") not in OUTERWEAR_TYPES:
        wanted = float(worn_hem(wanted, word, person, body).mean())
    if asked:
        wanted = asked_hem(natural(own), wanted, asked)
    wanted += LOWER_HEM * max(garment.hang.width or 0.0, 0.0)
    factor = (wanted - armpit_height) * body.torso / max(length, 1e-3)
    return float(np.clip(factor, *LENGTH_LIMITS[bool(asked)]))


def lengthened(garment: Garment) -> float:
    """How much longer than its own length words ask a garment to hang. Shorter ones were cut."""
    return 1 + LENGTHENED * max(garment.hang.length or 0.0, 0.0)


def clearances(
    person: Person, body: Measures, heights: np.ndarray, garment: Garment, half: np.ndarray
) -> np.ndarray:
    """Half widths of the garment on the body, left and right of the spine.

    heights: (n,) as in `Body.on_torso`; half: (n,) the garment's own half widths, photo pixels.
    Returns (n, 2) pixels.
    """
    asked = garment.hang.width
    fit_word = garment.attributes.get("fit", "regular") if asked is None else "regular"
    low, high = EASE_LIMITS[fit_word]
    seen = torso_edges(person, body, heights)
    loose = asked is not None and asked > 0
    arms = inside_of_arms(person, body, heights) if loose else None
    result = np.zeros((len(heights), 2))
    for row, height in enumerate(heights):
        model = body.torso_half(float(height))
        own = half[row] * body.narrowing
        for side in (0, 1):
            edge = seen[row, side]
            if height > 1.05:  # below the hips the edge is a leg's: see legs_half
                edge = np.nan
            width = model if np.isnan(edge) else float(np.clip(edge, 0.85 * model, 1.2 * model))
            if height > 1.0:
                width = max(width, legs_half(body, float(height), side))
            ease = 1 + EASE_KEPT * (own / width - 1) + EASE_SHIFT[fit_word]
            most = high if height < 1.1 else 3.0  # skirts may flare
            hangs = width * np.clip(ease, low, most)
            if loose:
                hangs = max(hangs, min(hangs * (1 + WIDER * asked), arms[row, side]))
            elif asked:
                tight = max(SLIM_TRUNK * model, np.interp(height, SLIM_AT, SLIM_WITHIN) * width)
                hangs -= min(-asked, 1.0) * max(hangs - tight, 0.0)
            # A hem far narrower than the body (a bodysuit's) is not torn open to fit around it.
            result[row, side] = min(hangs, STRETCH_LIMIT * own)
    return result


def inside_of_arms(person: Person, body: Measures, heights: np.ndarray) -> np.ndarray:
    """How far from the spine cloth may reach before it would lie over a sleeved arm beside it:
    (n, 2) photo pixels, left and right, infinite where none is. heights: (n,) on the torso.

    Bare arms are the photo's own and lie before the cloth anyway."""
    room = np.full((len(heights), 2), np.inf)
    for side, sign in enumerate((1, -1)):
        arm = Curve(body.arms[side].points)
        middle, _ = arm.at(np.linspace(0, arm.length, ARM_STEPS))
        at, off = body.spine.coordinates(middle)
        x, y = np.clip(np.round(middle), 0, np.array(person.photo.size[::-1]) - 1).astype(int).T
        sleeved = ~np.isin(person.parts[y, x], BARE_ARMS)
        near = (np.abs(at / body.torso - heights[:, None]) < ARM_NEAR) & sleeved
        reach = -sign * off - UPPER_ARM_HALF * body.span / 2
        room[:, side] = np.where(near, reach, np.inf).min(axis=1)
    return room


def legs_half(body: Measures, height: float, side: int) -> float:
    """How far a leg reaches from the spine at a height below the hips, pixels."""
    leg = body.legs[side]
    centre = body.on_torso(height, 0.0)
    along = np.clip((height - 1) * body.torso, 0, leg.length)
    position = leg.at(np.array([along]))[0][0]
    share = along / max(leg.length, 1e-6)
    half = (THIGH_HALF + (ANKLE_HALF - THIGH_HALF) * share) * body.span
    return float(abs(position[0] - centre[0]) + half)


def facing_shift(body: Measures) -> np.ndarray:
    """(2,) photo pixels: where the middle of the front lies when the body is turned."""
    return np.array([0.22 * body.span * float(np.clip(body.facing_side, -0.8, 0.8)), 0.0])


def one_sleeve(garment: Garment) -> int | None:
    """The side, 0 = left, whose sleeve alone a sleeved garment's picture shows, as that of a
    garment that is turned away; None of all others."""
    return lone_limb(garment.limbs)


def turned_marks(
    garment: Garment, nearer: int, shoulders: np.ndarray, armpits: np.ndarray, hems: np.ndarray
) -> tuple["Axis", np.ndarray, np.ndarray]:
    """The axis, shoulders and armpits, (2, 2) garment pixels, of a garment that is turned away and
    shows one sleeve. nearer: that one's side. What the outline has on the other side is no
    shoulder and no armpit, but the trunk's own edge."""
    farther = 1 - nearer
    upright = Axis(shoulders[nearer], *UPRIGHT)
    collar = garment.point((Outline.COLLAR_LEFT, Outline.COLLAR_RIGHT)[farther])
    pit = upright.down(armpits[nearer])
    top = 0.0 if collar is None else min(upright.down(collar), pit)
    downs = np.array([top + FARTHER_SHOULDER * (pit - top), pit])
    edges = trunk_edges(garment, upright, downs)[:, farther]
    shoulders, armpits = shoulders.copy(), armpits.copy()
    for points, down, edge in zip((shoulders, armpits), downs, edges, strict=True):
        points[farther] = upright.point(float(down), float(edge))
    middle = (armpits.mean(0) + hems.mean(0)) / 2
    return Axis(np.array([middle[0], shoulders[nearer][1]]), *UPRIGHT), shoulders, armpits


def trunk_edges(garment: Garment, axis: "Axis", downs: np.ndarray) -> np.ndarray:
    """(n, 2): how far to the left and (negative) to the right of the axis a garment's trunk reaches
    in its picture, at n places down the axis. Where nothing is seen, as at the nearest such."""
    trunk = garment.limbs == Limb.BODY
    h, w = trunk.shape
    t = np.arange(-w, w)
    edges = np.full((len(downs), 2), np.nan)
    for row, down in enumerate(downs):
        x, y = np.round(axis.point(float(down), 0.0) + t[:, None] * axis.leftward).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < w) & (y < h)
        on = t[inside][trunk[y[inside], x[inside]]]
        if len(on):
            edges[row] = on.max(), on.min()
    known = np.flatnonzero(np.isfinite(edges[:, 0]))
    if not len(known):
        raise TryOnError("no_garment")
    rows = np.arange(len(downs))
    return np.column_stack([np.interp(rows, known, edges[known, side]) for side in (0, 1)])


def sleeve_map(
    person: Person,
    body: Measures,
    garment: Garment,
    side: int,
    shown: int,
    scale: float,
    shoulder: np.ndarray,
    trunk: ThinPlateSpline,
    trunk_side: tuple[np.ndarray, np.ndarray],
) -> LimbMap | None:
    """A sleeve onto an arm; None when the garment's landmarks do not give one.

    shown: the side of the garment whose sleeve it is; the other one's is mirrored. shoulder: where
    that one is sewn on. trunk: the torso's map. trunk_side: heights (n,) as in `Measures.on_torso`
    and how far from the spine the garment's trunk reaches there, (n,) photo pixels."""
    names = ("LEFT", "RIGHT")
    armpit, outer, inner = (
        garment.point(Outline[f"{part}_{names[shown]}"])
        for part in ("ARMPIT", "CUFF_OUTER", "CUFF_INNER")
    )
    if any(p is None for p in (armpit, outer, inner)):
        return None
    seam, end = np.array([shoulder, armpit], np.float64), np.array([outer, inner], np.float64)
    line = end.mean(0) - seam.mean(0)
    length = float(np.linalg.norm(line))
    if length < 2:
        return None
    # The arm from the middle of its root, which is nearer to the joint than to the skin; its true
    # length counts from the shoulder's tip.
    tip, pit = body.tip(side), body.armpit(side)
    root = (tip + pit + 2 * body.shoulders[side]) / 4
    arm = Curve(np.array([root, *body.arms[side].points[1:]]))
    above = TIP_TO_ROOT * body.span
    true_arm = body.arm_lengths[side] + TIP_OUT * body.span
    reach = max(float(np.linalg.norm(end[0] - seam[0])), length) * scale * SLEEVE_HANG / true_arm
    word = sleeve_of(garment)
    sure = garment.attribute_scores.get("sleeve", 1.0) >= LONG_SURE
    if word == "long" and reach < LONG_FROM and not sure:
        word = "three-quarter"
    if word == "three-quarter":
        reach = max(reach * THREE_QUARTER_HANG, THREE_QUARTER_LEAST if sure else 0.0)
    wider = garment.hang.width or 0.0
    reach = min(float(np.clip(reach, *SLEEVE_REACH.get(word, (0.12, 1.03)))), 1.03)
    pit_along = float(np.clip(arm.coordinates(pit[None])[0][0], 0.0, 0.3 * body.span))
    stop = max(reach * (arm.length + above) - above, pit_along + 0.06 * body.span)
    if word != "long":
        stop = min(stop + SLEEVE_LONGER * max(wider, 0.0) * body.span, arm.length)

    own_limb = (Limb.LEFT, Limb.RIGHT)[shown]
    edges = limb_edges(garment.limbs, own_limb, seam, end)
    share = np.linspace(0, 1, LIMB_ROWS)
    own = np.linalg.norm(edges[0] - edges[1], axis=1) / 2 * scale
    own[0] = abs(_determinant(line / length, seam[1] - seam[0])) / 2 * scale
    own = np.maximum(own, 1 / STRETCH_LIMIT)
    bare = UPPER_ARM_HALF + (WRIST_HALF - UPPER_ARM_HALF) * share * min(reach, 1.0)
    bare *= body.span
    half = np.clip(SLEEVE_KEPT * own, SLEEVE_LIMITS[0] * bare, SLEEVE_LIMITS[1] * bare)
    # The photo shows where the arm ends on its outer side; the sleeve reaches a little beyond.
    along = -above + share * (stop + above)
    edge = arm_edges(person, body, arm, OUTER[side], along)
    seen = np.fmin(even_share(edge / bare) * bare, edge)
    loose = np.clip(half - bare, *(k * body.span for k in SLEEVE_LOOSE))
    outer = np.where(np.isnan(seen), half, seen + loose)
    inner = np.maximum(2 * half - outer, INNER_LEAST * bare)
    inner_along = pit_along + share * (stop - pit_along)
    room = beside_trunk(body, arm, side, inner_along, trunk_side)
    inner = np.fmin(inner, np.maximum(room, INNER_TIGHT * bare))
    # Nothing wider at the shoulder's tip; from there on as loose as words ask for.
    roomy = 1 + SLEEVE_WIDER * max(wider, 0.0) * np.minimum(2 * share, 1)
    halves = np.minimum([outer * roomy, inner * roomy], STRETCH_LIMIT * own)
    marks = tuple(
        Outline[f"{part}_{names[side]}"] for part in ("ELBOW", "CUFF_OUTER", "CUFF_INNER")
    )
    return limb_map(
        trunk,
        edges,
        arm,
        (-above, pit_along),
        stop,
        halves,
        OUTER[side],
        marks,
        None if shown == side else np.array([tip, pit]),
        None if shown == side else own_limb,
    )


def beside_trunk(
    body: Measures,
    arm: Curve,
    side: int,
    along: np.ndarray,
    trunk_side: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """How far from an arm's middle its sleeve may reach inwards before it lies on the trunk.

    along: (n,) pixels along the arm; trunk_side as in `sleeve_map`. Returns (n,) photo pixels, NaN
    where the arm itself passes before the trunk or below its end."""
    heights, halves = trunk_side
    sign = (1, -1)[side]
    middle, _ = arm.at(along)
    inwards = arm.place(along, -OUTER[side] * np.ones(len(along))) - middle
    at, off = body.spine.coordinates(middle)
    height = at / body.torso
    # `Curve.coordinates` is positive on the right hand of who walks down the spine, in the picture
    # the left: the wearer's right side.
    room = -sign * off - np.interp(height, heights, halves) + TRUNK_OVERLAP * body.span
    towards_spine = np.maximum(np.abs(inwards[:, 0]), 0.3)
    reach = np.interp(height, heights, halves) - UPPER_ARM_HALF * body.span
    apart = (-sign * off > reach) & (height < heights[-1])
    return np.where(apart, room / towards_spine, np.nan)


def even_share(share: np.ndarray) -> np.ndarray:
    """Where an arm's edge lies, (n,) shares of its usual half width, as a line through what was
    seen (NaN: not): an old sleeve that flares is no arm. All NaN where too little was seen."""
    known = np.nonzero(np.isfinite(share))[0]
    if len(known) < SEEN_LEAST:
        return np.full(len(share), np.nan)
    values = np.clip(share[known], *SEEN_ARM)
    line = np.polyfit(known, values, 1)
    near = values <= np.polyval(line, known) + SEEN_FLARE
    if near.sum() >= SEEN_LEAST:  # without the rows that stand out
        line = np.polyfit(known[near], values[near], 1)
    return np.polyval(line, np.arange(len(share)))


def _determinant(a: np.ndarray, b: np.ndarray) -> float:
    """Area of the parallelogram two plane vectors span, signed."""
    return float(a[0] * b[1] - a[1] * b[0])


def perpendicular_towards(line: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Unit vector at right angles to `line`, on the side `direction` points to."""
    normal = np.array([line[1], -line[0]]) / max(np.linalg.norm(line), 1e-6)
    return normal if normal @ direction >= 0 else -normal


def lower_targets(
    person: Person, body: Measures, garment: Garment
) -> tuple[Targets, dict[Limb, LimbMap]]:
    """Where the landmarks of trousers, shorts or a skirt go on this body."""
    mark = garment.point
    ends = [mark(m) for m in (Outline.WAIST_LEFT, Outline.WAIST_RIGHT)]
    hems = [mark(m) for m in (Outline.HEM_LEFT, Outline.HEM_RIGHT)]
    if any(p is None for p in (*ends, *hems)):
        raise TryOnError("no_garment")
    waist, hem = np.array(ends, np.float64), np.array(hems, np.float64)
    axis = Axis.of(waist, hem)
    hips = [mark(m) for m in (Outline.HIP_LEFT, Outline.HIP_RIGHT)]
    crotch = mark(Outline.CROTCH)
    # Legs shorter than this are no more than the corners of the hem.
    inner_hems = [mark(m) for m in (Outline.HEM_INNER_LEFT, Outline.HEM_INNER_RIGHT)]
    ends_at = np.mean([axis.down(p) for p in (*hems, *inner_hems) if p is not None])
    has_legs = crotch is not None and axis.down(crotch) < LEGS_FROM * ends_at
    if any(p is None for p in hips):
        hips = waist + 0.35 * (hem - waist)
    hips = np.array(hips, np.float64)
    if has_legs and axis.down(hips.mean(0)) > HIP_LOWEST * axis.down(crotch):
        # Wide hems are no hips: take the side line between waist and hem instead.
        share = HIP_USUAL * axis.down(crotch) / max(axis.down(hem.mean(0)), 1.0)
        hips = waist + share * (hem - waist)

    body_hip = 2 * body.torso_half(1.05)
    scale = 1.06 * body_hip / max(axis.width(hips), axis.width(waist), 1.0)
    targets = Targets([], [])
    limbs: dict[Limb, LimbMap] = {}
    if has_legs:
        rise = axis.down(crotch) * scale * LOWER_HANG / body.torso
        top = float(np.clip(CROTCH_AT - rise, 0.58, 0.92))
        rows = np.array(
            [
                (0.0, axis.width(waist) / 2, top),
                (axis.down(hips.mean(0)), axis.width(hips) / 2, np.nan),
            ]
        )
        share = np.clip(rows[1, 0] / max(axis.down(crotch), 1.0), 0.3, 1.0)
        rows[1, 2] = top + share * (CROTCH_AT - top)
    else:
        top = 0.72
        length = axis.down(hem.mean(0)) * scale * LOWER_HANG * lengthened(garment)
        most = body.legs[0].length + body.torso * (1 - top)
        length = min(length, FLOOR * most)
        per_height = length / max(axis.down(hem.mean(0)), 1.0) / body.torso
        downs = [0.0, axis.down(hips.mean(0)), axis.down(hem.mean(0))]
        halves = [axis.width(p) / 2 for p in (waist, hips, hem)]
        even = np.linspace(0, downs[-1], 6)
        rows = np.column_stack([even, np.interp(even, downs, halves), top + even * per_height])
    widths = clearances(person, body, rows[:, 2], garment, rows[:, 1] * scale)
    for row, (deep, half, height) in enumerate(rows):
        for side, sign in enumerate((1, -1)):
            targets.add(
                axis.point(deep, sign * half), body.on_torso(height, sign * widths[row, side])
            )
        targets.add(axis.point(deep, 0.0), body.on_torso(height, 0.0))
    if not has_legs:
        return targets, limbs

    targets.add(crotch, body.on_torso(CROTCH_AT, 0.0))
    shapes = trouser_legs(garment, hips, hem, crotch, axis)
    if not shapes:
        return targets, limbs
    below_hip = (CROTCH_AT - 1) * body.torso
    true_legs = [max(body.leg_lengths[side] - below_hip, 1.0) for side in shapes]
    longest = scale * LOWER_HANG * lengthened(garment)
    measured = [
        float(np.linalg.norm(end.mean(0) - seam.mean(0))) * longest / true
        for (seam, end), true in zip(shapes.values(), true_legs, strict=True)
    ]
    # Both legs of a pair are as long, however they lie in the picture.
    reach = leg_reach(garment, float(np.mean(measured)))
    legs = []
    for side, (seam, end) in shapes.items():
        names, sign = ("LEFT", "RIGHT")[side], (1, -1)[side]
        leg_points, heading = body.legs[side].points, body.legs[side].tangents[0]
        root = body.on_torso(CROTCH_AT, sign * THIGH_HALF * body.span)
        root = (root + leg_points[0] + below_hip * heading) / 2
        leg = Curve(np.array([root, *leg_points[1:]]))
        stop = reach
        if garment.hang.length is None:
            stop = worn_leg_end(reach, old_leg_end(person, leg, ANKLE_HALF * body.span))
        halves = leg_halves(garment, body, (seam, end), scale, reach, stop)
        targets.add(seam[0], root + sign * np.array([halves[0, 0], 0.0]))
        marks = (Outline[f"HEM_{names}"], Outline[f"HEM_INNER_{names}"])
        limb = (Limb.LEFT, Limb.RIGHT)[side]
        legs.append((limb, seam, end, leg, stop * leg.length, halves, OUTER[side], marks))
    trunk = targets.spline()
    for limb, seam, end, leg, stop, halves, outer_sign, marks in legs:
        limbs[limb] = limb_map(
            trunk,
            limb_edges(garment.limbs, limb, seam, end, LEG_AT),
            leg,
            (0.0, 0.0),
            stop,
            halves,
            outer_sign,
            marks,
            share=LEG_AT,
        )
    return targets, limbs


def leg_halves(
    garment: Garment,
    body: Measures,
    ends: tuple[np.ndarray, np.ndarray],
    scale: float,
    reach: float,
    stop: float,
) -> np.ndarray:
    """(2, n) photo pixels: how far a leg's outer and inner edge lie from its middle, at `LEG_AT`.

    ends: (2, 2) garment points each, across the leg at the crotch and at its hem. scale: photo
    pixels for one of the garment's. reach, stop: where on the leg its width is the garment's own,
    and where it ends, both in legs from the crotch."""
    halves = []
    for pair, share in zip(ends, (0.0, min(reach, 1.0)), strict=True):
        own = float(np.linalg.norm(pair[0] - pair[1])) / 2 * scale
        leg_half = (THIGH_HALF + (ANKLE_HALF - THIGH_HALF) * share) * body.span
        half = np.clip(own, *(k * leg_half for k in LEG_LIMITS))
        half = max(half * (1 + WIDER * (garment.hang.width or 0.0)), leg_half)
        halves.append(min(float(half), STRETCH_LIMIT * max(own, 1.0)))
    outer = halves[0] + LEG_AT * (halves[1] - halves[0])
    # Cloth closes below the crotch, where thighs touch.
    closed = 1 - smoothstep((LEG_AT - THIGHS_TOUCH[0]) / (THIGHS_TOUCH[1] - THIGHS_TOUCH[0]))
    left, right = (leg.at(LEG_AT * stop * leg.length)[0] for leg in body.legs)
    middle = np.linalg.norm(left - right, axis=1) / 2 + THIGHS_OVER * body.span
    most = THIGH_STRETCH * (THIGH_HALF + (ANKLE_HALF - THIGH_HALF) * LEG_AT * stop) * body.span
    return np.stack([outer, np.maximum(outer, np.minimum(closed * middle, most))])


def trouser_legs(
    garment: Garment, hips: np.ndarray, hem: np.ndarray, crotch: np.ndarray, axis: Axis
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Side -> (2, 2) ends of the line across a leg at the crotch and at its hem, each outer and
    inner, in the garment's picture. hips, hem: (2, 2) outer points left and right."""
    shapes = {}
    for side, names in enumerate(("LEFT", "RIGHT")):
        inner = garment.point(Outline[f"HEM_INNER_{names}"])
        if inner is None:
            continue
        # The leg's outer edge at the crotch's height, between the hip and the hem.
        deep = axis.down(crotch) - axis.down(hips[side])
        fall = max(axis.down(hem[side]) - axis.down(hips[side]), 1.0)
        outer_top = hips[side] + np.clip(deep / fall, 0, 1) * (hem[side] - hips[side])
        seam, end = np.array([outer_top, crotch], float), np.array([hem[side], inner], float)
        if np.linalg.norm(end.mean(0) - seam.mean(0)) >= 2:
            shapes[side] = seam, end
    widths = {side: float(np.linalg.norm(end[0] - end[1])) for side, (_, end) in shapes.items()}
    for side, (seam, end) in shapes.items():
        # An inner corner found at the outer one: the other leg knows how wide a leg is.
        if widths[side] < NARROWEST_LEG * max(widths.values()):
            across = (seam[1] - seam[0]) / max(float(np.linalg.norm(seam[1] - seam[0])), 1e-6)
            end[1] = end[0] + across * max(widths.values())
    return shapes


def leg_reach(garment: Garment, measured: float) -> float:
    """Where trousers end, as a fraction of the leg from the crotch to the ankle."""
    word = garment.attributes.get("type", "")
    if (word == "shorts" and measured < 0.9) or (word not in FULL_LENGTH and measured < 0.58):
        limits = LEG_REACH["shorts"]
    elif measured < (0.55 if word in FULL_LENGTH else 0.75):
        limits = LEG_REACH["cropped"]
    else:
        limits = LEG_REACH["full"]
    return float(np.clip(measured, *limits))


def painters_order(body: Measures, kind: Kind) -> list[Limb]:
    """Pieces from the farthest to the nearest: sleeves over the torso, the seat over the legs."""
    left, right = body.knees_behind if kind is Kind.LOWER else body.elbows_behind
    far_first = [Limb.LEFT, Limb.RIGHT] if left > right else [Limb.RIGHT, Limb.LEFT]
    return [*far_first, Limb.BODY] if kind is Kind.LOWER else [Limb.BODY, *far_first]


def piece_shares(limbs: np.ndarray, small: tuple[int, int]) -> dict[Limb, np.ndarray]:
    """Piece -> (h, w) float32 0..1: how much of each pixel of the small garment frame is of it.
    The background belongs to the piece that lies nearest."""
    own = {
        piece: cv2.resize((limbs == piece).astype(np.float32), small, interpolation=cv2.INTER_AREA)
        for piece in Limb
        if piece is not Limb.NONE
    }
    cloth = sum(own.values())
    nearest, _ = nearest_in(cloth > 0)
    return {
        piece: (share / np.maximum(cloth, 1e-6)).ravel()[nearest].astype(np.float32)
        for piece, share in own.items()
    }


def piece_weight(
    shares: dict[Limb, np.ndarray], piece: Limb, limb: LimbMap | None, kind: Kind, scale: float
) -> np.ndarray:
    """(h, w) float32 0..1: where a piece may be seen, in the small garment frame: its own pixels
    and a strip across the seam, so that no gap can open. A sleeve fades into the torso over that
    strip, where both lie alike; legs lie below the seat."""
    own = shares[piece]
    if limb is None:
        return cv2.dilate(own, np.ones((3, 3), np.uint8))
    shown, body = own.copy(), shares[Limb.BODY]
    ys, xs = np.nonzero(body > 0)
    points = (np.column_stack([xs, ys]) + 0.5) / scale - 0.5
    beyond, beside = limb.beyond(points), limb.beside(points)
    within = (beside > -0.05) & (beside < 1.05) & (beyond <= SEAM_EDGE)
    strip = (beyond + OVERLAP) / OVERLAP
    strip = (strip > 0) if kind is Kind.LOWER else smoothstep(strip)
    shown[ys, xs] += body[ys, xs] * np.where(within, strip, 0)
    return np.minimum(shown, 1)


def hidden_by_neck(person: Person, body: Measures, fit: Fit) -> np.ndarray:
    """(h, w) float32 0..1 on the canvas: the neck, before which nothing of a hood lies that belongs
    behind it."""
    neck = (person.parts == Part.NECK).astype(np.uint8)
    drawn = np.zeros_like(neck)
    cv2.fillPoly(drawn, [np.round(neck_in_front(body)).astype(np.int32)], 1)
    neck |= drawn & person.silhouette
    return fit.image(neck.astype(np.float32))


def neck_opening(neckline: Neckline | None, small: tuple[int, int], scale: float) -> np.ndarray:
    """(h, w) bool in the small garment frame: the inside of the back, seen through the neckline of
    a garment without a wearer. On a wearer the neck is there instead."""
    opening = np.zeros(small[::-1], np.uint8)
    if neckline is None:
        return opening > 0
    # Everything above the front's edge, up to well beyond the garment's top.
    left, right = neckline.curve[0], neckline.curve[-1]
    up = (left + right) / 2 - neckline.centre
    up = up / max(float(np.linalg.norm(up)), 1e-6) * float(np.linalg.norm(left - right))
    polygon = np.vstack([neckline.curve, right + up, left + up])
    cv2.fillPoly(opening, [np.round((polygon + 0.5) * scale - 0.5).astype(np.int32)], 1)
    return opening > 0
