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
    """Of every attempt at it, the cut off ones too."""
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
        self._content: dict[str, Any] = {**_empty(), **stories(path).get(model, {})}

    def write(self, chapter: Chapter) -> None:
        """Record a stage; its attempts are over."""
        if chapter.name in self._content["chapters"] and chapter.name != self._content["last"]:
            # It is told a second time, with what was built for the first.
            self._content["built"] = []
        self._content["chapters"][chapter.name] = asdict(chapter)
        self._content["last"] = chapter.name
        self._content["spent"].pop(chapter.name, None)
        self._save()

    def spend(self, name: str, seconds: float) -> None:
        """Record what an attempt at a stage took that has no chapter yet."""
        self._content["spent"][name] = self.spent(name) + seconds
        self._save()

    def spent(self, name: str) -> float:
        """Return the seconds of a stage's attempts since it was true last."""
        return float(self._content["spent"].get(name, 0.0))

    def so_far(self, name: str) -> float:
        """Return what a stage took before it goes on, as a life does with more of its weeks.

        Once another has been told since, it does not go on: it is told anew.
        """
        last = self._content["last"] == name
        return float(self.chapter(name).get("seconds", 0.0)) if last else 0.0

    def adopt(self, built: Path) -> None:
        """Take over what was built before this story began, and how long that took."""
        if not built.exists():
            return
        if not self._content["chapters"]:
            known = self._content["built"]
            # A run that was cut off right here has taken over some already.
            known += [piece for piece in _pieces(built) if piece not in known]
            self._save()
        built.unlink()

    def add_traffic(self, facts: dict[str, Any]) -> None:
        """Record what the background client saw in one run of the story."""
        self._content["traffic"].append(facts)
        self._save()

    def clear(self) -> None:
        """Begin anew, without any model's story: the environments are empty."""
        self._content = _empty()
        self._path.unlink(missing_ok=True)

    def chapter(self, name: str) -> dict[str, Any]:
        """Return what is recorded of a stage; empty when nothing is."""
        return dict(self._content["chapters"].get(name, {}))

    def _save(self) -> None:
        told = {**stories(self._path), self._model: self._content}
        write_whole(self._path, json.dumps({"stories": told}, indent=2, default=str))


def _pieces(built: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in built.read_text().splitlines()]
    except ValueError:
        # A figure that is lost is no reason not to tell the story.
        return []


def _empty() -> dict[str, Any]:
    return {"chapters": {}, "traffic": [], "spent": {}, "built": [], "last": ""}


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
