"""A step that finds no room says where in one line and leaves nothing half written.

The limit on the size of files stands for the disk's: the same write is refused.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ml.steps import gate, train
from ml.steps.run_folder import FITTED, GATE, MODEL, TRAINING
from tests.ml.conftest import Account
from tests.ml.steps.diabetes_run import Run
from tests.ml.steps.step_process import finished, step_process
from tests.recovery import Recovery

pytestmark = pytest.mark.process


def test_training_into_a_folder_leaves_no_model_and_fits_once_there_is_room(
    reached: Account, tmp_path: Path, recovery: Recovery
) -> None:
    whole = Run(reached, "whole")
    train.run(whole.flags)
    folder = tmp_path / "runs/diabetes/full"
    folder.mkdir(parents=True)
    for name in (TRAINING, "holdout.parquet"):
        (folder / name).write_bytes(whole.content(name))
    given = {*folder.iterdir()}
    flags = ["--model", "diabetes", "--artifacts", str(tmp_path), "--run", "full"]
    half = len(whole.content(MODEL)) // 2
    code, said = finished(step_process("train", *flags, file_bytes=half))
    assert code == 3
    assert said == f"ml train: {folder / MODEL}: cannot be written: File too large\n"
    assert {*folder.iterdir()} == given
    with recovery.within(30, "a full disk under training, once there is room"):
        train.run(flags)
    assert (folder / FITTED).read_bytes() == whole.content(FITTED)


def test_the_gate_that_cannot_keep_the_champion_decides_nothing(
    reached: Account, tmp_path: Path
) -> None:
    """Of all training steps it alone uses the container's own disk."""
    champion, run = Run(reached, "champion"), Run(reached, "run")
    champion.judge()
    champion.package()
    run.judge()
    reached.s3.delete_object(Bucket=reached.bucket, Key=f"runs/diabetes/run/{GATE}")
    flags = [*run.flags, "--champion", champion.uri, "--signing-key", reached.key_arn]
    half = len(run.content(MODEL)) // 2
    code, said = finished(
        step_process("gate", *flags, file_bytes=half, TMPDIR=str(tmp_path)),
    )
    assert code == 3
    assert said == f"ml gate: the champion cannot be kept in {tmp_path}: File too large\n"
    assert list(tmp_path.iterdir()) == []
    assert GATE not in run.names()
    gate.run(flags)
    assert run.json(GATE)["against"] == "champion"
