"""The own wardrobe as teacher: labels that are exactly those of the picture."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.core.types import Outline
from tryon.core.vocabulary import ATTRIBUTES
from tryon.design import dye
from tryon.training.data import wardrobe as wardrobes
from tryon.training.data.garments import Garments, Piece
from tryon.training.data.wardrobe import (
    COLOURS,
    PATTERNS,
    USUAL_COLOURS,
    Draft,
    Wardrobe,
    allowed,
    describe_dye,
    lay_ground,
    write,
)
from tryon.words.prompt import understand

SIZE = (160, 120)  # height, width of the gallery's pictures and of the canvas

LANDMARKS = {
    "shoulder_left": [99, 21],
    "shoulder_right": [20, 21],
    "hem_left": [99, 139],
    "hem_right": [20, 139],
}


def line(name: str, **attributes: str) -> dict:
    return {
        "id": name,
        "file": f"{name}.png",
        "thumbnail": f"{name}.png",
        "size": [SIZE[1], SIZE[0]],
        "kind": "upper",
        "category": "tops",
        "audience": "unisex",
        "name": {"en": name, "zh": name},
        "attributes": attributes,
        "template": False,
        "landmarks": LANDMARKS,
        "inside": [[[40, 20], [80, 20], [80, 36], [40, 36]]],
        "source": "a test",
        "licence": "CC0-1.0",
    }


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Path:
    """A plain grey tee and a blue denim shirt: rectangles with some light on them."""
    folder = tmp_path_factory.mktemp("gallery")
    lines = [
        line("tee", type="t-shirt", colour="grey", pattern="plain", sleeve="short"),
        line("denim", type="shirt", colour="blue", pattern="plain", fabric="denim"),
    ]
    light = np.linspace(-12, 12, SIZE[1])[:, None]
    for one, colour in zip(lines, ((150, 150, 150), (60, 80, 120)), strict=True):
        picture = np.zeros((*SIZE, 4), np.uint8)
        cloth = np.broadcast_to(np.array(colour) + light, (120, *light.shape[:1], 3))
        picture[20:140, 20:100, :3] = cloth[:, 20:100, ::-1]
        picture[20:140, 20:100, 3] = 255
        cv2.imwrite(str(folder / one["file"]), picture)
    (folder / "gallery.json").write_text(json.dumps(lines))
    return folder


@pytest.fixture(scope="module")
def wardrobe(gallery) -> Wardrobe:
    return Wardrobe([gallery])


def test_the_same_seed_writes_the_same_files(wardrobe, tmp_path, monkeypatch):
    monkeypatch.setattr(wardrobes, "PICTURE_SIZE", (96, 64))
    for name, seed in (("one", 4), ("again", 4), ("other", 5)):
        write(wardrobe, tmp_path / name, 3, seed)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 3 + 3 + 1
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "again" / file).read_bytes()
    labels = (tmp_path / "one" / "labels.jsonl").read_text()
    assert labels != (tmp_path / "other" / "labels.jsonl").read_text()
    for text in labels.splitlines():
        found = json.loads(text)
        mask = cv2.imread(str(tmp_path / "one" / found["mask"]), cv2.IMREAD_UNCHANGED)
        assert mask.shape == cv2.imread(str(tmp_path / "one" / found["picture"])).shape[:2]
        assert found["size"] == [64, 96]
        assert set(found["landmarks"]) == set(LANDMARKS)
        assert all(value in ATTRIBUTES[key] for key, value in found["attributes"].items())


def test_landmarks_lie_on_the_mask_and_left_stays_left(wardrobe):
    on_cloth = []
    for number in range(12):
        draft = wardrobe.picture(np.random.default_rng(number), SIZE)
        near = cv2.dilate(draft.mask, np.ones((9, 9), np.uint8))
        points = draft.landmarks[draft.landmarks[:, 2] > 0, :2]
        inside = ((points >= 0) & (points < SIZE[::-1])).all(1)
        x, y = np.round(points[inside]).astype(int).T
        on_cloth += (near[y.clip(0, SIZE[0] - 1), x.clip(0, SIZE[1] - 1)] > 127).tolist()
        shoulder, hem = draft.landmarks[[Outline.SHOULDER_LEFT, Outline.HEM_RIGHT], :2]
        assert shoulder[0] > hem[0]
    assert np.mean(on_cloth) > 0.9  # wrinkles are followed nearly


def test_the_colour_of_the_label_is_that_of_the_cloth(wardrobe):
    seen = set()
    for number in range(120):
        _, garment = wardrobe._choose(np.random.default_rng(number))
        colour = garment.attributes["colour"]
        if garment.attributes["pattern"] != "plain" or colour in ("multicolour", "grey", "blue"):
            continue
        if "shade" in garment.attributes:
            continue
        seen.add(colour)
        cloth = dye.to_lab(garment.photo.pixels)[60:120, 40:80].reshape(-1, 3)
        assert np.linalg.norm(np.median(cloth, axis=0) - dye.colour_named(colour)) < 8
    assert len(seen) >= 2


@pytest.mark.parametrize("pattern", PATTERNS)
def test_words_for_a_dye_are_understood_as_they_are_meant(pattern):
    rng = np.random.default_rng(1)
    for colour in COLOURS:
        said = understand(describe_dye(pattern, colour, rng))
        assert said.ignored == ()
        assert said.attributes["colour"] == colour
        assert said.attributes.get("pattern", "plain") == (
            "plain" if pattern == "graphic" else pattern
        )


def test_patterns_come_evenly_and_denim_stays_denim(wardrobe):
    patterns, denim = [], set()
    for number in range(150):
        _, garment = wardrobe._choose(np.random.default_rng((7, number)))
        patterns.append(garment.attributes["pattern"])
        if garment.attributes.get("fabric") == "denim":
            denim.add((garment.attributes["colour"], garment.attributes["pattern"]))
    for pattern in ("striped", "checked", "dotted", "floral", "camouflage", "animal"):
        assert 0.04 < patterns.count(pattern) / len(patterns) < 0.2
    assert denim <= {(colour, "plain") for colour in USUAL_COLOURS["denim"]}


def test_the_inside_of_the_neck_is_shown_or_is_ground(wardrobe):
    """Where it is not shown, the mask has a hole: less of it than of the whole rectangle."""
    solid = []
    for number in range(30):
        mask = wardrobe.picture(np.random.default_rng((2, number)), SIZE).mask
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        outline = max(contours, key=cv2.contourArea)
        solid.append(cv2.contourArea(outline) / cv2.contourArea(cv2.convexHull(outline)))
    assert min(solid) < 0.94 < max(solid)


def test_what_people_name_differently_may_be_called_either():
    nothing = np.zeros((1, 1), np.uint8)
    attributes = {"type": "blouse", "sleeve": "long", "neckline": "collar", "colour": "red"}
    draft = Draft(nothing, nothing, nothing, attributes, "upper", "id", "studio")
    assert allowed(draft) == {
        "kind": ("upper",),
        "worn": ("no",),
        "type": ("blouse", "shirt", "top"),
        "sleeve": ("long",),
        "neckline": ("collar",),
    }


def test_grounds_are_of_every_sort_and_size():
    texture = np.full((20, 30, 3), 90, np.uint8)
    names = set()
    for number in range(60):
        name, ground = lay_ground((40, 56), np.random.default_rng(number), [texture])
        assert ground.shape == (40, 56, 3)
        assert ground.dtype == np.uint8
        names.add(name)
    assert names == {"studio", "gradient", "boards", "cloth", "wall", "photo"}


def test_the_trainer_gets_its_share(wardrobe):
    pixels = np.zeros((40, 30, 3), np.uint8)
    phone = Piece(pixels, None, {"kind": ("lower",)})
    every = Garments([], [], [phone], [], [], own=wardrobe, own_share=1.0).batch(0, 4, (64, 96))
    assert every["allowed_kind"].tolist() == [[True, False, False]] * 4
    assert set(np.unique(every["mask"])) == {0, 255}
    assert (every["present"] >= 0).all()
    some = Garments([], [], [phone], [], [], own=wardrobe, own_share=0.5).batch(0, 24, (32, 32))
    assert 4 < some["allowed_kind"][:, 0].sum() < 20


def test_held_out_garments_and_the_others_are_all_there_are(wardrobe, gallery, monkeypatch):
    monkeypatch.setattr(wardrobes, "VALIDATION_GALLERY", 2)
    parts = [Wardrobe([gallery], validation=v) for v in (False, True)]
    assert [len(part) for part in parts] == [1, 1]
    assert len(wardrobe) == 2


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(ValueError, match="no garments in"):
        Wardrobe([tmp_path])


def test_paint_may_be_laid_on_nothing():
    cover = np.zeros((0, 1), np.float32)
    table = np.zeros((dye.STEPS, 3), np.uint8)
    made = dye.overlay(np.zeros((0, 3), np.uint8), cover, [table], [np.zeros(0, np.float32)])
    assert made.shape == (0, 3)
