"""Fact: moto checks an item's condition and writes in two steps, so two threads can both win."""

import functools
import threading
from collections.abc import Callable
from typing import Any

from moto.dynamodb.responses import DynamoHandler

from sandbox.aws.patches.replacing import replace

_WRITES = ("put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items")
_LOCK = threading.RLock()
"""One for all tables: a transaction spans several."""


def _one_at_a_time(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def locked(self: Any) -> Any:
        with _LOCK:
            return method(self)

    return locked


def apply() -> None:
    """Make every write of an item wait for the write before it."""
    for name in _WRITES:
        replace(DynamoHandler, name, _one_at_a_time(getattr(DynamoHandler, name)))
