"""Rows of one customer are on one side of the hold-out, so that nobody is merely recognised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from ml.data.features import feature_table
from ml.data.training_set import training_set
from ml.data.window import Window
from ml.development.scored import CANDIDATE, scored_rows
from ml.development.search import _inner
from ml.development.split import GROUP
from ml.failures import StepError
from ml.spec import ModelSpec, SpecError, load_model
from tests.ml.wines import FEATURES, SPEC, write_folder

CUSTOMERS, EACH = 200, 8
NUMBERS = ["age", "income"]


def customers() -> pl.DataFrame:
    """Eight visits of each: what is asked about them stays, and how it ends is chance."""
    chance = np.random.default_rng(7)
    who = np.repeat(np.arange(CUSTOMERS), EACH)
    return pl.DataFrame(
        {
            "visit": [f"v{number:04d}" for number in range(len(who))],
            "customer_id": who,
            "age": chance.normal(size=CUSTOMERS)[who],
            "income": chance.normal(size=CUSTOMERS)[who],
            "churned": chance.integers(0, 2, CUSTOMERS)[who],
        }
    )


def spec_of(root: Path, holdout_by: str | None = "customer_id", **gates: object) -> ModelSpec:
    named = {"holdout_by": holdout_by} if holdout_by else {}
    folder = write_folder(
        root,
        data={"tables": ["visits"], "entity_key": ["visit"], "label": "churned"},
        features={"columns": dict.fromkeys(NUMBERS, "number")},
        estimator={"task": "classification"},
        gates={
            "holdout_fraction": 0.3,
            "primary": {"metric": "roc_auc", "minimum": 0.6},
            **named,
            **gates,
        },
    )
    (folder / "features.py").write_text(FEATURES.replace("wines", "visits"))
    return load_model(folder)


def judged(spec: ModelSpec) -> float:
    """How well a model that learns rows by heart does on what is held out."""
    table = feature_table(spec, {"visits": customers()})
    rows = training_set(spec, table, Window())
    model = DecisionTreeClassifier(random_state=7)
    model.fit(rows.training.select(NUMBERS), rows.training["label"])
    scores = model.predict_proba(rows.holdout.select(NUMBERS))[:, 1]
    return float(roc_auc_score(rows.holdout["label"], scores))


def test_chance_is_no_better_than_chance(tmp_path: Path) -> None:
    assert judged(spec_of(tmp_path / "spread", holdout_by=None)) > 0.95
    assert judged(spec_of(tmp_path)) < 0.6


def test_no_group_is_on_both_sides_nor_in_the_search_of_parameters(tmp_path: Path) -> None:
    spec = spec_of(tmp_path)
    rows = training_set(spec, feature_table(spec, {"visits": customers()}), Window())
    inner = _inner(rows.training, spec)
    sides = [set(part[GROUP]) for part in (rows.holdout, inner.holdout, inner.training)]
    assert sum(map(len, sides)) == len(set.union(*sides)) == CUSTOMERS
    assert 0.2 < len(sides[0]) / CUSTOMERS < 0.4


def test_whoever_belongs_to_nobody_stands_alone(tmp_path: Path) -> None:
    spec = spec_of(tmp_path)
    nobody = customers().with_columns(customer_id=pl.lit(None, pl.Int64))
    assert feature_table(spec, {"visits": nobody})[GROUP].n_unique() == CUSTOMERS * EACH


def test_the_bootstrap_draws_whole_groups(tmp_path: Path) -> None:
    spec = spec_of(tmp_path)
    held = training_set(spec, feature_table(spec, {"visits": customers()}), Window()).holdout
    scored = scored_rows(
        held,
        task="classification",
        label="label",
        day=None,
        slices=[],
        scores={CANDIDATE: np.zeros(held.height)},
    )
    assert scored.unit == "groups"
    assert len(set(scored.units)) == held[GROUP].n_unique() == held.height / EACH
    assert pl.DataFrame({"u": scored.units, "g": held[GROUP]}).unique().height == max(
        scored.units
    ) + 1  # fmt: skip


def test_without_a_group_there_is_no_such_column(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, holdout_by=None)
    assert GROUP not in feature_table(spec, {"visits": customers()}).columns


def test_a_group_that_the_feature_code_drops_is_named(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, holdout_by="household")
    with pytest.raises(StepError, match=r"no column household, which gates.holdout_by names"):
        feature_table(spec, {"visits": customers()})


def test_where_days_are_held_out_no_group_is(tmp_path: Path) -> None:
    dated = {**SPEC["data"], "event_time": "seen_at", "day": "day"}
    gates = {**SPEC["gates"], "holdout_days": 28, "holdout_by": "customer_id"}
    del gates["holdout_fraction"]
    with pytest.raises(SpecError, match=r"gates.holdout_by: not allowed here"):
        load_model(write_folder(tmp_path, data=dated, gates=gates))
