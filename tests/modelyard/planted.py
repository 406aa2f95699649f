"""One secret of every kind, made up, and a scanner that finds them however they are written."""

import base64
import binascii
import gzip
import re
import urllib.parse
import zlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

KEY = (
    ec.derive_private_key(0x5EC2E7, ec.SECP256R1())
    .private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    .decode()
)
TOKEN = "hunter2-Zq8rT4vLw9"
"""A secret that only its place or its being known gives away."""

BY_KIND = {
    "AWS access key": "AKIAQ7EXAMPLE4KEY2ZX",
    "AWS session key": "ASIAQ7EXAMPLE4KEY2ZX",
    "AWS secret key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "web token": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLWJ5dGVz",
    "private key": KEY,
    "token of a service": "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",
    "engine ciphertext": "v1:o58578e36IE=:aUgfqK1GBOvgXN2Gor0pHQB7pcDvCJmx",
}
"""Secrets that are known by how they look."""

BY_PLACE = {
    "authorization header": f"Authorization: Bearer {TOKEN}",
    "basic authorization": f'"authorization": "Basic {TOKEN}"',
    "signed request": f"Authorization: AWS4-HMAC-SHA256 Credential=x/y, Signature={TOKEN}",
    "cookie": f"Set-Cookie: session={TOKEN}; Path=/",
    "password in an address": f"postgresql://ada:{TOKEN}@db.example.org:5432/lake",
    "token in an address": f"https://{TOKEN}@git.example.org/repo.git",
    "named in a shell": f"export PULUMI_CONFIG_PASSPHRASE={TOKEN}",
    "named in quotes": f"connect(password='{TOKEN}', host='db')",
    "named in YAML": f"db_password: {TOKEN}",
    "named in JSON": f'{{"clientSecret": "{TOKEN}", "host": "db"}}',
    "named in JSON in JSON": f'{{"body": "{{\\"api_key\\": \\"{TOKEN}\\"}}"}}',
    "named in a log with JSON": f'12:00:01 [info] sent {{"accessToken": ["{TOKEN}"]}}',
    "named in a query": f"GET /x?X-Amz-Security-Token={TOKEN}&y=1",
    "marked by the engine": (
        f'{{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", '
        f'"value": "{TOKEN}"}}'
    ),
}
"""Secrets that are known by where they stand."""

ALL = [*BY_KIND.values(), *BY_PLACE.values()]
VALUES = [*(each for each in BY_KIND.values() if each != KEY), TOKEN, *KEY.splitlines()[1:-1]]
"""What must not be found in a bundle."""


def lines() -> str:
    """A log in which every one of them stands, plain and encoded."""
    said: list[str] = []
    for number, text in enumerate(ALL):
        encoded = base64.b64encode(text.encode()).decode()
        packed = base64.b64encode(gzip.compress(text.encode())).decode()
        twice = base64.b64encode(encoded.encode()).decode()
        said += [f"12:00:{number:02d} [info] before", text, "after"]
        said += [f"data={encoded}", f"'{packed}'", f"body: {twice} end"]
    return "\n".join(said) + "\n"


def found_in(text: str, values: list[str], depth: int = 3) -> list[str]:
    """The secrets that a text shows, plainly or encoded, compressed or not."""
    plain = urllib.parse.unquote_plus(text)
    hits = [each for each in values if each in text or each in plain]
    if depth:
        for token in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
            for start in range(4):
                inner = _decoded(token[start:])
                if inner:
                    hits += found_in(inner, values, depth - 1 if len(inner) > 12 else 0)
    return hits


def _decoded(token: str) -> str:
    letters = token.translate(str.maketrans("-_", "+/"))
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        raw = base64.b64decode(letters + "=" * (-len(letters) % 4))
        if raw[:2] == b"\x1f\x8b":
            raw = zlib.decompressobj(wbits=31).decompress(raw)
    except (binascii.Error, ValueError, zlib.error):
        return ""
    text = raw.decode("utf-8", "ignore")
    return text if len(text) * 2 > len(raw) else ""
