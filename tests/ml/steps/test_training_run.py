"""A run leads from rows to a registered, signed version; each step says what it lacks."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sklearn.datasets import load_diabetes

from ml.canonical import digest_of
from ml.deployment.package import MANIFEST, SIGNATURE
from ml.deployment.predictors import load_predictor
from ml.deployment.registry import Registry
from ml.deployment.signing import PublicKeys
from ml.deployment.store import Folder, fetch_package
from ml.development.scored import Scored
from ml.development.split import split_by_hash
from ml.failures import StepError
from ml.spec import load_model
from ml.steps import evaluate, gate, package, refit, register, train
from ml.steps.champion import opponent
from tests.ml.conftest import Account

pytestmark = pytest.mark.slow

IMAGE = "sha256:" + "a" * 64
TABLE = {"name": "patients", "uri": "s3://lake/curated/patients", "version": 3}


class Run:
    """The training run of the diabetes model in an emulated account."""

    def __init__(self, account: Account, run: str) -> None:
        self.account, self.run = account, run
        self.flags = ["--model", "diabetes", "--artifacts", f"s3://{account.bucket}"]
        self.flags += ["--run", run]
        rows = patients()
        split = split_by_hash(rows, keys=["key_patient"], fraction=0.25, seed=7)
        for name, frame in (("training", split.training), ("holdout", split.holdout)):
            buffer = io.BytesIO()
            frame.write_parquet(buffer)
            self.put(f"{name}.parquet", buffer.getvalue())
        features = {"tables": [TABLE], "window": None, "source": "s3://lake"}
        self.put("features.json", json.dumps(features).encode())

    def put(self, name: str, content: bytes) -> None:
        key = f"runs/diabetes/{self.run}/{name}"
        self.account.s3.put_object(Bucket=self.account.bucket, Key=key, Body=content)

    def content(self, name: str) -> bytes:
        key = f"runs/diabetes/{self.run}/{name}"
        answer = self.account.s3.get_object(Bucket=self.account.bucket, Key=key)
        content: bytes = answer["Body"].read()
        return content

    def names(self) -> set[str]:
        found = self.account.s3.list_objects_v2(
            Bucket=self.account.bucket, Prefix=f"runs/diabetes/{self.run}/"
        )
        return {item["Key"].rpartition("/")[2] for item in found["Contents"]}

    def json(self, name: str) -> Any:
        return json.loads(self.content(name))

    def judge(self, champion: str = "none") -> None:
        train.run(self.flags)
        evaluate.run(self.flags)
        key = ["--signing-key", self.account.key_arn]
        gate.run([*self.flags, "--champion", champion, *key])
        refit.run(self.flags)

    def package(self, sha: str = "abc") -> None:
        more = ["--image", IMAGE, "--git-sha", sha, "--signing-key", self.account.key_arn]
        package.run([*self.flags, *more, "--environment", "prod"])

    def register(self) -> None:
        register.run([*self.flags, "--group", "diabetes"])

    @property
    def uri(self) -> str:
        return f"s3://{self.account.bucket}/packages/diabetes/{self.run}"


def patients() -> pl.DataFrame:
    data = load_diabetes()
    values = {n: data.data[:, i].astype("float32") for i, n in enumerate(data.feature_names)}
    count = len(data.target)
    return pl.DataFrame(values).with_columns(
        pl.Series("label", data.target), pl.Series("key_patient", [f"p{i}" for i in range(count)])
    )


@pytest.fixture
def group(account: Account) -> Registry:
    account.sagemaker.create_model_package_group(ModelPackageGroupName="diabetes")
    return Registry(sagemaker=account.sagemaker, group="diabetes")


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


def test_the_champion_is_judged_on_the_same_rows(account: Account, group: Registry) -> None:
    first, second = Run(account, "first"), Run(account, "second")
    first.judge()
    first.package()
    second.judge(champion=first.uri)
    found = second.json("gate.json")
    assert found["against"] == "champion"
    assert found["champion"]["run"] == "first"
    over = next(rule for rule in found["rules"] if rule["name"] == "mae over champion")
    assert over["candidate"] == pytest.approx(over["reference"], abs=1e-3)
    assert over["status"] == "passed"  # the spec allows an equal candidate


def test_a_champion_with_one_changed_bit_stops_the_gate(account: Account) -> None:
    first, second = Run(account, "first"), Run(account, "second")
    first.judge()
    first.package()
    folder = Folder.at(account.s3, first.uri)
    content = bytearray(folder.read("model.onnx"))
    content[len(content) // 2] ^= 1
    folder.write("model.onnx", bytes(content))
    with pytest.raises(StepError, match=r"model.onnx: bytes differ from those that were signed"):
        second.judge(champion=first.uri)


def test_a_champion_is_never_opened_without_a_key(account: Account) -> None:
    run = Run(account, "first")
    train.run(run.flags)
    evaluate.run(run.flags)
    with pytest.raises(StepError, match="needs --signing-key"):
        gate.run([*run.flags, "--champion", run.uri])


def test_a_champion_that_saw_the_holdout_or_needs_other_features_is_told(
    account: Account,
) -> None:
    run = Run(account, "first")
    run.judge()
    run.package()
    spec = load_model(Path("models/diabetes"))
    opened = gate._champion(run.uri, account.key_arn, spec)
    scored = Scored(frame=pl.DataFrame({"score_candidate": [1.0]}), task="regression")
    # As packages were before anything was refitted.
    lineage = json.dumps({"rows": {"training_last_day": "2013-05-09"}}).encode()
    champion = replace(opened, contents={**opened.contents, "lineage.json": lineage})
    faced = opponent(champion, spec, "2013-05-06")
    _, rules = gate._face(faced, scored, pl.DataFrame({"age": [1.0]}))
    assert [rule.status for rule in rules] == ["insufficient", "failed"]
    assert "columns missing: sex" in rules[1].text


def test_a_failed_gate_is_registered_so_that_it_can_be_waived(
    account: Account, group: Registry
) -> None:
    run = Run(account, "noise")
    buffer = io.BytesIO()
    rows = split_by_hash(patients(), keys=["key_patient"], fraction=0.25, seed=7).training
    rows.with_columns(pl.col("label").shuffle(seed=1)).write_parquet(buffer)
    run.put("training.parquet", buffer.getvalue())
    run.judge()
    run.package()
    run.register()
    assert group.get("1").registration.gate == "failed"
    assert group.get("1").approval == "PendingManualApproval"


def test_a_model_changed_between_steps_is_refused(account: Account) -> None:
    run = Run(account, "first")
    train.run(run.flags)
    run.put("model.skops", b"PK\x03\x04 something else")
    with pytest.raises(StepError, match="has changed since `train` wrote it"):
        evaluate.run(run.flags)


def test_a_step_names_the_step_that_must_run_first(account: Account) -> None:
    run = Run(account, "first")
    with pytest.raises(StepError, match="run the step `train` of this run first"):
        evaluate.run(run.flags)
    with pytest.raises(StepError, match="is no run id"):
        train.run([*run.flags[:-1], "../other"])


def test_a_gate_result_changed_after_sealing_is_not_registered(
    account: Account, group: Registry
) -> None:
    run = Run(account, "first")
    run.judge()
    run.package()
    folder = Folder.at(account.s3, run.uri)
    folder.write("gate.json", folder.read("gate.json").replace(b"passed", b"gessad"))
    with pytest.raises(StepError, match=r"gate.json differs from the one that was sealed"):
        run.register()
    assert digest_of(folder.read(MANIFEST)).startswith("sha256:")


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
