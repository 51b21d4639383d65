"""What counts as worn on the legs, and where a sleeve passes before the torso."""

import dataclasses

import cv2
import numpy as np
import pytest
from figures import standing_person

from tryon.core.types import Part, Person, Pose
from tryon.person.body import ARMS, body_unit
from tryon.person.regions import clothed_legs, crossing_sleeve


def in_one_piece() -> Person:
    """The drawn figure with everything below the shoulders labelled a top."""
    person = standing_person()
    parts = person.parts.copy()
    parts[parts == Part.TROUSERS] = Part.UPPER
    return dataclasses.replace(person, parts=parts)


def test_cloth_on_the_legs_is_not_a_top():
    person = in_one_piece()
    parts = clothed_legs(person)
    knee = (450, 232)
    assert person.parts[knee] == Part.UPPER
    assert parts[knee] == Part.TROUSERS
    assert parts[250, 200] == Part.UPPER  # the torso keeps its top
    changed = parts != person.parts
    assert set(np.unique(parts[changed])) == {Part.TROUSERS}


def test_a_person_with_trousers_is_left_alone():
    person = standing_person()
    assert clothed_legs(person) is person.parts


def across(skin: float | None, nearer: bool = True) -> Person:
    """The left arm before the torso. skin: so many pixels beside the joints its bare skin lies,
    None = it is in a sleeve. nearer: its wrist is nearer to the camera than the torso."""
    person = standing_person({"LEFT_ELBOW": (250, 255), "LEFT_WRIST": (220, 330)})
    parts, world = person.parts.copy(), person.world.copy()
    parts[parts == Part.LEFT_ARM] = Part.UPPER
    joints = person.landmarks[list(ARMS["left"]), :2]
    if skin is not None:
        cv2.polylines(
            parts, [np.int32(joints + np.float32([skin, 0]))], False, int(Part.LEFT_ARM), 14
        )
    world[Pose.LEFT_WRIST, 2] = -0.25 if nearer else 0.25
    return dataclasses.replace(person, parts=parts, world=world)


def test_a_sleeve_before_the_torso_crosses_it():
    person = across(None)
    points, radii = crossing_sleeve(person, "left")
    assert len(points) == len(radii) > 2
    elbow, wrist = person.point(Pose.LEFT_ELBOW), person.point(Pose.LEFT_WRIST)
    np.testing.assert_allclose(points[-1], wrist, atol=10)
    assert (points[:, 0] <= elbow[0] + 1).all()
    assert crossing_sleeve(across(None, nearer=False), "left") is None


@pytest.mark.parametrize("skin", [-16, 0, 16])
def test_a_bare_arm_beside_its_axis_is_no_sleeve(skin):
    person = across(skin)
    unit = body_unit(person.landmarks)
    assert abs(skin) + 7 < 0.25 * unit
    assert crossing_sleeve(person, "left") is None


def test_skin_farther_away_is_not_beside_it():
    person = across(-70)  # as another part of that arm would be
    assert (person.parts == Part.LEFT_ARM).any()
    assert crossing_sleeve(person, "left") is not None
