"""Pulumi projects of the checkout, mirrored so that the sandbox never touches a tracked file."""

import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.plan import Plan, Project

SALT = "v1:o58578e36IE=:v1:aUgfqK1GBOvgXN2G:or0pHQB7pcDvCJmxCXzDdZuKCFo4nQ=="
"""What the engine derives from the sandbox's passphrase; given, it never rewrites stack files."""
SECRETS = ("secretsprovider", "encryptedkey", "encryptionsalt")
"""Keys of a tracked stack file that belong to the secrets provider of the real cloud."""
SHIM = """#!/bin/sh
# Plain `pulumi` in the checkout, against the sandbox: same program, the sandbox's stack files.
PYTHONPATH={code}${{PYTHONPATH:+:$PYTHONPATH}} exec {python} -m sandbox.shim {root} "$@"
"""


def prepare(layout: Layout, plan: Plan) -> None:
    """Write the mirrored projects and the `pulumi` that uses them."""
    for project in plan.projects:
        regenerate(layout, project)
    layout.bin.mkdir(parents=True, exist_ok=True)
    # Whoever looks for an engine on PATH must not take this one for it.
    (layout.bin / ".modelyard").touch()
    code = Path(__file__).resolve().parents[1]
    shim = SHIM.format(
        code=_quoted(code), python=_quoted(sys.executable), root=_quoted(layout.root)
    )
    _write(layout.bin / "pulumi", shim, executable=True)


def regenerate(layout: Layout, project: Project) -> Path:
    """Derive the mirrored project from the tracked files as they are now; returns its folder."""
    folder = layout.projects / project.name
    folder.mkdir(parents=True, exist_ok=True)
    definition = read(project.source / "Pulumi.yaml")
    definition["main"] = str((project.source / definition.get("main", "")).resolve())
    definition["runtime"] = _runtime(definition.get("runtime", "python"))
    _write(folder / "Pulumi.yaml", _dump(definition))
    wanted = {"Pulumi.yaml"}
    for tracked in sorted(project.stack_files.glob("Pulumi.*.yaml")):
        environment = tracked.name.removeprefix("Pulumi.").removesuffix(".yaml")
        stack = {key: value for key, value in read(tracked).items() if key not in SECRETS}
        extra = project.extra / f"{environment}.yaml" if project.extra else None
        if extra is not None and extra.exists():
            stack = merge(stack, read(extra))
        _write(folder / tracked.name, _dump({**stack, "encryptionsalt": SALT}))
        wanted.add(tracked.name)
    for left in folder.glob("Pulumi*.yaml"):
        if left.name not in wanted:
            left.unlink(missing_ok=True)
    return folder


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another, key by key; anything but a mapping is replaced whole."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            merged[key] = merge(under, value)
        else:
            merged[key] = value
    return merged


def read(file: Path) -> dict[str, Any]:
    """The mapping in a YAML file; says where it is broken if it is."""
    try:
        content = yaml.safe_load(file.read_text())
    except FileNotFoundError as error:
        raise SandboxError(f"{file} does not exist.", "Restore it: `git checkout`.") from error
    except yaml.YAMLError as error:
        raise SandboxError(f"{file} is not valid YAML: {error}", "Correct the file.") from error
    if content is not None and not isinstance(content, dict):
        raise SandboxError(f"{file} holds no mapping at its top level.", "Correct the file.")
    return content or {}


def _runtime(tracked: str | dict[str, Any]) -> dict[str, Any]:
    """The same runtime, with the interpreter that runs now: relative paths would not hold."""
    runtime: dict[str, Any] = {"name": tracked} if isinstance(tracked, str) else dict(tracked)
    options = dict(runtime.get("options") or {})
    if "virtualenv" in options:
        options["virtualenv"] = sys.prefix
    return {**runtime, "options": options} if options else runtime


def _dump(content: Mapping[str, Any]) -> str:
    text: str = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)
    return "# Made by the sandbox at every command; edit the tracked file instead.\n" + text


def _write(file: Path, text: str, *, executable: bool = False) -> None:
    """Replace in one step, and only on change: other commands may be reading or writing it."""
    if file.exists() and file.read_text() == text:
        return
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}.new")
    draft.write_text(text)
    if executable:
        draft.chmod(0o755)
    draft.replace(file)


def _quoted(path: Path | str) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"
