"""When `rate(…)`, `cron(…)` and `at(…)` are due."""

import datetime
import re
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from sandbox.timeline.cron import ExpressionError, moments

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

_FORM = re.compile(r"(rate|cron|at)\((.+)\)")
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_YEARS = range(1970, 2200)


def due(
    expression: str,
    place: ZoneInfo,
    after: datetime.datetime,
    until: datetime.datetime,
    *,
    anchor: datetime.datetime = EPOCH,
) -> Iterator[datetime.datetime]:
    """Yield the moments in (after, until]; a rate counts from the anchor.

    Raises `ExpressionError` for an expression that EventBridge would refuse, and for the nearest
    weekday (`15W`), which is not computed.
    """
    form = _FORM.fullmatch(expression.strip())
    if form is None:
        raise ExpressionError(f"{expression!r} is none of rate(…), cron(…), at(…)")
    kind, inner = form.group(1), form.group(2).strip()
    if kind == "rate":
        yield from _rate(inner, after, until, anchor)
    elif kind == "at":
        yield from _at(inner, place, after, until)
    else:
        yield from _cron(inner, place, after, until)


def _rate(
    inner: str,
    after: datetime.datetime,
    until: datetime.datetime,
    anchor: datetime.datetime,
) -> Iterator[datetime.datetime]:
    number, _, unit = inner.partition(" ")
    seconds = _UNITS.get(unit.strip().removesuffix("s"))
    if not number.isdigit() or int(number) < 1 or seconds is None:
        raise ExpressionError(f"rate({inner}) needs a number and minutes, hours or days")
    step = datetime.timedelta(seconds=seconds * int(number))
    moment = max(anchor, after - (after - anchor) % step)
    while moment <= until:
        if moment > after:
            yield moment
        moment += step


def _at(
    inner: str, place: ZoneInfo, after: datetime.datetime, until: datetime.datetime
) -> Iterator[datetime.datetime]:
    try:
        local = datetime.datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S")
    except ValueError as error:
        raise ExpressionError(f"at({inner}) needs a time as 2013-07-01T06:00:00") from error
    moment = local.replace(tzinfo=place).astimezone(datetime.UTC)
    if after < moment <= until:
        yield moment


def _cron(
    inner: str, place: ZoneInfo, after: datetime.datetime, until: datetime.datetime
) -> Iterator[datetime.datetime]:
    fields = inner.upper().split()
    if len(fields) != 6:
        raise ExpressionError(f"cron({inner}) needs six fields")
    minute, hour, day, month, weekday, year = fields
    if "?" not in (day, weekday):
        raise ExpressionError(f"cron({inner}) needs a ? for the day of month or of week")
    if "W" in day and day != "LW":
        raise ExpressionError(f"cron({inner}): the nearest weekday is not computed here")
    years = _years(year)
    line = f"{minute} {hour} {day} {month} {_weekday(weekday)}".replace("?", "*")
    for moment in moments(line, place, after, until, twice=False):
        if moment.astimezone(place).year in years:
            yield moment


def _weekday(field: str) -> str:
    """Return the field as cron counts, from Sunday = 0; EventBridge counts from 1."""
    if field == "L":
        return "6"
    # Neither the step after a slash nor the week after a hash is a day.
    return re.sub(r"(?<![/#\d])\d+", lambda found: str(int(found.group()) - 1), field)


def _years(field: str) -> set[int]:
    found: set[int] = set()
    for term in field.split(","):
        found |= set(_term(term))
    return found


def _term(term: str) -> Iterable[int]:
    base, _, step = term.partition("/")
    first, _, last = base.partition("-")
    try:
        if base in ("*", "?"):
            return _YEARS[:: int(step or 1)]
        end = int(last) if last else (_YEARS[-1] if step else int(first))
        return range(int(first), end + 1, int(step or 1))
    except ValueError as error:
        raise ExpressionError(f"the year {term!r} cannot be read") from error
