"""The cluster is private, logs everything, and images cannot be replaced behind its back."""

from __future__ import annotations

from collections.abc import Iterator

from policy.rule import Inputs, Rule, entries, section

LOGS = {"api", "audit", "authenticator", "controllerManager", "scheduler"}


def _public_api(inputs: Inputs) -> Iterator[str]:
    network = section(inputs.get("vpcConfig"))
    if network.get("endpointPublicAccess") is not False:
        yield "vpcConfig.endpointPublicAccess must be false"
    if network.get("endpointPrivateAccess") is not True:
        yield "vpcConfig.endpointPrivateAccess must be true"


def _readable_secrets(inputs: Inputs) -> Iterator[str]:
    encryption = section(inputs.get("encryptionConfig"))
    covered = "secrets" in entries(encryption.get("resources"))
    if not covered or "keyArn" not in section(encryption.get("provider")):
        yield "encryptionConfig must cover secrets with a key of our own"


def _silent_cluster(inputs: Inputs) -> Iterator[str]:
    missing = LOGS - set(entries(inputs.get("enabledClusterLogTypes")))
    if missing:
        yield f"enabledClusterLogTypes lacks {', '.join(sorted(missing))}"


def _loose_entry(inputs: Inputs) -> Iterator[str]:
    access = section(inputs.get("accessConfig"))
    if access.get("authenticationMode") != "API":
        yield "accessConfig.authenticationMode must be API"
    if access.get("bootstrapClusterCreatorAdminPermissions") is not False:
        yield "accessConfig.bootstrapClusterCreatorAdminPermissions must be false"


def _moving_images(inputs: Inputs) -> Iterator[str]:
    if inputs.get("imageTagMutability") != "IMMUTABLE":
        yield "imageTagMutability must be IMMUTABLE"
    if section(inputs.get("imageScanningConfiguration")).get("scanOnPush") is not True:
        yield "imageScanningConfiguration.scanOnPush must be true"
    kinds = [
        each.get("encryptionType") for each in entries(inputs.get("encryptionConfigurations"))
    ]
    if kinds != ["KMS"]:
        yield "encryptionConfigurations must name a KMS key"


CLUSTER = ("aws:eks/cluster:Cluster",)
RULES = (
    Rule(
        name="cluster-api-is-private",
        description="The cluster's API cannot be reached from the internet.",
        standards=("EKS.1", "CKV_AWS_38", "CKV_AWS_39", "CIS-EKS-5.4.1", "CIS-EKS-5.4.2"),
        types=CLUSTER,
        problems=_public_api,
    ),
    Rule(
        name="cluster-secrets-are-encrypted",
        description="Kubernetes secrets lie under a key of our own.",
        standards=("EKS.3", "CKV_AWS_58", "AWS-0039", "CIS-EKS-5.3.1"),
        types=CLUSTER,
        problems=_readable_secrets,
    ),
    Rule(
        name="cluster-logs-everything",
        description="Every kind of control plane log is on.",
        standards=("EKS.8", "CKV_AWS_37", "AWS-0038", "CIS-EKS-2.1.1"),
        types=CLUSTER,
        problems=_silent_cluster,
    ),
    Rule(
        name="cluster-admits-by-entry-only",
        description="Who enters the cluster is a reviewed resource; nobody is admitted silently.",
        standards=("CIS-EKS-4.1.7", "CIS-EKS-5.5.1"),
        types=CLUSTER,
        problems=_loose_entry,
    ),
    Rule(
        name="images-never-move",
        description="A tag is pushed once, scanned, and encrypted with a key of our own.",
        standards=("ECR.1", "ECR.2", "ECR.5", "CKV_AWS_51", "CKV_AWS_136", "CKV_AWS_163"),
        types=("aws:ecr/repository:Repository",),
        problems=_moving_images,
    ),
)
