"""Ports and loopback addresses for one sandbox that no other sandbox on the machine uses."""

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError

# Below the kernel's ephemeral ports and Kubernetes' node ports: nothing else takes them by chance.
FIRST_PORT, PORTS_PER_SLOT = 20000, 200
FIRST_OCTET, OCTETS_PER_SLOT = 10, 8
SLOTS = 30

SHARED_PORTS = ("aws", "aws_provider", "kubernetes_provider", "registry", "identity")
ENVIRONMENT_PORTS = (
    "etcd",
    "etcd_peer",
    "apiserver",
    "controllers",
    "scheduler",
    "kubelet",
    "identity",
)


@dataclass(frozen=True, kw_only=True)
class Allotment:
    """What one sandbox may bind."""

    slot: int
    ports: dict[str, int]
    """By role: `aws`, `dev.etcd`, …"""
    octets: dict[str, int]
    """Second octet of a 127.x.0.0/16 range, by role: `dev.pods`, `dev.services`."""


def allot(root: Path, environments: Sequence[str]) -> Allotment:
    """Claim a free slot for `root`; the same root gets the slot it had before."""
    if len(environments) * 2 > OCTETS_PER_SLOT:
        raise SandboxError(
            f"{len(environments)} environments asked for, at most {OCTETS_PER_SLOT // 2} fit.",
            "Name fewer environments.",
        )
    with _claims() as claims:
        for slot in _preferred(claims, root):
            allotment = _plan(slot, environments)
            if all(is_free(port) for port in allotment.ports.values()):
                claims[slot] = root
                return allotment
    raise SandboxError(
        f"All {SLOTS} port ranges between {FIRST_PORT} and "
        f"{FIRST_PORT + SLOTS * PORTS_PER_SLOT} are taken by other sandboxes or programs.",
        "Stop a sandbox that is no longer needed: run `modelyard sandbox down` in its checkout.",
    )


def is_free(port: int) -> bool:
    """Whether the loopback port can be bound now."""
    with socket.socket() as probe:
        # As servers do: connections of an earlier run still in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def cache_directory() -> Path:
    """The user's cache, where sandboxes of different checkouts meet."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "modelyard"


def _plan(slot: int, environments: Sequence[str]) -> Allotment:
    roles = [
        *SHARED_PORTS,
        *(f"{env}.{role}" for env in environments for role in ENVIRONMENT_PORTS),
    ]
    ranges = [f"{env}.{role}" for env in environments for role in ("pods", "services")]
    first_port = FIRST_PORT + slot * PORTS_PER_SLOT
    first_octet = FIRST_OCTET + slot * OCTETS_PER_SLOT
    return Allotment(
        slot=slot,
        ports={role: first_port + index for index, role in enumerate(roles)},
        octets={role: first_octet + index for index, role in enumerate(ranges)},
    )


def _preferred(claims: dict[int, Path], root: Path) -> Iterator[int]:
    yield from (slot for slot, owner in claims.items() if owner == root)
    yield from (slot for slot in range(SLOTS) if slot not in claims)


@contextlib.contextmanager
def _claims() -> Iterator[dict[int, Path]]:
    """Who holds which slot; a claim ends when the sandbox's folder is gone."""
    register = cache_directory() / "slots.json"
    register.parent.mkdir(parents=True, exist_ok=True)
    with register.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        recorded = json.loads(register.read_text()) if register.exists() else {}
        claims = {int(slot): Path(root) for slot, root in recorded.items() if Path(root).exists()}
        yield claims
        register.write_text(json.dumps({slot: str(root) for slot, root in claims.items()}))
