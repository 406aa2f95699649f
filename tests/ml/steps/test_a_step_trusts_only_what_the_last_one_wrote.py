"""A step goes on only from what the step before it wrote, and says what is missing or changed."""

from __future__ import annotations

import pytest

from ml.deployment.registry import Registry
from ml.deployment.store import Folder
from ml.failures import StepError
from ml.steps import evaluate, train
from tests.ml.conftest import Account
from tests.ml.steps.diabetes_run import Run

pytestmark = pytest.mark.slow


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
    assert list(group.versions()) == []
