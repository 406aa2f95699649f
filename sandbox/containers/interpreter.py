"""The Python of an image: a copy of the one that runs us, at a fixed place."""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.containers.blobs import Blobs
from sandbox.containers.cached import cached_layer
from sandbox.containers.layers import Entry, Layer, tree
from sandbox.containers.reference import ImageError

PREFIX = "/opt/python"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# What no server needs; the test package alone is half of the library.
_LEFT_OUT = frozenset(
    {"site-packages", "dist-packages", "test", "tests", "idlelib", "idle_test", "tkinter",
     "turtledemo", "lib2to3", "ensurepip", "pydoc_data"}
)  # fmt: skip


def interpreter_layer(blobs: Blobs, report: Callable[[str], None]) -> Layer:
    """The layer with `/opt/python`; made once per interpreter and machine."""
    binary = _binary()
    stat = binary.stat()
    key = f"{sys.version}|{platform.machine()}|{binary}|{stat.st_size}|{stat.st_mtime_ns}|2"
    return cached_layer(
        blobs, "python", key, lambda: report("Packing the Python interpreter"), _entries
    )


def _binary() -> Path:
    for name in (f"bin/python{VERSION}", "bin/python3"):
        binary = Path(sys.base_prefix) / name
        if binary.exists():
            return binary.resolve()
    raise ImageError(
        f"There is no Python {VERSION} in {sys.base_prefix}/bin to put into images.",
        "Run with a Python that was installed as a whole: of the distribution, pyenv or uv.",
    )


def _entries(work: Path) -> Iterator[Entry]:
    target = work / "python"
    library = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(
        library,
        target / "lib" / f"python{VERSION}",
        symlinks=False,
        ignore=_unwanted,
        ignore_dangling_symlinks=True,
    )
    dynamic = Path(sysconfig.get_path("platstdlib")) / "lib-dynload"
    if not (target / "lib" / f"python{VERSION}" / "lib-dynload").exists() and dynamic.exists():
        shutil.copytree(dynamic, target / "lib" / f"python{VERSION}" / "lib-dynload")
    (target / "bin").mkdir()
    shutil.copy2(_binary(), target / "bin" / f"python{VERSION}")
    for name in ("python", "python3"):
        (target / "bin" / name).symlink_to(f"python{VERSION}")
    for shared in Path(sys.base_prefix, "lib").glob(f"libpython{VERSION}.so*"):
        shutil.copy2(shared, target / "lib" / shared.name)
    compile_tree(target / "lib" / f"python{VERSION}")
    yield from _all(target, PREFIX.lstrip("/"))


def _unwanted(folder: str, names: list[str]) -> set[str]:
    return {
        name
        for name in names
        if name in _LEFT_OUT or name == "__pycache__" or name.startswith(("config-", "LICENSE"))
    }


def compile_tree(folder: Path) -> None:
    """Compile every module beside its source, valid whatever the file times say.

    Containers have a read-only root, so each start would otherwise compile all again.
    """
    with tempfile.TemporaryDirectory() as empty:
        subprocess.run(
            [sys.executable, "-m", "compileall", "-q", "-j", str(os.cpu_count() or 1),
             "--invalidation-mode", "unchecked-hash", str(folder)],
            # Some packages ship templates that are no valid Python: those stay uncompiled.
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=empty,
        )  # fmt: skip


def _all(source: Path, prefix: str) -> Iterator[Entry]:
    yield from tree(source, prefix, keep=None)
    for compiled in sorted(source.rglob("__pycache__")):
        yield from tree(compiled, f"{prefix}/{compiled.relative_to(source)}")


def compiled_tree(source: Path, prefix: str) -> Iterator[Entry]:
    """Everything below `source` with its compiled modules."""
    yield from _all(source, prefix)
