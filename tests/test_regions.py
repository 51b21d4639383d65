"""What counts as worn on the legs."""

import dataclasses

import numpy as np
from figures import standing_person

from tryon.regions import clothed_legs
from tryon.types import Part, Person


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
