"""What watching came to: the whole life in a sentence or two, and why each alarm rang."""

from collections.abc import Iterator
from dataclasses import dataclass

from modelyard.live.watching import RECENT, Finding, WatchedWeek
from modelyard.report.life.corridor import corridor
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.words import chance, figure, is_share, moment, named, percent


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One figure of one week that rang, and why."""

    week: str
    why: str
    heard: str
    """What became of its alarm."""


def rang(life: LifeFacts) -> list[Verdict]:
    """Every figure that rang, oldest first."""
    return [
        Verdict(
            week=life.name_of(week), why=_why(life, week, each), heard=_heard(life, week, each)
        )
        for week in life.weeks
        for each in week.findings
        if each.breach
    ]


def summary(life: LifeFacts) -> str:
    """How many weeks were calm, rang and could not be judged, and what was retrained."""
    loud = life.broke
    calm = sum(not week.broke and _judged(life, week) for week in life.weeks)
    young = len(life.weeks) - len(loud) - calm
    parts = [f"{_count(calm, life.unit)} as usual"] if calm else []
    if young:
        parts.append(f"{_count(young, life.unit)} not fully judged")
    names = ", ".join(life.name_of(week) for week in loud)
    parts.append(f"{len(loud)} unlike those before ({names})" if loud else "none rang")
    if not life.limits:
        parts = [f"{_count(len(life.weeks), life.unit)} watched, and no signal may ring"]
    return f"{life.span}: {', '.join(parts)}. {' '.join(_retrained(life))}"


def _judged(life: LifeFacts, week: WatchedWeek) -> bool:
    """Whether a week was judged in every signal that may ring."""
    known = {e.signal for e in week.findings if e.baseline == RECENT and e.p is not None}
    return life.limits.keys() <= known


def _retrained(life: LifeFacts) -> Iterator[str]:
    started = [each for each in life.retrainings if each.starts]
    if not started:
        asked = len(life.retrainings)
        yield (
            f"Asked for {'once' if asked == 1 else f'{asked} times'}, retraining never started."
            if asked
            else "Nothing asked for a retraining."
        )
    for each in started:
        made = f"made version {each.version}" if each.version else "made no version yet"
        stands = f" ({each.state})" if each.state else ""
        yield f"The retraining for {each.cause} of {moment(each.at)} {made}{stands}."


def _why(life: LifeFacts, week: WatchedWeek, found: Finding) -> str:
    value, usual = (figure(life, found.signal, each) for each in (found.value, found.reference))
    room = ""
    calm = corridor(life, week, found)
    if calm is not None:
        # A share below none is no share.
        low = max(calm[0], 0.0) if is_share(life, found.signal) else calm[0]
        ends = (figure(life, found.signal, each) for each in (low, calm[1]))
        room = ", which leaves room from {} to {}".format(*ends)
    before = f"the {life.history(week, found)} {life.unit}s before"
    text = f"{named(life, found)} was {value}; {before} had {usual} on average{room}."
    limit = life.limits.get(found.signal)
    if found.p is None or limit is None:
        return text
    t = f" (Student's t {found.statistic:+.1f})" if found.statistic is not None else ""
    return (
        f"{text} While nothing changes, {chance(found.p)} of all {life.unit}s lie as far "
        f"away{t}; below {percent(limit)} it rings."
    )


def _heard(life: LifeFacts, week: WatchedWeek, found: Finding) -> str:
    if life.alarms is None:
        return ""
    ours = [each for each in life.alarms if each.signal == found.signal]
    if not ours:
        return "No alarm is provisioned for it, so nobody heard."
    at = ours[0].after(week.ended)
    if at:
        return f"Alarm {ours[0].name} went off on {moment(at)}."
    return f"Alarm {ours[0].name} shows no change in the {life.unit} after."


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
