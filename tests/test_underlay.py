"""The body without the old garment: what is painted, in which colours, and what is left alone."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from figures import standing_person

from tryon.compose.underlay import _as_wide, _beside_bared, _between, underlay
from tryon.core.types import Kind, Part, Person, Photo, Pose
from tryon.person.regions import edit_region

WALL = (150, 160, 150)
CLOTH = (30, 60, 160)
JEANS = (60, 60, 70)
LIGHT_SKIN, DARK_SKIN = (225, 180, 155), (95, 60, 45)


def dressed(skin=LIGHT_SKIN, sleeve: int = 44, leg: int = 0) -> Person:
    """The standing figure in a long-sleeved top, coloured by part.

    sleeve: width of the sleeves in pixels, 0 = bare arms. leg: width of the trouser legs, 0 = as
    the figure has them."""
    person = standing_person()
    parts = person.parts.copy()
    marks = person.landmarks[:, :2]
    for chain, label in (
        ((Pose.LEFT_SHOULDER, Pose.LEFT_ELBOW, Pose.LEFT_WRIST), Part.LEFT_ARM),
        ((Pose.RIGHT_SHOULDER, Pose.RIGHT_ELBOW, Pose.RIGHT_WRIST), Part.RIGHT_ARM),
    ):
        if not sleeve:
            continue
        keep = np.isin(parts, (Part.LEFT_HAND, Part.RIGHT_HAND))
        drawn = np.zeros_like(parts)
        cv2.polylines(drawn, [np.int32(marks[list(chain)])], False, 1, sleeve)
        drawn[int(marks[chain[2], 1]) :] = 0  # the cuff ends at the wrist
        parts[((drawn > 0) | (parts == label)) & ~keep] = Part.UPPER
    if leg:
        for hip, ankle in ((Pose.LEFT_HIP, Pose.LEFT_ANKLE), (Pose.RIGHT_HIP, Pose.RIGHT_ANKLE)):
            drawn = np.zeros_like(parts)
            cv2.polylines(drawn, [np.int32(marks[[hip, ankle]])], False, 1, leg)
            parts[(drawn > 0) & (parts == 0)] = Part.TROUSERS
    colours = {
        Part.BACKGROUND: WALL,
        Part.UPPER: CLOTH,
        Part.TROUSERS: JEANS,
        Part.HAIR: (40, 30, 25),
        Part.SHOES: (240, 240, 240),
    }
    table = np.full((256, 3), skin, np.uint8)
    for part, colour in colours.items():
        table[part] = colour
    silhouette = parts > 0
    return Person(
        photo=Photo(table[parts]),
        landmarks=person.landmarks,
        world=person.world,
        silhouette=silhouette,
        matte=(silhouette * 255).astype(np.uint8),
        parts=parts,
        hands=person.hands,
        box=person.box,
        others=person.others,
    )


def whole(person: Person) -> tuple[int, int, int, int]:
    return 0, 0, person.photo.width, person.photo.height


def torso_cover(person: Person) -> np.ndarray:
    """A sleeveless garment over the trunk."""
    cover = np.zeros(person.photo.size, np.uint8)
    corners = [Pose.LEFT_SHOULDER, Pose.LEFT_HIP, Pose.RIGHT_HIP, Pose.RIGHT_SHOULDER]
    path = np.int32(person.landmarks[corners, :2] + [[-8, 0], [14, 20], [-14, 20], [8, 0]])
    return cv2.fillPoly(cover, [path], 255)


@pytest.mark.parametrize("skin", [LIGHT_SKIN, DARK_SKIN])
def test_a_long_sleeve_becomes_an_arm_in_the_skin_of_the_hand(skin):
    person = dressed(skin)
    body = underlay(person, Kind.UPPER, torso_cover(person), whole(person))
    for elbow, wrist in (
        (Pose.LEFT_ELBOW, Pose.LEFT_WRIST),
        (Pose.RIGHT_ELBOW, Pose.RIGHT_WRIST),
    ):
        x, y = ((person.point(elbow) + person.point(wrist)) / 2).astype(int)
        painted = body.pixels[y, x].astype(int)
        assert np.abs(painted - skin).max() < 30
    assert body.skin_painted


def test_an_arm_is_slimmer_than_its_wide_sleeve():
    person = dressed(sleeve=60)
    body = underlay(person, Kind.UPPER, torso_cover(person), whole(person))
    x, y = ((person.point(Pose.LEFT_ELBOW) + person.point(Pose.LEFT_WRIST)) / 2).astype(int)
    row = body.pixels[y, x - 45 : x + 60].astype(int)
    as_skin = np.abs(row - LIGHT_SKIN).max(-1) < 60
    as_wall = np.abs(row - WALL).max(-1) < 8
    assert 12 < as_skin.sum() < 40  # pixels across; the sleeve is 60 wide
    assert as_wall.any()


def test_nothing_of_the_old_sleeve_is_left():
    person = dressed(sleeve=60)
    cover = torso_cover(person)
    body = underlay(person, Kind.UPPER, cover, whole(person))
    opened = (cover == 0) & (np.arange(person.photo.height)[:, None] > 190)
    opened &= person.parts == Part.UPPER
    blue = body.pixels[..., 2].astype(int) - body.pixels[..., 0]
    assert (blue[opened] > 60).mean() < 0.01


def test_hands_face_hair_and_everything_else_are_the_photos():
    person = dressed()
    body = underlay(person, Kind.UPPER, torso_cover(person), whole(person))
    same = (body.pixels == person.photo.pixels).all(-1)
    assert same[~body.changed].all()
    assert not (body.changed & np.isin(person.parts, (1, 2, 15, 16))).any()
    assert not (body.changed & (person.parts == Part.SHOES)).any()


def test_a_covered_garment_needs_no_paint():
    person = dressed()
    cover = np.full(person.photo.size, 255, np.uint8)
    body = underlay(person, Kind.UPPER, cover, whole(person))
    assert not body.changed.any()
    assert np.array_equal(body.pixels, person.photo.pixels)
    assert not body.skin_painted


def test_trousers_become_legs_with_the_wall_between_them():
    person = dressed(leg=70)
    cover = np.zeros(person.photo.size, np.uint8)
    cover[300:400] = 255  # shorts
    body = underlay(person, Kind.LOWER, cover, whole(person))
    for hip, knee in ((Pose.LEFT_KNEE, Pose.LEFT_ANKLE), (Pose.RIGHT_KNEE, Pose.RIGHT_ANKLE)):
        x, y = ((person.point(hip) + person.point(knee)) / 2).astype(int)
        assert np.abs(body.pixels[y, x].astype(int) - LIGHT_SKIN).max() < 35
    x, y = ((person.point(Pose.LEFT_ANKLE) + person.point(Pose.RIGHT_ANKLE)) / 2).astype(int)
    assert np.abs(body.pixels[y - 60, x].astype(int) - WALL).max() < 12


def test_trousers_go_up_to_the_hem_of_a_shorter_top():
    person = dressed(sleeve=0)
    cover = torso_cover(person)
    cover[300:] = 0  # ends above the old hem
    body = underlay(person, Kind.UPPER, cover, whole(person))
    x = int(person.landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 0].mean())
    assert edit_region(person, Kind.UPPER)[318, x]
    assert np.abs(body.pixels[318, x].astype(int) - JEANS).max() < 15


def test_an_open_jacket_lets_the_top_be():
    person = dressed(sleeve=0)
    body = underlay(
        person, Kind.UPPER, np.zeros(person.photo.size, np.uint8), whole(person), inner_stays=True
    )
    assert body.kept == {Part.UPPER}
    x, y = person.landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_HIP], :2].mean(0).astype(int)
    assert tuple(body.pixels[y, x]) == CLOTH


def test_a_crossing_arm_is_bared_and_reported_in_front():
    person = dressed()
    cover = np.full(person.photo.size, 255, np.uint8)
    crossing = np.zeros(person.photo.size, bool)
    x, y = person.point(Pose.LEFT_WRIST).astype(int)
    crossing[y - 60 : y, x - 30 : x + 30] = person.parts[y - 60 : y, x - 30 : x + 30] == Part.UPPER
    body = underlay(person, Kind.UPPER, cover, whole(person), crossing=crossing)
    left, right = body.arms
    assert left.max() == 1
    assert not right.any()
    assert np.abs(body.pixels[y - 30, x - 3].astype(int) - LIGHT_SKIN).max() < 35


def test_the_same_input_gives_the_same_bytes():
    person = dressed()
    first, second = (
        underlay(person, Kind.UPPER, torso_cover(person), whole(person)).pixels for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_a_top_is_seen_between_a_jackets_fronts_only():
    picture = np.array([list(row) for row in ("..tttt..", "tJJttJJt", "JtJttJJJ", "JJJJJJJJ")])
    cover, open_ = picture == "J", picture == "t"
    middle = np.array([0, 0, 0, 1, 1, 0, 0, 0], bool)
    wanted = (
        np.array([list(row) for row in ("..tttt..", "....t...", "........", "........")]) == "t"
    )
    wanted[1:3, 3:5] = True
    np.testing.assert_array_equal(_between(open_, cover, middle), wanted)


@pytest.mark.parametrize("row", [260, 300])
def test_no_belly_is_seen_beside_a_slim_front(row):
    person = dressed(sleeve=0)
    cover = torso_cover(person)
    x = int(person.landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 0].mean())
    edges = np.flatnonzero(person.parts[row] == Part.UPPER)[[0, -1]]
    slim = cover.copy()
    slim[240:, : x - 25] = slim[240:, x + 25 :] = 0
    body = underlay(person, Kind.UPPER, slim, whole(person))
    for beside in (edges[0] + 4, edges[1] - 4):
        assert abs(beside - x) > 29
        assert np.abs(body.pixels[row, beside].astype(int) - WALL).max() < 15


@pytest.mark.parametrize("bare", [True, False])
def test_shoulders_above_an_off_shoulder_top_are_skin(bare):
    person = dressed()
    marks = person.landmarks[:, :2]
    cover = torso_cover(person)
    for side in ("LEFT", "RIGHT"):
        shoulder, elbow = marks[Pose[f"{side}_SHOULDER"]], marks[Pose[f"{side}_ELBOW"]]
        line = np.int32([shoulder + share * (elbow - shoulder) for share in (0.0, 0.9)])
        cv2.polylines(cover, [line], False, 255, 44)
    top = int(marks[Pose.LEFT_SHOULDER, 1])
    if bare:
        cover[: top + 22] = 0
    painted = underlay(person, Kind.UPPER, cover, whole(person))
    x, y = np.int32(marks[Pose.LEFT_SHOULDER] + np.float32([-4, 2]))
    apart = np.abs(painted.pixels[y - 3 : y + 4, x - 3 : x + 4].astype(int) - LIGHT_SKIN).max(-1)
    assert (apart.mean() < 40) == bare


def test_how_near_skin_is_to_what_is_bared():
    bared = np.zeros((9, 30), bool)
    bared[:, 0] = True
    share = _beside_bared(bared, 6)
    np.testing.assert_allclose(share[4, :7], 1)
    assert 0.3 < share[4, 9] < 0.7
    assert (np.diff(share[4]) <= 0).all()
    np.testing.assert_allclose(share[4, 13:], 0)
    assert not _beside_bared(np.zeros((4, 4), bool), 6).any()


CUFF = 240  # the row in which short sleeves end


def in_shaded_short_sleeves() -> tuple[Person, np.ndarray]:
    """A figure in sleeves that end in a level line above the elbows, with a shadow on the skin
    below them, (H, W) bool."""
    person = dressed(sleeve=0)
    parts, pixels = person.parts.copy(), person.photo.pixels.copy()
    arms = np.isin(parts, (Part.LEFT_ARM, Part.RIGHT_ARM))
    rows = np.arange(person.photo.height)[:, None]
    sleeves = arms & (rows < CUFF)
    parts[sleeves], pixels[sleeves] = Part.UPPER, CLOTH
    shadow = arms & (rows >= CUFF) & (rows < CUFF + 5)
    pixels[shadow] = np.multiply(LIGHT_SKIN, 0.6)
    return replace(person, parts=parts, photo=Photo(pixels)), shadow


@pytest.mark.parametrize("shorter", [0, 25])
def test_a_shadow_on_the_skin_stays_where_the_new_garment_ends_with_the_old(shorter):
    person, shadow = in_shaded_short_sleeves()
    cover = np.where(person.parts == Part.UPPER, np.uint8(255), np.uint8(0))
    end = slice(CUFF - shorter, CUFF)
    cover[end, 255:] = 0  # the other sleeve goes as far as the old one
    body = underlay(person, Kind.UPPER, cover, whole(person))
    same = (body.pixels == person.photo.pixels).all(-1)
    if not shorter:
        skin = np.isin(person.parts, (Part.NECK, Part.LEFT_ARM, Part.RIGHT_ARM))
        assert same[skin].all()
        return
    assert same[shadow & (person.parts == Part.RIGHT_ARM)].all()
    lighter = body.pixels.astype(int).sum(-1) - person.photo.pixels.astype(int).sum(-1)
    assert np.median(lighter[shadow & (person.parts == Part.LEFT_ARM)]) > 60
    bared = body.pixels[CUFF - 15 : CUFF - 5, 262:268].astype(int)
    assert np.abs(bared - LIGHT_SKIN).max() < 40


@pytest.mark.parametrize("behind", [False, True])
def test_trousers_are_no_narrower_above_where_they_are_seen(behind):
    waist, level = 100.0, 140
    left = np.column_stack([np.full(5, 80.0), np.linspace(waist, 180, 5)])
    right = np.column_stack([np.full(5, 40.0), np.linspace(waist, 180, 5)])
    if behind:
        left, right = right, left
    band = np.zeros((8, 120), bool)
    band[:, 30:100] = True  # as seen there: 10 wider to one side, 20 to the other
    sides = _as_wide(left, right, band, level)
    west, east = sides if behind else sides[::-1]
    at = np.interp([waist, level - 20, level], east[:, 1], east[:, 0])
    np.testing.assert_allclose(at, [80, 89.75, 99.5])
    at = np.interp([waist, level - 20, level], west[:, 1], west[:, 0])
    np.testing.assert_allclose(at, [40, 34.75, 29.5])
    narrow = _as_wide(left, right, np.eye(8, 120, 60, dtype=bool), level)
    np.testing.assert_array_equal(narrow, (left, right))
