"""Stage nine: July to December are lived in production, week by week on the sandbox's clock."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from modelyard.delivery.history import log
from modelyard.delivery.journey import PARKED
from modelyard.errors import YardError
from modelyard.live.aftermath import aftermath
from modelyard.live.endpoint import endpoint
from modelyard.live.freshness import wait_for_tables
from modelyard.live.landing import example_batches
from modelyard.live.releases import Line, ReleaseLines
from modelyard.live.watching import automatic_retrainings, watched_weeks
from modelyard.place import Place
from modelyard.story.attempts import journeys_of
from modelyard.story.calling import Desk, lived, resume
from modelyard.story.growth import curated, ingest
from modelyard.story.stage import Stage
from modelyard.story.teller import MODEL, Teller
from modelyard.story.weeks import WEEK, settle, wait_for_rows, watch_week

FIRST_DAY, LAST_DAY = date(2013, 7, 1), date(2013, 12, 31)
MONDAYS = tuple(FIRST_DAY + number * WEEK for number in range(26))
"""Every week that lies whole in the half year."""
ONE_DAY = timedelta(days=1)


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
        weeks = {each.week: each for each in watched_weeks(place, MODEL)}
        waiting = [e for e in journeys_of(place).open() if e.cause and e.state not in PARKED]
    except YardError:
        return None
    if waiting or not all(monday.isoformat() in weeks for monday in MONDAYS):
        return None
    ours = [weeks[monday.isoformat()] for monday in MONDAYS]
    rows, labelled = sum(w.rows for w in ours), sum(w.labelled for w in ours)
    broke = [week.week for week in ours if week.broke]
    return (
        f"{len(ours)} weeks watched, {rows:,} answers, {labelled / rows:.1%} labelled, "
        f"unlike the weeks before: {', '.join(broke) or 'none'}"
    )


def _live(teller: Teller) -> dict[str, Any]:
    from sandbox.clock import Clock

    place = teller.place("prod")
    clock = Clock(teller.root / ".modelyard")
    if clock.read().now.date() < FIRST_DAY or not clock.read().simulated:
        clock.advance_to(_midnight(FIRST_DAY))
    settle(teller)
    desk, last = resume(place, endpoint(place, MODEL))
    day = last + ONE_DAY if last else FIRST_DAY
    known = {each.week for each in watched_weeks(place, MODEL)}
    happened = []
    for monday in MONDAYS:
        # The answer of a later week is what says that this one is over.
        until = monday + WEEK
        _land_months(teller, until)
        day = _live_until(desk, place, day, until)
        if monday.isoformat() in known:
            continue
        week = watch_week(teller, clock, monday)
        happened.append(week)
        _tell_week(teller, week)
    _live_until(desk, place, day, LAST_DAY)
    return {
        "rows": {"asked": desk.asked, "outcomes": desk.told},
        "alarms": {each.week.week: each.alarms for each in happened if each.alarms},
        "after": _compared(teller),
    }


def _live_until(desk: Desk, place: Place, day: date, until: date) -> date:
    """Ask and tell day by day up to a day, and see it merged; returns the day after."""
    if day > until:
        return day
    first = day
    while day <= until:
        desk.ask(day)
        desk.tell(_midnight(day + ONE_DAY))
        day += ONE_DAY
    wait_for_rows(place, "predictions", "event_day", (first, until), lived(first, until).height)
    # Outcomes of the days before count too: those were posted in this span, if at all.
    began = _midnight(first) + timedelta(microseconds=1)
    flights = lived(max(FIRST_DAY, first - WEEK), until)
    told = flights["known_at"].is_between(began, _midnight(day)).sum()
    wait_for_rows(place, "labels", "known_at", (began, _midnight(day)), told)
    return day


def _compared(teller: Teller) -> dict[str, Any]:
    """How the version that a retraining brought compares with the one before on the days since."""
    place = teller.place("prod")
    started = [e for e in automatic_retrainings(place, MODEL) if e["starts"]]
    lines = ReleaseLines.of(place)
    now, history = lines.live(MODEL), lines.history(MODEL)
    if not started or now is None or not history or not _brought(place, now):
        return {}
    since = datetime.fromisoformat(started[-1]["at"]).date()
    found = aftermath(place, MODEL, history[-1], now, since, LAST_DAY)
    if found is None:
        return {}
    teller.report(found.told)
    return asdict(found)


def _brought(place: Place, line: Line) -> bool:
    """Whether a version was made by a retraining that started by itself."""
    made = [e for e in log(place) if (e["kind"], e["model"]) == ("released", MODEL)]
    return bool(
        made and made[-1]["version"] == line["version"] and made[-1]["details"].get("cause")
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _land_months(teller: Teller, until: date) -> None:
    """Land and refresh the month before its first day is asked about."""
    place = teller.place("prod")
    month = min(until, LAST_DAY).month
    if curated(place, tuple(range(1, month + 1))):
        return
    ingest(teller, place, example_batches(MODEL, (month,), whole=False), f"story-life-{month:02d}")
    wait_for_tables(place, MODEL)


def _tell_week(teller: Teller, happened: Any) -> None:
    week = happened.week
    verdict = f"unlike: {', '.join(week.broke)}" if week.broke else "calm"
    if week.unjudged and not week.broke:
        verdict = "not enough history yet"
    mean = week.value("mean_prediction")
    late = week.value("label_rate")
    teller.report(
        f"week of {week.week}: {week.rows:,} answers, {week.coverage:.1%} labelled, "
        f"said {mean:.3f}, was {late:.3f}, {verdict}"
        if mean is not None and late is not None
        else f"week of {week.week}: {week.rows:,} answers, {verdict}"
    )
