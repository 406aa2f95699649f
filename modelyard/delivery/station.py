"""Everything the delivery of one environment works with, so that its steps take one argument."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from modelyard.delivery.journey import Journey, Journeys
from modelyard.delivery.load_test import LoadResult
from modelyard.delivery.lock import Lock, StillOurs
from modelyard.delivery.operations import Operations
from modelyard.delivery.released_rules import RetrainRules
from modelyard.live.releases import Line, ReleaseLines
from modelyard.place import Place
from modelyard.versions import Version


@dataclass(frozen=True, kw_only=True)
class Machinery:
    """What delivery makes others do: a table, so that a test can stand in for a cluster."""

    deploy: Callable[[Place], dict[str, int]]
    """Runs the engine on the environment's releases; returns the changes."""
    copy_image: Callable[[Place, dict[str, Any]], str]
    """Brings a release's image into the environment's repository; returns its reference."""
    start_training: Callable[[Place, Journey], str]
    """Starts training for a journey, once; returns the execution's ARN."""
    training_state: Callable[[Place, str], tuple[str, str]]
    """Returns status and reason of an execution."""
    smoke: Callable[[Place, Version, str], dict[str, Any]]
    """Asks the live endpoint for predictions of a version; raises when it does not answer well."""
    load: Callable[[Place, Version, str], LoadResult]
    """Loads the live endpoint for a short while."""
    record: Callable[[Place, dict[str, Any]], None]
    """Appends to the ledger once per operation."""
    is_recorded: Callable[[Place, str], bool]
    """Says whether an operation stands in the ledger."""
    approval_rule: Callable[[Place, Version], str]
    """A version's own rule: `required`, or `gate` where a passed gate is enough in production."""
    retrain_rules: Callable[[Place, str, Line], RetrainRules]
    """What the spec of a model's released version says about retraining by itself."""


@dataclass(frozen=True, kw_only=True)
class Station:
    """One environment's delivery."""

    place: Place
    machinery: Machinery
    report: Callable[[str], None]
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    still_ours: StillOurs = lambda: None
    """Asked before each change of what is live, or of what is said about it."""

    def holding(self, still_ours: StillOurs) -> "Station":
        """The same delivery under a lock."""
        other = replace(self, still_ours=still_ours)
        # What was read of journeys guards against writers that come in between.
        other.__dict__["journeys"] = self.journeys
        return other

    @cached_property
    def operations(self) -> Operations:
        """The table of what must be true once."""
        return Operations.of(self.place)

    @cached_property
    def journeys(self) -> Journeys:
        """The versions on their way."""
        return Journeys(self.operations)

    @property
    def lines(self) -> ReleaseLines:
        """Which versions are live."""
        return ReleaseLines.of(self.place)

    def promotion_lock(self, model: str) -> Lock:
        """One promotion of a model into an environment at a time."""
        return Lock(self.operations, f"promotion#{model}")

    def line_lock(self) -> Lock:
        """One change of the lines at a time; a rollback need not wait for training."""
        return Lock(self.operations, "lines")
