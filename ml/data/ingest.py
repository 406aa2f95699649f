"""Brings landed files into the lakehouse, each exactly once, whole or not at all."""

import hashlib
import io
import json
from dataclasses import asdict, dataclass, field
from typing import Literal

import polars as pl

from ml.data.contract import Contract, TableContract
from ml.data.lakehouse import Lakehouse
from ml.data.quality import PLANTED, ROW, RULES, BatchRefusedError, Checked, check, contract_names
from ml.data.store import Store
from ml.data.torn_rows import torn_row

BATCH = "_batch"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one landed file."""

    table: str
    batch: str
    state: Literal["ingested", "already ingested", "refused", "already refused"]
    landed: int = 0
    valid: int = 0
    quarantined: int = 0
    planted: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    reason: str = ""


def ingest(
    lake: Lakehouse, files: Store, contract: Contract, tables: tuple[str, ...]
) -> list[Outcome]:
    """Ingest every landed file of the tables; a refused one does not stop the others."""
    outcomes = []
    for table in tables:
        for landed in files.list(f"landing/{table}/"):
            body = files.get(landed.key)
            if body is not None:
                batch = landed.key.removeprefix(f"landing/{table}/")
                outcomes.append(_ingest_file(lake, files, contract, table, batch, body))
    return outcomes


def _ingest_file(
    lake: Lakehouse, files: Store, contract: Contract, table: str, batch: str, body: bytes
) -> Outcome:
    # The content's hash is the writer's version: the same file changes nothing, and another
    # file under a name already used is noticed.
    content = int(hashlib.sha256(body).hexdigest()[:12], 16)
    curated = lake.applied(f"curated/{table}", batch)
    if curated == content:
        return Outcome(table=table, batch=batch, state="already ingested")
    try:
        if curated is not None or lake.applied(f"raw/{table}", batch) not in (None, content):
            raise BatchRefusedError(
                "another file of this name is already ingested; land it under a new name"
            )
        landed = contract_names(_read(body), contract.tables[table])
        checked = check(
            landed,
            contract.tables[table],
            null_tokens=contract.null_tokens,
            known_keys=_known_keys(lake, contract.tables[table]),
        )
    except BatchRefusedError as refusal:
        return _refuse(files, table, batch, body, str(refusal))
    _write(lake, contract.tables[table], batch, content, landed, checked)
    return Outcome(
        table=table,
        batch=batch,
        state="ingested",
        landed=landed.height,
        valid=checked.valid.height,
        quarantined=checked.quarantined.height,
        planted=checked.planted,
        broken=checked.broken,
    )


def _refuse(files: Store, table: str, batch: str, body: bytes, reason: str) -> Outcome:
    """Record why; the same file is told as news only once, so that the next run can pass."""
    key, content = f"refused/{table}/{batch}.json", hashlib.sha256(body).hexdigest()
    before = files.get(key)
    if before is not None and json.loads(before)["sha256"] == content:
        return Outcome(table=table, batch=batch, state="already refused", reason=reason)
    outcome = Outcome(table=table, batch=batch, state="refused", reason=reason)
    record = {**asdict(outcome), "sha256": content}
    files.put(key, json.dumps(record, indent=1).encode())
    return outcome


def _read(body: bytes) -> pl.DataFrame:
    """The file's texts as they stand in it."""
    try:
        header = body.split(b"\n", 1)[0].decode("utf-8-sig").strip().split(",")
        repeated = sorted({name for name in header if header.count(name) > 1})
        if repeated:
            raise BatchRefusedError(f"columns given twice: {', '.join(repeated)}")
        frame = pl.read_csv(io.BytesIO(body), infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        # Behind a backtick stands what was read, which may be personal.
        first = str(error).strip().splitlines()[0].partition("`")[0].strip()
        raise BatchRefusedError(f"not readable as CSV: {first}") from error
    # A row that ends too early has no value in the last column.
    if frame.to_series(-1).null_count() and (torn := torn_row(body)):
        raise BatchRefusedError(f"not readable as CSV: {torn}, so the file is cut off or ragged")
    return frame


def _known_keys(lake: Lakehouse, contract: TableContract) -> pl.DataFrame | None:
    return lake.columns(f"curated/{contract.name}", contract.key) if contract.key else None


def _write(
    lake: Lakehouse,
    contract: TableContract,
    batch: str,
    content: int,
    landed: pl.DataFrame,
    checked: Checked,
) -> None:
    """Curated comes last: once it names the batch, nothing of it is left to do."""
    texts = {name: pl.String() for name in contract.schema}
    named = pl.lit(batch).alias(BATCH)
    planted = pl.col(PLANTED) if PLANTED in landed.columns else pl.lit(None, pl.String)
    row = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW)
    raw = landed.select(*texts, planted.alias(PLANTED), row, named)
    quarantine = checked.quarantined.select(*texts, PLANTED, ROW, named, RULES)
    curated = checked.valid.select(*contract.schema, named)
    zones = {"raw": raw, "quarantine": quarantine, "curated": curated}
    for zone, frame in zones.items():
        lake.append(f"{zone}/{contract.name}", frame, app_id=batch, app_version=content)
