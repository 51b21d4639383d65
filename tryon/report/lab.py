"""People x descriptions x seeds -> pictures and a table of how each description was read.

Notable here:
- descriptions come from a text (one a line) or a CSV (its column "prompt" or "text", else the
  first), in any of the usual encodings.
- the body is analysed once a photo; a description that fails is a row with an error, and the
  others go on.
"""

import csv
import io
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tryon.core.errors import TryOnError
from tryon.core.image import PhotoSource, write_photo
from tryon.core.types import Garment, Person, Prompt, Result
from tryon.core.vocabulary import ATTRIBUTES
from tryon.outfit import wear

if TYPE_CHECKING:
    from tryon.pipeline import TryOn

Cell = str | int | float  # of the table
Row = dict[str, Cell]

LARGEST_FILE = 1_000_000  # bytes of a list of descriptions
TABLE = "prompts.csv"
_ENCODINGS = ("utf-8-sig", "utf-16", "gb18030")
_HEADERS = ("prompt", "text", "prompts", "description", "描述", "文字")


@dataclass(frozen=True, eq=False)
class Trial:
    """One picture of the lab. number: of the picture, from 1. photo: of the person, from 1.
    result: None where `error` says why."""

    number: int
    photo: int
    text: str
    seed: int
    prompt: Prompt
    result: Result | None = None
    seconds: float = 0.0
    error: TryOnError | None = None


def read_prompts(path: Path) -> list[str]:
    """The descriptions in a TXT or CSV file, without empty ones.

    Raises TryOnError("bad_argument") for a file that is too large, unreadable or no text.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise TryOnError("bad_argument", what=f"{path.name} is too large for a list of words.")
        data = path.read_bytes()
    except OSError as error:
        raise TryOnError("bad_argument", what=f"{path.name}: {error.strerror}.") from error
    for encoding in _ENCODINGS:
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TryOnError("bad_argument", what=f"{path.name} is not a text file.")
    if "\x00" in text:
        raise TryOnError("bad_argument", what=f"{path.name} is not a text file.")
    if path.suffix.lower() == ".csv":
        return _column(text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def _column(text: str) -> list[str]:
    """The column of a table that holds the descriptions."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]
    except csv.Error as error:
        raise TryOnError("bad_argument", what=f"The table cannot be read: {error}.") from error
    if not rows:
        return []
    names = [name.strip().lower() for name in rows[0]]
    at = next((names.index(name) for name in _HEADERS if name in names), None)
    body = rows if at is None else rows[1:]
    cells = [row[at or 0].strip() for row in body if len(row) > (at or 0)]
    return [cell for cell in cells if cell]


def trials(
    tryon: "TryOn",
    people: Sequence[Person],
    texts: Sequence[str],
    garments: Sequence[Garment] = (),
    kind: str | None = None,
    seeds: Sequence[int] = (0,),
) -> Iterator[Trial]:
    """Every person with every description and seed, in this order. One result at a time."""
    number = 0
    for photo, person in enumerate(people, 1):
        for text in texts:
            for seed in seeds:
                number += 1
                prompt = tryon.understand(text)
                started = time.perf_counter()
                try:
                    result = wear(tryon, person, garments, text, kind=kind, seed=seed)
                except TryOnError as error:
                    yield Trial(number, photo, text, seed, prompt, error=error)
                    continue
                seconds = time.perf_counter() - started
                yield Trial(number, photo, text, seed, prompt, result, seconds)


def row(trial: Trial, file: str) -> Row:
    """A trial as a line of the table."""
    said, excluded = trial.prompt.attributes, trial.prompt.excluded
    if trial.error is not None:
        remark = str(trial.error)
    else:
        remark = " ".join(trial.result.notes) if trial.result is not None else ""
    return {
        "number": trial.number,
        "photo": trial.photo,
        "prompt": trial.text,
        "seed": trial.seed,
        "file": file,
        "language": trial.prompt.language,
        **{attribute: said.get(attribute, "") for attribute in ATTRIBUTES},
        "excluded": "; ".join(f"{a}: {v}" for a, values in excluded.items() for v in values),
        "ignored": " ".join(trial.prompt.ignored),
        "confidence": "" if trial.result is None else round(trial.result.confidence, 3),
        "seconds": round(trial.seconds, 3),
        "remark": remark,
    }


def run_lab(
    tryon: "TryOn",
    people: Sequence[Path],
    texts: Sequence[str],
    out: Path,
    garments: Sequence[PhotoSource | Garment] = (),
    kind: str | None = None,
    seeds: Sequence[int] = (0,),
    progress: Callable[[str], None] = lambda line: None,
) -> list[Row]:
    """Write OUT/NN-words.png for each trial and OUT/prompts.csv; returns the table's rows.

    people: paths of photos. garments: what the words change, several for an outfit.
    Raises TryOnError for photos or a garment that cannot be used, and for no descriptions.
    """
    if not texts:
        raise TryOnError("empty_request")
    wearers = [tryon.analyse(path) for path in people]
    clothes = [tryon.describe(garment, kind) for garment in garments]
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for trial in trials(tryon, wearers, texts, clothes, kind, seeds):
        file = ""
        if trial.result is not None:
            file = f"{trial.number:03d}-{_plain(trial.text)}.png"
            write_photo(trial.result.photo, out / file)
        rows.append(row(trial, file))
        progress(f"{trial.number}/{len(wearers) * len(texts) * len(seeds)} {trial.text[:40]}")
    with (out / TABLE).open("w", encoding="utf-8-sig", newline="") as table:
        writer = csv.DictWriter(table, list(rows[0]))
        writer.writeheader()
        writer.writerows({key: _harmless(value) for key, value in one.items()} for one in rows)
    return rows


def _plain(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")[:40] or "picture"


def _harmless(value: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula, made plain."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value
