"""Landmarks of garments without sleeves, read off drawn outlines."""

import cv2
import numpy as np
import pytest

import tryon.garment.outline.landmarks
from tryon.core.types import Kind, Limb, Outline
from tryon.garment.outline.landmarks import trace
from tryon.garment.outline.limbs import lone_limb

MIDDLE = 250.0
# Half of an outline, x from the middle and y, from the neck on.
BROAD = [(0, 45), (60, 40), (130, 75), (140, 90), (128, 140), (138, 190), (140, 470), (0, 472)]
SLOPING = [(0, 30), (55, 24), (150, 95), (152, 110), (146, 160), (150, 205), (160, 480), (0, 480)]
STRAPS = [(0, 150), (70, 60), (85, 60), (95, 120), (140, 190), (150, 480), (0, 480)]


# Outlines without sleeves that look as if they had some.
FRILLS = [(0, 75), (45, 50), (120, 75), (195, 150), (170, 190), (128, 165), (130, 470), (0, 472)]
BOWS = [(0, 150), (70, 60), (150, 40), (155, 95), (95, 85), (100, 130), (140, 190), (150, 480)]
PEAKS = [(0, 60), (55, 45), (95, 70), (100, 220), (230, 400), (195, 440), (85, 330), (0, 330)]


def drawn(half: list[tuple[float, float]]) -> np.ndarray:
    path = [(MIDDLE + x, y) for x, y in half] + [(MIDDLE - x, y) for x, y in half[::-1]]
    mask = np.zeros((520, 500), np.uint8)
    cv2.fillPoly(mask, [np.round(path).astype(np.int32)], 1)
    return mask > 0


@pytest.mark.parametrize(
    ("half", "shoulder", "armpit"),
    [
        (BROAD, (135, 82), (138, 190)),
        (SLOPING, (151, 100), (150, 205)),
        (STRAPS, (80, 60), (140, 190)),
    ],
    ids=["broad shoulders", "sloping shoulders", "straps"],
)
def test_armholes_begin_at_the_shoulders_tip(half, shoulder, armpit):
    found = trace(drawn(half), Kind.UPPER)
    for name, (x, y), near in (("SHOULDER", shoulder, 22), ("ARMPIT", armpit, 40)):
        for side, sign in (("LEFT", 1), ("RIGHT", -1)):
            at = found.landmarks[Outline[f"{name}_{side}"], :2]
            assert np.linalg.norm(at - (MIDDLE + sign * x, y)) < near, (name, side, at)


def test_necks_end_where_broad_shoulders_begin():
    found = trace(drawn(BROAD), Kind.UPPER).landmarks
    np.testing.assert_allclose(found[Outline.COLLAR_LEFT, :2], (MIDDLE + 60, 40), atol=12)
    np.testing.assert_allclose(found[Outline.COLLAR_RIGHT, :2], (MIDDLE - 60, 40), atol=12)


def test_both_ends_of_a_flat_neckline_are_found():
    """A boat neck may show a corner on one side alone."""
    left = [(0, 48), (95, 38), (150, 66), (215, 170), (170, 195), (138, 160), (138, 460), (0, 460)]
    right = [(-138, 460), (-138, 160), (-170, 195), (-215, 170), (-150, 66), (-75, 61)]
    path = np.array([(MIDDLE + x, y) for x, y in left + right])
    mask = np.zeros((520, 500), np.uint8)
    cv2.fillPoly(mask, [path.astype(np.int32)], 1)
    for drawn_so in (mask > 0, mask[:, ::-1] > 0):
        found = trace(drawn_so, Kind.UPPER).landmarks
        middle = found[[Outline.ARMPIT_LEFT, Outline.ARMPIT_RIGHT], 0].mean()
        ends = found[[Outline.COLLAR_LEFT, Outline.COLLAR_RIGHT], 0] - middle
        assert min(ends[0], -ends[1]) > 35


@pytest.mark.parametrize("half", [FRILLS, BOWS, PEAKS], ids=["frills", "bows", "peaks"])
def test_what_stands_out_of_a_sleeveless_garment_is_no_sleeve(half):
    mask = drawn(half)
    asked, known = trace(mask, Kind.UPPER), trace(mask, Kind.UPPER, sleeveless=True)
    assert np.isin((Limb.LEFT, Limb.RIGHT), asked.limbs).all()  # so it would be taken for
    np.testing.assert_array_equal(known.limbs, np.where(mask, Limb.BODY, Limb.NONE))
    for side in ("LEFT", "RIGHT"):
        assert known.landmarks[Outline[f"ELBOW_{side}"], 2] == 0
        # Without a sleeve the cuff is the armhole itself.
        for cuff, seam in (("CUFF_OUTER", "SHOULDER"), ("CUFF_INNER", "ARMPIT")):
            at = known.landmarks[[Outline[f"{cuff}_{side}"], Outline[f"{seam}_{side}"]], :2]
            np.testing.assert_array_equal(at[0], at[1])


@pytest.mark.parametrize("even", [True, False])
def test_one_sleeve_of_a_top_seen_from_the_front_is_none(even, monkeypatch):
    """A top that is turned to the side shows one, and is not even."""
    mask = drawn(FRILLS)
    if not even:
        mask[:, 330:] = False
    found = tryon.garment.outline.landmarks.limb_map

    def lopsided(*given):
        limbs = found(*given).copy()
        limbs[limbs == Limb.LEFT] = Limb.BODY
        return limbs

    monkeypatch.setattr("tryon.garment.outline.landmarks.limb_map", lopsided)
    asked = trace(mask, Kind.UPPER)
    known = trace(mask, Kind.UPPER, sleeveless=True)
    assert (lone_limb(asked.limbs) is None) == even
    if even:
        np.testing.assert_array_equal(asked.landmarks, known.landmarks)


def test_a_lone_limb_is_told():
    limbs = np.zeros((10, 10), np.uint8)
    assert lone_limb(limbs) is None
    limbs[:5, :4] = Limb.LEFT
    assert lone_limb(limbs) == 0
    limbs[5:, :4] = Limb.RIGHT
    assert lone_limb(limbs) is None
    limbs[:5, :4] = Limb.BODY
    assert lone_limb(limbs) == 1
