"""The report shows what was made from what, what the mirror hides, and each model's own metric."""

import re
from dataclasses import replace

import pytest

from modelyard.report.charts import quality_by_month
from modelyard.report.facts import Facts
from modelyard.report.figures import metrics_of
from modelyard.report.render import render
from tests.modelyard.example_facts import facts
from tests.modelyard.example_origins import diabetes, lineage, mirror

pytestmark = pytest.mark.slow


def section(page: str, heading: str) -> str:
    """The words of one section, without its marks."""
    found = page.partition(f"<h2>{heading}</h2>")[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


@pytest.fixture(scope="module")
def page() -> str:
    return render(facts())


def test_the_mirror_shows_k_what_was_suppressed_and_what_was_made_coarse(page: str) -> None:
    shown = section(page, "What development may see of production")
    assert "flight_delay flights 5 6 109,119 44 distance flight tailnum model" in shown
    # Nobody could be told by the columns of the weather: k says nothing of it.
    assert "flight_delay weather - - 8,621 0 none none none" in shown


def test_a_table_of_the_mirror_is_shown_with_its_model_only(page: str) -> None:
    assert "churn" not in section(page, "What development may see of production")


def test_a_class_smaller_than_k_stands_out() -> None:
    told = mirror()
    told["tables"]["flights"]["smallest_class"] = 4
    data = [replace(each, mirror=told) for each in facts().data]
    exposed = section(
        render(replace(facts(), data=data)), "What development may see of production"
    )
    assert "4 below k" in exposed
    assert "below k" not in section(render(facts()), "What development may see of production")


def test_who_makes_the_mirror_and_who_reads_it_are_shown_once(page: str) -> None:
    [data] = facts().data
    twice = replace(facts(), data=[data, replace(data, environment="dev")])
    heading = "What development may see of production"
    assert section(render(twice), heading) == section(page, heading)


def test_each_live_version_says_what_it_was_made_from(page: str) -> None:
    shown = section(page, "Where what is live comes from")
    for environment in ("dev", "staging", "prod"):
        assert f"flight_delay: version 1 in {environment}" in shown
    assert "version 2" not in shown
    for said in (
        "run run1",
        "tables curated/flights at version 4, curated/weather at version 3",
        "rows from 2013-01-01 until 2013-05-01",
        "judged a model of 56,533 rows",
        "serves fitted again, of 109,119 rows",
        "compared with the baseline alone",
        "seed 7",
        "libraries python 3.11.7, scikit-learn 1.6.1",
    ):
        assert said in shown


def test_a_sample_is_called_one() -> None:
    versions = [
        replace(each, lineage={**lineage("1"), "sample": 0.3}) for each in facts().versions
    ]
    shown = section(render(replace(facts(), versions=versions)), "Where what is live comes from")
    assert "56,533 rows, a sample of 30%" in shown


def test_where_neither_is_known_neither_is_shown() -> None:
    bare: Facts = replace(
        facts(),
        versions=[replace(each, lineage={}) for each in facts().versions],
        data=[replace(each, mirror={}) for each in facts().data],
    )
    page = render(bare)
    assert "What development may see" not in page
    assert "Where what is live" not in page


def test_what_the_gate_decides_by_is_the_first_metric_of_a_model(page: str) -> None:
    assert metrics_of([diabetes("dev")]) == ["mae", "rmse", "r2"]
    of_r2 = replace(diabetes("dev"), gate_details={"rules": [{"name": "r2 over champion"}]})
    assert metrics_of([of_r2]) == ["r2", "mae", "rmse"]
    quality = section(page, "diabetes: quality")
    assert "Mean absolute error per held-out month" in quality
    assert "mean absolute error baseline root mean squared error baseline held-out" in quality
    assert "44.1800 66.0700 55.0200 76.1000" in quality


def test_a_metric_that_has_no_name_of_its_own_is_shown_where_it_decides() -> None:
    [rule] = diabetes("dev").gate_details["rules"]
    by_loss = replace(
        diabetes("dev"),
        gate_details={"rules": [{**rule, "name": "log_loss over baseline"}]},
        metrics={"metrics": {"candidate": {"log_loss": 0.31}, "baseline": {"log_loss": 0.52}}},
    )
    quality = section(render(replace(facts(), versions=[by_loss])), "diabetes: quality")
    assert "log loss baseline" in quality
    assert "0.3100 0.5200" in quality


def test_a_regression_is_drawn_by_month() -> None:
    drawn = quality_by_month([diabetes("dev")], "mae")
    assert drawn is not None
    [values] = drawn["datasets"].values() if "datasets" in drawn else [drawn["data"]["values"]]
    assert {(row["month"], row["value"]) for row in values} == {
        ("2013-03", 44.18), ("2013-04", 44.18), ("2013-03", 66.07), ("2013-04", 66.07)
    }  # fmt: skip
