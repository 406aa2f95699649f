"""Takes secrets out of texts and documents, and counts by kind what it took, never the value."""

import base64
import binascii
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import partial
from re import Match
from typing import Any

from modelyard.diagnosis.known import Known
from modelyard.diagnosis.patterns import ENGINE_SECRET, KEYED, PATTERNS, is_sensitive

_MARK = "[redacted: "
_ENCODED = re.compile(r"(?:[A-Za-z0-9+/_-]{60,}\r?\n\s*)*[A-Za-z0-9+/_-]{16,}={0,2}")
_HEXADECIMAL = re.compile(r"[0-9a-f]+$")
_UNPACKED_BYTES = 1 << 20


class Redactor:
    """What comes out holds no secret that is known or that looks like one; JSON stays JSON.

    `depth` is how often encoded text may hold encoded text.
    """

    def __init__(self, known: Known, *, depth: int = 3) -> None:
        self._known = known
        self._depth = depth
        self.counts: Counter[str] = Counter()
        """Kind → how many were taken out."""

    def text(self, text: str) -> str:
        """Redact a text: a JSON document, lines of JSON, or anything else."""
        whole = _parsed(text)
        if whole is not None:
            return self._json(text, whole[0])
        done: list[str] = []
        plain: list[str] = []
        for line in text.splitlines(keepends=True):
            start = line.find("{")
            found = _parsed(line[start:]) if start >= 0 else None
            if found is None:
                plain.append(line)
                continue
            before = line[:start]
            named = is_sensitive(before.rstrip().rstrip(":=").rstrip(" \"'"))
            done += [self._plain("".join(plain) + before)]
            done += [self._json(line[start:], found[0], sensitive=named)]
            plain = []
        return "".join([*done, self._plain("".join(plain))])

    def document(self, value: Any, *, sensitive: bool = False) -> Any:
        """Redact plain data; `sensitive` says that the name above it calls it a secret."""
        if isinstance(value, dict):
            hidden = sensitive or ENGINE_SECRET in value
            return self._named(value, hidden)
        if isinstance(value, list | tuple):
            return [self.document(each, sensitive=sensitive) for each in value]
        if sensitive and value is not None and not isinstance(value, bool):
            return value if str(value).startswith(("arn:", _MARK)) else self._take("named secret")
        return self.text(value) if isinstance(value, str) else value

    def _named(self, value: dict[Any, Any], hidden: bool) -> dict[str, Any]:
        redacted: dict[str, Any] = {}
        for key, each in value.items():
            name = self.text(str(key))
            # Two keys that were secret must not become one.
            while name in redacted:
                name += "'"
            secret = hidden or is_sensitive(str(key))
            redacted[name] = self.document(each, sensitive=secret and key != ENGINE_SECRET)
        return redacted

    def _json(self, text: str, parsed: Any, *, sensitive: bool = False) -> str:
        before = self.counts.total()
        redacted = self.document(parsed, sensitive=sensitive)
        if self.counts.total() == before:
            return text
        ending = text[len(text.rstrip()) :]
        indent = 2 if "\n" in text.strip() else None
        return json.dumps(redacted, indent=indent, ensure_ascii=False) + ending

    def _plain(self, text: str) -> str:
        text, found = self._known.cut(text, f"{_MARK}known secret]")
        self.counts["known secret"] += found
        for kind, pattern in PATTERNS:
            text = pattern.sub(partial(self._cut, kind), text)
        text = KEYED.sub(self._cut_named, text)
        return _ENCODED.sub(self._cut_encoded, text)

    def _cut(self, kind: str, match: Match[str]) -> str:
        groups = match.groupdict()
        if groups.get("secret", "").startswith(_MARK):
            return match[0]
        return groups.get("keep", "") + self._take(kind) + groups.get("rest", "")

    def _cut_named(self, match: Match[str]) -> str:
        group = next(g for g in ("double", "single", "escaped", "plain") if match[g] is not None)
        value = match[group]
        if not is_sensitive(match["name"]) or value.startswith(("arn:", _MARK, "[secret")):
            return match[0]
        if value.rstrip(".").lower() in {"none", "null", "true", "false"}:
            return match[0]
        return match[0][: match.start(group) - match.start()] + self._take("named secret")

    def _cut_encoded(self, match: Match[str]) -> str:
        if _HEXADECIMAL.match(match[0]) or not self._hides(match[0]):
            return match[0]
        return self._take("encoded secret")

    def _hides(self, encoded: str) -> bool:
        """Whether base64, perhaps compressed, holds something that would be taken out."""
        if not self._depth:
            return False
        inner = Redactor(self._known, depth=self._depth - 1)
        for text in _decoded(encoded):
            inner.text(text)
        return inner.counts.total() > 0

    def _take(self, kind: str) -> str:
        self.counts[kind] += 1
        return f"{_MARK}{kind}]"


def _parsed(text: str) -> tuple[Any] | None:
    """What a text of JSON says, in a tuple of its own; numbers and words are left to be text."""
    if text.lstrip()[:1] not in {"{", "[", '"'}:
        return None
    try:
        return (json.loads(text, object_pairs_hook=_once),)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Reading it would lose a value that the text still shows.
        raise ValueError("a key comes twice")
    return found


def _decoded(encoded: str) -> Iterator[str]:
    """The texts in base64, compressed or not, wherever in the letters it begins."""
    letters = re.sub(r"\s", "", encoded).rstrip("=").translate(str.maketrans("-_", "+/"))
    for start in range(4):
        text = _readable(_unpacked(letters[start:]))
        if text:
            yield text


def _unpacked(letters: str) -> bytes:
    # A single letter left over holds no byte.
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        raw = base64.b64decode(letters + "=" * (-len(letters) % 4))
        if raw[:2] == b"\x1f\x8b":
            raw = zlib.decompressobj(wbits=31).decompress(raw, _UNPACKED_BYTES)
    except (binascii.Error, ValueError, zlib.error):
        return b""
    return raw


def _readable(raw: bytes) -> str:
    """The text, or nothing where most of it is none."""
    text = raw.decode(errors="replace")
    odd = sum(not (each.isprintable() or each.isspace()) or each == "\ufffd" for each in text)
    return text if odd <= len(text) // 8 else ""
