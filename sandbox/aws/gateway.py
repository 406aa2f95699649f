"""The door of the emulator: its own pages, and no entry for web pages or keys nobody issued."""

import functools
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox.aws.accounts import account_of
from sandbox.aws.errors import answer_properly, aws_error
from sandbox.browsers import WebPageError, refuse_web_pages

PREFIX = "/_sandbox/"
"""No bucket name may begin with an underscore, so these paths hide no object."""

MOTO_PREFIX = "/moto-api"
"""Moto's own pages: one of them forgets everything, and nobody would notice."""

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
        try:
            refuse_web_pages(
                host=environ.get("HTTP_HOST"),
                origin=environ.get("HTTP_ORIGIN"),
                fetch_site=environ.get("HTTP_SEC_FETCH_SITE"),
            )
        except WebPageError as refused:
            content = {"error": refused.message, "remedy": refused.remedy}
            return _json(403, content, start_response)
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(MOTO_PREFIX):
            return _json(404, {"error": "The sandbox has no such page."}, start_response)
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
        return _json(status, content, start_response)


def _json(status: int, content: object, start_response: Any) -> list[bytes]:
    body = json.dumps(content).encode()
    start_response(
        f"{status} {'OK' if status < 400 else 'Refused'}",
        [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
    )
    return [body]
