"""Fetching an engine's weights from a hub that runs here: resumed, checked, refused, whole."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tryon import cli
from tryon.core.errors import TryOnError
from tryon.engines import fetch as fetching
from tryon.engines import store
from tryon.engines.engine import StoppedError
from tryon.engines.fetch import fetch
from tryon.engines.store import KLEIN, File

ROOT = Path(__file__).resolve().parent.parent
BIG = np.random.default_rng(0).integers(0, 256, 3_000_000, np.uint8).tobytes()
SMALL = b"two small networks"


class Hub:
    """Serves files as the hub does. cuts: connections to the files that end after so many bytes.

    asked: (path, Range) of each request. ranges: whether it can send a file from the middle.
    """

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.cuts: list[int] = []
        self.errors: list[int] = []
        self.asked: list[tuple[str, str | None]] = []
        self.ranges = True
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                hub.answer(self)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        serve = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        serve.start()

    def answer(self, request):
        wanted = request.headers.get("Range")
        self.asked.append((request.path, wanted))
        if self.errors:
            request.send_error(self.errors.pop(0))
            return
        if request.path.startswith("/cdn/"):
            path = request.path.removeprefix("/cdn")
        elif "/resolve/" in request.path:  # as the hub does with large files
            request.send_response(302)
            request.send_header("Location", f"{self.address}/cdn{request.path}")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        else:
            path = request.path
        data = self.files.get(path)
        if data is None:
            request.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(data) - start))
        request.end_headers()
        cut = self.cuts and request.path.startswith("/cdn/")
        most = self.cuts.pop(0) if cut else len(data)
        request.wfile.write(data[start : start + most])
        request.wfile.flush()
        if start + most < len(data):
            request.connection.close()


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub with two files of an engine called "fashn", and a folder to put them."""
    hub = Hub()
    files = tuple(
        File("some/where", "abc", path, place, len(data), hashlib.sha256(data).hexdigest())
        for path, place, data in (
            ("model.safetensors", "model.safetensors", BIG),
            ("pose.onnx", "dwpose/pose.onnx", SMALL),
        )
    )
    hub.files = {"/some/where/resolve/abc/model.safetensors": BIG,
                 "/some/where/resolve/abc/pose.onnx": SMALL}  # fmt: skip
    monkeypatch.setitem(store.PINNED, "fashn", files)
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv(store.FOLDER, str(tmp_path / "weights"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(fetching, "PAUSE", 0.01)
    yield hub
    hub.server.shutdown()


def there() -> dict[str, bytes]:
    folder = store.home("fashn")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


WHOLE = {"model.safetensors": BIG, "dwpose/pose.onnx": SMALL}


def test_all_files_come_and_are_not_fetched_twice(hub):
    told = []
    assert store.found("fashn") is None
    folder = fetch("fashn", lambda *step: told.append(step))
    assert folder == store.home("fashn")
    assert there() == WHOLE
    assert {place: path.read_bytes() for place, path in store.found("fashn").items()} == WHOLE
    done = [done for _, done, _ in told]
    assert done == sorted(done)
    assert told[-1][1:] == (len(BIG) + len(SMALL),) * 2
    hub.asked.clear()
    fetch("fashn")
    assert hub.asked == []


def test_a_cut_download_goes_on_by_itself(hub):
    hub.cuts = [1_200_000, 700_000]
    fetch("fashn")
    assert there() == WHOLE
    ranges = [wanted for path, wanted in hub.asked if path.startswith("/cdn") and "model" in path]
    assert ranges[0] is None
    assert len(ranges) == 3
    starts = [int(wanted.removeprefix("bytes=").rstrip("-")) for wanted in ranges[1:]]
    assert 0 < starts[0] <= 1_200_000
    assert starts[0] < starts[1] <= 1_900_000


def test_after_a_stop_the_next_run_goes_on_where_it_was(hub):
    told = []
    with pytest.raises(StoppedError):
        fetch("fashn", lambda *step: told.append(step), stop=lambda: bool(told) and told[-1][1] > 0)
    part = store.home("fashn") / "model.safetensors.part"
    begun = part.stat().st_size
    assert 0 < begun < len(BIG)
    assert store.found("fashn") is None
    hub.asked.clear()
    fetch("fashn")
    assert there() == WHOLE
    assert hub.asked[0][1] == f"bytes={begun}-"


def test_a_connection_that_is_cut_again_and_again_is_given_up_with_what_came(hub):
    hub.cuts = [1_000_000] + [0] * 50
    with pytest.raises(TryOnError, match="cut after 1 of 3 MB") as error:
        fetch("fashn")
    assert error.value.code == "weights_cut"
    assert (store.home("fashn") / "model.safetensors.part").stat().st_size == 1_000_000
    hub.cuts = []
    fetch("fashn")
    assert there() == WHOLE


def test_a_server_that_cannot_go_on_sends_all_of_it_again(hub):
    hub.ranges = False
    hub.cuts = [1_500_000]
    fetch("fashn")
    assert there() == WHOLE


def test_what_is_not_the_file_is_deleted(hub):
    hub.files["/some/where/resolve/abc/pose.onnx"] = b"x" * len(SMALL)
    with pytest.raises(TryOnError, match="SHA-256") as error:
        fetch("fashn")
    assert error.value.code == "weights_wrong"
    assert there() == {"model.safetensors": BIG}
    assert store.found("fashn") is None


def test_a_part_that_is_too_long_is_begun_again(hub):
    part = store.home("fashn") / "dwpose" / "pose.onnx.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(SMALL + b"more")
    fetch("fashn")
    assert there() == WHOLE


def test_a_part_of_something_else_is_noticed_and_the_next_run_mends_it(hub):
    part = store.home("fashn") / "dwpose" / "pose.onnx.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"zzz")
    with pytest.raises(TryOnError, match="SHA-256"):
        fetch("fashn")
    fetch("fashn")
    assert there() == WHOLE


@pytest.mark.parametrize(("status", "code"), [(404, "weights_unreachable"), (401, None)])
def test_a_refusal_is_told(hub, status, code):
    hub.errors = [status]
    with pytest.raises(TryOnError, match=str(status)) as error:
        fetch("fashn")
    assert error.value.code == (code or "weights_unreachable")


def test_a_busy_server_is_asked_again(hub):
    hub.errors = [503, 429]
    fetch("fashn")
    assert there() == WHOLE


def test_nobody_there_is_told(hub, monkeypatch):
    hub.server.server_close()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(TryOnError) as error:
        fetch("fashn")
    assert error.value.code == "weights_unreachable"


@pytest.mark.parametrize("value", ["1", "true", "YES", "on"])
def test_offline_is_respected_and_what_is_there_is_enough(hub, monkeypatch, value):
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    with pytest.raises(TryOnError) as error:
        fetch("fashn")
    assert error.value.code == "weights_offline"
    with pytest.raises(TryOnError) as error:
        fetch("klein")
    assert error.value.code == "weights_offline"
    assert hub.asked == []
    monkeypatch.delenv("HF_HUB_OFFLINE")
    fetch("fashn")
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    fetch("fashn")


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(hub, monkeypatch):
    usage = type("Usage", (), {"free": 400_000_000})
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(TryOnError, match=r"needs 0\.5 GB.*only 0\.4 GB") as error:
        fetch("fashn")
    assert error.value.code == "weights_no_room"
    assert hub.asked == []


def test_check_finds_what_is_damaged_and_fetches_it_again(hub):
    fetch("fashn")
    path = store.home("fashn") / "model.safetensors"
    path.write_bytes(bytes(len(BIG)))
    fetch("fashn")
    assert path.read_bytes() != BIG  # the size is right, nobody looked
    hub.asked.clear()
    fetch("fashn", check=True)
    assert there() == WHOLE
    assert not [path for path, _ in hub.asked if "pose" in path]


def test_another_name_is_refused(hub):
    with pytest.raises(TryOnError, match="fashn or klein"):
        fetch("catvton")


# --- FLUX.2 klein: the list comes from the hub -------------------------------------------------


@pytest.fixture
def klein(hub):
    repo, revision = KLEIN
    files = {
        "model_index.json": b"{}",
        "transformer/diffusion_pytorch_model.safetensors": BIG,
        "vae/config.json": b"{...}",
        "flux-2-klein-4b.safetensors": b"the same once more",
        "README.md": b"a card",
    }
    tree = [
        {
            "type": "file", "path": path, "size": len(data),
            **({"lfs": {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}}
               if path.endswith(".safetensors") else {}),
        }
        for path, data in files.items()
    ] + [{"type": "directory", "path": "vae", "size": 0}]  # fmt: skip
    hub.files = {f"/{repo}/resolve/{revision}/{path}": data for path, data in files.items()}
    hub.files[f"/api/models/{repo}/tree/{revision}?recursive=true"] = json.dumps(tree).encode()
    return files


def test_klein_is_fetched_without_what_nobody_reads(hub, klein):
    fetch("klein")
    paths = store.found("klein")
    assert set(paths) == {
        "model_index.json", "transformer/diffusion_pytorch_model.safetensors", "vae/config.json"
    }  # fmt: skip
    assert all(paths[place].read_bytes() == klein[place] for place in paths)
    hub.asked.clear()
    fetch("klein")
    assert hub.asked == []  # not even the list


def test_a_cut_of_klein_goes_on_too(hub, klein):
    hub.cuts = [100, 2_000_000]
    fetch("klein")
    assert store.found("klein") is not None


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'[{"type": "file"}]', b"<html>"])
def test_a_list_that_is_none_is_told(hub, klein, answer):
    repo, revision = KLEIN
    hub.files[f"/api/models/{repo}/tree/{revision}?recursive=true"] = answer
    with pytest.raises(TryOnError) as error:
        fetch("klein")
    assert error.value.code == "weights_unreachable"
    assert store.listed("klein") is None


# --- where they are found ------------------------------------------------------------------------


def test_the_hubs_own_cache_counts_as_well(hub, tmp_path, monkeypatch):
    """A Space fills it when it is built (`preload_from_hub`)."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "models--some--where" / "snapshots" / "abc"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(BIG)
    assert store.found("fashn") is None
    (folder / "pose.onnx").write_bytes(SMALL)
    assert {place: path.read_bytes() for place, path in store.found("fashn").items()} == WHOLE


def test_files_from_two_places_are_one_folder(tmp_path):
    first, second = tmp_path / "a.bin", tmp_path / "b.bin"
    first.write_bytes(b"a")
    second.write_bytes(b"b")
    with store.as_folder({"x.bin": first, "in/y.bin": second}) as folder:
        assert (folder / "x.bin").read_bytes() == b"a"
        assert (folder / "in" / "y.bin").read_bytes() == b"b"
    assert not folder.exists()
    assert first.exists()


def test_links_that_cannot_be_made_are_copies(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise OSError("no links here")

    monkeypatch.setattr(os, "symlink", refuse)
    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "a.bin").write_bytes(b"a")
    with store.as_folder({"x.bin": tmp_path / "a.bin"}) as folder:
        assert (folder / "x.bin").read_bytes() == b"a"


# --- from the shell ------------------------------------------------------------------------------


def test_the_command_fetches_and_says_where(hub, capsys):
    assert cli.main(["weights", "fetch", "fashn", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["folder"] == str(store.home("fashn"))
    assert cli.main(["weights", "fetch", "fashn", "--check"]) == 0
    assert there() == WHOLE


def test_the_command_fails_with_one_line(hub, capsys):
    hub.errors = [404]
    assert cli.main(["weights", "fetch", "fashn"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "404" in printed.err


def test_the_list_says_what_is_needed(capsys):
    assert cli.main(["weights", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["engines"]}
    assert rows["builtin"]["ready"]
    assert set(rows) >= {"builtin", "fashn", "klein"}
    assert all(row["ready"] or row["why"] for row in rows.values())


@pytest.mark.slow
def test_a_killed_download_goes_on(hub, tmp_path):
    """The whole program, killed in the middle of a file."""
    hub.files["/some/where/resolve/abc/model.safetensors"] = BIG
    code = (
        "import os, json, sys; from tryon.engines import store;"
        "from tryon.engines.store import File;"
        "store.PINNED['fashn'] = tuple(File(*entry) for entry in json.loads(sys.argv[1]));"
        "from tryon.engines.fetch import fetch;"
        "fetch('fashn', lambda file, done, total: done > 1_500_000 and os._exit(9))"
    )
    entries = json.dumps([list(vars(file).values()) for file in store.PINNED["fashn"]])
    run = subprocess.run([sys.executable, "-c", code, entries], cwd=ROOT, check=False)
    assert run.returncode == 9
    hub.asked.clear()
    fetch("fashn")
    assert there() == WHOLE
    assert hub.asked[0][1] is not None
