"""A sandbox that does not run says what is in its way, and what to do."""

import socket
from pathlib import Path

import pytest

from sandbox import Layout, SandboxError
from tests.sandbox.observed import Make, assert_nothing_runs

pytestmark = pytest.mark.process


def test_a_port_in_use_is_named_and_nothing_is_left_running(make: Make, tmp_path: Path) -> None:
    sandbox = make()
    sandbox.up()
    sandbox.down()
    port = Layout.load(tmp_path / "one").registry_port
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(SandboxError, match=rf"{port} \(disk\)") as refused:
            sandbox.up()
        assert "reset" in refused.value.remedy
        assert_nothing_runs(tmp_path / "one")


def test_a_part_that_cannot_start_is_named_with_the_end_of_its_log(
    make: Make, tmp_path: Path
) -> None:
    sandbox = make(parts="tests.sandbox.trivial:broken")
    with pytest.raises(SandboxError, match="burning") as refused:
        sandbox.up()
    assert "on fire" in refused.value.message
    assert_nothing_runs(tmp_path / "one")


def test_before_the_first_up_commands_say_how_to_begin(make: Make) -> None:
    with pytest.raises(SandboxError, match="no sandbox") as refused:
        make().environ()
    assert "modelyard sandbox up" in refused.value.remedy
