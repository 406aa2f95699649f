"""Answers of several classes are watched class by class, each by what its own package calls it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

import ml.steps.watch as step
from ml.canonical import canonical, digest_of
from ml.data.lakehouse import Lakehouse
from ml.data.store import Store
from ml.failures import StepError
from ml.monitoring.metrics_table import MetricsTable
from ml.spec import ModelSpec, load_model
from tests.ml.monitoring.class_lake import FIRST, answer_class_week
from tests.ml.monitoring.test_watching_classes import CLASSES, answers, facts_of
from tests.ml.steps.heard import CloudWatch

pytestmark = pytest.mark.slow

MODEL = "flight_delay"
CALM = 8
OTHERS = ("tram", "bus", "car")


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    """The reference model as if it told three classes apart by one feature."""
    whole = load_model(Path("models") / MODEL)
    primary = whole.gates.primary.model_copy(update={"metric": "log_loss"})
    return whole.model_copy(
        update={
            "features": whole.features.model_copy(update={"columns": {"speed": "number"}}),
            "estimator": whole.estimator.model_copy(update={"task": "multiclass"}),
            "gates": whole.gates.model_copy(update={"primary": primary}),
        }
    )


def packed(lake: Lakehouse, run: str, classes: Sequence[str] = CLASSES) -> str:
    """A package as far as watching reads it; its digest."""
    facts = facts_of(answers(99))
    files = {
        "fingerprint.json": canonical(facts.fingerprint),
        "metrics.json": canonical(facts.metrics),
        "inputs.json": canonical({"task": "multiclass", "classes": list(classes)}),
    }
    listed = {name: {"sha256": digest_of(content)} for name, content in files.items()}
    manifest = canonical({"run": run, "files": listed})
    for name, content in {**files, "manifest.json": manifest}.items():
        Store(lake.root).put(f"packages/{MODEL}/{run}/{name}", content)
    return digest_of(manifest)


def watch(lake: Lakehouse) -> pl.DataFrame:
    until = FIRST + timedelta(weeks=60)
    flags = ["--model", MODEL, "--lake", lake.root, "--artifacts", lake.root]
    step.run([*flags, "--until", until.isoformat()])
    return MetricsTable(lake, MODEL).read()


def of_week(table: pl.DataFrame, number: int, signal: str) -> pl.DataFrame:
    week = FIRST + timedelta(weeks=number)
    return table.filter(
        pl.col("week") == week, pl.col("signal") == signal, pl.col("kind") == "alarm"
    )


def test_a_class_that_becomes_common_rings_by_its_name(lake: Lakehouse, told: CloudWatch) -> None:
    package = packed(lake, "one")
    for number in range(CALM):
        answer_class_week(lake, MODEL, number, package)
    answer_class_week(lake, MODEL, CALM, package, more_trams=3)
    table = watch(lake)
    assert set(of_week(table, CALM, "label_rate")["figure"]) == set(CLASSES)
    broke = table.filter(pl.col("breach"))
    assert set(broke["week"]) == {FIRST + timedelta(weeks=CALM)}
    assert {("label_rate", "tram"), ("mean_prediction", "tram")} <= {
        *broke.select("signal", "figure").iter_rows()
    }
    newest = max(told.verdicts())
    assert told.verdicts()[newest]["label_rate"] == 1


def test_a_version_that_calls_its_columns_otherwise_is_not_taken_for_drift(
    lake: Lakehouse, told: CloudWatch
) -> None:
    before, after = packed(lake, "one"), packed(lake, "two", OTHERS)
    for number in range(CALM):
        answer_class_week(lake, MODEL, number, before)
    answer_class_week(lake, MODEL, CALM, after)
    table = watch(lake)
    assert table.filter(pl.col("breach")).is_empty()
    notes = of_week(table, CALM, "mean_prediction")["note"]
    assert set(notes) == {"not enough history: 0 whole weeks, 6 needed"}


def test_answers_whose_packages_are_gone_say_so(lake: Lakehouse, told: CloudWatch) -> None:
    answer_class_week(lake, MODEL, 0, "sha256:gone")
    with pytest.raises(StepError, match="released packages must be kept"):
        watch(lake)


def test_without_a_complete_week_no_package_is_needed(lake: Lakehouse, told: CloudWatch) -> None:
    answer_class_week(lake, MODEL, 0, "sha256:gone")
    flags = ["--model", MODEL, "--lake", lake.root, "--artifacts", lake.root]
    assert step.run(flags) == 0
