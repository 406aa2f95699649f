"""A run leads from rows to one registered, signed version, however often its steps run."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from ml.deployment.package import SIGNATURE
from ml.deployment.predictors import load_predictor
from ml.deployment.registry import Registry
from ml.deployment.signing import PublicKeys
from ml.deployment.store import Folder, fetch_package
from ml.failures import StepError
from ml.steps import train
from tests.ml.conftest import Account
from tests.ml.steps.diabetes_run import TABLE, Run, patients
from tests.ml.steps.training_run import IMAGE

pytestmark = pytest.mark.slow


def test_from_rows_to_a_version_that_answers(
    account: Account, group: Registry, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(account, "first")
    run.judge()
    run.package()
    run.register()

    version = group.get("1")
    assert version.registration.gate == "passed"
    assert version.registration.image_digest == IMAGE
    assert version.approval == "PendingManualApproval"
    keys = PublicKeys.from_kms(account.kms, [account.key_arn])
    opened = fetch_package(
        Folder.at(account.s3, version.registration.package_uri),
        tmp_path,
        keys,
        digest=version.registration.package_digest,
        model="diabetes",
        environment="prod",
    )
    metrics = json.loads(opened.read("metrics.json"))["metrics"]
    answers = load_predictor(opened).score(patients())
    assert abs(answers - patients()["label"].to_numpy()).mean() < 50
    assert metrics["candidate"]["mae"] < 50 < 55 < metrics["baseline"]["mae"]
    lineage = json.loads(opened.read("lineage.json"))
    assert lineage["tables"] == [TABLE]
    assert lineage["git_sha"] == "abc"
    assert lineage["image_digest"] == IMAGE
    assert lineage["seed"] == 7
    assert lineage["libraries"]["scikit-learn"] != "absent"
    assert json.loads(opened.read("formats.json"))["onnx"]["equal"]
    assert [field["name"] for field in json.loads(opened.read("inputs.json"))["inputs"]][:3] == [
        "age",
        "sex",
        "bmi",
    ]
    fields = json.loads(opened.read("inputs.json"))["inputs"]
    assert all(field["nullable"] for field in fields), "the estimator imputes"
    assert b"# diabetes" in opened.read("card.md")
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [json.loads(line)["step"] for line in lines] == [
        "train",
        "evaluate",
        "gate",
        "refit",
        "package",
        "register",
    ]


def test_steps_run_again_change_nothing(account: Account, group: Registry) -> None:
    run = Run(account, "first")
    run.judge()
    run.package()
    run.register()
    before = Folder.at(account.s3, run.uri).read(SIGNATURE)
    train.run(run.flags)
    run.package()
    run.register()
    assert Folder.at(account.s3, run.uri).read(SIGNATURE) == before
    assert [version.number for version in group.versions()] == ["1"]
    with pytest.raises(StepError, match="a run is packaged once"):
        run.package(sha="def")


def test_a_failed_gate_is_registered_so_that_it_can_be_waived(
    account: Account, group: Registry
) -> None:
    run = Run(account, "noise")
    rows = run.frame("training")
    run.put_frame("training", rows.with_columns(pl.col("label").shuffle(seed=1)))
    run.judge()
    run.package()
    run.register()
    assert group.get("1").registration.gate == "failed"
    assert group.get("1").approval == "PendingManualApproval"


def test_an_input_that_the_model_needs_is_told_to_callers(account: Account) -> None:
    run = Run(account, "needs")
    run.judge()
    measured = run.json("refitted-formats.json")
    assert measured["not_nullable"] == []
    run.put("refitted-formats.json", json.dumps({**measured, "not_nullable": ["bmi"]}).encode())
    run.package()
    key = f"packages/diabetes/{run.run}/inputs.json"
    stored = account.s3.get_object(Bucket=account.bucket, Key=key)["Body"].read()
    needed = [field["name"] for field in json.loads(stored)["inputs"] if not field["nullable"]]
    assert needed == ["bmi"]
