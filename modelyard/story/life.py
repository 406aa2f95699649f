"""Stage nine: past months are lived in production, week by week on the sandbox's clock."""

from datetime import date
from typing import Any

from modelyard.errors import RefusedError, YardError
from modelyard.live.endpoint import endpoint
from modelyard.live.watching import WatchedWeek, automatic_retrainings, watched_weeks
from modelyard.place import Place
from modelyard.story.calling import resume
from modelyard.story.days import Days
from modelyard.story.record import written
from modelyard.story.replay import ONE_DAY, WEEK, Replay
from modelyard.story.stage import Stage
from modelyard.story.teller import Teller
from modelyard.story.weeks import Happened, Watch, settle, under_way


def stages(teller: Teller) -> list[Stage]:
    """Return the stage of the model's life."""
    return [
        Stage(
            name="life",
            title=f"{teller.subject.titles['life']}, asked by key, told the outcomes, "
            "watched by the week",
            is_true=lambda: _lived(teller),
            make=lambda: _live(teller),
            figures=lambda: _figures(teller),
        )
    ]


def _lived(teller: Teller) -> str | None:
    place, model = teller.place("prod"), teller.model
    try:
        # Asked first: to know which weeks there are may take reading and building all rows.
        if not watched_weeks(place, model) or under_way(place, model):
            return None
        replay = teller.subject.replay(place, teller.report)
        mondays, weeks = replay.mondays(), _weeks(place, replay)
        if not mondays or len(weeks) < len(mondays):
            return None
        started = [each for each in automatic_retrainings(place, model) if each["starts"]]
    except YardError:
        return None
    rows, labelled = sum(w.rows for w in weeks), sum(w.labelled for w in weeks)
    broke = [week.week for week in weeks if week.broke]
    return (
        f"{len(weeks)} weeks watched, {rows:,} answers, {labelled / rows:.1%} labelled, "
        f"unlike the weeks before: {', '.join(broke) or 'none'}; "
        f"{len(started)} retrained by itself"
    )


def _weeks(place: Place, replay: Replay) -> list[WatchedWeek]:
    wanted = {monday.isoformat() for monday in replay.mondays()}
    return [each for each in watched_weeks(place, replay.model) if each.week in wanted]


def _live(teller: Teller) -> dict[str, Any]:
    from sandbox.clock import Clock

    place = teller.place("prod")
    clock = Clock(teller.root / ".modelyard")
    settle(teller)
    replay = teller.subject.replay(place, teller.report)
    replay.ready(replay.first)
    mondays = replay.mondays()
    if not mondays:
        raise RefusedError(
            f"There is no whole week of {teller.model} to live through from {replay.first} on: "
            "its rows did not pass the contract.",
            remedy=f"modelyard data show {teller.model} --env prod",
        )
    desk, last = resume(place, endpoint(place, teller.model), replay)
    days = Days(
        place=place, desk=desk, replay=replay, next=last + ONE_DAY if last else replay.first
    )
    told = {each.week for each in _weeks(place, replay)}
    for monday in (each for each in mondays if each.isoformat() not in told):
        _tell(teller, _week(teller, days, Watch(teller=teller, clock=clock, monday=monday)))
    days.live_until(replay.last)
    days.tell_the_rest()
    # What comes after the story goes by the machine's time again.
    clock.real()
    return {}


def _figures(teller: Teller) -> dict[str, Any]:
    place = teller.place("prod")
    weeks = _weeks(place, teller.subject.replay(place, teller.report))
    return written(place, teller.model, weeks, teller.report)


def _week(teller: Teller, days: Days, watch: Watch) -> Happened:
    after: date = watch.monday + WEEK
    # Only the answer of a later week says that this one is over. The new week goes on while its
    # answers are merged and while the job looks at the one before; its last day is not passed,
    # for that would end it as well.
    days.live_into(after)
    days.live_until(after + WEEK - 2 * ONE_DAY)
    days.see_merged(watch.monday, after)
    watch.begin()
    days.live_until(after + WEEK - ONE_DAY)
    happened = watch.end()
    settle(teller)
    return happened


def _tell(teller: Teller, happened: Happened) -> None:
    week = happened.week
    verdict = f"unlike the weeks before: {', '.join(week.broke)}" if week.broke else "calm"
    if week.unjudged and not week.broke:
        verdict = "not enough history yet"
    told = week.figures(**teller.subject.words)
    rang = f"; in alarm: {', '.join(happened.alarms)}" if happened.alarms else ""
    teller.report(
        f"week of {week.week}: {week.rows:,} asked, {week.coverage:.1%} labelled, "
        f"{', '.join(told)}, {verdict}{rang}"
    )
