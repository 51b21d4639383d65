"""Descriptions, one a line -> pictures and a table of how each was read: the prompt lab's work.

Used by the lab on the page and by the endpoint `/prompt_lab`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tryon.core.errors import Note, TryOnError
from tryon.core.types import Garment, Person, Prompt
from tryon.core.vocabulary import ATTRIBUTES
from tryon.outfit import wear
from tryon.page.serving.faults import friendly
from tryon.page.serving.files import Tray, file_name
from tryon.page.tryon_like import TryOnLike

MOST_PROMPTS = 12
LONGEST_PROMPT = 500  # characters


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
    tryon: TryOnLike,
    tray: Tray,
    wearer: Person,
    clothes: Sequence[Garment],
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
            result = wear(tryon, wearer, clothes, text, kind=kind, seed=seed)
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
