"""What a ledger entry says, and what a sequence of them says about any moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ml.canonical import canonical, digest_of, parse_canonical

HEAD = "head.json"
KINDS = (
    "requested",
    "approved",
    "waived",
    "refused",
    "released",
    "rolled_back",
    "failed",
    "retrained",
    "skipped",
    "withdrawn",
)
_LIVE = ("released", "rolled_back")
"""The kinds after which another version answers."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event; `at` is given by the caller, so that replays and tests have their own time."""

    kind: str
    at: str
    """UTC instant, ISO 8601."""
    actor: str
    """ARN of the caller as STS names it, never free text."""
    environment: str
    model: str
    version: str = ""
    """The version that is live from now on, for a release or a rollback."""
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    """Image, package digest, evidence, approval: whatever leads on from here."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """An entry at its place in the chain."""

    sequence: int
    previous: str
    digest: str
    entry: Entry


@dataclass(frozen=True, kw_only=True)
class Live:
    """A version that answers, and the entry that made it so."""

    version: str
    since: str
    kind: str
    actor: str
    sequence: int
    details: dict[str, Any]


def key_of(sequence: int) -> str:
    """The object name of an entry; zero-filled, so that listings are in order."""
    return f"{sequence:08d}.json"


def read_record(content: bytes) -> tuple[Record, bytes, str]:
    """Decode a stored entry: the record, its seal, and the digest the seal must name."""
    document = parse_canonical(content)
    try:
        body, seal = dict(document["entry"]), str(document["seal"]).encode()
        if set(document) != {"entry", "seal"}:
            raise ValueError("unknown fields beside entry and seal")
        record = Record(
            sequence=int(body["seq"]),
            previous=str(body["previous"]),
            digest=digest_of(content),
            entry=Entry(**{k: v for k, v in body.items() if k not in ("seq", "previous")}),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a ledger entry: {error}") from None
    return record, seal, digest_of(canonical(body))


def live_versions(records: Iterable[Record], moment: datetime) -> dict[str, dict[str, Live]]:
    """Environment → model → what was live then; order in the chain decides, not the clock."""
    live: dict[str, dict[str, Live]] = {}
    for record in records:
        entry = record.entry
        if utc(datetime.fromisoformat(entry.at)) > moment:
            continue
        if entry.kind == "withdrawn":
            _withdraw(live.get(entry.environment, {}), entry)
        if entry.kind not in _LIVE:
            continue
        live.setdefault(entry.environment, {})[entry.model] = Live(
            version=entry.version,
            since=entry.at,
            kind=entry.kind,
            actor=entry.actor,
            sequence=record.sequence,
            details=entry.details,
        )
    return live


def _withdraw(live: dict[str, Live], entry: Entry) -> None:
    """Nothing answers any more, unless the entry is about another version than the live one."""
    if entry.model in live and live[entry.model].version == entry.version:
        del live[entry.model]


def utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is taken to be UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def to_json(value: Record | Live) -> dict[str, Any]:
    """A record or live version as plain data, for `--json`."""
    if isinstance(value, Record):
        entry = {name: getattr(value.entry, name) for name in Entry.__annotations__}
        return {"seq": value.sequence, "digest": value.digest, **entry}
    return {name: getattr(value, name) for name in Live.__annotations__}
