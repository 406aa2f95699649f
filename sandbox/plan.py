"""What this sandbox is made for, written down so that every later process knows it too."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError

PROGRAMS = ("pulumi", "controlplane", "node", "kubectl", "crane")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A Pulumi project of the checkout that may be deployed into the sandbox."""

    name: str
    source: Path
    """Folder with the program's `__main__.py` and its tracked Pulumi.yaml."""
    stack_files: Path
    """Folder with the tracked Pulumi.<environment>.yaml files."""
    extra: Path | None = None
    """Folder with untracked <environment>.yaml files, laid over the tracked ones."""


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A process of the user that lives as long as the sandbox."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    at_once: bool = False
    """Started with the first parts: it asks nothing of the others."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Projects, workers, and where the programs were when the sandbox came up."""

    projects: tuple[Project, ...] = ()
    workers: tuple[Worker, ...] = ()
    parts: str = "sandbox.assembly:everything"
    """`module:function` from the layout and the plan to the parts that are kept alive."""
    programs: tuple[str, ...] = ()
    """Folders on PATH that hold what the parts run."""

    def save(self, root: Path) -> None:
        """Write it down in the sandbox's folder."""
        content = {
            "projects": [_plain(vars(each)) for each in self.projects],
            "workers": [_plain(vars(each)) for each in self.workers],
            "parts": self.parts,
            "programs": list(self.programs),
        }
        draft = root / "plan.new"
        draft.write_text(json.dumps(content, indent=2))
        draft.replace(root / "plan.json")

    @classmethod
    def load(cls, root: Path) -> "Plan":
        """Read what `up` wrote; an empty plan before the first one."""
        file = root / "plan.json"
        if not file.exists():
            return cls()
        try:
            saved = json.loads(file.read_text())
            return cls(
                projects=tuple(_project(each) for each in saved["projects"]),
                workers=tuple(_worker(each) for each in saved["workers"]),
                parts=saved["parts"],
                programs=tuple(saved["programs"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise SandboxError(
                f"{file} cannot be read: {error}.", "Run `modelyard sandbox reset`."
            ) from error


def folders_of_programs() -> tuple[str, ...]:
    """Where PATH leads to for each program that the sandbox runs, without repetition."""
    found = (shutil.which(name) for name in PROGRAMS)
    folders = [os.path.dirname(path) for path in found if path]
    return tuple(dict.fromkeys(folders))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: str(value.resolve()) if isinstance(value, Path) else value
        for name, value in values.items()
    }


def _project(saved: dict[str, Any]) -> Project:
    return Project(
        name=saved["name"],
        source=Path(saved["source"]),
        stack_files=Path(saved["stack_files"]),
        extra=Path(saved["extra"]) if saved["extra"] else None,
    )


def _worker(saved: dict[str, Any]) -> Worker:
    return Worker(
        name=saved["name"],
        argv=tuple(saved["argv"]),
        env=saved["env"],
        directory=Path(saved["directory"]) if saved["directory"] else None,
        at_once=saved["at_once"],
    )
