"""Passes of templates: is a pattern laid where the cloth is known to be?

The template here is made by formula: a body bent as a cylinder and a flat sleeve beside it, so that
each pixel's place on the cloth is known exactly.
"""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from tryon.core.types import Garment, Kind, Limb, Outline, Panels, Photo
from tryon.design import pattern
from tryon.design.designer import design
from tryon.garment import passes
from tryon.garment.gallery import Gallery
from tryon.garment.passes import cloth_at, density, read_passes
from tryon.words.prompt import understand

HEIGHT, WIDTH = 301, 399  # odd: the passes' last pixels are half outside
PER_CM = 8.0  # pixels to a centimetre of cloth that faces the viewer
RADIUS = 17.0  # cm of the cylinder
MIDDLE, LEFT, RIGHT = 150.0, 24, 276  # the cylinder's axis and edges, in pixels
SEAM_X = RIGHT  # where the sleeve begins
BUTTON = (150, 150, 9)  # x, y, radius in pixels
BODY, SLEEVE = 1, 3


def formula(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(s, t) in cm and the panel at picture coordinates (pixel centres at whole numbers)."""
    body = (x >= LEFT - 0.5) & (x < RIGHT - 0.5)
    sleeve = (x >= RIGHT - 0.5) & (x < 380)
    tall = (y >= 20) & (y < 280)
    around = np.arcsin(np.clip((x - MIDDLE) / PER_CM / RADIUS, -1, 1)) * RADIUS
    s = np.where(body, around, 200 + (x - RIGHT) / PER_CM)
    t = y / PER_CM + 3.0 * sleeve
    button = np.hypot(x - BUTTON[0], y - BUTTON[1]) < BUTTON[2]
    panel = np.where(body & tall & ~button, BODY, 0) + np.where(sleeve & tall, SLEEVE, 0)
    return np.stack([s, t], axis=-1), panel


def written(path, size=(HEIGHT, WIDTH)) -> None:
    """The passes' file: a 16-bit PNG of half the size, R, G, B = s, t, panel."""
    rows, columns = -(-size[0] // 2), -(-size[1] // 2)
    y, x = np.mgrid[:rows, :columns] * 2.0 + 0.5  # the middle of four pixels
    cloth, panel = formula(x, y)
    levels = np.where(panel[..., None] > 0, np.round((cloth + 512) * 32), 0)
    channels = [panel, levels[..., 1], levels[..., 0]]  # cv2 writes B, G, R
    cv2.imwrite(str(path), np.stack(channels, axis=-1).astype(np.uint16))


@pytest.fixture(scope="module")
def panels(tmp_path_factory) -> Panels:
    path = tmp_path_factory.mktemp("passes") / "bent.png"
    written(path)
    return read_passes(path, (HEIGHT, WIDTH))


EVERYWHERE = (slice(0, HEIGHT), slice(0, WIDTH))
Y, X = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
TRUE, PANEL = formula(X, Y)


def test_the_file_is_read_as_it_was_written(panels):
    y, x = np.mgrid[:151, :200] * 2.0 + 0.5
    cloth, panel = formula(x, y)
    assert np.array_equal(panels.panel, panel)
    assert np.abs(panels.cloth - cloth)[panel > 0].max() <= 0.5 / 32 + 1e-4
    assert (panels.cloth[panel == 0] == 0).all()


def test_between_its_pixels_the_cloth_is_found(panels):
    found = cloth_at(panels, EVERYWHERE)
    inner = cv2.erode((PANEL == BODY).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert np.abs(found.cloth - TRUE)[inner].max() < 0.06  # cm; a pixel is 0.125
    assert (found.panel[inner] == BODY).all()


def test_a_window_is_a_part_of_the_whole(panels):
    window = (slice(31, 202), slice(64, 301))
    part, whole = cloth_at(panels, window), cloth_at(panels, EVERYWHERE)
    assert np.allclose(part.cloth, whole.cloth[window], atol=0.02)
    assert np.array_equal(part.panel, whole.panel[window])
    assert np.array_equal(part.bare, whole.bare[window])


def test_at_a_seam_there_is_no_cloth_between_the_pieces(panels):
    found = cloth_at(panels, EVERYWHERE).cloth[40:260]
    between = (found[..., 0] > 60) & (found[..., 0] < 199)
    assert not between.any()
    near = np.abs(found - TRUE[40:260])[:, SEAM_X - 6 : SEAM_X + 6]
    assert near[..., 0].max() < 1.2  # cm: at the cylinder's edge a pixel is as wide as that
    assert np.median(near) < 0.1


def test_a_fold_that_hides_cloth_is_no_slope():
    cloth = np.zeros((40, 40, 2), np.float32)
    cloth[:, :20, 0], cloth[:, 20:, 0] = np.arange(20) * 0.2, np.arange(20) * 0.2 + 9.0
    found = cloth_at(Panels(cloth, np.ones((40, 40), np.uint8)), (slice(0, 80), slice(0, 80)))
    assert not ((found.cloth[..., 0] > 4.2) & (found.cloth[..., 0] < 8.8)).any()


def test_a_button_is_no_cloth_and_its_surroundings_are(panels):
    found = cloth_at(panels, EVERYWHERE)
    away = np.hypot(X - BUTTON[0], Y - BUTTON[1])
    assert found.bare[away < BUTTON[2] - 4].all()
    assert not found.bare[away > BUTTON[2] + 4].any()
    assert (found.panel[50:250, 40:370] > 0).all()  # for soft edges it is carried on


def test_the_scale_of_the_cloth(panels):
    assert density(panels) == pytest.approx(PER_CM * 0.85, rel=0.15)  # a part of it faces away


@pytest.mark.parametrize("wrong", ["size", "depth", "missing"])
def test_another_file_is_refused(tmp_path, wrong):
    path = tmp_path / "x.png"
    if wrong == "size":
        written(path, (100, 100))
    elif wrong == "depth":
        cv2.imwrite(str(path), np.zeros((151, 200, 3), np.uint8))
    with pytest.raises(ValueError, match=r"x\.png"):
        read_passes(path, (HEIGHT, WIDTH))


def test_panels_check_themselves():
    with pytest.raises(ValueError, match="cloth"):
        Panels(np.zeros((4, 5, 2), np.float32), np.zeros((4, 4), np.uint8))
    with pytest.raises(ValueError, match="step"):
        Panels(np.zeros((4, 4, 2), np.float32), np.zeros((4, 4), np.uint8), 0.0)


# --- designs -----------------------------------------------------------------------------------


def bent(panels: Panels | None) -> Garment:
    """White cloth, lit from the front, with a black button."""
    button = np.hypot(X - BUTTON[0], Y - BUTTON[1]) < BUTTON[2]
    mask = (PANEL > 0) | button
    turned = np.square(np.clip((X - MIDDLE) / PER_CM / RADIUS, -1, 1))
    light = np.where(PANEL == BODY, np.sqrt(1 - 0.8 * turned), 1)
    pixels = np.repeat(235 * light[..., None], 3, axis=2)
    pixels[button] = 20
    pixels[~mask] = 255
    landmarks = np.zeros((len(Outline), 3), np.float32)
    for name, x, y in (("ARMPIT_LEFT", RIGHT, 80), ("ARMPIT_RIGHT", LEFT, 80)):
        landmarks[Outline[name]] = x, y, 1
    for name, x, y in (("HEM_LEFT", RIGHT, 279), ("HEM_RIGHT", LEFT, 279)):
        landmarks[Outline[name]] = x, y, 1
    said = {"type": "top", "pattern": "plain", "colour": "white"}
    return Garment(
        photo=Photo(np.round(pixels).astype(np.uint8)),
        alpha=mask.astype(np.uint8) * 255,
        limbs=np.where(mask, Limb.BODY, Limb.NONE).astype(np.uint8),
        landmarks=landmarks,
        kind=Kind.UPPER,
        attributes=said,
        attribute_scores=dict.fromkeys(said, 1.0),
        panels=panels,
    )


def crossings(row: np.ndarray) -> np.ndarray:
    """Places where a row of lightness passes its middle."""
    above = row > (row.max() + row.min()) / 2
    return np.flatnonzero(above[1:] != above[:-1])


def test_stripes_run_where_the_cloth_is(panels):
    """Close together at the cylinder's sides, and as wide as they are on cloth in its middle."""
    made = design(bent(panels), understand("vertical navy stripes"))
    row = made.photo.pixels[80, LEFT + 8 : RIGHT - 8].astype(float).mean(axis=1)
    shading = bent(panels).photo.pixels[80, LEFT + 8 : RIGHT - 8].astype(float).mean(axis=1)
    edges = TRUE[80, LEFT + 8 + crossings(row / shading), 0]  # cm on the cloth
    phase = np.mod(edges, pattern.STRIPE_PERIOD) / pattern.STRIPE_PERIOD
    beside = np.minimum(np.abs(phase - 0.3), np.abs(phase - 0.7))
    assert len(edges) >= 12
    assert np.median(beside) < 0.06  # a pixel is 0.04
    assert beside.max() < 0.12
    wide = np.diff(crossings(row / shading))[::2]
    assert wide[0] < 0.7 * wide[len(wide) // 2]


def test_without_passes_it_is_done_as_ever(panels):
    with_them = design(bent(panels), understand("vertical stripes")).photo.pixels
    without = design(bent(None), understand("vertical stripes")).photo.pixels
    assert not np.array_equal(with_them, without)
    row = without[80, LEFT + 8 : RIGHT - 8].astype(float).mean(axis=1)
    wide = np.diff(crossings(row))
    assert wide.max() < 1.6 * np.median(wide)  # evenly over the picture


def test_a_button_is_not_dyed_and_the_cloth_around_it_is(panels):
    made = design(bent(panels), understand("red")).photo.pixels.astype(int)
    x, y, radius = BUTTON
    assert made[y - 2 : y + 3, x - 2 : x + 3].max() < 40
    around = made[y - radius - 8 : y - radius - 4, x - 20 : x + 20]
    assert (around[..., 0] - around[..., 1]).min() > 90


def test_dark_folds_are_cloth(panels):
    """However dark it gets, what is known to be cloth is dyed."""
    garment = bent(panels)
    pixels = garment.photo.pixels.copy()
    pixels[60:240, 60:90] = pixels[60:240, 60:90] // 4
    made = design(replace(garment, photo=Photo(pixels)), understand("red")).photo.pixels
    fold = made[80:220, 65:85].astype(int)
    assert (fold[..., 0] > 1.6 * fold[..., 2]).all()


def test_a_smaller_picture_keeps_its_passes(panels):
    half = replace(panels, step=1.0)
    found = cloth_at(half, (slice(0, 150), slice(0, 199)))
    y, x = np.mgrid[:150, :199] * 2.0 + 0.5
    true, panel = formula(x, y)
    inner = cv2.erode((panel == BODY).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert np.abs(found.cloth - true)[inner].max() < 0.03
    assert density(half) == pytest.approx(density(panels) / 2)


def test_the_gallery_reads_them(tmp_path):
    (tmp_path / "passes").mkdir()
    written(tmp_path / "passes" / "bent.png")
    shown = bent(None)
    rgba = np.dstack([shown.photo.pixels, shown.alpha])
    cv2.imwrite(str(tmp_path / "bent.png"), cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))
    line = {
        "id": "bent", "file": "bent.png", "thumbnail": "bent.png", "size": [WIDTH, HEIGHT],
        "kind": "upper", "category": "tops", "audience": "unisex",
        "name": {"en": "Bent top", "zh": "弯上衣"},
        "attributes": {"type": "top", "colour": "white", "pattern": "plain"},
        "template": True, "inside": [], "source": "", "licence": "MIT",
        "landmarks": {"armpit_left": [RIGHT, 80], "armpit_right": [LEFT, 80]},
        "passes": "passes/bent.png", "cloth": [235, 235, 235],
    }  # fmt: skip
    (tmp_path / "gallery.json").write_text(json.dumps([line]), encoding="utf-8")
    gallery = Gallery.load(tmp_path)
    item = gallery.items[0]
    assert item.passes == tmp_path / "passes" / "bent.png"
    assert item.cloth == (235, 235, 235)
    garment = gallery.garment(item)
    assert garment.panels.panel.shape == (151, 200)
    assert passes.density(garment.panels) > 1
    line["cloth"] = [235, 300, 0]
    (tmp_path / "gallery.json").write_text(json.dumps([line]), encoding="utf-8")
    with pytest.raises(ValueError, match="cloth"):
        Gallery.load(tmp_path)


def passes_index(line: dict) -> str:
    import json

    return json.dumps([line])
