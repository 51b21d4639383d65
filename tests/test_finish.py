"""Faults of finished try-ons: drawn pictures with one fault each, for which the answer is known."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from figures import flat_tee, standing_person
from PIL import Image

from tryon.core.errors import TryOnError
from tryon.core.frame import Fit
from tryon.core.types import Composite, Draft, Layer, Part, Person, Photo, Prompt, Result
from tryon.evaluation import finish
from tryon.evaluation.finish import (
    AHEAD,
    MEASURES,
    Faults,
    Finish,
    Look,
    evaluate_finish,
    outline_length,
    table,
    unpaired,
)

SKIN, PINK, OLD, NEW = (190, 150, 120), (220, 120, 150), (40, 60, 160), (60, 140, 70)
GREY, TROUSERS = (128, 128, 128), (60, 50, 45)
TOP = (Part.UPPER, Part.OUTERWEAR, Part.DRESS)
LOWER_ARM = np.s_[270:325, :140]  # of the right arm, beside the trunk

# Delta E of a* and b* between SKIN and PINK, by the formulas of CIE 15 (D65, two degrees).
SKIN_TO_PINK = 37.3


def wearer(pixels=None, parts=None) -> Person:
    """The drawn figure: grey background, blue top, skin, dark trousers."""
    person = standing_person()
    if parts is None:
        parts = person.parts
    if pixels is None:
        pixels = painted(parts)
    return replace(person, photo=Photo(pixels), parts=parts)


def painted(parts, top=OLD) -> np.ndarray:
    pixels = np.full((*parts.shape, 3), GREY, np.uint8)
    pixels[parts > 0] = SKIN
    pixels[np.isin(parts, TOP)] = top
    pixels[np.isin(parts, (Part.TROUSERS, Part.SHOES))] = TROUSERS
    return pixels


def result_of(person: Person, finished: np.ndarray, new: np.ndarray, region=None) -> Result:
    if region is None:
        region = (finished != person.photo.pixels).any(-1) | new
    nothing = np.zeros((8, 8), np.float32)
    return Result(
        photo=Photo(finished),
        region=region,
        confidence=1.0,
        remarks=(),
        seconds={},
        person=person,
        garment=flat_tee(),
        prompt=Prompt(),
        draft=Draft(
            Fit(1.0, 0.0, 0.0, (8, 8), (8, 8)),
            (Layer(np.zeros((8, 8, 2), np.float32), nothing),),
            nothing > 0,
            np.zeros((23, 3), np.float32),
        ),
        composite=Composite(
            Photo(finished), region, person.photo.pixels, np.where(new, 255, 0).astype(np.uint8)
        ),
    )


def looked(finished=None, new=None, second=None, person=None, region=None) -> Look:
    """A look at a try-on which is faultless in what is not given."""
    person = person or wearer()
    if new is None:
        new = person.parts == Part.UPPER
    if finished is None:
        finished = painted(person.parts)
        finished[new] = NEW
    parts = person.parts if second is None else second
    return Look(result_of(person, finished, new, region), wearer(finished, parts))


# --- a faultless picture ---------------------------------------------------------------------


def test_a_faultless_try_on_has_no_faults():
    person = wearer()
    everywhere = np.isin(person.parts, (*TOP, Part.NECK, Part.LEFT_ARM, Part.RIGHT_ARM))
    faults = looked(region=everywhere).faults()
    assert faults.skin == pytest.approx(0, abs=0.01)
    assert faults.limb == pytest.approx(0, abs=0.01)
    assert faults.bare == pytest.approx(0, abs=0.01)
    assert (faults.left, faults.islands, faults.holes, faults.agreement) == (0, 0, 0, 1)


# --- skin ------------------------------------------------------------------------------------


def test_a_pink_arm_is_found():
    person = wearer()
    finished = painted(person.parts, NEW)
    finished[person.parts == Part.LEFT_ARM] = PINK
    faults = looked(finished).faults()
    assert faults.skin == pytest.approx(SKIN_TO_PINK, abs=0.5)
    assert faults.limb == pytest.approx(SKIN_TO_PINK, abs=0.5)
    assert faults.bare == pytest.approx(0, abs=0.01)


def test_one_pink_arm_of_two_and_a_neck_is_found():
    """The median of all skin does not see it, the farthest of the limbs does."""
    person = wearer()
    finished = painted(person.parts, NEW)
    finished[person.parts == Part.LEFT_ARM] = PINK
    region = np.isin(person.parts, (*TOP, Part.NECK, Part.LEFT_ARM, Part.RIGHT_ARM))
    faults = looked(finished, region=region).faults()
    assert faults.skin == pytest.approx(0, abs=0.01)
    assert faults.limb == pytest.approx(SKIN_TO_PINK, abs=0.5)


def test_skin_outside_the_region_or_below_the_garment_is_not_looked_at():
    person = wearer()
    finished = painted(person.parts, NEW)
    arm = person.parts == Part.LEFT_ARM
    finished[arm] = PINK
    top = person.parts == Part.UPPER
    assert looked(finished, region=top).faults().skin is None
    assert looked(finished, new=top | arm, region=top | arm).faults().skin is None


def test_a_darker_arm_is_of_the_same_hue():
    """In shadow, a* and b* fall less than half as much as L*: it is not taken for another hue."""
    person = wearer()
    finished = painted(person.parts, NEW)
    finished[person.parts == Part.LEFT_ARM] = np.multiply(SKIN, 0.8)
    faults = looked(finished).faults()
    assert faults.skin < 5


def test_what_bare_arms_were_before_is_the_baseline():
    person = wearer()
    pixels = painted(person.parts)
    pixels[person.parts == Part.RIGHT_ARM] = PINK
    person = wearer(pixels, person.parts)
    faults = looked(person=person).faults()
    assert faults.bare == pytest.approx(SKIN_TO_PINK, abs=0.5)
    assert faults.skin == pytest.approx(0, abs=0.01)  # the finished arm has the face's hue


# --- the old garment -------------------------------------------------------------------------


def long_sleeved() -> Person:
    """The right forearm is in a sleeve of the old garment."""
    parts = standing_person().parts.copy()
    forearm = parts[LOWER_ARM]
    forearm[forearm == Part.RIGHT_ARM] = Part.UPPER
    return wearer(painted(parts), parts)


def without_sleeve(person: Person) -> tuple[np.ndarray, np.ndarray]:
    """The new garment's place, and the parts after dressing: a bare forearm."""
    new = person.parts == Part.UPPER
    new[LOWER_ARM] = False
    return new, standing_person().parts


def test_a_cuff_that_was_left_is_found():
    person = long_sleeved()
    new, parts = without_sleeve(person)
    clean = painted(parts, NEW)
    assert looked(clean, new, parts, person).faults().left == 0
    cuff = clean.copy()
    cuff[LOWER_ARM] = person.photo.pixels[LOWER_ARM]
    look = looked(cuff, new, person.parts, person)
    sleeve = finish.inner(person.parts == Part.UPPER)
    sleeve[:270] = False
    sleeve[:, 140:] = False
    assert np.array_equal(look.left, sleeve)
    above_the_hips = np.count_nonzero(look.old)
    assert look.faults().left == pytest.approx(np.count_nonzero(sleeve) / above_the_hips)
    assert look.faults().left > 0.02
    assert (look.drawn()[look.left] == finish.RED).all()


def test_an_arm_in_the_old_garments_colour_is_found_though_no_pixel_is_as_it_was():
    person = long_sleeved()
    pixels = person.photo.pixels.copy()
    pixels[LOWER_ARM][person.parts[LOWER_ARM] == Part.UPPER] = (20, 120, 210)  # another sleeve
    person = wearer(pixels, person.parts)
    new, parts = without_sleeve(person)
    finished = painted(parts, NEW)
    finished[LOWER_ARM][parts[LOWER_ARM] == Part.RIGHT_ARM] = OLD
    assert looked(finished, new, parts, person).faults().left > 0.02
    # Where a garment is seen, it is not the old one for its colour alone.
    assert looked(finished, new, person.parts, person).faults().left == 0


def test_what_the_new_garment_covers_is_not_left():
    person = wearer()
    assert looked(painted(person.parts, OLD)).faults().left == 0


def test_a_garment_in_the_backgrounds_colour_cannot_be_judged():
    parts = standing_person().parts
    person = wearer(painted(parts, GREY), parts)
    new = parts == Part.UPPER
    new[LOWER_ARM] = False
    assert looked(painted(parts, GREY), new, person=person).faults().left is None


# --- the outline -----------------------------------------------------------------------------


def torn(mask: np.ndarray, depth: int) -> np.ndarray:
    """Every other four pixels of the mask's left edge cut away."""
    result = mask.copy()
    for y in range(mask.shape[0]):
        (xs,) = np.nonzero(mask[y])
        if len(xs) and (y // 4) % 2:
            result[y, xs[0] : xs[0] + depth] = False
    return result


def rounded() -> np.ndarray:
    """A garment without a corner, as long as the drawn top."""
    mask = np.zeros((800, 400), np.uint8)
    return cv2.ellipse(mask, (200, 250), (60, 90), 0, 0, 360, 1, -1) > 0


def test_a_torn_outline_is_above_a_smooth_one():
    smooth = rounded()
    values = [looked(new=torn(smooth, depth)).faults().ragged for depth in (0, 3, 6)]
    assert values[0] == pytest.approx(1, abs=0.01)
    assert values[1] > values[0] + 0.03
    assert values[2] > values[1] + 0.1


def test_hairs_outline_is_not_the_garments():
    smooth = rounded()
    bitten = torn(smooth, 8)
    hair = wearer().parts.copy()
    hair[smooth & ~bitten] = Part.HAIR
    faults = looked(new=bitten, second=hair).faults()
    assert faults.ragged == pytest.approx(1, abs=0.03)
    assert looked(new=bitten).faults().ragged > faults.ragged + 0.1


@pytest.mark.parametrize("degrees", [0, 20, 45])
def test_the_length_of_an_outline_does_not_depend_on_the_way_it_runs(degrees):
    corners = cv2.boxPoints(((200, 200), (200, 100), degrees))
    mask = cv2.fillPoly(np.zeros((400, 400), np.uint8), [np.round(corners).astype(int)], 1) > 0
    everywhere = np.ones_like(mask)
    assert outline_length(mask, everywhere) == pytest.approx(600, rel=0.03)
    half = everywhere.copy()
    half[:, 200:] = False
    assert outline_length(mask, half) == pytest.approx(300, rel=0.05)


# --- islands and holes -----------------------------------------------------------------------


def spotted(*places, of: bool) -> np.ndarray:
    """The top's mask with squares (y, x, side) added or cut out."""
    mask = wearer().parts == Part.UPPER
    for y, x, side in places:
        mask[y : y + side, x : x + side] = of
    return mask


def test_islands_are_counted_specks_are_not():
    assert looked(new=spotted((100, 40, 12), (400, 330, 10), of=True)).faults().islands == 2
    assert looked(new=spotted((100, 40, 5), of=True)).faults().islands == 0


def test_a_garment_parted_by_hair_is_one_piece():
    mask = wearer().parts == Part.UPPER
    mask[220:232] = False
    assert looked(new=mask).faults().islands == 1
    hair = wearer().parts.copy()
    hair[220:232, 120:280] = Part.HAIR
    assert looked(new=mask, second=hair).faults().islands == 0


def test_holes_are_counted_but_not_those_that_are_filled():
    places = (220, 170, 12), (260, 200, 12)
    mask = spotted(*places, (300, 200, 5), of=False)
    assert looked(new=mask).faults().holes == 2
    for part in (Part.LEFT_HAND, Part.HAIR, Part.RIGHT_ARM):
        second = wearer().parts.copy()
        second[220:232, 170:182] = part
        assert looked(new=mask, second=second).faults().holes == 1
    second[260:272, 200:212] = Part.NECK  # a hole in which the chest shows
    assert looked(new=mask, second=second).faults().holes == 1


def test_the_gap_between_an_arm_and_the_trunk_is_no_hole():
    parts = wearer().parts.copy()
    parts[220:240, 170:190] = Part.BACKGROUND
    person = wearer(painted(parts), parts)
    new = parts == Part.UPPER
    assert looked(new=new, person=person).faults().holes == 0
    seen_before = wearer()  # where the photo showed the body, background is a hole
    assert looked(new=new, person=seen_before, second=parts).faults().holes == 1


# --- agreement -------------------------------------------------------------------------------


def test_agreement_is_intersection_over_union_inside_the_region():
    person = wearer()
    new = person.parts == Part.UPPER
    half = person.parts.copy()
    half[np.arange(800) >= 250] = Part.BACKGROUND
    expected = np.count_nonzero(new[:250]) / np.count_nonzero(new)
    assert looked(new=new, second=half).faults().agreement == pytest.approx(expected)
    beyond = person.parts.copy()
    beyond[500:600] = Part.UPPER
    assert looked(new=new, second=beyond).faults().agreement == 1
    assert (
        looked(new=new, second=beyond, region=new | (beyond == Part.UPPER)).faults().agreement < 1
    )


# --- all pairs -------------------------------------------------------------------------------


def write_pairs(folder, count: int):
    """Garments of one colour each, by number."""
    for part in ("person", "cloth"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        for part, colour in (("person", (90, 90, 90)), ("cloth", (10 * number, 200, 0))):
            picture = Image.new("RGB", (48, 64), colour)
            picture.save(folder / part / f"{29 * number:06d}.png")
            (folder / part / f"{29 * number:06d}.png").rename(
                folder / part / f"{29 * number:06d}.jpg"
            )
    return folder


class Room:
    """A fitting room that always makes the same picture; refuses and fails on demand."""

    def __init__(self, refused=(), failed=()) -> None:
        self.garments: list[int] = []
        self.refused, self.failed = refused, failed

    def __call__(self, person, garment, *, kind):
        assert kind == "upper"
        assert person.size == (192, 144)
        self.garments.append(int(garment.pixels[0, 0, 0]) // 10)
        if len(self.garments) in self.refused:
            raise TryOnError("no_person")
        body = wearer()
        return result_of(body, painted(body.parts, NEW), body.parts == Part.UPPER)

    def analyse(self, photo):
        if len(self.garments) in self.failed:
            raise TryOnError("no_person")
        return wearer(photo.pixels)


def test_everybody_gets_the_garment_of_another_pair(tmp_path):
    data = write_pairs(tmp_path / "data", 10)
    taken = [(key, int(garment[0, 0, 0]) // 10) for key, _, garment in unpaired(data)]
    assert taken == [(f"{29 * i:06d}", (i + AHEAD) % 10) for i in range(10)]
    assert [key for key, _, _ in unpaired(data, 2)] == ["000000", "000029"]
    assert int(unpaired(data, 2)[1][2][0, 0, 0]) // 10 == 1 + AHEAD
    with pytest.raises(TryOnError, match="more than 7 are needed"):
        unpaired(write_pairs(tmp_path / "few", AHEAD))
    with pytest.raises(TryOnError, match="no folder"):
        unpaired(tmp_path / "nowhere")


def test_the_report_and_the_sheet(tmp_path):
    lines: list[str] = []
    room = Room(refused=(2,), failed=(3,))
    found = evaluate_finish(room, write_pairs(tmp_path / "data", 12), 4, lines.append)
    assert room.garments == [7, 8, 9, 10]
    assert list(found.faults) == ["000000", "000087"]
    assert (found.pairs, found.refused, found.failed) == (4, {"no_person": 1}, {"no_person": 1})
    assert lines[0].startswith("000000: skin -, limb -, bare 0.0, left 0.0%, ragged 1.")
    assert lines[1:3] == ["000029: refused, no_person", "000058: failed, no_person"]
    height, width = finish.TILE
    assert found.sheet.shape == (2 * height, 8 * width, 3)
    assert (found.sheet[:height, 6 * width :] == 255).all()  # refused: person and garment alone
    assert (found.sheet[height:, 3 * width : 4 * width] == 255).all()  # failed: no marks
    assert tuple(found.sheet[10, width + 10]) == (70, 200, 0)
    plain = found.as_json()
    assert (plain["pairs"], plain["measured"]) == (4, 2)
    assert plain["agreement"] == {"mean": 1.0, "p10": 1.0, "of": 2}
    assert plain["skin"] == {"mean": None, "p90": None, "of": 0}
    assert dict(zip(plain["measures"], plain["cases"]["000087"], strict=True))["islands"] == 0
    found.write_sheet(tmp_path / "sheet.png")
    assert np.array_equal(np.array(Image.open(tmp_path / "sheet.png")), found.sheet)


def test_means_and_tails_leave_out_what_was_not_measured():
    some = Faults(4.0, 4.0, 2.0, 0.1, 1.1, 0, 0, 0.9)
    cases = {str(i): replace(some, skin=None if i else 8.0, islands=i) for i in range(11)}
    found = Finish(cases, {}, {}, np.zeros((1, 1, 3), np.uint8))
    assert found.figures("skin") == {"mean": 8.0, "p90": 8.0, "of": 1}
    assert found.figures("islands") == {"mean": 5.0, "p90": 9.0, "of": 11}
    better = {str(i): replace(some, agreement=i / 10) for i in range(11)}
    found = Finish(better, {}, {}, found.sheet)
    assert found.figures("agreement") == {"mean": 0.5, "p10": 0.1, "of": 11}
    rows = table(found)
    assert [row[0] for row in rows] == ["", *MEASURES]
    assert rows[-1] == ("agreement", "50.0%", "10.0%", "11")
