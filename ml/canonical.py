"""One byte sequence per JSON value, so that a digest or signature of it means something."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Encode with sorted keys and no spare whitespace; NaN is refused, JSON has none."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def parse_canonical(content: bytes) -> Any:
    """Decode, refusing bytes that `canonical` would not have written.

    Otherwise a changed space or a key given twice would pass for the same document.
    """
    try:
        value = json.loads(content)
        same = canonical(value) == content
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    if not same:
        raise ValueError("not in canonical form (sorted keys, no spare whitespace)")
    return value


def digest_of(content: bytes) -> str:
    """The SHA-256 of some bytes, in the notation that images and packages share."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
