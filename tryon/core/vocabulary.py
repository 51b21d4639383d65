"""The attribute vocabulary: one table for captions, heads, prompts, page and tests.

Notable here:
- `ATTRIBUTES` is the closed set of values; order is fixed, because classification heads and
  files index into it. Append, never reorder.
- every value has a Chinese name beside it, so the page and `describe` speak both languages.
- `TYPE_KIND` says which part of the body a garment type is for.
"""

from types import MappingProxyType

from tryon.core.types import Kind

# attribute -> {value: Chinese name}
NAMES_ZH: MappingProxyType[str, dict[str, str]] = MappingProxyType(
    {
        "type": {
            "t-shirt": "T恤",
            "shirt": "衬衫",
            "blouse": "女式衬衫",
            "polo": "Polo衫",
            "tank-top": "背心",
            "sweater": "毛衣",
            "sweatshirt": "卫衣",
            "hoodie": "连帽衫",
            "cardigan": "开衫",
            "jacket": "夹克",
            "blazer": "西装外套",
            "coat": "大衣",
            "dress": "连衣裙",
            "skirt": "半身裙",
            "trousers": "长裤",
            "jeans": "牛仔裤",
            "leggings": "打底裤",
            "shorts": "短裤",
            "top": "上衣",
        },
        "colour": {
            "black": "黑色",
            "white": "白色",
            "grey": "灰色",
            "red": "红色",
            "orange": "橙色",
            "yellow": "黄色",
            "green": "绿色",
            "blue": "蓝色",
            "purple": "紫色",
            "pink": "粉色",
            "brown": "棕色",
            "beige": "米色",
            "navy": "藏青色",
            "teal": "蓝绿色",
            "burgundy": "酒红色",
            "khaki": "卡其色",
            "cream": "奶油色",
            "multicolour": "彩色",
        },
        "shade": {"light": "浅色", "dark": "深色", "bright": "鲜艳", "pastel": "淡彩"},
        "pattern": {
            "plain": "纯色",
            "striped": "条纹",
            "checked": "格子",
            "dotted": "圆点",
            "floral": "印花",
            "graphic": "图案",
            "camouflage": "迷彩",
            "animal": "动物纹",
        },
        "sleeve": {
            "sleeveless": "无袖",
            "short": "短袖",
            "three-quarter": "七分袖",
            "long": "长袖",
        },
        "neckline": {
            "crew": "圆领",
            "v": "V领",
            "scoop": "大圆领",
            "boat": "一字领",
            "turtleneck": "高领",
            "collar": "翻领",
            "off-shoulder": "露肩",
            "hooded": "连帽",
        },
        "length": {"cropped": "短款", "short": "短款", "regular": "常规", "long": "长款"},
        "fit": {"slim": "修身", "regular": "合身", "loose": "宽松"},
        "fabric": {
            "cotton": "棉",
            "denim": "牛仔布",
            "knit": "针织",
            "leather": "皮革",
            "silk": "丝绸",
            "linen": "亚麻",
            "lace": "蕾丝",
            "wool": "羊毛",
            "velvet": "天鹅绒",
            "suede": "麂皮",
        },
    }
)

# attribute -> its values, in the order heads and files index them
ATTRIBUTES: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {attribute: tuple(values) for attribute, values in NAMES_ZH.items()}
)

TYPE_KIND: MappingProxyType[str, Kind] = MappingProxyType(
    {
        **dict.fromkeys(ATTRIBUTES["type"], Kind.UPPER),
        "dress": Kind.DRESS,
        **dict.fromkeys(("skirt", "trousers", "jeans", "leggings", "shorts"), Kind.LOWER),
    }
)

OUTERWEAR_TYPES = frozenset({"jacket", "blazer", "coat", "cardigan"})

# sRGB anchors of the colour names, 0..255: what "navy" means when it is measured or painted.
COLOUR_RGB: MappingProxyType[str, tuple[int, int, int]] = MappingProxyType(
    {
        "black": (24, 24, 26),
        "white": (244, 244, 242),
        "grey": (128, 129, 131),
        "red": (190, 30, 40),
        "orange": (232, 120, 36),
        "yellow": (240, 205, 60),
        "green": (52, 128, 70),
        "blue": (44, 94, 176),
        "purple": (112, 62, 140),
        "pink": (238, 156, 180),
        "brown": (110, 74, 50),
        "beige": (214, 194, 164),
        "navy": (28, 36, 72),
        "teal": (22, 118, 120),
        "burgundy": (104, 24, 44),
        "khaki": (150, 138, 96),
        "cream": (242, 232, 208),
    }
)


def name(attribute: str, value: str, language: str = "en") -> str:
    """The word for an attribute's value in "en" or "zh".

    Raises KeyError for an attribute or value that is not in the table.
    """
    chinese = NAMES_ZH[attribute][value]
    return chinese if language == "zh" else value
