"""Nobody changes history unseen: edit, removal, reorder, truncation and rewrite are each found."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Lock

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.canonical import canonical
from ml.deployment.signing import PublicKeys, Signer
from ml.governance.entries import HEAD, Entry, key_of, to_json
from ml.governance.ledger import Ledger, LedgerError, Verdict
from ml.governance.objects import Conflict, Objects
from tests.ml.conftest import Account


class Key:
    """A KMS with one key, without the network."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())

    def sign(self, *, Message: bytes, **_: str) -> dict[str, bytes]:  # noqa: N803
        assert len(Message) <= 4096, "KMS signs no more"
        return {"Signature": self.private.sign(Message, ec.ECDSA(hashes.SHA256()))}


class Memory(Objects):
    """The same promises as a bucket, with real atomicity."""

    def __init__(self) -> None:
        super().__init__(s3=None, bucket="memory")
        object.__setattr__(self, "stored", {})
        object.__setattr__(self, "lock", Lock())

    stored: dict[str, bytes]
    lock: Lock

    def create(self, name: str, content: bytes) -> None:
        with self.lock:
            if name in self.stored:
                raise Conflict(name)
            self.stored[name] = content

    def replace(self, name: str, content: bytes, current: tuple[bytes, str] | None) -> None:
        with self.lock:
            if self.stored.get(name) != (current[0] if current else None):
                raise Conflict(name)
            self.stored[name] = content

    def find(self, name: str) -> tuple[bytes, str] | None:
        return (self.stored[name], "tag") if name in self.stored else None

    def sequences(self) -> list[int]:
        return sorted(int(name[:8]) for name in self.stored if name != HEAD)

    def rewritten(self) -> int | None:
        return None


ARN, START = "arn:key", datetime(2013, 7, 1, tzinfo=UTC)


def make(key: Key, memory: Memory | None = None) -> Ledger:
    return Ledger(
        objects=memory or Memory(),
        keys=PublicKeys({ARN: key.private.public_key()}),
        signer=Signer(kms=key, key_arn=ARN),
    )


def entry(number: int = 0, **changes: str) -> Entry:
    fields: dict[str, str] = {
        "kind": "released",
        "at": (START + timedelta(days=number)).isoformat(),
        "actor": "arn:aws:sts::3:assumed-role/delivery/ada",
        "environment": "prod",
        "model": "flight_delay",
        "version": str(number),
    }
    return Entry(**{**fields, **changes})  # type: ignore[arg-type]


KEY = Key()


def filled(count: int = 5, key: Key = KEY) -> tuple[Ledger, dict[str, bytes]]:
    memory = Memory()
    ledger = make(key, memory)
    for number in range(count):
        ledger.append(entry(number))
    return ledger, memory.stored


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


def edit(stored: dict[str, bytes]) -> None:
    stored[key_of(3)] = stored[key_of(3)].replace(b'"version":"2"', b'"version":"9"')


def remove(stored: dict[str, bytes]) -> None:
    del stored[key_of(3)]


def close_the_gap(stored: dict[str, bytes]) -> None:
    stored[key_of(3)], stored[key_of(4)] = stored[key_of(4)], stored[key_of(5)]
    del stored[key_of(5)]


def reorder(stored: dict[str, bytes]) -> None:
    stored[key_of(3)], stored[key_of(4)] = stored[key_of(4)], stored[key_of(3)]


def edit_and_relink(stored: dict[str, bytes]) -> None:
    """Another entry in its place, sealed like its neighbour."""
    document = json.loads(stored[key_of(3)])
    document["entry"]["reason"] = "nothing to see"
    stored[key_of(3)] = canonical(document)


def swap_seals(stored: dict[str, bytes]) -> None:
    third, fourth = json.loads(stored[key_of(3)]), json.loads(stored[key_of(4)])
    third["seal"] = fourth["seal"]
    stored[key_of(3)] = canonical(third)


def replace_by_a_genuine_entry(stored: dict[str, bytes]) -> None:
    """Signed by the right key, for the right place, but of another history."""
    stored[key_of(3)] = filled()[1][key_of(3)]


@pytest.mark.parametrize(
    "tamper",
    [
        edit,
        remove,
        close_the_gap,
        reorder,
        edit_and_relink,
        swap_seals,
        replace_by_a_genuine_entry,
    ],
)
def test_tampering_is_found_at_the_first_broken_entry(
    tamper: Callable[[dict[str, bytes]], None],
) -> None:
    ledger, stored = filled()
    tamper(stored)
    verdict = ledger.verify()
    assert not verdict.intact
    assert verdict.broken_at == 3
    with pytest.raises(LedgerError, match="ledger broken at entry 3: "):
        ledger.read()


def test_truncation_is_found_by_the_signed_head() -> None:
    ledger, stored = filled()
    del stored[key_of(5)]
    verdict = ledger.verify()
    assert verdict.broken_at == 5
    assert "the signed head names 5 entries, 4 are here" in verdict.reason


def test_a_removed_head_and_a_removed_everything_are_found() -> None:
    ledger, stored = filled()
    head = stored.pop(HEAD)
    assert "head is missing" in ledger.verify().reason
    stored.clear()
    stored[HEAD] = head
    assert ledger.verify().broken_at == 1
    with pytest.raises(LedgerError, match="has a head but no entries"):
        ledger.append(entry(9))


def test_a_complete_rewrite_with_another_key_is_found() -> None:
    ledger, stored = filled()
    _, forged = filled(key=Key())
    stored.clear()
    stored.update(forged)
    assert ledger.verify().broken_at == 1


def test_even_the_keys_owner_cannot_rewrite_what_was_witnessed() -> None:
    ledger, stored = filled()
    noted = (4, ledger.read()[3].digest)
    assert ledger.verify(witness=noted).intact
    _, rewritten = filled()  # signed with the very key
    stored.clear()
    stored.update(rewritten)
    assert ledger.verify().intact
    verdict = ledger.verify(witness=noted)
    assert not verdict.intact
    assert "is not the one that was witnessed" in verdict.reason
    _, short = filled(2)
    stored.clear()
    stored.update(short)
    assert ledger.verify(witness=noted).broken_at == 3


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_changed_byte_anywhere_is_found(data: st.DataObject) -> None:
    ledger, stored = filled(3)
    name = data.draw(st.sampled_from(sorted(stored)))
    changed = bytearray(stored[name])
    # A signature's length varies from run to run, and what is drawn must not.
    position = data.draw(st.integers(0, 10_000)) % len(changed)
    changed[position] ^= data.draw(st.integers(1, 255))
    stored[name] = bytes(changed)
    assert not ledger.verify().intact


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


def test_what_was_live_at_a_moment() -> None:
    ledger = make(KEY)
    ledger.append(entry(1, version="1"))
    ledger.append(entry(2, kind="approved", version="2"))
    ledger.append(entry(3, version="2"))
    ledger.append(entry(3, version="7", environment="staging"))
    ledger.append(entry(5, kind="rolled_back", version="1", reason="wrong answers"))
    assert ledger.at(START) == {}
    assert ledger.at(START + timedelta(days=2))["prod"]["flight_delay"].version == "1"
    live = ledger.at(START + timedelta(days=4))
    assert live["prod"]["flight_delay"].version == "2"
    assert live["staging"]["flight_delay"].sequence == 4
    back = ledger.at(START + timedelta(days=5))["prod"]["flight_delay"]
    assert (back.version, back.kind) == ("1", "rolled_back")


def test_what_was_withdrawn_is_live_no_more() -> None:
    ledger = make(KEY)
    ledger.append(entry(1, version="1"))
    ledger.append(entry(2, kind="withdrawn", version="7", reason="another version"))
    ledger.append(entry(3, kind="withdrawn", version="1", reason="its package is gone"))
    assert ledger.at(START + timedelta(days=2))["prod"]["flight_delay"].version == "1"
    assert ledger.at(START + timedelta(days=3)) == {"prod": {}}


def test_moments_are_compared_in_utc() -> None:
    ledger = make(KEY)
    ledger.append(entry(0, at="2013-07-01T12:00:00+02:00"))
    east = timezone(timedelta(hours=2))
    assert ledger.at(datetime(2013, 7, 1, 12, 0, tzinfo=east)) != {}
    assert ledger.at(datetime(2013, 7, 1, 11, 59, tzinfo=east)) == {}
    assert ledger.at(datetime(2013, 7, 1, 10, 0)) != {}


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


def test_it_holds_in_a_bucket(account: Account) -> None:
    def open_ledger(*, write: bool = True) -> Ledger:
        return Ledger.of_bucket(
            s3=account.s3,
            kms=account.kms,
            bucket=account.audit,
            key_arn=account.key_arn,
            write=write,
        )

    account.s3.put_bucket_versioning(
        Bucket=account.audit, VersioningConfiguration={"Status": "Enabled"}
    )
    for number in range(3):
        open_ledger().append(entry(number))
    reader = open_ledger(write=False)
    assert reader.verify() == Verdict(intact=True, entries=3)
    with pytest.raises(Conflict):
        reader.objects.create(key_of(2), b"x")
    # A versioned bucket remembers: the same bytes written again are a rewrite too.
    kept = reader.objects.read(key_of(2))
    account.s3.put_object(Bucket=account.audit, Key=f"ledger/{key_of(2)}", Body=kept)
    verdict = reader.verify()
    assert verdict.broken_at == 2
    assert "was overwritten or deleted" in verdict.reason
