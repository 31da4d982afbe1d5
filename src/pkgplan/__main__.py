"""`python -m pkgplan`: the same as the console script."""

import sys

from pkgplan.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
