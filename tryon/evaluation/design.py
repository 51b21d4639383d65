"""Do designs show what the words ask for? Read back from the picture, as a visitor's own would be.

    python -m tryon evaluate design --sheet SHEET.png

Notable here:
- every garment is designed with every description; then only its picture goes back through
  `describe` (network and measurements, which know nothing of the words) and must come out as the
  words say.
- a colour is obeyed if the cloth's commonest colour is near the one asked for. Its name as read
  back is counted by itself: a garment that keeps its print is often "multicolour", rightly.
- a design that says in a note that it cannot show the words is counted by itself: honest, but not
  obeyed.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from tryon.core.arrays import Pixels
from tryon.core.errors import TryOnError
from tryon.core.types import Garment, Photo, Prompt
from tryon.design import dye
from tryon.design.designer import design

GARMENTS = 20
COLOURS = ("red", "navy", "black", "white", "dark green", "pastel pink", "mustard yellow")
PATTERNS = ("horizontal stripes", "polka dots", "checked")
SLEEVES = ("short sleeves", "sleeveless")
PROMPTS = (*COLOURS, *PATTERNS, *SLEEVES)
NEAR = 10.0  # Delta E (CIE76) between the cloth's commonest colour and the colour asked for
READ = ("colour", "pattern", "sleeve")
INNER = 9  # pixels from the outline: what is nearer may be background
TILE = (150, 112)  # height, width in pixels


@dataclass(frozen=True)
class Reading:
    """A design read back. asked, read: attribute -> value, of what was asked for. apart: Delta E
    (CIE76) from the colour asked for, None without one. declined: it says that it cannot show the
    words. seconds: that the design took."""

    garment: str
    text: str
    asked: dict[str, str]
    read: dict[str, str]
    apart: float | None
    declined: bool
    seconds: float

    @property
    def obeyed(self) -> bool:
        """True if the colour is near, and all else that was asked for is read back."""
        near = self.apart is None or self.apart <= NEAR
        seen = all(self.read.get(key) == self.asked[key] for key in self.asked if key != "colour")
        return near and seen and not self.declined


def evaluate_design(
    tryon: Any,
    garments: int = GARMENTS,
    prompts: tuple[str, ...] = PROMPTS,
    progress: Callable[[str], None] = lambda line: None,
) -> tuple[list[Reading], Pixels]:
    """The readings, and a sheet: a row a garment, a column a description.

    tryon: what `TryOn.load` returns. garments: so many of the gallery's with sleeves, evenly
    chosen, templates left out: prints, stripes and dark cloth are among them.
    """
    items = [
        item
        for item in tryon.gallery.items
        if item.attributes.get("sleeve", "sleeveless") != "sleeveless" and not item.template
    ]
    if not items:
        raise TryOnError("bad_argument", what="The gallery has no garment with sleeves.")
    chosen = np.unique(np.linspace(0, len(items) - 1, garments).round().astype(int))
    wanted = [tryon.understand(text) for text in prompts]
    readings, rows = [], []
    for place in chosen:
        garment = tryon.gallery.garment(items[place])
        row = [_tile(garment)]
        for prompt in wanted:
            started = time.perf_counter()
            made = design(garment, prompt)
            seconds = time.perf_counter() - started
            readings.append(_read_back(tryon, garment, made, prompt, seconds))
            row.append(_tile(made))
        rows.append(np.hstack(row))
        progress(f"{items[place].identifier}: {len(rows)} of {len(chosen)}")
    return readings, np.vstack(rows)


def summary(readings: list[Reading]) -> dict[str, Any]:
    """Figures: obeyed (share), per description [obeyed, declined, of], colour names read back
    [as asked, of], Delta E, milliseconds, and what was read as something else."""
    each: dict[str, list[int]] = {}
    for one in readings:
        counts = each.setdefault(one.text, [0, 0, 0])
        counts[0] += one.obeyed
        counts[1] += one.declined
        counts[2] += 1
    coloured = [one for one in readings if "colour" in one.asked]
    apart = [one.apart for one in coloured if one.apart is not None]
    taken = [1000 * one.seconds for one in readings]
    missed = Counter(
        f"{key} {one.asked[key]} read as {one.read.get(key, 'nothing')}"
        for one in readings
        for key in one.asked
        if not one.declined and one.asked[key] != one.read.get(key)
    )
    return {
        "designs": len(readings),
        "obeyed": round(float(np.mean([one.obeyed for one in readings])), 4),
        "prompts": each,
        "names": [
            sum(one.asked["colour"] == one.read.get("colour") for one in coloured),
            len(coloured),
        ],
        "delta_e": {
            "median": round(float(np.median(apart)), 2) if apart else None,
            "p95": round(float(np.percentile(apart, 95)), 2) if apart else None,
            "near": NEAR,
        },
        "milliseconds": {
            "median": round(float(np.median(taken)), 1),
            "p95": round(float(np.percentile(taken, 95)), 1),
        },
        "missed": dict(missed.most_common()),
        "which": [f"{one.garment}: {one.text}" for one in readings if not one.obeyed],
    }


def table(figures: dict[str, Any]) -> str:
    """The figures for reading, one line a description."""
    lines = [f"{figures['designs']} designs, {figures['obeyed']:.1%} read back as asked for"]
    for text, (obeyed, declined, of) in figures["prompts"].items():
        said = f", {declined} say that they cannot" if declined else ""
        lines.append(f"  {text:20} {obeyed:3} of {of}{said}")
    delta, taken = figures["delta_e"], figures["milliseconds"]
    if delta["median"] is not None:
        lines.append(
            f"  Delta E (CIE76) to the colour asked for: median {delta['median']:.1f}, "
            f"95% below {delta['p95']:.1f} (obeyed up to {delta['near']:g})"
        )
        lines.append("  colour names read back as asked for: {} of {}".format(*figures["names"]))
    lines.append(f"  a design: median {taken['median']:.0f} ms, 95% below {taken['p95']:.0f} ms")
    lines += [f"  - {what}: {count}" for what, count in figures["missed"].items()]
    return "\n".join(lines)


def _read_back(
    tryon: Any, garment: Garment, made: Garment, prompt: Prompt, seconds: float
) -> Reading:
    asked = {key: prompt.attributes[key] for key in READ if key in prompt.attributes}
    seen = tryon.describe(Photo(made.photo.pixels, made.alpha), str(made.kind))
    apart = None
    if "colour" in asked:
        target = dye.colour_named(asked["colour"], prompt.attributes.get("shade", ""))
        apart = float(np.linalg.norm(commonest_colour(made) - target))
    return Reading(
        garment=garment.identifier,
        text=prompt.text,
        asked=asked,
        read={key: seen.attributes[key] for key in asked if key in seen.attributes},
        apart=apart,
        declined="words_not_shown" in {note.code for note in made.notes},
        seconds=seconds,
    )


def commonest_colour(garment: Garment) -> np.ndarray:
    """(3,) Lab that most of the cloth has."""
    core = cv2.erode(garment.mask.astype(np.uint8), np.ones((INNER, INNER), np.uint8)) > 0
    return dye.usual_colour(dye.to_lab(garment.photo.pixels), core if core.any() else garment.mask)


def _tile(garment: Garment) -> np.ndarray:
    """The garment on white."""
    part = garment.alpha[..., None].astype(np.float32) / 255
    picture = (garment.photo.pixels * part + 255 * (1 - part)).astype(np.uint8)
    height, width = TILE
    scale = min(height / picture.shape[0], width / picture.shape[1])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    spare_y, spare_x = height - size[1], width - size[0]
    return cv2.copyMakeBorder(
        small, spare_y // 2, spare_y - spare_y // 2, spare_x // 2, spare_x - spare_x // 2,
        cv2.BORDER_CONSTANT, value=(255, 255, 255),
    )  # fmt: skip
