"""What the garment network's view changes: the cut-out, the kind, the type and the sleeve."""

import numpy as np
import pytest

from tryon.core.errors import TryOnError
from tryon.core.types import Kind, Outline, Photo
from tryon.core.vocabulary import ATTRIBUTES
from tryon.garment.analyser import GarmentAnalyser, _read
from tryon.garment.appearance import ARMHOLES_SEEN
from tryon.garment.cutout.cut import cut_out
from tryon.garment.cutout.scene import settled
from tryon.garment.outline.landmarks import _weighed
from tryon.garment.reader import Reading

NO_MARKS = np.zeros((len(Outline), 3), np.float32)
RED, FLOOR = (190, 40, 40), (150, 120, 80)


def scene(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A red square with a floor-coloured third on a noisy floor, 240 x 200, and its true mask."""
    rng = np.random.default_rng(seed)
    pixels = np.empty((240, 200, 3), np.float32)
    pixels[:] = FLOOR
    true = np.zeros((240, 200), bool)
    true[60:180, 50:150] = True
    pixels[60:180, 50:150] = RED
    pixels[:] += rng.normal(0, 12, pixels.shape)
    return np.clip(pixels, 0, 255).astype(np.uint8), true


def iou(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / max((first | second).sum(), 1))


def enlarged(mask: np.ndarray) -> np.ndarray:
    return mask.astype(np.uint8) * 255


def reading(mask: np.ndarray, **scores: dict[str, float]) -> Reading:
    """A network's answer with these scores; what is not given is even."""
    full = {
        "kind": {str(kind): 1 / 3 for kind in Kind},
        "type": {name: 1 / len(ATTRIBUTES["type"]) for name in ATTRIBUTES["type"]},
        "sleeve": {name: 1 / len(ATTRIBUTES["sleeve"]) for name in ATTRIBUTES["sleeve"]},
        **scores,
    }
    landmarks = np.zeros((len(Outline), 3), np.float32)
    return Reading(mask, full, 0.0, landmarks)


def test_where_both_agree_the_cut_stays():
    pixels, true = scene()
    assert iou(settled(pixels, true, enlarged(true)), true) > 0.97


def test_colours_mend_what_the_network_missed():
    pixels, true = scene()
    seen = enlarged(true)
    seen[60:110, 50:100] = 0  # a quarter of it
    assert iou(settled(pixels, true, seen), true) > 0.95


def test_colours_drop_what_the_network_made_up():
    pixels, true = scene()
    seen = enlarged(true)
    seen[190:230, 20:90] = 180
    assert iou(settled(pixels, true, seen), true) > 0.95


def test_the_network_is_believed_where_the_cut_is_something_else():
    pixels, true = scene()
    elsewhere = np.zeros_like(true)
    elsewhere[0:40] = True
    found = settled(pixels, elsewhere, enlarged(true))
    assert iou(found, true) > 0.9


def test_where_colours_show_nothing_the_network_alone_may_decide():
    pixels, true = scene()
    assert iou(settled(pixels, None, enlarged(true)), true) > 0.9
    assert not settled(pixels, None, np.zeros(true.shape, np.uint8)).any()


def test_an_unsure_network_alone_finds_no_garment():
    rng = np.random.default_rng(1)
    noise = rng.integers(90, 160, (200, 200, 3), dtype=np.uint8)
    assert cut_out(Photo(noise)) is None
    unsure = np.full((200, 200), 140, np.uint8)
    assert cut_out(Photo(noise), unsure) is None


@pytest.mark.parametrize(
    ("score", "prior", "expected"),
    [
        (0.85, {"upper": 0.34, "lower": 0.33, "dress": 0.33}, Kind.UPPER),
        (0.55, {"upper": 0.05, "lower": 0.05, "dress": 0.9}, Kind.DRESS),
        (0.95, {"upper": 0.4, "lower": 0.1, "dress": 0.5}, Kind.UPPER),
    ],
)
def test_the_kind_is_weighed(score, prior, expected):
    kind, probability = _weighed(Kind.UPPER, score, prior)
    assert kind == expected
    assert 1 / 3 <= probability <= 1


def test_type_fits_the_kind_and_sleeve_is_weighed_with_the_outline():
    mask = np.zeros((4, 4), np.uint8)
    seen = reading(
        mask,
        type={**dict.fromkeys(ATTRIBUTES["type"], 0.0), "dress": 0.6, "hoodie": 0.3, "polo": 0.1},
        sleeve={"sleeveless": 0.05, "short": 0.45, "three-quarter": 0.0, "long": 0.5},
    )
    found = _read(seen, {"sleeve": ("short", 0.9)}, Kind.UPPER, NO_MARKS)
    assert found["type"] == ("hoodie", pytest.approx(0.75))
    assert found["sleeve"][0] == "short"
    assert (
        _read(seen, {"sleeve": ("three-quarter", 0.5)}, Kind.UPPER, NO_MARKS)["sleeve"][0] == "long"
    )
    assert "sleeve" not in _read(seen, {}, Kind.LOWER, NO_MARKS)


@pytest.mark.parametrize(
    ("short", "score", "sleeve"),
    [(0.85, ARMHOLES_SEEN, "sleeveless"), (0.85, 0.8, "short"), (0.99, ARMHOLES_SEEN, "short")],
)
def test_two_armholes_outweigh_a_network_that_is_not_certain(short, score, sleeve):
    seen = reading(
        np.zeros((4, 4), np.uint8),
        type=dict.fromkeys(ATTRIBUTES["type"], 1 / len(ATTRIBUTES["type"])),
        sleeve={"sleeveless": 1 - short, "short": short, "three-quarter": 0.0, "long": 0.0},
    )
    assert (
        _read(seen, {"sleeve": ("sleeveless", score)}, Kind.UPPER, NO_MARKS)["sleeve"][0] == sleeve
    )


@pytest.mark.parametrize(("legs", "expected"), [(0.6, "shorts"), (1.6, "jeans")])
def test_long_legs_are_no_shorts(legs, expected):
    """legs: as long as so many waists."""
    types = {**dict.fromkeys(ATTRIBUTES["type"], 0.0), "shorts": 0.7, "jeans": 0.2, "skirt": 0.1}
    seen = reading(np.zeros((4, 4), np.uint8), type=types)
    marks = NO_MARKS.copy()
    marks[[Outline.WAIST_LEFT, Outline.WAIST_RIGHT]] = (100, 0, 1), (0, 0, 1)
    marks[Outline.CROTCH] = 50, 40, 1
    for name, x in (("LEFT", 120), ("RIGHT", -20), ("INNER_LEFT", 70), ("INNER_RIGHT", 30)):
        marks[Outline[f"HEM_{name}"]] = x, 40 + 100 * legs, 1
    assert _read(seen, {}, Kind.LOWER, marks)["type"][0] == expected


def test_the_analyser_asks_the_reader_and_says_its_type():
    pixels, true = scene()
    asked = []

    def reader(picture):
        asked.append(picture.shape)
        return reading(
            enlarged(true),
            kind={"upper": 0.98, "lower": 0.01, "dress": 0.01},
            type={**dict.fromkeys(ATTRIBUTES["type"], 0.01), "sweater": 0.8},
        )

    garment = GarmentAnalyser(reader=reader)(Photo(pixels))
    assert asked == [pixels.shape]
    assert garment.kind == Kind.UPPER
    assert garment.attributes["type"] == "sweater"
    assert iou(garment.mask, true) > 0.9


def test_transparency_is_shown_to_the_reader_on_grey_and_kept():
    pixels, true = scene()
    pixels[~true] = (0, 255, 0)
    shown = []

    def reader(picture):
        shown.append(picture)
        return reading(enlarged(~true))  # wrong: a given alpha is taken at its word all the same

    garment = GarmentAnalyser(reader=reader)(Photo(pixels, enlarged(true)))
    assert (shown[0][~true] == shown[0][0, 0, 0]).all()
    np.testing.assert_array_equal(garment.mask, true)


def test_without_its_weights_the_analyser_names_the_file(monkeypatch, tmp_path):
    monkeypatch.setattr("tryon.core.weights.WEIGHTS", tmp_path)
    with pytest.raises(TryOnError, match=r"weights/garment\.safetensors"):
        GarmentAnalyser.load()
