"""What is done with a result: words that buttons write, names of files, addresses of pictures."""

import pytest

from tryon.page.look import actions
from tryon.words.prompt import asked_hang, understand


@pytest.mark.parametrize(
    ("words", "what", "language", "after"),
    [
        ("", "closer", "en", "slim fit"),
        ("red top", "closer", "en", "red top, slim fit"),
        ("red top, slim fit", "looser", "en", "red top, loose fit"),
        ("red top, slim fit", "closer", "en", "red top"),
        ("slim fit, longer", "shorter", "en", "slim fit, shorter"),
        ("untucked", "tucked", "en", "tucked in"),
        ("tucked in", "over", "en", "untucked"),
        ("红色", "longer", "zh", "红色，长一点"),
        ("红色，塞进去", "over", "zh", "红色，不要塞进去"),
        ("红色，不要塞进去", "tucked", "zh", "红色，塞进去"),
        ("红色，不要塞进去", "over", "zh", "红色"),
    ],
)
def test_a_button_writes_words_and_takes_out_its_opposite(words, what, language, after):
    assert actions.adjusted(words, what, language) == after


def test_another_adjustment_is_refused():
    with pytest.raises(KeyError):
        actions.adjusted("", "prettier", "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_of_the_buttons_are_understood_and_change_only_what_they_say(language):
    column = ("en", "zh").index(language)
    for group, axis in zip(actions.ADJUSTMENTS, ("fit", "length"), strict=False):
        for phrases in group.values():
            prompt = understand(phrases[column])
            assert list(prompt.attributes) == [axis]
            assert prompt.ignored == ()
            hang = asked_hang(prompt)
            assert (hang.width is None) == (axis != "fit")
            assert (hang.length is None) == (axis != "length")


@pytest.mark.parametrize(
    ("words", "language", "after"),
    [
        ("", "en", "in navy"),
        ("light red striped top please", "en", "navy striped top"),
        ("红色条纹上衣", "zh", "藏青色条纹上衣"),
    ],
)
def test_another_colour_of_the_same(words, language, after):
    found = actions.in_colour(understand(words), "navy", language)
    assert found == after
    assert understand(found).attributes["colour"] == "navy"


def test_what_is_pressed_is_what_the_words_hold():
    html = actions.tries("loose fit, shorter", 1, "en")
    pressed = [piece.split(chr(34))[0] for piece in html.split("say:")[1:] if "pressed=\"true" in
               piece.split(">")[0]]  # fmt: skip
    assert pressed == ["looser", "shorter"]
    assert "tucked" not in html  # one piece alone
    assert "say:tucked" in actions.tries("", 2, "en")


def test_names_of_files_are_plain():
    assert actions.file_stem(["Pink floral top", "Light wide-leg jeans"]) == (
        "tryon-pink-floral-top-light-wide-leg-jeans"
    )
    assert actions.file_stem(["../../etc"]) == "tryon-etc"
    assert len(actions.file_stem(["word"] * 40)) <= 60


def test_what_a_garment_is_called_cannot_break_the_page():
    html = actions.worn(['<b>"x"</b>'], '"><script>', "en")
    assert "<b>" not in html
    assert "<script>" not in html
