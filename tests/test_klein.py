"""FLUX.2 klein as an engine: the pipeline of `diffusers`, with tiny random weights, on a CPU.

Needs `diffusers` and `transformers` (requirements-gpu.txt); skipped without.
"""

import importlib.util
import threading
from dataclasses import replace

import numpy as np
import pytest
from fake import FakeTryOn

from tryon.core.errors import TryOnError
from tryon.core.types import Kind, Part, Photo, Prompt
from tryon.engines.engine import Step, StoppedError
from tryon.engines.refine import refine
from tryon.person.regions import is_part

MISSING = [
    package for package in ("diffusers", "transformers") if not importlib.util.find_spec(package)
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
if not MISSING:
    import tiny_klein
    import torch

    from tryon.engines import klein
    from tryon.engines.klein import ABOUT, Klein, instruction

NEVER = (Part.FACE, Part.HAIR, Part.LEFT_HAND, Part.RIGHT_HAND)
STEPS = 2


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return tiny_klein.write_weights(tmp_path_factory.mktemp("klein") / "weights")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(klein, "SIZE", (256, 192))
    monkeypatch.setattr(klein, "GARMENT_SIZE", (128, 128))
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def loaded(weights):
    return Klein("cpu", weights, on_processor=True)


@pytest.fixture
def engine(loaded):
    return loaded


def try_on(height=320, width=240, seed=1):
    pixels = np.random.default_rng(seed).integers(60, 200, (height, width, 3), np.uint8)
    return FakeTryOn()(Photo(pixels), prompt="red")


@pytest.fixture
def own():
    return try_on()


def paint(engine, own, **options):
    options = {"seed": 1, "steps": STEPS, **options}
    return engine(own.person, own.garment, own.prompt, own.region, **options).pixels


def test_it_paints_and_everything_outside_stays(engine, own):
    done = refine(engine, own, steps=STEPS)
    assert done.engine == "klein"
    assert done.remarks[-1].code == "engine_painted"
    differs = (done.photo.pixels != own.person.photo.pixels).any(axis=2)
    assert 0.05 < differs.mean() < 0.95
    assert not (differs & ~done.region).any()
    assert not (differs & is_part(own.person.parts, *NEVER)).any()


def test_garment_person_region_words_and_seed_matter(engine, own):
    first = paint(engine, own)
    assert np.array_equal(first, paint(engine, own))
    other = replace(own.garment, photo=Photo(255 - own.garment.photo.pixels))
    words = replace(own, prompt=Prompt("the same, but with long sleeves"))
    elsewhere = own.region.copy()
    elsewhere[:200] = False
    for changed in (
        paint(engine, replace(own, garment=other)),
        paint(engine, try_on(seed=2)),
        paint(engine, words),
        paint(engine, replace(own, region=elsewhere)),
        paint(engine, own, seed=2),
    ):
        assert not np.array_equal(first, changed)


@pytest.mark.parametrize("size", [(128, 128), (131, 517), (900, 140), (1600, 1200)])
def test_the_picture_has_the_photos_size(engine, size):
    assert paint(engine, try_on(*size)).shape == (*size, 3)


def test_it_is_shown_what_it_takes_as_it_is(engine, own, monkeypatch):
    """Multiples of 16, at least 64 pixels, at most a megapixel: so it neither cuts nor shrinks."""
    paint(engine, own)
    seen = []
    whole = engine._pipeline

    class Asked:
        maybe_free_model_hooks = staticmethod(whole.maybe_free_model_hooks)

        def __call__(self, **options):
            seen.append(options)
            return whole(**options)

    monkeypatch.setattr(engine, "_pipeline", Asked())
    for size in ((320, 240), (140, 900), (2000, 1300)):
        paint(engine, try_on(*size))
        options = seen[-1]
        width, height = options["image"].size
        assert options["mask_image"].size == (width, height)
        assert width % 16 == height % 16 == 0
        assert min(width, height) >= 64
        assert whole(**options).images[0].size == (width, height)
        assert options["strength"] == 1.0


@pytest.mark.parametrize("seed", [-1, 0, 2**63, 2**70])
def test_any_whole_number_is_a_seed(engine, own, seed):
    assert paint(engine, own, seed=seed).shape == own.photo.pixels.shape


def test_no_steps_are_refused(engine, own):
    with pytest.raises(TryOnError, match="Steps must be 1 or more"):
        paint(engine, own, steps=0)


def test_the_global_random_state_goes_on_as_if_nothing_was(weights, own):
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    expected = torch.rand(3), np.random.random(3)  # noqa: NPY002
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    paint(Klein("cpu", weights, on_processor=True), own, seed=123)
    assert torch.equal(torch.rand(3), expected[0])
    assert np.array_equal(np.random.random(3), expected[1])  # noqa: NPY002


def test_two_threads_get_their_own_pictures(engine):
    photos = {0: try_on(320, 240), 1: try_on(200, 410)}
    expected = {number: paint(engine, photo) for number, photo in photos.items()}
    wrong, faults = [], []

    def visitor(number):
        try:
            for _ in range(12):
                if not np.array_equal(paint(engine, photos[number]), expected[number]):
                    wrong.append(number)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=visitor, args=(number,)) for number in photos]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert wrong == []


def test_progress_and_stop(engine, own):
    before = paint(engine, own)
    told: list[Step] = []
    with pytest.raises(StoppedError):
        paint(engine, own, steps=20, progress=told.append, stop=lambda: len(told) >= 2)
    assert [(step.what, step.done, step.total) for step in told] == [
        ("painting", 1, 20), ("painting", 2, 20)
    ]  # fmt: skip
    assert np.array_equal(paint(engine, own), before)
    done = refine(engine, own, steps=20, stop=lambda: True)
    assert done.remarks[-1].code == "engine_stopped"


def test_nothing_is_printed(weights, own, capfd):
    paint(Klein("cpu", weights, on_processor=True), own)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "%" not in printed.err
    assert "ignored" not in printed.err


def test_it_can_be_loaded_in_one_place_and_moved(weights, own):
    engine = Klein("cpu", weights, on_processor=True)
    engine.move("cpu")
    assert paint(engine, own).shape == own.photo.pixels.shape


# --- the words -----------------------------------------------------------------------------------


def test_the_instruction_names_what_is_known_and_ends_with_the_words(own):
    attributes = {
        "type": "t-shirt", "colour": "red", "pattern": "plain", "sleeve": "short",
        "fabric": "cotton",
    }  # fmt: skip
    scores = dict.fromkeys(attributes, 0.9)
    garment = replace(own.garment, attributes=attributes, attribute_scores=scores)
    text = instruction(garment, Prompt("but with long sleeves"))
    assert "the short-sleeved red cotton t-shirt from the second picture" in text
    assert "upper body" in text
    assert "plain" not in text
    assert text.endswith("but with long sleeves")
    lower = replace(garment, kind=Kind.LOWER, attributes={}, attribute_scores={})
    assert "the garment from the second picture on the lower body" in instruction(lower, Prompt())
    assert len(instruction(garment, Prompt("x" * 10_000))) < 1_000


# --- what is not there or broken -----------------------------------------------------------------


def copy(weights, folder):
    for path in weights.rglob("*"):
        if path.is_file():
            place = folder / path.relative_to(weights)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    return folder


def test_missing_weights_are_told_with_the_command_that_mends_it(tmp_path, own):
    done = refine(Klein("cpu", tmp_path, on_processor=True), own)
    assert done.remarks[-1].code == "engine_weights_missing"
    assert "tryon weights fetch klein" in done.notes[-1]


@pytest.mark.parametrize(
    "name",
    [
        "transformer/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
        "text_encoder/model.safetensors",
        "model_index.json",
        "tokenizer/tokenizer.json",
    ],
)
def test_a_damaged_file_is_told(weights, tmp_path, own, name):
    folder = copy(weights, tmp_path / "w")
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    done = refine(Klein("cpu", folder, on_processor=True), own)
    assert done.remarks[-1].code == "engine_weights_damaged"
    assert np.array_equal(done.photo.pixels, own.photo.pixels)


def test_a_full_card_is_told_and_the_next_try_works(engine, own, monkeypatch):
    paint(engine, own)

    def full(*arguments, **options):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    with monkeypatch.context() as patch:
        patch.setattr(engine._pipeline.transformer, "forward", full)
        done = refine(engine, own, steps=STEPS)
    assert done.remarks[-1].code == "engine_full"
    assert refine(engine, own, steps=STEPS).engine == "klein"


def test_a_missing_package_is_told(engine, own, monkeypatch):
    monkeypatch.setattr(Klein, "packages", ("diffusers", "no_such_package"))
    done = refine(engine, own)
    assert done.remarks[-1].code == "engine_not_installed"
    assert "no_such_package" in done.notes[-1]


def test_without_a_card_it_says_so(weights, own):
    done = refine(Klein("cpu", weights), own)
    assert done.remarks[-1].code == "engine_no_card"
    assert f"{ABOUT.memory:g} GB" in done.notes[-1]
