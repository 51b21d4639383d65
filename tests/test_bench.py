"""The benchmark, with a fitting room whose time and memory are known."""

import json
import mmap
import sys
import time
from dataclasses import replace

import pytest
from fake import RED, FakeTryOn
from PIL import Image

from tryon.core.errors import TryOnError
from tryon.evaluation.bench import bench, table

SIZES = {"160x200": (200, 160), "256x320": (320, 256)}


class Slow(FakeTryOn):
    """Sleeps 20 ms in one step and holds 80 MB for 40 ms in the next."""

    def __call__(self, *arguments, **options):
        seconds = {}
        started = time.perf_counter()
        result = super().__call__(*arguments, **options)
        time.sleep(0.02)
        seconds["rest"] = time.perf_counter() - started
        with mmap.mmap(-1, 80_000_000) as hog:  # new to the process, whatever it has free
            for page in range(0, len(hog), mmap.PAGESIZE):
                hog[page] = 1
            time.sleep(0.04)
        seconds["hog"] = time.perf_counter() - started - seconds["rest"]
        seconds["total"] = time.perf_counter() - started
        return replace(result, seconds=seconds)


@pytest.fixture
def folders(tmp_path):
    for name, count in (("people", 2), ("garments", 3)):
        (tmp_path / name).mkdir()
        for number in range(count):
            Image.fromarray(RED + number).save(tmp_path / name / f"{number}.png")
    return tmp_path / "people", tmp_path / "garments"


def test_the_figures_are_the_ones_that_were_spent(folders):
    report = bench(Slow, 4, SIZES, *folders)
    assert report["first_seconds"] > 0.06
    assert report["load_seconds"] >= 0
    assert list(report["sizes"]) == list(SIZES)
    for figures in report["sizes"].values():
        assert (figures["runs"], figures["failures"]) == (4, 0)
        steps = figures["steps"]
        assert list(steps) == ["read", "rest", "hog", "try-on", "write", "all"]
        for row in steps.values():
            assert 0 < row["median"] <= row["p95"]
        assert steps["rest"]["median"] > 0.02
        assert steps["hog"]["median"] > 0.04
        assert steps["try-on"]["median"] > steps["rest"]["median"] + 0.03
        assert steps["all"]["median"] > steps["try-on"]["median"]
    json.dumps(report)


@pytest.mark.skipif(sys.platform != "linux", reason="memory a step is read from /proc")
def test_memory_is_given_to_the_step_that_held_it(folders):
    steps = bench(Slow, 4, {"160x200": (200, 160)}, *folders)["sizes"]["160x200"]["steps"]
    assert steps["hog"]["peak_megabytes"] > steps["read"]["peak_megabytes"] + 60
    assert steps["all"]["peak_megabytes"] >= steps["hog"]["peak_megabytes"]


def test_photos_have_the_size_asked_for_and_pictures_take_turns(folders):
    fake = FakeTryOn()
    bench(lambda: fake, 6, {"256x320": (320, 256)}, *folders)
    measured = fake.calls[1:]  # the first is for warming up
    assert len(measured) == 6
    assert {call[0].size for call in measured} == {(320, 256)}
    pairs = {tuple(int(photo.pixels[0, 0, 1]) for photo in call[:2]) for call in measured}
    assert len(pairs) == 6  # 2 people x 3 garments, each once


def test_failed_try_ons_are_counted_and_do_not_stop_it(folders):
    class Never(FakeTryOn):
        def __call__(self, *arguments, **options):
            raise TryOnError("no_person")

    report = bench(Never, 3, {"160x200": (200, 160)}, *folders)
    assert report["first_seconds"] is None
    assert report["sizes"]["160x200"] == {"runs": 3, "failures": 3, "steps": {}}
    assert "first try-on failed" in table(report)


def test_the_table_shows_every_step_of_every_size(folders):
    text = table(bench(FakeTryOn, 2, SIZES, *folders))
    for word in (*SIZES, "read", "person", "fusion", "try-on", "write", "all", "median", "p95"):
        assert word in text


def test_without_sample_pictures_it_says_so(tmp_path, folders):
    (tmp_path / "bare").mkdir()
    with pytest.raises(TryOnError, match="no sample pictures in bare"):
        bench(FakeTryOn, 2, SIZES, tmp_path / "bare", folders[1])
