"""Ports and loopback addresses for one sandbox that no other sandbox on the machine uses."""

import contextlib
import fcntl
import hashlib
import json
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.record import is_supervised

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
    """Claim a free slot for `root`; the same root gets the slot it had before.

    When all are claimed, the one that was longest not used is taken over from a sandbox of which
    nothing runs. That one finds out at its next start, from `keeps`.
    """
    if len(environments) * 2 > OCTETS_PER_SLOT:
        raise SandboxError(
            f"{len(environments)} environments asked for, at most {OCTETS_PER_SLOT // 2} fit.",
            "Name fewer environments.",
        )
    with _claims() as claims:
        for slot in _preferred(claims, root):
            allotment = _plan(slot, environments)
            with _unused(claims.get(slot, root), root) as unused:
                if not unused or not all(is_free(port) for port in allotment.ports.values()):
                    continue
                _claim(claims, slot, root)
                return allotment
    raise SandboxError(
        f"All {SLOTS} port ranges between {FIRST_PORT} and "
        f"{FIRST_PORT + SLOTS * PORTS_PER_SLOT} are taken by sandboxes that run, "
        "or by other programs.",
        "Stop a sandbox that is not needed now: run `modelyard sandbox down` in its checkout.",
    )


def keeps(root: Path, slot: int) -> bool:
    """Whether the slot is still the root's; one that nobody has claimed is claimed again."""
    with _claims() as claims:
        if claims.get(slot, root) != root:
            return False
        _claim(claims, slot, root)
        return True


def command_lock(root: Path) -> Path:
    """Held by the one command that works on the sandbox in `root`."""
    # Not in the folder itself, which `reset` removes, nor beside it, where git would see it.
    name = hashlib.sha256(str(root).encode()).hexdigest()[:12]
    lock = cache_directory() / "locks" / f"sandbox-{name}"
    lock.parent.mkdir(parents=True, exist_ok=True)
    return lock


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


def _preferred(claims: dict[int, Path], root: Path) -> list[int]:
    own = [slot for slot, owner in claims.items() if owner == root]
    unclaimed = [slot for slot in range(SLOTS) if slot not in claims]
    others = [slot for slot, owner in claims.items() if owner != root]
    return [*own, *unclaimed, *sorted(others, key=lambda slot: _last_used(claims[slot]))]


def _last_used(root: Path) -> float:
    used = 0.0
    for name in ("sandbox.json", "supervisor.json"):
        with contextlib.suppress(OSError):
            used = max(used, (root / name).stat().st_mtime)
    return used


@contextlib.contextmanager
def _unused(owner: Path, root: Path) -> Iterator[bool]:
    """Whether nothing of the owner's sandbox runs, nor starts before this ends."""
    if owner == root:
        yield True
        return
    with command_lock(owner).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unused = not is_supervised(owner)
        except OSError:
            # A command works on it, or its folder cannot be looked into.
            unused = False
        yield unused


def _claim(claims: dict[int, Path], slot: int, root: Path) -> None:
    for other in [each for each, owner in claims.items() if owner == root]:
        del claims[other]
    claims[slot] = root


@contextlib.contextmanager
def _claims() -> Iterator[dict[int, Path]]:
    """Who holds which slot; a claim ends when the sandbox's folder is gone."""
    register = cache_directory() / "slots.json"
    register.parent.mkdir(parents=True, exist_ok=True)
    with register.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        claims = _read(register)
        yield claims
        draft = register.with_suffix(".new")
        draft.write_text(json.dumps({slot: str(root) for slot, root in claims.items()}))
        draft.replace(register)


def _read(register: Path) -> dict[int, Path]:
    try:
        recorded = json.loads(register.read_text())
        claims = {int(slot): Path(root) for slot, root in recorded.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        # Torn: sandboxes that run hold their ports, and each of the others claims its slot anew
        # when it starts.
        return {}
    return {slot: root for slot, root in claims.items() if slot < SLOTS and root.exists()}
