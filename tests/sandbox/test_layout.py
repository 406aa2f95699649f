"""Two sandboxes never share a port or an address; one keeps its own while there are enough."""

import errno
import json
import socket
from pathlib import Path

import pytest

from sandbox import Layout
from sandbox.allotment import allot
from tests.sandbox.allotted import bound
from tests.sandbox.conftest import ENVIRONMENTS


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
