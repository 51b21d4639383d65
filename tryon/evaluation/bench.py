"""How long a try-on takes and how much memory it needs, step by step, on the sample pictures.

Notable here:
- every try-on starts from a file's bytes and ends with a file's bytes, as for a visitor.
- memory is read beside the running try-on by a thread, and given to the step that ran then.
- the sample people are enlarged to the sizes asked for; what their shape leaves over is filled
  with their edge, so the area worked on is the same for all.
"""

import mmap
import os
import platform
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tryon.core.errors import TryOnError
from tryon.core.frame import Fit
from tryon.core.image import encode_photo, read_photo
from tryon.core.places import ASSETS
from tryon.core.types import Photo, Result

SIZES = {"768x1024": (1024, 768), "1536x2752": (2752, 1536)}  # (height, width) in pixels
RUNS = 12  # try-ons a size
_PICTURES = (".jpg", ".jpeg", ".png", ".webp")


def bench(
    load: Callable[[], Callable[..., Result]],
    runs: int = RUNS,
    sizes: dict[str, tuple[int, int]] = SIZES,
    people: Path = ASSETS / "people",
    garments: Path = ASSETS / "garments",
) -> dict[str, Any]:
    """Load, try on once, then `runs` times a size; all figures as one plain dictionary.

    load: makes the `TryOn`, imports included, so that loading is measured too.
    Returns load_seconds, first_seconds (the first try-on), peak_megabytes (of the process) and
    per size runs, failures and steps: step -> median, p95 (seconds), peak_megabytes (the process,
    while the step ran; None where the system does not tell).
    Raises TryOnError("bad_argument") if there are no sample pictures.
    """
    wearers, clothes = _pictures(people), _pictures(garments)
    started = time.perf_counter()
    tryon = load()
    load_seconds = time.perf_counter() - started

    report: dict[str, Any] = {
        "machine": _machine(),
        "load_seconds": load_seconds,
        "first_seconds": None,
        "sizes": {},
    }
    for name, size in sizes.items():
        files = [encode_photo(_sized(read_photo(path), size), "JPEG") for path in wearers[:runs]]
        steps: dict[str, list[tuple[float, float]]] = {}
        failures = 0
        for run in range(-1, runs):  # the first is for warming up
            round_, person = divmod(run, len(files))
            garment = clothes[(round_ + person) % len(clothes)]  # another in every round
            started = time.perf_counter()
            try:
                measured = _measure(tryon, files[person], garment.read_bytes())
            except TryOnError:
                failures += run >= 0
                continue
            if report["first_seconds"] is None:
                report["first_seconds"] = time.perf_counter() - started
            for step, figures in measured.items() if run >= 0 else ():
                steps.setdefault(step, []).append(figures)
        report["sizes"][name] = {
            "runs": runs,
            "failures": failures,
            "steps": {step: _summary(figures) for step, figures in steps.items()},
        }
    report["peak_megabytes"] = _peak_megabytes()
    return report


def table(report: dict[str, Any]) -> str:
    """The report as text for a terminal."""
    machine = report["machine"]
    first = report["first_seconds"]
    lines = [
        f"{machine['cores']} cores, {machine['system']}, Python {machine['python']}",
        f"loading {report['load_seconds']:.2f} s, first try-on "
        + ("failed" if first is None else f"{first:.2f} s")
        + f", peak memory {report['peak_megabytes'] or 0:.0f} MB",
    ]
    for size, figures in report["sizes"].items():
        failed = f", {figures['failures']} failed" if figures["failures"] else ""
        lines += ["", f"{size}, {figures['runs']} try-ons{failed}"]
        lines.append(f"  {'step':<10} {'median':>9} {'p95':>9} {'peak':>9}")
        for step, row in figures["steps"].items():
            peak = "" if row["peak_megabytes"] is None else f"{row['peak_megabytes']:6.0f} MB"
            lines.append(
                f"  {step:<10} {row['median'] * 1e3:6.0f} ms {row['p95'] * 1e3:6.0f} ms {peak:>9}"
            )
    return "\n".join(lines)


def _pictures(folder: Path) -> list[Path]:
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _PICTURES)
    if not found:
        raise TryOnError("bad_argument", what=f"There are no sample pictures in {folder.name}.")
    return found


def _sized(photo: Photo, size: tuple[int, int]) -> Photo:
    return Photo(Fit.inside(photo.size, size).image(photo.pixels, border=None))


def _measure(
    tryon: Callable[..., Result], person: bytes, garment: bytes
) -> dict[str, tuple[float, float]]:
    """Step -> (seconds, peak megabytes) of one try-on, bytes to bytes."""
    with _MemoryWatch() as memory:
        started = time.perf_counter()
        wearer, cloth = read_photo(person), read_photo(garment)
        called = time.perf_counter()
        result = tryon(wearer, cloth)
        returned = time.perf_counter()
        encode_photo(result.photo)
        ended = time.perf_counter()
    measured = {"read": (called - started, memory.peak(started, called))}
    begun = called
    for step, seconds in result.seconds.items():  # in the order they ran
        if step != "total":
            measured[step] = seconds, memory.peak(begun, begun + seconds)
            begun += seconds
    measured["try-on"] = returned - called, memory.peak(called, returned)
    measured["write"] = ended - returned, memory.peak(returned, ended)
    measured["all"] = ended - started, memory.peak(started, ended)
    return measured


class _MemoryWatch:
    """Reads the process's resident memory every few milliseconds while it is entered."""

    INTERVAL = 0.004  # seconds

    def __enter__(self) -> "_MemoryWatch":
        self.times: list[float] = []
        self.megabytes: list[float] = []
        self._stop = threading.Event()
        self._read()  # the thread may start late, on a busy machine
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._read()

    def peak(self, start: float, end: float) -> float:
        """Highest reading from start to end (perf_counter), or the nearest one; NaN if none."""
        if not self.times:
            return float("nan")
        times, values = np.array(self.times), np.array(self.megabytes)
        within = (times >= start) & (times <= end)
        if within.any():
            return float(values[within].max())
        return float(values[np.abs(times - (start + end) / 2).argmin()])

    def _watch(self) -> None:
        while True:
            self._read()
            if self._stop.wait(self.INTERVAL):
                return

    def _read(self) -> None:
        try:
            with open("/proc/self/statm") as file:  # Linux alone tells it this cheaply
                pages = int(file.read().split()[1])
        except OSError:
            return
        self.times.append(time.perf_counter())
        self.megabytes.append(pages * mmap.PAGESIZE / 1e6)


def _summary(figures: list[tuple[float, float]]) -> dict[str, float | None]:
    seconds, megabytes = np.array(figures).T
    return {
        "median": float(np.median(seconds)),
        "p95": float(np.percentile(seconds, 95)),
        "peak_megabytes": None if np.isnan(megabytes).all() else float(np.nanmax(megabytes)),
    }


def _peak_megabytes() -> float | None:
    """The most memory the process has ever had resident; None where the system does not say, as
    Windows does not."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6  # bytes or kibibytes


def _machine() -> dict[str, Any]:
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cores": len(affinity(0)) if affinity else os.cpu_count(),
    }
