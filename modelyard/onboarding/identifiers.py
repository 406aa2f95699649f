"""Finds columns that name who or what rows belong to, and whose rows have to stay together."""

import re
from collections.abc import Sequence

from modelyard.onboarding.keys import Named, consecutive, names_a_row
from modelyard.onboarding.profile import Profile, exact_distinct
from modelyard.onboarding.table import TextTable

_NAMED = re.compile(r"(.*_)?(id|ids|uuid|guid)(_value)?")
"""Of a file's own `row_id`, a name that the platform keeps for itself, becomes `row_id_value`."""
_MOST_BRANCHES, _ROWS_EACH, _ANY_BRANCHES = 50, 10, 12
_MIXED_UP = 0.02
"""Share of values that may be wrongly told to belong to two others."""


def named_identifier(name: str) -> bool:
    """Whether a name is strictly that of an identifier."""
    return _NAMED.fullmatch(name) is not None


def why_identifier(name: str, found: Profile) -> str:
    """Why a column is an identifier; empty where it is none."""
    if _numbers_rows(name, found):
        return "is an identifier: another number in nearly every row"
    if _names_many(name, found):
        each = found.values / found.distinct
        return f"is an identifier: {found.distinct:,} different values, {each:.1f} rows each"
    return ""


def shared(name: str, found: Profile) -> bool:
    """Whether a column is an identifier of which several rows have the same."""
    return _names_many(name, found) and found.distinct < found.values


def group_of(table: TextTable, columns: Sequence[Named]) -> Named | None:
    """Of identifiers that several rows share, the one whose rows have to stay together.

    It has the most different values, or holds what has: the rows of an order are also those of
    its customer.
    """
    ordered = sorted(columns, key=lambda each: -each.profile.distinct)
    chosen = next(iter(ordered), None)
    for other in ordered[1:]:
        if chosen is not None and _within(table, chosen, other):
            chosen = other
    return chosen


def _numbers_rows(name: str, found: Profile) -> bool:
    if found.kind.logical != "integer" or found.present < found.rows * 0.5:
        return False
    nearly_all = found.distinct >= 0.9 * found.present
    return nearly_all and (names_a_row(name) or (consecutive(found) and found.rows >= 100))


def _names_many(name: str, found: Profile) -> bool:
    """A name alone is no reason: 12 branches are categories, and an inner diameter has an `id`."""
    if not named_identifier(name) or not (found.whole or found.kind.logical == "string"):
        return False
    # Of a small file fewer values are many: nothing can be learned from a few rows each.
    fewer = max(_ANY_BRANCHES, found.values // _ROWS_EACH)
    return found.distinct > min(_MOST_BRANCHES, fewer)


def _within(table: TextTable, inner: Named, outer: Named) -> bool:
    """Whether all rows with one value of a column have one value of another."""
    values = {each.number: each.value for each in (inner, outer)}
    alone = exact_distinct(table, {inner.number: inner.value})
    return exact_distinct(table, values) <= (1 + _MIXED_UP) * alone
