"""Promise: whoever touches the ledger, with whatever rights, `audit verify` sees it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ml.governance.entries import Entry, read_record
from ml.governance.ledger import Ledger
from tests.acceptance.aws import session
from tests.acceptance.buckets import bucket
from tests.acceptance.checkout import Checkout

pytestmark = pytest.mark.engine

REFUSED = 1


class Tampering:
    """Somebody with every right on dev's audit bucket and key, whose deeds can be undone."""

    def __init__(self, s3: Any, kms: Any) -> None:
        self.s3, self.kms = s3, kms
        self.bucket = bucket(s3, "audit")
        self._before = self._versions()
        self.entries = sorted(
            {key for key, _ in self._before if key.removesuffix(".json")[-8:].isdigit()}
        )
        assert len(self.entries) >= 3

    def read(self, key: str) -> bytes:
        """An entry's bytes."""
        return bytes(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def write(self, key: str, content: bytes) -> None:
        """Put other bytes in an entry's place."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def delete(self, key: str) -> None:
        """Delete an entry."""
        self.s3.delete_object(Bucket=self.bucket, Key=key)

    def undo(self) -> None:
        """Remove every version and marker that was not there before.

        Even that needs the right to lift the lock, which is given in no role.
        """
        for key, version in self._versions() - self._before:
            self.s3.delete_object(
                Bucket=self.bucket, Key=key, VersionId=version, BypassGovernanceRetention=True
            )

    def _versions(self) -> set[tuple[str, str]]:
        listed = self.s3.list_object_versions(Bucket=self.bucket, Prefix="ledger/")
        found = [*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())]
        return {(each["Key"], each["VersionId"]) for each in found}


@pytest.fixture
def tampering(first_version: Checkout) -> Iterator[Tampering]:
    """The right to do anything, for the length of one test."""
    dev = session(first_version, "dev")
    found = Tampering(dev.client("s3"), dev.client("kms"))
    yield found
    found.undo()


def edit(found: Tampering) -> None:
    """Say that somebody else did it."""
    first = json.loads(found.read(found.entries[0]))
    first["entry"]["actor"] = "somebody else"
    found.write(found.entries[0], json.dumps(first).encode())


def remove(found: Tampering) -> None:
    """Take an entry out of the middle."""
    found.delete(found.entries[1])


def reorder(found: Tampering) -> None:
    """Let the second entry be the third."""
    one, other = found.entries[1:3]
    first, second = found.read(one), found.read(other)
    found.write(one, second)
    found.write(other, first)


def truncate(found: Tampering) -> None:
    """Forget what happened last."""
    found.delete(found.entries[-1])


def rewrite(found: Tampering) -> None:
    """Write a whole new history with the real key, head and all."""
    entries = [read_record(found.read(key))[0].entry for key in found.entries]
    described = [
        found.kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"]
        for each in found.kms.list_keys()["Keys"]
    ]
    [key] = (each["Arn"] for each in described if "ledger" in each["Description"].lower())
    for each in [*found.entries, "ledger/head.json"]:
        found.delete(each)
    forged = Ledger.of_bucket(s3=found.s3, kms=found.kms, bucket=found.bucket, key_arn=key)
    for entry in entries:
        forged.append(Entry(**{**vars(entry), "actor": "somebody else"}))


@pytest.mark.parametrize("deed", [edit, remove, reorder, truncate, rewrite])
def test_a_touched_ledger_does_not_verify(
    first_version: Checkout, tampering: Tampering, deed: Callable[[Tampering], None]
) -> None:
    deed(tampering)
    told = first_version.modelyard("audit", "verify", "--env", "dev", code=REFUSED).told
    assert "broken at entry" in told
    assert "does not hold together" in told


def test_an_untouched_one_does(first_version: Checkout) -> None:
    told = first_version.modelyard("audit", "verify", "--env", "dev").out
    assert "dev: whole" in told
