"""Writes a model folder whole or not at all, and never over another one unasked."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import psutil

from modelyard.errors import RefusedError

_COMING, _GOING = ".coming-", ".going-"


def write_folder(folder: Path, files: Mapping[str, str], *, scratch: Path, force: bool) -> None:
    """Make `folder` with these files; it appears complete, or not.

    `scratch` is on the same file system and no folder that is searched for models.
    """
    refuse_taken(folder, force=force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    coming = scratch / f"{folder.name}{_COMING}{os.getpid()}"
    going = scratch / f"{folder.name}{_GOING}{os.getpid()}"
    try:
        coming.mkdir(parents=True)
        for name, text in files.items():
            (coming / name).write_text(text, encoding="utf-8")
        if folder.exists():
            folder.rename(going)
        coming.rename(folder)
    finally:
        if going.exists() and not folder.exists():
            going.rename(folder)
        for left in (coming, going):
            shutil.rmtree(left, ignore_errors=True)


def put_back(models: Path, scratch: Path) -> list[str]:
    """Undo what a killed process began: a folder it had taken away is there again.

    Returns the names of these.
    """
    restored = []
    for left in (*scratch.glob(f"*{_GOING}*"), *scratch.glob(f"*{_COMING}*")):
        name, owner = left.stem, left.suffix.rpartition("-")[2]
        if owner.isdigit() and psutil.pid_exists(int(owner)):
            continue
        if left.suffix.startswith(_GOING) and not (models / name).exists():
            left.rename(models / name)
            restored.append(name)
        else:
            shutil.rmtree(left, ignore_errors=True)
    return restored


def refuse_taken(folder: Path, *, force: bool) -> None:
    """Refuse a folder that has files, but for bytecode: git leaves that of one it has removed."""
    if (
        not folder.exists()
        or force
        or all(each.name == "__pycache__" for each in folder.iterdir())
    ):
        return
    raise RefusedError(
        f"models/{folder.name} exists already; nothing was changed.",
        remedy="take another name, or replace all its files with --force",
    )
