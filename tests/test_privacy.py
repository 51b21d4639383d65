"""What is kept of a visitor, for how long, who can reach it, and whom the server talks to."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from fake_tryon import FakeTryOn
from gradio import processing_utils
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from pages import CHROMIUM
from PIL import Image

import app
from tryon.core.errors import TryOnError
from tryon.page.demo import RETENTION
from tryon.page.look.texts import TEXTS
from tryon.page.serving.privacy import LOCK, PREFIX, Retention, Visits, own_folder, remove_leftovers

ROOT = Path(__file__).resolve().parent.parent
QUICK = Retention(longest=600, after_visit=0.5, look_every=0.2)


def files(folder: Path) -> list[Path]:
    """All but the lock. (os.walk does not mind folders that vanish meanwhile.)"""
    return [
        Path(where) / name for where, _, names in os.walk(folder) for name in names if name != LOCK
    ]


def until(condition, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def picture(path: Path, grey: int) -> str:
    Image.fromarray(np.full((256, 192, 3), grey, np.uint8)).save(path)
    return str(path)


# --- visits, by the clock -------------------------------------------------------------------------


class Case:
    """A `Visits` with a clock that is turned by hand."""

    def __init__(self, folder: Path, **retention) -> None:
        self.now = time.time()
        self.folder = folder
        self.forgotten: list[str] = []
        self.written: set[str] = set()
        self.visits = Visits(
            Retention(**retention), self.written, self.forgotten.append, folder, lambda: self.now
        )

    def file(self, name: str, size: int = 1, age: float = 0) -> str:
        path = self.folder / name.ljust(40, "0") / "photo.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(size))
        os.utime(path, (self.now - age,) * 2)
        self.written.add(str(path))
        return str(path)

    def later(self, seconds: float) -> None:
        self.now += seconds
        self.visits.sweep()


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def test_a_visit_that_is_closed_is_forgotten_soon_after(case):
    with case.visits.connected("a"):
        path = case.file("a")
        with case.visits.during("a"):
            case.visits.claim(path)
        case.later(400)
        assert len(case.visits) == 1
        assert Path(path).exists()
    case.later(20)
    assert Path(path).exists()
    case.later(20)
    assert not Path(path).parent.exists()
    assert case.forgotten == ["a"]
    assert case.written == set()


def test_a_visitor_who_comes_back_in_time_finds_everything(case):
    path = case.file("a")
    with case.visits.connected("a"), case.visits.during("a"):
        case.visits.claim(path)
    case.later(20)
    with case.visits.connected("a"):
        case.later(300)
        assert Path(path).exists()
        assert case.forgotten == []


def test_two_windows_of_one_visit(case):
    path = case.file("a")
    with case.visits.connected("a"):
        with case.visits.connected("a"), case.visits.during("a"):
            case.visits.claim(path)
        case.later(100)
        assert Path(path).exists()


def test_the_same_file_of_two_visitors_goes_with_the_later_one(case):
    path = case.file("a")
    sent = [{"path": path, "meta": {"_type": "gradio.FileData"}}]
    with case.visits.connected("b"):
        with case.visits.connected("a"), case.visits.during("a", sent):
            pass
        with case.visits.during("b", sent):
            pass
        case.later(40)
        assert case.forgotten == ["a"]
        assert Path(path).exists()
    case.later(40)
    assert not Path(path).exists()


def test_a_photo_that_waits_in_the_queue_does_not_go_with_an_earlier_visitor(case):
    """The same photo, sent by one who leaves and by one who has asked but was not served yet."""
    path = case.file("a")
    sent = [{"path": path, "meta": {"_type": "gradio.FileData"}}]
    with case.visits.connected("a"), case.visits.during("a", sent):
        pass
    with case.visits.connected("b"):
        case.visits.expects("b", sent)
        case.later(120)
        assert case.forgotten == ["a"]
        with case.visits.during("b", sent):
            assert Path(path).exists()
    case.later(40)
    assert not Path(path).exists()


def test_a_photo_that_was_just_sent_again_waits_for_its_request(case):
    path = case.file("a")
    sent = [{"path": path, "meta": {"_type": "gradio.FileData"}}]
    with case.visits.connected("a"), case.visits.during("a", sent):
        pass
    case.now += 29
    case.file("a")  # by somebody else; it is the same file
    case.later(5)
    assert Path(path).exists()
    case.later(40)
    assert not Path(path).exists()  # nobody asked for anything


def test_nothing_outlives_ten_minutes_even_while_somebody_looks(case):
    path = case.file("a")
    with case.visits.connected("a"):
        with case.visits.during("a"):
            case.visits.claim(path)
        case.later(590)
        assert Path(path).exists()
        case.later(20)
        assert not Path(path).exists()
        assert case.forgotten == ["a"]


def test_requests_without_a_connection_are_forgotten_as_well(case):
    path = case.file("a")
    with case.visits.during("a"):
        case.visits.claim(path)
    case.later(601)
    assert case.forgotten == ["a"]
    assert not Path(path).exists()


def test_uploads_that_were_broken_off_and_strays(case):
    half = case.folder / "tmpabcd"
    half.write_bytes(b"half a photo")
    stray = case.folder / ("f" * 64) / "stray.png"
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    lock = case.folder / LOCK
    lock.touch()
    case.later(10)
    assert half.exists()
    case.later(30)
    assert not half.exists()
    case.later(600)
    assert not stray.exists()
    assert lock.exists()


def test_a_full_folder_loses_its_oldest_files(tmp_path):
    case = Case(tmp_path, most_bytes=250)
    old, middle, new = (case.file(n, 100, age) for n, age in (("a", 30), ("b", 20), ("c", 10)))
    case.later(1)
    assert [Path(path).exists() for path in (old, middle, new)] == [False, True, True]


def test_analysed_photos_are_bounded_together(case):
    case.visits.retention = Retention(most_remembered=250)
    for visit in ("a", "b", "a", "c"):  # the last one is too much; b was seen longest ago
        with case.visits.during(visit):
            case.visits.remembers("person", 100)
    assert case.forgotten == ["b"]
    with case.visits.during("d"):
        case.visits.remembers(
            "person", 1000
        )  # a photo larger than all that is allowed is worked on alone
    assert case.forgotten == ["b", "a", "c"]


# --- the folder -----------------------------------------------------------------------------------


def test_the_folder_is_ours_alone_and_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    with own_folder() as folder:
        assert folder.parent == tmp_path
        assert os.environ["GRADIO_TEMP_DIR"] == str(folder)
        if os.name == "posix":
            assert folder.stat().st_mode & 0o077 == 0
        (folder / "photo.png").touch()
    assert list(tmp_path.iterdir()) == []
    assert os.environ["GRADIO_TEMP_DIR"] == str(tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    """What is no folder stands for one that is read-only: root may write those."""
    (tmp_path / "file").write_text("a file")
    with pytest.raises(TryOnError, match="cannot be used") as caught, own_folder(tmp_path / "file"):
        pass
    assert caught.value.code == "no_folder"


def test_a_run_that_fails_leaves_nothing(tmp_path):
    def run() -> None:
        with own_folder(tmp_path) as folder:
            (folder / "photo.png").touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        run()
    assert list(tmp_path.iterdir()) == []


def test_only_what_a_killed_run_of_ours_left_is_removed(tmp_path):
    others = tmp_path / "somebody" / "thesis.txt"
    others.parent.mkdir()
    others.touch()
    (tmp_path / f"{PREFIX}file").touch()
    left = tmp_path / f"{PREFIX}0123"
    left.mkdir()
    (left / LOCK).touch()
    (left / "photo.png").touch()
    elsewhere = tmp_path / f"{PREFIX}link"
    elsewhere.symlink_to(others.parent, target_is_directory=True)
    with own_folder(tmp_path) as running:
        assert not left.exists()
        assert remove_leftovers(tmp_path) == []
        assert running.exists()
    assert others.exists()
    assert elsewhere.is_symlink()
    assert (tmp_path / f"{PREFIX}file").exists()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_run_leaves_nothing_after_the_next_start(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from tryon.page.serving.privacy import own_folder\n"
        f"with own_folder(Path({str(tmp_path)!r})) as folder:\n"
        "    (folder / 'photo.png').write_bytes(b'x')\n"
        "    print(folder, flush=True)\n    time.sleep(60)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    left = Path(run.stdout.readline().strip())
    assert remove_leftovers(tmp_path) == []  # it is alive
    run.send_signal(signal.SIGKILL)
    run.wait(20)
    run.stdout.close()
    assert (left / "photo.png").exists()
    assert remove_leftovers(tmp_path) == [left.name]
    assert list(tmp_path.iterdir()) == []


# --- over HTTP ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gradio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        # `gradio_client` notices that it was closed when the next sign of life comes.
        patch.setenv("GRADIO_HEARTBEAT_INTERVAL", "0.3")
        tryon = FakeTryOn(tmp_path_factory.mktemp("wardrobe"))
        demo = app.build_demo(tryon, retention=QUICK, folder=folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        demo.launch(prevent_thread_lock=True, server_port=port, quiet=True)
        yield demo
        demo.close(verbose=False)


def get(demo, address: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(demo.local_url + address, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_the_folder_is_empty_soon_after_the_last_visit(demo, tmp_path):
    folder = demo.visits.folder
    visitors = [
        Client(demo.local_url, verbose=False, download_files=str(tmp_path)) for _ in range(3)
    ]
    for number, visitor in enumerate(visitors):
        path = picture(tmp_path / f"{number}.png", 40 * number + 20)
        visitor.predict(handle_file(path), None, "red top", "auto", api_name="/try_on")
    assert len(files(folder)) >= 6  # a photo and a result each
    assert until(lambda: len(demo.visits) == 3)
    visitors[0].close()
    assert until(lambda: len(demo.visits) == 2)
    assert until(lambda: len(files(folder)) <= 4)
    assert files(folder)
    for visitor in visitors[1:]:
        visitor.close()
    assert until(lambda: files(folder) == [])
    assert until(lambda: list(demo.state_holder.session_data) == [])


def test_one_visitor_cannot_reach_anothers_files(demo, tmp_path):
    """Tried by trying: guessed addresses, neighbours of one's own, other spellings."""
    owner, stranger = (
        Client(demo.local_url, verbose=False, download_files=False) for _ in range(2)
    )
    theirs = picture(tmp_path / "me.png", 77)
    result, _ = owner.predict(handle_file(theirs), None, "red top", "auto", api_name="/try_on")
    mine, _ = stranger.predict(
        handle_file(picture(tmp_path / "mine.png", 99)), None, "red top", "auto", api_name="/try_on"
    )
    result, mine = (answer["path"] for answer in (result, mine))
    folder = demo.visits.folder
    assert get(demo, "gradio_api/file=" + result)[0] == 200
    assert Path(result).parent != Path(mine).parent
    # A stranger who even has the very same photo cannot compute where the owner's lies.
    public = [
        processing_utils.hashlib.sha256(seed + Path(theirs).read_bytes()).hexdigest()
        for seed in (b"", processing_utils.get_hash_seed().encode())
    ]
    name = Path(result).name
    tries = [
        *(f"{folder}/{digest}/me.png" for digest in public),
        *(f"{folder}/{digest}/{name}" for digest in public),
        f"{folder}",
        f"{folder}/",
        f"{folder}/{LOCK}",
        f"{Path(result).parent}",
        f"{Path(result).parent}/",
        f"{Path(result).parent}/*",
        f"{Path(mine).parent}/../{Path(result).parent.name}/{name}",
        f"{folder}/./{Path(result).parent.name}/{name}",
        f"{folder}//{Path(result).parent.name}/{name}x",
        f"{result}%00.png",
        f"{result}/",
        f"{result}.",
        "../" * 12 + result.lstrip("/"),
        f"{folder}/{'0' * 64}/{name}",
        f"{folder}/%2a/{name}",
    ]
    seen = Path(result).read_bytes()
    for path in tries:
        for address in (f"gradio_api/file={path}", f"gradio_api/file/{path}", f"file={path}"):
            status, body = get(demo, urllib.request.quote(address, safe="/=%*"))
            assert status in (400, 404, 405), (address, status)
            assert body != seen
            assert str(folder).encode() not in body
    # What another visit was answered is not told either.
    status, body = get(demo, "gradio_api/queue/data?session_hash=" + "a" * 11)
    assert str(folder).encode() not in body
    assert get(demo, "gradio_api/deep_link?session_hash=" + owner.session_hash)[0] == 404
    owner.close(), stranger.close()


def test_words_and_names_are_not_logged(demo, tmp_path, caplog, capfd):
    caplog.set_level("DEBUG")
    visitor = Client(demo.local_url, verbose=False, download_files=False)
    path = picture(tmp_path / "private-name.png", 120)
    for words in ("red xylophonewords", "crash xylophonewords", "xylophonewords " * 80):
        with contextlib.suppress(AppError):
            visitor.predict(handle_file(path), None, words, "auto", api_name="/try_on")
    visitor.close()
    printed = "".join(capfd.readouterr())
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("asyncio"))
    for private in ("xylophone", "private-name", "secret/path"):
        assert private not in printed
        assert private not in ours
    assert "request=try_on outcome=answered" in ours
    assert "request=try_on outcome=failed" in ours


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_browser_keeps_nothing_and_a_closed_page_takes_its_files_along(demo, tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(locale="en-US")
        page = context.new_page()
        page.set_default_timeout(45_000)
        page.goto(demo.local_url)
        page.wait_for_selector("#wardrobe .card")
        page.set_input_files("#photo input[type=file]", picture(tmp_path / "me.png", 120))
        page.wait_for_selector("#photo-message .ready")
        page.locator("#wardrobe .card:visible").first.click()
        page.locator("#verdict .headline").wait_for()
        assert files(demo.visits.folder)
        assert context.cookies() == []
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        assert page.evaluate("indexedDB.databases()") == []
        assert page.evaluate("navigator.serviceWorker?.controller ?? null") is None
        page.close()
        assert until(lambda: files(demo.visits.folder) == [])
        browser.close()


# --- nobody else is asked -------------------------------------------------------------------------

WATCHED_VISIT = """
import sys
allowed = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", None, b"127.0.0.1")
outside = []

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        if arguments[1][0] not in allowed:
            outside.append((event, arguments[1][0]))
    elif event == "socket.getaddrinfo" and arguments[0] not in allowed:
        outside.append((event, arguments[0]))

sys.addaudithook(watch)
import socket, tempfile, time
from pathlib import Path
sys.path[:0] = ["tests"]
import app
from fake_tryon import FakeTryOn
from gradio_client import Client, handle_file
from tryon.page.look import stock
from tryon.page.serving.privacy import own_folder
import urllib.request

with tempfile.TemporaryDirectory() as home, own_folder(Path(home)) as folder:
    wardrobe = Path(home) / "wardrobe"
    wardrobe.mkdir()
    demo = app.build_demo(FakeTryOn(wardrobe), folder=folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    demo.launch(prevent_thread_lock=True, server_port=port, server_name="127.0.0.1", quiet=True)
    for address in ("", "config", "theme.css", "gradio_api/info", "health", "metrics"):
        urllib.request.urlopen(demo.local_url + address).read()
    visitor = Client(demo.local_url, verbose=False, download_files=home)
    person = stock.sample_people()[0].path
    visitor.predict(handle_file(str(person)), None, "red top", "auto", api_name="/try_on")
    visitor.predict("red top", api_name="/understand")
    for hostile in ("http://example.com/a.png", "https://gradio.app/", "http://169.254.169.254/"):
        for address in ("gradio_api/file=", "gradio_api/proxy="):
            try:
                urllib.request.urlopen(demo.local_url + address + hostile)
                outside.append(("served", hostile))
            except urllib.error.HTTPError:
                pass
    visitor.close()
    demo.close(verbose=False)
print("outside:", outside)
"""


def network_cut_off() -> list[str]:
    """A command in front that takes the network away but for the machine itself; none if not."""
    command = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    try:
        done = subprocess.run([*command, "true"], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return command if done.returncode == 0 else []


def test_a_whole_visit_asks_nobody_else(tmp_path):
    """Telemetry left switched on in the environment must not matter."""
    environment = {k: v for k, v in os.environ.items() if "ANALYTICS" not in k}
    environment |= {"GRADIO_ANALYTICS_ENABLED": "True", "HOME": str(tmp_path)}
    done = subprocess.run(
        [*network_cut_off(), sys.executable, "-c", WATCHED_VISIT],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.stdout.strip().splitlines()[-1:] == ["outside: []"], done.stdout + done.stderr


def test_the_privacy_note_says_what_is_so():
    """The figures in the note are those of the code."""
    english, chinese = TEXTS["privacy"]
    assert RETENTION.longest == 600
    assert "ten minutes" in english
    assert "十分钟" in chinese
    assert RETENTION.after_visit == 30
    for english, chinese in (TEXTS["privacy"], TEXTS["photo_private"]):
        assert "half a minute" in english
        assert "半分钟" in chinese


def test_no_page_history_and_no_monitoring(demo):
    config = json.loads(get(demo, "config")[1])
    assert config["analytics_enabled"] is False
    for address in ("monitoring", "gradio_api/runs", "gradio_api/run-history/buckets", "login"):
        assert get(demo, address)[0] == 404
    with urllib.request.urlopen(demo.local_url) as answer:
        assert "connect-src 'self'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers
        addresses = set(re.findall(rb"https?://[\w.-]+", answer.read()))
    own = demo.local_url.rstrip("/").encode().rpartition(b":")[0]
    # Named for link previews, never fetched by a browser.
    shown = {
        f"{scheme}://{name}".encode()
        for scheme in ("http", "https")
        for name in ("raw.githubusercontent.com", "github.com", "gradio.app", "www.w3.org")
    }
    assert addresses - shown - {own} == set()
