"""Convolutions with norms, merging and context: small pieces that the networks are built of."""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

Net = TypeVar("Net", bound=nn.Module)


class ConvNorm(nn.Module):
    """Convolution, batch norm, ReLU6. `fold()` merges the first two for inference.

    ReLU6 and not ReLU: in bfloat16 on a CPU torch runs it seven times as fast.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.norm: nn.BatchNorm2d | nn.Identity = nn.BatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu6(self.norm(self.conv(x)), inplace=True)

    def fold(self) -> None:
        """Put the (frozen) norm into the convolution; once, and only after training."""
        assert isinstance(self.norm, nn.BatchNorm2d)
        self.conv = nn.utils.fuse_conv_bn_eval(self.conv.eval(), self.norm.eval())
        self.norm = nn.Identity()


class Separable(nn.Sequential):
    """Depthwise 3x3, then 1x1 (Howard et al., MobileNets 2017).

    3x3 and not 5x5: the weight gradient of a depthwise 5x5 is ten times as slow on a CPU.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        super().__init__(depthwise, ConvNorm(inputs, outputs))


class Merge(nn.Module):
    """One step of a decoder: enlarge the coarse features and join the finer ones to them."""

    def __init__(self, coarse: int, fine: int, outputs: int) -> None:
        super().__init__()
        self.lateral = ConvNorm(fine, outputs)
        self.reduce = ConvNorm(coarse, outputs)
        self.mix = nn.Sequential(Separable(2 * outputs, outputs), Separable(outputs, outputs))

    def forward(self, coarse: torch.Tensor, fine: torch.Tensor) -> torch.Tensor:
        coarse = F.interpolate(
            self.reduce(coarse), size=fine.shape[-2:], mode="bilinear", align_corners=False
        )
        return self.mix(torch.cat([coarse, self.lateral(fine)], dim=1))


class Context(nn.Module):
    """A deep, wide view at the coarsest features, and the whole picture's mean added to each."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.reduce = ConvNorm(inputs, outputs)
        self.near = Separable(outputs, outputs)
        self.whole = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.reduce(x)
        return y + self.near(y) + F.relu6(self.whole(x.mean((2, 3), keepdim=True)))


def start_at_zero(layer: nn.Module) -> None:
    """Set a layer's weights and bias to 0: it says nothing until it has learned something."""
    assert isinstance(layer, nn.Conv2d | nn.Linear)
    assert layer.bias is not None
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)


class Attention(nn.Module):
    """Every place looks at every other: a transformer block with its norms first (Xiong et al.,
    2020). Its outputs start at zero, so an earlier network goes on as it was."""

    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.before = nn.LayerNorm(channels)
        self.ask = nn.Linear(channels, 3 * channels)
        self.answer = nn.Linear(channels, channels)
        self.between = nn.LayerNorm(channels)
        self.widen = nn.Linear(channels, 2 * channels)
        self.narrow = nn.Linear(2 * channels, channels)
        start_at_zero(self.answer)
        start_at_zero(self.narrow)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> the same shape."""
        height, width = x.shape[-2:]
        tokens = x.flatten(2).transpose(1, 2)  # (N, H W, C)
        asked = self.ask(self.before(tokens)).unflatten(-1, (3, self.heads, -1))
        query, key, value = asked.permute(2, 0, 3, 1, 4)  # each (N, heads, H W, C / heads)
        seen = F.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.answer(seen.transpose(1, 2).flatten(2))
        tokens = tokens + self.narrow(F.relu6(self.widen(self.between(tokens))))
        return tokens.transpose(1, 2).unflatten(2, (height, width))


def fold_norms(net: Net) -> Net:
    """Fold every batch norm of a trained network into its convolution, in place."""
    for module in net.modules():
        if isinstance(module, ConvNorm):
            module.fold()
    return net
