"""Which images each repository of the registry holds."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from sandbox.containers.blobs import DIGEST, Blobs

_TAG = re.compile(r"^[\w][\w.-]{0,127}$")
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Manifests:
    """Manifests by repository and digest; a tag is a file that names a digest."""

    def __init__(self, folder: Path, blobs: Blobs) -> None:
        self.folder = folder / "repositories"
        self.blobs = blobs

    def _file(self, repository: str, name: str) -> Path | None:
        if ".." in repository.split("/") or not (DIGEST.match(name) or _TAG.match(name)):
            return None
        return self.folder / repository / name.replace(":", "-")

    def get(self, repository: str, name: str) -> tuple[str, bytes] | None:
        """The digest and bytes of the manifest by digest or tag."""
        file = self._file(repository, name)
        if file is None or not file.is_file():
            return None
        digest = file.read_text()
        return digest, self.blobs.path(digest).read_bytes()

    def put(self, repository: str, name: str, content: bytes) -> str | None:
        """Keep a manifest; None if its digest differs or a layer of it is missing."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        file = self._file(repository, name)
        if file is None or (DIGEST.match(name) and name != digest):
            return None
        try:
            if not all(self.blobs.has(needed) for needed in _needs(json.loads(content))):
                return None
        except (ValueError, KeyError, TypeError):
            return None
        self.blobs.put(content)
        file.parent.mkdir(parents=True, exist_ok=True)
        for each in {file, file.parent / digest.replace(":", "-")}:
            draft = each.with_name(f".{each.name}.new")
            draft.write_text(digest)
            draft.replace(each)
        return digest

    def delete(self, repository: str, name: str) -> bool:
        """Forget an image; its blobs stay, others may share them."""
        file = self._file(repository, name)
        if file is None or not file.is_file():
            return False
        file.unlink()
        return True

    @staticmethod
    def media_type(content: bytes) -> str:
        """What the manifest says it is."""
        return str(json.loads(content).get("mediaType", OCI_MANIFEST))


def _needs(manifest: dict[str, Any]) -> list[str]:
    if "manifests" in manifest:
        return [str(each["digest"]) for each in manifest["manifests"]]
    return [str(each["digest"]) for each in (manifest["config"], *manifest["layers"])]
