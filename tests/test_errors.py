"""The one table of sentences: complete in both languages, and fit to be read by a visitor."""

import ast
import pickle
import re
import string
from pathlib import Path

import pytest

from tryon.core.errors import MESSAGES, Note, TryOnError

PACKAGE = Path(__file__).resolve().parent.parent / "tryon"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", MESSAGES)
def test_every_message_is_there_in_both_languages_with_the_same_values(code):
    assert re.fullmatch(r"[a-z_]+", code)
    english, chinese = MESSAGES[code]["en"], MESSAGES[code]["zh"]
    assert len(english) == len(chinese) == 2
    assert fields("".join(english)) == fields("".join(chinese))
    assert bool(english[1]) == bool(chinese[1])  # a hint in one is a hint in the other
    if code != "bad_argument":  # its sentence is its value
        assert re.search("[\u4e00-\u9fff]", chinese[0])
        assert not re.search("[\u4e00-\u9fff]", "".join(english))
        for sentence in filter(None, english):
            assert sentence.endswith(".")
            assert sentence[0].isupper() or sentence[0] in '"{'


def test_an_error_carries_code_message_hint_and_both_languages():
    error = TryOnError("image_not_found", name="me.jpg")
    assert error.code == "image_not_found"
    assert error.message == "There is no file me.jpg."
    assert error.hint == "Check the path."
    assert str(error) == "There is no file me.jpg. Check the path."
    assert "me.jpg" in error.text("zh")
    assert "找不到" in error.text("zh")


def test_a_value_may_come_in_both_languages():
    note = Note("cropped", {"where": {"en": "left arm", "zh": "左臂"}})
    assert "left arm" in note.text("en")
    assert "左臂" in note.text("zh")
    assert "left arm" not in note.text("zh")


def test_an_unknown_code_or_a_missing_value_shows_at_once():
    with pytest.raises(KeyError):
        Note("no_such_code")
    with pytest.raises(KeyError):
        Note("words_ignored")
    with pytest.raises(KeyError):
        TryOnError("image_not_found")


def test_braces_in_a_visitors_words_are_only_words():
    assert "{name} {0}" in TryOnError("image_not_found", name="{name} {0}").message


def test_an_error_survives_pickling():
    error = pickle.loads(pickle.dumps(TryOnError("image_too_small", size="1 x 1")))
    assert isinstance(error, TryOnError)
    assert (error.code, error.params) == ("image_too_small", {"size": "1 x 1"})


def calls_with_a_code() -> list[tuple[str, str]]:
    """(file:line, code) of every TryOnError("...") and Note("...") in the package."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("TryOnError", "Note")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.append((f"{path.name}:{node.lineno}", node.args[0].value))
    return found


def test_every_code_the_package_uses_has_its_sentence():
    calls = calls_with_a_code()
    assert len(calls) > 10
    assert [(where, code) for where, code in calls if code not in MESSAGES] == []


def test_every_value_a_sentence_needs_is_given_where_it_is_raised():
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "TryOnError"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                continue
            given = {keyword.arg for keyword in node.keywords}
            if None not in given:  # None: **values, not to be known here
                needed = fields("".join(MESSAGES[node.args[0].value]["en"]))
                assert needed <= given, f"{path.name}:{node.lineno}"
