"""EfficientNet-Lite0 without its head: the shared start of the networks that look at pictures.

Notable here:
- the weights come from the published float32 TFLite file, in which every batch norm is already
  folded into its convolution; so there is no norm here at all, only convolution, bias and ReLU6.
- TensorFlow's "SAME" padding of a stride-2 convolution is lopsided (more at the bottom and right);
  it is kept, or the ImageNet weights would see everything shifted by half a pixel.
- what else is known about the picture (where the limbs are, say) may be added at stride 4.

Tan, Le: EfficientNet (ICML 2019); the Lite variant leaves out squeeze-and-excite and swish.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

PIXEL_MEAN, PIXEL_SCALE = 127.0, 128.0  # what Lite0 was trained with: (pixel - 127) / 128


@dataclass(frozen=True)
class EncoderConfig:
    """Shape of the encoder. The default is EfficientNet-Lite0 without its last block and head.

    stem: channels of the first convolution.
    stages: (expansion, channels, kernel, stride of the first block, blocks) for each stage.
    """

    stem: int = 32
    stages: tuple[tuple[int, int, int, int, int], ...] = (
        (1, 16, 3, 1, 1),
        (6, 24, 3, 2, 2),
        (6, 40, 5, 2, 2),
        (6, 80, 3, 2, 3),
        (6, 112, 5, 1, 3),
        (6, 192, 5, 2, 4),
    )

    @property
    def channels(self) -> tuple[int, ...]:
        """Channels of the features returned, one for each stride 2, 4, 8, ..."""
        widths = [channels for _, channels, _, _, _ in self.stages]
        strides = [stride for _, _, _, stride, _ in self.stages]
        ends = [i for i in range(len(strides)) if i + 1 == len(strides) or strides[i + 1] == 2]
        return tuple(widths[i] for i in ends)


class Encoder(nn.Module):
    """Features at strides 2, 4, 8, 16, 32."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = SameConv(3, config.stem, 3, stride=2)
        stages = []
        inputs = config.stem
        for expansion, channels, kernel, stride, repeats in config.stages:
            blocks = []
            for i in range(repeats):
                blocks.append(Block(inputs, channels, kernel, stride if i == 0 else 1, expansion))
                inputs = channels
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, pixels: torch.Tensor, hint: torch.Tensor | None = None) -> list[torch.Tensor]:
        """(N, 3, H, W), RGB as (pixel - 127) / 128 -> features, stride 2 first.

        hint: (N, channels at stride 4, H/4, W/4), added to the features there.
        H and W must be multiples of the last stride.
        """
        x = F.relu6(self.stem(pixels), inplace=True)
        features: list[torch.Tensor] = []
        for stage, (_, _, _, stride, _) in zip(self.stages, self.config.stages, strict=True):
            if stride == 2:
                if len(features) == 1 and hint is not None:
                    x = x + hint
                features.append(x)
            x = stage(x)
        return [*features, x]


class Block(nn.Module):
    """Inverted residual: widen 1x1, depthwise, narrow 1x1, sum where the shape allows."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.widen = SameConv(inputs, hidden, 1) if expansion > 1 else None
        self.depthwise = SameConv(hidden, hidden, kernel, stride=stride, groups=hidden)
        self.narrow = SameConv(hidden, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x if self.widen is None else F.relu6(self.widen(x), inplace=True)
        y = self.narrow(F.relu6(self.depthwise(y), inplace=True))
        return x + y if self.residual else y


class SameConv(nn.Conv2d):
    """Convolution with bias and TensorFlow's SAME padding, for even sizes where the stride is 2."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__(
            inputs,
            outputs,
            kernel,
            stride=stride,
            padding=kernel // 2 if stride == 1 else 0,
            groups=groups,
        )
        before = (kernel - stride) // 2
        self.margin = (before, kernel - stride - before) * 2
        # Keeps the variance through ReLU6 where no ImageNet weights are loaded (tests).
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")
        assert self.bias is not None
        nn.init.zeros_(self.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.stride[0] > 1:
            x = F.pad(x, self.margin)
        return super().forward(x)
