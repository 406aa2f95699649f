"""Promise: the bundle for a bug report says all there is of a live sandbox, and no secret."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from modelyard.diagnosis.gathered import secrets
from tests.acceptance.aws import session
from tests.acceptance.checkout import Checkout

pytestmark = pytest.mark.engine

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def told(first_version: Checkout, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the command printed for scripts."""
    folder = tmp_path_factory.mktemp("diagnosis")
    shown: dict[str, Any] = first_version.modelyard(
        "diagnose", "--output", str(folder), "--json"
    ).json
    return shown


@pytest.fixture(scope="module")
def files(told: dict[str, Any]) -> dict[str, str]:
    """The files of the bundle, by their paths in it."""
    with tarfile.open(told["path"]) as archive:
        members = [each for each in archive if each.isfile()]
        found = {each.name.partition("/")[2]: archive.extractfile(each) for each in members}
        return {name: held.read().decode() for name, held in found.items() if held is not None}


def test_every_section_was_collected(told: dict[str, Any], files: dict[str, str]) -> None:
    assert {each["title"]: each["problem"] for each in told["entries"] if each["problem"]} == {}
    assert not [name for name in files if "not-collected" in name]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_it_says_what_is_live_and_what_happened(files: dict[str, str], environment: str) -> None:
    def part(name: str) -> Any:
        return json.loads(files[f"environments/{environment}/{name}.json"])

    models = {each["model"]: each for each in part("status")["models"]}
    assert {"diabetes", "flight_delay"} <= models.keys()
    assert all(each["address"] for each in models.values())
    assert part("ledger")["verdict"]
    assert any("dead-letters" in each["AlarmName"] for each in part("alarms"))
    assert {"Started", "Created"} <= {each["reason"] for each in part("events")}
    assert part("objects")["deployments"]
    assert part("queues")


def test_it_says_what_the_last_update_changed(files: dict[str, str]) -> None:
    stacks = {Path(name).stem for name in files if name.startswith("updates/modelyard")}
    assert {f"modelyard-{each}" for each in ENVIRONMENTS} <= stacks
    last = json.loads(files["updates/modelyard-dev.json"])
    assert last["latest operations"][-1]["result"] == "succeeded"
    assert set(last["last difference"]) == {"created", "deleted", "changed"}


def test_it_has_the_logs_and_the_versions(files: dict[str, str]) -> None:
    assert any(name.startswith("logs/parts/") and "delivery" in name for name in files)
    assert any(name.startswith("logs/pipelines/") for name in files)
    assert any(name.startswith("logs/pods/") for name in files)
    assert json.loads(files["versions.json"])["tools"]["pulumi"] != "not there"


def test_no_secret_that_the_sandbox_holds_is_in_it(
    first_version: Checkout, files: dict[str, str]
) -> None:
    held = {each for each in secrets(first_version.state, {}) if len(each) >= 16}
    assert len(held) > 20
    whole = "\n".join(files.values())
    assert [each for each in held if each in whole] == []


def test_no_key_of_a_pseudonym_is_in_it(first_version: Checkout, files: dict[str, str]) -> None:
    prod = session(first_version, "prod").client("secretsmanager")
    named = [each["Name"] for each in prod.list_secrets()["SecretList"]]
    values = [prod.get_secret_value(SecretId=name) for name in named]
    keys = [each.get("SecretString") or each["SecretBinary"].hex() for each in values]
    assert keys
    whole = "\n".join(files.values())
    assert [key for key in keys if key in whole] == []
