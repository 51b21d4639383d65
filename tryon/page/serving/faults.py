"""What to tell a visitor about any error, and what of it may be logged.

Notable here: the message of an exception may hold a visitor's words or a path, so neither the
visitor nor the log ever gets it; the log gets the kind of fault and where in the code it happened.
"""

import errno
import logging
import traceback
from collections import Counter
from pathlib import Path

from pydantic import ValidationError

from tryon.core.errors import Note, TryOnError
from tryon.page.serving.gradio_internals import ComponentProcessingError, InvalidPathError

log = logging.getLogger(__name__)

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
# Codes of faults that are ours, not the visitor's.
OURS = frozenset({"internal", "no_room", "out_of_memory", "weights_missing", "weights_damaged"})

faults: Counter[str] = Counter()  # code -> how many since the start, for /metrics


def note_for(error: BaseException) -> Note:
    """The sentence for an error. What we did not foresee goes to the log."""
    if isinstance(error, TryOnError):
        note = Note(error.code, error.params)
    elif isinstance(error, InvalidPathError | ComponentProcessingError | ValidationError):
        note = Note("bad_request")
    else:
        log_fault(error)
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            note = Note("no_room")
        elif isinstance(error, MemoryError):
            note = Note("out_of_memory")
        else:
            note = Note("internal")
    if note.code in OURS:
        faults[note.code] += 1
    return note


def friendly(error: BaseException, language: str) -> str:
    """What to tell a visitor about any error, in "en" or "zh"."""
    return note_for(error).text(language)


def log_fault(error: BaseException) -> None:
    """Log where a fault happened, but not its message."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    log.error("fault=%s at=%s", type(error).__name__, where)
