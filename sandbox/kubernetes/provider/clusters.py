"""Which cluster a provider instance leads to: its kubeconfig's, answered with our own tokens."""

import base64
import json
import threading
from pathlib import Path
from typing import Any

import yaml

from sandbox.errors import SandboxError
from sandbox.kubernetes.access import access_of, server_url
from sandbox.kubernetes.api import Api
from sandbox.kubernetes.provider.cluster import Cluster
from sandbox.layout import Layout


class UnconfiguredError(SandboxError):
    """No cluster is known for the resource yet."""


class Clusters:
    """Configurations by the engine's connection, and the last one of each stack."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._by_peer: dict[str, Cluster] = {}
        self._by_stack: dict[str, Cluster] = {}
        self._lock = threading.Lock()

    def configure(self, peer: str, stack: str, settings: dict[str, Any]) -> None:
        """Remember where this connection of the engine leads."""
        cluster = self._made(stack, settings)
        with self._lock:
            self._by_peer[peer] = cluster
            if stack:
                self._by_stack[stack] = cluster

    def of(self, peer: str, stack: str) -> Cluster:
        """The cluster of a resource; raises `UnconfiguredError`."""
        with self._lock:
            found = self._by_peer.get(peer) or self._by_stack.get(stack)
        if found is None:
            raise UnconfiguredError(
                f"The provider of stack {stack!r} has no kubeconfig.",
                "Give `kubernetes.Provider` the kubeconfig of the environment's cluster.",
            )
        return found

    def _made(self, stack: str, settings: dict[str, Any]) -> Cluster:
        text = settings.get("kubeconfig")
        if not text:
            api = Api.of(self._layout.kubeconfig, settings.get("context") or stack)
            return _cluster(api, settings)
        server, authority = _target(str(text))
        for environment in self._layout.environments:
            mine = self._layout.environment(environment.name)
            if server_url(mine) == server.rstrip("/"):
                # `aws eks get-token` would be asked on AWS; here the sandbox vouches itself.
                api = Api(server, authority, access_of(mine).token())
                return _cluster(api, settings)
        raise SandboxError(
            f"The kubeconfig leads to {server}, which is no cluster of this sandbox.",
            "After a reset of the sandbox, run `pulumi up` on the platform first.",
        )


def _cluster(api: Api, settings: dict[str, Any]) -> Cluster:
    return Cluster(
        api,
        mutable_config_maps=_truth(settings.get("enableConfigMapMutable")),
        mutable_secrets=_truth(settings.get("enableSecretMutable")),
        namespace=str(settings.get("namespace") or "default"),
    )


def _truth(value: Any) -> bool:
    return str(value).lower() == "true"


def _target(text: str) -> tuple[str, bytes]:
    path = Path(text) if len(text) < 4096 and "\n" not in text and text[:1] != "{" else None
    if path is not None and path.expanduser().is_file():
        text = path.expanduser().read_text()
    try:
        config = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
        contexts = {each["name"]: each["context"] for each in config["contexts"]}
        clusters = {each["name"]: each["cluster"] for each in config["clusters"]}
        cluster = clusters[contexts[config["current-context"]]["cluster"]]
        return cluster["server"], base64.b64decode(cluster["certificate-authority-data"])
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise SandboxError(
            f"The provider's kubeconfig cannot be read: {error!r}.",
            "It needs clusters, contexts, current-context and certificate-authority-data.",
        ) from error
