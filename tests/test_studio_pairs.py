"""The fitting studio's pairs: exact flow, consistent layouts, the same for the same seed."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from tryon.core.types import Kind, Pose
from tryon.fusion.hiding import Layout
from tryon.fusion.studio import CANVAS, FRAMES, GREY, in_pixels
from tryon.training.data import dressed
from tryon.training.data.dressed import prepared
from tryon.training.dressing import Given, dress_loss, flow_error
from tryon.training.studio.render import MISSING
from tryon.training.studio.samples import Mixed, Workshop
from tryon.training.studio.sheet import proof

KINDS = (Kind.UPPER, Kind.LOWER, Kind.DRESS)


@pytest.fixture(scope="module")
def studio():
    workshop = Workshop(7)
    try:
        workshop.pair(0)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    return workshop


@pytest.fixture(scope="module", params=KINDS)
def bare(studio, request):
    """Pairs in bare colours, without light and folds."""
    return [studio.pair(number, request.param, unlit=True) for number in range(8)]


def test_the_flow_brings_the_garment_to_where_it_is_worn(bare):
    errors, shares = zip(*(proof(pair) for pair in bare), strict=True)
    assert np.mean(errors) <= 0.02, errors
    assert np.mean(shares) > 0.6, shares


def test_a_shifted_flow_would_be_noticed(bare):
    """The measure above is one that can fail."""
    right = [proof(pair)[0] for pair in bare]
    wrong = [proof(replace(pair, flow=pair.flow + np.float32(6)))[0] for pair in bare]
    assert np.mean(wrong) > 2 * np.mean(right)


def test_flow_is_known_on_the_garment_alone(bare):
    for pair in bare:
        labels = np.unique(pair.layout[pair.traced > 0])
        assert set(labels) <= {Layout.GARMENT, Layout.INSIDE}


def test_background_is_plain(bare):
    for pair in bare:
        empty = cv2.erode((pair.layout == Layout.BACKGROUND).astype(np.uint8), np.ones((3, 3)))
        other = (pair.person[empty > 0] != GREY).any(1)
        assert other.mean() < 0.001  # a thread of hair, less than half of its pixel


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_garment_is_seen(studio, kind):
    for number in range(8):
        sample = prepared(studio.pair(number, kind), None)
        worn = np.isin(sample["layout"], (Layout.GARMENT, Layout.INSIDE))
        assert not (worn & (sample["keep"] > 0)).any(), number
        assert (sample["keep"] > 0).any()


@pytest.mark.parametrize("kind", KINDS)
def test_people_stand_in_their_frame(studio, kind):
    frame = FRAMES[kind]
    for number in range(8):
        at = studio.pair(number, kind).landmarks[:, :2]
        shoulders = at[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER]].mean(0)
        hips = at[[Pose.LEFT_HIP, Pose.RIGHT_HIP]].mean(0)
        assert np.linalg.norm(shoulders - frame.shoulders_at) < 25
        assert np.linalg.norm(hips - shoulders) == pytest.approx(frame.torso, rel=0.2)


def test_arms_are_where_the_landmarks_say(studio):
    """The wearer's left arm is labelled left."""
    for number in range(12):
        pair = studio.pair(number, Kind.UPPER)
        left, right = (
            np.argwhere(pair.layout == arm) for arm in (Layout.LEFT_ARM, Layout.RIGHT_ARM)
        )
        wrists = pair.landmarks[[Pose.LEFT_WRIST, Pose.RIGHT_WRIST], 1::-1]
        for points, own, other in ((left, *wrists), (right, *wrists[::-1])):
            inside = (own > 8).all() and (own < np.array(CANVAS) - 8).all()
            if len(points) < 60 or not inside or np.linalg.norm(own - other) < 40:
                continue
            nearest = np.linalg.norm(points - own, axis=1).min()
            assert nearest < 12, (number, nearest)


def test_same_seed_same_bytes(studio):
    one, again = studio.pair(3), Workshop(7).pair(3)
    for name in ("person", "garment", "mask", "layout", "landmarks", "flow", "traced"):
        assert getattr(one, name).tobytes() == getattr(again, name).tobytes(), name
    assert studio.pair(4).person.tobytes() != one.person.tobytes()


def test_prepared_flow_points_at_the_same_colours(studio, monkeypatch):
    """Framed, turned, mirrored: the flow follows."""
    monkeypatch.setattr(dressed, "_lit", lambda target, garment, rng: (target, garment))
    errors = []
    for number in range(10):
        pair = studio.pair(number, unlit=True)
        sample = prepared(pair, np.random.default_rng(number))
        at = in_pixels(sample["flow"]).astype(np.float32)
        warped = cv2.remap(sample["garment"], at, None, cv2.INTER_LINEAR).astype(float)
        traced = sample["traced"] > 0
        assert traced.any()
        errors.append(np.abs(warped - sample["target"])[traced].mean() / 255)
    assert np.mean(errors) < 0.03, errors


def test_samples_are_mixed_and_repeatable(studio):
    real = [studio.pair(number, Kind.UPPER) for number in range(3)]
    for pair in real:
        object.__setattr__(pair, "flow", None)
    mixed = Mixed(real, seed=2, share=0.5)
    batch = mixed.batch(0, 12, (128, 96))
    known = batch["traced"].reshape(12, -1).any(1)
    assert 0 < known.sum() < 12
    assert batch["flow"].shape == (12, 128, 96, 2)
    assert batch["flow"].dtype == np.float32
    again = Mixed(real, seed=2, share=0.5).batch(4, 3, (128, 96))
    for name, values in again.items():
        assert values.tobytes() == batch[name][4:7].tobytes(), name


def test_a_share_needs_pairs():
    with pytest.raises(ValueError, match="real pairs"):
        Mixed([], share=0.5)
    with pytest.raises(ValueError, match="share"):
        Mixed([], share=0.0)


def test_the_loss_asks_for_the_flow_where_it_is_known():
    true = torch.rand(1, 2, 16, 12) - 0.5
    traced = torch.ones(1, 1, 16, 12)
    assert flow_error(true, true, traced) < 0.02
    assert flow_error(true + 0.1, true, traced) > 1
    assert flow_error(true + 0.1, true, 0 * traced) == 0


def test_a_step_of_training_uses_it(studio):
    from tryon.nets.dressing import Dresser, DressingConfig

    samples = Mixed([], seed=1, share=1.0).batch(0, 2, (128, 96))
    given = Given({name: torch.from_numpy(values) for name, values in samples.items()})
    small = DressingConfig(
        channels=(8, 8, 8, 16, 16), decoder=(16, 16, 8, 8), matching=8, painter=(8, 8, 8, 8)
    )
    net = Dresser(small)
    loss, parts = dress_loss(net(*given.inputs), given)
    loss.backward()
    assert parts["astray"] > 0
    assert torch.isfinite(loss)
    assert net.levels[0].step.weight.grad.abs().sum() > 0


def test_missing_opengl_is_said_plainly():
    assert "apt install" in MISSING
