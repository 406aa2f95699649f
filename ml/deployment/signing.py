"""Signatures by a KMS key over small statements: only a holder of the key's role makes one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ml.canonical import canonical, parse_canonical
from ml.failures import StepError

ALGORITHM = "ECDSA_SHA_256"
_LARGEST_DOCUMENT = 8192
"""KMS signs raw messages of at most 4,096 bytes; a larger document cannot be one of ours."""
_FIELDS = {"statement", "key_arn", "algorithm", "signature"}


class SignatureError(StepError):
    """A statement that is not signed by a key we trust; the text says what does not fit."""


@dataclass(frozen=True)
class PublicKeys:
    """The keys whose signatures count, by ARN; a signature by any other key is refused."""

    keys: Mapping[str, ec.EllipticCurvePublicKey]

    @classmethod
    def from_kms(cls, kms: Any, arns: Iterable[str]) -> PublicKeys:
        """Ask KMS for each key's public half; without an answer nothing can be trusted."""
        found = {}
        for arn in arns:
            try:
                answer = kms.get_public_key(KeyId=arn)
            except (ClientError, BotoCoreError) as error:
                raise SignatureError(
                    f"the public key {arn} cannot be fetched ({error}); nothing is loaded "
                    "unverified. Grant kms:GetPublicKey on it, or pin the key."
                ) from None
            found[arn] = _elliptic(serialization.load_der_public_key(answer["PublicKey"]), arn)
        return cls(found)

    @classmethod
    def pinned(cls, pems: Mapping[str, bytes]) -> PublicKeys:
        """Keys known beforehand, as PEM: verification then works without KMS."""
        try:
            found = {arn: serialization.load_pem_public_key(pem) for arn, pem in pems.items()}
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SignatureError(f"a pinned public key is not readable as PEM: {error}") from None
        return cls({arn: _elliptic(key, arn) for arn, key in found.items()})

    def pem(self, arn: str) -> bytes:
        """The key in the form that `pinned` takes."""
        return self.keys[arn].public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Signs with one KMS key; the private half never leaves KMS."""

    kms: Any
    key_arn: str

    def sign(self, statement: Mapping[str, Any]) -> bytes:
        """The statement with its signature, as one canonical document."""
        try:
            answer = self.kms.sign(
                KeyId=self.key_arn,
                Message=canonical(statement),
                MessageType="RAW",
                SigningAlgorithm=ALGORITHM,
            )
        except (ClientError, BotoCoreError) as error:
            raise SignatureError(f"signing with {self.key_arn} failed: {error}") from None
        return canonical(
            {
                "statement": statement,
                "key_arn": self.key_arn,
                "algorithm": ALGORITHM,
                "signature": base64.b64encode(answer["Signature"]).decode(),
            }
        )


def verify(document: bytes, keys: PublicKeys) -> dict[str, Any]:
    """The statement in a signed document, once its signature is proved by a trusted key."""
    if len(document) > _LARGEST_DOCUMENT:
        raise SignatureError(f"{len(document)} bytes are no signature document")
    try:
        fields = parse_canonical(document)
    except ValueError as error:
        raise SignatureError(f"the signature document is {error}") from None
    if not isinstance(fields, dict) or set(fields) != _FIELDS:
        raise SignatureError(f"a signature document has exactly {', '.join(sorted(_FIELDS))}")
    arn, statement = fields["key_arn"], fields["statement"]
    if fields["algorithm"] != ALGORITHM or not isinstance(statement, dict):
        raise SignatureError(f"only {ALGORITHM} over a statement is accepted")
    if not isinstance(arn, str) or arn not in keys.keys:
        trusted = ", ".join(sorted(keys.keys)) or "none"
        raise SignatureError(f"signed by {arn!r}, which is not trusted; trusted: {trusted}")
    try:
        keys.keys[arn].verify(
            _bytes(fields["signature"]), canonical(statement), ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature:
        raise SignatureError(f"the signature does not fit the statement and {arn}") from None
    return statement


def _bytes(encoded: Any) -> bytes:
    """Strict base64: the spare bits of the last character may not vary."""
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise SignatureError("the signature is not base64") from None
    if base64.b64encode(content).decode() != encoded:
        raise SignatureError("the signature is not canonical base64")
    return content


def _elliptic(key: object, arn: str) -> ec.EllipticCurvePublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureError(f"{arn} is no elliptic-curve key; make it ECC_NIST_P256, SIGN_VERIFY")
    return key
