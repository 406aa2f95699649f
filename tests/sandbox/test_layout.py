"""Two sandboxes never share a port or an address; one keeps its own while there are enough."""

import errno
import fcntl
import json
import os
import socket
from pathlib import Path

import pytest

from sandbox import Environment, Layout, Part, Sandbox, SandboxError
from sandbox.allotment import SLOTS, allot, command_lock
from sandbox.record import hold
from sandbox.supervisor import in_order
from tests.sandbox.conftest import ENVIRONMENTS


def bound(layout: Layout) -> set[object]:
    """Everything that the sandbox may listen on."""
    shares = [layout.environment(each.name) for each in ENVIRONMENTS]
    own = {value for share in shares for key, value in vars(share).items() if "_port" in key}
    ranges = {value for share in shares for key, value in vars(share).items() if "_range" in key}
    common = {value for key, value in vars(layout).items() if key.endswith("_port")}
    return own | ranges | common


def test_the_layout_is_the_same_at_every_start(tmp_path: Path) -> None:
    first = Layout.create(tmp_path / "one", ENVIRONMENTS)
    assert bound(Layout.create(tmp_path / "one", ENVIRONMENTS)) == bound(first)
    assert bound(Layout.load(tmp_path / "one")) == bound(first)


def test_two_sandboxes_share_nothing_even_while_both_are_down(tmp_path: Path) -> None:
    one, two = (Layout.create(tmp_path / name, ENVIRONMENTS) for name in ("one", "two"))
    assert bound(one).isdisjoint(bound(two))


def test_no_address_is_used_twice_within_one(tmp_path: Path) -> None:
    layout = Layout.create(tmp_path / "one", ENVIRONMENTS)
    # five common ports; seven ports and two ranges per environment
    assert len(bound(layout)) == 5 + 2 * 9


def test_a_slot_with_a_busy_port_is_passed_over(tmp_path: Path) -> None:
    free = allot(tmp_path, ["dev"])
    (tmp_path / "cache" / "modelyard" / "slots.json").unlink()
    with socket.create_server(("127.0.0.1", free.ports["dev.etcd"])):
        assert allot(tmp_path, ["dev"]).slot > free.slot


def test_the_slot_of_a_deleted_checkout_is_free_again(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    slot = allot(gone, ["dev"]).slot
    gone.rmdir()
    assert allot(tmp_path, ["dev"]).slot == slot


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


@pytest.mark.parametrize("torn", ["", "{", "[]", '{"x": "/"}', '{"0": 7}', "\xff"])
def test_a_torn_register_is_made_anew(tmp_path: Path, torn: str) -> None:
    one = Layout.create(tmp_path / "one", ENVIRONMENTS)
    register = tmp_path / "cache" / "modelyard" / "slots.json"
    register.write_bytes(torn.encode("latin-1"))
    assert bound(Layout.create(tmp_path / "one", ENVIRONMENTS)) == bound(one)
    assert bound(Layout.create(tmp_path / "two", ENVIRONMENTS)).isdisjoint(bound(one))


def test_a_register_is_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Layout.create(tmp_path / "one", ENVIRONMENTS)
    register = tmp_path / "cache" / "modelyard" / "slots.json"
    write = Path.write_text

    def full_disk(self: Path, data: str, *rest: object) -> int:
        write(self, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full_disk)
        with pytest.raises(OSError, match="No space"):
            Layout.create(tmp_path / "two", ENVIRONMENTS)
    assert json.loads(register.read_text()) == {str(one.slot): str(one.root)}


def test_one_that_moves_to_other_ports_gives_back_those_it_had(tmp_path: Path) -> None:
    first = allot(tmp_path, ["dev"])
    with socket.create_server(("127.0.0.1", first.ports["dev.etcd"])):
        moved = allot(tmp_path, ["dev"])
    register = tmp_path / "cache" / "modelyard" / "slots.json"
    assert json.loads(register.read_text()) == {str(moved.slot): str(tmp_path)}


def test_other_environments_need_a_reset(tmp_path: Path) -> None:
    Layout.create(tmp_path / "one", ENVIRONMENTS)
    other = [Environment(name="dev", account="999999999999", region="eu-west-1")]
    with pytest.raises(SandboxError, match="other environments") as refused:
        Layout.create(tmp_path / "one", other)
    assert "reset" in refused.value.remedy


def test_an_unknown_environment_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"'test'[\s\S]*dev, prod"):
        Layout.create(tmp_path / "one", ENVIRONMENTS).environment("test")


def test_a_damaged_layout_is_named(tmp_path: Path) -> None:
    Layout.create(tmp_path / "one", ENVIRONMENTS)
    file = tmp_path / "one" / "sandbox.json"
    file.write_text("{}")
    with pytest.raises(SandboxError, match=str(file)):
        Layout.load(tmp_path / "one")


def test_a_sandbox_that_was_allotted_more_than_is_used_now_goes_on(tmp_path: Path) -> None:
    before = Layout.create(tmp_path / "one", ENVIRONMENTS)
    file = tmp_path / "one" / "sandbox.json"
    saved = json.loads(file.read_text())
    saved["allotment"]["ports"]["dev.out_of_use"] = 29999
    file.write_text(json.dumps(saved))
    assert bound(Layout.load(tmp_path / "one")) == bound(before)


def test_parts_start_after_what_they_wait_for() -> None:
    parts = [Part(name="b", argv=("x",), depends_on=("a",)), Part(name="a", argv=("x",))]
    assert [part.name for part in in_order(parts)] == ["a", "b"]


@pytest.mark.parametrize("waits_for", ["b", "nobody"])
def test_parts_that_could_never_start_are_named(waits_for: str) -> None:
    with pytest.raises(SandboxError, match=f"b waits for {waits_for}"):
        in_order(
            [Part(name="a", argv=("x",)), Part(name="b", argv=("x",), depends_on=(waits_for,))]
        )
