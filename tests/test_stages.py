"""The pictures of how a result was made."""

import cv2
import numpy as np
import pytest
from fake import RED, FakeTryOn

from tryon.core.types import Part, Photo
from tryon.report.stages import PARTS, draw_stages

STAGES = ["pose", "parts", "region", "cutout", "warp", "body", "result"]


def result_of(height: int = 400, width: int = 300):
    y, x = np.mgrid[:height, :width]
    pixels = np.dstack([x * 255 / width, y * 255 / height, 0 * x + 90]).astype(np.uint8)
    return FakeTryOn()(Photo(pixels), Photo(RED))


def test_every_stage_in_the_order_of_the_flow():
    result = result_of()
    stages = draw_stages(result)
    assert list(stages) == STAGES
    for name, picture in stages.items():
        assert picture.dtype == np.uint8
        assert picture.ndim == 3
        assert picture.shape[2] == 3
        if name not in ("cutout", "parts"):
            assert picture.shape[:2] == result.photo.size
    assert stages["cutout"].shape[:2] == result.garment.photo.size


def test_result_and_body_are_the_pictures_themselves():
    result = result_of()
    stages = draw_stages(result)
    np.testing.assert_array_equal(stages["result"], result.photo.pixels)
    open_ = result.composite.coverage == 0
    np.testing.assert_array_equal(stages["body"][open_], result.composite.body[open_])


def test_without_the_old_garment_shows_nothing_of_the_old_garment():
    """Under the new garment nobody painted the old one away."""
    result = result_of()
    picture, covered = draw_stages(result)["body"], result.composite.coverage == 255
    assert set(np.unique(picture[covered])) == {230, 244}  # the checkerboard


def test_every_drawing_shows_something_of_its_own():
    result = result_of()
    stages = draw_stages(result, legend=False)
    photo = result.person.photo.pixels
    for name in ("pose", "parts", "region", "warp"):
        assert np.abs(stages[name].astype(int) - photo).mean() > 5, name
    for first in STAGES:
        for second in STAGES:
            if first < second and stages[first].shape == stages[second].shape:
                assert not np.array_equal(stages[first], stages[second])


def test_the_region_keeps_its_colours_and_the_outside_is_grey():
    result = result_of()
    picture = draw_stages(result)["region"]
    deep = np.zeros_like(result.region)
    deep[120:280, 90:210] = True  # well inside, away from the outline
    np.testing.assert_array_equal(picture[deep], result.person.photo.pixels[deep])
    assert (picture[:90].max(2) == picture[:90].min(2)).all()


def test_parts_are_painted_in_their_own_colours():
    result = result_of()
    picture = draw_stages(result, legend=False)["parts"]
    grey = cv2.cvtColor(result.person.photo.pixels, cv2.COLOR_RGB2GRAY)[..., None]
    paint = (picture - 0.32 * grey) / 0.68
    for (y, x), part in (((300, 150), Part.UPPER), ((75, 150), Part.FACE)):
        np.testing.assert_allclose(paint[y, x], PARTS[part][0], atol=2)


def test_the_legend_names_only_what_is_there_and_lies_below():
    result = result_of()
    with_legend = draw_stages(result)["parts"]
    without = draw_stages(result, legend=False)["parts"]
    np.testing.assert_array_equal(with_legend[: len(without)], without)
    strip = with_legend[len(without) :]
    assert len(strip) > 10
    colours = {tuple(colour) for colour in strip.reshape(-1, 3)}
    assert PARTS[Part.UPPER][0] in colours
    assert PARTS[Part.SKIRT][0] not in colours


def test_every_part_has_a_colour_of_its_own_and_two_names():
    assert set(PARTS) == set(Part) - {Part.BACKGROUND}
    assert len({colour for colour, *_ in PARTS.values()}) == len(PARTS)
    assert all(english and chinese for _, english, chinese in PARTS.values())


@pytest.mark.parametrize("size", [(2000, 1500), (150, 900), (128, 128)])
def test_large_photos_are_drawn_small_and_small_ones_as_they_are(size):
    stages = draw_stages(result_of(*size), long_side=512, legend=False)
    for picture in stages.values():
        assert max(picture.shape[:2]) <= 512
    if max(size) <= 512:
        assert stages["pose"].shape[:2] == size
