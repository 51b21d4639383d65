"""tryon evaluate, bench: how good the results are, and what they cost in time and memory."""

import sys
from collections.abc import Collection
from contextlib import redirect_stdout
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from tryon.cli import loading
from tryon.cli.arguments import AsJson, Cache, Size, positive, size
from tryon.cli.output import print_json, print_table, progress

if TYPE_CHECKING:
    from tryon.pipeline import TryOn

DATA = "DATA"  # the command for any other word: a folder


class Figure(StrEnum):
    """What can be scored on the data sets."""

    PAIRS = "pairs"
    FUSION = "fusion"
    KINDS = "kinds"
    PARSER = "parser"
    GARMENT = "garment"
    DESCRIBE = "describe"


# --- evaluate ------------------------------------------------------------------------------------


class FolderOrCommand(TyperGroup):
    """A group of commands of which one is chosen by naming a folder instead: evaluate DATA."""

    # ctx: a type that typer does not show.
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        first = next((one for one in args if not one.startswith("-")), None)
        if first is not None and first in self.commands and first != DATA:
            args.remove(first)
            args.insert(0, first)  # its options may have stood before it
        elif args and args[0] != "--help":
            args.insert(0, DATA)
        return super().parse_args(ctx, args)


class OfFolder(TyperCommand):
    """The command for a folder, whose name is the folder's place already."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [self.options_metavar or ""]


evaluate = typer.Typer(
    cls=FolderOrCommand,
    subcommand_metavar="DATA | COMMAND [ARGS]...",
    help="Score try-ons, networks, words and designs.",
)


@evaluate.command(DATA, cls=OfFolder)
def evaluate_data(
    data: Annotated[Path, typer.Argument(metavar=DATA, hidden=True)],
    only: Annotated[
        list[Figure] | None,
        typer.Option(
            "--only",
            metavar="FIGURE",
            help=f"{', '.join(Figure)}; may be repeated; all of them if left out.",
        ),
    ] = None,
    cache: Cache = None,
    fusion: Annotated[
        Path | None,
        typer.Option(
            "--fusion", metavar="FILE", help="Fusion network to score instead of the shipped one."
        ),
    ] = None,
    split: Annotated[
        str, typer.Option("--split", help="Which pairs: validation, train or all.")
    ] = "validation",
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", parser=positive, help="Only the first N pairs."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score try-ons and networks on DATA, a folder of data sets."""
    from tryon.evaluation.pairs import read_pairs

    next(read_pairs(data, split, 1), None)  # a wrong path shows at once
    tryon = loading.load_tryon()
    wanted = only or list(Figure)
    plain: dict[str, Any] = {}
    if Figure.PAIRS in wanted:
        plain |= _evaluate_pairs(tryon, data, split, limit, as_json)
    if Figure.FUSION in wanted:
        plain |= _evaluate_fusion(tryon, fusion, bool(only), data, split, limit, as_json)
    if set(wanted) - {Figure.PAIRS, Figure.FUSION}:
        plain |= _evaluate_networks(tryon, data, cache, limit, wanted, as_json)
    if as_json:
        print_json(plain)


def _evaluate_pairs(
    tryon: "TryOn", data: Path, split: str, limit: int | None, as_json: bool
) -> dict[str, Any]:
    from tryon.evaluation import pairs

    with progress(limit, as_json) as step:
        report = pairs.evaluate(
            tryon, data, split, limit, lambda done, score: step(f"SSIM {score:.4f}")
        )
    if not as_json:
        print(f"{report.split}: {report.scored} of {report.pairs} pairs scored, at 192 x 256")
        if report.scored:
            print(
                f"  SSIM {report.ssim:.4f}   L1 {report.l1:.4f}   {report.seconds:.2f} s a try-on"
            )
            print(f"  outside the region untouched: {report.untouched:.1%} of the results")
            print("  lowest: " + ", ".join(f"{name} {score:.3f}" for name, score in report.worst))
        for code, count in report.failures.items():
            print(f"- {code}: {count}")
    return report.as_json()


def _evaluate_fusion(
    tryon: "TryOn",
    weights: Path | None,
    asked_for: bool,
    data: Path,
    split: str,
    limit: int | None,
    as_json: bool,
) -> dict[str, dict[str, float]]:
    """The fusion network beside the geometric draft; nothing where there are no weights for it,
    unless it was asked for."""
    from tryon.core.errors import TryOnError
    from tryon.core.types import Photo
    from tryon.evaluation.pairs import enlarged, read_pairs
    from tryon.fusion.network import WEIGHT_FILE, LearnedFusion
    from tryon.training.compare import compare_fusion

    try:
        fusion = LearnedFusion.load(weight_file=weights.resolve() if weights else WEIGHT_FILE)
    except TryOnError as error:
        if error.code == "weights_missing" and not asked_for:
            return {}
        raise
    pairs = (
        (person, Photo(enlarged(person)), Photo(enlarged(garment)))
        for _, person, garment in read_pairs(data, split, limit)
    )
    with progress(limit, as_json) as step:
        figures = compare_fusion(
            tryon,
            fusion,
            pairs,
            lambda done, draft, learned: step(f"SSIM {draft:.4f} {learned:.4f}"),
        )
    if not as_json:
        _print_methods(figures)
    return {f"fusion {method}": one for method, one in figures.items()}


def _print_methods(figures: dict[str, dict[str, float]]) -> None:
    """A column a method, a row a measure; not every method has every measure."""
    rows = [
        [measure, *(str(one.get(measure, "")) for one in figures.values())]
        for measure in figures["learned"]
    ]
    lines = [
        f"{name:10}" + "".join(f"{value:>17}" for value in values)
        for name, *values in [["", *figures], *rows]
    ]
    print_table(["", *figures], rows, "\n".join(lines))


def _evaluate_networks(
    tryon: "TryOn",
    data: Path,
    cache: Path | None,
    limit: int | None,
    wanted: Collection[Figure],
    as_json: bool,
) -> dict[str, dict[str, float]]:
    """The networks' figures on what of their data is there."""
    from tempfile import TemporaryDirectory

    from tryon.training.metrics import (
        evaluate_describe,
        evaluate_garment,
        evaluate_parser,
        unpacked,
    )

    figures: dict[str, dict[str, float]] = {}
    with unpacked(data) as folder, TemporaryDirectory(prefix="tryon-cache-") as nowhere:
        kept = cache or Path(nowhere)
        street, phone = (folder / "ccp").is_dir(), (folder / "garments-cc0").is_dir()
        if Figure.KINDS in wanted and street:
            figures |= _evaluate_kinds(tryon, folder, kept, limit, as_json)
        if Figure.PARSER in wanted and street:
            with redirect_stdout(sys.stderr):  # what is prepared first says so there
                figures["parser"] = evaluate_parser(folder, kept)
        if Figure.GARMENT in wanted and street and phone:
            with redirect_stdout(sys.stderr):
                figures["garment"] = evaluate_garment(folder, kept)
        if Figure.DESCRIBE in wanted and phone:
            figures["describe"] = evaluate_describe(tryon.describe, folder)
    for network, values in figures.items() if not as_json else ():
        lines = [f"{network}:", *(f"  {name:24} {value:g}" for name, value in values.items())]
        rows = [[name, f"{value:g}"] for name, value in values.items()]
        print_table([network, ""], rows, "\n".join(lines))
    return figures


def _evaluate_kinds(
    tryon: "TryOn", data: Path, cache: Path, limit: int | None, as_json: bool
) -> dict[str, dict[str, float]]:
    from tryon.training.compare import compare_kinds
    from tryon.training.data.people import read_ccp
    from tryon.training.prepare.photos import prepare

    if not (cache / "ccp" / "pose.npz").is_file():
        prepare(data, cache, validation_only=True)
    people = read_ccp(data, cache, validation=True)[:limit]
    with progress(quiet=as_json) as step:
        return compare_kinds(tryon, people, lambda done: step("self-made pairs"))


@evaluate.command("words")
def evaluate_words(as_json: AsJson = False) -> None:
    """Score how well words are read, on the texts in tests/data."""
    from tryon.evaluation import words

    figures = words.evaluate_words()
    print_json(figures) if as_json else print(words.table(figures))


@evaluate.command("design")
def evaluate_design(
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="SHEET.png", help="Also draw all designs on a picture."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", parser=positive, help="Only N garments."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score whether designs show what the words ask for."""
    from tryon.core.image import writable_format, write_photo
    from tryon.core.types import Photo
    from tryon.evaluation import design

    if sheet is not None:
        writable_format(sheet)
    garments = limit or design.GARMENTS
    with progress(garments, as_json) as step:
        readings, drawn = design.evaluate_design(loading.load_tryon(), garments, progress=step)
    if sheet is not None:
        write_photo(Photo(drawn), sheet)
    figures = design.summary(readings)
    print_json(figures) if as_json else print(design.table(figures))


@evaluate.command("strangers")
def evaluate_strangers(
    cases: Annotated[
        Path,
        typer.Argument(
            metavar="CASES", help="Folder or tar of KEY_person, KEY_cloth and KEY_SYSTEM pictures."
        ),
    ],
    weights: Annotated[
        Path | None,
        typer.Option(
            "--weights", metavar="FILE", help="Weights of VGG16, if not beside the cases."
        ),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="SHEET.png", help="Also draw all cases on a picture."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare with other systems' try-ons of the same pictures."""
    from tryon.core.image import writable_format
    from tryon.evaluation import strangers

    if sheet is not None:
        writable_format(sheet)
    next(strangers.read_cases(cases), None)  # a wrong path shows before the models are loaded
    lines: list[str] = []
    with progress(quiet=as_json) as step:

        def report(line: str) -> None:
            lines.append(line)
            step(line)

        found = strangers.evaluate_strangers(loading.load_tryon(), cases, weights, report)
    if sheet is not None:
        found.write_sheet(sheet)
    if as_json:
        print_json(found.as_json())
        return
    rows = [
        [row.key, f"{row.ours:.2f}", f"{row.untouched:.2f}", row.refused or ""]
        for row in found.rows
    ]
    rows.append(["mean", f"{found.ours:.2f}", f"{found.untouched:.2f}", ""])
    print_table(["case", "ours", "untouched photo", "refused"], rows, "\n".join(lines))


@evaluate.command("finish")
def evaluate_finish(
    data: Annotated[
        Path, typer.Argument(metavar=DATA, help="Folder of the data sets, or one VITON shard.")
    ],
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", parser=positive, help="Only the first N people."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="SHEET.png", help="Also draw all pairs on a picture."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find faults in try-ons of other people's garments."""
    from tryon.core.image import writable_format
    from tryon.evaluation import finish

    if sheet is not None:
        writable_format(sheet)
    finish.unpaired(data, 1)  # a wrong path shows before the models are loaded
    lines: list[str] = []
    with progress(limit, as_json) as step:

        def report(line: str) -> None:
            lines.append(line)
            step(line)

        found = finish.evaluate_finish(loading.load_tryon(), data, limit, report)
    if sheet is not None:
        found.write_sheet(sheet)
    if as_json:
        print_json(found.as_json())
        return
    rows = finish.table(found)
    lines += ["", *(f"{name:12}{mean:>10}{tail:>16}{of:>6}" for name, mean, tail, of in rows)]
    for what, codes in (("refused", found.refused), ("failed", found.failed)):
        lines += [f"- {what}, {code}: {count}" for code, count in codes.items()]
    print_table(rows[0], rows[1:], "\n".join(lines))


@evaluate.command("report")
def evaluate_report(
    data: Annotated[
        Path | None, typer.Argument(metavar=DATA, help="Folder of the data sets.")
    ] = None,
    cases: Annotated[
        Path | None, typer.Argument(metavar="CASES", help="The cases of `evaluate strangers`.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="SECTION", help="Only this section; may be repeated."),
    ] = None,
) -> None:
    """Run all of these and bench; write docs/figures.md and README.md."""
    from tryon.cli import report

    with progress() as step:
        done = report.report(data, cases, tuple(only or ()), step)
    print("\n".join(done))


# --- bench ---------------------------------------------------------------------------------------


def bench(
    words: Annotated[
        bool, typer.Option("--words", help="Only reading of words and designing.")
    ] = False,
    runs: Annotated[
        int | None,
        typer.Option("--runs", metavar="N", parser=positive, help="Try-ons of each size."),
    ] = None,
    sizes: Annotated[
        list[Size] | None,
        typer.Option(
            "--size", metavar="WxH", parser=size, help="Size of the photos; may be repeated."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure time and memory on the sample pictures."""
    if words:
        from tryon.evaluation import bench_words

        spent = bench_words.bench_words(loading.load_tryon())
        print_json(spent) if as_json else print(bench_words.table(spent))
        return
    from tryon.evaluation.bench import RUNS, SIZES, bench

    report = bench(loading.load_tryon, runs or RUNS, dict(sizes) if sizes else SIZES)
    print_json(report) if as_json else _print_bench(report)


def _print_bench(report: dict[str, Any]) -> None:
    from tryon.evaluation.bench import table

    machine, *texts = table(report).split("\n\n")
    print(machine)
    for (name, figures), text in zip(report["sizes"].items(), texts, strict=True):
        rows = [
            [
                step,
                f"{row['median'] * 1e3:.0f} ms",
                f"{row['p95'] * 1e3:.0f} ms",
                "" if row["peak_megabytes"] is None else f"{row['peak_megabytes']:.0f} MB",
            ]
            for step, row in figures["steps"].items()
        ]
        print_table([name, "median", "p95", "peak"], rows, f"\n{text}")
