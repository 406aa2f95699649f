"""A run that a restart cuts off is told as failed, and its process does not live on."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from sandbox.sagemaker.definition import Scope
from sandbox.sagemaker.execution import Execution, StepRun
from sandbox.sagemaker.history import History

pytestmark = pytest.mark.process

ARN = "arn:aws:sagemaker:eu-west-1:111111111111:pipeline/train/execution/abc123"


def test_a_restart_fails_what_was_running(tmp_path: Path) -> None:
    execution = Execution(ARN, "111111111111", "eu-west-1", [], Scope({}, {}))
    execution.runs.append(StepRun("train", "Processing", ""))
    earlier = History(tmp_path)
    earlier.keep(execution)
    left = subprocess.Popen(["sleep", "600"])
    earlier.note(execution, left.pid)

    later = History(tmp_path)

    assert left.wait(60) == -9
    found = later.find(ARN)
    assert found is not None
    assert found["status"] == "Failed"
    assert "restarted" in found["failure"]
    assert found["steps"][0]["status"] == "Failed"
    assert later.find(ARN.replace("abc123", "other")) is None


def test_a_process_that_only_has_the_same_number_is_left_alone(tmp_path: Path) -> None:
    execution = Execution(ARN, "111111111111", "eu-west-1", [], Scope({}, {}))
    earlier = History(tmp_path)
    earlier.keep(execution)
    stranger = subprocess.Popen(["sleep", "600"])
    earlier.note(execution, stranger.pid)
    file = tmp_path / "executions" / "abc123.json"
    created = psutil.Process(stranger.pid).create_time()
    file.write_text(file.read_text().replace(str(created), str(created - 100)))

    History(tmp_path)

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_steps_that_start_at_once_are_all_noted(tmp_path: Path) -> None:
    execution = Execution(ARN, "111111111111", "eu-west-1", [], Scope({}, {}))
    history = History(tmp_path)
    history.keep(execution)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: history.note(execution, os.getpid()), range(200)))

    found = json.loads((tmp_path / "executions" / "abc123.json").read_text())
    assert [pid for pid, _ in found["processes"]] == [os.getpid()] * 200
