"""What `make` built before a story began belongs to that story, and to no later one."""

import json
from pathlib import Path

import pytest

from modelyard.story.book import stories
from modelyard.story.stage import Stage
from modelyard.story.tell import BUILT, LIVES, tell

PIECE = {"what": "tools", "seconds": 540.0, "at": 1}


@pytest.fixture
def made(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A story of one stage: what is true of it, until the sandbox goes down."""
    true: list[str] = []
    stage = Stage(
        name="environments",
        title="Environments",
        is_true=lambda: "they stand" if true else None,
        make=lambda: true.append("environments") or {},
    )
    monkeypatch.setattr("modelyard.story.ground.stages", lambda teller: [stage])
    monkeypatch.setattr("modelyard.story.growth.stages", lambda teller: [])
    monkeypatch.setattr("modelyard.story.production.stages", lambda teller: [])
    monkeypatch.setitem(LIVES, "weeks", lambda teller: [])
    monkeypatch.setattr("sandbox.lifecycle.Sandbox.down", lambda self: true.clear())
    return true


def build(checkout: Path) -> Path:
    note = checkout / ".modelyard" / BUILT
    note.parent.mkdir(exist_ok=True)
    note.write_text(json.dumps(PIECE) + "\n")
    return note


def built_for(checkout: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = stories(checkout / ".modelyard" / "story.json")[
        "flight_delay"
    ]["built"]
    return found


def test_it_is_taken_over_once(checkout: Path, made: list[str]) -> None:
    note = build(checkout)
    tell("none")
    assert built_for(checkout) == [PIECE]
    assert not note.exists()


def test_from_empty_environments_only_what_was_built_since_counts(
    checkout: Path, made: list[str]
) -> None:
    build(checkout)
    tell("none")
    tell("none", from_empty=True)
    assert built_for(checkout) == []
    build(checkout)
    tell("none", from_empty=True)
    assert built_for(checkout) == [PIECE]
