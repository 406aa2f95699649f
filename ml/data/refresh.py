"""Keeps the tables from which servers build features, all of them of one moment."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from ml.data.contract import Contract
from ml.data.current import FOLDER, current_key
from ml.data.lakehouse import Lakehouse
from ml.data.recent import recent_tables, request_columns
from ml.data.store import Store
from ml.spec import ModelSpec

WRITER = "refresh"


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """What one run did to one table."""

    table: str
    state: str
    rows: int = 0
    version: int | None = None


def refresh(lake: Lakehouse, files: Store, spec: ModelSpec, contract: Contract) -> list[Refreshed]:
    """Write what changed, then name the new versions: readers see all of them or none."""
    versions = {name: lake.version(f"curated/{name}") for name in spec.data.tables}
    if missing := [name for name, version in versions.items() if version is None]:
        return [Refreshed(table=name, state="has not landed yet") for name in missing]
    key, state = current_key(spec.name), _state(spec, versions)
    before = json.loads(files.get(key) or b"{}")
    if before.get("state") == state:
        return [Refreshed(table=name, state="already refreshed") for name in spec.data.tables]
    curated = {
        name: lake.read(f"curated/{name}", version=version).frame
        for name, version in versions.items()
    }
    recent = recent_tables(spec, contract, curated)
    done = []
    for name, frame in recent.items():
        table = f"{FOLDER}/{spec.name}/{name}"
        lake.replace(table, frame, app_id=WRITER, app_version=state)
        version = lake.version(table)
        done.append(Refreshed(table=name, state="refreshed", rows=frame.height, version=version))
    current = {
        "state": state,
        "tables": {
            each.table: {
                "version": each.version,
                "files": lake.files(f"{FOLDER}/{spec.name}/{each.table}"),
            }
            for each in done
        },
        "request": request_columns(spec, contract, recent[spec.data.base]),
    }
    files.put(key, json.dumps(current, indent=1).encode())
    return done


def _state(spec: ModelSpec, versions: dict[str, int | None]) -> int:
    """What the as-of tables depend on, as one number."""
    code = (spec.folder / "features.py").read_bytes() + spec.contract_path.read_bytes()
    rules: dict[str, Any] = {
        "versions": versions,
        "data": spec.data.model_dump(mode="json"),
        "folder": hashlib.sha256(code).hexdigest(),
    }
    text = json.dumps(rules, sort_keys=True)
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)
