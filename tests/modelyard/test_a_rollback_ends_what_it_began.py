"""A rollback that was cut off is ended by the next call: one step back, one entry, never two."""

from collections.abc import Callable

import pytest

from modelyard.delivery.history import append_once, log
from modelyard.errors import RefusedError
from modelyard.live.releases import Line, ReleaseLines
from modelyard.live.rollback import RolledBack, roll_back
from modelyard.place import Place
from tests.modelyard import world
from tests.modelyard.world import Crash

pytestmark = pytest.mark.slow


def line(number: str) -> Line:
    package = {"package": f"s3://p/{number}", "digest": f"sha256:p{number}"}
    return {"version": number, "image": f"sha256:{number}", **package}


@pytest.fixture
def lines(prod: Place) -> ReleaseLines:
    """Production after three releases."""
    found = ReleaseLines.of(prod)
    for number in ("1", "2", "3"):
        found.put(world.MODEL, line(number))
    return found


def back(
    place: Place,
    *,
    deploy: Callable[[Place, object], object] = lambda place, report: None,
    served: Callable[[Place, str], str] | None = None,
    reason: str = "too many alarms",
) -> RolledBack:
    def what_the_line_says(place: Place, model: str) -> str:
        live = ReleaseLines.of(place).live(model)
        return live["version"] if live else "none"

    return roll_back(
        place,
        world.MODEL,
        reason,
        lambda message: None,
        deploy=deploy,
        served=served or what_the_line_says,
        check=lambda place, model, line: None,
    )


def cut_off(how: BaseException) -> Callable[..., str]:
    def cut(*_: object) -> str:
        raise how

    return cut


@pytest.mark.parametrize(
    "how", [KeyboardInterrupt(), Crash("kill -9"), RefusedError("not ready")], ids=repr
)
def test_cut_off_while_waiting_it_is_ended_by_the_next_call(
    prod: Place, lines: ReleaseLines, how: BaseException
) -> None:
    with pytest.raises(type(how)):
        back(prod, served=cut_off(how), reason="first reason")
    assert log(prod) == []
    done = back(prod, reason="second try")
    assert (done.from_version, done.to_version) == ("3", "2")
    assert lines.live(world.MODEL) == line("2")
    [entry] = log(prod)
    assert (entry["kind"], entry["version"]) == ("rolled_back", "2")
    assert entry["reason"] == "first reason"


def test_cut_off_between_ledger_and_end_it_is_recorded_once(
    prod: Place, lines: ReleaseLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(place: Place, fact: dict[str, str]) -> None:
        append_once(place, fact)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("modelyard.live.rollback.append_once", record)
        with pytest.raises(KeyboardInterrupt):
            back(prod)
    assert len(log(prod)) == 1
    assert back(prod).to_version == "2"
    assert [each["version"] for each in log(prod)] == ["2"]


def test_killed_in_the_engine_it_goes_on(prod: Place, lines: ReleaseLines) -> None:
    with pytest.raises(Crash):
        back(prod, deploy=cut_off(Crash("kill -9")))
    deployed: list[str] = []
    done = back(prod, deploy=lambda place, report: deployed.append("again"))
    assert deployed == ["again"]
    assert (done.from_version, done.to_version) == ("3", "2")


def test_interrupted_in_the_engine_nothing_has_changed(prod: Place, lines: ReleaseLines) -> None:
    with pytest.raises(KeyboardInterrupt):
        back(prod, deploy=cut_off(KeyboardInterrupt()))
    assert lines.live(world.MODEL) == line("3")
    assert back(prod, reason="now really").to_version == "2"
    assert [each["reason"] for each in log(prod)] == ["now really"]


def test_a_release_since_then_makes_it_void(prod: Place, lines: ReleaseLines) -> None:
    with pytest.raises(KeyboardInterrupt):
        back(prod, served=cut_off(KeyboardInterrupt()))
    lines.put(world.MODEL, line("4"))
    done = back(prod)
    assert (done.from_version, done.to_version) == ("4", "2")


def test_two_rollbacks_that_ended_are_two_steps(prod: Place, lines: ReleaseLines) -> None:
    assert [back(prod).to_version, back(prod).to_version] == ["2", "1"]
    assert [each["version"] for each in log(prod)] == ["2", "1"]
    with pytest.raises(RefusedError, match="no previous version"):
        back(prod)
