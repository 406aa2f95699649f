"""Nobody changes history unseen: edit, removal, reorder, truncation and rewrite are each found."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.canonical import canonical
from ml.governance.entries import HEAD, key_of
from ml.governance.ledger import Ledger, LedgerError, Verdict
from ml.governance.objects import Conflict
from tests.ml.conftest import Account
from tests.ml.governance.ledgers import Key, entry, filled


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
