"""Where moto lets pass what AWS refuses, or the other way round, the emulator follows AWS."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.clockwork import Client


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_a_group_is_deleted_only_when_it_is_empty(client: Client) -> None:
    sagemaker = client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="short-lived")
    arn = sagemaker.create_model_package(ModelPackageGroupName="short-lived")["ModelPackageArn"]
    with pytest.raises(ClientError, match="delete them first"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="short-lived")
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName="short-lived")
    with pytest.raises(ClientError):
        sagemaker.describe_model_package_group(ModelPackageGroupName="short-lived")


def test_a_disabled_key_neither_encrypts_nor_signs(client: Client) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]
    secret = kms.encrypt(KeyId=key["Arn"], Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key["Arn"])
    with pytest.raises(ClientError) as caught:
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    assert code_of(caught)[0] == "DisabledException"
    with pytest.raises(ClientError):
        kms.decrypt(CiphertextBlob=secret)
    kms.enable_key(KeyId=key["Arn"])
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"x"
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    with pytest.raises(ClientError) as caught:
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    assert code_of(caught)[0] == "KMSInvalidStateException"


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("sagemaker", "delete_context", {"ContextName": "c"}),
        ("cloudwatch", "delete_anomaly_detector", {"Namespace": "n", "MetricName": "m"}),
        ("eks", "list_addons", {"clusterName": "c"}),
        ("iam", "get_context_keys_for_custom_policy", {"PolicyInputList": ["{}"]}),
    ],
)
def test_what_is_not_emulated_says_so_in_the_service_own_words(
    client: Client, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match="does not emulate") as caught:
        getattr(client(service), operation)(**arguments)
    assert code_of(caught) == ("NotImplemented", 501)


def test_a_conditional_deny_denies_only_under_its_condition(client: Client) -> None:
    s3 = client("s3")
    s3.create_bucket(
        Bucket="sealed", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    key = "arn:aws:kms:eu-west-1:111111111111:key/ours"
    deny = {"Effect": "Deny", "Principal": "*", "Resource": "arn:aws:s3:::sealed/*"}
    name = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    statements = [
        {**deny, "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {
            **deny,
            "Action": "s3:PutObject",
            "Condition": {"StringNotEqualsIfExists": {name: key}, "Null": {name: "false"}},
        },
    ]
    s3.put_bucket_policy(
        Bucket="sealed", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements})
    )
    s3.put_object(Bucket="sealed", Key="a", Body=b"default key")
    s3.put_object(
        Bucket="sealed", Key="b", Body=b"", ServerSideEncryption="aws:kms", SSEKMSKeyId=key
    )
    with pytest.raises(ClientError) as caught:
        s3.put_object(
            Bucket="sealed",
            Key="c",
            Body=b"",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=key.replace("ours", "theirs"),
        )
    assert code_of(caught) == ("AccessDenied", 403)


def test_policies_that_aws_manages_can_be_attached_and_others_not(
    client: Client,
) -> None:
    iam = client("iam")
    iam.create_role(RoleName="control-plane", AssumeRolePolicyDocument="{}")
    arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    iam.attach_role_policy(RoleName="control-plane", PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName="control-plane")["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [arn]
    with pytest.raises(ClientError, match="not exist"):
        iam.attach_role_policy(
            RoleName="control-plane", PolicyArn="arn:aws:iam::aws:policy/AmazonEKSNoSuchPolicy"
        )


def test_a_bucket_of_deleted_objects_can_be_emptied_when_it_keeps_no_versions_any_more(
    client: Client,
) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for status in ("Enabled", "Suspended"):
        s3.put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": status})
        if status == "Enabled":
            s3.put_object(Bucket="lake", Key="a", Body=b"1")
            s3.delete_object(Bucket="lake", Key="a")
    listed = s3.list_object_versions(Bucket="lake")
    for each in [*listed["Versions"], *listed["DeleteMarkers"]]:
        s3.delete_object(Bucket="lake", Key=each["Key"], VersionId=each["VersionId"])
    s3.delete_bucket(Bucket="lake")
