"""When a cron line is due: local times of its zone, as moments in UTC."""

import datetime
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

_SHIFT = datetime.timedelta(hours=3)
"""More than clocks are ever put back by: local bounds are drawn loosely and sharpened in UTC."""

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


class ExpressionError(ValueError):
    """A schedule that cannot be read."""


def zone(name: str) -> ZoneInfo:
    """Return the time zone; raises `ExpressionError` for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ExpressionError(f"there is no time zone {name!r}") from error


def moments(
    line: str,
    place: ZoneInfo,
    after: datetime.datetime,
    until: datetime.datetime,
    *,
    twice: bool,
) -> Iterator[datetime.datetime]:
    """Yield the moments in (after, until] at which the five fields match the local time.

    A local time that the change to summer time leaves out never comes. One that comes twice in
    autumn fires `twice`, as Kubernetes does, or the first time only, as EventBridge does.
    """
    fields = _NICKNAMES.get(line.strip().lower(), line)
    if len(fields.split()) != 5:
        raise ExpressionError(f"cron {line!r} needs five fields")
    try:
        found = CronSim(fields, _local(after, place) - _SHIFT)
    except CronSimError as error:
        raise ExpressionError(f"cron {line!r}: {error}") from error
    last = _local(until, place) + _SHIFT
    for local in found:
        if local > last:
            return
        yield from (x for x in _occurrences(local, place, twice) if after < x <= until)


def _local(moment: datetime.datetime, place: ZoneInfo) -> datetime.datetime:
    return moment.astimezone(place).replace(tzinfo=None)


def _occurrences(
    local: datetime.datetime, place: ZoneInfo, twice: bool
) -> list[datetime.datetime]:
    found: list[datetime.datetime] = []
    for fold in (0, 1):
        moment = local.replace(tzinfo=place, fold=fold).astimezone(datetime.UTC)
        exists = _local(moment, place) == local
        if exists and moment not in found and (twice or not found):
            found.append(moment)
    return found
