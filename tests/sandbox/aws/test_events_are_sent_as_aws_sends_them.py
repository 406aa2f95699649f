"""What happens in an account is an event on its bus, for those whose pattern it matches."""

from tests.sandbox.aws.clockwork import ACCOUNT, Client, arn, bodies, listen, queue


def test_registering_and_approving_a_model_package_are_events(
    client: Client,
) -> None:
    sagemaker = client("sagemaker")
    url = listen(
        client,
        "registrations",
        {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Package State Change"],
            "detail": {"ModelPackageGroupName": ["flight-delay"]},
        },
    )
    sagemaker.create_model_package_group(ModelPackageGroupName="flight-delay")
    package = sagemaker.create_model_package(
        ModelPackageGroupName="flight-delay",
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={"Containers": [{"Image": "i", "ModelDataUrl": "s3://a/b"}]},
        CustomerMetadataProperties={"gate": "passed", "run": "r1"},
    )["ModelPackageArn"]
    sagemaker.update_model_package(
        ModelPackageArn=package, CustomerMetadataProperties={"live": "yes"}
    )
    sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")

    events = bodies(client, url)
    assert [each["detail"]["ModelApprovalStatus"] for each in events] == [
        "PendingManualApproval",
        "PendingManualApproval",
        "Approved",
    ]
    last = events[-1]
    assert last["account"] == ACCOUNT
    assert last["resources"] == [package]
    assert last["detail"]["ModelPackageVersion"] == 1
    assert last["detail"]["CustomerMetadataProperties"] == {
        "gate": "passed",
        "run": "r1",
        "live": "yes",
    }
    listed = sagemaker.list_model_packages(ModelPackageGroupName="flight-delay")
    assert [each["ModelPackageVersion"] for each in listed["ModelPackageSummaryList"]] == [1]


def test_a_target_that_cannot_be_served_does_not_fail_the_sender(
    client: Client,
) -> None:
    url = listen(client, "orders", {"source": ["shop"]})
    events = client("events")
    events.put_targets(
        Rule="orders",
        Targets=[{"Id": "f", "Arn": arn("lambda", "function:f")}],
    )
    answer = events.put_events(Entries=[{"Source": "shop", "DetailType": "t", "Detail": "{}"}])
    assert answer["FailedEntryCount"] == 0
    assert [each["source"] for each in bodies(client, url)] == ["shop"]


def test_a_schedule_is_no_pattern_that_matches_everything(client: Client) -> None:
    url = queue(client, "nightly")
    events = client("events")
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="nightly", Targets=[{"Id": "q", "Arn": arn("sqs", "nightly")}])
    events.put_events(Entries=[{"Source": "noise", "DetailType": "t", "Detail": "{}"}])
    assert bodies(client, url) == []
