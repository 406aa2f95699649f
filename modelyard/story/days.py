"""A past day by day: every row is asked about once, every outcome told when it was known."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from modelyard.place import Place
from modelyard.story.calling import Desk
from modelyard.story.patience import wait_for_rows
from modelyard.story.replay import ONE_DAY, WEEK, Replay


@dataclass(kw_only=True)
class Days:
    """Goes from day to day; `next` is the first one that has not been asked about whole."""

    place: Place
    desk: Desk
    replay: Replay
    next: date

    def live_until(self, last: date) -> None:
        """Ask about each day up to `last`, and tell the outcomes that are known when it ends."""
        while self.next <= min(last, self.replay.last):
            self.replay.ready(self.next)
            self.desk.ask(self.next)
            self.next += ONE_DAY
            self.desk.tell(midnight(self.next))

    def live_into(self, first: date) -> None:
        """Live up to the first day from `first` on that has rows: none of them, no later week."""
        while first < self.replay.last and self.replay.lived(first, first).is_empty():
            first += ONE_DAY
        self.live_until(first)

    def tell_the_rest(self) -> None:
        """Tell what became known after the last day, and wait until all of it is in its table.

        Whoever compares versions at once must find the rows that anybody finds later.
        """
        replay = self.replay
        self.desk.tell(midnight(self.next) + replay.latest)
        self.see_merged(max(replay.first, replay.last - WEEK), replay.last + replay.latest)

    def see_merged(self, first: date, last: date) -> None:
        """Wait until the answers and outcomes of these days are in their tables."""
        model, asked_until = self.replay.model, min(last, self.replay.last)
        answers = self.replay.lived(first, asked_until).height
        wait_for_rows(self.place, f"predictions/{model}", "event_day", (first, last), answers)
        # Outcomes of the days before count too: those were posted in this span, if at all.
        span = (midnight(first) + timedelta(microseconds=1), midnight(last + ONE_DAY))
        since = max(self.replay.first, first - self.replay.latest)
        known = self.replay.lived(since, asked_until)["known_at"]
        outcomes = int(known.is_between(*span).sum())
        wait_for_rows(self.place, f"labels/{model}", "known_at", span, outcomes)


def midnight(day: date) -> datetime:
    """The beginning of a day, in UTC."""
    return datetime.combine(day, time(), UTC)
