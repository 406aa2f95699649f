"""What changed, here or behind Pulumi's back, is seen; it is made in place where AWS can."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.engine_side import EngineSide

BUCKET = "aws:s3/bucket:Bucket"


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


def test_a_queue_is_changed_in_place(engine: EngineSide, client: Callable[..., Any]) -> None:
    made = engine.make("aws:sqs/queue:Queue", "slow", visibilityTimeoutSeconds=30)
    made.update({"visibilityTimeoutSeconds": 90})
    answer = client("sqs").get_queue_attributes(QueueUrl=made.id, AttributeNames=["All"])
    assert answer["Attributes"]["VisibilityTimeout"] == "90"
    made.delete()
    with pytest.raises(ClientError):
        client("sqs").get_queue_attributes(QueueUrl=made.id, AttributeNames=["All"])


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
