"""The only reader and writer of tables: Delta on S3, every read at a version it can name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import boto3
import polars as pl
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import TableNotFoundError

from ml.data.object_store import storage_options
from ml.data.own_session import own_session
from ml.data.scan import Scan, frame_of, naming
from ml.failures import StepError

# Whoever opens a table reads all commits since its last checkpoint.
OFTEN_OPENED = {"delta.checkpointInterval": "10"}
"""How every table is made."""
# Delta forgets versions that are older than a month whenever it makes a checkpoint.
NEVER_FORGOTTEN = {**OFTEN_OPENED, "delta.enableExpiredLogCleanup": "false"}
"""How a table is made whose versions are named: by a model's lineage, years later."""
COMMIT_RETRIES = 200
"""One for each writer that may be faster: with delta-rs' own 15, appends of 50 at once fail."""


@dataclass(frozen=True, kw_only=True)
class TableVersion:
    """Where a table was read from and at which version: what lineage needs to read it again."""

    name: str
    uri: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Rows together with the version they belong to."""

    frame: pl.DataFrame
    source: TableVersion


class Lakehouse:
    """The Delta tables below one root (`s3://bucket`, or a local path)."""

    def __init__(self, root: str, session: boto3.Session | None = None) -> None:
        self.root = root.rstrip("/")
        self._session = session or own_session()

    def uri(self, name: str) -> str:
        """The address of a table such as `curated/flights`."""
        return f"{self.root}/{name}"

    def version(self, name: str) -> int | None:
        """The newest version of a table; none where there is no table."""
        table = self._open(name)
        return None if table is None else table.version()

    def schema(self, name: str) -> list[str] | None:
        """The column names of the newest version; none where there is no table."""
        table = self._open(name)
        return None if table is None else [field.name for field in table.schema().fields]

    def files(self, name: str) -> list[str]:
        """The data files of the newest version, by their keys below the root."""
        table = self._open(name)
        if table is None:
            return []
        base = self._address(name)
        return [f"{name}/{uri.removeprefix(base).lstrip('/')}" for uri in table.file_uris()]

    def read(
        self,
        name: str,
        *,
        version: int | None = None,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
    ) -> Snapshot:
        """A table's rows at `version`, the newest by default; the snapshot says which it was."""
        table = self._open(name, version)
        if table is None:
            raise StepError(f"{self.uri(name)}: no such table; run the data pipeline first")
        with naming(self.uri(name)):
            rows = table.to_pyarrow_table(
                columns=list(columns) if columns else None, filters=where
            )
        source = TableVersion(name=name, uri=self.uri(name), version=table.version())
        return Snapshot(frame=frame_of(rows), source=source)

    def scan(self, name: str) -> Scan | None:
        """The newest version, for whoever reads it part by part; none where there is no table."""
        table = self._open(name)
        return None if table is None else Scan(table, self.uri(name))

    def columns(self, name: str, columns: Sequence[str]) -> pl.DataFrame | None:
        """Some columns of the newest version; none where there is no table."""
        table = self._open(name)
        if table is None:
            return None
        with naming(self.uri(name)):
            return frame_of(table.to_pyarrow_table(columns=list(columns)))

    def applied(self, name: str, app_id: str) -> int | None:
        """The version that a writer last recorded for itself in this table."""
        table = self._open(name)
        return None if table is None else table.transaction_version(app_id)

    def append(self, name: str, frame: pl.DataFrame, *, app_id: str, app_version: int) -> bool:
        """Add rows once: a second call with the same id and version changes nothing."""
        return self._write(name, frame, "append", app_id, app_version)

    def replace(
        self,
        name: str,
        frame: pl.DataFrame,
        *,
        app_id: str,
        app_version: int,
        metadata: Mapping[str, str] | None = None,
    ) -> bool:
        """Make `frame` the table's content; older versions stay readable."""
        return self._write(name, frame, "overwrite", app_id, app_version, metadata)

    def replace_where(self, name: str, frame: pl.DataFrame, *, column: str, value: str) -> None:
        """Make `frame` all rows whose partition `column` is `value`, in one commit.

        The first call makes the table, partitioned by `column`; a column that the table does not
        have yet is added to it.
        """
        table = self._open(name)
        rows: Any = frame.to_arrow()
        with naming(self.uri(name)):
            if table is None:
                write_deltalake(
                    self._address(name),
                    rows,
                    partition_by=[column],
                    storage_options=self._options(),
                    configuration=OFTEN_OPENED,
                )
            else:
                write_deltalake(
                    table,
                    rows,
                    mode="overwrite",
                    predicate=f"{column} = '{value}'",
                    schema_mode="merge",
                )

    def _write(
        self,
        name: str,
        frame: pl.DataFrame,
        mode: Literal["append", "overwrite"],
        app_id: str,
        app_version: int,
        metadata: Mapping[str, str] | None = None,
    ) -> bool:
        table = self._open(name)
        if table is not None and table.transaction_version(app_id) == app_version:
            return False
        with naming(self.uri(name)):
            write_deltalake(
                table or self._address(name),
                frame.to_arrow(),
                mode=mode,
                schema_mode="overwrite" if mode == "overwrite" else None,
                storage_options=None if table else self._options(),
                configuration=None if table else NEVER_FORGOTTEN,
                commit_properties=CommitProperties(
                    max_commit_retries=COMMIT_RETRIES,
                    custom_metadata=dict(metadata or {}),
                    app_transactions=[Transaction(app_id, app_version)],
                ),
            )
        return True

    def _open(self, name: str, version: int | None = None) -> DeltaTable | None:
        with naming(self.uri(name)):
            try:
                return DeltaTable(
                    self._address(name), version=version, storage_options=self._options()
                )
            except TableNotFoundError:
                return None

    def _address(self, name: str) -> str:
        return self.uri(name) if self.root.startswith("s3://") else str(Path(self.root, name))

    def _options(self) -> dict[str, str] | None:
        """Fresh credentials at every use: a role's session must not outlive a long step."""
        if not self.root.startswith("s3://"):
            return None
        return storage_options(self._session)
