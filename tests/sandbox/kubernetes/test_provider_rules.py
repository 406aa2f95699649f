"""What the provider decides without a cluster: names, refusals, replacements, drift."""

from typing import Any

import pytest

from sandbox.kubernetes.provider.checking import completed, mistakes
from sandbox.kubernetes.provider.differences import difference
from sandbox.kubernetes.provider.objects import _merged, outputs
from sandbox.kubernetes.provider.servicer import stack_of, token_of

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"


def named(inputs: dict[str, Any], olds: dict[str, Any] | None = None, seed: bytes = b"1") -> Any:
    return completed(CONFIG_MAP, inputs, olds or {}, logical="Settings", seed=seed)


def test_an_object_without_a_name_gets_one_and_keeps_it() -> None:
    first = named({})
    assert first["metadata"]["name"].startswith("settings-")
    assert (first["apiVersion"], first["kind"]) == ("v1", "ConfigMap")
    again = named({}, first, seed=b"2")
    assert again["metadata"] == first["metadata"]
    assert named({"metadata": {"name": "mine"}})["metadata"] == {"name": "mine"}


@pytest.mark.parametrize(
    ("token", "inputs", "path"),
    [
        ("kubernetes:core/v1:PodList", {}, "kind"),
        ("kubernetes:apps/v1:DeploymentPatch", {}, "kind"),
        ("kubernetes:helm.sh/v3:Release", {}, "type"),
        (CONFIG_MAP, {"kind": "Secret"}, "kind"),
        (CONFIG_MAP, {"metadata": {"name": "Not_Allowed"}}, "metadata.name"),
        (CONFIG_MAP, {"metadata": {"generateName": "x-"}}, "metadata.generateName"),
    ],
)
def test_what_cannot_work_is_refused_by_path(
    token: str, inputs: dict[str, Any], path: str
) -> None:
    complete = completed(token, inputs, {}, logical="x", seed=b"1")
    assert [where for where, _ in mistakes(token, complete)] == [path]


def test_a_custom_resource_is_taken_as_it_is() -> None:
    token = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"
    complete = completed(token, {"metadata": {"name": "x"}}, {}, logical="x", seed=b"1")
    assert complete["apiVersion"] == "monitoring.coreos.com/v1"
    assert mistakes(token, complete) == []


def of(kind: str, **rest: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, **rest}


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        (of("Deployment", spec={"replicas": 1}), of("Deployment", spec={"replicas": 2}), False),
        (
            of("Deployment", spec={"selector": {"matchLabels": {"a": "1"}}}),
            of("Deployment", spec={"selector": {"matchLabels": {"a": "2"}}}),
            True,
        ),
        (of("Job", spec={"template": {"a": 1}}), of("Job", spec={"template": {"a": 2}}), True),
        (of("Service", spec={"clusterIP": "1"}), of("Service", spec={"clusterIP": "2"}), True),
        (of("ConfigMap", data={"a": "1"}), of("ConfigMap", data={"a": "2"}), True),
        (of("Role", rules=[1]), of("Role", rules=[2]), False),
    ],
)
def test_what_the_server_would_refuse_to_change_is_replaced(
    old: dict[str, Any], new: dict[str, Any], replaces: bool
) -> None:
    found = difference(old, new)
    assert len(found.changed) == 1
    assert bool(found.replaces) is replaces
    assert found.delete_first is replaces


def test_mutable_config_maps_and_autonamed_ones_stay_or_overlap() -> None:
    old, new = of("ConfigMap", data={"a": "1"}), of("ConfigMap", data={"a": "2"})
    assert difference(old, new, mutable_config_maps=True).replaces == ()
    given = {"name": "x-1", "annotations": {"pulumi.com/autonamed": "true"}}
    found = difference(old | {"metadata": given}, new | {"metadata": given})
    assert found.replaces == ("data.a",)
    assert not found.delete_first


def test_ignored_changes_are_none() -> None:
    old, new = of("Deployment", spec={"replicas": 1}), of("Deployment", spec={"replicas": 2})
    assert difference(old, new, ignored=("spec.replicas",)).changed == ()


def test_drift_takes_the_live_value_and_leaves_other_spellings_alone() -> None:
    inputs = {"cpu": "1000m", "image": "a", "gone": "x", "list": [{"n": 1}, {"n": 2}]}
    wanted = {"cpu": "1", "image": "a", "gone": "x", "list": [{"n": 1}, {"n": 2}], "more": 1}
    live = {"cpu": "1", "image": "b", "list": [{"n": 1}, {"n": 3}], "more": 1}
    assert _merged(inputs, wanted, live) == {
        "cpu": "1000m",
        "image": "b",
        "list": [{"n": 1}, {"n": 3}],
    }


def test_the_state_holds_nothing_that_changes_by_itself() -> None:
    live = of("Deployment", status={"replicas": 1})
    live["metadata"] |= {"resourceVersion": "5", "managedFields": [], "uid": "u"}
    assert outputs(live) == of("Deployment") | {"metadata": {"name": "x", "uid": "u"}}


def test_urns_tell_stack_and_type() -> None:
    urn = "urn:pulumi:prod::modelyard::my:area:Cluster$kubernetes:core/v1:Namespace::models"
    assert stack_of(urn) == "prod"
    assert token_of(urn) == "kubernetes:core/v1:Namespace"
