"""One panel of a life, drawn: what is shaded, the lines, what rang, where versions begin."""

from dataclasses import dataclass
from typing import Any

import altair

from modelyard.report.drawing import ALARM, QUIET, colour, named, shape, tooltip
from modelyard.report.life.axis import axis
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.panels import Panel
from modelyard.report.life.series import BASELINES

HEIGHT = 84
EDGE = 56
"""Room for the labels on the left, which the page takes off the width that it gives a panel."""
_TOOLTIP = ("week:N", "who:N", "value:Q", "usual:Q", "low:Q", "high:Q", "p:Q", "note:N")


@dataclass(frozen=True, kw_only=True)
class PanelChart:
    """One panel among others; rows are the named ones that all panels share.

    Layers without a row are left out: their empty scales would be warned about in the page.
    """

    facts: LifeFacts
    panel: Panel
    number: int
    last: bool
    """Whether it has the labels of the weeks."""

    def drawn(self) -> Any:
        """Everything on each other."""
        layers = [*self._bands(), *self._corridor(), *self._level()]
        layers += [*self._lines(), *self._loud(), *self._versions()]
        title = altair.Title(self.panel.title, anchor="start", fontSize=12, fontWeight=600, dy=0)
        return altair.layer(*layers).properties(title=title, height=HEIGHT)

    def _bands(self) -> list[Any]:
        """Weeks in which something rang, through all panels."""
        if not self.facts.broke:
            return []
        return [
            named("rang")
            .mark_rect(color=ALARM, opacity=0.16)
            .encode(
                x=self._x("from"), x2=altair.X2("to"), tooltip=tooltip("week:N", "rang:N")
            )
        ]  # fmt: skip

    def _corridor(self) -> list[Any]:
        if all(row["low"] is None for row in self.panel.rows):
            return []
        known = self._rows().transform_filter("isValid(datum.low)")
        return [
            known.mark_area(opacity=0.16, clip=True).encode(
                x=self._x(), y=self._y("low:Q"), y2=altair.Y2("high:Q"), color=self._colour()
            )
        ]

    def _level(self) -> list[Any]:
        if self.panel.line is None:
            return []
        rule = named("level").mark_rule(strokeDash=[2, 3], color=QUIET)
        return [rule.encode(y=self._y(self.panel.line))]

    def _lines(self) -> list[Any]:
        base = self._rows().encode(x=self._x(), y=self._y("value:Q"), color=self._colour())
        points = base.mark_point(filled=True, opacity=1, size=30)
        return [
            base.mark_line(strokeWidth=2),
            points.encode(shape=shape(*self._who()), tooltip=tooltip(*_TOOLTIP)),
        ]

    def _loud(self) -> list[Any]:
        if not any(row["rang"] for row in self.panel.rows):
            return []
        base = self._rows().transform_filter("datum.rang")
        points = base.mark_point(filled=True, opacity=1, size=150, shape="diamond", color=ALARM)
        return [
            points.encode(x=self._x(), y=self._y("value:Q"), tooltip=tooltip(*_TOOLTIP))
        ]  # fmt: skip

    def _versions(self) -> list[Any]:
        """A line where a version began to answer; its name only in the first panel."""
        base = named("versions").encode(
            x=self._x("from"), tooltip=tooltip("week:N", "version:N", "text:N")
        )
        line = base.mark_rule(color=QUIET, strokeDash=[3, 3], strokeWidth=1.5)
        # Without a colour of its own: the page gives texts one that can be read on it.
        text = base.mark_text(align="left", dx=4, y=6, fontSize=12, fontWeight="bold")
        return [line, text.encode(text=altair.Text("version:N"))] if self.number == 0 else [line]

    def _rows(self) -> Any:
        return named("points").transform_filter(f"datum.panel === {self.number}")

    def _colour(self) -> Any:
        return colour(*self._who())

    def _who(self) -> tuple[list[str], list[str]]:
        """All lines in the order of their colours, and those that the legend names."""
        found = list(dict.fromkeys(row["who"] for row in self.panel.rows))
        if self.panel.baselines:
            return [*BASELINES.values()], found
        return found, found if len(found) > 1 else []

    def _x(self, field: str = "at") -> Any:
        return axis(self.facts, field, last=self.last)

    def _y(self, of: str | float) -> Any:
        edge = altair.Axis(
            minExtent=EDGE,
            maxExtent=EDGE,
            tickCount=3,
            labelLimit=EDGE - 4,
            format=self.panel.labels or altair.Undefined,
        )
        scale = altair.Scale(domain=self.panel.ends, zero=False, nice=True)
        kind: Any = altair.Y if isinstance(of, str) else altair.YDatum
        return kind(of, title=None, axis=edge, scale=scale)
