"""Keeps web pages out of the servers on loopback: a browser reaches those too."""

import ipaddress
import re

from sandbox.errors import SandboxError

_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:]+)\]|(?P<name>[^:\[\]]+))(?::\d+)?")


class WebPageError(SandboxError):
    """The request was sent by a web page, or to a name that is not this machine's."""


def refuse_web_pages(*, host: str | None, origin: str | None, fetch_site: str | None) -> None:
    """Raise unless the request came from a program of this machine, or from the address bar.

    The arguments are the headers `Host`, `Origin` and `Sec-Fetch-Site`. A name of the attacker's
    may be made to lead to loopback, so the first must be a loopback address or `localhost`; only
    browsers send the other two.
    """
    if not _is_loopback(host or ""):
        raise WebPageError(
            f"The sandbox does not answer under the name {host!r}.", "Ask 127.0.0.1 or localhost."
        )
    if origin is not None or fetch_site not in (None, "none", "same-origin"):
        raise WebPageError(
            "The sandbox does not answer web pages.", "Ask with a program: an SDK, curl, a test."
        )


def _is_loopback(host: str) -> bool:
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return False
    name = (found["v6"] or found["name"]).rstrip(".")
    # A bucket may stand before it; no name server is asked for any of these.
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
