"""Which state an alarm is in, given which of its latest datapoints breach: M of N, gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Treatment = Literal["missing", "ignore", "breaching", "notBreaching"]

EXTRA_PERIODS = 2
"""How many periods more than N are looked at in case some are missing: AWS's examples say 5 for 3,
and that the number depends on period and resolution, without saying how."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A state, and what it was decided on."""

    state: State | None
    """None keeps the state that the alarm has."""
    evaluated: tuple[int, ...]
    """Positions of the real datapoints that counted, oldest first."""
    filled: int
    """How many missing datapoints had to be treated as something."""


def evaluate(
    breaches: Sequence[bool | None],
    *,
    periods: int,
    datapoints: int,
    treatment: Treatment = "missing",
) -> Verdict:
    """Decide the state; `breaches` holds the evaluation range, oldest first, None for missing.

    `periods` is N, `datapoints` is M. Real datapoints are preferred, also from before the last N
    periods; only what is still lacking is filled in as `treatment` says.
    """
    real = [index for index, breach in enumerate(breaches) if breach is not None]
    used = tuple(real[-periods:])
    lacking = periods - len(used)
    bad = sum(bool(breaches[index]) for index in used)

    def verdict(state: State | None) -> Verdict:
        return Verdict(state=state, evaluated=used, filled=lacking)

    if bad + (lacking if treatment == "breaching" else 0) >= datapoints:
        return verdict("ALARM")
    if lacking == 0 or treatment in ("breaching", "notBreaching") or bad < len(used):
        return verdict("OK")
    if not used:
        return verdict(None if treatment == "ignore" else "INSUFFICIENT_DATA")
    # Fewer than M datapoints are there and all of them breach. AWS waits for the next ones, which
    # may be good, until the oldest is so old that M periods have gone by without a good one.
    age = len(breaches) - used[0]
    premature = treatment == "ignore" or age < datapoints
    return verdict(None if premature else "ALARM")
