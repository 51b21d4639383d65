"""The command line: what it prints, its exit status, and what it leaves on the disc."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from fake import RED, FakeTryOn
from native import without_native_remarks
from PIL import Image

from tryon import cli
from tryon.cli.figures import DATA
from tryon.cli.loading import load_tryon
from tryon.cli.output import print_table
from tryon.core.image import read_photo
from tryon.evaluation.finish import Faults, Finish
from tryon.evaluation.strangers import Row, Strangers

ROOT = Path(__file__).resolve().parent.parent
LOAD = "tryon.cli.loading.load_tryon"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    person = rng.integers(60, 255, (200, 160, 3), dtype=np.uint8)
    Image.fromarray(person).save(tmp_path / "me.png")
    Image.new("RGB", (160, 200)).save(tmp_path / "empty-room.png")
    Image.new("RGB", (160, 200), "white").save(tmp_path / "nothing.png")
    Image.fromarray(RED).save(tmp_path / "red.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not really")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(LOAD, FakeTryOn)
    return tmp_path


@pytest.fixture
def fails(folder, capsys, monkeypatch):
    """Run a command that must fail as the contract says; gives its one line."""

    def run(*arguments: object, models: bool = False) -> str:
        # What can be refused is refused before the models are loaded.
        load = FakeTryOn if models else lambda *_: pytest.fail("models were loaded")
        monkeypatch.setattr(LOAD, load)
        before = sorted(folder.rglob("*"))
        assert cli.main([str(argument) for argument in arguments]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.count("\n") == 1
        assert printed.err.endswith("\n")
        assert "Traceback" not in printed.err
        assert str(folder) not in printed.err
        assert sorted(folder.rglob("*")) == before
        return printed.err

    return run


# --- try ---------------------------------------------------------------------------------------


def test_try_writes_the_picture_and_says_what_it_is(folder, capsys):
    assert cli.main(["try", "me.png", "red.png", "-o", "out.png"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    first, *notes = printed.out.splitlines()
    assert first == "out.png: 160 x 200, t-shirt (upper), confidence 50%, 0.00 s"
    assert len(notes) == 1
    assert notes[0].startswith("- The photo is dark")
    photo = read_photo("out.png")
    assert photo.pixels[100, 80].tolist() == [200, 30, 40]
    np.testing.assert_array_equal(photo.pixels[0], read_photo("me.png").pixels[0])


def test_try_as_json(folder, capsys):
    arguments = ["--prompt", "red 请", "--kind", "dress", "--seed", "7", "--which", "1"]
    assert cli.main(["try", "me.png", "red.png", *arguments, "--json", "-o", "o.webp"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["output"] == "o.webp"
    assert (answer["width"], answer["height"]) == (160, 200)
    assert answer["confidence"] == 0.5
    assert answer["kind"] == "dress"
    assert answer["seconds"]["total"] == 0.003
    assert answer["attributes"] == {"type": "t-shirt", "colour": "red"}
    assert answer["codes"] == ["words_ignored", "too_dark"]
    assert answer["notes"][0] == "These words changed nothing: 请."
    assert answer["prompt"]["attributes"] == {"colour": "red"}
    assert answer["prompt"]["ignored"] == ["请"]
    assert answer["changed"] == 0.25
    assert (folder / "o.webp").exists()


def test_all_arguments_reach_the_fitting_room(folder, monkeypatch):
    fake = FakeTryOn()
    monkeypatch.setattr(LOAD, lambda *_: fake)
    cli.main(["try", "me.png", "--prompt", "red", "--kind", "lower", "--seed", "3", "--which", "2"])
    (_, garment, prompt, kind, seed, which) = fake.calls[0]
    assert (garment, prompt, kind, seed, which) == (None, "red", "lower", 3, 2)
    assert (folder / "result.png").exists()


def test_several_garments_are_an_outfit(folder, capsys, fails):
    shutil.copy("red.png", "other.png")
    assert cli.main(["try", "me.png", "red.png", "other.png", "--json", "-o", "a.png"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "Of two garments for the same place" in answer["notes"][0]  # the fake's are all tops
    assert len(answer["pieces"]) == 1
    assert "for one garment only" in fails(
        "try", "me.png", "red.png", "other.png", "--kind", "upper", models=True
    )


def test_stages_are_written_beside(folder, capsys):
    assert cli.main(["try", "me.png", "red.png", "--stages", "how/it/was", "-o", "a.jpg"]) == 0
    names = sorted(path.name for path in (folder / "how/it/was").iterdir())
    assert names == [
        "1-pose.png",
        "2-parts.png",
        "3-region.png",
        "4-cutout.png",
        "5-warp.png",
        "6-body.png",
        "7-result.png",
    ]
    result = read_photo("how/it/was/7-result.png")
    assert result.pixels[100, 80].tolist() == [200, 30, 40]
    assert "how/it/was" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["me.png"], "There is nothing to try on."),
        (["me.png", "--prompt", "  "], "There is nothing to try on."),
        (["nobody.png", "red.png"], "There is no file nobody.png."),
        (["me.png", "none.png"], "There is no file none.png."),
        (["broken.jpg", "red.png"], "cannot be read as a picture"),
        (["me.png", "broken.jpg"], "cannot be read as a picture"),
        (["me.png", "red.png", "-o", "x.gif"], ".png, .jpg or .webp"),
        (["me.png", "red.png", "-o", "missing/x.png"], "no folder missing"),
        (["me.png", "red.png", "-o", "me.png"], "me.png would be written over"),
        (["me.png", "red.png", "--stages", "red.png"], "red.png is a file"),
        (["me.png", "red.png", "--kind", "hat"], "'--kind': 'hat' is not one of 'upper'"),
        (["me.png", "red.png", "--seed", "x"], "'--seed': Input should be a valid integer"),
        (["me.png", "red.png", "blue.png"], "There is no file blue.png"),
        (["me.png", "red.png", "--promt", "x"], "No such option: --promt"),
        (["me.png", "red.png", "--prompt"], "'--prompt' requires an argument"),
        ([], "Missing argument 'PERSON'"),
    ],
)
def test_what_try_refuses_before_any_work(fails, arguments, words):
    assert words in fails("try", *arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["empty-room.png", "red.png"], "No person was found"),
        (["me.png", "nothing.png"], "No garment was found"),
        (["me.png", "red.png", "--prompt", "explode"], "went wrong on our side. (RuntimeError"),
        (["empty-room.png", "red.png", "--stages", "how"], "No person was found"),
        (["empty-room.png", "red.png", "--json"], "No person was found"),
    ],
)
def test_what_fails_on_the_way_leaves_nothing(fails, arguments, words):
    assert words in fails("try", *arguments, models=True)


def test_an_old_result_survives_a_failure(folder, fails):
    (folder / "out.png").write_bytes(b"old")
    fails("try", "empty-room.png", "red.png", "-o", "out.png", models=True)
    assert (folder / "out.png").read_bytes() == b"old"


def test_verbose_lets_our_own_faults_through(folder):
    with pytest.raises(RuntimeError):
        cli.main(["--verbose", "try", "me.png", "red.png", "--prompt", "explode"])


def test_an_interrupt_is_130(folder, monkeypatch, capsys):
    def interrupted(engine):
        raise KeyboardInterrupt

    monkeypatch.setattr(LOAD, interrupted)
    assert cli.main(["try", "me.png", "red.png"]) == 130
    assert capsys.readouterr().err == "tryon: Interrupted.\n"


# --- describe, understand ----------------------------------------------------------------------


def test_describe(folder, capsys):
    assert cli.main(["describe", "red.png"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "A red t-shirt.",
        "upper body  (100%)",
        "  type: t-shirt  (90%)",
        "  colour: red  (80%)",
    ]
    assert cli.main(["describe", "red.png", "--lang", "zh"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "这是一件红色T恤。",
        "上装  (100%)",
        "  款式: T恤  (90%)",
        "  颜色: 红色  (80%)",
    ]
    assert cli.main(["describe", "red.png", "--ask", "what colour is it?"]) == 0
    assert capsys.readouterr().out == "It is red, I am fairly sure.\n"
    assert cli.main(["describe", "red.png", "--ask", "是什么颜色", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answer"] == "颜色应该是红色，比较确定。"


def test_describe_as_json(folder, capsys):
    assert cli.main(["describe", "red.png", "--json", "--lang", "zh"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["kind"] == "upper"
    assert answer["attributes"] == {"type": "t-shirt", "colour": "red"}
    assert answer["attribute_scores"] == {"type": 0.9, "colour": 0.8}
    assert answer["words"] == {"type": "T恤", "colour": "红色"}


def test_what_describe_refuses(fails):
    assert "There is no file none.png" in fails("describe", "none.png")
    assert "cannot be read" in fails("describe", "broken.jpg")
    assert "'fr' is not one of 'en', 'zh'" in fails("describe", "red.png", "--lang", "fr")
    assert "No garment" in fails("describe", "nothing.png", models=True)


def test_understand_needs_no_models(folder, capsys, monkeypatch):
    monkeypatch.setattr(LOAD, lambda *_: pytest.fail("models were loaded"))
    assert cli.main(["understand", "a navy striped shirt", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["attributes"]["type"] == "shirt"
    assert answer["attributes"]["colour"] == "navy"
    assert answer["attributes"]["pattern"] == "striped"
    assert answer["language"] == "en"
    assert cli.main(["understand", "红色连衣裙", "--lang", "zh"]) == 0
    printed = capsys.readouterr().out
    assert "颜色: 红色" in printed
    assert "款式: 连衣裙" in printed


def test_understand_says_so_when_it_understands_nothing(folder, capsys):
    assert cli.main(["understand", "xyzzy"]) == 0
    assert "xyzzy" in capsys.readouterr().out
    assert cli.main(["understand", ""]) == 0
    assert capsys.readouterr().out.strip()


# --- many --------------------------------------------------------------------------------------


def test_batch(folder, capsys):
    (folder / "m.csv").write_text(
        "person,garment,prompt,kind\nme.png,red.png,,\nempty-room.png,red.png,,\n"
    )
    assert cli.main(["batch", "m.csv", "--out", "done"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.splitlines() == [
        "2 rows: 1 done, 0 were there already, 1 failed",
        "- no_person: 1",
        "done/results.csv",
    ]
    assert len(list((folder / "done").glob("*.png"))) == 1
    assert cli.main(["batch", "m.csv", "--out", "done", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["rows"], answer["done"], answer["kept"], answer["failed"]) == (2, 0, 1, 1)


def test_what_batch_refuses(folder, fails):
    (folder / "m.csv").write_text("name,garment\nme.png,red.png\n")
    assert "no file x.csv" in fails("batch", "x.csv", "--out", "done")
    assert "first line must name" in fails("batch", "m.csv", "--out", "done")
    assert "Missing option '--out'" in fails("batch", "m.csv")


def test_sheet(folder, capsys):
    (folder / "people").mkdir()
    Image.fromarray(np.full((200, 150, 3), 120, np.uint8)).save(folder / "people" / "p.png")
    assert cli.main(["sheet", "people", "red.png", "-o", "s.jpg", "--height", "100"]) == 0
    assert capsys.readouterr().out == "s.jpg: 1 try-ons, 0 failed\n"
    assert read_photo("s.jpg").size == (2 * 106 + 6, 2 * 81 + 6)


def test_what_sheet_refuses(folder, fails):
    (folder / "bare").mkdir()
    assert "no folder nowhere" in fails("sheet", "nowhere", "bare")
    assert "no pictures in bare" in fails("sheet", "me.png", "bare")
    assert ".png, .jpg or .webp" in fails("sheet", "me.png", "red.png", "-o", "s.pdf")
    assert "above 0" in fails("sheet", "me.png", "red.png", "--limit", "0")


# --- measuring, training -----------------------------------------------------------------------


def test_evaluate(folder, capsys):
    for part in ("person", "cloth"):
        (folder / "data" / part).mkdir(parents=True)
        Image.fromarray(RED).resize((192, 256)).save(folder / "data" / part / "000029.jpg")
    assert cli.main(["evaluate", "data", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["pairs"], answer["scored"], answer["untouched"]) == (1, 1, 1.0)
    assert answer["ssim"] > 0.9
    assert cli.main(["evaluate", "data", "--limit", "1"]) == 0
    assert "1 of 1 pairs scored" in capsys.readouterr().out


def test_evaluate_takes_a_folder_or_the_name_of_a_command(folder, capsys, monkeypatch):
    """Options may stand before either, and a folder that is called like the placeholder is one."""
    monkeypatch.setattr("tryon.evaluation.words.evaluate_words", lambda: {"words": 1})
    for arguments in (["words", "--json"], ["--json", "words"]):
        assert cli.main(["evaluate", *arguments]) == 0
        assert json.loads(capsys.readouterr().out) == {"words": 1}
    monkeypatch.setattr("tryon.evaluation.pairs.read_pairs", lambda *given: iter(()))
    for arguments in (["DATA", "--only", "parser"], ["--only", "parser", "DATA"]):
        (folder / "DATA").mkdir(exist_ok=True)
        assert cli.main(["evaluate", *arguments, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {}


def test_evaluate_design_draws_a_sheet(folder, capsys, monkeypatch):
    asked = []

    def evaluate_design(tryon, garments, progress):
        asked.append(garments)
        return [], RED

    monkeypatch.setattr("tryon.evaluation.design.evaluate_design", evaluate_design)
    monkeypatch.setattr("tryon.evaluation.design.summary", lambda readings: {"designs": 0})
    assert cli.main(["evaluate", "design", "--limit", "3", "--sheet", "d.png", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"designs": 0}
    assert asked == [3]
    np.testing.assert_array_equal(read_photo("d.png").pixels, RED)


def test_evaluate_strangers(folder, capsys, monkeypatch):
    asked = []

    def evaluate_strangers(tryon, cases, weights, report):
        asked.append((cases, weights))
        found = Strangers((Row("a", 1.25, 1.5), Row("b", 1.5, 1.5, "no_person")), RED)
        for line in ("a: ours 1.25", "mean: ours 1.38"):
            report(line)
        return found

    monkeypatch.setattr("tryon.evaluation.strangers.read_cases", lambda cases: iter(()))
    monkeypatch.setattr("tryon.evaluation.strangers.evaluate_strangers", evaluate_strangers)
    arguments = ["evaluate", "strangers", "cases", "--weights", "w.npz", "--sheet", "s.png"]
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out == "a: ours 1.25\nmean: ours 1.38\n"
    assert asked == [(Path("cases"), Path("w.npz"))]
    np.testing.assert_array_equal(read_photo("s.png").pixels, RED)
    assert cli.main([*arguments, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["ours"], answer["untouched"]) == (1.375, 1.5)
    assert answer["cases"]["b"]["refused"] == "no_person"


def test_evaluate_finish(folder, capsys, monkeypatch):
    asked = []

    def evaluate_finish(tryon, data, limit, report):
        asked.append((data, limit))
        report("a: skin 4.0")
        faults = Faults(4.0, 6.0, 3.0, 0.02, 1.1, 1, 0, 0.9)
        return Finish({"a": faults}, {"no_person": 2}, {}, RED)

    monkeypatch.setattr("tryon.evaluation.finish.unpaired", lambda *given: [])
    monkeypatch.setattr("tryon.evaluation.finish.evaluate_finish", evaluate_finish)
    arguments = ["evaluate", "finish", "data", "--limit", "3", "--sheet", "f.png"]
    assert cli.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "a: skin 4.0"
    assert ["left", "2.0%", "2.0%", "1"] in [line.split() for line in lines]
    assert lines[-1] == "- refused, no_person: 2"
    assert asked == [(Path("data"), 3)]
    np.testing.assert_array_equal(read_photo("f.png").pixels, RED)
    assert cli.main([*arguments, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["pairs"], answer["measured"]) == (3, 1)
    assert answer["limb"] == {"mean": 6.0, "p90": 6.0, "of": 1}


def test_what_evaluate_refuses(folder, fails):
    assert "Missing command" in fails("evaluate")
    assert "Missing argument 'DATA'" in fails("evaluate", "--json")
    assert "no file nowhere" in fails("evaluate", "strangers", "nowhere")
    assert "no folder nowhere" in fails("evaluate", "finish", "nowhere")
    assert ".png, .jpg or .webp" in fails("evaluate", "design", "--sheet", "s.pdf")
    assert ".png, .jpg or .webp" in fails("evaluate", "finish", ".", "--sheet", "s.pdf")
    assert "no folder nowhere" in fails("evaluate", "nowhere")
    assert "'hats' is not one of 'pairs'" in fails("evaluate", ".", "--only", "hats")
    assert 'no split "test"' in fails("evaluate", ".", "--split", "test")


def test_bench_passes_its_options_on(folder, capsys, monkeypatch):
    asked = []

    def bench(load, runs, sizes):
        asked.append((runs, sizes))
        return {"sizes": {}}

    monkeypatch.setattr("tryon.evaluation.bench.bench", bench)
    sizes = ["--size", "160x200", "--size", "300x400"]
    assert cli.main(["bench", "--json", "--runs", "2", *sizes]) == 0
    assert json.loads(capsys.readouterr().out) == {"sizes": {}}
    assert asked == [(2, {"160x200": (200, 160), "300x400": (400, 300)})]


@pytest.mark.parametrize("size", ["large", "10x10", "x", "300", "-5x300"])
def test_what_bench_refuses(fails, size):
    assert "is not a size such as 768x1024" in fails("bench", f"--size={size}")


def test_train_hands_over(folder, monkeypatch):
    asked = []
    monkeypatch.setattr("tryon.training.main", lambda *arguments: asked.append(arguments) or 0)
    assert cli.main(["train", "parser", "data", "--out", "runs", "--resume"]) == 0
    assert asked == [("parser", "data", "runs", True)]


def test_train_hands_over_what_was_given(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "tryon.training.main", lambda *arguments, **options: asked.append((arguments, options))
    )
    given = ["--minutes", "3", "--learning-rate", "1e-4", "--threads", "1", "--own", "a"]
    given += ["--own", "b", "--own-share", "0.5", "--start", "w.safetensors", "--cache", "c"]
    assert cli.main(["train", "garment", "data", "--out", "runs", *given]) == 0
    options = {
        "minutes": 3.0,
        "learning_rate": 1e-4,
        "threads": 1,
        "own": [Path("a"), Path("b")],
        "own_share": 0.5,
        "start": Path("w.safetensors"),
        "cache": Path("c"),
    }
    assert asked == [(("garment", "data", "runs", False), options)]


def test_train_heads_hands_over_what_was_given(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "tryon.training.heads.train",
        lambda *arguments, **options: asked.append((arguments, options)),
    )
    given = ["--start", "g.safetensors", "--own", "gallery", "--count", "8", "--seed", "1"]
    assert cli.main(["train", "heads", "data", "--out", "runs", *given]) == 0
    options = {"start": Path("g.safetensors"), "own": [Path("gallery")], "count": 8, "seed": 1}
    assert asked == [((Path("data"), Path("runs")), options)]


def test_every_network_can_be_trained_and_every_option_is_of_one():
    """An option that no network takes would be refused always; one too many would be an error."""
    import inspect

    from tryon.cli import training
    from tryon.training import NETS, heads

    assert set(training.TAKES) == {*NETS, training.HEADS}
    options = set(inspect.signature(training.train).parameters) - {"net", "data", "out"}
    assert options == set.union(*training.TAKES.values())
    assert training.TAKES[training.HEADS] < set(inspect.signature(heads.train).parameters)


def test_training_data_are_made_ready(folder, monkeypatch):
    asked = []

    def record(name):
        return lambda *arguments: asked.append((name, *arguments))

    prepare = "tryon.training.prepare"
    monkeypatch.setattr(f"{prepare}.photos.prepare", record("prepare"))
    monkeypatch.setattr(f"{prepare}.pairs.prepare_pairs", record("pairs"))
    monkeypatch.setattr(f"{prepare}.pairs.renew_starts", record("renew"))
    (folder / "data").mkdir()
    assert cli.main(["data", "prepare", "data"]) == 0
    assert cli.main(["data", "pairs", "data", "--workers", "4", "--out", "o"]) == 0
    assert cli.main(["data", "renew-starts", "data", "--cache", "c"]) == 0
    data, cache = Path("data"), Path("data/cache")
    assert asked == [
        ("prepare", data, cache),
        ("pairs", data, cache, Path("o"), None, 4),
        ("renew", data, Path("c")),
    ]


def test_what_train_refuses(fails):
    assert "unknown network" in fails("train", "nothing", ".", "--out", "runs")
    assert "there is no folder" in fails("train", "parser", "nowhere", "--out", "runs")
    assert "--own is an option of garment, heads, not of text" in fails(
        *("train", "text", "--out", "runs", "--own", "gallery")
    )
    assert "needs DATA and --start" in fails("train", "heads", ".", "--out", "runs")
    assert "there is no folder" in fails("data", "prepare", "nowhere")
    assert "above 0" in fails("data", "pairs", ".", "--workers", "0")


# --- bars and tables ---------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*\w", "", text)


@pytest.fixture
def batch_of_two(folder):
    rows = ["person,garment,prompt,kind", "me.png,red.png,,", "me.png,red.png,[blue],"]
    (folder / "m.csv").write_text("\n".join(rows))
    return ["batch", "m.csv", "--out", "done"]


def test_a_bar_is_drawn_for_somebody_who_watches(batch_of_two, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert cli.main(batch_of_two) == 0
    assert "2/2" in sys.stderr.getvalue()
    assert "me.png: done" in sys.stderr.getvalue()
    assert capsys.readouterr().out.startswith("2 rows: 2 done")


def test_no_bar_is_drawn_with_json(batch_of_two, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert cli.main([*batch_of_two, "--json"]) == 0
    assert sys.stderr.getvalue() == ""
    assert json.loads(capsys.readouterr().out)["done"] == 2


def test_a_failure_under_a_bar_is_one_line_at_the_end(folder, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    (folder / "words.txt").write_text("red top")
    assert cli.main(["lab", "empty-room.png", "words.txt", "-o", "grid"]) == 2
    last = without_colours(sys.stderr.getvalue()).splitlines()[-1]
    assert last.startswith("tryon: No person was found")


def test_a_table_is_drawn_on_a_terminal_and_plain_elsewhere(capsys, monkeypatch):
    head, rows = ["", "draft", "learned"], [["ssim", "0.8", "[b]0.9[/b]"]]
    print_table(head, rows, "ssim 0.8 0.9")
    assert capsys.readouterr().out == "ssim 0.8 0.9\n"
    monkeypatch.setattr(sys, "stdout", Terminal())
    print_table(head, rows, "ssim 0.8 0.9")
    drawn = without_colours(sys.stdout.getvalue())
    assert re.search(r"draft +learned", drawn)
    assert re.search(r"ssim +0.8 +\[b\]0.9", drawn)


# --- the program -------------------------------------------------------------------------------


def test_page_opens_the_page(monkeypatch):
    for status in (0, 2):
        monkeypatch.setattr("tryon.page.serve.main", lambda status=status: status)
        assert cli.main(["page"]) == status


def test_help_and_no_command(capsys):
    for arguments in (["--help"], ["try", "--help"], ["batch", "--help"]):
        assert cli.main(arguments) == 0
        assert "Usage: tryon" in capsys.readouterr().out
    assert cli.main([]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert cli.main(["dance"]) == 2
    assert "dance" in capsys.readouterr().err


COMMANDS = {
    *("try", "batch", "lab", "sheet", "page", "describe", "understand", "bench", "train"),
    *("evaluate", "evaluate .", "evaluate words", "evaluate design", "evaluate strangers"),
    *("evaluate finish", "evaluate report", "data", "data prepare", "data pairs"),
    *("data renew-starts", "data wardrobe", "data studio"),
    *("weights", "weights fetch", "weights list"),
}


def commands_of(group) -> set[str]:
    """Every command there is, groups included, as it is written."""
    found = set()
    for name, command in group.commands.items():
        written = "." if name == DATA else name
        inner = commands_of(command) if hasattr(command, "commands") else set()
        found |= {written, *(f"{written} {one}" for one in inner)}
    return found


def test_every_command_is_listed_here():
    assert commands_of(typer.main.get_command(cli.app)) == COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command, capsys):
    assert cli.main([*command.split(), "--help"]) == 0
    printed = capsys.readouterr()
    assert f"Usage: tryon {command.replace('.', DATA)}" in printed.out
    assert printed.err == ""


@pytest.mark.parametrize("command", ["", "evaluate", "data"])
def test_a_list_of_commands_has_one_line_each(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main([*command.split(), "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    begins = f"{command} ".lstrip().replace(".", DATA)
    for one in COMMANDS:
        name = one.removeprefix(begins).replace(".", DATA)
        if one.startswith(begins) and name and " " not in name:
            (line,) = (line for line in lines if line.startswith(f"│ {name} "))
            assert line.rstrip(" │").endswith(".")


@pytest.mark.parametrize("command", sorted(COMMANDS - {"evaluate"}))
def test_what_no_command_knows_is_one_line_and_2(command, fails):
    said = fails(*command.split(), "--dance")
    assert said.startswith("tryon: No such option: --dance")
    assert said.endswith(" --help)\n")
    assert f"(see tryon {command.replace('.', DATA)} --help)" in said


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "tryon", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)


def test_help_is_instant_and_imports_nothing_heavy():
    started = time.perf_counter()
    assert run("--help").returncode == 0
    seconds = time.perf_counter() - started
    loaded = "import sys; from tryon import cli; cli.main(['--help']); print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "cv2", "mediapipe", "gradio", "numpy", "PIL"} & set(modules)
    assert seconds < 2  # 0.2 on a machine with nothing else to do


def test_a_reader_that_goes_away_is_no_failure():
    """As in `tryon --help | head -1`."""
    command = [sys.executable, "-m", "tryon", "--help"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as done:
        done.stdout.close()
        assert done.stderr.read() == b""
    assert done.returncode == 0


def test_as_a_program_a_failure_is_one_line_and_2():
    done = run("try", "nowhere.jpg", "--prompt", "red dress")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "tryon: There is no file nowhere.jpg. Check the path.\n"


# --- with the real models ----------------------------------------------------------------------


def drawn_shirt() -> Image.Image:
    """A plain green T-shirt on white, as a shop would show it."""
    canvas = np.full((768, 768, 3), 250, np.uint8)
    outline = [(300, 130), (345, 165), (423, 165), (468, 130), (560, 165), (690, 300), (610, 370)]
    outline += [(555, 320), (560, 680), (208, 680), (213, 320), (158, 370), (78, 300), (208, 165)]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], (40, 140, 90), cv2.LINE_AA)
    return Image.fromarray(canvas)


@pytest.fixture(scope="module")
def real():
    return load_tryon()


@pytest.mark.slow
def test_a_real_try_on_changes_the_shirt_and_nothing_else(real, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(LOAD, lambda *_: real)
    person, out = ROOT / "assets" / "people" / "p003-path.jpg", tmp_path / "out.png"
    drawn_shirt().save(tmp_path / "shirt.png")
    arguments = ["try", str(person), str(tmp_path / "shirt.png"), "-o", str(out), "--json"]
    assert cli.main([*arguments, "--stages", str(tmp_path / "stages")]) == 0
    printed = capfd.readouterr()
    assert without_native_remarks(printed.err) == ""
    answer = json.loads(printed.out)
    assert answer["kind"] == "upper"
    before, after = read_photo(person).pixels.astype(int), read_photo(out).pixels.astype(int)
    assert before.shape == after.shape
    changed = (before != after).any(2)
    assert 0.02 < changed.mean() <= answer["changed"] < 0.6
    # What has changed has become green: greener than red by far, most of it.
    greener = (after[..., 1] - after[..., 0])[changed]
    assert (greener > 30).mean() > 0.6
    assert len(list((tmp_path / "stages").iterdir())) == 7


@pytest.mark.slow
def test_a_real_photo_of_nobody_is_one_line_and_2(real, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(LOAD, lambda *_: real)
    y, x = np.mgrid[:600, :450]
    Image.fromarray(((x + y) % 256).astype(np.uint8)).save(tmp_path / "nobody.png")
    drawn_shirt().save(tmp_path / "shirt.png")
    out = tmp_path / "out.png"
    arguments = [str(tmp_path / "nobody.png"), str(tmp_path / "shirt.png"), "-o", str(out)]
    assert cli.main(["try", *arguments]) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    said = without_native_remarks(printed.err)
    assert said.startswith("tryon: No person was found in the photo.")
    assert said.count("\n") == 1
    assert not out.exists()


@pytest.mark.slow
def test_native_libraries_keep_off_stderr_of_the_command(tmp_path):
    """What MediaPipe writes to file descriptor 2 is not ours to show; what Python says is."""
    script = (
        "import os, sys\n"
        "from tryon import cli\n"
        "cli.keep_stderr_for_python()\n"
        "os.write(2, b'W0000 00:00:1.5 7 somewhere.cc:1] native\\n')\n"
        "sys.exit(cli.main(['try', 'nowhere.jpg', 'no.png', '-o', 'out.png']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert done.stderr == "tryon: There is no file nowhere.jpg. Check the path.\n"
