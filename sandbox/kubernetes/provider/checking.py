"""What is wrong with a resource before any cluster is asked, and the name it gets."""

import hashlib
import re
from typing import Any

from sandbox.aws.provider.wire import UNKNOWN

AUTONAMED = "pulumi.com/autonamed"
Inputs = dict[str, Any]
_NAME = re.compile(r"^[a-z0-9]([a-z0-9.:-]{0,251}[a-z0-9])?$")
_REFUSED = {
    "kubernetes:helm.sh/v3:Release": "charts cannot be installed in the sandbox",
    "kubernetes:helm.sh/v4:Chart": "charts cannot be installed in the sandbox",
    "kubernetes:kustomize:Directory": "kustomize is not available in the sandbox",
}


def version_and_kind(token: str) -> tuple[str, str]:
    """`kubernetes:core/v1:Namespace` → (`v1`, `Namespace`)."""
    _, version, kind = token.split(":", 2)
    return version.removeprefix("core/"), kind


def completed(
    token: str,
    inputs: Inputs,
    olds: Inputs,
    *,
    logical: str,
    seed: bytes,
    proposal: str | None = None,
) -> Inputs:
    """The inputs with version, kind and, where none was chosen, a name."""
    version, kind = version_and_kind(token)
    result = {"apiVersion": version, "kind": kind, **inputs}
    metadata = result.get("metadata")
    if metadata == UNKNOWN:
        return result
    metadata = dict(metadata or {})
    if not metadata.get("name") and not metadata.get("generateName"):
        before = olds.get("metadata") or {}
        annotations = metadata.get("annotations")
        if annotations != UNKNOWN:
            metadata["annotations"] = {**(annotations or {}), AUTONAMED: "true"}
        if _autonamed(olds) and before.get("name"):
            metadata["name"] = before["name"]
        else:
            suffix = hashlib.sha256(seed or logical.encode()).hexdigest()[:8]
            metadata["name"] = proposal or f"{logical.lower()[:54]}-{suffix}"
    result["metadata"] = metadata
    return result


def is_autonamed(inputs: Inputs) -> bool:
    """Whether the name was given by us, so that a replacement can stand beside the old one."""
    return _autonamed(inputs)


def _autonamed(inputs: Inputs) -> bool:
    metadata = inputs.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and annotations.get(AUTONAMED) == "true"


def mistakes(token: str, inputs: Inputs) -> list[tuple[str, str]]:
    """(path, what is wrong) of everything that can be seen without a cluster."""
    version, kind = version_and_kind(token)
    if token in _REFUSED:
        return [("type", f"{_REFUSED[token]}: write the objects out, or deploy to AWS")]
    if kind.endswith("List"):
        return [("kind", f"{kind} is a list; declare its items as resources of their own")]
    if kind.endswith("Patch"):
        return [("kind", f"{kind} patches what others own; declare the {kind[:-5]} itself")]
    found = []
    for key, wanted in (("apiVersion", version), ("kind", kind)):
        if inputs.get(key) not in (wanted, UNKNOWN):
            found.append((key, f"is {inputs.get(key)!r}, but the resource's type says {wanted!r}"))
    metadata = inputs.get("metadata")
    if isinstance(metadata, dict):
        if metadata.get("generateName"):
            found.append(("metadata.generateName", "is not repeatable; leave the name out"))
        name = metadata.get("name")
        if isinstance(name, str) and name != UNKNOWN and not _NAME.match(name):
            found.append(
                ("metadata.name", f"is {name!r}; allowed are lower-case letters, digits, - and .")
            )
    return found
