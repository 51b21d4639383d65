"""ParserNet: which part of the dressed body each pixel shows.

Notable here:
- it is given what body analysis already knows as planes: the silhouette, and where head, torso and
  each limb lie as capsules, all at a quarter of the size. Left and right come from there, so they
  need not be guessed from the picture.
- the planes enter through a layer that starts at zero: at the first step the encoder sees exactly
  what ImageNet taught it.
- a dress, and a top with a skirt, look alike pixel by pixel: at the coarsest features every place
  may look at every other (`attention`), so that a garment is one thing from neck to hem.
"""

from dataclasses import dataclass, field

import torch
from torch import nn

from tryon.nets.blocks import Attention, Context, ConvNorm, Merge, start_at_zero
from tryon.nets.encoder import Encoder, EncoderConfig


@dataclass(frozen=True)
class ParserConfig:
    """Shape of ParserNet.

    classes: labels told apart. pose_planes: input planes at a quarter of the size.
    decoder: channels at strides 32, 16, 8, 4, 2. attention: blocks of attention at stride 32.
    """

    classes: int = 15
    pose_planes: int = 7
    decoder: tuple[int, int, int, int, int] = (128, 96, 64, 48, 32)
    attention: int = 0
    encoder: EncoderConfig = field(default_factory=EncoderConfig)


class ParserNet(nn.Module):
    """Encoder, pose planes joined at stride 4, a light decoder back to stride 2."""

    def __init__(self, config: ParserConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config.encoder)
        fine = config.encoder.channels  # strides 2, 4, 8, 16, 32
        at = config.decoder
        self.pose = nn.Sequential(
            ConvNorm(config.pose_planes, fine[1], 3), nn.Conv2d(fine[1], fine[1], 1)
        )
        start_at_zero(self.pose[1])
        self.context = Context(fine[4], at[0])
        self.attention = nn.Sequential(*(Attention(at[0]) for _ in range(config.attention)))
        self.merges = nn.ModuleList(Merge(at[i], fine[3 - i], at[i + 1]) for i in range(4))
        self.classify = nn.Conv2d(at[4], config.classes, 1)

    def forward(self, pixels: torch.Tensor, pose: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) RGB as (pixel - 127) / 128, (N, 7, H/4, W/4) silhouette and pose planes
        0..1 -> (N, classes, H/2, W/2) logits. H and W are multiples of 32.
        """
        features = self.encoder(pixels, self.pose(pose))
        x = self.attention(self.context(features[4]))
        for merge, fine in zip(self.merges, features[3::-1], strict=True):
            x = merge(x, fine)
        return self.classify(x)
