"""Are designs read back rightly, and are their figures those of what was read?"""

from types import SimpleNamespace

import numpy as np
import pytest

from tryon.core.errors import TryOnError
from tryon.core.types import Outline
from tryon.evaluation.bench_words import TEXTS, bench_words, sized
from tryon.evaluation.bench_words import table as times
from tryon.evaluation.design import PROMPTS, Reading, evaluate_design, summary, table
from tryon.garment.gallery import Gallery
from tryon.words.prompt import LONGEST_TEXT, understand


class Obedient:
    """The shipped wardrobe, and a reader that sees in any picture what it is told to see."""

    def __init__(self, **sees: str) -> None:
        self.gallery = Gallery.load()
        self.sees = sees
        self.shown = []

    def understand(self, text):
        return understand(text)

    def describe(self, photo, kind=None):
        self.shown.append(photo)
        return SimpleNamespace(attributes=self.sees)


def test_only_the_picture_is_read_back():
    tryon = Obedient(colour="red", pattern="plain")
    readings, sheet = evaluate_design(tryon, 1, ("red", "navy", "polka dots"))
    assert [one.text for one in readings] == ["red", "navy", "polka dots"]
    red, navy, dots = readings
    assert red.obeyed
    assert red.read == {"colour": "red"}
    assert red.apart < 10
    assert navy.obeyed  # by measure
    assert navy.read == {"colour": "red"}  # though not by its name
    assert not dots.obeyed
    assert dots.apart is None
    assert all(photo.alpha is not None for photo in tryon.shown)
    assert sheet.shape[1] == 4 * 112
    assert (sheet[0, 0] == 255).all()


def reading(text="red", asked=None, read=None, apart=1.0, declined=False) -> Reading:
    return Reading("tee", text, asked or {"colour": "red"}, read or {}, apart, declined, 0.1)


@pytest.mark.parametrize(
    ("one", "obeyed"),
    [
        (reading(), True),
        (reading(apart=11.0), False),
        (reading(declined=True), False),
        (reading(asked={"sleeve": "short"}, read={"sleeve": "short"}, apart=None), True),
        (reading(asked={"sleeve": "short"}, read={"sleeve": "long"}, apart=None), False),
        (reading(asked={"sleeve": "short"}, apart=None), False),
    ],
)
def test_what_counts_as_obeyed(one, obeyed):
    assert one.obeyed is obeyed


def test_the_figures():
    figures = summary([
        reading(read={"colour": "red"}),
        reading(apart=30.0, read={"colour": "pink"}),
        reading("sleeveless", {"sleeve": "sleeveless"}, {}, None, declined=True),
        reading("striped", {"pattern": "striped"}, {"pattern": "plain"}, None),
    ])  # fmt: skip
    assert figures["designs"] == 4
    assert figures["obeyed"] == 0.25
    assert figures["prompts"] == {"red": [1, 0, 2], "sleeveless": [0, 1, 1], "striped": [0, 0, 1]}
    assert figures["names"] == [1, 2]
    assert figures["delta_e"]["median"] == 15.5
    assert figures["missed"] == {"colour red read as pink": 1, "pattern striped read as plain": 1}
    assert figures["which"] == ["tee: red", "tee: sleeveless", "tee: striped"]
    text = table(figures)
    assert "25.0% read back" in text
    assert "1 say that they cannot" in text


def test_a_wardrobe_without_sleeves_is_refused():
    tryon = Obedient()
    tryon.gallery = SimpleNamespace(items=[])
    with pytest.raises(TryOnError):
        evaluate_design(tryon)


def test_times_of_words_are_measured():
    read = []

    class Reader(Obedient):
        def understand(self, text):
            read.append(text)
            return understand(text)

    report = bench_words(Reader(), garments=1, rounds=1)
    assert report["understand"]["measured"] == len(TEXTS)
    assert report["design"]["measured"] == len(PROMPTS)
    assert set(TEXTS) <= set(read)
    assert max(map(len, TEXTS)) == LONGEST_TEXT
    assert report["design"]["median"] > report["understand"]["median"] > 0
    assert "design" in times(report)


def test_a_garment_is_fitted_with_its_landmarks():
    gallery = Gallery.load()
    garment = gallery.garment(gallery.items[0])
    small = sized(garment, (512, 384))
    assert max(small.photo.height / 512, small.photo.width / 384) == pytest.approx(1, abs=0.01)
    assert small.alpha.shape == small.photo.size
    factor = small.photo.width / garment.photo.width
    hem = Outline.HEM_LEFT
    assert small.landmarks[hem, 0] == pytest.approx(garment.landmarks[hem, 0] * factor, abs=1)
    assert small.landmarks[hem, 2] == garment.landmarks[hem, 2]
    assert np.isclose(small.mask.mean(), garment.mask.mean(), atol=0.01)
