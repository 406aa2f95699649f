"""Pods run a known image, without privileges, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy.rule import Inputs, Rule, entries, section

BY_DIGEST = re.compile(r"^[^@\s]+@sha256:[0-9a-f]{64}$")
TEMPLATED = (
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:batch/v1:Job",
)
TYPES = (*TEMPLATED, "kubernetes:batch/v1:CronJob", "kubernetes:core/v1:Pod")


def pod_spec(inputs: Inputs) -> Mapping[str, Any]:
    """The pod inside any workload."""
    spec = section(inputs.get("spec"))
    if "jobTemplate" in spec:
        spec = section(section(spec.get("jobTemplate")).get("spec"))
    return section(section(spec.get("template")).get("spec")) if "template" in spec else spec


def containers(inputs: Inputs) -> Iterator[Mapping[str, Any]]:
    """Every container of the pod, those that only prepare included."""
    pod = pod_spec(inputs)
    for key in ("initContainers", "containers", "ephemeralContainers"):
        yield from (section(each) for each in entries(pod.get(key)))


def _moving_image(inputs: Inputs) -> Iterator[str]:
    for each in containers(inputs):
        image = each.get("image")
        # An image that is not known yet is judged when it is.
        if (isinstance(image, str) or "image" not in each) and not BY_DIGEST.match(image or ""):
            yield f"{each.get('name')}: image must be given by digest, got {image!r}"


def _root(inputs: Inputs) -> Iterator[str]:
    context = section(pod_spec(inputs).get("securityContext"))
    if context.get("runAsNonRoot") is not True:
        yield "securityContext.runAsNonRoot must be true"
    if (context.get("runAsUser") or 0) < 10000:
        yield "securityContext.runAsUser must be at least 10000, above the node's own users"
    if section(context.get("seccompProfile")).get("type") != "RuntimeDefault":
        yield "securityContext.seccompProfile.type must be RuntimeDefault"


def _privileges(inputs: Inputs) -> Iterator[str]:
    for each in containers(inputs):
        context = section(each.get("securityContext"))
        if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
            yield f"{each.get('name')}: allowPrivilegeEscalation must be false"
        if entries(section(context.get("capabilities")).get("drop")) != ["ALL"]:
            yield f"{each.get('name')}: capabilities.drop must be [ALL]"
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod_spec(inputs).get(key):
            yield f"{key} must not be set"


def _writable_root(inputs: Inputs) -> Iterator[str]:
    for each in containers(inputs):
        if section(each.get("securityContext")).get("readOnlyRootFilesystem") is not True:
            yield f"{each.get('name')}: readOnlyRootFilesystem must be true"


def _unbounded(inputs: Inputs) -> Iterator[str]:
    for each in containers(inputs):
        resources = section(each.get("resources"))
        requests, limits = section(resources.get("requests")), section(resources.get("limits"))
        for key in ("cpu", "memory"):
            if key not in requests:
                yield f"{each.get('name')}: resources.requests.{key} must be set"
        if not limits.get("memory") or limits.get("memory") != requests.get("memory"):
            yield f"{each.get('name')}: resources.limits.memory must equal the request"


def _api_token(inputs: Inputs) -> Iterator[str]:
    pod = pod_spec(inputs)
    if pod.get("automountServiceAccountToken") is not False:
        yield "automountServiceAccountToken must be false"
    if pod.get("serviceAccountName", "default") == "default":
        yield "serviceAccountName must name an account of the workload's own"


def _unwatched(inputs: Inputs) -> Iterator[str]:
    for each in entries(pod_spec(inputs).get("containers")):
        for probe in ("livenessProbe", "readinessProbe"):
            if probe not in each:
                yield f"{each.get('name')}: {probe} must be set"
        if each.get("livenessProbe") and each.get("livenessProbe") == each.get("readinessProbe"):
            yield f"{each.get('name')}: being alive and being ready must not be one question"


def _unrestricted(inputs: Inputs) -> Iterator[str]:
    labels = section(section(inputs.get("metadata")).get("labels"))
    if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
        yield "metadata.labels must enforce the restricted pod security standard"
    if "pod-security.kubernetes.io/enforce-version" not in labels:
        yield "metadata.labels must pin the standard's version"


RULES = (
    Rule(
        name="pod-image-is-named-by-digest",
        description="What runs is what was tested: an image is named by its content.",
        standards=("CKV_K8S_14", "CKV_K8S_43", "CIS-EKS-5.1.4"),
        types=TYPES,
        problems=_moving_image,
    ),
    Rule(
        name="pod-is-not-root",
        description="A process that escapes is nobody on the node.",
        standards=("CKV_K8S_6", "CKV_K8S_23", "CKV_K8S_31", "CKV_K8S_40"),
        types=TYPES,
        problems=_root,
    ),
    Rule(
        name="pod-has-no-privileges",
        description="No capability, no escalation, nothing of the host.",
        standards=("CKV_K8S_16", "CKV_K8S_20", "CKV_K8S_37", "CIS-EKS-4.2.5"),
        types=TYPES,
        problems=_privileges,
    ),
    Rule(
        name="pod-root-is-read-only",
        description="Code cannot be changed where it runs.",
        standards=("CKV_K8S_22",),
        types=TYPES,
        problems=_writable_root,
    ),
    Rule(
        name="pod-is-bounded",
        description="A pod says what it needs and cannot take its neighbours' memory.",
        standards=("CKV_K8S_10", "CKV_K8S_12", "CKV_K8S_13"),
        types=TYPES,
        problems=_unbounded,
    ),
    Rule(
        name="pod-has-its-own-account-without-token",
        description="A pod has an identity of its own, and no way to the API server.",
        standards=("CKV_K8S_38", "CKV_K8S_41", "CIS-EKS-4.1.5", "CIS-EKS-4.1.6"),
        types=TYPES,
        problems=_api_token,
    ),
    Rule(
        name="pod-answers-two-probes",
        description="Being alive and being ready are asked separately.",
        standards=("CKV_K8S_8", "CKV_K8S_9"),
        types=("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"),
        problems=_unwatched,
    ),
    Rule(
        name="namespace-is-restricted",
        description="The API server itself refuses pods that break the rules above.",
        standards=("CIS-EKS-4.2.1", "CIS-EKS-4.5.1"),
        types=("kubernetes:core/v1:Namespace",),
        problems=_unrestricted,
    ),
)
