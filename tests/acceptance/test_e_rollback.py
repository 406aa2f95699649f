"""Promise: the way back is open in seconds, whatever state the platform's own stack is in."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.acceptance.checkout import Checkout
from tests.acceptance.conftest import diabetes
from tests.sandbox.observed import eventually

pytestmark = pytest.mark.engine


@dataclass(frozen=True, kw_only=True)
class Served:
    """What runs behind the endpoint, read from the pod and from its answers."""

    version: str
    image: str
    digest: str


def containers(checkout: Checkout) -> list[dict[str, Any]]:
    """What serves diabetes in dev and was not told to stop."""
    shown = checkout.shell("kubectl --context dev -n models get pods -o json").out
    return [
        pod["spec"]["containers"][0]
        for pod in json.loads(shown)["items"]
        if "diabetes" in pod["metadata"]["name"] and "deletionTimestamp" not in pod["metadata"]
    ]


def served(checkout: Checkout) -> Served:
    """What the endpoint in dev serves now."""
    # Those of the version before are told to stop a moment after this one answers.
    assert eventually(lambda: len(containers(checkout)) == 1)
    [container] = containers(checkout)
    variables = {each["name"]: each.get("value", "") for each in container["env"]}
    address = diabetes(checkout)["address"]
    metadata = httpx.get(f"{address}/v2/models/diabetes", trust_env=False, timeout=60).json()
    return Served(
        version=", ".join(metadata["versions"]),
        image=container["image"].partition("@")[2],
        digest=variables["MODELYARD_PACKAGE_DIGEST"],
    )


@pytest.fixture(scope="module")
def versions(first_version: Checkout) -> tuple[Served, Served]:
    """What served before and what serves now: other code and another model."""
    before = served(first_version)
    code = first_version.root / "models" / "diabetes" / "estimator.py"
    # Other code, but as good a model: whether a better one passes its gate is not the point here.
    code.write_text(code.read_text() + "# Reviewed.\n")
    first_version.commit("Say that it was reviewed")
    first_version.modelyard("release", "build")
    first_version.modelyard("train", "diabetes", "--env", "dev")
    return before, served(first_version)


@pytest.fixture
def spoilt(first_version: Checkout) -> Iterator[None]:
    """A mistake in another model's folder, which every other update is refused for."""
    spec = first_version.root / "models" / "flight_delay" / "model.yaml"
    before = spec.read_text()
    spec.write_text(before.replace("promotion:", "promotoin:"))
    yield
    spec.write_text(before)


@pytest.fixture
def locked(first_version: Checkout) -> Iterator[Checkout]:
    """The platform's stack as a killed update leaves it, with an edit that nobody applied."""
    locks = first_version.state / "pulumi/state/.pulumi/locks/organization/modelyard/dev"
    lock = locks / "8d0a9a4e-5e5e-4a52-9f4c-2f7c6a3b1d10.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    left = {
        "pid": 1,
        "username": "ada",
        "hostname": "elsewhere",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    lock.write_text(json.dumps(left))
    stack = first_version.root / "Pulumi.dev.yaml"
    before = stack.read_text()
    stack.write_text(before.replace("retention_days: 30", "retention_days: 60"))
    yield first_version
    stack.write_text(before)
    lock.unlink(missing_ok=True)


def test_a_new_release_carries_new_code_and_a_new_model(versions: tuple[Served, Served]) -> None:
    before, now = versions
    assert int(now.version) > int(before.version)
    assert now.image != before.image
    assert now.digest != before.digest


def test_the_way_back_needs_neither_a_free_platform_nor_another_models_folder(
    versions: tuple[Served, Served], locked: Checkout, spoilt: None
) -> None:
    refused = locked.shell("pulumi up --stack dev --yes --non-interactive", code=None)
    assert refused.code != 0
    assert "locked" in refused.told
    begun = time.monotonic()
    done = locked.modelyard(
        "rollback", "diabetes", "--env", "dev", "--reason", "answers drift", "--json"
    ).json
    assert time.monotonic() - begun < 60
    before, now = versions
    assert (done["from_version"], done["to_version"]) == (now.version, before.version)
    assert served(locked) == before


def test_the_ledger_says_who_went_back_and_why(
    versions: tuple[Served, Served], first_version: Checkout
) -> None:
    entries = first_version.modelyard("audit", "log", "--env", "dev", "--json").json
    last = entries[-1]
    assert (last["kind"], last["version"]) == ("rolled_back", versions[0].version)
    assert last["reason"] == "answers drift"
    assert last["actor"].endswith("/ada")


def test_there_is_no_way_back_from_the_first_version(
    versions: tuple[Served, Served], first_version: Checkout
) -> None:
    again = first_version.modelyard(
        "rollback", "diabetes", "--env", "dev", "--reason", "once more", code=1
    )
    assert "no previous version in dev" in again.told
    assert f"only version {versions[0].version}" in again.told
    never = first_version.modelyard(
        "rollback", "diabetes", "--env", "staging", "--reason", "why not", code=1
    )
    assert "no version was ever live" in never.told
