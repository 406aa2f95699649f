"""Makes of a CSV file a copy that the database reads: UTF-8, names on a line, quotes twice."""

import re
import shutil
from pathlib import Path

from modelyard.onboarding import encoding
from modelyard.onboarding.dialect import Dialect

_CHUNK = 1 << 20
_ESCAPED = re.compile(r'\\(["\\])')
_WRITTEN = {'"': '""', "\\": "\\"}


def copy_as_utf8(file: Path, copy: Path, encoding_name: str | None) -> str:
    """Make `copy` the file in UTF-8, or a link to it; returns its encoding."""
    # Under the name that people know: messages carry it.
    copy.unlink(missing_ok=True)
    copy.symlink_to(file.resolve())
    found = encoding_name or encoding.detect(copy)
    if encoding.is_utf8(found):
        if encoding_name:
            encoding.require_utf8(copy)
    else:
        copy.unlink()
        encoding.rewrite_as_utf8(file, found, copy)
    return found


def has_escaped_quotes(copy: Path) -> bool:
    """Whether a backslash stands before a quote anywhere in a file."""
    if not copy.is_file():
        return False
    last = b""
    with copy.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b'\\"' in last + chunk:
                return True
            last = chunk[-1:]
    return False


def double_escaped_quotes(copy: Path) -> None:
    r"""Write `\"` as `""`; a backslash before anything else stays, but for one that is escaped."""
    plain = copy.with_name(f"{copy.name}.plain")
    kept = ""
    with (
        copy.open(encoding="utf-8-sig", newline="") as source,
        plain.open("w", encoding=encoding.UTF8, newline="") as target,
    ):
        while chunk := source.read(_CHUNK):
            text = kept + chunk
            # What a backslash at the end belongs to is in the next chunk.
            whole = text.rstrip("\\")
            kept = text[len(whole) :]
            target.write(_ESCAPED.sub(lambda found: _WRITTEN[found[1]], whole))
        target.write(kept)
    # The copy may be a link to the file itself, which stays as it is.
    plain.replace(copy)


def put_names_on_one_line(copy: Path, dialect: Dialect) -> None:
    """The database takes the first line end for that of all rows, wherever it stands."""
    plain = copy.with_name(f"{copy.name}.plain")
    with (
        copy.open(encoding="utf-8-sig", newline="") as source,
        plain.open("w", encoding=encoding.UTF8, newline="") as target,
    ):
        last = [source.readline() for _ in range(dialect.lines)][-1]
        end = last[len(last.rstrip("\r\n")) :] or "\n"
        # It knows the columns by their place.
        target.write(dialect.delimiter * (len(dialect.names) - 1) + end)
        shutil.copyfileobj(source, target)
    # The copy may be a link to the file itself, which stays as it is.
    plain.replace(copy)
