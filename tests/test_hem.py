"""Where the old top ends, and whether a new one ends there too."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from figures import flat_tee, flat_trousers, standing_person

from tryon.core.types import Hang, Outline, Part, Person, Photo, Pose
from tryon.core.warp import Curve
from tryon.fusion.geometry.draft import geometric_draft
from tryon.fusion.geometry.hem import (
    ASKED_HEM,
    LET_DOWN,
    LONGER,
    SHORTER,
    TAKEN_UP,
    asked_hem,
    ends_at_old_hem,
    old_hem_heights,
    old_leg_end,
    worn_hem,
    worn_leg_end,
)
from tryon.person.measures import measures_of


def dressed(hem: float):
    """A figure whose top ends at a row of the photo; trousers below."""
    person = standing_person()
    parts = person.parts.copy()
    trunk = np.zeros(parts.shape, np.uint8)
    cv2.rectangle(trunk, (150, 180), (250, 400), 1, -1)
    below = np.arange(parts.shape[0])[:, None] > hem
    parts[(trunk > 0) & below] = Part.TROUSERS
    parts[(trunk > 0) & ~below] = Part.UPPER
    return replace(person, parts=parts)


def height_of(row: float, person) -> float:
    body = measures_of(person)
    return (row - body.middle[1]) / body.torso


@pytest.mark.parametrize("row", [270, 310, 350])
def test_the_old_hem_is_found(row):
    person = dressed(row)
    found = old_hem_heights(person, measures_of(person))
    np.testing.assert_allclose(found, height_of(row, person), atol=0.02)


def test_a_slanting_hem_has_two_heights():
    person = dressed(310)
    parts = person.parts.copy()
    parts[311:331, 200:251] = Part.UPPER  # the wearer's left half hangs lower
    person = replace(person, parts=parts)
    left, right = old_hem_heights(person, measures_of(person))
    assert left - right == pytest.approx(20 / measures_of(person).torso, abs=0.03)


def test_no_hem_where_none_is_seen():
    body = measures_of(standing_person())
    covered = np.full_like(standing_person().parts, Part.UPPER)  # a coat to the ground
    assert old_hem_heights(replace(standing_person(), parts=covered), body) is None
    bare = dressed(310)
    parts = np.where(bare.parts == Part.TROUSERS, Part.BACKGROUND, bare.parts).astype(np.uint8)
    assert old_hem_heights(replace(bare, parts=parts), body) is None
    assert old_hem_heights(bare, replace(body, hips_seen=False)) is None


@pytest.mark.parametrize(
    ("off", "length", "follows"),
    [
        (0.0, "regular", True),
        (TAKEN_UP["regular"] - 0.03, "regular", True),
        (TAKEN_UP["regular"] + 0.03, "regular", False),
        (-LET_DOWN["regular"] + 0.03, "regular", True),
        (-LET_DOWN["regular"] - 0.03, "regular", False),
        (-LET_DOWN["cropped"] - 0.03, "cropped", False),
        (TAKEN_UP["long"] + 0.03, "long", False),
    ],
)
def test_a_hem_near_the_old_one_follows_it(off, length, follows):
    person = dressed(310)
    body = measures_of(person)
    old = old_hem_heights(person, body)
    natural = float(old.mean()) + off
    expected = old if follows else np.full(2, natural)
    np.testing.assert_allclose(worn_hem(natural, length, person, body), expected)


@pytest.mark.parametrize("row", [290, 330])
def test_a_drafted_top_ends_at_the_old_hem(row):
    person = dressed(row)
    draft = geometric_draft(person, flat_tee())
    ends = draft.landmarks[[Outline.HEM_LEFT, Outline.HEM_RIGHT], 1]
    np.testing.assert_allclose(ends, row, atol=0.045 * measures_of(person).torso)
    assert ends_at_old_hem(draft, person, flat_tee())


def test_jackets_and_trousers_hang_as_they_do():
    person = dressed(290)
    jacket = flat_tee(attributes={"type": "jacket"}, attribute_scores={"type": 1.0})
    draft = geometric_draft(person, jacket)
    assert draft.landmarks[Outline.HEM_LEFT, 1] > 300
    assert not ends_at_old_hem(draft, person, jacket)
    trousers = flat_trousers()
    assert not ends_at_old_hem(geometric_draft(person, trousers), person, trousers)


def test_hips_say_how_low_the_hem_is():
    assert height_of(standing_person().landmarks[Pose.LEFT_HIP, 1], standing_person()) == (
        pytest.approx(1.0, abs=1e-3)
    )


@pytest.mark.parametrize(
    ("natural", "usual", "steps", "expected"),
    [
        (1.0, 0.7, 1.0, 1.0),  # over a crop top a long one is as long as it is
        (1.2, 1.2, 1.0, 1.2 + LONGER),  # over a tunic longer than that
        (1.2, 0.8, 0.5, 0.8 + LONGER / 2),  # a bit longer is not long
        (0.7, 1.1, -1.0, 0.7),
        (0.9, 0.8, -1.0, 0.8 - SHORTER),
        (0.5, 0.5, -1.0, ASKED_HEM[0]),
    ],
)
def test_a_length_that_was_asked_for_does_not_follow_the_old_hem(natural, usual, steps, expected):
    assert asked_hem(natural, usual, steps) == pytest.approx(expected)


@pytest.mark.parametrize("row", [290, 330])
def test_longer_and_shorter_tops_leave_the_old_hem(row):
    person = dressed(row)
    torso = measures_of(person).torso
    ends = []
    for steps in (-1.0, None, 1.0):
        draft = geometric_draft(person, flat_tee(hang=Hang(length=steps)))
        ends.append(draft.landmarks[[Outline.HEM_LEFT, Outline.HEM_RIGHT], 1].mean())
        assert ends_at_old_hem(draft, person, flat_tee()) == (steps is None)
    assert (np.diff(ends) > 0.08 * torso).all()


# --- trousers ------------------------------------------------------------------------------------


def in_trousers_to(row: int) -> Person:
    """A figure whose trousers end at a row of the picture, bare legs below."""
    person = standing_person()
    parts = person.parts.copy()
    parts[row:][parts[row:] == Part.TROUSERS] = Part.LEFT_LEG
    return replace(person, parts=parts)


def leg_ends(person: Person, **more) -> np.ndarray:
    draft = geometric_draft(person, flat_trousers(480, **more))
    return draft.landmarks[[Outline.HEM_LEFT, Outline.HEM_RIGHT], 1]


@pytest.mark.parametrize("row", [550, 560, 575])
def test_whole_trousers_end_where_the_old_ones_do(row):
    person = in_trousers_to(row)
    np.testing.assert_allclose(leg_ends(person), row, atol=6)


def test_whole_trousers_do_not_end_at_old_shorts():
    ends = leg_ends(in_trousers_to(430))
    assert (ends > 555).all()


def test_trousers_that_were_asked_to_be_longer_leave_the_old_end():
    person = in_trousers_to(560)
    assert (leg_ends(person, hang=Hang(length=1.0)) > leg_ends(person) + 4).all()


@pytest.mark.parametrize(
    ("natural", "old", "expected"),
    [
        (0.95, 1.1, 1.1),
        (1.0, 0.92, 0.92),
        (0.4, 0.5, 0.5),  # shorts that end nearly where the old ones do
        (0.4, 1.0, 0.4),
        (1.0, 0.4, 1.0),
        (1.0, None, 1.0),
    ],
)
def test_where_trousers_end(natural, old, expected):
    assert worn_leg_end(natural, old) == expected


def test_an_end_that_the_photo_cuts_off_is_not_known():
    person = in_trousers_to(595)
    cut = replace(
        person,
        photo=Photo(person.photo.pixels[:500]),
        parts=person.parts[:500],
        silhouette=person.silhouette[:500],
        matte=person.matte[:500],
    )
    leg = Curve(person.landmarks[[Pose.LEFT_HIP, Pose.LEFT_KNEE, Pose.LEFT_ANKLE], :2])
    assert old_leg_end(person, leg, 10) is not None
    assert old_leg_end(cut, leg, 10) is None
