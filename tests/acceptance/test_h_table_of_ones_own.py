"""Promise: a table of one's own is in production and watched after `model new` and `make up`."""

import random
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.checkout import Checkout, Done
from tests.acceptance.telling import STAGES, story

pytestmark = pytest.mark.engine

MODEL, ROWS = "churn", 600
PLANS = ("basic", "plus", "family")
ALARMS = ("mean_prediction", "label_rate", "performance")
SLICE = 50
"""Rows: the fewest that a slice may have."""
JUDGED_FROM = 6
"""As many slices have to be known before one is judged."""


def customers() -> str:
    """Customers in no order of time: those leave who are new, call often and pay for little."""
    draw = random.Random(5)
    lines = ["customer_id,tenure_months,calls,plan,churned"]
    for number in range(ROWS):
        tenure, calls, plan = draw.randint(1, 72), draw.randint(0, 9), draw.choice(PLANS)
        leaning = calls * 0.5 - tenure * 0.06 + (plan == "basic")
        churned = "yes" if leaning + draw.gauss(0, 1) > 0 else "no"
        lines.append(f"C{number:05d},{tenure},{calls},{plan},{churned}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def made(deployed: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """What `model new` said; the folder is committed, and the file is nowhere but in the yard."""
    file: Path = tmp_path_factory.mktemp("own") / "customers.csv"
    file.write_text(customers())
    done = deployed.modelyard("model", "new", MODEL, "--from", str(file), "--label", "churned")
    file.unlink()
    deployed.commit(f"Add {MODEL}")
    return done


@pytest.fixture(scope="module")
def told(made: Done, deployed: Checkout) -> Done:
    """The story of it, in one command."""
    return deployed.shell(f"make up MODEL={MODEL}", patience=600)


@pytest.fixture(scope="module")
def chapters(told: Done, deployed: Checkout) -> dict[str, Any]:
    """What it wrote down of each stage."""
    found: dict[str, Any] = story(deployed, MODEL)["chapters"]
    return found


@pytest.fixture(scope="module")
def live(told: Done, deployed: Checkout) -> dict[str, Any]:
    """What `status` says of production."""
    shown = deployed.modelyard("status", "--env", "prod", "--json").json
    [found] = (each for each in shown["environments"][0]["models"] if each["model"] == MODEL)
    return dict(found)


@pytest.fixture(scope="module")
def released(told: Done, deployed: Checkout) -> list[dict[str, Any]]:
    """What the ledger of production says of it."""
    entries = deployed.modelyard("audit", "log", "--env", "prod", "--json").json
    return [each for each in entries if each["model"] == MODEL]


@pytest.fixture(scope="module")
def watched(told: Done, deployed: Checkout) -> dict[str, Any]:
    """What watching found."""
    shown: dict[str, Any] = deployed.modelyard("watch", MODEL, "--json").json
    return shown


def test_model_new_says_what_it_made_of_the_table(made: Done) -> None:
    assert f"models/{MODEL}: {ROWS} rows, 5 columns, 3 of them features" in made.out
    assert "classification" in made.out
    assert f"then: make up MODEL={MODEL}" in made.out


def test_every_stage_is_told_and_made(told: Done, chapters: dict[str, Any]) -> None:
    for number in range(1, len(STAGES) + 2):
        assert f"[{number}/{len(STAGES) + 1}] " in told.told
    assert set(chapters) >= {"data", "development", "staging", "prod", "second", "back", "life"}
    assert chapters["data"]["facts"]["rows"] == {MODEL: ROWS}
    assert sum(chapters["prod"]["facts"]["rows"].values()) == ROWS


def test_the_gate_was_passed_in_every_environment(
    chapters: dict[str, Any], live: dict[str, Any]
) -> None:
    assert chapters["development"]["facts"]["gate"] == "passed"
    assert "gate passed" in chapters["staging"]["evidence"]
    assert live["gate"] == "passed"


def test_a_second_version_was_trained_went_live_and_back(
    live: dict[str, Any], released: list[dict[str, Any]]
) -> None:
    kinds = [each["kind"] for each in released]
    # From the same rows comes no better version: Grace waives its gate, or it passed by a hair.
    agreed = "waived" if "waived" in kinds else "approved"
    assert kinds == ["approved", "released", "retrained", agreed, "released", "rolled_back"]
    first, second = (each["version"] for each in released if each["kind"] == "released")
    assert first != second
    assert live["version"] == first


def test_the_endpoint_answers_with_the_version_that_is_live(
    live: dict[str, Any], deployed: Checkout
) -> None:
    assert live["ready"]
    asked = deployed.modelyard("predict", MODEL, "--env", "prod", "--example", "--json").json
    assert asked["model_version"] == live["version"]
    [chance] = (each["data"] for each in asked["outputs"] if each["name"] == "probability")
    assert chance
    assert all(0 < each < 1 for each in chance)


def test_no_request_failed(told: Done, deployed: Checkout) -> None:
    [run] = story(deployed, MODEL)["traffic"]
    assert run["requests"] > 100
    assert run["failed"] == 0


def test_every_row_was_asked_about_in_slices_and_its_outcome_told(
    watched: dict[str, Any],
) -> None:
    lived = [each for each in watched["weeks"] if each["labelled"]]
    assert {each["rows"] for each in lived} == {SLICE}
    # The first rows fill a slice that the background client began, the last ones fill none.
    assert ROWS - SLICE <= sum(each["labelled"] for each in lived) <= ROWS


def chances(one: dict[str, Any]) -> list[float | None]:
    """How likely a slice is by the signals that may ring; nothing where it cannot be said yet."""
    found = [each["p"] for each in one["findings"] if each["kind"] == "alarm"]
    assert len(found) == len(ALARMS)
    return found


def test_slices_were_judged_and_none_rang(watched: dict[str, Any]) -> None:
    lived = [each for each in watched["weeks"] if each["labelled"]]
    judged = [each for each in lived if all(p is not None for p in chances(each))]
    assert len(judged) >= len(lived) - JUDGED_FROM - 1
    assert judged
    assert [each["broke"] for each in watched["weeks"] if each["broke"]] == []
    assert watched["retrainings"] == []


def test_the_report_has_its_story(told: Done, deployed: Checkout) -> None:
    assert MODEL in (deployed.state / "report.html").read_text()


def test_the_working_tree_stays_clean(told: Done, deployed: Checkout) -> None:
    assert deployed.changes() == ""
