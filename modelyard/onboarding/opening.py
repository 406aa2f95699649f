"""Opens CSV, Parquet and JSON lines alike: SQL that gives every column as trimmed text."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from modelyard.onboarding import encoding
from modelyard.onboarding.dialect import Dialect, sniff

_NESTED = ("STRUCT", "MAP", "UNION", "[", "BLOB")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """How to read a file: SQL that gives c0, c1, … as texts, and what these are called."""

    sql: str
    names: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    encoding: str = ""
    dialect: Dialect | None = None


def open_file(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    kind: str,
    work: Path,
    called: str,
    encoding_name: str | None,
    delimiter: str | None,
) -> Opened:
    """Open `file`, called `called` by people, as `csv`, `parquet` or `jsonl`."""
    if kind == "csv":
        return _open_csv(file, work / called, encoding_name, delimiter)
    if kind == "parquet":
        return _open_typed(connection, f"read_parquet('{_quoted(file)}')")
    return _open_json(connection, file)


def _open_csv(file: Path, copy: Path, encoding_name: str | None, delimiter: str | None) -> Opened:
    # Under the name that people know: messages carry it.
    copy.unlink(missing_ok=True)
    copy.symlink_to(file.resolve())
    found = encoding_name or encoding.detect(copy)
    if found not in (encoding.UTF8, "utf-8-sig"):
        copy.unlink()
        encoding.rewrite_as_utf8(file, found, copy)
    dialect = sniff(copy, delimiter)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(dialect.names)))
    quote = dialect.quote.replace("'", "''")
    reader = (
        f"read_csv('{_quoted(copy)}', auto_detect = false, header = true, all_varchar = true, "
        f"delim = '{dialect.delimiter}', quote = '{quote}', escape = '{quote}', "
        f"columns = {{{columns}}}, max_line_size = {1 << 24}, strict_mode = true)"
    )
    return Opened(
        sql=f"SELECT {_trimmed(range(len(dialect.names)))} FROM {reader}",
        names=dialect.names,
        encoding=found,
        dialect=dialect,
    )


def _open_json(connection: duckdb.DuckDBPyConnection, file: Path) -> Opened:
    place = f"'{_quoted(file)}', format = 'newline_delimited', maximum_object_size = {1 << 24}"
    described = connection.execute(
        f"DESCRIBE SELECT * FROM read_json({place}, sample_size = -1)"
    ).fetchall()
    flat = [name for name, type_, *_ in described if not _nested(type_)]
    columns = ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}': 'VARCHAR'" for name in flat)
    chosen = ", ".join(f"trim({_identifier(name)}) AS c{i}" for i, name in enumerate(flat))
    skipped = tuple(name for name, type_, *_ in described if _nested(type_))
    return Opened(
        sql=f"SELECT {chosen} FROM read_json({place}, columns = {{{columns}}})",
        names=tuple(flat),
        skipped=skipped,
    )


def _open_typed(connection: duckdb.DuckDBPyConnection, reader: str) -> Opened:
    described = connection.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
    flat = [name for name, type_, *_ in described if not _nested(type_)]
    chosen = ", ".join(
        f"trim(CAST({_identifier(name)} AS VARCHAR)) AS c{i}" for i, name in enumerate(flat)
    )
    skipped = tuple(name for name, type_, *_ in described if _nested(type_))
    return Opened(sql=f"SELECT {chosen} FROM {reader}", names=tuple(flat), skipped=skipped)


def _trimmed(numbers: Iterable[int]) -> str:
    return ", ".join(f"trim(c{i}) AS c{i}" for i in numbers)


def _nested(type_: str) -> bool:
    return any(mark in type_.upper() for mark in _NESTED)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
