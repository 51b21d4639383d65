"""Figures of every command that prints some -> docs/figures.md, so that nobody copies them by hand.

Notable here:
- each section runs the command that it names, as anybody would, and keeps what it printed as JSON
  (docs/figures.json). The page of figures and the table in README.md are drawn from that file
  alone; a test draws them anew and compares.
- sections can be run one by one, since all of them together take more than an hour.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

from tryon.core.errors import TryOnError
from tryon.core.places import CHECKOUT

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | float | int | bool | None"

STORE = Path("docs/figures.json")
PAGE = Path("docs/figures.md")
README = Path("README.md")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
NONE = "not measured"


@dataclass(frozen=True)
class Headline:
    """A figure for README.md: what it is, its place in the JSON (names parted by dots), how it is
    written, and the goal."""

    what: str
    where: str
    form: str
    goal: str


@dataclass(frozen=True)
class Section:
    """One command of `tryon` and what README.md quotes of it."""

    name: str
    title: str
    arguments: tuple[str, ...]
    headline: tuple[Headline, ...] = ()

    @property
    def command(self) -> str:
        return " ".join(["tryon", *self.arguments])


DATA, CASES = "DATA", "CASES"  # stand for the folders given
ONLY = ("evaluate", DATA, "--only")

SECTIONS = (
    Section(
        "strangers",
        "Strangers' photos in shop pictures, beside three diffusion systems",
        ("evaluate", "strangers", CASES),
        (
            Headline(
                "distance to three diffusion systems over theirs to each other",
                "ours",
                "{:.2f}",
                "1.15",
            ),
        ),
    ),
    Section(
        "finish",
        "Faults of finished try-ons, VITON validation, everybody in another one's garment",
        ("evaluate", "finish", DATA, "--limit", "30"),
    ),
    Section(
        "bench",
        "Speed and memory of a try-on",
        ("bench",),
        (
            Headline(
                "one try-on, 768x1024, warm, median",
                "sizes.768x1024.steps.all.median",
                "{:.2f} s",
                "1.0 s",
            ),
            Headline("peak memory, all sizes measured", "peak_megabytes", "{:.0f} MB", "1500 MB"),
        ),
    ),
    Section(
        "pairs",
        "Paired try-ons, VITON validation (reported, not steered by)",
        (*ONLY, "pairs"),
        (
            Headline("paired SSIM, 256x192, VITON validation", "ssim", "{:.3f}", "0.88"),
            Headline(
                "results that are untouched outside the region", "untouched", "{:.0%}", "100%"
            ),
        ),
    ),
    Section(
        "fusion",
        "The fusion network beside the geometric draft",
        (*ONLY, "fusion", "--limit", "80"),
    ),
    Section("kinds", "Garments of street photos made flat and put on again", (*ONLY, "kinds")),
    Section(
        "parser",
        "Parsing of the dressed body",
        (*ONLY, "parser"),
        (
            Headline(
                "human parsing, mean IoU of 15 classes, held-out Clothing Co-Parsing",
                "parser.ccp mean",
                "{:.3f}",
                "0.72",
            ),
        ),
    ),
    Section(
        "garment", "Masks, landmarks and attributes by the garment network", (*ONLY, "garment")
    ),
    Section(
        "describe",
        "Garments in phone photos, described by the whole program",
        (*ONLY, "describe"),
        (
            Headline("a phone photo of a garment: kind", "describe.kind", "{:.1%}", "97%"),
            Headline("a phone photo of a garment: type", "describe.type", "{:.1%}", "88%"),
        ),
    ),
    Section("words", "Reading of words", ("evaluate", "words")),
    Section("design", "Designs that read back as the words ask", ("evaluate", "design")),
    Section("bench-words", "Speed of reading and designing", ("bench", "--words")),
)


def report(
    data: Path | None,
    cases: Path | None,
    only: tuple[str, ...] = (),
    say: Callable[[str], None] = lambda text: None,
) -> list[str]:
    """Run the sections that can be run with what is given, store and draw their figures.

    data: folder of the data sets; cases: of the strangers; without one the sections that need it
    are left as they are. only: names of sections, all by default. say: told which one is running.
    Returns the names of the sections that were run. TryOnError("bad_argument") outside a checkout
    or for an unknown section.
    """
    if not (CHECKOUT / README).is_file():
        raise TryOnError("bad_argument", what="The report is written in a checkout alone.")
    names = [section.name for section in SECTIONS]
    if unknown := sorted(set(only) - set(names)):
        raise TryOnError(
            "bad_argument", what=f"No section {unknown[0]}; there are {', '.join(names)}."
        )
    given = {DATA: data, CASES: cases}
    stored = read_store(CHECKOUT)
    done = []
    for section in SECTIONS:
        needed = [name for name in given if name in section.arguments]
        if (only and section.name not in only) or any(given[name] is None for name in needed):
            continue
        say(section.command)
        arguments = [str(given.get(one) or one) for one in section.arguments]
        stored[section.name] = {"day": date.today().isoformat(), "printed": _run(arguments)}
        write(CHECKOUT, stored)
        done.append(section.name)
    return done


def read_store(checkout: Path) -> dict[str, Plain]:
    """What was printed, by section; nothing where nothing was measured yet."""
    path = checkout / STORE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def write(checkout: Path, stored: dict[str, Plain]) -> None:
    """Write docs/figures.json, docs/figures.md and the table of README.md."""
    text = json.dumps(stored, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    (checkout / STORE).write_text(text, encoding="utf-8")
    stored = json.loads(text)  # in the order of the file, from which the pages can be drawn again
    (checkout / PAGE).write_text(draw_page(stored), encoding="utf-8")
    readme = checkout / README
    readme.write_text(with_table(readme.read_text(encoding="utf-8"), stored), encoding="utf-8")


def draw_page(stored: dict[str, Plain]) -> str:
    """docs/figures.md: per section the command, the day and every figure it printed."""
    lines = [
        "# Figures",
        "",
        "Written by `tryon evaluate report`: each table is what the command above it printed.",
    ]
    for section in SECTIONS:
        entry = stored.get(section.name)
        lines += ["", f"## {section.title}", "", f"`{section.command}`", ""]
        if not isinstance(entry, dict):
            lines.append(f"{NONE.capitalize()} yet.")
            continue
        lines += [f"Measured on {entry['day']}.", "", "| figure | value |", "| --- | --- |"]
        lines += [f"| {name} | {value} |" for name, value in flat(entry["printed"])]
    return "\n".join(lines) + "\n"


def with_table(readme: str, stored: dict[str, Plain]) -> str:
    """README.md with the table between its two markers drawn anew."""
    rows = ["| what | measured | goal |", "| --- | --- | --- |"]
    for section in SECTIONS:
        for headline in section.headline:
            entry = stored.get(section.name)
            value = _at(entry["printed"], headline.where) if isinstance(entry, dict) else None
            shown = headline.form.format(value) if isinstance(value, int | float) else NONE
            what = f"{headline.what} (`{section.command}`)"
            rows.append(f"| {what} | {shown} | {headline.goal} |")
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or not after:
        raise ValueError(f"README.md lacks {BEGIN} or {END}")
    return before + "\n".join([BEGIN, *rows, END]) + after


def flat(figures: Plain, above: str = "") -> Iterator[tuple[str, str]]:
    """("sizes.768x1024.runs", "10"), ... of nested figures, in their order."""
    if isinstance(figures, dict):
        for name, value in figures.items():
            yield from flat(value, f"{above}.{name}" if above else name)
    elif isinstance(figures, list):
        yield above, ", ".join(_shown(one) for one in figures)
    else:
        yield above, _shown(figures)


def _shown(value: Plain) -> str:
    if isinstance(value, list):
        return " ".join(_shown(one) for one in value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return NONE if value is None else str(value)


def _at(figures: Plain, where: str) -> Plain:
    """The value at "parser.ccp mean": names parted by dots; None where there is none."""
    for name in where.split("."):
        if not isinstance(figures, dict) or name not in figures:
            return None
        figures = figures[name]
    return figures


def _run(arguments: list[str]) -> Plain:
    """What `tryon ARGUMENTS --json` prints, run in a process of its own."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        done = subprocess.run(
            [sys.executable, "-m", "tryon", *arguments, "--json"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=CHECKOUT,
        )
        errors.seek(0)
        if done.returncode:
            raise TryOnError("bad_argument", what=errors.read().strip() or "A command failed.")
    return json.loads(done.stdout)
