"""Outfits: the order garments lie in, which words speak of which, what is where afterwards."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from fake_tryon import FakeTryOn, garment_of, person_of, result_of

from tryon.core.errors import TryOnError
from tryon.core.image import read_photo
from tryon.core.places import ASSETS
from tryon.core.types import Kind, Part, Photo, Prompt
from tryon.design.choose import names_another
from tryon.outfit import (
    Piece,
    Place,
    after,
    dress,
    in_order,
    is_outfit,
    is_tucked,
    phrases_of,
    pieces_of,
    tuck_of,
    wear,
)
from tryon.words.prompt import understand

COAT, TEE, JEANS, DRESS = "green-coat", "red-tee", "blue-jeans", "pink-dress"


@pytest.fixture(scope="module")
def tryon(tmp_path_factory):
    return FakeTryOn(tmp_path_factory.mktemp("wardrobe"))


@pytest.fixture(scope="module")
def wardrobe(tryon):
    return {item.identifier: tryon.gallery.garment(item) for item in tryon.gallery.items}


@pytest.fixture(scope="module")
def me():
    return Photo(np.full((640, 480, 3), 120, np.uint8))


def kinds_of(result):
    return [piece.garment.identifier for piece in result.pieces]


@pytest.mark.parametrize("picked", itertools.permutations([COAT, TEE, JEANS]))
def test_layers_lie_in_the_same_order_however_they_were_picked(tryon, wardrobe, me, picked):
    result = tryon.outfit(me, [wardrobe[name] for name in picked])
    assert kinds_of(result) == [TEE, JEANS, COAT]
    assert set(result.seconds) >= {"person", "layers", "fusion", "compose", "total"}


def test_the_body_is_found_once(tryon, wardrobe, me, monkeypatch):
    seen = []
    monkeypatch.setattr(
        tryon,
        "analyse",
        lambda photo, which=0: (
            photo if not isinstance(photo, Photo) else (seen.append(photo), person_of(photo))[1]
        ),
    )
    tryon.outfit(me, [wardrobe[TEE], wardrobe[JEANS], wardrobe[COAT]])
    assert seen == [me]


def test_outside_every_pixel_is_that_of_the_first_photo(tryon, wardrobe):
    rng = np.random.default_rng(0)
    photo = Photo(rng.integers(0, 255, (640, 480, 3), dtype=np.uint8))
    result = tryon.outfit(photo, [wardrobe[JEANS], wardrobe[TEE]])
    np.testing.assert_array_equal(result.photo.pixels[~result.region], photo.pixels[~result.region])
    for piece in result.pieces:
        assert not (piece.region & ~result.region).any()
    assert result.person.photo is photo


def test_of_two_for_one_place_the_last_is_worn_and_it_is_said(tryon, wardrobe, me):
    result = tryon.outfit(me, [wardrobe[TEE], wardrobe[JEANS], wardrobe[DRESS]])
    assert "one_a_place" in [note.code for note in result.remarks]
    assert result.garment.identifier == DRESS


def test_one_garment_is_the_plain_try_on(tryon, wardrobe, me):
    result, plain = tryon.outfit(me, [wardrobe[TEE]]), tryon(me, wardrobe[TEE])
    np.testing.assert_array_equal(result.photo.pixels, plain.photo.pixels)
    assert result.pieces == ()


@pytest.mark.parametrize(
    ("garments", "prompt", "code"),
    [([], " ", "empty_request"), ("red.png", "", "bad_argument"), ([1] * 5, "", "too_many_pieces")],
)
def test_what_is_no_outfit_is_refused(tryon, me, garments, prompt, code):
    with pytest.raises(TryOnError) as refused:
        dress(tryon, me, garments, prompt)
    assert refused.value.code == code


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("red t-shirt and blue jeans", ["red t-shirt", "blue jeans"]),
        ("white shirt with blue stripes and black trousers",
         ["white shirt with blue stripes", "black trousers"]),
        ("navy blazer over a white t-shirt, beige trousers",
         ["navy blazer", "a white t-shirt", "beige trousers"]),
        ("red and blue striped top", ["red and blue striped top"]),
        ("long sleeves and a v neck", ["long sleeves and a v neck"]),
        ("红色T恤和蓝色牛仔裤", ["红色T恤", "蓝色牛仔裤"]),
        ("白衬衫，黑色半身裙，外面米色大衣", ["白衬衫", "黑色半身裙", "米色大衣"]),
        ("", []),
    ],
)  # fmt: skip
def test_words_are_cut_where_another_garment_begins(text, phrases):
    assert phrases_of(understand, text) == phrases
    assert is_outfit(understand, text) == (len(phrases) > 1)


@pytest.mark.parametrize(
    ("text", "rest", "tucked"),
    [
        ("white shirt tucked into blue jeans", "white shirt , blue jeans", True),
        ("tucked in", ",", True),
        ("tuck it in, in green", ", , in green", True),
        ("untucked", "", False),
        ("not tucked in", "", False),
        ("don't tuck it in", "", False),
        ("衬衫塞进裤子", "衬衫 , 裤子", True),
        ("不要塞进去", "", False),
        ("red top", "red top", None),
    ],
)
def test_tucking_in_is_read_and_taken_out(text, rest, tucked):
    found, said = tuck_of(text)
    assert (" ".join(found.split()), said) == (rest, tucked)


def test_words_go_to_the_garment_they_speak_of(wardrobe):
    pieces = pieces_of(understand, [wardrobe[TEE], wardrobe[JEANS]], "black jeans, white t-shirt")
    assert [(p.garment.identifier, p.words) for p in pieces] == [
        (TEE, "white t-shirt"), (JEANS, "black jeans"),
    ]  # fmt: skip
    last = pieces_of(understand, [wardrobe[TEE], wardrobe[JEANS]], "in dark green")
    assert [p.words for p in last] == ["", "in dark green"]


def test_words_may_ask_for_a_further_garment(wardrobe):
    pieces = pieces_of(understand, [wardrobe[TEE]], "with blue jeans")
    assert [(p.garment is None, p.place) for p in pieces] == [
        (False, Place.TOP), (True, Place.BOTTOM),
    ]  # fmt: skip


def test_words_alone_make_an_outfit(tryon, me):
    result = wear(tryon, me, [], "red t-shirt and blue jeans")
    assert kinds_of(result) == [TEE, JEANS]


@pytest.mark.parametrize(
    ("identifier", "words", "another"),
    [
        (JEANS, "a red dress", True), (JEANS, "black jeans", False), (JEANS, "in red", False),
        (TEE, "navy hoodie", True), (TEE, "red striped top", False), (COAT, "long coat", False),
    ],
)  # fmt: skip
def test_words_that_name_another_garment_win(wardrobe, identifier, words, another):
    assert names_another(understand(words), wardrobe[identifier]) == another


def test_a_picture_gives_way_only_to_words_for_another_part_of_the_body(wardrobe):
    picture = replace(wardrobe[TEE], identifier="")
    assert not names_another(understand("navy hoodie"), picture)  # perhaps it is one
    assert names_another(understand("a red dress"), picture)
    unsure = replace(picture, attribute_scores=dict.fromkeys(picture.attributes, 0.4))
    assert not names_another(understand("a red dress"), unsure)


@pytest.mark.parametrize(
    ("top", "bottom", "said", "tucked"),
    [
        ({"type": "blouse"}, "skirt", None, True),
        ({"type": "blouse"}, "jeans", None, False),
        ({"type": "blouse"}, "jeans", True, True),
        ({"type": "blouse"}, "skirt", False, False),
        ({"type": "sweater"}, "skirt", None, False),
        ({"type": "t-shirt", "length": "cropped"}, "skirt", None, False),
        ({"type": "shirt", "fit": "loose"}, "skirt", None, False),
    ],
)
def test_tucked_in_by_kind_and_by_words(wardrobe, top, bottom, said, tucked):
    garment = replace(wardrobe[TEE], attributes=top, attribute_scores=dict.fromkeys(top, 1.0))
    assert is_tucked(garment, bottom, said) == tucked


def test_the_order_of_places():
    pieces = [Piece(None, "", place) for place in reversed(Place)]
    assert [piece.place for piece in in_order(pieces)] == sorted(Place)


# --- what is where afterwards --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "type_", "part"),
    [
        ("upper", "t-shirt", Part.UPPER), ("upper", "coat", Part.OUTERWEAR),
        ("lower", "jeans", Part.TROUSERS), ("lower", "skirt", Part.SKIRT),
        ("dress", "dress", Part.DRESS),
    ],
)  # fmt: skip
def test_what_the_garment_covers_is_the_garment(me, kind, type_, part):
    person = person_of(me)
    cloth = garment_of(Photo(np.full((40, 30, 3), 9, np.uint8)), Kind(kind), {"type": type_})
    result = result_of(person, cloth, Prompt())
    dressed = after(result)
    covered = result.composite.coverage >= 128
    assert (dressed.parts[covered] == part).all()
    np.testing.assert_array_equal(dressed.parts[~result.region], person.parts[~result.region])
    assert dressed.photo is result.composite.photo
    assert dressed.landmarks is person.landmarks


def test_where_the_old_garment_is_gone_its_label_goes_too(me):
    """Painted over in the wall's colour beside the body: wall; in the skin's at the neck: skin."""
    person = person_of(me)
    skin = np.uint8([205, 160, 130])
    pixels = person.photo.pixels.copy()
    y0, x0 = int(person.box[1]), int(person.box[0])
    face = (slice(y0, y0 + 40), slice(x0 + 40, x0 + 100))
    pixels[face] = skin
    parts = person.parts.copy()
    parts[face] = Part.FACE
    person = replace(person, photo=Photo(pixels), parts=parts)
    cloth = garment_of(Photo(np.full((40, 30, 3), 9, np.uint8)), Kind.UPPER, {"type": "top"})
    result = result_of(person, cloth, Prompt())
    body, region = pixels.copy(), result.region.copy()
    edge = (slice(400, 440), slice(x0, x0 + 8))
    neck = (slice(y0 + 45, y0 + 80), slice(x0 + 40, x0 + 100))
    body[edge], body[neck] = 30, skin
    region[edge] = region[neck] = True
    coverage = result.composite.coverage.copy()
    coverage[edge] = coverage[neck] = 0
    shown = Photo(np.where((region & (coverage == 0))[..., None], body, result.photo.pixels))
    composite = replace(result.composite, photo=shown, region=region, body=body, coverage=coverage)
    dressed = after(replace(result, photo=shown, region=region, composite=composite))
    assert (dressed.parts[405:435, x0 + 1 : x0 + 5] == Part.BACKGROUND).mean() > 0.9
    assert not dressed.silhouette[405:435, x0 + 1 : x0 + 5].any()
    assert (dressed.parts[y0 + 50 : y0 + 75, x0 + 45 : x0 + 95] == Part.NECK).mean() > 0.9


# --- with the models -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real():
    from tryon import TryOn

    return TryOn.load("cpu")


@pytest.mark.slow
def test_an_outfit_by_the_real_fitting_room(real):
    """The top's and the bottom's own colours are where they belong, and the rest is the photo's."""
    photo = read_photo(ASSETS / "people" / "p002-road.jpg")
    wardrobe = {item.identifier: item for item in real.gallery.items}
    top, bottom, coat = (
        real.gallery.garment(wardrobe[name])
        for name in ("top-floral-pink", "jeans-wide-light", "coat-camel")
    )
    result = real.outfit(photo, [bottom, top])
    assert kinds_of(result) == ["top-floral-pink", "jeans-wide-light"]
    np.testing.assert_array_equal(result.photo.pixels[~result.region], photo.pixels[~result.region])
    upper, lower = (piece.composite.coverage > 250 for piece in result.pieces)
    assert not (upper & lower).sum() > 0.02 * upper.sum()  # the top hangs over the waist
    second = result.pieces[1].seconds["total"]
    assert result.pieces[1].seconds["person"] < 0.01
    assert result.seconds["layers"] < second
    under = real.outfit(photo, [coat, top])
    assert kinds_of(under) == ["top-floral-pink", "coat-camel"]


@pytest.mark.slow
def test_tucked_in_the_waistband_lies_over_the_top(real):
    photo = read_photo(ASSETS / "people" / "p002-road.jpg")
    wardrobe = {item.identifier: item for item in real.gallery.items}
    pair = [
        real.gallery.garment(wardrobe[name]) for name in ("shirt-oxford-blue", "skirt-pleated-plum")
    ]
    tucked, over = (real.outfit(photo, pair, words) for words in ("tucked in", "untucked"))

    def highest(result):
        return int(np.flatnonzero((result.pieces[1].composite.coverage > 128).any(1))[0])

    assert highest(tucked) < highest(over) - 10
    for result in (tucked, over):
        outside = ~result.region
        np.testing.assert_array_equal(result.photo.pixels[outside], photo.pixels[outside])
