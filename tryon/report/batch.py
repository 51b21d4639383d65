"""Table of people, garments and words -> pictures: resumes after a kill, a bad row stops no other.

Notable here:
- results.csv grows by one line a try-on, after its picture is written completely. So every picture
  it names is there, and a second run does only what is missing or has failed.
- a row is known by its content, not by its place: the manifest may grow or be reordered.
- a person or garment named again in neighbouring rows is not analysed again.
"""

import csv
import hashlib
import io
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from tryon.core.errors import TryOnError
from tryon.core.image import encode_photo, write_bytes
from tryon.core.types import Garment, Person
from tryon.outfit import wear

if TYPE_CHECKING:
    from tryon.pipeline import TryOn

COLUMNS = ("person", "garment", "prompt", "kind", "garment2", "garment3")  # of a manifest
RESULTS = "results.csv"
_RESULT_COLUMNS = (*COLUMNS, "status", "output", "code", "message", "confidence", "seconds")
_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
_LONGEST_NAME = 80  # letters of a picture's name, before the code that makes it unique
# People and garments kept in memory; each takes some 10 MB a megapixel.
_PEOPLE, _GARMENTS = 1, 4

Key = TypeVar("Key")
Answer = TypeVar("Answer")
Line = dict[str, str]  # of results.csv


@dataclass(frozen=True)
class Row:
    """One try-on asked for, in the manifest's own words."""

    person: str
    garment: str
    prompt: str
    kind: str
    garment2: str = ""
    garment3: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        more = (self.garment2, self.garment3)
        return self.person, self.garment, self.prompt, self.kind, *(more if any(more) else ())

    @property
    def garments(self) -> tuple[str, ...]:
        """The pictures named, of an outfit more than one."""
        return tuple(filter(None, (self.garment, self.garment2, self.garment3)))

    def file_name(self, suffix: str) -> str:
        """Readable, and another for every other row."""
        code = hashlib.sha256("\0".join(self.key).encode()).hexdigest()[:8]
        stems = [Path(name).stem for name in (self.person, *self.garments) if name]
        plain = "".join(
            letter if letter.isalnum() or letter in "-_" else "-" for letter in "_".join(stems)
        )
        return f"{plain[:_LONGEST_NAME]}_{code}{suffix}"


@dataclass(frozen=True)
class Summary:
    """What a run did. done, failed: now. kept: finished by an earlier run."""

    rows: int
    done: int
    kept: int
    failed: int
    failures: dict[str, int]  # error code -> rows


def run_batch(
    load: Callable[[], "TryOn"],
    manifest: Path,
    out: Path,
    format: str = "PNG",
    progress: Callable[[int, int, Row, str], None] = lambda index, rows, row, status: None,
) -> Summary:
    """Work through a manifest; pictures and results.csv lie in the folder `out` afterwards.

    load: makes the `TryOn`; called only if there is something to do. manifest: a CSV file with a
    column person and garment or prompt or both; kind, and garment2 and garment3 of outfits, are
    optional, further columns ignored; paths are relative to the manifest. format: of the pictures,
    "PNG", "JPEG" or "WEBP".
    progress(index, rows, row, status) after each row; status is "done", "kept" or an error code.

    Raises TryOnError for a manifest that cannot be read or a folder that cannot be written; a
    row's own error goes into results.csv.
    """
    rows = read_manifest(manifest)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TryOnError(
            "bad_argument", what=f"The folder {out.name} cannot be made: {error.strerror}."
        ) from error
    finished = _finished(out)
    # results.csv is first written anew, without half a line that a kill may have left and without
    # the lines of what has to be done again.
    order = {row.key: index for index, row in enumerate(rows)}
    kept = sorted(finished.values(), key=lambda line: order.get(_key(line), len(order)))
    write_bytes(
        _as_csv([dict(zip(_RESULT_COLUMNS, _RESULT_COLUMNS, strict=True)), *kept]), out / RESULTS
    )

    tryon: TryOn | None = None
    people: _Memory[str, Person] = _Memory(_PEOPLE)
    garments: _Memory[tuple[str, str | None], Garment] = _Memory(_GARMENTS)
    done = 0
    failures: dict[str, int] = {}
    for index, row in enumerate(rows):
        if row.key in finished:
            progress(index, len(rows), row, "kept")
            continue
        tryon = load() if tryon is None else tryon
        line = _work(tryon, row, manifest.parent, out, format, people, garments)
        with (out / RESULTS).open("ab") as file:
            file.write(_as_csv([line]))
        if line["status"] == "ok":
            done += 1
        else:
            failures[line["code"]] = failures.get(line["code"], 0) + 1
        progress(index, len(rows), row, "done" if line["status"] == "ok" else line["code"])
    failed = sum(failures.values())
    return Summary(len(rows), done, len(rows) - done - failed, failed, failures)


def read_manifest(manifest: Path) -> list[Row]:
    """The rows of a manifest, repeated ones once.

    Raises TryOnError("bad_argument") saying what is wrong with it.
    """

    def wrong(why: str) -> TryOnError:
        return TryOnError("bad_argument", what=f"{manifest.name}: {why}")

    if not manifest.is_file():
        raise TryOnError("image_not_found", name=manifest.name)
    try:
        text = manifest.read_text("utf-8-sig")
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError:
        raise wrong("not a text file in UTF-8.") from None
    except (OSError, csv.Error) as error:
        raise wrong(f"not readable as CSV ({error}).") from None
    header = [name.strip().lower() for name in table[0]] if table else []
    if "person" not in header or not {"garment", "prompt"} & set(header):
        raise wrong("its first line must name the columns person and garment or prompt.")
    rows: dict[tuple[str, ...], Row] = {}
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise wrong(f"line {number} has {len(cells)} cells, not {len(header)}.")
        values = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        row = Row(*(values.get(name, "") for name in COLUMNS))
        rows[row.key] = row
    if not rows:
        raise wrong("there is no row under the header.")
    return list(rows.values())


class _Memory(Generic[Key, Answer]):
    """The last few answers of a function, by key."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.answers: OrderedDict[Key, Answer] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Answer]) -> Answer:
        if key not in self.answers:
            while len(self.answers) >= self.size:  # first, so that not one too many is held
                self.answers.popitem(last=False)
            self.answers[key] = make()
        self.answers.move_to_end(key)
        return self.answers[key]


def _work(
    tryon: "TryOn",
    row: Row,
    folder: Path,
    out: Path,
    format: str,
    people: _Memory[str, Person],
    garments: _Memory[tuple[str, str | None], Garment],
) -> Line:
    """Do one row and write its picture; its line for results.csv."""
    line = dict.fromkeys(_RESULT_COLUMNS, "") | asdict(row)
    kind = row.kind if row.kind not in ("", "auto") else None
    try:
        person = people.get(row.person, lambda: tryon.analyse(folder / row.person))
        clothes = []
        for name in row.garments:
            make = partial(tryon.describe, folder / name, kind)
            clothes.append(garments.get((name, kind), make))
        result = wear(tryon, person, clothes, row.prompt, kind=kind)
    except TryOnError as error:
        return line | {"status": "failed", "code": error.code, "message": str(error)}
    name = row.file_name(_SUFFIXES[format])
    write_bytes(encode_photo(result.photo, format), out / name)
    return line | {
        "status": "ok",
        "output": name,
        "message": " ".join(result.notes),
        "confidence": f"{result.confidence:.3f}",
        "seconds": f"{result.seconds.get('total', 0.0):.3f}",
    }


def _finished(out: Path) -> dict[tuple[str, ...], Line]:
    """The lines of results.csv whose pictures are there, by row."""
    path = out / RESULTS
    if not path.is_file():
        return {}
    # A kill can leave half a line at the end, and in it half a letter.
    text = path.read_text("utf-8", errors="replace")
    lines = {}
    for cells in csv.reader(io.StringIO(text, newline="")):
        if len(cells) == len(_RESULT_COLUMNS):
            line = dict(zip(_RESULT_COLUMNS, cells, strict=True))
            name = line["output"]
            if line["status"] == "ok" and name == Path(name).name and (out / name).is_file():
                lines[_key(line)] = line
    return lines


def _key(line: Line) -> tuple[str, ...]:
    return Row(*(line[name] for name in COLUMNS)).key


def _as_csv(lines: list[Line]) -> bytes:
    text = io.StringIO(newline="")
    csv.DictWriter(text, _RESULT_COLUMNS, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()
