"""A roll-out is judged by its own pods: those that it replaces may be what it mends."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.kubernetes.provider.cluster import Cluster
from sandbox.kubernetes.provider.waiting import pod_troubles
from tests.sandbox.kubernetes.http_border import Object, answering

HASH, REVISION = "pod-template-hash", "deployment.kubernetes.io/revision"
APP = {"app": "toy"}


def replica_set(template: str, revision: str, owner: str = "u-1") -> Object:
    labels = {**APP, HASH: template}
    return {
        "metadata": {
            "name": f"toy-{template}",
            "namespace": "models",
            "labels": labels,
            "annotations": {REVISION: revision},
            "ownerReferences": [{"kind": "Deployment", "uid": owner}],
        },
        "spec": {"selector": {"matchLabels": labels}},
    }


def pod(name: str, template: str, reason: str = "") -> Object:
    state: Object = {"waiting": {"reason": reason}} if reason else {"running": {}}
    return {
        "metadata": {"name": name, "namespace": "models", "labels": {**APP, HASH: template}},
        "status": {"containerStatuses": [{"name": "main", "state": state}]},
    }


def deployment(revision: str, generation: int = 2) -> Object:
    return {
        "metadata": {
            "name": "toy",
            "namespace": "models",
            "uid": "u-1",
            "generation": generation,
            "annotations": {REVISION: revision},
        },
        "spec": {"selector": {"matchLabels": APP}},
        "status": {"observedGeneration": 2},
    }


SETS = [replica_set("old", "1"), replica_set("new", "2"), replica_set("other", "2", owner="u-2")]
PODS = [
    pod("before", "old", "CrashLoopBackOff"),
    pod("after", "new"),
    pod("stranger", "other", "CrashLoopBackOff"),
]


def blamed(deployment: Object, pods: list[Object]) -> list[str]:
    """Which pods are named as the trouble of a deployment."""

    def answer(method: str, path: str, body: Object | None) -> tuple[int, Object]:
        asked = urlsplit(path)
        kept = {"replicasets": SETS, "pods": pods}[asked.path.rpartition("/")[2]]
        (selector,) = parse_qs(asked.query)["labelSelector"]
        wanted = dict(each.split("=") for each in selector.split(","))
        return 200, {"items": [each for each in kept if wanted.items() <= labels(each).items()]}

    with answering(answer) as api:
        told = [text for _, text in pod_troubles(Cluster(api), deployment)]
    return [name for text in told for name in re.findall(r"pod (\S+),", text)]


def labels(kept: Object) -> dict[str, Any]:
    found: dict[str, Any] = kept["metadata"]["labels"]
    return found


def test_a_mended_deployment_is_not_blamed_for_the_pods_that_it_replaces() -> None:
    assert blamed(deployment("2"), PODS) == []


@pytest.mark.parametrize(("revision", "name"), [("1", "before"), ("2", "after")])
def test_the_pods_of_the_template_that_is_wanted_are_named(revision: str, name: str) -> None:
    template = {"1": "old", "2": "new"}[revision]
    others = [each for each in PODS if each["metadata"]["name"] != name]
    pods = [*others, pod(name, template, "CrashLoopBackOff")]
    assert blamed(deployment(revision), pods) == [name]


def test_nobody_is_blamed_before_the_cluster_has_seen_the_new_template() -> None:
    assert blamed(deployment("1", generation=3), PODS) == []
