"""Evaluates every alarm of every account when its outcome can change."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from sandbox.aws.alarms.definition import Definition, UnsupportedAlarmError, definition_of
from sandbox.aws.alarms.evaluation import evaluate
from sandbox.aws.alarms.measurements import queue_gauges, record_queues
from sandbox.aws.alarms.reasons import reason, reason_data
from sandbox.aws.alarms.series import Metric, Series, metric_of
from sandbox.aws.alarms.transitions import change
from sandbox.layout import Environment
from sandbox.timeline.timeline import AlarmChange

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, kw_only=True)
class _Watched:
    """One alarm that can be evaluated, with the data it looks at."""

    environment: Environment
    region: str
    alarm: Any
    wanted: Definition
    series: Series
    held: float | None
    """The value of a queue, taken to hold since ever: simulated time leaps, queues do not."""

    def moments(
        self, after: datetime.datetime, until: datetime.datetime
    ) -> set[datetime.datetime]:
        """Return when to evaluate: between these moments nothing enters or leaves a period."""
        step = self.wanted.step
        last = _floor(until, step)
        found = {last}
        if self.held is not None:
            return found
        found.add(_floor(after, step) + step)
        length = datetime.timedelta(seconds=self.wanted.period)
        earliest = after - length * self.wanted.range - step
        for time in {_floor(each, step) for each in self.series.times if each >= earliest}:
            found |= {time + length * age + step for age in range(self.wanted.range + 1)}
        return {each for each in found if after < each <= until} | {last}

    def evaluate(self, at: datetime.datetime, told: datetime.datetime) -> AlarmChange | None:
        """Evaluate at one moment, and change the alarm if that says something new."""
        wanted, alarm = self.wanted, self.alarm
        values: list[float | None] = [self.held] * wanted.range
        if self.held is None:
            values = self.series.periods(
                at, wanted.period, wanted.range, wanted.statistic, wanted.unit
            )
        verdict = evaluate(
            [wanted.breaches(each) for each in values],
            periods=wanted.periods,
            datapoints=wanted.datapoints,
            treatment=wanted.treatment,
        )
        before, after = alarm.state_value, verdict.state
        if after is None or after == before:
            return None
        why = reason(wanted, verdict, values, before=before, after=after, at=at)
        change(
            self.environment.account,
            self.region,
            alarm,
            state=after,
            reason=why,
            reason_data=reason_data(wanted, verdict, values, at),
            at=told,
        )
        return AlarmChange(
            at=told,
            environment=self.environment.name,
            name=alarm.name,
            before=before,
            after=after,
            reason=why,
        )


class AlarmEvaluator:
    """The alarms of the sandbox's accounts."""

    def __init__(self, environments: Sequence[Environment]) -> None:
        self._environments = tuple(environments)

    def replay(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[AlarmChange]:
        """Evaluate in (after, until] in order of time, and once more at `until`."""
        work = [
            (moment, order, watched)
            for order, watched in enumerate(self._watched(problems, hold=True))
            for moment in watched.moments(after, until)
        ]
        changes = []
        for moment, _, watched in sorted(work, key=lambda each: each[:2]):
            # An alarm that looks every hour has its last look before a move that begins later.
            told = moment if moment > after else until
            changes.append(watched.evaluate(moment, told))
        return [each for each in changes if each is not None]

    def observe(self, now: datetime.datetime, problems: list[str]) -> list[AlarmChange]:
        """Measure the queues and evaluate once, by the machine's time."""
        for environment in self._environments:
            for region in _regions(environment):
                record_queues(environment.account, region, now)
        changes = [
            watched.evaluate(_floor(now, watched.wanted.step), now)
            for watched in self._watched(problems, hold=False)
        ]
        return [each for each in changes if each is not None]

    def _watched(self, problems: list[str], *, hold: bool) -> list[_Watched]:
        found = []
        for environment in self._environments:
            for region in _regions(environment):
                backend: Any = cloudwatch_backends[environment.account][region]
                if not backend.alarms:
                    continue
                gauges = dict(queue_gauges(environment.account, region)) if hold else {}
                data = _by_metric(backend)
                for alarm in sorted(backend.alarms.values(), key=lambda each: str(each.name)):
                    try:
                        wanted = definition_of(alarm)
                    except UnsupportedAlarmError as error:
                        problem = f"alarm {environment.name}/{alarm.name}: {error}"
                        if problem not in problems:
                            problems.append(problem)
                        continue
                    found.append(
                        _Watched(
                            environment=environment,
                            region=region,
                            alarm=alarm,
                            wanted=wanted,
                            series=Series(data.get(wanted.metric, ())),
                            held=gauges.get(wanted.metric),
                        )
                    )
        return found


def _regions(environment: Environment) -> list[str]:
    # Asking moto for a region makes it; the environment's own is always there.
    return sorted({environment.region, *cloudwatch_backends[environment.account]})


def _by_metric(backend: Any) -> dict[Metric, list[Any]]:
    found: dict[Metric, list[Any]] = defaultdict(list)
    for datum in list(backend.metric_data):
        found[metric_of(datum)].append(datum)
    return found


def _floor(moment: datetime.datetime, step: datetime.timedelta) -> datetime.datetime:
    return moment - (moment - _EPOCH) % step
