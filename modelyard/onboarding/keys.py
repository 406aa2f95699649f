"""Which columns name a row, and which one says when it was asked about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from modelyard.errors import RefusedError
from modelyard.onboarding.profile import Profile, exact_distinct
from modelyard.onboarding.table import TextTable

_REPEATED, _OFTEN = 0.02, 0.1
_FEWEST_DAYS, _SPAN_DAYS, _DAYS_PER_ROW = 20, 56, 7
_IDENTIFIER = re.compile(
    r"(.*_)?(id|ids|key|uuid|guid|no|nr|num|number|nummer|code|ref|reference|index|idx)"
)
_MOMENT = re.compile(
    r"(.*_)?(at|on|date|day|time|timestamp|datetime|ts|when|hour|month|week|datum|zeit|zeitpunkt)(_.*)?"
)
_ANOTHER_MOMENT = re.compile(
    r".*(birth|sign_?up|regist|join|start|first|since|open|hire|expir|end|last|due|updat|modif|until|close).*"
)


@dataclass(frozen=True, kw_only=True)
class Named:
    """A column under consideration."""

    number: int
    name: str
    profile: Profile

    @property
    def value(self) -> str:
        """SQL for its typed value."""
        return self.profile.kind.value(f"c{self.number}")


def names_a_row(name: str) -> bool:
    """Whether a name may be that of a key."""
    return _IDENTIFIER.fullmatch(name) is not None


def check_key(
    table: TextTable, key: Sequence[Named], time: Named | None, *, copies: int = 0
) -> tuple[Named, ...]:
    """The key as given, with the time where only both name a row; refuses what names none.

    `table` has each row once: whole copies of rows (`copies` of them) speak against no key.
    """
    chosen = tuple(key)
    repeated = _repeated(table, chosen)
    if repeated and time is not None and time not in chosen:
        with_time = (*chosen, time)
        if _repeated(table, with_time) < repeated:
            chosen, repeated = with_time, _repeated(table, with_time)
    if repeated > _REPEATED * table.rows:
        shown = " and ".join(each.name for each in chosen)
        which = f"different rows (without {copies:,} copies)" if copies else "rows"
        raise RefusedError(
            f"{shown} is no key: {repeated:,} of {table.rows:,} {which} repeat an earlier one.",
            remedy="name more columns (--key A --key B), or none: --key none",
        )
    return chosen


def find_key(table: TextTable, columns: Sequence[Named], copies: int) -> Named | None:
    """The first column that looks like an identifier and has another value in every row.

    `table` has each row once: whole copies of rows (`copies` of them) speak against no key.
    """
    for column in columns:
        found = column.profile
        if found.kind.logical not in ("integer", "string") or found.missing or found.odd:
            continue
        if found.distinct != table.rows or found.mean_words > 1.5:
            continue
        counted = found.kind.logical == "integer" and consecutive(found)
        first = column.number == 0 and (counted or found.kind.logical == "string")
        if names_a_row(column.name) or (first and not comes_often(found.distinct, table, copies)):
            return column
    return None


def find_time(table: TextTable, columns: Sequence[Named]) -> Named | None:
    """The one column of complete instants or days over weeks; none where there is a choice."""
    found = [column for column in columns if _may_be_time(column)]
    if len(found) != 1 or len(days_of(table, found[0])) < _FEWEST_DAYS:
        return None
    return found[0]


def days_of(
    table: TextTable, time: Named, labelled: Named | None = None
) -> list[tuple[date, int]]:
    """Days and their rows, in order; of those with a label where it is named."""
    known = [each for each in (time, labelled) if each is not None]
    rows = table.query(
        f"SELECT CAST({time.value} AS DATE) AS day, count(*) "
        f"FROM {table.source(*(each.number for each in known))} "
        f"WHERE {' AND '.join(f'{each.value} IS NOT NULL' for each in known)} "
        "GROUP BY 1 ORDER BY 1"
    )
    return [(day, int(count)) for day, count in rows]


def _may_be_time(column: Named) -> bool:
    found = column.profile
    if found.kind.logical not in ("date", "timestamp") or found.missing or found.odd:
        return False
    if not _MOMENT.fullmatch(column.name) or _ANOTHER_MOMENT.fullmatch(column.name):
        return False
    days: int = (found.maximum - found.minimum).days
    # Years with hardly a row per week are dates of birth rather than a record of events.
    return days >= _SPAN_DAYS and found.values >= days / _DAYS_PER_ROW


def _repeated(table: TextTable, key: Sequence[Named]) -> int:
    return table.rows - exact_distinct(table, {each.number: each.value for each in key})


def comes_often(distinct: int, table: TextTable, copies: int) -> bool:
    """Whether each value has so many rows that some may well be equal: age and sex of thousands.

    `table` has each row once.
    """
    return distinct < _OFTEN * (table.rows + copies)


def consecutive(found: Profile) -> bool:
    """Whether whole numbers count the rows."""
    span: int = found.maximum - found.minimum + 1
    return span == found.rows
