"""The contact sheet: everything in its place, failures in words."""

import numpy as np
import pytest
from fake import RED, FakeTryOn
from PIL import Image

from tryon.core.errors import TryOnError
from tryon.report.sheet import contact_sheet, list_pictures


@pytest.fixture
def folders(tmp_path):
    people, garments = tmp_path / "people", tmp_path / "garments"
    people.mkdir()
    garments.mkdir()
    Image.new("RGB", (150, 200), (90, 160, 240)).save(people / "a.png")
    Image.new("RGB", (150, 200)).save(people / "b-nobody.png")
    Image.fromarray(RED).save(garments / "red.png")
    Image.new("RGB", (150, 200), (30, 180, 60)).save(garments / "green.png")
    Image.new("RGB", (150, 200), (255, 255, 255)).save(garments / "white.png")
    (garments / "broken.jpg").write_bytes(b"not a picture")
    (people / "notes.txt").write_text("not a picture either")
    return people, garments


def centre(sheet, row, column, height):
    """Colour in the middle of a tile."""
    width = round(height * 3 / 4)
    return sheet.pixels[6 + row * (height + 6) + height // 2, 6 + column * (width + 6) + width // 2]


def test_people_are_rows_and_garments_columns(folders):
    fake = FakeTryOn()
    sheet, log = contact_sheet(fake, *folders, height=160)
    assert sheet.size == (3 * 166 + 6, 5 * 126 + 6)
    # columns: broken, green, red, white
    assert centre(sheet, 1, 0, 160).tolist() == [90, 160, 240]
    assert centre(sheet, 0, 2, 160).tolist() == [30, 180, 60]
    assert centre(sheet, 1, 2, 160).tolist() == [30, 180, 60]
    assert centre(sheet, 1, 3, 160).tolist() == [200, 30, 40]
    errors = {(entry["person"], entry["garment"]): entry.get("error") for entry in log}
    assert errors == {
        ("a.png", "broken.jpg"): "unreadable_image",
        ("a.png", "green.png"): None,
        ("a.png", "red.png"): None,
        ("a.png", "white.png"): "no_garment",
        ("b-nobody.png", "broken.jpg"): "no_person",
        ("b-nobody.png", "green.png"): "no_person",
        ("b-nobody.png", "red.png"): "no_person",
        ("b-nobody.png", "white.png"): "no_person",
    }
    done = [entry for entry in log if "error" not in entry]
    assert all(entry["confidence"] == 0.5 and entry["seconds"] > 0 for entry in done)


def test_a_failure_is_written_on_its_tile(folders):
    sheet, _ = contact_sheet(FakeTryOn(), *folders, height=240)
    tile = sheet.pixels[6 + 240 + 6 :][:240, 6 + 4 * 186 :][:, :180].astype(int)
    assert ((tile[..., 0] - tile[..., 1]) > 60).sum() > 100  # red letters


def test_a_limit_takes_the_first_of_both(folders):
    _, log = contact_sheet(FakeTryOn(), *folders, height=64, limit=1)
    assert [(entry["person"], entry["garment"]) for entry in log] == [("a.png", "broken.jpg")]


def test_single_pictures_do_as_well(folders):
    people, garments = folders
    _, log = contact_sheet(FakeTryOn(), people / "a.png", garments / "red.png", height=64)
    assert len(log) == 1


def test_progress_is_told_pair_by_pair(folders):
    lines = []
    contact_sheet(FakeTryOn(), *folders, height=64, progress=lines.append)
    assert len(lines) == 8
    assert lines[0] == "a.png + broken.jpg: unreadable_image"


@pytest.mark.parametrize("height", [8, 20_000])
def test_senseless_sizes_are_refused(folders, height):
    with pytest.raises(TryOnError, match="cannot be made"):
        contact_sheet(FakeTryOn(), *folders, height=height)


def test_folders_without_pictures(tmp_path):
    with pytest.raises(TryOnError, match="no folder missing"):
        list_pictures(tmp_path / "missing")
    with pytest.raises(TryOnError, match="no pictures in"):
        list_pictures(tmp_path)


def test_tall_and_wide_pictures_are_shown_whole(tmp_path):
    pixels = np.zeros((400, 130, 3), np.uint8)
    pixels[:] = 90
    pixels[:20], pixels[-20:] = (0, 255, 0), (0, 0, 255)
    Image.fromarray(pixels).save(tmp_path / "tall.png")
    Image.fromarray(RED).save(tmp_path / "red.png")
    sheet, _ = contact_sheet(FakeTryOn(), tmp_path / "tall.png", tmp_path / "red.png", height=200)
    tile = sheet.pixels[6 + 206 :][:200, 6:156]
    assert tile[2, 75].tolist() == [0, 255, 0]
    assert tile[-3, 75].tolist() == [0, 0, 255]
