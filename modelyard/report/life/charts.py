"""A model's life on one axis of weeks: what it said, what came, how well, how far from usual."""

from modelyard.report.drawing import Spec, stacked
from modelyard.report.life.axis import marks, place
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.panel_chart import PanelChart
from modelyard.report.life.panels import panels
from modelyard.report.life.series import Rows


def life(facts: LifeFacts) -> Spec | None:
    """Draw everything but the features; red where something rang, dashed where a version began."""
    if not facts.weeks:
        return None
    shown = panels(facts)
    charts = [
        PanelChart(facts=facts, panel=panel, number=n, last=n == len(shown) - 1).drawn()
        for n, panel in enumerate(shown)
    ]
    points = [{**row, "panel": n} for n, panel in enumerate(shown) for row in panel.rows]
    rang, begun = _rang(facts), _versions(facts)
    return stacked(charts, points=points, level=[{}], rang=rang, versions=begun)


def _rang(facts: LifeFacts) -> Rows:
    return [
        {**place(facts, week), "rang": ", ".join(week.broke).replace("_", " ")}
        for week in facts.broke
    ]


def _versions(facts: LifeFacts) -> Rows:
    """One row per week in which versions began: their names would lie on each other."""
    found: dict[str, Rows] = {}
    for mark in marks(facts):
        name = f"{'↩' if mark.back else ''}v{mark.version}"
        begun = {**place(facts, mark.week), "version": name, "text": mark.text}
        found.setdefault(mark.week.week, []).append(begun)
    return [
        {
            **begun[0],
            "version": " ".join(each["version"] for each in begun),
            "text": "; ".join(each["text"] for each in begun),
        }
        for begun in found.values()
    ]
