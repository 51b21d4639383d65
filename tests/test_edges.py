"""Where the new garment ends just where the old one does."""

import dataclasses

import cv2
import numpy as np
import pytest
from figures import flat_tee, flat_trousers, standing_person

from tryon.core.types import Part, Person, Pose
from tryon.fusion.agnostic import arm_position
from tryon.fusion.geometry.covering import ALONG, sleeves_along_arms
from tryon.fusion.geometry.draft import geometric_draft
from tryon.fusion.geometry.edges import (
    SAME_NECKLINE,
    SAME_SLEEVE,
    ends_at_old_neckline,
    ends_at_old_sleeves,
    necklines_apart,
)
from tryon.fusion.geometry.silhouette import follow_silhouette
from tryon.person.body import BARE_ARM, body_unit

TEE = flat_tee()


def in_sleeves(left: float, right: float) -> Person:
    """The figure with old sleeves that reach so far, 0 = shoulder, 1 = wrist."""
    person = standing_person()
    parts = person.parts.copy()
    for side, end in (("left", left), ("right", right)):
        rows, columns = np.nonzero(parts == BARE_ARM[side])
        pixels = np.column_stack([columns, rows])
        covered = arm_position(person.landmarks, side, pixels) < end
        parts[rows[covered], columns[covered]] = Part.UPPER
    return dataclasses.replace(person, parts=parts)


def with_neckline(depth: int, rise: int = 12) -> Person:
    """The figure, bare at the neck down to so many pixels below the shoulder joints, less by `rise`
    beside the middle."""
    person = standing_person()
    parts = person.parts.copy()
    shoulders = int(person.landmarks[Pose.LEFT_SHOULDER, 1])
    around = [(150, shoulders), (180, 145), (220, 145), (250, shoulders)]
    cv2.fillPoly(parts, [np.array(around, np.int32)], int(Part.UPPER))
    side, middle = shoulders + depth - rise, shoulders + depth
    neck = [(176, 140), (224, 140), (224, side), (200, middle), (176, side)]
    cv2.fillPoly(parts, [np.array(neck)], int(Part.NECK))
    return dataclasses.replace(person, parts=parts)


def drafted_end(person: Person) -> float:
    covered = sleeves_along_arms(geometric_draft(person, TEE), person, TEE)[0]
    return float(ALONG[covered][-1])


@pytest.mark.parametrize(
    ("left", "right"), [(0.0, 0.0), (0.6, 0.0), (-0.6, 0.6), (0.0, 0.8)], ids=str
)
def test_sleeves_are_the_same_length_or_they_are_not(left, right):
    end = drafted_end(standing_person())
    assert 0.1 < end < 0.4
    person = in_sleeves(end + left, end + right)
    draft = geometric_draft(person, TEE)
    same = tuple(bool(abs(off) < SAME_SLEEVE) for off in (left, right))
    assert ends_at_old_sleeves(draft, person, TEE) == same


def test_two_long_sleeves_end_alike():
    long = flat_tee((200, 450))
    person = in_sleeves(1.0, 1.0)
    assert ends_at_old_sleeves(geometric_draft(person, long), person, long) == (True, True)
    bare = standing_person()
    assert ends_at_old_sleeves(geometric_draft(bare, long), bare, long) == (False, False)


def test_the_same_neckline_is_known_and_a_deeper_one_is_not():
    person = with_neckline(-8)
    draft = geometric_draft(person, TEE)
    apart = necklines_apart(draft, person)
    assert np.abs(apart).max() <= SAME_NECKLINE[1]
    assert ends_at_old_neckline(draft, person, TEE)
    deeper = with_neckline(20)
    lower = geometric_draft(deeper, TEE)
    assert not ends_at_old_neckline(lower, deeper, TEE)
    moved = np.median(apart) - np.median(necklines_apart(lower, deeper))
    assert moved * body_unit(person.landmarks) == pytest.approx(28, abs=4)


def test_a_v_is_no_round_neckline_though_it_is_near():
    person = with_neckline(0, 30)
    draft = geometric_draft(person, TEE)
    assert np.abs(necklines_apart(draft, person)).max() <= SAME_NECKLINE[1]
    assert not ends_at_old_neckline(draft, person, TEE)


def test_a_neckline_under_hair_says_nothing():
    person = standing_person()
    parts = person.parts.copy()
    parts[parts == Part.NECK] = Part.HAIR
    hidden = dataclasses.replace(person, parts=parts)
    draft = geometric_draft(hidden, TEE)
    assert not len(necklines_apart(draft, hidden))
    assert not ends_at_old_neckline(draft, hidden, TEE)


def test_trousers_have_neither():
    person, trousers = standing_person(), flat_trousers()
    draft = geometric_draft(person, trousers)
    assert ends_at_old_sleeves(draft, person, trousers) == (False, False)
    assert not ends_at_old_neckline(draft, person, trousers)


def test_a_neckline_that_lies_nearly_there_lies_there():
    person = with_neckline(0)
    draft = geometric_draft(person, TEE)
    assert ends_at_old_neckline(draft, person, TEE)
    followed = follow_silhouette(draft, person, TEE)
    before, after = (
        np.abs(necklines_apart(one, person)).mean() * body_unit(person.landmarks)
        for one in (draft, followed)
    )
    assert before > 3
    assert after < 0.75 * before
