"""A watched week is told by alarm and report, and beside its package's baselines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from ml.canonical import canonical, digest_of
from ml.data.lakehouse import Lakehouse
from ml.monitoring.fingerprint import fingerprint
from ml.monitoring.metrics_table import of_week, verdicts
from ml.monitoring.windows import Week
from ml.spec import ModelSpec
from tests.ml.monitoring.lake import answer_day, answer_weeks, answers_of
from tests.ml.steps.heard import CloudWatch
from tests.ml.steps.watched import MODEL, monday, watch, with_two_features

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return with_two_features()


def test_a_break_rings_once_and_at_the_end_of_its_week(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 5)
    answer_day(lake, spec, monday(5), rows=120, rate=0.7)
    answer_day(lake, spec, monday(6))
    rows = watch(lake)
    assert verdicts(of_week(rows, Week(monday(5))))["label_rate"]
    assert not any(verdicts(of_week(rows, Week(monday(4)))).values())
    ((ended, found),) = told.verdicts().items()
    assert ended == datetime(2013, 8, 12, tzinfo=UTC)
    assert (found["label_rate"], found["mean_prediction"]) == (1.0, 1.0)
    assert told.namespaces == {"Modelyard"}
    before = len(told.data)
    watch(lake)
    assert len(told.data) == before


def test_a_report_lies_beside_the_table_for_people_and_programs(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 1)
    watch(lake, "--until", str(monday(1)))
    folder = Path(lake.root, "reports/watch", MODEL)
    report = json.loads((folder / "2013-07-01.json").read_text())
    assert (report["rows"], report["label_coverage"], report["broke"]) == (60, 1.0, [])
    assert "60 rows" in (folder / "2013-07-01.md").read_text()


def test_the_package_that_answered_gives_the_baselines(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    digest = package(lake, spec)
    answer_weeks(lake, spec, 1, package=digest)
    rows = watch(lake, "--until", str(monday(1)))
    beside = rows.filter(pl.col("baseline") == "validation")
    assert beside.height > len(spec.features.columns)
    assert not beside["breach"].any()


def test_a_package_whose_facts_were_changed_gives_none(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    digest = package(lake, spec)
    Path(lake.root, "packages", MODEL, "run", "fingerprint.json").write_bytes(b"{}")
    answer_weeks(lake, spec, 1, package=digest)
    rows = watch(lake, "--until", str(monday(1)))
    assert "validation" not in rows["baseline"].to_list()


def package(lake: Lakehouse, spec: ModelSpec) -> str:
    """A package's facts where packages lie; its digest."""
    predictions, _ = answers_of(spec, monday(0), 200)
    features = predictions.select(
        pl.col(f"input_{name}").alias(name) for name in spec.features.columns
    )
    facts = {
        "fingerprint.json": canonical(
            {
                "training": {},
                "holdout": fingerprint(features),
                "predictions": fingerprint(predictions.select(probability="output_probability")),
            }
        ),
        "metrics.json": canonical({"metrics": {"candidate": {"roc_auc": 0.8}}}),
        "inputs.json": canonical({"task": "classification"}),
    }
    files = {name: {"sha256": digest_of(body), "bytes": len(body)} for name, body in facts.items()}
    manifest = canonical({"files": files})
    folder = Path(lake.root, "packages", MODEL, "run")
    folder.mkdir(parents=True)
    for name, body in {**facts, "manifest.json": manifest}.items():
        (folder / name).write_bytes(body)
    return digest_of(manifest)
