"""The metrics table: what was found in each week, as rows that a later run can replace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from ml.data.lakehouse import Lakehouse
from ml.monitoring.terms import ALARM
from ml.monitoring.windows import Week

if TYPE_CHECKING:
    # The collector reads this table and computes nothing: it need not load what watching needs.
    from ml.monitoring.watching import WatchedWeek

WEEK = "week"
COLUMNS: Mapping[str, Any] = {
    WEEK: pl.Date,
    "ended": pl.Datetime("us", "UTC"),
    "rows": pl.Int64,
    "labelled": pl.Int64,
    "versions": pl.String,
    "package_digest": pl.String,
    "signal": pl.String,
    "figure": pl.String,
    "baseline": pl.String,
    "value": pl.Float64,
    "reference": pl.Float64,
    "statistic": pl.Float64,
    "p": pl.Float64,
    "breach": pl.Boolean,
    "kind": pl.String,
    "note": pl.String,
    "computed_at": pl.Datetime("us", "UTC"),
    "computed_by": pl.String,
}
"""One row per finding; `week` is the Monday, `figure` the feature or metric."""
PROVENANCE = ("computed_at", "computed_by")
KEY = ("signal", "figure", "baseline")


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Who computed rows, and when by the wall clock; no rule reads it."""

    at: datetime
    by: str


def table_rows(watched: WatchedWeek, stamp: Stamp) -> pl.DataFrame:
    """One week's rows, in the order of their key."""
    summary = watched.summary
    rows = [
        {
            WEEK: summary.week.start,
            "ended": watched.part.ended,
            "rows": summary.rows,
            "labelled": summary.labelled,
            "versions": summary.versions,
            "package_digest": summary.package,
            "signal": one.key[0],
            "figure": one.key[1],
            "baseline": one.baseline,
            "value": one.value,
            "reference": one.reference,
            "statistic": one.statistic,
            "p": one.p,
            "breach": one.breach,
            "kind": one.kind,
            "note": one.note,
            "computed_at": stamp.at,
            "computed_by": stamp.by,
        }
        for one in watched.findings
    ]
    return pl.DataFrame(rows, schema=dict(COLUMNS)).sort(KEY)


def verdicts(rows: pl.DataFrame) -> dict[str, bool]:
    """What the alarm signals of one week say; those that could not be judged say nothing."""
    judged = rows.filter(pl.col("kind") == ALARM, pl.col("p").is_not_null())
    found = judged.group_by("signal").agg(pl.col("breach").any()).sort("signal")
    return {str(signal): bool(broke) for signal, broke in found.iter_rows()}


class MetricsTable:
    """One model's table; a week is replaced whole, in one commit, or left alone."""

    def __init__(self, lake: Lakehouse, model: str) -> None:
        self._lake = lake
        self._name = f"metrics/{model}"

    def read(self) -> pl.DataFrame:
        """Every row of every week, oldest week first; none where there is no table."""
        found = self._lake.scan(self._name)
        if found is None:
            return pl.DataFrame(schema=dict(COLUMNS))
        rows = found.read(columns=list(COLUMNS)).with_columns(pl.col(WEEK).cast(pl.Date))
        return rows.sort(WEEK, *KEY)

    def put(self, rows: pl.DataFrame) -> None:
        """Replace one week's rows."""
        self._lake.replace_where(self._name, rows, column=WEEK, value=_week(rows).isoformat())

    @staticmethod
    def says(rows: pl.DataFrame, known: pl.DataFrame) -> bool:
        """Whether `known` says the same of the week of `rows`, whoever computed it when."""
        before = of_week(known, Week(_week(rows)))
        return before.drop(PROVENANCE).equals(rows.drop(PROVENANCE))


def _week(rows: pl.DataFrame) -> date:
    (week,) = rows[WEEK].unique().to_list()
    return cast(date, week)


def of_week(rows: pl.DataFrame, week: Week) -> pl.DataFrame:
    """One week's rows of the table; none where nobody computed it."""
    return rows.filter(pl.col(WEEK) == week.start)


def weeks_of(rows: pl.DataFrame) -> list[Week]:
    """The weeks that have rows, oldest first."""
    return [Week(day) for day in rows[WEEK].unique().sort().to_list()]


def newest_week(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of the newest week."""
    return rows.filter(pl.col(WEEK) == pl.col(WEEK).max())
