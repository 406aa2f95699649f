"""Each profile is one person in one account, and a policy decides who sees across the border."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.aws.config_file import write_config
from sandbox.aws.emulator import Emulator
from sandbox.aws.identities import identities
from tests.sandbox.aws.conftest import ENVIRONMENTS

IRELAND = {"LocationConstraint": "eu-west-1"}


@pytest.mark.parametrize(
    ("profile", "account", "session"),
    [
        ("dev", "111111111111", "ada"),
        ("staging-grace", "222222222222", "grace"),
        ("prod-delivery", "333333333333", "delivery"),
    ],
)
def test_a_profile_is_a_person_in_an_account(
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    emulator: Emulator,
    profile: str,
    account: str,
    session: str,
) -> None:
    config, credentials = tmp_path / "aws" / "config", tmp_path / "aws" / "credentials"
    write_config(config, credentials, identities(ENVIRONMENTS))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)

    caller = boto3.Session(profile_name=profile).client("sts").get_caller_identity()

    assert caller["Account"] == account
    assert caller["Arn"] == f"arn:aws:sts::{account}:assumed-role/platform-engineer/{session}"


def test_an_assumed_role_acts_in_its_own_account(
    emulator: Emulator, client: Callable[..., Any]
) -> None:
    given = client("sts", "dev").assume_role(
        RoleArn="arn:aws:iam::333333333333:role/reader", RoleSessionName="job"
    )["Credentials"]
    sts = boto3.client(
        "sts",
        endpoint_url=emulator.endpoint,
        region_name="eu-west-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    assert sts.get_caller_identity()["Arn"] == (
        "arn:aws:sts::333333333333:assumed-role/reader/job"
    )


def test_a_key_that_nobody_issued_is_refused(emulator: Emulator) -> None:
    sqs = boto3.client(
        "sqs",
        endpoint_url=emulator.endpoint,
        region_name="eu-west-1",
        aws_access_key_id="AKIA0000000000000000",
        aws_secret_access_key="x",
    )
    with pytest.raises(ClientError, match="AWS_PROFILE") as caught:
        sqs.list_queues()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_another_account_reads_only_what_the_bucket_policy_opens(
    client: Callable[..., Any],
) -> None:
    owner, reader = client("s3", "prod"), client("s3", "dev")
    for name in ("curated", "mirror"):
        owner.create_bucket(Bucket=name, CreateBucketConfiguration=IRELAND)
        owner.put_object(Bucket=name, Key="table/part", Body=b"rows")
    owner.put_bucket_policy(
        Bucket="mirror",
        Policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": ["arn:aws:s3:::mirror", "arn:aws:s3:::mirror/*"],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                        "Action": ["s3:GetObject", "s3:ListBucket"],
                        "Resource": ["arn:aws:s3:::mirror", "arn:aws:s3:::mirror/*"],
                    },
                ],
            }
        ),
    )

    assert reader.get_object(Bucket="mirror", Key="table/part")["Body"].read() == b"rows"
    assert reader.list_objects_v2(Bucket="mirror", Prefix="table/")["KeyCount"] == 1
    assert owner.get_object(Bucket="mirror", Key="table/part")["Body"].read() == b"rows"
    attempts: list[Callable[[], Any]] = [
        lambda: reader.put_object(Bucket="mirror", Key="x", Body=b""),
        lambda: reader.get_object(Bucket="curated", Key="table/part"),
        lambda: reader.list_objects_v2(Bucket="curated"),
        lambda: client("s3", "staging").get_object(Bucket="mirror", Key="table/part"),
    ]
    for refused in attempts:
        with pytest.raises(ClientError) as caught:
            refused()
        assert caught.value.response["Error"]["Code"] == "AccessDenied"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_health_page_names_the_boot(emulator: Emulator) -> None:
    with urllib.request.urlopen(f"{emulator.endpoint}/_sandbox/health") as answer:
        assert json.load(answer)["boot_id"] == emulator.boot_id


def test_a_condition_on_the_principal_sees_the_role_with_its_path(
    client: Callable[..., Any],
) -> None:
    client("s3", "prod").create_bucket(Bucket="shared", CreateBucketConfiguration=IRELAND)
    client("s3", "prod").put_object(Bucket="shared", Key="table/part", Body=b"rows")
    resources = ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"]
    roles = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/modelyard/*"}}
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::111111111111:root"]},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": resources,
        "Condition": roles,
    }
    client("s3", "prod").put_bucket_policy(
        Bucket="shared", Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    )

    def assumed(role: str) -> Any:
        session = client("sts", "dev").assume_role(
            RoleArn=f"arn:aws:iam::111111111111:role/{role}", RoleSessionName="job"
        )["Credentials"]
        return boto3.client(
            "s3",
            endpoint_url=client("s3", "dev").meta.endpoint_url,
            region_name="eu-west-1",
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        )

    training = assumed("modelyard/training")
    assert training.get_object(Bucket="shared", Key="table/part")["Body"].read() == b"rows"
    # As delta-rs lists a table's log.
    listed = training.list_objects_v2(Bucket="shared", Prefix="table/", StartAfter="table/a")
    assert listed["KeyCount"] == 1
    with pytest.raises(ClientError, match="AccessDenied"):
        assumed("elsewhere/training").get_object(Bucket="shared", Key="table/part")
