"""An AWS account in this process: buckets, a signing key, a model registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import pytest
import stamina
from moto import mock_aws
from moto.server import ThreadedMotoServer

REGION = "eu-west-1"


@cache
def client(service: str) -> Any:
    """Made once: reading SageMaker's API model alone takes longer than most tests."""
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


@dataclass(frozen=True)
class Account:
    s3: Any
    kms: Any
    sagemaker: Any
    key_arn: str
    other_key_arn: str
    bucket: str = "artifacts-bucket"
    audit: str = "audit-bucket"


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """An emulated AWS whose server lives in this process on loopback: for other processes."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    stamina.set_testing(True, attempts=3)
    with mock_aws():
        s3, kms = client("s3"), client("kms")
        for name in (Account.bucket, Account.audit):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        arns = [
            kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["Arn"]
            for _ in range(2)
        ]
        yield Account(s3, kms, client("sagemaker"), *arns)
    stamina.set_testing(False)
