"""A month that had just begun when a model was judged does not look like a collapse."""

from types import SimpleNamespace
from typing import Any

from modelyard.report import charts


def version(label: str, **rows: int) -> Any:
    months = [
        {"month": f"2024-{name[1:]}", "labelled_rows": count, "candidate": {"roc_auc": 0.7}}
        for name, count in rows.items()
    ]
    return SimpleNamespace(label=label, metrics={"months": months})


def pale(*versions: Any) -> list[tuple[str, str]]:
    spec = charts.quality_by_month(versions, "roc_auc")
    assert spec is not None
    lines, dots = spec["layer"]
    assert lines["transform"] == [{"filter": "!datum.few"}]
    assert dots["encoding"]["opacity"]["condition"]["test"] == "datum.few"
    return [(row["who"], row["month"]) for row in spec["data"]["values"] if row["few"]]


def test_it_is_pale_and_no_line_leads_there() -> None:
    assert pale(version("v1", m05=1200, m06=1250, m07=60)) == [("v1", "2024-07")]


def test_a_version_that_was_judged_on_a_sample_is_held_against_itself() -> None:
    large = version("v1", m05=12_000, m06=12_500)
    assert pale(large, version("v2", m05=120, m06=125)) == []
