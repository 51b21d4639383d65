"""The command line: try, batch, describe, weights, evaluate, train, page and more

Notable here:
- exit 0, or 2 with one readable line on stderr and nothing written. What can be refused is refused
  before the models are loaded, and the file asked for is written last.
- nothing heavy is imported before the arguments are understood, so that help is instant.
"""

import logging
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from tryon.cli import figures, fitting, page, training, weights, words
from tryon.cli.output import complain, keep_stderr_for_python, set_loudness

NAME = "tryon"
INTERRUPTED = 130  # the shells' exit status for Ctrl+C

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """What commands know of the call. whole_process: nobody else writes to its stderr."""

    whole_process: bool


app = typer.Typer(
    name=NAME,
    help="See yourself in a garment: a virtual fitting room.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    context: typer.Context,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Say what is going on, on stderr.")
    ] = False,
) -> None:
    if context.invoked_subcommand == PAGE:  # it has a log of its own
        return
    set_loudness(verbose)
    if context.obj.whole_process and not verbose:
        keep_stderr_for_python()


PAGE = "page"
TRYING, WORDS, ENGINES, MEASURING, TRAINING = "Try on", "Read", "Engines", "Measure", "Train"
app.command("try", rich_help_panel=TRYING)(fitting.try_on)
app.command("batch", rich_help_panel=TRYING)(fitting.batch)
app.command("lab", rich_help_panel=TRYING)(fitting.lab)
app.command("sheet", rich_help_panel=TRYING)(fitting.sheet)
app.command(PAGE, rich_help_panel=TRYING)(page.page)
app.command("describe", rich_help_panel=WORDS)(words.describe)
app.command("understand", rich_help_panel=WORDS)(words.understand)
app.add_typer(weights.weights, name="weights", rich_help_panel=ENGINES)
app.add_typer(figures.evaluate, name="evaluate", rich_help_panel=MEASURING)
app.command("bench", rich_help_panel=MEASURING)(figures.bench)
app.command("train", rich_help_panel=TRAINING)(training.train)
app.add_typer(training.data, name="data", rich_help_panel=TRAINING)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0, 2 for what cannot be done, 130 when interrupted.

    argv: arguments after the program's name; None takes the process's own.
    """
    from tryon.core.errors import TryOnError

    run = Run(whole_process=argv is None)
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = typer.main.get_command(app)
    verbose = False
    try:
        with (
            warnings.catch_warnings(),
            command.make_context(NAME, arguments, obj=run) as context,
        ):
            verbose = bool(context.params["verbose"])
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as stop:
        return stop.exit_code
    except typer.TyperException as error:  # the arguments
        return complain(_usage(error))
    except TryOnError as error:
        logger.debug("why", exc_info=error)
        return complain(str(error))
    except KeyboardInterrupt:
        complain("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as stop:  # so ends rich when it finds the same
        if isinstance(stop.__context__, BrokenPipeError):
            return 0
        raise
    except Exception as error:
        if verbose:
            raise
        text = TryOnError("internal").message
        return complain(f"{text} ({type(error).__name__}: {error}; --verbose shows where)")
    return 0


def _usage(error: typer.TyperException) -> str:
    """What is wrong with the arguments, and which help says how they are."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else NAME
    message = error.format_message().replace("Value error, ", "")  # pydantic's, before our own
    return f"{message} (see {path} --help)"
