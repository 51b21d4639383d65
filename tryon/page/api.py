"""The named endpoints `/try_on`, `/outfit`, `/describe`, `/understand`, `/prompt_lab` for programs.

Notable here:
- pictures come in as the files that were sent and go out as PNG, so every pixel outside the
  edited region is bit for bit the one that came in.
- an error is one readable sentence with its machine code in brackets: "No person was found in
  the photo. … (no_person)".
- the words are never written to a log.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from tryon.core.errors import TryOnError
from tryon.core.types import Garment, Prompt, Result
from tryon.page.look.language import language_of
from tryon.page.look.widgets import picture_file
from tryon.page.serving.faults import note_for
from tryon.page.serving.files import Tray
from tryon.page.trials import check_words, export, row, try_prompts
from tryon.page.tryon_like import TryOnLike


class Endpoints:
    """The functions behind the named endpoints, bound to a `TryOn`."""

    def __init__(self, tryon: TryOnLike, tray: Tray) -> None:
        self.tryon = tryon
        self.tray = tray

    def try_on(
        self,
        person: str | None,
        garment: str | None = None,
        prompt: str = "",
        kind: str = "auto",
        request: gr.Request | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """Put a garment on the person in a photo.

        Args:
            person: a photo of a person (JPEG, PNG, WebP, HEIC or AVIF; up to 25 megapixels).
            garment: a picture of a garment, or nothing if the prompt names one.
            prompt: words about the garment, English or Chinese, or nothing.
            kind: upper, lower, dress, or auto to find out.

        Returns:
            The picture as a lossless PNG of the same size, and a report.
        """
        with readable_errors(language_of(request)):
            if person is None:
                raise TryOnError("no_person")
            result = self.tryon(person, garment, check_words(prompt or ""), kind=_kind(kind))
            return self.tray.png(result.photo.pixels), report(result, language_of(request))

    def outfit(
        self,
        person: str | None,
        garment: str | None = None,
        garment2: str | None = None,
        garment3: str | None = None,
        prompt: str = "",
        request: gr.Request | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """Put several garments on the person in a photo, in the order they lie over each other.

        Args:
            person: a photo of a person (JPEG, PNG, WebP, HEIC or AVIF; up to 25 megapixels).
            garment: a picture of a garment, or nothing if the prompt names all.
            garment2: a picture of another one, or nothing.
            garment3: a picture of a third one, or nothing.
            prompt: words about the garments, or further ones: "blue jeans, tucked in".

        Returns:
            The picture as a lossless PNG of the same size, and a report with its `pieces`.
        """
        with readable_errors(language_of(request)):
            if person is None:
                raise TryOnError("no_person")
            garments = [one for one in (garment, garment2, garment3) if one is not None]
            result = self.tryon.outfit(person, garments, check_words(prompt or ""))
            return self.tray.png(result.photo.pixels), report(result, language_of(request))

    def describe(
        self, garment: str | None, kind: str = "auto", request: gr.Request | None = None
    ) -> dict[str, Any]:
        """Tell what a garment in a picture is: its kind and attributes, each with a probability.

        Args:
            garment: a picture of a garment.
            kind: upper, lower, dress, or auto to find out.

        Returns:
            Kind, attributes, their probabilities, confidence and notes.
        """
        with readable_errors(language_of(request)):
            if garment is None:
                raise TryOnError("no_garment")
            return describe_garment(self.tryon.describe(garment, _kind(kind)), language_of(request))

    def understand(self, text: str, request: gr.Request | None = None) -> dict[str, Any]:
        """Tell what is understood of words about a garment.

        Args:
            text: words, English or Chinese.

        Returns:
            The attributes that were said, the words that were ignored, and the language.
        """
        with readable_errors(language_of(request)):
            return describe_prompt(self.tryon.understand(check_words(text or "")))

    def prompt_lab(
        self,
        person: str | None,
        prompts: str,
        garment: str | None = None,
        kind: str = "auto",
        request: gr.Request | None = None,
    ) -> tuple[list[tuple[str, str]], list[dict[str, Any]], str]:
        """Try several descriptions on one photo.

        Args:
            person: a photo of a person.
            prompts: one description a line, at most twelve.
            garment: a picture of a garment that the words change, or nothing.
            kind: upper, lower, dress, or auto to find out.

        Returns:
            The pictures, how each description was read, and a zip of both.
        """
        language = language_of(request)
        with readable_errors(language):
            if person is None:
                raise TryOnError("no_person")
            wearer = self.tryon.analyse(person)
            as_kind = _kind(kind)
            clothes = [] if garment is None else [self.tryon.describe(garment, as_kind)]
            trials = list(try_prompts(self.tryon, self.tray, wearer, clothes, prompts, as_kind))
            if not trials:
                raise TryOnError("empty_request")
        pictures = [(trial.path, trial.text) for trial in trials if trial.path]
        rows = [row(trial, language) for trial in trials]
        return pictures, rows, export(self.tray, trials, language)


def add_endpoints(endpoints: Endpoints, in_turn: dict[str, Any]) -> None:
    """Put them on the page: widgets that are never shown, so that clients see the right types.

    in_turn: options of those that wait in the queue of try-ons.
    """
    with gr.Column(visible=False):
        person, garment, garment2, garment3 = (
            picture_file(label=name) for name in ("person", "garment", "garment2", "garment3")
        )
        prompt, prompts = gr.Textbox("", label="prompt"), gr.Textbox(label="prompts", lines=3)
        kind = gr.Textbox("auto", label="kind: auto, upper, lower or dress")
        picture, answer = gr.Image(label="result", format="png"), gr.JSON(label="report")
        pictures, table = gr.Gallery(label="results"), gr.JSON(label="table")
        archive = gr.File(label="pictures and table")

    def add(name: str, function: Callable[..., Any], inputs: Any, outputs: Any, **limits: Any):
        gr.Button(visible=False).click(function, inputs, outputs, api_name=name, **limits)

    add("try_on", endpoints.try_on, [person, garment, prompt, kind], [picture, answer], **in_turn)
    add(
        "outfit",
        endpoints.outfit,
        [person, garment, garment2, garment3, prompt],
        [picture, answer],
        **in_turn,
    )
    add("describe", endpoints.describe, [garment, kind], answer, **in_turn)
    add("understand", endpoints.understand, prompt, answer)
    add(
        "prompt_lab",
        endpoints.prompt_lab,
        [person, prompts, garment, kind],
        [pictures, table, archive],
        **in_turn,
    )


# --- reports ------------------------------------------------------------------------------------


def report(result: Result, language: str = "en") -> dict[str, Any]:
    """A result as JSON: what `/try_on` answers beside the picture."""
    return {
        "kind": str(result.garment.kind),
        "confidence": round(float(result.confidence), 3),
        "notes": [note.text(language) for note in result.remarks],
        "codes": [note.code for note in result.remarks],
        "seconds": {step: round(float(value), 4) for step, value in result.seconds.items()},
        "attributes": dict(result.garment.attributes),
        "prompt": describe_prompt(result.prompt),
        "width": result.photo.width,
        "height": result.photo.height,
        "changed": round(float(result.region.mean()), 4),
        "pieces": [describe_garment(piece.garment, language) for piece in result.pieces],
    }


def describe_garment(garment: Garment, language: str = "en") -> dict[str, Any]:
    """A garment as JSON."""
    return {
        "kind": str(garment.kind),
        "attributes": dict(garment.attributes),
        "attribute_scores": {
            attribute: round(float(score), 3)
            for attribute, score in garment.attribute_scores.items()
        },
        "confidence": round(float(garment.confidence), 3),
        "notes": [note.text(language) for note in garment.notes],
    }


def describe_prompt(prompt: Prompt) -> dict[str, Any]:
    """A prompt as JSON."""
    return {
        "attributes": dict(prompt.attributes),
        "excluded": {attribute: list(values) for attribute, values in prompt.excluded.items()},
        "ignored": list(prompt.ignored),
        "language": prompt.language,
    }


# --- errors -------------------------------------------------------------------------------------


@contextmanager
def readable_errors(language: str) -> Iterator[None]:
    """Whatever is raised inside becomes a `gr.Error` that says what happened, and its code."""
    try:
        yield
    except gr.Error:
        raise
    except Exception as error:
        note = note_for(error)
        shown = gr.Error(f"{note.text(language)} ({note.code})", print_exception=False)
        shown.code = note.code
        raise shown from None


def _kind(kind: str | None) -> str | None:
    return None if kind in (None, "", "auto") else kind
