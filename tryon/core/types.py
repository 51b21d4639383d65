"""The nouns of the project: Photo, Person, Garment, Prompt, Draft, Result, Kind, Part.

Notable here:
- every value is a frozen dataclass that checks itself; its arrays are made read-only, so a value
  can be cached and shared between requests.
- a field's annotation says dtype and shape (`core/arrays.py`), the docstring what it holds.
- frames: the *photo frame* is pixels of the person photo, the *garment frame* pixels of the
  garment picture, the *canvas frame* pixels of a small working picture cut out of the photo
  (`Fit` maps photo <-> canvas). In each, (0, 0) is the centre of the top left pixel,
  x runs right, y runs down (OpenCV's convention).
- left and right are the wearer's own, as in MediaPipe and fashion data sets: in a front view the
  wearer's left is on the right of the picture.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import DTypeLike

from tryon.core.arrays import (
    Alpha,
    Boxes,
    Flow,
    Labels,
    Mask,
    Pixels,
    Places,
    Points,
    Scalars,
)
from tryon.core.errors import Note
from tryon.core.frame import Fit

POSE_LANDMARKS = 33
HAND_LANDMARKS = 21


class Kind(StrEnum):
    """What part of the body a garment is for. Compares equal to its plain string."""

    UPPER = "upper"
    LOWER = "lower"
    DRESS = "dress"


class Part(IntEnum):
    """Labels of a person's `parts` map. 0..14 are what the parser predicts; hands come from
    hand landmarks and are told apart from arms afterwards."""

    BACKGROUND = 0
    HAIR = 1
    FACE = 2
    NECK = 3  # neck and bare chest
    UPPER = 4  # upper garment
    OUTERWEAR = 5
    DRESS = 6
    TROUSERS = 7  # trousers, jeans, leggings, shorts
    SKIRT = 8
    LEFT_ARM = 9  # bare skin of the arm
    RIGHT_ARM = 10
    LEFT_LEG = 11  # bare skin (or tights) of the leg
    RIGHT_LEG = 12
    SHOES = 13
    ACCESSORY = 14  # bag, hat, scarf, glasses, belt, a held object
    LEFT_HAND = 15
    RIGHT_HAND = 16


class Pose(IntEnum):
    """Indices of `Person.landmarks` (MediaPipe's 33 pose landmarks, those that are used here)."""

    NOSE = 0
    LEFT_EYE = 2
    RIGHT_EYE = 5
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT = 31
    RIGHT_FOOT = 32


class Outline(IntEnum):
    """Indices of `Garment.landmarks`: points on a garment's outline (confidence 0 = not there).

    Uppers and dresses use the first block, trousers, shorts and skirts the second; WAIST and HEM
    points belong to both. Skirts have no CROTCH and no inner hem.
    """

    COLLAR_LEFT = 0  # where the neckline meets the shoulder seam (side of the neck)
    COLLAR_RIGHT = 1
    COLLAR_CENTRE = 2  # lowest point of the neckline in the middle of the front
    SHOULDER_LEFT = 3  # top of the armhole
    SHOULDER_RIGHT = 4
    ARMPIT_LEFT = 5  # bottom of the armhole
    ARMPIT_RIGHT = 6
    ELBOW_LEFT = 7  # middle of the sleeve, half way along it (so a bent sleeve is known)
    ELBOW_RIGHT = 8
    CUFF_OUTER_LEFT = 9  # end of the sleeve, on the side that continues the shoulder
    CUFF_INNER_LEFT = 10  # end of the sleeve, on the side that continues the armpit
    CUFF_OUTER_RIGHT = 11
    CUFF_INNER_RIGHT = 12
    WAIST_LEFT = 13  # upper, dress: narrowest between armpit and hem; lower: ends of the waistband
    WAIST_RIGHT = 14
    HEM_LEFT = 15  # upper, dress, skirt: ends of the hem; trousers: outer end of each leg's hem
    HEM_RIGHT = 16
    CROTCH = 17
    HIP_LEFT = 18  # lower: widest point of the seat
    HIP_RIGHT = 19
    HEM_INNER_LEFT = 20  # trousers and shorts: inner end of each leg's hem
    HEM_INNER_RIGHT = 21
    HEM_CENTRE = 22  # upper, dress, skirt: the hem in the middle of the front


class Limb(IntEnum):
    """Labels of a garment's `limbs` map: which piece of the garment a pixel belongs to."""

    NONE = 0
    BODY = 1  # torso of a top, whole skirt, seat of trousers (above the crotch)
    LEFT = 2  # left sleeve or left leg
    RIGHT = 3


def _check(owner: object, attribute: str, dtype: DTypeLike, shape: tuple[int | None, ...]) -> None:
    """Make an array attribute read-only; TypeError or ValueError if dtype or shape are wrong."""
    array = getattr(owner, attribute)
    where = f"{type(owner).__name__}.{attribute}"
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{where}: expected a numpy array, got {type(array).__name__}")
    if array.dtype != np.dtype(dtype):
        raise TypeError(f"{where}: expected dtype {np.dtype(dtype)}, got {array.dtype}")
    fits = len(array.shape) == len(shape) and all(
        want is None or want == have for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{where}: expected shape {shape}, got {array.shape}")
    if array.flags.writeable:
        view = array.view()
        view.flags.writeable = False
        object.__setattr__(owner, attribute, view)


@dataclass(frozen=True, eq=False)
class Photo:
    """A decoded picture, upright.

    pixels: where the file had transparency, what lay under it is on white.
    alpha: 255 = opaque; None when the file had no transparency.
    """

    pixels: Pixels
    alpha: Alpha | None = None

    def __post_init__(self) -> None:
        _check(self, "pixels", np.uint8, (None, None, 3))
        if self.alpha is not None:
            _check(self, "alpha", np.uint8, self.pixels.shape[:2])

    @property
    def height(self) -> int:
        return self.pixels.shape[0]

    @property
    def width(self) -> int:
        return self.pixels.shape[1]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.height, self.width


@dataclass(frozen=True, eq=False)
class Person:
    """What is known about the body in a photo. Everything is in the photo frame.

    landmarks: 33, indexed by `Pose`, with visibility 0..1; they may lie outside the photo.
    world: the same 33, hips at the origin, x right, y down, z positive away from the camera
        (MediaPipe's world landmarks); from them foreshortening is known.
    silhouette: the person with clothes, hair and what is held.
    matte: the silhouette with its soft edge, 255 = person.
    parts: labels of `Part`.
    hands: (n, 21, 3), 21 points for each of n = 0, 1 or 2 hands.
    box: of the silhouette; others: of the other people in the photo.
    view: "front", "side" or "back".
    confidence: 0..1, how sure the pose is.
    """

    photo: Photo
    landmarks: Points
    world: Places
    silhouette: Mask
    matte: Alpha
    parts: Labels
    hands: Points
    box: Boxes
    others: Boxes
    view: str = "front"
    confidence: float = 1.0
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        size = self.photo.size
        _check(self, "landmarks", np.float32, (POSE_LANDMARKS, 3))
        _check(self, "world", np.float32, (POSE_LANDMARKS, 3))
        _check(self, "silhouette", np.bool_, size)
        _check(self, "matte", np.uint8, size)
        _check(self, "parts", np.uint8, size)
        _check(self, "hands", np.float32, (None, HAND_LANDMARKS, 3))
        _check(self, "box", np.float32, (4,))
        _check(self, "others", np.float32, (None, 4))
        if self.view not in ("front", "side", "back"):
            raise ValueError(f"Person.view: expected front, side or back, got {self.view!r}")

    def point(self, landmark: Pose) -> Points:
        """(2,) float32 x, y of a landmark in photo pixels."""
        return self.landmarks[landmark, :2]

    def visible(self, landmark: Pose, threshold: float = 0.5) -> bool:
        """True where the landmark is inside the photo and seen with at least this visibility."""
        x, y, seen = self.landmarks[landmark]
        return bool(
            seen >= threshold and 0 <= x <= self.photo.width - 1 and 0 <= y <= self.photo.height - 1
        )


@dataclass(frozen=True, eq=False)
class Panels:
    """Which piece of cloth a picture of a garment shows where, as it was sewn.

    cloth: cm across and along the piece (no pixels); it jumps from piece to piece.
    panel: the number of the piece, 0 = no cloth. step: how many pixels of the picture one pixel of
    these two is wide; their first one's corner is the picture's.
    """

    cloth: Flow
    panel: Labels
    step: float = 2.0

    def __post_init__(self) -> None:
        _check(self, "panel", np.uint8, (None, None))
        _check(self, "cloth", np.float32, (*self.panel.shape, 2))
        if not self.step > 0:
            raise ValueError(f"Panels.step: expected more than 0, got {self.step}")


@dataclass(frozen=True)
class Hang:
    """How words ask a garment to hang on its wearer, in steps; None = nothing was said of it.

    width: -1 slim, 0 regular, 1 loose; sizes reach farther. length: -1 short, 1 long.
    What was said is obeyed; what was not said adapts to what the wearer had on.
    """

    width: float | None = None
    length: float | None = None


@dataclass(frozen=True, eq=False)
class Garment:
    """A garment cut out of its picture. Everything is in the garment frame.

    photo: the picture. alpha: 255 = garment, with soft edges. mask: alpha >= 128.
    limbs: labels of `Limb` inside the mask, 0 outside.
    landmarks: 23, indexed by `Outline`; confidence 0 = not there.
    kind: a `Kind` (equal to "upper", "lower" or "dress").
    attributes: attribute -> value of the vocabulary; attribute_scores: the probability of each.
    worn: True if it was taken from a person wearing it.
    confidence: 0..1, how sure the cut-out is.
    identifier: the gallery id, or "" for a visitor's own picture.
    panels: the pieces it was sewn from, where that is known (templates), else None.
    hang: how words asked it to hang.
    """

    photo: Photo
    alpha: Alpha
    limbs: Labels
    landmarks: Points
    kind: Kind
    attributes: dict[str, str] = field(default_factory=dict)
    attribute_scores: dict[str, float] = field(default_factory=dict)
    worn: bool = False
    confidence: float = 1.0
    notes: tuple[Note, ...] = ()
    identifier: str = ""
    panels: Panels | None = None
    hang: Hang = Hang()

    def __post_init__(self) -> None:
        size = self.photo.size
        _check(self, "alpha", np.uint8, size)
        _check(self, "limbs", np.uint8, size)
        _check(self, "landmarks", np.float32, (len(Outline), 3))
        object.__setattr__(self, "kind", Kind(self.kind))
        if self.attributes.keys() != self.attribute_scores.keys():
            raise ValueError(
                "Garment.attribute_scores: expected the keys of attributes "
                f"{sorted(self.attributes)}, got {sorted(self.attribute_scores)}"
            )

    @property
    def mask(self) -> Mask:
        """True on the garment."""
        return self.alpha >= 128

    def point(self, landmark: Outline) -> Points | None:
        """(2,) float32 x, y of an outline landmark in garment pixels, None if it is not there."""
        x, y, confidence = self.landmarks[landmark]
        return np.array([x, y], np.float32) if confidence > 0 else None


@dataclass(frozen=True)
class Prompt:
    """What a text says about a garment.

    attributes: attribute -> value, only what was said. ignored: words that change nothing.
    excluded: attribute -> values that were ruled out ("not red").
    words: word as written -> attribute it was used for ("" = ignored), in reading order.
    language: "en", "zh" or "mixed" ("" for empty text).
    """

    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    excluded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    words: tuple[tuple[str, str], ...] = ()
    language: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def empty(self) -> bool:
        """True if the text asks for nothing."""
        return not self.attributes and not self.excluded


@dataclass(frozen=True, eq=False)
class Layer:
    """One piece of the garment laid on the canvas.

    flow: canvas frame -> garment frame: the x, y to sample there. Defined (finite, smooth) a few
        pixels beyond where weight > 0, so that it can be enlarged.
    weight: 0..1, how much of this piece shows, before the garment's own alpha.
    limb: the `Limb` it is.
    """

    flow: Flow
    weight: Scalars
    limb: Limb = Limb.BODY

    def __post_init__(self) -> None:
        _check(self, "weight", np.float32, (None, None))
        _check(self, "flow", np.float32, (*self.weight.shape, 2))


@dataclass(frozen=True, eq=False)
class Draft:
    """Where the garment goes, at working size.

    fit: photo frame <-> canvas frame. layers: painter's order, the last lies on top.
    reach: on the canvas, where the finished garment is expected (its outline filled).
    landmarks: in the photo frame, where the garment's outline landmarks went.
    confidence: 0..1.
    """

    fit: Fit
    layers: tuple[Layer, ...]
    reach: Mask
    landmarks: Points
    confidence: float = 1.0
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        _check(self, "reach", np.bool_, (None, None))
        _check(self, "landmarks", np.float32, (len(Outline), 3))
        for layer in self.layers:
            if layer.weight.shape != self.reach.shape:
                raise ValueError(
                    f"Draft.layers: expected shape {self.reach.shape}, got {layer.weight.shape}"
                )


@dataclass(frozen=True, eq=False)
class Composite:
    """The finished picture and what went into it, all in the photo frame.

    photo: the result. region: True where pixels may differ from the photo given.
    body: the person without the old garment where the new one does not lie.
    coverage: how much of the new garment shows, 255 = fully.
    """

    photo: Photo
    region: Mask
    body: Pixels
    coverage: Alpha
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        _check(self, "region", np.bool_, self.photo.size)
        _check(self, "body", np.uint8, (*self.photo.size, 3))
        _check(self, "coverage", np.uint8, self.photo.size)


@dataclass(frozen=True, eq=False)
class Result:
    """The answer to one request.

    photo: the picture, the size of the person photo. region: True where pixels may differ from
    it. confidence: 0..1. remarks: what the visitor should know, as `Note`s; `notes` has them as
    plain English sentences. seconds: step -> seconds. The rest: every intermediate value.
    pieces: of an outfit, the result of each garment, innermost first; empty for one garment.
    engine: which one made the picture.
    """

    photo: Photo
    region: Mask
    confidence: float
    remarks: tuple[Note, ...]
    seconds: dict[str, float]
    person: Person
    garment: Garment
    prompt: Prompt
    draft: Draft
    composite: Composite
    pieces: "tuple[Result, ...]" = ()
    engine: str = "builtin"

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(note.text("en") for note in self.remarks)
