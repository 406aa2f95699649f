"""The report's charts as Vega-Lite; colours are left to the page, which knows light from dark."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import altair

from modelyard.report.drawing import STATUS, Spec, one, over
from modelyard.report.facts import VersionFacts

METRICS = {
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "roc_auc_ovr": "ROC AUC, each class against the rest",
    "macro_f1": "macro F1",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "r2": "R²",
}
"""What is drawn by month and shown in tables, where a model was measured by it."""
FEW = 0.25
"""A month with less than this share of the fullest one's rows has few."""


def quality_by_month(versions: Sequence[VersionFacts], metric: str) -> Spec | None:
    """Show a metric per held-out month, each version against the baseline it had to beat.

    The few rows of a month that had just begun say little: no line leads there, its dot is pale.
    """
    rows = []
    for version in versions:
        months = version.metrics.get("months", [])
        most = max((month["labelled_rows"] for month in months), default=0)
        for month in months:
            for who, name in (("candidate", version.label), ("baseline", "baseline")):
                value = (month.get(who) or {}).get(metric)
                if value is not None:
                    rows.append(
                        {
                            "month": month["month"],
                            "value": value,
                            "who": name,
                            "rows": month["labelled_rows"],
                            "few": month["labelled_rows"] < FEW * most,
                        }
                    )
    if not rows:
        return None
    base = over(_distinct(rows)).encode(
        x=altair.X("month:O", title=None, axis=altair.Axis(labelAngle=0, labelOverlap=True)),
        y=altair.Y("value:Q", title=METRICS.get(metric, metric), scale=altair.Scale(zero=False)),
        color=altair.Color("who:N", title=None),
        tooltip=["month:O", "who:N", "value:Q", "rows:Q"],
    )
    lines = (
        base.transform_filter("!datum.few")
        .mark_line(strokeWidth=2)
        .encode(
            strokeDash=altair.condition(
                "datum.who === 'baseline'", altair.value([4, 4]), altair.value([1, 0])
            )
        )
    )
    pale = altair.condition("datum.few", altair.value(0.35), altair.value(1))
    return one(altair.layer(lines, base.mark_circle(size=70).encode(opacity=pale)))


def gains(versions: Sequence[VersionFacts]) -> Spec | None:
    """Show each gain with its interval against what the gate asked for."""
    rows = [
        {
            "rule": f"{version.label}: {rule['name']}",
            "gain": rule["measured"],
            "low": rule["low"],
            "high": rule["high"],
            "asked": rule["allowed"],
            "gate": rule["status"],
            "says": rule["text"],
        }
        for version in versions
        for rule in version.gate_details.get("rules", [])
        if rule.get("low") is not None
    ]
    if not rows:
        return None
    base = over(rows).encode(
        y=altair.Y("rule:N", title=None, sort=None, axis=altair.Axis(labelLimit=340)),
        tooltip=["rule:N", "gain:Q", "low:Q", "high:Q", "asked:Q", "says:N"],
    )
    colour = altair.Color(
        "gate:N",
        title=None,
        scale=altair.Scale(domain=["passed", "failed", "insufficient"], range=list(STATUS)),
    )
    bars = base.mark_rule(strokeWidth=3).encode(
        x=altair.X("low:Q", title="gain, with its interval"), x2="high:Q", color=colour
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(x="gain:Q", color=colour)
    asked = base.mark_tick(thickness=2, size=16, color="#8a8f98").encode(x="asked:Q")
    drawn = altair.layer(bars, points, asked).properties(usermeta={"parts": "rule"})
    return one(drawn, height=34 * len(rows) + 20)


def traffic(runs: Sequence[dict[str, Any]]) -> Spec | None:
    """Show which version answered production, second by second, and what failed."""
    rows = list(_answers(runs))
    if not rows:
        return None
    chart = (
        over(rows)
        .mark_area(interpolate="step-after", opacity=0.85)
        .encode(
            x=altair.X(
                "second:Q",
                title="seconds since the first live version",
                scale=altair.Scale(nice=False),
            ),
            y=altair.Y("count:Q", title="answers in 5 s"),
            color=altair.Color("answered by:N", title=None),
            tooltip=["second:Q", "answered by:N", "count:Q"],
        )
    )
    return one(chart)


def _answers(runs: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Count who answered by five seconds: single ones only show a slow client's own rhythm."""
    counts: Counter[tuple[str, int]] = Counter()
    for seconds in (run["seconds"] for run in runs):
        for second in seconds:
            at = (second["second"] - seconds[0]["second"]) // 5 * 5
            counts.update({(f"version {name}", at): n for name, n in second["answers"].items()})
            counts["failed", at] += second["failed"]
    last = max((at for _, at in counts), default=0)
    # Where nobody asked there is nothing: an area would else go on as it was.
    for who in sorted({who for who, _ in +counts}):
        for at in range(0, last + 5, 5):
            yield {"second": at, "answered by": who, "count": counts[who, at]}


def timings(chapters: Sequence[dict[str, Any]]) -> Spec | None:
    """Show how long each stage of the story took."""
    rows = [
        {"stage": each["title"].split(":")[0], "seconds": each["seconds"]} for each in chapters
    ]
    if not rows:
        return None
    base = over(rows).encode(
        y=altair.Y("stage:N", sort=None, title=None),
        x=altair.X(
            "seconds:Q",
            title="seconds",
            axis=altair.Axis(tickCount=6),
            # Room for the figure behind the longest bar, on a narrow page too.
            scale=altair.Scale(domainMax=1.3 * max(row["seconds"] for row in rows)),
        ),
    )
    labels = base.mark_text(align="left", dx=4, color="#8a8f98").encode(text="seconds:Q")
    return one(altair.layer(base.mark_bar(), labels), height=30 * len(rows) + 20)


def _distinct(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep one baseline point per month: versions judged on the same rows share it."""
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        seen.setdefault((row["month"], row["who"]), row)
    return list(seen.values())
