"""Our own Result + an engine -> the engine's picture under the same promises, or ours and why.

Notable here:
- whatever an engine does, a picture comes back: a fault, a stop or the end of the time leaves our
  own picture and adds one sentence that says so.
- outside the region every pixel is the photo's own, face, hair and hands included; that is done
  here, once, for all engines.
"""

import logging
import time
from dataclasses import replace

import numpy as np

from tryon.core.arrays import Mask
from tryon.core.errors import Note, TryOnError
from tryon.core.types import Photo, Result
from tryon.engines.card import free_unused, is_out_of_memory, turnstile
from tryon.engines.engine import Engine, Progress, Stop, StoppedError, ignore, never
from tryon.engines.region import engine_region, paste

log = logging.getLogger(__name__)

LIMIT = 180.0  # seconds that waiting, loading and painting may take together
FLAT = 2  # 8-bit levels: a region that varies no more is no picture (what NaN turns into)


def refine(
    engine: Engine,
    result: Result,
    *,
    seed: int = 0,
    steps: int | None = None,
    progress: Progress = ignore,
    stop: Stop = never,
    limit: float = LIMIT,
) -> Result:
    """The same try-on, painted by an engine. result: of our own way, on which this builds.

    seed: another one gives another picture. steps: None = as many as the engine takes by itself.
    stop: asked all the while, from the thread that called. limit: seconds.
    Raises TryOnError("bad_argument") for steps that are no whole number above 0; nothing else.
    """
    about = engine.about
    steps = about.steps if steps is None else steps
    if not isinstance(steps, int) or steps < 1:
        raise TryOnError("bad_argument", what=f"Steps must be 1 or more, not {steps}.")
    if about.name == "builtin":
        return result
    if (reason := engine.ready()) is not None:
        return _with(result, reason)
    started = time.perf_counter()

    def over() -> bool:
        return stop() or time.perf_counter() - started > limit

    region = engine_region(result.person, result.garment.kind, result.region)
    device = getattr(engine, "device", "cpu")
    failed = Note("engine_failed", {"engine": about.title})
    try:
        with turnstile(device).turn(progress, over):
            painted = engine(
                result.person, result.garment, result.prompt, region,
                seed=seed, steps=steps, progress=progress, stop=over,
            )  # fmt: skip
        if _flat(painted, region):
            log.warning("%s painted nothing", about.name)
            return _with(result, failed)
        own, kind = result.region, result.garment.kind
        photo = paste(result.person, kind, own, region, painted)
    except StoppedError:
        if stop():
            return _with(result, Note("engine_stopped", {"engine": about.title}))
        about_time = {"engine": about.title, "seconds": round(limit)}
        return _with(result, Note("engine_late", about_time))
    except TryOnError as error:
        return _with(result, Note(error.code, error.params))
    except Exception as error:
        if is_out_of_memory(error) or isinstance(error, MemoryError):
            free_unused()
            return _with(result, Note("engine_full", {"engine": about.title}))
        log.exception("%s failed", about.name)
        return _with(result, failed)
    taken = time.perf_counter() - started
    log.info("%s in %.2f s", about.name, taken)
    total = result.seconds.get("total", 0.0) + taken
    return replace(
        result,
        photo=photo,
        region=region,
        seconds={**result.seconds, "engine": taken, "total": total},
        remarks=(*result.remarks, Note("engine_painted", {"engine": about.title})),
        composite=replace(result.composite, photo=photo, region=region),
        engine=about.name,
    )


def _with(result: Result, note: Note) -> Result:
    """Our own picture, and why it is not the engine's."""
    return replace(result, remarks=(*result.remarks, note))


def _flat(painted: Photo, region: Mask) -> bool:
    """Whether the painted region has one colour alone."""
    inside = painted.pixels[region]
    return bool(inside.size and np.ptp(inside, axis=0).max() <= FLAT)
