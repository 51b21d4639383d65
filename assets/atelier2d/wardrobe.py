"""Wardrobe: the list of garments in the gallery, what each is called and how it is made.

Notable here: `GARMENTS` is the one list to edit. Attribute values are those of
`tryon/vocabulary.py`; a `template` is a plain light garment that the program dyes and prints
when a visitor only describes one in words.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import recipes as make
from bottoms import SkirtCut, TrouserCut
from fabric import (
    camouflage,
    checks,
    denim,
    dots,
    fine_knit,
    fleece,
    floral,
    jersey,
    knit,
    leather,
    leopard,
    oxford,
    plain,
    poplin,
    rib_knit,
    satin,
    stripes,
    tartan,
    twill,
    velvet,
    wool,
)
from recipes import MEN, UNISEX, WOMEN, long_sleeves, sleeveless
from sewing import Tailor


@dataclass(frozen=True)
class Entry:
    """One garment of the gallery. name: English, Chinese. attributes: as in the vocabulary."""

    id: str
    name: tuple[str, str]
    audience: str  # women | men | unisex
    attributes: dict[str, str]
    sew: Callable[[], Tailor]
    template: bool = False
    exposure: float = 1.0


def _is(type, colour, pattern="plain", **more) -> dict[str, str]:
    return {"type": type, "colour": colour, "pattern": pattern, **more}


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

LONG_MEN = long_sleeves(MEN)
LONG_WOMEN = long_sleeves(WOMEN, 52.0, 8.2)
LONG_UNISEX = long_sleeves(UNISEX, 57.0, 9.4, 1.0)
KNIT_MEN = long_sleeves(UNISEX, 57.0, 9.4, 0.9, hem_y=67.0, hem_half=19.2)
KNIT_WOMEN = long_sleeves(
    replace(WOMEN, hem_half=17.4, waist_half=16.6, hem_y=60.0), 52.0, 8.4, 0.9
)
HEAVY = long_sleeves(
    UNISEX, 56.0, 8.8, 1.2, 0.02, hem_y=67.0, hem_half=19.0, grow_length=0.02, torso_depth=0.36
)
OUTER_MEN = long_sleeves(MEN, 58.0, 10.6, 0.8, hem_y=63.0, hem_half=19.2)
SUIT_MEN = long_sleeves(
    replace(MEN, shoulder_half=21.4, hem_half=20.6, waist_half=18.6), 60.0, 12.0, 0.6, hem_y=76.0
)
SUIT_WOMEN = long_sleeves(
    replace(WOMEN, shoulder_half=18.8, hem_half=19.6, waist_half=16.0), 55.0, 10.6, 0.5, hem_y=68.0
)
COAT_MEN = long_sleeves(UNISEX, 60.0, 12.5, 0.8)
COAT_WOMEN = long_sleeves(
    replace(
        WOMEN,
        shoulder_half=19.4,
        chest_half=19.0,
        waist_half=18.0,
        hem_half=20.0,
        armpit_y=22.0,
        waist_y=42.0,
    ),
    56.0,
    11.6,
    0.8,
)
THREE_QUARTER = long_sleeves(WOMEN, 36.0, 10.4)
VEST_MEN = sleeveless(replace(MEN, neck="scoop", neck_half=9.4, neck_drop=13.0), 14.0)
VEST_WOMEN = sleeveless(replace(WOMEN, neck="scoop", neck_half=9.0, neck_drop=14.5), 12.6)

CHINO = TrouserCut(waist_half=16.2, hem_cm=15.8, knee_cm=18.0, knee_stack=0.012)
SUIT = TrouserCut(waist_half=15.8, hem_cm=17.0, knee_cm=19.0, knee_stack=0.008)
WIDE = TrouserCut(
    waist_half=13.8,
    hip_half=18.4,
    hip_y=19.0,
    crotch_y=27.0,
    hem_cm=25.0,
    knee_cm=21.0,
    stance=15.8,
    hem_y=104.0,
)
STRAIGHT = TrouserCut(waist_half=16.0, hem_cm=16.8, knee_cm=18.2, knee_stack=0.015, hem_stack=0.008)
SKINNY = TrouserCut(
    waist_half=14.2,
    hip_half=17.8,
    hip_y=18.5,
    crotch_y=25.5,
    hem_cm=10.4,
    knee_cm=14.2,
    stance=10.6,
    hem_y=97.0,
    ease=7.0,
    grow_width=0.01,
    knee_stack=0.02,
    hem_stack=0.03,
    hem_hold="pinned",
)
TIGHT = TrouserCut(
    waist_half=13.4,
    hip_half=17.2,
    hip_y=19.0,
    crotch_y=26.0,
    knee_cm=12.6,
    knee_y=54.0,
    hem_cm=8.6,
    hem_y=92.0,
    stance=9.6,
    ease=4.0,
    grow_width=0.0,
    knee_stack=0.01,
    hem_stack=0.012,
    hem_hold="pinned",
    firm_waist=8.5,
)
SWEAT_SHORTS = TrouserCut(waist_half=15.6, hem_y=46.0, hem_cm=23.0, stance=13.4, knee_y=70.0)
CHINO_SHORTS = TrouserCut(waist_half=16.2, hem_y=47.0, hem_cm=21.0, stance=12.2, knee_y=70.0)
HOT_SHORTS = TrouserCut(
    waist_half=13.8,
    hip_half=18.6,
    hip_y=17.5,
    crotch_y=25.0,
    hem_y=32.5,
    hem_cm=18.6,
    stance=10.6,
    knee_y=60.0,
)

MINI = SkirtCut(waist_half=14.2, hip_half=19.4, hip_y=17.0, hem_half=21.6, hem_y=40.0)
PENCIL = SkirtCut(waist_half=14.0, hip_half=19.0, hem_half=17.4, hem_y=62.0)
A_LINE = SkirtCut(
    waist_half=14.0,
    hip_half=19.4,
    hip_y=20.0,
    hem_half=27.0,
    hem_y=64.0,
    depth=0.26,
    fullness=0.22,
    hem_dip=2.6,
    folds=5,
)
FULL = SkirtCut(
    waist_half=13.8,
    hip_half=19.8,
    hip_y=21.0,
    hem_half=30.0,
    hem_y=72.0,
    depth=0.22,
    fullness=0.5,
    hem_dip=3.4,
)
MAXI = SkirtCut(
    waist_half=13.8,
    hip_half=19.4,
    hip_y=21.0,
    hem_half=31.0,
    hem_y=98.0,
    depth=0.22,
    fullness=0.40,
    hem_dip=3.4,
)
PLEATED = SkirtCut(
    waist_half=13.8, hip_half=20.0, hip_y=21.0, hem_half=28.0, hem_y=70.0, hem_dip=2.0
)
TENNIS = SkirtCut(
    waist_half=13.8, hip_half=19.6, hip_y=16.0, hem_half=25.0, hem_y=37.0, hem_dip=1.8
)


def _dress_templates() -> list[Entry]:
    """White dresses: every length with every sleeve."""
    entries = []
    words = {"short": ("mini", "短款"), "regular": ("midi", "中长"), "long": ("maxi", "长款")}
    sleeves = {
        "sleeveless": ("sleeveless", "无袖"),
        "short": ("short-sleeved", "短袖"),
        "long": ("long-sleeved", "长袖"),
    }
    seed = 40
    for length, (long_en, long_zh) in words.items():
        for sleeve, (sleeve_en, sleeve_zh) in sleeves.items():
            seed += 1
            entries.append(
                Entry(
                    f"dress-white-{sleeve}-{length}",
                    (f"White {sleeve_en} {long_en} dress", f"白色{sleeve_zh}{long_zh}连衣裙"),
                    "women",
                    _is(
                        "dress",
                        "white",
                        sleeve=sleeve,
                        length=length,
                        neckline="crew",
                        fit="regular",
                        fabric="cotton",
                    ),
                    lambda length=length, sleeve=sleeve, seed=seed: make.dress(
                        twill(seed), plain(WHITE), length, sleeve, "flare", seed=seed
                    ),
                    template=True,
                )
            )
    return entries


GARMENTS: tuple[Entry, ...] = (
    # --- showpieces: tops ---------------------------------------------------------------------
    Entry(
        "tee-sunset",
        ("Sunset print T-shirt", "日落印花T恤"),
        "unisex",
        _is(
            "t-shirt",
            "cream",
            "graphic",
            sleeve="short",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.tee(
            jersey(3), plain(CREAM), UNISEX, seed=3, print_=make.sun_print(text=(70, 80, 96))
        ),
    ),
    Entry(
        "tee-grey-melange",
        ("Grey melange T-shirt", "麻灰色T恤"),
        "men",
        _is(
            "t-shirt",
            "grey",
            sleeve="short",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.tee(jersey(4, 0.13), plain(GREY), MEN, seed=4),
    ),
    Entry(
        "tee-black",
        ("Black T-shirt", "黑色T恤"),
        "men",
        _is(
            "t-shirt",
            "black",
            sleeve="short",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.tee(jersey(5), plain(BLACK), MEN, seed=5),
    ),
    Entry(
        "tee-burgundy-v",
        ("Burgundy V-neck T-shirt", "酒红色V领T恤"),
        "women",
        _is(
            "t-shirt",
            "burgundy",
            sleeve="short",
            neckline="v",
            length="regular",
            fit="slim",
            fabric="cotton",
        ),
        lambda: make.tee(
            jersey(6), plain(BURGUNDY), replace(WOMEN, neck="v", neck_drop=15.0), seed=6, band=1.5
        ),
    ),
    Entry(
        "tee-camouflage",
        ("Camouflage T-shirt", "迷彩T恤"),
        "unisex",
        _is(
            "t-shirt",
            "green",
            "camouflage",
            shade="dark",
            sleeve="short",
            neckline="crew",
            length="regular",
            fit="loose",
            fabric="cotton",
        ),
        lambda: make.tee(
            jersey(7),
            camouflage([(126, 122, 88), (78, 86, 54), (70, 58, 44), (34, 36, 32)], 6.5, 7),
            UNISEX,
            plain((70, 78, 52)),
            seed=7,
        ),
    ),
    Entry(
        "top-breton",
        ("Breton striped top", "海军条纹上衣"),
        "women",
        _is(
            "top",
            "white",
            "striped",
            sleeve="long",
            neckline="boat",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.tee(
            jersey(8),
            stripes(SNOW, NAVY, 2.4, 0.9, 0.6),
            replace(LONG_WOMEN, neck="boat", neck_half=10.8, neck_drop=5.2),
            seed=8,
            band=1.0,
            collar=plain(SNOW),
        ),
    ),
    Entry(
        "tank-black-ribbed",
        ("Black ribbed tank top", "黑色罗纹背心"),
        "women",
        _is(
            "tank-top",
            "black",
            sleeve="sleeveless",
            neckline="scoop",
            length="regular",
            fit="slim",
            fabric="cotton",
        ),
        lambda: make.vest(rib_knit(9, 0.26, 0.022), plain(BLACK), VEST_WOMEN, seed=9),
    ),
    Entry(
        "polo-navy",
        ("Navy polo shirt", "藏青色Polo衫"),
        "men",
        _is(
            "polo",
            "navy",
            sleeve="short",
            neckline="collar",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.polo(oxford(10), plain(NAVY), MEN, seed=10),
    ),
    Entry(
        "shirt-oxford-blue",
        ("Light blue Oxford shirt", "浅蓝色牛津纺衬衫"),
        "men",
        _is(
            "shirt",
            "blue",
            shade="light",
            sleeve="long",
            neckline="collar",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.shirt(oxford(11), plain(SKY), LONG_MEN, seed=11),
    ),
    Entry(
        "shirt-tartan",
        ("Red checked flannel shirt", "红色格子法兰绒衬衫"),
        "unisex",
        _is(
            "shirt",
            "red",
            "checked",
            sleeve="long",
            neckline="collar",
            length="regular",
            fit="loose",
            fabric="cotton",
        ),
        lambda: make.shirt(
            fleece(12, 0.03),
            tartan(
                (156, 38, 42),
                [((26, 24, 30), 6.0, 2.2, 0.0, 0.62), ((236, 226, 206), 6.0, 0.26, 3.0, 0.8)],
            ),
            LONG_UNISEX,
            seed=12,
            pockets=2,
            button=(60, 40, 36),
        ),
    ),
    Entry(
        "shirt-tropical",
        ("Floral short-sleeved shirt", "印花短袖衬衫"),
        "men",
        _is(
            "shirt",
            "teal",
            "floral",
            sleeve="short",
            neckline="collar",
            length="regular",
            fit="loose",
            fabric="cotton",
        ),
        lambda: make.shirt(
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
            UNISEX,
            seed=13,
            tail=False,
            pockets=0,
        ),
    ),
    Entry(
        "blouse-dotted",
        ("Navy dotted blouse", "藏青色圆点衬衫"),
        "women",
        _is(
            "blouse",
            "navy",
            "dotted",
            sleeve="long",
            neckline="v",
            length="regular",
            fit="regular",
            fabric="silk",
        ),
        lambda: make.blouse(
            satin(14),
            dots(NAVY, (238, 236, 228), 2.0, 0.34),
            long_sleeves(WOMEN, 52.0, 8.6, 1.6, 0.01),
            seed=14,
        ),
    ),
    Entry(
        "sweater-cable",
        ("Cream cable-knit sweater", "奶油色麻花毛衣"),
        "unisex",
        _is(
            "sweater",
            "cream",
            sleeve="long",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="knit",
        ),
        lambda: make.sweater(knit(15, 0.34, 0.02), plain(CREAM), KNIT_MEN, seed=15, cables=True),
    ),
    Entry(
        "sweater-turtleneck",
        ("Camel turtleneck sweater", "驼色高领毛衣"),
        "women",
        _is(
            "sweater",
            "brown",
            shade="light",
            sleeve="long",
            neckline="turtleneck",
            length="regular",
            fit="slim",
            fabric="wool",
        ),
        lambda: make.sweater(
            fine_knit(16, 0.03), plain(CAMEL), KNIT_WOMEN, seed=16, collar="turtleneck"
        ),
    ),
    Entry(
        "sweater-striped",
        ("Green striped sweater", "绿色条纹毛衣"),
        "men",
        _is(
            "sweater",
            "green",
            "striped",
            shade="dark",
            sleeve="long",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="knit",
        ),
        lambda: make.sweater(
            knit(17, 0.30, 0.02),
            stripes(GREEN, CREAM, 9.0, 2.2, 3.0),
            KNIT_MEN,
            seed=17,
            trim=plain(GREEN),
        ),
    ),
    Entry(
        "hoodie-sage",
        ("Sage green hoodie", "鼠尾草绿连帽衫"),
        "unisex",
        _is(
            "hoodie",
            "green",
            shade="light",
            sleeve="long",
            neckline="hooded",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.hoodie(fleece(18, 0.05), plain(SAGE), HEAVY, seed=18),
    ),
    Entry(
        "hoodie-black",
        ("Black hoodie with lettering", "黑色字母连帽衫"),
        "unisex",
        _is(
            "hoodie",
            "black",
            "graphic",
            sleeve="long",
            neckline="hooded",
            length="regular",
            fit="loose",
            fabric="cotton",
        ),
        lambda: make.hoodie(
            fleece(19, 0.03),
            plain(BLACK),
            HEAVY,
            seed=19,
            cord=(60, 60, 64),
            print_=make.text_print("TRYON", (232, 230, 222), 21.0, 34.5),
        ),
    ),
    Entry(
        "sweatshirt-mustard",
        ("Mustard sweatshirt", "芥末黄卫衣"),
        "unisex",
        _is(
            "sweatshirt",
            "yellow",
            shade="dark",
            sleeve="long",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.sweatshirt(fleece(20, 0.03), plain(MUSTARD), HEAVY, seed=20),
    ),
    # --- showpieces: outerwear ----------------------------------------------------------------
    Entry(
        "jacket-denim",
        ("Blue denim jacket", "蓝色牛仔夹克"),
        "unisex",
        _is(
            "jacket",
            "blue",
            sleeve="long",
            neckline="collar",
            length="regular",
            fit="regular",
            fabric="denim",
        ),
        lambda: make.denim_jacket(denim(21), plain(MID_DENIM), OUTER_MEN, seed=21),
    ),
    Entry(
        "jacket-leather",
        ("Black leather bomber jacket", "黑色皮夹克"),
        "men",
        _is(
            "jacket",
            "black",
            sleeve="long",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="leather",
        ),
        lambda: make.zip_jacket(
            leather(22),
            plain((36, 33, 33)),
            OUTER_MEN,
            seed=22,
            rib=plain((30, 29, 30)),
            rib_weave=rib_knit(22, 0.34, 0.03),
        ),
    ),
    Entry(
        "blazer-navy",
        ("Navy blazer", "藏青色西装外套"),
        "men",
        _is(
            "blazer",
            "navy",
            sleeve="long",
            neckline="v",
            length="regular",
            fit="regular",
            fabric="wool",
        ),
        lambda: make.blazer(twill(23), plain(NAVY), SUIT_MEN, seed=23, lining=plain((92, 84, 104))),
    ),
    Entry(
        "blazer-check",
        ("Beige checked blazer", "米色格子西装外套"),
        "women",
        _is(
            "blazer",
            "beige",
            "checked",
            sleeve="long",
            neckline="v",
            length="regular",
            fit="loose",
            fabric="wool",
        ),
        lambda: make.blazer(
            wool(24, 0.04),
            tartan(
                (196, 178, 150),
                [
                    ((120, 98, 76), 5.0, 1.3, 0.0, 0.42),
                    ((120, 98, 76), 5.0, 0.18, 1.3, 0.5),
                    ((90, 60, 44), 5.0, 0.14, 2.6, 0.5),
                ],
            ),
            SUIT_WOMEN,
            seed=24,
            close=34.0,
            width=10.6,
            lining=plain((150, 130, 106)),
            button=(92, 70, 50),
        ),
    ),
    Entry(
        "coat-camel",
        ("Camel wool coat", "驼色羊毛大衣"),
        "women",
        _is(
            "coat",
            "brown",
            shade="light",
            sleeve="long",
            neckline="v",
            length="long",
            fit="regular",
            fabric="wool",
        ),
        lambda: make.coat(wool(25), plain(CAMEL), COAT_WOMEN, seed=25, lining=plain((90, 66, 46))),
    ),
    Entry(
        "coat-charcoal",
        ("Charcoal overcoat", "炭灰色大衣"),
        "men",
        _is(
            "coat",
            "grey",
            shade="dark",
            sleeve="long",
            neckline="v",
            length="long",
            fit="regular",
            fabric="wool",
        ),
        lambda: make.coat(
            wool(26, 0.10),
            plain(CHARCOAL),
            COAT_MEN,
            seed=26,
            double=False,
            close=38.0,
            lining=plain((40, 40, 46)),
            button=(30, 30, 32),
        ),
    ),
    Entry(
        "cardigan-green",
        ("Forest green cardigan", "森林绿开衫"),
        "women",
        _is(
            "cardigan",
            "green",
            sleeve="long",
            neckline="v",
            length="regular",
            fit="loose",
            fabric="knit",
        ),
        lambda: make.cardigan(
            knit(27, 0.36, 0.03),
            plain((74, 98, 76)),
            replace(KNIT_WOMEN, shoulder_half=19.0, chest_half=18.6),
            seed=27,
        ),
    ),
    # --- showpieces: bottoms ------------------------------------------------------------------
    Entry(
        "jeans-blue",
        ("Blue straight jeans", "蓝色直筒牛仔裤"),
        "unisex",
        _is("jeans", "blue", length="regular", fit="regular", fabric="denim"),
        lambda: make.jeans(denim(30), plain((60, 78, 112)), STRAIGHT, seed=30),
    ),
    Entry(
        "jeans-black-slim",
        ("Black slim jeans", "黑色修身牛仔裤"),
        "women",
        _is("jeans", "black", length="regular", fit="slim", fabric="denim"),
        lambda: make.jeans(
            denim(31, 0.6),
            plain((38, 38, 42)),
            SKINNY,
            seed=31,
            thread=(54, 54, 58),
            worn=0.06,
            metal=(140, 136, 128),
        ),
    ),
    Entry(
        "trousers-chino",
        ("Beige chinos", "米色休闲裤"),
        "men",
        _is("trousers", "beige", length="regular", fit="regular", fabric="cotton"),
        lambda: make.trousers(twill(32), plain(BEIGE), CHINO, seed=32, crease=False),
    ),
    Entry(
        "trousers-wide-black",
        ("Black wide-leg trousers", "黑色阔腿裤"),
        "women",
        _is("trousers", "black", length="long", fit="loose", fabric="wool"),
        lambda: make.trousers(twill(33), plain((38, 38, 42)), WIDE, seed=33, button=(30, 30, 32)),
    ),
    Entry(
        "trousers-cord-brown",
        ("Brown corduroy trousers", "棕色灯芯绒裤"),
        "men",
        _is("trousers", "brown", length="regular", fit="regular", fabric="velvet"),
        lambda: make.trousers(velvet(34), plain(BROWN), SUIT, seed=34, crease=False),
    ),
    Entry(
        "leggings-black",
        ("Black leggings", "黑色打底裤"),
        "women",
        _is("leggings", "black", length="regular", fit="slim", fabric="cotton"),
        lambda: make.leggings(jersey(35), plain(BLACK), TIGHT, seed=35),
    ),
    Entry(
        "shorts-khaki",
        ("Khaki chino shorts", "卡其色短裤"),
        "men",
        _is("shorts", "khaki", length="regular", fit="regular", fabric="cotton"),
        lambda: make.trousers(
            twill(36), plain(KHAKI), CHINO_SHORTS, seed=36, crease=False, scale=23.0
        ),
    ),
    Entry(
        "shorts-denim",
        ("Light denim shorts", "浅色牛仔短裤"),
        "women",
        _is("shorts", "blue", shade="light", length="short", fit="regular", fabric="denim"),
        lambda: make.jeans(
            denim(37), plain(LIGHT_DENIM), HOT_SHORTS, seed=37, frayed=True, scale=32.0
        ),
    ),
    Entry(
        "skirt-denim-mini",
        ("Denim mini skirt", "牛仔短裙"),
        "women",
        _is("skirt", "blue", length="short", fit="regular", fabric="denim"),
        lambda: make.denim_skirt(denim(38), plain((84, 106, 142)), MINI, seed=38, scale=25.5),
    ),
    Entry(
        "skirt-pleated-plum",
        ("Burgundy pleated midi skirt", "酒红色百褶裙"),
        "women",
        _is("skirt", "burgundy", length="regular", fit="regular", fabric="wool"),
        lambda: make.pleated_skirt(twill(39), plain((108, 40, 62)), PLEATED, seed=39, scale=15.0),
    ),
    Entry(
        "skirt-satin-green",
        ("Emerald satin midi skirt", "祖母绿缎面半身裙"),
        "women",
        _is("skirt", "green", shade="dark", length="regular", fit="regular", fabric="silk"),
        lambda: make.skirt(satin(40), plain((34, 88, 66)), FULL, seed=40),
    ),
    Entry(
        "skirt-leopard",
        ("Leopard print pencil skirt", "豹纹铅笔裙"),
        "women",
        _is("skirt", "brown", "animal", length="regular", fit="slim", fabric="cotton"),
        lambda: make.skirt(
            twill(41),
            leopard((206, 164, 112), (150, 98, 54), (40, 28, 22), 41),
            PENCIL,
            seed=41,
            scale=17.0,
        ),
    ),
    # --- showpieces: dresses ------------------------------------------------------------------
    Entry(
        "dress-floral",
        ("Floral summer dress", "碎花夏日连衣裙"),
        "women",
        _is(
            "dress",
            "white",
            "floral",
            sleeve="short",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.dress(
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
            "regular",
            "short",
            seed=50,
        ),
    ),
    Entry(
        "dress-red-shift",
        ("Red shift dress", "红色直筒连衣裙"),
        "women",
        _is(
            "dress",
            "red",
            sleeve="sleeveless",
            neckline="boat",
            length="short",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.dress(twill(51), plain(RED), "short", "sleeveless", "shift", "boat", seed=51),
    ),
    Entry(
        "dress-dotted-maxi",
        ("Black dotted maxi dress", "黑色波点长裙"),
        "women",
        _is(
            "dress",
            "black",
            "dotted",
            sleeve="sleeveless",
            neckline="v",
            length="long",
            fit="regular",
            fabric="silk",
        ),
        lambda: make.dress(
            satin(52),
            dots((34, 34, 38), (236, 232, 224), 2.6, 0.36),
            "long",
            "sleeveless",
            neck="v",
            seed=52,
        ),
    ),
    Entry(
        "dress-knit-brown",
        ("Brown knitted dress", "棕色针织连衣裙"),
        "women",
        _is(
            "dress",
            "brown",
            sleeve="long",
            neckline="crew",
            length="regular",
            fit="slim",
            fabric="knit",
        ),
        lambda: make.dress(
            rib_knit(53, 0.32, 0.03),
            plain((124, 84, 60)),
            "regular",
            "long",
            "sheath",
            seed=53,
            drape={"bend": 1.6e-3, "patch_cm": 8.0, "wrinkle": 0.012},
        ),
    ),
    Entry(
        "dress-shirt-striped",
        ("Blue striped shirt dress", "蓝色条纹衬衫裙"),
        "women",
        _is(
            "dress",
            "blue",
            "striped",
            shade="light",
            sleeve="short",
            neckline="collar",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.dress(
            poplin(54),
            stripes(SNOW, (120, 152, 200), 1.1, 0.5, upright=True),
            "regular",
            "short",
            "flare",
            seed=54,
            buttons=(238, 236, 230),
            collar=True,
            belt=plain((104, 136, 186)),
        ),
    ),
    Entry(
        "dress-purple-satin",
        ("Purple satin dress", "紫色缎面连衣裙"),
        "women",
        _is(
            "dress",
            "purple",
            sleeve="long",
            neckline="v",
            length="short",
            fit="regular",
            fabric="silk",
        ),
        lambda: make.dress(satin(55), plain(PURPLE), "short", "long", "flare", "v", seed=55),
    ),
    # --- templates ----------------------------------------------------------------------------
    Entry(
        "tee-white",
        ("White T-shirt", "白色T恤"),
        "unisex",
        _is(
            "t-shirt",
            "white",
            sleeve="short",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.tee(jersey(60), plain(WHITE), MEN, seed=60),
        template=True,
    ),
    Entry(
        "tee-white-v",
        ("White V-neck T-shirt", "白色V领T恤"),
        "unisex",
        _is(
            "t-shirt",
            "white",
            sleeve="short",
            neckline="v",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.tee(
            jersey(61), plain(WHITE), replace(MEN, neck="v", neck_drop=14.5), seed=61, band=1.6
        ),
        template=True,
    ),
    Entry(
        "tee-white-cropped",
        ("White cropped T-shirt", "白色短款T恤"),
        "women",
        _is(
            "t-shirt",
            "white",
            sleeve="short",
            neckline="crew",
            length="cropped",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.tee(
            jersey(62),
            plain(WHITE),
            replace(WOMEN, hem_y=44.0, waist_y=36.0, hem_half=17.2, waist_half=16.8),
            seed=62,
        ),
        template=True,
    ),
    Entry(
        "top-white-long",
        ("White long-sleeved top", "白色长袖上衣"),
        "unisex",
        _is(
            "top",
            "white",
            sleeve="long",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.tee(jersey(63), plain(WHITE), LONG_MEN, seed=63),
        template=True,
    ),
    Entry(
        "top-white-three-quarter",
        ("White top with three-quarter sleeves", "白色七分袖上衣"),
        "women",
        _is(
            "top",
            "white",
            sleeve="three-quarter",
            neckline="boat",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.tee(
            jersey(64),
            plain(WHITE),
            replace(THREE_QUARTER, neck="boat", neck_half=10.6, neck_drop=5.2),
            seed=64,
            band=1.0,
        ),
        template=True,
    ),
    Entry(
        "tank-white",
        ("White tank top", "白色背心"),
        "men",
        _is(
            "tank-top",
            "white",
            sleeve="sleeveless",
            neckline="scoop",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.vest(jersey(65), plain(WHITE), VEST_MEN, seed=65),
        template=True,
    ),
    Entry(
        "polo-white",
        ("White polo shirt", "白色Polo衫"),
        "men",
        _is(
            "polo",
            "white",
            sleeve="short",
            neckline="collar",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.polo(oxford(66), plain(WHITE), MEN, seed=66),
        template=True,
    ),
    Entry(
        "shirt-white",
        ("White shirt", "白色衬衫"),
        "men",
        _is(
            "shirt",
            "white",
            sleeve="long",
            neckline="collar",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.shirt(poplin(67), plain(WHITE), LONG_MEN, seed=67),
        template=True,
    ),
    Entry(
        "shirt-white-short",
        ("White short-sleeved shirt", "白色短袖衬衫"),
        "men",
        _is(
            "shirt",
            "white",
            sleeve="short",
            neckline="collar",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.shirt(poplin(68), plain(WHITE), MEN, seed=68, tail=False),
        template=True,
    ),
    Entry(
        "blouse-white",
        ("White blouse", "白色女式衬衫"),
        "women",
        _is(
            "blouse",
            "white",
            sleeve="long",
            neckline="v",
            length="regular",
            fit="regular",
            fabric="silk",
        ),
        lambda: make.blouse(
            satin(69), plain(WHITE), long_sleeves(WOMEN, 52.0, 8.6, 1.6, 0.01), seed=69
        ),
        template=True,
    ),
    Entry(
        "blouse-white-short",
        ("White short-sleeved blouse", "白色短袖女式衬衫"),
        "women",
        _is(
            "blouse",
            "white",
            sleeve="short",
            neckline="v",
            length="regular",
            fit="regular",
            fabric="silk",
        ),
        lambda: make.blouse(
            satin(70), plain(WHITE), replace(WOMEN, sleeve_cm=18.0, cuff_cm=13.4), seed=70
        ),
        template=True,
    ),
    Entry(
        "sweater-light-grey",
        ("Light grey sweater", "浅灰色毛衣"),
        "unisex",
        _is(
            "sweater",
            "grey",
            shade="light",
            sleeve="long",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="knit",
        ),
        lambda: make.sweater(knit(71, 0.28, 0.018), plain(LIGHT_GREY), KNIT_MEN, seed=71),
        template=True,
    ),
    Entry(
        "sweater-white-turtleneck",
        ("White turtleneck sweater", "白色高领毛衣"),
        "women",
        _is(
            "sweater",
            "white",
            sleeve="long",
            neckline="turtleneck",
            length="regular",
            fit="regular",
            fabric="wool",
        ),
        lambda: make.sweater(fine_knit(72), plain(WHITE), KNIT_WOMEN, seed=72, collar="turtleneck"),
        template=True,
    ),
    Entry(
        "sweatshirt-light-grey",
        ("Light grey sweatshirt", "浅灰色卫衣"),
        "unisex",
        _is(
            "sweatshirt",
            "grey",
            shade="light",
            sleeve="long",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.sweatshirt(fleece(73, 0.04), plain(LIGHT_GREY), HEAVY, seed=73),
        template=True,
    ),
    Entry(
        "hoodie-light-grey",
        ("Light grey hoodie", "浅灰色连帽衫"),
        "unisex",
        _is(
            "hoodie",
            "grey",
            shade="light",
            sleeve="long",
            neckline="hooded",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.hoodie(fleece(74, 0.04), plain(LIGHT_GREY), HEAVY, seed=74),
        template=True,
    ),
    Entry(
        "cardigan-white",
        ("White cardigan", "白色开衫"),
        "women",
        _is(
            "cardigan",
            "white",
            sleeve="long",
            neckline="v",
            length="regular",
            fit="regular",
            fabric="knit",
        ),
        lambda: make.cardigan(
            fine_knit(75), plain(WHITE), KNIT_WOMEN, seed=75, button=(236, 232, 224)
        ),
        template=True,
    ),
    Entry(
        "jacket-light-grey",
        ("Light grey bomber jacket", "浅灰色夹克"),
        "unisex",
        _is(
            "jacket",
            "grey",
            shade="light",
            sleeve="long",
            neckline="crew",
            length="regular",
            fit="regular",
            fabric="cotton",
        ),
        lambda: make.zip_jacket(
            twill(76), plain(LIGHT_GREY), OUTER_MEN, seed=76, rib_weave=rib_knit(76, 0.34, 0.03)
        ),
        template=True,
    ),
    Entry(
        "blazer-light-grey",
        ("Light grey blazer", "浅灰色西装外套"),
        "unisex",
        _is(
            "blazer",
            "grey",
            shade="light",
            sleeve="long",
            neckline="v",
            length="regular",
            fit="regular",
            fabric="wool",
        ),
        lambda: make.blazer(
            twill(77),
            plain(LIGHT_GREY),
            SUIT_MEN,
            seed=77,
            lining=plain((168, 168, 172)),
            button=(120, 120, 122),
        ),
        template=True,
    ),
    Entry(
        "coat-light-grey",
        ("Light grey coat", "浅灰色大衣"),
        "unisex",
        _is(
            "coat",
            "grey",
            shade="light",
            sleeve="long",
            neckline="v",
            length="long",
            fit="regular",
            fabric="wool",
        ),
        lambda: make.coat(
            wool(78, 0.04),
            plain(LIGHT_GREY),
            COAT_MEN,
            seed=78,
            lining=plain((164, 164, 168)),
            button=(110, 110, 112),
            double=False,
            close=38.0,
        ),
        template=True,
    ),
    *_dress_templates(),
    Entry(
        "skirt-white-mini",
        ("White mini skirt", "白色短裙"),
        "women",
        _is("skirt", "white", length="short", fit="regular", fabric="cotton"),
        lambda: make.skirt(twill(80), plain(WHITE), MINI, seed=80, scale=25.5),
        template=True,
    ),
    Entry(
        "skirt-white-midi",
        ("White midi skirt", "白色半身裙"),
        "women",
        _is("skirt", "white", length="regular", fit="regular", fabric="cotton"),
        lambda: make.skirt(twill(81), plain(WHITE), A_LINE, seed=81, scale=16.5),
        template=True,
    ),
    Entry(
        "skirt-white-maxi",
        ("White maxi skirt", "白色长裙"),
        "women",
        _is("skirt", "white", length="long", fit="regular", fabric="cotton"),
        lambda: make.skirt(poplin(82), plain(WHITE), MAXI, seed=82, scale=11.5),
        template=True,
    ),
    Entry(
        "skirt-white-tennis",
        ("White pleated mini skirt", "白色百褶短裙"),
        "women",
        _is("skirt", "white", length="short", fit="loose", fabric="cotton"),
        lambda: make.pleated_skirt(twill(83), plain(WHITE), TENNIS, seed=83, pleats=17, scale=27.0),
    ),
    Entry(
        "trousers-light-grey",
        ("Light grey trousers", "浅灰色长裤"),
        "unisex",
        _is("trousers", "grey", shade="light", length="regular", fit="regular", fabric="wool"),
        lambda: make.trousers(twill(84), plain(LIGHT_GREY), SUIT, seed=84),
        template=True,
    ),
    Entry(
        "jeans-white",
        ("White jeans", "白色牛仔裤"),
        "unisex",
        _is("jeans", "white", length="regular", fit="regular", fabric="denim"),
        lambda: make.jeans(
            denim(85, 0.35), plain(WHITE), STRAIGHT, seed=85, thread=(206, 204, 198), worn=0.0
        ),
        template=True,
    ),
    Entry(
        "leggings-light-grey",
        ("Light grey leggings", "浅灰色打底裤"),
        "women",
        _is("leggings", "grey", shade="light", length="regular", fit="slim", fabric="cotton"),
        lambda: make.leggings(jersey(86), plain(LIGHT_GREY), TIGHT, seed=86),
        template=True,
    ),
    Entry(
        "shorts-light-grey",
        ("Light grey sweat shorts", "浅灰色运动短裤"),
        "unisex",
        _is("shorts", "grey", shade="light", length="regular", fit="loose", fabric="cotton"),
        lambda: make.drawstring_shorts(fleece(87, 0.04), plain(LIGHT_GREY), SWEAT_SHORTS, seed=87),
        template=True,
    ),
)

# Spare dyes and weaves for whoever adds a garment.
__all__ = ["BLUE", "GARMENTS", "INDIGO", "ORANGE", "PINK", "YELLOW", "Entry", "checks"]
