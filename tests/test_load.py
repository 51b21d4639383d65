"""Many visitors at once, a full queue, and the page's figures of itself."""

import json
import os
import re
import socket
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from fake_tryon import FakeTryOn
from load import visits as measure
from pages import CHROMIUM
from PIL import Image

import app
from tryon.page.demo import IN_TURN, QUEUE_LENGTH
from tryon.page.serving.metrics import Metrics
from tryon.page.serving.privacy import Retention

QUICK = Retention(after_visit=0.5, look_every=0.2)
BUCKET = r'tryon_request_seconds_bucket{.*request="try_on"'
PHOTO = np.full((256, 192, 3), 120, np.uint8)


class Slow(FakeTryOn):
    """Takes its time when it is told to."""

    gate = threading.Event()
    gate.set()

    def __call__(self, *arguments, **options):
        self.gate.wait(60)
        time.sleep(0.01)
        return super().__call__(*arguments, **options)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gradio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        demo = app.build_demo(
            Slow(tmp_path_factory.mktemp("wardrobe")), retention=QUICK, folder=folder
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        demo.launch(prevent_thread_lock=True, server_port=port, quiet=True)
        yield demo
        demo.close(verbose=False)


@pytest.fixture
def address(demo):
    return demo.local_url.rstrip("/")


def test_many_visits_none_lost_none_mixed(demo, address):
    report = measure.load(address, visits=40, clients=12, photo=PHOTO, rest=1)
    figures = report.figures()
    assert (figures["visits"], figures["lost"], figures["mixed"]) == (40, 0, 0), figures
    assert figures["per_second"] > 0
    assert figures["furthest_place"] > 1  # they did wait for each other
    assert figures["files_gone_after"] is not None
    if figures["memory_growth"] is not None:
        assert figures["memory_growth"] <= 50  # megabytes


def test_a_result_that_was_mixed_up_would_be_seen(address, monkeypatch):
    own = measure.with_mark

    def another(photo, number):
        return own(photo, number)[0], own(photo, number + 1)[1]

    monkeypatch.setattr(measure, "with_mark", another)
    assert measure.load(address, 1, 1, PHOTO, empty_within=0, rest=0).figures()["mixed"] == 1


def test_a_full_queue_says_so_and_the_places_are_honest(demo, address):
    Slow.gate.clear()
    try:
        path = measure.upload(address, measure.with_mark(PHOTO, 0)[0])
        function = measure.endpoint(address, "try_on")
        with measure.present(address, "crowd"):
            joined = 0
            while measure.join(address, function, f"visitor{joined}", path, "red top"):
                joined += 1
                assert joined <= QUEUE_LENGTH + 1 + IN_TURN["concurrency_limit"]
            assert joined >= QUEUE_LENGTH
            status, body = measure.ask(address, "GET", "/health")
            assert status == 200
            assert json.loads(body)["waiting"] == QUEUE_LENGTH
            assert measure.metric(address, "tryon_queue_waiting") == QUEUE_LENGTH
    finally:
        Slow.gate.set()
    figures = measure.load(address, 2, 2, PHOTO, empty_within=0, rest=0).figures()
    assert (figures["lost"], figures["mixed"]) == (0, 0)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize(("locale", "said"), [("en-US", "Number 3 in line"), ("zh-CN", "第 3 位")])
def test_who_waits_reads_their_place(demo, address, tmp_path, locale, said):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    Image.fromarray(PHOTO).save(tmp_path / "me.png")
    path = measure.upload(address, measure.with_mark(PHOTO, 0)[0])
    function = measure.endpoint(address, "try_on")
    Slow.gate.clear()
    try:
        for number in range(IN_TURN["concurrency_limit"] + 2):
            assert measure.join(address, function, f"{locale}{number}", path, "red top")
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(locale=locale)
            page.set_default_timeout(45_000)
            page.goto(address)
            page.set_input_files("#photo input[type=file]", tmp_path / "me.png")
            page.wait_for_function(
                "said => [...document.querySelectorAll('.progress-text')]"
                ".some(line => getComputedStyle(line, '::after').content.includes(said))",
                arg=said,
            )
            Slow.gate.set()
            page.wait_for_selector("#photo-message .ready")
            browser.close()
    finally:
        Slow.gate.set()


def test_a_photo_that_is_worked_on_does_not_hold_up_words(demo, address):
    """Understanding words is quick and has a queue of its own."""
    Slow.gate.clear()
    try:
        path = measure.upload(address, measure.with_mark(PHOTO, 0)[0])
        function = measure.endpoint(address, "try_on")
        assert measure.join(address, function, "slow", path, "red top")
        status, body = measure.ask(
            address, "POST", "/gradio_api/call/understand", json.dumps({"data": ["red"]}).encode()
        )
        event = json.loads(body)["event_id"]
        status, body = measure.ask(address, "GET", f"/gradio_api/call/understand/{event}")
        assert status == 200
        assert b"event: complete" in body
    finally:
        Slow.gate.set()


def test_health(demo, address):
    status, body = measure.ask(address, "GET", "/health")
    health = json.loads(body)
    assert (status, health["status"], health["device"]) == (200, "ready", "cpu")
    assert health["version"]
    assert all(len(digest) == 64 for digest in health["models"].values())
    assert "parser.safetensors" in health["models"]
    assert health["most_waiting"] == QUEUE_LENGTH


def test_metrics_are_what_prometheus_reads(demo, address):
    answered = 'tryon_requests_total{outcome="answered",request="try_on"}'
    before = measure.metric(address, answered)
    measure.load(address, 1, 1, PHOTO, empty_within=0, rest=0)
    after = measure.metric(address, answered)
    assert after >= (before or 0) + 1
    text = measure.ask(address, "GET", "/metrics")[1].decode()
    assert text.endswith("\n")
    for line in text.splitlines():
        assert line.startswith(("# HELP ", "# TYPE ")) or float(line.rpartition(" ")[2]) >= 0
    buckets = [line for line in text.splitlines() if re.match(BUCKET, line)]
    counts = [float(line.rpartition(" ")[2]) for line in buckets]
    assert counts == sorted(counts)
    assert 'le="+Inf"' in buckets[-1]


def test_metrics_keep_their_names(demo, address):
    """Dashboards ask for them."""
    measure.load(address, 1, 1, PHOTO, empty_within=0, rest=0)
    measure.ask(address, "GET", "/nobody")
    text = measure.ask(address, "GET", "/metrics")[1].decode()
    found = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    assert {name: kind for name, kind in found.items() if name.startswith("tryon_")} == {
        "tryon_requests_total": "counter",
        "tryon_request_seconds": "histogram",
        "tryon_http_refused_total": "counter",
        "tryon_faults_total": "counter",
        "tryon_queue_waiting": "gauge",
        "tryon_visits_open": "gauge",
        "tryon_visit_files": "gauge",
        "tryon_visit_files_bytes": "gauge",
    }
    assert measure.metric(address, 'tryon_http_refused_total{status="404"}') >= 1
    if sys.platform == "linux":
        assert {"process_resident_memory_bytes", "process_start_time_seconds"} <= found.keys()


def test_each_server_counts_its_own_requests():
    first, second = Metrics(), Metrics()
    first.event("try_on", None).ended("answered")
    assert b'tryon_requests_total{outcome="answered",request="try_on"} 1.0' in first.text()
    assert b"tryon_requests_total{" not in second.text()


def test_what_is_remembered_is_bounded(demo, address, monkeypatch):
    """More than the disk may hold: the oldest files go, the server goes on."""
    visits = demo.visits
    monkeypatch.setattr(visits, "retention", replace(visits.retention, most_bytes=1))
    with measure.present(address, "hoarder"):
        measure.upload(address, measure.with_mark(PHOTO, 1)[0])
        measure.upload(address, measure.with_mark(PHOTO, 2)[0])
        assert measure.until_empty(address, 30) is not None


def test_a_stopping_server_finishes_what_it_has_begun(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    (tmp_path / "wardrobe").mkdir()
    demo = app.build_demo(Slow(tmp_path / "wardrobe"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    demo.launch(prevent_thread_lock=True, server_port=port, quiet=True)
    address = demo.local_url.rstrip("/")
    Slow.gate.clear()
    visits = []
    visitor = threading.Thread(
        target=lambda: visits.append(
            measure.one_visit(address, measure.endpoint(address, "try_on"), 5, PHOTO)
        )
    )
    visitor.start()
    try:
        while not demo._queue.get_active_worker_count():
            time.sleep(0.01)
        stopping = threading.Thread(target=demo.finish, args=(30,))
        stopping.start()
        while not demo.finishing:
            time.sleep(0.01)
        late = json.dumps({"data": ["red"]}).encode()
        status, body = measure.ask(address, "POST", "/gradio_api/call/understand", late)
        assert (status, json.loads(body)["code"]) == (503, "stopping")
        assert measure.ask(address, "GET", "/health")[0] == 503
        Slow.gate.set()
        stopping.join(60)
        visitor.join(60)
    finally:
        Slow.gate.set()
        demo.close(verbose=False)
    assert [visit.error for visit in visits] == [""]
    assert not visits[0].mixed


@pytest.mark.skipif(not os.environ.get("CI_LONG"), reason="minutes long: set CI_LONG=1")
def test_two_hundred_visits_of_the_real_page():
    with measure.served() as (address, running):
        measure.until_open(address, running)
        figures = measure.load(address, 200, 20, measure.sample_photo()).figures()
    assert (figures["lost"], figures["mixed"]) == (0, 0)
    assert figures["memory_growth"] <= 50
