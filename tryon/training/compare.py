"""The fusion network beside the geometric draft: the same pairs, the same compositor.

Notable here:
- paired: the garment picture of what the person wears is put on that same person, so the photo is
  the right answer. Both methods get the same analysed person and garment.
- the feature distance is of our own garment encoder (EfficientNet-Lite0, ImageNet, fine-tuned on
  garments; Tan and Le 2019): no VGG or Inception weights are shipped, so the figure cannot be
  compared with LPIPS or FID of others.
"""

from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np
import torch

from tryon import weights
from tryon.compose import compose
from tryon.errors import TryOnError
from tryon.fusion import geometric_draft
from tryon.learned import LearnedFusion
from tryon.nets.encoder import PIXEL_MEAN, PIXEL_SCALE
from tryon.nets.garment import GarmentNet
from tryon.reader import WEIGHT_FILE
from tryon.regions import is_part
from tryon.similarity import ssim
from tryon.types import Garment, Part, Person, Photo

OLD_GARMENT = (Part.UPPER, Part.OUTERWEAR, Part.DRESS)


def compare_fusion(
    tryon: Any,
    fusion: LearnedFusion,
    pairs: Iterable[tuple[np.ndarray, Photo, Photo]],
    progress: Callable[[int, float, float], None] = lambda done, geometric, learned: None,
) -> dict[str, dict[str, float]]:
    """Mean figures of "geometric" and "learned" drafts, composed alike.

    tryon: what `TryOn.load` returns. pairs: the person to come out (h, w, 3) uint8, the photo and
    the garment picture that go in. progress(done, mean ssim of both).

    "ssim" (higher is better), "l1" (0..1), "features" (relative distance) at the size of the
    person to come out; "outline": IoU of the drawn garment and the worn one; "taken": share of
    pairs the network's answer was taken for. Pairs that fail are left out and counted in "failed".
    """
    distance = FeatureDistance()
    rows: dict[str, dict[str, list[float]]] = {"geometric": {}, "learned": {}}
    failed = done = 0
    for truth, photo, picture in pairs:
        try:
            person, garment = tryon.analyse(photo), tryon.describe(picture, "upper")
            draft = geometric_draft(person, garment)
            drafts = {"geometric": draft, "learned": fusion(person, garment, draft)}
            scored = {
                name: score(person, garment, one, truth, distance) for name, one in drafts.items()
            }
        except TryOnError:
            failed += 1
            continue
        scored["learned"]["taken"] = float(drafts["learned"] is not draft)
        for name, figures in scored.items():
            for measure, value in figures.items():
                rows[name].setdefault(measure, []).append(value)
        done += 1
        progress(done, *(float(np.mean(rows[name]["ssim"])) for name in rows))
    means = {
        name: {measure: round(float(np.mean(values)), 4) for measure, values in one.items()}
        for name, one in rows.items()
    }
    for one in means.values():
        one |= {"pairs": done, "failed": failed}
    return means


def score(
    person: Person,
    garment: Garment,
    draft: Any,
    truth: np.ndarray,
    distance: "FeatureDistance",
) -> dict[str, float]:
    """One draft, composed and held against the photo; see `compare_fusion`."""
    made = compose(person, garment, draft, garment.kind)
    shrunk = cv2.resize(made.photo.pixels, truth.shape[1::-1], interpolation=cv2.INTER_AREA)
    drawn, worn = made.coverage >= 128, is_part(person.parts, *OLD_GARMENT)
    return {
        "ssim": ssim(shrunk, truth),
        "l1": float(np.abs(shrunk.astype(np.float32) - truth).mean() / 255),
        "features": distance(shrunk, truth),
        "outline": float((drawn & worn).sum() / max((drawn | worn).sum(), 1)),
    }


class FeatureDistance:
    """How far apart two pictures are in the garment encoder's features: L1 over the mean of the
    truth's features, averaged over strides."""

    def __init__(self) -> None:
        self._encoder = weights.load(GarmentNet, WEIGHT_FILE).encoder.eval()

    def __call__(self, ours: np.ndarray, theirs: np.ndarray) -> float:
        """(H, W, 3) uint8 each, H and W multiples of 32."""
        both = torch.from_numpy(np.stack([ours, theirs])).permute(0, 3, 1, 2).float()
        with torch.inference_mode():
            features = self._encoder((both - PIXEL_MEAN) / PIXEL_SCALE)
        apart = [(a - b).abs().mean() / b.abs().mean().clamp_min(1e-3) for a, b in features]
        return float(torch.stack(apart).mean())
