"""How long words take: reading a description, and designing a garment by it.

    python -m tryon bench --words

Notable here:
- descriptions are those of `evaluate_design`, of a shopper in both languages, and one that is as
  long as is read; garments are the gallery's, at the size of a 768 x 1024 picture.
- processor time is given beside the time that passed: on a busy machine the two differ.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import cv2
import numpy as np

from tryon.core.types import Garment, Photo
from tryon.design.designer import design
from tryon.evaluation.design import PROMPTS
from tryon.words.prompt import LONGEST_TEXT

TEXTS = (
    *PROMPTS,
    "a navy striped long-sleeve top",
    "the same in dark green, please, but without the stripes",
    "I am looking for somthing like a lether jaket, not too tight, size M",
    "藏青色条纹长袖上衣",
    "不要条纹，换成墨绿色的针织开衫，宽松一点",
    ("a red dress with flowrs for a weding by the sea " * 20)[:LONGEST_TEXT],
)
SIZE = (1024, 768)  # height, width in pixels that a garment's picture is fitted into
GARMENTS = 6
ROUNDS = 5  # times that each text is read

Spent: TypeAlias = tuple[float, float]
"""Milliseconds that passed, and of processor time."""


def bench_words(tryon: Any, garments: int = GARMENTS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Milliseconds: {"understand": {...}, "design": {...}}, each with the median and the 95th
    percentile of what passed and of processor time, and how often it was measured.

    tryon: what `TryOn.load` returns.
    """
    tryon.understand("the first text takes longer")
    reading = [_spent(tryon.understand, text) for _ in range(rounds) for text in TEXTS]
    items = tryon.gallery.items
    chosen = np.unique(np.linspace(0, len(items) - 1, garments).round().astype(int))
    wanted = [tryon.understand(text) for text in PROMPTS]
    designing = []
    for place in chosen:
        garment = sized(tryon.gallery.garment(items[place]), SIZE)
        design(garment, wanted[0])  # warmed up
        designing += [_spent(design, garment, prompt) for prompt in wanted]
    return {"understand": _summary(reading), "design": _summary(designing)}


def table(report: dict[str, Any]) -> str:
    """The figures as text for a terminal."""
    return "\n".join(
        f"{step:<11} median {row['median']:.1f} ms, 95% below {row['p95']:.1f} ms, "
        f"processor {row['processor']:.1f} ms and {row['processor_p95']:.1f} ms, "
        f"{row['measured']} times"
        for step, row in report.items()
    )


def sized(garment: Garment, size: tuple[int, int]) -> Garment:
    """A garment with its picture fitted into (height, width)."""
    height, width = garment.photo.size
    scale = min(size[0] / height, size[1] / width)
    to = (max(1, round(width * scale)), max(1, round(height * scale)))
    factor = np.array([to[0] / width, to[1] / height, 1], np.float32)
    small = {
        name: np.asarray(cv2.resize(picture, to, interpolation=how), np.uint8)
        for name, picture, how in (
            ("pixels", garment.photo.pixels, cv2.INTER_AREA),
            ("alpha", garment.alpha, cv2.INTER_AREA),
            ("limbs", garment.limbs, cv2.INTER_NEAREST),
        )
    }
    shift = np.array([(factor[0] - 1) / 2, (factor[1] - 1) / 2, 0], np.float32)
    return replace(
        garment,
        photo=Photo(small["pixels"]),
        alpha=small["alpha"],
        limbs=small["limbs"],
        landmarks=garment.landmarks * factor + shift,
        panels=garment.panels
        and replace(garment.panels, step=garment.panels.step * float(factor[0])),
    )


def _spent(function: Callable[..., Any], *arguments: Any) -> Spent:
    started, busy = time.perf_counter(), time.process_time()
    function(*arguments)
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - busy)


def _summary(spent: list[Spent]) -> dict[str, float]:
    passed, busy = np.array(spent).T
    return {
        "median": round(float(np.median(passed)), 2),
        "p95": round(float(np.percentile(passed, 95)), 2),
        "processor": round(float(np.median(busy)), 2),
        "processor_p95": round(float(np.percentile(busy, 95)), 2),
        "measured": len(spent),
    }
