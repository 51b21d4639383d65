"""What the machine has, shared out: cores among try-ons, memory among threads.

Notable here:
- one try-on keeps a few cores busy and hardly gains from more, so a larger machine works on several
  at once, each with its share; one with two cores works on one at a time.
- threads only pay where cores are free: with others at work on the machine, two threads that wait
  for each other took 6 s for what one does in 2 s. So before each request it is looked how many
  cores the other programs keep busy (Linux; elsewhere the number of threads stays).
- glibc keeps a heap for each of many threads, and what was freed in it. With pictures of tens of
  megabytes that adds up to far more than is in use. Elsewhere (musl, macOS, Windows) the functions
  for memory do nothing.
"""

import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2

CORES_A_TRY_ON = 4
HEAPS = 2  # more of them only hold more that is free
_M_ARENA_MAX = -8  # of <malloc.h>
LOOK_SECONDS = 2.0  # between two looks at what other programs do; shorter ones say little


def cores_here() -> int:
    """The cores that this program may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def try_ons_at_once() -> int:
    """How many try-ons are worked on at the same time."""
    return max(1, cores_here() // CORES_A_TRY_ON)


def threads_for(cores: int, others: float) -> int:
    """How many threads a try-on gets. others: cores that other programs keep busy."""
    return max(1, min(CORES_A_TRY_ON, round(cores - others)))


Times = tuple[float, float, float]  # seconds: of a clock, all cores busy, this program's own


def times_now() -> Times | None:
    """The clock, and how long all cores and this program have worked so far; None if unknown."""
    try:
        line = Path("/proc/stat").read_text("ascii").partition("\n")[0].split()
        ticks = [int(number) for number in line[1:9]]  # user nice system idle iowait irq softirq …
        busy = (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None
    own = os.times()
    return time.monotonic(), busy, own.user + own.system


class Threads:
    """Gives OpenCV and torch as many threads as there are cores free.

    read: see `times_now`. give: called with a number that is new.
    """

    def __init__(
        self,
        read: Callable[[], Times | None] = times_now,
        give: Callable[[int], None] | None = None,
    ) -> None:
        self._read = read
        self._give = give or give_threads
        self._lock = threading.Lock()
        self._last: Times | None = None
        self._given = 0

    def fit(self) -> None:
        """Look at what other programs do, and share out anew."""
        with self._lock:
            now = self._read()
            if now is None:
                return
            before, seconds = self._last, now[0] - (self._last or now)[0]
            if before is not None and seconds < LOOK_SECONDS:
                return
            self._last = now
            if before is None:
                return
            others = max(0.0, (now[1] - before[1]) - (now[2] - before[2])) / seconds
            cores = cores_here()
            here = others * cores / (os.cpu_count() or cores)  # of the cores that are ours
            number = threads_for(cores, here)
            if number != self._given:
                self._given = number
                self._give(number)


def give_threads(number: int) -> None:
    """Let OpenCV, and torch where it is loaded, use this many threads."""
    cv2.setNumThreads(number)
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(number)


def share_cores() -> None:
    """Give each of several try-ons its share; before torch is imported."""
    if try_ons_at_once() > 1:
        os.environ.setdefault("OMP_NUM_THREADS", str(CORES_A_TRY_ON))


def share_heaps() -> None:
    """Let all threads use a few heaps; before most threads are made."""
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Return memory that is free to the system."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None
