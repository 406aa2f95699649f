"""An emulator whose pipelines run as plain processes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from sandbox.aws.emulator import Emulator
from sandbox.aws.identities import identities
from sandbox.layout import Environment
from sandbox.sagemaker.runner import Runner
from sandbox.sagemaker.service import attach_runner
from tests.sandbox.sagemaker.plain_processes import ProcessLauncher

ENVIRONMENTS = [Environment(name="dev", account="111111111111", region="eu-west-1")]
ROLE = "arn:aws:iam::111111111111:role/training"


@pytest.fixture(scope="package")
def emulator() -> Iterator[Emulator]:
    started = Emulator(ENVIRONMENTS)
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pipelines")


@pytest.fixture(scope="package")
def runner(emulator: Emulator, folder: Path) -> Iterator[Runner]:
    attached = attach_runner(
        emulator, ProcessLauncher(), log_folder=folder / "logs", work_folder=folder / "work"
    )
    yield attached
    attached.stop_all()


@pytest.fixture(scope="package")
def client(emulator: Emulator, runner: Runner) -> Callable[[str], Any]:
    ada = identities(ENVIRONMENTS)[0]

    def make(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=emulator.endpoint,
            region_name=ada.region,
            aws_access_key_id=ada.access_key_id,
            aws_secret_access_key=ada.secret_access_key,
        )

    make("iam").create_role(RoleName="training", AssumeRolePolicyDocument="{}")
    return make
