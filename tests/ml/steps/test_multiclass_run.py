"""A label with several classes goes the whole way: the classes are learned once and then kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss

from ml.deployment.predictors import load_judged, load_predictor
from tests.ml.conftest import Account
from tests.ml.steps.wine_run import WineRun
from tests.ml.wines import COLUMNS, CULTIVARS, wines, write_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = write_folder(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


def test_from_rows_to_a_version_that_answers_with_labels(
    account: Account, folder: Path, tmp_path: Path
) -> None:
    account.sagemaker.create_model_package_group(ModelPackageGroupName="wine")
    run = WineRun(account, "first", wines())
    run.whole()
    run.register()

    sealed = run.opened(tmp_path / "cache")
    predictor, contents = load_predictor(sealed), sealed.contents
    described = json.loads(contents["inputs.json"])
    assert described["classes"] == sorted(CULTIVARS) == run.json("training.json")["classes"]
    assert described["outputs"] == [
        {"name": "label", "datatype": "BYTES"},
        {"name": "probabilities", "datatype": "FP64", "width": 3},
    ]
    assert json.loads(contents["formats.json"])["onnx"]["equal"]
    assert json.loads(contents["gate.json"])["status"] == "passed"

    holdout = run.frame("holdout")
    scores = predictor.score(holdout)
    asked = predictor.predict({name: holdout[name].to_numpy() for name in COLUMNS})
    assert (asked["probabilities"] == scores).all()
    assert (asked["label"] == np.array(described["classes"])[scores.argmax(axis=1)]).all()
    found = json.loads(contents["metrics.json"])["metrics"]
    # Served is what learned from the holdout, too; the figures are of what did not.
    judged = load_judged(sealed, described["classes"]).score(holdout)
    labels = np.array(described["classes"])[judged.argmax(axis=1)]
    assert found["candidate"]["accuracy"] == pytest.approx(
        (labels == holdout["label"].to_numpy()).mean(), abs=1e-6
    )
    expected = log_loss(holdout["label"].to_list(), judged)
    assert found["candidate"]["log_loss"] == pytest.approx(expected, abs=1e-5)
    assert found["candidate"]["log_loss"] < 0.3 < found["baseline"]["log_loss"]
    predicted = json.loads(contents["fingerprint.json"])["predictions"]["columns"]
    assert sum(predicted["label"]["categories"].values()) == holdout.height
    assert "| nerello è |" in contents["card.md"].decode()


def test_the_served_form_does_not_change_the_answers(
    account: Account, folder: Path, tmp_path: Path
) -> None:
    run = WineRun(account, "first", wines())
    run.whole()
    sealed = run.opened(tmp_path / "cache")
    without = {name: body for name, body in sealed.contents.items() if name != "model.onnx"}
    onnx, skops = load_predictor(sealed), load_predictor(replace(sealed, contents=without))
    assert onnx.running is not None
    assert skops.pipeline is not None
    rows = run.frame("holdout")
    assert np.abs(onnx.score(rows) - skops.score(rows)).max() < 1e-5


def test_a_class_that_nobody_learned_is_counted_and_told(
    account: Account, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = WineRun(account, "strange", wines())
    holdout = run.frame("holdout")
    strange = holdout.head(4).with_columns(label=pl.lit("zinfandel"))
    run.put_frame("holdout", pl.concat([holdout, strange]))
    run.whole()
    found = run.json("metrics.json")
    last = found["classes"][-1]
    assert (last["class"], last["learned"], last["rows"], last["recall"]) == (
        "zinfandel",
        False,
        4,
        0.0,
    )
    # Four certain misses: the gate sees them, nobody leaves them out.
    assert found["labelled_rows"] == holdout.height + 4
    assert found["metrics"]["candidate"]["log_loss"] > 2
    assert run.json("gate.json")["status"] == "failed"
    assert "4 rows of class 'zinfandel', which nobody learned" in capsys.readouterr().out


def test_a_class_of_one_row_neither_crashes_nor_vanishes(account: Account, folder: Path) -> None:
    run = WineRun(account, "rare", wines())
    training = run.frame("training")
    run.put_frame(
        "training", pl.concat([training, training.head(1).with_columns(label=pl.lit("a"))])
    )
    run.whole()
    known = run.json("metrics.json")["classes"][0]
    assert (known["class"], known["rows"], known["recall"]) == ("a", 0, None)


def test_a_champion_with_other_classes_is_compared_on_all_of_them(
    account: Account, folder: Path
) -> None:
    rows = wines()
    first = WineRun(account, "first", rows.filter(pl.col("cultivar") != "barbera"))
    first.whole()
    second = WineRun(account, "second", rows)
    second.whole(champion=first.uri)
    over = next(
        rule
        for rule in second.json("gate.json")["rules"]
        if rule["name"] == "log_loss over champion"
    )
    assert over["status"] == "passed"
    # The champion gives no chance to a class it never saw.
    assert over["reference"] > over["candidate"] + 3

    third = WineRun(account, "third", rows.filter(pl.col("cultivar") != "barbera"))
    third.put_frame("holdout", second.frame("holdout"))
    third.whole(champion=second.uri)
    lost = next(
        rule
        for rule in third.json("gate.json")["rules"]
        if rule["name"] == "log_loss over champion"
    )
    assert lost["status"] == "failed"
    assert lost["reference"] == pytest.approx(over["candidate"], abs=1e-5)


def test_the_search_uses_the_primary_metric(account: Account, folder: Path) -> None:
    run = WineRun(account, "searched", wines())
    run.whole("none", "--search")
    trials = run.json("training.json")["trials"]
    assert [trial["parameters"]["strength"] for trial in trials] == [1.0, 0.001]
    assert trials[0]["value"] < trials[1]["value"]


def test_digits_are_classes_by_their_value(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole numbers, ten of them and then 10: sorted by value, not as texts."""
    found = load_digits()
    pixels = {f"p{n}": found.data[:600, n] for n in range(64)}
    rows = pl.DataFrame(pixels).with_columns(
        pl.Series("cultivar", found.target[:600] + 1),
        pl.Series("bottle", [f"d{n}" for n in range(600)]),
    )
    gates = {
        "holdout_fraction": 0.3,
        "primary": {"metric": "accuracy", "minimum": 0.85, "margin_over_baseline": 0.5},
        "latency_ms": 1000,
    }
    features = {"columns": dict.fromkeys(pixels, "number")}
    write_folder(tmp_path, features=features, gates=gates)
    monkeypatch.chdir(tmp_path)
    run = WineRun(account, "digits", rows)
    run.whole()
    assert run.json("training.json")["classes"] == [str(n) for n in range(1, 11)]
    assert run.json("formats.json")["onnx"]["equal"]
    assert run.json("gate.json")["status"] == "passed"
