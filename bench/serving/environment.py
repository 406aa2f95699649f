"""The peer's own virtual environment: its pins are not ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

PEER = ("fastapi", "uvicorn[standard]", "pandas", "skops")
SAME = ("scikit-learn", "numpy", "onnxruntime", "uvicorn")
"""Of these the peer gets our versions, so that the servers are compared and not the libraries."""


def peer_python() -> Path:
    """The interpreter of the peer's environment, made on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    wanted = [*PEER, *(f"{name}=={version(name)}" for name in SAME)]
    folder = cache / "modelyard" / "bench" / "serving"
    stamp, python = folder / "requirements", folder / "bin" / "python"
    if stamp.is_file() and stamp.read_text().split() == wanted:
        return python
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    uv = Path(sys.executable).with_name("uv")
    found = str(uv) if uv.exists() else shutil.which("uv")
    if found:
        command = [found, "pip", "install", "--quiet", "--python", str(python)]
    else:
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *wanted], check=True)
    stamp.write_text("\n".join(wanted))
    return python
