"""FusionNet and its training: shapes, gradients, the geometric start, one pair overfitted."""

import dataclasses
import subprocess
import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from test_pairs import PAIR, figure_pair

from tryon.core import weights
from tryon.core.types import Outline
from tryon.core.vocabulary import ATTRIBUTES, COLOUR_RGB
from tryon.evaluation.similarity import ssim
from tryon.fusion.studio import CANVAS
from tryon.nets.blocks import fold_norms
from tryon.nets.fusion import (
    FUSIONS,
    FusionConfig,
    FusionNet,
    correlation,
    expected_position,
    sample,
)
from tryon.training import fusion
from tryon.training.adversary import adversarial_losses
from tryon.training.data.pairs import Disturbance, Pairs, drawn
from tryon.training.fusion import (
    FusionTask,
    bending,
    evaluate,
    inputs,
    pixels_of,
    structure,
    warp_losses,
)
from tryon.training.trainer import PREFETCH

TINY = FusionConfig(
    channels=(8, 12, 16, 16, 24),
    levels=(16, 16, 12, 12),
    radii=(1, 1, 1, 0),
    matching=8,
    carried=4,
    renderer=(12, 12, 8, 8),
)
SIZE = (128, 96)


@pytest.fixture(autouse=True)
def one_thread():
    """So small a network is slower on several threads, and far slower beside other work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tiny(fusion: str = "concat") -> FusionNet:
    torch.manual_seed(0)
    return FusionNet(FusionConfig(**{**vars(TINY), "fusion": fusion}))


def batch(count: int = 2, size: tuple[int, int] = SIZE) -> dict[str, torch.Tensor]:
    pairs = [PAIR, figure_pair((210, 60, 40), 1)]
    samples = [drawn(pair, pair, size, Disturbance.none()) for pair in pairs[:count]]
    return {name: torch.from_numpy(np.stack([one[name] for one in samples])) for name in samples[0]}


# --- the network ---------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", FUSIONS)
def test_everything_has_its_shape(variant):
    fused = tiny(variant).eval()(**inputs(batch()))
    assert [tuple(flow.shape) for flow in fused.flows] == [
        (2, 2, 4, 3),
        (2, 2, 8, 6),
        (2, 2, 16, 12),
        (2, 2, 32, 24),
    ]
    assert fused.flow.shape == (2, 2, *SIZE)
    assert fused.picture.shape == fused.body.shape == fused.garment.shape == (2, 3, *SIZE)
    assert fused.weight.shape == fused.shading.shape == fused.alpha.shape == (2, 1, *SIZE)
    assert fused.marks.shape == (2, len(Outline), 2)
    assert fused.confidence.shape == (2,)
    assert {name: one.shape[1] for name, one in fused.attributes.items()} == dict(TINY.heads)
    assert float(fused.weight.detach().min()) >= 0
    assert float(fused.weight.detach().max()) <= 1


def test_an_unknown_variant_is_refused():
    with pytest.raises(ValueError, match="mixer"):
        tiny("mixer")


@pytest.mark.parametrize("size", [SIZE, CANVAS])
def test_untrained_it_is_the_geometric_draft(size):
    given = batch(1, size)
    with torch.inference_mode():
        fused = tiny().eval()(**inputs(given), render=False)
    start = given["start"].permute(0, 3, 1, 2)
    assert torch.equal(fused.flows[2], start)
    assert fused.picture is None
    worn, laid = given["worn"][0] == 255, fused.alpha[0, 0] > 0.5
    assert ((laid & worn).sum() / worn.sum()) > 0.9


def test_what_may_be_seen_is_left_alone():
    given = batch()
    with torch.inference_mode():
        fused = tiny().eval()(**inputs(given))
    free = (given["keep"] == 255)[:, None] & (fused.weight == 0)
    assert free.any()
    seen = inputs(given)["seen"]
    assert torch.equal(torch.where(free, fused.picture, 0), torch.where(free, seen, 0))


@pytest.mark.parametrize("variant", FUSIONS)
def test_every_parameter_gets_gradient(variant):
    net = tiny(variant)
    # Last layers start at zero, so what lies before them would get nothing in the first step.
    for name, parameter in net.named_parameters():
        if name.endswith(("step.weight", "paint.weight", "shade.weight")):
            torch.nn.init.normal_(parameter, std=0.05)
    given = batch()
    # Attributes that were not measured teach nothing; here all are.
    given["attributes"] = torch.zeros_like(given["attributes"])
    fused = net(**{**inputs(given), "text": torch.randn(2, TINY.text)})
    parts = warp_losses(fused, given) | fusion.render_losses(fused, given, None)
    sum(parts.values()).backward()
    assert [name for name, p in net.named_parameters() if not p.grad.abs().sum() > 0] == []


@pytest.mark.parametrize("variant", FUSIONS)
def test_words_change_the_flow_once_they_are_learned(variant):
    net = tiny(variant).eval()
    for level in net.flow_levels:
        torch.nn.init.normal_(level.step.weight, std=0.1)
    given = inputs(batch(1))
    with torch.inference_mode():
        silent = net(**given).flow
        assert torch.equal(silent, net(**{**given, "text": None}).flow)
        assert not torch.equal(silent, net(**{**given, "text": torch.ones(1, TINY.text)}).flow)


def test_it_survives_bfloat16_and_folding():
    net = tiny().eval()
    given = inputs(batch(1))
    with torch.inference_mode():
        exact = net(**given).picture
        with torch.autocast("cpu", torch.bfloat16):
            rounded = net(**given)
        folded = fold_norms(net)(**given).picture
    assert rounded.flow.dtype == torch.float32
    assert (rounded.picture - exact).abs().mean() < 0.02
    torch.testing.assert_close(folded, exact, atol=1e-4, rtol=1e-4)


def test_it_is_small_enough_and_comes_back_from_its_file(tmp_path):
    net = FusionNet(FusionConfig())
    weights.save(net, tmp_path / "fusion.safetensors", {})
    assert (tmp_path / "fusion.safetensors").stat().st_size < 8e6
    again = weights.load(FusionNet, tmp_path / "fusion.safetensors")
    assert again.config == net.config


def test_sampling_reads_where_the_flow_says():
    values = torch.arange(12.0).view(1, 1, 3, 4)
    flow = torch.tensor([[-0.75, 0.0], [0.75, 2 / 3], [9.0, 0.0]]).T.view(1, 2, 1, 3)
    assert sample(values, flow).flatten().tolist() == pytest.approx([4.0, 11.0, 0.0])


def test_correlation_finds_the_shifted_place():
    ours = torch.zeros(1, 2, 5, 5)
    theirs = torch.zeros(1, 2, 5, 5)
    ours[0, :, 2, 2] = torch.tensor([3.0, 4.0])
    theirs[0, :, 1, 3] = torch.tensor([6.0, 8.0])  # one up, one to the right
    found = correlation(ours, theirs, 1)[0, :, 2, 2].view(3, 3)
    assert found[0, 2] == pytest.approx(1.0)
    assert found.sum() == pytest.approx(1.0)


def test_a_peak_is_found_at_its_middle():
    scores = torch.full((1, 1, 4, 2), -50.0)
    scores[0, 0, 3, 0] = 50.0
    assert expected_position(scores)[0, 0].tolist() == pytest.approx([-0.5, 0.75])


# --- losses --------------------------------------------------------------------------------------


def test_bending_is_nothing_for_an_affine_flow():
    y, x = torch.meshgrid(torch.linspace(-1, 1, 16), torch.linspace(-1, 1, 12), indexing="ij")
    straight = torch.stack([0.7 * x + 0.2 * y, 1.3 * y - 0.1])[None]
    everywhere, left = torch.ones(1, 1, 16, 12), torch.zeros(1, 1, 16, 12)
    left[..., :5] = 1
    assert bending(straight, everywhere) < 3 * fusion.SMOOTH_EPSILON
    bent = straight + 0.1 * torch.sin(9 * x)[None, None]
    assert bending(bent, everywhere) > 10 * bending(straight, everywhere)
    folded = straight.clone()
    folded[..., 8:] += 1  # far from where it counts
    assert bending(folded, left) == pytest.approx(float(bending(straight, left)), rel=1e-3)


def test_the_right_warp_costs_less_than_a_shifted_one():
    given = batch()
    net = tiny().eval()
    with torch.inference_mode():
        right = warp_losses(net(**inputs(given), render=False), given)
        given["start"] = given["start"] + 0.2
        wrong = warp_losses(net(**inputs(given), render=False), given)
    assert right["outline"] < 0.5 * wrong["outline"]
    assert right["outline"] + right["colour"] < 0.5 * (wrong["outline"] + wrong["colour"])


def test_structure_is_the_ssim_that_is_reported():
    """Of brightness, and but for the window, which is flat in training."""
    generator = np.random.default_rng(0)
    smooth = cv2.GaussianBlur(generator.integers(0, 256, (96, 80, 3)).astype(np.float32), (0, 0), 4)
    first = np.clip(127 + 8 * (smooth - 127), 0, 255).astype(np.uint8)
    second = np.clip(np.roll(first, 2, 1) + generator.normal(0, 9, first.shape), 0, 255)
    both = (first, second.astype(np.uint8))
    ours, theirs = (fusion.colours(torch.from_numpy(one[None])) for one in both)
    grey = [np.repeat(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)[..., None], 3, -1) for one in both]
    inner = structure(ours, theirs)[..., 3:-3, 3:-3]
    assert float(inner.mean()) == pytest.approx(ssim(*grey), abs=0.03)
    assert 0.2 < ssim(*grey) < 0.8
    assert torch.allclose(structure(ours, ours), torch.ones(()), atol=1e-3)


def test_nothing_is_learned_from_what_is_unknown():
    """Other pixels where the photo proves nothing change no loss."""
    given = batch()
    doubt = given["worn"] == 128
    assert doubt.any()
    other = {name: value.clone() for name, value in given.items()}
    other["person"][doubt] = 255 - other["person"][doubt]
    net = tiny().eval()
    with torch.inference_mode():
        fused = net(**inputs(given))
        for one, two in zip(
            fusion.render_losses(fused, given, None).values(),
            fusion.render_losses(fused, other, None).values(),
            strict=True,
        ):
            assert one == two
        assert warp_losses(fused, given)["colour"] == pytest.approx(
            float(warp_losses(fused, other)["colour"]), rel=1e-4
        )


# --- training ------------------------------------------------------------------------------------


def test_one_pair_is_learned_by_heart():
    """From a start that is off, the garment comes to lie on the body and is painted."""
    torch.manual_seed(0)
    task = FusionTask(Pairs([PAIR]), [], "render", TINY)
    net = task.build()
    given = batch(size=(64, 64))
    given["start"] = given["start"] + 0.15
    optimiser = torch.optim.AdamW(net.parameters(), 4e-3)
    first = None
    for _ in range(40):
        loss, parts = task.loss(net, given)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        first = first or parts
    assert parts["outline"] < 0.6 * first["outline"]
    assert parts["picture"] < 0.6 * first["picture"]


def test_all_phases_run_are_saved_and_resumed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fusion, "read_pairs", lambda cache, held_out: [PAIR])
    monkeypatch.setattr(fusion, "FusionConfig", lambda fusion: TINY)
    options = {"steps": 8, "batch": 2, "sizes": ((64, 64),), "size_starts": (0.0,), "threads": 1}
    net = fusion.train(tmp_path, tmp_path / "out", None, **options)
    assert isinstance(net, FusionNet)
    figures = evaluate(net, [PAIR], render=True)
    expected = {"ssim", "outline", "told outline", "start outline", "l1", "colours obeyed"}
    assert expected <= figures.keys()
    # The drawn garment has sleeves, the drawn arms are bare.
    assert figures["start outline"] > 0.6
    assert figures["outline"] == pytest.approx(figures["start outline"], abs=0.05)
    for phase in fusion.PHASES:
        folder = tmp_path / "out" / phase
        assert (folder / "done").is_file()
        assert list(folder.glob("sheet-*.png"))
        saved = weights.load(FusionNet, folder / "fusion.safetensors").config
        assert saved == dataclasses.replace(TINY, rendered=phase != "warp")
    before = (tmp_path / "out" / "warp" / "log.jsonl").read_text()
    (tmp_path / "out" / "adversarial" / "done").unlink()
    fusion.train(tmp_path, tmp_path / "out", None, resume=True, **options)
    assert (tmp_path / "out" / "warp" / "log.jsonl").read_text() == before
    assert (tmp_path / "out" / "adversarial" / "done").is_file()


def test_a_stopped_duel_goes_on_as_if_it_never_had(tmp_path, monkeypatch):
    """Network and critic, their averages and the optimiser come back; data follow the step."""
    monkeypatch.setattr(fusion, "read_pairs", lambda cache, held_out: [PAIR][: 1 - held_out])
    monkeypatch.setattr(fusion, "FusionConfig", lambda fusion: TINY)
    options = {"batch": 2, "sizes": ((64, 64),), "size_starts": (0.0,), "threads": 1}
    options |= {"phase": "adversarial", "start": str(tmp_path / "start.safetensors"), "steps": 4}
    weights.save(tiny(), tmp_path / "start.safetensors", {})
    whole = fusion.train(tmp_path, tmp_path / "whole", None, **options)

    class StopError(Exception):
        pass

    def stop_at(task, net, batch, original=FusionTask.loss):
        if len(steps) == 2 and not stopped:
            stopped.append(True)
            raise StopError
        steps.append(True)
        return original(task, net, batch)

    steps, stopped = [], []
    monkeypatch.setattr(FusionTask, "loss", stop_at)
    options["save_minutes"] = 0.0
    with pytest.raises(StopError):
        fusion.train(tmp_path, tmp_path / "parts", None, **options)
    parts = fusion.train(tmp_path, tmp_path / "parts", None, resume=True, **options)
    assert len(steps) == 4
    again = parts.state_dict()
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(again[name], value, msg=name)
    assert parts.config.rendered


def test_critic_and_renderer_each_learn_from_their_own_loss():
    torch.manual_seed(0)
    task = FusionTask(Pairs([PAIR]), [], "adversarial", TINY)
    duel = task.build()
    given = batch(size=(64, 64))
    known = fusion._known(given["worn"])
    verdict = duel(fusion.colours(given["person"]), known, **inputs(given))[1]
    losses = adversarial_losses(verdict)
    losses["adversary"].backward(retain_graph=True)
    assert duel.net.renderer.paint.weight.grad.abs().sum() > 0
    assert all(p.grad is None for p in duel.critic.parameters())
    assert all(p.grad is None for p in duel.net.flow_levels.parameters())
    duel.zero_grad()
    losses["critic"].backward()
    assert all(p.grad is not None for p in duel.critic.parameters())
    assert duel.net.renderer.paint.weight.grad is None
    assert duel.shipped is duel.net


def test_without_a_picture_words_teach_the_renderer_and_nothing_else():
    pairs = Pairs([dataclasses.replace(PAIR, known={"colour": "red"})], pictureless=1.0)
    arrays = pairs.batch(0, 2, (64, 64))
    given = {name: torch.from_numpy(value) for name, value in arrays.items()}
    assert not given["alpha"].any()
    assert (given["garment"] == 255).all()
    assert given["text"].sum() > 0
    net = tiny()
    fused = net(**inputs(given))
    parts = warp_losses(fused, given)
    assert all(value.detach() == 0 for value in parts.values())
    painted = fusion.render_losses(fused, given, None)["picture"]
    painted.backward()
    assert painted > 0
    assert net.renderer.paint.weight.grad.abs().sum() > 0


def test_a_painter_that_does_as_it_is_told_obeys(monkeypatch):
    """Colours are counted as obeyed when the painted cloth has them, and only then."""

    class Painter(torch.nn.Module):
        def __init__(self, wrong):
            super().__init__()
            self.none, self.wrong = torch.nn.Parameter(torch.zeros(1)), wrong

        def forward(self, seen, text, **rest):
            names = [f"{name}={value}" for name, values in ATTRIBUTES.items() for value in values]
            picture = torch.zeros_like(seen)
            for number, said in enumerate(text):
                colour = names[int(said.argmax())].removeprefix("colour=")
                rgb = COLOUR_RGB["orange" if self.wrong else colour]
                picture[number] = (
                    torch.tensor(rgb, dtype=torch.float32)[:, None, None] - 127
                ) / 128
            return SimpleNamespace(picture=picture)

    assert fusion.colours_obeyed(Painter(wrong=False), [PAIR]) == 1.0
    assert fusion.colours_obeyed(Painter(wrong=True), [PAIR]) == 0.0


def test_one_phase_alone_goes_on_when_asked_and_may_begin_from_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(fusion, "read_pairs", lambda cache, held_out: [PAIR][: 1 - held_out])
    monkeypatch.setattr(fusion, "FusionConfig", lambda fusion: TINY)
    options = {"batch": 2, "sizes": ((64, 64),), "size_starts": (0.0,), "threads": 1}
    out = tmp_path / "out"
    fusion.train(tmp_path, out, None, phase="warp", steps=2, **options)
    assert not (out / "render").exists()
    made = out / "warp" / "fusion.safetensors"
    assert weights.training_summary(made)["steps"] == 2
    fusion.train(tmp_path, out, None, resume=True, phase="warp", steps=3, **options)
    assert weights.training_summary(made)["steps"] == 3
    options |= {"phase": "warp", "steps": 1, "learning_rate": 0.0, "start": str(made)}
    again = fusion.train(tmp_path, tmp_path / "again", None, **options)
    before = dict(weights.load(FusionNet, made).named_parameters())
    for name, value in again.named_parameters():
        torch.testing.assert_close(value, before[name], atol=1e-3, rtol=1e-3)
    with pytest.raises(ValueError, match="unknown phase"):
        fusion.train(tmp_path, out, None, phase="sew")


def test_the_whole_canvas_is_used_from_when_it_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(fusion, "read_pairs", lambda cache, held_out: [PAIR][: 1 - held_out])
    monkeypatch.setattr(fusion, "FusionConfig", lambda fusion: TINY)
    sizes = []

    class Watched(FusionTask):
        def batch(self, first, count, size):
            sizes.append(size)
            return super().batch(first, count, size)

    monkeypatch.setattr(fusion, "FusionTask", Watched)
    options = {"batch": 2, "sizes": ((32, 32), (64, 64)), "threads": 1, "phase": "warp"}
    fusion.train(tmp_path, tmp_path, None, steps=20, full_size_from=0.5, **options)
    small = sizes.count((32, 32))
    assert sizes == small * [(32, 32)] + (len(sizes) - small) * [(64, 64)]
    assert 10 <= small <= 10 + PREFETCH + 1  # some were made ahead


def test_the_renderer_rests_in_phase_one():
    net = FusionTask(Pairs([PAIR]), [], "warp", TINY).build()
    assert not any(p.requires_grad for p in net.renderer.parameters())
    assert all(p.requires_grad for p in net.flow_levels.parameters())


def test_pixels_survive_the_networks_scale():
    pixels = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 16, 16, 3)
    assert (pixels_of(fusion.colours(torch.from_numpy(pixels))[0]) == pixels[0]).all()


def test_training_needs_no_body_analysis():
    """Pairs are prepared once; a machine that only trains may lack MediaPipe."""
    blocked = "import sys; sys.modules['mediapipe'] = None; "
    wanted = (
        "from tryon.training import adversary, fusion; from tryon.training.data import pairs; "
        "assert adversary and pairs and fusion.PHASES"
    )
    subprocess.run([sys.executable, "-c", blocked + wanted], check=True, timeout=120)
