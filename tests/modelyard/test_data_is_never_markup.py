"""What people write is shown as they wrote it: it styles, breaks and moves nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modelyard import activity, app
from modelyard.delivery.history import append_once
from modelyard.delivery.journey import Journey, Journeys, State
from modelyard.delivery.operations import Operations
from modelyard.errors import ExitCode, RefusedError
from modelyard.live.endpoint import Health
from modelyard.live.releases import ReleaseLines
from modelyard.output import facts, note, say, styled, table
from modelyard.place import Place
from modelyard.target import Target, Yard
from tests.modelyard import world
from tests.modelyard.keyboard import type_

REASON = "drift since [/oops] [red]1[/red] :fire:"


@dataclass(frozen=True)
class _Endpoint:
    """A cluster whose endpoint says why it is not ready."""

    address: str = "http://prod"
    pods: tuple[Any, ...] = ()

    def health(self) -> Health:
        return Health(ready=False, status=503, detail=REASON)


@pytest.fixture
def yard(prod: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A command line whose only environment is production."""
    opened = Yard(root=prod.root, target=Target.SANDBOX)
    monkeypatch.setattr(Yard, "place", lambda self, name: prod)
    for command in ("audit", "delivery", "watch", "status"):
        monkeypatch.setattr(f"modelyard.commands.{command}.open_yard", lambda target: opened)
    return prod


@pytest.mark.slow
def test_the_ledger_shows_a_reason_as_it_was_given(
    yard: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    fact = {"operation": "rollback#1", "kind": "rolled_back", "actor": "ada", "reason": REASON}
    append_once(yard, {**fact, "model": world.MODEL, "version": "1"})
    typed = type_(capsys, "audit", "log", "--env", "prod")
    assert typed.code == ExitCode.OK
    assert REASON in typed.out


@pytest.mark.slow
def test_deliveries_and_status_show_what_a_journey_waits_for(
    yard: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Journeys.of(yard).begin(
        Journey(
            id="j",
            model=world.MODEL,
            environment="prod",
            requested_by="ada",
            requested_at="2030-01-01T00:00:00Z",
            state=State.AWAITING_WAIVER,
            reason=REASON,
            version="[/7]",
        )
    )
    typed = type_(capsys, "delivery", "list", "--env", "prod")
    assert typed.code == ExitCode.OK
    assert REASON in typed.out
    monkeypatch.setattr("modelyard.live.status.endpoint", lambda place, model: _Endpoint())
    assert ReleaseLines.of(yard).live(world.MODEL) is None
    typed = type_(capsys, "status", "--env", "prod")
    assert typed.code == ExitCode.OK
    assert REASON in typed.out
    assert "[/7]: awaiting waiver" in typed.out


@pytest.mark.slow
def test_watch_shows_why_a_retraining_was_asked_for(
    yard: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = [{"at": "2013-12-10T06:00:00", "cause": "x", "starts": True, "reason": REASON}]
    Operations.of(yard).create(f"retrainings#{world.MODEL}", {"decided": decided})
    monkeypatch.setattr("modelyard.live.watching.watched_weeks", lambda place, model: [])
    typed = type_(capsys, "watch", world.MODEL, "--env", "prod")
    assert typed.code == ExitCode.OK
    assert f"started; {REASON}" in typed.out


def test_errors_and_interrupts_show_it_too(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused() -> None:
        raise RefusedError(REASON, remedy=REASON)

    def interrupted() -> None:
        with activity.doing(REASON, state=REASON, resume=REASON):
            raise KeyboardInterrupt

    for command, times in ((refused, 2), (interrupted, 3)):
        app.run(command)
        assert capsys.readouterr().err.count(REASON) == times


def test_a_terminal_obeys_no_character_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    sly = "good\r\x1b[2Kevil\x9b1m"
    say(sly, styled(sly, "red"))
    note(sly)
    facts(sly, {"why": sly})
    table(sly, ["why"], [[sly], [styled(sly, "red")]])
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert shown.count(r"good\x0d\x1b[2Kevil\x9b1m") == 8
    assert not {"\r", "\x1b", "\x9b"} & set(shown)


def test_what_we_style_has_its_colour(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    say("prod: ", styled("[broken]", "red"), " here")
    table("T", ["c"], [[styled("[broken]", "red")]])
    assert capsys.readouterr().out.count("\x1b[31m[broken]\x1b[0m") == 2
