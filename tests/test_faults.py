"""What breaks around the page and what it says then: killed, disk full, no weights, card full."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from fake_tryon import FakeTryOn
from load import visits as measure

import app
from tryon.core.errors import TryOnError
from tryon.fallback import WithFallback, is_out_of_memory
from tryon.page.serve import Later
from tryon.page.serving import files
from tryon.page.serving.privacy import PREFIX, Retention

ROOT = Path(__file__).resolve().parent.parent
PHOTO = np.full((256, 192, 3), 120, np.uint8)

# The real `main`, with a `TryOn` that takes so many seconds for a request.
MAIN = """
import sys, time
from pathlib import Path
sys.path[:0] = ["tests"]
import app
from fake_tryon import FakeTryOn
from tryon.page import serve

class Slow(FakeTryOn):
    def __call__(self, *arguments, **options):
        time.sleep({seconds})
        return super().__call__(*arguments, **options)

Path({wardrobe!r}).mkdir(exist_ok=True)
serve.load = lambda: Slow(Path({wardrobe!r}))
sys.exit(app.main())
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`main` in a process of its own, with its files in `folder`."""

    def __init__(self, folder: Path, seconds: float = 0.0) -> None:
        self.folder = folder / "gradio"
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        environment = os.environ | {
            "GRADIO_SERVER_PORT": str(port),
            "GRADIO_SERVER_NAME": "127.0.0.1",
            "GRADIO_TEMP_DIR": str(self.folder),
        }
        code = MAIN.format(seconds=seconds, wardrobe=str(folder / "wardrobe"))
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
        )
        measure.until_open(self.address, lambda: self.process.poll() is None)

    def begin(self) -> None:
        """A request that is being worked on."""
        path = measure.upload(self.address, measure.with_mark(PHOTO, 0)[0])
        function = measure.endpoint(self.address, "try_on")
        assert measure.join(self.address, function, "visitor", path, "red top")
        while measure.metric(self.address, "tryon_queue_waiting"):
            time.sleep(0.02)

    def stop(self, how: int) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_killed_in_the_middle_of_a_request_and_started_again(tmp_path):
    server = Server(tmp_path, seconds=60)
    server.begin()
    server.stop(signal.SIGKILL)
    left = list(server.folder.glob(f"{PREFIX}*"))
    assert list(left[0].rglob("*.png"))
    again = Server(tmp_path)
    try:
        assert not left[0].exists()
        visit = measure.one_visit(
            again.address, measure.endpoint(again.address, "try_on"), 3, PHOTO
        )
        assert (visit.error, visit.mixed) == ("", False)
    finally:
        assert again.stop(signal.SIGTERM) == 0
    assert list(server.folder.glob(f"{PREFIX}*")) == []


@pytest.mark.slow
def test_weights_that_are_damaged(tmp_path):
    weights = tmp_path / "weights"
    weights.mkdir()
    for path in (ROOT / "weights").iterdir():
        (weights / path.name).symlink_to(path)
    (weights / "parser.safetensors").unlink()
    (weights / "parser.safetensors").write_bytes(b"no weights")
    code = (
        "import sys\nfrom pathlib import Path\nimport tryon.core.weights\n"
        f"tryon.core.weights.WEIGHTS = Path({str(weights)!r})\nimport app\nsys.exit(app.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ
        | {
            "GRADIO_TEMP_DIR": str(tmp_path / "gradio"),
            "GRADIO_SERVER_PORT": str(free_port()),
            "GRADIO_SERVER_NAME": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 2, done.stderr[-2000:]
    assert "weights/parser.safetensors is damaged" in done.stderr
    assert "git checkout -- weights" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "gradio").glob(f"{PREFIX}*")) == []


# --- a page in this process ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gradio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        tryon = FakeTryOn(tmp_path_factory.mktemp("wardrobe"))
        demo = app.build_demo(tryon, retention=Retention(), folder=folder)
        demo.launch(prevent_thread_lock=True, server_port=free_port(), quiet=True)
        yield demo
        demo.close(verbose=False)


@pytest.fixture
def address(demo):
    return demo.local_url.rstrip("/")


def visit(address: str, number: int = 1) -> measure.Visit:
    return measure.one_visit(address, measure.endpoint(address, "try_on"), number, PHOTO)


def test_a_full_disk_while_a_result_is_written(demo, address, monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    with monkeypatch.context() as patch:
        patch.setattr(files.Path, "write_bytes", full)
        error = visit(address).error
        assert "no room for pictures" in error
        assert "(no_room)" in error
    assert visit(address).error == ""


def test_a_full_disk_while_a_photo_is_received(demo, address, monkeypatch):
    async def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("gradio.route_utils.GradioUploadFile.write", full)
        assert "upload: 507" in visit(address).error
    assert visit(address).error == ""


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (RuntimeError("/secret/path"), "on our side"),
        (MemoryError(), "not enough memory"),
        (KeyError("visitor's words"), "on our side"),
        (SystemError("native code"), "on our side"),
        (RecursionError(), "on our side"),
        (TimeoutError(), "on our side"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_worker_that_fails_says_so_and_the_next_request_works(
    demo, address, monkeypatch, fault, said
):
    def broken(*_arguments, **_options):
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(FakeTryOn, "__call__", broken)
        error = visit(address).error
    assert said in error
    assert "secret" not in error
    assert "words" not in error
    assert visit(address).error == ""


def test_health_of_a_page_that_is_still_loading_and_of_one_that_cannot(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    (tmp_path / "wardrobe").mkdir()
    fake = FakeTryOn(tmp_path / "wardrobe")

    def load():
        while not (tmp_path / "go").exists():
            time.sleep(0.01)
        raise TryOnError("weights_missing", name="parser.safetensors")

    later = Later(load)
    later.start()
    demo = app.build_demo(later, fake.gallery)
    demo.launch(prevent_thread_lock=True, server_port=free_port(), quiet=True)
    try:
        address = demo.local_url.rstrip("/")
        status, body = measure.ask(address, "GET", "/health")
        assert (status, json.loads(body)["status"]) == (200, "loading")
        (tmp_path / "go").touch()
        with pytest.raises(TryOnError):
            later.wait()
        status, body = measure.ask(address, "GET", "/health")
        assert (status, json.loads(body)["status"]) == (503, "failed")
        assert "parser.safetensors is missing" in visit(address).error
    finally:
        demo.close(verbose=False)


# --- the graphics card, simulated: what torch raises, raised by hand ------------------------------


class OutOfMemoryError(RuntimeError):
    """By its name what torch raises."""


class Card(FakeTryOn):
    """A card that is full for as long as it is told to be."""

    full = True

    def __call__(self, *arguments, **options):
        if self.full:
            raise OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return super().__call__(*arguments, **options)

    def describe(self, *arguments, **options):
        if self.full:
            raise OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return super().describe(*arguments, **options)


def test_a_full_card_is_helped_out_by_the_processor(tmp_path):
    loaded = []
    card = Card(tmp_path)
    sturdy = WithFallback(card, lambda: loaded.append(1) or FakeTryOn(tmp_path))
    for _ in range(2):
        result = sturdy(PHOTO, None, "red top")
        assert result.remarks[-1].code == "gpu_full"
        assert sturdy.describe(PHOTO).kind == "upper"
    assert loaded == [1]  # once, for all that follow
    card.full = False
    assert "gpu_full" not in [note.code for note in sturdy(PHOTO, None, "red top").remarks]
    assert sturdy.gallery is card.gallery


def test_other_faults_are_not_taken_for_a_full_card(tmp_path):
    sturdy = WithFallback(FakeTryOn(tmp_path), lambda: pytest.fail("the processor was loaded"))
    with pytest.raises(RuntimeError, match="a fault of ours"):
        sturdy(PHOTO, None, "crash")
    with pytest.raises(TryOnError):
        sturdy(np.zeros_like(PHOTO), None, "red top")
    assert not is_out_of_memory(MemoryError())
