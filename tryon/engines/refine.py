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
from tryon.engines.region import NEVER, engine_region, paste
from tryon.person.regions import is_part

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
    if result.pieces:
        return _outfit(engine, result, seed, steps, progress, stop, limit)
    started = time.perf_counter()

    def over() -> bool:
        return stop() or time.perf_counter() - started > limit

    region = engine_region(result.person, result.garment.kind, result.region)
    outcome = _attempt(engine, result, region, seed, steps, progress, over)
    if isinstance(outcome, Note):
        if outcome.code == "engine_full":
            free_unused()  # now that the failed call's tensors are gone with it
        if outcome.code == "engine_stopped" and not stop():
            outcome = Note("engine_late", {"engine": about.title, "seconds": round(limit)})
        return _with(result, outcome)
    taken = time.perf_counter() - started
    log.info("%s in %.2f s", about.name, taken)
    total = result.seconds.get("total", 0.0) + taken
    # What was said of how our own picture was put together is not true of this one.
    remarks = tuple(note for note in result.remarks if note not in result.composite.notes)
    return replace(
        result,
        photo=outcome,
        region=region,
        seconds={**result.seconds, "engine": taken, "total": total},
        remarks=(*remarks, Note("engine_painted", {"engine": about.title})),
        composite=replace(result.composite, photo=outcome, region=region, notes=()),
        engine=about.name,
    )


def _outfit(
    engine: Engine,
    result: Result,
    seed: int,
    steps: int,
    progress: Progress,
    stop: Stop,
    limit: float,
) -> Result:
    """Several garments, innermost first, each painted over what the engine made of the ones before.

    If one of them cannot be painted, all of it stays ours: the layers must fit each other."""
    photo, pieces, taken = result.person.photo, [], 0.0
    region = np.zeros(photo.size, bool)
    for piece in result.pieces:
        wearer = replace(piece, person=replace(piece.person, photo=photo))
        done = refine(
            engine, wearer, seed=seed, steps=steps, progress=progress, stop=stop, limit=limit
        )
        if done.engine == "builtin":
            return _with(result, done.remarks[-1])
        # What was put on first may have been drawn over hair or hands in the parts, not in truth.
        untouched = is_part(result.person.parts, *NEVER)
        pixels = np.where(untouched[..., None], result.person.photo.pixels, done.photo.pixels)
        photo, region = Photo(pixels), (region | done.region) & ~untouched
        taken += done.seconds["engine"]
        pieces.append(done)
    gone = [note for piece in result.pieces for note in piece.composite.notes]
    remarks = tuple(note for note in result.remarks if note not in gone)
    return replace(
        result,
        photo=photo,
        region=region,
        pieces=tuple(pieces),
        seconds={
            **result.seconds,
            "engine": taken,
            "total": result.seconds.get("total", 0.0) + taken,
        },
        remarks=(*remarks, Note("engine_painted", {"engine": engine.about.title})),
        composite=replace(result.composite, photo=photo, region=region, notes=()),
        engine=engine.about.name,
    )


def _attempt(
    engine: Engine,
    result: Result,
    region: Mask,
    seed: int,
    steps: int,
    progress: Progress,
    stop: Stop,
) -> Photo | Note:
    """The finished photo, or why there is none."""
    about, person, kind = engine.about, result.person, result.garment.kind
    try:
        with turnstile(getattr(engine, "device", "cpu")).turn(progress, stop):
            painted = engine(
                person, result.garment, result.prompt, region,
                seed=seed, steps=steps, progress=progress, stop=stop,
            )  # fmt: skip
        if not _flat(painted, region):
            return paste(person, kind, result.region, region, painted)
        log.warning("%s painted nothing", about.name)
    except StoppedError:
        return Note("engine_stopped", {"engine": about.title})
    except TryOnError as error:
        return Note(error.code, error.params)
    except Exception as error:
        if is_out_of_memory(error) or isinstance(error, MemoryError):
            return Note("engine_full", {"engine": about.title})
        log.exception("%s failed", about.name)
    return Note("engine_failed", {"engine": about.title})


def _with(result: Result, note: Note) -> Result:
    """Our own picture, and why it is not the engine's."""
    return replace(result, remarks=(*result.remarks, note))


def _flat(painted: Photo, region: Mask) -> bool:
    """Whether the painted region has one colour alone."""
    inside = painted.pixels[region]
    return bool(inside.size and np.ptp(inside, axis=0).max() <= FLAT)
