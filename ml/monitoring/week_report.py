"""The report of one watched week: JSON for programs, markdown for whoever was woken."""

from __future__ import annotations

from typing import Any

from ml.monitoring.summaries import FOLDER
from ml.monitoring.terms import ALARM, NO_BASELINE, PSI, RECENT
from ml.monitoring.watch import Finding
from ml.monitoring.watching import WatchedWeek

_MOST_FEATURES = 10


def report_key(model: str, watched: WatchedWeek) -> str:
    """Where a week's report lies in the lake, but for its ending."""
    return f"{FOLDER}/{model}/{watched.summary.week.start.isoformat()}"


def week_report(model: str, watched: WatchedWeek) -> dict[str, Any]:
    """Everything that was found in one week, and nothing about any single row."""
    summary = watched.summary
    return {
        "model": model,
        "week": summary.week.start.isoformat(),
        "ended": watched.part.ended.isoformat(),
        "rows": summary.rows,
        "labelled": summary.labelled,
        "label_coverage": summary.coverage,
        "versions": summary.versions.split(","),
        "package_digest": summary.package,
        "broke": [one.key[0] for one in watched.findings if one.breach],
        "findings": [
            {
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
            }
            for one in watched.findings
        ],
    }


def week_text(model: str, watched: WatchedWeek) -> str:
    """The same in words and tables: what may ring first, features by how far they moved last."""
    summary = watched.summary
    broke = [one.key[0] for one in watched.findings if one.breach]
    alarms = [one for one in watched.findings if one.kind == ALARM]
    usual = [
        one
        for one in watched.findings
        if one.kind != ALARM and one.baseline in (RECENT, NO_BASELINE) and one.key[0] != PSI
    ]
    others = [one for one in watched.findings if one.baseline not in (RECENT, NO_BASELINE)]
    moved = sorted(
        (one for one in watched.findings if one.key[0] == PSI), key=lambda one: -one.value
    )
    lines = [
        f"# {model}, week of {summary.week.start}",
        "",
        f"{summary.rows} rows, {summary.coverage:.1%} with a label, version {summary.versions}.",
        f"Broke: {', '.join(broke)}." if broke else "Nothing broke.",
        "",
        *_table("What may ring, beside the weeks before", alarms),
        *_table("Beside the weeks before", usual),
        *_table("Beside other baselines; the seasons move these", _without_psi(others)),
        *_table("Features and answers that moved most (PSI)", moved[:_MOST_FEATURES]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _without_psi(found: list[Finding]) -> list[Finding]:
    return [one for one in found if one.key[0] != PSI]


def _table(title: str, found: list[Finding]) -> list[str]:
    if not found:
        return []
    return [
        f"## {title}",
        "",
        "| signal | baseline | value | reference | p | |",
        "|---|---|---|---|---|---|",
        *(
            f"| {' '.join(filter(None, one.key))} | {one.baseline} | {_number(one.value)} "
            f"| {_number(one.reference)} | {_number(one.p)} "
            f"| {'**broke**' if one.breach else one.note} |"
            for one in found
        ),
        "",
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
