"""What passed is fitted again on all labelled rows; its figures stay those of what was judged."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from ml.canonical import digest_of
from ml.deployment.package import Package
from ml.deployment.predictors import load_judged, load_predictor
from ml.failures import StepError
from ml.spec import load_model
from ml.steps import gate, refit, train
from ml.steps.champion import opponent
from tests.ml.conftest import Account
from tests.ml.steps.diabetes_run import Run, patients

pytestmark = pytest.mark.slow

SPEC = load_model(Path("models/diabetes"))
DAYS = {
    "05-06": ("served", True),
    "05-01": ("served", True),
    "04-30": ("judged", True),
    "03-06": ("judged", True),
    "03-05": ("judged", False),
}
"""First day of a holdout → the form that answers it, and whether that is fair."""


def opened(run: Run) -> Package:
    return gate._champion(run.uri, run.account.key_arn, SPEC)


def packaged(account: Account, name: str = "first", champion: str = "none") -> tuple[Run, Package]:
    run = Run(account, name)
    run.judge(champion)
    run.package()
    return run, opened(run)


def lineage(package: Package) -> dict[str, Any]:
    return dict(json.loads(package.read("lineage.json")))


def test_a_candidate_that_passed_is_served_refitted_and_both_are_told(account: Account) -> None:
    run, package = packaged(account)
    fitted = lineage(package)["fitted"]
    judged = run.json("training.json")
    assert (fitted["refitted"], fitted["rows"]) == (True, 442)
    assert fitted["judged"]["rows"] == judged["rows"] < 442
    assert fitted["digest"] == digest_of(package.read("model.skops")) != judged["model_digest"]
    assert fitted["judged"]["digest"] == digest_of(package.read("judged.skops"))
    assert fitted["fitted_on"] == "all labelled rows"
    assert json.loads(package.read("formats.json"))["onnx"]["equal"]
    card = package.read("card.md").decode()
    assert f"Served is {fitted['digest']}: the same parameters and seed" in card

    served, once = load_predictor(package).score(patients()), load_judged(package, ())
    difference = np.abs(served - once.score(patients()))
    assert 0 < difference.mean() < 10
    assert fitted["mean_difference"] == pytest.approx(difference.mean(), rel=0.2)
    # The figures are of the candidate, on rows that it never saw.
    assert json.loads(package.read("metrics.json")) == run.json("metrics.json")


def test_a_candidate_that_failed_is_kept_as_it_was_judged(account: Account) -> None:
    run = Run(account, "noise")
    buffer = io.BytesIO()
    rows = pl.read_parquet(io.BytesIO(stored(run, "training.parquet")))
    rows.with_columns(pl.col("label").shuffle(seed=1)).write_parquet(buffer)
    run.put("training.parquet", buffer.getvalue())
    run.judge()
    run.package()
    package = opened(run)
    fitted = lineage(package)["fitted"]
    assert (fitted["refitted"], fitted["reason"]) == (False, "the gate's verdict is failed")
    assert fitted["digest"] == fitted["judged"]["digest"] == digest_of(package.read("model.skops"))
    assert not package.has("judged.skops")
    assert "Served is the model that was judged" in package.read("card.md").decode()


def test_a_model_too_slow_once_refitted_is_served_as_judged(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(account, "slow")
    run.judge()
    gates = SPEC.gates.model_copy(update={"latency_ms": 1e-6})
    monkeypatch.setattr(refit, "spec_of", lambda _: SPEC.model_copy(update={"gates": gates}))
    refit.run(run.flags)
    served = run.json("served.json")
    assert not served["refitted"]
    assert served["digest"] == run.json("training.json")["model_digest"]
    assert served["reason"].startswith("refitted it needs")


def test_only_the_rows_that_were_judged_are_learned_from(account: Account) -> None:
    run = Run(account, "changed")
    run.judge()
    run.put("holdout.parquet", stored(run, "training.parquet"))
    with pytest.raises(StepError, match=r"holdout.parquet of run changed has changed"):
        refit.run(run.flags)


def test_a_candidate_fitted_anew_is_not_packaged_with_another_ones_figures(
    account: Account,
) -> None:
    run = Run(account, "anew")
    run.judge()
    buffer = io.BytesIO()
    pl.read_parquet(io.BytesIO(stored(run, "training.parquet"))).head(200).write_parquet(buffer)
    run.put("training.parquet", buffer.getvalue())
    train.run(run.flags)
    with pytest.raises(StepError, match="was fitted again after it was judged"):
        run.package()


def test_where_rows_have_no_day_the_champion_is_compared_as_it_was_judged(
    account: Account,
) -> None:
    """Refitted it has learned from every entity that is held out, now and for ever."""
    first, champion = packaged(account)
    second, package = packaged(account, "second", champion=first.uri)
    found = second.json("gate.json")
    assert (found["champion"]["form"], found["status"]) == ("judged", "passed")
    over = next(rule for rule in found["rules"] if rule["name"] == "mae over champion")
    assert over["candidate"] == pytest.approx(over["reference"], abs=1e-3)
    # The same rows, parameters and seed: the same bytes, before and after.
    for name in ("model.skops", "model.onnx", "judged.skops"):
        assert champion.read(name) == package.read(name)


def test_another_hash_may_hold_out_what_the_champion_learned_from(account: Account) -> None:
    _, champion = packaged(account)
    assert opponent(champion, SPEC, None).rules == ()
    estimator = SPEC.estimator.model_copy(update={"seed": 8})
    other = SPEC.model_copy(update={"estimator": estimator})
    (rule,) = opponent(champion, other, None).rules
    assert rule.status == "insufficient"
    wider = SPEC.gates.model_copy(update={"holdout_fraction": 0.4})
    (rule,) = opponent(champion, SPEC.model_copy(update={"gates": wider}), None).rules
    assert "smaller holdout_fraction" in rule.text
    grouped = SPEC.gates.model_copy(update={"holdout_by": "sex"})
    (rule,) = opponent(champion, SPEC.model_copy(update={"gates": grouped}), None).rules
    assert "another estimator.seed or holdout_by" in rule.text


def test_with_days_the_newest_form_is_compared_that_did_not_learn_from_the_holdout(
    account: Account,
) -> None:
    """Judged until 5 March, refitted until 30 April: the first version of flight_delay."""
    _, package = packaged(account)
    told = lineage(package)
    told["fitted"]["last_label_day"] = "2013-04-30"
    told["fitted"]["judged"]["last_label_day"] = "2013-03-05"
    contents = {**package.contents, "lineage.json": json.dumps(told).encode()}
    dated = replace(package, contents=contents)
    faced = {day: opponent(dated, SPEC, f"2013-{day}") for day in DAYS}
    assert {day: (one.form, one.rules == ()) for day, one in faced.items()} == DAYS
    assert faced["05-06"].last_label_day == "2013-04-30"
    assert faced["04-30"].last_label_day == "2013-03-05"
    (rule,) = faced["03-05"].rules
    assert (rule.status, rule.name) == ("insufficient", "holdout new to the champion")
    assert faced["05-06"].predictor.running is not None
    assert faced["04-30"].predictor.running is None


def stored(run: Run, name: str) -> bytes:
    key = f"runs/diabetes/{run.run}/{name}"
    answer = run.account.s3.get_object(Bucket=run.account.bucket, Key=key)
    return bytes(answer["Body"].read())
