"""How the server is: `/health` for a load balancer, `/metrics` for Prometheus, a log of requests.

Notable here:
- requests are counted by endpoint and outcome, people are not: no address, name, word or picture
  is in any of it.
- digests of the model files are taken when first asked for and kept.
"""

import asyncio
import hashlib
import logging
import math
import sys
import threading
import time
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

import tryon
from tryon.core.places import WEIGHTS
from tryon.page.serving.faults import faults

if TYPE_CHECKING:
    from tryon.page.serving.server import FittingRoom

log = logging.getLogger("tryon.requests")

# Upper limits of the histogram's bars, in seconds.
BARS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, math.inf)
# Not from `tryon.core.weights`, which loads torch.
MODELS = (".safetensors", ".task", ".tflite")


def routes(room: "FittingRoom", model: Any) -> list[Route]:
    """/health and /metrics. model: the `TryOn`, or an `app.Later` that is still loading it."""

    async def health(_request: Request) -> Response:
        state = "stopping" if room.finishing else getattr(model, "state", "ready")
        hashes = await anyio.to_thread.run_sync(model_hashes)
        return JSONResponse(
            {
                "status": state,
                "version": tryon.__version__,
                "device": device_of(model) if state == "ready" else None,
                "models": hashes,
                "uptime_seconds": round(time.monotonic() - room.metrics.started, 1),
                "waiting": len(room._queue),
                "most_waiting": room._queue.max_size,
            },
            503 if state in ("failed", "stopping") else 200,
            {"Cache-Control": "no-store"},
        )

    async def metrics(_request: Request) -> Response:
        text = await asyncio.to_thread(room.metrics.text, gauges(room))
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/health", health), Route("/metrics", metrics)]


def device_of(model: Any) -> str:
    """ "cpu" or "cuda"."""
    return str(getattr(model, "device", "cpu"))


@cache
def model_hashes() -> dict[str, str]:
    """File name in weights/ -> SHA-256."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(WEIGHTS.glob("*"))
        if path.suffix in MODELS
    }


def gauges(room: "FittingRoom") -> dict[str, float]:
    """What is so at this moment, by the metric's name."""
    values = {
        "tryon_queue_waiting": len(room._queue),
        "tryon_visits_open": len(room.visits),
        "tryon_visit_files": len(room.tray.written),
        "tryon_visit_files_bytes": room.visits.size(),
        "process_start_time_seconds": room.metrics.started_at,
    }
    if (memory := resident_bytes()) is not None:
        values["process_resident_memory_bytes"] = memory
    return values


def resident_bytes() -> int | None:
    """Memory of this process; None where the system does not tell (Linux alone does)."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096 if sys.platform == "linux" else None
    except OSError:
        return None


def event_name(function: Any) -> str:
    """What a request asks for: the endpoint's or the handler's name."""
    name = function.api_name or getattr(function.fn, "__name__", None)
    return str(name or "event")


class Metrics:
    """Counts and times since the start."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.started_at = time.time()
        self._lock = threading.Lock()
        self._running: dict[str, float] = {}  # event -> when it began
        self._counts: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._bars: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(BARS))
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._refused: defaultdict[int, int] = defaultdict(int)

    def event(self, name: str, identifier: str | None) -> "Event":
        """A request begins, or goes on: generators are called once for each answer they give."""
        with self._lock:
            begun = self._running.setdefault(identifier, time.monotonic()) if identifier else None
        return Event(self, name, identifier, begun or time.monotonic())

    def refused(self, status: int) -> None:
        """An HTTP request was turned away with this status before anything looked into it."""
        with self._lock:
            self._refused[status] += 1

    def record(self, event: "Event", outcome: str) -> None:
        """A request has ended, "answered", "refused" or "failed"."""
        seconds = time.monotonic() - event.begun
        with self._lock:
            if event.identifier is not None:
                self._running.pop(event.identifier, None)
            self._counts[event.name, outcome] += 1
            self._seconds[event.name] += seconds
            self._bars[event.name][next(i for i, bar in enumerate(BARS) if seconds <= bar)] += 1
        log.info("request=%s outcome=%s seconds=%.3f", event.name, outcome, seconds)

    def text(self, gauges: dict[str, float]) -> str:
        """Everything in Prometheus' text format."""
        with self._lock:
            lines = ["# TYPE tryon_requests_total counter"]
            lines += [
                f'tryon_requests_total{{request="{name}",outcome="{outcome}"}} {count}'
                for (name, outcome), count in sorted(self._counts.items())
            ]
            lines.append("# TYPE tryon_request_seconds histogram")
            for name, bars in sorted(self._bars.items()):
                total = 0
                for bar, count in zip(BARS, bars, strict=True):
                    total += count
                    limit = "+Inf" if math.isinf(bar) else f"{bar:g}"
                    lines.append(
                        f'tryon_request_seconds_bucket{{request="{name}",le="{limit}"}} {total}'
                    )
                lines.append(
                    f'tryon_request_seconds_sum{{request="{name}"}} {self._seconds[name]:.3f}'
                )
                lines.append(f'tryon_request_seconds_count{{request="{name}"}} {total}')
            lines.append("# TYPE tryon_http_refused_total counter")
            lines += [
                f'tryon_http_refused_total{{status="{status}"}} {count}'
                for status, count in sorted(self._refused.items())
            ]
            lines.append("# TYPE tryon_faults_total counter")
            lines += [
                f'tryon_faults_total{{code="{code}"}} {count}'
                for code, count in sorted(faults.items())
            ]
        for name, value in gauges.items():
            lines += [f"# TYPE {name} gauge", f"{name} {value:.10g}"]
        return "\n".join(lines) + "\n"


class Event:
    """One request on its way."""

    def __init__(self, metrics: Metrics, name: str, identifier: str | None, begun: float) -> None:
        self._metrics = metrics
        self.name = name
        self.identifier = identifier
        self.begun = begun

    def ended(self, outcome: str) -> None:
        self._metrics.record(self, outcome)
