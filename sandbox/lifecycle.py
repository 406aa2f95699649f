"""Brings a sandbox up and down; everything else about it is read from its folder."""

import contextlib
import dataclasses
import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sandbox import boot, starting, stopping
from sandbox.allotment import command_lock
from sandbox.errors import SandboxError
from sandbox.layout import Environment, Layout
from sandbox.plan import Plan, Project, Worker, folders_of_programs
from sandbox.project import prepare
from sandbox.record import Record, is_supervised
from sandbox.status import SandboxStatus, diagnosis, status
from sandbox.variables import variables

PERISHABLE = (
    "pulumi/state",
    "pulumi/boot",
    "clusters",
    "aws",
    "releases",
    "projects",
    "kubeconfig",
)
"""What describes the emulator's memory or the clusters: worthless once they are gone."""
RECOVER_SECONDS = 15.0
"""How long a command waits for a part that is just being restarted."""


class Sandbox:
    """One sandbox in one folder; any number of these objects may look at it."""

    def __init__(
        self,
        root: Path,
        environments: Sequence[Environment],
        projects: Sequence[Project] = (),
        workers: Sequence[Worker] = (),
        *,
        parts: str = "sandbox.assembly:everything",
    ) -> None:
        self.root = Path(root).resolve()
        self._environments = tuple(environments)
        self._plan = Plan(projects=tuple(projects), workers=tuple(workers), parts=parts)

    @property
    def boot_id(self) -> str:
        """Changes when what the emulator held is lost; empty if nothing ever ran."""
        record = Record.load(self.root)
        return record.boot_id if record else ""

    def up(self, report: Callable[[str], None] = lambda _: None) -> None:
        """Start what does not run yet and wait until every part serves."""
        self.root.mkdir(parents=True, exist_ok=True)
        with self._alone("up", report):
            layout = Layout.create(self.root, self._environments)
            if is_supervised(self.root):
                report(f"sandbox: already running in {self.root}")
            else:
                self._refuse_remains(layout)
                self._start(layout)
            starting.wait(layout, report)
            boot.refuse_stale(layout, Record.load(self.root) or Record())

    def down(self, report: Callable[[str], None] = lambda _: None) -> None:
        """Stop every process; what lived in the emulator's memory is lost."""
        if not self.root.exists():
            return
        with self._alone("down", report):
            if is_supervised(self.root):
                report("sandbox: stopping every part")
                stopping.stop(self.root)
            for name in PERISHABLE:
                stopping.remove(self.root / name)

    def reset(
        self, report: Callable[[str], None] = lambda _: None, keep: Sequence[str] = ()
    ) -> None:
        """Stop every process and forget everything, ports and images too.

        Names to `keep` are files and folders that somebody else put beside the sandbox's own.
        """
        self.down(report)
        for each in self.root.iterdir() if self.root.exists() else ():
            if each.name not in keep:
                stopping.remove(each)
        with contextlib.suppress(OSError):
            # Not where something was kept.
            self.root.rmdir()

    def status(self) -> SandboxStatus:
        """What runs and what does not."""
        return status(self.root)

    def environ(self) -> dict[str, str]:
        """Variables that put a process into the running sandbox; raises if it is not usable."""
        layout = Layout.load(self.root)
        plan = Plan.load(self.root)
        until = time.monotonic() + RECOVER_SECONDS
        while True:
            record = Record.load(self.root) or Record(phase="stopped")
            supervised = is_supervised(self.root)
            # A worker that keeps dying is shown by `status`; it must not stop every command.
            for worker in plan.workers:
                record.parts.pop(worker.name, None)
            problem, remedy = diagnosis(layout, record, supervised=supervised)
            if not problem:
                return variables(layout, plan)
            recovering = supervised and record.phase in {"starting", "running"}
            if not recovering or boot.staleness(layout, record) or time.monotonic() > until:
                raise SandboxError(problem, remedy)
            time.sleep(0.1)

    def logs(self, part: str) -> Path:
        """The log of one part."""
        layout = Layout.load(self.root)
        log = layout.log(part)
        if not log.exists():
            known = (
                ", ".join(sorted(each.stem for each in layout.logs.glob("*.log"))) or "none yet"
            )
            raise SandboxError(f"There is no log of a part {part!r}.", f"Logs: {known}.")
        return log

    def _refuse_remains(self, layout: Layout) -> None:
        record = Record.load(self.root)
        if boot.has_stacks(layout):
            raise SandboxError(*diagnosis(layout, record or Record(), supervised=False))

    def _start(self, layout: Layout) -> None:
        for folder in (layout.logs, layout.pulumi_home, layout.pulumi_state, layout.bin):
            folder.mkdir(parents=True, exist_ok=True)
        plan = dataclasses.replace(self._plan, programs=folders_of_programs())
        plan.save(self.root)
        # As later processes will see it: with absolute paths.
        plan = Plan.load(self.root)
        prepare(layout, plan)
        starting.start(layout, plan)

    @contextlib.contextmanager
    def _alone(self, what: str, report: Callable[[str], None]) -> Iterator[None]:
        """Let one `up`, `down` or `reset` at a time work on this folder."""
        with command_lock(self.root).open("a") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                report(f"sandbox: {what} waits for another command on {self.root}")
                fcntl.flock(stream, fcntl.LOCK_EX)
            yield
