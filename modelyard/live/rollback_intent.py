"""A rollback notes what it is about to do before a line changes, so that the next call ends it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from modelyard.delivery.journey import Journeys, OvertakenError, State
from modelyard.delivery.operations import Operations
from modelyard.live.releases import Line, ReleaseLines
from modelyard.place import person


@dataclass(frozen=True, kw_only=True)
class Intent:
    """One rollback as it was asked for; its operation stands in the ledger at most once."""

    operation: str
    model: str
    before: Line
    target: Line
    reason: str
    actor: str


class Intents:
    """The rollback of one model that has begun and not ended; whoever uses it holds the lines."""

    def __init__(self, operations: Operations, model: str) -> None:
        self._operations = operations
        self._id = f"rollback#{model}"

    def begun(self, lines: ReleaseLines) -> Intent | None:
        """Return a rollback that changed its line and was cut off, or None.

        One whose line was not changed yet, or has been changed since, is void.
        """
        found = self._operations.read(self._id)
        if found is None:
            return None
        intent = Intent(**found.body)
        return intent if lines.live(intent.model) == intent.target else None

    def taking_back(self, line: Line) -> Intent | None:
        """Return the rollback that takes this line back and has not ended, or None."""
        found = self._operations.read(self._id)
        intent = Intent(**found.body) if found is not None else None
        return intent if intent is not None and intent.before == line else None

    def begin(self, intent: Intent) -> None:
        """Note a rollback in place of any before it."""
        self.end()
        self._operations.create(self._id, asdict(intent))

    def end(self) -> None:
        """Forget it: it is in the ledger, or nothing came of it."""
        found = self._operations.read(self._id)
        if found is not None:
            self._operations.remove(found)


def conclude(
    intent: Intent,
    intents: Intents,
    journeys: Journeys,
    record: Callable[[dict[str, Any]], None],
    *,
    ended_by: str = "",
) -> None:
    """Bring a rollback whose line is live to its end: recorded, and then forgotten.

    `ended_by` is who did so in place of whoever began it. Cut off, it is done again.
    """
    _end_way_of(intent, journeys)
    record(
        {
            "operation": intent.operation,
            "kind": "rolled_back",
            "model": intent.model,
            "version": intent.target["version"],
            "image": intent.target["image"],
            "package": intent.target["package"],
            "digest": intent.target["digest"],
            "from_version": intent.before["version"],
            "actor": intent.actor,
            "ended_by": ended_by,
            "reason": intent.reason,
        }
    )
    intents.end()


def _end_way_of(intent: Intent, journeys: Journeys) -> None:
    """End the journey of the version that was taken back, if it was not at its end: unwanted."""
    reason = f"rolled back by {person(intent.actor)}: {intent.reason}"
    for journey in journeys.open():
        if (journey.model, journey.version) == (intent.model, intent.before["version"]):
            ended = journey.model_copy(update={"state": State.FAILED, "reason": reason})
            # A worker that stood still may be moving it on: it finds its lock gone, and so stops.
            with suppress(OvertakenError):
                journeys.save(ended)
