"""VITON's pairs -> samples for the dressing network: the person with the worn garment hidden, the
garment's picture, and what the dressed person looks like.

Notable here:
- pairs are held in memory as small uint8 arrays; a sample costs a few milliseconds of OpenCV.
- a sample is a pure function of (seed, index): a resumed run sees what it would have seen.
- parts are VITON's own here, landmarks its OpenPose joints: both are disturbed, since in use they
  come from our parser and pose model with mistakes of their own.
- pairs that teach something wrong are left out: back views, masks that cover nearly all or nothing
  of the picture, garments of another colour than the one that is worn.
"""

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tryon.core.frame import Fit
from tryon.core.types import Kind, Pose
from tryon.fusion.hiding import LAYOUT_OF, Layout, hide
from tryon.fusion.studio import CANVAS, FRAMES, GREY, WHITE, garment_fit, in_pixels, normalised
from tryon.person.body import MIRRORED_POSE
from tryon.training.data.labels import VITON_PARTS

HELD_OUT = 29  # ids divisible by this are never trained on
MASK_SHARE = (0.08, 0.75)  # of the picture: less or more is a broken mask
OTHER_COLOUR = 38.0  # CIELAB distance of the medians: another garment is worn
LEAST_CLOTH = 400  # pixels of worn garment
LEAST_TORSO = 60.0  # pixels of VITON's photos
SCALE, SHIFT, TURN = (0.85, 1.2), (12.0, 14.0), 4.0  # of the studio frame; pixels; degrees
JOINT_NOISE = 2.0  # studio pixels
NO_HANDS, WORSE = 0.1, 0.3  # of the samples: hands not found, photo blurred or compressed
SAME_LIGHT, OWN_LIGHT = 0.12, 0.05  # spread of the brightness of both pictures, of the garment's
TURNED, CORNERS = 0.4, 12.0  # of the garments pictured askew; studio pixels of each corner
JUMP = 2.0  # pixels of the garment's picture between neighbours
KINDS = (Kind.UPPER, Kind.LOWER, Kind.DRESS)
EDGES = 0.25  # of the samples: the old garment's parts are a pixel or two too wide or narrow

# OpenPose's COCO joints -> ours
OPENPOSE = {
    Pose.NOSE: 0,
    Pose.RIGHT_SHOULDER: 2,
    Pose.RIGHT_ELBOW: 3,
    Pose.RIGHT_WRIST: 4,
    Pose.LEFT_SHOULDER: 5,
    Pose.LEFT_ELBOW: 6,
    Pose.LEFT_WRIST: 7,
    Pose.RIGHT_HIP: 8,
    Pose.LEFT_HIP: 11,
    Pose.RIGHT_EYE: 14,
    Pose.LEFT_EYE: 15,
    Pose.RIGHT_EAR: 16,
    Pose.LEFT_EAR: 17,
}
MIRRORED = np.arange(256, dtype=np.uint8)
MIRRORED[[Layout.LEFT_ARM, Layout.RIGHT_ARM]] = Layout.RIGHT_ARM, Layout.LEFT_ARM
ARMS = [Layout.LEFT_ARM, Layout.RIGHT_ARM]


@dataclass(frozen=True, eq=False)
class Pair:
    """person and garment (256, 192, 3) uint8 RGB; mask (256, 192) uint8 of the garment; layout
    (256, 192) uint8 `Layout` of the person; landmarks (33, 3) float32 in pixels of the photo.

    kind: of the garment. flow, where it is known: (256, 192, 2) float32 x and y in pixels of the
    garment's picture, at each pixel of the person; traced: (256, 192) uint8, 255 where flow holds.
    """

    identifier: str
    person: np.ndarray
    garment: np.ndarray
    mask: np.ndarray
    layout: np.ndarray
    landmarks: np.ndarray
    kind: Kind = Kind.UPPER
    flow: np.ndarray | None = None
    traced: np.ndarray | None = None


def read_viton_pairs(data: Path, validation: bool = False, limit: int | None = None) -> list[Pair]:
    """The pairs of DATA/viton-train-*, packed or not, without those that teach something wrong.
    FileNotFoundError where there are none."""
    pairs: list[Pair] = []
    found = False
    for files, joints in _shards(data):
        found = True
        for name in sorted(n for n in files if n.startswith("person/")):
            identifier = Path(name).stem
            held_out = int(identifier) % HELD_OUT == 0
            if held_out != validation or identifier not in joints:
                continue
            pair = _pair(identifier, files, joints[identifier])
            if pair is not None:
                pairs.append(pair)
            if limit is not None and len(pairs) == limit:
                return pairs
    if not found:
        raise FileNotFoundError(f"there are no viton-train-* shards in {data}")
    return pairs


def _shards(data: Path) -> Iterator[tuple[dict[str, bytes], dict[str, np.ndarray]]]:
    folders = sorted(path for path in data.glob("viton-train-*") if path.is_dir())
    for folder in folders:
        kinds = ("person", "cloth", "cloth_mask", "parse")
        paths = [path for kind in kinds for path in (folder / kind).glob("*.*")]
        files = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in paths}
        with np.load(folder / "pose18.npz") as stored:
            yield files, dict(zip(stored["ids"].tolist(), stored["keypoints"], strict=True))
    if folders:
        return
    for tar in sorted(data.glob("viton-train-*.tar")):
        with tarfile.open(tar) as archive:
            members = [member for member in archive if member.isfile()]
            opened = {m.name.removeprefix(f"{tar.stem}/"): archive.extractfile(m) for m in members}
            files = {name: file.read() for name, file in opened.items() if file is not None}
        with np.load(io.BytesIO(files.pop("pose18.npz"))) as stored:
            yield files, dict(zip(stored["ids"].tolist(), stored["keypoints"], strict=True))


def _pair(identifier: str, files: dict[str, bytes], joints: np.ndarray) -> Pair | None:
    person = _rgb(files[f"person/{identifier}.jpg"])
    garment = _rgb(files[f"cloth/{identifier}.jpg"])
    mask = _decode(files[f"cloth_mask/{identifier}.png"], cv2.IMREAD_GRAYSCALE)
    mask = np.where(mask > 0, 255, 0).astype(np.uint8)
    parse = _decode(files[f"parse/{identifier}.png"], cv2.IMREAD_UNCHANGED)
    parse = parse if parse.ndim == 2 else parse[..., 0]
    if not person.shape == garment.shape == (*CANVAS, 3):
        return None
    layout = LAYOUT_OF[VITON_PARTS[parse]]
    landmarks = openpose_landmarks(joints)
    worn = layout == Layout.GARMENT
    share = float((mask > 0).mean())
    shoulders = landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER]]
    back = shoulders[0, 0] < shoulders[1, 0]  # the wearer's left is on the right of a front view
    if not MASK_SHARE[0] < share < MASK_SHARE[1] or back or not shoulders[:, 2].all():
        return None
    if worn.sum() < LEAST_CLOTH or _apart(person, worn, garment, mask > 0) > OTHER_COLOUR:
        return None
    return Pair(identifier, person, garment, mask, layout, landmarks)


def openpose_landmarks(joints: np.ndarray) -> np.ndarray:
    """(18, 3) OpenPose joints -> (33, 3) float32; confidence 1 where a joint was found."""
    landmarks = np.zeros((33, 3), np.float32)
    for ours, theirs in OPENPOSE.items():
        landmarks[ours] = joints[theirs]
    landmarks[:, 2] = landmarks[:, 2] > 0.05
    return landmarks


def _apart(person: np.ndarray, worn: np.ndarray, garment: np.ndarray, mask: np.ndarray) -> float:
    lab = [cv2.cvtColor(picture, cv2.COLOR_RGB2LAB) for picture in (person, garment)]
    medians = [np.median(one[where], 0) for one, where in zip(lab, (worn, mask), strict=True)]
    return float(np.linalg.norm((medians[0] - medians[1]) * (100 / 255, 1, 1)))


def _decode(data: bytes, flags: int) -> np.ndarray:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), flags))


def _rgb(data: bytes) -> np.ndarray:
    return _decode(data, cv2.IMREAD_COLOR)[..., ::-1].copy()


class Dressed:
    """Training samples."""

    def __init__(self, pairs: list[Pair], seed: int = 0) -> None:
        self.pairs = pairs
        self.seed = seed

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Samples first .. first + count - 1 on canvases of `size`, which divides (256, 192).

        uint8: seen, garment, target (N, H, W, 3); keep, alpha, layout, shown (N, H, W);
        planes (N, 11, H/2, W/2); kind (N,) place in `KINDS`. shown: 255 where the photo reaches.
        Where all pairs know it also flow (N, H, W, 2) float32, normalised x and y on the garment,
        and traced (N, H, W) uint8, 255 where that holds.
        """
        samples = [self.sample(first + i) for i in range(count)]
        batch = {name: np.stack([one[name] for one in samples]) for name in samples[0]}
        step = CANVAS[0] // size[0]
        return batch if step == 1 else {n: smaller(n, values, step) for n, values in batch.items()}

    def sample(self, index: int) -> dict[str, np.ndarray]:
        """Sample number `index`, always the same for the same seed."""
        rng = np.random.default_rng((self.seed, index))
        return prepared(self.pairs[rng.integers(len(self.pairs))], rng)


def smaller(name: str, values: np.ndarray, step: int) -> np.ndarray:
    """(N, H, W, ...) or, of planes, (N, C, H, W) shrunk by a whole number: averaged; labels by
    their nearest pixel; traced where all of a cell is."""
    if name == "kind":
        return values
    if name == "layout":
        return np.ascontiguousarray(values[:, step // 2 :: step, step // 2 :: step])
    if name == "planes":
        n, channels, height, width = values.shape
        cells = values.reshape(n, channels, height // step, step, width // step, step)
        return cells.mean((3, 5), dtype=np.float32).astype(np.uint8)
    n, height, width = values.shape[:3]
    cells = values.reshape(n, height // step, step, width // step, step, -1)
    small = cells.min((2, 4)) if name == "traced" else cells.mean((2, 4), dtype=np.float32)
    small = small.astype(values.dtype)
    return small.reshape(n, height // step, width // step, *values.shape[3:])


def prepared(pair: Pair, rng: np.random.Generator | None) -> dict[str, np.ndarray]:
    """A pair in the studio frame, disturbed by `rng`; None = as it is, for validation."""
    matrix, mirrored = _frame(pair.landmarks, rng, pair.kind)
    height, width = CANVAS
    grey = (GREY, GREY, GREY)
    target = cv2.warpAffine(pair.person, matrix, (width, height), borderValue=grey)
    layout = cv2.warpAffine(pair.layout, matrix, (width, height), flags=cv2.INTER_NEAREST)
    inside = np.full(CANVAS, 255, np.uint8)
    shown = cv2.warpAffine(inside, matrix, (width, height), flags=cv2.INTER_NEAREST)
    landmarks = pair.landmarks.copy()
    landmarks[:, :2] = landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    fit = garment_fit(pair.mask > 0)
    alpha = fit.image(pair.mask)
    garment = fit.image(pair.garment, border=WHITE)
    known = _flow(pair, matrix, fit) if pair.flow is not None else {}
    if mirrored:
        target, layout, shown = target[:, ::-1], MIRRORED[layout[:, ::-1]], shown[:, ::-1]
        alpha, garment = alpha[:, ::-1], garment[:, ::-1]
        landmarks = landmarks[MIRRORED_POSE]
        landmarks[:, 0] = width - 1 - landmarks[:, 0]
        known = {name: values[:, ::-1] for name, values in known.items()}
        if known:
            known["flow"] = known["flow"] * np.array([-1, 1], np.float32)
    if rng is not None:
        target, garment = _lit(target, garment, rng)
        garment, alpha, known = _askew(garment, alpha, known, rng)
    target = np.where((layout == Layout.BACKGROUND)[..., None], np.uint8(GREY), target)
    photo = target
    if rng is not None:
        photo = _worse(target, rng)
        landmarks[:, :2] += rng.normal(0, JOINT_NOISE, (len(landmarks), 2))
    layout = np.asarray(layout, np.uint8)
    given = layout if rng is None else _misread(layout, rng)
    hidden = hide(np.asarray(given, np.uint8), landmarks, rng, pair.kind)
    garment = np.where(alpha[..., None] > 127, garment, np.uint8(WHITE))
    known = {name: np.ascontiguousarray(values) for name, values in known.items()}
    return known | {
        "seen": photo * hidden.keep[..., None],
        "keep": hidden.keep.astype(np.uint8) * np.uint8(255),
        "planes": hidden.planes,
        "garment": np.ascontiguousarray(garment),
        "alpha": np.ascontiguousarray(alpha),
        "target": np.ascontiguousarray(target),
        "layout": np.ascontiguousarray(layout),
        "shown": np.ascontiguousarray(shown),
        "kind": np.array(KINDS.index(pair.kind), np.uint8),
    }


def _flow(pair: Pair, matrix: np.ndarray, fit: Fit) -> dict[str, np.ndarray]:
    """The known flow in the frame: (256, 192, 2) float32 normalised, and where it holds."""
    assert pair.flow is not None
    assert pair.traced is not None
    size = CANVAS[::-1]
    smooth = cv2.warpAffine(pair.flow, matrix, size)
    near = cv2.warpAffine(pair.flow, matrix, size, flags=cv2.INTER_NEAREST)
    holds = cv2.warpAffine(pair.traced, matrix, size) == 255
    holds &= np.abs(smooth - near).max(-1) < JUMP  # between two pieces of cloth nothing is known
    on_canvas = fit.points(smooth.reshape(-1, 2)).reshape(smooth.shape)
    flow = np.where(holds[..., None], normalised(on_canvas), 0).astype(np.float32)
    return {"flow": flow, "traced": holds.astype(np.uint8) * np.uint8(255)}


def _frame(
    landmarks: np.ndarray, rng: np.random.Generator | None, kind: Kind
) -> tuple[np.ndarray, bool]:
    """2x3 photo -> studio frame of a kind, and whether to mirror afterwards."""
    frame = FRAMES[kind]
    shoulders = landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], :2].mean(0)
    hips = landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP]]
    torso = (
        float(np.linalg.norm(hips[:, :2].mean(0) - shoulders)) if hips[:, 2].all() else frame.torso
    )
    scale = float(np.clip(frame.torso / max(torso, LEAST_TORSO), 0.7, 1.4))
    at, angle, mirrored = np.array(frame.shoulders_at), 0.0, False
    if rng is not None:
        scale *= rng.uniform(*SCALE)
        at = at + rng.uniform(-1, 1, 2) * SHIFT
        angle, mirrored = np.deg2rad(rng.normal(0, TURN)), bool(rng.random() < 0.5)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) * scale
    return np.column_stack([turn, at - turn @ shoulders]).astype(np.float32), mirrored


def _lit(
    target: np.ndarray, garment: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Both pictures in another light, the garment's a little different from the person's."""
    gain = np.exp(rng.normal(0, SAME_LIGHT)) * rng.uniform(0.94, 1.06, 3)
    shift = rng.uniform(-12, 12)
    own = np.exp(rng.normal(0, OWN_LIGHT))
    return (
        np.clip(target * gain + shift, 0, 255).astype(np.uint8),
        np.clip(garment * (gain * own) + shift, 0, 255).astype(np.uint8),
    )


def _askew(
    garment: np.ndarray,
    alpha: np.ndarray,
    known: dict[str, np.ndarray],
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """The garment's picture, and the known flow to it, a little turned, sheared or seen from a
    side, at times."""
    if rng.random() >= TURNED:
        return garment, alpha, known
    height, width = CANVAS
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.uniform(-CORNERS, CORNERS, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    white = (WHITE, WHITE, WHITE)
    if known:
        at = in_pixels(known["flow"]).reshape(-1, 1, 2).astype(np.float32)
        there = cv2.perspectiveTransform(at, matrix).reshape(known["flow"].shape)
        traced = known["traced"]
        flow = np.where(traced[..., None] > 0, normalised(there), 0).astype(np.float32)
        known = {"flow": flow, "traced": traced}
    return (
        cv2.warpPerspective(garment, matrix, (width, height), borderValue=white),
        cv2.warpPerspective(alpha, matrix, (width, height)),
        known,
    )


def _worse(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a phone makes of it, at times."""
    if rng.random() < WORSE:
        photo = cv2.GaussianBlur(photo, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < WORSE:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 90))]
        photo = _decode(cv2.imencode(".jpg", photo, quality)[1].tobytes(), cv2.IMREAD_COLOR)
    return photo


def _misread(layout: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The layout as a parser would see it: edges a little off, at times without a hand."""
    if rng.random() < EDGES:
        cloth = (layout == Layout.GARMENT).astype(np.uint8)
        kernel = np.ones((3, 3), np.uint8)
        layout = layout.copy()
        if rng.random() < 0.5:
            layout[cv2.dilate(cloth, kernel) > 0] = Layout.GARMENT
        else:
            lost = (cloth > 0) & (cv2.erode(cloth, kernel) == 0)
            layout[lost] = layout[np.roll(lost, 2, 0)][: lost.sum()]
    if rng.random() < NO_HANDS:
        layout = np.where(np.isin(layout, ARMS), Layout.BACKGROUND, layout).astype(np.uint8)
    return layout
