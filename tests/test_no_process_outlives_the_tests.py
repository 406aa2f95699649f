"""A run of tests that is told to end stops what its fixtures started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

CONFTEST = Path(__file__).with_name("conftest.py")
SLEEPS = """
import subprocess, time
from pathlib import Path
import pytest

@pytest.fixture
def server():
    started = subprocess.Popen(["sleep", "600"])
    Path("pid").write_text(str(started.pid))
    yield started
    started.kill()
    started.wait()

def test_a_long_one(server):
    Path("running").touch()
    time.sleep(600)
"""


@pytest.fixture
def told_to_end(tmp_path: Path) -> int:
    """The server's process once pytest was ended in the middle of a test."""
    (tmp_path / "test_long.py").write_text(SLEEPS)
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    session = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_long.py"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(CONFTEST.parents[1])},
    )
    deadline = time.monotonic() + 180
    while not (tmp_path / "running").exists():
        assert time.monotonic() < deadline, "the test never ran"
        assert session.poll() is None, f"pytest ended with {session.returncode}"
        time.sleep(0.05)
    session.send_signal(signal.SIGTERM)
    assert session.wait(120) == pytest.ExitCode.INTERRUPTED
    return int((tmp_path / "pid").read_text())


def test_its_servers_are_gone(told_to_end: int) -> None:
    with pytest.raises(ProcessLookupError):
        os.kill(told_to_end, 0)
