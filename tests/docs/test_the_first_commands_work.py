"""Who has nothing but a clone and a file can type the page on their own data from its top."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, text
from tests.modelyard.keyboard import type_

PAGE = "docs/bring-your-own-data.md"
ROWS = 400


def first_lines() -> Iterator[list[str]]:
    """The words of each line of the page's first block."""
    _, body = blocks(text(PAGE))[0]
    return (shlex.split(line, comments=True) for line in body.splitlines())


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout in which the file of the page lies."""
    (tmp_path / "Pulumi.yaml").write_text("name: modelyard\n")
    lines = [f"c{n},{n % 37},{'yes' if n % 3 else 'no'}" for n in range(ROWS)]
    (tmp_path / "customers.csv").write_text("\n".join(["customer_id,visits,churned", *lines]))
    monkeypatch.setenv("MODELYARD_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_clone_is_set_up_before_its_command_line_is_used() -> None:
    programs = [words[0] for words in first_lines()]
    assert programs[0] == "make"
    assert programs.index("export") < programs.index("modelyard")


def test_the_shell_finds_it_where_the_page_puts_it() -> None:
    (line,) = (words for words in first_lines() if words[0] == "export")
    script = f'{line[0]} "{line[1]}"; command -v modelyard'
    done = subprocess.run(
        ["/bin/sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(ROOT / "bin" / "modelyard")


def test_the_model_is_made_as_printed(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = (words for words in first_lines() if words[0] == "modelyard")
    typed = type_(capsys, *line[1:])
    assert typed.code == 0, typed.err
    assert (clone / "models" / "churn" / "model.yaml").exists()
