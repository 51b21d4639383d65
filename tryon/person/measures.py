"""A person -> measures as a tailor takes them: where neck, shoulders, armpits, waist and limbs are.

Notable here:
- pose landmarks are joints *inside* the body; a garment hangs from its surface. The proportions in
  `body.py` lead from one to the other. A span is one shoulder width of theirs.
- lengths that point away from the camera look short. MediaPipe's world landmarks (metres) say how
  short, so a sleeve on a forearm that points at the lens still ends at the wrist.
- "left" is the side a garment's left goes to. For a wearer seen from behind the sides are swapped,
  so that the garment's front lies on the back unmirrored.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.types import Part, Person, Pose
from tryon.core.warp import Curve
from tryon.person.body import (
    ARM_LENGTHS,
    ARMPIT_DOWN,
    ARMPIT_IN,
    ARMS,
    HIP_HALF,
    LEG_LENGTHS,
    LEGS,
    NECK_HALF,
    NECK_UP,
    SEEN,
    SIDE_TO_FRONT,
    SIDES,
    TIP_OUT,
    TIP_UP,
    TORSO_HALF,
    TORSO_LENGTH,
    TRAPEZIUS_SAG,
    UNKNOWN,
    UPPER_ARM_HALF,
)

Vector = NDArray[np.float64]  # (2,) x, y or (n, 2), photo pixels

# Cosine of the angle between torso and legs above which somebody stands rather than sits.
STANDING = 0.75
# A thigh or shin shorter than this (in spans) points at the camera.
FORESHORTENED = 0.5
# How far the span may be from what the torso's length makes of it: hips that are seen, a guess.
SPAN_LIMITS, GUESS_LIMITS = (0.80, 1.3), (0.75, 1.3)
ARM_SEARCH = 0.45  # spans to the outer side of an arm's line in which its edge is looked for
RISE_SEARCH = 0.25  # spans above and below the usual shoulder line


@dataclass(frozen=True, eq=False)
class Measures:
    """The wearer's measures, all in photo pixels; sides are indexed 0 = left, 1 = right.

    shoulders, hips: (2, 2) joints. span: shoulder-joint distance if the body faced the camera.
    torso: length from shoulders to hips as seen. across: (2,) unit vector along the shoulders,
    towards the left. turn: 0..1, the span as seen over the true one (1 = facing the camera).
    spine: curve from between the shoulders over the hips to between knees and ankles.
    arms, legs: curves shoulder-elbow-wrist and hip-knee-ankle; arm_lengths, leg_lengths: their
    true lengths, as if they lay in the picture plane. elbows_behind, knees_behind: metres away
    from the camera. hips_seen: whether the photo shows the hips. standing: the legs go on where
    the torso points.
    facing_side: -1..1, how far the front points to the picture's left or right.
    """

    shoulders: Vector
    hips: Vector
    span: float
    torso: float
    across: Vector
    turn: float
    spine: Curve
    arms: tuple[Curve, Curve]
    legs: tuple[Curve, Curve]
    arm_lengths: tuple[float, float]
    leg_lengths: tuple[float, float]
    elbows_behind: tuple[float, float]
    knees_behind: tuple[float, float]
    hips_seen: bool
    standing: bool
    facing_side: float

    @property
    def seen_span(self) -> float:
        """The span as the photo shows it, in pixels."""
        return self.span * self.turn

    @property
    def middle(self) -> Vector:
        """(2,) between the shoulder joints."""
        return self.shoulders.mean(axis=0)

    @property
    def down(self) -> Vector:
        """(2,) unit vector from the shoulders to the hips."""
        line = self.hips.mean(axis=0) - self.middle
        return line / max(float(np.linalg.norm(line)), 1e-6)

    @property
    def up(self) -> Vector:
        """(2,) unit vector at right angles to the shoulders, away from the hips."""
        normal = np.array([self.across[1], -self.across[0]])
        return normal if normal @ self.down < 0 else -normal

    def on_torso(self, height: float, out: float) -> Vector:
        """(2,) photo point. height: 0 = shoulder joints, 1 = hips. out: pixels to the left."""
        position, tangent = self.spine.at(np.array([height * self.torso]))
        level = np.array([tangent[0, 1], -tangent[0, 0]])
        # High up the level is the shoulders' own slope, further down the spine's.
        share = float(np.clip(1 - height / 0.5, 0, 1))
        direction = share * self.across + (1 - share) * level
        return position[0] + out * direction / max(float(np.linalg.norm(direction)), 1e-6)

    def tip(self, side: int) -> Vector:
        """(2,) the shoulder's outer end."""
        out = (1 - 2 * side) * TIP_OUT * self.seen_span * self.across
        return self.shoulders[side] + out + TIP_UP * self.span * self.up

    def neck(self, side: int) -> Vector:
        """(2,) the side of the neck's base."""
        out = (1 - 2 * side) * NECK_HALF * self.seen_span * self.across
        return self.middle + out + NECK_UP * self.span * self.up

    def shoulder_line(self, side: int, share: float) -> Vector:
        """(2,) on top of the shoulder. share: 0 = middle of the body, 1 = the outer end.

        Runs level across the neck's base and then down to the tip.
        """
        neck, tip = self.neck(side), self.tip(side)
        at_neck = NECK_HALF / (0.5 + TIP_OUT)
        if share <= at_neck:
            base = (self.neck(0) + self.neck(1)) / 2
            return base + (neck - base) * share / at_neck
        t = (share - at_neck) / (1 - at_neck)
        sag = TRAPEZIUS_SAG * self.span * 4 * t * (1 - t)
        return neck + (tip - neck) * t - sag * self.up

    def armpit(self, side: int) -> Vector:
        """(2,) the fold under the arm."""
        inwards = (1 - 2 * side) * ARMPIT_IN * self.seen_span * self.across
        return self.shoulders[side] - inwards + ARMPIT_DOWN * self.span * self.down

    def torso_half(self, height: float) -> float:
        """Half the torso's width at a height, pixels, from proportions alone."""
        width = np.interp(height, list(TORSO_HALF), list(TORSO_HALF.values()))
        return float(width * self.span * self.narrowing)

    @property
    def narrowing(self) -> float:
        """Width of the torso as turned, over its width from the front."""
        return SIDE_TO_FRONT + (1 - SIDE_TO_FRONT) * self.turn


def measures_of(person: Person) -> Measures:
    """A `Person`'s landmarks -> `Measures`.

    What the photo does not show is put where a standing adult of this size would have it.
    """
    marks, seen = person.landmarks[:, :2].astype(np.float64), person.landmarks[:, 2]
    world = person.world.astype(np.float64)
    h, w = person.photo.size
    inside = (seen >= SEEN) & (marks >= 0).all(1) & (marks[:, 0] < w) & (marks[:, 1] < h)
    behind = marks[Pose.LEFT_SHOULDER, 0] < marks[Pose.RIGHT_SHOULDER, 0]
    sides = SIDES[::-1] if behind else SIDES
    arms, legs = ([chains[side] for side in sides] for chains in (ARMS, LEGS))
    shoulders = marks[[arms[0][0], arms[1][0]]]
    hips = marks[[legs[0][0], legs[1][0]]]
    hips_seen = bool(inside[[legs[0][0], legs[1][0]]].all())

    line, world_line = shoulders[0] - shoulders[1], world[arms[0][0]] - world[arms[1][0]]
    seen_span = max(float(np.linalg.norm(line)), 1.0)
    across = line / seen_span
    foreshortening = float(np.linalg.norm(world_line)) / max(
        float(np.linalg.norm(world_line[:2])), 1e-3
    )
    span = seen_span * float(np.clip(foreshortening, 1.0, 2.5))
    torso = float(np.linalg.norm(hips.mean(0) - shoulders.mean(0)))
    if hips_seen:
        # A turned body's span is better known from its torso than from its own short picture.
        least, most = (torso / TORSO_LENGTH * limit for limit in SPAN_LIMITS)
        span = max(float(np.clip(span, least, most)), seen_span)
    elif not GUESS_LIMITS[0] < torso / (TORSO_LENGTH * span) < GUESS_LIMITS[1]:
        # Out of the photo the pose model's hips are a guess; a standing body's are a better one.
        down = np.array([-across[1], across[0]])
        down = down if down[1] > 0 else -down
        middle = shoulders.mean(0) + TORSO_LENGTH * span * down
        half = HIP_HALF * span * across
        hips = np.array([middle + half, middle - half])
        torso = TORSO_LENGTH * span
    torso = max(torso, 1.0)
    metre = span / max(float(np.linalg.norm(world_line)), 0.15)
    heading = (hips.mean(0) - shoulders.mean(0)) / torso

    def limb(
        joints: tuple[Pose, ...], root: Vector, standard: tuple[float, ...]
    ) -> tuple[Curve, float]:
        """(curve, true length) of an arm or a leg; unseen joints go on as the limb before."""
        points, direction, true = [root], heading, 0.0
        for a, b, usual in zip(joints[:-1], joints[1:], standard, strict=True):
            usual *= span
            length = float(np.linalg.norm(world[b] - world[a])) * metre
            true += float(np.clip(length, 0.8 * usual, 1.25 * usual))
            step = marks[b] - marks[a]
            drawn = float(np.linalg.norm(step))
            if seen[b] < UNKNOWN and not 0.5 < drawn / usual < 1.4:
                step, drawn = direction * usual, usual
            points.append(points[-1] + step)
            direction = step / drawn if drawn > 1e-3 else direction
        return Curve(np.array(points)), true

    left_arm, right_arm = (limb(arms[k], shoulders[k], ARM_LENGTHS) for k in (0, 1))
    left_leg, right_leg = (limb(legs[k], hips[k], LEG_LENGTHS) for k in (0, 1))
    between_legs = (left_leg[0].points + right_leg[0].points) / 2
    spine, standing = [shoulders.mean(0), between_legs[0]], True
    for point in between_legs[1:]:
        # Below the hips cloth hangs along the legs while standing; someone who sits has the legs
        # anywhere, so there the torso's own direction goes on.
        step = point - spine[-1]
        length = max(float(np.linalg.norm(step)), 1e-6)
        straight = (spine[-1] - spine[-2]) / max(float(np.linalg.norm(spine[-1] - spine[-2])), 1e-6)
        bent = step @ straight / length < STANDING or length < FORESHORTENED * span
        standing = standing and not bent
        bent = bent or not hips_seen
        spine.append(spine[-1] + (straight * LEG_LENGTHS[0] * span if bent else step))
    sideways = world_line[2] / max(float(np.linalg.norm(world_line)), 1e-3)
    return Measures(
        shoulders=shoulders,
        hips=hips,
        span=span,
        torso=torso,
        across=across,
        turn=float(np.clip(seen_span / span, 0.2, 1.0)),
        spine=Curve(np.array(spine)),
        arms=(left_arm[0], right_arm[0]),
        legs=(left_leg[0], right_leg[0]),
        arm_lengths=(left_arm[1], right_arm[1]),
        leg_lengths=(left_leg[1], right_leg[1]),
        elbows_behind=(float(world[arms[0][1], 2]), float(world[arms[1][1], 2])),
        knees_behind=(float(world[legs[0][1], 2]), float(world[legs[1][1], 2])),
        hips_seen=hips_seen,
        standing=standing,
        facing_side=float(np.clip(sideways, -1, 1)),
    )


def torso_edges(person: Person, body: Measures, heights: np.ndarray) -> np.ndarray:
    """How far the dressed torso reaches to each side, as the photo shows it.

    heights: (n,) as in `Measures.on_torso`. Returns (n, 2) float64, pixels from the spine to the
    left and right edge, NaN where an arm or the photo's border hides the edge.
    """
    not_torso = (Part.LEFT_ARM, Part.RIGHT_ARM, Part.LEFT_HAND, Part.RIGHT_HAND, Part.HAIR)
    h, w = person.photo.size
    widths = np.full((len(heights), 2), np.nan)
    for row, height in enumerate(heights):
        model = body.torso_half(float(height))
        centre = body.on_torso(height, 0.0)
        for side, sign in enumerate((1, -1)):
            out = np.arange(0.0, 2.0 * model, max(model / 100, 0.5))
            path = centre + out[:, None] * (body.on_torso(height, sign) - centre)
            x, y = np.round(path).astype(int).T
            if (x < 0).any() or (y < 0).any() or (x >= w).any() or (y >= h).any():
                continue
            trunk = person.silhouette[y, x] & ~np.isin(person.parts[y, x], not_torso)
            along, off = body.arms[side].coordinates(path)
            reach = UPPER_ARM_HALF * body.span
            on_arm = (np.abs(off) < reach) & (along > 0.25 * body.arms[side].length)
            stop = np.nonzero(~trunk | on_arm)[0]
            if len(stop) and not on_arm[stop[0]]:
                widths[row, side] = out[stop[0]]
    return widths


def arm_edges(
    person: Person, body: Measures, arm: Curve, sign: float, along: np.ndarray
) -> np.ndarray:
    """How far the dressed arm reaches to its outer side, as the photo shows it.

    arm: along its middle, photo frame; sign: the curve's side that is the outer one; along: (n,)
    pixels along it. Returns (n,) float64, pixels from the curve to the silhouette's edge, NaN where
    the photo's border, the head or the rest of the body hides it.
    """
    widths = np.full(len(along), np.nan)
    out = np.arange(0.0, ARM_SEARCH * body.span, max(body.span / 200, 0.5))
    h, w = person.photo.size
    for row, position in enumerate(along):
        path = arm.place(np.full(len(out), position), sign * out)
        x, y = np.round(path).astype(int).T
        within = (x >= 0) & (y >= 0) & (x < w) & (y < h)
        if not within.all():
            continue
        off = ~person.silhouette[y, x]
        hidden = np.isin(person.parts[y, x], (Part.HAIR, Part.FACE))
        stop = np.nonzero(off | hidden)[0]
        if len(stop) and stop[0] > 0 and not hidden[stop[0]]:
            widths[row] = out[stop[0]]
    return widths


def shoulder_rises(person: Person, body: Measures, side: int, shares: np.ndarray) -> np.ndarray:
    """How much higher than `Measures.shoulder_line` the dressed shoulder lies in the photo.

    shares: (n,) as in `shoulder_line`. Returns (n,) float64 pixels along `up`, NaN where hair, the
    head or the photo's border hides it.
    """
    rises = np.full(len(shares), np.nan)
    heights = np.arange(RISE_SEARCH, -RISE_SEARCH, -0.005) * body.span
    h, w = person.photo.size
    for row, share in enumerate(shares):
        path = body.shoulder_line(side, float(share)) + heights[:, None] * body.up
        x, y = np.round(path).astype(int).T
        within = (x >= 0) & (y >= 0) & (x < w) & (y < h)
        if not within.all():
            continue
        on = person.silhouette[y, x]
        first = int(on.argmax())
        head = np.isin(person.parts[y[first], x[first]], (Part.HAIR, Part.FACE, Part.NECK))
        if on.any() and first > 0 and not head:
            rises[row] = heights[first]
    return rises
