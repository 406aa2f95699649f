"""What a column's texts are (numbers, booleans, days, instants, words) and how to read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from modelyard.onboarding import numerals
from modelyard.onboarding.missing import ALWAYS, AMONG_VALUES
from modelyard.onboarding.moments import EPOCHS, ISO
from modelyard.onboarding.sql_text import literal, literals

Logical = Literal["integer", "number", "boolean", "date", "timestamp", "string"]

UNREAD = "unread: "
ENOUGH = 0.98
"""Share of a column's values that must be of a kind; the others are told, and quarantined."""
ISO_LIKE = (
    r"\d{4}-\d{1,2}-\d{1,2}"
    r"([T ]\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?\s*(Z|UTC|[+-]\d{2}(:?\d{2})?)?)?"
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a column's texts become values."""

    logical: Logical
    decimal: Literal[".", ","] = "."
    """What stands before the decimals of a number; the other one may divide thousands."""
    formats: tuple[str, ...] = ()
    """How days and instants are written, the likeliest first."""
    missing: tuple[str, ...] = ()
    """What this column writes for "no value" beside the usual spellings."""
    fold_case: bool = False
    """Whether Yes and YES are yes."""
    unit: str = ""
    """What stands before or behind its numbers; a number in another unit is none."""

    def present(self, column: str) -> str:
        """SQL for the text without the spellings of "no value"."""
        spelled = ALWAYS if self.logical == "string" else (*ALWAYS, *AMONG_VALUES)
        words = literals(spelled)
        if self.missing:
            words += "".join(f", lower({literal(word)})" for word in self.missing)
        return f"CASE WHEN lower({column}) IN ({words}) THEN NULL ELSE {column} END"

    def value(self, column: str) -> str:
        """SQL for the typed value; null where the text is missing or no such value."""
        return self.reading(self.present(column))

    def reading(self, text: str) -> str:
        """SQL for the typed value of a text that is present.

        Where a query asks for several things of a value, `text` should be a column of a subquery
        (`typed`): an expression would be computed again for each of them.
        """
        match self.logical:
            case "string":
                return f"lower({text})" if self.fold_case else text
            case "boolean":
                return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
            case "integer":
                return numerals.integer(text, self.decimal)
            case "number":
                return numerals.number(text, self.decimal, self.unit)
            case "date":
                return f"CAST({self._instant(text)} AS DATE)"
            case "timestamp":
                return self._instant(text)

    def landed(self, text: str, value: str) -> str:
        """SQL for the text as the landing zone wants it; what cannot be read stays as it is.

        Where the landing zone would read another number in it, it is marked: 79.62 in a column of
        decimal commas, and an identifier of 17 digits, which no double holds. `text` and `value`
        are what `present` and `reading` gave, best as columns of a subquery.
        """
        match self.logical:
            case "string":
                return value
            case "boolean" | "integer" | "number":
                written = f"CAST({value} AS VARCHAR)"
            case "date":
                written = f"strftime({value}, '%Y-%m-%d')"
            case "timestamp":
                moment = f"({value} AT TIME ZONE 'UTC')"
                # Without it, two readings of one second would have one key.
                fraction = f"microsecond({moment}) % 1000000 > 0"
                written = (
                    f"strftime({moment}, '%Y-%m-%dT%H:%M:%S') || "
                    f"CASE WHEN {fraction} THEN strftime({moment}, '.%f') ELSE '' END || 'Z'"
                )
        return f"coalesce({written}, {self._unread(text)})"

    def _unread(self, text: str) -> str:
        if self.logical != "number":
            return text
        misread = f"TRY_CAST({text} AS DOUBLE) IS NOT NULL"
        return f"CASE WHEN {misread} THEN '{UNREAD}' || {text} ELSE {text} END"

    def _instant(self, text: str) -> str:
        if self.formats[0] in EPOCHS:
            # Beyond these the database refuses the whole query, not the value.
            count = f"TRY_CAST({text} AS DOUBLE) / {EPOCHS[self.formats[0]]}"
            return f"CASE WHEN abs({count}) < 1e11 THEN to_timestamp({count}) END"
        readings = [f"TRY_CAST({text} AS TIMESTAMPTZ)"] if ISO in self.formats else []
        others = [form for form in self.formats if form != ISO]
        if others:
            readings.append(f"(try_strptime({text}, [{literals(others)}]) AT TIME ZONE 'UTC')")
        return f"coalesce({', '.join(readings)})" if len(readings) > 1 else readings[0]


def typed(source: str, kinds: Mapping[int, Kind]) -> str:
    """SQL for the texts t0, t1, … and values v0, v1, … of columns, and `file_row_number`.

    Each is computed once, however often a query asks for it.
    """
    texts = "".join(f"{kind.present(f'c{n}')} AS t{n}, " for n, kind in kinds.items())
    values = "".join(f"t{n}, {kind.reading(f't{n}')} AS v{n}, " for n, kind in kinds.items())
    return f"(SELECT {values}file_row_number FROM (SELECT {texts}file_row_number FROM {source}))"


TEXT = Kind(logical="string")


def enough(count: int, values: int) -> bool:
    """Whether so many of a column's values make it one of their kind."""
    return values > 0 and count >= ENOUGH * values
