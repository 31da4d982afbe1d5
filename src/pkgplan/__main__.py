"""The program: what the console script calls, and what `python -m pkgplan` runs.

Comes in: the arguments and signals of a process. Goes out: its exit code. Never here: anything but the order of these
few lines: the sooner the first of them runs, the less of Python's own answer to Ctrl-C can be seen.
"""

import sys

try:
    from pkgplan.cli import interrupts
except KeyboardInterrupt:
    sys.stderr.write("error: interrupted\n")
    sys.exit(130)


def run() -> int:
    """Run the command of this process; gives its exit code."""
    interrupts.begin()
    from pkgplan.cli.entry import main

    code = main()
    interrupts.end()
    return code


if __name__ == "__main__":
    sys.exit(run())
