"""Where moto differs from AWS in what this platform relies on, the emulator follows AWS."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def queue_for(client: Callable[..., Any], name: str, pattern: dict[str, Any]) -> str:
    """Lead events that match the pattern into a queue of dev."""
    url = str(client("sqs").create_queue(QueueName=name)["QueueUrl"])
    events = client("events")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:eu-west-1:111111111111:{name}"
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return url


def received(client: Callable[..., Any], url: str) -> list[dict[str, Any]]:
    messages = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(each["Body"]) for each in messages.get("Messages", [])]


def test_registering_and_approving_a_model_package_are_events(
    client: Callable[..., Any],
) -> None:
    sagemaker = client("sagemaker")
    url = queue_for(
        client,
        "registrations",
        {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Package State Change"],
            "detail": {"ModelPackageGroupName": ["flight-delay"]},
        },
    )
    sagemaker.create_model_package_group(ModelPackageGroupName="flight-delay")
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="flight-delay",
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={"Containers": [{"Image": "i", "ModelDataUrl": "s3://a/b"}]},
        CustomerMetadataProperties={"gate": "passed", "run": "r1"},
    )["ModelPackageArn"]
    sagemaker.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"live": "yes"})
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")

    events = received(client, url)
    assert [each["detail"]["ModelApprovalStatus"] for each in events] == [
        "PendingManualApproval",
        "PendingManualApproval",
        "Approved",
    ]
    last = events[-1]
    assert last["account"] == "111111111111"
    assert last["resources"] == [arn]
    assert last["detail"]["ModelPackageVersion"] == 1
    assert last["detail"]["CustomerMetadataProperties"] == {
        "gate": "passed",
        "run": "r1",
        "live": "yes",
    }
    listed = sagemaker.list_model_packages(ModelPackageGroupName="flight-delay")
    assert [each["ModelPackageVersion"] for each in listed["ModelPackageSummaryList"]] == [1]


def test_a_group_is_deleted_only_when_it_is_empty(client: Callable[..., Any]) -> None:
    sagemaker = client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="short-lived")
    arn = sagemaker.create_model_package(ModelPackageGroupName="short-lived")["ModelPackageArn"]
    with pytest.raises(ClientError, match="delete them first"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="short-lived")
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName="short-lived")
    with pytest.raises(ClientError):
        sagemaker.describe_model_package_group(ModelPackageGroupName="short-lived")


def test_a_target_that_cannot_be_served_does_not_fail_the_sender(
    client: Callable[..., Any],
) -> None:
    url = queue_for(client, "orders", {"source": ["shop"]})
    events = client("events")
    events.put_targets(
        Rule="orders",
        Targets=[{"Id": "f", "Arn": "arn:aws:lambda:eu-west-1:111111111111:function:f"}],
    )
    answer = events.put_events(Entries=[{"Source": "shop", "DetailType": "t", "Detail": "{}"}])
    assert answer["FailedEntryCount"] == 0
    assert [each["source"] for each in received(client, url)] == ["shop"]


def test_a_schedule_is_no_pattern_that_matches_everything(client: Callable[..., Any]) -> None:
    url = str(client("sqs").create_queue(QueueName="nightly")["QueueUrl"])
    events = client("events")
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    arn = "arn:aws:sqs:eu-west-1:111111111111:nightly"
    events.put_targets(Rule="nightly", Targets=[{"Id": "q", "Arn": arn}])
    events.put_events(Entries=[{"Source": "noise", "DetailType": "t", "Detail": "{}"}])
    assert received(client, url) == []


def test_a_disabled_key_neither_encrypts_nor_signs(client: Callable[..., Any]) -> None:
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
    client: Callable[..., Any], service: str, operation: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match="does not emulate") as caught:
        getattr(client(service), operation)(**arguments)
    assert code_of(caught) == ("NotImplemented", 501)


def test_a_conditional_deny_denies_only_under_its_condition(client: Callable[..., Any]) -> None:
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
    client: Callable[..., Any],
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
    client: Callable[..., Any],
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
