"""`pulumi` in a sandbox shell: the real engine on the mirrored project of the current folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.plan import Plan, Project
from sandbox.project import regenerate
from sandbox.record import Record, is_supervised
from sandbox.status import diagnosis
from sandbox.variables import entered, variables

DEPLOYING = {"up", "update", "preview", "pre", "refresh", "destroy", "down", "import", "watch"}
"""Commands that talk to the emulator, which must therefore be sound."""
CREATING = {"up", "update", "preview", "pre", "refresh"}
"""Commands for which a missing stack of a known environment is simply made."""
PATHS = {
    "--policy-pack", "--policy-pack-config", "--config-file", "--save-plan", "--plan",
    "--event-log", "--file", "-f", "--out", "-o",
}  # fmt: skip
"""Options that name a file relative to the caller's folder."""

PROGRAM_DEBUG = "MODELYARD_PROGRAM_DEBUG"
"""Tells the language host that the program's debug messages are wanted."""


def main(root: Path, arguments: list[str]) -> None:
    """Become the real engine."""
    layout, plan = Layout.load(root), Plan.load(root)
    environment = entered(os.environ, variables(layout, plan))
    engine = shutil.which("pulumi", path=_without(layout.bin, environment["PATH"]))
    if engine is None:
        raise SandboxError("There is no `pulumi` behind this one.", "Run `modelyard sandbox up`.")
    arguments, folder = _take_directory(arguments)
    project = find_project(plan.projects, folder)
    if project is None:
        os.chdir(folder)
        os.execve(engine, ["pulumi", *arguments], environment)
    mirrored = regenerate(layout, project)
    words = [word for word in arguments if not word.startswith("-")]
    command = words[0] if words else ""
    if command == "config" and len(words) > 1 and words[1] in {"set", "set-all", "rm", "rm-all"}:
        raise SandboxError(
            "`pulumi config` cannot change the sandbox's stack files: they are made anew "
            "from the tracked ones at every command.",
            f"Edit Pulumi.<environment>.yaml in {project.stack_files}.",
        )
    if command in DEPLOYING:
        _refuse_unsound(layout)
    stack = option(arguments, "--stack", "-s")
    if command in CREATING and stack:
        _make_stack(engine, layout, mirrored, project, stack, environment)
    if option(arguments, "--event-log"):
        # The engine hides this option from those who do not ask for it.
        environment["PULUMI_DEBUG_COMMANDS"] = "true"
    if {"--debug", "-d"} & {*arguments}:
        environment[PROGRAM_DEBUG] = "true"
    # It writes the whole state at every step, which is garbage a moment later.
    environment.setdefault("GOGC", "400")
    arguments = absolute_paths(arguments, folder)
    os.execve(engine, ["pulumi", "-C", str(mirrored), *arguments], environment)


def find_project(projects: Sequence[Project], folder: Path) -> Project | None:
    """The project that the engine would find from here, if it is one of ours."""
    for place in (folder, *folder.parents):
        if (place / "Pulumi.yaml").exists():
            return next((each for each in projects if each.source == place), None)
    return None


def absolute_paths(arguments: Sequence[str], folder: Path) -> list[str]:
    """Make file options independent of the folder that the engine is sent to."""
    result = []
    expecting = False
    for word in arguments:
        name, equals, value = word.partition("=")
        if expecting and word != "-":
            result.append(str(folder / word))
        elif equals and name in PATHS:
            result.append(f"{name}={folder / value}")
        else:
            result.append(word)
        expecting = word in PATHS and not expecting
    return result


def option(arguments: Sequence[str], *names: str) -> str:
    """The value of an option in any of its spellings; empty if it is not given."""
    for index, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else "".join(arguments[index + 1 : index + 2])
    return ""


def _take_directory(arguments: list[str]) -> tuple[list[str], Path]:
    """Obey the engine's own -C here, because it is given another one."""
    value = option(arguments, "-C", "--cwd")
    if not value:
        return arguments, Path.cwd()
    left, skip = [], False
    for word in arguments:
        if skip:
            skip = False
        elif word in {"-C", "--cwd"}:
            skip = True
        elif word.partition("=")[0] not in {"-C", "--cwd"}:
            left.append(word)
    return left, Path(value).resolve()


def _refuse_unsound(layout: Layout) -> None:
    record = Record.load(layout.root) or Record(phase="stopped")
    # Workers start last and may be restarting: the engine does not need them.
    for worker in Plan.load(layout.root).workers:
        record.parts.pop(worker.name, None)
    problem, remedy = diagnosis(layout, record, supervised=is_supervised(layout.root))
    if problem:
        raise SandboxError(problem, remedy)


def _make_stack(
    engine: str,
    layout: Layout,
    mirrored: Path,
    project: Project,
    stack: str,
    environment: dict[str, str],
) -> None:
    """Make the stack of an environment that has a stack file; a misspelt one stays unknown."""
    known = layout.pulumi_state / ".pulumi" / "stacks" / project.name / f"{stack}.json"
    if known.exists() or not (mirrored / f"Pulumi.{stack}.yaml").exists():
        return
    done = subprocess.run(
        [engine, "-C", str(mirrored), "stack", "init", stack, "--no-select", "--non-interactive"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    # Another command may have made it in the meantime.
    if done.returncode != 0 and not known.exists():
        raise SandboxError(f"The stack {stack} cannot be made: {done.stderr.strip()}", "")


def _without(folder: Path, path: str) -> str:
    return os.pathsep.join(each for each in path.split(os.pathsep) if each != str(folder))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2:])
    except SandboxError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(3)
