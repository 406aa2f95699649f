"""The story of a model that was made from a file: its own rows, and nothing planted in them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from modelyard.errors import RefusedError
from modelyard.live.landing import delta, refused_batches, zones
from modelyard.onboarding.source import Source
from modelyard.onboarding.user_made import batches_of, parts_of
from modelyard.place import Place
from modelyard.story.attempts import ingested
from modelyard.story.ingesting import ingest, mirror_of
from modelyard.story.lengths import first_weeks, how_to_go_on
from modelyard.story.own_days import OwnDays
from modelyard.story.own_parts import OwnParts, split
from modelyard.story.readiness import require_ready
from modelyard.story.replay import MOST_WEEKS, Replay
from modelyard.story.subject import Life, Report

MARK = 8
"""Digits of the file's digest that its batches have in their names."""


@dataclass(frozen=True, kw_only=True)
class OwnFile:
    """A folder with a `source.yaml`; the file is read where it was kept."""

    root: Path
    model: str
    source: Source
    weeks: int = MOST_WEEKS
    """How many of the weeks that are left are lived at most."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The file's table."""
        return (self.source.table,)

    @property
    def life(self) -> Life:
        """Rows without time are asked again in slices; of a few weeks none are left to live."""
        if not self._timed:
            return "slices"
        return "weeks" if self._parts.lived else "untold"

    @property
    def titles(self) -> dict[str, str]:
        """Headings of the stages about data."""
        name = self.source.file.name
        first = f"the earlier rows of {name}" if self._timed else name
        some = "" if self.weeks == MOST_WEEKS else f", {first_weeks(self.weeks)}"
        later = f"the later rows of {name} land" if self._timed else f"from {name} once more"
        return {
            "data": f"Data: {first} land{'' if self._timed else 's'}, checked and mirrored",
            "second": f"Second version: {later}, champion against candidate",
            "life": f"Life: the last rows of {name}, day by day{some}",
        }

    @property
    def words(self) -> dict[str, str]:
        """What is told of a week or slice."""
        return {"said": "mean_prediction", "was": "label_rate", "performance": "performance"}

    def require_ready(self) -> None:
        """Refuse a folder that is not in order or not committed, or whose file is not here."""
        require_ready(self.root, self.model, self.source)

    def landed(self, place: Place) -> bool:
        """Say whether the rows of the first version are curated."""
        return self._done(place, self._first) and not self._refused(place)

    def land(self, place: Place, report: Report) -> None:
        """Land the file, or of one with time the earlier months or weeks."""
        if not self.landed(place):
            report(self._contract())
            self._land(place, self._first, self._parts.first if self._timed else (), report)

    def caught(self, place: Place) -> bool:
        """Nothing is planted in a file of one's own."""
        return True

    def land_and_catch(self, place: Place, report: Report) -> None:
        """Land the rows of the first version, and tell what the contract kept back of them."""
        self.land(place, report)

    def told(self, place: Place) -> str:
        """Say how many rows are curated, which rules others broke, and what the mirror lacks."""
        (zone,) = zones(place, self.tables)
        rules = ", ".join(f"{rule} {count:,}" for rule, count in zone.rules.items())
        bad = f"{zone.quarantine:,} rows in quarantine" + (f" ({rules})" if rules else "")
        hidden = mirror_of(place).get(self.source.table, {}).get("dropped", [])
        return (
            f"{zone.curated:,} of {zone.raw:,} rows of {self.source.file.name} curated, {bad}, "
            f"{len(self._refused(place))} batches refused whole, mirror in "
            f"{place.platform.mirror_bucket}" + (f" without {', '.join(hidden)}" if hidden else "")
        )

    def more_landed(self, place: Place) -> bool:
        """Say whether the later rows are curated too; a file without time has none."""
        return not self._timed or (self._done(place, self._later) and not self._refused(place))

    def land_more(self, place: Place, report: Report) -> None:
        """Land the later months or weeks."""
        self._land(place, self._later, self._parts.later, report)

    def replay(self, place: Place, report: Report) -> Replay:
        """The months or weeks that neither version learned from."""
        first, time = self._parts.lived_from, self.source.time
        if first is None or time is None:
            raise RefusedError(f"Of {self.source.file.name} nothing is left to live through.")

        def land() -> None:
            if not self._done(place, self._lived):
                self._land(place, self._lived, self._parts.lived, report)

        return OwnDays(
            place=place, model=self.model, time=time, first=first, land=land, weeks=self.weeks
        )

    @property
    def _timed(self) -> bool:
        return self.source.time is not None

    @property
    def _first(self) -> str:
        return f"story-first-{self._mark}"

    @property
    def _later(self) -> str:
        return f"story-second-{self._mark}"

    @property
    def _lived(self) -> str:
        return f"story-life-{self._mark}"

    @property
    def _mark(self) -> str:
        return self.source.file.sha256[:MARK]

    def _done(self, place: Place, purpose: str) -> bool:
        # All of the file's batches had landed before a run for this purpose was started.
        return ingested(place, self.model, purpose) and zones(place, self.tables)[0].curated > 0

    def _land(self, place: Place, purpose: str, parts: tuple[str, ...], report: Report) -> None:
        batches = batches_of(self.root, self.model, parts=",".join(parts))
        try:
            ingest(place, self.model, {self.source.table: batches}, purpose, report)
        except RefusedError as error:
            raise self._explained(place) or error from error
        if explained := self._explained(place):
            raise explained

    @cached_property
    def _parts(self) -> OwnParts:
        return split(parts_of(self.root, self.model))

    def _refused(self, place: Place) -> list[dict[str, Any]]:
        """The file's batches that were refused, and not taken since."""
        found = [
            each for each in refused_batches(place, self.tables) if self._mark in each["batch"]
        ]
        curated = delta(place, f"curated/{self.source.table}") if found else None
        return [
            each
            for each in found
            if curated is None or curated.transaction_version(each["batch"]) is None
        ]

    def _explained(self, place: Place) -> RefusedError | None:
        refused = self._refused(place)
        if not refused:
            return None
        return RefusedError(
            f"{place.name} refused {refused[0]['batch']} whole: {refused[0]['reason']}",
            remedy=f"correct models/{self.model}/contract.yaml and commit it; then: "
            f"{how_to_go_on(self.model)}",
        )

    def _contract(self) -> str:
        from ml.data.contract import load_contract
        from ml.spec import load_model

        spec = load_model(self.root / "models" / self.model)
        contract = load_contract(spec.contract_path).tables[self.source.table]
        restricted = [column.name for column in contract.columns if column.restricted]
        return (
            f"contract of {self.source.table}: {len(contract.columns)} columns, a row per "
            f"{' and '.join(contract.key)}, restricted: {', '.join(restricted) or 'none'}"
        )
