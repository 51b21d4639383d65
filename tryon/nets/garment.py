"""GarmentNet: where the garment is in a picture of it, on any background, and what it is.

Notable here:
- one encoder for both questions; the attribute heads look at the features under the predicted
  mask as well as at the whole picture, so the floor does not vote.
- it takes any size that is a multiple of 32: a phone photo is not squashed into a square.
- outline landmarks are the means of softmax maps at stride 8 (integral regression, Sun et al.,
  ECCV 2018): differentiable, and finer than the maps' pixels.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from tryon.core.types import Outline
from tryon.core.vocabulary import ATTRIBUTES
from tryon.nets.blocks import Context, Merge, Separable
from tryon.nets.encoder import Encoder, EncoderConfig

HEADS = (
    ("kind", ("upper", "lower", "dress")),
    ("type", ATTRIBUTES["type"]),
    ("sleeve", ATTRIBUTES["sleeve"]),
    ("neckline", ATTRIBUTES["neckline"]),
    ("worn", ("no", "yes")),
)


LEAST_WEIGHT = 1e-3  # of every place in a mean under the mask: an empty mask divides by no 0


@dataclass(frozen=True)
class GarmentConfig:
    """Shape of GarmentNet.

    decoder: channels at strides 32, 16, 8, 4, 2. heads: attribute and its values, in order.
    hidden: channels of the layer that all attribute heads share. landmarks: points of the outline.
    """

    decoder: tuple[int, int, int, int, int] = (128, 96, 64, 48, 24)
    hidden: int = 192
    heads: tuple[tuple[str, tuple[str, ...]], ...] = HEADS
    landmarks: int = len(Outline)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)


class GarmentOutput(NamedTuple):
    """What GarmentNet returns.

    mask: (N, 1, H/2, W/2) logits. scores: attribute -> (N, values) logits. points: (N, L, 2) x, y,
    0..1 of the picture's width and height. present: (N, L) logits: the garment has that landmark.
    """

    mask: torch.Tensor
    scores: dict[str, torch.Tensor]
    points: torch.Tensor
    present: torch.Tensor


class GarmentNet(nn.Module):
    """Encoder, a light decoder to a mask at stride 2 with landmarks at stride 8, and attribute
    heads on pooled features."""

    def __init__(self, config: GarmentConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config.encoder)
        fine = config.encoder.channels  # strides 2, 4, 8, 16, 32
        at = config.decoder
        self.context = Context(fine[4], at[0])
        self.merges = nn.ModuleList(Merge(at[i], fine[3 - i], at[i + 1]) for i in range(4))
        self.mask = nn.Conv2d(at[4], 1, 1)
        self.describe = nn.Sequential(
            nn.Linear(2 * at[0] + fine[4] + at[1], config.hidden), nn.ReLU(), nn.Dropout(0.2)
        )
        self.heads = nn.ModuleList(
            nn.Linear(config.hidden, len(values)) for _, values in config.heads
        )
        self.points = nn.Sequential(Separable(at[2], at[2]), nn.Conv2d(at[2], config.landmarks, 1))
        self.present = nn.Linear(config.hidden, config.landmarks)

    def forward(self, pixels: torch.Tensor) -> GarmentOutput:
        """(N, 3, H, W) RGB as (pixel - 127) / 128, H and W multiples of 32."""
        features = self.encoder(pixels)
        deep = self.context(features[4])
        levels = [deep]
        for merge, fine in zip(self.merges, features[3::-1], strict=True):
            levels.append(merge(levels[-1], fine))
        _, middle, eighth, _, half = levels
        mask = self.mask(half)
        # The mask only weighs here: attributes must not bend it.
        weight = torch.sigmoid(mask.detach())
        pooled = torch.cat(
            [
                deep.mean((2, 3)),
                _under(deep, weight),
                _under(features[4], weight),
                _under(middle, weight),
            ],
            dim=1,
        )
        shared = self.describe(pooled)
        scores = {
            name: head(shared)
            for (name, _), head in zip(self.config.heads, self.heads, strict=True)
        }
        return GarmentOutput(mask, scores, _means(self.points(eighth)), self.present(shared))


def _means(maps: torch.Tensor) -> torch.Tensor:
    """(N, L, h, w) logits -> (N, L, 2): mean x, y of each softmax, 0..1 from edge to edge."""
    height, width = maps.shape[-2:]
    weight = torch.softmax(maps.float().flatten(2), dim=2).unflatten(2, (height, width))
    x = (torch.arange(width, device=maps.device) + 0.5) / width
    y = (torch.arange(height, device=maps.device) + 0.5) / height
    return torch.stack([weight.sum(2) @ x, weight.sum(3) @ y], dim=2)


def _under(features: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Mean of (N, C, h, w) under the (N, 1, H, W) weight -> (N, C)."""
    height, width = features.shape[-2:]
    weight = F.adaptive_avg_pool2d(weight, (height, width)) + LEAST_WEIGHT
    return (features * weight).sum((2, 3)) / weight.sum((2, 3))
