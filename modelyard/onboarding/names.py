"""Gives every column of a file a name that contracts, features and requests can carry."""

import keyword
import re
import unicodedata
from collections.abc import Sequence

from ml.spec_sections import BESIDE_FEATURES

LONGEST = 40
ROW_KEY = "row_id"
"""The key that rows get where the file has none."""
RESERVED = BESIDE_FEATURES | {"event_time", "event_day", ROW_KEY}
"""Columns that the platform itself puts beside a model's own."""
_PREFIXES = ("key_", "score_", "group_", "input_", "output_")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPELLED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "%": " pct "}
)


def contract_names(originals: Sequence[str]) -> list[str]:
    """One valid name per column, in order; equal ones are numbered, none is lost."""
    given: list[str] = []
    taken: set[str] = set()
    for number, original in enumerate(originals, start=1):
        wanted = contract_name(original) or f"column_{number}"
        name, count = wanted, 1
        while name in taken:
            count += 1
            tail = f"_{count}"
            name = wanted[: LONGEST - len(tail)] + tail
        taken.add(name)
        given.append(name)
    return given


def contract_name(original: str) -> str:
    """Lower case, ASCII, words joined by underscores; empty where nothing of it can be spelled."""
    text = unicodedata.normalize("NFKD", original.translate(_SPELLED))
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = _CAMEL.sub("_", text.encode("ascii", "ignore").decode())
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if not name:
        return ""
    if name[0].isdigit() or name.startswith(_PREFIXES):
        name = f"c_{name}"
    name = name[:LONGEST].rstrip("_")
    if name in RESERVED or keyword.iskeyword(name):
        name = f"{name}_value"
    return name
