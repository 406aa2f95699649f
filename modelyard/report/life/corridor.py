"""Between which values a week is as usual, by the rules that the watch job judges by."""

from modelyard.live.watching import Finding, WatchedWeek
from modelyard.report.life.facts import LifeFacts

RULE_OF_THUMB = 0.1
"""The PSI at which much monitoring rings by row counts; shown, and no limit here."""


def corridor(life: LifeFacts, week: WatchedWeek, found: Finding) -> tuple[float, float] | None:
    """Between which values the week is as usual; None where nothing could be said.

    Outside of it a week rings, but for performance that got better.
    """
    from scipy import stats

    limit = life.limits.get(found.signal)
    count = life.history(week, found)
    if limit is None or found.reference is None or not found.statistic or count < 2:
        return None
    spread = abs((found.value - found.reference) / found.statistic)
    half = spread * float(stats.t.isf(limit / 2, count - 1))
    return found.reference - half, found.reference + half
