"""The packages of an image: what its lock file pins, and nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.containers.blobs import Blobs
from sandbox.containers.cached import cached_layer
from sandbox.containers.interpreter import VERSION, compile_tree, compiled_tree
from sandbox.containers.layers import Entry, Layer
from sandbox.containers.reference import ImageError

PLACE = "/opt/packages"
_LEFT_OUT = frozenset({"tests", "include"})


def dependency_layer(lock: Path, blobs: Blobs, report: Callable[[str], None]) -> Layer:
    """The layer with `/opt/packages`; made once per lock, interpreter version and machine."""
    if not lock.is_file():
        raise ImageError(f"There is no lock file {lock}.", "Name one made by `uv pip compile`.")
    key = f"{VERSION}|{os.uname().machine}|{lock.read_text()}|2"

    def entries(work: Path) -> Iterator[Entry]:
        _install(lock, work / "packages")
        report("Compiling and packing the packages of the image")
        for folder in sorted((work / "packages").rglob("*"), reverse=True):
            if folder.is_dir() and folder.name in _LEFT_OUT:
                shutil.rmtree(folder)
        compile_tree(work / "packages")
        return compiled_tree(work / "packages", PLACE.lstrip("/"))

    return cached_layer(
        blobs, "packages", key, lambda: report("Installing the packages of the image"), entries
    )


def _installer() -> list[str]:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        return [uv, "pip", "install", "--python", sys.executable, "--link-mode", "copy"]
    return [sys.executable, "-m", "pip", "install", "--no-compile", "--no-input"]


def _install(lock: Path, target: Path) -> None:
    command = [*_installer(), "--quiet", "--no-deps", "--require-hashes"]
    done = subprocess.run(
        [*command, "--requirement", str(lock), "--target", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ImageError(
            f"The packages of {lock} cannot be installed:\n{done.stderr.strip()[-1500:]}",
            "Check the connection to the package index, then run the same command again.",
        )
