"""The release lines of one environment: which version of each model is live, and was."""

import fcntl
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from modelyard.errors import RefusedError, UsageError
from modelyard.place import Place

KEYS = ("config", "modelyard-releases:releases")
"""Where the lines are in a stack file, and in the overlay that the sandbox merges into it."""

Line = dict[str, str]
"""`version`, `image`, `package` and `digest` of what is live."""


@dataclass(frozen=True, kw_only=True)
class ReleaseLines:
    """Reads and changes the lines; the file is replaced whole, so a reader never sees half."""

    environment: str
    path: Path
    """The overlay in the sandbox; on AWS the tracked stack file: that diff is the release."""

    @classmethod
    def of(cls, place: Place) -> "ReleaseLines":
        """Return the lines of an environment in the world it belongs to."""
        if place.in_sandbox:
            path = place.root / ".modelyard" / "releases" / f"{place.name}.yaml"
            return cls(environment=place.name, path=path)
        path = place.root / "releases" / f"Pulumi.{place.name}.yaml"
        return cls(environment=place.name, path=path)

    @property
    def runtime_image(self) -> str:
        """The image of pods that serve no version yet; empty before the first release."""
        return str(self._section(self._read()).get("runtime_image") or "")

    def live(self, model: str) -> Line | None:
        """Return the line of a model; None when no version is live."""
        line = self._section(self._read()).get("live", {}).get(model)
        return {key: str(value) for key, value in line.items()} if line else None

    def history(self, model: str) -> list[Line]:
        """Return the lines that were live before this one, oldest first."""
        return [dict(line) for line in self._read_history().get(model, [])]

    def previous(self, model: str) -> Line | None:
        """Return the line that `back` would make the live one; None when there is none."""
        now = self.live(model)
        return next((line for line in reversed(self.history(model)) if line != now), None)

    def models(self) -> list[str]:
        """Name every model that has a line or had one."""
        live = self._section(self._read()).get("live") or {}
        return sorted({*live, *self._read_history()})

    def set_runtime_image(self, digest: str) -> None:
        """Name the image of pods that serve no version yet."""
        with self._held():
            document = self._read()
            self._section(document)["runtime_image"] = digest
            self._write(self.path, document)

    def put(self, model: str, line: Line, *, over: Line | None = None) -> None:
        """Make a version the live one; doing it twice leaves one entry in the history.

        `over` is a line whose release never came to its end: it is replaced, and no way back.
        """
        with self._held():
            document = self._read()
            section = self._section(document)
            before = section.setdefault("live", {}).get(model)
            if before and dict(before) == line:
                return
            if before and dict(before) != over:
                history = self._read_history()
                history.setdefault(model, []).append({k: str(v) for k, v in before.items()})
                # History first: a crash between the two loses no way back.
                self._write(self._history_path, history)
            section["live"][model] = dict(line)
            self._write(self.path, document)

    def back(self, model: str) -> Line:
        """Make the previous version the live one again and forget the one after it."""
        with self._held():
            document = self._read()
            history = self._read_history()
            earlier = history.get(model, [])
            section = self._section(document)
            now = section.get("live", {}).get(model)
            # Left behind by a crash between the two writes: not a version before this one.
            while earlier and now and dict(earlier[-1]) == dict(now):
                earlier.pop()
            if not earlier:
                raise RefusedError(
                    f"{model} has no previous version in {self.environment} to go back to.",
                    remedy="modelyard status shows what is live",
                )
            target = dict(earlier.pop())
            section["live"][model] = target
            self._write(self.path, document)
            self._write(self._history_path, history)
            return {key: str(value) for key, value in target.items()}

    def withdraw(self, model: str) -> None:
        """Undo a release that failed its tests: back to the version before, or to none."""
        if self.history(model):
            self.back(model)
            return
        with self._held():
            document = self._read()
            self._section(document).get("live", {}).pop(model, None)
            self._write(self.path, document)

    def forget(self, model: str, *, live: bool, earlier: Set[str]) -> None:
        """Remove the live line if told to, and the earlier lines of these packages."""
        with self._held():
            history = self._read_history()
            history[model] = [e for e in history.get(model, []) if e["package"] not in earlier]
            self._write(self._history_path, history)
            if live:
                document = self._read()
                self._section(document).get("live", {}).pop(model, None)
                self._write(self.path, document)

    @property
    def _history_path(self) -> Path:
        return self.path.parent / f"history.{self.environment}.yaml"

    def _section(self, document: dict[str, Any]) -> dict[str, Any]:
        section = document
        for key in KEYS:
            section = section.setdefault(key, {})
        return section

    def _read(self) -> dict[str, Any]:
        return _load(self.path)

    def _read_history(self) -> dict[str, list[Line]]:
        return _load(self._history_path)

    def _write(self, path: Path, document: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.new")
        with draft.open("w") as stream:
            YAML().dump(document, stream)
        draft.replace(path)

    @contextmanager
    def _held(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with (self.path.parent / f".{self.environment}.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _load(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML().load(path)
    except YAMLError as error:
        raise UsageError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    return document if document is not None else {}
