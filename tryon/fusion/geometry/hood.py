"""Garment -> Hood: how a hood lies around the neck of somebody who does not wear it on the head.

Notable here:
- shop pictures show a hood standing up, as if a head were in it. Worn, it lies down: its sides
  lie beside the neck, its crown behind it.
- the opening is the hole in the cut-out where the gallery left out the hood's inside, else what
  `neckline.edge_below` finds; what of the inside is seen above it lies behind the neck.
- everything is found in an upright copy, so that a garment photographed askew is read alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.types import Garment, Kind, Outline
from tryon.garment.outline.neckline import edge_below
from tryon.person.body import NECK_HALF, TIP_OUT
from tryon.person.measures import Measures

SHOULDERS = 120  # pixels between the shoulders in the upright copy
ABOVE, BELOW, BESIDE = 1.0, 0.4, 0.7  # how far the copy reaches, in widths of the shoulders
LEAST_HEIGHT = 0.18  # widths of the shoulders above them: less is no standing hood
LEAST_HOLE = 0.01  # square widths of the shoulders
RIM = (0.04, 0.14)  # likewise, how thick the hood's rim is at its crown

# Where a hood lies on the wearer, in spans from the side of the neck's base: outwards and upwards.
INNER = (-0.02, 0.0)
OUTER = (0.16, 0.03)
CROWN_UP = 0.10  # and of its crown, behind the neck
CROWN_RIM = 0.06
DEPTH = (0.16, 0.26)  # how far its opening reaches below the neck's base, spans
NOTCH = (0.50, 0.62)  # where it meets the shoulder (0 = middle, 1 = tip)
# Half the neck, a little more than it is wide, and how far up it hides what lies behind it, spans.
HIDING = (NECK_HALF, 0.18, 0.17)
HIDING_UP = (0.0, 0.15, 0.6)
NECK_SUNK = 0.3  # spans below its base that the neck's outline goes on: chest


@dataclass(frozen=True, eq=False)
class Hood:
    """A standing hood in garment pixels; sides are indexed 0 = left, 1 = right.

    opening: (n, 2), the outline of what is seen through it. inner, outer: (2, 2) where its opening
    and itself are widest. notch: (2, 2) where it meets the shoulders. crown: (2, 2) the middle of
    its top, outside and inside. centre: (2,) the opening's lowest point.
    """

    opening: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    notch: np.ndarray
    crown: np.ndarray
    centre: np.ndarray


def is_hooded(garment: Garment) -> bool:
    """Whether the words for a garment say that it has a hood."""
    neckline = garment.attributes.get("neckline")
    return neckline == "hooded" or (neckline is None and garment.attributes.get("type") == "hoodie")


def standing_hood(garment: Garment) -> Hood | None:
    """Find the hood that stands above a garment's shoulders; None where there is none, or it lies
    down already, as on a garment that somebody wears."""
    shoulders = [garment.point(m) for m in (Outline.SHOULDER_LEFT, Outline.SHOULDER_RIGHT)]
    if garment.worn or garment.kind is Kind.LOWER or any(p is None for p in shoulders):
        return None
    left, right = (p.astype(np.float64) for p in shoulders)
    width = float(np.linalg.norm(left - right))
    if not is_hooded(garment) or width < 8:
        return None
    # The upright copy: the wearer's left is on its right, the shoulders at row `level`.
    along = (left - right) / width
    down = np.array([-along[1], along[0]])
    step = width / SHOULDERS
    level, middle = round(ABOVE * SHOULDERS), round(BESIDE * SHOULDERS)
    h, w = level + round(BELOW * SHOULDERS), 2 * middle + 1
    y, x = np.mgrid[:h, :w].astype(np.float64)
    corner = (left + right) / 2

    def back(points: np.ndarray) -> np.ndarray:
        """(..., 2) pixels of the copy -> garment pixels."""
        points = np.asarray(points, np.float64)
        return (
            corner
            + step * (points[..., :1] - middle) * along
            + step * (points[..., 1:] - level) * down
        )

    places = back(np.dstack([x, y])).astype(np.float32)
    cloth = (cv2.remap(garment.alpha, places, None, cv2.INTER_LINEAR) >= 128).astype(np.uint8)
    top = int(cloth[:, middle].argmax())
    if not cloth[:, middle].any() or level - top < LEAST_HEIGHT * SHOULDERS:
        return None

    # Downwards the hood widens, and draws in again where it meets the shoulders.
    outer, notch = [], []
    for sign in (1, -1):
        reach = np.array([_outer_edge(cloth[k], middle, sign) for k in range(top, level + 1)])
        widest = np.maximum.accumulate(reach)
        waist = int((widest - reach).argmax()) if (widest > reach).any() else len(reach) // 2
        outmost = int(reach[: waist + 1].argmax())
        outer.append((middle + sign * reach[outmost], top + outmost))
        notch.append((middle + sign * reach[waist], top + waist))
    row = np.mean([y for _, y in outer])
    hole = _hole(cloth, level)
    if hole is None:
        front = edge_below(garment)
        if front is None:
            return None
        curve = ((front.curve - corner) / step) @ np.array([along, down]).T + (middle, level)
        hole = _drawn_opening(curve[curve[:, 1] >= row], outer, top)
        if hole is None:
            return None
    inner = []
    for sign in (1, -1):
        beside = hole[sign * (hole[:, 0] - hole[:, 0].mean()) > 0]
        inner.append(beside[np.abs(beside[:, 1] - row).argmin()])
    return Hood(
        opening=back(hole),
        inner=back(inner),
        outer=back(outer),
        notch=back(notch),
        crown=back([(hole[:, 0].mean(), top), (hole[:, 0].mean(), hole[:, 1].min())]),
        centre=back(hole[hole[:, 1] > hole[:, 1].max() - 1].mean(0)),
    )


def hood_targets(
    hood: Hood,
    body: Measures,
    shoulder_at: Sequence[Callable[[float], np.ndarray]],
    scale: float,
    shift: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) garment points of a hood and (n, 2) photo points where they lie on the wearer.

    shoulder_at: for the left and the right side, a function from the share of the shoulder line
    (0 = middle, 1 = tip) to a photo point. scale: photo pixels per garment pixel. shift: (2,) photo
    pixels from the middle of the body to that of its front.
    """
    source, target = [], []
    necks = [place(NECK_HALF / (0.5 + TIP_OUT)) for place in shoulder_at]
    tips = (0.5 + TIP_OUT) * body.span
    for side, sign in enumerate((1, -1)):
        neck = necks[side]
        for point, (out, up) in ((hood.inner[side], INNER), (hood.outer[side], OUTER)):
            source.append(point)
            sideways = sign * out * body.seen_span * body.across
            target.append(neck + sideways + up * body.span * body.up)
        own = float(np.linalg.norm(hood.notch[0] - hood.notch[1])) / 2 * scale / tips
        source.append(hood.notch[side])
        target.append(shoulder_at[side](float(np.clip(own, *NOTCH))))
    base = (necks[0] + necks[1]) / 2
    for point, up in zip(hood.crown, (CROWN_UP, CROWN_UP - CROWN_RIM), strict=True):
        source.append(point)
        target.append(base + up * body.span * body.up)
    deep = float(np.linalg.norm(hood.centre - hood.inner.mean(0))) * scale / body.span
    source.append(hood.centre)
    target.append(base + shift - float(np.clip(deep, *DEPTH)) * body.span * body.up)
    return np.array(source), np.array(target)


def behind_neck(hood: Hood, size: tuple[int, int], scale: float) -> np.ndarray:
    """(h, w) bool in a small copy of the garment frame: the hood's inside and crown, which lie
    behind the wearer's neck. size: width, height of the copy; scale: its pixels per garment pixel.
    """
    behind = np.zeros(size[::-1], np.uint8)
    line = hood.inner[0] - hood.inner[1]
    up = np.array([line[1], -line[0]])  # as long as the opening is wide
    above = np.concatenate([hood.inner, hood.inner[::-1] + up])
    for polygon in (hood.opening, above):
        cv2.fillPoly(behind, [np.round((polygon + 0.5) * scale - 0.5).astype(np.int32)], 1)
    return behind > 0


def neck_in_front(body: Measures) -> np.ndarray:
    """(n, 2) photo points around the neck of somebody: what lies behind it is not seen."""
    base = (body.neck(0) + body.neck(1)) / 2 - NECK_SUNK * body.span * body.up
    up = np.array(HIDING_UP)[:, None] * body.span * body.up
    out = np.array(HIDING)[:, None] * body.seen_span * body.across
    return np.concatenate([base + up + out, (base + up - out)[::-1]])


def _hole(cloth: np.ndarray, level: int) -> np.ndarray | None:
    """(n, 2) outline of the largest hole in the cloth that lies above the shoulders at row
    `level`, None where there is none."""
    around = cv2.copyMakeBorder(1 - cloth, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(around, connectivity=4)
    best = None
    for label in range(1, len(stats)):
        inside = label != labels[0, 0] and centres[label][1] < level
        large = stats[label, cv2.CC_STAT_AREA] > LEAST_HOLE * SHOULDERS**2
        if inside and large and (best is None or stats[label, 4] > stats[best, 4]):
            best = label
    if best is None:
        return None
    hole = (labels[1:-1, 1:-1] == best).astype(np.uint8)
    outlines, _ = cv2.findContours(hole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return max(outlines, key=len)[:, 0].astype(np.float64)


def _drawn_opening(curve: np.ndarray, outer: list, top: int) -> np.ndarray | None:
    """(n, 2): a hood's front edge from left to right, closed by an arch below its crown.

    curve: (n, 2) pixels of the upright copy, below the hood's widest place. outer: left and right,
    where that is. top: row of the crown. None where there is too little of the edge."""
    if len(curve) < 3:
        return None
    left, right = curve[0], curve[-1]
    rim = (outer[0][0] - left[0] + right[0] - outer[1][0]) / 2
    rim = float(np.clip(rim, *(k * SHOULDERS for k in RIM)))
    middle, half = (left + right) / 2, (left - right) / 2
    arch = max(middle[1] - top - rim, 0.0)
    turn = np.linspace(np.pi, 0, 21)[1:-1, None]
    return np.concatenate([curve, middle + np.cos(turn) * half - np.sin(turn) * (0.0, arch)])


def _outer_edge(row: np.ndarray, start: int, sign: int) -> int:
    """How far outwards from `start` the cloth goes, past a hole there, before the next gap."""
    run = row[start:] if sign > 0 else row[start::-1]
    first = int(run.argmax())
    gap = np.flatnonzero(run[first:] == 0)
    return first + int(gap[0] if len(gap) else len(run) - first) - 1
