"""The tables of predictions and labels: rows and numbers of merged segments in one commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import polars as pl
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from ml.data.lakehouse import COMMIT_RETRIES, OFTEN_OPENED
from ml.monitoring.label_rows import LABELS
from ml.monitoring.rows import FIXED

_CONFIGURATION = {
    # A writer's number is needed as long as one of its segments can turn up again.
    "delta.setTransactionRetentionDuration": "interval 30 days",
    **OFTEN_OPENED,
}


class ConflictError(Exception):
    """Somebody else merged the same writer meanwhile: look again before merging."""


class MergedTable:
    """One model's table at one version; Delta refuses two commits that advance one writer."""

    def __init__(
        self,
        uri: str,
        options: Callable[[], dict[str, str] | None],
        columns: Mapping[str, Any],
    ) -> None:
        self._uri = uri
        self._options = options
        self._columns = columns
        self._table: DeltaTable | None = None
        self._opened_with: dict[str, str] | None = None
        self._merged: dict[str, int] = {}

    def refresh(self) -> None:
        """Look at the newest version."""
        self._merged.clear()
        options = self._options()
        if self._table is not None and options == self._opened_with:
            # Only the commits since: a collector looks every few seconds, all day.
            with suppress(DeltaError):
                self._table.update_incremental()
                return
        try:
            self._table = DeltaTable(self._uri, storage_options=options)
            self._opened_with = options
        except TableNotFoundError:
            self._table = None

    def merged(self, writer: str) -> int:
        """Number of the last segment of a writer whose rows are in the table; -1 for none."""
        if writer not in self._merged:
            # Each look reads the log's newest commits again; it is asked for every segment.
            version = self._table.transaction_version(writer) if self._table else None
            self._merged[writer] = -1 if version is None else version
        return self._merged[writer]

    def schema(self) -> dict[str, Any]:
        """Column names and types."""
        if self._table is None:
            return dict(self._columns)
        empty = pl.from_arrow(pa.schema(self._table.schema().to_arrow()).empty_table())
        return dict(empty.schema) if isinstance(empty, pl.DataFrame) else {}

    def append(self, rows: pl.DataFrame, merged: Mapping[str, int]) -> None:
        """Add rows and advance their writers, both or neither; ConflictError if overtaken."""
        properties = CommitProperties(
            app_transactions=[Transaction(writer, number) for writer, number in merged.items()],
            max_commit_retries=COMMIT_RETRIES,
        )
        try:
            if self._table is None:
                DeltaTable.create(
                    self._uri,
                    schema=pl.DataFrame(schema=dict(self._columns)).to_arrow().schema,
                    partition_by=["day"],
                    configuration=_CONFIGURATION,
                    mode="ignore",
                    storage_options=self._options(),
                )
                self.refresh()
                if any(self.merged(writer) >= 0 for writer in merged):
                    raise ConflictError("another collector made the table")
            write_deltalake(
                self._table or self._uri,
                rows.to_arrow(),
                mode="append",
                schema_mode="merge",
                commit_properties=properties,
            )
        except CommitFailedError as error:
            raise ConflictError(str(error)) from None
        except DeltaError as error:
            if "already exists" in str(error):
                raise ConflictError(str(error)) from None
            raise


class PredictionsTable(MergedTable):
    """`predictions/<model>`."""

    def __init__(self, uri: str, options: Callable[[], dict[str, str] | None]) -> None:
        super().__init__(uri, options, FIXED)


class LabelsTable(MergedTable):
    """`labels/<model>`."""

    def __init__(self, uri: str, options: Callable[[], dict[str, str] | None]) -> None:
        super().__init__(uri, options, LABELS)
