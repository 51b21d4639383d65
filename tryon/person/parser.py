"""Pixels, landmarks and silhouette -> labels of the body's parts (numpy in, numpy out).

Notable here:
- the network looks at a canvas of 512 x 384: the person's box with a margin, so a small person in
  a wide photo is seen as large as a selfie. `Window` maps photo <-> canvas.
- it looks twice, the second time in a mirror, and takes the mean (mean IoU + 0.01).
- labels are decided at the photo's resolution, from enlarged probabilities and not from enlarged
  labels, so edges are smooth and not stepped.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import cv2
import numpy as np
import torch

from tryon.core import weights
from tryon.core.types import Part, Pose
from tryon.nets.blocks import fold_norms
from tryon.nets.encoder import PIXEL_MEAN, PIXEL_SCALE
from tryon.nets.parser import ParserNet
from tryon.person.body import (
    ARMS_TO_FINGERS,
    DRAWN_ARM,
    DRAWN_HEAD,
    DRAWN_LEG,
    DRAWN_TORSO,
    HAND_POINTS,
    LEGS_TO_TOES,
    MIRRORED_PARTS,
    SIDES,
    TORSO,
    seen_shoulders,
)

WEIGHT_FILE = "parser.safetensors"
CANVAS = (512, 384)  # height, width in pixels
MARGIN = 0.06  # of the person's height or width, added on each side
BORDER = 127  # grey beyond the photo's edge, 0 after normalisation
SILHOUETTE_THRESHOLD = 128  # of 255
SEEN = 0.5  # visibility from which a landmark widens the box
POSE_STRIDE = 4  # pose planes are this much smaller than the canvas
HAND_ROOM, HAND_REACH = 0.1, 0.6  # around a hand's landmarks; how far from the wrist it may be
LEAST_SCORE = 1e-6
# A dress's share of what may be dress, or top and skirt: from when on it is all, or nothing of it.
SURE_TOP, SURE_DRESS = 0.2, 0.35
LEAST_CLOTH = 1e-3  # of the picture: less of all three is nothing to decide about
WAIST = 0.7  # from the shoulders to the hips
# In training an error costs this much more or less in these classes, about (typical share / share
# of the pixels) ** 0.4. In use it is divided out again: probabilities are probabilities.
CLASS_WEIGHTS = {
    Part.BACKGROUND: 0.5,
    Part.UPPER: 0.8,
    Part.NECK: 1.8,
    Part.FACE: 1.4,
    Part.DRESS: 1.1,
    Part.SKIRT: 2.2,
    Part.LEFT_ARM: 1.3,
    Part.RIGHT_ARM: 1.3,
    Part.LEFT_LEG: 1.4,
    Part.RIGHT_LEG: 1.4,
    Part.SHOES: 1.5,
    Part.ACCESSORY: 1.4,
}


class Parser:
    """ParserNet with its weights, ready for photos of any size."""

    def __init__(self, net: ParserNet, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        folded = fold_norms(net.eval())
        # torch's annotations leave memory_format out
        self.net = folded.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @classmethod
    def load(cls, device: str | torch.device = "cpu") -> Self:
        """The shipped parser. Raises TryOnError "weights_missing" or "weights_damaged"."""
        return cls(weights.load(ParserNet, WEIGHT_FILE), device)

    def __call__(
        self, pixels: np.ndarray, landmarks: np.ndarray, silhouette: np.ndarray
    ) -> np.ndarray:
        """Label every pixel.

        pixels: (H, W, 3) uint8 RGB. landmarks: (33, 3) float32 x, y in pixels, visibility.
        silhouette: (H, W), bool, or uint8 with 255 = person.
        Returns (H, W) uint8, `Part` 0..14; background outside the person's box.
        """
        window, scores = self._run(pixels, landmarks, silhouette)
        return window.labels(scores, pixels.shape[:2])

    def scores(
        self, pixels: np.ndarray, landmarks: np.ndarray, silhouette: np.ndarray
    ) -> np.ndarray:
        """As `__call__`, but (H, W, 15) float32: the probability of each part, for small
        pictures that are worked on further. Beyond the person's box all is background."""
        window, scores = self._run(pixels, landmarks, silhouette)
        maps = [
            window.enlarge(score, pixels.shape[:2], outside=float(label == 0))
            for label, score in enumerate(scores)
        ]
        return np.stack(maps, axis=-1)

    def parts_of(
        self,
        pixels: np.ndarray,
        landmarks: np.ndarray,
        silhouette: np.ndarray,
        hands: np.ndarray,
        view: str = "front",
    ) -> np.ndarray:
        """Label every pixel of a person, with hands told apart: the same question, arguments and
        answer as `parts.parts_of`, which needs no training.

        pixels: (h, w, 3) uint8 RGB. landmarks: (33, 3) float32. silhouette: (h, w) bool.
        hands: (n, 21, 3) float32. view: not looked at.
        Returns (h, w, 17) float32, the probability of each `Part`; BACKGROUND is 0 inside the
        silhouette and 1 outside.
        """
        found = self.scores(pixels, landmarks, silhouette)
        scores = np.zeros((*silhouette.shape, len(Part)), np.float32)
        scores[..., : found.shape[-1]] = found
        for hand, arm, mask in zip(
            (Part.LEFT_HAND, Part.RIGHT_HAND),
            (Part.LEFT_ARM, Part.RIGHT_ARM),
            hand_masks(silhouette.shape, landmarks, hands),
            strict=True,
        ):
            scores[mask, hand] = scores[mask, arm]
            scores[mask, arm] = 0
        scores[..., Part.BACKGROUND] = 0
        total = scores.sum(-1, keepdims=True)
        scores /= np.maximum(total, LEAST_SCORE)
        scores[~silhouette] = 0
        scores[..., Part.BACKGROUND] = ~silhouette
        return scores

    def _run(
        self, pixels: np.ndarray, landmarks: np.ndarray, silhouette: np.ndarray
    ) -> "tuple[Window, np.ndarray]":
        silhouette = as_bytes(silhouette)
        window = Window.around(landmarks, silhouette)
        canvas = window.cut(pixels, border=BORDER)
        points = window.points(landmarks)
        planes = pose_planes(points, window.cut(silhouette, border=0))
        looks = (canvas, planes), (cv2.flip(canvas, 1), mirrored_planes(planes))
        found, mirrored = (self._probabilities(*look) for look in looks)
        scores = (found + mirrored[MIRRORED_PARTS[: len(mirrored)], :, ::-1]) / 2
        for part, weight in CLASS_WEIGHTS.items():
            scores[part] /= weight
        scores /= scores.sum(0)
        settle_dress(scores, points[:, :2] * (scores.shape[1] / CANVAS[0]))
        scores /= scores.sum(0)
        return window, scores

    def _probabilities(self, canvas: np.ndarray, planes: np.ndarray) -> np.ndarray:
        """One picture at a time: on a CPU two at once take longer than one after the other."""
        with torch.inference_mode():
            tensors = as_tensors(canvas[None], planes[None], self.device)
            return torch.softmax(self.net(*tensors).float(), dim=1)[0].cpu().numpy()


@dataclass(frozen=True)
class Window:
    """The part of the photo that fills the canvas: its box in photo pixels (may lie outside)."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def around(cls, landmarks: np.ndarray, silhouette: np.ndarray) -> Self:
        """The box of the silhouette and the visible landmarks, with margin, 4:3 upright.

        The whole photo if there is neither.
        """
        height, width = silhouette.shape
        x, y, w, h = cv2.boundingRect((silhouette >= SILHOUETTE_THRESHOLD).astype(np.uint8))
        corners = [(x, y), (x + w, y + h)] if w else []
        inside = (
            (landmarks[:, 2] >= SEEN)
            & (landmarks[:, :2] >= 0).all(1)
            & (landmarks[:, 0] < width)
            & (landmarks[:, 1] < height)
        )
        points = np.array([*corners, *landmarks[inside, :2]], np.float32).reshape(-1, 2)
        if len(points) < 2:
            points = np.array([(0, 0), (width, height)], np.float32)
        (left, top), (right, bottom) = points.min(0), points.max(0)
        tall = max(bottom - top, 1) * (1 + 2 * MARGIN)
        wide = max(right - left, 1) * (1 + 2 * MARGIN)
        tall = max(tall, wide * CANVAS[0] / CANVAS[1])
        wide = tall * CANVAS[1] / CANVAS[0]
        cx, cy = (left + right) / 2, (top + bottom) / 2
        return cls(
            int(np.floor(cx - wide / 2)),
            int(np.floor(cy - tall / 2)),
            int(np.ceil(cx + wide / 2)),
            int(np.ceil(cy + tall / 2)),
        )

    def cut(self, image: np.ndarray, border: int) -> np.ndarray:
        """The canvas picture of a photo-sized uint8 array, `border` beyond the photo's edge."""
        height, width = image.shape[:2]
        inner = image[max(self.y0, 0) : max(self.y1, 0), max(self.x0, 0) : max(self.x1, 0)]
        whole = cv2.copyMakeBorder(
            inner,
            max(-self.y0, 0),
            max(self.y1 - height, 0),
            max(-self.x0, 0),
            max(self.x1 - width, 0),
            cv2.BORDER_CONSTANT,
            value=(border,) * 3,
        )
        method = cv2.INTER_AREA if whole.shape[0] > CANVAS[0] else cv2.INTER_LINEAR
        return cv2.resize(whole, CANVAS[::-1], interpolation=method)

    def points(self, landmarks: np.ndarray) -> np.ndarray:
        """(33, 3) landmarks of the photo in canvas pixels."""
        scale = CANVAS[0] / (self.y1 - self.y0), CANVAS[1] / (self.x1 - self.x0)
        moved = landmarks.astype(np.float32).copy()
        moved[:, 0] = (moved[:, 0] - self.x0) * scale[1]
        moved[:, 1] = (moved[:, 1] - self.y0) * scale[0]
        return moved

    def labels(self, scores: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """(classes, h, w) float32 canvas probabilities -> (H, W) uint8 labels of the photo."""
        labels = np.zeros(size, np.uint8)
        inner = labels[self._inside(size)]
        best = np.zeros(inner.shape, np.float32)
        for label in np.unique(scores.argmax(0)):
            score = self._sample(scores[label], size)
            better = score > best
            np.copyto(best, score, where=better)
            inner[better] = label
        return labels

    def enlarge(self, score: np.ndarray, size: tuple[int, int], outside: float) -> np.ndarray:
        """(h, w) float32 on the canvas -> (H, W) float32 on the photo, `outside` beyond the box."""
        whole = np.full(size, outside, np.float32)
        whole[self._inside(size)] = self._sample(score, size)
        return whole

    def _inside(self, size: tuple[int, int]) -> tuple[slice, slice]:
        """The part of a photo of this size (height, width) that lies in the window."""
        height, width = size
        top, bottom = np.clip((self.y0, self.y1), 0, height)
        left, right = np.clip((self.x0, self.x1), 0, width)
        return slice(top, bottom), slice(left, right)

    def _sample(self, score: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """(h, w) float32 on the canvas, enlarged to that part of the photo."""
        rows, columns = self._inside(size)
        shape = rows.stop - rows.start, columns.stop - columns.start
        if not all(shape):
            return np.zeros(shape, np.float32)
        # canvas pixel = (photo pixel - origin) / scale, both counted from pixel centres
        scale_y = (self.y1 - self.y0) / score.shape[0]
        scale_x = (self.x1 - self.x0) / score.shape[1]
        matrix = np.array(
            [
                [1 / scale_x, 0, (columns.start - self.x0 + 0.5) / scale_x - 0.5],
                [0, 1 / scale_y, (rows.start - self.y0 + 0.5) / scale_y - 0.5],
            ],
            np.float32,
        )
        return cv2.warpAffine(
            score,
            matrix,
            shape[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )


def settle_dress(scores: np.ndarray, points: np.ndarray) -> None:
    """Decide between a dress and a top with a skirt for the whole person, where that is clear; in
    place (they no longer add up to 1).

    scores: (classes, h, w) probabilities. points: (33, 2) landmarks in their pixels. Pixel by
    pixel the two look alike, and patches of both are worse than either.
    """
    torso = np.zeros(scores.shape[1:], np.uint8)
    limit = 4 * max(torso.shape)
    corners = np.clip(np.round(points[list(TORSO)]), -limit, limit).astype(np.int32)
    cv2.fillConvexPoly(torso, cv2.convexHull(corners), 1)
    inside = torso > 0
    dress = float(scores[Part.DRESS].sum())
    parted = float(scores[Part.UPPER][inside].sum() + scores[Part.SKIRT].sum())
    if dress + parted < LEAST_CLOTH * torso.size:
        return
    share = dress / (dress + parted)
    if share > SURE_DRESS:
        # a sure top may be worn over it, an unsure one is its bodice
        scores[Part.DRESS] += scores[Part.SKIRT] + inside * scores[Part.UPPER] / 2
        scores[Part.SKIRT] = 0
    elif share < SURE_TOP:
        shoulder, hip = corners[:2, 1].mean(), corners[2:, 1].mean()
        waist = int(np.clip(shoulder + WAIST * (hip - shoulder), 0, len(torso)))
        scores[Part.UPPER, :waist] += scores[Part.DRESS, :waist]
        scores[Part.SKIRT, waist:] += scores[Part.DRESS, waist:]
        scores[Part.DRESS] = 0


def pose_planes(landmarks: np.ndarray, silhouette: np.ndarray) -> np.ndarray:
    """What body analysis knows, drawn for the network.

    landmarks: (33, 3) in pixels of the canvas. silhouette: (H, W) uint8, 255 = person.
    Returns (7, H/4, W/4) uint8: silhouette, head, torso, left arm, right arm, left leg,
    right leg; limbs fade with their landmarks' visibility.
    """
    height, width = (side // POSE_STRIDE for side in silhouette.shape)
    planes = np.zeros((7, height, width), np.uint8)
    planes[0] = cv2.resize(silhouette, (width, height), interpolation=cv2.INTER_AREA)
    points = landmarks[:, :2] / POSE_STRIDE
    seen = np.clip(landmarks[:, 2], 0, 1)
    unit = seen_shoulders(points)

    face = points[[Pose.LEFT_EAR, Pose.RIGHT_EAR, Pose.NOSE]]
    _capsule(planes[1], face.mean(0), face.mean(0), DRAWN_HEAD * unit, 255)
    corners = points[list(TORSO)]
    cv2.fillConvexPoly(planes[2], cv2.convexHull(np.round(corners).astype(np.int32)), 255)
    for i in range(4):
        _capsule(planes[2], corners[i], corners[(i + 1) % 4], DRAWN_TORSO * unit, 255)
    chains = (*ARMS_TO_FINGERS.values(), *LEGS_TO_TOES.values())
    radii = (DRAWN_ARM, DRAWN_ARM, DRAWN_LEG, DRAWN_LEG)
    for plane, chain, radius in zip(planes[3:], chains, radii, strict=True):
        for a, b in pairwise(chain):
            strength = int(55 + 200 * min(seen[a], seen[b]))
            _capsule(plane, points[a], points[b], radius * unit, strength)
    return planes


def mirrored_planes(planes: np.ndarray) -> np.ndarray:
    """The (7, h, w) planes of the same person in a mirror: left limbs become right ones."""
    return planes[[0, 1, 2, 4, 3, 6, 5], :, ::-1]


def hand_masks(
    shape: tuple[int, int], landmarks: np.ndarray, hands: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where the left and the right hand may be: two (h, w) bool masks.

    A hand found by its 21 landmarks is the hull of them with some room, and belongs to the nearer
    wrist; where none was found, the pose landmarks of wrist, thumb, index and little finger serve.
    """
    unit = seen_shoulders(landmarks)
    masks = []
    for side, other in (SIDES, SIDES[::-1]):
        wrist, others = landmarks[HAND_POINTS[side][0], :2], landmarks[HAND_POINTS[other][0], :2]
        points = landmarks[list(HAND_POINTS[side]), :2]
        for hand in hands:
            near = np.linalg.norm(hand[0, :2] - wrist)
            if near < HAND_REACH * unit and near <= np.linalg.norm(hand[0, :2] - others):
                points = hand[:, :2]
        mask = np.zeros(shape, np.uint8)
        limit = 4 * max(shape)
        hull = cv2.convexHull(np.clip(np.round(points), -limit, limit).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1)
        cv2.polylines(mask, [hull], True, 1, max(1, round(2 * HAND_ROOM * unit)))
        masks.append(mask > 0)
    return masks[0], masks[1]


def as_bytes(silhouette: np.ndarray) -> np.ndarray:
    """A bool mask as uint8 with 255 = person; uint8 is returned as it is."""
    return silhouette.astype(np.uint8) * 255 if silhouette.dtype == np.bool_ else silhouette


def as_tensors(
    pixels: np.ndarray, planes: np.ndarray, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """(N, H, W, 3) and (N, 7, h, w), both uint8 -> the two inputs of ParserNet, channels last."""
    picture = torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2).float()
    picture = ((picture - PIXEL_MEAN) / PIXEL_SCALE).contiguous(memory_format=torch.channels_last)
    known = torch.from_numpy(planes).to(device).float() / 255
    return picture, known.contiguous(memory_format=torch.channels_last)


def _capsule(plane: np.ndarray, a: np.ndarray, b: np.ndarray, radius: float, strength: int) -> None:
    """Draw a thick round-ended line, in place. Points far outside are pulled near, for OpenCV."""
    limit = 4 * max(plane.shape)
    start, end = (tuple(int(v) for v in np.clip(np.round(p), -limit, limit)) for p in (a, b))
    thickness = int(np.clip(round(2 * radius), 1, 255))
    cv2.line(plane, start, end, strength, thickness)
