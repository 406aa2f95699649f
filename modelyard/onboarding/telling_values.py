"""How the values of each column were read, and what of them its owner should look at."""

from collections.abc import Sequence

from modelyard.onboarding.plan import Column

Line = tuple[str, str, str]
"""Topic, what was assumed, how to change it."""
SHOWN = 8
_FILE = "source.yaml"


def how_read(columns: Sequence[Column]) -> list[Line]:
    """What was assumed about decimals, days, units and words for "no value"."""
    lines: list[Line] = []
    commas = [c.original for c in columns if c.profile.kind.decimal == ","]
    if commas:
        lines.append(("decimal comma", f"in {some(commas)}", _FILE))
    for column in columns:
        kind = column.profile.kind
        if len(kind.formats) > 1 or any("%d/%m" in f or "%m/%d" in f for f in kind.formats):
            told = f"written as {' or '.join(kind.formats)}"
            lines.append((f"days of {column.name}", told, _FILE))
        if kind.unit:
            told = f"numbers are in {kind.unit}; rows with another unit go to quarantine"
            lines.append((f"unit of {column.name}", told, _FILE))
        if column.profile.folded:
            words = some([f"{word!r}" for word, _ in column.profile.folded])
            classes = ", ".join(repr(word) for word, _ in column.profile.categories)
            lines.append((f"case of {column.name}", f"{words} are read as {classes}", _FILE))
        if column.profile.spelled:
            words = some([f"{word!r} ({_rows(n)})" for word, n in column.profile.spelled])
            verb = "is" if len(column.profile.spelled) == 1 else "are"
            lines.append((f"missing {column.name}", f"{words} {verb} read as missing", _FILE))
    return lines


def to_look_at(columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Values that are not of their column's kind, and numbers that may mean something else."""
    found = [(f"odd {c.name}", _odd(c)) for c in columns if c.profile.odd]
    for column in columns:
        if column.profile.sentinel is not None:
            number, rows = column.profile.sentinel
            told = (
                f"{number} in {_rows(rows)}: if that means missing, leave these cells empty and "
                "make the model again"
            )
            found.append((f"missing? {column.name}", told))
    return found


def some(names: Sequence[str], most: int = SHOWN) -> str:
    """The first of many names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _odd(column: Column) -> str:
    shown = ", ".join(repr(text) for text in column.profile.odd_examples)
    return (
        f"{column.profile.odd:,} of {column.profile.present:,} values are no "
        f"{column.profile.kind.logical} ({shown}): their rows will go to quarantine"
    )


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count != 1 else ''}"
