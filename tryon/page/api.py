"""The named endpoints `/try_on`, `/describe`, `/understand`, `/prompt_lab`, and the prompt lab.

Notable here:
- pictures come in as the files that were sent and go out as PNG, so every pixel outside the
  edited region is bit for bit the one that came in.
- an error is one readable sentence with its machine code in brackets: "No person was found in
  the photo. … (no_person)".
- the words are never written to a log.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from tryon.core.errors import Note, TryOnError
from tryon.core.types import Garment, Prompt, Result
from tryon.core.vocabulary import ATTRIBUTES
from tryon.page.look.language import language_of
from tryon.page.serving.faults import note_for
from tryon.page.serving.files import Tray, file_name

MOST_PROMPTS = 12
LONGEST_PROMPT = 500  # characters


class Endpoints:
    """The functions behind the named endpoints, bound to a `TryOn`."""

    def __init__(self, tryon: Any, tray: Tray) -> None:
        self.tryon = tryon
        self.tray = tray

    def try_on(
        self,
        person: str | None,
        garment: str | None = None,
        prompt: str = "",
        kind: str = "auto",
        request: gr.Request = None,
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

    def describe(
        self, garment: str | None, kind: str = "auto", request: gr.Request = None
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

    def understand(self, text: str, request: gr.Request = None) -> dict[str, Any]:
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
        request: gr.Request = None,
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
            cloth = None if garment is None else self.tryon.describe(garment, _kind(kind))
            trials = list(try_prompts(self.tryon, self.tray, wearer, cloth, prompts, _kind(kind)))
            if not trials:
                raise TryOnError("empty_request")
        pictures = [(trial.path, trial.text) for trial in trials if trial.path]
        rows = [row(trial, language) for trial in trials]
        return pictures, rows, export(self.tray, trials, language)


# --- the prompt lab, shared with the page -------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """One picture of the prompt lab: a description, a seed, a photo (counted from 1), and the PNG
    it gave, or the error in its place."""

    number: int
    text: str
    prompt: Prompt
    path: str = ""
    seed: int = 0
    photo: int = 1
    confidence: float = 0.0
    seconds: float = 0.0
    remarks: tuple[Note, ...] = ()
    error: Exception | None = None

    def remark(self, language: str) -> str:
        """What to say about it in the table."""
        if self.error is not None:
            return friendly(self.error, language)
        return " ".join(note.text(language) for note in self.remarks)


def lines_of(prompts: str) -> list[str]:
    """The descriptions in a text, one a line; empty lines do not count."""
    return [line.strip() for line in (prompts or "").splitlines() if line.strip()]


def try_prompts(
    tryon: Any,
    tray: Tray,
    wearer: Any,
    cloth: Garment | None,
    prompts: str,
    kind: str | None = None,
    seeds: Sequence[int] = (0,),
    photo: int = 1,
    first: int = 1,
) -> Iterator[Trial]:
    """Each of the first MOST_PROMPTS descriptions tried on with each seed. A failure is a trial
    without picture; one picture at a time is in memory. photo: of which this is. first: number of
    the first trial."""
    wanted = [(text, seed) for text in lines_of(prompts)[:MOST_PROMPTS] for seed in seeds]
    for number, (text, seed) in enumerate(wanted, first):
        prompt = Prompt(text)
        try:
            check_words(text)
            prompt = tryon.understand(text)
            result = tryon(wearer, cloth, text, kind=kind, seed=seed)
        except Exception as error:
            yield Trial(number, text, prompt, seed=seed, photo=photo, error=error)
            continue
        yield Trial(
            number,
            text,
            prompt,
            tray.png(result.photo.pixels, file_name(number, text)),
            seed,
            photo,
            result.confidence,
            result.seconds.get("total", 0.0),
            result.remarks,
        )


def export(tray: Tray, trials: Sequence[Trial], language: str) -> str:
    """The path of a zip: the pictures and a table of how each description was read."""
    return tray.zip(
        [trial.path for trial in trials if trial.path],
        [row(trial, language, flat=True) for trial in trials],
    )


def row(trial: Trial, language: str, flat: bool = False) -> dict[str, Any]:
    """A trial as a line of a table. flat: one column an attribute, for CSV."""
    said = trial.prompt.attributes
    ruled_out = trial.prompt.excluded.items()
    columns = {attribute: said.get(attribute, "") for attribute in ATTRIBUTES}
    return {
        "number": trial.number,
        "photo": trial.photo,
        "prompt": trial.text,
        "seed": trial.seed,
        "file": Path(trial.path).name,
        "language": trial.prompt.language,
        **(columns if flat else {"attributes": dict(said)}),
        "excluded": "; ".join(f"{key}: {value}" for key, values in ruled_out for value in values)
        if flat
        else {key: list(values) for key, values in ruled_out},
        "ignored": " ".join(trial.prompt.ignored) if flat else list(trial.prompt.ignored),
        "confidence": round(float(trial.confidence), 3),
        "seconds": round(float(trial.seconds), 3),
        "remark": trial.remark(language),
    }


def check_words(text: str) -> str:
    """The text itself. Raises TryOnError("words_too_long")."""
    if len(text) > LONGEST_PROMPT:
        raise TryOnError("words_too_long", most=LONGEST_PROMPT)
    return text


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


def friendly(error: Exception, language: str) -> str:
    """What to tell a visitor about any error, see `tryon/page/serving/faults.py`."""
    return note_for(error).text(language)


def _kind(kind: str | None) -> str | None:
    return None if kind in (None, "", "auto") else kind
