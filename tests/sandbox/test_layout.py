"""Two sandboxes never share a port or an address, and one keeps its own for good."""

import json
import socket
from pathlib import Path

import pytest

from sandbox import Environment, Layout, Part, SandboxError
from sandbox.allotment import SLOTS, allot
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


def test_when_every_slot_is_taken_it_says_how_to_get_one(tmp_path: Path) -> None:
    register = tmp_path / "cache" / "modelyard" / "slots.json"
    register.parent.mkdir(parents=True)
    register.write_text(json.dumps({slot: str(tmp_path) for slot in range(SLOTS)}))
    with pytest.raises(SandboxError, match="taken") as refused:
        allot(tmp_path / "late", ["dev"])
    assert "modelyard sandbox down" in refused.value.remedy


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
