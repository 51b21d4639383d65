"""The figures of the networks: what counts as right, and data that comes packed."""

import json
import tarfile
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tryon.core.errors import TryOnError
from tryon.training import metrics
from tryon.training.metrics import evaluate_describe, unpacked


@pytest.fixture
def phone_photos(tmp_path, monkeypatch):
    """A red shirt, a blue skirt and a grey dress, with what is true of them."""
    folder = tmp_path / "garments-cc0"
    colours = {"shirt/a": (200, 30, 30), "skirt/b": (30, 30, 200), "dress/c": (128, 128, 128)}
    for name, colour in colours.items():
        (folder / name).parent.mkdir(parents=True)
        Image.new("RGB", (160, 200), colour).save(folder / f"{name}.jpg")
    checked = tmp_path / "checked.json"
    checked.write_text(
        json.dumps(
            {
                "shirt/a": {"colour": ["red"], "sleeve": ["long", "three-quarter"]},
                "skirt/b": {"colour": ["blue", "navy"]},
                "dress/c": {"colour": ["grey"], "sleeve": ["short"]},
            }
        )
    )
    monkeypatch.setattr(metrics, "CHECKED", checked)
    return tmp_path


def test_right_answers_are_counted_and_refusals_are_wrong_ones(phone_photos):
    def analyser(photo):
        red, _, blue = photo.pixels.reshape(-1, 3).mean(0)
        if red > 190:
            said = {"type": "shirt", "colour": "red", "sleeve": "three-quarter"}
            return SimpleNamespace(kind="upper", attributes=said)
        if blue > 190:
            said = {"type": "shorts", "colour": "navy", "sleeve": "long"}
            return SimpleNamespace(kind="lower", attributes=said)
        raise TryOnError("no_garment")

    assert evaluate_describe(analyser, phone_photos) == {
        "kind": pytest.approx(2 / 3, abs=1e-4),
        "type": pytest.approx(1 / 3, abs=1e-4),
        "sleeve": 0.5,  # of the two that have sleeves
        "colour": pytest.approx(2 / 3, abs=1e-4),
        "refused": 1,
        "photos": 3,
    }


def test_checked_photos_are_never_trained_on():
    """The list holds every tenth photo of each folder and nothing else could be in it."""
    checked = json.loads(metrics.CHECKED.read_text())
    assert len(checked) == 103
    assert {name.split("/")[0] for name in checked} == set(metrics.CC0_LABELS)
    assert all(values["colour"] for values in checked.values())


def test_packed_data_is_unpacked_for_the_while_and_what_lies_open_is_used(tmp_path):
    data = tmp_path / "data"
    (data / "open").mkdir(parents=True)
    (data / "open" / "file.txt").write_text("open")
    inside = tmp_path / "file.txt"
    inside.write_text("packed")
    with tarfile.open(data / "closed.tar", "w") as tar:
        tar.add(inside, "file.txt")
    with unpacked(data) as folder:
        assert (folder / "closed" / "file.txt").read_text() == "packed"
        assert (folder / "open" / "file.txt").read_text() == "open"
        kept = folder
    assert not kept.exists()
    assert (data / "open" / "file.txt").exists()
    assert not (data / "closed").exists()


def test_data_that_lies_open_is_used_where_it_is(tmp_path):
    (tmp_path / "ccp").mkdir()
    with unpacked(tmp_path) as folder:
        assert folder == tmp_path


def test_the_time_of_a_call_is_the_median():
    def network(seconds):
        metrics.time.sleep(float(seconds))

    calls = [(np.float64(0.0),), (np.float64(0.03),), (np.float64(0.03),)]
    assert 25 < metrics._milliseconds(network, calls) < 500
