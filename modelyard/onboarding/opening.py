"""Opens CSV, Parquet and JSON lines alike: SQL that gives every column as trimmed text."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from modelyard.errors import UsageError
from modelyard.onboarding.csv_copy import (
    copy_as_utf8,
    double_escaped_quotes,
    put_names_on_one_line,
)
from modelyard.onboarding.database import Database
from modelyard.onboarding.dialect import LONGEST_FIELD, Dialect, sniff
from modelyard.onboarding.strips import quoted

_NESTED = ("STRUCT", "MAP", "UNION", "[", "BLOB")
_LONGEST_LINE = LONGEST_FIELD
_READ_AHEAD = 2 * _LONGEST_LINE
"""Bytes of CSV in one buffer; unsaid, the database would take sixteen of the longest lines."""
_HEAD = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Opened:
    """How to read a file: SQL for each column as text, where they come from, their names."""

    texts: tuple[str, ...]
    source: str
    names: tuple[str, ...]
    rows: int
    """Before it was read: for lines of text about right."""
    counted: bool = False
    """Whether these rows are exact."""
    skipped: tuple[str, ...] = ()
    encoding: str = ""
    dialect: Dialect | None = None

    def select(self, numbers: range) -> str:
        """SQL that gives some columns as c0, c1, …"""
        chosen = ", ".join(f"{self.texts[number]} AS c{number}" for number in numbers)
        return f"SELECT {chosen} FROM {self.source}"


def open_file(
    database: Database,
    file: Path,
    kind: str,
    called: str,
    encoding_name: str | None,
    delimiter: str | None,
    *,
    escaped: bool = False,
) -> Opened:
    """Open `file`, called `called` by people, as `csv`, `parquet` or `jsonl`.

    Whether a backslash escapes quotes has to be said.
    """
    if kind == "csv":
        copy = copy_of(database, called)
        return _open_csv(file, copy, encoding_name, delimiter, escaped=escaped)
    if kind == "parquet":
        return _open_parquet(database, file)
    return _open_json(database, file)


def copy_of(database: Database, called: str) -> Path:
    """Where the copy of a CSV file is that the database reads."""
    # A name is no path: it would lead out of the workspace.
    return database.work / Path(called).name


def _open_csv(
    file: Path, copy: Path, encoding_name: str | None, delimiter: str | None, *, escaped: bool
) -> Opened:
    found = copy_as_utf8(file, copy, encoding_name)
    if escaped:
        double_escaped_quotes(copy)
    dialect = sniff(copy, delimiter)
    if dialect.lines > 1:
        put_names_on_one_line(copy, dialect)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(dialect.names)))
    quote = dialect.quote.replace("'", "''")
    return Opened(
        source=(
            f"read_csv('{quoted(copy)}', auto_detect = false, header = true, all_varchar = true, "
            f"delim = '{dialect.delimiter}', quote = '{quote}', escape = '{quote}', "
            f"columns = {{{columns}}}, max_line_size = {_LONGEST_LINE}, "
            f"buffer_size = {_READ_AHEAD}, strict_mode = true)"
        ),
        texts=tuple(f"trim(c{i})" for i in range(len(dialect.names))),
        names=dialect.names,
        rows=_lines(copy),
        encoding=found,
        dialect=dialect,
    )


def _open_json(database: Database, file: Path) -> Opened:
    _refuse_array(file)
    place = (
        f"'{quoted(file)}', format = 'newline_delimited', records = true, "
        f"maximum_object_size = {1 << 24}"
    )
    described = _described(database, f"read_json({place}, sample_size = -1)")
    _refuse_names_alike(database, file, [name for name, _ in described])
    flat, skipped = _split(described)
    columns = ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}': 'VARCHAR'" for name in flat)
    return Opened(
        source=f"read_json({place}, columns = {{{columns}}})",
        texts=tuple(f"trim({_identifier(name)})" for name in flat),
        names=flat,
        rows=_lines(file),
        skipped=skipped,
    )


def _open_parquet(database: Database, file: Path) -> Opened:
    source = f"read_parquet('{quoted(file)}')"
    described = _described(database, source)
    # The database numbers names that differ by case only: a label would be another column.
    named = dict(zip((name for name, _ in described), pq.read_schema(file).names, strict=True))
    flat, skipped = _split(described)
    (rows,) = database.query(f"SELECT num_rows FROM parquet_file_metadata('{quoted(file)}')")[0]
    return Opened(
        source=source,
        texts=tuple(f"trim(CAST({_identifier(name)} AS VARCHAR))" for name in flat),
        names=tuple(named[name] for name in flat),
        rows=int(rows),
        counted=True,
        skipped=tuple(named[name] for name in skipped),
    )


def _described(database: Database, source: str) -> list[tuple[str, str]]:
    """Name and type of each column."""
    rows = database.query(f"DESCRIBE SELECT * FROM {source}")
    return [(name, type_) for name, type_, *_ in rows]


def _split(described: list[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the columns of single values, and of the others."""
    flat = tuple(name for name, type_ in described if not _nested(type_))
    return flat, tuple(name for name, type_ in described if _nested(type_))


def _refuse_array(file: Path) -> None:
    with file.open("rb") as opened:
        if not opened.read(_HEAD).lstrip().startswith(b"["):
            return
    raise UsageError(
        "The file is one JSON array, not an object per line.",
        remedy="jq -c '.[]' FILE > FILE.jsonl, then give that one",
    )


def _refuse_names_alike(database: Database, file: Path, names: list[str]) -> None:
    """Of names that differ by case only the database reads one, and makes another up."""
    known = {name.casefold() for name in names}
    numbered = [re.fullmatch(r"(.*)_\d+", name) for name in names]
    if not any(made and made[1].casefold() in known for made in numbered):
        return
    objects = f"read_json_objects('{quoted(file)}', format = 'newline_delimited')"
    found = database.query(f"SELECT DISTINCT unnest(json_keys(json)) FROM {objects}")
    keys = [str(key) for (key,) in found]
    spelled = Counter(key.casefold() for key in keys)
    alike = sorted(key for key in keys if spelled[key.casefold()] > 1)
    if alike:
        raise UsageError(
            f"Names that differ by case only cannot be read from JSON lines: {', '.join(alike)}.",
            remedy="rename one of them, or give the file as CSV or Parquet",
        )


def _lines(file: Path) -> int:
    """About how many lines a file has, by those it begins with."""
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    return round(file.stat().st_size / max(1, len(head)) * head.count(b"\n"))


def _nested(type_: str) -> bool:
    return any(mark in type_.upper() for mark in _NESTED)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
