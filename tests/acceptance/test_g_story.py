"""The whole story is told from empty environments, and told once: what is true stays true."""

import re
from pathlib import Path

import pytest

from tests.acceptance.checkout import Checkout, Done

pytestmark = pytest.mark.engine

STAGES = (
    "Sandbox",
    "Environments",
    "Data",
    "Development",
    "Staging",
    "Prod",
    "Second version",
    "And back",
)


@pytest.fixture(scope="module")
def told(checkout: Checkout) -> Done:
    return checkout.modelyard("story", "--from-empty", patience=900)


def test_every_stage_is_reached_and_says_its_evidence_and_its_seconds(told: Done) -> None:
    headings = re.findall(r"\[(\d)/(\d)\] ([^:]+):", told.told)
    assert headings == [
        (str(number), str(len(STAGES)), name) for number, name in enumerate(STAGES, start=1)
    ]
    assert len(re.findall(r"^.*    .+ \(\d+\.\d s\)$", told.told, re.MULTILINE)) == len(STAGES)


def test_no_request_fails_from_the_first_version_to_the_way_back(told: Done) -> None:
    counted = re.search(r"client sent ([\d,]+) requests, (\d+) failed", told.told)
    assert counted is not None
    assert int(counted[1].replace(",", "")) > 100
    assert counted[2] == "0"


def test_both_models_of_production_and_their_way_are_in_the_ledger(
    told: Done, checkout: Checkout
) -> None:
    entries = checkout.modelyard("audit", "log", "--env", "prod", "--json").json
    kinds = [each["kind"] for each in entries if each["model"] == "flight_delay"]
    assert kinds == ["approved", "released", "approved", "released", "rolled_back"] or kinds == [
        "approved", "released", "waived", "released", "rolled_back"
    ]  # fmt: skip


def test_the_report_lies_where_the_story_says(told: Done, checkout: Checkout) -> None:
    named = re.search(r"report: file://(\S+)", told.told)
    assert named is not None
    page = Path(named[1])
    assert page == checkout.state / "report.html"
    assert "flight_delay" in page.read_text()


def test_the_working_tree_stays_clean(told: Done, checkout: Checkout) -> None:
    assert checkout.changes() == ""


def test_told_again_every_stage_is_already_true(told: Done, checkout: Checkout) -> None:
    again = checkout.modelyard("up").told
    assert again.count(": already true: ") == len(STAGES)
