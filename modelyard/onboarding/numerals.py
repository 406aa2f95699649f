"""How texts say numbers: their patterns, and SQL that reads a number exactly or not at all."""

from modelyard.onboarding import units

_DECORATION = r"[\s€$£¥%\x{00A0}\x{202F}'']"
_SPACE = r"[\s\x{00A0}\x{202F}'']"
_AROUND, _BLANKS = r"[\s€$£¥%\x{00A0}\x{202F}]*", r"[\s\x{00A0}\x{202F}]*"
_WHOLE = r"[+-]?\d{1,19}"
_POINT = r"[+-]?(\d+\.?\d*|\.\d+|\d{1,3}(,\d{3})+(\.\d+)?)([eE][+-]?\d+)?"
COMMA = r"[+-]?(\d+,?\d*|,\d+|\d{1,3}(\.\d{3})+(,\d+)?)([eE][+-]?\d+)?"
_ONLY_DIGITS = r"[+-]?\d+([.]0*)?"
_SURELY_EXACT = 15
"""A double holds every whole number of so many digits; of longer ones only some."""


def integer(text: str, decimal: str = ".") -> str:
    """SQL for the whole number that a text says; null where 64 bits do not hold it."""
    plain, shaped = _plain(text, decimal)
    whole = f"regexp_replace({plain}, '[.]0*$', '')"
    # A cast alone would make 2 of 1.7, and 1000 of 1_000; a number too large is none to it.
    return _first_simple(
        decimal,
        f"regexp_full_match({text}, '{_WHOLE}')",
        f"TRY_CAST({text} AS BIGINT)",
        f"{shaped} AND regexp_full_match({whole}, '{_WHOLE}')",
        f"TRY_CAST({whole} AS BIGINT)",
    )


def number(text: str, decimal: str = ".", unit: str = "") -> str:
    """SQL for the number that a text says; null where that would be another whole number.

    Where a column has a unit, a number with any other sign beside it is none.
    """
    text = units.without(text, unit)
    plain, shaped = _plain(text, decimal, _BLANKS if unit else _AROUND)
    casts = (f"TRY_CAST({text} AS DOUBLE)", f"TRY_CAST({plain} AS DOUBLE)")
    return _first_simple(
        decimal,
        f"isfinite({casts[0]}) AND NOT contains({text}, '_') AND {_held(text, casts[0])}",
        casts[0],
        f"{shaped} AND isfinite({casts[1]}) AND {_held(plain, casts[1])}",
        casts[1],
    )


def is_simple(text: str) -> str:
    """SQL for whether a text is a number to the database as it stands, and surely exact."""
    cast = f"TRY_CAST({text} AS DOUBLE)"
    return (
        f"coalesce(isfinite({cast}) AND length({text}) <= {_SURELY_EXACT} "
        f"AND NOT contains({text}, '_'), false)"
    )


def whole_with_zero(text: str, decimal: str) -> str:
    """SQL for whether a text is digits, with or without the `.0` that a float's text ends with.

    Not two zeros: 5.00 is a price, and the next one may have cents.
    """
    mark = "," if decimal == "," else "[.]"
    return f"regexp_full_match({text}, '[+-]?\\d+({mark}0)?')"


def _first_simple(decimal: str, simple: str, cast: str, careful: str, otherwise: str) -> str:
    """Most values are simple; only what is not pays for the patterns."""
    first = "" if decimal == "," else f"WHEN {simple} THEN {cast} "
    return f"CASE {first}WHEN {careful} THEN {otherwise} END"


def _shape(around: str) -> str:
    """Spaces may divide thousands, but digits in other groups are a phone number or a card."""
    return (
        rf"{around}[+-]?{around}(\d{{1,3}}({_SPACE}\d{{3}})+([.,]\d+)?|[\d.,]+)"
        rf"([eE][+-]?\d+)?{around}"
    )


def _plain(text: str, decimal: str, around: str = _AROUND) -> tuple[str, str]:
    """SQL for a text as the database writes numbers, and for whether it is shaped like one."""
    bare = f"regexp_replace({text}, '{_DECORATION}', '', 'g')"
    pattern = COMMA if decimal == "," else _POINT
    plain = (
        f"replace(replace({bare}, '.', ''), ',', '.')"
        if decimal == ","
        else f"replace({bare}, ',', '')"
    )
    shaped = (
        f"regexp_full_match({text}, '{_shape(around)}') AND regexp_full_match({bare}, '{pattern}')"
    )
    return plain, shaped


def _held(plain: str, value: str) -> str:
    """SQL for whether a double is the whole number that its digits say; others are measures."""
    digits = f"TRY_CAST(regexp_replace({plain}, '[.]0*$', '') AS HUGEINT)"
    # A CASE looks closer at long ones only; an OR would compute all of it for every row.
    return (
        f"CASE WHEN length({plain}) <= {_SURELY_EXACT} THEN true "
        f"WHEN regexp_full_match({plain}, '{_ONLY_DIGITS}') "
        f"THEN TRY_CAST({value} AS HUGEINT) = {digits} ELSE true END"
    )
