"""Faults of finished try-ons that show without any other picture: hue, leftovers, outline, holes.

    python -m tryon evaluate finish DATA --sheet SHEET.png

VITON's people put on the garment of another pair, for which there is no true picture. But some
things are wrong in any picture, whatever garment was asked for:

- *skin*: Delta E between the median colour of the skin that is not the photo's (arms, neck, hands)
  and the face's. *limb*: the same for either arm and the neck by itself, the farthest of them: one
  pink arm of two is not lost in a median. *bare*: what *limb* was in the photo before, on the skin
  that was bare there; nobody's arm has just the hue of the face.
- *left*: the share of the old garment that still shows.
- *ragged*: the length of the new garment's outline over that of its smoothed self, 1 = as smooth.
- *islands*: pieces of the new garment beside the largest. *holes*: gaps in it that neither hair,
  hands, arms nor the background explain.
- *agreement*: where the new garment was put, against where somebody who does not know sees a
  garment, intersection over union inside the region.

Notable here:
- that somebody is our own body analysis, which looks at the finished picture as if it were a photo.
  Its slips are in every figure, so figures compare states of the program; none is a grade.
- skin is compared in a* and b* of CIELAB alone (the CIE76 difference without L*): light from above
  and shadows under the chin make arms and neck darker or lighter than the face in true photos, too.
- an old garment whose colour is the background's, the skin's or the trousers' cannot be told from
  what should be there instead. Such pixels count neither as left nor as old.
- the outline is smoothed as a region, not as a curve: blurred and cut at half (a Gaussian scale
  space, Witkin 1983; Koenderink 1984), so shreds and specks vanish instead of being rounded. The
  ratio is the inverse of convexity (ISO 9276-6) with that outline in the place of the convex hull,
  since sleeves are no fault.
- each pair's garment goes to the person `AHEAD` pairs before, so pairs are the same in every run.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from tryon.core.arrays import Colours, Mask, Pixels
from tryon.core.errors import TryOnError
from tryon.core.image import write_photo
from tryon.core.masks import COVERED, disc, lab_of
from tryon.core.types import Kind, Part, Person, Photo, Result
from tryon.evaluation.pairs import enlarged, read_pairs
from tryon.person.body import BARE_ARM, HAND, body_unit
from tryon.person.regions import is_part, torso_coordinates

AHEAD = 7  # pairs from a person to the one whose garment is tried on

EDGE = 2  # pixels along the border of two parts, where colours are mixed and labels uncertain
LEAST = 200  # pixels: fewer say nothing of a colour or of a garment
NEAR = 6.0  # Delta E (CIE76): what is nearer looks the same
SMOOTH = 0.05  # shoulder widths, sigma of the blur that makes the smooth outline
STAIRS = 2.0  # pixels, sigma along an outline: the steps of pixels are no raggedness
LEAST_PIECE = 0.002  # of the garment's largest piece: smaller islands and holes are not seen

GARMENTS = (Part.UPPER, Part.OUTERWEAR, Part.DRESS)
LIMBS = (*((BARE_ARM[side], HAND[side]) for side in BARE_ARM), (Part.NECK,))
SKIN = tuple(part for limb in LIMBS for part in limb)
BEFORE = (Part.HAIR, *HAND.values(), Part.ACCESSORY)  # lies before a garment and parts it

# The sheet.
TILE = (384, 288)  # height, width in pixels
ACROSS = 2  # pairs side by side
DIMMED = 0.5  # brightness of the picture under the marks
RED, YELLOW, BLUE = (255, 40, 40), (255, 220, 0), (60, 140, 255)


class FittingRoom(Protocol):
    """What `TryOn.load` returns, as far as it is needed here."""

    def __call__(self, person: Any, garment: Any, *, kind: Any) -> Result: ...

    def analyse(self, person: Any) -> Person: ...


@dataclass(frozen=True)
class Faults:
    """What is wrong with one finished picture, see the top of this file.

    skin, limb, bare: Delta E of a* and b*. left, agreement: 0..1. ragged: 1 = smooth, larger is
    worse. islands, holes: counts. None: nothing to be measured, such as no bare skin.
    """

    skin: float | None
    limb: float | None
    bare: float | None
    left: float | None
    ragged: float | None
    islands: int
    holes: int
    agreement: float | None


MEASURES = tuple(field.name for field in fields(Faults))
GOOD = ("agreement",)  # measures of which more is better


@dataclass(frozen=True, eq=False)
class Finish:
    """All pairs that were measured, by the person's id.

    refused: code of the error -> number of pairs that were not tried on. failed: likewise, of
    finished pictures in which no body is found. sheet (H, W, 3) uint8: person, garment, finished,
    and what was found in it: red = old garment, yellow = islands and holes, blue = skin looked at.
    """

    faults: dict[str, Faults]
    refused: dict[str, int]
    failed: dict[str, int]
    sheet: Pixels

    @property
    def pairs(self) -> int:
        """Measured or not."""
        return len(self.faults) + sum(self.refused.values()) + sum(self.failed.values())

    def figures(self, measure: str) -> dict[str, float | int | None]:
        """mean; p90: nine of ten pairs are no worse (p10 where more is better); of: how many."""
        found = [getattr(one, measure) for one in self.faults.values()]
        values = [value for value in found if value is not None]
        tail = 10 if measure in GOOD else 90
        return {
            "mean": round(float(np.mean(values)), 4) if values else None,
            f"p{tail}": round(float(np.percentile(values, tail)), 4) if values else None,
            "of": len(values),
        }

    def as_json(self) -> dict[str, Any]:
        """Plain values; a case's are in the order of `measures`."""
        cases = {
            key: [None if value is None else round(value, 4) for value in astuple(one)]
            for key, one in self.faults.items()
        }
        return {
            "pairs": self.pairs,
            "measured": len(self.faults),
            "refused": self.refused,
            "failed": self.failed,
            **{measure: self.figures(measure) for measure in MEASURES},
            "measures": list(MEASURES),
            "cases": cases,
        }

    def write_sheet(self, path: Path) -> None:
        """Raises TryOnError("bad_argument") if the file cannot be written."""
        write_photo(Photo(self.sheet), path)


def evaluate_finish(
    tryon: FittingRoom,
    data: str | Path,
    limit: int | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Finish:
    """Put another pair's garment on every person of VITON's validation split; measure the faults.

    data: as of `pairs.read_pairs`. limit: only the first people. report: gets one line a pair.
    Raises TryOnError("bad_argument") if there are too few pairs or no such folder.
    """
    faults: dict[str, Faults] = {}
    refused: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    shown = []
    for key, person, garment in unpaired(data, limit):
        try:
            result = tryon(Photo(enlarged(person)), Photo(enlarged(garment)), kind=Kind.UPPER)
        except TryOnError as error:
            refused[error.code] += 1
            report(f"{key}: refused, {error.code}")
            shown.append(_tiles(person, garment))
            continue
        try:
            look = Look(result, tryon.analyse(result.photo))
        except TryOnError as error:
            failed[error.code] += 1
            report(f"{key}: failed, {error.code}")
            shown.append(_tiles(person, garment, result.photo.pixels))
            continue
        faults[key] = look.faults()
        report(f"{key}: {written(faults[key])}")
        shown.append(_tiles(person, garment, result.photo.pixels, look.drawn()))
    return Finish(faults, dict(refused), dict(failed), _sheet(shown))


def unpaired(data: str | Path, limit: int | None = None) -> list[tuple[str, Pixels, Pixels]]:
    """(id, person, somebody else's garment) of the validation split, in the order of its pairs.

    The last people get the first one's garments. TryOnError("bad_argument") for too few pairs.
    """
    wanted = None if limit is None else limit + AHEAD
    pairs = list(read_pairs(data, "validation", wanted))
    if len(pairs) <= AHEAD:
        what = f"{Path(data).name} has {len(pairs)} validation pairs; more than {AHEAD} are needed."
        raise TryOnError("bad_argument", what=what)
    return [
        (key, person, pairs[(number + AHEAD) % len(pairs)][2])
        for number, (key, person, _) in enumerate(pairs[:limit])
    ]


def written(faults: Faults) -> str:
    """One line for reading."""
    return ", ".join(f"{name} {shown(name, getattr(faults, name))}" for name in MEASURES)


def shown(measure: str, value: float | None) -> str:
    """A figure as precise as it is meant."""
    if value is None:
        return "-"
    if measure in ("islands", "holes"):
        return f"{value:g}"
    if measure in ("left", "agreement"):
        return f"{value:.1%}"
    return f"{value:.3f}" if measure == "ragged" else f"{value:.1f}"


def table(found: Finish) -> list[tuple[str, str, str, str]]:
    """Head and rows for reading: measure, mean, what nine of ten keep to, of how many pairs."""
    rows = [("", "mean", "nine of ten", "of")]
    for measure in MEASURES:
        mean, tail, of = found.figures(measure).values()
        rows.append((measure, shown(measure, mean), shown(measure, tail), str(of)))
    return rows


# --- one finished picture ------------------------------------------------------------------------


class Look:
    """A finished picture, and what our own body analysis sees in it."""

    def __init__(self, result: Result, second: Person) -> None:
        """second: what the analysis finds in `result.photo`. Everything is in the photo frame."""
        self._person = result.person
        self._second = second
        self._region = result.region
        self._finished = result.photo.pixels
        self._new: Mask = result.composite.coverage >= COVERED
        self._unit = body_unit(result.person.landmarks)

    def faults(self) -> Faults:
        """All measures."""
        limbs = [is_part(self._second.parts, *limb) & self.skin for limb in LIMBS]
        return Faults(
            skin=self._to_face(self._lab, [self.skin]),
            limb=self._to_face(self._lab, limbs),
            bare=self._to_face(
                self._lab_before, [inner(is_part(self._person.parts, *limb)) for limb in LIMBS]
            ),
            left=self._share_left(),
            ragged=self._raggedness(),
            islands=self.islands[1],
            holes=self.holes[1],
            agreement=self._agreement(),
        )

    # Skin.

    @cached_property
    def skin(self) -> Mask:
        """Where skin is seen that may differ from the photo, edges left out."""
        return inner(is_part(self._second.parts, *SKIN) & self._region & ~self._new)

    def _to_face(self, lab: Colours, places: list[Mask]) -> float | None:
        """How far the median colours of these places are from the face's, the farthest of them.

        None where the face or all of the places are too small.
        """
        face = _middle(self._lab_before, inner(self._person.parts == Part.FACE))
        colours = [_middle(lab, place) for place in places]
        known = [colour for colour in colours if colour is not None]
        if face is None or not known:
            return None
        return float(max(np.hypot(*(colour - face)[1:]) for colour in known))

    # What is left of the old garment.

    @cached_property
    def old(self) -> Mask:
        """The old garment above the hips where its colour says so, edges left out."""
        above = torso_coordinates(self._person)[0] < 1
        worn = inner(is_part(self._person.parts, *GARMENTS) & above)
        return worn & ~self._rightly(self._lab_before)

    @cached_property
    def left(self) -> Mask:
        """Where the old garment still shows: as it was, or its colour on something else."""
        usual = _middle(self._lab_before, self.old)
        if usual is None:
            return np.zeros_like(self._new)
        same = _apart(self._lab, self._lab_before) < NEAR
        like = _apart(self._lab, usual) < NEAR
        like &= ~is_part(self._second.parts, *GARMENTS)
        return self.old & ~self._new & (same | like) & ~self._rightly(self._lab)

    def _share_left(self) -> float | None:
        old = np.count_nonzero(self.old)
        return float(np.count_nonzero(self.left) / old) if old >= LEAST else None

    def _rightly(self, lab: Colours) -> Mask:
        """Where a colour is that of something that may rightly be seen in place of a garment."""
        right = np.zeros(lab.shape[:2], bool)
        for colour in self._right_colours:
            right |= _apart(lab, colour) < NEAR
        return right

    @cached_property
    def _right_colours(self) -> list[np.ndarray]:
        groups = (Part.BACKGROUND,), (Part.FACE,), SKIN, (Part.TROUSERS, Part.SKIRT)
        parts = self._person.parts
        colours = [_middle(self._lab_before, inner(is_part(parts, *group))) for group in groups]
        return [colour for colour in colours if colour is not None]

    # The new garment's shape.

    def _raggedness(self) -> float | None:
        """None where too little of the outline is the garment's own."""
        sigma = SMOOTH * self._unit
        blurred = cv2.GaussianBlur(
            self._new.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE
        )
        # The outline of hair and fingers before the garment is theirs.
        own = ~_dilated(self._before, 2 * sigma)
        smooth = outline_length(blurred >= 0.5, own)
        return outline_length(self._new, own) / smooth if smooth >= self._unit else None

    @cached_property
    def _before(self) -> Mask:
        return is_part(self._second.parts, *BEFORE)

    @cached_property
    def islands(self) -> tuple[Mask, int]:
        """Pieces of the garment beside the largest, and how many; what hair or a hand parts is one
        piece."""
        pieces, areas = _pieces(self._new | _dilated(self._before, EDGE), self._new)
        seen = areas >= max(LEAST_PIECE * areas.max(), 1)
        seen[areas.argmax()] = False
        return seen[pieces] & self._new, int(seen.sum())

    @cached_property
    def holes(self) -> tuple[Mask, int]:
        """Gaps inside the garment, and how many; those are left out that hair, a hand, an arm or
        something carried fills, or the background that the photo showed there."""
        parts = self._second.parts
        explained = self._before | is_part(parts, *BARE_ARM.values())
        explained |= (parts == Part.BACKGROUND) & (self._person.parts == Part.BACKGROUND)
        gaps, areas = _pieces(~self._new, ~self._new, connectivity=4)
        seen = areas >= max(LEAST_PIECE * _pieces(self._new, self._new)[1].max(), 1)
        edges = (gaps[0], gaps[-1], gaps[:, 0], gaps[:, -1])
        seen[np.unique(np.concatenate(edges))] = False
        seen &= 2 * np.bincount(gaps[explained], minlength=len(areas)) <= areas
        return seen[gaps] & ~self._new, int(seen.sum())

    def _agreement(self) -> float | None:
        """None where neither has a garment."""
        seen = is_part(self._second.parts, *GARMENTS) & self._region
        new = self._new & self._region
        either = np.count_nonzero(seen | new)
        return float(np.count_nonzero(seen & new) / either) if either else None

    # Pictures.

    @cached_property
    def _lab(self) -> Colours:
        return lab_of(self._finished)

    @cached_property
    def _lab_before(self) -> Colours:
        return lab_of(self._person.photo.pixels)

    def drawn(self) -> Pixels:
        """The finished picture, dimmed, with what was found."""
        picture = (self._finished * DIMMED).astype(np.uint8)
        picture[self.skin & ~inner(self.skin)] = BLUE
        picture[self.islands[0] | self.holes[0]] = YELLOW
        picture[self.left] = RED
        return picture


def inner(mask: Mask) -> Mask:
    """The mask without `EDGE` pixels along its border."""
    return cv2.erode(mask.astype(np.uint8), disc(EDGE)) > 0


def outline_length(mask: Mask, where: Mask) -> float:
    """Pixels along all outlines of a mask, holes' as well, as far as they lie in `where`.

    Each closed line of border pixels is smoothed along itself by `STAIRS` before it is measured:
    a slanted edge is not longer than an upright one for being drawn in steps.
    """
    lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    total, around = 0.0, round(4 * STAIRS)
    for line in lines:
        points = np.pad(line.astype(np.float32), ((around, around), (0, 0), (0, 0)), mode="wrap")
        smooth = cv2.GaussianBlur(points, (1, 2 * around + 1), STAIRS)  # x and y are channels
        smooth = smooth.reshape(-1, 2)[around : around + len(line)]
        steps = np.linalg.norm(smooth - np.roll(smooth, -1, 0), axis=1)
        total += float(steps[where[line[:, 0, 1], line[:, 0, 0]]].sum())
    return total


def _pieces(mask: Mask, of: Mask, connectivity: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of a mask's separate pieces from 1, 0 elsewhere, and how many pixels of `of` are in
    each; of piece 0 none."""
    count, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=connectivity)
    areas = np.bincount(pieces[of], minlength=count)
    areas[0] = 0
    return pieces, areas


def _dilated(mask: Mask, radius: float) -> Mask:
    return cv2.dilate(mask.astype(np.uint8), disc(radius)) > 0


def _middle(lab: Colours, place: Mask) -> np.ndarray | None:
    """(3,) the median colour, None of too few pixels."""
    return np.median(lab[place], axis=0) if np.count_nonzero(place) >= LEAST else None


def _apart(lab: Colours, other: np.ndarray) -> np.ndarray:
    """(H, W) CIE76 between a picture and another picture or a colour."""
    return np.linalg.norm(lab - other.astype(np.float32), axis=-1)


# --- the sheet -----------------------------------------------------------------------------------


def _tiles(*pictures: Pixels) -> Pixels:
    """Person, garment, finished and marks side by side; white for those that there are not."""
    size = TILE[::-1]
    tiles = [cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in pictures]
    tiles += [np.full((*TILE, 3), 255, np.uint8)] * (4 - len(tiles))
    return np.hstack(tiles).astype(np.uint8, copy=False)


def _sheet(rows: list[Pixels]) -> Pixels:
    """`ACROSS` pairs side by side."""
    blank = np.full_like(rows[0], 255)
    padded = rows + [blank] * (-len(rows) % ACROSS)
    return np.vstack([np.hstack(padded[i : i + ACROSS]) for i in range(0, len(padded), ACROSS)])
