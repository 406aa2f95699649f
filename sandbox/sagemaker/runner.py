"""Starts executions, gives each step its container, credentials and log, and stops them."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.sagemaker.credentials import RoleMissingError, StepCredentials
from sandbox.sagemaker.execution import Execution, StepFailedError, StepRun, StoppedError
from sandbox.sagemaker.history import History
from sandbox.sagemaker.joblog import JobLog
from sandbox.sagemaker.jobs import LOG_GROUPS, Job
from sandbox.sagemaker.launch import Launcher, Running

_GRACE_SECONDS = 10


class Runner:
    """Everything that runs in this sandbox, by execution ARN."""

    def __init__(
        self,
        *,
        launcher: Launcher,
        endpoint: str,
        logs: Callable[[str, str], Any],
        log_folder: Path,
        work_folder: Path,
    ) -> None:
        self.credentials = StepCredentials()
        self.history = History(work_folder)
        self._launcher = launcher
        self._endpoint = endpoint
        self._logs = logs
        """Account and region → a CloudWatch Logs client."""
        self._log_folder = log_folder
        self._work_folder = work_folder
        self._executions: dict[str, Execution] = {}
        self._threads: dict[str, threading.Thread] = {}

    def find(self, arn: str) -> Execution | None:
        """Return an execution of this boot."""
        return self._executions.get(arn)

    def start(self, execution: Execution, ended: Callable[[Execution], None]) -> None:
        """Run the execution in a thread of its own."""
        self._executions[execution.arn] = execution
        self.history.keep(execution)

        def run() -> None:
            execution.run(self._run_job)
            self.history.keep(execution)
            shutil.rmtree(self._work_folder / execution.id, ignore_errors=True)
            ended(execution)

        thread = threading.Thread(target=run, name=execution.arn, daemon=True)
        self._threads[execution.arn] = thread
        thread.start()

    def stop(self, arn: str) -> None:
        """Stop an execution; its steps get ten seconds to end."""
        execution = self._executions[arn]
        if execution.status == "Executing":
            execution.status = "Stopping"
        execution.stopping.set()

    def stop_all(self) -> None:
        """End what runs: the emulator goes away."""
        for execution in self._executions.values():
            execution.stopping.set()
        for thread in self._threads.values():
            thread.join(timeout=5)

    def _run_job(self, execution: Execution, run: StepRun, job: Job) -> None:
        name = f"{execution.id}-{run.name}"[:63]
        kind = f"{job.kind.lower()}-job"
        arn = f"arn:aws:sagemaker:{execution.region}:{execution.account}:{kind}/{name.lower()}"
        run.metadata = {f"{job.kind}Job": {"Arn": arn}}
        scratch = self._work_folder / execution.id / run.name
        scratch.mkdir(parents=True, exist_ok=True)
        log = JobLog(
            self._logs(execution.account, execution.region),
            LOG_GROUPS[job.kind],
            f"{name}/algo-1-{int(time.time())}",
            self._log_folder / execution.id / f"{run.name}.log",
        )
        try:
            token = self.credentials.issue(job.role_arn, execution.region, "SageMaker")
        except RoleMissingError as error:
            raise StepFailedError(f"ClientError: {error}.") from error
        file = scratch / "token"
        file.write_text(token)
        file.chmod(0o644)  # the container's user is not ours
        try:
            running = self._launcher.launch(job, self._environment(execution, job), scratch)
            self._attend(execution, running, job, log)
        finally:
            self.credentials.revoke(token)
            shutil.rmtree(scratch, ignore_errors=True)

    def _environment(self, execution: Execution, job: Job) -> dict[str, str]:
        return {
            **job.environment,
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_REGION": execution.region,
            "AWS_DEFAULT_REGION": execution.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self._endpoint}/_sandbox/credentials",
            "PYTHONUNBUFFERED": "1",
        }

    def _attend(self, execution: Execution, running: Running, job: Job, log: JobLog) -> None:
        self.history.note(execution, running.pid)
        reading = log.follow(running.stdout) if running.stdout else None
        deadline = time.monotonic() + job.seconds
        code: int | None = None
        while code is None:
            try:
                code = running.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                if execution.stopping.is_set():
                    _end(running)
                    raise StoppedError("the execution was stopped") from None
                if time.monotonic() > deadline:
                    _end(running)
                    raise StepFailedError(
                        f"ClientError: the job ran longer than MaxRuntimeInSeconds {job.seconds}."
                    ) from None
        if reading is not None:
            reading.join(timeout=10)
        if code != 0:
            told = log.last_words()
            raise StepFailedError(f"AlgorithmError: exit code {code}. It last wrote:\n{told}")


def _end(running: Running) -> None:
    running.terminate()
    try:
        running.wait(timeout=_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
