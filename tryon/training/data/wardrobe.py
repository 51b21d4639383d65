"""The own wardrobe as teacher: garments of a gallery, dyed, printed, laid on grounds and
photographed badly, with exactly known labels.

    tryon data wardrobe GALLERY --out DIR --count N --seed S

Notable here:
- nothing is measured or guessed: mask, landmarks and attributes are those of the index, carried
  through the same map as the picture; colour and pattern are what `design` was asked to paint.
- pattern and colour are drawn first, evenly over the vocabulary, then the type, evenly over those
  the gallery has, then one of its garments that can be so: denim is not dyed pink.
- cloth follows the passes of garments that have them (`passes.py`).
- the labels written are exact, but the network is taught by sets (`allowed`): what one shop calls
  a blouse another calls a shirt, and one exact answer would only confuse it.
- a picture depends on the seed and its number alone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from tryon.core.types import Garment, Outline, Panels, Photo
from tryon.core.vocabulary import COLOUR_RGB
from tryon.design.designer import design
from tryon.garment.gallery import Gallery, Item
from tryon.training.data.garments import (
    VALIDATION_GALLERY,
    Allowed,
    Piece,
    lay_on_texture,
    paste,
)
from tryon.training.data.people import disturb_photo
from tryon.words.prompt import understand

DRAWN_HEIGHT = 480  # pixels a garment is kept at for training; the canvas is smaller
PICTURE_SIZE = (512, 384)  # height, width in pixels of the pictures that `write` makes
AS_IT_IS = 0.2  # of the pictures: the garment is not dyed
OPEN_NECK = 0.35  # of the pictures: the inside of the back is not shown, the ground is
COLOURS = (*COLOUR_RGB, "multicolour")
# Words for each pattern that can be laid. What is printed already ("graphic") is only dyed.
PATTERN_WORDS = {
    "plain": ("",),
    "striped": (
        "horizontal stripes",
        "vertical stripes",
        "thin horizontal stripes",
        "wide horizontal stripes",
        "thin vertical stripes",
        "diagonal stripes",
    ),
    "checked": ("checks", "tartan", "gingham", "small checks", "large checks"),
    "dotted": ("polka dots", "small dots", "large polka dots"),
    "floral": ("flowers", "small flowers", "large flowers"),
    "camouflage": ("camouflage",),
    "animal": ("leopard print", "zebra print", "tiger print", "snake print"),
    "graphic": ("",),
}
PATTERNS = tuple(PATTERN_WORDS)
SHADED, SECOND_COLOUR = 0.4, 0.6  # of the dyes: a shade is named; a pattern's second colour is
SHADES = ("light", "dark", "bright", "pastel")
UNSHADED = ("black", "white", "navy", "burgundy", "cream", "multicolour")
# Cloth that would not be taken for itself any more in other colours, or with a pattern on it.
USUAL_COLOURS = {
    "denim": ("blue", "navy", "black", "grey", "white"),
    "leather": ("black", "brown", "burgundy", "navy", "beige", "red", "khaki"),
    "suede": ("brown", "beige", "khaki", "black", "grey"),
}
# Types and necklines that people name differently: what the network may call each.
SAME_TO_MANY: dict[str, tuple[str, ...]] = {
    "blouse": ("blouse", "shirt", "top"),
    "top": ("top", "t-shirt", "tank-top", "blouse"),
    "sweater": ("sweater", "sweatshirt"),
    "sweatshirt": ("sweatshirt", "sweater"),
    "jacket": ("jacket", "coat"),
    "coat": ("coat", "jacket"),
    "scoop": ("scoop", "crew"),
    "boat": ("boat", "crew"),
}
# What garments lie on.
GROUND_SHARES = {"studio": 0.2, "gradient": 0.1, "boards": 0.15, "cloth": 0.15, "wall": 0.1}
PHOTOGRAPHED = 0.4  # of the grounds, where there are textures
# RGB of wooden floors
WOODS = np.array(
    [(196, 160, 116), (150, 108, 70), (206, 186, 158), (120, 84, 58), (168, 164, 158)], np.float64
)


@dataclass(frozen=True, eq=False)
class Draft:
    """A picture with its truth.

    pixels: (H, W, 3) uint8. mask: (H, W) uint8, 255 = garment. landmarks: (23, 3) float32 x, y in
    pixels and 1 where the garment has them. attributes: exact values of the vocabulary. item: of
    the gallery. ground: what it lies on.
    """

    pixels: np.ndarray
    mask: np.ndarray
    landmarks: np.ndarray
    attributes: dict[str, str]
    kind: str
    item: str
    ground: str


@dataclass(frozen=True, eq=False)
class Hanging:
    """A garment of the gallery as the shop shows it, small. opening: (H, W) uint8, 255 where the
    inside of its back or waist is seen."""

    garment: Garment
    opening: np.ndarray


class Wardrobe:
    """Garments of galleries as a source of training pictures.

    >>> wardrobe = Wardrobe([Path("assets")], validation=False)
    >>> draft = wardrobe.picture(np.random.default_rng(0), (384, 288))
    """

    def __init__(
        self,
        folders: Sequence[Path],
        validation: bool | None = None,
        height: int = DRAWN_HEIGHT,
    ) -> None:
        """folders: of galleries. validation: True takes every eighth garment of each, False the
        others, None all. height: in pixels, larger pictures are shrunk to it.

        Raises ValueError if no garment is there.
        """
        self.rails: dict[str, list[Hanging]] = {}
        for folder in folders:
            for number, item in enumerate(Gallery.load(Path(folder)).items):
                held_out = number % VALIDATION_GALLERY == VALIDATION_GALLERY - 1
                if validation is None or held_out == validation:
                    one = _hang(item, height)
                    self.rails.setdefault(item.attributes["type"], []).append(one)
        if not self.rails:
            raise ValueError(f"no garments in {', '.join(str(folder) for folder in folders)}")

    def __len__(self) -> int:
        return sum(len(rail) for rail in self.rails.values())

    def picture(
        self,
        rng: np.random.Generator,
        size: tuple[int, int],
        textures: Sequence[np.ndarray] = (),
    ) -> Draft:
        """A garment, dyed and photographed. size: height, width. textures: photographed grounds,
        used beside drawn ones if there are any."""
        hanging, garment = self._choose(rng)
        alpha = garment.alpha
        if rng.random() < OPEN_NECK:
            alpha = np.minimum(alpha, 255 - hanging.opening)
        piece = Piece(garment.photo.pixels, alpha, landmarks=garment.landmarks, exact=True)
        ground, behind = lay_ground(size, rng, textures)
        pixels, mask, landmarks = paste(piece, [], size, rng, behind, recolour=False)
        assert landmarks is not None  # the piece has some
        pixels = disturb_photo(_lit(pixels, rng), rng)
        return Draft(
            pixels,
            mask,
            landmarks,
            dict(garment.attributes),
            str(garment.kind),
            garment.identifier,
            ground,
        )

    def labelled(
        self, rng: np.random.Generator, size: tuple[int, int], textures: list[np.ndarray]
    ) -> Piece:
        """The same as the garment network's trainer takes it (`garments.PictureSource`)."""
        made = self.picture(rng, size, textures)
        return Piece(made.pixels, made.mask, allowed(made), made.landmarks, exact=True)

    def _choose(self, rng: np.random.Generator) -> tuple[Hanging, Garment]:
        """A garment and what became of it. See the head of the file for the order of choices."""
        names = sorted(self.rails)
        if rng.random() < AS_IT_IS:
            rail = self.rails[names[rng.integers(len(names))]]
            hanging = rail[rng.integers(len(rail))]
            return hanging, hanging.garment
        pattern = PATTERNS[rng.integers(len(PATTERNS))]
        colour = COLOURS[rng.integers(len(COLOURS))]
        for place in rng.permutation(len(names)):
            rail = self.rails[names[place]]
            fitting = [one for one in rail if _can_be(one.garment, pattern, colour)]
            if fitting:
                hanging = fitting[rng.integers(len(fitting))]
                words = understand(describe_dye(pattern, colour, rng))
                return hanging, design(hanging.garment, words, seed=int(rng.integers(1 << 16)))
        return rail[0], rail[0].garment


def allowed(draft: Draft) -> Allowed:
    """What the network may answer; see the head of the file."""
    found: Allowed = {"kind": (draft.kind,), "worn": ("no",)}
    for name in ("type", "sleeve", "neckline"):
        value = draft.attributes.get(name)
        if value is not None:
            found[name] = SAME_TO_MANY.get(value, (value,))
    return found


def write(wardrobe: Wardrobe, out: Path, count: int, seed: int = 0) -> None:
    """Write `count` pictures: OUT/pictures/NUMBER.png, OUT/masks/NUMBER.png (255 = garment) and
    OUT/labels.jsonl, one object a line: id, picture, mask, size [width, height], item, kind,
    ground, attributes, landmarks (name -> [x, y], also where they lie beyond the picture).

    The same seed gives the same files.
    """
    for name in ("pictures", "masks"):
        (out / name).mkdir(parents=True, exist_ok=True)
    with (out / "labels.jsonl").open("w", encoding="utf-8") as labels:
        for number in range(count):
            draft = wardrobe.picture(np.random.default_rng((seed, number)), PICTURE_SIZE)
            name = f"{number:06d}.png"
            cv2.imwrite(str(out / "pictures" / name), draft.pixels[..., ::-1])
            cv2.imwrite(str(out / "masks" / name), draft.mask)
            line = {
                "id": f"{number:06d}",
                "picture": f"pictures/{name}",
                "mask": f"masks/{name}",
                "size": list(PICTURE_SIZE[::-1]),
                "item": draft.item,
                "kind": draft.kind,
                "ground": draft.ground,
                "attributes": draft.attributes,
                "landmarks": {
                    Outline(place).name.lower(): [round(float(x), 1), round(float(y), 1)]
                    for place, (x, y, known) in enumerate(draft.landmarks)
                    if known > 0
                },
            }
            labels.write(json.dumps(line, ensure_ascii=False) + "\n")


# --- from the gallery --------------------------------------------------------------------------


def _hang(item: Item, height: int) -> Hanging:
    """An item with the inside of its back left in, at most `height` pixels high."""
    garment = Gallery(()).garment(replace(item, inside=()))
    opening = np.zeros(garment.alpha.shape, np.uint8)
    for outline in item.inside:
        cv2.fillPoly(opening, [np.round(outline).astype(np.int32)], 255)
    small = _shrunk(garment, height)
    size = small.alpha.shape[::-1]
    return Hanging(small, cv2.resize(opening, size, interpolation=cv2.INTER_AREA))


def _shrunk(garment: Garment, height: int) -> Garment:
    """The garment at a smaller size; its colours are not mixed with what alpha hides."""
    scale = min(1.0, height / garment.alpha.shape[0])
    size = tuple(max(1, round(side * scale)) for side in garment.alpha.shape[::-1])
    part = garment.alpha.astype(np.float32) / 255
    weighed = cv2.resize(garment.photo.pixels * part[..., None], size, interpolation=cv2.INTER_AREA)
    weight = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    alpha = np.round(weight * 255).astype(np.uint8)
    pixels = np.clip(weighed / np.maximum(weight, 1e-3)[..., None] + 0.5, 0, 255).astype(np.uint8)
    limbs = cv2.resize(garment.limbs, size, interpolation=cv2.INTER_NEAREST)
    landmarks = garment.landmarks.copy()
    landmarks[:, :2] = (landmarks[:, :2] + 0.5) * scale - 0.5
    panels = garment.panels
    if panels is not None:
        panels = Panels(panels.cloth, panels.panel, panels.step * scale)
    return replace(
        garment,
        photo=Photo(pixels, alpha),
        alpha=alpha,
        limbs=np.where(alpha >= 128, limbs, 0).astype(np.uint8),
        landmarks=landmarks,
        panels=panels,
    )


# --- dyes --------------------------------------------------------------------------------------


def describe_dye(pattern: str, colour: str, rng: np.random.Generator) -> str:
    """Words that ask `design` for a pattern and a colour: "dark green with white polka dots"."""
    shade = ""
    if colour not in UNSHADED and rng.random() < SHADED:
        shade = SHADES[rng.integers(len(SHADES))]
    choices = PATTERN_WORDS[pattern]
    motif = choices[rng.integers(len(choices))]
    said = f"{shade} {colour}".strip()
    if not motif:
        return said
    others = [name for name in COLOUR_RGB if name != colour]
    second = others[rng.integers(len(others))] if rng.random() < SECOND_COLOUR else ""
    return f"{said} with {second} {motif}".replace("  ", " ")


def _can_be(garment: Garment, pattern: str, colour: str) -> bool:
    have = garment.attributes
    if have.get("pattern", "plain") != ("graphic" if pattern == "graphic" else "plain"):
        return False
    usual = USUAL_COLOURS.get(have.get("fabric", ""))
    if usual is not None:
        return colour in usual and pattern in ("plain", "graphic")
    return colour != "multicolour" or pattern == "plain"


# --- grounds and light -------------------------------------------------------------------------


def lay_ground(
    size: tuple[int, int], rng: np.random.Generator, textures: Sequence[np.ndarray] = ()
) -> tuple[str, np.ndarray]:
    """A ground's name ("studio", "gradient", "boards", "cloth", "wall", "photo") and the ground,
    (H, W, 3) uint8."""
    if textures and rng.random() < PHOTOGRAPHED:
        return "photo", lay_on_texture(list(textures), size, rng)
    shares = np.array(list(GROUND_SHARES.values()))
    name = list(GROUND_SHARES)[rng.choice(len(shares), p=shares / shares.sum())]
    return name, np.clip(_GROUNDS[name](size, rng), 0, 255).astype(np.uint8)


def _studio(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """White to grey paper, darker towards the edges, with a hint of a colour."""
    level = rng.uniform(235, 256) if rng.random() < 0.6 else rng.uniform(120, 235)
    colour = level + rng.normal(0, 3, 3)
    y, x = np.mgrid[-1 : 1 : size[0] * 1j, -1 : 1 : size[1] * 1j].astype(np.float32)
    falloff = 1 - rng.uniform(0, 0.12) * (x**2 + y**2)
    return falloff[..., None] * colour


def _gradient(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """From one colour to another, at any angle."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-0.5 : 0.5 : size[0] * 1j, -0.5 : 0.5 : size[1] * 1j].astype(np.float32)
    along = np.clip(x * np.cos(angle) + y * np.sin(angle) + 0.5, 0, 1)[..., None]
    return _any_colour(rng) * along + _any_colour(rng) * (1 - along)


def _boards(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Wooden boards or parquet: each of a tone of its own, with grain along it and dark joints."""
    side = int(np.hypot(*size)) + 2
    wide, long = rng.integers(22, 90), rng.integers(120, 420)
    rows, columns = np.mgrid[:side, :side]
    board = rows // wide
    shift = rng.integers(0, long, side // wide + 1)[board]
    plank = (columns + shift) // long
    tones = rng.normal(1, rng.uniform(0.02, 0.1), (side // wide + 1, side // long + 3))
    strips = rng.normal(0, 1, (side, max(2, side // 40))).astype(np.float32)
    grain = cv2.resize(strips, (side, side), interpolation=cv2.INTER_LINEAR)
    wood = WOODS[rng.integers(len(WOODS))] + rng.normal(0, 8, 3)
    ground = wood * (tones[board, plank] + grain * rng.uniform(0.01, 0.06))[..., None]
    joint = (rows % wide < 1 + wide // 60) | ((columns + shift) % long < 2)
    ground[joint] *= rng.uniform(0.4, 0.85)
    return _turned(ground.astype(np.float32), size, rng)


def _cloth(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A sheet, a blanket or a carpet: weave, now and then stripes, soft folds."""
    height, width = size
    colour = _any_colour(rng) if rng.random() < 0.6 else rng.uniform(190, 250) * np.ones(3)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    weave = np.sin(rows * rng.uniform(0.8, 2.5)) * np.sin(columns * rng.uniform(0.8, 2.5))
    pile = rng.standard_normal((height, width)).astype(np.float32)
    texture = rng.uniform(0, 0.05) * weave + rng.uniform(0, 0.06) * pile
    folds = np.zeros(size, np.float32)
    for _ in range(int(rng.integers(0, 5))):
        angle, phase = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
        across = rows * np.cos(angle) + columns * np.sin(angle)
        bend = _smooth(size, 4, rng) * rng.uniform(5, 40)
        folds += np.sin((across + bend) / rng.uniform(9, 45) + phase) * rng.uniform(0.01, 0.05)
    ground = colour * (1 + texture + folds + 0.08 * _smooth(size, 3, rng))[..., None]
    if rng.random() < 0.25:
        period = rng.uniform(12, 70)
        stripe = (columns + 4 * _smooth(size, 4, rng)) % period < period * rng.uniform(0.1, 0.5)
        ground[stripe] += rng.normal(0, 40, 3)
    return ground


def _wall(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Plaster, and bricks or tiles now and then."""
    colour = rng.uniform(120, 250) + rng.normal(0, 14, 3)
    swells = (_smooth(size, cells, rng) / cells for cells in (8, 24, 64))
    rough = sum(swells, np.zeros(size, np.float32)) * rng.uniform(0.1, 0.6)
    ground = colour * (1 + rough)[..., None]
    if rng.random() < 0.4:
        rows, columns = np.mgrid[: size[0], : size[1]]
        high = rng.integers(16, 70)
        wide = int(high * rng.choice([1.0, 2.2, 3.0]))
        row = rows // high
        shift = (row % 2) * (wide // 2) * int(wide > high)
        tones = rng.normal(1, rng.uniform(0, 0.08), (size[0] // high + 1, size[1] // wide + 3))
        ground = ground * tones[row, (columns + shift) // wide][..., None]
        joint = (rows % high < 2) | ((columns + shift) % wide < 2)
        ground[joint] *= rng.uniform(0.6, 1.15)
    return ground


_GROUNDS = {
    "studio": _studio,
    "gradient": _gradient,
    "boards": _boards,
    "cloth": _cloth,
    "wall": _wall,
}


def _any_colour(rng: np.random.Generator) -> np.ndarray:
    """(3,) 0..255, seldom a loud one: rooms are not painted like toys."""
    colour = rng.uniform(30, 256, 3)
    return colour.mean() + (colour - colour.mean()) * rng.uniform(0, 1) ** 0.7


def _smooth(size: tuple[int, int], cells: int, rng: np.random.Generator) -> np.ndarray:
    """(H, W) float32: smooth noise of about ±1, so many swells along each side."""
    coarse = rng.standard_normal((cells, cells)).astype(np.float32)
    return cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)


def _turned(ground: np.ndarray, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The middle of a square ground, turned: mostly upright or lying, at times askew."""
    side = ground.shape[0]
    angle = 90.0 * rng.integers(0, 2) + rng.normal(0, 6)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1.0)
    turn[:, 2] += np.array([size[1], size[0]]) / 2 - side / 2
    return cv2.warpAffine(ground, turn, size[::-1], borderMode=cv2.BORDER_REFLECT)


def _lit(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light that falls unevenly, and at times the shadow of something, over garment and ground."""
    size = pixels.shape[:2]
    light = 1 + rng.uniform(0, 0.14) * np.clip(_smooth(size, 2, rng), -1.5, 1.5)
    if rng.random() < 0.2:
        angle, edge = rng.uniform(0, 2 * np.pi), rng.uniform(-0.5, 0.5)
        y, x = np.mgrid[-1 : 1 : size[0] * 1j, -1 : 1 : size[1] * 1j]
        side = 1 / (1 + np.exp((x * np.cos(angle) + y * np.sin(angle) - edge) * rng.uniform(6, 60)))
        light = light * (1 - rng.uniform(0.1, 0.35) * side)
    return np.clip(pixels * light[..., None], 0, 255).astype(np.uint8)
