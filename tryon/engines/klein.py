"""FLUX.2 klein 4B as an engine: photo, garment, words -> a photo-real picture, on a graphics card.

https://huggingface.co/black-forest-labs/FLUX.2-klein-4B, Apache-2.0; a rectified-flow transformer
made to need four steps, which repaints a region by words and a second picture. The package is
`diffusers` (`Flux2KleinInpaintPipeline`).

Notable here:
- unlike FASHN it reads words, so "like this, but with long sleeves" reaches it.
- it is shown the garment's cut-out, never somebody who wears it: shown two people, it mixes them.
- it shrinks what is over a megapixel, cuts sides to multiples of 16 and refuses less than 64
  pixels: the view it gets is such already, so nothing moves. Outside the mask it changes pixels a
  little; `paste` uses none of those.
- text encoder and transformer together need some 16 GB; on a smaller card each is moved there when
  it is its turn.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from tryon.core.arrays import Mask
from tryon.core.errors import TryOnError
from tryon.core.types import Garment, Kind, Person, Photo, Prompt
from tryon.core.vocabulary import OUTERWEAR_TYPES
from tryon.engines.card import OnCard, card_memory, turnstile
from tryon.engines.engine import KLEIN as ABOUT
from tryon.engines.engine import Progress, Step, Stop, StoppedError, ignore, never
from tryon.engines.shown import View, garment_picture
from tryon.nets import _torchvision

SIZE = (1024, 768)  # height, width in pixels: within its megapixel
GARMENT_SIZE = (768, 768)
ROOMY = 20.0  # GB of a card from which on all of it stays there
MULTIPLE = 16  # pixels of a latent patch
SEEDS = 2**63
LONGEST_WORDS = 300  # characters of the visitor's that it is told

PLACES = {
    Kind.UPPER: "on the upper body",
    Kind.LOWER: "on the lower body",
    Kind.DRESS: "as a one-piece",
}


class Klein(OnCard):
    """FLUX.2 klein 4B; see `OnCard`."""

    about = ABOUT
    packages = ("diffusers", "transformers")

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
        """As `Engine` says."""
        if steps < 1:
            raise TryOnError("bad_argument", what=f"Steps must be 1 or more, not {steps}.")
        view = View.around(person, region, SIZE, MULTIPLE)
        with turnstile(self.device).turn(progress, stop):
            if self._pipeline is None:
                progress(Step("loading"))
                self.load()
            if stop():
                raise StoppedError
            with unhooked(self._pipeline):
                picture = self._paint(
                    view.picture(person.photo), view.mask(region),
                    garment_picture(garment, GARMENT_SIZE), instruction(garment, prompt),
                    seed, steps, progress, stop,
                )  # fmt: skip
        return view.back(picture, person.photo)

    def move(self, device: str) -> None:
        """Take what is loaded to another device."""
        self.load()
        dtype = torch.bfloat16 if device.startswith("cuda") else torch.float32
        self._pipeline.to(device, dtype)
        self.device = device

    def _paint(
        self,
        person: Image.Image,
        mask: Image.Image,
        garment: Image.Image,
        words: str,
        seed: int,
        steps: int,
        progress: Progress,
        stop: Stop,
    ) -> Image.Image:
        def after_step(pipeline: Any, number: int, time: Any, tensors: dict[str, Any]) -> Any:
            if stop():
                raise StoppedError
            progress(Step("painting", number + 1, steps))
            return tensors

        with torch.inference_mode():
            made = self._pipeline(
                prompt=words,
                image=person,
                image_reference=garment,
                mask_image=mask,
                strength=1.0,
                num_inference_steps=steps,
                guidance_scale=1.0,  # guided as it was distilled; another would be ignored
                generator=torch.Generator(self.device).manual_seed(seed % SEEDS),
                callback_on_step_end=after_step,
            )
        return made.images[0]

    def _own(self, folder: Path) -> dict[str, Path] | None:
        paths = [path for path in folder.rglob("*") if path.is_file()]
        places = {path.relative_to(folder).as_posix(): path for path in paths}
        return places if "model_index.json" in places else None

    def _maker(self) -> Any:
        try:
            _torchvision.make_importable()
            import diffusers.utils.logging
            import transformers.utils.logging
            from diffusers import Flux2KleinInpaintPipeline
        except (ImportError, RuntimeError) as error:  # diffusers wraps the former in the latter
            raise self.not_installed(getattr(error, "name", None) or "diffusers 0.42") from error
        diffusers.utils.logging.disable_progress_bar()
        transformers.utils.logging.disable_progress_bar()
        return Flux2KleinInpaintPipeline

    def _made(self, maker: Any, folder: Path) -> Any:
        dtype = torch.bfloat16 if self.device.startswith("cuda") else torch.float32
        with torch.random.fork_rng([]):
            pipeline = maker.from_pretrained(str(folder), dtype=dtype, local_files_only=True)
            if self.device.startswith("cuda") and card_memory() < ROOMY:
                pipeline.enable_model_cpu_offload(device=self.device)
            else:
                pipeline.to(self.device)
        pipeline.set_progress_bar_config(disable=True)
        return pipeline


def instruction(garment: Garment, prompt: Prompt) -> str:
    """What it is told to paint, in English."""
    said = garment.attributes
    order = ("shade", "colour", "pattern", "fabric")
    looks = [said[key] for key in order if said.get(key) not in (None, "plain")]
    sleeves = said.get("sleeve", "")
    if sleeves and sleeves != "sleeveless":
        sleeves = f"{sleeves}-sleeved"
    what = " ".join(filter(None, [sleeves, *looks, said.get("type", "garment")]))
    over = ", open over what is worn below" if said.get("type") in OUTERWEAR_TYPES else ""
    text = (
        f"The same person wears the {what} from the second picture {PLACES[garment.kind]}{over}, "
        "with its exact colour, print, neckline, sleeves and length. Natural fit and folds, light "
        "and sharpness of the photo. Same pose, body, face, hair and hands."
    )
    words = prompt.text.strip()[:LONGEST_WORDS]
    return f"{text} {words}" if words else text


@contextmanager
def unhooked(pipeline: Any) -> Iterator[None]:
    """After a stop in the middle, models that were moved to the card for a step go back."""
    try:
        yield
    except BaseException:
        pipeline.maybe_free_model_hooks()
        raise
