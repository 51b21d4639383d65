"""What words may say about a training pair: measured on the garment picture and as it is worn.

Notable here:
- a garment picture does not show how somebody wears it: tucked in or hanging, tight or loose. That
  is measured on the wearer and said in words, so words decide what the picture leaves open.
- words reach the fusion network as what was understood of them (`prompt.understand`), one number a
  value of the vocabulary; English and Chinese come out the same there.
- in training most is left unsaid: half of all samples have no words, the others some of them. Of a
  garment that was dyed anew nothing is said about colour.
"""

from collections.abc import Mapping

import numpy as np

from tryon.core.types import Pose
from tryon.core.vocabulary import ATTRIBUTES
from tryon.fusion.studio import word_vector
from tryon.person.body import middle_of_hips, middle_of_shoulders

SILENT = 0.5  # of the samples have no words
SAID = 0.6  # of what could be said is, in the others
COLOURS = ("colour", "shade")

# Where tops end and how wide they are at the waist, in torso lengths (shoulders to hips). About 15
# of 100 VITON wearers lie beyond each limit.
CROPPED_ABOVE, LONG_BELOW = 0.84, 1.12  # 0 = shoulder joints, 1 = hip joints
SLIM_BELOW, LOOSE_ABOVE = 0.60, 0.76
WAIST_AT = 0.7
LEAST_ACROSS = 3  # pixels of a row that is no slip of the mask


def as_worn(worn: np.ndarray, landmarks: np.ndarray) -> dict[str, str]:
    """Length and fit of a worn top: attribute -> value, empty where they cannot be measured.

    worn: (H, W) bool. landmarks: (33, 3) in the same frame.
    """
    shoulders, hips = middle_of_shoulders(landmarks), middle_of_hips(landmarks)
    torso = float(np.linalg.norm(hips - shoulders))
    rows = np.flatnonzero(worn.sum(1) > LEAST_ACROSS)
    if torso < 1 or not len(rows):
        return {}
    said = {}
    hem = (rows[-1] - shoulders[1]) / torso
    if rows[-1] < len(worn) - 2:  # it ends in the photo
        long = "long" if hem > LONG_BELOW else "regular"
        said["length"] = "cropped" if hem < CROPPED_ABOVE else long
    waist = round(float(shoulders[1] + WAIST_AT * torso))
    if 2 <= waist < len(worn) - 2:
        sides = landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 0]
        reach = sides.min() - torso / 3, sides.max() + torso / 3
        left, right = np.clip(reach, 0, worn.shape[1]).astype(int)
        width = worn[waist - 2 : waist + 3, left:right].sum(1).mean() / torso
        if width > 0:
            loose = "loose" if width > LOOSE_ABOVE else "regular"
            said["fit"] = "slim" if width < SLIM_BELOW else loose
    return said


def known_of(attributes: np.ndarray, worn: Mapping[str, str]) -> dict[str, str]:
    """All that is known about a pair: attribute -> value.

    attributes: indices into the values of `ATTRIBUTES`, beyond them = not measured. worn: as
    `as_worn` says; it goes before what the picture alone shows.
    """
    pictured = {
        name: values[index]
        for (name, values), index in zip(ATTRIBUTES.items(), attributes, strict=True)
        if index < len(values)
    }
    return {**pictured, **worn}


def some_words(
    known: Mapping[str, str], rng: np.random.Generator | None, recoloured: bool = False
) -> np.ndarray:
    """What somebody might say of it, as `studio.word_vector` gives it; nothing without an rng."""
    draws = np.zeros(1 + len(ATTRIBUTES)) if rng is None else rng.random(1 + len(ATTRIBUTES))
    if rng is None or draws[0] < SILENT:
        return word_vector({})
    return word_vector(
        {
            name: known[name]
            for name, draw in zip(ATTRIBUTES, draws[1:], strict=True)
            if name in known and draw < SAID and not (recoloured and name in COLOURS)
        }
    )
