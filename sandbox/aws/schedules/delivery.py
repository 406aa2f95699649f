"""Hands what a schedule says to its target, or says why it cannot."""

import sys
import uuid
from typing import Any

from moto.events.models import events_backends
from moto.sagemaker.models import sagemaker_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from sandbox.timeline.due import Outcome


class _UnsupportedError(Exception):
    pass


def deliver(target: dict[str, Any], body: str, *, source_arn: str) -> Outcome:
    """Deliver; what fails goes to the target's dead-letter queue at once, without retries."""
    arn = str(target["Arn"])
    try:
        _send(arn, target, body)
    except _UnsupportedError:
        return Outcome(
            target=arn,
            result="unsupported",
            detail="the sandbox delivers to SQS, SNS, event buses and SageMaker pipelines",
        )
    except Exception as error:
        detail = str(getattr(error, "message", "")) or str(error) or repr(error)
        aside = _set_aside(target, body, detail, source_arn)
        return Outcome(target=arn, result="failed", detail=f"{detail}{aside}")
    return Outcome(target=arn, result="delivered")


def _send(arn: str, target: dict[str, Any], body: str) -> None:
    _, _, service, region, account, *rest = arn.split(":")
    if service == "sqs":
        group = target.get("SqsParameters", {}).get("MessageGroupId")
        sqs_backends[account][region].send_message(rest[0], body, group_id=group)
    elif service == "sns":
        sns_backends[account][region].publish(body, arn=arn)
    elif service == "events" and rest[0].startswith("event-bus/"):
        _put(account, region, rest[0].partition("/")[2], target["EventBridgeParameters"], body)
    elif service == "sagemaker" and rest[0].startswith("pipeline/"):
        parameters = target.get("SageMakerPipelineParameters", {})
        _start(account, region, rest[0].partition("/")[2], parameters)
    else:
        raise _UnsupportedError


def _put(account: str, region: str, bus: str, said: dict[str, str], body: str) -> None:
    entry = {
        "Source": said["Source"],
        "DetailType": said["DetailType"],
        "Detail": body,
        "EventBusName": bus,
    }
    events_backends[account][region].put_events([entry])


def _start(account: str, region: str, name: str, parameters: dict[str, Any]) -> None:
    backend: Any = sagemaker_backends[account][region]
    # An ARN spells the name in small letters.
    known = {each.lower(): each for each in backend.pipelines}
    backend.start_pipeline_execution(
        known.get(name.lower(), name),
        None,
        parameters.get("PipelineParameterList") or [],
        None,
        None,
        str(uuid.uuid4()),
    )


def _set_aside(target: dict[str, Any], body: str, reason: str, source_arn: str) -> str:
    dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
    if not dead_letters:
        return ""
    told = {"ERROR_MESSAGE": reason, "TARGET_ARN": target["Arn"], "SOURCE_ARN": source_arn}
    attributes = {
        key: {"DataType": "String", "StringValue": str(value)} for key, value in told.items()
    }
    try:
        _, _, _, region, account, name = dead_letters.split(":")
        sqs_backends[account][region].send_message(name, body, message_attributes=attributes)
    except Exception as error:
        sys.stderr.write(f"{source_arn}: dead letters {dead_letters}: {error!r}\n")
        return " (and could not be set aside)"
    return " (set aside among the dead letters)"


def scheduled_event(
    source: str, account: str, region: str, arn: str, time: str, detail: Any
) -> dict[str, Any]:
    """Return the event that a schedule sends where nothing else was asked for."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": source,
        "account": account,
        "time": time,
        "region": region,
        "resources": [arn],
        "detail": detail,
    }
