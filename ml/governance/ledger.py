"""Who released what, when and why: a chain of signed entries that cannot be edited unseen."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ml.canonical import canonical, digest_of
from ml.deployment.signing import PublicKeys, SignatureError, Signer, verify
from ml.failures import StepError
from ml.governance.entries import (
    HEAD,
    KINDS,
    Entry,
    Live,
    Record,
    key_of,
    live_versions,
    read_record,
    utc,
)
from ml.governance.objects import Conflict, Objects
from ml.governance.verdict import Verdict, broken

_ATTEMPTS = 100
"""Writers that keep losing the race for the next number give up, rather than spin for ever."""

__all__ = ["Entry", "Ledger", "LedgerError", "Verdict"]


class LedgerError(StepError):
    """The ledger cannot be written or does not hold together."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Entries in a bucket; each names its predecessor's digest and carries its own signature."""

    objects: Objects
    keys: PublicKeys
    signer: Signer | None = None
    """None reads only: an auditor needs no right to sign."""

    @classmethod
    def of_bucket(
        cls, *, s3: Any, kms: Any, bucket: str, key_arn: str, write: bool = True
    ) -> Ledger:
        """The ledger of an audit bucket, signed with one KMS key."""
        return cls(
            objects=Objects(s3=s3, bucket=bucket),
            keys=PublicKeys.from_kms(kms, [key_arn]),
            signer=Signer(kms=kms, key_arn=key_arn) if write else None,
        )

    def append(self, entry: Entry) -> Record:
        """Add an entry after the last one; of two writers at once each gets its own number."""
        if self.signer is None:
            raise LedgerError("this ledger was opened for reading; a signer is needed to append")
        if entry.kind not in KINDS:
            raise LedgerError(f"{entry.kind!r} is no kind of entry; allowed: {', '.join(KINDS)}")
        for _ in range(_ATTEMPTS):
            last = self._last()
            if last is None:
                self._open(self.signer)
            sequence = last.sequence + 1 if last else 1
            body = {"seq": sequence, "previous": last.digest if last else "", **asdict(entry)}
            # Signed small, stored whole: KMS signs at most 4,096 bytes and reasons can be long.
            seal = self.signer.sign({"ledger": sequence, "digest": digest_of(canonical(body))})
            content = canonical({"entry": body, "seal": seal.decode()})
            try:
                self.objects.create(key_of(sequence), content)
            except Conflict:
                # Ours after all, if the answer to an earlier try was lost on the way.
                if self.objects.read(key_of(sequence)) != content:
                    continue
            record = Record(
                sequence=sequence,
                previous=str(body["previous"]),
                digest=digest_of(content),
                entry=entry,
            )
            self._advance(record, self.signer)
            return record
        raise LedgerError(f"{_ATTEMPTS} attempts lost the race for the next entry; try again")

    def read(self) -> list[Record]:
        """Every entry in order, each with its signature checked; raises at the first bad one."""
        verdict, records = self._walk()
        if not verdict.intact:
            raise LedgerError(f"ledger broken at entry {verdict.broken_at}: {verdict.reason}")
        return records

    def verify(self, *, witness: tuple[int, str] | None = None) -> Verdict:
        """Walk the whole chain; the first broken link is named.

        A witness is a sequence number and digest noted elsewhere (a report, a colleague's
        notebook): with it even the owner of key and bucket cannot rewrite what came before.
        """
        verdict, records = self._walk()
        if verdict.intact and witness is not None:
            sequence, digest = witness
            if len(records) < sequence or records[sequence - 1].digest != digest:
                return Verdict(
                    intact=False,
                    entries=len(records),
                    broken_at=min(sequence, len(records) + 1),
                    reason=f"entry {sequence} is not the one that was witnessed ({digest})",
                )
        return verdict

    def at(self, moment: datetime) -> dict[str, dict[str, Live]]:
        """Which version of each model was live in each environment at that moment."""
        return live_versions(self.read(), utc(moment))

    def _walk(self) -> tuple[Verdict, list[Record]]:
        records: list[Record] = []
        # The head first: entries added while we walk are then beyond it, not missing.
        head = self.objects.find(HEAD)
        sequences = self.objects.sequences()
        for position, sequence in enumerate(sequences, start=1):
            if sequence != position:
                return broken(records, position, f"entry {position} is missing"), records
            try:
                records.append(self._checked(sequence, records[-1] if records else None))
            except (SignatureError, ValueError) as error:
                return broken(records, sequence, str(error)), records
        try:
            self._check_head(records, head or self.objects.find(HEAD))
        except (SignatureError, ValueError) as error:
            return broken(records, len(records) + 1, str(error)), records
        if (rewritten := self.objects.rewritten()) is not None:
            reason = "was overwritten or deleted; the bucket keeps the earlier version"
            return broken(records, rewritten, reason), records
        last = records[-1].digest if records else ""
        return Verdict(intact=True, entries=len(records), digest=last), records

    def _checked(self, sequence: int, before: Record | None) -> Record:
        record, seal, body_digest = read_record(self.objects.read(key_of(sequence)))
        if record.sequence != sequence:
            raise ValueError(f"stored as {sequence} but numbered {record.sequence}")
        if record.previous != (before.digest if before else ""):
            raise ValueError("does not follow the entry before it")
        if verify(seal, self.keys) != {"ledger": sequence, "digest": body_digest}:
            raise ValueError("its signature is for another entry")
        return record

    def _check_head(self, records: list[Record], content: tuple[bytes, str] | None) -> None:
        if content is None:
            if records:
                raise ValueError("the signed head is missing")
            return
        head = verify(content[0], self.keys)
        sequence = int(head["head"])
        if len(records) < sequence:
            raise ValueError(f"the signed head names {sequence} entries, {len(records)} are here")
        if sequence and records[sequence - 1].digest != head["digest"]:
            raise ValueError(f"entry {sequence} is not the one the signed head names")

    def _last(self) -> Record | None:
        sequences = self.objects.sequences()
        if not sequences:
            head = self.objects.find(HEAD)
            if head is not None and int(verify(head[0], self.keys)["head"]) > 0:
                raise LedgerError("the ledger has a head but no entries; run `audit verify`")
            return None
        record, _, _ = read_record(self.objects.read(key_of(sequences[-1])))
        return record

    def _open(self, signer: Signer) -> None:
        """Sign the end of the empty ledger, so that an entry without a head is always a wrong.

        Without it, a crash right after the first entry would look like a head that was removed.
        """
        if self.objects.find(HEAD) is None:
            with suppress(Conflict):
                self.objects.replace(HEAD, signer.sign({"head": 0, "digest": ""}), None)

    def _advance(self, record: Record, signer: Signer) -> None:
        """Sign the new end; a slower writer never moves the head back."""
        statement: Mapping[str, Any] = {"head": record.sequence, "digest": record.digest}
        for _ in range(_ATTEMPTS):
            current = self.objects.find(HEAD)
            if current and int(verify(current[0], self.keys)["head"]) >= record.sequence:
                return
            try:
                self.objects.replace(HEAD, signer.sign(statement), current)
            except Conflict:
                continue
            return
