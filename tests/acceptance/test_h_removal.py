"""Promise: whatever stops a stack half-way, the next run goes on; what is removed is gone."""

import json
import re
import time

import httpx
import pytest

from tests.acceptance.aws import Session, session
from tests.acceptance.checkout import Checkout
from tests.acceptance.conftest import diabetes
from tests.acceptance.terminal import ctrl_c

pytestmark = pytest.mark.engine

SOME = 9
"""The creation that fails: with enough before it and after it."""


def listed(aws: Session) -> dict[str, list[str]]:
    """Everything by which an account that holds nothing differs from one that does."""
    s3, sqs, sns, iam = (aws.client(name) for name in ("s3", "sqs", "sns", "iam"))
    ec2, ecr, logs = (aws.client(name) for name in ("ec2", "ecr", "logs"))
    events, machine = aws.client("events"), aws.client("sagemaker")
    tables, secrets = aws.client("dynamodb"), aws.client("secretsmanager")
    found = {
        "buckets": [each["Name"] for each in s3.list_buckets()["Buckets"]],
        "queues": sqs.list_queues().get("QueueUrls", []),
        "topics": [each["TopicArn"] for each in sns.list_topics()["Topics"]],
        "roles": [each["RoleName"] for each in iam.list_roles()["Roles"]],
        "policies": [each["Arn"] for each in iam.list_policies(Scope="Local")["Policies"]],
        "networks": [
            each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"] if not each["IsDefault"]
        ],
        "images": [each["repositoryName"] for each in ecr.describe_repositories()["repositories"]],
        "logs": [
            each["logGroupName"]
            for each in logs.describe_log_groups()["logGroups"]
            # SageMaker makes its own, which no stack holds.
            if not each["logGroupName"].startswith("/aws/sagemaker/")
        ],
        "rules": [each["Name"] for each in events.list_rules()["Rules"]],
        "tables": tables.list_tables()["TableNames"],
        "secrets": [each["Name"] for each in secrets.list_secrets()["SecretList"]],
        "groups": [
            each["ModelPackageGroupName"]
            for each in machine.list_model_package_groups()["ModelPackageGroupSummaryList"]
        ],
        "pipelines": [
            each["PipelineName"] for each in machine.list_pipelines()["PipelineSummaries"]
        ],
        "keys": enabled_keys(aws),
    }
    return {name: each for name, each in found.items() if each}


def enabled_keys(aws: Session) -> list[str]:
    """Keys that are not waiting for their deletion, which takes AWS a week at least."""
    kms = aws.client("kms")
    described = [
        kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]
    ]
    return [each["Arn"] for each in described if each["KeyState"] == "Enabled"]


def namespaces(checkout: Checkout, environment: str) -> set[str]:
    """The namespaces of a cluster that did not come with it."""
    shown = checkout.shell(f"kubectl --context {environment} get namespaces -o json").out
    names = {each["metadata"]["name"] for each in json.loads(shown)["items"]}
    return {name for name in names if name != "default" and not name.startswith("kube-")}


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_what_holds_data_refuses_to_be_destroyed(deployed: Checkout, environment: str) -> None:
    before = listed(session(deployed, environment))
    done = deployed.shell(
        f"pulumi destroy --stack {environment} --yes --non-interactive", code=None
    )
    assert done.code != 0
    assert "protect" in done.told
    assert listed(session(deployed, environment))["buckets"] == before["buckets"]


def forget_versions(aws: Session) -> None:
    """Delete every registered version: AWS keeps a group that still holds one."""
    machine = aws.client("sagemaker")
    for group in machine.list_model_package_groups()["ModelPackageGroupSummaryList"]:
        name = group["ModelPackageGroupName"]
        listed = machine.list_model_packages(ModelPackageGroupName=name)
        for each in listed["ModelPackageSummaryList"]:
            machine.delete_model_package(ModelPackageName=each["ModelPackageArn"])


def test_destroyed_dev_leaves_nothing_behind(first_version: Checkout) -> None:
    assert namespaces(first_version, "dev")
    forget_versions(session(first_version, "dev"))
    for folder in ("releases", "."):
        first_version.shell(
            f"cd {first_version.root / folder} && "
            "pulumi destroy --stack dev --yes --non-interactive --skip-preview"
        )
    assert listed(session(first_version, "dev")) == {}
    assert namespaces(first_version, "dev") == set()
    # Files, so they stay: they name versions that went with the buckets.
    assert "diabetes" in (first_version.state / "releases" / "dev.yaml").read_text()


def test_a_failure_in_the_middle_is_told_and_leaves_no_traceback(deployed: Checkout) -> None:
    (deployed.state / "aws" / "fail_at").write_text(str(SOME))
    told = deployed.modelyard("deploy", "dev", code=1).err
    assert "was told to fail" in told
    assert "what was done stays done" in told
    assert listed(session(deployed, "dev"))


def test_an_interrupted_deploy_says_how_to_resume(deployed: Checkout) -> None:
    before = deployed.held()
    with deployed.started("deploy", "dev") as running:
        until = time.monotonic() + 240
        while deployed.held() < before + 30:
            assert time.monotonic() < until
            time.sleep(0.2)
        shown = ctrl_c(running)
    assert running.returncode == 130, shown
    assert "interrupted during: deploy of dev" in shown
    assert "resume: modelyard deploy dev" in shown
    assert "Traceback" not in shown


def test_the_next_run_goes_on_where_the_others_stopped(deployed: Checkout) -> None:
    done = deployed.modelyard("deploy", "dev", "--json")
    [resumed] = done.json
    assert re.search(r"version \d+ of diabetes withdrawn: its package was in", flat(done.err))
    platform = resumed["platform"]["changes"]
    assert platform["same"] > 30
    assert platform["create"] > 50
    assert set(resumed["releases"]["changes"]) == {"create"}
    deployed.shell("pulumi preview --stack dev --non-interactive --expect-no-changes")
    assert deployed.changes() == ""


def test_nothing_of_before_is_served_and_the_endpoint_says_so(deployed: Checkout) -> None:
    found = diabetes(deployed)
    assert found["version"] == ""
    answer = httpx.get(f"{found['address']}/v2/health/ready", trust_env=False, timeout=60)
    assert answer.status_code == 503
    assert "no version released yet" in answer.text
    entries = deployed.modelyard("audit", "log", "--env", "dev", "--json").json
    assert {each["kind"] for each in entries} == {"withdrawn"}
    assert sorted(each["model"] for each in entries) == ["diabetes", "flight_delay"]


def flat(text: str) -> str:
    """What was printed, whatever the width at which it was wrapped."""
    return " ".join(text.split())
