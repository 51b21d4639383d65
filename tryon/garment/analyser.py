"""Photo -> Garment: cut-out, kind, outline landmarks, limbs, measured attributes.

Notable here:
- three kinds of picture are read: one with transparency, one of a garment lying or hanging
  somewhere, and one of a person wearing it (then the body analysis says which pixels are cloth and
  where the limbs are).
- the steps are functions of other files (`cutout`, `outline`, `appearance`) with plain arrays
  between them; what a network sees (`reader`) counts for the cut-out, the kind, the type and the
  sleeve, and all else is measured.
"""

import numpy as np
import torch

from tryon.core.arrays import Mask, Pixels, Points
from tryon.core.errors import Note, TryOnError
from tryon.core.masks import COVERED
from tryon.core.types import Garment, Kind, Outline, Part, Photo
from tryon.core.vocabulary import TYPE_KIND
from tryon.garment.appearance import ARMHOLES_SEEN, Measured, appearance_of
from tryon.garment.cutout.cut import Cutout, cut_out, has_alpha
from tryon.garment.outline.landmarks import trace
from tryon.garment.outline.neckline import stands_up
from tryon.garment.reader import GarmentReader, Reading
from tryon.garment.worn import Worn, take_off
from tryon.person.analyser import BodyAnalyser

GREY = 190  # behind transparency: neither black nor white clothes vanish on it

# Whether there is a garment at all.
LEAST_FACE = 0.003  # of the picture: from here on it is a portrait
# Of the picture, by source: a smaller thing on a busy background is not what the picture is about.
LEAST_PART = {"alpha": 0.005, "plain": 0.01, "scene": 0.035}
MOST_PART = 0.97  # of the picture
LEAST_CONFIDENCE = 0.4  # of the cut-out

# What the visitor is told.
ROUGH_BELOW = 0.5  # confidence of the cut-out
UNSURE_BELOW = 0.7  # probability of the kind
TOUCHING = 0.05  # of a border's length: a garment that touches more of it is cropped
KIND_NAMES = {
    Kind.UPPER: {"en": "a top", "zh": "上衣"},
    Kind.LOWER: {"en": "trousers or a skirt", "zh": "裤装或半身裙"},
    Kind.DRESS: {"en": "a dress", "zh": "连衣裙"},
}

# What the outline says, beside what the network says.
SURELY_SLEEVELESS = 0.9  # probability from which on no sleeves are looked for in the outline
SLEEVE_TRUST = 0.3  # 0..1, weight of the sleeve as the outline shows it; the rest is the network's
# The same where the outline shows both armholes: as much as the network, which takes shirts and
# waistcoats without sleeves for short-sleeved ones.
ARMHOLE_TRUST = 0.5
TURTLENECK_SURE = 0.9  # probability: in 1,500 shop pictures the outline named one once, wrongly
# Inseam by the waist's width: of 28 pairs of shorts among phone photos all but one have shorter
# legs, of 37 pairs of trousers all but four have longer ones.
LEGS_OF_TROUSERS = 1.0

# Confidence in a garment that somebody wears.
WORN_CONFIDENCE = 0.8  # a wearer's garment is bent by the body, however well it is seen
HIDDEN_TRUST = 0.6  # part of it that a fully covered garment would lose


class GarmentAnalyser:
    """Finds the garment in a picture.

    >>> analyser = GarmentAnalyser.load(body)
    >>> garment = analyser(photo)
    """

    def __init__(
        self, body: BodyAnalyser | None = None, reader: GarmentReader | None = None
    ) -> None:
        self._body = body
        self._reader = reader

    @classmethod
    def load(
        cls, body: BodyAnalyser | None = None, device: str | torch.device = "cpu"
    ) -> "GarmentAnalyser":
        """body: without it, pictures of a person wearing the garment are not understood.

        Raises TryOnError "weights_missing" or "weights_damaged".
        """
        return cls(body, GarmentReader.load(device))

    def __call__(self, photo: Photo, kind: Kind | None = None) -> Garment:
        """The garment in a picture. kind: None = find it out.

        Raises TryOnError("no_garment").
        """
        worn = self._worn(photo, kind)
        if worn is not None:
            reading = None
            if self._reader is not None:
                reading = self._reader(_on_grey(Photo(worn.pixels, worn.alpha)))
            return _worn_garment(photo, worn, kind, reading)
        reading = None
        if self._reader is not None:
            reading = self._reader(_on_grey(photo))
        cutout = cut_out(photo, None if reading is None else reading.mask)
        if cutout is None or not _garment_like(cutout):
            raise TryOnError("no_garment")
        return _garment(photo, cutout, kind, reading)

    def _worn(self, photo: Photo, kind: Kind | None) -> Worn | None:
        """The garment on a person, None if the picture shows none."""
        if self._body is None or has_alpha(photo):
            return None
        try:
            person = self._body(photo)
        except TryOnError as error:
            if error.code != "no_person":
                raise
            return None
        worn = take_off(person, kind)
        if worn is None and float((person.parts == Part.FACE).mean()) > LEAST_FACE:
            raise TryOnError("no_garment")  # a portrait; its background is no garment
        return worn


def _on_grey(photo: Photo) -> Pixels:
    """The picture's pixels, on grey where it is transparent."""
    if photo.alpha is None or not has_alpha(photo):
        return photo.pixels
    alpha = photo.alpha[..., None].astype(np.float32) / 255
    return (photo.pixels * alpha + GREY * (1 - alpha) + 0.5).astype(np.uint8)


def _garment(photo: Photo, cutout: Cutout, kind: Kind | None, reading: Reading | None) -> Garment:
    mask = cutout.alpha >= COVERED
    studio = cutout.source == "plain"
    prior, sleeveless = None, False
    if reading is not None:
        prior = reading.scores["kind"]
        sleeveless = reading.scores["sleeve"]["sleeveless"] >= SURELY_SLEEVELESS
    traced = trace(mask, kind, photo.pixels, cutout.source != "scene", prior, sleeveless)
    measured = appearance_of(
        *(cutout.pixels, cutout.alpha, traced.limbs, traced.landmarks, traced.kind), studio=studio
    )
    if reading is not None:
        measured |= _read(reading, measured, traced.kind, traced.landmarks)
    if traced.kind is not Kind.LOWER and stands_up(cutout.alpha, traced.landmarks):
        measured["neckline"] = "turtleneck", TURTLENECK_SURE
    notes = []
    if _cropped(mask):
        notes.append(Note("cropped_garment"))
    if cutout.confidence < ROUGH_BELOW:
        notes.append(Note("rough_cutout"))
    if kind is None and traced.kind_score < UNSURE_BELOW:
        notes.append(Note("kind_guessed", {"kind": KIND_NAMES[traced.kind]}))
    return Garment(
        photo=Photo(cutout.pixels, photo.alpha),
        alpha=cutout.alpha,
        limbs=traced.limbs,
        landmarks=traced.landmarks,
        kind=traced.kind,
        attributes={key: value for key, (value, _) in measured.items()},
        attribute_scores={key: score for key, (_, score) in measured.items()},
        confidence=cutout.confidence,
        notes=tuple(notes),
    )


def _long_legs(landmarks: Points) -> bool:
    """Whether outline landmarks show legs that no shorts have."""
    waist = landmarks[[Outline.WAIST_LEFT, Outline.WAIST_RIGHT]]
    hems = landmarks[
        [
            Outline.HEM_LEFT,
            Outline.HEM_RIGHT,
            Outline.HEM_INNER_LEFT,
            Outline.HEM_INNER_RIGHT,
        ]
    ]
    crotch = landmarks[Outline.CROTCH]
    if not (crotch[2] > 0 and (waist[:, 2] > 0).all() and (hems[:, 2] > 0).all()):
        return False
    inseam = np.linalg.norm(hems[:, :2].mean(0) - crotch[:2])
    return bool(inseam >= LEGS_OF_TROUSERS * np.linalg.norm(waist[0, :2] - waist[1, :2]))


def _read(reading: Reading, measured: Measured, kind: Kind, landmarks: Points) -> Measured:
    """Type and sleeve as the network sees them, the sleeve weighed with the outline's. Long legs
    are no shorts, whatever the network says."""
    types = {t: p for t, p in reading.scores["type"].items() if TYPE_KIND[t] == kind}
    if kind is Kind.LOWER and _long_legs(landmarks):
        types = {t: p for t, p in types.items() if t not in ("shorts", "skirt")}
    total = max(sum(types.values()), 1e-6)
    best = max(types, key=types.__getitem__)
    found: Measured = {"type": (best, types[best] / total)}
    if kind != Kind.LOWER and "sleeve" in measured:
        value, score = measured["sleeve"]
        armholes = value == "sleeveless" and score >= ARMHOLES_SEEN
        trust = ARMHOLE_TRUST if armholes else SLEEVE_TRUST
        weighed = {
            sleeve: (1 - trust) * p + trust * score * (sleeve == value)
            for sleeve, p in reading.scores["sleeve"].items()
        }
        best = max(weighed, key=weighed.__getitem__)
        found["sleeve"] = (best, weighed[best])
    return found


def _worn_garment(photo: Photo, worn: Worn, kind: Kind | None, reading: Reading | None) -> Garment:
    measured = appearance_of(
        worn.pixels, worn.alpha, worn.limbs, worn.landmarks, worn.kind, studio=True
    )
    if reading is not None:  # the sleeve stays as measured: it was read along the wearer's arms
        measured["type"] = _read(reading, measured, worn.kind, worn.landmarks)["type"]
    notes = [Note("worn_garment")]
    if worn.cropped:
        notes.append(Note("cropped_garment"))
    if kind is None:
        notes.append(Note("kind_guessed", {"kind": KIND_NAMES[worn.kind]}))
    return worn.garment(
        attributes={key: value for key, (value, _) in measured.items()},
        attribute_scores={key: score for key, (_, score) in measured.items()},
        confidence=WORN_CONFIDENCE * (1 - HIDDEN_TRUST * worn.hidden),
        notes=tuple(notes),
    )


def _garment_like(cutout: Cutout) -> bool:
    """False where what was cut out is not what a picture of a garment shows."""
    part = float((cutout.alpha >= COVERED).mean())
    return LEAST_PART[cutout.source] < part < MOST_PART and cutout.confidence > LEAST_CONFIDENCE


def _cropped(mask: Mask) -> bool:
    """True where the garment runs out of the picture on some side."""
    borders = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return any(float(border.mean()) > TOUCHING for border in borders)
