"""Faults of the world, as exceptions; each class owns the exit code that it ends the command with.

Comes in: a sentence about what went wrong and, where there is one, what to do about it.
Goes out: nothing; only `cli/entry.py` turns these into a line on stderr and an exit code.
Never here: faults of the catalog. Those are diagnostics (`model/diagnostics.py`), returned as values.

    PkgplanError              3   a bug of ours that was found by ourselves
      UsageFault            2   the command line asks for something that cannot be
        NoCatalog               the catalog folder is not there
      EnvironmentFault      4   files, disk, credentials, network
        StateCorrupt            the state log cannot be trusted
        ApiError                the environment refused or did not answer a call
          ApiConflict             409: the uniqueness key was used before
          ApiRejected             400, 404, 422: the call was refused and nothing was done
          ApiUnavailable          no answer, or 5xx: the call may or may not have been done
      Stale                 5   the plan no longer fits, or somebody else wrote the state log
        StalePlan
        StateMoved
        Drifted                 the environment is not as the record says
      ApplyStopped          6   an apply ended part-way; running it again is safe
"""


class PkgplanError(Exception):
    """A fault with a one-line message, an optional hint, and an exit code."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageFault(PkgplanError):
    """The command line is at odds with itself or with the catalog."""

    exit_code = 2


class NoCatalog(UsageFault):
    """There is nothing where the catalog should be."""

    def __init__(self, message: str, *, folder: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.folder = folder


class EnvironmentFault(PkgplanError):
    """The world outside the catalog is in the way."""

    exit_code = 4


class StateCorrupt(EnvironmentFault):
    """The state log is unreadable, edited, or belongs to another environment."""


class ApiError(EnvironmentFault):
    """A call to the environment failed."""

    def __init__(self, message: str, *, status: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class ApiConflict(ApiError):
    """The uniqueness key was used before; look the package up instead of calling again."""


class ApiRejected(ApiError):
    """The environment refused the call and did nothing."""


class ApiUnavailable(ApiError):
    """No trustworthy answer: the call may have been done."""


class Stale(PkgplanError):
    """What was planned on is no longer what is there."""

    exit_code = 5


class StalePlan(Stale):
    """The plan belongs to another state, catalog, environment or hour."""


class StateMoved(Stale):
    """Another writer appended to the state log first."""


class Drifted(Stale):
    """The environment is not as the record says, and nobody has said that this is to be recorded."""


class ApplyStopped(PkgplanError):
    """An apply ended part-way; what was done is recorded and running it again is safe."""

    exit_code = 6
