"""The report draws who answered production when: nothing where nobody asked, failures apart."""

from typing import Any

from modelyard.report.charts import traffic


def drawn(*runs: list[dict[str, Any]]) -> dict[tuple[str, int], int]:
    spec = traffic([{"seconds": seconds} for seconds in runs])
    assert spec is not None
    return {(row["answered by"], row["second"]): row["count"] for row in spec["data"]["values"]}


def second(at: int, failed: int = 0, **answers: int) -> dict[str, Any]:
    said = {name.removeprefix("v"): count for name, count in answers.items()}
    return {"second": 1000 + at, "answers": said, "failed": failed}


def test_answers_are_counted_by_five_seconds_and_version() -> None:
    found = drawn([second(0, v1=20), second(4, v1=19), second(5, v1=3, v2=17)])
    assert found == {
        ("version 1", 0): 39,
        ("version 1", 5): 3,
        ("version 2", 0): 0,
        ("version 2", 5): 17,
    }


def test_a_time_without_questions_is_shown_as_one() -> None:
    found = drawn([second(0, v1=20), second(20, v1=20)])
    assert [found["version 1", at] for at in (0, 5, 10, 15, 20)] == [20, 0, 0, 0, 20]


def test_failures_are_drawn_apart_and_only_where_there_are_some() -> None:
    assert ("failed", 0) not in drawn([second(0, v1=20)])
    assert drawn([second(0, failed=3, v1=17)])["failed", 0] == 3


def test_a_story_that_was_resumed_is_drawn_over_its_first_part() -> None:
    assert drawn([second(0, v1=20)], [second(300, v1=5)]) == {("version 1", 0): 25}


def test_without_an_answer_there_is_no_chart() -> None:
    assert traffic([]) is None
    assert traffic([{"seconds": []}]) is None
