"""The story goes on where it was cut off, and believes the world before its book."""

from pathlib import Path

import pytest

from modelyard import activity
from modelyard.errors import RefusedError
from modelyard.story.book import Book
from modelyard.story.lengths import how_to_go_on
from modelyard.story.stage import Stage, walk
from tests.modelyard.three_stages import World


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "story.json", "churn")


def test_it_resumes_after_an_interrupt(book: Book) -> None:
    world, said = World(), list[str]()
    world.interrupt_at = "two"
    with pytest.raises(KeyboardInterrupt):
        walk(world.stages(), book, said.append)
    current = activity.interrupted()
    assert current is not None
    assert "stage 2" in current.what
    assert current.resume == "make up"
    walk(world.stages(), book, said.append)
    assert world.made == ["one", "two", "two", "three"]
    assert "[1/3] Stage one: already true: one holds" in said


def test_an_interrupt_names_the_command_of_its_own_model(book: Book) -> None:
    world = World()
    world.interrupt_at = "one"
    with pytest.raises(KeyboardInterrupt):
        walk(world.stages(), book, lambda message: None, again=how_to_go_on("churn"))
    current = activity.interrupted()
    assert current is not None
    assert current.resume == "make up MODEL=churn"


def test_told_again_it_makes_nothing(book: Book) -> None:
    world = World()
    walk(world.stages(), book, lambda message: None)
    walk(world.stages(), book, lambda message: None)
    assert world.made == ["one", "two", "three"]


def test_it_believes_the_world_and_not_the_book(book: Book) -> None:
    world = World()
    walk(world.stages(), book, lambda message: None)
    world.true.remove("two")
    walk(world.stages(), book, lambda message: None)
    assert world.made[-1] == "two"


def test_a_stage_that_did_not_reach_its_end_state_is_said(book: Book) -> None:
    stage = Stage(name="x", title="Stage x", is_true=lambda: None, make=dict)
    with pytest.raises(RefusedError, match="its end state does not hold"):
        walk([stage], book, lambda message: None)
    assert book.chapter("x") == {}
