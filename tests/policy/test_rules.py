"""Each rule passes a resource that keeps it and names what is wrong with one that does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy.catalogue import RULES
from policy.rules import absence
from tests.policy.inventory import inventory

KEY = "arn:aws:kms:eu-west-1:111122223333:key/test"


def _document(**statement: Any) -> str:
    return json.dumps({"Statement": [{"Sid": "It", "Effect": "Allow", **statement}]})


def _pod(**pod: Any) -> dict[str, Any]:
    container = {"name": "main", "image": "registry/image:latest", **pod.pop("container", {})}
    return {"spec": {"template": {"spec": {"containers": [container], **pod}}}}


#: One resource that breaks each rule, and a word of what must be said about it.
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "bucket-is-closed-to-the-public": ({"blockPublicAcls": False}, "blockPublicAcls"),
    "bucket-is-encrypted-with-our-key": (
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]},
        "key of our own",
    ),
    "bucket-keeps-versions": ({"versioningConfiguration": {"status": "Suspended"}}, "Enabled"),
    "bucket-speaks-tls-only": ({"policy": _document(Action="s3:*")}, "SecureTransport"),
    "bucket-has-no-inline-settings": ({"acl": "private"}, "acl"),
    "key-rotates-and-dies-slowly": ({"deletionWindowInDays": 7}, "enableKeyRotation"),
    "role-stands-under-a-boundary": ({"maxSessionDuration": 43200}, "permissionsBoundary"),
    "trust-names-one-source": (
        {"assumeRolePolicy": _document(Principal={"Service": "sagemaker.amazonaws.com"})},
        "aws:SourceAccount",
    ),
    "nobody-may-do-everything": ({"policy": _document(Action="*", Resource="*")}, "Action"),
    "roles-are-passed-on-purpose": (
        {"policy": _document(Action=["iam:PassRole"], Resource=["*"])},
        "iam:PassedToService",
    ),
    "keys-are-named-where-data-is-opened": (
        {"policy": _document(Action="kms:Decrypt", Resource="*")},
        "kms:Decrypt",
    ),
    "resource-policy-knows-its-readers": (
        {"policy": _document(Principal="*", Action="s3:GetObject")},
        "Principal",
    ),
    "subnet-gives-no-public-address": ({"mapPublicIpOnLaunch": True}, "mapPublicIpOnLaunch"),
    "default-group-is-empty": ({"ingress": [{}]}, "ingress"),
    "nobody-comes-in-from-anywhere": ({"cidrIpv4": "0.0.0.0/0"}, "0.0.0.0/0"),
    "egress-is-narrow": ({"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}, "destination"),
    "traffic-is-recorded": ({"trafficType": "REJECT"}, "ALL"),
    "cluster-api-is-private": (
        {"vpcConfig": {"endpointPublicAccess": True}},
        "endpointPublicAccess",
    ),
    "cluster-secrets-are-encrypted": ({"encryptionConfig": {}}, "secrets"),
    "cluster-logs-everything": ({"enabledClusterLogTypes": ["api"]}, "audit"),
    "cluster-admits-by-entry-only": (
        {"accessConfig": {"authenticationMode": "CONFIG_MAP"}},
        "authenticationMode",
    ),
    "images-never-move": ({"imageTagMutability": "MUTABLE"}, "IMMUTABLE"),
    "messages-are-encrypted": ({}, "kmsMasterKeyId"),
    "events-are-retried-then-set-aside": ({"arn": "queue"}, "deadLetterConfig"),
    "logs-are-kept-and-encrypted": ({"retentionInDays": 1}, "retentionInDays"),
    "alarms-are-heard": ({"alarmActions": []}, "alarmActions"),
    "tables-can-be-restored": ({}, "pointInTimeRecovery"),
    "secrets-are-recoverable": ({"recoveryWindowInDays": 0}, "recoveryWindowInDays"),
    "pod-image-is-named-by-digest": (_pod(), "digest"),
    "pod-is-not-root": (_pod(securityContext={"runAsUser": 0}), "runAsNonRoot"),
    "pod-has-no-privileges": (
        _pod(container={"securityContext": {"privileged": True}}),
        "allowPrivilegeEscalation",
    ),
    "pod-root-is-read-only": (_pod(), "readOnlyRootFilesystem"),
    "pod-is-bounded": (_pod(), "resources.requests.cpu"),
    "pod-has-its-own-account-without-token": (_pod(), "serviceAccountName"),
    "pod-answers-two-probes": (_pod(), "livenessProbe"),
    "namespace-is-restricted": ({"metadata": {"labels": {}}}, "restricted"),
    **{rule.name: ({}, "must not be used") for rule in absence.RULES},
}


def test_every_rule_has_a_failing_example() -> None:
    assert set(BROKEN) == {rule.name for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_broken_resource_is_told_what_is_wrong(rule: Any) -> None:
    inputs, word = BROKEN[rule.name]
    assert any(word in problem for problem in rule.problems(inputs))


@pytest.mark.parametrize(
    "rule",
    [rule for rule in RULES if rule not in absence.RULES],
    ids=lambda rule: rule.name,
)
def test_a_resource_of_the_platform_keeps_the_rule(rule: Any) -> None:
    example = next(each for each in inventory("prod") if each.type in rule.types)
    assert list(rule.problems(example.inputs)) == []


def test_a_cron_job_is_looked_into_as_a_deployment_is() -> None:
    (rule,) = (each for each in RULES if each.name == "pod-image-is-named-by-digest")
    inner = _pod()["spec"]
    problems = list(rule.problems({"spec": {"jobTemplate": {"spec": inner}}}))
    assert any("digest" in problem for problem in problems)


def test_an_init_container_is_looked_into_as_the_others_are() -> None:
    (rule,) = (each for each in RULES if each.name == "pod-root-is-read-only")
    pod = _pod(initContainers=[{"name": "prepare"}])
    assert any(problem.startswith("prepare:") for problem in rule.problems(pod))
