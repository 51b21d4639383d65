"""The page in a real browser: a visit from photo to picture, mistakes, phone, Chinese, keyboard.

Needs Chromium (Debian: `apt install chromium`) beside the Python package playwright; without it
these tests are skipped.
"""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import numpy as np
import pytest
from fake_tryon import FakeTryOn
from gradio.route_utils import delete_files_created_by_app
from gradio.utils import get_upload_folder
from pages import CHROMIUM, chromium, served
from PIL import Image

from tryon.core.errors import MESSAGES
from tryon.page.look.texts import TEXTS

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def tryon(tmp_path_factory):
    return FakeTryOn(tmp_path_factory.mktemp("wardrobe"))


@pytest.fixture(scope="module")
def demo(tryon, tmp_path_factory):
    with served(tryon, tmp_path_factory.mktemp("gradio")) as demo:
        yield demo


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser, demo):
    """Opens the page; afterwards holds that it ran clean and asked nobody but its own server."""
    contexts, elsewhere, broken = [], [], []

    def open_page(viewport=DESKTOP, locale="en-US", address="", **options):
        context = browser.new_context(viewport=viewport, locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(45_000)
        own = (demo.local_url, "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(own) else elsewhere.append(r.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(demo.local_url + address)
        page.wait_for_selector("#try-on")
        page.wait_for_selector("#wardrobe .card")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert elsewhere == []
    assert broken == []


@pytest.fixture
def photo(tmp_path):
    return save(tmp_path / "me.png", np.full((640, 480, 3), 120, np.uint8))


def save(path: Path, pixels: np.ndarray) -> str:
    Image.fromarray(pixels).save(path)
    return str(path)


def upload(page, widget: str, path: str) -> None:
    page.set_input_files(f"#{widget} input[type=file]", path)


def add_photo(page, path: str) -> None:
    upload(page, "photo", path)
    page.wait_for_selector("#photo-message .ready")


def pick(page, identifier: str) -> None:
    page.locator(f"#wardrobe .card:has(input[value={identifier}])").click()


def shown(page, text: str) -> None:
    page.locator("#verdict .headline", has_text=text).wait_for()


def in_view(page, selector: str) -> None:
    """Waits until all of it can be seen, whatever scrolls around it."""
    page.wait_for_function(
        """selector => {
          const place = document.querySelector(selector)?.getBoundingClientRect();
          return place && place.top >= 0 && place.bottom <= innerHeight;
        }""",
        arg=selector,
    )


def overlaps(page) -> list[str]:
    """What lies over the page at a fixed place and can be touched: it would hide something."""
    return page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => {
          const { position, pointerEvents } = getComputedStyle(e);
          return position === 'fixed' && pointerEvents !== 'none' && e.checkVisibility()
            && e.offsetHeight > 1;
        }).map(e => e.id || e.className)"""
    )


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_visit_from_photo_to_picture(visit, photo, tmp_path):
    page = visit()
    assert page.locator("#empty-mirror").is_visible()
    add_photo(page, photo)
    pick(page, "red-tee")
    shown(page, "Red tee")
    assert page.locator("#empty-mirror").is_hidden()
    page.wait_for_selector("#before img")
    page.wait_for_selector("#after img")
    assert "82 %" in page.inner_text("#verdict")
    assert "0.6 s" in page.inner_text("#notes")
    with page.expect_download() as download:
        page.click("#save a[download]:has-text('PNG')")
    assert download.value.suggested_filename == "tryon-red-tee.png"
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    result = np.asarray(Image.open(path))
    assert result.shape == (640, 480, 3)
    colours = {tuple(colour) for colour in np.unique(result.reshape(-1, 3), axis=0)}
    assert colours == {(120, 120, 120), (190, 30, 40)}


def test_slider_history_and_how_it_was_made(visit, photo):
    page = visit()
    add_photo(page, photo)
    pick(page, "red-tee")
    shown(page, "Red tee")
    pick(page, "blue-jeans")
    shown(page, "Blue jeans")
    page.click("#tab-slider-button")
    page.wait_for_function("document.querySelector('#slider img')?.clientWidth > 100")
    page.locator("#history .thumbnail-item").nth(1).click()
    shown(page, "Red tee")
    page.click("#how > button")
    page.wait_for_function("document.querySelectorAll('#how-gallery img').length >= 5")
    assert "Pose" in page.inner_text("#how-gallery")
    assert "in all" in page.inner_text("#how-steps")


def test_words_alone_and_what_was_understood(visit, photo):
    page = visit()
    add_photo(page, photo)
    page.fill("#words textarea", "pink wobbly dress")
    chips = page.locator("#understood .chip")
    page.wait_for_function("document.querySelectorAll('#understood .chip').length === 3")
    assert page.locator("#understood .chip.ignored").inner_text().split() == ["Ignored", "wobbly"]
    assert chips.count() == 3
    page.click("#try-on")
    shown(page, "pink wobbly dress")
    page.locator("#examples .chip").first.click()
    page.wait_for_function(
        "text => document.querySelector('#words textarea').value === text",
        arg=TEXTS["example_1"][0],
    )


def test_picking_in_one_place_clears_the_other(visit, photo, tmp_path):
    page = visit()
    add_photo(page, photo)
    pick(page, "navy-hoodie")
    shown(page, "Navy hoodie")
    assert page.locator("#wardrobe input:checked[name=garment]").count() == 1
    page.click("#tab-own-button")
    upload(
        page, "own", save(tmp_path / "shirt.png", np.full((300, 240, 3), (0, 160, 80), np.uint8))
    )
    shown(page, "Your garment")
    assert page.locator("#wardrobe input:checked[name=garment]").count() == 0
    assert "rough" in page.inner_text("#own-message")
    page.click("#tab-wardrobe-button")
    pick(page, "red-tee")
    shown(page, "Red tee")
    page.click("#tab-own-button")
    page.wait_for_function("!document.querySelector('#own img')")


def test_ask_about_the_garment(visit):
    page = visit()
    pick(page, "navy-hoodie")
    page.click("#about-box > button")
    page.locator("#about .headline", has_text="Navy hoodie").wait_for()
    about = page.inner_text("#about")
    assert "navy" in about
    assert "90 %" in about
    page.locator("#result-message", has_text="waits for you: add your photo").wait_for()


def test_groups_of_the_wardrobe(visit):
    page = visit()
    page.locator("#wardrobe .filter", has_text="Bottoms").click()
    cards = page.locator("#wardrobe .card:visible")
    assert cards.count() == 1
    assert cards.first.inner_text().strip() == "Blue jeans"
    page.locator("#wardrobe .filter", has_text="All").click()
    assert page.locator("#wardrobe .card:visible").count() == 5
    page.locator("#wardrobe .filter", has_text="Women").click()
    assert page.locator("#wardrobe .card:visible").count() == 4
    page.locator("#wardrobe .filter", has_text="Tops").click()
    assert page.locator("#wardrobe .card:visible").count() == 1  # not the hoodie, which is for men


def test_a_full_rack_scrolls_and_what_is_below_it_stays_near(visit):
    page = visit()
    page.evaluate(
        """() => {
          const cards = document.querySelector('#wardrobe .cards'), card = cards.lastElementChild;
          for (let n = 0; n < 140; n++) cards.append(card.cloneNode(true));
        }"""
    )
    rack = "document.querySelector('#wardrobe .cards')"
    assert page.evaluate(f"{rack}.scrollHeight") > 5000
    assert page.locator("#wardrobe .cards").bounding_box()["height"] < DESKTOP["height"]
    assert page.evaluate("document.documentElement.scrollHeight") < 3 * DESKTOP["height"]
    last = page.locator("#wardrobe .card").last
    last.scroll_into_view_if_needed()
    assert page.evaluate(f"{rack}.scrollTop") > 4000


def test_a_bad_file_gets_a_message_and_the_photo_stays(visit, photo, tmp_path):
    page = visit()
    add_photo(page, photo)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"this is no picture")
    upload(page, "photo", str(bad))
    page.locator("#photo-message .message", has_text="cannot be read").wait_for()
    page.wait_for_function("document.querySelector('#photo img')?.src.includes('me.png')")
    page.click("#tab-own-button")
    upload(page, "own", str(bad))
    page.locator("#own-message .message", has_text="cannot be read").wait_for()
    assert page.locator("#photo img").is_visible()
    page.click("#tab-wardrobe-button")
    pick(page, "red-tee")
    shown(page, "Red tee")


@pytest.mark.parametrize(("locale", "language"), [("en-US", "en"), ("zh-CN", "zh")])
def test_a_wrong_kind_and_a_file_too_large_are_refused_in_the_pages_words(
    visit, photo, tmp_path, locale, language
):
    page = visit(locale=locale)
    column = ("en", "zh").index(language)
    assert TEXTS["file_limits"][column] in page.inner_text("#people-column")  # said beforehand
    (tmp_path / "letter.txt").write_text("no picture")
    large = tmp_path / "large.png"
    large.write_bytes(bytes(11 * 1024**2))
    for path, code, size in (
        (tmp_path / "letter.txt", "unreadable_image", ""),
        (large, "image_too_large", "11.0 MB"),
    ):
        upload(page, "photo", str(path))
        said = page.locator("#photo-column [data-refused]")
        said.filter(has_text=MESSAGES[code][language][1]).wait_for()
        assert size in said.inner_text()
        assert page.locator(".toast-body").count() == 0  # nothing of Gradio's own
    add_photo(page, photo)
    assert page.locator("#photo-column [data-refused]").count() == 0


def test_nobody_in_the_photo_and_our_own_faults(visit, photo, tmp_path):
    page = visit()
    upload(page, "photo", save(tmp_path / "black.png", np.zeros((400, 300, 3), np.uint8)))
    page.locator("#photo-message .message", has_text="No person").wait_for()
    page.wait_for_function("document.querySelector('#photo-message .such img').naturalWidth > 0")
    assert page.locator("#photo img").is_visible()
    page.click("#photo button[aria-label='Remove Image']")
    add_photo(page, photo)
    page.fill("#words textarea", "crash")
    page.click("#try-on")
    page.locator("#result-message .message", has_text="on our side").wait_for()
    assert "secret" not in page.inner_text("body")
    assert page.locator("#photo img").is_visible()


def test_several_people(visit, tmp_path):
    page = visit()
    add_photo(page, save(tmp_path / "two.png", np.full((400, 800, 3), 90, np.uint8)))
    assert "2 people" in page.inner_text("#photo-message")
    assert page.locator("#who .card").count() == 2
    pick(page, "red-tee")
    shown(page, "Red tee")
    first = page.get_attribute("#after img", "src")
    page.locator("#who .card").nth(1).click()
    page.wait_for_function("old => document.querySelector('#after img').src !== old", arg=first)
    assert page.locator("#who input:checked").get_attribute("value") == "1"


def test_a_borrowed_model(visit):
    page = visit()
    page.locator("#people .card").first.click()
    page.wait_for_selector("#photo-message .ready")
    assert page.locator("#photo img").is_visible()


def test_with_the_keyboard_alone(visit, photo):
    page = visit()
    add_photo(page, photo)
    page.focus("#wardrobe input[value=red-tee]")
    page.keyboard.press("ArrowRight")
    shown(page, "Navy hoodie")
    page.focus("#words textarea")
    page.keyboard.type("red top")
    page.keyboard.press("Enter")
    shown(page, "red top")


def test_an_outfit_with_the_keyboard_alone(visit, photo):
    page = visit()
    add_photo(page, photo)
    page.focus("#wardrobe input[value=red-tee]")
    page.keyboard.press("Space")
    shown(page, "Red tee")
    page.focus("#worn button.keep")
    page.keyboard.press("Enter")
    page.wait_for_selector("#worn .hint")
    page.focus("#wardrobe input[value=blue-jeans]")
    page.keyboard.press("Space")
    shown(page, "Red tee + Blue jeans")
    page.locator("#worn .chip.worn button").first.focus()
    page.keyboard.press("Enter")
    shown(page, "Blue jeans")


def test_two_visitors_in_two_tabs(visit, photo, tmp_path):
    first, second = visit(), visit()
    add_photo(first, photo)
    add_photo(second, save(tmp_path / "other.png", np.full((640, 480, 3), 60, np.uint8)))
    pick(first, "red-tee")
    pick(second, "green-coat")
    shown(first, "Red tee")
    shown(second, "Green coat")
    assert "Green" not in first.inner_text("#verdict")
    assert second.locator("#wardrobe input:checked[name=garment]").get_attribute("value") == (
        "green-coat"
    )


def test_words_are_explained_and_questions_answered(visit, photo):
    page = visit(viewport=PHONE)
    add_photo(page, photo)
    page.fill("#words textarea", "red striped top wobbly")
    page.click("#try-on")
    page.wait_for_selector("#notes .word.used.colour")
    assert "ignored" in page.locator("#notes .word.unused").inner_text().lower()
    page.fill("#question textarea", "what colour is it?")
    page.click("#ask")
    page.wait_for_selector("#answer .answer")
    assert "red" in page.locator("#answer").inner_text()


def test_the_prompt_lab(visit, photo, tmp_path):
    page = visit()
    add_photo(page, photo)
    page.click("#tab-lab-button")
    page.wait_for_selector("#lab-photo img")
    page.fill("#lab-prompts textarea", "red top\nnavy hoodie")
    page.click("#lab-run")
    page.wait_for_selector("#lab-export:not([disabled])")
    assert page.locator("#lab-table tbody tr").count() == 2
    assert "colour red" in page.locator("#lab-gallery").inner_text()
    page.wait_for_selector("#lab-compare img")
    (tmp_path / "words.csv").write_text("prompt,who\nblue top,me\n")
    with page.expect_file_chooser() as chooser:
        page.click("#lab-file")
    chooser.value.set_files(tmp_path / "words.csv")
    page.wait_for_function("document.querySelector('#lab-prompts textarea').value === 'blue top'")
    with page.expect_download() as download:
        page.click("#lab-export")
    assert download.value.suggested_filename.endswith(".zip")


def test_the_lab_knows_the_photo_of_now(visit, photo, tmp_path):
    """Changed after a try-on, it was a broken image in the lab, and "not sent to this server"."""
    page = visit()
    page.locator("#people .card").first.click()
    page.wait_for_selector("#photo-message .ready")
    pick(page, "red-tee")
    shown(page, "Red tee")
    for change in (lambda: page.locator("#people .card").nth(1).click(), None):
        before = page.get_attribute("#before img", "src")
        if change is None:
            upload(page, "photo", photo)
        else:
            change()
        page.wait_for_function(
            "old => document.querySelector('#before img').src !== old", arg=before
        )
        page.click("#tab-lab-button")
        page.wait_for_function("document.querySelector('#lab-photo img')?.naturalWidth > 0")
        page.fill("#lab-prompts textarea", "red top")
        page.click("#lab-run")
        page.wait_for_selector("#lab-export:not([disabled])")
        page.wait_for_function("document.querySelector('#lab-gallery img')?.naturalWidth > 0")
        page.click("#tab-room-button")


@pytest.mark.parametrize("size", [(1280, 720), (1280, 900), (1440, 900), (820, 1180)])
def test_result_and_messages_come_into_view(visit, photo, size):
    page = visit(dict(zip(("width", "height"), size, strict=True)))
    page.locator("#try-on").scroll_into_view_if_needed()
    page.click("#try-on")
    in_view(page, "#result-message .hint")
    add_photo(page, photo)
    page.fill("#words textarea", "red top")
    page.locator("#examples").scroll_into_view_if_needed()
    page.click("#try-on")
    shown(page, "red top")
    top = "document.querySelector('#after img')?.getBoundingClientRect().top"
    page.wait_for_function(f"{top} >= 0 && {top} < innerHeight / 2")
    page.locator("#examples").scroll_into_view_if_needed()
    page.fill("#words textarea", "crash")
    page.click("#try-on")
    page.wait_for_selector("#result-message .message")
    in_view(page, "#result-message .message")


def test_words_that_name_another_garment_win(visit, photo):
    page = visit()
    add_photo(page, photo)
    pick(page, "blue-jeans")
    shown(page, "Blue jeans")
    page.fill("#words textarea", "a pink dress")
    page.click("#try-on")
    shown(page, "a pink dress")
    assert "Blue jeans" not in page.inner_text("#verdict")
    assert "name another garment" in page.inner_text("#notes")
    page.wait_for_function("!document.querySelector('#wardrobe input[name=garment]:checked')")
    page.fill("#words textarea", "red t-shirt and blue jeans")
    page.click("#try-on")
    shown(page, "red t-shirt and blue jeans")
    assert worn(page) == ["T-shirt", "Jeans"]


def worn(page) -> list[str]:
    """The names of the pieces that the chips below the result show."""
    return [chip.strip(" ×\n") for chip in page.locator("#worn .chip.worn").all_inner_texts()]


def test_an_outfit_piece_by_piece(visit, photo):
    page = visit()
    add_photo(page, photo)
    pick(page, "green-coat")
    shown(page, "Green coat")
    page.click("#worn button.keep")
    page.wait_for_selector("#worn .hint")
    assert page.locator("#wardrobe input:checked[name=garment]").count() == 0
    pick(page, "red-tee")
    shown(page, "Red tee + Green coat")
    assert worn(page) == ["Red tee", "Green coat"]  # innermost first, whatever was picked first
    page.click("#worn button.keep")
    page.wait_for_selector("#worn .hint")
    pick(page, "blue-jeans")
    shown(page, "Red tee + Blue jeans + Green coat")
    pick(page, "navy-hoodie")  # another top takes the place of the first, jeans were not kept
    shown(page, "Navy hoodie + Green coat")
    page.click("#worn .chip.worn:has-text('Green coat') button")
    shown(page, "Navy hoodie")
    page.wait_for_function("document.querySelectorAll('#worn .chip.worn').length === 1")
    page.click("#worn .chip.worn button")  # nothing is chosen any more
    page.wait_for_selector("#empty-mirror", state="visible")
    assert page.locator("#wardrobe input:checked[name=garment]").count() == 0


def test_an_example_is_shown_before_anything_is_chosen(visit):
    page = visit()
    page.wait_for_function(
        """[...document.querySelectorAll('.example img')].filter(
          i => i.naturalWidth > 100 && i.checkVisibility()).length === 2"""
    )


def test_a_garment_waits_for_the_photo(visit, photo):
    page = visit()
    pick(page, "red-tee")
    page.locator("#result-message", has_text="waits for you").wait_for()
    add_photo(page, photo)
    shown(page, "Red tee")  # without another click
    page.wait_for_function("document.querySelector('#result-message').innerText.trim() === ''")


def test_a_link_to_a_garment_and_words(visit, photo):
    page = visit(address="?garment=blue-jeans&prompt=striped")
    page.wait_for_function(
        "document.querySelector('#wardrobe input:checked[name=garment]')?.value === 'blue-jeans'"
    )
    page.locator("#result-message", has_text="waits for you").wait_for()
    add_photo(page, photo)
    shown(page, "Blue jeans · striped")


def test_other_tries_write_words(visit, photo):
    page = visit()
    add_photo(page, photo)
    pick(page, "red-tee")
    shown(page, "Red tee")
    page.click("#worn button[data-act='say:looser']")
    shown(page, "Red tee · loose fit")
    assert page.input_value("#words textarea") == "loose fit"
    page.locator("#worn [data-act='say:looser'][aria-pressed=true]").wait_for()
    page.click("#worn button[data-act='say:closer']")
    shown(page, "Red tee · slim fit")
    page.click("#worn button[data-act='say:closer']")
    page.wait_for_function(
        "document.querySelector('#verdict .headline').innerText.trim() === 'Red tee'"
    )


def test_six_colours_and_others_like_it_in_one_press(visit, photo):
    page = visit()
    add_photo(page, photo)
    pick(page, "red-tee")
    shown(page, "Red tee")
    page.click("#worn button[data-act=colours]")
    page.locator("#result-message .hint", has_text="This visit").wait_for()
    captions = page.locator("#history .caption-label").all_inner_texts()
    assert captions[:2] == ["Red tee · in beige", "Red tee · in green"]
    assert len(captions) == 7
    page.locator("#history .thumbnail-item").nth(3).click()
    shown(page, "Red tee · in navy")
    page.click("#worn button[data-act=others]")
    shown(page, "Navy hoodie · in navy")  # the only other top here
    pick(page, "pink-dress")
    shown(page, "Pink dress")
    page.click("#worn button[data-act=others]")
    page.locator("#result-message .hint", has_text="nothing else").wait_for()
    assert page.locator("#after img").is_visible()


def test_saving_copying_and_sharing(visit, photo, browser):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.evaluate(
        """() => {
          navigator.canShare = () => true;
          navigator.share = async ({ files: [file] }) => { shared = [file.name, file.type]; };
          window.shared = null;
        }"""
    )
    add_photo(page, photo)
    pick(page, "red-tee")
    page.wait_for_selector("#save [data-share]", state="visible")
    with page.expect_download() as download:
        page.click("#save a:has-text('JPEG')")
    picture = Image.open(download.value.path())
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (480, 640), {})
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
    page.click("#save [data-share]")
    page.wait_for_function("window.shared")
    assert page.evaluate("shared") == ["tryon-red-tee.jpg", "image/jpeg"]
    page.click("#save [data-copy]")
    page.locator("#save [data-copy]", has_text="Copied").wait_for()
    copied = "navigator.clipboard.read().then(items => items[0].types)"
    assert page.evaluate(copied) == ["image/png"]


def test_the_same_twice_is_one_result(visit, photo, tryon):
    page = visit()
    add_photo(page, photo)
    pick(page, "red-tee")
    shown(page, "Red tee")
    page.click("#how > button")
    page.wait_for_selector("#how-steps .legend")
    calls = tryon.calls
    for _ in range(2):
        page.click("#try-on")
        page.wait_for_timeout(700)
    assert tryon.calls == calls
    for name in ("blue-jeans", "navy-hoodie", "green-coat"):
        pick(page, name)
    shown(page, "Green coat")
    page.wait_for_timeout(1500)
    captions = page.locator("#history .caption-label").all_inner_texts()
    assert captions[0] == "Green coat"
    assert len(captions) == len(set(captions))


def test_add_your_photo_goes_when_the_photo_is_there(visit, photo):
    page = visit()
    page.click("#try-on")
    page.locator("#result-message", has_text="photo first").wait_for()
    add_photo(page, photo)
    page.wait_for_function("document.querySelector('#result-message').innerText.trim() === ''")


def test_history_brings_back_all_of_a_result(visit, photo):
    page = visit()
    add_photo(page, photo)
    pick(page, "red-tee")
    shown(page, "Red tee")
    page.click("#how > button")
    page.wait_for_function("document.querySelectorAll('#how-gallery img').length >= 5")
    cutout = page.locator("#how-gallery img").nth(3).get_attribute("src")
    page.fill("#words textarea", "striped")
    pick(page, "blue-jeans")
    shown(page, "Blue jeans")
    page.wait_for_function(
        "old => ![undefined, old].includes(document.querySelectorAll('#how-gallery img')[3]?.src)",
        arg=cutout,
    )
    page.locator("#history .thumbnail-item").nth(1).click()
    shown(page, "Red tee")
    page.wait_for_function(
        "old => document.querySelectorAll('#how-gallery img')[3]?.src === old", arg=cutout
    )
    marked = "document.querySelector('#wardrobe input[name=garment]:checked').value"
    page.wait_for_function(f"{marked} === 'red-tee'")
    page.wait_for_function("document.querySelector('#words textarea').value === ''")
    assert worn(page) == ["Red tee"]
    page.fill("#words textarea", "dotted")
    page.click("#try-on")  # goes on from there
    shown(page, "Red tee · dotted")


def test_history_shows_who_was_dressed(visit, tmp_path):
    page = visit()
    pixels = np.full((400, 800, 3), 90, np.uint8)
    pixels[:, 400:, 2] = 250  # the second person stands in front of something blue
    add_photo(page, save(tmp_path / "two.png", pixels))
    pick(page, "red-tee")
    shown(page, "Red tee")
    page.locator("#who .card").nth(1).click()
    page.wait_for_function("document.querySelectorAll('#history img').length === 2")
    blue = page.evaluate(
        """async () => Promise.all([...document.querySelectorAll('#history img')].map(async i => {
          await i.decode();
          const c = new OffscreenCanvas(1, 1).getContext('2d');
          c.drawImage(i, 0, 0, i.naturalWidth, 8, 0, 0, 1, 1);
          return c.getImageData(0, 0, 1, 1).data[2] > 170;
        }))"""
    )
    assert blue == [True, False]


def test_people_are_numbered_from_the_left(visit, tmp_path):
    page = visit()
    add_photo(page, save(tmp_path / "two.png", np.full((400, 800, 3), 90, np.uint8)))
    names = page.locator("#who .name").all_inner_texts()
    assert [name.strip() for name in names] == ["Person 1", "Person 2"]
    assert "was put on" not in page.inner_text("#photo-message")  # nothing was chosen yet
    page.locator("#who .card").nth(1).click()
    page.wait_for_function("document.querySelector('#who .card:nth-child(2) input').checked")
    assert page.locator("#who .card").first.locator("input").get_attribute("value") == "0"


def test_the_language_asks_before_it_starts_anew(visit, photo):
    page = visit()
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    add_photo(page, photo)
    page.click("nav a[lang='zh-CN']")
    assert said == [TEXTS["leaving"][0]]
    assert page.locator("#photo img").is_visible()
    assert page.get_attribute("html", "lang") == "en"


def test_all_files_of_a_visit_are_deleted(visit, photo, demo):
    """What Gradio deletes when files grow old is everything, not just what was sent."""
    page = visit()
    add_photo(page, photo)
    pick(page, "red-tee")
    page.click("#how > button")
    page.wait_for_selector("#how-gallery img")
    first = page.locator("#how-gallery img").first.get_attribute("src")
    pick(page, "navy-hoodie")
    changed = "old => ![undefined, old].includes(document.querySelector('#how-gallery img')?.src)"
    page.wait_for_function(changed, arg=first)

    def files() -> list[str]:
        # The page deletes folders meanwhile: a walk passes over what is gone.
        return [name for _, _, names in os.walk(get_upload_folder()) for name in names]

    assert files()
    delete_files_created_by_app(demo, age=None)
    assert files() == []


def test_a_visit_forgotten_by_the_server_goes_on(visit, photo, demo):
    page = visit()
    add_photo(page, photo)
    pick(page, "red-tee")
    shown(page, "Red tee")
    page.click("#how > button")
    page.wait_for_selector("#how-gallery img")

    def forget() -> None:
        for session in list(demo.state_holder.session_data):
            demo.state_holder.delete_state(session)

    forget()
    pick(page, "navy-hoodie")
    shown(page, "Navy hoodie")
    forget()
    demo.tray.clear()  # the photo is gone too
    pick(page, "blue-jeans")
    page.locator("#result-message .hint", has_text="add it again").wait_for()


def test_phone(visit, photo, tmp_path):
    page = visit(PHONE, is_mobile=True, has_touch=True)
    assert fits(page)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"this is no picture")
    upload(page, "photo", str(bad))
    page.wait_for_selector("#photo-message .message")
    in_view(page, "#photo-message .message")
    assert overlaps(page) == []
    add_photo(page, photo)
    pick(page, "pink-dress")
    shown(page, "Pink dress")
    page.wait_for_selector("#after img")
    assert page.evaluate("document.querySelector('#side-by-side').scrollLeft") == 0  # the result
    assert fits(page)
    top = "document.querySelector('#mirror-section').getBoundingClientRect().top"
    page.wait_for_function(f"Math.abs({top}) < 120")  # the result comes into view by itself
    before, after = (page.locator(f"#{side}").bounding_box() for side in ("before", "after"))
    assert 0 <= after["x"] < before["x"]  # the result first, the whole photo beside it
    assert before["x"] + before["width"] <= PHONE["width"]
    page.click("#notes button.back")
    page.wait_for_function(f"{top} > 300")
    assert overlaps(page) == []
    button = page.locator("#try-on").bounding_box()
    assert button["height"] >= 44
    assert button["width"] > 320
    targets = ("#wardrobe .filter >> nth=0", "#save a >> nth=0", "#examples .chip >> nth=0")
    for target in (*targets, "#tab-lab-button", "#tab-own-button"):
        assert page.locator(target).bounding_box()["height"] >= 40
    shot = tmp_path / "phone.png"
    page.screenshot(path=shot, full_page=True)
    assert Image.open(shot).width == PHONE["width"]
    page.click("#tab-lab-button")
    page.wait_for_selector("#lab-run")
    assert fits(page)


@pytest.mark.parametrize(
    ("locale", "address"), [("zh-CN", ""), ("zh-HK", ""), ("en-US", "?lang=zh")]
)
def test_chinese(visit, photo, locale, address):
    page = visit(PHONE, locale=locale, address=address)
    assert page.inner_text("#try-on").strip() == TEXTS["try_on"][1]
    add_photo(page, photo)
    pick(page, "red-tee")
    shown(page, "红色T恤")
    text = page.inner_text("body")
    for key in ("step_photo", "tab_own", "mirror_empty", "confidence_high", "photo_ready", "how"):
        assert (TEXTS[key][1] in text) == (key != "mirror_empty")
        assert TEXTS[key][0] not in text
    assert "原衣服遮住的皮肤" in text
    assert page.get_attribute("html", "lang").startswith("zh")
    assert page.get_attribute("#words textarea", "placeholder") == TEXTS["words_hint"][1]


def test_english_for_everyone_else(visit):
    page = visit(locale="fr-FR")
    assert page.inner_text("#try-on").strip() == TEXTS["try_on"][0]
    assert "试" not in page.inner_text("#room")


def test_dark_mode(visit):
    page = visit(color_scheme="dark")
    ground = page.evaluate("getComputedStyle(document.querySelector('.section')).backgroundColor")
    assert ground == "rgb(36, 33, 29)"


def test_everything_can_be_named(visit):
    """Every control has a name that a screen reader can say."""
    page = visit()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input:not([type=file]), textarea, a')]
            .filter(e => e.checkVisibility() || e.matches('.shelf input'))
            .filter(e => !(e.innerText?.trim() || e.getAttribute('aria-label') || e.title
                || e.placeholder || [...(e.labels || [])].some(l => l.innerText.trim())))
            .map(e => e.outerHTML.slice(0, 160))"""
    )
    assert nameless == []


AXE = "axe-core@4.10.3"


@pytest.fixture(scope="session")
def axe(tmp_path_factory) -> str:
    """axe-core's script, from npm or where TRYON_AXE says it lies."""
    if path := os.environ.get("TRYON_AXE"):
        return Path(path).read_text("utf-8")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm, which fetches axe-core, is not installed")
    folder = tmp_path_factory.mktemp("axe")
    got = subprocess.run([npm, "pack", AXE], cwd=folder, capture_output=True, text=True)
    if got.returncode:
        pytest.skip(f"npm could not fetch {AXE}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        script = archive.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


@pytest.mark.parametrize(
    ("viewport", "locale", "scheme"), [(DESKTOP, "en-US", "light"), (PHONE, "zh-CN", "dark")]
)
def test_axe_finds_nothing_serious(visit, photo, axe, viewport, locale, scheme):
    page = visit(viewport, locale, color_scheme=scheme, bypass_csp=True)

    def findings() -> list[str]:
        page.wait_for_timeout(400)  # transitions of colours
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        return [
            f"{one['id']}: {node['html'][:120]}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    assert findings() == []
    add_photo(page, photo)
    pick(page, "red-tee")
    page.wait_for_selector("#after img")
    page.click("#worn button.keep")
    pick(page, "blue-jeans")
    page.wait_for_function("document.querySelectorAll('#worn .chip.worn').length === 2")
    page.click("#how > button")
    page.click("#about-box > button")
    page.fill("#words textarea", "red wobbly")
    page.wait_for_selector("#how-gallery img")
    assert findings() == []
    page.click("#tab-slider-button")
    page.click("#tab-own-button")
    assert findings() == []
    page.click("#tab-lab-button")
    page.wait_for_selector("#lab-photo img")
    assert findings() == []


def test_chromium_is_there_where_it_must_be():
    """The continuous integration installs it; there, a skipped browser test would be a lie."""
    assert CHROMIUM or not os.environ.get("CI")
