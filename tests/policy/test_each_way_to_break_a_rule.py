"""Whatever a rule demands: a resource of the platform that lacks just that is told just that."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from policy.catalogue import RULES
from policy.rule import Rule
from tests.policy.inventory import inventory

GONE = object()
POD = "spec template spec"
MAIN = f"{POD} containers 0"

#: Of each rule: a setting, what it is changed to, and what must be said about it.
WAYS: dict[str, list[tuple[str, Any, str]]] = {
    "bucket-is-closed-to-the-public": [
        (key, value, f"{key} must be true")
        for key in (
            "blockPublicAcls",
            "blockPublicPolicy",
            "ignorePublicAcls",
            "restrictPublicBuckets",
        )
        for value in (False, GONE)
    ],
    "bucket-is-encrypted-with-our-key": [
        ("rules", [], "rules must name an encryption"),
        ("rules 0 applyServerSideEncryptionByDefault kmsMasterKeyId", GONE, "a key of our own"),
        ("rules 0 bucketKeyEnabled", False, "bucketKeyEnabled must be true"),
    ],
    "bucket-keeps-versions": [("versioningConfiguration status", "Suspended", "must be Enabled")],
    "bucket-speaks-tls-only": [("policy", "not a document", "aws:SecureTransport is false")],
    "bucket-has-no-inline-settings": [
        ("versioning", {"enabled": True}, "versioning must be a resource of its own"),
        ("policy", "{}", "policy must be a resource of its own"),
    ],
    "key-rotates-and-dies-slowly": [
        ("enableKeyRotation", False, "enableKeyRotation must be true"),
        ("deletionWindowInDays", 7, "deletionWindowInDays must be 30"),
        ("bypassPolicyLockoutSafetyCheck", True, "bypassPolicyLockoutSafetyCheck must not"),
    ],
    "role-stands-under-a-boundary": [
        ("permissionsBoundary", GONE, "permissionsBoundary must be set"),
        ("maxSessionDuration", 43200, "maxSessionDuration must be at most 3600"),
    ],
    "subnet-gives-no-public-address": [("mapPublicIpOnLaunch", True, "must be false")],
    "default-group-is-empty": [
        ("ingress", [{}], "ingress must be empty"),
        ("egress", [{}], "egress must be empty"),
    ],
    "nobody-comes-in-from-anywhere": [
        ("cidrIpv4", "0.0.0.0/0", "cidrIpv4 must not be 0.0.0.0/0"),
        ("cidrIpv6", "::/0", "cidrIpv6 must not be ::/0"),
        ("description", GONE, "must say who comes in"),
    ],
    "egress-is-narrow": [
        ("cidrIpv4", "0.0.0.0/0", "a protocol and a destination"),
        ("ipProtocol", "-1", "a protocol and a destination"),
        ("description", "", "must say what is reached"),
    ],
    "traffic-is-recorded": [("trafficType", "REJECT", "trafficType must be ALL")],
    "cluster-api-is-private": [
        ("vpcConfig endpointPublicAccess", GONE, "endpointPublicAccess must be false"),
        ("vpcConfig endpointPrivateAccess", False, "endpointPrivateAccess must be true"),
    ],
    "cluster-secrets-are-encrypted": [
        ("encryptionConfig resources", [], "cover secrets with a key"),
        ("encryptionConfig provider keyArn", GONE, "cover secrets with a key"),
    ],
    "cluster-logs-everything": [
        ("enabledClusterLogTypes", ["api", "scheduler"], "lacks audit, authenticator, controller"),
    ],
    "cluster-admits-by-entry-only": [
        ("accessConfig authenticationMode", "CONFIG_MAP", "authenticationMode must be API"),
        ("accessConfig bootstrapClusterCreatorAdminPermissions", GONE, "AdminPermissions must be"),
    ],
    "images-never-move": [
        ("imageTagMutability", GONE, "imageTagMutability must be IMMUTABLE"),
        ("imageScanningConfiguration scanOnPush", False, "scanOnPush must be true"),
        ("encryptionConfigurations 0 encryptionType", "AES256", "must name a KMS key"),
    ],
    "messages-are-encrypted": [("kmsMasterKeyId", GONE, "a key of our own")],
    "events-are-retried-then-set-aside": [
        ("deadLetterConfig arn", GONE, "deadLetterConfig.arn must be set"),
        ("retryPolicy maximumRetryAttempts", 0, "maximumRetryAttempts must be set"),
    ],
    "logs-are-kept-and-encrypted": [
        ("kmsKeyId", GONE, "a key of our own"),
        ("retentionInDays", 7, "at least 30"),
    ],
    "alarms-are-heard": [
        ("alarmActions", [], "must reach somebody"),
        ("actionsEnabled", False, "must reach somebody"),
    ],
    "tables-can-be-restored": [
        ("pointInTimeRecovery enabled", False, "pointInTimeRecovery.enabled must be true"),
        ("serverSideEncryption kmsKeyArn", GONE, "a key of our own"),
    ],
    "secrets-are-recoverable": [
        ("kmsKeyId", GONE, "a key of our own"),
        ("recoveryWindowInDays", 7, "recoveryWindowInDays must be 30"),
    ],
    "pod-image-is-named-by-digest": [
        (f"{MAIN} image", "registry/image:1.2", "by digest, got 'registry/image:1.2'"),
        (f"{MAIN} image", GONE, "by digest, got None"),
    ],
    "pod-is-not-root": [
        (f"{POD} securityContext runAsNonRoot", GONE, "runAsNonRoot must be true"),
        (f"{POD} securityContext runAsUser", 1000, "runAsUser must be at least 10000"),
        (f"{POD} securityContext seccompProfile", GONE, "must be RuntimeDefault"),
    ],
    "pod-has-no-privileges": [
        (f"{MAIN} securityContext allowPrivilegeEscalation", GONE, "allowPrivilegeEscalation"),
        (f"{MAIN} securityContext privileged", True, "allowPrivilegeEscalation"),
        (f"{MAIN} securityContext capabilities drop", ["NET_RAW"], "drop must be [ALL]"),
        *((f"{POD} {key}", True, f"{key} must not") for key in ("hostNetwork", "hostPID")),
        (f"{POD} hostIPC", True, "hostIPC must not be set"),
    ],
    "pod-root-is-read-only": [
        (f"{MAIN} securityContext readOnlyRootFilesystem", False, "readOnlyRootFilesystem"),
    ],
    "pod-is-bounded": [
        (f"{MAIN} resources requests cpu", GONE, "resources.requests.cpu must be set"),
        (f"{MAIN} resources limits memory", "64Gi", "limits.memory must equal the request"),
        (f"{MAIN} resources limits memory", GONE, "limits.memory must equal the request"),
    ],
    "pod-has-its-own-account-without-token": [
        (f"{POD} automountServiceAccountToken", GONE, "automountServiceAccountToken must be"),
        (f"{POD} serviceAccountName", GONE, "an account of the workload's own"),
    ],
    "pod-answers-two-probes": [
        (f"{MAIN} livenessProbe", GONE, "livenessProbe must be set"),
        (f"{MAIN} readinessProbe", GONE, "readinessProbe must be set"),
    ],
    "namespace-is-restricted": [
        (
            "metadata labels pod-security.kubernetes.io/enforce",
            "baseline",
            "must enforce the restricted",
        ),
        (
            "metadata labels pod-security.kubernetes.io/enforce-version",
            GONE,
            "must pin the standard's version",
        ),
    ],
}
CASES = [(name, *way) for name, ways in WAYS.items() for way in ways]


@pytest.mark.parametrize(
    ("name", "path", "value", "said"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES]
)
def test_what_is_lacking_is_told_and_nothing_else(
    name: str, path: str, value: Any, said: str
) -> None:
    *way, key = path.split()
    rule, inputs = example(name, way, key)
    holder = at(inputs, way)
    if value is GONE:
        del holder[key]
    else:
        holder[key] = value
    (problem,) = rule.problems(inputs)
    assert said in problem


def test_one_question_asked_twice_is_no_second_probe() -> None:
    rule, inputs = example("pod-answers-two-probes", MAIN.split(), "livenessProbe")
    main = at(inputs, MAIN.split())
    main["livenessProbe"] = main["readinessProbe"]
    (problem,) = rule.problems(inputs)
    assert "must not be one question" in problem


def example(name: str, way: list[str], key: str) -> tuple[Rule, Any]:
    """A rule, and a copy of a resource that keeps it: if any has it, one with the setting."""
    (rule,) = (each for each in RULES if each.name == name)
    there = [r.inputs for r in inventory("prod") if r.type in rule.types and at(r.inputs, way)]
    chosen = next((inputs for inputs in there if key in at(inputs, way)), there[0])
    assert list(rule.problems(chosen)) == []
    return rule, copy.deepcopy(chosen)


def at(node: Any, way: list[str]) -> Any:
    """What is there, None where nothing is."""
    for key in way:
        node = node[int(key)] if isinstance(node, list) else node.get(key)
        if node is None:
            return None
    return node
