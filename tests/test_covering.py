"""Sleeves that cover their arms: strips are filled with cloth, everything else stays as drafted."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from figures import flat_tee, flat_trousers, standing_person

from tryon.core.frame import Fit
from tryon.core.types import Draft, Hang, Layer, Limb, Outline, Part, Person, Pose
from tryon.fusion.agnostic import along_arm
from tryon.fusion.geometry.covering import (
    ALONG,
    BORDER,
    close_sides,
    cover_arms,
    sleeves_along_arms,
)
from tryon.person.body import body_unit, capsule_mask

PERSON = standing_person()
SIZE = PERSON.photo.size
FIT = Fit(1.0, 0.0, 0.0, SIZE, SIZE)
GARMENT = flat_tee()
UNIT = body_unit(PERSON.landmarks)


def narrow_sleeves(end: float, beyond: float = 0.0) -> Draft:
    """Both sleeves as ribbons much narrower than the arms, from the shoulder to `end`; all of their
    cloth comes from the middle of the garment."""
    layers = []
    for limb, side in ((Limb.LEFT, "left"), (Limb.RIGHT, "right")):
        points = along_arm(PERSON.landmarks, side, np.linspace(0.05, end, 9))
        points = np.vstack([points, points[-1] + beyond * (points[-1] - points[-2])])
        weight = capsule_mask(SIZE, points, np.full(len(points), 0.05 * UNIT))
        flow = np.full((*SIZE, 2), (200, 200), np.float32)
        flow[weight] = (210, 210)
        layers.append(Layer(flow, weight.astype(np.float32), limb))
    nothing = np.zeros(SIZE, bool)
    return Draft(FIT, tuple(layers), nothing, np.zeros((len(Outline), 3), np.float32), 1.0)


def shown(draft: Draft) -> np.ndarray:
    return np.max([layer.weight for layer in draft.layers], axis=0) > 0.5


def test_long_sleeves_cover_their_arms_with_their_own_cloth():
    drafted = narrow_sleeves(1.0)
    covered = cover_arms(drafted, PERSON, GARMENT)
    rows = np.arange(SIZE[0])[:, None]
    arms = np.isin(PERSON.parts, (Part.LEFT_ARM, Part.RIGHT_ARM))
    upper = PERSON.landmarks[Pose.LEFT_SHOULDER, 1] + 0.3 * UNIT
    arms &= (rows > upper) & (rows < PERSON.landmarks[Pose.LEFT_WRIST, 1] - 0.15 * UNIT)
    # Drawn arms are as wide at the wrist as at the elbow, true ones are not.
    assert shown(drafted)[arms].mean() < 0.6 < 0.85 < shown(covered)[arms].mean()
    assert not (shown(covered) & ~shown(drafted) & ~PERSON.silhouette).any()
    for layer in covered.layers:
        assert (layer.flow[layer.weight > 0.6] == 210).all()


@pytest.mark.parametrize("end", [0.15, 0.3])
def test_short_sleeves_stay_as_drafted(end):
    drafted = narrow_sleeves(end)
    for before, after in zip(
        drafted.layers, cover_arms(drafted, PERSON, GARMENT).layers, strict=True
    ):
        np.testing.assert_array_equal(after.weight, before.weight)
        np.testing.assert_array_equal(after.flow, before.flow)


def test_no_cloth_is_added_past_a_sleeves_end():
    end = 0.6
    covered = shown(cover_arms(narrow_sleeves(end), PERSON, GARMENT))
    elbow, wrist = along_arm(PERSON.landmarks, "left", np.array([end - 0.04, 1.0]))
    arm = capsule_mask(SIZE, np.array([elbow, wrist]), np.full(2, 0.2 * UNIT))
    step = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    y, x = np.nonzero(arm & covered)
    along = (np.column_stack([x, y]) - elbow) @ step / UNIT
    assert np.count_nonzero(along < 0) > 100  # filled up to there
    # The drawn ribbon itself is round and ends a little later.
    assert along.max() < 0.13
    aside = np.abs((np.column_stack([x, y]) - elbow) @ [-step[1], step[0]]) / UNIT
    assert along[aside > 0.07].max() < 0.06


def test_sleeves_end_at_the_wrist():
    covered = shown(cover_arms(narrow_sleeves(1.0, beyond=3.0), PERSON, GARMENT))
    y = round(float(PERSON.landmarks[Pose.LEFT_INDEX, 1]))
    assert not covered[y + 3 :].any()
    assert shown(narrow_sleeves(1.0, beyond=3.0))[y + 3 :].any()


def test_other_garments_are_left_alone():
    drafted = narrow_sleeves(1.0)
    assert cover_arms(drafted, PERSON, flat_trousers()) is drafted
    trunk = Draft(FIT, (), drafted.reach, drafted.landmarks, 1.0)
    assert cover_arms(trunk, PERSON, GARMENT) is trunk


def test_how_far_each_sleeve_goes():
    reached = sleeves_along_arms(narrow_sleeves(0.5), PERSON, GARMENT)
    assert reached.shape == (2, len(ALONG))
    ends = [ALONG[row][-1] for row in reached]
    assert ends == pytest.approx([0.5, 0.5], abs=0.08)


def folded_arm() -> Person:
    """The left hand at its own shoulder, so that the forearm passes before the upper arm."""
    return standing_person({"LEFT_ELBOW": (300, 260), "LEFT_WRIST": (258, 192)})


@pytest.mark.parametrize("person", [PERSON, folded_arm()], ids=["hanging", "folded"])
def test_a_forearm_before_its_own_sleeve_does_not_lengthen_it(person):
    points = along_arm(person.landmarks, "left", np.linspace(0.0, 0.3, 9))
    weight = capsule_mask(SIZE, points, np.full(9, 0.1 * UNIT)).astype(np.float32)
    flow = np.full((*SIZE, 2), (200, 200), np.float32)
    drafted = replace(narrow_sleeves(0.3), layers=(Layer(flow, weight, Limb.LEFT),))
    left, right = sleeves_along_arms(drafted, person, GARMENT)
    assert ALONG[left][-1] < 0.45
    assert not right.any()
    x, y = np.round(person.point(Pose.LEFT_WRIST)).astype(int)
    assert (weight[y, x] > 0.5) == (person is not PERSON)


def test_a_sleeve_goes_on_behind_a_small_gap():
    drafted = narrow_sleeves(0.9)
    layers = []
    for layer in drafted.layers:
        weight = layer.weight.copy()
        weight[235:245] = 0  # a strap
        layers.append(replace(layer, weight=weight))
    reached = sleeves_along_arms(replace(drafted, layers=tuple(layers)), PERSON, GARMENT)
    for row in reached:
        assert not row[ALONG < 0.5].all()
        assert ALONG[row][-1] == pytest.approx(0.9, abs=0.08)


# --- sleeves in the air ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elbow", "wrist", "room"),
    [(1.0, 1.0, 0.3), (0.7, 0.7, 0.3), (0.7, 0.2, 0.05)],
    ids=["seen", "wrist seen", "behind the back"],
)
def test_no_sleeve_stands_far_off_the_silhouette(elbow, wrist, room):
    marks = PERSON.landmarks.copy()
    marks[[Pose.LEFT_ELBOW, Pose.LEFT_WRIST], 2] = elbow, wrist
    person = replace(PERSON, landmarks=marks)
    weight = np.zeros(SIZE, np.float32)
    weight[190:220, 230:390] = 1
    flow = np.full((*SIZE, 2), (200, 200), np.float32)
    layers = tuple(Layer(flow, weight, limb) for limb in (Limb.BODY, Limb.LEFT))
    covered = cover_arms(replace(narrow_sleeves(0.3), layers=layers), person, GARMENT)
    trunk, sleeve = covered.layers
    np.testing.assert_array_equal(trunk.weight, weight)
    for row in (195, 205, 215):
        edge = np.flatnonzero(PERSON.silhouette[row])[-1]
        end = np.flatnonzero(sleeve.weight[row] > 0.5)[-1]
        # Edges slant, so the nearest part of the silhouette lies a little lower down.
        assert 0.9 * room * UNIT - 1 < end - edge < 1.2 * room * UNIT + 2
        assert (sleeve.weight[row, 230:edge] == 1).all()


# --- strips beside the trunk -------------------------------------------------------------------

BESIDE = slice(245, 290)  # rows of a trunk beside the hanging arm


def with_beside(label: Part) -> Person:
    """The figure with its old top, or the wall, in the room between the trunk and the left arm."""
    parts = PERSON.parts.copy()
    for row in range(BESIDE.start - 20, BESIDE.stop + 20):
        parts[row, 210 : np.flatnonzero(parts[row] == Part.LEFT_ARM)[0]] = label
    return replace(PERSON, parts=parts)


def trunk_beside_arm(gap: int) -> Draft:
    """A trunk that ends so many pixels before the left arm, far from the right one. It shows the
    garment's pixels at the place of the photo's."""
    weight = np.zeros(SIZE, np.float32)
    for row in range(BESIDE.start, BESIDE.stop):
        weight[row, 180 : np.flatnonzero(PERSON.parts[row] == Part.LEFT_ARM)[0] - gap] = 1
    flow = np.full((*SIZE, 2), (2, 2), np.float32)  # no cloth
    y, x = np.nonzero(weight)
    flow[y, x] = np.column_stack([x, y])
    reach = weight > 0
    return Draft(FIT, (Layer(flow, weight),), reach, np.zeros((len(Outline), 3), np.float32))


def strip(gap: int) -> np.ndarray:
    """(H, W) bool: between that trunk and the arm, without the uppermost and lowest rows."""
    mask = np.zeros(SIZE, bool)
    for row in range(BESIDE.start + 3, BESIDE.stop - 3):
        end = np.flatnonzero(PERSON.parts[row] == Part.LEFT_ARM)[0]
        mask[row, end - gap : end] = True
    return mask


@pytest.mark.parametrize("gap", [2, 8, 14])
def test_a_strip_between_trunk_and_arm_takes_the_trunks_cloth(gap):
    drafted = trunk_beside_arm(gap)
    closed = close_sides(drafted, with_beside(Part.UPPER), GARMENT)
    before, after = drafted.layers[0], closed.layers[0]
    filled = strip(gap)
    assert not before.weight[filled].any()
    assert (after.weight[filled] > 0.5).all()
    assert closed.reach[filled].all()
    y, x = np.nonzero(filled)
    shown = np.round(after.flow[y, x]).astype(int)
    assert (before.weight[shown[:, 1], shown[:, 0]] == 1).all()
    edge = round(BORDER * UNIT)
    assert np.linalg.norm(shown - np.column_stack([x, y]), axis=1).max() <= 2 * (gap + 2 * edge) + 1
    # The trunk's own edge, which may be a seam, is not mirrored; what lies farther in stays.
    assert (cv2.distanceTransform(before.weight.astype(np.uint8), cv2.DIST_C, 3) > edge)[
        shown[:, 1], shown[:, 0]
    ].all()
    inner = cv2.erode(before.weight, np.ones((2 * edge + 1,) * 2)) > 0
    np.testing.assert_array_equal(after.flow[inner], before.flow[inner])
    right = np.s_[:, :178]  # towards the other arm the gap is wide
    np.testing.assert_array_equal(after.weight[right], before.weight[right])


def test_a_bare_arm_takes_no_cloth_where_an_old_sleeve_covered_it():
    drafted = trunk_beside_arm(2)
    sleeved = PERSON.parts.copy()
    for row in range(BESIDE.start + 3, BESIDE.stop - 3):  # its hem runs aslant over the arm
        inner = np.flatnonzero(sleeved[row] == Part.LEFT_ARM)[0]
        sleeved[row, inner - 2 : inner + 12] = Part.UPPER
    arm = capsule_mask(
        SIZE,
        along_arm(PERSON.landmarks, "left", np.linspace(0.2, 0.9, 9)),
        np.full(9, 0.08 * UNIT),
    )
    closed = close_sides(drafted, replace(PERSON, parts=sleeved), GARMENT)
    assert closed.layers[0].weight[strip(2)].all()  # up to the arm
    assert not closed.layers[0].weight[arm].any()


def test_a_thin_seam_between_trunk_and_sleeve_is_closed():
    """Both soft edges meet, and what lies below would shine through."""
    person = with_beside(Part.UPPER)
    arm = person.parts == Part.LEFT_ARM
    drafted = trunk_beside_arm(0)
    weight = cv2.GaussianBlur(drafted.layers[0].weight, (0, 0), 1.0)
    trunk = replace(drafted.layers[0], weight=weight * (drafted.layers[0].weight > 0))
    flow = np.full((*SIZE, 2), (200, 200), np.float32)
    sleeve = Layer(flow, cv2.GaussianBlur(arm.astype(np.float32), (0, 0), 1.0) * arm, Limb.LEFT)
    open_ = replace(drafted, layers=(trunk, sleeve))
    closed = close_sides(open_, person, GARMENT)
    seam = strip(1)
    seen = [
        np.prod([1 - layer.weight[seam] for layer in d.layers], axis=0) for d in (open_, closed)
    ]
    assert seen[1].max() < 0.5 * seen[0].min()


def test_a_sleeve_counts_as_an_arm():
    """The arm in its own new sleeve, which the photo shows in the old one."""
    person = with_beside(Part.UPPER)
    arm = person.parts == Part.LEFT_ARM
    person = replace(person, parts=np.where(arm, np.uint8(Part.UPPER), person.parts))
    drafted = trunk_beside_arm(8)
    assert close_sides(drafted, person, GARMENT) is drafted
    flow = np.full((*SIZE, 2), (200, 200), np.float32)
    sleeve = Layer(flow, arm.astype(np.float32), Limb.LEFT)
    closed = close_sides(replace(drafted, layers=(*drafted.layers, sleeve)), person, GARMENT)
    assert (closed.layers[0].weight[strip(8)] > 0.5).all()
    assert closed.layers[1] is sleeve


@pytest.mark.parametrize(
    ("gap", "person", "garment"),
    [
        (25, with_beside(Part.UPPER), GARMENT),
        (8, with_beside(Part.BACKGROUND), GARMENT),
        (8, with_beside(Part.UPPER), flat_tee(hang=Hang(width=-1.0))),
        (8, with_beside(Part.UPPER), flat_trousers()),
    ],
    ids=["wide", "background", "slim", "trousers"],
)
def test_other_gaps_beside_the_trunk_stay(gap, person, garment):
    drafted = trunk_beside_arm(gap)
    assert close_sides(drafted, person, garment) is drafted


def test_gaps_above_the_armpits_stay():
    marks = np.zeros((len(Outline), 3), np.float32)
    marks[Outline.ARMPIT_LEFT] = (250, 280, 1)
    drafted = replace(trunk_beside_arm(8), landmarks=marks)
    closed = close_sides(drafted, with_beside(Part.UPPER), GARMENT)
    rows = np.arange(SIZE[0])[:, None]
    filled, pit = strip(8), 280 - 0.12 * UNIT
    assert (closed.layers[0].weight[filled & (rows > pit + 2)] > 0.5).all()
    assert (closed.layers[0].weight[filled & (rows < pit - 4)] < 0.5).all()
