"""A short run of what `fuzz_photo.py` does at length, and requests that nobody thought of."""

import json
from collections import Counter
from typing import Any

import fuzz_photo
import pytest
from fuzz_photo import case, outcome, seeds

from tryon.page.serving.guard import RefusedError, _parsed

hypothesis = pytest.importorskip("hypothesis", reason="hypothesis is not installed")
st = hypothesis.strategies
SETTINGS = hypothesis.settings(
    max_examples=100, deadline=None, derandomize=True, database=None, print_blob=True
)


def test_the_seeds_are_good_files():
    assert [outcome(data) for data in seeds()] == ["read"] * len(seeds())


def test_broken_pictures_are_read_or_refused():
    outcomes = Counter(outcome(case(number)) for number in range(200))
    assert outcomes["read"] > 10  # the wounds are not all deadly
    assert outcomes["unreadable_image"] > 10


def test_a_case_follows_from_its_number():
    assert case(7) == case(7) != case(8)


def test_a_failure_would_be_seen(monkeypatch):
    def careless(_data):
        raise MemoryError

    monkeypatch.setattr(fuzz_photo, "read_photo", careless)
    with pytest.raises(MemoryError):
        outcome(b"")


@SETTINGS
@hypothesis.given(st.binary(max_size=400), st.sampled_from(range(20)), st.integers(0, 400))
def test_any_bytes_anywhere_in_a_picture(noise, which, at):
    data = seeds()[which % len(seeds())]
    outcome(data[:at] + noise + data[at + len(noise) :])


def taken(body: bytes) -> Any:
    """What the guard makes of a body; None if it is refused in good order."""
    try:
        return _parsed(body)
    except RefusedError as error:
        refused = error
    assert refused.status in (400, 413)
    return None


@SETTINGS
@hypothesis.given(st.binary(max_size=300))
def test_any_body_is_json_or_refused(body):
    taken(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@SETTINGS
@hypothesis.given(JSON)
def test_any_json_is_taken_as_it_is_or_refused(value):
    assert taken(json.dumps(value).encode()) in (value, None)
