"""Cuts a file into the batches that land: UTF-8, commas, one spelling for numbers and days."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from modelyard.errors import RefusedError
from modelyard.onboarding.database import Database
from modelyard.onboarding.landed import PART, landed, names, rows_of_parts
from modelyard.onboarding.parts import Parts
from modelyard.onboarding.row_content import content_keys
from modelyard.onboarding.source import Source
from modelyard.onboarding.table import TextTable, read

ROWS_PER_BATCH = 250_000
"""Ingestion holds a batch in memory."""
_FEWEST_ROWS, _CELLS_PER_BATCH, _BYTES_PER_BATCH = 1000, 10_000_000, 128 << 20
_ROWS_AT_ONCE, _BYTES_AT_ONCE = 65_536, 32 << 20


def batches(
    source: Source, file: Path, database: Database, *, called: str, sha256: str, wanted: Parts
) -> Iterator[tuple[str, bytes]]:
    """Name and CSV of each batch, in order of time or of the file; memory is one batch's."""
    table = _read(source, file, database, called)
    if wanted.ranges:
        wanted.require(rows_of_parts(source, table))
    files = landed(source, table, sha256)
    if not table.rows:
        raise RefusedError(f"{called} has names but no rows.", remedy="give a file with rows")
    # From here on whoever takes the batches says what becomes of them.
    database.progress.step("")
    for part, number, body in _cut(source, files):
        if part in wanted:
            yield _named(Path(called).stem, sha256[:8], part, number), body


def rows_by_part(source: Source, file: Path, database: Database, *, called: str) -> dict[str, int]:
    """Rows of each month or week of a file with time, in order; rows without a time come last."""
    return rows_of_parts(source, _read(source, file, database, called))


def _read(source: Source, file: Path, database: Database, called: str) -> TextTable:
    return read(
        database, file, called=called, encoding_name=source.encoding, delimiter=source.delimiter
    )


def _cut(source: Source, files: Sequence[Path]) -> Iterator[tuple[str, int, bytes]]:
    """Consecutive rows of one part; a part with many rows lands in several batches, numbered."""
    most = max(_FEWEST_ROWS, min(ROWS_PER_BATCH, _CELLS_PER_BATCH // len(names(source))))
    written = io.BytesIO()
    part, count, number = "", 0, 0
    for frame in _rows(source, files, min(most, _ROWS_AT_ONCE)):
        for here, piece in _parts(frame):
            full = count + piece.height > most or written.tell() > _BYTES_PER_BATCH
            if count and (full or here != part):
                yield part, number, written.getvalue()
                number = number + 1 if here == part else 0
                written, count = io.BytesIO(), 0
            part = here
            # At once: texts of a frame take several times what they take as CSV.
            piece.write_csv(written, include_header=not count)
            count += piece.height
    if count:
        yield part, number, written.getvalue()


def _parts(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Consecutive rows of one part, without its name; not a copy of them."""
    runs, start = frame[PART].rle().struct.unnest(), 0
    for rows, part in runs.iter_rows():
        yield str(part), frame.slice(start, rows).drop(PART)
        start += rows


def _rows(source: Source, files: Sequence[Path], most: int) -> Iterator[pl.DataFrame]:
    """All columns of some rows at a time, of long texts or many columns fewer."""
    head = _slice(files, 0, _FEWEST_ROWS)
    fitting = _BYTES_AT_ONCE * head.height / max(1, head.estimated_size())
    at_once = max(1, min(most, int(fitting)))
    for start in range(0, pq.read_metadata(files[0]).num_rows, at_once):
        yield _keyed(source, _slice(files, start, at_once)).select(*names(source), PART)


def _keyed(source: Source, frame: pl.DataFrame) -> pl.DataFrame:
    if not source.row_key or source.row_key_of == "number":
        return frame
    held = frame.select(column.name for column in source.columns)
    return frame.with_columns(content_keys(held).alias(source.row_key))


def _slice(files: Sequence[Path], start: int, rows: int) -> pl.DataFrame:
    """Rows with all their columns; the files one after the other, for each holds what it reads."""
    first, *others = (pl.scan_parquet(file).slice(start, rows).collect() for file in files)
    return first.hstack([values for other in others for values in other.get_columns()])


def _named(stem: str, mark: str, part: str, number: int) -> str:
    """`2024-05-1a2b3c4d.csv`: another file of the same month is another batch."""
    pieces = [
        piece for piece in (part or stem, mark, f"{number + 1:04d}" if number else "") if piece
    ]
    return f"{'-'.join(pieces)}.csv"
