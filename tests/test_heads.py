"""The garment network's heads, taught on features that are computed once."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from test_nets import GARMENT as TINY

from tryon.core import weights
from tryon.nets.garment import HEADS, GarmentNet
from tryon.training.data.garments import Garments, Piece
from tryon.training.heads import extract, fit_heads, teach

GARMENT = replace(TINY, heads=HEADS)


class Task:
    """Bright pictures are uppers, dark ones lowers."""

    def __init__(self, start=None):
        self.start = start
        pieces = [
            Piece(np.full((64, 64, 3), level, np.uint8), None, {"kind": (kind,)})
            for level, kind in ((230, "upper"), (20, "lower"))
        ]
        self.garments = Garments([], [], pieces, [], [], seed=1)
        self.batch = self.garments.batch

    def build(self) -> GarmentNet:
        torch.manual_seed(0)
        return GarmentNet(GARMENT)

    def evaluate(self, net) -> dict[str, float]:
        return {"kind": 0.5}


@pytest.fixture
def small_canvas(monkeypatch):
    monkeypatch.setattr("tryon.training.heads.CANVAS", (64, 64))


def right(net: GarmentNet, features: dict[str, np.ndarray]) -> float:
    """The share of samples whose best kind is allowed, where one kind is."""
    informed = ~features["allowed_kind"].all(1)
    with torch.inference_mode():
        shared = net.describe(torch.from_numpy(features["pooled"]))
        best = net.heads[[name for name, _ in HEADS].index("kind")](shared).argmax(1).numpy()
    return float(features["allowed_kind"][np.arange(len(best)), best][informed].mean())


def test_heads_learn_and_nothing_else_moves(small_canvas):
    task = Task()
    net = task.build().eval()
    features = extract(net, task, 40)
    before = copy.deepcopy(net.state_dict())
    teach(net, features, rate=1e-2, epochs=100, near=0.0)
    assert right(net, features) > 0.9
    changed = {
        name.split(".")[0]
        for name, value in net.state_dict().items()
        if not torch.equal(value, before[name])
    }
    assert {"describe", "heads"} <= changed <= {"describe", "heads", "present"}


def test_held_firmly_they_stay_where_they_began(small_canvas):
    task = Task()
    net = task.build().eval()
    features = extract(net, task, 16)
    loose, firm = copy.deepcopy(net), copy.deepcopy(net)
    teach(loose, features, rate=3e-3, epochs=20, near=0.0)
    teach(firm, features, rate=3e-3, epochs=20, near=10.0)

    def moved(taught: GarmentNet) -> float:
        pairs = zip(taught.parameters(), net.parameters(), strict=True)
        return sum(float((a - b).detach().square().sum()) for a, b in pairs)

    assert moved(firm) < 0.1 * moved(loose)


def test_features_are_those_that_the_heads_see(small_canvas):
    task = Task()
    net = task.build().eval()
    features = extract(net, task, 3)
    assert {len(array) for array in features.values()} == {3}
    batch = task.batch(0, 3, (64, 64))
    np.testing.assert_array_equal(features["allowed_kind"], batch["allowed_kind"])
    picture = (torch.from_numpy(batch["pixels"]).permute(0, 3, 1, 2).float() - 127) / 128
    with torch.inference_mode():
        scores = net(picture).scores["kind"]
        again = net.heads[0](net.describe(torch.from_numpy(features["pooled"])))
    assert torch.allclose(scores, again, atol=0.1 * float(scores.abs().max()) + 0.02)


def test_a_run_writes_weights_that_load_and_says_where_they_come_from(small_canvas, tmp_path):
    weights.save(GarmentNet(GARMENT), tmp_path / "start.safetensors", {"steps": 7})
    task = Task(tmp_path / "start.safetensors")
    fit_heads(task, tmp_path / "out", 8)
    path = tmp_path / "out" / "garment.safetensors"
    assert weights.load(GarmentNet, path).config == GARMENT
    summary = weights.training_summary(path)
    assert summary["steps"] == 7
    assert summary["heads"]["samples"] == 8
    assert len((tmp_path / "out" / "log.jsonl").read_text().splitlines()) == 2
    assert summary["validation"] == {"kind": 0.5}
