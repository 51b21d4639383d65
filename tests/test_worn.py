"""Garments taken off their wearers: which cloth is whose limb, and what lies hidden."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from figures import standing_person

from tryon.core.types import Kind, Limb, Outline, Part, Person, Photo, Pose
from tryon.garment.worn import take_off

CLOTH = (60, 90, 160)


def sleeved(width: int = 44, stripes: bool = False, moved: dict | None = None) -> Person:
    """A figure in a top with sleeves down to the wrists; width: of the sleeves, pixels."""
    person = standing_person(moved)
    parts = person.parts.copy()
    at = {p: tuple(int(v) for v in person.landmarks[p, :2]) for p in Pose}
    for side in ("LEFT", "RIGHT"):
        arm = [at[Pose[f"{side}_{name}"]] for name in ("SHOULDER", "ELBOW", "WRIST")]
        cv2.polylines(parts, [np.array(arm, np.int32)], False, int(Part.UPPER), width)
    pixels = person.photo.pixels.copy()
    pixels[parts == Part.UPPER] = CLOTH
    if stripes:
        rows = np.arange(parts.shape[0]) // 8 % 2 == 1
        pixels[(parts == Part.UPPER) & rows[:, None]] = 250
    silhouette = parts > 0
    return replace(
        person,
        photo=Photo(pixels),
        parts=parts,
        silhouette=silhouette,
        matte=silhouette.astype(np.uint8) * 255,
    )


def covered(person: Person, where: np.ndarray, part: Part, colour: tuple[int, int, int]) -> Person:
    """The figure with something before it."""
    parts, pixels = person.parts.copy(), person.photo.pixels.copy()
    parts[where], pixels[where] = part, colour
    return replace(person, parts=parts, photo=Photo(pixels))


@pytest.mark.parametrize("width", [30, 44, 60])
def test_a_sleeve_is_no_part_of_the_trunk_beside_it(width):
    """Nothing of the trunk lies on the outer side of an arm: it would hang in the air."""
    person = sleeved(width)
    worn = take_off(person, Kind.UPPER)
    for side, sign in (("LEFT", 1), ("RIGHT", -1)):
        elbow, wrist = (person.landmarks[Pose[f"{side}_{n}"], 0] for n in ("ELBOW", "WRIST"))
        rows = slice(270, 330)
        x = np.arange(400)[None]
        outside = sign * (x - (elbow + wrist) / 2) > 0
        strip = worn.limbs[rows][np.broadcast_to(outside, (60, 400))]
        assert np.count_nonzero(strip == Limb[side]) > 100
        assert not (strip == Limb.BODY).any()


def test_every_pixel_of_cloth_has_a_limb_and_nothing_else_has():
    worn = take_off(sleeved(), Kind.UPPER)
    np.testing.assert_array_equal(worn.limbs > 0, worn.alpha >= 128)


def test_a_sleeve_that_hangs_beside_the_trunk_is_told_from_it():
    """No gap, no notch of the outline: the armpit is where bodies have it."""
    near = {"ELBOW": 60, "WRIST": 62}
    moved = {
        f"{side}_{name}": (200 + sign * x, {"ELBOW": 260, "WRIST": 335}[name])
        for name, x in near.items()
        for side, sign in (("LEFT", 1), ("RIGHT", -1))
    }
    person = sleeved(40, moved=moved)
    worn = take_off(person, Kind.UPPER)
    for side, sign in (("LEFT", 1), ("RIGHT", -1)):
        x, y = worn.landmarks[Outline[f"ARMPIT_{side}"], :2]
        assert 30 < sign * (x - 200) < 55
        assert 195 < y < 250
        shoulder = worn.limbs[230:250, 200 + sign * 68]
        assert (shoulder == Limb[side]).all()


def test_stripes_go_on_under_a_bag():
    person = sleeved(stripes=True)
    bag = np.zeros((800, 400), bool)
    bag[245:285, 215:240] = True
    worn = take_off(covered(person, bag, Part.ACCESSORY, (20, 20, 20)), Kind.UPPER)
    inner = np.s_[248:282, 218:237]
    assert (worn.alpha[inner] == 255).all()
    rows = worn.pixels[inner].mean((1, 2))
    truth = person.photo.pixels[inner].mean((1, 2))
    assert np.corrcoef(rows, truth)[0, 1] > 0.9
    assert worn.hidden > 0


def test_long_hair_hides_shoulders_but_does_not_cut_them_off():
    person = sleeved()
    hair = np.zeros((800, 400), bool)
    hair[120:230, 205:245] = True
    hair &= person.parts == Part.UPPER
    worn = take_off(covered(person, hair, Part.HAIR, (30, 20, 10)), Kind.UPPER)
    shoulder = np.s_[188:222, 225:240]
    assert hair[shoulder].all()
    assert (worn.alpha[shoulder] >= 128).mean() > 0.9
    # Nothing of the hair's colour is left on it.
    assert np.abs(worn.pixels[shoulder].astype(int) - CLOTH).max() < 40


def test_specks_and_threads_are_no_cloth():
    person = sleeved()
    parts = person.parts.copy()
    parts[300:302, 285:330] = Part.UPPER  # a thread into the air
    worn = take_off(replace(person, parts=parts), Kind.UPPER)
    assert not (worn.alpha[298:304, 312:] >= 128).any()
