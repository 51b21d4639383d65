"""Questions about a garment, answered from its attributes."""

import numpy as np
import pytest

from tryon.core.errors import TryOnError
from tryon.core.types import Garment, Kind, Outline, Photo
from tryon.words.ask import ask, describe

SHIRT = {
    "type": ("shirt", 0.9),
    "colour": ("blue", 1.0),
    "shade": ("light", 1.0),
    "pattern": ("striped", 0.99),
    "sleeve": ("long", 0.85),
    "neckline": ("collar", 0.6),
    "fabric": ("cotton", 0.4),
}


def garment(said: dict[str, tuple[str, float]], kind: Kind = Kind.UPPER) -> Garment:
    return Garment(
        photo=Photo(np.zeros((4, 4, 3), np.uint8)),
        alpha=np.zeros((4, 4), np.uint8),
        limbs=np.zeros((4, 4), np.uint8),
        landmarks=np.zeros((len(Outline), 3), np.float32),
        kind=kind,
        attributes={key: value for key, (value, _) in said.items()},
        attribute_scores={key: score for key, (_, score) in said.items()},
    )


@pytest.mark.parametrize(
    ("question", "answer", "about"),
    [
        ("what colour is it?", "It is light blue.", ("colour",)),
        ("color?", "It is light blue.", ("colour",)),
        ("What's this?", "It is a shirt, I am fairly sure.", ("type",)),
        ("how long are the sleeves?", "It has long sleeves, I am fairly sure.", ("sleeve",)),
        ("what neckline", "It probably has a collar.", ("neckline",)),
        ("what is it made of", "It may be made of cotton, but I am not sure.", ("fabric",)),
        ("how long is it?", "The picture does not tell the length.", ()),
        ("is it red?", "No: it is light blue.", ("colour",)),
        ("Isn't it striped?", "Yes: it is striped.", ("pattern",)),
        ("does it have a hood?", "No: it probably has a collar.", ("neckline",)),
        ("这是什么领子？", "领型可能是翻领。", ("neckline",)),
        ("袖子多长", "袖长应该是长袖，比较确定。", ("sleeve",)),
        ("這是什麼顏色", "颜色是浅蓝色。", ("colour",)),
        ("是不是红色的？", "不是，颜色是浅蓝色。", ("colour",)),
        ("有没有帽子？", "没有，领型可能是翻领。", ("neckline",)),
        ("有领子吗？", "有，领型可能是翻领。", ("neckline",)),
        ("is it checked or striped?", "It is striped.", ("pattern",)),
        ("是格子的还是条纹的？", "图案是条纹。", ("pattern",)),
        ("这是裤子还是裙子？", "款式应该是衬衫，比较确定。", ("type",)),
        ("这是什么上衣", "款式应该是衬衫，比较确定。", ("type",)),
        (
            "what colour are the stripes?",
            "I can only tell the main colour. It is light blue.",
            ("colour",),
        ),
        ("条纹是什么颜色", "只能判断主色。颜色是浅蓝色。", ("colour",)),
        (
            "what size is it?",
            "A picture does not tell sizes; the shop's size chart and your measures do.",
            (),
        ),
        ("面料是什么", "面料也许是棉，但不太确定。", ("fabric",)),
    ],
)
def test_answers(question, answer, about):
    found = ask(garment(SHIRT), question)
    assert (found.text, found.attributes) == (answer, about)
    assert found.language == ("en" if question.isascii() else "zh")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("does it fit me?", "cannot tell whether it fits you"),
        ("will this fit me", "cannot tell whether it fits you"),
        ("what size should I take?", "size chart"),
        ("is it my size?", "size chart"),
        ("我穿合身吗？", "无法判断是否合身"),
        ("我该买什么尺码？", "尺码表"),
    ],
)
@pytest.mark.parametrize("fit", ["regular", "loose"])
def test_whether_it_fits_the_wearer_no_picture_tells(question, said, fit):
    answer = ask(garment(SHIRT | {"fit": (fit, 0.9)}), question)
    assert said in answer.text
    assert "of regular fit" not in answer.text
    assert answer.attributes == ("fit",)  # how it is cut is said besides


def test_how_it_is_cut_is_still_told():
    assert ask(garment(SHIRT | {"fit": ("loose", 0.99)}), "is it loose?").text == (
        "Yes: it is of loose fit."
    )


def test_the_confidence_is_that_of_the_least_sure_attribute():
    found = ask(garment(SHIRT), "what colour and material is it?")
    assert found.attributes == ("colour", "fabric")
    assert found.confidence == pytest.approx(0.4)


@pytest.mark.parametrize("question", ["how much is it?", "多少钱", "🙂", "xyzzy", "\x00", "<b>"])
def test_what_nobody_can_tell_is_said(question):
    found = ask(garment(SHIRT), question)
    assert found.attributes == ()
    assert ("cannot tell" in found.text) or ("无法判断" in found.text)


def test_without_a_question_it_is_described_in_both_languages():
    english, chinese = (ask(garment(SHIRT), "", language).text for language in ("en", "zh"))
    assert english == (
        "A light blue striped cotton shirt with long sleeves and a collar. "
        "I am not sure about the fabric."
    )
    assert chinese == "这是一件浅蓝色条纹棉衬衫，长袖，翻领。对面料不太确定。"
    assert ask(garment(SHIRT), "describe it").text == english


def test_pairs_of_legs_are_many_and_nothing_known_is_no_crash():
    jeans = garment({"type": ("jeans", 1.0), "colour": ("navy", 1.0)}, Kind.LOWER)
    assert ask(jeans, "what colour are they?").text == "They are navy."
    assert ask(jeans, "sleeves?").text == "It has no sleeves."
    assert describe(jeans) == "Navy jeans."
    assert describe(jeans, "zh") == "这是一条藏青色牛仔裤。"
    nothing = garment({})
    assert describe(nothing) == "A top."
    assert ask(nothing, "is it red?").text == "The picture does not tell the colour."


def test_a_very_long_question_is_cut_and_no_text_is_refused():
    assert ask(garment(SHIRT), "what colour " + "is it " * 3000).attributes == ("colour",)
    with pytest.raises(TryOnError):
        ask(garment(SHIRT), None)
