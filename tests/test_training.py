"""Training: labels, samples, losses, and a loop that learns and resumes exactly."""

import dataclasses
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from test_nets import GARMENT, PARSER

from tryon.core.types import Outline, Part, Pose
from tryon.garment.reader import GarmentReader
from tryon.nets.garment import GarmentConfig, GarmentNet
from tryon.nets.parser import ParserConfig, ParserNet
from tryon.person.body import MIRRORED_PARTS, MIRRORED_POSE
from tryon.person.parser import (
    CANVAS,
    CLASS_WEIGHTS,
    Parser,
    Window,
    mirrored_planes,
    pose_planes,
    settle_dress,
)
from tryon.training import trainer
from tryon.training.data.garments import (
    MIRROR_OUTLINE,
    Garments,
    Piece,
    allowed_arrays,
    paste,
    read_gallery_garments,
    sleeve_worn,
)
from tryon.training.data.labels import (
    IGNORE,
    NOT_HAIR,
    ccp_parts,
    hair_parts,
    trusted,
    viton_parts,
    without_edges,
)
from tryon.training.data.people import (
    CCP_SHARE,
    HAIR_SHARE,
    Labelled,
    People,
    landmarks_of_nobody,
    read_fashionista,
    read_hair,
)
from tryon.training.garment import garment_loss
from tryon.training.metrics import hair_iou, ious
from tryon.training.parser import ParserTask, freeze, parser_loss

TINY15 = ParserConfig(classes=15, pose_planes=7, decoder=PARSER.decoder, encoder=PARSER.encoder)


def landmarks_of_a_standing_person() -> np.ndarray:
    """(33, 3), facing the camera in a photo 100 wide and 200 high; unused ones at the nose."""
    points = np.tile(np.array([50, 22, 1], np.float32), (33, 1))
    for name, x, y in (
        ("EYE", 4, 18),
        ("EAR", 8, 19),
        ("SHOULDER", 18, 45),
        ("ELBOW", 26, 70),
        ("WRIST", 28, 95),
        ("INDEX", 28, 102),
        ("HIP", 11, 100),
        ("KNEE", 12, 140),
        ("ANKLE", 12, 180),
        ("FOOT", 13, 190),
    ):
        points[Pose[f"LEFT_{name}"], :2] = 50 + x, y
        points[Pose[f"RIGHT_{name}"], :2] = 50 - x, y
    points[Pose.MOUTH_LEFT, :2], points[Pose.MOUTH_RIGHT, :2] = (53, 28), (47, 28)
    return points


def person(seed: int = 0, weight: float = 1.0) -> Labelled:
    """A drawn person: a coloured figure with parts that fit the landmarks."""
    rng = np.random.default_rng(seed)
    parts = np.zeros((200, 100), np.uint8)
    parts[10:34, 42:58] = Part.FACE
    parts[6:14, 40:60] = Part.HAIR
    parts[40:105, 33:67] = Part.UPPER
    parts[105:180, 37:63] = Part.TROUSERS
    parts[45:105, 68:82] = Part.LEFT_ARM
    parts[45:105, 18:32] = Part.RIGHT_ARM
    parts[180:194, 34:66] = Part.SHOES
    colours = rng.integers(0, 256, (256, 3)).astype(np.uint8)
    silhouette = (parts > 0).astype(np.uint8) * 255
    return Labelled(
        str(seed), colours[parts], silhouette, parts, landmarks_of_a_standing_person(), weight
    )


def head_of_hair(posed: bool = False) -> Labelled:
    """A photo of hair alone, of somebody whose body was found or not."""
    hair = np.zeros((80, 60), np.uint8)
    hair[10:50, 15:45] = 1
    colours = np.array([(200, 180, 160), (60, 30, 10)], np.uint8)
    landmarks = landmarks_of_a_standing_person() if posed else landmarks_of_nobody()
    silhouette = np.full((80, 60), 255 if posed else 0, np.uint8)
    return Labelled("hair", colours[hair], silhouette, hair_parts(hair), landmarks)


def piece(mask: bool = True) -> Piece:
    pixels = np.full((120, 100, 3), 250, np.uint8)
    shape = np.zeros((120, 100), np.uint8)
    shape[20:100, 20:80] = 255
    pixels[shape > 0] = (40, 90, 160)
    return Piece(pixels, shape if mask else None, {"kind": ("upper",), "worn": ("no",)})


# --- labels ------------------------------------------------------------------------------------


def test_skin_is_split_by_pose():
    names = ["null", "skin", "tights", "t-shirt"]
    label = np.zeros((200, 100), np.uint8)
    at = {
        (50, 20): Part.FACE,
        (50, 40): Part.NECK,
        (74, 60): Part.LEFT_ARM,
        (26, 60): Part.RIGHT_ARM,
        (78, 98): Part.LEFT_ARM,
    }
    for x, y in at:
        label[y, x] = 1
    legs = {(62, 150): Part.LEFT_LEG, (38, 150): Part.RIGHT_LEG}
    for x, y in legs:
        label[y, x] = 2
    label[70, 50] = 3
    parts = ccp_parts(label, names, landmarks_of_a_standing_person())
    for (x, y), part in {**at, **legs, (50, 70): Part.UPPER, (0, 0): Part.BACKGROUND}.items():
        assert parts[y, x] == part, (x, y)


def test_viton_parses_are_translated():
    parse = np.array([[0, 2, 5, 7], [14, 15, 20, 9]], np.uint8)
    assert viton_parts(parse).tolist() == [
        [Part.BACKGROUND, Part.HAIR, Part.UPPER, Part.OUTERWEAR],
        [Part.LEFT_ARM, Part.RIGHT_ARM, Part.NECK, Part.TROUSERS],
    ]


def test_doubtful_viton_pixels_are_ignored():
    parts = np.full((20, 20), Part.UPPER, np.uint8)
    parts[8:10, 8:10] = Part.DRESS  # a speck
    parts[14:16, 14:16] = Part.BACKGROUND  # a hole well inside the person
    cleaned = trusted(parts, np.full((20, 20), 255, np.uint8))
    assert (cleaned[8:10, 8:10] == IGNORE).all()
    assert (cleaned[14:16, 14:16] == IGNORE).all()
    assert cleaned[0, 0] == Part.UPPER
    assert (parts != IGNORE).all()


def test_pixels_beside_an_edge_are_left_out():
    parts = np.array([[Part.HAIR] * 3 + [Part.FACE] * 4] * 3, np.uint8)
    one, none = Part.HAIR, IGNORE
    row = [one, one, none, none, Part.FACE, Part.FACE, Part.FACE]
    assert without_edges(parts, 1).tolist() == [row] * 3
    row = [one, none, none, none, none, Part.FACE, Part.FACE]
    assert without_edges(parts, 2).tolist() == [row] * 3


def test_between_ears_and_mouth_lies_the_face_whatever_else_is_known():
    marks = landmarks_of_a_standing_person()  # ears at (42, 19) and (58, 19), mouth at y = 28
    hair = np.zeros((200, 100), np.uint8)
    hair[:22] = 1
    parts = hair_parts(hair, marks)
    assert parts[24, 50] == Part.FACE
    assert parts[21, 50] == Part.HAIR  # a fringe stays hair
    assert parts[60, 50] == NOT_HAIR
    marks[Pose.MOUTH_LEFT, 2] = 0.3  # seen from behind
    assert set(np.unique(hair_parts(hair, marks))) == {Part.HAIR, NOT_HAIR}


def write_photos(folder: Path, cache: Path, kind: str, posed: list[int]) -> None:
    """Twenty photos in FOLDER/photo, each with a label picture in FOLDER/KIND; the body analysis
    of those that are `posed` in CACHE."""
    for place in (folder / "photo", folder / kind, cache / "silhouette"):
        place.mkdir(parents=True)
    for number in range(20):
        Image.new("RGB", (12, 9), (number, 0, 0)).save(folder / "photo" / f"{number:02}.jpg")
        label = np.zeros((9, 12), np.uint8)
        label[:, 6:] = 1
        if kind == "label":  # numbers, whatever the palette shows them as
            picture = Image.fromarray(label).convert("P")
            picture.putpalette([9, 9, 9, 200, 100, 50])
        else:
            picture = Image.fromarray(label > 0)
        picture.save(folder / kind / f"{number:02}.png")
    for number in posed:
        cv2.imwrite(str(cache / "silhouette" / f"{number:02}.png"), np.full((9, 12), 255, np.uint8))
    np.savez(
        cache / "pose.npz",
        ids=np.array([f"{number:02}" for number in posed], "U2"),
        landmarks=np.tile(landmarks_of_a_standing_person(), (len(posed), 1, 1)),
    )


def test_every_tenth_fashionista_photo_is_held_out(tmp_path):
    write_photos(tmp_path / "fashionista", tmp_path / "cache/fashionista", "label", [*range(20)])
    (tmp_path / "fashionista/labels.json").write_text(json.dumps(["null", "t-shirt"]))
    held_out = read_fashionista(tmp_path, tmp_path / "cache", validation=True)
    assert [one.identifier for one in held_out] == ["09", "19"]
    assert held_out[0].parts[0].tolist() == [Part.BACKGROUND] * 6 + [Part.UPPER] * 6
    learned = read_fashionista(tmp_path, tmp_path / "cache", validation=False)
    assert len(learned) == 18
    edge = [Part.BACKGROUND] * 4 + [IGNORE] * 4 + [Part.UPPER] * 4
    assert learned[0].parts[0].tolist() == edge
    assert 0 < learned[0].weight < 1


def test_photos_of_hair_are_used_whether_a_body_is_found_or_not(tmp_path):
    write_photos(tmp_path / "hair", tmp_path / "cache/hair", "hair", [0, 9])
    held_out = read_hair(tmp_path, tmp_path / "cache", validation=True)
    assert [(one.identifier, one.posed) for one in held_out] == [("09", True), ("19", False)]
    learned = read_hair(tmp_path, tmp_path / "cache", validation=False)
    assert read_hair(tmp_path / "elsewhere", tmp_path / "cache", validation=True) == []
    assert [one.posed for one in learned] == [True] + 17 * [False]
    assert learned[3].parts[0].tolist() == [NOT_HAIR] * 6 + [Part.HAIR] * 6
    assert learned[3].hair_alone
    assert not learned[3].street


@pytest.mark.parametrize(
    ("end", "expected"),
    [(45, "sleeveless"), (62, "short"), (80, "three-quarter"), (99, "long"), (72, None)],
)
def test_sleeves_are_measured_along_the_arms(end, expected):
    one = person()
    parts = one.parts.copy()
    for arm in (Part.LEFT_ARM, Part.RIGHT_ARM):
        sleeve = parts == arm
        sleeve[end:] = False
        parts[sleeve] = Part.UPPER
    assert sleeve_worn(parts, one.landmarks) == expected


# --- samples -----------------------------------------------------------------------------------


def test_a_sample_depends_on_seed_and_number_alone():
    people = People([person(1), person(2)], [person(3, 0.5)], [], seed=5)
    again = People([person(1), person(2)], [person(3, 0.5)], [], seed=5)
    ahead = people.batch(3, 2, (64, 96))
    again.batch(0, 3, (64, 96))
    for name, array in again.batch(3, 2, (64, 96)).items():
        np.testing.assert_array_equal(array, ahead[name])
    other = People([person(1), person(2)], [person(3, 0.5)], [], seed=6).batch(3, 2, (64, 96))
    assert not np.array_equal(other["pixels"], ahead["pixels"])


def test_samples_have_the_network_s_shapes():
    batch = People([person()], [], []).batch(0, 3, (128, 96))
    assert {name: (array.shape, array.dtype.name) for name, array in batch.items()} == {
        "pixels": ((3, 128, 96, 3), "uint8"),
        "planes": ((3, 7, 32, 24), "uint8"),
        "labels": ((3, 64, 48), "uint8"),
        "weight": ((3,), "float32"),
    }
    assert set(np.unique(batch["labels"])) <= {*range(15), IGNORE}


def test_every_source_has_its_share():
    people = People([person()], [], [], hair=[head_of_hair()])
    hair = sum((people.sample(i, (32, 32))["labels"] == NOT_HAIR).any() for i in range(200))
    assert hair / 200 == pytest.approx(HAIR_SHARE / (HAIR_SHARE + CCP_SHARE), abs=0.08)


@pytest.mark.parametrize("posed", [True, False])
def test_photos_of_hair_tell_of_hair_alone(posed):
    floor = np.full((64, 64, 3), 90, np.uint8)
    batch = People([], [], [floor], hair=[head_of_hair(posed)]).batch(0, 12, (64, 64))
    assert set(np.unique(batch["labels"])) <= {Part.HAIR, NOT_HAIR, IGNORE}
    assert (batch["labels"] == Part.HAIR).any((1, 2)).sum() > 8
    assert batch["planes"].any() == posed


def test_left_stays_left_when_mirrored():
    """In every sample, the left arm's label lies where the left arm's pose plane is drawn."""
    people = People([person()], [], [])
    agreed = 0
    for index in range(12):
        sample = people.sample(index, (128, 96))
        left = sample["labels"][::2, ::2] == Part.LEFT_ARM
        if left.sum() > 10:
            assert sample["planes"][3][left].mean() > sample["planes"][4][left].mean()
            agreed += 1
    assert agreed >= 6
    assert (MIRRORED_POSE[MIRRORED_POSE] == np.arange(33)).all()
    assert MIRRORED_POSE[Pose.LEFT_WRIST] == Pose.RIGHT_WRIST


def test_pasted_garments_carry_mask_and_allowed_values():
    garments = Garments([piece()], [], [piece(mask=False)], [], [], seed=2)
    batch = garments.batch(0, 12, (64, 96))
    assert batch["pixels"].shape == (12, 64, 96, 3)
    assert batch["mask"].shape == (12, 32, 48)
    assert {0, 127, 255} == set(np.unique(batch["mask"]))
    assert batch["allowed_kind"][0].tolist() == [True, False, False]
    assert allowed_arrays({})["allowed_sleeve"].all()


def test_landmarks_stay_on_the_cloth_and_keep_their_sides():
    """Mirrored or not, the wearer's left is on the picture's right."""
    mask = np.zeros((160, 160), np.uint8)
    mask[20:140, 20:140] = 255
    landmarks = np.zeros((len(Outline), 3), np.float32)
    landmarks[Outline.ARMPIT_LEFT] = (110, 60, 1)
    landmarks[Outline.ARMPIT_RIGHT] = (50, 60, 1)
    pixels = np.full((160, 160, 3), 90, np.uint8)
    one = Piece(pixels, mask, {"kind": ("upper",)}, landmarks, exact=True)
    garments = Garments([one], [], [], [], [], seed=3)
    garments_seen = 0
    for index in range(20):
        rng = np.random.default_rng((3, index))
        _, alpha, moved = paste(one, [], (192, 192), rng)
        x, y = np.round(moved[Outline.ARMPIT_LEFT, :2]).astype(int)
        other = moved[Outline.ARMPIT_RIGHT, :2]
        assert alpha[y, x] > 127
        assert x > other[0]
        sample = garments.sample(index, (192, 192))
        if not sample["mask"].any():  # the ground alone
            assert (sample["present"] == -1).all()
            continue
        garments_seen += 1
        assert sample["present"][Outline.ARMPIT_LEFT] == 1
        assert sample["present"][Outline.CROTCH] == 0
        assert sample["landmarks"][:, 2].sum() == 2
    assert garments_seen > 10


def test_mirroring_an_outline_twice_changes_nothing():
    assert (MIRROR_OUTLINE[MIRROR_OUTLINE] == np.arange(len(Outline))).all()
    assert MIRROR_OUTLINE[Outline.CUFF_INNER_LEFT] == Outline.CUFF_INNER_RIGHT
    assert MIRROR_OUTLINE[Outline.CROTCH] == Outline.CROTCH


def test_the_gallery_teaches_every_kind_and_keeps_some_back():
    taught, kept = (read_gallery_garments(validation=v) for v in (False, True))
    assert len(taught) > 5 * len(kept) > 20
    assert {one.allowed["kind"][0] for one in taught} == {"upper", "lower", "dress"}
    for one in kept:
        x, y = np.round(one.landmarks[one.landmarks[:, 2] > 0, :2]).astype(int).T
        near = cv2.dilate(one.mask, np.ones((9, 9), np.uint8))
        assert (near[y, x] > 127).mean() > 0.9


# --- canvas ------------------------------------------------------------------------------------


def test_labels_come_back_where_they_were():
    one = person()
    window = Window.around(one.landmarks, one.silhouette)
    assert (window.y1 - window.y0) / (window.x1 - window.x0) == pytest.approx(4 / 3, abs=0.03)
    canvas = window.cut(one.parts, border=0)
    assert canvas.shape == CANVAS
    scores = np.stack([(canvas == label) for label in range(15)]).astype(np.float32)
    found = window.labels(scores[:, ::2, ::2] * 0.5 + scores[:, 1::2, 1::2] * 0.5, (200, 100))
    assert (found == one.parts).mean() > 0.97


def test_nobody_gives_the_whole_photo():
    window = Window.around(np.zeros((33, 3), np.float32), np.zeros((40, 30), np.uint8))
    assert window.x0 <= 0
    assert window.y0 <= 0
    assert window.x1 >= 30
    assert window.y1 >= 40


def test_pose_planes_tell_left_from_right():
    one = person()
    planes = pose_planes(one.landmarks, one.silhouette)
    assert planes.shape == (7, 50, 25)
    left, right = planes[3], planes[4]
    assert np.nonzero(left)[1].mean() > np.nonzero(right)[1].mean()
    hidden = one.landmarks.copy()
    hidden[:, 2] = 0
    assert pose_planes(hidden, one.silhouette)[3].max() < left.max()


def test_parser_labels_photos_of_any_size():
    parser = Parser(ParserNet(TINY15))
    one = person()
    labels = parser(one.pixels, one.landmarks, one.silhouette > 0)
    assert labels.shape == (200, 100)
    assert labels.dtype == np.uint8
    assert labels.max() < 15


def test_reader_reads_pictures_of_any_shape():
    reader = GarmentReader(GarmentNet(GARMENT))
    reading = reader(np.zeros((70, 333, 3), np.uint8))
    assert reading.mask.shape == (70, 333)
    assert sum(reading.scores["kind"].values()) == pytest.approx(1, abs=1e-5)
    assert 0 <= reading.worn <= 1
    assert reading.best("kind")[0] in ("upper", "lower", "dress")
    assert reading.landmarks.shape == (len(Outline), 3)
    assert (reading.landmarks[:, 0] < 333).all()
    assert (reading.landmarks[:, 1] < 70).all()


# --- losses and loop ---------------------------------------------------------------------------


def to_tensors(batch: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(array) for name, array in batch.items()}


def overfit(net, loss_of, batch, steps: int) -> tuple[float, float]:
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-2)
    first = None
    for _ in range(steps):
        loss, _ = loss_of(net, batch)
        first = first or loss.item()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return first, loss.item()


def test_parser_can_learn_one_batch_by_heart():
    torch.manual_seed(0)
    batch = to_tensors(People([person()], [], []).batch(0, 2, (64, 64)))
    first, last = overfit(ParserNet(TINY15), parser_loss, batch, 60)
    assert last < 0.4 * first


def test_garment_net_can_learn_one_batch_by_heart():
    torch.manual_seed(0)
    config = GarmentConfig(decoder=GARMENT.decoder, hidden=16, encoder=GARMENT.encoder)
    batch = to_tensors(Garments([piece()], [], [], [], []).batch(0, 4, (64, 64)))
    first, last = overfit(GarmentNet(config), garment_loss, batch, 60)
    assert last < 0.4 * first


def test_ignored_pixels_do_not_count():
    torch.manual_seed(0)
    net = ParserNet(TINY15).eval()
    batch = to_tensors(People([person()], [], []).batch(0, 1, (64, 64)))
    batch["labels"][:] = IGNORE
    loss, parts = parser_loss(net, batch)
    assert loss.item() == 0
    assert parts == {"cross": 0, "dice": 0}


def test_what_is_not_hair_says_nothing_of_the_other_parts():
    logits = torch.randn(1, 15, 4, 4, generator=torch.Generator().manual_seed(0))
    batch = {
        "pixels": torch.zeros(1, 8, 8, 3, dtype=torch.uint8),
        "planes": torch.zeros(1, 7, 2, 2, dtype=torch.uint8),
        "labels": torch.full((1, 4, 4), NOT_HAIR, dtype=torch.uint8),
        "weight": torch.ones(1),
    }
    loss, parts = parser_loss(lambda *_: logits, batch)
    expected = -torch.log(1 - logits.softmax(1)[:, Part.HAIR]).mean()
    assert loss.item() == pytest.approx(expected.item(), abs=1e-5)
    assert parts["dice"] == 0
    exchanged = logits.clone()
    exchanged[:, [Part.FACE, Part.SHOES]] = logits[:, [Part.SHOES, Part.FACE]]
    assert parser_loss(lambda *_: exchanged, batch)[0].item() == pytest.approx(loss.item())
    batch["labels"][:, :2] = Part.HAIR  # now hair's dice is told by the other half, too
    less = logits.clone()
    less[:, Part.HAIR, 2:] -= 2
    assert (
        parser_loss(lambda *_: less, batch)[1]["dice"]
        < parser_loss(lambda *_: logits, batch)[1]["dice"]
    )


def test_an_earlier_parser_goes_on_as_it_was_with_its_early_layers_frozen(tmp_path):
    from tryon.core import weights

    torch.manual_seed(0)
    earlier = ParserNet(TINY15).eval()
    weights.save(earlier, tmp_path / "earlier.safetensors", {})
    task = TinyTask()
    task.config = replace(TINY15, attention=2)
    task.start = tmp_path / "earlier.safetensors"
    later = task.build().eval()
    pixels, planes = torch.rand(1, 3, 64, 64), torch.rand(1, 7, 16, 16)
    torch.testing.assert_close(later(pixels, planes), earlier(pixels, planes), atol=2e-2, rtol=0)
    assert not later.encoder.stem.weight.requires_grad


def test_frozen_layers_are_the_early_ones_and_wide_kernels():
    net = ParserNet(ParserConfig())
    freeze(net.encoder)
    assert not net.encoder.stem.weight.requires_grad
    assert not net.encoder.stages[1][0].widen.weight.requires_grad
    assert net.encoder.stages[2][0].widen.weight.requires_grad
    assert not net.encoder.stages[2][0].depthwise.weight.requires_grad
    assert net.encoder.stages[3][0].depthwise.weight.requires_grad


class TinyTask(ParserTask):
    """The parser's task on drawn people, with a tiny network."""

    def __init__(self) -> None:
        self.config = TINY15
        self.encoder = self.start = None
        self.people = People([person(1), person(2)], [], [], seed=0)
        self.ccp, self.viton = [person(7)], [person(8)]
        self.fashionista, self.hair = [person(9, 0.8)], [head_of_hair()]


def schedule(steps: int) -> trainer.Schedule:
    return trainer.Schedule(steps=steps, batch=2, sizes=((64, 64),), warm_up=2)


def test_a_resumed_run_ends_as_one_that_never_stopped(tmp_path, monkeypatch):
    # the rate must not depend on where the run is to end
    monkeypatch.setattr(trainer, "_rate", lambda step, progress, schedule: 1e-3)
    whole = trainer.fit(TinyTask(), schedule(6), tmp_path / "whole")
    trainer.fit(TinyTask(), schedule(3), tmp_path / "parts")
    resumed = trainer.fit(TinyTask(), schedule(6), tmp_path / "parts", resume=True)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_training_leaves_network_log_and_sheet(tmp_path):
    from tryon.core import weights

    trainer.fit(TinyTask(), schedule(2), tmp_path)
    net = weights.load(ParserNet, tmp_path / "parser.safetensors")
    assert net.config == TINY15
    assert weights.training_summary(tmp_path / "parser.safetensors")["steps"] == 2
    assert (tmp_path / "log.jsonl").read_text().count("ccp mean") == 1
    assert list(tmp_path.glob("sheet-*.png"))


def test_an_error_while_making_data_stops_the_run(tmp_path):
    class Broken(TinyTask):
        def batch(self, first, count, size):
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        trainer.fit(Broken(), schedule(2), tmp_path)


def test_a_run_may_change_every_field_of_a_schedule():
    fields = {field.name: field.type for field in dataclasses.fields(trainer.Schedule)}
    assert trainer.Changes.__annotations__ == fields


def test_unknown_network_and_missing_data_are_refused(tmp_path):
    from tryon.training import main

    with pytest.raises(ValueError, match="unknown network"):
        main("dreamer", str(tmp_path), str(tmp_path))
    with pytest.raises(FileNotFoundError, match="no folder"):
        main("parser", str(tmp_path / "nowhere"), str(tmp_path))


def test_iou_is_counted_by_class():
    confusion = np.zeros((15, 15), np.int64)
    confusion[0, 0], confusion[4, 4], confusion[4, 0] = 90, 6, 4
    scores = ious(confusion)
    assert scores["upper"] == pytest.approx(0.6)
    assert scores["background"] == pytest.approx(90 / 94)
    assert scores["mean"] == pytest.approx((0.6 + 90 / 94) / 2)
    assert set(scores) == {"mean", "background", "upper"}


def test_hair_is_counted_over_all_photos_together():
    def left_half(pixels, landmarks, silhouette):
        found = np.full(pixels.shape[:2], Part.FACE, np.uint8)
        found[:, : pixels.shape[1] // 2] = Part.HAIR
        return found

    one = head_of_hair()  # hair: 40 rows of 30 columns, half of it in the left half's 80 x 30
    assert hair_iou(left_half, [one, one]) == pytest.approx(600 / (2400 + 600), abs=1e-4)
    assert hair_iou(left_half, []) == 0


def test_parser_scores_and_labels_agree():
    parser = Parser(ParserNet(TINY15))
    one = person()
    scores = parser.scores(one.pixels, one.landmarks, one.silhouette)
    assert scores.shape == (200, 100, 15)
    np.testing.assert_allclose(scores.sum(-1), 1, atol=1e-4)
    labels = parser(one.pixels, one.landmarks, one.silhouette)
    assert (scores.argmax(-1) == labels).mean() > 0.99


def test_hands_are_told_from_arms():
    class AllArm(ParserNet):  # the same of a picture and its mirror image
        def forward(self, pixels, pose):
            count, _, height, width = pixels.shape
            logits = torch.zeros(count, 15, height // 2, width // 2)
            logits[:, Part.LEFT_ARM, :, width // 4 :] = 9
            logits[:, Part.RIGHT_ARM, :, : width // 4] = 9
            return logits

    one = person()
    scores = Parser(AllArm(TINY15)).parts_of(
        one.pixels, one.landmarks, one.silhouette > 0, np.zeros((0, 21, 3), np.float32)
    )
    assert scores.shape == (200, 100, 17)
    best = scores.argmax(-1)
    assert best[101, 78] == Part.LEFT_HAND
    assert best[70, 75] == Part.LEFT_ARM
    assert best[0, 0] == Part.BACKGROUND
    assert (scores[one.silhouette > 0, Part.BACKGROUND] == 0).all()
    np.testing.assert_allclose(scores.sum(-1), 1, atol=1e-3)


# --- dress or top and skirt ----------------------------------------------------------------------


def worn(dress: float, upper: float, skirt: float) -> np.ndarray:
    """(15, 50, 25): the dress's probability all over the body, the top's above, the skirt's below,
    background around."""
    scores = np.zeros((15, 50, 25), np.float32)
    scores[Part.DRESS, 11:35, 5:20] = dress
    scores[Part.UPPER, 11:23, 5:20] = upper
    scores[Part.SKIRT, 23:35, 5:20] = skirt
    scores[Part.BACKGROUND] = scores.sum(0) == 0
    return scores


@pytest.mark.parametrize(
    ("dress", "upper", "skirt", "above", "below"),
    [
        (0.5, 0.4, 0.4, Part.DRESS, Part.DRESS),  # likely a dress: all of it
        (0.1, 0.8, 0.5, Part.UPPER, Part.SKIRT),  # likely not: none of it
        (0.25, 0.72, 0.1, Part.UPPER, Part.DRESS),  # a top over a dress stays
    ],
)
def test_a_dress_is_whole_or_not_at_all(dress, upper, skirt, above, below):
    points = landmarks_of_a_standing_person()[:, :2] / 4  # canvas pixels of `worn`
    scores = worn(dress, upper, skirt)
    settle_dress(scores, points)
    labels = scores.argmax(0)
    assert labels[15, 12] == above
    assert labels[31, 12] == below


def test_weights_of_the_training_are_divided_out_again():
    """Of two parts that the network finds alike, the one it was pushed to loses."""
    net = ParserNet(TINY15).eval()
    torch.nn.init.zeros_(net.classify.weight)
    torch.nn.init.constant_(net.classify.bias, -20)
    with torch.no_grad():
        net.classify.bias[[Part.TROUSERS, Part.SKIRT]] = 20.0
    one = person()
    scores = Parser(net).scores(one.pixels, one.landmarks, one.silhouette)
    ratio = scores[100, 50, Part.TROUSERS] / scores[100, 50, Part.SKIRT]
    assert ratio == pytest.approx(CLASS_WEIGHTS[Part.SKIRT], rel=1e-3)


def test_a_mirrored_photo_gives_mirrored_parts():
    """Of the shipped network: it looks at both, whichever it is given."""
    parser = Parser.load()
    one = person()
    labels = parser(one.pixels, one.landmarks, one.silhouette)
    landmarks = one.landmarks[MIRRORED_POSE].copy()
    landmarks[:, 0] = one.parts.shape[1] - 1 - landmarks[:, 0]
    other = parser(
        np.ascontiguousarray(one.pixels[:, ::-1]),
        landmarks,
        np.ascontiguousarray(one.silhouette[:, ::-1]),
    )
    assert len(np.unique(labels)) > 5
    assert (MIRRORED_PARTS[other[:, ::-1]] == labels).mean() > 0.98


def test_mirrored_planes_are_those_of_the_mirrored_pose():
    one = person()
    landmarks = one.landmarks[MIRRORED_POSE].copy()
    landmarks[:, 0] = one.parts.shape[1] - 1 - landmarks[:, 0]
    silhouette = np.ascontiguousarray(one.silhouette[:, ::-1])
    drawn = pose_planes(landmarks, silhouette).astype(int)
    turned = mirrored_planes(pose_planes(one.landmarks, one.silhouette)).astype(int)
    assert (np.abs(drawn - turned) > 60).mean() < 0.03
