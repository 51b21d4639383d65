"""Sleeves that cover their arms: strips are filled with cloth, everything else stays as drafted."""

import numpy as np
import pytest
from figures import flat_tee, flat_trousers, standing_person

from tryon.agnostic import along_arm
from tryon.anatomy import body_unit, capsule_mask
from tryon.covering import ALONG, cover_arms, sleeves_along_arms
from tryon.image import Fit
from tryon.types import Draft, Layer, Limb, Outline, Part, Pose

PERSON = standing_person()
SIZE = PERSON.photo.size
FIT = Fit(1.0, 0.0, 0.0, SIZE, SIZE)
GARMENT = flat_tee()
UNIT = body_unit(PERSON.landmarks)


def narrow_sleeves(end: float, beyond: float = 0.0) -> Draft:
    """Both sleeves as ribbons much narrower than the arms, from the shoulder to `end`; all of their
    cloth comes from the middle of the garment."""
    layers = []
    for limb, side in ((Limb.LEFT, "left"), (Limb.RIGHT, "right")):
        points = along_arm(PERSON.landmarks, side, np.linspace(0.05, end, 9))
        points = np.vstack([points, points[-1] + beyond * (points[-1] - points[-2])])
        weight = capsule_mask(SIZE, points, np.full(len(points), 0.05 * UNIT))
        flow = np.full((*SIZE, 2), (200, 200), np.float32)
        flow[weight] = (210, 210)
        layers.append(Layer(flow, weight.astype(np.float32), limb))
    nothing = np.zeros(SIZE, bool)
    return Draft(FIT, tuple(layers), nothing, np.zeros((len(Outline), 3), np.float32), 1.0)


def shown(draft: Draft) -> np.ndarray:
    return np.max([layer.weight for layer in draft.layers], axis=0) > 0.5


def test_long_sleeves_cover_their_arms_with_their_own_cloth():
    drafted = narrow_sleeves(1.0)
    covered = cover_arms(drafted, PERSON, GARMENT)
    rows = np.arange(SIZE[0])[:, None]
    arms = np.isin(PERSON.parts, (Part.LEFT_ARM, Part.RIGHT_ARM))
    upper = PERSON.landmarks[Pose.LEFT_SHOULDER, 1] + 0.3 * UNIT
    arms &= (rows > upper) & (rows < PERSON.landmarks[Pose.LEFT_WRIST, 1] - 0.15 * UNIT)
    # Drawn arms are as wide at the wrist as at the elbow, true ones are not.
    assert shown(drafted)[arms].mean() < 0.6 < 0.85 < shown(covered)[arms].mean()
    assert not (shown(covered) & ~shown(drafted) & ~PERSON.silhouette).any()
    for layer in covered.layers:
        assert (layer.flow[layer.weight > 0.6] == 210).all()


@pytest.mark.parametrize("end", [0.15, 0.3])
def test_short_sleeves_stay_as_drafted(end):
    drafted = narrow_sleeves(end)
    for before, after in zip(
        drafted.layers, cover_arms(drafted, PERSON, GARMENT).layers, strict=True
    ):
        np.testing.assert_array_equal(after.weight, before.weight)
        np.testing.assert_array_equal(after.flow, before.flow)


def test_sleeves_end_at_the_wrist():
    covered = shown(cover_arms(narrow_sleeves(1.0, beyond=3.0), PERSON, GARMENT))
    y = round(float(PERSON.landmarks[Pose.LEFT_INDEX, 1]))
    assert not covered[y + 3 :].any()
    assert shown(narrow_sleeves(1.0, beyond=3.0))[y + 3 :].any()


def test_other_garments_are_left_alone():
    drafted = narrow_sleeves(1.0)
    assert cover_arms(drafted, PERSON, flat_trousers()) is drafted
    trunk = Draft(FIT, (), drafted.reach, drafted.landmarks, 1.0)
    assert cover_arms(trunk, PERSON, GARMENT) is trunk


def test_how_far_each_sleeve_goes():
    reached = sleeves_along_arms(narrow_sleeves(0.5), PERSON, GARMENT)
    assert reached.shape == (2, len(ALONG))
    ends = [ALONG[row][-1] for row in reached]
    assert ends == pytest.approx([0.5, 0.5], abs=0.08)
