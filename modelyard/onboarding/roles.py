"""Which columns can be features, and why the others cannot."""

from dataclasses import replace

from modelyard.onboarding.identifiers import why_identifier
from modelyard.onboarding.mixture import Mixed
from modelyard.onboarding.plan import Column, Role
from modelyard.onboarding.profile import Profile

MOST_WORDS = 1000
_FREE_WORDS, _FREE_LENGTH = 4.0, 60.0
_MOSTLY_DIFFERENT = 0.5
_FEW = 50
_TELLING = ("free text", "an identifier", "partly text")


def feature_or_not(column: Column) -> Column:
    """The column as a feature, or left out with a word."""
    why = _empty(column.profile)
    if not why and column.personal:
        return replace(column, role=Role.LEFT_OUT, why=f"looks like {column.personal}")
    why = why or _why_not(column.name, column.profile)
    if not why:
        return column
    # Texts that differ from row to row name somebody more often than not.
    hidden = next((what for what in _TELLING if why.startswith(f"is {what}")), "")
    return replace(column, role=Role.LEFT_OUT, why=why, personal=column.personal or hidden)


def _empty(found: Profile) -> str:
    if not found.values:
        return "has no value in any row"
    if found.distinct == 1 and (not found.missing or found.kind.logical != "string"):
        shown = found.categories[0][0] if found.categories else found.minimum
        return f"is {str(shown)[:30]!r} in every row"
    return ""


def _why_not(name: str, found: Profile) -> str:
    if why := why_identifier(name, found):
        return why
    return _why_no_category(found) if found.kind.logical == "string" else ""


def _why_no_category(found: Profile) -> str:
    if found.distinct <= _FEW:
        return ""
    if found.mean_words >= _FREE_WORDS or found.mean_length >= _FREE_LENGTH:
        return f"is free text: {found.mean_words:.0f} words on average"
    differs = found.distinct >= _MOSTLY_DIFFERENT * found.present
    if found.mixed and (differs or found.distinct > MOST_WORDS):
        return _mostly(found.mixed)
    if differs:
        return f"is an identifier: {found.distinct:,} different texts in {found.present:,} rows"
    if found.distinct > MOST_WORDS:
        return f"has too many categories: {found.distinct:,} different texts"
    return ""


def _mostly(found: Mixed) -> str:
    """What most values are; the others are shown where each came again and names nobody."""
    if found.what == "units":
        return f"is in several units ({', '.join(found.others)}), which cannot be compared"
    said = f"{found.share:.0%} are {found.what}"
    if not found.others:
        return f"is partly text: {said}; the others differ from row to row"
    shown = ", ".join([*map(repr, found.others), *(["…"] if found.more else [])])
    return f"is mixed: {said}; the others: {shown}"
