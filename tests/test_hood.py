"""Hoods, found on a drawn garment and laid around a drawn neck."""

import dataclasses

import cv2
import numpy as np
import pytest
from figures import flat_tee, standing_person

from tryon.core.types import Garment, Limb, Photo
from tryon.fusion.geometry.draft import geometric_draft
from tryon.fusion.geometry.hood import behind_neck, is_hooded, standing_hood
from tryon.person.measures import measures_of


def flat_hoodie(seen_inside: bool, words: dict[str, str] | None = None) -> Garment:
    """A tee with a hood of 60 x 50 pixels half widths around (200, 60). seen_inside: the opening
    shows a dark inside, instead of being cut out."""
    tee = flat_tee()
    limbs = np.roll(tee.limbs, 60, axis=0)
    marks = tee.landmarks.copy()
    marks[:, 1] += 60 * (marks[:, 2] > 0)
    hood, opening = np.zeros_like(limbs), np.zeros_like(limbs)
    cv2.ellipse(hood, (200, 70), (60, 50), 0, 0, 360, 1, -1)
    cv2.rectangle(hood, (150, 100), (250, 130), 1, -1)
    cv2.ellipse(opening, (200, 75), (38, 35), 0, 0, 360, 1, -1)
    limbs[hood > 0] = Limb.BODY
    pixels = tee.photo.pixels.copy()
    pixels[opening > 0] = (10, 10, 20)
    if not seen_inside:
        limbs[opening > 0] = Limb.NONE
    words = {"neckline": "hooded"} if words is None else words
    return dataclasses.replace(
        tee,
        photo=Photo(pixels),
        limbs=limbs,
        alpha=((limbs > 0) * 255).astype(np.uint8),
        landmarks=marks,
        attributes=words,
        attribute_scores=dict.fromkeys(words, 1.0),
    )


def test_words_tell_a_hood():
    assert is_hooded(flat_hoodie(False))
    assert is_hooded(flat_hoodie(False, {"type": "hoodie"}))
    assert not is_hooded(flat_hoodie(False, {"type": "hoodie", "neckline": "crew"}))
    assert not is_hooded(flat_hoodie(False, {}))


def test_a_cut_out_hood_is_measured():
    hood = standing_hood(flat_hoodie(seen_inside=False))
    np.testing.assert_allclose(hood.outer, [(260, 67), (140, 67)], atol=4)
    np.testing.assert_allclose(hood.inner, [(237, 67), (163, 67)], atol=4)
    np.testing.assert_allclose(hood.crown, [(200, 20), (200, 40)], atol=3)
    np.testing.assert_allclose(hood.centre, (200, 110), atol=3)
    assert hood.notch[0, 1] > hood.outer[0, 1] + 15
    assert hood.notch[0, 0] < 256


def test_nothing_stands_where_no_hood_does():
    hoodie = flat_hoodie(seen_inside=False)
    assert standing_hood(dataclasses.replace(hoodie, worn=True)) is None
    words = {"neckline": "hooded"}
    low = flat_tee(attributes=words, attribute_scores=dict.fromkeys(words, 1.0))
    assert standing_hood(low) is None
    assert standing_hood(flat_hoodie(False, {"neckline": "crew"})) is None


def test_behind_the_neck_lie_the_inside_and_the_crown():
    hood = standing_hood(flat_hoodie(seen_inside=False))
    behind = behind_neck(hood, (400, 500), 1.0)
    assert behind[75, 200]  # the inside
    assert behind[30, 200]  # the crown
    assert not behind[75, 145]  # beside
    assert not behind[125, 200]  # in front


@pytest.mark.parametrize("seen_inside", [False, True])
def test_a_hood_lies_beside_the_neck_and_not_around_the_head(seen_inside):
    person = standing_person()
    body = measures_of(person)
    draft = geometric_draft(person, flat_hoodie(seen_inside))
    shown = np.zeros(draft.reach.shape, bool)
    for layer in draft.layers:
        shown |= layer.weight > 0.5
    shown &= draft.reach

    def at(x: float, y: float) -> bool:
        column, row = np.round(draft.fit.points(np.array([x, y]))).astype(int)
        return bool(shown[row, column])

    neck = body.neck(0)
    assert at(neck[0] + 8, neck[1] + 4)
    assert not at(200, neck[1])  # the neck itself
    assert not at(neck[0] + 8, neck[1] - 0.35 * body.span)  # beside the face
