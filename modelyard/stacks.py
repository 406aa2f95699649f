"""Runs the engine on one stack and tells what it did: changes, progress, errors."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelyard.errors import NotUpError, RefusedError

PLATFORM = "platform"
RELEASES = "releases"

Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class UpResult:
    """What one `pulumi up` changed."""

    environment: str
    project: str
    changes: dict[str, int] = field(default_factory=dict)
    """Operation → number of resources; `same` are those left alone."""
    seconds: float

    @property
    def changed(self) -> int:
        """How many resources were created, updated, replaced or deleted."""
        return sum(count for operation, count in self.changes.items() if operation != "same")

    @property
    def resources(self) -> int:
        """How many resources the stack has now."""
        return sum(n for operation, n in self.changes.items() if operation != "delete")


def up(root: Path, project: str, environment: str, report: Report) -> UpResult:
    """Bring a stack to what its program says; raises with the engine's own diagnosis."""
    begun = time.monotonic()
    _ensure_stack(root, project, environment)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "events.jsonl"
        # Into a file: a pipe that nobody reads would stop the engine once it is full.
        shown = Path(folder) / "shown.txt"
        with shown.open("w") as stream:
            process = subprocess.Popen(
                [
                    *_pulumi(),
                    "up",
                    "--yes",
                    "--skip-preview",
                    "--non-interactive",
                    "--stack",
                    environment,
                    "--event-log",
                    str(log),
                ],
                cwd=_folder(root, project),
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
            events = _follow(process, log, f"{environment} {project}", report)
        text = shown.read_text(errors="replace")
    if process.returncode != 0:
        raise _failure(project, environment, events, text)
    changes: dict[str, int] = {}
    for event in events:
        changes.update(event.get("summaryEvent", {}).get("resourceChanges", {}))
    return UpResult(
        environment=environment,
        project=project,
        changes=changes,
        seconds=time.monotonic() - begun,
    )


def outputs(root: Path, project: str, environment: str) -> dict[str, Any]:
    """Return a stack's outputs, or say that the environment is not up."""
    done = subprocess.run(
        [*_pulumi(), "stack", "output", "--json", "--show-secrets", "--stack", environment],
        cwd=_folder(root, project),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotUpError(
            f"{environment} has no {project} stack yet ({_last_line(done.stderr)}).",
            remedy=f"modelyard deploy {environment}",
        )
    found: dict[str, Any] = json.loads(done.stdout)
    if not found:
        raise NotUpError(
            f"The {project} stack of {environment} is empty.",
            remedy=f"modelyard deploy {environment}",
        )
    return found


def destroy(root: Path, project: str, environment: str) -> None:
    """Remove a stack's resources; protected ones make the engine refuse."""
    done = subprocess.run(
        [
            *_pulumi(),
            "destroy",
            "--yes",
            "--skip-preview",
            "--non-interactive",
            "--stack",
            environment,
        ],
        cwd=_folder(root, project),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _failure(project, environment, [], done.stdout + done.stderr)


def _ensure_stack(root: Path, project: str, environment: str) -> None:
    done = subprocess.run(
        [*_pulumi(), "stack", "select", "--create", environment],
        cwd=_folder(root, project),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _failure(project, environment, [], done.stdout + done.stderr)


def _follow(
    process: subprocess.Popen[bytes], log: Path, what: str, report: Report
) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    told = time.monotonic()
    position = 0
    try:
        while True:
            ended = process.poll() is not None
            if log.exists():
                with log.open() as stream:
                    stream.seek(position)
                    for line in stream:
                        if not line.endswith("\n"):
                            break
                        position += len(line.encode())
                        events.append(json.loads(line))
            if ended:
                return events
            if time.monotonic() - told > 4:
                told = time.monotonic()
                done = sum("resOutputsEvent" in event for event in events)
                report(f"{what}: {done} resources so far")
            time.sleep(0.1)
    except KeyboardInterrupt:
        # The engine got the same signal; it must be let finish writing its state.
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        raise


def _failure(
    project: str, environment: str, events: list[dict[str, Any]], text: str
) -> RefusedError:
    diagnoses = [
        event["diagnosticEvent"]["message"].strip()
        for event in events
        if event.get("diagnosticEvent", {}).get("severity") == "error"
    ]
    reason = "\n".join(dict.fromkeys(filter(None, diagnoses))) or text.strip()[-2000:]
    remedy = "fix the cause and run the same command again; what is up stays up"
    if "is currently locked" in text or "is currently locked" in reason:
        remedy = f"another update runs, or was killed: pulumi cancel --stack {environment}"
    return RefusedError(f"pulumi up of {project}/{environment} failed:\n{reason}", remedy=remedy)


def _pulumi() -> list[str]:
    found = shutil.which("pulumi", path=os.environ.get("PATH"))
    if found is None:
        raise NotUpError("There is no `pulumi` on PATH.", remedy="modelyard sandbox up")
    return [found]


def _folder(root: Path, project: str) -> Path:
    return root / "releases" if project == RELEASES else root


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ") if lines else "no reason given"
