"""Reading a package lives through trouble that passes, and gives up at once on what does not."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from ml.deployment.store import Folder, StoreError
from tests.ml.conftest import Account
from tests.ml.deployment.stored import stored


class Flaky:
    """An S3 that fails some times before it answers."""

    def __init__(self, s3: Any, error: Exception, times: int) -> None:
        self.s3, self.error, self.left, self.calls = s3, error, times, 0

    def get_object(self, **arguments: str) -> Any:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return self.s3.get_object(**arguments)


def trouble(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")


@pytest.mark.parametrize(
    "error", [trouble("SlowDown"), trouble("503"), EndpointConnectionError(endpoint_url="x")]
)
def test_passing_trouble_is_retried(account: Account, error: Exception) -> None:
    folder, _ = stored(account, {"card.md": b"# card"})
    flaky = Flaky(account.s3, error, 2)
    again = Folder(s3=flaky, bucket=folder.bucket, prefix=folder.prefix)
    assert again.read("card.md") == b"# card"
    assert flaky.calls == 3


def test_a_refusal_is_not_retried_and_names_the_object(account: Account) -> None:
    flaky = Flaky(account.s3, trouble("AccessDenied"), 9)
    folder = Folder(s3=flaky, bucket="b", prefix="p")
    with pytest.raises(StoreError, match=r"cannot read s3://b/p/card.md.*AccessDenied"):
        folder.read("card.md")
    assert flaky.calls == 1


def test_too_large_an_object_is_not_fetched(account: Account) -> None:
    folder, _ = stored(account, {"card.md": b"# card"})
    with pytest.raises(StoreError, match="6 bytes is too large"):
        folder.read("card.md", largest=5)
    assert folder.has("card.md")
    assert not folder.has("nothing.md")
