"""Promise: plain `pulumi` brings every environment up, tells what differs, and hides nothing."""

import contextlib
import ipaddress
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.acceptance.aws import session
from tests.acceptance.buckets import bucket
from tests.acceptance.checkout import Checkout
from tests.acceptance.conftest import of_the_sandbox
from tests.sandbox.observed import eventually

pytestmark = pytest.mark.engine

ENVIRONMENTS = ("dev", "staging", "prod")
PROJECTS = {"platform": ".", "releases": "releases"}


@pytest.fixture
def edited(deployed: Checkout) -> Iterator[Checkout]:
    """The checkout, whose tracked files are as they were when the test has ended."""
    before = {
        path: path.read_bytes()
        for path in (deployed.root / "Pulumi.dev.yaml", *deployed.root.glob("infra/**/*.py"))
    }
    yield deployed
    for path, content in before.items():
        if path.read_bytes() != content:
            path.write_bytes(content)


def test_a_plan_of_prod_passes_the_policy_pack_and_makes_nothing(checkout: Checkout) -> None:
    before = checkout.held()
    planned = checkout.shell("pulumi preview --stack prod --policy-pack policy").out
    assert "modelyard-guardrails" in planned or "Policies:" in planned
    assert "mandatory" not in planned
    assert checkout.held() == before


def test_a_broken_rule_stops_the_plan_and_the_update(edited: Checkout) -> None:
    source_file = edited.root / "infra" / "administration" / "private_bucket.py"
    source = source_file.read_text()
    kept = 'versioning_configuration={"status": "Enabled"}'
    assert kept in source
    source_file.write_text(source.replace(kept, kept.replace("Enabled", "Suspended")))
    typed = "pulumi preview --stack dev --policy-pack policy --non-interactive"
    planned = edited.shell(typed, code=None)
    assert planned.code != 0
    assert "bucket-keeps-versions" in planned.told
    held = edited.held()
    refused = edited.modelyard("deploy", "dev", code=1)
    assert "versioningConfiguration.status must be Enabled" in refused.told
    assert edited.held() == held


def test_everything_listens_on_loopback_only(deployed: Checkout) -> None:
    open_to = []
    for process in of_the_sandbox(deployed.root):
        # A probe of a pod, for one, is over sooner than it is looked at.
        with contextlib.suppress(psutil.NoSuchProcess):
            open_to += [
                (each.laddr.ip.removeprefix("::ffff:"), process.name())
                for each in process.net_connections("inet")
                if each.status == psutil.CONN_LISTEN
            ]
    assert len(open_to) > 10
    assert [each for each in open_to if not ipaddress.ip_address(each[0]).is_loopback] == []


def test_one_command_brings_three_environments_up(deployed: Checkout) -> None:
    shown = deployed.modelyard("status", "--json").json["environments"]
    assert [(each["environment"], each["up"]) for each in shown] == [
        (name, True) for name in ENVIRONMENTS
    ]
    for each in shown:
        assert {model["model"] for model in each["models"]} == {"diabetes", "flight_delay"}


def test_a_second_run_changes_nothing_in_any_stack(deployed: Checkout) -> None:
    again = deployed.modelyard("deploy", "--json").json
    assert [each["environment"] for each in again] == [*ENVIRONMENTS]
    for each in again:
        for project in (each["platform"], each["releases"]):
            assert set(project["changes"]) == {"same"}, project
            assert project["changes"]["same"] > 40


def test_an_edit_of_a_stack_file_and_of_the_program_shows_in_the_next_plan(
    edited: Checkout,
) -> None:
    stack = edited.root / "Pulumi.dev.yaml"
    stack.write_text(stack.read_text().replace("retention_days: 30", "retention_days: 60"))
    queue = edited.root / "infra" / "administration" / "delivery_queue.py"
    source = queue.read_text()
    assert "=4 * 24 * 3600" in source
    queue.write_text(source.replace("=4 * 24 * 3600", "=5 * 24 * 3600"))
    planned = edited.shell("pulumi preview --stack dev --diff").out
    assert re.search(r"retentionInDays *: 30 => 60", planned), planned
    assert re.search(r"messageRetentionSeconds *: 345600 => 432000", planned), planned


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("folder", PROJECTS.values(), ids=PROJECTS)
def test_what_a_stack_says_is_what_is_there(
    deployed: Checkout, environment: str, folder: str
) -> None:
    deployed.shell(
        f"cd {deployed.root / folder} && "
        f"pulumi preview --stack {environment} --refresh --expect-no-changes --non-interactive"
    )


def test_the_engine_sees_what_was_changed_behind_its_back(deployed: Checkout) -> None:
    s3 = session(deployed, "dev").client("s3")
    lake = bucket(s3, "lakehouse")
    s3.put_bucket_versioning(Bucket=lake, VersioningConfiguration={"Status": "Suspended"})
    seen = deployed.shell("pulumi refresh --stack dev --yes --non-interactive").out
    assert re.search(r"BucketVersioning .*updated", seen), seen
    repaired = deployed.shell("pulumi up --stack dev --yes --non-interactive").out
    assert re.search(r"BucketVersioning .*updated", repaired), repaired
    assert s3.get_bucket_versioning(Bucket=lake)["Status"] == "Enabled"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_pod_is_ready(deployed: Checkout, environment: str) -> None:
    def unready() -> list[str]:
        shown = deployed.shell(f"kubectl --context {environment} get pods -A -o json").out
        pods = json.loads(shown)["items"]
        # What starts by the hour may have come and gone.
        serving = [each for each in pods if each["status"]["phase"] != "Succeeded"]
        assert len(serving) >= 3
        ready = {
            pod["metadata"]["name"]: [
                each["ready"] for each in pod["status"].get("containerStatuses", [])
            ]
            for pod in serving
        }
        return [name for name, each in ready.items() if not each or not all(each)]

    eventually(lambda: unready() == [], seconds=120)
    assert unready() == []


def test_before_the_first_version_an_endpoint_says_so(deployed: Checkout) -> None:
    shown = deployed.modelyard("status", "--json").json["environments"]
    silent = [model for each in shown for model in each["models"] if not model["version"]]
    assert silent
    for model in silent:
        ready = httpx.get(f"{model['address']}/v2/health/ready", trust_env=False, timeout=60)
        inferred = httpx.post(
            f"{model['address']}/v2/models/{model['model']}/infer",
            json={"inputs": [{"name": "age", "shape": [1], "datatype": "FP32", "data": [0.1]}]},
            trust_env=False,
            timeout=60,
        )
        for answer in (ready, inferred):
            assert answer.status_code == 503
            assert "no version released yet" in answer.text


def test_git_knows_nothing_of_all_this(deployed: Checkout) -> None:
    assert deployed.changes() == ""
    assert Path(deployed.root / ".modelyard").is_dir()
