"""A listing says what moto's own would say, and says it sooner."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from moto.s3.responses import S3Response

KEYS = ["a/1.json", "a/2.json", "b&<ü>\"'/x y.txt", "c"]


@pytest.fixture(scope="module")
def bucket(client: Callable[..., Any]) -> str:
    s3 = client("s3")
    s3.create_bucket(
        Bucket="listed", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    for key in KEYS:
        s3.put_object(Bucket="listed", Key=key, Body=key.encode(), ChecksumAlgorithm="SHA256")
    return "listed"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"Prefix": "a/"},
        {"Prefix": "nothing"},
        {"Delimiter": "/"},
        {"EncodingType": "url"},
        {"FetchOwner": True},
        {"MaxKeys": 2},
        {"StartAfter": "a/1.json"},
        {"Prefix": "b&", "Delimiter": "/", "EncodingType": "url"},
    ],
    ids=str,
)
def test_it_equals_the_slower_one(
    client: Callable[..., Any],
    bucket: str,
    asked: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def listed() -> dict[str, Any]:
        answer: dict[str, Any] = client("s3").list_objects_v2(Bucket=bucket, **asked)
        # Its text is made up anew each time.
        assert bool(answer.pop("NextContinuationToken", "")) == answer["IsTruncated"]
        answer.pop("ResponseMetadata")
        return answer

    ours = listed()
    monkeypatch.setattr(S3Response, "serialized", inspect.unwrap(S3Response.serialized))
    assert ours == listed()
    assert ours["Name"] == bucket


def test_pages_hold_every_object_once(client: Callable[..., Any], bucket: str) -> None:
    pages = client("s3").get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 1}
    )  # fmt: skip
    assert [each["Key"] for page in pages for each in page["Contents"]] == sorted(KEYS)


def test_of_a_bucket_that_is_not_there_the_refusal_is_as_ever(client: Callable[..., Any]) -> None:
    s3 = client("s3")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket="never-made")
