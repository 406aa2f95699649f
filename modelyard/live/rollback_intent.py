"""A rollback notes what it is about to do before a line changes, so that the next call ends it."""

from dataclasses import asdict, dataclass

from modelyard.delivery.operations import Operations
from modelyard.live.releases import Line, ReleaseLines


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
