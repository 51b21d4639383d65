"""Where the new garment ends just where the old one does: at the sleeves' ends, at the neckline.

Notable here:
- the photo shows these edges to the pixel, with real skin beyond them. Where the new garment would
  end near one of them by itself, it ends there, and no skin has to be invented or covered.
- what ends elsewhere (a long sleeve over a bare arm, a V neck over a round one) ends by itself.
- for hems, where people differ more than garments do, see `hem`.
"""

import numpy as np

from tryon.core.types import Draft, Garment, Kind, Part, Person
from tryon.fusion.agnostic import OLD_GARMENT, sleeve_end
from tryon.fusion.geometry.covering import ALONG, sleeves_along_arms
from tryon.person.body import SIDES, body_unit, face_of, middle_of_shoulders

SAME_SLEEVE = 0.1  # of the arm
AT_WRIST = 0.93  # of the arm: a sleeve that ends beyond is long
# Shoulder widths: the columns beside the middle at which a neckline is looked at, how far below the
# shoulder joints; what may lie between both, in the middle of all and anywhere, and how much that
# may vary: a V and a round neck are near each other, but not the same.
NECK_COLUMNS = np.linspace(-0.16, 0.16, 9)
NECK_DEPTH = 0.7
LEAST_COLUMNS = 4
SAME_NECKLINE = (0.08, 0.14)
SAME_SHAPE = 0.1


def ends_at_old_sleeves(draft: Draft, person: Person, garment: Garment) -> tuple[bool, bool]:
    """Whether the left and the right drafted sleeve end where the old ones do."""
    if garment.kind is Kind.LOWER:
        return False, False
    new = sleeves_along_arms(draft, person, garment)
    left, right = (
        _same_end(sleeve_end(person.parts, person.landmarks, side), covered)
        for side, covered in zip(SIDES, new, strict=True)
    )
    return left, right


def _same_end(old: float, covered: np.ndarray) -> bool:
    new = float(ALONG[covered][-1]) if covered.any() else 0.0
    return min(old, new) >= AT_WRIST or abs(old - new) <= SAME_SLEEVE


def necklines_apart(draft: Draft, person: Person) -> np.ndarray:
    """(n,) how much lower the drafted neckline lies than the old one, in shoulder widths, beside
    each other across the neck; nothing where hair or hands hide the old one."""
    marks = draft.fit.points(person.landmarks)
    unit = body_unit(marks)
    middle = middle_of_shoulders(marks)
    chin = face_of(marks).chin
    parts = draft.fit.labels(person.parts)
    top, bottom = (
        int(np.clip(row, 0, parts.shape[0])) for row in (chin[1], middle[1] + NECK_DEPTH * unit)
    )
    apart = []
    for column in np.round(middle[0] + NECK_COLUMNS * unit).astype(int):
        if not 0 <= column < parts.shape[1]:
            continue
        labels = parts[top:bottom, column]
        old = np.flatnonzero(np.isin(labels, OLD_GARMENT))
        new = np.flatnonzero(draft.reach[top:bottom, column])
        if len(old) and len(new) and old[0] and labels[old[0] - 1] == Part.NECK:
            apart.append((new[0] - old[0]) / unit)
    return np.array(apart)


def ends_at_old_neckline(draft: Draft, person: Person, garment: Garment) -> bool:
    """Whether the drafted neckline is the old one."""
    if garment.kind is Kind.LOWER:
        return False
    apart = necklines_apart(draft, person)
    if len(apart) < LEAST_COLUMNS:
        return False
    away = np.abs(apart)
    near = np.median(away) <= SAME_NECKLINE[0] and away.max() <= SAME_NECKLINE[1]
    return bool(near and np.ptp(apart) <= SAME_SHAPE)
