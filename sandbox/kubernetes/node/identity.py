"""AWS credentials for pods by the Pod Identity contract: a token per pod, an agent that trades it.

Only a pod whose service account has an association gets the token, and the agent asks the API
server whose token it is: nothing that a pod says about itself is believed.
"""

import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.containers import Mount
from sandbox.kubernetes.api import Api, ApiError
from sandbox.kubernetes.node.associations import Associations
from sandbox.kubernetes.runtime.state import NAMESPACE, POD, POD_ID, Injection, Pod

AUDIENCE = "pods.eks.amazonaws.com"
_PLACE = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
_FILE = "eks-pod-identity-token"
_LIFE_SECONDS = 24 * 3600
_RENEW_SECONDS = 6 * 3600.0
_GONE = {404, 409}
"""No such pod or account; or another pod has the name by now."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What every container of the environment is told."""

    aws_endpoint: str
    region: str
    agent: str
    """Address at which pods ask for credentials."""

    def variables(self) -> dict[str, str]:
        """For all containers, with or without a role."""
        return {
            "AWS_ENDPOINT_URL": self.aws_endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_STS_REGIONAL_ENDPOINTS": "regional",
            # Without a role the answer must be "no credentials" at once, not after a time-out.
            "AWS_EC2_METADATA_DISABLED": "true",
        }


class Identity:
    """Gives pods their tokens."""

    def __init__(
        self, api: Api, associations: Associations, folder: Path, around: Surroundings
    ) -> None:
        self._api, self._associations = api, associations
        self._folder, self._around = folder, around
        self._given: dict[Path, tuple[str, str, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def inject(self, pod: Pod) -> Injection:
        """What the platform adds to the containers of the pod."""
        labels = pod.config.labels
        namespace, name, uid = labels[NAMESPACE], labels[POD], labels[POD_ID]
        variables = self._around.variables()
        found = self._api.get(f"/api/v1/namespaces/{namespace}/pods/{name}")
        account = (found or {}).get("spec", {}).get("serviceAccountName", "default")
        if self._associations.role(namespace, account) is None:
            return Injection(env=variables)
        file = self._folder / uid / _FILE
        bound = {"kind": "Pod", "apiVersion": "v1", "name": name, "uid": uid}
        self._write(file, namespace, account, bound)
        with self._lock:
            self._given[file] = (namespace, account, bound)
        variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = self._around.agent
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = f"{_PLACE}/{_FILE}"
        mount = Mount(source=file.parent, target=_PLACE, read_only=True)
        return Injection(env=variables, mounts=(mount,))

    def keep_fresh(self, stopped: threading.Event) -> None:
        """Renew the tokens long before they end."""
        while not stopped.wait(_RENEW_SECONDS):
            self.renew()

    def renew(self) -> None:
        """Renew every token once; a pod that is gone, and no other, loses its own."""
        with self._lock:
            given = dict(self._given)
        for file, (namespace, account, bound) in given.items():
            try:
                self._write(file, namespace, account, bound)
            except (ApiError, OSError) as error:
                if isinstance(error, ApiError) and error.status in _GONE:
                    file.unlink(missing_ok=True)
                    with self._lock:
                        self._given.pop(file, None)
                else:
                    # The token that it has is good for several more tries.
                    sys.stderr.write(f"token of pod {namespace}/{bound['name']}: {error}\n")

    def _write(self, file: Path, namespace: str, account: str, bound: dict[str, Any]) -> None:
        asked = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {
                "audiences": [AUDIENCE],
                "expirationSeconds": _LIFE_SECONDS,
                "boundObjectRef": bound,
            },
        }
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        token = self._api.call("POST", path, asked)["status"]["token"]
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{_FILE}.new")
        draft.write_text(token)
        draft.chmod(0o444)
        draft.replace(file)
