"""What programs import, learned from them and loaded ahead of the next."""

import contextlib
import importlib
import importlib.machinery
import itertools
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType


class Preloading:
    """Names of modules, remembered in a file, of which the best known are loaded already.

    Only what lies in the given folders is ever loaded: code that may change is read by every
    program anew.
    """

    def __init__(self, file: Path, folders: Sequence[str]) -> None:
        self._file = file
        self._folders = list(folders)
        self._reading, self._writing = os.pipe()
        # A program must not wait for a server that is busy, or that has ended.
        for each in (self._reading, self._writing):
            os.set_blocking(each, False)
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
            if name not in self._known and name not in sys.modules and self._has(name):
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
        return [name for name in names if isinstance(name, str) and self._has(name)]

    def _remember(self) -> None:
        names = [name for name in sys.modules if name in self._known]
        # Several servers may keep one file: none reads what another has half written.
        draft = self._file.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(names))
            draft.replace(self._file)

    def _has(self, name: str) -> bool:
        """Say whether a module lies in the folders, and is none that runs."""
        top, _, rest = name.partition(".")
        if rest.endswith("__main__"):
            return False
        return importlib.machinery.PathFinder.find_spec(top, self._folders) is not None


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
