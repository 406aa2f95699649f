"""Complete weeks of answers → metrics table, reports, and what alarms listen to."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from ml.data.lakehouse import Lakehouse
from ml.data.store import Store
from ml.development.inputs import OUTPUTS
from ml.failures import StepError
from ml.monitoring.answered_classes import AnsweredClasses, answered_classes
from ml.monitoring.answered_week import AnsweredWeek
from ml.monitoring.answered_weeks import AnsweredWeeks
from ml.monitoring.answers import MULTICLASS
from ml.monitoring.metric_data import metric_data, tell_cloudwatch
from ml.monitoring.metrics_table import (
    MetricsTable,
    Stamp,
    of_week,
    table_rows,
    verdicts,
    weeks_of,
)
from ml.monitoring.package_facts import facts_of
from ml.monitoring.signals import WeekSummary, summarise
from ml.monitoring.slice_marks import Marks, SliceMarks, marks_of
from ml.monitoring.summaries import Summaries
from ml.monitoring.watch import Rules
from ml.monitoring.watching import WatchedWeek, late_slices, open_slices, open_weeks, watch
from ml.monitoring.week_report import report_key, week_report, week_text
from ml.monitoring.windows import Week
from ml.spec import ModelSpec
from ml.steps.clients import client
from ml.steps.logs import configure
from ml.steps.telling import tell
from ml.workloads import BREACH_DAYS


def watch_weeks(
    spec: ModelSpec, lake: str, artifacts: str, *, until: date | None, only: date | None
) -> None:
    """Watch every week that is open, or one; doing it again changes nothing."""
    configure()
    answers, table = AnsweredWeeks(Lakehouse(lake), spec), MetricsTable(Lakehouse(lake), spec.name)
    complete = answers.complete(until)
    known = table.read()
    classes = _classes(spec, answers, Store(artifacts)) if complete else None
    output = OUTPUTS[spec.estimator.task]
    rules = Rules.of(spec, output, classes.names if classes else ())
    marks = SliceMarks(Store(lake), spec.name, rules)
    late = late_slices(complete, spec.monitoring.final_after_days)
    made_of = marks_of(late, answers.labels_said(late))
    chosen = _chosen(complete, _open(spec, complete, weeks_of(known), made_of, marks.read()), only)
    summaries = Summaries(Store(lake), spec.name, rules.subject)
    done = [
        _keep(
            spec, table, known, Store(lake), watched, audible=_audible(watched.part, complete[-1])
        )
        for watched in watch(
            complete,
            chosen,
            lambda part: _summary(part, answers, classes, summaries, rules),
            rules,
            lambda digests: facts_of(Store(artifacts), spec.name, digests),
        )
    ]
    if made_of and only is None:
        marks.keep(made_of)
    lines = [
        f"{one['week']}  {one['rows']:>8} rows  {one['label_coverage']:>6.1%} labelled  "
        f"{'broke: ' + ', '.join(one['broke']) if one['broke'] else 'calm'}"
        for one in done
    ]
    tell(
        "\n".join(lines) or f"{spec.name}: no open week of {len(complete)} complete ones",
        {"step": "watch", "complete": len(complete), "weeks": done},
    )


def _classes(spec: ModelSpec, answers: AnsweredWeeks, artifacts: Store) -> AnsweredClasses | None:
    """What the scores' columns stand for; none where a score is one number."""
    if spec.estimator.task != MULTICLASS:
        return None
    packages = answers.packages()
    return answered_classes(packages, facts_of(artifacts, spec.name, packages))


def _summary(
    part: AnsweredWeek,
    answers: AnsweredWeeks,
    classes: AnsweredClasses | None,
    summaries: Summaries,
    rules: Rules,
) -> WeekSummary | None:
    """What a week came to; its rows are read only when there are others than before."""
    held = answers.held(part)
    known = summaries.recall(part.week, held) if held else None
    if known is not None:
        return known
    rows = answers.read(part)
    if rows.is_empty():
        return None
    if classes is not None:
        rows = classes.comparable(rows)
    summary = summarise(part.week, rows, rules.subject)
    if held is not None:
        summaries.keep(summary, held)
    return summary


def _keep(
    spec: ModelSpec,
    table: MetricsTable,
    known: pl.DataFrame,
    reports: Store,
    watched: WatchedWeek,
    *,
    audible: bool,
) -> dict[str, Any]:
    """Write what one week says; the table last, so that a kill before it repeats all of it."""
    stamp = Stamp(at=datetime.now(UTC), by=os.environ.get("POD_NAME") or socket.gethostname())
    rows = table_rows(watched, stamp)
    now, before = verdicts(rows), verdicts(of_week(known, watched.summary.week))
    told = audible and now != before
    if told:
        data = list(metric_data(spec.name, watched, now))
        told = tell_cloudwatch(client("cloudwatch"), data)
    report, key = week_report(spec.name, watched), report_key(spec.name, watched)
    written = not table.says(rows, known)
    if written:
        reports.put(f"{key}.json", json.dumps(report, indent=1, sort_keys=True).encode())
        reports.put(f"{key}.md", week_text(spec.name, watched).encode())
        table.put(rows)
    shown = ("week", "rows", "labelled", "label_coverage", "versions", "broke")
    return {**{name: report[name] for name in shown}, "written": written, "told": told}


def _audible(part: AnsweredWeek, newest: AnsweredWeek) -> bool:
    """Whether an alarm still looks back as far: of weeks at the newest one, of slices at many.

    Slices fill at any pace: several since the last run, and outcomes of earlier ones since then.
    """
    return newest.ended - part.ended < timedelta(days=BREACH_DAYS)


def _open(
    spec: ModelSpec,
    complete: list[AnsweredWeek],
    known: Collection[Week],
    made_of: Marks,
    judged_of: Marks,
) -> list[AnsweredWeek]:
    watched = spec.monitoring
    if spec.data.day is not None:
        return open_weeks(complete, known, watched.final_after_days)
    changed = [week for week, mark in made_of.items() if judged_of.get(week) != mark]
    return open_slices(complete, known, made_of, changed, watched.reference_weeks)


def _chosen(
    complete: list[AnsweredWeek], found: list[AnsweredWeek], only: date | None
) -> list[AnsweredWeek]:
    if only is None:
        return found
    if all(part.week.start != only for part in complete):
        span = f"{complete[0].week.start} to {complete[-1].week.start}" if complete else "none"
        raise StepError(
            f"--week: {only} is not the Monday of a complete week that was answered; "
            f"complete: {span}"
        )
    return [part for part in found if part.week.start == only]
