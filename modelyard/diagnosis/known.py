"""Secrets that are known by value, in every spelling in which text may hold them."""

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

LEAST = 8
"""Characters: anything shorter would be found everywhere and protects nothing."""


class Known:
    """Finds the exact values, also as JSON, URL, hexadecimal or base64, alone or inside more."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {
            each for secret in set(secrets) if fits(secret) for each in _spellings(secret)
        }
        # The longest first: a whole key goes before one of its lines.
        self._spellings = sorted(spellings, key=len, reverse=True)

    def cut(self, text: str, mark: str) -> tuple[str, int]:
        """Replace each occurrence; also how many there were."""
        found = 0
        for spelling in self._spellings:
            if spelling in text:
                found += text.count(spelling)
                text = text.replace(spelling, mark)
        return text, found

    def within(self, text: str) -> bool:
        """Whether any of them is in the text."""
        return any(spelling in text for spelling in self._spellings)


def fits(secret: str) -> bool:
    """Whether a value can be told from ordinary words."""
    return len(secret) >= LEAST and len(set(secret)) > LEAST // 2


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    try:
        raw = secret.encode()
    except UnicodeEncodeError:
        return
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield raw.hex()
    yield raw.hex().upper()
    for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            # What stands around a secret shifts it; only the characters it decides are sought.
            encoded = alphabet(b"\0" * before + raw).decode()
            first = (0, 2, 3)[before]
            last = len(encoded) if (before + len(raw)) % 3 == 0 else -4 + (before + len(raw)) % 3
            yield encoded[first:last]
