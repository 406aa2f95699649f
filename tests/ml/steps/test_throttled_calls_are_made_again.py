"""A call of a step that AWS throttles is made again, whatever the container's settings."""

from collections.abc import Callable
from typing import Any

import pytest

from ml.data.own_session import own_session
from ml.data.store import Store
from ml.deployment.registry import Registry, RegistryError
from ml.deployment.signing import PublicKeys, Signer, verify
from ml.steps import clients, serve
from tests.ml.conftest import Account
from tests.ml.deployment.test_registry import IMAGE, registration
from tests.throttling import Throttling, pauses

__all__ = ["pauses"]

MOST = 5
MAKERS = {
    "a step": clients.client,
    "a server": serve._client,
    "whoever asks for no more than a client": lambda name: own_session().client(name),
}

Maker = Callable[[str], Any]


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_statement_is_signed_and_its_key_is_fetched(
    pauses: list[float], account: Account, maker: Maker
) -> None:
    kms = maker("kms")
    signing = Throttling(kms, "Sign", MOST - 1)
    fetching = Throttling(kms, "GetPublicKey", MOST - 1)
    document = Signer(kms=kms, key_arn=account.key_arn).sign({"a": 1})
    assert verify(document, PublicKeys.from_kms(kms, [account.key_arn])) == {"a": 1}
    assert (signing.attempts, fetching.attempts) == (MOST, MOST)


def test_a_version_is_registered_once_and_read(pauses: list[float], account: Account) -> None:
    account.sagemaker.create_model_package_group(ModelPackageGroupName="flight-delay")
    client = clients.client("sagemaker")
    registry = Registry(sagemaker=client, group="flight-delay")
    counts = [
        Throttling(client, operation, MOST - 1)
        for operation in ("CreateModelPackage", "ListModelPackages", "DescribeModelPackage")
    ]
    assert registry.register(registration("one"), IMAGE).number == "1"
    assert [version.number for version in registry.versions()] == ["1"]
    # Listed before it is registered too, and described after that and when it is listed.
    assert [each.attempts for each in counts] == [MOST, MOST + 1, MOST + 1]


def test_what_is_throttled_for_good_ends_with_the_reason(
    pauses: list[float], account: Account
) -> None:
    client = clients.client("sagemaker")
    throttling = Throttling(client, "ListModelPackages", 100)
    with pytest.raises(RegistryError, match=r"model registry flight-delay: .*ThrottlingException"):
        list(Registry(sagemaker=client, group="flight-delay").versions())
    assert throttling.attempts == MOST


def test_objects_are_read(pauses: list[float], account: Account) -> None:
    store = Store(f"s3://{account.bucket}")
    store.put("key", b"content")
    throttling = Throttling(store._s3(), "GetObject", MOST - 1)
    assert store.get("key") == b"content"
    assert throttling.attempts == MOST
