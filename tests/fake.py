"""A fitting room without models: the whole interface of TryOn, in a few milliseconds.

It paints the middle of the photo in the garment's mean colour. A black photo has nobody in it, a
white garment picture no garment; "explode" as a prompt is a fault of ours.
"""

import numpy as np

from tryon.core.errors import Note, TryOnError
from tryon.core.frame import Fit
from tryon.core.image import read_photo
from tryon.core.types import (
    POSE_LANDMARKS,
    Composite,
    Draft,
    Garment,
    Layer,
    Outline,
    Part,
    Person,
    Photo,
    Pose,
    Prompt,
    Result,
)
from tryon.outfit import dress


class FakeTryOn:
    def __init__(self, engine: str = "builtin") -> None:
        self.engine = engine
        self.calls: list[tuple] = []

    def __call__(self, person, garment=None, prompt="", *, kind=None, seed=0, which=0) -> Result:
        self.calls.append((person, garment, prompt, kind, seed, which))
        if prompt == "explode":
            raise RuntimeError("a fault of ours")
        if garment is None and not prompt:
            raise TryOnError("empty_request")
        words = self.understand(prompt)
        wearer = self.analyse(person)
        cloth = self.describe(garment if garment is not None else Photo(RED), kind)
        colour = cloth.photo.pixels[cloth.mask].mean(0)
        height, width = wearer.photo.size
        region = np.zeros((height, width), bool)
        region[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = True
        pixels = wearer.photo.pixels.copy()
        pixels[region] = colour
        coverage = np.where(region, np.uint8(255), np.uint8(0))
        photo = Photo(pixels)
        composite = Composite(photo, region, wearer.photo.pixels, coverage)
        remarks = (*words.notes, Note("too_dark"))
        seconds = {"person": 0.002, "fusion": 0.001, "total": 0.003}
        draft = self.draft(wearer, cloth)
        return Result(photo, region, 0.5, remarks, seconds, wearer, cloth, words, draft, composite)

    def outfit(self, person, garments, prompt="", *, seed=0, which=0) -> Result:
        return dress(self, person, garments, prompt, seed=seed, which=which)

    def analyse(self, person, which=0) -> Person:
        if isinstance(person, Person):
            return person
        photo = read_photo(person)
        if photo.pixels.max() < 8:
            raise TryOnError("no_person")
        height, width = photo.size
        landmarks = np.zeros((POSE_LANDMARKS, 3), np.float32)
        for side, x in (("LEFT", 0.65), ("RIGHT", 0.35)):
            for name, y in (("SHOULDER", 0.3), ("ELBOW", 0.42), ("WRIST", 0.55), ("HIP", 0.6)):
                landmarks[Pose[f"{side}_{name}"]] = x * width, y * height, 0.9
        silhouette = np.zeros((height, width), bool)
        silhouette[height // 8 :, width // 4 : 3 * width // 4] = True
        parts = np.where(silhouette, np.uint8(Part.UPPER), np.uint8(0))
        parts[: height // 4][silhouette[: height // 4]] = Part.FACE
        hand = np.tile(np.float32([0.35 * width, 0.56 * height, 1]), (1, 21, 1))
        hand[0, :, 1] += np.arange(21)
        return Person(
            photo=photo,
            landmarks=landmarks,
            world=np.zeros((POSE_LANDMARKS, 3), np.float32),
            silhouette=silhouette,
            matte=silhouette.astype(np.uint8) * 255,
            parts=parts,
            hands=hand,
            box=np.float32([width // 4, height // 8, 3 * width // 4, height]),
            others=np.float32([[0, 0, width / 5, height / 2]]),
        )

    def describe(self, garment, kind=None) -> Garment:
        if isinstance(garment, Garment):
            return garment
        photo = read_photo(garment)
        if photo.pixels.min() > 250:
            raise TryOnError("no_garment")
        height, width = photo.size
        alpha = np.zeros((height, width), np.uint8)
        alpha[height // 8 : -height // 8, width // 8 : -width // 8] = 255
        landmarks = np.zeros((len(Outline), 3), np.float32)
        landmarks[Outline.HEM_LEFT] = 7 * width / 8, 7 * height / 8, 1
        landmarks[Outline.COLLAR_CENTRE] = width / 2, height / 8, 1
        return Garment(
            photo=photo,
            alpha=alpha,
            limbs=(alpha > 0).astype(np.uint8),
            landmarks=landmarks,
            kind=kind or "upper",
            attributes={"type": "t-shirt", "colour": "red"},
            attribute_scores={"type": 0.9, "colour": 0.8},
        )

    def draft(self, person: Person, garment: Garment) -> Draft:
        fit = Fit.inside(person.photo.size, (128, 96))
        y, x = np.mgrid[:128, :96].astype(np.float32)
        height, width = garment.photo.size
        flow = np.dstack([(x - 24) * (width / 48), (y - 32) * (height / 64)])
        weight = np.ones((128, 96), np.float32)
        return Draft(
            fit, (Layer(flow, weight),), weight > 0, np.zeros((len(Outline), 3), np.float32)
        )

    def understand(self, text) -> Prompt:
        words = text.split()
        attributes = {"colour": "red"} if "red" in words else {}
        ignored = tuple(word for word in words if word != "red")
        notes = (Note("words_ignored", {"words": ", ".join(ignored)}),) if ignored else ()
        return Prompt(text, attributes, ignored, notes=notes, language="en" if words else "")


RED = np.full((200, 160, 3), (200, 30, 40), np.uint8)
