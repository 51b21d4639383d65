"""Picture of a garment -> Reading: its mask and what it is, by GarmentNet (numpy in, numpy out).

Notable here:
- it works where garment and background have the same colours: a striped shirt on a striped bed.
- kind, type, sleeve, "worn", and of the necklines only "collar" and "hooded" were learned from
  labels; the other necklines share the probability that is left over and mean little.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import torch

from tryon.core import weights
from tryon.core.arrays import Alpha, Pixels, Points
from tryon.nets.blocks import fold_norms
from tryon.nets.encoder import PIXEL_MEAN, PIXEL_SCALE
from tryon.nets.garment import GarmentNet

WEIGHT_FILE = "garment.safetensors"
LONGEST = 384  # px, longer side of the picture the network sees
STEP = 32  # px: the sides are multiples of this, as the network halves them five times
BORDER = 127  # grey of what is added for that, 0 after normalisation


@dataclass(frozen=True, eq=False)
class Reading:
    """What the network sees in a picture.

    mask: probability of garment times 255, smooth. scores: attribute ("kind", "type", "sleeve",
    "neckline") -> value -> probability, each adding up to 1. worn: probability that a person wears
    it. landmarks: 23, indexed by `Outline`; the confidence is the probability that the garment has
    that landmark.
    """

    mask: Alpha
    scores: dict[str, dict[str, float]]
    worn: float
    landmarks: Points

    def best(self, attribute: str) -> tuple[str, float]:
        """The most probable value and its probability."""
        values = self.scores[attribute]
        value = max(values, key=values.__getitem__)
        return value, values[value]


class GarmentReader:
    """GarmentNet with its weights, ready for pictures of any size."""

    def __init__(self, net: GarmentNet, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        self.net = fold_norms(net.eval()).to(self.device)
        # torch's own types lack this argument
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @classmethod
    def load(cls, device: str | torch.device = "cpu") -> Self:
        """The shipped reader. Raises TryOnError "weights_missing" or "weights_damaged"."""
        return cls(weights.load(GarmentNet, WEIGHT_FILE), device)

    def __call__(self, pixels: Pixels) -> Reading:
        """What the network sees. The mask comes back at the picture's own size."""
        height, width = pixels.shape[:2]
        scale = LONGEST / max(height, width)
        inner = max(1, round(height * scale)), max(1, round(width * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(pixels, inner[::-1], interpolation=method)
        below, beside = -inner[0] % STEP, -inner[1] % STEP
        small = cv2.copyMakeBorder(
            small, 0, below, 0, beside, cv2.BORDER_CONSTANT, value=(BORDER,) * 3
        )
        picture = torch.from_numpy(small).to(self.device).permute(2, 0, 1)[None].float()
        picture = (picture - PIXEL_MEAN) / PIXEL_SCALE
        with torch.inference_mode():
            found = self.net(picture.contiguous(memory_format=torch.channels_last))
            mask = torch.sigmoid(found.mask.float())[0, 0].cpu().numpy()
            scores = {
                name: torch.softmax(one.float(), 1)[0].tolist()
                for name, one in found.scores.items()
            }
            points = found.points.float()[0].cpu().numpy() * (small.shape[1], small.shape[0])
            present = torch.sigmoid(found.present.float())[0].cpu().numpy()
        points = points * (width / inner[1], height / inner[0]) - 0.5
        # The network's mask has pixels twice as large; where the border begins may be half of one.
        matrix = np.array(
            [
                [inner[1] / width / 2, 0, 0.25 * inner[1] / width - 0.5],
                [0, inner[0] / height / 2, 0.25 * inner[0] / height - 0.5],
            ],
            np.float32,
        )
        full: np.ndarray = cv2.warpAffine(
            np.round(mask * 255).astype(np.uint8),
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        named = {
            name: dict(zip(values, scores[name], strict=True))
            for name, values in self.net.config.heads
        }
        worn = named.pop("worn", {}).get("yes", 0.0)
        landmarks = np.column_stack([points, present]).astype(np.float32)
        return Reading(full, named, worn, landmarks)
