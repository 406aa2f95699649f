"""What a model lives through: its rows of past days, asked about and told once more."""

from datetime import date, timedelta
from typing import Any, Protocol

ONE_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MOST_WEEKS = 26
"""Half a year: as much as the flights have."""


class Replay(Protocol):
    """One subject's past in one environment; nothing of it is read before it is asked for."""

    @property
    def model(self) -> str:
        """The model that is asked."""

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row, as the contract has them."""

    @property
    def latest(self) -> timedelta:
        """No outcome becomes known later than this after the day of its row."""

    @property
    def first(self) -> date:
        """The first day that is lived."""

    @property
    def last(self) -> date:
        """The last one."""

    def mondays(self) -> tuple[date, ...]:
        """The weeks that lie whole in the past and have rows; none before there are rows."""

    def ready(self, day: date) -> None:
        """Return once the features of a day's rows can be asked for."""

    def lived(self, first: date, last: date) -> Any:
        """Return the rows of these days in the order in which they were asked about.

        A polars frame with all that a request by key carries, `label`, and `known_at` (UTC, null
        without a label).
        """
