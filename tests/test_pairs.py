"""Pairs: layouts found, pairs stored and read again, samples that keep what they promise."""

import json

import cv2
import numpy as np
import pytest
from figures import flat_tee, standing_person
from test_worn import CLOTH, sleeved

from tryon.core.frame import Fit
from tryon.core.types import Outline, Part, Pose
from tryon.core.vocabulary import ATTRIBUTES
from tryon.fusion.agnostic import PLANES, Cut, kept
from tryon.fusion.geometry.draft import geometric_draft
from tryon.fusion.studio import (
    CANVAS,
    GREY,
    SHOULDERS_AT,
    lay_out,
    person_fit,
    plain_start,
    start_flow,
)
from tryon.nets.fusion import WORDS
from tryon.training.data.garments import MIRROR_OUTLINE
from tryon.training.data.pairs import (
    BENEATH,
    HIDDEN,
    Disturbance,
    Pair,
    Pairs,
    _nibbled,
    drawn,
    read_pairs,
)
from tryon.training.prepare.pairs import (
    DOUBT,
    HEADS,
    MOST_APART,
    UNKNOWN,
    WORN,
    Source,
    colour_apart,
    find_pairs,
    pack,
    prepare_pairs,
    renew_starts,
    unpack_pairs,
    worn_mask,
)


def figure_pair(colour: tuple[int, int, int] = (40, 90, 180), seed: int = 0) -> Pair:
    """A drawn person in a drawn T-shirt, which is worn as the geometric draft lays it."""
    person, garment = standing_person(), flat_tee()
    laid = lay_out(garment)
    fit = person_fit(person.landmarks, person.photo.size)
    pixels = person.photo.pixels.copy()
    old = person.parts == Part.UPPER
    pixels[old] = colour
    marks = np.column_stack([laid.landmarks[:, :2], garment.landmarks[:, 2]]).astype(np.float32)
    cloth = np.where(laid.alpha[..., None] > 127, np.uint8(colour), laid.pixels)
    attributes = np.full(len(HEADS), UNKNOWN, np.uint8)
    attributes[0] = 3
    return Pair(
        identifier=str(seed),
        pixels=pixels,
        matte=person.matte,
        parts=person.parts,
        worn=np.where(old, WORN, 0).astype(np.uint8),
        landmarks=person.landmarks,
        fit=fit,
        garment=cloth,
        alpha=laid.alpha,
        marks=marks,
        start=start_flow(geometric_draft(person, garment), fit, laid.fit, garment.alpha),
        attributes=attributes,
    )


PAIR = figure_pair()


# --- sources and storage -------------------------------------------------------------------------


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


def test_three_layouts_are_found_behind_one_interface(tmp_path):
    for name in ("000029", "000030"):
        for part in ("person", "cloth"):
            touch(tmp_path / "viton-train-0" / part / f"{name}.jpg")
    touch(tmp_path / "viton-train-0" / "person" / "000031.jpg")  # no garment picture
    for part in ("image", "cloth"):
        touch(tmp_path / "zalando-hd" / "train" / part / "00001_00.jpg")
        touch(tmp_path / "zalando-hd" / "test" / part / "00002_00.jpg")
    for end in ("_0", "_1"):
        touch(tmp_path / "DressCode" / "upper_body" / "images" / f"048392{end}.jpg")
        touch(tmp_path / "DressCode" / "dresses" / "images" / f"050000{end}.jpg")
    found = {pair.identifier: pair for pair in find_pairs(tmp_path)}
    assert sorted(found) == ["000029", "000030", "dc-048392", "hd-00001_00"]
    assert found["000029"].held_out
    assert not found["000030"].held_out
    assert found["dc-048392"].cloth.name == "048392_1.jpg"
    assert found["hd-00001_00"].mask.parent.name == "cloth-mask"


def test_street_photos_are_found_without_those_that_are_judged(tmp_path):
    for number in range(20):
        touch(tmp_path / "ccp" / "photo" / f"{number:04d}.jpg")
        touch(tmp_path / "ccp" / "label" / f"{number:04d}.png")
    found = find_pairs(tmp_path)
    assert len(found) == 18
    assert {"ccp-0009", "ccp-0019"}.isdisjoint(pair.identifier for pair in found)
    assert all(pair.street and not pair.held_out for pair in found)


def test_no_pairs_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="no pairs"):
        find_pairs(tmp_path)
    with pytest.raises(FileNotFoundError, match="prepare-pairs"):
        read_pairs(tmp_path, held_out=False)


def test_about_one_in_29_is_held_out_whatever_the_names():
    from pathlib import Path

    held = [Source(f"hd-{i:05d}_00", Path(), Path()).held_out for i in range(2900)]
    assert 60 < sum(held) < 140


def test_packed_pairs_come_back():
    pairs = [
        {
            "ids": np.array(str(i)),
            "person": np.arange(3 + i, dtype=np.uint8),
            "other_start": np.zeros(4 * i, np.uint8),
            "start": np.full((2, 2), i, np.float16),
        }
        for i in range(3)
    ]
    for before, after in zip(pairs, unpack_pairs(pack(pairs)), strict=True):
        assert before.keys() == after.keys()
        for name in before:
            np.testing.assert_array_equal(before[name], after[name])


def test_where_two_parses_disagree_nothing_is_learned():
    ours = np.array([[Part.UPPER, Part.UPPER, Part.SKIRT, Part.OUTERWEAR]], np.uint8)
    theirs = np.array([[Part.UPPER, Part.SKIRT, Part.SKIRT, Part.DRESS]], np.uint8)
    assert worn_mask(ours, theirs).tolist() == [[WORN, DOUBT, 0, WORN]]
    alone = np.zeros((9, 9), np.uint8)
    alone[2:7, 2:7] = Part.UPPER
    mask = worn_mask(alone, None)
    assert mask[4, 4] == WORN
    assert mask[0, 0] == 0
    assert mask[2, 4] == DOUBT


def test_a_garment_of_another_colour_is_noticed():
    laid = lay_out(flat_tee())
    photo = np.full((8, 8, 3), (40, 90, 180), np.uint8)
    worn = np.ones((8, 8), bool)
    assert colour_apart(photo, worn, laid) < 2
    assert colour_apart(np.full_like(photo, (180, 40, 30)), worn, laid) > MOST_APART


class DrawnParser:
    """Knows the parts of the drawn person, at any size."""

    def parts_of(self, pixels, landmarks, silhouette, hands):
        labels = cv2.resize(
            standing_person().parts, silhouette.shape[::-1], interpolation=cv2.INTER_NEAREST
        )
        return np.eye(len(Part), dtype=np.float32)[labels]


def test_preparation_stores_pairs_and_keeps_the_list_of_dropped_ones(tmp_path, monkeypatch):
    """On a drawn person; started twice, nothing is done twice."""
    monkeypatch.setattr("tryon.training.prepare.pairs.Parser.load", DrawnParser)
    person, garment = standing_person(), flat_tee()
    marks = person.landmarks * np.float32([0.32, 0.32, 1])
    pixels = person.photo.pixels.copy()
    pixels[person.parts == Part.UPPER] = (40, 90, 180)
    small = cv2.resize(pixels[..., ::-1], (128, 256), interpolation=cv2.INTER_AREA)
    matte = cv2.resize(person.matte, (128, 256), interpolation=cv2.INTER_AREA)
    folder = tmp_path / "viton-train-0"
    for part in ("person", "cloth", "cloth_mask", "parse"):
        (folder / part).mkdir(parents=True)
    silhouettes = tmp_path / "cache" / "viton" / "silhouette"
    silhouettes.mkdir(parents=True)
    back = marks.copy()
    back[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER]] = marks[
        [Pose.RIGHT_SHOULDER, Pose.LEFT_SHOULDER]
    ]
    np.savez(
        tmp_path / "cache" / "viton" / "pose.npz",
        ids=np.array(["000001", "000002", "000029", "000058"]),
        landmarks=np.stack([marks, back, marks, marks]),
    )
    for name in ("000001", "000002", "000003", "000029", "000058"):
        cv2.imwrite(str(folder / "person" / f"{name}.jpg"), small)
        cv2.imwrite(str(folder / "cloth" / f"{name}.jpg"), garment.photo.pixels[..., ::-1])
        cv2.imwrite(str(folder / "cloth_mask" / f"{name}.png"), garment.alpha)
        cv2.imwrite(str(silhouettes / f"{name}.png"), matte)
    prepare_pairs(tmp_path, tmp_path / "cache", tmp_path / "out")
    dropped = json.loads((tmp_path / "out" / "dropped.json").read_text())
    assert dropped["000002"] == "back view"
    assert dropped["000003"] == "no pose"
    assert "000001" not in dropped
    shards = list((tmp_path / "cache" / "pairs").glob("*.npz"))
    (stored,) = read_pairs(tmp_path / "cache", held_out=False)
    assert stored.identifier == "000001"
    assert overlap(drawn(stored, stored, CANVAS, Disturbance.none())) > 0.9
    assert ATTRIBUTES["colour"][stored.attributes[HEADS.index("colour")]] == "blue"
    held_out = {pair.identifier: pair for pair in read_pairs(tmp_path / "cache", held_out=True)}
    assert sorted(held_out) == ["000029", "000058"]
    wearer = held_out["000029"]
    assert wearer.other == "000058"
    unpaired = drawn(wearer, held_out["000058"], CANVAS, Disturbance.none())
    assert overlap(unpaired) > 0.9
    prepare_pairs(tmp_path, tmp_path / "cache", tmp_path / "out")
    assert list((tmp_path / "cache" / "pairs").glob("*.npz")) == shards

    shard = shards[0]
    with np.load(shard) as arrays:
        stale = {name: arrays[name] for name in arrays}
    np.savez(shard, **{**stale, "start": stale["start"] * 0})
    renew_starts(tmp_path, tmp_path / "cache")
    with np.load(shard) as arrays:
        np.testing.assert_allclose(arrays["start"], stale["start"], atol=0.02)
        for name, values in stale.items():
            if name not in ("start", "other_start"):
                np.testing.assert_array_equal(arrays[name], values)


class ByColour:
    """Tells parts by their colours alone."""

    PALETTE = ((Part.UPPER, CLOTH), (Part.TROUSERS, (60, 40, 30)), (Part.FACE, (190, 150, 120)))

    def parts_of(self, pixels, landmarks, silhouette, hands):
        parts, colours = (np.array(one, np.float32) for one in zip(*self.PALETTE, strict=True))
        apart = np.linalg.norm(pixels[..., None, :].astype(np.float32) - colours, axis=-1)
        labels = parts[apart.argmin(-1)].astype(np.uint8)
        return np.eye(len(Part), dtype=np.float32)[np.where(silhouette, labels, 0)]


def test_street_photos_become_pairs(tmp_path, monkeypatch):
    """The frame alone is stored, and the garment that was made flat lies on it again."""
    monkeypatch.setattr("tryon.training.prepare.pairs.Parser.load", ByColour)
    person = sleeved()
    pixels = person.photo.pixels.copy()
    pixels[person.parts == Part.TROUSERS] = (60, 40, 30)
    names = ["null", "t-shirt", "jeans", "skin"]
    label = np.full(person.parts.shape, 3, np.uint8)
    for number, part in ((0, Part.BACKGROUND), (1, Part.UPPER), (2, Part.TROUSERS)):
        label[person.parts == part] = number
    for part in ("photo", "label"):
        (tmp_path / "ccp" / part).mkdir(parents=True)
    (tmp_path / "ccp" / "labels.json").write_text(json.dumps(names))
    silhouettes = tmp_path / "cache" / "ccp" / "silhouette"
    silhouettes.mkdir(parents=True)
    (tmp_path / "cache" / "viton").mkdir()
    cv2.imwrite(str(tmp_path / "ccp" / "photo" / "0001.jpg"), pixels[..., ::-1])
    cv2.imwrite(str(tmp_path / "ccp" / "label" / "0001.png"), label)
    cv2.imwrite(str(silhouettes / "0001.png"), person.matte)
    for folder in ("ccp", "viton"):
        np.savez(
            tmp_path / "cache" / folder / "pose.npz",
            ids=np.array(["0001"]),
            landmarks=person.landmarks[None],
        )
    prepare_pairs(tmp_path, tmp_path / "cache", tmp_path / "out")
    (stored,) = read_pairs(tmp_path / "cache", held_out=False)
    assert stored.identifier == "ccp-0001"
    assert stored.pixels.shape[0] < 500  # of 800 rows
    shoulders = stored.landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], :2]
    for x, y in np.round(shoulders).astype(int):  # the landmarks were cropped with the photo
        assert np.abs(stored.pixels[y + 3, x].astype(int) - CLOTH).max() < 20
        assert stored.worn[y + 3, x] == WORN
    np.testing.assert_allclose(stored.fit.points(shoulders).mean(0), SHOULDERS_AT, atol=0.5)
    assert overlap(drawn(stored, stored, CANVAS, Disturbance.none())) > 0.3
    assert ATTRIBUTES["colour"][stored.attributes[HEADS.index("colour")]] == "blue"


# --- samples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [CANVAS, (128, 96)])
def test_a_sample_has_the_promised_shapes(size):
    one = Pairs([PAIR]).sample(1, size)
    height, width = size
    shapes = {name: (array.shape, array.dtype) for name, array in one.items()}
    assert shapes == {
        "seen": ((height, width, 3), np.uint8),
        "keep": ((height, width), np.uint8),
        "planes": ((PLANES, height // 2, width // 2), np.uint8),
        "garment": ((height, width, 3), np.uint8),
        "alpha": ((height, width), np.uint8),
        "start": ((height // 8, width // 8, 2), np.float32),
        "person": ((height, width, 3), np.uint8),
        "worn": ((height, width), np.uint8),
        "marks": ((len(Outline), 3), np.float32),
        "attributes": ((len(HEADS),), np.int64),
        "text": ((WORDS,), np.float32),
    }
    assert np.isfinite(one["start"]).all()


def test_a_sample_depends_on_seed_and_number_alone():
    pairs = [PAIR, figure_pair((200, 30, 60), 1)]
    ahead = Pairs(pairs, seed=5).batch(3, 2, (128, 96))
    again = Pairs(pairs, seed=5, workers=2)
    again.batch(0, 3, (128, 96))
    for name, array in again.batch(3, 2, (128, 96)).items():
        np.testing.assert_array_equal(array, ahead[name], err_msg=name)
    other = Pairs(pairs, seed=6).batch(3, 2, (128, 96))
    assert any((ahead[name] != other[name]).any() for name in ahead)


def test_nothing_of_the_old_garment_is_in_the_input():
    """A disturbance that hides what the cut says: no pixel of the worn colour is left to see."""
    loud = figure_pair((255, 0, 255))
    for cut in (Cut(room=0.02), Cut(room=0.14, arms=(1.0, 0.5), neck=1.0, hem=0.4)):
        one = drawn(loud, loud, CANVAS, Disturbance.none(cut))
        apart = np.abs(one["seen"].astype(int) - (255, 0, 255)).max(-1)
        assert apart.min() > 60
        assert (one["seen"][one["keep"] == 0] == HIDDEN).all()


def test_the_hidden_border_is_nibbled_at_and_what_is_certain_stays():
    parts = PAIR.fit.labels(PAIR.parts)
    marks = PAIR.fit.points(PAIR.landmarks)
    keep = kept(parts, marks, Cut())
    certain = keep & np.isin(parts, (Part.HAIR, Part.FACE, Part.LEFT_HAND, Part.RIGHT_ARM))
    taken = []
    for seed in range(6):
        nibbled = _nibbled(keep, parts, marks, np.random.default_rng(seed))
        assert not (nibbled & ~keep).any()
        assert nibbled[certain].all()
        taken.append(int((keep & ~nibbled).sum()))
    assert len(set(taken)) > 3


def test_what_is_seen_is_the_target():
    one = drawn(PAIR, PAIR, CANVAS, Disturbance.none())
    assert (one["seen"] == one["person"])[one["keep"] == 255].all()
    corner = one["person"][:20, :20]
    assert (corner == GREY).all()


def test_the_worn_mask_says_what_may_lie_beneath():
    one = drawn(PAIR, PAIR, CANVAS, Disturbance.none())
    parts = PAIR.fit.labels(PAIR.parts)
    inner = cv2.erode((parts == Part.UPPER).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (one["worn"][inner] == WORN).all()
    assert (one["worn"][parts == Part.NECK] >= BENEATH).all()
    legs = cv2.erode((parts == Part.TROUSERS).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (one["worn"][legs] == 0).all()


def sampled(one: dict[str, np.ndarray]) -> np.ndarray:
    """The garment's alpha, carried over by the start flow."""
    height, width = one["alpha"].shape
    flow = cv2.resize(one["start"], (width, height))
    points = (flow + 1) * np.float32([width / 2, height / 2]) - 0.5
    return cv2.remap(one["alpha"], points.astype(np.float32), None, cv2.INTER_LINEAR)


def overlap(one: dict[str, np.ndarray]) -> float:
    laid, worn = sampled(one) > 127, one["worn"] == WORN
    return (laid & worn).sum() / worn.sum()


@pytest.mark.parametrize("size", [CANVAS, (128, 96)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_start_follows_every_map(size, mirrored):
    """Turned, scaled, shifted, mirrored: the start still lays the garment where it is worn."""
    still = Disturbance.none()
    assert overlap(drawn(PAIR, PAIR, size, still)) > 0.9
    angle = np.deg2rad(10)
    turn = 0.8 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([95.5, 127.5])
    person = np.column_stack([turn, middle + np.array([12, -20]) - turn @ middle])
    garment = np.array([[0.9, 0.05, 4], [-0.05, 0.9, 9]])
    moved = Disturbance(person, garment, mirrored, Cut())
    assert overlap(drawn(PAIR, PAIR, size, moved)) > 0.88


def test_mirroring_exchanges_left_and_right():
    person = Disturbance(np.eye(2, 3), np.eye(2, 3), True, Cut())
    plain, mirrored = (drawn(PAIR, PAIR, CANVAS, how) for how in (Disturbance.none(), person))
    np.testing.assert_array_equal(mirrored["garment"][:, ::-1], plain["garment"])
    left, right = Outline.CUFF_OUTER_LEFT, Outline.CUFF_OUTER_RIGHT
    assert MIRROR_OUTLINE[left] == right
    assert sorted(MIRROR_OUTLINE) == list(range(len(Outline)))
    assert mirrored["marks"][left, 0] == pytest.approx(-plain["marks"][right, 0], abs=1e-4)


def test_garment_and_worn_garment_change_colour_together():
    """In every sample the middle colours stay near each other, whatever the recolouring; the
    light of a photo may change by itself."""
    hues = []
    for index in range(24):
        one = Pairs([PAIR], seed=3).sample(index, (128, 96))
        cloth = np.median(one["garment"][one["alpha"] > 250], axis=0)
        hues.append(cloth)
        seen = one["person"][one["worn"] == WORN]
        if len(seen) > 50:
            assert np.abs(np.median(seen, axis=0) - cloth).max() < 70
    assert np.ptp(np.array(hues), axis=0).max() > 60


def test_somebody_elses_garment_starts_on_the_trunk():
    other = figure_pair((10, 200, 30), 2)
    one = drawn(PAIR, other, CANVAS, Disturbance.none())
    assert (one["garment"] == drawn(other, other, CANVAS, Disturbance.none())["garment"]).all()
    assert overlap(one) > 0.85
    drafted = Pair(**{**vars(PAIR), "other": "2", "other_start": PAIR.start + 0.1})
    own = drawn(PAIR, PAIR, CANVAS, Disturbance.none())
    prepared = drawn(drafted, other, CANVAS, Disturbance.none())
    np.testing.assert_allclose(prepared["start"], own["start"] + 0.1, atol=1e-3)
    blank = Pair(**{**vars(other), "marks": np.zeros_like(other.marks)})
    unknown = drawn(PAIR, blank, CANVAS, Disturbance.none())
    np.testing.assert_allclose(unknown["start"], plain_start(), atol=1e-5)


def test_a_fit_that_is_the_photo_itself_keeps_pixels():
    """At the studio's own size a photo that lies where it should is not resampled."""
    size = CANVAS
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)
    same = Pair(
        **{
            **vars(PAIR),
            "pixels": pixels,
            "matte": np.full(size, 255, np.uint8),
            "parts": np.zeros(size, np.uint8),
            "worn": np.zeros(size, np.uint8),
            "fit": Fit(1.0, 0.0, 0.0, size, size),
            "landmarks": PAIR.fit.points(PAIR.landmarks),
        }
    )
    assert (drawn(same, same, size, Disturbance.none())["person"] == pixels).all()
