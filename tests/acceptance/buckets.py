"""What lies in the buckets of an account."""

import json
from typing import Any


def bucket(s3: Any, kind: str) -> str:
    """The one bucket of a kind in an account."""
    [name] = (each["Name"] for each in s3.list_buckets()["Buckets"] if kind in each["Name"])
    return str(name)


def keys(s3: Any, name: str, prefix: str, ending: str = "") -> list[str]:
    """Keys below a prefix, the oldest object first."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=prefix)
    found = [each for page in pages for each in page.get("Contents", ())]
    found.sort(key=lambda each: each["LastModified"])
    return [each["Key"] for each in found if each["Key"].endswith(ending)]


def newest(s3: Any, name: str, prefix: str, ending: str = ".json") -> dict[str, Any]:
    """The newest JSON object below a prefix."""
    key = keys(s3, name, prefix, ending)[-1]
    content: dict[str, Any] = json.loads(s3.get_object(Bucket=name, Key=key)["Body"].read())
    return content
