"""The rules of the gate: each compares one measurement with one limit and says both."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ml.development.bootstrap import Interval
from ml.development.evaluate import true_positive_rates
from ml.development.metrics import measure, metric
from ml.development.scored import CANDIDATE, Scored, figure
from ml.spec_operations import Gates, SliceLimit

Status = Literal["passed", "failed", "insufficient"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule, what was measured and what is allowed."""

    name: str
    status: Status
    text: str
    """The measurement against the limit, in words."""
    measured: float | None
    allowed: float | None
    candidate: float | None = None
    reference: float | None = None
    low: float | None = None
    """Lower end of the interval of the gain, where the rule rests on one."""
    high: float | None = None


def evidence(labelled: Scored, gates: Gates) -> Rule:
    """Enough days (or groups, or rows) with a known outcome to say anything at all."""
    count = int(labelled.units.max()) + 1 if len(labelled.frame) else 0
    enough = count >= gates.minimum_labelled_days
    return Rule(
        name="evidence",
        status="passed" if enough else "insufficient",
        text=f"{count} labelled {labelled.unit}, "
        f"at least {gates.minimum_labelled_days} are needed",
        measured=count,
        allowed=gates.minimum_labelled_days,
    )


def gained(name: str, interval: Interval, *, passed: bool, allowed: float, wanted: str) -> Rule:
    """A comparison with another model, told with its interval."""
    return Rule(
        name=name,
        status="passed" if passed else "failed",
        text=(
            f"{interval.candidate:.4f} against {interval.reference:.4f}, "
            f"gain {_signed(interval.gain)} [{_signed(interval.low)}, {_signed(interval.high)}]; "
            f"{wanted}"
        ),
        measured=figure(interval.gain),
        allowed=allowed,
        candidate=figure(interval.candidate),
        reference=figure(interval.reference),
        low=figure(interval.low),
        high=figure(interval.high),
    )


def good_enough(labelled: Scored, name: str, limit: float) -> Rule:
    """The candidate's own figure against the worst acceptable one."""
    value = measure(name, labelled.labels, labelled.scores(CANDIDATE))
    higher = metric(name).higher_is_better
    good = value >= limit if higher else value <= limit
    return Rule(
        name=f"{name} good enough",
        status="passed" if good else "failed",
        text=f"{value:.4f}, must be at {'least' if higher else 'most'} {limit:g}",
        measured=figure(value),
        allowed=limit,
        candidate=figure(value),
    )


def slice_kept(labelled: Scored, gates: Gates, limit: SliceLimit, reference: str) -> Rule:
    """No group may lose more than the tolerance; small groups are reported, not judged."""
    name, gains = gates.primary.metric, {}
    for value, part in labelled.groups(limit.column):
        if len(part.frame) < limit.minimum_rows:
            continue
        first, second = (
            measure(name, part.labels, part.scores(m)) for m in (CANDIDATE, reference)
        )
        gain = first - second if metric(name).higher_is_better else second - first
        if math.isfinite(gain):  # undefined where a group has one outcome only
            gains[value] = gain
    worst = min(gains, key=gains.__getitem__, default=None)
    lost = worst is not None and gains[worst] < -limit.tolerance
    return Rule(
        name=f"{name} by {limit.column}",
        status="failed" if lost else "passed",
        text=(
            f"no group has {limit.minimum_rows} labelled rows; nothing judged"
            if worst is None
            else f"worst of {len(gains)} groups is {worst!r}: {gains[worst]:+.4f} against the "
            f"{reference}; at least {-limit.tolerance:+g} is allowed"
        ),
        measured=None if worst is None else figure(gains[worst]),
        allowed=-limit.tolerance,
    )


def fairness(labelled: Scored, gates: Gates, threshold: float) -> Iterator[Rule]:
    """Groups may not differ too much in how many of their positive cases are found.

    Small groups are not judged: one case would decide. Fewer than two others show nothing.
    """
    for limit in gates.fairness:
        least = limit.minimum_positives
        rates = true_positive_rates(labelled, limit.column, threshold, minimum=least)
        enough = len(rates) > 1
        spread = max(rates.values()) - min(rates.values()) if enough else math.nan
        good: Status = "passed" if spread <= limit.maximum_difference else "failed"
        yield Rule(
            name=f"true positive rate by {limit.column}",
            status=good if enough else "insufficient",
            text=(
                f"{len(rates)} groups differ by {spread:.4f}; "
                f"at most {limit.maximum_difference:g} is allowed"
                if enough
                else f"{len(rates)} groups have {least} labelled positive cases; "
                "two are needed to compare"
            ),
            measured=figure(spread),
            allowed=limit.maximum_difference,
        )


def latency(gates: Gates, latency_ms: float) -> Rule:
    """One row must be answered in time."""
    return Rule(
        name="latency",
        status="passed" if latency_ms <= gates.latency_ms else "failed",
        text=f"median {latency_ms:.2f} ms for one row; at most {gates.latency_ms:g} ms is allowed",
        measured=figure(latency_ms),
        allowed=gates.latency_ms,
    )


def incomparable(reason: str) -> Rule:
    """The champion has no say on these rows; somebody must decide in its place."""
    return Rule(
        name="comparable with the champion",
        status="failed",
        text=reason,
        measured=None,
        allowed=None,
    )


def unfair(last_day: str, first_day: str) -> Rule:
    """A champion that has seen the holdout cannot be beaten on it honestly."""
    return Rule(
        name="holdout new to the champion",
        status="insufficient",
        text=f"the champion, even as it was judged, learned from days up to {last_day}, the "
        f"holdout begins {first_day}; choose a window that ends later",
        measured=None,
        allowed=None,
    )


def other_split() -> Rule:
    """Entities held out now may have taught the champion: its hash was another one."""
    return Rule(
        name="holdout new to the champion",
        status="insufficient",
        text="the champion was trained with another estimator.seed or holdout_by, or a smaller "
        "holdout_fraction, so it may have learned from rows that are held out now",
        measured=None,
        allowed=None,
    )


def _signed(value: float) -> str:
    return f"{round(value, 4) + 0.0:+.4f}"  # adding zero turns -0.0 into +0.0
