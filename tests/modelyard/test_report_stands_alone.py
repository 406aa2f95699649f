"""The report is one file that loads nothing, shows gaps, and lets no datum become script."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from modelyard.report import charts
from modelyard.report.facts import Facts
from modelyard.report.render import render, write
from tests.modelyard.example_facts import facts

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page() -> str:
    return render(facts())


def body_of(page: str) -> str:
    """The page without its two scripts and its style."""
    return re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", body_of(page))
    assert "<script src" not in page
    assert "@import" not in page
    assert "url(" not in re.findall(r"<style>(.*?)</style>", page, re.DOTALL)[0]


def test_it_shows_versions_gates_and_history(page: str) -> None:
    body = body_of(page)
    for shown in ("0.7680", "0.6620", "passed", "rolled back", "grace", "weather", "110,299"):
        assert shown in body
    assert "gain +0.0035 [-0.0020, +0.0140]" in body


def test_a_broken_ledger_and_what_is_missing_are_shown(page: str) -> None:
    body = body_of(page)
    assert "entry 2 is missing" in body
    assert "chain broken" in body
    assert "Not everything could be read" in body


def test_no_datum_becomes_script(page: str) -> None:
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    hostile = replace(
        facts(),
        stories={
            "churn": {
                "chapters": {
                    "x": {
                        "name": "x",
                        "title": "</script><script>alert(2)</script>",
                        "seconds": 1.0,
                        "evidence": "",
                        "at": "",
                        "facts": {},
                    }
                },
                "traffic": [],
            }
        },
    )
    assert "<script>alert(2)" not in render(hostile)


def test_every_chart_has_its_place(page: str) -> None:
    places = set(re.findall(r'data-chart="([^"]+)"', page))
    assert places == {
        "flight_delay-roc_auc",
        "flight_delay-average_precision",
        "flight_delay-gains",
        "diabetes-mae",
        "diabetes-rmse",
        "diabetes-r2",
        "diabetes-gains",
        "flight_delay-traffic",
        "flight_delay-timings",
        "churn-timings",
        "prod-flight_delay-life",
        "prod-flight_delay-retrained",
        "prod-flight_delay-features",
        "prod-wine-life",
        "prod-wine-features",
        "prod-diabetes-life",
        "prod-diabetes-features",
    }


def test_each_story_is_shown_with_its_model_and_none_with_anothers(page: str) -> None:
    ours, theirs = (
        body_of(page).partition(f"<h2>{model}: its story in seconds</h2>")[2].partition("<h2>")[0]
        for model in ("flight_delay", "churn")
    )
    assert ("110,299 flights" in ours, "customers.csv" in ours) == (True, False)
    assert ("110,299 flights" in theirs, "customers.csv" in theirs) == (False, True)
    assert "churn: traffic of its story" not in page


def test_a_model_of_several_classes_is_shown_by_its_own_metrics() -> None:
    measured = {"log_loss": 0.1, "accuracy": 0.98, "macro_f1": 0.97, "roc_auc_ovr": 0.9979}
    usual = {"log_loss": 0.8, "accuracy": 0.55, "macro_f1": 0.47, "roc_auc_ovr": 0.7676}
    wine = replace(
        facts().versions[0],
        model="wine",
        metrics={"metrics": {"candidate": measured, "baseline": usual}},
    )
    page = render(replace(facts(), versions=[wine]))
    for shown in ("each class against the rest", "macro F1", "0.9979", "0.7676", "0.4700"):
        assert shown in page


def test_light_dark_and_narrow_are_provided_for(page: str) -> None:
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


def test_an_empty_platform_has_a_report_too(tmp_path: Path) -> None:
    empty = Facts(
        generated_at="",
        commit="",
        target="sandbox",
        environments=[],
        versions=[],
        data=[],
        ledgers=[],
    )
    path = write(empty, tmp_path / "report.html")
    assert "environments up" in path.read_text()
    assert "how it lives" not in path.read_text()


def test_intervals_are_drawn_with_what_was_asked() -> None:
    spec = charts.gains(facts().versions)
    assert spec is not None
    [rows] = (
        [d["values"] for d in [spec["data"]]]
        if "values" in spec["data"]
        else [next(iter(spec["datasets"].values()))]
    )
    assert {"low": -0.002, "high": 0.014, "asked": 0.02}.items() <= next(
        row for row in rows if row["rule"] == "prod v2: roc_auc over champion"
    ).items()
    assert json.dumps(spec)
