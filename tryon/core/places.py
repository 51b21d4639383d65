"""Where the files that come with the program lie: weights and assets, in a checkout or installed.

Notable here:
- in a checkout both folders stand beside the package; in an installed wheel they lie inside it
  (`pyproject.toml` maps them there), so nothing is kept twice.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent  # of a checkout; means nothing when installed


def shipped(folder: str) -> Path:
    """The folder "assets" or "weights". It is not looked into: whoever reads a file of it says when
    that is missing."""
    installed = PACKAGE / folder
    return installed if installed.is_dir() else CHECKOUT / folder


ASSETS = shipped("assets")
WEIGHTS = shipped("weights")
PROMPTS = CHECKOUT / "tests" / "data"  # hand-written sentences; in a checkout alone
