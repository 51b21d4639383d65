"""Person + Garment + words + geometric draft -> a better draft, by the fusion network.

Notable here:
- the network corrects the geometric draft; where it was not trained (trousers, skirts, dresses,
  open jackets, people seen from behind or wider than the studio frame) and where its answer is far
  from that draft, the draft stays as it is; so do long sleeves.
- the network works at 256 x 192 in the studio frame and says for every pixel where on the garment
  it lies; `compose` reads the garment's own pixels there, at the photo's resolution.
- its one flow is laid as trunk and sleeves again, by the garment's own limbs: what lies in front
  of a sleeve is not what lies in front of the trunk.
"""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.core import weights
from tryon.core.arrays import Flow, Mask, Pixels, Scalars
from tryon.core.frame import Fit
from tryon.core.masks import nearest_in
from tryon.core.types import Draft, Garment, Kind, Layer, Limb, Person
from tryon.core.vocabulary import OUTERWEAR_TYPES
from tryon.core.warp import smoothstep
from tryon.fusion.agnostic import (
    OLD_GARMENT,
    Cut,
    along_arm,
    body_planes,
    kept,
    old_hem,
)
from tryon.fusion.geometry.covering import ALONG, cloth_of, sleeves_along_arms
from tryon.fusion.geometry.draft import (
    COLLARED,
    GARMENT_LONG,
    neck_opening,
    one_sleeve,
    painters_order,
    sleeve_of,
)
from tryon.fusion.geometry.edges import ends_at_old_neckline, ends_at_old_sleeves
from tryon.fusion.geometry.hem import ends_at_old_hem
from tryon.fusion.studio import (
    CANVAS,
    StudioGarment,
    StudioPerson,
    enter,
    in_pixels,
    lay_out,
    start_flow,
    word_vector,
)
from tryon.garment.outline.neckline import STANDING, Neckline, front_neckline
from tryon.nets.blocks import fold_norms
from tryon.nets.encoder import PIXEL_MEAN, PIXEL_SCALE
from tryon.nets.fusion import FusionNet, resized
from tryon.person.body import SIDES, body_unit, capsule_mask, middle_of_hips, middle_of_shoulders
from tryon.person.measures import measures_of

logger = logging.getLogger(__name__)

WEIGHT_FILE = "fusion.safetensors"

# Who and what is given to the network at all.
VIEWS = ("front", "side")
# Of longer sleeves the network lays the trunk alone, see `trunk_of`.
SHORT_SLEEVES = ("sleeveless", "short")
# A garment that leaves the studio frame by more than this share of itself cannot be corrected. More
# of tops without sleeves: halters hang from straps, which geometry takes for shoulders and draws a
# balloon. The network does not.
MOST_OUTSIDE, MOST_OUTSIDE_SLEEVELESS = 0.02, 0.6

# What it may see of the person.
HIDDEN = 127  # grey, 0 after normalisation: where the network may not look
# How far bare arms are hidden for a sleeve, 0 = shoulder, 1 = wrist: what stays visible says that
# no sleeve reaches it.
HIDDEN_FOR_SLEEVE = {"sleeveless": 0.2, "short": 0.5, "three-quarter": 0.9, "long": 1.0}
# Torso lengths below the old hem or the drafted one, whichever is lower: all of the frame, mostly.
# With less the network would know where the old garment ends, and let the new one end there.
HEM_ROOM = 0.7
# The same where the new garment ends at the old hem: only what is worn below stays.
HEM_ROOM_FOLLOWING = 0.1

# Whether its answer is believed.
# A correction that shares less than this of both outlines' union is not; less of tops without
# sleeves, as above.
LEAST_SHARED, LEAST_SHARED_SLEEVELESS = 0.6, 0.3
BESIDE = 13  # pixels beside the body that loose cloth may reach
MOST_BESIDE = 0.02  # of the outline beyond these, more than the draft has there
# Of an arm: a sleeve may differ from the draft's over so much of it; and how far one of its kind
# may reach where it does, 0 = shoulder, 1 = wrist.
SLEEVE_SLACK = 0.3
FARTHEST_END = {"sleeveless": 0.35, "short": 0.6}

# What is mended in it, in pixels of the studio frame where nothing else is said.
CALM = 11.0  # inside the garment the correction is averaged so far, at its edge it stays as it is
EDGE = (3.0, 14.0)  # from the edge: where averaging begins, and where it is whole
PAST_HAND = (1.12, 2.2)  # of the forearm from the elbow: no sleeve goes on there
PAST_RADIUS = 0.3  # shoulder widths
LEAST_PIECE = 0.02  # of the outline: smaller islands are slips of the flow
LEAST_ON_BODY = 0.5  # of an island beside the largest one, or it floats in the air
THREAD = np.ones((3, 3), np.uint8)  # what is thinner does not tie an island to the garment

# How it becomes layers, in pixels of the studio frame.
# Across the strip around the outline where a layer has its weight: further out the flow may jump
# from one side of the garment to the other, and between lies a tiny garment.
NEAR = 5
SEAM = np.ones((5, 5), np.uint8)  # pieces overlap so much at their seams
ARMHOLE = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))

# What of the garment shows.
NECK_WIDE, NECK_DEEP = 0.42, 0.3  # shoulder widths beside and below the middle of the shoulders
# A chance below the first hides the garment, above the second nothing does: around the neck, where
# the inside of the back has to go, and elsewhere. There a garment's own hem and cuffs look better
# than an edge that is cut, and the compositor knows hair, hands and arms much finer.
COVERED_AT_NECK = (0.2, 0.5)
COVERED = (0.05, 0.15)
# CIELAB: a neckline's edge from which on its front is believed, and what lies above it, too.
CLEAR_EDGE, CLEAREST_EDGE = 12.0, 25.0
# Of the collar's width: how far above that edge surely the inside of the back lies, and how far
# below surely the front.
ABOVE, BELOW = 0.1, 0.12


class LearnedFusion:
    """FusionNet with its weights, ready for people and garments of any size."""

    def __init__(self, net: FusionNet, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        self.net = fold_norms(net.eval()).to(self.device)
        # torch's stubs do not know this argument of Module.to.
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @classmethod
    def load(
        cls, device: str | torch.device = "cpu", weight_file: str | Path = WEIGHT_FILE
    ) -> Self:
        """The shipped network, or that of an absolute path. Raises TryOnError "weights_missing" or
        "weights_damaged"."""
        return cls(weights.load(FusionNet, weight_file), device)

    def __call__(
        self,
        person: Person,
        garment: Garment,
        draft: Draft,
        attributes: dict[str, str] | None = None,
    ) -> Draft:
        """The draft, corrected; the same object where it is not.

        attributes: what words said, attribute -> value.
        """
        if not believable(person, garment):
            return draft
        wearer, cloth = enter(person), lay_out(garment)
        bare = sleeve_of(garment) == "sleeveless"
        drafted = _in_studio(draft, wearer, MOST_OUTSIDE_SLEEVELESS if bare else MOST_OUTSIDE)
        if drafted is None:
            return draft
        inputs = network_inputs(person, garment, draft, wearer, cloth, drafted, attributes or {})
        with torch.inference_mode():
            tensors = {
                name: torch.from_numpy(value[None]).to(self.device)
                for name, value in inputs.items()
            }
            for name in ("seen", "garment", "planes"):
                tensors[name] = tensors[name].contiguous(memory_format=torch.channels_last)
            fused = self.net(**tensors, render=self.net.config.rendered)
            flow = fused.flow[0].permute(1, 2, 0).float().cpu().numpy()
            alpha = fused.alpha[0, 0].float().cpu().numpy()
            drafted_flow = resized(tensors["start"], CANVAS)[0].permute(1, 2, 0).cpu().numpy()
            visible = None
            if fused.visible is not None:
                visible = torch.sigmoid(fused.visible)[0, 0].float().cpu().numpy()
        if not np.isfinite(flow).all():
            return draft
        shared = _overlap(alpha > 0.5, drafted)
        if shared < (LEAST_SHARED_SLEEVELESS if bare else LEAST_SHARED):
            logger.info("the network's warp shares %.2f with the draft: not taken", shared)
            return draft
        # Where the photo may be seen there is no garment, whatever the network says.
        flow = calmed(flow, drafted_flow, alpha)
        room = cv2.dilate(1 - inputs["keep"][0], SEAM)
        outline = (
            alpha
            * room
            * ~(past_hands(wearer) & ~cv2.dilate(drafted.astype(np.uint8), SEAM).astype(bool))
        )
        alpha = without_islands(outline, wearer.matte >= 128)
        dropped = cv2.dilate(((outline > 0.1) & (alpha == 0)).astype(np.uint8), SEAM) > 0
        if not on_body(alpha, drafted, wearer):
            logger.info("the network's garment leaves the body: not taken")
            return draft
        dropped &= alpha < 0.1
        # A network that says what is visible knows the inside of the back when it lies on a neck,
        # but takes collars for it, of which it was shown few.
        collared = collar_known(garment)
        neckline = front_neckline(garment)
        cut = neckline if visible is None or collared else None
        learned = as_draft(flow, alpha, dropped, person, garment, wearer, cloth, draft, cut)
        if visible is not None:
            shown = shown_of(visible, wearer, collared)
            inside, front = beside_neckline(neckline, learned)
            if not collared:
                shown[inside] = 0
            shown[front] = 1
            learned = rendered(learned, without_holes(shown, alpha))
        if sleeve_of(garment) not in SHORT_SLEEVES:
            return trunk_of(learned, draft, garment)
        if not sleeves_believable(learned, draft, person, garment):
            logger.info("the network's sleeves leave their arms: not taken")
            return draft
        return learned


def believable(person: Person, garment: Garment) -> bool:
    """Whether the network does well with such a person and garment."""
    return (
        garment.kind is Kind.UPPER
        and garment.attributes.get("type") not in OUTERWEAR_TYPES
        and one_sleeve(garment) is None
        and person.view in VIEWS
    )


def collar_known(garment: Garment) -> bool:
    """Whether a garment has a collar, or comes from the gallery, where the inside is left out."""
    return (
        garment.identifier != ""
        or garment.attributes.get("neckline") in ("collar", *STANDING)
        or garment.attributes.get("type") in COLLARED
    )


def around_neck(wearer: StudioPerson) -> Mask:
    """(256, 192): where collars and necklines lie."""
    middle, unit = middle_of_shoulders(wearer.landmarks), body_unit(wearer.landmarks)
    y, x = np.ogrid[: CANVAS[0], : CANVAS[1]]
    return (np.abs(x - middle[0]) < NECK_WIDE * unit) & (y < middle[1] + NECK_DEEP * unit)


def _in_studio(draft: Draft, wearer: StudioPerson, most_outside: float) -> Mask | None:
    """(256, 192): the draft's outline in the studio frame; None where more of it than
    most_outside, 0..1, leaves that."""
    draft_fit, studio = draft.fit, wearer.fit
    scale = studio.scale / draft_fit.scale
    there = Fit(
        scale,
        studio.x - draft_fit.x * scale,
        studio.y - draft_fit.y * scale,
        draft_fit.canvas_size,
        CANVAS,
    )
    reach = (draft.reach & draft_fit.mask(np.ones(draft_fit.photo_size, bool))).astype(np.float32)
    soft = there.image(reach)
    outside = 1 - float(soft.sum()) / max(float(reach.sum()) * scale**2, 1.0)
    return soft > 0.5 if outside <= most_outside else None


def network_inputs(
    person: Person,
    garment: Garment,
    draft: Draft,
    wearer: StudioPerson,
    cloth: StudioGarment,
    drafted: Mask,
    attributes: dict[str, str],
) -> dict[str, NDArray[np.float32]]:
    """What `FusionNet.forward` takes, without the first dimension."""
    cut = replace(
        cut_for(garment, wearer, drafted, ends_at_old_hem(draft, person, garment)),
        sleeves=ends_at_old_sleeves(draft, person, garment),
        neckline=ends_at_old_neckline(draft, person, garment),
    )
    keep = kept(wearer.parts, wearer.landmarks, cut)
    seen = np.where(keep[..., None], wearer.pixels, np.uint8(HIDDEN))
    planes = body_planes(wearer.parts, wearer.landmarks, keep, wearer.shown, cut)
    start = start_flow(draft, wearer.fit, cloth.fit, garment.alpha)
    return {
        "seen": _as_colours(seen),
        "keep": keep[None].astype(np.float32),
        "planes": np.asarray(planes.astype(np.float32) / 255, np.float32),
        "garment": _as_colours(cloth.pixels),
        "alpha": np.asarray(cloth.alpha[None].astype(np.float32) / 255, np.float32),
        "start": np.ascontiguousarray(start.transpose(2, 0, 1)),
        "text": word_vector(attributes),
    }


def _as_colours(pixels: Pixels) -> NDArray[np.float32]:
    """(3, H, W), normalised as the network was trained."""
    values = (pixels.astype(np.float32) - PIXEL_MEAN) / PIXEL_SCALE
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def cut_for(garment: Garment, wearer: StudioPerson, drafted: Mask, follows: bool = False) -> Cut:
    """What must be hidden of the wearer so that this garment may lie there. follows: it ends where
    the old one does."""
    arms = HIDDEN_FOR_SLEEVE.get(sleeve_of(garment), 1.0)
    if follows:
        return Cut(arms=(arms, arms), hem=HEM_ROOM_FOLLOWING, lower=True)
    shoulders, hips = middle_of_shoulders(wearer.landmarks), middle_of_hips(wearer.landmarks)
    torso = max(float(np.linalg.norm(hips - shoulders)), 1.0)
    old = old_hem(np.isin(wearer.parts, OLD_GARMENT), wearer.landmarks)
    rows = np.flatnonzero(drafted.any(1))
    new = float(rows[-1]) if len(rows) else 0.0
    hem = max(new - old, 0.0) / torso + HEM_ROOM
    return Cut(arms=(arms, arms), hem=hem)


def _overlap(a: Mask, b: Mask) -> float:
    """Intersection over union."""
    union = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / union if union else 0.0


def calmed(flow: Flow, drafted: Flow, alpha: Scalars) -> Flow:
    """The flow with a smooth correction inside the outline: what the network does there in detail
    bends prints, and no outline needs it.

    flow, drafted: (256, 192, 2), the network's and the geometric draft's. alpha: the warped
    outline, 0..1.
    """
    inside = (alpha > 0.5).astype(np.uint8)
    if not inside.any():
        return flow
    correction = (flow - drafted) * inside[..., None]
    total = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), CALM)
    smooth = cv2.GaussianBlur(correction, (0, 0), CALM) / np.maximum(total, 1e-3)[..., None]
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    share = smoothstep((depth - EDGE[0]) / (EDGE[1] - EDGE[0]))[..., None]
    return (flow + share * (drafted + smooth - flow)).astype(np.float32)


def sleeves_believable(learned: Draft, draft: Draft, person: Person, garment: Garment) -> bool:
    """Whether short sleeves lie on the arms about as the draft's do, or elsewhere, but not too far
    down."""
    ours = sleeves_along_arms(learned, person, garment)
    apart = (ours ^ sleeves_along_arms(draft, person, garment)).mean(1) > SLEEVE_SLACK
    farthest = FARTHEST_END[sleeve_of(garment)]
    return not bool((apart & ours[:, farthest < ALONG].any(1)).any())


def past_hands(wearer: StudioPerson) -> Mask:
    """(256, 192): where the arms would go on beyond their hands."""
    past = np.zeros(CANVAS, bool)
    unit = body_unit(wearer.landmarks)
    for side in SIDES:
        elbow, wrist = along_arm(wearer.landmarks, side, np.array([0.5, 1.0]))
        ends = elbow + np.array(PAST_HAND)[:, None] * (wrist - elbow)
        beyond = capsule_mask(CANVAS, ends, np.full(2, PAST_RADIUS * unit))
        y, x = np.nonzero(beyond)
        step = wrist - elbow
        along = (np.column_stack([x, y]) - elbow) @ step / max(float(step @ step), 1.0)
        past[y, x] |= along > PAST_HAND[0]
    return past


def on_body(alpha: Scalars, drafted: Mask, wearer: StudioPerson) -> bool:
    """Whether the network's outline keeps to the body as well as the draft's does."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * BESIDE + 1, 2 * BESIDE + 1))
    beyond = cv2.dilate(wearer.matte, kernel) < 128
    drawn = alpha > 0.5
    astray = np.count_nonzero(drawn & beyond) - np.count_nonzero(drafted & beyond)
    return bool(astray <= MOST_BESIDE * np.count_nonzero(drawn))


def without_islands(alpha: Scalars, body: Mask) -> Scalars:
    """An outline, 0..1, without islands that are no piece of a garment, even where a thread ties
    them to it."""
    cores = cv2.morphologyEx((alpha > 0.3).astype(np.uint8), cv2.MORPH_OPEN, THREAD)
    count, islands, stats, _ = cv2.connectedComponentsWithStats(cores, connectivity=4)
    if count == 1:
        return alpha
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    on_body = np.bincount(islands[body], minlength=count) / areas
    keep = (areas >= LEAST_PIECE * areas[1:].sum()) & (on_body >= LEAST_ON_BODY)
    keep[1 + areas[1:].argmax()] = True
    drop = ~keep
    keep[0] = drop[0] = False
    kept, dropped = (cv2.dilate(one[islands].astype(np.uint8), SEAM) > 0 for one in (keep, drop))
    alpha = np.where(dropped & ~kept, 0, alpha).astype(np.float32)
    _, pieces = cv2.connectedComponents((alpha > 0.1).astype(np.uint8))
    tied = np.unique(pieces[keep[islands]])
    return np.where(np.isin(pieces, tied), alpha, 0).astype(np.float32)


def as_draft(
    flow: Flow,
    alpha: Scalars,
    dropped: Mask,
    person: Person,
    garment: Garment,
    wearer: StudioPerson,
    cloth: StudioGarment,
    draft: Draft,
    neckline: Neckline | None,
) -> Draft:
    """The network's flow as a `Draft` in the studio frame.

    flow: (256, 192, 2), normalised. alpha: the warped outline, 0..1. dropped: where nothing is to
    show though the flow says so.
    """
    moved = cloth.fit.unpoints(in_pixels(flow).reshape(-1, 2)).reshape(flow.shape)
    scale = GARMENT_LONG / max(garment.photo.size)
    small = (
        max(round(garment.photo.width * scale), 1),
        max(round(garment.photo.height * scale), 1),
    )
    labels = cv2.resize(garment.limbs, small, interpolation=cv2.INTER_NEAREST)
    at = ((moved + 0.5) * scale - 0.5).astype(np.float32)
    near = cv2.dilate((alpha > 0.02).astype(np.float32), np.ones((NEAR, NEAR), np.uint8))
    near[dropped] = 0
    opening = neck_opening(neckline, small, scale)
    # The soft edge of the cutout is no limb's: it goes with the nearest one.
    nearest = labels.ravel()[nearest_in(labels != Limb.NONE)[0]] if labels.any() else labels
    layers = []
    for piece in painters_order(measures_of(person), garment.kind):
        if not (labels == piece).any():
            continue
        shown = (cv2.dilate((nearest == piece).astype(np.uint8), SEAM) > 0) & ~opening
        weight = cv2.remap(
            shown.astype(np.float32), at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        layers.append(Layer(moved.astype(np.float32), np.clip(weight * near, 0, 1), piece))
    return Draft(
        fit=wearer.fit,
        layers=tuple(layers),
        reach=alpha > 0.5,
        landmarks=draft.landmarks,
        confidence=draft.confidence,
        notes=draft.notes,
    )


def shown_of(visible: Scalars, wearer: StudioPerson, collared: bool) -> Scalars:
    """0..1: how much of a garment shows, by what the network says of it.

    visible: chance that it shows, 0..1. collared: nothing is hidden at the neck."""
    neck = around_neck(wearer)
    low, high = (np.where(neck, *both) for both in zip(COVERED_AT_NECK, COVERED, strict=True))
    shown = smoothstep((visible - low) / (high - low)).astype(np.float32)
    # Over the old garment whatever is hidden would have to be invented.
    shown[~neck & np.isin(wearer.parts, OLD_GARMENT)] = 1
    if collared:
        shown[neck] = 1
    return shown


def beside_neckline(neckline: Neckline | None, draft: Draft) -> tuple[Mask, Mask]:
    """Where the draft lays what is surely the inside of a garment's back,
    and where surely its front; nowhere if its neckline is not clearly seen."""
    nowhere = np.zeros(CANVAS, bool)
    if neckline is None or neckline.change < CLEAR_EDGE:
        return nowhere, nowhere
    left, right = neckline.curve[0], neckline.curve[-1]
    middle, width = (left + right) / 2, float(np.linalg.norm(left - right))
    down = (neckline.centre - middle) / max(float(np.linalg.norm(neckline.centre - middle)), 1e-6)
    along = (left - right) / max(width, 1e-6)
    at = next(layer.flow for layer in draft.layers if layer.limb is Limb.BODY) - middle
    # The front's edge as a depth below the line between its ends; beside them nothing is known.
    edge = (neckline.curve - middle) @ np.column_stack([along, down])
    edge = edge[edge[:, 0].argsort()]
    deep = np.interp(at @ along, edge[:, 0], edge[:, 1], left=np.nan, right=np.nan)
    inside = at @ down < deep - ABOVE * width
    front = at @ down > deep + BELOW * width
    return inside if neckline.change >= CLEAREST_EDGE else nowhere, front


def without_holes(shown: Scalars, alpha: Scalars) -> Scalars:
    """How much of a garment shows, 0..1, with no holes amid its cloth: dark letters below a
    neckline are not the inside of its back, and what lies in front of cloth the compositor knows
    better. shown: the same with holes. alpha: the outline, 0..1."""
    cloth = alpha > 0.5
    hidden = (cloth & (shown < 0.5)).astype(np.uint8)
    count, pieces = cv2.connectedComponents(hidden, connectivity=8)
    if count == 1:
        return shown
    open_ = np.zeros(count, bool)
    open_[pieces[cv2.dilate((~cloth).astype(np.uint8), SEAM) > 0]] = True
    open_[0] = True
    holes = cv2.dilate((~open_[pieces]).astype(np.uint8), SEAM) > 0
    return np.where(holes & ~(open_[pieces] & (hidden > 0)), 1, shown).astype(np.float32)


def rendered(draft: Draft, shown: Scalars) -> Draft:
    """The draft with its layers weakened to what is shown, 0..1. What light the
    network sees on the garment is not used: its colours are to stay its own."""
    layers = tuple(replace(layer, weight=layer.weight * shown) for layer in draft.layers)
    return replace(draft, layers=layers, reach=draft.reach & (shown > 0.5))


def trunk_of(learned: Draft, draft: Draft, garment: Garment) -> Draft:
    """The network's trunk with the draft's own sleeves, in the studio frame. One flow lays both
    halves of a long sleeve badly, and tears it where it passes the trunk. The same object where the
    draft has no sleeves."""
    height, width = learned.fit.canvas_size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    points = np.column_stack([x.ravel(), y.ravel()]).astype(np.float32)
    at = draft.fit.points(learned.fit.unpoints(points)).reshape(height, width, 2)
    at = at.astype(np.float32)
    drafted = {}
    for layer in draft.layers:
        flow, weight = (
            np.asarray(cv2.remap(one, at, None, cv2.INTER_LINEAR), np.float32)
            for one in (layer.flow, layer.weight)
        )
        # At the end of what the draft laid the flow is a mix with nothing.
        laid = np.asarray(layer.flow.any(-1), np.float32)
        weight *= cv2.remap(laid, at, None, cv2.INTER_LINEAR) > 0.999
        drafted[layer.limb] = Layer(flow, weight, layer.limb)
    # Around the sleeves the draft's trunk lies below the network's, so that no gap opens.
    trunk = drafted.pop(Limb.BODY)
    if not drafted:
        return learned
    sleeved = np.max([cloth_of(sleeve, garment) for sleeve in drafted.values()], axis=0)
    beside = cv2.dilate((sleeved > 0.5).astype(np.float32), ARMHOLE)
    below = replace(trunk, weight=trunk.weight * beside)
    layers = (below, *(drafted.get(layer.limb, layer) for layer in learned.layers))
    reach = np.max([cloth_of(layer, garment) for layer in layers], axis=0) > 0.5
    return replace(learned, layers=layers, reach=reach)
