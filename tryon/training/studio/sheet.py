"""Pairs of the studio -> a sheet to look at."""

from pathlib import Path

import cv2
import numpy as np

from tryon.core.types import Kind
from tryon.fusion.hiding import Layout
from tryon.fusion.studio import WHITE, in_pixels
from tryon.training.data.dressed import Pair, prepared
from tryon.training.dressing import COLOURS
from tryon.training.studio.samples import Workshop

ACROSS = 4  # pairs in a row
UNKNOWN = 200  # grey where no flow is known


def write(out: Path, count: int, seed: int = 0, kind: Kind | None = None) -> dict[str, float]:
    """Draw the first pairs of a seed: garment, person, what the network sees, layout, and the
    garment carried over by the exact flow.

    Returns how well the flow holds, in bare colours: "flow error" as a share of the range of
    colours, and "traced", the share of the worn garment for which the flow is known.
    """
    studio = Workshop(seed)
    tiles, errors, traced = [], [], []
    for number in range(count):
        sample = prepared(studio.pair(number, kind), np.random.default_rng((seed, number)))
        at = in_pixels(sample["flow"]).astype(np.float32)
        white = (WHITE, WHITE, WHITE)
        carried = cv2.remap(sample["garment"], at, None, cv2.INTER_LINEAR, borderValue=white)
        carried = np.where(sample["traced"][..., None] > 0, carried, np.uint8(UNKNOWN))
        pictures = [sample["garment"], sample["target"], sample["seen"]]
        error, share = proof(studio.pair(number, kind, unlit=True))
        errors.append(error)
        traced.append(share)
        tiles.append(np.hstack([*pictures, COLOURS[sample["layout"]], carried]))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % ACROSS)
    rows = [np.hstack(tiles[i : i + ACROSS]) for i in range(0, len(tiles), ACROSS)]
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), np.vstack(rows)[..., ::-1])
    return {"flow error": float(np.mean(errors)), "traced": float(np.mean(traced))}


def proof(bare: Pair) -> tuple[float, float]:
    """Of a pair in bare colours: mean difference between the worn garment and its picture carried
    over by the flow, 0..1, and for how much of the garment the flow is known."""
    assert bare.flow is not None
    assert bare.traced is not None
    holds = bare.traced > 0
    worn = np.isin(bare.layout, (Layout.GARMENT, Layout.INSIDE))
    carried = cv2.remap(bare.garment, bare.flow, None, cv2.INTER_LINEAR)
    apart = np.abs(carried.astype(np.float32) - bare.person)[holds]
    return float(apart.mean()) / 255 if holds.any() else 0.0, float(holds.sum() / worn.sum())
