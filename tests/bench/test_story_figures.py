"""`python -m bench.story` tells seconds, rows and shares of the limits of the told story only."""

import json
from pathlib import Path

import pytest

from bench.story.__main__ import main
from modelyard.story.book import Book, Chapter

SECONDS = {"sandbox": 15.0, "environments": 30.0, "data": 60.0, "life": 135.0}


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    """The book of an empty checkout."""
    (tmp_path / "Pulumi.yaml").write_text("name: modelyard\n")
    monkeypatch.setenv("MODELYARD_ROOT", str(tmp_path))
    return Book(tmp_path / ".modelyard" / "story.json", "flight_delay")


def tell(book: Book, *names: str) -> None:
    for name in names:
        facts = {"rows": {"flights": 109_000, "weather": 8_700}} if name == "data" else {}
        book.write(
            Chapter(
                name=name,
                title=name.title(),
                seconds=SECONDS[name],
                evidence="it is",
                at="2030-01-01",
                facts=facts,
            )
        )


def test_without_a_story_it_says_how_to_tell_one(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 1
    captured = capsys.readouterr()
    assert "make up" in captured.err
    assert captured.out == ""


def test_every_stage_has_its_seconds_and_rows(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(book, *SECONDS)
    assert main([]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["Data", "60.0", "flights", "109,000,", "weather", "8,700"] in rows
    assert ["Sandbox", "15.0"] in rows


def test_limits_are_told_as_ratios(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    tell(book, *SECONDS)
    main(["--json"])
    told = json.loads(capsys.readouterr().out)["limits"]
    assert [(each["limit_seconds"], each["ratio"]) for each in told] == [
        (90, 0.5),
        (480, 0.5),
        (1380, 240 / 1380),
    ]


def test_a_story_that_stopped_has_no_whole(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    tell(book, "sandbox", "environments", "data")
    main(["--json"])
    told = json.loads(capsys.readouterr().out)["limits"]
    assert [each["ratio"] for each in told] == [0.5, None, None]
