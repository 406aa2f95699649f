"""Lands the months of the half year: each before its first day, while the one before is lived."""

from modelyard.live.freshness import wait_for_tables
from modelyard.live.landing import example_batches, land, start_ingest
from modelyard.live.training import follow
from modelyard.story.attempts import ingest_name, ingested
from modelyard.story.flights import MODEL
from modelyard.story.teller import Teller

LAST_MONTH = 12


class Months:
    """A month is ready when production builds features from it; the next one is under way then."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._place = teller.place("prod")
        self._ready = 0
        self._runs: dict[int, str] = {}

    def ready(self, month: int) -> None:
        """Return once a month's features can be asked for; begin with the month after."""
        if month <= self._ready:
            return
        self._begin(month)
        if month in self._runs:
            follow(self._place, self._runs[month], self._teller.report)
        wait_for_tables(self._place, MODEL)
        self._ready = month
        self._begin(month + 1)

    def _begin(self, month: int) -> None:
        purpose = f"story-life-{month:02d}"
        if month > LAST_MONTH or month in self._runs or ingested(self._place, MODEL, purpose):
            return
        for key in land(self._place, example_batches(MODEL, (month,), whole=False)):
            self._teller.report(f"prod landed {key}")
        self._runs[month] = start_ingest(
            self._place, MODEL, ingest_name(self._place, MODEL, purpose)
        )
