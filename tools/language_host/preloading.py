"""What programs import from installed packages, learned from them and loaded ahead of the next."""

import contextlib
import importlib
import importlib.machinery
import itertools
import json
import os
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

INSTALLED = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})


class Preloading:
    """Names of modules, remembered in a file, of which the best known are loaded already.

    Only what is installed is ever loaded: the checkout's own code is read by every program anew,
    so that an edit shows in the next preview.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._rest = b""
        self._pending = self._remembered()
        self._known = set(self._pending)

    @property
    def pending(self) -> bool:
        """Whether something that programs import is not loaded yet."""
        return bool(self._pending)

    def fileno(self) -> int:
        """Readable when a program has imported something new."""
        return self._reading

    def learn(self) -> None:
        """Take in what running programs have imported."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._reading, 65536):
                self._rest += chunk
        *names, self._rest = self._rest.split(b"\n")
        for name in (each.decode() for each in names):
            if name not in self._known and name not in sys.modules and _installed(name):
                self._known.add(name)
                self._pending.append(name)

    def load_one(self) -> None:
        """Load the next module; one that cannot be loaded is left to the program that wants it."""
        name = self._pending.pop(0)
        try:
            # Packages first, and whole: asked for an attribute, a lazily loaded one loads itself.
            # If it did so in the middle of a module's import, it would miss that module's names.
            for package in itertools.accumulate(name.split("."), "{}.{}".format):
                getattr(importlib.import_module(package), "__all__", None)
        except (Exception, SystemExit) as error:
            # Also an optional dependency that is asked for and is not there.
            sys.stderr.write(f"{name} is left to programs: {type(error).__name__}: {error}\n")
        if not self._pending:
            self._remember()

    def watch(self) -> None:
        """In a program's process: report each import from now on."""
        os.close(self._reading)
        sys.meta_path.insert(0, _Observer(self._writing))

    def _remembered(self) -> list[str]:
        try:
            names = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return []
        return [name for name in names if isinstance(name, str) and _installed(name)]

    def _remember(self) -> None:
        draft = self._file.with_suffix(".new")
        names = [name for name in sys.modules if name in self._known]
        draft.write_text(json.dumps(names))
        draft.replace(self._file)


class _Observer:
    """A finder that finds nothing, and says what was looked for."""

    def __init__(self, writing: int) -> None:
        self._writing = writing

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        with contextlib.suppress(OSError):
            os.write(self._writing, f"{name}\n".encode())
        return None


def _installed(name: str) -> bool:
    """Say whether a module belongs to a package in site-packages, and is none that runs."""
    top, _, rest = name.partition(".")
    if rest.endswith("__main__"):
        return False
    return importlib.machinery.PathFinder.find_spec(top, INSTALLED) is not None
