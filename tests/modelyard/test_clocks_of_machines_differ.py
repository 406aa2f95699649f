"""A lease ends by the clock of the table, whatever the clocks of those who want it say."""

import time
from collections.abc import Callable

import pytest

from modelyard.delivery.lock import Lock
from modelyard.delivery.operations import Operations
from modelyard.place import Place

pytestmark = pytest.mark.slow

AWAY = 900.0
LEASE = 2.0

Machine = Callable[[float], Lock]


@pytest.fixture
def machine(staging: Place, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """From here on one acts on a machine whose clock is so many seconds ahead."""
    real = time.time

    def on(ahead: float) -> Lock:
        monkeypatch.setattr(time, "time", lambda: real() + ahead)
        return Lock(Operations.of(staging), "lines")

    return on


@pytest.mark.parametrize(("holder", "other"), [(0, AWAY), (-AWAY, 0), (AWAY, 0), (0, -AWAY)])
def test_it_is_kept_from_others_for_its_lease_and_no_longer(
    machine: Machine, holder: float, other: float
) -> None:
    begun = time.monotonic()
    assert machine(holder).take("a", person="ada", purpose="a release", lease=LEASE) is None
    contender = machine(other)
    while contender.take("b", person="grace", purpose="a rollback") is not None:
        assert time.monotonic() - begun < 10 * LEASE
        time.sleep(0.1)
    # The table tells whole seconds: one of a lease may have passed when it begins.
    assert time.monotonic() - begun > LEASE - 1
