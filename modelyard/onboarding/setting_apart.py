"""Chooses what is held out to judge a model on: later days, or other keys, than it saw."""

from modelyard.errors import RefusedError
from modelyard.onboarding.keys import Named, days_of
from modelyard.onboarding.plan import Holdout
from modelyard.onboarding.table import TextTable
from modelyard.onboarding.target import Target

FRACTION = 0.25
_LATEST = 0.2
"""Share of the labelled rows that the held-out days should have."""
FEWEST_DAYS = 10
_FEWEST_TRAINED = 50


def holdout_of(
    table: TextTable, target: Target, label: Named, time: Named | None
) -> tuple[Holdout, str]:
    """The holdout, and what speaks against the time column where days cannot be held out."""
    if time is None:
        return _share(target), ""
    labelled = days_of(table, time, label)
    if len(labelled) < FEWEST_DAYS:
        why = f"has {len(labelled)} labelled days; {FEWEST_DAYS} are needed to hold some out"
        return _share(target), why
    last = days_of(table, time)[-1][0]
    rows = sum(count for _, count in labelled)
    held, kept = 0, 0
    first = last
    for day, count in reversed(labelled):
        first, held, kept = day, held + count, kept + 1
        if held >= _LATEST * rows and kept >= 2:
            break
    if rows - held < _FEWEST_TRAINED:
        raise RefusedError(
            f"{time.name}: {held:,} of {rows:,} labelled rows are on the last {kept} days; "
            f"{rows - held} earlier ones are too few to learn from.",
            remedy="--time none holds rows out by their key instead",
        )
    return Holdout(days=(last - first).days + 1, minimum=max(2, kept // 2)), ""


def _share(target: Target) -> Holdout:
    return Holdout(fraction=FRACTION, minimum=max(10, round(target.labelled * FRACTION * 0.5)))
