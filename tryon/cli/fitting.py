"""tryon try, batch, lab, sheet: photos of people and what they are to wear -> pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tryon.cli import loading
from tryon.cli.arguments import AsJson, GarmentKind, positive
from tryon.cli.output import print_json, progress
from tryon.cli.words import prompt_report

if TYPE_CHECKING:
    from tryon.core.types import Result
    from tryon.report.batch import Row

# --- one -----------------------------------------------------------------------------------------


def try_on(
    person: Annotated[Path, typer.Argument(metavar="PERSON", help="Photo of a person.")],
    garment: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="GARMENT...",
            help="Its picture, unless the prompt says what it is; several for an outfit.",
        ),
    ] = None,
    prompt: Annotated[
        str, typer.Option("--prompt", metavar="TEXT", help="What it should be like, in words.")
    ] = "",
    kind: GarmentKind = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of patterns made from words.")] = 0,
    which: Annotated[
        int, typer.Option("--which", metavar="N", help="Person to dress if several; 0 = largest.")
    ] = 0,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="OUT.png", help="The picture to write.")
    ] = Path("result.png"),
    stages: Annotated[
        Path | None,
        typer.Option("--stages", metavar="DIR", help="Also draw how it was made, into a folder."),
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", metavar="NAME", help="builtin, fashn, klein or auto.")
    ] = "builtin",
    as_json: AsJson = False,
) -> None:
    """Put a garment, or a whole outfit, on a person."""
    from tryon.core.errors import TryOnError
    from tryon.core.image import read_photo, writable_format, write_photo
    from tryon.engines.builtin import Previews
    from tryon.outfit import wear

    garments = list(garment or ())
    if not garments and not prompt.strip():
        raise TryOnError("empty_request")
    writable_format(out)
    for given in (person, *garments):
        if _same(given, out):
            raise TryOnError("bad_argument", what=f"{given.name} would be written over.")
    if stages is not None and stages.exists() and not stages.is_dir():
        raise TryOnError("bad_argument", what=f"{stages.name} is a file, not a folder.")
    # The pictures are read before the models are: a wrong path shows at once.
    wearer = read_photo(person)
    clothes = [read_photo(path) for path in garments]

    tryon = loading.load_tryon(engine)
    fitting = tryon if engine == "builtin" else Previews(tryon)
    result = wear(fitting, wearer, clothes, prompt, kind=kind, seed=seed, which=which)
    if engine != "builtin":  # the whole outfit, once it is put together
        result = tryon.refine(result, seed=seed)
    if stages is not None:
        _write_stages(result, stages)
    write_photo(result.photo, out)
    if as_json:
        print_json(_report(result, out, stages))
    else:
        print(_summary(result, out, stages))


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
    for piece, part in enumerate(result.pieces or (result,), start=1):
        prefix = f"{piece}-" if result.pieces else ""
        for number, (name, picture) in enumerate(draw_stages(part).items(), start=1):
            write_photo(Photo(picture), folder / f"{prefix}{number}-{name}.png")


def _report(result: "Result", out: Path, stages: Path | None) -> dict[str, Any]:
    return {
        "output": str(out),
        "stages": None if stages is None else str(stages),
        "width": result.photo.width,
        "height": result.photo.height,
        "engine": result.engine,
        "confidence": round(result.confidence, 4),
        "seconds": {step: round(seconds, 4) for step, seconds in result.seconds.items()},
        "notes": list(result.notes),
        "codes": [remark.code for remark in result.remarks],
        "kind": str(result.garment.kind),
        "attributes": dict(result.garment.attributes),
        "garment": result.garment.identifier,
        "prompt": prompt_report(result.prompt),
        "changed": round(float(result.region.mean()), 4),
        "pieces": [
            {"kind": str(piece.garment.kind), "attributes": dict(piece.garment.attributes)}
            for piece in result.pieces
        ],
    }


def _summary(result: "Result", out: Path, stages: Path | None) -> str:
    seconds = result.seconds.get("total", sum(result.seconds.values()))
    what = " + ".join(
        f"{piece.garment.attributes.get('type', str(piece.garment.kind))} ({piece.garment.kind})"
        for piece in result.pieces or (result,)
    )
    lines = [
        f"{out}: {result.photo.width} x {result.photo.height}, {what}, "
        f"confidence {result.confidence:.0%}, {seconds:.2f} s"
    ]
    lines += [f"- {note}" for note in result.notes]
    if stages is not None:
        lines.append(f"How it was made: {stages}")
    return "\n".join(lines)


# --- many ----------------------------------------------------------------------------------------


def batch(
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="MANIFEST.csv",
            help="Its columns: person,garment,prompt,kind; garment2, garment3 for outfits.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder of the pictures and results.csv.")
    ],
    format: Annotated[
        Literal["png", "jpeg", "webp"], typer.Option("--format", help="Format of the pictures.")
    ] = "png",
    as_json: AsJson = False,
) -> None:
    """Make many try-ons from a CSV file; run again to resume."""
    from dataclasses import asdict

    from tryon.report.batch import RESULTS, read_manifest, run_batch

    with progress(len(read_manifest(manifest)), as_json) as step:

        def report(index: int, rows: int, row: "Row", status: str) -> None:
            step(f"{row.person}: {status}")

        summary = run_batch(loading.load_tryon, manifest, out, format.upper(), report)
    results = out / RESULTS
    if as_json:
        print_json({**asdict(summary), "results": str(results)})
        return
    print(
        f"{summary.rows} rows: {summary.done} done, {summary.kept} were there already, "
        f"{summary.failed} failed"
    )
    for code, count in summary.failures.items():
        print(f"- {code}: {count}")
    print(results)


def lab(
    people: Annotated[list[Path], typer.Argument(metavar="PERSON...", help="Photos of people.")],
    prompts: Annotated[
        Path, typer.Argument(metavar="PROMPTS.txt", help="Descriptions, one a line; or a .csv.")
    ],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="DIR", help="Folder of the pictures and their table."),
    ],
    garment: Annotated[
        list[Path] | None,
        typer.Option(
            "--garment",
            metavar="GARMENT",
            help="The garment that the words change; again for each further one of an outfit.",
        ),
    ] = None,
    kind: GarmentKind = None,
    seeds: Annotated[
        int,
        typer.Option("--seeds", metavar="N", parser=positive, help="Designs of each description."),
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Try a list of descriptions on one or several photos."""
    from tryon.core.errors import TryOnError
    from tryon.core.image import read_photo
    from tryon.report.lab import TABLE, read_prompts, run_lab

    texts = read_prompts(prompts)
    if not texts:
        raise TryOnError("bad_argument", what=f"{prompts.name} holds no descriptions.")
    for given in (*people, *(garment or ())):
        read_photo(given)  # a wrong path shows before the models are loaded
    if out.exists() and not out.is_dir():
        raise TryOnError("bad_argument", what=f"{out.name} is a file, not a folder.")
    with progress(len(people) * len(texts) * seeds, as_json) as step:
        rows = run_lab(
            loading.load_tryon(), people, texts, out, garment or (), kind, range(seeds), step
        )
    failed = sum(not row["file"] for row in rows)
    if as_json:
        print_json({"output": str(out), "pictures": len(rows) - failed, "rows": rows})
    else:
        print(f"{out}: {len(rows) - failed} pictures, {failed} failed")
        print(out / TABLE)


def sheet(
    people: Annotated[Path, typer.Argument(metavar="PEOPLE_DIR", help="Folder of photos.")],
    garments: Annotated[
        Path, typer.Argument(metavar="GARMENT_DIR", help="Folder of garment pictures.")
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="SHEET.jpg", help="The picture to write.")
    ] = Path("sheet.jpg"),
    height: Annotated[
        int | None,
        typer.Option("--height", metavar="PIXELS", parser=positive, help="Height of a try-on."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", parser=positive, help="Only N people and N garments."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw every person in every garment, on one picture."""
    from tryon.core.image import writable_format, write_photo
    from tryon.report.sheet import HEIGHT, contact_sheet, list_pictures

    writable_format(out)
    wearers, clothes = list_pictures(people)[:limit], list_pictures(garments)[:limit]
    with progress(len(wearers) * len(clothes), as_json) as step:
        drawn, log = contact_sheet(
            loading.load_tryon(), people, garments, height or HEIGHT, limit, step
        )
    write_photo(drawn, out)
    failed = sum("error" in entry for entry in log)
    if as_json:
        print_json({"output": str(out), "tryons": log})
    else:
        print(f"{out}: {len(log)} try-ons, {failed} failed")
