"""Wardrobe: the list of garments in the gallery, what each is called and how it is made.

Notable here:
- `GARMENTS` is the one list to edit. Attribute values are those of `tryon/core/vocabulary.py`.
- a `Block` is a silhouette: recipe, cut and the seed of its folds. Draping takes most of the time
  and depends on the block alone, so one block serves several fabrics and colours.
- a `template` is a plain light garment that the program dyes and prints when a visitor only
  describes one in words.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import recipes as make
from bottoms import SkirtCut, TrouserCut
from fabric import (
    Pattern,
    Weave,
    camouflage,
    checks,
    denim,
    dots,
    fine_knit,
    fleece,
    floral,
    jersey,
    knit,
    lace,
    leather,
    leopard,
    oxford,
    peaks,
    plain,
    poplin,
    rainbow,
    rib_knit,
    satin,
    stripes,
    suede,
    tartan,
    twill,
    velvet,
    wool,
    zebra,
)
from recipes import MEN, UNISEX, WOMEN, long_sleeves, sleeveless
from sewing import Tailor


@dataclass(frozen=True)
class Entry:
    """One garment of the gallery. name: English, Chinese. attributes: as in the vocabulary.
    flat: photographed lying on a floor, not hanging on a form."""

    id: str
    name: tuple[str, str]
    audience: str  # women | men | unisex
    attributes: dict[str, str]
    sew: Callable[[], Tailor]
    template: bool = False
    exposure: float = 1.0
    flat: bool = False


@dataclass(frozen=True)
class Block:
    """A silhouette. options: further arguments of its recipe. attributes: what it is, unless an
    entry says otherwise."""

    recipe: Callable[..., Tailor]
    seed: int
    audience: str
    attributes: dict[str, str]
    options: dict = field(default_factory=dict)


def _block(recipe, seed, audience, type, cut=None, sewn=None, **attributes) -> Block:
    """A silhouette of regular length and fit, of cotton, unless said otherwise."""
    attributes = {"type": type, "length": "regular", "fit": "regular", "fabric": "cotton"} | (
        attributes
    )
    options = ({} if cut is None else {"cut": cut}) | (sewn or {})
    return Block(recipe, seed, audience, attributes, options)


def _upper(recipe, seed, audience, type, sleeve, neckline, cut=None, sewn=None, **more) -> Block:
    more |= {"sleeve": sleeve, "neckline": neckline}
    return _block(recipe, seed, audience, type, cut, sewn, **more)


def _entry(
    block: Block,
    id: str,
    english: str,
    chinese: str,
    colour: str,
    cloth: Callable[[], tuple[Weave, Pattern]],
    pattern: str = "plain",
    *,
    sewn: dict | None = None,
    recipe: Callable[..., Tailor] | None = None,
    audience: str = "",
    template: bool = False,
    exposure: float = 1.0,
    flat: bool = False,
    **attributes: str,
) -> Entry:
    """A garment on a block. cloth() gives its weave and dye; sewn: arguments of the recipe;
    recipe: another way to finish the same cut; attributes: those that differ from the block's."""
    chosen = recipe or block.recipe
    options = block.options | (sewn or {})
    return Entry(
        id,
        (english, chinese),
        audience or block.audience,
        {**block.attributes, "colour": colour, "pattern": pattern, **attributes},
        lambda: chosen(*cloth(), seed=block.seed, **options),
        template,
        exposure,
        flat,
    )


def _template(block: Block, id, english, chinese, cloth, colour="white", **more) -> Entry:
    """A plain garment, white or light grey."""
    if colour == "grey":
        more["shade"] = "light"
    return _entry(block, id, english, chinese, colour, cloth, template=True, **more)


# dyes, sRGB
WHITE, SNOW, CREAM, LIGHT_GREY = (228, 228, 226), (236, 236, 234), (236, 226, 204), (190, 191, 193)
GREY, CHARCOAL, BLACK = (140, 142, 146), (62, 64, 70), (33, 33, 36)
NAVY, BLUE, SKY, TEAL = (34, 44, 78), (48, 88, 160), (164, 192, 222), (24, 104, 108)
RED, BURGUNDY, PINK, ORANGE = (178, 34, 44), (104, 30, 48), (226, 158, 172), (222, 118, 52)
YELLOW, MUSTARD, GREEN, SAGE = (236, 204, 84), (204, 150, 44), (44, 96, 68), (136, 152, 128)
BEIGE, CAMEL, BROWN, KHAKI, PURPLE = (
    (206, 188, 158),
    (186, 144, 98),
    (104, 72, 50),
    (140, 130, 96),
    (108, 66, 132),
)
INDIGO, MID_DENIM, LIGHT_DENIM = (44, 56, 86), (74, 94, 126), (128, 150, 180)

LONG_MEN = long_sleeves(MEN, 56.0, 11.5)
LONG_WOMEN = long_sleeves(WOMEN, 50.0, 9.8)
LONG_UNISEX = long_sleeves(UNISEX, 55.0, 11.0, 1.0)
KNIT_MEN = long_sleeves(UNISEX, 56.0, 11.5, 0.9, hem_y=67.0, hem_half=27.0)
KNIT_WOMEN = long_sleeves(
    replace(WOMEN, chest_half=25.5, hem_half=28.0, waist_half=26.0, hem_y=60.0), 51.0, 10.8, 0.9
)
HEAVY = long_sleeves(UNISEX, 56.0, 12.0, 1.2, hem_y=68.0, hem_half=28.0)
OUTER_MEN = long_sleeves(
    replace(MEN, chest_half=29.0, waist_half=28.0, shoulder_half=24.0, armpit_y=26.0),
    56.0,
    13.0,
    0.8,
    hem_y=64.0,
    hem_half=27.0,
)
SUIT_MEN = long_sleeves(
    replace(MEN, chest_half=28.0, hem_half=28.0, waist_half=25.0), 56.0, 14.0, 0.6, hem_y=75.0
)
SUIT_WOMEN = long_sleeves(
    replace(WOMEN, shoulder_half=20.5, chest_half=25.0, hem_half=26.5, waist_half=22.0),
    52.0,
    12.4,
    0.5,
    hem_y=68.0,
)
COAT_MEN = long_sleeves(
    replace(UNISEX, chest_half=30.0, waist_half=29.0, armpit_y=27.0), 57.0, 15.0, 0.8
)
COAT_WOMEN = long_sleeves(
    replace(
        WOMEN,
        shoulder_half=21.0,
        chest_half=26.5,
        waist_half=25.0,
        hem_half=28.0,
        armpit_y=23.5,
        waist_y=42.0,
    ),
    53.0,
    13.6,
    0.8,
)
THREE_QUARTER = long_sleeves(WOMEN, 35.0, 11.4)
VEST_MEN = sleeveless(
    replace(MEN, neck="scoop", neck_half=9.6, neck_drop=14.0, chest_half=25.5), 15.5
)
VEST_WOMEN = sleeveless(
    replace(WOMEN, neck="scoop", neck_half=9.4, neck_drop=15.0, chest_half=22.4), 14.0
)

CHINO = TrouserCut(waist_half=21.0, knee_cm=22.0, hem_cm=18.5)
SUIT = TrouserCut(waist_half=21.0, knee_cm=23.0, hem_cm=20.0)
STRAIGHT = TrouserCut(waist_half=21.0, knee_cm=22.0, hem_cm=20.5)
WOMENS = TrouserCut(
    form="women",
    waist_half=18.4,
    hip_half=25.4,
    crotch_y=27.5,
    knee_y=56.0,
    knee_cm=20.5,
    hem_cm=18.0,
    hem_y=99.0,
    stance=11.5,
)
WIDE = replace(WOMENS, knee_cm=26.0, hem_cm=31.0, stance=18.5, hem_y=101.0)
SKINNY = replace(WOMENS, hip_half=24.4, knee_cm=17.4, hem_cm=12.8, stance=11.0, hem_y=98.0)
TIGHT = replace(
    WOMENS,
    waist_half=18.0,
    hip_half=24.0,
    knee_cm=19.0,
    hem_cm=14.8,
    hem_y=96.0,
    stance=11.5,
    firm_waist=8.5,
)
SWEAT_SHORTS = TrouserCut(waist_half=20.5, hem_y=47.0, hem_cm=29.0, stance=15.4, knee_y=70.0)
CHINO_SHORTS = TrouserCut(waist_half=21.0, hem_y=48.0, hem_cm=27.0, stance=14.2, knee_y=70.0)
HOT_SHORTS = replace(WOMENS, hem_y=35.0, hem_cm=29.0, stance=14.8, knee_y=60.0)

MINI = SkirtCut(waist_half=18.4, hip_half=25.2, hip_y=17.0, hem_half=27.0, hem_y=40.0)
PENCIL = SkirtCut(waist_half=18.2, hip_half=25.0, hem_half=23.4, hem_y=62.0)
A_LINE = SkirtCut(
    waist_half=18.2, hip_half=27.5, hip_y=16.0, hem_half=44.0, hem_y=64.0, hem_dip=0.0
)
FULL = SkirtCut(waist_half=18.2, hip_half=32.0, hip_y=20.0, hem_half=64.0, hem_y=70.0, hem_dip=0.0)
MAXI = SkirtCut(waist_half=18.2, hip_half=28.5, hip_y=18.0, hem_half=58.0, hem_y=96.0, hem_dip=0.0)
PLEATED = SkirtCut(
    waist_half=18.2, hip_half=27.0, hip_y=18.0, hem_half=36.0, hem_y=70.0, hem_dip=0.4
)
TENNIS = SkirtCut(
    waist_half=18.2, hip_half=26.5, hip_y=16.0, hem_half=34.0, hem_y=37.0, hem_dip=0.4
)


# --- silhouettes: tops ----------------------------------------------------------------------------

CROPPED = replace(WOMEN, hem_y=44.0, waist_y=34.0, hem_half=22.6, waist_half=22.0)
OVERSIZED = replace(
    UNISEX,
    shoulder_half=26.5,
    chest_half=31.0,
    waist_half=30.5,
    hem_half=30.5,
    hem_y=74.0,
    sleeve_cm=22.0,
    cuff_cm=21.0,
)
BOAT = {"neck": "boat", "neck_half": 11.4, "neck_drop": 5.2}
SCOOP = {"neck": "scoop", "neck_half": 9.8, "neck_drop": 14.0}
V = {"neck": "v", "neck_drop": 15.0}
BARDOT = replace(
    WOMEN,
    neck="off-shoulder",
    neck_half=7.5,
    neck_drop=14.5,
    back_drop=13.0,
    chest_half=23.5,
    sleeve_cm=21.0,
    cuff_cm=17.0,
    bare_cm=4.5,
    drape=make.GRIPPING,
)
BARDOT_LONG = long_sleeves(BARDOT, 51.0, 10.4, 1.4)
VEST_CREW = sleeveless(WOMEN, 16.5)
CAP_SLEEVE = replace(WOMEN, sleeve_cm=18.0, cuff_cm=14.8)
FLOWING = long_sleeves(WOMEN, 52.0, 8.6, 1.6)
SOFT_VEST = replace(sleeveless(WOMEN, 17.0), **V, neck_half=7.8, drape=make.SOFT)


def _tee(seed, audience, sleeve, neckline, cut, type="top", band=1.9, **more) -> Block:
    return _upper(make.tee, seed, audience, type, sleeve, neckline, cut, {"band": band}, **more)


TEE_MEN = _tee(5, "men", "short", "crew", MEN, "t-shirt")
TEE_MEN_V = _tee(61, "men", "short", "v", replace(MEN, neck="v", neck_drop=14.5), "t-shirt", 1.6)
TEE_UNISEX = _tee(3, "unisex", "short", "crew", UNISEX, "t-shirt")
TEE_OVERSIZED = _tee(7, "unisex", "short", "crew", OVERSIZED, "t-shirt", fit="loose")
TEE_WOMEN = _tee(101, "women", "short", "crew", WOMEN, "t-shirt", 1.5)
TEE_WOMEN_V = _tee(6, "women", "short", "v", replace(WOMEN, **V), "t-shirt", 1.5, fit="slim")
TEE_WOMEN_SCOOP = _tee(102, "women", "short", "scoop", replace(WOMEN, **SCOOP), "t-shirt", 1.3)
TEE_WOMEN_BOAT = _tee(103, "women", "short", "boat", replace(WOMEN, **BOAT), "t-shirt", 1.0)
TEE_CROPPED = _tee(62, "women", "short", "crew", CROPPED, "t-shirt", length="cropped")
THREE_CREW = _tee(106, "women", "three-quarter", "crew", THREE_QUARTER)
THREE_V = _tee(107, "women", "three-quarter", "v", replace(THREE_QUARTER, **V), band=1.5)
THREE_SCOOP = _tee(
    108, "women", "three-quarter", "scoop", replace(THREE_QUARTER, **SCOOP), band=1.3
)
THREE_BOAT = _tee(64, "women", "three-quarter", "boat", replace(THREE_QUARTER, **BOAT), band=1.0)
LONG_CREW = _tee(63, "unisex", "long", "crew", LONG_MEN)
LONG_V = _tee(104, "women", "long", "v", replace(LONG_WOMEN, **V), band=1.5)
LONG_SCOOP = _tee(105, "women", "long", "scoop", replace(LONG_WOMEN, **SCOOP), band=1.3, fit="slim")
LONG_BOAT = _tee(8, "women", "long", "boat", replace(LONG_WOMEN, **BOAT), band=1.0)


def _vest(seed, audience, neckline, cut, type="tank-top", band=1.0, **more) -> Block:
    options = {"band": band}
    return _upper(make.vest, seed, audience, type, "sleeveless", neckline, cut, options, **more)


TANK_MEN = _vest(65, "men", "scoop", VEST_MEN)
TANK_WOMEN = _vest(9, "women", "scoop", VEST_WOMEN, fit="slim")
VEST_ROUND = _vest(109, "women", "crew", VEST_CREW, "top")
VEST_V = _vest(110, "women", "v", replace(VEST_CREW, **V), "top")
VEST_BOAT = _vest(111, "women", "boat", replace(VEST_CREW, **BOAT), "top")
BLOUSE_SLEEVELESS = _vest(115, "women", "v", SOFT_VEST, "blouse", 1.1, fabric="silk")

OFF_SHOULDER = _upper(make.bardot, 190, "women", "top", "short", "off-shoulder", BARDOT)
OFF_SHOULDER_LONG = _upper(make.bardot, 191, "women", "top", "long", "off-shoulder", BARDOT_LONG)

POLO = _upper(make.polo, 10, "men", "polo", "short", "collar", MEN)
POLO_LONG = _upper(make.polo, 113, "men", "polo", "long", "collar", LONG_MEN)
SHIRT = _upper(make.shirt, 11, "men", "shirt", "long", "collar", LONG_MEN)
SHIRT_LOOSE = _upper(
    make.shirt, 12, "unisex", "shirt", "long", "collar", LONG_UNISEX, {"pockets": 2}, fit="loose"
)
SHIRT_SHORT = _upper(
    make.shirt,
    13,
    "men",
    "shirt",
    "short",
    "collar",
    UNISEX,
    {"tail": False, "pockets": 0},
    fit="loose",
)
SHIRT_WOMEN = _upper(
    make.shirt, 114, "women", "blouse", "long", "collar", LONG_WOMEN, {"pockets": 0}
)
BLOUSE = _upper(make.blouse, 14, "women", "blouse", "long", "v", FLOWING, fabric="silk")
BLOUSE_SHORT = _upper(make.blouse, 70, "women", "blouse", "short", "v", CAP_SLEEVE, fabric="silk")


def _knitted(seed, audience, neckline, cut, sewn=None, fabric="knit", **more) -> Block:
    more["fabric"] = fabric
    return _upper(make.sweater, seed, audience, "sweater", "long", neckline, cut, sewn, **more)


SWEATER = _knitted(15, "unisex", "crew", KNIT_MEN)
SWEATER_V = _knitted(116, "men", "v", replace(KNIT_MEN, neck="v", neck_drop=17.0, neck_half=7.8))
SWEATER_SLOUCHY = _knitted(
    117,
    "women",
    "crew",
    replace(KNIT_WOMEN, shoulder_half=23.0, chest_half=27.5, waist_half=27.0, hem_half=29.5),
    fit="loose",
)
TURTLENECK = _knitted(
    16, "women", "turtleneck", KNIT_WOMEN, {"collar": "turtleneck"}, "wool", fit="slim"
)
HOODIE = _upper(make.hoodie, 18, "unisex", "hoodie", "long", "hooded", HEAVY)
HOODIE_ZIP = _upper(
    make.hoodie, 197, "unisex", "hoodie", "long", "hooded", HEAVY, {"zip_": (96, 96, 100)}
)
SWEATSHIRT = _upper(make.sweatshirt, 20, "unisex", "sweatshirt", "long", "crew", HEAVY)

# --- silhouettes: outerwear -----------------------------------------------------------------------


def _outer(recipe, seed, audience, type, neckline, cut, sewn=None, **more) -> Block:
    return _upper(recipe, seed, audience, type, "long", neckline, cut, sewn, **more)


TRUCKER = _outer(make.denim_jacket, 21, "unisex", "jacket", "collar", OUTER_MEN, fabric="denim")
TRUCKER_WOMEN = _outer(
    make.denim_jacket,
    119,
    "women",
    "jacket",
    "collar",
    long_sleeves(
        replace(WOMEN, shoulder_half=21.0, chest_half=25.5, waist_half=25.0, armpit_y=23.0),
        51.0,
        12.0,
        0.7,
        hem_y=51.0,
        hem_half=24.5,
    ),
    length="cropped",
    fabric="denim",
)


def _bomber(weave, dye, **options) -> Tailor:
    """A zipped jacket with knitted ribs, whatever its cloth."""
    return make.zip_jacket(weave, dye, rib_weave=rib_knit(22, 0.34, 0.03), **options)


BOMBER = _outer(_bomber, 22, "unisex", "jacket", "crew", OUTER_MEN)
BLAZER_MEN = _outer(make.blazer, 23, "men", "blazer", "v", SUIT_MEN, fabric="wool")
BLAZER_WOMEN = _outer(
    make.blazer,
    24,
    "women",
    "blazer",
    "v",
    SUIT_WOMEN,
    {"close": 34.0, "width": 10.6},
    fabric="wool",
)
COAT_DOUBLE = _outer(make.coat, 25, "women", "coat", "v", COAT_WOMEN, length="long", fabric="wool")
COAT_SINGLE = _outer(
    make.coat,
    26,
    "men",
    "coat",
    "v",
    COAT_MEN,
    {"double": False, "close": 38.0},
    length="long",
    fabric="wool",
)
CARDIGAN_LOOSE = _outer(
    make.cardigan,
    27,
    "women",
    "cardigan",
    "v",
    replace(KNIT_WOMEN, shoulder_half=21.0, chest_half=26.0),
    fit="loose",
    fabric="knit",
)
CARDIGAN_WOMEN = _outer(make.cardigan, 75, "women", "cardigan", "v", KNIT_WOMEN, fabric="knit")
CARDIGAN_MEN = _outer(make.cardigan, 118, "men", "cardigan", "v", KNIT_MEN, fabric="knit")

# --- silhouettes: bottoms -------------------------------------------------------------------------

JEANS = _block(make.jeans, 30, "unisex", "jeans", STRAIGHT, fabric="denim")
JEANS_SLIM = _block(make.jeans, 31, "women", "jeans", SKINNY, fit="slim", fabric="denim")
CHINOS = _block(make.trousers, 32, "men", "trousers", CHINO, {"crease": False})
WIDE_LEGS = _block(make.trousers, 33, "women", "trousers", WIDE, length="long", fit="loose")
SUIT_TROUSERS = _block(make.trousers, 34, "men", "trousers", SUIT, fabric="wool")
LEGGINGS = _block(make.leggings, 35, "women", "leggings", TIGHT, fit="slim")
SHORTS = _block(make.trousers, 36, "men", "shorts", CHINO_SHORTS, {"crease": False})
SHORTS_HOT = _block(make.jeans, 37, "women", "shorts", HOT_SHORTS, length="short", fabric="denim")
SHORTS_SWEAT = _block(make.drawstring_shorts, 87, "unisex", "shorts", SWEAT_SHORTS, fit="loose")
SKIRT_MINI = _block(make.skirt, 38, "women", "skirt", MINI, length="short")
SKIRT_PLEATED = _block(make.pleated_skirt, 39, "women", "skirt", PLEATED, fabric="wool")
SKIRT_FULL = _block(make.skirt, 40, "women", "skirt", FULL, fabric="silk")
SKIRT_PENCIL = _block(make.skirt, 41, "women", "skirt", PENCIL, fit="slim")
SKIRT_A_LINE = _block(make.skirt, 81, "women", "skirt", A_LINE)
SKIRT_MAXI = _block(make.skirt, 82, "women", "skirt", MAXI, length="long")
SKIRT_TENNIS = _block(
    make.pleated_skirt, 83, "women", "skirt", TENNIS, {"pleats": 17}, length="short", fit="loose"
)

# --- silhouettes: dresses -------------------------------------------------------------------------


def _frock(seed, length, sleeve, shape="flare", neck="crew", sewn=None, **more) -> Block:
    """A dress block; its neckline is said where a collar hides the neck."""
    options = {"length": length, "sleeve": sleeve, "shape": shape, "neck": neck} | (sewn or {})
    more = {"neckline": neck} | more
    return _block(
        make.dress, seed, "women", "dress", None, options, sleeve=sleeve, length=length, **more
    )


FROCKS = {  # (length, sleeve): fit and flare, round neck
    ("short", "sleeveless"): _frock(41, "short", "sleeveless"),
    ("short", "short"): _frock(42, "short", "short"),
    ("short", "long"): _frock(43, "short", "long"),
    ("regular", "sleeveless"): _frock(44, "regular", "sleeveless"),
    ("regular", "short"): _frock(50, "regular", "short"),
    ("regular", "long"): _frock(46, "regular", "long"),
    ("long", "sleeveless"): _frock(47, "long", "sleeveless"),
    ("long", "short"): _frock(48, "long", "short"),
    ("long", "long"): _frock(49, "long", "long"),
}
FROCKS_V = {  # sleeve: midi with a V neck
    "sleeveless": _frock(121, "regular", "sleeveless", neck="v"),
    "short": _frock(122, "regular", "short", neck="v"),
    "long": _frock(123, "regular", "long", neck="v"),
}
SHIFT = _frock(51, "short", "sleeveless", "shift", "boat")
MAXI_V = _frock(52, "long", "sleeveless", neck="v", fabric="silk")
SHEATH = _frock(53, "regular", "long", "sheath", fit="slim")
SHIRT_DRESS = _frock(54, "regular", "short", sewn={"collar": True}, neckline="collar")
MINI_V = _frock(55, "short", "long", neck="v", fabric="silk")

# --- cloths and prints used more than once --------------------------------------------------------

RED_FLANNEL = [((26, 24, 30), 6.0, 2.2, 0.0, 0.62), ((236, 226, 206), 6.0, 0.26, 3.0, 0.8)]
TRADITIONAL = [  # tartan with navy, green and yellow
    ((24, 30, 58), 8.0, 2.6, 0.0, 0.66),
    ((28, 74, 52), 8.0, 1.1, 3.2, 0.6),
    ((232, 196, 96), 8.0, 0.22, 4.6, 0.8),
]
GLEN_CHECK = [
    ((120, 98, 76), 5.0, 1.3, 0.0, 0.42),
    ((120, 98, 76), 5.0, 0.18, 1.3, 0.5),
    ((90, 60, 44), 5.0, 0.14, 2.6, 0.5),
]
GREY_CHECK = [
    ((70, 72, 80), 9.0, 2.6, 0.0, 0.45),
    ((70, 72, 80), 9.0, 0.3, 3.0, 0.5),
    ((232, 230, 226), 9.0, 0.3, 4.5, 0.6),
]
WOODLAND = [(126, 122, 88), (78, 86, 54), (70, 58, 44), (34, 36, 32)]
DESERT = [(196, 178, 142), (164, 140, 102), (126, 106, 78), (96, 84, 66)]
RETRO = [(224, 188, 92), (218, 126, 66), (168, 58, 52), (70, 98, 110), (236, 224, 198)]


def _peaks(ink) -> Callable[[Tailor], None]:
    """Mountains on the chest, with a line of letters."""

    def draw(tailor: Tailor) -> None:
        tailor.print(peaks(), np.array([0.0, 29.0]), 25.0, ink)
        make.text_print("HIGH COUNTRY", ink, 19.0, 43.6)(tailor)

    return draw


def _lines(*lines: tuple[str, float, float], ink, font="DejaVuSans-Bold.ttf"):
    """Lines of letters: (text, width cm, y cm) each."""

    def draw(tailor: Tailor) -> None:
        for text, width, y in lines:
            make.text_print(text, ink, width, y, font)(tailor)

    return draw


TOPS = (
    _entry(
        TEE_UNISEX,
        "tee-sunset",
        "Sunset print T-shirt",
        "日落印花T恤",
        "cream",
        lambda: (jersey(3), plain(CREAM)),
        "graphic",
        sewn={"print_": make.sun_print(text=(70, 80, 96))},
    ),
    _entry(
        TEE_UNISEX,
        "tee-mountains",
        "Navy T-shirt with mountains",
        "藏青色山峰印花T恤",
        "navy",
        lambda: (jersey(130), plain(NAVY)),
        "graphic",
        sewn={"print_": _peaks((232, 226, 210))},
    ),
    _entry(
        TEE_MEN,
        "tee-grey-melange",
        "Grey melange T-shirt",
        "麻灰色T恤",
        "grey",
        lambda: (jersey(4, 0.13), plain(GREY)),
    ),
    _entry(
        TEE_MEN, "tee-black", "Black T-shirt", "黑色T恤", "black", lambda: (jersey(5), plain(BLACK))
    ),
    _entry(
        TEE_MEN,
        "tee-striped-orange",
        "Rust and cream striped T-shirt",
        "橙色条纹T恤",
        "orange",
        lambda: (jersey(131), stripes((196, 98, 48), CREAM, 4.4, 1.4, 1.0)),
        "striped",
        sewn={"collar": plain((196, 98, 48))},
    ),
    _entry(
        TEE_WOMEN_V,
        "tee-burgundy-v",
        "Burgundy V-neck T-shirt",
        "酒红色V领T恤",
        "burgundy",
        lambda: (jersey(6), plain(BURGUNDY)),
    ),
    _entry(
        OFF_SHOULDER,
        "top-off-shoulder-stripes",
        "Blue striped off-shoulder top",
        "蓝色条纹露肩上衣",
        "blue",
        lambda: (poplin(195), stripes(SNOW, (104, 140, 190), 1.3, 0.6, upright=True)),
        "striped",
        shade="light",
    ),
    _entry(
        TEE_UNISEX,
        "tee-ochre-flat",
        "Ochre T-shirt",
        "赭黄色T恤",
        "yellow",
        lambda: (jersey(196), plain((206, 154, 62))),
        shade="dark",
        flat=True,
    ),
    _entry(
        LONG_CREW,
        "top-breton-flat",
        "Cream and navy striped top",
        "米色藏青条纹长袖上衣",
        "cream",
        lambda: (jersey(197), stripes(CREAM, NAVY, 2.6, 0.9, 1.0)),
        "striped",
        flat=True,
    ),
    _entry(
        TEE_CROPPED,
        "tee-lilac-cropped",
        "Lilac cropped T-shirt with lettering",
        "淡紫色字母短款T恤",
        "purple",
        lambda: (jersey(133), plain((186, 164, 212))),
        "graphic",
        shade="pastel",
        sewn={
            "print_": _lines(
                ("SUNDAY", 18.0, 22.4),
                ("slow & easy", 11.5, 27.6),
                ink=(96, 58, 128),
                font="DejaVuSerif-Bold.ttf",
            )
        },
    ),
    _entry(
        TEE_OVERSIZED,
        "tee-camouflage",
        "Camouflage T-shirt",
        "迷彩T恤",
        "green",
        lambda: (jersey(7), camouflage(WOODLAND, 6.5, 7)),
        "camouflage",
        shade="dark",
        sewn={"collar": plain((70, 78, 52))},
    ),
    _entry(
        LONG_BOAT,
        "top-breton",
        "Breton striped top",
        "海军条纹上衣",
        "white",
        lambda: (jersey(8), stripes(SNOW, NAVY, 2.4, 0.9, 0.6)),
        "striped",
        sewn={"collar": plain(SNOW)},
    ),
    _entry(
        THREE_BOAT,
        "top-floral-pink",
        "Pink floral top",
        "粉色碎花上衣",
        "pink",
        lambda: (
            jersey(135),
            floral(
                (236, 190, 196),
                [(198, 78, 104), (250, 240, 234), (226, 128, 116)],
                (108, 132, 100),
                (246, 214, 130),
                135,
                96,
                3.0,
            ),
        ),
        "floral",
        shade="light",
        sewn={"collar": plain((198, 78, 104))},
    ),
    _entry(
        VEST_V,
        "top-leopard",
        "Leopard print top",
        "豹纹上衣",
        "brown",
        lambda: (satin(136), leopard((212, 172, 122), (158, 106, 62), (42, 30, 24), 136)),
        "animal",
        fabric="silk",
        sewn={"trim": plain((42, 30, 24))},
    ),
    _entry(
        TANK_WOMEN,
        "tank-black-ribbed",
        "Black ribbed tank top",
        "黑色罗纹背心",
        "black",
        lambda: (rib_knit(9, 0.26, 0.022), plain(BLACK)),
    ),
    _entry(
        TANK_MEN,
        "tank-striped-khaki",
        "Khaki striped tank top",
        "卡其色条纹背心",
        "khaki",
        lambda: (jersey(137), stripes(KHAKI, CREAM, 3.0, 0.5, 1.0)),
        "striped",
        sewn={"trim": plain(CREAM)},
    ),
    _entry(
        POLO,
        "polo-navy",
        "Navy polo shirt",
        "藏青色Polo衫",
        "navy",
        lambda: (oxford(10), plain(NAVY)),
    ),
    _entry(
        POLO_LONG,
        "polo-knit-beige",
        "Beige knitted long-sleeved polo",
        "米色针织长袖Polo衫",
        "beige",
        lambda: (fine_knit(139, 0.02), plain(BEIGE)),
        fabric="knit",
        sewn={"button": (112, 84, 58)},
    ),
    _entry(
        SHIRT,
        "shirt-oxford-blue",
        "Light blue Oxford shirt",
        "浅蓝色牛津纺衬衫",
        "blue",
        lambda: (oxford(11), plain(SKY)),
        shade="light",
    ),
    _entry(
        SHIRT,
        "shirt-pinstripe",
        "White shirt with blue stripes",
        "白底蓝条纹衬衫",
        "white",
        lambda: (poplin(140), stripes(SNOW, (72, 108, 168), 1.5, 0.24, upright=True)),
        "striped",
    ),
    _entry(
        SHIRT_LOOSE,
        "shirt-tartan",
        "Red checked flannel shirt",
        "红色格子法兰绒衬衫",
        "red",
        lambda: (fleece(12, 0.03), tartan((156, 38, 42), RED_FLANNEL)),
        "checked",
        sewn={"button": (60, 40, 36)},
    ),
    _entry(
        SHIRT_LOOSE,
        "shirt-denim",
        "Light denim shirt",
        "浅色牛仔衬衫",
        "blue",
        lambda: (denim(141, 0.5), plain((132, 156, 186))),
        shade="light",
        fabric="denim",
        sewn={"button": (236, 232, 224), "thread": (206, 176, 130)},
    ),
    _entry(
        SHIRT_SHORT,
        "shirt-tropical",
        "Floral short-sleeved shirt",
        "印花短袖衬衫",
        "teal",
        lambda: (
            poplin(13),
            floral(
                TEAL,
                [(240, 222, 190), (232, 140, 110), (244, 190, 96)],
                (20, 74, 70),
                (250, 240, 210),
                13,
                46,
                4.4,
            ),
        ),
        "floral",
    ),
    _entry(
        SHIRT_SHORT,
        "shirt-linen-sand",
        "Sand linen short-sleeved shirt",
        "沙色亚麻短袖衬衫",
        "beige",
        lambda: (poplin(142, 0.045), plain((218, 202, 174))),
        fabric="linen",
        sewn={"pockets": 1, "button": (150, 122, 90)},
    ),
    _entry(
        SHIRT_WOMEN,
        "shirt-gingham-pink",
        "Pink gingham shirt",
        "粉色格纹衬衫",
        "pink",
        lambda: (poplin(143), checks(SNOW, (216, 122, 146), 1.2, 0.6)),
        "checked",
        type="shirt",
    ),
    _entry(
        BLOUSE,
        "blouse-dotted",
        "Navy dotted blouse",
        "藏青色圆点衬衫",
        "navy",
        lambda: (satin(14), dots(NAVY, (238, 236, 228), 2.0, 0.34)),
        "dotted",
    ),
    _entry(
        BLOUSE,
        "blouse-lace-cream",
        "Cream lace blouse",
        "奶油色蕾丝衬衫",
        "cream",
        lambda: (lace(144), plain((240, 230, 208))),
        fabric="lace",
    ),
    _entry(
        SWEATER,
        "sweater-cable",
        "Cream cable-knit sweater",
        "奶油色麻花毛衣",
        "cream",
        lambda: (knit(15, 0.34, 0.02), plain(CREAM)),
        sewn={"cables": True},
    ),
    _entry(
        TURTLENECK,
        "sweater-turtleneck",
        "Camel turtleneck sweater",
        "驼色高领毛衣",
        "brown",
        lambda: (fine_knit(16, 0.03), plain(CAMEL)),
        shade="light",
    ),
    _entry(
        SWEATER,
        "sweater-striped",
        "Green striped sweater",
        "绿色条纹毛衣",
        "green",
        lambda: (knit(17, 0.30, 0.02), stripes(GREEN, CREAM, 9.0, 2.2, 3.0)),
        "striped",
        audience="men",
        shade="dark",
        sewn={"trim": plain(GREEN)},
    ),
    _entry(
        SWEATER_V,
        "sweater-v-navy",
        "Navy V-neck sweater",
        "藏青色V领毛衣",
        "navy",
        lambda: (fine_knit(146, 0.02), plain(NAVY)),
        fabric="wool",
    ),
    _entry(
        SWEATER_SLOUCHY,
        "sweater-retro-stripes",
        "Multicoloured striped sweater",
        "彩色条纹毛衣",
        "multicolour",
        lambda: (knit(148, 0.32, 0.022), rainbow(RETRO, 3.4)),
        "striped",
        sewn={"trim": plain((70, 98, 110))},
    ),
    _entry(
        HOODIE,
        "hoodie-sage",
        "Sage green hoodie",
        "鼠尾草绿连帽衫",
        "green",
        lambda: (fleece(18, 0.05), plain(SAGE)),
        shade="light",
    ),
    _entry(
        HOODIE,
        "hoodie-black",
        "Black hoodie with lettering",
        "黑色字母连帽衫",
        "black",
        lambda: (fleece(19, 0.03), plain(BLACK)),
        "graphic",
        fit="loose",
        sewn={
            "cord": (60, 60, 64),
            "print_": make.text_print("TRYON", (232, 230, 222), 21.0, 34.5),
        },
    ),
    _entry(
        HOODIE_ZIP,
        "hoodie-zip-grey",
        "Grey zip hoodie",
        "灰色拉链连帽衫",
        "grey",
        lambda: (fleece(193, 0.10), plain((150, 152, 156))),
    ),
    _entry(
        SWEATSHIRT,
        "sweatshirt-mustard",
        "Mustard sweatshirt",
        "芥末黄卫衣",
        "yellow",
        lambda: (fleece(20, 0.03), plain(MUSTARD)),
        shade="dark",
    ),
    _entry(
        SWEATSHIRT,
        "sweatshirt-college",
        "Grey sweatshirt with lettering",
        "灰色字母卫衣",
        "grey",
        lambda: (fleece(150, 0.12), plain((172, 174, 178))),
        "graphic",
        sewn={
            "print_": _lines(
                ("RIVERSIDE", 25.0, 28.0),
                ("ROWING CLUB 1987", 20.0, 33.4),
                ink=(30, 42, 82),
                font="DejaVuSerif-Bold.ttf",
            )
        },
    ),
)

OUTERWEAR = (
    _entry(
        TRUCKER,
        "jacket-denim",
        "Blue denim jacket",
        "蓝色牛仔夹克",
        "blue",
        lambda: (denim(21), plain(MID_DENIM)),
    ),
    _entry(
        TRUCKER_WOMEN,
        "jacket-denim-white",
        "White cropped denim jacket",
        "白色短款牛仔夹克",
        "white",
        lambda: (denim(151, 0.3), plain((232, 230, 224))),
        sewn={"thread": (214, 208, 196), "worn": 0.0},
    ),
    _entry(
        TRUCKER,
        "jacket-suede",
        "Brown suede jacket",
        "棕色麂皮夹克",
        "brown",
        lambda: (suede(152), plain((134, 90, 58))),
        fabric="suede",
        sewn={"thread": (96, 64, 42), "worn": 0.0, "metal": (96, 78, 60)},
    ),
    _entry(
        BOMBER,
        "jacket-leather",
        "Black leather bomber jacket",
        "黑色皮夹克",
        "black",
        lambda: (leather(22), plain((36, 33, 33))),
        audience="men",
        fabric="leather",
        sewn={"rib": plain((30, 29, 30))},
    ),
    _entry(
        BOMBER,
        "jacket-bomber-khaki",
        "Khaki bomber jacket",
        "卡其色飞行员夹克",
        "khaki",
        lambda: (twill(153), plain((124, 116, 84))),
        sewn={"rib": plain((104, 98, 70))},
    ),
    _entry(
        BLAZER_MEN,
        "blazer-navy",
        "Navy blazer",
        "藏青色西装外套",
        "navy",
        lambda: (twill(23), plain(NAVY)),
        sewn={"lining": plain((92, 84, 104))},
    ),
    _entry(
        BLAZER_MEN,
        "blazer-velvet-burgundy",
        "Burgundy velvet blazer",
        "酒红色天鹅绒西装外套",
        "burgundy",
        lambda: (velvet(154), plain((98, 26, 44))),
        fabric="velvet",
        sewn={"lining": plain((52, 22, 30)), "button": (46, 20, 26)},
    ),
    _entry(
        BLAZER_WOMEN,
        "blazer-check",
        "Beige checked blazer",
        "米色格子西装外套",
        "beige",
        lambda: (wool(24, 0.04), tartan((196, 178, 150), GLEN_CHECK)),
        "checked",
        fit="loose",
        sewn={"lining": plain((150, 130, 106)), "button": (92, 70, 50)},
    ),
    _entry(
        BLAZER_WOMEN,
        "blazer-linen-pink",
        "Pink linen blazer",
        "粉色亚麻西装外套",
        "pink",
        lambda: (poplin(155, 0.04), plain((222, 160, 168))),
        fabric="linen",
        sewn={"lining": plain((238, 222, 214)), "button": (166, 106, 112)},
    ),
    _entry(
        COAT_DOUBLE,
        "coat-camel",
        "Camel wool coat",
        "驼色羊毛大衣",
        "brown",
        lambda: (wool(25), plain(CAMEL)),
        shade="light",
        sewn={"lining": plain((90, 66, 46))},
    ),
    _entry(
        COAT_DOUBLE,
        "coat-check-grey",
        "Grey checked coat",
        "灰色格子大衣",
        "grey",
        lambda: (wool(156, 0.05), tartan((146, 148, 152), GREY_CHECK)),
        "checked",
        sewn={"lining": plain((74, 76, 82)), "button": (48, 48, 52)},
    ),
    _entry(
        COAT_SINGLE,
        "coat-charcoal",
        "Charcoal overcoat",
        "炭灰色大衣",
        "grey",
        lambda: (wool(26, 0.10), plain(CHARCOAL)),
        shade="dark",
        sewn={"lining": plain((40, 40, 46)), "button": (30, 30, 32)},
    ),
    _entry(
        CARDIGAN_LOOSE,
        "cardigan-green",
        "Forest green cardigan",
        "森林绿开衫",
        "green",
        lambda: (knit(27, 0.36, 0.03), plain((74, 98, 76))),
    ),
    _entry(
        CARDIGAN_WOMEN,
        "cardigan-orange",
        "Orange cardigan",
        "橙色开衫",
        "orange",
        lambda: (fine_knit(158), plain((220, 112, 56))),
        sewn={"button": (150, 76, 40)},
    ),
    _entry(
        CARDIGAN_MEN,
        "cardigan-cream",
        "Cream chunky cardigan",
        "奶油色厚开衫",
        "cream",
        lambda: (knit(159, 0.42, 0.034), plain((232, 222, 198))),
        fabric="wool",
        sewn={"button": (96, 70, 48)},
    ),
)

BOTTOMS = (
    _entry(
        JEANS,
        "jeans-blue",
        "Blue straight jeans",
        "蓝色直筒牛仔裤",
        "blue",
        lambda: (denim(30), plain((60, 78, 112))),
    ),
    _entry(
        JEANS_SLIM,
        "jeans-black-slim",
        "Black slim jeans",
        "黑色修身牛仔裤",
        "black",
        lambda: (denim(31, 0.6), plain((38, 38, 42))),
        sewn={"thread": (54, 54, 58), "worn": 0.06, "metal": (140, 136, 128)},
    ),
    _entry(
        WIDE_LEGS,
        "jeans-wide-light",
        "Light wide-leg jeans",
        "浅色阔腿牛仔裤",
        "blue",
        lambda: (denim(160), plain(LIGHT_DENIM)),
        recipe=make.jeans,
        shade="light",
        type="jeans",
        fabric="denim",
    ),
    _entry(
        CHINOS,
        "trousers-chino",
        "Beige chinos",
        "米色休闲裤",
        "beige",
        lambda: (twill(32), plain(BEIGE)),
    ),
    _entry(
        WIDE_LEGS,
        "trousers-wide-black",
        "Black wide-leg trousers",
        "黑色阔腿裤",
        "black",
        lambda: (twill(33), plain((38, 38, 42))),
        fabric="wool",
        sewn={"button": (30, 30, 32)},
    ),
    _entry(
        WIDE_LEGS,
        "trousers-linen-cream",
        "Cream wide linen trousers",
        "奶油色亚麻阔腿裤",
        "cream",
        lambda: (poplin(162, 0.045), plain((234, 224, 200))),
        fabric="linen",
        sewn={"crease": False, "button": (206, 190, 160)},
    ),
    _entry(
        SUIT_TROUSERS,
        "trousers-cord-brown",
        "Brown corduroy trousers",
        "棕色灯芯绒裤",
        "brown",
        lambda: (velvet(34), plain(BROWN)),
        fabric="velvet",
        sewn={"crease": False},
    ),
    _entry(
        SUIT_TROUSERS,
        "trousers-pinstripe-navy",
        "Navy pinstriped trousers",
        "藏青色细条纹西裤",
        "navy",
        lambda: (twill(163), stripes((36, 44, 72), (150, 158, 180), 1.5, 0.09, upright=True)),
        "striped",
    ),
    _entry(
        LEGGINGS,
        "leggings-black",
        "Black leggings",
        "黑色打底裤",
        "black",
        lambda: (jersey(35), plain(BLACK)),
    ),
    _entry(
        SHORTS,
        "shorts-khaki",
        "Khaki chino shorts",
        "卡其色短裤",
        "khaki",
        lambda: (twill(36), plain(KHAKI)),
    ),
    _entry(
        SHORTS_HOT,
        "shorts-denim",
        "Light denim shorts",
        "浅色牛仔短裤",
        "blue",
        lambda: (denim(37), plain(LIGHT_DENIM)),
        shade="light",
        sewn={"frayed": True},
    ),
    _entry(
        SHORTS_SWEAT,
        "shorts-camouflage",
        "Desert camouflage shorts",
        "沙漠迷彩短裤",
        "khaki",
        lambda: (twill(165), camouflage(DESERT, 6.0, 165)),
        "camouflage",
        audience="men",
        sewn={"cord": (96, 84, 66)},
    ),
    _entry(
        SKIRT_MINI,
        "skirt-denim-mini",
        "Denim mini skirt",
        "牛仔短裙",
        "blue",
        lambda: (denim(38), plain((84, 106, 142))),
        recipe=make.denim_skirt,
        fabric="denim",
    ),
    _entry(
        SKIRT_MINI,
        "skirt-leather-mini",
        "Black leather mini skirt",
        "黑色皮短裙",
        "black",
        lambda: (leather(166), plain((36, 33, 33))),
        fabric="leather",
    ),
    _entry(
        SKIRT_TENNIS,
        "skirt-tartan-pleated",
        "Red tartan pleated mini skirt",
        "红色苏格兰格百褶短裙",
        "red",
        lambda: (wool(167, 0.04), tartan((164, 34, 42), TRADITIONAL)),
        "checked",
        fabric="wool",
    ),
    _entry(
        SKIRT_TENNIS,
        "skirt-white-tennis",
        "White pleated mini skirt",
        "白色百褶短裙",
        "white",
        lambda: (twill(83), plain(WHITE)),
    ),
    _entry(
        SKIRT_PLEATED,
        "skirt-pleated-plum",
        "Burgundy pleated midi skirt",
        "酒红色百褶裙",
        "burgundy",
        lambda: (twill(39), plain((108, 40, 62))),
    ),
    _entry(
        SKIRT_FULL,
        "skirt-satin-green",
        "Emerald satin midi skirt",
        "祖母绿缎面半身裙",
        "green",
        lambda: (satin(40), plain((34, 88, 66))),
        shade="dark",
    ),
    _entry(
        SKIRT_PENCIL,
        "skirt-leopard",
        "Leopard print pencil skirt",
        "豹纹铅笔裙",
        "brown",
        lambda: (twill(41), leopard((206, 164, 112), (150, 98, 54), (40, 28, 22), 41)),
        "animal",
    ),
    _entry(
        SKIRT_MAXI,
        "skirt-floral-maxi",
        "Floral maxi skirt",
        "碎花长裙",
        "black",
        lambda: (
            poplin(168),
            floral(
                (36, 36, 42),
                [(222, 120, 132), (240, 214, 190), (214, 158, 92)],
                (84, 110, 84),
                (246, 220, 140),
                168,
                110,
                2.8,
            ),
        ),
        "floral",
    ),
)

DRESSES = (
    _entry(
        FROCKS["regular", "short"],
        "dress-floral",
        "Floral summer dress",
        "碎花夏日连衣裙",
        "white",
        lambda: (
            poplin(50),
            floral(
                (246, 242, 234),
                [(200, 66, 80), (232, 146, 116), (240, 192, 106)],
                (88, 128, 92),
                (250, 226, 140),
                50,
                210,
                2.1,
            ),
        ),
        "floral",
    ),
    _entry(
        SHIFT,
        "dress-red-shift",
        "Red shift dress",
        "红色直筒连衣裙",
        "red",
        lambda: (twill(51), plain(RED)),
    ),
    _entry(
        SHIFT,
        "dress-sailor-shift",
        "Navy striped shift dress",
        "藏青色条纹直筒连衣裙",
        "navy",
        lambda: (jersey(170), stripes((36, 46, 80), SNOW, 3.2, 0.8, 1.0)),
        "striped",
    ),
    _entry(
        MAXI_V,
        "dress-dotted-maxi",
        "Black dotted maxi dress",
        "黑色波点长裙",
        "black",
        lambda: (satin(52), dots((34, 34, 38), (236, 232, 224), 2.6, 0.36)),
        "dotted",
    ),
    _entry(
        MAXI_V,
        "dress-satin-pink-maxi",
        "Dusty pink satin maxi dress",
        "粉色缎面长裙",
        "pink",
        lambda: (satin(171), plain((206, 144, 152))),
    ),
    _entry(
        SHEATH,
        "dress-knit-brown",
        "Brown knitted dress",
        "棕色针织连衣裙",
        "brown",
        lambda: (rib_knit(53, 0.32, 0.03), plain((124, 84, 60))),
        fabric="knit",
    ),
    _entry(
        SHIRT_DRESS,
        "dress-shirt-striped",
        "Blue striped shirt dress",
        "蓝色条纹衬衫裙",
        "blue",
        lambda: (poplin(54), stripes(SNOW, (120, 152, 200), 1.1, 0.5, upright=True)),
        "striped",
        shade="light",
        sewn={"buttons": (238, 236, 230), "belt": plain((104, 136, 186))},
    ),
    _entry(
        SHIRT_DRESS,
        "dress-shirt-orange",
        "Orange linen shirt dress",
        "橙色亚麻衬衫裙",
        "orange",
        lambda: (poplin(173, 0.04), plain((212, 112, 62))),
        fabric="linen",
        sewn={"buttons": (236, 214, 186), "belt": plain((196, 98, 52))},
    ),
    _entry(
        MINI_V,
        "dress-purple-satin",
        "Purple satin dress",
        "紫色缎面连衣裙",
        "purple",
        lambda: (satin(55), plain(PURPLE)),
    ),
    _entry(
        MINI_V,
        "dress-lace-white",
        "White lace mini dress",
        "白色蕾丝短款连衣裙",
        "white",
        lambda: (lace(174), plain((236, 234, 228))),
        fabric="lace",
    ),
    _entry(
        FROCKS_V["short"],
        "dress-wrap-teal",
        "Teal satin wrap dress",
        "蓝绿色缎面裹身裙",
        "teal",
        lambda: (satin(175), plain((26, 98, 102))),
        fabric="silk",
        sewn={"wrap": plain((22, 88, 92))},
    ),
    _entry(
        FROCKS_V["long"],
        "dress-velvet-burgundy",
        "Burgundy velvet dress",
        "酒红色天鹅绒连衣裙",
        "burgundy",
        lambda: (velvet(176), plain((106, 28, 48))),
        fabric="velvet",
    ),
    _entry(
        FROCKS["regular", "sleeveless"],
        "dress-gingham-red",
        "Red gingham dress",
        "红色格纹连衣裙",
        "red",
        lambda: (poplin(177), checks(SNOW, (190, 44, 52), 1.8, 0.9)),
        "checked",
        sewn={"belt": plain((178, 36, 46))},
    ),
    _entry(
        FROCKS["short", "sleeveless"],
        "dress-yellow-mini",
        "Yellow mini dress",
        "黄色短款连衣裙",
        "yellow",
        lambda: (twill(178), plain((240, 206, 92))),
    ),
    _entry(
        FROCKS["long", "short"],
        "dress-rainbow-maxi",
        "Multicoloured striped maxi dress",
        "彩色条纹长裙",
        "multicolour",
        lambda: (poplin(179), rainbow([*RETRO, (52, 74, 96)], 4.2)),
        "striped",
        sewn={"belt": plain((52, 74, 96))},
    ),
    _entry(
        FROCKS["long", "long"],
        "dress-zebra-maxi",
        "Zebra print maxi dress",
        "斑马纹长裙",
        "cream",
        lambda: (satin(180), zebra((238, 230, 214), (44, 40, 40), 4.2, 180)),
        "animal",
        fabric="silk",
    ),
)


def _sleeve_templates() -> list[Entry]:
    """White T-shirts and tops: every sleeve with every neckline."""
    necklines = {
        "crew": ("", ""),
        "v": ("V-neck ", "V领"),
        "scoop": ("scoop-neck ", "大圆领"),
        "boat": ("boat-neck ", "一字领"),
    }
    table = (
        ("tee-white", "{}T-shirt", "{}T恤", (TEE_MEN, TEE_MEN_V, TEE_WOMEN_SCOOP, TEE_WOMEN_BOAT)),
        (
            "top-white-sleeveless",
            "{}sleeveless top",
            "{}无袖上衣",
            (VEST_ROUND, VEST_V, None, VEST_BOAT),
        ),
        ("top-white-short", "{}short-sleeved top", "{}短袖上衣", (TEE_WOMEN, None, None, None)),
        (
            "top-white-three-quarter",
            "{}top with three-quarter sleeves",
            "{}七分袖上衣",
            (THREE_CREW, THREE_V, THREE_SCOOP, THREE_BOAT),
        ),
        (
            "top-white-long",
            "{}long-sleeved top",
            "{}长袖上衣",
            (LONG_CREW, LONG_V, LONG_SCOOP, LONG_BOAT),
        ),
    )
    entries = []
    for id_, english, chinese, blocks in table:
        for (neckline, (en, zh)), block in zip(necklines.items(), blocks, strict=True):
            if block is None:
                continue
            name = english.format(en)
            attributes = {"fit": "regular", "type": "t-shirt" if "tee" in id_ else "top"}
            entries.append(
                _template(
                    block,
                    id_ if neckline == "crew" else f"{id_}-{neckline}",
                    f"White {name}",
                    f"白色{chinese.format(zh)}",
                    lambda block=block: (jersey(block.seed), plain(WHITE)),
                    audience="unisex" if block is TEE_MEN or block is TEE_MEN_V else "",
                    **attributes,
                )
            )
    return entries


def _dress_templates() -> list[Entry]:
    """White dresses: every length with every sleeve, and midi dresses with a V neck."""
    words = {"short": ("mini", "短款"), "regular": ("midi", "中长"), "long": ("maxi", "长款")}
    sleeves = {
        "sleeveless": ("sleeveless", "无袖"),
        "short": ("short-sleeved", "短袖"),
        "long": ("long-sleeved", "长袖"),
    }
    blocks = {f"{sleeve}-{length}": block for (length, sleeve), block in FROCKS.items()}
    blocks |= {f"{sleeve}-regular-v": block for sleeve, block in FROCKS_V.items()}
    entries = []
    for id_, block in blocks.items():
        sleeve_en, sleeve_zh = sleeves[block.attributes["sleeve"]]
        long_en, long_zh = words[block.attributes["length"]]
        neck_en, neck_zh = ("V-neck ", "V领") if id_.endswith("-v") else ("", "")
        entries.append(
            _template(
                block,
                f"dress-white-{id_}",
                f"White {neck_en}{sleeve_en} {long_en} dress",
                f"白色{neck_zh}{sleeve_zh}{long_zh}连衣裙",
                lambda block=block: (twill(block.seed), plain(WHITE)),
            )
        )
    return entries


TEMPLATES = (
    *_sleeve_templates(),
    _template(
        TEE_CROPPED,
        "tee-white-cropped",
        "White cropped T-shirt",
        "白色短款T恤",
        lambda: (jersey(62), plain(WHITE)),
    ),
    _template(
        LONG_CREW,
        "tee-white-long",
        "White long-sleeved T-shirt",
        "白色长袖T恤",
        lambda: (jersey(181, 0.02), plain(WHITE)),
        type="t-shirt",
    ),
    _template(
        TURTLENECK,
        "top-white-turtleneck",
        "White turtleneck top",
        "白色高领上衣",
        lambda: (jersey(182), plain(WHITE)),
        type="top",
        fabric="cotton",
    ),
    _template(
        TANK_MEN, "tank-white", "White tank top", "白色背心", lambda: (jersey(65), plain(WHITE))
    ),
    _template(
        VEST_ROUND,
        "tank-white-crew",
        "White round-neck tank top",
        "白色圆领背心",
        lambda: (rib_knit(109, 0.24, 0.016), plain(WHITE)),
        type="tank-top",
    ),
    _template(
        VEST_V,
        "tank-white-v",
        "White V-neck tank top",
        "白色V领背心",
        lambda: (rib_knit(110, 0.24, 0.016), plain(WHITE)),
        type="tank-top",
    ),
    _template(
        TANK_WOMEN,
        "top-white-sleeveless-scoop",
        "White scoop-neck sleeveless top",
        "白色大圆领无袖上衣",
        lambda: (jersey(183), plain(WHITE)),
        type="top",
    ),
    _template(
        OFF_SHOULDER,
        "top-white-short-off-shoulder",
        "White short-sleeved off-shoulder top",
        "白色短袖露肩上衣",
        lambda: (poplin(190), plain(WHITE)),
    ),
    _template(
        OFF_SHOULDER_LONG,
        "top-white-long-off-shoulder",
        "White long-sleeved off-shoulder top",
        "白色长袖露肩上衣",
        lambda: (poplin(191), plain(WHITE)),
    ),
    _template(
        POLO, "polo-white", "White polo shirt", "白色Polo衫", lambda: (oxford(66), plain(WHITE))
    ),
    _template(
        POLO_LONG,
        "polo-white-long",
        "White long-sleeved polo shirt",
        "白色长袖Polo衫",
        lambda: (oxford(113), plain(WHITE)),
    ),
    _template(SHIRT, "shirt-white", "White shirt", "白色衬衫", lambda: (poplin(67), plain(WHITE))),
    _template(
        SHIRT_SHORT,
        "shirt-white-short",
        "White short-sleeved shirt",
        "白色短袖衬衫",
        lambda: (poplin(68), plain(WHITE)),
        fit="regular",
        sewn={"pockets": 1},
    ),
    _template(
        SHIRT_WOMEN,
        "blouse-white-collar",
        "White blouse with collar",
        "白色翻领女式衬衫",
        lambda: (poplin(114), plain(WHITE)),
    ),
    _template(
        BLOUSE, "blouse-white", "White blouse", "白色女式衬衫", lambda: (satin(69), plain(WHITE))
    ),
    _template(
        BLOUSE_SHORT,
        "blouse-white-short",
        "White short-sleeved blouse",
        "白色短袖女式衬衫",
        lambda: (satin(70), plain(WHITE)),
    ),
    _template(
        BLOUSE_SLEEVELESS,
        "blouse-white-sleeveless",
        "White sleeveless blouse",
        "白色无袖女式衬衫",
        lambda: (satin(115), plain(WHITE)),
    ),
    _template(
        SWEATER,
        "sweater-light-grey",
        "Light grey sweater",
        "浅灰色毛衣",
        lambda: (knit(71, 0.28, 0.018), plain(LIGHT_GREY)),
        "grey",
    ),
    _template(
        SWEATER_V,
        "sweater-white-v",
        "White V-neck sweater",
        "白色V领毛衣",
        lambda: (knit(116, 0.28, 0.018), plain(WHITE)),
        audience="unisex",
    ),
    _template(
        TURTLENECK,
        "sweater-white-turtleneck",
        "White turtleneck sweater",
        "白色高领毛衣",
        lambda: (fine_knit(72), plain(WHITE)),
        fit="regular",
    ),
    _template(
        SWEATSHIRT,
        "sweatshirt-light-grey",
        "Light grey sweatshirt",
        "浅灰色卫衣",
        lambda: (fleece(73, 0.04), plain(LIGHT_GREY)),
        "grey",
    ),
    _template(
        HOODIE,
        "hoodie-light-grey",
        "Light grey hoodie",
        "浅灰色连帽衫",
        lambda: (fleece(74, 0.04), plain(LIGHT_GREY)),
        "grey",
    ),
    _template(
        CARDIGAN_WOMEN,
        "cardigan-white",
        "White cardigan",
        "白色开衫",
        lambda: (fine_knit(75), plain(WHITE)),
        sewn={"button": (236, 232, 224)},
    ),
    _template(
        BOMBER,
        "jacket-light-grey",
        "Light grey bomber jacket",
        "浅灰色夹克",
        lambda: (twill(76), plain(LIGHT_GREY)),
        "grey",
    ),
    _template(
        TRUCKER,
        "jacket-white-collar",
        "White jacket with collar",
        "白色翻领夹克",
        lambda: (twill(184), plain(WHITE)),
        fabric="cotton",
        sewn={"thread": (206, 204, 198), "worn": 0.0, "metal": (170, 170, 172)},
    ),
    _template(
        BLAZER_MEN,
        "blazer-light-grey",
        "Light grey blazer",
        "浅灰色西装外套",
        lambda: (twill(77), plain(LIGHT_GREY)),
        "grey",
        audience="unisex",
        sewn={"lining": plain((168, 168, 172)), "button": (120, 120, 122)},
    ),
    _template(
        COAT_SINGLE,
        "coat-light-grey",
        "Light grey coat",
        "浅灰色大衣",
        lambda: (wool(78, 0.04), plain(LIGHT_GREY)),
        "grey",
        audience="unisex",
        sewn={"lining": plain((164, 164, 168)), "button": (110, 110, 112)},
    ),
    *_dress_templates(),
    _template(
        SKIRT_MINI,
        "skirt-white-mini",
        "White mini skirt",
        "白色短裙",
        lambda: (twill(80), plain(WHITE)),
    ),
    _template(
        SKIRT_A_LINE,
        "skirt-white-midi",
        "White midi skirt",
        "白色半身裙",
        lambda: (twill(81), plain(WHITE)),
    ),
    _template(
        SKIRT_MAXI,
        "skirt-white-maxi",
        "White maxi skirt",
        "白色长裙",
        lambda: (poplin(82), plain(WHITE)),
    ),
    _template(
        SKIRT_PENCIL,
        "skirt-white-pencil",
        "White pencil skirt",
        "白色铅笔裙",
        lambda: (twill(185), plain(WHITE)),
    ),
    _template(
        SKIRT_PLEATED,
        "skirt-white-pleated",
        "White pleated midi skirt",
        "白色百褶裙",
        lambda: (twill(186), plain(WHITE)),
        fit="loose",
        fabric="cotton",
    ),
    _template(
        SUIT_TROUSERS,
        "trousers-light-grey",
        "Light grey trousers",
        "浅灰色长裤",
        lambda: (twill(84), plain(LIGHT_GREY)),
        "grey",
        audience="unisex",
    ),
    _template(
        WIDE_LEGS,
        "trousers-white-wide",
        "White wide-leg trousers",
        "白色阔腿裤",
        lambda: (twill(187), plain(WHITE)),
    ),
    _template(
        JEANS,
        "jeans-white",
        "White jeans",
        "白色牛仔裤",
        lambda: (denim(85, 0.35), plain(WHITE)),
        sewn={"thread": (206, 204, 198), "worn": 0.0},
    ),
    _template(
        LEGGINGS,
        "leggings-light-grey",
        "Light grey leggings",
        "浅灰色打底裤",
        lambda: (jersey(86), plain(LIGHT_GREY)),
        "grey",
    ),
    _template(
        SHORTS_SWEAT,
        "shorts-light-grey",
        "Light grey sweat shorts",
        "浅灰色运动短裤",
        lambda: (fleece(87, 0.04), plain(LIGHT_GREY)),
        "grey",
    ),
)

GARMENTS: tuple[Entry, ...] = (*TOPS, *OUTERWEAR, *BOTTOMS, *DRESSES, *TEMPLATES)
