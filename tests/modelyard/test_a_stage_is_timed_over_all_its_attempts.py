"""A stage's seconds are those of all its attempts, and of none before it was made anew."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from modelyard.story.book import Book
from modelyard.story.stage import walk
from tests.modelyard.three_stages import World


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world by whose clock the stages are timed."""
    world = World()
    clock = SimpleNamespace(monotonic=lambda: world.seconds)
    monkeypatch.setattr("modelyard.story.stage.time", clock)
    return world


def seconds(path: Path, name: str) -> float:
    return float(Book(path, "churn").chapter(name)["seconds"])


def cut_off(world: World, path: Path, name: str) -> None:
    """A process that tells the story until Ctrl-C hits one stage."""
    world.interrupt_at = name
    with pytest.raises(KeyboardInterrupt):
        walk(world.stages(), Book(path, "churn"), lambda message: None)


def test_seconds_and_rows_are_kept(timed: World, tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    kept = Book(path, "churn").chapter("two")
    assert kept["facts"] == {"attempts": 1, "rows": {"two": 7}}
    assert kept["seconds"] == 10
    assert kept["evidence"] == "two holds"


def test_a_stage_has_the_seconds_of_all_its_attempts(timed: World, tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    cut_off(timed, path, "two")
    cut_off(timed, path, "two")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert [seconds(path, name) for name in ("one", "two", "three")] == [10, 30, 10]


def test_a_stage_that_came_true_after_it_was_cut_off_keeps_its_seconds(
    timed: World, tmp_path: Path
) -> None:
    path = tmp_path / "story.json"
    cut_off(timed, path, "two")
    # Delivery, for instance, goes on by itself.
    timed.true.add("two")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert seconds(path, "two") == 10


def test_what_it_came_to_is_read_off_the_world_also_then(timed: World, tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    cut_off(timed, path, "two")
    timed.true.add("two")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert Book(path, "churn").chapter("two")["facts"] == {"rows": {"two": 7}}


def test_a_stage_that_is_made_again_is_timed_anew(timed: World, tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    cut_off(timed, path, "two")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    timed.true.remove("two")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert seconds(path, "two") == 10


def test_the_last_stage_goes_on_where_more_is_asked_of_it(timed: World, tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    # A life of three weeks, then of all.
    timed.true.remove("three")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert seconds(path, "three") == 20
    timed.true.clear()
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert seconds(path, "three") == 10
