"""FASHN VTON 1.5 as an engine: its own package, with tiny random weights, on the processor.

Needs the package beside `requirements-gpu.txt` (docs/engines.md) and `onnx` for the small pose
networks; skipped without. A checkout of it will do: PYTHONPATH=…/fashn-vton-1.5/src.
"""

import importlib.util
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from fake import FakeTryOn

from tryon.core.errors import TryOnError
from tryon.core.types import Kind, Part, Photo
from tryon.engines.card import turnstile
from tryon.engines.engine import Step, StoppedError
from tryon.engines.refine import refine
from tryon.person.regions import is_part

MISSING = [
    package
    for package in ("fashn_vton", "einops", "onnxruntime", "onnx")
    if importlib.util.find_spec(package) is None
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
if not MISSING:
    import tiny_fashn
    import torch

    from tryon.engines.fashn import ABOUT, Fashn, NoParser, own_randomness

NEVER = (Part.FACE, Part.HAIR, Part.LEFT_HAND, Part.RIGHT_HAND)
STEPS = 2


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return tiny_fashn.write_weights(tmp_path_factory.mktemp("fashn") / "weights")


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small that sharing the work takes longer than doing it
    tiny_fashn.use_tiny(monkeypatch)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def engine(weights):
    return Fashn("cpu", weights, on_processor=True)


def try_on(height=320, width=240, seed=1):
    pixels = np.random.default_rng(seed).integers(60, 200, (height, width, 3), np.uint8)
    return FakeTryOn()(Photo(pixels), prompt="red")


@pytest.fixture
def own():
    return try_on()


def paint(engine, own, **options):
    options = {"seed": 1, "steps": STEPS, **options}
    return engine(own.person, own.garment, own.prompt, own.region, **options).pixels


# --- the picture ---------------------------------------------------------------------------------


def test_it_paints_and_everything_outside_stays(engine, own):
    done = refine(engine, own, steps=STEPS)
    assert done.engine == "fashn"
    assert done.remarks[-1].code == "engine_painted"
    differs = (done.photo.pixels != own.person.photo.pixels).any(axis=2)
    assert 0.05 < differs.mean() < 0.95
    assert not (differs & ~done.region).any()
    assert not (differs & is_part(own.person.parts, *NEVER)).any()


def test_the_garment_and_the_person_matter(engine, own):
    first = paint(engine, own)
    other = replace(own.garment, photo=Photo(255 - own.garment.photo.pixels))
    assert not np.array_equal(first, paint(engine, replace(own, garment=other)))
    assert not np.array_equal(first, paint(engine, try_on(seed=2)))


@pytest.mark.parametrize(
    ("kind", "category"),
    [(Kind.UPPER, "tops"), (Kind.LOWER, "bottoms"), (Kind.DRESS, "one-pieces")],
)
def test_each_kind_is_a_category_it_knows(engine, own, kind, category, monkeypatch):
    paint(engine, own)
    asked = []
    whole = engine._pipeline
    monkeypatch.setattr(
        engine, "_pipeline",
        Asked(whole, lambda options: asked.append(options["category"])),
    )  # fmt: skip
    garment = replace(own.garment, kind=kind)
    done = refine(engine, replace(own, garment=garment), steps=STEPS)
    assert done.engine == "fashn"
    assert asked == [category]


class Asked:
    """The pipeline, which tells what it is asked."""

    def __init__(self, pipeline, tell):
        self.pipeline, self.tell, self.tryon_model = pipeline, tell, pipeline.tryon_model

    def __call__(self, **options):
        self.tell(options)
        return self.pipeline(**options)


@pytest.mark.parametrize("seed", [-1, 0, 2**32 - 1, 2**32, 2**70, -(2**40)])
def test_any_whole_number_is_a_seed(engine, own, seed):
    assert paint(engine, own, seed=seed).shape == own.photo.pixels.shape


def test_the_seed_decides(engine, own):
    first, again, other = (paint(engine, own, seed=seed) for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("size", [(128, 128), (131, 517), (900, 140), (1600, 1200)])
def test_the_picture_has_the_photos_size(engine, size):
    assert paint(engine, try_on(*size)).shape == (*size, 3)


def test_pictures_with_alpha_reach_it_as_rgb(engine, own):
    """It refuses RGBA; ours never gets there, since only cut-outs on white are shown."""
    alpha = np.full(own.garment.photo.size, 90, np.uint8)
    see_through = replace(own.garment, photo=Photo(own.garment.photo.pixels, alpha))
    assert paint(engine, replace(own, garment=see_through)).shape == own.photo.pixels.shape


def test_no_steps_are_refused_where_it_would_paint_noise(engine, own):
    with pytest.raises(TryOnError, match="Steps must be 1 or more"):
        paint(engine, own, steps=0)


# --- its habits ----------------------------------------------------------------------------------


def test_the_global_random_state_goes_on_as_if_nothing_was(engine, own):
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    expected = torch.rand(3), np.random.random(3)  # noqa: NPY002
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    paint(engine, own, seed=123)
    assert torch.equal(torch.rand(3), expected[0])
    assert np.array_equal(np.random.random(3), expected[1])  # noqa: NPY002


def test_the_random_state_comes_back_after_a_fault_too():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)

    def fault():
        with own_randomness("cpu"):
            torch.manual_seed(99)
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        fault()
    assert torch.equal(torch.rand(3), expected)


def test_two_threads_get_pictures_of_their_own_sizes(engine):
    """Unguarded, 13 of 24 had the other thread's size."""
    photos = {0: try_on(320, 240), 1: try_on(200, 410)}
    expected = {number: paint(engine, photo) for number, photo in photos.items()}
    wrong, faults = [], []

    def visitor(number):
        try:
            for _ in range(12):
                pixels = paint(engine, photos[number])
                if not np.array_equal(pixels, expected[number]):
                    wrong.append((number, pixels.shape))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=visitor, args=(number,)) for number in photos]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert wrong == []


def test_its_parser_is_never_loaded(engine, own):
    paint(engine, own)
    assert isinstance(engine._pipeline.hp_model, NoParser)
    assert "fashn_human_parser" not in sys.modules
    assert not engine._pipeline.hp_model.predict(np.ones((4, 5, 3), np.uint8)).any()


def test_nothing_is_printed(engine, own, capfd):
    paint(engine, own)
    printed = capfd.readouterr()
    assert "Sampling" not in printed.err + printed.out
    assert "INFO" not in printed.err + printed.out


# --- progress and stop ---------------------------------------------------------------------------


def test_progress_is_told_step_by_step(engine, own):
    told: list[Step] = []
    paint(engine, own, steps=3, progress=told.append)
    assert [step.what for step in told] == ["loading", "painting", "painting", "painting"]
    assert [(step.done, step.total) for step in told[1:]] == [(1, 3), (2, 3), (3, 3)]


def test_a_stop_comes_before_the_next_step_and_the_engine_stays_usable(engine, own):
    before = paint(engine, own)
    told: list[Step] = []
    with pytest.raises(StoppedError):
        paint(engine, own, steps=50, progress=told.append, stop=lambda: len(told) >= 2)
    assert len(told) == 2
    assert np.array_equal(paint(engine, own), before)
    assert "forward_for_cfg" not in vars(engine._pipeline.tryon_model)


def test_a_stop_leaves_our_own_picture(engine, own):
    told: list[Step] = []
    done = refine(engine, own, progress=told.append, stop=lambda: len(told) > 2)
    assert done.remarks[-1].code == "engine_stopped"
    assert np.array_equal(done.photo.pixels, own.photo.pixels)


def test_too_slow_is_told(engine, own):
    done = refine(engine, own, steps=10_000, limit=0.5)
    assert done.remarks[-1].code == "engine_late"


def test_who_waits_is_told_how_many_are_ahead(engine, own):
    paint(engine, own)
    told: list[Step] = []
    inside, out = threading.Event(), threading.Event()

    def other():
        with turnstile("cpu").turn():
            inside.set()
            out.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)

    def progress(step):
        told.append(step)
        out.set()

    paint(engine, own, progress=progress)
    thread.join()
    assert told[0].what == "waiting"
    assert told[0].done == 1


def test_it_can_be_loaded_in_one_place_and_moved(weights, own):
    engine = Fashn("cpu", weights, on_processor=True)
    engine.load()
    pipeline = engine._pipeline
    engine.move("cpu")
    assert engine._pipeline is pipeline
    assert pipeline.inference_dtype == torch.float32
    assert paint(engine, own).shape == own.photo.pixels.shape


# --- what is not there or broken -----------------------------------------------------------------


def copy(weights, folder):
    for path in weights.rglob("*"):
        if path.is_file():
            place = folder / path.relative_to(weights)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    return folder


FILES = ("model.safetensors", "dwpose/yolox_l.onnx", "dwpose/dw-ll_ucoco_384.onnx")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_told_with_the_command_that_mends_it(weights, tmp_path, own, name):
    folder = copy(weights, tmp_path / "w")
    (folder / name).unlink()
    done = refine(Fashn("cpu", folder, on_processor=True), own)
    assert done.remarks[-1].code == "engine_weights_missing"
    assert "tryon weights fetch fashn" in done.notes[-1]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["cut", "zeros", "empty"])
def test_a_damaged_file_is_told(weights, tmp_path, own, name, damage):
    folder = copy(weights, tmp_path / "w")
    whole = (folder / name).read_bytes()
    broken = {"cut": whole[: len(whole) // 2], "zeros": bytes(len(whole)), "empty": b""}[damage]
    (folder / name).write_bytes(broken)
    done = refine(Fashn("cpu", folder, on_processor=True), own)
    assert done.remarks[-1].code == "engine_weights_damaged"
    assert np.array_equal(done.photo.pixels, own.photo.pixels)


def test_weights_of_another_network_are_told(weights, tmp_path, own):
    from safetensors.torch import save_file

    folder = copy(weights, tmp_path / "w")
    save_file({"other": torch.zeros(3)}, folder / "model.safetensors")
    done = refine(Fashn("cpu", folder, on_processor=True), own)
    assert done.remarks[-1].code == "engine_weights_damaged"


def test_a_missing_package_is_told(engine, own, monkeypatch):
    monkeypatch.setattr(Fashn, "packages", ("fashn_vton", "no_such_package"))
    done = refine(engine, own)
    assert done.remarks[-1].code == "engine_not_installed"
    assert "no_such_package" in done.notes[-1]


def test_a_full_card_is_told_and_the_next_try_works(engine, own, monkeypatch):
    paint(engine, own)

    def full(*arguments, **options):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    with monkeypatch.context() as patch:
        patch.setattr(engine._pipeline.tryon_model, "forward", full)
        done = refine(engine, own, steps=STEPS)
    assert done.remarks[-1].code == "engine_full"
    assert np.array_equal(done.photo.pixels, own.photo.pixels)
    assert refine(engine, own, steps=STEPS).engine == "fashn"


def test_a_full_card_while_loading_is_no_damage(weights, own, monkeypatch):
    def full(*arguments, **options):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    import fashn_vton.pipeline

    monkeypatch.setattr(fashn_vton.pipeline, "load_checkpoint", full)
    done = refine(Fashn("cpu", weights, on_processor=True), own)
    assert done.remarks[-1].code == "engine_full"


def test_without_a_card_it_says_so(weights, own):
    done = refine(Fashn("cpu", weights), own)
    assert done.remarks[-1].code == "engine_no_card"
    assert f"{ABOUT.memory:g} GB" in done.notes[-1]
