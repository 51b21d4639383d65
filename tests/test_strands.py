"""Hair over a top, strand by strand: what of a smooth label is hair, what is the top's rim."""

from dataclasses import replace

import numpy as np
import pytest
from figures import standing_person
from test_compose import plain_garment, straight_draft, torso_box
from test_underlay import dressed

from tryon.compose.composite import compose
from tryon.core.types import Kind, Part, Person, Photo
from tryon.person.strands import SHADOW, stranded, strands

WHITE, DARK = (240, 240, 235), (40, 30, 25)
HAIR = np.s_[195:290, 172:212]  # what the label says: a smooth shape that lies on the trunk
RIM = 4  # pixels of that, all round, in which only strands are hair
STRANDS = slice(210, 280, 7)  # rows of single strands, to both sides
BEYOND = 4  # pixels that they go on outside of the label


def long_haired(mix: float = 1.0, top=WHITE, person: Person | None = None) -> Person:
    """A figure in a plain top with a lock over the trunk. mix: how dark its strands are, 0 = as the
    top, 1 = as the lock."""
    person = dressed(sleeve=0) if person is None else person
    parts, pixels = person.parts.copy(), person.photo.pixels.copy()
    pixels[parts == Part.UPPER] = top
    parts[HAIR] = Part.HAIR
    rows, columns = HAIR
    shade = np.round((1 - mix) * np.array(top) + mix * np.array(DARK))
    pixels[STRANDS, columns.start - BEYOND : columns.stop + BEYOND] = shade
    pixels[rows.start + RIM : rows.stop - RIM, columns.start + RIM : columns.stop - RIM] = DARK
    return replace(person, photo=Photo(pixels), parts=parts)


def at_strands() -> np.ndarray:
    """(H, W) bool: the strands outside of the lock's solid middle."""
    mask = np.zeros((800, 400), bool)
    _, columns = HAIR
    mask[STRANDS, columns.start - BEYOND : columns.start + RIM] = True
    mask[STRANDS, columns.stop - RIM : columns.stop + BEYOND] = True
    return mask


def at_rim() -> np.ndarray:
    """(H, W) bool: what the label takes in of the white top."""
    mask = np.zeros((800, 400), bool)
    mask[HAIR] = True
    rows, columns = HAIR
    mask[rows.start + RIM : rows.stop - RIM, columns.start + RIM : columns.stop - RIM] = False
    return mask & ~at_strands()


def test_a_rim_of_the_top_is_cloth_and_strands_are_hair():
    person = long_haired()
    assert (person.parts[at_rim()] == Part.HAIR).all()
    parts = stranded(person)
    assert (parts[at_rim()] == Part.UPPER).all()
    assert (parts[at_strands()] == Part.HAIR).all()
    rest = ~(at_rim() | at_strands())
    np.testing.assert_array_equal(parts[rest], person.parts[rest])


def test_a_rim_takes_the_label_of_the_cloth_beside_it():
    person = long_haired()
    parts = person.parts.copy()
    parts[:, 192:][parts[:, 192:] == Part.UPPER] = Part.OUTERWEAR
    found = stranded(replace(person, parts=parts))
    columns = np.arange(400)
    assert (found[at_rim() & (columns < 188)] == Part.UPPER).all()
    assert (found[at_rim() & (columns > 196)] == Part.OUTERWEAR).all()


@pytest.mark.parametrize("mix", [0.0, 0.1, 0.3, 0.5, 0.7, 1.0])
def test_a_mixed_pixel_has_a_share_of_hair(mix):
    found = strands(long_haired(mix))
    mask = at_strands()[found.box]
    assert found.band[mask].all()
    wanted = max(mix - SHADOW, 0) / (1 - SHADOW)  # faint hair is a shadow
    np.testing.assert_allclose(found.share[mask], wanted, atol=0.02)
    np.testing.assert_allclose(found.hair[mask], np.broadcast_to(DARK, (mask.sum(), 3)), atol=2)
    np.testing.assert_allclose(found.cloth[mask], np.broadcast_to(WHITE, (mask.sum(), 3)), atol=2)


def test_hair_that_touches_no_clothes_is_left_alone():
    person = standing_person()
    assert (person.parts == Part.HAIR).any()
    assert strands(person) is None
    assert stranded(person) is person.parts


def test_hair_over_a_top_of_its_colour_is_left_alone():
    person = long_haired(top=(55, 45, 40))
    assert not strands(person).band.any()
    np.testing.assert_array_equal(stranded(person), person.parts)


@pytest.mark.parametrize("mix", [0.5, 1.0])
def test_no_bright_rim_is_left_beside_hair_over_a_dark_garment(mix):
    person = long_haired(mix)
    person = replace(person, parts=stranded(person))
    garment = plain_garment((25, 25, 30))
    draft = straight_draft(person, garment, torso_box(person))
    composite = compose(person, garment, draft, Kind.UPPER)
    around = np.zeros(person.parts.shape, bool)
    rows, columns = HAIR
    around[rows.start - 8 : rows.stop + 8, columns.start - 8 : columns.stop + 8] = True
    assert person.photo.pixels[around & at_rim()].min() > 200
    assert composite.photo.pixels[around].max() < 70
    hair = person.parts == Part.HAIR
    np.testing.assert_array_equal(composite.photo.pixels[hair], person.photo.pixels[hair])
    assert not composite.region[hair].any()


def test_fine_hair_is_seen_over_a_light_garment():
    person = long_haired(0.6)
    person = replace(person, parts=stranded(person))
    garment = plain_garment((200, 210, 220))
    draft = straight_draft(person, garment, torso_box(person))
    composite = compose(person, garment, draft, Kind.UPPER)
    fine = composite.photo.pixels[at_strands()].mean()
    assert DARK[0] + 30 < fine < composite.photo.pixels[at_rim()].mean() - 60
