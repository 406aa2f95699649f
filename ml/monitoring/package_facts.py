"""Finds, by the digest beside each answer, what a package says about its held-out rows."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import structlog

from ml.canonical import digest_of
from ml.data.store import Store
from ml.deployment.package import MANIFEST
from ml.monitoring.drift import PackageFacts

FINGERPRINT, METRICS, INPUTS = "fingerprint.json", "metrics.json", "inputs.json"

log = structlog.get_logger()


def facts_of(artifacts: Store, model: str, digests: Collection[str]) -> Mapping[str, PackageFacts]:
    """The facts of those packages that are still there; a week without them has no such context.

    The server verified the package's signature before it answered; the digest it wrote beside
    the answer covers the manifest, and the manifest covers the files.
    """
    found: dict[str, PackageFacts] = {}
    for stored in artifacts.list(f"packages/{model}/"):
        if not stored.key.endswith(f"/{MANIFEST}") or len(found) == len(set(digests)):
            continue
        manifest = artifacts.get(stored.key)
        digest = digest_of(manifest or b"")
        if manifest is None or digest not in digests:
            continue
        folder, listed = stored.key.removesuffix(MANIFEST), json.loads(manifest)["files"]
        parts = {
            name: _read(artifacts, f"{folder}{name}", listed.get(name))
            for name in (FINGERPRINT, METRICS, INPUTS)
        }
        said = {name: part for name, part in parts.items() if part is not None}
        if len(said) == len(parts):
            found[digest] = PackageFacts(
                fingerprint=said[FINGERPRINT],
                metrics=said[METRICS],
                classes=tuple(map(str, said[INPUTS].get("classes", ()))),
            )
    return found


def _read(artifacts: Store, key: str, listed: Any) -> dict[str, Any] | None:
    """A file's JSON, unless it is gone or is not the one that was signed."""
    content = artifacts.get(key)
    if content is None or listed is None or digest_of(content) != listed["sha256"]:
        log.warning("package_facts_unusable", key=key)
        return None
    facts: dict[str, Any] = json.loads(content)
    return facts
