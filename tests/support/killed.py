"""A command as a process of its own, killed at a point: `python -m support.killed POINT ARGUMENTS...`."""

from __future__ import annotations

import sys

from pkgplan.cli.entry import main
from support.processes import Points

if __name__ == "__main__":
    with Points(int(sys.argv[1])).watched():
        sys.exit(main(sys.argv[2:]))
