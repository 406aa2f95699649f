"""A resource is made as the program said, in the account it said, and nowhere else."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from sandbox.aws.emulator import Emulator
from sandbox.aws.provider.wire import UNKNOWN
from sandbox.aws.service import ProviderService
from tests.sandbox.aws.engine_side import ACCOUNTS, EngineSide

BUCKET = "aws:s3/bucket:Bucket"
TAGS = '{"tags": {"owner": "ml"}}'


def test_each_connection_works_in_its_own_account(
    service: ProviderService, client: Callable[..., Any]
) -> None:
    for stack in ("dev", "prod"):
        side = EngineSide(service.port, stack)
        made = side.make("aws:sqs/queue:Queue", f"jobs-{stack}")
        url = client("sqs", stack).get_queue_url(QueueName=made.outputs["name"])["QueueUrl"]
        assert url == made.id
        made.delete()
        side.close()


def test_a_preview_leaves_open_only_what_aws_decides(engine: EngineSide) -> None:
    inputs, _ = engine.check(BUCKET, {"tags": {"a": "b"}, "forceDestroy": True})
    fresh, outputs = engine.create(BUCKET, inputs, preview=True)
    assert fresh == ""
    assert outputs["arn"] == UNKNOWN
    assert outputs["bucket"] == inputs["bucket"]
    assert outputs["tagsAll"] == {"a": "b"}
    assert outputs["region"] == "eu-west-1"


def test_default_tags_reach_the_resource_and_a_change_of_them_is_a_change(
    service: ProviderService, client: Callable[..., Any]
) -> None:
    side = EngineSide(service.port, defaultTags=TAGS)
    made = side.make(BUCKET, "tagged", tags={"a": "b"})
    assert made.outputs["tagsAll"] == {"owner": "ml", "a": "b"}
    held = client("s3").get_bucket_tagging(Bucket=made.id)["TagSet"]
    assert {each["Key"]: each["Value"] for each in held} == {"owner": "ml", "a": "b"}
    assert made.diff({"tags": {"a": "b"}}).changes == 1  # none
    other = EngineSide(service.port, defaultTags='{"tags": {"owner": "data"}}')
    made.engine = other
    assert list(made.diff({"tags": {"a": "b"}}).diffs) == ["tagsAll"]
    made.delete()


def test_the_chosen_creation_fails_once(engine: EngineSide, fail_at: Path) -> None:
    fail_at.write_text("2")
    first = engine.make(BUCKET, "first")
    with pytest.raises(grpc.RpcError, match="told to fail"):
        engine.make(BUCKET, "second")
    second = engine.make(BUCKET, "second")
    first.delete()
    second.delete()


def test_an_error_of_the_service_names_the_resource_and_the_reason(engine: EngineSide) -> None:
    made = engine.make(BUCKET, "taken", bucket="taken-name")
    with pytest.raises(grpc.RpcError, match=r"::doomed: CreateBucket: BucketAlreadyOwnedByYou"):
        engine.make(BUCKET, "doomed", bucket="taken-name")
    made.delete()


def test_the_counts_tell_real_from_recorded_and_one_account_from_another(
    emulator: Emulator, engine: EngineSide
) -> None:
    def counts(asked: str = "") -> dict[str, dict[str, int]]:
        with urllib.request.urlopen(f"{emulator.endpoint}/_sandbox/counts{asked}") as answer:
            found: dict[str, dict[str, int]] = json.load(answer)
            return found

    dev, prod = (f"?account={ACCOUNTS[name]}" for name in ("dev", "prod"))
    before, own, others = counts(), counts(dev), counts(prod)
    made = [
        engine.make(BUCKET, "counted"),
        engine.make("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16"),
    ]
    after = counts()
    assert after["real"]["resources"] == before["real"]["resources"] + 1
    assert after["recorded"]["resources"] == before["recorded"]["resources"] + 1
    assert counts(dev)["recorded"]["resources"] == own["recorded"]["resources"] + 1
    assert counts(prod) == others
    for each in made:
        each.delete()
    assert counts() == before


def test_a_schedule_that_speaks_on_the_bus_keeps_what_it_says(
    engine: EngineSide, client: Callable[..., Any]
) -> None:
    role = "arn:aws:iam::111111111111:role/scheduler"
    made = engine.make(
        "aws:scheduler/schedule:Schedule",
        "due",
        scheduleExpression="cron(0 6 1 * ? *)",
        flexibleTimeWindow={"mode": "OFF"},
        target={
            "arn": "arn:aws:events:eu-west-1:111111111111:event-bus/default",
            "roleArn": role,
            "eventbridgeParameters": {"source": "modelyard", "detailType": "Retraining Due"},
            "input": '{"due": "<aws.scheduler.scheduled-time>"}',
        },
    )
    held = client("scheduler").get_schedule(Name=made.outputs["name"])["Target"]
    assert held["EventBridgeParameters"] == {"Source": "modelyard", "DetailType": "Retraining Due"}
    assert held["Input"] == '{"due": "<aws.scheduler.scheduled-time>"}'
    made.delete()
