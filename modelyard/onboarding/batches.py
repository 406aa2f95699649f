"""Cuts a file into the batches that land: UTF-8, commas, one spelling for numbers and days."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from modelyard.errors import UsageError
from modelyard.onboarding.source import Source, SourceColumn
from modelyard.onboarding.table import TextTable, read

ROWS_PER_BATCH = 250_000
"""Ingestion holds a batch in memory."""
_FEWEST_ROWS = 1000
_CELLS_PER_BATCH = 25_000_000
UNDATED = "undated"
_PART = "part_of_rows"
_STEPS = {"month": "%Y-%m", "week": "%G-W%V"}


def batches(
    source: Source, file: Path, work: Path, *, called: str, sha256: str
) -> Iterator[tuple[str, bytes]]:
    """Name and CSV of each batch, in order of time or of the file; memory is one batch's."""
    table = read(
        file, work, called=called, encoding_name=source.encoding, delimiter=source.delimiter
    )
    landed = work / "landed.parquet"
    order = f" ORDER BY {_PART}, file_row_number" if source.time else ""
    table.connection.execute(
        f"COPY ({_select(source, table, sha256)}{order}) "
        f"TO '{landed}' (FORMAT parquet, COMPRESSION snappy, "
        f"ROW_GROUP_SIZE {max(2048, 4_000_000 // len(table.names))})"
    )
    yield from _cut(landed, Path(called).stem, sha256[:8])


def rows_by_part(source: Source, file: Path, work: Path, *, called: str) -> dict[str, int]:
    """Rows of each month or week of a file with time, in order; rows without a time come last."""
    table = read(
        file, work, called=called, encoding_name=source.encoding, delimiter=source.delimiter
    )
    counted = f"SELECT {_PART}, count(*) FROM ({_select(source, table, '')}) GROUP BY 1 ORDER BY 1"
    return dict(table.query(counted))


def _select(source: Source, table: TextTable, sha256: str) -> str:
    """Texts, then values, then what lands: each computed once, however often it is asked for."""
    places = _places(source.columns, table)
    numbered = [*zip(source.columns, places, strict=True)]
    texts = ", ".join(f"{column.kind.present(f'c{n}')} AS t{n}" for column, n in numbered)
    values = ", ".join(f"t{n}, {column.kind.reading(f't{n}')} AS v{n}" for column, n in numbered)
    chosen = [
        f'{column.kind.landed(f"t{n}", f"v{n}")} AS "{column.name}"' for column, n in numbered
    ]
    if source.row_key:
        number = "lpad(CAST(file_row_number + 1 AS VARCHAR), 9, '0')"
        chosen.insert(0, f"'{sha256[:8]}-' || {number} AS \"{source.row_key}\"")
    chosen.append(f"{_part(source, numbered)} AS {_PART}")
    return (
        f"SELECT {', '.join(chosen)} FROM (SELECT {values}, file_row_number "
        f"FROM (SELECT {texts}, file_row_number FROM {table.source}))"
    )


def _part(source: Source, numbered: Sequence[tuple[SourceColumn, int]]) -> str:
    for column, n in numbered:
        if column.name == source.time:
            instant = f"CAST(v{n} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
            return f"coalesce(strftime({instant}, '{_STEPS[source.parts]}'), '{UNDATED}')"
    return "''"


def _places(columns: Sequence[SourceColumn], table: TextTable) -> list[int]:
    """Where each column is in this file; they may stand in another order, none may be missing."""
    there = Counter(table.names)
    wanted = Counter(column.original for column in columns)
    if wanted - there:
        missing = [
            f"{name} ({wanted[name]} needed, {there[name]} there)" if there[name] else name
            for name in sorted(wanted - there)
        ]
        raise UsageError(
            f"columns missing: {', '.join(missing)}.",
            remedy="the file needs the columns that source.yaml of the model lists",
        )
    seen: dict[str, int] = {}
    places = []
    for column in columns:
        # Of columns with one name, the first of the model is the first of the file.
        place = table.names.index(column.original, seen.get(column.original, 0))
        seen[column.original] = place + 1
        places.append(place)
    return places


def _cut(landed: Path, stem: str, mark: str) -> Iterator[tuple[str, bytes]]:
    """Consecutive rows of one part; a part with many rows lands in several batches."""
    reader = pq.ParquetFile(landed)
    most = max(
        _FEWEST_ROWS, min(ROWS_PER_BATCH, _CELLS_PER_BATCH // len(reader.schema_arrow.names))
    )
    waiting: list[pl.DataFrame] = []
    part, count, number = "", 0, 0
    for group in reader.iter_batches(batch_size=min(most, 65_536)):
        frame = pl.DataFrame(pl.from_arrow(group))
        for piece in frame.partition_by(_PART, maintain_order=True):
            here = str(piece[_PART][0])
            if waiting and (here != part or count + piece.height > most):
                yield _named(stem, mark, part, number), _csv(waiting)
                number = number + 1 if here == part else 0
                waiting, count = [], 0
            part = here
            waiting.append(piece)
            count += piece.height
    if waiting:
        yield _named(stem, mark, part, number), _csv(waiting)


def _named(stem: str, mark: str, part: str, number: int) -> str:
    """`2024-05-1a2b3c4d.csv`: another file of the same month is another batch."""
    pieces = [
        piece for piece in (part or stem, mark, f"{number + 1:04d}" if number else "") if piece
    ]
    return f"{'-'.join(pieces)}.csv"


def _csv(frames: list[pl.DataFrame]) -> bytes:
    buffer = io.BytesIO()
    pl.concat(frames).drop(_PART).write_csv(buffer)
    return buffer.getvalue()
