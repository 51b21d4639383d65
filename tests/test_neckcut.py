"""Necklines cut anew: is the neck as open as asked for, its edge bound, and the rest left alone?"""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tryon.core.types import Garment, Kind, Limb, Outline, Photo
from tryon.design.designer import design
from tryon.design.neckcut import cut_neckline
from tryon.words.prompt import understand

HEIGHT, WIDTH = 480, 500
PER_CM = 5.0  # pixels: the chest is 250 of them
NECK, DEPTH = (200, 300), 45  # columns of the neck's sides, depth in pixels
CLOTH, BAND = (90, 120, 170), (200, 60, 60)
ARC = DEPTH * (1 - np.square((np.arange(WIDTH) - 250) / 50.0))  # of the old neck, by column
TOP = 40


def tee(back: bool = False, **attributes: str) -> Garment:
    """A T-shirt with a round neck, bound with a red band of 1.6 cm.

    back: the inside of its back, darker, is seen through the neck; else the neck is empty.
    """
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    shape = [[300, 40], [380, 60], [470, 150], [430, 200], [375, 150], [375, 450]]
    shape += [[500 - x, y] for x, y in reversed(shape)]
    cv2.fillPoly(mask, [np.array(shape)], 255)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    neck = (y < TOP + ARC[None]) & (x > NECK[0]) & (x < NECK[1])
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    pixels[mask > 0] = CLOTH
    pixels[(y < TOP + ARC[None] + 1.6 * PER_CM) & (x > 190) & (x < 310) & (mask > 0)] = BAND
    pixels[neck] = (40, 50, 75)
    alpha = mask if back else np.where(neck, 0, mask).astype(np.uint8)
    limbs = np.where(alpha > 0, Limb.BODY, Limb.NONE).astype(np.uint8)
    landmarks = np.zeros((len(Outline), 3), np.float32)
    for name, (px, py) in {
        "COLLAR_LEFT": (300, 40), "COLLAR_RIGHT": (200, 40), "COLLAR_CENTRE": (250, 85),
        "SHOULDER_LEFT": (380, 60), "SHOULDER_RIGHT": (120, 60),
        "ARMPIT_LEFT": (375, 150), "ARMPIT_RIGHT": (125, 150),
        "HEM_LEFT": (375, 450), "HEM_RIGHT": (125, 450),
    }.items():  # fmt: skip
        landmarks[Outline[name]] = px, py, 1
    said = {"type": "t-shirt", "neckline": "crew", "pattern": "plain", **attributes}
    return Garment(
        Photo(pixels), alpha, limbs, landmarks, Kind.UPPER, said, dict.fromkeys(said, 0.9)
    )


def depths(garment: Garment) -> np.ndarray:
    """(WIDTH,) the first row of cloth in each column."""
    return (garment.alpha >= 128).argmax(axis=0)


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("neckline", ["v", "scoop"])
def test_the_neck_is_cut_deeper(neckline, back):
    garment = tee(back)
    made = cut_neckline(garment, neckline)
    after = depths(made)
    assert after[250] > TOP + DEPTH + 3 * PER_CM  # cm deeper
    inside = slice(NECK[0] + 3, NECK[1] - 3)
    assert (after[inside] >= TOP + ARC[inside]).all()  # nothing of the old edge is left
    assert (made.alpha <= garment.alpha).all()
    assert np.array_equal(made.alpha[200:], garment.alpha[200:])
    assert np.array_equal(made.photo.pixels[250:], garment.photo.pixels[250:])


def test_a_v_is_pointed_and_a_scoop_is_round():
    v, scoop = (depths(cut_neckline(tee(), name)) for name in ("v", "scoop"))
    assert v[250] - v[230] > 4 * PER_CM * 0.6
    assert scoop[250] - scoop[230] < 1.5 * PER_CM
    assert abs(int(v[230]) - int(v[270])) <= 1


def test_the_collar_moves_with_the_cut():
    made = cut_neckline(tee(), "v")
    tip = made.point(Outline.COLLAR_CENTRE)
    assert abs(tip[1] - depths(made)[250]) <= 2
    left, right = made.point(Outline.COLLAR_LEFT), made.point(Outline.COLLAR_RIGHT)
    assert left[0] > 300
    assert right[0] < 200
    assert left[0] - 250 == pytest.approx(250 - right[0], abs=2)
    for x, y in (left, right):  # on the shoulders' upper edge
        assert made.mask[int(y) - 4 : int(y) + 6, int(x) - 6 : int(x) + 7].any()
    assert np.array_equal(made.landmarks[Outline.HEM_LEFT], tee().landmarks[Outline.HEM_LEFT])
    assert not made.limbs[made.alpha < 128].any()


@pytest.mark.parametrize("back", [False, True])
def test_the_edge_is_bound_in_the_bands_colour(back):
    made = cut_neckline(tee(back), "v")
    tip = int(depths(made)[250])
    band = made.photo.pixels[tip + 4 : tip + 8, 249:252].reshape(-1, 3).astype(int)
    assert (band[:, 0] > band[:, 2] + 40).all()
    cloth = made.photo.pixels[tip + 40 : tip + 60, 240:260].reshape(-1, 3)
    assert np.abs(cloth.astype(int) - CLOTH).max() <= 2
    side = made.photo.pixels[100, : WIDTH // 2].astype(int)
    assert ((side[:, 0] > side[:, 2] + 40) & (made.alpha[100, :250] > 250)).sum() > 1.2 * PER_CM


def test_a_soft_edge():
    alpha = cut_neckline(tee(), "scoop").alpha
    assert ((alpha > 0) & (alpha < 255)).sum() > 60


@pytest.mark.parametrize(
    "attributes",
    [{"neckline": "collar"}, {"neckline": "turtleneck"}, {"neckline": "hooded"}, {"type": "shirt"}],
)
def test_what_has_a_collar_is_left(attributes):
    assert cut_neckline(tee(**attributes), "v") is None


@pytest.mark.parametrize("neckline", ["crew", "turtleneck", "collar", "hooded", "off-shoulder"])
def test_cloth_is_not_added(neckline):
    assert cut_neckline(tee(neckline="v"), neckline) is None


def test_a_neck_too_deep_for_a_boat_neck_is_left():
    assert cut_neckline(tee(), "boat") is None


def test_without_landmarks_nothing_is_cut():
    landmarks = tee().landmarks.copy()
    landmarks[Outline.SHOULDER_LEFT, 2] = 0
    assert cut_neckline(replace(tee(), landmarks=landmarks), "v") is None


def test_words_cut_it():
    made = design(tee(), understand("with a v-neck, in black"))
    assert made.attributes["neckline"] == "v"
    assert made.attributes["colour"] == "black"
    assert made.notes == ()
    assert depths(made)[250] > TOP + DEPTH + 3 * PER_CM
    kept = design(tee(neckline="v"), understand("v-neck"))
    assert np.array_equal(kept.alpha, tee().alpha)


def test_a_neckline_that_cannot_be_cut_is_told():
    made = design(tee(neckline="collar", type="polo"), understand("v-neck"))
    assert [note.code for note in made.notes] == ["words_not_shown"]
    assert np.array_equal(made.alpha, tee().alpha)
