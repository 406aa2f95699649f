"""Joins the pipeline runner to the emulator in whose process it lives."""

from pathlib import Path
from typing import Any

from sandbox.aws.clients import Clients
from sandbox.aws.emulator import Emulator
from sandbox.aws.identities import engine_identity
from sandbox.sagemaker.api import PipelineApi
from sandbox.sagemaker.launch import Launcher
from sandbox.sagemaker.runner import Runner


def attach_runner(
    emulator: Emulator, launcher: Launcher, *, log_folder: Path, work_folder: Path
) -> Runner:
    """Make StartPipelineExecution run what it is given."""
    clients = Clients(emulator.endpoint)
    owners = {each.account: engine_identity(each) for each in emulator.environments}

    def logs(account: str, region: str) -> Any:
        return clients.get(owners[account], region, "logs")

    runner = Runner(
        launcher=launcher,
        endpoint=emulator.endpoint,
        logs=logs,
        log_folder=log_folder,
        work_folder=work_folder,
    )
    PipelineApi(runner, emulator.clock).install()
    emulator.pages["credentials"] = runner.credentials.page
    return runner
