"""A ledger in memory: a key without KMS, a bucket without S3, entries by number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ml.deployment.signing import PublicKeys, Signer
from ml.governance.entries import HEAD, Entry
from ml.governance.ledger import Ledger
from ml.governance.objects import Conflict, Objects


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
        # A copy: others write meanwhile.
        return sorted(int(name[:8]) for name in list(self.stored) if name != HEAD)

    def rewritten(self) -> int | None:
        return None


ARN, START = "arn:key", datetime(2013, 7, 1, tzinfo=UTC)


def make(key: Key, memory: Memory | None = None) -> Ledger:
    """A ledger that this key signs and that trusts no other."""
    return Ledger(
        objects=memory or Memory(),
        keys=PublicKeys({ARN: key.private.public_key()}),
        signer=Signer(kms=key, key_arn=ARN),
    )


def entry(number: int = 0, **changes: str) -> Entry:
    """A version that was released so many days after the start."""
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
    """A ledger of so many entries, and the objects that it lies in."""
    memory = Memory()
    ledger = make(key, memory)
    for number in range(count):
        ledger.append(entry(number))
    return ledger, memory.stored
