"""Wherever an update fails, all that was made is in its state, and the next one goes on."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.aws.service import ProviderService
from tests.recovery import Recovery
from tests.sandbox.aws.test_engine import PROGRAM, pulumi

__all__ = ["pulumi"]

pytestmark = pytest.mark.engine

Pulumi = Callable[..., tuple[int, str]]
UP = ("up", "--yes", "--skip-preview", "--parallel", "1")
RESOURCES = 9
IN_ORDER = """
import pulumi

made = []


def after_the_last(args):
    if not args.type_.startswith("aws:"):
        return None
    order = pulumi.ResourceOptions(depends_on=made[-1:])
    made.append(args.resource)
    return pulumi.ResourceTransformationResult(
        args.props, pulumi.ResourceOptions.merge(args.opts, order)
    )


pulumi.runtime.register_stack_transformation(after_the_last)
"""
"""Without it resources that need nothing of each other are made in another order each time, and
some would never be the one that fails."""
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
    pulumi: Pulumi,
    fail_at: Path,
    service: ProviderService,
    recovery: Recovery,
    tmp_path: Path,
) -> None:
    (tmp_path / "project" / "__main__.py").write_text(IN_ORDER + PROGRAM)
    before, held = service.records.counts(), there(service)
    failed: set[str] = set()
    for number in range(RESOURCES):
        # At first the very first fails; later one more is made, and the one after it fails.
        fail_at.write_text("1" if number == 0 else "2")
        code, said = pulumi(*UP)
        assert code != 0
        failed |= {*re.findall(r"creation of (\S+) was told to fail", said)}
        assert len(made(pulumi)) == number
        assert there(service) - held == number
        assert not outputs(pulumi) or BUCKET in made(pulumi)
    assert len(failed) == RESOURCES
    with recovery.within(60, f"an update that failed at each of {RESOURCES} resources"):
        code, said = pulumi(*UP)
    assert code == 0, said
    assert len(made(pulumi)) == RESOURCES
    assert pulumi("preview", "--expect-no-changes")[0] == 0
    assert outputs(pulumi) == {"bucket"}
    assert pulumi("destroy", "--yes", "--skip-preview")[0] == 0
    assert service.records.counts() == before
