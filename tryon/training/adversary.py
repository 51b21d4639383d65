"""Paintings and photos -> a critic's losses: it learns to tell them apart, the renderer to pass.

Notable here:
- a patch critic (Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks",
  2017) with the hinge loss (Lim and Ye, "Geometric GAN", 2017) and spectral norms (Miyato et al.,
  2018), on what was hidden; everywhere else photo and painting are the same pixels.
- network and critic are one module with one optimiser and one checkpoint, so the trainer needs to
  know nothing of it. Each is judged by its own loss: the critic sees a painting without history,
  the renderer sees a critic whose weights stand still.
- only the renderer learns from the critic: a garment that is moved to please it is no longer where
  it belongs.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call
from torch.nn.utils.parametrizations import spectral_norm

from tryon.nets.fusion import Fused, FusionNet


class Verdict(NamedTuple):
    """The critic's scores (N, 1, h, w), higher = more like a photo. real: of the photo; painted: of
    the painting, for the critic to learn from; hoped: the same, for the renderer. share: (N, 1, h,
    w) 0..1, how much of a patch was hidden."""

    real: torch.Tensor
    painted: torch.Tensor
    hoped: torch.Tensor
    share: torch.Tensor


class Duel(nn.Module):
    """A fusion network whose renderer learns, and its critic."""

    def __init__(self, net: FusionNet) -> None:
        super().__init__()
        self.net = net
        self.critic = Critic()
        net.requires_grad_(False)
        net.renderer.requires_grad_(True)

    @property
    def shipped(self) -> FusionNet:
        """What is saved and judged."""
        return self.net

    def forward(
        self, person: torch.Tensor, known: torch.Tensor, **inputs: torch.Tensor
    ) -> tuple[Fused, Verdict]:
        """person: (N, 3, H, W) the photo, known: (N, 1, H, W) 0..1 where it is to be learned from;
        inputs: of the fusion network."""
        fused = self.net(**inputs)
        hidden = (1 - inputs["keep"]) * known
        painting = torch.where(hidden > 0, fused.picture, person)
        photo, painted = (torch.cat([one, hidden], 1) for one in (person, painting.detach()))
        still = {name: value.detach() for name, value in self.critic.named_parameters()}
        hoped = functional_call(self.critic, still, (torch.cat([painting, hidden], 1),))
        return fused, Verdict(
            real=self.critic(photo),
            painted=self.critic(painted),
            hoped=hoped,
            share=F.adaptive_avg_pool2d(hidden, hoped.shape[-2:]),
        )


class Critic(nn.Sequential):
    """A picture (N, 3, H, W) as (pixel - 127) / 128 with what was hidden of it (N, 1, H, W) ->
    scores of its overlapping patches, about 80 pixels wide, (N, 1, H/16, W/16)."""

    def __init__(self, widths: tuple[int, ...] = (32, 64, 96, 128)) -> None:
        layers: list[nn.Module] = []
        before = 4
        for width in widths:
            convolution = nn.Conv2d(before, width, 4, stride=2, padding=1)
            layers += [spectral_norm(convolution), nn.LeakyReLU(0.2)]
            before = width
        super().__init__(*layers, spectral_norm(nn.Conv2d(before, 1, 3, padding=1)))


def adversarial_losses(verdict: Verdict) -> dict[str, torch.Tensor]:
    """Means over what was hidden. "critic": the hinge loss of telling photo from painting;
    "adversary": the renderer's, to pass for a photo."""
    area = verdict.share.sum().clamp_min(1e-3)
    hinge = F.relu(1 - verdict.real.float()) + F.relu(1 + verdict.painted.float())
    return {
        "critic": (hinge * verdict.share).sum() / area,
        "adversary": -(verdict.hoped.float() * verdict.share).sum() / area,
    }
