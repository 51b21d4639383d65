"""Draft -> Draft: cloth over the whole width of the arms in their sleeves.

Notable here:
- between sleeve and trunk a garment's picture shows background, and sleeves laid flat are narrower
  than the arm they go round. Drafts leave strips of bare arm there, which nobody in a sleeve shows.
- inside the silhouette such strips take the sleeve's own cloth, mirrored at its edge. How far a
  sleeve reaches along the arm, and garments without sleeves, stay as drafted.
- no sleeve goes on past the wrist.
"""

from dataclasses import replace

import cv2
import numpy as np

from tryon.core.masks import disc, nearest_in
from tryon.core.types import Draft, Garment, Kind, Layer, Limb, Outline, Part, Person
from tryon.fusion.agnostic import OLD_GARMENT, along_arm
from tryon.person.body import ARMS, body_unit, capsule_mask

ARM_OF = {Limb.LEFT: "left", Limb.RIGHT: "right"}
BARE_ARM = {Limb.LEFT: Part.LEFT_ARM, Limb.RIGHT: Part.RIGHT_ARM}
ARM_PARTS = (*BARE_ARM.values(), Part.LEFT_HAND, Part.RIGHT_HAND)
ALONG = np.linspace(0.0, 1.0, 41)  # of an arm, 0 = shoulder, 1 = wrist
# Half widths of a bare arm at shoulder, elbow and wrist, shoulder widths: a sleeve covers that.
ARM_HALF = (0.155, 0.115, 0.08)
BARE_REACH = 1.7  # of these half widths: how far from its line skin is that arm's
# Of the arm: sleeves that end before the first hide no more than they do; cloth goes so far above
# where it was drafted first, but not on the shoulder's top; cuffs keep their own line.
SHORTEST, ABOVE, TOP, BEFORE_END = 0.35, 0.12, 0.08, 0.04
LONGEST_GAP = 0.15  # of the arm: a sleeve with a longer gap ends there
SEAM_GAP = 0.09  # shoulder widths between sleeve and trunk that are no gap
BESIDE = 0.07  # shoulder widths from an arm's middle
EVEN = 0.03  # shoulder widths: unevenness of an outline that is smoothed away
SOLID = 0.9  # cloth that may be copied
BORDER = 0.025  # shoulder widths: how wide a picture's edge may look unlike its cloth
EMPTY = 0.05
SOFT = 0.8  # canvas pixels: a filled edge
SEEN, SURELY_SEEN = 0.5, 0.8  # visibility
ABOVE_PIT = 0.12  # shoulder widths above the armpits: below sleeves
SIDE_GAP = 0.15  # shoulder widths: a wider gap between trunk and arm stays one
SLEEVE_ROOM, HIDDEN_ROOM = 0.3, 0.05  # shoulder widths a sleeve may stand off the silhouette
HAND_ROOM = 0.45  # shoulder widths to either side of the forearm's line
CUFF_ENDS = 1.12  # of the forearm, from the elbow: at the hand's root


def cover_arms(draft: Draft, person: Person, garment: Garment) -> Draft:
    """The draft with sleeves that cover their arms; the same object where it has none."""
    sleeves = [layer for layer in draft.layers if layer.limb in ARM_OF]
    if garment.kind is Kind.LOWER or not sleeves:
        return draft
    marks = draft.fit.points(person.landmarks)
    inside = draft.fit.image(person.matte) >= 128
    away = cv2.distanceTransform((~inside).view(np.uint8), cv2.DIST_L2, 3)
    layers = [_not_in_the_air(_without_hand(layer, marks), marks, away) for layer in draft.layers]
    shown = [cloth_of(layer, garment) for layer in layers]
    cloth = np.max(shown, axis=0)
    reach = draft.reach & (np.max([layer.weight for layer in layers], axis=0) > 0.5)
    for number, layer in enumerate(layers):
        if layer.limb not in ARM_OF:
            continue
        bare = draft.fit.mask(person.parts == BARE_ARM[layer.limb])
        strips = _strips(cloth, shown[number], bare, marks, ARM_OF[layer.limb]) & inside
        filled = _filled(layer, shown[number], strips, body_unit(marks))
        if filled is not None:
            layers[number] = filled
            reach |= strips
    return replace(draft, layers=tuple(layers), reach=reach)


def close_sides(draft: Draft, person: Person, garment: Garment) -> Draft:
    """The draft with its trunk as wide as the old garment's where a narrow strip of that would be
    left between the trunk and an arm; the same object where there is none.

    Skin or background would have to be invented in such a strip, and the arm would look too wide
    or worn through. Where words asked for a slim garment, the strips are meant.
    """
    trunks = [number for number, layer in enumerate(draft.layers) if layer.limb is Limb.BODY]
    if garment.kind is Kind.LOWER or not trunks or (garment.hang.width or 0.0) < 0:
        return draft
    unit = body_unit(person.landmarks) * draft.fit.scale
    shown = [cloth_of(layer, garment) for layer in draft.layers]
    trunk = np.max([shown[number] for number in trunks], axis=0) > SEEN
    arms = ((np.max(shown, axis=0) > SEEN) & ~trunk) | draft.fit.mask(
        np.isin(person.parts, ARM_PARTS)
    )
    kernel = np.ones((1, 2 * max(round(SIDE_GAP * unit / 2), 1) + 1), np.uint8)

    def closed(mask: np.ndarray) -> np.ndarray:
        return cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_CLOSE, kernel) > 0

    seamless = 1 - np.prod([1 - one for one in shown], axis=0) > SOLID
    strips = closed(trunk | arms) & ~closed(trunk) & ~closed(arms)
    strips |= _near(trunk, 1) & _near(arms, 1)
    strips &= _near(draft.fit.mask(np.isin(person.parts, OLD_GARMENT)), 1) & ~seamless
    # An arm that no sleeve covers is to be bare, whatever the old one's did.
    joints = draft.fit.points(person.landmarks)
    for limb, side in ARM_OF.items():
        if not any(layer.limb == limb for layer in draft.layers):
            arm = _bare_arm(joints, side, np.linspace(TOP, 1, 9), unit)
            strips &= ~capsule_mask(strips.shape, *arm)
    marks = draft.fit.points(draft.landmarks)
    pits = [marks[pit] for pit in (Outline.ARMPIT_LEFT, Outline.ARMPIT_RIGHT)]
    top = min((pit[1] for pit in pits if pit[2] > 0), default=0) - ABOVE_PIT * unit
    strips[: max(int(top), 0)] = False
    filled = _filled(draft.layers[trunks[-1]], shown[trunks[-1]], strips, unit)
    if filled is None:
        return draft
    layers = list(draft.layers)
    layers[trunks[-1]] = filled
    return replace(draft, layers=tuple(layers), reach=draft.reach | strips)


def sleeves_along_arms(draft: Draft, person: Person, garment: Garment) -> np.ndarray:
    """(2, len(ALONG)) bool: where along the left and the right arm their own sleeves lie."""
    marks = draft.fit.points(person.landmarks)
    found = np.zeros((len(ARM_OF), len(ALONG)), bool)
    for row, (limb, side) in enumerate(ARM_OF.items()):
        for layer in draft.layers:
            if layer.limb == limb:
                found[row] |= _along(cloth_of(layer, garment), marks, side)
    return found


def _along(shown: np.ndarray, marks: np.ndarray, side: str) -> np.ndarray:
    """(len(ALONG),) bool: an (h, w) mask along the middle of an arm, as far as it goes on there: a
    raised forearm passes before its own sleeve."""
    points = np.round(along_arm(marks, side, ALONG)).astype(int)
    inside = (points >= 0).all(1) & (points < shown.shape[::-1]).all(1)
    found = np.zeros(len(ALONG), bool)
    found[inside] = shown[points[inside, 1], points[inside, 0]] > 0.5
    at = np.flatnonzero(found)
    breaks = np.flatnonzero(np.diff(ALONG[at]) > LONGEST_GAP)
    if len(breaks):
        found[at[breaks[0]] + 1 :] = False
    return found


def cloth_of(layer: Layer, garment: Garment) -> np.ndarray:
    """(h, w) float32 0..1: how much cloth a layer shows."""
    alpha = cv2.remap(garment.alpha, layer.flow, None, cv2.INTER_LINEAR)
    return layer.weight * alpha.astype(np.float32) / 255


def _strips(
    cloth: np.ndarray, sleeve: np.ndarray, bare: np.ndarray, marks: np.ndarray, side: str
) -> np.ndarray:
    """(h, w) bool: what of an arm in its sleeve, or between it and the trunk, shows no cloth.

    cloth, sleeve: (h, w) float32 0..1, of all layers and of the sleeve's own. bare: (h, w) bool,
    that arm's skin in the photo. marks: (33, 3) on the canvas."""
    nothing = np.zeros(cloth.shape, bool)
    unit = body_unit(marks)
    covered = ALONG[_along(sleeve, marks, side)]
    if not len(covered) or covered[-1] - BEFORE_END < SHORTEST:
        return nothing
    # A sleeve that lies beside the arm's middle is on that arm, too.
    wide = ALONG[_along(cv2.dilate(sleeve, disc(BESIDE * unit)), marks, side)]
    first, last = max(wide[0] - ABOVE, TOP), covered[-1] - BEFORE_END
    share = np.linspace(first, last, 9)
    line, radii = _bare_arm(marks, side, share, unit)
    arm = capsule_mask(cloth.shape, line, radii)
    arm |= bare & capsule_mask(cloth.shape, line, BARE_REACH * radii)
    size = 2 * max(round(SEAM_GAP * unit / 2), 1) + 1
    kernel = np.ones((size, size), np.uint8)
    x, y, w, h = cv2.boundingRect(arm.view(np.uint8))
    if w == 0:
        return nothing
    box = np.s_[max(y - size, 0) : y + h + size, max(x - size, 0) : x + w + size]
    # Gaps are closed beside the arm; above the armpit they are necklines.
    lower = capsule_mask(cloth.shape, along_arm(marks, side, share[3:]), radii[3:])
    near = cv2.dilate(lower[box].view(np.uint8), kernel) > 0
    both = arm[box] | (cloth[box] > 0.5)
    joined = cv2.morphologyEx(both.view(np.uint8), cv2.MORPH_CLOSE, kernel) > 0
    whole = (arm[box] | (joined & near) | (cloth[box] > 0.5)).view(np.uint8)
    even = cv2.medianBlur(whole, 2 * max(round(EVEN * unit), 1) + 1) > 0
    # Skin lies over the trunk's cloth, so it takes the sleeve's.
    open_ = (cloth[box] < SOLID) | (bare[box] & (sleeve[box] < SOLID))
    nothing[box] = even & (arm[box] | near) & open_
    # Capsules are round: what lies past the sleeve's end is skin.
    step = line[-1] - line[-2]
    y, x = np.nonzero(nothing)
    off = np.column_stack([x, y]) - line[-1]
    past = (off @ step > 0) & (np.hypot(*off.T) < BARE_REACH * radii[-1] + size)
    nothing[y[past], x[past]] = False
    return nothing


def _bare_arm(
    marks: np.ndarray, side: str, share: np.ndarray, unit: float
) -> tuple[np.ndarray, np.ndarray]:
    """The middle of an arm without its sleeve, (n, 2), and half widths there, (n,), canvas pixels.
    share: (n,) of the arm, 0 = shoulder, 1 = wrist. unit: shoulder width."""
    return along_arm(marks, side, share), np.interp(share, (0, 0.5, 1), ARM_HALF) * unit


def _filled(layer: Layer, shown: np.ndarray, strips: np.ndarray, unit: float) -> Layer | None:
    """The layer with its own cloth, mirrored near its edge, in the strips; None if there is none.
    unit: shoulder width."""
    solid = shown >= SOLID
    if not (strips.any() and solid.any()):
        return None
    # The picture's own edge, a seam or a mix with its background, is no cloth to go on from.
    border = max(round(BORDER * unit), 1)
    core = cv2.erode(solid.view(np.uint8), np.ones((2 * border + 1,) * 2, np.uint8)) > 0
    core = core if core.any() else solid
    # A little more than the strips, so that the flow jumps outside of what is seen.
    wide = (_near(strips, 2) & ~solid) | (_near(strips, border + 1) & solid & ~core)
    x, y, w, h = cv2.boundingRect((wide | core).view(np.uint8))
    box = np.s_[y : y + h, x : x + w]
    nearest, _ = nearest_in(core[box])
    here, edge = np.argwhere(wide[box]), np.stack(np.divmod(nearest[wide[box]], w), axis=1)
    mirrored = np.clip(2 * edge - here, 0, np.array([h, w]) - 1)
    is_cloth = core[box][mirrored[:, 0], mirrored[:, 1]]
    rows, columns = np.where(is_cloth[:, None], mirrored, edge).T
    flow, weight = layer.flow.copy(), layer.weight.copy()
    flow[wide] = layer.flow[box][rows, columns]
    soft = cv2.GaussianBlur((strips | solid).astype(np.float32), (0, 0), SOFT)
    weight[wide] = soft[wide]
    # Nor may it jump where a piece's own alpha is its edge.
    weight[_near(wide, 2) & ~wide & (shown < EMPTY)] = 0
    return replace(layer, flow=flow, weight=weight)


def _not_in_the_air(layer: Layer, marks: np.ndarray, away: np.ndarray) -> Layer:
    """A sleeve's layer no farther from the silhouette than cloth may stand off; that of an arm that
    is not seen, behind the back, hardly at all. Any other layer as it is. away: (h, w) float32
    pixels from the silhouette."""
    side = ARM_OF.get(layer.limb)
    if side is None:
        return layer
    elbow, wrist = marks[list(ARMS[side][1:]), 2]
    hidden = elbow < SURELY_SEEN and wrist < SEEN
    room = (HIDDEN_ROOM if hidden else SLEEVE_ROOM) * body_unit(marks)
    weight = layer.weight * np.clip(room + 0.5 - away, 0, 1)
    return replace(layer, weight=weight.astype(np.float32))


def _near(mask: np.ndarray, distance: int) -> np.ndarray:
    """(h, w) bool: a mask and what is so many pixels away from it."""
    return cv2.dilate(mask.view(np.uint8), np.ones((2 * distance + 1,) * 2, np.uint8)) > 0


def _without_hand(layer: Layer, marks: np.ndarray) -> Layer:
    """A sleeve's layer that ends at the wrist, where that is seen; any other as it is."""
    side = ARM_OF.get(layer.limb)
    if side is None or marks[ARMS[side][2], 2] < SEEN:
        return layer
    elbow, wrist = along_arm(marks, side, np.array([0.5, 1.0])).astype(np.float32)
    step = wrist - elbow
    length = max(float(step @ step), 1.0)
    height, width = layer.weight.shape
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height)[:, None]
    beyond = (x - elbow[0]) * step[0] + (y - elbow[1]) * step[1] > CUFF_ENDS * length
    aside = np.abs((x - elbow[0]) * step[1] - (y - elbow[1]) * step[0]) / np.sqrt(length)
    beyond &= aside < HAND_ROOM * body_unit(marks)
    return replace(layer, weight=np.where(beyond, 0, layer.weight).astype(np.float32))
