"""People with part labels, cropped and disturbed for the parser: Clothing Co-Parsing, Fashionista,
VITON, and photos of hair.

Notable here:
- everything is held in memory as small uint8 arrays; a sample costs a few milliseconds of OpenCV
  and no decoding, which is what two cores can afford.
- a sample is a pure function of (seed, index): a resumed run sees what it would have seen.
- crops imitate the product: the person's box as the product would frame it, of a photo that may
  end at the knees, hips or chest; then turned, stretched, mirrored (left and right swapped).
- pose and silhouette are disturbed too: in use they are not perfect.
- photos of hair are often of a head alone, or from behind, where no body is found. They are used
  all the same: without silhouette and with every landmark far outside the photo.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tryon.core.types import POSE_LANDMARKS, Part, Pose
from tryon.person.body import MIRRORED_PARTS, MIRRORED_POSE
from tryon.person.parser import BORDER, Window, pose_planes
from tryon.training.data.labels import (
    IGNORE,
    NOT_HAIR,
    ccp_parts,
    hair_parts,
    trusted,
    viton_parts,
    without_edges,
)
from tryon.training.data.pictures import decode_stored, read_rgb, read_stored

VALIDATION_CCP = 10  # every tenth id, in order, is never trained on
VALIDATION_FASHIONISTA = VALIDATION_HAIR = 10  # likewise
VALIDATION_VITON = 29  # ids divisible by this are never trained on
# Of the training samples; what is not there leaves its share to the others.
CCP_SHARE, FASHIONISTA_SHARE, HAIR_SHARE, VITON_SHARE = 0.42, 0.26, 0.15, 0.17
RARE_SHARE = 0.25  # of the street photos' samples: people in skirts, else taken for dresses
RARE_AREA = 0.015  # of the photo
VITON_WEIGHT = 0.5  # of a VITON sample in the loss; its labels are a model's output
FASHIONISTA_WEIGHT = 0.8  # of a Fashionista sample; its edges are blocky
BLOCKY = 2  # pixels beside an edge of Fashionista's labels that are not learned from
NOWHERE = -1e5  # pixels: where the landmarks of a body lie that was not found
HAIR_BOX = 0.35  # of the photos of hair: cut to a random box around the hair
FAR_HEADS = 0.6  # of the photos of hair: drawn smaller
OCCLUDED = 0.08  # of the samples: something is held before the body
LABEL_STRIDE = 2  # labels are drawn at half the canvas, the size of the network's output

GARMENTS = (Part.UPPER, Part.OUTERWEAR, Part.DRESS, Part.TROUSERS, Part.SKIRT, Part.SHOES)


@dataclass(frozen=True, eq=False)
class Labelled:
    """A person photo with what is known. pixels (H, W, 3), silhouette and parts (H, W), uint8;
    landmarks (33, 3) float32 in pixels."""

    identifier: str
    pixels: np.ndarray
    silhouette: np.ndarray
    parts: np.ndarray
    landmarks: np.ndarray
    weight: float = 1.0

    @property
    def street(self) -> bool:
        """A full-body photo with human labels, before a street or a room."""
        return not self.hair_alone and self.weight > VITON_WEIGHT

    @property
    def hair_alone(self) -> bool:
        """Whether it is known of hair alone where it is."""
        return bool((self.parts == NOT_HAIR).any())

    @property
    def posed(self) -> bool:
        """Whether a body was found."""
        return bool(self.landmarks[0, 0] > NOWHERE)


def read_ccp(data: Path, cache: Path, validation: bool) -> list[Labelled]:
    """Clothing Co-Parsing from DATA/ccp, body analysis from CACHE/ccp."""
    names = json.loads((data / "ccp" / "labels.json").read_text())
    poses = read_poses(cache / "ccp")
    people = []
    for number, path in enumerate(sorted((data / "ccp" / "photo").glob("*.jpg"))):
        held_out = number % VALIDATION_CCP == VALIDATION_CCP - 1
        if held_out != validation or path.stem not in poses:
            continue
        label = read_stored(data / "ccp" / "label" / f"{path.stem}.png")
        parts = ccp_parts(label, names, poses[path.stem])
        people.append(_labelled(path, cache / "ccp", parts, poses[path.stem], 1.0))
    return people


def read_fashionista(data: Path, cache: Path, validation: bool) -> list[Labelled]:
    """Fashionista from DATA/fashionista, body analysis from CACHE/fashionista; nobody without that
    folder. For training the pixels at edges are `IGNORE`; held-out photos keep theirs."""
    if not (data / "fashionista").is_dir():
        return []
    names = json.loads((data / "fashionista" / "labels.json").read_text())
    poses = read_poses(cache / "fashionista")
    people = []
    for number, path in enumerate(sorted((data / "fashionista" / "photo").glob("*.jpg"))):
        held_out = number % VALIDATION_FASHIONISTA == VALIDATION_FASHIONISTA - 1
        if held_out != validation or path.stem not in poses:
            continue
        # a picture with a palette: OpenCV would give its colours and not its numbers
        with Image.open(data / "fashionista" / "label" / f"{path.stem}.png") as picture:
            label = np.asarray(picture)
        parts = ccp_parts(label, names, poses[path.stem])
        if not validation:
            parts = without_edges(parts, BLOCKY)
        people.append(
            _labelled(path, cache / "fashionista", parts, poses[path.stem], FASHIONISTA_WEIGHT)
        )
    return people


def read_hair(data: Path, cache: Path, validation: bool) -> list[Labelled]:
    """Photos of hair from DATA/hair, body analysis, where a body was found, from CACHE/hair; nobody
    without the first folder."""
    if not (data / "hair").is_dir():
        return []
    poses = read_poses(cache / "hair")
    people = []
    for number, path in enumerate(sorted((data / "hair" / "photo").glob("*.jpg"))):
        if (number % VALIDATION_HAIR == VALIDATION_HAIR - 1) != validation:
            continue
        with Image.open(data / "hair" / "hair" / f"{path.stem}.png") as picture:
            parts = hair_parts(np.asarray(picture), poses.get(path.stem))
        if path.stem in poses:
            people.append(_labelled(path, cache / "hair", parts, poses[path.stem], 1.0))
            continue
        pixels = read_rgb(path)
        nobody = np.zeros_like(parts)
        people.append(Labelled(path.stem, pixels, nobody, parts, landmarks_of_nobody()))
    return people


def landmarks_of_nobody() -> np.ndarray:
    """(33, 3) float32 landmarks that no pose plane shows."""
    landmarks = np.zeros((POSE_LANDMARKS, 3), np.float32)
    landmarks[:, :2] = NOWHERE
    return landmarks


def read_viton(
    data: Path, cache: Path, validation: bool, limit: int | None = None
) -> list[Labelled]:
    """VITON from DATA/viton-train-*, body analysis from CACHE/viton; at most `limit` photos."""
    poses = read_poses(cache / "viton")
    people: list[Labelled] = []
    for path in sorted(data.glob("viton-train-*/person/*.jpg"), key=lambda path: path.stem[::-1]):
        if (int(path.stem) % VALIDATION_VITON == 0) != validation or path.stem not in poses:
            continue
        parse = read_stored(path.parent.parent / "parse" / f"{path.stem}.png")
        people.append(
            _labelled(path, cache / "viton", viton_parts(parse), poses[path.stem], VITON_WEIGHT)
        )
        if limit is not None and len(people) == limit:
            break
    return people


def read_poses(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "pose.npz") as stored:
        return dict(zip(stored["ids"].tolist(), stored["landmarks"], strict=True))


def _labelled(
    path: Path, cache: Path, parts: np.ndarray, landmarks: np.ndarray, weight: float
) -> Labelled:
    pixels = read_rgb(path)
    silhouette = read_stored(cache / "silhouette" / f"{path.stem}.png", cv2.IMREAD_GRAYSCALE)
    return Labelled(path.stem, pixels, silhouette, parts, landmarks, weight)


def read_backgrounds(data: Path, every: int = 4) -> list[np.ndarray]:
    """Floors, beds and walls: the phone photos of garments from DATA/garments-cc0, as uint8 RGB.

    A garment lying about is background too: it is on nobody.
    """
    paths = sorted((data / "garments-cc0").glob("*/*.jpg"))[::every]
    pictures = []
    for path in paths:
        picture = read_stored(path, cv2.IMREAD_REDUCED_COLOR_2)
        scale = 480 / max(picture.shape[:2])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        pictures.append(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
    return pictures


def _in_skirts(pool: list[Labelled]) -> list[Labelled]:
    """The street photos of people in skirts."""
    return [one for one in pool if one.street and (one.parts == Part.SKIRT).mean() > RARE_AREA]


class People:
    """Training samples for the parser."""

    def __init__(
        self,
        ccp: list[Labelled],
        viton: list[Labelled],
        backgrounds: list[np.ndarray],
        seed: int = 0,
        fashionista: list[Labelled] | None = None,
        hair: list[Labelled] | None = None,
    ) -> None:
        self.ccp = ccp
        self.fashionista = fashionista or []
        self.hair = hair or []
        self.viton = [
            Labelled(
                one.identifier,
                one.pixels,
                one.silhouette,
                trusted(one.parts, one.silhouette),
                one.landmarks,
                one.weight,
            )
            for one in viton
        ]
        self.backgrounds = backgrounds
        self.seed = seed
        pools = (
            (self.ccp, CCP_SHARE),
            (self.fashionista, FASHIONISTA_SHARE),
            (self.hair, HAIR_SHARE),
            (self.viton, VITON_SHARE),
        )
        self.pools = [(pool, _in_skirts(pool), share) for pool, share in pools if pool]
        shares = np.array([share for _, _, share in self.pools])
        self.shares = shares / shares.sum()

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Samples first .. first + count - 1 on canvases of `size` (height, width).

        pixels (N, H, W, 3), planes (N, 7, H/4, W/4), labels (N, H/2, W/2), all uint8;
        weight (N,) float32.
        """
        samples = [self.sample(first + i, size) for i in range(count)]
        return {name: np.stack([one[name] for one in samples]) for name in samples[0]}

    def sample(self, index: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Sample number `index`, always the same for the same seed."""
        rng = np.random.default_rng((self.seed, index))
        pool, rare, _ = self.pools[rng.choice(len(self.pools), p=self.shares)]
        if rare and rng.random() < RARE_SHARE:
            pool = rare
        person = pool[rng.integers(len(pool))]
        cut = _cut_hair if person.hair_alone else _cut_photo
        pixels, silhouette, parts, landmarks = cut(person, rng)
        matrix, mirrored = _frame(landmarks, silhouette, size, rng, person.hair_alone)
        landmarks = landmarks.copy()
        landmarks[:, :2] = landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]

        height, width = size
        studio = not (person.street or person.hair_alone)
        shrinks = np.linalg.norm(matrix[:, 0]) < 0.6
        if shrinks:  # warpAffine does not average; do so before
            pixels = cv2.GaussianBlur(pixels, (3, 3), 0)
        pixels = cv2.warpAffine(
            pixels, matrix, (width, height), borderValue=(BORDER, BORDER, BORDER)
        )
        silhouette = cv2.warpAffine(silhouette, matrix, (width, height))
        full = cv2.warpAffine(
            parts, matrix, (width, height), flags=cv2.INTER_NEAREST, borderValue=IGNORE
        )
        half = matrix / LABEL_STRIDE
        half[:, 2] -= 0.5 - 0.5 / LABEL_STRIDE  # pixel centres
        labels = cv2.warpAffine(
            parts,
            half,
            (width // LABEL_STRIDE, height // LABEL_STRIDE),
            flags=cv2.INTER_NEAREST,
            borderValue=IGNORE,
        )
        if mirrored:
            landmarks, labels = landmarks[MIRRORED_POSE], MIRRORED_PARTS[labels]

        if self.backgrounds and person.posed and rng.random() < (0.6 if studio else 0.3):
            pixels = _other_background(pixels, full, silhouette, self.backgrounds, rng)
        if rng.random() < 0.45:
            pixels = _dye(pixels, full, rng)
        if self.backgrounds and not person.hair_alone and rng.random() < OCCLUDED:
            pixels, labels = _occlude(pixels, labels, landmarks, self.backgrounds, rng)
        pixels = disturb_photo(pixels, rng)
        silhouette, landmarks = _disturb_pose(silhouette, landmarks, rng)
        return {
            "pixels": pixels,
            "planes": pose_planes(landmarks, silhouette),
            "labels": labels,
            "weight": np.asarray(person.weight, np.float32),
        }


def _cut_photo(
    person: Labelled, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The photo, often ended early: at the shins, knees, hips or the chest, or at a side."""
    height, width = person.parts.shape
    points = person.landmarks
    shoulder = points[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], 1].mean()
    hip = points[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 1].mean()
    torso = max(hip - shoulder, height * 0.1)
    top, bottom, left, right = 0, height, 0, width
    # Selfies end at the chest. VITON's photos are close enough to stand in for them.
    chance, lowest = (0.35, 2.9) if person.street else (0.55, 1.3)
    if rng.random() < chance:
        bottom = int(np.clip(shoulder + torso * rng.uniform(0.35, lowest), height * 0.2, height))
    if rng.random() < 0.06:
        nose = points[Pose.NOSE, 1]
        top = int(np.clip(rng.uniform(nose - 0.3 * torso, shoulder), 0, bottom - height * 0.2))
    if rng.random() < 0.08:
        middle = points[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 0].mean()
        edge = int(np.clip(middle + rng.uniform(-0.5, 0.5) * torso, width * 0.2, width * 0.8))
        left, right = (edge, width) if middle > edge else (0, edge)
    moved = points - np.array([left, top, 0], np.float32)
    area = np.s_[top:bottom, left:right]
    return person.pixels[area], person.silhouette[area], person.parts[area], moved


def _cut_hair(
    person: Labelled, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The photo, or a random box around the hair; nothing is cut off a head of hair."""
    height, width = person.parts.shape
    top, bottom, left, right = 0, height, 0, width
    x, y, w, h = cv2.boundingRect((person.parts == Part.HAIR).astype(np.uint8))
    if w and rng.random() < HAIR_BOX:
        top, bottom = int(rng.uniform(0, y)), int(np.ceil(rng.uniform(y + h, height)))
        left, right = int(rng.uniform(0, x)), int(np.ceil(rng.uniform(x + w, width)))
    moved = person.landmarks - np.array([left, top, 0], np.float32)
    area = np.s_[top:bottom, left:right]
    return person.pixels[area], person.silhouette[area], person.parts[area], moved


def _frame(
    landmarks: np.ndarray,
    silhouette: np.ndarray,
    size: tuple[int, int],
    rng: np.random.Generator,
    head: bool = False,
) -> tuple[np.ndarray, bool]:
    """2x3 photo -> canvas: the product's window, shifted, scaled, turned, stretched, mirrored.

    head: a photo of a head, often drawn as small as it is in a photo of a whole person.
    """
    window = Window.around(landmarks, silhouette)
    height, width = window.y1 - window.y0, window.x1 - window.x0
    centre = np.array([window.x0 + width / 2, window.y0 + height / 2])
    if head and rng.random() < FAR_HEADS:
        zoom = np.exp(rng.uniform(np.log(0.3), np.log(1.1)))
        centre = centre + rng.uniform(-0.3, 0.3, 2) * (width, height)
    elif rng.random() < 0.15:
        zoom = np.exp(rng.uniform(np.log(0.55), np.log(1.8)))
        centre = centre + rng.uniform(-0.25, 0.25, 2) * (width, height)
    else:
        zoom = np.exp(rng.normal(0, 0.08))
        centre = centre + rng.normal(0, 0.025, 2) * (width, height)
    angle = np.deg2rad(np.clip(rng.normal(0, 7), -25, 25))
    stretch = np.exp(rng.normal(0, 0.05))
    scale = zoom * size[0] / height
    mirrored = bool(rng.random() < 0.5)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([scale * stretch * (-1 if mirrored else 1), scale / stretch])
    offset = np.array([size[1] / 2, size[0] / 2]) - linear @ centre
    return np.concatenate([linear, offset[:, None]], axis=1).astype(np.float32), mirrored


def _other_background(
    pixels: np.ndarray,
    parts: np.ndarray,
    silhouette: np.ndarray,
    backgrounds: list[np.ndarray],
    rng: np.random.Generator,
) -> np.ndarray:
    """The person before something else: a photo, blurred or not, or a plain colour."""
    height, width = parts.shape
    if rng.random() < 0.75:
        picture = backgrounds[rng.integers(len(backgrounds))]
        zoom = max(height / picture.shape[0], width / picture.shape[1]) * rng.uniform(1, 1.8)
        side = int(height / zoom), int(width / zoom)
        y = rng.integers(0, max(picture.shape[0] - side[0], 0) + 1)
        x = rng.integers(0, max(picture.shape[1] - side[1], 0) + 1)
        behind = cv2.resize(picture[y : y + side[0], x : x + side[1]], (width, height))
        if rng.random() < 0.4:
            behind = cv2.blur(behind, (9, 9))
    else:
        corners = rng.integers(0, 256, (2, 2, 3)).astype(np.uint8)
        behind = cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR)
    unsure = (parts == IGNORE) | (parts == NOT_HAIR)
    person = (parts != Part.BACKGROUND) & (~unsure | (silhouette > 127))
    alpha = cv2.GaussianBlur(person.astype(np.uint8) * 255, (3, 3), 0)[..., None]
    return cv2.convertScaleAbs(
        pixels.astype(np.float32) * (alpha / 255.0) + behind * (1 - alpha / 255.0)
    )


def _occlude(
    pixels: np.ndarray,
    labels: np.ndarray,
    landmarks: np.ndarray,
    pictures: list[np.ndarray],
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Something held before the body, a bag or a phone, say: it is to be kept, as an accessory."""
    height, width = pixels.shape[:2]
    shoulders = landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], :2]
    unit = max(float(np.linalg.norm(shoulders[0] - shoulders[1])), 8.0)
    joints = (Pose.LEFT_WRIST, Pose.RIGHT_WRIST, Pose.LEFT_ELBOW, Pose.LEFT_HIP, Pose.RIGHT_HIP)
    centre = landmarks[rng.choice(joints), :2] + rng.normal(0, 0.2 * unit, 2)
    half = unit * rng.uniform(0.12, 0.45, 2)
    box = cv2.boxPoints((centre.tolist(), (2 * half).tolist(), float(rng.uniform(-40, 40)))).astype(
        np.float32
    )
    shape = np.zeros((height, width), np.uint8)
    if rng.random() < 0.6:
        cv2.fillConvexPoly(shape, np.round(box).astype(np.int32), 255)
    else:
        cv2.ellipse(shape, (centre.tolist(), (2 * half).tolist(), 0.0), 255, -1)
    picture = pictures[rng.integers(len(pictures))]
    zoom = rng.uniform(0.5, 2.0)
    cloth = cv2.resize(picture, (max(int(width * zoom), width), max(int(height * zoom), height)))
    if rng.random() < 0.5:  # of one colour, more or less
        cloth = cv2.addWeighted(
            cloth,
            0.25,
            np.broadcast_to(rng.integers(0, 256, 3).astype(np.uint8), cloth.shape),
            0.75,
            0,
        )
    covered = shape > 127
    pixels = pixels.copy()
    pixels[covered] = cloth[:height, :width][covered]
    small = cv2.resize(shape, labels.shape[::-1], interpolation=cv2.INTER_AREA) > 127
    labels = labels.copy()
    labels[small] = Part.ACCESSORY
    return pixels, labels


def _dye(pixels: np.ndarray, parts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One garment (or the hair) in another colour and brightness."""
    present = [part for part in (*GARMENTS, Part.HAIR) if (parts == part).any()]
    if not present:
        return pixels
    mask = parts == present[rng.integers(len(present))]
    inside = pixels[mask].astype(np.float32)
    grey = inside.mean(1, keepdims=True)
    strength = rng.uniform(0.3, 1.0)
    tint = rng.uniform(0.3, 1.4, 3)
    dyed = (1 - strength) * inside + strength * grey * tint + rng.normal(0, 25)
    pixels = pixels.copy()
    pixels[mask] = np.clip(dyed, 0, 255).astype(np.uint8)
    return pixels


def disturb_photo(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light, colour, blur, noise, small size and JPEG, as cameras and chat programs do them."""
    height, width = pixels.shape[:2]
    if rng.random() < 0.25:
        shrink = rng.uniform(0.35, 0.9)
        small = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        pixels = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.2:
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.5, 1.8))
    if rng.random() < 0.8:  # gamma, contrast, brightness and white balance as one table a channel
        ramp = np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, 0.22))
        ramp = (ramp - 0.5) * np.exp(rng.normal(0, 0.16)) + 0.5 + rng.normal(0, 0.06)
        table = ramp * np.exp(rng.normal(0, 0.07, 3)) * 255
        pixels = cv2.LUT(pixels, np.clip(table, 0, 255).astype(np.uint8)[None])
    if rng.random() < 0.3:
        grey = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        keep = rng.uniform(0, 1.5)
        pixels = cv2.addWeighted(pixels, keep, grey, 1 - keep, 0)
    if rng.random() < 0.2:  # light from one side
        first, last = np.exp(rng.normal(0, 0.3, 2))
        slope = np.linspace(first, last, width, dtype=np.float32)
        pixels = cv2.convertScaleAbs(pixels * slope[None, :, None])
    if rng.random() < 0.2:
        noise = rng.standard_normal((height // 2, width // 2, 3), np.float32)
        grain = cv2.resize(noise, (width, height), interpolation=cv2.INTER_NEAREST)
        pixels = np.clip(pixels + grain * rng.uniform(2, 12), 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        quality = int(rng.integers(25, 85))
        packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        pixels = decode_stored(packed, cv2.IMREAD_COLOR)
    return pixels


def _disturb_pose(
    silhouette: np.ndarray, landmarks: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    landmarks = landmarks.copy()
    shoulders = landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], :2]
    unit = float(np.linalg.norm(shoulders[0] - shoulders[1]))
    landmarks[:, :2] += rng.normal(0, 0.03 * unit, (len(landmarks), 2))
    if rng.random() < 0.05:
        landmarks[:, 2] = 0
    chance = rng.random()
    if chance < 0.04:
        return np.zeros_like(silhouette), landmarks
    if chance < 0.3:
        return (silhouette > 127).astype(np.uint8) * 255, landmarks
    if chance < 0.5:
        radius = int(rng.integers(1, 5))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
        return (cv2.erode if rng.random() < 0.5 else cv2.dilate)(silhouette, kernel), landmarks
    return silhouette, landmarks
