"""Says of a column of texts that most of them are numbers or days, and what the others are."""

from dataclasses import dataclass
from typing import Literal

from modelyard.onboarding.kinds import Kind
from modelyard.onboarding.moments import FORMATS, ISO
from modelyard.onboarding.table import TextTable
from modelyard.onboarding.units import beside

_LOOKED_AT = 20_000
_MOST = 0.5
"""Share of the values that must be of one kind for it to be worth a word."""
_SHOWN, _MOST_UNITS = 2, 5


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """What most values of a text are."""

    what: Literal["numbers", "days", "units"]
    share: float
    others: tuple[str, ...] = ()
    """The units of numbers in several; otherwise some of the others, where each came again: what
    came once may name somebody."""
    more: bool = False
    """Whether there are others than those."""


def mixture(table: TextTable, number: int) -> Mixed | None:
    """What more than half of a column's texts are, on rows spread over the file."""
    step = max(1, table.rows // _LOOKED_AT)
    present = Kind(logical="number").present(f"c{number}")
    rows = (
        f"(SELECT {present} AS t FROM {table.source(number)} WHERE file_row_number % {step} = 0)"
    )
    if several := _units(table, rows):
        return several
    numeric = " OR ".join(
        f"{Kind(logical='number', decimal=style).reading('t')} IS NOT NULL" for style in (".", ",")
    )
    day = f"{Kind(logical='timestamp', formats=(ISO, *FORMATS)).reading('t')} IS NOT NULL"
    # Digits that are no number, or begin with a nought, belong to codes.
    code = "regexp_full_match(t, '0\\d+|\\d{16,}')"
    values, numbers, codes = table.query(
        f"SELECT count(t), count(*) FILTER ({numeric}), count(*) FILTER ({code}) FROM {rows}"
    )[0]
    if not values or codes:
        return None
    if numbers > _MOST * values:
        return _mixed("numbers", numbers / values, table, rows, numeric)
    (days,) = table.query(
        f"SELECT count(*) FILTER (length(t) BETWEEN 6 AND 40 AND {day}) FROM {rows}"
    )[0]
    return _mixed("days", days / values, table, rows, day) if days > _MOST * values else None


def _units(table: TextTable, rows: str) -> Mixed | None:
    found = table.query(
        f"SELECT unit, count(*), any_value(n) FROM "
        f"(SELECT {beside('t')} AS unit, count(t) OVER () AS n FROM {rows}) "
        "WHERE unit IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    again = [(unit, count) for unit, count, _ in found if count > 1]
    if not 1 < len(again) <= _MOST_UNITS or sum(n for _, n in again) <= _MOST * found[0][2]:
        return None
    share = sum(n for _, n in again) / found[0][2]
    return Mixed(what="units", share=share, others=tuple(unit for unit, _ in again))


def _mixed(
    what: Literal["numbers", "days"], share: float, table: TextTable, rows: str, test: str
) -> Mixed:
    others = table.query(
        f"SELECT t, count(*) FROM {rows} WHERE t IS NOT NULL AND NOT coalesce({test}, false) "
        "GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    again = bool(others) and others[-1][1] > 1
    return Mixed(
        what=what,
        share=share,
        others=tuple(word[:30] for word, _ in others[:_SHOWN]) if again else (),
        more=len(others) > _SHOWN,
    )
