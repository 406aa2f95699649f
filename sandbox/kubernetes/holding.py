"""Keeps a cluster's own CronJob controller still while the sandbox's clock is set."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.kubernetes.api import APPLY, Api, ApiError

NAME = "sandbox-clock-is-set"
_HOME = "/apis/admissionregistration.k8s.io/v1"
_CONTROLLER = "system:serviceaccount:kube-system:cronjob-controller"

_POLICY: dict[str, Any] = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": NAME},
    "spec": {
        "failurePolicy": "Ignore",
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": ["batch"],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["jobs"],
                }
            ]
        },
        "validations": [
            {
                "expression": f"request.userInfo.username != '{_CONTROLLER}'",
                "message": "The sandbox's clock is set and starts CronJobs itself; "
                "`modelyard sandbox clock real` ends that.",
            }
        ],
    },
}
_BINDING: dict[str, Any] = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": NAME},
    "spec": {"policyName": NAME, "validationActions": ["Deny"]},
}
_PATHS = {
    f"{_HOME}/validatingadmissionpolicies/{NAME}": _POLICY,
    f"{_HOME}/validatingadmissionpolicybindings/{NAME}": _BINDING,
}


class Holding:
    """Refuses the controller's Jobs and nobody else's; CronJobs themselves stay as they are.

    Suspending them instead would show as a difference in the next preview. The controller starts
    the last run it missed when it may again, as after any time in which it could not work.
    """

    def __init__(self, clusters: Callable[[], Mapping[str, Api]]) -> None:
        self._clusters = clusters

    def __call__(self, held: bool) -> list[str]:
        """Hold or let go in every cluster; return what could not be done, in words."""
        problems = []
        for environment, api in self._clusters().items():
            try:
                if held:
                    _hold(api)
                else:
                    _let_go(api)
            except ApiError as error:
                doing = "held" if held else "let go"
                problems.append(
                    f"the CronJob controller of {environment} was not {doing}: {error.message}"
                )
        return problems


def _hold(api: Api) -> None:
    query = {"fieldManager": "sandbox", "force": "true"}
    for path, wanted in _PATHS.items():
        api.call("PATCH", path, wanted, query=query, content_type=APPLY, timeout=10.0)


def _let_go(api: Api) -> None:
    for path in reversed(_PATHS):
        try:
            api.call("DELETE", path, timeout=10.0)
        except ApiError as error:
            if error.status != 404:
                raise
