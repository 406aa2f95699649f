"""Describes this platform to the sandbox, which would serve any other program as well."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard import catalogue
from modelyard.errors import NotUpError

if TYPE_CHECKING:
    from sandbox import Sandbox

TOOLS = ("pulumi", "controlplane", "node", "kubectl", "crane")
STATE = ".modelyard"
LAUNCHER = "modelyard"
FORK_SERVER = "tools.language_host.fork_server"


def sandbox(root: Path) -> "Sandbox":
    """Return the sandbox of this checkout, running or not."""
    from sandbox import Environment, Project, Sandbox, Worker

    lines = root / STATE / "releases"
    return Sandbox(
        root / STATE,
        [
            Environment(name=each.name, account=each.account, region=each.region)
            for each in catalogue.environments().values()
        ],
        [
            Project(name="modelyard", source=root, stack_files=root, extra=None),
            Project(
                name="modelyard-releases",
                source=root / "releases",
                stack_files=root / "releases",
                extra=lines,
            ),
        ],
        [
            Worker(
                name="fork-server",
                argv=(sys.executable, "-m", FORK_SERVER, str(root / STATE), str(_imports())),
                at_once=True,
            ),
            Worker(
                name="delivery",
                argv=(sys.executable, "-m", "modelyard", "delivery", "run"),
            ),
        ],
    )


def _imports() -> Path:
    """Where it is remembered what programs import, for every checkout of this user."""
    from tools import cache

    return cache.root() / "language-host" / "imports.json"


def prepare(root: Path, report: Callable[[str], None]) -> None:
    """Put the pinned tools first on PATH, building what this machine lacks."""
    import tools

    folder = tools.ensure(TOOLS, report)
    os.environ["PATH"] = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    _place_launcher(root)


def start(root: Path, report: Callable[[str], None]) -> "Sandbox":
    """Bring the sandbox up, and enter it."""
    prepare(root, report)
    started = sandbox(root)
    started.up(report)
    _adopt(started.environ())
    return started


def enter(root: Path) -> None:
    """Make the running sandbox this process's world, or say how to start it."""
    from sandbox import SandboxError

    try:
        environment = sandbox(root).environ()
    except SandboxError as error:
        raise NotUpError(error.message, remedy=error.remedy) from error
    _adopt(environment)


def _adopt(environment: dict[str, str]) -> None:
    from sandbox.variables import FOREIGN

    # A key of a real account must never be carried into the sandbox by accident; its own
    # profiles are in the configuration file that `environ` names.
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(environment)


def _place_launcher(root: Path) -> None:
    link = root / STATE / "bin" / LAUNCHER
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.unlink(missing_ok=True)
        link.symlink_to(root / "bin" / LAUNCHER)
