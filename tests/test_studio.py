"""The studio frame and the agnostic person: where things lie, and what cannot be seen any more."""

import dataclasses

import numpy as np
import pytest
from figures import flat_tee, standing_person

from tryon.core.types import Outline, Part, Photo, Pose
from tryon.fusion.agnostic import END_UNKNOWN, PLANES, Cut, body_planes, kept, sleeve_end
from tryon.fusion.geometry.draft import geometric_draft
from tryon.fusion.studio import (
    CANVAS,
    GREY,
    SHOULDERS_AT,
    START,
    TORSO,
    WHITE,
    enter,
    garment_fit,
    in_pixels,
    lay_out,
    normalised,
    plain_start,
    start_flow,
    start_points,
    torso_length,
)
from tryon.person.body import middle_of_hips, middle_of_shoulders

# --- the frame -----------------------------------------------------------------------------------


def test_shoulders_and_hips_lie_where_vitons_do():
    person = standing_person()
    studio = enter(person)
    middle = middle_of_shoulders(studio.landmarks)
    np.testing.assert_allclose(middle, SHOULDERS_AT, atol=0.01)
    assert middle_of_hips(studio.landmarks)[1] - middle[1] == pytest.approx(TORSO, rel=0.02)
    assert studio.pixels.shape == (*CANVAS, 3)
    assert studio.parts.shape == studio.matte.shape == CANVAS


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_the_frame_does_not_depend_on_the_photos_size(scale):
    person = standing_person()
    larger = person.landmarks * np.float32([scale, scale, 1])
    size = tuple(int(side * scale) for side in person.photo.size)
    assert torso_length(larger, size) == pytest.approx(
        scale * torso_length(person.landmarks, person.photo.size), rel=1e-5
    )


def test_without_hips_the_shoulders_give_the_scale():
    person = standing_person()
    marks = person.landmarks.copy()
    marks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 1] += 200  # a guess far off, below the photo
    size = (300, 400)  # of a selfie that ends above the hips
    shoulders = abs(marks[Pose.LEFT_SHOULDER, 0] - marks[Pose.RIGHT_SHOULDER, 0])
    assert torso_length(marks, size) < 2.1 * shoulders
    assert torso_length(marks, (1000, 400)) > torso_length(marks, size)


def test_of_somebody_turned_the_face_gives_the_scale():
    person = standing_person()
    marks, size = person.landmarks.copy(), (300, 400)
    marks[[Pose.MOUTH_LEFT, Pose.MOUTH_RIGHT], :2] = (200, 115)
    marks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 1] += 200  # not in the photo
    front = torso_length(marks, size)
    marks[Pose.LEFT_SHOULDER, 0] = marks[Pose.RIGHT_SHOULDER, 0] + 30
    assert 0.6 * front < torso_length(marks, size) <= front
    marks[[Pose.MOUTH_LEFT, Pose.MOUTH_RIGHT], 2] = 0  # a mask on the face
    assert torso_length(marks, size) < 0.4 * front


def test_the_background_is_grey_and_what_is_not_shown_is_known():
    person = standing_person()
    studio = enter(person)
    outside = (studio.matte == 0) & studio.shown
    assert outside.any()
    assert (studio.pixels[outside] == GREY).all()
    low = dataclasses.replace(
        person,
        photo=Photo(person.photo.pixels[:250]),
        silhouette=person.silhouette[:250],
        matte=person.matte[:250],
        parts=person.parts[:250],
    )
    cropped = enter(low)
    assert not cropped.shown[-20:].any()
    assert (cropped.pixels[-20:] == GREY).all()
    assert (cropped.parts[-20:] == Part.BACKGROUND).all()


def test_a_garment_fills_its_canvas_upright_on_white():
    garment = flat_tee()
    laid = lay_out(garment)
    ys, xs = np.nonzero(laid.alpha > 127)
    assert 180 <= max(np.ptp(ys) * 180 / 228, np.ptp(xs)) + 1 <= 184
    assert abs((ys.min() + ys.max()) / 2 - (CANVAS[0] - 1) / 2) <= 1
    assert (laid.pixels[laid.alpha == 0] == WHITE).all()
    np.testing.assert_allclose(
        laid.fit.unpoints(laid.landmarks)[:, :2], garment.landmarks[:, :2], atol=1e-2
    )


def test_an_empty_garment_has_no_frame():
    with pytest.raises(ValueError, match="empty"):
        garment_fit(np.zeros((4, 4), bool))


# --- flow ----------------------------------------------------------------------------------------


def test_normalised_flow_and_pixels_are_inverse():
    points = np.array([[0.0, 0.0], [191.0, 255.0], [20.5, 33.25]])
    np.testing.assert_allclose(in_pixels(normalised(points)), points, atol=1e-9)
    np.testing.assert_allclose(normalised(np.array([-0.5, 255.5])), [-1, 1])


def test_the_start_is_the_geometric_draft():
    person, garment = standing_person(), flat_tee()
    studio, laid = enter(person), lay_out(garment)
    draft = geometric_draft(person, garment)
    flow = start_flow(draft, studio.fit, laid.fit, garment.alpha)
    assert flow.shape == (*START, 2)
    assert flow.dtype == np.float32
    # Each cell of the trunk samples the garment where the draft says.
    placed = studio.fit.points(draft.landmarks)
    for mark in (Outline.HEM_CENTRE, Outline.WAIST_LEFT, Outline.ARMPIT_RIGHT):
        nearest = np.linalg.norm(start_points() - placed[mark, :2], axis=-1)
        row, column = np.unravel_index(nearest.argmin(), START)
        sampled = in_pixels(flow[row, column])
        assert np.linalg.norm(sampled - laid.landmarks[mark, :2]) < 14, mark


def test_the_start_goes_on_below_a_photo_that_ends_early():
    person, garment = standing_person(), flat_tee()
    rows = slice(0, 300)  # ends above the hem
    low = dataclasses.replace(
        person,
        photo=Photo(person.photo.pixels[rows]),
        silhouette=person.silhouette[rows],
        matte=person.matte[rows],
        parts=person.parts[rows],
    )
    studio, laid = enter(low), lay_out(garment)
    flow = start_flow(geometric_draft(low, garment), studio.fit, laid.fit, garment.alpha)
    middle = in_pixels(flow)[:, START[1] // 2, 1]
    assert (np.diff(middle)[12:24] > 5).all()


def test_the_plain_start_hangs_from_the_shoulders():
    flow = in_pixels(plain_start())
    middle = np.linalg.norm(start_points() - SHOULDERS_AT, axis=-1)
    row, column = np.unravel_index(middle.argmin(), START)
    assert 30 < flow[row, column, 1] < 70
    assert abs(flow[row, column, 0] - 95.5) < 8
    assert (np.diff(flow[..., 0], axis=1) > 0).all()
    assert (np.diff(flow[..., 1], axis=0) > 0).all()


# --- the agnostic person -------------------------------------------------------------------------


def studio_figure(moved=None):
    studio = enter(standing_person(moved))
    return studio.parts.copy(), studio.landmarks


def test_the_old_garment_is_hidden_and_face_hands_and_legs_are_seen():
    parts, marks = studio_figure()
    keep = kept(parts, marks, Cut())
    assert not keep[parts == Part.UPPER].any()
    assert keep[np.isin(parts, (Part.LEFT_HAND, Part.RIGHT_HAND))].all()
    face = parts == Part.FACE
    assert keep[face].mean() > 0.95
    assert keep[-10:][parts[-10:] == Part.TROUSERS].all()


def test_a_border_around_the_old_garment_is_hidden_too():
    parts, marks = studio_figure()
    narrow, wide = (kept(parts, marks, Cut(room=room)) for room in (0.02, 0.14))
    assert narrow.sum() > wide.sum()
    assert not (wide & ~narrow & ~np.isin(parts, (Part.NECK,))).any()


def test_what_is_worn_below_stays_where_the_old_hem_is_followed():
    parts, marks = studio_figure()
    hidden, follows = (kept(parts, marks, Cut(hem=0.7, lower=lower)) for lower in (False, True))
    below = parts == Part.TROUSERS
    assert hidden[below].mean() < 0.6 < 0.85 < follows[below].mean()  # edges stay hidden
    np.testing.assert_array_equal(hidden[~below], follows[~below])


@pytest.mark.parametrize("end", [0.3, 0.6])
def test_arms_are_hidden_as_far_as_asked(end):
    parts, marks = studio_figure()
    keep = kept(parts, marks, Cut(arms=(end, 0.0)))
    shoulder, elbow, wrist = (
        marks[Pose[f"LEFT_{name}"], :2] for name in ("SHOULDER", "ELBOW", "WRIST")
    )
    for share, at in (
        (0.25, shoulder + 0.5 * (elbow - shoulder)),
        (0.85, elbow + 0.7 * (wrist - elbow)),
    ):
        x, y = np.round(at).astype(int)
        assert keep[y, x] == (share > end)


def test_a_sleeve_is_measured_where_the_bare_arm_begins():
    parts, marks = studio_figure()
    assert sleeve_end(parts, marks, "left") < 0.15
    covered = np.where(parts == Part.LEFT_ARM, Part.UPPER, parts).astype(np.uint8)
    assert sleeve_end(covered, marks, "left") > 0.9
    # Hidden without being asked for: the sleeve is the old garment's.
    keep = kept(covered, marks, Cut(arms=(0.0, 0.0)))
    assert not keep[parts == Part.LEFT_ARM].any()


def test_the_neckline_cannot_be_read():
    parts, marks = studio_figure()
    low, high = parts.copy(), parts.copy()
    y = int(marks[Pose.LEFT_SHOULDER, 1])
    low[y : y + 12, 88:102] = Part.NECK  # a deep neckline
    cut = Cut(neck=0.8)
    # A single pixel of the smoothed border may differ.
    assert (kept(low, marks, cut) != kept(high, marks, cut)).sum() <= 3


def test_bare_arms_and_neck_stay_where_the_old_ends_are_followed():
    parts, marks = studio_figure()
    hidden = kept(parts, marks, Cut(arms=(0.9, 0.9), neck=1.0))
    follows = Cut(arms=(0.9, 0.9), neck=1.0, sleeves=(True, False), neckline=True)
    keep = kept(parts, marks, follows)
    for part in (Part.LEFT_ARM, Part.NECK):
        assert hidden[parts == part].mean() < 0.3 < 0.6 < keep[parts == part].mean()
    np.testing.assert_array_equal(hidden[parts == Part.RIGHT_ARM], keep[parts == Part.RIGHT_ARM])
    # And the network is told which skin ends the garment.
    planes = body_planes(parts, marks, keep, np.ones(CANVAS, bool), follows)
    halves = parts[::2, ::2]
    assert planes[8][halves == Part.LEFT_ARM].max() == planes[8][halves == Part.NECK].max() == 255
    assert planes[8][halves == Part.RIGHT_ARM].max() == END_UNKNOWN


def test_planes_say_where_the_body_is():
    parts, marks = studio_figure()
    shown = np.ones(CANVAS, bool)
    shown[:30] = False
    planes = body_planes(parts, marks, kept(parts, marks, Cut()), shown, Cut())
    assert planes.shape == (PLANES, CANVAS[0] // 2, CANVAS[1] // 2)
    assert set(np.unique(planes)) == {0, END_UNKNOWN, 255}
    elbow = np.round(marks[Pose.LEFT_ELBOW, :2] / 2).astype(int)
    assert planes[2, elbow[1], elbow[0]]
    assert not planes[4, elbow[1], elbow[0]]
    assert planes[10, :15].all()
    assert not planes[10, 15:].any()
    assert planes[9, -5:].any()
