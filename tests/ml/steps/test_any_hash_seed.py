"""The bytes of a model do not depend on how a process happens to order what it hashes."""

from __future__ import annotations

import pytest

from ml.steps.run_folder import FITTED, MODEL
from tests.ml.conftest import Account
from tests.ml.steps.diabetes_run import Run
from tests.ml.steps.step_process import finished, step_process

pytestmark = pytest.mark.process


def test_two_processes_that_hash_otherwise_fit_the_same_model(reached: Account) -> None:
    runs = [Run(reached, "one"), Run(reached, "two")]
    for seed, run in enumerate(runs, 1):
        code, said = finished(step_process("train", *run.flags, PYTHONHASHSEED=str(seed)))
        assert code == 0, said
    one, two = runs
    assert one.content(MODEL) == two.content(MODEL)
    assert one.json(FITTED) == two.json(FITTED)
