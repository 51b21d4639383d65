"""DressingNet: a person without the old garment, a garment, words -> the dressed person.

Notable here:
- the layout (which part of the dressed person each pixel shows) and the flow (where on the garment
  picture its colour lies) are estimated together, from coarse to fine: every level sees the warped
  garment, how well it matches and the layout so far.
- the flow begins as a plain hang and is corrected at strides 32, 16, 8, 4; last layers start at
  zero. It needs no landmarks. Nothing searches the garment by soft-argmax, which collapses: what
  matches where is given as features, all pairs at stride 32, near ones below.
- the painter makes the colours of what was hidden and the light on the cloth. It has no norms: in
  bfloat16 they cost more on a CPU than they bring.
- coordinates and sampling stay in float32: bfloat16 would round them to half a pixel.

Flow and segmentation estimated together: HR-VITON (Lee et al., ECCV 2022). Appearance flow with
residuals from coarse to fine: ClothFlow (Han et al., ICCV 2019), PF-AFN (Ge et al., CVPR 2021).
Words by FiLM: Perez et al., AAAI 2018.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from tryon.core.vocabulary import ATTRIBUTES
from tryon.nets.blocks import ConvNorm, start_at_zero
from tryon.nets.fusion import DARK, Pyramid, correlation, resized, sample

WORDS = sum(len(values) for values in ATTRIBUTES.values())  # length of the vector of what was said
STRIDES = (32, 16, 8, 4)  # of the flow levels
LEAST_ALPHA = 0.3  # colours are divided by an alpha no smaller than this
PALE = 0.1  # slope of the painter's activation below 0
MOST_LIGHT = 0.5  # in log units: how much darker or lighter than its picture cloth may be worn
MOSTLY_CLOTH = 1.5  # logit, before anything is learned, of the garment's own pixels being shown
COARSEST = (8, 6)  # cells of the garment that are compared with all of the person's


@dataclass(frozen=True)
class DressingConfig:
    """Shape of DressingNet.

    planes: input planes at half the size. classes: of the layout. channels: of both encoders at
    strides 2, 4, 8, 16, 32. decoder: at strides 32, 16, 8, 4. matching: channels compared.
    radius: of the local correlations, in cells. text: length of the words' vector. painter: at
    strides 2, 4, 8, 16.
    """

    planes: int = 11
    classes: int = 10
    channels: tuple[int, int, int, int, int] = (32, 64, 96, 144, 192)
    decoder: tuple[int, int, int, int] = (192, 144, 96, 64)
    matching: int = 32
    radius: int = 2
    text: int = WORDS
    painter: tuple[int, int, int, int] = (48, 80, 128, 176)


class Plan(NamedTuple):
    """What is worn where; H, W is the canvas.

    flows: after each level, coarse first, (N, 2, H/s, W/s) float32, normalised x and y on the
    garment picture. flow: (N, 2, H, W) the last one enlarged. layouts: logits at strides 8 and 1,
    (N, classes, h, w) float32. garment: (N, 3, H, W) the warped garment, (pixel - 127) / 128.
    alpha: (N, 1, H, W) its outline, 0..1. confidence: (N,) logit of the layout being right.
    """

    flows: tuple[torch.Tensor, ...]
    flow: torch.Tensor
    layouts: tuple[torch.Tensor, torch.Tensor]
    garment: torch.Tensor
    alpha: torch.Tensor
    confidence: torch.Tensor


class Painted(NamedTuple):
    """body: (N, 3, H, W) colours of everything but the garment, (pixel - 127) / 128. light:
    (N, 1, H, W) factor on the garment's own brightness, about 1. cloth: (N, 1, H, W) 0..1, how much
    of the garment's own pixels shows where the layout is garment. picture: (N, 3, H, W)."""

    body: torch.Tensor
    light: torch.Tensor
    cloth: torch.Tensor
    picture: torch.Tensor


class DressingNet(nn.Module):
    """`Dresser` (layout and flow) and `Painter` (colours and light)."""

    def __init__(self, config: DressingConfig) -> None:
        super().__init__()
        self.config = config
        self.dresser = Dresser(config)
        self.painter = Painter(config)

    def forward(
        self,
        seen: torch.Tensor,
        keep: torch.Tensor,
        planes: torch.Tensor,
        garment: torch.Tensor,
        alpha: torch.Tensor,
        start: torch.Tensor,
        text: torch.Tensor | None = None,
    ) -> tuple[Plan, Painted]:
        """See `Dresser.forward`; the painter works on the layout that was found."""
        plan = self.dresser(seen, keep, planes, garment, alpha, start, text)
        layout = plan.layouts[-1].softmax(1)
        return plan, self.painter(seen, keep, planes, plan.garment, plan.alpha, layout)


class Dresser(nn.Module):
    """Two encoders, four levels of flow and layout, the layout at full size."""

    def __init__(self, config: DressingConfig) -> None:
        super().__init__()
        self.config = config
        channels, decoder = config.channels, config.decoder
        self.person_encoder = Pyramid(4 * 4 + config.planes, channels)
        self.garment_encoder = Pyramid(4 * 4, channels)
        cells = COARSEST[0] * COARSEST[1]
        self.match_person = nn.Conv2d(channels[4], config.matching, 1)
        self.match_garment = nn.Conv2d(channels[4], config.matching, 1)
        self.begin = nn.Sequential(
            ConvNorm(2 * channels[4] + cells, decoder[0], 3), ConvNorm(decoder[0], decoder[0], 3)
        )
        self.levels = nn.ModuleList(
            Level(config, channels[4 - i], decoder[max(i - 1, 0)], decoder[i], spoken=i < 3)
            for i in range(4)
        )
        self.coarse = nn.Conv2d(decoder[2], config.classes, 1)
        self.enter = ConvNorm(config.classes, 16)
        joined = decoder[3] + 2 * channels[0] + 4 * 4 + 16
        self.fine = nn.Sequential(ConvNorm(joined, 64, 3), ConvNorm(64, 64, 3))
        self.classify = nn.Conv2d(64, 4 * config.classes, 3, padding=1)
        self.judge = nn.Linear(channels[4] + decoder[3], 1)

    def forward(
        self,
        seen: torch.Tensor,
        keep: torch.Tensor,
        planes: torch.Tensor,
        garment: torch.Tensor,
        alpha: torch.Tensor,
        start: torch.Tensor,
        text: torch.Tensor | None = None,
    ) -> Plan:
        """seen (N, 3, H, W) the person, 0 where hidden, and garment (N, 3, H, W), RGB as
        (pixel - 127) / 128; keep and alpha (N, 1, H, W) 0..1: what may be seen of the person,
        where the garment is; planes (N, planes, H/2, W/2) 0..1; start (N, 2, h, w) the flow to
        begin with,
        normalised; text (N, config.text) 0..1 what was said, None = nothing. H and W are multiples
        of 32.
        """
        if text is None:
            text = seen.new_zeros(len(seen), self.config.text)
        person = self.person_encoder(
            torch.cat([F.pixel_unshuffle(torch.cat([seen, keep], 1), 2), planes], 1)
        )
        cloth = self.garment_encoder(F.pixel_unshuffle(torch.cat([garment, alpha], 1), 2))
        matches = all_pairs(self.match_person(person[4]), self.match_garment(cloth[4]))
        hidden = self.begin(torch.cat([person[4], cloth[4], matches.to(person[4].dtype)], 1))

        flow = start.float()
        flows: list[torch.Tensor] = []
        coarse = None
        for level, at in zip(self.levels, (4, 3, 2, 1), strict=True):
            flow = resized(flow, person[at].shape[-2:])
            flow, hidden = level(person[at], cloth[at], flow, hidden, text)
            flows.append(flow)
            if at == 2:
                coarse = self.coarse(hidden).float()
        assert coarse is not None

        size, half = seen.shape[-2:], person[0].shape[-2:]
        full = resized(flow, size)
        shown = sample(torch.cat([garment.float() * alpha, alpha.float()], 1), full)
        outline = shown[:, 3:]
        colours = shown[:, :3] / outline.clamp_min(LEAST_ALPHA)
        fine = self.fine(
            torch.cat(
                [
                    resized(hidden, half),
                    person[0],
                    sample(cloth[0], resized(flow, half)).to(person[0].dtype),
                    F.pixel_unshuffle(torch.cat([colours, outline], 1), 2).to(person[0].dtype),
                    resized(self.enter(coarse.softmax(1).to(person[0].dtype)), half),
                ],
                1,
            )
        )
        return Plan(
            flows=tuple(flows),
            flow=full,
            layouts=(coarse, F.pixel_shuffle(self.classify(fine), 2).float()),
            garment=colours,
            alpha=outline,
            confidence=self.judge(
                torch.cat([person[4].mean((2, 3)), hidden.mean((2, 3))], 1).detach()
            )[:, 0],
        )


class Level(nn.Module):
    """One step: warp the garment's features, compare, correct the flow, hand the state on."""

    def __init__(
        self, config: DressingConfig, width: int, before: int, outputs: int, spoken: bool
    ) -> None:
        super().__init__()
        self.radius = config.radius
        near = (2 * config.radius + 1) ** 2
        self.match_person = nn.Conv2d(width, config.matching, 1)
        self.match_garment = nn.Conv2d(width, config.matching, 1)
        self.join = ConvNorm(2 * width + before + 2 + near, outputs)
        self.say = nn.Linear(config.text, 2 * outputs) if spoken else None
        if self.say is not None:
            start_at_zero(self.say)
        self.mix = nn.Sequential(ConvNorm(outputs, outputs, 3), ConvNorm(outputs, outputs, 3))
        self.step = nn.Conv2d(outputs, 2, 3, padding=1)
        start_at_zero(self.step)

    def forward(
        self,
        person: torch.Tensor,
        cloth: torch.Tensor,
        flow: torch.Tensor,
        before: torch.Tensor,
        text: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Features of both at this stride, (N, 2, h, w) flow, the state of the level before ->
        the corrected flow and this level's state."""
        size = person.shape[-2:]
        warped = sample(cloth, flow).to(person.dtype)
        near = correlation(self.match_person(person), self.match_garment(warped), self.radius)
        carried = resized(before, size)
        state = self.join(torch.cat([person, warped, carried, flow.to(person.dtype), near], 1))
        if self.say is not None:
            scale, shift = self.say(text)[:, :, None, None].chunk(2, 1)
            state = state * (1 + scale) + shift
        state = state + self.mix(state)
        cell = torch.tensor([2 / size[1], 2 / size[0]], device=flow.device)[:, None, None]
        return flow + self.step(state).float() * cell, state


def all_pairs(person: torch.Tensor, garment: torch.Tensor) -> torch.Tensor:
    """(N, C, h, w) twice -> (N, 48, h, w): how alike each of the person's cells is to each of 8 x 6
    cells of the garment, -1..1."""
    n, _, height, width = person.shape
    ours = F.normalize(person.float().flatten(2), dim=1, eps=1e-3)
    theirs = F.normalize(resized(garment.float(), COARSEST).flatten(2), dim=1, eps=1e-3)
    return torch.einsum("ncq,nck->nkq", ours, theirs).view(n, -1, height, width)


class Painter(nn.Module):
    """A U-Net over what is seen of the person, the warped garment and the layout."""

    def __init__(self, config: DressingConfig) -> None:
        super().__init__()
        at = config.painter
        inputs = (4 + 4 + config.classes) * 4 + config.planes
        self.down = nn.ModuleList(
            nn.Sequential(_paint(before, after, 2 if i else 1), Residual(after))
            for i, (before, after) in enumerate(zip((inputs, *at[:3]), at, strict=True))
        )
        self.deep = Residual(at[3])
        self.up = nn.ModuleList(
            nn.Sequential(_paint(at[i + 1] + at[i], at[i], 1), Residual(at[i])) for i in (2, 1, 0)
        )
        self.out = nn.Conv2d(at[0], (3 + 1 + 1) * 4, 3, padding=1)

    def forward(
        self,
        seen: torch.Tensor,
        keep: torch.Tensor,
        planes: torch.Tensor,
        garment: torch.Tensor,
        alpha: torch.Tensor,
        layout: torch.Tensor,
    ) -> Painted:
        """As `Dresser.forward`; garment and alpha are warped; layout (N, classes, H, W) 0..1, of
        which class 1 is the garment."""
        given = torch.cat([seen, keep, garment, alpha, layout], 1).to(seen.dtype)
        x = torch.cat([F.pixel_unshuffle(given, 2), planes.to(seen.dtype)], 1)
        stack = []
        for step in self.down:
            x = step(x)
            stack.append(x)
        x = self.deep(stack.pop())
        for step in self.up:
            fine = stack.pop()
            x = step(torch.cat([F.interpolate(x, size=fine.shape[-2:], mode="nearest"), fine], 1))
        out = F.pixel_shuffle(self.out(x), 2).float()
        body = 1.05 * torch.tanh(0.7 * out[:, :3])
        light = torch.exp(MOST_LIGHT * torch.tanh(out[:, 3:4]))
        cloth = torch.sigmoid(out[:, 4:] + MOSTLY_CLOTH)
        lit = (garment + DARK) * light - DARK
        worn = layout[:, 1:2] * cloth
        painted = worn * lit + (1 - worn) * body
        return Painted(body, light, cloth, keep * seen + (1 - keep) * painted)


class Residual(nn.Module):
    """Two 3x3 convolutions beside the input; nothing at first."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _paint(channels, channels, 1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        start_at_zero(self.second)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> the same shape."""
        return x + self.second(self.first(x))


def _paint(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1), nn.LeakyReLU(PALE, inplace=True)
    )
