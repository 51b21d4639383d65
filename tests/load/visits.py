"""The page measured from outside, as visitors meet it: many at once, and right after the start.

    python tests/load/visits.py load --visits 200 --clients 20
    python tests/load/visits.py start

Notable here:
- visitors speak plain HTTP: an open connection as a browser holds it, an upload, a place in the
  queue, the result, good-bye. Nothing of Gradio's is used to ask Gradio.
- each photo carries a mark of its own in a corner, where no garment reaches, and asks for a
  colour of its own; a result with another mark or another colour was mixed up.
- without --address a page is started on a free port, and ended again.
"""

import argparse
import http.client
import io
import itertools
import json
import math
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PERSON = ROOT / "assets" / "people.json"
MARK_PX = 24  # side of the mark
COLOURS = ("red", "navy", "green", "pink", "black", "white", "purple", "yellow")
PATIENCE_SECONDS = 300
WARM_SHARE = 0.2  # of the visits, before memory is first read
REST_SECONDS = 12  # without visitors before memory is read; what is free is given back by then
PEAK_SECONDS = 1.0  # between two looks at the memory while visitors are served


@dataclass
class Visit:
    """How one visit went. Times in seconds; error: "" if it went well."""

    waited: float = 0.0  # in the queue
    took: float = 0.0  # from the upload to the result in hand
    promised: float | None = None  # announced on joining: until the result is there
    answered: float = 0.0  # from joining to the result
    place: int = 0  # in the queue, on joining
    turned_away: int = 0  # times that the queue was full
    error: str = ""
    mixed: bool = False


@dataclass
class Load:
    """What many visits came to. Times in seconds, memory in megabytes."""

    visits: list[Visit] = field(default_factory=list)
    seconds: float = 0.0
    warm_megabytes: float | None = None
    end_megabytes: float | None = None
    peak_megabytes: float | None = None  # while visitors were served
    empty_after: float | None = None  # until the server had deleted all files; None: not in time

    def figures(self) -> dict[str, Any]:
        good = [visit for visit in self.visits if not visit.error]
        waits, takes = ([getattr(v, name) for v in good] for name in ("waited", "took"))
        off = [abs(v.promised - v.answered) for v in good if v.promised is not None]
        grown = None
        if self.warm_megabytes is not None and self.end_megabytes is not None:
            grown = round(self.end_megabytes - self.warm_megabytes, 1)
        return {
            "visits": len(self.visits),
            "lost": len(self.visits) - len(good),
            "mixed": sum(visit.mixed for visit in self.visits),
            "turned_away": sum(visit.turned_away for visit in self.visits),
            "per_second": round(len(good) / self.seconds, 3) if self.seconds else None,
            "wait_p50": _percentile(waits, 50),
            "wait_p95": _percentile(waits, 95),
            "took_p50": _percentile(takes, 50),
            "took_p95": _percentile(takes, 95),
            "furthest_place": max((visit.place for visit in good), default=None),
            "promise_off_p50": _percentile(off, 50),
            "memory_after_warm_up": self.warm_megabytes,
            "memory_growth": grown,
            "memory_peak": self.peak_megabytes,
            "files_gone_after": self.empty_after,
            "errors": sorted({visit.error for visit in self.visits if visit.error}),
        }


def load(
    address: str,
    visits: int,
    clients: int,
    photo: np.ndarray,
    seconds: float | None = None,
    empty_within: float = 90,
    rest: float = REST_SECONDS,
) -> Load:
    """A number of visits, by several clients at a time.

    address: "http://127.0.0.1:7860". photo: (H, W, 3) uint8, of a person. seconds: go on for this
    long instead of counting visits. empty_within: seconds to wait until all files are gone.
    rest: seconds without visitors before memory is read.
    """
    result, lock = Load(), threading.Lock()
    function = endpoint(address, "try_on")
    warm = round(WARM_SHARE * visits) if seconds is None else clients

    def client(numbers: Iterator[int], end: float) -> None:
        while time.monotonic() < end:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            visit = one_visit(address, function, number, photo)
            with lock:
                result.visits.append(visit)

    def serve(numbers: Iterator[int], end: float = math.inf) -> float | None:
        """All clients at once; memory when all is over, in megabytes."""
        started = time.monotonic()
        with ThreadPoolExecutor(clients) as pool:
            for future in [pool.submit(client, numbers, end) for _ in range(clients)]:
                future.result()
        result.seconds += time.monotonic() - started
        time.sleep(rest)
        return megabytes(address)

    with peak(address, result):
        result.warm_megabytes = serve(iter(range(warm)))
        if seconds is None:
            result.end_megabytes = serve(iter(range(warm, visits)))
        else:
            result.end_megabytes = serve(itertools.count(warm), time.monotonic() + seconds)
    result.empty_after = until_empty(address, empty_within)
    return result


def one_visit(address: str, function: int, number: int, photo: np.ndarray) -> Visit:
    """Come, send a marked photo, wait, compare, go."""
    visit, started = Visit(), time.monotonic()
    marked, mark = with_mark(photo, number)
    colour = COLOURS[number % len(COLOURS)]
    name = secrets.token_hex(8)
    try:
        with present(address, name):
            path = upload(address, marked)
            while not join(address, function, name, path, f"{colour} t-shirt"):
                visit.turned_away += 1
                time.sleep(0.5)
            picture, report = answer(address, name, visit)
            pixels = np.asarray(Image.open(io.BytesIO(fetch(address, picture["path"]))))
            visit.mixed = (
                pixels.shape != photo.shape
                or not np.array_equal(pixels[:MARK_PX, :MARK_PX], mark)
                or report["prompt"]["attributes"].get("colour") != colour
            )
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        visit.error = f"{type(error).__name__}: {error}"[:200]
    visit.took = time.monotonic() - started
    return visit


def with_mark(photo: np.ndarray, number: int) -> tuple[bytes, np.ndarray]:
    """A PNG of the photo with a mark that no other number has, and the mark."""
    mark = np.random.default_rng(number).integers(0, 256, (MARK_PX, MARK_PX, 3), np.uint8)
    pixels = photo.copy()
    pixels[:MARK_PX, :MARK_PX] = mark
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue(), mark


# --- plain HTTP ----------------------------------------------------------------------------------


def connect(address: str) -> http.client.HTTPConnection:
    parts = urllib.parse.urlsplit(address)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)


def ask(
    address: str, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
) -> tuple[int, bytes]:
    """Status and body."""
    with closing(connect(address)) as line:
        line.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        reply = line.getresponse()
        return reply.status, reply.read()


def endpoint(address: str, name: str) -> int:
    """The number by which the queue knows a named endpoint."""
    status, body = ask(address, "GET", "/config")
    if status != 200:
        raise ValueError(f"/config answers {status}")
    functions = json.loads(body)["dependencies"]
    return next(one["id"] for one in functions if one["api_name"] == name)


@contextmanager
def present(address: str, name: str) -> Iterator[None]:
    """The connection that a browser holds while its page is open."""
    with closing(connect(address)) as line:
        line.request("GET", f"/gradio_api/heartbeat/{name}")
        reply = line.getresponse()
        reply.readline()
        try:
            yield
        finally:
            line.sock.shutdown(socket.SHUT_RDWR)


def upload(address: str, data: bytes) -> str:
    """The path that the server gave the file. Raises ValueError."""
    form = (
        b'--line\r\nContent-Disposition: form-data; name="files"; filename="me.png"\r\n\r\n'
        + data
        + b"\r\n--line--\r\n"
    )
    kind = "multipart/form-data; boundary=line"
    status, body = ask(address, "POST", "/gradio_api/upload", form, kind)
    if status != 200:
        raise ValueError(f"upload: {status} {body[:100]!r}")
    return json.loads(body)[0]


def join(address: str, function: int, name: str, path: str, words: str) -> bool:
    """Stand in the queue; False if it is full. Raises ValueError."""
    picture = {"path": path, "meta": {"_type": "gradio.FileData"}}
    body = {"fn_index": function, "session_hash": name, "data": [picture, None, words, "auto"]}
    status, reply = ask(address, "POST", "/gradio_api/queue/join", json.dumps(body).encode())
    if status not in (200, 503):
        raise ValueError(f"queue: {status} {reply[:100]!r}")
    return status == 200


def answer(address: str, name: str, visit: Visit) -> list[Any]:
    """Wait for what the endpoint gives. Raises ValueError with what went wrong."""
    joined = time.monotonic()
    with closing(connect(address)) as line:
        line.request("GET", f"/gradio_api/queue/data?session_hash={name}")
        reply = line.getresponse()
        while row := reply.readline():
            if not row.startswith(b"data: "):
                continue
            message = json.loads(row[6:])
            if message["msg"] == "estimation" and not visit.place:
                visit.place = message["rank"] + 1
                if message["rank_eta"] is not None:
                    visit.promised = message["rank_eta"]
            elif message["msg"] == "process_starts":
                visit.waited = time.monotonic() - joined
            elif message["msg"] == "process_completed":
                visit.answered = time.monotonic() - joined
                if not message["success"]:
                    raise ValueError(str(message["output"].get("error")))
                return message["output"]["data"]
    raise ValueError("the answer broke off")


def fetch(address: str, path: str) -> bytes:
    status, body = ask(address, "GET", "/gradio_api/file=" + urllib.parse.quote(path))
    if status != 200:
        raise ValueError(f"file: {status}")
    return body


def metric(address: str, name: str) -> float | None:
    """One of the server's figures."""
    for line in ask(address, "GET", "/metrics")[1].decode().splitlines():
        if line.startswith(name + " "):
            return float(line.rpartition(" ")[2])
    return None


def megabytes(address: str) -> float | None:
    memory = metric(address, "process_resident_memory_bytes")
    return None if memory is None else round(memory / 1e6, 1)


@contextmanager
def peak(address: str, result: Load) -> Iterator[None]:
    """Look again and again how much memory the server has."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(PEAK_SECONDS):
            if (memory := megabytes(address)) is not None:
                result.peak_megabytes = max(memory, result.peak_megabytes or 0.0)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def until_empty(address: str, most: float) -> float | None:
    """Seconds until the server has no visitor's file any more; None if it takes too long."""
    started = time.monotonic()
    while time.monotonic() - started < most:
        if not metric(address, "tryon_visit_files"):
            return round(time.monotonic() - started, 1)
        time.sleep(0.2)
    return None


# --- a page of our own ---------------------------------------------------------------------------


@contextmanager
def served() -> Iterator[tuple[str, Callable[[], bool]]]:
    """`python app.py` on a free port: its address at once, and whether it is still running."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "GRADIO_SERVER_PORT": str(port),
            "GRADIO_SERVER_NAME": "127.0.0.1",
            "GRADIO_TEMP_DIR": folder,
        }
        command = [sys.executable, str(ROOT / "app.py")]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        try:
            yield f"http://127.0.0.1:{port}", lambda: server.poll() is None
        finally:
            server.terminate()
            server.wait(30)


def until_open(address: str, running: Callable[[], bool], path: str = "/") -> None:
    """Return when the page answers. Raises RuntimeError if it never will."""
    while True:
        try:
            if ask(address, "GET", path)[0] == 200:
                return
        except OSError:
            pass
        if not running():
            raise RuntimeError("the page has ended")
        time.sleep(0.02)


def start() -> dict[str, float]:
    """Seconds from the command to the page, and from there to the first visitor's result."""
    began = time.monotonic()
    with served() as (address, running):
        until_open(address, running)
        ready = time.monotonic()
        visit = one_visit(address, endpoint(address, "try_on"), 0, sample_photo())
        if visit.error or visit.mixed:
            raise RuntimeError(visit.error or "mixed up")
        first = time.monotonic()
        again = one_visit(address, endpoint(address, "try_on"), 1, sample_photo())
    return {
        "page_ready": round(ready - began, 2),
        "first_try_on": round(first - ready, 2),
        "second_try_on": round(again.took, 2),
    }


def sample_photo() -> np.ndarray:
    """The first of the people to borrow, (H, W, 3) uint8."""
    entry = json.loads(PERSON.read_text(encoding="utf-8"))[0]
    return np.asarray(Image.open(PERSON.parent / entry["file"]).convert("RGB"))


def _percentile(values: list[float], share: float) -> float | None:
    return round(float(np.percentile(values, share)), 2) if values else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python tests/load/visits.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    many = commands.add_parser("load", help="many visitors at once")
    many.add_argument("--visits", type=int, default=200)
    many.add_argument("--clients", type=int, default=20)
    many.add_argument("--minutes", type=float, help="instead of a number of visits")
    many.add_argument("--address", help="of a page that runs already")
    commands.add_parser("start", help="how soon the page and its first result are there")
    arguments = parser.parse_args()
    if arguments.command == "start":
        report: dict[str, Any] = start()
    else:
        seconds = None if arguments.minutes is None else arguments.minutes * 60
        rest = (arguments.visits, arguments.clients, sample_photo(), seconds)
        if arguments.address:
            report = load(arguments.address.rstrip("/"), *rest).figures()
        else:
            with served() as (address, running):
                until_open(address, running)
                one_visit(address, endpoint(address, "try_on"), 0, sample_photo())  # models loaded
                report = load(address, *rest).figures()
    sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    return 1 if report.get("lost") or report.get("mixed") else 0


if __name__ == "__main__":
    sys.exit(main())
