"""Training DressingNet: layout and flow first, then the painter on what they find.

Notable here:
- phase "dress" trains layout and flow, for most of its time on half the canvas; phase "paint"
  keeps them as they are and trains the painter, which sees the true layout half of the time.
- the flow is held to the worn garment where both are seen, to its outline, and to second-order
  smoothness: stiff enough that prints do not swirl, and stiffer on the trunk than on sleeves.
- pairs of the fitting studio know their flow, and it is then held to that too.
- the outline is learned twice, as the warped garment's mask and as a class of the layout; the
  layout decides what is drawn.

Losses: PF-AFN (Ge et al., CVPR 2021) for the flow, HR-VITON (Lee et al., ECCV 2022) for flow and
layout together; features of VGG16 (Johnson et al., ECCV 2016).
"""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tryon.fusion.hiding import Layout
from tryon.fusion.studio import plain_start
from tryon.nets.dressing import DressingConfig, DressingNet, Plan
from tryon.nets.fusion import resized, sample
from tryon.training.data.dressed import KINDS, Dressed, Pair, prepared, read_viton_pairs
from tryon.training.trainer import Schedule, begin_from, fit

if TYPE_CHECKING:
    from typing import Unpack

    from tryon.training.trainer import Changes

NAME = "dressing"
PHASES = ("dress", "paint")
SCHEDULES = {
    "dress": Schedule(
        steps=60000,
        batch=16,
        learning_rate=6e-4,
        weight_decay=1e-4,
        ema=0.998,
        sizes=((128, 96), (256, 192)),
        size_starts=(0.0, 0.65),
    ),
    "paint": Schedule(
        steps=40000,
        batch=12,
        learning_rate=8e-4,
        weight_decay=1e-4,
        ema=0.997,
        sizes=((128, 96), (256, 192)),
        size_starts=(0.0, 0.5),
    ),
}
# How much a wrong pixel of a class costs: arms and neck are small and what is looked at.
CLASS_WEIGHTS = {
    Layout.BACKGROUND: 0.5,
    Layout.LEFT_ARM: 1.5,
    Layout.RIGHT_ARM: 1.5,
    Layout.NECK: 1.5,
    Layout.HEAD: 0.7,
}
# How much less it costs that the garment lies where one of these is seen: it goes on behind them.
IN_FRONT = {
    Layout.LOWER: 0.0,
    Layout.LEGS: 0.0,
    Layout.HEAD: 0.0,
    Layout.OTHER: 0.0,
    Layout.LEFT_ARM: 0.3,
    Layout.RIGHT_ARM: 0.3,
}
LEVELS = (0.25, 0.5, 0.75, 1.5)  # weight of each level's flow
COLOUR, OUTLINE, SMOOTH, LAYOUT, COARSE_LAYOUT = 2.0, 1.5, 0.06, 1.2, 0.3
STIFF_TRUNK = 2.0  # times as smooth where the garment lies on the trunk
CURVE = 0.45  # exponent of the generalised Charbonnier penalty on the flow's curvature
CONFIDENCE = 0.05
ASTRAY = 0.4  # of the distance from the flow, where that is known
MOSTLY_TRACED = 0.7  # of a cell's pixels
PAINT, SKIN, FEATURES = 4.0, 3.0, 0.35
CROP = 0.375  # of the canvas' height, the side of the square whose features are compared
FEATURE_WEIGHTS = (0.3, 0.3, 0.5)  # of VGG16's relu1_2, relu2_2, relu3_3
TRUE_LAYOUT = 0.5  # of the painter's samples
VALIDATION_PAIRS = 64
SHEET_PAIRS = 16
COLOURS = np.array(
    [
        (240, 240, 240),
        (220, 40, 40),
        (120, 0, 0),
        (250, 200, 120),
        (200, 150, 80),
        (255, 170, 170),
        (60, 90, 200),
        (90, 200, 90),
        (40, 40, 40),
        (150, 150, 150),
    ],
    np.uint8,
)


def train(
    data: Path,
    out: Path,
    resume: bool = False,
    *,
    phase: str = "dress",
    start: Path | str | None = None,
    features: Path | str | None = None,
    full_size_from: float | None = None,
    studio_share: float = 0.0,
    workers: int = 1,
    **changes: "Unpack[Changes]",
) -> None:
    """Train one phase, writing into `out` as `trainer.fit` does.

    data: folder with VITON's shards. start: weights to go on from, needed for "paint". features,
    studio_share, workers: see `DressingTask`. full_size_from: progress (0..1) from which on the
    whole canvas is used. changes: of the phase's `Schedule`. ValueError for an unknown phase, or
    for painting on a layout that was never learned.
    """
    if phase not in PHASES:
        raise ValueError(f"unknown phase {phase!r}; there are {', '.join(PHASES)}")
    if phase == "paint" and start is None:
        raise ValueError("the painter needs --start, weights whose layout and flow were trained")
    schedule = dataclasses.replace(SCHEDULES[phase], **changes)
    if full_size_from is not None:
        schedule = dataclasses.replace(schedule, size_starts=(0.0, full_size_from))
    task = DressingTask(
        data,
        phase,
        Path(start) if start is not None else None,
        Path(features) if features is not None else None,
        schedule.seed,
        studio_share=studio_share,
        workers=workers,
    )
    fit(task, schedule, out, resume)


class Samples(Protocol):
    """What training samples come from."""

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """As `Dressed.batch`."""


class DressingTask:
    """DressingNet's `Task`, one phase of it."""

    name = NAME

    def __init__(
        self,
        data: Path,
        phase: str = "dress",
        start: Path | None = None,
        features: Path | None = None,
        seed: int = 0,
        config: DressingConfig | None = None,
        pairs: tuple[list[Pair], list[Pair]] | None = None,
        studio_share: float = 0.0,
        workers: int = 1,
    ) -> None:
        """data: folder with VITON's shards. start: weights to go on from. features: VGG16's kernels
        for the painter, an .npz with w11, b11, ... in Caffe's manner. pairs: for training and
        validation, instead of VITON's. studio_share: of the training samples, from the fitting
        studio; 1 needs no data at all and is validated on studio pairs too. workers: processes
        that make those. ValueError for an unknown phase, FileNotFoundError where the studio finds
        no OpenGL."""
        if phase not in PHASES:
            raise ValueError(f"unknown phase {phase!r}; there are {', '.join(PHASES)}")
        self.phase, self.start = phase, start
        self.config = config or DressingConfig()
        if pairs is None and studio_share >= 1:
            from tryon.training.studio.samples import held_out

            pairs = [], held_out(VALIDATION_PAIRS, seed, workers)
        elif pairs is None:
            pairs = read_viton_pairs(data), read_viton_pairs(data, validation=True)
        self.samples: Samples = Dressed(pairs[0], seed)
        if studio_share > 0:
            from tryon.training.studio.samples import Mixed

            self.samples = Mixed(pairs[0], seed, studio_share, workers)
        self.validation = pairs[1][:VALIDATION_PAIRS]
        self.vgg = Vgg(features) if features is not None else None

    def build(self) -> "Trained":
        net = DressingNet(self.config)
        if self.start is not None:
            begin_from(net, self.start)
        return Trained(net, self.phase)

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        return self.samples.batch(first, count, size)

    def loss(
        self, net: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, float]]:
        given = Given(batch)
        if self.phase == "dress":
            return dress_loss(net(given), given)
        return paint_loss(net, given, self.vgg)

    @torch.no_grad()
    def evaluate(self, net: nn.Module) -> dict[str, float]:
        """On validation pairs: IoU of the garment and mean IoU of the layout, error of the warped
        garment where it is worn, error of the painted skin; colours in 8-bit levels."""
        hit, union = np.zeros(len(Layout)), np.zeros(len(Layout))
        cloth, skin = [], []
        for given, (plan, painted) in self._looked_at(net, len(self.validation)):
            found = plan.layouts[-1].argmax(1)
            known = given.shown[:, 0] > 0
            for label in Layout:
                ours, true = (found == label) & known, (given.layout == label) & known
                hit[label] += float((ours & true).sum())
                union[label] += float((ours | true).sum())
            worn = (given.layout == Layout.GARMENT)[:, None] & (plan.alpha > 0.5)
            cloth.append(_mean_error(plan.garment, given.target, worn))
            skin.append(_mean_error(painted.picture, given.target, given.skin & given.hidden))
        ious = hit[union > 0] / union[union > 0]
        return {
            "garment": float(hit[Layout.GARMENT] / max(union[Layout.GARMENT], 1)),
            "layout": float(ious.mean()),
            "cloth error": float(np.nanmean(cloth)),
            "skin error": float(np.nanmean(skin)),
        }

    @torch.no_grad()
    def sheet(self, net: nn.Module) -> np.ndarray:
        """Seen, garment, layout, warped, result, truth of validation pairs."""
        rows = []
        for given, (plan, painted) in self._looked_at(net, SHEET_PAIRS):
            layout = COLOURS[plan.layouts[-1].argmax(1)[0].numpy()]
            warped = _picture(plan.alpha * plan.garment + (1 - plan.alpha))
            tiles = [_picture(given.seen), _picture(given.garment), layout, warped]
            rows.append(np.hstack([*tiles, _picture(painted.picture), _picture(given.target)]))
        rows += [np.zeros_like(rows[0])] * (len(rows) % 2)
        return np.vstack([np.hstack(rows[i : i + 2]) for i in range(0, len(rows), 2)])

    def _looked_at(self, net: nn.Module, count: int):
        inner = net.shipped if isinstance(net, Trained) else net
        inner.eval()
        for pair in self.validation[:count]:
            sample_ = prepared(pair, None)
            batch = {name: torch.from_numpy(values)[None] for name, values in sample_.items()}
            given = Given(batch)
            with torch.autocast(given.seen.device.type, torch.bfloat16):
                yield given, inner(*given.inputs)


class Trained(nn.Module):
    """DressingNet with one phase's part awake; the rest stays as it is, its norms too."""

    def __init__(self, net: DressingNet, phase: str) -> None:
        super().__init__()
        self.shipped = net
        self.phase = phase
        self.asleep().requires_grad_(False)

    def asleep(self) -> nn.Module:
        return self.shipped.painter if self.phase == "dress" else self.shipped.dresser

    def train(self, mode: bool = True) -> "Trained":
        super().train(mode)
        self.asleep().eval()
        return self

    def forward(self, given: "Given") -> Plan:
        if self.phase == "dress":
            return self.shipped.dresser(*given.inputs)
        with torch.no_grad():
            return self.shipped.dresser(*given.inputs)


class Given:
    """A batch as tensors: float colours as (pixel - 127) / 128, masks 0..1; see `Dressed.batch`.
    flow: (N, 2, H, W) normalised, where traced (N, 1, H, W) is 1; None where no sample has it."""

    def __init__(self, batch: dict[str, torch.Tensor]) -> None:
        self.keep = _mask(batch["keep"])
        self.seen = _colours(batch["seen"]) * self.keep
        self.garment, self.alpha = _colours(batch["garment"]), _mask(batch["alpha"])
        self.target, self.shown = _colours(batch["target"]), _mask(batch["shown"])
        self.planes = (batch["planes"].float() / 255).contiguous(memory_format=torch.channels_last)
        self.layout = batch["layout"].long()
        self.worn = (self.layout == Layout.GARMENT)[:, None].float()
        arms_and_neck = (Layout.LEFT_ARM, Layout.RIGHT_ARM, Layout.NECK)
        self.skin = torch.stack([self.layout == one for one in arms_and_neck]).any(0)[:, None]
        self.hidden = self.keep < 0.5
        starts = torch.from_numpy(np.stack([plain_start(kind) for kind in KINDS]))
        kind = batch.get("kind", torch.zeros(len(self.seen), dtype=torch.uint8))
        self.start = starts.permute(0, 3, 1, 2)[kind.long().cpu()].to(self.seen)
        self.flow: torch.Tensor | None = None
        if "flow" in batch:
            self.flow = batch["flow"].permute(0, 3, 1, 2).float()
            self.traced = _mask(batch["traced"])

    @property
    def inputs(self) -> tuple[torch.Tensor, ...]:
        return self.seen, self.keep, self.planes, self.garment, self.alpha, self.start


def _colours(pixels: torch.Tensor) -> torch.Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W)."""
    picture = (pixels.permute(0, 3, 1, 2).float() - 127) / 128
    return picture.contiguous(memory_format=torch.channels_last)


def _mask(mask: torch.Tensor) -> torch.Tensor:
    """(N, H, W) uint8 -> (N, 1, H, W) 0..1."""
    return mask[:, None].float() / 255


def dress_loss(plan: Plan, given: Given) -> tuple[torch.Tensor, dict[str, float]]:
    """Layout and flow against the dressed person."""
    device = given.seen.device
    weights = torch.tensor([CLASS_WEIGHTS.get(one, 1.0) for one in Layout], device=device)
    entropy = F.cross_entropy(plan.layouts[1], given.layout, weights, reduction="none")
    layout = (entropy * given.shown[:, 0]).mean()
    height, width = plan.layouts[0].shape[-2:]
    step = given.layout.shape[-1] // width
    labels = given.layout[:, step // 2 :: step, step // 2 :: step]
    coarse = F.cross_entropy(plan.layouts[0], labels, weights)

    cloth = torch.cat([given.garment * given.alpha, given.alpha], 1)
    total = LAYOUT * layout + COARSE_LAYOUT * coarse
    colour = outline = curved = astray = layout.new_zeros(())
    for flow, weight in zip(plan.flows, LEVELS, strict=True):
        height, width = (4 * side for side in flow.shape[-2:])
        size = min(height, given.seen.shape[-2]), min(width, given.seen.shape[-1])
        worn, shown, target, pieces = (
            resized(one, size) for one in (given.worn, given.shown, given.target, cloth)
        )
        warped = sample(pieces, resized(flow, size))
        alpha = warped[:, 3:]
        outline = (
            (alpha - worn).abs() * torch.where(alpha > worn, beyond(given, size), shown)
        ).mean()
        both = worn * alpha.detach() * shown
        apart = (warped[:, :3] / alpha.clamp_min(0.3) - target).abs() * both
        colour = apart.sum() / (3 * both.sum() + 1)
        trunk = resized(given.planes[:, 4:5], flow.shape[-2:])
        curved = curvature(flow, 1 + (STIFF_TRUNK - 1) * trunk)
        if given.flow is not None:
            astray = flow_error(flow, given.flow, given.traced)
        total = total + weight * (
            COLOUR * colour + OUTLINE * outline + SMOOTH * curved + ASTRAY * astray
        )
    right = (plan.layouts[1].argmax(1) == given.layout).float()
    share = ((right * given.shown[:, 0]).sum((1, 2)) / given.shown[:, 0].sum((1, 2))).detach()
    total = total + CONFIDENCE * F.binary_cross_entropy_with_logits(plan.confidence.float(), share)
    found = plan.layouts[1].argmax(1) == Layout.GARMENT
    true = given.layout == Layout.GARMENT
    iou = float((found & true).sum() / (found | true).sum().clamp_min(1))
    parts = {"layout": layout, "colour": colour, "outline": outline, "curved": curved}
    if given.flow is not None:
        parts["astray"] = astray
    return total, {name: float(one.detach()) for name, one in parts.items()} | {"garment": iou}


def beyond(given: "Given", size: tuple[int, int]) -> torch.Tensor:
    """(N, 1, *size) 0..1: what the garment lying there costs where it is not seen. Nothing where
    something lies in front of it: a tucked-in hem goes on behind the trousers, and pulled up to
    their edge it would squeeze the print."""
    cost = torch.ones(len(Layout), device=given.layout.device)
    for label, value in IN_FRONT.items():
        cost[label] = value
    return resized(cost[given.layout][:, None], size) * resized(given.shown, size)


def flow_error(flow: torch.Tensor, true: torch.Tensor, traced: torch.Tensor) -> torch.Tensor:
    """How far (N, 2, h, w) flow is from the known (N, 2, H, W), in 32nds of the garment's picture,
    where (N, 1, H, W) traced is 1: Charbonnier, so that a few far pixels do not rule."""
    step = true.shape[-2] // flow.shape[-2]
    if step > 1:
        known = F.avg_pool2d(traced, step)
        true = F.avg_pool2d(true * traced, step) / known.clamp_min(1e-3)
        traced = (known > MOSTLY_TRACED).to(flow)
    apart = ((flow.float() - true) * 16).square().sum(1, keepdim=True)
    return (((apart + 1e-4).sqrt()) * traced).sum() / (traced.sum() + 1)


def curvature(flow: torch.Tensor, stiff: torch.Tensor) -> torch.Tensor:
    """Second differences of (N, 2, h, w) flow, in cells, under a generalised Charbonnier penalty,
    weighted by (N, 1, h, w)."""
    cells = torch.tensor([flow.shape[-1], flow.shape[-2]], device=flow.device)[:, None, None] / 2
    flow = flow * cells
    down = flow[:, :, 2:] + flow[:, :, :-2] - 2 * flow[:, :, 1:-1]
    across = flow[..., 2:] + flow[..., :-2] - 2 * flow[..., 1:-1]
    one = ((down**2 + 1e-6) ** CURVE * stiff[:, :, 1:-1]).mean()
    return one + ((across**2 + 1e-6) ** CURVE * stiff[..., 1:-1]).mean()


def paint_loss(
    net: nn.Module, given: Given, vgg: "Vgg | None"
) -> tuple[torch.Tensor, dict[str, float]]:
    """Colours of what was hidden, skin above all, and their features on a crop."""
    assert isinstance(net, Trained)
    plan = net(given)
    found = plan.layouts[1].softmax(1)
    true = F.one_hot(given.layout, found.shape[1]).permute(0, 3, 1, 2).to(found)
    told = (torch.rand(len(found), 1, 1, 1, device=found.device) < TRUE_LAYOUT).float()
    layout = told * true + (1 - told) * found
    painter = net.shipped.painter
    given_to = (given.seen, given.keep, given.planes, plan.garment, plan.alpha, layout)
    painted = painter(*given_to)
    wanted = given.hidden.float() * given.shown
    weight = wanted * (1 + (SKIN - 1) * given.skin)
    apart = (painted.picture - given.target).abs()
    colours = (apart * weight).sum() / (3 * wanted.sum() + 1)
    total, parts = PAINT * colours, {"colours": float(colours.detach())}
    if vgg is not None:
        height, width = apart.shape[-2:]
        side = int(CROP * height)
        y = int(torch.randint(0, height - side + 1, ()))
        x = int(torch.randint(0, width - side + 1, ()))
        crop = np.s_[:, :, y : y + side, x : x + side]
        features = vgg.distance(painted.picture[crop], given.target[crop])
        total = total + FEATURES * features
        parts["features"] = float(features.detach())
    return total, parts


class Vgg:
    """VGG16's first three blocks (Simonyan & Zisserman, 2015), BGR with Caffe's means."""

    def __init__(self, path: Path) -> None:
        stored = np.load(path)
        self.blocks = [
            [
                (
                    torch.from_numpy(stored[f"w{b}{i}"].astype(np.float32)),
                    torch.from_numpy(stored[f"b{b}{i}"].astype(np.float32)),
                )
                for i in range(count)
            ]
            for b, count in ((1, 2), (2, 2), (3, 3))
        ]
        self.mean = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)

    def features(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        """(N, 3, H, W) as (pixel - 127) / 128 -> relu1_2, relu2_2, relu3_3."""
        x = (pictures * 128 + 127).flip(1) - self.mean.to(pictures)
        x = x.contiguous(memory_format=torch.channels_last)
        found = []
        for number, block in enumerate(self.blocks):
            if number:
                x = F.max_pool2d(x, 2)
            for kernel, bias in block:
                x = F.relu(F.conv2d(x, kernel.to(x.device), bias.to(x.device), padding=1))
            found.append(x)
        return found

    def distance(self, ours: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
        """How far apart the features are, relative to their size."""
        with torch.no_grad():
            wanted = self.features(true)
        total = ours.new_zeros(())
        for weight, a, b in zip(FEATURE_WEIGHTS, self.features(ours), wanted, strict=True):
            near = (a.float() - b.float()).abs().mean() / b.float().abs().mean().clamp_min(1e-3)
            total = total + weight * near
        return total


def _mean_error(ours: torch.Tensor, true: torch.Tensor, where: torch.Tensor) -> float:
    """Mean absolute difference in 8-bit levels; nan where nothing is asked for."""
    count = float(where.sum()) * 3
    return float(((ours - true).abs() * where).sum()) * 128 / count if count else float("nan")


def _picture(colours: torch.Tensor) -> np.ndarray:
    pixels = colours[0].float().permute(1, 2, 0).numpy() * 128 + 127
    return np.clip(pixels, 0, 255).astype(np.uint8)
