"""Draft -> Draft: the new garment's outline follows the body's, where both lie near each other.

Notable here:
- where the old garment met the background, the photo shows the body's edge to the pixel. A draft
  whose edge lies a little beside it would repaint background that nobody hid, or leave a fringe
  to be invented; moved onto it, the photo's own edge stays and nothing has to be painted.
- where the new garment ends with the old one at the neck or the hem (see `edges`, `hem`), these
  edges are followed in the same way.
- the whole draft is moved by one smooth shift of the plane that fades away from those edges, so
  prints stay continuous. What lies farther from the edge than `REACH` (a loose garment over a
  tight one, or the other way round) is meant so and stays.
- where words asked for a loose garment its edge is not drawn in, for a slim one not let out.
"""

from dataclasses import replace

import cv2
import numpy as np

from tryon.core.masks import disc
from tryon.core.types import Draft, Garment, Kind, Part, Person
from tryon.core.warp import smoothstep
from tryon.fusion.agnostic import BELOW, LOWER, OLD_GARMENT
from tryon.fusion.geometry.edges import ends_at_old_neckline
from tryon.fusion.geometry.hem import ends_at_old_hem
from tryon.person.body import body_unit

OLD = {Kind.UPPER: OLD_GARMENT, Kind.DRESS: OLD_GARMENT, Kind.LOWER: LOWER}
REACH = 0.10  # shoulder widths between both edges, at most
FADE = 0.9  # of `REACH`: standard deviation of the shift's fading
ALIKE = 0.6  # cosine between the directions in which both edges look
BESIDE = 2  # canvas pixels inside the silhouette's edge where the old cloth must be
EDGE_SOFT = 1.5  # canvas pixels over which an edge's direction is taken
DEPTH = 1.0  # of `REACH`: so far inside of its edge cloth is moved with it, twice as far not at all
LEAST_EDGE = 8  # canvas pixels of edge, or there is nothing to follow
LIKE_OLD = 0.6  # of both edges: so much must lie near the other one


def follow_silhouette(draft: Draft, person: Person, garment: Garment) -> Draft:
    """The draft with its outline moved onto the silhouette's where both are near.

    The same object where there is nothing to follow.
    """
    unit = body_unit(person.landmarks) * draft.fit.scale
    body = draft.fit.image(person.matte) >= 128
    old = draft.fit.mask(np.isin(person.parts, OLD[garment.kind]))
    if garment.kind is Kind.LOWER and not _like_the_old(draft.reach, body, old, REACH * unit):
        return draft
    asked = garment.hang.width or 0.0
    shapes = [body]
    beyond = _beyond(draft, person, garment)
    if beyond:
        shapes.append(body & ~draft.fit.mask(np.isin(person.parts, beyond)))
    for shape in shapes:
        shift = edge_shift(
            draft.reach, shape, old, REACH * unit, draw_in=asked <= 0, let_out=asked >= 0
        )
        if shift is not None:
            draft = _moved(draft, shift)
    return draft


def _like_the_old(drawn: np.ndarray, body: np.ndarray, old: np.ndarray, reach: float) -> bool:
    """Whether what is worn on the legs is shaped as what is drawn there. Following a wide leg, or
    shorts, where they happen to be near would leave steps."""
    near = cv2.dilate(old.view(np.uint8), np.ones((2 * BESIDE + 1,) * 2, np.uint8)) > 0
    theirs, ours = _edge(body) & near, _edge(drawn)
    for one, other in ((theirs, ours), (ours, theirs)):
        away = cv2.distanceTransform((~other).view(np.uint8), cv2.DIST_L2, 3)
        if not one.any() or (away[one] <= reach).mean() < LIKE_OLD:
            return False
    return True


def _beyond(draft: Draft, person: Person, garment: Garment) -> list[Part]:
    """What lies beyond the old garment where the new one ends with it: the neck, what is worn
    below. Bare arms hang beside the trunk, too: theirs are not only sleeves' ends."""
    beyond: list[Part] = []
    if ends_at_old_hem(draft, person, garment):
        beyond += BELOW
    if ends_at_old_neckline(draft, person, garment):
        beyond.append(Part.NECK)
    return beyond


def _moved(draft: Draft, shift: np.ndarray) -> Draft:
    """The draft, moved by (h, w, 2) float32 pixels, see `edge_shift`."""
    height, width = draft.reach.shape
    at = np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32) + shift
    moved = []
    for layer in draft.layers:
        flow, weight = (
            cv2.remap(values, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for values in (layer.flow, layer.weight)
        )
        moved.append(replace(layer, flow=flow, weight=weight))
    reach = cv2.remap(draft.reach.astype(np.float32), at, None, cv2.INTER_LINEAR) > 0.5
    return replace(draft, layers=tuple(moved), reach=reach)


def edge_shift(
    drawn: np.ndarray,
    body: np.ndarray,
    old: np.ndarray,
    reach: float,
    draw_in: bool = True,
    let_out: bool = True,
) -> np.ndarray | None:
    """Where each pixel of the moved outline was, relative to itself: (h, w, 2) float32 pixels, x
    and y; None where no edges are near.

    drawn: (h, w) bool, the garment's outline. body: (h, w) bool, the silhouette. old: (h, w) bool,
    the old garment; only edges of the body along it are followed. reach: pixels. draw_in, let_out:
    whether what lies outside of the body may move inwards, and the other way round.
    """
    edge, ours = _edge(body), _edge(drawn)
    edge &= cv2.dilate(old.view(np.uint8), np.ones((2 * BESIDE + 1,) * 2, np.uint8)) > 0
    # The picture's border is nobody's edge.
    edge[[0, -1]] = edge[:, [0, -1]] = False
    if min(np.count_nonzero(edge), np.count_nonzero(ours)) < LEAST_EDGE:
        return None
    away, nearest = cv2.distanceTransformWithLabels(
        (~ours).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(edge & (away <= reach))
    places = np.zeros((nearest.max() + 1, 2), np.float32)
    y, x = np.nonzero(ours)
    places[nearest[y, x]] = np.column_stack([x, y])
    to = places[nearest[rows, columns]]
    x, y = to.astype(int).T
    follows = (_direction(body, rows, columns) * _direction(drawn, y, x)).sum(1) >= ALIKE
    follows &= np.where(body[y, x], let_out, draw_in)
    rows, columns, to = rows[follows], columns[follows], to[follows]
    if len(rows) < LEAST_EDGE:
        return None
    known = np.zeros((*drawn.shape, 3), np.float32)
    known[rows, columns, :2] = to - np.column_stack([columns, rows])
    known[rows, columns, 2] = 1
    # Edges of the outline that follow nothing hold it where it is.
    held = ours & (cv2.dilate(known[..., 2].astype(np.uint8), disc(reach)) == 0)
    known[held, 2] = 1
    near = cv2.distanceTransform((known[..., 2] == 0).view(np.uint8), cv2.DIST_L2, 3)
    spread = cv2.GaussianBlur(known, (0, 0), max(FADE * reach / 2, 0.5))
    shift = spread[..., :2] / np.maximum(spread[..., 2:], 1e-6)
    # Deep inside the cloth nothing is moved: stripes there would be bent for an edge far away.
    depth = cv2.distanceTransform(drawn.view(np.uint8), cv2.DIST_L2, 3)
    share = smoothstep(1 - near / (3 * FADE * reach)) * smoothstep(2 - depth / (DEPTH * reach))
    return shift * share[..., None].astype(np.float32)


def _edge(mask: np.ndarray) -> np.ndarray:
    """(h, w) bool: the outermost pixels of a mask."""
    return mask & (cv2.erode(mask.view(np.uint8), np.ones((3, 3), np.uint8)) == 0)


def _direction(mask: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(n, 2) float32: unit vectors, x and y, into a mask at n pixels of its edge."""
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), EDGE_SOFT)
    slope = np.column_stack(
        [cv2.Sobel(soft, cv2.CV_32F, *way)[rows, columns] for way in ((1, 0), (0, 1))]
    )
    return slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-6)
