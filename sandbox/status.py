"""What runs, since when, how often it died: the answer to `modelyard sandbox status`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox import clock
from sandbox.boot import ANEW, has_stacks, staleness
from sandbox.layout import Layout
from sandbox.limits import not_enforced, type_counts
from sandbox.record import PartRecord, Record, is_supervised


@dataclass(frozen=True, kw_only=True)
class PartStatus:
    """One part of the sandbox."""

    name: str
    state: str
    """waiting | starting | ready | restarting | failed | stopped"""
    pid: int
    restarts: int
    last_exit: str
    since: float
    """Unix time of the last change of state."""
    log: Path


@dataclass(frozen=True, kw_only=True)
class SandboxStatus:
    """The sandbox as a whole."""

    running: bool
    """True if it is supervised and every part serves."""
    phase: str
    """absent | starting | running | stopping | stopped | failed | died"""
    root: Path
    boot_id: str
    problem: str
    """What is wrong, in words; empty if nothing is."""
    remedy: str
    parts: tuple[PartStatus, ...]
    types: Mapping[str, Mapping[str, int]]
    """AWS resources and their types: `real` in the emulator, or only `recorded`."""
    simulated_time: str
    """What its clock was set to, ISO 8601 in UTC; empty if it goes with the machine."""
    not_enforced: tuple[str, ...]
    """What containers are held to on AWS and not on this machine."""


def status(root: Path) -> SandboxStatus:
    """Read the state of the sandbox in `root`, whether it runs or not."""
    record = Record.load(root)
    if record is None or not (root / "sandbox.json").exists():
        return SandboxStatus(
            running=False,
            phase="absent",
            root=root,
            boot_id="",
            problem=f"There is no sandbox in {root}.",
            remedy="Run `modelyard sandbox up`.",
            parts=(),
            types={},
            simulated_time="",
            not_enforced=not_enforced(),
        )
    layout, supervised = Layout.load(root), is_supervised(root)
    problem, remedy = diagnosis(layout, record, supervised=supervised)
    parts = tuple(_part(each, layout, supervised) for each in record.parts.values())
    return SandboxStatus(
        running=supervised and record.phase == "running" and not problem,
        phase=_phase(record, supervised),
        root=root,
        boot_id=record.boot_id,
        problem=problem,
        remedy=remedy,
        parts=parts,
        types=type_counts(layout) if supervised else {},
        simulated_time=clock.simulated_time(root) if supervised else "",
        not_enforced=not_enforced(),
    )


def diagnosis(layout: Layout, record: Record, *, supervised: bool) -> tuple[str, str]:
    """What is wrong and what to do; two empty texts if nothing is."""
    if not supervised:
        return _ended(layout, record)
    if record.phase == "starting":
        waiting = ", ".join(p.name for p in record.parts.values() if p.state != "ready")
        return f"The sandbox is still starting: {waiting}.", "Wait, or run `modelyard sandbox up`."
    if record.phase == "stopping":
        return "The sandbox is going down.", "Wait, then run `modelyard sandbox up`."
    stale = staleness(layout, record)
    if stale:
        return stale, ANEW
    down = [part for part in record.parts.values() if part.state != "ready"]
    if down:
        return "\n".join(_lament(part, layout) for part in down), (
            "It is restarted by itself; if it does not come back read its log, then run "
            "`modelyard sandbox down` and `modelyard sandbox up`."
        )
    return "", ""


def _ended(layout: Layout, record: Record) -> tuple[str, str]:
    lost = has_stacks(layout)
    if record.phase == "failed" and not lost:
        return record.message, record.remedy
    if record.phase in {"stopped"} and not lost:
        return "The sandbox is not running.", "Run `modelyard sandbox up`."
    why = record.message.rstrip(".") or (
        f"The supervisor (process {record.pid}) is gone without `modelyard sandbox down`"
    )
    if lost:
        return f"{why}; every part ended with it, and what the emulator held is lost.", ANEW
    return f"{why}; every part ended with it.", "Run `modelyard sandbox up`."


def _lament(part: PartRecord, layout: Layout) -> str:
    how = f" ({part.last_exit}, {part.restarts} restarts)" if part.last_exit else ""
    return f"The part {part.name!r} is {part.state}{how}; its log is {layout.log(part.name)}."


def _phase(record: Record, supervised: bool) -> str:
    if supervised or record.phase in {"stopped", "failed", "died"}:
        return record.phase
    return "died"


def _part(part: PartRecord, layout: Layout, supervised: bool) -> PartStatus:
    return PartStatus(
        name=part.name,
        state=part.state if supervised else "stopped",
        pid=part.pid if supervised else 0,
        restarts=part.restarts,
        last_exit=part.last_exit,
        since=part.since,
        log=layout.log(part.name),
    )
