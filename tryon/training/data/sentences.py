"""Sentences about clothes, made up by a grammar: English, Chinese and both mixed, with answers.

Notable here:
- the words are the lexicon's and further ones below; a sentence picks a few meanings, words for
  them, an order, a wrapping ("hi, could you …, thanks"), other things that are no garment of ours,
  and in most cases slips of the finger.
- what cannot be known cannot be learned: a sentence's answer is what its words mean under the same
  conventions as tests/test_prompt.py (the ground's colour counts, not that of stripes or buttons;
  an upper garment that is short is cropped; 裙子 with sleeves is a dress).
- a sentence is a pure function of (seed, number), so a run can be repeated and resumed.
- the sentences of the test sets are never made: `held_out` reads them so that they are left out.
"""

# Chinese characters count twice in a line's length.
# ruff: noqa: E501

import csv
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tryon.core.places import PROMPTS as TESTS
from tryon.core.types import Kind
from tryon.core.vocabulary import ATTRIBUTES, TYPE_KIND
from tryon.words.lexicon import phrases
from tryon.words.prompt import clean

SLIPPERY = 0.6  # of the sentences have slips of the finger
TRIES = 40  # to find words that do not contradict each other

Meaning = dict[str, str]
_MORE_EN = {
    "colour=black": "coal black, black as night, raven, pitch black, inky black",
    "colour=white": "white as snow, bright white, chalk white, optic white, bleached white",
    "colour=grey": "pewter, smoke grey, stone grey, dove gray, mouse grey, steel grey",
    "colour=grey shade=light": "pearl grey, light gray, pale gray",
    "colour=red": "blood red, fire engine red, strawberry red, poppy red, lipstick red, ketchup red",
    "colour=orange": "carrot orange, like an orange, mandarin, marigold orange",
    "colour=yellow": "lemon coloured yellow, banana yellow, sunshine yellow, corn yellow",
    "colour=green": "leaf green, shamrock, apple green, like grass, basil green",
    "colour=green shade=dark": "spruce green, deep forest, dark olive",
    "colour=blue": "ocean blue, sea blue, marine blue, blueberry, bluebell",
    "colour=blue shade=light": "pale blue, soft blue, icy blue, the blue of the sky, sky",
    "colour=navy": "french navy, dark navy, navy coloured, marine navy",
    "colour=purple": "grape, royal purple, violet purple, iris",
    "colour=pink": "bubblegum pink, flamingo, candy pink, rosy, barbie pink",
    "colour=brown": "hazelnut, walnut, cinnamon, tobacco brown, brown like coffee, chestnut brown",
    "colour=beige": "sandy, wheat, natural beige, skin coloured, ecru beige",
    "colour=teal": "dark turquoise teal, teal blue, blue-green",
    "colour=burgundy": "wine coloured, maroon red, burgundy red, oxblood red",
    "colour=khaki": "khaki green, desert khaki",
    "colour=cream": "creamy white, ivory white, eggshell white, milky white",
    "colour=multicolour": "in many colours, all the colours, multi coloured, rainbow coloured",
    "shade=light": "lightest, very light, a lighter shade, lighter toned",
    "shade=dark": "darkest, very dark, a darker shade, darker toned",
    "shade=bright": "brightest, very bright",
    "shade=pastel": "pastel toned, soft pastel",
    "pattern=plain": "all one colour, nothing printed on it, single coloured, clean and plain",
    "pattern=striped": "with stripes, stripes all over, lines across, striping, with lines",
    "pattern=checked": "with checks, chequers, squares pattern, tartan check, plaids",
    "pattern=dotted": "with dots, with spots, dots all over, covered in dots, polkadots",
    "pattern=floral": "with flowers, covered in flowers, blossoms, with roses, flower pattern",
    "pattern=graphic": "with a logo, with a picture on it, with writing on it, slogan print",
    "pattern=camouflage": "army print, camo print, camouflage pattern, soldier pattern",
    "pattern=animal": "leopard spots, jungle cat print, animal pattern, cheetah spots",
    "sleeve=sleeveless": "no sleeves, without sleeves, sleeves off, sleeves cut off, arms bare",
    "sleeve=short": "short sleeves, with short sleeves, sleeves above the elbow, shorter sleeves",
    "sleeve=three-quarter": "sleeves below the elbow, three quarter sleeves, 3/4 sleeves",
    "sleeve=long": "long sleeves, with long sleeves, longer sleeves, sleeves that cover my arms",
    "neckline=crew": "with a round neck, round at the neck, a crew neck",
    "neckline=v": "with a v neck, v shaped at the front, v-neckline",
    "neckline=scoop": "with a scoop neck, a low scoop",
    "neckline=boat": "with a boat neck, wide boat neck",
    "neckline=turtleneck": "with a turtleneck, roll neck, with a high neck",
    "neckline=collar": "with a collar, with collar",
    "neckline=off-shoulder": "off the shoulders, shoulders bare, off-the-shoulder",
    "neckline=hooded": "with a hood, with hood, that has a hood",
    "length=long": "longer, a bit longer, make it longer, down to the ankles, down to the floor",
    "length=short": "shorter, a bit shorter, make it shorter, above the knees",
    "length=regular": "down to the knee, knee-length, not long not short midi",
    "fit=slim": "tighter, a bit tighter, slimmer, small size, size s, size xs, narrower, snugger",
    "fit=regular": "size m, size l, regular fit, normal fit, medium size",
    "fit=loose": "looser, a bit looser, wider, size xl, size xxl, oversized, two sizes up, big fit",
    "fabric=cotton": "made of cotton, cotton jersey, 100% cotton",
    "fabric=denim": "made of denim, jeans fabric, denim fabric",
    "fabric=knit": "knitted fabric, in a chunky knit, knit fabric",
    "fabric=leather": "made of leather, leather look, real leather, in leather",
    "fabric=silk": "made of silk, in silk, silk satin, shiny satin",
    "fabric=linen": "made of linen, pure linen, linen blend",
    "fabric=lace": "made of lace, in lace, lace fabric",
    "fabric=wool": "made of wool, warm wool, lambswool, wool blend",
    "fabric=velvet": "in velvet, made of velvet, soft velvet",
    "fabric=suede": "in suede, made of suede, brushed suede",
    "type=t-shirt": "tee-shirt, t shirts, t-shirts, tees",
    "type=shirt": "shirts, button up shirt, mens shirt",
    "type=sweater": "sweaters, jumpers, pullovers",
    "type=hoodie": "hoodies, zip hoodie",
    "type=trousers": "trousers, pair of trousers, suit trousers",
    "type=jeans": "pair of jeans, blue jeans trousers",
    "type=dress": "dresses, summer dress, party dress, cocktail dress",
    "type=skirt": "skirts, a line skirt",
    "type=coat": "coats, winter coat",
    "type=jacket": "jackets, summer jacket",
}
_MORE_ZH = {
    "colour=black": "乌黑, 漆黑, 黑漆漆, 黑乎乎, 墨色, 炭黑, 曜石黑",
    "colour=white": "洁白, 白花花, 奶牛白, 珍珠白, 月光白, 亮白",
    "colour=grey": "灰灰, 雾灰, 水泥灰, 烟灰, 石墨灰, 灰调",
    "colour=red": "火红, 红彤彤, 艳红, 辣椒红, 番茄红, 樱桃红, 草莓红",
    "colour=orange": "橘子色, 橙子色, 柿子色, 胡萝卜色, 南瓜色",
    "colour=yellow": "黄澄澄, 香蕉黄, 向日葵黄, 蛋黄色, 杏黄",
    "colour=green": "绿油油, 叶绿, 苹果绿, 竹绿, 青草色, 葱绿",
    "colour=green shade=dark": "松绿, 深林绿, 墨墨绿",
    "colour=blue": "蓝蓝, 海蓝, 大海蓝, 湛蓝, 景泰蓝",
    "colour=blue shade=light": "天空蓝, 天空的颜色, 晴空蓝, 淡蓝, 浅蓝",
    "colour=navy": "深海军蓝, 藏青蓝, 黑蓝",
    "colour=purple": "紫紫, 葡萄色, 紫藤色, 紫罗兰紫",
    "colour=pink": "粉扑扑, 蜜桃粉, 少女粉, 草莓粉, 桃粉",
    "colour=brown": "咖啡棕, 木头色, 核桃色, 茶色, 可可色, 棕榈色",
    "colour=beige": "沙滩色, 亚麻色, 米黄调, 裸粉米",
    "colour=burgundy": "红酒, 葡萄酒色, 暗酒红, 酒红酒红",
    "colour=cream": "牛奶白, 米白米白, 香草色, 奶油黄",
    "shade=light": "浅一点, 淡一点, 再浅一点, 浅一些",
    "shade=dark": "深一点, 暗一点, 再深一些, 深一些",
    "shade=bright": "亮一点, 鲜艳一点, 亮眼, 明艳",
    "pattern=plain": "没有花纹的, 净面, 无花, 干净的纯色",
    "pattern=striped": "一条一条的, 条条, 条纹的, 带条纹, 有条纹, 间条",
    "pattern=checked": "格子的, 带格子, 方格子, 一格一格的",
    "pattern=dotted": "带圆点, 圆点点, 波点的, 点点的",
    "pattern=floral": "带花的, 小雏菊, 花花的, 有花朵",
    "pattern=graphic": "带图案, 印着字, 带字母, 有logo, 胸前有图",
    "pattern=camouflage": "军队迷彩, 迷彩的",
    "pattern=animal": "豹子纹, 豹纹的, 野兽纹",
    "sleeve=sleeveless": "不要袖子, 没有袖子, 去掉袖子, 把袖子去掉",
    "sleeve=short": "袖子短一点, 袖子短一些, 短的袖子, 袖子改短, 袖子剪短",
    "sleeve=three-quarter": "七分的袖子, 袖子到手肘下面",
    "sleeve=long": "袖子长一点, 袖子长一些, 长的袖子, 袖子加长, 袖子改长",
    "neckline=crew": "圆圆的领子, 圆领子, 小圆领的",
    "neckline=v": "v形的领子, 尖尖的v领, v领的",
    "neckline=turtleneck": "高高的领子, 高领子, 高领的, 领子高一点",
    "neckline=collar": "有翻领, 带衬衫领",
    "neckline=hooded": "带个帽子, 有个帽子, 带帽的",
    "neckline=off-shoulder": "露出肩膀, 露肩的",
    "length=long": "长一点, 再长一点, 长一些, 到脚踝, 拖地的",
    "length=short": "短一点, 再短一点, 短一些, 短短的",
    "length=regular": "到膝盖, 长度适中",
    "fit=slim": "紧一点, 紧身一点, 修身一点, 小一号, 瘦一点, 贴身的",
    "fit=regular": "正好合身, 不胖不瘦合身",
    "fit=loose": "松一点, 宽松一点, 大一号, 肥一点, 宽宽松松, 松松垮垮, 大一些",
    "fabric=denim": "牛仔料, 牛仔面料",
    "fabric=leather": "皮料的, 皮子的",
    "fabric=silk": "丝绸的, 丝滑的, 缎子",
    "fabric=cotton": "棉的, 棉料",
    "fabric=knit": "针织的, 织的",
    "fabric=wool": "羊毛的, 毛的",
}
_BEFORE_EN = (
    "", "", "", "hi ", "hello, ", "hey, ", "i want ", "i'd like ", "id like ", "i would like ",
    "can i have ", "could i see ", "could you ", "can u ", "please ", "pls ", "show me ",
    "i'm looking for ", "im after ", "looking for ", "make it ", "make this ", "turn it ",
    "the same in ", "same but ", "same thing but ", "how about ", "what about ", "maybe ", "i need ",
    "my wife wants ", "my son needs ", "get me ", "give me ", "do you have ", "have you got ",
    "something ", "something like ", "it should be ", "it must be ", "i wish it was ", "try ",
    "let me try ", "put me in ", "dress me in ", "ok so ", "um ", "so ", "well ", "actually ",
    "one ", "a ", "an ", "the ", "some ", "this but ", "change it to ", "i prefer ", "i love ",
)  # fmt: skip
_AFTER_EN = (
    "", "", "", "", " please", " pls", " thanks", ", thank you", ", thx", "!", "!!", ".", "?",
    " for me", " if possible", " if you can", " lol", " haha", " asap", " for work", " for a wedding",
    " for the summer", " for my holidays", " for the office", " instead", " this time", " today",
    " for my brother", " to wear at home", " like in the film", " for a party", " for school",
    " and nothing else", " ok?", " :)", " xx", " mate", " i guess", " you know", " for autumn",
)  # fmt: skip
_THINGS_EN = (
    "scarf", "hat", "shoes", "boots", "bag", "belt", "cap", "gloves", "socks", "sneakers", "tie",
    "necklace", "handbag", "sandals", "heels", "watch", "beanie", "umbrella", "sunglasses",
)  # fmt: skip
_DETAILS_EN = ("buttons", "pockets", "trim", "piping", "zip", "cuffs", "stitching", "seams", "bow")
_IDLE_EN = (
    "nice", "cheap", "comfy", "cosy", "elegant", "fancy", "cool", "trendy", "vintage", "modern",
    "simple", "french", "italian", "casual", "formal", "sporty", "smart", "warm", "soft", "fresh",
    "stylish", "classic", "cute", "sexy", "lovely", "beautiful", "amazing", "new", "old", "good",
    "winter", "summer", "spring", "beach", "office", "holiday", "school", "garden", "street",
    "mother", "sister", "grandma", "daddy", "teacher", "bride", "guests", "friends", "boss",
    "monday", "birthday", "christmas", "dinner", "dance", "music", "coffee shop", "restaurant",
    "quality", "discount", "delivery", "size chart", "model", "celebrity", "movie", "star",
    "running", "walking", "sitting", "standing", "cooking", "travelling", "sleeping", "hiking",
    "square neck", "puff sleeve", "bell sleeve", "pleated", "quilted", "ruched", "backless",
    "washable", "breathable", "stretchy", "durable", "sustainable", "handmade", "designer",
    "feminine", "masculine", "unisex", "kids", "mens", "womens", "ladies", "boys", "girls",
    "brand", "bland", "blond", "group", "grape juice", "greek", "groan", "bridge", "brunch",
    "whistle", "pinch", "purse strings", "bluetooth", "navigate", "tealight", "cocktails", "lunch",
    "fleece", "corduroy", "polyester", "nylon", "chiffon", "tulle", "mesh", "spandex", "fur",
    "flattering", "forgiving", "floaty", "funky", "edgy", "retro", "boho", "preppy", "gothic",
    "weather", "whatever", "wherever", "really", "literally", "honestly", "basically", "totally",
    "clubbing", "festival", "interview", "graduation", "picnic", "concert", "church", "airport",
    "sister's wedding", "brother's", "mum's birthday", "dad's", "friend's party", "my husband's",
    "anna", "peter", "emma", "lucas", "sofia", "maria", "john", "olivia", "london", "berlin",
    "paris", "madrid", "tokyo", "barcelona", "new york", "boston", "rome", "chicago", "sydney",
    "dog", "cat", "house", "kitchen", "bicycle", "train", "laptop", "phone", "camera", "photo",
    "tomorrow", "tonight", "yesterday", "weekend", "november", "spring break", "thursday",
    "hello", "thanks", "sorry", "bye", "wow", "oops", "hmm", "yeah", "nope", "please",
    "yellowstone", "greenland", "blackboard", "whiteboard", "redo", "bluff", "pinky", "tangle",
    "qwerty", "asdf", "blah", "foo", "lorem", "ipsum", "xyz", "test", "hmmm", "errr", "etc",
)  # fmt: skip
_BEFORE_ZH = (
    "", "", "", "我想要", "我要", "想要一件", "来一件", "给我一件", "请给我", "帮我找", "有没有", "能不能",
    "可以", "麻烦", "你好，", "您好，", "亲，", "换成", "改成", "变成", "换件", "我想试试", "试试", "想买",
    "我女朋友想要", "老公要", "妈妈喜欢", "同样的，但是", "一样的，", "把它变成", "最好是", "希望是",
    "想看看", "穿", "找一条", "给我来个", "如果是", "要不试试", "那就", "我喜欢", "一件", "这件", "这种",
)  # fmt: skip
_AFTER_ZH = (
    "", "", "", "", "吧", "吗", "呢", "呀", "啊", "谢谢", "，谢谢", "！", "。", "？", "的那种", "的",
    "就好", "可以吗", "好不好", "，上班穿", "，夏天穿", "，约会穿", "给我妈", "，参加婚礼", "，适合海边",
    "，便宜点", "，快点", "，好看点", "行不行", "有吗", "哈哈", "，要好看", "，适合我", "~", "，可以的话",
)  # fmt: skip
_THINGS_ZH = (
    "围巾",
    "帽子",
    "鞋",
    "靴子",
    "包",
    "腰带",
    "手套",
    "袜子",
    "领带",
    "项链",
    "运动鞋",
    "墨镜",
)
_DETAILS_ZH = ("扣子", "口袋", "拉链", "花边", "滚边", "蝴蝶结", "包边")
_IDLE_ZH = (
    "好看", "舒服", "便宜", "时髦", "复古", "法式", "韩版", "日系", "甜美", "百搭", "简约", "显白",
    "高级感", "海边", "婚礼", "上班", "约会", "通勤", "夏天", "冬天", "妈妈", "爸爸", "朋友", "同学",
    "老师", "男朋友", "明星同款", "网红", "学院风", "气质", "轻薄", "保暖", "透气", "垂感", "高腰",
    "泡泡袖", "方领", "百褶", "破洞", "雪纺", "灯芯绒", "抓绒", "聚会", "毕业", "面试", "旅游", "拍照",
    "生日", "圣诞", "周末", "逛街", "健身", "跑步", "电影", "咖啡馆", "设计感", "小众", "免烫", "耐穿",
)  # fmt: skip
_WRAP_ZH = ("是", "的", "色", "款", "，", " ", "、", "要", "带", "有", "还要", "并且")
_CHANGES_ZH = "不要别没有不是不想太过于而除了以外从换改成变为底配搭件一点些更再无红色"
# Characters that an input method or an ear confuses, in pairs.
_HOMOPHONES = (
    "蓝兰", "衫杉", "衬趁", "衬称", "袖秀", "裙群", "裤库", "领岭", "格隔", "纹文", "绿录", "色瑟", "灰辉",
    "粉份", "棕宗", "短断", "深身", "浅钱", "仔崽", "袖绣", "恤血", "皮啤", "针真", "织只", "绒荣",
    "麻马", "棉绵", "毛猫", "卫位", "衣依", "裙裠", "连联", "帽冒", "条调", "圆元", "点典", "花化",
    "紫子", "橙成", "白百", "黑嘿", "修休", "宽款", "松送", "迷谜", "豹报", "夹甲", "克刻", "风疯",
    "西希", "装妆", "背被", "心新", "吊掉", "带代", "丝斯", "绸愁", "蕾雷", "牛扭", "袖䄂", "酒九",
    "藏脏", "青清", "卡咔", "其奇", "驼托", "米咪", "杏幸", "咖加",
)  # fmt: skip
_NEAR_KEYS = {
    "a": "sqz", "b": "vnh", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy",
    "i": "uok", "j": "hku", "k": "jli", "l": "kop", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol",
    "q": "wa", "r": "etf", "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs",
    "y": "tuh", "z": "xa",
}  # fmt: skip
_BY_EAR = (
    ("ph", "f"), ("ck", "k"), ("ee", "ea"), ("ea", "ee"), ("ie", "ei"), ("ei", "ie"), ("ou", "o"),
    ("our", "or"), ("er", "a"), ("le", "el"), ("el", "le"), ("c", "k"), ("k", "c"), ("s", "z"),
    ("y", "ie"), ("tt", "t"), ("ll", "l"), ("rr", "r"), ("ss", "s"), ("gh", ""), ("wh", "w"),
    ("oo", "u"), ("u", "oo"), ("ai", "ay"), ("gr", "gre"), ("vy", "vi"), ("i", "e"), ("e", "i"),
    ("o", "u"), ("ew", "oo"), ("igh", "ite"), ("th", "f"), ("ing", "in"), ("ed", "d"), ("ed", ""),
)  # fmt: skip
_SHARE = {  # how often a sentence speaks of an attribute
    "type": 0.72, "colour": 0.62, "shade": 0.22, "pattern": 0.26, "sleeve": 0.24, "neckline": 0.16,
    "length": 0.16, "fit": 0.18, "fabric": 0.16,
}  # fmt: skip
_TALKATIVE = (0.25, 0.5, 1.0, 1.6)  # short wishes and long ones
_COLOURS_EN = ("red", "blue", "green", "black", "white", "gold", "pink", "grey", "navy", "brown")
_COLOURS_ZH = ("红色", "蓝色", "绿色", "黑色", "白色", "金色", "粉色", "灰色", "棕色", "紫色")
_PLURALS_EN = (
    ("stripes", "striped"), ("dots", "dotted"), ("polka dots", "dotted"), ("checks", "checked"),
    ("flowers", "floral"), ("spots", "dotted"),
)  # fmt: skip
_PLURALS_ZH = (("条纹", "striped"), ("圆点", "dotted"), ("格子", "checked"), ("碎花", "floral"))
_TOO_EN = (
    ("too long", "length", "short"), ("it is too long", "length", "short"),
    ("too short", "length", "long"), ("a bit too short", "length", "long"),
    ("too tight", "fit", "loose"), ("it's way too tight", "fit", "loose"),
    ("too loose", "fit", "slim"), ("too baggy", "fit", "slim"), ("too wide", "fit", "slim"),
    ("sleeves are too long", "sleeve", "short"), ("the sleeves are too short", "sleeve", "long"),
    ("too dark", "shade", "light"), ("too light", "shade", "dark"), ("too pale", "shade", "dark"),
)  # fmt: skip
_TOO_ZH = (
    ("太长了", "length", "short"), ("有点太长", "length", "short"), ("太短", "length", "long"),
    ("太短了点", "length", "long"), ("太紧身了", "fit", "loose"), ("太松了", "fit", "slim"),
    ("太宽松", "fit", "slim"), ("袖子太长了", "sleeve", "short"), ("袖子太短", "sleeve", "long"),
    ("颜色太深了", "shade", "light"), ("颜色太浅", "shade", "dark"),
)  # fmt: skip


class Sentence(NamedTuple):
    """text: clean (`prompt.clean`). said, excluded: as in `Prompt`. language: en, zh or mixed."""

    text: str
    said: dict[str, str]
    excluded: dict[str, tuple[str, ...]]
    language: str


def sentence(seed: int, number: int) -> Sentence:
    """The sentence of this number. None of `held_out`."""
    generator = random.Random(f"{seed}/{number}")
    while True:
        made = _Maker(generator).make()
        if key(made.text) not in held_out():
            return made


def key(text: str) -> str:
    """What two texts have in common that differ in spaces and punctuation only."""
    return "".join(letter for letter in clean(text)[0] if letter.isalnum())


@cache
def held_out(folder: Path = TESTS) -> frozenset[str]:
    """Keys of all test sentences. FileNotFoundError where the tests are not there: training must
    not go on without knowing what to leave out."""
    files = sorted(folder.glob("prompts*.csv"))
    if not files:
        raise FileNotFoundError(f"{folder} has no prompts*.csv to keep out of the training text")
    texts = set()
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            texts |= {key(row["text"]) for row in csv.DictReader(file)}
    return frozenset(texts)


@cache
def alphabet() -> str:
    """Every character that sentences are made of, sorted."""
    letters = set("abcdefghijklmnopqrstuvwxyz0123456789 .,;:!?'\"()-/&+~，。！？、；：")
    for text in (
        *(p for language in ("en", "zh") for _, ps in phrases(language) for p in ps),
        *(p for table in (_MORE_EN, _MORE_ZH) for row in table.values() for p in row.split(", ")),
        *(_WRAP_ZH + _BEFORE_ZH + _AFTER_ZH + _IDLE_ZH),
        *_HOMOPHONES,
        _CHANGES_ZH,
    ):
        letters |= set(clean(text)[0])
    return "".join(sorted(letters))


# --- words beyond the lexicon --------------------------------------------------------------------


# --- wrapping, other things, idle words ----------------------------------------------------------


# --- the tables, ready to draw from --------------------------------------------------------------

Row = tuple[str, Meaning]  # words, what they mean


@cache
def _table(language: str) -> dict[str, dict[str, list[Row]]]:
    """attribute -> value -> rows. What is ruled out, and what only steers, is left out."""
    table: dict[str, dict[str, list[Row]]] = {name: {} for name in ATTRIBUTES}

    def add(meaning: Meaning, words: str) -> None:
        attribute, value = next(iter(meaning.items()))
        table[attribute].setdefault(value, []).append((words, meaning))

    for pairs, words in phrases(language):
        if pairs[0][0][0] in "!@":
            continue
        meaning = {name: value.rstrip("?") for name, value in pairs if name[0] not in "!@"}
        for one in words:
            add(meaning, one)
    for row, listed in (_MORE_ZH if language == "zh" else _MORE_EN).items():
        meaning = dict(pair.split("=") for pair in row.split())
        for one in listed.split(", "):
            add(meaning, one)
    return table


class _Maker:
    """One sentence being made."""

    def __init__(self, generator: random.Random) -> None:
        self.random = generator
        self.said: Meaning = {}
        self.excluded: dict[str, list[str]] = {}

    def make(self) -> Sentence:
        draw = self.random
        language = draw.choices(("en", "zh", "mixed"), (0.46, 0.44, 0.10))[0]
        chinese = language != "en"
        form: Callable[[str], str] = draw.choices(
            (self.wish, self.refusal, self.too_much, self.change, self.two_colours, self.idle),
            (0.66, 0.12, 0.04, 0.06, 0.07, 0.05),
        )[0]
        text = form("zh" if chinese else "en")
        if language == "mixed":
            text = self.with_english(text)
        text = self.wrapped(text, chinese)
        if draw.random() < SLIPPERY:
            text = self.with_slips(text)
        self.settle()
        return Sentence(
            clean(text)[0],
            {name: self.said[name] for name in ATTRIBUTES if name in self.said},
            {name: tuple(self.excluded[name]) for name in ATTRIBUTES if name in self.excluded},
            language,
        )

    # --- what is said ------------------------------------------------------------------------

    def words_for(self, attribute: str, language: str, value: str | None = None) -> str:
        """Words for a value that nothing said so far contradicts, "" if there are none. What they
        mean is added to what was said."""
        values = _table(language)[attribute]
        for _ in range(TRIES):
            chosen = value or self.random.choice(list(values))
            if chosen not in values:
                return ""
            words, meaning = self.random.choice(values[chosen])
            if any(name in self.said or name in self.excluded for name in meaning):
                continue
            self.said.update(meaning)
            return words
        return ""

    def wish(self, language: str) -> str:
        """ "dark green striped long sleeve top with a hood"."""
        draw = self.random
        keen = draw.choice(_TALKATIVE)
        wanted = [a for a in ATTRIBUTES if draw.random() < _SHARE[a] * keen]
        wanted = wanted or [draw.choice(list(ATTRIBUTES))]
        parts: dict[str, str] = {}
        for attribute in sorted(wanted, key=lambda a: a != "type"):
            if attribute == "shade" and "colour" in wanted and draw.random() < 0.8:
                continue  # joined to the colour below
            parts[attribute] = self.words_for(attribute, language)
        if "colour" in parts and "shade" in wanted and "shade" not in self.said:
            shade = self.words_for("shade", language)
            if language == "en":
                parts["colour"] = f"{shade} {parts['colour']}".strip()
            else:
                parts["colour"] = shade.removesuffix("色") + parts["colour"]
        noun = parts.pop("type", "")
        rest = [words for words in parts.values() if words]
        draw.shuffle(rest)
        if draw.random() < 0.25:
            rest.insert(draw.randrange(len(rest) + 1), self.idle_word(language))
        return self.joined_zh(rest, noun) if language == "zh" else self.joined_en(rest, noun)

    def joined_en(self, rest: list[str], noun: str) -> str:
        draw = self.random
        style = draw.random()
        if style < 0.12:  # a list of keywords
            every = [*rest, *([noun] if noun else [])]
            draw.shuffle(every)
            return draw.choice((", ", " ", " / ", " - ", "; ", ". ")).join(every)
        if style < 0.2:  # a form
            names = {"colour": "color"} if draw.random() < 0.5 else {}
            lines = [f"{names.get('colour', 'style')}: {words}" for words in rest]
            return ", ".join([*([f"type: {noun}"] if noun else []), *lines])
        cut = draw.randint(0, len(rest)) if style < 0.75 else len(rest)
        text = " ".join([*rest[:cut], noun]).strip()
        for words in rest[cut:]:
            text += draw.choice(
                (", ", " with ", " in ", " and ", ", ", " that is ", " - ", " ")
            ) + (words)
        if draw.random() < 0.1:
            text += f" with {draw.choice(_COLOURS_EN)} {draw.choice(_DETAILS_EN)}"
        elif draw.random() < 0.1:
            thing = f"{draw.choice(_COLOURS_EN)} {draw.choice(_THINGS_EN)}"
            text += draw.choice((" to go with my ", " and a ", ", i also have a ")) + thing
        return text

    def joined_zh(self, rest: list[str], noun: str) -> str:
        draw = self.random
        text = ""
        cut = draw.randint(0, len(rest)) if draw.random() < 0.35 else len(rest)
        for words in rest[:cut]:
            text += words
            if draw.random() < 0.35 and not words.endswith("的"):
                text += "的"
            if draw.random() < 0.12:
                text += draw.choice(("，", " ", "、"))
        text += noun
        for words in rest[cut:]:
            text += draw.choice(("，", " ", "，要", "，带", "，最好", "，", "、")) + words
        if draw.random() < 0.08:
            text += f"，{draw.choice(_COLOURS_ZH)}{draw.choice(_DETAILS_ZH)}"
        elif draw.random() < 0.08:
            text += draw.choice(("，配我的", "和", "，搭配"))
            text += f"{draw.choice(_COLOURS_ZH)}{draw.choice(_THINGS_ZH)}"
        return text

    def refusal(self, language: str) -> str:
        """ "not red", "anything but stripes", 不要格子 — and perhaps what is wanted instead."""
        draw = self.random
        attribute = draw.choice(
            ("colour", "colour", "pattern", "pattern", "fit", "neckline", "shade")
        )
        values = _table(language)[attribute]
        value = draw.choice(list(values))
        words, meaning = draw.choice(values[value])
        simple = len(meaning) == 1 and "|" not in value and value != "plain"
        chinese = language == "zh"
        if not simple or words[:2] in ("no", "wi") or words[:1] in "不没无去带有":
            return self.wish(language)
        self.excluded[attribute] = [value]
        if chinese:
            no = draw.choice(
                ("不要", "别", "不想要", "不是", "不喜欢", "讨厌", "没有", "除了", "别太")
            )
            text = f"{no}{words}" + ("的" if draw.random() < 0.3 else "")
            if no == "除了":
                text += draw.choice(("都行", "都可以", "以外"))
        else:
            no = draw.choice(
                ("not ", "no ", "not too ", "without ", "i don't like ", "i hate ", "anything but ",
                 "dont want ", "please no ", "isn't ", "never ", "i'm not into ", "less ")
            )  # fmt: skip
            if no == "less ":
                no = "not so "
            text = no + words
        if draw.random() < 0.6:
            wish = self.wish(language)
            comma = (
                draw.choice(("，", "，要", "，来", "，给我"))
                if chinese
                else draw.choice((", ", ", give me ", ". ", ", just ", " but "))
            )
            text = (
                f"{text}{comma}{wish}"
                if draw.random() < 0.7
                else (f"{wish}，{text}" if chinese else f"{wish}, {text}")
            )
        return text

    def too_much(self, language: str) -> str:
        """ "too long", 太紧了: the opposite is wanted."""
        table = _TOO_ZH if language == "zh" else _TOO_EN
        words, attribute, value = self.random.choice(table)
        self.said[attribute] = value
        return words

    def change(self, language: str) -> str:
        """ "the red one in blue", "turn the white shirt black": the last colour counts."""
        draw = self.random
        old = draw.choice(_COLOURS_ZH if language == "zh" else _COLOURS_EN)
        noun = self.words_for("type", language)
        if "colour" in self.said:  # "khakis"
            return noun
        new = self.words_for("colour", language)
        if language == "zh":
            return draw.choice((f"把{old}{noun}换成{new}", f"{old}{noun}换成{new}"))
        return draw.choice(
            (f"turn the {old} {noun} {new}", f"change the {old} {noun} to {new}",
             f"make the {old} {noun} {new} instead")
        )  # fmt: skip

    def two_colours(self, language: str) -> str:
        """ "white shirt with red stripes", "red dots on white": the cloth's colour counts."""
        draw = self.random
        accent = draw.choice(_COLOURS_ZH if language == "zh" else _COLOURS_EN)
        colour = self.words_for("colour", language)
        noun = self.words_for("type", language)
        if "pattern" in self.said or "pattern" in self.excluded:
            return f"{colour}{noun}" if language == "zh" else f"{colour} {noun}"
        word, value = draw.choice(_PLURALS_ZH if language == "zh" else _PLURALS_EN)
        self.said["pattern"] = value
        if language == "zh":
            return draw.choice(
                (f"{colour}{noun}，{accent}{word}", f"{colour}底{accent}{word}{noun}")
            )
        return draw.choice(
            (f"{colour} {noun} with {accent} {word}", f"{accent} {word} on a {colour} {noun}",
             f"{accent} {word} on {colour} {noun}", f"{colour} {noun}, {accent} {word}")
        )  # fmt: skip

    def idle(self, language: str) -> str:
        """Words that say nothing about a garment of ours."""
        draw = self.random
        words = [self.idle_word(language) for _ in range(draw.randint(1, 4))]
        if draw.random() < 0.4:
            words.append(
                draw.choice(_COLOURS_ZH) + draw.choice(_THINGS_ZH)
                if language == "zh"
                else f"{draw.choice(_COLOURS_EN)} {draw.choice(_THINGS_EN)}"
            )
        return ("" if language == "zh" else " ").join(words)

    def idle_word(self, language: str) -> str:
        if language == "zh":
            return self.random.choice(_IDLE_ZH)
        return self.random.choice(_IDLE_EN if self.random.random() < 0.7 else _guards())

    def settle(self) -> None:
        """The conventions that need the whole sentence."""
        said = self.said
        if "|" in said.get("type", ""):
            skirt, dress = said["type"].split("|")
            said["type"] = dress if "sleeve" in said or "neckline" in said else skirt
        if TYPE_KIND.get(said.get("type", "")) == Kind.UPPER and said.get("length") == "short":
            said["length"] = "cropped"

    # --- how it is written -------------------------------------------------------------------

    def wrapped(self, text: str, chinese: bool) -> str:
        draw = self.random
        if draw.random() < 0.45:
            return text
        before = draw.choice(_BEFORE_ZH if chinese else _BEFORE_EN)
        return before + text.lstrip(" ,-，、") + draw.choice(_AFTER_ZH if chinese else _AFTER_EN)

    def with_english(self, text: str) -> str:
        """A Chinese sentence with one more thing said in English."""
        left = [a for a in ("colour", "pattern", "fit", "fabric", "type") if a not in self.said]
        left = [a for a in left if a not in self.excluded]
        if not left or ("colour" in left and "shade" in self.said):
            return text
        words = self.words_for(self.random.choice(left), "en")
        return f"{text}，{words}" if self.random.random() < 0.5 else f"{words} {text}"

    def with_slips(self, text: str) -> str:
        """Slips of the finger and of the ear, one to three in the sentence."""
        words = text.split(" ")
        for _ in range(self.random.choice((1, 1, 2, 3))):
            at = self.random.randrange(len(words))
            words[at] = self.slip(words[at])
        return " ".join(words)

    def slip(self, word: str) -> str:
        draw = self.random
        if any("\u3400" <= letter <= "\u9fff" for letter in word):
            pairs = [pair for pair in _HOMOPHONES if pair[0] in word]
            if not pairs:
                return word
            pair = draw.choice(pairs)
            return word.replace(pair[0], pair[1], 1)
        letters = [i for i, letter in enumerate(word) if letter.isalpha() and letter.isascii()]
        if len(letters) < 4:
            return word
        i = draw.choice(letters[1:]) if draw.random() < 0.93 else letters[0]
        kind = draw.random()
        if kind < 0.2:
            return word[:i] + word[i + 1 :]  # left out
        if kind < 0.38 and i + 1 < len(word):
            return word[:i] + word[i + 1] + word[i] + word[i + 2 :]  # swapped
        if kind < 0.52:
            return word[:i] + draw.choice(_NEAR_KEYS.get(word[i].lower(), "e")) + word[i + 1 :]
        if kind < 0.66:
            return word[:i] + word[i] + word[i:]  # doubled
        if kind < 0.72:  # in a hurry: vowels left out
            return word[0] + "".join(letter for letter in word[1:] if letter not in "aeiou")
        by_ear = [pair for pair in _BY_EAR if pair[0] in word[1:]]
        if not by_ear:
            return word[:i] + word[i + 1 :]
        heard, written = draw.choice(by_ear)
        return word[0] + word[1:].replace(heard, written, 1)


@cache
def _guards() -> tuple[str, ...]:
    """Words that look like ours and are not."""
    return tuple(
        phrase for pairs, words in phrases("en") if pairs[0][0] == "@guard" for phrase in words
    )
