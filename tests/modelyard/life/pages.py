"""The report of a life as its reader sees it, and the rows behind its charts."""

import re
from dataclasses import replace
from typing import Any

from modelyard.report.facts import VersionFacts
from modelyard.report.life.facts import LifeFacts
from modelyard.report.render import render
from tests.modelyard.example_facts import facts


def made() -> list[VersionFacts]:
    """The versions that came by themselves, newest first."""
    return [each for each in facts().versions if each.number in ("3", "4")]


def page_of(*lives: LifeFacts) -> str:
    """What a reader reads, without scripts, styles and tags."""
    page = render(replace(facts(), lives=[*lives], versions=made(), stories={}))
    body = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def rows_of(spec: dict[str, Any] | None, column: str) -> list[dict[str, Any]]:
    """The rows of a chart that have this column."""
    assert spec is not None
    found: list[dict[str, Any]] = []

    def walk(part: Any) -> None:
        for each in part if isinstance(part, list) else part.values():
            if isinstance(each, dict | list):
                walk(each)
        if isinstance(part, dict) and column in part:
            found.append(part)

    walk(spec)
    return [row for row in found if ("psi" in row and "at" in row) or "low" in row]
