"""`python -m spikingnn` is the command `spikingnn`."""

import sys

from .cli import main


if __name__ == "__main__":
    sys.exit(main())
