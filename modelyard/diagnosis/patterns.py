"""What secrets look like when nobody has named them: one table from kind to pattern.

Scanners on the market find the line that holds a secret; here the secret itself has to be cut out
and the rest kept, also of keys that span lines and of logs that begin in the middle of one.
"""

import re
from re import Pattern

_KEY = r"(?:(?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?)"
_ALONE = r"(?:(?<![A-Za-z0-9/+])|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4}))"
"""Nothing of the same kind before it, but perhaps something that JSON has escaped."""
_BODY = r"(?:[A-Za-z0-9+/=\s]|\\+[nr])"

PATTERNS: tuple[tuple[str, Pattern[str]], ...] = (
    (
        "private key",
        re.compile(
            rf"-----BEGIN {_KEY}-----(?:.{{0,20000}}?-----END {_KEY}-----|{_BODY}*)", re.DOTALL
        ),
    ),
    # The end of a key whose beginning the tail of a log does not reach.
    ("private key", re.compile(rf"(?<![A-Za-z0-9+/=\s]){_BODY}*-----END {_KEY}-----")),
    (
        "authorization header",
        re.compile(
            r"(?P<keep>(?i:authorization|cookie)[\"']?\s{0,3}[:=]\s{0,3}[\"']?)(?P<secret>[^\r\n\"'\\]+)"
        ),
    ),
    (
        "authorization header",
        re.compile(r"(?P<keep>\b(?i:bearer|basic)\s+)(?P<secret>[A-Za-z0-9._~+/-]{12,}=*)"),
    ),
    ("password in an address", re.compile(r"(?P<keep>://)(?P<secret>[^/\s\"'<>\\]+)(?P<rest>@)")),
    ("web token", re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}")),
    ("AWS access key", re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}")),
    # Forty characters of base64 are an AWS secret key; forty hexadecimal ones are a commit.
    (
        "AWS secret key",
        re.compile(
            rf"{_ALONE}(?=[A-Za-z0-9/+]{{0,39}}[A-Z])(?=[A-Za-z0-9/+]{{0,39}}[a-z])"
            r"(?=[A-Za-z0-9/+]{0,39}[0-9])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
        ),
    ),
    # One line of a key, where every line of the log has a time before it.
    (
        "private key",
        re.compile(
            rf"{_ALONE}(?=[A-Za-z0-9+/]{{0,63}}[A-Z])(?=[A-Za-z0-9+/]{{0,63}}[a-z])"
            r"(?=[A-Za-z0-9+/]{0,63}[0-9])[A-Za-z0-9+/]{64}(?![A-Za-z0-9+/=])"
        ),
    ),
    (
        "engine ciphertext",
        re.compile(r"v1:[A-Za-z0-9+/=]{8,}:(?:v1:[A-Za-z0-9+/=]{8,}:)?[A-Za-z0-9+/=]{8,}"),
    ),
    (
        "token of a service",
        re.compile(
            r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}"
            r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|pul-[0-9a-f]{40}|pypi-[A-Za-z0-9_-]{16,}"
            r"|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,}|AIza[0-9A-Za-z_-]{35}"
            r"|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"
        ),
    ),
)
"""Where a pattern has groups, only `secret` goes."""

ENGINE_SECRET = "4dabf18193072939515e22adb298388d"
"""The key by which the engine marks an object of its state as a secret."""

_NAMES = (
    r"pass(?:word|wd|phrase)|secret|token|credential(?!s:\s)|signature|ciphertext|plaintext|encryptionsalt"
    r"|encryptedkey|(?:api|access|private)[_-]?key|client[_-]key[_-]data|authorization|cookie"
)
_HARMLESS = re.compile(
    r"(?:arns?|names?|ids?|uris?|urls?|paths?|files?|prefix|count|seconds|provider|type|version"
    r"|status|size|expiration|ref|at)$",
    re.IGNORECASE,
)
_SENSITIVE = re.compile(rf"(?:{_NAMES})[\w-]*$", re.IGNORECASE)

KEYED = re.compile(
    rf"(?P<name>(?i:{_NAMES})[\w-]{{0,40}})(?P<between>\\*[\"']?\s{{0,3}}(?:=>|[:=])\s{{0,3}})"
    r"(?:\"(?P<double>(?:[^\"\\\r\n]|\\.)+)|'(?P<single>[^'\"\r\n]+)"
    r"|\\+[\"'](?P<escaped>[^\"'\\\r\n]+)|(?P<plain>[^\s\"'\\,;&)\]}]+))"
)
"""A value whose name says that it is secret, in any common notation; outside JSON only."""


def is_sensitive(name: str) -> bool:
    """Whether a value of this name is secret: `db_password` is, `secret_arn` is not."""
    return bool(_SENSITIVE.search(name)) and not _HARMLESS.search(name)
