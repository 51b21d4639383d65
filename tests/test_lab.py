"""The prompt lab: lists of descriptions, the grid, the table; what the page says of each word."""

import csv
import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from fake_tryon import FakeTryOn
from PIL import Image

from tryon import cli
from tryon.core.errors import TryOnError
from tryon.page.ask import explained, on_ask, without_pixels
from tryon.page.lab import caption, parse_line
from tryon.page.serving.files import Tray
from tryon.page.trials import export, try_prompts
from tryon.report.lab import TABLE, read_prompts, run_lab
from tryon.words.prompt import understand


@pytest.fixture
def fitting_room(tmp_path):
    return FakeTryOn(tmp_path)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "me.png"
    Image.fromarray(np.full((320, 240, 3), 200, np.uint8)).save(path)
    return path


# --- lists of descriptions ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "lines"),
    [
        ("a.txt", b"red top\n\n  navy hoodie \n", ["red top", "navy hoodie"]),
        ("a.txt", "\ufeff红色上衣\r\n蓝色".encode(), ["红色上衣", "蓝色"]),
        ("a.txt", "红色上衣".encode("gb18030"), ["红色上衣"]),
        ("a.txt", "red".encode("utf-16"), ["red"]),
        ("a.csv", b'id,prompt\n1,"red, striped"\n2,blue\n', ["red, striped", "blue"]),
        ("a.csv", b"red\nblue\n", ["red", "blue"]),
        ("a.csv", b"", []),
        ("a.txt", b"=1+1", ["=1+1"]),
    ],
)
def test_lists_are_read(tmp_path, name, data, lines):
    (tmp_path / name).write_bytes(data)
    assert read_prompts(tmp_path / name) == lines


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"a" * 1_000_001])
def test_what_is_no_list_is_refused(tmp_path, data):
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(TryOnError) as caught:
        read_prompts(tmp_path / "a.txt")
    assert caught.value.code == "bad_argument"


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(TryOnError):
        read_prompts(tmp_path / "none.txt")


# --- the grid and its table --------------------------------------------------------------------


def test_every_photo_meets_every_description_and_seed(fitting_room, photo, tmp_path):
    out = tmp_path / "out"
    texts = ["red striped top", "=navy hoodie wobbly"]
    rows = run_lab(fitting_room, [photo, photo], texts, out, seeds=range(2))
    assert [(r["photo"], r["prompt"], r["seed"]) for r in rows] == [
        (p, text, seed) for p in (1, 2) for text in texts for seed in (0, 1)
    ]
    with (out / TABLE).open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 8
    assert table[0]["colour"] == "red"
    assert table[0]["pattern"] == "striped"
    assert table[2]["ignored"].endswith("wobbly")
    assert table[2]["prompt"].startswith("'=")  # no formula in a spreadsheet
    assert all((out / row["file"]).is_file() for row in table)
    assert float(table[0]["seconds"]) >= 0


def test_a_description_that_fails_leaves_the_others(fitting_room, photo, tmp_path):
    rows = run_lab(fitting_room, [photo], ["qwertz", "red top"], tmp_path / "out")
    assert [bool(row["file"]) for row in rows] == [False, True]
    assert rows[0]["remark"]


def test_no_descriptions_are_refused(fitting_room, photo, tmp_path):
    with pytest.raises(TryOnError):
        run_lab(fitting_room, [photo], [], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_from_the_shell(fitting_room, photo, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("tryon.cli.loading.load_tryon", lambda: fitting_room)
    (tmp_path / "words.txt").write_text("red top\nnavy hoodie\n")
    out = tmp_path / "grid"
    assert cli.main(["lab", str(photo), str(tmp_path / "words.txt"), "-o", str(out)]) == 0
    assert "2 pictures, 0 failed" in capsys.readouterr().out
    assert len(list(out.glob("*.png"))) == 2
    (tmp_path / "words.txt").write_text("\n")
    nowhere = tmp_path / "nowhere"
    assert cli.main(["lab", str(photo), str(tmp_path / "words.txt"), "-o", str(nowhere)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not nowhere.exists()


# --- on the page -------------------------------------------------------------------------------


def test_the_page_numbers_its_trials_on(fitting_room, photo, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    person = fitting_room.analyse(photo)
    made = list(
        try_prompts(
            fitting_room, Tray(), person, [], "red top\nblue top", seeds=(0, 1), photo=2, first=5
        )
    )
    assert [(one.number, one.seed, one.photo) for one in made] == [
        (5, 0, 2),
        (6, 1, 2),
        (7, 0, 2),
        (8, 1, 2),
    ]
    assert caption(made[1], "en") == "6 · red top — type top, colour red — seed 1"
    assert caption(made[0], "zh", several=True).endswith(" — 照片 2")


def test_the_zip_holds_pictures_and_the_whole_parse(fitting_room, photo, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    tray, person = Tray(), fitting_room.analyse(photo)
    words = "=navy hoodie wobbly\nqwertz"
    made = list(try_prompts(fitting_room, tray, person, [], words, seeds=(3,)))
    made[0] = replace(made[0], prompt=understand("=navy hoodie, not striped, wobbly"))
    with zipfile.ZipFile(export(tray, made, "en")) as archive:
        table = archive.read("prompts.csv").decode("utf-8-sig")
        files = set(archive.namelist()) - {"prompts.csv"}
    first, failed = csv.DictReader(io.StringIO(table))
    assert {first["file"]} == files
    assert (first["seed"], first["colour"], first["type"]) == ("3", "navy", "hoodie")
    assert first["excluded"] == "pattern: striped"
    assert (first["ignored"], first["sleeve"]) == ("wobbly", "")
    assert first["prompt"].startswith("'=")  # no formula in a spreadsheet
    assert float(first["seconds"]) >= 0
    assert failed["file"] == ""
    assert failed["remark"]


def test_how_words_were_read_in_a_line():
    prompt = understand("navy top, not striped, wobbly")
    assert parse_line(prompt, "en") == "type top, colour navy, not striped; Ignored: wobbly"
    assert parse_line(prompt, "zh") == "款式 上衣，颜色 藏青色，不要条纹；已忽略: wobbly"
    assert parse_line(understand(""), "en") == ""


def test_each_word_says_what_it_did():
    shown = explained(understand("A navy <b>striped</b> top & wobbly"), "en")
    assert '<span class="word used colour">navy<small>colour</small></span>' in shown
    assert '<span class="word used pattern">striped<small>pattern</small></span>' in shown
    assert '<span class="word unused">wobbly<small>Ignored</small></span>' in shown
    assert "<b>" not in shown
    assert "&amp;" in shown
    assert "颜色" in explained(understand("藏青色上衣"), "zh")
    assert explained(understand(""), "en") == ""


def test_the_question_box_answers_from_the_garment_without_its_picture(fitting_room):
    garment = fitting_room.gallery.garment(fitting_room.gallery.items[0])
    kept = without_pixels(garment)
    assert kept.photo.size == (1, 1)
    assert "It is red" in on_ask("what colour is it?", kept, None)
    assert "Try something on first" in on_ask("what colour is it?", None, None)
    assert "red t-shirt" in on_ask("", kept, None)
    assert "<script>" not in on_ask("<script>", kept, None)
