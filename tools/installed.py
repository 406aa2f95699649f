"""Programs that the machine already has, taken only where their version fits."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tools import cache
from tools.pins import KUBERNETES, PULUMI, Tool

OURS = ".modelyard"
"""Marker file of a directory whose programs are links or shims of this platform."""


def find(tool: Tool) -> Path | None:
    """The first fitting one on PATH; our own links and shims do not count."""
    for candidate in _candidates(tool.name):
        if _fits(tool.name, candidate):
            return candidate
    return None


def _candidates(name: str) -> Iterator[Path]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = Path(folder) / name
        if not os.access(path, os.X_OK) or path.is_dir() or (Path(folder) / OURS).exists():
            continue
        if not path.resolve().is_relative_to(cache.root()):
            yield path


def _fits(name: str, path: Path) -> bool:
    if name == "pulumi":
        found, wanted = _version([str(path), "version"]), _numbers(PULUMI)
        return found is not None and found[0] == wanted[0] and found >= wanted
    if name == "crane":
        found = _version([str(path), "version"])
        return found is not None and found >= (0, 20, 0)
    if name == "kubectl":
        return _kubectl_fits(path)
    # The control plane and the node are our own mains: nobody else's program has their names.
    return False


def _kubectl_fits(path: Path) -> bool:
    answer = _output([str(path), "version", "--client", "-o", "json"])
    try:
        found = _numbers(json.loads(answer)["clientVersion"]["gitVersion"])
    except (ValueError, KeyError, TypeError):
        return False
    wanted = _numbers(KUBERNETES)
    # One minor version of skew is what Kubernetes supports.
    return found[0] == wanted[0] and abs(found[1] - wanted[1]) <= 1


def _version(command: list[str]) -> tuple[int, ...] | None:
    match = re.search(r"\d+\.\d+\.\d+", _output(command))
    return _numbers(match.group()) if match else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _output(command: list[str]) -> str:
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=20, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
