"""How the server is: `/health` for a load balancer, `/metrics` for Prometheus.

Notable here: digests of the model files are taken when first asked for and kept.
"""

import asyncio
import hashlib
import time
from functools import cache
from typing import Protocol

import anyio
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import tryon
from tryon.core.places import WEIGHTS
from tryon.page.serving.metrics import Metrics

# Not from `tryon.core.weights`, which loads torch.
MODELS = (".safetensors", ".task", ".tflite")


class Watched(Protocol):
    """What is asked of the page here. waiting, most_waiting: requests in the queue."""

    metrics: Metrics
    finishing: bool

    @property
    def waiting(self) -> int: ...

    @property
    def most_waiting(self) -> int | None: ...


def routes(room: Watched, model: object) -> list[Route]:
    """/health and /metrics. model: the `TryOn`, or a `serve.Later` that is still loading it."""

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
                "waiting": room.waiting,
                "most_waiting": room.most_waiting,
            },
            503 if state in ("failed", "stopping") else 200,
            {"Cache-Control": "no-store"},
        )

    async def metrics(_request: Request) -> Response:
        text = await asyncio.to_thread(room.metrics.text)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return [Route("/health", health), Route("/metrics", metrics)]


def device_of(model: object) -> str:
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
