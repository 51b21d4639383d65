"""Pairs of the studio -> a sheet to look at."""

from pathlib import Path

import cv2
import numpy as np

from tryon.core.types import Kind
from tryon.fusion.studio import WHITE, in_pixels
from tryon.training.data.dressed import prepared
from tryon.training.dressing import COLOURS
from tryon.training.studio.samples import Workshop

ACROSS = 4  # pairs in a row
UNKNOWN = 200  # grey where no flow is known


def write(out: Path, count: int, seed: int = 0, kind: Kind | None = None) -> None:
    """Draw the first pairs of a seed: garment, person, what the network sees, layout, and the
    garment carried over by the exact flow."""
    studio = Workshop(seed)
    tiles = []
    for number in range(count):
        sample = prepared(studio.pair(number, kind), np.random.default_rng((seed, number)))
        at = in_pixels(sample["flow"]).astype(np.float32)
        white = (WHITE, WHITE, WHITE)
        carried = cv2.remap(sample["garment"], at, None, cv2.INTER_LINEAR, borderValue=white)
        carried = np.where(sample["traced"][..., None] > 0, carried, np.uint8(UNKNOWN))
        pictures = [sample["garment"], sample["target"], sample["seen"]]
        tiles.append(np.hstack([*pictures, COLOURS[sample["layout"]], carried]))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % ACROSS)
    rows = [np.hstack(tiles[i : i + ACROSS]) for i in range(0, len(tiles), ACROSS)]
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), np.vstack(rows)[..., ::-1])
