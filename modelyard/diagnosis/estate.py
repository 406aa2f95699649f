"""What AWS says of one environment: releases, journeys, ledger, queues, alarms, pipelines."""

from dataclasses import asdict
from typing import Any

from modelyard.diagnosis.section import Contents
from modelyard.place import Place

_LAST = 100
"""Entries of the ledger, executions of a pipeline."""


def models(place: Place) -> Contents:
    """What is live, by the release lines and by the endpoints."""
    from modelyard.live.status import status

    return {"status.json": asdict(status([place])[0])}


def journeys(place: Place) -> Contents:
    """Every version on its way, with what is done and what it waits for."""
    from modelyard.delivery.journey import Journeys
    from modelyard.delivery.operations import Operations

    operations = Operations.of(place)
    found = Journeys(operations).open()
    return {"journeys.json": [each.model_dump(mode="json") for each in found]}


def ledger_tail(place: Place) -> Contents:
    """The ledger's last entries, and whether it is whole."""
    from modelyard.delivery.history import ledger, log

    return {"ledger.json": {"verdict": vars(ledger(place).verify()), "last": log(place)[-_LAST:]}}


def queues(place: Place) -> Contents:
    """How many messages wait in each queue; not what they say."""
    sqs = place.client("sqs")
    urls = sqs.list_queues().get("QueueUrls", [])
    wanted = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]
    depths = {
        url.rsplit("/", 1)[-1]: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)[
            "Attributes"
        ]
        for url in urls
    }
    return {"queues.json": depths}


def alarms(place: Place) -> Contents:
    """Every alarm with its state and why it has it."""
    names = ("AlarmName", "StateValue", "StateReason", "StateUpdatedTimestamp", "MetricName")
    pages = place.client("cloudwatch").get_paginator("describe_alarms").paginate()
    found = [each for page in pages for each in page["MetricAlarms"]]
    return {"alarms.json": [_kept(each, names) for each in found]}


def pipelines(place: Place) -> Contents:
    """The latest executions of each pipeline, and why those that failed did."""
    sagemaker = place.client("sagemaker")
    names = ("PipelineExecutionArn", "PipelineExecutionStatus", "StartTime", "FailureReason")
    found: dict[str, Any] = {}
    for each in sagemaker.list_pipelines()["PipelineSummaries"]:
        name = each["PipelineName"]
        runs = sagemaker.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
        found[name] = [_run(sagemaker, run, names) for run in runs[:_LAST]]
    return {"pipelines.json": found}


def _run(sagemaker: Any, run: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    arn = run["PipelineExecutionArn"]
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    return _kept({**run, **described}, names)


def _kept(found: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found[name] for name in names if name in found}
