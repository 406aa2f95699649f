"""Says why the database cannot read a file: where, and what to do, but none of its values."""

import json
import re
from pathlib import Path

import duckdb

from modelyard.errors import RefusedError, UsageError
from modelyard.onboarding.dialect import LONGEST_FIELD

_SMALLER = "leave out columns that hold whole documents"
_WIDTHS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_KIND_OF_ERROR = re.compile(r"^[A-Z][A-Za-z ]+ Error: ")


def unreadable(
    called: str, kind: str, file: Path, error: duckdb.Error
) -> UsageError | RefusedError:
    """What to raise for a database error about `file`, which people know as `called`."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return RefusedError(f"{called} cannot be read: {_first(error)}", remedy=_SMALLER)
    told, remedy = {"csv": _csv, "parquet": _parquet, "jsonl": _json}[kind](file, error)
    return UsageError(f"{called} cannot be read: {told}.", remedy=remedy)


def _csv(file: Path, error: duckdb.Error) -> tuple[str, str]:
    text = str(error)
    number = re.search(r"CSV Error on Line: (\d+)", text)
    line = f"line {number[1]}" if number else "a line"
    if widths := _WIDTHS.search(text):
        return (
            f"{line} has another number of fields ({widths[2]}) than the first one ({widths[1]})",
            "every line needs as many fields as the first one; correct the file and try again",
        )
    if "Maximum line size" in text:
        return f"{line} is longer than {LONGEST_FIELD >> 20} MiB", _SMALLER
    if "unterminated quote" in text:
        return (
            f"{line} has a quote that does not end where its field ends",
            "write a quote inside a quoted field twice, and try again",
        )
    if "invalid state" in text:
        return "its lines do not all end alike", "end every line alike (dos2unix) and try again"
    return _first(error), "correct the file and try again"


def _parquet(file: Path, error: duckdb.Error) -> tuple[str, str]:
    if "valid UTF8" in str(error):
        return "a text in it is not UTF-8", "write the file again with UTF-8"
    told = re.sub(rf"""\s*(of|in)?( file)? ['"]?{re.escape(str(file))}['"]?""", "", _first(error))
    return told, "it is damaged, was cut off, or is no Parquet file: write or copy it again"


def _json(file: Path, error: duckdb.Error) -> tuple[str, str]:
    text = str(error)
    remedy = "every line needs one whole JSON object; correct the file and try again"
    if "maximum_object_size" in text:
        return f"an object is longer than {LONGEST_FIELD >> 20} MiB", _SMALLER
    if "uplicate" in text:
        return "an object has one name twice", remedy
    number = _broken_line(file)
    return f"line {number} is no JSON object" if number else "an object is malformed", remedy


def _broken_line(file: Path) -> int | None:
    """The database counts lines from another place than people do."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                if line.strip() and not isinstance(json.loads(line), dict):
                    return number
            except ValueError:
                return number
    return None


def _first(error: duckdb.Error) -> str:
    """Its first line; the others may hold rows of the file, or the query."""
    line = str(error).strip().partition("\n")[0]
    return _KIND_OF_ERROR.sub("", line)[:200].strip(" .:")
