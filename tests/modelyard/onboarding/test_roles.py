"""What each column is for is inferred; what cannot be a feature is left out with a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelyard.errors import RefusedError, UsageError
from modelyard.onboarding.plan import Role
from tests.modelyard.onboarding.files import ROWS, column, csv_text, labelled, names, planned

NOISE = ["quick", "brown", "fox", "jumps", "over", "lazy", "dogs", "often"]


def sentence(n: int) -> str:
    return " ".join(NOISE[(n * k) % 8] for k in range(1, 9)) + f" {n}"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda n: "", "has no value in any row"),
        (lambda n: "NA", "has no value in any row"),
        (lambda n: "same", "is 'same' in every row"),
        (lambda n: 7, "is '7' in every row"),
        (sentence, "is free text"),
        (lambda n: f"ref{n * 7919 % 1000:x}", "is an identifier"),
        (lambda n: f"a{n}@example.org", "looks like an e-mail address"),
        (lambda n: f"+49 170 {n:07d}", "looks like a phone number"),
        (lambda n: f"DE89 3704 0044 0532 {n:04d} 00", "looks like a bank account"),
        (lambda n: f"192.168.0.{n}", "looks like a network address"),
        (lambda n: f"{n} Elm Street", "looks like an address"),
        (lambda n: f"Frau {'ABC'[n % 3]}nna M{n}", "looks like a name"),
    ],
)
def test_a_column_that_is_no_feature_says_why(
    tmp_path: Path, make: Callable[[int], Any], why: str
) -> None:
    found = column(planned(tmp_path, csv_text(labelled(some=make)), key=("none",)), "some")
    assert found.role is Role.LEFT_OUT
    assert found.why.startswith(why)


@pytest.mark.parametrize(
    "name", ["e_mail", "Phone", "First Name", "surname", "date_of_birth", "IBAN", "zip", "SSN"]
)
def test_a_name_alone_can_say_that_a_column_is_personal(tmp_path: Path, name: str) -> None:
    content = csv_text(labelled(**{name: lambda n: n % 17}))
    plan = planned(tmp_path, content)
    assert [each.original for each in plan.columns if each.personal] == [name]
    assert plan.columns[1] in plan.restricted


def test_an_owner_decides_what_is_kept_and_what_is_left_out(tmp_path: Path) -> None:
    content = csv_text(labelled(zip=lambda n: n % 17, other=lambda n: n % 5))
    plan = planned(tmp_path, content, keep=("zip",), leave_out=("other",))
    assert names(plan.features) == ["x", "zip"]
    assert column(plan, "other").why == "you left it out"
    assert not column(plan, "zip").restricted


def test_a_key_is_found_by_name_and_by_its_values(tmp_path: Path) -> None:
    plan = planned(tmp_path, csv_text(labelled(customer_id=lambda n: n * 3 + 5)))
    assert plan.key == ("customer_id",)
    assert column(plan, "customer_id").restricted
    plan = planned(tmp_path, csv_text(labelled(income=lambda n: n * 3 + 5)))
    assert plan.key == ("row_id",)
    assert "income" in names(plan.features)


def test_a_key_of_many_rows_is_found_however_they_are_estimated(tmp_path: Path) -> None:
    content = csv_text(labelled(customer_id=lambda n: 100_000 + n), rows=50_000)
    assert planned(tmp_path, content).key == ("customer_id",)
    content = csv_text(labelled(customer_id=lambda n: 100_000 + max(n, 1)), rows=50_000)
    assert planned(tmp_path, content).key == ("row_id",)


@pytest.mark.parametrize("first", [2**63 - 200, 2**64 - 200, 10**19])
def test_long_numbers_name_rows_as_they_are(tmp_path: Path, first: int) -> None:
    content = csv_text(labelled(customer_id=lambda n: first + n))
    assert planned(tmp_path, content, key=("customer_id",)).key == ("customer_id",)
    plan = planned(tmp_path, content)
    assert plan.key == ("customer_id",)
    assert column(plan, "customer_id").profile.distinct == ROWS


def test_whole_copies_of_rows_do_not_hide_the_key(tmp_path: Path) -> None:
    content = csv_text(labelled(customer_id=str))
    plan = planned(tmp_path, content + content.splitlines()[5] + "\n")
    assert (plan.key, plan.copies) == (("customer_id",), 1)


def test_a_key_that_names_no_row_is_refused(tmp_path: Path) -> None:
    content = csv_text(labelled(branch=lambda n: n % 40))
    with pytest.raises(RefusedError, match="branch is no key: 80 of 120 rows repeat"):
        planned(tmp_path, content, key=("branch",))


def test_key_and_time_together_may_name_a_row(tmp_path: Path) -> None:
    content = csv_text(
        labelled(
            branch=lambda n: f"b{n % 4}",
            seen=lambda n: f"2024-{n // 4 // 25 + 1:02d}-{n // 4 % 25 + 1:02d}",
        )
    )
    plan = planned(tmp_path, content, key=("branch",), time="seen")
    assert plan.key == ("branch", "seen")
    assert plan.time is not None
    assert plan.time.name == "seen"


def day(n: int) -> str:
    return f"2024-{n // 28 + 1:02d}-{n % 28 + 1:02d}"


def test_the_one_column_of_days_is_when_the_question_is_asked(tmp_path: Path) -> None:
    plan = planned(tmp_path, csv_text(labelled(seen_at=day)))
    assert plan.time is not None
    assert plan.time.name == "seen_at"
    assert plan.holdout.days == 26
    assert planned(tmp_path, csv_text(labelled(seen_at=day)), time="none").time is None
    two = planned(tmp_path, csv_text(labelled(seen_at=day, paid_at=day)))
    assert two.time is None
    assert {"seen_at", "paid_at"} <= set(names(two.features))
    assert planned(tmp_path, csv_text(labelled(signup_date=day))).time is None


def test_seconds_since_1970_are_a_time_where_they_are_said_to_be(tmp_path: Path) -> None:
    content = csv_text(labelled(ts=lambda n: 1_700_000_000 + n * 86_400))
    plan = planned(tmp_path, content, time="ts")
    assert plan.time is not None
    assert plan.time.profile.kind.formats == ("epoch seconds",)
    with pytest.raises(RefusedError, match="x holds no time that can be read"):
        planned(tmp_path, content, time="x")


def test_days_too_few_to_hold_out_are_left_out_and_said(tmp_path: Path) -> None:
    content = csv_text(labelled(seen=lambda n: f"2024-01-0{n % 3 + 1}"))
    plan = planned(tmp_path, content, time="seen")
    assert plan.time is None
    assert column(plan, "seen").why == "has 3 labelled days; 10 are needed to hold some out"


@pytest.mark.slow
def test_of_very_many_columns_the_strongest_become_features(tmp_path: Path) -> None:
    noise = {f"n{k}": (lambda n, k=k: (n * (k + 3) ** 5) % 97) for k in range(30)}
    content = csv_text(labelled(**noise, tell=lambda n: (n % 3 > 0) * 5 + n % 7))
    plan = planned(tmp_path, content, most_features=3)
    assert len(plan.features) == 3
    assert "tell" in names(plan.features)
    assert "only the 3 strongest" in plan.of(Role.LEFT_OUT)[0].why


def test_a_column_that_gives_the_label_away_is_named_and_others_are_not(tmp_path: Path) -> None:
    content = csv_text(
        labelled(
            cancelled=lambda n: "x" if n % 3 == 0 else "", hint=lambda n: (n % 3 > 0) * 3 + n % 5
        )
    )
    plan = planned(tmp_path, content)
    assert names([each for each in plan.columns if each.suspect]) == ["cancelled"]


def test_a_label_in_another_unit_gives_it_away(tmp_path: Path) -> None:
    content = csv_text(
        {"x": lambda n: n % 9, "cents": lambda n: n * n * 100, "y": lambda n: n * n}
    )
    assert names([c for c in planned(tmp_path, content).columns if c.suspect]) == ["cents"]


def test_a_wrong_column_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r'There is no column for --label "yy".*mean "y"'):
        planned(tmp_path, csv_text(labelled()), label="yy")
    with pytest.raises(UsageError, match="it cannot be key or time as well"):
        planned(tmp_path, csv_text(labelled()), key=("y",))


def test_a_file_without_anything_to_learn_from_is_refused(tmp_path: Path) -> None:
    content = csv_text({"id": str, "const": lambda n: 1, "y": lambda n: n % 2})
    with pytest.raises(RefusedError, match="No column is left to learn y from: const is '1'"):
        planned(tmp_path, content)


def test_rows_that_equal_others_are_counted(tmp_path: Path) -> None:
    content = csv_text(labelled())
    again = "\n".join(content.splitlines()[1:11]) + "\n"
    plan = planned(tmp_path, content + again)
    assert (plan.rows, plan.copies) == (ROWS + 10, planned(tmp_path, content).copies + 10)
