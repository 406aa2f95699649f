"""The spellings of "no value" that files use."""

ALWAYS = (
    "",
    "na",
    "n/a",
    "n.a.",
    "#n/a",
    "nan",
    "null",
    "(null)",
    "nil",
    r"\n",
    "-",
    "--",
    "?",
    ".",
    "<na>",
    "k.a.",
    "nat",
)
"""Missing wherever they stand, in any case of their letters."""
AMONG_VALUES = (
    "none",
    "missing",
    "unknown",
    "not available",
    "unbekannt",
    "inf",
    "-inf",
    "+inf",
    "infinity",
    "+infinity",
    "-infinity",
    "+nan",
    "-nan",
)
"""Missing among numbers and dates; as one of several words they may be a category."""
