"""What this package asks of a registry: blobs and manifests, over plain HTTP on loopback."""

import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from sandbox.containers.blobs import Draft
from sandbox.containers.manifests import OCI_MANIFEST
from sandbox.containers.reference import ImageError

_ACCEPT = ", ".join(
    (
        OCI_MANIFEST,
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.index.v1+json",
    )
)


class ImageMissingError(ImageError):
    """The registry does not hold what was asked for."""


class Registry:
    """One registry, `127.0.0.1:PORT`."""

    def __init__(self, address: str) -> None:
        self.address = address

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | BinaryIO | None = None,
        headers: Mapping[str, str] | None = None,
        into: Draft | None = None,
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection(self.address, timeout=120)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            response = connection.getresponse()
            if into is not None and response.status == http.HTTPStatus.OK:
                into.copy(response)
                return response.status, b"", response.headers
            return response.status, response.read(), response.headers
        except OSError as error:
            raise ImageError(
                f"The image registry at {self.address} does not answer: {error}.",
                "Run `modelyard sandbox status` to see whether it runs.",
            ) from error
        finally:
            connection.close()

    def manifest(self, repository: str, digest: str) -> tuple[bytes, dict[str, Any]]:
        """The manifest's bytes and content."""
        status, content, _ = self._ask(
            "GET", f"/v2/{repository}/manifests/{digest}", headers={"Accept": _ACCEPT}
        )
        if status != http.HTTPStatus.OK:
            raise ImageMissingError(
                f"There is no image {self.address}/{repository}@{digest}.",
                "Build it with `modelyard release build`, or promote the release that has it.",
            )
        return content, json.loads(content)

    def has_blob(self, repository: str, digest: str) -> bool:
        """Whether the layer need not be sent."""
        return self._ask("HEAD", f"/v2/{repository}/blobs/{digest}")[0] == http.HTTPStatus.OK

    def blob(self, repository: str, digest: str) -> bytes:
        """A small blob, such as an image's configuration."""
        status, content, _ = self._ask("GET", f"/v2/{repository}/blobs/{digest}")
        self._expect(status, http.HTTPStatus.OK, f"blob {digest} of {repository}", content)
        return content

    def fetch_blob(self, repository: str, digest: str, into: Draft) -> None:
        """A layer of any size."""
        status, content, _ = self._ask("GET", f"/v2/{repository}/blobs/{digest}", into=into)
        self._expect(status, http.HTTPStatus.OK, f"blob {digest} of {repository}", content)
        if into.digest != digest:
            raise ImageError(
                f"Layer {digest} of {self.address}/{repository} arrived damaged.",
                "Run `modelyard sandbox reset` if it happens again.",
            )

    def mount_blob(self, repository: str, digest: str, source: str) -> bool:
        """Take the blob over from another repository of this registry."""
        path = f"/v2/{repository}/blobs/uploads/?mount={digest}&from={source}"
        return self._ask("POST", path)[0] == http.HTTPStatus.CREATED

    def push_blob(self, repository: str, digest: str, content: bytes | Path) -> None:
        """Send a blob unless the registry has it."""
        if self.has_blob(repository, digest):
            return
        _, _, headers = self._ask("POST", f"/v2/{repository}/blobs/uploads/")
        path = f"{headers['Location']}?digest={digest}"
        if isinstance(content, Path):
            size = {"Content-Length": str(content.stat().st_size)}
            with content.open("rb") as file:
                status, answer, _ = self._ask("PUT", path, body=file, headers=size)
        else:
            status, answer, _ = self._ask("PUT", path, body=content)
        self._expect(status, http.HTTPStatus.CREATED, f"blob {digest} of {repository}", answer)

    def push_manifest(self, repository: str, digest: str, content: bytes) -> None:
        """Send a manifest whose blobs were sent."""
        status, answer, _ = self._ask(
            "PUT",
            f"/v2/{repository}/manifests/{digest}",
            body=content,
            headers={"Content-Type": OCI_MANIFEST},
        )
        self._expect(status, http.HTTPStatus.CREATED, f"image {repository}@{digest}", answer)

    def _expect(self, status: int, wanted: int, what: str, answer: bytes) -> None:
        if status != wanted:
            raise ImageError(
                f"The registry at {self.address} answered {status} for {what}: "
                f"{answer.decode(errors='replace')[:300]}",
                "Run `modelyard sandbox logs registry`.",
            )
