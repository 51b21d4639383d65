"""Worn garment's mask + its wearer's joints -> outline landmarks and limbs.

Notable here:
- landmarks are read along the wearer's own arms, legs and trunk; where nothing is seen, they are
  put where the pose says that they must be.
- everything is measured on the small copy of the photo that `worn.py` makes. "The unit" is the
  wearer's shoulder width there.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.arrays import Labels, Mask
from tryon.core.masks import largest
from tryon.core.types import Kind, Limb, Outline, Person, Pose
from tryon.person.body import BARE_ARMPIT_DOWN

Marks = dict[Outline, tuple[np.ndarray, float]]  # landmark -> (place, confidence)

SIDES = ("LEFT", "RIGHT")
SURE, LIKELY, GUESSED = 0.9, 0.65, 0.35  # confidences: seen, seen but faint, from the pose alone

# Armpits.
ARMPIT_REACH = 0.28  # of the unit around a bare armpit: a notch of the outline there is the armpit
SLEEVE_IN = 0.08  # of the unit: from there inwards, past half of a sleeve that hangs there
LEAST_NOTCH = 12  # degrees, less where it is far away: a flatter notch is none
LEAST_BELOW = 0.15  # of the unit: a top that ends so soon below the armpits is a neckline only

# Sleeves.
SHORTEST_SLEEVE = 0.3  # of the upper arm: cloth that ends before is no sleeve
CROSSING = 0.65  # of the upper arm: from here on a sleeve may lie in front of the trunk
ARM_HALF = (0.09, 0.3)  # of the unit: half the width of a sleeve, least and most

# Trousers and skirts.
CROTCH_DOWN = 0.24  # of the trunk's length, below the hip joints
SKIRT_GAP = 0.5  # of the way from the hips to the knees: cloth between the legs down to here

# The neck, as the wearer's shoulders show it.
NECK_SIDE = 0.5  # of the way from the middle to a shoulder joint: there the shoulder begins


def read_landmarks(
    mask: Mask, seen: Mask, body: "Wearer", kind: Kind
) -> tuple[Marks, Labels] | None:
    """Landmarks in the small frame and the map of limbs there, None where too little of the garment
    is in the picture.

    mask: the garment, also where something lies over it. seen: the pixels that show it.
    """
    limbs = np.where(mask, np.uint8(Limb.BODY), np.uint8(Limb.NONE))
    if kind == Kind.LOWER:
        return _read_lower(mask, seen, body, limbs), limbs
    marks: Marks = {}
    for side in SIDES:
        marks |= _read_sleeve(mask, seen, body, side, limbs)
    trunk = limbs == Limb.BODY
    rows = np.nonzero(trunk.any(axis=1))[0]
    armpits = [marks[Outline[f"ARMPIT_{side}"]][0][1] for side in SIDES]
    if len(rows) == 0 or rows[-1] - max(armpits) < LEAST_BELOW * body.unit:
        return None
    marks |= _read_collar(trunk, body, marks)
    marks |= _read_sides(trunk, body, marks)
    return marks, limbs


@dataclass(frozen=True, eq=False)
class Wearer:
    """The wearer in the small frame.

    joints: (33, 2), indexed by `Pose`. seen: (33,) visibility. unit: the shoulders' width, px.
    down, left: unit vectors along the trunk and towards the wearer's left.
    """

    joints: np.ndarray
    seen: np.ndarray
    unit: float
    down: np.ndarray
    left: np.ndarray

    @classmethod
    def of(cls, person: Person, scale: float) -> "Wearer":
        joints = (person.landmarks[:, :2].astype(np.float64) + 0.5) * scale - 0.5
        shoulders = joints[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER]]
        hips = joints[[Pose.LEFT_HIP, Pose.RIGHT_HIP]]
        trunk = hips.mean(0) - shoulders.mean(0)
        length = max(float(np.hypot(*trunk)), 1.0)
        down = trunk / length
        left = np.array([down[1], -down[0]])
        if (shoulders[0] - shoulders[1]) @ left < 0:
            left = -left
        width = float(np.hypot(*(shoulders[0] - shoulders[1])))
        # seen from the side shoulders are narrow: the trunk's length bounds the unit from below
        return cls(joints, person.landmarks[:, 2], max(width, 0.5 * length, 4.0), down, left)

    def joint(self, name: str) -> np.ndarray:
        return self.joints[Pose[name]]

    @property
    def middle(self) -> np.ndarray:
        return (self.joint("LEFT_SHOULDER") + self.joint("RIGHT_SHOULDER")) / 2

    @property
    def hips(self) -> np.ndarray:
        return (self.joint("LEFT_HIP") + self.joint("RIGHT_HIP")) / 2

    def outward(self, side: str) -> np.ndarray:
        return self.left if side == "LEFT" else -self.left

    def limb(self, side: str, *names: str) -> np.ndarray:
        """(n, 2) the joints of an arm or a leg from its root."""
        return np.array([self.joint(f"{side}_{name}") for name in names])

    def trunk(self, shape: tuple[int, ...]) -> np.ndarray:
        """(h, w) bool, the trunk from the shoulders to the hips, generously."""
        corners = []
        for side in SIDES:
            out = self.outward(side)
            shoulder, hip = self.joint(f"{side}_SHOULDER"), self.joint(f"{side}_HIP")
            corners.append((shoulder + 0.06 * self.unit * out - 0.12 * self.unit * self.down, hip))
        (left_top, left_hip), (right_top, right_hip) = corners
        low = 0.15 * self.unit * self.down
        polygon = np.array(
            [
                left_top,
                left_hip + 0.22 * self.unit * self.left + low,
                right_hip - 0.22 * self.unit * self.left + low,
                right_top,
            ]
        )
        canvas = np.zeros(shape[:2], np.uint8)
        cv2.fillConvexPoly(canvas, np.round(polygon).astype(np.int32), 1)
        return canvas > 0

    def shoulder_lines(self, shape: tuple[int, ...]) -> np.ndarray:
        """(h, w) bool, thick lines on top of both shoulders, from beside the neck to their ends."""
        canvas = np.zeros(shape[:2], np.uint8)
        for side in SIDES:
            joint = self.joint(f"{side}_SHOULDER")
            neck = self.middle + NECK_SIDE * (joint - self.middle) - 0.2 * self.unit * self.down
            tip = joint + 0.06 * self.unit * self.outward(side) - 0.1 * self.unit * self.down
            start, end = np.round([neck, tip]).astype(int).tolist()
            cv2.line(canvas, start, end, 1, max(2, round(0.06 * self.unit)))
        return canvas > 0


def _read_sleeve(
    mask: np.ndarray, seen: np.ndarray, body: Wearer, side: str, limbs: np.ndarray
) -> Marks:
    """Shoulder, armpit, elbow and cuff of one side; writes the sleeve into limbs."""
    out, unit = body.outward(side), body.unit
    joint = body.joint(f"{side}_SHOULDER")
    shoulder = _last_inside(mask, joint, joint - 0.4 * unit * body.down + 0.05 * unit * out)
    arm = _Polyline(body.limb(side, "SHOULDER", "ELBOW", "WRIST"))
    end = _cloth_end(seen, arm, 0.10 * unit)
    upper = arm.lengths[1]
    sleeved = end >= SHORTEST_SLEEVE * upper
    armpit, armpit_sure = _find_armpit(mask, body, side, sleeved)
    marks = {
        Outline[f"SHOULDER_{side}"]: (shoulder, SURE if _at(mask, joint) else LIKELY),
        Outline[f"ARMPIT_{side}"]: (armpit, armpit_sure),
    }
    if not sleeved:
        marks[Outline[f"CUFF_OUTER_{side}"]] = (shoulder, LIKELY)
        marks[Outline[f"CUFF_INNER_{side}"]] = (armpit, armpit_sure)
        return marks
    least, most = (unit * a for a in ARM_HALF)
    half = float(np.clip(_outer_half(mask, arm, end, body, side), least, most))
    sleeve = _sleeve_pixels(mask, arm, end, half, shoulder, armpit, body)
    limbs[sleeve] = Limb[side]
    centre, along = arm.at(end)
    outer_way = np.array([-along[1], along[0]])
    # the outer edge continues the shoulder: away from the armpit, seen across the arm
    if outer_way @ (shoulder - armpit) * np.sign(along @ arm.at(0.0)[1] + 1e-6) < 0:
        outer_way = -outer_way
    inside = sleeve | ~mask
    ends = []
    for way in (outer_way, -outer_way):
        edge = _last_inside(
            mask & inside, centre - 2 * along, centre - 2 * along + half * way * 1.3
        )
        ends.append(edge)
    marks[Outline[f"CUFF_OUTER_{side}"]] = (ends[0], LIKELY)
    marks[Outline[f"CUFF_INNER_{side}"]] = (ends[1], LIKELY)
    bend = upper if end > 1.25 * upper else end / 2
    marks[Outline[f"ELBOW_{side}"]] = (arm.at(bend)[0], SURE)
    return marks


class _Polyline:
    """Joints of a limb in order; positions along it in px."""

    def __init__(self, points: np.ndarray) -> None:
        self.points = points
        steps = np.hypot(*np.diff(points, axis=0).T)
        self.lengths = np.concatenate([[0.0], np.cumsum(np.maximum(steps, 1e-3))])

    @property
    def length(self) -> float:
        return float(self.lengths[-1])

    def at(self, along: float) -> tuple[np.ndarray, np.ndarray]:
        """Point and unit direction at a length from the root."""
        piece = int(
            np.clip(np.searchsorted(self.lengths, along, "right") - 1, 0, len(self.points) - 2)
        )
        a, b = self.points[piece], self.points[piece + 1]
        span = self.lengths[piece + 1] - self.lengths[piece]
        return a + (b - a) * (along - self.lengths[piece]) / span, (b - a) / span

    def nearest(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """(h, w) float32 distance from the line, and length along it at the nearest point."""
        y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        away = np.full(shape[:2], np.inf, np.float32)
        along = np.zeros(shape[:2], np.float32)
        for i, (a, b) in enumerate(zip(self.points[:-1], self.points[1:], strict=True)):
            span = self.lengths[i + 1] - self.lengths[i]
            way = (b - a) / span
            t = np.clip((x - a[0]) * way[0] + (y - a[1]) * way[1], 0, span)
            d = np.hypot(x - a[0] - t * way[0], y - a[1] - t * way[1])
            nearer = d < away
            away[nearer] = d[nearer]
            along[nearer] = self.lengths[i] + t[nearer]
        return away, along


def _at(mask: np.ndarray, point: np.ndarray) -> bool:
    x, y = np.round(point).astype(int)
    return bool(0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and mask[y, x])


def _last_inside(mask: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The last point on the way from start to end that is still on the mask without a gap of more
    than a few px; start itself where nothing is."""
    count = max(2, int(np.hypot(*(end - start)) * 2))
    points = start + np.linspace(0, 1, count)[:, None] * (end - start)
    inside = np.array([_at(mask, p) for p in points])
    if not inside.any():
        return start
    first = int(inside.argmax())
    gap = 0
    last = first
    for i in range(first, count):
        gap = 0 if inside[i] else gap + 1
        if gap > 6:
            break
        if inside[i]:
            last = i
    return points[last]


def _find_armpit(
    mask: np.ndarray, body: Wearer, side: str, sleeved: bool
) -> tuple[np.ndarray, float]:
    """The notch of the outline near where the armpit must be, else the place itself. sleeved: what
    lies beside the trunk there is a sleeve."""
    expected = body.joint(f"{side}_SHOULDER") + BARE_ARMPIT_DOWN * body.unit * body.down
    expected = expected + 0.02 * body.unit * body.outward(side)
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    best, best_value = None, 0.0
    reach = max(3, round(0.1 * body.unit))
    for contour in contours:
        points = contour[:, 0].astype(np.float64)
        if len(points) < 4 * reach:
            continue
        before, after = points - np.roll(points, reach, 0), np.roll(points, -reach, 0) - points
        cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
        turn = np.degrees(np.arctan2(cross, (before * after).sum(1)))
        # OpenCV runs round outer contours and holes with the garment on the same side
        notch = np.clip(turn, 0, 90)
        away = np.hypot(*(points - expected).T) / (ARMPIT_REACH * body.unit)
        value = np.where(away < 1, notch * (1 - 0.7 * away), 0)
        top = int(value.argmax())
        if value[top] > best_value:
            best, best_value = points[top], float(value[top])
    if best is not None and best_value > LEAST_NOTCH:
        return best, SURE
    if sleeved:
        return expected - SLEEVE_IN * body.unit * body.outward(side), GUESSED
    if _at(mask, expected):
        # nothing to see: stay inside, or go out to the side where the garment ends there
        edge = _last_inside(mask, expected, expected + 0.2 * body.unit * body.outward(side))
        at_edge = np.hypot(*(edge - expected)) < 0.17 * body.unit
        return (edge, LIKELY) if at_edge else (expected, GUESSED)
    inward = expected - 0.35 * body.unit * body.outward(side)
    return _last_inside(mask, inward, expected), LIKELY


def _cloth_end(seen: np.ndarray, limb: _Polyline, half: float) -> float:
    """How far along a limb (px) the cloth goes without a break."""
    steps = np.arange(0.0, limb.length, 1.0)
    across = np.linspace(-half, half, 7)
    cover = []
    for step in steps:
        point, way = limb.at(float(step))
        normal = np.array([-way[1], way[0]])
        cover.append(np.mean([_at(seen, point + a * normal) for a in across]))
    smooth = np.convolve(cover, np.ones(5) / 5, "same")
    start = int(0.12 * len(steps))
    bare = np.nonzero(smooth[start:] < 0.45)[0]
    return float(steps[start + bare[0]]) if len(bare) else limb.length


def _outer_half(mask: np.ndarray, arm: _Polyline, end: float, body: Wearer, side: str) -> float:
    """Half the sleeve's width: from the arm's middle to its free edge, px."""
    halves = []
    for along in np.linspace(0.35, 0.9, 7) * end:
        point, way = arm.at(float(along))
        normal = np.array([-way[1], way[0]])
        reaches = [
            np.hypot(*(_last_inside(mask, point, point + s * 0.5 * body.unit * normal) - point))
            for s in (-1, 1)
        ]
        halves.append(min(reaches))
    return float(np.median(halves)) + 1.0


def _sleeve_pixels(
    mask: np.ndarray,
    arm: _Polyline,
    end: float,
    half: float,
    shoulder: np.ndarray,
    armpit: np.ndarray,
    body: Wearer,
) -> np.ndarray:
    """(h, w) bool, the cloth around an arm beyond the armhole (the line shoulder to armpit)."""
    away, along = arm.nearest(mask.shape)
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    seam = armpit - shoulder
    side = seam[0] * (y - shoulder[1]) - seam[1] * (x - shoulder[0])
    centre = seam[0] * (body.middle[1] - shoulder[1]) - seam[1] * (body.middle[0] - shoulder[0])
    beyond = side * np.sign(centre if centre else 1.0) < 0
    root = along < 0.45 * arm.lengths[1]
    near = away < np.where(root, 1.7 * half, 1.25 * half)
    # lower down an arm may lie across the armhole's line: hands in pockets, folded arms
    across = (along > CROSSING * arm.lengths[1]) & (away < 0.85 * half)
    piece = mask & near & (beyond | across) & (along <= end + 2)
    # loose cloth outside the capsule belongs to what it is nearest to
    rest = mask & beyond & ~piece
    if not piece.any() or not rest.any():
        return piece
    to_sleeve, to_trunk = (
        cv2.distanceTransform((~one).astype(np.uint8), cv2.DIST_L2, 3)
        for one in (piece, mask & ~beyond & ~piece)
    )
    return piece | (rest & (to_sleeve < to_trunk))


def _read_collar(trunk: np.ndarray, body: Wearer, marks: Marks) -> Marks:
    """Sides and middle of the neckline: where the cloth begins from above."""
    found: Marks = {}
    for side in SIDES:
        shoulder = marks[Outline[f"SHOULDER_{side}"]][0]
        base = body.middle + 0.40 * (body.joint(f"{side}_SHOULDER") - body.middle)
        high = base - 0.55 * body.unit * body.down
        found[Outline[f"COLLAR_{side}"]] = _first_inside(
            trunk, high, base + 0.35 * body.unit * body.down, (base + shoulder) / 2
        )
    middle = body.middle
    found[Outline.COLLAR_CENTRE] = _first_inside(
        trunk,
        middle - 0.45 * body.unit * body.down,
        middle + 0.9 * body.unit * body.down,
        middle + 0.1 * body.unit * body.down,
    )
    return found


def _first_inside(
    mask: np.ndarray, start: np.ndarray, end: np.ndarray, fallback: np.ndarray
) -> tuple[np.ndarray, float]:
    points = start + np.linspace(0, 1, max(2, int(np.hypot(*(end - start)) * 2)))[:, None] * (
        end - start
    )
    for point in points:
        if _at(mask, point):
            return point, SURE
    return fallback, GUESSED


def _read_sides(trunk: np.ndarray, body: Wearer, marks: Marks) -> Marks:
    """Waist and hem of a top or dress, from the trunk without its sleeves."""
    pieces = largest(trunk)
    rows, columns = np.nonzero(pieces)
    points = np.column_stack([columns, rows]).astype(np.float64)
    down = (points - body.middle) @ body.down
    left = (points - body.middle) @ body.left
    found: Marks = {}
    bottom = float(np.percentile(down, 99.5))
    armpit = np.mean([(marks[Outline[f"ARMPIT_{s}"]][0] - body.middle) @ body.down for s in SIDES])
    for side, sign in (("LEFT", 1.0), ("RIGHT", -1.0)):
        low = down > armpit + 0.6 * (bottom - armpit)
        corner = int((0.75 * sign * left + down)[low].argmax())
        hem = points[low][corner]
        found[Outline[f"HEM_{side}"]] = (hem, SURE)
        heights = np.arange(armpit + 0.25 * (bottom - armpit), armpit + 0.8 * (bottom - armpit), 2)
        if len(heights) == 0:
            continue
        edges = []
        for height in heights:
            row = np.abs(down - height) < 1.2
            edges.append((sign * left[row]).max() if row.any() else np.nan)
        line = np.linspace(0, 1, len(heights))
        top = sign * ((marks[Outline[f"ARMPIT_{side}"]][0] - body.middle) @ body.left)
        straight = top + line * (sign * ((hem - body.middle) @ body.left) - top)
        hollow = straight - np.array(edges)
        if np.isnan(hollow).all():
            continue
        best = int(np.nanargmax(hollow))
        sure = SURE if hollow[best] > 0.02 * body.unit else GUESSED
        if sure == GUESSED:
            best = len(heights) // 2
        if not np.isnan(edges[best]):
            point = body.middle + heights[best] * body.down + sign * edges[best] * body.left
            found[Outline[f"WAIST_{side}"]] = (point, sure)
    central = np.abs(left) < 0.06 * body.unit
    if central.any():
        found[Outline.HEM_CENTRE] = (points[central][down[central].argmax()], SURE)
    return found


def _read_lower(mask: np.ndarray, seen: np.ndarray, body: Wearer, limbs: np.ndarray) -> Marks:
    """Landmarks of trousers, shorts or a skirt; writes the legs into limbs."""
    marks: Marks = {}
    rows, columns = np.nonzero(mask)
    points = np.column_stack([columns, rows]).astype(np.float64)
    down = (points - body.hips) @ body.down
    left = (points - body.hips) @ body.left
    trunk = float(np.hypot(*(body.hips - body.middle)))
    legs = {side: _Polyline(body.limb(side, "HIP", "KNEE", "ANKLE")) for side in SIDES}
    top, bottom = np.percentile(down, [0.5, 99.5])
    crotch, apart = _crotch(mask, body, legs, trunk)
    skirt = not apart and _between_legs(seen, body) > SKIRT_GAP
    crotch_down = float((crotch - body.hips) @ body.down)
    for side, sign in (("LEFT", 1.0), ("RIGHT", -1.0)):
        waist = down < top + 0.12 * max(crotch_down - top, 0.1 * (bottom - top))
        corner = int((0.5 * sign * left - down)[waist].argmax())
        marks[Outline[f"WAIST_{side}"]] = (points[waist][corner], SURE)
        seat = (down > top + 0.45 * (crotch_down - top)) & (down < crotch_down)
        if seat.any():
            widest = int((sign * left)[seat].argmax())
            marks[Outline[f"HIP_{side}"]] = (points[seat][widest], LIKELY)
    if skirt:
        for side, sign in (("LEFT", 1.0), ("RIGHT", -1.0)):
            low = down > top + 0.6 * (bottom - top)
            corner = int((0.75 * sign * left + down)[low].argmax())
            marks[Outline[f"HEM_{side}"]] = (points[low][corner], SURE)
        central = np.abs(left) < 0.08 * body.unit
        if central.any():
            marks[Outline.HEM_CENTRE] = (points[central][down[central].argmax()], SURE)
        return marks
    marks[Outline.CROTCH] = (crotch, SURE if apart else GUESSED)
    near = {side: leg.nearest(mask.shape)[0] for side, leg in legs.items()}
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    below = ((x - crotch[0]) * body.down[0] + (y - crotch[1]) * body.down[1]) > 0
    for side, other in (("LEFT", "RIGHT"), ("RIGHT", "LEFT")):
        limbs[mask & below & (near[side] <= near[other])] = Limb[side]
    for side in SIDES:
        piece = limbs == Limb[side]
        if not piece.any():
            continue
        out = body.outward(side)
        ys, xs = np.nonzero(piece)
        own = np.column_stack([xs, ys]).astype(np.float64)
        foot = legs[side].points[-1] - legs[side].points[0]
        way = foot / max(np.hypot(*foot), 1e-6)
        for name, across in (("HEM", 0.7), ("HEM_INNER", -0.7)):
            corner = int((own @ (way + across * out)).argmax())
            marks[Outline[f"{name}_{side}"]] = (own[corner], SURE)
    return marks


def _crotch(
    mask: np.ndarray, body: Wearer, legs: dict[str, _Polyline], trunk: float
) -> tuple[np.ndarray, bool]:
    """The crotch, and whether the legs are seen apart below it."""
    expected = body.hips + CROTCH_DOWN * trunk * body.down
    feet = (legs["LEFT"].points[1] + legs["RIGHT"].points[1]) / 2
    feet = feet + 0.7 * ((legs["LEFT"].points[2] + legs["RIGHT"].points[2]) / 2 - feet)
    start = body.hips + 0.05 * trunk * body.down
    count = max(2, int(np.hypot(*(feet - start))))
    for point in start + np.linspace(0, 1, count)[:, None] * (feet - start):
        if not _at(mask, point):
            depth = float((point - body.hips) @ body.down)
            return (point, True) if depth < 0.75 * trunk else (expected, False)
    return expected, False


def _between_legs(seen: np.ndarray, body: Wearer) -> float:
    """0..1, how far down from the hips to the knees cloth fills the space between the legs."""
    knees = (body.joint("LEFT_KNEE") + body.joint("RIGHT_KNEE")) / 2
    steps = np.linspace(0.1, 1.0, 24)
    apart = float(np.hypot(*(body.joint("LEFT_KNEE") - body.joint("RIGHT_KNEE"))))
    if apart < 0.3 * body.unit:
        return 0.0
    return float(np.mean([_at(seen, body.hips + t * (knees - body.hips)) for t in steps]))
