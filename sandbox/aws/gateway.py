"""The door of the emulator: its own pages, and no entry for keys that nobody issued."""

import functools
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox.aws.accounts import account_of
from sandbox.aws.errors import answer_properly, aws_error

PREFIX = "/_sandbox/"
"""No bucket name may begin with an underscore, so these paths hide no object."""

Page = Callable[[dict[str, Any]], tuple[int, object]]
"""Answers one of the emulator's own paths with a status and what becomes JSON."""

_KEY = re.compile(r"Credential=([A-Z0-9]{16,32})/")


class _Dispatcher(DomainDispatcherApplication):
    """Knows which service a host belongs to: moto lists its own folders for every request."""

    @functools.lru_cache(maxsize=1024)  # noqa: B019 - there is one, and it lives as long as we do
    def get_backend_for_host(self, host: str | None) -> Any:
        return super().get_backend_for_host(host)


class Gateway:
    """A WSGI application: the sandbox's own pages first, then moto."""

    def __init__(self, pages: dict[str, Page]) -> None:
        self._pages = pages
        self._moto = _Dispatcher(lambda service: answer_properly(create_backend_app(service)))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(PREFIX):
            return self._own(path.removeprefix(PREFIX), environ, start_response)
        key = _KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
        if key and account_of(key.group(1)) is None:
            refusal = aws_error(
                403,
                "InvalidClientTokenId" if "/s3/" not in key.string else "InvalidAccessKeyId",
                f"No account of this sandbox issued the access key {key.group(1)}. "
                "Set AWS_PROFILE to a profile of the sandbox, or assume a role.",
                as_json="HTTP_X_AMZ_TARGET" in environ,
                s3="/s3/" in key.string,
            )
            return refusal(environ, start_response)
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer

    def _own(self, name: str, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        page = self._pages.get(name)
        status, content = page(environ) if page else (404, {"pages": sorted(self._pages)})
        body = json.dumps(content).encode()
        start_response(
            f"{status} {'OK' if status < 400 else 'Refused'}",
            [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
        )
        return [body]
