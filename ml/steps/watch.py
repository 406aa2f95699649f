"""Step `watch`: complete weeks of answers → metrics table, reports, and what alarms listen to."""

from __future__ import annotations

import argparse
import json
import os
import socket
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from ml.data.lakehouse import Lakehouse
from ml.data.store import Store
from ml.development.inputs import OUTPUTS
from ml.failures import StepError
from ml.monitoring.answered_weeks import AnsweredWeek, AnsweredWeeks
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
from ml.monitoring.summaries import Summaries
from ml.monitoring.watch import Rules
from ml.monitoring.watching import WatchedWeek, open_weeks, watch
from ml.monitoring.week_report import report_key, week_report, week_text
from ml.spec import ModelSpec
from ml.steps.arguments import StepParser, spec_of
from ml.steps.clients import client
from ml.steps.logs import configure
from ml.steps.run_folder import tell


def run(argv: Sequence[str]) -> int:
    """Watch every week that is open, or one; doing it again changes nothing."""
    flags = _parser().read(argv)
    configure()
    spec, lake = spec_of(flags), _root(flags, "lake")
    if spec.estimator.task not in OUTPUTS:
        task = spec.estimator.task
        tell(f"{spec.name}: answers of the task {task} are not watched yet", {"step": "watch"})
        return 0
    until, only = _day(flags, "until"), _day(flags, "week")
    artifacts = Store(_root(flags, "artifacts"))
    answers, table = AnsweredWeeks(Lakehouse(lake), spec), MetricsTable(Lakehouse(lake), spec.name)
    complete = answers.complete(until)
    known = table.read()
    chosen = _chosen(complete, known, spec, only)
    # Values and labels of a task's answers are read under one name each.
    rules = Rules.of(spec, OUTPUTS[spec.estimator.task])
    summaries = Summaries(Store(lake), spec.name, rules.subject)
    done = [
        _keep(spec, table, known, Store(lake), watched, newest=watched.part is complete[-1])
        for watched in watch(
            complete,
            chosen,
            lambda part: _summary(part, answers, summaries, rules),
            rules,
            lambda digests: facts_of(artifacts, spec.name, digests),
        )
    ]
    lines = [
        f"{one['week']}  {one['rows']:>8} rows  {one['label_coverage']:>6.1%} labelled  "
        f"{'broke: ' + ', '.join(one['broke']) if one['broke'] else 'calm'}"
        for one in done
    ]
    tell(
        "\n".join(lines) or f"{spec.name}: no open week of {len(complete)} complete ones",
        {"step": "watch", "complete": len(complete), "weeks": done},
    )
    return 0


def _summary(
    part: AnsweredWeek, answers: AnsweredWeeks, summaries: Summaries, rules: Rules
) -> WeekSummary | None:
    """What a week came to; its rows are read only when there are others than before."""
    held = answers.held(part)
    known = summaries.recall(part.week, held) if held else None
    if known is not None:
        return known
    rows = answers.read(part)
    if rows.is_empty():
        return None
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
    newest: bool,
) -> dict[str, Any]:
    """Write what one week says; the table last, so that a kill before it repeats all of it."""
    stamp = Stamp(at=datetime.now(UTC), by=os.environ.get("POD_NAME") or socket.gethostname())
    rows = table_rows(watched, stamp)
    now, before = verdicts(rows), verdicts(of_week(known, watched.summary.week))
    told = newest and now != before
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


def _chosen(
    complete: list[AnsweredWeek], known: pl.DataFrame, spec: ModelSpec, only: date | None
) -> list[AnsweredWeek]:
    found = open_weeks(complete, weeks_of(known), spec.monitoring.final_after_days)
    if only is None:
        return found
    if all(part.week.start != only for part in complete):
        span = f"{complete[0].week.start} to {complete[-1].week.start}" if complete else "none"
        raise StepError(
            f"--week: {only} is not the Monday of a complete week that was answered; "
            f"complete: {span}"
        )
    return [part for part in found if part.week.start == only]


def _parser() -> StepParser:
    parser = StepParser("watch", __doc__)
    parser.add_argument("--lake", help="root of the lakehouse, s3://BUCKET; or MODELYARD_LAKE")
    parser.add_argument(
        "--artifacts", help="bucket of the packages, s3://BUCKET; or MODELYARD_ARTIFACTS"
    )
    parser.add_argument("--until", help="weeks that ended by this day are complete, 2013-12-09")
    parser.add_argument("--week", help="only the week that begins on this Monday")
    return parser


def _root(flags: argparse.Namespace, name: str) -> str:
    variable = f"MODELYARD_{name.upper()}"
    given = getattr(flags, name) or os.environ.get(variable, "")
    if not given:
        raise StepError(f"--{name} is missing; give it, or set {variable}", exit_code=2)
    return str(given).rstrip("/")


def _day(flags: argparse.Namespace, name: str) -> date | None:
    given = getattr(flags, name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise StepError(
            f"--{name}: {given!r} is not a date; write it as 2013-12-02", exit_code=2
        ) from None
