"""What commands print: answers on stdout; progress and one line about what went wrong on stderr.

Notable here:
- tables and bars are drawn on a terminal alone; a file or a pipe gets plain text and no bars.
- rich is imported only where something is drawn.
"""

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any


def complain(text: str) -> int:
    """Say in one line on stderr why a command failed; its exit status, 2."""
    print("tryon:", " ".join(text.split()), file=sys.stderr)
    return 2


def print_json(answer: Mapping[str, Any]) -> None:
    """Print an answer for programs."""
    print(json.dumps(answer, ensure_ascii=False, indent=2, default=float))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], plain: str) -> None:
    """Draw a table on a terminal; print `plain`, the same as text, to a file or a pipe."""
    if not sys.stdout.isatty():
        print(plain)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for number, name in enumerate(head):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False).print(table)


@contextmanager
def progress(total: int | None = None, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A bar on stderr, gone at the end; yields what to call after each step, with a few words.

    total: steps, None if nobody knows. Nothing is drawn with `quiet` or where nobody watches.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda words: None
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        bars.TextColumn("{task.description}", markup=False),
    )
    # What is printed meanwhile stays on stdout.
    console = Console(stderr=True)
    with bars.Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=total)
        yield lambda words: bar.update(task, advance=1, description=words)


@contextmanager
def amount(quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A bar of bytes on stderr, gone at the end; yields what to call with (words, done, all).

    Nothing is drawn with `quiet` or where nobody watches.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda words, done, total: None
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.BarColumn(),
        bars.DownloadColumn(),
        bars.TransferSpeedColumn(),
        bars.TimeRemainingColumn(),
        bars.TextColumn("{task.description}", markup=False),
    )
    console = Console(stderr=True)
    with bars.Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=None)
        yield lambda words, done, total: bar.update(
            task, completed=done, total=total, description=words
        )


def set_loudness(verbose: bool) -> None:
    """Without --verbose keep libraries' remarks off stderr, which is for our one line."""
    if verbose:
        logging.basicConfig(level=logging.DEBUG, format="%(name)s: %(message)s")
        return
    logging.basicConfig(level=logging.CRITICAL)
    warnings.simplefilter("ignore")


def show_log() -> None:
    """Let our own log be seen even without --verbose: of commands that run for hours."""
    logging.getLogger("tryon").setLevel(logging.INFO)


def keep_stderr_for_python() -> None:
    """Send what native libraries write to file descriptor 2 nowhere; `sys.stderr` still works.

    MediaPipe warns about the alignment of its own memory, now and then, and obeys no log level.
    """
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
