"""A release line that finds no room stays as it was, and is written once there is some.

The limit on the size of files stands for the disk's: the same write is refused.
"""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelyard.errors import RefusedError
from modelyard.live.releases import ReleaseLines
from modelyard.translate import translated
from tests.modelyard.test_release_lines import ONE, TWO
from tests.recovery import Recovery

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PUT = """
import json, sys
from pathlib import Path
from modelyard.live.releases import ReleaseLines
ReleaseLines(environment="prod", path=Path(sys.argv[1])).put("m", json.loads(sys.argv[2]))
"""


@pytest.fixture
def lines(tmp_path: Path) -> ReleaseLines:
    """Version 1 is live."""
    found = ReleaseLines(environment="prod", path=tmp_path / "prod.yaml")
    found.put("m", ONE)
    return found


def put(lines: ReleaseLines, room: int) -> "subprocess.CompletedProcess[str]":
    """Make version 2 live where no file can become longer than so many bytes."""
    command = [sys.executable, "-c", PUT, str(lines.path), json.dumps(TWO)]
    return subprocess.run(
        ["prlimit", f"--fsize={room}", *command],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("room", [0, 20, 95], ids=["none", "a few bytes", "for its history only"])
def test_what_was_live_is_live_and_there_is_no_false_way_back(
    lines: ReleaseLines, room: int, recovery: Recovery
) -> None:
    done = put(lines, room)
    assert done.returncode != 0
    assert "File too large" in done.stderr
    assert lines.live("m") == ONE
    assert lines.previous("m") is None
    with recovery.within(10, "a full disk under the release lines, once there is room"):
        lines.put("m", TWO)
    assert lines.live("m") == TWO
    assert {each.name for each in lines.path.parent.iterdir()} == {
        "prod.yaml",
        "history.prod.yaml",
        ".prod.lock",
    }
    assert lines.back("m") == ONE
    with pytest.raises(RefusedError, match="no previous version"):
        lines.back("m")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_command_that_finds_no_room_says_so(number: int) -> None:
    told = translated(OSError(number, os.strerror(number)))
    assert told is not None
    assert told.message == f"There is no room to write: {os.strerror(number)}."
    assert "the same command again" in told.remedy
