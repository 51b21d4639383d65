"""Figures on the validation split, for the training log and for `python -m tryon evaluate`."""

from pathlib import Path

import numpy as np

from tryon.parser import Parser
from tryon.training.labels import IGNORE, trusted
from tryon.training.people import Labelled, read_ccp, read_viton
from tryon.types import Part

CLASSES = 15
# what a class is drawn as, indexed by `Part`; IGNORE is black
PART_COLOURS = np.zeros((256, 3), np.uint8)
PART_COLOURS[:17] = [
    (30, 30, 30),
    (120, 70, 20),
    (255, 200, 160),
    (255, 140, 120),
    (60, 160, 255),
    (40, 60, 200),
    (200, 60, 200),
    (60, 200, 60),
    (200, 220, 40),
    (255, 60, 60),
    (60, 255, 255),
    (255, 150, 0),
    (0, 160, 120),
    (140, 140, 140),
    (255, 255, 255),
    (160, 30, 30),
    (30, 160, 160),
]


def evaluate_parser(data: Path, cache: Path, parser: Parser | None = None) -> dict[str, float]:
    """IoU of every class on held-out CCP ("ccp ..."), and on VITON as given ("viton ...") and
    without its doubtful pixels ("viton trusted ..."). cache: what `prepare` wrote."""
    parser = parser or Parser.load()
    ccp = parser_scores(parser, read_ccp(data, cache, validation=True))
    viton = read_viton(data, cache, validation=True)
    figures = {f"ccp {name}": value for name, value in ccp.items()}
    for name, value in parser_scores(parser, viton).items():
        figures[f"viton {name}"] = value
    cleaned = [
        Labelled(
            one.identifier,
            one.pixels,
            one.silhouette,
            trusted(one.parts, one.silhouette),
            one.landmarks,
        )
        for one in viton
    ]
    for name, value in parser_scores(parser, cleaned).items():
        figures[f"viton trusted {name}"] = value
    return figures


def parser_scores(parser: Parser, people: list[Labelled]) -> dict[str, float]:
    """IoU of each class over all pixels of all people, and their mean ("mean")."""
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    for one in people:
        predicted = parser(one.pixels, one.landmarks, one.silhouette)
        known = one.parts != IGNORE
        pairs = one.parts[known].astype(np.int64) * CLASSES + predicted[known]
        confusion += np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)
    return {name: round(value, 4) for name, value in ious(confusion).items()}


def ious(confusion: np.ndarray) -> dict[str, float]:
    """(classes, classes) counts, rows true and columns predicted -> IoU by lower-case part name.

    Classes that are neither there nor predicted are left out of "mean" and of the result.
    """
    hit = np.diag(confusion).astype(np.float64)
    union = confusion.sum(0) + confusion.sum(1) - hit
    scores = {
        Part(label).name.lower(): float(hit[label] / union[label])
        for label in range(len(hit))
        if union[label] > 0
    }
    return {"mean": float(np.mean(list(scores.values()))) if scores else 0.0, **scores}
