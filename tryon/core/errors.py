"""What a visitor may be told: one table of messages, English and Chinese, errors and remarks.

Notable here:
- every sentence a visitor can read lives in `MESSAGES`, under a machine code, so the page,
  the shell and the API say the same thing and every text can be reviewed in one place.
- a parameter that is itself a word to be read is given in both languages: {"en": …, "zh": …}.
- a message is (what happened, how to fix it); the second may be empty for remarks.
"""

from dataclasses import dataclass, field
from typing import Any

MESSAGES: dict[str, dict[str, tuple[str, str]]] = {
    # --- the request -----------------------------------------------------------------------
    "empty_request": {
        "en": (
            "There is nothing to try on.",
            "Pick a garment, upload a picture of one, or describe it in words.",
        ),
        "zh": ("还没有选择要试穿的衣服。", "请从衣橱中挑选、上传一张衣服图片，或用文字描述。"),
    },
    "unknown_kind": {
        "en": ('"{kind}" is not a kind of garment.', "Use upper, lower or dress, or leave it out."),
        "zh": ("“{kind}”不是可用的服装种类。", "请使用 upper、lower 或 dress,或留空。"),
    },
    "bad_argument": {
        "en": ("{what}", ""),
        "zh": ("{what}", ""),
    },
    "no_match": {
        "en": (
            "The words do not name a garment.",
            'Say what it is, for example "navy striped long-sleeve top".',
        ),
        "zh": ("文字里没有说明是什么衣服。", "请说明款式，例如“藏青色条纹长袖上衣”。"),
    },
    # --- pictures --------------------------------------------------------------------------
    "unreadable_image": {
        "en": (
            "This file cannot be read as a picture.",
            "Use a JPEG, PNG, WebP, HEIC or AVIF photo that opens in a picture viewer.",
        ),
        "zh": (
            "无法将此文件识别为图片。",
            "请使用能正常打开的 JPEG、PNG、WebP、HEIC 或 AVIF 照片。",
        ),
    },
    "image_not_found": {
        "en": ("There is no file {name}.", "Check the path."),
        "zh": ("找不到文件 {name}。", "请检查路径。"),
    },
    "image_too_large": {
        "en": ("This picture is too large: {size}.", "Use at most 25 megapixels and 10 MB."),
        "zh": ("图片过大：{size}。", "请使用不超过 2500 万像素、10 MB 的图片。"),
    },
    "image_too_small": {
        "en": (
            "This picture is too small: {size}.",
            "The short side must be at least 128 pixels; 768 or more looks best.",
        ),
        "zh": ("图片过小：{size}。", "短边至少 128 像素,768 像素以上效果最佳。"),
    },
    # --- the person ------------------------------------------------------------------------
    "no_person": {
        "en": (
            "No person was found in the photo.",
            "Use a photo of one person from the front, head to hips or more, in good light.",
        ),
        "zh": ("照片中没有找到人。", "请使用单人正面照，至少拍到头部至臀部，光线充足。"),
    },
    "not_in_view": {
        "en": (
            "The photo does not show the {where}, so this garment cannot be put on.",
            "Use a photo that shows the body from the head to {until}.",
        ),
        "zh": ("照片中看不到{where}，无法试穿这件衣服。", "请使用从头部到{until}都入镜的照片。"),
    },
    "several_people": {
        "en": (
            "There are {count} people in the photo; the {which} is the one to be dressed.",
            "Crop the photo to one person, or choose the person.",
        ),
        "zh": (
            "照片中有 {count} 个人，将为{which}试穿。",
            "可将照片裁剪为一个人，或选择人物。",
        ),
    },
    "back_view": {
        "en": (
            "The person seems to be seen from behind; the garment's front was used all the same.",
            "Use a photo taken from the front.",
        ),
        "zh": ("人物似乎背对镜头，但仍使用了衣服的正面。", "请使用正面照片。"),
    },
    "side_view": {
        "en": (
            "The person is turned far to the side, so the garment's fit is a rough guess.",
            "Face the camera for a better result.",
        ),
        "zh": ("人物侧身较多，衣服的贴合只是粗略估计。", "请面向镜头以获得更好的效果。"),
    },
    "cropped": {
        "en": (
            "The photo ends before the {where}; that part was estimated.",
            "A photo that shows the whole {where} gives a better result.",
        ),
        "zh": ("照片没有拍全{where}，该部分为估计。", "请使用能看到完整{where}的照片。"),
    },
    "arms_over_torso": {
        "en": (
            "Arms or hands cover part of the torso; they were kept in front of the garment.",
            "With the arms beside the body more of the garment is seen.",
        ),
        "zh": ("手臂或手遮住了部分躯干，已保留在衣服前面。", "双臂放在身体两侧可以看到更多衣服。"),
    },
    "held_object": {
        "en": (
            "Something held in front of the body may be partly covered by the garment.",
            "Put it down for the photo.",
        ),
        "zh": ("身前的物品可能被衣服遮住一部分。", "拍照时请放下手中的物品。"),
    },
    "too_dark": {
        "en": (
            "The photo is dark, so edges and colours are uncertain.",
            "Take it in better light.",
        ),
        "zh": ("照片偏暗，边缘和颜色不够准确。", "请在光线更好的地方拍摄。"),
    },
    "small_person": {
        "en": (
            "The person is small in the photo ({pixels} pixels high), so details are coarse.",
            "Step closer or crop the photo.",
        ),
        "zh": ("人物在照片中较小(高 {pixels} 像素),细节较粗。", "请靠近拍摄或裁剪照片。"),
    },
    "low_confidence": {
        "en": ("The pose is hard to read in this photo; please check the result with care.", ""),
        "zh": ("这张照片中的姿势不易判断，请留意结果。", ""),
    },
    # --- the garment -----------------------------------------------------------------------
    "no_garment": {
        "en": (
            "No garment was found in the picture.",
            "Use a picture of one garment, seen from the front, on a calm background.",
        ),
        "zh": ("图片中没有找到衣服。", "请使用单件衣服的正面图片，背景尽量简单。"),
    },
    "rough_cutout": {
        "en": (
            "The garment is hard to tell from its background, so its outline may be rough.",
            "Lay it on a plain background of another colour.",
        ),
        "zh": ("衣服与背景不易区分，轮廓可能不够精确。", "请放在颜色不同的纯色背景上。"),
    },
    "cropped_garment": {
        "en": ("The garment is cut off by the picture's border.", "Show the whole garment."),
        "zh": ("衣服超出了图片边缘。", "请拍下完整的衣服。"),
    },
    "worn_garment": {
        "en": (
            "The garment was taken from the person wearing it; hidden parts were estimated.",
            "",
        ),
        "zh": ("衣服取自穿着它的人，被遮住的部分为估计。", ""),
    },
    "kind_guessed": {
        "en": ("It was taken for {kind}; choose the kind yourself if that is wrong.", ""),
        "zh": ("已按{kind}处理；如不正确，请自行选择种类。", ""),
    },
    # --- the words -------------------------------------------------------------------------
    "words_too_long": {
        "en": ("The description is longer than {most} characters.", "Say it in fewer words."),
        "zh": ("描述超过 {most} 个字符。", "请用更少的文字描述。"),
    },
    "words_ignored": {
        "en": ("These words changed nothing: {words}.", ""),
        "zh": ("以下文字未产生作用：{words}。", ""),
    },
    "nothing_said": {
        "en": ("The words ask for no change.", 'Try, for example, "dark green".'),
        "zh": ("文字没有要求任何改动。", "可以试试，例如“深绿色”。"),
    },
    "numbers_ignored": {
        "en": ("Numbers are not read: {words}.", "Sizes go from XS to XXL."),
        "zh": ("不识别数字：{words}。", "尺码可写 XS 到 XXL。"),
    },
    "words_not_shown": {
        "en": ("Understood but not shown yet: {words}.", ""),
        "zh": ("已理解但暂时无法呈现：{words}。", ""),
    },
    "sleeves_added": {
        "en": (
            "The picture has no such sleeves: they were made to match.",
            "Their cut is a guess; the rest is as in the picture.",
        ),
        "zh": ("图片中没有这样的袖子，已按衣服的面料补上。", "袖型为推测，其余部分与图片一致。"),
    },
    "unsupported_garment": {
        "en": (
            "Not a garment that can be tried on here: {words}.",
            "Tops, jackets, trousers, skirts and dresses can.",
        ),
        "zh": ("这里不能试穿：{words}。", "可以试穿上衣、外套、裤子、裙子和连衣裙。"),
    },
    "one_garment": {
        "en": ("The words name more than one garment; {kept} was taken.", ""),
        "zh": ("文字提到了不止一件衣服，已选择{kept}。", ""),
    },
    "another_named": {
        "en": ("The words name another garment than the one chosen, so theirs was taken.", ""),
        "zh": ("文字说的是另一件衣服，因此按文字选择了衣服。", ""),
    },
    "one_a_place": {
        "en": ("Of two garments for the same place only the last was put on.", ""),
        "zh": ("同一部位有两件衣服时，只穿上了后一件。", ""),
    },
    "too_many_pieces": {
        "en": ("An outfit has at most {most} garments.", "Leave some out."),
        "zh": ("一套穿搭最多 {most} 件衣服。", "请去掉几件。"),
    },
    "text_shortened": {
        "en": ("The text is very long; its first {count} characters were read.", ""),
        "zh": ("文字过长，只读取了前 {count} 个字符。", ""),
    },
    "no_words": {
        "en": (
            "There are no English or Chinese words in the text.",
            'Try, for example, "dark green".',
        ),
        "zh": ("文字中没有可读的中文或英文。", "可以试试，例如“深绿色”。"),
    },
    "type_assumed": {
        "en": ("The words do not say which garment, so {kept} was taken.", ""),
        "zh": ("文字没有说明款式，已选择{kept}。", ""),
    },
    "from_gallery": {
        "en": ("The words were matched to “{name}” from the gallery.", ""),
        "zh": ("已根据文字选用衣橱中的“{name}”。", ""),
    },
    # --- the result ------------------------------------------------------------------------
    "kept_underneath": {
        "en": (
            "What is worn underneath ({what}) was kept where the garment does not cover it.",
            "",
        ),
        "zh": ("衣服未覆盖的地方保留了里面穿的{what}。", ""),
    },
    "skin_estimated": {
        "en": ("Skin that the old clothes covered was painted from the visible skin.", ""),
        "zh": ("原衣服遮住的皮肤根据可见肤色补画。", ""),
    },
    # --- the engines -----------------------------------------------------------------------
    "engine_painted": {
        "en": (
            "{engine} painted the garment; letters and fine patterns may differ from its picture.",
            "",
        ),
        "zh": ("衣服由 {engine} 绘制，文字和细小图案可能与原图不同。", ""),
    },
    "engine_no_card": {
        "en": (
            "{engine} needs a graphics card with {memory} GB, so this is our own picture.",
            "",
        ),
        "zh": ("{engine} 需要 {memory} GB 显存的显卡，此图由本程序生成。", ""),
    },
    "engine_not_installed": {
        "en": (
            "{engine} is not installed here ({package} is missing), so this is our own picture.",
            "How to install it is said in docs/engines.md.",
        ),
        "zh": (
            "此处没有安装 {engine}（缺少 {package}），此图由本程序生成。",
            "安装方法见 docs/engines.md。",
        ),
    },
    "engine_weights_missing": {
        "en": (
            "The models of {engine} are not here yet, so this is our own picture.",
            "Fetch them with `tryon weights fetch {name}`.",
        ),
        "zh": (
            "尚未下载 {engine} 的模型，此图由本程序生成。",
            "可用 tryon weights fetch {name} 下载。",
        ),
    },
    "engine_weights_damaged": {
        "en": (
            "The models of {engine} cannot be read ({why}), so this is our own picture.",
            "Find and mend what is damaged with `tryon weights fetch {name} --check`.",
        ),
        "zh": (
            "无法读取 {engine} 的模型（{why}），此图由本程序生成。",
            "可用 tryon weights fetch {name} --check 检查并重新下载。",
        ),
    },
    "engine_full": {
        "en": (
            "The graphics card had no memory left for {engine}, so this is our own picture.",
            "Another try may work.",
        ),
        "zh": ("显卡内存不足，{engine} 无法运行，此图由本程序生成。", "可以再试一次。"),
    },
    "engine_stopped": {
        "en": ("{engine} was stopped; this is our own picture.", ""),
        "zh": ("已停止 {engine}，此图由本程序生成。", ""),
    },
    "engine_late": {
        "en": (
            "{engine} was not done after {seconds} seconds, so this is our own picture.",
            "Another try may be faster.",
        ),
        "zh": ("{engine} 在 {seconds} 秒内没有完成，此图由本程序生成。", "可以再试一次。"),
    },
    "engine_failed": {
        "en": ("{engine} failed, so this is our own picture.", "Another try may work."),
        "zh": ("{engine} 运行失败，此图由本程序生成。", "可以再试一次。"),
    },
    "weights_offline": {
        "en": (
            "{name} cannot be fetched: HF_HUB_OFFLINE says to stay offline.",
            "Unset it, or copy the files from another machine.",
        ),
        "zh": ("无法下载 {name}:HF_HUB_OFFLINE 要求离线。", "请取消该设置，或从其他机器复制文件。"),
    },
    "weights_no_room": {
        "en": (
            "{name} needs {need} GB on the disk, but only {free} GB are free in {folder}.",
            "Make room, or set TRYON_WEIGHTS to another folder.",
        ),
        "zh": (
            "{name} 需要 {need} GB 磁盘空间，{folder} 只剩 {free} GB。",
            "请清理空间，或将 TRYON_WEIGHTS 设为其他文件夹。",
        ),
    },
    "weights_cut": {
        "en": (
            "The download of {name} was cut after {done} of {size} MB ({why}).",
            "Run the command again: it goes on where it stopped.",
        ),
        "zh": (
            "{name} 下载中断，已完成 {done}/{size} MB({why})。",
            "请重新运行命令，将从中断处继续。",
        ),
    },
    "weights_wrong": {
        "en": (
            "What came as {name} is not the file it should be ({why}), and was deleted.",
            "Run the command again; if it stays so, the source has changed.",
        ),
        "zh": (
            "下载的 {name} 与应有的文件不符({why})，已删除。",
            "请重新运行命令；如仍如此，说明来源已变。",
        ),
    },
    "weights_unreachable": {
        "en": (
            "{name} cannot be fetched: {why}.",
            "Check the network, or set HF_ENDPOINT to a mirror.",
        ),
        "zh": ("无法下载 {name}:{why}。", "请检查网络，或将 HF_ENDPOINT 设为镜像。"),
    },
    # --- the installation ------------------------------------------------------------------
    "weights_missing": {
        "en": (
            "The file weights/{name} is missing.",
            "Restore it from the project (git checkout -- weights, or clone it again).",
        ),
        "zh": ("缺少文件 weights/{name}。", "请从项目中恢复(git checkout -- weights 或重新克隆)。"),
    },
    "weights_damaged": {
        "en": (
            "The file weights/{name} is damaged or from another version: {why}.",
            "Restore it from the project (git checkout -- weights, or clone it again).",
        ),
        "zh": (
            "文件 weights/{name} 已损坏或版本不符：{why}。",
            "请从项目中恢复(git checkout -- weights 或重新克隆)。",
        ),
    },
    "device_unavailable": {
        "en": ('The device "{device}" cannot be used here.', 'Use device="cpu".'),
        "zh": ("此处无法使用设备“{device}”。", '请使用 device="cpu"。'),
    },
    "internal": {
        "en": ("Something went wrong on our side.", "Try again, or with another photo."),
        "zh": ("程序出错了。", "请重试，或换一张照片。"),
    },
    # --- the server ------------------------------------------------------------------------
    "bad_request": {
        "en": ("This request cannot be understood.", "Use the page, or see its API description."),
        "zh": ("无法理解此请求。", "请使用网页，或查看 API 说明。"),
    },
    "unknown_file": {
        "en": ("This picture was not sent to this server.", "Upload it first."),
        "zh": ("此图片没有上传到本服务器。", "请先上传图片。"),
    },
    "nothing_here": {
        "en": ("There is nothing under this address.", ""),
        "zh": ("此地址没有内容。", ""),
    },
    "request_too_large": {
        "en": ("More was sent than is accepted here.", "Send one picture of at most 10 MB."),
        "zh": ("发送的内容过大。", "请发送一张不超过 10 MB 的图片。"),
    },
    "request_too_slow": {
        "en": ("The upload stopped half-way.", "Try again."),
        "zh": ("上传中途停止。", "请重试。"),
    },
    "stopping": {
        "en": ("The server is being restarted.", "Try again in a minute."),
        "zh": ("服务器正在重启。", "请一分钟后再试。"),
    },
    "no_folder": {
        "en": (
            "The folder for temporary files cannot be used: {why}.",
            "Set GRADIO_TEMP_DIR to a folder that can be written.",
        ),
        "zh": ("无法使用临时文件夹：{why}。", "请将 GRADIO_TEMP_DIR 设为可写的文件夹。"),
    },
    "no_room": {
        "en": ("The server has no room for pictures just now.", "Try again in a few minutes."),
        "zh": ("服务器暂时没有存放图片的空间。", "请几分钟后再试。"),
    },
    "out_of_memory": {
        "en": ("There was not enough memory for this.", "Try again, or with a smaller photo."),
        "zh": ("内存不足。", "请重试，或使用较小的照片。"),
    },
    "gpu_full": {
        "en": ("The graphics card had no memory left, so the processor did this one.", ""),
        "zh": ("显卡内存不足，本次由处理器完成。", ""),
    },
}


def _fill(code: str, params: dict[str, Any], language: str) -> tuple[str, str]:
    language = "zh" if language == "zh" else "en"
    message, hint = MESSAGES[code][language]
    values = {key: v[language] if isinstance(v, dict) else v for key, v in params.items()}
    return message.format_map(values), hint.format_map(values)


@dataclass(frozen=True)
class Note:
    """A remark for the visitor: a code of `MESSAGES` and the values its sentence needs."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _fill(self.code, self.params, "en")  # a wrong code or a missing value shows here, at once

    def text(self, language: str = "en") -> str:
        """One or two plain sentences in "en" or "zh"."""
        message, hint = _fill(self.code, self.params, language)
        return f"{message} {hint}".strip() if language != "zh" else message + hint


class TryOnError(Exception):
    """A request that cannot be answered, in words a visitor may read.

    Attributes: `code` (machine readable, a key of `MESSAGES`), `message`, `hint` (English).
    """

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        self.message, self.hint = _fill(code, params, "en")
        super().__init__(f"{self.message} {self.hint}".strip())

    def __reduce__(self):  # keyword arguments survive pickling between processes
        return _rebuild, (self.code, self.params)

    def text(self, language: str = "en") -> str:
        """Message and hint in "en" or "zh"."""
        return Note(self.code, self.params).text(language)


def _rebuild(code: str, params: dict[str, Any]) -> TryOnError:
    return TryOnError(code, **params)
