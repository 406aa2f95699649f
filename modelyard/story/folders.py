"""The model folders as they are at a moment: an edit meanwhile is told, not taken for a fault."""

import hashlib
from pathlib import Path

Folders = dict[str, str]
"""Model → what its files hold, as one digest."""

MADE_BY_PYTHON = "__pycache__"


def folders(root: Path) -> Folders:
    """Look at every model folder."""
    found = sorted((root / "models").glob("*/"))
    return {folder.name: _digest(folder) for folder in found if folder.is_dir()}


def edited(before: Folders, after: Folders) -> list[str]:
    """Name the models whose folders came, changed or went."""
    names = sorted({*before, *after})
    return [name for name in names if before.get(name) != after.get(name)]


def _digest(folder: Path) -> str:
    hashed = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if MADE_BY_PYTHON in path.parts:
            continue
        try:
            content = path.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            # A folder, or a file that somebody removes just now.
            continue
        name = str(path.relative_to(folder)).encode()
        hashed.update(name + b"\0" + hashlib.sha256(content).digest())
    return hashed.hexdigest()
