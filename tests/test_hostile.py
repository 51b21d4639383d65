"""Requests made to do harm, over HTTP: each is refused in one sentence, and the next one works."""

import contextlib
import http.client
import io
import json
import re
import socket
import urllib.parse
from pathlib import Path

import hostile
import numpy as np
import pytest
from fake_tryon import FakeTryOn
from hostile import API, JSON
from PIL import Image

import app
from tryon.core.errors import MESSAGES
from tryon.page.serving.privacy import Retention

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds for one answer, however slow the machine


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gradio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        tryon = FakeTryOn(tmp_path_factory.mktemp("wardrobe"))
        demo = app.build_demo(tryon, retention=Retention(), folder=folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        demo.launch(prevent_thread_lock=True, server_port=port, quiet=True)
        yield demo
        demo.close(verbose=False)


def send(demo, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """A request as it is written, with no client that would tidy it up first."""
    connection = http.client.HTTPConnection("127.0.0.1", demo.server_port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        sizes = {} if "Content-Length" in headers else {"Content-Length": str(len(body))}
        for name, value in (headers | sizes).items():
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def upload(demo, name: str, data: bytes) -> str:
    """The path that the server gives a file."""
    form = (
        b'--line\r\nContent-Disposition: form-data; name="files"; filename="'
        + name.encode()
        + b'"\r\n\r\n'
        + data
        + b"\r\n--line--\r\n"
    )
    status, body = send(demo, "POST", f"{API}/upload", {"Content-Type": hostile.LETTER}, form)
    assert status == 200, body
    return json.loads(body)[0]


def ask(demo, endpoint: str, *data) -> tuple[str, str]:
    """What an endpoint says in the end: "complete" or "error", and the text."""
    body = json.dumps({"data": list(data)}).encode()
    status, answer = send(demo, "POST", f"{API}/call/{endpoint}", JSON, body)
    if status != 200:
        return "refused", answer.decode()
    event = json.loads(answer)["event_id"]
    _, stream = send(demo, "GET", f"{API}/call/{endpoint}/{event}", {}, b"")
    outcome = re.findall(rb"event: (complete|error)\ndata: (.*)", stream)[-1]
    return outcome[0].decode(), outcome[1].decode()


def sent(path: str) -> dict:
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def tells_nothing(demo, text: str) -> None:
    """No stack trace, nothing about this machine."""
    for private in ("Traceback", 'File "', "site-packages", str(ROOT), str(Path.home()) + "/"):
        assert private not in text
    assert str(demo.visits.folder) not in text
    assert "root:x:" not in text


def still_works(demo, photo: str) -> None:
    outcome, text = ask(demo, "try_on", sent(photo), None, "red top", "auto")
    assert outcome == "complete", text


@pytest.fixture(scope="module")
def photo(demo):
    buffer = io.BytesIO()
    Image.fromarray(np.full((256, 192, 3), 120, np.uint8)).save(buffer, "PNG")
    return upload(demo, "me.png", buffer.getvalue())


REQUESTS = [
    *hostile.addresses(),
    *hostile.bodies(),
    *hostile.shapes(),
    *hostile.uploads(),
    *hostile.file_arguments("/FOLDER", "/THEIRS"),
]
PICTURES = list(hostile.pictures())


def test_there_are_enough_and_each_is_another():
    cases = len(REQUESTS) + len(PICTURES) + len(hostile.WORDS) + len(hostile.KINDS)
    assert cases >= 200
    different = {(path, method, str(headers), body) for _, method, path, headers, body in REQUESTS}
    assert len(different) == len(REQUESTS)
    assert len({data for _, _, data, _ in PICTURES}) >= len(PICTURES) - 3  # three have two names


@pytest.mark.parametrize("request_", REQUESTS, ids=[request[0] for request in REQUESTS])
def test_requests_are_refused_in_a_sentence(demo, photo, request_):
    _, method, path, headers, body = request_
    folder, theirs = str(demo.visits.folder), str(ROOT / "assets" / "people.json")
    body = body.replace(b"/FOLDER", folder.encode()).replace(b"/THEIRS", theirs.encode())
    path = urllib.parse.quote(path, safe="/%=?&:")
    status, answer = send(demo, method, path, headers, body)
    text = answer.decode(errors="replace")
    assert 400 <= status < 500, (status, text[:200])
    tells_nothing(demo, text)
    assert len(text) < 400
    status, _ = send(demo, "GET", "/health", {}, b"")
    assert status == 200


@pytest.mark.parametrize("case", PICTURES, ids=[case[0] for case in PICTURES])
def test_pictures_made_to_do_harm(demo, photo, case):
    _, name, data, expected = case
    path = upload(demo, name, data)
    outcome, text = ask(demo, "try_on", sent(path), None, "red top", "auto")
    tells_nothing(demo, text.replace(json.dumps(str(demo.visits.folder))[1:-1], ""))
    if outcome == "complete":
        assert expected in (None, "answered")
    else:
        code = re.search(r"\((\w+)\)", text)[1]
        assert code in ("unreadable_image", "image_too_large", "image_too_small", "no_person")
        assert expected in (None, code)
    # Served back, it is never run by a browser.
    connection = http.client.HTTPConnection("127.0.0.1", demo.server_port, timeout=PATIENCE)
    connection.request("GET", f"{API}/file={urllib.parse.quote(path)}")
    served = connection.getresponse()
    kind = served.headers["content-type"].split(";")[0]
    assert served.headers["x-content-type-options"] == "nosniff"
    assert kind not in ("text/html", "image/svg+xml", "text/javascript", "application/javascript")
    connection.close()


@pytest.mark.parametrize("words", hostile.WORDS, ids=range(len(hostile.WORDS)))
def test_words_made_to_do_harm(demo, photo, words):
    for endpoint, data in (("try_on", [sent(photo), None, words, "auto"]), ("understand", [words])):
        outcome, text = ask(demo, endpoint, *data)
        tells_nothing(demo, text.replace(json.dumps(str(demo.visits.folder))[1:-1], ""))
        if outcome == "error":
            code = re.search(r"\((\w+)\)", text)[1]
            assert code in ("words_too_long", "empty_request", "no_match", "no_words")


@pytest.mark.parametrize("kind", hostile.KINDS, ids=range(len(hostile.KINDS)))
def test_kinds_that_are_none(demo, photo, kind):
    outcome, text = ask(demo, "try_on", sent(photo), None, "red top", kind)
    tells_nothing(demo, text.replace(json.dumps(str(demo.visits.folder))[1:-1], ""))
    assert (outcome == "complete") == (kind == "")
    if kind:
        assert "unknown_kind" in text


def test_after_all_that_it_still_works(demo, photo):
    still_works(demo, photo)
    assert demo.visits.folder.is_dir()


def test_refusals_are_in_the_visitors_language(demo):
    _, body = send(demo, "GET", "/nobody", {"Accept-Language": "zh-CN"}, b"")
    assert json.loads(body) == {"detail": MESSAGES["nothing_here"]["zh"][0], "code": "nothing_here"}


def test_an_upload_that_stops_half_way(demo, monkeypatch):
    monkeypatch.setattr("tryon.page.serving.guard.SILENCE_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", demo.server_port), PATIENCE) as line:
        line.sendall(
            b"POST /gradio_api/upload HTTP/1.1\r\nHost: x\r\nContent-Type: "
            + hostile.LETTER.encode()
            + b"\r\nContent-Length: 5000\r\n\r\n--line\r\n"
            + b'Content-Disposition: form-data; name="files"'
        )
        assert line.recv(100).startswith(b"HTTP/1.1 408")


def test_a_body_without_a_length_is_bounded_too(demo):
    with socket.create_connection(("127.0.0.1", demo.server_port), PATIENCE) as line:
        line.sendall(
            b"POST /gradio_api/call/understand HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        with contextlib.suppress(OSError):  # the door may be closed on the way
            for _ in range(12):
                line.sendall(piece)
            line.sendall(b"0\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            assert line.recv(100).startswith(b"HTTP/1.1 413")
    assert send(demo, "GET", "/health", {}, b"")[0] == 200
