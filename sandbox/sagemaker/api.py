"""Puts the runner behind SageMaker's operations in place of moto's instant successes."""

from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from sandbox.aws.alarms.measurements import record_execution
from sandbox.aws.patches.model_packages import emit
from sandbox.aws.patches.replacing import replace
from sandbox.sagemaker.answers import from_record, from_runs, moment, variables
from sandbox.sagemaker.definition import DefinitionError, Scope, bind, every_step, parse
from sandbox.sagemaker.execution import Execution
from sandbox.sagemaker.jobs import refuse_what_cannot_run
from sandbox.sagemaker.runner import Runner
from sandbox.timeline.clock import SandboxClock

DETAIL_TYPE = "SageMaker Model Building Pipeline Execution Status Change"


class PipelineApi:
    """The operations on executions, for every account."""

    def __init__(self, runner: Runner, clock: SandboxClock) -> None:
        self._runner = runner
        self._clock = clock
        self._start = SageMakerModelBackend.start_pipeline_execution
        self._describe = SageMakerModelBackend.describe_pipeline_execution

    def install(self) -> None:
        """Take the place of moto's operations in this process."""
        replace(SageMakerModelBackend, "start_pipeline_execution", _method(self.start))
        replace(SageMakerModelBackend, "describe_pipeline_execution", _method(self.describe))
        replace(SageMakerModelBackend, "list_pipeline_executions", _method(self.list_executions))
        replace(SageMakerResponse, "list_pipeline_execution_steps", _method(self.list_steps))
        replace(SageMakerResponse, "stop_pipeline_execution", _method(self.stop))

    def start(self, backend: Any, pipeline_name: str, *asked: Any) -> dict[str, str]:
        """Check everything that can be checked, then run."""
        _, pipeline_parameters, _, _, token = asked
        pipeline = backend.pipelines.get(pipeline_name)
        if pipeline is None:
            raise ValidationError(f"Pipeline {pipeline_name} does not exist.")
        for arn, earlier in pipeline.pipeline_executions.items():
            if token and earlier.client_request_token == token:
                return {"PipelineExecutionArn": arn}
        passed = {each["Name"]: each["Value"] for each in pipeline_parameters or []}
        try:
            definition = parse(str(pipeline.pipeline_definition))
            parameters = bind(definition, passed)
            for step in every_step(definition.steps):
                refuse_what_cannot_run(step)
        except DefinitionError as error:
            raise ValidationError(str(error)) from error
        answer = self._start(backend, pipeline_name, *asked)
        arn = answer["PipelineExecutionArn"]
        moto_execution = pipeline.pipeline_executions[arn]
        moto_execution.pipeline_execution_status = "Executing"
        limits = moto_execution.parallelism_configuration or {}
        execution = Execution(
            arn=arn,
            account=backend.account_id,
            region=backend.region_name,
            steps=definition.steps,
            scope=Scope(parameters, variables(pipeline, arn)),
            parallel=int(limits.get("MaxParallelExecutionSteps") or 8),
        )
        self._announce(pipeline, execution, "")
        self._runner.start(execution, lambda ended: self._ended(pipeline, ended))
        return answer

    def _ended(self, pipeline: Any, execution: Execution) -> None:
        self._copy(pipeline.pipeline_executions[execution.arn], execution)
        self._announce(pipeline, execution, "Executing")

    def _copy(self, target: Any, execution: Execution) -> None:
        target.pipeline_execution_status = execution.status
        target.pipeline_execution_failure_reason = execution.failure or None
        target.last_modified_time = execution.ended or execution.started

    def _announce(self, pipeline: Any, execution: Execution, before: str) -> None:
        detail = {
            "pipelineArn": pipeline.arn,
            "pipelineExecutionArn": execution.arn,
            "currentPipelineExecutionStatus": execution.status,
            "executionStartTime": execution.started,
        }
        if before:
            detail["previousPipelineExecutionStatus"] = before
        if execution.ended:
            detail["executionEndTime"] = execution.ended
        record_execution(
            execution.account,
            execution.region,
            pipeline.pipeline_name,
            execution.status,
            self._clock.now(),
        )
        emit(
            execution.account,
            execution.region,
            detail_type=DETAIL_TYPE,
            arn=execution.arn,
            detail=detail,
        )

    def describe(self, backend: Any, pipeline_execution_arn: str) -> dict[str, Any]:
        """Tell the true state, also of an execution that a restart cut off."""
        execution = self._runner.find(pipeline_execution_arn)
        if execution is None:
            record = self._record(pipeline_execution_arn)
            return {
                "PipelineArn": pipeline_execution_arn.partition("/execution/")[0],
                "PipelineExecutionArn": pipeline_execution_arn,
                "PipelineExecutionStatus": record["status"],
                "FailureReason": record["failure"],
                "CreationTime": moment(record["started"]),
                "LastModifiedTime": moment(record["ended"]),
            }
        name = pipeline_execution_arn.split("/")[-3]
        if name in backend.pipelines:
            target = backend.pipelines[name].pipeline_executions.get(pipeline_execution_arn)
            if target is not None:
                self._copy(target, execution)
        answer = dict(self._describe(backend, pipeline_execution_arn=pipeline_execution_arn))
        answer["FailureReason"] = execution.failure or None
        return answer

    def list_executions(self, backend: Any, pipeline_name: str) -> dict[str, Any]:
        """List executions, the latest first."""
        if pipeline_name.startswith("arn:"):
            pipeline_name = pipeline_name.rpartition("/")[2]
        pipeline = backend.pipelines.get(pipeline_name)
        if pipeline is None:
            raise ValidationError(f"Pipeline {pipeline_name} does not exist.")
        found = []
        for arn, each in reversed(list(pipeline.pipeline_executions.items())):
            execution = self._runner.find(arn)
            if execution is not None:
                self._copy(each, execution)
            summary = {
                "PipelineExecutionArn": arn,
                "StartTime": each.start_time,
                "PipelineExecutionStatus": each.pipeline_execution_status,
                "PipelineExecutionDescription": each.pipeline_execution_description,
                "PipelineExecutionDisplayName": each.pipeline_execution_display_name,
                "PipelineExecutionFailureReason": each.pipeline_execution_failure_reason,
            }
            found.append({key: value for key, value in summary.items() if value is not None})
        return {"PipelineExecutionSummaries": found}

    def list_steps(self, response: Any) -> Any:
        """List the steps that were started, the latest first unless asked otherwise."""
        arn = response._get_param("PipelineExecutionArn")
        execution = self._runner.find(arn)
        steps = from_record(self._record(arn)) if execution is None else from_runs(execution)
        if response._get_param("SortOrder") != "Ascending":
            steps.reverse()
        return ActionResult({"PipelineExecutionSteps": steps})

    def stop(self, response: Any) -> Any:
        """Stop an execution."""
        arn = response._get_param("PipelineExecutionArn")
        if self._runner.find(arn) is None:
            self._record(arn)
            raise ValidationError(f"The execution {arn} is not running.")
        self._runner.stop(arn)
        return ActionResult({"PipelineExecutionArn": arn})

    def _record(self, arn: str) -> dict[str, Any]:
        record = self._runner.history.find(arn)
        if record is None:
            raise ValidationError(f"Pipeline execution {arn} does not exist.")
        return record


def _method(bound: Any) -> Any:
    return lambda self, *arguments, **named: bound(self, *arguments, **named)
