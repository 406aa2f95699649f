"""`modelyard model new` says what it assumed, and what is wrong in one message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelyard import app
from modelyard.onboarding.user_made import batches_of
from tests.modelyard.onboarding.files import csv_text, labelled


@pytest.fixture
def file(checkout: Path) -> Path:
    """A file with a key, a leak and something personal."""
    path = checkout / "customers.csv"
    path.write_text(
        csv_text(
            labelled(
                customer_id=lambda n: f"C{n:04d}",
                email=lambda n: f"a{n}@example.org",
                cancelled=lambda n: "x" if n % 3 == 0 else "",
                **{"[bold]": lambda n: n % 4},
            )
        )
    )
    return path


def type_(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app.main(["model", *arguments])
    return int(ended.value.code or 0)


def test_what_was_assumed_is_said(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert type_("new", "churn", "--from", str(file), "--label", "y") == 0
    told = capsys.readouterr().out
    assert "models/churn: 120 rows, 6 columns, 3 of them features" in told
    assert "how likely is it that y is yes? (yes 80, no 40)" in told
    assert "customer_id names a row" in told
    assert "leak? cancelled" in told
    assert "email (an e-mail address)" in told
    assert "[bold]" in told
    assert type_("check", "churn") == 0


def test_programs_read_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--leave-out", "cancelled", "--keep", "email", "--json")
    assert type_("new", "churn", "--from", str(file), "--label", "y", *arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["features"] == ["x", "email", "bold"]
    assert told["left_out"] == {"cancelled": "you left it out"}
    assert told["key"] == ["customer_id"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--label", "z"), 2, 'There is no column for --label "z"'),
        (("--label", "y", "--key", "nothing"), 2, 'no column for --key "nothing"'),
        (("--label", "y", "--time", "x"), 1, "x holds no time that can be read"),
        (("--label", "y", "--task", "magic"), 2, '--task "magic" is not known'),
        (("--label", "customer_id"), 1, "too many to be classes"),
        (("--label", "y", "--encoding", "klingon"), 2, "customers.csv does not read as klingon"),
        (("--label", "y", "--delimiter", "::"), 2, "--delimiter is one character"),
        (("--label", "y", "--delimiter", '"'), 2, "quotes and line ends do not"),
        (("--label", "y", "--delimiter", ";"), 2, "has one column"),
        (("--label", "y", "--keep", "x", "--leave-out", "X"), 2, "both name x"),
        (("--label", "y", "--keep", "y"), 2, "y is the label"),
        (("--label", "y", "--leave-out", "y"), 2, "y is the label"),
    ],
)
def test_whatever_is_wrong_is_one_message(
    file: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    assert type_("new", "churn", "--from", str(file), *arguments) == code
    error = capsys.readouterr().err
    assert told in " ".join(error.split())
    assert error.count("error:") == 1
    assert "Traceback" not in error
    assert not (file.parent / "models" / "churn").exists()
    assert not [*(file.parent / ".modelyard" / "datasets").glob("*")]


def test_a_tab_can_be_typed(checkout: Path) -> None:
    (checkout / "t.txt").write_text(csv_text(labelled(), divider="\t"))
    given = ("--from", str(checkout / "t.txt"), "--label", "y", "--delimiter", "\\t")
    assert type_("new", "churn", *given) == 0
    assert type_("check", "churn") == 0
    assert sum(1 for _ in batches_of(checkout, "churn")) == 1


def test_what_a_model_was_made_from_outlives_a_refusal(file: Path) -> None:
    assert type_("new", "churn", "--from", str(file), "--label", "y") == 0
    kept = file.parent / ".modelyard" / "datasets"
    before = sorted(each.name for each in kept.iterdir())
    assert type_("new", "other", "--from", str(file), "--label", "z") == 2
    assert sorted(each.name for each in kept.iterdir()) == before


def test_of_many_columns_those_alike_are_counted_and_the_others_named(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = {f"m{k}": lambda n, k=k: n * (k + 1) % 17 for k in range(80)}
    content = csv_text(labelled(email=lambda n: f"a{n}@example.org", **numbers))
    (checkout / "wide.csv").write_text(content)
    arguments = ("--from", str(checkout / "wide.csv"), "--label", "y", "--features", "20")
    assert type_("new", "wide", *arguments) == 0
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "email string left out: looks like an e-mail address" in told
    assert "and 12 more feature" in told
    left = "left out: tells little alone: only the 20 strongest columns are taken"
    assert f"and 49 more {left}" in told


@pytest.mark.parametrize(
    ("names", "label", "told"),
    [
        ("1,0.736,0.964,yes", "yes", "no names? 1, 0.736, 0.964, yes may be values"),
        ("a,b,c,yes", "yes", "no names? yes may be values"),
        ("a,x,x,y", "y", "equal names x, x_2 have another column's name"),
        ("a,2019,2020,y", "y", ""),
    ],
)
def test_names_that_may_be_none_or_come_twice_are_to_be_looked_at(
    checkout: Path, capsys: pytest.CaptureFixture[str], names: str, label: str, told: str
) -> None:
    rows = (f"{n * 37 % 101},{n * 7 % 31},{n % 13},{'yes' if n % 3 else 'no'}" for n in range(120))
    (checkout / "t.csv").write_text("\n".join([names, *rows]))
    given = ("--from", str(checkout / "t.csv"), "--label", label)
    assert type_("new", "churn", *given) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert told in said
    assert bool(told) == ("no names?" in said or "equal names" in said)
