"""Training GarmentNet: mask by cross entropy and dice, attributes by the allowed values' sum,
landmarks by their distance."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from tryon.garment.reader import GarmentReader
from tryon.nets.garment import HEADS, GarmentConfig, GarmentNet
from tryon.training.data.garments import (
    OWN_SHARE,
    Garments,
    read_ccp_garments,
    read_gallery_garments,
    read_phone_garments,
    read_viton_garments,
)
from tryon.training.data.wardrobe import Wardrobe
from tryon.training.metrics import garment_scores, landmark_scores, mask_scores
from tryon.training.parser import freeze
from tryon.training.trainer import Schedule, begin_from

NAME = "garment"
SCHEDULE = Schedule(
    steps=30000,
    batch=8,
    ema=0.998,
    sizes=((256, 192), (384, 288)),
    size_starts=(0.0, 0.45),
)
# Weights of the losses beside the mask's cross entropy, which has 1.
DICE_WEIGHT = 0.5
ATTRIBUTE_WEIGHT = {"kind": 0.5, "type": 0.5, "sleeve": 0.4, "neckline": 0.2, "worn": 0.2}
LANDMARK_WEIGHT, PRESENT_WEIGHT = 4.0, 0.3
UNKNOWN = 127  # mask value nobody should learn from
VITON_LIMIT = 3000  # pictures; they are alike, more add little
VALIDATION_VITON_LIMIT = 60


class GarmentTask:
    """GarmentNet's `Task`."""

    name = NAME

    def __init__(
        self,
        data: Path,
        cache: Path,
        encoder: Path | None,
        seed: int = 0,
        config: GarmentConfig | None = None,
        start: Path | None = None,
        own: Sequence[Path] = (),
        own_share: float = OWN_SHARE,
    ) -> None:
        """data: folder of the unpacked sets. cache: what `prepare` wrote. encoder: converted
        ImageNet weights, None = random. start: an earlier GarmentNet to go on from; what it lacks
        begins at random. own: galleries whose garments are dyed and laid out for `own_share` of
        the samples."""
        self.config = config or GarmentConfig()
        self.encoder = encoder
        self.start = start
        cut, worn, streets = read_ccp_garments(data, validation=False)
        phone, corners = read_phone_garments(data, cache, validation=False)
        flat = read_viton_garments(data, cache, validation=False, limit=VITON_LIMIT)
        gallery = read_gallery_garments(validation=False)
        wardrobe = Wardrobe(own, validation=False) if own else None
        textures = [*streets, *corners]
        self.garments = Garments(
            *(flat, cut, phone, worn, textures, seed, gallery, wardrobe, own_share)
        )
        self.phone, held_out_corners = read_phone_garments(data, cache, validation=True)
        _, _, held_out_streets = read_ccp_garments(data, validation=True)
        self.flat = read_viton_garments(data, cache, validation=True)[:VALIDATION_VITON_LIMIT]
        self.textures = [*held_out_corners, *held_out_streets]

    def build(self) -> GarmentNet:
        net = GarmentNet(self.config)
        if self.encoder is not None:
            net.encoder.load_state_dict(load_file(self.encoder))
            freeze(net.encoder)
        if self.start is not None:
            begin_from(net, self.start)
        return net

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        return self.garments.batch(first, count, size)

    def loss(
        self, net: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, float]]:
        return garment_loss(net, batch)

    def evaluate(self, net: nn.Module) -> dict[str, float]:
        reader = GarmentReader(cast(GarmentNet, net))
        return {
            "mask": mask_scores(reader, self.flat, self.textures),
            **garment_scores(reader, self.phone),
            "landmarks viton": landmark_scores(reader, self.flat, self.textures),
            "landmarks gallery": landmark_scores(
                reader, read_gallery_garments(validation=True), self.textures
            ),
        }

    def sheet(self, net: nn.Module) -> np.ndarray:
        reader = GarmentReader(cast(GarmentNet, net))
        return garment_sheet(reader, [one.pixels for one in self.phone[::2][:48]])


def garment_loss(
    net: nn.Module, batch: dict[str, torch.Tensor]
) -> tuple[torch.Tensor, dict[str, float]]:
    """The sum of the mask's and the attributes' losses; see `Garments.batch` for the batch."""
    picture = (batch["pixels"].permute(0, 3, 1, 2).float() - 127) / 128
    found = net(picture.contiguous(memory_format=torch.channels_last))
    logits = found.mask.float()[:, 0]
    known = (batch["mask"] != UNKNOWN).float()
    true = (batch["mask"] > UNKNOWN).float()
    cross = F.binary_cross_entropy_with_logits(logits, true, reduction="none")
    cross = (cross * known).sum() / known.sum().clamp_min(1)
    probable = torch.sigmoid(logits) * known
    hit = (probable * true).sum((1, 2))
    dice = 1 - (2 * hit + 1) / (probable.sum((1, 2)) + (true * known).sum((1, 2)) + 1)
    has_mask = known.flatten(1).amax(1)
    dice = (dice * has_mask).sum() / has_mask.sum().clamp_min(1)
    loss = cross + DICE_WEIGHT * dice
    parts = {"cross": float(cross.detach()), "dice": float(dice.detach())}
    described, of_heads = attribute_loss(found.scores, batch)
    points = batch["landmarks"]
    off = (found.points.float() - points[..., :2]).abs().sum(2) * points[..., 2]
    off = off.sum() / points[..., 2].sum().clamp_min(1)
    there = presence_loss(found.present, batch)
    loss = loss + described + LANDMARK_WEIGHT * off + PRESENT_WEIGHT * there
    parts |= of_heads
    return loss, {**parts, "points": float(off.detach()), "present": float(there.detach())}


def attribute_loss(
    scores: dict[str, torch.Tensor], batch: dict[str, torch.Tensor]
) -> tuple[torch.Tensor, dict[str, float]]:
    """How little probability the heads give to what is allowed, weighed and summed; and of each."""
    losses, parts = [], {}
    for name, _ in HEADS:
        allowed = batch[f"allowed_{name}"]
        logs = F.log_softmax(scores[name].float(), dim=1)
        surprise = -torch.logsumexp(logs.masked_fill(~allowed, -1e4), dim=1)
        informed = (~allowed.all(1)).float()  # all values allowed: nothing to learn
        surprise = (surprise * informed).sum() / informed.sum().clamp_min(1)
        losses.append(ATTRIBUTE_WEIGHT[name] * surprise)
        parts[name] = float(surprise.detach())
    return torch.stack(losses).sum(), parts


def presence_loss(present: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross entropy of which landmarks there are, where that is known."""
    known = (batch["present"] >= 0).float()
    there = F.binary_cross_entropy_with_logits(
        present.float(), batch["present"].clamp_min(0), reduction="none"
    )
    return (there * known).sum() / known.sum().clamp_min(1)


def garment_sheet(reader: GarmentReader, pictures: list[np.ndarray], side: int = 200) -> np.ndarray:
    """Pictures with the background turned green and the type written on them, eight a row."""
    tiles = []
    for pixels in pictures:
        reading = reader(pixels)
        alpha = reading.mask[..., None] / 255.0
        shown = (pixels * alpha + np.array([0, 255, 0]) * (1 - alpha)).astype(np.uint8)
        scale = side / max(shown.shape[:2])
        small = cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        tile = np.zeros((side, side, 3), np.uint8)
        tile[: small.shape[0], : small.shape[1]] = small[:side, :side]
        words = f"{reading.best('type')[0]} {reading.best('sleeve')[0]}"
        cv2.putText(tile, words, (3, side - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 0, 0), 1)
        tiles.append(tile)
    while len(tiles) % 8:
        tiles.append(np.zeros((side, side, 3), np.uint8))
    return np.vstack([np.hstack(tiles[i : i + 8]) for i in range(0, len(tiles), 8)])
