"""The network that dresses: what it may see, what it learns from, what is made of its answer."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from figures import flat_tee, standing_person

from tryon.compose.dressed import compose_dressed
from tryon.core.types import Hang, Part, Pose
from tryon.fusion.dressing import Dressed, Dresser
from tryon.fusion.hiding import LAYOUT_OF, PLANES, Layout, hide, wider
from tryon.fusion.studio import CANVAS, enter, plain_start
from tryon.nets.dressing import DressingConfig, DressingNet, all_pairs
from tryon.training.data.dressed import (
    MASK_SHARE,
    OPENPOSE,
    Pair,
    openpose_landmarks,
    prepared,
    read_viton_pairs,
    smaller,
)
from tryon.training.data.dressed import (
    Dressed as Samples,
)
from tryon.training.dressing import (
    DressingTask,
    Given,
    curvature,
    dress_loss,
    paint_loss,
    train,
)

TINY = DressingConfig(
    channels=(4, 6, 8, 8, 8), decoder=(8, 8, 8, 8), matching=4, radius=1, painter=(4, 6, 6, 8)
)


@pytest.fixture(scope="module")
def wearer():
    return enter(standing_person())


@pytest.fixture(scope="module")
def pair(wearer):
    """The drawn figure in a garment as wide as the canvas allows."""
    mask = np.zeros(CANVAS, np.uint8)
    mask[30:220, 40:150] = 255
    garment = np.full((*CANVAS, 3), 255, np.uint8)
    garment[mask > 0] = (40, 90, 160)
    marks = wearer.landmarks.copy()
    return Pair("000001", wearer.pixels, garment, mask, LAYOUT_OF[wearer.parts], marks)


def tensors(samples):
    return {name: torch.from_numpy(values) for name, values in samples.items()}


# --- what may be seen ----------------------------------------------------------------------------


def test_old_cloth_neck_and_arms_are_hidden_whole(wearer):
    layout = LAYOUT_OF[wearer.parts]
    keep = hide(layout, wearer.landmarks).keep
    cloth = (layout == Layout.GARMENT) | (layout == Layout.NECK)
    assert not keep[cloth].any()
    elbow = np.round(wearer.landmarks[Pose.LEFT_ELBOW, :2]).astype(int)
    assert not keep[elbow[1], elbow[0]]


def test_head_hands_and_lower_garment_are_kept(wearer):
    layout = LAYOUT_OF[wearer.parts]
    keep = hide(layout, wearer.landmarks).keep
    face = wearer.parts == Part.FACE
    assert keep[face].mean() > 0.8
    lower = (layout == Layout.LOWER) & (np.arange(CANVAS[0])[:, None] > 235)
    assert keep[lower].mean() > 0.6
    assert keep[0].all()


def test_bare_arms_do_not_betray_where_a_sleeve_ended(wearer):
    """The same body in long sleeves and in none leaves the same arms hidden."""
    layout = LAYOUT_OF[wearer.parts]
    sleeved = layout.copy()
    upper = np.isin(layout, (Layout.LEFT_ARM, Layout.RIGHT_ARM)) & (wearer.parts != Part.LEFT_HAND)
    sleeved[upper & (wearer.parts != Part.RIGHT_HAND)] = Layout.GARMENT
    bare, covered = (hide(one, wearer.landmarks).keep for one in (layout, sleeved))
    marks = wearer.landmarks
    for a, b in ((Pose.LEFT_SHOULDER, Pose.LEFT_ELBOW), (Pose.LEFT_ELBOW, Pose.LEFT_WRIST)):
        x, y = np.round((marks[a, :2] + marks[b, :2]) / 2).astype(int)
        assert not bare[y, x]
        assert not covered[y, x]


def test_in_use_it_is_always_the_same_and_in_training_never(wearer):
    layout = LAYOUT_OF[wearer.parts]
    one, other = (hide(layout, wearer.landmarks) for _ in range(2))
    assert (one.keep == other.keep).all()
    drawn = [hide(layout, wearer.landmarks, np.random.default_rng(i)).keep.sum() for i in range(6)]
    assert len(set(drawn)) > 3


def test_planes_are_empty_where_no_joint_was_found(wearer):
    layout = LAYOUT_OF[wearer.parts]
    unseen = wearer.landmarks.copy()
    unseen[:, 2] = 0
    planes = hide(layout, unseen).planes
    assert planes.shape == (PLANES, CANVAS[0] // 2, CANVAS[1] // 2)
    assert not planes[:8].any()
    assert hide(layout, wearer.landmarks).planes[:8].any((1, 2)).all()


def test_wider():
    mask = np.zeros((5, 5), bool)
    mask[2, 2] = True
    assert wider(mask, 1).sum() == 5
    assert wider(mask, 0.2).sum() == 5  # a pixel at least


# --- samples -------------------------------------------------------------------------------------


def test_joints_of_openpose_find_their_places():
    joints = np.zeros((18, 3), np.float32)
    joints[5] = 7, 8, 0.9
    marks = openpose_landmarks(joints)
    assert marks[Pose.LEFT_SHOULDER].tolist() == [7, 8, 1]
    assert marks[Pose.RIGHT_SHOULDER, 2] == 0
    assert len(set(OPENPOSE.values())) == len(OPENPOSE)


def test_a_sample_is_the_same_for_the_same_seed_and_index(pair):
    first, again = (Samples([pair], seed=3).sample(5) for _ in range(2))
    other = Samples([pair], seed=3).sample(6)
    assert all((first[name] == again[name]).all() for name in first)
    assert (first["target"] != other["target"]).any()


def test_what_is_hidden_is_not_in_the_sample(pair):
    sample = prepared(pair, np.random.default_rng(0))
    assert not sample["seen"][sample["keep"] == 0].any()
    assert sample["target"].shape == (*CANVAS, 3)
    assert set(np.unique(sample["layout"])) <= set(Layout)


def test_half_a_canvas(pair):
    batch = Samples([pair]).batch(0, 2, (128, 96))
    assert batch["seen"].shape == (2, 128, 96, 3)
    assert batch["planes"].shape == (2, PLANES, 64, 48)
    values = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    assert smaller("alpha", values, 2).tolist() == [[[2, 4], [10, 12]]]
    assert smaller("layout", values, 2).tolist() == [[[5, 7], [13, 15]]]


def test_pairs_that_teach_something_wrong_are_left_out(tmp_path, pair):
    """A mask that covers nothing, a back view and a garment of another colour, on disk."""
    import cv2

    from tryon.training.data.labels import VITON_PARTS

    shard = tmp_path / "viton-train-0"
    for name in ("person", "cloth", "cloth_mask", "parse"):
        (shard / name).mkdir(parents=True)
    lip = {int(part): i for i, part in reversed(list(enumerate(VITON_PARTS)))}
    parse = np.zeros(CANVAS, np.uint8)
    parse[60:200, 50:140] = lip[Part.UPPER]
    person = np.full((*CANVAS, 3), 200, np.uint8)
    person[60:200, 50:140] = (40, 90, 160)
    joints = np.zeros((4, 18, 3), np.float32)
    for number in range(4):
        joints[number, 5], joints[number, 2] = (130, 70, 1), (60, 70, 1)
    joints[1, [5, 2]] = joints[1, [2, 5]]  # seen from behind
    ids = ["000001", "000002", "000003", "000004"]
    for number, name in enumerate(ids):
        garment = pair.garment.copy()
        mask = (pair.mask > 0).astype(np.uint8) if number != 2 else np.zeros(CANVAS, np.uint8)
        if number == 3:
            garment[pair.mask > 0] = (230, 30, 30)
        cv2.imwrite(str(shard / "person" / f"{name}.jpg"), person[..., ::-1])
        cv2.imwrite(str(shard / "cloth" / f"{name}.jpg"), garment[..., ::-1])
        cv2.imwrite(str(shard / "cloth_mask" / f"{name}.png"), mask)
        cv2.imwrite(str(shard / "parse" / f"{name}.png"), parse)
    np.savez(shard / "pose18.npz", ids=np.array(ids), keypoints=joints)
    assert MASK_SHARE[0] > 0
    assert [one.identifier for one in read_viton_pairs(tmp_path)] == ["000001"]
    with pytest.raises(FileNotFoundError):
        read_viton_pairs(tmp_path / "elsewhere")


# --- the network ---------------------------------------------------------------------------------


def task(pair, phase):
    return DressingTask(None, phase, config=TINY, pairs=([pair], [pair]))


def test_untrained_the_garment_hangs_straight(pair):
    given = Given(tensors(Samples([pair]).batch(0, 1, CANVAS)))
    plan = DressingNet(TINY).eval().dresser(*given.inputs)
    start = torch.from_numpy(plain_start()).permute(2, 0, 1)
    assert plan.flows[-1].shape == (1, 2, 64, 48)
    near = torch.nn.functional.interpolate(plan.flows[-1], size=start.shape[-2:], mode="area")
    assert (near[0] - start).abs().max() < 0.2


@pytest.mark.parametrize("phase", ["dress", "paint"])
def test_every_parameter_of_a_phase_learns_and_no_other(pair, phase):
    torch.manual_seed(0)
    one = task(pair, phase)
    net = one.build().train()
    for parameter in net.parameters():
        if parameter.requires_grad and not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02)  # what starts at zero passes nothing back
    batch = tensors(one.batch(0, 2, (128, 96)))
    given = Given(batch)
    text = torch.rand(2, TINY.text)
    if phase == "dress":
        loss, parts = dress_loss(net.shipped.dresser(*given.inputs, text), given)
        awake, asleep = net.shipped.dresser, net.shipped.painter
    else:
        loss, parts = paint_loss(net, given, None)
        awake, asleep = net.shipped.painter, net.shipped.dresser
    loss.backward()
    assert all(np.isfinite(value) for value in parts.values())
    without = [name for name, p in awake.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []
    assert all(p.grad is None for p in asleep.parameters())


def test_it_learns_one_pair(pair):
    torch.manual_seed(0)
    one = task(pair, "dress")
    net = one.build().train()
    batch = tensors({name: values[None] for name, values in prepared(pair, None).items()})
    given = Given({n: torch.from_numpy(smaller(n, v.numpy(), 2)) for n, v in batch.items()})
    optimiser = torch.optim.AdamW(net.shipped.dresser.parameters(), 1e-2)
    losses = []
    for _ in range(40):
        loss, parts = dress_loss(net(given), given)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]
    assert parts["garment"] > 0.5


def test_words_change_the_layout_once_they_were_learned():
    torch.manual_seed(0)
    net = DressingNet(TINY).eval()
    for level in net.dresser.levels[:3]:
        torch.nn.init.normal_(level.say.weight, std=0.3)
    seen, keep = torch.rand(1, 3, 64, 64), torch.ones(1, 1, 64, 64)
    start = torch.from_numpy(plain_start()).permute(2, 0, 1)[None]
    given = (seen, keep, torch.rand(1, PLANES, 32, 32), torch.rand(1, 3, 64, 64), keep, start)
    silent, spoken = torch.zeros(1, TINY.text), torch.zeros(1, TINY.text)
    spoken[0, 3] = 1
    one, other = (net.dresser(*given, text).layouts[-1] for text in (silent, spoken))
    assert (one - other).abs().max() > 1e-4


def test_all_pairs_finds_the_same_cell():
    torch.manual_seed(0)
    features = torch.randn(1, 16, 8, 6)
    alike = all_pairs(features, features)
    assert (alike[0].argmax(0).flatten() == torch.arange(48)).all()


def test_a_straight_flow_has_no_curvature():
    y, x = torch.meshgrid(torch.arange(8.0), torch.arange(6.0), indexing="ij")
    straight = torch.stack([0.1 * x, 0.2 * y])[None]
    bent = straight.clone()
    bent[:, :, 4] += 0.3
    stiff = torch.ones(1, 1, 8, 6)
    assert curvature(straight, stiff) < 0.01
    assert curvature(bent, stiff) > 10 * curvature(straight, stiff)


def test_a_painter_needs_a_layout(tmp_path):
    with pytest.raises(ValueError, match="--start"):
        train(tmp_path, tmp_path, phase="paint")
    with pytest.raises(ValueError, match="dress, paint"):
        train(tmp_path, tmp_path, phase="sew")


def test_its_validation_and_its_sheet(pair):
    one = task(pair, "dress")
    net = one.build().shipped
    figures = one.evaluate(net)
    assert set(figures) == {"garment", "layout", "cloth error", "skin error"}
    assert 0 <= figures["garment"] <= 1
    assert one.sheet(net).shape == (CANVAS[0], 12 * CANVAS[1], 3)


# --- the picture ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "taught"),
    [
        ({}, True),
        ({"identifier": "tee-1"}, False),
        ({"attributes": {"type": "jacket"}, "attribute_scores": {"type": 1.0}}, False),
        ({"hang": Hang(length=1.0)}, False),
        ({"hang": Hang(width=0.0)}, False),
    ],
)
def test_what_it_was_not_taught_is_left_to_geometry(change, taught):
    """So words on how a stranger's top is to hang still change how it hangs."""
    person, garment = standing_person(), flat_tee()
    assert Dresser.knows(person, replace(garment, **change)) is taught


@pytest.fixture(scope="module")
def scene():
    person, garment = standing_person(), flat_tee()
    studio = enter(person)
    layout = LAYOUT_OF[studio.parts]
    likely = np.full((len(Layout), *CANVAS), 0.01, np.float32)
    for label in Layout:
        likely[label][layout == label] = 0.91
    height, width = garment.photo.size
    y, x = np.mgrid[: CANVAS[0], : CANVAS[1]].astype(np.float32)
    flow = np.dstack([x * width / CANVAS[1], y * height / CANVAS[0]])
    body = np.full((*CANVAS, 3), (190, 150, 120), np.float32)
    light = np.ones(CANVAS, np.float32)
    keep = hide(layout, studio.landmarks).keep
    return person, garment, Dressed(studio.fit, likely, flow, body, light, keep, 0.9)


def test_the_outside_and_what_is_never_touched_stay_to_the_byte(scene):
    person, garment, dressed = scene
    made = compose_dressed(person, garment, dressed)
    same = (made.photo.pixels == person.photo.pixels).all(-1)
    assert same[~made.region].all()
    for part in (Part.FACE, Part.HAIR, Part.LEFT_HAND, Part.RIGHT_HAND):
        assert same[person.parts == part].all()
    assert not made.region[person.parts == Part.TROUSERS].all()
    assert made.region[person.parts == Part.UPPER].mean() > 0.9


def test_the_garments_own_colour_is_worn(scene):
    person, garment, dressed = scene
    made = compose_dressed(person, garment, dressed)
    worn = made.coverage > 250
    assert worn.sum() > 3000
    cloth = np.median(garment.photo.pixels[garment.alpha > 250], 0)
    assert np.abs(np.median(made.photo.pixels[worn], 0) - cloth).max() < 12


def test_light_darkens_folds_and_not_the_garment(scene):
    person, garment, dressed = scene
    plain = compose_dressed(person, garment, replace(dressed, light=np.ones_like(dressed.light)))
    dim = compose_dressed(person, garment, replace(dressed, light=dressed.light * 0 + 0.8))
    assert (dim.photo.pixels == plain.photo.pixels).all()
    light = np.ones_like(dressed.light)
    worn = dressed.layout[Layout.GARMENT] > 0.5
    rows = np.flatnonzero(worn.any(1))
    fold = slice(rows[0], rows[0] + len(rows) // 3)
    light[fold] = 0.8
    folded = compose_dressed(person, garment, replace(dressed, light=light))
    darker = (folded.photo.pixels.mean(2) < 0.95 * plain.photo.pixels.mean(2)) & folded.region
    share = darker[plain.coverage > 250].mean()
    assert 0.15 < share < 0.5


def test_sleeves_that_are_not_wanted_go(scene):
    """Where the layout wants a bare arm and the photo shows cloth, skin is painted."""
    person, garment, dressed = scene
    parts = person.parts.copy()
    arm = parts == Part.LEFT_ARM
    parts[arm] = Part.UPPER
    pixels = person.photo.pixels.copy()
    pixels[arm] = (20, 20, 120)
    sleeved = replace(person, parts=parts, photo=type(person.photo)(pixels))
    made = compose_dressed(sleeved, garment, dressed).photo.pixels[arm]
    assert np.abs(np.median(made, 0) - (190, 150, 120)).max() < 30


def test_a_dresser_says_the_same_twice():
    torch.manual_seed(0)
    dresser = Dresser(DressingNet(TINY))
    person, garment = standing_person(), flat_tee()
    one, other = dresser(person, garment), dresser(person, garment)
    assert (one.layout == other.layout).all()
    assert np.allclose(one.layout.sum(0), 1, atol=1e-4)
    assert one.flow.shape == (*CANVAS, 2)
