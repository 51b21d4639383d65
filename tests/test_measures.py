"""The tailor's measures on a drawn figure."""

import dataclasses

import numpy as np
import pytest
from figures import standing_person

from tryon.core.types import Pose
from tryon.person.measures import measures_of, torso_edges


def test_measures_of_a_figure_that_faces_the_camera():
    body = measures_of(standing_person())
    assert body.span == pytest.approx(100)
    assert body.torso == pytest.approx(145)
    assert body.turn == pytest.approx(1)
    assert body.hips_seen
    assert body.standing
    assert body.facing_side == pytest.approx(0)
    np.testing.assert_allclose(body.across, [1, 0], atol=1e-6)


def test_shoulder_line_runs_from_the_neck_down_to_the_tip():
    body = measures_of(standing_person())
    line = np.array([body.shoulder_line(0, share) for share in np.linspace(0, 1, 12)])
    assert (np.diff(line[:, 0]) > 0).all()
    assert (np.diff(line[:, 1]) >= -1e-6).all()
    np.testing.assert_allclose(line[-1], body.tip(0))
    assert line[0, 0] == pytest.approx(200)


def test_sides_mirror_each_other():
    body = measures_of(standing_person())
    for left, right in (
        (body.tip(0), body.tip(1)),
        (body.neck(0), body.neck(1)),
        (body.armpit(0), body.armpit(1)),
        (body.on_torso(0.6, 30), body.on_torso(0.6, -30)),
    ):
        np.testing.assert_allclose([400 - right[0], right[1]], left, atol=1e-6)


def test_heights_run_from_the_shoulders_to_the_hips_and_on_down_the_legs():
    body = measures_of(standing_person())
    np.testing.assert_allclose(body.on_torso(0, 0), [200, 180], atol=0.5)
    np.testing.assert_allclose(body.on_torso(1, 0), [200, 325], atol=0.5)
    assert body.on_torso(2, 0)[1] == pytest.approx(325 + 145, abs=2)


def test_a_body_seen_from_behind_swaps_its_sides():
    person = standing_person()
    marks = person.landmarks.copy()
    marks[:, 0] = 400 - marks[:, 0]
    behind = dataclasses.replace(person, landmarks=marks)
    assert measures_of(behind).shoulders[0, 0] > measures_of(behind).shoulders[1, 0]


def test_foreshortened_forearm_keeps_its_true_length():
    straight = standing_person()
    towards_camera = standing_person({"LEFT_WRIST": (275, 280)})
    world = towards_camera.world.copy()
    world[Pose.LEFT_WRIST, 2] = -0.25  # the rest of the forearm points at the lens
    body = measures_of(dataclasses.replace(towards_camera, world=world))
    assert body.arms[0].length < 0.75 * measures_of(straight).arms[0].length
    assert body.arm_lengths[0] == pytest.approx(measures_of(straight).arm_lengths[0], rel=0.1)


def test_hips_outside_the_photo_are_put_where_a_standing_body_has_them():
    person = standing_person({"LEFT_HIP": (240, 200), "RIGHT_HIP": (160, 200)})
    marks = person.landmarks.copy()
    marks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 2] = 0.0
    body = measures_of(dataclasses.replace(person, landmarks=marks))
    assert not body.hips_seen
    assert body.torso == pytest.approx(145, rel=0.01)


def test_somebody_who_sits_is_not_standing():
    knees = {"LEFT_KNEE": (300, 330), "RIGHT_KNEE": (100, 330)}
    seated = standing_person({**knees, "LEFT_HIP": (227, 325), "RIGHT_HIP": (173, 325)})
    assert not measures_of(seated).standing
    # The spine goes straight on, so cloth is not folded between the knees.
    assert measures_of(seated).on_torso(1.6, 0)[1] > 390


def test_torso_edges_read_the_silhouette_and_skip_what_arms_hide():
    spread = {"LEFT_ELBOW": (330, 200), "LEFT_WRIST": (390, 200)}
    person = standing_person(spread)
    edges = torso_edges(person, measures_of(person), np.array([0.6, 0.4]))
    assert 40 < edges[0, 0] < 75
    assert np.isnan(edges[1, 1])  # the right upper arm hangs over that side
