"""Stage nine: July to December are lived in production, week by week on the sandbox's clock."""

from datetime import date
from typing import Any

from modelyard.errors import YardError
from modelyard.live.endpoint import endpoint
from modelyard.live.watching import WatchedWeek, automatic_retrainings, watched_weeks
from modelyard.place import Place
from modelyard.story.calling import resume
from modelyard.story.days import FIRST_DAY, LAST_DAY, ONE_DAY, Days
from modelyard.story.flights import MODEL
from modelyard.story.half_year import comparisons
from modelyard.story.months import Months
from modelyard.story.stage import Stage
from modelyard.story.teller import Teller
from modelyard.story.weeks import WEEK, Happened, Watch, settle, under_way

MONDAYS = tuple(FIRST_DAY + number * WEEK for number in range(26))
"""Every week that lies whole in the half year."""


def stages(teller: Teller) -> list[Stage]:
    """Return the stage of the model's life."""
    return [
        Stage(
            name="life",
            title="Life: July to December, asked by key, told the outcomes, watched by the week",
            is_true=lambda: _lived(teller),
            make=lambda: _live(teller),
        )
    ]


def _lived(teller: Teller) -> str | None:
    place = teller.place("prod")
    try:
        weeks = _weeks(place)
        if len(weeks) < len(MONDAYS) or under_way(place):
            return None
        started = [each for each in automatic_retrainings(place, MODEL) if each["starts"]]
    except YardError:
        return None
    rows, labelled = sum(w.rows for w in weeks), sum(w.labelled for w in weeks)
    broke = [week.week for week in weeks if week.broke]
    return (
        f"{len(weeks)} weeks watched, {rows:,} answers, {labelled / rows:.1%} labelled, "
        f"unlike the weeks before: {', '.join(broke) or 'none'}; "
        f"{len(started)} retrained by itself"
    )


def _weeks(place: Place) -> list[WatchedWeek]:
    wanted = {monday.isoformat() for monday in MONDAYS}
    return [each for each in watched_weeks(place, MODEL) if each.week in wanted]


def _live(teller: Teller) -> dict[str, Any]:
    from sandbox.clock import Clock

    place = teller.place("prod")
    clock = Clock(teller.root / ".modelyard")
    settle(teller)
    desk, last = resume(place, endpoint(place, MODEL))
    days = Days(
        place=place,
        desk=desk,
        months=Months(teller),
        next=last + ONE_DAY if last else FIRST_DAY,
    )
    told = {each.week for each in _weeks(place)}
    for monday in (each for each in MONDAYS if each.isoformat() not in told):
        _tell(teller, _week(teller, days, Watch(teller=teller, clock=clock, monday=monday)))
    days.live_until(LAST_DAY)
    days.tell_the_rest()
    # What comes after the story goes by the machine's time again.
    clock.real()
    for found in comparisons(place, LAST_DAY):
        teller.report(found.told)
    weeks = _weeks(place)
    return {
        "rows": {
            "answers": sum(each.rows for each in weeks),
            "outcomes": sum(each.labelled for each in weeks),
        }
    }


def _week(teller: Teller, days: Days, watch: Watch) -> Happened:
    after: date = watch.monday + WEEK
    # Only the answer of a later week says that this one is over.
    days.live_until(after)
    days.see_merged(watch.monday, after)
    watch.begin()
    # The new week goes on while the job looks at the one before; its last day is not passed,
    # for that would end it as well.
    days.live_until(after + WEEK - ONE_DAY)
    happened = watch.end()
    settle(teller)
    return happened


def _tell(teller: Teller, happened: Happened) -> None:
    week = happened.week
    verdict = f"unlike the weeks before: {', '.join(week.broke)}" if week.broke else "calm"
    if week.unjudged and not week.broke:
        verdict = "not enough history yet"
    told = week.figures(said="mean_prediction", late="label_rate", auc="performance")
    rang = f"; in alarm: {', '.join(happened.alarms)}" if happened.alarms else ""
    teller.report(
        f"week of {week.week}: {week.rows:,} asked, {week.coverage:.1%} labelled, "
        f"{', '.join(told)}, {verdict}{rang}"
    )
