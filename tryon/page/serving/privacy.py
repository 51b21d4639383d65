"""How long anything of a visitor is kept, and whose it is: files, analysed photos, words.

Notable here:
- a visit is open while its browser (or `gradio_client`) holds its heartbeat connection. Shortly
  after the last one is closed, its files are deleted and what was remembered of it is dropped;
  nothing outlives `Retention.longest`, whoever still looks at it.
- which visit a file belongs to is known from the request it was sent with (`Visits.expects`) or
  the context it was written in (`Visits.during`). The same photo sent by two visitors is one file:
  it goes with the later one.
- the program works in a folder of its own, readable by its user alone and locked while it runs.
  A folder whose lock is free was left behind by a crash and is removed at the next start; nothing
  else is ever touched.
"""

import logging
import os
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tryon.core.errors import TryOnError

log = logging.getLogger(__name__)

# The folder of a run.
PREFIX = "tryon-visits-"
LOCK = ".in-use"  # locked while the run goes on
MAKING_SECONDS = 60  # a folder that is younger may have no lock yet

_current: ContextVar[str | None] = ContextVar("visit", default=None)  # that is worked for


@dataclass(frozen=True)
class Retention:
    """How long things are kept. Times in seconds.

    longest: a file since it was written, a remembered visit since it was last used.
    after_visit: both, after the visit's last connection was closed. Long enough for a phone that
        shows another app for a moment.
    look_every: between two looks at what has to go.
    most_bytes: files of all visits together; the oldest go first.
    most_remembered: bytes of all analysed photos together; who has not been seen for longest is
        forgotten first, and analysed again when needed.
    """

    longest: float = 600
    after_visit: float = 30
    look_every: float = 5
    most_bytes: int = 2 * 1024**3
    most_remembered: int = 768 * 1024**2


class Visits:
    """Who is here, which files are whose, and what has to go.

    written: paths of all files, shared with Gradio. folder: where they lie; None if it is not ours
        alone, then only `written` is deleted.
    forget: called with a visit's name when nothing of it is to be kept.
    """

    def __init__(
        self,
        retention: Retention,
        written: set[str],
        forget: Callable[[str], None],
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.retention = retention
        self.written = written
        self.folder = folder
        self._forget = forget
        self._clock = clock
        self._lock = threading.Lock()
        self._connections: Counter[str] = Counter()
        self._last_seen: dict[str, float] = {}
        self._left: dict[str, float] = {}  # visit -> when its last connection was closed
        self._owners: defaultdict[str, set[str]] = defaultdict(set)  # path -> visits
        # Visit -> what -> bytes; who was seen last at the end.
        self._remembered: dict[str, dict[str, int]] = {}

    def __len__(self) -> int:
        """Visits that are open now."""
        return len(self._connections)

    # --- what happens ------------------------------------------------------------------------

    @contextmanager
    def connected(self, visit: str) -> Iterator[None]:
        """While a browser holds its connection."""
        with self._lock:
            self._connections[visit] += 1
            self._left.pop(visit, None)
            self._last_seen[visit] = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._connections[visit] -= 1
                if not self._connections[visit]:
                    del self._connections[visit]
                    self._left[visit] = self._clock()

    @contextmanager
    def during(self, visit: str | None, inputs: Any = None) -> Iterator[None]:
        """While a request of a visit is worked on: files in its inputs and those written are its.

        inputs: what the browser sent, any JSON.
        """
        token = _current.set(visit)
        try:
            if visit is not None:
                with self._lock:
                    self._last_seen[visit] = self._clock()
                    if visit in self._left:  # it goes on without a connection: as if it left now
                        self._left[visit] = self._clock()
                for path in paths_in(inputs):
                    if path in self.written:
                        self.claim(path)
            yield
        finally:
            _current.reset(token)

    def expects(self, visit: str, inputs: Any) -> None:
        """A request of a visit waits for its turn: files in its inputs are its from now on.

        Otherwise they would go with somebody who had sent the same photo and left meanwhile.
        """
        with self._lock:
            for path in paths_in(inputs):
                if path in self.written:
                    self._owners[path].add(visit)

    def claim(self, path: str) -> None:
        """A file belongs (also) to the visit that is being worked for."""
        visit = _current.get()
        if visit is not None:
            with self._lock:
                self._owners[path].add(visit)

    def remembers(self, what: str, size: int) -> None:
        """The visit that is being worked for keeps something in memory. size: in bytes."""
        visit = _current.get()
        if visit is None:
            return
        going = []
        with self._lock:
            self._remembered[visit] = self._remembered.pop(visit, {}) | {what: size}
            while len(self._remembered) > 1 and (
                sum(sum(sizes.values()) for sizes in self._remembered.values())
                > self.retention.most_remembered
            ):
                going.append(next(iter(self._remembered)))
                del self._remembered[going[-1]]
        for other in going:
            self._forget(other)

    # --- what has to go ----------------------------------------------------------------------

    def sweep(self) -> None:
        """Delete and forget what is due."""
        now = self._clock()
        for visit in self._due(now):
            self.end(visit)
        for path, age in self._aged(now):
            if age > self.retention.longest:
                self._delete(path)
        self._sweep_folder(now)
        self._keep_within(self.retention.most_bytes)

    def end(self, visit: str) -> None:
        """Forget a visit and delete the files that nobody else uses.

        What was written just now may be somebody else's, who sent the same photo and is about to
        ask for something: that waits for another round.
        """
        now = self._clock()
        with self._lock:
            self._left.pop(visit, None)
            self._last_seen.pop(visit, None)
            self._remembered.pop(visit, None)
            own = [path for path, owners in self._owners.items() if visit in owners]
            alone = [path for path in own if self._owners[path] == {visit}]
            new = [path for path in alone if now - _written_at(path) < self.retention.after_visit]
            for path in own:
                if path not in new:
                    self._owners[path].discard(visit)
            if new:
                self._left[visit] = now
        for path in alone:
            if path not in new:
                self._delete(path)
        self._forget(visit)

    def clear(self) -> None:
        """Delete everything at once, as when the program ends."""
        for path in self.written | set(self._owners):
            self._delete(path)

    def size(self) -> int:
        """Bytes of all files."""
        return sum(_size(Path(path)) for path in self.written)

    def _due(self, now: float) -> list[str]:
        with self._lock:
            left = [v for v, at in self._left.items() if now - at > self.retention.after_visit]
            idle = [v for v, at in self._last_seen.items() if now - at > self.retention.longest]
        return list(dict.fromkeys([*left, *idle]))

    def _aged(self, now: float) -> list[tuple[str, float]]:
        """Files and their ages in seconds, oldest first."""
        ages = []
        for path in self.written:
            try:
                ages.append((path, now - Path(path).lstat().st_mtime))
            except OSError:
                ages.append((path, float("inf")))  # it is gone; forget that it was there
        return sorted(ages, key=lambda entry: -entry[1])

    def _sweep_folder(self, now: float) -> None:
        """Delete uploads that were broken off, files that nobody claimed, empty folders."""
        if self.folder is None:
            return
        for path in self.folder.glob("*"):
            with suppress(OSError):
                age = now - path.lstat().st_mtime
                if path.is_dir():
                    files = list(path.iterdir())
                    for file in files:
                        if now - file.lstat().st_mtime > self.retention.longest:
                            self._delete(str(file))
                    if not files and age > self.retention.after_visit:
                        path.rmdir()
                elif path.name != LOCK and age > self.retention.after_visit:
                    path.unlink()

    def _keep_within(self, most_bytes: int) -> None:
        excess = self.size() - most_bytes
        if excess <= 0:
            return
        for path, _ in self._aged(self._clock()):
            if excess <= 0:
                return
            excess -= _size(Path(path))
            self._delete(path)

    def _delete(self, path: str) -> None:
        file = Path(path)
        try:
            file.unlink(missing_ok=True)
        except OSError as error:  # the next sweep tries again
            log.warning("a visitor's file cannot be deleted: %s", error.strerror)
            return
        with suppress(OSError):  # not empty, or somebody else's
            file.parent.rmdir()
        self.written.discard(path)
        with self._lock:
            self._owners.pop(path, None)


def paths_in(data: Any) -> Iterator[str]:
    """Every "path" in what a browser sent."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("path"), str):
                yield value["path"]
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)


def _written_at(path: str) -> float:
    """Seconds since the epoch; 0 if it is gone."""
    try:
        return Path(path).lstat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


# --- the folder ----------------------------------------------------------------------------------


@contextmanager
def own_folder(base: Path | None = None) -> Iterator[Path]:
    """A fresh folder for this run's temporary files, gone afterwards; Gradio uses it.

    base: where to make it; None for $GRADIO_TEMP_DIR, or else the system's temporary folder.
    What runs that were killed have left there is removed first.
    Raises TryOnError("no_folder") if nothing can be written there.
    """
    base = base or Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    folder = base / f"{PREFIX}{secrets.token_hex(8)}"
    try:
        base.mkdir(parents=True, exist_ok=True)
        remove_leftovers(base)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise TryOnError("no_folder", why=error.strerror) from error
    before = os.environ.get("GRADIO_TEMP_DIR")
    try:
        with (folder / LOCK).open("wb") as lock:
            _take(lock)
            os.environ["GRADIO_TEMP_DIR"] = str(folder)
            yield folder
    finally:
        if before is None:
            os.environ.pop("GRADIO_TEMP_DIR", None)
        else:
            os.environ["GRADIO_TEMP_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(base: Path) -> list[str]:
    """Remove the folders of runs that are no more. Returns their names."""
    return [folder.name for folder in base.glob(f"{PREFIX}*") if _is_leftover(folder)]


def _is_leftover(folder: Path) -> bool:
    """Whether nobody used it any more; it is removed then."""
    try:
        if folder.is_symlink() or not folder.is_dir():
            return False
        with (folder / LOCK).open("r+b") as lock:
            _take(lock)
    except FileNotFoundError:  # killed before the lock was made, or just being made
        if time.time() - folder.stat().st_mtime < MAKING_SECONDS:
            return False
    except OSError:  # locked, or not ours
        return False
    shutil.rmtree(folder, ignore_errors=True)
    log.info("removed what a run that was killed had left")
    return True


def _take(file: BinaryIO) -> None:
    """Lock a file until it is closed or the program dies. Raises OSError if it is taken."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
