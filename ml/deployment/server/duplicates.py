"""Finds keys that come twice in a JSON object: decoders keep the last one without a word."""

from __future__ import annotations

import json
from typing import Any

from ml.deployment.server.refusal import Code, RequestError


def refuse(text: bytes) -> None:
    """Refuse a JSON text in which any object has a key twice."""
    try:
        json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        # Not for this reader to judge: the text was already decoded by the strict one.
        return


def _object(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise RequestError(
                Code.DUPLICATE_KEY, f"the key {key[:100]!r} comes twice in one object"
            )
        seen.add(key)
