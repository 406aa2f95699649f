"""What a walk along the ledger came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ml.governance.entries import Record


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether the ledger is whole, and the first place where it is not."""

    intact: bool
    entries: int
    broken_at: int | None = None
    reason: str = ""
    digest: str = field(default="", compare=False)
    """Of the last entry of a whole ledger: with its number, the witness to note elsewhere."""


def broken(records: Sequence[Record], at: int, reason: str) -> Verdict:
    """The first place where it does not hold, after the entries that do."""
    return Verdict(intact=False, entries=len(records), broken_at=at, reason=reason)
