"""An entry gets one place of its own, and whatever cuts its writer off leaves a whole ledger."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ml.governance.entries import HEAD, key_of, to_json
from ml.governance.ledger import Ledger, LedgerError, Verdict
from ml.governance.objects import Conflict
from tests.ml.governance.ledgers import KEY, START, Memory, entry, filled, make


def test_entries_come_back_in_order_and_hold_together() -> None:
    ledger, stored = filled()
    assert [record.sequence for record in ledger.read()] == [1, 2, 3, 4, 5]
    assert [record.entry.version for record in ledger.read()] == ["0", "1", "2", "3", "4"]
    assert ledger.verify() == Verdict(intact=True, entries=5)
    assert set(stored) == {*(key_of(n) for n in range(1, 6)), HEAD}
    assert to_json(ledger.read()[0])["actor"].endswith("/ada")


def test_an_empty_ledger_is_intact() -> None:
    assert make(KEY).verify() == Verdict(intact=True, entries=0)
    assert make(KEY).at(START) == {}


def test_writers_at_once_each_get_their_own_place() -> None:
    memory = Memory()
    with ThreadPoolExecutor(8) as pool:
        records = list(pool.map(lambda n: make(KEY, memory).append(entry(n)), range(24)))
    assert sorted(record.sequence for record in records) == list(range(1, 25))
    assert make(KEY, memory).verify() == Verdict(intact=True, entries=24)


def test_an_answer_lost_on_the_way_does_not_write_twice() -> None:
    class Forgetful(Memory):
        def create(self, name: str, content: bytes) -> None:
            super().create(name, content)
            raise Conflict(name)  # what a retry of a put that had arrived is told

    memory = Forgetful()
    assert make(KEY, memory).append(entry(1)).sequence == 1
    assert memory.sequences() == [1]


def test_a_crash_before_the_head_moves_leaves_a_whole_ledger() -> None:
    ledger, stored = filled(3)
    head = stored[HEAD]
    ledger.append(entry(3))
    stored[HEAD] = head
    assert ledger.verify() == Verdict(intact=True, entries=4)
    ledger.append(entry(4))
    del stored[key_of(5)]
    assert not ledger.verify().intact


def test_a_crash_right_after_the_first_entry_leaves_a_whole_ledger() -> None:
    class Dying(Memory):
        def replace(self, name: str, content: bytes, current: tuple[bytes, str] | None) -> None:
            if self.sequences():
                raise ConnectionError("cut off")
            super().replace(name, content, current)

    memory = Dying()
    with pytest.raises(ConnectionError):
        make(KEY, memory).append(entry(0))
    after = Memory()
    after.stored.update(memory.stored)
    assert make(KEY, after).verify() == Verdict(intact=True, entries=1)
    assert make(KEY, after).append(entry(1)).sequence == 2
    # And a crash before the first entry: the ledger is empty, and takes one.
    del after.stored[key_of(1)], after.stored[key_of(2)]
    after.stored[HEAD] = memory.stored[HEAD]
    assert make(KEY, after).verify() == Verdict(intact=True, entries=0)
    assert make(KEY, after).append(entry(0)).sequence == 1


def test_only_known_kinds_and_only_with_a_signer() -> None:
    ledger = make(KEY)
    with pytest.raises(LedgerError, match="'deployed' is no kind of entry; allowed: requested"):
        ledger.append(entry(kind="deployed"))
    reader = Ledger(objects=ledger.objects, keys=ledger.keys)
    with pytest.raises(LedgerError, match="opened for reading"):
        reader.append(entry())


def test_a_long_reason_fits() -> None:
    ledger = make(KEY)
    ledger.append(entry(reason="because " * 2000))
    assert ledger.verify().intact
