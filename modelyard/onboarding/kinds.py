"""What a column's texts are (numbers, booleans, days, instants, words) and how to read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from modelyard.onboarding.missing import ALWAYS, AMONG_VALUES

Logical = Literal["integer", "number", "boolean", "date", "timestamp", "string"]

_DECORATION = r"[\s€$£¥%\x{00A0}\x{202F}'']"
_SPACE = r"[\s\x{00A0}\x{202F}'']"
_AROUND = r"[\s€$£¥%\x{00A0}\x{202F}]*"
SHAPE = (
    rf"{_AROUND}[+-]?{_AROUND}(\d{{1,3}}({_SPACE}\d{{3}})+([.,]\d+)?|[\d.,]+)"
    rf"([eE][+-]?\d+)?{_AROUND}"
)
"""Spaces may divide thousands, but digits in other groups are a phone number or a card."""
INTEGER = r"[+-]?\d{1,18}"
POINT = r"[+-]?(\d+\.?\d*|\.\d+|\d{1,3}(,\d{3})+(\.\d+)?)([eE][+-]?\d+)?"
COMMA = r"[+-]?(\d+,?\d*|,\d+|\d{1,3}(\.\d{3})+(,\d+)?)([eE][+-]?\d+)?"
ISO_LIKE = (
    r"\d{4}-\d{1,2}-\d{1,2}"
    r"([T ]\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?\s*(Z|UTC|[+-]\d{2}(:?\d{2})?)?)?"
)
ISO, EPOCH_SECONDS, EPOCH_MILLISECONDS = "iso", "epoch seconds", "epoch milliseconds"
_EPOCHS = {EPOCH_SECONDS: 1, EPOCH_MILLISECONDS: 1000}
_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M %p")
_DAYS = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d.%m.%y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d-%b-%y",
    "%Y%m%d%H%M%S",
)
FORMATS = tuple(f"{day}{clock}" for day in _DAYS for clock in _CLOCKS)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a column's texts become values."""

    logical: Logical
    decimal: Literal[".", ","] = "."
    """What stands before the decimals of a number; the other one may divide thousands."""
    formats: tuple[str, ...] = ()
    """How days and instants are written, the likeliest first."""

    def present(self, column: str) -> str:
        """SQL for the text without the spellings of "no value"."""
        spelled = ALWAYS if self.logical == "string" else (*ALWAYS, *AMONG_VALUES)
        words = ", ".join(f"'{word}'" for word in spelled)
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
                return text
            case "boolean":
                return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
            case "integer" | "number":
                return self._number(text)
            case "date":
                return f"CAST({self._instant(text)} AS DATE)"
            case "timestamp":
                return self._instant(text)

    def landed(self, text: str, value: str) -> str:
        """SQL for the text as the landing zone wants it; what cannot be read stays as it is.

        `text` and `value` are what `present` and `reading` gave, best as columns of a subquery.
        """
        match self.logical:
            case "string":
                return text
            case "boolean" | "integer" | "number":
                written = f"CAST({value} AS VARCHAR)"
            case "date":
                written = f"strftime({value}, '%Y-%m-%d')"
            case "timestamp":
                written = f"strftime({value} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ')"
        return f"coalesce({written}, {text})"

    def _number(self, text: str) -> str:
        pattern = COMMA if self.decimal == "," else POINT
        stripped = bare(text)
        plain = (
            f"replace(replace({stripped}, '.', ''), ',', '.')"
            if self.decimal == ","
            else f"replace({stripped}, ',', '')"
        )
        type_ = "BIGINT" if self.logical == "integer" else "DOUBLE"
        careful = (
            f"CASE WHEN regexp_full_match({text}, '{SHAPE}') "
            f"AND regexp_full_match({stripped}, '{pattern}') "
            f"THEN TRY_CAST({plain} AS {type_}) END"
        )
        if self.decimal == ",":
            return careful
        # Most values are plain; only what is not pays for the patterns.
        return f"coalesce(TRY_CAST({text} AS {type_}), {careful})"

    def _instant(self, text: str) -> str:
        if self.formats[0] in _EPOCHS:
            # Beyond these the database refuses the whole query, not the value.
            count = f"TRY_CAST({text} AS DOUBLE) / {_EPOCHS[self.formats[0]]}"
            return f"CASE WHEN abs({count}) < 1e11 THEN to_timestamp({count}) END"
        readings = [f"TRY_CAST({text} AS TIMESTAMPTZ)"] if ISO in self.formats else []
        others = [form for form in self.formats if form != ISO]
        if others:
            listed = ", ".join(f"'{form}'" for form in others)
            readings.append(f"(try_strptime({text}, [{listed}]) AT TIME ZONE 'UTC')")
        return f"coalesce({', '.join(readings)})" if len(readings) > 1 else readings[0]


def typed(source: str, kinds: Mapping[int, Kind]) -> str:
    """SQL for the texts t0, t1, … and values v0, v1, … of columns, and `file_row_number`.

    Each is computed once, however often a query asks for it.
    """
    texts = "".join(f"{kind.present(f'c{n}')} AS t{n}, " for n, kind in kinds.items())
    values = "".join(f"t{n}, {kind.reading(f't{n}')} AS v{n}, " for n, kind in kinds.items())
    return f"(SELECT {values}file_row_number FROM (SELECT {texts}file_row_number FROM {source}))"


def bare(column: str) -> str:
    """SQL for a number's text without currency, per cent and what groups thousands by space."""
    return f"regexp_replace({column}, '{_DECORATION}', '', 'g')"


TEXT = Kind(logical="string")
