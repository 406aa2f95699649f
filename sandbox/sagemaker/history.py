"""Executions on disk, so that a run cut off by a restart is told as failed and not forgotten."""

import contextlib
import datetime
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import psutil

from sandbox.sagemaker.execution import Execution

INTERRUPTED = "The emulator was restarted while the pipeline ran; start it again."


def _told(moment: datetime.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


class History:
    """One small file per execution."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "executions"
        self._folder.mkdir(parents=True, exist_ok=True)
        # Steps side by side note their processes in one file.
        self._lock = threading.Lock()
        self._fail_interrupted()

    def keep(self, execution: Execution) -> None:
        """Write down how far an execution has come."""
        record = {
            "arn": execution.arn,
            "status": execution.status,
            "failure": execution.failure,
            "started": _told(execution.started),
            "ended": _told(execution.ended),
            "processes": [],
            "steps": [
                {
                    "name": each.name,
                    "status": each.status,
                    "failure": each.failure,
                    "started": _told(each.started),
                    "ended": _told(each.ended),
                }
                for each in execution.runs
            ],
        }
        with self._lock:
            self._write(execution.id, record)

    def note(self, execution: Execution, pid: int) -> None:
        """Write down a process of a running execution."""
        started = None
        with contextlib.suppress(psutil.NoSuchProcess):
            started = psutil.Process(pid).create_time()
        with self._lock:
            record = self._read(execution.id) or {}
            record.setdefault("processes", []).append([pid, started])
            self._write(execution.id, record)

    def find(self, arn: str) -> dict[str, Any] | None:
        """Return the record of an execution of this or an earlier boot."""
        record = self._read(arn.rpartition("/")[2])
        return record if record and record.get("arn") == arn else None

    def _read(self, name: str) -> dict[str, Any] | None:
        file = self._folder / f"{name}.json"
        if not name.isalnum() or not file.exists():
            return None
        content: dict[str, Any] = json.loads(file.read_text())
        return content

    def _write(self, name: str, record: dict[str, Any]) -> None:
        draft = self._folder / f"{name}.new"
        draft.write_text(json.dumps(record, indent=2))
        draft.replace(self._folder / f"{name}.json")

    def _fail_interrupted(self) -> None:
        for file in self._folder.glob("*.json"):
            record = json.loads(file.read_text())
            if record.get("status") not in ("Executing", "Stopping"):
                continue
            for pid, started in record.get("processes", []):
                _kill(pid, started)
            record.update(status="Failed", failure=INTERRUPTED, ended=_told(_now()))
            for step in record["steps"]:
                if step["status"] == "Executing":
                    step.update(status="Failed", failure=INTERRUPTED)
            self._write(file.stem, record)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _kill(pid: int, started: float | None) -> None:
    # The same number may belong to another process by now.
    with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
        if started is not None and psutil.Process(pid).create_time() == started:
            os.kill(pid, signal.SIGKILL)
