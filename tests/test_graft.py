"""Longer sleeves sewn on: in the garment's own cloth, and nothing else is touched."""

from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from test_design import HEIGHT, WIDTH, lowest, top

from tryon.core.types import Garment, Kind, Limb, Outline, Photo
from tryon.design import dye
from tryon.design.designer import design
from tryon.design.graft import lengthen_sleeves
from tryon.design.tailor import shorten_sleeves
from tryon.words.prompt import understand


def short(rgb=(60, 90, 160), print_rgb=None, **attributes) -> Garment:
    """A short-sleeved top in a picture that has no room for longer ones."""
    garment = shorten_sleeves(top(rgb, print_rgb), "short")
    said = {**garment.attributes, "sleeve": "short", "pattern": "plain", **attributes}
    rows, columns = slice(40, HEIGHT - 10), slice(70, WIDTH - 70)
    landmarks = garment.landmarks.copy()
    landmarks[:, :2] -= (70, 40)
    return replace(
        garment,
        photo=Photo(garment.photo.pixels[rows, columns].copy()),
        alpha=garment.alpha[rows, columns].copy(),
        limbs=garment.limbs[rows, columns].copy(),
        landmarks=landmarks,
        attributes=said,
        attribute_scores=dict.fromkeys(said, 0.9),
    )


def template(**attributes) -> Garment:
    garment = top((235, 235, 233), type="top", pattern="plain", **attributes)
    return replace(garment, attributes={**garment.attributes, "sleeve": "long"})


def moved(before: Garment, after: Garment) -> tuple[int, int]:
    """How far (x, y) the picture's contents moved."""
    mark = Outline.HEM_LEFT
    return tuple(int(v) for v in np.round(after.landmarks[mark, :2] - before.landmarks[mark, :2]))


def test_the_sleeves_are_long_and_the_body_is_as_it_was():
    before = short(print_rgb=(220, 120, 40), pattern="graphic")
    made = lengthen_sleeves(before, template())
    x, y = moved(before, made)
    assert x >= 0
    assert made.photo.width > before.photo.width  # the picture grew
    height, width = before.photo.size
    part = (slice(y, y + height), slice(x, x + width))
    body = before.limbs == Limb.BODY
    assert np.array_equal(made.limbs[part] == Limb.BODY, body)
    assert np.array_equal(made.photo.pixels[part][body], before.photo.pixels[body])
    for limb in (Limb.LEFT, Limb.RIGHT):
        assert lowest(made, limb) - y > lowest(before, limb) + 80
        assert (made.limbs == limb).sum() > 1.5 * (before.limbs == limb).sum()
    assert not made.limbs[made.alpha < 128].any()


def test_the_sleeves_have_the_garments_colour():
    made = lengthen_sleeves(short(), template())
    sleeve = cv2.erode((made.limbs == Limb.LEFT).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    body = cv2.erode((made.limbs == Limb.BODY).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    lab = dye.to_lab(made.photo.pixels)
    apart = np.median(lab[sleeve], axis=0) - np.median(lab[body], axis=0)
    assert np.linalg.norm(apart) < 8
    assert lab[sleeve][:, 0].std() > 1  # with folds


def test_there_is_no_gap_at_the_seam():
    made = lengthen_sleeves(short(), template())
    for side, limb in (("LEFT", Limb.LEFT), ("RIGHT", Limb.RIGHT)):
        shoulder, armpit = (made.point(Outline[f"{m}_{side}"]) for m in ("SHOULDER", "ARMPIT"))
        y = int((shoulder[1] + armpit[1]) / 2)
        both = np.flatnonzero(np.isin(made.limbs[y], [Limb.BODY, limb]))
        assert (made.alpha[y, both.min() + 2 : both.max() - 1] == 255).all()


def test_landmarks_come_with_the_sleeves():
    made = lengthen_sleeves(short(), template())
    for side, limb in (("LEFT", Limb.LEFT), ("RIGHT", Limb.RIGHT)):
        cuff = made.point(Outline[f"CUFF_OUTER_{side}"])
        rows, columns = np.nonzero(made.limbs == limb)
        assert np.hypot(columns - cuff[0], rows - cuff[1]).min() < 4
        assert abs(cuff[1] - rows.max()) < 12
        assert made.point(Outline[f"ELBOW_{side}"])[1] < cuff[1] - 60


def test_patterned_cloth_goes_on_down_the_sleeve():
    garment = short((235, 235, 235), pattern="striped")
    pixels = garment.photo.pixels.copy()
    pixels[np.arange(len(pixels)) % 30 < 15] = (30, 50, 110)
    made = lengthen_sleeves(replace(garment, photo=Photo(pixels)), template())
    sleeve = cv2.erode((made.limbs == Limb.LEFT).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    light = dye.to_lab(made.photo.pixels)[..., 0][sleeve]
    assert 0.3 < (light < 45).mean() < 0.7
    assert (light > 65).mean() > 0.25
    elbow, cuff = (
        (made.point(Outline[f"{a}_LEFT"]) + made.point(Outline[f"{b}_LEFT"])) / 2
        for a, b in (("CUFF_OUTER", "CUFF_INNER"), ("ELBOW", "ELBOW"))
    )
    line = cuff + np.linspace(0.1, 0.9, 80)[:, None] * (elbow - cuff)
    along = made.photo.pixels[line[:, 1].astype(int), line[:, 0].astype(int)].mean(axis=1) > 130
    assert (along[1:] != along[:-1]).sum() >= 4  # the stripes run around it


@pytest.mark.parametrize(
    "garment",
    [
        top(),
        short(sleeve="sleeveless"),
        replace(short(), worn=True),
        replace(short(), landmarks=np.zeros((len(Outline), 3), np.float32)),
        replace(short(), kind=Kind.DRESS),
    ],
    ids=["long", "sleeveless", "worn", "unknown", "dress"],
)
def test_what_cannot_be_done_is_left(garment):
    assert lengthen_sleeves(garment, template()) is None


class Rack:
    """A gallery of one template."""

    def __init__(self) -> None:
        self.items = [
            SimpleNamespace(
                template=True, kind=Kind.UPPER, attributes={"type": "top", "sleeve": "long"}
            )
        ]

    def garment(self, item) -> Garment:
        return template()


@pytest.mark.parametrize(
    ("words", "least", "most"), [("long sleeves", 260, 320), ("3/4 sleeves", 160, 255)]
)
def test_words_lengthen_them_and_it_is_told(words, least, most):
    before = short()
    made = design(before, understand(words), gallery=Rack())
    assert [note.code for note in made.notes] == ["sleeves_added"]
    assert made.attributes["sleeve"] == understand(words).attributes["sleeve"]
    reach = lowest(made, Limb.LEFT) - moved(before, made)[1]
    assert least < reach < most


def test_without_a_gallery_it_is_told_that_it_cannot_be_shown():
    made = design(short(), understand("long sleeves"))
    assert [note.code for note in made.notes] == ["words_not_shown"]
    assert made.attributes["sleeve"] == "short"


def test_sleeves_and_colour_at_once():
    made = design(short(), understand("long sleeves, red"), gallery=Rack())
    lab = dye.to_lab(made.photo.pixels)
    sleeve = cv2.erode((made.limbs == Limb.RIGHT).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert np.linalg.norm(np.median(lab[sleeve], axis=0) - dye.colour_named("red")) < 12
