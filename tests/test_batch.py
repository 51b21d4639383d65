"""Batches: what is done, what is kept, what is said, and what a kill leaves behind."""

import csv

import numpy as np
import pytest
from fake import RED, FakeTryOn
from PIL import Image

from tryon.core.errors import TryOnError
from tryon.core.image import read_photo
from tryon.report.batch import RESULTS, read_manifest, run_batch


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("ann.png", "bob.png"):
        Image.fromarray(rng.integers(0, 255, (200, 160, 3), dtype=np.uint8)).save(tmp_path / name)
    Image.new("RGB", (160, 200)).save(tmp_path / "empty-room.png")
    Image.fromarray(RED).save(tmp_path / "red.png")
    return tmp_path


def manifest(folder, text):
    path = folder / "manifest.csv"
    path.write_text(text, "utf-8")
    return path


def results(out):
    with (out / RESULTS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def no_load():
    raise AssertionError("nothing to do, yet the models were loaded")


ALL = """person,garment,prompt,kind
ann.png,red.png,,
bob.png,red.png,"red, please",upper
empty-room.png,red.png,,
nobody.png,red.png,,
bob.png,,red,
"""


def test_rows_are_done_and_failures_recorded(folder):
    fake = FakeTryOn()
    summary = run_batch(lambda: fake, manifest(folder, ALL), folder / "out")
    assert (summary.rows, summary.done, summary.kept, summary.failed) == (5, 3, 0, 2)
    assert summary.failures == {"no_person": 1, "image_not_found": 1}
    lines = results(folder / "out")
    assert [line["status"] for line in lines] == ["ok", "ok", "failed", "failed", "ok"]
    assert lines[0]["person"] == "ann.png"
    assert lines[1]["prompt"] == "red, please"
    assert lines[2]["code"] == "no_person"
    assert "No person was found" in lines[2]["message"]
    assert lines[3]["message"].startswith("There is no file nobody.png")
    for line in lines:
        if line["status"] == "ok":
            assert read_photo(folder / "out" / line["output"]).size == (200, 160)
            assert float(line["confidence"]) == 0.5
    assert len({line["output"] for line in lines if line["output"]}) == 3
    assert fake.calls[1][2:4] == ("red, please", "upper")
    assert sorted(p.suffix for p in (folder / "out").iterdir()) == [".csv", ".png", ".png", ".png"]


def test_an_outfit_is_a_row_with_further_garments(folder):
    Image.fromarray(RED[..., ::-1].copy()).save(folder / "blue.png")
    rows = "person,garment,garment2,garment3\nann.png,red.png,blue.png,\nann.png,red.png,,\n"
    path = manifest(folder, rows)
    assert [row.garments for row in read_manifest(path)] == [("red.png", "blue.png"), ("red.png",)]
    summary = run_batch(FakeTryOn, path, folder / "out")
    assert (summary.done, summary.failed) == (2, 0)
    lines = results(folder / "out")
    assert lines[0]["garment2"] == "blue.png"
    assert "one_a_place" not in lines[1]["message"]
    assert "Of two garments for the same place" in lines[0]["message"]  # both are tops here
    assert run_batch(no_load, path, folder / "out").kept == 2


def test_a_second_run_does_only_what_failed(folder):
    path, out = manifest(folder, ALL), folder / "out"
    run_batch(FakeTryOn, path, out)
    Image.fromarray(RED).save(folder / "nobody.png")
    again = FakeTryOn()
    summary = run_batch(lambda: again, path, out)
    assert (summary.done, summary.kept, summary.failed) == (1, 3, 1)
    assert len(again.calls) == 1
    lines = results(out)
    assert sorted(line["status"] for line in lines) == ["failed", "ok", "ok", "ok", "ok"]
    assert len(lines) == 5


def test_when_all_is_done_no_model_is_loaded(folder):
    path = manifest(folder, "person,garment\nann.png,red.png\n")
    run_batch(FakeTryOn, path, folder / "out")
    assert run_batch(no_load, path, folder / "out").kept == 1


def test_it_goes_on_after_a_kill(folder):
    """Killed in the second row; the file ends in half a line, as a crash may leave it."""
    path, out = manifest(folder, ALL), folder / "out"

    class Killed(FakeTryOn):
        def __call__(self, *arguments, **options):
            if len(self.calls) == 1:
                raise KeyboardInterrupt
            return super().__call__(*arguments, **options)

    with pytest.raises(KeyboardInterrupt):
        run_batch(Killed, path, out)
    assert [line["person"] for line in results(out)] == ["ann.png"]
    with (out / RESULTS).open("ab") as file:
        file.write('bob.png,red.png,"红'.encode()[:-1])
    summary = run_batch(FakeTryOn, path, out)
    assert (summary.done, summary.kept, summary.failed) == (2, 1, 2)
    assert [line["status"] for line in results(out)] == ["ok", "ok", "failed", "failed", "ok"]


def test_a_lost_picture_is_made_again(folder):
    path, out = manifest(folder, "person,garment\nann.png,red.png\nbob.png,red.png\n"), folder / "o"
    run_batch(FakeTryOn, path, out)
    (out / results(out)[0]["output"]).unlink()
    assert run_batch(FakeTryOn, path, out).done == 1


def test_results_never_point_out_of_the_folder(folder):
    path, out = manifest(folder, "person,garment\nann.png,red.png\n"), folder / "out"
    run_batch(FakeTryOn, path, out)
    text = (out / RESULTS).read_text()
    (out / RESULTS).write_text(text.replace(results(out)[0]["output"], "../ann.png"))
    assert run_batch(FakeTryOn, path, out).done == 1


def test_the_manifest_may_grow_and_be_reordered(folder):
    out = folder / "out"
    run_batch(FakeTryOn, manifest(folder, "person,garment\nann.png,red.png\n"), out)
    grown = manifest(folder, "person,garment\nbob.png,red.png\nann.png,red.png\n")
    summary = run_batch(FakeTryOn, grown, out)
    assert (summary.done, summary.kept) == (1, 1)


def test_neighbours_share_their_analysis(folder):
    class Counting(FakeTryOn):
        analysed = described = 0

        def analyse(self, person, which=0):
            self.analysed += not hasattr(person, "landmarks")
            return super().analyse(person, which)

        def describe(self, garment, kind=None):
            self.described += not hasattr(garment, "landmarks")
            return super().describe(garment, kind)

    fake = Counting()
    text = "person,garment,prompt\nann.png,red.png,\nann.png,red.png,red\nann.png,red.png,red red\n"
    assert run_batch(lambda: fake, manifest(folder, text), folder / "out").done == 3
    assert (fake.analysed, fake.described) == (1, 1)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_formats(folder, format):
    path = manifest(folder, "person,garment\nann.png,red.png\n")
    run_batch(FakeTryOn, path, folder / "out", format)
    with Image.open(folder / "out" / results(folder / "out")[0]["output"]) as image:
        assert image.format == format


def test_paths_are_relative_to_the_manifest_and_may_be_absolute(folder):
    (folder / "lists").mkdir()
    path = manifest(folder / "lists", f"person,garment\n../ann.png,{folder / 'red.png'}\n")
    assert run_batch(FakeTryOn, path, folder / "out").done == 1


def test_columns_in_any_order_with_others_between_and_a_byte_order_mark(folder):
    path = folder / "m.csv"
    path.write_bytes("\ufeffid,Prompt,person\n7,红色,ann.png\n\n".encode())
    (row,) = read_manifest(path)
    assert row.key == ("ann.png", "", "红色", "")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "first line must name"),
        (b"name,garment\na,b\n", "first line must name"),
        (b"person,kind\na,upper\n", "first line must name"),
        (b"person,garment\n", "no row"),
        (b"person,garment\na,b,c\n", "line 2 has 3 cells, not 2"),
        (b'person,garment\n"a,b\n', "not readable as CSV"),
        (b"person,garment\n\xff\xfe,b\n", "UTF-8"),
    ],
)
def test_a_wrong_manifest_is_refused_and_nothing_is_made(folder, data, words):
    path = folder / "m.csv"
    path.write_bytes(data)
    with pytest.raises(TryOnError, match=words) as caught:
        run_batch(no_load, path, folder / "out")
    assert str(folder) not in str(caught.value)
    assert not (folder / "out").exists()


def test_a_missing_manifest_and_an_impossible_folder(folder):
    with pytest.raises(TryOnError, match=r"no file missing\.csv"):
        run_batch(no_load, folder / "missing.csv", folder / "out")
    with pytest.raises(TryOnError, match="cannot be made"):
        run_batch(no_load, manifest(folder, ALL), folder / "ann.png")
