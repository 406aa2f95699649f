"""JSON documents in an environment's buckets: written whole, read whole, never half."""

import json
from typing import Any

from botocore.exceptions import ClientError

_ABSENT = {"NoSuchKey", "404", "NotFound"}
_TAKEN = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
"""What S3 says where another writer was first; the latter two where they met."""


def write_json(s3: Any, bucket: str, key: str, value: object, *, once: bool = False) -> bool:
    """Store a document; with `once`, False when one is there already."""
    request: dict[str, Any] = {
        "Bucket": bucket,
        "Key": key,
        "Body": json.dumps(value, indent=2, sort_keys=True, default=str).encode(),
        "ContentType": "application/json",
    }
    if once:
        request["IfNoneMatch"] = "*"
    try:
        s3.put_object(**request)
    except ClientError as error:
        if once and error.response["Error"]["Code"] in _TAKEN:
            return False
        raise
    return True


def read_json(s3: Any, bucket: str, key: str) -> Any | None:
    """Return a document, or None when there is none."""
    try:
        found = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise
    return json.loads(found["Body"].read())


def exists(s3: Any, bucket: str, key: str) -> bool:
    """Say whether there is an object."""
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return False
        raise
    return True


def list_keys(s3: Any, bucket: str, prefix: str) -> list[str]:
    """List keys under a prefix, in order."""
    keys: list[str] = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        keys += [each["Key"] for each in page.get("Contents", [])]
    return sorted(keys)


def split_uri(uri: str) -> tuple[str, str]:
    """Split s3://bucket/key."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def bare(digest: str) -> str:
    """Return a digest as it appears in keys, without its algorithm."""
    return digest.removeprefix("sha256:")
