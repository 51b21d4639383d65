"""The page, opened: `python app.py`; and `build_demo`, for a `TryOn` of your own."""

import sys

from tryon.page.demo import build_demo
from tryon.page.serve import main

__all__ = ["build_demo", "main"]

if __name__ == "__main__":
    sys.exit(main())
