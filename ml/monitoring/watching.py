"""Which weeks are looked at again, and which others must be read to judge them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ml.monitoring.answered_week import AnsweredWeek
from ml.monitoring.drift import PackageFacts
from ml.monitoring.signals import WeekSummary
from ml.monitoring.watch import Finding, Rules, findings
from ml.monitoring.windows import SEASON_WEEKS, Week

OPEN_ROWS = 2_000_000
"""Of slices, late labels are looked for among so many of the newest answers: what memory holds."""


@dataclass(frozen=True, kw_only=True)
class WatchedWeek:
    """One week and everything there is to say about it."""

    part: AnsweredWeek
    summary: WeekSummary
    findings: tuple[Finding, ...]


def open_weeks(
    complete: Sequence[AnsweredWeek], known: Collection[Week], final_after_days: int
) -> list[AnsweredWeek]:
    """The weeks that late labels can still change, and those that nobody has computed yet."""
    if not complete:
        return []
    newest = complete[-1].week.end
    return [
        part
        for part in complete
        if part.week not in known or (newest - part.week.end).days <= final_after_days
    ]


def late_slices(complete: Sequence[AnsweredWeek], final_after_days: int) -> Sequence[AnsweredWeek]:
    """The slices that late labels can still change; their days are numbers, their times are not.

    Traffic may fill any number of slices in as many days: the newest answers are looked through.
    """
    if not complete or not complete[-1].rows:
        return []
    since = complete[-1].ended - timedelta(days=final_after_days)
    newest = complete[-max(OPEN_ROWS // complete[-1].rows, 1) :]
    return [part for part in newest if part.ended >= since]


def open_slices(
    complete: Sequence[AnsweredWeek],
    known: Collection[Week],
    late: Collection[Week],
    changed: Collection[Week],
    reference_weeks: int,
) -> list[AnsweredWeek]:
    """The slices that nobody has judged yet, those that changed, and those judged by them.

    After `final_after_days` a slice stays as it is, though one that it was judged by changes.
    """
    told, still = set(known), set(late)
    unlike = {part.week for part in complete if part.week not in told} | set(changed)
    return [
        part
        for part in complete
        if part.week not in told
        or (part.week in still and not unlike.isdisjoint(needed([part.week], reference_weeks)))
    ]


def needed(chosen: Collection[Week], reference_weeks: int) -> set[Week]:
    """The weeks that must be read: a week is judged by those before it, and so is each of them.

    Whether the labels of a reference week are whole is seen from the weeks before *it*. Read
    back that far, a week's figures are the same wherever the reading began.
    """
    back = range(2 * reference_weeks + 1)
    season = range(SEASON_WEEKS, SEASON_WEEKS + reference_weeks + 1)
    return {week.before(number) for week in chosen for number in (*back, *season)}


def watch(
    complete: Sequence[AnsweredWeek],
    chosen: Sequence[AnsweredWeek],
    summary_of: Callable[[AnsweredWeek], WeekSummary | None],
    rules: Rules,
    facts: Callable[[Collection[str]], Mapping[str, PackageFacts]],
) -> Iterator[WatchedWeek]:
    """Judge the chosen weeks, in order; of a week without answers there is no summary."""
    wanted = {part.week: part for part in chosen}
    reach = needed(wanted, rules.reference_weeks)
    summaries = [
        summary
        for part in complete
        if part.week in reach and (summary := summary_of(part)) is not None
    ]
    packages = facts({one.package for one in summaries if one.week in wanted})
    found: dict[Week, list[Finding]] = {}
    for one in findings(summaries, rules, packages):
        found.setdefault(one.week.week, []).append(one)
    for summary in summaries:
        if summary.week in wanted:
            yield WatchedWeek(
                part=wanted[summary.week],
                summary=summary,
                findings=tuple(found[summary.week]),
            )
