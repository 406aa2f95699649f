"""`python -m bench.story` tells seconds, rows and shares of the limits of the told story only."""

import json
from pathlib import Path

import pytest

from bench.story.__main__ import main
from modelyard.story.book import Book, Chapter

SECONDS = {"sandbox": 15.0, "environments": 30.0, "data": 60.0, "back": 60.0, "life": 135.0}


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


def limits(capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[float, float | None]]:
    """Name of a limit → the limit and the seconds that are set beside it."""
    assert main(["--json"]) == 0
    told = json.loads(capsys.readouterr().out)["limits"]
    return {each["name"]: (each["limit_seconds"], each["seconds"]) for each in told}


def note(book: Book, folder: Path, *pieces: tuple[str, float]) -> None:
    """Let the story find what `make` has built."""
    lines = [
        {"what": what, "seconds": seconds, "at": at} for at, (what, seconds) in enumerate(pieces)
    ]
    (folder / ".modelyard").mkdir(exist_ok=True)
    file = folder / ".modelyard" / "built.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    book.adopt(file)
    assert not file.exists()


def test_a_story_before_which_nothing_was_built_has_warm_figures_only(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(book, *SECONDS)
    assert limits(capsys) == {
        "environments, warm": (90, 45.0),
        "release story, warm": (300, 165.0),
        "whole story, warm": (480, 300.0),
        "release story, cold": (1200, None),
        "whole story, cold": (1380, None),
    }
    main([])
    assert "release story, cold     nothing was built before it\n" in capsys.readouterr().out


def test_limits_are_told_as_shares(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    tell(book, *SECONDS)
    main([])
    shown = capsys.readouterr().out
    assert "environments, warm      45.0 of 90 s: 0.50x\n" in shown
    assert "release story, warm     165.0 of 300 s: 0.55x\n" in shown


def test_a_cold_story_has_setup_and_every_attempt_at_the_tools_in_it(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note(book, tmp_path, ("setup", 60.0), ("tools", 200.0), ("tools", 340.0))
    tell(book, *SECONDS)
    found = limits(capsys)
    assert found["release story, cold"] == (1200, 765.0)
    assert found["whole story, cold"] == (1380, 900.0)
    assert found["whole story, warm"] == (480, 300.0)
    main([])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["Built", "before:", "tools", "540.0"] in rows


def test_what_is_built_after_the_story_began_does_not_make_it_cold(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(book, *SECONDS)
    note(book, tmp_path, ("tools", 540.0))
    assert limits(capsys)["whole story, cold"] == (1380, None)


def test_a_story_that_is_told_again_is_warm(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note(book, tmp_path, ("tools", 540.0))
    tell(book, *SECONDS)
    tell(book, *SECONDS)
    assert limits(capsys)["whole story, cold"] == (1380, None)
    book.clear()
    note(book, tmp_path, ("tools", 540.0))
    tell(book, *SECONDS)
    assert limits(capsys)["whole story, cold"] == (1380, 840.0)


def test_a_run_that_was_cut_off_at_it_takes_nothing_over_twice(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        note(book, tmp_path, ("setup", 60.0), ("tools", 540.0))
    tell(book, *SECONDS)
    assert limits(capsys)["whole story, cold"] == (1380, 900.0)


def test_half_a_note_is_no_reason_not_to_tell_the_story(book: Book, tmp_path: Path) -> None:
    note(book, tmp_path)
    file = tmp_path / ".modelyard" / "built.jsonl"
    file.write_text('{"what": "tools", "sec')
    book.adopt(file)
    tell(book, "sandbox")
    assert main([]) == 0


def test_a_story_that_stopped_has_no_whole(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    tell(book, "sandbox", "environments", "data")
    found = limits(capsys)
    assert [found[name][1] for name in found if name.endswith("warm")] == [45.0, None, None]
    tell(book, "back")
    assert limits(capsys)["release story, warm"] == (300, 165.0)
    main([])
    assert "whole story, warm       not all of its stages and" in capsys.readouterr().out


def test_a_life_of_some_weeks_is_no_whole_story(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(book, *SECONDS)
    lived = book.chapter("life")
    for weeks, whole in ((3, None), (26, 300.0)):
        book.write(Chapter(**{**lived, "facts": {"weeks": [{"monday": "…"}] * weeks}}))
        assert limits(capsys)["whole story, warm"] == (480, whole)
        assert limits(capsys)["release story, warm"] == (300, 165.0)
