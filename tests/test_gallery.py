"""The gallery: the index against its files, finding, and what becomes of a picture."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image

from tryon.core.errors import TryOnError
from tryon.core.types import Kind, Limb, Outline
from tryon.core.vocabulary import ATTRIBUTES, OUTERWEAR_TYPES, TYPE_KIND
from tryon.design.choose import nearest
from tryon.garment.gallery import ASSETS, CATEGORIES, KEPT, Gallery
from tryon.garment.passes import read_passes
from tryon.words.prompt import understand

SHIPPED = Gallery.load()
each = pytest.mark.parametrize("item", SHIPPED.items, ids=lambda item: item.identifier)
ALL = frozenset(ATTRIBUTES["type"])


def line(identifier: str, **attributes: str) -> dict:
    """A line of an index; attributes default to a plain white T-shirt."""
    attributes = {"type": "t-shirt", "colour": "white", "pattern": "plain"} | attributes
    type_ = attributes["type"]
    kind = TYPE_KIND[type_]
    tops = "outerwear" if type_ in OUTERWEAR_TYPES else "tops"
    return {
        "id": identifier,
        "file": f"{identifier}.webp",
        "thumbnail": f"{identifier}.webp",
        "size": [80, 100],
        "kind": str(kind),
        "category": {Kind.UPPER: tops, Kind.LOWER: "bottoms", Kind.DRESS: "dresses"}[kind],
        "audience": "unisex",
        "name": {"en": identifier, "zh": identifier},
        "attributes": attributes,
        "template": False,
        "landmarks": {},
        "inside": [],
        "source": "test",
        "licence": "CC0-1.0",
    }


def gallery_of(folder, *lines: dict) -> Gallery:
    (folder / "gallery.json").write_text(json.dumps(lines))
    return Gallery.load(folder)


@pytest.fixture
def rack(tmp_path) -> Gallery:
    return gallery_of(
        tmp_path,
        line("tee", sleeve="short", neckline="crew", length="regular"),
        line("tee-v", sleeve="short", neckline="v", length="regular", colour="red"),
        line("long", type="top", sleeve="long", neckline="boat", length="regular"),
        line("blazer", type="blazer", sleeve="long", colour="navy"),
        line("skirt", type="skirt", length="short", colour="red"),
        line("maxi", type="skirt", length="long"),
        line("dots", type="skirt", length="long", pattern="dotted"),
    )


# --- finding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"type": "t-shirt"}, "tee"),
        ({"type": "t-shirt", "neckline": "v"}, "tee-v"),
        ({"type": "t-shirt", "colour": "red"}, "tee-v"),
        ({"type": "t-shirt", "neckline": "crew", "colour": "red"}, "tee"),  # the cut before the dye
        ({"type": "skirt", "length": "regular", "colour": "red"}, "skirt"),  # as near; then colour
        ({"type": "skirt", "length": "long", "pattern": "dotted"}, "dots"),
        ({"type": "coat"}, "blazer"),  # other outerwear before other tops
        ({"type": "sweater", "sleeve": "long"}, "long"),
        ({"type": "jeans"}, "skirt"),  # the kind before anything else
        ({"sleeve": "three-quarter", "neckline": "boat"}, "long"),
        ({}, "tee"),
    ],
)
def test_the_nearest_is_found(rack, asked, found):
    assert rack.find(asked).identifier == found


def test_of_equals_the_template_is_dyed_and_the_showpiece_shown(tmp_path):
    plain = line("plain") | {"template": True}
    gallery = gallery_of(tmp_path, plain, line("showpiece"))
    assert gallery.find({"type": "t-shirt", "colour": "green"}).identifier == "plain"
    assert gallery.find({"type": "t-shirt", "colour": "white"}).identifier == "showpiece"


def test_nothing_is_found_in_an_empty_gallery(tmp_path):
    with pytest.raises(TryOnError) as caught:
        Gallery.load(tmp_path).find({"type": "t-shirt"})
    assert caught.value.code == "no_match"


@pytest.mark.parametrize("asked", [{"type": "toga"}, {"smell": "fresh"}])
def test_unknown_attributes_are_refused(rack, asked):
    with pytest.raises(ValueError, match="not in the vocabulary"):
        rack.find(asked)


def test_an_index_is_checked_against_the_vocabulary(tmp_path):
    with pytest.raises(ValueError, match="colour='mauve'"):
        gallery_of(tmp_path, line("tee", colour="mauve"))


# --- a picture becomes a garment ---------------------------------------------------------------


@pytest.fixture
def drawn(tmp_path) -> Gallery:
    """A green T, 80 x 100, with a grey inside of the neck, transparent around it."""
    picture = np.zeros((100, 80, 4), np.uint8)
    picture[...] = 30, 140, 60, 0  # the colour goes on under the transparent part
    picture[10:90, 25:55, 3] = 255
    picture[15:40, 5:75, 3] = 255
    picture[10:20, 34:46, :3] = 120
    Image.fromarray(picture).save(tmp_path / "tee.webp", lossless=True, exact=True)
    drawn = line("tee", sleeve="long")
    drawn["inside"] = [[[33.5, 9], [45.5, 9], [45.5, 19.5], [33.5, 19.5]]]
    points = {"shoulder": (55, 15), "armpit": (55, 39), "elbow": (66, 27), "cuff_outer": (74, 15)}
    points |= {"cuff_inner": (74, 39), "hem": (54, 89)}
    for name, (x, y) in points.items():
        drawn["landmarks"] |= {f"{name}_left": [x, y], f"{name}_right": [79 - x, y]}
    return gallery_of(tmp_path, drawn)


def test_the_inside_is_left_out_and_no_colour_of_it_stays_near_the_edge(drawn):
    garment = drawn.garment(drawn.items[0])
    assert (garment.alpha[10:19, 34:45] == 0).all()
    assert (garment.alpha[23:88, 28:52] == 255).all()
    assert (np.abs(garment.photo.pixels[15:25, 36:44].astype(int) - (30, 140, 60)) < 4).all()


def test_limbs_landmarks_and_attributes_come_from_the_index(drawn):
    garment = drawn.garment(drawn.items[0])
    assert garment.limbs[27, 70] == Limb.LEFT
    assert garment.limbs[27, 9] == Limb.RIGHT
    assert garment.limbs[60, 40] == Limb.BODY
    assert ((garment.limbs > 0) == garment.mask).all()
    assert garment.point(Outline.HEM_LEFT).tolist() == [54, 89]
    assert garment.point(Outline.CROTCH) is None
    assert garment.attributes["sleeve"] == "long"
    assert set(garment.attribute_scores.values()) == {1.0}
    assert garment.identifier == "tee"


def test_garments_are_kept_but_not_all_of_them(tmp_path):
    picture = np.full((100, 80, 4), 255, np.uint8)
    Image.fromarray(picture).save(tmp_path / "one.webp")
    lines = [line(f"g{n}") | {"file": "one.webp"} for n in range(KEPT + 1)]
    gallery = gallery_of(tmp_path, *lines)
    first = gallery.garment(gallery.items[0])
    assert gallery.garment(gallery.items[0]) is first
    for item in gallery.items[1:]:
        gallery.garment(item)
    assert gallery.garment(gallery.items[0]) is not first


# --- what is shipped ---------------------------------------------------------------------------


def test_the_wardrobe_is_large_and_mixed():
    assert sum(not item.template for item in SHIPPED.items) >= 72
    assert len({item.identifier for item in SHIPPED.items}) == len(SHIPPED.items)
    for category in CATEGORIES:
        in_it = [item for item in SHIPPED.items if item.category == category]
        assert sum(not item.template for item in in_it) >= 12, category
    assert {item.audience for item in SHIPPED.items} == {"women", "men", "unisex"}
    patterns = {item.attributes["pattern"] for item in SHIPPED.items}
    assert patterns == set(ATTRIBUTES["pattern"])


def test_every_type_has_a_template():
    plain = {item.attributes["type"] for item in SHIPPED.items if item.template}
    assert plain == ALL


def test_templates_are_plain_and_light():
    for item in SHIPPED.items:
        if item.template:
            assert item.attributes["pattern"] == "plain", item.identifier
            assert item.attributes["colour"] in ("white", "grey"), item.identifier


def test_the_folder_stays_light():
    files = [path for path in ASSETS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 60 * 2**20


def test_the_notice_names_what_is_not_ours():
    notice = (ASSETS / "NOTICE.md").read_text(encoding="utf-8")
    assert "openpeople" in notice
    assert "CC0" in notice


@each
def test_files_are_as_the_index_says(item):
    with Image.open(item.path) as image:
        assert image.mode == "RGBA"
        assert (image.height, image.width) == item.size
        assert image.height >= 1024
    with Image.open(item.thumbnail) as image:
        assert max(image.size) <= 400
    assert item.kind == TYPE_KIND[item.attributes["type"]]
    assert (item.category == "outerwear") == (item.attributes["type"] in OUTERWEAR_TYPES)
    assert item.name["en"].isascii()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in item.name["zh"])
    assert item.licence


NEEDED = {
    Kind.UPPER: ("COLLAR", "SHOULDER", "ARMPIT", "WAIST", "HEM"),
    Kind.DRESS: ("COLLAR", "SHOULDER", "ARMPIT", "WAIST", "HEM"),
    Kind.LOWER: ("WAIST", "HIP", "HEM"),
}
SLEEVED = ("ELBOW", "CUFF_OUTER", "CUFF_INNER")
# Of an off-shoulder garment these are the wearer's: there is no cloth.
BARE = (
    Outline.COLLAR_LEFT,
    Outline.COLLAR_RIGHT,
    Outline.SHOULDER_LEFT,
    Outline.SHOULDER_RIGHT,
)
NEAR = 0.02  # of the picture's height: landmarks lie on the outline or this near to it


@each
def test_alpha_is_clean_and_landmarks_are_on_it(item):
    with Image.open(item.path) as image:
        picture = np.array(image)
    alpha = picture[..., 3]
    assert not alpha[[0, -1]].any()  # not cut off
    assert not alpha[:, [0, -1]].any()
    count, _ = cv2.connectedComponents((alpha > 0).astype(np.uint8))
    assert count == 2  # one garment, no specks
    soft = ((alpha > 0) & (alpha < 255)).sum()
    outline = cv2.Canny((alpha >= 128).astype(np.uint8) * 255, 100, 200).astype(bool).sum()
    assert soft < 8 * outline  # edges are soft, not blurred

    # no fringe: what lies just outside has the colour of the edge
    inside = cv2.erode((alpha == 255).astype(np.uint8), np.ones((3, 3))) > 0
    ring = (cv2.dilate((alpha > 0).astype(np.uint8), np.ones((7, 7))) > 0) & (alpha == 0)
    near = cv2.dilate(inside.astype(np.uint8), np.ones((15, 15))) > 0
    edge = inside & ~(cv2.erode(inside.astype(np.uint8), np.ones((3, 3))) > 0)
    gap = picture[ring & near, :3].mean(0) - picture[edge, :3].mean(0)
    assert np.abs(gap).max() < 20  # of white it would be some 90; cloth seen aslant shines

    names = list(NEEDED[item.kind])
    if item.kind != Kind.LOWER and item.attributes["sleeve"] != "sleeveless":
        names += SLEEVED
    if item.attributes["type"] in ("trousers", "jeans", "leggings", "shorts"):
        names.append("HEM_INNER")
        assert item.landmarks[Outline.CROTCH, 2] == 1
    for name in names:
        left, right = (item.landmarks[Outline[f"{name}_{side}"]] for side in ("LEFT", "RIGHT"))
        assert left[2] == right[2] == 1, name
        assert left[0] > right[0], name
    reach = NEAR * item.size[0]
    distance = cv2.distanceTransform((alpha < 128).astype(np.uint8), cv2.DIST_L2, 5)
    bare = BARE if item.attributes.get("neckline") == "off-shoulder" else ()
    for point in Outline:
        x, y, known = item.landmarks[point]
        if not known:
            continue
        assert min(x, y) >= 0, point.name
        away = distance[round(float(y)), round(float(x))]
        assert away > reach / 4 if point in bare else away <= reach, point.name


@each
def test_passes_tell_the_cloth_of_every_garment(item):
    panels = read_passes(item.passes, item.size)
    with Image.open(item.path) as image:
        alpha = np.array(image)[::2, ::2, 3]
    assert (panels.panel[alpha > 200] > 0).mean() > 0.98
    assert (panels.panel[alpha == 0] == 0).mean() > 0.99
    body = panels.panel == 1
    across = np.ptp(panels.cloth[body][:, 0])
    down = np.ptp(panels.cloth[body][:, 1])
    assert 20 < across < 140  # centimetres
    assert 12 < down < 150
    # along a row of the middle of the body the cloth goes on across, hardly ever back
    row = np.flatnonzero(body.any(1))[body.any(1).sum() // 2]
    steps = np.diff(panels.cloth[row, body[row], 0])
    assert (steps > -0.5).mean() > 0.95


@pytest.mark.parametrize("type_", ["t-shirt", "top"])
def test_templates_of_every_neck(type_):
    necks = {
        item.attributes["neckline"]
        for item in SHIPPED.items
        if item.template and item.attributes["type"] == type_
    }
    assert {"crew", "v"} <= necks


@pytest.mark.parametrize("text", ["off-shoulder top", "an off the shoulder top", "露肩上衣"])
def test_words_alone_find_bare_shoulders(text):
    found = nearest(SHIPPED.items, understand(text))
    assert found.attributes["neckline"] == "off-shoulder"
    assert found.attributes["type"] == "top"


def test_templates_of_every_sleeve():
    sleeves = {
        (item.attributes["type"], item.attributes["sleeve"])
        for item in SHIPPED.items
        if item.template and item.kind != Kind.LOWER
    }
    for sleeve in ATTRIBUTES["sleeve"]:
        assert ("top", sleeve) in sleeves or ("t-shirt", sleeve) in sleeves, sleeve
    for sleeve in ("sleeveless", "short", "long"):
        assert ("dress", sleeve) in sleeves
        assert ("blouse", sleeve) in sleeves


@pytest.mark.slow
@each
def test_every_garment_can_be_worn(item):
    garment = SHIPPED.garment(item)
    assert ((garment.limbs > 0) == garment.mask).all()
    pieces = {int(label) for label in np.unique(garment.limbs)} - {int(Limb.NONE)}
    legs = item.attributes["type"] in ("trousers", "jeans", "leggings", "shorts")
    sleeves = item.kind != Kind.LOWER and item.attributes["sleeve"] != "sleeveless"
    expected = {1, 2, 3} if legs or sleeves else {1}
    assert pieces == expected
    hole = np.zeros(garment.alpha.shape, np.uint8)
    for outline in item.inside:
        cv2.fillPoly(hole, [np.round(outline).astype(np.int32)], 1)
    assert not garment.alpha[cv2.erode(hole, np.ones((5, 5), np.uint8)) > 0].any()
