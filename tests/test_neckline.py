"""The front neckline, found on drawn tops."""

import dataclasses

import cv2
import numpy as np
import pytest
from figures import flat_skirt, flat_tee

from tryon.core.types import Garment, Limb, Outline, Photo
from tryon.garment.outline.neckline import front_neckline, stands_up


def tee_with_inside(depth: int, inside=(20, 40, 90)) -> Garment:
    """A tee whose neck hole shows the inside of the back down to `depth` pixels."""
    tee = flat_tee()
    limbs = tee.limbs.copy()
    cv2.fillPoly(limbs, [np.array([(155, 40), (245, 40), (245, 130), (155, 130)])], int(Limb.BODY))
    pixels = tee.photo.pixels.copy()
    hole = np.zeros(limbs.shape, np.uint8)
    cv2.ellipse(hole, (200, 42), (40, depth), 0, 0, 180, 1, -1)
    pixels[hole > 0] = inside
    marks = tee.landmarks.copy()
    marks[Outline.COLLAR_CENTRE] = (200, 42, 1)  # the back's edge, as an outline alone gives it
    alpha = ((limbs > 0) * 255).astype(np.uint8)
    return dataclasses.replace(tee, photo=Photo(pixels), limbs=limbs, alpha=alpha, landmarks=marks)


@pytest.mark.parametrize("depth", [20, 35, 55])
def test_depth_is_read_off_the_picture(depth):
    neckline = front_neckline(tee_with_inside(depth))
    assert neckline.centre[1] == pytest.approx(42 + depth, abs=5)
    assert neckline.change > 10
    np.testing.assert_allclose(neckline.curve[[0, -1], 0], [240, 160], atol=10)


def opening_of(neckline, size: tuple[int, int]) -> np.ndarray:
    """(H, W) bool: above the neckline."""
    above = np.vstack([neckline.curve, neckline.curve[::-1] * (1, 0)])
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [np.round(above).astype(np.int32)], 1)
    return mask > 0


@pytest.mark.parametrize("label", [False, True])
@pytest.mark.parametrize(("half", "depth"), [(40, 35), (40, 70), (70, 60)])
def test_wide_and_deep_necks_are_found_and_labels_are_no_edge(half, depth, label):
    tee = flat_tee()
    limbs, pixels = tee.limbs.copy(), tee.photo.pixels.copy()
    cv2.fillPoly(limbs, [np.array([(125, 40), (275, 40), (275, 130), (125, 130)])], int(Limb.BODY))
    hole = np.zeros(limbs.shape, np.uint8)
    cv2.ellipse(hole, (200, 40), (half, depth), 0, 0, 180, 1, -1)
    pixels[hole > 0] = (28, 63, 126)  # the same blue in shadow
    if label:
        pixels[46:58, 188:212] = (235, 235, 230)
    marks = tee.landmarks.copy()
    marks[Outline.COLLAR_CENTRE] = (200, 42, 1)
    alpha = ((limbs > 0) * 255).astype(np.uint8)
    wide = dataclasses.replace(tee, photo=Photo(pixels), limbs=limbs, alpha=alpha, landmarks=marks)
    cloth = alpha > 0
    found, true = opening_of(front_neckline(wide), cloth.shape) & cloth, (hole > 0) & cloth
    assert (found & true).sum() > 0.85 * (found | true).sum()


def test_an_empty_neck_hole_is_left_alone():
    assert front_neckline(flat_tee()) is None


@pytest.mark.parametrize("dip", [4, 12])
def test_the_backs_own_edge_is_no_cut_neckline(dip):
    tee = tee_with_inside(35)
    limbs, marks = tee.limbs.copy(), tee.landmarks.copy()
    gone = np.zeros(limbs.shape, np.uint8)
    cv2.ellipse(gone, (200, 40), (40, dip), 0, 0, 180, 1, -1)
    limbs[gone > 0] = 0
    marks[Outline.COLLAR_CENTRE] = (200, 40 + dip, 1)
    alpha = ((limbs > 0) * 255).astype(np.uint8)
    dipped = dataclasses.replace(tee, limbs=limbs, alpha=alpha, landmarks=marks)
    assert front_neckline(dipped).centre[1] == pytest.approx(77, abs=5)


def test_stripes_are_no_neckline():
    tee = tee_with_inside(20)
    pixels = tee.photo.pixels.copy()
    for row in range(70, 400, 16):
        pixels[row : row + 8] = 240
    striped = dataclasses.replace(tee, photo=Photo(pixels))
    assert front_neckline(striped).centre[1] < 75


def test_nothing_to_cut():
    assert front_neckline(flat_skirt()) is None
    assert front_neckline(dataclasses.replace(tee_with_inside(30), worn=True)) is None
    hooded = dataclasses.replace(
        tee_with_inside(30),
        attributes={"neckline": "hooded"},
        attribute_scores={"neckline": 1.0},
    )
    assert front_neckline(hooded) is None


def test_a_plain_top_gets_a_plain_round_neckline():
    same = tee_with_inside(30, inside=(40, 90, 180))  # inside and outside cannot be told apart
    neckline = front_neckline(same)
    assert neckline.change == 0
    assert 50 < neckline.centre[1] < 80


def test_the_gallerys_necks_are_cut_already():
    assert front_neckline(dataclasses.replace(tee_with_inside(30), identifier="tee-white")) is None


def test_a_tube_around_the_neck_is_a_turtleneck():
    tee = flat_tee()
    assert not stands_up(tee.alpha, tee.landmarks)
    alpha, marks = tee.alpha.copy(), tee.landmarks.copy()
    alpha[2:60, 158:243] = 255  # a tube of 85 pixels, 58 high, above the shoulders
    for side, x in (("LEFT", 240), ("RIGHT", 160)):
        marks[Outline[f"COLLAR_{side}"], :2] = x, 3
    assert stands_up(alpha, marks)
    alpha[2:60, 190:210] = 0  # straps
    assert not stands_up(alpha, marks)
    marks[Outline.COLLAR_LEFT, 2] = 0
    assert not stands_up(alpha, marks)
