"""tryon train, data: data sets -> what networks are trained on -> networks.

tryon train parser DATA --out DIR [--resume]
tryon train garment DATA --out DIR [--own GALLERY]
tryon train heads DATA --out DIR --start FILE    # the last layers of the garment network alone
tryon train text --out DIR                       # makes its own sentences, needs no DATA
tryon train fusion DATA --out DIR [--phase warp]
tryon train dressing DATA --out DIR [--phase paint --start FILE] [--studio-share 0.5]
tryon data prepare | pairs | renew-starts DATA
tryon data wardrobe GALLERY --out DIR
tryon data studio --out SHEET.png [--count 40]
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from tryon.cli.arguments import Cache, positive
from tryon.cli.output import show_log

HEADS = "heads"
LENGTH, START, OF_SOME = "Length and speed", "What it starts from", "Only for some networks"

# Which networks take which options; --resume is for all but the heads, that take minutes.
SCHEDULE = {"steps", "minutes", "batch", "learning_rate", "seed", "threads", "resume"}
FROM_PHOTOS = SCHEDULE | {"cache", "encoder", "start"}
OWN = {"own", "own_share"}
TAKES = {
    "parser": FROM_PHOTOS,
    "garment": FROM_PHOTOS | OWN,
    HEADS: {"learning_rate", "seed", "threads", "cache", "start", "count"} | OWN,
    "text": SCHEDULE,
    "fusion": FROM_PHOTOS | {"fusion", "phase", "full_size_from", "workers"},
    "dressing": SCHEDULE
    | {"start", "phase", "features", "full_size_from", "studio_share", "workers"},
}

PICTURES = 100  # of the wardrobe
SHEET = 40  # pairs of the studio

DataSets = Annotated[Path, typer.Argument(metavar="DATA", help="Folder of the data sets.")]


def network(name: str) -> str:
    """A network that can be trained. ValueError for anything else."""
    if name not in TAKES:
        raise ValueError(f"unknown network {name!r}; there are {', '.join(TAKES)}")
    return name


def train(
    net: Annotated[
        str,
        typer.Argument(metavar="NET", parser=network, help=f"One of {', '.join(TAKES)}."),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder of checkpoints, log and weights.")
    ],
    data: Annotated[
        Path | None,
        typer.Argument(metavar="DATA", help="Folder of the data sets; text needs none."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it was stopped.")] = False,
    steps: Annotated[
        int | None,
        typer.Option("--steps", metavar="N", help="Stop after N steps.", rich_help_panel=LENGTH),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes", metavar="M", help="Stop after M minutes.", rich_help_panel=LENGTH
        ),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option("--batch", metavar="N", help="Samples in a step.", rich_help_panel=LENGTH),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option("--learning-rate", help="The highest learning rate.", rich_help_panel=LENGTH),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help="Seed of weights and samples.", rich_help_panel=LENGTH),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option("--threads", metavar="N", help="Threads of torch.", rich_help_panel=LENGTH),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            "--start", metavar="FILE", help="Weights to go on from.", rich_help_panel=START
        ),
    ] = None,
    encoder: Annotated[
        Path | None,
        typer.Option(
            "--encoder",
            metavar="FILE",
            help="ImageNet weights, if not CACHE/encoder.safetensors.",
            rich_help_panel=START,
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            "--cache",
            metavar="DIR",
            help="Folder of prepared data, if not DATA/cache.",
            rich_help_panel=START,
        ),
    ] = None,
    own: Annotated[
        list[Path] | None,
        typer.Option(
            "--own",
            metavar="GALLERY",
            help="garment, heads: add its garments; may be repeated.",
            rich_help_panel=OF_SOME,
        ),
    ] = None,
    own_share: Annotated[
        float | None,
        typer.Option(
            "--own-share",
            help="garment, heads: their share of samples, 0 to 1.",
            rich_help_panel=OF_SOME,
        ),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            "--count",
            metavar="N",
            parser=positive,
            help="heads: samples to teach with.",
            rich_help_panel=OF_SOME,
        ),
    ] = None,
    fusion: Annotated[
        str | None,
        typer.Option(
            "--fusion",
            metavar="VARIANT",
            help="fusion: how it joins its inputs.",
            rich_help_panel=OF_SOME,
        ),
    ] = None,
    phase: Annotated[
        str | None,
        typer.Option(
            "--phase",
            metavar="PHASE",
            help="fusion: only warp, render or adversarial; dressing: dress or paint.",
            rich_help_panel=OF_SOME,
        ),
    ] = None,
    full_size_from: Annotated[
        float | None,
        typer.Option(
            "--full-size-from",
            help="fusion, dressing: half size before this progress, 0 to 1.",
            rich_help_panel=OF_SOME,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            help="fusion: threads, dressing: processes that make samples.",
            rich_help_panel=OF_SOME,
        ),
    ] = None,
    features: Annotated[
        Path | None,
        typer.Option(
            "--features",
            metavar="VGG16.npz",
            help="dressing: kernels that painted pictures are compared with.",
            rich_help_panel=OF_SOME,
        ),
    ] = None,
    studio_share: Annotated[
        float | None,
        typer.Option(
            "--studio-share",
            help="dressing: share of samples from the fitting studio, 0 to 1; 1 needs no DATA.",
            rich_help_panel=OF_SOME,
        ),
    ] = None,
) -> None:
    """Train a network, from zero or from earlier weights."""
    from tryon.core.errors import TryOnError

    options: dict[str, Any] = {
        "steps": steps,
        "minutes": minutes,
        "batch": batch,
        "learning_rate": learning_rate,
        "seed": seed,
        "threads": threads,
        "start": start,
        "encoder": encoder,
        "cache": cache,
        "own": own or None,
        "own_share": own_share,
        "count": count,
        "fusion": fusion,
        "phase": phase,
        "full_size_from": full_size_from,
        "workers": workers,
        "features": features,
        "studio_share": studio_share,
    }
    given = {name: value for name, value in options.items() if value is not None}
    if wrong := sorted({*given, *(["resume"] if resume else [])} - TAKES[net]):
        takers = [name for name, takes in TAKES.items() if wrong[0] in takes]
        option = "--" + wrong[0].replace("_", "-")
        what = f"{option} is an option of {', '.join(takers)}, not of {net}."
        raise TryOnError("bad_argument", what=what)
    with _trained():
        if net == HEADS:
            _train_heads(data, out, given)
            return
        from tryon.training import main

        main(net, None if data is None else str(data), str(out), resume, **given)


def _train_heads(data: Path | None, out: Path, given: dict[str, Any]) -> None:
    if data is None or "start" not in given:
        raise ValueError("training the heads needs DATA and --start, weights of a garment network")
    from tryon.training import heads

    heads.train(data, out, **given)


@contextmanager
def _trained() -> Iterator[None]:
    """With our log on stderr; what cannot be used is said in one line."""
    from tryon.core.errors import TryOnError

    show_log()
    try:
        yield
    except (ValueError, FileNotFoundError) as error:
        raise TryOnError("bad_argument", what=str(error)) from error


# --- data ----------------------------------------------------------------------------------------

data = typer.Typer(help="Make ready what networks are trained on.")


@data.command("prepare")
def prepare(data: DataSets, cache: Cache = None) -> None:
    """Find the bodies in all photos, once; `train` asks for it."""
    from tryon.training import unpack

    with _trained():
        from tryon.training.prepare.photos import prepare

        folder = unpack(data)
        prepare(folder, cache or folder / "cache")


@data.command("pairs")
def pairs(
    data: DataSets,
    cache: Cache = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder of the list of what was dropped.")
    ] = Path("runs/training"),
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", parser=positive, help="Only so many pairs."),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", parser=positive, help="Processes.")
    ] = 1,
) -> None:
    """Make the pairs that fusion is trained on, once."""
    from tryon.training import unpack

    with _trained():
        from tryon.training.prepare.pairs import prepare_pairs

        folder = unpack(data)
        prepare_pairs(folder, cache or folder / "cache", out, limit, workers)


@data.command("renew-starts")
def renew_starts(data: DataSets, cache: Cache = None) -> None:
    """Draft these pairs anew, after the geometric draft has changed."""
    from tryon.training import unpack

    with _trained():
        from tryon.training.prepare.pairs import renew_starts

        folder = unpack(data)
        renew_starts(folder, cache or folder / "cache")


@data.command("wardrobe")
def wardrobe(
    gallery: Annotated[
        Path, typer.Argument(metavar="GALLERY", help="Folder of gallery.json and garments.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the pictures.")],
    count: Annotated[
        int, typer.Option("--count", metavar="N", parser=positive, help="Pictures to make.")
    ] = PICTURES,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the pictures.")] = 0,
) -> None:
    """Make labelled pictures of a gallery's garments, to look at."""
    with _trained():
        from tryon.training.data.wardrobe import Wardrobe, write

        write(Wardrobe([gallery]), out, count, seed)


@data.command("studio")
def studio(
    out: Annotated[Path, typer.Option("--out", metavar="SHEET.png", help="The sheet.")],
    count: Annotated[
        int, typer.Option("--count", metavar="N", parser=positive, help="Pairs to draw.")
    ] = SHEET,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the pairs.")] = 0,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only upper, lower or dress garments.")
    ] = None,
) -> None:
    """Draw pairs of the fitting studio, to look at."""
    with _trained():
        from tryon.core.types import Kind
        from tryon.training.studio.sheet import write

        figures = write(out, count, seed, Kind(kind) if kind is not None else None)
    typer.echo(" ".join(f"{name} {value:.4f}" for name, value in figures.items()))
