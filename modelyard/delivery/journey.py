"""The record of one version on its way into one environment: what is done, what it waits for."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from modelyard.delivery.operations import Operations, Record

if TYPE_CHECKING:
    from modelyard.place import Place

OPEN = "open-journeys"
WITHDRAWN = "withdrawn: the request was cut off before delivery took it up"


class State(StrEnum):
    """Where a journey stands."""

    REQUESTED = "requested"
    TRAINING = "training"
    RELEASING = "releasing"
    AWAITING_WAIVER = "awaiting waiver"
    AWAITING_APPROVAL = "awaiting approval"
    LIVE = "live"
    REFUSED = "refused"
    FAILED = "failed"


ENDED = {State.LIVE, State.REFUSED, State.FAILED}
PARKED = {State.AWAITING_WAIVER, State.AWAITING_APPROVAL}


class Journey(BaseModel):
    """One version's way into one environment; every finished step is in `done`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    model: str
    environment: str
    requested_by: str
    """ARN that the requester's own command gave, or of the role that registered the version."""
    requested_at: str
    cause: str = ""
    """What asked for it where no person did: `alarm NAME`, or `schedule`."""
    state: State = State.REQUESTED
    reason: str = ""
    """Why it waits, was refused or failed; empty otherwise."""
    release: dict[str, Any] = Field(default_factory=dict)
    """What the requester said of the release: git SHA, image digest, who built it. Only the digest
    is proven by the image itself; in production the approver has signed the same."""
    approval: dict[str, Any] = Field(default_factory=dict)
    window: dict[str, str] = Field(default_factory=dict)
    """`start` and `end` of the data to train on, or `days` before the end; empty means all."""
    execution: str = ""
    """ARN of the training pipeline's execution."""
    package: str = ""
    """ARN of the registered version."""
    version: str = ""
    done: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Step → what it found, with `at` and `seconds`."""

    @property
    def run(self) -> str:
        """The training run, which is the last part of its execution's ARN."""
        return self.execution.rsplit("/", 1)[-1]

    @property
    def image_digest(self) -> str:
        """The release's image."""
        return str(self.release.get("image_digest", ""))

    def with_done(self, step: str, facts: dict[str, Any], **changes: Any) -> "Journey":
        """Return the journey with one more step behind it."""
        return self.model_copy(update={"done": {**self.done, step: facts}, **changes})


class Journeys:
    """Journeys in the operations table; the open ones are listed, so that none is forgotten."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._known: dict[str, Record] = {}

    @classmethod
    def of(cls, place: "Place") -> "Journeys":
        """Return the journeys into an environment."""
        return cls(Operations.of(place))

    def begin(self, journey: Journey) -> bool:
        """Record a new journey; False when it is known already."""
        # Listed first: cut off in between, a name without a journey is left, and not the reverse.
        self._operations.add_to_set(OPEN, journey.id)
        return self._operations.create(_id(journey.id), journey.model_dump(mode="json"))

    def withdraw(self, id: str) -> bool:
        """End a request that delivery has not taken up; False when it has, and so goes on."""
        journey = self.find(id)
        if journey is None:
            self._operations.drop_from_set(OPEN, id)
            return True
        if journey.state is not State.REQUESTED or journey.done:
            return False
        try:
            self.save(journey.model_copy(update={"state": State.REFUSED, "reason": WITHDRAWN}))
        except OvertakenError:
            return False
        return True

    def find(self, id: str) -> Journey | None:
        """Return a journey as it stands now."""
        record = self._operations.read(_id(id))
        if record is None:
            return None
        self._known[id] = record
        return Journey.model_validate(record.body)

    def save(self, journey: Journey) -> Journey:
        """Write a journey over what was read; a second worker on the same journey stops here."""
        known = self._known[journey.id]
        body = journey.model_dump(mode="json")
        if not self._operations.replace(known, body):
            raise OvertakenError(journey.id)
        self._known[journey.id] = Record(id=known.id, revision=known.revision + 1, body=body)
        return journey

    def open(self) -> list[Journey]:
        """Return every journey that has not ended."""
        return [each for each in self._listed() if each.state not in ENDED]

    def ended(self) -> list[Journey]:
        """Return those that have ended and still hold what they held: a crash came between."""
        return [each for each in self._listed() if each.state in ENDED]

    def close(self, journey: Journey) -> None:
        """List an ended journey no more; to be called last, once it holds nothing."""
        self._operations.drop_from_set(OPEN, journey.id)

    def _listed(self) -> list[Journey]:
        found = (self.find(id) for id in self._operations.members(OPEN))
        return [each for each in found if each is not None]

    def of_run(self, run: str) -> Journey | None:
        """Return the open journey that a training run belongs to."""
        return next((each for each in self.open() if run and each.run == run), None)

    def by_run(self, run: str) -> Journey | None:
        """Return the journey of a run whose version delivery has taken up, ended or not."""
        claimed = self._operations.read(f"run#{run}")
        return self.find(str(claimed.body["journey"])) if claimed else None

    def claim_run(self, run: str, journey: str) -> None:
        """Let whoever started a run find the journey of its version."""
        self._operations.create(f"run#{run}", {"journey": journey})

    def claim_package(self, package: str, journey: str) -> None:
        """Bind a registered version to its journey for good: its events may come again."""
        self._operations.create(f"package#{package}", {"journey": journey})

    def of_package(self, package: str) -> Journey | None:
        """Return the journey of a registered version, ended or not."""
        claimed = self._operations.read(f"package#{package}")
        return self.find(str(claimed.body["journey"])) if claimed else None


class OvertakenError(Exception):
    """Another worker has moved this journey on; what it did is what counts."""


def now() -> str:
    """Return the moment, for records."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _id(id: str) -> str:
    return f"journey#{id}"
