"""Chooses what is held out to judge a model on: later days, or other keys, than it saw."""

from dataclasses import replace

from modelyard.errors import RefusedError
from modelyard.onboarding.keys import Named, days_of
from modelyard.onboarding.plan import Holdout
from modelyard.onboarding.table import TextTable
from modelyard.onboarding.target import Target

FRACTION = 0.25
_LEAST_HELD, _FEWEST_HELD = 0.5, 10
"""Share of the held-out rows that must be there to judge, and how many in any case."""
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


def in_groups(table: TextTable, held: Holdout, label: Named, group: Named | None) -> Holdout:
    """The same share of a group's values: they, and not their rows, are what is counted then.

    Rows without a value stand for themselves.
    """
    if held.fraction is None or group is None:
        return held
    (groups,) = table.query(
        f"SELECT count(DISTINCT {group.value}) + count(*) FILTER ({group.value} IS NULL) "
        f"FROM {table.source(group.number, label.number)} WHERE {label.value} IS NOT NULL"
    )[0]
    return replace(held, groups=int(groups), minimum=_least(int(groups)))


def _share(target: Target) -> Holdout:
    return Holdout(fraction=FRACTION, minimum=_least(target.labelled))


def _least(entities: int) -> int:
    return max(_FEWEST_HELD, round(entities * FRACTION * _LEAST_HELD))
