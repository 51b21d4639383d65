"""Two plain colours that meet at the waist: a top and a skirt, or one garment after all."""

import numpy as np
import pytest
from figures import FIGURE_SIZE, standing_person

from tryon.core.types import Part
from tryon.person.body import middle_of_hips, middle_of_shoulders
from tryon.person.twotone import split_at_waist

MARKS = standing_person().landmarks
TOP, HIPS = middle_of_shoulders(MARKS)[1], middle_of_hips(MARKS)[1]
CREAM, NAVY = (235, 225, 205), (30, 40, 90)


def row(height: float) -> int:
    """The row at a height: 0 = shoulder joints, 1 = hip joints."""
    return round(float(TOP + height * (HIPS - TOP)))


def taken_for(label: Part, end: float = 2.2) -> np.ndarray:
    """Scores that are sure of one garment from the shoulders to a height, of nothing elsewhere."""
    scores = np.zeros((*FIGURE_SIZE, len(Part)), np.float32)
    scores[..., Part.BACKGROUND] = 1
    cloth = np.s_[row(0.0) : row(end), 150:250]
    scores[cloth] = 0
    scores[cloth][..., label] = 1
    return scores


def coloured(upper, lower, line: float = 0.9) -> np.ndarray:
    pixels = np.full((*FIGURE_SIZE, 3), 128, np.uint8)
    pixels[: row(line), 150:250] = upper
    pixels[row(line) :, 150:250] = lower
    return pixels


@pytest.mark.parametrize("label", [Part.UPPER, Part.DRESS])
@pytest.mark.parametrize("line", [0.7, 0.9, 1.05])
def test_a_skirt_below_a_top_of_another_colour_gets_its_own_label(label, line):
    scores = taken_for(label)
    split_at_waist(scores, coloured(CREAM, NAVY, line), MARKS)
    labels = scores.argmax(-1)[:, 200]
    assert (labels[row(0.0) : row(line) - 1] == Part.UPPER).all()
    assert (labels[row(line) + 1 : row(2.2)] == Part.SKIRT).all()
    assert (labels[row(2.2) :] == Part.BACKGROUND).all()


@pytest.mark.parametrize("label", [Part.UPPER, Part.DRESS])
def test_scores_only_move(label):
    scores = taken_for(label)
    split_at_waist(scores, coloured(CREAM, NAVY), MARKS)
    np.testing.assert_array_equal(scores.sum(-1), taken_for(label).sum(-1))


def stripes() -> np.ndarray:
    """Narrow stripes, three of one colour to one of the other above, the reverse below."""
    pixels = coloured(CREAM, NAVY)
    rows = np.arange(FIGURE_SIZE[0]) // 6 % 5
    pixels[(rows < 2) & (np.arange(len(rows)) < row(0.9)), 150:250] = NAVY
    pixels[(rows < 2) & (np.arange(len(rows)) >= row(0.9)), 150:250] = CREAM
    return pixels


def shaded() -> np.ndarray:
    """Two hues that meet at the waist, each from dark to light."""
    light = np.random.default_rng(0).uniform(0.3, 1.0, (*FIGURE_SIZE, 1))
    return np.uint8(coloured((230, 180, 190), (160, 190, 235)) * light)


@pytest.mark.parametrize("label", [Part.UPPER, Part.DRESS])
@pytest.mark.parametrize(
    ("pixels", "end"),
    [
        (coloured(NAVY, NAVY), 2.2),
        (coloured(CREAM, (225, 215, 200)), 2.2),
        (coloured(CREAM, NAVY), 1.3),
        (coloured(CREAM, NAVY, 1.5), 2.2),
        (coloured(CREAM, NAVY, 0.4), 2.2),
        (stripes(), 2.2),
        (shaded(), 2.2),
    ],
    ids=["one", "alike", "short", "at the thighs", "at the chest", "stripes", "shaded"],
)
def test_one_garment_stays_one(label, pixels, end):
    scores = taken_for(label, end)
    split_at_waist(scores, pixels, MARKS)
    np.testing.assert_array_equal(scores, taken_for(label, end))
