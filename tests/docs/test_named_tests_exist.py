"""Every test that a page names is there: the file, and the function where one is named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, rows, section, text

NAMED = re.compile(r"\b(?:(tests/[\w/]+\.py)(?:::(\w+))?|(test_\w+\.py)(?:::(\w+))?)")
CASES = "docs/fault-cases.md"


@cache
def functions(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text())
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


def named(content: str) -> Iterator[tuple[str, str, list[Path]]]:
    """What stands there, the function it names, and the files that are meant."""
    for match in NAMED.finditer(content):
        whole, function, bare, of_bare = match.groups()
        if whole:
            files = [ROOT / whole] if (ROOT / whole).is_file() else []
        else:
            files = sorted((ROOT / "tests").rglob(bare))
        yield match[0], function or of_bare or "", files


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_in_every_page(page: Path) -> None:
    for written, function, files in named(page.read_text()):
        assert files, f"{page.name}: there is no {written}"
        assert not function or any(function in functions(file) for file in files), (
            f"{page.name}: there is no {written}"
        )


def test_every_fault_case_names_one_or_says_why_there_is_none() -> None:
    content = text(CASES)
    headings = re.findall(r"^(## .*)$", content, re.MULTILINE)
    cases = [cells for heading in headings for cells in rows(section(content, heading))]
    proved = [cells for cells in cases if cells[0] != "fault"]
    assert len(proved) > 50
    for cells in proved:
        assert cells[2].startswith("none: ") or any(named(cells[2])), cells[0]
