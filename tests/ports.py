"""Ports for what tests start: no other worker, and no connection, takes them before it does."""

import itertools
import os

import pytest

from sandbox import allotment

WORKERS = 2
FOR_CHECKOUTS = 10
"""Slots that are left to sandboxes of checkouts, which meet in the user's cache."""
EACH = (allotment.SLOTS - FOR_CHECKOUTS) // WORKERS
FIRST_FOR_SERVERS, PORTS_EACH, MOST_WORKERS = 26_000, 500, 8
"""Above all slots, below node ports and ephemeral ones: the kernel gives those to whoever asks."""
_tried = itertools.count(os.getpid())


def keep_apart(config: pytest.Config) -> None:
    """Give this worker's process slots in which no other worker looks for a free one.

    Two that both find a port free would both take it.
    """
    worker = getattr(config, "workerinput", {"workerid": "gw0"})["workerid"]
    if allotment.SLOTS == EACH:
        return  # this run is one that a test has started in its own process
    first = FOR_CHECKOUTS + int(worker.removeprefix("gw")) % WORKERS * EACH
    allotment.FIRST_PORT += first * allotment.PORTS_PER_SLOT
    allotment.FIRST_OCTET += first * allotment.OCTETS_PER_SLOT
    allotment.SLOTS = EACH


def free_port() -> int:
    """A loopback port on which nobody listens, for a server that is started with its number."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = FIRST_FOR_SERVERS + worker % MOST_WORKERS * PORTS_EACH
    ports = (first + next(_tried) % PORTS_EACH for _ in range(PORTS_EACH))
    return next(port for port in ports if allotment.is_free(port))
