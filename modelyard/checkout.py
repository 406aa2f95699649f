"""Where things are: the checkout that a command works on, and its ignored state folder."""

import os
from pathlib import Path

from modelyard.errors import UsageError


def root() -> Path:
    """Return the checkout: MODELYARD_ROOT, else the nearest parent, else the one we run from."""
    named = os.environ.get("MODELYARD_ROOT")
    if named:
        folder = Path(named).resolve()
        if not (folder / "Pulumi.yaml").exists():
            raise UsageError(
                f"MODELYARD_ROOT is {folder}, which has no Pulumi.yaml.",
                remedy="unset MODELYARD_ROOT or point it at a checkout of the platform",
            )
        return folder
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "Pulumi.yaml").exists() and (folder / "models").is_dir():
            return folder
    return Path(__file__).resolve().parents[1]


def state_folder() -> Path:
    """Return `.modelyard/`, which holds everything that is not source and that git ignores."""
    return root() / ".modelyard"
