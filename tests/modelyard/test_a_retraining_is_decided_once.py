"""However delivery crashes while it decides, there is one decision, one training and one entry."""

import pytest

from modelyard.delivery import retraining
from modelyard.delivery.journey import State
from modelyard.place import Place
from tests.modelyard.retrainings import alarm, decided, heard, journeys, rules, works_in
from tests.modelyard.world import Crash, station

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("point", [0, 1])
def test_a_crash_at_any_point_starts_one_training_all_the_same(live: Place, point: int) -> None:
    works = works_in(live, crash_at=point)
    event = heard(alarm())
    with pytest.raises(Crash):
        retraining.ask(event, station(live, works))
    journey = retraining.ask(event, station(live, works))
    assert journey is not None
    assert journey.state is State.TRAINING
    # Training is started under the journey's name: a second start finds the first.
    assert works.calls.count("train") == (2 if point == 0 else 1)
    assert len(works.ledger) == 1
    assert len(journeys(live, works)) == 1


def test_a_crash_between_decision_and_start_is_made_good(
    live: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = works_in(live)
    event = heard(alarm())

    def crash(*_: object) -> None:
        raise Crash("after the decision was stored")

    with monkeypatch.context() as context:
        context.setattr(retraining, "_journey", crash)
        with pytest.raises(Crash):
            retraining.ask(event, station(live, works))
    assert works.calls == []
    assert [d["starts"] for d in decided(live, works)] == [True]
    retraining.ask(event, station(live, works))
    assert works.calls == ["train", "record"]
    assert len(decided(live, works)) == 1


def test_a_crash_while_skipping_leaves_one_entry(live: Place) -> None:
    works = works_in(live, crash_at=0)
    works.retrain = rules(triggers=())
    event = heard(alarm())
    with pytest.raises(Crash):
        retraining.ask(event, station(live, works))
    for _ in range(3):
        retraining.ask(event, station(live, works))
    assert len(works.ledger) == 1
    assert works.calls == ["record", "record"]
