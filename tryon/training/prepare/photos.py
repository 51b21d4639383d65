"""What the classical steps see in the training photos, computed once and kept beside the data.

Notable here:
- MediaPipe's pose landmarker runs on every person photo, so the parser learns from the same
  landmarks and silhouettes that the product will give it, mistakes included.
- the small VITON photos (192 x 256) are enlarged three times before; all of them are found then.
- the phone photos of garments have no masks: the classical cut-out (GrabCut) makes a first guess,
  kept with its confidence; training trusts only the confident ones.
- it can be stopped and started again: photos that are done are skipped.
"""

import json
from pathlib import Path

import cv2
import numpy as np

from tryon.core.types import POSE_LANDMARKS, Kind, Photo
from tryon.core.vocabulary import TYPE_KIND
from tryon.core.weights import path_of
from tryon.garment.cutout.cut import cut_out
from tryon.garment.outline.landmarks import trace
from tryon.training.data.garments import CC0_LABELS, TRUST_CUT, VALIDATION_CC0
from tryon.training.data.people import (
    VALIDATION_CCP,
    VALIDATION_FASHIONISTA,
    VALIDATION_HAIR,
    VALIDATION_VITON,
)
from tryon.training.data.pictures import read_rgb, read_stored

PERSON_SETS = ("ccp", "fashionista", "hair", "viton")
VITON_ENLARGE = 3  # MediaPipe misses people in 192 x 256 photos that it finds at 576 x 768
GARMENT_LONGEST = 384  # pixels, longest side of the garment photos while they are cut out
SAVE_EVERY = 200  # photos between two writes of the landmark file


def prepare(
    data: Path, cache: Path, viton_limit: int | None = None, validation_only: bool = False
) -> None:
    """Write CACHE/SET/pose.npz and CACHE/SET/silhouette/ID.png for all photos of `PERSON_SETS`.

    pose.npz: `ids` (N,) str, `landmarks` (N, 33, 3) float32: x, y in pixels of the photo as
    stored, visibility 0..1. Photos without a person are left out (many of hair are). silhouette:
    uint8, 255 = person. `viton_limit` stops after so many VITON photos; `validation_only` takes
    those alone that are never trained on.
    """
    for name, every in (
        ("ccp", VALIDATION_CCP),
        ("fashionista", VALIDATION_FASHIONISTA),
        ("hair", VALIDATION_HAIR),
    ):
        photos = sorted((data / name / "photo").glob("*.jpg"))
        _analyse(photos[every - 1 :: every] if validation_only else photos, cache / name, enlarge=1)
    viton = sorted(data.glob("viton-train-*/person/*.jpg"), key=lambda path: path.stem[::-1])
    if validation_only:
        viton = [path for path in viton if int(path.stem) % VALIDATION_VITON == 0]
    _analyse(viton[:viton_limit], cache / "viton", enlarge=VITON_ENLARGE)


def cut_garments(data: Path, cache: Path, validation_only: bool = False) -> None:
    """Write CACHE/cc0/KIND/ID.png: first guesses of the masks of DATA/garments-cc0, uint8 alpha of
    the photo shrunk to 384 pixels; and CACHE/cc0/confidence.json: "KIND/ID" -> 0..1.

    `validation_only` takes those photos alone that are never trained on.
    """
    folder = cache / "cc0"
    index = folder / "confidence.json"
    known: dict[str, float] = json.loads(index.read_text()) if index.is_file() else {}
    paths = sorted((data / "garments-cc0").glob("*/*.jpg"))
    if validation_only:
        folders = sorted((data / "garments-cc0").glob("*/"))
        held_out = slice(VALIDATION_CC0 - 1, None, VALIDATION_CC0)
        paths = [path for one in folders for path in sorted(one.glob("*.jpg"))[held_out]]
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(paths):
        name = f"{path.parent.name}/{path.stem}"
        if name in known:
            continue
        pixels = read_rgb(path)
        scale = GARMENT_LONGEST / max(pixels.shape[:2])
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        cutout = cut_out(Photo(np.asarray(small, np.uint8)))
        (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
        known[name] = 0.0 if cutout is None else round(float(cutout.confidence), 3)
        if cutout is not None:
            cv2.imwrite(str(folder / f"{name}.png"), cutout.alpha)
        if number % 50 == 49:
            index.write_text(json.dumps(known))
    index.write_text(json.dumps(known))
    print(f"garments: {sum(value > 0 for value in known.values())} of {len(known)} cut out")


def trace_outlines(data: Path, cache: Path) -> None:
    """Write CACHE/{viton,cc0}/outlines.npz: landmarks that geometry finds on the masks.

    ids (N,) str, landmarks (N, 23, 3) float32: x, y and 1 where geometry was sure. VITON's are in
    pixels of the cloth photo; phone photos ("KIND/ID", confident first guesses alone) in units of
    the photo's longest side.
    """
    found: dict[str, np.ndarray] = {}
    for path in sorted(data.glob("viton-train-*/cloth_mask/*.png"), key=lambda p: p.stem[::-1]):
        mask = read_stored(path) > 0
        if mask.any():
            found[path.stem] = _sure_outline(mask, Kind.UPPER, 1.0)
    _save(cache / "viton" / "outlines.npz", found)
    sure = json.loads((cache / "cc0" / "confidence.json").read_text())
    found = {}
    for name, confidence in sure.items():
        labels = CC0_LABELS.get(name.split("/")[0])
        if labels is None or confidence < TRUST_CUT:
            continue
        mask = read_stored(cache / "cc0" / f"{name}.png", cv2.IMREAD_GRAYSCALE) > 127
        kind = Kind(TYPE_KIND[labels["type"][0]])
        found[name] = _sure_outline(mask, kind, 1.0 / max(mask.shape))
    _save(cache / "cc0" / "outlines.npz", found)


SURE_LANDMARK = 0.7  # confidence of `outline.landmarks` from which a landmark is learned from


def _sure_outline(mask: np.ndarray, kind: Kind, scale: float) -> np.ndarray:
    landmarks = trace(mask, kind).landmarks.copy()
    landmarks[:, :2] *= scale
    landmarks[:, 2] = landmarks[:, 2] >= SURE_LANDMARK
    return landmarks


def _analyse(photos: list[Path], folder: Path, enlarge: int) -> None:
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions, vision

    (folder / "silhouette").mkdir(parents=True, exist_ok=True)
    index = folder / "pose.npz"
    found: dict[str, np.ndarray] = {}
    if index.is_file():
        with np.load(index) as stored:
            found = dict(zip(stored["ids"].tolist(), stored["landmarks"], strict=True))
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(path_of("pose_landmarker.task"))),
        output_segmentation_masks=True,
    )
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        for number, path in enumerate(photos):
            if path.stem in found:
                continue
            pixels = read_rgb(path)
            height, width = pixels.shape[:2]
            large = cv2.resize(
                pixels, (width * enlarge, height * enlarge), interpolation=cv2.INTER_CUBIC
            )
            result = landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=large))
            if not result.pose_landmarks:
                continue
            mask = result.segmentation_masks[0].numpy_view().copy()  # dies with the result
            mask = cv2.resize(mask.squeeze(), (width, height), interpolation=cv2.INTER_AREA)
            cv2.imwrite(
                str(folder / "silhouette" / f"{path.stem}.png"),
                np.clip(mask * 255 + 0.5, 0, 255).astype(np.uint8),
            )
            points = [(p.x * width, p.y * height, p.visibility) for p in result.pose_landmarks[0]]
            found[path.stem] = np.asarray(points, np.float32)
            if number % SAVE_EVERY == SAVE_EVERY - 1:
                _save(index, found)
                print(f"{folder.name}: {number + 1} of {len(photos)}", flush=True)
    _save(index, found)
    print(f"{folder.name}: {len(found)} of {len(photos)} people found", flush=True)


def _save(index: Path, found: dict[str, np.ndarray]) -> None:
    landmarks = np.stack(list(found.values())) if found else np.zeros((0, POSE_LANDMARKS, 3))
    index.parent.mkdir(parents=True, exist_ok=True)
    part = index.with_suffix(".part.npz")
    np.savez(part, ids=np.array(list(found)), landmarks=landmarks.astype(np.float32))
    part.replace(index)
