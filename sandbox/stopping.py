"""Ends the supervisor, and with it every process of the sandbox."""

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.record import Record, is_supervised

PATIENCE_SECONDS = 90.0


def stop(root: Path) -> None:
    """Return when nothing of the sandbox runs any more."""
    if not is_supervised(root):
        return
    record = Record.load(root)
    pid = record.pid if record else 0
    for sign in (signal.SIGTERM, signal.SIGKILL):
        # After SIGKILL its guard ends whatever is left.
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        if _ended(root):
            return
    raise SandboxError(f"The supervisor (process {pid}) does not end.", f"Run `kill -9 {pid}`.")


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        # Unpacked images hold folders that their owner may not write to.
        for folder, _, _ in os.walk(path):
            with contextlib.suppress(OSError):
                os.chmod(folder, 0o700)
        shutil.rmtree(path)


def _ended(root: Path) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    while is_supervised(root):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
