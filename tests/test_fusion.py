"""The geometric draft on a drawn figure: right place, right length, nothing torn."""

import dataclasses

import cv2
import numpy as np
import pytest
from figures import flat_skirt, flat_tee, flat_trousers, garment_of, standing_person

from tryon.core.errors import TryOnError
from tryon.core.types import Draft, Garment, Hang, Kind, Limb, Outline, Part, Pose
from tryon.fusion.geometry.draft import even_share, geometric_draft, one_sleeve
from tryon.person.measures import measures_of

LONG_CUFF = (205, 330)


def placed(draft, mark: Outline) -> np.ndarray:
    return draft.landmarks[mark, :2]


def drawn(draft) -> np.ndarray:
    """(n, 2) photo points the garment covers."""
    ys, xs = np.nonzero(draft.reach)
    return draft.fit.unpoints(np.column_stack([xs, ys]).astype(np.float64))


def test_a_tee_lies_on_the_torso():
    draft = geometric_draft(standing_person(), flat_tee())
    points = drawn(draft)
    assert 120 < points[:, 1].min() < 185  # at the base of the neck
    assert 320 < points[:, 1].max() < 390  # around the hips
    assert abs(points[:, 0].mean() - 200) < 3
    assert draft.layers[0].limb == Limb.BODY
    assert len(draft.layers) == 3


def test_a_mirrored_body_gets_a_mirrored_draft():
    draft = geometric_draft(standing_person(), flat_tee())
    for name in ("SHOULDER", "ARMPIT", "HEM", "CUFF_OUTER"):
        left, right = (placed(draft, Outline[f"{name}_{s}"]) for s in ("LEFT", "RIGHT"))
        np.testing.assert_allclose([400 - right[0], right[1]], left, atol=1.0)


def test_sleeves_end_where_the_garments_do():
    person = standing_person()
    elbow, wrist = person.point(Pose.LEFT_ELBOW), person.point(Pose.LEFT_WRIST)
    short = placed(geometric_draft(person, flat_tee()), Outline.CUFF_OUTER_LEFT)
    long = placed(
        geometric_draft(
            person,
            flat_tee(LONG_CUFF, attributes={"sleeve": "long"}, attribute_scores={"sleeve": 1.0}),
        ),
        Outline.CUFF_OUTER_LEFT,
    )
    assert short[1] < elbow[1]
    assert abs(long[1] - wrist[1]) < 30


def test_a_long_sleeve_follows_a_bent_arm():
    bent = {"LEFT_ELBOW": (300, 250), "LEFT_WRIST": (225, 240)}
    person = standing_person(bent)
    garment = flat_tee(LONG_CUFF, attributes={"sleeve": "long"}, attribute_scores={"sleeve": 1.0})
    draft = geometric_draft(person, garment)
    sleeve = next(layer for layer in draft.layers if layer.limb == Limb.LEFT)
    at = np.round(draft.fit.points(np.array([[290.0, 235.0], [250.0, 243.0]]))).astype(int)
    assert (sleeve.weight[at[:, 1], at[:, 0]] > 0.5).all()
    cuff = (placed(draft, Outline.CUFF_OUTER_LEFT) + placed(draft, Outline.CUFF_INNER_LEFT)) / 2
    assert np.linalg.norm(cuff - [225, 240]) < 25


def test_torso_and_sleeve_agree_where_they_are_sewn():
    draft = geometric_draft(standing_person(), flat_tee())
    body, sleeve = (next(m for m in draft.layers if m.limb == limb) for limb in (1, 2))
    both = (body.weight > 0.9) & (sleeve.weight > 0.9)
    assert both.sum() > 10  # they overlap, so no gap can open
    difference = np.linalg.norm(body.flow[both] - sleeve.flow[both], axis=-1)
    assert np.median(difference) < 1.0  # garment pixels


def test_flow_is_finite_everywhere():
    for garment in (flat_tee(), flat_trousers(), flat_skirt()):
        for layer in geometric_draft(standing_person(), garment).layers:
            assert np.isfinite(layer.flow).all()
            assert layer.weight.min() >= 0
            assert layer.weight.max() <= 1


def test_trousers_end_at_the_ankles_and_shorts_above_the_knees():
    person = standing_person()
    full = geometric_draft(person, flat_trousers(480))
    short = geometric_draft(
        person,
        flat_trousers(300, attributes={"type": "shorts"}, attribute_scores={"type": 1.0}),
    )
    knee, ankle = person.point(Pose.LEFT_KNEE)[1], person.point(Pose.LEFT_ANKLE)[1]
    assert abs(placed(full, Outline.HEM_LEFT)[1] - ankle) < 25
    assert placed(short, Outline.HEM_LEFT)[1] < knee
    assert 230 < drawn(full)[:, 1].min() < 325  # the waistband, above the hips


def test_trousers_called_shorts_by_mistake_cover_the_leg():
    called = flat_trousers(480, attributes={"type": "shorts"}, attribute_scores={"type": 1.0})
    draft = geometric_draft(standing_person(), called)
    ankle = standing_person().point(Pose.LEFT_ANKLE)[1]
    assert abs(placed(draft, Outline.HEM_LEFT)[1] - ankle) < 25


def test_both_legs_are_as_long_however_they_lie():
    marks = flat_trousers(480).landmarks.copy()
    for name in ("HEM_LEFT", "HEM_INNER_LEFT"):
        marks[Outline[name], 1] = 330  # this one is bent in the picture
    bent = dataclasses.replace(flat_trousers(480), landmarks=marks)
    draft = geometric_draft(standing_person(), bent)
    ends = [placed(draft, Outline[f"HEM_{side}"])[1] for side in ("LEFT", "RIGHT")]
    assert abs(ends[0] - ends[1]) < 10


def test_an_inner_corner_found_at_the_outer_one_does_not_close_the_leg():
    marks = flat_trousers(480).landmarks.copy()
    marks[Outline.HEM_INNER_LEFT, :2] = marks[Outline.HEM_LEFT, :2] - (3, 0)
    slip = dataclasses.replace(flat_trousers(480), landmarks=marks)
    whole, slipped = (
        geometric_draft(standing_person(), one).reach for one in (flat_trousers(480), slip)
    )
    assert np.count_nonzero(whole ^ slipped) < 0.06 * np.count_nonzero(whole)


def test_trousers_close_below_the_crotch():
    """Thighs touch there: no gap opens right below the crotch."""
    draft = geometric_draft(standing_person(), flat_trousers(480))
    crotch = placed(draft, Outline.CROTCH)
    x, top = draft.fit.points(crotch[None])[0]
    rows = np.arange(round(top) + 2, round(top + 0.12 * 230 * draft.fit.scale))
    assert len(rows) > 5
    assert draft.reach[rows, round(x)].all()


def test_no_dress_is_longer_than_its_wearer():
    points = {
        "COLLAR": (20, 20),
        "COLLAR_CENTRE": (0, 30),
        "SHOULDER": (48, 30),
        "ARMPIT": (45, 90),
        "WAIST": (42, 200),
        "HEM": (50, 490),
        "HEM_CENTRE": (0, 490),
    }
    around = [f"{name}_LEFT" for name in ("COLLAR", "SHOULDER", "ARMPIT", "WAIST", "HEM")]
    around += [name.replace("LEFT", "RIGHT") for name in reversed(around)]
    dress = garment_of(Kind.DRESS, points, {Limb.BODY: around})
    person = standing_person()
    assert drawn(geometric_draft(person, dress))[:, 1].max() < person.point(Pose.LEFT_FOOT)[1]


def test_a_longer_skirt_ends_lower():
    person = standing_person()
    ends = [drawn(geometric_draft(person, flat_skirt(end)))[:, 1].max() for end in (200, 300, 400)]
    assert ends[0] < ends[1] < ends[2]


def test_words_for_fit_change_the_width():
    person = standing_person()
    widths = []
    for word in ("slim", "regular", "loose"):
        garment = flat_tee(attributes={"fit": word}, attribute_scores={"fit": 1.0})
        draft = geometric_draft(person, garment)
        hem = placed(draft, Outline.HEM_LEFT) - placed(draft, Outline.HEM_RIGHT)
        widths.append(np.linalg.norm(hem))
    assert widths[0] < widths[1] < widths[2]


def test_trousers_without_hips_in_view_are_refused():
    person = standing_person()
    marks = person.landmarks.copy()
    marks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 2] = 0.1
    with pytest.raises(TryOnError) as caught:
        geometric_draft(dataclasses.replace(person, landmarks=marks), flat_trousers())
    assert caught.value.code == "not_in_view"
    assert "knees" in caught.value.hint


def test_a_garment_without_an_outline_is_refused():
    garment = flat_tee()
    blank = dataclasses.replace(garment, landmarks=np.zeros_like(garment.landmarks))
    with pytest.raises(TryOnError) as caught:
        geometric_draft(standing_person(), blank)
    assert caught.value.code == "no_garment"


def test_same_input_same_draft():
    first, second = (geometric_draft(standing_person(), flat_tee()) for _ in range(2))
    for a, b in zip(first.layers, second.layers, strict=True):
        assert a.flow.tobytes() == b.flow.tobytes()
        assert a.weight.tobytes() == b.weight.tobytes()


def test_confidence_falls_when_the_cloth_is_pulled_out_of_shape():
    person = standing_person()
    sound = geometric_draft(person, flat_tee())
    marks = flat_tee().landmarks.copy()
    marks[Outline.ARMPIT_LEFT, :2] = (290, 330)  # an armpit taken for the hem
    wrong = geometric_draft(person, dataclasses.replace(flat_tee(), landmarks=marks))
    assert sound.confidence > 0.7
    assert wrong.confidence < sound.confidence - 0.1
    assert (
        geometric_draft(dataclasses.replace(person, view="side"), flat_tee()).confidence
        < sound.confidence
    )


def test_a_hanging_sleeve_lies_beside_the_trunk():
    person = standing_person()
    tight = {"LEFT_ELBOW": (262, 262), "LEFT_WRIST": (264, 340)}
    for joints in ({}, tight):
        person = standing_person(joints)
        draft = geometric_draft(person, flat_tee())
        body, sleeve = (next(m for m in draft.layers if m.limb == limb) for limb in (1, 2))
        trunk = (body.weight > 0.5) & draft.reach
        below = placed(draft, Outline.ARMPIT_LEFT)[1]
        row = round(float(draft.fit.points(np.array([250.0, below + 4]))[1]))
        edge = np.nonzero(trunk[row])[0].max() / draft.fit.scale
        reaches_in = np.nonzero(sleeve.weight[row] > 0.5)[0].min() / draft.fit.scale
        assert edge - reaches_in < 0.08 * 100  # spans are 100 pixels


def test_armpits_are_not_outside_of_the_arms():
    garment = flat_tee(attributes={"fit": "loose"}, attribute_scores={"fit": 1.0})
    draft = geometric_draft(standing_person(), garment)
    assert placed(draft, Outline.ARMPIT_LEFT)[0] <= 252  # the joint is at 250


def test_a_collar_lies_nearer_to_the_neck_than_a_boat_neckline():
    outs = []
    for word in ("collar", "crew", "boat"):
        garment = flat_tee(attributes={"neckline": word}, attribute_scores={"neckline": 1.0})
        draft = geometric_draft(standing_person(), garment)
        outs.append(placed(draft, Outline.COLLAR_LEFT)[0] - 200)
    assert outs[0] < outs[1] - 1 < outs[2] - 2
    words = {"type": "shirt"}
    untold = flat_tee(attributes=words, attribute_scores=dict.fromkeys(words, 1.0))
    shirt = placed(geometric_draft(standing_person(), untold), Outline.COLLAR_LEFT)[0] - 200
    assert shirt == pytest.approx(outs[0])


def test_a_sleeve_that_flares_does_not_widen_the_arm():
    arm = np.array([1.0, 1.0, 1.0, 1.6, 1.0, 1.0, np.nan, 1.0])
    np.testing.assert_allclose(even_share(arm), 1.0, atol=1e-6)
    assert np.isnan(even_share(np.array([1.0, np.nan, 1.2, np.nan]))).all()


def hung(width: float | None = None, length: float | None = None, **more):
    return flat_tee(hang=Hang(width, length), **more)


def wide(draft, row: float) -> float:
    """Photo pixels across the drawn trunk at a row."""
    trunk = next(layer for layer in draft.layers if layer.limb == Limb.BODY)
    shown = trunk.weight[round(float(draft.fit.points(np.array([[200.0, row]]))[0, 1]))] > 0.5
    return np.count_nonzero(shown) / draft.fit.scale


def test_a_fit_that_was_asked_for_is_seen():
    person = standing_person()
    drafts = [geometric_draft(person, hung(width)) for width in (-1.0, None, 1.0, 1.5)]
    widths = np.array([wide(draft, 290) for draft in drafts])
    assert (widths[1:] / widths[:-1] > 1.04).all()
    sleeves = [
        placed(d, Outline.CUFF_OUTER_LEFT)[1] - placed(d, Outline.SHOULDER_LEFT)[1] for d in drafts
    ]
    assert sleeves[1] + 5 < sleeves[2] < sleeves[3]
    hems = [placed(draft, Outline.HEM_LEFT)[1] for draft in drafts]
    assert hems[0] == pytest.approx(hems[1], abs=1)
    assert hems[1] + 5 < hems[2] < hems[3]


def test_a_length_that_was_asked_for_is_seen():
    person = standing_person()
    hems = [
        placed(geometric_draft(person, hung(length=length)), Outline.HEM_LEFT)[1]
        for length in (-1.0, None, 0.6, 1.0)
    ]
    torso = measures_of(person).torso
    assert (np.diff(hems) > 0.08 * torso).all()


@pytest.mark.parametrize("width", [1.0, 1.5])
def test_a_loose_trunk_does_not_lie_over_sleeved_arms(width):
    person = standing_person({"LEFT_ELBOW": (258, 240), "LEFT_WRIST": (258, 320)})
    parts = person.parts.copy()
    parts[np.isin(parts, (Part.LEFT_ARM, Part.RIGHT_ARM))] = Part.UPPER
    sleeved = dataclasses.replace(person, parts=parts)
    bare, covered = (wide(geometric_draft(p, hung(width)), 280) for p in (person, sleeved))
    assert wide(geometric_draft(person, hung()), 280) < covered < bare - 6


def test_skirts_and_trousers_hang_as_asked():
    person = standing_person()
    ends = [
        drawn(geometric_draft(person, flat_skirt(300, hang=Hang(length=length))))[:, 1].max()
        for length in (None, 1.0)
    ]
    assert ends[1] > ends[0] + 5
    knees = []
    for width in (None, 1.0):
        draft = geometric_draft(person, flat_trousers(hang=Hang(width)))
        inner, outer = (placed(draft, Outline[f"HEM_{n}LEFT"])[0] for n in ("INNER_", ""))
        knees.append(outer - inner)
    assert knees[1] > 1.1 * knees[0]


# --- garments that are turned away -------------------------------------------------------------


def turned(side: int, left: float = 0.0) -> Garment:
    """A tee whose picture shows the sleeve of one side, 0 = left, and so much of the other one."""
    garment = flat_tee()
    name, gone = (("RIGHT", Limb.RIGHT), ("LEFT", Limb.LEFT))[side]
    marks = garment.landmarks.copy()
    for mark in ("CUFF_OUTER", "CUFF_INNER", "ELBOW"):
        marks[Outline[f"{mark}_{name}"]] = 0
    # No shoulder and no armpit are seen there: the outline's corners are others.
    marks[Outline[f"SHOULDER_{name}"], :2] = marks[Outline[f"COLLAR_{name}"], :2] + (0, 8)
    marks[Outline[f"ARMPIT_{name}"], :2] = marks[Outline[f"WAIST_{name}"], :2]
    hidden = garment.limbs == gone
    y, x = np.nonzero(hidden)
    first = np.argsort(np.abs(x - 200.0), kind="stable")[: round(left * len(x))]
    hidden[y[first], x[first]] = False
    return dataclasses.replace(
        garment,
        limbs=np.where(hidden, np.uint8(0), garment.limbs),
        alpha=np.where(hidden, np.uint8(0), garment.alpha),
        landmarks=marks,
    )


@pytest.mark.parametrize(
    ("garment", "side"),
    [
        (flat_tee(), None),
        (flat_skirt(), None),
        (turned(0), 0),
        (turned(1), 1),
        (turned(1, left=0.05), 1),
        (turned(1, left=0.4), None),
    ],
    ids=["two", "none", "left", "right", "a rest", "half"],
)
def test_one_sleeve(garment, side):
    assert one_sleeve(garment) == side


def extent(draft: Draft, garment: Garment, limb: Limb) -> np.ndarray:
    """(2, 2): the corners of what a piece shows, in photo pixels."""
    layer = next(layer for layer in draft.layers if layer.limb == limb)
    cloth = cv2.remap(garment.alpha, layer.flow, None, cv2.INTER_LINEAR)
    ys, xs = np.nonzero(layer.weight * cloth > 128)
    corners = np.array([[xs.min(), ys.min()], [xs.max(), ys.max()]], np.float64)
    return draft.fit.unpoints(corners)


@pytest.mark.parametrize("side", [0, 1])
def test_a_garment_that_shows_one_sleeve_is_worn_with_two(side):
    garment = turned(side)
    draft = geometric_draft(standing_person(), garment)
    assert sorted(layer.limb for layer in draft.layers) == [Limb.BODY, Limb.LEFT, Limb.RIGHT]
    left, right = (extent(draft, garment, limb) for limb in (Limb.LEFT, Limb.RIGHT))
    mirrored = np.array([[400 - right[1, 0], right[0, 1]], [400 - right[0, 0], right[1, 1]]])
    np.testing.assert_allclose(left, mirrored, atol=8)  # of 400 pixels; an arm is 26 wide
    tee = geometric_draft(standing_person(), flat_tee())
    np.testing.assert_allclose(left, extent(tee, flat_tee(), Limb.LEFT), atol=8)


@pytest.mark.parametrize("side", [0, 1])
def test_a_lent_sleeve_shows_the_other_ones_cloth(side):
    garment = turned(side)
    draft = geometric_draft(standing_person(), garment)
    own = (Limb.LEFT, Limb.RIGHT)[side]
    for layer in draft.layers:
        if layer.limb == Limb.BODY:
            continue
        at = np.round(layer.flow[layer.weight > 0.9]).astype(int)
        shown = garment.limbs[at[:, 1], at[:, 0]]
        assert (shown == own).sum() > 500
        assert (shown == Limb.BODY).sum() < 0.2 * (shown == own).sum()  # across the seam


# --- how long a long sleeve is -----------------------------------------------------------------


def cuffs(cuff: tuple[float, float], word: str, score: float = 1.0) -> np.ndarray:
    """(2, 2): where the left sleeve of a tee of that cut ends, if its word is believed so much."""
    garment = flat_tee(cuff, attributes={"sleeve": word}, attribute_scores={"sleeve": score})
    marks = geometric_draft(standing_person(), garment).landmarks
    return marks[[Outline.CUFF_OUTER_LEFT, Outline.CUFF_INNER_LEFT], :2]


@pytest.mark.parametrize("cuff", [(170, 210), (185, 260)])
def test_a_sleeve_that_ends_at_the_elbow_is_hardly_a_long_one(cuff):
    person = standing_person()
    elbow, wrist = person.point(Pose.LEFT_ELBOW)[1], person.point(Pose.LEFT_WRIST)[1]
    unsure = cuffs(cuff, "long", 0.85)
    np.testing.assert_allclose(unsure, cuffs(cuff, "three-quarter", 0.85))
    assert (unsure[:, 1] < elbow + 0.5 * (wrist - elbow)).all()
    sure = cuffs(cuff, "long", 0.95)
    assert (sure[:, 1] > wrist - 20).all()


def test_a_sure_three_quarter_sleeve_covers_the_elbow():
    person = standing_person()
    elbow, wrist = person.point(Pose.LEFT_ELBOW)[1], person.point(Pose.LEFT_WRIST)[1]
    end = cuffs((170, 190), "three-quarter")[:, 1].mean()
    assert elbow < end < elbow + 0.5 * (wrist - elbow)
    assert cuffs((170, 190), "three-quarter", 0.5)[:, 1].mean() < elbow


def test_a_sleeve_that_reaches_the_wrist_is_long_however_unsurely():
    far = (228, 395)
    np.testing.assert_allclose(cuffs(far, "long", 0.6), cuffs(far, "long", 1.0))
    assert (cuffs(far, "long")[:, 1] > cuffs(far, "three-quarter")[:, 1] + 5).all()
