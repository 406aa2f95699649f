"""What every chart of the report is made with; colours and fonts come from the page."""

from typing import Any

import altair

HEIGHT = 230
QUIET = "#8a8f98"
STATUS = ("#1f9d61", "#d64545", "#c98a0c")
"""Passed, failed, not enough evidence: readable on light and on dark."""
ALARM = STATUS[1]
"""Where something rang, or got worse."""
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
"""Whoever cannot tell the colours apart can tell these."""
Spec = dict[str, Any]


def over(rows: list[dict[str, Any]]) -> Any:
    """Begin a chart of these rows."""
    data: Any = altair.Data
    return altair.Chart(data(values=rows))


def named(name: str) -> Any:
    """Begin a chart of rows that `many` gets by this name: many rows, or rows of many views.

    They stay out of the chart: altair copies and checks whatever is in it, row by row.
    """
    return altair.Chart(altair.NamedData(name=name))


def tooltip(*fields: str) -> list[Any]:
    """What a point says when it is pointed at, its figures to four digits."""
    # As objects, because parsing texts takes long.
    return [
        altair.Tooltip(field, format=".4~g") if field.endswith(":Q") else altair.Tooltip(field)
        for field in fields
    ]


def colour(names: list[str], shown: list[str]) -> Any:
    """A colour for each of these lines; the legend has those that are `shown`."""
    scale = altair.Scale(domain=names)
    return altair.Color("who:N", sort=names, scale=scale, legend=_legend(shown))


def shape(names: list[str], shown: list[str]) -> Any:
    """A shape beside each colour, in the same legend."""
    kinds = [SHAPES[number % len(SHAPES)] for number in range(len(names))]
    scale = altair.Scale(domain=names, range=kinds)
    return altair.Shape("who:N", sort=names, scale=scale, legend=_legend(shown))


def _legend(shown: list[str]) -> Any:
    # An area is faint, and its name must not be.
    return altair.Legend(title=None, values=shown, symbolOpacity=1) if shown else None


def one(chart: Any, *, height: int = HEIGHT) -> Spec:
    """Finish a chart that is as wide as its place."""
    return many(chart.properties(width="container", height=height))


def many(chart: Any, **rows: list[dict[str, Any]]) -> Spec:
    """Finish a chart of several views, whose widths the page sets; rows by name."""
    # Checking takes seconds for charts of many views; tests draw every chart in a browser.
    spec: Spec = chart.to_dict(validate=False)
    # The page sets colours and fonts; altair's defaults would win over them.
    spec.pop("config", None)
    if rows:
        spec["datasets"] = {**spec.get("datasets", {}), **rows}
    return spec


def stacked(charts: list[Any], **rows: list[dict[str, Any]]) -> Spec:
    """Finish charts that stand above each other, each with colours of its own; rows by name.

    All their rows are `named`.
    """
    # By hand: altair would copy every part of every chart once more.
    panels = [many(chart) for chart in charts]
    schemas = [panel.pop("$schema") for panel in panels]
    apart = {"color": "independent", "shape": "independent"}
    return {
        "$schema": schemas[0],
        "vconcat": panels,
        "spacing": 10,
        "resolve": {"scale": apart},
        "datasets": rows,
    }
