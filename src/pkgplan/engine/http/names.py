"""For whom a request is: only what names this server, and comes from no page of another site, is let through.

Comes in: requests. Goes out: the same, or a 421 (another name) or 403 (another site). Never here: tokens.
Whoever opens a page of a stranger runs the stranger's code on this machine. It may send requests to this server, and
once the stranger's name is made to stand for this address (DNS rebinding), read the answers, too. A browser tells on
both: `Host` is the name that it used, `Origin` the site of the page. Starlette's TrustedHostMiddleware looks at the
first alone, and does not know at which address a connection arrived.
Source: RFC 9110 sections 7.2 and 15.5.20, RFC 6454 section 7; RFC 9112 section 3.2.2 for a target with a name in it.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers

from pkgplan.engine.http.answers import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

# An address of IPv6 stands in brackets, where a colon would begin the port.
_AUTHORITY: Final = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]@:/?#\\\s]+))(?::\d*)?")
_WITH_SCHEME: Final = re.compile(r"https?://(?P<authority>[^/?#]*)(?P<path>.*)", re.IGNORECASE | re.DOTALL)
_NAME: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", re.ASCII)
_ITSELF: Final = ("localhost", "127.0.0.1", "::1")


def host_name(text: str) -> str | None:
    """A name or an address in its one spelling; None for what is neither, or has a port or a scheme."""
    plain = _plain(text[1:-1] if text.startswith("[") and text.endswith("]") else text)
    try:
        return str(ip_address(plain))
    except ValueError:
        pass
    try:
        name = plain.encode("idna").decode()
    except UnicodeError:
        return None
    return name if _NAME.fullmatch(name) else None


class Named:
    """Lets requests through that name this server.

    It is called localhost, what the connection arrived at, and what it is told here; a port may be another one, since
    ports are forwarded.

    Args:
        app: what is behind.
        names: other names, each from `host_name`.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = frozenset((*_ITSELF, *names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refusal(scope)
        await (self._app if refused is None else refused)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        arrived_at, _ = scope["server"]
        ours = self._names | {_plain(arrived_at)}
        for authority in _called(scope, headers):
            host = _host(authority)
            if host not in ours:
                return refusal(421, f'this server is not called "{authority}"{_allowing(host)}')
        for origin in headers.getlist("origin"):
            found = _WITH_SCHEME.fullmatch(origin)
            host = None if found is None or found["path"] else _host(found["authority"])
            if host not in ours:
                return refusal(403, f'a page of "{origin}" may not use this server{_allowing(host)}')
        return None


def _called(scope: Scope, headers: Headers) -> Iterator[str]:
    """What the request calls the server: always by one header at least, an empty one if there is none."""
    yield from headers.getlist("host") or [""]
    target = _WITH_SCHEME.fullmatch(scope["raw_path"].decode("latin-1"))
    if target is not None:
        yield target["authority"]


def _allowing(host: str | None) -> str:
    """What to do about a refusal, if there is anything."""
    name = None if host is None else host_name(host)
    return "" if name is None else f"; if that is meant, start it with --allow-host {name}"


def _host(authority: str) -> str | None:
    found = _AUTHORITY.fullmatch(authority)
    return None if found is None else _plain(found["name"] or found["address"])


def _plain(host: str) -> str:
    """In lower case, without the dot of a full name; an address as its shortest, without a zone, IPv4 as IPv4."""
    name = host.lower().removesuffix(".")
    try:
        address = ip_address(name)
    except ValueError:
        return name
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address)))
    return str(address)
