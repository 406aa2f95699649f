"""A new server takes nobody's place before it has looked for what to answer by key from."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ml.deployment.by_key import keeper as module
from ml.deployment.by_key.keeper import FIRST_LOOK_SECONDS, Keeper


class Tables:
    """Answers a look once it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.fails = False
        self.looked = threading.Event()

    def __call__(self, known: int | None) -> Any:
        self.let.wait(60)
        self.looked.set()
        if self.fails:
            raise OSError("the lake is away")
        return None


@pytest.fixture
def tables() -> Iterator[Tables]:
    made = Tables()
    yield made
    made.let.set()


@pytest.mark.parametrize("fails", [False, True])
def test_it_is_settled_once_the_first_look_has_ended_however_it_did(
    tables: Tables, fails: bool
) -> None:
    tables.fails = fails
    keeper = Keeper(tables, seconds=0.01)
    keeper.start()
    assert not keeper.settled
    tables.let.set()
    # The second look begins after the first has ended.
    for _ in range(2):
        tables.looked.clear()
        assert tables.looked.wait(60)
    assert keeper.settled
    keeper.stop()


def test_a_look_that_hangs_keeps_nobody_waiting_who_brings_features(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    keeper = Keeper(tables)
    assert not keeper.settled
    now[0] += FIRST_LOOK_SECONDS + 1
    assert keeper.settled
