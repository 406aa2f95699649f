"""In any order of registrations, promotions, answers, rollbacks, crashes and pauses one version is
live, every journey ends, and ledger, lines and cluster tell the same story."""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from modelyard.delivery import worker
from modelyard.delivery.journey import OPEN
from modelyard.errors import RefusedError
from modelyard.place import Place
from modelyard.release_record import key_of
from modelyard.storage import write_json
from tests.modelyard import world
from tests.modelyard.cut_anywhere import Moments
from tests.modelyard.eventful import Eventful, come_again, history_told

pytestmark = pytest.mark.slow

EXAMPLES, STEPS = 12, 8
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""None to make a failure smaller: it has few steps already, and each takes a while."""
KILLS = st.tuples(st.just("kill"), st.integers(0, 50))
STOPS = st.tuples(st.sampled_from(["back", "release", "start"]), st.integers(0, 14))
CUTS = KILLS | STOPS | st.none()
"""What happens to a piece of work at which of its moments; the longest have as many."""
Drawn = tuple[str, int] | None


class Delivery(RuleBasedStateMachine):
    """One model in staging, whose first version is live, and all that can happen to it."""

    def __init__(self, place: Place, moments: Moments, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.all = Eventful(place, moments)
        patch.setattr("modelyard.live.rollback.append_once", self.all.works._record)

    @rule(gate=st.sampled_from(["passed", "passed", "failed"]), cut=CUTS)
    def a_version_comes(self, gate: str, cut: Drawn) -> None:
        event = self.all.registered(gate=gate)
        self.all.do(lambda: self.all.heard(event), cut)

    @rule(cut=CUTS)
    def a_release_is_promoted(self, cut: Drawn) -> None:
        self.all.heard(self.all.promoted())
        for event in self.all.trained():
            self.all.do(lambda event=event: self.all.heard(event), cut)

    @rule(cut=CUTS)
    def a_version_answers_nonsense(self, cut: Drawn) -> None:
        self.all.works.fail = {"smoke": RefusedError("the endpoint answers nonsense")}
        self.a_version_comes("passed", cut)
        self.all.works.fail = {}

    @rule()
    def a_version_is_registered_unheard(self) -> None:
        self.all.registered()

    @rule(which=st.integers(1, 3), cut=CUTS)
    def an_event_comes_again(self, which: int, cut: Drawn) -> None:
        for event in self.all.events[-which:][:1]:
            self.all.do(lambda event=event: self.all.heard(event), cut)

    @rule(cut=CUTS)
    def a_worker_starts(self, cut: Drawn) -> None:
        self.all.do(lambda: worker.sweep(self.all.seat), cut)

    @rule(cut=CUTS)
    def somebody_rolls_back(self, cut: Drawn) -> None:
        self.all.do(self.all.back, cut)

    @rule(rejects=st.booleans(), cut=CUTS)
    def somebody_answers(self, rejects: bool, cut: Drawn) -> None:
        for journey in self.all.parked()[:1]:
            event = self.all.answered(journey, rejects=rejects)
            self.all.do(lambda event=event: self.all.heard(event), cut)

    @invariant()
    def there_is_a_live_version(self) -> None:
        assert self.all.lines.live(self.all.model) is not None

    def teardown(self) -> None:
        """Let everything come to its end, and look."""
        self.all.settle()
        seat, model = self.all.seat, self.all.model
        assert seat.journeys.open() == []
        assert seat.operations.members(OPEN) == []
        assert seat.promotion_lock(model).holder() is None
        live = self.all.lines.live(model)
        assert live is not None
        assert self.all.works.served[seat.place.name] == live["version"]
        before = [line["version"] for line in self.all.lines.history(model)]
        assert [*before, live["version"]] == history_told(self.all.works.ledger)
        assert come_again(self.all.works.ledger) == []


def test_whatever_happens(staging: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = Moments()
    moments.attach(staging, monkeypatch)
    bucket = staging.platform.artifacts_bucket
    write_json(staging.client("s3"), bucket, key_of(world.IMAGE), world.RELEASE)
    run_state_machine_as_test(
        lambda: Delivery(staging, moments, monkeypatch),
        settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=PHASES),
    )
