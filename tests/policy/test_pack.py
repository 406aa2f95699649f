"""The pack, started as the engine starts it, judges a resource as the rules do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policy.catalogue import RULES, STACK_RULES
from policy.pack import NAME

PACK = Path(__file__).parents[2] / "policy"
CLUSTER = "aws:eks/cluster:Cluster"
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@pytest.fixture(scope="module")
def analyzer() -> Iterator[Any]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.kill()
        process.communicate()


def judge(analyzer: Any, type_: str, inputs: dict[str, Any]) -> set[str]:
    properties = struct_pb2.Struct()
    properties.update(inputs)
    request = analyzer_pb2.AnalyzeRequest(
        type=type_,
        name="it",
        urn=f"urn:pulumi:test::modelyard::{type_}::it",
        properties=properties,
    )
    found = analyzer.Analyze(request, timeout=30).diagnostics
    assert {each.enforcementLevel for each in found} <= {analyzer_pb2.MANDATORY}
    return {each.policyName for each in found}


def test_the_pack_holds_every_rule_as_mandatory(analyzer: Any) -> None:
    info = analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=30)
    assert info.name == NAME
    names = {rule.name for rule in RULES} | {rule.name for rule in STACK_RULES}
    assert {each.name for each in info.policies} == names
    assert {each.enforcementLevel for each in info.policies} == {analyzer_pb2.MANDATORY}


def test_a_public_cluster_is_refused(analyzer: Any) -> None:
    broken = judge(analyzer, CLUSTER, {"vpcConfig": {"endpointPublicAccess": True}})
    assert "cluster-api-is-private" in broken


def test_a_value_that_no_preview_can_know_breaks_no_rule(analyzer: Any) -> None:
    inputs = {"encryptionConfig": {"provider": {"keyArn": UNKNOWN_TEXT}, "resources": ["secrets"]}}
    assert "cluster-secrets-are-encrypted" not in judge(analyzer, CLUSTER, inputs)


def test_other_types_are_left_alone(analyzer: Any) -> None:
    assert judge(analyzer, "aws:ec2/vpc:Vpc", {}) == set()
