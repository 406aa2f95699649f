"""What the steps of a run write and say holds nothing of the credentials that they run with."""

from __future__ import annotations

import json

import boto3
import pytest

from ml.__main__ import main
from tests.ml.conftest import Account
from tests.ml.steps.diabetes_run import Run
from tests.ml.steps.training_run import IMAGE

pytestmark = pytest.mark.slow

SECRETS = {"AWS_SECRET_ACCESS_KEY": "canary-of-the-key", "AWS_SESSION_TOKEN": "canary-of-the-role"}


@pytest.fixture
def run(account: Account, monkeypatch: pytest.MonkeyPatch) -> Run:
    account.sagemaker.create_model_package_group(ModelPackageGroupName="diabetes")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return Run(account, "told")


def everything_stored(account: Account) -> dict[str, bytes]:
    """Every object of every bucket, and what the registry knows."""
    found = {}
    for bucket in account.s3.list_buckets()["Buckets"]:
        for page in account.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for each in page.get("Contents", ()):
                answer = account.s3.get_object(Bucket=bucket["Name"], Key=each["Key"])
                found[each["Key"]] = answer["Body"].read()
    listed = account.sagemaker.list_model_packages(ModelPackageGroupName="diabetes")
    for each in listed["ModelPackageSummaryList"]:
        arn = each["ModelPackageArn"]
        known = account.sagemaker.describe_model_package(ModelPackageName=arn)
        found[arn] = json.dumps(known, default=str).encode()
    return found


def test_neither_files_nor_words_nor_registry_tell_them(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    account, key = run.account, ["--signing-key", run.account.key_arn]
    packaged = ["--image", IMAGE, "--git-sha", "abc", "--environment", "prod"]
    steps: list[list[str]] = [
        ["train"],
        ["evaluate"],
        ["gate", "--champion", "none", *key],
        ["refit"],
        ["package", *packaged, *key],
        ["register", "--group", "diabetes"],
    ]
    for name, *flags in steps:
        assert main([name, *run.flags, *flags]) == 0
    # And one that fails on AWS, with whatever it has to say of it.
    assert main(["register", *run.flags, "--group", "no-such-group"]) == 3
    said = capsys.readouterr()
    stored = everything_stored(account)
    assert any("card" in name for name in stored)
    assert any("lineage" in name for name in stored)
    assert any(name.startswith("arn:") for name in stored)
    for secret in SECRETS.values():
        assert secret not in said.out + said.err
        assert [name for name, content in stored.items() if secret.encode() in content] == []
    # The canaries were what the steps ran with.
    used = boto3.Session().get_credentials().get_frozen_credentials()
    assert {used.secret_key, used.token} == {*SECRETS.values()}
