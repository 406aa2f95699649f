"""Ctrl-C in a command that changes something says what state that is in and how to go on."""

from pathlib import Path
from typing import Any

import pytest

from modelyard import app
from modelyard.errors import ExitCode
from modelyard.story import tell
from tests.modelyard import instant_story
from tests.modelyard.cuts import CUTS, Cut
from tests.modelyard.instant_story import MADE, stage
from tests.modelyard.keyboard import type_


def interrupt(*_: object, **__: object) -> Any:
    raise KeyboardInterrupt


class Anywhere:
    """A yard whose places are not looked at."""

    def place(self, name: str) -> None:
        """Nothing."""


@pytest.fixture(autouse=True)
def at_rest(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox that obeys at once, and a story each of whose stages is made at once."""
    MADE.clear()
    (checkout / "labels.csv").write_text("prediction_id,row,label\np,0,1\n")
    monkeypatch.chdir(checkout)
    for name in ("agreement", "release", "feedback"):
        monkeypatch.setattr(
            f"modelyard.commands.{name}.open_to_change", lambda target, names: Anywhere()
        )
    for name, stand_in in {
        "modelyard.live.endpoint.endpoint": lambda place, model: None,
        "sandbox.clock.Layout.load": lambda root: None,
        "sandbox.lifecycle.Sandbox.down": lambda self: None,
        "modelyard.story.traffic.Traffic.start": lambda self: None,
        "modelyard.story.ground.stages": lambda teller: [stage("sandbox")],
        "modelyard.story.growth.stages": lambda teller: [stage("data")],
        "modelyard.story.production.stages": lambda teller: [stage("prod"), stage("back")],
    }.items():
        monkeypatch.setattr(name, stand_in)
    monkeypatch.setitem(tell.LIVES, "weeks", lambda teller: [stage("life")])


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_it_says_the_state_and_the_command_that_goes_on(
    cut: Cut, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cut.at, interrupt)
    typed = type_(capsys, *cut.words)
    assert typed.code == ExitCode.INTERRUPTED
    assert "nothing was changed" not in typed.err
    told = dict(line.strip().split(":", 1) for line in typed.err.splitlines()[-3:])
    assert cut.during in told["interrupted during"]
    assert cut.state in told["state"]
    assert told["resume"].strip().startswith(cut.resume)


def test_between_two_stages_the_first_was_made_in_this_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{instant_story.__name__}.data_holds", interrupt)
    type_(capsys, "up")
    assert MADE == ["sandbox"]


def test_what_was_done_before_is_told_where_only_words_were_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelyard.images.build_release", lambda *_, **__: {"dirty": False})
    monkeypatch.setattr("modelyard.commands.release.facts", interrupt)
    shown = type_(capsys, "release", "build").err
    assert "interrupted after: release build in dev" in shown
    assert "that is done and stays so" in shown


def test_what_one_command_did_says_nothing_of_the_next(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelyard.images.build_release", lambda *_, **__: {"dirty": False})
    assert type_(capsys, "release", "build").code == ExitCode.OK
    assert app.run(interrupt) == ExitCode.INTERRUPTED
    assert "interrupted; nothing was changed" in capsys.readouterr().err
