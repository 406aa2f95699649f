"""What a retraining gained in the end: what its gate measured, and the days after."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import altair

from modelyard.live.aftermath import Aftermath
from modelyard.report.drawing import ALARM, QUIET, STATUS, Spec, one, over, tooltip
from modelyard.report.facts import VersionFacts
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.words import metric_name

BETTER, WORSE, SAME = "better", "worse", "cannot be told apart"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One measured gain of a version; positive is better, whatever the metric."""

    rule: str
    gain: float
    low: float
    high: float
    rows: str = ""
    """On which rows, in a sentence; empty for a gate's, which the model's table has."""

    @property
    def told(self) -> str:
        """What the interval says."""
        if self.low > 0:
            return BETTER
        return WORSE if self.high < 0 else SAME

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        contains = "the interval contains zero: " if self.told == SAME else ""
        return (
            f"{self.rule}: gain {self.gain:+.4f} [{self.low:+.4f}, {self.high:+.4f}], "
            f"{contains}{self.told}"
        )


def comparisons(facts: LifeFacts, versions: Sequence[VersionFacts]) -> list[Comparison]:
    """What gates measured of versions that came by themselves, each before its days after."""
    gates = {version.number: _gate(version) for version in versions}
    after = {each.version: [_days_after(facts, each)] for each in facts.after}
    numbers = sorted({*gates, *after}, key=int)
    return [e for number in numbers for e in (*gates.get(number, []), *after.get(number, []))]


def retrained(found: Sequence[Comparison]) -> Spec | None:
    """Draw each gain with its interval beside zero."""
    if not found:
        return None
    rows = [{**asdict(each), "told": each.told} for each in found]
    base = over(rows).encode(
        y=altair.Y("rule:N", title=None, sort=None, axis=altair.Axis(labelLimit=330)),
        tooltip=tooltip("rule:N", "gain:Q", "low:Q", "high:Q", "told:N"),
    )
    all_kinds = {
        BETTER: (STATUS[0], "triangle-right"),
        SAME: (STATUS[2], "circle"),
        WORSE: (ALARM, "triangle-left"),
    }
    kinds = {told: kind for told, kind in all_kinds.items() if told in {e.told for e in found}}
    colours, shapes = ([each[n] for each in kinds.values()] for n in (0, 1))
    legend = altair.Legend(title=None)
    colour = altair.Color(
        "told:N", legend=legend, scale=altair.Scale(domain=[*kinds], range=colours)
    )
    shape = altair.Shape(
        "told:N", legend=legend, scale=altair.Scale(domain=[*kinds], range=shapes)
    )
    x = altair.X(
        "low:Q",
        title="gain, with its interval",
        # An interval that ends at the frame would look cut off.
        scale=altair.Scale(padding=14, nice=False),
        axis=altair.Axis(tickCount=6, labelBound=True),
    )
    bars = base.mark_rule(strokeWidth=3).encode(x=x, x2="high:Q", color=colour)
    points = base.mark_point(filled=True, size=110, opacity=1).encode(
        x="gain:Q", color=colour, shape=shape
    )
    zero = over([{"gain": 0}]).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(x="gain:Q")
    drawn = altair.layer(zero, bars, points).properties(usermeta={"parts": "rule"})
    return one(drawn, height=34 * len(rows) + 20)


def _days_after(facts: LifeFacts, after: Aftermath) -> Comparison:
    metric = metric_name(after.metric)
    kept = any(each.kept for each in facts.retrainings if each.version == after.version)
    return Comparison(
        rule=f"v{after.version}{', kept' if kept else ''}, on the days after: "
        f"{metric} over v{after.before}",
        gain=after.gain,
        low=after.low,
        high=after.high,
        rows=f"Both were asked about the same {after.rows:,} labelled rows of {after.days} days, "
        f"{after.first_day} to {after.last_day}, which neither of them was trained on: "
        f"{metric} {after.candidate:.4f} beside {after.reference:.4f}",
    )


def _gate(version: VersionFacts) -> list[Comparison]:
    """Against the champion where there was one: beside a baseline's gain it would be a dot."""
    known = [r for r in version.gate_details.get("rules", []) if r.get("low") is not None]
    over_champion = [rule for rule in known if rule["name"].endswith(" over champion")]
    return [
        Comparison(
            rule=f"v{version.number}, at its gate: {_plainly(rule['name'])}",
            gain=rule["measured"],
            low=rule["low"],
            high=rule["high"],
        )
        for rule in over_champion or known
    ]


def _plainly(rule: str) -> str:
    metric, _, rest = rule.partition(" ")
    return f"{metric_name(metric)} {rest}".rstrip()
