"""The page as a server: `gr.Blocks` with its look, limits, privacy and errors, however launched.

Notable here:
- every request of the page and of the API passes through `FittingRoom.process_api`: there its
  files get their owner, its time is taken, and whatever goes wrong becomes a sentence.
- while the server runs, what is due is deleted every few seconds (`privacy.py`), and memory
  that is free goes back to the system: without that 40 try-ons leave more than a gigabyte behind.
- `guard.py` and `health.py` say in a Protocol each what they ask of this class, and know no more.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import gradio as gr
from starlette.middleware import Middleware
from starlette.routing import Route

from tryon.page.look.language import LanguageFirst, language_of
from tryon.page.serving import gradio_internals, machine
from tryon.page.serving.faults import OURS, log_fault, note_for
from tryon.page.serving.files import Tray
from tryon.page.serving.guard import Guard
from tryon.page.serving.metrics import Metrics
from tryon.page.serving.privacy import Retention, Visits

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction

SECOND_BROOM_SECONDS = 60  # between two rounds of Gradio's own cleaning
FETCH_SECONDS = 0.5  # for the last answers to be sent when the server stops


class FittingRoom(gr.Blocks):
    """`gr.Blocks` that carries its look, texts and limits, however it is launched.

    defaults: for `launch`. folder: where files lie, if it is ours alone.
    """

    def __init__(
        self,
        *,
        defaults: dict[str, Any],
        retention: Retention,
        folder: Path | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            analytics_enabled=False,
            # A second broom beside our own; it also sweeps when the server is closed.
            delete_cache=(SECOND_BROOM_SECONDS, round(retention.longest)),
            **options,
        )
        # Addresses of what is sent are made from the content and this; nobody can compute one.
        gradio_internals.set_hash_seed(secrets.token_bytes(32))
        self.tray = Tray()
        # What visitors send is deleted with what we write.
        gradio_internals.share_files(self, self.tray.written)
        self.visits = Visits(retention, self.tray.written, self.forget, folder)
        self.tray.visits = self.visits
        self.metrics = Metrics()
        self._add_gauges()
        self.threads = machine.Threads()
        self.finishing = False
        self._worked = False  # since memory was last given back
        self.defaults = defaults | {
            "app_kwargs": {
                "routes": [],
                "lifespan": self._lifespan,
                "middleware": [Middleware(Guard, room=self), Middleware(LanguageFirst)],
            }
        }

    @property
    def waiting(self) -> int:
        """Requests in the queue."""
        return gradio_internals.waiting(self)

    @property
    def most_waiting(self) -> int | None:
        """Requests that may be in the queue; None without a limit."""
        return gradio_internals.most_waiting(self)

    def add_routes(self, *routes: Route) -> None:
        """Addresses of our own beside Gradio's."""
        self.defaults["app_kwargs"]["routes"] += routes

    def launch(self, *arguments: Any, **options: Any) -> Any:
        """Gradio's `launch`, with the page's own defaults for what is not given."""
        return super().launch(*arguments, **(self.defaults | options))

    async def process_api(
        self, block_fn: "BlockFunction | int", inputs: list[Any], *rest: Any, **options: Any
    ) -> dict[str, Any]:
        """Gradio's `process_api`; of its errors only sentences get out.

        Raises gr.Error.
        """
        request, visit = options.get("request"), options.get("session_hash")
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        name = gradio_internals.event_name(function)
        event = self.metrics.event(name, options.get("event_id"))
        self._worked = True
        self.threads.fit()
        try:
            with self.visits.during(visit, inputs):
                answer = await super().process_api(block_fn, inputs, *rest, **options)
        except gr.Error as error:
            event.ended("failed" if getattr(error, "code", "") in OURS else "refused")
            error.print_exception = False  # its message may quote the visitor
            raise
        except Exception as error:
            note = note_for(error)
            event.ended("failed" if note.code in OURS else "refused")
            language = language_of(request if isinstance(request, gr.Request) else None)
            raise gr.Error(f"{note.text(language)} ({note.code})", print_exception=False) from None
        if not answer.get("is_generating"):
            event.ended("answered")
        return answer

    def forget(self, visit: str) -> None:
        """Drop what is remembered of a visit: the analysed photo, words, answers not fetched."""
        gradio_internals.forget(self, visit)

    def finish(self, seconds: float) -> None:
        """Let in nobody new, and wait until those who are being served have their answers."""
        self.finishing = True
        end = time.monotonic() + seconds
        while time.monotonic() < end and (self.waiting or gradio_internals.served_now(self)):
            time.sleep(0.05)
        time.sleep(FETCH_SECONDS)

    def _add_gauges(self) -> None:
        """What is so at this moment, for /metrics."""
        gauge = self.metrics.gauge
        gauge("tryon_queue_waiting", "Requests that wait for their turn.", lambda: self.waiting)
        gauge("tryon_visits_open", "Visits with a page open.", lambda: len(self.visits))
        gauge("tryon_visit_files", "Files of visitors on disk.", lambda: len(self.tray.written))
        gauge("tryon_visit_files_bytes", "Bytes of these files.", self.visits.size)

    @asynccontextmanager
    async def _lifespan(self, _app: Any) -> AsyncIterator[None]:
        sweeping = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            sweeping.cancel()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self.visits.retention.look_every)
            try:
                await anyio.to_thread.run_sync(self.visits.sweep)
                if self._worked:
                    self._worked = False
                    await anyio.to_thread.run_sync(machine.give_back)
            except Exception as error:  # the next round tries again
                log_fault(error)
