"""Self-made pairs: a garment of a photo made flat."""

from dataclasses import replace

import numpy as np
from figures import standing_person
from test_hem import dressed
from test_worn import CLOTH, sleeved

from tryon.core.types import Kind, Outline, Part, Photo, Pose
from tryon.garment.outline.landmarks import trace
from tryon.training.compare import compare_kinds
from tryon.training.data.people import Labelled
from tryon.training.data.undress import FIGURE, figure, flat_picture


def test_the_drawn_body_stands_apart_and_even():
    body = figure()
    assert body.parts.shape == FIGURE
    assert body.view == "front"
    for part in (Part.UPPER, Part.TROUSERS, Part.LEFT_ARM, Part.RIGHT_ARM, Part.FACE, Part.NECK):
        assert (body.parts == part).any()
    assert (body.silhouette ^ body.silhouette[:, ::-1]).mean() < 1e-3
    wrist, hip = (body.landmarks[Pose[f"LEFT_{name}"], :2] for name in ("WRIST", "HIP"))
    assert np.linalg.norm(wrist - hip) > 200  # arms do not touch the trunk


def test_a_worn_top_becomes_a_flat_one():
    person = sleeved()
    flat = flat_picture(person, person.parts, Kind.UPPER, figure())
    cloth = flat.alpha > 200
    assert np.abs(np.median(flat.pixels[cloth], axis=0) - CLOTH).max() < 12
    # Its sleeves point away from it: wider than it is at the hem, and they are found.
    widths = cloth.sum(1)
    assert widths.max() > 1.4 * np.median(widths[widths > 0])
    marks = trace(flat.alpha > 127, Kind.UPPER).landmarks
    assert marks[Outline.CUFF_OUTER_LEFT, 0] > marks[Outline.ARMPIT_LEFT, 0] + 30


def test_what_is_mostly_hidden_or_not_worn_is_none():
    person = sleeved()
    bag = person.parts.copy()
    bag[215:315, 165:235] = Part.ACCESSORY
    assert flat_picture(person, bag, Kind.UPPER, figure()) is None
    assert flat_picture(person, person.parts, Kind.DRESS, figure()) is None


def test_a_dress_under_a_coat_is_none():
    person = standing_person()
    parts = np.where(person.parts == Part.TROUSERS, Part.DRESS, person.parts).astype(np.uint8)
    assert flat_picture(person, parts, Kind.DRESS, figure()) is None


class Puts:
    """A fitting room whose person and garment are what they are."""

    fusion = None

    def __init__(self, person):
        self.person = person

    def analyse(self, photo):
        return self.person

    def describe(self, flat, kind):
        from tryon.garment.analyser import GarmentAnalyser

        return GarmentAnalyser()(flat, kind)


def test_kinds_are_scored_against_what_is_worn():
    """Trousers made flat and put on again cover the same legs; a wrong label is not met."""
    person = dressed(290)
    pixels = person.photo.pixels.copy()
    pixels[person.parts == Part.TROUSERS] = (40, 60, 110)
    person = replace(person, photo=Photo(pixels))
    one = Labelled("1", pixels, person.matte, person.parts, person.landmarks, 1.0)
    figures = compare_kinds(Puts(person), [one])
    assert set(figures) == {"trousers", "top"}
    assert figures["trousers"]["pairs"] == 1
    assert figures["trousers"]["geometric outline"] > 0.75
    assert figures["trousers"]["geometric ssim"] > 0.8
    # Somebody else's trousers, in the same place: the outline is no better for it.
    fewer = person.parts.copy()
    fewer[420:][fewer[420:] == Part.TROUSERS] = Part.LEFT_LEG
    short = compare_kinds(Puts(person), [replace(one, parts=fewer)])
    assert short["trousers"]["geometric outline"] < figures["trousers"]["geometric outline"]
