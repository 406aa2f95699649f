"""Whether an automatic retraining starts: a spec's limits, counted in the events' own time.

Events come late, twice and out of order. What a limit counts is when they say they happened, and
retrainings on both sides of that moment count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from ml.monitoring.training_cost import Estimate
from ml.spec_operations import Retrain

Trigger = Literal["alarm", "schedule"]
_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Request:
    """An event that asks for a retraining."""

    key: str
    """The same however often the event is delivered."""
    model: str
    trigger: Trigger
    cause: str
    """`alarm NAME`, or `schedule`."""
    at: datetime
    """When it happened, in UTC: the alarm's state change, or the hour that was due."""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"at must carry a time zone, got {self.at}")


@dataclass(frozen=True, kw_only=True)
class Started:
    """A retraining that started by itself, whatever became of it."""

    at: datetime
    cost_usd: float


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Start, or why not."""

    starts: bool
    reason: str
    cost_usd: float = 0.0


def decide(
    request: Request, limits: Retrain, earlier: Sequence[Started], cost: Estimate | None
) -> Decision:
    """Hold a request against the limits; `earlier` may be in any order."""
    reason = _against(request, limits, earlier, cost)
    if reason or cost is None:
        return Decision(starts=False, reason=reason)
    return Decision(
        starts=True,
        reason=f"retrain requested by {request.cause}; {cost.usd:g} USD expected ({cost.told})",
        cost_usd=cost.usd,
    )


def training_window(
    at: datetime, limits: Retrain, *, dated: bool, zone: tzinfo = UTC
) -> dict[str, str]:
    """What to train on: everything before the event's day, or the last days before it.

    The day itself, that of the data's own zone, is not over. Rows without a day have no window.
    """
    if not dated:
        return {}
    window = {"end": at.astimezone(zone).date().isoformat()}
    return window if limits.window_days is None else {**window, "days": str(limits.window_days)}


def _against(
    request: Request, limits: Retrain, earlier: Sequence[Started], cost: Estimate | None
) -> str:
    if request.trigger not in limits.triggers:
        return (
            f"retrain.triggers of {request.model} does not name {request.trigger!r}; "
            f"it names {', '.join(limits.triggers) or 'nothing'}"
        )
    if cost is None:
        return "the price of a training instance is not known, so no cap can hold"
    cooldown = timedelta(days=limits.cooldown_days)
    close = [one.at for one in earlier if abs(one.at - request.at) < cooldown]
    if close:
        return (
            f"cool-down of {limits.cooldown_days} days: a retraining of {max(close).date()} "
            f"is within it"
        )
    week = [one for one in earlier if abs(one.at - request.at) < _WEEK]
    if len(week) >= limits.weekly_limit:
        return f"weekly limit of {limits.weekly_limit}: {len(week)} within seven days"
    month = (request.at.year, request.at.month)
    spent = sum(one.cost_usd for one in earlier if (one.at.year, one.at.month) == month)
    if spent + cost.usd > limits.cost_cap_usd:
        return (
            f"cost cap of {limits.cost_cap_usd:g} USD a month: {spent:g} spent, "
            f"{cost.usd:g} expected ({cost.told})"
        )
    return ""
