"""Filling holes: values spread, texture continues, grain is measured and made."""

import cv2
import numpy as np
import pytest

from tryon.core.fill import Grain, blur, continue_texture, enlarge, masked_blur, sharpness, spread


def test_spread_keeps_known_values_and_continues_them():
    values = np.zeros((4, 4, 1), np.float32)
    values[:, 0] = 10
    weight = np.zeros((4, 4), np.float32)
    weight[:, 0] = 1
    np.testing.assert_allclose(spread(values, weight)[..., 0], np.full((4, 4), 10), atol=1e-4)


def test_spread_goes_over_smoothly_between_two_values():
    values = np.zeros((32, 64, 3), np.float32)
    values[:, -1] = 100
    weight = np.zeros((32, 64), np.float32)
    weight[:, [0, -1]] = 1
    row = spread(values, weight)[16, :, 0]
    assert row[0] == 0
    assert row[-1] == 100
    assert 30 < row[32] < 70
    assert np.diff(row).min() > -1  # it never turns back


def test_spread_of_nothing_is_nothing():
    assert not spread(np.full((5, 7, 3), 9, np.float32), np.zeros((5, 7), np.float32)).any()


def hole_in(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A hole in the middle and the known rest around it."""
    hole = np.zeros(picture.shape[:2], bool)
    h, w = hole.shape
    hole[h // 3 : 2 * h // 3, 2 * w // 5 : 3 * w // 5] = True
    return hole, ~hole


def test_a_plain_wall_stays_plain():
    wall = np.full((120, 160, 3), (200, 190, 180), np.uint8)
    hole, known = hole_in(wall)
    filled = continue_texture(wall, known, hole)
    assert np.abs(filled[hole] - (200, 190, 180)).max() < 1


def test_stripes_are_continued_as_stripes():
    columns = np.where(np.arange(240) // 10 % 2, 60, 200).astype(np.uint8)
    stripes = np.repeat(np.repeat(columns[None], 180, 0)[..., None], 3, 2)
    hole, known = hole_in(stripes)
    damaged = np.where(hole[..., None], np.uint8(128), stripes)
    filled = continue_texture(damaged, known, hole)
    off = np.abs(filled[hole] - stripes[hole])
    assert np.median(off) < 12
    assert filled[hole].std() > 50  # not a grey mean


def test_only_what_is_known_is_copied():
    picture = np.full((120, 160, 3), (60, 120, 60), np.uint8)
    noise = np.random.default_rng(0).integers(-25, 25, (120, 160, 1))
    picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    hole, known = hole_in(picture)
    person = cv2.dilate(hole.view(np.uint8), np.ones((31, 31), np.uint8)) > 0
    picture[person] = (220, 20, 20)  # a red coat around the hole must not be smeared into it
    filled = continue_texture(picture, known & ~person, hole)
    assert filled[hole][:, 0].max() < 130


def test_a_hole_with_nothing_around_is_grey():
    picture = np.zeros((20, 20, 3), np.uint8)
    hole = np.ones((20, 20), bool)
    assert (continue_texture(picture, ~hole, hole) == 127).all()


def test_no_hole_no_work():
    picture = np.zeros((20, 20, 3), np.uint8)
    hole = np.zeros((20, 20), bool)
    assert not continue_texture(picture, ~hole, hole).any()


def test_enlarging_a_part_equals_the_part_of_the_enlarged():
    small = np.random.default_rng(1).random((12, 9, 3)).astype(np.float32)
    whole = enlarge(small, (27, 36), (0, 0, 27, 36), cv2.INTER_LINEAR)
    part = enlarge(small, (27, 36), (4, 6, 10, 20), cv2.INTER_LINEAR)
    np.testing.assert_allclose(part, whole[6:26, 4:14], atol=1e-4)


@pytest.mark.parametrize("sigma", [0.8, 4, 15])
def test_blur_keeps_the_mean(sigma):
    picture = np.random.default_rng(2).random((90, 120)).astype(np.float32)
    assert blur(picture, sigma).mean() == pytest.approx(picture.mean(), abs=0.02)


def test_masked_blur_sees_only_what_has_weight():
    picture = np.full((40, 40), 50, np.float32)
    picture[:, 20:] = 250
    weight = np.zeros((40, 40), np.float32)
    weight[:, :20] = 1
    assert masked_blur(picture, weight, 5)[20, 18] == pytest.approx(50, abs=0.5)


def test_grain_is_measured_where_the_picture_is_calm():
    flat = np.full((200, 200, 3), 120, np.uint8)
    assert Grain.of(flat).coarse < 1e-3
    generator = np.random.default_rng(3)
    noisy = np.clip(flat + generator.normal(0, 2, (200, 200, 1)), 0, 255).astype(np.uint8)
    grain = Grain.of(noisy)
    assert 1 < grain.fine < 2.5
    busy = noisy.copy()
    busy[:, 60:] = generator.integers(0, 255, (200, 140, 3))
    assert Grain.of(busy).fine < 2.5


def test_grain_is_as_strong_as_asked_and_repeatable():
    sheet = Grain(2.0, 1.0).sheet((300, 700), seed=5)
    assert sheet.shape == (300, 700)
    assert 1.8 < sheet.std() < 3.2
    assert np.array_equal(sheet, Grain(2.0, 1.0).sheet((300, 700), seed=5))
    assert not np.array_equal(sheet, Grain(2.0, 1.0).sheet((300, 700), seed=6))
    assert not Grain(0.0, 0.0).sheet((8, 8)).any()


def test_sharpness_falls_with_blur():
    picture = np.random.default_rng(4).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    sharp = sharpness(picture)
    soft = sharpness(cv2.GaussianBlur(picture, (0, 0), 1.5))
    softer = sharpness(cv2.GaussianBlur(picture, (0, 0), 3))
    assert sharp > 0.9 > soft > softer
    assert sharpness(np.full((50, 50, 3), 7, np.uint8)) == 1.0
