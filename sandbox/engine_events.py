"""The engine's own account of an operation, read while it is being written."""

import json
import re
from pathlib import Path
from typing import Any

_MARKUP = re.compile(r"<\{%[^%]*%\}>")
_EMPTY = "update failed"
"""What the engine adds to the stack itself when one of its resources has failed."""


class Events:
    """Progress, changes and complaints from an event log."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.done = 0
        """Resources that are finished."""
        self.changes: dict[str, int] = {}
        self.errors: list[str] = []
        """Each complaint once, with the resource it is about."""
        self._position = 0

    def read(self) -> None:
        """Take in what was written since the last time."""
        if not self.file.exists():
            return
        with self.file.open("rb") as stream:
            stream.seek(self._position)
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                self._position += len(line)
                self._take(json.loads(line))

    def _take(self, event: dict[str, Any]) -> None:
        if "resOutputsEvent" in event:
            self.done += 1
        if "summaryEvent" in event:
            self.changes = event["summaryEvent"].get("resourceChanges") or {}
        if "policyEvent" in event:
            self._take_violation(event["policyEvent"])
        if event.get("diagnosticEvent", {}).get("severity") == "error":
            self._take_error(event["diagnosticEvent"])

    def _take_error(self, diagnostic: dict[str, Any]) -> None:
        message = _MARKUP.sub("", diagnostic.get("message", "")).strip()
        if message and message not in {_EMPTY, "preview failed"}:
            self._complain(diagnostic.get("urn", ""), message)

    def _take_violation(self, violation: dict[str, Any]) -> None:
        if violation.get("enforcementLevel") == "mandatory":
            message = _MARKUP.sub("", violation.get("message", "")).strip()
            self._complain(violation.get("resourceUrn", ""), message)

    def _complain(self, urn: str, message: str) -> None:
        parts = urn.split("::")
        about = f"{parts[-2].split('$')[-1]} {parts[-1]}: " if len(parts) > 3 else ""
        text = about + message
        if text not in self.errors:
            self.errors.append(text)
