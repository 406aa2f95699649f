"""Wherever an update fails, all that was made is in its state, and the next one goes on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.aws.service import ProviderService
from tests.recovery import Recovery
from tests.sandbox.aws.test_engine import pulumi

__all__ = ["pulumi"]

pytestmark = pytest.mark.engine

Pulumi = Callable[..., tuple[int, str]]
UP = ("up", "--yes", "--skip-preview", "--parallel", "1")
RESOURCES = 9
BUCKET = "aws:s3/bucket:Bucket"
"""Its name is the only output."""


def made(pulumi: Pulumi) -> list[str]:
    """What the state holds, but for the stack and its provider."""
    state = json.loads(pulumi("stack", "export")[1])
    types = [each["type"] for each in state["deployment"].get("resources", [])]
    return [each for each in types if each.startswith("aws:")]


def outputs(pulumi: Pulumi) -> set[str]:
    return {*json.loads(pulumi("stack", "output", "--json")[1])}


def there(service: ProviderService) -> int:
    """How many resources exist, whatever any state says."""
    return sum(each["resources"] for each in service.records.counts().values())


def test_at_each_of_its_resources_nothing_is_lost_and_no_output_told_too_early(
    pulumi: Pulumi, fail_at: Path, service: ProviderService, recovery: Recovery
) -> None:
    before, held = service.records.counts(), there(service)
    for number in range(1, RESOURCES):
        fail_at.write_text("2")  # one more is made, the one after it fails
        code, said = pulumi(*UP)
        assert code != 0
        assert "told to fail" in said
        assert len(made(pulumi)) == number
        assert there(service) - held == number
        assert not outputs(pulumi) or BUCKET in made(pulumi)
    with recovery.within(60, f"an update that failed at each of {RESOURCES} resources"):
        code, said = pulumi(*UP)
    assert code == 0, said
    assert len(made(pulumi)) == RESOURCES
    assert pulumi("preview", "--expect-no-changes")[0] == 0
    assert outputs(pulumi) == {"bucket"}
    assert pulumi("destroy", "--yes", "--skip-preview")[0] == 0
    assert service.records.counts() == before
