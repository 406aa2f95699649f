"""Fact: moto checks If-None-Match and writes in two steps, so two threads can both win."""

import functools
import threading
from collections.abc import Callable
from typing import Any

from moto.s3.responses import S3Response

_LOCKS = [threading.RLock() for _ in range(256)]


def _one_at_a_time(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def locked(self: Any, *arguments: Any) -> Any:
        name = f"{self.bucket_name}/{self.parse_key_name()}"
        with _LOCKS[hash(name) % len(_LOCKS)]:
            return method(self, *arguments)

    return locked


def apply() -> None:
    """Make every write of one object wait for the write before it."""
    for name in ("put_object", "copy_object", "delete_object", "_key_response_post"):
        setattr(S3Response, name, _one_at_a_time(getattr(S3Response, name)))
