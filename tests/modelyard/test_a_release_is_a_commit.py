"""A release is made of a commit and nothing else, or says exactly how it differs from one."""

import subprocess
from pathlib import Path

import pytest

from modelyard.errors import RefusedError
from modelyard.source import source


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name, text in (
        ("ml/step.py", "ONE = 1\n"),
        ("models/m/model.yaml", "a: 1\n"),
        ("images/workload/requirements.txt", "polars\n"),
        ("infra/program.py", "X = 1\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "First")
    return tmp_path


def test_the_working_tree_does_not_leak_into_a_commit(repository: Path) -> None:
    (repository / "ml" / "step.py").write_text("ONE = 2\n")
    with source(repository, working_tree=False) as made_of:
        assert (made_of.folder / "ml" / "step.py").read_text() == "ONE = 1\n"
        assert made_of.git_sha == git(repository, "rev-parse", "HEAD")
        assert not made_of.dirty
        assert not (made_of.folder / "infra").exists()


def test_uncommitted_files_are_recorded_with_a_hash(repository: Path) -> None:
    (repository / "ml" / "step.py").write_text("ONE = 2\n")
    with source(repository, working_tree=True) as first:
        assert (first.folder / "ml" / "step.py").read_text() == "ONE = 2\n"
        assert first.dirty
    (repository / "ml" / "new.py").write_text("NEW = 1\n")
    with source(repository, working_tree=True) as second:
        assert (second.folder / "ml" / "new.py").exists()
    assert first.diff_sha256 != second.diff_sha256


def test_a_clean_working_tree_is_not_dirty(repository: Path) -> None:
    (repository / "infra" / "program.py").write_text("X = 2\n")
    with source(repository, working_tree=True) as made_of:
        assert not made_of.dirty


def test_without_git_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="failed"), source(tmp_path, working_tree=False):
        pass
