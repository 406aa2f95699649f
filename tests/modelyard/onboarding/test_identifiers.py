"""A column that names who rows belong to is no feature, and no mirror has it in the clear."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ml.data.contract import load_contract
from ml.model_folder import folder_problems
from modelyard.onboarding.caveats import warnings
from modelyard.onboarding.making import make_model
from modelyard.onboarding.plan import Plan, Role
from modelyard.onboarding.request import Request
from modelyard.onboarding.telling import assumptions
from modelyard.onboarding.writing.spec_text import spec_text
from tests.modelyard.onboarding.files import column, csv_text, labelled, names, planned

ROWS = 600
Make = Callable[[int], Any]


def table(columns: dict[str, Make], rows: int = ROWS) -> str:
    """A file of these columns, with a feature and a label."""
    return csv_text({**columns, **labelled()}, rows)


def told(tmp_path: Path, name: str, make: Make) -> str:
    """Why a column is left out."""
    return planned(tmp_path, table({name: make})).columns[0].why


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("customer_id", lambda n: n % 120 + 7000),
        ("Customer ID", lambda n: f"{n % 120 + 7000}.0"),
        ("customer_id", lambda n: f"C-{n % 120}"),
        ("id", lambda n: f"{n % 120:05d}"),
        ("deviceUUID", lambda n: f"{n % 120:08x}-4f3a"),
        ("row_id", lambda n: n % 120),
        ("guid", lambda n: "" if n < 60 else n % 120),
    ],
)
def test_an_identifier_with_several_rows_each_is_left_out(
    tmp_path: Path, name: str, make: Make
) -> None:
    plan = planned(tmp_path, table({name: make}))
    found = plan.columns[0]
    assert found.role is Role.LEFT_OUT
    each = "4.5" if name == "guid" else "5.0"
    assert found.why == f"is an identifier: 120 different values, {each} rows each"
    assert found.restricted
    assert found.name in plan.pseudonyms
    assert plan.group == found.name


@pytest.mark.parametrize(
    ("rows", "values", "left_out"),
    [(600, 12, False), (600, 50, False), (600, 51, True), (120, 12, False), (120, 24, True)],
)
def test_a_few_branches_stay_a_feature(
    tmp_path: Path, rows: int, values: int, left_out: bool
) -> None:
    plan = planned(tmp_path, table({"store_id": lambda n: n % values}, rows))
    assert (column(plan, "store_id").role is Role.LEFT_OUT) == left_out
    assert (plan.group == "store_id") == left_out


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("zip_code", lambda n: n % 120),
        ("pipe_id", lambda n: f"{n % 120 * 0.3:.1f}"),
        ("paid", lambda n: n % 120),
        ("humidity", lambda n: n % 120),
    ],
)
def test_what_is_not_strictly_called_an_identifier_stays(
    tmp_path: Path, name: str, make: Make
) -> None:
    assert told(tmp_path, name, make) in ("", "looks like an address")


def test_one_that_differs_in_nearly_every_row_is_said_to_as_before(tmp_path: Path) -> None:
    why = told(tmp_path, "order_id", lambda n: max(n, 1) * 3)
    assert why == "is an identifier: another number in nearly every row"


def test_the_owner_may_keep_it_or_leave_it_out(tmp_path: Path) -> None:
    content = table({"customer_id": lambda n: n % 120})
    kept = planned(tmp_path, content, keep=("customer_id",))
    assert "customer_id" in names(kept.features)
    assert (kept.group, kept.restricted) == ("", ())
    left = column(planned(tmp_path, content, leave_out=("customer_id",)), "customer_id")
    assert (left.why, left.restricted) == ("you left it out", True)


def test_it_is_told_apart_from_what_the_mirror_drops(tmp_path: Path) -> None:
    content = table({"customer_id": lambda n: n % 120, "email": lambda n: f"a{n}@example.org"})
    found = dict(warnings(planned(tmp_path, content)))
    assert found["personal"].startswith("email (an e-mail address): no features, dropped")
    assert found["identifiers"].startswith("customer_id: no features, pseudonyms in the mirror")


@pytest.mark.parametrize(
    ("columns", "group"),
    [
        # Orders of one customer are rows of that customer.
        ({"order_id": lambda n: n // 2, "customer_id": lambda n: n // 10}, "customer_id"),
        ({"film_id": lambda n: n * 7 % 60, "user_id": lambda n: n % 150}, "user_id"),
        ({"visit_id": lambda n: n, "user_id": lambda n: n % 150}, "user_id"),
        ({"store_id": lambda n: n % 12}, ""),
        ({}, ""),
    ],
    ids=["the one that holds another", "the most values", "no key", "few", "none"],
)
def test_the_rows_of_one_identifier_belong_together(
    tmp_path: Path, columns: dict[str, Make], group: str
) -> None:
    assert planned(tmp_path, table(columns)).group == group


def test_a_part_of_the_key_that_repeats_groups_its_rows(tmp_path: Path) -> None:
    content = table({"user_id": lambda n: n % 150, "turn": lambda n: n // 150})
    assert planned(tmp_path, content, key=("user_id", "turn")).group == "user_id"
    alone = table({"user_id": lambda n: max(n, 1)})
    assert planned(tmp_path, alone, key=("user_id",)).group == ""


@pytest.mark.slow
def test_the_contract_and_the_spec_keep_it_from_the_mirror(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    file = tmp_path / "visits.csv"
    file.write_text(table({"customer_id": lambda n: n % 120, "note": lambda n: f"n{n}"}))
    folder = make_model(tmp_path, Request(model="m", file=file, label="y"), force=False).folder
    assert folder_problems(folder) == []
    contract = load_contract(folder / "contract.yaml").tables["m"]
    assert [c.name for c in contract.columns if c.restricted] == ["row_id", "customer_id", "note"]
    spec = yaml.safe_load((folder / "model.yaml").read_text())
    data = spec["data"]
    assert data["redaction"]["tables"]["m"] == {
        "pseudonyms": {"row_id": "row_id", "customer_id": "customer_id"},
        "drop": ["note"],
    }
    assert "customer_id" in data["outcomes"]
    assert spec["gates"]["holdout_by"] == "customer_id"


def test_the_rows_of_one_are_held_out_together_where_no_days_are(tmp_path: Path) -> None:
    columns: dict[str, Make] = {
        "user_id": lambda n: n % 150,
        "seen_at": lambda n: f"2024-0{n // 100 + 1}-{n % 28 + 1:02d}",
    }
    days = planned(tmp_path, table(columns))
    assert (days.group, days.holdout.days is None) == ("user_id", False)
    assert "holdout_by" not in spec_text(days, file="t.csv", owner="me")
    assert "user_id" not in dict(topics(days))["holdout"]
    shares = planned(tmp_path, table(columns), time="none")
    assert "holdout_by: user_id" in spec_text(shares, file="t.csv", owner="me")
    told = "25% of all user_id, each with its rows, judge the model"
    assert dict(topics(shares))["holdout"] == told
    # Not of 600 rows: those of one user are one piece of evidence.
    assert (shares.holdout.groups, shares.holdout.minimum) == (150, 19)
    assert "few user_id" not in dict(warnings(shares))


def test_too_few_to_hold_some_out_are_told(tmp_path: Path) -> None:
    few = planned(tmp_path, table({"user_id": lambda n: n % 24 if n else ""}, rows=121))
    assert (few.holdout.groups, few.holdout.minimum) == (25, 10)
    assert dict(warnings(few))["few user_id"].startswith("about 6 of 25 are held out, and fewer")


def topics(plan: Plan) -> list[tuple[str, str]]:
    """What was assumed, by topic."""
    return [(topic, assumed) for topic, assumed, _ in assumptions(plan)]
