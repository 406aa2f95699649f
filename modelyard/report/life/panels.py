"""The panels of a life: what each is called, in which unit, and between which ends it is drawn."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from modelyard.report.life import series
from modelyard.report.life.corridor import RULE_OF_THUMB
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.words import is_share, metric_name

PERCENT = "~%"
_LARGE, _TINY = 10_000, 0.001
"""Beyond these, a plain number has more digits than there is room for."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One chart above the axis of weeks; its title says what stands on its own axis."""

    title: str
    rows: series.Rows
    format: str = ""
    """Of the labels; empty for plain numbers."""
    least: float = -math.inf
    """No value is below; a corridor that would be is cut off here."""
    most: float = math.inf
    zero: bool = False
    """Whether zero is on the axis in any case."""
    line: float | None = None
    """A level to compare with."""
    baselines: bool = False
    """Whether its lines are baselines: always named, and in the same colours everywhere."""
    domain: tuple[float, float] | None = None
    """Given where two panels are to be compared."""

    @property
    def labels(self) -> str:
        """The format of the labels; large and tiny numbers get one that has room."""
        most = max(abs(end) for end in self.ends)
        plain = "~s" if most >= _LARGE else "~e" if most < _TINY else ""
        return self.format or plain

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value that the axis must have."""
        if self.domain is not None:
            return self.domain
        known = [
            row[name]
            for row in self.rows
            for name in ("value", "low", "high")
            if row[name] is not None
        ]
        known += [0.0] if self.zero else []
        known += [self.line] if self.line is not None else []
        low, high = max(min(known), self.least), min(max(known), self.most)
        if low == high == 0.0:
            return 0.0, 1.0
        # A line without any height would lie on the edge.
        return (
            (low, high)
            if low < high
            else (low - abs(low) / 10 - 1e-6, high + abs(high) / 10 + 1e-6)
        )


def panels(facts: LifeFacts) -> list[Panel]:
    """Every panel that has something to draw, from what came to what it was like."""
    found = [*_rates(facts), *_quality(facts), *_drift(facts)]
    return [each for each in found if each.rows]


def _rates(facts: LifeFacts) -> Iterator[Panel]:
    """What came and what was said, on one scale."""
    if facts.task == "classification":
        titles = f"Outcome {facts.outcome}, % of labelled answers", "Mean prediction, %"
    elif facts.task == "multiclass":
        titles = "Outcome, % of labelled answers", "Mean prediction of each class, %"
    else:
        titles = f"Outcome: mean {facts.outcome}", f"Mean predicted {facts.outcome}"
    share = is_share(facts, "label_rate")
    both = [
        Panel(
            title=title,
            rows=series.signal(facts, name),
            format=PERCENT if share else "",
            least=0.0 if share else -math.inf,
            most=1.0 if share else math.inf,
        )
        for name, title in zip(("label_rate", "mean_prediction"), titles, strict=True)
    ]
    known = [each for each in both if each.rows]
    ends = [each.ends for each in known]
    for each in known:
        domain = min(low for low, _ in ends), max(high for _, high in ends)
        yield replace(each, domain=domain)


def _quality(facts: LifeFacts) -> Iterator[Panel]:
    from ml.development.metrics import METRICS

    known = METRICS.get(facts.metric)
    better = f" ({'higher' if known.higher_is_better else 'lower'} is better)" if known else ""
    yield Panel(
        title=f"Performance: {metric_name(facts.metric)}{better}",
        rows=series.signal(facts, "performance"),
    )
    unit = "" if facts.task == "regression" else ", % points"
    yield Panel(
        title=f"Calibration error{unit} (lower is better)",
        rows=series.signal(facts, "calibration", "error"),
        format="" if facts.task == "regression" else PERCENT,
        zero=True,
    )
    yield Panel(
        title="Labels known, % of answers", rows=series.coverage(facts), format=PERCENT,
        domain=(0.0, 1.0),
    )  # fmt: skip


def _drift(facts: LifeFacts) -> Iterator[Panel]:
    yield Panel(
        title=f"Drift of answers against each baseline, PSI (dotted: {RULE_OF_THUMB})",
        rows=series.answers(facts),
        zero=True,
        line=RULE_OF_THUMB,
        baselines=True,
    )
    yield Panel(
        title=f"Drift of features: how many beyond a PSI of {RULE_OF_THUMB}",
        rows=series.features(facts),
        zero=True,
        baselines=True,
    )
    yield Panel(
        title="Beside the labelled test rows, % above or below",
        rows=series.beside_test(facts),
        format="+~%",
        zero=True,
    )
