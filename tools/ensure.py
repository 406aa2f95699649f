"""Finds each program on PATH, else in the cache, else builds it."""

from collections.abc import Callable, Iterable
from pathlib import Path

from tools import bindir, build, cache, golang, installed
from tools.errors import ToolError
from tools.pins import PULUMI, Tool, named, require_platform


def ensure(names: Iterable[str] = (), report: Callable[[str], None] = lambda _: None) -> Path:
    """Return a directory with the named programs (all by default) and the language host in it."""
    require_platform()
    programs, go = {}, None
    for tool in named(names):
        found = locate(tool)
        if found is None:
            try:
                go = go or golang.find(report)
                found = build.build(tool, go, report)
            except ToolError as error:
                raise ToolError(f"{error}\n{_ways_out(tool)}") from error
        programs[tool.name] = found
    return bindir.assemble(programs)


def locate(tool: Tool) -> Path | None:
    """Where the program is without building it: the cache first, because that is exact."""
    cached = cache.location(tool)
    return cached if cached.exists() else installed.find(tool)


def _ways_out(tool: Tool) -> str:
    ways = []
    if tool.name == "pulumi":
        ways.append(
            f"put Pulumi {PULUMI} or newer (3.x) on PATH: https://www.pulumi.com/docs/install"
        )
    elif tool.name == "kubectl":
        ways.append("put a kubectl of a matching version on PATH")
    ways += [
        "put Go 1.26 or newer on PATH: https://go.dev/dl",
        "let this machine reach the Go module proxy (GOPROXY) and the package index",
        f"copy {cache.location(tool)} from a machine that has it",
    ]
    lines = "\n".join(f"  - {way}" for way in ways)
    return f"`{tool.name}` ({tool.purpose}) is missing. Any one of these helps:\n{lines}"
