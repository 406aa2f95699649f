"""Finds out how a column writes its days, and whether they are days or instants."""

from collections.abc import Sequence
from dataclasses import replace

from modelyard.onboarding.kinds import TEXT, Kind, enough
from modelyard.onboarding.moments import FORMATS, ISO
from modelyard.onboarding.table import TextTable

_TRIED = 2_000
"""Values that are tried with every format of days there is."""
_FEWEST_YEARS, _MOST_YEARS = 1800, 2200


def written(sample: TextTable, number: int, values: int, missing: tuple[str, ...]) -> Kind:
    """The few formats that together read a column's days; text where they do not read enough."""
    values = min(values, _TRIED)
    chosen: list[str] = []
    read = 0
    for _ in range(4):
        gains = _readable(sample, number, chosen, missing)
        best = max(gains, key=gains.__getitem__)
        if gains[best] <= read:
            break
        chosen.append(best)
        read = gains[best]
        if read == values:
            break
    if not enough(read, values):
        return TEXT
    return Kind(logical="timestamp", formats=tuple(chosen), missing=missing)


def _readable(
    sample: TextTable, number: int, chosen: Sequence[str], missing: tuple[str, ...]
) -> dict[str, int]:
    """For each format, how many values it and the chosen ones read as a day of these centuries."""
    forms = [form for form in (ISO, *FORMATS) if form not in chosen]
    tried = [Kind(logical="timestamp", formats=(*chosen, form)).reading("t") for form in forms]
    wanted = ", ".join(
        f"count(*) FILTER (year({value}) BETWEEN {_FEWEST_YEARS} AND {_MOST_YEARS})"
        for value in tried
    )
    text = Kind(logical="timestamp", missing=missing).present(f"c{number}")
    few = (
        f"SELECT t FROM (SELECT {text} AS t FROM {sample.source(number)}) "
        f"WHERE t IS NOT NULL LIMIT {_TRIED}"
    )
    return dict(zip(forms, sample.query(f"SELECT {wanted} FROM ({few})")[0], strict=True))


def day_or_instant(sample: TextTable, number: int, kind: Kind) -> Kind:
    """The kind of a column of moments: days where none has a time of day."""
    value = kind.value(f"c{number}")
    (clocks,) = sample.query(
        f"SELECT count(*) FILTER ({value} <> date_trunc('day', {value})) "
        f"FROM {sample.source(number)}"
    )[0]
    return kind if clocks else replace(kind, logical="date")
