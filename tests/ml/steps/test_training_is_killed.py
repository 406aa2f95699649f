"""The process of a training step is killed at random moments; run once more, it says the same."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from ml.steps.run_folder import FITTED
from tests.ml.conftest import REGION, Account
from tests.ml.steps.test_training_run import Run
from tests.recovery import Recovery

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[3]
MOMENTS = 4


class TrainingProcess:
    """`python -m ml train` as its container starts it, against an account on loopback."""

    def __init__(self, endpoint: str) -> None:
        self._variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }

    def start(self, run: Run) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "ml", "train", *run.flags],
            cwd=ROOT,
            env=self._variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def whole(self, run: Run) -> float:
        """Run it to its end; how many seconds that took."""
        begun = time.monotonic()
        assert self.start(run).wait(120) == 0
        return time.monotonic() - begun


@pytest.fixture
def training(endpoint: str) -> tuple[TrainingProcess, Account]:
    s3 = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    s3.create_bucket(
        Bucket=Account.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return TrainingProcess(endpoint), Account(s3, None, None, "", "")


def _killed_after(process: TrainingProcess, run: Run, seconds: float) -> bool:
    attempt = process.start(run)
    time.sleep(seconds)
    attempt.kill()
    code = attempt.wait(10)
    assert code <= 0
    return code < 0


def test_the_model_is_the_same_bit_for_bit(
    training: tuple[TrainingProcess, Account], recovery: Recovery
) -> None:
    process, account = training
    whole, cut = Run(account, "whole"), Run(account, "cut")
    seconds = process.whole(whole)
    moment = random.Random(7)
    for part in range(MOMENTS):
        # One moment in each quarter: while it loads, reads, fits, and while it writes.
        pause = seconds * (part + moment.random()) / MOMENTS
        while not _killed_after(process, cut, pause):
            pause /= 2  # It was over before: the machine is faster now than when it was measured.
    with recovery.within(60, f"the process of training killed {MOMENTS} times, run once more"):
        process.whole(cut)
    assert cut.json(FITTED) == whole.json(FITTED)
