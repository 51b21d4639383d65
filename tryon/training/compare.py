"""The fusion network beside the geometric draft: the same pairs, the same compositor.

Notable here:
- paired: the garment picture of what the person wears is put on that same person, so the photo is
  the right answer. Both methods get the same analysed person and garment.
- unpaired: every second person tries on the garment of the pair before. There is no right answer;
  the set of pictures is held against the photos of the others (KID, FID): the same people in both
  sets would make them look more alike than two sets of photos are.
- features are of our own garment encoder (EfficientNet-Lite0, ImageNet, fine-tuned on garments; Tan
  and Le 2019): no VGG or Inception weights are shipped, so the figures cannot be compared with
  LPIPS, KID or FID of others.
- tops with long sleeves are scored by themselves, too: they are much harder.
- other kinds than tops have no pairs of photos: self-made ones (`undress`) stand in for them, with
  outlines that people drew. They are easier in light and cloth than a shop's picture would be.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np
import torch

from tryon.compose.composite import compose
from tryon.core import weights
from tryon.core.errors import TryOnError
from tryon.core.types import Draft, Garment, Kind, Part, Person, Photo
from tryon.evaluation.similarity import fid, kid, ssim
from tryon.fusion.geometry.draft import geometric_draft, sleeve_of
from tryon.fusion.network import LearnedFusion
from tryon.garment.reader import WEIGHT_FILE
from tryon.garment.worn import WORN_PARTS
from tryon.nets.encoder import PIXEL_MEAN, PIXEL_SCALE
from tryon.nets.garment import GarmentNet
from tryon.person.regions import is_part
from tryon.training.data.people import Labelled
from tryon.training.data.undress import figure, flat_picture

OLD_GARMENT = (Part.UPPER, Part.OUTERWEAR, Part.DRESS)
SHORT = ("sleeveless", "short")
LEAST_SET = 8  # pictures; fewer say nothing of a set
TYPE_GROUPS = {
    Part.UPPER: "top",
    Part.OUTERWEAR: "outerwear",
    Part.DRESS: "dress",
    Part.SKIRT: "skirt",
    Part.TROUSERS: "trousers",
}
BOX_MARGIN = 0.1  # of the worn garment's height and width, to each side


def compare_fusion(
    tryon: Any,
    fusion: LearnedFusion,
    pairs: Iterable[tuple[np.ndarray, Photo, Photo]],
    progress: Callable[[int, float, float], None] = lambda done, geometric, learned: None,
) -> dict[str, dict[str, float]]:
    """Mean figures of "geometric" and "learned" drafts, composed alike; and of those of garments
    whose sleeves are "short" (or none) or "long": "geometric short", ...

    tryon: what `TryOn.load` returns. pairs: the person to come out (h, w, 3) uint8, the photo and
    the garment picture that go in. progress(done, mean ssim of both).

    "ssim" (higher is better), "l1" (0..1), "features" (relative distance) at the size of the
    person to come out; "ssim x2": at twice that size, against an enlargement; "outline": IoU of
    the drawn garment and the worn one; "taken": share of pairs the network's answer was taken for.
    "kid" (times 1000) and "fid": of the unpaired try-ons' features against the photos'. Pairs that
    fail are left out and counted in "failed".
    """
    distance = FeatureDistance()
    rows: dict[str, dict[str, list[float]]] = {"geometric": {}, "learned": {}}
    photos: list[np.ndarray] = []
    painted: dict[str, list[np.ndarray]] = {"geometric": [], "learned": []}
    failed = done = 0
    before: Garment | None = None
    for truth, photo, picture in pairs:
        try:
            person, garment = tryon.analyse(photo), tryon.describe(picture, "upper")
            drafts = _drafts(person, garment, fusion)
            scored = {
                name: score(person, garment, one, truth, distance) for name, one in drafts.items()
            }
        except TryOnError:
            failed += 1
            continue
        scored["learned"]["taken"] = float(drafts["learned"] is not drafts["geometric"])
        sleeves = "short" if sleeve_of(garment) in SHORT else "long"
        for name, figures in scored.items():
            for group in (name, f"{name} {sleeves}"):
                for measure, value in figures.items():
                    rows.setdefault(group, {}).setdefault(measure, []).append(value)
        if done % 2 == 0:
            photos.append(distance.pooled(truth))
        else:
            for name, features in _unpaired(person, before, fusion, truth, distance).items():
                painted[name].append(features)
        before = garment
        done += 1
        progress(done, *(float(np.mean(rows[name]["ssim"])) for name in scored))
    means = {
        name: {measure: round(float(np.mean(values)), 4) for measure, values in one.items()}
        | {"pairs": len(one.get("ssim", ()))}
        for name, one in sorted(rows.items(), key=lambda row: row[0].count(" "))
    }
    for name, pooled in painted.items():
        if len(pooled) >= LEAST_SET:
            sets = _standard(np.stack(pooled), np.stack(photos))
            means[name] |= {"kid": round(1000 * kid(*sets), 3), "fid": round(fid(*sets), 3)}
        means[name]["failed"] = failed
    return means


def _standard(painted: np.ndarray, photos: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both sets of features as the photos' deviations: KID's kernel is cubic, and a few large
    features would drown all others."""
    middle, spread = photos.mean(0), np.maximum(photos.std(0), 1e-3)
    return (painted - middle) / spread, (photos - middle) / spread


def compare_kinds(
    tryon: Any,
    people: Iterable[Labelled],
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, dict[str, float]]:
    """Means by what is worn ("trousers", "skirt", "dress", "top", "outerwear") over self-made
    pairs: each garment of a street photo, made flat (`undress.flat_picture`) and put on its
    wearer again.

    tryon: what `TryOn.load` returns. people: with parts drawn by hand. progress(pairs done).
    "ssim", "l1" (0..1): inside the box around the worn garment, at the photo's own size.
    "outline": IoU with the outline drawn by hand. "geometric ...": the same of the geometric draft,
    where the network's answer was taken for some. "pairs", "failed": how many.
    """
    rows: dict[str, dict[str, list[float]]] = {}
    failed: Counter[str] = Counter()
    body = figure()
    done = 0
    for one in people:
        photo = Photo(one.pixels)
        try:
            person = tryon.analyse(photo)
        except TryOnError:
            continue
        for kind in Kind:
            flat = flat_picture(person, one.parts, kind, body)
            if flat is None:
                continue
            worn = is_part(one.parts, *WORN_PARTS[kind][0])
            group = TYPE_GROUPS[Part(int(np.bincount(one.parts[worn]).argmax()))]
            try:
                garment = tryon.describe(flat, kind)
                draft = geometric_draft(person, garment)
                drafts = {"geometric ": draft}
                if tryon.fusion is not None:
                    drafts[""] = tryon.fusion(person, garment, draft)
                for prefix, each in drafts.items():
                    for name, value in _against_labels(person, garment, each, worn).items():
                        rows.setdefault(group, {}).setdefault(prefix + name, []).append(value)
            except TryOnError:
                failed[group] += 1
            done += 1
            progress(done)
    return {
        group: {name: round(float(np.mean(values)), 4) for name, values in one.items()}
        | {"pairs": len(next(iter(one.values()))), "failed": failed[group]}
        for group, one in rows.items()
    }


def _against_labels(
    person: Person, garment: Garment, draft: Draft, worn: np.ndarray
) -> dict[str, float]:
    made = compose(person, garment, draft, garment.kind)
    rows, columns = (np.flatnonzero(worn.any(axis)) for axis in (1, 0))
    box = _widened(rows), _widened(columns)
    ours, theirs = made.photo.pixels[box], person.photo.pixels[box]
    drawn = made.coverage >= 128
    return {
        "ssim": ssim(ours, theirs),
        "l1": float(np.abs(ours.astype(np.float32) - theirs).mean() / 255),
        "outline": float((drawn & worn).sum() / max((drawn | worn).sum(), 1)),
    }


def _widened(line: np.ndarray) -> slice:
    """From the first to the last of some numbers, with `BOX_MARGIN` to each side."""
    margin = BOX_MARGIN * len(line)
    return slice(max(int(line[0] - margin), 0), int(line[-1] + margin))


def _drafts(person: Person, garment: Garment, fusion: LearnedFusion) -> dict[str, Draft]:
    draft = geometric_draft(person, garment)
    return {"geometric": draft, "learned": fusion(person, garment, draft)}


def _unpaired(
    person: Person,
    garment: Garment | None,
    fusion: LearnedFusion,
    truth: np.ndarray,
    distance: "FeatureDistance",
) -> dict[str, np.ndarray]:
    """Features of the person in somebody else's garment, by both methods; none if it fails."""
    if garment is None:
        return {}
    features = {}
    try:
        for name, draft in _drafts(person, garment, fusion).items():
            made = compose(person, garment, draft, garment.kind).photo.pixels
            features[name] = distance.pooled(
                cv2.resize(made, truth.shape[1::-1], interpolation=cv2.INTER_AREA)
            )
    except TryOnError:
        return {}
    return features


def score(
    person: Person,
    garment: Garment,
    draft: Draft,
    truth: np.ndarray,
    distance: "FeatureDistance",
) -> dict[str, float]:
    """One draft, composed and held against the photo; see `compare_fusion`."""
    made = compose(person, garment, draft, garment.kind)
    size = truth.shape[1::-1]
    twice = 2 * size[0], 2 * size[1]
    shrunk, larger, wanted = (
        np.asarray(cv2.resize(picture, to, interpolation=how), np.uint8)
        for picture, to, how in (
            (made.photo.pixels, size, cv2.INTER_AREA),
            (made.photo.pixels, twice, cv2.INTER_AREA),
            (truth, twice, cv2.INTER_LANCZOS4),
        )
    )
    drawn, worn = made.coverage >= 128, is_part(person.parts, *OLD_GARMENT)
    return {
        "ssim": ssim(shrunk, truth),
        "ssim x2": ssim(larger, wanted),
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
        apart = [
            (a - b).abs().mean() / b.abs().mean().clamp_min(1e-3)
            for a, b in self._features(ours, theirs)
        ]
        return float(torch.stack(apart).mean())

    def pooled(self, picture: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 -> (C,) float32: the deepest features' means."""
        return self._features(picture)[-1].mean((0, 2, 3)).numpy()

    def _features(self, *pictures: np.ndarray) -> list[torch.Tensor]:
        batch = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float()
        with torch.inference_mode():
            return self._encoder((batch - PIXEL_MEAN) / PIXEL_SCALE)
