"""The fusion network held against the geometric draft, and what words are said in training."""

import json

import numpy as np
import pytest
import torch
from figures import flat_tee, standing_person
from test_fusion_net import tiny

from tryon.cli import main
from tryon.core.errors import TryOnError
from tryon.core.vocabulary import ATTRIBUTES
from tryon.evaluation.similarity import fid, kid
from tryon.fusion.network import LearnedFusion
from tryon.fusion.studio import word_vector
from tryon.person.body import middle_of_hips, middle_of_shoulders
from tryon.training import compare
from tryon.training.compare import FeatureDistance, compare_fusion
from tryon.training.data.captions import SILENT, as_worn, known_of, some_words

PERSON = standing_person()
GARMENT = flat_tee(attributes={"sleeve": "short"}, attribute_scores={"sleeve": 1.0})


class DrawnTryOn:
    """Analyses whatever it is given as the drawn person and the drawn garment."""

    def analyse(self, photo):
        if photo is None:
            raise TryOnError("no_person")
        return PERSON

    def describe(self, picture, kind):
        return GARMENT


def test_both_methods_are_scored_on_the_same_pairs():
    torch.set_num_threads(1)
    truth = PERSON.photo.pixels[:768, :384][::4, ::4].copy()
    truth = np.ascontiguousarray(truth[: truth.shape[0] // 32 * 32, : truth.shape[1] // 32 * 32])
    pairs = [(truth, PERSON.photo, GARMENT.photo), (truth, None, None)]
    figures = compare_fusion(DrawnTryOn(), LearnedFusion(tiny()), pairs)
    geometric, learned = figures["geometric"], figures["learned"]
    assert learned["taken"] == 1
    assert geometric["pairs"] == learned["pairs"] == 1
    assert geometric["failed"] == 1
    assert figures["learned short"]["ssim"] == learned["ssim"]
    assert "learned long" not in figures
    # Untrained, the network is the geometric draft.
    for measure in ("ssim", "ssim x2", "l1", "outline"):
        assert learned[measure] == pytest.approx(geometric[measure], abs=0.1)


def test_unpaired_try_ons_are_held_against_the_photos(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(compare, "LEAST_SET", 2)
    truth = np.ascontiguousarray(PERSON.photo.pixels[:256:2, :192:2])
    rng = np.random.default_rng(0)
    noisy = [np.clip(truth + rng.normal(0, 9, truth.shape), 0, 255) for _ in range(4)]
    pairs = [(one.astype(np.uint8), PERSON.photo, GARMENT.photo) for one in noisy]
    figures = compare_fusion(DrawnTryOn(), LearnedFusion(tiny()), pairs)
    assert figures["learned"]["kid"] > 0
    assert figures["learned"]["fid"] > 0
    assert "kid" not in figures["learned short"]


def test_sets_that_are_alike_are_near():
    rng = np.random.default_rng(0)
    one, two, other = (rng.normal(shift, 1, (400, 6)) for shift in (0, 0, 0.5))
    assert abs(kid(one, two)) < 0.02 < kid(one, other)
    # Two normal distributions half a unit apart in each of six directions.
    assert fid(one, one) == pytest.approx(0, abs=1e-9)
    assert fid(one, other) == pytest.approx(6 * 0.25, abs=0.4)
    assert fid(one, 2 * two) == pytest.approx(6 * (2 - 1) ** 2, abs=0.7)
    with pytest.raises(ValueError, match="of one length"):
        kid(one, other[:, :3])


def test_the_feature_distance_grows_with_the_difference():
    distance = FeatureDistance()
    rng = np.random.default_rng(0)
    one = rng.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    near = np.clip(one.astype(int) + 4, 0, 255).astype(np.uint8)
    assert distance(one, one) == 0
    assert 0 < distance(near, one) < distance(255 - one, one)


@pytest.mark.parametrize(("down", "length"), [(0.7, "cropped"), (1.0, "regular"), (1.2, "long")])
@pytest.mark.parametrize(("across", "fit"), [(0.5, "slim"), (0.68, "regular"), (0.9, "loose")])
def test_how_it_is_worn_is_measured(down, length, across, fit):
    marks = PERSON.landmarks
    top, bottom = middle_of_shoulders(marks), middle_of_hips(marks)
    torso = float(np.linalg.norm(bottom - top))
    worn = np.zeros(PERSON.parts.shape, bool)
    middle = round(float(bottom[0]))
    half = round(across * torso / 2)
    lowest = max(down, 0.75) if length == "cropped" else down
    worn[
        round(float(top[1])) : round(float(top[1] + lowest * torso)), middle - half : middle + half
    ] = True
    assert as_worn(worn, marks) == {"length": length, "fit": fit}
    assert as_worn(np.zeros_like(worn), marks) == {}


def test_what_is_worn_goes_before_what_is_pictured():
    attributes = np.full(len(ATTRIBUTES), 255, np.uint8)
    attributes[list(ATTRIBUTES).index("length")] = ATTRIBUTES["length"].index("long")
    attributes[list(ATTRIBUTES).index("colour")] = ATTRIBUTES["colour"].index("red")
    assert known_of(attributes, {"length": "cropped"}) == {"length": "cropped", "colour": "red"}


def test_half_is_said_without_words_and_nothing_about_a_dyed_colour():
    known = {"sleeve": "long", "colour": "red"}
    rng = np.random.default_rng(0)
    said = np.array([some_words(known, rng) for _ in range(400)])
    assert abs((said.sum(1) == 0).mean() - SILENT - 0.5 * 0.16) < 0.1
    assert (said.sum(0) > 0).sum() == 2
    dyed = np.array([some_words(known, rng, recoloured=True) for _ in range(100)])
    assert dyed.sum() > 0
    assert (dyed * word_vector({"colour": "red"})).sum() == 0
    assert some_words(known, None).sum() == 0


def test_the_command_scores_kinds_on_held_out_people(tmp_path, monkeypatch, capsys):
    (tmp_path / "ccp").mkdir()
    monkeypatch.setattr("tryon.cli.loading.load_tryon", lambda: "room")
    monkeypatch.setattr("tryon.training.prepare.photos.prepare", lambda *given, **how: None)

    def read(data, cache, validation):
        assert validation
        return ["one", "two", "three"]

    monkeypatch.setattr("tryon.training.data.people.read_ccp", read)

    def compare(tryon, people, progress):
        assert tryon == "room"
        return {"trousers": {"ssim": 0.5, "pairs": len(people)}}

    monkeypatch.setattr("tryon.training.compare.compare_kinds", compare)
    status = main(["evaluate", str(tmp_path), "--only", "kinds", "--limit", "2", "--json"])
    assert status == 0
    assert json.loads(capsys.readouterr().out) == {"trousers": {"ssim": 0.5, "pairs": 2}}
