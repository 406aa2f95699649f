"""ASGI in small: read a bounded body, send one response."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import msgspec

from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.settings import Limits

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Post(Protocol):
    """What a path does with a body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send, *, close: bool) -> None:
        """Answer, or raise a RequestError."""


_JSON = (b"content-type", b"application/json")
_CLOSE = (b"connection", b"close")
_DISCARD_BYTES = 64 * 1024 * 1024
"""An oversized body is read and thrown away up to here, so that its sender gets to see why."""


class ClientGoneError(Exception):
    """The caller hung up before its request was complete."""


async def read_body(
    scope: Scope,
    receive: Receive,
    limits: Limits,
    take: Callable[[int], None] = lambda size: None,
) -> bytes:
    """Read a body; one that is too large is never held in memory, `take` is told what is."""
    announced = header(scope, b"content-length")
    if announced is not None and int(announced) > limits.body_bytes:
        if header(scope, b"expect") is None and int(announced) <= _DISCARD_BYTES:
            await _discard(receive, limits.body_seconds)
        raise _too_large(limits)
    parts: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(limits.body_seconds):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGoneError
                part: bytes = message.get("body", b"")
                size += len(part)
                if size > limits.body_bytes:
                    raise _too_large(limits)
                take(len(part))
                parts.append(part)
                more = message.get("more_body", False)
    except TimeoutError:
        raise RequestError(
            Code.TOO_SLOW, f"the body did not arrive within {limits.body_seconds:g} s", unread=True
        ) from None
    return b"".join(parts)


def header(scope: Scope, name: bytes) -> bytes | None:
    """The value of a request header, by its lower-case name."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


def require(method: str, *allowed: str) -> None:
    """Refuse any other method than those that are possible."""
    if method not in allowed:
        raise RequestError(
            Code.METHOD_NOT_ALLOWED,
            f"{method} is not possible here; allowed: {allowed[0]}",
            allow=", ".join(allowed),
        )


async def respond(
    send: Send, status: int, content: bytes, headers: Headers, *, close: bool = False
) -> None:
    """Send a whole response."""
    headers = [*headers, (b"content-length", b"%d" % len(content))]
    if close:
        headers.append(_CLOSE)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def respond_json(send: Send, document: Any, *, close: bool = False) -> None:
    """Send a JSON document with status 200."""
    await respond(send, 200, msgspec.json.encode(document), [_JSON], close=close)


async def respond_refusal(send: Send, refusal: RequestError, *, close: bool = False) -> None:
    """Send an error in V2's form, with its stable code beside the message."""
    headers: Headers = [_JSON]
    if refusal.retry_after is not None:
        headers.append((b"retry-after", b"%d" % refusal.retry_after))
    if refusal.allow:
        headers.append((b"allow", refusal.allow.encode()))
    # A body that was not read to its end cannot be followed by another request.
    close = close or refusal.unread
    await respond(send, refusal.code.status, error_body(refusal), headers, close=close)


def error_body(refusal: RequestError) -> bytes:
    """The JSON of an error."""
    return msgspec.json.encode({"error": refusal.message, "code": refusal.code.text})


def _too_large(limits: Limits) -> RequestError:
    return RequestError(
        Code.BODY_TOO_LARGE,
        f"the body is larger than {limits.body_bytes} bytes; send at most {limits.rows} rows in "
        "one request",
        unread=True,
    )


async def _discard(receive: Receive, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while (message := await receive())["type"] == "http.request":
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return
