"""FusionNet: a person without the old garment, a garment, words -> how the garment is worn.

Notable here:
- the flow says for every pixel of the person's canvas where on the garment canvas its colour lies.
  It begins as the geometric draft and is corrected from coarse to fine, strides 32, 16, 8, 4. Last
  layers start at zero, so the untrained network *is* the geometric draft; nothing searches the
  whole garment by soft-argmax, which collapses.
- matching is a local correlation between person and warped garment, given as features; `unfold`
  makes it one product instead of a loop over shifts.
- coordinates and sampling stay in float32: bfloat16 would round them to half a pixel.
- two layers come out: the body without the old garment, and the garment over it with its own
  alpha, shading and visibility (hair, hands and crossed arms lie before it).
- batch norm in the encoders and flow levels, none in the renderer: cheaper, and folded away in use.

Appearance flow: Zhou et al., ECCV 2016; coarse to fine with residuals as in ClothFlow (Han et al.,
ICCV 2019) and PF-AFN (Ge et al., CVPR 2021). FiLM: Perez et al., AAAI 2018.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from tryon.core.types import Outline
from tryon.core.vocabulary import ATTRIBUTES
from tryon.nets.blocks import ConvNorm, start_at_zero

FUSIONS = ("concat", "cascade", "gated", "attention")
HEADS = tuple((attribute, len(values)) for attribute, values in ATTRIBUTES.items())
WORDS = sum(values for _, values in HEADS)  # length of the vector of what was said
STRIDES = (32, 16, 8, 4)  # of the flow levels
START_STRIDE = 8  # of the flow the network starts from
LEAST_ALPHA = 0.2  # colours are divided by alpha no smaller than this
DARK = 127 / 128  # what black is below 0 in the network's colours
WORD_CHANNELS = 16
ATTENTION_HEADS = 4
MOST_SHADE = 0.5  # the garment gets at most so much darker or lighter
LIKELY_VISIBLE = 2.0  # logit before anything is learned
STUDIO_GREY = 1.39  # its tanh is the background's grey, which most of what is hidden shows


@dataclass(frozen=True)
class FusionConfig:
    """Shape of FusionNet.

    channels: of both encoders at strides 2, 4, 8, 16, 32. levels: of the flow levels at strides
    32, 16, 8, 4. radii: of the correlation there, in cells, 0 = none. matching: channels compared.
    carried: channels handed from one level to the next. renderer: at strides 16, 8, 4, 2.
    text: length of the words' vector, one number a value that may be said. fusion: how person,
    garment and words meet, one of `FUSIONS`. planes: input planes at half the size. heads:
    attribute and number of its values.
    """

    channels: tuple[int, int, int, int, int] = (24, 48, 72, 112, 160)
    levels: tuple[int, int, int, int] = (128, 96, 64, 40)
    radii: tuple[int, int, int, int] = (3, 2, 2, 0)
    matching: int = 32
    carried: int = 24
    renderer: tuple[int, int, int, int] = (96, 64, 48, 32)
    text: int = WORDS
    fusion: str = "concat"
    planes: int = 11
    heads: tuple[tuple[str, int], ...] = HEADS
    rendered: bool = False


class Fused(NamedTuple):
    """What comes out; H, W is the canvas.

    flows: the flow after each level, coarse first, (N, 2, H/s, W/s) float32, x and y normalised.
    flow: (N, 2, H, W) the last one enlarged. garment: (N, 3, H, W) the warped garment and alpha:
    (N, 1, H, W) 0..1 its outline. marks: (N, 23, 2) the garment's outline landmarks on its own
    canvas, normalised. attributes: name -> (N, values) logits. confidence: (N,) logit.
    With rendering also: body (N, 3, H, W), visible (N, 1, H, W) logit of the garment showing where
    its alpha is, shading (N, 1, H, W) around 1, weight (N, 1, H, W) 0..1 of the garment over the
    body, picture (N, 3, H, W). Colours as (pixel - 127) / 128.
    """

    flows: tuple[torch.Tensor, ...]
    flow: torch.Tensor
    garment: torch.Tensor
    alpha: torch.Tensor
    marks: torch.Tensor
    attributes: dict[str, torch.Tensor]
    confidence: torch.Tensor
    body: torch.Tensor | None = None
    visible: torch.Tensor | None = None
    shading: torch.Tensor | None = None
    weight: torch.Tensor | None = None
    picture: torch.Tensor | None = None


class FusionNet(nn.Module):
    """Two encoders, four flow levels, a renderer; heads for attributes, landmarks, confidence."""

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        if config.fusion not in FUSIONS:
            raise ValueError(f"unknown fusion {config.fusion!r}; there are {', '.join(FUSIONS)}")
        self.config = config
        channels = config.channels
        self.person_encoder = Pyramid(4 * 4 + config.planes, channels)
        self.garment_encoder = Pyramid(4 * 4, channels)
        self.flow_levels = nn.ModuleList()
        carried = 0
        for level, stride in enumerate(STRIDES):
            width = channels[_index(stride)]
            self.flow_levels.append(FlowLevel(config, width, level, carried))
            carried = config.carried
        self.renderer = Renderer(config)
        self.describe = nn.ModuleList(nn.Linear(2 * channels[4], n) for _, n in config.heads)
        self.find_marks = nn.Conv2d(channels[3], len(Outline), 1)
        self.judge = nn.Linear(channels[4] + config.levels[-1], 1)

    def forward(
        self,
        seen: torch.Tensor,
        keep: torch.Tensor,
        planes: torch.Tensor,
        garment: torch.Tensor,
        alpha: torch.Tensor,
        start: torch.Tensor,
        text: torch.Tensor | None = None,
        render: bool = True,
    ) -> Fused:
        """seen (N, 3, H, W) the person and garment (N, 3, H, W), RGB as (pixel - 127) / 128; keep
        and alpha (N, 1, H, W) 0..1: where the person may be seen, where the garment is; planes
        (N, 11, H/2, W/2) 0..1; start (N, 2, H/8, W/8) the flow to begin with, normalised; text
        (N, config.text) 0..1 what was said, None = nothing. H and W multiples of 32.
        """
        if text is None:
            text = seen.new_zeros(len(seen), self.config.text)
        person = self.person_encoder(
            torch.cat([F.pixel_unshuffle(torch.cat([seen, keep], 1), 2), planes], 1)
        )
        cloth = self.garment_encoder(F.pixel_unshuffle(torch.cat([garment, alpha], 1), 2))

        start = start.float()
        residual = start.new_zeros(1)
        flows: list[torch.Tensor] = []
        warped: dict[int, torch.Tensor] = {}  # stride -> the garment's features there
        states: list[torch.Tensor] = []
        hidden = None
        for level, stride in zip(self.flow_levels, STRIDES, strict=True):
            at = _index(stride)
            size = person[at].shape[-2:]
            coarse = resized(start, size)
            if flows:
                residual = resized(residual, size)
            flow = coarse + residual
            step, hidden, warped[stride] = level(person[at], cloth[at], flow, hidden, text)
            residual = residual + step
            flows.append(coarse + residual)
            states.append(hidden)

        full = resized(flows[-1], seen.shape[-2:])
        shown = sample(torch.cat([garment.float() * alpha, alpha.float()], 1), full)
        outline = shown[:, 3:]
        colours = shown[:, :3] / outline.clamp_min(LEAST_ALPHA)
        pooled = torch.cat([cloth[4].mean((2, 3)), cloth[4].amax((2, 3))], 1)
        fused = Fused(
            flows=tuple(flows),
            flow=full,
            garment=colours,
            alpha=outline,
            marks=expected_position(self.find_marks(cloth[3])),
            attributes={
                name: head(pooled)
                for (name, _), head in zip(self.config.heads, self.describe, strict=True)
            },
            confidence=self.judge(
                torch.cat([person[4].mean((2, 3)), states[-1].mean((2, 3))], 1).detach()
            )[:, 0],
        )
        if not render:
            return fused
        body, visible, shading = self.renderer(person, warped, states[0], colours, outline)
        # What is certain stays; the renderer paints only what is hidden.
        body = keep * seen + (1 - keep) * body
        weight = outline * torch.sigmoid(visible)
        lit = (colours + DARK) * shading - DARK
        picture = body + weight * (lit - body)
        return fused._replace(
            body=body, visible=visible, shading=shading, weight=weight, picture=picture
        )


def _index(stride: int) -> int:
    """Of a stride among an encoder's features: 2, 4, 8, 16, 32."""
    return stride.bit_length() - 2


def resized(values: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    """(N, C, h, w) float32 at another size (height, width): averaged where it shrinks, else
    bilinear."""
    height, width = size
    if values.shape[-2:] == (height, width):
        return values
    if values.shape[-2] > height:
        return F.adaptive_avg_pool2d(values, (height, width))
    return F.interpolate(values, size=(height, width), mode="bilinear", align_corners=False)


def sample(values: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """(N, C, H, W) read at (N, 2, h, w) normalised positions, in float32; 0 beyond the edges."""
    with torch.autocast(values.device.type, enabled=False):
        return F.grid_sample(
            values.float(),
            flow.float().permute(0, 2, 3, 1),
            mode="bilinear",
            padding_mode="zeros",
            align_corners=False,
        )


def expected_position(scores: torch.Tensor) -> torch.Tensor:
    """(N, K, h, w) scores -> (N, K, 2) mean x, y under their softmax, normalised."""
    n, k, height, width = scores.shape
    chance = torch.softmax(scores.float().flatten(2), -1).view(n, k, height, width)
    x = (torch.arange(width, device=scores.device) + 0.5) * 2 / width - 1
    y = (torch.arange(height, device=scores.device) + 0.5) * 2 / height - 1
    return torch.stack([(chance.sum(2) * x).sum(-1), (chance.sum(3) * y).sum(-1)], -1)


class Down(ConvNorm):
    """`ConvNorm`, 3x3, to half the size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3)
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)


class Pyramid(nn.Module):
    """An encoder of plain 3x3 convolutions. At these widths they are quicker on a CPU, forward and
    back, than depthwise ones."""

    def __init__(self, inputs: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = ConvNorm(inputs, channels[0], 3)
        self.stages = nn.ModuleList(
            nn.Sequential(Down(before, after), ConvNorm(after, after, 3))
            for before, after in pairwise(channels)
        )

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """(N, C, H/2, W/2) -> features at strides 2, 4, 8, 16, 32."""
        features = [self.stem(x)]
        for stage in self.stages:
            features.append(stage(features[-1]))
        return features


class FlowLevel(nn.Module):
    """One step of the flow: warp the garment's features, compare, correct."""

    def __init__(self, config: FusionConfig, width: int, level: int, carried: int) -> None:
        super().__init__()
        outputs = config.levels[level]
        self.radius = config.radii[level]
        matches = (2 * self.radius + 1) ** 2 if self.radius else 0
        if self.radius:
            self.compare = nn.ModuleList(nn.Conv2d(width, config.matching, 1) for _ in range(2))
        self.carry = ConvNorm(config.levels[level - 1], carried) if carried else None
        fuse = FUSION_BLOCKS[config.fusion]
        self.fuse = fuse(width, width + matches + 2 + carried, config.text, outputs)
        self.mix = ConvNorm(outputs, outputs, 3)
        self.step = nn.Conv2d(outputs, 2, 3, padding=1)
        start_at_zero(self.step)

    def forward(
        self,
        person: torch.Tensor,
        cloth: torch.Tensor,
        flow: torch.Tensor,
        before: torch.Tensor | None,
        text: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Features of both at this stride, (N, 2, h, w) flow, the state of the level before.

        Returns the flow's correction (normalised, float32), this level's state, the warped
        features.
        """
        warped = sample(cloth, flow).to(person.dtype)
        parts = [warped, flow.to(person.dtype)]
        if self.radius:
            ours, theirs = self.compare[0](person), self.compare[1](warped)
            parts.append(correlation(ours, theirs, self.radius))
        if self.carry is not None:
            parts.append(resized(self.carry(before), person.shape[-2:]))
        state = self.mix(self.fuse(person, torch.cat(parts, 1), text))
        height, width = person.shape[-2:]
        cell = torch.tensor([2 / width, 2 / height], device=flow.device)[:, None, None]
        return self.step(state).float() * cell, state, warped


def correlation(ours: torch.Tensor, theirs: torch.Tensor, radius: int) -> torch.Tensor:
    """(N, C, h, w) twice -> (N, (2r + 1)^2, h, w): how alike each cell is to those around it in the
    other, -1..1."""
    n, channels, height, width = ours.shape
    ours, theirs = F.normalize(ours, dim=1, eps=1e-3), F.normalize(theirs, dim=1, eps=1e-3)
    side = 2 * radius + 1
    around = F.unfold(theirs, side, padding=radius).view(n, channels, side * side, height, width)
    return (ours[:, :, None] * around).sum(1)


class Concat(nn.Module):
    """Person, garment and words side by side."""

    def __init__(self, person: int, cloth: int, text: int, outputs: int) -> None:
        super().__init__()
        self.words = nn.Linear(text, WORD_CHANNELS)
        self.join = ConvNorm(person + cloth + WORD_CHANNELS, outputs, 3)

    def forward(
        self, person: torch.Tensor, cloth: torch.Tensor, text: torch.Tensor
    ) -> torch.Tensor:
        words = _spread(self.words(text), person)
        return self.join(torch.cat([person, cloth, words], 1))


class Cascade(nn.Module):
    """Person and garment first, their result and the words after."""

    def __init__(self, person: int, cloth: int, text: int, outputs: int) -> None:
        super().__init__()
        self.words = nn.Linear(text, WORD_CHANNELS)
        self.pictures = ConvNorm(person + cloth, outputs, 3)
        self.join = ConvNorm(outputs + WORD_CHANNELS, outputs)

    def forward(
        self, person: torch.Tensor, cloth: torch.Tensor, text: torch.Tensor
    ) -> torch.Tensor:
        both = self.pictures(torch.cat([person, cloth], 1))
        return self.join(torch.cat([both, _spread(self.words(text), both)], 1))


class Gated(nn.Module):
    """Words and the whole garment scale and shift every channel the pictures gave (FiLM)."""

    def __init__(self, person: int, cloth: int, text: int, outputs: int) -> None:
        super().__init__()
        self.pictures = ConvNorm(person + cloth, outputs, 3)
        self.film = nn.Linear(text + cloth, 2 * outputs)
        nn.init.normal_(self.film.weight, std=1e-3)
        nn.init.zeros_(self.film.bias)

    def forward(
        self, person: torch.Tensor, cloth: torch.Tensor, text: torch.Tensor
    ) -> torch.Tensor:
        both = self.pictures(torch.cat([person, cloth], 1))
        known = torch.cat([text.to(cloth.dtype), cloth.mean((2, 3))], 1)
        scale, shift = self.film(known)[..., None, None].chunk(2, 1)
        return F.relu6(both * (1 + scale) + shift)


class Attention(nn.Module):
    """Every place of the person asks the garment's places (at most 8 x 6) and the words."""

    def __init__(self, person: int, cloth: int, text: int, outputs: int) -> None:
        super().__init__()
        self.pictures = ConvNorm(person + cloth, outputs, 3)
        self.ask = nn.Conv2d(outputs, outputs, 1)
        self.answer = nn.Linear(cloth, 2 * outputs)
        self.words = nn.Linear(text, 2 * outputs)
        self.join = ConvNorm(2 * outputs, outputs)

    def forward(
        self, person: torch.Tensor, cloth: torch.Tensor, text: torch.Tensor
    ) -> torch.Tensor:
        both = self.pictures(torch.cat([person, cloth], 1))
        n, channels, height, width = both.shape
        places = F.adaptive_avg_pool2d(cloth, (min(height, 8), min(width, 6)))
        answers = torch.cat(
            [self.answer(places.flatten(2).transpose(1, 2)), self.words(text)[:, None]], 1
        )
        keys, values = (
            one.reshape(n, -1, ATTENTION_HEADS, channels // ATTENTION_HEADS).transpose(1, 2)
            for one in answers.chunk(2, -1)
        )
        asked = self.ask(both).flatten(2).reshape(n, ATTENTION_HEADS, -1, height * width)
        found = F.scaled_dot_product_attention(asked.transpose(2, 3).to(keys.dtype), keys, values)
        found = found.transpose(2, 3).reshape(n, channels, height, width)
        return self.join(torch.cat([both, found.to(both.dtype)], 1))


FUSION_BLOCKS = dict(zip(FUSIONS, (Concat, Cascade, Gated, Attention), strict=True))


def _spread(vector: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """(N, C) at every place of (N, _, h, w)."""
    return vector[..., None, None].expand(-1, -1, *like.shape[-2:]).to(like.dtype)


class Renderer(nn.Module):
    """Features of the person and of the warped garment -> body, visibility, shading."""

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        channels, widths = config.channels, config.renderer
        self.steps = nn.ModuleList()
        before = config.levels[0]
        for stride, width in zip((16, 8, 4), widths, strict=False):
            self.steps.append(_step(before + 2 * channels[_index(stride)], width))
            before = width
        # At half the size: the person's features, the warped garment's own pixels.
        self.steps.append(_step(before + channels[0] + 4 * 4, widths[3]))
        self.paint = nn.Conv2d(widths[3], 4 * 4, 3, padding=1)
        self.shade = nn.Conv2d(widths[2], 1, 3, padding=1)
        start_at_zero(self.paint)
        start_at_zero(self.shade)
        assert self.paint.bias is not None
        with torch.no_grad():
            self.paint.bias[:12] = STUDIO_GREY
            self.paint.bias[12:] = LIKELY_VISIBLE

    def forward(
        self,
        person: list[torch.Tensor],
        warped: dict[int, torch.Tensor],
        state: torch.Tensor,
        colours: torch.Tensor,
        outline: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        x = state
        for step, stride in zip(self.steps[:3], (16, 8, 4), strict=True):
            at = person[_index(stride)]
            x = step(torch.cat([resized(x, at.shape[-2:]), at, warped[stride]], 1))
        size = colours.shape[-2:]
        shading = resized(self.shade(x).float(), size)
        cloth = F.pixel_unshuffle(torch.cat([colours * outline, outline], 1), 2).to(x.dtype)
        x = torch.cat([resized(x, person[0].shape[-2:]), person[0], cloth], 1)
        painted = F.pixel_shuffle(self.paint(self.steps[3](x)), 2).float()
        return (
            torch.tanh(painted[:, :3]),
            painted[:, 3:],
            1 + MOST_SHADE * torch.tanh(shading),
        )


def _step(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 1),
        nn.ReLU6(),
        nn.Conv2d(outputs, outputs, 3, padding=1),
        nn.ReLU6(),
    )
