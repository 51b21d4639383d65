"""Garment and words to a new garment: dyeing, patterns, cutting, choosing.

The garments here are drawn: flat cloth with a known fold, print and outline, so that what should
come out can be worked out by hand.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

import cv2
import numpy as np
import pytest

from tryon.core.errors import TryOnError
from tryon.core.types import Garment, Hang, Kind, Limb, Outline, Photo
from tryon.core.vocabulary import COLOUR_RGB, TYPE_KIND
from tryon.design import dye, pattern
from tryon.design.choose import choose, nearest
from tryon.design.designer import design
from tryon.design.tailor import shorten, shorten_sleeves
from tryon.garment.gallery import Gallery
from tryon.words.prompt import understand

HEIGHT, WIDTH = 400, 400
CHEST = 140  # pixels between the armpits
DARKEST, LIGHTEST = 0.72, 1.12  # of the cloth's brightness, across its folds


def top(rgb=(200, 200, 198), print_rgb=None, **attributes) -> Garment:
    """A long-sleeved top: body 130..270 wide, sleeves down its sides, folds running down it."""
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    limbs = np.zeros((HEIGHT, WIDTH), np.uint8)
    body = np.array([[130, 60], [270, 60], [270, 360], [130, 360]])
    left = np.array([[270, 60], [330, 90], [370, 330], [330, 336], [270, 130]])
    right = left * (-1, 1) + (WIDTH, 0)
    for label, shape in ((Limb.LEFT, left), (Limb.RIGHT, right), (Limb.BODY, body)):
        cv2.fillPoly(alpha, [shape], 255)
        cv2.fillPoly(limbs, [shape], int(label))
    limbs[alpha < 128] = 0
    fold = (DARKEST + LIGHTEST) / 2 + (LIGHTEST - DARKEST) / 2 * np.sin(np.arange(WIDTH) / 9)
    pixels = np.clip(np.array(rgb) * fold[None, :, None].repeat(HEIGHT, 0), 0, 255)
    if print_rgb is not None:
        pixels[150:230, 160:240] = print_rgb
    landmarks = np.zeros((len(Outline), 3), np.float32)
    for name, (x, y) in {
        "COLLAR_LEFT": (230, 60), "COLLAR_RIGHT": (170, 60), "COLLAR_CENTRE": (200, 75),
        "SHOULDER_LEFT": (270, 62), "SHOULDER_RIGHT": (130, 62),
        "ARMPIT_LEFT": (270, 130), "ARMPIT_RIGHT": (130, 130),
        "ELBOW_LEFT": (322, 205), "ELBOW_RIGHT": (78, 205),
        "CUFF_OUTER_LEFT": (370, 330), "CUFF_INNER_LEFT": (330, 336),
        "CUFF_OUTER_RIGHT": (30, 330), "CUFF_INNER_RIGHT": (70, 336),
        "WAIST_LEFT": (270, 250), "WAIST_RIGHT": (130, 250),
        "HEM_LEFT": (270, 360), "HEM_RIGHT": (130, 360), "HEM_CENTRE": (200, 360),
    }.items():  # fmt: skip
        landmarks[Outline[name]] = (x, y, 1)
    said = {"sleeve": "long", "length": "regular", "type": "top", **attributes}
    return Garment(
        photo=Photo(np.round(pixels).astype(np.uint8)),
        alpha=alpha,
        limbs=limbs,
        landmarks=landmarks,
        kind=Kind.UPPER,
        attributes=said,
        attribute_scores=dict.fromkeys(said, 0.9),
    )


def trousers(rgb=(90, 110, 90)) -> Garment:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    limbs = np.zeros((HEIGHT, WIDTH), np.uint8)
    seat = np.array([[140, 30], [260, 30], [264, 130], [136, 130]])
    left = np.array([[200, 130], [264, 130], [270, 380], [225, 380]])
    right = left * (-1, 1) + (WIDTH, 0)
    for label, shape in ((Limb.BODY, seat), (Limb.LEFT, left), (Limb.RIGHT, right)):
        cv2.fillPoly(mask, [shape], 255)
        cv2.fillPoly(limbs, [shape], int(label))
    landmarks = np.zeros((len(Outline), 3), np.float32)
    for name, (x, y) in {
        "WAIST_LEFT": (260, 30), "WAIST_RIGHT": (140, 30), "CROTCH": (200, 135),
        "HIP_LEFT": (264, 110), "HIP_RIGHT": (136, 110), "HEM_LEFT": (270, 380),
        "HEM_RIGHT": (130, 380), "HEM_INNER_LEFT": (225, 380), "HEM_INNER_RIGHT": (175, 380),
    }.items():  # fmt: skip
        landmarks[Outline[name]] = (x, y, 1)
    pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:] = rgb
    return Garment(
        Photo(pixels), mask, limbs, landmarks, Kind.LOWER, {"type": "trousers"}, {"type": 0.9}
    )


def usual_lab(garment: Garment) -> np.ndarray:
    """The colour of the cloth where it is as light as it usually is."""
    core = cv2.erode(garment.mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    lab = dye.to_lab(garment.photo.pixels[core])
    usual = np.abs(lab[:, 0] - np.median(lab[:, 0])) < 1.5
    return lab[usual].mean(axis=0)


def inside(garment: Garment) -> np.ndarray:
    """Pixels of the body, away from edges and print."""
    return garment.photo.pixels[250:340, 140:260]


# --- colours -----------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", list(COLOUR_RGB))
@pytest.mark.parametrize("before", [(235, 235, 233), (30, 30, 32), (190, 40, 50), (60, 90, 160)])
def test_the_cloth_gets_the_colour_asked_for(colour, before):
    made = design(top(before), understand(colour))
    assert np.linalg.norm(usual_lab(made) - dye.colour_named(colour)) < 3.0  # CIE76
    assert made.attributes["colour"] == colour


@pytest.mark.parametrize("before", [(235, 235, 233), (60, 90, 160), (26, 26, 28)])
@pytest.mark.parametrize("colour", ["white", "black", "yellow", "navy"])
def test_folds_stay_where_they_were(before, colour):
    garment = top(before)
    was = dye.to_lab(inside(garment))[..., 0].mean(axis=0)
    now = dye.to_lab(inside(design(garment, understand(colour))))[..., 0].mean(axis=0)
    assert np.corrcoef(was, now)[0, 1] > 0.93


def test_black_made_white_is_white_cloth_with_folds_and_not_grey():
    made = dye.to_lab(inside(design(top((26, 26, 28)), understand("white"))))[..., 0]
    assert np.median(made) > 92
    assert made.min() > 60
    assert np.ptp(np.percentile(made, [5, 95])) > 3


def test_white_made_black_is_black_cloth_with_folds():
    made = dye.to_lab(inside(design(top((240, 240, 238)), understand("black"))))[..., 0]
    assert np.median(made) < 12
    assert np.ptp(np.percentile(made, [5, 95])) > 2


def test_shadows_keep_the_hue():
    """Dyed, not tinted: in a shadow a and b shrink with L + 16."""
    made = dye.to_lab(inside(design(top((235, 235, 233)), understand("blue")))).reshape(-1, 3)
    target = dye.colour_named("blue")
    expected = target[1:] * ((made[:, :1] + 16) / (target[0] + 16))
    assert np.abs(made[:, 1:] - expected).max() < 4


@pytest.mark.parametrize("shade", ["light", "dark", "pastel", "bright"])
@pytest.mark.parametrize("colour", ["blue", "green", "red", "purple", "yellow", "grey", "brown"])
def test_shades(colour, shade):
    plain, made = dye.colour_named(colour), dye.colour_named(colour, shade)
    assert np.abs(dye.to_lab(dye.to_rgb(made)) - made).max() < 1.5  # can be shown on a screen
    if shade in ("light", "pastel"):
        assert made[0] > plain[0] + 3
    if shade == "dark":
        assert made[0] < plain[0] - 5
    if shade == "bright" and colour not in ("grey", "yellow"):
        assert np.hypot(*made[1:]) > np.hypot(*plain[1:]) * 1.02


def test_dark_yellow_is_mustard_and_not_olive():
    light, a, b = dye.colour_named("yellow", "dark")
    assert light > 60
    assert np.degrees(np.arctan2(b, a)) < 84  # olive lies at 95 and more
    assert np.linalg.norm(np.array([light, a, b]) - dye.to_lab(np.array([212, 160, 36.0]))) < 10
    khaki = dye.colour_named("khaki")
    hues = [np.arctan2(lab[2], lab[1]) for lab in (khaki, dye.colour_named("khaki", "dark"))]
    assert abs(hues[0] - hues[1]) < 0.03  # only yellows are turned


def test_light_brown_is_camel_and_not_salmon():
    camel = dye.to_lab(np.array([193, 154, 107.0]))
    made = dye.colour_named("brown", "light")
    assert np.linalg.norm(made - camel) < 13
    assert np.degrees(np.arctan2(made[2], made[1])) > 68  # salmon lies at 50
    orange = [dye.colour_named("orange", shade) for shade in ("", "light")]
    hues = [np.arctan2(lab[2], lab[1]) for lab in orange]
    assert abs(hues[0] - hues[1]) < 0.05  # only browns are turned


def test_a_shade_alone_changes_the_cloths_own_colour():
    garment = top((60, 90, 160))
    darker = design(garment, understand("darker"))
    assert usual_lab(darker)[0] < usual_lab(garment)[0] - 8
    assert darker.attributes["shade"] == "dark"


def test_a_print_is_not_dyed():
    garment = top((235, 235, 233), print_rgb=(30, 60, 150))
    made = design(garment, understand("red"))
    kept = made.photo.pixels[160:220, 170:230].astype(int)
    assert np.abs(kept - (30, 60, 150)).max() <= 2
    assert np.linalg.norm(usual_lab(made) - dye.colour_named("red")) < 4


def test_no_fringe_of_the_old_colour_is_left_around_a_print():
    """Pixels that mix ground and print keep their share of each."""
    garment = top((235, 235, 233), print_rgb=(20, 20, 20))
    soft = cv2.GaussianBlur(garment.photo.pixels, (0, 0), 1.5)
    made = design(replace(garment, photo=Photo(soft)), understand("red"))
    edge = made.photo.pixels[190, 150:170].astype(int)
    assert (edge[:, 0] - edge[:, 1]).min() > -8
    assert edge[:, 1:].max() < 110  # white would show here


def pinstriped() -> Garment:
    """Thin white stripes down blue cloth, too fine to be seen apart in a small picture."""
    garment = top((120, 150, 205), pattern="striped")
    pixels = garment.photo.pixels.copy()
    pixels[:, (np.arange(WIDTH) % 4) < 2] = (235, 238, 240)
    return replace(garment, photo=Photo(pixels))


def test_fine_stripes_are_dyed_evenly():
    """Not in patches: every piece of the cloth has the new hue, and the stripes are still seen."""
    made = design(pinstriped(), understand("red"))
    cloth = inside(made).astype(int)
    pieces = cv2.resize(cloth.astype(np.float32), (6, 6), interpolation=cv2.INTER_AREA)
    assert (pieces[..., 0] - pieces[..., 2]).min() > 60
    assert np.abs(np.diff(cloth[40, :, 0])).mean() > 4


@pytest.mark.parametrize(
    ("cloth", "ink", "words"),
    [
        ((235, 232, 228), (190, 185, 180), "navy"),
        ((60, 90, 160), (110, 140, 200), "red"),
        ((120, 150, 110), (160, 190, 150), "white"),
    ],
)
def test_lettering_tone_on_tone_keeps_its_ink(cloth, ink, words):
    """A print of the cloth's own hue, 15 to 21 Delta E from it; its strokes are 3 pixels wide when
    seen small."""
    garment = flat_top(cloth, pattern="graphic")
    letters = np.zeros((3 * HEIGHT, 3 * WIDTH), np.uint8)
    cv2.putText(letters, "LOREM", (440, 560), cv2.FONT_HERSHEY_SIMPLEX, 3.0, 255, 9, cv2.LINE_AA)
    part = letters[..., None] / 255.0
    pixels = cv2.resize(garment.photo.pixels, None, fx=3, fy=3) * (1 - part) + np.array(ink) * part
    large = replace(
        garment,
        photo=Photo(np.round(pixels).astype(np.uint8)),
        alpha=cv2.resize(garment.alpha, None, fx=3, fy=3),
        limbs=cv2.resize(garment.limbs, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST),
        landmarks=garment.landmarks * np.array([3, 3, 1], np.float32),
    )
    made = dye.to_lab(design(large, understand(words)).photo.pixels)
    kept = np.linalg.norm(made - dye.to_lab(np.array(ink, np.float32)), axis=-1) < 8
    assert kept[letters > 250].mean() > 0.85
    around = (cv2.dilate(letters, np.ones((41, 41), np.uint8)) > 0) & (letters == 0)
    dyed = np.linalg.norm(made - dye.colour_named(words), axis=-1) < 12
    assert dyed[around].mean() > 0.95


def test_creases_are_no_lettering():
    """Steep on one side only, of many depths: they are dyed with the cloth."""
    garment = flat_top((235, 232, 228), pattern="graphic")
    pixels = garment.photo.pixels.astype(np.float32)
    for index, x in enumerate(range(150, 250, 9)):
        ramp = np.clip(1 - np.arange(8) / 8, 0, 1) * (0.1 + 0.02 * (index % 5))
        pixels[120 + 5 * (index % 7) : 190 + 11 * (index % 5), x : x + 8] *= (1 - ramp)[
            None, :, None
        ]
    garment = replace(garment, photo=Photo(pixels.astype(np.uint8)))
    made = dye.to_lab(design(garment, understand("dark green")).photo.pixels[100:240, 145:255])
    assert (made[..., 1] < -10).all()


@pytest.mark.parametrize("words", ["red", "white", "mustard yellow"])
def test_fine_stripes_have_about_the_colour_asked_for(words):
    """Both of their colours: which of them is taken for the cloth's own does not matter."""
    small = top((120, 150, 205), pattern="striped")
    pixels = cv2.resize(small.photo.pixels, None, fx=3, fy=3)
    pixels[:, np.arange(3 * WIDTH) % 10 < 5] = (235, 238, 240)
    pixels = cv2.GaussianBlur(pixels, (0, 0), 1.0)
    garment = replace(
        small,
        photo=Photo(pixels),
        alpha=cv2.resize(small.alpha, None, fx=3, fy=3),
        limbs=cv2.resize(small.limbs, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST),
        landmarks=small.landmarks * np.array([3, 3, 1], np.float32),
    )
    prompt = understand(words)
    made = design(garment, prompt)
    wanted = dye.colour_named(prompt.attributes["colour"], prompt.attributes.get("shade", ""))
    cloth = dye.to_lab(made.photo.pixels[750:1020, 420:780]).reshape(-1, 3)
    assert np.linalg.norm(np.median(cloth, axis=0) - wanted) < 8
    light = cloth[:, 0]
    assert np.percentile(light, 90) - np.percentile(light, 10) < 24
    assert np.abs(np.diff(light.reshape(270, 360), axis=1)).mean() > 1  # the stripes are still seen


@pytest.mark.parametrize("name", ["dress-floral", "top-breton", "shirt-tartan", "blouse-dotted"])
def test_a_print_that_can_be_told_from_its_ground_is_told(name):
    """However fine it is: flowers, stripes and dots keep their colours."""
    gallery = Gallery.load()
    garment = gallery.garment(next(one for one in gallery.items if one.identifier == name))
    ground = dye.find_ground(garment.photo.pixels, garment.alpha > 0)
    assert ground.mixed is not None
    assert 0.02 < (ground.weight[garment.mask] < 0.3).mean() < 0.7


@pytest.mark.parametrize("wanted", ["polka dots", "plain"])
def test_one_pattern_of_the_cloth_takes_the_place_of_another(wanted):
    made = design(pinstriped(), understand(wanted))
    away = np.abs(np.diff(inside(made).astype(int).sum(-1), axis=1))
    assert np.median(away) < 9  # 100 between the old stripes
    assert made.attributes["pattern"] == understand(wanted).attributes["pattern"]


def test_plain_takes_a_print_off():
    made = design(top((200, 60, 60), print_rgb=(240, 240, 240)), understand("plain"))
    spot = dye.to_lab(made.photo.pixels[170:210, 180:220]).reshape(-1, 3)
    assert np.abs(spot[:, 1:].mean(0) - usual_lab(made)[1:]).max() < 6
    assert made.attributes["pattern"] == "plain"


def test_what_is_not_asked_for_stays_the_same():
    garment = top(neckline="crew", pattern="plain")
    made = design(garment, understand("make it red, slim fit"))
    assert made.attributes == {
        **garment.attributes, "colour": "red", "fit": "slim"
    }  # fmt: skip
    assert np.array_equal(made.alpha, garment.alpha)
    assert np.array_equal(made.landmarks, garment.landmarks)
    assert made.attribute_scores.keys() == made.attributes.keys()


def test_nothing_said_gives_the_garment_itself():
    garment = top()
    assert design(garment, understand("")) is garment
    assert design(garment, understand("hello there")) is garment


# --- patterns ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(pattern.PATTERNS))
def test_patterns_show_and_repeat_for_a_seed(name):
    garment = top()
    prompt = understand(name if name != "animal" else "leopard print")
    made = design(garment, prompt, seed=3)
    again = design(garment, prompt, seed=3)
    assert np.array_equal(made.photo.pixels, again.photo.pixels)
    assert made.attributes["pattern"] == name
    spread = dye.to_lab(inside(made)).reshape(-1, 3).std(axis=0)
    calm = dye.to_lab(inside(garment)).reshape(-1, 3).std(axis=0)
    assert spread.sum() > calm.sum() + 5


@pytest.mark.parametrize("name", ["floral", "camouflage", "animal"])
def test_another_seed_gives_another_pattern(name):
    prompt = understand({"animal": "leopard print"}.get(name, name))
    first, second = (design(top(), prompt, seed=seed).photo.pixels for seed in (1, 2))
    assert (first != second).any(axis=-1).mean() > 0.05


def flat_top(rgb=(235, 235, 235), **attributes) -> Garment:
    pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:] = rgb
    return replace(top(**attributes), photo=Photo(pixels))


def test_stripes_run_across_the_body_and_around_the_sleeve():
    made = design(flat_top(), understand("white with black stripes"))
    light = dye.to_lab(made.photo.pixels)[..., 0]
    assert light[150:330, 200].std() > 20  # down the body: stripe, gap, stripe
    assert light[200, 150:250].std() < 3  # across: one of them
    # the sleeve runs from (270, 96) by (322, 205) to (350, 333)
    along = [light[int(y), int(x)] for x, y in np.linspace((318, 200), (345, 310), 60)]
    direction = np.array([28, 128]) / np.hypot(28, 128)
    square = np.array([-direction[1], direction[0]])
    middle = np.array([338.0, 275.0])
    across = [light[int(y), int(x)] for x, y in (middle + square * s for s in range(-12, 13))]
    assert np.std(along) > 20
    assert np.std(across) < 0.5 * np.std(along)


def test_vertical_stripes_run_down():
    made = design(flat_top(), understand("vertical black stripes"))
    light = dye.to_lab(made.photo.pixels)[..., 0]
    assert light[200, 150:250].std() > 20
    assert light[150:330, 200].std() < 3


def test_stripes_of_another_direction_replace_stripes():
    striped = design(top((235, 235, 233)), understand("navy stripes"))
    again = design(striped, understand("striped"))
    assert np.array_equal(again.photo.pixels, striped.photo.pixels)  # it is so already
    light = dye.to_lab(inside(design(striped, understand("vertical stripes"))))[..., 0]
    assert np.ptp(light.mean(axis=0)) > 25
    assert np.ptp(light.mean(axis=1)) < 8


def test_blue_jeans_are_of_indigo():
    jeans = trousers((225, 226, 228))
    jeans = replace(jeans, attributes={"type": "jeans"}, attribute_scores={"type": 1.0})
    blue, dark = (usual_lab(design(jeans, understand(words))) for words in ("blue", "dark blue"))
    assert np.linalg.norm(blue - dye.to_lab(np.array([62, 84, 126.0]))) < 4
    assert dark[0] < blue[0] - 6
    assert np.linalg.norm(usual_lab(design(trousers(), understand("blue"))) - blue) > 15


def test_stripes_have_the_width_asked_for():
    def crossings(words: str) -> int:
        light = dye.to_lab(design(flat_top(), understand(words)).photo.pixels)[..., 0]
        dark = light[70:350, 200] < 50
        return int(np.abs(np.diff(dark.astype(int))).sum())

    assert (
        crossings("thin black stripes")
        > crossings("black stripes")
        > crossings("wide black stripes")
    )


def test_a_pattern_has_the_colours_asked_for():
    made = design(flat_top(), understand("red with big white polka dots"))
    lab = dye.to_lab(inside(made)).reshape(-1, 3)
    white = np.linalg.norm(lab - dye.colour_named("white"), axis=1) < 12
    red = np.linalg.norm(lab - dye.colour_named("red"), axis=1) < 12
    assert 0.08 < white.mean() < 0.4
    assert red.mean() > 0.5


def test_folds_go_through_a_pattern():
    made = dye.to_lab(inside(design(top(), understand("navy and white checked"))))[..., 0]
    was = dye.to_lab(inside(top()))[..., 0]
    assert np.corrcoef(was.mean(axis=0), cv2.blur(made, (1, 90)).mean(axis=0))[0, 1] > 0.2


def test_tiles_repeat_without_a_seam():
    for name in sorted(pattern.PATTERNS):
        tile = pattern.make(name, dye.colour_named("white"), density=8).tile.astype(int)
        inner = np.abs(np.diff(tile, axis=0)).mean(axis=(1, 2)).max()
        seam = np.abs(tile[0] - tile[-1]).mean()
        assert seam <= inner + 1, name


# --- cutting -----------------------------------------------------------------------------------


def lowest(garment: Garment, limb: Limb) -> int:
    return int(np.nonzero((garment.limbs == limb).any(axis=1))[0].max())


def test_long_sleeves_become_short():
    garment = top()
    made = design(garment, understand("short sleeves"))
    assert made.attributes["sleeve"] == "short"
    assert made.attribute_scores["sleeve"] == 1.0
    for limb in (Limb.LEFT, Limb.RIGHT):
        assert 130 < lowest(made, limb) < 220
        assert np.array_equal(made.limbs == Limb.BODY, garment.limbs == Limb.BODY)
    for side in ("LEFT", "RIGHT"):
        for name in ("CUFF_OUTER", "CUFF_INNER"):
            x, y = made.point(Outline[f"{name}_{side}"])
            around = made.mask[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4]
            assert around.any()  # a cuff lies on the new edge
            assert not around.all()
    assert made.mask.sum() < garment.mask.sum()
    assert ((made.alpha > 0) & (made.alpha < 255)).sum() > 20  # a smooth edge


def test_left_and_right_are_cut_alike():
    made = shorten_sleeves(top(), "short")
    assert abs(int((made.limbs == Limb.LEFT).sum()) - int((made.limbs == Limb.RIGHT).sum())) < 60


def test_three_quarter_is_longer_than_short():
    short, longer = (shorten_sleeves(top(), name) for name in ("short", "three-quarter"))
    assert lowest(longer, Limb.LEFT) > lowest(short, Limb.LEFT) + 30


def test_sleeves_come_off():
    made = design(top(), understand("without sleeves"))
    assert made.attributes["sleeve"] == "sleeveless"
    assert not ((made.limbs == Limb.LEFT) | (made.limbs == Limb.RIGHT)).any()
    assert made.point(Outline.ELBOW_LEFT) is None
    assert made.point(Outline.CUFF_OUTER_RIGHT) is None
    assert not made.mask[200:, 300:].any()
    assert made.mask[200, 200]


def test_no_ledge_is_left_below_an_armhole():
    """The side goes on smoothly from the armhole, though the waist's landmark lies inside it."""
    garment = top()
    landmarks = garment.landmarks.copy()
    for side, inward in (("LEFT", -8), ("RIGHT", 8)):
        landmarks[Outline[f"WAIST_{side}"], 0] += inward
    made = design(replace(garment, landmarks=landmarks), understand("without sleeves"))
    for side in ("LEFT", "RIGHT"):
        start, end = (int(made.point(Outline[f"{end}_{side}"])[1]) for end in ("ARMPIT", "HEM"))
        edge = [np.nonzero(made.mask[y])[0] for y in range(start, end - 8)]
        place = np.array([columns[-1] if side == "LEFT" else columns[0] for columns in edge])
        assert np.abs(np.diff(place)).max() <= 2


def test_a_top_is_cropped():
    garment = top()
    made = design(garment, understand("cropped"))
    assert made.attributes["length"] == "cropped"
    assert lowest(made, Limb.BODY) < lowest(garment, Limb.BODY) - 60
    assert lowest(made, Limb.LEFT) == lowest(garment, Limb.LEFT)
    assert abs(made.point(Outline.HEM_LEFT)[1] - lowest(made, Limb.BODY)) <= 3
    assert made.point(Outline.WAIST_LEFT)[1] < made.point(Outline.HEM_LEFT)[1]


def test_trousers_become_shorts():
    garment = trousers()
    made = design(garment, understand("make them shorts"))
    assert made.attributes["type"] == "shorts"
    assert 140 < lowest(made, Limb.LEFT) < 230
    assert abs(lowest(made, Limb.LEFT) - lowest(made, Limb.RIGHT)) <= 4
    assert abs(made.point(Outline.HEM_INNER_LEFT)[1] - lowest(made, Limb.LEFT)) < 15


@pytest.mark.parametrize("words", ["longer sleeves", "a hood", "turtleneck", "a dress"])
def test_what_cannot_be_shown_is_told_and_left(words):
    garment = replace(shorten_sleeves(top(), "short"), attributes={}, attribute_scores={})
    made = design(garment, understand(words))
    assert [note.code for note in made.notes] == ["words_not_shown"]
    assert np.array_equal(made.photo.pixels, garment.photo.pixels)
    assert np.array_equal(made.alpha, garment.alpha)


@pytest.mark.parametrize(
    ("words", "has"),
    [
        ("no hood", {"neckline": "hooded"}),
        ("no denim", {"fabric": "denim"}),
        ("no jacket", {"type": "jacket"}),
    ],
)
def test_what_is_ruled_out_and_stays_is_told(words, has):
    scores = dict.fromkeys(has, 1.0)
    made = design(replace(top(), attributes=has, attribute_scores=scores), understand(words))
    assert [note.code for note in made.notes] == ["words_not_shown"]
    other = design(replace(top(), attributes={}, attribute_scores={}), understand(words))
    assert not other.notes


def test_what_is_so_already_is_no_news():
    short = shorten_sleeves(top(), "short")
    assert shorten_sleeves(short, "short") is short
    assert shorten(shorten(top(), "cropped"), "cropped").alpha is not None
    made = design(replace(top(), attributes={}, attribute_scores={}), understand("regular length"))
    assert not made.notes


# --- words alone -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    identifier: str
    attributes: dict[str, str]
    template: bool = False

    @property
    def kind(self) -> Kind:
        return TYPE_KIND[self.attributes["type"]]

    @property
    def name(self) -> MappingProxyType[str, str]:
        return MappingProxyType({"en": self.identifier, "zh": self.identifier})


class Rack:
    """A gallery of drawn garments; every one looks like `top`."""

    def __init__(self, *items: Item) -> None:
        self.items = items or (Item("tee", {"type": "t-shirt", "colour": "white"}),)
        self.taken = None

    def garment(self, item: Item) -> Garment:
        self.taken = item.identifier
        return top((235, 235, 233), **item.attributes)


def test_words_alone_choose_and_design():
    made = choose(understand("navy t-shirt"), Rack())
    assert np.linalg.norm(usual_lab(made) - dye.colour_named("navy")) < 4
    assert [note.code for note in made.notes] == ["from_gallery"]
    assert made.notes[0].text() == "The words were matched to “tee” from the gallery."
    assert made.attributes["colour"] == "navy"


def test_a_type_is_assumed_with_a_note():
    made = choose(understand("something red"), Rack())
    assert [note.code for note in made.notes] == ["type_assumed", "from_gallery"]


def test_a_type_that_is_not_there_is_told():
    made = choose(understand("red blazer"), Rack())
    assert [note.code for note in made.notes] == ["from_gallery", "words_not_shown"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("teal turtleneck", "sweater"),
        ("something hooded", "hoodie"),
        ("black leather, please", "jacket"),
        ("knitted, with a turtleneck", "sweater"),
        ("long sleeves", "t-shirt"),
    ],
)
def test_what_is_not_named_is_guessed_by_neck_and_cloth(words, kind):
    rack = Rack(
        *(Item(name, {"type": name}) for name in ("t-shirt", "sweater", "hoodie", "jacket"))
    )
    choose(understand(words), rack)
    assert rack.taken == kind


def test_light_jeans_are_blue():
    rack = Rack(*(Item(name, {"type": "jeans", "colour": name}) for name in ("white", "blue")))
    made = choose(understand("light wash jeans"), rack)
    assert rack.taken == "blue"
    assert made.attributes["colour"] == "blue"


def test_a_polo_lends_long_sleeves_from_a_template():
    polo = {"type": "polo", "colour": "white", "sleeve": "short", "neckline": "collar"}
    long = {"type": "top", "colour": "white", "sleeve": "long", "neckline": "crew"}
    wanted = understand("red long-sleeved polo")
    assert nearest((Item("polo", polo), Item("top", long, True)), wanted).identifier == "polo"
    assert nearest((Item("polo", polo), Item("top", long, False)), wanted).identifier == "top"


def test_slim_is_nearer_to_regular_than_to_wide():
    items = [
        Item(fit, {"type": "trousers", "colour": "black", "fit": fit})
        for fit in ("loose", "regular")
    ]
    assert nearest(items, understand("black skinny trousers")).identifier == "regular"


def test_thin_stripes_are_lines_and_gingham_is_half_white():
    ground = dye.colour_named("red")
    usual, thin = (
        pattern.make("striped", ground, scale=scale, density=12).tile.mean()
        for scale in ("", "small")
    )
    assert thin < 0.7 * usual
    made = design(flat_top(), understand("yellow gingham"))
    lab = dye.to_lab(inside(made)).reshape(-1, 3)
    assert 0.15 < (np.linalg.norm(lab - dye.colour_named("white"), axis=1) < 12).mean() < 0.5


@pytest.mark.parametrize("words", ["surprise me", "", "围巾"])
def test_words_that_say_nothing_are_refused(words):
    with pytest.raises(TryOnError) as caught:
        choose(understand(words), Rack())
    assert caught.value.code == "no_match"


WARDROBE = (
    Item(
        "white tee", {"type": "t-shirt", "colour": "white", "sleeve": "short", "neckline": "crew"}
    ),
    Item("v tee", {"type": "t-shirt", "colour": "black", "sleeve": "short", "neckline": "v"}),
    Item("logo tee", {"type": "t-shirt", "colour": "red", "sleeve": "short", "pattern": "graphic"}),
    Item("long top", {"type": "top", "colour": "white", "sleeve": "long", "neckline": "crew"}),
    Item("striped top", {"type": "top", "colour": "navy", "sleeve": "long", "pattern": "striped"}),
    Item("jeans", {"type": "jeans", "colour": "blue", "length": "long", "fit": "regular"}),
    Item("wide jeans", {"type": "jeans", "colour": "black", "length": "long", "fit": "loose"}),
    Item("dress", {"type": "dress", "colour": "pink", "sleeve": "sleeveless", "length": "regular"}),
    Item("hoodie", {"type": "hoodie", "colour": "grey", "sleeve": "long"}),
)


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("red t-shirt", "white tee"),  # a print cannot be taken for plain red
        ("a tee with a logo", "logo tee"),
        ("v neck t-shirt in white", "v tee"),  # a colour can be changed, a neckline not
        ("navy striped long-sleeve top", "striped top"),
        ("long sleeve t-shirt", "long top"),
        ("green striped hoodie", "hoodie"),
        ("denim shorts", "jeans"),
        ("short dress", "dress"),
        ("black top, not striped, long sleeves", "long top"),
        ("navy top with vertical stripes, long sleeves", "long top"),  # has to be laid anew
        ("grey top with red stripes, long sleeves", "long top"),
        ("wide jeans in blue", "wide jeans"),  # another fit is another shape
    ],
)
def test_the_nearest_garment_is_the_one_that_can_become_it(words, taken):
    prompt = understand(words)
    assert nearest(WARDROBE, prompt).identifier == taken


def test_a_template_is_for_dyeing():
    pair = tuple(
        Item(str(template), {"type": "t-shirt", "colour": "white"}, template)
        for template in (True, False)
    )
    assert nearest(pair, understand("red t-shirt")).template
    assert not nearest(pair, understand("white t-shirt")).template


def test_the_seed_takes_turns_among_equals():
    twins = tuple(Item(name, {"type": "t-shirt", "colour": "white"}) for name in "ab")
    assert {nearest(twins, understand("white t-shirt"), seed).identifier for seed in (0, 1)} == {
        "a",
        "b",
    }


def test_what_words_ask_of_fit_and_length_is_passed_on():
    garment = top(length="regular")
    made = design(garment, understand("make it red"))
    assert made.hang == Hang()
    loose = design(garment, understand("XXL"))
    assert loose.hang.width > 1
    assert loose.attributes["fit"] == "loose"
    # Words about something else leave it, the last ones about it count.
    assert design(loose, understand("in green")).hang == loose.hang
    assert design(loose, understand("slim and cropped")).hang == Hang(-1.0, -1.0)


def test_longer_tops_hang_longer():
    made = design(top(length="regular"), understand("a bit longer"))
    assert made.attributes["length"] == "long"
    assert made.hang.length > 0
    assert "words_not_shown" not in [note.code for note in made.notes]


def test_stripes_on_another_colour_are_rather_drawn_anew():
    said = {"type": "top", "sleeve": "long", "neckline": "crew"}
    items = [
        Item("breton", {**said, "colour": "cream", "pattern": "striped"}),
        Item("plain", {**said, "colour": "white", "pattern": "plain"}, template=True),
    ]
    assert nearest(items, understand("a navy striped long-sleeve top")).identifier == "plain"
    assert nearest(items, understand("a cream striped long-sleeve top")).identifier == "breton"
