"""Body analysis: geometry on literal points, regions on drawn people, then the real models."""

import hashlib
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from native import without_native_remarks

from tryon.core.errors import TryOnError
from tryon.core.types import Kind, Limb, Part, Person, Photo, Pose
from tryon.core.weights import WEIGHTS
from tryon.person.analyser import BodyAnalyser, _matte
from tryon.person.body import body_unit, capsule_distance, capsule_mask, face_of
from tryon.person.parts import agreed, parts_of
from tryon.person.pose import Body, PoseFinder, _distinct, _sane, is_inside, working_copy
from tryon.person.regions import (
    arm_mask,
    edit_region,
    in_front,
    is_part,
    leg_mask,
    skin_colour,
    soft_edges,
    torso_coordinates,
)

PEOPLE = Path(__file__).parent.parent / "assets" / "people"

SKIN, HAIR, TEE, JEANS = (196, 146, 118), (38, 28, 24), (235, 235, 232), (44, 66, 120)
WALL = (120, 150, 130)

# A figure 260 high on a picture of 300 x 160, facing us: x of the middle is 80.
FIGURE = {
    Pose.NOSE: (80, 45),
    Pose.LEFT_EYE: (86, 39),
    Pose.RIGHT_EYE: (74, 39),
    Pose.LEFT_EAR: (93, 42),
    Pose.RIGHT_EAR: (67, 42),
    Pose.MOUTH_LEFT: (84, 52),
    Pose.MOUTH_RIGHT: (76, 52),
    Pose.LEFT_SHOULDER: (104, 78),
    Pose.RIGHT_SHOULDER: (56, 78),
    Pose.LEFT_ELBOW: (112, 112),
    Pose.RIGHT_ELBOW: (48, 112),
    Pose.LEFT_WRIST: (115, 142),
    Pose.RIGHT_WRIST: (45, 142),
    Pose.LEFT_HIP: (94, 146),
    Pose.RIGHT_HIP: (66, 146),
    Pose.LEFT_KNEE: (96, 202),
    Pose.RIGHT_KNEE: (64, 202),
    Pose.LEFT_ANKLE: (97, 262),
    Pose.RIGHT_ANKLE: (63, 262),
    Pose.LEFT_HEEL: (97, 268),
    Pose.RIGHT_HEEL: (63, 268),
    Pose.LEFT_FOOT: (101, 274),
    Pose.RIGHT_FOOT: (59, 274),
}
for knuckle, x, y in (("INDEX", 1, 12), ("PINKY", 4, 11), ("THUMB", -3, 8)):
    FIGURE[Pose[f"LEFT_{knuckle}"]] = (115 + x, 142 + y)
    FIGURE[Pose[f"RIGHT_{knuckle}"]] = (45 - x, 142 + y)
SHAPE = (300, 160)


def figure_landmarks() -> np.ndarray:
    landmarks = np.full((33, 3), 0.0, np.float32)
    for index, point in FIGURE.items():
        landmarks[index] = (*point, 1.0)
    for index, near in ((1, 2), (3, 2), (4, 5), (6, 5)):  # corners of the eyes
        landmarks[index] = landmarks[near]
    return landmarks


def drawn_figure(top=TEE, bottom=JEANS, skin=SKIN, hair=HAIR) -> tuple[np.ndarray, np.ndarray]:
    """A short-sleeved figure with shoulder-length hair: picture and silhouette."""
    picture = np.full((*SHAPE, 3), WALL, np.uint8)
    where = np.zeros(SHAPE, np.uint8)

    def limb(names, width, colour):
        points = np.array([FIGURE[name] for name in names], np.int32)
        for canvas, value in ((picture, colour), (where, 1)):
            cv2.polylines(canvas, [points], False, value, width)

    for side in ("LEFT", "RIGHT"):
        limb([Pose[f"{side}_{joint}"] for joint in ("HIP", "KNEE", "ANKLE")], 22, bottom)
        limb([Pose[f"{side}_{joint}"] for joint in ("ANKLE", "HEEL", "FOOT")], 11, (90, 30, 30))
        limb([Pose[f"{side}_{joint}"] for joint in ("SHOULDER", "ELBOW", "WRIST")], 13, skin)
        limb([Pose[f"{side}_WRIST"], Pose[f"{side}_INDEX"]], 11, skin)
    for canvas, value in ((picture, bottom), (where, 1)):
        cv2.fillConvexPoly(
            canvas, np.array([(60, 140), (100, 140), (106, 162), (54, 162)], np.int32), value
        )
    for canvas, value in ((picture, hair), (where, 1)):
        cv2.ellipse(canvas, (80, 42), (22, 27), 0, 0, 360, value, -1)
    for canvas, value in ((picture, skin), (where, 1)):
        cv2.rectangle(canvas, (72, 55), (88, 76), value, -1)
        cv2.ellipse(canvas, (80, 45), (14, 19), 0, 0, 360, value, -1)
    for canvas, value in ((picture, top), (where, 1)):
        shirt = [(68, 72), (92, 72), (108, 76), (102, 144), (58, 144), (52, 76)]
        cv2.fillConvexPoly(canvas, np.array(shirt, np.int32), value)
        for side in ("LEFT", "RIGHT"):
            shoulder, elbow = (np.array(FIGURE[Pose[f"{side}_{j}"]]) for j in ("SHOULDER", "ELBOW"))
            end = tuple(int(v) for v in shoulder + 0.5 * (elbow - shoulder))
            cv2.line(canvas, tuple(int(v) for v in shoulder), end, value, 17)
    noise = np.random.default_rng(1).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8), where.astype(bool)


def person_of(parts: np.ndarray, picture=None, world=None) -> Person:
    silhouette = parts > 0
    picture = np.full((*parts.shape, 3), 128, np.uint8) if picture is None else picture
    rows, columns = np.flatnonzero(silhouette.any(1)), np.flatnonzero(silhouette.any(0))
    return Person(
        photo=Photo(picture),
        landmarks=figure_landmarks(),
        world=np.zeros((33, 3), np.float32) if world is None else world,
        silhouette=silhouette,
        matte=silhouette.astype(np.uint8) * 255,
        parts=parts,
        hands=np.zeros((0, 21, 3), np.float32),
        box=np.array([columns[0], rows[0], columns[-1], rows[-1]], np.float32),
        others=np.zeros((0, 4), np.float32),
    )


@pytest.fixture(scope="module")
def figure() -> Person:
    picture, silhouette = drawn_figure()
    scores = parts_of(picture, figure_landmarks(), silhouette, np.zeros((0, 21, 3), np.float32))
    return person_of(scores.argmax(-1).astype(np.uint8), picture)


def at(parts: np.ndarray, point) -> Part:
    return Part(int(parts[round(float(point[1])), round(float(point[0]))]))


# --- geometry -----------------------------------------------------------------------------


def test_capsule_distance_and_position():
    reach, along = capsule_distance((5, 12), np.array([[2.0, 2], [6, 2], [10, 2]]), (1.0, 1, 2))
    assert reach[2, 4] == 0
    assert along[2, 4] == 0.5
    assert reach[4, 2] == 2
    assert along[2, 8] == 1.5
    assert reach[4, 10] == 1  # the radius grows to 2
    assert reach[2, 0] == 2
    assert along[2, 0] == 0


def test_capsule_mask_is_the_distance_drawn():
    points, radii = np.array([[20.0, 15], [50, 40], [30, 70]]), (9.0, 7, 4)
    mask = capsule_mask((90, 80), points, radii)
    reach, _ = capsule_distance((90, 80), points, radii)
    assert (mask[reach < 0.8]).all()
    assert not mask[reach > 1.2].any()


def test_body_unit_in_front_and_in_profile():
    landmarks = figure_landmarks()
    front = body_unit(landmarks)
    assert front == pytest.approx(48.6, abs=1)
    landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], 0] = 81, 79
    landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 0] = 81, 79
    assert body_unit(landmarks) == pytest.approx(front, rel=0.05)
    landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 2] = 0  # guessed hips prove nothing
    assert body_unit(landmarks) < 5


def test_face_of_the_figure():
    face = face_of(figure_landmarks())
    np.testing.assert_allclose(face.down, [0, 1], atol=1e-6)
    assert 60 < face.chin[1] < 68
    radius = face.radius(SHAPE)
    assert radius[46, 80] < 0.2
    assert radius[20, 80] > 1


def test_landmarks_outside_the_picture_keep_human_proportions():
    landmarks = figure_landmarks()
    landmarks[Pose.LEFT_WRIST] = (900, 700, 0.9)
    landmarks[Pose.LEFT_HIP] = (90, 800, 0.9)
    sane = _sane(landmarks, SHAPE)
    bone = np.linalg.norm(sane[Pose.LEFT_WRIST, :2] - sane[Pose.LEFT_ELBOW, :2])
    assert bone <= 1.3 * 48 + 1e-3
    assert sane[Pose.LEFT_WRIST, 2] <= 0.1
    assert sane[Pose.LEFT_HIP, 1] < 78 + 2.01 * 48
    np.testing.assert_array_equal(sane[Pose.RIGHT_WRIST], landmarks[Pose.RIGHT_WRIST])


def test_second_poses_of_one_person_are_dropped():
    mask = np.zeros((40, 60), np.float32)
    mask[5:35, 5:20] = 1
    other = np.roll(mask, 30, axis=1)
    bodies = [
        Body(figure_landmarks(), np.zeros((33, 3), np.float32), m, head)
        for m, head in ((mask, 0.7), (np.roll(mask, 2, axis=1), 0.9), (other, 0.8))
    ]
    assert [body.head for body in _distinct(bodies)] == [0.9, 0.8]


def test_working_copy_and_is_inside():
    same, scale = working_copy(np.zeros((30, 20, 3), np.uint8), side=40)
    assert (same.shape, scale) == ((30, 20, 3), 1.0)
    small, scale = working_copy(np.zeros((300, 200, 3), np.uint8), side=60)
    assert (small.shape, scale) == ((60, 40, 3), 0.2)
    assert is_inside(np.array([0, 29]), (30, 20))
    assert not is_inside(np.array([20, 5]), (30, 20))
    assert is_inside(np.array([20, 5]), (30, 20), margin=1)


def test_matte_follows_the_edge_in_the_photo():
    picture = np.full((120, 80, 3), (230, 230, 230), np.uint8)
    picture[20:110, 30:50] = (20, 30, 40)
    coarse = np.zeros((60, 40), np.float32)  # half the size, and off by 1.5 pixels of the photo
    coarse[9:56, 14:26] = 1
    landmarks = figure_landmarks() * [0.25, 0.2, 1]
    matte = _matte(
        picture, Body(landmarks.astype(np.float32), np.zeros((33, 3), np.float32), coarse)
    )
    assert matte.shape == (120, 80)
    assert (matte[40:90, 32:48] > 250).all()
    assert (matte[40:90, :29] < 90).all()  # the coarse mask began at 28
    assert (matte[40:90, 51:] < 90).all()  # and ended at 52
    assert (matte[60, 30:50] > 127).sum() == pytest.approx(20, abs=2)


# --- parts --------------------------------------------------------------------------------


@pytest.mark.parametrize("skin", [SKIN, (92, 62, 46), (236, 196, 172)])
@pytest.mark.parametrize("top", [TEE, (20, 20, 24), (120, 30, 60)])
def test_parts_of_a_drawn_figure(skin, top):
    picture, silhouette = drawn_figure(top=top, skin=skin)
    scores = parts_of(picture, figure_landmarks(), silhouette, np.zeros((0, 21, 3), np.float32))
    assert scores.shape == (*SHAPE, 17)
    np.testing.assert_allclose(scores.sum(-1), 1, atol=1e-3)
    parts = scores.argmax(-1)
    assert ((parts > 0) == silhouette).all()
    assert at(parts, (80, 45)) == Part.FACE
    assert at(parts, (80, 22)) == Part.HAIR
    assert at(parts, (80, 100)) == Part.UPPER
    assert at(parts, (108, 92)) == Part.UPPER  # in the sleeve
    assert at(parts, (114, 125)) == Part.LEFT_ARM
    assert at(parts, (46, 125)) == Part.RIGHT_ARM
    assert at(parts, (116, 153)) == Part.LEFT_HAND
    assert at(parts, (96, 200)) == Part.TROUSERS
    assert at(parts, (99, 272)) == Part.SHOES


def test_trained_and_own_parts_agree():
    trained = np.zeros((1, 4, 17), np.float32)
    own = np.zeros((1, 4, 17), np.float32)
    trained[0, 0, Part.BACKGROUND] = own[0, 0, Part.BACKGROUND] = 1
    trained[0, 1, [Part.ACCESSORY, Part.UPPER]] = 0.55, 0.45  # unsure: the other one decides
    own[0, 1, Part.UPPER] = 1
    trained[0, 2, Part.HAIR] = 1  # sure: it stays
    own[0, 2, Part.UPPER] = 1
    trained[0, 3, [Part.OUTERWEAR, Part.UPPER]] = 0.6, 0.4  # a top is no vote against outerwear
    own[0, 3, Part.UPPER] = 1
    scores = agreed(trained, own)
    assert scores.argmax(-1).tolist() == [[Part.BACKGROUND, Part.UPPER, Part.HAIR, Part.OUTERWEAR]]
    np.testing.assert_allclose(scores.sum(-1), 1, atol=1e-5)


# --- regions ------------------------------------------------------------------------------


def test_is_part():
    parts = np.array([[0, 1, 4], [4, 15, 16]], np.uint8)
    np.testing.assert_array_equal(
        is_part(parts, Part.UPPER, Part.LEFT_HAND), [[False, False, True], [True, True, False]]
    )


def test_torso_coordinates(figure):
    down, across = torso_coordinates(figure)
    assert down[78, 80] == pytest.approx(0, abs=1e-5)
    assert down[146, 80] == pytest.approx(1, abs=1e-5)
    assert across[100, 80] == pytest.approx(0, abs=1e-5)
    assert across[100, 104] > 0  # the wearer's left


@pytest.mark.parametrize("kind", list(Kind))
def test_edit_region_covers_the_old_garment_but_never_head_or_hands(figure, kind):
    region = edit_region(figure, kind)
    gone = {
        Kind.UPPER: (Part.UPPER,),
        Kind.LOWER: (Part.TROUSERS,),
        Kind.DRESS: (Part.UPPER,),  # long trousers stay under a dress
    }[kind]
    assert region[is_part(figure.parts, *gone)].all()
    kept = is_part(figure.parts, Part.HAIR, Part.FACE, Part.LEFT_HAND, Part.RIGHT_HAND)
    assert not region[kept].any()
    assert region.sum() < 1.6 * is_part(figure.parts, *gone).sum()


def test_edit_region_divides_a_dress_at_the_hips():
    parts = np.zeros(SHAPE, np.uint8)
    parts[80:220, 60:100] = Part.DRESS
    person = person_of(parts)
    assert edit_region(person, Kind.UPPER)[100, 80]
    assert not edit_region(person, Kind.UPPER)[200, 80]
    assert edit_region(person, Kind.LOWER)[200, 80]
    assert not edit_region(person, Kind.LOWER)[100, 80]
    whole = edit_region(person, Kind.DRESS)
    assert whole[100, 80]
    assert whole[200, 80]


def test_a_dress_replaces_shorts():
    parts = np.zeros(SHAPE, np.uint8)
    parts[80:140, 60:100] = Part.UPPER
    parts[140:180, 60:100] = Part.TROUSERS
    assert edit_region(person_of(parts), Kind.DRESS)[165, 80]


def test_nothing_to_edit():
    parts = np.zeros(SHAPE, np.uint8)
    parts[30:60, 70:90] = Part.FACE
    assert not edit_region(person_of(parts), Kind.LOWER).any()
    with pytest.raises(ValueError, match="hat"):
        edit_region(person_of(parts), "hat")


def test_in_front_of_a_top(figure):
    front = in_front(figure, Limb.BODY, Kind.UPPER)
    assert front.shape == SHAPE
    assert front.dtype == np.uint8
    assert front[22, 80] > 250  # hair
    assert front[45, 80] > 250  # face
    assert front[152, 116] > 200  # hand
    assert front[128, 114] > 200  # bare forearm
    assert front[110, 80] < 5  # the old top itself
    assert front[200, 96] < 5  # trousers
    assert front[100, 10] < 5  # wall


def test_in_front_of_trousers(figure):
    front = in_front(figure, Limb.LEFT, Kind.LOWER)
    assert front[110, 80] > 250  # the top that hangs over them
    assert front[272, 99] > 200  # shoe
    assert front[200, 96] < 5


def test_the_nearer_arm_is_in_front_of_the_other_sleeve():
    parts = np.zeros(SHAPE, np.uint8)
    parts[70:150, 50:110] = Part.UPPER
    parts[118:126, 60:100] = Part.RIGHT_ARM
    near, far = np.zeros((2, 33, 3), np.float32)
    near[Pose.RIGHT_WRIST, 2], far[Pose.RIGHT_WRIST, 2] = -0.3, 0.3
    front = in_front(person_of(parts, world=near), Limb.LEFT, Kind.UPPER)
    behind = in_front(person_of(parts, world=far), Limb.LEFT, Kind.UPPER)
    assert front[122, 80] > 250
    assert behind[122, 80] < 5


def test_a_sleeve_across_the_chest_is_in_front_of_the_body():
    parts = np.zeros(SHAPE, np.uint8)
    parts[70:150, 45:115] = Part.UPPER
    world = np.zeros((33, 3), np.float32)
    world[Pose.LEFT_WRIST, 2] = -0.3
    person = person_of(parts, world=world)
    landmarks = person.landmarks.copy()
    landmarks[Pose.LEFT_ELBOW, :2], landmarks[Pose.LEFT_WRIST, :2] = (100, 120), (65, 115)
    person = Person(**{**vars(person), "landmarks": landmarks})
    front = in_front(person, Limb.BODY, Kind.UPPER)
    assert front[117, 80] > 250
    assert front[90, 80] < 5


def test_soft_edges_of_nothing_and_of_a_blob(figure):
    assert not soft_edges(figure, np.zeros(SHAPE, bool)).any()
    blob = np.zeros(SHAPE, bool)
    blob[140:180, 70:110] = True
    soft = soft_edges(figure, blob)
    assert soft[160, 90] > 250
    assert soft[120, 90] == 0


def test_arm_and_leg_masks(figure):
    left, right = arm_mask(figure, "left"), arm_mask(figure, "right")
    assert left[125, 114]
    assert left[92, 108]  # in the sleeve
    assert not left[125, 46]
    assert right[125, 46]
    assert not (left & is_part(figure.parts, Part.LEFT_HAND)).any()
    assert not left[~figure.silhouette].any()
    leg = leg_mask(figure, "right")
    assert leg[200, 64]
    assert not leg[100, 80]
    assert not (leg & is_part(figure.parts, Part.SHOES)).any()


def test_skin_colour(figure):
    np.testing.assert_allclose(skin_colour(figure), SKIN, atol=6)
    parts = np.zeros(SHAPE, np.uint8)
    parts[80:140, 60:100] = Part.UPPER
    assert skin_colour(person_of(parts)) is None


# --- the real thing -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def analyser() -> BodyAnalyser:
    return BodyAnalyser.load()


def photo_of(name: str, longest: int = 1024) -> Photo:
    picture = cv2.imread(str(PEOPLE / f"{name}.jpg"))
    assert picture is not None, name
    scale = min(1.0, longest / max(picture.shape[:2]))
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return Photo(np.ascontiguousarray(picture[:, :, ::-1]))


def codes(person: Person) -> list[str]:
    return [note.code for note in person.notes]


def drawn_tee() -> np.ndarray:
    """A tee shirt on a floor."""
    picture = np.full((640, 512, 3), (176, 160, 138), np.uint8)
    outline = [(170, 120), (215, 150), (300, 150), (345, 120), (450, 200), (415, 280), (370, 250)]
    outline += [(370, 540), (145, 540), (145, 250), (100, 280), (62, 200)]
    cv2.fillPoly(picture, [np.array(outline, np.int32)], (60, 90, 150))
    return cv2.GaussianBlur(picture, (0, 0), 1)


def test_weights_are_the_ones_described():
    text = (WEIGHTS / "README.md").read_text()
    for name in (
        "pose_landmarker.task",
        "hand_landmarker.task",
        "face_detector.tflite",
        "selfie_segmenter.tflite",
    ):
        digest = hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest()
        assert re.search(rf"`{name}`.*`{digest}`", text), name


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(PEOPLE.glob("*.jpg")), ids=lambda path: path.stem)
def test_every_sample_person_is_understood(analyser, path):
    photo = photo_of(path.stem, 768)
    person = analyser(photo)
    assert person.view == "front"
    assert person.confidence > 0.5
    assert ((person.parts > 0) == person.silhouette).all()
    assert ((person.matte >= 128) == person.silhouette).all()
    x0, y0, x1, y1 = person.box
    assert person.silhouette[int(y0) : int(y1) + 1, int(x0) : int(x1) + 1].sum() == (
        person.silhouette.sum()
    )
    assert at(person.parts, person.point(Pose.NOSE)) == Part.FACE
    chest = 0.7 * person.landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], :2].mean(0)
    chest += 0.3 * person.landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], :2].mean(0)
    assert at(person.parts, chest) in (Part.UPPER, Part.OUTERWEAR)
    assert is_part(person.parts, Part.HAIR).sum() > 0.002 * person.silhouette.sum()
    for landmark in (Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER):
        if person.visible(landmark):
            x, y = np.round(person.point(landmark)).astype(int)
            assert person.silhouette[y, x]
    assert "no_person" not in codes(person)


@pytest.mark.slow
@pytest.mark.parametrize(
    "picture",
    [
        np.full((300, 200, 3), 200, np.uint8),
        np.random.default_rng(0).integers(0, 256, (320, 240, 3), dtype=np.uint8),
        drawn_tee(),
        np.zeros((128, 128, 3), np.uint8),
    ],
    ids=["blank", "noise", "tee", "black"],
)
def test_no_person(analyser, picture):
    with pytest.raises(TryOnError) as caught:
        analyser(Photo(picture))
    assert caught.value.code == "no_person"


@pytest.mark.slow
def test_small_person_is_found_at_second_look(analyser):
    person = analyser(photo_of("p005-studio", 150))
    assert "small_person" in codes(person)
    assert at(person.parts, person.point(Pose.NOSE)) == Part.FACE


@pytest.mark.slow
def test_two_people_and_the_one_chosen(analyser):
    first, second = photo_of("p005-studio", 640), photo_of("p009-studio", 480)
    tall = cv2.copyMakeBorder(
        second.pixels, 0, first.height - second.height, 0, 0, cv2.BORDER_REPLICATE
    )
    both = Photo(np.hstack([first.pixels, tall]))
    large, small = analyser(both), analyser(both, which=1)
    assert large.box[2] < first.width
    assert small.box[0] > first.width
    assert large.others.shape == small.others.shape == (1, 4)
    np.testing.assert_allclose(large.others[0], small.box, atol=12)
    assert "several_people" in codes(large)
    note = next(note for note in small.notes if note.code == "several_people")
    assert "second" in note.text("en")
    assert "第二" in note.text("zh")
    np.testing.assert_array_equal(analyser(both, which=9).box, small.box)


@pytest.mark.slow
def test_landmarks_scale_with_the_photo(analyser):
    small, large = analyser(photo_of("p009-studio", 700)), analyser(photo_of("p009-studio", 1400))
    scale = large.photo.height / small.photo.height
    core = [Pose.NOSE, Pose.LEFT_SHOULDER, Pose.RIGHT_HIP, Pose.LEFT_KNEE, Pose.RIGHT_WRIST]
    np.testing.assert_allclose(
        large.landmarks[core, :2], small.landmarks[core, :2] * scale, atol=0.02 * large.photo.height
    )
    shrunk = cv2.resize(
        large.silhouette.astype(np.uint8), small.photo.size[::-1], interpolation=cv2.INTER_AREA
    ).astype(bool)
    overlap = (shrunk & small.silhouette).sum() / (shrunk | small.silhouette).sum()
    assert overlap > 0.95


@pytest.mark.slow
def test_left_and_right_are_the_wearers_own(analyser):
    photo = photo_of("p003-path", 768)
    person = analyser(photo)
    assert person.point(Pose.LEFT_WRIST)[0] > person.point(Pose.RIGHT_WRIST)[0]
    left = np.flatnonzero(is_part(person.parts, Part.LEFT_ARM).any(0)).mean()
    right = np.flatnonzero(is_part(person.parts, Part.RIGHT_ARM).any(0)).mean()
    assert left > right
    mirrored = analyser(Photo(np.ascontiguousarray(photo.pixels[:, ::-1])))
    share = (
        is_part(mirrored.parts, Part.RIGHT_ARM).sum() / is_part(person.parts, Part.LEFT_ARM).sum()
    )
    assert 0.6 < share < 1.6


@pytest.mark.slow
def test_arms_before_the_torso_are_said_and_kept_in_front(analyser):
    person = analyser(photo_of("p004-park"))
    assert "arms_over_torso" in codes(person)
    wrist = np.round(person.point(Pose.RIGHT_WRIST)).astype(int)
    assert in_front(person, Limb.BODY, Kind.UPPER)[wrist[1], wrist[0]] > 200
    assert "arms_over_torso" not in codes(analyser(photo_of("p005-studio")))


@pytest.mark.slow
def test_photo_that_ends_at_the_chest(analyser):
    photo = photo_of("p009-studio")
    whole = analyser(photo)
    shoulders = whole.landmarks[[Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER], 1].mean()
    hips = whole.landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 1].mean()
    bust = analyser(Photo(photo.pixels[: int(0.5 * (shoulders + hips))].copy()))
    assert "cropped" in codes(bust)
    assert bust.landmarks[Pose.LEFT_HIP, 2] <= 0.1
    guess = bust.landmarks[[Pose.LEFT_HIP, Pose.RIGHT_HIP], 1].mean()
    assert abs(guess - hips) < 0.5 * (hips - shoulders)


@pytest.mark.slow
def test_dark_photo_is_said(analyser):
    photo = photo_of("p010-field", 768)
    dark = Photo((photo.pixels * 0.22).astype(np.uint8))
    assert "too_dark" in codes(analyser(dark))
    assert "too_dark" not in codes(analyser(photo))


@pytest.mark.slow
def test_same_photo_same_person_from_many_threads(analyser):
    photo = photo_of("p006-selfie", 640)
    alone = analyser(photo)
    with ThreadPoolExecutor(4) as pool:
        for person in pool.map(lambda _: analyser(photo), range(4)):
            np.testing.assert_array_equal(person.parts, alone.parts)
            np.testing.assert_array_equal(person.matte, alone.matte)
            np.testing.assert_array_equal(person.landmarks, alone.landmarks)


@pytest.mark.slow
def test_parts_may_come_from_elsewhere(analyser):
    def all_face(pixels, landmarks, silhouette, hands, view):
        scores = np.zeros((*silhouette.shape, 17), np.float32)
        scores[silhouette, Part.FACE] = 1
        scores[~silhouette, Part.BACKGROUND] = 1
        return scores

    person = BodyAnalyser(analyser._finder, all_face)(photo_of("p005-studio", 480))
    assert set(np.unique(person.parts)) == {Part.BACKGROUND, Part.FACE}


@pytest.mark.slow
def test_it_is_quick(analyser):
    photo = Photo(cv2.resize(photo_of("p004-park").pixels, (768, 1024)))
    analyser(photo)
    spent = []
    for _ in range(5):
        start = time.process_time()
        analyser(photo)
        spent.append(time.process_time() - start)
    assert np.median(spent) < 0.8  # CPU seconds; about 0.2 on an idle machine


@pytest.mark.slow
def test_nothing_of_ours_is_written_to_stderr():
    script = (
        "import numpy as np, cv2\n"
        "from tryon.person.analyser import BodyAnalyser\n"
        "from tryon.core.types import Photo\n"
        f"picture = cv2.imread({str(PEOPLE / 'p004-park.jpg')!r})[:, :, ::-1]\n"
        "BodyAnalyser.load()(Photo(np.ascontiguousarray(picture)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=WEIGHTS.parent,
        timeout=120,
    )
    assert (done.returncode, done.stdout, without_native_remarks(done.stderr)) == (0, "", "")


@pytest.mark.slow
def test_models_survive_the_cycle_collector():
    """MediaPipe's models hang for ever when they are collected as part of a cycle."""
    script = (
        "import gc\n"
        "from tryon.person.pose import PoseFinder\n"
        "for _ in range(3):\n"
        "    finder = PoseFinder.load()\n"
        "    cycle = [finder]\n"
        "    cycle.append(cycle)\n"
        "    del cycle, finder\n"
        "    gc.collect()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=WEIGHTS.parent, timeout=120
    )
    assert done.returncode == 0


@pytest.mark.slow
def test_the_models_are_read_once():
    assert PoseFinder.load() is PoseFinder.load()


def test_missing_weights_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr("tryon.core.weights.WEIGHTS", tmp_path)
    with pytest.raises(TryOnError, match=r"weights/pose_landmarker\.task") as caught:
        BodyAnalyser.load()
    assert caught.value.code == "weights_missing"


@pytest.mark.slow
def test_damaged_weights_are_named(monkeypatch, tmp_path):
    for name in (
        "pose_landmarker.task",
        "hand_landmarker.task",
        "face_detector.tflite",
        "selfie_segmenter.tflite",
    ):
        (tmp_path / name).write_bytes(b"not a model")
    monkeypatch.setattr("tryon.core.weights.WEIGHTS", tmp_path)
    with pytest.raises(TryOnError, match="pose_landmarker") as caught:
        BodyAnalyser.load()
    assert caught.value.code == "weights_damaged"
