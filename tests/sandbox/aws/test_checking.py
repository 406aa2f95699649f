"""What the SDK's types would refuse, the provider refuses, with the path and what is allowed."""

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from sandbox.aws.provider.wire import UNKNOWN, write
from sandbox.aws.service import ProviderService
from tests.sandbox.aws.engine_side import EngineSide

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
BUCKET = "aws:s3/bucket:Bucket"


def test_every_mistake_is_told_with_its_path(engine: EngineSide) -> None:
    rule = {"id": "a", "statu": "Enabled", "expiration": {"days": "3"}}
    _, failures = engine.check(LIFECYCLE, {"bucket": 3, "rules": [rule], "extra": 1})
    told = "\n".join(failures)
    assert len(failures) == 5
    assert "bucket: must be a text, is 3" in told
    assert "rules[0].statu: unknown, did you mean status?; allowed: abortIncomplete" in told
    assert "rules[0].expiration.days: must be a whole number, is '3'" in told
    assert "rules[0].status: required but missing" in told
    assert "extra: unknown" in told


@pytest.mark.parametrize(
    ("token", "news", "path"),
    [
        ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": True}, "visibilityTimeoutSeconds"),
        ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": 1.5}, "visibilityTimeoutSeconds"),
        (BUCKET, {"tags": {"a": 1}}, "tags['a']"),
        (BUCKET, {"tags": ["a"]}, "tags"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", {"subnetIds": "subnet-1"}, "subnetIds"),
        ("aws:eks/cluster:Cluster", {"vpcConfig": {"subnetIds": ["s"]}}, "roleArn"),
        ("aws:kms/alias:Alias", {}, "targetKeyId"),
    ],
)
def test_wrong_kinds_of_values_are_refused(
    engine: EngineSide, token: str, news: dict[str, object], path: str
) -> None:
    _, failures = engine.check(token, news)
    assert any(each.startswith(f"{path}:") for each in failures)


def test_what_is_not_known_yet_is_not_judged(engine: EngineSide) -> None:
    news = {"bucket": UNKNOWN, "versioningConfiguration": UNKNOWN}
    assert engine.check("aws:s3/bucketVersioning:BucketVersioning", news)[1] == []


def test_an_unnamed_resource_gets_a_name_and_keeps_it(engine: EngineSide) -> None:
    first, _ = engine.check(BUCKET, {}, name="Lake")
    assert first["bucket"].startswith("lake-")
    assert first["__defaults"] == ["bucket"]
    assert engine.check(BUCKET, {"tags": {"a": "b"}}, first)[0]["bucket"] == first["bucket"]
    assert engine.check(BUCKET, {"bucket": "mine"}, first)[0] == {"bucket": "mine"}
    alias, _ = engine.check("aws:kms/alias:Alias", {"targetKeyId": "k"}, name="data")
    assert alias["name"].startswith("alias/data-")
    fifo, _ = engine.check("aws:sqs/queue:Queue", {"fifoQueue": True}, name="orders")
    assert fifo["name"].endswith(".fifo")


def test_the_projects_own_pattern_of_names_is_followed(engine: EngineSide) -> None:
    modes = messages.CheckRequest.AutonamingOptions
    request = messages.CheckRequest(
        urn=engine.urn(BUCKET, "lake"),
        type=BUCKET,
        news=write({}),
        autonaming=modes(proposed_name="Demo-dev-lake-1", mode=modes.PROPOSE),
    )
    assert engine.stub.Check(request).inputs["bucket"] == "demo-dev-lake-1"
    request.autonaming.mode = modes.DISABLE
    assert "give a name" in engine.stub.Check(request).failures[0].reason


def test_a_provider_outside_the_sandboxs_accounts_is_refused(service: ProviderService) -> None:
    with pytest.raises(grpc.RpcError, match=r"444444444444.*111111111111 \(dev\)"):
        EngineSide(service.port, allowedAccountIds='["444444444444"]')


def test_an_unknown_provider_setting_is_refused(engine: EngineSide) -> None:
    news = write({"region": "eu-west-1", "defaultTag": "{}", "maxRetries": "3"})
    failures = engine.stub.CheckConfig(messages.CheckRequest(news=news)).failures
    assert [each.reason.partition(":")[0] for each in failures] == ["defaultTag"]
