"""`sandbox clock` shows the sandbox's time and moves it, and tells what that fired."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelyard import catalogue
from modelyard.errors import ExitCode
from sandbox import Environment, Layout
from sandbox.clock import Clock, simulated_time
from sandbox.timeline.clock import SandboxClock
from sandbox.timeline.page import ClockPage
from sandbox.timeline.timeline import Timeline
from tests.modelyard.clock_page import Alarms, Weekly, serve
from tests.modelyard.keyboard import type_


@pytest.fixture
def layout(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A sandbox that was started once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    environments = [
        Environment(name=each.name, account=each.account, region=each.region)
        for each in catalogue.environments().values()
    ]
    return Layout.create(checkout / ".modelyard", environments)


@pytest.fixture
def clock(layout: Layout) -> Iterator[SandboxClock]:
    """Its clock, with something weekly and an alarm on it."""
    clock = SandboxClock()
    page = ClockPage(Timeline(clock, Alarms(), [Weekly()]))
    with serve(page, layout.aws_port):
        yield clock


def test_it_shows_whether_it_was_set(
    clock: SandboxClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "(goes with the machine)" in type_(capsys, "sandbox", "clock").out
    assert type_(capsys, "sandbox", "clock", "set", "2013-07-01").code == ExitCode.OK
    assert "2013-07-01 00:00:00 UTC (set)" in type_(capsys, "sandbox", "clock").out
    told = json.loads(type_(capsys, "sandbox", "clock", "--json").out)
    assert told == {"now": "2013-07-01T00:00:00+00:00", "simulated": True}


def test_moving_it_tells_what_fired_and_which_alarms_changed(
    clock: SandboxClock, capsys: pytest.CaptureFixture[str]
) -> None:
    type_(capsys, "sandbox", "clock", "set", "2013-07-01")
    shown = type_(capsys, "sandbox", "clock", "advance", "1w1d").out
    assert "2013-07-01 00:00:00 UTC → 2013-07-09 00:00:00 UTC (set)" in shown
    assert "models/watch-flight-delay" in shown
    assert "OK → ALARM" in shown
    assert "not done: the schedule of x cannot be read" in shown
    told = json.loads(type_(capsys, "sandbox", "clock", "advance", "7d", "--json").out)
    assert [each["at"] for each in told["fired"]] == ["2013-07-15T06:00:00+00:00"]
    assert [each["after"] for each in told["alarms"]] == ["ALARM"]


def test_it_does_not_go_back_and_says_how_to_begin_again(
    clock: SandboxClock, capsys: pytest.CaptureFixture[str]
) -> None:
    type_(capsys, "sandbox", "clock", "set", "2013-07-08")
    typed = type_(capsys, "sandbox", "clock", "set", "2013-07-01")
    assert typed.code == ExitCode.REFUSED
    assert "modelyard sandbox clock real" in typed.err.replace("\n", " ")
    assert "Traceback" not in typed.err
    assert type_(capsys, "sandbox", "clock", "real").code == ExitCode.OK
    assert type_(capsys, "sandbox", "clock", "set", "2013-07-01").code == ExitCode.OK


@pytest.mark.parametrize("span", ["soon", "7", "7 fortnights", "-7d", "", "999999999w"])
def test_a_span_that_is_none_is_answered_with_what_is_allowed(
    clock: SandboxClock, capsys: pytest.CaptureFixture[str], span: str
) -> None:
    typed = type_(capsys, "sandbox", "clock", "advance", "--", span)
    assert typed.code == ExitCode.USAGE
    assert not clock.simulated


def test_a_time_that_is_none_is_answered_with_what_is_allowed(
    clock: SandboxClock, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = type_(capsys, "sandbox", "clock", "set", "july")
    assert typed.code != ExitCode.OK
    assert "2013-07-01" in typed.err


def test_without_a_sandbox_it_says_what_to_run(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = type_(capsys, "sandbox", "clock")
    assert typed.code != ExitCode.OK
    assert "modelyard sandbox status" in typed.err.replace("\n", " ")


def test_programs_read_it_as_a_person_does(clock: SandboxClock, layout: Layout) -> None:
    assert simulated_time(layout.root) == ""
    Clock(layout.root).advance_to(clock.now().replace(year=2013, month=7, day=1, tzinfo=None))
    assert simulated_time(layout.root).startswith("2013-07-01T")
    begun = time.monotonic()
    assert Clock(layout.root).real().fired == ()
    assert time.monotonic() - begun < 5
