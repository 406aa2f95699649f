"""One book holds the stories of all models, and one that cannot be read stops nobody."""

from pathlib import Path

from modelyard.story.book import Book, stories
from modelyard.story.stage import walk
from tests.modelyard.three_stages import World


def test_an_unreadable_book_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "story.json").write_text("{")
    book = Book(tmp_path / "story.json", "churn")
    assert book.chapter("one") == {}
    assert (tmp_path / "story.unreadable").exists()


def test_two_models_stories_are_kept_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    # Both are open: what one writes must not be lost when the other does.
    flights, churn = Book(path, "flight_delay"), Book(path, "churn")
    walk(World().stages(), flights, lambda message: None)
    walk(World().stages()[:1], churn, lambda message: None)
    churn.add_traffic({"requests": 5})
    flights.add_traffic({"requests": 7})
    told = stories(path)
    assert [*told["flight_delay"]["chapters"]] == ["one", "two", "three"]
    assert [*told["churn"]["chapters"]] == ["one"]
    assert [told[model]["traffic"] for model in ("flight_delay", "churn")] == [
        [{"requests": 7}],
        [{"requests": 5}],
    ]
    churn.clear()
    assert stories(path) == {}
