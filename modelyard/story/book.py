"""What the story remembers between runs: when each stage became true, how long it took."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One stage that has been made true."""

    name: str
    title: str
    seconds: float
    evidence: str
    at: str
    facts: dict[str, Any] = field(default_factory=dict)
    """Figures of the stage: rows landed, resources made, versions registered."""


class Book:
    """`.modelyard/story.json`, written whole after every stage."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: dict[str, Any] = {"chapters": {}, "traffic": []}
        if path.exists():
            try:
                self._content |= json.loads(path.read_text())
            except ValueError:
                # A file that cannot be read is no reason not to tell the story: the stages
                # are checked against the world, not against this file.
                path.rename(path.with_suffix(".unreadable"))

    def write(self, chapter: Chapter) -> None:
        """Record a stage."""
        self._content["chapters"][chapter.name] = asdict(chapter)
        self._save()

    def add_traffic(self, facts: dict[str, Any]) -> None:
        """Record what the background client saw in one run of the story."""
        self._content["traffic"].append(facts)
        self._save()

    def clear(self) -> None:
        """Begin a new story."""
        self._content = {"chapters": {}, "traffic": []}
        self._save()

    def chapter(self, name: str) -> dict[str, Any]:
        """Return what is recorded of a stage; empty when nothing is."""
        return dict(self._content["chapters"].get(name, {}))

    def content(self) -> dict[str, Any]:
        """Return everything, for the report."""
        return self._content

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(self._content, indent=2, default=str))
        draft.replace(self._path)
