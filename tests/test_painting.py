"""An engine on the page: our own picture first, then its, with progress, stop, another try.

The engine here paints by rule; everything around it (`refine`, the region, the queue) is real. In a
real browser, as in `test_page.py`.
"""

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from fake_tryon import FakeTryOn
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from pages import CHROMIUM, chromium, served
from PIL import Image

import app
from tryon.core.types import Photo
from tryon.engines.engine import About, Step, StoppedError
from tryon.engines.refine import refine
from tryon.page.look.texts import TEXTS

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SCREENSHOTS = os.environ.get("TRYON_SCREENSHOTS")  # a folder, to look at what the tests saw

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


class Toy:
    """Paints stripes whose colour is the seed's, slowly; fails or waits as it is told."""

    about = About("toy", "Toy Painter", "none", steps=8)
    device = "cpu"

    def __init__(self):
        self.pace, self.fault = 0.02, None
        self.seeds, self.steps = [], 0
        self.go_on = threading.Event()
        self.go_on.set()

    def ready(self):
        return None

    def __call__(self, person, garment, prompt, region, *, seed, steps, progress, stop):
        self.seeds.append(seed)
        for step in range(steps):
            if step == 2:
                while not self.go_on.wait(0.02):
                    if stop():
                        raise StoppedError
            if stop():
                raise StoppedError
            time.sleep(self.pace)
            self.steps += 1
            progress(Step("painting", step + 1, steps))
            if self.fault:
                raise self.fault
        pixels = person.photo.pixels.copy()
        pixels[:, ::2] = (40 + 60 * (seed % 4), 90, 160)
        return Photo(pixels)


class WithToy(FakeTryOn):
    """The stand-in for a `TryOn`, with the engine."""

    def __init__(self, folder):
        super().__init__(folder)
        self.engine = Toy()

    def __call__(self, *arguments, preview=False, **options):
        result = super().__call__(*arguments, **options)
        return result if preview else self.refine(result)

    def refine(self, result, **options):
        return refine(self.engine, result, **options)


@pytest.fixture(scope="module")
def tryon(tmp_path_factory):
    return WithToy(tmp_path_factory.mktemp("wardrobe"))


@pytest.fixture(scope="module")
def demo(tryon, tmp_path_factory):
    with served(tryon, tmp_path_factory.mktemp("gradio"), engine=Toy.about) as demo:
        yield demo


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def toy(tryon):
    toy = tryon.engine = Toy()
    yield toy
    toy.go_on.set()


@pytest.fixture
def visit(browser, demo, toy):
    """Opens the page; afterwards holds that it ran clean."""
    contexts, broken = [], []

    def open_page(viewport=DESKTOP, locale="en-US"):
        context = browser.new_context(viewport=viewport, locale=locale)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(45_000)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(demo.local_url)
        page.wait_for_selector("#try-on")
        page.wait_for_selector("#wardrobe .card")
        return page

    yield open_page
    toy.go_on.set()
    for context in contexts:
        context.close()
    assert broken == []


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "me.png"
    Image.fromarray(np.full((640, 480, 3), 120, np.uint8)).save(path)
    return str(path)


def dress(page, photo, garment="red-tee"):
    page.set_input_files("#photo input[type=file]", photo)
    page.wait_for_selector("#photo-message .ready")
    page.locator(f"#wardrobe .card:has(input[value={garment}])").click()


def says(page, text):
    page.locator("#paint-status", has_text=text).wait_for()


def captions(page):
    return [text.strip() for text in page.locator("#history .caption-label").all_inner_texts()]


def picture(page, tmp_path):
    """The picture as it is downloaded."""
    with page.expect_download() as download:
        page.click("#save a[download]:has-text('PNG')")
    path = tmp_path / f"{time.monotonic_ns()}.png"
    download.value.save_as(path)
    return np.asarray(Image.open(path))


def look(page, name):
    """A screenshot, for people."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=False)


@pytest.mark.parametrize(("name", "viewport"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_preview_progress_picture_another_try_history(visit, toy, photo, tmp_path, name, viewport):
    page = visit(viewport)
    assert page.locator("#paint-switch input").count() == 1
    toy.go_on.clear()
    dress(page, photo)
    # Our own picture is there at once, while the engine still paints.
    page.locator("#verdict .headline", has_text="Red tee").wait_for()
    assert (picture(page, tmp_path)[:, 240] == (190, 30, 40)).all(axis=1).any()
    says(page, "Toy Painter is painting: 2 of 8")
    page.locator("#paint-stop").wait_for()
    assert page.locator("#paint-again").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#paint-status").scroll_into_view_if_needed()
    look(page, f"{name}-1-painting")
    toy.go_on.set()
    says(page, "Painted by Toy Painter in")
    page.locator("#verdict .headline", has_text="Red tee · Toy Painter").wait_for()
    assert (picture(page, tmp_path) == (40, 90, 160)).all(axis=2).any()
    page.wait_for_function("document.querySelectorAll('#history .caption-label').length === 2")
    assert captions(page) == ["Red tee · Toy Painter", "Red tee"]
    assert "letters and fine patterns may differ" in page.inner_text("#notes")
    look(page, f"{name}-2-painted")
    page.click("#paint-again")
    page.locator("#verdict .headline", has_text="Red tee · Toy Painter 2").wait_for()
    assert (picture(page, tmp_path) == (100, 90, 160)).all(axis=2).any()
    # Picked while the photo is still being looked at, a garment is put on twice; the same seed.
    assert toy.seeds[-2:] == [0, 1]
    page.wait_for_function("document.querySelectorAll('#history .caption-label').length === 3")
    page.locator("#history .thumbnail-item").nth(2).click()
    page.wait_for_function("document.querySelector('#verdict .headline').innerText === 'Red tee'")
    page.locator("#history").scroll_into_view_if_needed()
    look(page, f"{name}-3-history")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_stop_leaves_our_own_picture_and_another_try_works(visit, toy, photo, tmp_path):
    page = visit()
    toy.go_on.clear()
    dress(page, photo)
    says(page, "painting: 2 of 8")
    page.click("#paint-stop")
    says(page, "Toy Painter was stopped; this is our own picture.")
    look(page, "desktop-4-stopped")
    assert (picture(page, tmp_path) == (190, 30, 40)).all(axis=2).any()
    assert captions(page) in ([], ["Red tee"])
    assert page.locator("#paint-stop").count() == 0
    toy.go_on.set()
    page.click("#paint-again")
    says(page, "Painted by")
    page.locator("#verdict .headline", has_text="Red tee · Toy Painter 2").wait_for()


def test_a_new_garment_ends_the_painting_of_the_one_before(visit, toy, photo):
    page = visit()
    toy.go_on.clear()
    dress(page, photo)
    says(page, "painting: 2 of 8")
    page.locator("#wardrobe .card:has(input[value=navy-hoodie])").click()
    page.locator("#verdict .headline", has_text="Navy hoodie").wait_for()
    toy.go_on.set()
    page.locator("#verdict .headline", has_text="Navy hoodie · Toy Painter").wait_for()
    page.wait_for_function("document.querySelectorAll('#history .caption-label').length === 3")
    assert captions(page) == ["Navy hoodie · Toy Painter", "Navy hoodie", "Red tee"]


def test_a_fault_is_a_sentence_and_our_own_picture(visit, toy, photo, tmp_path):
    page = visit()
    toy.fault = RuntimeError("CUDA out of memory. /secret/path")
    dress(page, photo)
    says(page, "no memory left for Toy Painter")
    assert "secret" not in page.inner_text("body")
    assert (picture(page, tmp_path) == (190, 30, 40)).all(axis=2).any()
    toy.fault = None
    page.click("#paint-again")
    says(page, "Painted by")


def test_who_does_not_want_it_is_not_painted(visit, toy, photo):
    page = visit()
    page.set_input_files("#photo input[type=file]", photo)
    page.wait_for_selector("#photo-message .ready")
    page.evaluate("document.querySelector('#paint-switch input').click()")
    page.locator("#wardrobe .card:has(input[value=red-tee])").click()
    page.locator("#verdict .headline", has_text="Red tee").wait_for()
    page.wait_for_timeout(800)
    assert toy.seeds == []


def test_words_lead_to_a_painting_too(visit, toy, photo):
    page = visit()
    page.set_input_files("#photo input[type=file]", photo)
    page.wait_for_selector("#photo-message .ready")
    page.fill("#words textarea", "green coat")
    page.click("#try-on")
    page.locator("#verdict .headline", has_text="green coat · Toy Painter").wait_for()


def test_two_visitors_wait_for_the_card_one_after_the_other(visit, toy, photo):
    first, second = visit(), visit()
    toy.go_on.clear()
    dress(first, photo)
    says(first, "painting: 2 of 8")
    dress(second, photo, "green-coat")
    # The second one's preview does not wait.
    second.locator("#verdict .headline", has_text="Green coat").wait_for()
    says(second, "Toy Painter is busy: 1 before you")
    look(second, "desktop-5-waiting")
    toy.go_on.set()
    says(first, "Painted by")
    says(second, "Painted by")


def test_who_leaves_frees_the_card(visit, toy, photo):
    page = visit()
    toy.go_on.clear()
    dress(page, photo)
    says(page, "painting: 2 of 8")
    page.context.close()
    other = visit()
    toy.go_on.clear()
    dress(other, photo)
    says(other, "painting: 2 of 8")


def test_in_chinese(visit, toy, photo):
    page = visit(locale="zh-CN")
    toy.go_on.clear()
    dress(page, photo)
    says(page, TEXTS["paint_step"][1].format(engine="Toy Painter", done=2, total=8))
    assert TEXTS["paint_stop"][1] in page.inner_text("#paint-stop")
    look(page, "desktop-6-chinese")
    toy.go_on.set()
    says(page, "绘制，用时")


def test_programs_ask_for_a_painting_too(demo, toy, photo):
    client = Client(demo.local_url, verbose=False)
    person = handle_file(photo)
    path, report = client.predict(person, None, "red t-shirt", "auto", 2, api_name="/paint")
    assert report["engine"] == "toy"
    assert report["codes"][-1] == "engine_painted"
    assert toy.seeds == [2]
    before, after = np.asarray(Image.open(photo)), np.asarray(Image.open(path))
    differs = (before != after).any(axis=2)
    assert 0 < differs.mean() <= report["changed"] + 1e-4
    toy.fault = RuntimeError("/secret/path")
    _, report = client.predict(person, None, "red t-shirt", api_name="/paint")
    assert report["engine"] == "builtin"
    assert report["codes"][-1] == "engine_failed"
    with pytest.raises(AppError, match="empty_request"):
        client.predict(person, None, "", api_name="/paint")
    client.predict(person, None, "red t-shirt", "auto", api_name="/try_on")
    assert toy.seeds == [2, 0]


def test_without_an_engine_nothing_of_it_is_there(browser, tryon, tmp_path):
    demo = app.build_demo(FakeTryOn(tmp_path))
    assert "paint-switch" not in str(demo.get_config_file())
    named = app.build_demo(tryon, engine=Toy.about)
    assert "paint-switch" in str(named.get_config_file())
