"""Garment pictures with masks and labels: VITON's flat garments pasted on floors, garments cut
out of Clothing Co-Parsing, and real phone photos.

Notable here:
- exact masks exist only for VITON (tops on white) and for what people wear in Clothing
  Co-Parsing; both are pasted on textures with perspective, wrinkles, shading and a shadow.
- textures are the corners of phone photos (floors, beds), patches of streets, and drawn ones.
- phone photos teach kind and type by their folder, and the mask by confident first guesses
  (`prepare.cut_garments`).
- a wardrobe of our own (`wardrobe.py`) brings whole pictures with exact labels.
- the gallery's own garments, pasted likewise, bring exact masks, landmarks and attributes of every
  kind; other landmarks are what geometry finds on the masks (`prepare.trace_outlines`).
- a label is a set of allowed values: "outwear" may be a jacket or a coat, an unknown sleeve may
  be anything. The loss asks for the set's probability.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeAlias

import cv2
import numpy as np

from tryon.core.arrays import Alpha
from tryon.core.types import Outline, Part
from tryon.core.vocabulary import ATTRIBUTES, TYPE_KIND
from tryon.garment.gallery import Gallery
from tryon.nets.garment import HEADS
from tryon.person.body import ARMS, BARE_ARM, SIDES
from tryon.training.data.labels import CCP_PARTS, viton_parts
from tryon.training.data.people import (
    VALIDATION_CCP,
    VALIDATION_VITON,
    disturb_photo,
    read_poses,
)
from tryon.training.data.pictures import read_rgb, read_stored

Allowed: TypeAlias = dict[str, tuple[str, ...]]
"""Attribute -> values it may have; missing = any."""

# What is learned from.
VALIDATION_CC0 = 10  # every tenth photo of each folder is never trained on
VALIDATION_GALLERY = 8  # every eighth garment of the gallery is never trained on
SHARES = (
    *(("paste", 0.28), ("cut", 0.09), ("phone", 0.37), ("worn", 0.07), ("gallery", 0.16)),
    ("empty", 0.03),  # the ground alone
)
OWN_SHARE = 0.25  # of the samples, where there is a wardrobe of our own
GALLERY_HEIGHT = 400  # pixels that a gallery's garment is kept at; the canvas is smaller
PHONE_LONGEST = 400  # pixels of a phone photo's longer side, likewise
LABEL_STRIDE = 2  # masks are drawn at half the canvas, the size of the network's output
PASTE_BORDER = 4  # pixels kept around a cut-out
LEAST_CUT = 0.035  # of the photo: smaller pieces of a garment are not pasted
TRUST_CUT = 0.8  # confidence from which a first guess of a mask is learned from

# Which masks of VITON are good, in shares of the picture, then of the mask's area.
SMALLEST_MASK, LARGEST_MASK = 0.08, 0.75
WHOLE_PIECE, WHOLE_INSIDE = 0.95, 0.9  # its largest piece; of that, no holes
WHOLE_HULL, RAGGED = 0.5, 2.2  # area by the hull's, outline's length by the hull's

# What is known of them. Landmarks: which there are, and which change places in a mirror.
MIRROR_OUTLINE = np.array(
    [
        Outline[name.replace("LEFT", "?").replace("RIGHT", "LEFT").replace("?", "RIGHT")]
        for name in Outline.__members__
    ]
)
BARE_SHOULDERS = [
    Outline[f"{name}_{side}"] for name in ("COLLAR", "SHOULDER") for side in ("LEFT", "RIGHT")
]
BARE_SHOULDERS.append(Outline.COLLAR_CENTRE)
_LOWER_ONLY = frozenset(range(Outline.CROTCH, Outline.HEM_INNER_RIGHT + 1))
_SHARED = frozenset(range(Outline.WAIST_LEFT, Outline.HEM_RIGHT + 1)) | {Outline.HEM_CENTRE}
_UPPER_ONLY = frozenset(range(Outline.WAIST_LEFT))
ALL_LANDMARKS = frozenset(range(len(Outline)))
KIND_LANDMARKS = {
    "upper": _UPPER_ONLY | _SHARED,
    "dress": _UPPER_ONLY | _SHARED,
    "lower": _LOWER_ONLY | _SHARED,
}

_LIGHT_TOPS = ("t-shirt", "shirt", "blouse", "polo", "tank-top", "sweater", "sweatshirt", "top")
_CREWS = ("crew", "v", "scoop", "boat")

# what the folders of the phone photos say
CC0_LABELS: dict[str, Allowed] = {
    "blazer": {"type": ("blazer",), "sleeve": ("long",), "neckline": ("collar",)},
    "dress": {"type": ("dress",)},
    "hoodie": {"type": ("hoodie",), "neckline": ("hooded",)},
    "longsleeve": {"type": ("t-shirt", "sweater", "sweatshirt", "top"), "sleeve": ("long",)},
    "outwear": {"type": ("jacket", "coat"), "sleeve": ("long",)},
    "pants": {"type": ("trousers", "jeans", "leggings")},
    "polo": {"type": ("polo",), "neckline": ("collar",)},
    "shirt": {"type": ("shirt",), "neckline": ("collar",)},
    "shorts": {"type": ("shorts",)},
    "skirt": {"type": ("skirt",)},
    "t-shirt": {"type": ("t-shirt",), "sleeve": ("short",), "neckline": _CREWS},
    "top": {"type": ("top", "blouse", "tank-top")},
    "undershirt": {"type": ("tank-top",), "sleeve": ("sleeveless",)},
}
# sleeves of the shirts, dresses, polos and tops among them, labelled by eye: "KIND/ID" -> sleeve
SLEEVES = Path(__file__).with_name("sleeves.json")
# what was seen by eye on the photos that are never trained on: "KIND/ID" -> attribute -> values
CHECKED = Path(__file__).with_name("checked.json")
# Clothing Co-Parsing's class names that are types of the vocabulary
CCP_TYPES = {
    **{name: name for name in CCP_PARTS if name in ATTRIBUTES["type"]},
    "pants": "trousers",
    "jumper": "sweater",
}
# how far cloth reaches along the arm, 0 = shoulder, 1 = wrist, for each sleeve; gaps are unknown
SLEEVE_ENDS = {
    "sleeveless": (-1.0, 0.05),
    "short": (0.15, 0.45),
    "three-quarter": (0.6, 0.78),
    "long": (0.9, 1.1),
}


@dataclass(frozen=True, eq=False)
class Piece:
    """A garment with its mask and labels. pixels (H, W, 3), mask (H, W) uint8, 255 = garment, or
    None where unknown; in a real photo it lies where it lies, else it is cut out. landmarks:
    (23, 3) float32 x, y in pixels and 1 where known, None where nothing is. exact: what has no
    landmark there has none."""

    pixels: np.ndarray
    mask: np.ndarray | None
    allowed: Allowed = field(default_factory=dict)
    landmarks: np.ndarray | None = None
    exact: bool = False


class PictureSource(Protocol):
    """Makes pictures of garments with all their labels."""

    def labelled(
        self, rng: np.random.Generator, size: tuple[int, int], textures: list[np.ndarray]
    ) -> Piece:
        """A finished picture of `size` (height, width)."""


def read_viton_garments(
    data: Path, cache: Path, validation: bool, limit: int | None = None
) -> list[Piece]:
    """Flat tops with exact masks; the sleeve is measured on the person wearing them."""
    known = (cache / "viton" / "pose.npz").is_file()
    poses = read_poses(cache / "viton") if known else {}
    outlines = read_outlines(cache / "viton")
    pieces: list[Piece] = []
    for path in sorted(data.glob("viton-train-*/cloth/*.jpg"), key=lambda path: path.stem[::-1]):
        if (int(path.stem) % VALIDATION_VITON == 0) != validation:
            continue
        folder = path.parent.parent
        mask = (read_stored(folder / "cloth_mask" / f"{path.stem}.png") > 0).astype(np.uint8) * 255
        if not SMALLEST_MASK < (mask > 0).mean() < LARGEST_MASK or not _is_whole(mask):
            continue
        pixels = read_rgb(path)
        allowed: Allowed = {"kind": ("upper",), "type": _LIGHT_TOPS, "worn": ("no",)}
        if path.stem in poses:
            parse = read_stored(folder / "parse" / f"{path.stem}.png")
            sleeve = sleeve_worn(viton_parts(parse), poses[path.stem])
            if sleeve is not None:
                allowed["sleeve"] = (sleeve,)
        pieces.append(Piece(pixels, mask, allowed, outlines.get(path.stem)))
        if limit is not None and len(pieces) == limit:
            break
    return pieces


def _is_whole(mask: Alpha) -> bool:
    """False for masks with the garment's front missing: about one in 25 of VITON's, mostly of white
    garments."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    filled = np.zeros_like(mask)
    cv2.drawContours(filled, [outline], -1, 255, -1)
    area = np.count_nonzero(mask)
    return bool(
        stats[1:, cv2.CC_STAT_AREA].max() >= WHOLE_PIECE * area
        and area >= WHOLE_INSIDE * np.count_nonzero(filled)
        and cv2.contourArea(outline) >= WHOLE_HULL * cv2.contourArea(hull)
        and cv2.arcLength(outline, True) <= RAGGED * cv2.arcLength(hull, True)
    )


def read_outlines(folder: Path) -> dict[str, np.ndarray]:
    """What `prepare.trace_outlines` wrote: name -> (23, 3) x, y, 1 where known; {} without it."""
    path = folder / "outlines.npz"
    if not path.is_file():
        return {}
    with np.load(path) as stored:
        return dict(zip(stored["ids"].tolist(), stored["landmarks"], strict=True))


def read_gallery_garments(validation: bool) -> list[Piece]:
    """The shipped gallery, at `GALLERY_HEIGHT` pixels."""
    pieces = []
    for number, item in enumerate(Gallery.load().items):
        if (number % VALIDATION_GALLERY == VALIDATION_GALLERY - 1) != validation:
            continue
        large = read_stored(item.path)
        scale = GALLERY_HEIGHT / large.shape[0]
        small = cv2.resize(large, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        border = PASTE_BORDER
        picture = cv2.copyMakeBorder(small, border, border, border, border, cv2.BORDER_CONSTANT)
        landmarks = item.landmarks.copy()
        landmarks[:, :2] = (landmarks[:, :2] + 0.5) * scale - 0.5 + PASTE_BORDER
        if item.attributes.get("neckline") == "off-shoulder":
            landmarks[BARE_SHOULDERS, 2] = 0  # they say where the wearer's are: no cloth shows it
        names = [name for name, _ in HEADS]
        allowed: Allowed = {
            name: (value,) for name, value in item.attributes.items() if name in names
        }
        allowed |= {"kind": (str(item.kind),), "worn": ("no",)}
        pixels = cv2.cvtColor(picture[..., :3], cv2.COLOR_BGR2RGB)
        pieces.append(Piece(pixels, picture[..., 3].copy(), allowed, landmarks, exact=True))
    return pieces


def sleeve_worn(parts: np.ndarray, landmarks: np.ndarray) -> str | None:
    """The sleeve length seen on a person, None if it is unclear.

    parts: (H, W) uint8 `Part`s. landmarks: (33, 3). Both arms are walked from shoulder to wrist;
    the share of cloth among cloth and bare skin says where the sleeve ends.
    """
    ends = []
    for side in SIDES:
        shoulder, elbow, wrist = landmarks[list(ARMS[side])]
        along = np.linspace(0.06, 0.97, 40)[:, None]
        first = shoulder[:2] + (elbow - shoulder)[:2] * along * 2
        second = elbow[:2] + (wrist - elbow)[:2] * (along * 2 - 1)
        points = np.where(along < 0.5, first, second)
        columns, rows = np.round(points).astype(int).T
        height, width = parts.shape
        inside = (columns >= 0) & (rows >= 0) & (columns < width) & (rows < height)
        if inside.mean() < 0.9 or wrist[2] < 0.3:
            continue
        seen = parts[rows[inside], columns[inside]]
        cloth = np.isin(seen, (Part.UPPER, Part.OUTERWEAR, Part.DRESS))
        bare = seen == BARE_ARM[side]
        if (cloth | bare).mean() < 0.8:
            continue
        if cloth.any() and bare.any() and cloth[: cloth.sum()].mean() < 0.85:
            continue  # cloth and skin alternate: an arm before the torso, or a bad parse
        ends.append(cloth.sum() / (cloth | bare).sum())
    if not ends or max(ends) - min(ends) > 0.2:
        return None
    end = float(np.mean(ends))
    return next((name for name, (low, high) in SLEEVE_ENDS.items() if low <= end <= high), None)


def read_ccp_garments(
    data: Path, validation: bool
) -> tuple[list[Piece], list[Piece], list[np.ndarray]]:
    """Garments cut out of people, the whole photos (as worn garments), patches of streets."""
    names = json.loads((data / "ccp" / "labels.json").read_text())
    cut, worn, streets = [], [], []
    for number, path in enumerate(sorted((data / "ccp" / "photo").glob("*.jpg"))):
        if (number % VALIDATION_CCP == VALIDATION_CCP - 1) != validation:
            continue
        pixels = read_rgb(path)
        label = read_stored(data / "ccp" / "label" / f"{path.stem}.png")
        for value in np.unique(label):
            kind = CCP_TYPES.get(names[value])
            mask = (label == value).astype(np.uint8) * 255
            if kind is None or (mask > 0).mean() < LEAST_CUT:
                continue
            x, y, w, h = cv2.boundingRect(mask)
            area = np.s_[
                max(y - PASTE_BORDER, 0) : y + h + PASTE_BORDER,
                max(x - PASTE_BORDER, 0) : x + w + PASTE_BORDER,
            ]
            allowed: Allowed = {"kind": (str(TYPE_KIND[kind]),), "type": (kind,), "worn": ("no",)}
            cut.append(Piece(pixels[area].copy(), mask[area].copy(), allowed))
        worn.append(Piece(pixels, None, {"worn": ("yes",)}))
        side = pixels.shape[1] // 4
        for patch in (np.s_[:, :side], np.s_[:, -side:], np.s_[-side:, :]):
            if (label[patch] == 0).mean() > 0.995:
                streets.append(pixels[patch].copy())
    return cut, worn, streets


def read_phone_garments(
    data: Path, cache: Path, validation: bool
) -> tuple[list[Piece], list[np.ndarray]]:
    """Phone photos with the mask where the first guess is sure, and their corners as textures."""
    sure = json.loads((cache / "cc0" / "confidence.json").read_text())
    sleeves = json.loads(SLEEVES.read_text())
    checked = json.loads(CHECKED.read_text())
    outlines = read_outlines(cache / "cc0")
    pieces, textures = [], []
    for folder, labels in CC0_LABELS.items():
        kind = str(TYPE_KIND[labels["type"][0]])
        for number, path in enumerate(sorted((data / "garments-cc0" / folder).glob("*.jpg"))):
            if (number % VALIDATION_CC0 == VALIDATION_CC0 - 1) != validation:
                continue
            large = read_rgb(path)
            scale = PHONE_LONGEST / max(large.shape[:2])
            pixels = cv2.resize(large, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            height, width = pixels.shape[:2]
            mask = None
            if sure.get(f"{folder}/{path.stem}", 0.0) >= TRUST_CUT:
                guess = read_stored(
                    cache / "cc0" / folder / f"{path.stem}.png", cv2.IMREAD_GRAYSCALE
                )
                mask = cv2.resize(guess, (width, height), interpolation=cv2.INTER_LINEAR)
            name = f"{folder}/{path.stem}"
            allowed: Allowed = {"kind": (kind,), "worn": ("no",), **labels}
            if name in sleeves:
                allowed["sleeve"] = (sleeves[name],)
            if validation and "neckline" in checked.get(name, {}):
                allowed["neckline"] = tuple(checked[name]["neckline"])
            landmarks = outlines.get(name)  # of the photo shrunk to a longest side of 1
            if landmarks is not None:
                landmarks = landmarks * np.array([max(height, width)] * 2 + [1], np.float32)
            pieces.append(Piece(pixels, mask, allowed, landmarks))
            y, x = height // 5, width // 5
            for corner in (np.s_[:y, :x], np.s_[:y, -x:], np.s_[-y:, :x], np.s_[-y:, -x:]):
                free = mask is not None and (mask[corner] > 20).mean() < 0.003
                if free:
                    textures.append(pixels[corner].copy())
    return pieces, textures


class Garments:
    """Training samples for GarmentNet."""

    def __init__(
        self,
        flat: list[Piece],
        cut: list[Piece],
        phone: list[Piece],
        worn: list[Piece],
        textures: list[np.ndarray],
        seed: int = 0,
        gallery: list[Piece] | None = None,
        own: PictureSource | None = None,
        own_share: float = OWN_SHARE,
    ) -> None:
        """own: makes whole pictures (`wardrobe.Wardrobe`), `own_share` of all."""
        self.pieces = {
            **{"paste": flat, "cut": cut, "phone": phone, "worn": worn},
            "gallery": gallery or [],
            "empty": [Piece(np.zeros((1, 1, 3), np.uint8), None)],
        }
        self.textures = textures
        self.seed = seed
        self.own, self.own_share = own, own_share if own is not None else 0.0

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Samples first .. first + count - 1 on canvases of `size` (height, width).

        pixels (N, H, W, 3) uint8, mask (N, H/2, W/2) uint8 with 255 = garment, 0 = not and 127 =
        unknown; landmarks (N, 23, 3) float32 x, y 0..1 of the picture and 1 where they are known;
        present (N, 23) float32 1 = there, 0 = not, -1 = unknown; one (N, values) bool array
        "allowed_ATTRIBUTE" for each head.
        """
        samples = [self.sample(first + i, size) for i in range(count)]
        return {name: np.stack([one[name] for one in samples]) for name in samples[0]}

    def sample(self, index: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Sample number `index`, always the same for the same seed."""
        rng = np.random.default_rng((self.seed, index))
        if self.own is not None and rng.random() < self.own_share:
            return _arrays(self.own.labelled(rng, size, self.textures), size)
        names = [name for name, _ in SHARES if self.pieces[name]]
        shares = np.array([share for name, share in SHARES if self.pieces[name]])
        source = names[rng.choice(len(names), p=shares / shares.sum())]
        pieces = self.pieces[source]
        piece = pieces[rng.integers(len(pieces))]
        mask: np.ndarray | None = np.zeros(size, np.uint8)
        landmarks: np.ndarray | None = None
        if source == "empty":
            pixels = lay_on_texture(self.textures, size, rng)
        elif source in ("paste", "cut", "gallery"):
            pixels, mask, landmarks = paste(piece, self.textures, size, rng)
        else:
            pixels, mask, landmarks = _crop(piece, size, rng)
        pixels = disturb_photo(pixels, rng)
        return _arrays(replace(piece, pixels=pixels, mask=mask, landmarks=landmarks), size)


def _arrays(piece: Piece, size: tuple[int, int]) -> dict[str, np.ndarray]:
    """A finished picture as what `Garments.batch` stacks."""
    half = size[1] // LABEL_STRIDE, size[0] // LABEL_STRIDE
    if piece.mask is None:
        mask = np.full(half[::-1], 127, np.uint8)
    else:
        mask = cv2.resize(piece.mask, half, interpolation=cv2.INTER_AREA)
        mask = np.where(mask >= 127, 255, 0).astype(np.uint8)
    return {
        "pixels": piece.pixels,
        "mask": mask,
        **_landmark_arrays(piece.landmarks, piece, size),
        **allowed_arrays(piece.allowed),
    }


def _landmark_arrays(
    landmarks: np.ndarray | None, piece: Piece, size: tuple[int, int]
) -> dict[str, np.ndarray]:
    """ "landmarks" and "present" of a sample; see `Garments.batch`."""
    if landmarks is None:
        return {
            "landmarks": np.zeros((len(Outline), 3), np.float32),
            "present": np.full(len(Outline), -1, np.float32),
        }
    known = landmarks[:, 2] > 0
    inside = (landmarks[:, :2] >= 0).all(1) & (landmarks[:, :2] < (size[1], size[0])).all(1)
    placed = np.zeros((len(Outline), 3), np.float32)
    placed[:, :2] = (landmarks[:, :2] + 0.5) / (size[1], size[0])
    placed[:, 2] = known & inside
    present = np.where(known, 1, 0 if piece.exact else -1).astype(np.float32)
    kinds = piece.allowed.get("kind", ())
    if len(kinds) == 1:  # what other kinds alone have is not there
        present[sorted(ALL_LANDMARKS - KIND_LANDMARKS[kinds[0]])] = 0
    return {"landmarks": placed, "present": present}


def allowed_arrays(allowed: Allowed) -> dict[str, np.ndarray]:
    """The label sets as (values,) bool arrays "allowed_ATTRIBUTE"; all True where unknown."""
    arrays = {}
    for name, values in HEADS:
        given = allowed.get(name)
        arrays[f"allowed_{name}"] = np.array([given is None or v in given for v in values])
    return arrays


def paste(
    piece: Piece,
    textures: list[np.ndarray],
    size: tuple[int, int],
    rng: np.random.Generator,
    behind: np.ndarray | None = None,
    recolour: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """The garment laid on something: (H, W, 3) uint8 picture, (H, W) uint8 mask, (23, 3) float32
    landmarks if the piece has any. behind: (H, W, 3) uint8, None = one of the textures or a drawn
    ground. recolour: its colours may change."""
    assert piece.mask is not None  # what is pasted is cut out
    height, width = size
    if behind is None:
        behind = lay_on_texture(textures, size, rng)
    source_height, source_width = piece.mask.shape
    matrix = _lay(source_width, source_height, width, height, rng)
    landmarks = _moved(piece.landmarks, matrix)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    if rng.random() < 0.5:  # wrinkles and pulled cloth: a smooth displacement
        waves = cv2.resize(
            rng.normal(0, 1, (5, 5, 2)).astype(np.float32),
            size[::-1],
            interpolation=cv2.INTER_CUBIC,
        ) * rng.uniform(1, 7)
        x, y = x + waves[..., 0], y + waves[..., 1]
        if landmarks is not None:
            column, row = np.round(landmarks[:, :2]).astype(int).T
            landmarks[:, :2] -= waves[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    back = np.linalg.inv(matrix)
    depth = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    map_x = ((back[0, 0] * x + back[0, 1] * y + back[0, 2]) / depth).astype(np.float32)
    map_y = ((back[1, 0] * x + back[1, 1] * y + back[1, 2]) / depth).astype(np.float32)
    garment = cv2.remap(
        piece.pixels, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    # One pixel in: what lies at a cut-out's edge is half background.
    core = cv2.erode(piece.mask, np.ones((3, 3), np.uint8))
    alpha = cv2.remap(core, map_x, map_y, cv2.INTER_LINEAR)
    if recolour:
        garment = _recolour(garment, alpha, rng)
    if rng.random() < 0.6:  # folds
        folds = cv2.resize(
            rng.normal(0, 1, (rng.integers(4, 14), rng.integers(4, 14))).astype(np.float32),
            size[::-1],
            interpolation=cv2.INTER_CUBIC,
        )
        garment = cv2.convertScaleAbs(garment * (1 + folds * rng.uniform(0.03, 0.14))[..., None])
    if rng.random() < 0.7:  # shadow on the ground
        shift = np.array([[1, 0, rng.uniform(-9, 9)], [0, 1, rng.uniform(-9, 9)]], np.float32)
        shadow = cv2.warpAffine(alpha, shift, size[::-1])
        shadow = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(1, 7))
        behind = cv2.convertScaleAbs(behind * (1 - shadow[..., None] / 255 * rng.uniform(0.1, 0.6)))
    soft = cv2.GaussianBlur(alpha, (3, 3), 0)[..., None] / 255.0
    return cv2.convertScaleAbs(garment * soft + behind * (1 - soft)), alpha, landmarks


def _moved(landmarks: np.ndarray | None, matrix: np.ndarray) -> np.ndarray | None:
    """(23, 3) landmarks through a 3x3 or 2x3 map; left and right swapped where it mirrors."""
    if landmarks is None:
        return None
    matrix = np.vstack([matrix, [0, 0, 1]])[:3]
    points = cv2.perspectiveTransform(
        landmarks[None, :, :2].astype(np.float32), matrix.astype(np.float64)
    )[0]
    moved = np.column_stack([points, landmarks[:, 2]]).astype(np.float32)
    return moved[MIRROR_OUTLINE] if np.linalg.det(matrix[:2, :2]) < 0 else moved


def _lay(
    source_width: int, source_height: int, width: int, height: int, rng: np.random.Generator
) -> np.ndarray:
    """3x3 piece -> canvas: size, turn, mirror, a little perspective."""
    scale = rng.uniform(0.45, 1.08) * min(width / source_width, height / source_height)
    angle = np.deg2rad(np.clip(rng.normal(0, 9), -40, 40))
    stretch = np.exp(rng.normal(0, 0.08))
    mirror = -1 if rng.random() < 0.5 else 1
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([scale * stretch * mirror, scale / stretch])
    free = np.maximum(
        np.array([width, height]) - scale * np.array([source_width, source_height]), 0
    )
    centre = np.array([width, height]) / 2 + rng.uniform(-0.5, 0.5, 2) * free
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = centre - linear @ (np.array([source_width, source_height]) / 2)
    tilt = np.eye(3)
    tilt[2, :2] = rng.normal(0, 0.12, 2) / max(width, height)
    middle = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    return middle @ tilt @ np.linalg.inv(middle) @ matrix


def lay_on_texture(
    textures: list[np.ndarray], size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    """Something to lie on: a texture mirrored until it fills the canvas, or a drawn one."""
    height, width = size
    chance = rng.random()
    if textures and chance < 0.72:
        texture = textures[rng.integers(len(textures))]
        zoom = rng.uniform(1.0, 3.5)
        rows = min(int(height / zoom) + 1, 4 * texture.shape[0])
        columns = min(int(width / zoom) + 1, 4 * texture.shape[1])
        tiled = cv2.copyMakeBorder(
            texture,
            0,
            max(rows - texture.shape[0], 0),
            0,
            max(columns - texture.shape[1], 0),
            cv2.BORDER_REFLECT,
        )
        if rng.random() < 0.5:
            tiled = cv2.rotate(tiled, int(rng.integers(0, 3)))
        ground = cv2.resize(tiled[:rows, :columns], (width, height))
        if rng.random() < 0.5:
            ground = _recolour(ground, None, rng)
        return ground
    colour = rng.integers(200, 256, 3) if chance > 0.88 else rng.integers(0, 256, 3)
    ground = np.broadcast_to(colour.astype(np.float32), (height, width, 3)).copy()
    if rng.random() < 0.6:  # planks, tiles, stripes
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        angle = rng.uniform(0, np.pi)
        for turned in (angle, angle + np.pi / 2)[: rng.integers(1, 3)]:
            across = x * np.cos(turned) + y * np.sin(turned)
            period = rng.uniform(6, 90)
            line = (across % period) < period * rng.uniform(0.03, 0.5)
            ground[line] += rng.normal(0, 35, 3)
    corners = rng.normal(0, 14, (3, 3, 3)).astype(np.float32)
    ground += cv2.resize(corners, (width, height), interpolation=cv2.INTER_CUBIC)
    ground += rng.standard_normal((height, width, 1), np.float32) * rng.uniform(0, 8)
    return np.clip(ground, 0, 255).astype(np.uint8)


def _recolour(pixels: np.ndarray, alpha: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
    """Another colour, more or less contrast; now and then the negative."""
    if rng.random() < 0.35:
        return pixels
    inside = pixels if alpha is None or not (alpha > 127).any() else pixels[alpha > 127]
    middle = inside.reshape(-1, 3).mean(0)
    target = rng.uniform(15, 245, 3) if rng.random() < 0.6 else middle
    contrast = np.exp(rng.normal(0, 0.3)) * (-1 if rng.random() < 0.1 else 1)
    table = (np.arange(256)[:, None] - middle) * contrast + target
    return cv2.LUT(pixels, np.clip(table, 0, 255).astype(np.uint8)[None])


def _crop(
    piece: Piece, size: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """A real photo on the canvas, shifted, scaled, turned, mirrored; its mask and landmarks."""
    height, width = piece.pixels.shape[:2]
    zoom = max(size[0] / height, size[1] / width) if rng.random() < 0.3 else 0
    zoom = zoom or min(size[0] / height, size[1] / width)
    zoom *= np.exp(rng.normal(0.02, 0.1))
    angle = np.deg2rad(np.clip(rng.normal(0, 8), -30, 30))
    stretch = np.exp(rng.normal(0, 0.06))
    mirror = -1 if rng.random() < 0.5 else 1
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([zoom * stretch * mirror, zoom / stretch])
    shift = rng.normal(0, 0.03, 2) * (size[1], size[0])
    offset = np.array([size[1] / 2, size[0] / 2]) + shift - linear @ (width / 2, height / 2)
    matrix = np.concatenate([linear, offset[:, None]], axis=1).astype(np.float32)
    pixels = cv2.warpAffine(piece.pixels, matrix, size[::-1], borderValue=(127, 127, 127))
    landmarks = _moved(piece.landmarks, matrix)
    if piece.mask is None:
        return pixels, None, landmarks
    return pixels, cv2.warpAffine(piece.mask, matrix, size[::-1]), landmarks
