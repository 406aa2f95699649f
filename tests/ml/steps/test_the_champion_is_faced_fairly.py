"""A candidate faces the champion that was signed, on rows that neither saw, or is told why not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from ml.deployment.registry import Registry
from ml.deployment.store import Folder
from ml.development.scored import Scored
from ml.failures import StepError
from ml.spec import load_model
from ml.steps import evaluate, gate, train
from ml.steps.champion import opponent
from tests.ml.conftest import Account
from tests.ml.steps.diabetes_run import Run

pytestmark = pytest.mark.slow


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
