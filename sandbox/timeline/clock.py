"""The time by which schedules, alarms and their events go: the machine's, or one that was set."""

import datetime

from sandbox.errors import SandboxError


class ClockError(SandboxError):
    """The clock cannot be moved as asked."""


def wall() -> datetime.datetime:
    """Return the machine's time, in UTC."""
    return datetime.datetime.now(datetime.UTC)


class SandboxClock:
    """Stands still where it was set and only goes forward from there.

    Tokens, certificates and signatures never look here: they go by the machine's time.
    """

    def __init__(self) -> None:
        self._set: datetime.datetime | None = None

    @property
    def simulated(self) -> bool:
        """Whether somebody has set it."""
        return self._set is not None

    def now(self) -> datetime.datetime:
        """Return the time, in UTC."""
        return self._set or wall()

    def refuse_back(self, moment: datetime.datetime) -> None:
        """Raise `ClockError` if the moment lies before a time that was set."""
        if self._set is not None and moment < self._set:
            raise ClockError(
                f"The sandbox's clock is at {text(self._set)} and does not go back to "
                f"{text(moment)}: what has fired would fire again.",
                "Run `modelyard sandbox clock real`, then set it again.",
            )

    def set(self, moment: datetime.datetime) -> None:
        """Stand at the moment, in UTC; raises `ClockError` if that is back."""
        self.refuse_back(moment)
        self._set = moment

    def real(self) -> None:
        """Go with the machine again."""
        self._set = None


def text(moment: datetime.datetime) -> str:
    """Return the moment as the sandbox writes it: ISO 8601 in UTC, to the second unless finer."""
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def parse(given: str) -> datetime.datetime:
    """Read an ISO date or time; what names no zone is UTC. Raises `ClockError`."""
    try:
        moment = datetime.datetime.fromisoformat(given.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise ClockError(
            f"{given!r} is no time.", "Give a date or an ISO time: 2013-07-01, 2013-07-01T06:00Z."
        ) from error
