"""Mask + outline landmarks -> Limb map: which piece of a garment each pixel belongs to."""

import cv2
import numpy as np

from tryon.core.arrays import Labels, Mask, Points
from tryon.core.masks import nearest_in
from tryon.core.types import Kind, Limb, Outline
from tryon.garment.outline.shape import LEFT_RIGHT, Shape

LEAST_LIMB = 0.1  # of the other one's area: less is no sleeve or leg
# Working px the cut runs on beyond shoulder and armpit; farther where a landmark lies too far in.
CUT_BEYOND = (5, 10, 16, 22)
MOST_SLEEVE = 0.5  # of the garment's area: more is the body, so the cut did not part the sleeve
SEAM_BLUR = 1.2  # working px: smooths the staircase of a seam before it is enlarged


def limb_map(mask: Mask, shape: Shape, landmarks: Points, kind: Kind) -> Labels:
    """Labels of `Limb`, one for every pixel of a mask in the garment frame."""
    working = landmarks[:, :2] @ shape.matrix[:, :2].T + shape.matrix[:, 2]
    known = landmarks[:, 2] > 0
    coarse = np.full(shape.mask.shape, int(Limb.BODY), np.uint8)
    for right, name in LEFT_RIGHT.items():
        limb = Limb[name]
        if kind == Kind.LOWER:
            piece = _leg(shape, working, known, right)
        else:
            piece = _sleeve(shape, working, known, name)
        if piece is not None:
            coarse[piece] = limb
    return _enlarge(coarse, shape, mask)


def lone_limb(limbs: Labels) -> int | None:
    """The side, 0 = left, whose sleeve or leg alone is in a map of limbs; None where both are, or
    neither is."""
    seen = [np.count_nonzero(limbs == limb) for limb in (Limb.LEFT, Limb.RIGHT)]
    if max(seen) == 0 or min(seen) > LEAST_LIMB * max(seen):
        return None
    return int(np.argmax(seen))


def _sleeve(shape: Shape, points: np.ndarray, known: np.ndarray, name: str) -> np.ndarray | None:
    """(h, w) bool, the side of the shoulder-armpit cut where the cuff lies."""
    if not known[Outline[f"ELBOW_{name}"]]:
        return None
    shoulder, armpit = points[Outline[f"SHOULDER_{name}"]], points[Outline[f"ARMPIT_{name}"]]
    cuff = (points[Outline[f"CUFF_OUTER_{name}"]] + points[Outline[f"CUFF_INNER_{name}"]]) / 2
    along = (armpit - shoulder) / max(np.hypot(*(armpit - shoulder)), 1e-6)
    elbow = points[Outline[f"ELBOW_{name}"]]
    spots = [np.round(p).astype(int) for p in (elbow, cuff, (elbow + cuff) / 2)]
    for beyond in CUT_BEYOND:
        canvas = shape.opened.astype(np.uint8)
        ends = np.round([shoulder - beyond * along, armpit + beyond * along]).astype(int)
        cv2.line(canvas, tuple(ends[0].tolist()), tuple(ends[1].tolist()), 0, 2)
        _, labels = cv2.connectedComponents(canvas, connectivity=4)
        for x, y in spots:
            if 0 <= y < labels.shape[0] and 0 <= x < labels.shape[1] and labels[y, x]:
                piece = labels == labels[y, x]
                if piece.sum() < MOST_SLEEVE * shape.opened.sum():
                    return piece
                break
    return None


def _leg(shape: Shape, points: np.ndarray, known: np.ndarray, right: bool) -> np.ndarray | None:
    """(h, w) bool, the half plane below the crotch, on one side of the line between the legs."""
    if not known[Outline.CROTCH]:
        return None
    crotch = points[Outline.CROTCH]
    hem = (points[Outline.HEM_INNER_LEFT] + points[Outline.HEM_INNER_RIGHT]) / 2
    y, x = np.mgrid[: shape.mask.shape[0], : shape.mask.shape[1]]
    down = max(hem[1] - crotch[1], 1.0)
    centre = crotch[0] + (hem[0] - crotch[0]) * np.clip((y - crotch[1]) / down, 0, 1)
    return (y > crotch[1]) & ((x > centre) if right else (x <= centre))


def _enlarge(coarse: np.ndarray, shape: Shape, mask: np.ndarray) -> np.ndarray:
    """A label map of the working frame on the pixels of a mask in the garment frame."""
    # Slits, and pixels just outside the small mask, take the nearest label.
    nearest, _ = nearest_in(shape.opened | (coarse != Limb.BODY))
    spread = coarse.ravel()[nearest]
    limbs = np.where(mask, np.uint8(Limb.BODY), np.uint8(Limb.NONE))
    for limb in (Limb.LEFT, Limb.RIGHT):
        if not (spread == limb).any():
            continue
        soft = cv2.GaussianBlur((spread == limb).astype(np.float32), (0, 0), SEAM_BLUR)
        large = cv2.warpAffine(
            soft,
            shape.matrix,
            (mask.shape[1], mask.shape[0]),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        limbs[mask & (large > 0.5)] = limb
    return limbs
