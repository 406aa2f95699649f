"""What the supervisor keeps alive: a process, what it waits for, how it shows that it serves."""

import contextlib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


def always() -> bool:
    """Take a part as ready as soon as it runs."""
    return True


@dataclass(frozen=True, kw_only=True)
class Part:
    """One supervised process; it must stay in the foreground and must not daemonise children."""

    name: str
    """Unique in the sandbox; names the log `logs/<name>.log`."""
    argv: tuple[str, ...]
    """Command; the first word is looked up on the PATH of the sandbox."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the sandbox's own environment."""
    ready: Callable[[], bool] = always
    """Asked in a thread, again and again, until it is true; an exception counts as not yet."""
    depends_on: tuple[str, ...] = ()
    """Parts that must have been ready before this one is started for the first time."""
    ports: tuple[int, ...] = ()
    """Loopback ports it will listen on; found busy before the start, the error names them."""
    directory: Path | None = None
    """Working directory; the sandbox's root by default."""
    ready_seconds: float = 90.0
    """How long the first start may take before `up` gives up and shows the log."""
    stop_seconds: float = 8.0
    """How long it may take to obey SIGTERM before it is killed."""
    forgets: bool = False
    """True if its state is lost when it restarts: the sandbox then gets a new boot id."""


def listens(port: int, host: str = "127.0.0.1") -> Callable[[], bool]:
    """Ready when something accepts connections on the port."""

    def check() -> bool:
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return True
        return False

    return check


def answers(url: str, *, status_below: int = 400) -> Callable[[], bool]:
    """Ready when the address answers; TLS certificates are not checked, the port is our own."""

    # Made once and without the system's certificates: loading them at every question would
    # cost the supervisor more than all its other work.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )

    def check() -> bool:
        try:
            with opener.open(url, timeout=2) as response:
                return int(response.status) < status_below
        except urllib.error.HTTPError as error:
            with error:
                return error.code < status_below
        except OSError:
            return False

    return check
