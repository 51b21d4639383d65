"""Person + Garment -> Dressed: the parts after dressing, the garment's flow, colours and light.

Notable here:
- no geometry and no gates: what the network says is what is drawn.
- it works in the studio frame, so a stranger's photo looks to it as its training pictures did.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch

from tryon.core import weights
from tryon.core.frame import Fit
from tryon.core.types import Draft, Garment, Hang, Kind, Layer, Outline, Person
from tryon.core.vocabulary import OUTERWEAR_TYPES
from tryon.fusion.hiding import Layout, hide, layout_of
from tryon.fusion.studio import arms_fit, enter, in_pixels, lay_out, plain_start
from tryon.nets.blocks import fold_norms
from tryon.nets.dressing import DressingNet

WEIGHT_FILE = "dressing.safetensors"
VIEWS = ("front", "side")


@dataclass(frozen=True, eq=False)
class Dressed:
    """A dressed person in the studio frame, (256, 192).

    fit: photo frame <-> studio frame. cloth_fit: garment frame <-> its canvas. layout:
    (10, 256, 192) float32, probability of each `Layout`. flow: (256, 192, 2) float32, x and y in
    pixels of the garment's picture. body: (256, 192, 3) float32 RGB 0..255 of all but the garment.
    light: (256, 192) float32, factor on the garment's brightness. keep: (256, 192) bool, what of
    the person was shown to the network. confidence: 0..1.
    """

    fit: Fit
    layout: np.ndarray
    flow: np.ndarray
    body: np.ndarray
    light: np.ndarray
    keep: np.ndarray
    confidence: float

    @property
    def draft(self) -> Draft:
        """Where the garment goes, as the steps after it read it; no landmarks."""
        worn = self.layout[Layout.GARMENT].astype(np.float32)
        return Draft(
            fit=self.fit,
            layers=(Layer(self.flow, worn),),
            reach=worn > 0.5,
            landmarks=np.zeros((len(Outline), 3), np.float32),
            confidence=self.confidence,
        )


class Dresser:
    """DressingNet with its weights, ready for use."""

    def __init__(self, net: DressingNet, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        self.net = fold_norms(net.eval()).to(self.device)
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @classmethod
    def load(cls, device: str | torch.device = "cpu", weight_file: str = WEIGHT_FILE) -> Self:
        """The shipped network. Raises TryOnError "weights_missing" or "weights_damaged"."""
        return cls(weights.load(DressingNet, weight_file), device)

    @staticmethod
    def knows(person: Person, garment: Garment) -> bool:
        """Whether it does better here than geometry: with a stranger's picture of a top, on
        somebody seen from the front or turned. Of the gallery's garments every landmark is known;
        coats and jackets worn open, and words on how wide and how long a garment is to hang, it
        was not taught yet."""
        top = garment.kind == Kind.UPPER and not garment.identifier
        worn_over = garment.attributes.get("type") in OUTERWEAR_TYPES
        asked = garment.hang != Hang()
        return top and not worn_over and not asked and person.view in VIEWS

    @torch.inference_mode()
    def __call__(self, person: Person, garment: Garment) -> Dressed:
        """Dress a person in a garment for the upper body."""
        wearer, cloth = enter(person, arms_fit(person)), lay_out(garment)
        hidden = hide(layout_of(wearer.parts, wearer.landmarks), wearer.landmarks)
        seen = np.where(hidden.keep[..., None], wearer.pixels, 127)
        plan, painted = self.net(
            self._colours(seen),
            self._mask(hidden.keep.astype(np.float32)),
            torch.from_numpy(hidden.planes).to(self.device)[None].float() / 255,
            self._colours(cloth.pixels),
            self._mask(cloth.alpha.astype(np.float32) / 255),
            torch.from_numpy(plain_start()).permute(2, 0, 1)[None].to(self.device),
        )
        flow = in_pixels(plan.flow[0].permute(1, 2, 0).float().cpu().numpy())
        on_picture = cloth.fit.unpoints(flow.reshape(-1, 2)).reshape(flow.shape)
        return Dressed(
            fit=wearer.fit,
            layout=plan.layouts[-1].softmax(1)[0].float().cpu().numpy(),
            flow=on_picture.astype(np.float32),
            body=(painted.body[0].permute(1, 2, 0).float().cpu().numpy() * 128 + 127).clip(0, 255),
            light=painted.light[0, 0].float().cpu().numpy(),
            keep=hidden.keep,
            confidence=float(torch.sigmoid(plan.confidence[0])),
        )

    def _colours(self, pixels: np.ndarray) -> torch.Tensor:
        picture = (torch.from_numpy(pixels).to(self.device)[None].float() - 127) / 128
        return picture.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)

    def _mask(self, mask: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(mask).to(self.device)[None, None]
