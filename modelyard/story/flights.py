"""The platform's own story: flights of 2013, by months, with rows planted to be caught."""

from dataclasses import dataclass
from importlib import import_module

from modelyard.errors import RefusedError
from modelyard.live.landing import Batches, example_batches, refused_batches, zones
from modelyard.place import Place
from modelyard.storage import list_keys
from modelyard.story.half_year import HalfYear
from modelyard.story.ingesting import ingest, mirrored
from modelyard.story.lengths import FLIGHTS, first_weeks
from modelyard.story.replay import MOST_WEEKS, Replay
from modelyard.story.subject import Life, Report

MODEL = FLIGHTS
FIRST_MONTHS = (1, 2, 3, 4)
SECOND_MONTHS = (5, 6)
ROWS_PER_MONTH = 24_000
"""Less than the month with the fewest flights has."""


@dataclass(frozen=True)
class Flights:
    """`models/flight_delay` with the months that it brings itself."""

    model: str = MODEL
    tables: tuple[str, ...] = ("flights", "weather")
    life: Life = "weeks"
    weeks: int = MOST_WEEKS
    """How many weeks of the half year are lived."""

    @property
    def titles(self) -> dict[str, str]:
        """Headings of the stages about data."""
        return {
            "data": "Data: January to April land, are checked and mirrored",
            "second": "Second version: May and June land, champion against candidate",
            "life": f"Life: {self._lived}",
        }

    @property
    def words(self) -> dict[str, str]:
        """What is told of a week."""
        return {"said": "mean_prediction", "late": "label_rate", "auc": "performance"}

    def replay(self, place: Place, report: Report) -> Replay:
        """July to December, or its first weeks."""
        return HalfYear(place=place, report=report, weeks=self.weeks)

    def require_ready(self) -> None:
        """It comes with the platform and is there."""

    def landed(self, place: Place) -> bool:
        """Say whether January to April are curated."""
        return curated(place, FIRST_MONTHS)

    def land(self, place: Place, report: Report) -> None:
        """Land January to April."""
        if not self.landed(place):
            self._ingest(place, example_batches(MODEL, FIRST_MONTHS), "story-first", report)

    def caught(self, place: Place) -> bool:
        """Say whether the batch with the wrong columns was refused."""
        return bool(refused_batches(place, self.tables))

    def land_and_catch(self, place: Place, report: Report) -> None:
        """Rows that are planted to be caught, then a batch that has to be refused whole."""
        source = import_module(f"models.{MODEL}.source")
        batches = example_batches(MODEL, FIRST_MONTHS)
        # Not once more: with the wrong batch landed, a run over what is left does not succeed.
        if not self.landed(place) or not mirrored(place, self.tables):
            self._ingest(place, source.plant(batches), "story-first", report)
        if not self.caught(place):
            try:
                self._ingest(place, source.wrong_schema(batches), "story-wrong", report)
            except RefusedError as refused:
                if not self.caught(place):
                    raise
                # The step's own last words; the lines before them are about batches that are fine.
                report(f"refused, as it should be: {refused.message.splitlines()[-1]}")

    def told(self, place: Place) -> str:
        """Say how many rows are curated, and what was caught."""
        found = {zone.table: zone for zone in zones(place, self.tables)}
        bad = sum(zone.quarantine for zone in found.values())
        planted = sum(zone.planted for zone in found.values())
        return (
            f"{found['flights'].curated:,} flights and {found['weather'].curated:,} hours of "
            f"weather curated, {bad} rows in quarantine ({planted} planted), 1 batch refused "
            f"whole, mirror in {place.platform.mirror_bucket}"
        )

    def more_landed(self, place: Place) -> bool:
        """Say whether May and June are curated too."""
        return curated(place, FIRST_MONTHS + SECOND_MONTHS)

    def land_more(self, place: Place, report: Report) -> None:
        """Land May and June."""
        batches = example_batches(MODEL, SECOND_MONTHS, whole=False)
        self._ingest(place, batches, "story-second", report)

    @property
    def _lived(self) -> str:
        if self.weeks == MOST_WEEKS:
            return "July to December"
        return f"{first_weeks(self.weeks)} from July on"

    def _ingest(self, place: Place, batches: Batches, purpose: str, report: Report) -> None:
        files = {table: each.items() for table, each in batches.items()}
        ingest(place, MODEL, files, purpose, report)


def curated(place: Place, months: tuple[int, ...]) -> bool:
    """Say whether every month has landed and become part of the curated zone."""
    keys = list_keys(place.client("s3"), place.platform.lakehouse_bucket, "landing/flights/")
    landed = all(f"landing/flights/2013-{month:02d}.csv" in keys for month in months)
    return landed and zones(place, ("flights",))[0].curated > ROWS_PER_MONTH * len(months)
