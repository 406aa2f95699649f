"""Finds a number such as -999 that may stand for "no value"; only the owner knows."""

from typing import Any

from modelyard.onboarding.kinds import Kind
from modelyard.onboarding.table import TextTable

_NEGATIVE, _POSITIVE = (-99, -999, -9999, -99999, -999999), (999, 9999, 99999, 999999)
_FEWEST = 0.01
"""Share of the rows with a number that must have this one."""
_FAR = 10.0
"""How many times the others' range it must be away from them."""


def sentinel_of(
    table: TextTable, number: int, kind: Kind, ends: tuple[Any, Any]
) -> tuple[int, int] | None:
    """The smallest or largest number, with its rows, where it is a row of nines far away."""
    if kind.logical not in ("integer", "number") or None in ends:
        return None
    low, high = ends
    tried = [int(end) for end in ends if end in (*_NEGATIVE, *_POSITIVE)]
    if not tried or low == high:
        return None
    value, listed = f"v{number}", ", ".join(map(str, tried))
    for nines in tried:
        rows, values, least, most = table.query(
            f"SELECT count(*) FILTER ({value} = {nines}), count({value}), "
            f"min({value}) FILTER ({value} NOT IN ({listed})), "
            f"max({value}) FILTER ({value} NOT IN ({listed})) FROM {table.typed({number: kind})}"
        )[0]
        if least is None or rows < 2 or rows < _FEWEST * values:
            continue
        distance = least - nines if nines < least else nines - most
        # An age of -999 is far however wide the ages spread: nothing else is below nought.
        if distance > _FAR * (most - least) > 0 or (
            nines < 0 <= least and distance > most - least
        ):
            return nines, int(rows)
    return None
