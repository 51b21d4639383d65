"""Training: data, augmentation, losses and one trainer a network.

    tryon train parser|garment|fusion DATA --out DIR [--resume]
    tryon train text --out DIR              # makes its own sentences, needs no DATA
    tryon train heads DATA --out DIR --start FILE    # the garment network's, alone
    tryon data prepare | pairs | renew-starts DATA   # what is computed from the photos once

DATA is a folder with the data sets' tars or with what they unpack to.
"""

import tarfile
from pathlib import Path

NETS = ("parser", "garment", "text", "fusion")


def main(net: str, data: str | None, out: str, resume: bool = False, **options: object) -> int:
    """Train a network; 0 when done.

    net: one of `NETS`. data: folder of the data sets (tars or unpacked); None for "text". out:
    where checkpoints, log, sheets and the finished safetensors file go. options: fields of
    `trainer.Schedule` (steps, minutes, batch, learning_rate, seed, threads, ...), `cache` (default
    DATA/cache) and `encoder` (default CACHE/encoder.safetensors, if it is there), `start` (weights
    of an earlier network to go on from), for "garment" also `own` (folders of galleries to teach
    with) and `own_share`; for "fusion" those of `fusion.train`.

    ValueError for an unknown network, FileNotFoundError for missing data.
    """
    import dataclasses

    from tryon.training import trainer

    if net not in NETS:
        raise ValueError(f"unknown network {net!r}; there are {', '.join(NETS)}")
    options = {name: value for name, value in options.items() if value is not None}
    if net == "text":
        from tryon.training import text

        schedule = dataclasses.replace(text.SCHEDULE, **options)
        trainer.fit(text.TextTask(schedule.seed), schedule, Path(out), resume)
        return 0
    if data is None:
        raise FileNotFoundError(f"training the {net} network needs a folder of data")
    folder = unpack(Path(data))
    cache = Path(str(options.pop("cache", folder / "cache")))
    encoder = Path(str(options.pop("encoder", cache / "encoder.safetensors")))
    if net == "fusion":
        from tryon.training import fusion

        fusion.train(cache, Path(out), encoder if encoder.is_file() else None, resume, **options)
        return 0
    start = options.pop("start", None)
    needed = ("ccp", "fashionista", "hair", "viton") if net == "parser" else ("ccp", "viton")
    if not all((cache / name / "pose.npz").is_file() for name in needed):
        from tryon.training.prepare.photos import prepare

        prepare(folder, cache)
    if not encoder.is_file() and start is None:
        print(f"{encoder} is missing: the encoder starts at random (see convert_encoder)")
    if net == "parser":
        from tryon.training.parser import GO_ON, SCHEDULE
        from tryon.training.parser import ParserTask as Task

        schedule = GO_ON if start else SCHEDULE
    else:
        from tryon.training.garment import SCHEDULE
        from tryon.training.garment import GarmentTask as Task
        from tryon.training.prepare.photos import cut_garments, trace_outlines

        schedule = SCHEDULE

        if not (cache / "cc0" / "confidence.json").is_file():
            cut_garments(folder, cache)
        if not (cache / "cc0" / "outlines.npz").is_file():
            trace_outlines(folder, cache)

    of_task = {name: options.pop(name) for name in ("own", "own_share") if name in options}
    schedule = dataclasses.replace(schedule, **options)
    task = Task(
        folder,
        cache,
        encoder if encoder.is_file() else None,
        schedule.seed,
        start=Path(str(start)) if start else None,
        **of_task,
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
