"""What an update changes, and which of it the API server would refuse, so that it replaces."""

from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes.provider.checking import is_autonamed

Inputs = dict[str, Any]
_EVERY_KIND = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
_BY_KIND = {
    "Deployment": ("spec.selector",),
    "ReplicaSet": ("spec.selector",),
    "DaemonSet": ("spec.selector",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"),
    "Job": ("spec.selector", "spec.template", "spec.completions", "spec.completionMode"),
    "Service": ("spec.clusterIP", "spec.clusterIPs"),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "PersistentVolumeClaim": ("spec.storageClassName", "spec.accessModes", "spec.volumeName"),
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "PriorityClass": ("value",),
}
# As the real provider: pods read these only when they start, so a change makes a new object.
_CONFIG_MAP = ("data", "binaryData")
_SECRET = ("data", "stringData", "type")
_ABSENT = object()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What changed between two sets of inputs."""

    changed: tuple[str, ...]
    """Dotted paths of leaves."""
    replaces: tuple[str, ...]
    """Those that need a new object."""
    delete_first: bool
    """Whether old and new would have the same name."""


def difference(
    old: Inputs,
    new: Inputs,
    *,
    ignored: tuple[str, ...] = (),
    mutable_config_maps: bool = False,
    mutable_secrets: bool = False,
) -> Difference:
    """Compare inputs."""
    changed = tuple(path for path in _paths(old, new) if not _within(path, ignored))
    kind = str(new.get("kind", ""))
    forcing = [*_EVERY_KIND, *_BY_KIND.get(kind, ())]
    if kind == "ConfigMap" and not mutable_config_maps:
        forcing += _CONFIG_MAP
    if kind == "Secret" and not mutable_secrets:
        forcing += _SECRET
    replaces = tuple(path for path in changed if _within(path, tuple(forcing)))
    same_name = _named(old) == _named(new)
    return Difference(
        changed=changed,
        replaces=replaces,
        delete_first=bool(replaces) and same_name and not is_autonamed(new),
    )


def _named(inputs: Inputs) -> tuple[Any, Any]:
    metadata = inputs.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return metadata.get("name"), metadata.get("namespace") or "default"


def _within(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith((f"{place}.", f"{place}[")) for place in places)


def _paths(old: Any, new: Any, at: str = "") -> list[str]:
    if old is _ABSENT or new is _ABSENT:
        return [at]
    if isinstance(old, dict) and isinstance(new, dict):
        found = []
        for key in sorted({*old, *new}):
            place = _join(at, key)
            found += _paths(old.get(key, _ABSENT), new.get(key, _ABSENT), place)
        return found
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            path
            for index, (before, after) in enumerate(zip(old, new, strict=True))
            for path in _paths(before, after, f"{at}[{index}]")
        ]
    return [] if old == new and type(old) is type(new) else [at]


def _join(at: str, key: str) -> str:
    if "." in key or "/" in key:
        return f'{at}["{key}"]'
    return f"{at}.{key}" if at else key
