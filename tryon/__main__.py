"""The command line: python -m tryon try | batch | describe | understand | evaluate | bench | ...

Notable here:
- exit 0, or 2 with one readable line on stderr and nothing written. What can be refused is refused
  before the models are loaded, and the file asked for is written last.
- nothing heavy is imported before the arguments are understood, so that help is instant.
"""

import argparse
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from tryon.core.types import Garment, Prompt, Result
    from tryon.pipeline import TryOn

KINDS = ("upper", "lower", "dress")
EVALUATIONS = ("pairs", "fusion", "kinds", "parser", "garment", "describe")
_KIND_NAMES = {
    "upper": {"en": "upper body", "zh": "上装"},
    "lower": {"en": "lower body", "zh": "下装"},
    "dress": {"en": "dress", "zh": "连衣裙"},
}
_ATTRIBUTE_NAMES_ZH = {
    "type": "款式",
    "colour": "颜色",
    "shade": "色调",
    "pattern": "图案",
    "sleeve": "袖长",
    "neckline": "领型",
    "length": "长度",
    "fit": "版型",
    "fabric": "面料",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0, 2 for what cannot be done, 130 when interrupted."""
    from tryon.core.errors import TryOnError

    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said why, or has shown its help
        return int(stop.code or 0)
    try:
        with warnings.catch_warnings():
            _set_loudness(arguments.verbose)
            arguments.run(arguments)
        sys.stdout.flush()
    except TryOnError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        _complain("Interrupted.")
        return 130
    except BrokenPipeError:  # the reader of our output has gone: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if arguments.verbose:
            raise
        words = TryOnError("internal").message
        return _complain(f"{words} ({type(error).__name__}: {error}; --verbose shows where)")
    return 0


def _complain(text: str) -> int:
    print("tryon:", " ".join(text.split()), file=sys.stderr)
    return 2


def _set_loudness(verbose: bool) -> None:
    """Without --verbose keep libraries' remarks off stderr, which is for our one line."""
    if verbose:
        logging.basicConfig(level=logging.DEBUG, format="%(name)s: %(message)s")
        return
    logging.basicConfig(level=logging.CRITICAL)
    warnings.simplefilter("ignore")


def load_tryon() -> "TryOn":
    """The fitting room, models loaded."""
    from tryon.pipeline import TryOn

    return TryOn.load()


# --- arguments ---------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """argparse, but what is wrong is said in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"tryon: {' '.join(message.split())} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m tryon", description="See yourself in a garment: a virtual fitting room."
    )
    parser.add_argument("--verbose", action="store_true", help="say what is going on")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], None], text: str) -> _Parser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    def with_json(added: argparse.ArgumentParser) -> None:
        added.add_argument("--json", action="store_true", help="print one JSON object")

    def with_language(added: argparse.ArgumentParser) -> None:
        added.add_argument("--lang", choices=("en", "zh"), default="en", help="of the answer")

    added = command("try", _run_try, "put a garment on a person")
    added.add_argument("person", metavar="PERSON", type=Path, help="photo of a person")
    added.add_argument("garment", metavar="GARMENT", type=Path, nargs="?", help="its picture")
    added.add_argument("--prompt", metavar="TEXT", default="", help="what it should be like")
    added.add_argument("--kind", choices=KINDS, help="found out by itself if left out")
    added.add_argument("--seed", type=int, default=0, help="of patterns made from words")
    added.add_argument(
        "--which", type=int, default=0, metavar="N", help="person to dress if several; 0 = largest"
    )
    added.add_argument("-o", "--out", metavar="OUT.png", type=Path, default=Path("result.png"))
    added.add_argument("--stages", metavar="DIR", type=Path, help="also draw how it was made")
    with_json(added)

    added = command("batch", _run_batch, "many try-ons from a CSV file; run again to resume")
    added.add_argument(
        "manifest", metavar="MANIFEST.csv", type=Path, help="person,garment,prompt,kind"
    )
    added.add_argument("--out", metavar="DIR", type=Path, required=True)
    added.add_argument("--format", choices=("png", "jpeg", "webp"), default="png")
    with_json(added)

    added = command("describe", _run_describe, "say what a garment is")
    added.add_argument("garment", metavar="GARMENT", type=Path)
    added.add_argument("--ask", metavar="TEXT", help='a question, e.g. "what colour is it?"')
    with_language(added)
    with_json(added)

    added = command("understand", _run_understand, "say what a text asks for")
    added.add_argument("text", metavar="TEXT")
    with_language(added)
    with_json(added)

    added = command("lab", _run_lab, "try a list of descriptions on one or several photos")
    added.add_argument("person", metavar="PERSON", type=Path, nargs="+", help="photos of people")
    added.add_argument("prompts", metavar="PROMPTS.txt", type=Path, help="or .csv; one a line")
    added.add_argument("-o", "--out", metavar="DIR", type=Path, required=True)
    added.add_argument("--garment", metavar="GARMENT", type=Path, help="that the words change")
    added.add_argument("--kind", choices=KINDS, help="found out by itself if left out")
    added.add_argument("--seeds", metavar="N", type=_positive, default=1, help="designs of each")
    with_json(added)

    added = command("evaluate", _run_evaluate, "score try-ons and networks on held-out data")
    added.add_argument(
        "data", metavar="DATA", type=Path, help='folder of the data sets, or "words" or "design"'
    )
    added.add_argument(
        "--only", choices=EVALUATIONS, action="append", help="this figure (may be repeated)"
    )
    added.add_argument(
        "--cache", type=Path, metavar="DIR", help="where body analysis is kept (default: nowhere)"
    )
    added.add_argument(
        "--fusion", type=Path, metavar="FILE", help="the fusion network's weights, if not shipped"
    )
    added.add_argument(
        "--sheet", metavar="SHEET.png", type=Path, help="of design: a picture of all that was made"
    )
    added.add_argument("--split", default="validation", help="validation (default), train or all")
    added.add_argument("--limit", type=_positive, metavar="N", help="only the first N pairs")
    with_json(added)

    added = command("bench", _run_bench, "measure time and memory on the sample pictures")
    added.add_argument("--words", action="store_true", help="only reading words and designing")
    added.add_argument("--runs", type=_positive, metavar="N", help="try-ons a size")
    added.add_argument("--size", metavar="WxH", action="append", type=_size, help="of the photos")
    with_json(added)

    added = command("train", _run_train, "train a network")
    added.add_argument("net", metavar="NET")
    added.add_argument("data", metavar="DATA", type=Path, nargs="?", help="not for text")
    added.add_argument("--out", metavar="DIR", type=Path, required=True)
    added.add_argument("--resume", action="store_true", help="go on where it was stopped")

    added = command("sheet", _run_sheet, "every person in every garment, on one picture")
    added.add_argument("people", metavar="PEOPLE_DIR", type=Path)
    added.add_argument("garments", metavar="GARMENT_DIR", type=Path)
    added.add_argument("-o", "--out", metavar="SHEET.jpg", type=Path, default=Path("sheet.jpg"))
    added.add_argument("--height", type=_positive, metavar="PIXELS", help="of a tile")
    added.add_argument("--limit", type=_positive, metavar="N", help="only N people and N garments")
    with_json(added)
    return parser


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _size(text: str) -> tuple[str, tuple[int, int]]:
    """ "768x1024" -> itself and (1024, 768)."""
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and min(int(width), int(height)) >= 128):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 768x1024")
    return text, (int(height), int(width))


def _print_json(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2, default=float))


# --- try ---------------------------------------------------------------------------------------


def _run_try(arguments: argparse.Namespace) -> None:
    from tryon.core.errors import TryOnError
    from tryon.core.image import read_photo, writable_format, write_photo

    if arguments.garment is None and not arguments.prompt.strip():
        raise TryOnError("empty_request")
    writable_format(arguments.out)
    for given in filter(None, (arguments.person, arguments.garment)):
        if _same(given, arguments.out):
            raise TryOnError("bad_argument", what=f"{given.name} would be written over.")
    if arguments.stages is not None and arguments.stages.exists() and not arguments.stages.is_dir():
        raise TryOnError("bad_argument", what=f"{arguments.stages.name} is a file, not a folder.")
    # Both pictures are read before the models are: a wrong path shows at once.
    person = read_photo(arguments.person)
    garment = None if arguments.garment is None else read_photo(arguments.garment)

    result = load_tryon()(
        person,
        garment,
        arguments.prompt,
        kind=arguments.kind,
        seed=arguments.seed,
        which=arguments.which,
    )
    if arguments.stages is not None:
        _write_stages(result, arguments.stages)
    write_photo(result.photo, arguments.out)
    if arguments.json:
        _print_json(_try_report(result, arguments))
    else:
        print(_try_summary(result, arguments))


def _same(first: Path, second: Path) -> bool:
    return first.exists() and second.exists() and first.samefile(second)


def _write_stages(result: "Result", folder: Path) -> None:
    from tryon.core.errors import TryOnError
    from tryon.core.image import write_photo
    from tryon.core.types import Photo
    from tryon.report.stages import draw_stages

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TryOnError(
            "bad_argument", what=f"The folder {folder.name} cannot be made: {error.strerror}."
        ) from error
    for number, (name, picture) in enumerate(draw_stages(result).items(), start=1):
        write_photo(Photo(picture), folder / f"{number}-{name}.png")


def _try_report(result: "Result", arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "output": str(arguments.out),
        "stages": None if arguments.stages is None else str(arguments.stages),
        "width": result.photo.width,
        "height": result.photo.height,
        "confidence": round(result.confidence, 4),
        "seconds": {step: round(seconds, 4) for step, seconds in result.seconds.items()},
        "notes": list(result.notes),
        "codes": [remark.code for remark in result.remarks],
        "kind": str(result.garment.kind),
        "attributes": dict(result.garment.attributes),
        "garment": result.garment.identifier,
        "prompt": _prompt_report(result.prompt),
        "changed": round(float(result.region.mean()), 4),
    }


def _try_summary(result: "Result", arguments: argparse.Namespace) -> str:
    seconds = result.seconds.get("total", sum(result.seconds.values()))
    what = result.garment.attributes.get("type", str(result.garment.kind))
    lines = [
        f"{arguments.out}: {result.photo.width} x {result.photo.height}, {what} "
        f"({result.garment.kind}), confidence {result.confidence:.0%}, {seconds:.2f} s"
    ]
    lines += [f"- {note}" for note in result.notes]
    if arguments.stages is not None:
        lines.append(f"How it was made: {arguments.stages}")
    return "\n".join(lines)


# --- describe, understand ----------------------------------------------------------------------


def _run_describe(arguments: argparse.Namespace) -> None:
    from tryon.core.image import read_photo
    from tryon.words.ask import ask, describe

    photo = read_photo(arguments.garment)
    garment = load_tryon().describe(photo)
    report = _garment_report(garment, arguments.lang)
    report["sentence"] = describe(garment, arguments.lang)
    if arguments.ask is not None:
        answer = ask(garment, arguments.ask)
        if not arguments.json:
            print(answer.text)
            return
        report["question"], report["answer"] = arguments.ask, answer.text
        report["answer_confidence"] = round(answer.confidence, 4)
    if arguments.json:
        _print_json(report)
        return
    print(report["sentence"])
    print(f"{_KIND_NAMES[str(garment.kind)][arguments.lang]}  ({garment.confidence:.0%})")
    for attribute, value in garment.attributes.items():
        name, word = _named(attribute, value, arguments.lang)
        print(f"  {name}: {word}  ({garment.attribute_scores[attribute]:.0%})")
    for note in garment.notes:
        print(f"- {note.text(arguments.lang)}")


def _named(attribute: str, value: str, language: str) -> tuple[str, str]:
    from tryon.core.vocabulary import name

    label = _ATTRIBUTE_NAMES_ZH.get(attribute, attribute) if language == "zh" else attribute
    return label, name(attribute, value, language)


def _garment_report(garment: "Garment", language: str) -> dict[str, Any]:
    return {
        "kind": str(garment.kind),
        "attributes": dict(garment.attributes),
        "attribute_scores": {k: round(v, 4) for k, v in garment.attribute_scores.items()},
        "words": {k: _named(k, v, language)[1] for k, v in garment.attributes.items()},
        "worn": garment.worn,
        "confidence": round(garment.confidence, 4),
        "covered": round(float(garment.mask.mean()), 4),
        "notes": [note.text(language) for note in garment.notes],
        "codes": [note.code for note in garment.notes],
    }


def _run_understand(arguments: argparse.Namespace) -> None:
    from tryon.words.prompt import understand

    prompt = understand(arguments.text)
    if prompt.ignored:  # a second look at what the rules do not know
        from tryon.words.wording import WordReader

        prompt = understand(arguments.text, WordReader.load())
    if arguments.json:
        _print_json(_prompt_report(prompt, arguments.lang))
        return
    for attribute, value in prompt.attributes.items():
        print(": ".join(_named(attribute, value, arguments.lang)))
    for attribute, values in prompt.excluded.items():
        for value in values:
            print(": not ".join(_named(attribute, value, arguments.lang)))
    for note in prompt.notes:
        print(f"- {note.text(arguments.lang)}")
    if prompt.empty and not prompt.notes:
        print("- nothing" if arguments.lang == "en" else "- 无")


def _prompt_report(prompt: "Prompt", language: str = "en") -> dict[str, Any]:
    return {
        "text": prompt.text,
        "language": prompt.language,
        "attributes": dict(prompt.attributes),
        "excluded": {key: list(values) for key, values in prompt.excluded.items()},
        "ignored": list(prompt.ignored),
        "words": [list(pair) for pair in prompt.words],
        "notes": [note.text(language) for note in prompt.notes],
    }


# --- many try-ons ------------------------------------------------------------------------------


def _progress(line: str) -> None:
    """A passing line for somebody who watches; nothing where stderr is a file or a pipe."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def _run_batch(arguments: argparse.Namespace) -> None:
    from dataclasses import asdict

    from tryon.report.batch import RESULTS, run_batch

    def progress(index: int, rows: int, row: Any, status: str) -> None:
        _progress(f"{index + 1}/{rows} {row.person}: {status}")

    summary = run_batch(
        lambda: load_tryon(),
        arguments.manifest,
        arguments.out,
        arguments.format.upper(),
        progress,
    )
    _progress("")
    results = arguments.out / RESULTS
    if arguments.json:
        _print_json({**asdict(summary), "results": str(results)})
        return
    print(
        f"{summary.rows} rows: {summary.done} done, {summary.kept} were there already, "
        f"{summary.failed} failed"
    )
    for code, count in summary.failures.items():
        print(f"- {code}: {count}")
    print(results)


def _run_lab(arguments: argparse.Namespace) -> None:
    from tryon.core.errors import TryOnError
    from tryon.core.image import read_photo
    from tryon.report.lab import TABLE, read_prompts, run_lab

    texts = read_prompts(arguments.prompts)
    if not texts:
        raise TryOnError("bad_argument", what=f"{arguments.prompts.name} holds no descriptions.")
    for given in (*arguments.person, *filter(None, [arguments.garment])):
        read_photo(given)  # a wrong path shows before the models are loaded
    if arguments.out.exists() and not arguments.out.is_dir():
        raise TryOnError("bad_argument", what=f"{arguments.out.name} is a file, not a folder.")
    rows = run_lab(
        load_tryon(),
        arguments.person,
        texts,
        arguments.out,
        arguments.garment,
        arguments.kind,
        range(arguments.seeds),
        _progress,
    )
    _progress("")
    failed = sum(not row["file"] for row in rows)
    if arguments.json:
        _print_json({"output": str(arguments.out), "pictures": len(rows) - failed, "rows": rows})
    else:
        print(f"{arguments.out}: {len(rows) - failed} pictures, {failed} failed")
        print(arguments.out / TABLE)


def _run_sheet(arguments: argparse.Namespace) -> None:
    from tryon.core.image import writable_format, write_photo
    from tryon.report.sheet import HEIGHT, contact_sheet, list_pictures

    writable_format(arguments.out)
    for folder in (arguments.people, arguments.garments):
        list_pictures(folder)
    sheet, log = contact_sheet(
        load_tryon(),
        arguments.people,
        arguments.garments,
        arguments.height or HEIGHT,
        arguments.limit,
        _progress,
    )
    _progress("")
    write_photo(sheet, arguments.out)
    failed = sum("error" in entry for entry in log)
    if arguments.json:
        _print_json({"output": str(arguments.out), "tryons": log})
    else:
        print(f"{arguments.out}: {len(log)} try-ons, {failed} failed")


# --- measuring, training -----------------------------------------------------------------------


def _run_evaluate(arguments: argparse.Namespace) -> None:
    from tryon.evaluation.pairs import read_pairs

    if str(arguments.data) == "words":  # needs no data but the project's own tests
        from tryon.evaluation.words import evaluate_words, table

        words = evaluate_words()
        _print_json(words) if arguments.json else print(table(words))
        return
    if str(arguments.data) == "design":  # needs the gallery alone
        _evaluate_design(arguments)
        return
    next(read_pairs(arguments.data, arguments.split, 1), None)  # a wrong path shows at once
    tryon = load_tryon()
    wanted = arguments.only or EVALUATIONS
    plain: dict[str, Any] = {}
    if "pairs" in wanted:
        plain |= _evaluate_pairs(arguments, tryon)
    if "fusion" in wanted:
        plain |= _evaluate_fusion(arguments, tryon)
    if set(wanted) - {"pairs", "fusion"}:
        plain |= _evaluate_networks(arguments, tryon, wanted)
    if arguments.json:
        _print_json(plain)


def _evaluate_design(arguments: argparse.Namespace) -> None:
    from tryon.core.image import writable_format, write_photo
    from tryon.core.types import Photo
    from tryon.evaluation.design import GARMENTS, evaluate_design, summary, table

    if arguments.sheet is not None:
        writable_format(arguments.sheet)
    garments = arguments.limit or GARMENTS
    readings, sheet = evaluate_design(load_tryon(), garments, progress=_progress)
    _progress("")
    if arguments.sheet is not None:
        write_photo(Photo(sheet), arguments.sheet)
    figures = summary(readings)
    _print_json(figures) if arguments.json else print(table(figures))


def _evaluate_pairs(arguments: argparse.Namespace, tryon: "TryOn") -> dict[str, Any]:
    from tryon.evaluation.pairs import evaluate

    report = evaluate(
        tryon,
        arguments.data,
        arguments.split,
        arguments.limit,
        lambda done, score: _progress(f"{done} pairs, SSIM {score:.4f}"),
    )
    _progress("")
    if not arguments.json:
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


def _evaluate_fusion(arguments: argparse.Namespace, tryon: "TryOn") -> dict[str, dict[str, float]]:
    """The fusion network beside the geometric draft; nothing where there are no weights for it,
    unless it was asked for."""
    from tryon.core.errors import TryOnError
    from tryon.core.types import Photo
    from tryon.evaluation.pairs import enlarged, read_pairs
    from tryon.fusion.network import WEIGHT_FILE, LearnedFusion
    from tryon.training.compare import compare_fusion

    try:
        given = arguments.fusion
        fusion = LearnedFusion.load(weight_file=given.resolve() if given else WEIGHT_FILE)
    except TryOnError as error:
        if error.code == "weights_missing" and not arguments.only:
            return {}
        raise
    pairs = (
        (person, Photo(enlarged(person)), Photo(enlarged(garment)))
        for _, person, garment in read_pairs(arguments.data, arguments.split, arguments.limit)
    )
    figures = compare_fusion(
        tryon,
        fusion,
        pairs,
        lambda done, draft, learned: _progress(f"{done} pairs, SSIM {draft:.4f} {learned:.4f}"),
    )
    _progress("")
    if not arguments.json:
        print(f"{'':10}" + "".join(f"{method:>17}" for method in figures))
        for measure in figures["learned"]:
            values = (one.get(measure) for one in figures.values())
            print(f"{measure:10}" + "".join(f"{'' if v is None else v:>17}" for v in values))
    return {f"fusion {method}": one for method, one in figures.items()}


def _evaluate_networks(
    arguments: argparse.Namespace, tryon: "TryOn", wanted: Sequence[str]
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
    with unpacked(arguments.data) as data, TemporaryDirectory(prefix="tryon-cache-") as nowhere:
        cache = arguments.cache or Path(nowhere)
        street, phone = (data / "ccp").is_dir(), (data / "garments-cc0").is_dir()
        if "kinds" in wanted and street:
            figures |= _evaluate_kinds(tryon, data, cache, arguments.limit)
        if "parser" in wanted and street:
            figures["parser"] = evaluate_parser(data, cache)
        if "garment" in wanted and street and phone:
            figures["garment"] = evaluate_garment(data, cache)
        if "describe" in wanted and phone:
            figures["describe"] = evaluate_describe(tryon.describe, data)
    if not arguments.json:
        for network, values in figures.items():
            print(f"{network}:")
            for name, value in values.items():
                print(f"  {name:24} {value:g}")
    return figures


def _evaluate_kinds(
    tryon: "TryOn", data: Path, cache: Path, limit: int | None
) -> dict[str, dict[str, float]]:
    from tryon.training.compare import compare_kinds
    from tryon.training.data.people import read_ccp
    from tryon.training.prepare.photos import prepare

    if not (cache / "ccp" / "pose.npz").is_file():
        prepare(data, cache, validation_only=True)
    people = read_ccp(data, cache, validation=True)[:limit]
    figures = compare_kinds(tryon, people, lambda done: _progress(f"{done} self-made pairs"))
    _progress("")
    return figures


def _run_bench(arguments: argparse.Namespace) -> None:
    from tryon.evaluation.bench import RUNS, SIZES, bench, table

    if arguments.words:
        from tryon.evaluation import bench_words

        figures = bench_words.bench_words(load_tryon())
        _print_json(figures) if arguments.json else print(bench_words.table(figures))
        return
    sizes = dict(arguments.size) if arguments.size else SIZES
    report = bench(lambda: load_tryon(), arguments.runs or RUNS, sizes)
    if arguments.json:
        _print_json(report)
    else:
        print(table(report))


def _run_train(arguments: argparse.Namespace) -> None:
    from tryon.core.errors import TryOnError
    from tryon.training import main as train

    try:
        data = None if arguments.data is None else str(arguments.data)
        train(arguments.net, data, str(arguments.out), arguments.resume)
    except (ValueError, FileNotFoundError) as error:
        raise TryOnError("bad_argument", what=str(error)) from error


def _keep_stderr_for_python() -> None:
    """Send what native libraries write to file descriptor 2 nowhere; `sys.stderr` still works.

    MediaPipe warns about the alignment of its own memory, now and then, and obeys no log level.
    """
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


if __name__ == "__main__":
    if "--verbose" not in sys.argv:
        _keep_stderr_for_python()
    sys.exit(main())
