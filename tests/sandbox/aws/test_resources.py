"""A resource is made, found, changed and removed where the program said, and nowhere else."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from botocore.exceptions import ClientError

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


def test_a_changed_path_is_named_and_a_fixed_one_replaces(engine: EngineSide) -> None:
    made = engine.make(
        "aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16", tags={"a": "b"}, enableDnsHostnames=True
    )
    found = made.diff({"cidrBlock": "10.0.0.0/16", "tags": {"a": "c"}})
    assert set(found.detailedDiff) == {"tags.a", "enableDnsHostnames"}
    assert list(found.replaces) == []
    found = made.diff({"cidrBlock": "10.1.0.0/16", "tags": {"a": "b"}, "enableDnsHostnames": True})
    assert list(found.replaces) == ["cidrBlock"]
    made.delete()


def test_a_named_resource_is_deleted_before_it_is_replaced(engine: EngineSide) -> None:
    named = engine.make(BUCKET, "named", bucket="fixed-name")
    assert named.diff({"bucket": "other-name"}).deleteBeforeReplace
    loose = engine.make("aws:sqs/queue:Queue", "loose")
    found = loose.diff({"fifoQueue": True})
    assert list(found.replaces)
    assert not found.deleteBeforeReplace
    named.delete()
    loose.delete()


def test_the_same_policy_in_other_words_is_no_change(engine: EngineSide) -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    trust = {"assumeRolePolicy": json.dumps(policy)}
    made = engine.make("aws:iam/role:Role", "reader", **trust)
    again = {"assumeRolePolicy": json.dumps(dict(reversed(policy.items())), indent=1)}
    assert made.diff(again).changes == 1  # none
    made.delete()


def test_what_vanished_behind_pulumis_back_is_seen(
    engine: EngineSide, client: Callable[..., Any]
) -> None:
    bucket = engine.make(BUCKET, "vanishing")
    versioned = engine.make(
        "aws:s3/bucketVersioning:BucketVersioning",
        bucket=bucket.id,
        versioningConfiguration={"status": "Enabled"},
    )
    client("s3").put_bucket_versioning(
        Bucket=bucket.id, VersioningConfiguration={"Status": "Suspended"}
    )
    assert versioned.read()[2]["versioningConfiguration"] == {"status": "Suspended"}
    client("s3").delete_bucket(Bucket=bucket.id)
    assert bucket.read()[0] == ""
    assert versioned.read()[0] == ""
    bucket.delete()


def test_a_recorded_resource_is_told_from_its_id_alone_and_is_gone_after_deletion(
    engine: EngineSide,
) -> None:
    made = engine.make("aws:ec2/subnet:Subnet", vpcId="vpc-1", cidrBlock="10.0.0.0/24")
    assert made.id.startswith("subnet-")
    assert made.outputs["arn"] == f"arn:aws:ec2:eu-west-1:111111111111:subnet/{made.id}"
    made.outputs, made.inputs = {}, {}
    assert made.read()[1]["cidrBlock"] == "10.0.0.0/24"
    made.delete()
    assert made.read()[0] == ""


def test_an_update_keeps_what_aws_filled_in(engine: EngineSide) -> None:
    news: dict[str, Any] = {"roleArn": "r", "vpcConfig": {"subnetIds": ["a"]}, "version": "1.37"}
    made = engine.make("aws:eks/cluster:Cluster", **news)
    group = made.outputs["vpcConfig"]["clusterSecurityGroupId"]
    assert made.outputs["endpoint"].startswith("https://127.0.0.1:")
    made.update({**news, "vpcConfig": {"subnetIds": ["a", "b"]}})
    assert made.outputs["vpcConfig"]["clusterSecurityGroupId"] == group
    assert made.outputs["vpcConfig"]["subnetIds"] == ["a", "b"]
    assert made.read()[2]["vpcConfig"] == {"subnetIds": ["a", "b"]}
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


def test_a_queue_is_changed_in_place(engine: EngineSide, client: Callable[..., Any]) -> None:
    made = engine.make("aws:sqs/queue:Queue", "slow", visibilityTimeoutSeconds=30)
    made.update({"visibilityTimeoutSeconds": 90})
    answer = client("sqs").get_queue_attributes(QueueUrl=made.id, AttributeNames=["All"])
    assert answer["Attributes"]["VisibilityTimeout"] == "90"
    made.delete()
    with pytest.raises(ClientError):
        client("sqs").get_queue_attributes(QueueUrl=made.id, AttributeNames=["All"])


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
