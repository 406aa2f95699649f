"""Puts a diagnosis together: what is asked, side by side, and what becomes of the answers."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from modelyard import catalogue
from modelyard.diagnosis import cluster, estate, files, gathered, machine, updates
from modelyard.diagnosis.bundle import Bundle, place_for, write
from modelyard.diagnosis.known import Known
from modelyard.diagnosis.redactor import Redactor
from modelyard.diagnosis.section import Collected, Section, collect
from modelyard.place import Place

SECONDS = 90.0
"""For everything; a section that has not answered by then is left out, and says so."""

Report = Callable[[str], None]


def diagnose(
    root: Path, output: Path | None, report: Report, *, in_sandbox: bool = True
) -> Bundle:
    """Collect what can be collected, redact it, and write the archive."""
    state = root / ".modelyard"
    path = place_for(output, Path.cwd())
    problem = _enter(state) if in_sandbox else ""
    if problem:
        report(f"the sandbox cannot be asked: {problem}")
    known = Known(gathered.secrets(state))
    lanes = [*_local(root, state), *_asked(root, in_sandbox)]
    sections = sum(len(lane) for lane in lanes)
    report(f"collecting {sections} sections, at most {SECONDS:g} s")
    return write(path, _told(collect(lanes, SECONDS), report), Redactor(known))


def _local(root: Path, state: Path) -> list[list[Section]]:
    """What needs nobody's answer."""
    return [
        [
            _section("", "commit", machine.commit, root),
            _section("", "ports", machine.ports, state),
        ],
        [_section("", "machine", machine.room, root, state)],
        [_section("", "versions", machine.versions)],
        [
            _section("sandbox", "layout", files.layout, state),
            _section("sandbox", "status", files.sandbox_status, state),
        ],
        [
            _section("logs/parts", "logs of the parts", files.part_logs, state),
            _section("logs/errors", "errors of the command", files.errors, state),
            _section("logs/pipelines", "logs of pipeline steps", files.pipeline_logs, state),
            _section("logs/pods", "logs of pods", files.pod_logs, state),
        ],
        [
            _section("updates", "last updates", updates.last_updates, state),
            _section("updates", "locks", updates.locks, state),
        ],
    ]


def _asked(root: Path, in_sandbox: bool) -> Iterator[list[Section]]:
    """What AWS and Kubernetes are asked; each environment by itself."""
    for each in catalogue.environments().values():
        place = Place(
            name=each.name,
            account=each.account,
            region=each.region,
            root=root,
            in_sandbox=in_sandbox,
        )
        folder = f"environments/{each.name}"
        yield [
            _section(folder, "models", estate.models, place),
            _section(folder, "journeys", estate.journeys, place),
            _section(folder, "ledger", estate.ledger_tail, place),
            _section(folder, "queues", estate.queues, place),
            _section(folder, "alarms", estate.alarms, place),
            _section(folder, "pipelines", estate.pipelines, place),
        ]
        yield [
            _section(folder, "objects", cluster.objects, place),
            _section(folder, "events", cluster.events, place),
        ]


def _section(folder: str, title: str, ask: Callable[..., object], *of: object) -> Section:
    return Section(name=folder, title=title, collect=partial(ask, *of))  # type: ignore[arg-type]


def _told(found: Iterator[Collected], report: Report) -> Iterator[Collected]:
    for each in found:
        where = f"{each.section.name}/" if each.section.name else ""
        outcome = "not collected" if each.problem else "collected"
        report(f"{where}{each.section.title} {outcome} in {each.seconds:g} s")
        yield each


def _enter(state: Path) -> str:
    """Point this process at the sandbox, also at a broken one; or say why that is impossible."""
    from sandbox import Layout, SandboxError
    from sandbox.plan import Plan
    from sandbox.variables import variables

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        os.environ.pop(name, None)
    # A dead emulator is asked once, not five times.
    os.environ["AWS_MAX_ATTEMPTS"] = "1"
    try:
        os.environ.update(variables(Layout.load(state), Plan.load(state)))
    except SandboxError as error:
        # Whatever is asked now must fail here, and not reach a real account by accident.
        os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
        os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
        os.environ["KUBECONFIG"] = os.devnull
        return error.message
    return ""
