"""The nouns: what they accept, what they refuse and in which words, and what they answer."""

import dataclasses
import pickle

import numpy as np
import pytest

from tryon.core.errors import Note
from tryon.core.frame import Fit
from tryon.core.types import (
    POSE_LANDMARKS,
    Composite,
    Draft,
    Garment,
    Kind,
    Layer,
    Limb,
    Outline,
    Part,
    Person,
    Photo,
    Pose,
    Prompt,
    Result,
)

H, W = 4, 6


def photo() -> Photo:
    return Photo(np.zeros((H, W, 3), np.uint8))


def person(**changes) -> Person:
    fields = {
        "photo": photo(),
        "landmarks": np.zeros((POSE_LANDMARKS, 3), np.float32),
        "world": np.zeros((POSE_LANDMARKS, 3), np.float32),
        "silhouette": np.zeros((H, W), bool),
        "matte": np.zeros((H, W), np.uint8),
        "parts": np.zeros((H, W), np.uint8),
        "hands": np.zeros((0, 21, 3), np.float32),
        "box": np.zeros(4, np.float32),
        "others": np.zeros((0, 4), np.float32),
    }
    return Person(**{**fields, **changes})


def garment(**changes) -> Garment:
    fields = {
        "photo": photo(),
        "alpha": np.zeros((H, W), np.uint8),
        "limbs": np.zeros((H, W), np.uint8),
        "landmarks": np.zeros((len(Outline), 3), np.float32),
        "kind": "upper",
    }
    return Garment(**{**fields, **changes})


def layer(size=(8, 5), **changes) -> Layer:
    fields = {"flow": np.zeros((*size, 2), np.float32), "weight": np.zeros(size, np.float32)}
    return Layer(**{**fields, **changes})


def draft(**changes) -> Draft:
    fields = {
        "fit": Fit.inside((H, W), (8, 5)),
        "layers": (layer(),),
        "reach": np.zeros((8, 5), bool),
        "landmarks": np.zeros((len(Outline), 3), np.float32),
    }
    return Draft(**{**fields, **changes})


def composite(**changes) -> Composite:
    fields = {
        "photo": photo(),
        "region": np.zeros((H, W), bool),
        "body": np.zeros((H, W, 3), np.uint8),
        "coverage": np.zeros((H, W), np.uint8),
    }
    return Composite(**{**fields, **changes})


@pytest.mark.parametrize("make", [photo, person, garment, layer, draft, composite])
def test_values_are_frozen_and_their_arrays_read_only(make):
    value = make()
    for field in dataclasses.fields(value):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field.name, None)
        content = getattr(value, field.name)
        if isinstance(content, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                content[...] = 1


def test_the_array_handed_in_stays_writeable():
    pixels = np.zeros((H, W, 3), np.uint8)
    Photo(pixels)
    pixels[0, 0] = 1


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Photo(np.zeros((H, W), np.uint8)), ValueError, r"Photo.pixels.*\(4, 6\)"),
        (lambda: Photo(np.zeros((H, W, 4), np.uint8)), ValueError, "Photo.pixels"),
        (lambda: Photo(np.zeros((H, W, 3), np.float32)), TypeError, "uint8, got float32"),
        (lambda: Photo([[0, 0, 0]]), TypeError, "got list"),
        (
            lambda: Photo(np.zeros((H, W, 3), np.uint8), np.zeros((W, H), np.uint8)),
            ValueError,
            "Photo.alpha",
        ),
        (lambda: person(landmarks=np.zeros((17, 3), np.float32)), ValueError, "landmarks"),
        (lambda: person(silhouette=np.zeros((H, W), np.uint8)), TypeError, "silhouette"),
        (lambda: person(matte=np.zeros((H + 1, W), np.uint8)), ValueError, "matte"),
        (lambda: person(hands=np.zeros((1, 20, 3), np.float32)), ValueError, "hands"),
        (lambda: person(others=np.zeros(4, np.float32)), ValueError, "others"),
        (lambda: person(view="above"), ValueError, "front, side or back, got 'above'"),
        (lambda: garment(alpha=np.zeros((H, W), bool)), TypeError, "alpha"),
        (lambda: garment(kind="hat"), ValueError, "hat"),
        (lambda: garment(attributes={"colour": "red"}), ValueError, "attribute_scores"),
        (lambda: layer(flow=np.zeros((8, 5), np.float32)), ValueError, "flow"),
        (lambda: draft(layers=(layer((5, 8)),)), ValueError, r"expected shape \(8, 5\)"),
        (lambda: composite(region=np.zeros((W, H), bool)), ValueError, "region"),
        (lambda: composite(body=np.zeros((H, W), np.uint8)), ValueError, "body"),
    ],
)
def test_wrong_arrays_are_refused_and_named(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_sizes():
    assert (photo().height, photo().width, photo().size) == (H, W, (H, W))


def test_kind_is_its_plain_word():
    assert garment(kind="dress").kind == "dress"
    assert garment(kind=Kind.LOWER).kind == "lower"


def test_a_garments_mask_starts_at_half():
    alpha = np.array([[0, 127, 128, 255, 0, 0]] * H, np.uint8)
    assert garment(alpha=alpha).mask[0].tolist() == [False, False, True, True, False, False]


def test_points_of_a_garment_that_are_not_there():
    landmarks = np.zeros((len(Outline), 3), np.float32)
    landmarks[Outline.HEM_LEFT] = 2, 3, 0.5
    value = garment(landmarks=landmarks)
    assert value.point(Outline.HEM_LEFT).tolist() == [2, 3]
    assert value.point(Outline.CROTCH) is None


@pytest.mark.parametrize(
    ("landmark", "seen"),
    [((2, 3, 0.9), True), ((2, 3, 0.4), False), ((-1, 3, 0.9), False), ((2, H, 0.9), False)],
)
def test_a_landmark_is_visible_inside_the_photo_only(landmark, seen):
    landmarks = np.zeros((POSE_LANDMARKS, 3), np.float32)
    landmarks[Pose.LEFT_HIP] = landmark
    value = person(landmarks=landmarks)
    assert value.visible(Pose.LEFT_HIP) is seen
    np.testing.assert_array_equal(value.point(Pose.LEFT_HIP), landmarks[Pose.LEFT_HIP, :2])


def test_a_prompt_is_empty_when_it_asks_for_nothing():
    assert Prompt("hello there", ignored=("hello", "there")).empty
    assert not Prompt("red", {"colour": "red"}).empty
    assert not Prompt("not red", excluded={"colour": ("red",)}).empty


def test_labels_are_dense_and_left_and_right_come_in_pairs():
    for labels in (Part, Limb, Outline):
        assert [label.value for label in labels] == list(range(len(labels)))
    for labels in (Part, Limb, Outline, Pose):
        names = set(labels.__members__)
        assert {name.replace("LEFT", "RIGHT") for name in names} == {
            name for name in names if "LEFT" not in name
        }


def test_notes_of_a_result_are_plain_sentences():
    result = Result(
        photo=photo(),
        region=np.zeros((H, W), bool),
        confidence=0.5,
        remarks=(Note("too_dark"), Note("words_ignored", {"words": "please"})),
        seconds={"total": 0.1},
        person=person(),
        garment=garment(),
        prompt=Prompt(),
        draft=draft(),
        composite=composite(),
    )
    dark, ignored = result.notes
    assert dark.startswith("The photo is dark")
    assert ignored == "These words changed nothing: please."


def test_values_travel_between_processes():
    value = pickle.loads(pickle.dumps(garment(notes=(Note("rough_cutout"),))))
    assert value.kind == "upper"
    assert value.notes[0].code == "rough_cutout"
