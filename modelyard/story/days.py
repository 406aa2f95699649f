"""July to December day by day: every flight is asked about once, every outcome told when known."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from modelyard.place import Place
from modelyard.story.calling import LATEST, Desk, lived
from modelyard.story.months import Months
from modelyard.story.patience import wait_for_rows

FIRST_DAY, LAST_DAY = date(2013, 7, 1), date(2013, 12, 31)
ONE_DAY = timedelta(days=1)


@dataclass(kw_only=True)
class Days:
    """Goes from day to day; `next` is the first one that has not been asked about whole."""

    place: Place
    desk: Desk
    months: Months
    next: date = FIRST_DAY

    def live_until(self, last: date) -> None:
        """Ask about each day up to `last`, and tell the outcomes that are known when it ends."""
        while self.next <= min(last, LAST_DAY):
            self.months.ready(self.next.month)
            self.desk.ask(self.next)
            self.next += ONE_DAY
            self.desk.tell(midnight(self.next))

    def tell_the_rest(self) -> None:
        """Tell what became known of the last days' flights after them."""
        self.desk.tell(midnight(self.next) + LATEST)

    def see_merged(self, first: date, last: date) -> None:
        """Wait until the answers and outcomes of these days are in their tables."""
        answers = lived(first, last).height
        wait_for_rows(self.place, "predictions", "event_day", (first, last), answers)
        # Outcomes of the days before count too: those were posted in this span, if at all.
        span = (midnight(first) + timedelta(microseconds=1), midnight(last + ONE_DAY))
        flights = lived(max(FIRST_DAY, first - LATEST), last)
        outcomes = int(flights["known_at"].is_between(*span).sum())
        wait_for_rows(self.place, "labels", "known_at", span, outcomes)


def midnight(day: date) -> datetime:
    """The beginning of a day, in UTC."""
    return datetime.combine(day, time(), UTC)
