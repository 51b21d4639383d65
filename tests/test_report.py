"""The page of figures is what the commands printed, and README.md quotes it."""

import json

import pytest

from tryon.cli import report
from tryon.core.errors import TryOnError
from tryon.core.places import CHECKOUT

EMPTY = f"# Title\n{report.BEGIN}\n{report.END}\nrest\n"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(EMPTY, encoding="utf-8")
    monkeypatch.setattr(report, "CHECKOUT", tmp_path)
    return tmp_path


def test_the_shipped_pages_are_drawn_from_the_stored_figures():
    """`tryon evaluate report` writes all three."""
    stored = report.read_store(CHECKOUT)
    page = (CHECKOUT / report.PAGE).read_text(encoding="utf-8")
    readme = (CHECKOUT / report.README).read_text(encoding="utf-8")
    assert page == report.draw_page(stored)
    assert readme == report.with_table(readme, stored)
    assert set(stored) <= {section.name for section in report.SECTIONS}


def test_figures_go_where_they_belong(checkout, monkeypatch):
    asked = []

    def run(arguments):
        asked.append(arguments)
        return {"ours": 1.914, "untouched": 3.04, "rows": [["a", 1.5], ["b", None]]}

    monkeypatch.setattr(report, "_run", run)
    assert report.report(None, checkout / "cases.tar", ("strangers",)) == ["strangers"]
    assert asked == [["evaluate", "strangers", str(checkout / "cases.tar")]]
    page = (checkout / report.PAGE).read_text(encoding="utf-8")
    assert "| ours | 1.914 |" in page
    assert "| rows | a 1.5, b not measured |" in page
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    assert "(`tryon evaluate strangers CASES`) | 1.91 | 1.15 |" in readme
    assert readme.startswith("# Title\n")
    assert readme.endswith("rest\n")
    assert json.loads((checkout / report.STORE).read_text(encoding="utf-8"))["strangers"]["day"]


def test_what_was_measured_before_stays(checkout, monkeypatch):
    monkeypatch.setattr(report, "_run", lambda arguments: {"n": len(arguments)})
    report.report(None, None, ("words",))
    report.report(None, None, ("bench",))
    assert set(report.read_store(checkout)) == {"words", "bench"}


def test_sections_without_their_data_are_left_out(checkout, monkeypatch):
    monkeypatch.setattr(report, "_run", lambda arguments: {})
    done = report.report(None, None)
    assert {"bench", "words", "design"} <= set(done)
    assert not {"strangers", "pairs", "parser"} & set(done)


def test_an_unknown_section_is_refused(checkout):
    with pytest.raises(TryOnError) as refused:
        report.report(None, None, ("beauty",))
    assert refused.value.code == "bad_argument"
    assert "section beauty" in refused.value.message


def test_a_command_that_fails_says_why(checkout, monkeypatch):
    monkeypatch.setattr(report, "CHECKOUT", CHECKOUT)
    with pytest.raises(TryOnError) as failed:
        report._run(["evaluate", str(checkout / "nowhere")])
    assert "nowhere" in failed.value.message


def test_a_readme_without_the_markers_is_an_error():
    with pytest.raises(ValueError, match="lacks"):
        report.with_table("# Title\n", {})
