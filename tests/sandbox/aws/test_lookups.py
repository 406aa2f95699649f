"""Look-ups that need no cloud are answered; the others are refused with advice."""

import json

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.aws.provider.wire import Properties, read, write
from sandbox.aws.service import ProviderService
from tests.sandbox.aws.engine_side import EngineSide


def ask(engine: EngineSide, token: str, **arguments: object) -> Properties:
    request = messages.InvokeRequest(tok=token, args=write(arguments))
    return read(getattr(engine.stub.Invoke(request), "return"))


def test_zones_and_partition_need_no_account(engine: EngineSide) -> None:
    zones = ask(engine, "aws:index/getAvailabilityZones:getAvailabilityZones", state="available")
    assert zones["names"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert ask(engine, "aws:index/getPartition:getPartition")["partition"] == "aws"


def test_a_policy_document_is_written_as_aws_writes_it(engine: EngineSide) -> None:
    found = ask(
        engine,
        "aws:iam/getPolicyDocument:getPolicyDocument",
        statements=[
            {
                "sid": "Read",
                "actions": ["s3:GetObject"],
                "resources": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
                "principals": [{"type": "AWS", "identifiers": ["111111111111"]}],
                "conditions": [
                    {"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]}
                ],
            }
        ],
    )
    assert json.loads(found["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
                "Principal": {"AWS": "111111111111"},
                "Condition": {"Bool": {"aws:SecureTransport": "true"}},
            }
        ],
    }


def test_the_caller_is_known_to_a_configured_provider_only(
    engine: EngineSide, service: ProviderService
) -> None:
    token = "aws:index/getCallerIdentity:getCallerIdentity"
    assert ask(engine, token)["accountId"] == "111111111111"
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{service.port}", options=options) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        with pytest.raises(grpc.RpcError, match="allowed_account_ids"):
            stub.Invoke(messages.InvokeRequest(tok=token))


def test_an_unknown_lookup_says_what_is_known(engine: EngineSide) -> None:
    with pytest.raises(grpc.RpcError, match="it knows getAvailabilityZones"):
        ask(engine, "aws:ec2/getAmi:getAmi", owners=["amazon"])
