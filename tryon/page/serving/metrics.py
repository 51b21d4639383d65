"""Counts and times of requests -> figures that Prometheus reads.

Notable here:
- each server has a registry of its own, so several in one process do not mix their figures.
- requests are counted by endpoint and outcome, people are not: no address, name, word or picture
  is in any of it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from tryon.page.serving.faults import faults

log = logging.getLogger("tryon.requests")

BARS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # upper limits in seconds


class Metrics:
    """What happened since the start; `gauge` adds what is so at this moment.

    The process's own figures (`process_resident_memory_bytes`, …) are there on Linux alone.
    """

    def __init__(self) -> None:
        disable_created_metrics()  # or each count would come with the time of its first request
        self.started = time.monotonic()
        self._lock = threading.Lock()
        self._running: dict[str, float] = {}  # event -> when it began
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "tryon_requests_total",
            "Requests by what they asked for and how they ended.",
            ("request", "outcome"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "tryon_request_seconds",
            "From the beginning of the work on a request to its answer.",
            ("request",),
            buckets=BARS,
            registry=self._registry,
        )
        self._refused = Counter(
            "tryon_http_refused_total",
            "HTTP requests that were turned away before anything looked into them.",
            ("status",),
            registry=self._registry,
        )
        self._registry.register(_Faults())
        ProcessCollector(registry=self._registry)

    def gauge(self, name: str, about: str, read: Callable[[], float]) -> None:
        """Add a figure that is read whenever somebody asks."""
        Gauge(name, about, registry=self._registry).set_function(read)

    def event(self, name: str, identifier: str | None) -> "Event":
        """A request begins, or goes on: generators are called once for each answer they give."""
        with self._lock:
            begun = self._running.setdefault(identifier, time.monotonic()) if identifier else None
        return Event(self, name, identifier, begun or time.monotonic())

    def refused(self, status: int) -> None:
        """An HTTP request was turned away with this status."""
        self._refused.labels(status=status).inc()

    def record(self, event: "Event", outcome: str) -> None:
        """A request has ended, "answered", "refused" or "failed"."""
        seconds = time.monotonic() - event.begun
        if event.identifier is not None:
            with self._lock:
                self._running.pop(event.identifier, None)
        self._requests.labels(request=event.name, outcome=outcome).inc()
        self._seconds.labels(request=event.name).observe(seconds)
        log.info("request=%s outcome=%s seconds=%.3f", event.name, outcome, seconds)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)


class Event:
    """One request on its way."""

    def __init__(self, metrics: Metrics, name: str, identifier: str | None, begun: float) -> None:
        self._metrics = metrics
        self.name = name
        self.identifier = identifier
        self.begun = begun

    def ended(self, outcome: str) -> None:
        self._metrics.record(self, outcome)


class _Faults(Collector):
    """The faults that `faults.py` has counted, for the whole process."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(
            "tryon_faults", "Faults of ours, not the visitor's.", labels=("code",)
        )
        for code, count in sorted(faults.items()):
            family.add_metric((code,), count)
        yield family
