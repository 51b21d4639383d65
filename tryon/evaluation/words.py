"""How well words are read: accuracy on the hand-written sets, by rules, network and both.

    python -m tryon evaluate words

Notable here:
- a set is a CSV in tests/data: the text, a column an attribute (empty = not said), and what is
  ruled out. `prompts_*` were written before the rules; `prompts_hard_*` (misspelt, chatty, in odd
  orders) after them and before the network; `prompts_fresh_*`, `prompts_fresh2_*`,
  `prompts_fresh3_*` and `prompts_fresh4_*` last, one after the other, to see how both do on words
  that nobody had in mind (the commit that added each says how it went at first sight).
- accuracy of an attribute is exact match over all texts, "not said" included; "said" counts only
  the texts that speak of it, which is the harder figure.
"""

import csv
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tryon.core.errors import TryOnError
from tryon.core.places import PROMPTS as SETS
from tryon.core.types import Prompt
from tryon.core.vocabulary import ATTRIBUTES
from tryon.words import grammar
from tryon.words.prompt import clean, understand
from tryon.words.wording import WordReader

COLUMNS = (*ATTRIBUTES, "excluded")
LIKELY = 0.5  # from here on the network alone says that a value is ruled out


def evaluate_words(folder: Path = SETS, reader: WordReader | None = None) -> dict[str, Any]:
    """Figures of all sets in a folder: {set: {"prompts": n, way: {...}}}.

    A way ("rules", "network", "combined") has `accuracy` (attribute -> share of texts read
    right), `said` (attribute -> [right, texts that say something of it]), `whole` (share of texts
    read right in every attribute) and `milliseconds` (median and slowest of a text).
    Raises TryOnError("bad_argument") if there are no sets.
    """
    files = sorted(Path(folder).glob("prompts*.csv"))
    if not files:
        raise TryOnError("bad_argument", what=f"{folder} has no prompts*.csv.")
    reader = reader or WordReader.load()
    ways: dict[str, Callable[[str], Prompt]] = {
        "rules": partial(understand, reader=grammar.read),
        "network": partial(_network_alone, reader),
        "combined": partial(understand, reader=reader),
    }
    for way in ways.values():
        way("a first text takes longer")
    figures: dict[str, Any] = {}
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        figures[path.stem] = {
            "prompts": len(rows),
            **{name: _score(rows, way) for name, way in ways.items()},
        }
    return figures


def table(figures: dict[str, Any]) -> str:
    """The figures for reading, one line an attribute."""
    lines = []
    for name, one in figures.items():
        ways = [way for way in one if way != "prompts"]
        lines.append(
            f"{name}: {one['prompts']} texts; right of all texts (right of those saying it)"
        )
        lines.append(f"  {'':10}" + "".join(f"{way:>22}" for way in ways))
        for attribute in COLUMNS:
            cells = ""
            for way in ways:
                right, of = one[way]["said"][attribute]
                cells += f"{one[way]['accuracy'][attribute]:>12.1%} {f'({right}/{of})':>9}"
            lines.append(f"  {attribute:10}{cells}")
        whole = "".join(f"{one[way]['whole']:>12.1%} {'':9}" for way in ways)
        slow = "".join("{:>9.1f} ms {:>9}".format(*_times(one[way])) for way in ways)
        lines += [f"  {'all right':10}{whole}", f"  {'median':10}{slow}"]
    return "\n".join(lines)


def _times(way: dict[str, Any]) -> tuple[float, str]:
    median, slowest = way["milliseconds"]
    return median, f"(<{slowest:.0f})"


def wrong(row: dict[str, str], prompt: Prompt) -> list[str]:
    """The columns in which a text was read otherwise than its row says."""
    return [column for column in COLUMNS if _read_of(prompt, column) != row[column]]


def _read_of(prompt: Prompt, column: str) -> str:
    if column != "excluded":
        return prompt.attributes.get(column, "")
    return ";".join(f"{key}:{value}" for key, all_ in prompt.excluded.items() for value in all_)


def _score(rows: list[dict[str, str]], way: Callable[[str], Prompt]) -> dict[str, Any]:
    missed, times = [], []
    for row in rows:
        started = time.perf_counter()
        prompt = way(row["text"])
        times.append(1000 * (time.perf_counter() - started))
        missed.append(wrong(row, prompt))
    said = {column: [bool(row[column]) for row in rows] for column in COLUMNS}
    return {
        "accuracy": {
            column: round(1 - sum(column in one for one in missed) / len(rows), 4)
            for column in COLUMNS
        },
        "said": {
            column: [
                sum(s and column not in one for s, one in zip(said[column], missed, strict=True)),
                sum(said[column]),
            ]
            for column in COLUMNS
        },
        "whole": round(sum(not one for one in missed) / len(rows), 4),
        "milliseconds": [round(sorted(times)[len(times) // 2], 2), round(max(times), 2)],
    }


def _network_alone(reader: WordReader, text: str) -> Prompt:
    """What TextNet says without any rule: the most probable value of each attribute."""
    opinion = reader.opinions([clean(text)[0]])[0]
    best = {attribute: opinion.best(attribute)[0] for attribute in opinion.said}
    excluded = {
        attribute: tuple(value for value, p in values.items() if p >= LIKELY)
        for attribute, values in opinion.excluded.items()
    }
    return Prompt(
        text,
        {attribute: value for attribute, value in best.items() if value},
        excluded={attribute: values for attribute, values in excluded.items() if values},
    )
