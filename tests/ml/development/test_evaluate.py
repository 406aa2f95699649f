"""An evaluation tells the whole story: coverage, months, slices, calibration, both models."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ml.canonical import canonical
from ml.development.card import model_card
from ml.development.evaluate import evaluate
from ml.development.scored import Scored, scored_rows
from ml.development.search import search
from ml.spec import load_model
from models.diabetes.estimator import build


def rows() -> Scored:
    frame = pl.DataFrame(
        {
            "label": [0, 1, None, 1, 0, 0],
            "day": [date(2013, m, 1) for m in (5, 5, 5, 6, 6, 6)],
            "origin": ["EWR", "JFK", "EWR", "EWR", "JFK", "JFK"],
        }
    )
    scores = {
        "candidate": np.array([0.1, 0.9, 0.5, 0.6, 0.2, 0.7]),
        "baseline": np.full(6, 0.4),
    }
    return scored_rows(
        frame, task="classification", label="label", day="day", slices=["origin"], scores=scores
    )


def test_rows_without_outcome_count_for_coverage_only() -> None:
    found = evaluate(rows(), slices=["origin"])
    assert (found["rows"], found["labelled_rows"], found["labelled_days"]) == (6, 5, 2)
    assert found["metrics"]["candidate"]["roc_auc"] == pytest.approx(5 / 6, abs=1e-6)
    assert found["metrics"]["baseline"]["roc_auc"] == 0.5


def test_months_and_slices_have_figures_of_their_own() -> None:
    found = evaluate(rows(), slices=["origin"])
    may, june = found["months"]
    assert (may["month"], may["rows"], may["labelled_rows"]) == ("2013-05", 3, 2)
    assert may["mean_prediction"] == 0.5
    assert june["mean_outcome"] == pytest.approx(1 / 3, abs=1e-6)
    assert june["candidate"]["roc_auc"] == 0.5
    assert [part["value"] for part in found["slices"]["origin"]] == ["EWR", "JFK"]


def test_undefined_figures_are_null_so_that_the_result_is_json() -> None:
    only_one_class = rows().frame.filter(pl.col("label") == 1)
    found = evaluate(Scored(frame=only_one_class, task="classification"), slices=[])
    assert found["metrics"]["candidate"]["roc_auc"] is None
    canonical(found)


def test_calibration_tells_a_model_that_exaggerates() -> None:
    generator = np.random.default_rng(0)
    chance = generator.random(20_000)
    labels = (generator.random(20_000) < chance).astype(float)
    frame = pl.DataFrame({"label": labels})

    def error(scores: np.ndarray) -> float:
        scored = scored_rows(
            frame,
            task="classification",
            label="label",
            day=None,
            slices=[],
            scores={"candidate": scores, "baseline": scores},
        )
        return float(evaluate(scored, slices=[])["calibration"]["error"])

    assert error(chance) < 0.02
    assert error(np.clip(chance * 1.5, 0, 1)) > 0.1


def test_the_card_carries_verdict_figures_limits_and_origin() -> None:
    spec = load_model(Path("models/flight_delay"))
    lineage = {
        "run": "run-1",
        "environment": "prod",
        "git_sha": "abc123",
        "image_digest": "sha256:feed",
        "seed": 7,
        "parameters": {"max_iter": 300},
        "tables": [{"name": "flights", "uri": "s3://lake/curated/flights", "version": 4}],
        "fitted": {
            "refitted": True,
            "fitted_on": "all labelled rows until 2013-06-30",
            "digest": "sha256:5e4e",
            "judged": {"digest": "sha256:19d9"},
        },
    }
    rule = {"name": "roc_auc over baseline", "status": "failed", "text": "0.70 against 0.69 | x"}
    gate = {"status": "failed", "against": "baseline", "rules": [rule]}
    card = model_card(spec, lineage=lineage, metrics=evaluate(rows(), slices=[]), gate=gate)
    assert "It **failed** its gate; only a waiver can release it." in card
    assert "The figures are of the candidate, sha256:19d9. Served is sha256:5e4e" in card
    assert "fitted on all labelled rows until 2013-06-30" in card
    assert "| roc_auc over baseline | failed | 0.70 against 0.69 / x |" in card
    assert "| 2013-05 | 3 |" in card
    assert "s3://lake/curated/flights: version 4" in card
    assert all(line in card for line in spec.problem.requirements)


def test_the_search_ranks_every_combination_without_the_holdout() -> None:
    spec = load_model(Path("models/diabetes"))
    generator = np.random.default_rng(0)
    names = list(spec.features.columns)
    values = generator.normal(size=(300, len(names)))
    frame = pl.DataFrame(dict(zip(names, values.T, strict=True))).with_columns(
        pl.Series("label", values[:, 0] * 50 + generator.normal(size=300)),
        pl.Series("key_patient", [f"p{i}" for i in range(300)]),
    )
    trials = search(frame, build, spec)
    assert [t.parameters["alpha"] for t in trials] == [0.1, 0.5, 1.0]
    assert trials[0].value < trials[-1].value
