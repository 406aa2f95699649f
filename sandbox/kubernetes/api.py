"""Calls to an API server in its own words: JSON in, JSON out, refusals as errors."""

import base64
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

from sandbox.errors import SandboxError

JSON = "application/json"
APPLY = "application/apply-patch+yaml"


class ApiError(SandboxError):
    """The API server refused, with its own reason; status 0 means that it was not reached."""

    def __init__(self, status: int, reason: str, message: str, details: Any = None) -> None:
        super().__init__(message, "")
        self.status, self.reason, self.details = status, reason, details


class Api:
    """One API server, with one user's token."""

    def __init__(self, server: str, authority: bytes, token: str) -> None:
        self.server = server
        with tempfile.NamedTemporaryFile(suffix=".crt") as file:
            file.write(authority)
            file.flush()
            context = urllib3.util.create_urllib3_context()
            context.load_verify_locations(file.name)
        self._pool = urllib3.PoolManager(
            ssl_context=context,
            maxsize=32,
            headers={"Authorization": f"Bearer {token}", "Accept": JSON},
            retries=urllib3.Retry(0),
        )

    @classmethod
    def of(cls, kubeconfig: Path, context: str | None = None) -> "Api":
        """As a kubeconfig says, by its current context unless told otherwise."""
        config = json.loads(kubeconfig.read_text())
        named = {
            kind: {each["name"]: each[kind[:-1]] for each in config[kind]}
            for kind in ("clusters", "users", "contexts")
        }
        chosen = named["contexts"][context or config["current-context"]]
        cluster = named["clusters"][chosen["cluster"]]
        authority = base64.b64decode(cluster["certificate-authority-data"])
        return cls(cluster["server"], authority, named["users"][chosen["user"]]["token"])

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = JSON,
        timeout: float = 60.0,
    ) -> dict[str, Any]:
        """Send one request; raises `ApiError`."""
        try:
            response = self._pool.request(
                method,
                self._url(path, query),
                body=None if body is None else json.dumps(body).encode(),
                headers={**self._pool.headers, "Content-Type": content_type},
                timeout=timeout,
            )
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(
                0, "Unreachable", f"The API server {self.server} does not answer: {error}"
            ) from error
        if response.status >= 400:
            raise _refusal(response.status, response.data)
        answer: dict[str, Any] = json.loads(response.data)
        return answer

    def get(self, path: str) -> dict[str, Any] | None:
        """The object, or None if there is none."""
        try:
            return self.call("GET", path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def watch(self, path: str, version: str, seconds: int = 300) -> Iterator[dict[str, Any]]:
        """Changes after the resource version, until the server ends the stream."""
        query = {
            "watch": "1",
            "resourceVersion": version,
            "timeoutSeconds": str(seconds),
            "allowWatchBookmarks": "true",
        }
        try:
            response = self._pool.request(
                "GET", self._url(path, query), preload_content=False, timeout=seconds + 30.0
            )
            if response.status >= 400:
                raise _refusal(response.status, response.data)
            rest = b""
            for chunk in response.stream(1 << 16):
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (json.loads(line) for line in lines if line)
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(0, "Unreachable", f"{self.server} hung up: {error}") from error

    def text(self, path: str, query: Mapping[str, str]) -> str:
        """An answer that is no JSON, such as a log."""
        try:
            response = self._pool.request("GET", self._url(path, query), timeout=10.0)
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(0, "Unreachable", f"{self.server} does not answer: {error}") from error
        if response.status >= 400:
            raise _refusal(response.status, response.data)
        return response.data.decode(errors="replace")

    def _url(self, path: str, query: Mapping[str, str] | None) -> str:
        url = urllib3.util.parse_url(f"{self.server}{path}")
        encoded = urlencode(query or {})
        return f"{url}?{encoded}" if encoded else str(url)


def _refusal(status: int, content: bytes) -> ApiError:
    try:
        told = json.loads(content)
        return ApiError(status, told.get("reason", ""), told["message"], told.get("details"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ApiError(status, "", content.decode(errors="replace")[:500])
