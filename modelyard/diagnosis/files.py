"""What the sandbox's folder tells by itself, whether anything runs or not."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelyard.diagnosis.section import Contents
from sandbox.record import Record, is_supervised
from sandbox.status import status

TAIL_BYTES = 96 * 1024
"""Of each log; a part that dies says why at the end."""
MARGIN_BYTES = 32 * 1024
"""Read before the tail and dropped with the first line: half a secret would not be known."""
NEWEST = 40
"""Logs of pipelines, errors and pods: the latest ones."""


def sandbox_status(state: Path) -> Contents:
    """The parts as `sandbox status` shows them, and what the supervisor wrote down."""
    record = Record.load(state)
    return {
        "status.json": _plain(status(state)),
        "record.json": _plain(record) if record else None,
        "supervised.json": {"supervised": state.is_dir() and is_supervised(state)},
    }


def layout(state: Path) -> Contents:
    """Ports, folders, workers and release lines: what the sandbox was made for."""
    found: dict[str, Any] = {}
    for name in ("sandbox.json", "plan.json", "story.json", "pulumi/boot"):
        if (state / name).is_file():
            found[name.replace("/", "-")] = (state / name).read_text(errors="replace")
    for file in sorted((state / "releases").glob("*.yaml")):
        found[f"releases-{file.name}"] = file.read_text(errors="replace")
    if not found:
        raise FileNotFoundError(2, "there is no sandbox", str(state))
    return found


def part_logs(state: Path) -> Contents:
    """The end of what each part, the supervisor included, has said."""
    return {each.name: tail(each) for each in sorted((state / "logs").glob("*.log"))}


def errors(state: Path) -> Contents:
    """The latest mistakes of the command line itself."""
    return dict(_newest(state / "logs", "error-*.txt"))


def pipeline_logs(state: Path) -> Contents:
    """The latest steps of pipelines."""
    return dict(_newest(state / "logs" / "pipelines", "*/*.log"))


def pod_logs(state: Path) -> Contents:
    """The latest containers of pods, also of pods that are gone."""
    return dict(_newest(state / "clusters", "*/kubelet/logs/*/*/*.log"))


def tail(log: Path) -> str:
    """The end of a file, from the beginning of a line on."""
    with log.open("rb") as stream:
        size = stream.seek(0, 2)
        start = max(0, size - TAIL_BYTES - MARGIN_BYTES)
        stream.seek(start)
        text = stream.read().decode(errors="replace")
    return text if start == 0 else text.partition("\n")[2] or text[MARGIN_BYTES:]


def _newest(folder: Path, pattern: str) -> Iterator[tuple[str, str]]:
    files = [each for each in folder.glob(pattern) if each.is_file()]
    for file in sorted(files, key=lambda each: each.stat().st_mtime)[-NEWEST:]:
        yield str(file.relative_to(folder)), tail(file)


def _plain(value: Any) -> Any:
    """Data as JSON has it: paths become texts."""
    return json.loads(json.dumps(dataclasses.asdict(value), default=str))
