"""Every word on the page, English and Chinese.

Notable here:
- `TEXTS` is the one table. Labels of widgets are looked up in the browser through `gr.I18n` (`t`);
  fixed HTML holds both languages (`both`), because Gradio fills in no more than one text there;
  what is written while answering (`say`) is in the language of the request.
- sentences about a photo, a garment or an error live in `tryon.core.errors.MESSAGES`, not here.
- which language a visitor reads is decided in `tryon/page/look/language.py`.
"""

from html import escape
from typing import TYPE_CHECKING, cast

import gradio as gr

if TYPE_CHECKING:
    from gradio.i18n import I18nData

LANGUAGES = ("en", "zh")

# key -> (English, Chinese)
TEXTS: dict[str, tuple[str, str]] = {
    # --- the frame of the page ------------------------------------------------------------
    "tagline": ("A fitting room for your own photos.", "用自己的照片试衣。"),
    "leaving": (
        "Switching the language starts anew: your photo and results will be removed. Go on?",
        "切换语言将重新开始：照片和试穿结果会被清除。要继续吗？",
    ),
    "tab_room": ("Fitting room", "试衣间"),
    "tab_lab": ("Prompt lab", "文字实验室"),
    "privacy_title": ("Privacy", "隐私"),
    "privacy": (
        "Your photos are worked on by this server alone, passed on to nobody and never logged. "
        "They lie in its temporary folder until half a minute after you close this page, and never "
        "longer than ten minutes. Location and camera data are not in the results. The page sets "
        "no cookies, loads nothing from elsewhere and keeps nothing in your browser; the server "
        "counts requests, not people.",
        "照片只由本服务器处理，不会转交他人，也不会写入日志。关闭网页半分钟后临时文件即被删除，"
        "最多保留十分钟。结果图片不含位置和相机信息。本页面不使用 Cookie，不从别处加载内容，"
        "也不在浏览器中保存任何数据；服务器只统计请求次数，不统计访问者。",
    ),
    # --- 1: the photo -----------------------------------------------------------------------
    "step_photo": ("You", "您的照片"),
    "photo": ("Your photo", "您的照片"),
    "photo_drop": ("Drop your photo here\nor click to choose one", "将照片拖到此处\n或点击选择"),
    "photo_tip": (
        "One person, from the front, head to hips or more, in good light.",
        "单人正面照，至少拍到头部至臀部，光线充足。",
    ),
    "file_limits": (
        "JPEG, PNG, WebP, HEIC or AVIF, at most 10 MB.",
        "JPEG、PNG、WebP、HEIC 或 AVIF，最大 10 MB。",
    ),
    "photo_private": (
        "Only this server sees it, and deletes it half a minute after you leave.",
        "照片仅由本服务器处理，您离开半分钟后即被删除。",
    ),
    "samples": ("Or borrow a model", "或选用示例人物"),
    "which": ("Who is it for?", "为谁试穿？"),
    "which_one": ("Person {number}", "人物 {number}"),
    "photo_ready": ("Photo ready", "照片已就绪"),
    "photo_gone": (
        "Your photo was removed after ten minutes, as promised. Please add it again.",
        "为保护隐私，照片已在十分钟后删除，请重新添加。",
    ),
    "photo_needed": ("Add your photo first, or borrow a model.", "请先添加照片，或选用示例人物。"),
    "garment_waits": (
        "The garment waits for you: add your photo, or borrow a model.",
        "衣服已备好：请添加照片，或选用示例人物。",
    ),
    "looking": ("Looking at your photo…", "正在查看照片…"),
    # --- 2: the garment ---------------------------------------------------------------------
    "step_garment": ("The garment", "选择衣服"),
    "tab_wardrobe": ("Wardrobe", "衣橱"),
    "tab_own": ("Your own picture", "自己的图片"),
    "wardrobe": ("Garments to try on", "可试穿的衣服"),
    "category": ("Show", "显示"),
    "category_all": ("All", "全部"),
    "category_tops": ("Tops", "上衣"),
    "category_bottoms": ("Bottoms", "下装"),
    "category_dresses": ("Dresses", "连衣裙"),
    "category_outerwear": ("Outerwear", "外套"),
    "audience": ("For", "适合"),
    "audience_all": ("For everyone", "所有人"),
    "audience_women": ("Women", "女士"),
    "audience_men": ("Men", "男士"),
    "own": ("Picture of a garment", "衣服图片"),
    "own_drop": (
        "Drop a picture of a garment\nor click to choose one",
        "将衣服图片拖到此处\n或点击选择",
    ),
    "own_tip": (
        "Laid flat, on a hanger, or worn by somebody else. One garment, seen from the front.",
        "平铺、挂拍，或他人穿着的照片均可。请使用单件衣服的正面图片。",
    ),
    "kind": ("Wear it as", "穿着部位"),
    "kind_auto": ("Automatic", "自动"),
    "kind_upper": ("Top", "上装"),
    "kind_lower": ("Bottom", "下装"),
    "kind_dress": ("Dress", "连衣裙"),
    "about": ("About this garment", "关于这件衣服"),
    "about_none": (
        "Pick a garment, and what can be told about it appears here.",
        "选择一件衣服后，这里会显示它的特征。",
    ),
    # --- 3: the words -----------------------------------------------------------------------
    "step_words": ("In words", "用文字描述"),
    "words": (
        "Describe a garment, or a change to the chosen one",
        "描述一件衣服，或对所选衣服的修改",
    ),
    "words_hint": ("e.g. navy, striped, long sleeves", "例如：藏青色条纹长袖"),
    "words_examples": ("Examples", "示例"),
    "example_1": ("navy striped long-sleeve top", "藏青色条纹长袖上衣"),
    "example_2": ("in dark green", "换成深绿色"),
    "example_3": ("red floral summer dress", "红色碎花连衣裙"),
    "example_4": ("loose light-blue jeans", "宽松浅蓝色牛仔裤"),
    "understood": ("Understood", "已理解"),
    "ignored": ("Ignored", "已忽略"),
    "excluded": ("not {value}", "不要{value}"),
    "try_on": ("Try it on", "开始试穿"),
    # --- the result -------------------------------------------------------------------------
    "mirror": ("In the mirror", "镜中的您"),
    "mirror_empty": ("Your reflection appears here.", "试穿效果会显示在这里。"),
    "mirror_hint": (
        "Add a photo, pick a garment. It takes about a second, with a very large photo a few.",
        "添加照片，挑选衣服，大约一秒即可看到效果，照片很大时需要几秒。",
    ),
    "tab_side": ("Side by side", "并排"),
    "tab_slider": ("Slider", "滑动对比"),
    "before": ("Before", "试穿前"),
    "after": ("After", "试穿后"),
    "slider": ("Before and after", "试穿前后"),
    "more_garments": ("More garments", "继续挑选"),
    "confidence": ("Confidence", "可信度"),
    "confidence_high": ("Good: photo and garment are clear.", "良好：照片和衣服都很清晰。"),
    "confidence_fair": (
        "Fair: look at the edges and sleeves.",
        "一般：请留意边缘和袖子。",
    ),
    "confidence_low": (
        "Rough: the photo or the garment was hard to read.",
        "粗略：照片或衣服不易辨认。",
    ),
    "made_in": ("Made in {seconds} s", "用时 {seconds} 秒"),
    "size": ("{width} × {height} pixels", "{width} × {height} 像素"),
    "untouched": ("{percent} % of the photo untouched", "照片 {percent}% 保持原样"),
    "notes": ("Good to know", "说明"),
    "fitting": ("Fitting…", "正在试穿…"),
    "doing_person": ("Finding you in the photo…", "正在识别人物…"),
    "doing_garment": ("Taking the garment…", "正在取衣服…"),
    "doing_design": ("Following your words…", "正在按文字修改…"),
    "doing_fusion": ("Fitting the garment to you…", "正在贴合衣服…"),
    "doing_compose": ("Painting the picture…", "正在绘制图片…"),
    "large_photo": (
        " Your photo is very large: this takes a few seconds.",
        "照片很大，需要几秒钟。",
    ),
    "example": ("For example: before and after", "示例：试穿前与试穿后"),
    "photo_like_this": ("A photo like this one works well.", "像这样的照片效果最好。"),
    "tries": ("Another try", "再试一次"),
    "try_closer": ("Closer", "修身些"),
    "try_looser": ("Looser", "宽松些"),
    "try_shorter": ("Shorter", "短一些"),
    "try_longer": ("Longer", "长一些"),
    "try_tucked": ("Tucked in", "塞进去"),
    "try_over": ("Worn over", "放外面"),
    "try_again": ("Another design", "换个设计"),
    "try_colours": ("In six colours", "六种颜色"),
    "try_others": ("Six more like it", "六件类似的"),
    "many_done": (
        "All of them are under “This visit” below: press one to see it large.",
        "全部结果都在下方“本次试穿记录”中，点击即可放大查看。",
    ),
    "none_alike": ("The wardrobe has nothing else like it.", "衣橱里没有其他类似的衣服。"),
    "save": ("Save", "保存"),
    "copy": ("Copy", "复制"),
    "copied": ("Copied", "已复制"),
    "share": ("Share…", "分享…"),
    "wearing": ("Wearing", "正在穿"),
    "keep_on": ("Keep it on, choose the next", "穿着不换，再选一件"),
    "kept_on": (
        "It stays on. Pick the next garment, or describe it: a top, a bottom or a jacket.",
        "已保留。请再选或描述一件：上衣、下装或外套。",
    ),
    "take_off": ("Take off: {name}", "脱下：{name}"),
    "in_line": ("Number {place} in line", "您排在第 {place} 位"),
    "in_line_about": (
        "Number {place} in line, about {seconds} s",
        "您排在第 {place} 位，约 {seconds} 秒",
    ),
    # --- an engine's picture, where one was chosen --------------------------------------------
    "paint_switch": ("Then a photo-real picture as well", "随后生成一张更逼真的图片"),
    "paint_loading": ("{engine} is being loaded…", "正在加载 {engine}…"),
    "paint_waiting": (
        "{engine} is busy: {ahead} before you",
        "{engine} 正忙，您前面还有 {ahead} 人",
    ),
    "paint_begin": ("{engine} begins…", "{engine} 即将开始…"),
    "paint_about": (", about {seconds} s", "，约 {seconds} 秒"),
    "paint_step": (
        "{engine} is painting: {done} of {total}",
        "{engine} 正在绘制：{done} / {total}",
    ),
    "paint_stopping": ("Stopping…", "正在停止…"),
    "paint_stop": ("Stop", "停止"),
    "paint_again": ("Another try", "再试一次"),
    "paint_done": (
        "Painted by {engine} in {seconds} s. The first picture is kept under “This visit”.",
        "由 {engine} 绘制，用时 {seconds} 秒。最初的图片保留在“本次试穿记录”中。",
    ),
    "paint_failed": (
        "{engine} failed, so this is our own picture.",
        "{engine} 运行失败，此图由本程序生成。",
    ),
    "words_did": ("What each word did", "每个词的作用"),
    "ask": ("Ask about the garment", "询问这件衣服"),
    "ask_hint": ("e.g. what colour is it?", "例如：这是什么领子？"),
    "ask_button": ("Ask", "提问"),
    "ask_nothing": ("Try something on first.", "请先试穿一件衣服。"),
    "history": ("This visit", "本次试穿记录"),
    "own_garment": ("Your garment", "您的衣服"),
    # --- how it was made ----------------------------------------------------------------------
    "how": ("How it was made", "制作过程"),
    "steps": ("Steps", "步骤"),
    "took_person": ("finding you", "识别人物"),
    "took_garment": ("cutting out the garment", "抠取衣服"),
    "took_words": ("reading the words", "理解文字"),
    "took_design": ("following the words", "按文字修改"),
    "took_fusion": ("fitting", "贴合"),
    "took_compose": ("painting", "合成"),
    "took_layers": ("layer by layer", "逐层穿上"),
    "took_engine": ("painting photo-real", "逼真绘制"),
    "took_total": ("in all", "合计"),
    "legend": ("Colours of the parts", "部位颜色"),
    "stage_pose": ("Pose", "姿势"),
    "stage_parts": ("Parts", "部位"),
    "stage_region": ("Where pixels may change", "可修改区域"),
    "stage_cutout": ("The garment, cut out", "抠出的衣服"),
    "stage_warp": ("The garment, fitted", "贴合后的衣服"),
    "stage_body": ("Without the old garment", "去除原衣服"),
    "stage_result": ("Result", "结果"),
    # --- the prompt lab -----------------------------------------------------------------------
    "lab_intro": (
        "Photos and descriptions, each with each: compare what the words do.",
        "照片与描述逐一搭配：比较文字的效果。",
    ),
    "lab_prompts": ("One description a line (at most 12)", "每行一种描述（最多 12 行）"),
    "lab_garment": (
        "Apply the words to the garment chosen in the fitting room",
        "将文字用于试衣间所选的衣服",
    ),
    "lab_more": ("More photos (at most 3)", "更多照片（最多 3 张）"),
    "lab_file": ("Take the lines from a TXT or CSV file", "从 TXT 或 CSV 文件读取"),
    "lab_seeds": ("Designs of each (seeds)", "每种描述的设计数量（随机种子）"),
    "lab_seed": ("seed", "种子"),
    "lab_photo": ("photo", "照片"),
    "lab_compare": ("Compare two", "两张对比"),
    "lab_first": ("Left", "左"),
    "lab_second": ("Right", "右"),
    "lab_run": ("Try all of them", "全部试穿"),
    "lab_results": ("Results", "结果"),
    "lab_table": ("How the words were read", "文字的理解"),
    "lab_export": ("Download all (zip)", "全部下载（zip）"),
    "lab_prompt": ("Description", "描述"),
    "lab_none": ("Write at least one description.", "请至少写一种描述。"),
    "lab_progress": ("{done} of {most}…", "{done} / {most}…"),
    "lab_cut": ("Only the first {most} lines were used.", "仅使用了前 {most} 行。"),
    "attribute_type": ("type", "款式"),
    "attribute_colour": ("colour", "颜色"),
    "attribute_shade": ("shade", "深浅"),
    "attribute_pattern": ("pattern", "图案"),
    "attribute_sleeve": ("sleeves", "袖长"),
    "attribute_neckline": ("neckline", "领型"),
    "attribute_length": ("length", "长度"),
    "attribute_fit": ("fit", "版型"),
    "attribute_fabric": ("fabric", "面料"),
}


_PREFIX = "tryon_"  # Gradio's own texts have keys like "slider" in the same table
_LOOKED_UP = gr.I18n()  # makes a key into what the browser looks up in the page's table


def translations() -> gr.I18n:
    """The table for the browser, which looks up what `t` left in the page."""
    return gr.I18n(
        **{
            language: {_PREFIX + key: pair[index] for key, pair in TEXTS.items()}
            for index, language in enumerate(LANGUAGES)
        }
    )


def t(key: str) -> "I18nData":
    """A fixed text for a label: the browser fills it in, in its language.

    Raises KeyError for a key that is not in the table.
    """
    if key not in TEXTS:
        raise KeyError(key)
    return _LOOKED_UP(_PREFIX + key)


def plain_label(key: str) -> str:
    """As `t`, for the few widgets that take such a text as all do, but do not say so in types."""
    return cast(str, t(key))


def both(english: str, chinese: str) -> str:
    """A fixed text inside HTML, in both languages; the style sheet hides one of them."""
    return (
        f'<span class="say" lang="en">{escape(english)}</span>'
        f'<span class="say" lang="zh">{escape(chinese)}</span>'
    )


def say(key: str, language: str, **values: object) -> str:
    """A text in "en" or "zh", with its values filled in. Raises KeyError."""
    return TEXTS[key][LANGUAGES.index(language)].format_map(values)
