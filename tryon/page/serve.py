"""The page opened: served at once, while the models load behind it, until Ctrl-C or SIGTERM.

Notable here:
- nothing is loaded on import. `main` opens the page first and loads the models while the visitor
  looks at it; whoever is faster than that waits a moment (`Later`).
- `python app.py` and `tryon page` are this `main`.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, cast

from tryon.core.errors import TryOnError
from tryon.core.types import Garment, Person, Prompt, Result
from tryon.engines import registry
from tryon.engines.builtin import Previews
from tryon.engines.engine import BUILTIN, About
from tryon.engines.store import NAMES as WEIGHTS_OF
from tryon.page.demo import build_demo
from tryon.page.look import stock
from tryon.page.serving import machine
from tryon.page.serving.privacy import own_folder
from tryon.page.serving.server import FittingRoom
from tryon.page.serving.zero import join_zero_gpu, lent_engine, on_zero_gpu
from tryon.page.tryon_like import TryOnLike

if TYPE_CHECKING:
    from tryon.garment.gallery import Gallery

log = logging.getLogger("tryon.page")

ENGINE = "TRYON_ENGINE"  # environment variable: builtin, fashn, klein or auto
FINISH_SECONDS = 8  # for what is being worked on when the page is to stop


def main() -> int:
    """Open the page while the models load. The exit status: 0, or 2 if they cannot be loaded."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # Gradio's calls to itself
    # Ended like this by a container, the page answers who is being served and deletes all files.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    join_zero_gpu()
    machine.share_cores()
    machine.share_heaps()
    tryon = Later(load, warm_up)
    try:
        engine = chosen_engine()
    except TryOnError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    tryon.start()
    from tryon.garment.gallery import Gallery

    try:
        with own_folder() as folder:
            demo = build_demo(tryon, Gallery.load(), engine=engine, folder=folder)
            return keep_open(demo, tryon)
    except TryOnError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def keep_open(demo: FittingRoom, tryon: "Later") -> int:
    """Until Ctrl-C or SIGTERM. Raises TryOnError if the models cannot be loaded."""
    end = 0.0
    try:
        demo.launch(prevent_thread_lock=True, quiet=True)
        log.info("page open at %s", demo.local_url)
        tryon.wait()
        log.info("models loaded")
        Event().wait()
    except KeyboardInterrupt:
        log.info("stopping")
        end = time.monotonic() + FINISH_SECONDS
        demo.finish(FINISH_SECONDS)
    finally:
        demo.close(verbose=False)
        demo.visits.clear()
    tryon.settle(max(0.0, end - time.monotonic()))
    return 0


class Later:
    """A `TryOn` that is still being loaded. Whoever uses it waits until it is there.

    warm_up: called with it afterwards, unless somebody is using it by then: their own try-on
        warms it up, and they need not wait for another one.
    """

    def __init__(
        self,
        load: Callable[[], TryOnLike],
        warm_up: Callable[[TryOnLike], None] = lambda tryon: None,
    ) -> None:
        self._load = load
        self._warm_up = warm_up
        self._loaded: TryOnLike | None = None
        self._error: Exception | None = None
        self._there = Event()
        self._asked = False
        self._thread = Thread(target=self._run, name="load models", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def state(self) -> str:
        """ "loading", "ready" or "failed"."""
        if self._error is not None:
            return "failed"
        return "loading" if self._loaded is None else "ready"

    def wait(self) -> TryOnLike:
        """The loaded `TryOn`. Raises what loading raised."""
        self._there.wait()
        if self._loaded is None:
            raise self._error or RuntimeError("the models were loaded, but are not there")
        return self._loaded

    def settle(self, seconds: float) -> None:
        """Let loading and warming up come to their end: Python would crash if it ended meanwhile,
        because a thread that is inside torch cannot be stopped."""
        self._thread.join(seconds)

    # --- a `TryOnLike` -------------------------------------------------------------------------

    @property
    def gallery(self) -> "Gallery":
        return self._wanted().gallery

    @property
    def device(self) -> str:
        """ "cpu" or "cuda"; a `TryOn` that does not say is on the processor."""
        return str(getattr(self.wait(), "device", "cpu"))

    def __call__(self, *arguments: Any, **options: Any) -> Result:
        return self._wanted()(*arguments, **options)

    def outfit(self, *arguments: Any, **options: Any) -> Result:
        return self._wanted().outfit(*arguments, **options)

    def refine(self, *arguments: Any, **options: Any) -> Result:
        """As `TryOn.refine`, of one that was loaded with an engine."""
        refined: Result = getattr(self._wanted(), "refine")(*arguments, **options)  # noqa: B009
        return refined

    def analyse(self, *arguments: Any) -> Person:
        return self._wanted().analyse(*arguments)

    def describe(self, *arguments: Any) -> Garment:
        return self._wanted().describe(*arguments)

    def understand(self, text: str) -> Prompt:
        return self._wanted().understand(text)

    def _wanted(self) -> TryOnLike:
        """The loaded `TryOn`, for somebody who uses it now."""
        self._asked = True
        return self.wait()

    def _run(self) -> None:
        try:
            self._loaded = self._load()
        except Exception as error:
            self._error = error
        self._there.set()
        if self._loaded is not None and not self._asked:
            self._warm_up(self._loaded)


def chosen_engine() -> About:
    """Who paints, as whoever runs the page says by the environment: TRYON_ENGINE. A visitor can
    switch it off, but never choose another or fetch its weights.

    Raises TryOnError("bad_argument") for another name.
    """
    return registry.about(os.environ.get(ENGINE, BUILTIN.name), "cpu" if on_zero_gpu() else None)


def load() -> TryOnLike:
    """Load the models, for the best device that is there all the time."""
    from tryon.fallback import load as load_tryon

    name = chosen_engine().name
    if registry.may_fetch() and name in WEIGHTS_OF:
        Thread(target=fetch_weights, args=(name,), name="fetch weights", daemon=True).start()
    if not on_zero_gpu():
        return load_tryon(None, name)
    tryon = load_tryon("cpu")
    if (engine := lent_engine(name)) is not None:
        cast(Any, tryon).engine = engine
    return tryon


def fetch_weights(name: str) -> None:
    """Fetch an engine's weights while the page serves our own pictures."""
    from tryon.engines.fetch import fetch

    try:
        fetch(name)
        log.info("weights of %s are there", name)
    except TryOnError as error:
        log.warning("weights of %s: %s", name, error)


def warm_up(tryon: TryOnLike) -> None:
    """Try something on, so that the first visitor does not wait for what only happens once."""
    people, garments = stock.sample_people(), tryon.gallery.items
    if hasattr(tryon, "refine"):  # an engine is loaded by who first wants it
        tryon = Previews(tryon)
    if people and garments:
        try:
            tryon(str(people[0].path), tryon.gallery.garment(garments[0]))
        except TryOnError as error:
            log.warning("the warm-up try-on failed: %s", error)


if __name__ == "__main__":
    sys.exit(main())
