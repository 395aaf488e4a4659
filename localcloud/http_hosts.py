"""Who may ask: programs, and pages that this machine serves; not a web page from elsewhere.

A browser lets any page send requests to localhost, and a page whose own name is made to lead to
127.0.0.1 (DNS rebinding) reads the answers too. The local cloud runs what it is sent, so both are
refused: by the `Host` header, which then carries the page's name, and by what a browser says of a
page's origin (`Origin`; `Sec-Fetch-Site` where a request has none). SDKs, the CDK and git send the
host of the endpoint, or a bucket below it (`bucket.localhost`), and neither of the others. A number is
no name that anybody could rebind: every IP address is let in.
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

# How a container calls the machine it runs on (Docker Desktop, Podman); `.internal` is no public domain.
CONTAINER_NAMES = ("host.docker.internal", "host.containers.internal")


class Hosts:
    """The names under which this cloud may be asked."""

    def __init__(self, host: str) -> None:
        self.is_loopback = is_loopback(host)
        names = {"localhost", host.lower()}
        if not self.is_loopback:
            names |= {socket.gethostname().lower(), *CONTAINER_NAMES}
        self._names = frozenset(names)

    def objection(self, environ: dict[str, Any]) -> str | None:
        """Why a request is refused; None if it is not."""
        host = environ.get("HTTP_HOST")
        if host is not None and not self._is_ours(_name_of(f"//{host}")):
            return f"the Host header {str(host)[:200]!r} is not a name of the local cloud"
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and not self._is_ours(_name_of(str(origin))):
            return f"a web page of {str(origin)[:200]!r} may not use the local cloud"
        followed_link = (
            environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
            and environ.get("REQUEST_METHOD") == "GET"
        )
        if environ.get("HTTP_SEC_FETCH_SITE") == "cross-site" and origin is None:
            return None if followed_link else "another site's web page may not use the local cloud"
        return None

    def _is_ours(self, name: str | None) -> bool:
        if not name:
            return False
        if _address(name) is not None:
            return True
        return any(name == own or name.endswith(f".{own}") for own in self._names)


def is_loopback(host: str) -> bool:
    """Whether an address to listen at can be reached from this machine only."""
    address = _address(host.strip("[]"))
    return address.is_loopback if address else host.lower() == "localhost"


def is_everywhere(host: str) -> bool:
    """Whether an address to listen at stands for all addresses of this machine."""
    address = _address(host.strip("[]"))
    return address is not None and address.is_unspecified


def _name_of(url: str) -> str | None:
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return name.rstrip(".").lower() if name else None


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
