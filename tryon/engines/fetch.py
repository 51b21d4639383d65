"""An engine's name -> its weights on this disk: resumed, and held against size and SHA-256.

Notable here:
- what came so far lies in a `.part` file; the next run goes on where the last one stopped, also
  after a kill. A file gets its name only when its SHA-256 is right.
- `huggingface_hub` 2 fetches a file from its start after a cut, which is much for gigabytes on a
  slow line; so the bytes are fetched here, from the same addresses (HF_ENDPOINT is respected).
- nothing is fetched unless somebody asks for it by a command or by the environment of the server.
"""

import hashlib
import http.client
import json
import logging
import os
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from tryon.core.errors import TryOnError
from tryon.engines.engine import Stop, StoppedError, never
from tryon.engines.store import (
    KLEIN,
    NAMES,
    PINNED,
    File,
    home,
    keep_list,
    listed,
    wanted_of_klein,
)

log = logging.getLogger(__name__)

Report: TypeAlias = Callable[[str, int, int], None]
"""file, bytes of all files that are there, bytes that all files have."""

HUB = "https://huggingface.co"
CHUNK = 1 << 20  # bytes
PATIENCE = 30  # seconds without a byte, after which a connection counts as cut
ATTEMPTS = 5  # cuts in a row without any progress, after which it is given up
PAUSE = 1.0  # seconds before the next attempt, doubled after each one in vain
SPARE = 500_000_000  # bytes that stay free on the disk
_CUT = (OSError, http.client.HTTPException)  # URLError, timeouts and resets are OSErrors


def fetch(
    name: str,
    report: Report = lambda file, done, total: None,
    stop: Stop = never,
    check: bool = False,
) -> Path:
    """Fetch what is missing of an engine's weights; the folder they are in.

    report: told how far it is, about once a megabyte. check: read the files that are there, too,
        and fetch those again whose SHA-256 is wrong.
    Raises TryOnError: `weights_offline`, `weights_no_room`, `weights_cut`, `weights_wrong`,
    `weights_unreachable`, `bad_argument` for another name; StoppedError.
    """
    if name not in NAMES:
        what = f'There are no weights called "{name}"; use {" or ".join(NAMES)}.'
        raise TryOnError("bad_argument", what=what)
    folder = home(name)
    files = listed(name)
    if files is None:
        files = _listed_by_hub(name)
        keep_list(name, files)
    missing = [file for file in files if not _there(folder, file, check)]
    if not missing:
        return folder
    _refuse_offline(name)
    _refuse_full_disk(name, folder, missing)
    total = sum(file.size for file in files)
    before = total - sum(file.size for file in missing)
    for file in missing:
        begun = before  # bound now: each file starts where the last one ended

        def tell(done: int, file: File = file, begun: int = begun) -> None:
            report(file.place, begun + done, total)

        _fetch_file(folder, file, tell, stop)
        before += file.size
    return folder


def _there(folder: Path, file: File, check: bool) -> bool:
    path = folder / file.place
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    if check and file.sha256 and _sha256(path).hexdigest() != file.sha256:
        log.warning("%s is damaged", file.place)
        path.unlink()
        return False
    return True


def _refuse_offline(name: str) -> None:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        raise TryOnError("weights_offline", name=name)


def _refuse_full_disk(name: str, folder: Path, missing: list[File]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    parts = [_part(folder, file) for file in missing]
    begun = sum(part.stat().st_size for part in parts if part.is_file())
    need = sum(file.size for file in missing) - begun + SPARE
    free = shutil.disk_usage(folder).free
    if free < need:
        raise TryOnError(
            "weights_no_room",
            name=name,
            need=f"{need / 1e9:.1f}",
            free=f"{free / 1e9:.1f}",
            folder=str(folder),
        )


def _fetch_file(folder: Path, file: File, tell: Callable[[int], None], stop: Stop) -> None:
    """One file, in as many pieces as it takes."""
    part = _part(folder, file)
    part.parent.mkdir(parents=True, exist_ok=True)
    digest = _sha256(part) if part.is_file() else hashlib.sha256()
    attempts, pause = 0, PAUSE
    while True:
        have = part.stat().st_size if part.is_file() else 0
        if have > file.size:  # of another file
            part.unlink()
            digest, have = hashlib.sha256(), 0
        tell(have)
        if have == file.size:
            break
        try:
            digest = _go_on(part, file, have, digest, tell, stop)
            why = "the connection ended early"
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                reason = f"the server says {error.code} {error.reason}"
                raise TryOnError("weights_unreachable", name=file.place, why=reason) from error
            why = f"the server says {error.code}"
        except _CUT as error:
            why = str(getattr(error, "reason", error)) or type(error).__name__
        now = part.stat().st_size if part.is_file() else 0
        if now == file.size:
            continue
        attempts, pause = (0, PAUSE) if now > have else (attempts + 1, pause * 2)
        if attempts >= ATTEMPTS:
            if not now:
                raise TryOnError("weights_unreachable", name=file.place, why=why)
            sizes = {"done": now // 1_000_000, "size": file.size // 1_000_000}
            raise TryOnError("weights_cut", name=file.place, why=why, **sizes)
        log.info("%s: %s; going on", file.place, why)
        _sleep(pause, stop)
    if file.sha256 and digest.hexdigest() != file.sha256:
        part.unlink()
        raise TryOnError("weights_wrong", name=file.place, why="its SHA-256 is another")
    part.replace(folder / file.place)


def _go_on(
    part: Path, file: File, have: int, digest: Any, tell: Callable[[int], None], stop: Stop
) -> Any:
    """Append what the server sends to the part; the digest of all of it."""
    address = f"{_hub()}/{file.repo}/resolve/{file.revision}/{urllib.parse.quote(file.path)}"
    request = urllib.request.Request(address)
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        resumed = answer.status == 206
        if not resumed:  # the server sends all of it again
            digest, have = hashlib.sha256(), 0
        with part.open("ab" if resumed else "wb") as out:
            while have < file.size:
                if stop():
                    raise StoppedError
                data = answer.read(min(CHUNK, file.size - have))
                if not data:
                    break
                out.write(data)
                digest.update(data)
                have += len(data)
                tell(have)
    return digest


def _listed_by_hub(name: str) -> tuple[File, ...]:
    """What the hub has under the pinned revision, with sizes and SHA-256."""
    _refuse_offline(name)
    repo, revision = KLEIN
    address = f"{_hub()}/api/models/{repo}/tree/{revision}?recursive=true"
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            entries = json.load(answer)
        files = tuple(
            File(
                repo,
                revision,
                path=entry["path"],
                place=entry["path"],
                size=int(entry["size"]),
                sha256=entry.get("lfs", {}).get("oid", ""),
            )
            for entry in entries
            if entry["type"] == "file" and wanted_of_klein(entry["path"])
        )
    except (*_CUT, ValueError, KeyError, TypeError) as error:
        why = str(getattr(error, "reason", error)) or type(error).__name__
        raise TryOnError("weights_unreachable", name=name, why=why) from error
    if not files:
        raise TryOnError("weights_unreachable", name=name, why="its list of files is empty")
    return files


def _hub() -> str:
    return os.environ.get("HF_ENDPOINT", HUB).rstrip("/")


def _part(folder: Path, file: File) -> Path:
    return folder / f"{file.place}.part"


def _sha256(path: Path) -> Any:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
    return digest


def _sleep(seconds: float, stop: Stop) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if stop():
            raise StoppedError
        time.sleep(min(left, 0.1))


def pinned_bytes(name: str) -> int | None:
    """How large an engine's weights are, None if only the hub knows."""
    return sum(file.size for file in PINNED[name]) if name in PINNED else None
