"""Garment + question -> Answer: a sentence, English or Chinese.

Notable here:
- the picture is not looked at again: the answers are `Garment.attributes`, put into words, and how
  sure they sound comes from `attribute_scores` ("it is", "it is probably", "it may be").
- key words say what is asked; "is it red?" and 是不是红色？ are read as if they were wishes and
  compared with the garment, which gives yes or no.
- where the picture does not show it, or nobody here can know it (price, brand, washing), the answer
  says so.
"""

import re
from dataclasses import dataclass

from tryon.core.errors import TryOnError
from tryon.core.types import Garment, Kind
from tryon.core.vocabulary import ATTRIBUTES, name
from tryon.words.prompt import understand

LONGEST_QUESTION = 300  # characters read
CERTAIN, SURE, LIKELY = 0.97, 0.8, 0.55  # scores from which an answer sounds so

# What is asked. Regular expressions for the question in lower case.
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_TOPICS = {
    # attribute -> what a question about it says
    "type": r"what(?: is|'s|s) (?:it|this|that)\b(?! made)|what (?:kind|type|sort|garment|item)"
    r"|which (?:garment|type|kind)|what am i|what are (?:these|they|those)\b(?! made)"
    r"|什么衣服|什么款|款式|哪种衣服|这是什么(?![领颜图面材花料袖])|什么类型|啥衣服|是什么[？?吗呢啊]*$"
    r"|(?:什么|哪种|啥)(?:裤|裙|上衣|外套)",
    "colour": r"colou?r|hue|\bshade|颜色|顏色|什么色|什麼色|啥色|色调|哪种色",
    "pattern": r"pattern|\bprint|design on|motif|图案|圖案|花纹|花紋|印花|纹样",
    "sleeve": r"sleeve|\barms?\b|袖",
    "neckline": r"neck|collar|\bhood|领|領|帽",
    "length": r"how (?:long|short)(?! (?:are|is) the sleeve)(?! (?:do|will))|\blength|hem\b"
    r"|多长|多長|长度|長度|长不长|衣长|裙长|裤长",
    "fit": r"\bfits?\b|\bsize|tight|loose|baggy|cut\b|版型|尺码|尺碼|合身|修身|宽松|寬鬆"
    r"|紧不紧|大小",
    "fabric": r"fabric|material|made (?:of|from|out)|cloth\b|textile|面料|材质|材質"
    r"|料子|布料|什么做|什么料",
}
_SIZE = r"\bsize\b|尺码|尺碼|几码|多大"
_OF_PART = (  # a colour that is asked of what lies on the cloth
    r"(?:stripes|dots|spots|checks|print|flowers|letter\w*|logo|buttons?|collar|lining|zip)\b"
    r"|(?:条纹|条紋|圆点|波点|格子|图案|花|字母|标志|扣子|纽扣|领子|拉链)(?:是|的|什么|啥)"
)
_ALTERNATIVES = r"\bor\b|还是|還是|或者"
_THERE = r"有没有|有沒有|^\W*[它这那].{0,6}有|带不带|有.{1,6}[吗嗎]"
_ITS_LENGTH = r"\blength\b|长度|長度|衣长|裙长|裤长"
_HOOD = r"\bhood|帽"  # a hat alone is no word about a garment
_WHOLE = r"describe|tell me (?:about|more|everything)|what does it look|描述|介绍|介紹|说说|讲讲"
_UNKNOWABLE = (
    r"price|cost|how much|expensive|cheap|brand|designer|\bbuy\b|shop|\bwash|iron|weigh|how old"
    r"|where (?:can|is|was)|多少钱|价格|價格|贵|便宜|品牌|牌子|哪里买|怎么洗|洗涤|哪买"
)
_YES_NO = (
    r"^\W*(?:and |so |but )?(?:is|are|isn't|aren't|does|do|doesn't|has|have|was|can)\b"
    r"|吗|嗎|是不是|有没有|有沒有|对不对|还是|還是"
)

# How it is said.
_TOPIC_NAMES = {
    "type": {"en": "type", "zh": "款式"},
    "colour": {"en": "colour", "zh": "颜色"},
    "shade": {"en": "shade", "zh": "深浅"},
    "pattern": {"en": "pattern", "zh": "图案"},
    "sleeve": {"en": "sleeves", "zh": "袖长"},
    "neckline": {"en": "neckline", "zh": "领型"},
    "length": {"en": "length", "zh": "长度"},
    "fit": {"en": "fit", "zh": "版型"},
    "fabric": {"en": "fabric", "zh": "面料"},
}
_CANNOT = {
    "en": "I cannot tell that from the picture. Ask about its type, colour, pattern, sleeves, "
    "neckline, length, fit or fabric.",
    "zh": "从图片中无法判断。可以询问款式、颜色、图案、袖长、领型、长度、版型或面料。",
}
_NO_SIZE = {
    "en": "A picture does not tell sizes; the shop's size chart and your measures do.",
    "zh": "图片看不出尺码，请对照店家的尺码表和您的身材尺寸。",
}
_MINE = r"\b(?:my|me|i)\b|我"  # whether it fits the wearer, not how it is cut
_FITS_ME = {
    "en": "A picture cannot tell whether it fits you: the try-on shows the look, not the size.",
    "zh": "图片无法判断是否合身：试穿展示的是效果，而不是尺码。",
}
_CUT = {
    "en": {"slim": "It is cut slim.", "regular": "Its cut is neither slim nor loose.",
           "loose": "It is cut loose."},
    "zh": {"slim": "版型偏修身。", "regular": "版型不紧也不松。", "loose": "版型偏宽松。"},
}  # fmt: skip
_MAIN_COLOUR = {"en": "I can only tell the main colour.", "zh": "只能判断主色。"}
_SHADES_ZH = {"light": "浅", "dark": "深", "bright": "亮", "pastel": "淡"}
_NECKS = {
    "crew": "a crew neck", "v": "a V neck", "scoop": "a scoop neck", "boat": "a boat neck",
    "turtleneck": "a turtleneck", "collar": "a collar", "off-shoulder": "bare shoulders",
    "hooded": "a hood",
}  # fmt: skip
_PRINTS = {
    "graphic": "a graphic print", "camouflage": "a camouflage pattern", "animal": "an animal print",
    "floral": "a floral pattern",
}  # fmt: skip
_PLURAL = frozenset({"trousers", "jeans", "leggings", "shorts"})
_KIND_NOUNS = {Kind.UPPER: "top", Kind.LOWER: "garment for the legs", Kind.DRESS: "dress"}
_KIND_NOUNS_ZH = {Kind.UPPER: "上衣", Kind.LOWER: "下装", Kind.DRESS: "连衣裙"}


@dataclass(frozen=True)
class Answer:
    """text: the sentence. language: "en" or "zh". attributes: those it speaks of, none if the
    question could not be answered. confidence: 0..1 of the least sure of them, 0 if there is none.
    """

    text: str
    language: str
    attributes: tuple[str, ...] = ()
    confidence: float = 0.0


def ask(garment: Garment, question: str = "", language: str | None = None) -> Answer:
    """Answer a question about a garment; without a question, describe it.

    language: "en", "zh" or None for the question's own.
    Raises TryOnError("bad_argument") if the question is not a text.
    """
    if not isinstance(question, str):
        raise TryOnError("bad_argument", what="The question must be a text.")
    question = question[:LONGEST_QUESTION]
    if language is None:
        language = "zh" if _CHINESE.search(question) else "en"
    if not question.strip() or _matches(_WHOLE, question):
        said = tuple(a for a in garment.attributes if a in ATTRIBUTES)
        return Answer(describe(garment, language), language, said, _least(garment, said))
    topics = [topic for topic, words in _TOPICS.items() if _matches(words, question)]
    if topics == ["fit"] and (_matches(_SIZE, question) or _matches(_MINE, question)):
        return _fitting(garment, question, language)
    compared = _compare(garment, question, language) if _matches(_YES_NO, question) else None
    if compared is not None:
        return compared
    if topics == ["colour", "pattern"] and _matches(_OF_PART, question):
        topics = ["colour"]  # "what colour is the print?"
    if "sleeve" in topics and not _matches(_ITS_LENGTH, question):
        topics = [topic for topic in topics if topic != "length"]  # "how long are the sleeves?"
    if len(topics) > 1 and not _matches(r"\btype|款式", question):
        topics = [topic for topic in topics if topic != "type"]  # "what is it made of?"
    if not topics or _matches(_UNKNOWABLE, question):
        return Answer(_CANNOT[language], language)
    answered = [attribute for attribute in topics if attribute in garment.attributes]
    sentences = [_tell(garment, topic, language) for topic in topics]
    if _matches(_SIZE, question):
        sentences[topics.index("fit")] = _NO_SIZE[language]
    if topics == ["colour"] and _matches(_OF_PART, question):
        sentences.insert(0, _MAIN_COLOUR[language])
    text = (" " if language == "en" else "").join(sentences)
    return Answer(text, language, tuple(answered), _least(garment, answered))


def describe(garment: Garment, language: str = "en") -> str:
    """The garment in a sentence: "A light blue striped shirt with long sleeves and a collar." What
    it is not sure of is said in a second one."""
    text = _in_chinese(garment) if language == "zh" else _in_english(garment)
    doubtful = [
        _TOPIC_NAMES[attribute][language]
        for attribute, score in garment.attribute_scores.items()
        if score < LIKELY and attribute in _TOPIC_NAMES
    ]
    if not doubtful:
        return text
    if language == "zh":
        return f"{text}对{'、'.join(doubtful)}不太确定。"
    return f"{text} I am not sure about the {_listed(doubtful)}."


# --- what is asked -----------------------------------------------------------------------------


def _matches(pattern: str, question: str) -> bool:
    return re.search(pattern, question.strip().lower()) is not None


def _least(garment: Garment, attributes: tuple[str, ...] | list[str]) -> float:
    return float(min((garment.attribute_scores[a] for a in attributes), default=0.0))


def _compare(garment: Garment, question: str, language: str) -> Answer | None:
    """Yes or no, None if the question names no value. "Isn't it red?" asks the same as "is it"."""
    prompt = understand(question)
    named: dict[str, tuple[str, ...]] = {a: (value,) for a, value in prompt.attributes.items()}
    named |= {a: values for a, values in prompt.excluded.items() if a not in named}
    if _matches(_HOOD, question):
        named["neckline"] = ("hooded",)
    if not named:
        return None
    known = [a for a in named if a in garment.attributes]
    unknown = [a for a in named if a not in garment.attributes]
    wrong = [a for a in known if garment.attributes[a] not in named[a]]
    if "colour" in named and "shade" in wrong:
        wrong = [a for a in wrong if a != "colour"]  # the shade's sentence names it, too
    if not known:
        text = " ".join(_tell(garment, attribute, language) for attribute in unknown)
        return Answer(text, language)
    answered = wrong or known
    if _matches(_ALTERNATIVES, question):  # "is it checked or striped?" is not answered by "yes"
        answered = [
            attribute for attribute in known if attribute != "shade" or "colour" not in known
        ]
        text = (" " if language == "en" else "").join(
            dict.fromkeys(
                _tell(garment, _with_shade(attribute), language) for attribute in answered
            )
        )
        return Answer(text, language, tuple(answered), _least(garment, answered))
    sentences = [_tell(garment, _with_shade(attribute), language) for attribute in answered]
    sentences += [_tell(garment, attribute, language) for attribute in unknown]
    score = _least(garment, answered)
    if language == "zh":
        start = ("没有，" if wrong else "有，") if _matches(_THERE, question) else ""
        start = start or ("不是，" if wrong else "是的，")
        text = start + "".join(dict.fromkeys(sentences))
    else:
        start = "No" if wrong else "Yes"
        start = start if score >= LIKELY else ("Perhaps not" if wrong else "Perhaps")
        text = f"{start}: {_small(' '.join(dict.fromkeys(sentences)))}"
    return Answer(text, language, tuple(answered), score)


def _fitting(garment: Garment, question: str, language: str) -> Answer:
    """Of sizes and of fitting: no picture shows them, but perhaps how the garment is cut."""
    first = _NO_SIZE if _matches(_SIZE, question) else _FITS_ME
    value = garment.attributes.get("fit", "")
    if value not in _CUT[language]:
        return Answer(first[language], language)
    text = first[language] + (" " if language == "en" else "") + _CUT[language][value]
    return Answer(text, language, ("fit",), _least(garment, ("fit",)))


def _with_shade(attribute: str) -> str:
    return "colour" if attribute == "shade" else attribute


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


# --- how it is said ----------------------------------------------------------------------------


def _tell(garment: Garment, attribute: str, language: str) -> str:
    """One attribute in a sentence, sounding as sure as its score."""
    value = garment.attributes.get(attribute)
    if value is None:
        topic = _TOPIC_NAMES[attribute][language]
        if attribute == "sleeve" and garment.kind == Kind.LOWER:
            return "它没有袖子。" if language == "zh" else "It has no sleeves."
        if language == "zh":
            return f"从图片中看不出{topic}。"
        return f"The picture does not tell the {topic}."
    score = garment.attribute_scores[attribute]
    if language == "zh":
        return _tell_chinese(garment, attribute, value, score)
    many = garment.attributes.get("type") in _PLURAL
    verb, what = _clause(garment, attribute, value)
    subject = "They" if many else "It"
    plain = {"is": "are", "has": "have"}[verb] if many else verb
    bare = "be" if verb == "is" else "have"
    if score >= CERTAIN:
        return f"{subject} {plain} {what}."
    if score >= SURE:
        return f"{subject} {plain} {what}, I am fairly sure."
    if score >= LIKELY:
        return f"{subject} probably {plain} {what}."
    return f"{subject} may {bare} {what}, but I am not sure."


def _clause(garment: Garment, attribute: str, value: str) -> tuple[str, str]:
    """(verb, rest) of an English sentence."""
    if attribute == "sleeve":
        return ("is", "sleeveless") if value == "sleeveless" else ("has", f"{value} sleeves")
    if attribute == "neckline":
        return "has", _NECKS.get(value, f"a {value} neck")
    if attribute == "pattern":
        return ("has", _PRINTS[value]) if value in _PRINTS else ("is", value)
    if attribute == "type":
        return "is", value if value in _PLURAL else _with_article(value)
    rest = {
        "colour": _colour(garment, value),
        "length": "of regular length" if value == "regular" else value,
        "fit": f"of {value} fit",
        "fabric": f"made of {value}",
    }.get(attribute, value)
    return "is", rest


def _colour(garment: Garment, value: str) -> str:
    shade = garment.attributes.get("shade", "")
    if value == "multicolour":
        return "of many colours"
    return f"{shade} {value}" if shade and value not in ("black", "white") else value


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _tell_chinese(garment: Garment, attribute: str, value: str, score: float) -> str:
    word = _colour_zh(garment) if attribute == "colour" else name(attribute, value, "zh")
    topic = _TOPIC_NAMES[attribute]["zh"]
    if score >= CERTAIN:
        return f"{topic}是{word}。"
    if score >= SURE:
        return f"{topic}应该是{word}，比较确定。"
    if score >= LIKELY:
        return f"{topic}可能是{word}。"
    return f"{topic}也许是{word}，但不太确定。"


def _colour_zh(garment: Garment) -> str:
    colour = garment.attributes.get("colour", "")
    word = name("colour", colour, "zh") if colour else ""
    shade = garment.attributes.get("shade", "")
    mixed = colour in ("black", "white", "multicolour", "")
    return word if mixed or not shade else _SHADES_ZH[shade] + word


def _in_english(garment: Garment) -> str:
    has = garment.attributes
    noun = has.get("type", _KIND_NOUNS[garment.kind])
    before = [has[a] for a in ("fit", "length") if has.get(a, "regular") != "regular"]
    if "colour" in has:
        colour = _colour(garment, has["colour"])
        before.append("multicoloured" if colour.startswith("of ") else colour)
    pattern = has.get("pattern", "plain")
    before += [] if pattern in ("plain", *_PRINTS) else [pattern]
    fabric = has.get("fabric", "")
    before += [fabric] if fabric and (fabric, noun) != ("denim", "jeans") else []
    if has.get("sleeve") == "sleeveless" and noun != "tank-top":
        before.append("sleeveless")
    after = [_PRINTS[pattern]] if pattern in _PRINTS else []
    if has.get("sleeve", "sleeveless") != "sleeveless":
        after.append(f"{has['sleeve']} sleeves")
    if "neckline" in has:
        after.append(_NECKS[has["neckline"]])
    text = " ".join([*before, noun])
    text = text if noun in _PLURAL else _with_article(text)
    text += f" with {_listed(after)}" if after else ""
    return text[:1].upper() + text[1:] + "."


def _in_chinese(garment: Garment) -> str:
    has = garment.attributes
    noun = name("type", has["type"], "zh") if "type" in has else _KIND_NOUNS_ZH[garment.kind]
    counter = "件" if garment.kind == Kind.UPPER else "条"
    before = [
        name(a, has[a], "zh") for a in ("fit", "length") if has.get(a, "regular") != "regular"
    ]
    before += [_colour_zh(garment)] if "colour" in has else []
    if has.get("pattern", "plain") != "plain":
        before.append(name("pattern", has["pattern"], "zh"))
    fabric = name("fabric", has["fabric"], "zh") if "fabric" in has else ""
    before += [fabric] if fabric and not noun.startswith("牛仔") else []
    after = [name(a, has[a], "zh") for a in ("sleeve", "neckline") if a in has]
    return f"这是一{counter}{''.join(before)}{noun}{''.join('，' + word for word in after)}。"


def _listed(words: list[str]) -> str:
    """ "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
