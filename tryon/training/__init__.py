"""Training: data, augmentation, losses and one trainer a network.

    tryon train parser|garment|fusion|dressing DATA --out DIR [--resume]
    tryon train text --out DIR              # makes its own sentences, needs no DATA
    tryon train heads DATA --out DIR --start FILE    # the garment network's, alone
    tryon data prepare | pairs | renew-starts DATA   # what is computed from the photos once
    tryon data studio --out SHEET.png       # pairs of the fitting studio, to look at

DATA is a folder with the data sets' tars or with what they unpack to.
"""

import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from typing import Unpack

    from tryon.training.trainer import Changes

    class FusionOptions(Changes, total=False):
        """What `fusion.train` takes."""

        start: Path | str
        fusion: str
        workers: int
        phase: str
        full_size_from: float

    class DressingOptions(Changes, total=False):
        """What `dressing.train` takes."""

        start: Path | str
        phase: str
        features: Path | str
        full_size_from: float
        studio_share: float
        workers: int

    class Options(FusionOptions, total=False):
        """What a run of training may be given beside data and folders.

        All networks: fields of `trainer.Schedule` (steps, minutes, batch, learning_rate, ...).
        All but "text": cache, else DATA/cache; encoder, else CACHE/encoder.safetensors if it is
        there; start, weights of an earlier network to go on from.
        "garment": own, folders of galleries to teach with; own_share, of the samples.
        "fusion", "dressing": see their `train`.
        """

        cache: Path | str
        encoder: Path | str
        own: Sequence[Path]
        own_share: float
        features: Path | str
        studio_share: float


NETS = ("parser", "garment", "text", "fusion", "dressing")


def main(
    net: str, data: str | None, out: str, resume: bool = False, **options: "Unpack[Options]"
) -> int:
    """Train a network; 0 when done.

    net: one of `NETS`. data: folder of the data sets (tars or unpacked); None for "text". out:
    where checkpoints, log, sheets and the finished safetensors file go. options: see `Options`.

    ValueError for an unknown network, FileNotFoundError for missing data.
    """
    import dataclasses

    from tryon.training import trainer

    if net not in NETS:
        raise ValueError(f"unknown network {net!r}; there are {', '.join(NETS)}")
    given = cast("Options", {name: value for name, value in options.items() if value is not None})
    if net == "text":
        from tryon.training import text

        schedule = dataclasses.replace(text.SCHEDULE, **cast("Changes", given))
        trainer.fit(text.TextTask(schedule.seed), schedule, Path(out), resume)
        return 0
    if data is None and not (net == "dressing" and given.get("studio_share") == 1):
        raise FileNotFoundError(f"training the {net} network needs a folder of data")
    folder = unpack(Path(data)) if data is not None else Path()
    if net == "dressing":
        from tryon.training import dressing

        dressing.train(folder, Path(out), resume, **cast("DressingOptions", given))
        return 0
    cache = Path(given.pop("cache", folder / "cache"))
    encoder = Path(given.pop("encoder", cache / "encoder.safetensors"))
    pretrained = encoder if encoder.is_file() else None
    if net == "fusion":
        from tryon.training import fusion

        fusion.train(cache, Path(out), pretrained, resume, **cast("FusionOptions", given))
        return 0
    start = Path(given.pop("start")) if given.get("start") else None
    needed = ("ccp", "fashionista", "hair", "viton") if net == "parser" else ("ccp", "viton")
    if not all((cache / name / "pose.npz").is_file() for name in needed):
        from tryon.training.prepare.photos import prepare

        prepare(folder, cache)
    if pretrained is None and start is None:
        print(f"{encoder} is missing: the encoder starts at random (see convert_encoder)")
    task: trainer.Task
    if net == "parser":
        from tryon.training import parser

        began = parser.GO_ON if start else parser.SCHEDULE
        schedule = dataclasses.replace(began, **cast("Changes", given))
        task = parser.ParserTask(folder, cache, pretrained, schedule.seed, start=start)
    else:
        from tryon.training import garment
        from tryon.training.data.garments import OWN_SHARE
        from tryon.training.prepare.photos import cut_garments, trace_outlines

        if not (cache / "cc0" / "confidence.json").is_file():
            cut_garments(folder, cache)
        if not (cache / "cc0" / "outlines.npz").is_file():
            trace_outlines(folder, cache)
        own, own_share = given.pop("own", ()), given.pop("own_share", OWN_SHARE)
        schedule = dataclasses.replace(garment.SCHEDULE, **cast("Changes", given))
        task = garment.GarmentTask(
            folder, cache, pretrained, schedule.seed, start=start, own=own, own_share=own_share
        )
    trainer.fit(task, schedule, Path(out), resume)
    return 0


def unpack(data: Path) -> Path:
    """Unpack DATA/NAME.tar to DATA/NAME where that has not been done; returns DATA. Whether the
    archive's own paths begin with NAME does not matter."""
    if not data.is_dir():
        raise FileNotFoundError(f"there is no folder {data}")
    for tar in sorted(data.glob("*.tar")):
        if not (data / tar.stem).is_dir():
            print(f"unpacking {tar.name}")
            with tarfile.open(tar) as archive:
                tops = {name.removeprefix("./").split("/")[0] for name in archive.getnames()}
                inside = tops - {"", "."} == {tar.stem}
                archive.extractall(data if inside else data / tar.stem, filter="data")
    return data
