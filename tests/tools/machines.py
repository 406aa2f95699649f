"""A machine without any of our programs, and what a test puts onto it."""

import stat
from pathlib import Path

from tools import golang


def program(folder: Path, name: str, output: str) -> Path:
    """A program that says this, whatever it is asked."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{output}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def real_go() -> Path:
    """A Go that can build."""
    go = Path("/usr/local/go/bin/go")
    if not go.exists():
        go = golang.find(lambda _: None)
    return go
