"""Compiles a pinned program, saying all the time what it is doing."""

import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tools import cache
from tools.errors import ToolError
from tools.pins import Tool

SILENCE_SECONDS = 10.0
"""Longest time without a word during a build."""
NEEDED_GIB = 5.0
"""Modules, build cache and results of a cold build together."""


def build(tool: Tool, go: Path, report: Callable[[str], None]) -> Path:
    """Compile the tool into the cache; another process's finished build is taken as it is."""
    target = cache.location(tool)
    with cache.exclusively(tool.name, report):
        if target.exists():
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        _warn_of_a_full_disk(target.parent, report)
        draft = target.with_suffix(".new")
        _compile(tool, go, draft, report)
        draft.replace(target)
    return target


def _compile(tool: Tool, go: Path, output: Path, report: Callable[[str], None]) -> None:
    report(
        f"{tool.name}: building {tool.purpose} "
        f"(cold about {tool.cold_minutes:g} min on 2 cores; kept for next time)"
    )
    command = [str(go), "build", "-v", "-o", str(output), *tool.flags, tool.package]
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=tool.folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            said = _follow(process, tool, report, started)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise ToolError(f"`{' '.join(command[:3])} … {tool.package}` failed:\n{said}")
    report(f"{tool.name}: built in {_elapsed(started)}")


def _follow(
    process: "subprocess.Popen[str]", tool: Tool, report: Callable[[str], None], started: float
) -> str:
    """Turn the compiler's chatter into a line now and then; return the last of it."""
    modules = packages = 0
    latest, spoken = "", time.monotonic()
    tail: list[str] = []
    for line in _lines(process.stderr or ()):
        if line.startswith("go: downloading "):
            modules, latest = modules + 1, line.removeprefix("go: ")
        elif line and " " not in line:
            packages, latest = packages + 1, line
        elif line:
            tail = [*tail[-20:], line]
        if time.monotonic() - spoken >= SILENCE_SECONDS:
            done = f"{packages} packages compiled" if packages else f"{modules} modules fetched"
            at = f", now {latest}" if latest else ""
            report(f"{tool.name}: {_elapsed(started)}, {done}{at}")
            spoken = time.monotonic()
    return "\n".join(tail)


def _lines(stream: Iterable[str]) -> Iterator[str]:
    """Each line of the compiler, and an empty one every second while it says nothing."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=1)
        except queue.Empty:
            yield ""
            continue
        if line is None:
            return
        yield line


def _environment() -> dict[str, str]:
    settings = {
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOWORK": "off",
    }
    if _memory_gib() >= 8:
        # Fewer collections make the compiler a fifth quicker, where there is memory for it.
        settings |= {"GOGC": "off", "GOMEMLIMIT": "4GiB"}
    return {**os.environ, **settings}


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _warn_of_a_full_disk(folder: Path, report: Callable[[str], None]) -> None:
    free = shutil.disk_usage(folder).free / 2**30
    if free < NEEDED_GIB:
        report(f"only {free:.1f} GiB are free at {folder}; a cold build takes {NEEDED_GIB:g} GiB")


def _elapsed(started: float) -> str:
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
