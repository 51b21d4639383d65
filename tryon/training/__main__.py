"""python -m tryon.training NET DATA --out DIR; see `tryon.training`."""

import argparse
import logging
from pathlib import Path

from tryon.training import NETS, main, unpack

TOOLS = ("prepare", "wardrobe", "heads", "prepare-pairs", "renew-starts")
COUNT, SAMPLES = 100, 6000  # pictures of the wardrobe; that the heads are taught with

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tryon.training")
    parser.add_argument("net", choices=(*NETS, *TOOLS))
    parser.add_argument("data", nargs="?", help="folder of the data sets, or a gallery")
    parser.add_argument("--out", default="runs/training")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--cache")
    parser.add_argument("--encoder")
    parser.add_argument("--start")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--own", type=Path, action="append", help="of garment, heads: a gallery")
    parser.add_argument("--own-share", type=float, help="of garment, heads: of the samples")
    parser.add_argument("--count", type=int, help="of wardrobe, heads: pictures to make")
    parser.add_argument("--fusion", help="how the fusion network joins its inputs")
    parser.add_argument("--phase", help="of fusion: only warp, render or adversarial")
    parser.add_argument("--full-size-from", type=float, help="of fusion: progress, 0 to 1")
    parser.add_argument("--workers", type=int, help="of fusion and prepare-pairs")
    parser.add_argument("--limit", type=int, help="pairs that prepare-pairs makes ready")
    given = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO)
    if given["data"] is None and given["net"] != "text":
        parser.error("this needs DATA, a folder of the data sets")
    if given["net"] == "prepare":
        from tryon.training.prepare.photos import prepare

        folder = unpack(Path(given["data"]))
        prepare(folder, Path(given["cache"] or folder / "cache"))
    elif given["net"] == "wardrobe":
        from tryon.training.data.wardrobe import Wardrobe, write

        wardrobe = Wardrobe([Path(given["data"])])
        write(wardrobe, Path(given["out"]), given["count"] or COUNT, given["seed"] or 0)
    elif given["net"] == "heads":
        import torch

        from tryon.training.data.garments import OWN_SHARE
        from tryon.training.garment import GarmentTask
        from tryon.training.heads import RATE, fit_heads

        folder = unpack(Path(given["data"]))
        if given["start"] is None:
            parser.error("this needs --start, the weights whose heads are taught anew")
        torch.set_num_threads(given["threads"] or 2)
        task = GarmentTask(
            folder,
            Path(given["cache"] or folder / "cache"),
            None,
            given["seed"] or 0,
            start=Path(given["start"]),
            own=given["own"] or (),
            own_share=given["own_share"] or OWN_SHARE,
        )
        samples = given["count"] or SAMPLES
        rate = given["learning_rate"] or RATE
        fit_heads(task, Path(given["out"]), samples, given["seed"] or 0, rate)
    elif given["net"] == "prepare-pairs":
        from tryon.training.prepare.pairs import prepare_pairs

        folder = unpack(Path(given["data"]))
        cache = Path(given["cache"] or folder / "cache")
        prepare_pairs(folder, cache, Path(given["out"]), given["limit"], given["workers"] or 1)
    elif given["net"] == "renew-starts":
        from tryon.training.prepare.pairs import renew_starts

        folder = unpack(Path(given["data"]))
        renew_starts(folder, Path(given["cache"] or folder / "cache"))
    else:
        del given["limit"], given["count"]
        raise SystemExit(main(**given))
