"""One run of a pipeline: which steps ran, how they ended, and why."""

import datetime
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.sagemaker.conditions import all_hold
from sandbox.sagemaker.definition import DefinitionError, Scope, Step, branches
from sandbox.sagemaker.jobs import Job, job_of


def now() -> datetime.datetime:
    """Return the time as AWS tells it."""
    return datetime.datetime.now(datetime.UTC)


@dataclass
class StepRun:
    """What became of one step."""

    name: str
    type: str
    display_name: str
    status: str = "Executing"
    started: datetime.datetime = field(default_factory=now)
    ended: datetime.datetime | None = None
    failure: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


class StepFailedError(RuntimeError):
    """A step ended badly; the message is its failure reason."""


class StoppedError(RuntimeError):
    """Somebody stopped the execution."""


class JobRunner(Protocol):
    """Runs one job to its end."""

    def __call__(self, execution: "Execution", run: StepRun, job: Job) -> None:
        """Return when it succeeded; raise StepFailedError or StoppedError."""


@dataclass
class Execution:
    """A run in progress or past."""

    arn: str
    account: str
    region: str
    steps: Sequence[Step]
    scope: Scope
    parallel: int = 1
    status: str = "Executing"
    failure: str = ""
    runs: list[StepRun] = field(default_factory=list)
    started: datetime.datetime = field(default_factory=now)
    ended: datetime.datetime | None = None
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def id(self) -> str:
        """Last part of the ARN."""
        return self.arn.rpartition("/")[2]

    def run(self, run_job: JobRunner) -> None:
        """Run every step in an order its dependencies allow."""
        try:
            self._run_all(list(self.steps), run_job)
            self.status = "Stopped" if self.stopping.is_set() else "Succeeded"
        except StoppedError:
            self.status = "Stopped"
        except (StepFailedError, DefinitionError) as error:
            self.status, self.failure = "Failed", str(error)
        finally:
            self.ended = now()

    def _run_all(self, waiting: list[Step], run_job: JobRunner) -> None:
        failures: list[Exception] = []
        with ThreadPoolExecutor(max(1, self.parallel)) as pool:
            going: dict[Future[None], Step] = {}
            while waiting or going:
                halted = bool(failures) or self.stopping.is_set()
                inside = {each.name for each in (*waiting, *going.values())}
                ready = [] if halted else [s for s in waiting if not s.after & inside]
                for step in ready[: max(1, self.parallel) - len(going)]:
                    waiting.remove(step)
                    going[pool.submit(self._run_step, step, run_job)] = step
                if not going:
                    if waiting and not halted:
                        names = ", ".join(each.name for each in waiting)
                        raise DefinitionError(f"Steps wait for each other: {names}.")
                    break
                for future in wait(going, return_when=FIRST_COMPLETED).done:
                    going.pop(future)
                    error = future.exception()
                    if isinstance(error, Exception):
                        failures.append(error)
        if failures:
            raise failures[0]

    def _run_step(self, step: Step, run_job: JobRunner) -> None:
        run = StepRun(step.name, step.type, step.display_name)
        self.runs.append(run)
        try:
            self._do(step, run, run_job)
            run.status = "Succeeded"
        except StoppedError:
            run.status = "Stopped"
            raise
        except (StepFailedError, DefinitionError) as error:
            run.status, run.failure = "Failed", str(error)
            raise StepFailedError(f"Step {step.name} failed: {error}") from error
        except Exception as error:
            run.status, run.failure = "Failed", f"{type(error).__name__}: {error}"
            raise StepFailedError(f"Step {step.name} failed: {run.failure}") from error
        finally:
            run.ended = now()

    def _do(self, step: Step, run: StepRun, run_job: JobRunner) -> None:
        if step.type == "Condition":
            yes, no = branches(step)
            outcome = all_hold(step.arguments["Conditions"], self.scope)
            run.metadata = {"Condition": {"Outcome": str(outcome)}}
            self._run_all(list(yes if outcome else no), run_job)
            return
        arguments = self.scope.resolve(dict(step.arguments))
        if step.type == "Fail":
            message = str(arguments.get("ErrorMessage", ""))
            run.metadata = {"Fail": {"ErrorMessage": message}}
            raise StepFailedError(message)
        job = job_of(step, arguments)
        run_job(self, run, job)
        self.scope.steps[step.name] = arguments
