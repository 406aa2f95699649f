"""Statements that someone answers for: signed by a key only their role may use, then stored."""

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modelyard.errors import RefusedError

ALGORITHM = "ECDSA_SHA_256"
UNFIT = {"KMSInvalidSignatureException", "ValidationException"}
"""What KMS says of a signature that is none of this statement; all else is KMS's own trouble."""


def canonical(value: object) -> bytes:
    """Return the one way to write a value, so that two readers get the same digest."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()


def digest(value: object) -> str:
    """Return the digest of a value."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A statement and its signature."""

    statement: dict[str, Any]
    signature: str
    """Base64 of the key's ECDSA signature over the canonical statement."""
    key: str

    def stored(self) -> dict[str, Any]:
        """Return it as it lies in the audit bucket."""
        return {"statement": self.statement, "signature": self.signature, "key": self.key}


def sign(kms: Any, key: str, statement: dict[str, Any]) -> Signed:
    """Sign with a key that never leaves KMS."""
    answer = kms.sign(
        KeyId=key,
        Message=hashlib.sha256(canonical(statement)).digest(),
        MessageType="DIGEST",
        SigningAlgorithm=ALGORITHM,
    )
    return Signed(statement=statement, signature=b64encode(answer["Signature"]).decode(), key=key)


def verify(kms: Any, key: str, stored: dict[str, Any], *, what: str) -> dict[str, Any]:
    """Return the statement if the environment's own key signed exactly this, else refuse.

    Raises ClientError where KMS could not say: an outage is no forgery, and is tried again.
    """
    statement: dict[str, Any] = stored.get("statement", {})
    try:
        answer = kms.verify(
            # The environment's key, not the one the file names: a forger may name any.
            KeyId=key,
            Message=hashlib.sha256(canonical(statement)).digest(),
            MessageType="DIGEST",
            Signature=b64decode(stored.get("signature", ""), validate=True),
            SigningAlgorithm=ALGORITHM,
        )
        valid = bool(answer["SignatureValid"])
    except (TypeError, ValueError):
        # No base64: whoever can write the file can write anything.
        valid = False
    except ClientError as error:
        if error.response["Error"]["Code"] not in UNFIT:
            raise
        valid = False
    if not valid:
        raise RefusedError(
            f"The signature of the {what} does not fit what it says: it was altered or forged.",
            remedy="have it approved again: modelyard approve MODEL --env ENV",
        )
    return statement
