"""When every slot is claimed, the sandbox longest down gives its own; one that runs never does."""

import fcntl
import os
from pathlib import Path

import pytest

from sandbox import Layout, Sandbox, SandboxError
from sandbox.allotment import SLOTS, allot, command_lock
from sandbox.record import hold
from tests.sandbox.allotted import bound
from tests.sandbox.conftest import ENVIRONMENTS


@pytest.fixture
def crowded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """As many sandboxes as there are slots, the last one down for longest."""
    # Sandboxes of other tests, whose claims are in other caches, hold ports of some slots.
    monkeypatch.setattr("sandbox.allotment.is_free", lambda port: True)
    roots = [tmp_path / f"sandbox-{number}" for number in range(SLOTS)]
    for age, root in enumerate(roots):
        Layout.create(root, ENVIRONMENTS)
        os.utime(root / "sandbox.json", (1e9 - age, 1e9 - age))
    return roots


def test_when_every_slot_is_claimed_the_one_longest_down_gives_its_own(
    tmp_path: Path, crowded: list[Path]
) -> None:
    last = crowded[-1].resolve()
    given = Layout.load(last).slot
    assert Layout.create(tmp_path / "late", ENVIRONMENTS).slot == given


def test_who_lost_its_slot_gets_another_and_keeps_nothing_that_names_the_old(
    tmp_path: Path, crowded: list[Path]
) -> None:
    late = Layout.create(tmp_path / "late", ENVIRONMENTS)
    last, next_to_last = crowded[-1], Layout.load(crowded[-2].resolve())
    (last / "clusters" / "dev").mkdir(parents=True)
    again = Layout.create(last, ENVIRONMENTS)
    assert bound(again).isdisjoint(bound(late))
    assert bound(again) == bound(Layout.load(last.resolve())) == bound(next_to_last)
    assert not (last / "clusters").exists()


def test_the_slot_of_a_sandbox_that_runs_is_never_taken(
    tmp_path: Path, crowded: list[Path]
) -> None:
    running = [hold(root) for root in crowded[1:]]
    assert all(running)
    spare = Layout.load(crowded[0].resolve()).slot
    assert Layout.create(tmp_path / "late", ENVIRONMENTS).slot == spare
    for each in running:
        assert each
        each.close()


def test_nor_that_of_one_that_is_just_being_started(tmp_path: Path, crowded: list[Path]) -> None:
    last = crowded[-1].resolve()
    with command_lock(last).open("a") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        assert Layout.create(tmp_path / "late", ENVIRONMENTS).slot != Layout.load(last).slot
    assert Layout.create(last, ENVIRONMENTS).slot == Layout.load(last).slot


def test_when_every_slot_is_in_use_it_says_how_to_get_one_and_that_helps(
    tmp_path: Path, crowded: list[Path]
) -> None:
    running = [hold(root) for root in crowded]
    with pytest.raises(SandboxError, match="taken by sandboxes that run") as refused:
        allot(tmp_path / "late", ["dev"])
    assert "modelyard sandbox down" in refused.value.remedy
    stopped = running[7]
    assert stopped
    stopped.close()
    Sandbox(crowded[7], ENVIRONMENTS).down()
    assert allot(tmp_path / "late", ["dev"]).slot == Layout.load(crowded[7].resolve()).slot
    for each in running:
        assert each
        each.close()
