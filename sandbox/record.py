"""What the supervisor knows, in a file that every command can read."""

import dataclasses
import fcntl
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sandbox.errors import SandboxError


@dataclass(kw_only=True)
class PartRecord:
    """One part as the supervisor last saw it."""

    name: str
    state: str = "waiting"
    """waiting | starting | ready | restarting | failed | stopped"""
    pid: int = 0
    restarts: int = 0
    last_exit: str = ""
    """How it ended the last time, if it ever did."""
    since: float = 0.0
    """Unix time of the last change of state."""
    seconds_to_ready: float = 0.0
    forgets: bool = False
    """Whether its death cost the sandbox its memory."""


@dataclass(kw_only=True)
class Record:
    """The whole sandbox as the supervisor last saw it."""

    pid: int = 0
    phase: str = "starting"
    """starting | running | stopping | stopped | failed | died"""
    boot_id: str = ""
    """Changes whenever a part that keeps its state in memory starts anew."""
    started: float = 0.0
    message: str = ""
    """Why it failed or died."""
    remedy: str = ""
    parts: dict[str, PartRecord] = field(default_factory=dict)

    def save(self, root: Path) -> None:
        """Replace the file in one step: others read it at any moment."""
        draft = root / "supervisor.new"
        draft.write_text(json.dumps(dataclasses.asdict(self), indent=1))
        draft.replace(root / "supervisor.json")

    @classmethod
    def load(cls, root: Path) -> "Record | None":
        """What was last written; None before the first `up`."""
        file = root / "supervisor.json"
        try:
            saved = json.loads(file.read_text())
            parts = {name: PartRecord(**each) for name, each in saved.pop("parts").items()}
            return cls(parts=parts, **saved)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise SandboxError(
                f"{file} cannot be read: {error}.", "Run `modelyard sandbox reset`."
            ) from error


def hold(root: Path) -> IO[str] | None:
    """Take the lock that means "supervised"; None if another process has it."""
    lock = (root / "supervisor.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def is_supervised(root: Path) -> bool:
    """Whether a supervisor lives; a stale pid in a file cannot pretend to be one."""
    try:
        with (root / "supervisor.lock").open() as lock:
            # Shared: of two that look at once, neither takes the other for a supervisor.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def tail(log: Path, lines: int = 12) -> str:
    """The end of a log, for an error message."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - 8192))
            text = stream.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
