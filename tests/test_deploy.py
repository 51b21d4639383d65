"""Behind a reverse proxy that shows the page under a path of its own, and what containers need."""

import http.client
import http.server
import json
import re
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fake_tryon import FakeTryOn
from gradio_client import Client, handle_file
from PIL import Image

import app
from tryon.page import serve
from tryon.page.serving import zero

ROOT = Path(__file__).resolve().parent.parent
UNDER = "/fitting"


class Proxy(http.server.BaseHTTPRequestHandler):
    """What docs/deploy.md tells nginx to do: take the path away, say what was asked for."""

    protocol_version = "HTTP/1.1"
    port = 0

    def forward(self) -> None:
        self.close_connection = True
        if not self.path.startswith(UNDER + "/"):
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name: value for name, value in self.headers.items() if name != "Connection"}
        headers |= {"X-Forwarded-Host": self.headers["host"], "X-Forwarded-Proto": "http"}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        line.request(self.command, self.path.removeprefix(UNDER), body, headers)
        answer = line.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while piece := answer.read1(65536):
                self.wfile.write(piece)
        except OSError:
            pass  # the visitor has gone
        finally:
            line.close()

    do_GET = do_POST = do_HEAD = forward  # noqa: N815

    def log_message(self, *_arguments) -> None:
        pass


@pytest.fixture
def address(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    monkeypatch.setenv("GRADIO_ROOT_PATH", UNDER)
    (tmp_path / "wardrobe").mkdir()
    demo = app.build_demo(FakeTryOn(tmp_path / "wardrobe"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    demo.launch(prevent_thread_lock=True, server_port=port, quiet=True)
    handler = type("Handler", (Proxy,), {"port": port})
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    proxy.daemon_threads = True
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{proxy.server_port}{UNDER}/"
    proxy.shutdown()
    proxy.server_close()
    demo.close(verbose=False)


def test_a_visit_through_a_proxy(address, tmp_path):
    with urllib.request.urlopen(address) as answer:
        page = answer.read().decode()
    with urllib.request.urlopen(address + "config") as answer:
        assert json.load(answer)["root"] == address.rstrip("/")
    assets = re.findall(r'(?:src|href)="\./([^"]+\.(?:js|css))"', page)
    assert assets
    for asset in assets:
        with urllib.request.urlopen(address + asset) as answer:
            assert answer.status == 200
    photo = tmp_path / "me.png"
    Image.fromarray(np.full((256, 192, 3), 120, np.uint8)).save(photo)
    visitor = Client(address, verbose=False, download_files=str(tmp_path))
    picture, report = visitor.predict(
        handle_file(str(photo)), None, "red top", "auto", api_name="/try_on"
    )
    assert Image.open(picture).size == (192, 256) == (report["width"], report["height"])
    visitor.close()


def test_the_page_can_be_installed(address):
    with urllib.request.urlopen(address + "manifest.json") as answer:
        manifest = json.load(answer)
    assert manifest["name"] == "Tryon"
    assert manifest["start_url"] == "./"
    with urllib.request.urlopen(address + "favicon.ico") as answer:
        assert b"<svg" in answer.read()
    with urllib.request.urlopen(address + "pwa_icon") as answer:
        assert answer.headers["content-type"].startswith("image/svg")


def test_the_image_has_all_it_needs_and_runs_as_nobody():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = {name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]}
    assert all((ROOT / name).exists() for name in copied)
    assert {"app.py", "tryon", "weights", "assets", "requirements.txt"} <= copied
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in ("root", "0")
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert not copied & set(ignored)


def test_the_space_names_the_gradio_that_is_required():
    front = (ROOT / "README.md").read_text(encoding="utf-8").split("---")[1]
    pinned = re.search(r"^gradio==(\S+)$", (ROOT / "requirements.txt").read_text(), re.M)[1]
    assert f"sdk_version: {pinned}\n" in front
    assert "sdk: gradio\n" in front
    assert (ROOT / re.search(r"app_file: (\S+)", front)[1]).is_file()


@pytest.mark.parametrize("lent", [True, False])
def test_a_card_that_is_lent_by_the_call_is_left_to_others(monkeypatch, lent):
    """Such a Space starts only with a function marked for the card; elsewhere nothing is asked."""
    marked, devices = [], []
    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=marked.append))
    load = SimpleNamespace(load=lambda device, engine="builtin": devices.append((device, engine)))
    monkeypatch.setitem(sys.modules, "tryon.fallback", load)
    monkeypatch.delenv(serve.ENGINE, raising=False)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true" if lent else "")
    zero.join_zero_gpu()
    serve.load()
    assert marked == ([zero.lent_card] if lent else [])
    assert devices == [("cpu" if lent else None, "builtin")]


def test_an_engine_asks_for_the_card_for_as_long_as_it_takes(monkeypatch):
    asked = []
    spaces = SimpleNamespace(GPU=lambda duration: asked.append(duration) or (lambda task: task))
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    load = SimpleNamespace(load=lambda device, engine="builtin": SimpleNamespace(device=device))
    monkeypatch.setitem(sys.modules, "tryon.fallback", load)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setenv(serve.ENGINE, "fashn")
    tryon = serve.load()
    assert tryon.device == "cpu"  # our own picture; the card is for the engine alone
    assert isinstance(tryon.engine, zero.Lent)
    assert asked == [zero.SECONDS["fashn"]]


def test_a_wrong_engine_ends_the_start_with_one_line(monkeypatch, capsys):
    monkeypatch.setenv(serve.ENGINE, "catvton")
    monkeypatch.setattr(serve.signal, "signal", lambda *_: None)
    assert serve.main() == 2
    assert "catvton" in capsys.readouterr().err


def test_weights_are_fetched_by_whoever_runs_it_alone(monkeypatch):
    fetched, load = [], SimpleNamespace(load=lambda device, engine: (device, engine))
    monkeypatch.setitem(sys.modules, "tryon.fallback", load)
    monkeypatch.setattr(serve, "fetch_weights", fetched.append)
    monkeypatch.setenv(serve.ENGINE, "klein")
    for value, expected in (("", []), ("1", ["klein"])):
        monkeypatch.setenv("TRYON_FETCH", value)
        assert serve.load() == (None, "klein")
        time.sleep(0.05)
        assert fetched == expected
