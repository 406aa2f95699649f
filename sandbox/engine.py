"""The engine for programs: plan, apply, refresh and destroy a stack, with progress and reasons."""

import json
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import checkpoint
from sandbox.engine_events import Events
from sandbox.errors import SandboxError

Report = Callable[[str], None]
SILENCE_SECONDS = 5.0


class EngineError(SandboxError):
    """An operation failed; the message is what the engine said about the culprits."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What an operation did, or in a preview would do."""

    operations: Mapping[str, int]
    """Number of resources by operation: same, create, update, replace, delete, …"""
    seconds: float

    @property
    def changed(self) -> int:
        """Resources that did not stay as they were."""
        return sum(number for name, number in self.operations.items() if name != "same")


class Engine:
    """One Pulumi project, in one environment of variables."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        # Without this the engine does not know `--event-log`.
        self._environment = {**environment, "PULUMI_DEBUG_COMMANDS": "true"}
        self._folder = folder
        found = shutil.which("pulumi", path=self._environment.get("PATH", ""))
        if found is None:
            raise EngineError("There is no `pulumi` on PATH.", "Run `modelyard sandbox up`.")
        self._program = found

    def preview(
        self, stack: str, report: Report = lambda _: None, *, policy_pack: Path | None = None
    ) -> Changes:
        """Plan, and say what `up` would change."""
        return self._operate("preview", stack, report, _policy(policy_pack))

    def up(
        self, stack: str, report: Report = lambda _: None, *, policy_pack: Path | None = None
    ) -> Changes:
        """Make what exists equal to what the program says."""
        return self._operate(
            "up", stack, report, ["--yes", "--skip-preview", *_policy(policy_pack)]
        )

    def refresh(self, stack: str, report: Report = lambda _: None) -> Changes:
        """Make the state equal to what exists."""
        return self._operate("refresh", stack, report, ["--yes", "--skip-preview"])

    def destroy(self, stack: str, report: Report = lambda _: None) -> Changes:
        """Remove every resource; protected ones make the engine refuse."""
        return self._operate("destroy", stack, report, ["--yes", "--skip-preview"])

    def outputs(self, stack: str) -> dict[str, Any]:
        """The stack's outputs, secrets in clear."""
        kept = checkpoint.outputs(self._environment, self._folder, stack)
        if kept is not None:
            return kept
        answer = self._ask("stack", "output", "--json", "--show-secrets", "--stack", stack)
        found: dict[str, Any] = json.loads(answer)
        return found

    def export(self, stack: str) -> dict[str, Any]:
        """The stack's state."""
        found: dict[str, Any] = json.loads(self._ask("stack", "export", "--stack", stack))
        return found

    def _ask(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._program, *arguments, "--non-interactive"],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            reason = done.stderr.strip().removeprefix("error: ")
            raise EngineError(f"`pulumi {' '.join(arguments[:2])}` failed: {reason}", "")
        return done.stdout

    def _operate(self, operation: str, stack: str, report: Report, options: list[str]) -> Changes:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            events = Events(Path(folder) / "events")
            # A file, because a pipe that nobody empties would stop the engine.
            shown = Path(folder) / "shown"
            command = [self._program, operation, "--non-interactive", "--stack", stack]
            command += ["--event-log", str(events.file), *options]
            with shown.open("wb") as output:
                process = subprocess.Popen(
                    command,
                    cwd=self._folder,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                )
                self._follow(process, events, f"{operation} {stack}", report)
            text = shown.read_text(errors="replace")
        if process.returncode != 0:
            raise _failure(operation, stack, events.errors, text)
        return Changes(operations=events.changes, seconds=time.monotonic() - begun)

    def _follow(
        self, process: "subprocess.Popen[bytes]", events: Events, what: str, report: Report
    ) -> None:
        begun = spoken = time.monotonic()
        try:
            while process.poll() is None:
                events.read()
                if time.monotonic() - spoken > SILENCE_SECONDS:
                    spoken = time.monotonic()
                    report(f"{what}: {events.done} resources, {spoken - begun:.0f} s")
                time.sleep(0.1)
        except KeyboardInterrupt:
            # It has to write down what it did; it got the terminal's signal as well.
            process.send_signal(signal.SIGINT)
            process.wait()
            raise
        events.read()


def _policy(pack: Path | None) -> list[str]:
    return ["--policy-pack", str(pack.resolve())] if pack else []


def _failure(operation: str, stack: str, errors: list[str], text: str) -> EngineError:
    reason = "\n".join(errors) or text.strip()[-2000:]
    if "is currently locked" in reason or "is currently locked" in text:
        remedy = f"If no other update runs, release the lock: `pulumi cancel --stack {stack}`."
    else:
        remedy = "Remove the cause and run it again: what was done stays done."
    return EngineError(f"`pulumi {operation}` of {stack} failed:\n{reason}", remedy)
