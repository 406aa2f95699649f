"""Words for "no value" and one unit beside numbers do not make text of a column of numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelyard.onboarding.plan import Column, Role
from modelyard.onboarding.telling import assumptions, warnings
from tests.modelyard.onboarding.files import column, csv_text, labelled, planned

ROWS = 600
Cells = Callable[[int], Any]
CENSORED = ("<0.5", ">100", "<1", ">200", "*", "+")


def measure(n: int) -> str:
    return f"{40 + n * 7919 % 6000 / 100:.2f}"


def some(folder: Path, make: Cells, name: str = "some") -> Column:
    content = csv_text(labelled(ROWS, **{name: make}), ROWS, divider=";")
    return column(planned(folder, content, key=("none",)), name)


def every(step: int, *words: str) -> Cells:
    """Measures, in every so many rows one of the words."""
    return lambda n: words[n // step % len(words)] if n % step == 0 else measure(n)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (every(33, "refused"), {"refused": 19}),
        (every(33, "k. A.", "*", "<0.5", "n.v."), {"k. A.": 5, "*": 5, "<0.5": 5, "n.v.": 4}),
        (every(33, "Refused", "REFUSED", "refused"), {"Refused": 19}),
        (every(300, "refused"), {"refused": 2}),
    ],
)
def test_few_words_among_numbers_are_missing(
    tmp_path: Path, make: Cells, words: dict[str, int]
) -> None:
    found = some(tmp_path, make)
    assert (found.role, found.profile.kind.logical) == (Role.FEATURE, "number")
    assert {word.casefold(): n for word, n in found.profile.spelled} == {
        word.casefold(): n for word, n in words.items()
    }
    assert (found.profile.missing, found.profile.odd) == (sum(words.values()), 0)


@pytest.mark.parametrize("word", ["never", "0000-00-00", "99.99.9999"])
def test_few_words_among_days_are_missing(tmp_path: Path, word: str) -> None:
    found = some(tmp_path, lambda n: word if n % 20 == 0 else f"{n % 28 + 1:02d}.02.2024")
    assert (found.profile.kind.logical, found.profile.spelled) == ("date", ((word, 30),))


@pytest.mark.parametrize(
    "make",
    [
        every(4, "refused"),
        every(20, *"abcdef"),
        lambda n: ["4", "6", "8", "other"][n % 4] if n % 9 else "other",
        every(20, "12 A"),
        every(20, "01234"),
    ],
    ids=["too many rows", "too many words", "classes", "digits in front", "codes"],
)
def test_other_words_are_no_missing_values(tmp_path: Path, make: Cells) -> None:
    found = some(tmp_path, make)
    assert (found.profile.kind.logical, found.profile.spelled) == ("string", ())


def test_a_word_that_came_once_is_odd(tmp_path: Path) -> None:
    found = some(tmp_path, lambda n: "refused" if n == 7 else measure(n))
    assert (found.profile.odd, found.profile.spelled) == (1, ())


def test_no_value_of_a_label_is_missing(tmp_path: Path) -> None:
    content = csv_text(
        {"x": lambda n: n % 9, "y": lambda n: "other" if n % 9 == 0 else n % 20}, rows=ROWS
    )
    plan = planned(tmp_path, content)
    assert plan.label.profile.kind.logical == "string"
    assert "other" in {word for word, _ in plan.target.classes}
    content = csv_text(
        {"x": lambda n: n % 9, "y": lambda n: "odd" if n in (7, 9) else n % 2}, rows=ROWS
    )
    assert planned(tmp_path, content).label.profile.odd == 2


@pytest.mark.parametrize(
    ("make", "unit"),
    [
        (lambda n: f"{measure(n)} kg", "kg"),
        (lambda n: f"{measure(n)}kg", "kg"),
        (lambda n: f"{n % 90} %", "%"),
        (lambda n: f"€ {measure(n)}", "€"),
        (lambda n: f"{n % 7},000.50 US$", "US$"),
        (lambda n: f"EUR {measure(n).replace('.', ',')}", "EUR"),
        (lambda n: f"-{measure(n)} °C", "°C"),
        (lambda n: f"{n}.5e-3", ""),
        (lambda n: f"{n}.5e-3 m/s²", "m/s²"),
        (lambda n: f"{measure(n)} kg" if n % 33 else "refused", "kg"),
        (lambda n: f"{measure(n)} {'lb' if n % 100 == 0 else 'kg'}", "kg"),
    ],
)
def test_one_unit_is_set_apart(tmp_path: Path, make: Cells, unit: str) -> None:
    found = some(tmp_path, make)
    assert (found.role, found.profile.kind.logical) == (Role.FEATURE, "number")
    assert found.profile.kind.unit == unit


@pytest.mark.parametrize("unit", ["lb", "%", "€"])
def test_a_number_in_another_unit_is_none(tmp_path: Path, unit: str) -> None:
    found = some(tmp_path, lambda n: f"{measure(n)} {unit if n % 100 == 0 else 'kg'}")
    assert (found.profile.odd, found.profile.spelled) == (6, ())
    assert found.profile.odd_examples[0] == f"40.00 {unit}"


@pytest.mark.parametrize(
    "make", [lambda n: f"K{n:05d}", lambda n: f"{n}X", lambda n: f"{n % 28} Elm Street"]
)
def test_what_belongs_to_a_code_is_no_unit(tmp_path: Path, make: Cells) -> None:
    assert some(tmp_path, make).profile.kind.logical == "string"
    assert some(tmp_path, lambda n: f"{n * 7}km", "part_no").profile.kind.logical == "string"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (every(20, *CENSORED), "is mixed: 95% are numbers; the others: "),
        (lambda n: f"see {n}" if n % 20 == 0 else measure(n), "is partly text: 95% are numbers; "),
        (
            lambda n: f"see {n}" if n % 20 == 0 else f"{date(2000, 1, 1) + timedelta(n):%d.%m.%Y}",
            "is partly text: 95% are days; ",
        ),
        (lambda n: f"{measure(n)} {['kg', 'lb'][n % 2]}", "is in several units (kg, lb)"),
        (lambda n: f"{'$€'[n % 2]} {measure(n)}", "is in several units ($, €)"),
    ],
)
def test_a_text_that_is_mostly_numbers_says_so(tmp_path: Path, make: Cells, why: str) -> None:
    found = some(tmp_path, make)
    assert found.role is Role.LEFT_OUT
    assert found.why.startswith(why)


def test_values_that_came_once_are_neither_shown_nor_in_the_mirror(tmp_path: Path) -> None:
    once = some(tmp_path, lambda n: f"see {n}" if n % 20 == 0 else measure(n))
    assert "see" not in once.why
    assert once.restricted
    again = some(tmp_path, every(20, *CENSORED))
    assert again.why.endswith("the others: '*', '+', …")
    assert not again.restricted


@pytest.mark.parametrize(
    ("make", "sentinel"),
    [
        (lambda n: -999 if n % 20 == 0 else n % 101, (-999, 30)),
        (lambda n: -999.0 if n % 20 == 0 else n % 101 / 8, (-999, 30)),
        (lambda n: 9999 if n % 20 == 0 else n % 80, (9999, 30)),
        (lambda n: 9999 if n % 20 == 0 else n * 9, None),
        (lambda n: -999 if n % 20 == 0 else n * 9 - 900, None),
        (lambda n: -999 if n == 7 else n % 80, None),
        (lambda n: -999 if n % 20 == 0 else 5, (-999, 30)),
    ],
)
def test_nines_far_outside_are_asked_about(
    tmp_path: Path, make: Cells, sentinel: tuple[int, int] | None
) -> None:
    found = some(tmp_path, make).profile
    assert found.sentinel == sentinel
    assert found.missing == 0


def test_what_was_set_apart_is_told(tmp_path: Path) -> None:
    content = csv_text(
        labelled(
            ROWS,
            weight=every(33, "refused"),
            size=lambda n: f"{measure(n)} cm",
            age=lambda n: -999 if n % 20 == 0 else n % 80,
        ),
        ROWS,
    )
    plan = planned(tmp_path, content, key=("none",))
    told = {topic: text for topic, text, _ in assumptions(plan)} | dict(warnings(plan))
    assert told["missing weight"] == "'refused' (19 rows) is read as missing"
    assert told["unit of size"] == "numbers are in cm; rows with another unit go to quarantine"
    assert told["missing? age"].startswith("-999 in 30 rows: if that means missing, ")
