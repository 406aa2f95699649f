"""As-of tables as a server holds them: all files of one moment, read through the pod's role."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ml.data.current import current_key
from ml.data.store import Store
from ml.failures import StepError


@dataclass(frozen=True, kw_only=True)
class AsOfTables:
    """What `refresh` wrote in one run."""

    state: int
    """Names the run: other data, rules or feature code give another one."""
    frames: Mapping[str, pl.DataFrame]
    request: tuple[dict[str, Any], ...]
    """The columns that a request carries: name, logical type, required."""


class AsOfSource:
    """Reads one model's as-of tables from the lake."""

    def __init__(self, files: Store, model: str) -> None:
        self._files = files
        self._model = model

    def newest(self, known: int | None) -> AsOfTables | None:
        """The tables, or none when they are still those of `known` or were never written."""
        body = self._files.get(current_key(self._model))
        if body is None:
            return None
        current = json.loads(body)
        if current["state"] == known:
            return None
        return AsOfTables(
            state=int(current["state"]),
            frames={
                name: pl.concat([self._file(key) for key in table["files"]])
                for name, table in current["tables"].items()
            },
            request=tuple(current["request"]),
        )

    def _file(self, key: str) -> pl.DataFrame:
        body = self._files.get(key)
        if body is None:
            raise StepError(f"{self._files.uri(key)}: is named, but not there")
        return pl.read_parquet(io.BytesIO(body))
