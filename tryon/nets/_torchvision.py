"""Makes `import torchvision` work beside a CPU build of torch.

Notable here:
- torchvision from PyPI is built for CUDA; beside a CPU torch its operators cannot be loaded, and
  the import then fails with "operator torchvision::nms does not exist", because two operators are
  described (for tracing) without having been declared.
- declaring the two is enough for the import: transforms and models work, the two operators raise
  when they are called, as they should.
- where the operators load, nothing is done.
"""

import importlib.util
import logging
from pathlib import Path

import torch

logger = logging.getLogger(__name__)

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: list[torch.library.Library] = []  # a Library takes its operators along when it goes


def make_importable() -> bool:
    """Declare torchvision's operators if its own cannot be loaded; call before importing it.

    True if torchvision can be imported afterwards, False if it is not installed.
    """
    found = importlib.util.find_spec("torchvision")
    if found is None or found.origin is None:
        return False
    if _declared or _operators_load(Path(found.origin).parent):
        return True
    library = torch.library.Library("torchvision", "DEF")
    for schema in SCHEMAS:
        library.define(schema)
    _declared.append(library)
    logger.info("torchvision's operators do not fit this torch: declared without them")
    return True


def _operators_load(package: Path) -> bool:
    """True if the compiled operators exist and fit; loading them twice does no harm."""
    libraries = [*package.glob("_C*.so"), *package.glob("_C*.pyd"), *package.glob("_C*.dylib")]
    for library in libraries:
        try:
            torch.ops.load_library(library)
        except (ImportError, OSError, RuntimeError):
            continue
        return True
    return False
