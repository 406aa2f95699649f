"""Ports for sandboxes that tests start in caches of their own, where they cannot meet."""

import pytest

from sandbox import allotment

WORKERS = 2
FOR_CHECKOUTS = 10
"""Slots that are left to sandboxes of checkouts, which meet in the user's cache."""
EACH = (allotment.SLOTS - FOR_CHECKOUTS) // WORKERS


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
