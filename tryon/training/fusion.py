"""Prepared pairs -> a trained FusionNet: three phases, the losses, the figures it is judged by.

Notable here:
- phase one learns where the garment goes (the flow alone), phase two also how it is shown and what
  the hidden body looks like. The renderer would else learn to paint over a bad warp. Phase three
  sharpens what the renderer paints, against a critic (`adversary`).
- small canvases first: most of a warp is learned at 128 x 96, at a quarter of the time.
- the worn mask says what a pixel proves: the garment, not the garment, something that may hide it,
  or nothing. Only what is proved is learned.
- words are what was understood of them; half of the samples have none (see `captions`).
"""

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Unpack, cast

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from tryon.core import weights
from tryon.core.vocabulary import ATTRIBUTES
from tryon.evaluation.similarity import ssim
from tryon.fusion.agnostic import Cut
from tryon.fusion.network import HEM_ROOM_FOLLOWING, HIDDEN_FOR_SLEEVE
from tryon.fusion.studio import CANVAS, word_vector
from tryon.garment.appearance import colour_of
from tryon.nets.encoder import PIXEL_MEAN, PIXEL_SCALE, Encoder, EncoderConfig
from tryon.nets.fusion import DARK, STRIDES, Fused, FusionConfig, FusionNet, resized, sample
from tryon.training import trainer
from tryon.training.adversary import Duel, adversarial_losses
from tryon.training.data.pairs import BENEATH, Disturbance, Pair, Pairs, drawn, read_pairs
from tryon.training.prepare.pairs import HEADS, WORN
from tryon.training.trainer import Changes, Schedule, total

logger = logging.getLogger(__name__)

NAME = "fusion"

# How long each phase takes, and on what.
PHASES = ("warp", "render", "adversarial")
SHARES = {"warp": 0.50, "render": 0.35, "adversarial": 0.15}  # of the whole run's minutes or steps
# Samples without a garment picture, so that words alone paint one; the flow learns nothing there.
PICTURELESS = {"warp": 0.0, "render": 0.1, "adversarial": 0.1}
SCHEDULES = {
    "warp": Schedule(
        steps=22000,
        batch=16,
        learning_rate=5e-4,
        sizes=((128, 96), CANVAS),
        size_starts=(0.0, 0.6),
    ),
    "render": Schedule(
        steps=18000,
        batch=16,
        learning_rate=4e-4,
        sizes=((128, 96), CANVAS),
        size_starts=(0.0, 0.4),
    ),
    "adversarial": Schedule(
        steps=8000,
        batch=16,
        learning_rate=2e-4,
        sizes=(CANVAS,),
    ),
}
# So often each self-made pair is in the data: men, coats and streets are few, and only there.
SELF_MADE_TIMES = 3
DONE = "done"  # the file that says that a phase is finished

# Each loss's weight, and why it is there.
WEIGHTS = {
    "colour": 1.0,  # the warped garment looks as the worn one; weighted by level inside
    "outline": 1.0,  # and ends where it ends: sleeves, hem, neckline
    "smooth": 1.2,  # prints stay straight; what no pixel proves is continued
    "attributes": 0.05,  # the garment's features know what it is (for the words to come)
    "marks": 0.1,  # and where its collar, armpits, cuffs and hem are
    "confidence": 0.05,  # how good the warp will turn out to be
    "picture": 4.0,  # the finished picture, where it was hidden
    "structure": 2.0,  # and its edges, seams and prints lie where they should (SSIM)
    "body": 2.0,  # the body beside the garment: skin, neck, what is worn below
    "visible": 0.3,  # hair, hands and crossed arms lie over the garment
    "perceptual": 0.5,  # edges and textures, not only mean colours
    "shading": 0.1,  # shading explains light, it does not paint prints
    "critic": 1.0,  # learns to tell paintings from photos
    "adversary": 0.1,  # paintings pass for photos; little, or it invents
}
LEVEL_WEIGHTS = {32: (1.0, 0.5), 16: (1.5, 0.7), 8: (2.0, 1.0), 4: (3.0, 1.5)}  # colour, outline
SMOOTH_GROWTH = 2.0  # per finer level
SMOOTH_EPSILON = 1e-3  # cells
CONFIDENCE_SCALE = 4.0  # a colour error of 1/4 (of 0..2) makes a confidence of 1/e
STRUCTURE_WINDOW = 5  # pixels: about as wide as the Gaussian of the reported SSIM
STRUCTURE_FLOORS = (0.02**2, 0.06**2)  # of a range of 2: 0.01 and 0.03 of it, squared
LUMA = (0.299, 0.587, 0.114)  # of red, green, blue (ITU-R BT.601)

# How it is judged.
VALIDATION_LIMIT = 64  # pairs looked at during training
VALIDATION_BATCH = 8
# Colours that nobody takes for each other.
PLAIN_COLOURS = ("black", "white", "grey", "red", "yellow", "green", "blue", "pink")
SLEEVE = HEADS.index("sleeve")
SHEET_ROWS = 12
SHEET_WIDTH = 1800  # pixels


def train(
    cache: Path,
    out: Path,
    encoder: Path | None,
    resume: bool = False,
    fusion: str = FusionConfig.fusion,
    workers: int = 1,
    phase: str | None = None,
    start: Path | str | None = None,
    full_size_from: float | None = None,
    **options: Unpack[Changes],
) -> FusionNet:
    """All phases, one after the other, into OUT/warp, OUT/render and OUT/adversarial.

    The pairs lie in CACHE/pairs (see `prepare_pairs`). encoder: ImageNet weights for the
    perceptual loss, None = without. resume: go on where a run into OUT stopped. fusion: the
    variant. workers: threads that make samples. phase: only this one, and on with it if it was
    done. start: weights of an earlier network to begin with, else each phase goes on from OUT's
    phase before it. full_size_from: progress (0..1) of a phase from which on the whole canvas is
    used, half of it before. options: fields of `trainer.Schedule`; `minutes` and `steps` are for
    all phases together, unless one is named.
    """
    if phase not in (None, *PHASES):
        raise ValueError(f"unknown phase {phase!r}; there are {', '.join(PHASES)}")
    seed = options.get("seed", 0)
    pairs = read_pairs(cache, held_out=False)
    held_out = read_pairs(cache, held_out=True)
    street = [pair for pair in pairs if pair.identifier.startswith("ccp-")]
    print(f"{len(pairs)} pairs to learn from, {len(street)} of them self-made, ", end="")
    print(f"{len(held_out)} held out", flush=True)
    pairs += street * (SELF_MADE_TIMES - 1)
    net: FusionNet | None = None
    shares = {phase: 1.0} if phase else SHARES
    for stage, share in shares.items():
        folder = out / stage
        before = Path(start) if start else None
        if stage != PHASES[0] and not (start and stage == next(iter(shares))):
            before = out / PHASES[PHASES.index(stage) - 1] / f"{NAME}.safetensors"
        if resume and phase is None and (folder / DONE).is_file():
            continue
        own = options.copy()
        if (minutes := own.get("minutes")) is not None:
            own["minutes"] = minutes * share
        if "steps" in own:
            own["steps"] = int(own["steps"] * share)
        schedule = dataclasses.replace(SCHEDULES[stage], **own)
        if full_size_from is not None and len(schedule.sizes) > 1:
            schedule = dataclasses.replace(schedule, size_starts=(0.0, full_size_from))
        task = FusionTask(
            Pairs(pairs, seed, workers, PICTURELESS[stage]),
            held_out,
            phase=stage,
            config=FusionConfig(fusion=fusion),
            start=before,
            encoder=encoder,
        )
        again = resume and (folder / trainer.CHECKPOINT).is_file()
        net = cast(FusionNet, trainer.fit(task, schedule, folder, again))
        (folder / DONE).touch()
    return net or weights.load(FusionNet, (folder / f"{NAME}.safetensors").resolve())


class FusionTask:
    """FusionNet's `Task`, one phase of it."""

    name = NAME

    def __init__(
        self,
        pairs: Pairs,
        held_out: list[Pair],
        phase: str = "warp",
        config: FusionConfig | None = None,
        start: Path | None = None,
        encoder: Path | None = None,
    ) -> None:
        """phase: of `PHASES`. start: weights to go on from. encoder: for the perceptual loss."""
        self.pairs = pairs
        self.held_out = held_out[:VALIDATION_LIMIT]
        self.phase = phase
        self.render = phase != "warp"
        self.config = dataclasses.replace(config or FusionConfig(), rendered=self.render)
        self.start = start
        self.perceptual = Perceptual(encoder) if self.render and encoder is not None else None

    def build(self) -> FusionNet | Duel:
        net = FusionNet(self.config)
        if self.start is not None:
            trainer.begin_from(net, self.start)
        if not self.render:
            net.renderer.requires_grad_(False)
        return Duel(net) if self.phase == "adversarial" else net

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        return self.pairs.batch(first, count, size)

    def loss(
        self, net: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, float]]:
        if self.phase == "adversarial":
            person, known = colours(batch["person"]), _known(batch["worn"])
            fused, verdict = net(person, known, **inputs(batch))
            parts = adversarial_losses(verdict)
        else:
            fused = net(**inputs(batch), render=self.render)
            parts = warp_losses(fused, batch)
        if self.render:
            parts |= render_losses(fused, batch, self.perceptual)
        loss = total(WEIGHTS[name] * value for name, value in parts.items())
        return loss, {name: float(value.detach()) for name, value in parts.items()}

    def evaluate(self, net: nn.Module) -> dict[str, float]:
        return evaluate(net.eval(), self.held_out, self.render)

    def sheet(self, net: nn.Module) -> np.ndarray | None:
        return sheet(net.eval(), self.held_out[:SHEET_ROWS], self.render)


def inputs(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A batch of samples as FusionNet takes it."""
    return {
        "seen": colours(batch["seen"]),
        "keep": _channel(batch["keep"]),
        "planes": (batch["planes"].float() / 255).contiguous(memory_format=torch.channels_last),
        "garment": colours(batch["garment"]),
        "alpha": _channel(batch["alpha"]),
        "start": batch["start"].permute(0, 3, 1, 2),
        "text": batch["text"],
    }


def colours(pixels: torch.Tensor) -> torch.Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) as (pixel - 127) / 128, channels last."""
    values = (pixels.permute(0, 3, 1, 2).float() - PIXEL_MEAN) / PIXEL_SCALE
    return values.contiguous(memory_format=torch.channels_last)


def _channel(values: torch.Tensor) -> torch.Tensor:
    """(N, H, W) uint8 -> (N, 1, H, W) 0..1."""
    return values[:, None].float() / 255


def warp_losses(fused: Fused, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Colour, outline and smoothness at every level; attributes, landmarks, confidence."""
    person, garment = colours(batch["person"]), colours(batch["garment"])
    alpha = _channel(batch["alpha"])
    worn = (batch["worn"] == WORN)[:, None].float()
    known = ((batch["worn"] == WORN) | (batch["worn"] == 0))[:, None].float()
    # Where no garment picture was given there is nothing to lay.
    given = (alpha.amax((1, 2, 3), keepdim=True) > 0).float()
    cloth = torch.cat([garment * alpha, alpha], 1)
    target = torch.cat([person * worn, worn, known], 1)
    start = batch["start"].permute(0, 3, 1, 2)
    colour = outline = smooth = person.new_zeros(())
    for number, (stride, flow) in enumerate(zip(STRIDES, fused.flows, strict=True)):
        # Compared at twice the level's own size: coarser pixels would hide what it can do.
        pool = max(stride // 2, 1)
        source, wanted = F.avg_pool2d(cloth, pool), F.avg_pool2d(target, pool)
        laid = sample(source, _enlarged(flow, wanted.shape[-2:]))
        error = _colour_error(laid, wanted)
        by_colour, by_outline = LEVEL_WEIGHTS[stride]
        area = wanted[:, 3:4].sum().clamp_min(1)
        colour = colour + by_colour * error.sum() / area
        difference = (laid[:, 3:] - wanted[:, 3:4]).abs() * wanted[:, 4:] * given
        outline = outline + by_outline * difference.sum() / area
        height, width = flow.shape[-2:]
        near = F.adaptive_avg_pool2d(1 - _channel(batch["keep"]), (height, width)) * given
        # Of the correction: the draft itself may bend, between trunk and sleeves.
        correction = flow - resized(start, flow.shape[-2:])
        smooth = smooth + SMOOTH_GROWTH**number * bending(correction, near)
    laid = torch.cat([fused.garment * fused.alpha, fused.alpha], 1)
    error = _colour_error(laid, target)
    area = worn.sum((1, 2, 3)).clamp_min(1)
    each = error.sum((1, 2, 3)) / area
    colour = colour + 2 * LEVEL_WEIGHTS[4][0] * error.sum() / area.sum()
    difference = (fused.alpha - worn).abs() * known * given
    outline = outline + 2 * LEVEL_WEIGHTS[4][1] * difference.sum() / area.sum()
    return {
        "colour": colour,
        "outline": outline,
        "smooth": smooth,
        "attributes": _attribute_loss(fused.attributes, batch["attributes"]),
        "marks": _mark_loss(fused.marks, batch["marks"]),
        "confidence": F.binary_cross_entropy_with_logits(
            fused.confidence.float(),
            torch.exp(-CONFIDENCE_SCALE * each.detach()),
            weight=given[:, 0, 0, 0],
        ),
    }


def _colour_error(laid: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """(N, 1, h, w): mean difference of colours where the garment is worn and was laid, weighted by
    how much. What was not laid is the outline's business: counted here too, a garment that is too
    long would cost less than one that is too short.

    laid: colours times alpha, alpha. wanted: colours times worn, worn, ...
    """
    ours = laid[:, :3] / laid[:, 3:4].clamp_min(0.2)
    theirs = wanted[:, :3] / wanted[:, 3:4].clamp_min(1e-3)
    both = wanted[:, 3:4] * laid[:, 3:4].detach()
    return (ours - theirs).abs().mean(1, keepdim=True) * both


def bending(flow: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Mean second difference of a (N, 2, h, w) normalised flow, in its own cells, where (N, 1, h,
    w) weight says: what the flow does far from any garment is nobody's business."""
    height, width = flow.shape[-2:]
    flow = flow * torch.tensor([width / 2, height / 2], device=flow.device)[:, None, None]
    across = flow[..., 2:] - 2 * flow[..., 1:-1] + flow[..., :-2]
    down = flow[..., 2:, :] - 2 * flow[..., 1:-1, :] + flow[..., :-2, :]
    size = weight.sum().clamp_min(1) * 2
    return total(
        ((one.square() + SMOOTH_EPSILON**2).sqrt() * inner).sum() / size
        for one, inner in ((across, weight[..., 1:-1]), (down, weight[..., 1:-1, :]))
    )


def _enlarged(flow: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    return F.interpolate(flow, size=tuple(size), mode="bilinear", align_corners=False)


def _attribute_loss(scores: dict[str, torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
    """Mean cross entropy of what was measured; labels (N, attributes), -1 = unknown."""
    losses = [
        F.cross_entropy(one.float(), labels[:, number], ignore_index=-1, reduction="sum")
        for number, one in enumerate(scores.values())
    ]
    return total(losses) / (labels >= 0).sum().clamp_min(1)


def _mark_loss(found: torch.Tensor, marks: torch.Tensor) -> torch.Tensor:
    weight = marks[..., 2:]
    return ((found - marks[..., :2]).abs() * weight).sum() / weight.sum().clamp_min(1)


def render_losses(
    fused: Fused, batch: dict[str, torch.Tensor], perceptual: "Perceptual | None"
) -> dict[str, torch.Tensor]:
    """The finished picture and the body layer, where the network had to invent them."""
    picture, body, visible, shading = fused.picture, fused.body, fused.visible, fused.shading
    assert picture is not None
    assert body is not None
    assert visible is not None
    assert shading is not None
    person = colours(batch["person"])
    hidden = 1 - _channel(batch["keep"])
    worn = batch["worn"][:, None]
    known = _known(batch["worn"])
    bare = ((worn == 0) | (worn == BENEATH)).float()
    # Windows that hold an unknown pixel prove nothing.
    edge = STRUCTURE_WINDOW // 2
    proved = (windowed(known) > 1 - 1e-3) * hidden[..., edge:-edge, edge:-edge]
    losses = {
        "structure": _mean_under(1 - structure(picture, person), proved),
        "picture": _mean_under((picture - person).abs(), hidden * known),
        "body": _mean_under((body - person).abs(), hidden * bare),
        # Where the warped garment lies, and where it may have to be continued.
        "visible": _mean_under(
            F.binary_cross_entropy_with_logits(visible, (worn == WORN).float(), reduction="none"),
            known * torch.maximum((fused.alpha.detach() > 0.5).float(), hidden),
        ),
        "shading": (shading - 1).square().mean(),
    }
    if perceptual is not None:
        # Beyond what is known the photo is taken, so nothing is learned there.
        blended = torch.where(known > 0, picture, person)
        losses["perceptual"] = perceptual(blended, person)
    return losses


def structure(ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """(N, 3, H, W) twice, as (pixel - 127) / 128 -> (N, 1, H - 4, W - 4) SSIM of their brightness
    in the window around every inner pixel, up to 1.

    Wang, Bovik, Sheikh, Simoncelli: Image quality assessment (2004), with a flat window, which is
    quicker; in float32, for differences of squares vanish in bfloat16. As a loss: Zhao, Gallo,
    Frosio, Kautz: Loss functions for image restoration with neural networks (2017).
    """
    with torch.autocast(ours.device.type, enabled=False):
        # From black on: SSIM's light term compares ratios.
        a, b = (
            total(share * one[:, c : c + 1].float() for c, share in enumerate(LUMA)) + DARK
            for one in (ours, theirs)
        )
        mean_a, mean_b, square_a, square_b, product = (
            windowed(one) for one in (a, b, a * a, b * b, a * b)
        )
        spread = square_a - mean_a**2 + square_b - mean_b**2
        light, contrast = STRUCTURE_FLOORS
        alike = (2 * mean_a * mean_b + light) * (2 * (product - mean_a * mean_b) + contrast)
        return alike / ((mean_a**2 + mean_b**2 + light) * (spread + contrast))


def windowed(values: torch.Tensor) -> torch.Tensor:
    """(N, C, H, W) -> (N, C, H - 4, W - 4) means of windows. Sums of shifted maps: an average
    pool takes ten times as long on a CPU."""
    for axis in (-1, -2):
        length = values.shape[axis] - STRUCTURE_WINDOW + 1
        values = total(values.narrow(axis, at, length) for at in range(STRUCTURE_WINDOW))
    return values / STRUCTURE_WINDOW**2


def _known(worn: torch.Tensor) -> torch.Tensor:
    """(N, H, W) worn masks -> (N, 1, H, W) 0 or 1: where the photo proves something."""
    return ((worn == WORN) | (worn == 0) | (worn == BENEATH))[:, None].float()


def _mean_under(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (values * mask).sum() / (mask.sum() * values.shape[1]).clamp_min(1)


class Perceptual:
    """L1 distance between ImageNet features of two pictures, strides 2 to 16.

    Johnson, Alahi, Li: Perceptual losses for real-time style transfer (ECCV 2016), with
    EfficientNet-Lite0 instead of VGG.
    """

    def __init__(self, encoder: Path) -> None:
        config = EncoderConfig(stages=EncoderConfig().stages[:5])
        self._encoder = Encoder(config).eval().requires_grad_(False)
        state = load_file(encoder)
        own = self._encoder.state_dict()
        self._encoder.load_state_dict({name: state[name].float() for name in own})
        # torch's stubs do not know this argument of Module.to.
        self._encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __call__(self, ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) each, as (pixel - 127) / 128."""
        self._encoder.to(ours.device)
        with torch.no_grad():
            wanted = self._encoder(theirs.contiguous(memory_format=torch.channels_last))
        found = self._encoder(ours.contiguous(memory_format=torch.channels_last))
        # Each stride counts alike, whatever the size of its numbers.
        return total(
            (a.float() - b.float()).abs().mean() / b.float().abs().mean().clamp_min(1e-3)
            for a, b in zip(found, wanted, strict=True)
        ) / len(wanted)


# --- judging -------------------------------------------------------------------------------------


def evaluate(net: nn.Module, pairs: list[Pair], render: bool) -> dict[str, float]:
    """Paired figures in the studio frame at 256 x 192, nothing disturbed.

    "colour": mean difference 0..1 between warped and worn garment; "outline": IoU of the two;
    "told ...": the same when words say how it is worn, "start ...": for the geometric start. With
    render also "ssim" and "l1" (0..1) of the whole picture, "hidden l1" of what was hidden, and of
    the first few pairs "colours obeyed", see `colours_obeyed`.
    """
    if not pairs:
        return {}
    device = next(net.parameters()).device
    rows: dict[str, list[float]] = {}
    for first in range(0, len(pairs), VALIDATION_BATCH):
        some = pairs[first : first + VALIDATION_BATCH]
        samples = [drawn(one, one, CANVAS, Disturbance.none(cut_of(one))) for one in some]
        batch = _tensors(samples, device)
        with torch.inference_mode():
            given = inputs(batch)
            fused = net(**given, render=render)
            said = np.stack([word_vector(pair.known) for pair in some])
            words = torch.from_numpy(said).to(device)
            spoken = net(**{**given, "text": words}, render=False)
            start = _start_warp(batch)
        warps = {
            "": (fused.garment, fused.alpha),
            "told ": (spoken.garment, spoken.alpha),
            "start ": start,
        }
        for i, one in enumerate(samples):
            for prefix, (garment, alpha) in warps.items():
                outline, colour = _warp_scores(garment[i], alpha[i], one)
                rows.setdefault(f"{prefix}outline", []).append(outline)
                rows.setdefault(f"{prefix}colour", []).append(colour)
            if render:
                picture = pixels_of(fused.picture[i])
                apart = np.abs(picture.astype(np.float32) - one["person"]).mean(-1) / 255
                rows.setdefault("ssim", []).append(ssim(picture, one["person"]))
                rows.setdefault("l1", []).append(float(apart.mean()))
                rows.setdefault("hidden l1", []).append(float(apart[one["keep"] == 0].mean()))
    figures = {name: round(float(np.nanmean(values)), 4) for name, values in rows.items()}
    if render:
        figures["colours obeyed"] = round(colours_obeyed(net, pairs[:VALIDATION_BATCH]), 4)
    return figures


def colours_obeyed(net: nn.Module, pairs: list[Pair]) -> float:
    """The share, 0..1, of paintings that have the colour asked for where the garment is worn, with
    no picture of a garment, only each of `PLAIN_COLOURS`. Chance is an eighth."""
    device = next(net.parameters()).device
    asked = np.stack([word_vector({"colour": colour}) for colour in PLAIN_COLOURS])
    right = []
    for pair in pairs:
        how = dataclasses.replace(Disturbance.none(cut_of(pair)), pictured=False)
        one = drawn(pair, pair, CANVAS, how)
        given = inputs(_tensors([one], device))
        given = {
            name: values.repeat(len(asked), 1, 1, 1)
            for name, values in given.items()
            if name != "text"
        }
        with torch.inference_mode():
            fused = net(**given, text=torch.from_numpy(asked).to(device), render=True)
        for colour, painted in zip(PLAIN_COLOURS, fused.picture, strict=True):
            cloth = pixels_of(painted)[one["worn"] == WORN].astype(np.float32)[None] / 255
            found, _ = colour_of(cv2.cvtColor(cloth, cv2.COLOR_RGB2LAB)[0])
            right.append(found == colour)
    return float(np.mean(right))


def cut_of(worn: Pair) -> Cut:
    """What must be hidden so that this garment may lie there, about as in use where it ends where
    the old one does."""
    value = worn.attributes[SLEEVE]
    sleeves = ATTRIBUTES["sleeve"]
    arms = HIDDEN_FOR_SLEEVE[sleeves[value]] if value < len(sleeves) else 1.0
    return Cut(
        arms=(arms, arms),
        hem=HEM_ROOM_FOLLOWING,
        lower=True,
        sleeves=(True, True),
        neckline=True,
    )


def _warp_scores(
    garment: torch.Tensor, alpha: torch.Tensor, one: dict[str, np.ndarray]
) -> tuple[float, float]:
    """IoU of the outline where it is known, mean colour difference 0..1 on the worn garment."""
    laid = alpha[0].float().cpu().numpy() > 0.5
    worn, known = one["worn"] == WORN, np.isin(one["worn"], (WORN, 0))
    union = ((laid | worn) & known).sum()
    outline = float((laid & worn).sum() / max(union, 1))
    apart = np.abs(pixels_of(garment).astype(np.float32) - one["person"]).mean(-1) / 255
    return outline, float(apart[worn].mean()) if worn.any() else float("nan")


def _tensors(samples: list[dict[str, np.ndarray]], device: torch.device) -> dict[str, torch.Tensor]:
    return {
        name: torch.from_numpy(np.stack([one[name] for one in samples])).to(device)
        for name in samples[0]
    }


def _start_warp(batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """The garment and its outline as the start flow lays them."""
    garment, alpha = colours(batch["garment"]), _channel(batch["alpha"])
    flow = _enlarged(batch["start"].permute(0, 3, 1, 2), garment.shape[-2:])
    laid = sample(torch.cat([garment * alpha, alpha], 1), flow)
    return laid[:, :3] / laid[:, 3:].clamp_min(0.2), laid[:, 3:]


def pixels_of(values: torch.Tensor) -> np.ndarray:
    """(3, H, W) as (pixel - 127) / 128 -> (H, W, 3) uint8."""
    pixels = values.float().permute(1, 2, 0).cpu().numpy() * PIXEL_SCALE + PIXEL_MEAN
    return np.clip(pixels + 0.5, 0, 255).astype(np.uint8)


def sheet(net: nn.Module, pairs: list[Pair], render: bool) -> np.ndarray | None:
    """A row a person, first with the own garment, then with the next person's: photo, what the
    network sees, garment, geometric start over the photo, warp over the photo, picture."""
    if not pairs:
        return None
    device = next(net.parameters()).device
    named = {pair.identifier: pair for pair in pairs}
    after = [*pairs[1:], pairs[0]]
    others = [named.get(one.other, next_one) for one, next_one in zip(pairs, after, strict=True)]
    samples = [
        drawn(wearer, worn, CANVAS, Disturbance.none(cut_of(worn)))
        for both in zip(pairs, others, strict=True)
        for wearer, worn in ((both[0], both[0]), both)
    ]
    tiles = []
    for one in samples:
        batch = _tensors([one], device)
        with torch.inference_mode():
            fused = net(**inputs(batch), render=render)
            start = _start_warp(batch)
        row = [one["person"], one["seen"], one["garment"]]
        for garment, alpha in (start, (fused.garment, fused.alpha)):
            share = alpha[0, 0].float().cpu().numpy()[..., None]
            over = one["person"] + share * (
                pixels_of(garment[0]).astype(np.float32) - one["person"]
            )
            row.append(over.astype(np.uint8))
        if render:
            row.append(pixels_of(fused.picture[0]))
        tiles.append(np.hstack(row))
    rows = [np.hstack(tiles[i : i + 2]) for i in range(0, len(tiles), 2)]
    whole = np.vstack(rows)
    scale = min(1.0, SHEET_WIDTH / whole.shape[1])
    return cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
