"""Publishes redacted copies of the curated tables, all of them or, where one is refused, none."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from ml.data.anonymise import Redacted, RedactionRefusedError, redact
from ml.data.contract import Contract
from ml.data.ingest import BATCH
from ml.data.lakehouse import Lakehouse, TableVersion
from ml.failures import StepError
from ml.spec import ModelSpec
from ml.spec_sections import TableRedaction

WRITER = "redact"
EXPOSED = 5
"""Exit code of a refusal: nothing was published."""


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    source: TableVersion
    redacted: Redacted
    state: int


def publish(
    lake: Lakehouse, mirror: Lakehouse, spec: ModelSpec, contract: Contract, key: bytes
) -> list[dict[str, Any]]:
    """Bring the mirror up to date; tables whose source, rules and key are unchanged stay."""
    report: list[dict[str, Any]] = []
    prepared: list[_Prepared] = []
    for table in spec.data.tables:
        name = f"curated/{table}"
        version = lake.version(name)
        if version is None:
            raise StepError(f"{lake.uri(name)}: no such table; run the ingest step first")
        rules = spec.data.redaction.tables.get(table, TableRedaction())
        state = _state(version, rules, spec.data.redaction.k, key)
        if mirror.applied(name, WRITER) == state:
            report.append({"table": table, "state": "already published", "version": version})
        else:
            prepared.append(_prepare(lake, spec, contract, table, version, key, state))
    for item in prepared:
        mirror.replace(
            item.source.name, item.redacted.frame, app_id=WRITER, app_version=item.state
        )
        report.append(_line(item, spec))
    return report


def _prepare(
    lake: Lakehouse,
    spec: ModelSpec,
    contract: Contract,
    table: str,
    version: int,
    key: bytes,
    state: int,
) -> _Prepared:
    snapshot = lake.read(f"curated/{table}", version=version)
    restricted = frozenset(
        column.name for column in contract.tables[table].columns if column.restricted
    )
    try:
        redacted = redact(
            snapshot.frame.drop(BATCH, strict=False),
            spec.data.redaction.tables.get(table, TableRedaction()),
            key=key,
            k=spec.data.redaction.k,
            restricted=restricted,
        )
    except RedactionRefusedError as refusal:
        raise StepError(f"{table}: {refusal}; nothing was published", exit_code=EXPOSED) from None
    return _Prepared(source=snapshot.source, redacted=redacted, state=state)


def _state(version: int, rules: TableRedaction, k: int, key: bytes) -> int:
    """What the published table depends on, as one number that tells nothing of the key."""
    text = json.dumps([version, k, rules.model_dump()], sort_keys=True)
    return int(hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:12], 16)


def _line(item: _Prepared, spec: ModelSpec) -> dict[str, Any]:
    table = item.source.name.removeprefix("curated/")
    rules = spec.data.redaction.tables.get(table, TableRedaction())
    return {
        "table": table,
        "state": "published",
        "version": item.source.version,
        "rows": item.redacted.rows,
        "suppressed": item.redacted.suppressed,
        "k": spec.data.redaction.k,
        "smallest_class": item.redacted.smallest_class,
        "quasi_identifiers": list(rules.quasi_identifiers),
        "pseudonymised": sorted(rules.pseudonyms),
        "coarsened": sorted(rules.coarsen),
        "dropped": sorted(rules.drop),
    }
