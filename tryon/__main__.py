"""`python -m tryon`: the same as the command `tryon`; see `tryon.cli`."""

import sys

from tryon.cli import main

if __name__ == "__main__":
    sys.exit(main())
