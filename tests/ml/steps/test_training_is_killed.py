"""The process of a training step is killed at random moments; run once more, it says the same."""

import random
import subprocess
import time

import pytest

from ml.steps.run_folder import FITTED
from tests.ml.conftest import Account
from tests.ml.steps.diabetes_run import Run
from tests.ml.steps.step_process import finished, step_process
from tests.recovery import Recovery

pytestmark = pytest.mark.process

MOMENTS = 4


def _start(run: Run) -> subprocess.Popen[str]:
    return step_process("train", *run.flags)


def _whole(run: Run) -> float:
    """Run it to its end; how many seconds that took."""
    begun = time.monotonic()
    code, said = finished(_start(run))
    assert code == 0, said
    return time.monotonic() - begun


def _killed_after(run: Run, seconds: float) -> bool:
    attempt = _start(run)
    time.sleep(seconds)
    attempt.kill()
    code, said = finished(attempt)
    assert code <= 0, said
    return code < 0


def test_the_model_is_the_same_bit_for_bit(reached: Account, recovery: Recovery) -> None:
    whole, cut = Run(reached, "whole"), Run(reached, "cut")
    seconds = _whole(whole)
    moment = random.Random(7)
    for part in range(MOMENTS):
        # One moment in each quarter: while it loads, reads, fits, and while it writes.
        pause = seconds * (part + moment.random()) / MOMENTS
        while not _killed_after(cut, pause):
            pause /= 2  # It was over before: the machine is faster now than when it was measured.
    with recovery.within(60, f"the process of training killed {MOMENTS} times, run once more"):
        _whole(cut)
    assert cut.json(FITTED) == whole.json(FITTED)
