"""What the machine has, shared out: cores among try-ons, memory among threads.

Notable here:
- one try-on keeps a few cores busy and hardly gains from more, so a larger machine works on several
  at once, each with its share; one with two cores works on one at a time.
- glibc keeps a heap for each of many threads, and what was freed in it. With pictures of tens of
  megabytes that adds up to far more than is in use. Elsewhere (musl, macOS, Windows) the functions
  for memory do nothing.
"""

import ctypes
import os
import sys
from functools import cache

CORES_A_TRY_ON = 4
HEAPS = 2  # more of them only hold more that is free
_M_ARENA_MAX = -8  # of <malloc.h>


def try_ons_at_once() -> int:
    """How many try-ons are worked on at the same time."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, cores // CORES_A_TRY_ON)


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
