"""The rules of watching: from weeks to the rows of the metrics table, and which of them ring."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from ml.development.metrics import metric
from ml.monitoring.drift import (
    Comparison,
    PackageFacts,
    against_labelled_test,
    against_same_season,
    against_validation,
    divergences,
)
from ml.monitoring.drift_limits import Direction, Judgement, judge, weeks_needed
from ml.monitoring.fingerprint import merge
from ml.monitoring.signals import NEED_LABELS, PER_CLASS, Key, Subject, WeekSummary
from ml.monitoring.terms import (
    ALARM,
    CONTEXT,
    COVERAGE,
    NO_BASELINE,
    PERFORMANCE,
    RECENT,
    ROWS,
    SEASON,
    TEST_LABELLED,
    VALIDATION,
)
from ml.monitoring.windows import SEASON_WEEKS, Week
from ml.spec import ModelSpec

FULL_COVERAGE = 0.8
"""Of what is usual: with fewer labels, a week shows those that come early, not all of them."""
SLICES_A_YEAR = 52


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One row of the metrics table, but for who computed it when."""

    week: WeekSummary
    key: Key
    baseline: str
    value: float
    reference: float | None = None
    statistic: float | None = None
    p: float | None = None
    breach: bool = False
    kind: str = CONTEXT
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a spec says about watching, in the terms of this module."""

    subject: Subject
    reference_weeks: int
    baselines: tuple[str, ...]
    limits: Mapping[str, float]
    """Signal that may ring → chance of a false alarm in one week, were both directions to ring."""

    @classmethod
    def of(cls, spec: ModelSpec, output: str, classes: Sequence[str] = ()) -> Rules:
        """The rules of one model; `classes` are those of its package, for multiclass.

        Slices have no season, so nothing but chance moves them: there the limit holds for all
        signals over a year of slices together, not for each slice. A signal with a figure per
        class shares its limit among them.
        """
        watched = spec.monitoring
        shared = 1 if spec.data.day is not None else SLICES_A_YEAR * max(len(watched.alarms), 1)
        return cls(
            subject=Subject(
                task=spec.estimator.task,
                metric=spec.gates.primary.metric,
                columns=spec.features.columns,
                output=output,
                classes=tuple(classes),
            ),
            reference_weeks=watched.reference_weeks,
            baselines=watched.baselines,
            limits={
                alarm.signal: alarm.p_below
                / shared
                / (max(len(classes), 1) if alarm.signal in PER_CLASS else 1)
                for alarm in watched.alarms
            },
        )

    def direction(self, signal: str) -> Direction:
        """On which side of the usual a signal rings: a model that got better does not."""
        if signal != PERFORMANCE:
            return "either"
        return "lower" if metric(self.subject.metric).higher_is_better else "higher"


def findings(
    weeks: Sequence[WeekSummary], rules: Rules, packages: Mapping[str, PackageFacts]
) -> Iterator[Finding]:
    """Everything there is to say about each week, in order; later weeks change nothing before."""
    past: dict[Week, WeekSummary] = {}
    for week in sorted(weeks, key=lambda one: one.week):
        before = [past.get(week.week.before(n)) for n in range(rules.reference_weeks, 0, -1)]
        recent = [one for one in before if one is not None]
        settled = _without_early_labels(week, recent)
        past[week.week] = settled
        yield from _one_week(settled, recent, past, rules, packages)


def _one_week(
    week: WeekSummary,
    recent: Sequence[WeekSummary],
    past: Mapping[Week, WeekSummary],
    rules: Rules,
    packages: Mapping[str, PackageFacts],
) -> Iterator[Finding]:
    yield Finding(week=week, key=(ROWS, ""), baseline=NO_BASELINE, value=float(week.rows))
    yield Finding(week=week, key=(COVERAGE, ""), baseline=NO_BASELINE, value=week.coverage)
    yield from _judged(week, recent, rules)
    facts = packages.get(week.package)
    earlier = past.get(week.week.before(SEASON_WEEKS))
    context: dict[str, Iterator[Comparison]] = {}
    comparable = [one.counts for one in recent if _kinds(one) == _kinds(week)]
    if len(comparable) >= weeks_needed(rules.reference_weeks):
        context[RECENT] = divergences(week, reduce(merge, comparable))
    if facts is not None:
        context[VALIDATION] = against_validation(week, facts, rules.subject)
        context[TEST_LABELLED] = against_labelled_test(week, facts)
    if earlier is not None:
        context[SEASON] = against_same_season(week, earlier)
    for baseline in sorted(context.keys() & set(rules.baselines)):
        for one in sorted(context[baseline], key=lambda found: found.key):
            yield Finding(
                week=week,
                key=one.key,
                baseline=baseline,
                value=one.value,
                reference=one.reference,
            )


def _judged(week: WeekSummary, recent: Sequence[WeekSummary], rules: Rules) -> Iterator[Finding]:
    for key, value in sorted(week.values.items()):
        limit = rules.limits.get(key[0])
        told: Judgement = judge(
            value,
            [one.values[key] for one in recent if key in one.values],
            reference_weeks=rules.reference_weeks,
            p_below=limit,
            direction=rules.direction(key[0]),
        )
        yield Finding(
            week=week,
            key=key,
            baseline=RECENT,
            value=value,
            reference=told.reference,
            statistic=told.statistic,
            p=told.p,
            breach=told.breach,
            kind=CONTEXT if limit is None else ALARM,
            note=told.note,
        )


def _kinds(week: WeekSummary) -> dict[str, str]:
    """A version with other features has distributions that do not add to the ones before."""
    return {name: column["kind"] for name, column in week.counts["columns"].items()}


def _without_early_labels(week: WeekSummary, recent: Sequence[WeekSummary]) -> WeekSummary:
    """Labels that come first are not like the rest: no figure is better than a wrong one."""
    usual = statistics.median(one.coverage for one in recent) if recent else 0.0
    if week.coverage >= FULL_COVERAGE * usual:
        return week
    kept = {key: value for key, value in week.values.items() if key[0] not in NEED_LABELS}
    return replace(week, values=kept)
