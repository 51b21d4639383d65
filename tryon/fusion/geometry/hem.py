"""How far down tops and trousers are worn: where the old one ends, and whether the new one does.

Notable here:
- how low a top ends on somebody is mostly how they wear tops (tucked in, over the trousers), not
  how long its picture is: over VITON's pairs the picture's length tells next to nothing. So where
  the photo shows the old hem and the new garment would end near it, it ends there: the wearer keeps
  their style, and nothing below has to be invented or covered.
- what would end far elsewhere (a crop top on somebody in a tunic) hangs as long as it is.
- trousers that cover the whole leg end where the old ones do, over the shoe or above the ankle.
- a length that words asked for is obeyed: the top ends lower or higher than it would have.
"""

import numpy as np

from tryon.core.types import Draft, Garment, Kind, Outline, Part, Person
from tryon.core.warp import Curve
from tryon.fusion.agnostic import BELOW as WORN_BELOW
from tryon.person.measures import Measures, measures_of
from tryon.person.regions import TOPS

# Torso lengths by which a top that follows the old hem may be taken up (tucked in) and let down. A
# crop top or a tunic means to be one.
TAKEN_UP = {"regular": 0.32, "cropped": 0.32, "long": 0.06}
LET_DOWN = {"regular": 0.35, "cropped": 0.12, "long": 0.35}
# Where an old hem is believed, as heights on the torso (0 = shoulder joints, 1 = hip joints).
HEM_AT = (0.5, 1.35)
COLUMNS = np.linspace(-0.6, 0.6, 13)  # half torso widths beside the spine at which it is looked for
LEAST_COLUMNS = 5
BELOW = 0.06  # torso lengths below the hem in which something else must be worn or bare
STEP = 0.005  # torso lengths
ROWS = 12  # heights at which the body's outline is computed; straight lines between
# Torso lengths by which a top asked for longer ends lower than it would have, and a shorter one
# higher; between which heights such a hem lies.
LONGER = 0.24
SHORTER = 0.15
ASKED_HEM = (0.5, 1.6)
# Of the leg from crotch to ankle: where old trousers may end, how far from there those that are to
# end alike may end by themselves, and from where on trousers cover the whole leg.
LEG_END = (0.3, 1.6)
SAME_LEGS = 0.12
WHOLE_LEG = 0.9
LEG_COLUMNS = np.linspace(-0.6, 0.6, 5)  # half ankles beside the middle of the leg
LEAST_LEG_COLUMNS = 3
LEG_STEP = 0.01
SAME_HEM = 0.07  # torso lengths


def old_hem_heights(person: Person, body: Measures) -> np.ndarray | None:
    """(2,) heights on the torso (see `Measures.on_torso`) of the worn top's hem, left and right.

    None where the photo does not show it: it ends above, somebody wears a dress, hands or hair
    hide it, the hips are out of the picture.
    """
    if not body.hips_seen:
        return None
    heights = np.arange(HEM_AT[0], HEM_AT[1] + BELOW, STEP)
    rows = np.linspace(heights[0], heights[-1], ROWS)
    # (2, len(heights)) photo pixels: the spine, and half a torso's width to the left of it.
    spine, aside = (
        np.array([np.interp(heights, rows, values) for values in np.transpose(points)])
        for points in (
            [body.on_torso(h, 0.0) for h in rows],
            [body.on_torso(h, body.torso_half(float(h))) for h in rows],
        )
    )
    height, width = person.photo.size
    found: list[list[float]] = [[], []]
    for column in COLUMNS:
        x, y = np.round(spine + column * (aside - spine)).astype(int)
        within = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        labels = np.full(len(heights), int(Part.BACKGROUND))
        labels[within] = person.parts[y[within], x[within]]
        cloth = np.nonzero(np.isin(labels, TOPS))[0]
        if not len(cloth):
            continue
        last = int(cloth[-1])
        below = labels[last + 1 : last + 1 + round(BELOW / STEP)]
        if len(below) and np.isin(below, WORN_BELOW).mean() > 0.5:
            for side in (0, 1):
                if column == 0 or (column > 0) == (side == 0):
                    found[side].append(float(heights[last]))
    if sum(map(len, found)) < LEAST_COLUMNS:
        return None
    both = found[0] + found[1]
    return np.array([np.median(side) if side else np.median(both) for side in found])


def worn_hem(natural: float, length: str, person: Person, body: Measures) -> np.ndarray:
    """(2,) heights on the torso at which a top ends, left and right, that by itself would end at
    the height `natural`. length: the vocabulary's word for the garment's length."""
    old = old_hem_heights(person, body)
    if old is None or not -TAKEN_UP[length] <= float(old.mean()) - natural <= LET_DOWN[length]:
        return np.full(2, natural)
    return old


def asked_hem(natural: float, usual: float, steps: float) -> float:
    """The height on the torso at which a top ends whose length words asked for.

    natural: where it would end by its own length. usual: where it would if nothing had been said.
    steps: see `Hang.length`."""
    hem = usual + steps * (LONGER if steps > 0 else SHORTER)
    if abs(steps) >= 1:  # not only "a bit"
        hem = max(hem, natural) if steps > 0 else min(hem, natural)
    return float(np.clip(hem, *ASKED_HEM))


def old_leg_end(person: Person, leg: Curve, half: float) -> float | None:
    """Where a leg of the trousers worn ends, in lengths of `leg`: a curve from the crotch to the
    ankle, half an ankle being `half` pixels. None where the photo does not show it."""
    along = np.arange(LEG_END[0], LEG_END[1] + BELOW, LEG_STEP)
    height, width = person.photo.size
    ends = []
    for column in LEG_COLUMNS:
        points = leg.place(along * leg.length, np.full(len(along), column * half))
        x, y = np.round(points).astype(int).T
        within = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        labels = person.parts[y[within], x[within]]
        cloth = np.flatnonzero(labels == Part.TROUSERS)
        last = int(cloth[-1]) if len(cloth) else len(labels)
        # Something else must be seen there: nothing is known of what the photo cuts off.
        if last + round(BELOW / LEG_STEP) < len(labels):
            ends.append(float(along[last]))
    return float(np.median(ends)) if len(ends) >= LEAST_LEG_COLUMNS else None


def worn_leg_end(natural: float, old: float | None) -> float:
    """The lengths of a leg at which trousers end that by themselves would end at `natural`. old:
    see `old_leg_end`. Whole legs end where the old ones do, over the shoe or above the ankle;
    shorter ones only where they would do nearly so."""
    if old is None:
        return natural
    both_whole = min(natural, old) >= WHOLE_LEG
    return old if both_whole or abs(natural - old) <= SAME_LEGS else natural


def ends_at_old_hem(draft: Draft, person: Person, garment: Garment) -> bool:
    """Whether a drafted top ends where the old one does."""
    if garment.kind is not Kind.UPPER:
        return False
    body = measures_of(person)
    old = old_hem_heights(person, body)
    ends = draft.landmarks[[Outline.HEM_LEFT, Outline.HEM_RIGHT]]
    if old is None or not (ends[:, 2] > 0).all():
        return False
    height = (ends[:, :2].mean(0) - body.middle) @ body.down / body.torso
    return bool(abs(height - old.mean()) <= SAME_HEM)
