"""What the tests of steps share; those of watching bring the spec of the model that is watched."""

import uuid
from pathlib import Path

import boto3
import pytest

from ml.data.lakehouse import Lakehouse
from ml.deployment.registry import Registry
from ml.spec import ModelSpec
from tests.ml.conftest import REGION, Account
from tests.ml.steps.heard import CloudWatch, listen


@pytest.fixture
def told(spec: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> CloudWatch:
    """What CloudWatch hears."""
    return listen(monkeypatch, spec)


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    """An empty lake on disk."""
    return Lakehouse(str(tmp_path))


@pytest.fixture
def group(account: Account) -> Registry:
    """The versions of the diabetes model; there is none yet."""
    account.sagemaker.create_model_package_group(ModelPackageGroupName="diabetes")
    return Registry(sagemaker=account.sagemaker, group="diabetes")


@pytest.fixture
def reached(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account on loopback with an empty bucket; processes that are started now reach it too."""
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    s3, kms = boto3.client("s3"), boto3.client("kms")
    bucket = f"bucket-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["Arn"]
    return Account(s3, kms, None, key, "", bucket)
