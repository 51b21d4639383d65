"""The page's server side: named endpoints, errors, languages, visitors kept apart, the start."""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import numpy as np
import pytest
from fake_tryon import FakeTryOn
from gradio.themes.utils.fonts import font_file_path
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

import app
from tryon.core.errors import TryOnError
from tryon.core.image import read_photo
from tryon.page.demo import QUEUE_LENGTH
from tryon.page.look import fragments, stock
from tryon.page.look.language import language_of
from tryon.page.look.texts import TEXTS
from tryon.page.look.theme import LORA, PALETTE, READ_ON, Boutique
from tryon.page.serve import Later
from tryon.page.trials import MOST_PROMPTS

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 8  # from the command to the page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gradio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        demo = app.build_demo(FakeTryOn(tmp_path_factory.mktemp("wardrobe")))
        demo.launch(prevent_thread_lock=True, server_port=free_port(), quiet=True)
        yield demo
        demo.close(verbose=False)


@pytest.fixture(scope="module")
def client(demo, tmp_path_factory):
    return Client(demo.local_url, verbose=False, download_files=str(tmp_path_factory.mktemp("in")))


@pytest.fixture
def photo(tmp_path):
    return save(tmp_path / "photo.png", noise(320, 240))


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def save(path: Path, pixels: np.ndarray, **options) -> str:
    Image.fromarray(pixels).save(path, **options)
    return str(path)


def fetch(demo, address: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(demo.local_url + address) as answer:
            return answer.status, answer.headers["content-type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["content-type"], error.read()


# --- /try_on -----------------------------------------------------------------------------------


def test_try_on_leaves_every_pixel_outside_the_region_as_it_was(client, photo):
    picture, report = client.predict(
        person=handle_file(photo), garment=None, prompt="red t-shirt", api_name="/try_on"
    )
    before, after = np.asarray(Image.open(photo)), np.asarray(Image.open(picture))
    assert after.shape == before.shape
    changed = (before != after).any(axis=2)
    assert 0 < changed.mean() <= report["changed"] + 1e-4
    assert (after[changed] == (190, 30, 40)).all()  # the red garment, lossless


def test_a_turned_phone_photo_comes_back_upright_without_its_metadata(client, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010F] = "SecretCamera"
    path = save(tmp_path / "phone.jpg", noise(200, 300), exif=exif, quality=90)
    picture, report = client.predict(
        handle_file(path), None, "red dress", "auto", api_name="/try_on"
    )
    image = Image.open(picture)
    assert image.format == "PNG"
    assert (report["height"], report["width"]) == (300, 200) == image.size[::-1]
    assert b"SecretCamera" not in Path(picture).read_bytes()
    assert not image.getexif()
    upright = read_photo(path).pixels
    same = (np.asarray(image) == upright).all(axis=2)
    assert same.mean() >= 1 - report["changed"] - 1e-4


@pytest.mark.parametrize("format_", ["HEIF", "WEBP", "GIF", "BMP"])
def test_other_formats_are_read_by_us_not_by_gradio(client, tmp_path, format_):
    import pillow_heif

    pillow_heif.register_heif_opener()
    path = tmp_path / f"photo.{format_.lower()}"
    Image.fromarray(noise(256, 192)).save(path, format=format_)
    _, report = client.predict(handle_file(path), None, "red top", "auto", api_name="/try_on")
    assert (report["height"], report["width"]) == (256, 192)


def test_the_report_is_complete(client, photo, tmp_path):
    garment = save(tmp_path / "garment.png", np.full((300, 200, 3), (10, 200, 90), np.uint8))
    picture, report = client.predict(
        handle_file(photo), handle_file(garment), "striped wobbly", "dress", api_name="/try_on"
    )
    assert report["kind"] == "dress"
    assert report["prompt"]["attributes"] == {"pattern": "striped"}
    assert report["prompt"]["ignored"] == ["wobbly"]
    assert report["confidence"] == pytest.approx(0.82)
    assert report["seconds"]["total"] == pytest.approx(0.6)
    assert "rough_cutout" in report["codes"]
    assert len(report["notes"]) == len(report["codes"])
    assert (np.asarray(Image.open(picture)) == (10, 200, 90)).all(axis=2).any()


@pytest.mark.parametrize(
    ("pixels", "prompt", "kind", "code"),
    [
        (noise(256, 192), "", "auto", "empty_request"),
        (noise(256, 192), "wobbly", "auto", "no_match"),
        (noise(256, 192), "red", "hat", "unknown_kind"),
        (noise(256, 192), "red " * 200, "auto", "words_too_long"),
        (noise(64, 64), "red", "auto", "image_too_small"),
        (np.zeros((256, 192, 3), np.uint8), "red", "auto", "no_person"),
    ],
)
def test_errors_are_sentences_with_a_code(client, tmp_path, pixels, prompt, kind, code):
    path = save(tmp_path / "photo.png", pixels)
    with pytest.raises(AppError) as caught:
        client.predict(handle_file(path), None, prompt, kind, api_name="/try_on")
    assert str(caught.value).endswith(f"({code})")
    assert len(str(caught.value)) > 30


def test_a_file_that_is_no_picture_is_refused_in_words(client, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"GIF89a? not really")
    with pytest.raises(AppError, match=r"cannot be read as a picture.*\(unreadable_image\)"):
        client.predict(handle_file(str(path)), None, "red", "auto", api_name="/try_on")


def test_no_photo_at_all_is_refused_in_words(client):
    with pytest.raises(AppError, match=r"\(no_person\)"):
        client.predict(None, None, "red", "auto", api_name="/try_on")


def test_our_own_faults_say_nothing_about_the_inside(client, photo):
    with pytest.raises(AppError) as caught:
        client.predict(handle_file(photo), None, "crash", "auto", api_name="/try_on")
    assert str(caught.value).endswith("(internal)")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "path",
    ["http://example.com/me.jpg", "HTTPS://example.com/", "file:///etc/passwd", "/etc/passwd"],
)
def test_addresses_and_files_of_the_server_are_not_opened(demo, path):
    data = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}, None, "red", "auto"]}
    request = urllib.request.Request(
        demo.local_url + "gradio_api/call/try_on",
        json.dumps(data).encode(),
        {"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 400
    assert json.load(refused.value)["code"] == "unknown_file"


# --- the other endpoints ------------------------------------------------------------------------


def test_describe(client, tmp_path):
    path = save(tmp_path / "garment.png", noise(200, 200))
    answer = client.predict(garment=handle_file(path), api_name="/describe")
    assert answer["kind"] == "upper"
    assert answer["attributes"] == {"type": "shirt"}
    assert answer["attribute_scores"]["type"] == pytest.approx(0.9)
    black = save(tmp_path / "black.png", np.zeros((200, 200, 3), np.uint8))
    with pytest.raises(AppError, match="no_garment"):
        client.predict(garment=handle_file(black), api_name="/describe")


def test_understand(client):
    answer = client.predict(text="red striped wobbly", api_name="/understand")
    assert answer["attributes"] == {"colour": "red", "pattern": "striped"}
    assert answer["ignored"] == ["wobbly"]
    assert client.predict(text="红色条纹", api_name="/understand")["language"] == "zh"


def test_an_outfit_over_http(client, photo, tmp_path):
    cloth = np.full((300, 240, 3), (0, 160, 80), np.uint8)
    Image.fromarray(cloth).save(tmp_path / "shirt.png")
    picture, report = client.predict(
        handle_file(photo),
        handle_file(str(tmp_path / "shirt.png")),
        None,
        None,
        "blue jeans",
        api_name="/outfit",
    )
    assert [piece["kind"] for piece in report["pieces"]] == ["upper", "lower"]
    assert Image.open(picture).size == Image.open(photo).size
    with pytest.raises(Exception, match="empty_request"):
        client.predict(handle_file(photo), None, None, None, "", api_name="/outfit")


def test_prompt_lab_makes_a_zip_with_a_table(client, photo):
    prompts = "red t-shirt\n\n  navy hoodie \n=cmd|crash\n"
    pictures, table, archive = client.predict(handle_file(photo), prompts, api_name="/prompt_lab")
    assert [row["prompt"] for row in table] == ["red t-shirt", "navy hoodie", "=cmd|crash"]
    assert table[0]["attributes"] == {"type": "t-shirt", "colour": "red"}
    assert len(pictures) == 2
    with zipfile.ZipFile(archive) as content:
        assert content.namelist() == ["01-red-t-shirt.png", "02-navy-hoodie.png", "prompts.csv"]
        with content.open("01-red-t-shirt.png") as member:
            assert Image.open(io.BytesIO(member.read())).size == (240, 320)
        text = content.read("prompts.csv").decode("utf-8-sig")
    assert "navy hoodie" in text
    assert "'=cmd" in text  # a spreadsheet must not run it
    assert "Something went wrong" in text


def test_prompt_lab_is_bounded(client, photo):
    prompts = "\n".join(["red top"] * (MOST_PROMPTS + 3))
    _, table, _ = client.predict(handle_file(photo), prompts, api_name="/prompt_lab")
    assert len(table) == MOST_PROMPTS
    with pytest.raises(AppError, match="empty_request"):
        client.predict(handle_file(photo), "\n \n", api_name="/prompt_lab")


# --- visitors -----------------------------------------------------------------------------------


def test_visitors_at_once_get_their_own_pictures(demo, tmp_path):
    """Each photo is of one grey of its own; whatever comes back must be of that grey."""

    def visit(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        grey = 20 + 20 * number
        path = save(folder / "photo.png", np.full((256, 192, 3), grey, np.uint8))
        visitor = Client(demo.local_url, verbose=False, download_files=str(folder))
        words = ("red top", "navy top")[number % 2]
        expected = ((190, 30, 40), (28, 36, 72))[number % 2]
        for _ in range(3):
            picture, _ = visitor.predict(handle_file(path), None, words, "auto", api_name="/try_on")
            pixels = np.asarray(Image.open(picture)).reshape(-1, 3)
            assert set(map(tuple, pixels.tolist())) == {(grey,) * 3, expected}

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(visit, range(4)))


def test_the_language_is_the_browsers(demo, photo, tmp_path):
    chinese = Client(
        demo.local_url,
        verbose=False,
        headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"},
        download_files=str(tmp_path),
    )
    _, report = chinese.predict(handle_file(photo), None, "red top", "auto", api_name="/try_on")
    assert all(re.search("[\u4e00-\u9fff]", note) for note in report["notes"])
    with pytest.raises(AppError, match="还没有选择"):
        chinese.predict(handle_file(photo), None, "", "auto", api_name="/try_on")


@pytest.mark.parametrize(
    ("address", "header", "language"),
    [
        ("", "", "en"),
        ("", "de-DE,de;q=0.9,zh;q=0.5", "en"),
        ("", "zh-TW", "zh"),
        ("", "en;q=0.4, zh-CN;q=0.9", "zh"),
        ("", "en;q=x,zh", "zh"),
        ("zh", "en-US", "zh"),
        ("en", "zh-CN", "en"),
    ],
)
def test_language_of(address, header, language):
    request = SimpleNamespace(
        request=True,
        query_params={"lang": address} if address else {},
        headers={"accept-language": header},
    )
    assert language_of(request) == language


# --- the page as it is served ---------------------------------------------------------------------


def test_nothing_comes_from_elsewhere(demo):
    for address in ("", "theme.css"):
        status, _, body = fetch(demo, address)
        assert status == 200
        for foreign in (b"fonts.googleapis", b"fonts.gstatic", b"cdnjs", b"huggingface.co/front"):
            assert foreign not in body


def test_no_path_of_this_machine_is_in_the_page(demo):
    _, _, body = fetch(demo, "")
    assert str(ROOT).encode() not in body
    assert str(Path.home()).encode() + b"/" not in body


def test_settings_of_the_page(demo):
    _, _, body = fetch(demo, "config")
    config = json.loads(body)
    assert config["analytics_enabled"] is False
    assert demo.delete_cache == (60, 600)
    assert demo.visits.retention.longest == 600  # as the privacy note says
    assert demo.api_open is False
    assert demo._queue.max_size == QUEUE_LENGTH
    assert demo.max_file_size == 10 * 1024 * 1024
    assert demo.run_history is False
    named = {fn["api_name"] for fn in config["dependencies"] if fn["api_visibility"] == "public"}
    assert named == {"try_on", "outfit", "describe", "understand", "prompt_lab"}


def test_thumbnails(demo):
    status, kind, body = fetch(demo, "stock/garments/red-tee")
    assert (status, kind) == (200, "image/png")
    assert Image.open(io.BytesIO(body)).mode == "RGBA"  # the card's ground shows through
    assert fetch(demo, "stock/garments/nobody")[0] == 404
    assert fetch(demo, "stock/garments/..%2f..%2fapp.py")[0] == 404
    status, kind, body = fetch(demo, stock.sample_people()[0].address)
    assert (status, kind) == (200, "image/webp")
    assert Image.open(io.BytesIO(body)).height == stock.PORTRAIT_HEIGHT_PX


def test_every_text_is_there_in_both_languages():
    fields = re.compile(r"{\w+}")
    for key, (english, chinese) in TEXTS.items():
        assert english.strip(), key
        assert chinese.strip(), key
        assert sorted(fields.findall(english)) == sorted(fields.findall(chinese)), key
    assert f"at most {MOST_PROMPTS}" in TEXTS["lab_prompts"][0]


def test_every_text_is_used():
    """Keys that are put together while running are known by their first part."""
    put_together = ("took_", "stage_", "attribute_", "kind_", "category_", "audience_",
                    "confidence_", "example_", "doing_", "try_")  # fmt: skip
    sources = [path for path in (ROOT / "tryon" / "page").rglob("*.py") if path.name != "texts.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in (*sources, ROOT / "app.py"))
    assert [
        key
        for key in TEXTS
        if not key.startswith(put_together) and not re.search(rf"[\"']{key}[\"']", code)
    ] == []


def test_the_typefaces_have_the_letters():
    """Of most typefaces that come with Gradio, only the rarer letters do."""
    fonts = pytest.importorskip("fontTools.ttLib", reason="fonttools is not installed")
    needed = set("".join(english for english, _ in TEXTS.values())) - {"\n"}
    theme = Boutique()
    bodies = [font_file_path(theme._font[0].name, weight) for weight in (400, 700)]
    for path in (LORA, *bodies):
        assert {
            letter for letter in needed if ord(letter) not in fonts.TTFont(path).getBestCmap()
        } == set()


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), READ_ON)
def test_text_can_be_read_on_its_ground(text, ground, mode):
    light, dark = sorted((luminance(PALETTE[name][mode]) for name in (text, ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_what_visitors_write_is_escaped():
    prompt = FakeTryOn.understand(None, "<img src=x onerror=alert(1)> red")
    assert "<img" not in fragments.understood(prompt, "en")
    assert "<b>" not in fragments.message("<b>")


# --- start ----------------------------------------------------------------------------------------


def test_importing_the_page_loads_no_model():
    models = "{'torch', 'mediapipe', 'tryon.pipeline'}"
    code = f"import sys, app; print(sorted({models} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_tryon_that_is_still_loading_is_waited_for():
    later = Later(lambda: time.sleep(0.2) or SimpleNamespace(understand=str.upper))
    later.start()
    assert later.understand("red") == "RED"


def test_nobody_waits_for_a_warm_up_but_the_idle_machine():
    warmed = []
    idle = Later(lambda: SimpleNamespace(understand=str.upper), warmed.append)
    idle.start()
    idle._thread.join(20)
    assert len(warmed) == 1
    gate = Event()
    asked = Later(lambda: gate.wait(20) and SimpleNamespace(understand=str.upper), warmed.append)
    asked.start()
    visitor = Thread(target=lambda: warmed.append(asked.understand("red")))
    visitor.start()
    while not asked._asked:
        time.sleep(0.01)
    gate.set()
    visitor.join(20)
    asked._thread.join(20)
    assert warmed[1:] == ["RED"]


def test_a_page_that_stops_lets_a_warm_up_end():
    """Ended in the middle of it, Python crashed: status -6 instead of 0."""
    ended = []
    later = Later(lambda: SimpleNamespace(), lambda _: (time.sleep(0.3), ended.append(1)))
    later.start()
    later.wait()
    later.settle(0)
    assert ended == []
    later.settle(20)
    assert ended == [1]


def test_a_tryon_that_cannot_be_loaded_says_why_to_everyone():
    def load():
        raise TryOnError("weights_missing", name="pose.task")

    later = Later(load)
    later.start()
    for _ in range(2):
        with pytest.raises(TryOnError, match=r"pose\.task"):
            later.understand("red")


def seconds_of_work(process: int) -> float:
    """CPU seconds a process has used (Linux; 0 elsewhere): what it takes on an idle machine."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.slow
def test_the_real_page_from_the_command(tmp_path):
    """`python app.py`: ready in time, tries on a real garment, stops when told to."""
    port = free_port()
    environment = os.environ | {
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_TEMP_DIR": str(tmp_path / "gradio"),
    }
    started = time.monotonic()
    server = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment)
    try:
        address = f"http://127.0.0.1:{port}/"
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, "the server ended"
                assert time.monotonic() - started < 60
                time.sleep(0.1)
        ready = seconds_of_work(server.pid) or time.monotonic() - started
        visitor = Client(address, verbose=False, download_files=str(tmp_path))
        person = stock.sample_people()[0].path
        shutil.copy(person, tmp_path / "me.jpg")
        picture, report = visitor.predict(
            handle_file(str(tmp_path / "me.jpg")), None, "red t-shirt", "auto", api_name="/try_on"
        )
        before, after = read_photo(person).pixels, np.asarray(Image.open(picture))
        changed = (before != after).any(axis=2).mean()
        assert 0 < changed <= report["changed"] + 1e-4
        assert ready <= READY_SECONDS
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    assert [path for path in (tmp_path / "gradio").rglob("*") if path.is_file()] == []
