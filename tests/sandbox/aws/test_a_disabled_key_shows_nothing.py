"""Whoever asks a key that is not enabled for its public half is refused, as AWS refuses it."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_until_it_is_enabled_again(client: Callable[..., Any]) -> None:
    kms = client("kms")
    created = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")
    key = created["KeyMetadata"]["Arn"]
    whole = kms.get_public_key(KeyId=key)["PublicKey"]
    kms.disable_key(KeyId=key)
    with pytest.raises(ClientError) as refused:
        kms.get_public_key(KeyId=key)
    assert refused.value.response["Error"]["Code"] == "DisabledException"
    kms.enable_key(KeyId=key)
    assert kms.get_public_key(KeyId=key)["PublicKey"] == whole
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with pytest.raises(ClientError) as refused:
        kms.get_public_key(KeyId=key)
    assert refused.value.response["Error"]["Code"] == "KMSInvalidStateException"
