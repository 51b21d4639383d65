"""FASHN VTON 1.5 as an engine: photo and garment -> a photo-real picture, on a graphics card.

https://github.com/fashn-AI/fashn-vton-1.5, commit 7c0f10a, Apache-2.0, 0.97 billion parameters; a
diffusion transformer in pixel space that needs no mask. Its package is used as it is.

Notable here:
- its human parser is never loaded: the weights may not be used commercially, and with the whole
  person shown and the garment cut out nothing is parsed (`NoParser`).
- it seeds torch's and numpy's global generators; both are put back as they were.
- it keeps a picture's padding between two steps of a call, so two threads get each other's sizes:
  the card's turnstile lets one through at a time.
- it knows neither progress nor a stop: the function it calls once a step is wrapped meanwhile.
"""

import logging
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from tryon.core.arrays import Mask
from tryon.core.errors import TryOnError
from tryon.core.types import Garment, Kind, Person, Photo, Prompt
from tryon.engines import store
from tryon.engines.card import OnCard, turnstile
from tryon.engines.engine import FASHN as ABOUT
from tryon.engines.engine import Progress, Step, Stop, StoppedError, ignore, never
from tryon.engines.shown import View, garment_picture
from tryon.nets import _torchvision

log = logging.getLogger(__name__)

CATEGORIES = {Kind.UPPER: "tops", Kind.LOWER: "bottoms", Kind.DRESS: "one-pieces"}
SIZE = (864, 576)  # height, width in pixels that it paints
GUIDANCE = 1.5  # its own default, as is the next
UNGUIDED_STEPS = 1  # of the last: guidance to the end saturates colours
SEEDS = 2**32


class Fashn(OnCard):
    """FASHN VTON 1.5; see `OnCard`."""

    about = ABOUT
    packages = ("fashn_vton", "einops", "onnxruntime", "tqdm", "matplotlib")

    def __call__(
        self,
        person: Person,
        garment: Garment,
        prompt: Prompt,
        region: Mask,
        *,
        seed: int = 0,
        steps: int = ABOUT.steps,
        progress: Progress = ignore,
        stop: Stop = never,
    ) -> Photo:
        """As `Engine` says. The words are not read; the garment was designed by them before."""
        if steps < 1:
            raise TryOnError("bad_argument", what=f"Steps must be 1 or more, not {steps}.")
        view = View.around(person, region, SIZE)
        shown = view.picture(person.photo), garment_picture(garment, SIZE)
        with turnstile(self.device).turn(progress, stop):
            if self._pipeline is None:
                progress(Step("loading"))
                self.load()
            with watched(self._pipeline.tryon_model, self.device, steps, progress, stop):
                picture = self._paint(*shown, CATEGORIES[garment.kind], seed, steps)
        return view.back(picture, person.photo)

    def move(self, device: str) -> None:
        """Take what is loaded to another device; the pose networks stay where they are."""
        self.load()
        on_card = device.startswith("cuda") and torch.cuda.is_bf16_supported()
        pipeline, dtype = self._pipeline, torch.bfloat16 if on_card else torch.float32
        pipeline.device, pipeline.inference_dtype = torch.device(device), dtype
        pipeline.tryon_model.to(pipeline.device, dtype=dtype)
        self.device = device

    def _paint(
        self, person: Image.Image, garment: Image.Image, category: str, seed: int, steps: int
    ) -> Image.Image:
        """One picture by the package itself. person, garment: RGB."""
        with own_randomness(self.device):
            made = self._pipeline(
                person_image=person,
                garment_image=garment,
                category=category,
                garment_photo_type="flat-lay",
                num_samples=1,
                num_timesteps=steps,
                guidance_scale=GUIDANCE,
                skip_cfg_last_n_steps=UNGUIDED_STEPS,
                seed=seed % SEEDS,
                segmentation_free=True,
            )
        return made.images[0]

    def _own(self, folder: Path) -> dict[str, Path] | None:
        places = [file.place for file in store.PINNED[ABOUT.name]]
        paths = {place: folder / place for place in places}
        return paths if all(path.is_file() for path in paths.values()) else None

    def _maker(self) -> Any:
        try:
            return pipeline_class()
        except ImportError as error:
            raise self.not_installed(error.name or "fashn_vton") from error

    def _made(self, maker: Any, folder: Path) -> Any:
        with own_randomness(self.device):  # its layers are filled at random before it reads them
            return maker(str(folder), device=self.device, logger=log)


@contextmanager
def watched(model: Any, device: str, steps: int, progress: Progress, stop: Stop) -> Iterator[None]:
    """While it is open, each step of the model is told of, and a stop ends it before the next."""
    whole, done = model.forward_for_cfg, 0

    def step(*arguments: Any, **options: Any) -> Any:
        nonlocal done
        if stop():
            raise StoppedError
        answer = whole(*arguments, **options)
        if device.startswith("cuda"):
            torch.cuda.synchronize()  # else all steps are queued at once, and a stop comes too late
        done += 1
        progress(Step("painting", done, steps))
        return answer

    model.forward_for_cfg = step
    try:
        yield
    finally:
        del model.forward_for_cfg


@contextmanager
def own_randomness(device: str) -> Iterator[None]:
    """Whatever is seeded inside, torch's and numpy's global generators go on as if nothing was."""
    cards = range(torch.cuda.device_count()) if device.startswith("cuda") else ()
    state = np.random.get_state()  # noqa: NPY002  the package seeds this very one
    with torch.random.fork_rng(list(cards)):
        try:
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002


class NoParser:
    """In place of the human parser: nothing is parsed, all is background."""

    def __init__(self, device: str = "cpu") -> None:
        pass

    def predict(self, picture: np.ndarray) -> np.ndarray:
        """(H, W) zeros."""
        return np.zeros(picture.shape[:2], np.uint8)


def pipeline_class() -> Any:
    """The package's `TryOnPipeline`, without parser and progress bars. Raises ImportError."""
    _torchvision.make_importable()
    parser, real = types.ModuleType(PARSER), sys.modules.get(PARSER)
    for name, value in (("FashnHumanParser", NoParser), *PARSER_TABLES.items()):
        setattr(parser, name, value)
    sys.modules[PARSER] = parser
    try:
        from fashn_vton.pipeline import TryOnPipeline
    finally:
        if real is None:
            del sys.modules[PARSER]
        else:
            sys.modules[PARSER] = real

    class Pipeline(TryOnPipeline):  # type: ignore[misc]  # mypy does not see the package
        def _setup_hp_model(self) -> None:
            self.hp_model = NoParser()

        def _setup_pose_model(self) -> None:
            """On the card only where onnxruntime can use it; on the processor it takes a second."""
            import onnxruntime

            card, device = "CUDAExecutionProvider", self.device
            if card not in onnxruntime.get_available_providers():
                self.device: torch.device = torch.device("cpu")
            super()._setup_pose_model()
            self.device = device

        def _sample(self, **options: Any) -> Any:
            return super()._sample(**options, use_tqdm=False)

    return Pipeline


# The names the package wants of its parser's: only looked up, since nothing is masked.
PARSER = "fashn_human_parser"
PARSER_TABLES: dict[str, Any] = {
    "CATEGORY_TO_BODY_COVERAGE": {"tops": "upper", "bottoms": "lower", "one-pieces": "full"},
    "BODY_COVERAGE_TO_LABELS": {
        "upper": ["top", "dress"],
        "lower": ["pants", "skirt"],
        "full": ["top", "dress", "pants", "skirt"],
    },
    "IDENTITY_LABELS": ["face", "hair"],
    "LABELS_TO_IDS": {"face": 1, "hair": 2, "top": 3, "dress": 4, "skirt": 5, "pants": 6},
}
