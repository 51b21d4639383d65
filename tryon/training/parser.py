"""Training ParserNet: what it starts from, its loss, how it is judged.

Notable here:
- the encoder's first two stages and its 5x5 depthwise kernels stay as ImageNet left them: their
  gradients are most of a step's time on a CPU and change little.
- the loss is cross entropy, weighted so that shoes and necks count beside coats, and soft dice,
  which is what IoU measures.
- a `NOT_HAIR` pixel is known not to be hair, and no more: its loss is -log(1 - p(hair)), which
  favours no other class.
"""

from dataclasses import replace
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from tryon.core.types import Part
from tryon.nets.encoder import Encoder
from tryon.nets.parser import ParserConfig, ParserNet
from tryon.person.parser import CLASS_WEIGHTS, Parser
from tryon.training.data.labels import IGNORE, NOT_HAIR
from tryon.training.data.people import (
    Labelled,
    People,
    read_backgrounds,
    read_ccp,
    read_fashionista,
    read_hair,
    read_viton,
)
from tryon.training.metrics import PART_COLOURS, hair_iou, parser_scores
from tryon.training.trainer import Schedule, begin_from

NAME = "parser"
SCHEDULE = Schedule(
    steps=30000,
    batch=8,
    ema=0.998,
    sizes=((256, 192), (384, 288)),
    size_starts=(0.0, 0.35),
)
# From an earlier network on: at the sizes of use, gently.
GO_ON = replace(
    SCHEDULE,
    learning_rate=5e-4,
    ema=0.999,
    sizes=((384, 288), (512, 384)),
    size_starts=(0.0, 0.4),
)
CONFIG = ParserConfig(attention=2)
DICE_WEIGHT = 0.6
LABEL_SMOOTHING = 0.02
VITON_LIMIT = 1800  # photos; more add little beside the human labels
# Photos looked at during training: every so many of the held-out ones. `evaluate` takes all.
CCP_EVERY, FASHIONISTA_EVERY, HAIR_EVERY = 2, 3, 4
VALIDATION_VITON_LIMIT = 30
NOT_HAIR_WEIGHT = 0.7  # of a `NOT_HAIR` pixel, between a background pixel's and a garment's
FROZEN_STAGES = 2


class ParserTask:
    """ParserNet's `Task`."""

    name = NAME

    def __init__(
        self,
        data: Path,
        cache: Path,
        encoder: Path | None,
        seed: int = 0,
        config: ParserConfig | None = None,
        start: Path | None = None,
    ) -> None:
        """data: folder of the unpacked sets. cache: what `prepare` wrote. encoder: converted
        ImageNet weights, None = random. start: an earlier ParserNet to go on from."""
        self.config = config or CONFIG
        self.encoder = encoder
        self.start = start
        self.people = People(
            read_ccp(data, cache, validation=False),
            read_viton(data, cache, validation=False, limit=VITON_LIMIT),
            read_backgrounds(data),
            seed,
            read_fashionista(data, cache, validation=False),
            read_hair(data, cache, validation=False),
        )
        self.ccp = read_ccp(data, cache, validation=True)[::CCP_EVERY]
        self.fashionista = read_fashionista(data, cache, validation=True)[::FASHIONISTA_EVERY]
        self.hair = read_hair(data, cache, validation=True)[::HAIR_EVERY]
        self.viton = read_viton(data, cache, validation=True, limit=VALIDATION_VITON_LIMIT)

    def build(self) -> ParserNet:
        net = ParserNet(self.config)
        if self.encoder is not None:
            net.encoder.load_state_dict(load_file(self.encoder))
        if self.start is not None:
            begin_from(net, self.start)
        if self.encoder is not None or self.start is not None:
            freeze(net.encoder)
        return net

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        return self.people.batch(first, count, size)

    def loss(
        self, net: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, float]]:
        return parser_loss(net, batch)

    def evaluate(self, net: nn.Module) -> dict[str, float]:
        parser = Parser(cast(ParserNet, net))
        scores = {f"ccp {k}": v for k, v in parser_scores(parser, self.ccp).items()}
        fashionista = parser_scores(parser, self.fashionista)
        viton = parser_scores(parser, self.viton)
        return {
            **scores,
            "fashionista mean": fashionista["mean"],
            "hair": hair_iou(parser, self.hair),
            "viton upper": viton["upper"],
            "viton hair": viton["hair"],
        }

    def sheet(self, net: nn.Module) -> np.ndarray:
        parser = Parser(cast(ParserNet, net))
        return parser_sheet(parser, [*self.ccp[::6][:8], *self.hair[:4], *self.viton[::15][:4]])


def freeze(encoder: Encoder) -> None:
    """Keep the encoder's first stages and its 5x5 depthwise kernels as they are."""
    frozen: list[nn.Module] = [encoder.stem, *encoder.stages[:FROZEN_STAGES]]
    frozen += [
        module
        for module in encoder.modules()
        if isinstance(module, nn.Conv2d) and module.groups > 1 and module.kernel_size[0] == 5
    ]
    for module in frozen:
        module.requires_grad_(False)


def parser_loss(
    net: nn.Module, batch: dict[str, torch.Tensor]
) -> tuple[torch.Tensor, dict[str, float]]:
    """Weighted cross entropy and soft dice.

    batch: pixels (N, H, W, 3), planes (N, 7, H/4, W/4), labels (N, H/2, W/2) uint8 `Part`s,
    `IGNORE` or `NOT_HAIR`; weight (N,).
    """
    pixels, planes = batch["pixels"], batch["planes"]
    picture = (pixels.permute(0, 3, 1, 2).float() - 127) / 128
    logits = net(
        picture.contiguous(memory_format=torch.channels_last),
        (planes.float() / 255).contiguous(memory_format=torch.channels_last),
    ).float()
    labels = batch["labels"].long()
    no_hair = labels == NOT_HAIR
    known = (labels != IGNORE) & ~no_hair
    labels = torch.where(known, labels, 0)
    class_weights = torch.ones(logits.shape[1], device=logits.device)
    for part, value in CLASS_WEIGHTS.items():
        if part < len(class_weights):
            class_weights[part] = value
    logs = F.log_softmax(logits, dim=1)
    entropy = F.nll_loss(logs, labels, reduction="none")
    smooth = -logs.mean(1)
    entropy = (1 - LABEL_SMOOTHING) * entropy + LABEL_SMOOTHING * smooth
    photo_weight = batch["weight"][:, None, None]
    others = torch.cat([logs[:, : Part.HAIR], logs[:, Part.HAIR + 1 :]], dim=1).logsumexp(1)
    entropy = torch.where(no_hair, -others, entropy)
    pixel_weight = (class_weights[labels] * known + NOT_HAIR_WEIGHT * no_hair) * photo_weight
    cross = (entropy * pixel_weight).sum() / pixel_weight.sum().clamp_min(1)

    judged = (known * photo_weight)[:, None].repeat(1, logits.shape[1], 1, 1)
    judged[:, Part.HAIR] += no_hair * photo_weight
    present = logs.exp() * judged
    size = torch.zeros(logits.shape[1], device=logits.device)
    true = (known * photo_weight).float()
    size = size.scatter_add(0, labels.flatten(), true.flatten())
    hit = torch.zeros_like(size).scatter_add(
        0, labels.flatten(), present.gather(1, labels[:, None]).flatten()
    )
    dice = 1 - (2 * hit + 1) / (present.sum((0, 2, 3)) + size + 1)
    there = (size > 0).float()
    dice = (dice * there).sum() / there.sum().clamp_min(1)
    loss = cross + DICE_WEIGHT * dice
    return loss, {"cross": float(cross.detach()), "dice": float(dice.detach())}


def parser_sheet(parser: Parser, people: list[Labelled]) -> np.ndarray:
    """Photo, true parts, predicted parts side by side, four people a row."""
    tiles = []
    for one in people:
        predicted = parser(one.pixels, one.landmarks, one.silhouette)
        row = np.hstack([one.pixels, PART_COLOURS[one.parts], PART_COLOURS[predicted]])
        tiles.append(cv2.resize(row, (3 * 150, 225), interpolation=cv2.INTER_AREA))
    while len(tiles) % 4:
        tiles.append(np.zeros_like(tiles[0]))
    return np.vstack([np.hstack(tiles[i : i + 4]) for i in range(0, len(tiles), 4)])
