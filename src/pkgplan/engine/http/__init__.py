"""The facade: the engine as an HTTP server that the official SDK can talk to.

Comes in: an engine and how it is to be served. Goes out: a running server.
Never here: what an endpoint does. Routes, checks and the published description are all made from the table of
operations, so that an endpoint is added in one place. Needs the extra `serve` (starlette, uvicorn); nothing outside
this package imports it before somebody serves.
Source: vendor reference "Authentication", "Status codes", "Idempotency", "Rate limits"; SDK 4.12 for what it retries.
"""

from pkgplan.engine.http.app import facade
from pkgplan.engine.http.door import Limits
from pkgplan.engine.http.faults import parse_fault
from pkgplan.engine.http.names import host_name
from pkgplan.engine.http.server import Server, listening, url_of
from pkgplan.engine.http.settings import Settings

__all__ = ["Limits", "Server", "Settings", "facade", "host_name", "listening", "parse_fault", "url_of"]
