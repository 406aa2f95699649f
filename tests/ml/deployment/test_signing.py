"""A signature counts only from a key we were told to trust, and fails closed."""

import base64
import json
import string
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ml.canonical import canonical, parse_canonical
from ml.deployment.signing import PublicKeys, SignatureError, Signer, verify
from tests.ml.conftest import Account

STATEMENT = {"model": "diabetes", "digest": "sha256:1"}


def test_a_signed_statement_comes_back(account: Account) -> None:
    document = Signer(kms=account.kms, key_arn=account.key_arn).sign(STATEMENT)
    assert verify(document, PublicKeys.from_kms(account.kms, [account.key_arn])) == STATEMENT


def test_pinned_keys_need_no_kms(account: Account) -> None:
    document = Signer(kms=account.kms, key_arn=account.key_arn).sign(STATEMENT)
    pem = PublicKeys.from_kms(account.kms, [account.key_arn]).pem(account.key_arn)
    assert verify(document, PublicKeys.pinned({account.key_arn: pem})) == STATEMENT
    with pytest.raises(SignatureError, match="not readable as PEM"):
        PublicKeys.pinned({account.key_arn: b"nonsense"})


def test_both_keys_count_during_a_rotation_and_the_old_one_not_after_it(
    account: Account,
) -> None:
    arns = [account.key_arn, account.other_key_arn]
    documents = [Signer(kms=account.kms, key_arn=arn).sign(STATEMENT) for arn in arns]
    both = PublicKeys.from_kms(account.kms, arns)
    assert [verify(document, both) for document in documents] == [STATEMENT, STATEMENT]
    new = PublicKeys.from_kms(account.kms, arns[1:])
    with pytest.raises(SignatureError, match="not trusted"):
        verify(documents[0], new)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"statement": {"model": "other", "digest": "sha256:1"}}, "does not fit the statement"),
        ({"algorithm": "none"}, "only ECDSA_SHA_256"),
        ({"signature": "AAAA"}, "does not fit the statement"),
        ({"signature": "!!"}, "not base64"),
        ({"signature": 3}, "not base64"),
        ({"statement": "text"}, "only ECDSA_SHA_256 over a statement"),
        ({"more": 1}, "exactly algorithm, key_arn"),
        ({"key_arn": ["a"]}, "not trusted"),
    ],
)
def test_changed_documents_are_refused(
    account: Account, change: dict[str, Any], message: str
) -> None:
    document = json.loads(Signer(kms=account.kms, key_arn=account.key_arn).sign(STATEMENT))
    keys = PublicKeys.from_kms(account.kms, [account.key_arn])
    with pytest.raises(SignatureError, match=message):
        verify(canonical(document | change), keys)


def test_the_spare_bits_of_base64_may_not_vary(account: Account) -> None:
    signer = Signer(kms=account.kms, key_arn=account.key_arn)
    document = json.loads(signer.sign(STATEMENT))
    while not document["signature"].endswith("="):  # a length without spare bits
        document = json.loads(signer.sign(STATEMENT))
    text = document["signature"].rstrip("=")
    padding = "=" * (len(document["signature"]) - len(text))
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    other = text[:-1] + letters[letters.index(text[-1]) ^ 1] + padding
    assert base64.b64decode(other) == base64.b64decode(document["signature"])
    keys = PublicKeys.from_kms(account.kms, [account.key_arn])
    with pytest.raises(SignatureError, match="not canonical base64"):
        verify(canonical(document | {"signature": other}), keys)


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[]", b"{" * 5000, b"\xff\xfe", b"x" * 10_000, b'{"a":NaN}']
)
def test_bytes_that_are_no_document_are_refused(document: bytes) -> None:
    with pytest.raises(SignatureError):
        verify(document, PublicKeys({}))


def test_spare_whitespace_and_double_keys_are_other_bytes() -> None:
    for content in (b'{"a": 1}', b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a":1}\n'):
        with pytest.raises(ValueError, match="canonical"):
            parse_canonical(content)
    assert parse_canonical(b'{"a":1,"b":"\xc3\xa9"}') == {"a": 1, "b": "é"}


class Unreachable:
    def get_public_key(self, **_: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetPublicKey")

    def sign(self, **_: str) -> None:
        raise ClientError({"Error": {"Code": "KMSInternalException"}}, "Sign")


def test_without_kms_nothing_is_trusted_and_nothing_signed() -> None:
    with pytest.raises(SignatureError, match="nothing is loaded unverified"):
        PublicKeys.from_kms(Unreachable(), ["arn:key"])
    with pytest.raises(SignatureError, match="signing with arn:key failed"):
        Signer(kms=Unreachable(), key_arn="arn:key").sign(STATEMENT)


def test_a_key_of_another_kind_is_refused(account: Account) -> None:
    created = account.kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
    with pytest.raises(SignatureError, match="no elliptic-curve key"):
        PublicKeys.from_kms(account.kms, [created["KeyMetadata"]["Arn"]])
