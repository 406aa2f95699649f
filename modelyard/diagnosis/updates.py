"""What the engine changed last: per stack the summary, and which resources differ from before."""

import json
from pathlib import Path
from typing import Any

from modelyard.diagnosis.patterns import ENGINE_SECRET
from modelyard.diagnosis.section import Contents

_KEPT = ("kind", "result", "startTime", "endTime", "message", "version", "resourceChanges")
_RECENT = 5


def last_updates(state: Path) -> Contents:
    """The latest operations of each stack, and the last difference; names, never values."""
    history = state / "pulumi" / "state" / ".pulumi" / "history"
    folders = sorted({each.parent for each in history.rglob("*.history.json")})
    if not folders:
        raise FileNotFoundError(2, "no stack was ever updated", str(history))
    return {
        f"{folder.relative_to(history).as_posix().replace('/', '-')}.json": _stack(folder)
        for folder in folders
    }


def locks(state: Path) -> Contents:
    """Which stacks an update holds, or left locked when it was killed."""
    held = state / "pulumi" / "state" / ".pulumi" / "locks"
    found = sorted(held.rglob("*.json"))
    return {"locks.json": {str(each.relative_to(held)): _read(each) for each in found}}


def _stack(folder: Path) -> dict[str, Any]:
    operations = [_read(each) for each in sorted(folder.glob("*.history.json"))[-_RECENT:]]
    states = [_resources(_read(each)) for each in sorted(folder.glob("*.checkpoint.json"))[-2:]]
    before, after = (states[0], states[-1]) if len(states) == 2 else ({}, (states or [{}])[-1])
    return {
        "latest operations": [
            {name: each.get(name) for name in _KEPT if name in each} for each in operations
        ],
        "last difference": {
            "created": sorted(after.keys() - before.keys()),
            "deleted": sorted(before.keys() - after.keys()),
            "changed": {
                urn: _differing(before[urn], after[urn])
                for urn in sorted(before.keys() & after.keys())
                if before[urn] != after[urn]
            },
        },
    }


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    names = before.keys() | after.keys()
    return sorted(name for name in names if before.get(name) != after.get(name))


def _resources(checkpoint: dict[str, Any]) -> dict[str, dict[str, Any]]:
    latest = (checkpoint.get("checkpoint") or {}).get("latest") or {}
    resources = latest.get("resources") or []
    return {each["urn"]: _comparable(each.get("inputs") or {}) for each in resources}


def _comparable(value: Any) -> Any:
    """Values without secrets: the engine encrypts them anew each time, as if they had changed."""
    if isinstance(value, dict):
        if ENGINE_SECRET in value:
            return None
        return {name: _comparable(each) for name, each in value.items()}
    return [_comparable(each) for each in value] if isinstance(value, list) else value


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found
