"""Whoever looks whether a sandbox is supervised is not taken for its supervisor by another."""

import fcntl
from pathlib import Path

from sandbox.record import hold, is_supervised


def test_nobody_supervises_what_was_never_up(tmp_path: Path) -> None:
    assert not is_supervised(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_supervisor_is_seen_as_long_as_it_holds_the_lock(tmp_path: Path) -> None:
    lock = hold(tmp_path)
    assert lock is not None
    assert is_supervised(tmp_path)
    lock.close()
    assert not is_supervised(tmp_path)


def test_two_that_look_at_once_see_nobody(tmp_path: Path) -> None:
    (tmp_path / "supervisor.lock").touch()
    with (tmp_path / "supervisor.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert not is_supervised(tmp_path)
