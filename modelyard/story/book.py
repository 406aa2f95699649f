"""What the story remembers between runs: when each stage became true, how long it took."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from modelyard.whole_file import write_whole


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
    """One model's story in `.modelyard/story.json`, which holds those of all models.

    It is written whole after every stage; what other models' stories say stays as it is.
    """

    def __init__(self, path: Path, model: str) -> None:
        self._path = path
        self._model = model
        self._content: dict[str, Any] = {
            "chapters": {},
            "traffic": [],
            **stories(path).get(model, {}),
        }

    def write(self, chapter: Chapter) -> None:
        """Record a stage."""
        self._content["chapters"][chapter.name] = asdict(chapter)
        self._save()

    def add_traffic(self, facts: dict[str, Any]) -> None:
        """Record what the background client saw in one run of the story."""
        self._content["traffic"].append(facts)
        self._save()

    def clear(self) -> None:
        """Begin anew, without any model's story: the environments are empty."""
        self._content = {"chapters": {}, "traffic": []}
        self._path.unlink(missing_ok=True)

    def chapter(self, name: str) -> dict[str, Any]:
        """Return what is recorded of a stage; empty when nothing is."""
        return dict(self._content["chapters"].get(name, {}))

    def _save(self) -> None:
        told = {**stories(self._path), self._model: self._content}
        write_whole(self._path, json.dumps({"stories": told}, indent=2, default=str))


def stories(path: Path) -> dict[str, dict[str, Any]]:
    """Return model → its chapters and traffic; a file that cannot be read is put aside."""
    if not path.exists():
        return {}
    try:
        found: dict[str, dict[str, Any]] = json.loads(path.read_text()).get("stories", {})
    except ValueError:
        # No reason not to tell the story: the stages are checked against the world, not
        # against this file.
        path.rename(path.with_suffix(".unreadable"))
        return {}
    return found
