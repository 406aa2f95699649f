"""Ctrl-C in a command that changes something says what state that is in and how to go on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modelyard import app
from modelyard.errors import ExitCode
from modelyard.story import tell
from modelyard.story.stage import Stage
from tests.modelyard import world
from tests.modelyard.keyboard import type_

APPROVE = ("approve", world.MODEL, "--env", "prod")
WAIVE = ("waive", world.MODEL, "--version", "2", "--reason", "r", "--expires", "2030-01-01")


@dataclass(frozen=True, kw_only=True)
class Cut:
    """One command, the call in it that Ctrl-C hits, and what it must say then."""

    words: tuple[str, ...]
    at: str
    state: str
    resume: str
    during: str = ""


CUTS = {
    "down": Cut(
        words=("sandbox", "down", "--yes"),
        at="sandbox.lifecycle.Sandbox.down",
        state="what lived in memory is lost",
        resume="modelyard sandbox down",
    ),
    "reset": Cut(
        words=("sandbox", "reset", "--yes"),
        at="sandbox.lifecycle.Sandbox.reset",
        state="is removed, the rest is still there",
        resume="modelyard sandbox reset",
    ),
    "clock": Cut(
        words=("sandbox", "clock", "advance", "7d"),
        at="sandbox.clock.Clock._ask",
        state="goes on with a move that it has begun",
        resume="modelyard sandbox clock",
    ),
    "approve": Cut(
        words=APPROVE,
        at="modelyard.live.approving.approve_release",
        state="once it is signed it counts",
        resume="modelyard approve flight_delay --env prod   (signs anew",
    ),
    "approve a version": Cut(
        words=(*APPROVE, "--version", "2"),
        at="modelyard.live.approving.approve_version",
        state="once it is signed it counts",
        resume="modelyard approve flight_delay --env prod --version 2",
    ),
    "waive": Cut(
        words=WAIVE,
        at="modelyard.live.approving.waive_version",
        state="once it is signed it counts",
        resume="modelyard waive flight_delay --env prod --version 2 --expires 2030-01-01",
    ),
    "release build": Cut(
        words=("release", "build", "--working-tree"),
        at="modelyard.images.build_release",
        state="a release is recorded after its image, whole or not at all",
        resume="modelyard release build --working-tree",
    ),
    "feedback": Cut(
        words=("feedback", world.MODEL, "--from", "labels.csv"),
        at="modelyard.live.asking.post_labels",
        state="labels that were posted stay",
        resume="modelyard feedback flight_delay --env prod --from labels.csv",
    ),
    "story, while the sandbox stops": Cut(
        words=("story", "--from-empty"),
        at="sandbox.lifecycle.Sandbox.down",
        state="what it held is lost",
        resume="make story",
    ),
    "story, before its first stage": Cut(
        words=("story", "--from-empty"),
        at=f"{__name__}.sandbox_holds",
        state="the sandbox was stopped and what it held is lost",
        resume="make up",
    ),
    "story, between two stages": Cut(
        words=("up",),
        at=f"{__name__}.data_holds",
        state="the stages that are true stay so",
        resume="make up",
        during="between two stages",
    ),
    "story, while the report is written": Cut(
        words=("up",),
        at="modelyard.report.collect.collect",
        state="the story is told and stays so",
        resume="modelyard report",
        during="writing the report",
    ),
}


MADE: list[str] = []


def sandbox_holds() -> bool:
    return "sandbox" in MADE


def data_holds() -> bool:
    return "data" in MADE


def holds(name: str) -> Callable[[], str | None]:
    """A stage's look at the world; that of the first two goes where Ctrl-C can hit it."""
    looks = {"sandbox": lambda: sandbox_holds(), "data": lambda: data_holds()}
    look = looks.get(name, lambda: name in MADE)
    return lambda: "it is" if look() else None


def stage(name: str) -> Stage:
    def make() -> dict[str, Any]:
        MADE.append(name)
        return {}

    return Stage(name=name, title=name.title(), is_true=holds(name), make=make)


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
    monkeypatch.setattr(f"{__name__}.data_holds", interrupt)
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
