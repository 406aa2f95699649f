"""One metric over time, reduced to one number per period the way CloudWatch does."""

import bisect
import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Metric = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name and exactly these dimensions."""

PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)\Z")


def metric_of(datum: Any) -> Metric:
    """Return which metric a datum of moto belongs to."""
    return datum.namespace, datum.name, dimensions_of(datum.dimensions)


def dimensions_of(dimensions: Iterable[Any]) -> frozenset[tuple[str, str]]:
    """Return moto's dimensions as something that can be compared."""
    return frozenset((each.name, each.value) for each in dimensions)


def _sums(data: Sequence[Any]) -> float:
    return float(sum(each.sum if is_set(each) else each.value for each in data))


def _counts(data: Sequence[Any]) -> float:
    return float(sum(each.sample_count if is_set(each) else 1 for each in data))


def is_set(datum: Any) -> bool:
    """Say whether a datum is a statistic set: sum, count and extremes of many measurements."""
    return hasattr(datum, "sample_count")


_STATISTICS: dict[str, Callable[[Sequence[Any]], float]] = {
    "SampleCount": _counts,
    "Sum": _sums,
    "Average": lambda data: _sums(data) / _counts(data),
    "Minimum": lambda data: float(min(d.min if is_set(d) else d.value for d in data)),
    "Maximum": lambda data: float(max(d.max if is_set(d) else d.value for d in data)),
}


def is_known(statistic: str) -> bool:
    """Say whether the sandbox computes the statistic."""
    return statistic in _STATISTICS or PERCENTILE.match(statistic) is not None


def reduce(data: Sequence[Any], statistic: str) -> float | None:
    """Return the statistic of the data of one period; None where there is nothing to tell."""
    if not data:
        return None
    if statistic in _STATISTICS:
        empty = statistic == "Average" and _counts(data) == 0
        return None if empty else _STATISTICS[statistic](data)
    percent = PERCENTILE.match(statistic)
    values = [each.value for each in data if not is_set(each)]
    if percent is None or not values:
        return None
    return percentile(values, float(percent.group(1)))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the percentile, between neighbours by linear interpolation."""
    ordered = sorted(values)
    rank = (len(ordered) - 1) * percent / 100
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)


class Series:
    """The data of one metric, by time."""

    def __init__(self, data: Iterable[Any]) -> None:
        self._data = sorted(data, key=lambda each: instant(each.timestamp))
        self.times = [instant(each.timestamp) for each in self._data]

    def between(self, start: datetime.datetime, end: datetime.datetime) -> Sequence[Any]:
        """Return the data of [start, end)."""
        first = bisect.bisect_left(self.times, start)
        return self._data[first : bisect.bisect_left(self.times, end)]

    def periods(
        self, end: datetime.datetime, seconds: int, count: int, statistic: str, unit: str | None
    ) -> list[float | None]:
        """Return one number per period of `seconds`, the last one ending at `end`."""
        length = datetime.timedelta(seconds=seconds)
        starts = [end - length * back for back in range(count, 0, -1)]
        return [
            reduce(
                [x for x in self.between(start, start + length) if unit in (None, x.unit)],
                statistic,
            )
            for start in starts
        ]


def instant(timestamp: datetime.datetime) -> datetime.datetime:
    """Return a timestamp of moto, which may lack its zone, in UTC."""
    if timestamp.tzinfo is None:
        return timestamp.replace(tzinfo=datetime.UTC)
    return timestamp.astimezone(datetime.UTC)
