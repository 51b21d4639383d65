"""The networks at a tiny size: shapes, gradients, padding, folding, and what their inputs do."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tryon.core.types import Outline
from tryon.nets._torchvision import SCHEMAS, make_importable
from tryon.nets.blocks import Attention, ConvNorm, fold_norms
from tryon.nets.encoder import Encoder, EncoderConfig, SameConv
from tryon.nets.garment import GarmentConfig, GarmentNet, _means
from tryon.nets.parser import ParserConfig, ParserNet

TINY = EncoderConfig(
    stem=4,
    stages=(
        (1, 4, 3, 1, 1),
        (2, 6, 3, 2, 2),
        (2, 8, 5, 2, 1),
        (2, 8, 3, 2, 1),
        (2, 10, 5, 1, 1),
        (2, 12, 5, 2, 1),
    ),
)
PARSER = ParserConfig(classes=4, pose_planes=7, decoder=(8, 8, 8, 8, 8), encoder=TINY)
GARMENT = GarmentConfig(
    decoder=(8, 8, 8, 8, 8),
    hidden=8,
    heads=(("kind", ("upper", "lower", "dress")), ("worn", ("no", "yes"))),
    encoder=TINY,
)


def parser_inputs(count: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.randn(count, 3, 64, 96), torch.rand(count, 7, 16, 24)


def test_encoder_features_lie_at_strides_2_to_32():
    features = Encoder(TINY)(torch.zeros(1, 3, 64, 96))
    assert [tuple(f.shape[1:]) for f in features] == [
        (4, 32, 48),
        (6, 16, 24),
        (8, 8, 12),
        (10, 4, 6),
        (12, 2, 3),
    ]
    assert TINY.channels == (4, 6, 8, 10, 12)


def test_default_encoder_is_efficientnet_lite0_without_its_last_block():
    assert EncoderConfig().channels == (16, 24, 40, 112, 192)
    blocks = [block for stage in Encoder(EncoderConfig()).stages for block in stage]
    assert len(blocks) == 15


@pytest.mark.parametrize(
    ("kernel", "size", "sums"),
    [
        # TensorFlow's SAME at stride 2 and an even size pads (0, 1) for 3x3 and (1, 2) for 5x5
        (3, 4, [[9.0, 6.0], [6.0, 4.0]]),
        (5, 4, [[16.0, 12.0], [12.0, 9.0]]),
    ],
)
def test_stride_2_is_padded_at_the_bottom_and_right(kernel, size, sums):
    conv = SameConv(1, 1, kernel, stride=2)
    torch.nn.init.ones_(conv.weight)
    with torch.no_grad():
        assert conv(torch.ones(1, 1, size, size))[0, 0].tolist() == sums


def test_parser_gives_logits_at_half_size():
    assert ParserNet(PARSER)(*parser_inputs()).shape == (2, 4, 32, 48)


def test_garment_net_gives_a_mask_and_one_vector_a_head():
    found = GarmentNet(GARMENT).eval()(torch.randn(2, 3, 64, 32))
    assert found.mask.shape == (2, 1, 32, 16)
    assert {name: tuple(one.shape) for name, one in found.scores.items()} == {
        "kind": (2, 3),
        "worn": (2, 2),
    }
    assert found.points.shape == (2, len(Outline), 2)
    assert found.present.shape == (2, len(Outline))


def test_a_landmark_is_the_mean_of_its_map():
    maps = torch.full((1, 2, 4, 8), -30.0)
    maps[0, 0, 0, 0] = 30.0  # all in the first cell: its centre
    maps[0, 1, 1, 3] = maps[0, 1, 1, 4] = 30.0  # two cells alike: between them
    found = _means(maps)[0]
    torch.testing.assert_close(found, torch.tensor([[0.5 / 8, 0.5 / 4], [4 / 8, 1.5 / 4]]))


def test_attention_starts_as_nothing_and_sees_every_place():
    torch.manual_seed(0)
    block = Attention(8)
    x = torch.randn(1, 8, 3, 5)
    torch.testing.assert_close(block(x), x)
    for last in (block.answer, block.narrow):
        torch.nn.init.normal_(last.weight)
    moved = x.clone()
    moved[0, 0, 0, 0] += 1
    changed = (block(moved) - block(x)).abs().sum(1)[0]
    assert changed.shape == (3, 5)
    assert (changed > 0).all()


def test_every_parser_parameter_gets_gradient():
    net = ParserNet(PARSER)
    # The pose layer starts at zero, and what lies before it would get none in the first step.
    torch.nn.init.normal_(net.pose[1].weight)
    labels = torch.randint(0, 4, (2, 32, 48))
    F.cross_entropy(net(*parser_inputs()), labels).backward()
    assert [name for name, p in net.named_parameters() if not p.grad.abs().sum() > 0] == []


def test_every_garment_parameter_gets_gradient():
    torch.manual_seed(0)
    net = GarmentNet(GARMENT)
    found = net(torch.randn(4, 3, 64, 64))
    loss = F.softplus(found.mask).mean() + sum(
        F.cross_entropy(one, torch.zeros(4, dtype=torch.long)) for one in found.scores.values()
    )
    loss = loss + found.points.square().sum() + F.softplus(found.present).sum()
    loss.backward()
    assert [name for name, p in net.named_parameters() if not p.grad.abs().sum() > 0] == []


def test_pose_planes_say_nothing_at_the_start_and_something_later():
    net = ParserNet(PARSER).eval()
    pixels, pose = parser_inputs()
    with torch.no_grad():
        assert torch.equal(net(pixels, pose), net(pixels, 1 - pose))
        torch.nn.init.normal_(net.pose[1].weight)
        assert not torch.allclose(net(pixels, pose), net(pixels, 1 - pose))


def test_attributes_do_not_bend_the_mask():
    net = GarmentNet(GARMENT)
    found = net(torch.randn(2, 3, 64, 64))
    (found.scores["kind"].sum() + found.present.sum()).backward()
    assert net.mask.weight.grad is None


def test_folding_norms_changes_nothing_but_the_speed():
    torch.manual_seed(0)
    net = ParserNet(PARSER)
    for module in net.modules():
        if isinstance(module, ConvNorm):  # as after training
            module.norm.running_mean.uniform_(-1, 1)
            module.norm.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(module.norm.weight, 0.5, 2)
    net.eval()
    inputs = parser_inputs()
    with torch.no_grad():
        before = net(*inputs)
        after = fold_norms(net)(*inputs)
    np.testing.assert_allclose(after, before, atol=1e-4)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in net.modules())


def test_torchvision_can_be_imported_beside_any_torch():
    if not make_importable():
        pytest.skip("torchvision is not installed")
    from torchvision.transforms import v2

    assert v2.Resize((4, 6))(torch.rand(3, 8, 8)).shape == (3, 4, 6)
    assert make_importable()  # a second time does no harm
    assert all(schema.startswith(("nms(", "qnms(")) for schema in SCHEMAS)


def test_torchvision_that_is_not_there_is_no_error(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert make_importable() is False
