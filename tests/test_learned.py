"""The fusion network in use: untrained it is the geometric draft, and it knows what it may not."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from figures import flat_tee, flat_trousers, standing_person
from test_fusion_net import tiny

from tryon.compose.composite import compose
from tryon.core.types import Kind, Layer, Limb, Pose
from tryon.core.vocabulary import ATTRIBUTES
from tryon.fusion.agnostic import OLD_GARMENT, along_arm
from tryon.fusion.geometry.covering import ALONG, cloth_of
from tryon.fusion.geometry.draft import geometric_draft
from tryon.fusion.network import (
    LearnedFusion,
    around_neck,
    believable,
    beside_neckline,
    calmed,
    cut_for,
    on_body,
    past_hands,
    rendered,
    shown_of,
    without_holes,
    without_islands,
)
from tryon.fusion.studio import CANVAS, enter, word_vector
from tryon.garment.outline.neckline import Neckline
from tryon.nets.fusion import Renderer

LONG_CUFF = (205, 330)  # garment pixels
PERSON = standing_person()
GARMENT = flat_tee(attributes={"sleeve": "short"}, attribute_scores={"sleeve": 1.0})
DRAFT = geometric_draft(PERSON, GARMENT)


@pytest.fixture(scope="module")
def network() -> LearnedFusion:
    torch.set_num_threads(1)
    return LearnedFusion(tiny())


def test_untrained_it_lays_the_garment_where_the_draft_does(network):
    learned = network(PERSON, GARMENT, DRAFT)
    assert learned is not DRAFT
    assert learned.fit.canvas_size == CANVAS
    assert [layer.limb for layer in learned.layers] == [layer.limb for layer in DRAFT.layers]
    on_photo = [
        draft.fit.unimage(draft.reach.astype(np.float32), 0) > 0.5 for draft in (learned, DRAFT)
    ]
    shared = (on_photo[0] & on_photo[1]).sum() / (on_photo[0] | on_photo[1]).sum()
    assert shared > 0.85
    pictures = [
        compose(PERSON, GARMENT, draft, Kind.UPPER).photo.pixels.astype(int)
        for draft in (learned, DRAFT)
    ]
    changed = np.abs(pictures[1] - PERSON.photo.pixels).max(-1) > 20
    assert np.abs(pictures[0] - pictures[1]).mean(-1)[changed].mean() < 25


def test_its_pieces_leave_no_gap(network):
    learned = network(PERSON, GARMENT, DRAFT)
    covered = np.max([layer.weight for layer in learned.layers], axis=0)
    trunk = next(layer for layer in learned.layers if layer.limb is Limb.BODY)
    inside = learned.reach & (trunk.weight > 0)
    assert covered[inside].min() > 0.5


def test_what_it_was_not_trained_on_stays_geometric(network):
    trousers = flat_trousers()
    draft = geometric_draft(PERSON, trousers)
    assert network(PERSON, trousers, draft) is draft
    assert not believable(replace(PERSON, view="back"), GARMENT)
    jacket = replace(GARMENT, attributes={"type": "jacket"}, attribute_scores={"type": 1.0})
    assert not believable(PERSON, jacket)


@pytest.mark.parametrize("bent", [False, True])
def test_long_sleeves_are_the_drafts_and_the_trunk_its_own(network, bent):
    person = PERSON
    if bent:
        elbow = PERSON.landmarks[Pose.LEFT_ELBOW, :2]
        person = standing_person({"LEFT_WRIST": (float(elbow[0]) - 70, float(elbow[1]) - 5)})
    long = flat_tee(LONG_CUFF, attributes={"sleeve": "long"}, attribute_scores={"sleeve": 1.0})
    draft = geometric_draft(person, long)
    learned = network(person, long, draft)
    assert learned is not draft
    assert learned.fit.canvas_size == CANVAS
    for limb in (Limb.LEFT, Limb.RIGHT):
        ours, theirs = (
            next(layer for layer in one.layers if layer.limb is limb) for one in (learned, draft)
        )
        y, x = np.nonzero(theirs.weight > 0.95)
        at = np.round(learned.fit.points(draft.fit.unpoints(np.column_stack([x, y])))).astype(int)
        apart = np.linalg.norm(ours.flow[at[:, 1], at[:, 0]] - theirs.flow[y, x], axis=1)
        assert np.quantile(apart, 0.95) < 6  # garment pixels: a pixel of the smaller canvas
    trunks = [layer for layer in learned.layers if layer.limb is Limb.BODY]
    assert len(trunks) == 2  # the draft's below the network's, at the armholes alone
    assert 0 < (trunks[0].weight > 0).sum() < 0.7 * (trunks[1].weight > 0).sum()


def test_away_from_the_neck_only_what_is_surely_covered_is_hidden():
    wearer = enter(PERSON)
    neck, old = around_neck(wearer), np.isin(wearer.parts, OLD_GARMENT)

    def shown(chance: float, collared: bool = False) -> np.ndarray:
        return shown_of(np.full(CANVAS, chance, np.float32), wearer, collared)

    assert not shown(0.15)[neck].any()
    assert (shown(0.2)[~neck] == 1).all()
    assert (shown(0.6) == 1).all()
    assert not shown(0.04)[~neck & ~old].any()
    assert (shown(0.04)[old & ~neck] == 1).all()  # nothing is to be invented there
    assert (shown(0.04, collared=True)[neck] == 1).all()


def test_an_answer_far_from_the_draft_is_not_taken(network):
    wild = LearnedFusion(tiny())
    with torch.no_grad():
        wild.net.flow_levels[0].step.bias.fill_(3.0)
    assert wild(PERSON, GARMENT, DRAFT) is DRAFT
    with torch.no_grad():
        wild.net.flow_levels[0].step.bias.fill_(float("nan"))
    assert wild(PERSON, GARMENT, DRAFT) is DRAFT


@pytest.mark.parametrize(("sleeve", "taken"), [("short", False), ("sleeveless", True)])
def test_of_tops_without_sleeves_less_need_be_shared(network, monkeypatch, sleeve, taken):
    """Geometry draws halters as balloons: the network may differ there."""
    monkeypatch.setattr("tryon.fusion.network._overlap", lambda ours, drafted: 0.45)
    garment = replace(GARMENT, attributes={"sleeve": sleeve}, attribute_scores={"sleeve": 1.0})
    assert (network(PERSON, garment, DRAFT) is not DRAFT) == taken


def test_the_soft_edge_of_a_sleeve_is_no_part_of_the_trunk(network):
    """Where the draft's own sleeve lies elsewhere it would be a thread beside it."""
    long = flat_tee(LONG_CUFF, attributes={"sleeve": "long"}, attribute_scores={"sleeve": 1.0})
    alpha = cv2.GaussianBlur(long.alpha, (0, 0), 2)
    long = replace(long, alpha=alpha, limbs=np.where(alpha < 128, 0, long.limbs).astype(np.uint8))
    learned = network(PERSON, long, geometric_draft(PERSON, long))
    trunk = [layer for layer in learned.layers if layer.limb is Limb.BODY][-1]
    elbow = learned.fit.points(PERSON.landmarks[[Pose.LEFT_ELBOW], :2])[0]
    below = np.s_[round(elbow[1]) + 4 :, round(elbow[0]) - 6 :]
    sleeve = next(layer for layer in learned.layers if layer.limb is Limb.LEFT)
    assert cloth_of(sleeve, long)[below].max() > 0.9
    assert cloth_of(trunk, long)[below].max() < 0.05


def test_islands_are_dropped_and_sleeves_stay():
    alpha, body = np.zeros((64, 64), np.float32), np.zeros((64, 64), bool)
    body[5:64, 15:55] = True
    alpha[10:50, 20:40] = 1
    alpha[10:30, 44:50] = 0.6  # a sleeve, cut off by an arm
    clean = alpha.copy()
    alpha[60:62, 20:22] = 1  # a speck
    alpha[10:20, 2:12] = 1  # in the air
    alpha[12, 12:20] = 1  # a thread from there to the garment
    clean[12, 14:20] = 1
    np.testing.assert_array_equal(without_islands(alpha, body), clean)
    np.testing.assert_array_equal(without_islands(clean, body), clean)


def test_arms_are_hidden_as_far_as_the_new_sleeve_goes():
    wearer = enter(PERSON)
    drafted = np.zeros(CANVAS, bool)
    drafted[60:200, 60:130] = True
    ends = {}
    for sleeve in ATTRIBUTES["sleeve"]:
        garment = replace(GARMENT, attributes={"sleeve": sleeve}, attribute_scores={"sleeve": 1.0})
        ends[sleeve] = cut_for(garment, wearer, drafted).arms[0]
    assert ends["sleeveless"] < ends["short"] < ends["three-quarter"] < ends["long"] == 1.0
    longer = drafted.copy()
    longer[200:240, 60:130] = True
    assert cut_for(GARMENT, wearer, longer).hem > cut_for(GARMENT, wearer, drafted).hem


def test_words_become_one_number_a_value():
    said = word_vector({"sleeve": "long", "fit": "loose"})
    assert said.shape == (sum(map(len, ATTRIBUTES.values())),)
    assert said.sum() == 2
    assert word_vector({}).sum() == 0


def test_an_outline_keeps_to_the_body():
    wearer = enter(PERSON)
    body = wearer.matte >= 128
    drafted = body.copy()
    drafted[170:] = False
    assert on_body(drafted.astype(np.float32), drafted, wearer)
    stray = drafted.astype(np.float32)
    stray[40:200, :20] = 1
    assert not on_body(stray, drafted, wearer)


def test_a_trained_renderer_hides(network):
    learned = network(PERSON, GARMENT, DRAFT)
    shown = np.ones(CANVAS, np.float32)
    shown[:70] = 0  # behind the neck
    drawn = rendered(learned, shown)
    for before, after in zip(learned.layers, drawn.layers, strict=True):
        assert not after.weight[:70].any()
        np.testing.assert_array_equal(after.weight[70:], before.weight[70:])
    assert not drawn.reach[:70].any()


def test_nothing_goes_on_beyond_the_hands():
    wearer = enter(PERSON)
    past = past_hands(wearer)
    for side, hand in (("left", Pose.LEFT_INDEX), ("right", Pose.RIGHT_INDEX)):
        x, y = np.round(wearer.landmarks[hand, :2]).astype(int)
        assert past[y, x]
        for share in (0.0, 0.5, 0.9, 1.0):
            x, y = np.round(along_arm(wearer.landmarks, side, np.array([share]))[0]).astype(int)
            assert not past[y, x]


@pytest.mark.parametrize(("end", "taken"), [(0.2, True), (0.55, True), (0.9, False)])
def test_short_sleeves_may_lie_elsewhere_but_reach_no_hand(network, monkeypatch, end, taken):
    drafted, ours = np.zeros((2, len(ALONG)), bool), np.tile(end > ALONG, (2, 1))
    arms = [drafted, ours]
    monkeypatch.setattr("tryon.fusion.network.sleeves_along_arms", lambda *_: arms.pop())
    learned = network(PERSON, GARMENT, DRAFT)
    assert (learned is not DRAFT) == taken


def test_prints_stay_straight_inside_and_edges_stay_where_they_are():
    drafted = np.zeros((*CANVAS, 2), np.float32)
    alpha = np.zeros(CANVAS, np.float32)
    alpha[60:200, 40:150] = 1
    flow = drafted + np.float32([0.1, 0])
    flow[120:136, 90:100] += 0.3  # a bump in the middle of the trunk
    flow[60:62] += 0.05  # the shoulder line
    calm = calmed(flow, drafted, alpha)
    assert np.abs(calm[128, 95, 0] - 0.1) < 0.1
    assert calm[60, 95, 0] == pytest.approx(flow[60, 95, 0], abs=1e-3)
    np.testing.assert_array_equal(calm[alpha == 0], flow[alpha == 0])
    np.testing.assert_array_equal(calmed(flow, drafted, 0 * alpha), flow)


def test_collars_and_gallery_necks_are_not_taken_for_the_inside_of_a_back(network, monkeypatch):
    """A renderer that sees nothing around the neck hides a tee's there, but no collar."""
    painter = LearnedFusion(tiny())
    painter.net.config = replace(network.net.config, rendered=True)
    neck = around_neck(enter(PERSON))

    def blind(x, *rest):
        body, visible, shading = Renderer.forward(painter.net.renderer, x, *rest)
        hidden = torch.from_numpy(np.where(neck, -9.0, 9.0).astype(np.float32))
        return body, hidden.expand_as(visible), shading

    monkeypatch.setattr(painter.net.renderer, "forward", blind)
    said = {"sleeve": "short", "neckline": "collar"}
    collared = replace(GARMENT, attributes=said, attribute_scores=dict.fromkeys(said, 1.0))
    shown = []
    for garment in (GARMENT, collared, replace(GARMENT, identifier="tee")):
        learned = painter(PERSON, garment, DRAFT)
        shown.append(np.max([layer.weight for layer in learned.layers], axis=0)[neck].sum())
    assert shown[0] == 0
    assert min(shown[1:]) > 100


@pytest.mark.parametrize("said", [{"sleeve": "long"}, {}])
def test_a_garment_called_long_that_shows_no_sleeves_is_laid_all_the_same(network, said):
    """Read off a picture, the word and the outline need not agree."""
    body = np.where(GARMENT.limbs != Limb.NONE, np.uint8(Limb.BODY), GARMENT.limbs)
    scores = dict.fromkeys(said, 1.0)
    bare = replace(GARMENT, limbs=body, attributes=said, attribute_scores=scores)
    draft = geometric_draft(PERSON, bare)
    learned = network(PERSON, bare, draft)
    assert {layer.limb for layer in learned.layers} == {Limb.BODY}
    assert learned.reach.any()


def test_no_holes_are_cut_into_the_cloth():
    """Dark letters below a neckline look like the inside of a back to the network."""
    alpha, shown = np.zeros(CANVAS, np.float32), np.ones(CANVAS, np.float32)
    alpha[40:200, 40:150] = 1
    shown[40:60, 80:110] = 0  # the neck, open to what lies above
    shown[80:90, 85:95] = 0  # a letter
    shown[62:66, 60:64] = 0.2
    whole = without_holes(shown, alpha)
    assert (whole[62:] == 1).all()
    np.testing.assert_array_equal(whole[:60], shown[:60])


@pytest.mark.parametrize("change", [40.0, 18.0, 4.0])
def test_what_lies_below_a_clear_neckline_is_the_front(change):
    y, x = np.mgrid[: CANVAS[0], : CANVAS[1]].astype(np.float32)
    flow = np.dstack([2 * x, 2 * y])  # garment pixels
    layer = Layer(flow, np.ones(CANVAS, np.float32), Limb.BODY)
    fit = replace(DRAFT.fit, canvas_size=CANVAS)
    draft = replace(DRAFT, fit=fit, layers=(layer,), reach=np.ones(CANVAS, bool))
    t = np.linspace(1, -1, 21)
    curve = np.column_stack([200 + 50 * t, 100 + 30 * (1 - t**2)])
    neckline = Neckline(curve, np.array([200.0, 130.0]), change)
    inside, front = beside_neckline(neckline, draft)
    lowest = 65
    if change < 12:
        assert not inside.any()
        assert not front.any()
        return
    assert front[lowest + 10 :, 100].all()
    assert not front[:lowest, 100].any()
    assert not (front | inside)[:, :74].any()  # beside the neck nothing is said
    assert inside[: lowest - 10, 100].all() == (change > 25)
    assert not inside[lowest:].any()
    assert not np.any(beside_neckline(None, draft))
