"""Reads the documentation as data: pages, code blocks, inline code, tables, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`` ?(.+?) ?``|`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def text(name: str) -> str:
    """One page, by its path from the root."""
    return (ROOT / name).read_text()


def blocks(content: str) -> list[tuple[str, str]]:
    """Language and content of every code block."""
    return [(match[1], match[2]) for match in _FENCE.finditer(content)]


def inline(content: str) -> list[str]:
    """Everything in backticks outside code blocks."""
    return [match[1] or match[2] for match in _INLINE.finditer(_FENCE.sub("", content))]


def links(content: str) -> list[str]:
    """Targets of links and pictures that lie in this repository."""
    found = _LINK.findall(_FENCE.sub("", content))
    return [each.split("#")[0] for each in found if not each.startswith("http")]


def section(content: str, heading: str) -> str:
    """What stands below a heading, up to the next one."""
    after = content.split(f"\n{heading}", 1)[1]
    return re.split(r"^#+ ", after, maxsplit=1, flags=re.MULTILINE)[0]


def rows(content: str) -> Iterator[list[str]]:
    """The cells of every table row but headings."""
    for line in content.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]
