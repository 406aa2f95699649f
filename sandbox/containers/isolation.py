"""How far this machine lets a process be shut in, found by trying."""

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Isolation:
    """The wrapper that gives a process namespaces of its own."""

    unshare: tuple[str, ...]
    """Command prefix; empty where namespaces are forbidden."""
    not_enforced: tuple[str, ...] = ()
    """What a container on AWS is held to and one here is not."""

    @property
    def mounts(self) -> bool:
        """Whether a container sees its own files only."""
        return bool(self.unshare)


_NAMESPACES = ("--mount", "--pid", "--propagation", "private")
_AS_USER = ("--user", "--map-root-user")
_NO_NETWORK_RULES = "network policies (all containers share the loopback interface)"
_NO_LIMITS = "cpu and memory limits"


@functools.cache
def isolation() -> Isolation:
    """The strongest form that works here: as root, in a user namespace, or none."""
    unshare = shutil.which("unshare")
    needed = (unshare, *(shutil.which(tool) for tool in ("mount", "setpriv", "nsenter", "sh")))
    if not all(needed) or unshare is None:
        return _none("util-linux (unshare, mount, setpriv, nsenter) is not installed")
    if os.geteuid() == 0 and _works((unshare, *_NAMESPACES)):
        unmapped = () if maps(10001) else ("the container's user id",)
        return Isolation(
            unshare=(unshare, *_NAMESPACES),
            not_enforced=(*unmapped, _NO_LIMITS, _NO_NETWORK_RULES),
        )
    if _works((unshare, *_AS_USER, *_NAMESPACES)):
        return Isolation(
            unshare=(unshare, *_AS_USER, *_NAMESPACES),
            not_enforced=("the container's user id", _NO_LIMITS, _NO_NETWORK_RULES),
        )
    return _none("the kernel forbids namespaces to this user")


def maps(uid: int) -> bool:
    """Whether this process may become the user: in a user namespace most ids do not exist."""
    lines = Path("/proc/self/uid_map").read_text().splitlines()
    ranges = ((int(first), int(count)) for first, _, count in (line.split() for line in lines))
    return any(first <= uid < first + count for first, count in ranges)


def _none(reason: str) -> Isolation:
    return Isolation(
        unshare=(),
        not_enforced=(
            f"any isolation of files and processes, because {reason}",
            "read-only root",
            "the container's user id",
            _NO_LIMITS,
            _NO_NETWORK_RULES,
        ),
    )


def _works(prefix: tuple[str, ...]) -> bool:
    trial = [*prefix, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0
