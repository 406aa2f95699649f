"""One cluster as the provider uses it: where objects of a kind live, apply, delete."""

import threading
from dataclasses import dataclass
from typing import Any

from sandbox.errors import SandboxError
from sandbox.kubernetes.api import APPLY, Api, ApiError

MANAGER = "pulumi-kubernetes"
Object = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How the API server calls a kind."""

    collection: str
    """`/apis/apps/v1`."""
    plural: str
    namespaced: bool


class UnknownKindError(SandboxError):
    """The API server does not serve the kind, perhaps not yet."""


class Cluster:
    """An API server and what its provider instance was told."""

    def __init__(
        self,
        api: Api,
        *,
        mutable_config_maps: bool = False,
        mutable_secrets: bool = False,
        namespace: str = "default",
    ) -> None:
        self.api = api
        self.mutable_config_maps, self.mutable_secrets = mutable_config_maps, mutable_secrets
        self.namespace = namespace
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._lock = threading.Lock()

    def kind(self, version: str, kind: str) -> Kind:
        """Look the kind up; custom kinds appear when their definition was created."""
        with self._lock:
            if (version, kind) not in self._kinds:
                self._learn(version)
            found = self._kinds.get((version, kind))
        if found is None:
            raise UnknownKindError(
                f"The cluster knows no kind {kind} of {version}.",
                "Check apiVersion and kind, or create the custom resource definition first.",
            )
        return found

    def _learn(self, version: str) -> None:
        collection = f"/apis/{version}" if "/" in version else f"/api/{version}"
        for each in (self.api.get(collection) or {}).get("resources", ()):
            if "/" not in each["name"]:
                self._kinds[version, each["kind"]] = Kind(
                    collection=collection, plural=each["name"], namespaced=each["namespaced"]
                )

    def path(self, target: Object) -> str:
        """Where the object lives."""
        kind = self.kind(target["apiVersion"], target["kind"])
        name = target["metadata"]["name"]
        if not kind.namespaced:
            return f"{kind.collection}/{kind.plural}/{name}"
        namespace = target["metadata"].get("namespace") or self.namespace
        return f"{kind.collection}/namespaces/{namespace}/{kind.plural}/{name}"

    def identity(self, target: Object) -> str:
        """The resource's id: `namespace/name`, or the name."""
        if not self.kind(target["apiVersion"], target["kind"]).namespaced:
            return str(target["metadata"]["name"])
        namespace = target["metadata"].get("namespace") or self.namespace
        return f"{namespace}/{target['metadata']['name']}"

    def apply(self, wanted: Object, *, dry_run: bool = False) -> Object:
        """Server-side apply with strict field checks; what it returns is what is live."""
        query = {"fieldManager": MANAGER, "force": "true", "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        return self.api.call("PATCH", self.path(wanted), wanted, query=query, content_type=APPLY)

    def live(self, target: Object) -> Object | None:
        """The object as it is now."""
        return self.api.get(self.path(target))

    def delete(self, target: Object) -> bool:
        """Ask for its end; False if it is gone already."""
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Foreground"}
        try:
            self.api.call("DELETE", self.path(target), body)
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True
