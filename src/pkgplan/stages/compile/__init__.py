"""Stage 5: a checked package becomes the exact payload of its create call.

Comes in: a catalog without errors, and the ids that its names stand for. Goes out: `CompiledPackage` values, and what
the references declare as `Prerequisite` values.
Never here: defaults that change money, the order of terms in a file, alias windows inside the payload.

One module for each kind of term; `package.py` puts them together.
"""

from pkgplan.stages.compile.package import compile_packages
from pkgplan.stages.compile.prerequisites import Prerequisite, compile_prerequisites
from pkgplan.stages.compile.references import Ids, UnpinnedReference, embedded_ids, reference_names

__all__ = [
    "Ids",
    "Prerequisite",
    "UnpinnedReference",
    "compile_packages",
    "compile_prerequisites",
    "embedded_ids",
    "reference_names",
]
