"""An alarm as it was put, read once into what its evaluation needs."""

import datetime
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.aws.alarms.evaluation import EXTRA_PERIODS, Treatment
from sandbox.aws.alarms.series import Metric, dimensions_of, is_known

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
"""The comparison, and how a reason spells it."""

_DAY = 86400


class UnsupportedAlarmError(ValueError):
    """The sandbox does not evaluate alarms of this kind."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What is compared with what, over how many periods."""

    metric: Metric
    statistic: str
    """Sum, Average, Minimum, Maximum, SampleCount or a percentile: p99."""
    unit: str | None
    """Only data of this unit count; any, if None."""
    period: int
    """Seconds."""
    periods: int
    """N."""
    datapoints: int
    """M."""
    comparison: str
    threshold: float
    treatment: Treatment

    @property
    def range(self) -> int:
        """How many periods are looked at."""
        return self.periods + EXTRA_PERIODS

    @property
    def step(self) -> datetime.timedelta:
        """How often AWS evaluates it: hourly if it looks back for more than a day."""
        if self.period * self.periods > _DAY:
            return datetime.timedelta(hours=1)
        return datetime.timedelta(seconds=60 if self.period >= 60 else 10)

    def breaches(self, value: float | None) -> bool | None:
        """Compare one datapoint; None stays None."""
        compare, _ = COMPARISONS[self.comparison]
        return None if value is None else compare(value, self.threshold)


def definition_of(alarm: Any) -> Definition:
    """Read an alarm of moto; raises `UnsupportedAlarmError`."""
    if alarm.rule is not None:
        raise UnsupportedAlarmError("composite alarms are not evaluated")
    if alarm.comparison_operator not in COMPARISONS:
        raise UnsupportedAlarmError(f"the comparison {alarm.comparison_operator} is not evaluated")
    namespace, name, dimensions = alarm.namespace, alarm.metric_name, alarm.dimensions
    statistic, period, unit = alarm.statistic, alarm.period, alarm.unit
    if alarm.metric_data_queries:
        stat = _only_metric(alarm)
        namespace, name = stat.metric.namespace, stat.metric.metric_name
        dimensions, statistic = stat.metric.dimensions, stat.stat
        period, unit = stat.period, stat.unit
    statistic = alarm.extended_statistic or statistic
    if not is_known(str(statistic)):
        raise UnsupportedAlarmError(f"the statistic {statistic} is not evaluated")
    treatment: Any = alarm.treat_missing_data or "missing"
    if namespace == "AWS/DynamoDB":
        # As AWS does, whatever the alarm says.
        treatment = "ignore"
    return Definition(
        metric=(namespace, name, dimensions_of(dimensions)),
        statistic=str(statistic),
        unit=unit,
        period=int(period),
        periods=int(alarm.evaluation_periods),
        datapoints=int(alarm.datapoints_to_alarm or alarm.evaluation_periods),
        comparison=alarm.comparison_operator,
        threshold=float(alarm.threshold),
        treatment=treatment,
    )


def _only_metric(alarm: Any) -> Any:
    queries = alarm.metric_data_queries
    if len(queries) != 1 or queries[0].metric_stat is None:
        raise UnsupportedAlarmError("metric math is not evaluated")
    return queries[0].metric_stat
