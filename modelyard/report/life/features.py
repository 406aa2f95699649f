"""What moved from week to week, feature by feature."""

import altair

from modelyard.report.drawing import QUIET, Spec, colour, many, named, shape, tooltip
from modelyard.report.life.axis import axis, place
from modelyard.report.life.corridor import RULE_OF_THUMB
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.series import BASELINES

MOST_FEATURES = 24
"""As many small multiples as a page can bear; those that moved most."""
TICKS = [0, 0.1, 0.5, 1, 2, 5, 10]
"""Few, because the scale is of square roots: a PSI of 0.1 and one of 2 are to be seen at once."""


def features(facts: LifeFacts) -> Spec | None:
    """Draw one small chart per feature on one scale: PSI against each baseline, week by week."""
    names = moved(facts)[:MOST_FEATURES]
    rows = [
        {**place(facts, week), "feature": each.figure, "who": who, "psi": max(each.value, 0.0)}
        for baseline, who in BASELINES.items()
        for week, each in facts.found("psi", baseline)
        if each.figure in names
    ]
    if not rows:
        return None
    present = [name for name in BASELINES.values() if any(row["who"] == name for row in rows)]
    # Room above: a point over the edge would move the name above it.
    most = 1.15 * max(RULE_OF_THUMB, *(row["psi"] for row in rows))
    base = altair.Chart()
    lines = base.mark_line(strokeWidth=1.6).encode(
        x=axis(facts, title=False),
        y=altair.Y(
            "psi:Q",
            title=None,
            scale=altair.Scale(type="sqrt", domain=[0, most], nice=False),
            axis=altair.Axis(
                values=[tick for tick in TICKS if tick <= most], tickCount=len(TICKS),
                minExtent=30, maxExtent=30, format="~g",
            ),
        ),
        color=colour([*BASELINES.values()], present),
        tooltip=tooltip("week:N", "feature:N", "who:N", "psi:Q"),
    )  # fmt: skip
    points = lines.mark_point(filled=True, opacity=1, size=14).encode(
        shape=shape([*BASELINES.values()], present)
    )
    usual = base.mark_rule(strokeDash=[2, 3], color=QUIET).encode(y=altair.datum(RULE_OF_THUMB))
    facet = (
        altair.layer(usual, lines, points, data=named("points").data)
        .properties(width=150, height=70)
        .facet(
            facet=altair.Facet(
                "feature:N",
                title=None,
                sort=names,
                header=altair.Header(
                    labelAnchor="start", labelFontWeight=600, labelFontSize=12, labelLimit=150
                ),
            ),
            columns=2,
            spacing={"row": 54, "column": 44},
            bounds="flush",
        )
        .resolve_axis(x="independent", y="independent")
    )
    return many(facet, points=rows)


def moved(facts: LifeFacts) -> list[str]:
    """Every feature that has a PSI, the one that was once farthest from a baseline first."""
    most: dict[str, float] = {}
    for baseline in BASELINES:
        for _, each in facts.found("psi", baseline):
            if not each.figure.startswith("output_"):
                most[each.figure] = max(most.get(each.figure, 0.0), each.value)
    return sorted(most, key=lambda name: (-most[name], name))
