"""The embedded engine behind the ports that the command line uses, one class a port.

Comes in: calls of the ports. Goes out: values of the ports, or ApiError's children and nothing else.
Never here: rules of the engine. The real API's adapters answer the same contract tests.
"""

from pkgplan.engine.adapters.contracts import EmbeddedContracts
from pkgplan.engine.adapters.custom_fields import EmbeddedCustomFields
from pkgplan.engine.adapters.customers import EmbeddedCustomers
from pkgplan.engine.adapters.packages import EmbeddedPackages

__all__ = ["EmbeddedContracts", "EmbeddedCustomFields", "EmbeddedCustomers", "EmbeddedPackages"]
