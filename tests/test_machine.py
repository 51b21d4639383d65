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
