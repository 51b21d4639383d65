"""What a cut-out garment looks like, in words of the vocabulary: colour, shade, pattern, sleeve...

Notable here:
- nothing is learnt: each value is measured, and its score says how clear the measurement is.
  What cannot be measured (fabric, most necklines) is left out, not guessed.
- colours are compared in CIELAB on what most of the garment has in common, with lightness
  weighing less than hue, because folds and lamps change lightness first.
"""

import cv2
import numpy as np

from tryon.types import Kind, Outline
from tryon.vocabulary import COLOUR_RGB

Measured = dict[str, tuple[str, float]]  # attribute -> (value, score)


def measure(
    pixels: np.ndarray, alpha: np.ndarray, limbs: np.ndarray, landmarks: np.ndarray, kind: Kind
) -> Measured:
    """Attributes of a garment and the probability of each, from its pixels and its outline."""
    colours = _sample(pixels, alpha)
    found: Measured = {"colour": colour_of(colours)}
    shade = shade_of(colours)
    if shade is not None and found["colour"][0] != "multicolour":
        found["shade"] = shade
    if kind == Kind.LOWER:
        found |= _lower_cut(landmarks)
    else:
        found |= _upper_cut(landmarks, limbs, kind)
    return found


SAMPLES = 4096


def _sample(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(n, 3) float32 Lab of pixels well inside the garment."""
    scale = min(1.0, 256 / max(alpha.shape))
    size = (max(1, round(alpha.shape[1] * scale)), max(1, round(alpha.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) >= 250
    core = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    chosen = small[core if core.sum() > 50 else inside]
    if len(chosen) == 0:
        chosen = small.reshape(-1, 3)
    chosen = chosen[:: max(1, len(chosen) // SAMPLES)]
    return cv2.cvtColor((chosen[None] / 255.0).astype(np.float32), cv2.COLOR_RGB2Lab)[0]


LIGHTNESS_WEIGHT = 0.6
DOMINANT = 0.5  # of the garment must share a colour, else it is multicolour
SAME_COLOUR = 18.0  # weighted Delta E
CLEAR_MARGIN = 12.0  # weighted Delta E between the best and the second name for a sure answer


def _weighted(lab: np.ndarray) -> np.ndarray:
    return lab * np.array([LIGHTNESS_WEIGHT, 1.0, 1.0], np.float32)


def _anchors() -> np.ndarray:
    rgb = np.array(list(COLOUR_RGB.values()), np.float32)[None] / 255.0
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab)[0]


def colour_of(lab: np.ndarray) -> tuple[str, float]:
    """The name of the dominant colour of (n, 3) Lab samples, and a score."""
    centre, share = _dominant(lab)
    if share < DOMINANT:
        return "multicolour", float(np.clip(0.5 + (DOMINANT - share), 0, 0.95))
    away = np.linalg.norm(_weighted(_anchors()) - _weighted(centre), axis=1)
    order = away.argsort()
    margin = float(away[order[1]] - away[order[0]])
    return list(COLOUR_RGB)[order[0]], float(np.clip(0.5 + 0.45 * margin / CLEAR_MARGIN, 0.5, 0.95))


def _dominant(lab: np.ndarray) -> tuple[np.ndarray, float]:
    """The (3,) Lab colour most samples are near (mean shift from the densest bin), its share."""
    points = _weighted(lab)
    bins = np.round(points / 8.0).astype(np.int32)
    _, inverse, counts = np.unique(bins, axis=0, return_inverse=True, return_counts=True)
    centre = points[inverse.ravel() == counts.argmax()].mean(axis=0)
    for _ in range(5):
        near = np.linalg.norm(points - centre, axis=1) < SAME_COLOUR
        centre = points[near].mean(axis=0)
    return centre / np.array([LIGHTNESS_WEIGHT, 1, 1], np.float32), float(near.mean())


def shade_of(lab: np.ndarray) -> tuple[str, float] | None:
    """light, dark, bright or pastel where the dominant colour clearly is, else None."""
    (light, a, b), _ = _dominant(lab)
    chroma = float(np.hypot(a, b))
    if light > 72 and 8 < chroma < 32:
        return "pastel", 0.7
    if light > 74:
        return "light", 0.8
    if light < 30:
        return "dark", 0.85
    if chroma > 55 and light > 35:
        return "bright", 0.75
    return None


SLEEVE_LIMITS = ((0.45, "short"), (0.85, "three-quarter"))  # by shoulder-to-hem length


def _upper_cut(landmarks: np.ndarray, limbs: np.ndarray, kind: Kind) -> Measured:
    points = landmarks[:, :2]
    known = landmarks[:, 2] > 0
    found: Measured = {}

    def between(a: Outline, b: Outline) -> float:
        return float(np.hypot(*(points[a] - points[b])))

    chest = between(Outline.ARMPIT_LEFT, Outline.ARMPIT_RIGHT)
    reaches = []
    for name in ("LEFT", "RIGHT"):
        if known[Outline[f"ELBOW_{name}"]]:
            upper = between(Outline[f"SHOULDER_{name}"], Outline[f"ELBOW_{name}"])
            reaches.append(upper + between(Outline[f"ELBOW_{name}"], Outline[f"CUFF_OUTER_{name}"]))
    if not reaches:
        found["sleeve"] = ("sleeveless", 0.8)
    else:
        reach = max(reaches) / max(chest, 1.0)
        if reach < 0.75:
            found["sleeve"] = ("short", 0.9 if reach < 0.65 else 0.6)
        elif reach < 1.05:
            found["sleeve"] = ("three-quarter", 0.6)
        else:
            found["sleeve"] = ("long", 0.9 if reach > 1.15 else 0.6)
    top = (points[Outline.SHOULDER_LEFT] + points[Outline.SHOULDER_RIGHT]) / 2
    hem = (points[Outline.HEM_LEFT] + points[Outline.HEM_RIGHT]) / 2
    length = float(np.hypot(*(hem - top))) / max(chest, 1.0)
    if kind == Kind.DRESS:
        found["type"] = ("dress", 0.85)
        found["length"] = (
            ("short", 0.6) if length < 2.1 else ("long", 0.6) if length > 2.9 else ("regular", 0.6)
        )
    else:
        names = {"sleeveless": "tank-top", "short": "t-shirt"}
        found["type"] = (names.get(found["sleeve"][0], "top"), 0.5)
        found["length"] = (
            ("cropped", 0.6)
            if length < 1.0
            else ("long", 0.6)
            if length > 1.75
            else ("regular", 0.7)
        )
    return found


def _lower_cut(landmarks: np.ndarray) -> Measured:
    points = landmarks[:, :2]
    known = landmarks[:, 2] > 0
    waist = (points[Outline.WAIST_LEFT] + points[Outline.WAIST_RIGHT]) / 2
    hem = (points[Outline.HEM_LEFT] + points[Outline.HEM_RIGHT]) / 2
    width = float(np.hypot(*(points[Outline.HIP_LEFT] - points[Outline.HIP_RIGHT])))
    length = float(np.hypot(*(hem - waist))) / max(width, 1.0)
    if known[Outline.CROTCH]:
        if length < 1.45:
            return {"type": ("shorts", 0.85)}
        return {"type": ("trousers", 0.8)}
    word = "short" if length < 1.05 else "long" if length > 1.9 else "regular"
    return {"type": ("skirt", 0.8), "length": (word, 0.6)}
