"""The machine shared out: cores among try-ons, memory that is free given back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tryon.page.serving import machine

ROOT = Path(__file__).resolve().parent.parent

# Threads that each fill and free a heap, as handlers of requests do. Prints the resident megabytes
# before and after what is free was given back.
FILL = """
import threading
from prometheus_client import CollectorRegistry, ProcessCollector
from tryon.page.serving import machine

registry = CollectorRegistry()
ProcessCollector(registry=registry)

def resident_bytes():
    return int(registry.get_sample_value("process_resident_memory_bytes"))

machine.share_heaps()
kept = []

def work():
    pieces = [bytearray(60_000) for _ in range(400)]  # too small for a mapping of their own
    kept.append(pieces[-1])  # keeps the heap from shrinking by itself
    full.wait()

full = threading.Barrier(8)
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
before = resident_bytes()
machine.give_back()
print(before // 10**6, resident_bytes() // 10**6)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_memory_that_is_free_goes_back():
    if machine._glibc() is None:
        pytest.skip("no glibc")
    done = subprocess.run(
        [sys.executable, "-c", FILL], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    before, after = map(int, done.stdout.split())
    assert after < before - 100, done.stdout  # of the 192 MB that were filled and freed


@pytest.mark.parametrize(("cores", "at_once"), [(1, 1), (2, 1), (7, 1), (8, 2), (64, 16)])
def test_try_ons_at_once_follow_the_cores(monkeypatch, cores, at_once):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    assert machine.try_ons_at_once() == at_once


def test_each_gets_its_share(monkeypatch):
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(machine, "try_ons_at_once", lambda: 1)
    machine.share_cores()
    assert os.environ == {}  # it may have them all
    monkeypatch.setattr(machine, "try_ons_at_once", lambda: 2)
    machine.share_cores()
    assert os.environ == {"OMP_NUM_THREADS": str(machine.CORES_A_TRY_ON)}


@pytest.mark.parametrize(
    ("cores", "others", "threads"),
    [(2, 0.0, 2), (2, 0.4, 2), (2, 1.2, 1), (2, 9.0, 1), (1, 0.0, 1), (16, 1.0, 4), (16, 14.0, 2)],
)
def test_threads_follow_the_free_cores(cores, others, threads):
    assert machine.threads_for(cores, others) == threads


def test_a_busy_machine_gets_one_thread_and_an_idle_one_all_again(monkeypatch):
    monkeypatch.setattr(machine, "cores_here", lambda: 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    # (clock, all cores busy, ours): alone; then two others at work; no time passed; alone again
    times = iter([(0, 0, 0), (10, 10, 10), (20, 30, 11), (20.5, 31, 11), (30, 32, 13)])
    given = []
    threads = machine.Threads(lambda: next(times), given.append)
    for _ in range(5):
        threads.fit()
    assert given == [2, 1, 2]


def test_where_nothing_is_known_the_threads_stay():
    machine.Threads(lambda: None, lambda number: pytest.fail("given")).fit()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/stat")
def test_the_times_are_read():
    first = machine.times_now()
    sum(number * number for number in range(2_000_000))
    second = machine.times_now()
    assert all(later >= earlier for earlier, later in zip(first, second, strict=True))
    assert second[2] > first[2]
