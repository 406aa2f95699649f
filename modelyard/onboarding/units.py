"""One unit beside every number of a column: `72.3 kg`, `12 %`, `€ 5.00`."""

import re

from modelyard.onboarding.sql_text import literal

LONGEST = 12
_BLANKS = r"[\s\x{00A0}\x{202F}]*"
_NUMBER = r"[.,]?\d[\d.,]*(?:[\s\x{00A0}\x{202F}'']\d{3})*(?:[.,]\d+)?(?:[eE][+-]?\d+)?"
_CURRENCY = "EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|TRY|BRL|CAD|AUD|NZD|ZAR|MXN"
_BEHIND = rf"^[+-]?{_BLANKS}{_NUMBER}{_BLANKS}([\p{{L}}\p{{Sc}}%‰°]\S*)$"
"""Without blanks: a house number stands before a street's name."""
_BEFORE = rf"^[+-]?{_BLANKS}([A-Z]{{0,3}}\p{{Sc}}|{_CURRENCY}){_BLANKS}[+-]?{_BLANKS}{_NUMBER}$"
"""Signs of currency only: letters before digits are a code."""


def may_be_beside(text: str) -> str:
    """SQL for whether anything stands before or behind the digits of a text; cheaply."""
    return f"regexp_matches({text}, '^[^0-9.,+-]|[^0-9]$')"


def beside(text: str) -> str:
    """SQL for the unit beside a number; null where there is none."""
    unit = (
        f"coalesce(nullif(regexp_extract({text}, '{_BEHIND}', 1), ''), "
        f"nullif(regexp_extract({text}, '{_BEFORE}', 1), ''))"
    )
    # The end of 1.5e-3 is none: without it the number would be another one.
    return f"CASE WHEN NOT regexp_matches({text}, '[eE][+-]?\\d+$') THEN {unit} END"


def without(text: str, unit: str) -> str:
    """SQL for a text without this unit before or behind it; another unit stays."""
    if not unit:
        return text
    name = re.escape(unit)
    either = rf"^([+-]?){_BLANKS}{name}{_BLANKS}|{_BLANKS}{name}$"
    return f"regexp_replace({text}, {literal(either)}, '\\1')"
