"""What one training run costs at most, so that retraining by itself stays within its cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ml.workloads import Step

UNVERIFIED = "unverified"
EXPECTED_MINUTES = 10.0
"""Of one step, most of it AWS's own: an instance that starts, an image that is pulled."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """A price and where it was read; one that could not be looked up says so."""

    usd_per_hour: float
    source: str
    as_of: str = ""
    """ISO date; empty where nobody has verified the price."""


PRICES = {"ml.m5.large": Price(usd_per_hour=0.13, source=UNVERIFIED)}
"""On-demand SageMaker Processing, by instance type."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a run is expected to cost, and on what that rests."""

    usd: float
    told: str


def estimate(steps: Sequence[Step], minutes_per_step: float = EXPECTED_MINUTES) -> Estimate | None:
    """Price times expected minutes over all steps; none where an instance has no price."""
    if any(step.instance_type not in PRICES for step in steps):
        return None
    hours = minutes_per_step / 60
    usd = sum(PRICES[step.instance_type].usd_per_hour * hours for step in steps)
    used = {step.instance_type: PRICES[step.instance_type] for step in steps}
    told = "; ".join(
        f"{name} at {price.usd_per_hour} USD/h ({f'{price.source} {price.as_of}'.strip()})"
        for name, price in sorted(used.items())
    )
    minutes = f"{len(steps)} steps of {minutes_per_step:g} minutes expected"
    return Estimate(usd=round(usd, 4), told=f"{told}; {minutes}")
