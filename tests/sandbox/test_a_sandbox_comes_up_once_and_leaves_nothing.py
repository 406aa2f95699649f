"""A sandbox comes up once, beside others of its kind, and leaves nothing behind."""

from pathlib import Path

import pytest

from sandbox import Layout
from tests.sandbox.observed import (
    Make,
    assert_nothing_runs,
    deploy_something,
    eventually,
    processes_of,
)

pytestmark = pytest.mark.process


def test_up_serves_every_part_and_says_so(make: Make) -> None:
    said: list[str] = []
    sandbox = make()
    sandbox.up(said.append)
    status = sandbox.status()
    assert status.running
    assert {part.name: part.state for part in status.parts} == {
        "memory": "ready",
        "disk": "ready",
        "parent": "ready",
    }
    assert any("memory ready" in line for line in said)
    assert sandbox.environ()["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")


def test_up_again_changes_nothing(make: Make) -> None:
    sandbox = make()
    sandbox.up()
    before = sandbox.status()
    sandbox.up()
    after = sandbox.status()
    assert [part.pid for part in after.parts] == [part.pid for part in before.parts]
    assert after.boot_id == before.boot_id


def test_down_leaves_no_process_not_even_a_grandchild_in_its_own_session(
    make: Make, tmp_path: Path
) -> None:
    sandbox = make()
    sandbox.up()
    # guard, supervisor, three parts, and the grandchild
    assert eventually(lambda: len(processes_of(tmp_path / "one")) == 6)
    sandbox.down()
    assert_nothing_runs(tmp_path / "one")
    sandbox.down()
    assert not sandbox.status().running


def test_after_a_clean_down_the_next_up_starts_empty(make: Make, tmp_path: Path) -> None:
    sandbox = make()
    sandbox.up()
    deploy_something(tmp_path / "one")
    sandbox.down()
    sandbox.up()
    assert sandbox.environ()
    assert not list((tmp_path / "one").rglob("dev.json"))


def test_two_sandboxes_run_side_by_side(make: Make, tmp_path: Path) -> None:
    one, two = make("one"), make("two")
    one.up()
    two.up()
    assert one.status().running
    assert two.status().running
    first, second = Layout.load(tmp_path / "one"), Layout.load(tmp_path / "two")
    assert first.environment("dev").pod_range != second.environment("dev").pod_range
    one.down()
    assert two.environ()
