"""A step's process as its container starts it, in the account that this process uses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def step_process(
    *arguments: str, file_bytes: int | None = None, **environment: str
) -> subprocess.Popen[str]:
    """Start `python -m ml`; with `file_bytes` no file can become longer than that."""
    limited, known = list[str](), dict(os.environ)
    if file_bytes is not None:
        limited = ["prlimit", f"--fsize={file_bytes}"]
        # What counts the process's lines writes files of its own, which grow longer.
        known = {k: v for k, v in known.items() if not k.startswith("COVERAGE")}
    return subprocess.Popen(
        [*limited, sys.executable, "-m", "ml", *arguments],
        cwd=ROOT,
        env={**known, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and words of a process that ends by itself."""
    said, _ = process.communicate(timeout=120)
    return process.returncode, said
