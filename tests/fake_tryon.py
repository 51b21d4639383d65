"""A stand-in for `TryOn` with the same interface, quick and predictable, for tests of the page.

It sees a person in the middle of every photo that is not black (two if the photo is wide), and
dresses them by painting the middle in the garment's mean colour, so a result shows which photo
and which garment it was made from.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from tryon.core.errors import Note, TryOnError
from tryon.core.frame import Fit
from tryon.core.image import read_photo
from tryon.core.types import (
    Composite,
    Draft,
    Garment,
    Kind,
    Layer,
    Outline,
    Part,
    Person,
    Photo,
    Pose,
    Prompt,
    Result,
)
from tryon.core.vocabulary import ATTRIBUTES, NAMES_ZH
from tryon.design.choose import names_another
from tryon.outfit import dress

PICTURE = (400, 300)  # height, width of the garments drawn here

# identifier, English, Chinese, category, kind, type, colour name, RGB
GARMENTS = (
    ("red-tee", "Red tee", "红色T恤", "tops", "upper", "t-shirt", "red", (190, 30, 40)),
    ("navy-hoodie", "Navy hoodie", "藏青色连帽衫", "tops", "upper", "hoodie", "navy", (28, 36, 72)),
    ("green-coat", "Green coat", "绿色大衣", "outerwear", "upper", "coat", "green", (52, 128, 70)),
    ("blue-jeans", "Blue jeans", "蓝色牛仔裤", "bottoms", "lower", "jeans", "blue", (44, 94, 176)),
    (
        "pink-dress",
        "Pink dress",
        "粉色连衣裙",
        "dresses",
        "dress",
        "dress",
        "pink",
        (238, 156, 180),
    ),
)


@dataclass(frozen=True)
class FakeItem:
    identifier: str
    name: dict[str, str]
    kind: Kind
    attributes: dict[str, str]
    path: Path
    thumbnail: Path
    category: str
    audience: str = "unisex"
    template: bool = False


class FakeGallery:
    """A wardrobe of plain rectangles, written into a folder."""

    def __init__(self, folder: Path) -> None:
        self.items = tuple(
            FakeItem(
                identifier,
                {"en": english, "zh": chinese},
                Kind(kind),
                {"type": type_, "colour": colour},
                _draw(folder / f"{identifier}.png", rgb),
                folder / f"{identifier}.png",
                category,
                "women" if type_ == "dress" else "men" if type_ == "hoodie" else "unisex",
            )
            for identifier, english, chinese, category, kind, type_, colour, rgb in GARMENTS
        )

    def garment(self, item: FakeItem) -> Garment:
        return garment_of(read_photo(item.path), item.kind, item.attributes, item.identifier)


class FakeTryOn:
    def __init__(self, folder: Path) -> None:
        self.gallery = FakeGallery(folder)
        self.calls = 0

    def outfit(self, person, garments, prompt="", *, seed=0, which=0) -> Result:
        return dress(self, person, garments, prompt, seed=seed, which=which)

    def analyse(self, person, which: int = 0) -> Person:
        if isinstance(person, Person):
            return person
        return person_of(read_photo(person), which)

    def describe(self, garment, kind=None) -> Garment:
        if isinstance(garment, Garment):
            return garment
        photo = read_photo(garment)
        if photo.pixels.max() < 8:
            raise TryOnError("no_garment")
        note = Note("rough_cutout")
        return garment_of(photo, Kind(kind or "upper"), {"type": "shirt"}, notes=(note,))

    def understand(self, text: str) -> Prompt:
        said, ignored = {}, []
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
        for attribute, values in NAMES_ZH.items():
            for value, name in values.items():
                if value in text.lower().split() or name in text:
                    said.setdefault(attribute, value)
        known = {value for values in ATTRIBUTES.values() for value in values}
        ignored = [word for word in text.lower().split() if word not in known and not chinese]
        used = {value: attribute for attribute, value in said.items()}
        words = () if chinese else tuple((w, used.get(w.lower(), "")) for w in text.split())
        language = "zh" if chinese else "en"
        return Prompt(text, said, tuple(ignored), words=words, language=language)

    def __call__(self, person, garment=None, prompt="", *, kind=None, seed=0, which=0) -> Result:
        self.calls += 1
        if kind not in (None, *Kind):
            raise TryOnError("unknown_kind", kind=kind)
        words = self.understand(prompt)
        if garment is None and not prompt.strip():
            raise TryOnError("empty_request")
        if "crash" in prompt:
            raise RuntimeError("a fault of ours, /secret/path")
        wearer = self.analyse(person, which)
        if garment is None:
            if words.empty:
                raise TryOnError("no_match")
            said = words.attributes
            found = [
                item
                for item in self.gallery.items
                if item.attributes["colour"] == said.get("colour", "")
                and item.attributes["type"] == said.get("type", item.attributes["type"])
            ] or [i for i in self.gallery.items if i.attributes["colour"] == said.get("colour")]
            cloth = self.gallery.garment((found or self.gallery.items)[0])
        else:
            cloth = self.describe(garment, kind)
            if names_another(words, cloth):
                result = self(person, None, prompt)
                return replace(result, remarks=(Note("another_named"), *result.remarks))
        return result_of(wearer, cloth, words)


def person_of(photo: Photo, which: int = 0) -> Person:
    """Somebody in the middle of the photo."""
    if photo.pixels.max() < 8:
        raise TryOnError("no_person")
    height, width = photo.size
    several = width > 1.4 * height
    centre = width * ((0.3, 0.7)[which % 2] if several else 0.5)
    half = min(width, height) * 0.18
    boxes = [
        np.array([x - half, 0.1 * height, x + half, 0.95 * height], np.float32)
        for x in ((width * 0.3, width * 0.7) if several else (centre,))
    ]
    box = boxes.pop(which % 2 if several else 0)
    silhouette = np.zeros(photo.size, bool)
    x0, y0, x1, y1 = box.astype(int)
    silhouette[y0:y1, x0:x1] = True
    landmarks = np.zeros((33, 3), np.float32)
    for landmark, (x, y) in {
        Pose.NOSE: (0, 0.18),
        Pose.LEFT_SHOULDER: (0.7, 0.3),
        Pose.RIGHT_SHOULDER: (-0.7, 0.3),
        Pose.LEFT_HIP: (0.5, 0.6),
        Pose.RIGHT_HIP: (-0.5, 0.6),
    }.items():
        landmarks[landmark] = (centre + x * half, y * height, 0.95)
    parts = np.where(silhouette, np.uint8(Part.UPPER), np.uint8(Part.BACKGROUND))
    notes = (
        (Note("several_people", {"count": 2, "which": {"en": "largest", "zh": "最大的一个"}}),)
        if several
        else ()
    )
    return Person(
        photo=photo,
        landmarks=landmarks,
        world=np.zeros((33, 3), np.float32),
        silhouette=silhouette,
        matte=silhouette.astype(np.uint8) * 255,
        parts=parts,
        hands=np.zeros((0, 21, 3), np.float32),
        box=box,
        others=np.array(boxes, np.float32).reshape(-1, 4),
        notes=notes,
    )


def garment_of(photo, kind, attributes, identifier="", notes=()) -> Garment:
    alpha = photo.alpha if photo.alpha is not None else np.full(photo.size, 255, np.uint8)
    return Garment(
        photo=photo,
        alpha=alpha,
        limbs=(alpha > 127).astype(np.uint8),
        landmarks=np.zeros((len(Outline), 3), np.float32),
        kind=kind,
        attributes=dict(attributes),
        attribute_scores=dict.fromkeys(attributes, 0.9),
        notes=notes,
        identifier=identifier,
    )


def result_of(person: Person, garment: Garment, words: Prompt) -> Result:
    """The middle of the person in the garment's mean colour."""
    photo = person.photo
    x0, y0, x1, y1 = person.box.astype(int)
    middle = slice(y0 + (y1 - y0) // 4, y0 + 2 * (y1 - y0) // 3), slice(x0, x1)
    region = np.zeros(photo.size, bool)
    region[middle] = True
    pixels = photo.pixels.copy()
    pixels[region] = garment.photo.pixels[garment.mask].mean(axis=0).astype(np.uint8)
    fit = Fit.inside(photo.size, (256, 192))
    rows, columns = np.mgrid[0:256, 0:192].astype(np.float32)
    flow = np.dstack(
        [columns / 192 * garment.photo.width, rows / 256 * garment.photo.height]
    ).astype(np.float32)
    small = fit.mask(region)
    layer = Layer(flow, small.astype(np.float32))
    landmarks = np.zeros((len(Outline), 3), np.float32)
    draft = Draft(fit, (layer,), small, landmarks)
    coverage = region.astype(np.uint8) * 255
    return Result(
        photo=Photo(pixels),
        region=region,
        confidence=0.82,
        remarks=(*person.notes, *garment.notes, Note("skin_estimated")),
        seconds={"person": 0.2, "garment": 0.1, "fusion": 0.1, "compose": 0.2, "total": 0.6},
        person=person,
        garment=garment,
        prompt=words,
        draft=draft,
        composite=Composite(Photo(pixels), region, photo.pixels.copy(), coverage),
    )


def _draw(path: Path, rgb: tuple[int, int, int]) -> Path:
    height, width = PICTURE
    picture = np.zeros((height, width, 4), np.uint8)
    picture[40:-40, 60:-60] = (*rgb[::-1], 255)
    cv2.imwrite(str(path), picture)
    return path
