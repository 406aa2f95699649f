"""An image registry on loopback whose images survive a restart.

Speaks the part of the OCI distribution protocol that clients use to push, pull, copy and delete.
Not `crane registry serve`: that keeps manifests in memory only and hashes whole layers for a HEAD.
"""

import argparse
import hashlib
import re
import shutil
import sys
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sandbox.browsers import WebPageError, refuse_web_pages
from sandbox.containers.blobs import DIGEST, Blobs
from sandbox.containers.cached import layer_cache
from sandbox.containers.manifests import Manifests

_ROUTE = re.compile(r"^/v2/(?P<name>[a-z0-9._/-]+)/(?P<kind>blobs|manifests|tags)/(?P<rest>.+)$")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    blobs: Blobs
    shared: Blobs
    """The user's cache of layers: what lies there need not be sent."""
    manifests: Manifests

    def parse_request(self) -> bool:
        """Refuse what a web page sent before any method looks at it."""
        if not super().parse_request():
            return False
        try:
            refuse_web_pages(
                host=self.headers.get("Host"),
                origin=self.headers.get("Origin"),
                fetch_site=self.headers.get("Sec-Fetch-Site"),
            )
        except WebPageError as refused:
            self.close_connection = True  # its body is not read
            self._refuse(HTTPStatus.FORBIDDEN, "DENIED", refused.message)
            return False
        return True

    def _has(self, digest: str) -> bool:
        return bool(DIGEST.match(digest)) and self.blobs.link(digest, self.shared)

    def log_message(self, format: str, *args: object) -> None:
        if self.command not in ("GET", "HEAD"):
            sys.stderr.write(f"{self.command} {self.path}\n")

    def _answer(self, status: HTTPStatus, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refuse(self, status: HTTPStatus, code: str, message: str) -> None:
        body = f'{{"errors":[{{"code":"{code}","message":"{message}"}}]}}'
        self._answer(status, body.encode(), Content_Type="application/json")

    def _length(self) -> int:
        return int(self.headers.get("Content-Length") or 0)

    def _read(self) -> None:
        url = urlsplit(self.path)
        if url.path in ("/v2", "/v2/"):
            return self._answer(HTTPStatus.OK, b"{}", Content_Type="application/json")
        route = _ROUTE.match(url.path)
        if route is None:
            return self._refuse(HTTPStatus.NOT_FOUND, "UNSUPPORTED", "no such address")
        if route["kind"] == "blobs":
            return self._send_blob(route["rest"])
        found = self.manifests.get(route["name"], route["rest"])
        if found is None:
            return self._refuse(
                HTTPStatus.NOT_FOUND, "MANIFEST_UNKNOWN", f"{route['name']}@{route['rest']}"
            )
        digest, content = found
        return self._answer(
            HTTPStatus.OK,
            content,
            Content_Type=self.manifests.media_type(content),
            Docker_Content_Digest=digest,
        )

    do_GET = do_HEAD = _read  # noqa: N815

    def _send_blob(self, digest: str) -> None:
        if not self._has(digest):
            return self._refuse(HTTPStatus.NOT_FOUND, "BLOB_UNKNOWN", digest)
        with self.blobs.path(digest).open("rb") as file:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", str(self.blobs.path(digest).stat().st_size))
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Docker-Content-Digest", digest)
            self.end_headers()
            if self.command == "GET":
                shutil.copyfileobj(file, self.wfile, 1 << 20)

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        name = url.path.removeprefix("/v2/").partition("/blobs/uploads")[0]
        mounted = (query.get("mount") or [""])[0]
        if self._has(mounted):
            location = f"/v2/{name}/blobs/{mounted}"
            return self._answer(
                HTTPStatus.CREATED, Location=location, Docker_Content_Digest=mounted
            )
        upload = uuid.uuid4().hex
        (self.blobs.folder / f"upload-{upload}").touch()
        return self._answer(HTTPStatus.ACCEPTED, Location=f"/v2/{name}/blobs/uploads/{upload}")

    def _upload(self) -> Path:
        name = urlsplit(self.path).path.rpartition("/")[2]
        return self.blobs.folder / f"upload-{uuid.UUID(hex=name).hex}"

    def _append(self, upload: Path) -> None:
        left = self._length()
        chunked = "chunked" in (self.headers.get("Transfer-Encoding") or "")
        with upload.open("ab") as file:
            while left or chunked:
                if not left:
                    left = int(self.rfile.readline().strip() or b"0", 16)
                    if not left:
                        self.rfile.readline()
                        return
                chunk = self.rfile.read(min(left, 1 << 20))
                if not chunk:
                    return
                file.write(chunk)
                left -= len(chunk)
                if chunked and not left:
                    self.rfile.readline()

    def do_PATCH(self) -> None:
        upload = self._upload()
        self._append(upload)
        self._answer(
            HTTPStatus.ACCEPTED,
            Location=urlsplit(self.path).path,
            Range=f"0-{max(upload.stat().st_size - 1, 0)}",
        )

    def do_PUT(self) -> None:
        url = urlsplit(self.path)
        route = _ROUTE.match(url.path)
        if route is not None and route["kind"] == "manifests":
            content = self.rfile.read(self._length())
            digest = self.manifests.put(route["name"], route["rest"], content)
            if digest is None:
                return self._refuse(HTTPStatus.BAD_REQUEST, "MANIFEST_INVALID", "blob or digest")
            return self._answer(
                HTTPStatus.CREATED, Location=url.path, Docker_Content_Digest=digest
            )
        upload = self._upload()
        self._append(upload)
        expected = (parse_qs(url.query).get("digest") or [""])[0]
        with upload.open("rb") as file:
            actual = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        if actual != expected:
            upload.unlink()
            return self._refuse(HTTPStatus.BAD_REQUEST, "DIGEST_INVALID", actual)
        upload.replace(self.blobs.path(actual))
        return self._answer(HTTPStatus.CREATED, Location=url.path, Docker_Content_Digest=actual)

    def do_DELETE(self) -> None:
        route = _ROUTE.match(urlsplit(self.path).path)
        gone = route is not None and self.manifests.delete(route["name"], route["rest"])
        self._answer(HTTPStatus.ACCEPTED if gone else HTTPStatus.NOT_FOUND)


def serve(folder: Path, port: int, shared: Blobs | None = None) -> ThreadingHTTPServer:
    """Make the server; the caller runs it. `shared`: layers that it may take over by links."""
    blobs = Blobs(folder)
    for stale in folder.glob("upload-*"):
        stale.unlink()
    kept = {"blobs": blobs, "shared": shared or blobs, "manifests": Manifests(folder, blobs)}
    return ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), kept))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--disk", type=Path, required=True)
    arguments.add_argument("--port", type=int, required=True)
    chosen = arguments.parse_args()
    serve(chosen.disk, chosen.port, layer_cache()).serve_forever()
