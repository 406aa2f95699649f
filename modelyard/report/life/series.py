"""What the panels of a life draw: one row per point, from the findings of its weeks."""

from typing import Any

from modelyard.live.watching import RECENT, WatchedWeek
from modelyard.report.life.axis import place
from modelyard.report.life.corridor import RULE_OF_THUMB, corridor
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.words import figure, metric_name

BASELINES = {
    RECENT: "recent production",
    "validation": "validation",
    "same_season": "same season a year before",
}
"""In the order of their colours, here and in the small multiples."""
Rows = list[dict[str, Any]]


def signal(facts: LifeFacts, name: str, only: str = "") -> Rows:
    """A signal week by week, with the corridor that the weeks before leave it.

    Of several classes each has a line of its own.
    """
    rows = []
    for week, each in facts.found(name):
        if only and each.figure != only:
            continue
        calm = corridor(facts, week, each)
        rows.append(
            {
                **place(facts, week),
                "who": each.figure if facts.classes else name.replace("_", " "),
                "value": each.value,
                "usual": each.reference,
                "p": each.p,
                "note": each.note or None,
                "rang": each.breach,
                "low": calm[0] if calm else None,
                "high": calm[1] if calm else None,
            }
        )
    return rows


def coverage(facts: LifeFacts) -> Rows:
    """The share of known labels."""
    return [
        _plain(facts, week, "labels known", week.coverage, f"{week.labelled:,} of {week.rows:,}")
        for week in facts.weeks
    ]


def answers(facts: LifeFacts) -> Rows:
    """How far the answers lie from each baseline."""
    return [
        _plain(facts, week, name, each.value)
        for baseline, name in BASELINES.items()
        for week, each in facts.found("psi", baseline)
        if each.figure.startswith("output_")
    ]


def features(facts: LifeFacts) -> Rows:
    """How many features lie beyond the rule of thumb, against each baseline."""
    counts: dict[tuple[str, str], list[bool]] = {}
    for baseline in BASELINES:
        for week, each in facts.found("psi", baseline):
            if not each.figure.startswith("output_"):
                counts.setdefault((baseline, week.week), []).append(each.value > RULE_OF_THUMB)
    weeks = {week.week: week for week in facts.weeks}
    return [
        _plain(facts, weeks[week], BASELINES[baseline], sum(found), f"of {len(found)} features")
        for (baseline, week), found in counts.items()
    ]


def beside_test(facts: LifeFacts) -> Rows:
    """As shares of the test's figure: a rate and a metric have no unit in common."""
    names = {"performance": metric_name(facts.metric), "label_rate": f"outcome {facts.outcome}"}
    return [
        _plain(
            facts,
            week,
            f"outcome {each.figure}" if facts.classes and signal == "label_rate" else name,
            each.value / each.reference - 1,
            f"{figure(facts, signal, each.value)} beside {figure(facts, signal, each.reference)}",
        )
        for signal, name in names.items()
        for week, each in facts.found(signal, "test_labelled")
        if each.reference
    ]


def _plain(
    facts: LifeFacts, week: WatchedWeek, who: str, value: float, note: str = ""
) -> dict[str, Any]:
    """A point that is context."""
    return {
        **place(facts, week), "who": who, "value": value, "usual": None, "p": None,
        "note": note or None, "rang": False, "low": None, "high": None,
    }  # fmt: skip
